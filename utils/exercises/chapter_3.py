"""The exercises of chapter 3: words become vectors."""

import tracemalloc
from typing import Any

import numpy as np

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
from utils.exercises.guard import call
from utils.glove import Glove


@exercise("3.1")
def check_3_1(answer: Any) -> None:
    """Compare the number with 1 + 1/2, and know the usual slips."""
    expect_type(answer, (int, float, np.number), "the count")
    mistake(
        looks_like(answer, 2),
        "counted every neighbour as one",
        "a neighbour at distance 2 counts 1/2.",
    )
    mistake(
        looks_like(answer, 1),
        "missed a neighbour",
        "there are two words `a` within the window of 2 around `dog`.",
    )
    mistake(
        looks_like(answer, 3),
        "counted both directions",
        "the row `a`, column `dog` gets each pair once; the mirrored square gets the other.",
    )
    mistake(
        looks_like(answer, 0.5),
        "missed a neighbour",
        "the `a` right before `dog` counts as well, at distance 1.",
    )
    expect_close(answer, 1.5, name="the count", reveal=False)


@exercise("3.2")
def check_3_2(answer: Any) -> None:
    """Say for each wrong letter why it is wrong."""
    expect_choice(
        answer,
        "b",
        {
            "a": "nothing is damaged. Look at `four` and `five`: they are as near. Words that can "
            "stand for each other in most sentences get nearly one vector.",
            "c": "alike in company is not alike in meaning. Two dogs are not three, as red is not "
            "blue, though both are near neighbours.",
            "d": "nothing in the objective puts the meaning into the length; the two lengths are "
            "nearly equal too. The difference is in a small rest of the direction.",
        },
    )


def _pets() -> Glove:
    """Return made-up vectors of very different lengths: `car` is odd by its direction alone."""
    words = ["dog", "cat", "ant", "car", "elephant"]
    vectors = [[1.0, 0.2, 0.0], [0.9, 0.1, 0.1], [0.2, 0.0, 0.0], [0.4, 0.4, 3.0], [9.0, 6.0, 2.0]]
    return Glove(words, np.array(vectors, dtype=np.float32))


@exercise("3.3")
def check_3_3(answer: Any) -> None:
    """Try made-up vectors in which length and direction disagree."""
    glove = _pets()
    words = glove.words
    got = call(answer, glove, words)
    vectors = glove.vectors.astype(float)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    sums = (units @ units.T).sum(axis=1)
    mistake(
        isinstance(got, (int, np.integer)) and not isinstance(got, bool),
        "returned the place",
        "the word itself is wanted: `words[place]`.",
    )
    mistake(
        looks_like(got, words[int(np.argmax(sums))]),
        "took the largest sum",
        "that is the word that fits best; the odd one has the smallest sum.",
    )
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2).sum(axis=1)
    mistake(
        looks_like(got, words[int(np.argmax(apart))]),
        "measured by distance or length",
        "a long vector is far from all others even where it points the same way. "
        "Use cosines: bring the vectors to length one.",
    )
    plain = (vectors @ vectors.T).sum(axis=1)
    mistake(
        looks_like(got, words[int(np.argmin(plain))]),
        "used dot products without normalising",
        "these grow with the lengths of the vectors. Divide each by its length first.",
    )
    expect_equal(got, "car", name="the odd one of " + ", ".join(words))
    turned = list(reversed(words[:4]))
    expect_equal(call(answer, glove, turned), "car", name="the odd one of " + ", ".join(turned))
    three = Glove(["up", "left", "leftish"], np.array([[0, 5], [-3, 0], [-1, 0.5]], np.float32))
    expect_equal(call(answer, three, three.words), "up", name="the odd one of three directions")


@exercise("3.4")
def check_3_4(answer: Any) -> None:
    """Build a small table with a missing word in the middle."""
    glove = Glove(
        ["cat", "dog", "the", "sun"],
        np.array([[1, 2], [3, 4], [5, 6], [7, 8]], dtype=np.float32),
    )
    words = ["<pad>", "<start>", "the", "qqqzzz", "dog", "cat", "zzzqqq"]
    want = np.zeros((len(words), 2), dtype=np.float32)
    want[[2, 4, 5]] = [[5, 6], [3, 4], [1, 2]]
    got = call(answer, words, glove)
    if looks_like(np.shape(got), (len(glove), 2)) or looks_like(np.shape(got), (3, 2)):
        raise Incorrect(
            "A row for each known word only: the table needs a row for each of the `words`, "
            "known or not, because the id is the row."
        )
    mistake(
        looks_like(np.shape(got), (6, 2)),
        "left the padding's row out",
        "the ids count it too: row 0 must be there, all zeros.",
    )
    expect_shape(got, want.shape, "the table")
    mistake(
        looks_like(got, np.roll(want, -1, axis=0)),
        "still shifted by one",
        "the row of `dog` holds the vector of the word after it. The first word of `words[1:]` "
        "has the id 1.",
    )
    mistake(
        looks_like(got, np.roll(want, 1, axis=0)),
        "shifted to the other side",
        "every vector is now one row too late. `words[1]` belongs into row 1.",
    )
    squeezed = want[[0, 2, 4, 5, 0, 0]]
    mistake(
        looks_like(got[1:4], squeezed[1:4]) or looks_like(got[0:3], squeezed[1:4]),
        "words without a vector were skipped",
        "each word, known or not, uses up its row; otherwise all later words slip.",
    )
    mistake(
        np.any(np.asarray(got)[0] != 0),
        "row 0 is not zero",
        "id 0 is the padding, which says nothing.",
    )
    _judge_rows(np.asarray(got), want, words, glove)
    expect_close(got, want, name="the table")


