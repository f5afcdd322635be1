"""The exercises of chapter 4: an LSTM reads the caption."""

from __future__ import annotations

import inspect
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.captions import clean_caption
from utils.exercises.drawn import Judge, Mistake, name_a_mistake
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    demand_sound,
    difference,
    expect_shape,
    looks_like,
    mistake,
    numbers,
    plain,
)
from utils.exercises.experiment import DESIGNS, Design, Part, judge_experiment
from utils.exercises.guard import ReaderError, call, whole
from utils.exercises.measure_4 import memory_left
from utils.sequences import pad_right
from utils.vocabulary import MARKERS, PAD, Vocabulary


def _one_lstm(inputs: int, units: int) -> int:
    return 4 * units * (inputs + units + 1)


def _parameters(inputs: int, units: int, bidirectional: bool = False, stacked: bool = False) -> int:
    ways = 1 + bidirectional
    return ways * _one_lstm(inputs, units) + stacked * _one_lstm(ways * units, units)


# Some sizes for which no two of the mistakes below give the same numbers.
_SIZES = ((5, 3), (50, 128), (512, 64))
_ONE_WAY = [
    Mistake(
        lambda inputs, units: units * (inputs + units + 1),
        "one block only",
        "there are four, i, f, c and o.",
    ),
    Mistake(
        lambda inputs, units: 3 * units * (inputs + units + 1),
        "three blocks",
        "the candidate has weights as well.",
    ),
    Mistake(
        lambda inputs, units: 4 * units * (inputs + units),
        "no bias",
        "each block has `units` of them.",
    ),
    Mistake(
        lambda inputs, units: 4 * (units * (inputs + units) + 1),
        "one bias for a whole block",
        "each block has `units` of them.",
    ),
    Mistake(
        lambda inputs, units: 4 * units * (inputs + units + 2),
        "two biases a block",
        "that is what PyTorch stores; Keras' LSTM has one bias in each block.",
    ),
    Mistake(
        lambda inputs, units: 4 * units * (inputs + 1),
        "no recurrent weights",
        "the state h, `units` numbers, goes into every block too.",
    ),
    Mistake(
        lambda inputs, units: 4 * units * (inputs * units + 1),
        "multiplied inputs and units",
        "a unit has a weight for each input and one for each unit of the state, so they are added.",
    ),
    Mistake(
        lambda inputs, units: 4 * inputs * (inputs + units + 1),
        "exchanged inputs and units",
        "each of the `units` has weights for the inputs, for the state, and a bias.",
    ),
]
_TWO_WAYS = [
    Mistake(
        _one_lstm,
        "the second direction is missing",
        "a BiLSTM is two LSTMs, each with all its weights.",
    ),
    Mistake(
        lambda inputs, units: _one_lstm(inputs, 2 * units),
        "one LSTM of twice the units",
        "the two directions do not read each other's state. They are two separate LSTMs.",
    ),
    Mistake(
        lambda inputs, units: _one_lstm(2 * inputs, units),
        "doubled the inputs",
        "both directions read the same words; what is there twice is the LSTM.",
    ),
    Mistake(
        lambda inputs, units: 2 * _one_lstm(2 * inputs, units),
        "doubled the inputs",
        "both directions read the same words; what is there twice is the LSTM.",
    ),
]
_STACKED = [
    Mistake(
        lambda inputs, units, both: _parameters(inputs, units, both),
        "the layer on top is missing",
        "`stacked=True` adds an LSTM.",
    ),
    Mistake(
        lambda inputs, units, both: _one_lstm((1 + both) * units, units),
        "the layer below is missing",
        "count both layers.",
    ),
    Mistake(
        lambda inputs, units, both: (2 + both) * _one_lstm(inputs, units),
        "the layer on top does not read the words",
        "it reads what the layer below gives at each place.",
    ),
    Mistake(
        lambda inputs, units, both: 2 * _parameters(inputs, units, both),
        "the layer on top does not read the words",
        "it reads what the layer below gives at each place, and in one direction only.",
    ),
    Mistake(
        lambda inputs, units, both: _parameters(inputs, units, both) + _one_lstm(units, units),
        "too narrow on top",
        "a BiLSTM gives `2 * units` numbers at each place, one vector from either direction.",
    ),
    Mistake(
        lambda inputs, units, both: (
            _parameters(inputs, units, both) + (1 + both) * _one_lstm((1 + both) * units, units)
        ),
        "a BiLSTM on top as well",
        "the layer on top reads in one direction.",
    ),
]
_JUDGE_4_2 = Judge(
    # Few inputs, since an answer may build Keras' layers and count. The flags may be left out.
    inputs=st.sampled_from(
        [
            (*sizes, *flags)
            for sizes in ((1, 2), (3, 1), (4, 4), (2, 5), (6, 3))
            for flags in ((), (False,), (True,), (True, False), (False, True), (True, True))
        ]
    ),
    examples=[
        (50, 128),
        (512, 64, True, True),
        (8000, 16, True),
        (20, 1000),
        (20, 600, True, True),
    ],
    right=_parameters,
    names=("the number of parameters",),
    tolerance=1e-9,
)


