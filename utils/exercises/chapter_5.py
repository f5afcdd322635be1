"""The exercises of chapter 5: merge with Add."""

from typing import Any

import numpy as np

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
from utils.exercises.guard import call


@exercise("5.1")
def check_5_1(answer: Any) -> None:
    """Compare three shapes with names for the usual slips."""
    expect_type(answer, (tuple, list), "your answer")
    shapes = tuple(tuple(part) if isinstance(part, list) else part for part in answer)
    if len(shapes) != 3 or not all(isinstance(part, tuple) for part in shapes):
        raise Incorrect("Three shapes are wanted, each a tuple that begins with the batch of 8.")
    mistake(
        any(size is None for part in shapes for size in part),
        "the sizes are known here",
        "Keras prints None for what comes with the data; here that is 8 photos and 7 ids.",
    )
    bilstm, lstm, merge = shapes
    mistake(
        bilstm == (8, 7, 100),
        "one direction only",
        "a BiLSTM reads forwards and backwards, and keeps both vectors of each word.",
    )
    mistake(
        bilstm in ((8, 200), (8, 100)),
        "the words are gone too early",
        "with `return_sequences=True` the BiLSTM gives a vector for every word of the prefix.",
    )
    mistake(
        lstm in ((8, 7, 100), (8, 7, 200)),
        "the LSTM gives its last step alone",
        "without `return_sequences=True` one vector a prefix is left.",
    )
    mistake(
        lstm == (8, 200),
        "the LSTM's width is its own",
        "it reads 200 numbers a word, but its state has `units` of them.",
    )
    mistake(
        merge == (8, 100),
        "that is what Add gives",
        "Concatenate pastes the photo's 100 numbers and the text's 100 end to end.",
    )
    expect_equal(shapes, ((8, 7, 200), (8, 100), (8, 200)), name="the tuple of shapes")


def _total(
    sizes: tuple[int, int, int, int],
    merge: str,
    *,
    bias: int = 1,
    directions: int = 2,
    width: int = 2,
    pasted: int = 2,
) -> int:
    """Return the count of the course's model; the keywords are what a slip would change."""
    words, embedding, feature, units = sizes
    merged = pasted * units if merge == "concatenate" else units
    return (
        units * (feature + bias)
        + words * embedding
        + directions * 4 * units * (embedding + units + bias)
        + 4 * units * (width * units + units + bias)
        + units * (merged + bias)
        + words * (units + bias)
    )


@exercise("5.2")
def check_5_2(answer: Any) -> None:
    """Compare with the count at sizes that the reader does not see, for each merge."""
    sizes = (97, 11, 23, 7)
    for merge in ("add", "multiply", "concatenate"):
        got = call(answer, *sizes, merge)
        want = _total(sizes, merge)
        for slip, name, why in (
            ({"bias": 0}, "the biases are missing", "each Dense unit and each gate has one."),
            ({"directions": 1}, "the BiLSTM counted once", "it is two LSTMs, one a direction."),
            (
                {"width": 1},
                "the LSTM reads more than that",
                "before it stands a BiLSTM, which gives 2 * units numbers a word.",
            ),
            (
                {"pasted": 1},
                "Concatenate treated as Add",
                "after it `hidden` reads 2 * units numbers.",
            ),
        ):
            wrong = _total(sizes, merge, **slip)
            mistake(wrong != want and looks_like(got, wrong, 0.0), name, why)
        unmerged = _total(sizes, "concatenate")
        mistake(
            merge != "concatenate" and looks_like(got, unmerged, 0.0),
            "Add treated as Concatenate",
            f"after {merge!r} the vector is as wide as before, `units`.",
        )
        tried = f"count_parameters{(*sizes, merge)}"
        expect_close(got, want, name=f"the result of `{tried}`", tolerance=0.0)


