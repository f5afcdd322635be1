"""Training with Keras' own `compile` and `fit` (chapter 6).

What is learnt comes as a `Stream` of batches that never ends and that follows from the seed and the
number of the step alone. So a run that was interrupted, even by SIGKILL, goes on where it was: its
`Backup` holds the optimizer, and the optimizer knows the step. Long epochs are cut into parts, the
"epochs" of `fit`, so that little is lost; dev is asked at the end of a whole epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils.callbacks import Backup, DevLoss, FreshAverage, History
from utils.model import on_batches
from utils.sequences import CaptionSequences, length_batches, make_batch
from utils.support.group import demand_alike
from utils.support.runs import hash_of, hash_of_rows, run_folder
from utils.support.streams import Stream, mean_cross_entropy

PART_STEPS = 200  # a minute or less, on two cores
BACKUP = "backup.weights.h5"
_WIDEN = 4  # where several devices share a batch, the width of its prefixes is a multiple of this


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    `batch_size`: examples a step; prefixes, or photos with all their captions in one pass.
    `patience`: epochs without a better dev loss before the training stops.
    `schedule`: "constant", or "cosine" from `learning_rate` down to a hundredth of it.
    `warmup`: over how many steps a cosine first rises from zero.
    `average`: 0, or the momentum (such as 0.999) of a running average of the weights, which then
    is what is evaluated and kept.
    """

    epochs: int = 10
    batch_size: int = 512
    learning_rate: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    average: float = 0.0
    clip_norm: float = 5.0
    patience: int = 2
    seed: int = 0
    warmup: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch_size must be 1 or more.")
        if self.schedule not in ("constant", "cosine"):
            raise ValueError(f'schedule is {self.schedule!r}; choose "constant" or "cosine".')
        if self.warmup and self.schedule != "cosine":
            raise ValueError('warmup goes with schedule="cosine".')
        if not 0 <= self.average < 1:
            raise ValueError("average must be 0 or more and below 1.")


@dataclass(frozen=True)
class TrainingData:
    """Features of all photos `(images, ...)`, and the captions of train and dev as numbers.

    `further`: the features of further views of the photos, such as mirrored ones; training takes
    one of all views at random. `facts`: what else the data were made with, such as the vocabulary,
    each by a hash; a run goes on with the same alone.
    """

    features: np.ndarray
    train: CaptionSequences
    dev: CaptionSequences
    further: Sequence[np.ndarray] = ()
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def views(self) -> list[np.ndarray]:
        """The features, and those of the further views."""
        return [self.features, *self.further]

    def demand_fit(self, words: int) -> None:
        """Raise `ValueError` where the captions name photos or words that are not there."""
        if any(view.shape != self.features.shape for view in self.further):
            raise ValueError("The features of all views must have one shape.")
        for sequences in (self.train, self.dev):
            if int(sequences.image_index.max()) >= len(self.features):
                raise ValueError("A caption names an image row that the features do not have.")
            if int(sequences.tokens.max()) >= words:
                raise ValueError(
                    f"A caption holds the id {int(sequences.tokens.max())}, but the model knows "
                    f"{words} words: build it with the vocabulary that encoded the captions."
                )

    def hashes(self) -> dict[str, Any]:
        """Return what tells this data from other data."""
        # Of the photos of train and dev alone: other test photos are no reason to train anew.
        rows = np.union1d(self.train.image_index, self.dev.image_index)
        seen = {f"view {n}": hash_of_rows(view, rows) for n, view in enumerate(self.views)}
        found = {**self.facts, **seen}
        for name, sequences in (("train", self.train), ("dev", self.dev)):
            found[name] = hash_of(sequences.tokens, sequences.image_index)
        return found


def optimizer_of(settings: TrainingSettings, steps: int) -> keras.Optimizer:
    """Return AdamW as the settings have it, for epochs of `steps` steps."""
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        warm = {"warmup_target": rate, "warmup_steps": settings.warmup} if settings.warmup else {}
        length = max(settings.epochs * steps - settings.warmup, 1)
        begin = 0.0 if settings.warmup else rate
        rate = keras.optimizers.schedules.CosineDecay(begin, length, alpha=0.01, **warm)
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=settings.weight_decay,
        global_clipnorm=settings.clip_norm,
        use_ema=bool(settings.average),
        ema_momentum=settings.average or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "embedding"])
    return optimizer


