"""The course's drawing: how a photo and the words so far become the next word, by chapter."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from utils.figures.plots import BLUE, GREY, ORANGE

# Chapter -> its place (left and low edge), its words, and what it gives to the next.
WIDTH, HEIGHT = 2.0, 1.1
BOXES = {
    1: (0.0, 1.25, "photos and\ncaptions"),
    2: (2.7, 2.5, "photo →\n1,280 numbers"),
    3: (2.7, 0.0, "word →\n50 numbers"),
    4: (5.4, 0.0, "words so far →\nhidden state"),
    5: (8.1, 1.25, "Add →\nnext word"),
    6: (8.1, 3.75, "training"),
    7: (10.8, 1.25, "caption\nand its score"),
    8: (5.4, 3.75, "attention\n(optional)"),
    9: (10.8, 3.75, "a project\nof your own"),
}
ARROWS = ((1, 2), (1, 3), (3, 4), (2, 5), (4, 5), (6, 5), (5, 7), (2, 8), (8, 5), (7, 9))
LATER = (2, 8), (8, 5)  # optional: drawn dashed
NAMES = {
    0: "Start here",
    1: "Photos, captions, words",
    2: "A photo becomes 1,280 numbers",
    3: "Words become vectors",
    4: "An LSTM reads the caption",
    5: "Merge: where the photo meets the words",
    6: "Training",
    7: "Decoding and BLEU",
    8: "Attention, and training on the metric",
    9: "A project of your own",
}


def course_map(here: int) -> Figure:
    """Return the map of the course with chapter `here` (1 to 9) marked; 0 marks the start."""
    figure = Figure(figsize=(9.6, 3.9))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(-0.15, 12.95), ylim=(-0.55, 5.35))
    axis.axis("off")
    for first, second in ARROWS:
        _arrow(axis, first, second)
    for chapter in BOXES:
        _box(axis, chapter, chapter == here)
    left, low, _ = BOXES[here or 1]
    upper = low > 3 or here == 0  # the upper row has room above it, the others below
    axis.text(
        left + WIDTH / 2, low + HEIGHT + 0.1 if upper else low - 0.1,
        "you are here" if here else "you start here",
        va="bottom" if upper else "top",
        color=ORANGE, ha="center", fontsize=10, fontweight="bold",
    )  # fmt: skip
    return figure


def _box(axis: Axes, chapter: int, marked: bool) -> None:
    left, low, words = BOXES[chapter]
    colour = ORANGE if marked else BLUE
    look = {"boxstyle": "round,pad=0,rounding_size=0.12", "lw": 2.2 if marked else 1.2}
    face = "#fdeee0" if marked else "#eef4f8"
    patch = FancyBboxPatch((left, low), WIDTH, HEIGHT, ec=colour, fc=face, **look)
    axis.add_patch(patch)
    axis.text(
        left + 0.1, low + HEIGHT - 0.08, str(chapter),
        color=colour, fontsize=9, fontweight="bold", va="top",
    )  # fmt: skip
    axis.text(
        left + WIDTH / 2, low + HEIGHT / 2, words, ha="center", va="center", fontsize=10,
        color="#222222", linespacing=1.25,
    )  # fmt: skip


def _arrow(axis: Axes, first: int, second: int) -> None:
    """Draw an arrow from a box to another, between the sides that face each other."""
    (x1, y1, _), (x2, y2, _) = BOXES[first], BOXES[second]
    if x1 == x2:
        start, end = (x1 + WIDTH / 2, y1), (x2 + WIDTH / 2, y2 + HEIGHT)
        if y1 < y2:
            start, end = (x1 + WIDTH / 2, y1 + HEIGHT), (x2 + WIDTH / 2, y2)
    else:
        start, end = (x1 + WIDTH, y1 + HEIGHT / 2), (x2, y2 + HEIGHT / 2)
    style = "--" if (first, second) in LATER else "-"
    arrow = {"arrowstyle": "-|>", "color": GREY, "lw": 1.3, "ls": style, "shrinkA": 2, "shrinkB": 2}
    axis.annotate("", end, start, arrowprops=arrow)


def course_map_alt(here: int) -> str:
    """Return the description of the map."""
    place = f"You are at chapter {here}, {NAMES[here]}." if here else "You are at the start."
    return (
        "The map of the course. Chapter 1, photos and captions, leads to two branches: chapter 2 "
        "makes a feature of each photo; chapter 3 a vector of each word, and chapter 4 a hidden "
        "state of the words so far. Chapter 5 adds the two and predicts the next word, chapter 6 "
        "trains that, and chapter 7 writes and scores captions. Chapter 8, which is optional, adds "
        f"attention to regions of the photo. Chapter 9 is a project of your own. {place}"
    )
