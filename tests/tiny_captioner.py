"""A captioner for tests: untrained, quick to load, and what it says depends on the photo."""

import tempfile
from functools import cache
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from utils.captioner import Captioner
from utils.features import extract_features
from utils.model import ModelConfig, build_model, standardize_features
from utils.vocabulary import END, MARKERS, Vocabulary

WORDS = [f"word{number}" for number in range(30)]


def picture(seed, size=(90, 60)):
    """A photo of coarse coloured patches, unlike that of any other seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (3, 4, 3)).astype(np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.NEAREST)


@cache
def features():
    """Features of six pictures: a model on their scale tells one photo from another."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{seed}.png" for seed in range(6)]
        for seed, path in enumerate(paths):
            picture(seed).save(path)
        return extract_features(paths, cache=False)


def tiny_captioner(**settings) -> Captioner:
    """Return a captioner of 30 words, the same every time; `settings` are its own."""
    keras.utils.set_random_seed(1)
    vocabulary = Vocabulary([*MARKERS, *WORDS])
    config = ModelConfig(len(vocabulary), embedding_size=8, units=32, standardize=True)
    model = build_model(config)
    standardize_features(model, features())
    kernel, bias = model.get_layer("next_word").get_weights()
    bias[END] = 1.0  # captions end
    model.get_layer("next_word").set_weights([kernel, bias])
    return Captioner(model, vocabulary, config, settings)
