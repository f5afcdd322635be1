"""All positions in one pass: what a causal decoder allows (chapter 8).

Where no word looks ahead, the states of one pass over a caption give the prediction after every
prefix at once: a caption of 11 words costs one pass and not 12. `CausalModel` and `AttentionModel`
are such models; what they share is here, with the training that uses it.

A step takes some photos with all their captions, so that a photo is encoded once for all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.decoding import NextWord
from utils.model import TracedModel, next_word_of
from utils.sequences import CaptionSequences
from utils.training import demand_rows_and_words
from utils.training_loop import History, TrainingSettings, run_task, smoothed
from utils.vocabulary import PAD

WINDOW = 20  # batches among which photos are ordered by their longest caption
CHUNK = 64  # photos whose maps are in memory at a time
State = list[tf.Tensor]


class TeacherForcedModel(keras.Model):
    """A captioner whose words never look ahead.

    `feature_shape` is that of a photo's features, such as (1280,) or (49, 1280). Called with
    `{"feature": (n, ...), "prefix": (n, t) int32}` it gives `(n, t, V)`, the probabilities of the
    word after each position.
    """

    feature_shape: tuple[int, ...]

    @abstractmethod
    def encode(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return what the decoder needs of photos, from their features `(n, ...)`."""

    @abstractmethod
    def logits(
        self, encoded: tf.Tensor, words: tf.Tensor, training: bool = False, last: bool = False
    ) -> tf.Tensor:
        """Return the logits after each position, `(n, t, V)`, or after the last, `(n, 1, V)`.

        `words` `(n, t)` int32 from `<start>` on; `encoded`: a row for each row of `words`.
        """

    @abstractmethod
    def first_state(self, encoded: tf.Tensor) -> State:
        """Return the state before the first word, for `step`."""

    @abstractmethod
    def step(self, encoded: tf.Tensor, words: tf.Tensor, state: State) -> tuple[tf.Tensor, State]:
        """Return the logits `(n, V)` after one more word each, `(n,)` int32, and the new state."""

    def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Return the probabilities of the next word after each position, `(n, t, V)`."""
        encoded = self.encode(inputs["feature"], training)
        return tf.nn.softmax(self.logits(encoded, inputs["prefix"], training))

    def build_layers(self) -> None:
        """Make the weights of all layers, so that they can be set or loaded."""
        self({"feature": tf.zeros((1, *self.feature_shape)), "prefix": tf.zeros((1, 2), tf.int32)})

    def next_word(self, features: np.ndarray) -> NextWord:
        """Return the next word's log-probabilities for rows of `features` `(images, ...)`."""
        return next_word_of(self.decoder, self.encode_all(features))

    @cached_property
    def decoder(self) -> TracedModel:
        """The graph that asks for the next word, given encoded photos (`next_word_of`)."""
        signature = [
            tf.TensorSpec((None, *self.encoded_shape()), tf.float32),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, None), tf.int32),
        ]

        @tf.function(input_signature=signature)
        def log_probabilities(
            matrix: tf.Tensor, images: tf.Tensor, prefixes: tf.Tensor
        ) -> tf.Tensor:
            logits = self.logits(tf.gather(matrix, images), prefixes, last=True)
            return tf.nn.log_softmax(logits[:, 0])

        return log_probabilities

    def encode_all(self, features: np.ndarray) -> np.ndarray:
        """Return every photo encoded, a row each, `CHUNK` photos in memory at a time."""
        shaped = self.shaped(features)
        parts = [
            self._encode_graph(
                tf.constant(np.asarray(shaped[row : row + CHUNK], np.float32))
            ).numpy()
            for row in range(0, max(len(shaped), 1), CHUNK)
        ]
        return np.concatenate(parts)

    @cached_property
    def _encode_graph(self) -> Callable[[tf.Tensor], tf.Tensor]:
        shape = tf.TensorSpec((None, *self.feature_shape), tf.float32)
        return tf.function(self.encode, input_signature=[shape])

    def encoded_shape(self) -> tuple[int, ...]:
        """Return the shape of one encoded photo."""
        return tuple(self.encode(tf.zeros((1, *self.feature_shape))).shape[1:])

    def shaped(self, features: np.ndarray) -> np.ndarray:
        """Return features as the model takes them, maps `(n, 7, 7, c)` as `(n, 49, c)`.

        Raises `ValueError`, as NumPy does, where they do not fit.
        """
        return features.reshape(len(features), *self.feature_shape)


