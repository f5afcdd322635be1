"""The exercises of chapter 1: photos, captions, words and splits."""

import math
import random
import re
import string
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.conditions import condition
from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    about_none,
    expect_type,
    mistake,
)
from utils.exercises.experiment import DESIGNS, Design, Part, judge_experiment
from utils.exercises.fair import ALL_SEEDS, ASIDE, DOGS_AND_SHEEP, Draw, judge_the_draw
from utils.exercises.guard import ReaderError, call, short
from utils.exercises.looks import Watched
from utils.exercises.measure_1 import most_photos, unknown_share
from utils.exercises.tomorrow import Salted


def _clean(text: str) -> list[str]:
    return re.findall("[a-z]+", text.lower())


def _without_pattern(text: str) -> list[str]:
    return text.lower().split()


def _taken_out(marks: str) -> Callable[[str], list[str]]:
    """Return the answer that takes some marks out before it looks for words."""
    return lambda text: _clean(text.translate(dict.fromkeys(map(ord, marks))))


# Each mark and digit stands between two letters, and each letter alone.
_MARKS = " ".join(f"a{mark}b" for mark in string.punctuation + string.digits + "\u2019\u201c\u2013")
_LETTERS = " ".join(string.ascii_lowercase)
_JUDGE_1_2 = Judge(
    inputs=st.tuples(st.text("aabbzAZ  .,'-_2éß()!\n\t", max_size=12)),
    right=_clean,
    names=("the list of words",),
    examples=[
        ('Two DOGS(wet)run , a dog-sitter shouts "Stop!" on a beach .',),
        ("... !",),
        ("a dog\nruns\tfast",),
        ("A sign says Straße.",),
        ("The dog's t-shirt isn't new",),
        (f"{_MARKS} {_LETTERS}",),
        ("The quick brown fox jumps over the lazy dog . " * 12,),
    ],
    mistakes=[
        Mistake(
            _without_pattern,
            "the pattern is still not used",
            "`(wet)`, `,` and `.` stay in the words. `str.replace` takes no patterns.",
        ),
        Mistake(
            lambda text: re.sub("[^a-z ]+", "", text.lower()).split(),
            "glued words together",
            "`dogs(wet)run` becomes one word. Put a space where something is taken out.",
        ),
        Mistake(
            lambda text: re.sub("[^a-z]+", "", text.lower()).split(),
            "glued words together",
            "the spaces are no letters either, so they went too. Put a space where something is "
            "taken out.",
        ),
        *(
            Mistake(
                _taken_out(marks),
                "glued words together",
                f"`a{marks[0]}b` becomes `ab`, because `{marks[0]}` is taken out. Put a space "
                "where something is taken out.",
            )
            for marks in ("'", "'\u2019", '"', ".", "_", "-", "'-", "'_", "'\"")
        ),
        Mistake(
            lambda text: _clean(re.sub(r"['\u2019][a-z]+\b", "", text.lower())),
            "lost what follows an apostrophe",
            "`dog's` becomes `dog` and `s`: the `s` is a run of letters too.",
        ),
        Mistake(
            lambda text: [word for word in _clean(text) if word != "s"],
            "lost the s of dog's",
            "`dog's` becomes `dog` and `s`: the `s` is a run of letters too.",
        ),
        Mistake(
            lambda text: re.sub("[^a-z]+", " ", text).split(),
            "lost the capitals",
            "`Two` becomes `wo`: make the text lower case before you look for a-z.",
        ),
        Mistake(
            lambda text: [word for word in _clean(text) if len(word) > 1],
            'threw away "a"',
            "it is the most frequent word of all; a sentence needs it.",
        ),
        Mistake(
            lambda text: re.sub("[^A-Za-z]+", " ", text).split(),
            "left capitals",
            "`Two` and `two` would be different words.",
        ),
        Mistake(
            lambda text: re.sub("[^a-z]+", " ", text.lower()).split(" "),
            "left empty words",
            "where the text begins or ends with something else than a letter, an empty text is "
            "among the words. Leave it out.",
        ),
        Mistake(
            lambda text: re.findall(r"\w+", text.lower()),
            "kept more than the letters a-z",
            "digits, underscores and the letters of every alphabet are in the words: what `\\w` "
            "stands for.",
        ),
        Mistake(
            lambda text: re.findall("[a-z0-9]+", text.lower()),
            "kept digits",
            "the letters a-z alone are wanted here.",
        ),
        Mistake(
            lambda text: re.findall("[a-z']+", text.lower()),
            "kept the apostrophe",
            "letters alone are wanted here: `dog's` becomes `dog` and `s`.",
        ),
        Mistake(
            lambda text: re.findall("[a-z0-9']+", text.lower()),
            "kept digits and apostrophes",
            "letters alone are wanted here: `dog's` becomes `dog` and `s`.",
        ),
        Mistake(
            lambda text: "".join(c if c.isalpha() else " " for c in text.lower()).split(),
            "kept letters beyond a-z",
            "the letters of every alphabet are in the words, such as é; here they separate words.",
        ),
        Mistake(
            lambda text: re.findall("[a-z]+", text.casefold()),
            "more letters than there were",
            "the lower case of Straße is straße, and ß is no letter of a to z. `casefold` makes ss "
            "of it; use `lower`.",
        ),
        Mistake(
            lambda text: re.findall("[a-z]+", text.upper().lower()),
            "more letters than there were",
            "the capitals of ß are SS, and so `upper` adds letters. Use `lower` alone.",
        ),
    ],
)


