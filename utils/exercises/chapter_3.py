"""The exercises of chapter 3: words become vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.conditions import MakesOneHot, condition
from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    demand_sound,
    difference,
    expect_close,
    looks_like,
    mistake,
    plain,
)
from utils.exercises.experiment import DESIGNS, Design, Part, judge_experiment
from utils.exercises.guard import ReaderError, call, whole
from utils.exercises.measure_3 import MOST_EXAMPLES, share_sorted
from utils.glove import Glove

_DESIGN_3_2 = Design(
    measure=share_sorted,
    control=(3, 50),
    repeats=3,
    tolerance=0.01,
    settings="a pair `(examples, numbers)` of 1 to 6 examples and 1 to 50 numbers, as `(3, 50)`",
    parts=(
        Part("the examples", 1, MOST_EXAMPLES),
        Part("the numbers", 1, 50),
    ),
)
DESIGNS["share_sorted"] = lambda *_, **__: _DESIGN_3_2


@exercise("3.2")
def check_3_2(experiment: Any) -> None:
    """Judge the reader's own experiment; one of the two things may vary, from small to large."""
    judge_experiment(experiment, _DESIGN_3_2)


@dataclass(frozen=True, repr=False)
class _Vectors(Glove):
    """Made-up vectors that are told as they could be typed."""

    def __repr__(self) -> str:
        rows = zip(self.words, self.vectors, strict=True)
        return f"Glove({', '.join(f'{word}={whole(vector)}' for word, vector in rows)})"


_Vectors.__name__ = _Vectors.__qualname__ = "Glove"  # as Python's errors name it to readers


def _glove(words: list[str], vectors: Any) -> _Vectors:
    return _Vectors(words, np.array(vectors, dtype=np.float32).reshape(len(words), -1))


def _guarded(answer: Any) -> Any:
    """Return the answer, made to work on a copy of the vectors and refused where it changes them.

    `guard.call` copies lists and arrays, and hands on what is inside of other objects.
    """
    if not callable(answer):
        return answer  # the judge has the sentence

    @wraps(answer)
    def guarded(*arguments: Any) -> Any:
        copies = [
            _glove(list(one.words), one.vectors) if isinstance(one, Glove) else one
            for one in arguments
        ]
        result = answer(*copies)
        for before, after in zip(arguments, copies, strict=True):
            if isinstance(before, Glove):
                _demand_untouched(before, after)
        return result

    return guarded


def _demand_untouched(before: Glove, after: Glove) -> None:
    """Raise where words or vectors are others than before."""
    if before.words == after.words and np.array_equal(before.vectors, after.vectors):
        return
    told = "its list of words is another one"
    if before.words == after.words:
        row = int(np.argmax((before.vectors != after.vectors).any(axis=1)))
        told = (
            f"the vector of `{before.words[row]}` was {whole(before.vectors[row])}, and after the "
            f"call it is {whole(after.vectors[row])}"
        )
    raise Incorrect(
        f"Your function changes `glove` in place: {told}. Whoever asks it next gets other vectors. "
        "`glove[word]` is a row of the table itself: `/=` and `-=` change it, `vector = vector / "
        "length` makes a new one."
    )


def _rows(glove: Glove, words: list[str]) -> np.ndarray:
    return np.array([glove[word] for word in words], dtype=float)


def _units(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _sums(vectors: np.ndarray) -> np.ndarray:
    """Return for each vector the sum of its cosines to the others."""
    return (_units(vectors) @ _units(vectors).T).sum(axis=1) - 1


def _others(table: np.ndarray) -> np.ndarray:
    """Return a square table without its diagonal, (n, n - 1)."""
    size = len(table)
    return table[~np.eye(size, dtype=bool)].reshape(size, size - 1)


def _apart(vectors: np.ndarray) -> np.ndarray:
    """Return for each vector the sum of its distances to the others."""
    return np.linalg.norm(vectors[:, None] - vectors[None], axis=2).sum(axis=1)


def _to_rest(vectors: np.ndarray) -> np.ndarray:
    """Return for each vector the cosine to the mean of the others."""
    rest = vectors.sum(axis=0) - vectors
    return (_units(vectors) * rest).sum(axis=1) / np.linalg.norm(rest, axis=1)


def _least(score: Callable[[np.ndarray], np.ndarray]) -> Callable[[Glove, list[str]], str]:
    """Return the answer that takes the word of the smallest score."""
    return lambda glove, words: words[int(np.argmin(score(_rows(glove, words))))]


def _cosines(vectors: np.ndarray) -> np.ndarray:
    units = _units(vectors)
    return units @ units.T  # of one array, so that the table is symmetric to the last bit


_NAMES = ["dog", "cat", "ant", "car", "owl", "cow", "bus", "sun", "pig"]


@st.composite
def _odd_lists(draw: st.DrawFn) -> tuple[Glove, list[str]]:
    """Vectors of very different lengths, and some of their words in another order."""
    count, more = draw(st.integers(3, 6)), draw(st.integers(0, 3))
    width, seed = draw(st.integers(2, 5)), draw(st.integers(0, 999))
    rng = np.random.default_rng(seed)
    lengths = rng.choice([0.5, 1, 5], (count + more, 1))
    vectors = lengths * rng.normal(0, 2, (count + more, width)).round(1)
    vectors[~vectors.any(axis=1), 0] = 1  # nothing has no direction
    words = _NAMES[: count + more]
    return _glove(words, vectors), rng.permutation(words)[:count].tolist()


def _is_clear(inputs: tuple) -> bool:
    """Return whether one word is the odd one, however the numbers are rounded."""
    lowest = np.sort(_sums(_rows(*inputs)))[:2]
    return lowest[1] - lowest[0] > 1e-3


def _pets() -> Glove:
    """Return made-up vectors of very different lengths: `car` is odd by its direction alone."""
    words = ["dog", "cat", "ant", "car", "elephant"]
    vectors = [[1.0, 0.2, 0.0], [0.9, 0.1, 0.1], [0.2, 0.0, 0.0], [0.4, 0.4, 3.0], [9.0, 6.0, 2.0]]
    return _glove(words, vectors)


def _many(seed: int, place: int) -> tuple[Glove, list[str]]:
    """Return 45 vectors and 40 of their words; the odd one stands at a place."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(0.4, 1, (45, 4)) * rng.choice([0.5, 1, 5], (45, 1))
    words = [f"word{n}" for n in range(45)]
    some = rng.permutation(words)[:40].tolist()
    some.remove(odd := _least(_sums)(_glove(words, vectors), some))
    some.insert(place, odd)
    return _glove(words, vectors), some


def _few_of_many() -> tuple[Glove, list[str]]:
    """Return 400 vectors and five of their words, none near to the others.

    Who asks `nearest` for a few neighbours, ten or a hundred, does not find the others among them.
    """
    rng = np.random.default_rng(0)
    words = [f"word{n}" for n in range(400)]
    vectors = rng.normal(0.2, 1, (400, 6)) * rng.choice([0.5, 1, 5], (400, 1))
    return _glove(words, vectors.round(3)), rng.permutation(words)[:5].tolist()


def _alike() -> tuple[Glove, list[str]]:
    """Return 16 words of which two fit almost equally badly: their sums are 0.003 apart.

    Cosines rounded to one or two digits, or kept in half precision, name the wrong one.
    """
    rng = np.random.default_rng(12_913)
    vectors = rng.normal(1, 1, (16, 6)) * rng.choice([0.5, 1, 5], (16, 1))
    words = [f"word{n}" for n in range(16)]
    return _glove(words, vectors.round(3)), words


# Who looks at a few words only, at either end, misses one of these.
_MANY = [_many(0, 0), _many(1, 20), _many(2, 39)]
_THREE = _glove(["up", "left", "leftish"], [[0, 5], [-3, 0], [-1, 0.5]])
_LENGTH = "measured by distance or length"
_NOT_LENGTH = (
    "a long vector is far from all others even where it points the same way. "
    "Use cosines, which need vectors of length one."
)
_PLAIN = "used dot products without normalising"
_DIVIDE = "these grow with the lengths of the vectors. Divide each by its length first."
_HALF = "brought only one of the two vectors to length one"
_BOTH = "a cosine is the dot product divided by both lengths."
# The largest sum of angles is another word's than the smallest sum of cosines.
_TURNED = _glove(["dog", "cat", "ant", "car"], [[-3, 1, 0], [5, -5, 2], [-1, -3, -5], [2, 2, 4]])
_ONE = "took the smallest single cosine"
_ALL = "one bad pair does not make a word odd, and the pair has two words. Add up a word's cosines."
_JUDGE_3_3 = Judge(
    inputs=_odd_lists().filter(_is_clear),
    right=_least(_sums),
    names=("the odd word",),
    examples=[
        (_pets(), _pets().words),
        (_pets(), _pets().words[3::-1]),
        (_THREE, _THREE.words),
        (_TURNED, _TURNED.words),
        *_MANY,
        _few_of_many(),
        _alike(),
    ],
    mistakes=[
        Mistake(
            _least(lambda vectors: -_sums(vectors)),
            "took the largest sum",
            "that is the word that fits best; the odd one has the smallest sum.",
        ),
        *(
            Mistake(_least(score), _LENGTH, _NOT_LENGTH)
            for score in (
                lambda vectors: -_apart(vectors),
                lambda vectors: -np.linalg.norm(vectors - vectors.mean(axis=0), axis=1),
                lambda vectors: -np.linalg.norm(vectors, axis=1),
            )
        ),
        *(
            Mistake(_least(score), _PLAIN, _DIVIDE)
            for score in (
                lambda vectors: (vectors @ vectors.T).sum(axis=1),
                lambda vectors: _others(vectors @ vectors.T).sum(axis=1),
            )
        ),
        *(
            Mistake(_least(score), _HALF, _BOTH)
            for score in (
                lambda vectors: (vectors @ _units(vectors).T).sum(axis=1),
                lambda vectors: _others(vectors @ _units(vectors).T).sum(axis=1),
                lambda vectors: _others(_units(vectors) @ vectors.T).sum(axis=1),
            )
        ),
        Mistake(  # this is the cosine to the mean, and also the dot products by one length
            _least(lambda vectors: _units(vectors) @ vectors.mean(axis=0)),
            "long vectors count more than short ones",
            "a cosine is divided by the lengths of both words' vectors. Bring all vectors to "
            "length one before you add up, or average, anything.",
        ),
        Mistake(
            _least(
                lambda vectors: -np.arccos(np.clip(_others(_cosines(vectors)), -1, 1)).sum(axis=1)
            ),
            "added up angles, not cosines",
            "the largest sum of angles and the smallest sum of cosines may be those of two words.",
        ),
        *(
            Mistake(
                _least(score),
                "compared with the mean of the others",
                "that is not the sum of the cosines. The mean of each word's others has a length "
                "of its own, and the cosine to it divides that away.",
            )
            for score in (_to_rest, lambda vectors: _to_rest(_units(vectors)))
        ),
        Mistake(
            _least(lambda vectors: _others(_cosines(vectors)).max(axis=1)),
            "took the smallest of the largest cosines",
            "that asks for the nearest of the others alone. The sum over all the others counts.",
        ),
        Mistake(_least(lambda vectors: _others(_cosines(vectors)).min(axis=1)), _ONE, _ALL),
        Mistake(
            lambda glove, words: _least(lambda v: _others(_cosines(v)).min(axis=1))(
                glove, words[::-1]
            ),
            _ONE,
            _ALL,
        ),
        Mistake(
            _least(lambda vectors: np.median(_others(_cosines(vectors)), axis=1)),
            "took the median of the cosines",
            "the sum is asked for. Every other word has a say in it.",
        ),
        Mistake(
            _least(lambda vectors: _cosines(vectors)[0]),
            "compared with the first word only",
            "the first word may be the odd one. Add up the cosines to all the others.",
        ),
        Mistake(
            _least(lambda vectors: np.abs(_cosines(vectors)).sum(axis=1)),
            "lost the signs of the cosines",
            "a word that points the other way has cosines below zero, and fits badly.",
        ),
        Mistake(
            _least(lambda vectors: -_apart(_units(vectors))),
            "added up distances, not cosines",
            "the vectors have length one, and that is right. But the largest sum of distances and "
            "the smallest sum of cosines may be those of two words.",
        ),
        Mistake(
            _least(
                lambda vectors: _sums(
                    vectors / np.maximum(np.linalg.norm(vectors, axis=0, keepdims=True), 1e-9)
                )
            ),
            "divided by the lengths of the columns",
            "a word is a row. Use `axis=1`, and `keepdims=True` so that the shapes fit.",
        ),
        Mistake(
            lambda glove, words: words[
                int(np.argmin((_units(_rows(glove, words)) @ glove.directions.T).sum(axis=1)))
            ],
            "compared with all words of `glove`",
            "only the others among `words` count.",
        ),
        Mistake(
            lambda glove, words: _least(_sums)(glove, glove.words),
            "looked at all words of `glove`",
            "only those in `words` are asked about.",
        ),
        Mistake(
            lambda glove, words: glove.words[int(np.argmin(_sums(_rows(glove, words))))],
            "took the word from another list",
            "the place is one in `words`, and not one in `glove.words`.",
        ),
    ],
)


@exercise("3.3")
def check_3_3(answer: Any) -> None:
    """Compare the odd words of lists in which length and direction disagree."""
    guarded = _guarded(answer)
    got = plain(call(guarded, _pets(), _pets().words))
    mistake(
        isinstance(got, int) and not isinstance(got, bool),
        "returned the place",
        f"a number came, `{got}`; the word itself is wanted: `words[place]`.",
    )
    _JUDGE_3_3(guarded)


@st.composite
def _word_lists(draw: st.DrawFn) -> tuple[list[str], Glove]:
    """The padding, then known and unknown words in a mixed order, and vectors for more words."""
    known, unknown, more = (draw(st.integers(low, 3)) for low in (1, 0, 0))
    width, seed = draw(st.integers(1, 4)), draw(st.integers(0, 999))
    rng = np.random.default_rng(seed)
    names = rng.permutation(_NAMES)[: known + more].tolist()
    vectors = rng.integers(1, 99, (known + more, width)) / 10
    others = [*rng.permutation(names)[:known], *["<start>", "<unk>", "qqqzzz"][:unknown]]
    return ["<pad>", *rng.permutation(others).tolist()], _glove(names, vectors)


def _table(words: list[str], glove: Glove) -> np.ndarray:
    table = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words):
        if word in glove:
            table[row] = glove[word]
    return table


def _known(words: list[str], glove: Glove) -> np.ndarray:
    return np.array([glove[word] for word in words if word in glove])


def _skipped(first: int) -> Callable[[list[str], Glove], np.ndarray]:
    """Return the answer that lays the known words one after the other, from a row on."""

    def lay(words: list[str], glove: Glove) -> np.ndarray:
        table = np.zeros((len(words), glove.dimension), dtype=np.float32)
        vectors = _known(words, glove)
        table[first : first + len(vectors)] = vectors
        return table

    return lay


def _late(words: list[str], glove: Glove) -> np.ndarray:
    return np.roll(_table(words, glove), 1, axis=0)


def _without_first_four(words: list[str], glove: Glove) -> np.ndarray:
    table = _table(words, glove)
    table[:4] = 0
    return table


def _gives(wrong: Callable[..., Any]) -> Callable[[tuple, Any], bool]:
    """Return whether a result is what a wrong function gives."""
    return lambda inputs, got: looks_like(got, wrong(*inputs))


def _problem_of_table(inputs: tuple, got: Any) -> str:
    """Return which word's row is wrong, and what stands there; "" where all are right."""
    words, glove = inputs
    want = _table(words, glove)
    wrong = difference(got, want, ("the table",))
    table = np.asarray(plain(got)) if wrong else want
    if table.shape != want.shape:
        return wrong
    for row, word in enumerate(words):
        if not difference(table[row], want[row], ("the row",)):
            continue
        holds = f"It holds {whole(table[row])}."
        if row == 0:
            return f"Row 0 is not zero: id 0 is the padding, which says nothing. {holds}"
        if word in glove:
            should = f"row {row} should hold the vector of `{word}`, {whole(want[row])}."
            return f"A row holds something else: {should} {holds}"
        should = f"row {row} belongs to `{word}`, which has no vector."
        return f"A row did not stay zero: {should} {holds}"
    return wrong


def _many_rows() -> tuple[list[str], Glove]:
    """Return a list of 60 words, of which every third is unknown, and vectors in another order."""
    rng = np.random.default_rng(4)
    words = [f"word{n}" for n in range(60)]
    known = rng.permutation([word for n, word in enumerate(words) if n % 3]).tolist()
    return ["<pad>", *words[1:]], _glove(known, rng.integers(1, 99, (len(known), 3)) / 10)


def _near_names() -> tuple[list[str], Glove]:
    """Return words without a vector, though one that looks like them has one, and short words.

    The vectors have five decimals, as GloVe's have.
    """
    words = ["<pad>", "<start>", "<end>", "<unk>", "a", "in", "dogs", "Cat", "glass", "it's", "2"]
    known = ["pad", "start", "end", "unk", "dog", "a", "cat", "gla", "glas", "in", "it", "its", "2"]
    rng = np.random.default_rng(9)
    return words, _glove(known, rng.normal(size=(len(known), 3)).round(5))


_OTHER_SIDE = Mistake(
    _gives(_late),
    "shifted to the other side",
    "every vector is now one row too late. `words[1]` belongs in row 1.",
)
_SLIPPED = "each word, known or not, uses up its row; otherwise all later words slip."
_JUDGE_3_4 = Judge(
    inputs=_word_lists(),
    right=_table,
    names=("the table",),
    fits=_problem_of_table,
    examples=[
        (
            ["<pad>", "<start>", "the", "qqqzzz", "dog", "cat", "zzzqqq"],
            _glove(["cat", "dog", "the", "sun"], [[1, 2], [3, 4], [5, 6], [7, 8]]),
        ),
        (["<pad>", "dog", "cat"], _glove(["cat", "dog"], [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])),
        _many_rows(),
        _near_names(),
    ],
    mistakes=[
        Mistake(
            _gives(lambda words, glove: np.roll(_table(words, glove), -1, axis=0)),
            "still shifted by one",
            "each row holds the vector of the word after it. The first word of `words[1:]` has "
            "the id 1.",
        ),
        _OTHER_SIDE,
        Mistake(_gives(_skipped(1)), "words without a vector were skipped", _SLIPPED),
        Mistake(_gives(_skipped(0)), "words without a vector were skipped", _SLIPPED),
        Mistake(
            _gives(_known),
            "a row for each known word only",
            "the table needs a row for each of the `words`, known or not, because the id is the "
            "row.",
        ),
        Mistake(
            _gives(lambda words, glove: glove.vectors),
            "gave GloVe's own table",
            "its rows stand in GloVe's order. A row for each of the `words` is wanted, in theirs.",
        ),
        Mistake(
            _gives(lambda words, glove: _table(words, glove)[1:]),
            "left the padding's row out",
            "the ids count it too. Row 0 must be there, all zeros.",
        ),
        Mistake(
            _gives(lambda words, glove: _table(words, glove).T),
            "transposed",
            "a word is a row of the table, not a column.",
        ),
        Mistake(
            _gives(_without_first_four),
            "left the first four words out",
            "of `words` you know that `words[0]` is `<pad>`, and no more. Ask for each of the "
            "others whether it is in `glove`.",
        ),
    ],
)


@exercise("3.4")
def check_3_4(answer: Any) -> None:
    """Compare the tables of lists with known and unknown words at every place."""
    guarded = _guarded(answer)
    try:
        _JUDGE_3_4(guarded)
    except ReaderError as error:
        if isinstance(error.__cause__, IndexError):
            _name_late_rows(guarded)
        raise


def _name_late_rows(answer: Any) -> None:
    """Name rows that come too late: where the last word has a vector, there is no row for it."""
    inputs = [*_JUDGE_3_4.examples, *_JUDGE_3_4.draw()]
    fitting = [(words, glove) for words, glove in inputs if words[-1] not in glove]
    try:
        is_late = all(_OTHER_SIDE.function(one, call(answer, *one)) for one in fitting)
    except ReaderError:  # it is something else
        return
    mistake(is_late, _OTHER_SIDE.name, _OTHER_SIDE.why)


@st.composite
def _sentences(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """The ids of a few words, many of them repeated, padding after them, and gradients."""
    words, padding = draw(st.integers(0, 6)), draw(st.integers(0, 3))
    size, width = draw(st.integers(2, 7)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    words += words + padding == 0  # a sentence has a place at least
    ids = np.concatenate([rng.integers(1, size, words), np.zeros(padding, int)])
    upstream = rng.integers(-30, 31, (len(ids), width)) / 10
    kinds = draw(st.sampled_from([(np.int32, np.float32), (np.int64, np.float64)]))
    return ids.astype(kinds[0]), upstream.astype(kinds[1]), size


def _gradient(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
    gradient = _with_padding(ids, upstream, size)
    gradient[0] = 0.0
    return gradient


def _with_padding(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
    gradient = np.zeros((size, upstream.shape[1]))
    np.add.at(gradient, ids, upstream)
    return gradient


def _last(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
    """Return the rows of the last place of each word."""
    gradient = np.zeros((size, upstream.shape[1]))
    for index, slope in zip(ids, upstream, strict=True):
        gradient[index] = slope
    return gradient


def _first(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
    return _last(ids[::-1], upstream[::-1], size)


def _mean(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
    counts = np.maximum(np.bincount(ids, minlength=size), 1)[:, None]
    return _with_padding(ids, upstream, size) / counts


def _masked(wrong: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Return the wrong answer with row 0 at zero."""

    def with_zeros(ids: np.ndarray, upstream: np.ndarray, size: int) -> np.ndarray:
        gradient = wrong(ids, upstream, size)
        gradient[0] = 0.0
        return gradient

    return with_zeros


def _both(wrong: Callable[..., np.ndarray], name: str, why: str) -> list[Mistake]:
    """Return a mistake, with and without the padding's row."""
    return [Mistake(wrong, name, why), Mistake(_masked(wrong), name, why)]


_JUDGE_3_6 = Judge(
    inputs=_sentences(),
    right=_gradient,
    names=("the gradient",),
    examples=[
        (
            np.array([1, 4, 2, 4, 5, 4, 0, 0], dtype=np.int32),
            np.random.default_rng(3).normal(size=(8, 3)),
            7,
        ),
        (np.array([3, 3], dtype=np.int32), np.array([[1.0], [2.0]]), 4),
        (
            np.concatenate([np.random.default_rng(6).integers(1, 60, 390), np.zeros(10, int)]),
            np.random.default_rng(7).normal(size=(400, 20)),
            60,
        ),
    ],
    mistakes=[
        *_both(
            _last,
            "repeated words count once only",
            "where a word occurs twice, its row should get the sum of two gradients, and it gets "
            "the last one. `gradient[ids] += ...` does that too.",
        ),
        *_both(
            _first,
            "repeated words count once only",
            "where a word occurs twice, its row should get the sum of two gradients, and it gets "
            "the first one.",
        ),
        Mistake(
            _with_padding,
            "the padding learns",
            "places with id 0 are masked; row 0 of the gradient is zero.",
        ),
        *_both(
            _mean,
            "took the mean",
            "one-hot transposed times upstream adds the gradients of a word up.",
        ),
        Mistake(
            lambda ids, upstream, size: _gradient(ids, upstream, size).T,
            "transposed",
            "a row for each word is wanted, (size, d).",
        ),
        Mistake(
            lambda ids, upstream, size: _with_padding(ids, upstream, size).T,
            "transposed, and the padding learns",
            "a row for each word is wanted, (size, d), with zeros in row 0.",
        ),
        Mistake(
            lambda ids, upstream, size: _gradient(ids, upstream, size)[1:],
            "left the padding's row out",
            "the ids count it too. Row 0 must be there, all zeros.",
        ),
        Mistake(
            lambda ids, upstream, size: np.roll(_gradient(ids, upstream, size), -1, axis=0),
            "shifted by one",
            "the id is the row. A word of id 1 changes row 1, because row 0 is the padding's.",
        ),
        Mistake(
            lambda ids, upstream, size: -_gradient(ids, upstream, size),
            "turned the sign",
            "the gradient itself is wanted. The step against it is the optimizer's work.",
        ),
    ],
)


@exercise("3.6")
def check_3_6(answer: Any) -> None:
    """Compare the gradients of sentences with repeated words and padding; then the memory."""
    _JUDGE_3_6(answer)
    _demand_small(answer)


_ONE_HOT_NAME = "the numbers are right, but they come from one-hot vectors, or something as large"
_INSTEAD = (
    "Start from zeros of shape (size, d) and add each row of `upstream` to the row of its id."
)


def _demand_small(answer: Any) -> None:
    """Measure the memory of one large call, and compare what it returns.

    One-hot vectors take a byte for each place and word at least, 8 MB here; results of 4,000 rows
    take less than 2 MB even as arrays in a list.
    """
    places, size = 2000, 4000
    rng = np.random.default_rng(36)
    ids = np.where(np.arange(places) < 1900, rng.integers(1, size, places), 0).astype(np.int32)
    inputs = (ids, rng.integers(-30, 31, (places, 2)) / 10, size)
    try:
        with condition("memory") as used_so_far, condition("without one-hot"):
            got = call(answer, *inputs)
            used = used_so_far()
    except MakesOneHot as maker:
        mistake(True, _ONE_HOT_NAME, f"your function calls {maker}. {_INSTEAD}")
    mistake(
        used > places * size / 2,
        _ONE_HOT_NAME,
        f"for {places:,} ids and a table of {size:,} x 2 numbers (0.06 MB) your function took "
        f"{used / 1e6:.1f} MB. {_INSTEAD}",
    )
    try:
        demand_sound(got, _gradient(*inputs), _JUDGE_3_6.names)
        expect_close(got, _gradient(*inputs), *_JUDGE_3_6.names)
    except Incorrect as problem:
        seen = f"Seen with {places:,} ids and a table of {size:,} rows."
        raise Incorrect(f"{problem} {seen}") from None
