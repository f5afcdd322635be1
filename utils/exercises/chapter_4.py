"""The exercises of chapter 4: an LSTM reads the caption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.captions import clean_caption
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_equal,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import ReaderError, call
from utils.sequences import pad_right
from utils.vocabulary import END, PAD, START, Vocabulary


@exercise("4.1")
def check_4_1(answer: Any) -> None:
    """The sum of n + 1 over captions of 4, 6, 6 and 11 words."""
    expect_type(answer, (int, float, np.integer, np.floating), name="the number of examples")
    mistake(answer == 27, "forgot the end", "`<end>` is asked for too, once in each caption.")
    mistake(
        answer == 35,
        "counted both markers",
        "`<start>` is always given and never asked for, so it is no example.",
    )
    mistake(
        answer == 23,
        "left out the first word",
        "it is asked for as well: that is what `<start>` stands before it for.",
    )
    mistake(answer == 28, "added 1 once", "every one of the four captions has an end of its own.")
    expect_close(answer, 31, name="the number of examples", reveal=False)


@exercise("4.2")
def check_4_2(answer: Any) -> None:
    """Compare with the formula for several sizes, in one direction or two, alone or stacked."""
    for inputs, units in ((5, 3), (50, 128), (512, 64)):
        block, name = units * (inputs + units + 1), f"the parameters for {inputs}, {units}"
        _judge_one_way(call(answer, inputs, units), inputs, units, name)
        got = call(answer, inputs, units, bidirectional=True)
        mistake(
            looks_like(got, 4 * block),
            "the second direction is missing",
            "a BiLSTM is two LSTMs, each with all its weights.",
        )
        mistake(
            looks_like(got, 4 * 2 * units * (inputs + 2 * units + 1)),
            "one LSTM of twice the units",
            "the two directions do not read each other's state: two separate LSTMs.",
        )
        mistake(
            looks_like(got, 4 * units * (2 * inputs + units + 1))
            or looks_like(got, 8 * units * (2 * inputs + units + 1)),
            "doubled the inputs",
            "both directions read the same words; what is there twice is the LSTM.",
        )
        expect_close(got, 8 * block, name=f"{name}, bidirectional,")
        for both in (False, True):
            got = call(answer, inputs, units, bidirectional=both, stacked=True)
            _judge_stacked(got, inputs, units, both)


def _judge_one_way(got: Any, inputs: int, units: int, name: str) -> None:
    block = units * (inputs + units + 1)
    mistake(looks_like(got, block), "one block only", "there are four: i, f, c and o.")
    mistake(looks_like(got, 3 * block), "three blocks", "the candidate has weights as well.")
    mistake(looks_like(got, 4 * (block - units)), "no bias", "each block has `units` of them.")
    mistake(
        looks_like(got, 4 * (block + units)),
        "two biases a block",
        "that is what PyTorch stores; Keras' LSTM has one bias in each block.",
    )
    mistake(
        looks_like(got, 4 * units * (inputs + 1)),
        "no recurrent weights",
        "the state h, `units` numbers, goes into every block too.",
    )
    mistake(
        looks_like(got, 4 * units * (inputs * units + 1)),
        "multiplied inputs and units",
        "a unit has a weight for each input and one for each unit of the state: a sum.",
    )
    expect_close(got, 4 * block, name=name)


def _judge_stacked(got: Any, inputs: int, units: int, bidirectional: bool) -> None:
    below = 4 * units * (inputs + units + 1) * (1 + bidirectional)
    width = units * (1 + bidirectional)
    above = 4 * units * (width + units + 1)
    how = f"{inputs}, {units}, {'bidirectional and ' if bidirectional else ''}stacked,"
    mistake(looks_like(got, below), "the layer on top is missing", "`stacked=True` adds an LSTM.")
    mistake(looks_like(got, above), "the layer below is missing", "count both layers.")
    mistake(
        looks_like(got, below + 4 * units * (inputs + units + 1)),
        "the layer on top does not read the words",
        "it reads what the layer below gives at each place.",
    )
    mistake(
        bidirectional and looks_like(got, below + 4 * units * (2 * units + 1)),
        "too narrow on top",
        "a BiLSTM gives `2 * units` numbers at each place, one vector from either direction.",
    )
    mistake(
        bidirectional and looks_like(got, below + 2 * above),
        "a BiLSTM on top as well",
        "the layer on top reads in one direction.",
    )
    expect_close(got, below + above, name=f"the parameters for {how}")


@exercise("4.3")
def check_4_3(answer: Any) -> None:
    """Captions with hyphens and stray punctuation, whose tokens are more or fewer than words."""
    lists = [
        ["Two tri-colored dogs in t-shirts run together outside", "A dog runs"],
        ["A dog runs . . . . . .", "A cat"],
        ["a-b-c-d-e-f-g-h", "run"],
    ]
    for captions in lists:
        tokens = [clean_caption(caption) for caption in captions]
        vocabulary = Vocabulary.fit(tokens)
        rows = [vocabulary.encode(row) for row in tokens]
        uncleaned = [vocabulary.encode(caption.split()) for caption in captions]
        got = _one_array(call(answer, captions, vocabulary))
        mistake(
            looks_like(got, pad_right(uncleaned)),
            "the captions were not cleaned",
            "`clean_caption` lowers capitals, drops full stops and splits hyphens; without it most "
            "words are not in the vocabulary.",
        )
        _judge_padding(got, rows, captions)


def _one_array(got: Any) -> np.ndarray:
    try:
        return np.asarray(got)
    except ValueError:
        raise Incorrect(
            "One array is wanted; you returned rows of different lengths. Fill the short ones up."
        ) from None


def _judge_padding(got: np.ndarray, rows: list[list[int]], captions: list[str]) -> None:
    want, name = pad_right(rows), f"the array for {captions}"
    if got.ndim == 2 and len(got) == len(rows):
        lengths = [len(row) for row in rows]
        left = any(
            row[0] == PAD and list(row[-n:]) == ids
            for row, ids, n in zip(got, rows, lengths, strict=True)
        )
        mistake(left, "padded on the left", "the zeros belong behind the words.")
        for marker, name_of_it in ((START, "<start>"), (END, "<end>")):
            mistake(
                not (got == marker).any(),
                f"no row has its `{name_of_it}`",
                "nothing was cut, it was left out. Keep all the ids that `encode` gives.",
            )
        mistake(
            bool((got[:, 0] != START).any()),
            "a start is lost",
            f"the first column of the array for {captions} is not `<start>` everywhere. "
            "A row was too long for the array and was cut.",
        )
        mistake(
            not all(END in row for row in got),
            "an end is lost",
            f"a row of the array for {captions} has no `<end>`. It was cut: the maximum length "
            "must be counted in ids, markers and split hyphens included.",
        )
        mistake(
            got.shape[1] > want.shape[1],
            "wider than needed",
            f"the longest row has {want.shape[1]} ids and the array {got.shape[1]} columns.",
        )
    expect_shape(got, want.shape, name=name)
    expect_equal(got.tolist(), want.tolist(), name=name)


@exercise("4.4")
def check_4_4(answer: Any) -> None:
    """Try masks of every kind that tells a wrong test from a right one."""
    cases = [
        ([[1, 1, 1, 0], [1, 0, 0, 0]], True, "right padding"),
        ([[1, 1, 1], [1, 1, 1]], True, "no padding at all"),
        ([[0, 0, 1, 1]], False, "left padding"),
        ([[1, 0, 1, 0]], False, "a hole in the middle of a row"),
        ([[1, 0, 0, 1]], False, "a word after the padding"),
        ([[0, 0, 0]], False, "a row without any word"),
    ]
    for rows, want, what in cases:
        mask = np.array(rows, dtype=bool)
        got = call(answer, mask)
        if isinstance(got, np.ndarray) and got.ndim:
            raise Incorrect(
                "One answer a row: one for the whole mask is wanted; a single bad row is enough "
                "for a refusal (`.all()`)."
            )
        expect_type(got, (bool, np.bool_), name="what your function returns")
        if bool(got) != want:
            verb = "refuses" if want else "accepts"
            raise Incorrect(
                f"Your test {verb} {what}: for the mask `{mask.astype(int).tolist()}` "
                f"the answer is {want}."
            )
    _demand_every_row(answer)


def _demand_every_row(answer: Any) -> None:
    """Put one bad row first, then last; each kind of bad row was refused before, alone."""
    for bad in ([0, 0, 1, 1], [1, 0, 1, 0], [0, 0, 0, 0]):
        first, last = (
            bool(call(answer, np.array(rows, dtype=bool)))
            for rows in ([bad, [1, 1, 1, 0]], [[1, 1, 1, 0], bad])
        )
        advice = "A single bad row, wherever it stands, is enough for a refusal."
        mistake(first and last, "one good row is enough for your test", f"{advice} (`.all()`)")
        mistake(last, "your test looked at the first row only", advice)
        mistake(first, "your test looked at the last row only", advice)


@exercise("4.5")
def check_4_5(answer: Any) -> None:
    """The backward direction reads the label."""
    because = {
        "a": "a network that has learned its captions by heart is good on train and bad on dev. "
        "Here dev is as good as train, and its images are others.",
        "c": "easy padding makes the loss lower, but the words would still be hard: scored alone, "
        "they would stay near the LSTM's loss. And captions would be poor, not senseless.",
        "d": "over a known prefix it is valid: the course's own model has one, and passes the leak "
        "test. What matters is whether the answer is among what it is given.",
    }
    expect_choice(answer, "b", because)


def _two_way_reader(seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network that reads both ways, ids (t,) -> scores (t, 4), and has no mask."""
    table = np.random.default_rng(seed).normal(size=(10, 4))

    def predict(ids: np.ndarray) -> np.ndarray:
        x = table[np.asarray(ids, dtype=int)]
        there, back = np.cumsum(x, axis=0), np.cumsum(x[::-1], axis=0)[::-1]
        places = np.arange(1, len(x) + 1)[:, None]
        return np.tanh(there / places) + 0.5 * np.sin(back)

    return predict


