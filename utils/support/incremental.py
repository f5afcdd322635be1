"""Incremental decoding: a word more costs one step, not the whole prefix again (chapter 8).

A search asks about prefixes that are one word longer than those it asked about last. Where no word
looks ahead, the hidden states after the shorter prefix are still right, so they are kept, and the
LSTMs take one step from them. A BiLSTM cannot do this: each new word changes what it has read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import keras
import numpy as np
import tensorflow as tf
from keras import ops

CHUNK = 2048  # rows per forward pass: bounds the memory, and is fastest on 2 cores and a GPU
FEW = 8  # photos for which tracing a graph, a third of a second, does not pay
Tensor = Any  # of Keras' backend
State = list[Tensor]
# (encoded, words, state) -> (log-probabilities, new state); each photo has as many prefixes
Step = Callable[[Tensor, Tensor, State], tuple[Tensor, State]]


class StepwiseModel(Protocol):
    """What is needed of a model; `utils.teacher_forcing` says what the methods do."""

    config: Any

    def encoded_shape(self) -> tuple[int, ...]:
        """Return the shape of one encoded photo."""

    def first_state(self, encoded: Tensor) -> State:
        """Return the state before the first word."""

    def step(self, encoded: Tensor, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits after one more word each, and the new state."""


def step_of(model: StepwiseModel) -> Step:
    """Return one step of a model, with log-probabilities `(n, V)` instead of logits."""

    def step(encoded: Tensor, words: Tensor, state: State) -> tuple[Tensor, State]:
        logits, state = model.step(encoded, words, state)
        return ops.log_softmax(logits), state

    return step


def traced_step(model: StepwiseModel) -> Step:
    """Return `step_of(model)` as a graph, traced once for any number of prefixes.

    On another backend than TensorFlow it is a plain function.
    """
    if keras.backend.backend() != "tensorflow":
        return step_of(model)
    one = ops.zeros((1, *model.encoded_shape()))
    any_number = [
        tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype)
        for tensor in (one, ops.zeros((1,), "int32"), *model.first_state(one))
    ]
    encoded, words, *state = any_number
    # No Python here depends on a tensor, so that its source need not be read again.
    return tf.function(step_of(model), input_signature=[encoded, words, state], autograph=False)


class Grid(NamedTuple):
    """Prefixes in a grid: a row for each of their photos, with the same number of places in each.

    `photos` `(p,)`, each once. `slots` `(n,)`: where each prefix stands, counted row by row.
    `fill` `(p, k)`: which prefix stands at each place; those left over hold one of the photo again.
    """

    photos: np.ndarray
    slots: np.ndarray
    fill: np.ndarray


def grid_of(images: np.ndarray) -> Grid:
    """Return the grid of prefixes whose photos are `images` `(n,)`."""
    photos, first, owner, counts = np.unique(
        images, return_index=True, return_inverse=True, return_counts=True
    )
    by_photo = np.argsort(owner, kind="stable")
    place = np.arange(len(images)) - np.repeat(counts.cumsum() - counts, counts)
    fill = np.repeat(first[:, None], counts.max(), axis=1)
    fill[owner[by_photo], place] = by_photo
    slots = np.empty(len(images), dtype=np.int64)
    slots[by_photo] = owner[by_photo] * fill.shape[1] + place
    return Grid(photos, slots, fill)


class IncrementalDecoder:
    """A `NextWord` function that keeps the states after the prefixes of its last call.

    `encoded`, `(photos, ...)` float32, is what the model's `encode` gives. Prefixes that do not
    follow those of the last call are read from `<start>` on, so that any call gives the right
    answer. All prefixes of a photo share one row of `encoded`: for a beam of five, four fifths of
    the copies of a map are saved. Raises `IndexError` for a row that is not there.
    """

    def __init__(self, model: StepwiseModel, encoded: np.ndarray, step: Step) -> None:
        self.model, self.step = model, step
        self.encoded = ops.convert_to_tensor(encoded, "float32")
        self.places: dict[tuple[int, bytes], int] = {}
        self.state: list[np.ndarray] = []

    def __call__(self, images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        """Return log-probabilities `(n, V)` after prefixes `(n, t)` of photos `(n,)`."""
        images = np.asarray(images, dtype=np.int32)
        prefixes = np.asarray(prefixes, dtype=np.int32)
        demand_rows(images, len(self.encoded))
        if not len(images):
            return np.zeros((0, self.model.config.vocabulary_size), np.float32)
        grid, parents, parts = grid_of(images), self._parents(images, prefixes), []
        at_once = max(CHUNK // grid.fill.shape[1], 1)
        for start in range(0, len(grid.photos), at_once):
            rows = grid.fill[start : start + at_once].ravel()
            kept = None if parents is None else [of_one[parents[rows]] for of_one in self.state]
            photos = grid.photos[start : start + at_once]
            parts.append(self._read(photos, prefixes[rows], kept))
        found = [np.concatenate(arrays)[grid.slots] for arrays in zip(*parts, strict=True)]
        log_probs, *self.state = found
        self.places = {key: place for place, key in enumerate(_keys(images, prefixes))}
        return log_probs

    def _parents(self, images: np.ndarray, prefixes: np.ndarray) -> np.ndarray | None:
        """Return where each prefix stood a word ago; None where one of them did not."""
        places = [self.places.get(key) for key in _keys(images, prefixes[:, :-1])]
        return None if None in places else np.array(places, dtype=np.int64)

    def _read(
        self, photos: np.ndarray, prefixes: np.ndarray, state: list[np.ndarray] | None
    ) -> tuple[np.ndarray, ...]:
        """Return log-probabilities and states after the last word, or after all from `<start>`.

        `prefixes`: the same number for each photo, one photo after the other.
        """
        encoded = ops.take(self.encoded, photos, axis=0)
        words = prefixes if state is None else prefixes[:, -1:]
        if state is None:
            each = len(prefixes) // len(photos)
            state = [np.repeat(start, each, axis=0) for start in self.model.first_state(encoded)]
        for place in range(words.shape[1]):
            log_probs, state = self.step(
                encoded, ops.convert_to_tensor(words[:, place]), list(state)
            )
        return tuple(np.asarray(tensor) for tensor in (log_probs, *state))


def _keys(images: np.ndarray, prefixes: np.ndarray) -> list[tuple[int, bytes]]:
    return [(image, row.tobytes()) for image, row in zip(images.tolist(), prefixes, strict=True)]


def demand_rows(images: np.ndarray, count: int) -> None:
    """Raise `IndexError` where rows of photos `(n,)` are asked for that are not among `count`.

    On a GPU `tf.gather` gives zeros for a row that is not there, without a word.
    """
    if images.size and not 0 <= images.min() <= images.max() < count:
        raise IndexError(
            f"Image rows {images.min()} to {images.max()} were asked for, but there are "
            f"features of {count} images: pass rows of that matrix."
        )
