"""Training on the metric itself (chapter 8).

Cross-entropy asks for the next word after the true prefix; captions are judged as a whole, after
the model's own words. Self-critical training (Rennie et al. 2017) samples captions, scores them,
and makes those above the others of the same photo more probable, the others less. A metric needs
no derivative for that: it only weighs the derivative of the log-probability (REINFORCE).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from utils.bleu import Caption, bleu_scores
from utils.rewards import COLUMNS, Reward
from utils.sequences import CaptionSequences
from utils.teacher_forcing import (
    CHUNK,
    CaptionsOfPhotos,
    TeacherForcedModel,
    demand_views,
    photo_batches,
    word_losses,
)
from utils.training_loop import History, TrainingSettings, run_task
from utils.vocabulary import END, PAD, START, UNKNOWN

FORBIDDEN = (PAD, START, UNKNOWN)
MEMORY = 0.98  # of the running means of BLEU's statistics, a step


@dataclass(frozen=True)
class SelfCriticalSettings:
    """How to train on the metric.

    `samples`: captions drawn for each photo. `bleu_weight`: of BLEU beside CIDEr-D in the reward.
    `cross_entropy`: the weight of the ordinary loss on one true caption a photo, without which
    captions drift to what the metric cannot tell from language. `max_length`: words of a sample.
    `dropout`: whether the samples' gradient is taken under dropout, against learning the training
    photos by heart; they are always drawn without.
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


def words_of(ids: np.ndarray) -> list[list[str]]:
    """Return rows of `rollout` as tokens without `<end>` and padding; a token is an id as text.

    A reward only compares words, so nobody needs to look them up.
    """
    return [[str(word) for word in row if word not in (PAD, END)] for row in ids.tolist()]


def advantages(rewards: np.ndarray) -> np.ndarray:
    """Return how much better each sample is than the mean of the others of its photo.

    `rewards` and the result `(photos, samples)`; each row sums to 0.
    """
    samples = rewards.shape[1]
    return (rewards - rewards.mean(axis=1, keepdims=True)) * samples / (samples - 1)


