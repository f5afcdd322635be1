"""The straight line from a dataset to a trained captioner, and what it is trained with (chapter 6).

dataset -> vocabulary, sequences, features -> model -> training -> captioner
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils.callbacks import Bar, History
from utils.captioner import KINDS, SETTINGS, Captioner, load_captioner
from utils.dataset import Dataset
from utils.features import dataset_features
from utils.glove import best_glove_file, coverage, embedding_matrix, load_glove
from utils.outliers import summarize
from utils.self_critical import SelfCriticalSettings, train_self_critical
from utils.sequences import CaptionSequences, encode_captions
from utils.support.group import is_first, is_of_several
from utils.support.paths import CAPTIONERS, RUNS
from utils.support.runs import RUN, OtherRun, hash_of, is_of, set_aside
from utils.teacher_forcing import train_teacher_forcing
from utils.training import TrainingData, TrainingSettings, train
from utils.vocabulary import Vocabulary

FEW_PHOTOS, FEW_EPOCHS = 800, 6  # a minute or so on two cores
MANY_CAPTIONS = 10_000  # below, every word counts, and batches are smaller
KEPT = 0.92  # the share of the training captions, the shortest, that a large dataset is learnt from
TRAINING, CAPTIONER = "training", "captioner"  # of a run's folder


@dataclass(frozen=True)
class Recipe:
    """A vocabulary's minimum count, the model's sizes (`ModelConfig`), how it is trained.

    `longest`: training captions of more words are left out. The few that run on with "and ... and"
    teach greedy search never to stop.
    `glove_dimension`: the GloVe file that starts the embedding, None for random numbers.
    `views`: further views of the photos in training, of `utils.images.VIEWS`.
    `kind`: of `utils.captioner.KINDS`; of all but the course's, `batch_size` counts photos.
    `self_critical`: how a trained model is trained further on the metric, None for cross-entropy.
    `decoding`: what goes into the captioner's settings for its beam search (`length_penalty`).
    """

    minimum_count: int
    model: dict[str, Any] = field(default_factory=dict)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    longest: int | None = None
    glove_dimension: int | None = 50
    views: tuple[str, ...] = ()
    kind: str = "merge"
    self_critical: SelfCriticalSettings | None = None
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
    views=("mirrored",),
)
FLICKR8K = Recipe(
    minimum_count=5,
    model={"units": 256, "dropout": 0.2},
    training=TrainingSettings(epochs=6, schedule="cosine", average=0.999),
    longest=16,  # leaves out 7.5% of the captions; without it greedy search loses four points
    views=("mirrored",),
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
        lengths = [len(caption) for image in dataset.iter_tokens("train") for caption in image]
        longest = int(np.quantile(lengths, KEPT, method="inverted_cdf"))
        recipe = replace(FLICKR8K, longest=longest)
    if count < 500:
        # A handful of captions: small steps, many of them.
        recipe = replace(recipe, training=replace(recipe.training, batch_size=32, epochs=20))
    if epochs is not None:
        recipe = replace(recipe, training=replace(recipe.training, epochs=epochs))
    return recipe


def say(text: str) -> None:
    """Print at once, so that a log file shows where a run stands."""
    print(text, flush=True)


def train_captioner(
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    features: np.ndarray,
    weights: str = "embedded",
    begin: Captioner | None = None,
) -> tuple[Captioner, History]:
    """Return a captioner trained by the recipe, and its history; both are kept in `folder`.

    `features`: of `dataset.images`, of the sort that the recipe's model sees. `begin`: a captioner
    of the same kind, trained on the same dataset, that is trained further.
    """
    vocabulary = begin.vocabulary if begin else dataset.train_vocabulary(recipe.minimum_count)
    sequences = _sequences(dataset, recipe, vocabulary)
    kind = KINDS[recipe.kind]
    look = {"kind": kind.features, "weights": weights, "progress": True}
    further = [dataset_features(dataset, view=view, **look) for view in recipe.views]
    keras.utils.set_random_seed(recipe.training.seed)
    if begin is None:
        model, config = _new_model(recipe, vocabulary, features[dataset.rows("train")])
    else:
        model, config = begin.model, begin.config
    data = TrainingData(features, *sequences, further, _facts(recipe, vocabulary, model, begin))
    try:
        history = _trained(model, data, recipe, folder)
    except OtherRun as found:
        if is_of_several():  # the folder is that of the other processes too
            raise
        said = f"{folder} holds another run ({', '.join(found.other)}), now kept in"
        say(f"{said} {set_aside(folder)}. This one is trained anew.")
        history = _trained(model, data, recipe, folder)
    say(f"Trained: {len(history.epochs)} epochs, of which epoch {history.best['epoch']} is kept.")
    more = {"dataset": dataset.name, "best_epoch": history.best, "epochs": len(history.epochs)}
    summary = summarize(features, dataset.index("train"), dataset.index("dev"))
    more |= recipe.decoding
    captioner = Captioner(model, vocabulary, config, more, weights, summary)
    if is_first():
        captioner.save(folder / CAPTIONER)
    return captioner, history


def _facts(
    recipe: Recipe, vocabulary: Vocabulary, model: keras.Model, begin: Captioner | None
) -> dict[str, str]:
    """Return what a run is made with beside its captions and features."""
    weights = [weight for weight in model.get_weights() if weight.dtype == np.float32]
    if begin is None:  # only the word vectors are there before the training
        weights = [one for one in weights if one.shape[:1] == (len(vocabulary),)]
    sizes = f"{recipe.kind} {sorted(recipe.model.items())}"
    return {"vocabulary": vocabulary.hash(), "model": sizes, "beginning": hash_of(*weights)}


def _trained(model: keras.Model, data: TrainingData, recipe: Recipe, folder: Path) -> History:
    """Train a model as its kind is trained; the run is kept in the folder and goes on there."""
    where = (folder / TRAINING, [Bar()])
    if recipe.self_critical is not None:
        return train_self_critical(model, data, recipe.training, recipe.self_critical, *where)
    if recipe.kind == "merge":
        return train(model, data, recipe.training, *where)
    return train_teacher_forcing(model, data, recipe.training, *where)


def _sequences(
    dataset: Dataset, recipe: Recipe, vocabulary: Vocabulary
) -> tuple[CaptionSequences, CaptionSequences]:
    """Return the captions of train and dev as numbers.

    Dev keeps every caption: its loss can then be compared whatever was left out of training.
    """
    train, dev = (
        encode_captions(dataset.iter_tokens(split), vocabulary, dataset.index(split), longest)
        for split, longest in (("train", recipe.longest), ("dev", None))
    )
    say(f"{len(vocabulary):,} words, {train.prefix_count:,} prefixes to learn from")
    if recipe.longest:
        left_out = dataset.caption_count("train") - len(train)
        say(f"{left_out:,} captions of more than {recipe.longest} words are left out")
    return train, dev


def _new_model(
    recipe: Recipe, vocabulary: Vocabulary, train_features: np.ndarray
) -> tuple[keras.Model, Any]:
    """Return an untrained model by the recipe, with GloVe's vectors, and its sizes."""
    matrix, size = None, int(recipe.model.get("embedding_size", 50))
    if recipe.glove_dimension:
        glove = load_glove(best_glove_file(recipe.glove_dimension), vocabulary.words)
        say(f"GloVe knows {coverage(vocabulary, glove)[0]:.1%} of the words")
        matrix, size = embedding_matrix(vocabulary, glove), glove.dimension
    kind = KINDS[recipe.kind]
    sizes = {**recipe.model, "vocabulary_size": len(vocabulary), "embedding_size": size}
    config = kind.config(**sizes)
    model = kind.build(config, matrix)
    if config.standardize:
        kind.standardize(model, train_features)
    return model, config


