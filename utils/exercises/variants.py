"""Variants of exercises: other numbers, another order of choices, another planted bug.

Which one a class or a student gets is drawn from a seed, so that the text, the placeholder and the
check always agree. `variants_N.toml` holds them; the course's own text is variant 0:

    ["98.2"]
    numbers = { rows = 32, columns = 7 }     # what the check computes from

    [["98.2".others]]
    replace = [["32 captions", "20 captions"]]   # stands exactly once in the exercise
    numbers = { rows = 20, columns = 7 }
    order = "cadb"                           # what is shown as a is the course's own c
    solution = "shape = (20, 7)"             # what stands between the markers
    hints = ["..."]                          # where those of `chapter_N.toml` do not fit

`replace` changes the text from the exercise's heading on and the placeholder, never the solution.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from utils.exercises.packed import packed_texts
from utils.support.class_settings import class_settings

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Variant:
    """One variant of an exercise.

    `replace`: pairs of an old and a new text. `numbers`: what the check computes from. `order`: of
    a choice, which of the course's own letters is shown as a, b, ...; "" for their own order.
    `solution`: code of the right answer, "" for the master's. `hints`: none for the exercise's own.
    """

    replace: tuple[tuple[str, str], ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    order: str = ""
    solution: str = ""
    hints: tuple[str, ...] = ()

    def shown_letter(self, own: str) -> str:
        """Return the letter that is shown for one of the course's own."""
        return sorted(self.order)[self.order.index(own)] if own and own in self.order else own


@dataclass(frozen=True)
class _Use:
    """What stands in for the settings of the class; `fixed`: exercise id -> a variant's number."""

    seed: str
    student: str
    fixed: Mapping[str, int] = field(default_factory=dict)


_USED: ContextVar[_Use | None] = ContextVar("_USED", default=None)


def _current() -> _Use:
    used = _USED.get()
    if used is not None:
        return used
    settings = class_settings()
    return _Use(settings.variant, settings.student)


@contextmanager
def use(seed: str, student: str = "") -> Iterator[None]:
    """Take the variants of a seed, and of a student where one is named, whatever the class has."""
    with _used(_Use(seed, student)):
        yield


@contextmanager
def fixed(id: str, number: int) -> Iterator[None]:
    """Take variant `number` of one exercise, whatever the seed is. Raises `IndexError`."""
    count = len(variants_of(id))
    if not 0 <= number < count:
        raise IndexError(f"Exercise {id} has the variants 0 to {count - 1}, and no {number}.")
    now = _current()
    with _used(_Use(now.seed, now.student, {**now.fixed, id: number})):
        yield


@contextmanager
def _used(use: _Use) -> Iterator[None]:
    token = _USED.set(use)
    try:
        yield
    finally:
        _USED.reset(token)


def chosen(id: str) -> int:
    """Return the number of the variant of an exercise; 0, the course's own, without a seed.

    With one it is 0 only where there is no other: the course's own solutions are public.
    """
    now = _current()
    if id in now.fixed:
        return now.fixed[id]
    others = len(variants_of(id)) - 1
    if not now.seed or not others:
        return 0
    drawn = random.Random(f"{now.seed}/{now.student}/{id}")
    return 1 + drawn.randrange(others)


def variant(id: str) -> Variant:
    """Return the chosen variant of an exercise."""
    return variants_of(id)[chosen(id)]


def variants_of(id: str) -> tuple[Variant, ...]:
    """Return all variants of an exercise, the course's own first; at least that one."""
    told = _told(int(id.partition(".")[0])).get(id, {})
    others = told.get("others", [])
    own = Variant(numbers=told.get("numbers", {}))
    return (own, *(_variant(id, own, other) for other in others))


def ids_with_variants(chapter: int) -> list[str]:
    """Return the exercises of a chapter that come in more than one variant."""
    return [id for id in _told(chapter) if len(variants_of(id)) > 1]


def hints_of(id: str, hints: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hints of the chosen variant; `hints` are those of the exercise itself."""
    return variant(id).hints or hints


@cache
def _told(chapter: int) -> dict[str, dict[str, Any]]:
    """Return exercise id -> what a chapter's file says; nothing where there is no file.

    A tree that is handed out has no more than its checks need, packed with them.
    """
    path = FOLDER / f"variants_{chapter}.toml"
    if path.is_file():
        return tomllib.loads(path.read_text(encoding="utf-8"))
    return json.loads(packed_texts().get(f"variants_{chapter}.json", "{}"))


def _variant(id: str, own: Variant, told: dict[str, Any]) -> Variant:
    """Return a variant as the file tells it. Raises `ValueError` where it is told wrongly."""
    try:
        pairs = tuple((old, new) for old, new in told.get("replace", []))
        order = told.get("order", "")
        known = Variant(**{**told, "replace": pairs, "hints": tuple(told.get("hints", ()))})
    except (TypeError, ValueError) as error:
        raise ValueError(f"A variant of exercise {id} is told wrongly: {error}") from error
    if "".join(sorted(order)) != "abcdefgh"[: len(order)]:
        raise ValueError(f"A variant of exercise {id} has the order {order!r}: name each letter.")
    if set(known.numbers) != set(own.numbers) and known.numbers:
        raise ValueError(f"A variant of exercise {id} needs the numbers {sorted(own.numbers)}.")
    return known if known.numbers else Variant(**{**vars(known), "numbers": own.numbers})
