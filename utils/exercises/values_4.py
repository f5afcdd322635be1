"""The exercises of chapter 4 whose answers are values: a number of examples, and a letter."""

from typing import Any

from utils.exercises.exercise import exercise
from utils.exercises.expect import expect_choice, expect_close, expect_number, mistake
from utils.exercises.variants import variant

Slips = list[tuple[int, str, str]]  # what a slip gives, its name, and why it is one


def right_4_1(lengths: list[int]) -> int:
    """Return how many examples captions of these lengths give: n + 1 each."""
    return sum(length + 1 for length in lengths)


def slips_4_1(lengths: list[int]) -> Slips:
    """Return the usual slips in counting the examples."""
    words, captions = sum(lengths), len(lengths)
    return [
        (
            words,
            "one is missing in each caption",
            "every word is asked for, the first one too (after `<start>`), and then `<end>`.",
        ),
        (
            words + 2 * captions,
            "counted both markers",
            "`<start>` is always given and never asked for, so it is no example.",
        ),
        (
            words - captions,
            "left out the first word and the end",
            "the first word is asked for after `<start>` alone, and `<end>` after the last word.",
        ),
        (words + 1, "added 1 once", "every one of the captions has an end of its own."),
        (captions, "counted the captions", "each of them gives several examples."),
    ]


@exercise("4.1")
def check_4_1(answer: Any) -> None:
    """The sum of n + 1 over the captions."""
    name = "the number of examples"
    count = expect_number(answer, name)
    lengths = variant("4.1").numbers["lengths"]
    for slip, slipped, why in slips_4_1(lengths):
        mistake(count == slip, slipped, why)
    expect_close(
        int(count) if count.is_integer() else count, right_4_1(lengths), name, reveal=False
    )


@exercise("4.5")
def check_4_5(answer: Any) -> None:
    """The labels are the inputs, not shifted."""
    because = {
        "a": "a network that has memorised its captions is good on train and bad on dev. "
        "Here dev is as good as train, and its images are others.",
        "b": "easy padding makes the loss lower, but the words would still be hard. And why would "
        "the network write its last word again and again?",
        "d": "then the leak test would give a full square. Here no prediction depends on a later "
        "token.",
    }
    why = (
        "At each place the label is the word that has just been read, so the network learned to "
        "repeat it. The answer is not in the future, so the leak test does not find it."
    )
    expect_choice(answer, "c", because, why=why, order=variant("4.5").order)
