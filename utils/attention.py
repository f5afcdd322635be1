"""A decoder that looks at the photo again before every word (chapter 8).

One vector a photo says what is there and forgets where. Here the photo stays a map of 7 x 7
regions, and each word asks its own question of them (Xu et al. 2015, "Show, attend and tell"). The
two LSTMs are those of Anderson et al. (2018, "Bottom-up and top-down attention"), without the way
back from the second to the first: no word waits for another, and all positions train in one pass.

    map (n, 49, 1280) -> Dropout -> Dense ReLU -> regions (n, 49, units)
    words (n, t) -> GloVe embedding -> Dropout -> attention LSTM, which starts from the mean region
    its states ask (queries), the regions answer (keys, values) -> contexts (n, t, units)
    [contexts, states] -> language LSTM
    Add of its states and the contexts -> Dropout -> Dense -> logits
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from utils.cnn import FEATURE_SIZE, MAP_SIZE
from utils.model import give_statistics
from utils.support.parts import mean_and_variance
from utils.teacher_forcing import State, TeacherForcedModel, Tensor


def attend(queries: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Return contexts `(n, t, v)` and weights `(n, t, regions)`: a soft look at the regions.

    `queries` `(n, t, d)`, `keys` `(n, regions, d)`, `values` `(n, regions, v)`. A weight is the
    softmax over the regions of query . key / sqrt(d), the context the values' mean by the weights
    (Vaswani et al. 2017, "scaled dot-product attention"). The weights of a query sum to 1.
    """
    scores = ops.matmul(queries, ops.swapaxes(keys, 1, 2)) / ops.shape(keys)[-1] ** 0.5
    weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, values), weights


@dataclass(frozen=True)
class AttentionConfig:
    """Every size of the model. `units`: of the regions, both LSTMs, the queries and the keys.

    `standardize` brings every feature to mean 0 and variance 1 (`standardize_regions`).
    """

    vocabulary_size: int
    regions: int = MAP_SIZE * MAP_SIZE
    feature_size: int = FEATURE_SIZE
    embedding_size: int = 50
    units: int = 320
    dropout: float = 0.3
    train_embedding: bool = True
    standardize: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the sizes as a dictionary that `AttentionConfig(**...)` takes."""
        return asdict(self)


class AttentionModel(TeacherForcedModel):
    """See the module. Names of the layers are those of the text above."""

    kind = "attention"

    def __init__(self, config: AttentionConfig) -> None:
        super().__init__(name="attention_model")
        layers, units = keras.layers, config.units
        self.config, self.feature_shape = config, (config.regions, config.feature_size)
        self.standardize = layers.Normalization() if config.standardize else None
        if self.standardize is not None:  # built here: it keeps numbers, not parts of a graph
            self.standardize.build((None, *self.feature_shape))
        self.region_dropout = layers.Dropout(config.dropout)
        self.region_encoder = layers.Dense(units, activation="relu")
        self.first_hidden = layers.Dense(units, activation="tanh")
        self.first_cell = layers.Dense(units, activation="tanh")
        self.embedding = layers.Embedding(
            config.vocabulary_size, config.embedding_size, trainable=config.train_embedding
        )
        self.text_dropout = layers.Dropout(config.dropout)
        self.attention_lstm = layers.LSTM(units, return_sequences=True)
        self.query = layers.Dense(units, use_bias=False)
        self.key = layers.Dense(units, use_bias=False)
        self.language_lstm = layers.LSTM(units, return_sequences=True)
        self.merge = layers.Add()
        self.output_dropout = layers.Dropout(config.dropout)
        self.word_logits = layers.Dense(config.vocabulary_size)

    def build_layers(self) -> None:
        """Make the weights of all layers; see `TeacherForcedModel`."""
        units, words = self.config.units, self.config.embedding_size
        self.region_encoder.build((None, *self.feature_shape))
        self.key.build((None, self.config.regions, units))
        for layer in (self.first_hidden, self.first_cell):
            layer.build((None, units))
        self.embedding.build()
        self.attention_lstm.build((None, None, words))
        self.query.build((None, None, units))
        self.language_lstm.build((None, None, 2 * units))
        self.word_logits.build((None, None, units))
        self.built = True

    def encode(self, features: Tensor, training: bool = False) -> Tensor:
        """Return each region's value and, behind it, its key, `(n, 49, 2 * units)`."""
        regions = ops.cast(features, "float32")
        if self.standardize is not None:
            regions = self.standardize(regions)
        values = self.region_encoder(self.region_dropout(regions, training=training))
        # The keys too are made once a photo, and not once a word or a caption.
        return ops.concatenate([values, self.key(values)], axis=-1)

    def logits(self, encoded: Tensor, words: Tensor, training: bool = False) -> Tensor:
        """Return the logits after each position, `(n, t, V)`; see `TeacherForcedModel`."""
        states = self._states(encoded, words, training)
        contexts, _ = self._look(encoded, states)
        text = self.language_lstm(ops.concatenate([contexts, states], axis=-1))
        merged = self.merge([contexts, text])
        return self.word_logits(self.output_dropout(merged, training=training))

    def look(self, encoded: Tensor, words: Tensor) -> Tensor:
        """Return the weights of the regions after each position, `(n, t, 49)`, each sums to 1."""
        return self._look(encoded, self._states(encoded, words, training=False))[1]

    def _states(self, encoded: Tensor, words: Tensor, training: bool) -> Tensor:
        text = self.text_dropout(self.embedding(words), training=training)
        return self.attention_lstm(text, initial_state=self._start(encoded))

    def _start(self, encoded: Tensor) -> State:
        mean = ops.mean(encoded[..., : self.config.units], axis=1)
        return [self.first_hidden(mean), self.first_cell(mean)]

    def _look(self, encoded: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        values, keys = ops.split(encoded, 2, axis=-1)
        return attend(self.query(states), keys, values)

    def first_state(self, encoded: Tensor) -> State:
        """Return both LSTMs' states before the first word, four of `(n, units)`."""
        start = self._start(encoded)
        return [*start, ops.zeros_like(start[0]), ops.zeros_like(start[0])]

    def step(self, encoded: Tensor, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits after one more word each, and the new state."""
        seen, first = self.attention_lstm.cell(self.embedding(words), state[:2])
        queries = ops.reshape(seen, (ops.shape(encoded)[0], -1, self.config.units))
        contexts = ops.reshape(self._look(encoded, queries)[0], ops.shape(seen))
        text, second = self.language_lstm.cell(ops.concatenate([contexts, seen], -1), state[2:])
        return self.word_logits(self.merge([contexts, text])), [*first, *second]


def build_attention_model(
    config: AttentionConfig, embedding_matrix: np.ndarray | None = None
) -> AttentionModel:
    """Return the attention model.

    `embedding_matrix`, `(vocabulary_size, embedding_size)` float32, starts the embedding. Raises
    `ValueError` where it has another shape.
    """
    model = AttentionModel(config)
    model.build_layers()
    if embedding_matrix is not None:
        model.embedding.set_weights([embedding_matrix])
    return model


def standardize_regions(model: AttentionModel, features: np.ndarray) -> None:
    """Give the layer `standardize` mean and variance of training maps `(n, ..., feature_size)`.

    Raises `ValueError` where the model has no such layer.
    """
    if model.standardize is None:
        raise ValueError("The model has no layer standardize: build it with standardize=True.")
    rows = features.reshape(-1, features.shape[-1])
    give_statistics(model.standardize, *mean_and_variance(rows))
