"""Checks, hints and solutions of the exercises, as the notebooks call them.

    from utils.exercises.check import check, hint, progress, solution

`check("4.2", answer)` has three outcomes: not attempted, incorrect (with a message that teaches)
and correct. Nothing in it stops the notebook, unless `CHECK_STRICT=1` is set: then anything but
correct raises, so that the notebooks with solutions prove themselves.
"""

import inspect
import os
from dataclasses import replace
from typing import Any

from utils.exercises import process
from utils.exercises.boxes import Box, show_box
from utils.exercises.calls import MISSING, trouble_with_check, trouble_with_id, whole_number
from utils.exercises.copied import verdict_in_copy
from utils.exercises.exercise import (
    REGISTRY,
    Exercise,
    all_exercises,
    find_exercise,
)
from utils.exercises.expect import letter_of
from utils.exercises.progress import (
    export_progress,
    mark_done,
    note_wrong,
    read_progress,
)
from utils.exercises.stubs import is_placeholder
from utils.exercises.verdict import (
    CORRECT,
    INCORRECT,
    Verdict,
    incorrect,
    unsolved,
    verdict_of,
)
from utils.support.class_settings import HINTS, class_settings

__all__ = ["check", "hint", "progress", "solution"]

TRIES, REASON_WORDS = 2, 3
WHY = (
    "Two letters were wrong, and a third guess teaches nothing. Say in your own words why you "
    'choose this one, then it is judged: `check("{id}", {answers}, reason="because ...")`.'
)
NOT_CHECKED_HERE = "This copy of the course says only whether an exercise was attempted."
_hints_shown: dict[str, int] = {}


class CheckFailed(AssertionError):
    """Raised by a strict check that does not come out correct."""


def check(
    id: str = MISSING, *answers: Any, reason: str = "", strict: bool = False, **named: Any
) -> None:
    """Check the answers to an exercise and show the verdict.

    `reason`: why you choose a letter, in your own words; asked for after two wrong ones. With
    `strict`, as in hidden tests, nothing is shown or kept. Raises `CheckFailed` with it, or under
    `CHECK_STRICT=1`, or while nbgrader validates, where the verdict is not "correct".
    """
    proves, reason = strict or _must_prove(), str(reason or "")
    trouble = trouble_with_check(id, answers, named)
    if trouble:
        return _show_trouble(trouble, proves, strict)
    name = str(id).strip()
    if not proves and _wants_a_reason(name, answers, reason):
        return show_box(Box("incorrect", f"Exercise {name}: say why.", (_why(name, answers),)))
    if class_settings().checks == "attempted":
        return _show_attempted(name, answers, proves)
    verdict = safe_verdict_of(id, *answers)
    if not proves:
        verdict = _kept(name, answers, verdict, reason)
    if class_settings().checks == "verdict" and name in REGISTRY:
        verdict = without_reasons(verdict)
    if not strict:
        show_box(verdict.box)
    if proves and verdict.outcome != CORRECT:
        raise CheckFailed(verdict.message)
    return None


def _show_trouble(trouble: str, proves: bool, strict: bool) -> None:
    """Show what is wrong with the call itself; raise where the answer must be proved."""
    box = Box("incorrect", "This check was called in another way than the text says.", (trouble,))
    if not strict:
        show_box(box)
    if proves:
        raise CheckFailed(box.to_text())


def _must_prove() -> bool:
    """Return whether the notebook proves its answers: for authors, or while nbgrader validates."""
    settings = (os.environ.get(name, "") for name in ("CHECK_STRICT", "NBGRADER_VALIDATING"))
    return any(setting not in ("", "0") for setting in settings)


def _show_attempted(id: str, answers: tuple[Any, ...], proves: bool) -> None:
    """Show whether an exercise was attempted; raise where it was not and must be proved."""
    box = attempted_box(id, answers)
    show_box(box)
    if proves and box.kind != "progress":
        raise CheckFailed(box.to_text())


def attempted_box(id: str, answers: tuple[Any, ...]) -> Box:
    """Return the box of a tree that checks nothing: whether the placeholder still stands."""
    try:
        exercise = find_exercise(id)
    except KeyError as error:
        return Box("incorrect", f"Exercise {id}: unknown.", (error.args[0],))
    if not answers or all(is_placeholder(answer, exercise.id) for answer in answers):
        return unsolved(exercise).box
    heading = f"Exercise {exercise.id} · {exercise.title}: attempted; your teacher will grade it."
    missing = [n for n, answer in enumerate(answers, 1) if is_placeholder(answer, exercise.id)]
    advice = f"Answer {missing[0]} of {len(answers)} still is the placeholder." if missing else ""
    return Box("progress", heading, (advice,) if advice else ())


def without_reasons(verdict: Verdict) -> Verdict:
    """Return a verdict that says that an answer is incorrect, and not why."""
    if verdict.outcome != INCORRECT:
        return verdict
    return replace(verdict, lines=("Your teacher chose that the check gives no reasons.",))


def _wants_a_reason(id: str, answers: tuple[Any, ...], reason: str) -> bool:
    """Return whether two letters were wrong, and the next comes without a reason."""
    if not _is_choice(answers) or len(reason.split()) >= REASON_WORDS:
        return False
    kept = read_progress()
    return kept.wrong.get(id, 0) >= TRIES and id not in kept.solved


def _why(id: str, answers: tuple[Any, ...]) -> str:
    """Return the sentence that asks for a reason, with the call that hands it over."""
    exercise = REGISTRY.get(id)
    names = list(inspect.signature(exercise.check).parameters) if exercise else []
    fitting = names if len(names) == len(answers) > 1 else ["answer"]
    return WHY.format(id=id, answers=", ".join(fitting))


