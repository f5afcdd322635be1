"""Pictures of chapter 4: one LSTM step, three ways to wire the layers, and what was measured."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.captions import clean_caption
from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, open_frame, picture_axes
from utils.figures.shapes import arrow, box, canvas, line, sign, tag, write
from utils.vocabulary import END, PAD, START, Vocabulary

TIMES = r"$\times$"
PALE = "#eeeeee"
MOST_WORDS = 14  # of a typed sentence: more do not fit below three maps
GATES = {"i": "input: what is written", "f": "forget: what is kept", "o": "output: what is shown"}

# The descriptions of the pictures. They stand here because some of them answer the question that
# the notebook asks about the picture.
ALTS = {
    "rows": "Sixty captions as rows. Each has a green start marker, blue words and an orange end "
    "marker. Grey padding fills the rest, up to the longest caption.",
    "step": "An LSTM step: the cell state c runs along the top through one product and one sum. "
    "Forget, input, candidate and output blocks read h and x below it.",
    "gates": "Three maps of 64 units by the words in the box. At the start most forget gates are "
    "open, with some dark spots. Many output gates are shut.",
    "cell": "Lines of one cell state over two sentences. They are equal up to the number word and "
    "part there. Below, its forget gate.",
    "patching": 'After two brown horses, the probability of "are" falls and that of "is" rises '
    "with the first cells that are patched. Then the lines are nearly flat, with a few steps.",
    "padding": "The loss by the number of zeros. With a mask it is flat. Without one it rises. A "
    "dotted line is the baseline.",
    "wiring": "Three unrolled networks over four words: a standard LSTM that reads to the right; a "
    "bidirectional one, whose boxes have a second half that reads to the left; and an LSTM over a "
    "BiLSTM. Only the last state of this LSTM is used.",
    "sight": "Three squares: the LSTM's is a lower triangle; that of the BiLSTM over the whole "
    "caption is full; that of the course's model over known prefixes is a lower triangle.",
}

Read = Callable[[str], Mapping[str, np.ndarray]]


def step_drawing() -> Figure:
    """Return the inside of one LSTM step: the cell state above, the four blocks below it."""
    figure, axis = canvas((8, 3.5), (-0.9, 11.4, -0.5, 4.3))
    top, bus, blocks, product = 3.4, 0.5, 1.45, 2.55
    for start, end in ((0.2, 1.75), (2.25, 4.75), (5.25, 10.5)):
        arrow(axis, (start, top), (end, top), colour=ORANGE, width=3)
    write(axis, (7.1, top + 0.3), "the cell state: one product, one sum", 10, color=ORANGE)
    line(axis, (0.2, bus), (7.9, bus))
    write(axis, (4.6, bus - 0.3), "hidden state and word, to all four blocks", 10)
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
    panels = picture_axes(figure, 1, 3)[0]
    for axis, title in zip(panels, titles, strict=True):
        axis.set(xlim=(-0.7, 3.7), ylim=(-0.3, 4.0))
        axis.set_title(title, fontsize=11)
    _row(panels[0], 1.0, BLUE)
    _row(panels[2], 2.75, GREEN)
    for place, word in enumerate(("<start>", "two", "dogs", "run")):
        for axis in panels:
            write(axis, (place, 0.05), word)
        arrow(panels[0], (place, 0.25), (place, 0.74), width=1.0)
        arrow(panels[0], (place, 1.26), (place, 2.0), width=1.0)
        write(panels[0], (place + 0.17, 1.65), "u")
        _pair(panels[1], place)
        _pair(panels[2], place)
    arrow(panels[2], (3, 3.0), (3, 3.45), colour=GREEN, width=1.2)
    write(panels[2], (3, 3.65), "u: the prefix")
    figure.subplots_adjust(left=0.01, right=0.99, top=0.9, bottom=0.01, wspace=0.05)
    return figure


def _row(axis: Axes, y: float, colour: str) -> None:
    """Draw an LSTM at four words, from left to right."""
    for place in range(4):
        tag(axis, (place, y), "  ", colour)
        if place < 3:
            arrow(axis, (place + 0.24, y), (place + 0.76, y), colour=colour, width=1.8)


def _pair(axis: Axes, place: int) -> None:
    """Draw the BiLSTM at a word as one box of two colours, and the arrows below and above it."""
    low, middle, high, half = 1.0, 1.3, 1.6, 0.2
    for bottom, colour in ((low, BLUE), (middle, ORANGE)):
        axis.add_patch(Rectangle((place - half, bottom), 2 * half, 0.3, fc=colour, ec="none"))
    if place < 3:
        ends = place + half + 0.05, place + 1 - half - 0.05
        arrow(axis, (ends[0], low + 0.15), (ends[1], low + 0.15), colour=BLUE, width=1.8)
        arrow(axis, (ends[1], middle + 0.15), (ends[0], middle + 0.15), colour=ORANGE, width=1.8)
    arrow(axis, (place, 0.25), (place, low - 0.04), width=1.0)
    arrow(axis, (place, high + 0.04), (place, 2.49), width=1.0)
    write(axis, (place + 0.2, 2.02), "2u")


def caption_rows(tokens: np.ndarray) -> Figure:
    """Return captions as rows of ids, `(n, t)`: markers, words and padding in four colours."""
    kind = np.where(tokens == PAD, 0, 2)
    kind[tokens == START], kind[tokens == END] = 1, 3
    figure = Figure(figsize=(8, 4), layout="tight")
    axis = figure.subplots()
    colours = {"<pad>": PALE, "<start>": GREEN, "a word": BLUE, "<end>": ORANGE}
    look = {"aspect": "auto", "interpolation": "nearest", "vmin": 0, "vmax": 3}
    axis.imshow(kind, cmap=ListedColormap(list(colours.values())), **look)
    axis.set(xlabel="place in the caption", ylabel=f"caption (the first {len(tokens)})")
    for name, colour in colours.items():
        axis.plot([], [], "s", color=colour, label=name, markersize=9, markeredgecolor=GREY)
    axis.legend(bbox_to_anchor=(1.01, 1), loc="upper left", frameon=False)
    return figure


def gate_maps(read: Read, vocabulary: Vocabulary, text: str) -> Figure:
    """Return three maps, units by words, of the gates while a network reads a text.

    `read(text)` returns the gates `i`, `f` and `o`, each (words + 1, units). The units of each map
    are sorted by their mean in it. A word that the vocabulary lacks is written in brackets.
    """
    words = clean_caption(text)[:MOST_WORDS]
    seen = read(" ".join(words))
    known = [word if word in vocabulary.ids else f"({word[:10]})" for word in words]
    figure = Figure(figsize=(9, 4.2))
    axes = figure.subplots(1, 3, sharey=True)
    for axis, (gate, title) in zip(axes, GATES.items(), strict=True):
        units = seen[gate].T
        order = np.argsort(units.mean(axis=1))
        picture = axis.imshow(units[order], aspect="auto", vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(title, fontsize=11)
        axis.set_xticks(range(len(words) + 1), ["<start>", *known], rotation=60, ha="right")
    axes[0].set_ylabel(f"{len(order)} units, sorted by mean (in each map)")
    figure.subplots_adjust(left=0.08, right=0.88, bottom=0.24, top=0.92, wspace=0.08)
    bar = figure.colorbar(picture, cax=figure.add_axes((0.9, 0.24, 0.018, 0.68)))
    bar.set_ticks([0, 0.5, 1], labels=["0: shut", "0.5", "1: open"])
    return figure


def cell_lines(read: Read, cell: int, texts: Sequence[str]) -> Figure:
    """Return one cell's state and forget gate, word by word, in two texts of the same length."""
    figure = Figure(figsize=(8, 4.4))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    looks = ((BLUE, 5, 9), (ORANGE, 1.5, 5))  # the first is wide, so that it shows below the other
    for text, (colour, width, size) in zip(texts, looks, strict=True):
        seen, look = read(text), {"color": colour, "lw": width, "markersize": size}
        upper.plot(seen["c"][:, cell], "o-", label=text, **look)
        lower.plot(seen["f"][:, cell], "o-", **look)
    pairs = zip(*(text.split() for text in texts), strict=True)
    names = [one if one == other else f"{one}\n{other}" for one, other in pairs]
    lower.set_xticks(range(len(names) + 1), ["<start>", *names])
    lower.set(ylabel="its forget gate", ylim=(-0.12, 1.12))
    upper.set_ylabel(f"cell state of unit {cell}")
    upper.axhline(0, color=GREY, lw=0.8)
    upper.legend(frameon=False, fontsize=10, loc="lower left", bbox_to_anchor=(0, 1))
    open_frame(upper)
    open_frame(lower)
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.13, top=0.86, hspace=0.12)
    return figure


