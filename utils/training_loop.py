"""A training run: epochs, dev loss, early stopping, checkpoints and exact resume (chapter 6).

What is learnt from what is a `Task`; the run does what is the same for all. There are three tasks:
prefixes (`utils.training`), all positions in one pass (`utils.teacher_forcing`), and the metric
itself (`utils.self_critical`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import h5py
import keras
import numpy as np
import tensorflow as tf

from utils.support.files import atomic_path, read_json, write_json

TIMED_STEPS = 20
BEST, CHECKPOINT, HISTORY = "best.weights.h5", "checkpoint.weights.h5", "history.json"


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    `batch_size`: examples a step; prefixes, or photos with all their captions in one pass.
    `patience`: epochs without a better dev loss before the training stops.
    `label_smoothing`: the share of probability that the target gives to all words alike.
    `schedule`: "constant", or "cosine" from `learning_rate` down to a hundredth of it.
    `warmup`: over how many steps a cosine first rises from zero.
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
    warmup: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch_size must be 1 or more.")
        if self.schedule not in ("constant", "cosine"):
            raise ValueError(f'schedule is {self.schedule!r}; choose "constant" or "cosine".')
        if self.warmup and self.schedule != "cosine":
            raise ValueError('warmup goes with schedule="cosine".')
        if not 0 <= self.label_smoothing < 1 or not 0 <= self.average < 1:
            raise ValueError("label_smoothing and average must be 0 or more and below 1.")


@dataclass
class History:
    """What each epoch measured.

    A dictionary each: `epoch` (from 1), `loss` and `dev_loss` (nats a word; for the training on
    the metric, minus the mean reward), `dev_perplexity`, `seconds`, `prefixes_per_second` and
    `best` (whether it was, when it ended).
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


class Task(Protocol):
    """A training task.

    `signature` is that of the arguments of `loss`, which is traced once. `state` are variables
    that a checkpoint must hold besides those of the model and the optimizer.
    """

    model: keras.Model
    signature: list[tf.TensorSpec]
    state: list[tf.Variable]

    def plan(self, seed: int | None, epoch: int) -> Sequence[Any]:
        """Return the steps of an epoch, in an order drawn for `(seed, epoch)`."""

    def costs(self, plan: Sequence[Any]) -> np.ndarray:
        """Return what each step costs, in any unit, `(steps,)`."""

    def examples(
        self, plan: Sequence[Any], start: int, seed: int, epoch: int
    ) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Yield, from step `start` on, the arguments of `loss` and how many words they hold."""

    def loss(self, *arguments: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the mean loss to report and the objective to lower, both scalars."""

    def dev_loss(self) -> float:
        """Return what is to be lowest on dev."""

    def description(self) -> dict[str, Any]:
        """Return what, besides the settings, must be the same for a run to go on."""


def run_task(
    task: Task,
    settings: TrainingSettings,
    *,
    folder: Path | None = None,
    on_epoch_end: Callable[[int, dict[str, Any]], None] | None = None,
    report: Callable[[str], None] | None = print,
) -> History:
    """Train a task's model and leave it with the weights of its best epoch on dev.

    With a `folder`, the state is kept there, and a run that was interrupted, even by SIGKILL, goes
    on as if it had not been. `report` gets a line of text now and then; None keeps silent. Raises
    `ValueError` where the folder holds a run with other settings, and `FloatingPointError` where
    the loss is not finite.
    """
    run = _Run(task, settings, folder, report or (lambda _: None))
    run.resume()
    while run.epoch < settings.epochs and run.history.epochs_since_best < settings.patience:
        run.train_epoch()
        if on_epoch_end is not None:
            with run.evaluated_weights():
                on_epoch_end(run.epoch, run.history.epochs[-1])
    run.restore_best()
    return run.history


def smoothed(losses: tf.Tensor, log_probabilities: tf.Tensor, smoothing: float) -> tf.Tensor:
    """Return losses `(...)` for a target of 1 - s on the label and s spread evenly over all words.

    `log_probabilities` `(..., V)`. The target is never made one-hot.
    """
    if not smoothing:
        return losses
    even = -tf.reduce_mean(log_probabilities, axis=-1)
    return (1 - smoothing) * losses + smoothing * even


