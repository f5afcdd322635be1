"""Drawings of chapter 8: attention weights, the model with its shapes, bandits, rewards."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.figures.plots import BLUE, GREEN, ORANGE, bars, open_frame, picture_axes
from utils.figures.shapes import INK, arrow, canvas, line, network, shape_text, tag, write

PALE = "#dfe7ec"
PINK = "#ff3fd0"  # the frame of the region with the largest weight
VEIL = 0.88  # how much of a region without weight is covered
VEIL_COLOUR = np.array([24.0, 20.0, 44.0])  # dark: what is white in the photo never looks covered
FULL = 0.12  # a region with this weight or more is not covered; an even share is 1/49, or 2%
WEIGHT = "weight of a region"
SIDE = 32  # pixels of a region's side, in a photo of 224 x 224


def veiled(photo: np.ndarray, weights: np.ndarray, full: float = FULL) -> np.ndarray:
    """Return a photo `(h, w, 3)` uint8, dark where its regions have little weight.

    `weights`: of the regions, `(rows, columns)`. A region with the weight `full` or more is bright,
    one without weight is nearly black. The scale is the same for all photos and words. Regions stay
    squares: nothing finer is known. Raises `ValueError` where a weight is below 0.
    """
    weights = np.asarray(weights, dtype=np.float64)
    if weights.min() < 0:
        raise ValueError("A weight is below 0: give the weights after the softmax.")
    height, width = photo.shape[:2]
    rows = np.arange(height) * weights.shape[0] // height
    columns = np.arange(width) * weights.shape[1] // width
    cover = VEIL * (1 - np.minimum(weights / full, 1))[rows][:, columns, None]
    return np.rint(photo * (1 - cover) + VEIL_COLOUR * cover).astype(np.uint8)


def draw_weights(axis: Axes, photo: np.ndarray, weights: np.ndarray, full: float = FULL) -> None:
    """Draw a veiled photo with a pink frame around the region that weighs most."""
    axis.imshow(veiled(photo, weights, full))
    tall, wide = photo.shape[0] / len(weights), photo.shape[1] / len(weights[0])
    row, column = np.unravel_index(np.argmax(weights), np.shape(weights))
    if np.max(weights) > 1.01 * np.mean(weights):  # none where all weigh the same
        corner = (column * wide - 0.5, row * tall - 0.5)
        axis.add_patch(Rectangle(corner, wide, tall, fill=False, edgecolor=PINK, lw=2))


def attention_maps(
    photo: np.ndarray,
    words: Sequence[str],
    weights: Sequence[np.ndarray],
    columns: int = 5,
    width: float = 1.8,
    full: float = FULL,
    name: str = WEIGHT,
) -> Figure:
    """Return the photo, and for each word a copy that is bright where its weights are large.

    `photo` `(h, w, 3)` uint8; `weights`: `(7, 7)` for each word. Above each copy stand the word and
    the largest weight, below all of them the scale; `name`: what the numbers are called there.
    """
    rows = -(-(len(words) + 1) // columns)
    height = rows * (width + 0.3) + 0.5
    figure = Figure(figsize=(columns * width, height))
    axes = picture_axes(figure, rows, columns).ravel()
    axes[0].imshow(photo)
    axes[0].set_title("the photo", fontsize=10)
    for axis, word, found in zip(axes[1:], words, weights, strict=False):
        draw_weights(axis, photo, found, full)
        axis.set_title(f"{word}  {np.max(found):.0%}", fontsize=10)
    top, low = 1 - 0.27 / height, 0.5 / height
    figure.subplots_adjust(
        left=0.01, right=0.99, bottom=low, top=top, wspace=0.05, hspace=0.3 / width
    )
    _scale(figure, height, full, name)
    return figure


def maps_alt(words: Sequence[str], weights: Sequence[np.ndarray], name: str = WEIGHT) -> str:
    """Return the description of `attention_maps`: each word, and where its largest weight is."""
    parts = []
    for word, found in zip(words, weights, strict=True):
        row, column = np.unravel_index(np.argmax(found), np.shape(found))
        parts.append(f"{word} {np.max(found):.0%} in row {row + 1}, column {column + 1}")
    return f"A photo, and for each word the largest value ({name}): {'; '.join(parts)}."


def _scale(figure: Figure, height: float, full: float, name: str) -> None:
    """Draw the scale from dark to bright at the lower edge, on a grey ground."""
    axis = figure.add_axes((0.3, 0.16 / height, 0.22, 0.16 / height))
    grey = np.full((2, 60, 3), 215, np.uint8)
    axis.imshow(veiled(grey, np.linspace(0, full, 30)[None], full), aspect="auto")
    axis.axis("off")
    for x, side, text in (
        (0.29, "right", f"{name}:  0%"),
        (0.53, "left", f"{full:.0%} or more     pink frame: the largest, as written above"),
    ):
        figure.text(x, 0.24 / height, text, fontsize=9, ha=side, va="center", color=INK)


def word_drawing(
    photo: np.ndarray, words: Sequence[str], weights: Sequence[np.ndarray], word: str
) -> Figure:
    """Return the photo beside the weights of one word; `word` is such as "3: girl", from 1 on."""
    place = int(word.partition(":")[0]) - 1
    height = 4.3
    figure = Figure(figsize=(7.6, height))
    axes = picture_axes(figure, 1, 2)[0]
    axes[0].imshow(photo)
    axes[0].set_title("the photo", fontsize=10)
    draw_weights(axes[1], photo, weights[place])
    axes[1].set_title(f"{words[place]}  {np.max(weights[place]):.0%}", fontsize=10)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.93, bottom=0.18, wspace=0.04)
    told = " ".join(f"[{text.upper()}]" if place == n else text for n, text in enumerate(words))
    figure.text(0.5, 0.125, told, fontsize=10, ha="center", color=INK)
    _scale(figure, height, FULL, WEIGHT)
    return figure


def cover(photo: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return a photo with a grey square of 3 x 3 regions around a region, from 0 on."""
    covered = photo.copy()
    top, left = max(0, (row - 1) * SIDE), max(0, (column - 1) * SIDE)
    covered[top : (row + 2) * SIDE, left : (column + 2) * SIDE] = 128
    return covered


