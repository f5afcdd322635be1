"""The exercises of chapter 6: training."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.conditions import condition
from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    about_none,
    expect_number,
    expect_type,
    mistake,
    plain,
)
from utils.exercises.experiment import DESIGNS, Design, Part, judge_experiment
from utils.exercises.fair import (
    ALL_SEEDS,
    ASIDE,
    DOGS_AND_SHEEP,
    SEEDS,
    Draw,
    alike,
    blocks,
    judge_the_draw,
)
from utils.exercises.guard import ReaderError, call, short
from utils.exercises.measure_6 import CONTROL_6_2, dev_loss_after
from utils.exercises.tomorrow import Salted

_DESIGN_6_2 = Design(
    measure=dev_loss_after,
    control=CONTROL_6_2,
    repeats=3,
    tolerance=0.02,
    settings="a pair `(learning rate, batch size)`, such as `(0.03, 64)`: a rate of 0.00001 to 10, "
    "a whole number of 4 to 1024",
    again=4,  # a measurement takes up to a second
    parts=(
        Part("the learning rate", 1e-5, 10, whole=False),
        Part("the batch size", 4, 1024),
    ),
)
DESIGNS["dev_loss_after"] = lambda *_, **__: _DESIGN_6_2


@exercise("6.2")
def check_6_2(experiment: Any) -> None:
    """Judge the reader's own experiment; one of the two things may vary, from small to large."""
    judge_experiment(experiment, _DESIGN_6_2)


def _weighted(losses: np.ndarray, weights: np.ndarray) -> float:
    return float(np.sum(np.float64(losses) * weights) / np.sum(weights))


def _without_small(losses: np.ndarray, sizes: np.ndarray) -> float:
    """Return the loss without the batches of one example, unless there are no others."""
    return _weighted(losses, np.where((sizes > 1) | (sizes.max() == 1), sizes, 0))


def _of_full_batches(losses: np.ndarray, sizes: np.ndarray) -> float:
    return _weighted(losses, np.where(sizes == sizes.max(), sizes, 0))


def _trimmed(losses: np.ndarray, sizes: np.ndarray) -> float:
    """Return the mean without the lowest and the highest loss; of all where they are few."""
    return float(np.mean(np.sort(losses)[1:-1] if len(losses) > 2 else losses))


def _rounded(digits: int) -> Callable[..., float]:
    return lambda losses, sizes: round(_weighted(losses, sizes), digits)


