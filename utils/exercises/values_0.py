"""The check of chapter 0's exercise, on which readers try the helpers."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import looks_like, mistake, plain
from utils.exercises.variants import variant

Slips = list[tuple[tuple[int, ...], str, str]]  # what a slip gives, its name, and why it is one


def slips_0_1(rows: int, inner: int, columns: int) -> Slips:
    """Return the usual slips with the shape of (rows, inner) @ (inner, columns)."""
    return [
        ((columns, rows), "the two numbers are exchanged", "rows come first, then columns."),
        (
            (rows, inner, columns),
            f"the {inner} is still there",
            "the product sums over that axis.",
        ),
        (
            (inner, inner),
            "the outer axes are gone",
            f"the inner ones disappear: {inner}, {inner}.",
        ),
    ]


@exercise("0.1")
def check_0_1(shape: Any) -> None:
    """The shape of a product of two matrices."""
    given = plain(shape)
    given = tuple(given) if isinstance(given, list) else given
    numbers = variant("0.1").numbers
    for slip, name, why in slips_0_1(**numbers):
        mistake(looks_like(given, slip), name, why)
    if not isinstance(given, (tuple, list, np.ndarray)):
        kind = type(given).__name__
        raise Incorrect(f"A shape is a tuple such as `(2, 5)`; yours is of type {kind}.")
    if list(given) != [numbers["rows"], numbers["columns"]]:
        raise Incorrect("The rows are those of the first array, the columns those of the second.")
