"""A reader's own model: a `.keras` file with two inputs, and the vocabulary that numbers its words.

The inputs are the features of photos and prefixes of word numbers filled up with 0; the output are
the probabilities (or logits) of the next word, `(n, V)`, or of the word after each position,
`(n, t, V)`. The vocabulary is a JSON file: a list of words, whose places are the numbers, or a
dictionary of words and numbers. Inside, words get the course's numbers, so that every search and
every measure of the course works on it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.decoding import LOWEST, NextWord
from utils.diagnosis.subject import (
    LEFT,
    NONE,
    RIGHT,
    NoSubject,
    Subject,
    not_finite,
    padded,
    statistics_of,
)
from utils.model import CaptioningModel
from utils.vocabulary import MARKERS, PAD, UNKNOWN, Vocabulary

# What courses and tutorials call the markers, in the order in which they are looked for.
STARTS = ("<start>", "startseq", "<s>", "<sos>", "<bos>", "[start]", "sos", "bos", "start")
ENDS = ("<end>", "endseq", "</s>", "<eos>", "[end]", "eos", "end")
UNKNOWNS = ("<unk>", "[unk]", "<oov>", "unk", "oov")
PADS = ("<pad>", "[pad]", "pad", "")
PHOTO_SHAPES = {(1280,): "pooled", (7, 7, 1280): "map", (49, 1280): "map"}
CHUNK = 1024  # rows per forward pass


def subject_of_model(path: Path, vocabulary_file: Path, padded_length: int) -> Subject:
    """Return a reader's model as it is diagnosed. Raises `NoSubject` where it cannot be asked."""
    numbers = read_numbers(vocabulary_file)
    model = _load(path)
    feature, prefix = _inputs(model, path)
    output = model.outputs[0]
    numbers = _fitted(numbers, int(output.shape[-1]), path, vocabulary_file)
    vocabulary, own_ids = _renumbered(numbers, vocabulary_file)
    asker = _Asker(model, feature, prefix, own_ids)
    length = prefix.shape[1]
    asks: dict[str, Any] = {} if length else {NONE: asker.next_word}
    size = length or padded_length
    for side in (RIGHT, LEFT):
        asks[side] = lambda matrix, side=side: padded(asker.next_word(matrix, side), side, size)
    shape = tuple(feature.shape[1:])
    return Subject(
        name=path.name,
        vocabulary=vocabulary,
        asks=asks,
        usual=RIGHT if length else NONE,
        sees=PHOTO_SHAPES.get(shape, "other"),
        feature_shape=shape,
        drop_unknown=own_ids[UNKNOWN] < 0,
        statistics=statistics_of(model),
        not_finite=not_finite(model),
        looks_ahead=asker.looks_ahead if len(output.shape) == 3 else None,
    )


def read_numbers(path: Path) -> dict[str, int]:
    """Return word -> number of a vocabulary file.

    Raises `NoSubject` where it is no list of words and no dictionary of words and numbers.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise NoSubject(
            f"There is no vocabulary at {path} ({error.strerror}): name it by --vocabulary."
        ) from error
    except ValueError as error:
        raise NoSubject(f"{path} is not JSON in UTF-8 ({error}): save it as such.") from error
    if isinstance(found, dict) and isinstance(found.get("word_index"), dict):
        found = found["word_index"]
    if isinstance(found, list) and all(isinstance(word, str) for word in found):
        numbers = {word: number for number, word in enumerate(found)}
        if len(numbers) < len(found):
            raise NoSubject(f"{path} names a word twice: every word needs one number.")
        return numbers
    if isinstance(found, dict) and all(type(number) is int for number in found.values()):
        if len(set(found.values())) < len(found) or min(found.values(), default=0) < 0:
            raise NoSubject(f"{path} gives two words one number, or a number below 0.")
        return found
    raise NoSubject(
        f"{path} is no vocabulary: write a JSON list of words, whose places are their numbers, "
        'or a dictionary such as {"dog": 7}.'
    )


def _load(path: Path) -> keras.Model:
    known = {"CaptioningModel": CaptioningModel}
    try:
        model = keras.saving.load_model(path, custom_objects=known, compile=False)
    except Exception as error:  # Keras raises many types here, with texts of many lines
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else "no reason"
        raise NoSubject(
            f"Keras cannot load {path} ({reason}): save the model by model.save(...), built of "
            "Keras' own layers."
        ) from error
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise NoSubject(f"{path} holds no model of the functional API: build it by keras.Input.")
    return model


def _inputs(model: keras.Model, path: Path) -> tuple[Any, Any]:
    """Return the inputs for the features and for the prefix."""
    if len(model.inputs) != 2 or len(model.outputs) != 1 or len(model.outputs[0].shape) > 3:
        raise NoSubject(
            f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs: a captioner "
            "needs two inputs, features and a prefix, and one output, (n, V)."
        )
    read = [layer.input for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    for prefix, feature in (model.inputs, model.inputs[::-1]):
        whole = np.issubdtype(np.dtype(keras.backend.standardize_dtype(prefix.dtype)), np.integer)
        if len(prefix.shape) == 2 and (whole or any(one is prefix for one in read)):
            return feature, prefix
    raise NoSubject(
        f"{path} has no input that can be seen to hold words: give the prefix the dtype int32, "
        "or let an Embedding layer read it."
    )


def _fitted(numbers: dict[str, int], width: int, path: Path, file: Path) -> dict[str, int]:
    """Return the numbers as the network counts: a list without padding begins with 1."""
    first = min(numbers, key=numbers.__getitem__, default="")
    if numbers and numbers[first] == 0 and first.lower() not in PADS and len(numbers) + 1 == width:
        return {word: number + 1 for word, number in numbers.items()}
    if max(numbers.values(), default=0) >= width or width > max(numbers.values()) + 2:
        raise NoSubject(
            f"{path} gives {width} probabilities, and the vocabulary {file} numbers its words up "
            f"to {max(numbers.values(), default=0)}.",
            "vocabulary",
        )
    return numbers


def _renumbered(numbers: dict[str, int], path: Path) -> tuple[Vocabulary, np.ndarray]:
    """Return the course's vocabulary of the same words, and the own number of each of its ids."""
    markers = []
    for names, what in ((STARTS, "begins"), (ENDS, "ends")):
        known = [name for name in names if name in numbers]
        if not known:
            raise NoSubject(
                f"{path} has no word that {what} a caption, such as {names[0]} or {names[1]}: "
                "add it with its number."
            )
        markers.append(known[0])
    unknown = next((name for name in UNKNOWNS if name in numbers), None)
    out = {*markers, unknown, *(word for word in numbers if word in PADS)}
    words = [word for word in sorted(numbers, key=numbers.__getitem__) if word not in out]
    own = [0, numbers[markers[0]], numbers[markers[1]], numbers[unknown] if unknown else -1]
    ids = np.array([*own, *(numbers[word] for word in words)], dtype=np.int32)
    return Vocabulary([*MARKERS, *words]), ids