@exercise("1.2")
def check_1_2(answer: Any) -> None:
    """Compare the words of texts with capitals, marks, digits and letters beyond a-z."""
    _JUDGE_1_2(answer)


FEWEST_PHOTOS, MOST_MINIMUM = 10, 20


def _design_1_3() -> Design:
    """Return the design; made when it is asked for, as it looks into the dataset."""
    return Design(
        measure=unknown_share,
        control=(100, 1),
        repeats=3,
        tolerance=0.06,  # results may be rounded to one digit
        settings="a pair (photos, minimum count) of whole numbers: 10 photos up to all of train, "
        "and a minimum count from 1 to 20",
        parts=(
            Part("the number of photos", FEWEST_PHOTOS, most_photos()),
            Part("the minimum count", 1, MOST_MINIMUM),
        ),
    )


DESIGNS["unknown_share"] = lambda *_, **__: _design_1_3()


@exercise("1.3")
def check_1_3(experiment: Any) -> None:
    """Measure the reader's settings again, and compare the conclusion with the means."""
    judge_experiment(experiment, _design_1_3())


def _frequent(captions: list[list[str]], minimum_count: int) -> list[str]:
    counts = Counter(word for caption in captions for word in caption)
    return sorted(word for word, count in counts.items() if count >= minimum_count)


def _all(splits: dict[str, list]) -> list[list[str]]:
    return [caption for captions in splits.values() for caption in captions]


def _filtered(splits: dict[str, list], minimum_count: int) -> list[str]:
    known = {word for caption in splits["train"] for word in caption}
    return [word for word in _frequent(_all(splits), minimum_count) if word in known]


def _most_common(splits: dict[str, list], minimum_count: int) -> list[str]:
    counts = Counter(word for caption in splits["train"] for word in caption)
    return [word for word, count in counts.most_common() if count >= minimum_count]


def _in_order_met(splits: dict[str, list], minimum_count: int) -> list[str]:
    counts = Counter(word for caption in splits["train"] for word in caption)
    return [word for word, count in counts.items() if count >= minimum_count]


def _splits(dev: list, train: list, test: list, compositional: list) -> dict[str, list]:
    return {"dev": dev, "train": train, "test": test, "compositional": compositional}


def _many_captions() -> tuple[dict[str, list], int]:
    """Return splits whose train is long: a word at its end has exactly the minimum, one has less.

    Who looks at the first captions only, or makes the minimum smaller, misses one of these.
    """
    train = [["dog", "runs"]] * 30 + [["a", "man's"]] * 200 + [["owl", "5"]] * 30 + [["yak"]] * 29
    return _splits([["a", "yak"]] * 40, train, [["yak"]], [["a"]]), 30