class SelfCriticalTask:
    """Photos -> captions that the reward likes; a step is some photos, some samples each."""

    def __init__(
        self,
        model: TeacherForcedModel,
        views: Sequence[np.ndarray],
        train: CaptionSequences,
        dev: CaptionSequences,
        settings: TrainingSettings,
        self_critical: SelfCriticalSettings,
    ) -> None:
        self.model, self.views = model, [model.shaped(view) for view in views]
        self.train, self.settings, self.self_critical = train, settings, self_critical
        self.captions = CaptionsOfPhotos(train)
        self.reward, self.place_of = _reward(train, self_critical.bleu_weight)
        self.dev, (self.dev_reward, self.dev_place_of) = (
            dev,
            _reward(dev, self_critical.bleu_weight),
        )
        self.means = tf.Variable(np.zeros(COLUMNS), dtype=tf.float64)
        self.state = [self.means]
        features = tf.TensorSpec((None, *model.feature_shape), views[0].dtype)
        captions = [tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)]
        self.signature = [
            features,
            *captions,
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((None, None), tf.int32),
            tf.TensorSpec((), tf.float32),
        ]
        self._draw = tf.function(
            self._drawn, input_signature=[features, tf.TensorSpec((2,), tf.int32)]
        )
        self._greedy = tf.function(
            lambda found: rollout(model, model.encode(found), None, self_critical.max_length),
            input_signature=[features],
        )

    def _drawn(self, features: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        encoded = tf.repeat(self.model.encode(features), self.self_critical.samples, axis=0)
        return rollout(self.model, encoded, seed, self.self_critical.max_length)

    def plan(self, seed: int | None, epoch: int) -> list[np.ndarray]:
        """Return the photos of each step."""
        return photo_batches(self.train, self.settings.batch_size, seed, epoch)

    def costs(self, plan: Sequence[np.ndarray]) -> np.ndarray:
        """Return the photos of each step."""
        return np.array([len(photos) for photos in plan])

    def examples(
        self, plan: Sequence[np.ndarray], start: int, seed: int, epoch: int
    ) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Yield samples of the model as it is at that step, with their advantages."""
        for step in range(start, len(plan)):
            photos, rng = plan[step], np.random.default_rng([seed, 2, epoch, step])
            features = np.asarray(self.views[rng.integers(len(self.views))][photos])
            drawn = self._draw(features, rng.integers(2**30, size=2, dtype=np.int32)).numpy()
            owners = np.repeat(np.arange(len(photos), dtype=np.int32), self.self_critical.samples)
            places = [self.place_of[photo] for photo in photos[owners].tolist()]
            rewards = self._rewards(places, words_of(drawn))
            worth = advantages(rewards.reshape(len(photos), -1)).astype(np.float32).reshape(-1)
            tokens = _begun(drawn)
            true = self._one_caption_each(photos, rng)
            yield (features, tokens, owners, worth, true, np.float32(-rewards.mean())), len(owners)

    def _rewards(self, places: list[int], hypotheses: list[Caption]) -> np.ndarray:
        means = self.means.numpy()
        if not means.any():  # the first step of the run judges by its own means
            means = self.reward.counter.statistics(places, hypotheses).mean(axis=0)
        rewards, rows = self.reward(places, hypotheses, means)
        self.means.assign(MEMORY * means + (1 - MEMORY) * rows.mean(axis=0))
        return rewards

    def _one_caption_each(self, photos: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows = [rng.choice(self.captions.rows_of[int(photo)]) for photo in photos]
        return self.train.tokens[rows, : int(self.train.lengths[rows].max())]

    def loss(
        self,
        features: tf.Tensor,
        tokens: tf.Tensor,
        owners: tf.Tensor,
        worth: tf.Tensor,
        true: tf.Tensor,
        minus_reward: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return minus the mean reward, and the objective whose gradient raises it."""
        dropout, labels = self.self_critical.dropout, tokens[:, 1:]
        encoded = self.model.encode(features, training=dropout)
        logits = self.model.logits(tf.gather(encoded, owners), tokens[:, :-1], training=dropout)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=_without_forbidden(logits)
        )
        written = tf.cast(labels != PAD, tf.float32)
        objective = tf.reduce_sum(losses * written * worth[:, None]) / tf.reduce_sum(written)
        if self.self_critical.cross_entropy:
            seen = self.model.encode(features, training=True)
            usual, _ = word_losses(self.model, seen, true, 0.0, training=True)
            objective += self.self_critical.cross_entropy * usual
        return minus_reward, objective

    def dev_loss(self) -> float:
        """Return minus the mean reward of greedy captions of the dev photos.

        BLEU's part is log BLEU-4 of the list, of which `bleu_worth` is the derivative.
        """
        places, hypotheses = [], []
        for photos in photo_batches(self.dev, CHUNK):
            ids = self._greedy(np.asarray(self.views[0][photos])).numpy()
            hypotheses += words_of(ids)
            places += [self.dev_place_of[photo] for photo in photos.tolist()]
        rows = self.dev_reward.counter.statistics(places, hypotheses)
        cider = self.dev_reward.cider.score(places, hypotheses).mean()
        return -float(cider + self.self_critical.bleu_weight * _log_bleu(rows.sum(axis=0)))

    def description(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on."""
        # The key of runs from before, which could not go on with another.
        return {"critic": vars(self.self_critical), "captions": len(self.train)}


def _without_forbidden(logits: tf.Tensor) -> tf.Tensor:
    return logits - 1e9 * tf.reduce_sum(tf.one_hot(FORBIDDEN, tf.shape(logits)[-1]), axis=0)


def _log_bleu(sums: np.ndarray) -> float:
    return float(np.log(max(bleu_scores(sums[None])[0, -1] / 100, 1e-6)))


def _begun(drawn: np.ndarray) -> np.ndarray:
    """Return samples as captions: `<start>` before them, no wider than the longest."""
    width = int((drawn != PAD).sum(axis=1).max())
    start = np.full((len(drawn), 1), START, dtype=np.int32)
    return np.ascontiguousarray(np.concatenate([start, drawn[:, :width]], axis=1))


def _reward(sequences: CaptionSequences, bleu_weight: float) -> tuple[Reward, dict[int, int]]:
    """Return the reward against captions as ids, and the place of each photo's row in it."""
    rows_of = CaptionsOfPhotos(sequences).rows_of
    references = [words_of(sequences.tokens[rows, 1:]) for rows in rows_of.values()]
    return Reward(references, bleu_weight), {row: place for place, row in enumerate(rows_of)}


def train_self_critical(
    model: TeacherForcedModel,
    features: np.ndarray,
    train: CaptionSequences,
    dev: CaptionSequences,
    settings: TrainingSettings,
    self_critical: SelfCriticalSettings,
    *,
    folder: Path | None = None,
    mirrored: np.ndarray | None = None,
    on_epoch_end: Callable[[int, dict[str, Any]], None] | None = None,
    report: Callable[[str], None] | None = print,
) -> History:
    """Train a model further on CIDEr-D and BLEU (chapter 8).

    Arguments, result and errors as in `train_teacher_forcing`; the `loss` of the history is minus
    the mean reward. Begin with a model that cross-entropy has taught to write.
    """
    views = demand_views(model, features, mirrored, train, dev)
    task = SelfCriticalTask(model, views, train, dev, settings, self_critical)
    return run_task(task, settings, folder=folder, on_epoch_end=on_epoch_end, report=report)
