"""What the readers of chapter 1 measure: words that a small vocabulary does not know."""

import random
from functools import lru_cache

from utils.dataset import load_dataset
from utils.exercises.remembered import remembered
from utils.support.paths import dataset_name
from utils.vocabulary import Vocabulary


@lru_cache(maxsize=2)
def _captions_of(name: str) -> tuple[list[list[list[str]]], list[list[str]]]:
    """Return the captions of each training photo, and all captions of dev, as tokens."""
    data = load_dataset(name)
    dev = [caption for captions in data.tokens("dev") for caption in captions]
    return data.tokens("train"), dev


def most_photos() -> int:
    """Return how many photos train has, which is the most that a setting may take."""
    return len(_captions_of(dataset_name())[0])


def unknown_share(setting: tuple[int, int], seed: int) -> float:
    """Return how many per cent of the words of dev a small vocabulary does not know.

    `setting` is `(photos, minimum_count)`: the vocabulary is made from the captions of that many
    training photos, drawn at random by `seed`, with that minimum count.
    """
    return _unknown_share(dataset_name(), setting, seed)


@remembered
def _unknown_share(dataset: str, setting: tuple[int, int], seed: int) -> float:
    photos, minimum_count = setting
    train, dev = _captions_of(dataset)
    drawn = random.Random(seed).sample(train, photos)
    captions = [caption for captions in drawn for caption in captions]
    return 100 * Vocabulary.fit(captions, minimum_count).unknown_rate(dev)