_CAPTIONS = st.lists(st.lists(st.sampled_from(["a", "cat", "dog", "owl", "b"]), max_size=4))
_JUDGE_1_4 = Judge(
    # Train is not the first: its name counts, not its place.
    inputs=st.tuples(
        st.builds(_splits, _CAPTIONS, _CAPTIONS, _CAPTIONS, _CAPTIONS),
        st.integers(1, 4),
    ).filter(lambda inputs: _frequent(inputs[0]["train"], inputs[1])),  # some word is left
    right=lambda splits, minimum: _frequent(splits["train"], minimum),
    names=("the list of words",),
    examples=[
        (
            {
                "dev": [["a", "zebra", "zebra", "runs"]],
                "train": [
                    ["a", "dog", "runs"],
                    ["a", "dog", "a", "cat"],
                    ["the", "cat"],
                    ["owl", "owl"],
                ],
                "test": [["a", "yak", "yak"], ["the", "yak"]],
                "retrain": [["a", "emu", "emu"], ["runs"]],
            },
            minimum,
        )
        for minimum in (1, 2)
    ]
    + [
        # Tokens that are not of letters alone.
        (_splits([["a"]], [["a", "man's", "dog"], ["5", "dogs"]], [["a"]], []), 1),
        _many_captions(),
    ],
    mistakes=[
        Mistake(
            lambda splits, minimum: _frequent(splits["dev"], minimum),
            "counted the words of dev",
            'ask for `splits["train"]` by name; the order of the splits means nothing.',
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["test"], minimum),
            "counted the words of test",
            "no model may know them; train alone counts.",
        ),
        Mistake(
            lambda splits, minimum: _frequent(list(splits.values())[-1], minimum),
            "took the last split",
            'the order of the splits means nothing; ask for `splits["train"]` by name.',
        ),
        Mistake(
            lambda splits, minimum: _frequent(_all(splits), minimum),
            "still reads every split",
            "words that occur only in dev or test are in the result.",
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["train"] + splits["dev"], minimum),
            "reads the dev captions",
            "words that occur only in dev are in the result; train never has them.",
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["train"] + splits["test"], minimum),
            "reads the test captions",
            "words that occur only in test are in the result; no model may know them.",
        ),
        Mistake(
            _filtered,
            "counts over more than train",
            "a word that train has once, and dev once, counts as one. Count in train only; do not "
            "count everywhere and then filter.",
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["train"], 1),
            "the minimum is not used",
            "a word that occurs fewer than `minimum_count` times is left out.",
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["train"], minimum + 1),
            "took > for >=",
            "a word that occurs exactly `minimum_count` times is kept.",
        ),
        Mistake(
            lambda splits, minimum: _frequent([set(c) for c in splits["train"]], minimum),
            "counted captions instead of words",
            "a word that occurs twice in one caption counts as two.",
        ),
        Mistake(
            _most_common,
            "ordered by count",
            "the docstring asks for alphabetical order: `sorted(...)`.",
        ),
        Mistake(
            _in_order_met, "not sorted", "the docstring asks for alphabetical order: `sorted(...)`."
        ),
        Mistake(
            lambda splits, minimum: _frequent(splits["train"], minimum)[::-1],
            "sorted from z to a",
            "alphabetical order begins with a.",
        ),
    ],
)


@exercise("1.4")
def check_1_4(answer: Any) -> None:
    """Compare the words of small splits that share some of them."""
    _JUDGE_1_4(answer)


@st.composite
def _rows(draw: st.DrawFn) -> tuple[list[tuple[str, str]], float, int]:
    """Rows of photos with one to five captions each, in a mixed order, a share and a seed."""
    counts = draw(st.lists(st.integers(1, 5), min_size=2, max_size=25))
    # Some captions of a photo are alike, and some names stand within others.
    rows = [(f"{n}.jpg", f"{k // 2}") for n, count in enumerate(counts) for k in range(count)]
    if draw(st.booleans()):
        rows = draw(st.permutations(rows))
    share = draw(st.sampled_from([0.1, 0.15, 0.2, 0.25, 0.3, 0.34, 0.4, 0.75, 0.9]))
    return rows, share, draw(st.integers(0, 5))


def _cut_through(got: Any) -> str:
    """Return a sentence where a photo stands on both sides, else ""."""
    train, dev = _two_lists(got)
    both = sorted({str(image) for image, _ in train} & {str(image) for image, _ in dev})
    if not both:
        return ""
    return (
        f"Split rows, not photos: {both[0]} is in train and in dev. All captions of a photo "
        "must go to the same side."
    )


