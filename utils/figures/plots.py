"""Pictures that more than one chapter draws: photos with captions, learning curves, bars."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from PIL import Image

from utils.figures.fonts import draw_every_script, needs_letters_cut, wrapped
from utils.images import load_image

BLUE, ORANGE, GREEN, GREY = "#2a6f97", "#d9772b", "#4b8b3b", "#777777"

LOSSES = {"train": "loss", "dev": "dev_loss"}
BESIDE = {"frameon": False, "loc": "center left", "bbox_to_anchor": (1.01, 0.5)}  # a legend

# Where a label may stand beside its point, and how far away (in points, 1/72 inch): the first place
# that covers nothing is taken.
_DIRECTIONS = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)])
_GAPS = np.array([(5, 3), (9, 7), (16, 14), (24, 22)])


def picture_axes(figure: Figure, rows: int, columns: int, **grid: Any) -> np.ndarray:
    """Return a grid of axes, `(rows, columns)`, without frames and ticks."""
    axes = figure.subplots(rows, columns, squeeze=False, **grid)
    for axis in axes.ravel():
        axis.axis("off")
    return axes


def open_frame(axis: Axes, *more: str) -> None:
    """Remove the frame of a plot at the top and on the right, and on the sides named."""
    axis.spines[["top", "right", *more]].set_visible(False)


def bars(axis: Axes, names: Sequence[str], values: Sequence[float], colours: Any) -> BarContainer:
    """Draw named bars from top to bottom, in one colour or one each, and return them."""
    drawn = axis.barh(range(len(names)), values, color=colours, height=0.65)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    open_frame(axis)
    return drawn


def picture_grid(
    pictures: Sequence[np.ndarray], titles: Sequence[str], columns: int, width: float = 1.6
) -> Figure:
    """Return pictures in rows, each below its title; `width` is that of a picture in inches.

    A picture is `(h, w, 3)`, or `(h, w)` and then drawn from dark (low) to light.
    """
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(columns * width, rows * (width + 0.28)))
    axes = picture_axes(figure, rows, columns).ravel()
    for axis, picture, title in zip(axes, pictures, titles, strict=False):
        axis.imshow(picture, cmap="gray" if picture.ndim == 2 else None)
        axis.set_title(title, fontsize=9.5)
    top = 1 - 0.25 / rows / width
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=top, wspace=0.05, hspace=0.2)
    return figure


def photo_grid(
    photos: Sequence[Path | np.ndarray | Image.Image],
    captions: Sequence[str],
    columns: int = 4,
    width: float = 2.6,
    wrap: int = 30,
) -> Figure:
    """Return a figure of photos in rows, each with its caption below, wrapped at `wrap` letters.

    `captions` may hold line breaks; `width` is that of a photo in inches.
    """
    rows = -(-len(photos) // columns)
    texts = ["\n".join(_lines(part, wrap) for part in text.split("\n")) for text in captions]
    lines = 1 + max(text.count("\n") for text in texts)
    height = rows * (width + 0.19 * lines + 0.1)
    figure = Figure(figsize=(columns * width, height))
    axes = picture_axes(figure, rows, columns).ravel()
    for axis, photo, text in zip(axes, photos, texts, strict=False):
        axis.imshow(load_image(photo) if isinstance(photo, (str, Path)) else np.asarray(photo))
        axis.text(0, -0.03, text, transform=axis.transAxes, va="top", fontsize=8.5)
    below, between = 0.19 * lines / height, 0.075 * lines + 0.04
    figure.subplots_adjust(
        left=0.01, right=0.99, top=0.995, bottom=below, wspace=0.06, hspace=between
    )
    draw_every_script(figure)
    return figure


def _lines(text: str, width: int) -> str:
    """Return a caption in lines, cut at its spaces where it has some."""
    return wrapped(text, width) if needs_letters_cut(text, width) else textwrap.fill(text, width)


def label_points(
    axis: Axes, points: np.ndarray, labels: Sequence[str], colours: Sequence[str], size: float = 7.0
) -> None:
    """Write each label beside its point, where it covers neither a point nor another label.

    `points` is (n, 2), in data units, and already drawn: limits and layout are taken as they are.
    A label that finds no room close by stands further away, joined by a thin line.
    """
    axis.figure.draw_without_rendering()  # only now the layout is known, and distances with it
    dots = axis.transData.transform(points) * 72 / axis.figure.dpi  # (n, 2), in points
    taken = np.hstack([dots - 2, dots + 2])  # boxes: left, low, right, high
    for point, dot, label, colour in zip(points, dots, labels, colours, strict=True):
        half = np.array([TextPath((0, 0), label, size=size).get_extents().width, size]) / 2
        offsets = np.concatenate([_DIRECTIONS * (half + gap) for gap in _GAPS])
        boxes = np.hstack([dot + offsets - half, dot + offsets + half])
        place = int(_overlaps(boxes, taken).argmin())
        taken = np.vstack([taken, boxes[place]])
        far = {"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkA": 0, "shrinkB": 1}
        axis.annotate(
            label, point, offsets[place], textcoords="offset points", fontsize=size, color=colour,
            ha="center", va="center", arrowprops=far if place >= len(_DIRECTIONS) else None,
        )  # fmt: skip


def _overlaps(boxes: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return for each box `(n, 4)` the area that it shares with boxes that are taken `(m, 4)`."""
    low = np.maximum(boxes[:, None, :2], taken[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], taken[None, :, 2:])
    return (high - low).clip(0).prod(axis=2).sum(axis=1)


def loss_curves(
    curves: dict[str, Sequence[float]],
    lines: dict[str, float],
    xlabel: str,
    steps: Sequence[int] | None = None,
) -> Figure:
    """Return named loss curves in nats per word, with a dot for each step where they are few.

    Dotted lines are levels to compare them with.

    `lines`: what a level means -> its loss. `steps`: the numbers along x, from 0 by default.
    """
    figure = Figure(figsize=(8, 4))
    axis = figure.subplots()
    colours = (BLUE, ORANGE, GREEN, "#8a4f9e", GREY)
    for colour, (name, losses) in zip(colours, curves.items(), strict=False):
        numbers = steps if steps is not None else range(len(losses))
        marker = "o" if len(losses) < 15 else ""
        axis.plot(numbers, losses, color=colour, marker=marker, ms=5, lw=2, label=name)
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
    axis.set(xlabel=xlabel, ylabel="loss (nats per word)", ylim=(0, None))
    axis.xaxis.get_major_locator().set_params(integer=True)
    open_frame(axis)
    axis.legend(**BESIDE)
    figure.tight_layout()
    return figure


def history_plot(epochs: Sequence[dict[str, Any]], first_loss: float | None = None) -> Figure:
    """Return the learning curves of `History.epochs`: train and dev loss in nats per word.

    `first_loss` is drawn as the level of a model that knows nothing, ln(V).
    """
    curves = {name: [epoch[key] for epoch in epochs] for name, key in LOSSES.items()}
    lines = {} if first_loss is None else {"knows nothing: ln(V)": first_loss}
    figure = loss_curves(curves, lines, "epoch", [epoch["epoch"] for epoch in epochs])
    best = min(epochs, key=lambda epoch: epoch["dev_loss"])
    [axis] = figure.axes
    axis.plot(best["epoch"], best["dev_loss"], "*", color=GREEN, ms=15, label="best on dev")
    axis.set_ylim(0.85 * min(map(min, curves.values())))
    axis.legend(**BESIDE)
    return figure
