"""The exercises of chapter 3 whose answers are values: one count, and two numbers of parameters."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_close, expect_number, mistake, plain
from utils.exercises.guard import short
from utils.exercises.variants import variant

Slips = list[tuple[float, str, str]]  # what a slip gives, its name, and why it is one


def distances_3_1(sentence: str, window: int, row: str, column: str) -> list[int]:
    """Return how far the words `row` within the window are from the one word `column`."""
    words = sentence.split()
    stands = words.index(column)
    apart = [abs(place - stands) for place, word in enumerate(words) if word == row]
    return sorted(distance for distance in apart if distance <= window)


def right_3_1(sentence: str, window: int, row: str, column: str) -> float:
    """Return the count: the sum of 1/distance."""
    return sum(1 / distance for distance in distances_3_1(sentence, window, row, column))


def slips_3_1(sentence: str, window: int, row: str, column: str) -> Slips:
    """Return the usual slips where two words `row` stand around the word `column`, one before it.

    The one before it is the nearer of them, or as near as the other.
    """
    near, far = distances_3_1(sentence, window, row, column)
    right = 1 / near + 1 / far
    twice = (
        "twice as much as it should be",
        f"did you count both directions? The row `{row}`, column `{column}` gets each pair once; "
        "the mirrored square gets the other. Or did you add up the distances? A neighbour counts "
        "1/distance.",
    )
    return [
        (0, "missed both neighbours", f"there is `{row}` on either side of `{column}`."),
        (2, "counted every neighbour as one", f"a neighbour at distance {far} counts 1/{far}."),
        (
            1 / near,
            "missed a neighbour",
            f"there are two words `{row}` within the window of {window} around `{column}`.",
        ),
        (2 * right, *twice),
        (near + far, *twice),
        (
            1 / far,
            "missed a neighbour",
            f"the `{row}` before `{column}` counts as well, at distance {near}.",
        ),
        (
            1 / near**2 + 1 / far**2,
            "squared the distance",
            f"a neighbour at distance {far} counts 1/{far}, not 1/{far**2}.",
        ),
    ]


@exercise("3.1")
def check_3_1(answer: Any) -> None:
    """Compare the count with the sum of 1/distance, and know the usual slips."""
    count = expect_number(answer, "the count")
    numbers = variant("3.1").numbers
    right = right_3_1(**numbers)
    for slip, name, why in slips_3_1(**numbers):
        mistake(count == slip and slip != right, name, why)
    expect_close(count, right, name="the count", reveal=False)


def _lstm(inputs: int, units: int) -> int:
    return 4 * units * (inputs + units + 1)


def right_3_5(words: int, size: int, units: int) -> tuple[int, int]:
    """Return the parameters with one-hot vectors, and those with an embedding."""
    return _lstm(words, units), words * size + _lstm(size, units)


def slips_3_5(words: int, size: int, units: int) -> list[tuple[int, int, str, str]]:
    """Return which of the two numbers, what a slip makes of it, its name, and why it is one."""
    table, one_hot, lstm = words * size, _lstm(words, units), _lstm(size, units)
    biases = ("forgot the biases", "they are the 1 in m + u + 1.")
    four = ("forgot the factor 4", "an LSTM has four sets of weights.")
    itself = (
        "forgot the weights from the units to themselves",
        "they are the u in m + u + 1.",
    )
    return [
        (
            1,
            lstm,
            "forgot the table itself",
            f"the embedding has {size} numbers for each of {words:,} words.",
        ),
        (1, table, "forgot the LSTM behind the embedding", "the sum of both is wanted."),
        (
            1,
            table + one_hot,
            "took an LSTM that is too large",
            f"behind the embedding it reads {size} numbers, not {words:,}.",
        ),
        (
            1,
            table * lstm,
            "multiplied the table by the LSTM",
            "their parameters are counted together, and the sum of both is wanted.",
        ),
        (
            0,
            table + one_hot,
            "counted a table where there is none",
            "without an embedding there is only the LSTM.",
        ),
        (0, 4 * units * (words + units), *biases),
        (1, table + 4 * units * (size + units), *biases),
        (0, one_hot // 4, *four),
        (1, table + lstm // 4, *four),
        (0, 4 * units * (words + 1), *itself),
        (1, table + 4 * units * (size + 1), *itself),
    ]


@exercise("3.5")
def check_3_5(answer: Any) -> None:
    """Look at both numbers and at the usual omissions."""
    pair = plain(answer)
    while isinstance(pair, (tuple, list, np.ndarray)) and len(pair) == 1 and np.ndim(pair[0]) == 1:
        pair = plain(pair[0])  # a table of one row
    if not isinstance(pair, (tuple, list, np.ndarray)):
        raise Incorrect(f"Two numbers are wanted, `(one_hot, embedded)`; this is `{short(pair)}`.")
    if len(pair) != 2:
        raise Incorrect(f"Two numbers are wanted, `(one_hot, embedded)`; you gave {len(pair)}.")
    names = ("the number with one-hot vectors", "the number with an embedding")
    found = [expect_number(one, name) for one, name in zip(pair, names, strict=True)]
    numbers = variant("3.5").numbers
    right = list(right_3_5(**numbers))
    mistake(
        found == right[::-1],
        "the order is turned round",
        "first the LSTM on one-hot vectors, then the one behind an embedding.",
    )
    for place, wrong, name, why in slips_3_5(**numbers):
        which = ("first", "second")[place]
        mistake(found[place] == wrong, f"{name} (in the {which} number)", why)
    for mine, wanted, name in zip(found, right, names, strict=True):
        shown = int(mine) if mine.is_integer() else mine
        expect_close(shown, wanted, name, 1e-9, reveal=False)
