"""From photos and captions to a trained captioner and honest scores, in one command.

    python -m utils train                      # the embedded scenes
    python -m utils train flickr8k             # after `make flickr8k`
    python -m utils train FOLDER               # your own photos and captions

Each step is kept and reused: features, checkpoints, the captioner, the captions. A run that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from utils.dataset import Dataset, load_dataset
from utils.support.files import atomic_path, write_json
from utils.support.paths import CAPTIONERS, RUNS, dataset_name

if TYPE_CHECKING:
    from utils.callbacks import History
    from utils.captioner import Captioner
    from utils.commands.scores import SplitScores
    from utils.recipe import Recipe

# TensorFlow takes seconds to start, so it is imported once the arguments are read.


def run(
    dataset: Dataset, recipe: Recipe, folder: Path, weights: str = "embedded"
) -> tuple[Captioner, History, dict[str, SplitScores]]:
    """Run every step that is not done yet; see the module. `weights` are those of the CNN.

    Returns the captioner, the history of its training and the scores by split. Raises `ValueError`
    where the dataset has no dev split.
    """
    from utils.commands.scores import score_split
    from utils.features import dataset_features
    from utils.metrics import score_table
    from utils.recipe import say, train_captioner

    for note in dataset.notes:
        say(f"Note: {note}")
    sizes = ", ".join(f"{len(images):,} {split}" for split, images in dataset.splits.items())
    say(f"{dataset.name}: {sizes}")
    if not dataset.splits["dev"]:
        raise ValueError("There is no dev split, and early stopping needs one: list its photos.")
    features = dataset_features(dataset, weights=weights, progress=True)
    captioner, history = train_captioner(dataset, recipe, folder, features, weights)
    scores = {}
    for split in dataset.scored_splits:
        scores[split] = score_split(dataset, split, captioner, features)
        say(f"\n{dataset.name}, {split}\n{score_table(scores[split].rows)}")
        for name, truth in scores[split].truth.items():
            say(
                f"{name}: {truth.precision:.1%} of what it says is true; {truth.recall:.1%} is said"
            )
    write_json(folder / "scores.json", {name: found.to_json() for name, found in scores.items()})
    return captioner, history, scores


def draw(
    dataset: Dataset,
    captioner: Captioner,
    history: History,
    scores: dict[str, SplitScores],
    folder: Path,
) -> list[Path]:
    """Draw the learning curves and the first twelve captioned photos of the scored split."""
    from utils.figures.plots import history_plot, photo_grid
    from utils.training import first_loss

    split = dataset.scored_splits[0]
    captions = scores[split].captions["beam 3"][:12]
    nothing_known = first_loss(len(captioner.vocabulary))
    figures = {
        "captions.png": photo_grid(dataset.paths(split)[:12], [" ".join(c) for c in captions]),
        "history.png": history_plot(history.epochs, nothing_known),
    }
    for name, figure in figures.items():
        with atomic_path(folder / name) as temporary:
            figure.savefig(temporary, dpi=110, facecolor="white")
    return [folder / name for name in figures]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises what its steps raise."""
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

    from utils.recipe import recipe_for, say

    dataset = load_dataset(
        given.dataset,
        images_dir=given.images_dir,
        captions_file=given.captions,
        splits_dir=given.splits_dir,
    )
    folder = given.folder or RUNS / dataset.name
    recipe = recipe_for(dataset, given.epochs)
    captioner, history, scores = run(dataset, recipe, folder, given.weights)
    pictures = draw(dataset, captioner, history, scores, folder)
    if given.ship:
        captioner.save(CAPTIONERS / given.ship, half=True)
    say(f"\nDone in {time.perf_counter() - start:.0f} s. The result is in {folder}:")
    for path in (*pictures, folder / "scores.json", folder / "captioner"):
        say(f"  {path}")
    return 0
