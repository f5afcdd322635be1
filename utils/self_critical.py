"""Training on the metric itself (chapter 8).

Cross-entropy asks for the next word after the true prefix; captions are judged as a whole, after
the model's own words. Self-critical training (Rennie et al. 2017) samples captions, scores them,
and makes those above the others of the same photo more probable, the others less. A metric needs
no derivative for that: it only weighs the derivative of the log-probability (REINFORCE).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.callbacks import History
from utils.cider import COLUMNS, reward_of, words_of
from utils.sequences import CaptionsOfPhotos, photo_batches
from utils.support.runs import run_folder
from utils.support.streams import Stream
from utils.teacher_forcing import CHUNK, TeacherForcedModel, word_loss
from utils.training import TrainingData, TrainingSettings, description_of, fit, optimizer_of
from utils.vocabulary import END, PAD, START, UNKNOWN

FORBIDDEN = (PAD, START, UNKNOWN)
MEMORY = 0.98  # of the running means of BLEU's statistics, a step


@dataclass(frozen=True)
class SelfCriticalSettings:
    """How to train on the metric.

    `samples`: captions drawn for each photo. `bleu_weight`: of BLEU beside CIDEr-D in the reward.
    `cross_entropy`: the weight of the ordinary loss on one true caption a photo, without which
    captions drift to what the metric cannot tell from language. `max_length`: words of a sample.
    `dropout`: whether the gradient is taken under dropout; samples are always drawn without.
    """

    samples: int = 5
    bleu_weight: float = 1.0
    cross_entropy: float = 0.05
    max_length: int = 20
    dropout: bool = False

    def __post_init__(self) -> None:
        if self.samples < 2:
            raise ValueError("samples must be 2 or more: each is compared with the others.")


def allowed(logits: tf.Tensor, first: bool | tf.Tensor = False) -> tf.Tensor:
    """Return log-probabilities `(..., V)` among the words that decoding may emit."""
    end = tf.one_hot(END, tf.shape(logits)[-1]) * tf.cast(first, tf.float32)
    return tf.nn.log_softmax(_without_forbidden(logits) - 1e9 * end)


def rollout(
    model: TeacherForcedModel, encoded: tf.Tensor, seed: tf.Tensor | None, max_length: int
) -> tf.Tensor:
    """Return a caption for each row of `encoded`, ids `(n, max_length)` int32, `<pad>` after it.

    Words are drawn by their probabilities, the same for the same `seed` `(2,)`; without a seed the
    most probable is taken. A caption that ended holds `<end>`. For use inside a graph.
    """
    rows = tf.shape(encoded)[0]
    words, state = tf.fill([rows], START), model.first_state(encoded)
    going = tf.ones([rows], tf.bool)
    written = tf.TensorArray(tf.int32, size=max_length)
    for place in tf.range(max_length):
        logits, state = model.step(encoded, words, state)
        scores = allowed(logits, tf.equal(place, 0))
        if seed is not None:
            # Gumbel noise: the largest sum is a draw by the probabilities.
            uniform = tf.random.stateless_uniform(tf.shape(scores), seed + place, 1e-9, 1.0)
            scores -= tf.math.log(-tf.math.log(uniform))
        words = tf.where(going, tf.argmax(scores, axis=1, output_type=tf.int32), PAD)
        going = tf.logical_and(going, words != END)
        written = written.write(place, words)
    return tf.transpose(written.stack())


def advantages(rewards: np.ndarray) -> np.ndarray:
    """Return how much better each sample is than the mean of the others of its photo.

    `rewards` and the result `(photos, samples)`; each row sums to 0.
    """
    samples = rewards.shape[1]
    return (rewards - rewards.mean(axis=1, keepdims=True)) * samples / (samples - 1)


class SelfCritical(keras.Model):
    """Samples captions of photos and makes those that the reward likes more probable."""

    def __init__(
        self, model: TeacherForcedModel, data: TrainingData, settings: SelfCriticalSettings
    ) -> None:
        super().__init__(name="self_critical")
        self.decoder, self.settings = model, settings
        self.reward, self.place_of = reward_of(data.train, settings.bleu_weight)
        # BLEU's statistics, running means over the samples: a backup holds them too.
        self.means = self.add_weight((COLUMNS,), "zeros", "float64", trainable=False)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.draw = tf.function(self.sample)  # Keras leaves loops over tensors as they are
        self.built = True  # its model is

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What `fit` shows and starts anew each epoch."""
        return [self.loss_mean]

    def sample(self, features: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Return `samples` captions of each photo, ids `(photos * samples, max_length)`."""
        encoded = tf.repeat(self.decoder.encode(features), self.settings.samples, axis=0)
        return rollout(self.decoder, encoded, seed, self.settings.max_length)

    def judge(
        self, photos: np.ndarray, drawn: np.ndarray, means: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the samples' advantages `(n,)`, minus their mean reward, and the next means."""
        places = [self.place_of[int(photo)] for photo in np.repeat(photos, self.settings.samples)]
        hypotheses = words_of(drawn)
        if not means.any():  # the first step of the run judges by its own means
            means = self.reward.counter.statistics(places, hypotheses).mean(axis=0)
        rewards, rows = self.reward(places, hypotheses, means)
        worth = advantages(rewards.reshape(len(photos), -1)).astype(np.float32).reshape(-1)
        means = MEMORY * means + (1 - MEMORY) * rows.mean(axis=0)
        return worth, np.float32(-rewards.mean()), means

    def objective(
        self, features: tf.Tensor, drawn: tf.Tensor, worth: tf.Tensor, true: tf.Tensor
    ) -> tf.Tensor:
        """Return what is lowered: -advantage * log p(word), and a little cross-entropy."""
        dropout = self.settings.dropout
        encoded = self.decoder.encode(features, training=dropout)
        encoded = tf.repeat(encoded, self.settings.samples, axis=0)
        read = tf.pad(drawn[:, :-1], [[0, 0], [1, 0]], constant_values=START)
        logits = self.decoder.logits(encoded, read, training=dropout)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=drawn, logits=_without_forbidden(logits)
        )
        written = tf.cast(drawn != PAD, tf.float32)
        objective = tf.reduce_sum(losses * written * worth[:, None]) / tf.reduce_sum(written)
        if self.settings.cross_entropy:
            seen = self.decoder.encode(features, training=True)
            logits = self.decoder.logits(seen, true[:, :-1], training=True)
            objective += self.settings.cross_entropy * word_loss()(true[:, 1:], logits)
        return objective

    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Draw, judge, and go one step: what `fit` does with a batch."""
        features = inputs["feature"]
        drawn = self.draw(features, inputs["seed"])
        # No wider than the longest sample, for the backward pass.
        width = tf.reduce_max(tf.reduce_sum(tf.cast(drawn != PAD, tf.int32), axis=1))
        worth, minus_reward, means = tf.numpy_function(
            self.judge,
            [inputs["photo"], drawn, self.means.value],
            [tf.float32, tf.float32, tf.float64],
        )
        worth.set_shape([None])
        minus_reward.set_shape([])
        self.means.assign(tf.reshape(means, (COLUMNS,)))
        with tf.GradientTape() as tape:
            objective = self.objective(features, drawn[:, :width], worth, inputs["true"])
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(objective, variables), variables)
        self.loss_mean.update_state(minus_reward)
        return {"loss": self.loss_mean.result()}


def sample_stream(
    model: TeacherForcedModel, data: TrainingData, settings: TrainingSettings
) -> Stream:
    """Return batches of photos, one true caption of each, and the seed of the step's samples."""
    views = [model.shaped(view) for view in data.views]
    rows_of = CaptionsOfPhotos(data.train).rows_of
    steps = len(photo_batches(data.train, settings.batch_size))

    @lru_cache(maxsize=2)
    def plan(epoch: int) -> list[np.ndarray]:
        return photo_batches(data.train, settings.batch_size, settings.seed, epoch)

    def example(step: int) -> Any:
        epoch, place = divmod(step, steps)
        photos, rng = plan(epoch)[place], np.random.default_rng([settings.seed, 2, epoch, place])
        features = views[rng.integers(len(views))][photos]
        seed = rng.integers(2**30, size=2, dtype=np.int32)
        rows = [rng.choice(rows_of[int(photo)]) for photo in photos]
        true = data.train.tokens[rows, : int(data.train.lengths[rows].max())]
        return {"feature": features, "photo": photos, "seed": seed, "true": true}

    return Stream(steps, example)


