"""What nbgrader does in this course beside its own work; it lies there as `course_hooks.py`.

`Mend` puts a hand-in in order before it is graded, `SteadyExecute` runs what grading needs and goes
on after a dead kernel, `Discreet` keeps hidden tests and the server's paths out of the feedback.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

HERE = Path(__file__).resolve().parent
OWN_FILES = ("nbgrader_config.py", "course_hooks.py", "judge.py", "manifest.json")
GRADE_ID = re.compile(r"(answer|check)-(\d+)-(\d+)|question-\d+")
HIDDEN = re.compile(r"(?ms)^### BEGIN HIDDEN TESTS\n.*?^### END HIDDEN TESTS\n?")
SOLUTION = re.compile(r"(?ms)^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION\n?")
CHECK = re.compile(r"""^check\(\s*["'](\d+)\.(\d+)["']""", re.MULTILINE)
CALL = re.compile(r"""^check\(\s*["'][\d.]+["'],\s*([\w, ]+)\)""", re.MULTILINE)
PATH = re.compile(r"(?<![\w./<])(?:/[\w.@+~-]+)+/|\b[A-Za-z]:\\(?:[^\s\\:\"']+\\)+")
DEADLIEST = 5  # cells of one notebook that may end the kernel before the rest is left out
ENDED = "This cell ended the whole kernel, so it was left out."
TOO_MANY = "This cell was left out: too many cells before it ended the kernel."
TOO_LONG = "CellTimeoutError"


def own_hash() -> str:
    """Return one hash of the files that grading rests on."""
    texts = [(HERE / name).read_bytes() for name in OWN_FILES if (HERE / name).is_file()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


AT_START = own_hash()


def demand_unchanged(student: str) -> None:
    """Raise `RuntimeError` where the code of a hand-in has changed the files of the course."""
    if own_hash() != AT_START:
        raise RuntimeError(
            f"The files of this nbgrader course were changed while {student} was graded. Look at "
            "that hand-in, then run `python -m utils handout` and grade again."
        )


def find_renamed(assignment: str, student: str, notebooks: list[str], **_: Any) -> None:
    """Let a renamed notebook, such as "01_dataset (1).ipynb", be found: copy it to its own name.

    `notebooks` are the paths of one hand-in; it is changed in place. The newest file counts.
    """
    if not notebooks:
        return
    folder = Path(notebooks[0]).parent
    wanted = sorted((HERE / "source" / folder.name).glob("*.ipynb"))
    names = {path.name for path in wanted}
    others = [Path(one) for one in notebooks if Path(one).name not in names]
    for path in wanted:
        if others and not (folder / path.name).exists():
            newest = max(others, key=lambda one: one.stat().st_mtime)
            shutil.copyfile(newest, folder / path.name)
            notebooks.append(str(folder / path.name))


def source_of(resources: dict[str, Any]) -> NotebookNode:
    """Return the teacher's notebook of what is graded."""
    asked = resources["nbgrader"]
    path = HERE / "source" / asked["assignment"] / f"{asked['notebook']}.ipynb"
    return nbformat.read(path, as_version=4)


def normal(source: str) -> str:
    """Return a text without what an editor may change."""
    return " ".join(source.split())


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's id of a cell, by its metadata or its own id; "" where it has none."""
    told = cell.metadata.get("nbgrader")
    names = (told.get("grade_id", "") if isinstance(told, dict) else "", cell.get("id", ""))
    return next((str(name) for name in names if GRADE_ID.fullmatch(str(name))), "")


def statements_of(source: str) -> list[ast.stmt]:
    """Return the statements of a cell; none where it is no plain Python."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def bound(source: str) -> set[str]:
    """Return the names that a cell defines."""
    found = set()
    for one in statements_of(source):
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.add(one.name)
        for target in getattr(one, "targets", []):
            found |= {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return found


def needed_part(source: str) -> str:
    """Return the imports, definitions and plain values of a cell: what an answer may build on."""
    kept = [one for one in statements_of(source) if _is_definition(one)]
    return "\n".join(map(ast.unparse, kept))


def _is_definition(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    try:
        ast.literal_eval(statement.value if isinstance(statement, ast.Assign) else statement)
    except (ValueError, TypeError, SyntaxError):
        return False
    return isinstance(statement, ast.Assign)


def is_preparation(cell: NotebookNode) -> bool:
    """Return whether a code cell is the set-up, or holds imports."""
    if cell.cell_type != "code":
        return False
    nodes = (node for one in statements_of(cell.source) for node in ast.walk(one))
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)


def as_code(source: str, metadata: dict[str, Any] | None = None) -> NotebookNode:
    """Return a fresh code cell."""
    return nbformat.v4.new_code_cell(source, metadata=metadata or {})


class Exercise:
    """An exercise as the teacher's notebook has it: answer cell, check cell, names, placeholder."""

    def __init__(self, number: str, answer: NotebookNode, check: NotebookNode) -> None:
        self.answer_id, self.check_id = f"answer-{number}", f"check-{number}"
        self.answer, self.check = answer, check
        call = CALL.search(check.source)
        self.names = set(re.findall(r"\w+", call[1])) if call else set()
        self.stub = SOLUTION.sub(r"\1# YOUR CODE HERE\n", answer.source).strip("\n")

    def answered_by(self, cell: NotebookNode) -> bool:
        """Return whether a cell holds something else than the placeholder."""
        return normal(cell.source) not in ("", normal(self.stub))


class Mend(NbGraderPreprocessor):
    """Puts a hand-in in order: what was copied, deleted, moved, retyped or lost its metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Give each exercise one answer cell and, below it, the teacher's own check cell."""
        source = source_of(resources)
        graded = {name: cell for cell in source.cells if (name := grade_id(cell))}
        numbers = [name.removeprefix("answer-") for name in graded if name.startswith("answer-")]
        asked = [Exercise(n, graded[f"answer-{n}"], graded[f"check-{n}"]) for n in numbers]
        own = {normal(cell.source) for cell in source.cells if not grade_id(cell)}
        owners = [owner(cell, graded, asked, own) for cell in nb.cells]
        questions = {name: cell for name, cell in graded.items() if name.startswith("question-")}
        mended = _mended(nb.cells, owners, asked, questions)
        head = [as_code(cell.source) for cell in source.cells if is_preparation(cell)]
        head = [cell for cell in head if normal(cell.source) in own]
        again = {normal(cell.source) for cell in head}
        kept = [c for c in mended if grade_id(c) or normal(c.source) not in again]
        nb.cells = [*head, *kept]
        for number, cell in enumerate(nb.cells):
            cell.id = f"{grade_id(cell) or 'cell'}-{number}"
        return nb, resources


def owner(cell: NotebookNode, graded: dict[str, Any], asked: list[Exercise], own: set[str]) -> str:
    """Return which graded cell a cell of a hand-in is: by its id, else by what it holds."""
    name = grade_id(cell)
    if name in graded:
        return name
    call = CHECK.search(cell.source) if cell.cell_type == "code" else None
    if call and f"check-{call[1]}-{call[2]}" in graded:
        return f"check-{call[1]}-{call[2]}"
    if normal(cell.source) in own:
        return ""
    names = bound(cell.source)
    return next((one.answer_id for one in asked if one.names and one.names <= names), "")


def _mended(
    cells: list[NotebookNode],
    owners: list[str],
    asked: list[Exercise],
    questions: dict[str, NotebookNode],
) -> list[NotebookNode]:
    """Return the cells in order, each graded one exactly once."""
    after: dict[int, list[NotebookNode]] = {}
    graded: dict[int, NotebookNode] = {}
    missing = []
    stubs = {one.answer_id: one for one in asked}
    for one in asked:
        places = [n for n, name in enumerate(owners) if name == one.answer_id]
        tried = [n for n in places if one.answered_by(cells[n])]
        if not places:
            missing += [as_code(one.stub, one.answer.metadata), one.check]
            continue
        chosen = (tried or places)[-1]
        graded[chosen] = as_code(cells[chosen].source, one.answer.metadata)
        checks = [n for n, name in enumerate(owners) if name == one.check_id and n > chosen]
        after.setdefault(max(checks, default=chosen), []).append(one.check)
    for name, cell in questions.items():
        places = [n for n, found in enumerate(owners) if found == name]
        if places:
            text = cells[places[-1]].source
            graded[places[-1]] = nbformat.v4.new_markdown_cell(text, metadata=cell.metadata)
        else:
            missing.append(cell)
    kept = []
    for place, cell in enumerate(cells):
        if place in graded:
            kept.append(graded[place])
        elif _is_worth_keeping(cell, owners[place], stubs):
            cell.metadata = nbformat.from_dict({})
            kept.append(cell)
        kept += after.get(place, [])
    return [*kept, *missing]


def _is_worth_keeping(cell: NotebookNode, name: str, asked: dict[str, Exercise]) -> bool:
    """Return whether a cell that is not graded stays: no placeholder and no check of the course."""
    if name.startswith("check-"):
        exercise = asked.get(name.replace("check-", "answer-"))
        return exercise is not None and bool(exercise.names & bound(cell.source))
    return name not in asked or asked[name].answered_by(cell)


class _Spoilt(Exception):
    """A cell that never ended; its kernel is given up."""


class SteadyExecute(Execute):
    """Runs imports, definitions, answers and checks, and what a student has added.

    The other cells of the chapter show things and take minutes; no exercise needs them. A cell that
    ends the kernel, or never ends, is left out, and the rest is run again.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict | None = None, km: Any = None
    ) -> tuple[NotebookNode, dict]:
        """Run a notebook. Raises `RuntimeError` where it has changed the course's files."""
        student = resources["nbgrader"]["student"]
        demand_unchanged(student)
        source = source_of(resources)
        self.shown = {normal(cell.source) for cell in source.cells if not grade_id(cell)}
        self.deadly: dict[int, str] = {}
        while True:
            try:
                with tempfile.TemporaryDirectory() as private:
                    os.environ["COURSE_PROGRESS"] = str(Path(private) / "progress.json")
                    nb, resources = super().preprocess(nb, resources, km)
                break
            except DeadKernelError:
                self.deadly[self.place] = ENDED
            except _Spoilt:
                self.deadly[self.place] = f"This cell took more than {self.timeout} seconds."
        demand_unchanged(student)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Run a cell, or the part of it that answers may need."""
        if cell.cell_type != "code":
            return cell, resources
        if index in self.deadly or len(self.deadly) > DEADLIEST:
            cell.outputs = [_error(self.deadly.get(index, TOO_MANY))]
            return cell, resources
        self.place = index
        whole = cell.source
        if not grade_id(cell) and normal(whole) in self.shown:
            cell.source = whole if is_preparation(cell) else needed_part(whole)
        try:
            if cell.source.strip():
                cell, resources = super().preprocess_cell(cell, resources, index)
        finally:
            cell.source = whole
        if any(output.get("ename") == TOO_LONG for output in cell.outputs):
            raise _Spoilt
        return cell, resources


def _error(text: str) -> NotebookNode:
    return nbformat.v4.new_output("error", ename="AssertionError", evalue=text, traceback=[text])


class Discreet(NbGraderPreprocessor):
    """Leaves out of the feedback what students must not see: hidden tests, tracebacks, paths."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Clean one cell."""
        if cell.cell_type != "code":
            return cell, resources
        cell.source = HIDDEN.sub("", cell.source).rstrip("\n")
        for output in cell.outputs:
            _clean(output)
        return cell, resources


def _clean(output: NotebookNode) -> None:
    if output.output_type == "error":
        output.evalue = without_paths(output.evalue)
        judged = output.ename in ("AssertionError", "Trouble", "CheckFailed")
        output.traceback = [output.evalue if judged else f"{output.ename}: {output.evalue}"]
    elif output.output_type == "stream":
        output.text = without_paths(output.text)
    for kind, text in output.get("data", {}).items():
        if kind in ("text/plain", "text/html", "text/markdown") and isinstance(text, str):
            output.data[kind] = without_paths(text)


def without_paths(text: str) -> str:
    """Return a text in which files have their names, and not the folders that they lie in."""
    return PATH.sub("", text)
