"""Drawings of chapter 7: the tree of a beam search, what BLEU counts, and how scores compare."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.beam import beam_search
from utils.bleu import ORDERS, allowance
from utils.decoding import NextWord, allowed_words, captions_of, sample
from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, bars, open_frame
from utils.figures.shapes import block, canvas, line, tag, write
from utils.metrics import ScoreRow
from utils.vocabulary import END, Vocabulary

PALE, PURPLE = "#cfdfe9", "#8a4f9e"
PEOPLE = ("people", "annotators")  # what the row of the references is called
# Name -> (BLEU-4, its 95% interval, true statements in percent, their 95% interval).
Graded = Mapping[str, tuple[float, Sequence[float], float, Sequence[float]]]
# Where a name stands beside its point, clear of the intervals: its alignment, and the points above.
# The first place is for the first list of photos, the second for the second.
_ABOVE_LEFT, _BELOW_LEFT = ("right", 5), ("right", -14)
_ABOVE, _BELOW = ("left", 5), ("left", -14)
_SIDES = {
    "one caption": (_ABOVE_LEFT, _BELOW),
    "T = 1": (_ABOVE_LEFT, _BELOW),
    "greedy": (_BELOW, _BELOW_LEFT),
    "beam 3": (_ABOVE_LEFT, _ABOVE),
}
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


def where_one_word_is_missing(
    references: Sequence[Sequence[Sequence[str]]], captions: Sequence[Sequence[str]]
) -> int:
    """Return the place of the first caption of 7 to 10 words of which one is in no reference.

    The first place where there is none.
    """
    for place, (several, caption) in enumerate(zip(references, captions, strict=True)):
        if 7 <= len(caption) <= 10 and _found(several, caption, 1).count(False) == 1:
            return place
    return 0


def search_tree(
    steps: Sequence[Sequence[Candidate]],
    words: Sequence[str],
    best: Sequence[int],
    greedy: Sequence[int] = (),
    photo: np.ndarray | None = None,
    dropped: int = 1,
) -> Figure:
    """Return the tree of a beam search, from left to right.

    `steps`: for each step its candidates; `words`: the vocabulary; `best`: the ids of the caption
    that won, `greedy`: those of greedy search, both without markers; `photo`, `(h, w, 3)` uint8, is
    drawn in the corner. Kept prefixes are boxes, the path to the winner is orange, greedy's path
    purple; of the candidates that were not kept, the `dropped` most probable of each parent are
    drawn in grey, and greedy's. The numbers are the probabilities of each word after the words on
    its left, in percent; children are sorted by probability.
    """
    start = tuple(steps[0][0][0][:1])
    ways = ((*start, *best, END), (*start, *greedy, END))
    root = _grow(steps, dropped, ways[1])
    leaves = _place(root, 0.0)
    depth = max(len(prefix) for step in steps for prefix, _, kept in step if kept)
    size = (1.12 * depth + 0.4, 0.34 * leaves + 0.6)
    figure, axis = canvas(size, (-0.5, depth - 0.4, leaves + 0.4, -0.7))
    _draw(axis, root, words, ways)
    key = (("the beam's path", ORANGE), ("greedy's path", PURPLE), ("kept for a while", BLUE))
    for place, (text, colour) in enumerate(key):
        write(axis, (0.2 + 1.5 * place, leaves + 0.1), text, 10, color=colour, weight="bold")
    write(axis, (0.2 + 1.5 * len(key), leaves + 0.1), "no box: dropped at once", 10, color=GREY)
    if photo is not None:
        corner = figure.add_axes((0.005, 0.68, 0.2, 0.31), anchor="NW")
        corner.imshow(photo)
        corner.axis("off")
    return figure


def _grow(
    steps: Sequence[Sequence[Candidate]], dropped: int, always: tuple[int, ...] = ()
) -> _Node:
    """Return the root of the tree; the prefixes of `always` are drawn, kept or not."""
    root = _Node(steps[0][0][0][:1], 0.0, True)
    nodes = {root.prefix: root}
    for step in steps:
        for prefix, total, kept in sorted(step, key=lambda candidate: -candidate[1]):
            siblings = nodes[prefix[:-1]].children
            wanted = kept or prefix == always[: len(prefix)]
            if wanted or sum(not sibling.kept for sibling in siblings) < dropped:
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


def _draw(axis: Axes, node: _Node, words: Sequence[str], ways: tuple[tuple[int, ...], ...]) -> None:
    place = len(node.prefix) - 1
    for child in node.children:
        colour = _way(child, ways)
        style = {"colour": "#999999", "width": 0.9, "ls": ":", "zorder": 1}
        if child.kept:
            style = {"colour": BLUE, "width": 1.1, "zorder": 2}
        if colour:
            style = {"colour": colour, "width": 2.6, "zorder": 3}
        elbow, low, high = place + 0.42, node.height, child.height
        line(axis, (place, low), (elbow, low), (elbow, high), (place + 1, high), **style)
        percent = f"{100 * math.exp(min(child.total - node.total, 0.0)):.0f}"
        at = (elbow + 0.03, high - 0.06)
        write(axis, at, percent, 8.5, ha="left", va="bottom", color=colour or "#555555")
        _draw(axis, child, words, ways)
    _word(axis, node, words[node.prefix[-1]], _way(node, ways))


def _way(node: _Node, ways: tuple[tuple[int, ...], ...]) -> str:
    """Return the colour of the winner's path or of greedy's, "" on neither."""
    for way, colour in zip(ways, (ORANGE, PURPLE), strict=False):
        if node.prefix == way[: len(node.prefix)]:
            return colour
    return ""


def _word(axis: Axes, node: _Node, word: str, colour: str) -> None:
    at = (len(node.prefix) - 1, node.height)
    if not node.kept:
        tag(axis, at, word, "white", 0.25, color=colour or "#555555", fontsize=9.5, zorder=5)
        return
    look = {"color": "white" if colour else "black", "weight": "bold" if colour else "normal"}
    tag(axis, at, word, colour or PALE, 0.25, fontsize=10, zorder=5, **look)


def ngram_ribbon(references: Sequence[Sequence[str]], hypothesis: Sequence[str]) -> Figure:
    """Return what BLEU counts in a caption: a row for each order, a bar for each n-gram.

    Green n-grams count as found, grey ones do not: of equal ones only as many are green as one
    reference has (clipping). `references`: captions as lists of tokens, written below.
    """
    height = 2.7 + 0.24 * (len(references) + 1)
    figure = Figure(figsize=(0.75 * max(len(hypothesis), 5) + 1.6, height))
    axis = figure.subplots()
    for place, word in enumerate(hypothesis):
        write(axis, (place + 0.5, -0.6), word, 11)
    top = 0.0
    for size in range(1, ORDERS + 1):
        marks = _found(references, hypothesis, size)
        for place, found in enumerate(marks):
            # n-grams overlap their neighbours: each stands in one of `size` lanes.
            corner, fill = (place + 0.06, top + 0.5 * (place % size)), GREEN if found else "#dcdcdc"
            block(axis, corner, (size - 0.12, 0.36), facecolor=fill, edgecolor="none")
        middle = top + 0.25 * size
        write(axis, (-0.15, middle), f"{size}-grams", 10, ha="right")
        share = f"{sum(marks)} of {len(marks)}"
        write(axis, (len(hypothesis) + 0.15, middle), share, 10, ha="left")
        top += 0.5 * size + 0.3
    write(axis, (-0.15, top + 0.25), "references", 10, ha="right")
    for reference in references:
        write(axis, (0.06, top + 0.25), " ".join(reference), 10, ha="left")
        top += 0.62
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


def shares_at(log_probs: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probabilities of the next word `(V,)` at a temperature."""
    shares = np.exp((log_probs.astype(np.float64) - log_probs.max()) / temperature)
    return shares / shares.sum()


