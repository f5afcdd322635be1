"""The exercises of chapter 6: training."""

import random
from collections import Counter
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_equal,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import call


@exercise("6.1")
def check_6_1(answer: Any) -> None:
    """Compare three counts with what the usual slips give."""
    expect_type(answer, (tuple, list, np.ndarray), "your answer")
    if len(answer) != 3:
        raise Incorrect("Three numbers are wanted: examples, bytes one-hot, bytes sparse.")
    examples, dense, sparse = answer
    mistake(examples == 900, "`<end>` is missing", "the model must also learn when to stop.")
    mistake(
        examples == 1100,
        "`<start>` is never predicted",
        "11 ids have 10 places where one follows another.",
    )
    mistake(examples == 100, "those are the captions", "each word of a caption is an example.")
    expect_equal(examples, 1000, "the number of examples")
    mistake(
        dense == 1000 * 500,
        "those are the numbers, not the bytes",
        "a float32 takes 4 bytes.",
    )
    mistake(
        dense == 1000 * 500 * 8,
        "that is float64",
        "a float32 takes 4 bytes, half of what Python's own floats take.",
    )
    expect_equal(dense, 2_000_000, "the number of bytes one-hot")
    mistake(sparse == 1000, "one id is not one byte", "an int32 takes 4 bytes.")
    expect_equal(sparse, 4000, "the number of bytes sparse")


@exercise("6.2")
def check_6_2(answer: Any) -> None:
    """A choice about a test set that chose its own epoch."""
    expect_choice(
        answer,
        "c",
        {
            "a": "20 epochs may be too many, but the weights of epoch 9 were kept, not the last. "
            "Training on for too long costs time; it makes no score dishonest.",
            "b": "the training loss always falls for longer than the others; that is why another "
            "split must say when to stop.",
            "d": "the photos were split by image, so no caption of a test photo was trained on. "
            "The leak is a different one: look at what chose epoch 9.",
        },
        why="Of 20 test scores the highest is also the luckiest. Let dev choose the epoch, and "
        "report the test score of that one.",
    )


@exercise("6.3")
def check_6_3(answer: Any) -> None:
    """Try it on batches of very different sizes."""
    losses, sizes = [2.0, 8.0, 1.0], [100, 1, 49]
    right = (200 + 8 + 49) / 150
    got = call(answer, losses, sizes)
    mistake(
        looks_like(got, np.mean(losses)),
        "still the mean of batch means",
        "the batch of a single example counts as much as the batch of 100.",
    )
    mistake(
        looks_like(got, (200 + 8 + 49) / 3),
        "divided by the number of batches",
        "the sum of all examples' losses has to be divided by the number of examples.",
    )
    mistake(
        looks_like(got, sum(losses) / sum(sizes)),
        "the sizes came too late",
        "each batch's loss is a mean already: multiply it by the batch's size before you add up.",
    )
    mistake(
        looks_like(got, np.median(losses)),
        "the median leaves examples out",
        "every example should count once.",
    )
    mistake(
        looks_like(got, 200 + 8 + 49),
        "that is the sum",
        "a loss in nats a word is a mean; divide by the number of examples.",
    )
    expect_close(got, right, name="the loss of the epoch")
    expect_close(
        call(answer, np.array([3.0, 5.0]), np.array([1, 3])), 4.5, name="the loss of two batches"
    )


def _stopping(
    losses: list[float],
    patience: int,
    *,
    ties: bool = False,
    previous: bool = False,
    resets: bool = True,
) -> tuple[int, int]:
    """Return (stopped, best); the keywords are what a slip would change."""
    lowest, best, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest or (ties and loss == lowest):
            lowest, best, waited = loss, epoch, 0 if resets else waited
        else:
            waited += 1
        if previous:
            lowest = loss
        if waited >= patience:
            return epoch, best
    return len(losses), best


def _against_the_last(losses: list[float], patience: int) -> int:
    worse = 0
    for place in range(1, len(losses)):
        worse = worse + 1 if losses[place] >= losses[place - 1] else 0
        if worse >= patience:
            return place + 1
    return len(losses)