@st.composite
def _epoch(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """The losses of one to eight batches and their sizes, some of them of one example."""
    batch = st.tuples(st.integers(1, 32), st.sampled_from([1, 1, 2, 3, 7, 49, 100, 128]))
    losses, sizes = zip(*draw(st.lists(batch, min_size=1, max_size=8)), strict=True)
    kind = draw(st.sampled_from([np.float64, np.float32]))
    whole = draw(st.sampled_from([np.int64, np.int32]))
    return np.array(losses, dtype=kind) / 4, np.array(sizes, dtype=whole)


_JUDGE_6_3 = Judge(
    inputs=_epoch(),
    right=_weighted,
    names=("the loss of the epoch",),
    examples=[
        (np.array([2.0, 8.0, 1.0]), np.array([100, 1, 49])),
        (np.array([3.0, 5.0]), np.array([1, 3])),
        (np.array([0.0, 3.0, 1.5]), np.array([512, 100, 300])),
    ],
    mistakes=[
        Mistake(
            lambda losses, sizes: _weighted(losses, np.where(losses != 0, sizes, 1e-12)),
            "the batches with a loss of 0 are left out",
            "the network guessed their examples without fail, and each of them counts like any "
            "other.",
        ),
        Mistake(
            lambda losses, sizes: losses.mean(),
            "the mean of batch means",
            "the batch of a single example counts as much as the batch of 100.",
        ),
        Mistake(
            lambda losses, sizes: (losses * sizes).sum() / len(losses),
            "divided by the number of batches",
            "the sum of all examples' losses has to be divided by the number of examples.",
        ),
        Mistake(
            lambda losses, sizes: losses.sum() / sizes.sum(),
            "the sizes came too late",
            "each batch's loss is a mean already. Multiply it by the batch's size before you add "
            "up.",
        ),
        Mistake(
            lambda losses, sizes: np.median(losses),
            "the median leaves examples out",
            "every example should count once.",
        ),
        Mistake(
            lambda losses, sizes: np.median(np.repeat(losses, sizes)),
            "the median leaves examples out",
            "a mean is wanted, to which every example's loss adds.",
        ),
        Mistake(
            _trimmed,
            "the lowest and the highest loss are left out",
            "every example should count once, those of an odd batch too.",
        ),
        Mistake(
            _without_small,
            "the batches of one example are left out",
            "every example should count once. A small batch only counts less.",
        ),
        Mistake(
            _of_full_batches,
            "the smaller batches are left out",
            "every example should count once. A small batch only counts less.",
        ),
        Mistake(
            lambda losses, sizes: _weighted(losses, 1 / sizes),
            "the small batches count most",
            "multiply each loss by the size; do not divide by it.",
        ),
        Mistake(
            lambda losses, sizes: _weighted(losses, np.sqrt(sizes)),
            "the roots of the sizes are the weights",
            "a batch of 100 examples counts 100 times as much as a batch of one.",
        ),
        Mistake(
            lambda losses, sizes: (losses * sizes).sum(),
            "that is the sum",
            "a loss in nats per word is a mean; divide by the number of examples.",
        ),
        Mistake(
            lambda losses, sizes: losses.sum(),
            "that is the sum of the batches' losses",
            "a mean is wanted, in which every example counts once.",
        ),
        Mistake(
            lambda losses, sizes: losses[-1],
            "that is the last batch",
            "the loss of the epoch is a mean over all of its examples.",
        ),
        Mistake(
            lambda losses, sizes: np.exp(_weighted(losses, sizes)),
            "that is the perplexity",
            "the loss itself is wanted, in nats per word.",
        ),
        Mistake(
            lambda losses, sizes: _weighted(losses, sizes) / np.log(2),
            "that is in bits",
            "nats are wanted: the losses come in nats, and so no logarithm is needed.",
        ),
        *[
            Mistake(
                _rounded(digits),
                "the loss is rounded",
                "return it with all its digits; whoever prints it may round.",
            )
            for digits in (0, 1, 2, 3, 4)
        ],
    ],
)


@exercise("6.3")
def check_6_3(answer: Any) -> None:
    """Compare the losses of epochs with batches of very different sizes."""
    _JUDGE_6_3(answer)


def _stopping(
    losses: list[float],
    patience: int,
    *,
    ties: bool = False,
    previous: bool = False,
    resets: bool = True,
    least: float = 0.0,
) -> tuple[int, int]:
    """Return (stopped, best); the keywords are what a slip would change."""
    lowest, best, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest - least or (ties and loss == lowest):
            lowest, best, waited = loss, epoch, 0 if resets else waited
        else:
            waited += 1
        if previous:
            lowest = loss
        if waited >= patience:
            return epoch, best
    return len(losses), best


def _rounded_losses(losses: list[float], patience: int, digits: int) -> tuple[int, int]:
    return _stopping([round(loss, digits) for loss in losses], patience)


def _lowest(losses: Sequence[float]) -> int:
    """Return the epoch with the lowest loss of all, the first of equal ones."""
    return int(np.argmin(losses)) + 1


def _last_lowest(losses: Sequence[float]) -> int:
    return len(losses) - int(np.argmin(losses[::-1]))


def _against_the_last(losses: list[float], patience: int, *, ties: bool = True) -> int:
    """Return the stop of who counts epochs that are worse than the one before each of them."""
    worse = 0
    for place in range(1, len(losses)):
        before, here = losses[place - 1 : place + 1]
        worse = worse + 1 if here > before or (ties and here == before) else 0
        if worse >= patience:
            return place + 1
    return len(losses)


def _changed_6_4(change: Callable[[int, int, list[float], int], Any]) -> Callable[..., Any]:
    """Return the function that makes `change(stopped, best, losses, patience)` of a right pair."""
    return lambda losses, patience: change(*_stopping(losses, patience), losses, patience)


_PREVIOUS = "an epoch that is better than the last one may still be worse than the best one."
_FUTURE = "a loss that comes after the stop was never measured; only what came before may count."
_SWAPPED = "first the epoch of the stop, then the best one."
_FROM_1 = "the first epoch is epoch 1, as in the history."
_HOWEVER_LITTLE = (
    "a loss that is lower by however little is a new best. Compare the losses as they are."
)
_SLIPS_6_4 = [
    Mistake(
        lambda losses, patience: _stopping(losses, patience, ties=True),
        "an equal loss is no new best",
        "an epoch is a new best only if its loss is lower, `<`. Tried: "
        "`early_stopping([3.0, 2.0, 2.0, 2.0, 2.0], 2)`, which is `(4, 2)`.",
    ),
    Mistake(
        lambda losses, patience: (
            _stopping(losses, patience)[0],
            _last_lowest(losses[: _stopping(losses, patience)[0]]),
        ),
        "an equal loss is no new best",
        "of epochs with the same loss the first is the best one.",
    ),
    Mistake(
        lambda losses, patience: _stopping(losses, patience, previous=True),
        "compared with the epoch before",
        _PREVIOUS,
    ),
    Mistake(
        lambda losses, patience: _stopping(losses, patience, previous=True, ties=True),
        "compared with the epoch before",
        _PREVIOUS,
    ),
    *[
        Mistake(
            lambda losses, patience, ties=ties, best=best: (
                _against_the_last(losses, patience, ties=ties),
                best(losses, patience, _against_the_last(losses, patience, ties=ties)),
            ),
            "compared with the epoch before",
            _PREVIOUS,
        )
        for ties in (True, False)
        for best in (
            lambda losses, patience, stopped: _lowest(losses[:stopped]),
            lambda losses, patience, stopped: _stopping(losses, patience)[1],
            lambda losses, patience, stopped: _lowest(losses),
        )
    ],
    Mistake(
        lambda losses, patience: _stopping(losses, patience, resets=False),
        "the counter is never reset",
        "a new best starts the waiting anew; only epochs since the best one count.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped - 1, best - 1)),
        "counted from 0",
        _FROM_1,
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped, best - 1)),
        "counted the best epoch from 0",
        _FROM_1,
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped - 1, best)),
        "counted the epoch of the stop from 0",
        _FROM_1,
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (best, stopped)),
        "the two are swapped",
        _SWAPPED,
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped, _lowest(losses))),
        "you looked into the future",
        _FUTURE,
    ),
    Mistake(
        lambda losses, patience: (min(_lowest(losses) + patience, len(losses)), _lowest(losses)),
        "you looked into the future",
        "the losses come in one by one, so the lowest of the whole list is not known yet. "
        "Training may stop before it.",
    ),
    Mistake(
        lambda losses, patience: (_lowest(losses) + patience, _lowest(losses)),
        "you looked into the future",
        "the losses come in one by one, so the lowest of the whole list is not known yet. "
        "Training may stop before it.",
    ),
    Mistake(
        lambda losses, patience: (len(losses), _lowest(losses)),
        "it never stops",
        "training ends as soon as `patience` epochs have passed since the best one.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (len(losses), best)),
        "the length of the list came back as the stop",
        "the last epoch that was trained is wanted.",
    ),
    Mistake(
        lambda losses, patience: _stopping(losses, patience + 1),
        "one epoch too late",
        "with a patience of 2, the second epoch without a new best is the last.",
    ),
    Mistake(
        lambda losses, patience: _stopping(losses, max(patience - 1, 1)),
        "one epoch too early",
        "with a patience of 2, the second epoch without a new best is the last.",
    ),
    Mistake(
        lambda losses, patience: _stopping(losses, patience - 1),
        "one epoch too early",
        "with a patience of 2, the second epoch without a new best is the last.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped + 1, best)),
        "the epoch after the stop came back",
        "the last epoch that was trained is wanted.",
    ),
    Mistake(
        _changed_6_4(
            lambda stopped, best, losses, patience: (
                stopped + (stopped - best >= patience),
                best,
            )
        ),
        "the epoch after the stop came back",
        "the last epoch that was trained is wanted.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (best + patience, best)),
        "past the end of the list",
        "where the list ends before the patience does, its last epoch is the stop.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (best, best)),
        "the best epoch came back twice",
        "training goes on for `patience` epochs after it, and they count as trained.",
    ),
    Mistake(
        _changed_6_4(lambda stopped, best, losses, patience: (stopped, losses[best - 1])),
        "the lowest loss came back",
        "the number of its epoch is wanted.",
    ),
    *[
        Mistake(
            lambda losses, patience, least=least: _stopping(losses, patience, least=least),
            "small steps do not count",
            _HOWEVER_LITTLE,
        )
        for least in (0.1, 0.05, 0.01, 0.005, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8)
    ],
    *[
        Mistake(
            lambda losses, patience, digits=digits: _rounded_losses(losses, patience, digits),
            "the losses are rounded",
            _HOWEVER_LITTLE,
        )
        for digits in (0, 1, 2, 3, 4, 5, 6)
    ],
]

