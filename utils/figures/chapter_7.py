"""Drawings of chapter 7: the tree of a beam search, what BLEU counts, and how scores compare."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.beam import beam_search
from utils.bleu import ORDERS, allowance
from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, bars, label_points, open_frame
from utils.figures.shapes import block, canvas, line, tag, write
from utils.metrics import ScoreRow
from utils.vocabulary import END

PALE = "#cfdfe9"
# A prefix of ids from <start> on, its log-probability, and whether the search kept it.
Candidate = tuple[tuple[int, ...], float, bool]


@dataclass
class _Node:
    prefix: tuple[int, ...]
    total: float
    kept: bool
    children: list[_Node] = field(default_factory=list)
    height: float = 0.0


def where_searches_differ(
    ask: Callable[..., np.ndarray], images: Sequence[int], gap: float = 3.0, longest: int = 9
) -> int:
    """Return the place in `images` of a photo where beam search and greedy search differ much.

    It is the photo with the best score of those where a beam of 3 finds a caption of at most
    `longest` words that is more probable than greedy's by `gap` nats; the first photo if there is
    none.
    """
    one, three = (beam_search(ask, images, width) for width in (1, 3))
    scores = [
        b.score if b.log_prob > a.log_prob + gap and len(b.ids) <= longest else -np.inf
        for [a, *_], [b, *_] in zip(one, three, strict=True)
    ]
    return int(np.argmax(scores))


def search_tree(
    steps: Sequence[Sequence[Candidate]],
    words: Sequence[str],
    best: Sequence[int],
    photo: np.ndarray | None = None,
    dropped: int = 1,
) -> Figure:
    """Return the tree of a beam search, from left to right.

    `steps`: for each step its candidates; `words`: the vocabulary; `best`: the ids of the
    caption that won, without markers; `photo`, `(h, w, 3)` uint8, is drawn in the corner. Kept
    prefixes are boxes, the way to the winner is orange; of the candidates that were not kept, the
    `dropped` most probable of each parent are drawn in grey. The numbers are the probabilities of
    each word after the words on its left, in percent; children are sorted by probability.
    """
    root = _grow(steps, dropped)
    leaves = _place(root, 0.0)
    depth = max(len(prefix) for step in steps for prefix, _, kept in step if kept)
    size = (1.06 * depth + 0.4, 0.31 * leaves + 0.3)
    figure, axis = canvas(size, (-0.5, depth - 0.4, leaves - 0.3, -0.7))
    _draw(axis, root, words, (*root.prefix, *best, END))
    if photo is not None:
        corner = figure.add_axes((0.005, 0.66, 0.2, 0.33), anchor="NW")
        corner.imshow(photo)
        corner.axis("off")
    return figure


def _grow(steps: Sequence[Sequence[Candidate]], dropped: int) -> _Node:
    root = _Node(steps[0][0][0][:1], 0.0, True)
    nodes = {root.prefix: root}
    for step in steps:
        for prefix, total, kept in sorted(step, key=lambda candidate: -candidate[1]):
            siblings = nodes[prefix[:-1]].children
            if kept or sum(not sibling.kept for sibling in siblings) < dropped:
                nodes[prefix] = _Node(prefix, total, kept)
                siblings.append(nodes[prefix])
    return root


def _place(node: _Node, row: float) -> float:
    """Give every leaf a row of its own, every parent the middle of its children's rows."""
    if not node.children:
        node.height = row
        return row + 1
    for child in node.children:
        row = _place(child, row)
    node.height = (node.children[0].height + node.children[-1].height) / 2
    return row


