"""The exercises of chapter 1: photos, captions, words and splits."""

import random
import re
from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import expect_choice, expect_equal, expect_type, looks_like, mistake
from utils.exercises.guard import call, short


@exercise("1.1")
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


@exercise("1.2")
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
    _judge_letters(answer)


def _judge_letters(answer: Any) -> None:
    """Look for what other patterns let in: digits, apostrophes, underscores, other letters."""
    text = "A man's 2 cafés, t_shirt"
    got = call(answer, text)
    expect_type(got, list, "the result")
    kept = set("".join(map(str, got)))
    shown = f"`{text}` became `{short(got)}`"
    mistake("_" in kept, "kept the underscore", f"{shown}. `\\w` takes more than the letters a-z.")
    mistake("2" in kept, "kept a digit", f"{shown}. The letters a-z alone are wanted here.")
    mistake(
        "é" in kept,
        "kept letters beyond a-z",
        f"{shown}. `isalpha` and `\\w` know every alphabet; here é separates words.",
    )
    mistake(
        "'" in kept,
        "kept the apostrophe",
        f"{shown}. Letters alone are wanted here: `man` and `s`.",
    )
    expect_equal(got, re.findall("[a-z]+", text.lower()), name=f"the list for `{text}`")


@exercise("1.3")
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


@exercise("1.4")
def check_1_4(answer: Any) -> None:
    """Try splits in which each wrong source of words shows by a word of its own."""
    splits = {  # train is not the first: its name counts, not its place
        "dev": [["a", "zebra", "zebra", "runs"]],
        "train": [["a", "dog", "runs"], ["a", "dog", "a", "cat"], ["the", "cat"], ["owl", "owl"]],
        "test": [["a", "yak", "yak"], ["the", "yak"]],
    }
    right = ["a", "cat", "dog", "owl"]
    got = call(answer, splits, 2)
    got = list(got) if isinstance(got, (set, tuple)) else got
    expect_type(got, list, "the result")
    mistake(
        looks_like(sorted(got), ["zebra"]) or looks_like(sorted(got), ["yak"]),
        "took a split by its place",
        'the order of the splits means nothing; ask for `splits["train"]` by name.',
    )
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
        "`runs` and `the` occur once in train: below the minimum of 2. Count in train only; do "
        "not count everywhere and then filter.",
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


@exercise("1.5")
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
    chosen = _judge_share(answer, rows, dev)
    mistake(
        chosen in (images[-len(chosen) :], images[: len(chosen)]),
        "cut by file order",
        f"dev is one end of the file, all {chosen[0][:3]}s. Shuffle the photos first.",
    )
    _judge_seed(answer, rows, chosen)
    mixed = list(rows)
    random.Random(5).shuffle(mixed)
    train, dev = _two_lists(call(answer, mixed, 0.2, 0))
    mistake(
        {image for image, _ in train} & {image for image, _ in dev},
        "trusts that five rows stand together",
        "the same rows in another order put photos on both sides: go by the name, not the place.",
    )
    _judge_set_order(answer, rows, chosen)


def _chosen(answer: Any, rows: list, dev_share: float, seed: int) -> list[str]:
    """Return the sorted names of the photos that the reader's function puts into dev."""
    dev = _two_lists(call(answer, rows, dev_share, seed))[1]
    return sorted({str(image) for image, _ in dev})


def _judge_share(answer: Any, rows: list, dev: list) -> list[str]:
    """Return the names of dev, after a look at how many there are."""
    chosen = sorted({image for image, _ in dev})
    mistake(
        len(chosen) == 33,
        "swapped the sides",
        "train comes first, and the dev share is the smaller.",
    )
    sizes = [len(chosen), *(len(_chosen(answer, rows, 0.2, seed)) for seed in (1, 2, 3, 4))]
    mistake(
        len(set(sizes)) > 1,
        "drawn by coin",
        f"five calls put {', '.join(map(str, sizes[:-1]))} and {sizes[-1]} photos into dev. A coin "
        "for each photo gives about the share; exactly `round(dev_share * photos)` are wanted.",
    )
    mistake(
        len(chosen) != 8,
        "took the wrong share",
        f"20 % of 41 photos are 8; dev has {len(chosen)}.",
    )
    more = len(_chosen(answer, rows, 0.21, 0))
    mistake(
        more != 9,
        "rounded the wrong way",
        f"21 % of 41 photos are 8.61, so 9 go to dev, not {more}: `round`, not `int`.",
    )
    return chosen


def _judge_seed(answer: Any, rows: list, chosen: list[str]) -> None:
    mistake(
        _chosen(answer, rows, 0.2, 0) != chosen,
        "it differs from call to call",
        "a dev set that changes measures something else each time: use `random.Random(seed)`.",
    )
    others = [_chosen(answer, rows, 0.2, seed) for seed in (1, 2, 3)]
    mistake(
        all(other == chosen for other in others),
        "the seed is not used",
        "three other seeds gave the same photos: `random.Random(seed)`.",
    )


def _judge_set_order(answer: Any, rows: list, chosen: list[str]) -> None:
    """Rename the photos without changing their order: only what follows a set's order changes."""
    renamed = [(f"a_{image}", caption) for image, caption in rows]
    found = _chosen(answer, renamed, 0.2, 0)
    mistake(
        found != [f"a_{image}" for image in chosen] and len(found) == len(chosen),
        "drawn from a set",
        "a set of names has another order tomorrow, when Python starts anew, and then the same "
        "seed draws other photos. Use `sorted(...)` on it before you draw.",
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


@exercise("1.6")
def check_1_6(answer: Any) -> None:
    """Hide copies under other names, the same name on other pixels, and a photo turned around."""
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
        "m.jpg" in got and "f.jpg" not in got,
        "looked at a part of the pixels",
        "m.jpg differs from l.jpg of train in its middle. The text of a large array, `str(photo)`, "
        "leaves the middle out: `photo.tobytes()` has all of it.",
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
    _judge_work(answer)


class _Watched(np.ndarray):
    """A photo that counts how often its pixels are asked for, by whatever means."""

    asked = 0

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        _Watched.asked += 1
        return super().__array_function__(function, types, args, kwargs)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **named: Any) -> Any:
        _Watched.asked += 1
        plain = [np.asarray(one) if isinstance(one, _Watched) else one for one in inputs]
        return getattr(function, method)(*plain, **named)

    def tobytes(self, *arguments: Any) -> "_Bytes":
        _Watched.asked += 1
        return _Bytes(super().tobytes(*arguments))


class _Bytes(bytes):
    """The bytes of a watched photo: comparing them counts, a look into a set does not."""

    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        _Watched.asked += 1
        return bytes.__eq__(self, other)


def _judge_work(answer: Any) -> None:
    """Count how often pixels are asked for, with 60 photos on each side: 3,600 pairs."""
    tiny = np.random.default_rng(1).integers(0, 256, (120, 2, 2, 3)).astype(np.uint8)
    photos = [photo.view(_Watched) for photo in tiny]
    train = {f"train_{n}.jpg": photo for n, photo in enumerate(photos[:60])}
    dev = {f"dev_{n}.jpg": photo for n, photo in enumerate(photos[60:])}
    _Watched.asked = 0
    answer(train, dev)
    mistake(
        _Watched.asked >= 60 * 60 / 2,
        "right, and too slow",
        f"60 tiny photos against 60 were compared {_Watched.asked:,} times: every pair. With 1,000 "
        "real ones against 6,000 it would be minutes. Look each up in a set instead (hint 2).",
    )