_JUDGE_6_4 = Judge(
    # Losses from a small set, so that ties and new bests after a bump are frequent. Some are nearly
    # alike, and some above whatever one might take for infinity.
    inputs=st.tuples(
        st.builds(
            lambda steps, scale: [round(scale[0] + step * scale[1], 12) for step in steps],
            st.lists(st.integers(1, 8), min_size=1, max_size=10),
            st.sampled_from(
                # Steps that float32 still tells apart.
                [(0, 0.25), (0, 1.0), (0, 400.0), (0, 1e7), (2, 1e-3), (2, 1e-6)]
            ),
        ),
        st.integers(1, 4),
    ),
    right=_stopping,
    names=("the pair (stopped, best)",),
    examples=[
        ([3.0, 2.0, 2.1, 2.2, 1.5], 2),
        ([3.0, 2.0, 2.1, 1.9, 2.0, 2.2, 2.3], 2),
        ([3.0, 2.0, 2.5, 2.4, 2.6, 1.0], 3),
        ([3.0, 2.0, 2.0, 2.0, 2.0], 2),
        ([3.0, 2.5, 2.0], 2),
        ([2.0, 1.999, 1.998, 1.997], 2),
        ([2.000002, 2.000001, 2.0], 1),
        ([60_000.0, 50_000.0, 50_001.0], 1),
        # A loss of 0 is a loss, and no sign that there is no best one yet.
        ([3.0, 0.0, 1.0, 0.5, 2.0], 3),
        ([3.0, 2.0, *[2.5] * 11, 1.5, *[2.0] * 14], 12),
    ],
    count=100,
    mistakes=_SLIPS_6_4,
)