def _draw(axis: Axes, node: _Node, words: Sequence[str], winner: tuple[int, ...]) -> None:
    place = len(node.prefix) - 1
    for child in node.children:
        won = child.prefix == winner[: len(child.prefix)]
        style = {"colour": "#bbbbbb", "width": 0.8, "ls": ":", "zorder": 1}
        if child.kept:
            style = {"colour": BLUE, "width": 1.1, "zorder": 2}
        if won:
            style = {"colour": ORANGE, "width": 2.6, "zorder": 3}
        elbow, low, high = place + 0.42, node.height, child.height
        line(axis, (place, low), (elbow, low), (elbow, high), (place + 1, high), **style)
        percent = f"{100 * math.exp(min(child.total - node.total, 0.0)):.0f}"
        colour = ORANGE if won else GREY
        write(axis, (elbow + 0.03, high - 0.06), percent, 6.5, ha="left", va="bottom", color=colour)
        _draw(axis, child, words, winner)
    _word(axis, node, words[node.prefix[-1]], node.prefix == winner[: len(node.prefix)])


def _word(axis: Axes, node: _Node, word: str, won: bool) -> None:
    at = (len(node.prefix) - 1, node.height)
    if not node.kept:
        tag(axis, at, word, "white", 0.25, color="#999999", fontsize=7.5, zorder=5)
        return
    ended = node.prefix[-1] == END
    fill = ORANGE if won else GREEN if ended else PALE
    look = {"color": "white" if won or ended else "black", "weight": "bold" if won else "normal"}
    tag(axis, at, word, fill, 0.25, fontsize=8.5, zorder=5, **look)


def ngram_ribbon(references: Sequence[Sequence[str]], hypothesis: Sequence[str]) -> Figure:
    """Return what BLEU counts in a caption: a row for each order, a bar for each n-gram.

    Green n-grams count as found, grey ones do not: of equal ones only as many are green as one
    reference has (clipping). `references`: captions as lists of tokens.
    """
    figure = Figure(figsize=(0.85 * max(len(hypothesis), 5) + 1.6, 2.6))
    axis = figure.subplots()
    for place, word in enumerate(hypothesis):
        write(axis, (place + 0.5, -0.6), word, 10)
    top = 0.0
    for size in range(1, ORDERS + 1):
        marks = _found(references, hypothesis, size)
        for place, found in enumerate(marks):
            # n-grams overlap their neighbours: each stands in one of `size` lanes.
            corner, fill = (place + 0.06, top + 0.5 * (place % size)), GREEN if found else "#dcdcdc"
            block(axis, corner, (size - 0.12, 0.36), facecolor=fill, edgecolor="none")
        middle = top + 0.25 * size
        write(axis, (-0.15, middle), f"{size}-grams", 9, ha="right")
        share = f"{sum(marks)} of {len(marks)}"
        write(axis, (len(hypothesis) + 0.15, middle), share, 9, ha="left")
        top += 0.5 * size + 0.3
    axis.set(xlim=(-1.2, len(hypothesis) + 1.1), ylim=(top, -1.0))
    axis.axis("off")
    figure.subplots_adjust(left=0.01, right=0.99, top=0.99, bottom=0.01)
    return figure


def _found(references: Sequence[Sequence[str]], hypothesis: Sequence[str], size: int) -> list[bool]:
    """Return for each n-gram of the caption, in order, whether it counts as found."""
    allowed, marks = allowance(references), []
    for gram in zip(*(hypothesis[start:] for start in range(size)), strict=False):
        marks.append(allowed[gram] > 0)
        allowed[gram] -= 1
    return marks


def temperature_bars(
    log_probs: np.ndarray, words: Sequence[str], temperatures: Sequence[float], count: int = 12
) -> Figure:
    """Return bars of the `count` most probable next words at each temperature.

    `log_probs` `(V,)`; -infinity for words that are not allowed.
    """
    order = (-log_probs).argsort(kind="stable")[:count]
    names = [words[i] for i in order]
    figure = Figure(figsize=(9, 2.9))
    axes = figure.subplots(1, len(temperatures), sharex=True, sharey=True)
    for axis, temperature in zip(np.atleast_1d(axes), temperatures, strict=True):
        shares = np.exp((log_probs.astype(np.float64) - log_probs.max()) / temperature)
        shares = shares / shares.sum()
        axis.barh(names[::-1], 100 * shares[order][::-1], color=BLUE)
        rest = f"all others: {1 - shares[order].sum():.0%}"
        axis.text(0.96, 0.08, rest, transform=axis.transAxes, ha="right", color=ORANGE)
        axis.set(title=f"T = {temperature:g}", xlabel="percent")
        open_frame(axis)
    figure.tight_layout()
    return figure