def temperature_bars(
    log_probs: np.ndarray, words: Sequence[str], temperatures: Sequence[float], count: int = 10
) -> Figure:
    """Return bars of the `count` most probable next words at each temperature.

    `log_probs` `(V,)`; -infinity for words that are not allowed.
    """
    order = (-log_probs).argsort(kind="stable")[:count]
    figure = Figure(figsize=(8, 2.9))
    axes = figure.subplots(1, len(temperatures), sharex=True, sharey=True)
    for axis, temperature in zip(np.atleast_1d(axes), temperatures, strict=True):
        _share_bars(axis, shares_at(log_probs, temperature), order, words)
        axis.set_title(f"T = {temperature:g}")
    figure.tight_layout()
    return figure


def _share_bars(axis: Axes, shares: np.ndarray, order: np.ndarray, words: Sequence[str]) -> None:
    """Draw the shares of the words of `order`, and write what is left for all others."""
    bars(axis, [words[i] for i in order], 100 * shares[order], BLUE)
    rest = f"all others: {1 - shares[order].sum():.0%}"
    axis.text(0.97, 0.05, rest, transform=axis.transAxes, ha="right", color=ORANGE, fontsize=11)
    axis.set(xlabel="percent")


def decoding_panel(
    ask: NextWord,
    image: int,
    vocabulary: Vocabulary,
    prefix: Sequence[int],
    temperature: float,
    width: int,
) -> Figure:
    """Return what a temperature and a beam's width do to the captions of one photo.

    On the left the next word after `prefix` at the temperature; on the right four draws at that
    temperature, and the captions that a beam of this width finds, best first, each with the mean
    log-probability of its words.
    """
    log_probs = allowed_words(ask(np.array([image]), np.array([prefix])), 1)[0]
    figure = Figure(figsize=(8.2, 3.9))
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.1))
    order = (-log_probs).argsort(kind="stable")[:10]
    _share_bars(left, shares_at(log_probs, temperature), order, vocabulary.words)
    begun = " ".join(vocabulary.decode(prefix))
    left.set(title=f'after "{begun}"', xlim=(0, 100))
    drawn = captions_of(sample(ask, [image] * 4, temperature, max_length=20), vocabulary)
    found = beam_search(ask, [image], width, max_length=20, count=min(width, 3))[0]
    lines = [f"four draws at T = {temperature:g}", *map(" ".join, drawn)]
    lines += [f"the best of a beam of width {width}, by mean log-probability"]
    lines += [f"{one.score:.2f}  {' '.join(vocabulary.decode(one.ids))}" for one in found]
    right.axis("off")
    height = 1.04
    for text in lines:
        heading = text in (lines[0], lines[5])
        look = {"color": BLUE if heading else "#222222", "weight": "bold" if heading else "normal"}
        parts = textwrap.wrap(text, 58)[:3]
        height -= 0.05 if heading else 0.015
        right.text(0, height, "\n".join(parts), transform=right.transAxes, va="top", **look)
        height -= 0.068 * len(parts)
    figure.tight_layout()
    return figure


