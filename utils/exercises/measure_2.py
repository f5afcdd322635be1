"""What the readers of chapter 2 look at: what photos show, and what damage does to features."""

import random
from collections import Counter
from functools import cache, lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from utils.cnn import build_cnn
from utils.dataset import Dataset, load_dataset
from utils.exercises.remembered import remembered
from utils.images import load_batch, preprocess
from utils.scenes.dataset import load_truth
from utils.support.paths import dataset_name

# The words that stand for subjects and places where nobody noted the truth, the more telling first.
_SUBJECTS = ("dog", "girl", "boy", "woman", "man")
_PLACES_SAID = ("snow", "beach", "water", "street")


def subjects_and_places(data: Dataset, images: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return a subject and a place for each image, two arrays of words.

    For the scenes they are what the drawing program noted in `truth.jsonl`. Elsewhere they are the
    first word of a list that two captions of the image have, or "other".
    """
    if (data.folder / "truth.jsonl").is_file():
        truth = load_truth(data.folder)
        who, where = [truth[name].who for name in images], [truth[name].where for name in images]
    else:
        every = [captions for split in data.splits for captions in data.tokens(split)]
        tokens = dict(zip(data.images, every, strict=True))
        who = [_said_twice(tokens[name], _SUBJECTS) for name in images]
        where = [_said_twice(tokens[name], _PLACES_SAID) for name in images]
    return np.array(who), np.array(where)


def _said_twice(captions: list[list[str]], words: tuple[str, ...]) -> str:
    """Return the first of some words that two captions have, or "other"."""
    counts = Counter(word for caption in captions for word in set(caption))
    return next((word for word in words if counts[word] >= 2), "other")


# How photos may be damaged, and the greatest strength of each damage.
DAMAGES = {"none": 0, "blur": 20, "turn": 180, "darken": 95, "fade": 100}
DAMAGED = 8  # photos for each measurement


def similarity_after(setting: tuple[str, float], seed: int) -> float:
    """Return the mean cosine between features of photos before and after a damage.

    `setting` is `(damage, strength)`: ("none", 0), ("blur", radius in pixels), ("turn", degrees),
    ("darken", per cent of the light taken away), ("fade", per cent of the colour taken away).
    The photos are eight of dev, drawn at random by `seed`.
    """
    return _similarity_after(dataset_name(), setting, seed)


@remembered
def _similarity_after(dataset: str, setting: tuple[str, float], seed: int) -> float:
    damage, strength = setting
    photos = _dev_photos(dataset, seed)
    damaged = np.stack([_damaged(photo, damage, strength) for photo in photos])
    before, after = _intact(dataset, seed), _features(damaged)
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return float(((before * after).sum(axis=1) / lengths).mean())


def _damaged(photo: np.ndarray, damage: str, strength: float) -> np.ndarray:
    """Return a photo with a damage of `DAMAGES`."""
    image = Image.fromarray(photo)
    if damage == "blur":
        image = image.filter(ImageFilter.GaussianBlur(strength))
    elif damage == "turn":
        image = image.rotate(strength, Image.Resampling.BILINEAR)
    elif damage == "darken":
        image = Image.fromarray(np.round(photo * (1 - strength / 100)).astype(np.uint8))
    elif damage == "fade":
        image = Image.blend(image, image.convert("L").convert("RGB"), strength / 100)
    elif damage != "none":
        raise ValueError(f"There is no damage {damage!r}: choose one of {', '.join(DAMAGES)}.")
    return np.asarray(image)


@lru_cache(maxsize=16)
def _dev_photos(dataset: str, seed: int) -> np.ndarray:
    """Return the photos of dev that a seed draws, `(n, 224, 224, 3)` uint8."""
    data = load_dataset(dataset)
    names = data.splits["dev"]
    drawn = random.Random(seed).sample(names, min(DAMAGED, len(names)))
    return load_batch([data.path(name) for name in drawn])


@lru_cache(maxsize=16)
def _intact(dataset: str, seed: int) -> np.ndarray:
    """Return the features of the photos that a seed draws."""
    return _features(_dev_photos(dataset, seed))


@cache
def _network() -> Any:
    return build_cnn()


def _features(photos: np.ndarray) -> np.ndarray:
    """Return features `(n, 1280)` of photos, without a file being kept."""
    return _network()(preprocess(photos), training=False)["pooled"].numpy()
