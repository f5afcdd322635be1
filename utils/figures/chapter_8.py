"""Drawings of chapter 8: where a word looks, the model with its shapes, samples and their worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE

INK, PALE = "#333333", "#dfe7ec"
VEIL = 0.86  # how much of a region that is not looked at is covered


def veiled(photo: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a photo `(h, w, 3)` uint8, white where its regions have little weight.

    `weights`: of the regions, `(rows, columns)`, none below 0. The region of the largest is seen
    clearly, one without weight hardly. Regions stay squares: nothing finer is known. Raises
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
    rows = -(-(len(looks) + 1) // columns)
    figure = Figure(figsize=(columns * width, rows * (width + 0.28)))
    axes = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axis in axes:
        axis.axis("off")
    axes[0].imshow(photo)
    axes[0].set_title("the picture", fontsize=9.5, color=GREY)
    for axis, title, look in zip(axes[1:], titles, looks, strict=False):
        axis.imshow(veiled(photo, look))
        axis.set_title(title, fontsize=9.5)
    figure.subplots_adjust(
        left=0.01, right=0.99, bottom=0.01, wspace=0.05, hspace=0.2, top=1 - 0.25 / rows / width
    )
    return figure


def attention_drawing(shapes: dict[str, Sequence[int]]) -> Figure:
    """Return the attention model with the shape of each tensor, photo orange, text blue.

    `shapes`: of map, regions, words, embedded, states, looks, contexts, read, merged,
    logits. The first size, that of the batch, is written n.
    """
    figure = Figure(figsize=(11.6, 4.4))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0.2, 20.2), ylim=(0.3, 7.2))
    axis.axis("off")
    places = {
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
    for name, (x, y, text, colour) in places.items():
        _box(axis, (x, y), text, colour)
        side = 0.78 if colour == ORANGE else -0.82
        at = {"looks": (x - 1.05, y + 0.78), "contexts": (x - 0.95, y + 0.78)}.get(
            name, (x, y + side)
        )
        note = f"{name} {_shape(shapes[name])}"
        axis.text(*at, note, ha="center", va="center", fontsize=8.6, family="monospace")
    for start, end in (
        ((2.7, 5.9), (3.9, 5.9)), ((2.7, 1.6), (3.9, 1.6)), ((6.1, 1.6), (7.3, 1.6)),
        ((8.4, 2.1), (8.4, 3.7)), ((9.5, 4.2), (10.7, 4.2)), ((11.8, 3.7), (11.8, 2.1)),
        ((9.5, 1.6), (10.7, 1.6)), ((12.9, 1.6), (14.1, 1.6)), ((16.3, 1.6), (17.5, 1.6)),
    ):  # fmt: skip
        _arrow(axis, start, end)
    _bent(axis, (12.9, 4.2), (15.2, 4.2), (15.2, 2.1), INK)
    _bent(axis, (6.1, 6.1), (12.3, 6.1), (12.3, 4.7), ORANGE)
    _bent(axis, (6.1, 5.7), (8.9, 5.7), (8.9, 4.7), ORANGE)
    _bent(axis, (5.0, 5.4), (5.0, 2.9), (7.6, 2.1), ORANGE, straight=True)
    for at, text in (
        ((9.2, 2.9), "queries"), ((8.3, 5.4), "keys"), ((9.6, 6.38), "values"),
        ((4.15, 3.7), "their mean:\nthe first state"),
    ):  # fmt: skip
        axis.text(*at, text, ha="center", va="center", fontsize=9, style="italic", color=INK)
    return figure


def _box(axis: Axes, at: tuple[float, float], text: str, colour: str) -> None:
    corner, style = (at[0] - 1.1, at[1] - 0.5), "round,pad=0,rounding_size=0.15"
    axis.add_patch(FancyBboxPatch(corner, 2.2, 1.0, boxstyle=style, facecolor=colour, lw=0))
    axis.text(*at, text, ha="center", va="center", color="white", fontsize=10)


def _arrow(axis: Axes, start: tuple, end: tuple, colour: str = INK) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", xy=end, xytext=start, arrowprops=style)


def _bent(
    axis: Axes, start: tuple, corner: tuple, end: tuple, colour: str, straight: bool = False
) -> None:
    """Draw an arrow with one corner; `straight`: its last part is not upright."""
    axis.plot([start[0], corner[0]], [start[1], corner[1]], color=colour, lw=1.5)
    _arrow(axis, corner, end if straight else (corner[0], end[1]), colour)


def _shape(shape: Sequence[int]) -> str:
    return "(n, " + ", ".join(f"{size:,}" for size in shape[1:]) + ")"


def passes_drawing(words: Sequence[str]) -> Figure:
    """Return the work of a caption by prefixes, a triangle, beside that of one pass, a row.

    `words` begin with the marker and leave out the last: each is read, and the next one guessed.
    """
    figure = Figure(figsize=(9.4, 0.36 * len(words) + 0.75))
    left, right = figure.subplots(1, 2)
    count = len(words)
    for axis, title in (
        (left, f"by prefixes: {count * (count + 1) // 2} words read, {count} guesses"),
        (right, f"in one pass: {count} words read, {count} guesses"),
    ):
        axis.set(xlim=(-0.1, count + 0.9), ylim=(count + 0.1, -0.1))
        axis.axis("off")
        axis.set_title(title, fontsize=10)
    for row in range(count):
        _cells(left, words[: row + 1], row, [row])
    _cells(right, words, (count - 1) / 2, range(count))
    figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.01, wspace=0.04)
    return figure


def _cells(axis: Axes, words: Sequence[str], row: float, guesses: Sequence[int]) -> None:
    """Draw a row of words that are read; those after which a word is guessed are dark."""
    for place, word in enumerate(words):
        dark = place in guesses
        look = {"boxstyle": "round,pad=0.25", "edgecolor": "none"}
        axis.text(
            place + 0.5, row + 0.5, word, ha="center", va="center", fontsize=8,
            color="white" if dark else INK, bbox={**look, "facecolor": BLUE if dark else PALE},
        )  # fmt: skip


def samples_drawing(captions: Sequence[str], rewards: np.ndarray, advantages: np.ndarray) -> Figure:
    """Return sampled captions with a bar of their reward, best first, and what training does.

    `rewards` and `advantages` `(samples,)`: green ones become more probable, orange ones less. The
    tick on a bar is what it is compared with, its reward without the advantage.
    """
    figure = Figure(figsize=(9.4, 0.5 * len(captions) + 0.7))
    axis = figure.subplots()
    order = np.argsort(-np.asarray(rewards), kind="stable")
    for height, place in enumerate(order):
        reward, advantage = float(rewards[place]), float(advantages[place])
        colour = GREEN if advantage > 0 else ORANGE
        axis.barh(height, reward, color=colour, height=0.55, alpha=0.85)
        axis.plot([reward - advantage] * 2, [height - 0.38, height + 0.38], color=INK, lw=2)
        sign = "more probable" if advantage > 0 else "less probable"
        axis.text(
            1.01, height, f"{advantage:+.2f}  {sign}", va="center", color=colour, fontsize=9,
            transform=axis.get_yaxis_transform(),
        )  # fmt: skip
    axis.set_yticks(range(len(order)), [captions[place] for place in order], fontsize=9)
    axis.axvline(0, color=GREY, lw=0.8)
    axis.set(xlabel="reward (the tick: the mean of the other samples)")
    axis.invert_yaxis()
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(left=False)
    figure.tight_layout()
    return figure


def reward_curves(curves: dict[str, Sequence[float]]) -> Figure:
    """Return one small plot a curve, side by side, over the steps of a training."""
    figure = Figure(figsize=(3.1 * len(curves), 2.5))
    axes = np.ravel(figure.subplots(1, len(curves), squeeze=False))
    for axis, (name, values), colour in zip(
        axes, curves.items(), [GREEN, ORANGE, BLUE, GREY] * len(curves), strict=False
    ):
        axis.plot(np.arange(1, len(values) + 1), values, color=colour, lw=2)
        axis.set_title(name, fontsize=10)
        axis.set(xlabel="step", ylim=(0, 1.08 * max(values)))
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure
