"""The exercises of chapter 5: merge with Add."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import Incorrect, NotAttempted, exercise
from utils.exercises.expect import (
    about_none,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
    plain,
)
from utils.exercises.experiment import DESIGNS, Design, Part, counted, judge_experiment
from utils.exercises.guard import FarError, ReaderError, call, readers_line, short, whole
from utils.exercises.measure_5 import small_world


@dataclass(frozen=True)
class _Counted:
    """How the parameters are counted: rightly, where nothing is changed."""

    dense_bias: int = 1
    lstm_bias: int = 1
    gates: int = 4
    state: int = 1
    directions: int = 2
    width: int = 2
    pasted: tuple[str, ...] = ("concatenate",)
    without: str = ""


def _total(sizes: Sequence[int], merge: str, how: _Counted) -> int:
    """Return the count of the course's model."""
    words, embedding, feature, units = sizes
    merged = 2 * units if merge in how.pasted else units

    def lstm(inputs: int) -> int:
        return how.gates * units * (inputs + how.state * units + how.lstm_bias)

    counts = {
        "image_encoder": units * (feature + how.dense_bias),
        "embedding": words * embedding,
        "bilstm": how.directions * lstm(embedding),
        "lstm": lstm(how.width * units),
        "hidden": units * (merged + how.dense_bias),
        "next_word": words * (units + how.dense_bias),
    }
    return sum(count for name, count in counts.items() if name != how.without)


def _slip(name: str, why: str, **changed: Any) -> Mistake:
    """Return the mistake of counting with something changed."""
    how = _Counted(**changed)
    return Mistake(lambda *given: _total(given[:4], given[4], how), name, why)


_EVERY = ("add", "multiply", "concatenate")
_BIASES = "each Dense unit and each gate has one."
_JUDGE_5_2 = Judge(
    # An answer may build a Keras model each time: few inputs, all of them small.
    count=20,
    searches=False,
    inputs=st.tuples(
        st.integers(5, 400),
        st.integers(1, 50),
        st.integers(1, 200),
        st.integers(1, 40),
        st.sampled_from(_EVERY),
    ),
    right=lambda *given: _total(given[:4], given[4], _Counted()),
    names=("the number of parameters",),
    tolerance=0.0,
    examples=[(*sizes, merge) for sizes in ((5, 2, 3, 4), (97, 11, 23, 7)) for merge in _EVERY],
    mistakes=[
        _slip("the biases are missing", _BIASES, dense_bias=0, lstm_bias=0),
        _slip("the biases of the Dense layers are missing", "each unit has one.", dense_bias=0),
        _slip("the biases of the LSTMs are missing", "each unit of a gate has one.", lstm_bias=0),
        _slip("two biases per gate", "PyTorch has two, Keras has one.", lstm_bias=2),
        _slip("an LSTM has four gates", "each of them is a Dense layer of its own.", gates=1),
        _slip("an LSTM has four gates", "here three were counted.", gates=3),
        _slip(
            "the LSTMs do not read their own state",
            "each gate reads the input and the state of the step before, `m + u + 1` numbers.",
            state=0,
        ),
        _slip("the BiLSTM counted once", "it is two LSTMs, one for each direction.", directions=1),
        _slip(
            "the LSTM reads more than that",
            "before it stands a BiLSTM, which gives 2 * units numbers per word.",
            width=1,
        ),
        _slip(
            "Concatenate treated as Add", "after it `hidden` reads 2 * units numbers.", pasted=()
        ),
        _slip(
            "Add treated as Concatenate",
            "after 'add' and 'multiply' the vector is as wide as before, `units`.",
            pasted=_EVERY,
        ),
        _slip(
            "Multiply treated as Concatenate",
            "after 'multiply' the vector is as wide as before, `units`.",
            pasted=("multiply", "concatenate"),
        ),
        *(
            _slip("a layer is missing", f"`{layer}` has parameters too.", without=layer)
            for layer in ("image_encoder", "embedding", "bilstm", "lstm", "hidden", "next_word")
        ),
    ],
)


@exercise("5.2")
def check_5_2(answer: Any) -> None:
    """Compare with the count at sizes that the reader does not see, for each merge."""
    _JUDGE_5_2(answer)


def _weights(units: int, outputs: int, seed: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a kernel and a bias of small halves, which float32 holds exactly."""
    rng = np.random.default_rng(seed)
    kernel = rng.integers(-6, 7, (units, outputs)) / 2
    return kernel.astype(kind), (rng.integers(-6, 7, outputs) / 2).astype(kind)


def _uneven_weights() -> tuple[np.ndarray, np.ndarray]:
    """Return a kernel and a bias whose numbers change where they are rounded."""
    rng = np.random.default_rng(7)
    kernel, bias = rng.normal(size=(3, 2)) / 2, rng.normal(size=2) / 2
    return kernel.astype(np.float32), bias.astype(np.float32)


def _rounded_weights(to_round: Callable[[np.ndarray], np.ndarray]) -> list[Mistake]:
    """Return the mistakes of rounding the kernel, or the bias as well."""
    return [
        Mistake(
            lambda kernel, bias, both=both: [
                _twice(to_round(kernel)),
                to_round(bias) if both else bias,
            ],
            "the weights are rounded",
            "they are to give just what the old ones gave. Leave their numbers as they are.",
        )
        for both in (False, True)
    ]


def _with(change: Callable[[np.ndarray], Any], bias_times: int = 1) -> Callable[..., list]:
    return lambda kernel, bias: [change(kernel), bias_times * bias]


def _twice(kernel: np.ndarray) -> np.ndarray:
    return np.concatenate([kernel, kernel])


_ABOUT_AXIS = (
    "the rows of a kernel meet the inputs, and it is the inputs that became twice as many."
)
_LOST = "rows of zeros make the layer blind to the photo or deaf to the text."
_KERNEL_SLIPS: tuple[tuple[Callable[[np.ndarray], Any], str, str], ...] = (
    (
        lambda kernel: np.concatenate([kernel, kernel], axis=1),
        "concatenated along the wrong axis",
        _ABOUT_AXIS,
    ),
    (
        lambda kernel: kernel,
        "the kernel is still too small",
        "after Concatenate the layer reads 2 * units numbers.",
    ),
    (
        lambda kernel: 2 * kernel,
        "the kernel is still too small",
        "its numbers are doubled, and it needs twice as many rows: the layer reads 2 * units.",
    ),
    (lambda kernel: np.concatenate([kernel, 0 * kernel]), "one of the two is lost", _LOST),
    (lambda kernel: np.concatenate([0 * kernel, kernel]), "one of the two is lost", _LOST),
    (lambda kernel: _twice(kernel) / 2, "the mean instead of the sum", "Add does not halve."),
    (
        lambda kernel: 2 * _twice(kernel),
        "everything is added twice",
        "photo @ kernel + text @ kernel holds each of the two once.",
    ),
    (
        lambda kernel: np.repeat(kernel, 2, axis=0),
        "the rows are interleaved",
        "the first `units` rows of the new kernel meet the photo, the others the text: the whole "
        "kernel comes twice, one below the other, not each row twice.",
    ),
    (
        lambda kernel: np.concatenate([kernel, kernel[::-1]]),
        "the text's half is upside down",
        "the text's numbers stand in the same order as the photo's.",
    ),
    (
        lambda kernel: np.concatenate([kernel, -kernel]),
        "the text is subtracted",
        "Add gives photo + text, so both halves have the same sign.",
    ),
    (
        lambda kernel: np.stack([kernel, kernel]),
        "stacked, not concatenated",
        "a kernel has two axes: join them along the rows with `np.concatenate`.",
    ),
)
_BIAS_SLIPS = (
    Mistake(
        lambda kernel, bias: [_twice(kernel), 2 * bias],
        "the bias is added twice",
        "(photo + text) @ kernel + bias holds one bias only.",
    ),
    Mistake(
        lambda kernel, bias: [_twice(kernel), np.concatenate([bias, bias])],
        "the bias is too long",
        "it has a number for each output, and there are as many outputs as before.",
    ),
    Mistake(
        lambda kernel, bias: [_twice(kernel), bias / 2],
        "the bias is halved",
        "(photo + text) @ kernel + bias holds the bias once, as it was.",
    ),
    Mistake(
        lambda kernel, bias: [_twice(kernel), 0 * bias],
        "the bias is lost",
        "(photo + text) @ kernel + bias holds the bias once, as it was.",
    ),
)
# Whoever makes a kernel with twice as many columns makes the bias longer too.
_WRONG_AXIS = [
    Mistake(
        lambda kernel, bias, widened=widened, change=change: [widened(kernel), change(bias)],
        "concatenated along the wrong axis",
        _ABOUT_AXIS,
    )
    for widened in (
        lambda kernel: np.concatenate([kernel, kernel], axis=1),
        lambda kernel: np.repeat(kernel, 2, axis=1),
    )
    for change in (
        lambda bias: bias,
        lambda bias: 2 * bias,
        lambda bias: np.concatenate([bias, bias]),
        lambda bias: np.repeat(bias, 2),
    )
]
_JUDGE_5_3 = Judge(
    # A square kernel that is joined along the wrong axis has a shape that looks transposed.
    inputs=st.builds(
        _weights,
        st.integers(1, 5),
        st.integers(1, 5),
        st.integers(0, 99),
        st.sampled_from(["float32", "float64"]),
    ).filter(lambda inputs: inputs[0].shape[0] != inputs[0].shape[1]),
    right=lambda kernel, bias: (_twice(kernel), bias),
    names=("the new kernel", "the new bias"),
    examples=[
        _weights(6, 4, 5, "float32"),
        _weights(5, 5, 6, "float64"),
        _uneven_weights(),
        # More units than the course's model has.
        _weights(300, 3, 7, "float32"),
    ],
    mistakes=[
        *(
            slip
            for digits in range(5)
            for slip in _rounded_weights(lambda kept, digits=digits: np.round(kept, digits))
        ),
        *_rounded_weights(lambda kept: kept.astype(np.float16)),
        *(
            Mistake(_with(change, times), name, why)
            for change, name, why in _KERNEL_SLIPS
            for times in (1, 2)
        ),
        *_WRONG_AXIS,
        *_BIAS_SLIPS,
    ],
)


@exercise("5.3")
def check_5_3(answer: Any) -> None:
    """Compare the weights: no others give Add's output for every photo and text."""
    _JUDGE_5_3(answer)


def _repeated(features: np.ndarray, captions: list[list[str]]) -> np.ndarray:
    return np.repeat(features, [len(image) for image in captions], axis=0)


def _flat(captions: list[list[str]]) -> list[str]:
    return [caption for image in captions for caption in image]


def _rows_and_texts(got: Any) -> tuple[Any, Any]:
    """Return the two results; raise `Incorrect` where there are not two."""
    if got is None:
        raise Incorrect(about_none("the result"))
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Incorrect(
            f"Two things are wanted, the rows of features and the captions; this is `{short(got)}`."
        )
    rows, texts = plain(got[0]), plain(got[1])
    if isinstance(texts, (list, tuple, np.ndarray)):
        texts = [_as_text(plain(text)) for text in texts]
    return rows, texts


def _as_text(value: Any) -> Any:
    """Return the bytes of which tensors of texts consist as a text, anything else as it is."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _problem_of_rows(got: Any, size: int) -> str:
    """Return what is wrong with the rows of features alone; "" where nothing is."""
    if got is None:
        return about_none("the array of features")
    try:
        rows = np.asarray(got)
    except ValueError:
        return "The features are no table: their rows have different lengths."
    if rows.size and rows.dtype.kind not in "biuf":
        return f"The first result is no table of numbers: `{short(got)}`."
    if rows.ndim != 2:
        return f"The features are no table: their shape is {rows.shape}, and (n, {size}) is wanted."
    if not np.isfinite(rows.astype(float)).all():
        return "The features are not all finite numbers: NaN or infinity is among them."
    if rows.shape[1] != size:
        return (
            f"The photos' numbers are mixed: a photo has {size} of them, and a row of your array "
            f"has {rows.shape[1]}."
        )
    return ""


def _problem_of_pairs(inputs: tuple, got: Any) -> str:
    """Return what is wrong with the rows and captions, in whatever order they are."""
    features, captions = inputs
    rows, texts = _rows_and_texts(got)
    problem = _problem_of_rows(rows, features.shape[1])
    if problem:
        return problem
    if not isinstance(texts, (list, tuple, np.ndarray)):
        return f"The captions are no list: they are `{short(texts)}`."
    own, rows = _flat(captions), np.asarray(rows).tolist()
    if not all(isinstance(text, str) for text in texts):
        return "The captions are not texts one by one: a list of n captions is wanted."
    problem = _problem_of_texts(texts, own)
    if problem:
        return problem
    if len(rows) != len(texts):
        return (
            "The captions are not counted photo by photo: the number of captions is "
            f"{len(texts)}, and your array has {counted(len(rows), 'row')}."
        )
    known = features.tolist()
    strange = [row for row in rows if row not in known]
    if strange:
        is_mixed = np.isin(np.array(rows), features).all()
        problem = "The photos' numbers are mixed" if is_mixed else "The features were changed"
        return f"{problem}: the row `{whole(strange[0])}` came back, which no photo has."
    wanted = Counter(zip(map(tuple, _repeated(*inputs).tolist()), own, strict=True))
    for row, text in zip(rows, texts, strict=True):
        if (tuple(row), text) not in wanted:
            return (
                f"A caption stands beside another photo: {text!r} is paired with "
                f"`{whole(row)}`, which is photo {known.index(row)}."
            )
    return _problem_of_counts(Counter(zip(map(tuple, rows), texts, strict=True)), wanted)


def _problem_of_counts(found: Counter, wanted: Counter) -> str:
    """Return which pair of a row and a caption comes too often; "" where none does."""
    for (row, text), count in found.items():
        if count > wanted[row, text]:
            return (
                f"A caption stands beside another photo: {text!r} belongs to several photos. It "
                f"should stand beside `{whole(list(row))}` {_times(wanted[row, text])}, and stands "
                f"there {_times(count)}."
            )
    return ""


def _problem_of_texts(texts: list[str], own: list[str]) -> str:
    """Return what is wrong with the captions alone; "" where nothing is."""
    strange = [text for text in texts if text not in own]
    if strange:
        return (
            f"The captions were changed: `{short(strange[0])}` is none of those that came in. "
            "Hand them on as they are."
        )
    came, found = Counter(own), Counter(texts)
    for text in came:
        if came[text] != found[text]:
            return (
                f"Captions are lost or doubled: {text!r} came in {_times(came[text])}, and came "
                f"out {_times(found[text])}."
            )
    return ""


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _rows_are(rows_of: Callable[..., Any]) -> Callable[[tuple, Any], bool]:
    """Return whether the rows are those of a slip, and the captions right."""
    return lambda inputs, got: (
        looks_like(_rows_and_texts(got)[0], rows_of(*inputs))
        and looks_like(list(_rows_and_texts(got)[1]), _flat(inputs[1]))
    )


def _tiled(features: np.ndarray, captions: list[list[str]]) -> np.ndarray:
    count = len(_flat(captions))
    return np.tile(features, (count, 1))[:count]


def _table(photos: int, size: int, seed: int, kind: str) -> np.ndarray:
    """Return features of small halves: exact in float32, and now and then two photos are alike."""
    return (np.random.default_rng(seed).integers(0, 9, (photos, size)) / 2).astype(kind)


@st.composite
def _photos(draw: st.DrawFn, *, even: bool) -> tuple[np.ndarray, list[list[str]]]:
    """Features and captions, as many for each photo (`even`) or any number, also none."""
    photos, size = draw(st.integers(2 if even else 1, 5)), draw(st.integers(1, 4))
    each = draw(st.integers(1, 4))
    counts = [each if even else draw(st.integers(0, 4)) for _ in range(photos)]
    counts[-1] += not any(counts)
    text = st.sampled_from(["a dog", "A dog.", " an owl ", "a red cat", "Two dogs .", "a man"])
    captions = [[draw(text) for _ in range(count)] for count in counts]
    kind = draw(st.sampled_from(["float32", "float64"]))
    return _table(photos, size, draw(st.integers(0, 99)), kind), captions


def _told_apart(counts: Sequence[int]) -> tuple[np.ndarray, list[list[str]]]:
    """Features and captions of which no two are alike."""
    features = np.arange(3 * len(counts), dtype=np.float32).reshape(len(counts), 3)
    captions = [[f"photo {n}, caption {k}" for k in range(c)] for n, c in enumerate(counts)]
    return features, captions


def _uneven_photos(counts: Sequence[int]) -> tuple[np.ndarray, list[list[str]]]:
    """Features that change where they are rounded, and captions of 30 words."""
    features = np.random.default_rng(len(counts)).gamma(0.8, 1.0, (len(counts), 4))
    tail = " ".join(["and a dog beside a"] * 5)
    captions = [[f"a dog {tail} cat {n} of {k}" for k in range(c)] for n, c in enumerate(counts)]
    return features.astype(np.float32), captions


_MIXED = Mistake(
    _rows_are(
        lambda features, captions: np.repeat(features, len(captions[0])).reshape(
            -1, features.shape[1]
        )
    ),
    "the photos' numbers are mixed",
    "each number was repeated by itself. Repeat whole rows: `axis=0`.",
)
_TILED = Mistake(
    _rows_are(_tiled),
    "a caption stands beside another photo",
    "the rows come as 0, 1, 2, 0, 1, 2, and the captions as 0, 0, 1, 1, 2, 2: the whole table was "
    "repeated, and each row is to be.",
)
_EVEN_5_5 = Judge(
    inputs=_photos(even=True),
    fits=_problem_of_pairs,
    names=("the rows of features", "the captions"),
    examples=[_told_apart((2, 2, 2, 2)), _uneven_photos((2, 2, 2))],
    mistakes=[
        _MIXED,
        _TILED,
        Mistake(
            _rows_are(lambda features, captions: features),
            "the rows are not repeated",
            "a photo with two captions needs two rows.",
        ),
        *(
            Mistake(
                _rows_are(five),
                "5 captions per photo are taken for granted",
                "here the photos have another number of them. Count the captions of each photo.",
            )
            for five in (
                lambda features, captions: np.repeat(features, 5, axis=0),
                lambda features, captions: np.repeat(features, 5, axis=0)[: len(_flat(captions))],
            )
        ),
        Mistake(
            _rows_are(lambda features, captions: _repeated(features, captions)[::-1]),
            "a caption stands beside another photo",
            "the rows stand in the reverse order of the captions.",
        ),
    ],
)
_JUDGE_5_5 = Judge(
    inputs=_photos(even=False),
    fits=_problem_of_pairs,
    names=("the rows of features", "the captions"),
    examples=[_told_apart((1, 2, 1, 2)), _uneven_photos((1, 3, 2))],
    mistakes=[
        Mistake(
            _rows_are(
                lambda features, captions: np.repeat(features, len(captions[0]), axis=0),
            ),
            "the captions are not counted photo by photo",
            "you take `len(captions[0])` for every photo, and photos have different numbers of "
            "captions.",
        ),
        Mistake(
            _rows_are(
                lambda features, captions: np.repeat(features, max(map(len, captions)), axis=0),
            ),
            "the captions are not counted photo by photo",
            "every photo has as many rows as the one with the most captions.",
        ),
        _TILED,
    ],
)


def _demand_no_memory(answer: Any) -> None:
    """Refuse captions of an earlier call: lists outside the function, or a cache."""
    features, captions = _told_apart((2, 2))
    other = [[f"another {text}" for text in image] for image in captions]
    try:
        call(answer, features, captions)
        got = _rows_and_texts(call(answer, features + 6, other))[1]
    except (ReaderError, NotAttempted, Incorrect):  # the judges tell it
        return
    old = [text for text in got or () if isinstance(text, str) and text in _flat(captions)]
    if old:
        raise Incorrect(
            "The function keeps something from one call to the next: the second call got other "
            f"captions, and `{old[0]}` of the first came back. Make the lists anew in each call, "
            "inside the function."
        )


@exercise("5.5")
def check_5_5(answer: Any) -> None:
    """Look at the pairs: first with as many captions for each photo, then with any number."""
    _demand_no_memory(answer)
    _EVEN_5_5(answer)
    _JUDGE_5_5(answer)


# Building init-inject. A graph can be drawn in many ways, so the checks look at what flows: every
# LSTM is watched while the model runs, the photo or the words are exchanged, and what an LSTM hands
# on is replaced by something else. What changes then tells the four designs apart.

_WORDS, _FEATURE, _EMBEDDING, _UNITS = 30, 12, 6, 8
_STEPS = 5  # ids in a prefix


@dataclass
class _Reading:
    """One call of a recurrent layer: what it read, its first states, and what it handed on."""

    layer: Any
    sequence: np.ndarray
    states: list[np.ndarray] | None
    result: list[np.ndarray] | None = None


class _Watched:
    """A model whose recurrent layers are watched while it runs."""

    def __init__(self, model: Any) -> None:
        import keras

        self.model = model
        self.layers = list(model._flatten_layers())
        self.readers = [one for one in self.layers if isinstance(one, keras.layers.RNN)]
        self.readings: list[_Reading] = []

    def run(
        self,
        feature: np.ndarray,
        prefix: np.ndarray,
        replaced: Callable[[list[np.ndarray]], list[np.ndarray]] | None = None,
    ) -> np.ndarray:
        """Return the output without dropout; `replaced` changes what the LSTM hands on.

        `readings` holds the calls of the last run. Raises `Incorrect` where the model fails.
        """
        self.readings = []
        try:
            with self._watching(replaced):
                got = self.model({"feature": feature, "prefix": prefix}, training=False)
        except Exception as error:
            self._name_the_states()
            raise Incorrect(
                f"The model is built, but it does not run on {counted(len(prefix), 'photo')} of "
                f"{_FEATURE} numbers and prefixes of {counted(prefix.shape[1], 'id')}. "
                f"{_essence(error)}"
            ) from None
        return np.asarray(plain(got))

    @contextmanager
    def _watching(self, replaced: Callable | None) -> Iterator[None]:
        for layer in self.readers:
            layer.call = self._recorder(layer, layer.call, replaced)
        try:
            yield
        finally:
            for layer in self.readers:
                del layer.call

    def _recorder(self, layer: Any, original: Callable, replaced: Callable | None) -> Callable:
        def recorded(sequences: Any, initial_state: Any = None, *rest: Any, **named: Any) -> Any:
            states = initial_state
            if states is not None:
                parts = states if isinstance(states, (list, tuple)) else [states]
                states = [np.asarray(plain(part)) for part in parts]
            reading = _Reading(layer, np.asarray(plain(sequences)), states)
            self.readings.append(reading)
            result = original(sequences, initial_state, *rest, **named)
            several = isinstance(result, (list, tuple))
            parts = list(result) if several else [result]
            reading.result = [np.asarray(plain(part)) for part in parts]
            if replaced is not None:
                parts = _tensors(replaced(reading.result))
            return type(result)(parts) if several else parts[0]

        return recorded

    def _name_the_states(self) -> None:
        """Raise `Incorrect` where the last call failed for the states that it was handed."""
        import keras

        last = self.readings[-1] if self.readings else None
        if (
            last is None
            or not last.states
            or not isinstance(last.layer.cell, keras.layers.LSTMCell)
        ):
            return
        _demand_two_states(last)
        cell = last.layer.cell
        widths = [state.shape[-1] for state in last.states if state.ndim == 2]
        wrong = [width for width in widths if width != cell.units]
        mistake(
            bool(wrong),
            "the photo's vector is not as wide as the states",
            f"it has {counted((wrong or [0])[0], 'number')}, and the LSTM's states have "
            f"{cell.units}.",
        )


def _tensors(arrays: Sequence[np.ndarray]) -> list[Any]:
    import keras

    return [keras.ops.convert_to_tensor(array) for array in arrays]


def _essence(error: BaseException) -> str:
    """Return the part of a message of Keras that tells what is wrong, as one short sentence."""
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split())
    text = re.sub(r"^Exception encountered when calling \S+ ", "", text)
    text = re.split(r" ?Arguments received by | Call arguments received by ", text)[0]
    text = re.sub(r"<KerasTensor [^>]*>", "a tensor", text)
    text = re.sub(r"\{\{.*?\}\} ?|\[Op:\w+\]( name: ?\S*)?", "", text).strip()
    # Keras writes "vs." in the middle of a sentence.
    text = re.split(r"(?<=[a-z\])])(?<!\bvs)\. ", text)[0].rstrip(" .")
    text = text if len(text) <= 200 else text[:197] + "..."
    return f"Keras says: {text}." if text else f"Keras raised `{type(error).__name__}`."


@exercise("5.6")
def check_5_6(answer: Any) -> None:
    """Build a small model with the reader's function and watch what its LSTM reads."""
    _demand_a_function(answer)
    model = _built(answer, (_WORDS, _FEATURE, _EMBEDDING, _UNITS))
    _demand_plan(model)
    watched = _Watched(model)
    if not watched.readers:
        raise Incorrect("There is no LSTM in the model: `layers.LSTM(units)` reads the words.")
    _demand_embedding(watched)
    rng = np.random.default_rng(0)
    feature = rng.normal(size=(8, _FEATURE)).astype(np.float32)
    prefix = rng.integers(4, _WORDS, (8, _STEPS)).astype(np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _demand_no_chance(watched, feature, prefix)
        _demand_init_inject(watched, feature, prefix)
        _demand_word_by_word(watched, feature, prefix)
        _demand_hidden_state(watched, feature, prefix)
        _demand_no_way_round(watched, feature, prefix)
        _demand_probabilities(watched, feature, prefix)
        _demand_the_last_step(watched, feature, prefix)
        _demand_a_softmax(watched, feature, prefix)
    _demand_other_sizes(answer, model)


def _demand_a_function(answer: Any) -> None:
    import keras

    if isinstance(answer, (keras.Model, keras.KerasTensor)):
        raise Incorrect(
            "A function is wanted, not a finished model: hand over `build_init_inject` itself, "
            "without brackets after its name. The check calls it."
        )


def _built(answer: Any, sizes: tuple[int, ...]) -> Any:
    """Return the reader's model; an error of Keras is told in its own sentence."""
    import keras

    try:
        model = call(answer, *sizes)
    except (ReaderError, NotAttempted) as error:
        # Keras raises NotImplementedError where a tensor is taken for a list, so it seems a stub.
        cause = error.__cause__ or error.__context__
        if cause is None or not _is_of_keras(cause):
            raise
        line = readers_line(cause)
        where = f" It happened at {line}" if line else ""
        advice = ""
        if re.search(r"lstm.*expects 1 input", str(cause)):
            advice = " An LSTM takes the words alone, and the states as `initial_state=[h, c]`."
        if "Iterating over" in str(cause):
            advice = " An LSTM gives one tensor; h and c come too only with `return_state=True`."
        told = _essence(cause)
        if "NoneType" in str(cause):
            told = (
                "Something is None there that should be a number or a tensor. The number of words "
                "is not known yet (None) while the model is built."
            )
        raise Incorrect(f"Keras could not build it. {told}{advice}{where}") from None
    if isinstance(model, (keras.KerasTensor, dict, list, tuple)):
        raise Incorrect(
            "A model is wanted: `keras.Model({...}, output)` ties inputs and output together. "
            f"This is of type `{type(model).__name__}`."
        )
    expect_type(model, keras.Model, "your answer")
    return model


def _is_of_keras(error: BaseException) -> bool:
    """Return whether an error was raised inside Keras or TensorFlow."""
    if isinstance(error, FarError):
        return error.package in ("keras", "tensorflow", "optree")
    trace, last = error.__traceback__, ""
    while trace is not None:
        last = trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next
    return last.partition(".")[0] in ("keras", "tensorflow", "optree")


def _demand_plan(model: Any) -> None:
    """Look at the inputs and at the number of outputs."""
    inputs = getattr(model, "inputs", None)
    if not inputs or not hasattr(model, "operations"):
        raise Incorrect(
            "A model of the functional API is wanted: `keras.Model({...}, output)`, made of "
            "tensors that begin with `keras.Input`."
        )
    names = sorted(tensor.name for tensor in inputs)
    if names != ["feature", "prefix"]:
        raise Incorrect(
            f"The inputs should be named feature and prefix, and are {' and '.join(names)}: hand "
            '`name="feature"` and `name="prefix"` to `keras.Input`.'
        )
    keys = sorted(model.input) if isinstance(model.input, dict) else names
    if keys != names:
        raise Incorrect(
            f"The keys of the dictionary should be feature and prefix, and are "
            f"{' and '.join(map(str, keys))}."
        )
    for tensor in inputs:
        shape = (None, _FEATURE) if tensor.name == "feature" else (None, None)
        if tuple(tensor.shape) != shape:
            raise Incorrect(
                f"The input {tensor.name} has the shape {tuple(tensor.shape)}, and should have "
                f"{shape}: None stands for any number."
            )
    if len(model.outputs) != 1 or isinstance(model.output, dict):
        raise Incorrect(
            "One output is wanted, the probabilities of the next word, as a tensor by itself; the "
            f"model's is `{short(model.output)}`."
        )


def _demand_embedding(watched: _Watched) -> None:
    """Look at the table of word vectors."""
    import keras

    tables = [one for one in watched.layers if isinstance(one, keras.layers.Embedding)]
    for table in tables:
        mistake(
            (table.input_dim, table.output_dim) == (_EMBEDDING, _WORDS),
            "the Embedding's two numbers are exchanged",
            "first how many words, then how many numbers each.",
        )
        mistake(
            table.input_dim < _WORDS,
            "the Embedding has too few rows",
            f"it has {table.input_dim}, and the vocabulary {_WORDS} words.",
        )
        mistake(
            table.output_dim != _EMBEDDING,
            "the Embedding has another width",
            f"it gives {counted(table.output_dim, 'number')} per word, and `embedding_size` is "
            f"{_EMBEDDING}.",
        )


def _changes(first: np.ndarray, second: np.ndarray) -> bool:
    """Return whether two arrays differ by more than rounding."""
    return first.shape != second.shape or not np.allclose(first, second, rtol=0, atol=1e-7)


def _demand_no_chance(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Call the model twice on the same photos and words, as whoever writes captions does.

    Not through `run`: it says `training=False`, which Keras lets stand above the layers' own.
    """
    watched.run(feature, prefix)  # tells why, where the model fails
    given = {"feature": feature, "prefix": prefix}
    first, second = (np.asarray(plain(watched.model(given))) for _ in range(2))
    mistake(
        _changes(first, second),
        "the model draws at random",
        "asked twice about the same photos and words, it gave other probabilities, and that "
        "outside training. Is there a layer called with `training=True`, such as a Dropout? Keras "
        "switches it on and off by itself.",
    )


def _demand_word_by_word(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Change the last word, and look at which step the LSTM reads it."""
    watched.run(feature, prefix)
    here = watched.readings[0].sequence
    changed = prefix.copy()
    changed[:, -1] = _others(prefix)[:, -1]
    watched.run(feature, changed)
    other = watched.readings[0].sequence
    if here.shape != other.shape or here.shape[1] != _STEPS:
        return
    mistake(
        _changes(here[:, 0], other[:, 0]) and not _changes(here[:, -1], other[:, -1]),
        "the words are read backwards",
        "the last word of the prefix is the first that the LSTM reads. It should read the words in "
        "their order: nothing is to be turned round.",
    )


def _demand_init_inject(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Refuse the three other designs by name, and then what an LSTM's states lack."""
    output = watched.run(feature, prefix)
    here = watched.readings
    other_output = watched.run(2 - feature, prefix)
    other_photo = watched.readings
    watched.run(feature, _others(prefix))
    other_words = watched.readings
    pairs = list(zip(here, other_photo, other_words, strict=True))
    entry = next((group for group in pairs if _sees(group[0], group[1])), None)
    if entry is None:
        mistake(
            not _changes(output, other_output),
            "the photo changes nothing",
            "hand its vector to the LSTM as `initial_state`.",
        )
        mistake(
            True,
            "that is a merge",
            "the LSTM never sees the photo, the two meet after it; in init-inject the photo is "
            "the LSTM's first state.",
        )
    _name_the_inject(*entry)
    _demand_one_lstm(watched, here)
    _demand_two_states(here[0])
    seen = [_changes(*two) for two in zip(here[0].states, other_photo[0].states, strict=True)]
    mistake(
        not all(seen),
        "one of the two states has not seen the photo",
        "both h and c are to start from it: `initial_state=[h, c]`, each made of the image vector.",
    )
    mistake(
        any(_changes(*two) for two in zip(here[0].states, other_words[0].states, strict=True)),
        "the first states hold words",
        "h and c are to be made of the photo alone: no layer joins photo and text.",
    )
    _demand_dense(watched, feature, prefix, here[0])


def _others(prefix: np.ndarray) -> np.ndarray:
    """Return prefixes that differ from these in every word."""
    return np.where(prefix == 4, 5, 4).astype(np.int32)


def _sees(here: _Reading, other: _Reading) -> bool:
    """Return whether what an LSTM is handed differs between two runs."""
    parts = [(here.sequence, other.sequence)]
    if here.states is not None and other.states is not None:
        parts += zip(here.states, other.states, strict=True)
    return any(_changes(*two) for two in parts)


def _name_the_inject(here: _Reading, other_photo: _Reading, other_words: _Reading) -> None:
    """Refuse an LSTM that reads the photo as it reads words."""
    if not _changes(here.sequence, other_photo.sequence):
        return
    steps = here.sequence.shape[1]
    seen = [_changes(here.sequence[:, n], other_photo.sequence[:, n]) for n in range(steps)]
    read_alone = not _changes(here.sequence, other_words.sequence)
    mistake(
        read_alone or (steps > 1 and seen == [True] + [False] * (steps - 1)),
        "that is pre-inject",
        "the LSTM reads the photo first, as if it were a word; in init-inject the photo is the "
        "LSTM's first state.",
    )
    mistake(
        all(seen),
        "that is par-inject",
        "the LSTM reads the photo with every word; here it should read the words alone.",
    )
    mistake(
        True,
        "the LSTM reads the photo",
        "it should read the words alone, and start from the photo: `initial_state=[h, c]`.",
    )


def _demand_one_lstm(watched: _Watched, readings: list[_Reading]) -> None:
    """Demand one LSTM of the right width, called once, that reads forwards."""
    import keras

    kinds = [type(layer).__name__ for layer in watched.readers]
    if not isinstance(watched.readers[0].cell, keras.layers.LSTMCell):
        raise Incorrect(f"An LSTM is wanted, and the model has a layer {kinds[0]}.")
    if len(kinds) != 1:
        both = any(isinstance(one, keras.layers.Bidirectional) for one in watched.layers)
        more = "; a Bidirectional layer holds two" if both else ""
        raise Incorrect(f"One plain LSTM is wanted, and the model has {len(kinds)}{more}.")
    (layer,) = watched.readers
    if len(readings) != 1:
        raise Incorrect(f"The LSTM is called {len(readings)} times; once is enough.")
    if layer.cell.units != _UNITS:
        raise Incorrect(
            f"The LSTM's width: {layer.cell.units} came, and `units`, {_UNITS}, was expected."
        )
    mistake(layer.go_backwards, "the LSTM reads backwards", "`go_backwards` is not wanted here.")
    width = readings[0].sequence.shape[-1]
    embedded = any(isinstance(one, keras.layers.Embedding) for one in watched.layers)
    mistake(
        not embedded and width != _EMBEDDING,
        "the words are not embedded",
        f"the LSTM reads {counted(width, 'number')} per word. An id is no quantity: an "
        "Embedding gives each word a vector of `embedding_size` numbers.",
    )


def _demand_two_states(reading: _Reading) -> None:
    count = len(reading.states or [])
    mistake(
        count != 2,
        "an LSTM has two states",
        "h and c, and both are to start from the photo: `initial_state` wants a list of two "
        f"vectors of `units` numbers, `[h, c]`; it got {count}.",
    )


def _demand_dense(
    watched: _Watched, feature: np.ndarray, prefix: np.ndarray, reading: _Reading
) -> None:
    """Move every weight a little: states that a layer makes of the photo move with them.

    Each number moves by another amount, because a softmax does not feel what is added to all alike;
    and it does so three times, because a ReLU may be 0 before and after one of the moves.
    """
    moved = [weight for weight in watched.model.weights if "float" in str(weight.dtype)]
    kept = [np.asarray(plain(weight)) for weight in moved]
    rng = np.random.default_rng(0)
    felt = [False] * len(reading.states)
    try:
        for _ in range(3):
            for weight, value in zip(moved, kept, strict=True):
                weight.assign(value + rng.normal(0.5, 0.5, value.shape).astype(value.dtype))
            watched.run(feature, prefix)
            states = zip(reading.states, watched.readings[0].states, strict=True)
            felt = [old or _changes(*two) for old, two in zip(felt, states, strict=True)]
    finally:
        for weight, value in zip(moved, kept, strict=True):
            weight.assign(value)
    mistake(
        not all(felt),
        "no layer stands between the photo and the states",
        "a Dense layer is to make `units` numbers of the photo; here its own are handed on.",
    )


def _demand_hidden_state(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Replace the LSTM's c, then all but c, and look whether the output changes."""
    output = watched.run(feature, prefix)
    if len(watched.readings[0].result) != 3:
        return
    without_c = watched.run(feature, prefix, lambda result: [*result[:2], result[2] + 1])
    without_h = watched.run(
        feature, prefix, lambda result: [result[0] + 1, result[1] + 1, result[2]]
    )
    reads_c, reads_h = _changes(output, without_c), _changes(output, without_h)
    mistake(
        reads_c and not reads_h,
        "the cell state in place of the hidden state",
        "with `return_state=True` an LSTM gives its output, h and c. c is its memory and stays "
        "inside; the output is h.",
    )
    mistake(
        reads_c,
        "the cell state is read too",
        "c is the LSTM's memory and stays inside; the layers after it read the output, h.",
    )


def _demand_no_way_round(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Keep what the LSTM hands on, and exchange the photo, then the words."""
    output = watched.run(feature, prefix)
    kept = watched.readings[0].result
    mistake(
        _changes(output, watched.run(2 - feature, prefix, lambda result: kept)),
        "that is a merge as well",
        "the photo is the first state, and then it joins the text after the LSTM once more. In "
        "init-inject the LSTM's output is all that the last layers read.",
    )
    mistake(
        _changes(output, watched.run(feature, _others(prefix), lambda result: kept)),
        "the words go round the LSTM",
        "the layers after it should read its output alone.",
    )


def _demand_probabilities(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Look at the output's shape and sums, and at what changes it."""
    first = watched.run(feature, prefix)
    mistake(
        first.ndim == 3 and first.shape[1] == _STEPS,
        "one prediction for each word of the prefix",
        "one for the whole prefix is wanted: leave `return_sequences` out.",
    )
    expect_shape(first, (len(feature), _WORDS), name="the output")
    mistake(
        np.abs(first.sum(axis=-1) - 1).max() > 1e-3 or first.min() < 0,
        "the rows do not sum to 1",
        "the last layer wants `activation='softmax'`.",
    )
    mistake(
        not _changes(first, watched.run(2 - feature, prefix)),
        "the photo changes nothing",
        "the layers after the LSTM should read its output.",
    )
    mistake(
        not _changes(first, watched.run(feature, _others(prefix))),
        "the words change nothing",
        "the LSTM should read the embedded prefix.",
    )
    for place, told in ((0, "first"), (-1, "last")):
        changed = prefix.copy()
        changed[:, place] = _others(prefix)[:, place]
        mistake(
            not _changes(first, watched.run(feature, changed)),
            f"the {told} word changes nothing",
            "the LSTM should read the whole prefix, and hand on its last step.",
        )
    shorter = watched.run(feature, prefix[:, :2])
    expect_shape(shorter, (len(feature), _WORDS), name="the output for prefixes of two words")
    alone = watched.run(feature[:1], prefix[:1, :2])
    mistake(
        not np.allclose(alone, shorter[:1], atol=1e-4),
        "the photos of a batch are mixed",
        "one photo gives other probabilities alone than among others.",
    )


def _demand_the_last_step(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Change every step but the last of what an LSTM hands on."""
    output = watched.run(feature, prefix)
    steps = watched.readings[0].result[0]
    if steps.ndim != 3:
        return
    changed = np.concatenate([steps[:, :-1] + 1, steps[:, -1:]], axis=1)
    mistake(
        _changes(output, watched.run(feature, prefix, lambda result: [changed, *result[1:]])),
        "more than the LSTM's last step is read",
        "its last step has read the whole prefix, and the layers after it should read that alone: "
        "leave `return_sequences` out.",
    )


def _demand_a_softmax(watched: _Watched, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Change the last layer's biases: a softmax answers with e to the power of each change."""
    before = watched.run(feature, prefix)
    biases = [one for one in watched.model.trainable_weights if tuple(one.shape) == (_WORDS,)]
    if not biases:
        return
    added = np.random.default_rng(1).integers(0, 5, _WORDS).astype(np.float32)
    largest, is_softmax = 0.0, False
    for bias in biases:
        kept = np.asarray(plain(bias))
        try:
            bias.assign(kept + added)
            is_softmax |= _answers_as_softmax(before, watched.run(feature, prefix), added)
            bias.assign(kept + 50 * np.eye(_WORDS, dtype=np.float32)[3])
            largest = max(largest, float(watched.run(feature, prefix).max()))
        finally:
            bias.assign(kept)
    mistake(
        not is_softmax and largest < 0.5,
        "no word can come near a probability of 1",
        f"however large the last layer's numbers are, the largest is {largest:.2f}. Is there a "
        "second softmax, which makes nearly even what the first gave?",
    )
    mistake(
        not is_softmax,
        "the output is no softmax",
        "its rows sum to 1, and yet the probabilities do not answer to the last layer's biases as "
        "a softmax does. It wants `activation='softmax'`, once.",
    )


def _answers_as_softmax(before: np.ndarray, after: np.ndarray, added: np.ndarray) -> bool:
    """Return whether the logarithms grow in proportion to what was added, but for a constant."""
    with np.errstate(all="ignore"):
        grown = np.log(after) - np.log(before)
    grown, added = grown - grown.mean(axis=1, keepdims=True), added - added.mean()
    factor = (grown * added).sum() / (len(grown) * (added**2).sum())
    return bool(factor > 0 and np.abs(grown - factor * added).max() < 0.05 * factor)


def _demand_other_sizes(answer: Any, model: Any) -> None:
    """Build a second model, of other sizes: neither kept from the first call nor fixed."""
    import keras

    words, feature, embedding, units = sizes = (23, 9, 5, 7)
    other = _built(answer, sizes)
    mistake(
        other is model,
        "the function keeps something from one call to the next",
        "called again with other sizes, it gave the model of the first call. Build a new one in "
        "each call.",
    )
    found = {tensor.name: tensor.shape[-1] for tensor in other.inputs}
    found["output"] = other.outputs[0].shape[-1]
    wanted = {"feature": feature, "prefix": None, "output": words}
    every = list(other._flatten_layers())
    fits = found == wanted and all(
        one.cell.units == units for one in every if isinstance(one, keras.layers.RNN)
    )
    tables = [one for one in every if isinstance(one, keras.layers.Embedding)]
    mistake(
        not fits or any(one.output_dim != embedding or one.input_dim < words for one in tables),
        "some sizes are fixed",
        "called again with other sizes, the function gave layers that do not have them. Take all "
        "sizes from its arguments.",
    )


_DESIGN_5_7 = Design(
    measure=small_world,
    control=(16, 1),
    repeats=3,
    tolerance=0.006,  # results may be rounded to two decimals
    settings="a pair `(hidden, scale)` of 1 to 32 hidden units and a scale from 0.1 to 100, "
    "as `(16, 1)`",
    parts=(
        Part("the hidden units", 1, 32),
        Part("the scale", 0.1, 100, whole=False),
    ),
)
DESIGNS["small_world"] = lambda *_, **__: _DESIGN_5_7


@exercise("5.7")
def check_5_7(experiment: Any) -> None:
    """Judge the reader's own experiment; one of the two things may vary, from small to large."""
    judge_experiment(experiment, _DESIGN_5_7)
