"""Answers to the exercises of chapters 5 to 8 that are values: the right one, then known slips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import permutations, product
from typing import Any

import numpy as np

from utils.exercises.values_5 import right_shapes, slips_5_1
from utils.exercises.values_6 import right_sizes, slips_6_1
from utils.exercises.values_7 import right_bleu_3, right_captions, slips_7_5
from utils.exercises.values_8 import slips_8_1

Numbers = Mapping[str, Any]


def _shapes(numbers: Numbers) -> Iterator[tuple[tuple, ...]]:
    """Yield three right shapes, then some in another order, without the batch, with one slip."""
    sizes = numbers["photos"], numbers["ids"], numbers["units"]
    right = right_shapes(*sizes)
    yield from permutations(right)
    yield tuple(shape[1:] for shape in right)
    for place, wrong, _, _ in slips_5_1(*sizes):
        yield tuple(wrong if n == place else shape for n, shape in enumerate(right))


def _letters(numbers: Numbers) -> Iterator[str]:
    """Yield the letters of exercise 5.4; c is right."""
    yield from "cabd"


def _sizes(numbers: Numbers) -> Iterator[tuple[float, ...]]:
    """Yield three right counts, then some in another order, with one slip, with one slip in all."""
    captions, words, vocabulary = numbers["captions"], numbers["words"], numbers["vocabulary"]
    right = right_sizes(captions, words, vocabulary)
    yield from permutations(right)
    for place, slips in enumerate(slips_6_1(captions, words, vocabulary)):
        for slip in slips:
            yield tuple(slip if n == place else size for n, size in enumerate(right))
    for examples in (captions * words, captions * (words + 2), captions):
        yield examples, examples * vocabulary * 4, examples * 4
    examples, one_hot, sparse = right
    for factor in (1 / 4, 2, 1 / 1000, 1 / 10**6):  # numbers, 8 bytes each, kB, MB
        yield examples, one_hot * factor, sparse * factor


def _captions(numbers: Numbers) -> Iterator[tuple[str, ...]]:
    """Yield the three right captions, then these in every other order and number."""
    right = right_captions(numbers)
    yield tuple(right)
    yield from product(right, repeat=3)


def _scores_and_reasons(numbers: Numbers) -> Iterator[tuple[float, str]]:
    """Yield the right BLEU-3 and the slips, to one decimal, each with every reason."""
    right = right_bleu_3(numbers["reported"])
    scores = [round(right, 1), *(round(slip, 1) for slip, _, _ in slips_7_5(numbers["reported"]))]
    yield from product([*scores, float(round(right)), right / 100], "abcd")


def _contexts(numbers: Numbers) -> Iterator[Any]:
    """Yield the right context, the weights in its place, and the slips, rounded or not."""
    powers, values = np.array(numbers["powers"], float), np.array(numbers["values"], float)
    weights = powers / powers.sum()
    yield float(weights @ values)
    yield weights.tolist()
    for slip, _, _ in slips_8_1(powers, values):
        yield from (slip, round(slip, 2), round(slip, 1))


ANSWERS: dict[str, Callable[[Numbers], Iterable[Any]]] = {
    "5.1": _shapes,
    "5.4": _letters,
    "6.1": _sizes,
    "7.1": _captions,
    "7.5": _scores_and_reasons,
    "8.1": _contexts,
}
DIGITS: dict[str, int] = {"7.5": 1}
