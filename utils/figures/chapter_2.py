"""Drawings of chapter 2: kernels and their maps, MobileNetV2's block, a map of photos, heat."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Polygon, Rectangle
from PIL import Image

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, picture_grid
from utils.figures.shapes import INK, arrow, canvas, line, sign, write

PLACE_COLOURS = (BLUE, ORANGE, GREEN, "#8e5ea2", "#c44e52", "#937860", "#22a6b3", "#e0b000", INK)
PLACE_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "p")  # as many as colours
GLOW = (235, 0, 150)  # a strong pink, which photos rarely have


def maps_drawing(
    pictures: Sequence[np.ndarray], titles: Sequence[str], kernels: Sequence[np.ndarray] = ()
) -> Figure:
    """Return pictures side by side; those with two axes are drawn from dark (low) to light.

    `kernels`, `(3, 3, 3)` each, are drawn above their maps and below the titles, scaled to what a
    screen can show: 0 is middle grey.
    """
    scaled = [0.5 + 0.5 * kernel / np.abs(kernel).max() for kernel in kernels]
    return picture_grid([*scaled, *pictures], [*titles, *[""] * len(scaled)], len(pictures))


def depths_drawing(photo: np.ndarray, stages: Sequence[np.ndarray]) -> Figure:
    """Return a photo and, for the maps `(h, w, channels)` of some layers, the channel of each that
    varies most; the titles are the shapes.
    """
    liveliest = [stage[..., stage.std(axis=(0, 1)).argmax()] for stage in stages]
    titles = [" x ".join(f"{size:,}" for size in part.shape) for part in (photo, *stages)]
    return maps_drawing([photo, *liveliest], titles)


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
        write(axis, (middle, 0.75), count, 10, va="top")
    line(axis, (0.9, 3.05), (0.9, 4.6), (16.2, 4.6), (16.2, 3.75), colour=BLUE, width=2.2)
    sign(axis, (16.2, 3.45), "+", BLUE)
    write(axis, (8.5, 4.95), "shortcut: the input is added to the output", 10, color=BLUE)
    note = f"channels (the length of a slab); each channel is a map of {size} x {size}"
    write(axis, (8.5, -0.98), note)
    relu = "ReLU6 after the first two arrows, nothing after the third: the narrow ends are linear"
    write(axis, (8.5, -1.5), relu, 10)
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


def sliding_drawing(
    photo: np.ndarray,
    kernels: dict[str, np.ndarray],
    maps: dict[str, np.ndarray],
    kernel: str,
    stride: int,
) -> Figure:
    """Return a kernel (3, 3, 3), its positions on a piece of a photo, the photo, and its map.

    `maps` holds the maps of stride 1. A larger stride takes every `stride`-th number, so the map is
    drawn as large as it then is, beside the photo at the same scale.
    """
    numbers, found = kernels[kernel], maps[kernel]
    figure = Figure(figsize=(9.8, 3.6))
    grid = figure.add_gridspec(3, 4, width_ratios=(0.62, 2, 2, 2), wspace=0.14, hspace=0.45)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.85, bottom=0.01)
    for row, colour in enumerate(("red", "green", "blue")):
        _kernel_numbers(figure.add_subplot(grid[row, 0]), numbers[..., row], colour)
    piece, whole, small = (figure.add_subplot(grid[:, column]) for column in (1, 2, 3))
    size, top, left = 18, 58, 22
    piece.imshow(photo[top : top + size, left : left + size])
    places = range(0, size - 2, stride)
    centres = np.meshgrid(np.add(places, 1), np.add(places, 1))
    piece.plot(*centres, "o", color="white", mec=INK, ms=3.5)
    for x, colour, shape in ((places[1], INK, "--"), (places[0], ORANGE, "-")):
        piece.add_patch(Rectangle((x - 0.5, -0.5), 3, 3, fill=False, ec=colour, lw=2.4, ls=shape))
    first = "first position: orange; second: dashed;\na dot is the centre of a position"
    piece.set_title(first, fontsize=9.5)
    whole.imshow(photo)
    frame = {"fill": False, "ec": ORANGE, "lw": 2}
    whole.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, **frame))
    pixels = f"{photo.shape[0]} x {photo.shape[1]} pixels"
    whole.set_title(f"the photo, {pixels};\nthe frame is the piece on the left", fontsize=9.5)
    taken = found[::stride, ::stride]
    small.imshow(taken, cmap="gray", vmin=found.min(), vmax=found.max())
    small.set(xlim=(-0.5, found.shape[1] - 0.5), ylim=(found.shape[0] - 0.5, -0.5))
    count = f"{taken.shape[0]} x {taken.shape[1]} numbers"
    small.set_title(f"the map for stride {stride}, {count},\nat the photo's scale", fontsize=9.5)
    for axis in (piece, whole, small):
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_color(GREY)
    return figure


def _kernel_numbers(axis: Axes, numbers: np.ndarray, colour: str) -> None:
    """Draw the nine numbers that a kernel has for one colour."""
    axis.imshow(np.zeros((3, 3)), cmap="gray_r", vmin=0, vmax=1)
    for (y, x), number in np.ndenumerate(numbers):
        axis.text(x, y, f"{number:.2g}", ha="center", va="center", fontsize=7.5)
    axis.set_title(colour, fontsize=9, color=colour, pad=2)
    axis.set(xticks=[], yticks=[])


def neighbours_drawing(rows: Sequence[np.ndarray]) -> Figure:
    """Return rows of photos: the one asked about, framed, then its neighbours, nearest first."""
    columns = len(rows[0])
    names = ["the photo", "nearest", "2nd", "3rd", *(f"{n}th" for n in range(4, columns))]
    figure = Figure(figsize=(1.37 * columns, 1.4 * len(rows) + 0.25))
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes, row in zip(grid, rows, strict=True):
        for axis, photo in zip(axes, row, strict=True):
            axis.imshow(photo)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        axes[0].spines[:].set(visible=True, color=ORANGE, linewidth=4)
    for axis, name in zip(grid[0], names, strict=False):
        axis.set_title(name, fontsize=9.5)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.94, bottom=0.01, wspace=0.06, hspace=0.06)
    return figure


def photo_map(points: np.ndarray, photos: np.ndarray) -> Figure:
    """Return small photos where their points `(n, 2)` lie.

    One that would cover another is left out.
    """
    figure, axis = _plane(points, (8.6, 7.0), margin=0.1)
    low, high = points.min(0), points.max(0)
    for row in _apart((points - low) / np.maximum(high - low, 1e-9), (0.115, 0.135)):
        small = Image.fromarray(photos[row]).resize((112, 112), Image.Resampling.LANCZOS)
        picture = OffsetImage(np.asarray(small), zoom=0.52)
        axis.add_artist(AnnotationBbox(picture, points[row], pad=0, frameon=False))
    figure.tight_layout()
    return figure


def place_map(points: np.ndarray, labels: Sequence[str]) -> Figure:
    """Return a dot for each point `(n, 2)`, with a colour and a shape for each label."""
    figure, axis = _plane(points, (8.6, 5.6))
    labels = np.asarray(labels)
    for number, name in enumerate(sorted(set(labels.tolist()))):
        colour = PLACE_COLOURS[number % len(PLACE_COLOURS)]
        mark = PLACE_MARKS[number % len(PLACE_MARKS)]
        mine = points[labels == name].T
        axis.plot(
            *mine, mark, color=colour, label=name, alpha=0.85, ms=6 + 2 * (mark == "*"), mew=0
        )
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.2)
    figure.tight_layout()
    return figure


def _plane(
    points: np.ndarray, size: tuple[float, float], margin: float = 0.06
) -> tuple[Figure, Axes]:
    """Return a figure with axes that have room for all points and a margin around them."""
    figure = Figure(figsize=size)
    axis = figure.subplots()
    low, high = points.min(0), points.max(0)
    limits = np.array([low, high]) + margin * np.outer((-1, 1), high - low)
    axis.set(xlim=limits[:, 0], ylim=limits[:, 1], xticks=[], yticks=[])
    axis.set(xlabel="first component", ylabel="second component")
    return figure, axis


def _apart(points: np.ndarray, distances: tuple[float, float]) -> list[int]:
    """Return rows of points `(n, 2)` that differ from each other by the distance of an axis."""
    kept: list[int] = []
    for row, point in enumerate(points):
        if all((np.abs(points[other] - point) >= distances).any() for other in kept):
            kept.append(row)
    return kept


def heat_drawing(
    photos: Sequence[np.ndarray], heats: Sequence[np.ndarray], titles: Sequence[str]
) -> Figure:
    """Return photos in a row, and below each the same one in grey, glowing by its `(7, 7)` heat.

    There is no glow where the heat is 0 or less, and most at the photo's own highest score, which
    is written above.
    """
    glows = []
    for photo, heat in zip(photos, heats, strict=True):
        light = np.clip(np.asarray(heat, np.float32), 0, None)
        light = light / max(light.max(), 1e-6)
        large = Image.fromarray(light).resize(photo.shape[1::-1], Image.Resampling.BICUBIC)
        strength = 0.8 * np.clip(np.asarray(large), 0, 1)[..., None]
        grey = 40 + 0.7 * photo.mean(2, keepdims=True)
        glow = np.array(GLOW) * strength + grey * (1 - strength)
        glows.append(glow.clip(0, 255).astype(np.uint8))
    highest = [f"highest score {np.max(heat):.1f}" for heat in heats]
    return picture_grid([*photos, *glows], [*titles, *highest], len(photos), width=1.7)
