"""Pictures that more than one chapter draws: photos with captions, learning curves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from utils.images import load_image

BLUE, ORANGE, GREEN, GREY = "#2a6f97", "#d9772b", "#4b8b3b", "#777777"

Box = tuple[float, float, float, float]

# Where a label may stand: offset from its point in points (1/72 inch), and which part of its width
# lies left of that. The first free one is taken.
LABEL_PLACES = [(4, 0, 0), (-4, 0, 1), (0, 7, 0.5), (0, -7, 0.5)] + [
    (side * across, up, (1 - side) / 2)
    for distance in (1, 2, 3)
    for up in (9 * distance, -9 * distance, 0)
    for side, across in ((1, 10 * distance), (-1, 10 * distance))
]


def photo_grid(
    photos: Sequence[Path | np.ndarray | Image.Image],
    captions: Sequence[str] | None = None,
    columns: int = 4,
    width: float = 2.6,
    wrap: int = 30,
) -> Figure:
    """Return a figure of photos in rows, each with its caption below, wrapped at `wrap` letters.

    `captions` may hold line breaks; `width` is that of a photo in inches.
    """
    rows = -(-len(photos) // columns)
    texts = [_wrapped(text, wrap) for text in captions or [""] * len(photos)]
    lines = max(text.count("\n") + 1 if text else 0 for text in texts)
    figure = Figure(figsize=(columns * width, rows * (width + 0.19 * lines + 0.1)))
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, photo, text in zip(axes, photos, texts, strict=False):
        axis.imshow(load_image(photo) if isinstance(photo, (str, Path)) else np.asarray(photo))
        axis.text(0, -0.03, text, transform=axis.transAxes, va="top", fontsize=8.5)
    figure.subplots_adjust(
        left=0.01, right=0.99, top=0.995, wspace=0.06, hspace=0.075 * lines + 0.04,
        bottom=0.19 * lines / (rows * (width + 0.19 * lines + 0.1)),
    )  # fmt: skip
    return figure


def _wrapped(text: str, wrap: int) -> str:
    return "\n".join(
        line for part in text.split("\n") for line in textwrap.wrap(part, wrap) or [""]
    )


def label_points(
    axis: Axes,
    points: np.ndarray,
    labels: Sequence[str],
    colours: Sequence[str],
    size: float = 7.0,
) -> None:
    """Write each label beside its point, where it covers neither a point nor another label.

    `points` is (n, 2), in data units, and already drawn: the limits of `axis` are taken as they
    are. A label that finds no room close by stands further away, joined by a thin line. Sizes are
    estimated from the number of letters, which is close enough for words.
    """
    axis.autoscale_view()
    dots = axis.transData.transform(points) * 72 / axis.figure.dpi  # (n, 2), in points
    taken = [(x - 2, y - 2, x + 2, y + 2) for x, y in dots]  # boxes: left, low, right, high
    for point, dot, label, colour in zip(points, dots, labels, colours, strict=True):
        width, height = 0.62 * size * len(label), 1.15 * size
        (x, y, side), box = _freest(dot, width, height, taken)
        taken.append(box)
        far = {"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkA": 0, "shrinkB": 1}
        axis.annotate(
            label, point, (x, y), textcoords="offset points", fontsize=size, color=colour,
            ha={0: "left", 0.5: "center", 1: "right"}[side], va="center",
            arrowprops=far if max(abs(x), abs(y)) > 8 else None,
        )  # fmt: skip


def _freest(
    dot: np.ndarray, width: float, height: float, taken: list[Box]
) -> tuple[tuple[float, float, float], Box]:
    """Return the first of `LABEL_PLACES` that covers the least of what is taken, and its box."""
    boxes = []
    for x, y, side in LABEL_PLACES:
        left, low = dot[0] + x - width * side, dot[1] + y - height / 2
        boxes.append((left, low, left + width, low + height))
    covered = [sum(_overlap(box, other) for other in taken) for box in boxes]
    best = int(np.argmin(covered))
    return LABEL_PLACES[best], boxes[best]


def _overlap(box: Box, other: Box) -> float:
    """Return the common area of two boxes."""
    across = min(box[2], other[2]) - max(box[0], other[0])
    upwards = min(box[3], other[3]) - max(box[1], other[1])
    return max(across, 0.0) * max(upwards, 0.0)


def history_plot(epochs: Sequence[dict[str, Any]], first_loss: float | None = None) -> Figure:
    """Return the learning curves of `History.epochs`: train and dev loss in nats a word.

    `first_loss` draws where a model that knows nothing begins, ln(V).
    """
    figure = Figure(figsize=(6, 3.4))
    axis = figure.subplots()
    numbers = [epoch["epoch"] for epoch in epochs]
    axis.plot(numbers, [epoch["loss"] for epoch in epochs], "o-", color=GREY, label="train")
    axis.plot(numbers, [epoch["dev_loss"] for epoch in epochs], "o-", color=BLUE, label="dev")
    best = min(epochs, key=lambda epoch: epoch["dev_loss"])
    axis.plot(
        best["epoch"], best["dev_loss"], "*", color=ORANGE, markersize=15, label="best on dev"
    )
    if first_loss is not None:
        axis.axhline(first_loss, color=GREY, linestyle=":", label="knows nothing: ln(V)")
    axis.set(xlabel="epoch", ylabel="loss (nats a word)")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)
    figure.tight_layout()
    return figure
