"""The callbacks of a training: a backup, dev after each epoch, a progress bar (chapter 6).

An epoch may have several parts, the "epochs" of `fit`, so that little is lost where a run is cut.
"""

from __future__ import annotations

import csv
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils.support.files import read_json, write_json, write_text
from utils.support.group import is_first
from utils.support.progress_bar import progress_bar
from utils.support.runs import HISTORY
from utils.support.weights import save_arrays, save_weights

BEST, LOG = "best.npz", "log.csv"
MEASURED = {"epoch", "loss", "dev_loss", "dev_perplexity", "seconds", "best"}


@dataclass
class History:
    """What each epoch measured.

    A dictionary each: `epoch` (from 1), `loss` and `dev_loss` (nats per word; for the training on
    the metric, minus the mean reward), `dev_perplexity`, `seconds` and `best` (whether it was,
    when it ended).
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


def read_history(folder: Path) -> History:
    """Return the history that a training kept in its folder.

    Raises `FileNotFoundError` where there is none, `ValueError` where it is damaged.
    """
    path = Path(folder) / HISTORY
    if not path.is_file():
        raise FileNotFoundError(f"There is no {HISTORY} in {folder}: no epoch has ended there yet.")
    epochs = read_json(path, f"delete {folder} and train anew.", list)
    if not all(isinstance(epoch, dict) and set(epoch) >= MEASURED for epoch in epochs):
        raise ValueError(f"{path} is damaged: delete {folder} and train anew.")
    return History(epochs)


class Backup(keras.callbacks.Callback):
    """Keeps the weights and the optimizer in one file, whole or not at all, before each part.

    Keras' own `BackupAndRestore` writes two files in place: a kill or a full disk between them
    leaves a pair that does not belong together.
    """

    def __init__(self, path: Path, steps: int) -> None:
        super().__init__()
        self.path, self.steps = path, steps

    def restore(self, model: keras.Model) -> None:
        """Give a model, whose optimizer is built, what the file holds, and `fit` its place."""
        if self.path.is_file():
            try:
                model.load_weights(self.path)
            except (OSError, KeyError, ValueError) as error:
                raise ValueError(
                    f"{self.path} is damaged ({error}): delete {self.path.parent} and train anew."
                ) from error
            model._initial_epoch = int(model.optimizer.iterations) // self.steps

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Write the file, before the first step of a part."""
        if not batch and is_first():
            save_weights(self.model, self.path)


