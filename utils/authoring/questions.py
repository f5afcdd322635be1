"""The questions that a person grades: one a chapter, answered in words, below a heading of its own.

Their texts, rubrics and sample answers stand in `utils/classroom/questions.toml`, which students
never get. A master holds the text; `question_problems` compares the two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from utils.authoring.sections import DEEPER
from utils.support.paths import ROOT

if TYPE_CHECKING:
    from nbformat import NotebookNode

QUESTIONS = ROOT / "utils" / "classroom" / "questions.toml"
YOUR_TEXT = "YOUR ANSWER HERE"  # what nbgrader writes into a cell that it empties
LEVELS = (3, 2, 1)  # the points of the levels of a rubric, the best first
ADVICE = "*Double-click the cell below to write. A person grades this one, if you are in a class.*"
_HEADING = re.compile(r"^### Question (\d+) · ", re.MULTILINE)


@dataclass(frozen=True)
class Level:
    """A level of a rubric: its points, what an answer of it says, and such an answer."""

    points: int
    says: str
    sample: str


@dataclass(frozen=True)
class Question:
    """A question of one chapter; `id` is the chapter's number as text, `minutes` those to write."""

    id: str
    title: str
    text: str
    minutes: float
    points: int
    levels: tuple[Level, ...]

    @property
    def grade_id(self) -> str:
        """The name of its answer cell, e.g. "question-4"."""
        return f"question-{self.id}"

    @property
    def cell(self) -> str:
        """The Markdown of the cell that asks it."""
        return f"### Question {self.id} · {self.title} {DEEPER}\n\n{self.text}\n\n{ADVICE}"


@cache
def load_questions(path: Path = QUESTIONS) -> tuple[Question, ...]:
    """Return the questions of a file in its order.

    Raises `ValueError` where a rubric has other levels than 3, 2 and 1 points.
    """
    found = []
    for id, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
        levels = tuple(
            Level(level["points"], level["says"].strip(), level["sample"].strip())
            for level in words.pop("levels")
        )
        if tuple(level.points for level in levels) != LEVELS or words["points"] != LEVELS[0]:
            raise ValueError(
                f"{path.name}: the levels of question {id} should give 3, 2 and 1 points."
            )
        words["text"] = words["text"].strip()
        found.append(Question(id=id, levels=levels, **words))
    return tuple(found)


def find_question(id: str) -> Question:
    """Return a question by its chapter; raises `KeyError` with a sentence where there is none."""
    for question in load_questions():
        if question.id == id:
            return question
    raise KeyError(f"There is no question {id!r} in {QUESTIONS.name}: write it there first.")


def asked_in(source: str) -> str:
    """Return the id of the question that a Markdown cell asks, "" where it asks none."""
    match = _HEADING.search(source)
    return match[1] if match else ""


def question_problems(notebook: NotebookNode, chapter: int) -> Iterator[str]:
    """Return sentences where a notebook does not ask its question, or asks it in other words."""
    wanted = [question for question in load_questions() if question.id == str(chapter)]
    cells = notebook.cells
    places = [
        place
        for place, cell in enumerate(cells)
        if cell.cell_type == "markdown" and asked_in(cell.source)
    ]
    asked = [asked_in(cells[place].source) for place in places]
    if asked != [question.id for question in wanted]:
        yield f"The questions that it asks, {asked}, are not those of {QUESTIONS.name}."
        return
    for question, place in zip(wanted, places, strict=True):
        if cells[place].source != question.cell:
            yield f"Question {question.id} is not asked in the words of {QUESTIONS.name}."
        below = cells[place + 1] if place + 1 < len(cells) else None
        grading = below.metadata.get("nbgrader", {}) if below is not None else {}
        if grading.get("grade_id") != question.grade_id:
            yield f"No cell `{YOUR_TEXT}` stands below question {question.id} (run `prepare`)."