@exercise("4.2")
def check_4_2(answer: Any) -> None:
    """Name known mistakes step by step; then compare many sizes, in every way of calling it."""
    name_a_mistake([(sizes, call(answer, *sizes)) for sizes in _SIZES], _ONE_WAY)
    both_ways = [(sizes, call(answer, *sizes, bidirectional=True)) for sizes in _SIZES]
    name_a_mistake(both_ways, _TWO_WAYS)
    stacked = [
        ((*sizes, both), call(answer, *sizes, bidirectional=both, stacked=True))
        for sizes in _SIZES
        for both in (False, True)
    ]
    name_a_mistake(stacked, _STACKED)

    if _takes_by_place(answer):
        got, one, other = (
            call(answer, 5, 3, True, False),
            call(answer, 5, 3, bidirectional=True, stacked=False),
            call(answer, 5, 3, bidirectional=False, stacked=True),
        )
        mistake(
            looks_like(got, other) and not looks_like(got, one),
            "the two flags are exchanged",
            "in the text's signature `bidirectional` comes before `stacked`.",
        )
        _JUDGE_4_2(answer)
        return

    def by_name(inputs: int, units: int, *flags: bool) -> Any:
        return answer(inputs, units, **dict(zip(("bidirectional", "stacked"), flags, strict=False)))

    by_name.__name__ = getattr(answer, "__name__", "lstm_parameters")
    _JUDGE_4_2(by_name)


def _takes_by_place(answer: Any) -> bool:
    """Return whether a function takes the flags without their names."""
    try:
        inspect.signature(answer).bind(5, 3, True, False)
    except TypeError:
        return False
    return True


def _encoded(captions: Sequence[str], vocabulary: Vocabulary) -> list[list[int]]:
    return [vocabulary.encode(clean_caption(caption)) for caption in captions]


def _problem_of_padding(inputs: tuple, got: Any) -> str:
    """Return what is wrong with an array of ids: its shape, or the first row that is another."""
    want, found = pad_right(_encoded(*inputs)), numbers(got, "the array")
    if found.shape != want.shape:
        return difference(found, want, ["the array"])
    for caption, mine, right in zip(inputs[0], found, want, strict=True):
        if not np.array_equal(mine, right):
            if len(right) <= 20:
                came, wanted = whole(mine), whole(right)
                return f'The array: the row of "{caption}" is `{came}`, and should be `{wanted}`.'
            place = int(np.argmax(mine != right))
            came, wanted = whole(mine[place], 9), whole(right[place])
            return (
                f'The array: in the row of "{caption[:30]}..." stands `{came}` at place {place}, '
                f"and `{wanted}` should."
            )
    return ""


def _with_rows(rows_of: Callable[..., list]) -> Callable[[tuple, Any], bool]:
    """Return the test whether an array holds the rows `rows_of(captions, vocabulary)`.

    Zeros follow each row, and the array may be as wide as it likes.
    """

    def holds(inputs: tuple, got: Any) -> bool:
        found = numbers(got, "")
        return np.array_equal(found, pad_right(rows_of(*inputs), found.shape[1]))

    return holds


