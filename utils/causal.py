"""The course's model made causal: no word looks ahead, all positions train at once (chapter 8).

The BiLSTM becomes an LSTM that reads forward only; everything else is as in `utils.model`:

    photo (n, 1280) -> Dropout -> Dense ReLU ---------------------+
    words (n, t)    -> GloVe embedding -> Dropout -> LSTM -> LSTM -+- Add -> Dense ReLU -> logits

with the photo's vector added at every position.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from utils.model import ModelConfig
from utils.teacher_forcing import State, TeacherForcedModel, Tensor


class CausalModel(TeacherForcedModel):
    """The model of a `ModelConfig` with `merge="add"`, its BiLSTM replaced by an LSTM."""

    kind = "causal"

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(name="causal_model")
        layers = keras.layers
        self.config, self.feature_shape = config, (config.feature_size,)
        self.image_dropout = layers.Dropout(config.dropout)
        self.image_encoder = layers.Dense(config.units, activation="relu")
        self.embedding = layers.Embedding(
            config.vocabulary_size, config.embedding_size, trainable=config.train_embedding
        )
        self.text_dropout = layers.Dropout(config.dropout)
        self.first_lstm = layers.LSTM(config.units, return_sequences=True)
        self.second_lstm = layers.LSTM(config.units, return_sequences=True)
        self.hidden = layers.Dense(config.units, activation="relu")
        self.word_logits = layers.Dense(config.vocabulary_size)

    def build_layers(self) -> None:
        """Make the weights of all layers; see `TeacherForcedModel`."""
        units = self.config.units
        self.image_encoder.build((None, *self.feature_shape))
        self.embedding.build()
        self.first_lstm.build((None, None, self.config.embedding_size))
        for layer in (self.second_lstm, self.hidden, self.word_logits):
            layer.build((None, None, units))
        self.built = True

    def encode(self, features: Tensor, training: bool = False) -> Tensor:
        """Return the photos' vectors, `(n, units)`."""
        return self.image_encoder(self.image_dropout(features, training=training))

    def logits(self, encoded: Tensor, words: Tensor, training: bool = False) -> Tensor:
        """Return the logits after each position, `(n, t, V)`; see `TeacherForcedModel`."""
        text = self.text_dropout(self.embedding(words), training=training)
        text = self.second_lstm(self.first_lstm(text))
        return self.word_logits(self.hidden(encoded[:, None] + text))

    def first_state(self, encoded: Tensor) -> State:
        """Return four zeros `(n, units)`: both LSTMs start empty, the photo never enters them."""
        return [ops.zeros_like(encoded) for _ in range(4)]

    def step(self, encoded: Tensor, words: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits after one more word each, and the new state."""
        text, first = self.first_lstm.cell(self.embedding(words), state[:2])
        text, second = self.second_lstm.cell(text, state[2:])
        by_photo = ops.reshape(text, (ops.shape(encoded)[0], -1, self.config.units))
        merged = ops.reshape(encoded[:, None] + by_photo, ops.shape(text))
        return self.word_logits(self.hidden(merged)), [*first, *second]


def build_causal_model(
    config: ModelConfig, embedding_matrix: np.ndarray | None = None
) -> CausalModel:
    """Return the causal variant of the course's model.

    `embedding_matrix`, `(vocabulary_size, embedding_size)` float32, starts the embedding. Raises
    `ValueError` for settings that it does not have: a merge other than "add", or `standardize`.
    """
    if config.merge != "add" or config.standardize:
        raise ValueError("The causal variant merges by Add, and has no layer standardize.")
    model = CausalModel(config)
    model.build_layers()
    if embedding_matrix is not None:
        model.embedding.set_weights([embedding_matrix])
    return model