def patching_curves(chances: np.ndarray) -> Figure:
    """Return the probabilities of "is" and "are", `(cells + 1, 2)`, by how many are patched."""
    figure = Figure(figsize=(8, 3), layout="tight")
    axis = figure.subplots()
    for column, (word, colour) in enumerate((("is", BLUE), ("are", ORANGE))):
        axis.plot(chances[:, column], "o-", color=colour, markersize=3, label=f'"{word}"')
    axis.set(xlabel=f"cells patched, of {len(chances) - 1}", ylabel="probability", ylim=(0, 1.02))
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    open_frame(axis)
    return figure


def padding_curves(
    counts: Sequence[int], curves: Mapping[str, Sequence[float]], baseline: float
) -> Figure:
    """Return the loss by the number of zeros behind the words; a dotted line is the baseline."""
    figure = Figure(figsize=(8, 3.2), layout="tight")
    axis = figure.subplots()
    for (name, losses), colour in zip(curves.items(), (ORANGE, BLUE), strict=True):
        axis.plot(counts, losses, "o-", color=colour, label=name)
    axis.axhline(baseline, color=GREY, linestyle=":", label="knows nothing: ln(V)")
    axis.set(xlabel="zeros behind the six ids", ylabel="loss (nats per word)", ylim=(0, None))
    axis.set_xticks(counts)
    axis.legend(frameon=False, bbox_to_anchor=(1.01, 1), loc="upper left")
    open_frame(axis)
    return figure


