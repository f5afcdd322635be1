"""What a teacher gets from the grader: a table for a spreadsheet, and a summary."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from utils.classroom.earlier import number_of
from utils.classroom.judging import Judged
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from utils.support.files import atomic_path
from utils.support.tables import text_table

BROKEN, NOT_HANDED_IN, NOT_READABLE = "broken", "not handed in", "not readable"
OUTCOMES = (CORRECT, INCORRECT, NOT_ATTEMPTED, BROKEN)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Notes on one exercise -> the same on several.
_SEVERAL = {
    "the check cell is missing": "the check cells of {} are missing",
    "no cell holds an answer": "no cells hold the answers to {}",
    "the answer was found by what it defines": "the answers to {} were found by what they define",
    "magics and shell lines were left out": "magics and shell lines of {} were left out",
}


@dataclass(frozen=True)
class Column:
    """An exercise of the table: its id, title and points."""

    id: str
    title: str
    worth: int

    @property
    def chapter(self) -> int:
        """The chapter's number."""
        return int(self.id.partition(".")[0])


@dataclass(frozen=True)
class OpenColumn:
    """A question of the table that a person grades: its chapter, title and points."""

    chapter: int
    title: str
    worth: int

    @property
    def name(self) -> str:
        """The column's name, e.g. "question 4"."""
        return f"question {self.chapter}"


@dataclass
class Row:
    """A student's result: what was found by exercise, and notes on the hand-in as a whole.

    `unread`: chapters of which something came that could not be read. `entered`: column -> what a
    teacher entered there.
    """

    student: str
    judged: dict[str, Judged] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    entered: dict[str, str] = field(default_factory=dict)

    def points(self, columns: Sequence[Column]) -> int:
        """Return the sum of the points in these columns."""
        return sum(self.judged[one.id].points for one in columns if one.id in self.judged)

    def entered_points(self, questions: Sequence[OpenColumn]) -> float:
        """Return the sum of the points that a person gave for these questions."""
        return sum(number_of(self.entered.get(one.name, "")) or 0 for one in questions)

    def graded(self, questions: Sequence[OpenColumn]) -> list[OpenColumn]:
        """Return the questions that a person has given points for."""
        return [one for one in questions if number_of(self.entered.get(one.name, "")) is not None]

    def shown(self, columns: Sequence[Column], questions: Sequence[OpenColumn] = ()) -> str:
        """Return the sum of the points as text; "" where nothing of these was handed in."""
        if not any(one.id in self.judged for one in columns) and not self.graded(questions):
            return ""
        return f"{self.points(columns) + self.entered_points(questions):g}"

    def outcome(self, column: Column) -> str:
        """Return the outcome of an exercise."""
        if column.id in self.judged:
            return self.judged[column.id].outcome
        return NOT_READABLE if column.chapter in self.unread else NOT_HANDED_IN

    def shared_notes(self) -> dict[str, list[str]]:
        """Return the notes that several exercises have -> the ids of these."""
        found: dict[str, list[str]] = {}
        for one in self.judged.values():
            for note in one.notes:
                found.setdefault(note, []).append(one.id)
        return {note: ids for note, ids in found.items() if len(ids) > 1}

    def notes_on_all(self) -> list[str]:
        """Return the notes on the hand-in, and those that several exercises have."""
        several = self.shared_notes().items()
        return [*self.notes, *(_of_several(note, ids) for note, ids in several)]

    def notes_on(self, id: str) -> list[str]:
        """Return the notes that one exercise alone has."""
        shared = self.shared_notes()
        own = self.judged[id].notes if id in self.judged else ()
        return [note for note in own if note not in shared]

    def every_note(self) -> list[str]:
        """Return all notes, those on one exercise with its id."""
        own = [f"{id}: {note}" for id in self.judged for note in self.notes_on(id)]
        return [*self.notes_on_all(), *own]


def _of_several(note: str, ids: Sequence[str]) -> str:
    known = _SEVERAL.get(note)
    return known.format(listed(ids)) if known else f"{listed(ids)}: {note}"


def joined(notes: Sequence[str]) -> str:
    """Return notes on one line."""
    return "; ".join(note.rstrip(".") for note in notes)


def listed(words: Sequence[str]) -> str:
    """Return words as in a sentence: "1.1, 1.2 and 1.4"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


# The table


def csv_text(
    rows: Sequence[Row],
    columns: Sequence[Column],
    questions: Sequence[OpenColumn],
    others: Sequence[str] = (),
) -> str:
    """Return the table as CSV: a row a student, points and verdict of each exercise, sums, notes.

    The columns of `questions`, and `others` at the end, hold what a person entered.
    """
    chapters = sorted({one.chapter for one in columns})
    head = ["student"]
    head += [text for one in columns for text in (one.id, f"{one.id} verdict")]
    head += [f"chapter {number}" for number in chapters]
    head += [*(one.name for one in questions), "total", "notes", *others]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        cells = [harmless(row.student)]
        for one in columns:
            cells += [row.shown([one]), row.outcome(one)]
        cells += [row.shown([one for one in columns if one.chapter == n]) for n in chapters]
        cells += [row.entered.get(one.name, "") for one in questions]
        cells += [row.shown(columns, questions), harmless(joined(row.every_note()))]
        cells += [row.entered.get(name, "") for name in others]
        writer.writerow(cells)
    return file.getvalue()


def harmless(text: str) -> str:
    """Return a text on one line that a spreadsheet does not take for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def write_csv(path: Path, text: str) -> None:
    """Write the table with the mark that lets spreadsheets read it as UTF-8."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode("utf-8-sig", "replace"))


def summary(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """Return a row an exercise: how many of each outcome, and the mean of the points."""
    outcomes = [*OUTCOMES, NOT_HANDED_IN]
    if any(row.outcome(one) == NOT_READABLE for row in rows for one in columns):
        outcomes.append(NOT_READABLE)
    lines = [("exercise", *outcomes, "mean points")]
    for one in columns:
        found = [row.outcome(one) for row in rows]
        mean = sum(row.points([one]) for row in rows) / max(len(rows), 1)
        counts = [str(found.count(outcome)) for outcome in outcomes]
        lines.append((one.id, *counts, f"{mean:.2f} of {one.worth}"))
    worth = sum(one.worth for one in columns)
    mean = sum(row.points(columns) for row in rows) / max(len(rows), 1)
    lines.append(("together", *[""] * len(outcomes), f"{mean:.2f} of {worth}"))
    return text_table(lines)
