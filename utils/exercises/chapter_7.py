"""The exercises of chapter 7: decoding and BLEU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.bleu import bleu_scores, bleu_statistics
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_equal,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import call, short
from utils.vocabulary import END, START


@exercise("7.1")
def check_7_1(answer: Any) -> None:
    """Greedy, width 2 and width 3 on a tree of two words."""
    expect_type(answer, (list, tuple), name="your answer, a list of three captions,")
    if len(answer) != 3:
        raise Incorrect(f"Three captions are wanted, and there are {len(answer)}.")
    found = [" ".join(str(caption).lower().split()) for caption in answer]
    if not all(isinstance(caption, str) and len(caption.split()) == 2 for caption in answer):
        raise Incorrect(
            "Write each caption as one string of two words, without markers and without commas, "
            f'such as "the cat". Yours are `{short(answer)}`.'
        )
    mistake(
        found[0] == "two dogs",
        "greedy looked ahead",
        "it takes the best word, twice: the best first word, before it sees what follows, then "
        "the best word after that one.",
    )
    mistake(
        found[1] == "two dogs",
        "a beam of 2 kept three",
        "*two* is only third after the first word, so it is dropped.",
    )
    mistake(
        found[1] == "a dog",
        "width 2 looked like greedy",
        "it still holds *the*, and 0.32 x 0.70 is more than 0.40 x 0.45.",
    )
    mistake(
        found[2] == "the dog",
        "width 3 dropped a branch",
        "all three first words live on, and 0.28 x 0.95 is the largest product.",
    )
    for place, (mine, right) in enumerate(
        zip(found, ("a dog", "the dog", "two dogs"), strict=True)
    ):
        name = ("greedy search", "a beam of width 2", "a beam of width 3")[place]
        how = "multiply along the branches" if place else "take the best word, twice"
        if mine != right:
            raise Incorrect(f"The caption of {name} is not {mine!r}: {how}.")


def _own_words(script: list[int], asked: list[tuple[int, ...]]) -> Callable[[Any, Any], np.ndarray]:
    """Return `ask` of a model that writes `script`, then `<end>`; after other words it says 11.

    Every prefix that it is asked about is kept in `asked`.
    """

    def ask(images: Any, prefixes: Any) -> np.ndarray:
        scores = np.full((len(images), 12), -9.0, dtype=np.float32)
        for row, prefix in enumerate(np.asarray(prefixes).astype(int).tolist()):
            asked.append(tuple(prefix))
            place = len(prefix) - 1
            goes_on = prefix == [START, *script[:place]]
            scores[row, [*script, END][place] if goes_on else 11] = -0.1
        return scores

    return ask


def _freely(answer: Any, script: list[int], true: list[int], longest: int) -> list[int]:
    """Return the caption that an answer gets; raises `Incorrect` for what it must not ask."""
    asked: list[tuple[int, ...]] = []
    got = call(answer, _own_words(script, asked), 3, [START, *true, END], longest)
    expect_type(got, (list, tuple, np.ndarray), name="the caption")
    mistake(
        bool(set().union(*asked) & (set(true) - set(script))),
        "true words are still fed",
        "every prefix may hold <start> and the words that the model itself has written.",
    )
    mistake(not asked or asked[0] != (START,), "a false start", "the first prefix is `[START]`.")
    mistake(
        any(END in prefix for prefix in asked),
        "it goes on after the end",
        "once the model says <end>, its caption is complete: stop the loop.",
    )
    return [int(word) for word in got]


@exercise("7.2")
def check_7_2(answer: Any) -> None:
    """A model that disagrees with the true caption; one shorter, one longer, one endless."""
    script = [4, 5, 6, 7]
    for true in ([9, 8, 10, 5, 8, 9], [4, 8]):
        got = _freely(answer, script, true, 9)
        mistake(
            START in got or END in got,
            "a marker is in the caption",
            "<start> and <end> are no words; leave them out.",
        )
        mistake(
            len(got) < len(script) and got == script[: len(got)],
            "as long as the true caption",
            "the model decides by its <end> how long its caption is.",
        )
        expect_equal(got, script, name="the caption")
    got = _freely(answer, [4, 5] * 9, [4, 8], 3)
    mistake(
        len(got) > 3,
        "the model never says <end>",
        f"with `longest=3` it has three words at most, and yours has {len(got)}.",
    )
    expect_equal(got, [4, 5, 4], name="a caption cut at `longest=3`")


def _scripted(scripts: list[list[int]], calls: list[int]) -> Callable[..., np.ndarray]:
    """Return `ask` for images that write fixed ids, then `<end>`, then go on with other words."""

    def ask(images: Any, prefixes: Any) -> np.ndarray:
        images, prefixes = np.asarray(images), np.asarray(prefixes)
        calls.append(len(images))
        scores = np.full((len(images), 12), -9.0, dtype=np.float32)
        for row, (image, prefix) in enumerate(zip(images, prefixes, strict=True)):
            script, step = scripts[int(image)], len(prefix) - 1
            word = script[step] if step < len(script) else END if step == len(script) else 11
            scores[row, word] = -0.1
        return scores

    return ask


@exercise("7.3")
def check_7_3(answer: Any) -> None:
    """Scripted photos that end at different steps, and say other words after their end."""
    scripts = [[4, 5, 6, 7], [8], [9, 10, 4], [5, 6, 7, 8]]
    images, calls = np.array([2, 0, 1, 3], dtype=np.int32), []
    got = call(answer, _scripted(scripts, calls), images, 9)
    expect_type(got, (list, tuple, np.ndarray), name="the captions")
    got = [[int(word) for word in caption] for caption in got]
    want = [scripts[image] for image in images]
    mistake(
        got == [caption[:1] for caption in want],
        "all stopped with the first",
        "one photo's <end> must not end the captions of the others.",
    )
    mistake(
        any(END in caption for caption in got),
        "the marker is in the caption",
        "<end> itself is no word; and what follows it does not belong there either.",
    )
    mistake(
        any(11 in caption for caption in got),
        "words after the end",
        "a photo that has ended must not get words any more.",
    )
    mistake(
        got == [caption[:-1] for caption in want],
        "lost the last word",
        "the word before <end> belongs to the caption.",
    )
    expect_equal(got, want, name="the captions")
    mistake(
        len(calls) > 5 and max(calls) == 1,
        "one photo after another",
        "ask for all photos in one call: `ask(images, prefixes)` takes a row for each of them.",
    )
    mistake(
        len(calls) > 5,
        "never stops early",
        f"all captions have ended after 5 questions, and `ask` was called {len(calls)} times.",
    )
    short = call(answer, _scripted([[4, 5, 6, 7]], []), np.array([0]), 2)
    expect_equal(
        [[int(word) for word in caption] for caption in short],
        [[4, 5]],
        name="a caption cut at `longest=2`",
    )


@exercise("7.4")
def check_7_4(answer: Any) -> None:
    """Unsorted probabilities; a share between two words, one below the first, and 1."""
    probabilities = np.array([0.05, 0.4, 0.1, 0.25, 0.2])
    got = call(answer, probabilities, 0.7)
    expect_shape(got, (5,), name="the new probabilities")
    raw = np.array([0, 0.4, 0, 0.25, 0.2])
    short = np.array([0, 0.4, 0, 0.25, 0])
    mistake(looks_like(got, raw), "they do not sum to 1", "divide by the sum of those kept.")
    mistake(
        looks_like(got, short) or looks_like(got, short / short.sum()),
        "one word short",
        "0.40 + 0.25 is below 0.7; the word that *reaches* the share belongs to the set.",
    )
    mistake(
        looks_like(got, np.sort(raw / raw.sum())[::-1]),
        "left in sorted order",
        "each probability must stand at the place of its own word.",
    )
    threshold = np.where(probabilities >= 0.7 * 0.4, probabilities, 0)
    mistake(
        looks_like(got, threshold / threshold.sum()),
        "compared single probabilities",
        "it is their running sum that must reach the share.",
    )
    expect_close(got, raw / raw.sum(), name="the new probabilities")
    got = call(answer, probabilities, 0.1)
    mistake(
        np.isnan(np.asarray(got, dtype=float)).any() or not np.any(got),
        "nothing was left",
        "one word alone may pass the share; it must stay.",
    )
    expect_close(got, [0, 1, 0, 0, 0], name="the new probabilities for a share of 0.1")
    expect_close(call(answer, probabilities, 1.0), probabilities, name="those for a share of 1")
    tie = call(answer, np.array([0.25, 0.5, 0.25]), 0.5)
    mistake(
        np.count_nonzero(tie) > 1,
        "one word too many",
        "with 0.25, 0.5, 0.25 and a share of 0.5 the most probable word reaches the share by "
        "itself, and the smallest such set is wanted.",
    )
    expect_close(tie, [0, 1, 0], name="those of 0.25, 0.5, 0.25 for a share of 0.5")


@exercise("7.5")
def check_7_5(true_bleu_3: Any, reason: Any) -> None:
    """The number undone, 50.0 -> 46.3, and why."""
    if true_bleu_3 is None or reason is None:
        raise Incorrect("Both are wanted: `true_bleu_3` and `reason`.")
    expect_type(true_bleu_3, (int, float, np.integer, np.floating), name="the true BLEU-3")
    problems = []
    for judged, given in ((_judge_true_bleu_3, float(true_bleu_3)), (_judge_reason, reason)):
        try:
            judged(given)
        except Incorrect as error:
            problems.append(str(error))
    if problems:
        raise Incorrect(" ".join(problems))


def _judge_true_bleu_3(value: float) -> None:
    """Refuse a wrong number with what it is the result of."""
    right = 100 * 0.5 ** (1 / 0.9)
    mistake(
        abs(value - 50.0) < 0.06,
        "50.0 is the reported number",
        "the true one differs, whatever the reason.",
    )
    mistake(
        abs(value - 50 ** (1 / 0.9)) < 0.1,
        "the percent went under the root",
        "take the score between 0 and 1, 0.5, for the power, and multiply by 100 afterwards.",
    )
    mistake(value == round(right), "too coarse", "give it to one decimal.")
    mistake(
        abs(value - 45.0) < 0.06,
        "multiplied by 0.9",
        "the weights are exponents, so 0.9 is one as well: it must be undone by a root.",
    )
    mistake(
        abs(value - 55.6) < 0.06,
        "divided by 0.9",
        "the weights are exponents; and numbers below 1 grow under a small one.",
    )
    mistake(
        abs(value - 100 * 0.5**0.9) < 0.06,
        "the wrong way round",
        "the *reported* number is the true one to the power of 0.9; undo that.",
    )
    mistake(
        abs(value - right / 100) < 0.001,
        "not in percent",
        "the score is asked for from 0 to 100.",
    )
    expect_close(value, right, name="the true BLEU-3", tolerance=2e-3, reveal=False)


def _judge_reason(reason: Any) -> None:
    """Demand the letter."""
    expect_choice(
        reason,
        "a",
        {
            "b": "all three orders lose the same 10% of their weight, and the result gets larger.",
            "c": "the penalty does not depend on the weights; here it is 1 anyway.",
            "d": "nltk takes the weights as they are; it does not divide by their sum.",
        },
        name="your reason",
        why="The power should have been 1/3 for each precision and was 0.3, 0.9 times as much: "
        "0.463 ** 0.9 = 0.50. The cure is the root, 0.50 ** (1 / 0.9) = 0.463.",
    )


def _two_systems() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return statistics of two small systems, and photos drawn."""
    photos = [
        ("a dog runs on the green grass", "the dog runs fast"),
        ("two men sit on a wooden bench", "men on a bench in town"),
        ("a girl holds a red balloon", "the girl has a balloon"),
        ("a cat sleeps near the old house", "a gray cat is sleeping"),
    ]
    first = ("a dog runs on grass", "two men sit on a bench", "a girl holds a balloon", "a cat")
    second = (
        "a dog runs on the grass",
        "two men on a wooden bench",
        "a girl holds a red kite",
        "a gray cat is sleeping near the house",
    )
    references = [[text.split() for text in photo] for photo in photos]
    rows = [bleu_statistics(references, [text.split() for text in one]) for one in (first, second)]
    return rows[0], rows[1], np.random.default_rng(5).integers(0, 4, (6, 4))


