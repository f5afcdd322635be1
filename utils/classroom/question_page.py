"""The page for who grades the questions: each with its rubric and all answers below it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from utils.authoring.questions import YOUR_TEXT, Question, asked_in, find_question
from utils.classroom.cells import Cell
from utils.classroom.feedback import given, whole_page
from utils.classroom.report import NOT_HANDED_IN, NOT_READABLE, OpenColumn, Row
from utils.classroom.submissions import Student
from utils.support.files import atomic_path

NO_ANSWER = "no answer"
WHERE = (
    "An answer is what stands in the cell below the question. Enter the points in the columns "
    "`question N` of the table: they stay there when you grade again."
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

    The cell is found by nbgrader's id or its own; else it is the one below the question.
    """
    grade_id = f"question-{chapter}"
    found = [cell for cell in cells if grade_id in (cell.grade_id, cell.id)]
    if not found:
        pairs = pairwise(cells)
        found = [below for above, below in pairs if asked_in(above.source) == str(chapter)]
    text = "\n\n".join(cell.source.strip() for cell in found)
    return text.replace(YOUR_TEXT, "").strip()
