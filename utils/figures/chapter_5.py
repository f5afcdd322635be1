"""Drawings of chapter 5: merge and inject, the course's model with its shapes, the merges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE

# Light fills under the course's line colours: photo, text, what comes after both.
FILL = {ORANGE: "#fbe6d4", BLUE: "#dcebf4", GREEN: "#e3efdd", GREY: "#f0f0f0"}
WORDS = ("<start>", "a", "brown")
NEXT = ("a", "brown", "dog")


def _canvas(size: tuple[float, float], panels: tuple[int, int] = (1, 1)) -> tuple[Figure, list]:
    figure = Figure(figsize=size)
    axes = list(np.atleast_1d(figure.subplots(*panels, squeeze=False)).ravel())
    for axis in axes:
        axis.axis("off")
        axis.set_aspect("equal")
    return figure, axes


def _box(
    axis: Axes,
    centre: tuple[float, float],
    text: str,
    color: str,
    size: tuple[float, float] = (1.5, 0.62),
    fontsize: float = 9,
) -> None:
    corner = (centre[0] - size[0] / 2, centre[1] - size[1] / 2)
    style = "round,pad=0,rounding_size=0.12"
    axis.add_patch(
        FancyBboxPatch(
            corner, *size, boxstyle=style, facecolor=FILL[color], edgecolor=color, lw=1.4
        )
    )
    axis.text(*centre, text, ha="center", va="center", fontsize=fontsize, color="#222222")


def _arrow(
    axis: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = "#555555",
    bend: float = 0.0,
) -> None:
    axis.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=10, color=color, lw=1.3,
            shrinkA=0, shrinkB=0, connectionstyle=f"arc3,rad={bend}",
        )
    )  # fmt: skip


def merge_and_inject() -> Figure:
    """Return four drawings of where the photo may enter (Tanti et al. 2018): three inject, merge.

    Time runs from left to right; the photo is orange, the text blue.
    """
    figure, axes = _canvas((9.4, 7.6), (2, 2))
    titles = (
        ("init-inject", "the photo is the LSTM's first state"),
        ("pre-inject", "the photo is read as if it were the first word"),
        ("par-inject", "the photo is read again with every word"),
        ("merge", "the LSTM never sees the photo"),
    )
    for axis, (kind, line) in zip(axes, titles, strict=True):
        _unrolled(axis, kind)
        axis.set_title(kind, fontsize=13, fontweight="bold", pad=4)
        axis.text(2.7, 4.93, line, ha="center", fontsize=9.5, color="#444444")
    figure.subplots_adjust(left=0.01, right=0.99, top=0.95, bottom=0.01, wspace=0.08, hspace=0.14)
    return figure


def _unrolled(axis: Axes, kind: str) -> None:
    axis.set(xlim=(-0.9, 6.3), ylim=(-0.45, 5.15))
    columns = (1.9, 3.7, 5.5)
    for place, (x, word, label) in enumerate(zip(columns, WORDS, NEXT, strict=True)):
        _box(axis, (x, 0), word, BLUE, (1.3, 0.55))
        _box(axis, (x, 1.35), "LSTM", BLUE, (1.3, 0.7))
        _arrow(axis, (x, 0.28), (x, 1.0))
        if place:
            _arrow(axis, (columns[place - 1] + 0.65, 1.35), (x - 0.65, 1.35))
        if kind == "merge":
            _box(axis, (x, 2.35), "+", GREEN, (0.55, 0.55), 14)
            _arrow(axis, (x, 1.7), (x, 2.07))
        _box(axis, (x, 3.45), "softmax", GREY, (1.3, 0.5))
        _arrow(axis, (x, 2.63 if kind == "merge" else 1.7), (x, 3.2))
        _box(axis, (x, 4.4), label, GREEN, (1.3, 0.55))
        _arrow(axis, (x, 3.7), (x, 4.12))
    _photo(axis, kind, columns)


def _photo(axis: Axes, kind: str, columns: Sequence[float]) -> None:
    """Draw the photo and the ways it takes in one of the four designs."""
    x = -0.1
    heights = {"init-inject": 1.35, "pre-inject": 0.0, "par-inject": 0.0, "merge": 2.35}
    y = heights[kind]
    _box(axis, (x, y), "photo", ORANGE, (1.3, 0.6))
    if kind == "init-inject":
        _arrow(axis, (x + 0.65, y), (columns[0] - 0.65, y), ORANGE)
    elif kind == "pre-inject":
        _box(axis, (x, 1.35), "LSTM", BLUE, (1.3, 0.7))
        _arrow(axis, (x, 0.3), (x, 1.0), ORANGE)
        _arrow(axis, (x + 0.65, 1.35), (columns[0] - 0.65, 1.35))
    elif kind == "par-inject":
        _bus(axis, (x, 0.3), 0.64, [(c - 0.4, 1.0) for c in columns])
    else:
        _bus(axis, (x, 2.65), 2.9, [(c - 0.17, 2.63) for c in columns])


def _bus(axis: Axes, start: tuple[float, float], height: float, ends: list) -> None:
    """Draw one orange line along the row with an arrow down or up to each end."""
    axis.plot([start[0], start[0], ends[-1][0]], [start[1], height, height], color=ORANGE, lw=1.3)
    for end in ends:
        _arrow(axis, (end[0], height), end, ORANGE)


def model_drawing(shapes: dict[str, tuple]) -> Figure:
    """Return a drawing of the course's model; `shapes`: layer name -> the shape it gives out.

    The batch and the length of the prefix, None in Keras, are written n and t.
    """
    figure, (axis,) = _canvas((10.4, 4.3))
    axis.set(xlim=(0.1, 16.2), ylim=(0.3, 6.3))
    places = {
        "feature": (1.3, 5.2, "feature", ORANGE),
        "image_encoder": (7.0, 5.2, "Dense ReLU", ORANGE),
        "prefix": (1.3, 1.4, "prefix", BLUE),
        "embedding": (4.15, 1.4, "Embedding", BLUE),
        "bilstm": (7.0, 1.4, "BiLSTM", BLUE),
        "lstm": (9.85, 1.4, "LSTM", BLUE),
        "merge": (9.85, 3.3, "Add", GREEN),
        "hidden": (12.4, 3.3, "Dense ReLU", GREEN),
        "next_word": (14.95, 3.3, "softmax", GREEN),
    }
    for name, (x, y, text, color) in places.items():
        _box(axis, (x, y), text, color, (2.05, 0.9), 10)
        above = 0.75 if color == ORANGE else -0.75
        x, y = (x - 1.9, y) if name == "merge" else (x, y + above)
        axis.text(
            x, y, _shape(shapes[name]), ha="center", va="center", fontsize=9.5, color="#444444",
            family="monospace",
        )  # fmt: skip
    for first, second in (
        ("feature", "image_encoder"), ("prefix", "embedding"), ("embedding", "bilstm"),
        ("bilstm", "lstm"), ("merge", "hidden"), ("hidden", "next_word"),
    ):  # fmt: skip
        _arrow(axis, _side(places[first], 1), _side(places[second], -1))
    _arrow(axis, (9.85, 1.85), (9.85, 2.85))
    axis.plot([8.0, 9.85], [5.2, 5.2], color="#555555", lw=1.3)
    _arrow(axis, (9.85, 5.22), (9.85, 3.75))
    return figure


def _side(place: tuple, direction: int) -> tuple[float, float]:
    return place[0] + direction * 1.0, place[1]


def _shape(shape: Sequence[int | None]) -> str:
    names = ["n", "t"]
    parts = [names[place] if size is None else f"{size:,}" for place, size in enumerate(shape)]
    return "(" + ", ".join(parts) + ")"


def merges_drawing(image: np.ndarray, text: np.ndarray) -> Figure:
    """Return two vectors `(units,)` and their sum, pasting and product as strips of numbers."""
    rows = (
        ("photo", image, ORANGE), ("text", text, BLUE),
        ("Add", image + text, GREEN), ("Concatenate", np.concatenate([image, text]), GREEN),
        ("Multiply", image * text, GREEN),
    )  # fmt: skip
    figure, (axis,) = _canvas((9.4, 4.4))
    axis.set(xlim=(-3.4, 2 * len(image) + 1.4), ylim=(-5.4, 0.6))
    for place, (name, numbers, color) in enumerate(rows):
        y = -1.1 * place - (0.35 if place > 1 else 0)
        axis.text(-0.25, y, name, ha="right", va="center", fontsize=11, color=color, weight="bold")
        shape = f"({len(numbers)},)"
        axis.text(len(numbers) + 0.2, y, shape, va="center", color="#555555", family="monospace")
        for column, number in enumerate(numbers):
            axis.add_patch(_cell(column, y, number))
            axis.text(column + 0.5, y, f"{number:g}", ha="center", va="center", fontsize=9.5)
    return figure


def _cell(column: int, y: float, number: float) -> Rectangle:
    """Return a square, the darker the larger its number; orange above zero, blue below."""
    strength = min(abs(number) / 6, 0.75)
    color = (0.85, 0.47, 0.17, strength) if number >= 0 else (0.16, 0.44, 0.59, strength)
    return Rectangle((column, y - 0.45), 1, 0.9, facecolor=color, edgecolor="#bbbbbb", lw=1)


def parameter_bars(counts: dict[str, int]) -> Figure:
    """Return a bar for each layer, in the order of the model, with its number of parameters."""
    figure = Figure(figsize=(8, 0.5 + 0.42 * len(counts)))
    axis = figure.subplots()
    places, total = np.arange(len(counts)), sum(counts.values())
    side = {"image_encoder": ORANGE, "embedding": BLUE, "bilstm": BLUE, "lstm": BLUE}
    colors = [side.get(name, GREEN) for name in counts]
    axis.barh(places, list(counts.values()), color=colors, height=0.68)
    for place, count in zip(places, counts.values(), strict=True):
        axis.text(count + total * 0.006, place, f"{count:,}  ({count / total:.0%})", va="center")
    axis.set_yticks(places, list(counts), fontsize=11)
    axis.set_xlim(0, max(counts.values()) * 1.25)
    axis.invert_yaxis()
    axis.xaxis.set_visible(False)
    axis.spines[["top", "right", "bottom"]].set_visible(False)
    figure.tight_layout()
    return figure


def loss_curves(
    curves: dict[str, Sequence[float]],
    lines: dict[str, float],
    xlabel: str,
    steps: Sequence[int] | None = None,
) -> Figure:
    """Return named loss curves (nats a word), each labelled at its end, and dotted levels.

    `lines`: what a level means -> its loss. `steps`: the numbers along x, from 0 if left out.
    """
    figure = Figure(figsize=(8, 4))
    axis = figure.subplots()
    colors = (BLUE, ORANGE, GREEN, "#8a4f9e", GREY)
    for color, (name, losses) in zip(colors, curves.items(), strict=False):
        numbers = steps if steps is not None else range(len(losses))
        axis.plot(numbers, losses, color=color, lw=2, label=name)
    ends = [losses[-1] for losses in curves.values()]
    for name, level in lines.items():
        axis.axhline(level, color=GREY, linestyle=":", lw=1.2)
        # The words stand above the line, or below it where a curve ends just above.
        below = any(0 <= end - level < 0.08 * max(map(max, curves.values())) for end in ends)
        axis.annotate(
            name, (1, level), xycoords=("axes fraction", "data"), ha="right", fontsize=9,
            xytext=(-4, -4 if below else 3), va="top" if below else "bottom",
            textcoords="offset points", color="#555555",
        )  # fmt: skip
    axis.set(xlabel=xlabel, ylabel="loss (nats a word)", ylim=(0, None))
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.tight_layout()
    return figure


def next_words(photo: np.ndarray, guesses: dict[str, dict[str, float]]) -> Figure:
    """Return a photo beside bar charts of the likeliest next words, one for each model.

    `photo`: `(h, w, 3)`. `guesses`: the name of a model -> word -> probability, largest first.
    """
    figure = Figure(figsize=(9.4, 2.9))
    widths = [1.0, *([0.72] * len(guesses))]
    first, *others = figure.subplots(1, 1 + len(guesses), gridspec_kw={"width_ratios": widths})
    first.imshow(photo)
    first.axis("off")
    for axis, (name, words) in zip(others, guesses.items(), strict=True):
        places = np.arange(len(words))
        axis.barh(places, list(words.values()), color=GREEN, height=0.7)
        for place, share in zip(places, words.values(), strict=True):
            axis.text(share + 0.015, place, f"{share:.1%}", va="center", fontsize=8.5)
        axis.set_yticks(places, list(words))
        axis.set(title=name, xlim=(0, max(0.45, 1.3 * max(words.values()))))
        axis.invert_yaxis()
        axis.xaxis.set_visible(False)
        axis.tick_params(left=False)
        axis.spines[["top", "right", "bottom"]].set_visible(False)
    figure.tight_layout(w_pad=2.0)
    return figure
