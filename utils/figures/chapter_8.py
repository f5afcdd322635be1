"""Drawings of chapter 8: what each word looks at, the model with its shapes, samples' rewards."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, ORANGE, bars, open_frame, picture_axes, picture_grid
from utils.figures.shapes import INK, arrow, canvas, network, shape_text, tag, write

PALE = "#dfe7ec"
VEIL = 0.86  # how much of a region that is not looked at is covered


def veiled(photo: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a photo `(h, w, 3)` uint8, white where its regions have little weight.

    `weights`: of the regions, `(rows, columns)`. The region with the largest weight is clear, one
    without weight is nearly white. Regions stay squares: nothing finer is known. Raises
    `ValueError` where a weight is below 0.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if weights.min() < 0:
        raise ValueError("A weight is below 0: give the weights after the softmax.")
    height, width = photo.shape[:2]
    rows = np.arange(height) * weights.shape[0] // height
    columns = np.arange(width) * weights.shape[1] // width
    cover = VEIL * (1 - weights / max(weights.max(), 1e-12))[rows][:, columns, None]
    return np.rint(photo * (1 - cover) + 255 * cover).astype(np.uint8)


def looks_drawing(
    photo: np.ndarray,
    titles: Sequence[str],
    looks: Sequence[np.ndarray],
    columns: int = 6,
    width: float = 1.55,
) -> Figure:
    """Return the photo, then a copy for each title in which the look's regions are clear.

    `photo` `(h, w, 3)` uint8; `looks`: weights `(7, 7)` for each title, such as a word.
    """
    copies = [veiled(photo, look) for look in looks]
    return picture_grid([photo, *copies], ["the picture", *titles], columns, width)


def attention_drawing(shapes: dict[str, Sequence[int]]) -> Figure:
    """Return the attention model with the shape of each tensor, photo orange, text blue.

    `shapes`: of map, regions, words, embedded, states, looks, contexts, read, merged,
    logits. The first size, that of the batch, is written n.
    """
    figure, axis = canvas((11.6, 4.0), (0.2, 20.2, 0.3, 7.2))
    layers = {
        "map": (1.6, 5.9, "map", ORANGE),
        "regions": (5.0, 5.9, "Dense ReLU", ORANGE),
        "words": (1.6, 1.6, "words", BLUE),
        "embedded": (5.0, 1.6, "Embedding", BLUE),
        "states": (8.4, 1.6, "attention\nLSTM", BLUE),
        "looks": (8.4, 4.2, "softmax over\nthe regions", GREEN),
        "contexts": (11.8, 4.2, "weighted\nmean", GREEN),
        "read": (11.8, 1.6, "language\nLSTM", GREEN),
        "merged": (15.2, 1.6, "Add", GREEN),
        "logits": (18.6, 1.6, "Dense", GREEN),
    }
    notes = {name: f"{name} {shape_text(shapes[name])}" for name in layers}
    text = ("words", "embedded", "states", "read", "merged", "logits")
    chains = (text, ("map", "regions"), ("looks", "contexts"))
    moved = {"looks": (-1.05, 0.78), "contexts": (-0.95, 0.78)}
    network(axis, layers, notes, (2.2, 1.0), chains, moved)
    arrow(axis, (8.4, 2.1), (8.4, 3.7))
    arrow(axis, (11.8, 3.7), (11.8, 2.1))
    arrow(axis, (12.9, 4.2), (15.2, 4.2), (15.2, 2.1))
    arrow(axis, (6.1, 6.1), (12.3, 6.1), (12.3, 4.7), colour=ORANGE)
    arrow(axis, (6.1, 5.7), (8.9, 5.7), (8.9, 4.7), colour=ORANGE)
    arrow(axis, (5.0, 5.4), (5.0, 2.9), (7.6, 2.1), colour=ORANGE)
    for at, text in (
        ((9.2, 2.9), "queries"), ((8.3, 5.4), "keys"), ((9.6, 6.38), "values"),
        ((4.15, 3.7), "their mean:\nthe first state"),
    ):  # fmt: skip
        write(axis, at, text, 9, style="italic")
    return figure


def passes_drawing(words: Sequence[str]) -> Figure:
    """Return how a caption is read by prefixes, a triangle, beside one pass over it, a row.

    `words` begin with the marker and leave out the last: each is read, and the next one guessed.
    """
    count = len(words)
    figure = Figure(figsize=(9.4, 0.36 * count + 0.75))
    left, right = picture_axes(figure, 1, 2)[0]
    for axis, title in (
        (left, f"by prefixes: {count * (count + 1) // 2} words read, {count} guesses"),
        (right, f"in one pass: {count} words read, {count} guesses"),
    ):
        axis.set(xlim=(-0.1, count + 0.9), ylim=(count + 0.1, -0.1))
        axis.set_title(title, fontsize=10)
    for row in range(count):
        _cells(left, words[: row + 1], row, [row])
    _cells(right, words, (count - 1) / 2, range(count))
    figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.01, wspace=0.04)
    return figure


def _cells(axis: Axes, words: Sequence[str], row: float, guesses: Sequence[int]) -> None:
    """Draw a row of words that are read; those after which a word is guessed are dark."""
    for place, word in enumerate(words):
        fill, ink = (BLUE, "white") if place in guesses else (PALE, INK)
        tag(axis, (place + 0.5, row + 0.5), word, fill, 0.25, color=ink, fontsize=8)


def samples_drawing(captions: Sequence[str], rewards: np.ndarray, advantages: np.ndarray) -> Figure:
    """Return sampled captions with a bar of their reward, best first, and what training does.

    `rewards` and `advantages` `(samples,)`: green captions become more probable, orange ones less.
    The tick on a bar is the reward without the advantage: the mean that it is compared with.
    """
    figure = Figure(figsize=(9.4, 0.5 * len(captions) + 0.7))
    axis = figure.subplots()
    order = np.argsort(-np.asarray(rewards), kind="stable")
    colours = [GREEN if advantages[place] > 0 else ORANGE for place in order]
    bars(axis, [captions[place] for place in order], [rewards[place] for place in order], colours)
    for height, (place, colour) in enumerate(zip(order, colours, strict=True)):
        compared = rewards[place] - advantages[place]
        axis.plot([compared] * 2, [height - 0.4, height + 0.4], color=INK, lw=2)
        effect = f"{advantages[place]:+.2f}  {'more' if colour == GREEN else 'less'} probable"
        beside = {"ha": "left", "transform": axis.get_yaxis_transform()}
        write(axis, (1.01, height), effect, 9, color=colour, **beside)
    axis.axvline(0, color=INK, lw=0.8)
    axis.set(xlabel="reward (the tick: the mean of the other samples)")
    open_frame(axis, "left")
    axis.tick_params("y", left=False, labelsize=9)
    figure.tight_layout()
    return figure


def reward_curves(curves: dict[str, Sequence[float]]) -> Figure:
    """Return a small plot for each curve, side by side, over the steps of a training."""
    figure = Figure(figsize=(3.1 * len(curves), 2.5))
    axes = np.ravel(figure.subplots(1, len(curves), squeeze=False))
    colours = cycle((GREEN, ORANGE, BLUE))
    for axis, (name, values), colour in zip(axes, curves.items(), colours, strict=False):
        axis.plot(np.arange(1, len(values) + 1), values, color=colour, lw=2)
        axis.set_title(name, fontsize=10)
        axis.set(xlabel="step", ylim=(0, 1.08 * max(values)))
        open_frame(axis)
    figure.tight_layout()
    return figure
