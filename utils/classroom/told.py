"""What `grade` writes and says at the end, and what it notes on seeds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from utils.authoring.questions import find_question
from utils.classroom.asked import Plan
from utils.classroom.earlier import Earlier, number_of, read_earlier
from utils.classroom.feedback import write_pages
from utils.classroom.plans import plan_of
from utils.classroom.question_page import write_question_page
from utils.classroom.report import (
    Column,
    OpenColumn,
    Row,
    csv_text,
    harmless,
    joined,
    listed,
    summary,
    write_csv,
)
from utils.classroom.submissions import Student

OTHER_SEED = "chapter {} was handed out under another seed"
NOT_OWN = "chapter {} is not this student's variant"
NO_SEED = (
    "chapter {} does not say its seed: it is not from your hand-out, or its metadata were lost"
)
CHANGED = (
    "{} was changed while it was graded. What stood in it before counts. What was found in it now "
    "is kept as {}: if you changed it, enter the points once more and grade again; if not, an "
    "answer may have."
)
GONE = "not among what was handed in now: the row stays for what you entered"


# Seeds


def other_seeds(
    students: Sequence[Student], chapters: Sequence[int], variant: str, by_student: bool
) -> dict[int, list[str]]:
    """Return chapter -> the students whose notebook was handed out under another seed.

    A notebook that does not say its seed counts as right.
    """
    from utils.authoring.variants import stamp_of

    found: dict[int, list[str]] = {}
    for student in students:
        stamp = stamp_of(variant, student.name if by_student else "")
        for chapter in chapters:
            handed = student.notebooks.get(chapter)
            if handed and handed.stamp not in (None, stamp):
                found.setdefault(chapter, []).append(student.name)
    return found


def without_seed(
    students: Sequence[Student], chapters: Sequence[int], variant: str
) -> dict[int, list[str]]:
    """Return chapter -> the students whose notebook does not say its seed, where one was given."""
    found: dict[int, list[str]] = {}
    for student in students if variant else ():
        for chapter in chapters:
            handed = student.notebooks.get(chapter)
            if handed and handed.stamp is None:
                found.setdefault(chapter, []).append(student.name)
    return found


def add_seed_notes(
    rows: Sequence[Row],
    others: dict[int, list[str]],
    silent: dict[int, list[str]],
    by_student: bool,
) -> None:
    """Add to each row the notes on its seed: `others` have another one, `silent` say none."""
    other = NOT_OWN if by_student else OTHER_SEED
    for row in rows:
        row.notes += [other.format(n) for n in sorted(others) if row.student in others[n]]
        row.notes += [NO_SEED.format(n) for n in sorted(silent) if row.student in silent[n]]


def seed_lines(
    others: dict[int, list[str]], students: Sequence[Student], variant: str, by_student: bool
) -> list[str]:
    """Return which variants were graded, and of how many notebooks they are not the right ones."""
    own = ", each student's own" if by_student else ""
    lines = [f"Variants: {variant!r}{own}" if variant else "Variants: the course's own"]
    for chapter, names in sorted(others.items()):
        total = sum(chapter in student.notebooks for student in students)
        noun, verb = ("notebook", "was") if total == 1 else ("notebooks", "were")
        start = f"{len(names)} of {total} {noun} of chapter {chapter} {verb}"
        if by_student:
            lines.append(
                f"{start} not this student's variant under {variant!r}: {listed(names)}. Were they "
                "handed out to another name, or under another seed?"
            )
        else:
            lines.append(
                f"{start} handed out under another seed than {variant!r}: grade again with "
                "--variant SEED (and --by-student where each student has their own)."
            )
    return lines


def silent_lines(silent: dict[int, list[str]]) -> list[str]:
    """Return a line on the notebooks of each chapter that do not say their seed."""
    return [f"{listed(names)}: {NO_SEED.format(n)}." for n, names in sorted(silent.items())]


# The end


def with_entries(rows: Sequence[Row], earlier: Earlier) -> list[Row]:
    """Return the rows with what a teacher entered in an earlier table.

    A student with entries who is not among those of now keeps a row.
    """
    rest = {name: own for name, own in earlier.entered.items() if own}
    for row in rows:
        row.entered = rest.pop(harmless(row.student), {})
    lost = [Row(name, notes=[GONE], entered=own) for name, own in rest.items()]
    return [*rows, *lost]


def columns_of(plans: Sequence[Plan]) -> tuple[list[Column], list[OpenColumn]]:
    """Return the exercises of the chapters, and the questions that a person grades."""
    columns = [Column(one.id, one.title, one.points) for plan in plans for one in plan.asked]
    asked = [find_question(str(plan.chapter)) for plan in plans if plan.questions]
    return columns, [OpenColumn(int(one.id), one.title, one.points) for one in asked]


@dataclass(frozen=True)
class Before:
    """The table as it was before any answer ran: its bytes, None for none, and what it holds."""

    data: bytes | None
    earlier: Earlier


def table_before(path: Path) -> Before:
    """Return the table of an earlier run. Raises `ValueError` where the file is no such table."""
    return Before(path.read_bytes() if path.exists() else None, read_earlier(path))


def set_changed_aside(path: Path, before: Before) -> list[str]:
    """Return a line where the table was changed since; what it is now is kept beside it.

    Answers run for minutes, as the user who owns the table: only what stood there before counts.
    """
    try:
        now = path.read_bytes() if path.exists() else None
    except OSError:  # made a folder, or what cannot be read
        now = b""
    if now == before.data or now is None:
        return []
    names = (path.with_name(f"{path.stem}-changed-{n}{path.suffix}") for n in count(1))
    aside = next(one for one in names if not one.exists())
    path.replace(aside)
    return [CHANGED.format(path, aside.name)]


def write_all(
    students: list[Student],
    rows: list[Row],
    chapters: list[int],
    given: argparse.Namespace,
    before: Before,
) -> None:
    """Write all that is asked for, and say so."""
    columns, questions = columns_of([plan_of(chapter) for chapter in chapters])
    earlier, changed = before.earlier, set_changed_aside(given.output, before)
    rows = with_entries(rows, earlier)
    names = {one.name for one in questions}
    more = [name for name in earlier.columns if name not in names]
    write_csv(given.output, csv_text(rows, columns, questions, more))
    print(summary(rows, columns) if columns else "No notebook of a chapter was handed in.")
    alike = alike_page(given.output)
    if given.alike:
        _tell_alike(students, rows, alike)
    print(f"\n{len(rows)} students: {given.output}")
    if given.feedback:
        pages = write_pages(given.feedback, rows, columns, questions)
        print(f"Feedback: {len(pages)} pages in {given.feedback}")
    if given.questions:
        write_question_page(given.questions, students, rows, questions)
        print(f"Questions: {given.questions}")
    old = [] if given.alike else old_page_lines(alike)
    for line in (*changed, *trouble_lines(rows), *entry_lines(rows, questions), *old):
        print(line)


def alike_page(table: Path) -> Path:
    """Return where the page of answers that are alike lies: beside the table."""
    return table.with_name(f"{table.stem}-alike.html")


def _tell_alike(students: Sequence[Student], rows: Sequence[Row], page: Path) -> None:
    """Print the pairs of answers that are alike, and write them side by side as a page."""
    from utils.classroom.alike import pairs
    from utils.classroom.alike_report import answers_of, equal_files, tell

    graded = {row.student: set(row.judged) for row in rows}
    answers = {
        name: {id: text for id, text in given.items() if id in graded[name]}
        for name, given in answers_of(students).items()
    }
    print()
    tell(pairs(answers), page, equal_files(students, answers))


def trouble_lines(rows: Sequence[Row]) -> list[str]:
    """Return lines on the students of whom nothing was graded, and why."""
    return [
        f"Nothing to grade from {row.student}: {joined(row.notes)}"
        for row in rows
        if not row.judged
    ]


def entry_lines(rows: Sequence[Row], questions: Sequence[OpenColumn]) -> list[str]:
    """Return a line on each entry for a question that is no number, or not one of its points."""
    lines = []
    for row in rows:
        for one in questions:
            text = row.entered.get(one.name, "").strip()
            number, where = number_of(text), f"{text!r} in {one.name} of {row.student}"
            if text and number is None:
                lines.append(f"Not in the total: {where} is no number.")
            elif number is not None and not 0 <= number <= one.worth:
                lines.append(
                    f"Look again: {where} is not between 0 and {one.worth} points. It is in the "
                    "total."
                )
    return lines


def old_page_lines(page: Path) -> list[str]:
    """Return a line where the page of likenesses is of an earlier run."""
    if not page.exists():
        return []
    return [f"{page} is of an earlier run: grade with --alike to write it again."]