def photo_batches(
    sequences: CaptionSequences, batch_size: int, seed: int | None = None, epoch: int = 0
) -> list[np.ndarray]:
    """Return the steps of an epoch, each the rows of `batch_size` photos, int32.

    Photos whose longest captions are alike come together, so that little is padded; which do is
    drawn anew for each `(seed, epoch)`. Without a seed nothing is shuffled.
    """
    photos, owner = np.unique(sequences.image_index, return_inverse=True)
    longest = np.zeros(len(photos), dtype=np.int32)
    np.maximum.at(longest, owner, sequences.lengths)
    rng = None if seed is None else np.random.default_rng([seed, epoch])
    order = np.arange(len(photos)) if rng is None else rng.permutation(len(photos))
    steps: list[np.ndarray] = []
    for start in range(0, len(order), WINDOW * batch_size):
        window = order[start : start + WINDOW * batch_size]
        window = window[np.argsort(longest[window], kind="stable")]
        cuts = range(0, len(window), batch_size)
        steps += [photos[window[cut : cut + batch_size]].astype(np.int32) for cut in cuts]
    return steps if rng is None else [steps[place] for place in rng.permutation(len(steps))]


class CaptionsOfPhotos:
    """The captions of photos, found by the photos' rows."""

    def __init__(self, sequences: CaptionSequences) -> None:
        self.sequences = sequences
        self.rows_of: dict[int, list[int]] = {}
        for row, image in enumerate(sequences.image_index.tolist()):
            self.rows_of.setdefault(image, []).append(row)

    def of(self, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the captions `(c, t)` of some photos, no wider than need be, and their owners.

        An owner is a place in `photos`, `(c,)` int32.
        """
        found = [self.rows_of[int(photo)] for photo in photos]
        rows = [row for of_one in found for row in of_one]
        owners = [place for place, of_one in enumerate(found) for _ in of_one]
        width = int(self.sequences.lengths[rows].max())
        return self.sequences.tokens[rows, :width], np.array(owners, dtype=np.int32)


def word_losses(
    model: TeacherForcedModel,
    encoded: tf.Tensor,
    tokens: tf.Tensor,
    smoothing: float,
    training: bool,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the mean cross-entropy a word of captions `(c, t)`, and the smoothed one.

    `encoded`: a row for each caption. Padding, which follows `<end>`, does not count.
    """
    labels = tokens[:, 1:]
    logits = model.logits(encoded, tokens[:, :-1], training)
    weights = tf.cast(labels != PAD, tf.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    objectives = smoothed(losses, tf.nn.log_softmax(logits), smoothing)
    count = tf.reduce_sum(weights)
    return tf.reduce_sum(losses * weights) / count, tf.reduce_sum(objectives * weights) / count


class TeacherForcingTask:
    """Photos with their captions -> the word after every position; a step is some photos."""

    def __init__(
        self,
        model: TeacherForcedModel,
        views: Sequence[np.ndarray],
        train: CaptionSequences,
        dev: CaptionSequences,
        settings: TrainingSettings,
    ) -> None:
        self.model, self.views = model, [model.shaped(view) for view in views]
        self.train, self.captions, self.dev = train, CaptionsOfPhotos(train), dev
        self.batch_size, self.smoothing = settings.batch_size, settings.label_smoothing
        self.signature = [
            tf.TensorSpec((None, *model.feature_shape), views[0].dtype),
            tf.TensorSpec((None, None), tf.int32),
            tf.TensorSpec((None,), tf.int32),
        ]
        self.state: list[tf.Variable] = []
        self._evaluate = tf.function(self._dev_sums, input_signature=self.signature)

    def plan(self, seed: int | None, epoch: int) -> list[np.ndarray]:
        """Return the photos of each step."""
        return photo_batches(self.train, self.batch_size, seed, epoch)

    def costs(self, plan: Sequence[np.ndarray]) -> np.ndarray:
        """Return the width of each step's captions times their number."""
        return np.array([self.captions.of(photos)[0].size for photos in plan])

    def examples(
        self, plan: Sequence[np.ndarray], start: int, seed: int, epoch: int
    ) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Yield features of the photos, one view of each step's drawn, and their captions."""
        drawn = np.random.default_rng([seed, 1, epoch]).integers(len(self.views), size=len(plan))
        for view, photos in zip(drawn[start:], plan[start:], strict=True):
            tokens, owners = self.captions.of(photos)
            words = int((tokens[:, 1:] != PAD).sum())
            yield (np.asarray(self.views[view][photos]), tokens, owners), words

    def loss(
        self, features: tf.Tensor, tokens: tf.Tensor, owners: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the mean cross-entropy in nats a word, and the smoothed one."""
        encoded = tf.gather(self.model.encode(features, training=True), owners)
        return word_losses(self.model, encoded, tokens, self.smoothing, training=True)

    def _dev_sums(
        self, features: tf.Tensor, tokens: tf.Tensor, owners: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        encoded = tf.gather(self.model.encode(features), owners)
        return word_losses(self.model, encoded, tokens, 0.0, training=False)

    def dev_loss(self) -> float:
        """Return the mean cross-entropy of the dev captions in nats a word."""
        return self.cross_entropy(self.dev)

    def cross_entropy(self, sequences: CaptionSequences) -> float:
        """Return the mean cross-entropy of captions in nats a word."""
        captions, total = CaptionsOfPhotos(sequences), 0.0
        for photos in photo_batches(sequences, CHUNK):
            tokens, owners = captions.of(photos)
            mean, _ = self._evaluate(np.asarray(self.views[0][photos]), tokens, owners)
            total += float(mean) * int((tokens[:, 1:] != PAD).sum())
        return total / sequences.prefix_count

    def description(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on."""
        return {"prefixes": self.train.prefix_count, "views": len(self.views)}


def train_teacher_forcing(
    model: TeacherForcedModel,
    features: np.ndarray,
    train: CaptionSequences,
    dev: CaptionSequences,
    settings: TrainingSettings,
    *,
    folder: Path | None = None,
    mirrored: np.ndarray | None = None,
    on_epoch_end: Callable[[int, dict[str, Any]], None] | None = None,
    report: Callable[[str], None] | None = print,
) -> History:
    """Train a model by teacher forcing; leave it with the weights of its best epoch on dev.

    `features` `(images, ...)`, a memory map where they are large; `mirrored`: the same of the
    mirrored photos, of which a step then takes one or the other. `settings.batch_size` counts
    photos. `folder`, `on_epoch_end`, `report` and further errors as in
    `utils.training_loop.run_task`. Raises `ValueError` where features or captions do not fit
    the model.
    """
    views = demand_views(model, features, mirrored, train, dev)
    task = TeacherForcingTask(model, views, train, dev, settings)
    return run_task(task, settings, folder=folder, on_epoch_end=on_epoch_end, report=report)


def demand_views(
    model: TeacherForcedModel,
    features: np.ndarray,
    mirrored: np.ndarray | None,
    *splits: CaptionSequences,
) -> list[np.ndarray]:
    """Return the views of the photos; raise `ValueError` where something does not fit."""
    model.shaped(features)
    if mirrored is not None and mirrored.shape != features.shape:
        raise ValueError("mirrored features must have the shape of the features.")
    for sequences in splits:
        demand_rows_and_words(sequences, len(features), model.config.vocabulary_size)
    return [features] if mirrored is None else [features, mirrored]