def covered_drawing(
    photo: np.ndarray,
    captions: Sequence[Sequence[str]],
    whole: Sequence[str],
    row: int,
    column: int,
) -> Figure:
    """Return the covered photo and its caption below that of the whole photo.

    `captions`: of the 49 places of the square, row after row; `row` and `column` from 1 on.
    """
    now = captions[(row - 1) * 7 + column - 1]
    figure = Figure(figsize=(6.6, 3.9))
    axes = picture_axes(figure, 1, 2)[0]
    axes[0].imshow(photo)
    axes[1].imshow(cover(photo, row - 1, column - 1))
    figure.subplots_adjust(left=0.01, right=0.99, top=0.99, bottom=0.15, wspace=0.04)
    same = list(now) == list(whole)
    told = " ".join(now) + (" (the same)" if same else "")
    for height, name, text, colour in (
        (0.10, "whole", " ".join(whole), INK),
        (0.03, "covered", told, BLUE if same else ORANGE),
    ):
        figure.text(0.01, height, f"{name}:", fontsize=10, color=INK)
        figure.text(0.13, height, text, fontsize=10, color=colour)
    return figure


def model_drawing(shapes: dict[str, Sequence[int]]) -> Figure:
    """Return the attention model with the shape of each tensor, photo orange, text blue.

    `shapes`: of map, values, keys, words, embedded, states, queries, weights, contexts, read,
    merged, logits. The first size, that of the batch, is written n.
    """
    figure, axis = canvas((11.6, 5.4), (0.2, 20.2, 0.3, 9.6))
    layers = {
        "map": (1.5, 8.2, "map, scaled,\nDropout", ORANGE),
        "values": (4.9, 8.2, "Dense ReLU", ORANGE),
        "keys": (8.4, 8.2, "Dense (key)", ORANGE),
        "words": (1.5, 1.6, "words", BLUE),
        "embedded": (4.9, 1.6, "Embedding,\nDropout", BLUE),
        "states": (8.4, 1.6, "attention\nLSTM", BLUE),
        "queries": (8.4, 3.9, "Dense (query)", BLUE),
        "weights": (8.4, 6.0, "softmax over\nthe regions", GREEN),
        "contexts": (12.6, 6.0, "weighted\nmean", GREEN),
        "read": (12.6, 1.6, "concatenate,\nlanguage LSTM", GREEN),
        "merged": (15.8, 1.6, "Add,\nDropout", GREEN),
        "logits": (18.7, 1.6, "Dense", GREEN),
    }
    notes = {name: f"{name} {shape_text(shapes[name])}" for name in layers}
    text = ("words", "embedded", "states", "read", "merged", "logits")
    chains = (text, ("map", "values", "keys"), ("weights", "contexts"))
    moved = {"weights": (2.1, 0.72), "contexts": (2.75, 0.35), "queries": (2.63, 0.0)}
    network(axis, layers, notes, (2.3, 1.0), chains, moved)
    for points, colour in (
        (((8.4, 2.1), (8.4, 3.4)), INK),
        (((8.4, 4.4), (8.4, 5.5)), INK),
        (((12.6, 5.5), (12.6, 2.1)), INK),
        (((13.75, 6.0), (15.8, 6.0), (15.8, 2.1)), INK),
        (((5.9, 7.7), (5.9, 7.15), (12.6, 7.15), (12.6, 6.5)), ORANGE),
        (((4.9, 7.7), (4.9, 3.0), (7.4, 2.1)), ORANGE),
    ):
        arrow(axis, *points, colour=colour)
    line(axis, (8.1, 7.15), (8.7, 7.15), colour="white", width=6)  # the keys cross the values here
    arrow(axis, (8.4, 7.7), (8.4, 6.5), colour=ORANGE)
    for at, note in (
        ((10.6, 7.4), "values"),
        ((3.75, 4.6), "their mean, by\ntwo Dense tanh:\nh and c before\nthe first word"),
    ):
        write(axis, at, note, 9, style="italic")
    return figure