@exercise("7.6")
def check_7_6(answer: Any) -> None:
    """Two systems on four photos, six samples."""
    first, second, drawn = _two_systems()

    def scores(rows: np.ndarray) -> np.ndarray:
        return bleu_scores(rows[drawn].sum(axis=1))

    want = (scores(second) - scores(first))[:, 3]
    got = call(answer, first, second, drawn)
    expect_shape(got, (len(drawn),), name="the differences")
    mistake(looks_like(got, -want), "turned round", "it is `second` minus `first`.")
    mistake(
        looks_like(got, (scores(second) - scores(first))[:, 0]),
        "BLEU-1 instead of BLEU-4",
        "the last of the four columns is wanted.",
    )
    single = [bleu_scores(rows)[drawn][:, :, 3].mean(axis=1) for rows in (first, second)]
    mistake(
        looks_like(got, single[1] - single[0]),
        "the mean of scores of single captions",
        "add up the counts of a sample's photos first, then compute BLEU once.",
    )
    mistake(
        looks_like(got, scores(second)[:, 3]),
        "one system only",
        "subtract the score of `first` on the same photos.",
    )
    whole = bleu_scores(np.stack([first.sum(axis=0), second.sum(axis=0)]))[:, 3]
    mistake(
        looks_like(got, np.full(len(drawn), whole[1] - whole[0])),
        "the photos were not drawn",
        "every sample has photos of its own: `first[drawn]`.",
    )
    expect_close(got, want, name="the differences")