def is_run_of(folder: Path, dataset: Dataset, recipe: Recipe, features: np.ndarray) -> bool:
    """Tell whether a run was trained on `features` and these captions, as far as it keeps that."""
    if not (folder / TRAINING / RUN).is_file():
        return True
    words = dataset.train_vocabulary(recipe.minimum_count)
    now = TrainingData(features, *_sequences(dataset, recipe, words)).hashes()
    own = load_captioner(folder / CAPTIONER).vocabulary.hash()
    return is_of(folder / TRAINING, {**now, "vocabulary": words.hash()}, own)


def ready_captioner(dataset: Dataset, features: np.ndarray) -> tuple[Captioner, str]:
    """Return a captioner for a dataset, and a sentence that says where it is from.

    The first of these that there is: the one that comes with the course, the one that
    `python -m utils train` has trained, a small one that is trained now on the first
    `FEW_PHOTOS` photos and kept for the next time. `features` `(images, 1280)` float32 are those
    of `dataset.images`. Raises what `load_captioner` and `train_captioner` raise.
    """
    command = f"python -m utils train {dataset.name}"
    places = {
        CAPTIONERS / dataset.name: "This captioner comes with the course.",
        RUNS / dataset.name / CAPTIONER: f"This captioner was trained here by `{command}`.",
    }
    for folder, origin in places.items():
        if not (folder / SETTINGS).is_file():
            continue
        if is_run_of(folder.parent, dataset, recipe_for(dataset), features):
            return load_captioner(folder), origin
        say(f"{folder.parent} was trained on other data, and is not used.")
    return _small_captioner(dataset, features), (
        f"This captioner is a small one, trained for this chapter on {FEW_PHOTOS} photos at most. "
        f"Expect clumsy captions; `{command}` trains a good one."
    )


def _small_captioner(dataset: Dataset, features: np.ndarray) -> Captioner:
    """Return a captioner trained on a few photos, or the one that was kept of the last time."""
    rows = {split: dataset.index(split)[:FEW_PHOTOS] for split in ("train", "dev")}
    splits = {split: dataset.splits[split][:FEW_PHOTOS] for split in rows}
    few = replace(dataset, splits=splits)
    recipe = replace(recipe_for(few, FEW_EPOCHS), views=())
    folder = RUNS / f"{dataset.name}-small"
    return train_captioner(few, recipe, folder, features[np.concatenate([*rows.values()])])[0]
