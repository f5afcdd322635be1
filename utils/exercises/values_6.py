"""The exercise of chapter 6 whose answer is a value: three sizes."""

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_close, expect_number, mistake, plain
from utils.exercises.guard import short
from utils.exercises.variants import variant

_NAMES = ("the number of examples", "the number of bytes one-hot", "the number of bytes sparse")
Slips = dict[float, tuple[str, str]]  # what a slip gives -> its name and why it is one


@exercise("6.1")
def check_6_1(answer: Any) -> None:
    """Compare three counts with what the usual slips give."""
    answer = plain(answer)
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, (tuple, list)):
        raise Incorrect(f"Three numbers in brackets are wanted, and this is `{short(answer)}`.")
    if len(answer) != 3:
        raise Incorrect(
            "Three numbers are wanted: examples, bytes one-hot, bytes sparse. "
            f"The number of them here is {len(answer)}."
        )
    found = tuple(expect_number(part, name) for part, name in zip(answer, _NAMES, strict=True))
    given = variant("6.1").numbers
    sizes = given["captions"], given["words"], given["vocabulary"]
    wanted = right_sizes(*sizes)
    mistake(
        found != wanted and sorted(found) == sorted(wanted),
        "the right numbers in another order",
        "first the examples, then the bytes one-hot, then the bytes sparse.",
    )
    for number, right, name, slips in zip(found, wanted, _NAMES, slips_6_1(*sizes), strict=True):
        for slip, (slipped, why) in slips.items():
            mistake(number == slip, slipped, why)
        shown = int(number) if number.is_integer() else number
        expect_close(shown, right, name, tolerance=0, reveal=False)


def right_sizes(captions: int, words: int, vocabulary: int) -> tuple[int, int, int]:
    """Return the examples, and the bytes of their labels one-hot and sparse."""
    examples = captions * (words + 1)
    return examples, examples * vocabulary * 4, examples * 4


def slips_6_1(captions: int, words: int, vocabulary: int) -> tuple[Slips, Slips, Slips]:
    """Return for each of the three numbers what the usual slips give."""
    examples, one_hot, sparse = right_sizes(captions, words, vocabulary)
    one_label = (
        "that is one label, or they are kilobytes",
        "each of the examples has a label, and the text asks for bytes.",
    )
    for_captions = ("that is a label for each caption", "each of the examples has a label.")
    without_end = ("`<end>` has no label here", "there are as many labels as examples.")
    of_examples = {
        captions * words: ("`<end>` is missing", "the model must also learn when to stop."),
        captions * (words + 2): (
            "`<start>` is never predicted",
            f"{words + 2} ids have {words + 1} places where one follows another.",
        ),
        captions: (
            "those are the captions",
            "each word of a caption is an example, and `<end>` is one more.",
        ),
        words + 1: ("that is one caption", f"there are {captions} of them."),
        captions * vocabulary: (
            "V counts the answers",
            "how many examples there are does not depend on it.",
        ),
    }
    of_one_hot = {
        examples * vocabulary: (
            "those are the numbers, not the bytes",
            "a float32 takes 4 bytes.",
        ),
        2 * one_hot: (
            "that is float64",
            "a float32 takes 4 bytes, half of what Python's own floats take.",
        ),
        vocabulary * 4: one_label,
        one_hot / 1000: one_label,
        sparse: ("that is the sparse label", "one-hot, a label has a number for each word of V."),
        captions * vocabulary * 4: for_captions,
        captions * words * vocabulary * 4: without_end,
        one_hot / 10**6: ("those are megabytes", "the text asks for bytes."),
    }
    of_sparse = {
        examples: ("one id is not one byte", "an int32 takes 4 bytes."),
        2 * sparse: ("that is int64", "an int32 takes 4 bytes."),
        sparse / 2: ("that is int16", "an int32 takes 4 bytes."),
        4: one_label,
        sparse / 1000: one_label,
        captions * 4: for_captions,
        captions * words * 4: without_end,
        one_hot: ("that is one-hot again", "sparse, a label is one number, the word's id."),
    }
    return of_examples, of_one_hot, of_sparse
