"""The pictures of chapter 1: what the course builds, and counts of words, captions and scores."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, bars, open_frame, picture_axes
from utils.figures.shapes import Point, arrow, box, canvas, line, write

BOX = (2.5, 1.1)
# Flickr8k with its official lists: rank of a word -> how often it occurs in the training captions.
FLICKR8K_RANKS = {
    1: 46784, 2: 14094, 3: 13509, 5: 6907, 10: 4974, 20: 2102, 30: 1589, 50: 940, 100: 454,
    200: 199, 300: 119, 500: 60, 1000: 22, 2000: 7, 3000: 3, 4000: 2, 7371: 1,
}  # fmt: skip
# Minimum count -> types on the list, and the share of dev tokens (%) that are not on it.
FLICKR8K_MINIMUM = {
    1: (7371, 1.25), 2: (4444, 1.90), 3: (3474, 2.41), 5: (2534, 3.25), 10: (1663, 4.92),
    20: (1072, 7.17), 30: (816, 9.10), 50: (571, 11.98), 100: (339, 16.80),
}  # fmt: skip
MOST = 100  # the largest minimum count that is drawn
UNKNOWN = "<unk>"


def course_drawing(photo: np.ndarray, prefix: Sequence[str], candidates: Sequence[str]) -> Figure:
    """Return the whole model as a sketch: a photo and the words so far lead to the next word.

    `photo` is `(n, n, 3)` uint8, `prefix` the words so far, `candidates` two to four words of which
    the first is the right one. The lengths of their bars are a sketch, not measured.
    Raises `ValueError` for fewer than two or more than four candidates.
    """
    if not 2 <= len(candidates) <= 4:
        raise ValueError(f"Give two to four candidates for the next word, not {len(candidates)}.")
    figure, axis = canvas((9, 4.1), (0, 18, -0.7, 7.6))
    axis.imshow(photo, extent=(0.2, 3.2, 4.3, 7.3), aspect="auto", zorder=1)
    words = " ".join(prefix[:2]) + "\n" + " ".join([*prefix[2:], "..."])
    box(axis, (1.7, 1.6), words, GREY, (1.9, BOX[1]))
    box(axis, (5.9, 5.8), "CNN\n(chapter 2)", BLUE, BOX)
    box(axis, (5.9, 1.6), "GloVe + LSTM\n(chapters 3, 4)", GREEN, BOX)
    _stripes(axis, (9.1, 5.8), BLUE, "what can be seen")
    _stripes(axis, (9.1, 1.6), GREEN, "what was said")
    box(axis, (11.9, 3.7), "add\n(chapter 5)", ORANGE, BOX)
    for start, end in (
        ((3.3, 5.8), (4.6, 5.8)), ((2.7, 1.6), (4.6, 1.6)), ((7.2, 5.8), (8.3, 5.8)),
        ((7.2, 1.6), (8.3, 1.6)), ((9.95, 5.6), (11.4, 4.35)), ((9.95, 1.8), (11.4, 3.05)),
        ((13.2, 3.7), (14.0, 3.7)),
    ):  # fmt: skip
        arrow(axis, start, end)
    _candidates(axis, candidates)
    # The chosen word becomes part of the input: this is how a sentence is written.
    around = (17.7, 5.0), (17.88, 5.0), (17.88, -0.5), (1.7, -0.5), (1.7, 0.5)
    line(axis, *around, colour=ORANGE, ls="--")
    arrow(axis, (1.7, 0.5), (1.7, 0.95), colour=ORANGE)
    write(axis, (9.1, -0.2), "write the word down and ask again, until it is <end>", 9)
    return figure


def _stripes(axis: Axes, at: Point, colour: str, text: str) -> None:
    """Draw a vector as stripes, some stronger than others."""
    stripes = [(colour, strength) for strength in np.random.default_rng(3).uniform(0.1, 1, 12)]
    lefts = at[0] - 0.72 + 0.12 * np.arange(12)
    axis.bar(lefts, 0.9, 0.12, at[1] - 0.45, align="edge", color=stripes, lw=0)
    write(axis, (at[0], at[1] - 0.62), text, 8.5, va="top")


def _candidates(axis: Axes, candidates: Sequence[str]) -> None:
    write(axis, (14.1, 5.75), "which word comes next?", ha="left")
    for place, (word, length) in enumerate(zip(candidates, (1.0, 0.6, 0.04, 0.02), strict=False)):
        y, right = 5.0 - 0.85 * place, place == 0
        axis.barh(y, 1.5 * length, 0.5, 16.2, color=ORANGE if right else "#bbbbbb")
        write(axis, (16.05, y), word, 10, ha="right", weight="bold" if right else "normal")


def caption_list(captions: Sequence[str], width: int = 28) -> str:
    """Return captions as a list with bullets, wrapped at `width` letters, without full stops."""
    look = {"initial_indent": "• ", "subsequent_indent": "   "}
    return "\n".join(textwrap.fill(caption.rstrip(" ."), width, **look) for caption in captions)


def zipf_picture(counts: Sequence[int], name: str) -> Figure:
    """Return counts of words against their rank, both logarithmic, beside Flickr8k's and two lines.

    `counts`: how often each word occurs, the most frequent first; `name` is that of the dataset.
    """
    figure = Figure(figsize=(8, 4))
    axis = figure.subplots()
    ranks = np.array(list(FLICKR8K_RANKS))
    law = {"color": ORANGE, "lw": 1.6}
    for first, last, style, whose in (
        (FLICKR8K_RANKS[1], ranks[-1], "--", "Flickr8k"), (counts[0], len(counts), ":", name),
    ):  # fmt: skip
        axis.loglog([1, last], [first, first / last], style, label=f"C / rank, {whose}", **law)
    flickr = list(FLICKR8K_RANKS.values())
    axis.loglog(ranks, flickr, "s-", color=GREY, ms=5, label="counted, Flickr8k")
    ours = np.arange(1, len(counts) + 1)
    axis.loglog(ours, counts, ".", color=BLUE, label=f"counted, {name}")
    axis.set(xlabel="rank of the word", ylabel="how often it occurs", ylim=(0.6, None))
    axis.legend(frameon=False)
    open_frame(axis)
    figure.tight_layout()
    return figure


def minimum_count_picture(
    train: Sequence[Sequence[str]], dev: Sequence[Sequence[str]], minimum_count: int
) -> Figure:
    """Return what a minimum count does to the vocabulary, to dev, and to three captions of dev.

    `train` and `dev` are captions as lists of tokens.
    """
    counts = Counter(token for caption in train for token in caption)
    sizes, of_dev = (
        np.array([counts[token] for token in tokens])
        for tokens in (counts, [token for caption in dev for token in caption])
    )
    minima = np.arange(1, MOST + 1)
    kept = [int((sizes >= least).sum()) for least in minima]
    unknown = [100 * float((of_dev < least).mean()) for least in minima]
    figure = Figure(figsize=(9, 4.3))
    above, below = figure.subfigures(2, 1, height_ratios=(2.5, 1))
    left, right = above.subplots(1, 2)
    _chosen_point(left, minima, kept, minimum_count, "types in the vocabulary", "{:,.0f}")
    _chosen_point(right, minima, unknown, minimum_count, "unknown tokens of dev (%)", "{:.1f}%")
    above.subplots_adjust(left=0.07, right=0.97, bottom=0.2, top=0.88, wspace=0.2)
    axis = picture_axes(below, 1, 1)[0, 0]
    below.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.95)
    for place, caption in enumerate(captions_to_watch(dev, counts)):
        _caption_with_unknown(axis, 0.8 - 0.33 * place, caption, counts, minimum_count)
    return figure


def _chosen_point(
    axis: Axes, minima: np.ndarray, values: Sequence[float], chosen: int, title: str, form: str
) -> None:
    """Draw a curve over the minimum count, and a labelled point where it is the chosen one."""
    axis.plot(minima, values, color=BLUE, lw=2)
    value = values[int(np.clip(chosen, 1, MOST)) - 1]
    axis.plot(chosen, value, "o", color=ORANGE, ms=9)
    axis.annotate(
        form.format(value), (chosen, value), (0, 9), textcoords="offset points", ha="center",
        color=ORANGE, fontsize=11, fontweight="bold",
    )  # fmt: skip
    axis.set(title=title, xlabel="minimum count", ylim=(0, 1.18 * max(*values, 1e-9)))
    axis.set_xlim(-4, MOST + 5)
    open_frame(axis)


def captions_to_watch(dev: Sequence[Sequence[str]], counts: Counter) -> list[Sequence[str]]:
    """Return three captions that lose a word early, in the middle, and late."""
    short = [caption for caption in dev if 6 <= len(caption) <= 14] or list(dev)
    rarest = np.array([min((counts[token] for token in caption), default=0) for caption in short])
    return [short[int(np.abs(rarest - wanted).argmin())] for wanted in (5, 30, 80)]


def _caption_with_unknown(
    axis: Axes, height: float, caption: Sequence[str], counts: Counter, minimum_count: int
) -> None:
    """Write a caption in one row, with `<unk>` in orange in the place of words left out."""
    at = 0.01
    for token in caption:
        known = counts[token] >= minimum_count
        text = token if known else UNKNOWN
        colour = "#222222" if known else ORANGE
        look = {"family": "monospace", "fontsize": 10.5, "color": colour}
        axis.text(at, height, text, va="center", weight="normal" if known else "bold", **look)
        at += 0.0101 * (len(text) + 1)
    axis.set(xlim=(0, 1), ylim=(0, 1))


def parrot_picture(
    photos: Sequence[np.ndarray], seen: Sequence[np.ndarray], nearest: Sequence[np.ndarray]
) -> Figure:
    """Return columns of three pictures: a photo, what the parrot sees of it, what it finds."""
    names = ("a photo of dev", "what the\nparrot sees", "the most similar\nphoto of train")
    figure = Figure(figsize=(1.35 * len(photos) + 1.1, 4.15))
    axes = picture_axes(figure, 3, len(photos))
    for row, (name, pictures) in enumerate(zip(names, (photos, seen, nearest), strict=True)):
        for axis, picture in zip(axes[row], pictures, strict=True):
            axis.imshow(picture)
        look = {"transform": axes[row, 0].transAxes, "ha": "right", "va": "center"}
        axes[row, 0].text(-0.06, 0.5, name, fontsize=10, **look)
    figure.subplots_adjust(left=0.13, right=0.99, bottom=0.01, top=0.99, wspace=0.04, hspace=0.05)
    return figure


def score_bars(scores: Mapping[str, float], xlabel: str) -> Figure:
    """Return named scores in % as bars, in the order given; a leak's bar is orange."""
    figure = Figure(figsize=(8, 2.5))
    axis = figure.subplots()
    colours = [ORANGE if "by caption" in name else BLUE if "by photo" in name else GREY
               for name in scores]  # fmt: skip
    drawn = bars(axis, list(scores), list(scores.values()), colours)
    axis.bar_label(drawn, fmt="%.0f%%", padding=4)
    axis.set(xlabel=xlabel, xlim=(0, 1.15 * max(scores.values())))
    figure.tight_layout()
    return figure


def lengths_picture(lengths: np.ndarray) -> Figure:
    """Return how many captions have how many words; the mean and the longest are marked."""
    figure = Figure(figsize=(8, 3.2))
    axis = figure.subplots()
    drawn = axis.hist(lengths, bins=np.arange(0.5, lengths.max() + 1.5), color=BLUE, rwidth=0.85)
    top = 1.15 * drawn[0].max()
    axis.axvline(lengths.mean(), color=ORANGE, lw=1.6, ls="--")
    axis.text(
        lengths.mean() + 0.25, top, f"mean: {lengths.mean():.1f} words", color=ORANGE,
        fontsize=11, va="top",
    )  # fmt: skip
    axis.annotate(
        f"longest: {lengths.max()} words", (lengths.max(), drawn[0][-1]), (0, 45),
        textcoords="offset points", ha="center", fontsize=11,
        arrowprops={"arrowstyle": "-|>", "color": "#333333", "shrinkB": 1},
    )  # fmt: skip
    axis.set(xlabel="words in a caption", ylabel="captions", ylim=(0, top))
    axis.set_xticks(range(0, int(lengths.max()) + 1, 2))
    open_frame(axis)
    figure.tight_layout()
    return figure
