"""The page for who grades the questions: each with its rubric and all answers below it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from utils.authoring.questions import YOUR_TEXT, Question, asked_in, find_question
from utils.classroom.asked import normal
from utils.classroom.cells import Cell
from utils.classroom.feedback import given, whole_page
from utils.classroom.report import NOT_HANDED_IN, NOT_READABLE, OpenColumn, Row
from utils.classroom.submissions import Student
from utils.support.files import atomic_path
from utils.support.paths import CHAPTERS

NO_ANSWER = "no answer"
WHERE = (
    "An answer is what stands in the cell below the question, or, where that is empty, what was "
    "written beside it. Enter the points in the columns `question N` of the table: they stay there "
    "when you grade again."
)


def write_question_page(
    path: Path, students: Sequence[Student], rows: Sequence[Row], questions: Sequence[OpenColumn]
) -> None:
    """Write the page with all answers of a class; `rows`: what was entered for them so far."""
    with atomic_path(path) as temporary:
        text = question_page(students, rows, questions)
        temporary.write_text(text, encoding="utf-8", errors="replace")


def question_page(
    students: Sequence[Student], rows: Sequence[Row], questions: Sequence[OpenColumn]
) -> str:
    """Return the page; what students wrote is escaped."""
    by_name = {row.student: row for row in rows}
    parts = [f"<h1>Questions</h1>\n{_paragraphs(WHERE)}"]
    for column in questions:
        parts.append(_asked(find_question(str(column.chapter))))
        parts += [_answered(one, by_name[one.name], column) for one in students]
    return whole_page("Questions", "\n".join(parts))


def _asked(question: Question) -> str:
    levels = "".join(
        f"<h4>{_points(level.points)}</h4>\n{_paragraphs(level.says)}"
        f"<p>A sample answer:</p>\n<blockquote>{_paragraphs(level.sample)}</blockquote>\n"
        for level in question.levels
    )
    return (
        f"<h2>Question {question.id} · {html.escape(question.title)}</h2>\n"
        f"{_paragraphs(question.text)}<h3>Rubric</h3>\n{levels}"
    )


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


def _paragraphs(text: str) -> str:
    """Return a text of the course as paragraphs, which a blank line divides; `names` as code."""
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    written = "".join(f"<p>{html.escape(part)}</p>\n" for part in parts)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", written)


def _block(text: str) -> str:
    """Return what a student wrote, line by line as it was written."""
    return f'<p class="answer">{html.escape(text)}</p>\n'


def _answered(student: Student, row: Row, column: OpenColumn) -> str:
    name, handed = html.escape(student.name), student.notebooks.get(column.chapter)
    if handed is None:
        text = NOT_READABLE if student.is_unread(column.chapter) else NOT_HANDED_IN
    else:
        text = open_answer(handed.cells, column.chapter)
    body = _block(text) if handed and text else f"<p><em>{text or NO_ANSWER}</em></p>\n"
    return (
        f'<article>\n<h3>{name}</h3>\n<p class="outcome">{given(column, row)}</p>\n{body}</article>'
    )


def open_answer(cells: Sequence[Cell], chapter: int) -> str:
    """Return what a student wrote for a chapter's question, "" where there is nothing.

    The cell is found by nbgrader's id or its own; else it is the one below the question. Where it
    is empty, what the student has added to the question or beside that cell is the answer.
    """
    grade_id, course = f"question-{chapter}", _course_cells(chapter)
    own = [place for place, cell in enumerate(cells) if grade_id in (cell.grade_id, cell.id)]
    asked = [n for n, cell in enumerate(cells) if asked_in(cell.source) == str(chapter)]
    below = [n + 1 for n in asked if n + 1 < len(cells) and not _is_of(course, cells[n + 1])]
    text = _joined(cells[place].source for place in own or below)
    if text or not (own or asked):
        return text
    added = [_added_to_question(cells[place].source, chapter) for place in asked]
    for place in sorted({*asked, *own}):
        added += _added_below(cells, place, course)
    return _joined(dict.fromkeys(added))


def _joined(texts: Iterable[str]) -> str:
    """Return texts below each other, without what nbgrader writes into a cell."""
    found = (text.replace(YOUR_TEXT, "").strip() for text in texts)
    return "\n\n".join(filter(None, found))


def _added_to_question(source: str, chapter: int) -> str:
    """Return the lines of the question's cell that the course has not written."""
    own = {normal(line) for line in find_question(str(chapter)).cell.split("\n")}
    lines = [line for line in source.split("\n") if not line.strip() or normal(line) not in own]
    return "\n".join(lines).strip()


def _added_below(cells: Sequence[Cell], place: int, course: frozenset[str]) -> list[str]:
    """Return the texts that follow a cell, up to the next one of the course; code is none."""
    found = []
    for cell in cells[place + 1 :]:
        if _is_of(course, cell) or cell.owner[0]:
            break
        if cell.kind != "code":
            found.append(cell.source)
    return found


def _is_of(course: frozenset[str], cell: Cell) -> bool:
    """Return whether a cell is one of the course, by its id or its text."""
    return not {cell.id, cell.grade_id, normal(cell.source)}.isdisjoint(course)


@cache
def _course_cells(chapter: int) -> frozenset[str]:
    """Return the ids and the texts of a chapter's cells, as readers get it."""
    found = set()
    for path in CHAPTERS.glob(f"{chapter:02d}_*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = normal("".join(cell["source"]))
            is_open = text in ("", YOUR_TEXT)
            found.update(() if is_open else (cell.get("id", ""), text))
    return frozenset(found - {""})
