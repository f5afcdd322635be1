"""Drawings of chapter 2: kernels and their maps, MobileNetV2's block, a map of photos, heat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Polygon
from PIL import Image

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE

INK = "#333333"
PLACE_COLOURS = (BLUE, ORANGE, GREEN, "#8e5ea2", "#c44e52", "#937860", "#22a6b3", "#e0b000", INK)
PLACE_MARKS = ("o", "s", "^", "D", "v", "P", "X")  # other in number than colours: no pair twice


def maps_drawing(
    pictures: Sequence[np.ndarray], titles: Sequence[str], kernels: Sequence[np.ndarray] = ()
) -> Figure:
    """Return pictures side by side; those with two axes are drawn from dark (low) to light.

    `kernels`, `(3, 3, 3)` each, are drawn above their maps, scaled to what a screen can show.
    """
    rows = 2 if len(kernels) else 1
    figure = Figure(figsize=(1.65 * len(pictures), 2.0 + 1.0 * (rows - 1)))
    heights = [0.45, 1][2 - rows :]
    axes = figure.subplots(rows, len(pictures), squeeze=False, height_ratios=heights)
    for axis in axes.ravel():
        axis.axis("off")
    for axis, kernel in zip(axes[0], kernels, strict=False):
        axis.imshow(0.5 + 0.5 * kernel / np.abs(kernel).max())
    for axis, picture, title in zip(axes[-1], pictures, titles, strict=True):
        axis.imshow(picture, cmap="gray" if picture.ndim == 2 else None)
        axis.set_title(title, fontsize=9)
    figure.subplots_adjust(left=0.01, right=0.99, wspace=0.05, hspace=0.28, top=0.9, bottom=0.02)
    return figure


def inverted_residual_drawing(narrow: int = 24, factor: int = 6, size: int = 56) -> Figure:
    """Return MobileNetV2's block: narrow, wide, wide, narrow, and the shortcut around it.

    The length of a slab is its number of channels, to scale; below each arrow stands what it
    learns, batch norm not counted.
    """
    wide = narrow * factor
    figure = Figure(figsize=(9, 3.7))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(-0.5, 17.4), ylim=(-1.9, 5.4))
    axis.axis("off")
    starts, lengths = (0.2, 4.3, 10.0, 15.7), (narrow / 48, wide / 48, wide / 48, narrow / 48)
    for x, length, channels in zip(starts, lengths, (narrow, wide, wide, narrow), strict=True):
        _slab(axis, x, length, BLUE if channels == narrow else ORANGE)
        axis.text(x + length / 2, -0.32, f"{channels}", ha="center", va="center", weight="bold")
    steps = (
        ((1.75, 4.05), "1 x 1\nexpand", f"{narrow} x {wide}\n= {narrow * wide:,}"),
        ((8.35, 9.8), "3 x 3\ndepthwise", f"9 x {wide}\n= {9 * wide:,}"),
        ((14.05, 15.5), "1 x 1\nproject", f"{wide} x {narrow}\n= {narrow * wide:,}"),
    )
    for (left, right), name, count in steps:
        _arrow(axis, (left, 1.1), (right, 1.1))
        middle = (left + right) / 2
        axis.text(middle, 1.45, name, ha="center", va="bottom", fontsize=9.5)
        axis.text(middle, 0.75, count, ha="center", va="top", fontsize=9, color=GREY)
    _shortcut(axis, 0.9, 16.2)
    axis.text(8.5, 4.85, "shortcut: the input is added to the output", ha="center", color=BLUE)
    note = f"channels (the length of a slab); each channel is a map of {size} x {size}"
    axis.text(8.5, -0.98, note, ha="center", va="center", fontsize=9.5)
    relu = "ReLU6 after the first two arrows, nothing after the third: the narrow ends are linear"
    axis.text(8.5, -1.5, relu, ha="center", va="center", fontsize=9, color=GREY)
    return figure


def _slab(axis: Axes, x: float, length: float, colour: str) -> None:
    """Draw a box seen from the side: `length` along the channels, 2.2 high."""
    height, shift = 2.2, 0.75
    front = [(x, 0), (x + length, 0), (x + length, height), (x, height)]
    top = [(x, height), (x + length, height), (x + length + shift, height + shift),
           (x + shift, height + shift)]  # fmt: skip
    side = [(x + length, 0), (x + length + shift, shift), (x + length + shift, height + shift),
            (x + length, height)]  # fmt: skip
    for corners, strength in ((front, 0.75), (top, 0.45), (side, 0.95)):
        shade = {"facecolor": colour, "alpha": strength, "edgecolor": "white", "lw": 1.2}
        axis.add_patch(Polygon(corners, **shade))


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": INK, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", xy=end, xytext=start, arrowprops=style)


def _shortcut(axis: Axes, start: float, end: float) -> None:
    style = {"color": BLUE, "lw": 2.2, "solid_joinstyle": "round"}
    axis.plot([start, start, end, end], [3.05, 4.6, 4.6, 3.75], **style)
    sign = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": BLUE, "lw": 1.8}
    axis.text(end, 3.45, "+", ha="center", va="center", fontsize=13, bbox=sign, zorder=4)


def neighbours_drawing(rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str]) -> Figure:
    """Return rows of photos: the one asked about, framed, then its neighbours, nearest first."""
    columns = len(rows[0])
    figure = Figure(figsize=(1.5 * columns + 1.3, 1.5 * len(rows)))
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes, row, title in zip(grid, rows, titles, strict=True):
        for axis, photo in zip(axes, row, strict=True):
            axis.imshow(photo)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        axes[0].spines[:].set(visible=True, color=ORANGE, linewidth=4)
        axes[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9.5, labelpad=8)
    figure.subplots_adjust(
        left=1.3 / (1.5 * columns + 1.3), right=0.99, top=0.99, bottom=0.01, wspace=0.06, hspace=0.1
    )
    return figure


def photo_map(points: np.ndarray, photos: np.ndarray, labels: Sequence[str]) -> Figure:
    """Return two maps of the same points `(n, 2)`: small photos, and a dot for every photo.

    The left one leaves out photos that would cover another; the right one shows all, by a colour
    and a shape for each label.
    """
    figure = Figure(figsize=(11, 5.6))
    left, right = figure.subplots(1, 2)
    low, high = points.min(0), points.max(0)
    room = 0.05 * (high - low)
    for axis in (left, right):
        axis.set(xlim=(low[0] - room[0], high[0] + room[0]), xticks=[], yticks=[])
        axis.set(ylim=(low[1] - room[1], high[1] + room[1]), xlabel="first component")
    left.set(ylabel="second component")
    for row in _apart((points - low) / np.maximum(high - low, 1e-9), 0.062):
        small = Image.fromarray(photos[row]).resize((56, 56), Image.Resampling.LANCZOS)
        picture = OffsetImage(np.asarray(small), zoom=0.42)
        left.add_artist(AnnotationBbox(picture, points[row], pad=0, frameon=False))
    labels = np.asarray(labels)
    for number, name in enumerate(sorted(set(labels.tolist()))):
        look = {"color": PLACE_COLOURS[number % len(PLACE_COLOURS)], "label": name, "alpha": 0.8}
        mark = PLACE_MARKS[number % len(PLACE_MARKS)]
        right.plot(*points[labels == name].T, mark, ms=6, mew=0, **look)
    right.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.2)
    figure.tight_layout()
    return figure


def _apart(points: np.ndarray, distance: float) -> list[int]:
    """Return rows of points `(n, 2)` that differ from each other by `distance` on an axis."""
    kept: list[int] = []
    for row, point in enumerate(points):
        if all(np.abs(points[other] - point).max() >= distance for other in kept):
            kept.append(row)
    return kept


def heat_drawing(
    photos: Sequence[np.ndarray], heats: Sequence[np.ndarray], titles: Sequence[str]
) -> Figure:
    """Return photos in a row, and below each the same one in grey, glowing by its `(7, 7)` heat.

    The glow is none for a heat of 0 or less, and full at the photo's own highest, its peak, which
    is written below.
    """
    figure = Figure(figsize=(1.6 * len(photos), 3.7))
    grid = figure.subplots(2, len(photos), squeeze=False)
    for axis in grid.ravel():
        axis.axis("off")
    for axes, photo, heat, title in zip(grid.T, photos, heats, titles, strict=True):
        light = np.clip(np.asarray(heat, np.float32), 0, None)
        light = light / max(light.max(), 1e-6)
        large = Image.fromarray(light).resize(photo.shape[1::-1], Image.Resampling.BICUBIC)
        strength = 0.8 * np.clip(np.asarray(large), 0, 1)[..., None]
        grey = 40 + 0.7 * photo.mean(2, keepdims=True)
        glow = np.array([255, 90, 0]) * strength + grey * (1 - strength)
        axes[0].imshow(photo)
        axes[1].imshow(glow.clip(0, 255).astype(np.uint8))
        axes[0].set_title(title, fontsize=9.5)
        below = {"ha": "center", "va": "top", "fontsize": 9.5, "transform": axes[1].transAxes}
        axes[1].text(0.5, -0.03, f"peak {np.max(heat):.1f}", **below)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.92, bottom=0.07, wspace=0.05, hspace=0.04)
    return figure
