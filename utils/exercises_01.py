"""The exercises of chapter 1: photos, captions, words and splits."""

import random
import re
from collections import Counter
from typing import Any

import numpy as np

from utils.exercise import Incorrect, exercise
from utils.expect import expect_choice, expect_equal, expect_type, looks_like, mistake
from utils.guard import call, short


@exercise(
    "1.1",
    title="Count the columns",
    hints=[
        "`split` knows nothing of quotes: every comma is a cut.",
        "Cuts are not pieces: two cuts give three pieces.",
        "Between double quotes a comma is text for `csv`: only the comma after `.jpg` counts.",
    ],
)
def check_1_1(answer: Any) -> None:
    """Know the slips: cuts for pieces, swapped, quotes forgotten."""
    expect_type(answer, (tuple, list), "your answer, two numbers in brackets,")
    mistake(looks_like(answer, (2, 6)), "swapped", "`split` comes first, `csv` second.")
    mistake(
        looks_like(answer, (5, 1)) or looks_like(answer, (5, 2)),
        "counted the commas",
        "five cuts give one piece more than five.",
    )
    mistake(
        looks_like(answer, (6, 6)),
        "forgot the quotes",
        "for `csv` the commas between the double quotes are text.",
    )
    mistake(
        looks_like(answer, (2, 2)),
        "forgot what `split` does",
        "it cuts at every comma, inside the quotes too.",
    )
    mistake(
        looks_like(answer, (6, 3)) or looks_like(answer, (6, 4)),
        "took quotes for columns",
        'the doubled quotes around hello stand for one `"` each; they start no column.',
    )
    if len(answer) != 2 or not looks_like(answer, (6, 2)):
        raise Incorrect("Count the commas of the row once more, then those outside double quotes.")


def _stub_1_2(text: Any) -> Any:
    text = text.lower()
    text = text.replace("[^a-z]+", " ")
    return text.split()


@exercise(
    "1.2",
    title="The line that does nothing",
    hints=[
        'Print what the second line returns for `"a dog (wet) runs ."`.',
        "A string's own `replace` looks for its first argument letter by letter: for the text "
        "`[^a-z]+`, brackets and all. Which module of Python knows patterns?",
        '`re.sub("[^a-z]+", " ", text)`',
    ],
    stub=_stub_1_2,
)
def check_1_2(answer: Any) -> None:
    """Clean captions with capitals, glued punctuation and one-letter words."""
    text = 'Two DOGS(wet)run , a dog-sitter shouts "Stop!" on a beach .'
    right = re.findall("[a-z]+", text.lower())
    got = call(answer, text)
    mistake(
        isinstance(got, str), "returned one string", "a list of words is wanted: `.split()` it."
    )
    expect_type(got, list, "the result")
    mistake(
        looks_like(got, text.lower().split()),
        "the pattern is still not used",
        "`(wet)`, `,` and `.` are all there. `str.replace` takes no patterns.",
    )
    mistake(
        looks_like(got, re.sub("[^a-z ]+", "", text.lower()).split())
        or looks_like(got, re.sub("[^a-z\\s]+", "", text.lower()).split()),
        "glued words together",
        "`dogs(wet)run` became one word. Put a space where something is taken out.",
    )
    mistake(
        len(got) == 1 and " " not in got[0],
        "glued words together",
        "the spaces are no letters either, so they went too. Put a space where something is "
        "taken out.",
    )
    mistake(
        looks_like(got, re.sub("[^a-z]+", " ", text).split()),
        "lost the capitals",
        "`Two` became `wo`: make the text lower case before you look for a-z.",
    )
    mistake(
        looks_like(got, [word for word in right if len(word) > 1]),
        'threw away "a"',
        "it is the most frequent word of all; a sentence needs it.",
    )
    mistake(
        looks_like(got, re.sub("[^A-Za-z]+", " ", text).split()),
        "left capitals",
        "`Two` and `two` would be different words.",
    )
    mistake("" in got, "left empty words", "`split()` without an argument gives none.")
    expect_equal(got, right, name="the list of words")
    expect_equal(call(answer, "... !"), [], name="the result for a caption without a word")


@exercise(
    "1.3",
    title="Two thirds gone",
    hints=[
        "Look at the right end of the Zipf plot: how high is it there?",
        "A word that is dropped here occurs four times at most among 324,463.",
    ],
)
def check_1_3(answer: Any) -> None:
    """Say for each wrong letter why it is wrong."""
    expect_choice(
        answer,
        "b",
        {
            "a": "the minimum count looks at words one by one; how long a caption is plays no "
            "part, and dev captions are as long as those of train.",
            "c": "some are slips of the pen, but most are good words, like `acrobat`. And "
            "misspelt words of dev count as unknown like any other.",
            "d": "an unknown word is not skipped: it becomes `<unk>` and is counted. "
            "That is what the 3.25 % are.",
        },
    )