class _Run:
    """One training: the step, where it stands, and how it is kept."""

    def __init__(
        self,
        task: Task,
        settings: TrainingSettings,
        folder: Path | None,
        report: Callable[[str], None],
    ) -> None:
        self.task, self.model = task, task.model
        self.settings, self.report = settings, report
        self.folder = Path(folder) if folder else None
        self.history, self.epoch, self.step = History(), 0, 0
        self.loss_sum, self.loss_count, self.seconds = 0.0, 0, 0.0
        self.best_weights: list[np.ndarray] | None = None
        self.optimizer = self._optimizer()
        self.optimizer.build(self.model.trainable_variables)
        self.averages = (
            [tf.Variable(v) for v in self.model.trainable_variables] if settings.average else []
        )
        self.train_step = self._train_step()

    def _optimizer(self) -> keras.Optimizer:
        settings = self.settings
        rate: Any = settings.learning_rate
        if settings.schedule == "cosine":
            steps = settings.epochs * len(self.task.plan(None, 0)) - settings.warmup
            warm = {"warmup_target": rate, "warmup_steps": settings.warmup}
            rate = keras.optimizers.schedules.CosineDecay(
                0.0 if settings.warmup else rate,
                max(steps, 1),
                alpha=0.01,
                **(warm if settings.warmup else {}),
            )
        optimizer = keras.optimizers.AdamW(
            rate, weight_decay=settings.weight_decay, global_clipnorm=settings.clip_norm
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "embedding"])
        return optimizer

    def _train_step(self) -> Callable[..., tf.Tensor]:
        variables, momentum = self.model.trainable_variables, self.settings.average

        @tf.function(input_signature=self.task.signature)
        def train_step(*arguments: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                loss, objective = self.task.loss(*arguments)
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
        seed = self.settings.seed
        plan = self.task.plan(seed, self.epoch)
        clock = _Clock(self.report, np.cumsum(self.task.costs(plan)), self.step)
        start = saved = time.perf_counter()
        for arguments, count in self.task.examples(plan, self.step, seed, self.epoch):
            loss = float(self.train_step(*arguments))
            if not np.isfinite(loss):
                raise FloatingPointError(
                    f"The loss is {loss} at step {self.step} of epoch {self.epoch + 1}: lower the "
                    "learning rate, and check that the features are finite."
                )
            self.loss_sum += loss * count
            self.loss_count += count
            self.step += 1
            clock.tick(self.step, self.settings.epochs - self.epoch - 1)
            if self.folder and time.perf_counter() - saved > self.settings.checkpoint_seconds:
                self._save(self.seconds + time.perf_counter() - start)
                saved = time.perf_counter()
        self.seconds += time.perf_counter() - start
        self._end_epoch()

    def _end_epoch(self) -> None:
        with self.evaluated_weights():
            dev_loss = self.task.dev_loss()
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
        own = [*self.model.variables, *self.optimizer.variables, *self.averages]
        return [*own, *self.task.state]

    def _description(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on; the number of epochs may grow."""
        settings = asdict(self.settings)
        for name in ("epochs", "patience", "checkpoint_seconds"):
            if name != "epochs" or self.settings.schedule == "constant":
                del settings[name]
        return {
            "settings": settings,
            **self.task.description(),
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


def save_checkpoint(path: Path, arrays: Sequence[np.ndarray], state: dict[str, Any]) -> None:
    """Write arrays, in order, and a JSON-able state as one HDF5 file."""
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["state"] = json.dumps(state)
        for place, array in enumerate(arrays):
            file.create_dataset(f"{place:04d}", data=array)


def load_checkpoint(path: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Return what `save_checkpoint` wrote; raises `ValueError` where the file cannot be read."""
    try:
        with h5py.File(path, "r") as file:
            return [file[name][()] for name in sorted(file)], json.loads(file.attrs["state"])
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): delete it and train anew.") from error


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
