"""What `grade` writes and says at the end, and what it notes on seeds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
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
    summary,
    write_csv,
)
from utils.classroom.submissions import Student

OTHER_SEED = "chapter {} was handed out under another seed"
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


def seed_lines(
    others: dict[int, list[str]], students: Sequence[Student], variant: str, by_student: bool
) -> list[str]:
    """Return which variants were graded, and of how many notebooks they are not the right ones."""
    own = ", each student's own" if by_student else ""
    lines = [f"Variants: {variant!r}{own}" if variant else "Variants: the course's own"]
    for chapter, names in sorted(others.items()):
        count = sum(chapter in student.notebooks for student in students)
        noun, verb = ("notebook", "was") if count == 1 else ("notebooks", "were")
        lines.append(
            f"{len(names)} of {count} {noun} of chapter {chapter} {verb} handed out under another "
            f"seed than {variant!r}: grade again with --variant SEED (and --by-student where each "
            "student has their own)."
        )
    return lines


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


def write_all(
    students: list[Student], rows: list[Row], chapters: list[int], given: argparse.Namespace
) -> list[Row]:
    """Write all that is asked for and say so; return the rows of the table."""
    columns, questions = columns_of([plan_of(chapter) for chapter in chapters])
    earlier = read_earlier(given.output)  # once more: grading takes long, and people go on
    rows = with_entries(rows, earlier)
    names = {one.name for one in questions}
    more = [name for name in earlier.columns if name not in names]
    write_csv(given.output, csv_text(rows, columns, questions, more))
    print(summary(rows, columns) if columns else "No notebook of a chapter was handed in.")
    alike = alike_page(given.output)
    if given.alike:
        _tell_alike(rows, alike)
    print(f"\n{len(rows)} students: {given.output}")
    if given.feedback:
        pages = write_pages(given.feedback, rows, columns, questions)
        print(f"Feedback: {len(pages)} pages in {given.feedback}")
    if given.questions:
        write_question_page(given.questions, students, rows, questions)
        print(f"Questions: {given.questions}")
    old = [] if given.alike else old_page_lines(alike)
    for line in (*trouble_lines(rows), *entry_lines(rows, questions), *old):
        print(line)
    return rows


def alike_page(table: Path) -> Path:
    """Return where the page of answers that are alike lies: beside the table."""
    return table.with_name(f"{table.stem}-alike.html")


def _tell_alike(rows: Sequence[Row], page: Path) -> None:
    """Print the pairs of answers that are alike, and write them side by side as a page."""
    from utils.classroom.alike import pairs
    from utils.classroom.alike_report import tell

    answers = {
        row.student: {id: one.source for id, one in row.judged.items() if one.source}
        for row in rows
    }
    print()
    tell(pairs(answers), page)


def trouble_lines(rows: Sequence[Row]) -> list[str]:
    """Return lines on the students of whom nothing was graded, and why."""
    return [
        f"Nothing to grade from {row.student}: {joined(row.notes)}"
        for row in rows
        if not row.judged
    ]


def entry_lines(rows: Sequence[Row], questions: Sequence[OpenColumn]) -> list[str]:
    """Return a line on each entry for a question that is no number."""
    return [
        f"Not in the total: {text!r} in {one.name} of {row.student} is no number."
        for row in rows
        for one in questions
        if (text := row.entered.get(one.name, "").strip()) and number_of(text) is None
    ]


def old_page_lines(page: Path) -> list[str]:
    """Return a line where the page of likenesses is of an earlier run."""
    if not page.exists():
        return []
    return [f"{page} is of an earlier run: grade with --alike to write it again."]
