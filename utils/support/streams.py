"""Batches as a function of the step, so that a training may begin anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.support.group import share


@dataclass(frozen=True)
class Stream:
    """Batches that are a function of the step, of which `steps` are an epoch.

    `example(step)` returns the arrays of a step, counted from 0 through all epochs; from step to
    step their rows may vary in number, and the columns of ids. `multiples` (one for each array, in
    the order of `tf.nest.flatten`) and `widen` say how a batch is filled up where several devices
    share it (`utils.support.group.share`).
    """

    steps: int
    example: Callable[[int], Any]
    multiples: tuple[int, ...] = ()
    widen: int = 1

    def dataset(self, first: int, last: int) -> tf.data.Dataset:
        """Return the batches of the steps `first` to `last - 1`.

        `from_generator` would do the same, but a live one slows the LSTMs' loops by a third.
        """
        one = self.example(first)
        specs = [_spec(array) for array in tf.nest.flatten(one)]

        def load(step: tf.Tensor) -> Any:
            arrays = tf.numpy_function(self._arrays, [step], [spec.dtype for spec in specs])
            for array, spec in zip(arrays, specs, strict=True):
                array.set_shape(spec.shape)
            return tf.nest.pack_sequence_as(one, arrays)

        return tf.data.Dataset.range(first, last).map(load).prefetch(2)

    def _arrays(self, step: Any) -> list[Any]:
        return list(share(tf.nest.flatten(self.example(int(step))), self.multiples, self.widen))


def _spec(array: np.ndarray) -> tf.TensorSpec:
    ids = array.dtype == np.int32
    fixed = [None] * (array.ndim - 1) if ids else array.shape[1:]
    return tf.TensorSpec((None, *fixed), array.dtype)


def mean_cross_entropy(
    model: keras.Model, stream: Stream, from_logits: bool = False
) -> Callable[[], float]:
    """Return a function that gives a model's mean cross-entropy over a stream, in nats per label.

    The stream's batches are (inputs, labels, weights), and a label counts by its weight, 0 or 1.
    The model is compiled for this, so it must not be one that is being fitted; its layers may be.
    """
    # Keras weighs the loss of a batch by its rows; only a metric counts the labels themselves.
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    metric = keras.metrics.SparseCategoricalCrossentropy("mean", from_logits=from_logits)
    model.compile(loss=loss, weighted_metrics=[metric])
    dataset = stream.dataset(0, stream.steps)
    return lambda: float(model.evaluate(dataset, verbose=0, return_dict=True)["mean"])
