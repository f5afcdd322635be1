"""The answers for which a tree that is handed out has a sealed message, by exercise.

`candidates_0_4.py` and `candidates_5_8.py` list them from the numbers of a variant: `ANSWERS` is
exercise id -> a function from these numbers to answers as readers write them, the right one first
and then the known slips. `DIGITS` says how many decimals count where it is not 4; where the check
allows for more, its neighbours that are right as well belong in the list.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from utils.classroom import candidates_0_4, candidates_5_8
from utils.exercises.exercise import Exercise, find_exercise
from utils.exercises.sealed import DIGITS as USUAL
from utils.exercises.sealed import seal
from utils.exercises.variants import variant
from utils.exercises.verdict import CORRECT, verdict_of

_PARTS = (candidates_0_4, candidates_5_8)
SEALED_IDS = tuple(id for part in _PARTS for id in part.ANSWERS)


def candidates_of(id: str) -> list[tuple[Any, ...]]:
    """Return the answers, each as a tuple of what `check` takes, for the chosen variant.

    The right one comes first. Raises `KeyError` for an exercise whose answer is no value.
    """
    (part,) = (part for part in _PARTS if id in part.ANSWERS)
    found = part.ANSWERS[id](variant(id).numbers)
    count = len(inspect.signature(find_exercise(id).check).parameters)
    return [tuple(answer) if count > 1 else (answer,) for answer in found]


def digits_of(id: str) -> int:
    """Return how many decimals count of the answers to an exercise."""
    return next((part.DIGITS[id] for part in _PARTS if id in part.DIGITS), USUAL)


def sealed_exercise(id: str, reasons: bool = True) -> dict[str, Any]:
    """Return what `sealed.json` holds of an exercise in the chosen variant.

    Without `reasons` the messages say whether an answer is right, and no more. Raises `ValueError`
    where the real check does not take the first answer for right.
    """
    exercise = find_exercise(id)
    verdicts = []
    for answers in _as_shown(id, candidates_of(id)):
        verdict = verdict_of(id, *answers)
        lines = _own_lines(exercise, verdict.lines) if reasons else ()
        verdicts.append((answers, verdict.outcome, lines))
    if verdicts[0][1] != CORRECT:
        raise ValueError(f"Exercise {id}: the first of its candidates is not right: {verdicts[0]}")
    return seal(verdicts, digits_of(id))


def sealed_exercises(chapters: Sequence[int], reasons: bool = True) -> dict[str, Any]:
    """Return the content of `sealed.json` for some chapters, in the chosen variants."""
    wanted = [id for id in SEALED_IDS if int(id.partition(".")[0]) in chapters]
    return {id: sealed_exercise(id, reasons) for id in wanted}


def _as_shown(id: str, candidates: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the answers with the letters that the reader sees, where a variant has others."""
    shown = variant(id).shown_letter
    return [
        tuple(shown(one) if isinstance(one, str) else one for one in answers)
        for answers in candidates
    ]


def _own_lines(exercise: Exercise, lines: Sequence[str]) -> list[str]:
    """Return what a verdict says without what the reader's own copy adds to each right one.

    What a right answer earns (`worth`) may hold that answer, and so it is sealed too.
    """
    return [line for line in lines if not (exercise.looks_at and exercise.looks_at in line)]
