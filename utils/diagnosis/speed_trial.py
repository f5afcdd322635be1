"""Measures how fast this machine is, in small pieces; run in a process of its own.

Each piece says its seconds as soon as it is done, so that a slow machine tells some of them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import utils.support.quiet  # noqa: F401
from utils.diagnosis.finding import said

PHOTOS, STEPS, CAPTIONS = 24, 2, 16
LENGTH = 8  # words of a prefix; about the mean


def seconds(function: Callable[[], Any]) -> float:
    """Return how long a call takes that comes after a first one, which traces graphs."""
    function()
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def photo_seconds() -> float:
    """Return the seconds that a photo of 500 x 375 takes from file to features."""
    from PIL import Image

    from utils.features import extract_features

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.jpg") for number in range(PHOTOS)]
        rng = np.random.default_rng(0)
        for path in paths:
            small = Image.fromarray(rng.integers(0, 255, (38, 50, 3), dtype=np.uint8))
            small.resize((500, 375)).save(path, quality=88)
        return seconds(lambda: extract_features(paths, cache=False)) / PHOTOS


def step_seconds(name: str, words: int) -> float:
    """Return the seconds of a training step of a dataset's recipe with so many words."""
    import keras

    from utils import recipe
    from utils.cnn import FEATURE_SIZE
    from utils.model import ModelConfig, build_model, without_mask

    how = recipe.SMALL if name == "scenes" else recipe.FLICKR8K
    model = without_mask(build_model(ModelConfig(vocabulary_size=words, **how.model)))
    model.compile(keras.optimizers.AdamW(1e-3), "sparse_categorical_crossentropy")
    size, rng = how.training.batch_size, np.random.default_rng(0)
    inputs = {
        "feature": rng.random((size, FEATURE_SIZE), dtype=np.float32),
        "prefix": rng.integers(1, words, (size, LENGTH)).astype(np.int32),
    }
    labels = rng.integers(1, words, size)
    steps = lambda: [model.train_on_batch(inputs, labels) for _ in range(STEPS)]  # noqa: E731
    return seconds(steps) / STEPS


def caption_seconds() -> float:
    """Return the seconds of a caption, beam search with the captioner of the scenes."""
    from utils.captioner import load_captioner

    captioner = load_captioner("scenes")
    features = np.abs(np.random.default_rng(0).normal(0, 0.5, (CAPTIONS, 1280))).astype(np.float32)
    return seconds(lambda: captioner.caption_features(features)) / CAPTIONS


def main() -> None:
    """Say each measure as `{"photo": seconds}`."""
    said({"photo": photo_seconds()})
    said({"scenes": step_seconds("scenes", 200)})
    said({"caption": caption_seconds()})
    said({"flickr8k": step_seconds("flickr8k", 2_538)})


if __name__ == "__main__":
    main()
