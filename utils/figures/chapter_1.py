"""A drawing for chapter 1: what the course builds, from a photo and some words to the next word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE

INK = "#333333"


def course_drawing(photo: np.ndarray, prefix: Sequence[str], candidates: Sequence[str]) -> Figure:
    """Return the whole model as a sketch: a photo and the words so far lead to the next word.

    `photo` is `(n, n, 3)` uint8, `prefix` the words so far, `candidates` two to four words of which
    the first is the right one. The lengths of their bars are a sketch, not measured.
    Raises `ValueError` for fewer than two or more than four candidates.
    """
    if not 2 <= len(candidates) <= 4:
        raise ValueError(f"Give two to four candidates for the next word, not {len(candidates)}.")
    figure = Figure(figsize=(9, 4.1))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, 18), ylim=(-0.7, 7.6))
    axis.axis("off")
    axis.imshow(photo, extent=(0.2, 3.2, 4.3, 7.3), aspect="auto", zorder=1)
    _words(axis, prefix)
    _box(axis, (5.9, 5.8), "CNN\n(chapter 2)", BLUE)
    _box(axis, (5.9, 1.6), "GloVe + LSTM\n(chapters 3, 4)", GREEN)
    _stripes(axis, (9.1, 5.8), BLUE, "what is to be seen")
    _stripes(axis, (9.1, 1.6), GREEN, "what was said")
    _box(axis, (11.9, 3.7), "add\n(chapter 5)", ORANGE)
    for start, end in (
        ((3.35, 5.8), (4.55, 5.8)),
        ((3.35, 1.6), (4.15, 1.6)),
        ((7.25, 5.8), (8.25, 5.8)),
        ((7.65, 1.6), (8.25, 1.6)),
        ((9.95, 5.6), (11.5, 4.45)),
        ((9.95, 1.8), (11.5, 2.95)),
        ((13.05, 3.7), (13.9, 3.7)),
    ):
        _arrow(axis, start, end)
    _bars(axis, candidates)
    # The word that was chosen comes back in: that is the whole trick of writing a sentence.
    axis.plot((16.6, 16.6, 1.7, 1.7), (1.95, -0.5, -0.5, 0.5), color=ORANGE, lw=1.6, ls="--")
    _arrow(axis, (1.7, 0.4), (1.7, 0.85), ORANGE)
    note = "write the word down and ask again, until it is <end>"
    axis.text(9.1, -0.35, note, ha="center", va="bottom", fontsize=9, color=INK)
    return figure


def _words(axis: Axes, prefix: Sequence[str]) -> None:
    look = {"boxstyle": "round,pad=0.4", "facecolor": "#f2f2f2", "edgecolor": GREY}
    text = " ".join(prefix[:2]) + "\n" + " ".join([*prefix[2:], "..."])
    axis.text(1.7, 1.6, text, ha="center", va="center", fontsize=10.5, bbox=look)


def _box(axis: Axes, at: tuple[float, float], text: str, colour: str) -> None:
    look = {"boxstyle": "round,pad=0.6", "facecolor": colour, "edgecolor": "none"}
    axis.text(*at, text, ha="center", va="center", color="white", fontsize=10, bbox=look)


def _arrow(
    axis: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = INK
) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", xy=end, xytext=start, arrowprops=style)


def _stripes(axis: Axes, at: tuple[float, float], colour: str, text: str) -> None:
    """Draw a row of numbers as stripes of different strength."""
    strengths = np.random.default_rng(3).uniform(0.1, 1, 12)
    for place, strength in enumerate(strengths):
        left = at[0] - 0.72 + 0.12 * place
        axis.fill_between(
            [left, left + 0.12], at[1] - 0.45, at[1] + 0.45, color=colour, alpha=strength, lw=0
        )
    axis.text(at[0], at[1] - 0.62, text, ha="center", va="top", fontsize=8.5, color=INK)


def _bars(axis: Axes, candidates: Sequence[str]) -> None:
    axis.text(14.1, 5.75, "which word comes next?", fontsize=9.5, color=INK, va="center")
    for place, (word, length) in enumerate(zip(candidates, (1.0, 0.45, 0.3, 0.12), strict=False)):
        y = 5.0 - 0.85 * place
        colour = ORANGE if place == 0 else "#bbbbbb"
        axis.barh(y, 1.5 * length, left=16.2, height=0.5, color=colour)
        weight = "bold" if place == 0 else "normal"
        axis.text(16.05, y, word, ha="right", va="center", fontsize=10, weight=weight)
