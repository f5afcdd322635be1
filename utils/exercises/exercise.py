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
changed as text.
A chapter is loaded when one of its exercises is first asked for, never before.
"""

import importlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


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

    @property
    def chapter(self) -> int:
        """The chapter's number, from the id."""
        return int(self.id.partition(".")[0])


REGISTRY: dict[str, Exercise] = {}


@cache
def _words_of(path: Path) -> dict[str, dict[str, Any]]:
    """Return exercise id -> its words, from a file beside a module of checkers."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def exercise(id: str, **words: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the decorated checker as exercise `id` ("chapter.number").

    `words` are `title`, `hints` (1 to 3) and what else `Exercise` has; where none are given, they
    are those of the `.toml` file beside the checker's module.
    """
    if not re.fullmatch(r"\d+\.[1-9]\d*", id):
        raise ValueError(f"An exercise id looks like '4.2', chapter and number; got {id!r}.")

    def register(check: Callable[..., None]) -> Callable[..., None]:
        told = words or _words_of(Path(check.__code__.co_filename).with_suffix(".toml"))[id]
        hints = tuple(told["hints"])
        if not 1 <= len(hints) <= 3:
            raise ValueError(f"Exercise {id} has {len(hints)} hints; give one to three.")
        known = REGISTRY.get(id)
        if known is not None and known.check.__module__ != check.__module__:
            raise ValueError(f"Exercise {id} is defined twice; ids must be unique.")
        REGISTRY[id] = Exercise(id=id, check=check, **{**told, "hints": hints})
        return check

    return register


def chapters_with_exercises() -> list[int]:
    """Return the numbers of the chapters that have a module of exercises, in order."""
    names = (re.fullmatch(r"chapter_(\d+)", path.stem) for path in FOLDER.glob("*.py"))
    return sorted(int(match[1]) for match in names if match)


def load_chapter(chapter: int) -> list[Exercise]:
    """Return a chapter's exercises by number; none where the chapter has no module."""
    if chapter in chapters_with_exercises():
        importlib.import_module(f"utils.exercises.chapter_{chapter}")
    found = [entry for entry in REGISTRY.values() if entry.chapter == chapter]
    return sorted(found, key=lambda entry: int(entry.id.partition(".")[2]))


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
    """Return every exercise of the course, by chapter and number."""
    chapters = {*chapters_with_exercises(), *(entry.chapter for entry in REGISTRY.values())}
    return [entry for chapter in sorted(chapters) for entry in load_chapter(chapter)]