def _cut(part: Callable[[int], slice], left: bool = False) -> Callable[[tuple, Any], bool]:
    """Return the test whether each row is what `part(width)` leaves of the ids.

    Zeros fill it up on the right, or on the left.
    """
    turn = slice(None, None, -1 if left else 1)  # padding on the left is that on the right, turned

    def is_cut(inputs: tuple, got: Any) -> bool:
        found = numbers(got, "")
        width = found.shape[1]
        rows = [row[part(width)][turn] for row in _encoded(*inputs)]
        return np.array_equal(found[:, turn], pad_right(rows, width))

    return is_cut


def _counted_letters(more: int) -> Callable[[tuple, Any], bool]:
    """Return the test whether an array is as wide as the longest text has letters, and `more`."""

    def is_as_wide(inputs: tuple, got: Any) -> bool:
        width = max(map(len, inputs[0])) + more
        is_cut = _cut(_last)(inputs, got) or _cut(_first)(inputs, got)
        return is_cut and numbers(got, "").shape[1] == width

    return is_as_wide


def _uncleaned(captions: Sequence[str], vocabulary: Vocabulary) -> list[list[int]]:
    return [vocabulary.encode(caption.split()) for caption in captions]


def _only_lowered(captions: Sequence[str], vocabulary: Vocabulary) -> list[list[int]]:
    return [vocabulary.encode(caption.lower().split()) for caption in captions]


def _last(width: int) -> slice:
    return slice(-width, None)


def _first(width: int) -> slice:
    return slice(width)


def _vocabulary(words: set[str]) -> Vocabulary:
    return Vocabulary([*MARKERS, *sorted(words)])


def _long() -> tuple[list[str], Vocabulary]:
    """Return captions of 1 to 60 words, and a vocabulary of 4,000; ids need more than 8 bits."""
    words = [f"{chr(97 + n // 400)}{chr(97 + n // 20 % 20)}{chr(97 + n % 20)}" for n in range(4000)]
    captions = [" ".join(words[3999 - 61 * n :: -61][:60]) for n in range(4)]
    return [*captions, "aaa", " ".join(words[2100:2150])], _vocabulary(set(words))


# Hyphens make more tokens than words, marks that stand alone make fewer.
_WORDS = ["A", "a", "dog", "Dog", "run", "t-shirts", "tri-colored", "a-b-c-d", ".", ",", "dog."]
_KNOWN = ["a", "dog", "run", "t", "shirts", "tri", "colored", "b", "c"]  # "d" is unknown
_JUDGE_4_3 = Judge(
    inputs=st.tuples(
        st.lists(
            st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7)
            .map(" ".join)
            .filter(clean_caption),  # every caption has a word
            min_size=1,
            max_size=4,
        ),
        st.builds(_vocabulary, st.sets(st.sampled_from(_KNOWN), min_size=1)),
    ),
    right=lambda captions, vocabulary: pad_right(_encoded(captions, vocabulary)),
    fits=_problem_of_padding,
    names=("the array",),
    examples=[
        (captions, Vocabulary.fit(map(clean_caption, captions)))
        for captions in (
            ["Two tri-colored dogs in t-shirts run together outside", "A dog runs"],
            ["A dog runs . . . . . .", "A cat"],
            ["a-b-c-d-e-f-g-h", "run"],
            # Tokens that are not of the letters a-z alone, and more rows, with the longest at last.
            ["A man's dog", '2 dogs say "hi" !', "A café", "A 10-year-old ( a boy )", "A dog's 2"],
            ["A dog", "run", "A cat", "run", "run", "run", "Two dogs run on a beach"],
            # Marks that stand alone, and marks at a word.
            [f"A dog {' '.join(string.punctuation)}", "run"],
            ["A dog (wet) !", "run"],
        )
    ]
    + [_long()],
    mistakes=[
        Mistake(_cut(_last, left=True), "padded on the left", "the zeros belong behind the words."),
        Mistake(
            _with_rows(lambda *inputs: [row[1:-1] for row in _encoded(*inputs)]),
            "no row has its `<start>` and its `<end>`",
            "nothing was cut, they were left out. Keep all the ids that `encode` gives.",
        ),
        Mistake(
            _with_rows(lambda *inputs: [row[1:] for row in _encoded(*inputs)]),
            "no row has its `<start>`",
            "nothing was cut, it was left out. Keep all the ids that `encode` gives.",
        ),
        Mistake(
            _with_rows(lambda *inputs: [row[:-1] for row in _encoded(*inputs)]),
            "no row has its `<end>`",
            "nothing was cut, it was left out. Keep all the ids that `encode` gives.",
        ),
        *(
            Mistake(
                _counted_letters(more),
                "counted letters",
                "`len(caption)` is the number of letters of a text. The maximum length must be "
                "counted in ids: that of the longest row which `encode` gives.",
            )
            for more in (0, 1, 2)
        ),
        Mistake(
            _with_rows(_uncleaned),
            "the captions were not cleaned",
            "`clean_caption` lowers capitals, drops full stops and splits hyphens; without it most "
            "words are not in the vocabulary.",
        ),
        Mistake(
            _with_rows(_only_lowered),
            "the captions were not cleaned",
            "lower case alone leaves full stops and hyphens in the words. Use `clean_caption`.",
        ),
        Mistake(
            _with_rows(_encoded),
            "wider than needed",
            "the words and markers are all there, but the array must have as many columns as its "
            "longest row has ids, and no more.",
        ),
        Mistake(
            _cut(_last),
            "a start is lost",
            "a row that was too long for the array was cut at its beginning. The maximum length "
            "must be counted in ids, markers and split hyphens included.",
        ),
        Mistake(
            _cut(_first),
            "an end is lost",
            "a row that was too long for the array was cut at its end. The maximum length must be "
            "counted in ids, markers and split hyphens included.",
        ),
    ],
)


