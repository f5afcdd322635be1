"""From photos and captions to a trained captioner and honest scores, in one command.

    python -m utils train                      # the embedded scenes
    python -m utils train flickr8k             # after `make flickr8k`
    python -m utils train FOLDER               # your own photos and captions

Each step is kept and reused: features, checkpoints, the captioner, the captions. A run that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import utils.support.quiet  # noqa: F401 (first: TensorFlow then starts without its log lines)

# isort: split
import keras
import numpy as np

from utils.captioner import KINDS, Captioner
from utils.dataset import Dataset, load_dataset
from utils.features import dataset_features
from utils.figures.plots import history_plot, photo_grid
from utils.glove import best_glove_file, coverage, embedding_matrix, load_glove
from utils.metrics import ScoreRow, score_rows, score_table
from utils.recipe import Recipe, recipe_for
from utils.scenes.dataset import load_truth
from utils.scenes.truth import TruthScore, truth_score
from utils.self_critical import train_self_critical
from utils.sequences import encode_captions
from utils.support.errors import sentence
from utils.support.files import atomic_path, write_json
from utils.support.paths import CAPTIONERS, RUNS, dataset_name
from utils.teacher_forcing import train_teacher_forcing
from utils.training import History, train
from utils.vocabulary import Vocabulary

BEAM_WIDTHS = (1, 3, 5)
TRUTH = "truth.jsonl"


@dataclass(frozen=True)
class SplitScores:
    """The scores of one split: the rows of the table, the captions and, for scenes, the truth.

    `captions` and `truth` are by the name of the search, such as "beam 3"; captions are tokens.
    """

    rows: list[ScoreRow]
    captions: dict[str, list[list[str]]]
    truth: dict[str, TruthScore]

    def to_json(self) -> dict[str, Any]:
        """Return the scores as plain numbers."""
        return {
            "scores": {row.name: row.to_json() for row in self.rows},
            "truth": {name: asdict(score) for name, score in self.truth.items()},
        }


@dataclass(frozen=True)
class Result:
    """What a run leaves: its folder, the captioner, the history and the scores by split."""

    folder: Path
    captioner: Captioner
    history: History
    scores: dict[str, SplitScores]


def say(text: str) -> None:
    """Print at once, so that a log file shows where a run stands."""
    print(text, flush=True)


def run(dataset: Dataset, recipe: Recipe, folder: Path, weights: str = "embedded") -> Result:
    """Run every step that is not done yet; see the module. `weights` are those of the CNN."""
    for note in dataset.notes:
        say(f"Note: {note}")
    sizes = ", ".join(f"{len(images):,} {split}" for split, images in dataset.splits.items())
    say(f"{dataset.name}: {sizes}")
    if not dataset.splits["dev"]:
        raise ValueError("There is no dev split, and training must know when to stop: list one.")
    features = dataset_features(dataset, weights=weights, progress=True)
    captioner, history = trained(dataset, recipe, folder, features, weights)
    scores = {}
    for split in scored_splits(dataset):
        scores[split] = score_split(dataset, split, captioner, features)
        say(f"\n{dataset.name}, {split}\n{score_table(scores[split].rows)}")
        for name, truth in scores[split].truth.items():
            say(
                f"{name}: {truth.precision:.1%} of what it says is true; {truth.recall:.1%} is said"
            )
    write_json(folder / "scores.json", {name: found.to_json() for name, found in scores.items()})
    return Result(folder, captioner, history, scores)


def score_split(
    dataset: Dataset, split: str, captioner: Captioner, features: np.ndarray
) -> SplitScores:
    """Caption the photos of a split by greedy and beam search and score the captions."""
    rows = features[dataset.index(split)]
    captions = {
        "greedy" if width == 1 else f"beam {width}": captioner.caption_features(rows, width)
        for width in BEAM_WIDTHS
    }
    truth = {}
    if (dataset.folder / TRUTH).is_file():
        scenes = load_truth(dataset.folder)
        seen = [scenes[image] for image in dataset.splits[split]]
        truth = {name: truth_score(found, seen) for name, found in captions.items()}
    table = score_rows(dataset.tokens(split), captions, dataset.tokens("train"))
    return SplitScores(table, captions, truth)


def scored_splits(dataset: Dataset) -> list[str]:
    """Return the splits to score: the test lists where there are any, else dev."""
    found = [
        name for name, images in dataset.splits.items() if images and name not in ("train", "dev")
    ]
    return found or ["dev"]


def trained(
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
    # Dev keeps every caption: its loss can then be compared whatever was left out of training.
    sequences = {
        split: encode_captions(dataset.tokens(split), vocabulary, dataset.index(split), longest)
        for split, longest in (("train", recipe.longest), ("dev", None))
    }
    say(f"{len(vocabulary):,} words, {sequences['train'].prefix_count:,} prefixes to learn from")
    if recipe.longest:
        left_out = dataset.caption_count("train") - len(sequences["train"])
        say(f"{left_out:,} captions of more than {recipe.longest} words are left out")
    kind = KINDS[recipe.kind]
    mirrored = (
        dataset_features(dataset, kind=kind.features, weights=weights, mirrored=True, progress=True)
        if recipe.mirrored
        else None
    )
    keras.utils.set_random_seed(recipe.training.seed)
    if begin is None:
        model, config = _new_model(recipe, vocabulary, features, dataset.index("train"))
    else:
        model, config = begin.model, begin.config
    history = _fit(recipe)(
        model,
        features,
        sequences["train"],
        sequences["dev"],
        recipe.training,
        folder=folder / "training",
        mirrored=mirrored,
        report=say,
    )
    more = {"dataset": dataset.name, "best_epoch": history.best, "epochs": len(history.epochs)}
    captioner = Captioner(model, vocabulary, config, {**more, **recipe.decoding}, weights)
    captioner.save(folder / "captioner")
    return captioner, history


def _new_model(
    recipe: Recipe, vocabulary: Vocabulary, features: np.ndarray, train_rows: np.ndarray
) -> tuple[keras.Model, Any]:
    """Return an untrained model by the recipe, with GloVe's vectors, and its sizes."""
    matrix, size = None, int(recipe.model.get("embedding_size", 50))
    if recipe.glove_dimension:
        glove = load_glove(best_glove_file(recipe.glove_dimension), vocabulary.words)
        say(f"GloVe knows {coverage(vocabulary, glove)[0]:.1%} of the words")
        matrix, size = embedding_matrix(vocabulary, glove), glove.dimension
    kind = KINDS[recipe.kind]
    config = kind.config(
        **{**recipe.model, "vocabulary_size": len(vocabulary), "embedding_size": size}
    )
    model = kind.build(config, matrix)
    if config.standardize:
        kind.standardize(model, features[train_rows])
    return model, config


