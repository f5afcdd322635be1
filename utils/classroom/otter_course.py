"""Masters for otter-grader: each chapter in otter-assign's format, and the judge beside them.

Each exercise is a question: its answer cell with the solution between otter's marks, and one hidden
test, worth all its points, that asks the judge. What a person grades becomes a manual question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from utils.authoring.notebooks import YOUR_CODE
from utils.classroom.judge_folder import copy_whole
from utils.classroom.nbgrader_course import lay_notebooks, source_notebook
from utils.exercises.solutions import BEGIN_SOLUTION, END_SOLUTION
from utils.support.class_settings import ClassSettings

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = "otter"
README = "otter_readme.md"
CONFIG = """\
# ASSIGNMENT CONFIG
init_cell: false
check_all_cell: false
export_cell: false
solutions_pdf: false
template_pdf: false
run_tests: false
generate:
  show_hidden: false
  pdf: false"""
TEST = '''\
""" # BEGIN TEST CONFIG
hidden: true
points: {points}
""" # END TEST CONFIG
{code}'''
HIDDEN = re.compile(r"(?ms)^### BEGIN HIDDEN TESTS\n(.*?)\n### END HIDDEN TESTS$")


def lay(dest: Path, settings: ClassSettings, chapters: Sequence[int]) -> None:
    """Write `dest`/otter for some chapters; none given means all that are graded, 1 to 8.

    Raises what `lay_notebooks` raises.
    """
    folder = dest / FOLDER
    lay_notebooks(folder / "masters", settings, chapters, otter_master)
    copy_whole(Path(__file__).with_name(README), folder / "README.md")


def otter_master(master: NotebookNode, judge: Path) -> NotebookNode:
    """Return a master in otter-assign's format; cells for the master only and outputs are gone."""
    fresh = source_notebook(master, judge)
    checks = {name: cell for cell in fresh.cells if (name := _grade_id(cell)).startswith("check-")}
    cells = [_raw(CONFIG)]
    for cell in fresh.cells:
        kind, _, number = _grade_id(cell).partition("-")
        if kind == "answer":
            cells += _question(number, cell, checks[f"check-{number}"])
        elif kind == "question":
            cells += _manual(number, cell)
        else:
            cells.append(_plain(cell))
    for count, cell in enumerate(cells):
        cell.id = f"cell-{count}"
    fresh.cells = cells
    return fresh


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _question(number: str, answer: NotebookNode, check: NotebookNode) -> list[NotebookNode]:
    """Return the cells of an exercise: its answer, and the hidden test that asks the judge."""
    import nbformat

    hidden = HIDDEN.search(check.source)
    points = check.metadata["nbgrader"]["points"]
    return [
        _raw(f"# BEGIN QUESTION\nname: exercise-{number}\npoints: {points}\ncheck_cell: false"),
        _raw("# BEGIN SOLUTION"),
        nbformat.v4.new_code_cell(with_otters_marks(answer.source)),
        _raw("# END SOLUTION"),
        _raw("# BEGIN TESTS"),
        nbformat.v4.new_code_cell(TEST.format(points=points, code=hidden[1])),
        _raw("# END TESTS"),
        _raw("# END QUESTION"),
    ]


def _manual(number: str, cell: NotebookNode) -> list[NotebookNode]:
    """Return the cells of a question that a person grades."""
    import nbformat

    points = cell.metadata["nbgrader"]["points"]
    return [
        _raw(f"# BEGIN QUESTION\nname: question-{number}\nmanual: true\npoints: {points}"),
        _raw("# BEGIN SOLUTION"),
        nbformat.v4.new_markdown_cell("A person grades this one."),
        _raw("# END SOLUTION"),
        _raw("# END QUESTION"),
    ]


def _plain(cell: NotebookNode) -> NotebookNode:
    """Return a cell without nbgrader's words and hidden tests."""
    import nbformat

    text = HIDDEN.sub("", cell.source).strip("\n")
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(text)
    return nbformat.v4.new_markdown_cell(text)


def _raw(text: str) -> NotebookNode:
    import nbformat

    return nbformat.v4.new_raw_cell(text)


def with_otters_marks(source: str) -> str:
    """Return an answer cell with otter's marks; the placeholder stays the chapter's own."""
    lines = []
    for line in source.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() == BEGIN_SOLUTION:
            lines.append(f"{indent}# BEGIN SOLUTION NO PROMPT")
        elif line.strip() == END_SOLUTION:
            lines += [f"{indent}# END SOLUTION", f'{indent}""" # BEGIN PROMPT']
            lines += [f"{indent}{YOUR_CODE}", f'{indent}""" # END PROMPT']
        else:
            lines.append(line)
    return "\n".join(lines)