def _is_choice(answers: tuple[Any, ...]) -> bool:
    """Return whether one of the answers is a letter."""
    return any(map(letter_of, answers))


def _kept(id: str, answers: tuple[Any, ...], verdict: Verdict, reason: str) -> Verdict:
    """Note the verdict with the progress; return it, with a sentence where that failed."""
    trouble = ""
    if verdict.outcome == CORRECT:
        trouble = mark_done(id)
    elif verdict.outcome == INCORRECT and _is_choice(answers):
        trouble = note_wrong(id, reason)
    return replace(verdict, lines=(*verdict.lines, trouble)) if trouble else verdict


def safe_verdict_of(id: str, *answers: Any) -> Verdict:
    """Return the verdict; code is run in a process that can be killed, if it can be sent there."""
    try:
        exercise = find_exercise(id)
    except KeyError:
        return verdict_of(id, *answers)  # has the sentence
    try:
        return _limited_verdict(exercise, answers)
    except Exception as error:  # an object that cannot even be looked at
        kinds = ", ".join(f"`{type(answer).__name__}`" for answer in answers)
        told = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return incorrect(exercise, f"What was handed in ({kinds}) cannot be checked: {told}.")


def _limited_verdict(exercise: Exercise, answers: tuple[Any, ...]) -> Verdict:
    """Return the verdict of a process that can be killed: one of its own, or a copy of this."""
    if not process.needs_process(answers):
        return verdict_of(exercise.id, *answers)
    if all(is_placeholder(answer, exercise.id) for answer in answers):
        return unsolved(exercise)
    verdict = process.verdict_there(exercise, answers)
    if verdict is not None:
        return verdict
    copied = verdict_in_copy(exercise, answers)
    return process.checked_here(copied or verdict_of(exercise.id, *answers))


def hint(id: str = MISSING, number: int | None = None, *more: Any) -> None:
    """Show the next hint of an exercise, or hint `number` (counted from 1).

    `HINTS` in the environment is "all", "first" (one for each exercise) or "off"; what a teacher
    chose for a class is the most that it can allow.
    """
    trouble = trouble_with_id(id, "hint") or _trouble_with_number(id, number, more)
    if trouble:
        return show_box(Box("hint", "No hint", (trouble,)))
    try:
        exercise = find_exercise(id)
    except KeyError as error:
        return show_box(Box("hint", f"Hint for {id}", (error.args[0],)))
    allowed = allowed_hints()
    if allowed == "off":
        heading = f"Exercise {exercise.id} · no hints"
        return show_box(Box("hint", heading, ("Hints are switched off for this course.",)))
    hints = exercise.hints[:1] if allowed == "first" else exercise.hints
    asked = None if number is None else whole_number(number)
    wanted = _hints_shown.get(exercise.id, 0) + 1 if asked is None else asked
    place = min(max(wanted, 1), len(hints))
    _hints_shown[exercise.id] = place
    more = "Call it again for the next one." if place < len(hints) else "This was the last hint."
    heading = f"Exercise {exercise.id} · hint {place} of {len(hints)}"
    return show_box(Box("hint", heading, (hints[place - 1], more)))


def _trouble_with_number(id: str, number: Any, more: tuple[Any, ...]) -> str:
    """Return what is wrong with the number of a hint, or ""."""
    if not more and (number is None or whole_number(number) is not None):
        return ""
    name = id.strip()
    return f'A hint is asked for by its number, or for the next one: `hint("{name}")`.'


def allowed_hints() -> str:
    """Return "off", "first" or "all": the least of what the class and the environment allow."""
    asked = os.environ.get("HINTS", "").strip().lower()
    chosen = [class_settings().hints, asked if asked in HINTS else "all"]
    return min(chosen, key=HINTS.index)


def solution(id: str = MISSING, *more: Any) -> None:
    """Show the solution of an exercise, read from `solutions/` at this moment."""
    from utils.exercises.solutions import Withheld, solution_source

    trouble = trouble_with_id(id, "solution")
    if more and not trouble:
        trouble = f'A solution is asked for by its number alone: `solution("{id.strip()}")`.'
    if trouble:
        return show_box(Box("solution", "No solution", (trouble,)))
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


def progress(export: str | os.PathLike[str] = "") -> None:
    """Show the exercises solved, by chapter; `export` names a file to write for a teacher."""
    if not isinstance(export, str | os.PathLike):
        line = 'All chapters are shown by `progress()`; `progress(export="anna.json")` writes them.'
        return show_box(Box("progress", "Progress", (line,)))
    kept, exercises = read_progress(), all_exercises()
    if class_settings().checks == "attempted":
        told = (NOT_CHECKED_HERE, *([export_progress(export)] if export else []))
        return show_box(Box("progress", "Progress: your teacher grades the exercises", told))
    rows = [("chapter", "solved", "exercises")]
    for chapter in sorted({entry.chapter for entry in exercises}):
        here = [entry for entry in exercises if entry.chapter == chapter]
        solved = [entry.id for entry in here if entry.id in kept.solved]
        marks = "  ".join(
            f"{entry.id} {'done' if entry.id in kept.solved else 'open'}" for entry in here
        )
        rows.append((str(chapter), f"{len(solved)} of {len(here)}", marks))
    total = sum(entry.id in kept.solved for entry in exercises)
    heading = f"Progress: {total} of {len(exercises)} exercises solved"
    if kept.trouble:  # what was solved is not known, so nothing is counted
        return show_box(Box("progress", "Progress: not known", (kept.trouble,)))
    told = (export_progress(export),) if export else ()
    return show_box(Box("progress", heading, told, "", tuple(rows)))
