"""Drawings of chapters 5 and 6: merge and inject, the model with its shapes, the merges, losses."""

import re
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, bars, open_frame, picture_axes
from utils.figures.shapes import arrow, box, canvas, line, network, shape_text, write

WORDS = ("<start>", "a", "brown")
NEXT = ("a", "brown", "dog")
COLUMNS = (1.9, 3.7, 5.5)  # where the three words stand
DESIGNS = {
    "init-inject": "the photo is the LSTM's first state",
    "pre-inject": "the photo is read as if it were the first word",
    "par-inject": "the photo is read again with every word",
    "merge": "the LSTM never sees the photo",
}


def merge_and_inject() -> Figure:
    """Return four drawings of where the photo may enter (Tanti et al. 2018): three inject, merge.

    Time runs from left to right; the photo is orange, the text blue.
    """
    figure = Figure(figsize=(9.4, 7.6))
    axes = picture_axes(figure, 2, 2).ravel()
    for axis, (kind, told) in zip(axes, DESIGNS.items(), strict=True):
        axis.set(xlim=(-0.9, 6.3), ylim=(-0.45, 5.15), aspect="equal")
        _unrolled(axis, merge=kind == "merge")
        _photo(axis, kind)
        axis.set_title(kind, fontsize=13, fontweight="bold", pad=4)
        write(axis, (2.7, 5.0), told)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.95, bottom=0.01, wspace=0.08, hspace=0.14)
    return figure


def _unrolled(axis: Axes, merge: bool) -> None:
    """Draw the LSTM that reads `WORDS` and predicts `NEXT`, with a place to add the photo."""
    for x, word, label in zip(COLUMNS, WORDS, NEXT, strict=True):
        added = [("+", 2.35, GREEN, 0.55)] if merge else []
        column = [
            (word, 0, BLUE, 0.55), ("LSTM", 1.35, BLUE, 0.7), *added,
            ("softmax", 3.45, GREY, 0.5), (label, 4.4, GREEN, 0.55),
        ]  # fmt: skip
        for text, y, colour, height in column:
            width, fontsize = (0.55, 14) if text == "+" else (1.3, 9)
            box(axis, (x, y), text, colour, (width, height), fontsize)
        for (_, low, _, below), (_, high, _, above) in pairwise(column):
            arrow(axis, (x, low + below / 2), (x, high - above / 2))
    for left, right in pairwise(COLUMNS):
        arrow(axis, (left + 0.65, 1.35), (right - 0.65, 1.35))


def _photo(axis: Axes, kind: str) -> None:
    """Draw the photo and the ways it takes in one of the four designs."""
    x, y = -0.1, {"init-inject": 1.35, "merge": 2.35}.get(kind, 0.0)
    box(axis, (x, y), "photo", ORANGE, (1.3, 0.6), 9)
    if kind == "init-inject":
        arrow(axis, (x + 0.65, y), (COLUMNS[0] - 0.65, y), colour=ORANGE)
    elif kind == "pre-inject":
        box(axis, (x, 1.35), "LSTM", BLUE, (1.3, 0.7), 9)
        arrow(axis, (x, 0.3), (x, 1.0), colour=ORANGE)
        arrow(axis, (x + 0.65, 1.35), (COLUMNS[0] - 0.65, 1.35))
    else:
        across, height, end = (0.4, 0.64, 1.0) if kind == "par-inject" else (0.17, 2.9, 2.63)
        for column in COLUMNS:
            points = ((x, y + 0.3), (x, height), (column - across, height), (column - across, end))
            arrow(axis, *points, colour=ORANGE)


def model_drawing(shapes: dict[str, tuple]) -> Figure:
    """Return a drawing of the course's model; `shapes`: layer name -> the shape of its output.

    Every layer is shown, dropout too, and the mask that the LSTMs get. The batch and the length
    of the prefix, None in Keras, are written n and t.
    """
    figure, axis = canvas((9.4, 3.6), (0.1, 17.6, -0.7, 6.3))
    layers = {
        "feature": (1.3, 5.2, "feature", ORANGE),
        "image_dropout": (6.7, 5.2, "Dropout", ORANGE),
        "image_encoder": (9.4, 5.2, "Dense ReLU", ORANGE),
        "prefix": (1.3, 1.4, "prefix", BLUE),
        "embedding": (4.0, 1.4, "Embedding", BLUE),
        "text_dropout": (6.7, 1.4, "Dropout", BLUE),
        "bilstm": (9.4, 1.4, "BiLSTM", BLUE),
        "lstm": (12.1, 1.4, "LSTM", BLUE),
        "merge": (12.1, 3.3, "Add", GREEN),
        "hidden": (14.4, 3.3, "Dense ReLU", GREEN),
        "next_word": (16.6, 3.3, "softmax", GREEN),
    }
    # Written as the code prints it: 1280, not 1,280.
    notes = {name: re.sub(r",(?=\d)", "", shape_text(shapes[name])) for name in layers}
    text = ("prefix", "embedding", "text_dropout", "bilstm", "lstm")
    photo, after = ("feature", "image_dropout", "image_encoder"), ("merge", "hidden", "next_word")
    moved = {"merge": (-1.75, 0), "bilstm": (0, 0.78), "lstm": (1.7, 0)}
    network(axis, layers, notes, (1.85, 0.9), (photo, text, after), moved)
    arrow(axis, (12.1, 1.85), (12.1, 2.85))
    arrow(axis, (10.33, 5.2), (12.1, 5.2), (12.1, 3.75))
    _mask(axis)
    return figure


