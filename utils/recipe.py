"""What is trained on a dataset unless somebody asks for something else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from utils.dataset import Dataset
from utils.self_critical import CriticSettings
from utils.training import TrainingSettings

# Below this many training captions every word counts, and batches are smaller.
MANY_CAPTIONS = 10_000
# The share of the training captions, the shortest ones, that a large dataset is learnt from.
KEPT = 0.92


@dataclass(frozen=True)
class Recipe:
    """A vocabulary's minimum count, the model's sizes (`ModelConfig`), how it is trained.

    `longest`: training captions of more words are left out. The few that run on with "and ... and"
    teach greedy search never to stop.
    `glove_dimension`: the GloVe file that starts the embedding, None for random numbers.
    `mirrored`: whether the mirrored photos are a second view in training.
    `kind`: which model, of `utils.captioner.KINDS`; of any but the course's, `batch_size` counts
    photos.
    `critic`: how a trained model is trained further on the metric, None for cross-entropy.
    `decoding`: what goes into the captioner's settings for its beam search (`length_penalty`).
    """

    minimum_count: int
    model: dict[str, Any] = field(default_factory=dict)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    longest: int | None = None
    glove_dimension: int | None = 50
    mirrored: bool = False
    kind: str = "merge"
    critic: CriticSettings | None = None
    decoding: dict[str, float] = field(default_factory=dict)


SMALL = Recipe(
    minimum_count=1,
    model={"units": 192, "dropout": 0.5, "standardize": True},
    training=TrainingSettings(
        epochs=12,
        batch_size=256,
        learning_rate=2e-3,
        schedule="cosine",
        weight_decay=0.8,
        patience=3,
    ),
    mirrored=True,
)
FLICKR8K = Recipe(
    minimum_count=5,
    model={"units": 256, "dropout": 0.2},
    training=TrainingSettings(epochs=6, schedule="cosine", average=0.999),
    longest=16,  # leaves out 7.5% of the captions; without it greedy search loses four points
    mirrored=True,
    decoding={"beam_width": 5, "length_penalty": 0.5},  # of 3 and 5, and 0 to 1: the best on dev
)


def recipe_for(dataset: Dataset, epochs: int | None = None) -> Recipe:
    """Return the recipe that suits a dataset's size; `epochs` changes how long it trains.

    A large dataset of another language or style has long captions of another length: `longest` is
    that of its own 92nd percentile, which is 16 words for Flickr8k.
    """
    count = dataset.caption_count("train")
    recipe = SMALL
    if count >= MANY_CAPTIONS:
        lengths = [len(caption) for image in dataset.tokens("train") for caption in image]
        longest = int(np.quantile(lengths, KEPT, method="inverted_cdf"))
        recipe = replace(FLICKR8K, longest=longest)
    if count < 500:
        # A handful of captions: small steps, many of them.
        recipe = replace(recipe, training=replace(recipe.training, batch_size=32, epochs=20))
    if epochs is not None:
        recipe = replace(recipe, training=replace(recipe.training, epochs=epochs))
    return recipe
