"""The exercises of chapter 7 whose answers are values: three captions; a score and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_choice, expect_number, mistake, plain
from utils.exercises.guard import short
from utils.exercises.variants import variant

_SEARCHES = ("greedy search", "a beam of width 2", "a beam of width 3")


def right_captions(tree: Mapping[str, Any]) -> list[str]:
    """Return what greedy search and the beams of width 2 and 3 write.

    `tree`: "first" is word -> percent, "after" is first word -> word -> percent.
    """
    firsts = sorted(tree["first"], key=tree["first"].get, reverse=True)
    return [_best_caption(tree, firsts[:width]) for width in (1, 2, 3)]


def _best_caption(tree: Mapping[str, Any], firsts: list[str]) -> str:
    captions = [f"{first} {second}" for first in firsts for second in tree["after"][first]]
    return max(captions, key=lambda caption: _percents(tree, caption)[0])


def _percents(tree: Mapping[str, Any], caption: str) -> tuple[float, str]:
    """Return the probability of a caption, and its product in words; both in hundredths."""
    first, second = caption.split()
    factors = tree["first"][first], tree["after"][first][second]
    return factors[0] * factors[1], f"{factors[0] / 100:.2f} x {factors[1] / 100:.2f}"


@exercise("7.1")
def check_7_1(answer: Any) -> None:
    """Greedy, width 2 and width 3 on a tree of two words."""
    tree = variant("7.1").numbers
    found, wanted = _three_captions(answer), right_captions(tree)
    mistake(
        found == wanted[::-1],
        "in reverse order",
        "greedy search comes first, then width 2, then width 3.",
    )
    mistake(
        found[0] == wanted[2],
        "greedy looked ahead",
        "it takes the best word, twice: the best first word, before it sees what follows, then "
        "the best word after that one.",
    )
    _judge_beams(found, wanted, tree)
    for place, (mine, right) in enumerate(zip(found, wanted, strict=True)):
        how = "multiply along the branches" if place else "take the best word, twice"
        if mine != right:
            raise Incorrect(f"The caption of {_SEARCHES[place]} is not {mine!r}: {how}.")


def _three_captions(answer: Any) -> list[str]:
    """Return three captions of two words; raise `Incorrect` where there are none."""
    answer = answer.tolist() if isinstance(plain(answer), np.ndarray) else answer
    if not isinstance(answer, (list, tuple)):
        raise Incorrect(
            "Your answer: a list of three captions is wanted, and this is of type "
            f"`{type(answer).__name__}`: `{short(answer)}`."
        )
    if len(answer) != 3:
        raise Incorrect(f"Three captions are wanted; the number of captions here is {len(answer)}.")
    if not all(isinstance(text, str) and len(text.strip(" .").split()) == 2 for text in answer):
        raise Incorrect(
            "Write each caption as one string of two words, without markers and without commas, "
            f'such as "the cat". Yours are `{short(answer)}`.'
        )
    return [" ".join(caption.lower().strip(" .").split()) for caption in answer]


def _judge_beams(found: list[str], wanted: list[str], tree: Mapping[str, Any]) -> None:
    """Name what a beam of width 2 or 3 was taken for."""
    products = [_percents(tree, caption)[1] for caption in wanted]
    mistake(
        found[1] == wanted[2],
        "a beam of 2 kept three",
        f"*{wanted[2].split()[0]}* is only third after the first word, so it is dropped.",
    )
    mistake(
        found[1] == wanted[0],
        "width 2 looked like greedy",
        f"it still holds *{wanted[1].split()[0]}*, and {products[1]} is more than {products[0]}.",
    )
    mistake(
        found[2] in wanted[:2],
        "width 3 dropped a branch",
        f"all three first words live on, and {products[2]} is the largest product.",
    )


@exercise("7.5")
def check_7_5(true_bleu_3: Any = None, reason: Any = None) -> None:
    """The reported number undone, 50.0 -> 46.3, and why."""
    if true_bleu_3 is None or reason is None:
        raise Incorrect("Both are wanted: `true_bleu_3` and `reason`.")
    problems = []
    for judged, given in ((_judge_true_bleu_3, true_bleu_3), (_judge_reason, reason)):
        try:
            judged(given)
        except Incorrect as error:
            problems.append(str(error))
    if problems:
        raise Incorrect(" ".join(problems))


def right_bleu_3(reported: float) -> float:
    """Return the true score, in percent, of one whose three weights were 0.3."""
    return 100 * (reported / 100) ** (1 / 0.9)


def slips_7_5(reported: float) -> list[tuple[float, str, str]]:
    """Return what each usual slip gives, its name and what to do instead."""
    share = f"{reported / 100:g}"
    return [
        (
            reported,
            f"{reported} is the reported number",
            "the true one differs, whatever the reason.",
        ),
        (
            reported ** (1 / 0.9),
            "the percent went under the root",
            f"take the score between 0 and 1, {share}, for the power, and multiply by 100 "
            "afterwards.",
        ),
        (
            reported**0.9,
            "the percent went under the power",
            f"take the score between 0 and 1, {share}; and the power is to be undone.",
        ),
        (
            0.9 * reported,
            "multiplied by 0.9",
            "the weights are exponents, so 0.9 is one as well: it must be undone by a root.",
        ),
        (
            reported / 0.9,
            "divided by 0.9",
            "the weights are exponents; and numbers below 1 grow under a small one.",
        ),
        (
            100 * (reported / 100) ** 0.9,
            "the wrong way round",
            "the *reported* number is the true one to the power of 0.9; undo that.",
        ),
    ]


def _judge_true_bleu_3(given: Any) -> None:
    """Refuse a wrong number with what it is the result of."""
    value = expect_number(given, "the true BLEU-3")
    reported = variant("7.5").numbers["reported"]
    for number, name, why in slips_7_5(reported):
        mistake(_is_to_one_decimal(value, number), name, why)
    right = right_bleu_3(reported)
    mistake(abs(value - right / 100) < 0.005, "not in percent", "the score goes from 0 to 100.")
    mistake(value == round(right), "too coarse", "give it to one decimal.")
    if not _is_to_one_decimal(value, round(right, 1)):
        size = "small" if value < right else "large"
        raise Incorrect(f"The true BLEU-3: `{short(value)}` is too {size}.")


def _is_to_one_decimal(value: float, number: float) -> bool:
    """Return whether a value is a number, where one decimal is asked for."""
    return abs(value - number) <= 0.05 + 1e-9


def _judge_reason(reason: Any) -> None:
    """Demand the letter."""
    chosen = variant("7.5")
    reported = chosen.numbers["reported"]
    share, true = f"{reported / 100:.2f}", f"{right_bleu_3(reported) / 100:.3f}"
    because = {
        "b": "all three orders lose the same 10% of their weight, and the result gets larger.",
        "c": "the penalty does not depend on the weights; here it is 1 anyway.",
        "d": "nltk takes the weights as they are; it does not divide by their sum.",
    }
    expect_choice(
        reason,
        "a",
        because,
        name="your reason",
        order=chosen.order,
        why="The power should have been 1/3 for each precision and was 0.3, 0.9 times as much: "
        f"{true} ** 0.9 = {share}. The cure is the root, {share} ** (1 / 0.9) = {true}.",
    )
