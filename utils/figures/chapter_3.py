"""The pictures of chapter 3: counts of neighbours, vectors as stripes, words on maps."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, label_points
from utils.glove import Glove

GROUP_COLOURS = (BLUE, ORANGE, GREEN, "#b3324a", "#7a4fa3")
LABEL = 10.0  # points
MOST_TYPED, FEWEST_TYPED = 40, 3

CROWDED = 15.0  # points: a dot with another one so near gets a line to its label
TICKS = (0, 10, 20, 27, 30, 40, 49)

Plane = Callable[[np.ndarray], tuple[np.ndarray, float]]


def table_of_counts(counts: np.ndarray, words: Sequence[str]) -> Figure:
    """Return a table of counts `(n, n)`, the larger the darker; zeros stay empty."""
    figure = Figure(figsize=(7.2, 6.0), layout="constrained")
    axis = figure.subplots()
    axis.imshow(counts, cmap="Blues", vmax=1.4 * counts.max())
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if count > 0.8 * counts.max() else "black"
            axis.text(column, row, f"{count:.2g}", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(words)), words, rotation=60, fontsize=11)
    axis.set_yticks(range(len(words)), words, fontsize=11)
    return figure


def table_alt(counts: np.ndarray, words: Sequence[str]) -> str:
    """Return what a table of counts shows: the largest count, and how many squares are empty."""
    row, column = np.unravel_index(counts.argmax(), counts.shape)
    return (
        f"A table of co-occurrence counts of {len(words)} words. The largest, {counts.max():g}, is "
        f"that of {words[row]} and {words[column]}; {np.mean(counts == 0):.0%} of the squares are "
        "empty."
    )


def stripes(glove: Glove, words: Sequence[str]) -> Figure:
    """Return the vectors of some words as rows of stripes, orange below zero and purple above."""
    figure = Figure(figsize=(8.6, 2.9), layout="constrained")
    axis = figure.subplots()
    rows = [glove[word] for word in words]
    picture = axis.imshow(rows, cmap="PuOr", vmin=-1.5, vmax=1.5, aspect="auto")
    axis.set_xticks([tick for tick in TICKS if tick < glove.dimension])
    axis.set_yticks(range(len(words)), words, fontsize=11)
    axis.set_xlabel("column (counted from 0)", fontsize=11)
    figure.colorbar(picture, fraction=0.02, pad=0.02, extend="both", label="value")
    return figure


def stripes_alt(glove: Glove, words: Sequence[str]) -> str:
    """Return what the stripes show: the columns far above zero in all rows, and in two rows."""
    large = np.array([glove[word] for word in words]) > 1
    everywhere = [f"column {column}" for column in np.flatnonzero(large.all(axis=0))]
    told = [
        f"column {column} in {' and '.join(np.array(words)[large[:, column]])} only"
        for column in np.flatnonzero(large.sum(axis=0) == 2)
    ]
    return (
        f"{len(words)} word vectors as rows of stripes, orange below zero and purple above. Dark "
        f"purple in every row: {', '.join(everywhere) or 'none'}. Dark purple in two rows: "
        f"{', '.join(told) or 'none'}."
    )


def group_map(
    points: np.ndarray, words: Sequence[str], groups: Mapping[str, Sequence[str]], title: str
) -> Figure:
    """Return words on a map, in a colour for each of at most five groups.

    `points` is (n, 2), in the order of `words`; each word is in one of `groups`.
    """
    figure = Figure(figsize=(8.4, 7.0), layout="constrained")
    axis = figure.subplots()
    colour_of = {
        word: colour
        for colour, members in zip(GROUP_COLOURS, groups.values(), strict=False)
        for word in members
    }
    for group, colour in zip(groups, GROUP_COLOURS, strict=False):
        mine = [place for place, word in enumerate(words) if colour_of[word] == colour]
        axis.plot(*points[mine].T, "o", ms=5, color=colour, label=group if mine else None)
    axis.set(xticks=[], yticks=[])
    axis.set_title(title, fontsize=11)
    axis.margins(x=0.12)
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=11)
    _label(axis, points, words, [colour_of[word] for word in words])
    return figure


def _label(axis: Axes, points: np.ndarray, words: Sequence[str], colours: Sequence[str]) -> None:
    """Write each word beside its dot; where dots are crowded, further away and with a line."""
    axis.figure.draw_without_rendering()  # only now the distances are known
    dots = axis.transData.transform(points) * 72 / axis.figure.dpi  # (n, 2), in points
    frame = axis.get_window_extent().extents * 72 / axis.figure.dpi
    gaps = np.linalg.norm(dots[:, None] - dots[None], axis=2) + 1e9 * np.eye(len(dots))
    crowded = gaps.min(axis=1, initial=1e9) < CROWDED
    angles = np.arange(0, 2 * np.pi, np.pi / 8)
    ways = np.column_stack([np.cos(angles), np.sin(angles)])  # (16, 2)
    taken = np.hstack([dots - 3, dots + 3])  # boxes: left, low, right, high
    for place in np.argsort(~crowded, kind="stable"):  # the crowded ones choose first
        half = np.array([TextPath((0, 0), words[place], size=LABEL).get_extents().width, LABEL]) / 2
        steps = (13.0, 20.0, 28.0) if crowded[place] else (5.0, 9.0, 16.0, 24.0)
        offsets = np.concatenate([ways * (half + step) for step in steps])
        boxes = np.hstack([dots[place] + offsets - half - 1, dots[place] + offsets + half + 1])
        inner = (boxes[:, :2] > frame[:2]).all(axis=1) & (boxes[:, 2:] < frame[2:]).all(axis=1)
        near = dots[gaps[place] < 2 * CROWDED]
        towards = (near - dots[place]).sum(axis=0)
        lines = np.concatenate([_between(dots[place], offset) for offset in offsets])
        crossed = _covered(lines, taken).reshape(len(offsets), -1).sum(axis=1)
        crossed[: 0 if crowded[place] else len(ways)] = 0  # no line is drawn there
        cost = _covered(boxes, taken) + crossed + 1e4 * ~inner
        cost += np.tile(ways @ towards, len(steps)) / 2
        best = int(cost.argmin())
        taken = np.vstack([taken, boxes[best], _between(dots[place], offsets[best])])
        line = {"arrowstyle": "-", "color": colours[place], "lw": 0.8, "shrinkA": 0, "shrinkB": 2}
        axis.annotate(
            words[place], points[place], offsets[best], textcoords="offset points", ha="center",
            va="center", fontsize=LABEL, color=colours[place],
            arrowprops=line if crowded[place] or best >= len(ways) else None,
        )  # fmt: skip


def _between(dot: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return small boxes (8, 4) along the line from a dot to its label: others keep off it."""
    spots = dot + np.linspace(0.1, 0.6, 8)[:, None] * offset
    return np.hstack([spots - 1.5, spots + 1.5])


