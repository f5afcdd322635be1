"""Training on prefixes: sparse labels, batches of one length (chapter 6).

How epochs, early stopping and resuming work is in `utils.training_loop`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.model import without_mask
from utils.sequences import CaptionSequences, Rows, batches, length_batches
from utils.training_loop import (
    BEST,
    CHECKPOINT,
    HISTORY,
    History,
    TrainingSettings,
    read_history,
    run_task,
    smoothed,
)

__all__ = [
    "BEST",
    "CHECKPOINT",
    "HISTORY",
    "History",
    "TrainingSettings",
    "evaluate",
    "first_loss",
    "read_history",
    "train",
]


def train(
    model: keras.Model,
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
    """Train a model and leave it with the weights of its best epoch on dev.

    `features` `(images, size)` float32: a row a photo, gathered by index in each step and never
    copied per prefix. `mirrored`: the same of the mirrored photos; each example then takes one of
    the two at random. `folder`, `on_epoch_end`, `report` and further errors as in
    `utils.training_loop.run_task`. Raises `ValueError` where features or sequences do not fit the
    model.
    """
    _demand_fit(model, features, mirrored, train, dev)
    task = _PrefixTask(model, features, mirrored, train, dev, settings)
    return run_task(task, settings, folder=folder, on_epoch_end=on_epoch_end, report=report)


def evaluate(
    model: keras.Model, features: np.ndarray, sequences: CaptionSequences, batch_size: int = 1024
) -> float:
    """Return the mean cross-entropy in nats a word of a model on captions."""
    return _Evaluator(without_mask(model), tf.constant(features))(sequences, batch_size)


def _demand_fit(
    model: keras.Model,
    features: np.ndarray,
    mirrored: np.ndarray | None,
    *splits: CaptionSequences,
) -> None:
    size, words = int(model.inputs[0].shape[-1]), int(model.output_shape[-1])
    if features.ndim != 2 or features.shape[1] != size:
        raise ValueError(f"features have the shape {features.shape}; the model wants (n, {size}).")
    if mirrored is not None and mirrored.shape != features.shape:
        raise ValueError("mirrored features must have the shape of the features.")
    for sequences in splits:
        demand_rows_and_words(sequences, len(features), words)


def demand_rows_and_words(sequences: CaptionSequences, rows: int, words: int) -> None:
    """Raise `ValueError` where captions name photos or words that are not there."""
    if int(sequences.image_index.max()) >= rows:
        raise ValueError("A caption names an image row that the features do not have.")
    if int(sequences.tokens.max()) >= words:
        raise ValueError(
            f"A caption holds the id {int(sequences.tokens.max())}, but the model knows "
            f"{words} words: build it with the vocabulary that encoded the captions."
        )


_EXAMPLES = [
    tf.TensorSpec((None, None), tf.int32),
    tf.TensorSpec((None,), tf.int32),
    tf.TensorSpec((None,), tf.int32),
]


class _Evaluator:
    """Sums the loss over captions without training; traced once for all batch shapes."""

    def __init__(self, model: keras.Model, features: tf.Tensor) -> None:
        @tf.function(input_signature=_EXAMPLES)
        def loss_of(prefixes: tf.Tensor, labels: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
            inputs = {"feature": tf.gather(features, images), "prefix": prefixes}
            probabilities = model(inputs, training=False)
            return tf.reduce_sum(
                keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            )

        self.loss_of = loss_of

    def __call__(self, sequences: CaptionSequences, batch_size: int) -> float:
        total = 0.0
        for batch in batches(sequences, length_batches(sequences, batch_size)):
            total += float(self.loss_of(batch.prefixes, batch.labels, batch.image_index))
        return total / sequences.prefix_count


class _PrefixTask:
    """Photo and prefix -> next word; a step is a batch of prefixes of one length."""

    signature = _EXAMPLES

    def __init__(
        self,
        model: keras.Model,
        features: np.ndarray,
        mirrored: np.ndarray | None,
        train: CaptionSequences,
        dev: CaptionSequences,
        settings: TrainingSettings,
    ) -> None:
        self.model, self.train, self.dev = model, train, dev
        self.batch_size, self.smoothing = settings.batch_size, settings.label_smoothing
        # Training and dev loss see the same rows; a view that is mirrored comes after them.
        views = [features] if mirrored is None else [features, mirrored]
        self.features = tf.constant(np.concatenate(views).astype(np.float32))
        self.photos, self.views = len(features), len(views)
        self.unmasked = without_mask(model)
        self.evaluator = _Evaluator(self.unmasked, self.features)
        self.state: list[tf.Variable] = []

    def plan(self, seed: int | None, epoch: int) -> list[Rows]:
        return length_batches(self.train, self.batch_size, seed, epoch)

    def costs(self, plan: Sequence[Rows]) -> np.ndarray:
        # The cost of a batch grows with its examples and their length.
        return np.array([len(rows) * (length + 3) for rows, length in plan])

    def examples(
        self, plan: Sequence[Rows], start: int, seed: int, epoch: int
    ) -> Iterator[tuple[tuple[np.ndarray, ...], int]]:
        views = np.random.default_rng([seed, 1, epoch]).integers(
            self.views, size=len(plan) * self.batch_size, dtype=np.int32
        )
        for step, batch in enumerate(batches(self.train, plan[start:]), start):
            view = views[step * self.batch_size :][: len(batch.labels)]
            images = batch.image_index + self.photos * view
            yield (batch.prefixes, batch.labels, images), len(batch.labels)

    def loss(
        self, prefixes: tf.Tensor, labels: tf.Tensor, images: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        inputs = {"feature": tf.gather(self.features, images), "prefix": prefixes}
        probabilities = self.unmasked(inputs, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        objective = smoothed(losses, tf.math.log(probabilities + 1e-9), self.smoothing)
        return tf.reduce_mean(losses), tf.reduce_mean(objective)

    def dev_loss(self) -> float:
        return self.evaluator(self.dev, 2 * self.batch_size)

    def description(self) -> dict[str, Any]:
        return {"prefixes": self.train.prefix_count}


def first_loss(vocabulary_size: int) -> float:
    """Return ln(V): the loss of a model that knows nothing, in nats a word (chapter 5)."""
    return float(np.log(vocabulary_size))