def score_bars(rows: Sequence[ScoreRow]) -> Figure:
    """Return bars of BLEU-4 of the rows of a table, with their intervals."""
    figure = Figure(figsize=(7.5, 0.45 * len(rows) + 0.6))
    axis = figure.subplots()
    colours = [
        GREEN if row.name in PEOPLE else GREY if row.intervals is None else BLUE for row in rows
    ]
    bars(axis, [row.name for row in rows], [row.bleu.bleu_4 for row in rows], colours)
    for height, row in enumerate(rows):
        score = f"{row.bleu.bleu_4:.1f}"
        write(axis, (0.6, height), score, 10, ha="left", color="white", weight="bold")
        if row.intervals is not None:
            axis.plot(row.intervals[3], [height, height], color="black", marker="|", markersize=9)
    axis.set(xlabel="BLEU-4")
    return figure


def inflation_bars(reported: dict[str, Sequence[float]], annotators: Sequence[float]) -> Figure:
    """Return bars of BLEU-1 to BLEU-4 for each way of grading, the right one first.

    `reported`: name -> the four scores; `annotators`: their four scores.
    """
    figure = Figure(figsize=(8, 3.6))
    axis = figure.subplots()
    colours = (BLUE, ORANGE, "#e3b23c", PURPLE, GREY)
    for n, (name, scores) in enumerate(reported.items()):
        letter, places = "abcde"[n], np.arange(4) + 0.17 * (n - 2)
        drawn = axis.bar(places, scores, width=0.15, color=colours[n], label=f"{letter}: {name}")
        axis.bar_label(drawn, [letter] * 4, padding=2, fontsize=10)
    for n, score in enumerate(annotators):
        label = None if n else "annotators"
        axis.plot([n - 0.45, n + 0.45], [score, score], color=GREEN, lw=2.5, label=label)
    axis.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    open_frame(axis)
    axis.legend(frameon=False, fontsize=9.5, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def truth_plot(by_split: Mapping[str, Graded]) -> Figure:
    """Return a plot of truth against BLEU-4 for each list of photos, with 95% intervals.

    The thin lines through a point are its intervals.
    """
    figure = Figure(figsize=(8, 4.4))
    axis = figure.subplots()
    looks = (("o", BLUE, BLUE), ("s", ORANGE, "none"))
    for which, (split, graded) in enumerate(by_split.items()):
        marker, colour, fill = looks[which]
        found = np.array([(score, true) for score, _, true, _ in graded.values()])
        for score, across, true, up in graded.values():
            axis.plot(across, [true, true], color=colour, lw=0.8, alpha=0.6, zorder=1)
            axis.plot([score, score], up, color=colour, lw=0.8, alpha=0.6, zorder=1)
        axis.plot(*found.T, marker, color=colour, mfc=fill, ms=7 + which, label=split, zorder=3)
        for name, place in zip(graded, found, strict=True):
            side, up_by = _SIDES.get(name, (_ABOVE, _BELOW))[which]
            at = (6 if side == "left" else -6, up_by)
            look = {"textcoords": "offset points", "fontsize": 10, "color": colour, "ha": side}
            axis.annotate(name, place, at, **look)
    axis.set(xlabel="BLEU-4", ylabel="stated facts that are true, %", ylim=(20, 108))
    axis.margins(x=0.1)
    axis.set_xlim(left=0)
    open_frame(axis)
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
    percents = [100 * by_kind[kind][0] for kind in kinds]
    notes = [f"{p:.0f}  ({counts[kind]} stated)" for p, kind in zip(percents, kinds, strict=True)]
    drawn = bars(axis, [kind.replace("_", "'s ") for kind in kinds], percents, BLUE)
    axis.bar_label(drawn, notes, padding=4, fontsize=9.5)
    axis.set(xlabel="stated facts that are true, %", xlim=(0, 124), xticks=range(0, 101, 20))
    return figure


def distance_plot(distances: Mapping[str, np.ndarray], line: float) -> Figure:
    """Return how far the photos of each group are from the training photos, a row a group.

    `distances`: name -> `(n,)`. A photo is a dot, green below `line`, where most dev photos are,
    and orange beyond it.
    """
    figure = Figure(figsize=(8, 0.62 * len(distances) + 0.9))
    axis = figure.subplots()
    rng = np.random.default_rng(0)
    for row, far in enumerate(distances.values()):
        # A little up or down, so that dots in the same place can be told apart.
        heights = row + rng.uniform(-0.25, 0.25, len(far))
        colours = np.where(far > line, ORANGE, GREEN)
        axis.scatter(far, heights, s=14, c=colours, alpha=0.7, linewidths=0)
    axis.axvline(line, color=GREY, ls="--")
    beyond = "  less alike than 99 of 100 dev photos"
    axis.text(line, -0.62, beyond, color=GREY, ha="left", fontsize=10)
    names = [f"{name} ({len(far)})" for name, far in distances.items()]
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="distance: what the directions leave out", ylim=(len(names) - 0.5, -0.9))
    open_frame(axis)
    return figure
