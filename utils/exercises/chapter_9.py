"""The checks of chapter 9: the parts of a project that a program can check.

Whether an explanation is good, a person judges (the rubric in the chapter).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from utils.baselines import constant_baseline, human_row, shuffled_baseline
from utils.bleu import bleu
from utils.dataset import Dataset
from utils.exercises.exercise import Incorrect, NotAttempted, exercise
from utils.exercises.expect import expect_close, expect_type, plain
from utils.exercises.experiment import counted
from utils.exercises.guard import short

FEWEST_PHOTOS, FEWEST_CAPTIONS = 20, 2
CAUSES = ("vocabulary", "feature", "language habit", "too few examples", "caption data")
FAILURES, REASON_WORDS = 3, 8
# A digit that is not part of a name such as scene_00012.jpg, or a number in letters.
NUMBER = re.compile(
    r"(?<!\w)\d|\b(no|none|never|zero|once|twice|half|halves|thirds?|quarters?|both|one|two|three|"
    r"four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(twen|thir|for|fif|six|seven|eigh|"
    r"nine)ty\w*|dozens?|hundreds?|thousands?)\b",
    re.IGNORECASE,
)
# "one" where it counts nothing: "this one", "the wrong one", "one can see". Not "the only one", and
# not "that one of five".
PRONOUN = re.compile(
    r"\b(?:(?:(?:a|an|the)\s+(?!only\b)\w+|this|that|the|no|any|every|each|some|which|another|"
    r"other|wrong|right|same)\s+one(?!\s+(?:of|in|out|per|times?|word|photo|picture|image|caption)\b)"
    r"|one(?=\s+(?:can|cannot|could|may|might|must|would|should|will|sees|finds|knows|another)\b))\b",
    re.IGNORECASE,
)


def _entries(given: Any, wanted: Sequence[str], name: str) -> None:
    """Demand a dict with the keys `wanted`."""
    expect_type(given, dict, name)
    missing = [key for key in wanted if key not in given]
    if missing:
        raise Incorrect(f"{name} has no entry {missing[0]!r}; it needs {', '.join(wanted)}.")


def _words(text: Any, fewest: int, what: str) -> None:
    """Demand a text of a few words.

    A number counts as a word, dots do not; and two words have letters and differ.
    """
    wanted = f"a text of {counted(fewest, 'word')} or more"
    if isinstance(text, (list, tuple)) and all(isinstance(word, str) for word in text):
        raise Incorrect(f'{what} should be {wanted}. Join the words: `" ".join(words)`.')
    words = text.split() if isinstance(text, str) else []
    spelled = {word.lower() for word in words if any(map(str.isalpha, word))}
    spoken = sum(any(map(str.isalnum, word)) for word in words)
    if spoken < fewest or len(spelled) < min(fewest, 2):
        raise Incorrect(f"{what} should be {wanted}.")


@exercise("9.1")
def check_9_1(sheet: Any, dataset: Any) -> None:
    """The data sheet: what there is, counted, and where it is from."""
    if sheet is None:
        raise NotAttempted
    _demand_dataset(dataset, 'check("9.1", sheet, dataset)')
    counted = _counts(dataset)
    _entries(sheet, [*counted, "source", "licence"], "The data sheet")
    for key, value in counted.items():
        got = plain(sheet[key])
        if isinstance(got, bool) or not isinstance(got, (int, float)):
            raise Incorrect(f"{key!r} should be a number; it is {short(got)}.")
        if got != value:
            raise Incorrect(f"{key!r} is {got}, and the dataset has {value}.")
    for key in ("source", "licence"):
        _words(sheet[key], 3, f"{key!r}")
    _expect_enough(dataset)


def _demand_dataset(dataset: Any, form: str) -> None:
    if not isinstance(dataset, Dataset):
        raise Incorrect(
            f"Write `{form}`: `dataset` is what `load_dataset` returned, and in its place is "
            f"`{short(dataset)}`."
        )


def _counts(dataset: Dataset) -> dict[str, int]:
    return {
        "photos": len(dataset.captions),
        "captions": sum(map(len, dataset.captions.values())),
        "words": len(dataset.train_vocabulary()) - 4,
        **{split: len(dataset.splits[split]) for split in ("train", "dev", "test")},
    }


def _expect_enough(dataset: Dataset) -> None:
    """Demand twenty photos, two captions each."""
    photos = len(dataset.captions)
    if photos < FEWEST_PHOTOS:
        raise Incorrect(
            f"The dataset has {counted(photos, 'photo')}. A project has {FEWEST_PHOTOS} or more."
        )
    few = [name for name, texts in dataset.captions.items() if len(texts) < FEWEST_CAPTIONS]
    if few:
        raise Incorrect(
            f"{few[0]} has fewer than {FEWEST_CAPTIONS} captions. With one reference, a good "
            "caption scores low, and nothing says how far people agree."
        )


@exercise("9.2")
def check_9_2(scores: Any, dataset: Any, hypotheses: Any) -> None:
    """The score sheet: BLEU-4 of the model beside its baselines, on the test photos."""
    if scores is None:
        raise NotAttempted
    _demand_dataset(dataset, 'check("9.2", scores, dataset, hypotheses)')
    references, train = dataset.tokens("test"), dataset.tokens("train")
    written = _tokens(hypotheses)
    if len(written) != len(references):
        raise Incorrect(
            f"Not one caption for each test photo: {counted(len(written), 'caption')} and "
            f"{counted(len(references), 'test photo')}. Score the test photos: the network has "
            "learnt from those of train, and was chosen on those of dev."
        )
    systems = {
        "one caption for all": constant_baseline(references, train),
        "captions shuffled": shuffled_baseline(references, written, 0),
        "model": bleu(references, written),
        "people": human_row(references),
    }
    _entries(scores, list(systems), "The score sheet")
    for name, found in systems.items():
        got = plain(scores[name])
        share = isinstance(got, (int, float)) and found.bleu_4 > 1 and got <= 1
        if share and abs(100 * got - found.bleu_4) < 0.1:
            raise Incorrect(f"{name!r} is a share, {got:.3f}. Write it from 0 to 100.")
        # `expect_close` allows more for larger numbers; one rounded to one digit needs no more.
        tolerance = 0.06 / (1 + abs(found.bleu_4))
        expect_close(got, found.bleu_4, f"{name!r}, BLEU-4 from 0 to 100", tolerance)


def _tokens(hypotheses: Any) -> list[list[str]]:
    if not isinstance(hypotheses, list) or not all(isinstance(one, list) for one in hypotheses):
        raise Incorrect("The captions of the model should be a list of lists of tokens.")
    return hypotheses


@exercise("9.3")
def check_9_3(failures: Any, dataset: Any) -> None:
    """Three failures: photo, caption, cause, and what speaks for that cause."""
    if failures is None:
        raise NotAttempted
    _demand_dataset(dataset, 'check("9.3", failures, dataset)')
    expect_type(failures, (list, tuple), "The failures")
    if len(failures) < FAILURES:
        explained = counted(len(failures), "failure")
        raise Incorrect(f"You explain {explained}; {FAILURES} are wanted.")
    unseen = {*dataset.splits["dev"], *dataset.splits["test"]}
    for place, failure in enumerate(failures, start=1):
        name = f"Failure {place}"
        _entries(failure, ("image", "caption", "cause", "evidence"), name)
        if not isinstance(failure["image"], str) or failure["image"] not in unseen:
            raise Incorrect(f"{name}: {short(failure['image'])} is no photo of dev or test.")
        _words(failure["caption"], 1, f"{name}: the caption")
        if str(failure["cause"]).strip().lower() not in CAUSES:
            raise Incorrect(f"{name}: the cause should be one of {', '.join(CAUSES)}.")
        _words(failure["evidence"], REASON_WORDS, f"{name}: the evidence")
        if not NUMBER.search(PRONOUN.sub(" ", failure["evidence"])):
            raise Incorrect(
                f"{name}: the evidence has no number. Write one that you measured, such as 3 of 5."
            )
    if len({failure["image"] for failure in failures}) < len(failures):
        raise Incorrect("Two failures are of the same photo. Choose different ones.")