@exercise("4.3")
def check_4_3(answer: Any) -> None:
    """Compare the arrays of captions whose tokens are more or fewer than their words."""
    _JUDGE_4_3(answer)
    found = numbers(call(answer, *_JUDGE_4_3.examples[0]), "the array")
    if found.dtype.kind not in "iu":
        raise Incorrect(
            f"The array: the numbers are right, but they are of type {found.dtype}. Ids are whole "
            "numbers, and the text asks for int32."
        )


def _accepts(mask: np.ndarray) -> bool:
    lengths = mask.sum(axis=1)
    right = np.arange(mask.shape[1]) < lengths[:, None]
    return bool((mask == right).all() and (lengths > 0).all())


def _fault_of(row: np.ndarray) -> str:
    """Return what a row has that cuDNN refuses, "" where it has nothing."""
    if not row.any():
        return "a row without any word"
    places = np.flatnonzero(row)
    if places[-1] - places[0] >= len(places):
        return "a hole (a False between two True)"
    return "left padding" if places[0] else ""


def _problem_of_test(inputs: tuple, got: Any) -> str:
    (mask,) = inputs
    want = _accepts(mask)
    if bool(plain(got)) == want:
        return ""
    if want:
        what = "a row without padding" if mask[:, -1].any() else "right padding"
        return f"Your test refuses {what}: every row has its True values first, so True is right."
    fault = next(filter(None, map(_fault_of, mask)))
    return f"Your test accepts {fault}: False is right."


def _says(wrong: Callable[[np.ndarray], Any]) -> Callable[[tuple, Any], bool]:
    """Return whether a verdict is that of a wrong test."""
    return lambda inputs, got: bool(plain(got)) == bool(wrong(*inputs))


def _mask(rows: int, width: int, seed: int) -> np.ndarray:
    """Return right padding, in half of the cases with a few places turned over."""
    rng = np.random.default_rng(seed)
    mask = np.arange(width) < rng.integers(1, width + 1, (rows, 1))
    if rng.random() < 0.5:
        row = rng.integers(rows)
        mask[row] ^= rng.random(width) < rng.choice([0.2, 0.5])
    if rng.random() < 0.1:
        mask[rng.integers(rows)] = False
    return mask


def _large(*faults: tuple[int, int]) -> np.ndarray:
    """Return a right-padded mask of 40 rows and columns, with some places turned over."""
    mask = np.arange(40) < np.random.default_rng(0).integers(25, 35, (40, 1))
    for row, column in faults:
        mask[row, column] ^= True
    return mask


