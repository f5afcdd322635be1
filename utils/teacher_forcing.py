"""All positions in one pass: what a causal decoder allows (chapter 8).

Where no word looks ahead, the states of one pass over a caption give the prediction after every
prefix at once: a caption of 11 words costs one pass and not 12. `CausalModel` and `AttentionModel`
are such models; what they share is here, with the training that uses it.

A step takes some photos with all their captions, so that a photo is encoded once for all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from utils.callbacks import History
from utils.decoding import NextWord
from utils.sequences import CaptionSequences, CaptionsOfPhotos, photo_batches
from utils.support.incremental import (
    FEW,
    IncrementalDecoder,
    State,
    Step,
    Tensor,
    step_of,
    traced_step,
)
from utils.support.runs import run_folder
from utils.support.streams import Stream, mean_cross_entropy
from utils.training import TrainingData, TrainingSettings, description_of, fit, optimizer_of
from utils.vocabulary import PAD

CHUNK = 64  # photos whose maps are in memory at a time


class TeacherForcedModel(keras.Model):
    """A captioner whose words never look ahead.

    `feature_shape` is that of a photo's features, such as (1280,) or (49, 1280). Called with
    `{"feature": (n, ...), "prefix": (n, t) int32}` it gives `(n, t, V)`, the probabilities of the
    word after each position.
    """

    feature_shape: tuple[int, ...]

    @abstractmethod
    def encode(self, features: Tensor, training: bool = False) -> Tensor:
        """Return what the decoder needs of photos, from their features `(n, ...)`."""

    @abstractmethod
    def logits(self, encoded: Tensor, words: Tensor, training: bool = False) -> Tensor:
        """Return the logits after each position, `(n, t, V)`.

        `words` `(n, t)` int32 from `<start>` on; `encoded`: a row for each row of `words`.
        """

    @abstractmethod
    def first_state(self, encoded: Tensor) -> State:
        """Return the state before the first word, for `step`."""

    @abstractmethod
    def step(self, encoded: Tensor, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits `(n, V)` after one more word each, `(n,)` int32, and the new state.

        The prefixes of a photo follow one another, and each photo has as many of them: `n` is
        the number of rows of `encoded`, or two, three, ... times as much.
        """

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Return the probabilities of the next word after each position, `(n, t, V)`."""
        encoded = self.encode(inputs["feature"], training)
        return ops.softmax(self.logits(encoded, inputs["prefix"], training))

    @abstractmethod
    def build_layers(self) -> None:
        """Make the weights of all layers, so that they can be set or loaded.

        Layer by layer, which is faster than a call of the model: Keras would trace one, and then
        make another.
        """

    def next_word(self, features: np.ndarray) -> NextWord:
        """Return the next word's log-probabilities for rows of `features` `(images, ...)`."""
        few = len(features) <= FEW
        step = step_of(self) if few else self._traced_step
        return IncrementalDecoder(self, self.encode_all(features), step)

    @cached_property
    def _traced_step(self) -> Step:
        return traced_step(self)

    def encode_all(self, features: np.ndarray) -> np.ndarray:
        """Return every photo encoded, a row each, `CHUNK` photos in memory at a time."""
        shaped = self.shaped(features)
        is_traced = len(features) > FEW and keras.backend.backend() == "tensorflow"
        encode = self._encode_graph if is_traced else self.encode
        parts = [
            np.asarray(encode(ops.convert_to_tensor(shaped[row : row + CHUNK], "float32")))
            for row in range(0, max(len(shaped), 1), CHUNK)
        ]
        return np.concatenate(parts)

    @cached_property
    def _encode_graph(self) -> Callable[[Tensor], Tensor]:
        shape = tf.TensorSpec((None, *self.feature_shape), tf.float32)
        return tf.function(self.encode, input_signature=[shape], autograph=False)

    def encoded_shape(self) -> tuple[int, ...]:
        """Return the shape of one encoded photo."""
        return tuple(self.encode(ops.zeros((1, *self.feature_shape))).shape[1:])

    def shaped(self, features: np.ndarray) -> np.ndarray:
        """Return features as the model takes them, maps `(n, 7, 7, c)` as `(n, 49, c)`.

        Raises `ValueError`, as NumPy does, where they do not fit.
        """
        return features.reshape(len(features), *self.feature_shape)


