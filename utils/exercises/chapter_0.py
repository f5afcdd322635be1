"""The check of chapter 0's exercise, on which readers try the helpers."""

from typing import Any

from utils.exercises.exercise import exercise
from utils.exercises.expect import expect_equal, looks_like, mistake, plain


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
    expect_equal(given, (6, 3), name="the shape")
