"""The course's model: an image and a prefix give the probabilities of the next word (chapter 5).

This is the merge model of Tanti, Gatt and Camilleri (2018, "Where to put the image in an image
caption generator"): the text encoder never sees the photo; the two meet after it.

    photo (n, 1280) -> Dropout -> Dense ReLU ------------------------+
    prefix (n, t)   -> GloVe embedding -> Dropout -> BiLSTM -> LSTM -+- Add -> Dense ReLU -> softmax

The BiLSTM reads the prefix in both directions. That is no cheating as long as the prefix is all it
gets: the word to predict is not in it. Under whole-sequence training it would be (chapter 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from utils.cnn import FEATURE_SIZE
from utils.decoding import NextWord
from utils.support.group import joined
from utils.support.incremental import CHUNK, demand_rows
from utils.vocabulary import PAD

# feature matrix (images, ...), images (n,), prefixes (n, t) -> log-probabilities, as one graph
TracedModel = Callable[..., tf.Tensor]
MERGES = ("add", "concatenate", "multiply")
# Added to the variance of every feature, so that one that is always 0 stays finite.
LEAST_VARIANCE = 1e-4


@dataclass(frozen=True)
class ModelConfig:
    """Every size of the model.

    `units` is the width of the image vector, the LSTM (and each direction of the BiLSTM) and the
    hidden layer. `standardize` puts a layer before the image encoder that brings every feature to
    mean 0 and variance 1 (`standardize_features`; chapter 6 measures what it is worth).
    """

    vocabulary_size: int
    feature_size: int = FEATURE_SIZE
    embedding_size: int = 50
    units: int = 256
    merge: str = "add"
    dropout: float = 0.3
    train_embedding: bool = True
    standardize: bool = False

    def __post_init__(self) -> None:
        if self.merge not in MERGES:
            raise ValueError(f"merge is {self.merge!r}; choose one of {', '.join(MERGES)}.")
        if self.vocabulary_size < 5:
            raise ValueError("The vocabulary has markers only; it needs a word or more.")

    def to_json(self) -> dict[str, Any]:
        """Return the sizes as a dictionary that `ModelConfig(**...)` takes."""
        return asdict(self)


class CaptioningModel(keras.Model):
    """A Keras model of the inputs feature and prefix that can be asked for the next word."""

    kind = "merge"

    def next_word(self, features: np.ndarray) -> NextWord:
        """Return the next word's log-probabilities for rows of `features` `(images, size)`."""
        return next_word_of(self._graph, features)

    @cached_property
    def _graph(self) -> TracedModel:
        return traced(without_mask(self))  # prefixes of one length have no padding


def build_model(config: ModelConfig, embedding_matrix: np.ndarray | None = None) -> CaptioningModel:
    """Return the course's model.

    Inputs: `{"feature": (n, feature_size) float32, "prefix": (n, t) int32}`, prefixes of any
    length, padded right with 0. Output: `(n, vocabulary_size)` float32, probabilities of the next
    word. `embedding_matrix`, `(vocabulary_size, embedding_size)` float32, starts the embedding.
    Raises `ValueError` where the matrix has another shape.
    """
    model = _connect(_layers(config), config.feature_size, masked=True)
    if embedding_matrix is not None:
        embedding = model.get_layer("embedding")
        if embedding_matrix.shape != tuple(embedding.embeddings.shape):
            raise ValueError(
                f"The embedding matrix has the shape {embedding_matrix.shape}, the model's is "
                f"{tuple(embedding.embeddings.shape)}: build it from the same vocabulary."
            )
        embedding.set_weights([embedding_matrix])
    return model


def _layers(config: ModelConfig) -> dict[str, keras.Layer]:
    layers = keras.layers
    merges = {"add": layers.Add, "concatenate": layers.Concatenate, "multiply": layers.Multiply}
    found = [
        layers.Dropout(config.dropout, name="image_dropout"),
        layers.Dense(config.units, activation="relu", name="image_encoder"),
        layers.Embedding(
            config.vocabulary_size,
            config.embedding_size,
            trainable=config.train_embedding,
            name="embedding",
        ),
        layers.Dropout(config.dropout, name="text_dropout"),
        layers.Bidirectional(layers.LSTM(config.units, return_sequences=True), name="bilstm"),
        layers.LSTM(config.units, name="lstm"),
        merges[config.merge](name="merge"),
        layers.Dense(config.units, activation="relu", name="hidden"),
        layers.Dense(config.vocabulary_size, activation="softmax", name="next_word"),
    ]
    if config.standardize:
        found.append(layers.Normalization(name="standardize"))
    return {layer.name: layer for layer in found}


