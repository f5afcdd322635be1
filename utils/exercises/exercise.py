"""What an exercise is, and the register of all of them.

A chapter's exercises live in `utils/exercises/chapter_N.py`. Each is one function that looks at the
reader's answer and raises `Incorrect` with a sentence that teaches, or returns where all is well.
An invented one:

    @exercise("9.1")
    def check_9_1(answer):
        got = call(answer, np.array([[1, 5, 0]]))
        mistake(looks_like(got, [1, 1, 0]), "counted the words", "0 is the padding.")
        expect_close(got, [1], name="the number of zeros in each row")

Its title, hints and points stand in `utils/exercises/chapter_N.toml`, where they can be read and
changed as text. Checkers of answers that are values (numbers, letters) live in `values_N.py`.
A chapter is loaded when one of its exercises is first asked for, never before. In a tree that was
handed out to a class the checkers are packed (`packed.py`), sealed (`sealed.py`) or not there.
"""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from utils.exercises import packed
from utils.support.class_settings import class_settings

FOLDER = Path(__file__).resolve().parent
EARNED = "earned.json"  # among the packed texts: exercise id -> the sentence `worth`


class Incorrect(Exception):
    """Raised by a checker; its text is shown to the reader and should teach."""


class NotAttempted(Exception):
    """Raised where the placeholder still stands. It takes no text: the box must not vary."""

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    `worth`: a sentence worth knowing, which a right answer earns.
    `looks_at`: what the check sees of the answer, where it does not see all of it.
    `seconds`: how long the whole check may take before it is stopped.
    `minutes`: how long a reader needs, for the time of the chapter.
    `without`: names of the course's functions that an answer may not use: they are what is asked.
    """

    id: str
    title: str
    check: Callable[..., None]
    hints: tuple[str, ...]
    points: int = 1
    worth: str = ""
    looks_at: str = ""
    seconds: float = 10.0
    minutes: float = 5.0
    without: tuple[str, ...] = ()

    @property
    def chapter(self) -> int:
        """The chapter's number, from the id."""
        return int(self.id.partition(".")[0])


REGISTRY: dict[str, Exercise] = {}


@cache
def words_of(chapter: int) -> dict[str, dict[str, Any]]:
    """Return exercise id -> its words, from `chapter_N.toml`.

    In a tree that was handed out, what a right answer earns is packed with the checkers.
    """
    words = tomllib.loads((FOLDER / f"chapter_{chapter}.toml").read_text(encoding="utf-8"))
    earned = json.loads(packed.packed_texts().get(EARNED, "{}"))
    return {id: {"worth": earned.get(id, ""), **told} for id, told in words.items()}


def _made(id: str, check: Callable[..., None], told: dict[str, Any]) -> Exercise:
    """Return an exercise of its words. Raises `ValueError` where it has too few or many hints."""
    hints = tuple(told["hints"])
    fewest = 0 if class_settings().hints == "off" else 1
    if not fewest <= len(hints) <= 3:
        raise ValueError(f"Exercise {id} has {len(hints)} hints; give one to three.")
    without = tuple(told.get("without", ()))
    return Exercise(id=id, check=check, **{**told, "hints": hints, "without": without})


def exercise(id: str, **words: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the decorated checker as exercise `id` ("chapter.number").

    `words` are `title`, `hints` (1 to 3) and what else `Exercise` has; where none are given, they
    are those of the chapter's `.toml` file.
    """
    if not re.fullmatch(r"\d+\.[1-9]\d*", id):
        raise ValueError(f"An exercise id looks like '4.2', chapter and number; got {id!r}.")

    def register(check: Callable[..., None]) -> Callable[..., None]:
        entry = _made(id, check, words or words_of(int(id.partition(".")[0]))[id])
        known = REGISTRY.get(id)
        if known is not None and known.check.__module__ != check.__module__:
            raise ValueError(f"Exercise {id} is defined twice; ids must be unique.")
        REGISTRY[id] = entry
        return check

    return register


def chapters_with_exercises() -> list[int]:
    """Return the numbers of the chapters that have exercises, in order."""
    names = (re.fullmatch(r"chapter_(\d+)", path.stem) for path in FOLDER.glob("*.toml"))
    return sorted(int(match[1]) for match in names if match)


def load_chapter(chapter: int) -> list[Exercise]:
    """Return a chapter's exercises by number; none where the chapter has none."""
    if chapter in chapters_with_exercises():
        for part in ("chapter", "values"):
            packed.load_module(f"{part}_{chapter}")
        _register_by_words(chapter)
    found = [entry for entry in REGISTRY.values() if entry.chapter == chapter]
    return sorted(found, key=lambda entry: int(entry.id.partition(".")[2]))


def absent(*_: Any) -> None:
    """Stand for a checker that is not here, as in a tree that was handed out to a class.

    Raises `Incorrect`. Before it is called, `verdict_of` looks for sealed messages (`sealed.py`).
    """
    raise Incorrect("The check of this exercise is not in this copy of the course.")


def _register_by_words(chapter: int) -> None:
    """Register those exercises of a chapter whose checkers are not here."""
    for id, told in words_of(chapter).items():
        if id not in REGISTRY:
            REGISTRY[id] = _made(id, absent, told)


def find_exercise(id: Any) -> Exercise:
    """Return the exercise; raises `KeyError` with a sentence that says which ids exist."""
    name = str(id).strip()
    match = re.fullmatch(r"(\d+)\.\d+", name)
    here = load_chapter(int(match[1])) if match else []
    for entry in here:
        if entry.id == name:
            return entry
    if here:
        known = ", ".join(entry.id for entry in here)
        raise KeyError(f"There is no exercise {name}; chapter {match[1]} has {known}.")
    known = ", ".join(f"{entry.id}" for entry in all_exercises()) or "none yet"
    raise KeyError(f"There is no exercise {name}; the course has {known}.")


def all_exercises() -> list[Exercise]:
    """Return every exercise of the course's chapters, by chapter and number."""
    return [entry for chapter in chapters_with_exercises() for entry in load_chapter(chapter)]
