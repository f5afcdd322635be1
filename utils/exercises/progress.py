"""What the reader has solved, kept between sessions in one small file.

    {"solved": ["1.1"], "wrong": {"1.3": 2}, "reasons": {"1.3": ["..."]},
     "guesses": {"1.2": ["b", true]}, "outcomes": {"1.2": ["c"]}}

`wrong` counts the wrong tries at questions with choices, `reasons` are the reader's own words.
`guesses` are predictions with whether the reader was sure, `outcomes` what the runs gave.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from utils.exercises.guesses import Guess, Truth
from utils.support.files import write_json
from utils.support.paths import expanded, made_dir

# What reading a file raises that is none of ours.
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass
class Progress:
    """What the file holds; `trouble` is a sentence where it was damaged and set aside."""

    solved: set[str] = field(default_factory=set)
    wrong: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    guesses: dict[str, Guess] = field(default_factory=dict)
    outcomes: dict[str, Truth] = field(default_factory=dict)
    trouble: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what is written."""
        return {
            "solved": sorted(self.solved),
            "wrong": self.wrong,
            "reasons": self.reasons,
            "guesses": {id: [guess.value, guess.sure] for id, guess in self.guesses.items()},
            "outcomes": {id: [truth.value, *truth.also] for id, truth in self.outcomes.items()},
        }


def progress_path() -> Path:
    """Return the file: `COURSE_PROGRESS`, else `progress.json` of the folder for what is made."""
    return expanded(os.environ.get("COURSE_PROGRESS") or made_dir() / "progress.json")


def read_progress() -> Progress:
    """Return what is kept; a damaged file is renamed, never taken for an empty one."""
    path = progress_path()
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors add a byte order mark
    except FileNotFoundError:
        return Progress()
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError):
            return Progress(trouble=f"{path} cannot be read ({error.strerror}).")
        return Progress(trouble=_set_aside(path))
    try:
        return parsed_progress(json.loads(text))
    except DAMAGE:
        return Progress(trouble=_set_aside(path))


def parsed_progress(kept: dict[str, Any]) -> Progress:
    """Return what a file holds. Raises one of `DAMAGE` where it is odd."""
    if not all(isinstance(id, str) for id in kept["solved"]):
        raise TypeError("ids are text")
    wrong = {str(id): int(count) for id, count in kept.get("wrong", {}).items()}
    reasons = {str(id): [str(one) for one in said] for id, said in kept.get("reasons", {}).items()}
    guesses = {
        str(id): Guess(_plain(value), bool(sure))
        for id, (value, sure) in kept.get("guesses", {}).items()
    }
    outcomes = {
        str(id): Truth(_plain(value), tuple(map(str, also)))
        for id, (value, *also) in kept.get("outcomes", {}).items()
    }
    return Progress(set(kept["solved"]), wrong, reasons, guesses, outcomes)


def _plain(value: Any) -> str | float:
    if not isinstance(value, (str, int, float)):
        raise TypeError("a guess is text or a number")
    return value


def _set_aside(path: Path) -> str:
    """Rename a damaged file; return the sentence that says so."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        return f"{path} is damaged, and cannot be set aside ({error.strerror})."
    return (
        f"{path.name} was damaged. It is kept as {aside.name} beside it, and a new one begins: "
        "restore a copy of yours, or run your checks again."
    )


def mark_done(id: str) -> str:
    """Add an exercise to the file; return "" or a sentence saying why it could not be kept."""
    kept = read_progress()
    if id in kept.solved:
        return ""
    kept.solved.add(id)
    return write_progress(kept)


def note_wrong(id: str, reason: str = "") -> str:
    """Count a wrong choice, with the reader's reason; return as `mark_done` does."""
    kept = read_progress()
    kept.wrong[id] = kept.wrong.get(id, 0) + 1
    if reason:
        kept.reasons.setdefault(id, []).append(reason)
    return write_progress(kept)


def write_progress(kept: Progress) -> str:
    """Write the file; return "" or a sentence saying why it could not be kept."""
    try:
        write_json(progress_path(), kept.to_json())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"Your progress could not be kept ({reason}); what is shown stands. {kept.trouble}"
    return kept.trouble


def export_progress(file: str | Path) -> str:
    """Write what is kept to a file for a teacher; return a sentence that says what happened."""
    path = expanded(file)
    if path.exists():
        return f"{path} exists already: choose another name, so that nothing is overwritten."
    kept = read_progress()
    try:
        write_json(path, kept.to_json())
    except OSError as error:
        return f"{path} could not be written ({error.strerror or type(error).__name__})."
    return " ".join(filter(None, [f"Written to {path}.", kept.trouble]))