@exercise("5.3")
def check_5_3(answer: Any) -> None:
    """Apply the new weights to pasted vectors and compare with Add and the old weights."""
    rng = np.random.default_rng(5)
    kernel = rng.normal(size=(6, 4)).astype(np.float32)
    bias = rng.normal(size=4).astype(np.float32)
    got = call(answer, kernel, bias)
    expect_type(got, (list, tuple), "your answer")
    if len(got) != 2:
        raise Incorrect(f"A kernel and a bias are wanted, and your answer has {len(got)} entries.")
    wide, shift = got
    zeros = np.zeros_like(kernel)
    mistake(
        looks_like(wide, np.concatenate([kernel, kernel], axis=1)),
        "pasted along the wrong axis",
        "the rows of a kernel meet the inputs, and it is the inputs that became twice as many.",
    )
    mistake(
        looks_like(wide, kernel),
        "the kernel is still too small",
        "after Concatenate the layer reads 2 * units numbers.",
    )
    mistake(
        looks_like(wide, np.concatenate([kernel, zeros]))
        or looks_like(wide, np.concatenate([zeros, kernel])),
        "one of the two is lost",
        "rows of zeros make the layer blind to the photo or deaf to the text.",
    )
    mistake(
        looks_like(wide, np.concatenate([kernel, kernel]) / 2),
        "the mean instead of the sum",
        "Add does not divide by two.",
    )
    mistake(
        looks_like(wide, np.repeat(kernel, 2, axis=0)),
        "the rows are interleaved",
        "the first `units` rows of the new kernel meet the photo, the others the text: the whole "
        "kernel comes twice, one below the other, not each row twice.",
    )
    expect_shape(wide, (12, 4), name="the new kernel")
    mistake(
        looks_like(shift, 2 * bias),
        "the bias is added twice",
        "(photo + text) @ kernel + bias holds one bias only.",
    )
    expect_shape(shift, (4,), name="the new bias")
    image, text = rng.normal(size=(2, 5, 6)).astype(np.float32)
    mine = np.concatenate([image, text], axis=1) @ np.asarray(wide) + np.asarray(shift)
    expect_close(mine, (image + text) @ kernel + bias, "the output of `hidden`", 1e-4)


@exercise("5.4")
def check_5_4(answer: Any) -> None:
    """Check the letter."""
    expect_choice(
        answer,
        "c",
        {
            "a": "a lucky start would need a probability of e^-3.2, 4 in 100, for the right word, "
            "100 times what an even guess gives, for all prefixes at once.",
            "b": "an untrained model pays ln(V) whatever the labels are; shuffled ones too.",
            "d": "two softmaxes make an even distribution more even still: the first loss "
            "remains ln(V).",
        },
        why="The zeros of the padding are in the mean: 3.2 / 7.84 is 41%, so only 4 of 10 places "
        "hold a word. Divide by the number of words.",
    )