def fit(
    model: keras.Model,
    stream: Stream,
    dev_loss: Callable[[], float],
    settings: TrainingSettings,
    folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Fit a compiled model and leave it with the weights of its best epoch on dev.

    `dev_loss()` is asked after each epoch. With a `folder` the run is kept there and goes on where
    it was. Raises `FloatingPointError` where the loss is not finite.
    """
    parts = math.ceil(stream.steps / PART_STEPS) if folder else 1
    steps = math.ceil(stream.steps / parts)
    dev = DevLoss(dev_loss, parts, settings, folder)
    # A step that makes the optimizer's state is traced twice, which takes seconds; and the first
    # backup is written before the first step.
    model.optimizer.build(model.trainable_variables)
    chain = []
    if folder:
        backup = Backup(folder / BACKUP, steps)
        backup.restore(model)
        chain.append(backup)
    if settings.average:
        chain += [FreshAverage(), keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]
    chain += [keras.callbacks.TerminateOnNaN(), dev, *callbacks]
    demand_alike({"progress": [int(model.optimizer.iterations), len(dev.history.epochs)]})
    if not dev.is_over:
        model.fit(
            stream.dataset(int(model.optimizer.iterations), settings.epochs * parts * steps),
            steps_per_epoch=steps,
            epochs=settings.epochs * parts,
            shuffle=False,
            verbose=0,
            callbacks=chain,
        )
    dev.restore_best(model)
    return dev.history


def description_of(model: keras.Model, data: TrainingData, settings: Any) -> dict[str, Any]:
    """Return what must be the same for a run to go on; the number of epochs may grow."""
    told = asdict(settings)
    for name in ("patience", *(("epochs",) if settings.schedule == "constant" else ())):
        del told[name]
    return {"settings": told, "parameters": model.count_params(), **data.hashes()}


def prefix_stream(data: TrainingData, settings: TrainingSettings) -> Stream:
    """Return the batches of one prefix length, each example from one of the views."""
    size, count = settings.batch_size, len(data.views)
    steps = len(length_batches(data.train, size))

    @lru_cache(maxsize=2)
    def plan(epoch: int) -> tuple[Any, np.ndarray]:
        rng = np.random.default_rng([settings.seed, 1, epoch])
        views = rng.integers(count, size=(steps, size), dtype=np.int32)
        return length_batches(data.train, size, settings.seed, epoch), views

    def example(step: int) -> Any:
        rows, views = plan(step // steps)
        batch = make_batch(data.train, *rows[step % steps])
        drawn = views[step % steps, : len(batch.labels)]
        features = data.features[batch.image_index]
        for number, view in enumerate(data.further, start=1):
            features[drawn == number] = view[batch.image_index[drawn == number]]
        return {"feature": features, "prefix": batch.prefixes}, batch.labels

    return Stream(steps, example, (size,) * 3, _WIDEN)


def _every_prefix(features: np.ndarray, sequences: CaptionSequences, batch_size: int) -> Stream:
    """Return every prefix once, in batches of one length, with its next word and a weight of 1."""
    plan = length_batches(sequences, batch_size)

    def example(step: int) -> Any:
        batch = make_batch(sequences, *plan[step])
        inputs = {"feature": features[batch.image_index], "prefix": batch.prefixes}
        return inputs, batch.labels, np.ones(len(batch.labels), np.int32)

    return Stream(len(plan), example, (batch_size,) * 4, _WIDEN)


def train(
    model: keras.Model,
    data: TrainingData,
    settings: TrainingSettings,
    folder: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a model of chapter 5 and leave it with the weights of its best epoch on dev.

    `data.features` `(images, size)` float32. `folder`: where the run is kept and goes on. Raises
    `ValueError` where the data do not fit the model or the folder is that of another run, and
    `FloatingPointError` where the loss is not finite.
    """
    size, words = int(model.inputs[0].shape[-1]), int(model.output_shape[-1])
    if data.features.ndim != 2 or data.features.shape[1] != size:
        raise ValueError(
            f"features have the shape {data.features.shape}; the model wants (n, {size})."
        )
    data.demand_fit(words)
    folder = run_folder(folder, description_of(model, data, settings))
    stream = prefix_stream(data, settings)
    learner, loss = on_batches(model)
    learner.compile(optimizer_of(settings, stream.steps), loss)
    dev = _every_prefix(data.features, data.dev, 2 * settings.batch_size)
    dev_loss = mean_cross_entropy(on_batches(model)[0], dev)
    return fit(learner, stream, dev_loss, settings, folder, callbacks)


def evaluate(
    model: keras.Model, features: np.ndarray, sequences: CaptionSequences, batch_size: int = 1024
) -> float:
    """Return the mean cross-entropy in nats per word of a model on captions."""
    stream = _every_prefix(features, sequences, batch_size)
    return mean_cross_entropy(on_batches(model)[0], stream)()
