"""Answers to the exercises of chapters 0 to 4 that are values: the right one, then known slips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from utils.exercises.values_0 import slips_0_1
from utils.exercises.values_1 import slips_1_1
from utils.exercises.values_2 import heights_2_1, prices_2_1, right_2_1
from utils.exercises.values_3 import right_3_1, right_3_5, slips_3_1, slips_3_5
from utils.exercises.values_4 import right_4_1, slips_4_1


def _answers_0_1(numbers: Mapping[str, int]) -> list[Any]:
    slips = [slip for slip, *_ in slips_0_1(**numbers)]
    return [(numbers["rows"], numbers["columns"]), *slips]


def _answers_1_1(numbers: Mapping[str, Any]) -> list[Any]:
    slips = [slip for slip, *_ in slips_1_1(**numbers)]
    return [(numbers["pieces"], numbers["fields"]), *slips, (numbers["pieces"] + 1, 2)]


def _answers_2_1(numbers: Mapping[str, int]) -> list[Any]:
    """One of the two numbers is wrong in each slip; two slips at once open nothing."""
    height, price = right_2_1(**numbers)
    heights = heights_2_1(numbers["kernel"], numbers["size"])
    return [
        (height, price),
        (price, height),
        *((slip, price) for slip in [*heights, height + 1, height - 1]),
        *((height, slip) for slip in prices_2_1(**numbers)),
    ]


def _answers_3_1(numbers: Mapping[str, Any]) -> list[Any]:
    return [right_3_1(**numbers), *(slip for slip, *_ in slips_3_1(**numbers))]


def _answers_3_5(numbers: Mapping[str, int]) -> list[Any]:
    one_hot, embedded = right_3_5(**numbers)
    slips = [
        (one_hot, wrong) if place else (wrong, embedded)
        for place, wrong, *_ in slips_3_5(**numbers)
    ]
    return [(one_hot, embedded), (embedded, one_hot), *slips]


def _answers_4_1(numbers: Mapping[str, Any]) -> list[Any]:
    right = right_4_1(numbers["lengths"])
    slips = [slip for slip, *_ in slips_4_1(numbers["lengths"])]
    return [right, *slips, right - 1, right + 1]


def _answers_4_5(_: Mapping[str, Any]) -> list[Any]:
    return ["c", "a", "b", "d"]


ANSWERS: dict[str, Callable[[Mapping[str, Any]], Iterable[Any]]] = {
    "0.1": _answers_0_1,
    "1.1": _answers_1_1,
    "2.1": _answers_2_1,
    "3.1": _answers_3_1,
    "3.5": _answers_3_5,
    "4.1": _answers_4_1,
    "4.5": _answers_4_5,
}
DIGITS: dict[str, int] = {}
