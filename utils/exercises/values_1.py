"""The exercise of chapter 1 whose answer is a value: into how many pieces a line is cut."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_number, expect_type, looks_like, mistake
from utils.exercises.variants import variant

Slips = list[tuple[tuple[int, int], str, str]]  # what a slip gives, its name, and why it is one


def slips_1_1(pieces: int, fields: int, word: str) -> Slips:
    """Return the usual slips: cuts for pieces, swapped, quotes forgotten.

    `pieces` and `fields` are the right numbers; `word` stands between doubled quotes in the line.
    """
    commas = (
        "counted the commas",
        f"{pieces - 1} cuts give one piece more than {pieces - 1}.",
    )
    columns = (
        "took quotes for columns",
        f'the doubled quotes around {word} stand for one `"` each; they start no column.',
    )
    return [
        ((fields, pieces), "swapped", "`split` comes first, `csv` second."),
        ((pieces - 1, fields - 1), *commas),
        ((pieces - 1, fields), *commas),
        (
            (pieces, pieces),
            "forgot the quotes",
            "for `csv` the commas between the double quotes are text.",
        ),
        (
            (fields, fields),
            "forgot what `split` does",
            "it cuts at every comma, inside the quotes too.",
        ),
        ((pieces, fields + 1), *columns),
        ((pieces, fields + 2), *columns),
    ]


@exercise("1.1")
def check_1_1(answer: Any) -> None:
    """Know the slips: cuts for pieces, swapped, quotes forgotten."""
    if isinstance(answer, np.ndarray):
        answer = answer.ravel().tolist()  # one row of two is two numbers as well
    expect_type(answer, (tuple, list), "your answer, two numbers in brackets")
    if len(answer) != 2:
        raise Incorrect(f"Two numbers are wanted, and the number of them here is {len(answer)}.")
    for part, name in zip(answer, ("the first", "the second"), strict=True):
        expect_number(part, name)
    numbers = variant("1.1").numbers
    if looks_like(answer, (numbers["pieces"], numbers["fields"])):
        return
    for slip, name, why in slips_1_1(**numbers):
        mistake(looks_like(answer, slip), name, why)
    raise Incorrect("Count the commas of the row once more, then those outside double quotes.")
