"""What the course asks for in a chapter, read from its master: exercises, names, placeholders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from utils.authoring.notebooks import derive, masters, read_notebook
from utils.classroom.asked import Asked, Plan, normal
from utils.classroom.cells import GRADE_ID, bound_by, names_needed
from utils.classroom.magics import code_of, parsed
from utils.exercises.exercise import find_exercise
from utils.exercises.stubs import own_stubs, stub_hashes
from utils.exercises.variants import use
from utils.support.paths import ROOT

if TYPE_CHECKING:
    from nbformat import NotebookNode

QUESTION = "question-"


def master_of(chapter: int) -> Path:
    """Return a chapter's master; raises `ValueError` where the course here has none."""
    found = [path for path in masters() if path.name.startswith(f"{chapter:02d}_")]
    if not found:
        raise ValueError(
            f"There is no master of chapter {chapter} in solutions/: grade with the whole course, "
            "not with what students get."
        )
    return found[0]


@cache
def chapters_with_masters() -> tuple[int, ...]:
    """Return the numbers of the chapters that can be graded."""
    return tuple(int(path.name[:2]) for path in masters())


@cache
def _notebooks(chapter: int) -> tuple[NotebookNode, NotebookNode]:
    """Return a chapter's master and what is derived from it."""
    master = read_notebook(master_of(chapter))
    return master, derive(master)


@lru_cache(maxsize=64)
def plan_of(chapter: int, seed: str = "", student: str = "") -> Plan:
    """Return the plan of a chapter in the variants of a seed, and of a student where one is named.

    Raises `ValueError` where its master is missing.
    """
    from utils.authoring.variants import with_variants

    master, derived = _notebooks(chapter)
    with use(seed, student):
        readers = with_variants(derived)
    return _plan(chapter, master, readers)


def _plan(chapter: int, master: NotebookNode, readers: NotebookNode) -> Plan:
    """Return the plan of a chapter; `readers`: the notebook that students have."""
    code = [cell for cell in readers.cells if cell.cell_type == "code"]
    answers = {id: cell.source for cell in code if (id := _answered(cell))}
    own = [cell.source for cell in code if not GRADE_ID.fullmatch(_grade_id(cell))]
    calls = dict(pair for cell in code for pair in handed_over(cell.source))
    first = next((cell.source for cell in readers.cells if cell.source.startswith("# ")), "")
    statements = [one for source in own for one in code_of(source).tree.body]
    return Plan(
        chapter,
        first.partition("\n")[0].lstrip("# ").strip(),
        tuple(_asked(id, calls.get(id, ()), answers[id]) for id in answers),
        tuple(sorted(set(map(normal, own)))),
        tuple(map(ast.unparse, _imports([*statements, *_of_answers(answers)]))),
        tuple(ast.unparse(one) for one in statements if _is_definition(one)),
        tuple(name for cell in readers.cells if (name := _grade_id(cell)).startswith(QUESTION)),
        _modules_needed(master, statements),
    )


def _modules_needed(master: NotebookNode, statements: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Return the modules of the chapter's imports that the right answers use by name."""
    code = [cell for cell in master.cells if cell.cell_type == "code" and _answered(cell)]
    needed = set().union(*(names_needed(cell.source) for cell in code))
    inside = [one for cell in code for one in code_of(cell.source).tree.body]
    imports = _imports([*statements, *inside])
    used = (one for one in imports if bound_by(one) & needed)
    modules = {name for one in used for name in _modules_of(one, needed)}
    return tuple(sorted(modules | ({"keras"} if any(map(_loads_keras, modules)) else set())))


def _loads_keras(module: str) -> bool:
    """Return whether a module of the library loads Keras inside a function, when it is called.

    Keras takes seconds: it is loaded once for a class, not once for each student. What measures
    for an experiment runs in the judge.
    """
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    in_library = module.startswith("utils.") and not module.startswith("utils.exercises")
    if not in_library or not path.is_file():
        return False
    return bool(re.search(r"^\s*(import|from) keras\b", path.read_text(encoding="utf-8"), re.M))


def _modules_of(statement: ast.stmt, needed: set[str]) -> Iterable[str]:
    if isinstance(statement, ast.ImportFrom):
        return [statement.module or ""]
    names = statement.names
    return [one.name for one in names if (one.asname or one.name.partition(".")[0]) in needed]


def _asked(id: str, names: tuple[str, ...], source: str) -> Asked:
    exercise = find_exercise(id)
    stubs = tuple(sorted({*own_stubs(id), *stub_hashes(source)}))
    return Asked(id, exercise.title, exercise.points, names, stubs, normal(source))


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _answered(cell: NotebookNode) -> str:
    """Return the exercise that a cell of the course is the answer cell of, or ""."""
    found = GRADE_ID.fullmatch(_grade_id(cell))
    return f"{found[2]}.{found[3]}" if found and found[1] == "answer" else ""


def handed_over(source: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (exercise id, names) of the calls of `check` in a cell of the course."""
    calls = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
    return [
        (str(call.args[0].value), tuple(ast.unparse(answer) for answer in call.args[1:]))
        for call in named
        if call.args and isinstance(call.args[0], ast.Constant)
    ]


def _of_answers(answers: dict[str, str]) -> Iterable[ast.stmt]:
    """Yield the statements of the placeholders: some come with imports of their own."""
    for source in answers.values():
        yield from code_of(source).tree.body


def _imports(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    return [one for one in statements if isinstance(one, ast.Import | ast.ImportFrom)]


def _is_definition(statement: ast.stmt) -> bool:
    """Return whether a statement defines a function, a class or a plain value."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return True
    if not isinstance(statement, ast.Assign) or not bound_by(statement):
        return False
    try:
        ast.literal_eval(statement.value)
    except ValueError:
        return False
    return True