@exercise("5.5")
def check_5_5(answer: Any) -> None:
    """Check that each caption stands beside its own photo, also with uneven numbers of them."""
    features = np.arange(12, dtype=np.float32).reshape(4, 3)
    even = [[f"photo {image}, caption {n}" for n in range(2)] for image in range(4)]
    uneven = [captions[: 1 + image % 2] for image, captions in enumerate(even)]
    for captions, where in ((even, "two captions a photo"), (uneven, "one or two a photo")):
        got = call(answer, features, captions)
        expect_type(got, (tuple, list), "your answer")
        if len(got) != 2:
            raise Incorrect("Two things are wanted: the rows of features, and the captions.")
        own = [caption for image in captions for caption in image]
        count = len(own)
        rows, texts = np.asarray(got[0]), list(got[1])
        wrong = [row for row in np.atleast_2d(rows) if row.tolist() not in features.tolist()]
        mistake(
            bool(wrong) or rows.shape[-1:] != (3,),
            "the photos' numbers are mixed",
            "repeat whole rows: `axis=0`.",
        )
        mistake(
            captions is uneven and (len(rows) != count or len(texts) != count),
            "the captions are not counted photo by photo",
            "with one or two captions a photo, rows and captions must still be "
            f"{count} each; yours are {len(rows)} and {len(texts)}.",
        )
        expect_shape(rows, (count, 3), name=f"the array of features with {where}")
        expect_equal(sorted(texts), sorted(own), name="the captions, sorted")
        for row, text in zip(rows, texts, strict=True):
            owner = int(text.split(",")[0].removeprefix("photo "))
            met = int(row[0] // 3)
            mistake(
                met != owner,
                "a caption stands beside another photo",
                f"with {where}, {text!r} is paired with photo {met}.",
            )


@exercise("5.6")
def check_5_6(answer: Any) -> None:
    """Build a small model with the reader's function and try it from outside."""
    import keras

    words, feature_size, embedding_size, units = 30, 12, 6, 8
    model = call(answer, words, feature_size, embedding_size, units)
    expect_type(model, keras.Model, "your answer")
    names = sorted(tensor.name for tensor in model.inputs)
    if names != ["feature", "prefix"]:
        raise Incorrect(
            f"The inputs should be named feature and prefix, and are {names}: hand "
            '`name="feature"` and `name="prefix"` to `keras.Input`.'
        )
    _demand_injection(model, embedding_size, units)
    rng = np.random.default_rng(0)
    feature = rng.normal(size=(3, feature_size)).astype(np.float32)
    prefix = rng.integers(4, words, (3, 5)).astype(np.int32)
    mistake(
        len(_first_states(model)) == 1,
        "an LSTM has two states",
        "h and c, and both are to start from the photo: `initial_state` wants a list of two "
        "vectors of `units` numbers, `[h, c]`.",
    )
    first = _probabilities(model, feature, prefix)
    expect_shape(first, (3, words), name="the output")
    mistake(
        np.abs(first.sum(axis=-1) - 1) > 1e-3,
        "the rows do not sum to 1",
        "the last layer wants `activation='softmax'`.",
    )
    mistake(
        np.allclose(first, _probabilities(model, 2 - feature, prefix), atol=1e-7),
        "the photo changes nothing",
        "hand its vector to the LSTM as `initial_state`.",
    )
    _demand_photo_in_states(model, feature, prefix)
    changed = np.where(prefix == 4, 5, 4).astype(np.int32)
    mistake(
        np.allclose(first, _probabilities(model, feature, changed), atol=1e-7),
        "the words change nothing",
        "the LSTM should read the embedded prefix.",
    )
    shorter = _probabilities(model, feature, prefix[:, :2])
    expect_shape(shorter, (3, words), name="the output for prefixes of two words")


def _demand_injection(model: Any, embedding_size: int, units: int) -> None:
    """Refuse the three other designs by name."""
    import keras

    lstms = [layer for layer in model.layers if isinstance(layer, keras.layers.LSTM)]
    if len(lstms) != 1:
        raise Incorrect(f"One LSTM is wanted, and the model has {len(lstms)}.")
    inputs = lstms[0].count_params() // (4 * lstms[0].units) - lstms[0].units - 1
    expect_equal(lstms[0].units, units, name="the LSTM's width")
    mistake(
        inputs > embedding_size,
        "that is par-inject",
        "the LSTM reads the photo with every word; here it should read the words alone.",
    )
    kinds = {type(operation).__name__ for operation in model.operations}
    mistake(
        kinds & {"Add", "Multiply"} != set(),
        "that is a merge",
        "in init-inject photo and text meet inside the LSTM; no layer joins them.",
    )
    mistake(
        "Concatenate" in kinds,
        "something is pasted",
        "pre-inject pastes the photo before the words, merge after them; init-inject joins "
        "nothing, the photo is the LSTM's first state.",
    )


def _first_states(model: Any) -> list[Any]:
    """Return the tensors of shape (n, units) that the LSTM was handed: h and c, or none."""
    import keras

    lstm = next(layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    read = lstm.input if isinstance(lstm.input, (list, tuple)) else [lstm.input]
    return [part for part in read if tuple(part.shape) == (None, lstm.units)]


def _demand_photo_in_states(model: Any, feature: np.ndarray, prefix: np.ndarray) -> None:
    """Refuse an LSTM of which h or c starts without the photo."""
    import keras

    probe = keras.Model({part.name: part for part in model.inputs}, _first_states(model))
    here, there = (
        probe({"feature": photo, "prefix": prefix}, training=False)
        for photo in (feature, 2 - feature)
    )
    depends = [not np.allclose(*pair, atol=1e-7) for pair in zip(here, there, strict=True)]
    mistake(
        not all(depends),
        "one of the two states has not seen the photo",
        "both h and c are to start from it: `initial_state=[h, c]`, each made of the image vector.",
    )


def _probabilities(model: Any, feature: np.ndarray, prefix: np.ndarray) -> np.ndarray:
    """Run a reader's model without dropout."""
    return np.asarray(model({"feature": feature, "prefix": prefix}, training=False))