def greedy_loss(
    model: TeacherForcedModel, data: TrainingData, settings: SelfCriticalSettings
) -> Callable[[], float]:
    """Return a function that gives minus the reward of the dev photos' greedy captions."""
    features = model.shaped(data.features)
    reward, place_of = reward_of(data.dev, settings.bleu_weight)

    @tf.function(input_signature=[tf.TensorSpec((None, *model.feature_shape), features.dtype)])
    def write(found: tf.Tensor) -> tf.Tensor:
        return rollout(model, model.encode(found), None, settings.max_length)

    def ask() -> float:
        places, hypotheses = [], []
        for photos in photo_batches(data.dev, CHUNK):
            hypotheses += words_of(write(features[photos]).numpy())
            places += [place_of[photo] for photo in photos.tolist()]
        return -reward.of_list(places, hypotheses)

    return ask


def _without_forbidden(logits: tf.Tensor) -> tf.Tensor:
    return logits - 1e9 * tf.reduce_sum(tf.one_hot(FORBIDDEN, tf.shape(logits)[-1]), axis=0)


def train_self_critical(
    model: TeacherForcedModel,
    data: TrainingData,
    settings: TrainingSettings,
    self_critical: SelfCriticalSettings,
    folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a model further on CIDEr-D and BLEU (chapter 8).

    Arguments, result and errors as in `train_teacher_forcing`; the `loss` of the history is minus
    the mean reward. Begin with a model that cross-entropy has taught to write.
    """
    data.demand_fit(model.config.vocabulary_size)
    stream = sample_stream(model, data, settings)
    told = {**description_of(model, data, settings), "self_critical": asdict(self_critical)}
    folder = run_folder(folder, told)
    learner = SelfCritical(model, data, self_critical)
    learner.compile(optimizer_of(settings, stream.steps))
    dev_loss = greedy_loss(model, data, self_critical)
    return fit(learner, stream, dev_loss, settings, folder, callbacks)