def _fit(recipe: Recipe) -> Callable[..., History]:
    """Return the function that trains the recipe's model."""
    if recipe.critic is not None:
        return partial(train_self_critical, critic=recipe.critic)
    return train if recipe.kind == "merge" else train_teacher_forcing


def draw(dataset: Dataset, result: Result, count: int = 12) -> list[Path]:
    """Draw the learning curves and the first captioned photos of the scored split."""
    split = scored_splits(dataset)[0]
    captions = result.scores[split].captions["beam 3"][:count]
    photos = dataset.paths(split)[:count]
    figures = {
        "captions.png": photo_grid(photos, [" ".join(tokens) for tokens in captions]),
        "history.png": history_plot(
            result.history.epochs, float(np.log(result.captioner.config.vocabulary_size))
        ),
    }
    for name, figure in figures.items():
        with atomic_path(result.folder / name) as temporary:
            figure.savefig(temporary, dpi=110, facecolor="white")
    return [result.folder / name for name in figures]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 with a sentence on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m utils train", description=__doc__)
    parser.add_argument("dataset", nargs="?", default=dataset_name())
    parser.add_argument("--images-dir", type=Path)
    parser.add_argument("--captions", type=Path, help="the captions file")
    parser.add_argument("--splits-dir", type=Path, help="the folder of the split lists")
    parser.add_argument("--epochs", type=int, help="at most this many")
    parser.add_argument("--folder", type=Path, help="where to keep the run (data/runs/DATASET)")
    parser.add_argument("--weights", default="embedded", choices=["embedded", "imagenet"])
    parser.add_argument("--ship", metavar="NAME", help="maintainers: also to data/captioners/NAME")
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        dataset = load_dataset(
            given.dataset,
            images_dir=given.images_dir,
            captions_file=given.captions,
            splits_dir=given.splits_dir,
        )
        folder = given.folder or RUNS / dataset.name
        result = run(dataset, recipe_for(dataset, given.epochs), folder, given.weights)
        pictures = draw(dataset, result)
        if given.ship:
            result.captioner.save(CAPTIONERS / given.ship, half=True)
    except (OSError, ValueError, RuntimeError, FloatingPointError) as error:
        print(sentence(error), file=sys.stderr)
        return 1
    say(f"\nDone in {time.perf_counter() - start:.0f} s. The result is in {folder}:")
    for path in (*pictures, folder / "scores.json", folder / "captioner"):
        say(f"  {path}")
    return 0
