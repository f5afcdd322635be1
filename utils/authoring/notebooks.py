"""One master, two notebooks: preparing, executing and deriving.

`solutions/NN_*.ipynb` is the master, with all outputs; `chapters/NN_*.ipynb` is derived from it
without a run, and has none, so that no answer stands below its question.
The markers and the cell metadata (schema 3) are nbgrader's, so a teacher may also release the
masters with nbgrader itself.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import os
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.authoring.pictures import PICTURES
from utils.authoring.questions import YOUR_TEXT, asked_in, find_question
from utils.authoring.sections import is_master_only
from utils.exercises.boxes import Box
from utils.exercises.check import unsolved
from utils.exercises.exercise import find_exercise
from utils.exercises.solutions import BEGIN_SOLUTION, END_SOLUTION, answer_grade_id
from utils.support.files import atomic_path
from utils.support.paths import ROOT, SOLUTIONS

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
YOUR_CODE = "# YOUR CODE HERE"
COMPARED_TAG, IGNORED_TAG = "nbval-check-output", "nbval-ignore-output"
SANITIZERS = ROOT / "tests" / "nbval_sanitize.cfg"
CELL_SECONDS, START_SECONDS = 600, 300
# The first code cell of every notebook: finds the course from whatever folder it is started in.
SETUP = """\
import os
import sys

sys.path.insert(0, os.environ.get("COURSE_ROOT", ".."))  # the folder that holds `utils`
try:
    import utils.support.quiet  # TensorFlow starts without its log lines
except ImportError as error:  # shown as one sentence
    error._render_traceback_ = lambda: [
        "The course's library is not here: get the whole course and open this notebook in its "
        "folder chapters/, or let COURSE_ROOT name the course's folder."
    ]
    raise"""
# What a kernel of the environment that `make` builds says of itself. JupyterLab writes it into a
# notebook that is opened, which stays unchanged where it stands there already.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3",
}
SETUP_MARK = "# SETUP"  # an author writes this line for it
INLINE = "module://matplotlib_inline.backend_inline"
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONHASHSEED": "0",
    "COURSE_WIDGETS": "off",
}


class NotebookProblem(Exception):
    """A notebook that cannot be prepared, executed or derived; the text says where and why."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as format 4."""
    import nbformat

    return nbformat.read(path, as_version=4)


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook as `notebook_text` lays it out, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(notebook_text(notebook).encode("utf-8"))


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook's one and only text: sorted keys, one space, a newline at the end."""
    import nbformat

    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


# Reading cells


def checked_ids(source: str) -> list[str]:
    """Return the exercises that a cell calls `check` on, in order, e.g. ["4.2"].

    Calls with `strict` do not count: they are hidden tests.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
    named = [call for call in named if not call.keywords]
    firsts = [call.args[0] for call in sorted(named, key=lambda call: call.lineno)]
    return [str(first.value) for first in firsts if isinstance(first, ast.Constant)]


def is_answer(cell: NotebookNode) -> bool:
    """Return whether a code cell holds a solution between markers."""
    return cell.cell_type == "code" and BEGIN_SOLUTION in cell.source


# Preparing: what an author need not write


def prepare(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with cell ids, nbgrader's metadata and nothing that varies by machine.

    An answer cell belongs to the exercise that the next check cell names, an answer in words to
    the question above it; points come from the exercise or the question. Raises `NotebookProblem`
    for an answer without a check or a question, and for an unknown exercise or question.
    """
    import nbformat

    fresh = copy.deepcopy(notebook)
    fresh.nbformat, fresh.nbformat_minor = 4, 5
    # Which variants a notebook was handed out with: see `utils.authoring.variants.stamp`.
    stamped = {"course": fresh.metadata["course"]} if "course" in fresh.metadata else {}
    fresh.metadata = nbformat.from_dict(
        {
            **stamped,
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": LANGUAGE,
        }
    )
    for cell in fresh.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        if cell.cell_type == "code" and cell.source == SETUP_MARK:
            cell.source = SETUP
        kept = {key: cell.metadata[key] for key in ("tags", "nbgrader") if key in cell.metadata}
        if cell.cell_type == "code" and cell.source == SETUP:
            # JupyterLab shows it folded, pages without it.
            kept |= {"jupyter": {"source_hidden": True}, "tags": ["remove-input"]}
        if is_master_only(cell):
            kept |= {"jupyter": {"source_hidden": True}}
        cell.metadata = nbformat.from_dict(kept)
    for place, cell in enumerate(fresh.cells):
        if cell.cell_type == "code":
            _grade(cell, fresh.cells[place + 1 :])
        elif cell.source == YOUR_TEXT:
            _grade_by_hand(cell, fresh.cells[place - 1] if place else cell)
    _name_cells(fresh.cells)
    return fresh