class FreshAverage(keras.callbacks.Callback):
    """Begins the average of the weights after the first part.

    Keras begins it with the untrained weights, which would count for thousands of steps.
    """

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Take the weights as they are, at the end of the first part."""
        optimizer = self.model.optimizer
        if epoch == 0:
            for average, variable in zip(
                optimizer._model_variables_moving_average,
                optimizer._trainable_variables,
                strict=True,
            ):
                average.assign(variable)


class DevLoss(keras.callbacks.EarlyStopping):
    """Asks for the dev loss after each epoch, keeps the best weights, and stops early.

    Keras' `EarlyStopping` decides. What it adds: an epoch may have parts, and a run that goes on
    remembers its epochs by the folder's files.
    """

    def __init__(
        self,
        dev_loss: Callable[[], float],
        parts: int,
        settings: Any,
        folder: Path | None,
    ) -> None:
        super().__init__(monitor="val_loss", patience=settings.patience)
        self.dev_loss, self.parts, self.settings, self.folder = dev_loss, parts, settings, folder
        self.keeps = folder is not None and is_first()
        self.history = History()
        if folder and (folder / HISTORY).is_file():
            self.history = read_history(folder)
        self.of_parts: dict[int, tuple[float, float]] = {}
        self.best_weights: list[np.ndarray] = []

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or dev has stopped the training."""
        enough = len(self.history.epochs) >= self.settings.epochs
        return enough or self.history.epochs_since_best >= self.settings.patience

    def on_train_begin(self, logs: Any = None) -> None:
        """Remember the epochs and parts that are done."""
        super().on_train_begin(logs)
        done = self.model._initial_epoch or 0
        self.history.epochs = self.history.epochs[: done // self.parts]
        if self.history.best:
            self.best, self.wait = self.history.best["dev_loss"], self.history.epochs_since_best
        if self.folder and (self.folder / LOG).is_file():
            self.of_parts = _read_log(self.folder / LOG, done)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the time; let dropout draw what follows from the seed and the part."""
        self.begun = time.perf_counter()
        states = [v for v in self.model.variables if "seed_generator" in v.path]
        for number, state in enumerate(states):
            state.assign(np.array([self.settings.seed * 1000 + number, epoch], np.uint32))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note the part; after the last one of an epoch, ask dev."""
        logs = {} if logs is None else logs
        if not np.isfinite(logs["loss"]):
            raise FloatingPointError(
                f"The loss is {logs['loss']} in epoch {epoch // self.parts + 1}: lower the "
                "learning rate, and check that the features are finite."
            )
        self.of_parts[epoch] = (logs["loss"], time.perf_counter() - self.begun)
        if self.keeps:
            rows = [f"{part},{loss},{seconds}\n" for part, (loss, seconds) in self.of_parts.items()]
            write_text(self.folder / LOG, "".join(rows))
        if (epoch + 1) % self.parts == 0:
            logs["val_loss"] = self.dev_loss()
            super().on_epoch_end(epoch, logs)
            self._note(epoch, logs["val_loss"])
            last = self.history.epochs[-1]
            logs.update({name: last[name] for name in ("epoch", "seconds", "best")})

    def _note(self, epoch: int, dev_loss: float) -> None:
        """Add an epoch to the history, and keep its weights if it is the best."""
        here = [self.of_parts[part] for part in range(epoch + 1 - self.parts, epoch + 1)]
        is_best = self.wait == 0
        self.history.epochs.append(
            {
                "epoch": (epoch + 1) // self.parts,
                "loss": float(np.mean([loss for loss, _ in here])),
                "dev_loss": dev_loss,
                "dev_perplexity": float(np.exp(dev_loss)),
                "seconds": sum(seconds for _, seconds in here),
                "best": is_best,
            }
        )
        if is_best:
            self.best_weights = self.model.get_weights()
            if self.keeps:
                save_arrays(self.folder / BEST, self.best_weights)
        if self.keeps:
            write_json(self.folder / HISTORY, self.history.epochs)

    def restore_best(self, model: keras.Model) -> None:
        """Give the model the weights of its best epoch."""
        if self.keeps or (self.folder and not self.best_weights):
            try:
                with np.load(self.folder / BEST) as kept:
                    self.best_weights = [kept[name] for name in kept.files]
            except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
                raise ValueError(
                    f"{self.folder / BEST} is missing or damaged: delete {self.folder} and train "
                    "anew."
                ) from error
        model.set_weights(self.best_weights)


def _read_log(path: Path, done: int) -> dict[int, tuple[float, float]]:
    """Return the loss and the seconds of the parts below `done`."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = [(int(part), float(loss), float(s)) for part, loss, s in csv.reader(file)]
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is damaged: delete {path.parent} and train anew.") from error
    return {part: (loss, seconds) for part, loss, seconds in rows if part < done}


class Bar(keras.callbacks.Callback):
    """Shows how far the training is and how long it takes; a line for each epoch."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin the bar, where the run is."""
        self.steps = self.params["steps"]
        total = self.steps * self.params["epochs"]
        self.shown = progress_bar(total, "Training", "step", shown=True)
        self.bar = self.shown.__enter__()
        if self.model._initial_epoch:
            self.bar.update(self.steps * self.model._initial_epoch)
            self.bar.write(f"Going on from step {self.bar.n:,} of {total:,}.")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Go one step on."""
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Say what the epoch measured, where dev was asked."""
        logs = logs or {}
        if "val_loss" in logs:
            text = f"loss {logs['loss']:.3f}, dev loss {logs['val_loss']:.3f}"
            best = ", best so far" if logs["best"] else ""
            self.bar.write(f"epoch {logs['epoch']}: {text}, {logs['seconds']:.0f} s{best}")

    def on_train_end(self, logs: Any = None) -> None:
        """End the bar."""
        self.shown.__exit__(None, None, None)
