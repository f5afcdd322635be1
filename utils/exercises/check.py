"""Checks, hints and solutions of the exercises, as the notebooks call them.

    from utils.exercises.check import check, hint, progress, solution

`check("4.2", answer)` has three outcomes: not attempted, incorrect (with a message that teaches)
and correct. Nothing in it stops the notebook, unless `CHECK_STRICT=1` is set: then anything but
correct raises, so that the notebooks with solutions prove themselves.
"""

import contextlib
import io
import os
import re
from dataclasses import dataclass
from typing import Any

from utils.exercises.boxes import Box, show_box
from utils.exercises.exercise import (
    Exercise,
    Incorrect,
    NotAttempted,
    all_exercises,
    find_exercise,
)
from utils.exercises.expect import COMPARED
from utils.exercises.guard import ReaderError, TimeUp, readers_line, time_limit
from utils.exercises.progress import mark_done, read_done
from utils.exercises.stubs import is_placeholder

__all__ = ["check", "hint", "progress", "solution"]

CORRECT, INCORRECT, NOT_ATTEMPTED = "correct", "incorrect", "not attempted"
_hints_shown: dict[str, int] = {}


class CheckFailed(AssertionError):
    """Raised under `CHECK_STRICT=1` where a check does not come out correct."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check: `outcome` is one of the three words; `lines` say why."""

    outcome: str
    heading: str
    lines: tuple[str, ...] = ()

    @property
    def box(self) -> Box:
        """The verdict as a box."""
        return Box(self.outcome, self.heading, self.lines)

    @property
    def message(self) -> str:
        """The verdict as plain text."""
        return self.box.to_text()


def check(id: str, *answers: Any) -> None:
    """Check the answers to an exercise and show the verdict.

    Raises `CheckFailed` under `CHECK_STRICT=1` where the verdict is not "correct".
    """
    verdict = verdict_of(id, *answers)
    strict = os.environ.get("CHECK_STRICT", "") not in ("", "0")
    if verdict.outcome == CORRECT and not strict:
        trouble = mark_done(str(id).strip())
        if trouble:
            verdict = Verdict(verdict.outcome, verdict.heading, (*verdict.lines, trouble))
    show_box(verdict.box)
    if strict and verdict.outcome != CORRECT:
        raise CheckFailed(verdict.message)


def verdict_of(id: str, *answers: Any) -> Verdict:
    """Return the verdict on the answers without showing or keeping it."""
    try:
        exercise = find_exercise(id)
    except KeyError as error:
        return Verdict(INCORRECT, f"Exercise {id}: unknown.", (error.args[0],))
    if answers and all(is_placeholder(answer, exercise.id) for answer in answers):
        return unsolved(exercise)
    printed = io.StringIO()
    notes: list[str] = []
    token = COMPARED.set(notes)
    try:
        with time_limit(exercise.seconds), contextlib.redirect_stdout(printed):
            exercise.check(*answers)
    except NotAttempted:
        return unsolved(exercise)
    except (Exception, SystemExit, TimeUp) as error:
        lines = (*_explain(exercise, answers, error), *_printed(printed.getvalue()))
        return Verdict(INCORRECT, f"Exercise {exercise.id} · {exercise.title}: incorrect.", lines)
    finally:
        COMPARED.reset(token)
    return _solved(exercise, (*notes, *_printed(printed.getvalue())))


def unsolved(exercise: Exercise) -> Verdict:
    """Return the verdict on a placeholder; it never varies, so notebooks may be derived."""
    heading = f"Exercise {exercise.id} · {exercise.title}: not attempted yet."
    advice = "Write your answer into the cell above, run it, then run this cell again."
    return Verdict(NOT_ATTEMPTED, heading, (advice,))


def _solved(exercise: Exercise, notes: tuple[str, ...]) -> Verdict:
    lines = [exercise.worth, *notes] if exercise.worth else list(notes)
    if exercise.looks_at:
        lines.append(f"This check looks at a part only: {exercise.looks_at}")
    return Verdict(CORRECT, f"Exercise {exercise.id} · {exercise.title}: correct.", tuple(lines))


