"""Batches as a function of the step, so that a training may begin anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf


@dataclass(frozen=True)
class Stream:
    """Batches that are a function of the step, of which `steps` are an epoch.

    `example(step)` returns the arrays of a step, counted from 0 through all epochs; `signature`
    are their shapes and types, as `tf.data` takes them.
    """

    steps: int
    example: Callable[[int], Any]
    signature: Any

    def dataset(self, first: int, last: int) -> tf.data.Dataset:
        """Return the batches of the steps `first` to `last - 1`.

        `from_generator` would do the same, but a live one slows the LSTMs' loops by a third.
        """
        specs = tf.nest.flatten(self.signature)

        def load(step: tf.Tensor) -> Any:
            arrays = tf.numpy_function(
                lambda number: tf.nest.flatten(self.example(int(number))),
                [step],
                [spec.dtype for spec in specs],
            )
            for array, spec in zip(arrays, specs, strict=True):
                array.set_shape(spec.shape)
            return tf.nest.pack_sequence_as(self.signature, arrays)

        return tf.data.Dataset.range(first, last).map(load).prefetch(2)