class _Asker:
    """Asks a model in the course's numbers. `own_ids` `(V,)`: the model's number of each id."""

    def __init__(self, model: keras.Model, feature: Any, prefix: Any, own_ids: np.ndarray) -> None:
        self.own_ids, self.shape = own_ids, tuple(feature.shape[1:])
        self.types, self.length = (feature.dtype, prefix.dtype), prefix.shape[1]
        flat = keras.Model([feature, prefix], model.outputs[0])

        @tf.function(reduce_retracing=True)
        def call(features: tf.Tensor, prefixes: tf.Tensor) -> tf.Tensor:
            return tf.cast(flat([features, prefixes], training=False), tf.float32)

        self.call = call

    def outputs(self, features: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        """Return log-probabilities in the course's numbers, `(n, V)` or `(n, t, V)`."""
        own = self.own_ids[prefixes].astype(self.types[1])
        values = self.call(tf.constant(features.astype(self.types[0])), tf.constant(own)).numpy()
        sums = values.sum(axis=-1)
        if (values >= 0).all() and np.abs(sums - 1).max() < 1e-2:
            values = np.log(np.maximum(values, 1e-37))
        else:  # logits
            values = values - values.max(axis=-1, keepdims=True)
            values = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
        values = values[..., np.maximum(self.own_ids, 0)]
        values[..., self.own_ids < 0] = LOWEST
        return values

    def next_word(self, features: np.ndarray, side: str = NONE) -> NextWord:
        """Return the next word's log-probabilities for rows of `features`."""
        matrix = np.asarray(features, dtype=np.float32).reshape(len(features), *self.shape)

        def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
            parts = [
                self._last(matrix[images[i : i + CHUNK]], prefixes[i : i + CHUNK], side)
                for i in range(0, max(len(images), 1), CHUNK)
            ]
            return np.concatenate(parts)

        return ask

    def _last(self, features: np.ndarray, prefixes: np.ndarray, side: str) -> np.ndarray:
        values = self.outputs(features, prefixes)
        if values.ndim == 2:
            return values
        if side != RIGHT:
            return values[:, -1]
        last = (prefixes != PAD).sum(axis=1) - 1
        return values[np.arange(len(values)), last]

    def looks_ahead(self, features: np.ndarray, tokens: np.ndarray) -> float:
        """Return how far the prediction after the first word changes with the last, in nats.

        `tokens` `(n, t)` int32 from `<start>` on, of captions of more than three words.
        """
        changed = tokens.copy()
        changed[:, 3:] = np.roll(changed[:, 3:], 1, axis=0)
        matrix = np.asarray(features, dtype=np.float32).reshape(len(features), *self.shape)
        before, after = (self.outputs(matrix, self._fit(part))[:, 1] for part in (tokens, changed))
        likely = np.exp(before) > 1e-3
        return float(np.abs(before - after)[likely].max(initial=0.0))

    def _fit(self, tokens: np.ndarray) -> np.ndarray:
        if not self.length:
            return tokens
        missing = max(self.length - tokens.shape[1], 0)
        return np.pad(tokens[:, : self.length], ((0, 0), (0, missing)), constant_values=PAD)
