"""How long a chapter takes: worked out from its words, its code and its exercises.

A reader reads 150 words and 4 lines of code a minute; each exercise and each question says its own
minutes.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from utils.authoring.questions import find_question
from utils.authoring.sections import Section, is_master_only, sections_of
from utils.exercises.exercise import find_exercise

if TYPE_CHECKING:
    from nbformat import NotebookNode

WORDS_A_MINUTE, LINES_A_MINUTE = 150, 4
MOST_CORE_MINUTES = {8: 90}
CORE_MINUTES = 60
STEP = 5
_LINE = re.compile(r"(\*\*Time needed\*\*): [^.]*\.")
# Calls that show a box or a picture of the course: nothing in them wants to be understood.
_BOXES = ("check", "hint", "solution", "predict", "predictions", "outcome", "progress", "show")


@dataclass(frozen=True)
class Minutes:
    """Minutes of a chapter's core path and of its deeper sections."""

    core: float
    deeper: float

    def line(self) -> str:
        """Return the sentence that stands below the goals."""
        core, deeper = (STEP * max(round(part / STEP), 0) for part in (self.core, self.deeper))
        if not deeper:
            return f"**Time needed**: about {core} minutes."
        return (
            f"**Time needed**: about {core} minutes for the core path, and {deeper} minutes more "
            "for the sections marked *deeper*."
        )


def minutes_of(notebook: NotebookNode) -> Minutes:
    """Return the minutes of a master or of a chapter, exercises included."""
    parts: dict[bool, float] = {False: 0.0, True: 0.0}
    for section in sections_of(notebook):
        parts[section.deeper] += _minutes(section)
    return Minutes(parts[False], parts[True])


def _minutes(section: Section) -> float:
    prose = re.sub(r"\]\([^)]*\)", "]", section.prose)
    words = sum(bool(re.search(r"\w", word)) for word in prose.split())
    lines = 0 if section.is_exercise else sum(code_lines(cell) for cell in section.cells)
    return words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + _own_minutes(section.heading)


def _own_minutes(heading: str) -> float:
    """Return the minutes that an exercise or a question takes beyond its text, or 0."""
    exercise = re.match(r"exercise (\d+\.\d+)", heading, re.IGNORECASE)
    question = re.match(r"question (\d+) ·", heading, re.IGNORECASE)
    if exercise:
        return find_exercise(exercise[1]).minutes
    return find_question(question[1]).minutes if question else 0


def code_lines(cell: NotebookNode) -> int:
    """Return the lines of a code cell that a reader reads: no imports, comments, boxes."""
    if is_master_only(cell) or "import utils.support.quiet" in cell.source:
        return 0
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return 0
    numbers: set[int] = set()
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_box(node):
            numbers |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = cell.source.split("\n")
    return sum(bool(re.match(r"\s*[^#\s]", lines[number - 1])) for number in numbers)


def _is_box(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _BOXES


def with_minutes(notebook: NotebookNode) -> NotebookNode:
    """Write the minutes into the sentence that begins with **Time needed**; return the notebook."""
    line = minutes_of(notebook).line()
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and _LINE.search(cell.source):
            cell.source = _LINE.sub(lambda _: line, cell.source, count=1)
            break
    return notebook


def time_problems(notebook: NotebookNode, chapter: int) -> list[str]:
    """Return sentences where the time is not that of the words, or the core path is too long."""
    found = minutes_of(notebook)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    problems = []
    if found.line() not in " ".join(text.split()):
        problems.append(f"The time needed is not what `minutes` writes: {found.line()}")
    most = MOST_CORE_MINUTES.get(chapter, CORE_MINUTES)
    if found.core > most:
        problems.append(f"The core path takes {found.core:.0f} minutes, more than {most}.")
    return problems
