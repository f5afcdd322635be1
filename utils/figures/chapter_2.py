"""Drawings of chapter 2: kernels and their maps, MobileNetV2's block, a map of photos, heat."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Polygon
from PIL import Image

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, picture_grid
from utils.figures.shapes import INK, arrow, canvas, line, sign, write

PLACE_COLOURS = (BLUE, ORANGE, GREEN, "#8e5ea2", "#c44e52", "#937860", "#22a6b3", "#e0b000", INK)
PLACE_MARKS = ("o", "s", "^", "D", "v", "P", "X")  # not as many as colours: no pair comes twice


def maps_drawing(
    pictures: Sequence[np.ndarray], titles: Sequence[str], kernels: Sequence[np.ndarray] = ()
) -> Figure:
    """Return pictures side by side; those with two axes are drawn from dark (low) to light.

    `kernels`, `(3, 3, 3)` each, are drawn above their maps, scaled to what a screen can show.
    """
    scaled = [0.5 + 0.5 * kernel / np.abs(kernel).max() for kernel in kernels]
    return picture_grid([*scaled, *pictures], [*[""] * len(scaled), *titles], len(pictures))


def inverted_residual_drawing(narrow: int = 24, factor: int = 6, size: int = 56) -> Figure:
    """Return MobileNetV2's block: narrow, wide, wide, narrow, and the shortcut around it.

    The length of a slab is its number of channels, to scale; below each arrow stands the number of
    its weights, without batch norm.
    """
    wide = narrow * factor
    figure, axis = canvas((9, 3.7), (-0.5, 17.4, -1.9, 5.4))
    starts, lengths = (0.2, 4.3, 10.0, 15.7), (narrow / 48, wide / 48, wide / 48, narrow / 48)
    for x, length, channels in zip(starts, lengths, (narrow, wide, wide, narrow), strict=True):
        _slab(axis, x, length, BLUE if channels == narrow else ORANGE)
        write(axis, (x + length / 2, -0.32), f"{channels}", 10, weight="bold")
    steps = (
        ((1.75, 4.05), "1 x 1\nexpand", f"{narrow} x {wide}\n= {narrow * wide:,}"),
        ((8.35, 9.8), "3 x 3\ndepthwise", f"9 x {wide}\n= {9 * wide:,}"),
        ((14.05, 15.5), "1 x 1\nproject", f"{wide} x {narrow}\n= {narrow * wide:,}"),
    )
    for (left, right), name, count in steps:
        arrow(axis, (left, 1.1), (right, 1.1), width=1.6)
        middle = (left + right) / 2
        write(axis, (middle, 1.45), name, va="bottom")
        write(axis, (middle, 0.75), count, 9, va="top", color=GREY)
    line(axis, (0.9, 3.05), (0.9, 4.6), (16.2, 4.6), (16.2, 3.75), colour=BLUE, width=2.2)
    sign(axis, (16.2, 3.45), "+", BLUE)
    write(axis, (8.5, 4.95), "shortcut: the input is added to the output", 10, color=BLUE)
    note = f"channels (the length of a slab); each channel is a map of {size} x {size}"
    write(axis, (8.5, -0.98), note)
    relu = "ReLU6 after the first two arrows, nothing after the third: the narrow ends are linear"
    write(axis, (8.5, -1.5), relu, 9, color=GREY)
    return figure


def _slab(axis: Axes, x: float, length: float, colour: str) -> None:
    """Draw a box seen from the side: `length` along the channels, 2.2 high."""
    height, shift, end = 2.2, 0.75, x + length
    back = (end + shift, height + shift)
    front = [(x, 0), (end, 0), (end, height), (x, height)]
    top = [(x, height), (end, height), back, (x + shift, height + shift)]
    side = [(end, 0), (end + shift, shift), back, (end, height)]
    for corners, strength in ((front, 0.75), (top, 0.45), (side, 0.95)):
        shade = {"facecolor": colour, "alpha": strength, "edgecolor": "white", "lw": 1.2}
        axis.add_patch(Polygon(corners, **shade))


def neighbours_drawing(rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str]) -> Figure:
    """Return rows of photos: the one asked about, framed, then its neighbours, nearest first."""
    columns = len(rows[0])
    width = 1.5 * columns + 1.3
    figure = Figure(figsize=(width, 1.5 * len(rows)))
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes, row, title in zip(grid, rows, titles, strict=True):
        for axis, photo in zip(axes, row, strict=True):
            axis.imshow(photo)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        axes[0].spines[:].set(visible=True, color=ORANGE, linewidth=4)
        axes[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9.5, labelpad=8)
    figure.subplots_adjust(
        left=1.3 / width, right=0.99, top=0.99, bottom=0.01, wspace=0.06, hspace=0.1
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
    limits = np.array([low, high]) + 0.05 * np.outer((-1, 1), high - low)
    for axis in (left, right):
        axis.set(xlim=limits[:, 0], ylim=limits[:, 1], xticks=[], yticks=[])
        axis.set(xlabel="first component")
    left.set(ylabel="second component")
    for row in _apart((points - low) / np.maximum(high - low, 1e-9), 0.062):
        small = Image.fromarray(photos[row]).resize((56, 56), Image.Resampling.LANCZOS)
        picture = OffsetImage(np.asarray(small), zoom=0.42)
        left.add_artist(AnnotationBbox(picture, points[row], pad=0, frameon=False))
    labels = np.asarray(labels)
    for number, name in enumerate(sorted(set(labels.tolist()))):
        colour = PLACE_COLOURS[number % len(PLACE_COLOURS)]
        mark = PLACE_MARKS[number % len(PLACE_MARKS)]
        mine = points[labels == name].T
        right.plot(*mine, mark, color=colour, label=name, alpha=0.8, ms=6, mew=0)
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

    There is no glow where the heat is 0 or less, and most at the photo's own peak, which is written
    above.
    """
    glows = []
    for photo, heat in zip(photos, heats, strict=True):
        light = np.clip(np.asarray(heat, np.float32), 0, None)
        light = light / max(light.max(), 1e-6)
        large = Image.fromarray(light).resize(photo.shape[1::-1], Image.Resampling.BICUBIC)
        strength = 0.8 * np.clip(np.asarray(large), 0, 1)[..., None]
        grey = 40 + 0.7 * photo.mean(2, keepdims=True)
        glow = np.array([255, 90, 0]) * strength + grey * (1 - strength)
        glows.append(glow.clip(0, 255).astype(np.uint8))
    peaks = [f"peak {np.max(heat):.1f}" for heat in heats]
    return picture_grid([*photos, *glows], [*titles, *peaks], len(photos))