_GOOD_ROW = [True, True, True, False]
_JUDGE_4_4 = Judge(
    inputs=st.tuples(st.builds(_mask, st.integers(1, 4), st.integers(1, 6), st.integers(0, 9999))),
    right=_accepts,
    fits=_problem_of_test,
    names=("what your function returns",),
    examples=[
        (np.array(rows, dtype=bool),)
        for rows in (
            [[1, 1, 1, 0], [1, 0, 0, 0]],
            [[1, 1, 1], [1, 1, 1]],
            [[0, 0, 1, 1]],
            [[1, 0, 1, 0]],
            [[1, 0, 0, 1]],
            [[0, 0, 0]],
            [[1, 1, 0, 0], [0, 0, 1, 1]],
            [[1, 0, 1], [1, 1, 0], [1, 1, 1]],
            [[1, 0, 1], [1, 0, 0]],
            *([bad, _GOOD_ROW] for bad in ([0, 0, 1, 1], [1, 0, 1, 0], [0, 0, 0, 0])),
            *([_GOOD_ROW, bad] for bad in ([0, 0, 1, 1], [1, 0, 1, 0], [0, 0, 0, 0])),
            # Who looks at a few rows or columns only misses one of these.
            _large(),
            *(_large((row, 20)) for row in (0, 20, 39)),
            *(_large((20, column)) for column in (0, 1, 38, 39)),
        )
    ],
    mistakes=[
        Mistake(
            _says(lambda mask: any(_accepts(mask[n : n + 1]) for n in range(len(mask)))),
            "one good row is enough for your test",
            "a single bad row, wherever it stands, is enough for a refusal. (`.all()`)",
        ),
        Mistake(
            _says(lambda mask: _accepts(mask[:1])),
            "your test looked at the first row only",
            "a single bad row, wherever it stands, is enough for a refusal.",
        ),
        Mistake(
            _says(lambda mask: _accepts(mask[-1:])),
            "your test looked at the last row only",
            "a single bad row, wherever it stands, is enough for a refusal.",
        ),
        Mistake(
            _says(lambda mask: mask[:, 0].all()),
            "your test looked at the first column only",
            "that refuses left padding, but it accepts a hole, where words follow a False.",
        ),
        Mistake(
            _says(lambda mask: mask[:, 0].all() and not mask[:, -1].any()),
            "your test looked at the first and the last column only",
            "no padding at all is right padding too, and between the two columns may be a hole.",
        ),
        Mistake(
            _says(lambda mask: _accepts(mask.all(axis=0)[None])),
            "the rows were merged into one",
            "a hole in one row may hide behind the padding of another. Look at each row by itself.",
        ),
        Mistake(
            _says(lambda mask: (np.diff(mask.sum(axis=0)) <= 0).all()),
            "your test counted the columns",
            "the counts may fall although single rows have holes. Look at each row by itself.",
        ),
        Mistake(
            _says(lambda mask: (np.diff(mask.astype(int), axis=1) <= 0).all()),
            "your test accepts a row without any word",
            "no False comes before a True in it, but cuDNN cannot read a sequence of length zero.",
        ),
        Mistake(
            _says(lambda mask: _accepts(mask) and not mask[:, -1].any()),
            "your test demands padding",
            "no padding at all is right padding too, because a row may be full of words.",
        ),
        Mistake(
            _says(lambda mask: not _accepts(mask)),
            "True and False are exchanged",
            "True stands for a mask that cuDNN accepts.",
        ),
    ],
)


@exercise("4.4")
def check_4_4(answer: Any) -> None:
    """Try masks that are right-padded, or nearly so."""
    got = plain(call(answer, np.array([[1, 1, 1, 0], [1, 0, 0, 0]], dtype=bool)))
    if isinstance(got, (list, tuple)) or np.ndim(got):
        raise Incorrect(
            "One answer a row: one for the whole mask is wanted; a single bad row is enough "
            "for a refusal (`.all()`)."
        )
    _JUDGE_4_4(answer)