def score_bars(rows: Sequence[ScoreRow]) -> Figure:
    """Return bars of BLEU-4 of the rows of a table, with their intervals."""
    figure = Figure(figsize=(7.5, 0.45 * len(rows) + 0.6))
    axis = figure.subplots()
    colours = [
        GREEN if row.name == "people" else GREY if row.intervals is None else BLUE for row in rows
    ]
    bars(axis, [row.name for row in rows], [row.bleu.bleu_4 for row in rows], colours)
    for height, row in enumerate(rows):
        score = f"{row.bleu.bleu_4:.1f}"
        write(axis, (0.6, height), score, 10, ha="left", color="white", weight="bold")
        if row.intervals is not None:
            axis.plot(row.intervals[3], [height, height], color="black", marker="|", markersize=9)
    axis.set(xlabel="BLEU-4")
    return figure


def inflation_bars(reported: dict[str, Sequence[float]], people: Sequence[float]) -> Figure:
    """Return bars of BLEU-1 to BLEU-4 for each way of grading, the honest one first.

    `reported`: name -> the four scores; `people`: the four scores of people.
    """
    figure = Figure(figsize=(8, 3.4))
    axis = figure.subplots()
    for n, (name, scores) in enumerate(reported.items()):
        look = {"color": BLUE} if n == 0 else {"color": ORANGE, "alpha": 1.15 - 0.2 * n}
        letter, places = "abcdefgh"[n], np.arange(4) + 0.17 * (n - 2)
        drawn = axis.bar(places, scores, width=0.15, label=f"{letter}: {name}", **look)
        axis.bar_label(drawn, [letter] * 4, padding=2, fontsize=8)
    for n, score in enumerate(people):
        label = None if n else "people"
        axis.plot([n - 0.45, n + 0.45], [score, score], color=GREEN, lw=2, label=label)
    axis.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    open_frame(axis)
    axis.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def truth_plot(by_split: dict[str, dict[str, tuple[float, float, float]]]) -> Figure:
    """Return a plot of truth against BLEU-4.

    `by_split`: for each list of photos and each name (BLEU-4, precision, recall), precision in
    percent.
    """
    figure = Figure(figsize=(8, 4.2))
    axis = figure.subplots()
    looks = (("o", BLUE, BLUE), ("s", ORANGE, "white"))
    places, names, colours = [], [], []
    for (split, points), (marker, colour, fill) in zip(by_split.items(), looks, strict=False):
        found = np.array([point[:2] for point in points.values()])
        axis.plot(*found.T, marker, color=colour, mfc=fill, ms=5, label=split)
        places, names = [*places, *found], [*names, *points]
        colours += [colour] * len(points)
    axis.set(xlabel="BLEU-4", ylabel="stated facts that are true, %", ylim=(0, 112))
    axis.margins(x=0.1)
    open_frame(axis)
    axis.legend(frameon=False, loc="lower right")
    label_points(axis, np.array(places), names, colours, 8)
    return figure


def kind_bars(by_kind: dict[str, tuple[float, float]], counts: Mapping[str, int]) -> Figure:
    """Return bars of the share of true statements, by kind of fact, from most to least true.

    `counts`: how many facts of each kind were stated.
    """
    kinds = [kind for kind, shares in by_kind.items() if not math.isnan(shares[0])]
    kinds = sorted(kinds, key=lambda kind: -by_kind[kind][0])
    figure = Figure(figsize=(7, 3.3))
    axis = figure.subplots()
    percents = [100 * by_kind[kind][0] for kind in kinds]
    notes = [f"{p:.0f}  (n = {counts[kind]})" for p, kind in zip(percents, kinds, strict=True)]
    drawn = bars(axis, [kind.replace("_", "'s ") for kind in kinds], percents, BLUE)
    axis.bar_label(drawn, notes, padding=4, fontsize=8)
    axis.set(xlabel="stated facts that are true, %", xlim=(0, 118))
    return figure