@exercise("4.6")
def check_4_6(answer: Any) -> None:
    """Compare with known prefixes, and run the leak test."""
    predict, ids = _two_way_reader(0), np.array([1, 5, 7, 6, 9, 2])
    want = np.stack([predict(ids[: place + 1])[place] for place in range(len(ids))])
    got = _one_row_a_call(answer, predict, ids)
    whole = predict(ids)
    mistake(
        looks_like(got, whole),
        "the network has read the whole caption",
        "every row depends on tokens that come later. Give it the known prefix alone.",
    )
    mistake(
        looks_like(got, [predict(ids[: place + 1])[0] for place in range(len(ids))]),
        "the row of the first place",
        "after the prefix ids[0] to ids[k], what counts is what it says at place k.",
    )
    hidden = [np.where(np.arange(len(ids)) <= place, ids, PAD) for place in range(len(ids))]
    mistake(
        looks_like(got, [predict(row)[place] for place, row in enumerate(hidden)]),
        "padding instead of the future",
        "this network has no mask, so it reads the zeros as words. Cut the ids, don't blank them.",
    )
    short = np.stack([predict(ids[: max(place, 1)])[-1] for place in range(len(ids))])
    mistake(
        looks_like(got, short) or looks_like(got, short[1:]),
        "one token too few",
        "place k has read ids[k] too: its prefix is `ids[: k + 1]`.",
    )
    expect_shape(got, want.shape, name="the scores")
    _demand_no_leak(answer, predict, ids, np.asarray(got))
    expect_close(got, want, name="the scores")


def _one_row_a_call(answer: Any, predict: Callable[[np.ndarray], np.ndarray], ids: Any) -> Any:
    """Call the answer; whole predictions, which cannot be stacked, are told from other errors."""
    try:
        got = call(answer, predict, ids)
        np.asarray(got)
        return got
    except (ReaderError, ValueError) as error:
        told = str(error.__cause__ or error)
        if "same shape" not in told and "inhomogeneous" not in told:
            raise
    raise Incorrect(
        "The predictions for different prefixes have different numbers of rows, so they do not "
        "fit into one array: `predict` gives a row for every place. Take one row a call."
    )


def _demand_no_leak(
    answer: Any, predict: Callable[[np.ndarray], np.ndarray], ids: np.ndarray, before: np.ndarray
) -> None:
    for changed in range(1, len(ids)):
        other = ids.copy()
        other[changed] = 3
        after = np.asarray(call(answer, predict, other))
        moved = np.flatnonzero((after[:changed] != before[:changed]).any(axis=1))
        if len(moved):
            raise Incorrect(
                f"The leak test fails: token {changed} was changed, and your scores for place "
                f"{moved[0]} moved. They may depend on ids[0] to ids[{moved[0]}] only."
            )
