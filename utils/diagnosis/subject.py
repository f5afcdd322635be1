"""What is diagnosed: a captioner's folder, or a reader's own model, asked in one way.

A folder is read with more patience than `load_captioner` has: where its files do not belong
together, that is a finding and not the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils.captioner import (
    KINDS,
    SETTINGS,
    WORDS,
    Captioner,
    CaptionerError,
    captioner_folder,
    load_captioner,
)
from utils.cnn import FEATURE_SIZE
from utils.decoding import NextWord
from utils.support.files import read_json
from utils.support.saved_settings import take_switches
from utils.vocabulary import PAD, Vocabulary

NONE, LEFT, RIGHT = "no padding", "padding on the left", "padding on the right"


@dataclass
class Subject:
    """A captioner as it is diagnosed.

    `asks`: for each way of padding that it can be asked in, a function that takes features and
    returns a `NextWord` function; `usual` is the way that its own decoding takes. `sees`: the kind
    of features, "pooled" or "map" of the course's network or "other". `feature_shape`: that of one
    photo. `drop_unknown`: the vocabulary has no number for unknown words. `recorded`: what training
    noted of its best epoch. `statistics`: mean and variance of the standardisation layer.
    `mended`: a sentence on files that did not belong together; `looks_ahead`: how far a later word
    changes an earlier prediction, in nats.
    """

    name: str
    vocabulary: Vocabulary
    asks: dict[str, Callable[[np.ndarray], NextWord]]
    usual: str
    sees: str
    feature_shape: tuple[int, ...]
    cnn_weights: str = "embedded"
    drop_unknown: bool = False
    recorded: dict[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    trained_on: str | None = None
    statistics: tuple[np.ndarray, np.ndarray] | None = None
    not_finite: list[str] = field(default_factory=list)
    mended: str = ""
    looks_ahead: Callable[[np.ndarray, np.ndarray], float] | None = None


class NoSubject(ValueError):
    """A captioner that cannot be asked anything. `cause` names the cause where it is one."""

    def __init__(self, message: str, cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause


def subject_of_folder(name: str | Path, padded_length: int) -> Subject:
    """Return the captioner of a folder, or that of a shipped name.

    `padded_length`: how long prefixes are where they are padded. Raises `NoSubject` where the
    folder cannot be used at all, with the cause where that is a known one.
    """
    mended = ""
    try:
        captioner = load_captioner(name)
    except CaptionerError as error:
        captioner, mended = _in_spite_of(name, error), str(error)
    return subject_of(captioner, str(name), padded_length, mended)


def subject_of(captioner: Captioner, name: str, padded_length: int, mended: str = "") -> Subject:
    """Return a captioner in memory as it is diagnosed; see `subject_of_folder`."""
    model, settings = captioner.model, captioner.settings
    pooled = captioner.kind.features == "pooled"
    return Subject(
        name=name,
        vocabulary=captioner.vocabulary,
        asks=_ways(captioner, padded_length),
        usual=NONE,
        sees=captioner.kind.features,
        feature_shape=(FEATURE_SIZE,) if pooled else tuple(model.feature_shape),
        cnn_weights=captioner.cnn_weights,
        recorded=settings.get("best_epoch") or {},
        epochs=settings.get("epochs"),
        trained_on=settings.get("dataset"),
        statistics=statistics_of(model),
        not_finite=not_finite(model),
        mended=mended,
    )


def _in_spite_of(name: str | Path, error: CaptionerError) -> Captioner:
    """Return the captioner of a folder whose vocabulary is not the one that was saved with it."""
    try:
        folder = captioner_folder(name)
        settings = read_json(folder / SETTINGS)
        vocabulary = Vocabulary.from_json((folder / WORDS).read_text(encoding="utf-8"))
        kind = KINDS[settings.get("kind", "merge")]
        take_switches(folder / SETTINGS, settings["model"])
        config = kind.config(**settings["model"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NoSubject(str(error)) from error
    another = vocabulary.hash() != settings.get("vocabulary")
    if len(vocabulary) != config.vocabulary_size:
        raise NoSubject(
            f"The network of {folder} gives {config.vocabulary_size} probabilities, and its "
            f"vocabulary has {len(vocabulary)} words.",
            "vocabulary",
        ) from error
    if not another:
        raise NoSubject(str(error)) from error
    model = kind.build(config, None)
    try:
        model.load_weights(folder / "model.weights.h5")
    except Exception:
        raise NoSubject(str(error)) from error
    cnn = settings.get("cnn", {}).get("weights", "embedded")
    return Captioner(model, vocabulary, config, settings.get("more", {}), cnn)


def _ways(captioner: Captioner, length: int) -> dict[str, Callable[[np.ndarray], NextWord]]:
    model = captioner.model
    ways = {NONE: model.next_word}
    ways[LEFT] = lambda features: padded(model.next_word(features), LEFT, length)
    if model.kind == "merge":  # the others would be asked for the word after the padding
        ways[RIGHT] = lambda features: padded(model.next_word(features), RIGHT, length)
    return ways


def padded(next_word: NextWord, side: str, length: int) -> NextWord:
    """Return the function with every prefix filled up to `length` with `PAD` on one side.

    Of a prefix that is longer, the last `length` words are kept.
    """

    def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        prefixes = np.asarray(prefixes, dtype=np.int32)[:, -length:]
        missing = length - prefixes.shape[1]
        sides = (missing, 0) if side == LEFT else (0, missing)
        return next_word(images, np.pad(prefixes, ((0, 0), sides), constant_values=PAD))

    return ask


def statistics_of(model: keras.Model) -> tuple[np.ndarray, np.ndarray] | None:
    """Return mean and variance of a model's `Normalization` layer; None where it has none."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization) and layer.get_weights():
            mean, variance = layer.get_weights()[:2]
            return np.ravel(mean), np.ravel(variance)
    return None


def not_finite(model: keras.Model) -> list[str]:
    """Return the names of weights that hold NaN or infinity."""
    return [
        weight.path
        for weight in model.weights
        if np.issubdtype(np.asarray(weight).dtype, np.floating)
        and not np.isfinite(np.asarray(weight)).all()
    ]


def shaped(features: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return features `(n, ...)` in the shape of one photo that a model takes."""
    return np.asarray(features).reshape(len(features), *shape)
