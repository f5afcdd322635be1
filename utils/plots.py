"""Pictures that more than one chapter draws: photos with captions, learning curves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from utils.images import load_image

BLUE, ORANGE, GREEN, GREY = "#2a6f97", "#d9772b", "#4b8b3b", "#777777"


def photo_grid(
    photos: Sequence[Path | np.ndarray | Image.Image],
    captions: Sequence[str] | None = None,
    columns: int = 4,
    width: float = 2.6,
    wrap: int = 30,
) -> Figure:
    """Return a figure of photos in rows, each with its caption below, wrapped at `wrap` letters.

    `captions` may hold line breaks; `width` is that of a photo in inches.
    """
    rows = -(-len(photos) // columns)
    texts = [_wrapped(text, wrap) for text in captions or [""] * len(photos)]
    lines = max(text.count("\n") + 1 if text else 0 for text in texts)
    figure = Figure(figsize=(columns * width, rows * (width + 0.19 * lines + 0.1)))
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, photo, text in zip(axes, photos, texts, strict=False):
        axis.imshow(load_image(photo) if isinstance(photo, (str, Path)) else np.asarray(photo))
        axis.text(0, -0.03, text, transform=axis.transAxes, va="top", fontsize=8.5)
    figure.subplots_adjust(
        left=0.01, right=0.99, top=0.995, wspace=0.06, hspace=0.075 * lines + 0.04,
        bottom=0.19 * lines / (rows * (width + 0.19 * lines + 0.1)),
    )  # fmt: skip
    return figure


def _wrapped(text: str, wrap: int) -> str:
    return "\n".join(
        line for part in text.split("\n") for line in textwrap.wrap(part, wrap) or [""]
    )


def history_plot(epochs: Sequence[dict[str, Any]], first_loss: float | None = None) -> Figure:
    """Return the learning curves of `History.epochs`: train and dev loss in nats a word.

    `first_loss` draws where a model that knows nothing begins, ln(V).
    """
    figure = Figure(figsize=(6, 3.4))
    axis = figure.subplots()
    numbers = [epoch["epoch"] for epoch in epochs]
    axis.plot(numbers, [epoch["loss"] for epoch in epochs], "o-", color=GREY, label="train")
    axis.plot(numbers, [epoch["dev_loss"] for epoch in epochs], "o-", color=BLUE, label="dev")
    best = min(epochs, key=lambda epoch: epoch["dev_loss"])
    axis.plot(
        best["epoch"], best["dev_loss"], "*", color=ORANGE, markersize=15, label="best on dev"
    )
    if first_loss is not None:
        axis.axhline(first_loss, color=GREY, linestyle=":", label="knows nothing: ln(V)")
    axis.set(xlabel="epoch", ylabel="loss (nats a word)")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)
    figure.tight_layout()
    return figure