def _problem_of_split(inputs: tuple, got: Any) -> str:
    """Return what is wrong with a split, whatever photos were drawn."""
    rows, share, _ = inputs
    train, dev = _two_lists(got)
    if _cut_through(got):
        return _cut_through(got)
    if sorted(train + dev) != sorted(rows):
        return (
            f"Lost or doubled rows: there were {len(rows)}, and now there are {len(train)} in "
            f"train and {len(dev)} in dev."
        )
    photos, found = _counts(inputs, got)
    wanted = round(share * photos)
    if found == wanted:
        return ""
    return (
        f"Took another share: {share} of {photos} photos is {share * photos:.4g}, which `round` "
        f"makes {wanted}; dev has {found}."
    )


def _counts(inputs: tuple, got: Any) -> tuple[int, int]:
    """Return how many photos there are, and how many of them dev has."""
    return tuple(len({image for image, _ in rows}) for rows in (inputs[0], _two_lists(got)[1]))


def _by_count(count: Callable[[int, float], float]) -> Callable[[tuple, Any], bool]:
    """Return whether dev has `count(photos, share)` photos."""

    def is_of(inputs: tuple, got: Any) -> bool:
        photos, found = _counts(inputs, got)
        return found == count(photos, inputs[1])

    return is_of


_JUDGE_1_5 = Judge(
    inputs=_rows(),
    fits=_problem_of_split,
    examples=[
        *(([(f"{n}.jpg", "a") for n in range(count)], 0.1, 0) for count in (25, 35)),
        ([("0.jpg", "a"), ("1.jpg", "a")], 0.9, 0),  # all photos go to dev
        ([(name, "a") for name in ("a.jpg", "A.jpg", "a.png", "a.b.jpg")], 0.5, 0),
        ([(f"{n}.jpg", "a") for n in range(150)], 0.5, 0),
    ],
    mistakes=[
        Mistake(
            lambda inputs, got: not _problem_of_split(inputs, got[::-1]),
            "swapped the sides",
            "train comes first, then dev.",
        ),
        Mistake(
            _by_count(lambda photos, share: int(share * photos)),
            "rounded the wrong way",
            "21% of 41 photos are 8.61, so 9 go to dev: `round`, not `int`.",
        ),
        Mistake(
            _by_count(lambda photos, share: math.ceil(share * photos)),
            "rounded the wrong way",
            "20% of 41 photos are 8.2, so 8 go to dev: `round`, not up.",
        ),
        Mistake(
            _by_count(lambda photos, share: int(share * photos + 0.5)),
            "rounded halves up",
            "2.5 photos are 2 for `round`, which takes the even neighbour.",
        ),
        *(
            Mistake(
                _by_count(
                    lambda photos, share, least=least, kept=kept: min(
                        max(round(share * photos), least), photos - kept
                    )
                ),
                "the number of dev photos is changed",
                "0.9 of 2 photos are 1.8, which `round` makes 2, and 0.1 of 2 make 0. Exactly "
                "`round(dev_share * number of photos)` are wanted, even where a side stays empty.",
            )
            for least, kept in ((0, 1), (1, 0), (1, 1))
        ),
        Mistake(
            _by_count(lambda photos, share: photos - round(photos * (1 - share))),
            "rounded train and not dev",
            "10% of 25 photos are 2.5, which `round` makes 2; but 25 - round(22.5) is 3.",
        ),
    ],
)


@exercise("1.5")
def check_1_5(answer: Any) -> None:
    """Look at splits of rows of every sort, then at what the seed changes, and what it does not."""
    images = [f"dog_{n:02}.jpg" for n in range(31)] + [f"owl_{n:02}.jpg" for n in range(10)]
    rows = [(Salted(image), f"caption {n}") for image in images for n in range(5)]
    cut = _cut_through(call(answer, rows, 0.2, 0))
    if cut:
        raise Incorrect(cut)
    sizes = [len(_in_dev(call(answer, rows, 0.2, seed))) for seed in range(6)]
    told = ", ".join(map(str, sizes))
    mistake(
        len(set(sizes)) > 1 and max(sizes) <= 8,
        "fewer photos than wanted, and not always as many",
        f"six seeds put {told} photos into dev, and 8 are wanted. Is a photo drawn twice? "
        "`choices` may do that, `sample` never does.",
    )
    mistake(
        len(set(sizes)) > 1,
        "the number of photos depends on the seed",
        f"six seeds put {told} photos into dev. A coin for each photo gives about the share; "
        "exactly `round(dev_share * photos)` are wanted.",
    )
    _JUDGE_1_5(answer)
    _judge_the_draw(answer)


