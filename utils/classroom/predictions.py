"""The guesses of a class in one picture: where many were wrong, and sure of it.

    python -m utils predictions class/*.json                  # files of `progress(export="...")`
    python -m utils predictions class/*.json -o guesses.png

Each file is the progress of one student. A file that cannot be read is named and left out. A guess
counts where the student's own run measured the answer.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from utils.exercises.guesses import (
    Guess,
    Prediction,
    Truth,
    chapters_with_predictions,
    load_predictions,
)
from utils.exercises.progress import DAMAGE, Progress, parsed_progress
from utils.support.files import atomic_path, demand_apart, demand_own_file, is_png
from utils.support.tables import text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE = Path("predictions.png")
ROW_INCHES = 0.72
WRAP, LINES = 54, 3  # letters and lines of a question beside its bar
NOTE = 44  # letters of an answer below a bar


@dataclass
class Guessed:
    """A question with the guesses of a class, each beside what that student's run measured."""

    asked: Prediction
    guesses: list[tuple[Guess, Truth]] = field(default_factory=list)

    @property
    def wrong(self) -> list[Guess]:
        """The guesses that were wrong."""
        return [
            guess for guess, truth in self.guesses if not self.asked.is_right(guess.value, truth)
        ]

    @property
    def share_wrong(self) -> float:
        """How many of the guesses were wrong, from 0 to 1."""
        return len(self.wrong) / len(self.guesses)

    @property
    def share_sure_and_wrong(self) -> float:
        """How many were wrong and sure of it, from 0 to 1."""
        return sum(guess.sure for guess in self.wrong) / len(self.guesses)

    def favourite_mistake(self) -> str:
        """Return the wrong guess that most made, as a reader sees it; "" where none was wrong."""
        counts = Counter(self.asked.said(guess.value)[:-1] for guess in self.wrong)
        return max(counts, key=lambda said: (counts[said], said)) if counts else ""

    def answer(self) -> str:
        """Return what most runs measured."""
        counts = Counter(self.asked.said(truth.value)[:-1] for _, truth in self.guesses)
        return max(counts, key=lambda said: (counts[said], said))


def read_students(files: Iterable[Path]) -> tuple[list[Progress], list[str]]:
    """Return the progress in each file, and a sentence on each file that has none."""
    found, troubles = [], []
    for path in files:
        try:
            found.append(parsed_progress(json.loads(path.read_text(encoding="utf-8"))))
        except OSError as error:
            troubles.append(f"{path} cannot be read ({error.strerror}); it is left out.")
        except DAMAGE:
            troubles.append(f"{path} is no file of progress(export=...); it is left out.")
    return found, troubles


def guesses_of(students: Iterable[Progress]) -> list[Guessed]:
    """Return the questions that were guessed at, those first where most were wrong."""
    kept = list(students)
    found = []
    for chapter in chapters_with_predictions():
        for asked in load_predictions(chapter):
            pairs = [
                (one.guesses[asked.id], one.outcomes[asked.id])
                for one in kept
                if asked.id in one.guesses and asked.id in one.outcomes
            ]
            if pairs:
                found.append(Guessed(asked, pairs))
    return sorted(found, key=lambda one: (-one.share_wrong, -one.share_sure_and_wrong))


def table(found: list[Guessed]) -> str:
    """Return a row for each question: guesses, shares of wrong ones, the most frequent mistake."""
    rows = [("", "guesses", "wrong", "sure and wrong", "most frequent mistake", "measured")]
    for one in found:
        shares = (f"{one.share_wrong:.0%}", f"{one.share_sure_and_wrong:.0%}")
        counts = (one.asked.id, str(len(one.guesses)), *shares)
        rows.append((*counts, one.favourite_mistake(), one.answer()))
    return text_table(rows)


def picture(found: list[Guessed]) -> Figure:
    """Return bars, one a question: right, wrong, and wrong though sure."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    from utils.figures.plots import GREEN, ORANGE, open_frame

    figure = Figure(figsize=(10, 1.1 + ROW_INCHES * len(found)))
    axis = figure.subplots()
    for place, one in enumerate(found):
        sure, wrong = one.share_sure_and_wrong, one.share_wrong
        parts = ((sure, "#b3541e"), (wrong - sure, ORANGE), (1 - wrong, GREEN))
        left = 0.0
        for share, colour in parts:
            axis.barh(place, share, left=left, color=colour, height=0.5)
            left += share
        mistake = _short(one.favourite_mistake())
        note = f"measured: {_short(one.answer())}"
        note += f" · often guessed: {mistake}" if mistake else ""
        axis.text(0, place + 0.3, note, fontsize=7.5, color="#555555", va="top")
    labels = [_label(one.asked) for one in found]
    axis.set_yticks(range(len(found)), labels, fontsize=8.5)
    axis.set(xlim=(0, 1), ylim=(len(found) - 0.3, -0.6), xlabel="share of the guesses")
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    names = (("wrong, and sure", "#b3541e"), ("wrong", ORANGE), ("right", GREEN))
    for name, colour in names:
        axis.plot([], [], "s", color=colour, label=name)
    axis.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize=8.5)
    open_frame(axis)
    figure.tight_layout()
    return figure


def _label(asked: Prediction) -> str:
    """Return a question with its number, in a few lines and without the marks of Markdown."""
    plain = re.sub(r"[`*]", "", f"{asked.id}  {asked.question}")
    return "\n".join(textwrap.wrap(plain, WRAP, max_lines=LINES, placeholder=" …"))


def _short(said: str) -> str:
    return textwrap.shorten(re.sub(r"[`*]", "", said), NOTE, placeholder=" …")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 where no file held a guess."""
    parser = argparse.ArgumentParser(prog="python -m utils predictions", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("-o", "--output", type=Path, default=PICTURE, help="the picture, a PNG")
    given = parser.parse_args(arguments)
    demand_apart([given.output], given.files)
    demand_own_file(given.output, is_png)
    students, troubles = read_students(given.files)
    print("\n".join(troubles), file=sys.stderr, end="\n" if troubles else "")
    found = guesses_of(students)
    if not found:
        print("No file holds a guess whose answer was measured.", file=sys.stderr)
        return 1
    print(f"{len(students)} students, {sum(len(one.guesses) for one in found)} guesses\n")
    print(table(found))
    with atomic_path(given.output) as temporary:
        picture(found).savefig(temporary, format="png", dpi=130, facecolor="white")
    print(f"\nAs a picture: {given.output}")
    return 0
