"""The outcome of a check, and how it is found in this process."""

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from utils.exercises.boxes import Box
from utils.exercises.exercise import Exercise, Incorrect, NotAttempted, absent, find_exercise
from utils.exercises.expect import COMPARED
from utils.exercises.guard import FarError, ReaderError, TimeUp, readers_line, time_limit
from utils.exercises.own_work import problem_of
from utils.exercises.sealed import sealed_check
from utils.exercises.stubs import is_placeholder

CORRECT, INCORRECT, NOT_ATTEMPTED = "correct", "incorrect", "not attempted"
ADVICE = "Write your answer into the cell above, run it, then run this cell again."
NOBODY_TYPES = "Nobody types while it is graded: remove `input()`."
PRINTED = 2000  # letters that are kept of what an answer prints


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


def verdict_of(id: str, *answers: Any, limited: bool = True) -> Verdict:
    """Return the verdict on the answers, found in this process, without showing or keeping it.

    `limited=False` where the answers run in another process, which has limits of its own.
    """
    try:
        exercise = find_exercise(id)
    except KeyError as error:
        return Verdict(INCORRECT, f"Exercise {id}: unknown.", (error.args[0],))
    if answers and all(is_placeholder(answer, exercise.id) for answer in answers):
        return unsolved(exercise)
    problem = problem_of(exercise, answers) if limited else ""
    if problem:
        return incorrect(exercise, problem)
    printed = Printed()
    notes: list[str] = []
    token = COMPARED.set(notes)
    limit = time_limit(exercise.seconds) if limited else contextlib.nullcontext()
    try:
        with limit, contextlib.redirect_stdout(printed):
            _check_of(exercise)(*answers)
    except NotAttempted:
        return unsolved(exercise)
    except (Exception, SystemExit, TimeUp) as error:
        return incorrect(
            exercise, *explained(exercise, answers, error), *_printed(printed.getvalue())
        )
    finally:
        COMPARED.reset(token)
    return _solved(exercise, (*notes, *_printed(printed.getvalue())))


def _check_of(exercise: Exercise) -> Callable[..., None]:
    """Return the checker of an exercise, the sealed one where there is no other."""
    if exercise.check is absent:
        return sealed_check(exercise.id) or absent
    return exercise.check


class Printed(io.StringIO):
    """The first letters of what is printed; code may print without end."""

    def write(self, text: str) -> int:
        """Keep a text while there is room."""
        if self.tell() < PRINTED:
            super().write(text[:PRINTED])
        return len(text)


def unsolved(exercise: Exercise) -> Verdict:
    """Return the verdict on a placeholder; it never varies, so notebooks may be derived."""
    heading = f"Exercise {exercise.id} · {exercise.title}: not attempted yet."
    return Verdict(NOT_ATTEMPTED, heading, (ADVICE,))


def incorrect(exercise: Exercise, *lines: str) -> Verdict:
    """Return the verdict on a wrong answer; `lines` say why."""
    return Verdict(INCORRECT, f"Exercise {exercise.id} · {exercise.title}: incorrect.", lines)


def _solved(exercise: Exercise, notes: tuple[str, ...]) -> Verdict:
    lines = [*dict.fromkeys(notes), exercise.worth] if exercise.worth else list(notes)
    if exercise.looks_at:
        lines.append(f"This check looks at a part only: {exercise.looks_at}")
    return Verdict(CORRECT, f"Exercise {exercise.id} · {exercise.title}: correct.", tuple(lines))


def explained(exercise: Exercise, answers: tuple, error: BaseException) -> tuple[str, ...]:
    """Return the sentences of an incorrect verdict."""
    line = readers_line(error)
    if isinstance(error, TimeUp) and str(error):
        return (str(error),)
    if isinstance(error, TimeUp):
        where = f" It was stopped at {line}." if line else ""
        return (
            f"Stopped after {exercise.seconds:g} seconds: is there a loop that never ends, or work "
            f"that takes long, such as loading data?{where}",
        )
    missing = [n for n, answer in enumerate(answers, 1) if is_placeholder(answer, exercise.id)]
    if missing and len(answers) > 1:
        return (f"Answer {missing[0]} of {len(answers)} still is the placeholder: fill it in too.",)
    if isinstance(error, Incorrect):
        return (str(error),)
    if isinstance(error, ReaderError) and error.__cause__ is not None:
        return _raised(error.__cause__, f" when called as `{error}`")
    if line or isinstance(error, FarError):
        return _raised(error, "")
    kinds = ", ".join(f"`{type(answer).__name__}`" for answer in answers) or "nothing"
    return (f"This answer is of another sort than the text asks for: {kinds} was handed in.",)


def _raised(error: BaseException, how: str) -> tuple[str, ...]:
    line = readers_line(error)
    first = f"Your code raised an error{how}: {_named(error)}"
    told = (first, f"It happened at {line}") if line else (first,)
    waits = type(error).__name__ in ("EOFError", "StdinNotImplementedError")
    return (*told, NOBODY_TYPES) if waits else told


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
