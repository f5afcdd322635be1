"""A drawing for chapter 1: what the course builds, from a photo and some words to the next word."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE
from utils.figures.shapes import Point, arrow, box, canvas, line, write

BOX = (2.5, 1.1)


def course_drawing(photo: np.ndarray, prefix: Sequence[str], candidates: Sequence[str]) -> Figure:
    """Return the whole model as a sketch: a photo and the words so far lead to the next word.

    `photo` is `(n, n, 3)` uint8, `prefix` the words so far, `candidates` two to four words of which
    the first is the right one. The lengths of their bars are a sketch, not measured.
    Raises `ValueError` for fewer than two or more than four candidates.
    """
    if not 2 <= len(candidates) <= 4:
        raise ValueError(f"Give two to four candidates for the next word, not {len(candidates)}.")
    figure, axis = canvas((9, 4.1), (0, 18, -0.7, 7.6))
    axis.imshow(photo, extent=(0.2, 3.2, 4.3, 7.3), aspect="auto", zorder=1)
    words = " ".join(prefix[:2]) + "\n" + " ".join([*prefix[2:], "..."])
    box(axis, (1.7, 1.6), words, GREY, (1.9, BOX[1]))
    box(axis, (5.9, 5.8), "CNN\n(chapter 2)", BLUE, BOX)
    box(axis, (5.9, 1.6), "GloVe + LSTM\n(chapters 3, 4)", GREEN, BOX)
    _stripes(axis, (9.1, 5.8), BLUE, "what can be seen")
    _stripes(axis, (9.1, 1.6), GREEN, "what was said")
    box(axis, (11.9, 3.7), "add\n(chapter 5)", ORANGE, BOX)
    for start, end in (
        ((3.3, 5.8), (4.6, 5.8)), ((2.7, 1.6), (4.6, 1.6)), ((7.2, 5.8), (8.3, 5.8)),
        ((7.2, 1.6), (8.3, 1.6)), ((9.95, 5.6), (11.4, 4.35)), ((9.95, 1.8), (11.4, 3.05)),
        ((13.2, 3.7), (14.0, 3.7)),
    ):  # fmt: skip
        arrow(axis, start, end)
    _candidates(axis, candidates)
    # The chosen word becomes part of the input: this is how a sentence is written.
    line(axis, (16.6, 1.95), (16.6, -0.5), (1.7, -0.5), (1.7, 0.5), colour=ORANGE, ls="--")
    arrow(axis, (1.7, 0.5), (1.7, 0.95), colour=ORANGE)
    write(axis, (9.1, -0.2), "write the word down and ask again, until it is <end>", 9)
    return figure


def _stripes(axis: Axes, at: Point, colour: str, text: str) -> None:
    """Draw a vector as stripes, some stronger than others."""
    stripes = [(colour, strength) for strength in np.random.default_rng(3).uniform(0.1, 1, 12)]
    lefts = at[0] - 0.72 + 0.12 * np.arange(12)
    axis.bar(lefts, 0.9, 0.12, at[1] - 0.45, align="edge", color=stripes, lw=0)
    write(axis, (at[0], at[1] - 0.62), text, 8.5, va="top")


def _candidates(axis: Axes, candidates: Sequence[str]) -> None:
    write(axis, (14.1, 5.75), "which word comes next?", ha="left")
    for place, (word, length) in enumerate(zip(candidates, (1.0, 0.45, 0.3, 0.12), strict=False)):
        y, right = 5.0 - 0.85 * place, place == 0
        axis.barh(y, 1.5 * length, 0.5, 16.2, color=ORANGE if right else "#bbbbbb")
        write(axis, (16.05, y), word, 10, ha="right", weight="bold" if right else "normal")