def _stub_1_4(splits: Any, minimum_count: Any) -> Any:
    counts = Counter()
    for captions in splits.values():
        for caption in captions:
            counts.update(caption)
    return sorted(word for word, count in counts.items() if count >= minimum_count)


@exercise(
    "1.4",
    title="A dictionary that knows too much",
    hints=[
        "Which captions will the finished model not have seen?",
        "`splits.values()` walks through dev and test too.",
        'Loop over `splits["train"]` only.',
    ],
    stub=_stub_1_4,
)
def check_1_4(answer: Any) -> None:
    """Try splits in which each wrong source of words shows by a word of its own."""
    splits = {
        "train": [["a", "dog", "runs"], ["a", "dog", "a", "cat"], ["the", "cat"], ["owl", "owl"]],
        "dev": [["a", "zebra", "zebra", "runs"]],
        "test": [["a", "yak", "yak"], ["the", "yak"]],
    }
    right = ["a", "cat", "dog", "owl"]
    got = call(answer, splits, 2)
    got = list(got) if isinstance(got, (set, tuple)) else got
    expect_type(got, list, "the result")
    mistake(
        "yak" in got and "zebra" not in got,
        "reads the test captions",
        "`yak` occurs in test alone; no model may have it from there.",
    )
    mistake(
        "yak" in got,
        "still reads every split",
        "`zebra` occurs in dev alone and `yak` in test alone.",
    )
    mistake(
        "zebra" in got, "reads the dev captions", "`zebra` occurs in dev alone; train never has it."
    )
    mistake(
        "runs" in got or "the" in got,
        "counts over more than train",
        "`runs` and `the` occur once in train: below the minimum of 2. Filter by counts of "
        "train alone, not the words of all by membership.",
    )
    mistake(
        got == ["a"], "took > for >=", "a word that occurs exactly `minimum_count` times is kept."
    )
    mistake(
        looks_like(sorted(got), ["a", "cat", "dog"]),
        "counted captions instead of words",
        "`owl` stands twice in one caption; that counts as two.",
    )
    mistake(
        sorted(got) == right and got != right, "the words are not sorted", "keep the `sorted(...)`."
    )
    expect_equal(got, right, name="the list of words")
    expect_equal(
        call(answer, splits, 1),
        ["a", "cat", "dog", "owl", "runs", "the"],
        name="the list for a minimum count of 1",
    )


def _stub_1_5(rows: Any, dev_share: Any, seed: Any) -> Any:
    cut = round(len(rows) * (1 - dev_share))
    return rows[:cut], rows[cut:]


@exercise(
    "1.5",
    title="Cut it right",
    hints=[
        "What is it that must not stand on both sides: a row, or a photo?",
        "Collect the names of the photos, sort them, shuffle them with `random.Random(seed)`, "
        "and take the share of *them*.",
        "Then one pass over the rows: `[row for row in rows if row[0] in dev]`.",
    ],
    stub=_stub_1_5,
    points=2,
)
def check_1_5(answer: Any) -> None:
    """Split made-up rows whose file order means something, and look at what came out."""
    images = [f"dog_{n:02}.jpg" for n in range(31)] + [f"owl_{n:02}.jpg" for n in range(10)]
    rows = [(image, f"caption {n}") for image in images for n in range(5)]
    got = call(answer, rows, 0.2, 0)
    train, dev = _two_lists(got)
    both = sorted({image for image, _ in train} & {image for image, _ in dev})
    if both:
        few = len(both) <= 2
        kind = "cut through a photo" if few else "split the rows, not the photos"
        raise Incorrect(
            f"{kind[:1].upper()}{kind[1:]}: {len(both)} of the 41 photos stand in train and in "
            f"dev, {both[0]} for one. All captions of a photo must go to the same side."
        )
    mistake(
        sorted(train + dev) != sorted(rows),
        "lost or doubled rows",
        f"there were {len(rows)}, and now there are {len(train)} in train and {len(dev)} in dev.",
    )
    chosen = sorted({image for image, _ in dev})
    mistake(
        len(chosen) == 33,
        "swapped the sides",
        "train comes first, and the dev share is the smaller.",
    )
    mistake(
        len(chosen) not in (8, 9),
        "took the wrong share",
        f"20 % of 41 photos are 8; dev has {len(chosen)}.",
    )
    mistake(
        chosen in (images[-len(chosen) :], images[: len(chosen)]),
        "cut by file order",
        f"dev is one end of the file, all {chosen[0][:3]}s. Shuffle the photos first.",
    )
    again = _two_lists(call(answer, rows, 0.2, 0))
    mistake(
        {image for image, _ in again[1]} != set(chosen),
        "it differs from call to call",
        "a dev set that changes measures something else each time: use `random.Random(seed)`.",
    )
    others = [
        sorted({row[0] for row in _two_lists(call(answer, rows, 0.2, n))[1]}) for n in (1, 2, 3)
    ]
    mistake(
        all(other == chosen for other in others),
        "the seed is not used",
        "three other seeds gave the same photos: `random.Random(seed)`.",
    )
    mixed = list(rows)
    random.Random(5).shuffle(mixed)
    train, dev = _two_lists(call(answer, mixed, 0.2, 0))
    mistake(
        {image for image, _ in train} & {image for image, _ in dev},
        "trusts that five rows stand together",
        "the same rows in another order put photos on both sides: go by the name, not the place.",
    )


