"""Whether an answer is the reader's own work, or hands in what the course has.

Three things are refused: a function of the course as an answer; code that uses what an exercise
asks for (`without` in `chapter_N.toml` lists the names); and code that looks into the checks or the
solutions.
"""

import ast
import functools
import inspect
import re
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from utils.exercises.exercise import Exercise

OURS = "This is a function of the course. Write it yourself."
WITHOUT = "Write this one without `{name}`: here the work is yours, and not the course's."
LOOKS = "This answer looks into the checks or the solutions of the course. Write it yourself."
PEEKED = re.compile(
    r"exercises\.(chapter_\d|values_\d|drawn|packed|sealed|solutions)|solution_source"
    r"|\bsolutions[/\\]|\bchecks\.bin\b"
)
PEEKED_MODULE = re.compile(r"(chapter|values)_\d+|drawn|packed|sealed|solutions")
MOST_WRAPPERS = 20


def problem_of(exercise: Exercise, answers: tuple[Any, ...]) -> str:
    """Return why answers are not the reader's own work, as a sentence; "" where they are."""
    bare = [_bare(answer) for answer in answers if callable(answer)]
    if any(map(_is_ours, bare)):
        return OURS
    names: set[str] = set()
    for function in _functions(bare):
        names.update(_names_in(function))
    return _problem(exercise, names)


def problem_of_source(exercise: Exercise, source: str) -> str:
    """Return what `problem_of` says, from the text of an answer cell alone.

    Cells of imports may stand before it, so that a name is known that was imported as another.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # whoever runs it is told
        return ""
    return _problem(exercise, set(_names_in_text(tree)))


def _problem(exercise: Exercise, names: set[str]) -> str:
    """Return the sentence about the names and texts that code holds, or ""."""
    in_exercises = any(name.endswith("exercises") for name in names)
    for name in names:
        if PEEKED.search(name) or (in_exercises and PEEKED_MODULE.fullmatch(name)):
            return LOOKS
    used = [name for name in exercise.without if name in names]
    return WITHOUT.format(name=used[0]) if used else ""


def _bare(value: Any) -> Any:
    """Return the function inside partial functions, methods and wrappers."""
    for _ in range(MOST_WRAPPERS):
        if isinstance(value, functools.partial):
            value = value.func
        elif inspect.ismethod(value):
            value = value.__func__
        elif callable(value) and callable(getattr(value, "__wrapped__", None)):
            value = value.__wrapped__
        elif callable(getattr(value, "python_function", None)):  # of TensorFlow
            value = value.python_function
        else:
            break
    return value


def _is_ours(value: Any) -> bool:
    """Return whether a function, a class or a thing is the course's."""
    homes = [getattr(value, "__module__", None)]
    if isinstance(value, FunctionType):
        homes.append(value.__globals__.get("__name__"))
    return any(isinstance(home, str) and home.startswith("utils.") for home in homes)


def _functions(answers: list[Any]) -> list[FunctionType]:
    """Return the reader's functions among answers, and those of the same notebook they use."""
    found: dict[int, FunctionType] = {}
    homes = {getattr(answer, "__module__", None) for answer in answers} - {None}
    seen: set[int] = set()
    waiting = list(answers)
    while waiting:
        value = _bare(waiting.pop())
        if id(value) in seen or getattr(value, "__module__", None) not in homes:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionType):
            found[id(value)] = value
            waiting += [used for _, used in _used_by(value)]
        else:  # a class, or a thing of one that can be called
            made = value if isinstance(value, type) else type(value)
            waiting += list(vars(made).values())
    return list(found.values())


def _names_in(function: FunctionType) -> Iterator[str]:
    """Yield the names of what a function uses, but for what is the reader's own, and its texts."""
    for code in _codes(function.__code__):
        yield from (text for text in code.co_consts if isinstance(text, str))
        yield from (name for name in code.co_names if name not in function.__globals__)
    for name, value in _used_by(function):
        if isinstance(value, ModuleType):
            yield value.__name__
        elif _is_ours(_bare(value)):
            bare = _bare(value)
            yield from (name, str(getattr(bare, "__name__", name)), str(bare.__module__))


def _used_by(function: FunctionType) -> list[tuple[str, Any]]:
    """Return names and values of what a function reads from outside of itself."""
    known = function.__globals__
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    used = [(name, known[name]) for name in sorted(names & known.keys())]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            used.append((name, cell.cell_contents))
        except ValueError:  # not filled yet
            continue
    kept = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return [*used, *(("", value) for value in kept)]


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code, and all code inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names_in_text(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a text uses, but for those that it defines itself, and its texts."""
    imported = dict(_imports(tree))
    own = set(_defined(tree)) - imported.keys()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in own:
            yield node.id
            yield from imported.get(node.id, ())
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Import):
            yield from (part.name for part in node.names)
        elif isinstance(node, ast.ImportFrom):
            # As one name: what is imported and not used is no sin, the checks apart.
            yield from (f"{node.module}.{part.name}" for part in node.names)


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the names that imports make, each with what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for part in node.names:
                yield part.asname or part.name.partition(".")[0], (part.name,)


def _defined(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a text gives to functions, parameters and values."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