def passes_drawing(words: Sequence[str], last: str = "<end>") -> Figure:
    """Return how a caption is read by prefixes, a triangle, beside one pass over it, a row.

    `words` begin with the marker and leave out the `last`: each is read, and the next one guessed.
    """
    count, guesses = len(words), [*words[1:], last]
    figure = Figure(figsize=(9.8, 0.36 * count + 0.75))
    left, right = picture_axes(figure, 1, 2)[0]
    for axis, title in (
        (left, f"by prefixes: {count * (count + 1) // 2} tokens read, {count} guesses"),
        (right, f"in one pass: {count} tokens read, {count} guesses"),
    ):
        axis.set(xlim=(-0.1, count + 1.1), ylim=(count + 0.1, -0.1))
        axis.set_title(title, fontsize=10)
    for row, guess in enumerate(guesses):
        _cells(left, words[: row + 1], row, [row])
        _guess(left, row + 1, row, guess)
    middle = count / 2 - 1
    _cells(right, words, middle, range(count))
    for place, guess in enumerate(guesses):
        _guess(right, place, middle + 1, guess)
    write(right, (count / 2, count - 0.7), "on blue: read, then a guess is made", 9, color=BLUE)
    write(right, (count / 2, count - 0.1), "in italics: the word to be guessed", 9, color=ORANGE)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.01, wspace=0.04)
    return figure


def _guess(axis: Axes, place: float, row: float, word: str) -> None:
    write(axis, (place + 0.5, row + 0.5), word, 8.5, color=ORANGE, style="italic")


def _cells(axis: Axes, words: Sequence[str], row: float, guesses: Sequence[int]) -> None:
    """Draw a row of words that are read; those after which a word is guessed are dark."""
    for place, word in enumerate(words):
        fill, ink = (BLUE, "white") if place in guesses else (PALE, INK)
        tag(axis, (place + 0.5, row + 0.5), word, fill, 0.25, color=ink, fontsize=8.5)


