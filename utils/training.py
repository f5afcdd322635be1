"""Training: sparse labels, batches of one length, early stopping, exact resume (chapter 6)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.checkpoint import load_checkpoint, save_checkpoint
from utils.files import atomic_path, read_json, write_json
from utils.model import without_mask
from utils.sequences import CaptionSequences, batches, length_batches

TIMED_STEPS = 20
BEST, CHECKPOINT, HISTORY = "best.weights.h5", "checkpoint.weights.h5", "history.json"


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    `patience`: epochs without a better dev loss before the training stops.
    `label_smoothing`: the share of probability that the target gives to all words alike.
    `schedule`: "constant", or "cosine" from `learning_rate` down to a hundredth of it.
    `average`: 0, or the momentum (such as 0.999) of a running average of the weights, which then
    is what is evaluated and kept.
    `checkpoint_seconds`: how often, besides the end of each epoch, the state is written.
    """

    epochs: int = 10
    batch_size: int = 512
    learning_rate: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    average: float = 0.0
    clip_norm: float = 5.0
    patience: int = 2
    seed: int = 0
    checkpoint_seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch_size must be 1 or more.")
        if self.schedule not in ("constant", "cosine"):
            raise ValueError(f'schedule is {self.schedule!r}; choose "constant" or "cosine".')
        if not 0 <= self.label_smoothing < 1 or not 0 <= self.average < 1:
            raise ValueError("label_smoothing and average must be 0 or more and below 1.")