def _covered(boxes: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return for each box (n, 4) the area that it shares with the boxes that are taken (m, 4)."""
    low = np.maximum(boxes[:, None, :2], taken[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], taken[None, :, 2:])
    return (high - low).clip(0).prod(axis=2).sum(axis=1)


def group_map_alt(
    points: np.ndarray, words: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> str:
    """Return where each group lies on a map, and the words that are nearer to another group."""
    members = {
        group: [place for place, word in enumerate(words) if word in listed]
        for group, listed in groups.items()
    }
    centres = {group: points[mine].mean(axis=0) for group, mine in members.items() if mine}
    low, high = points.min(axis=0), points.max(axis=0)
    thirds = {
        group: ((centre - low) / (high - low) * 3).astype(int).clip(0, 2)
        for group, centre in centres.items()
    }
    where = ", ".join(
        f"{group} {('bottom', 'middle', 'top')[y]} {('left', 'centre', 'right')[x]}"
        for group, (x, y) in thirds.items()
    )
    apart = []
    for group, mine in members.items():
        for place in mine:
            nearest = min(centres, key=lambda one: np.linalg.norm(centres[one] - points[place]))
            apart += [f"{words[place]} to {nearest}"] if nearest != group else []
    return (
        f"A map of {len(words)} words in {len(centres)} colours: {where}. Nearer to the middle of "
        f"another group: {', '.join(apart) or 'none'}."
    )


def plural_arrows(points: np.ndarray, nouns: Sequence[str], title: str) -> Figure:
    """Return arrows from nouns to their plurals.

    `points` is (2n, 2): each noun, and its plural after it.
    """
    figure = Figure(figsize=(8.4, 5.2), layout="constrained")
    axis = figure.subplots()
    axis.plot(*points.T, "o", ms=3, color=GREY)
    for noun, start, end in zip(nouns, points[::2], points[1::2], strict=True):
        look = {"arrowstyle": "-|>", "color": BLUE, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", end, start, arrowprops=look)
        way = 1 if end[0] >= start[0] else -1  # the words stand before and after the arrow
        for word, point, side in ((noun, start, -way), (f"{noun}s", end, way)):
            axis.annotate(
                word, point, (6 * side, 0), textcoords="offset points", va="center",
                ha="left" if side > 0 else "right", fontsize=LABEL, color=BLUE,
            )  # fmt: skip
    axis.set(xticks=[], yticks=[])
    axis.set_title(title, fontsize=11)
    axis.margins(0.12)
    return figure


def plural_arrows_alt(points: np.ndarray, nouns: Sequence[str]) -> str:
    """Return how steep the arrow of each noun is; points as in `plural_arrows`."""
    steps = points[1::2] - points[::2]
    angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    told = ", ".join(f"{noun} {angle:.0f}" for noun, angle in zip(nouns, angles, strict=True))
    return (
        "A map with an arrow from each noun to its plural. The angles of the arrows, in degrees (0 "
        f"points to the right, 90 up): {told}."
    )


def typed_map(glove: Glove, plane: Plane, text: str) -> Figure:
    """Return a map of typed words; what has no vector is named, and never an error.

    `plane` projects vectors (n, d) to points (n, 2) and says how much of the variance they keep.
    """
    typed = list(dict.fromkeys(text.lower().replace(",", " ").split()))[:MOST_TYPED]
    known = [word for word in typed if word in glove]
    unknown = [word for word in typed if word not in glove]
    figure = Figure(figsize=(8.4, 5.2), layout="constrained")
    axis = figure.subplots()
    axis.set(xticks=[], yticks=[])
    missing = f"\nwithout a vector: {' '.join(unknown)[:70]}" if unknown else ""
    if len(known) < FEWEST_TYPED:
        told = f"Type {FEWEST_TYPED} words or more that have a vector.{missing}"
        axis.text(0.5, 0.5, told, ha="center", va="center", fontsize=12, parse_math=False)
        return figure
    points, explained = plane(np.array([glove[word] for word in known]))
    axis.plot(*points.T, "o", ms=5, color=BLUE)
    title = f"{len(known)} words, explained variance {explained:.0%}{missing}"
    axis.set_title(title, fontsize=11, parse_math=False)
    axis.margins(0.12)
    label_points(axis, points, known, [BLUE] * len(known), LABEL)
    return figure