_SLIPS_6_4 = (
    (
        {"ties": True},
        "an equal loss is no new best",
        "an epoch is a new best only if its loss is lower, `<`.",
    ),
    (
        {"previous": True},
        "compared with the epoch before",
        "an epoch that is better than the last one may still be worse than the best one.",
    ),
    (
        {"resets": False},
        "the counter is never reset",
        "a new best starts the waiting anew; only epochs since the best one count.",
    ),
)


@exercise("6.4")
def check_6_4(answer: Any) -> None:
    """Try it on curves with a bump, with a plateau, and without a stop."""
    curves = [
        ([3.0, 2.0, 2.1, 1.9, 2.0, 2.2, 2.3], 2, "a curve with a bump"),
        ([3.0, 2.0, 2.5, 2.4, 2.6, 1.0], 3, "a curve that comes back too late"),
        ([3.0, 2.0, 2.0, 2.0, 2.0], 2, "a flat curve"),
        ([3.0, 2.5, 2.0], 2, "a curve that still falls"),
    ]
    for losses, patience, name in curves:
        got = call(answer, losses, patience)
        expect_type(got, (tuple, list), "the pair (stopped, best)")
        if len(got) != 2:
            raise Incorrect("Return two numbers: the epoch of the stop and the best epoch.")
        right = _stopping(losses, patience)
        stopped, best = got
        tried = f" Tried: `early_stopping({losses}, {patience})`, yours: `({stopped}, {best})`."
        for slip, slipped, why in _SLIPS_6_4:
            wrong = _stopping(losses, patience, **slip)
            mistake((stopped, best) == wrong != right, slipped, why + tried)
        mistake(
            (stopped, best) == (right[0] - 1, right[1] - 1),
            "counted from 0",
            "the first epoch is epoch 1, as in the history." + tried,
        )
        mistake(
            (stopped, best) == (right[1], right[0]) != right,
            "the two are swapped",
            "first the epoch of the stop, then the best one." + tried,
        )
        mistake(
            best == int(np.argmin(losses)) + 1 != right[1],
            "you looked into the future",
            "a loss that comes after the stop was never measured; only what came before may count."
            + tried,
        )
        mistake(
            stopped == _against_the_last(losses, patience) != right[0],
            "compared with the epoch before",
            "an epoch that is better than the last one may still be worse than the best one."
            + tried,
        )
        mistake(
            stopped == right[0] + 1,
            "one epoch too late",
            "with a patience of 2, the second epoch without a new best is the last." + tried,
        )
        expect_equal(
            (int(stopped), int(best)),
            right,
            name=f"(stopped, best) for {name}, {losses} with a patience of {patience}",
        )


@exercise("6.5")
def check_6_5(answer: Any) -> None:
    """Look at order, seeds, sizes and overlap of splits of names that the reader does not see."""
    images = [f"dog_{n:02d}.jpg" for n in range(30)] + [f"sheep_{n:02d}.jpg" for n in range(30)]
    got = call(answer, images, 20, 1)
    expect_type(got, (tuple, list), "the pair (train, held out)")
    if len(got) != 2:
        raise Incorrect("Return two lists: the images to train on and those held out.")
    train, held_out = list(got[0]), list(got[1])
    mistake(
        held_out == images[:20] or held_out == images[-20:],
        "still in the order of the files",
        "all that is held out is of the same kind, so the shuffled list is not the one you cut.",
    )
    mistake(
        len(train) == 20 and len(held_out) == 40,
        "the two are swapped",
        "return the training images first, then the `held_out` others.",
    )
    expect_equal((len(train), len(held_out)), (40, 20), "the sizes of the two lists")
    both = Counter(train) + Counter(held_out)
    mistake(
        set(train) & set(held_out),
        "an image is in both lists",
        "each image must land in one list or the other, never in both; cut one shuffled list.",
    )
    if both != Counter(images):
        raise Incorrect("Some image got lost or came twice: the two lists together are all images.")
    mistake(
        len({name[:3] for name in held_out}) < 2,
        "only one kind of image is held out",
        "shuffle before you cut.",
    )
    random.seed(12345)  # who draws from the global generator without seeding it is found out
    again = call(answer, images, 20, 1)
    if list(again[1]) != held_out:
        raise Incorrect(
            "The same seed gave another split: draw from a generator made with `seed`, or nobody "
            "can repeat your numbers."
        )
    other = call(answer, images, 20, 2)
    mistake(
        list(other[1]) == held_out,
        "the seed changes nothing",
        "another seed should hold out other images.",
    )


