"""Checks of exercises whose answer is a value, where nobody may read that value.

A tree that is handed out has no such checkers. It has messages instead, each of which opens with
one answer only: the right one, or a known slip. `python -m utils handout` seals them with the
verdicts of the real checks. Trying answers by a program is slow by intention: each costs
milliseconds of work and megabytes of memory for each message.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache, partial
from numbers import Rational
from pathlib import Path
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect
from utils.exercises.expect import letter_of, note, plain
from utils.support.files import read_json

FOLDER = Path(__file__).resolve().parent
SEALED = FOLDER / "sealed.json"
DIGITS = 4  # decimals that count of an answer
COST, BLOCK = 2**12, 8  # of scrypt: some 4 MB and 10 ms for each message
PROOF = 8  # bytes by which an opened message is known
CORRECT = "correct"
NONE_OPENS = 'This is not the right answer. `hint("{id}")` says where to look.'
PLACEHOLDERS = (None, ...)


# Sealing


def seal(
    verdicts: Iterable[tuple[Sequence[Any], str, Sequence[str]]], digits: int = DIGITS
) -> dict[str, Any]:
    """Return what `sealed.json` holds of one exercise.

    `verdicts` are triples of answers as `check` takes them, an outcome and the lines that say why;
    the right answers come first, and their form is told. All messages are of one length.
    """
    given = list(verdicts)
    texts = [json.dumps([outcome, *lines]).encode() for _, outcome, lines in given]
    longest = max(map(len, texts))
    sealed: dict[str, list[str]] = {}
    for (answers, _, _), text in zip(given, texts, strict=True):
        key = canonical(answers, digits)
        if key not in sealed:
            salt = secrets.token_hex(8)
            message = _with_proof(text.ljust(longest))
            sealed[key] = [salt, _mixed(message, key, salt).hex()]
    return {
        "form": form_of(given[0][0]),
        "digits": digits,
        "messages": sorted(sealed.values()),  # by salt, so that their order says nothing
    }


def _with_proof(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()[:PROOF] + text


def _mixed(message: bytes, key: str, salt: str) -> bytes:
    """Return a message mixed with a pad that an answer gives; twice is the message again."""
    pad = hashlib.scrypt(key.encode(), salt=salt.encode(), n=COST, r=BLOCK, p=1, dklen=len(message))
    return bytes(a ^ b for a, b in zip(message, pad, strict=True))


def opened(sealed: dict[str, Any], answers: Sequence[Any]) -> tuple[str, list[str]] | None:
    """Return outcome and lines of the message that answers open; None where they open none."""
    key = canonical(answers, sealed["digits"])
    for salt, mixed in sealed["messages"]:
        message = _mixed(bytes.fromhex(mixed), key, salt)
        if message == _with_proof(message[PROOF:]):
            outcome, *lines = json.loads(message[PROOF:])
            return outcome, lines
    return None


# What counts of an answer


def canonical(answers: Sequence[Any], digits: int = DIGITS) -> str:
    """Return one text for all answers that say the same, however they are written.

    Numbers are rounded to `digits` decimals, containers are nested lists, texts are stripped and in
    lower case, a letter stands alone.
    """
    return json.dumps([_canonical(answer, digits) for answer in answers])


def _canonical(answer: Any, digits: int) -> Any:
    answer = _bare(answer)
    if isinstance(answer, list):
        return [_canonical(part, digits) for part in answer]
    if isinstance(answer, float):
        return f"{round(answer, digits) + 0.0:.{digits}f}"  # + 0.0: no minus before a zero
    if isinstance(answer, str):
        return letter_of(answer) or answer.strip().lower()
    return repr(type(answer))


def _bare(answer: Any) -> Any:
    """Return an answer as a list, a finite float or a text; anything else as it is."""
    answer = plain(answer)
    if isinstance(answer, np.ndarray):
        answer = answer.item() if answer.size == 1 else answer.tolist()
    if isinstance(answer, (tuple, list)):
        only = _bare(answer[0]) if len(answer) == 1 else None
        return only if isinstance(only, list) else list(answer)  # a table of one row is that row
    if isinstance(answer, (bool, np.bool_)):
        return bool(answer)
    if isinstance(answer, (Rational, Decimal, float)):
        return float(answer) if math.isfinite(answer) else None
    return answer


def form_of(answers: Sequence[Any]) -> list[Any]:
    """Return what sort of answers these are, as a file holds it: "number", "letter", "text".

    A container is the list of the forms of its parts; a container in one is "list".
    """
    return [_form(answer) for answer in answers]


def _form(answer: Any, depth: int = 0) -> Any:
    answer = _bare(answer)
    if isinstance(answer, list):
        return "list" if depth else [_form(part, depth + 1) for part in answer]
    if isinstance(answer, float):
        return "number"
    if isinstance(answer, str):
        return "letter" if letter_of(answer) else "text"
    return "nothing" if answer in PLACEHOLDERS else "other"


def trouble_with_form(wanted: list[Any], answers: Sequence[Any]) -> str:
    """Return "" or a sentence that says which form the answers should have."""
    if len(answers) != len(wanted):
        return f"The check takes {len(wanted)} answers, and {len(answers)} came."
    for place, (form, answer) in enumerate(zip(wanted, answers, strict=True), start=1):
        found = _form(answer)
        if _fits(form, found):
            continue
        which = "" if len(wanted) == 1 else f"Answer {place}: "
        if "nothing" in (found if isinstance(found, list) else [found]):
            return f"{which}{_upper(_told(form))} wanted, and something is not filled in yet."
        return f"{which}{_upper(_told(form))} wanted, and this is {_told(found, given=True)}."
    return ""


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(_fits, wanted, found))
    return wanted == found or (wanted, found) == ("text", "letter")


_WORDS = {
    "number": ("a number", "numbers"),
    "letter": ("a letter in quotes", "letters in quotes"),
    "text": ("a text in quotes", "texts in quotes"),
    "list": ("a tuple or list", "tuples or lists"),
    "nothing": ("nothing yet", "places that are empty"),
    "other": ("something else", "other things"),
}


def _told(form: Any, given: bool = False) -> str:
    """Return a form in words, with "is" or "are" where it is not what was given."""
    verb = "" if given else " is" if isinstance(form, str) or len(form) == 1 else " are"
    if isinstance(form, str):
        return _WORDS[form][0] + verb
    if not form:
        return "an empty container" + verb
    if len(set(map(str, form))) == 1:
        one, many = _WORDS[form[0]]
        return (f"{len(form)} {many}" if len(form) > 1 else one) + " in brackets" + verb
    return ", ".join(_WORDS[part][0] for part in form) + " in brackets" + verb


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# The checks of a tree that was handed out


@cache
def sealed_messages() -> dict[str, Any]:
    """Return exercise id -> its sealed messages; nothing where there is no `sealed.json`."""
    return read_json(SEALED) if SEALED.is_file() else {}


def sealed_check(id: str) -> Callable[..., None] | None:
    """Return the check of an exercise by its sealed messages; None where it has none."""
    sealed = sealed_messages().get(id)
    return None if sealed is None else partial(_check, id, sealed)


def _check(id: str, sealed: dict[str, Any], *answers: Any) -> None:
    """Say what the answers open. Raises `Incorrect` where that is no right answer."""
    outcome, lines = opened(sealed, answers) or ("", [])
    if outcome == CORRECT:
        for line in lines:
            note(line)
        return
    trouble = " ".join(lines) or trouble_with_form(sealed["form"], answers)
    raise Incorrect(trouble or NONE_OPENS.format(id=id))
