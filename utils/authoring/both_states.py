"""Both states of a chapter in one notebook, so that what takes minutes is run once.

It is the unsolved chapter with a visit at each exercise: the names are kept, the solution and its
check run as in the master, strictly, and the names are put back as they were. Then come the
placeholder and its check, and the chapter goes on unsolved. Every cell has the output that a run
must give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from utils.authoring.notebooks import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    IGNORED_TAG,
    checked_ids,
    expected,
    is_answer,
    prepare,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

# `os` is imported by the set-up of every notebook.
KEEP = """\
_kept = {name: value for name, value in globals().items() if not name.startswith("_")}
os.environ["CHECK_STRICT"] = "1\""""
PUT_BACK = """\
for _name in [name for name in globals() if not name.startswith("_")]:
    del globals()[_name]
globals().update(_kept)
os.environ["CHECK_STRICT"] = \"\""""


def both_states(master: NotebookNode) -> NotebookNode:
    """Return the notebook that runs an executed master's chapter and tries its solutions.

    Raises the `NotebookProblem` of `prepare`, which demands a check after each answer.
    """
    solved = prepare(master)
    unsolved = {cell.id: cell for cell in expected(master).cells}
    cells: list[NotebookNode] = []
    coming = iter(solved.cells)
    for cell in coming:
        if not is_answer(cell):
            cells.append(unsolved.get(cell.id, cell))  # what is for the master only runs too
            continue
        exercise = [cell]
        while not checked_ids(exercise[-1].source):
            exercise.append(next(coming))
        again = [unsolved[one.id] for one in exercise if one.id in unsolved]
        keep, put_back = _silent("keep", cell.id, KEEP), _silent("put-back", cell.id, PUT_BACK)
        cells += [keep, *map(_visited, exercise), put_back, *again]
    solved.cells = cells
    return solved


def _silent(what: str, id: str, source: str) -> NotebookNode:
    """Return a cell of ours, which shows nothing."""
    from nbformat.v4 import new_code_cell

    return new_code_cell(source, id=f"{what}-{id}", metadata={"tags": [IGNORED_TAG]})


def _visited(cell: NotebookNode) -> NotebookNode:
    """Give a solved cell an id of its own, beside the unsolved one; return it.

    A hidden test that is the visible check once more is left out: here that one is strict too.
    """
    cell.id = f"solved-{cell.id}"
    visible, _, hidden = cell.source.partition(BEGIN_HIDDEN)
    call = hidden.replace(END_HIDDEN, "").strip()
    if call.endswith(", strict=True)") and call.replace(", strict=True", "") in visible.split("\n"):
        cell.source = visible.strip("\n")
    return cell