def _grade(cell: NotebookNode, after: list[NotebookNode]) -> None:
    """Write nbgrader's metadata into an answer cell or a check cell."""
    ids = checked_ids(cell.source)
    if is_answer(cell):
        ids = next((found for later in after if (found := checked_ids(later.source))), [])
        if not ids:
            raise NotebookProblem(f"No check follows the answer cell:\n{cell.source}")
        cell.metadata["nbgrader"] = _nbgrader(answer_grade_id(ids[0]), solution=True)
    elif ids:
        try:
            points = sum(find_exercise(id).points for id in ids)
        except KeyError as error:
            raise NotebookProblem(error.args[0]) from error
        grade_id = "check-" + ids[0].replace(".", "-")
        cell.metadata["nbgrader"] = _nbgrader(grade_id, grade=True, locked=True, points=points)
        cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), COMPARED_TAG})


def _grade_by_hand(cell: NotebookNode, above: NotebookNode) -> None:
    """Write nbgrader's metadata into the cell that answers the question in the cell above."""
    try:
        question = find_question(asked_in(above.source))
    except KeyError as error:
        raise NotebookProblem(f"{error.args[0]} Above `{YOUR_TEXT}`:\n{above.source}") from error
    cell.metadata["nbgrader"] = _nbgrader(
        question.grade_id, grade=True, solution=True, points=question.points
    )


def _nbgrader(grade_id: str, **given: Any) -> NotebookNode:
    import nbformat

    flags = {"grade": False, "locked": False, "solution": False, "task": False}
    return nbformat.from_dict({**flags, "grade_id": grade_id, "schema_version": 3, **given})


def _name_cells(cells: list[NotebookNode]) -> None:
    """Give each cell an id that depends on its own content only."""
    used: dict[str, int] = {}
    for cell in cells:
        given = cell.metadata.get("nbgrader", {}).get("grade_id")
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:10]
        name = given or f"cell-{digest}"
        used[name] = used.get(name, 0) + 1
        cell.id = name if used[name] == 1 else f"{name}-{used[name]}"


