"""Drawings of an LSTM for chapter 4: the inside of one step, and three ways to wire the layers."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE

Point = tuple[float, float]
INK, TIMES = "#333333", r"$\times$"
SHIFT = 0.2  # of a place: how far the rows of a BiLSTM stand to the left and right of the word


def _arrow(axis: Axes, start: Point, end: Point, colour: str = INK, width: float = 1.4) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", xy=end, xytext=start, arrowprops=style, zorder=2)


def _line(axis: Axes, *points: Point, colour: str = INK, width: float = 1.4) -> None:
    xs, ys = zip(*points, strict=True)
    axis.plot(xs, ys, color=colour, lw=width, solid_joinstyle="round", zorder=1)


def _box(axis: Axes, at: Point, text: str, colour: str, size: float = 10) -> None:
    look = {"boxstyle": "round,pad=0.35", "facecolor": colour, "edgecolor": "none"}
    axis.text(*at, text, ha="center", va="center", color="white", fontsize=size, bbox=look)


def _sign(axis: Axes, at: Point, text: str) -> None:
    look = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": INK, "lw": 1.3}
    axis.text(*at, text, ha="center", va="center", fontsize=12, bbox=look, zorder=4)


def _canvas(width: float, height: float, limits: tuple[float, float, float, float]) -> Figure:
    figure = Figure(figsize=(width, height))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=limits[:2], ylim=limits[2:])
    axis.axis("off")
    return figure


def step_drawing() -> Figure:
    """Return the inside of one LSTM step: the cell's line above, the four blocks below it."""
    figure = _canvas(8, 3.5, (-0.9, 11.4, -0.5, 4.3))
    axis = figure.axes[0]
    top, bus, blocks = 3.4, 0.5, 1.45
    for start, end in (((0.2, top), (1.75, top)), ((2.25, top), (4.75, top))):
        _arrow(axis, start, end, ORANGE, 3)
    _arrow(axis, (5.25, top), (10.5, top), ORANGE, 3)
    _line(axis, (0.2, bus), (7.0, bus))
    _arrow(axis, (1.0, -0.1), (1.0, bus))
    places = {"forget\n$f$": 2.0, "input\n$i$": 4.0, "candidate\n$g$": 6.0, "output\n$o$": 7.9}
    _line(axis, (7.0, bus), (7.9, bus))
    for text, x in places.items():
        _arrow(axis, (x, bus), (x, blocks - 0.38))
        _box(axis, (x, blocks), text, GREEN if "cand" in text else BLUE, 9.5)
    _arrow(axis, (2.0, blocks + 0.4), (2.0, top - 0.25))
    _line(axis, (4.0, blocks + 0.4), (4.0, 2.55))
    _arrow(axis, (4.0, 2.55), (4.75, 2.55))
    _line(axis, (6.0, blocks + 0.4), (6.0, 2.55))
    _arrow(axis, (6.0, 2.55), (5.25, 2.55))
    _arrow(axis, (5.0, 2.8), (5.0, top - 0.25))
    _arrow(axis, (9.3, top), (9.3, 2.75))
    _box(axis, (9.3, 2.5), "tanh", GREY, 9)
    _arrow(axis, (9.3, 2.25), (9.3, blocks + 0.27))
    _arrow(axis, (8.5, blocks), (9.05, blocks))
    _line(axis, (9.3, blocks - 0.27), (9.3, bus))
    _arrow(axis, (9.3, bus), (10.5, bus))
    for at, text in (
        ((2, top), TIMES),
        ((5, top), "+"),
        ((5, 2.55), TIMES),
        ((9.3, blocks), TIMES),
    ):
        _sign(axis, at, text)
    labels = {"$c$ before": (-0.35, top), "$h$ before": (-0.35, bus), "$x$: the word": (1.0, -0.32)}
    for text, at in {**labels, "$c$ after": (10.95, top), "$h$ after": (10.95, bus)}.items():
        axis.text(*at, text, ha="center", va="center", fontsize=10)
    axis.text(7.1, top + 0.22, "the memory: one multiplication, one sum", color=ORANGE, ha="center")
    return figure


def wiring_drawing() -> Figure:
    """Return three panels of unrolled networks: standard, bidirectional, stacked BiLSTM + LSTM."""
    figure = Figure(figsize=(9, 3.3))
    titles = ("standard", "bidirectional", "BiLSTM, then LSTM (the course)")
    for axis, title in zip(figure.subplots(1, 3), titles, strict=True):
        axis.set(xlim=(-0.7, 3.7), ylim=(-0.5, 4.4))
        axis.axis("off")
        axis.set_title(title, fontsize=11)
        both, stacked = title != "standard", title.startswith("BiLSTM")
        shift = SHIFT if both else 0.0
        _row(axis, 1.0, BLUE, 1, -shift)
        if both:
            _row(axis, 1.9, ORANGE, -1, shift)
        if stacked:
            _row(axis, 2.9, GREEN, 1, 0.0)
        for place, word in enumerate(("<start>", "two", "dogs", "run")):
            _uprights(axis, place, word, both, stacked)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.9, bottom=0.01, wspace=0.05)
    return figure


def _row(axis: Axes, y: float, colour: str, direction: int, shift: float) -> None:
    for place in range(4):
        _box(axis, (place + shift, y), "  ", colour, 9)
        if place < 3:
            ends = ((place + shift + 0.24, y), (place + shift + 0.76, y))
            _arrow(axis, *(ends if direction > 0 else ends[::-1]), colour, 1.8)


def _uprights(axis: Axes, place: int, word: str, both: bool, stacked: bool) -> None:
    """Draw a word, and straight arrows from it to each row and from each row to the top."""
    axis.text(place, 0.05, word, ha="center", va="center", fontsize=9.5)
    top = 2.66 if both else 1.7
    # The rows of the two directions are shifted apart, so that no arrow has to go round a box.
    sides = ((-SHIFT, 1.0, BLUE), (SHIFT, 1.9, ORANGE)) if both else ((0.0, 1.0, BLUE),)
    for shift, y, colour in sides:
        _arrow(axis, (place + shift, 0.25), (place + shift, y - 0.26), colour, 1.0)
        end = place + (0.4 * shift if stacked else shift)
        _arrow(axis, (place + shift, y + 0.26), (end, top), colour, 1.0)
    if not stacked:
        size = "2u" if both else "u"
        axis.text(place, top + 0.22, size, ha="center", va="center", fontsize=9.5)
    elif place == 3:
        _arrow(axis, (place, 3.15), (place, 3.6), GREEN, 1.0)
        axis.text(place, 3.8, "u: the prefix", ha="center", va="center", fontsize=9.5)
