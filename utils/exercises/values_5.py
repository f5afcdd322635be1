"""The exercises of chapter 5 whose answers are values: three shapes, and a letter."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_choice, expect_type, mistake, plain
from utils.exercises.guard import short
from utils.exercises.variants import variant

_LAYERS = ("BiLSTM", "LSTM", "Concatenate")
Shapes = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def right_shapes(photos: int, ids: int, units: int) -> Shapes:
    """Return the shapes after the BiLSTM, the LSTM and Concatenate."""
    return (photos, ids, 2 * units), (photos, units), (photos, 2 * units)


def slips_5_1(photos: int, ids: int, units: int) -> list[tuple[int, tuple, str, str]]:
    """Return the place of a shape, what a slip gives there, its name and why it is one."""
    early = "the words are gone too early", "`return_sequences=True` keeps every word."
    final = "the LSTM returns only its final hidden state", "one vector per prefix is left."
    return [
        (
            0,
            (photos, ids, units),
            "one direction only",
            "a BiLSTM keeps the vectors of both directions.",
        ),
        (0, (photos, 2 * units), *early),
        (0, (photos, units), *early),
        (
            0,
            (photos, 2 * ids, units),
            "concatenated along the words",
            "each word gets one vector, twice as wide.",
        ),
        (1, (photos, ids, units), *final),
        (1, (photos, ids, 2 * units), *final),
        (
            1,
            (photos, 2 * units),
            "the LSTM's width is its own",
            f"it reads {2 * units} numbers per word, but its hidden state has `units` of them.",
        ),
        (
            2,
            (photos, units),
            "that is what Add gives",
            "Concatenate puts the two vectors end to end.",
        ),
        (
            2,
            (2 * photos, units),
            "concatenated along the batch",
            f"{photos} photos stay {photos} rows; the rows get longer.",
        ),
        (
            2,
            (photos, 2, units),
            "stacked, not concatenated",
            "Concatenate makes no new axis.",
        ),
        (
            2,
            (photos, ids, 2 * units),
            "the words are gone by then",
            "the LSTM left one vector per prefix.",
        ),
    ]


@exercise("5.1")
def check_5_1(answer: Any) -> None:
    """Compare three shapes with those of the usual slips."""
    given = variant("5.1").numbers
    sizes = photos, ids, _ = given["photos"], given["ids"], given["units"]
    wanted = right_shapes(*sizes)
    shapes = _three_shapes(answer, photos)
    mistake(
        shapes != wanted and Counter(shapes) == Counter(wanted),
        "the right shapes in another order",
        "first the BiLSTM, then the LSTM, then Concatenate.",
    )
    mistake(
        any(size is None for shape in shapes for size in shape),
        "the sizes are known here",
        f"Keras prints None for what comes with the data; here that is {photos} photos and {ids} "
        "ids.",
    )
    mistake(
        shapes == tuple(shape[1:] for shape in wanted),
        "the batch is missing",
        f"every shape begins with the number of photos and prefixes, {photos}.",
    )
    for place, wrong, name, why in slips_5_1(*sizes):
        mistake(shapes[place] == wrong, name, why)
    for shape, right, name in zip(shapes, wanted, _LAYERS, strict=True):
        if shape != right:
            advice = "" if shape[:1] == (photos,) else f" It begins with the batch, {photos}."
            axes = "axis" if len(right) == 1 else "axes"
            if len(shape) != len(right):
                advice += f" It has {len(right)} {axes}, and yours has {len(shape)}."
            raise Incorrect(f"The shape after the {name} is not `{shape}`.{advice}")


def _three_shapes(answer: Any, photos: int) -> tuple[tuple, ...]:
    """Return three tuples of sizes, whatever holds them; raise `Incorrect` where there are none."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    expect_type(answer, (tuple, list), "your answer")
    for part in answer:
        texts = [one for one in _parts_of(part) if isinstance(one, str)]
        if texts:
            raise Incorrect(f"Numbers are wanted in the shapes, and `{short(texts[0])}` is a text.")
    shapes = tuple(_sizes_of(part) for part in answer)
    if len(shapes) != 3 or None in shapes:
        raise Incorrect(
            f"Three shapes are wanted, each a tuple that begins with the batch of {photos}."
        )
    return shapes


def _parts_of(part: Any) -> list:
    """Return what a shape holds, or the thing itself where it holds nothing."""
    return list(part) if isinstance(part, (tuple, list)) else [part]


def _sizes_of(part: Any) -> tuple | None:
    """Return a shape as a tuple of numbers (None for an open size); None for anything else."""
    try:
        value = plain(part)
    except ValueError:  # a TensorShape that knows nothing
        return None
    if not isinstance(value, (tuple, list, np.ndarray)):
        return None
    sizes = tuple(plain(size) for size in value)
    known = all(size is None or isinstance(size, (int, float)) for size in sizes)
    return sizes if known else None


@exercise("5.4")
def check_5_4(answer: Any) -> None:
    """Check the letter."""
    chosen = variant("5.4")
    loss, words = chosen.numbers["loss"], chosen.numbers["vocabulary"]
    even = math.log(words)
    times = math.floor(words * math.exp(-loss) / 50) * 50
    because = {
        "a": f"a lucky start would need a probability of e^-{loss}, {100 * math.exp(-loss):.0f} in "
        f"100, for the right word, more than {times} times what an even guess gives, for all "
        "prefixes at once.",
        "b": "an untrained model has a loss of ln(V) whatever the labels are, shuffled or not.",
        "d": "two softmaxes make an even distribution more even still: the first loss "
        "remains ln(V).",
    }
    expect_choice(
        answer,
        "c",
        because,
        order=chosen.order,
        why=f"The zeros of the padding are in the mean: {loss} / {even:.2f} is {loss / even:.0%}, "
        f"so only {10 * loss / even:.0f} of 10 places hold a word. Divide by the number of words.",
    )
