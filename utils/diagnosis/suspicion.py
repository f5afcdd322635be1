"""A suspicion: a cause, how sure it is, and the numbers that speak for it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from utils.diagnosis.evidence import Evidence

TEXTS = Path(__file__).with_name("texts.toml")
PROVED, FITS, POSSIBLE = 3, 2, 1  # how sure a suspicion is


@dataclass(frozen=True)
class Suspicion:
    """A cause and what speaks for it. `key` names it in `texts.toml`; `sure` is of the three."""

    key: str
    sure: int
    because: str


# What looks at the evidence and returns a suspicion, or None where there is none.
Rule = Callable[[Evidence], Suspicion | None]


@dataclass(frozen=True)
class Cause:
    """A cause in words: its name, the reason with numbers, what to do and where it is taught."""

    key: str
    name: str
    sure: int
    because: str
    do: str
    chapter: int
    section: str


@cache
def texts() -> dict[str, dict]:
    """Return the texts of the causes by key."""
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def told(suspicion: Suspicion) -> Cause:
    """Return a suspicion with its texts."""
    words = texts()[suspicion.key]
    return Cause(key=suspicion.key, sure=suspicion.sure, because=suspicion.because, **words)