@exercise("6.4")
def check_6_4(answer: Any) -> None:
    """Compare the stops of curves with bumps, plateaus and ties, and of those without a stop."""
    _JUDGE_6_4(answer)
    pair = plain(call(answer, *_JUDGE_6_4.examples[0]))
    expect_type(pair, (list, tuple, np.ndarray), "the pair (stopped, best)")
    for epoch, name in zip(pair, ("the epoch of the stop", "the best epoch"), strict=True):
        expect_number(epoch, name)


@st.composite
def _images(draw: st.DrawFn) -> tuple[list[str], int, int]:
    """Names of images in any order, how many to hold out (some, not all), and a seed."""
    numbers = draw(st.lists(st.integers(0, 40), min_size=2, max_size=12, unique=True))
    count = draw(st.integers(1, len(numbers) - 1))
    return [f"{n:02}.jpg" for n in numbers], count, draw(st.integers(0, 5))


def _problem_of_lists(inputs: tuple, got: Any) -> str:
    """Return what is wrong with two lists, whatever images were drawn."""
    images, count, _ = inputs
    train, held_out = _two_lists(got)
    shared = sorted(set(train) & set(held_out))
    if shared:
        return (
            f"An image is in both lists: {shared[0]}. Each image must land in one list or the "
            "other, never in both; cut one shuffled list."
        )
    strange = sorted(set(train + held_out) - set(images))
    if strange:
        return f"A name that was not there before: `{short(strange[0])}` is none of the images."
    lost = sorted(set(images) - set(train + held_out))
    if lost:
        return f"An image got lost: {lost[0]} is in neither list."
    if len(train) + len(held_out) > len(images):
        twice = max(images, key=(train + held_out).count)
        return f"An image comes twice: {twice} should be in one list, once."
    if len(held_out) == count:
        return ""
    return (
        f"The sizes are wrong: {count} of {len(images)} images should be held out, and the number "
        f"of them here is {len(held_out)}."
    )


def _two_lists(got: Any) -> tuple[list[str], list[str]]:
    """Return the names of the two lists; raises where there are others."""
    if got is None:
        raise Incorrect(about_none("the result"))
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Incorrect(
            "Return two lists: the images to train on and those held out. "
            f"This came: `{short(got)}`."
        )
    parts = []
    for part, name in zip(got, ("the images to train on", "the images held out"), strict=True):
        found = plain(part)
        if not isinstance(found, np.ndarray):
            expect_type(found, (list, tuple), name)
        for entry in found:
            if not isinstance(entry, str):
                raise Incorrect(
                    f"The names of the images are wanted, as they came in; among {name} is "
                    f"`{short(entry)}`."
                )
        parts.append([str(entry) for entry in found])
    return parts[0], parts[1]


def _still_in_train(inputs: tuple, got: Any) -> bool:
    """Return whether some images are held out well, and yet train has all of them."""
    images, count, _ = inputs
    train, held_out = _two_lists(got)
    return (
        sorted(train) == sorted(images)
        and len(held_out) == len(set(held_out)) == count
        and set(held_out) <= set(images)
    )


_JUDGE_6_5 = Judge(
    inputs=_images(),
    fits=_problem_of_lists,
    examples=[
        ([f"{n}.jpg" for n in range(60)], 20, 1),
        (["Zoo 1.JPG", "a dog.jpg", "IMG_0007.JPG", "b_2.jpeg", "B_1.jpeg"], 2, 1),
    ],
    mistakes=[
        Mistake(
            lambda inputs, got: not _problem_of_lists(inputs, got[::-1]),
            "the two are swapped",
            "return the training images first, then the `held_out` others.",
        ),
        Mistake(
            _still_in_train,
            "an image is in both lists",
            "train still has every image; take those that are held out away from it.",
        ),
    ],
)


@exercise("6.5")
def check_6_5(answer: Any) -> None:
    """Look at splits of every size, then at which images the seeds hold out of 60."""
    _demand_no_cache(answer)
    _JUDGE_6_5(answer)
    images = DOGS_AND_SHEEP
    chosen = [_chosen(answer, images, seed) for seed in ALL_SEEDS]
    mistake(
        all(names in (images[:ASIDE], images[-ASIDE:]) for names in chosen),
        "still in the order of the files",
        "all that is held out is of the same kind, so the shuffled list is not the one you cut.",
    )
    random.seed(12345)  # who draws from the global generator without seeding it is found out
    again = [_chosen(answer, images, seed) for seed in range(3)]
    mistake(
        again != chosen[:3],
        "the same seed gave another split",
        "draw from a generator made with `seed`, or nobody can repeat your numbers.",
    )
    _demand_the_same_tomorrow(answer, images, chosen[:3])
    judge_the_draw(Draw(chosen, "image", "held out"))
    _demand_short_and_long(answer)