def _connect(layers: dict[str, keras.Layer], feature_size: int, masked: bool) -> CaptioningModel:
    feature = keras.Input((feature_size,), name="feature")
    prefix = keras.Input((None,), dtype="int32", name="prefix")

    image = layers["standardize"](feature) if "standardize" in layers else feature
    image = layers["image_encoder"](layers["image_dropout"](image))

    # What `Embedding(mask_zero=True)` would do unseen: the LSTMs skip the padding.
    mask = ops.not_equal(prefix, PAD) if masked else None
    text = layers["text_dropout"](layers["embedding"](prefix))
    text = layers["lstm"](layers["bilstm"](text, mask=mask), mask=mask)

    hidden = layers["hidden"](layers["merge"]([image, text]))
    probabilities = layers["next_word"](hidden)
    inputs = {"feature": feature, "prefix": prefix}
    return CaptioningModel(inputs, probabilities, name="captioning_model")


def standardize_features(model: keras.Model, features: np.ndarray) -> None:
    """Give the layer `standardize` the mean and variance of training features `(n, size)`.

    Raises `ValueError` where the model has no such layer.
    """
    # Some columns at a time: the variance needs a copy of them.
    blocks = [features[:, start : start + 64] for start in range(0, features.shape[1], 64)]
    mean = np.concatenate([block.mean(axis=0) for block in blocks])
    variance = np.concatenate([block.var(axis=0) for block in blocks])
    give_statistics(model.get_layer("standardize"), mean, variance)


def give_statistics(
    layer: keras.layers.Normalization, mean: np.ndarray, variance: np.ndarray
) -> None:
    """Give a `Normalization` layer the mean and variance `(size,)` of training features."""
    layer.set_weights([mean, variance + LEAST_VARIANCE, np.zeros((), np.int32)])
    layer.finalize_state()


def without_mask(model: keras.Model) -> CaptioningModel:
    """Return a model of the very same layers and weights for prefixes without padding.

    It gives what `model` gives, about 1.4 times as fast on a CPU. Training and decoding use it,
    since their batches hold prefixes of one length.
    """
    layers = {layer.name: layer for layer in model.layers}
    return _connect(layers, int(model.inputs[0].shape[-1]), masked=False)


def on_batches(model: keras.Model) -> tuple[keras.Model, Any]:
    """Return a model of the same layers for batches of one prefix length, and its loss.

    A batch is filled up only where several devices share it: its prefixes, which are then masked,
    and its rows, whose label is `PAD`.
    """
    if joined():
        ignored = keras.losses.SparseCategoricalCrossentropy(ignore_class=PAD)
        return keras.Model(model.input, model.output), ignored
    return without_mask(model), "sparse_categorical_crossentropy"


def first_loss(vocabulary_size: int) -> float:
    """Return ln(V): the loss of a model that knows nothing, in nats per word."""
    return float(np.log(vocabulary_size))


def traced(model: keras.Model) -> TracedModel:
    """Return a model as one graph, traced once for prefixes of any number and length.

    `model` has the inputs `{"feature": (n, ...), "prefix": (n, t) int32}` and gives probabilities
    `(n, V)`. The graph takes the feature matrix, rows of it and prefixes, and gives
    log-probabilities. On another backend than TensorFlow it is a plain function.
    """
    if keras.backend.backend() != "tensorflow":
        return partial(_log_probabilities, model)
    shape = (None, *model.inputs[0].shape[1:])
    signature = [
        tf.TensorSpec(shape, tf.float32),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None, None), tf.int32),
    ]

    # Nothing here is Python that depends on a tensor, so reading its source again would be in vain.
    @tf.function(input_signature=signature, autograph=False)
    def graph(matrix: tf.Tensor, images: tf.Tensor, prefixes: tf.Tensor) -> tf.Tensor:
        return _log_probabilities(model, matrix, images, prefixes)

    return graph


def _log_probabilities(model: keras.Model, matrix: Any, images: Any, prefixes: Any) -> Any:
    prefixes = ops.convert_to_tensor(prefixes)
    inputs = {"feature": ops.take(matrix, images, axis=0), "prefix": prefixes}
    probabilities = ops.cast(model(inputs, training=False), "float32")
    # A softmax in float32 can round to exactly 0, whose logarithm is -infinity.
    return ops.log(ops.clip(probabilities, 1e-37, 1.0))


def next_word_of(graph: TracedModel, features: np.ndarray, chunk: int = CHUNK) -> NextWord:
    """Return the graph of a model and its feature matrix as one `NextWord` function.

    `features` `(images, ...)` are its photos, of which rows are gathered inside the graph. At most
    `chunk` rows go through the network at a time. The function raises `IndexError` for a row that
    is not there.
    """
    matrix = ops.convert_to_tensor(features, dtype="float32")

    def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        images = np.asarray(images, dtype=np.int32)
        prefixes = np.asarray(prefixes, dtype=np.int32)
        demand_rows(images, len(features))
        parts = [
            np.asarray(graph(matrix, images[i : i + chunk], prefixes[i : i + chunk]))
            for i in range(0, max(len(images), 1), chunk)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return ask
