"""The exercise of chapter 8 whose answer is a value: attention by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import exercise
from utils.exercises.expect import expect_close, expect_number, looks_like, mistake
from utils.exercises.variants import variant


@exercise("8.1")
def check_8_1(answer: Any) -> None:
    """Compare a context with the right one and with what the usual slips come to."""
    given = variant("8.1").numbers
    powers, values = np.array(given["powers"], float), np.array(given["values"], float)
    weights = powers / powers.sum()
    mistake(
        looks_like(answer, weights.tolist()) or looks_like(answer, weights),
        "these are the weights",
        "the context is one number. Multiply each value by its weight and add up.",
    )
    value = expect_number(answer, "the context")
    for wrong, name, why in slips_8_1(powers, values):
        # Whole results are exact; the others may be handed in with one decimal.
        mistake(abs(value - wrong) <= (1e-6 if wrong.is_integer() else 0.0501), name, why)
    expect_close(value, float(weights @ values), "the context", 1e-3, reveal=False)


def slips_8_1(powers: np.ndarray, values: np.ndarray) -> list[tuple[float, str, str]]:
    """Return what each usual slip comes to, its name, and what to do instead.

    `powers` are exp of the scores.
    """
    scores, above_1, once_more = np.log(powers), powers * (powers > 1), np.sqrt(powers)
    added = " + ".join(f"{power:g}" for power in powers)
    no_weight = "a score of 0 got no weight", "exp(0) is 1, so such a region has its share too."
    as_weights = (
        "the scores themselves as weights",
        "take exp of each score first, then divide by their sum.",
    )
    found = [
        (
            values[powers.argmax()],
            "only the best region",
            "soft attention takes a share of every region.",
        ),
        (values.mean(), "the plain mean", "regions with a higher score weigh more."),
        (powers @ values, "the weights do not sum to 1", f"divide by {added}."),
        (
            powers @ values / len(powers),
            "divided by the number of regions",
            f"divide by the sum of the four powers, {added}.",
        ),
        (above_1 @ values / powers.sum(), *no_weight),
        (above_1 @ values / above_1.sum(), *no_weight),
        (scores @ values, *as_weights),
        (scores @ values / scores.sum(), *as_weights),
        (
            once_more @ values / once_more.sum(),
            "divided by a root once more",
            "the text says that the scores are divided already.",
        ),
    ]
    return [(float(wrong), name, why) for wrong, name, why in found]