def _mask(axis: Axes) -> None:
    """Draw the way of the mask: from the prefix, below the layers, to the two LSTMs."""
    line(axis, (0.6, 0.95), (0.6, -0.1), (12.1, -0.1), colour=GREY, linestyle="--")
    for x in (9.4, 12.1):
        line(axis, (x, -0.1), (x, 0.5), colour=GREY, linestyle="--")
        arrow(axis, (x, 0.5), (x, 0.95), colour=GREY)
    write(axis, (5.4, -0.42), "mask: which ids are words, (n, t)", 9)


def merges_drawing(image: np.ndarray, text: np.ndarray) -> Figure:
    """Return two vectors `(units,)` and their sum, concatenation and product, number by number."""
    rows = (
        ("photo", image, ORANGE), ("text", text, BLUE),
        ("Add", image + text, GREEN), ("Concatenate", np.concatenate([image, text]), GREEN),
        ("Multiply", image * text, GREEN),
    )  # fmt: skip
    figure, axis = canvas((7.1, 3.5), (-2.6, 2 * len(image) + 1.2, -5.4, 0.6))
    for place, (name, numbers, colour) in enumerate(rows):
        y = -1.1 * place - (0.35 if place > 1 else 0)
        write(axis, (-0.25, y), name, 11, ha="right", color=colour, weight="bold")
        shape = f"({len(numbers)},)"
        write(axis, (len(numbers) + 0.2, y), shape, 10, ha="left", family="monospace")
        for column, number in enumerate(numbers):
            # The darker, the larger: orange above zero, blue below.
            fill = (ORANGE if number >= 0 else BLUE, min(abs(number) / 6, 0.75))
            frame = {"facecolor": fill, "edgecolor": "#bbbbbb"}
            axis.add_patch(Rectangle((column, y - 0.45), 1, 0.9, **frame))
            write(axis, (column + 0.5, y), f"{number:g}")
    return figure


def parameter_bars(counts: dict[str, int]) -> Figure:
    """Return a bar for each layer, in the order of the model, with its number of parameters."""
    figure = Figure(figsize=(8, 0.5 + 0.42 * len(counts)))
    axis = figure.subplots()
    side = {"image_encoder": ORANGE, "embedding": BLUE, "bilstm": BLUE, "lstm": BLUE}
    colours = [side.get(name, GREEN) for name in counts]
    total = sum(counts.values())
    notes = [f"{count:,}  ({count / total:.0%})" for count in counts.values()]
    drawn = bars(axis, list(counts), list(counts.values()), colours)
    axis.bar_label(drawn, notes, padding=4)
    axis.set_xlim(0, max(counts.values()) * 1.25)
    axis.xaxis.set_visible(False)
    open_frame(axis, "bottom")
    figure.tight_layout()
    return figure


def next_words(photo: np.ndarray, guesses: dict[str, dict[str, float]]) -> Figure:
    """Return a photo beside bar charts of the likeliest next words, one for each model.

    `photo`: `(h, w, 3)`. `guesses`: the name of a model -> word -> probability, largest first.
    All bars have the same scale.
    """
    figure = Figure(figsize=(9.4, 2.9))
    widths = [1.0, *([0.72] * len(guesses))]
    first, *others = figure.subplots(1, 1 + len(guesses), gridspec_kw={"width_ratios": widths})
    first.imshow(photo)
    first.axis("off")
    widest = 1.3 * max(max(words.values()) for words in guesses.values())
    for axis, (name, words) in zip(others, guesses.items(), strict=True):
        notes = [f"{share:.1%}" for share in words.values()]
        drawn = bars(axis, list(words), list(words.values()), GREEN)
        axis.bar_label(drawn, notes, padding=4, fontsize=9)
        axis.set_title(name, fontsize=11)
        axis.set_xlim(0, widest)
        axis.xaxis.set_visible(False)
        axis.tick_params(left=False)
        open_frame(axis, "bottom")
    figure.tight_layout(w_pad=2.0)
    return figure