def _judge_the_draw(answer: Any) -> None:
    """Look at which photos many seeds put into dev."""
    rows = [(Salted(image), f"caption {n}") for image in DOGS_AND_SHEEP for n in range(2)]
    drawn = [_chosen(answer, rows, seed) for seed in ALL_SEEDS]
    mistake(
        any(_chosen(answer, rows, seed) != drawn[seed] for seed in range(3)),
        "it differs from call to call",
        "a dev set that changes measures something else each time: use `random.Random(seed)`.",
    )
    _demand_the_same_tomorrow(answer, rows, drawn)
    judge_the_draw(Draw(drawn, "photo", "in dev"))


def _chosen(answer: Any, rows: list, seed: int) -> list[str]:
    """Return the sorted names of the photos that the reader's function puts into dev."""
    share = ASIDE / len(DOGS_AND_SHEEP)
    got = call(answer, rows, share, seed)
    problem = _problem_of_split((rows, share, seed), got)
    if problem:
        raise Incorrect(problem)
    return _in_dev(got)


def _in_dev(got: Any) -> list[str]:
    return sorted({str(image) for image, _ in _two_lists(got)[1]})


_ON_A_SET = (
    "it depends on a set or a hash",
    "the order of a set, and the hash of a name, are others tomorrow, when Python starts anew, "
    "and then the same seed draws other photos. Use `sorted(...)` before you draw.",
)


def _demand_the_same_tomorrow(answer: Any, rows: list, drawn: list[list[str]]) -> None:
    """Change the hashes of texts, as a new Python process does, and look for other photos."""
    for _ in range(3):  # `hash(name) % 10` may be the same for other hashes, once
        _demand_the_same_photos(answer, rows, drawn)
    _refuse_sets_of_plain_text(answer)


def _demand_the_same_photos(answer: Any, rows: list, drawn: list[list[str]]) -> None:
    try:
        salted = _chosen_tomorrow(answer, rows)
    except (Incorrect, ReaderError):
        # Names that were made anew, as text of another kind, are not found among these, which may
        # raise. Among rows of plain text they are found: an error there has no such excuse.
        plain = [("".join(image), caption) for image, caption in rows]
        salted = _chosen_tomorrow(answer, plain)
    is_as_large = all(len(chosen) == len(drawn[0]) for chosen in salted)
    mistake(salted != drawn[:3] and is_as_large, *_ON_A_SET)


def _refuse_sets_of_plain_text(answer: Any) -> None:
    """Refuse the order of a set of names that were made anew, as plain text or by NumPy.

    Their hashes cannot be changed. But other names in the same order, such as cat_03.jpg for
    dog_03.jpg, have others, and where hashes collide, the order of a set depends on the order in
    which it is filled. Who sorts, or takes the photos in the order of the file, draws the same
    places whatever the names are; who draws by a digest of the names draws the same names in
    whatever order the rows come. Who takes a set does neither.
    """
    plain = [(image, f"caption {n}") for image in DOGS_AND_SHEEP for n in range(2)]
    for animal in ("cat", "cow", "dot"):
        renamed = [(image.replace("dog", animal), caption) for image, caption in plain]
        drawn, others = _three_draws(answer, plain), _three_draws(answer, renamed)
        by_name = others != [
            sorted(image.replace("dog", animal) for image in chosen) for chosen in drawn
        ]
        mixed = random.Random(animal).sample(renamed, len(renamed))
        mistake(by_name and _three_draws(answer, mixed) != others, *_ON_A_SET)


def _three_draws(answer: Any, rows: list) -> list[list[str]]:
    return [_chosen(answer, rows, seed) for seed in range(3)]