def _explain(exercise: Exercise, answers: tuple, error: BaseException) -> tuple[str, ...]:
    """Return the sentences of an incorrect verdict."""
    line = readers_line(error.__traceback__)
    if isinstance(error, TimeUp):
        where = f" It was stopped at {line}." if line else ""
        return (
            f"Stopped after {exercise.seconds:g} seconds: is there a loop that never ends?{where}",
        )
    missing = [n for n, answer in enumerate(answers, 1) if is_placeholder(answer, exercise.id)]
    if missing and len(answers) > 1:
        return (f"Answer {missing[0]} of {len(answers)} still is the placeholder: fill it in too.",)
    if isinstance(error, Incorrect):
        return (str(error),)
    if isinstance(error, ReaderError) and error.__cause__ is not None:
        return _raised(error.__cause__, f" when called as `{error}`")
    if line:
        return _raised(error, "")
    kinds = ", ".join(f"`{type(answer).__name__}`" for answer in answers) or "nothing"
    return (f"This answer is of another sort than the text asks for: {kinds} was handed in.",)


def _raised(error: BaseException, how: str) -> tuple[str, ...]:
    line = readers_line(error.__traceback__)
    first = f"Your code raised an error{how}: {_named(error)}"
    return (first, f"It happened at {line}") if line else (first,)


def _named(error: BaseException) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", " ".join(str(error).split()))  # Keras writes in bold
    text = text if len(text) <= 300 else text[:297] + "..."
    name = type(error).__name__
    if name == "error":  # `re`, `struct` and others call theirs no more than that
        name = f"{type(error).__module__}.{name}"
    return f"`{name}`" + (f": {text}" if text else ".")


def _printed(text: str) -> tuple[str, ...]:
    """Return what the reader's code printed during the check: its first lines."""
    lines = text.strip().split("\n")[:5] if text.strip() else []
    return ("It printed:\n" + "\n".join(line[:120] for line in lines),) if lines else ()


def hint(id: str, number: int | None = None) -> None:
    """Show the next hint of an exercise, or hint `number` (counted from 1)."""
    try:
        exercise = find_exercise(id)
    except KeyError as error:
        return show_box(Box("hint", f"Hint for {id}", (error.args[0],)))
    count = len(exercise.hints)
    wanted = _hints_shown.get(exercise.id, 0) + 1 if number is None else number
    place = min(max(int(wanted), 1), count)
    _hints_shown[exercise.id] = place
    more = "Call it again for the next one." if place < count else "This was the last hint."
    heading = f"Exercise {exercise.id} · hint {place} of {count}"
    return show_box(Box("hint", heading, (exercise.hints[place - 1], more)))


def solution(id: str) -> None:
    """Show the solution of an exercise, read from `solutions/` at this moment."""
    from utils.exercises.solutions import Withheld, solution_source

    try:
        exercise = find_exercise(id)
        box = Box(
            "solution", f"Exercise {exercise.id} · solution", (), solution_source(exercise.id)
        )
    except KeyError as error:
        box = Box("solution", f"Solution of {id}", (error.args[0],))
    except Withheld as reason:
        box = Box("solution", f"Exercise {id} · solution withheld", (str(reason),))
    show_box(box)


def progress() -> None:
    """Show the exercises solved, by chapter."""
    done, exercises = read_done(), all_exercises()
    rows = [("chapter", "solved", "exercises")]
    for chapter in sorted({entry.chapter for entry in exercises}):
        here = [entry for entry in exercises if entry.chapter == chapter]
        solved = [entry.id for entry in here if entry.id in done]
        marks = "  ".join(f"{entry.id} {'done' if entry.id in done else 'open'}" for entry in here)
        rows.append((str(chapter), f"{len(solved)} of {len(here)}", marks))
    total = sum(entry.id in done for entry in exercises)
    heading = f"Progress: {total} of {len(exercises)} exercises solved"
    show_box(Box("progress", heading, (), "", tuple(rows)))