def sight_squares(squares: Mapping[str, np.ndarray], tokens: Sequence[str]) -> Figure:
    """Return squares (t, t) of what each prediction depends on; what is in the future is orange."""
    figure = Figure(figsize=(9, 3.9))
    axes = figure.subplots(1, len(squares), sharey=True)
    places = np.arange(len(tokens))
    colours = ListedColormap([PALE, BLUE, ORANGE])
    for axis, (name, square) in zip(axes, squares.items(), strict=True):
        future = places[None, :] > places[:, None]
        axis.imshow(np.where(square & future, 2, square.astype(int)), cmap=colours, vmin=0, vmax=2)
        axis.set_title(name, fontsize=10)
        axis.set_xticks(places, tokens, rotation=60, ha="right")
        axis.set_yticks(places, tokens)
        axis.set_xticks(places[:-1] + 0.5, minor=True)
        axis.set_yticks(places[:-1] + 0.5, minor=True)
        axis.grid(which="minor", color="white", lw=1.5)
        axis.tick_params(which="both", length=0)
    axes[0].set_ylabel("prediction after this word ...")
    figure.subplots_adjust(left=0.12, right=0.99, bottom=0.28, top=0.92, wspace=0.08)
    under = "... depends on this token (blue: past and present, orange: the future)"
    figure.supxlabel(under, fontsize=10, y=0.01)
    return figure