def _chosen_tomorrow(answer: Any, rows: list) -> list[list[str]]:
    with condition("other hashes"):
        return _three_draws(answer, rows)


def _two_lists(got: Any) -> tuple[list, list]:
    """Return the two lists of rows; raises where there are others."""
    if got is None:
        raise Incorrect(about_none("the result"))
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Incorrect(f"Two lists are wanted, train and dev; this is `{short(got)}`.")
    for part, name in zip(got, ("train", "dev"), strict=True):
        expect_type(part, (list, tuple, np.ndarray), name)
        for row in part:
            if not isinstance(row, (tuple, list, np.ndarray)) or len(row) != 2:
                raise Incorrect(
                    "Each side should be a list of rows `(image, caption)`, as they came in; one "
                    f"row of {name} is `{short(row)}`."
                )
    train, dev = ([tuple(row) for row in part] for part in got)
    return train, dev


def _leaks(train: dict, dev: dict) -> list[str]:
    seen = {(photo.shape, photo.tobytes()) for photo in train.values()}
    return sorted(name for name, photo in dev.items() if (photo.shape, photo.tobytes()) in seen)


def _doubled(train: dict, dev: dict) -> list[str]:
    """Return the names of dev photos of which there is another copy, in train or in dev."""
    keys = [(photo.shape, photo.tobytes()) for part in (train, dev) for photo in part.values()]
    return sorted(
        name for name, photo in dev.items() if keys.count((photo.shape, photo.tobytes())) > 1
    )


def _pixel_pairs(same: Callable[[Any, Any], bool]) -> Callable[[dict, dict], list[str]]:
    """Return the answer that compares every pair by `same`."""
    return lambda train, dev: sorted(
        name for name, photo in dev.items() if any(same(photo, other) for other in train.values())
    )


def _photo(seed: int, shape: tuple[int, ...], changed: bool) -> np.ndarray:
    photo = np.random.default_rng(seed).integers(0, 255, shape).astype(np.uint8)
    photo.flat[-1] ^= changed
    return photo


_PHOTOS = st.dictionaries(
    st.sampled_from(["a.jpg", "b.jpg", "ca.jpg", "d.jpg"]),
    st.builds(_photo, st.integers(0, 2), st.sampled_from([(2, 3, 3), (3, 2, 3)]), st.booleans()),
)


def _tricky_photos() -> tuple[dict, dict]:
    """Copies under other names, the same name on other pixels, and a photo turned around."""
    photos = np.random.default_rng(0).integers(0, 255, (6, 4, 6, 3)).astype(np.uint8)
    brighter = photos[1].copy()
    brighter[0, 0, 0] ^= 1
    large = np.resize(photos, (40, 40, 3))
    middle = large.copy()
    middle[20, 20, 1] ^= 1
    train = {"a.jpg": photos[0], "b.jpg": photos[1], "c.jpg": photos[2], "l.jpg": large}
    dev = {
        "z.jpg": photos[2],  # a copy under another name
        "a.jpg": photos[0],  # the same file
        "b.jpg": photos[3],  # the same name, another photo
        "d.jpg": photos[4],
        "e.jpg": photos[0].reshape(6, 4, 3),  # the same bytes, another picture
        "f.jpg": brighter,  # all but one number is that of b.jpg
        "k.jpg": photos[0][:, ::-1],  # mirrored: another array
        "m.jpg": middle,  # large, and other than l.jpg in one number in the middle
        "n.jpg": photos[5],  # twice in dev, and not in train
        "o.jpg": photos[5],
        "p.jpg": photos[2][:, :, ::-1],  # red and blue exchanged
    }
    return train, dev


def _many_names() -> tuple[dict, dict]:
    """Photos of train, some of them in dev too, under names that can be sorted in many ways."""
    photos = np.random.default_rng(8).integers(0, 255, (250, 2, 3, 3)).astype(np.uint8)
    train = {f"t{n}.jpg": photo for n, photo in enumerate(photos)}
    names = [f"p{n}.jpg" for n in range(30, 0, -1)]
    dev = {name: photos[249 - 8 * n].copy() for n, name in enumerate(names)}
    for n, name in enumerate(("a.jpg", "B.jpg", "a-1.jpg", "b.jpg", "A.jpg")):
        dev[name] = photos[n].copy()
    return train, dev


