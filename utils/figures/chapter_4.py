"""Drawings of an LSTM for chapter 4: the inside of one step, and three ways to wire the layers."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, picture_axes
from utils.figures.shapes import arrow, box, canvas, line, sign, tag, write

TIMES = r"$\times$"
SHIFT = 0.2  # how far the rows of a BiLSTM stand to the left and right of the word


def step_drawing() -> Figure:
    """Return the inside of one LSTM step: the cell's line above, the four blocks below it."""
    figure, axis = canvas((8, 3.5), (-0.9, 11.4, -0.5, 4.3))
    top, bus, blocks, product = 3.4, 0.5, 1.45, 2.55
    for start, end in ((0.2, 1.75), (2.25, 4.75), (5.25, 10.5)):
        arrow(axis, (start, top), (end, top), colour=ORANGE, width=3)
    write(axis, (7.1, top + 0.3), "the memory: one multiplication, one sum", 10, color=ORANGE)
    line(axis, (0.2, bus), (7.9, bus))
    arrow(axis, (1.0, -0.1), (1.0, bus))
    gates = {"forget\n$f$": 2.0, "input\n$i$": 4.0, "candidate\n$g$": 6.0, "output\n$o$": 7.9}
    for text, x in gates.items():
        arrow(axis, (x, bus), (x, blocks - 0.43))
        box(axis, (x, blocks), text, GREEN if "cand" in text else BLUE, (1.2, 0.85))
    box(axis, (9.3, 2.5), "tanh", GREY, (0.8, 0.46))
    for points in (
        ((2.0, blocks + 0.43), (2.0, top - 0.25)),
        ((4.0, blocks + 0.43), (4.0, product), (4.75, product)),
        ((6.0, blocks + 0.43), (6.0, product), (5.25, product)),
        ((5.0, product + 0.25), (5.0, top - 0.25)),
        ((9.3, top), (9.3, 2.73)),
        ((9.3, 2.27), (9.3, blocks + 0.27)),
        ((8.5, blocks), (9.05, blocks)),
        ((9.3, blocks - 0.27), (9.3, bus), (10.5, bus)),
    ):
        arrow(axis, *points)
    signs = {(2, top): TIMES, (5, top): "+", (5, product): TIMES, (9.3, blocks): TIMES}
    for at, text in signs.items():
        sign(axis, at, text)
    labels = {"$c$ before": (-0.35, top), "$h$ before": (-0.35, bus), "$x$: the word": (1.0, -0.32)}
    for text, at in {**labels, "$c$ after": (10.95, top), "$h$ after": (10.95, bus)}.items():
        write(axis, at, text, 10)
    return figure


def wiring_drawing() -> Figure:
    """Return three panels of unrolled networks: standard, bidirectional, stacked BiLSTM + LSTM."""
    figure = Figure(figsize=(9, 3.3))
    titles = ("standard", "bidirectional", "BiLSTM, then LSTM (the course)")
    for axis, title in zip(picture_axes(figure, 1, 3)[0], titles, strict=True):
        axis.set(xlim=(-0.7, 3.7), ylim=(-0.5, 4.4))
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
        tag(axis, (place + shift, y), "  ", colour)
        if place < 3:
            ends = ((place + shift + 0.24, y), (place + shift + 0.76, y))
            arrow(axis, *ends[::direction], colour=colour, width=1.8)


def _uprights(axis: Axes, place: int, word: str, both: bool, stacked: bool) -> None:
    """Draw a word, and straight arrows from it to each row and from each row to the top."""
    write(axis, (place, 0.05), word)
    top = 2.66 if both else 1.7
    # The rows of the two directions are shifted apart, so that no arrow has to go round a box.
    sides = ((-SHIFT, 1.0, BLUE), (SHIFT, 1.9, ORANGE)) if both else ((0.0, 1.0, BLUE),)
    for shift, y, colour in sides:
        start, end = place + shift, place + (0.4 * shift if stacked else shift)
        arrow(axis, (start, 0.25), (start, y - 0.26), colour=colour, width=1.0)
        arrow(axis, (start, y + 0.26), (end, top), colour=colour, width=1.0)
    if not stacked:
        write(axis, (place, top + 0.22), "2u" if both else "u")
    elif place == 3:
        arrow(axis, (place, 3.15), (place, 3.6), colour=GREEN, width=1.0)
        write(axis, (place, 3.8), "u: the prefix")