@dataclass
class History:
    """What each epoch measured.

    A dictionary each: `epoch` (from 1), `loss` and `dev_loss` (nats a word), `dev_perplexity`,
    `seconds`, `prefixes_per_second` and `best` (whether it was, when it ended).
    """

    epochs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def best(self) -> dict[str, Any] | None:
        """The epoch with the lowest dev loss, whose weights are kept; None before the first."""
        return min(self.epochs, key=lambda epoch: epoch["dev_loss"], default=None)

    @property
    def epochs_since_best(self) -> int:
        """How many epochs have passed since the best one."""
        return self.epochs[-1]["epoch"] - self.best["epoch"] if self.best else 0


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
    the two at random. With a `folder`, the state is kept there, and a run that was interrupted,
    even by SIGKILL, goes on as if it had not been. `report` gets a line of text now and then;
    None keeps silent. Raises `ValueError` where features or sequences do not fit the model, or the
    folder holds a run with other settings, and `FloatingPointError` where the loss is not finite.
    """
    _demand_fit(model, features, mirrored, train, dev)
    run = _Run(model, features, mirrored, train, dev, settings, folder, report or (lambda _: None))
    run.resume()
    while run.epoch < settings.epochs and run.history.epochs_since_best < settings.patience:
        run.train_epoch()
        if on_epoch_end is not None:
            with run.evaluated_weights():
                on_epoch_end(run.epoch, run.history.epochs[-1])
    run.restore_best()
    return run.history


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
        if int(sequences.image_index.max()) >= len(features):
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


class _Run:
    """One training: the step, where it stands, and how it is kept."""

    def __init__(
        self,
        model: keras.Model,
        features: np.ndarray,
        mirrored: np.ndarray | None,
        train: CaptionSequences,
        dev: CaptionSequences,
        settings: TrainingSettings,
        folder: Path | None,
        report: Callable[[str], None],
    ) -> None:
        self.model, self.train, self.dev = model, train, dev
        self.settings, self.report = settings, report
        self.folder = Path(folder) if folder else None
        self.history, self.epoch, self.step = History(), 0, 0
        self.loss_sum, self.loss_count, self.seconds = 0.0, 0, 0.0
        self.best_weights: list[np.ndarray] | None = None
        # Training and dev loss see the same rows; a view that is mirrored comes after them.
        views = [features] if mirrored is None else [features, mirrored]
        self.features = tf.constant(np.concatenate(views).astype(np.float32))
        self.photos, self.views = len(features), len(views)
        unmasked = without_mask(model)
        self.evaluator = _Evaluator(unmasked, self.features)
        self.optimizer = self._optimizer()
        self.optimizer.build(model.trainable_variables)
        self.averages = (
            [tf.Variable(v) for v in model.trainable_variables] if settings.average else []
        )
        self.train_step = self._train_step(unmasked)

    def _optimizer(self) -> keras.Optimizer:
        settings = self.settings
        rate: Any = settings.learning_rate
        if settings.schedule == "cosine":
            steps = settings.epochs * len(length_batches(self.train, settings.batch_size))
            rate = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.01)
        optimizer = keras.optimizers.AdamW(
            rate, weight_decay=settings.weight_decay, global_clipnorm=settings.clip_norm
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "embedding"])
        return optimizer

    def _train_step(self, unmasked: keras.Model) -> Callable[..., tf.Tensor]:
        variables = self.model.trainable_variables
        smoothing, momentum = self.settings.label_smoothing, self.settings.average

        @tf.function(input_signature=_EXAMPLES)
        def train_step(prefixes: tf.Tensor, labels: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                inputs = {"feature": tf.gather(self.features, images), "prefix": prefixes}
                probabilities = unmasked(inputs, training=True)
                loss = tf.reduce_mean(
                    keras.losses.sparse_categorical_crossentropy(labels, probabilities)
                )
                objective = loss
                if smoothing:
                    # A target of (1 - s) on the label and s spread evenly, never made one-hot.
                    even = -tf.reduce_mean(tf.math.log(probabilities + 1e-9))
                    objective = (1 - smoothing) * loss + smoothing * even
            self.optimizer.apply(tape.gradient(objective, variables), variables)
            if self.averages:
                # A short memory at first: the average should forget where the weights began.
                step = tf.cast(self.optimizer.iterations, tf.float32)
                kept = tf.minimum(momentum, step / (step + 10.0))
            for average, variable in zip(self.averages, variables, strict=False):
                average.assign(kept * average + (1 - kept) * variable)
            return loss

        return train_step

    # One epoch

    def train_epoch(self) -> None:
        """Train to the end of the epoch, from wherever it stands; evaluate; keep the state."""
        plan = length_batches(
            self.train, self.settings.batch_size, self.settings.seed, epoch=self.epoch
        )
        # The cost of a batch grows with its examples and their length.
        costs = np.cumsum([len(rows) * (length + 3) for rows, length in plan])
        clock = _Clock(self.report, costs, self.step)
        start = saved = time.perf_counter()
        views = np.random.default_rng([self.settings.seed, 1, self.epoch]).integers(
            self.views, size=len(plan) * self.settings.batch_size, dtype=np.int32
        )
        for batch in batches(self.train, plan[self.step :]):
            begin = self.step * self.settings.batch_size
            view = views[begin : begin + len(batch.labels)]
            images = batch.image_index + self.photos * view
            loss = float(self.train_step(batch.prefixes, batch.labels, images))
            if not np.isfinite(loss):
                raise FloatingPointError(
                    f"The loss is {loss} at step {self.step} of epoch {self.epoch + 1}: lower the "
                    "learning rate, and check that the features are finite."
                )
            self.loss_sum += loss * len(batch.labels)
            self.loss_count += len(batch.labels)
            self.step += 1
            clock.tick(self.step, self.settings.epochs - self.epoch - 1)
            if self.folder and time.perf_counter() - saved > self.settings.checkpoint_seconds:
                self._save(self.seconds + time.perf_counter() - start)
                saved = time.perf_counter()
        self.seconds += time.perf_counter() - start
        self._end_epoch()

    def _end_epoch(self) -> None:
        with self.evaluated_weights():
            dev_loss = self.evaluator(self.dev, 2 * self.settings.batch_size)
            best = self.history.best
            is_best = best is None or dev_loss < best["dev_loss"]
            if is_best:
                self._keep_best()
        self.epoch += 1
        self.history.epochs.append(
            {
                "epoch": self.epoch,
                "loss": self.loss_sum / self.loss_count,
                "dev_loss": dev_loss,
                "dev_perplexity": float(np.exp(dev_loss)),
                "seconds": self.seconds,
                "prefixes_per_second": self.loss_count / self.seconds,
                "best": is_best,
            }
        )
        last = self.history.epochs[-1]
        self.report(
            f"epoch {self.epoch}: loss {last['loss']:.3f}, dev loss {dev_loss:.3f}, "
            f"{self.seconds:.0f} s{', best so far' if is_best else ''}"
        )
        self.step, self.loss_sum, self.loss_count, self.seconds = 0, 0.0, 0, 0.0
        if self.folder:
            self._save(0.0)
            write_json(self.folder / HISTORY, self.history.epochs)

    def evaluated_weights(self) -> _Swapped:
        """Return a context in which the model holds the averaged weights, where there are any."""
        return _Swapped(self.model.trainable_variables, self.averages)

    # Keeping

    def _keep_best(self) -> None:
        if self.folder:
            with atomic_path(self.folder / BEST) as temporary:
                self.model.save_weights(temporary)
        else:
            self.best_weights = self.model.get_weights()

    def restore_best(self) -> None:
        """Give the model the weights of its best epoch."""
        if self.folder:
            self.model.load_weights(self.folder / BEST)
        elif self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def _variables(self) -> list[Any]:
        # `model.variables` includes the states of the dropout layers' random generators.
        return [*self.model.variables, *self.optimizer.variables, *self.averages]

    def _description(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on; the number of epochs may grow."""
        settings = asdict(self.settings)
        for name in ("epochs", "patience", "checkpoint_seconds"):
            if name != "epochs" or self.settings.schedule == "constant":
                del settings[name]
        return {
            "settings": settings,
            "prefixes": self.train.prefix_count,
            "parameters": self.model.count_params(),
        }

    def _save(self, seconds: float) -> None:
        state = {
            "description": self._description(),
            "epoch": self.epoch,
            "step": self.step,
            "loss_sum": self.loss_sum,
            "loss_count": self.loss_count,
            "seconds": seconds,
            "history": self.history.epochs,
        }
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self._variables()]
        save_checkpoint(self.folder / CHECKPOINT, arrays, state)

    def resume(self) -> None:
        """Go on from the folder's checkpoint, if there is one."""
        path = self.folder / CHECKPOINT if self.folder else None
        if path is None or not path.is_file():
            return
        arrays, state = load_checkpoint(path)
        variables = self._variables()
        if state["description"] != self._description() or len(arrays) != len(variables):
            raise ValueError(
                f"{path} belongs to a run with other settings, data or sizes: give this run a "
                "folder of its own, or delete that one."
            )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        self.epoch, self.step = state["epoch"], state["step"]
        self.loss_sum, self.loss_count = state["loss_sum"], state["loss_count"]
        self.seconds, self.history = state["seconds"], History(state["history"])
        self.report(f"Going on from epoch {self.epoch + 1}, step {self.step} ({path.parent}).")