def score_table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return scores side by side as text: name of the column -> score by name.

    Whole numbers are counts, and stand there without a decimal.
    """
    lines = [" " * 14 + "".join(f"{name:>14}" for name in columns)]
    for row in next(iter(columns.values())):
        found = [scores[row] for scores in columns.values()]
        told = [f"{x:14}" if isinstance(x, int) else f"{x:14.1f}" for x in found]
        lines.append(f"{row:14}" + "".join(told))
    return "\n".join(lines)


def bandit_curves(runs: dict[str, np.ndarray]) -> Figure:
    """Return a plot for each name: the probability of the best arm, `(runs, steps)`, and its mean.

    A thin line is a run, the thick one the mean of all runs. Each title counts the runs that end
    above 0.9.
    """
    figure = Figure(figsize=(8.6, 3.0))
    axes = np.ravel(figure.subplots(1, len(runs), sharey=True, squeeze=False))
    colours = cycle((ORANGE, GREEN))
    for axis, (name, values), colour in zip(axes, runs.items(), colours, strict=False):
        steps = np.arange(1, np.shape(values)[1] + 1)
        axis.plot(steps, np.transpose(values), color=colour, lw=0.7, alpha=0.45)
        axis.plot(steps, np.mean(values, axis=0), color=INK, lw=2.2, label="the mean")
        ends = np.asarray(values)[:, -1]
        told = f"{name}: {np.sum(ends > 0.9)} of {len(ends)} end above 0.9"
        axis.set_title(told, fontsize=10)
        axis.set(xlabel="step", ylim=(-0.03, 1.03))
        open_frame(axis)
    axes[0].set_ylabel("probability of the best arm")
    axes[-1].legend(loc="lower right", frameon=False, fontsize=9.5)
    figure.tight_layout()
    return figure


def samples_drawing(
    captions: Sequence[str], rewards: np.ndarray, advantages: np.ndarray, photo: np.ndarray
) -> Figure:
    """Return a photo and its drawn captions: the reward of each, best first, and what it does.

    `rewards` and `advantages` `(samples,)`: green captions become more probable, orange ones less.
    The tick on a bar is the reward without the advantage: the mean that it is compared with.
    """
    tall = 0.5 * len(captions) + 0.7
    figure = Figure(figsize=(9.4, tall + 2.0))
    top, axis = figure.subplots(2, 1, height_ratios=(2.0, tall))
    top.imshow(photo)
    top.axis("off")
    order = np.argsort(-np.asarray(rewards), kind="stable")
    colours = [GREEN if advantages[place] > 0 else ORANGE for place in order]
    bars(axis, [captions[place] for place in order], [rewards[place] for place in order], colours)
    for height, (place, colour) in enumerate(zip(order, colours, strict=True)):
        compared = rewards[place] - advantages[place]
        axis.plot([compared] * 2, [height - 0.4, height + 0.4], color=INK, lw=2)
        effect = f"{advantages[place]:+.2f}  {'more' if colour == GREEN else 'less'} probable"
        beside = {"ha": "left", "transform": axis.get_yaxis_transform()}
        write(axis, (1.01, height), effect, 9.5, color=colour, **beside)
    axis.axvline(0, color=INK, lw=0.8)
    axis.set(xlabel="reward (the tick: the mean of the other captions)")
    open_frame(axis, "left")
    axis.tick_params("y", left=False, labelsize=9.5)
    figure.tight_layout()
    return figure


def reward_curves(curves: dict[str, Sequence[float]]) -> Figure:
    """Return a small plot for each curve, side by side, over the steps of a training."""
    figure = Figure(figsize=(4.0 * len(curves), 2.8))
    axes = np.ravel(figure.subplots(1, len(curves), squeeze=False))
    colours = cycle((GREEN, ORANGE, BLUE))
    for axis, (name, values), colour in zip(axes, curves.items(), colours, strict=False):
        axis.plot(np.arange(1, len(values) + 1), values, color=colour, lw=2)
        axis.set_title(name, fontsize=10)
        axis.set(xlabel="step", ylim=(0, 1.08 * max(values)))
        open_frame(axis)
    figure.tight_layout()
    return figure