def _two_way_reader(seed: int, scores: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network that reads both ways, ids (t,) -> scores (t, V), and has no mask."""
    table = np.random.default_rng(seed).normal(size=(10, scores))

    def predict(ids: np.ndarray) -> np.ndarray:
        if np.ndim(ids) != 1:
            raise Incorrect(
                "`predict_all` takes the ids of one caption, (t,), without a batch axis; it was "
                f"given the shape {np.shape(ids)}."
            )
        x = table[np.asarray(ids, dtype=int)]
        there, back = np.cumsum(x, axis=0), np.cumsum(x[::-1], axis=0)[::-1]
        places = np.arange(1, len(x) + 1)[:, None]
        return np.tanh(there / places) + 0.5 * np.sin(back)

    return predict


def _by_place(row_of: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Return the answer whose row for place k is `row_of(predict, ids, k)`."""
    return lambda predict, ids: np.stack([row_of(predict, ids, k) for k in range(len(ids))])


def _blanked(ids: np.ndarray, place: int) -> np.ndarray:
    return np.where(np.arange(len(ids)) <= place, ids, PAD)


_FORESEEN = (
    "place k has read ids[k + 1], which is what it is asked for, so the leak test fails. Its "
    "prefix ends with ids[k]."
)
_MISTAKES_4_6 = [
    Mistake(
        lambda predict, ids: predict(ids),
        "the network has read the whole caption",
        "every row depends on tokens that come later. Give it the known prefix alone.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids)[-1]),
        "the network has read the whole caption",
        "every row is what it says at the last place. Give it the known prefix alone.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[: k + 1])[0]),
        "the row of the first place",
        "after the prefix ids[0] to ids[k], what counts is what it says at place k.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[: k + 1]).mean(axis=0)),
        "the mean over the places",
        "after the prefix ids[0] to ids[k], what counts is what it says at place k.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(_blanked(ids, k))[k]),
        "padding instead of the future",
        "this network has no mask, so it reads the zeros as words. Cut the ids, don't blank them.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(_blanked(ids, k))[-1]),
        "padding instead of the future",
        "this network has no mask, so it reads the zeros as words. Cut the ids, don't blank them.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[k : k + 1])[0]),
        "one token alone",
        "place k may read all of ids[0] to ids[k], and what came before changes what it says.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[k:])[0]),
        "the future and not the past",
        "place k reads ids[0] to ids[k], and nothing after it.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[: max(k, 1)])[-1]),
        "one token too few",
        "place k has read ids[k] too, which is the last of its prefix.",
    ),
    Mistake(
        lambda predict, ids: np.stack([predict(ids[:k])[-1] for k in range(1, len(ids))]),
        "one token too few",
        "place k has read ids[k] too, so the last row is what it says after all of the ids.",
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[: k + 2])[k]), "one token too many", _FORESEEN
    ),
    Mistake(
        _by_place(lambda predict, ids, k: predict(ids[: k + 2])[-1]),
        "one token too many",
        _FORESEEN,
    ),
]
_JUDGE_4_6 = Judge(
    inputs=st.tuples(
        st.builds(_two_way_reader, st.integers(0, 999), st.integers(1, 5)),
        st.lists(st.integers(0, 9), min_size=1, max_size=7).map(np.array),
    ),
    right=_by_place(lambda predict, ids, k: predict(ids[: k + 1])[k]),
    names=("the scores",),
    examples=[
        (_two_way_reader(0, 4), np.array([1, 5, 7, 6, 9, 2])),
        (_two_way_reader(1, 3), np.array([1, 0, 4, 0, 0])),
        (_two_way_reader(2, 3), np.random.default_rng(2).integers(0, 10, 30)),
        (_two_way_reader(3, 2), np.random.default_rng(3).integers(0, 10, 64)),
    ],
    mistakes=_MISTAKES_4_6,
)


@exercise("4.6")
def check_4_6(answer: Any) -> None:
    """Name known mistakes, run the leak test, then compare with known prefixes."""
    _demand_other_scores(answer)
    known = [inputs for inputs in _JUDGE_4_6.draw(30) if len(inputs[1]) > 3][:6]
    found = []
    for inputs in (*_JUDGE_4_6.examples, *known):
        got = _one_row_a_call(answer, *inputs)
        demand_sound(got, _JUDGE_4_6.right(*inputs), _JUDGE_4_6.names)
        found.append((inputs, got))
    name_a_mistake(found, _MISTAKES_4_6)
    for (predict, ids), got in found:
        expect_shape(got, predict(ids).shape, "the scores")
        _demand_no_leak(answer, predict, ids, np.asarray(plain(got)))
    _JUDGE_4_6(answer)