class _Swapped:
    """A context that gives variables other values and puts their own back."""

    def __init__(self, variables: list[Any], values: list[Any]) -> None:
        self.variables, self.values = variables, values

    def __enter__(self) -> None:
        self.own = (
            [keras.ops.convert_to_numpy(v).copy() for v in self.variables] if self.values else []
        )
        for variable, value in zip(self.variables, self.values, strict=False):
            variable.assign(value)

    def __exit__(self, *_: object) -> None:
        for variable, value in zip(self.variables, self.own, strict=False):
            variable.assign(value)


class _Clock:
    """Times the first steps and says, once, how long the epoch and the training will take."""

    def __init__(self, report: Callable[[str], None], costs: np.ndarray, first_step: int) -> None:
        self.report, self.costs = report, costs
        # The first step is the one that TensorFlow spends on tracing the graph.
        self.begin, self.end = first_step + 1, first_step + 1 + TIMED_STEPS
        self.start = 0.0

    def tick(self, step: int, epochs_after: int) -> None:
        """Note that `step` steps of the epoch are done."""
        if step == self.begin:
            self.start = time.perf_counter()
        elif step == self.end and step < len(self.costs):
            done, total = self.costs[step - 1] - self.costs[self.begin - 1], self.costs[-1]
            pace = (time.perf_counter() - self.start) / done
            left = pace * (total - self.costs[step - 1])
            self.report(
                f"{TIMED_STEPS} steps timed: this epoch ends in about {_spoken(left)}, all epochs "
                f"in at most {_spoken(left + epochs_after * pace * total)}."
            )


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def read_history(folder: Path) -> History:
    """Return the history that a training kept in its folder; raises `FileNotFoundError`."""
    path = Path(folder) / HISTORY
    if not path.is_file():
        raise FileNotFoundError(f"There is no {HISTORY} in {folder}: no epoch has ended there yet.")
    return History(read_json(path))


def first_loss(vocabulary_size: int) -> float:
    """Return ln(V): the loss of a model that knows nothing, in nats a word (chapter 5)."""
    return float(np.log(vocabulary_size))
