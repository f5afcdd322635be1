"""The questions that readers guess at before a run, from `predictions_N.toml`.

["4.2"]
question = "Which share of the rectangle is padding?"
choices = { a = "a tenth", b = "a third", c = "half" }   # or
number = { unit = "%", within = 5 }                       # or
words = true
look = "Section 1: one long caption makes the rectangle wide for all."
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Guess:
    """What the reader expects: a letter, a number or a word, and whether they are sure."""

    value: str | float
    sure: bool = False


@dataclass(frozen=True)
class Truth:
    """What was measured: a letter, a number or a word; `also`: other words that are right."""

    value: str | float
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """A question with choices, for a number, or for a word.

    `unit` is written after a number; a guess is right that is no more than `within` away.
    `look` says in a sentence why the result is what it is, and where to read it.
    """

    id: str
    question: str
    choices: dict[str, str] = field(default_factory=dict)
    number: dict[str, Any] = field(default_factory=dict)
    words: bool = False
    look: str = ""

    def wanted(self) -> str:
        """Return what a guess is, for a sentence: "your letter"."""
        return "your letter" if self.choices else "a number" if self.number else "a word"

    def plain(self, guess: Any) -> str | float:
        """Return a guess that fits as it is kept."""
        if self.number:
            return float(guess)
        return _bare(guess)

    def trouble_with(self, guess: Any) -> str:
        """Return "" or a sentence that says what is wrong with a guess."""
        if self.choices and _bare(guess) not in self.choices:
            letters = ", ".join(f'"{letter}"' for letter in self.choices)
            return f"Choose one of the letters {letters}. You gave {str(guess)[:40]!r}."
        if self.number and (not isinstance(guess, Real) or isinstance(guess, bool)):
            return f"A number is asked for, without quotes. You gave {str(guess)[:40]!r}."
        if self.number and not abs(float(guess)) < float("inf"):
            return "A number that is neither NaN nor infinite is asked for."
        if self.words and not (isinstance(guess, str) and guess.strip()):
            return f"A word is asked for, in quotes. You gave {str(guess)[:40]!r}."
        return ""

    def truth(self, measured: Any) -> Truth:
        """Return what was measured as it is kept. Raises `ValueError` where it does not fit."""
        found = list(measured) if isinstance(measured, (list, tuple)) else [measured]
        for value in found:
            trouble = self.trouble_with(value.item() if hasattr(value, "item") else value)
            if trouble:
                raise ValueError(f"Prediction {self.id}: {trouble}")
        values = [self.plain(value) for value in found]
        return Truth(values[0], tuple(str(value) for value in values[1:]))

    def is_right(self, guess: str | float, truth: Truth) -> bool:
        """Return whether a guess is the truth, or near enough to it."""
        if self.number:
            return abs(float(guess) - float(truth.value)) <= float(self.number.get("within", 0))
        return guess == truth.value or guess in truth.also

    def said(self, value: str | float) -> str:
        """Return a guess or a truth as a reader sees it, with a full stop."""
        if self.choices:
            return f"({value}) {self.choices.get(str(value), '')}."
        if self.number:
            unit = str(self.number.get("unit", ""))
            space = "" if unit in ("", "%") else " "
            return f"{format(float(value), self.number.get('format', 'g'))}{space}{unit}."
        return f"{value}."


def _bare(text: Any) -> str:
    """Return a letter or word without the marks that people put around it: "(B)." -> "b"."""
    return str(text).strip().strip("().:'\"").strip().lower()


def _path(chapter: int) -> Path:
    return FOLDER / f"predictions_{chapter}.toml"


def chapters_with_predictions() -> list[int]:
    """Return the numbers of the chapters that ask for predictions, in order."""
    names = (re.fullmatch(r"predictions_(\d+)", path.stem) for path in FOLDER.glob("*.toml"))
    return sorted(int(match[1]) for match in names if match)


@cache
def load_predictions(chapter: int) -> tuple[Prediction, ...]:
    """Return a chapter's predictions in order; none where it has no file."""
    path = _path(chapter)
    if not path.is_file():
        return ()
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    found = [Prediction(id=id, **words) for id, words in told.items()]
    for entry in found:
        if sum((bool(entry.choices), bool(entry.number), entry.words)) != 1:
            raise ValueError(f"{path.name}: {entry.id} needs choices, a number or words.")
    return tuple(sorted(found, key=lambda entry: int(entry.id.partition(".")[2])))


def find_prediction(id: Any) -> Prediction:
    """Return a prediction; raises `KeyError` with a sentence that says which ids exist."""
    name = str(id).strip()
    chapter = name.partition(".")[0]
    here = load_predictions(int(chapter)) if chapter.isdecimal() else ()
    for entry in here:
        if entry.id == name:
            return entry
    known = ", ".join(entry.id for entry in here) or "none"
    raise KeyError(f"There is no prediction {name}; the chapter has {known}.")