def _number(name: str) -> list:
    """Return what puts p9.jpg before p10.jpg."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


_JUDGE_1_6 = Judge(
    inputs=st.tuples(_PHOTOS, _PHOTOS),
    right=_leaks,
    names=("the list of names",),
    examples=[_tricky_photos(), _many_names()],
    mistakes=[
        Mistake(
            lambda train, dev: sorted(set(train) & set(dev)),
            "compared the names",
            "a copy may have another name, and two photos may have the same one.",
        ),
        Mistake(
            lambda train, dev: sorted({*_leaks(train, dev), *(set(train) & set(dev))}),
            "took an equal name for an equal photo",
            "two photos of one name may hold different pixels; names prove nothing either way.",
        ),
        Mistake(
            lambda train, dev: [name for name in _leaks(train, dev) if name in train],
            "demanded the same name too",
            "a copy of a train photo under another name leaks as well: the pixels alone decide.",
        ),
        Mistake(
            lambda train, dev: [
                name
                for name in _leaks(train, dev)
                if name in train and np.array_equal(train[name], dev[name])
            ],
            "demanded the same name too",
            "a copy of a train photo under another name leaks as well: the pixels alone decide.",
        ),
        Mistake(
            lambda train, dev: _leaks(dev, train),
            "named the photos of train",
            "the names that they have in dev are wanted.",
        ),
        Mistake(
            lambda train, dev: _doubled(train, dev),
            "took copies within dev for leaks",
            "two equal photos of dev leak nothing, if train has no such photo.",
        ),
        Mistake(
            _pixel_pairs(lambda a, b: a.shape == b.shape and (a.sum(-1) == b.sum(-1)).all()),
            "threw the colours away",
            "a red pixel and a green one are as bright as each other: compare all three channels.",
        ),
        Mistake(
            _pixel_pairs(lambda a, b: a.sum() == b.sum()),
            "compared sums",
            "a photo and its mirror image have the same sum.",
        ),
        Mistake(
            lambda train, dev: sorted(_leaks(train, dev), key=len),
            "sorted by length",
            "alphabetical order is wanted: `sorted(...)` without a key.",
        ),
        Mistake(
            lambda train, dev: sorted(_leaks(train, dev), key=str.lower),
            "sorted without regard to capitals",
            "`sorted(...)` without a key is wanted: `B.jpg` comes before `a.jpg`.",
        ),
        Mistake(
            lambda train, dev: sorted(_leaks(train, dev), key=_number),
            "sorted by the numbers in the names",
            "`sorted(...)` without a key is wanted: `p10.jpg` comes before `p9.jpg`.",
        ),
        Mistake(
            lambda train, dev: sorted(_leaks(train, dev), key=lambda name: name.split(".")[0]),
            "sorted by a part of the names",
            "`sorted(...)` without a key is wanted: `a-1.jpg` comes before `a.jpg`.",
        ),
        Mistake(
            _pixel_pairs(lambda a, b: sorted(a.flat) == sorted(b.flat)),
            "compared sorted pixels",
            "a photo and its mirror image hold the same numbers in other places.",
        ),
        Mistake(
            _pixel_pairs(lambda a, b: a.tobytes() == b.tobytes()),
            "compared the bytes without the shape",
            "the same numbers in another shape are another picture: keep `photo.shape` too.",
        ),
        Mistake(
            _pixel_pairs(lambda a, b: str(a) == str(b)),
            "looked at a part of the pixels",
            "the text of a large array, `str(photo)`, and its edges alone, leave its middle out: "
            "`photo.tobytes()` has all of it.",
        ),
        Mistake(
            _pixel_pairs(
                lambda a, b: (
                    set(map(tuple, a.reshape(-1, 3).tolist()))
                    == set(map(tuple, b.reshape(-1, 3).tolist()))
                )
            ),
            "forgot the order of the pixels",
            "a photo and its mirror image hold the same pixels in other places.",
        ),
        Mistake(
            lambda train, dev: _leaks(train, dev)[::-1],
            "sorted from z to a",
            "alphabetical order begins with a.",
        ),
        Mistake(
            lambda train, dev: [name for name in dev if name in _leaks(train, dev)],
            "not sorted",
            "return `sorted(...)`, so that the list is the same each time.",
        ),
    ],
)


@exercise("1.6")
def check_1_6(answer: Any) -> None:
    """Compare the names of copies among small photos; then count how often pixels are read."""
    _JUDGE_1_6(answer)
    _refuse_fingerprints(answer)
    _judge_work(answer)


def _balanced_photo() -> np.ndarray:
    """Return a photo whose means and deviations are exact, so that they are the same in any order.

    The lower half is 255 minus the upper one. Four pixels at each of `_CROSSED` stand crosswise.
    """
    upper = np.random.default_rng(5).integers(0, 256, (30, 50, 3)).astype(np.uint8)
    for (top, low), columns in _CROSSED.values():
        if low < len(upper):
            upper[top, columns], upper[low, columns] = (
                [[9, 8, 7], [5, 2, 4]],
                [[5, 2, 4], [9, 8, 7]],
            )
    return np.concatenate([upper, 255 - upper])


# Rows and columns of four pixels: off the usual grids, in one small square, and far below.
_CROSSED = {
    "pixels_early.jpg": ((11, 17), (13, 19)),
    "pixels_middle.jpg": ((26, 27), (26, 27)),
    "pixels_even.jpg": ((14, 22), (14, 34)),
    "pixels_late.jpg": ((44, 52), (14, 34)),
}


def _twins(photo: np.ndarray) -> dict[str, np.ndarray]:
    """Return photos that differ from `photo`, and share much with it."""
    twins = {}
    for name, ((top, low), columns) in _CROSSED.items():
        twins[name] = photo.copy()
        for column in columns:
            twins[name][[top, low], column] = photo[[low, top], column]
    twins["rows.jpg"], twins["columns.jpg"] = photo.copy(), photo.copy()
    twins["rows.jpg"][[7, 23]] = photo[[23, 7]]
    twins["columns.jpg"][:, [7, 23]] = photo[:, [23, 7]]
    return twins


def _refuse_fingerprints(answer: Any) -> None:
    """Refuse sums, means, corners, grids and the like, in which different photos may agree."""
    photo = _balanced_photo()
    twins = _twins(photo)
    found = call(answer, {"train.jpg": photo}, {**twins, "same.jpg": photo.copy()})
    names = [] if found is None else list(found)
    taken = [name for name in twins if name in names]
    mistake(
        len(taken) > 0,
        "took different photos for equal",
        f"in `{''.join(taken[:1])}` {_exchanged(taken)} of a train photo have changed places, and "
        "so sums, means, corners, or whatever else you compare, agree. Compare all pixels where "
        "they stand.",
    )
    if names != ["same.jpg"]:
        raise Incorrect(
            f"Of a dev photo there is a copy in train, and this came: `{short(found)}`."
        )


def _exchanged(names: list[str]) -> str:
    """Return what the first of the twins has exchanged."""
    kind = names[0].partition(".")[0].partition("_")[0] if names else ""
    return {"pixels": "four pixels", "rows": "two rows", "columns": "two columns"}.get(kind, "")


def _judge_work(answer: Any) -> None:
    """Count how often pixels are asked for, of few photos and of five times as many.

    Twenty-five times as often means that every pair is compared. Five times is right, and however
    often an answer looks at each photo is its own affair.
    """
    few, many = (_looks(answer, count) for count in (20, 100))
    mistake(
        many >= 100 * 100 / 2 and many > 8 * few,
        "right, and too slow",
        f"100 tiny photos against 100 were looked at {many:,} times, and 20 against 20 {few:,} "
        "times: every pair is compared. With 1,000 real ones against 6,000 it would take minutes, "
        "or gigabytes. Look each up in a set.",
    )


def _looks(answer: Any, count: int) -> int:
    """Return how often pixels are asked for with so many photos on each side."""
    tiny = np.random.default_rng(1).integers(0, 256, (2 * count, 2, 2, 3)).astype(np.uint8)
    photos = [photo.view(Watched) for photo in tiny]
    train = {f"train_{n}.jpg": photo for n, photo in enumerate(photos[:count])}
    dev = {f"dev_{n}.jpg": photo for n, photo in enumerate(photos[count:])}
    with condition("looks counted") as looks:
        answer(train, dev)
        return looks()
