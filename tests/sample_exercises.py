"""Four small exercises of a chapter 98 that only the tests know."""

import numpy as np

from utils.exercises.exercise import exercise
from utils.exercises.expect import expect_choice, expect_close, expect_equal, looks_like, mistake
from utils.exercises.guard import call
from utils.exercises.stubs import known_stubs, stub_hashes

# Chapters of the course have theirs in `stubs.json`.
COUNT_STUB = """
def count_padding(batch):
    counts = None
    return counts
"""
LABELS_STUB = """
def labels_of(tokens):
    return [*tokens[1:], 2]
"""
known_stubs().update({"98.1": [stub_hashes(COUNT_STUB)], "98.4": [stub_hashes(LABELS_STUB)]})


@exercise(
    "98.1",
    title="Count the padding",
    hints=["`batch == 0` is an array.", "True counts as 1.", "`(batch == 0).sum(axis=1)`"],
)
def check_98_1(answer):
    batch = np.array([[1, 5, 0, 0], [1, 7, 9, 2]])
    got = call(answer, batch)
    mistake(looks_like(got, [2, 4]), "counted the words", "0 is the padding.")
    mistake(
        looks_like(got, [0, 0, 1, 1]), "summed along the wrong axis", "axis 1 runs along a row."
    )
    expect_close(got, [2, 0], name="the number of zeros in each row")


@exercise("98.2", title="Predict a shape", hints=["The batch comes first."], looks_at="the shape.")
def check_98_2(answer):
    expect_equal(answer, (32, 7), name="the shape")


@exercise("98.3", title="Choose", hints=["Try it."])
def check_98_3(answer):
    expect_choice(answer, "b", {"a": "the mask hides it.", "c": "a shape has no values."})


@exercise("98.4", title="Mend it", hints=["Look at the start."], points=2)
def check_98_4(answer):
    got = call(answer, [5, 6])
    mistake(got == [6, 2], "the first word is lost", "the slice drops it.")
    expect_equal(got, [5, 6, 2], name="the labels")