def _judge_rows(got: np.ndarray, want: np.ndarray, words: list[str], glove: Glove) -> None:
    """Name the first word whose row is wrong, and what stands there."""
    for row, word in enumerate(words):
        if looks_like(got[row], want[row]):
            continue
        if word in glove:
            should = f"should hold the vector of `{word}`, {want[row].tolist()}"
        else:
            should = f"belongs to `{word}`, which has no vector: it stays zero"
        raise Incorrect(f"Row {row} {should}. It holds {got[row].tolist()}.")


@exercise("3.5")
def check_3_5(answer: Any) -> None:
    """Look at both numbers and at the usual omissions."""
    expect_type(answer, (tuple, list, np.ndarray), "your answer")
    if len(answer) != 2:
        raise Incorrect(f"Two numbers are wanted, `(one_hot, embedded)`; you gave {len(answer)}.")
    one_hot, table, lstm = 4 * 256 * (8000 + 256 + 1), 8000 * 50, 4 * 256 * (50 + 256 + 1)
    mistake(
        looks_like(list(answer), [table + lstm, one_hot], 1e-9),
        "the order is turned round",
        "first the LSTM on one-hot vectors, then the one behind an embedding.",
    )
    mistake(
        looks_like(answer[1], lstm, 1e-9),
        "forgot the table itself",
        "the embedding has 50 numbers for each of the 8,000 words.",
    )
    mistake(
        looks_like(answer[1], table, 1e-9),
        "forgot the LSTM behind the embedding",
        "the sum of both is wanted.",
    )
    mistake(
        looks_like(answer[0], 4 * 256 * (8000 + 256), 1e-9)
        or looks_like(answer[1], table + 4 * 256 * (50 + 256), 1e-9),
        "forgot the biases",
        "they are the 1 in m + u + 1.",
    )
    mistake(
        looks_like(answer[0], one_hot // 4, 1e-9),
        "forgot the factor 4",
        "an LSTM has four sets of weights.",
    )
    tolerance = 1e-9
    expect_close(answer[0], one_hot, "the number with one-hot vectors", tolerance, reveal=False)
    expect_close(answer[1], table + lstm, "the number with an embedding", tolerance, reveal=False)


@exercise("3.6")
def check_3_6(answer: Any) -> None:
    """A sentence with repeated words and padding, against one-hot transposed times upstream."""
    rng = np.random.default_rng(3)
    ids = np.array([1, 4, 2, 4, 5, 4, 0, 0], dtype=np.int32)
    upstream = rng.normal(size=(8, 3))
    full = np.eye(7)[ids].T @ upstream
    want = full.copy()
    want[0] = 0.0
    got = call(answer, ids, upstream, 7)
    expect_shape(got, (7, 3), "the gradient")
    lost = np.zeros((7, 3))
    lost[ids] += upstream
    lost_masked = lost.copy()
    lost_masked[0] = 0.0
    mistake(
        looks_like(got, lost) or looks_like(got, lost_masked),
        "repeated words count once only",
        "word 4 occurs three times, and its row should get the sum of three gradients. "
        "`gradient[ids] += ...` keeps the last one.",
    )
    mistake(
        looks_like(got, full),
        "the padding learns",
        "places with id 0 are masked; row 0 of the gradient is zero.",
    )
    counts = np.maximum(np.bincount(ids, minlength=7), 1)[:, None]
    mistake(
        looks_like(got, want / counts) or looks_like(got, full / counts),
        "took the mean",
        "one-hot transposed times upstream adds the gradients of a word up.",
    )
    expect_close(got, want, name="the gradient of the table")
    other = np.array([3, 3], dtype=np.int32)
    again = call(answer, other, np.array([[1.0], [2.0]]), 4)
    expect_close(again, [[0], [0], [0], [3]], name="the gradient of `[3, 3]`")
    _demand_small(answer)


def _demand_small(answer: Any) -> None:
    """Measure the memory of one call: one-hot vectors take many times what the result takes."""
    places, size = 400, 2000
    ids = np.arange(places, dtype=np.int32) % 50 + 1
    upstream = np.ones((places, 2))
    running = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        call(answer, ids, upstream, size)
        used = tracemalloc.get_traced_memory()[1] - before
    finally:
        if not running:
            tracemalloc.stop()
    # The least there is of one-hot vectors: a byte for each place and word, 0.8 MB here.
    mistake(
        used > places * size / 2,
        "the numbers are right, but they come from one-hot vectors, or something as large",
        f"for {places} ids and a table of {size:,} x 2 numbers (0.03 MB) your function took "
        f"{used / 1e6:.1f} MB. Start from zeros of shape (size, d) and add each row of `upstream` "
        "to the row of its id.",
    )