def _two_lists(got: Any) -> tuple[list, list]:
    """Return the two lists of rows; raises where there are others."""
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Incorrect(f"Two lists are wanted, train and dev; this is `{short(got)}`.")
    for part in got:
        expect_type(part, (list, tuple), "each side of the split")
        if any(not isinstance(row, (tuple, list)) or len(row) != 2 for row in part):
            raise Incorrect(
                "Each side should be a list of rows `(image, caption)`, as they came in; one "
                f"begins with `{short(next(iter(part)))}`."
            )
    train, dev = ([tuple(row) for row in part] for part in got)
    return train, dev


def _stub_1_6(train: Any, dev: Any) -> Any:
    leaked = []
    return leaked


@exercise(
    "1.6",
    title="The auditor",
    hints=[
        "A file's name says nothing about what is in it. `np.array_equal(a, b)` compares pixels.",
        "To be quick, put something that stands for the pixels into a set: "
        "`(photo.shape, photo.tobytes())`.",
        "`seen = {(p.shape, p.tobytes()) for p in train.values()}`, then look each dev photo up.",
    ],
    stub=_stub_1_6,
    points=2,
)
def check_1_6(answer: Any) -> None:
    """Hide copies under other names, the same name on other pixels, and a photo turned around."""
    photos = np.random.default_rng(0).integers(0, 255, (6, 4, 6, 3)).astype(np.uint8)
    brighter = photos[1].copy()
    brighter[0, 0, 0] ^= 1
    train = {"a.jpg": photos[0], "b.jpg": photos[1], "c.jpg": photos[2]}
    dev = {
        "z.jpg": photos[2],  # a copy under another name
        "a.jpg": photos[0],  # the same file
        "b.jpg": photos[3],  # the same name, another photo
        "d.jpg": photos[4],
        "e.jpg": photos[0].reshape(6, 4, 3),  # the same bytes, another picture
        "f.jpg": brighter,  # all but one number is that of b.jpg
        "k.jpg": photos[0][:, ::-1],  # mirrored: another array
    }
    got = call(answer, train, dev)
    got = list(got) if isinstance(got, (set, tuple)) else got
    expect_type(got, list, "the result")
    mistake(
        looks_like(sorted(got), ["a.jpg", "b.jpg"]),
        "compared the names",
        "z.jpg of dev is c.jpg of train under another name, and the two b.jpg differ.",
    )
    mistake(
        looks_like(sorted(got), ["a.jpg", "b.jpg", "z.jpg"]),
        "took an equal name for an equal photo",
        "the two b.jpg hold different pixels; names prove nothing either way.",
    )
    mistake(
        looks_like(sorted(got), ["a.jpg"]),
        "demanded the same name too",
        "z.jpg of dev is c.jpg of train: the pixels alone decide.",
    )
    mistake(
        looks_like(sorted(got), ["a.jpg", "c.jpg"]) or "c.jpg" in got,
        "named the photos of train",
        "the names under which they stand in dev are wanted.",
    )
    mistake(
        "k.jpg" in got,
        "compared sums or sorted pixels",
        "k.jpg is a.jpg mirrored: the same numbers in other places.",
    )
    mistake(
        "e.jpg" in got,
        "compared the bytes without the shape",
        "the same numbers in another shape are another picture: keep `photo.shape` beside them.",
    )
    mistake(
        "f.jpg" in got, "compared too coarsely", "f.jpg differs from b.jpg of train in one number."
    )
    mistake(
        sorted(got) == ["a.jpg", "z.jpg"] and got != ["a.jpg", "z.jpg"],
        "not sorted",
        "return `sorted(...)`, so that the list is the same each time.",
    )
    expect_equal(got, ["a.jpg", "z.jpg"], name="the list of leaked names")
    expect_equal(call(answer, {}, dev), [], name="the list where train is empty")