def _counted(
    predict: Callable[[np.ndarray], np.ndarray], asked: list[int]
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network that notes in a list how many ids it is asked about each time."""

    def counted(ids: np.ndarray) -> np.ndarray:
        asked.append(np.size(ids))
        return predict(ids)

    counted.__name__ = predict.__name__
    return counted


def _demand_other_scores(answer: Any) -> None:
    """Refuse scores that do not follow the network, such as those kept from an earlier call."""
    ids = _JUDGE_4_6.examples[0][1]
    found, asked = [], []
    for seed in range(2):
        predict = _two_way_reader(seed, 4)
        got = _one_row_a_call(answer, _counted(predict, asked), ids)
        demand_sound(got, _JUDGE_4_6.right(predict, ids), _JUDGE_4_6.names)
        found.append(got)
    if not looks_like(*found):
        return
    scores = numbers(found[0], "the scores")
    expect_shape(scores, (len(ids), 4), "the scores")
    mistake(
        scores.min() == scores.max(),
        "the scores are never filled in",
        f"all of them are `{whole(scores[0, 0])}`, whatever the network says.",
    )
    mistake(
        not asked,
        "the network is never asked",
        "scores are what `predict_all` says, and your function does not call it.",
    )
    mistake(
        True,
        "two networks, and the same scores for both",
        "scores are what `predict_all` says. Does something outside the function keep those of an "
        "earlier call?",
    )


# What NumPy and TensorFlow say where arrays of different sizes are to be one.
_UNEQUAL_ROWS = ("same shape", "inhomogeneous", "Shapes of all inputs must match")


def _one_row_a_call(answer: Any, predict: Callable[[np.ndarray], np.ndarray], ids: Any) -> Any:
    """Call the answer; whole predictions, which cannot be stacked, are told from other errors."""
    try:
        got = call(answer, predict, ids)
        np.asarray(plain(got))
        return got
    except (ReaderError, ValueError) as error:
        told = str(error.__cause__ or error)
        if not any(words in told for words in _UNEQUAL_ROWS):
            raise
    raise Incorrect(
        "The predictions for different prefixes have different numbers of rows, so they do not "
        "fit into one array: `predict_all` gives a row for every place. Take one row a call."
    )


def _demand_no_leak(
    answer: Any, predict: Callable[[np.ndarray], np.ndarray], ids: np.ndarray, before: np.ndarray
) -> None:
    for changed in range(1, len(ids)):
        other = ids.copy()
        other[changed] = other[changed] % 9 + 1
        after = numbers(call(answer, predict, other), "the scores")
        expect_shape(after, before.shape, "the scores")
        moved = np.flatnonzero((after[:changed] != before[:changed]).any(axis=1))
        if len(moved):
            place = moved[0]
            allowed = f"ids[0] to ids[{place}]" if place else "ids[0]"
            raise Incorrect(
                f"The leak test fails: token {changed} was changed, and your scores for place "
                f"{place} moved. They may depend on {allowed} only."
            )


_DESIGN_4_7 = Design(
    measure=memory_left,
    control=(1, 10, 64),
    repeats=3,
    tolerance=6e-4,  # results may be rounded to three decimals
    settings="a triple `(bias, words, units)`, such as `(1, 10, 64)`: -5 to 10, 1 to 30, 1 to 128",
    parts=(
        Part("the bias", -5, 10, whole=False),
        Part("the words", 1, 30),
        Part("the units", 1, 128),
    ),
)
DESIGNS["memory_left"] = lambda *_, **__: _DESIGN_4_7


@exercise("4.7")
def check_4_7(experiment: Any) -> None:
    """Judge the reader's own experiment; one of the three things varies, from small to large."""
    judge_experiment(experiment, _DESIGN_4_7)
