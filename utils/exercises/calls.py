"""Calls that are not as the text writes them: what was meant, in one sentence with the right call.

    check()   check("4.2")   check(4.2, x)   check(x, "4.2")   check("4.2", x, y)   hint("4.2", "x")

The right call is read from the chapter, where it stands.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from inspect import Parameter, signature
from typing import Any

from utils.exercises.exercise import Exercise, absent, find_exercise
from utils.support.paths import CHAPTERS

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "nothing"})()
NUMBER = re.compile(r"(?<!\d)(\d{1,2})[.,](\d{1,2})(?!\d)")
ANY = "4.2"  # an exercise to show how a call looks


@cache
def usual_calls(chapter: int) -> dict[str, str]:
    """Return exercise -> the call of its check, as it stands in the chapter; none where it is not.

    `{"4.2": 'check("4.2", lstm_parameters)'}`
    """
    found: dict[str, str] = {}
    for path in sorted(CHAPTERS.glob(f"{chapter:02d}_*.ipynb")):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a notebook that the reader has changed
        for call in (call for source in sources for call in _checks_in(source)):
            names = ", ".join(ast.unparse(one) for one in call.args[1:])
            found.setdefault(call.args[0].value, f'check("{call.args[0].value}", {names})')
    return found


def _checks_in(source: str) -> Iterator[ast.Call]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics, or a half written answer
        return
    for node in ast.walk(tree):
        named = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"
        if named and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
            yield node


def usual_call(id: str) -> str:
    """Return how the check of an exercise is called: `check("4.2", lstm_parameters)`."""
    return usual_calls(int(id.partition(".")[0])).get(id, f'check("{id}", answer)')


def known(value: Any) -> str:
    """Return the exercise that a value names, whatever it is written like; "" where there is none.

    "4.2", 4.2, "Exercise 4.2", "4,2", "4.20" and " 4.2." name the same one.
    """
    match = NUMBER.search(str(value)) if isinstance(value, str | float) else None
    if match is None or (isinstance(value, float) and str(value) != match[0]):
        return ""
    chapter, number = int(match[1]), match[2]
    return _found(f"{chapter}.{int(number)}") or _found(f"{chapter}.{number.rstrip('0')}")


def _found(id: str) -> str:
    try:
        return find_exercise(id).id
    except KeyError:
        return ""


def _is_empty(id: Any) -> bool:
    return isinstance(id, str) and not id.strip()


def trouble_with_id(id: Any, name: str) -> str:
    """Return what is wrong with the exercise that `hint` or `solution` was asked for, or ""."""
    if id is MISSING or _is_empty(id):
        return f'No exercise was named. Write its number in quotes: `{name}("{ANY}")`.'
    meant = known(id)
    if not isinstance(id, str):
        right = f'{name}("{meant or ANY}")'
        return f"An exercise is named by its number in quotes: `{right}`."
    if not meant or _found(id.strip()):
        return ""  # well, or unknown: `find_exercise` says which there are
    return f'There is no exercise {id.strip()!r}. Did you mean `{name}("{meant}")`?'


def trouble_with_check(id: Any, answers: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Return what is wrong with a call of `check`, as a sentence with the right call, or ""."""
    if id is MISSING or _is_empty(id):
        return f"No exercise was named. Name it, and hand in your answer: `{usual_call(ANY)}`."
    if not isinstance(id, str) or not _found(id.strip()):
        return _trouble_with_first(id, answers)
    exercise = find_exercise(id)
    right = usual_call(exercise.id)
    if named:
        return f"`check` has no argument {next(iter(named))!r}. The call is `{right}`."
    if not answers:
        return f"No answer was handed in. Hand it in after the number: `{right}`."
    return _trouble_with_count(exercise, answers, right)


def _trouble_with_first(id: Any, answers: tuple[Any, ...]) -> str:
    """Return what is wrong with a first argument that is no exercise."""
    later = [found for answer in answers if isinstance(answer, str) and (found := known(answer))]
    meant = known(id)
    if not meant and later:
        return f"The exercise comes first, then your answer: `{usual_call(later[0])}`."
    if meant and not isinstance(id, str):
        return f"The exercise's number stands in quotes: `{usual_call(meant)}`."
    if meant:
        return f"There is no exercise {id.strip()!r}. Did you mean `{usual_call(meant)}`?"
    if not isinstance(id, str):
        right = _call_with(getattr(id, "__name__", "")) or usual_call(ANY)
        return f"The exercise's number comes first, in quotes, then your answer: `{right}`."
    return ""  # `find_exercise` says which exercises there are


def _call_with(name: str) -> str:
    """Return the check that is handed an answer of this name; "" where there is none."""
    for chapter in range(10):
        for call in usual_calls(chapter).values():
            if name and call.endswith(f", {name})"):
                return call
    return ""


def _trouble_with_count(exercise: Exercise, answers: tuple[Any, ...], right: str) -> str:
    """Return that too many or too few answers came, or ""."""
    wanted = _wanted(exercise, right)
    if wanted is None or wanted[0] <= len(answers) <= wanted[1]:
        return ""
    count = f"{wanted[0]} answer{'s' if wanted[0] != 1 else ''}"
    return f"Exercise {exercise.id} takes {count}, and {len(answers)} came: `{right}`."


def _wanted(exercise: Exercise, right: str) -> tuple[int, int] | None:
    """Return how few and how many answers a check takes; None where that is not known."""
    if exercise.check is absent:  # sealed: the chapter alone tells
        call = next(_checks_in(right))
        count = len(call.args) - 1
        return None if right.endswith(", answer)") else (count, count)
    told = signature(exercise.check).parameters.values()
    if any(one.kind is Parameter.VAR_POSITIONAL for one in told):
        return None
    places = [one for one in told if one.kind is not Parameter.KEYWORD_ONLY]
    needed = [one for one in places if one.default is Parameter.empty]
    return len(needed), len(places)


def whole_number(value: Any) -> int | None:
    """Return a number of a hint or a chapter, also from text; None where it is none."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None