class AllPositions(keras.Model):
    """A model on photos and all their captions at once; gives the logits `(c, t, V)`.

    Its inputs: `feature` `(photos, ...)`, `owner` `(c,)` int32, the place of each caption's photo,
    and `prefix` `(c, t)` int32.
    """

    def __init__(self, model: TeacherForcedModel) -> None:
        super().__init__(name="all_positions")
        self.decoder = model
        self.built = True  # its model is

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Return the logits after each position."""
        encoded = self.decoder.encode(inputs["feature"], training)
        encoded = ops.take(encoded, inputs["owner"], axis=0)
        return self.decoder.logits(encoded, inputs["prefix"], training)


def word_loss() -> keras.losses.Loss:
    """Return the mean cross-entropy a word; padding, which follows `<end>`, does not count."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)


def photo_stream(
    model: TeacherForcedModel, data: TrainingData, settings: TrainingSettings
) -> Stream:
    """Return batches of photos, one view of each step's drawn, with all their captions."""
    views = [model.shaped(view) for view in data.views]
    captions = CaptionsOfPhotos(data.train)
    steps = len(photo_batches(data.train, settings.batch_size))

    @lru_cache(maxsize=2)
    def plan(epoch: int) -> tuple[list[np.ndarray], np.ndarray]:
        rng = np.random.default_rng([settings.seed, 1, epoch])
        photos = photo_batches(data.train, settings.batch_size, settings.seed, epoch)
        return photos, rng.integers(len(views), size=steps)

    def example(step: int) -> Any:
        photos, drawn = plan(step // steps)
        return _example(views[drawn[step % steps]], captions, photos[step % steps])

    return Stream(steps, example, (settings.batch_size, *_CAPTIONS), _WIDEN)


# Where several devices share a batch, its numbers of captions and of words are multiples of these.
_CAPTIONS, _WIDEN = (16, 16, 16), 4


def _example(
    features: np.ndarray, captions: CaptionsOfPhotos, photos: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    tokens, owners = captions.of(photos)
    inputs = {"feature": features[photos], "owner": owners, "prefix": tokens[:, :-1]}
    return inputs, tokens[:, 1:]


def _every_photo(features: np.ndarray, sequences: CaptionSequences) -> Stream:
    """Return every photo once with all its captions; a label counts where it is no padding."""
    captions, plan = CaptionsOfPhotos(sequences), photo_batches(sequences, CHUNK)

    def example(step: int) -> Any:
        inputs, labels = _example(features, captions, plan[step])
        return inputs, labels, (labels != PAD).astype(np.int32)

    return Stream(len(plan), example, (CHUNK, *_CAPTIONS, 16), _WIDEN)


def cross_entropy(
    model: TeacherForcedModel, features: np.ndarray, sequences: CaptionSequences
) -> float:
    """Return the mean cross-entropy of captions in nats per word."""
    return _dev_loss(model, features, sequences)()


def _dev_loss(
    model: TeacherForcedModel, features: np.ndarray, sequences: CaptionSequences
) -> Callable[[], float]:
    stream = _every_photo(model.shaped(features), sequences)
    return mean_cross_entropy(AllPositions(model), stream, from_logits=True)


def train_teacher_forcing(
    model: TeacherForcedModel,
    data: TrainingData,
    settings: TrainingSettings,
    folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a model by teacher forcing; leave it with the weights of its best epoch on dev.

    `data.features` `(images, ...)`, a memory map where they are large. `settings.batch_size` counts
    photos. `folder`, `callbacks` and errors as in `utils.training.train`.
    """
    data.demand_fit(model.config.vocabulary_size)
    stream = photo_stream(model, data, settings)
    folder = run_folder(folder, description_of(model, data, settings))
    learner = AllPositions(model)
    learner.compile(optimizer_of(settings, stream.steps), word_loss())
    dev_loss = _dev_loss(model, data.features, data.dev)
    return fit(learner, stream, dev_loss, settings, folder, callbacks)