def _examples(plan: Any) -> list[tuple[int, int]]:
    found = []
    for entry in plan:
        if not isinstance(entry, (tuple, list)) or len(entry) != 2:
            raise Incorrect("Each batch of the plan is a pair `(rows, t)`.")
        rows, length = entry
        found += [(int(row), int(length)) for row in np.asarray(rows).ravel()]
    return found


@exercise("6.6")
def check_6_6(answer: Any) -> None:
    """Demand each example once, batches of the wanted size, and an order by the seed."""
    lengths = np.array([3, 12, 7, 7, 9, 4, 12, 5, 10, 6, 8, 11] * 4, dtype=np.int32)
    plan = call(answer, lengths, 8, 0)
    expect_type(plan, (list, tuple), "the plan")
    found = Counter(_examples(plan))
    wanted = Counter((row, t) for row, n in enumerate(lengths) for t in range(1, int(n)))
    extra, lost = found.keys() - wanted.keys(), wanted.keys() - found.keys()
    mistake(
        any(t == lengths[row] for row, t in extra if row < len(lengths)),
        "a prefix with nothing after it",
        "the whole caption, `<end>` included, has no next id: a caption of n ids gives t = 1 to "
        "n - 1.",
    )
    mistake(any(t == 0 for _, t in extra), "an empty prefix", "the shortest is `<start>`, t = 1.")
    mistake(
        any(t > lengths[row] for row, t in extra if row < len(lengths)),
        "prefixes made of padding",
        "a caption shorter than t has no place in a batch of length t.",
    )
    mistake(
        lost and all(t == lengths[row] - 1 for row, t in lost),
        "nobody learns to stop",
        "the last example of each caption, whose answer is `<end>`, is missing.",
    )
    if lost or extra:
        raise Incorrect(
            f"{len(lost)} of {len(wanted)} examples are missing and {len(extra)} do not exist. Do "
            "you keep the last, smaller batch of each length?"
        )
    mistake(max(found.values()) > 1, "examples come twice", "each should come once in an epoch.")
    sizes = [len(np.asarray(rows).ravel()) for rows, _ in plan]
    mistake(max(sizes) > 8, "a batch is too large", "cut the rows in pieces of `batch_size`.")
    least = sum(-(-int((lengths > t).sum()) // 8) for t in range(1, int(lengths.max())))
    mistake(
        len(plan) > least,
        "too many small batches",
        f"{least} batches suffice and you made {len(plan)}: only the last of a length is small.",
    )
    small = Counter(t for (_, t), size in zip(plan, sizes, strict=True) if size < 8)
    mistake(
        max(small.values(), default=0) > 1,
        "batches of nearly one size",
        "only the last of a length may be smaller; `np.array_split` makes all of them a bit "
        "smaller instead. Cut at 8, 16, 24 and so on.",
    )
    times = [t for _, t in plan]
    mistake(
        times == sorted(times) or times == sorted(times, reverse=True),
        "all short prefixes come in a row",
        "the network would spend the start of each epoch on first words; shuffle the batches.",
    )
    each = [np.asarray(rows).ravel().tolist() for rows, _ in plan]
    mistake(
        all(rows == sorted(rows) for rows in each),
        "the rows are in order",
        "the same captions would share a batch in every epoch; shuffle the rows of each length.",
    )
    same = _examples(call(answer, lengths, 8, 0)) == _examples(plan)
    mistake(not same, "the seed does not decide the order", "draw from a generator made with it.")
    mistake(
        _examples(call(answer, lengths, 8, 1)) == _examples(plan),
        "the seed changes nothing",
        "another seed should give another order.",
    )