# Executing


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return the notebook run in a fresh kernel in `folder`, its outputs tidied.

    The solutions must check out (`CHECK_STRICT=1`). Raises `NotebookProblem` where a cell fails,
    runs over the time, or writes a warning or log line.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    fresh = prepare(notebook)
    client = NotebookClient(
        fresh,
        timeout=5 * CELL_SECONDS,  # by the clock, which a busy machine stretches
        startup_timeout=START_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    before = os.environ.copy()
    os.environ.update(QUIET, CHECK_STRICT="1", MPLBACKEND=INLINE)
    os.environ.pop("DATASET", None)  # what is committed is the run on the embedded data
    try:
        with tempfile.TemporaryDirectory() as private:
            os.environ["COURSE_PROGRESS"] = str(Path(private) / "progress.json")
            client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookProblem(f"The run stopped: {error}") from error
    finally:
        os.environ.clear()
        os.environ.update(before)
    return tidy(fresh)


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with merged streams, counted cells and PNG pictures only."""
    fresh = prepare(notebook)
    problems, count = [], 0
    for cell in fresh.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = _merged(cell.outputs)
        for output in cell.outputs:
            problems += [f"{trouble}, written by:\n{cell.source}" for trouble in _tidied(output)]
            if output.output_type == "execute_result":
                output.execution_count = count
    if problems:
        raise NotebookProblem("\n\n".join(problems))
    return fresh


def _merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was written to one stream in pieces."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last is not None and "stream" == output.output_type == last.output_type:
            same_stream = output.name == last.name
        else:
            same_stream = False
        if same_stream:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def _tidied(output: NotebookNode) -> list[str]:
    """Tidy an output in place; return what must not be in it."""
    if output.output_type == "error":
        return [f"An error: {output.ename}: {output.evalue}"]
    if output.output_type == "stream":
        return [f"A warning or log line: {output.text!r}"] if output.name == "stderr" else []
    for kind in [kind for kind in output.data if kind.startswith("image/")]:
        if kind in PICTURES:
            output.data[kind] = output.data[kind].replace("\n", "")
        else:
            del output.data[kind]
    return []


# Deriving


def derive(master: NotebookNode) -> NotebookNode:
    """Return the reader's notebook of a master: no solutions, hidden tests and outputs."""
    fresh = expected(master)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return fresh


def expected(master: NotebookNode) -> NotebookNode:
    """Return the reader's notebook of an executed master with the outputs that a run must give.

    Answer cells have no output; a check shows what it shows on a placeholder; every other cell
    keeps the master's output, since nothing after an exercise depends on the reader's answer.
    """
    fresh = prepare(master)
    fresh.cells = [cell for cell in fresh.cells if not is_master_only(cell)]
    count = 0
    for cell in fresh.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        answer, ids = is_answer(cell), checked_ids(cell.source)
        cell.source = _without(cell.source, BEGIN_HIDDEN, END_HIDDEN, "")
        cell.source = _without(cell.source, BEGIN_SOLUTION, END_SOLUTION, YOUR_CODE)
        cell.execution_count = count
        if answer:
            cell.outputs = []
        elif ids:
            cell.outputs = [_as_output(unsolved(find_exercise(id)).box) for id in ids]
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return fresh


def _as_output(box: Box) -> NotebookNode:
    import nbformat

    return nbformat.v4.new_output("display_data", data=box.bundle(), metadata={})


def _without(source: str, begin: str, end: str, stand_in: str) -> str:
    """Drop each region from a line `begin` to a line `end`; `stand_in` keeps the indentation."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if line.strip() == begin:
            if inside:
                raise NotebookProblem(f"{begin} stands within {begin}:\n{source}")
            inside = True
            if stand_in:
                kept.append(line[: len(line) - len(line.lstrip())] + stand_in)
        elif line.strip() == end:
            if not inside:
                raise NotebookProblem(f"{end} stands without {begin}:\n{source}")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise NotebookProblem(f"{begin} has no {end}:\n{source}")
    return "\n".join(kept).strip("\n")


def masters() -> list[Path]:
    """Return the master notebooks in order."""
    return sorted(SOLUTIONS.glob("[0-9][0-9]_*.ipynb"))


def derived_text(master: Path) -> str:
    """Return the text that the chapter of a master must have, byte for byte."""
    return notebook_text(derive(read_notebook(master)))


def unstable_cells(notebook: NotebookNode, folder: Path) -> list[str]:
    """Return the cells that print something else when they are run twice in a row."""
    doubled = prepare(notebook)
    doubled.cells = [copy.deepcopy(cell) for cell in doubled.cells for _ in range(2)]
    cells = execute(doubled, folder).cells
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return [
        first.source
        for first, second in pairs
        if first.cell_type == "code" and _compared(first) != _compared(second)
    ]


def _compared(cell: NotebookNode) -> list[str]:
    """Return what a cell shows, without what may differ; ignored cells without their numbers."""
    shown = []
    for output in cell.outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        if IGNORED_TAG in cell.metadata.get("tags", []):
            text = str(data.get("text/plain", ""))
            shown.append(re.sub(r"\d[\d.,]*", "N", text))
        else:
            shown += [sanitized(str(part)) for part in data.values()]
    return shown


@lru_cache(maxsize=1)
def _sanitizers() -> tuple[tuple[str, str], ...]:
    rules = SANITIZERS.read_text(encoding="ascii")
    return tuple(re.findall(r"^regex: (.*)$\n^replace: (.*)$", rules, re.MULTILINE))


def sanitized(text: str) -> str:
    """Return text without what may differ between two right runs, as nbval compares it."""
    for pattern, stand_in in _sanitizers():
        text = re.sub(pattern, stand_in, text)
    return text
