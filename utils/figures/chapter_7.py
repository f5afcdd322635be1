"""Drawings of chapter 7: the tree of a beam search, what BLEU finds, and how scores compare."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from utils.baselines import ngrams
from utils.beam import beam_search
from utils.figures.plots import BLUE, GREEN, GREY, ORANGE
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
    """Return the place in `images` of a photo whose search tree is worth drawing.

    Of those where a beam of 3 finds a caption more probable than greedy's by `gap` nats, with
    `longest` words at most, the one with the best score; the first photo where there is none.
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

    `steps`: for each step its candidates; `words`: those of the ids; `best`: the ids of the
    caption that won, without markers; `photo` `(h, w, 3)` uint8 stands in the corner. Kept
    prefixes are boxes, the way to the winner is orange; of those that were not kept, the
    `dropped` most probable of each parent stand in grey. The numbers are the probabilities of
    the words after what stands on their left, in percent; children stand by probability.
    """
    root = _grow(steps, dropped)
    leaves = _place(root, 0.0)
    depth = max(len(prefix) for step in steps for prefix, _, kept in step if kept)
    figure = Figure(figsize=(1.06 * depth + 0.4, 0.31 * leaves + 0.3))
    axis = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axis.set(xlim=(-0.5, depth - 0.4), ylim=(leaves - 0.3, -0.7))
    axis.axis("off")
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
        grey: dict[tuple[int, ...], int] = {}
        for prefix, total, kept in sorted(step, key=lambda candidate: -candidate[1]):
            parent = nodes[prefix[:-1]]
            grey[parent.prefix] = grey.get(parent.prefix, 0) + (not kept)
            if kept or grey[parent.prefix] <= dropped:
                node = _Node(prefix, total, kept)
                parent.children.append(node)
                if kept:
                    nodes[prefix] = node
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
        line = {"color": ORANGE, "lw": 2.6, "zorder": 3} if won else {"color": BLUE, "lw": 1.1}
        line = line if child.kept else {"color": "#bbbbbb", "lw": 0.8, "ls": ":", "zorder": 1}
        elbow = place + 0.42
        axis.plot(
            [place, elbow, elbow, place + 1],
            [node.height, node.height, child.height, child.height],
            solid_joinstyle="round", **line,
        )  # fmt: skip
        percent = f"{100 * math.exp(min(child.total - node.total, 0.0)):.0f}"
        axis.text(
            elbow + 0.03, child.height - 0.06, percent, fontsize=6.5, va="bottom",
            color=ORANGE if won else GREY,
        )  # fmt: skip
        _draw(axis, child, words, winner)
    _word(axis, node, words[node.prefix[-1]], node.prefix == winner[: len(node.prefix)])


def _word(axis: Axes, node: _Node, word: str, won: bool) -> None:
    ended = node.prefix[-1] == END
    fill = ORANGE if won else (GREEN if ended and node.kept else PALE)
    colour = "white" if won or ended else "black"
    if not node.kept:
        fill, colour = "white", "#999999"
    box = {"boxstyle": "round,pad=0.25", "facecolor": fill, "edgecolor": "none"}
    axis.text(
        len(node.prefix) - 1, node.height, word, fontsize=8.5 if node.kept else 7.5, ha="center",
        va="center", bbox=box, zorder=5, color=colour, fontweight="bold" if won else "normal",
    )  # fmt: skip


def ngram_ribbon(references: Sequence[Sequence[str]], hypothesis: Sequence[str]) -> Figure:
    """Return what BLEU finds in a caption: a row for each order, a bar for each n-gram.

    Green ones stand in a reference as often as needed, grey ones do not (clipping: of several
    equal ones only the first are green). `references`: captions as lists of tokens.
    """
    figure = Figure(figsize=(0.85 * max(len(hypothesis), 5) + 1.6, 2.6))
    axis = figure.subplots()
    for place, word in enumerate(hypothesis):
        axis.text(place + 0.5, -0.6, word, ha="center", va="center", fontsize=10)
    top = 0.0
    for size in range(1, 5):
        marks = _found(references, hypothesis, size)
        for place, found in enumerate(marks):
            # n-grams overlap their neighbours: each stands in one of `size` lanes.
            bar = FancyBboxPatch(
                (place + 0.06, top + 0.5 * (place % size)), size - 0.12, 0.36,
                boxstyle="round,pad=0,rounding_size=0.12", edgecolor="none",
                facecolor=GREEN if found else "#dcdcdc",
            )  # fmt: skip
            axis.add_patch(bar)
        middle = top + 0.25 * size
        axis.text(-0.15, middle, f"{size}-grams", ha="right", va="center", fontsize=9)
        share = f"{sum(marks)} of {len(marks)}"
        axis.text(len(hypothesis) + 0.15, middle, share, va="center", fontsize=9)
        top += 0.5 * size + 0.3
    axis.set(xlim=(-1.2, len(hypothesis) + 1.1), ylim=(top, -1.0))
    axis.axis("off")
    figure.subplots_adjust(left=0.01, right=0.99, top=0.99, bottom=0.01)
    return figure


def _found(references: Sequence[Sequence[str]], hypothesis: Sequence[str], size: int) -> list[bool]:
    """Return for each n-gram of the caption, in order, whether it counts as found."""
    counted = [ngrams(reference, size) for reference in references]
    used: dict[tuple[str, ...], int] = {}
    marks = []
    for gram in zip(*(hypothesis[start:] for start in range(size)), strict=False):
        used[gram] = used.get(gram, 0) + 1
        marks.append(used[gram] <= max(reference[gram] for reference in counted))
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
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def score_bars(rows: Sequence[ScoreRow]) -> Figure:
    """Return bars of BLEU-4 of the rows of a table, with their intervals."""
    figure = Figure(figsize=(7.5, 0.45 * len(rows) + 0.6))
    axis = figure.subplots()
    for height, row in enumerate(rows):
        colour = GREEN if row.name == "people" else BLUE if row.intervals is not None else GREY
        axis.barh(height, row.bleu.bleu_4, color=colour, height=0.6)
        axis.text(0.6, height, f"{row.bleu.bleu_4:.1f}", va="center", color="white", weight="bold")
        if row.intervals is not None:
            axis.plot(row.intervals[3], [height, height], color="black", marker="|", markersize=9)
    axis.set_yticks(range(len(rows)), [row.name for row in rows])
    axis.set(xlabel="BLEU-4")
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def inflation_bars(reported: dict[str, Sequence[float]], people: Sequence[float]) -> Figure:
    """Return bars of BLEU-1 to BLEU-4 by the way of grading, the honest one first."""
    figure = Figure(figsize=(8, 3.4))
    axis = figure.subplots()
    for n, (name, scores) in enumerate(reported.items()):
        look = {"color": BLUE} if n == 0 else {"color": ORANGE, "alpha": 1.15 - 0.2 * n}
        letter, places = "abcdefgh"[n], np.arange(4) + 0.17 * (n - 2)
        axis.bar(places, scores, width=0.15, label=f"{letter}: {name}", **look)
        for place, score in zip(places, scores, strict=True):
            axis.text(place, score + 1, letter, ha="center", fontsize=8)
    for n, score in enumerate(people):
        label = None if n else "people"
        axis.plot([n - 0.45, n + 0.45], [score, score], color=GREEN, lw=2, label=label)
    axis.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def truth_plot(by_split: dict[str, dict[str, tuple[float, float, float]]]) -> Figure:
    """Return BLEU-4 against truth: for each list and name (BLEU-4, precision, recall)."""
    figure = Figure(figsize=(8, 4.2))
    axis = figure.subplots()
    looks = (("o", BLUE, BLUE), ("s", ORANGE, "white"))
    for (split, points), (marker, colour, fill) in zip(by_split.items(), looks, strict=False):
        x, y = np.array([point[:2] for point in points.values()]).T
        axis.plot(x, y, marker, color=colour, mfc=fill, ms=8, label=split)
        for name, place in zip(points, zip(x, y, strict=True), strict=True):
            # The second list is named below its points, so that neighbours stay apart.
            offset, side = ((0, 8) if marker == "o" else (0, -16)), "center"
            if name == "greedy" and "beam 3" in points:  # close together: turn to the free side
                left = place[0] < points["beam 3"][0]
                offset, side = ((-8, -3), "right") if left else ((8, -3), "left")
            weight = "bold" if name == "people" else "normal"
            axis.annotate(
                name, place, xytext=offset, textcoords="offset points", fontsize=8, ha=side,
                color=colour, weight=weight,
            )  # fmt: skip
    axis.set(xlabel="BLEU-4", ylabel="stated facts that are true, %", ylim=(0, 112))
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="lower right")
    return figure


def kind_bars(by_kind: dict[str, tuple[float, float]], counts: Mapping[str, int]) -> Figure:
    """Return bars of the share of true statements, by kind of fact, from most to least true.

    `counts`: how many facts of each kind were stated.
    """
    kinds = [kind for kind, shares in by_kind.items() if not math.isnan(shares[0])]
    kinds = sorted(kinds, key=lambda kind: -by_kind[kind][0])
    figure = Figure(figsize=(7, 3.3))
    axis = figure.subplots()
    for height, kind in enumerate(kinds):
        percent = 100 * by_kind[kind][0]
        axis.barh(height, percent, color=BLUE, height=0.65)
        told = f"{percent:.0f}  (n = {counts[kind]})"
        axis.text(percent + 1, height, told, va="center", fontsize=8)
    axis.set_yticks(range(len(kinds)), [kind.replace("_", "'s ") for kind in kinds])
    axis.set(xlabel="stated facts that are true, %", xlim=(0, 118))
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    return figure