def _demand_short_and_long(answer: Any) -> None:
    """Refuse who shuffles no list of two, or of a long list only a part."""
    two = ["dog.jpg", "sheep.jpg"]
    held_out = {tuple(_two_lists(call(answer, two, 1, seed))[1]) for seed in range(SEEDS)}
    mistake(
        len(held_out) == 1,
        "a list of two is not shuffled",
        f"of two images, the same one is held out with each of {SEEDS} seeds.",
    )
    many, seeds = [f"{n:03}.jpg" for n in range(300)], range(10)
    places = [int(name[:3]) for seed in seeds for name in _chosen(answer, many, seed)]
    thirds = np.bincount(np.array(places) // 100, minlength=3)
    # A fair draw gives 67, and fewer than 30 once in a hundred million times.
    mistake(
        thirds.min() < 30,
        "a long list is not shuffled as a whole",
        f"of the {len(places)} that {len(seeds)} seeds hold out of 300, about 67 should come "
        f"from each third of the files; here they are {', '.join(map(str, thirds))}.",
    )


def _chosen(answer: Any, images: list[str], seed: int) -> list[str]:
    """Return the names that a seed holds out of 60, sorted."""
    got = call(answer, images, ASIDE, seed)
    problem = _problem_of_lists((images, ASIDE, seed), got)
    if problem:
        raise Incorrect(problem)
    return sorted(_two_lists(got)[1])


def _demand_no_cache(answer: Any) -> None:
    """Refuse names of an earlier call: a cache that asks for the seed alone."""
    first, second = ([f"{kind}{n}.jpg" for n in range(6)] for kind in ("owl", "cat"))
    try:
        call(answer, first, 2, 3)
        got = [name for part in _two_lists(call(answer, second, 2, 3)) for name in part]
    except (ReaderError, Incorrect):  # the judge tells it
        return
    old = sorted(set(got) & set(first))
    if old:
        raise Incorrect(
            "The function keeps something from one call to the next: the second call got other "
            f"images, and {old[0]} of the first came back. Draw the split anew in each call."
        )


def _demand_the_same_tomorrow(answer: Any, images: list[str], chosen: list[list[str]]) -> None:
    """Refuse what depends on the hashes of texts, which are others when Python starts anew."""
    salted = [Salted(image) for image in images]
    try:
        with condition("other hashes"):
            tomorrow = [
                sorted(_two_lists(call(answer, salted, ASIDE, seed))[1])
                for seed in range(len(chosen))
            ]
    except (ReaderError, Incorrect):  # it takes no names but Python's own
        return
    mistake(
        tomorrow != chosen,
        "it depends on a set or a hash",
        "the order of a set, and the hash of a name, are others tomorrow, when Python starts anew, "
        "and then the same seed gives another split. Shuffle the list itself.",
    )


Plan = list[tuple[list[int], int]]


def _plan_of(got: Any) -> Plan:
    """Return a plan as lists and whole numbers; raises where it is of another form."""
    if not isinstance(got, np.ndarray):
        expect_type(got, (list, tuple), "the plan")
    return [_batch_of(entry) for entry in got]


def _refuse_mixed(entry: Any) -> None:
    """Refuse a batch of pairs (row, t), and one that has a t for each row, where the t differ."""
    times = _times_in(entry)
    mistake(
        len(set(times)) > 1,
        "a batch mixes several t",
        f"one of yours has t = {short(times)}. All prefixes of a batch have the same number of "
        "ids: `(rows, t)`.",
    )


def _times_in(entry: Any) -> list[int]:
    """Return the t of a batch that has one for each row, be it wrongly; else nothing."""
    if not isinstance(entry, (tuple, list, np.ndarray)):
        return []
    try:
        parts = [np.asarray(plain(part)) for part in entry]
    except ValueError:  # a table of uneven rows
        return []
    if len(parts) == 2 and parts[0].ndim == parts[1].ndim == 1:
        times = parts[1]
    elif len(parts) > 2 and all(part.shape == (2,) for part in parts):
        times = np.stack(parts)[:, 1]
    else:
        return []
    return times.tolist() if times.dtype.kind in "iu" else []


def _batch_of(entry: Any) -> tuple[list[int], int]:
    _refuse_mixed(entry)
    if not isinstance(entry, (tuple, list, np.ndarray)) or len(entry) != 2:
        raise Incorrect(
            f"Each batch of the plan is a pair `(rows, t)`; one of yours is `{short(entry)}`."
        )
    rows, t = plain(entry[0]), plain(entry[1])
    if isinstance(rows, int) and not isinstance(t, int):
        raise Incorrect("The two of a pair are exchanged: first the rows, then t.")
    try:
        array = np.asarray(rows)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind == "b":
        raise Incorrect(
            "The rows of a batch are wanted as numbers of captions, and True or False came. "
            "`np.flatnonzero` makes numbers of them."
        )
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise Incorrect(
            "The rows of a batch are wanted, whole numbers in a list or an array with one axis, "
            f"and this is `{short(rows)}`."
        )
    if not isinstance(t, int) or isinstance(t, bool):
        raise Incorrect(f"The t of a batch is a whole number, and this is `{short(t)}`.")
    return [int(row) for row in array], t


def _found(plan: Plan) -> Counter:
    """Return how often each example comes in a plan."""
    return Counter((row, t) for rows, t in plan for row in rows)


def _examples(
    lengths: Iterable[int], times: Callable[[int], Iterable[int]] | None = None
) -> Counter:
    """Return each example once; `times(n)` says which t a caption of n ids has."""
    times = times or (lambda n: range(1, n))
    return Counter((row, t) for row, n in enumerate(lengths) for t in times(int(n)))


def _problem_of_plan(inputs: tuple, got: Any) -> str:
    """Return what is wrong with a plan, whatever its order."""
    lengths, batch_size, _ = inputs
    plan = _plan_of(got)
    return _problem_of_examples(lengths, plan) or _problem_of_sizes(lengths, batch_size, plan)


def _problem_of_examples(lengths: np.ndarray, plan: Plan) -> str:
    found, wanted = _found(plan), _examples(lengths)
    for row, t in sorted(found.keys() - wanted.keys()):
        if not 0 <= row < len(lengths):
            return f"A caption that does not exist: row {row}; they are 0 to {len(lengths) - 1}."
        if t < 1:
            return f"An empty prefix: t is {t}, and the shortest is `<start>`, t = 1."
        if t == lengths[row]:
            return (
                f"A prefix with nothing after it: caption {row} has {t} ids, and t is {t}. A "
                "caption of n ids gives t = 1 to n - 1."
            )
        return (
            f"A prefix made of padding: caption {row} has {lengths[row]} ids, and t is {t}. A "
            "caption shorter than t has no place in a batch of length t."
        )
    lost = sorted(wanted.keys() - found.keys())
    if lost:
        row, t = lost[0]
        return (
            f"Examples are missing: {len(lost)} of {len(wanted)}, such as t = {t} of caption {row}."
        )
    twice = [example for example, count in found.items() if count > 1]
    if twice:
        row, t = twice[0]
        return f"An example comes twice: t = {t} of caption {row}. Each should come once."
    return ""


def _least(lengths: np.ndarray, batch_size: int, t: int) -> int:
    """Return how many batches suffice for the prefixes of t ids."""
    return -(-int((lengths > t).sum()) // batch_size)


def _problem_of_sizes(lengths: np.ndarray, batch_size: int, plan: Plan) -> str:
    if any(not rows for rows, _ in plan):
        return "A batch is empty: it has no rows."
    largest = max((len(rows) for rows, _ in plan), default=0)
    if largest > batch_size:
        return (
            f"A batch is too large: it has {largest} rows. Cut the rows in pieces of `batch_size`, "
            f"which is {batch_size}."
        )
    least = sum(_least(lengths, batch_size, t) for t in range(1, int(lengths.max())))
    if len(plan) > least:
        return (
            f"Too many small batches: the fewest possible number is {least}, and yours is "
            f"{len(plan)}. Only the last of a length is small."
        )
    small = Counter(t for rows, t in plan if len(rows) < batch_size)
    if max(small.values(), default=0) > 1:
        return (
            "Batches of nearly one size: only the last of a length may be smaller; "
            "`np.array_split` makes all of them a bit smaller instead. Cut at 1, 2, 3 times "
            "`batch_size`."
        )
    return ""


def _with_examples(times: Callable[[int, int], Iterable[int]]) -> Callable[[tuple, Any], bool]:
    """Return whether a plan has just the examples of `times(n, longest)`, each of them once."""

    def is_of(inputs: tuple, got: Any) -> bool:
        longest = int(inputs[0].max())
        return _found(_plan_of(got)) == _examples(inputs[0], lambda n: times(n, longest))

    return is_of


def _without_last_batches(inputs: tuple, got: Any) -> bool:
    lengths, batch_size, _ = inputs
    plan = _plan_of(got)
    full = {t: int((lengths > t).sum()) // batch_size for t in range(1, int(lengths.max()))}
    return (
        all(len(rows) == batch_size for rows, _ in plan)
        and _found(plan) <= _examples(lengths)
        and Counter(t for _, t in plan) == +Counter(full)
    )


def _times_each(count: int) -> Callable[[tuple, Any], bool]:
    """Return whether each example comes `count` times."""
    return lambda inputs, got: (
        _found(_plan_of(got)) == Counter({example: count for example in _examples(inputs[0])})
    )


def _uncut(inputs: tuple, got: Any) -> bool:
    plan = _plan_of(got)
    return _found(plan) == _examples(inputs[0]) and len({t for _, t in plan}) == len(plan)


def _mixes(inputs: tuple, got: Any) -> bool:
    """Return whether examples of all lengths were cut in batches together, and one t named."""
    lengths, batch_size, _ = inputs
    plan = _plan_of(got)
    rows = Counter(row for rows, _ in plan for row in rows)
    total = int(np.sum(lengths - 1))
    return len(plan) == -(-total // batch_size) and rows == Counter(
        {row: int(n) - 1 for row, n in enumerate(lengths)}
    )


def _from_1(inputs: tuple, got: Any) -> bool:
    wanted = Counter((row + 1, t) for row, t in _examples(inputs[0]))
    return _found(_plan_of(got)) == wanted


_NOTHING_AFTER = (
    "a prefix with nothing after it",
    "the whole caption, `<end>` included, has no next id: a caption of n ids gives t = 1 to n - 1.",
)
_SLIPS_6_6 = [
    Mistake(
        lambda inputs, got: len(got) == 0,
        "the plan is empty",
        "no batch came back. Is something added to the list that is returned?",
    ),
    Mistake(_with_examples(lambda n, longest: range(1, n + 1)), *_NOTHING_AFTER),
    Mistake(
        _with_examples(lambda n, longest: range(1, min(n, longest - 1) + 1)),
        _NOTHING_AFTER[0],
        "for a prefix of t ids and one after it, a caption needs more than t: `>`, not `>=`.",
    ),
    *[
        Mistake(
            _with_examples(lambda n, longest, more=more: range(n + more)),
            "an empty prefix",
            "the shortest is `<start>`, t = 1.",
        )
        for more in (0, 1)
    ],
    Mistake(
        _with_examples(lambda n, longest: range(n - 1)),
        "every t is one too small",
        "t is the number of ids in the prefix: `<start>` alone is t = 1.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(2, n + 1)),
        "every t is one too large",
        "t is the number of ids in the prefix: `<start>` alone is t = 1.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(1, n - 1)),
        "nobody learns to stop",
        "the last example of each caption, whose answer is `<end>`, is missing.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(1, min(n, longest - 1))),
        "the largest t is missing",
        "`range(1, n)` ends at n - 1. The longest caption of n ids has a prefix of n - 1 ids.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(2, n)),
        "the first example is missing",
        "no batch has t = 1. From `<start>` alone the model guesses a caption's first word.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(1, longest)),
        "prefixes made of padding",
        "a caption shorter than t has no place in a batch of length t.",
    ),
    Mistake(
        _with_examples(lambda n, longest: range(1, longest + 1)),
        "prefixes made of padding",
        "a caption shorter than t has no place in a batch of length t.",
    ),
    Mistake(
        _with_examples(lambda n, longest: [n - 1]),
        "one example for each caption",
        "a caption of n ids gives n - 1 examples, one for each t from 1 to n - 1.",
    ),
    Mistake(
        _with_examples(lambda n, longest: [n]),
        "sorted whole captions by length",
        "a caption of n ids gives n - 1 examples, one for each t from 1 to n - 1.",
    ),
    Mistake(
        _without_last_batches,
        "the last, smaller batch of each length is lost",
        "its examples should come as well: keep it.",
    ),
    Mistake(
        _times_each(2), "every example comes twice", "each should come exactly once in an epoch."
    ),
    Mistake(_from_1, "the rows are counted from 1", "the first caption is row 0."),
    Mistake(
        _uncut,
        "the batches are not cut",
        "all prefixes of a length are in one batch. Cut the rows in pieces of `batch_size`.",
    ),
    Mistake(
        lambda inputs, got: (
            _found(_plan_of(got)) == _examples(inputs[0])
            and all(len(rows) == 1 for rows, _ in _plan_of(got))
        ),
        "too many small batches",
        "each example is a batch of its own. Only the last batch of a length may be smaller than "
        "`batch_size`.",
    ),
    Mistake(
        _mixes,
        "a batch mixes several t",
        "the examples of all lengths were cut in batches together. Make the batches of each t "
        "by themselves.",
    ),
]

_JUDGE_6_6 = Judge(
    # Lengths from 2, `<start>` and `<end>` alone.
    inputs=st.tuples(
        st.builds(
            lambda lengths, kind: np.array(lengths, dtype=kind),
            st.lists(st.integers(2, 8), min_size=1, max_size=12),
            st.sampled_from([np.int32, np.int64]),
        ),
        st.integers(1, 5),
        st.integers(0, 5),
    ),
    fits=_problem_of_plan,
    examples=[
        (np.array([3, 12, 7, 7, 9, 4, 12, 5, 10, 6, 8, 11] * 4, dtype=np.int32), 8, 0),
        # 300 captions of 2 to 61 ids, in batches that are not small either.
        (2 + np.arange(300, dtype=np.int32) * 7 % 60, 130, 0),
    ],
    mistakes=_SLIPS_6_6,
)


# `seed % 10`, `seed or 42`, `min(seed, 1000)` make the same plan for two of these.
_SEEDS_6_6 = (0, 1, 2, 3, 4, 5, 10, 42, 100, 1000, 4096, 10**6)


@exercise("6.6")
def check_6_6(answer: Any) -> None:
    """Demand each example once in batches of the wanted size; then an order by the seed."""
    _demand_no_kept_plan(answer)
    _JUDGE_6_6(answer)
    lengths, batch_size, _ = _JUDGE_6_6.examples[0]
    plans = [_plan_of(call(answer, lengths, batch_size, seed)) for seed in _SEEDS_6_6]
    random.seed(12345)  # who draws from the global generator without seeding it is found out
    again = [_plan_of(call(answer, lengths, batch_size, seed)) for seed in range(2)]
    mistake(
        again != plans[:2],
        "the seed does not decide the order",
        "the same seed gave another plan. Draw from a generator made with it.",
    )
    times = [[t for _, t in plan] for plan in plans]
    mistake(
        any(_changes(each) <= len(set(each)) + 2 for each in times),
        "all short prefixes come in a row",
        "batches of one length stand together, so that the network would spend a part of each "
        "epoch on first words alone; shuffle the batches.",
    )
    _judge_the_rows(lengths, plans)
    mistake(
        all(plan == plans[0] for plan in plans),
        "the seed changes nothing",
        "another seed should give another order.",
    )
    mistake(
        all(each == times[0] for each in times),
        "the lengths come in one order",
        "with every seed the t of the batches follow each other alike; shuffle the batches.",
    )
    _judge_the_neighbours(lengths, plans)
    first, second = alike(plans)
    mistake(
        first != second,
        "some seeds share a plan",
        f"{_SEEDS_6_6[first]} and {_SEEDS_6_6[second]} give the same. Hand the seed itself to the "
        "generator.",
    )
    _judge_the_whole(plans, batch_size)


def _judge_the_whole(plans: list[Plan], batch_size: int) -> None:
    """Refuse plans in which batches of a sort come early or late; a fair one in 1 of 100,000."""
    times = sorted({t for _, t in plans[0]})
    sorts = [("the last, smaller batches", lambda rows, t: len(rows) < batch_size)]
    sorts += [(f"the batches of t = {n}", lambda rows, t, n=n: t == n) for n in times]
    count, middle = len(plans[0]), (len(plans[0]) + 1) / 2
    for name, belongs in sorts:
        found = [[n for n, one in enumerate(plan, 1) if belongs(*one)] for plan in plans]
        each = len(found[0])
        if not 0 < each < count:
            continue
        spread = (count + 1) * (count - each) / (12 * each * len(plans))
        mean = float(np.mean(found))
        mistake(
            abs(mean - middle) > 5 * spread**0.5,
            "the batches are not shuffled as a whole",
            f"{name} come {'late' if mean > middle else 'early'}, at place {mean:.0f} of {count} "
            f"on the average of {len(plans)} seeds; a fair order makes it {middle:.0f}. Shuffle "
            "the whole plan at the end.",
        )


def _demand_no_kept_plan(answer: Any) -> None:
    """Refuse the plan of an earlier call: a cache that asks for the seed alone, or a list kept."""
    try:
        first = _plan_of(call(answer, np.array([9, 9, 9, 9]), 2, 3))
        second = _plan_of(call(answer, np.array([3, 4]), 2, 3))
    except (ReaderError, Incorrect):  # the judge tells it
        return
    if first and second[: len(first)] == first:
        raise Incorrect(
            "The function keeps something from one call to the next, or does not look at "
            "`lengths`: called with other lengths, it gave the batches of the first call again."
        )


def _changes(times: list[int]) -> int:
    """Return how often a batch has another t than the one before."""
    return sum(a != b for a, b in pairwise(times))


def _judge_the_rows(lengths: np.ndarray, plans: list[Plan]) -> None:
    """Refuse batches of rows that stand beside each other among the rows of their length."""
    in_order = [
        all(blocks(np.isin(np.flatnonzero(lengths > t), rows)) <= 1 for rows, t in plan)
        for plan in plans
    ]
    seed = _SEEDS_6_6[in_order.index(True)] if any(in_order) else 0
    mistake(
        any(in_order) and not all(in_order),
        "one seed leaves the rows in order",
        f"with seed {seed} the rows of a length are not shuffled. Shuffle whatever the seed is.",
    )
    mistake(
        all(in_order),
        "the rows are in order",
        "each batch holds captions that stand side by side in the file, and so the same ones would "
        "share a batch in every epoch. Shuffle the rows of each length before you cut them.",
    )
    spread = _spread(lengths, plans)
    mistake(
        spread < 0.9,  # chance alone moves it by 0.01
        "the rows have not moved far",
        "most batches hold captions that stand near each other in the file: theirs stand in "
        f"{spread:.0%} as many blocks as after a shuffle. Shuffle the rows of each length as a "
        "whole before you cut them.",
    )


def _spread(lengths: np.ndarray, plans: list[Plan]) -> float:
    """Return in how many blocks the batches stand among the rows of their length; 1 is fair."""
    found = fair = 0.0
    for plan in plans:
        for batch, t in plan:
            rows, size = np.flatnonzero(lengths > t), len(batch)
            if size < len(rows):
                found += blocks(np.isin(rows, batch))
                fair += size * (len(rows) - size) / (len(rows) - 1)
    return found / fair


def _judge_the_neighbours(lengths: np.ndarray, plans: list[Plan]) -> None:
    """Refuse batches that hold the same captions with every seed, and rows that are sorted."""
    several = [t for t in range(1, int(lengths.max())) if (lengths > t).sum() > 8]
    shared = [
        [{frozenset(rows) for rows, t in plan if t == wanted} for wanted in several]
        for plan in plans
    ]
    mistake(
        all(each == shared[0] for each in shared),
        "the same captions share a batch with every seed",
        "shuffle the rows of each length before you cut them in batches.",
    )
    mistake(
        all(rows == sorted(rows) for plan in plans for rows, _ in plan),
        "the rows are in order",
        "within each batch they are sorted; leave them in the order in which they were shuffled.",
    )
