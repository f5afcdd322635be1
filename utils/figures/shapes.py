"""What the chapters' drawings are made of: boxes, signs, arrows, texts, and networks of layers."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from utils.figures.plots import ORANGE

INK = "#333333"

Point = tuple[float, float]


def canvas(
    size: tuple[float, float], limits: tuple[float, float, float, float]
) -> tuple[Figure, Axes]:
    """Return a figure of `size` inches, and its one axis without a frame, from edge to edge.

    `limits`: left, right, bottom and top, in the units of the drawing.
    """
    figure = Figure(figsize=size)
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=limits[:2], ylim=limits[2:])
    axis.axis("off")
    return figure, axis


def write(axis: Axes, at: Point, text: str, fontsize: float = 9.5, **look: Any) -> None:
    """Write a text, centred around `at`; `look` is passed to Matplotlib."""
    axis.text(*at, text, fontsize=fontsize, **{"ha": "center", "va": "center", "color": INK} | look)


def line(axis: Axes, *points: Point, colour: str = INK, width: float = 1.4, **look: Any) -> None:
    """Draw a line through the points; `look` is passed to Matplotlib."""
    axis.plot(*zip(*points, strict=True), color=colour, lw=width, solid_joinstyle="round", **look)


def arrow(axis: Axes, *points: Point, colour: str = INK, width: float = 1.4) -> None:
    """Draw an arrow through the points, with its head at the last."""
    if len(points) > 2:
        line(axis, *points[:-1], colour=colour, width=width, zorder=1)
    style = {"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", xy=points[-1], xytext=points[-2], arrowprops=style, zorder=2)


def block(axis: Axes, corner: Point, size: Point, **look: Any) -> None:
    """Draw a rectangle with round corners, from its lower left one on; `look` is passed on."""
    style = "round,pad=0,rounding_size=0.12"
    axis.add_patch(FancyBboxPatch(corner, *size, boxstyle=style, **look))


def box(
    axis: Axes, at: Point, text: str, colour: str, size: tuple[float, float], fontsize: float = 10
) -> None:
    """Draw a box with a text around `at`: `size` in the units of the drawing, a pale fill."""
    corner = (at[0] - size[0] / 2, at[1] - size[1] / 2)
    block(axis, corner, size, facecolor=(colour, 0.16), edgecolor=colour, lw=1.4)
    write(axis, at, text, fontsize)


def tag(axis: Axes, at: Point, text: str, fill: str, pad: float = 0.35, **look: Any) -> None:
    """Write a white text on a filled box that is as large as the text; `look` is the text's."""
    frame = {"boxstyle": f"round,pad={pad}", "facecolor": fill, "edgecolor": "none"}
    write(axis, at, text, bbox=frame, **{"color": "white"} | look)


def sign(axis: Axes, at: Point, text: str, colour: str = INK) -> None:
    """Draw a sign of arithmetic in a white circle."""
    frame = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": colour, "lw": 1.4}
    write(axis, at, text, 12, bbox=frame, zorder=4)


def shape_text(shape: Sequence[int | None]) -> str:
    """Return a tensor's shape as text: the batch is written n, an unknown length t."""
    sizes = ["t" if size is None else f"{size:,}" for size in shape[1:]]
    return f"({', '.join(['n', *sizes])})"


def network(
    axis: Axes,
    layers: Mapping[str, tuple[float, float, str, str]],
    notes: Mapping[str, str],
    size: tuple[float, float],
    chains: Iterable[Sequence[str]],
    moved: Mapping[str, Point],
) -> None:
    """Draw layers as boxes, each with its note, and arrows from left to right between them.

    `layers`: name -> (x, y, text, colour). `size`: of all boxes. `chains`: names of layers that
    follow each other. A note stands above an orange box and below another; `moved`: name -> another
    offset of its note.
    """
    for name, (x, y, text, colour) in layers.items():
        box(axis, (x, y), text, colour, size)
        across, up = moved.get(name, (0, 0.78 if colour == ORANGE else -0.78))
        write(axis, (x + across, y + up), notes[name], 9, family="monospace")
    for first, second in chain.from_iterable(map(pairwise, chains)):
        (left, y, *_), (right, *_) = layers[first], layers[second]
        arrow(axis, (left + size[0] / 2, y), (right - size[0] / 2, y))
