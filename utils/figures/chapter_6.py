"""Pictures of chapter 6: padding, learning rates, captions below photos, gains by word."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from utils.figures.plots import BLUE, GREEN, GREY, ORANGE, bars, open_frame

Run = Callable[[float], tuple[Sequence[float], float]]  # learning rate -> step losses, dev loss
HIGHEST_LOSS = 10.0  # of the axis, in nats per word
MEAN_OF = 10  # steps


def padding_picture(lengths: np.ndarray, one_length: int) -> Figure:
    """Return two batches of prefixes as rows: of the `lengths` given, and all of one length."""
    longest = int(lengths.max())
    figure = Figure(figsize=(8, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    batches = {
        f"{len(lengths)} prefixes, shuffled": (left, lengths),
        f"{len(lengths)} prefixes of {one_length} ids": (right, np.full_like(lengths, one_length)),
    }
    for title, (axis, sizes) in batches.items():
        is_word = np.arange(1, longest + 1) <= sizes[:, None]
        extent = (0.5, longest + 0.5, len(sizes) + 0.5, 0.5)
        axis.imshow(is_word, cmap="Blues", vmin=0, vmax=1.4, aspect="auto", extent=extent)
        axis.set_title(title, fontsize=12)
        axis.set_xlabel("place in the prefix", fontsize=11)
        axis.xaxis.get_major_locator().set_params(integer=True)
    left.set_ylabel("example", fontsize=11)
    left.text(0.97, 0.9, "padding", transform=left.transAxes, ha="right", fontsize=11)
    right.axvspan(
        one_length + 0.5, longest + 0.5, facecolor="0.9", hatch="//", edgecolor="white", lw=0
    )
    right.text(
        (one_length + longest + 1) / 2, len(lengths) / 2, "no columns here",
        ha="center", va="center", fontsize=11, bbox={"facecolor": "0.9", "edgecolor": "none"},
    )  # fmt: skip
    return figure


def rate_picture(run: Run, rate: float, control: float) -> Figure:
    """Return the loss of each step of two runs: with a learning rate, and with the control's.

    A dotted line shows the loss before the first step.
    """
    figure = Figure(figsize=(7.6, 3.9), layout="constrained")
    axis = figure.subplots()
    runs = {control: (GREY, 1.5)} | {rate: (ORANGE, 2.5)}
    for one, (colour, width) in runs.items():
        losses, dev = run(one)
        window = np.ones(MEAN_OF) / MEAN_OF
        smooth = np.convolve(losses, window, "valid")
        label = f"rate {one:.3g}: dev loss {dev:.2f}"
        steps = np.arange(MEAN_OF, MEAN_OF + len(smooth))
        axis.plot(steps, smooth, color=colour, lw=width, label=label)
        if smooth.min() > HIGHEST_LOSS:
            axis.text(
                0.02, 0.9, f"rate {one:.3g}: all above this picture", color=colour, fontsize=11,
                transform=axis.transAxes,
            )  # fmt: skip
    axis.axhline(losses[0], color=GREY, linestyle=":", lw=1.2)
    axis.annotate(
        "before the first step", (1, losses[0]), xycoords=("axes fraction", "data"), xytext=(-4, 3),
        textcoords="offset points", ha="right", fontsize=10, color="#444444",
    )  # fmt: skip
    axis.set(ylim=(0, HIGHEST_LOSS), xlim=(0, None))
    axis.set_xlabel("step", fontsize=11)
    axis.set_ylabel(f"train loss, mean of {MEAN_OF} steps\n(nats per word)", fontsize=11)
    axis.legend(loc="upper right", fontsize=11, frameon=False)
    open_frame(axis)
    return figure


def texts_below(said: dict[str, Sequence[Sequence[str]]], count: int, words: int = 8) -> list[str]:
    """Return for each of the first `count` photos a text: the beginning of each model's caption.

    `said`: model -> the words of its caption of each photo.
    """
    texts = []
    for place in range(count):
        lines = []
        for name, captions in said.items():
            more = " …" if len(captions[place]) > words else ""
            lines.append(f"{name}: {' '.join(captions[place][:words])}{more}")
        texts.append("\n".join(lines))
    return texts


def most_none_least(gains: dict[str, float], size: int) -> list[str]:
    """Return three groups of `size` words: of the highest gain, nearest to 0, of the lowest gain.

    All groups begin with the highest gain.
    """
    ordered = sorted(gains, key=lambda word: -gains[word])
    near = sorted(ordered[size:-size], key=lambda word: abs(gains[word]))[:size]
    return [*ordered[:size], *sorted(near, key=lambda word: -gains[word]), *ordered[-size:]]


def gain_bars(gains: dict[str, float], groups: Sequence[str]) -> Figure:
    """Return bars of the gain of each word, in equal named groups: blue, grey, orange from above.

    `gains`: word -> mean gain in nats, the largest first.
    """
    figure = Figure(figsize=(7.6, 5.4), layout="constrained")
    axis = figure.subplots()
    size = -(-len(gains) // len(groups))
    colours = [(BLUE, GREY, ORANGE, GREEN)[place // size] for place in range(len(gains))]
    drawn = bars(axis, list(gains), list(gains.values()), colours)
    axis.legend(drawn.patches[::size], groups, loc="lower right", fontsize=11, frameon=False)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("mean gain from the photo (nats)", fontsize=11)
    axis.tick_params(labelsize=11)
    return figure
