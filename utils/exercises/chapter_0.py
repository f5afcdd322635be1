"""The check of chapter 0's exercise, on which readers try the helpers."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import looks_like, mistake, plain


@exercise("0.1")
def check_0_1(shape: Any) -> None:
    """The shape of a product of matrices, (6, 50) @ (50, 3)."""
    given = plain(shape)
    given = tuple(given) if isinstance(given, list) else given
    mistake(
        looks_like(given, (3, 6)), "the two numbers are exchanged", "rows come first, then columns."
    )
    mistake(
        looks_like(given, (6, 50, 3)), "the 50 is still there", "the product sums over that axis."
    )
    mistake(
        looks_like(given, (50, 50)), "the outer axes are gone", "the inner ones disappear: 50, 50."
    )
    if not isinstance(given, (tuple, list, np.ndarray)):
        kind = type(given).__name__
        raise Incorrect(f"A shape is a tuple such as `(2, 5)`; yours is of type {kind}.")
    if list(given) != [6, 3]:
        raise Incorrect("The rows are those of the first array, the columns those of the second.")
