"""From photos and captions to a trained captioner and honest scores, in one command.

    python -m utils train                      # the embedded scenes
    python -m utils train flickr8k             # after `make flickr8k`
    python -m utils train FOLDER               # your own photos and captions
    python -m utils train --devices 4          # on four devices of this machine

Each step is kept and reused: features, checkpoints, the captioner, the captions. A run that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.captions import caption_text
from utils.commands.dataset_options import add_dataset_options, chosen_dataset
from utils.commands.devices import Devices, add_devices_options, devices_of, train_on
from utils.dataset import Dataset
from utils.support.files import (
    demand_apart,
    demand_own_file,
    demand_own_json,
    is_png,
    make_folder,
    not_ours,
    write_json,
)
from utils.support.memory import demand_memory
from utils.support.paths import CAPTIONERS, RUNS

if TYPE_CHECKING:
    from utils.callbacks import History
    from utils.captioner import Captioner
    from utils.commands.scores import SplitScores
    from utils.recipe import Recipe

RECIPES = ("course", "course-better", "causal", "attention")  # that begin with nothing trained
SCORES, CAPTIONS, CURVES = "scores.json", "captions.png", "history.png"  # in a run's folder

# TensorFlow takes seconds to start, so it is imported once the arguments are read.


def run(
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    weights: str = "embedded",
    devices: Devices | None = None,
) -> tuple[Captioner, History, dict[str, SplitScores]] | None:
    """Run every step that is not done yet; see the module. `weights` are those of the CNN.

    Returns the captioner, the history of its training and the scores by split; None for a process
    of several `devices` that is not the first. Raises `ValueError` where the dataset has no dev
    split.
    """
    from utils.captioner import KINDS
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
    if devices is not None:
        train_on(devices, dataset, recipe, folder, weights)
        if devices.process:
            say(f"Process {devices.process} is done; process 0 scores what was trained.")
            return None
    kind = KINDS[recipe.kind].features
    features = dataset_features(dataset, kind=kind, weights=weights, progress=True)
    if devices is None:
        captioner, history = train_captioner(dataset, recipe, folder, features, weights)
    else:
        captioner, history = trained_in(folder)
    scores = {}
    for split in dataset.scored_splits:
        scores[split] = score_split(dataset, split, captioner, features)
        say(f"\n{dataset.name}, {split}\n{score_table(scores[split].rows)}")
        for name, truth in scores[split].truth.items():
            say(
                f"{name}: {truth.precision:.1%} of what it says is true; {truth.recall:.1%} is said"
            )
    write_json(folder / SCORES, {name: found.to_json() for name, found in scores.items()})
    return captioner, history, scores


def draw(
    dataset: Dataset,
    captioner: Captioner,
    history: History,
    scores: dict[str, SplitScores],
    folder: Path,
) -> list[Path]:
    """Draw the learning curves and the first twelve captioned photos of the scored split.

    Returns where the pictures are; one that cannot be drawn is left out, and said.
    """
    from utils.commands.figures_kept import save_figures
    from utils.figures.plots import history_plot, photo_grid
    from utils.model import first_loss

    split = dataset.scored_splits[0]
    captions = scores[split].captions["beam 3"][:12]
    nothing_known = first_loss(len(captioner.vocabulary))
    texts = [caption_text(tokens, dataset.words) for tokens in captions]
    return save_figures(
        {
            folder / CAPTIONS: lambda: photo_grid(dataset.paths(split)[:12], texts),
            folder / CURVES: lambda: history_plot(history.epochs, nothing_known),
        }
    )


def named_recipe(name: str | None, epochs: int | None) -> Recipe | None:
    """Return a recipe of the results page, with another number of epochs where one is given."""
    if name is None:
        return None
    from utils.commands.experiments import EXPERIMENTS

    recipe = EXPERIMENTS[name].recipe
    if epochs is None:
        return recipe
    return replace(recipe, training=replace(recipe.training, epochs=epochs))


def trained_in(folder: Path) -> tuple[Captioner, History]:
    """Return the captioner and the history that a training has left in a run's folder."""
    from utils.callbacks import read_history
    from utils.captioner import load_captioner
    from utils.recipe import CAPTIONER, TRAINING

    return load_captioner(folder / CAPTIONER), read_history(folder / TRAINING)


def demand_safe(given: argparse.Namespace, dataset: Dataset, folder: Path) -> None:
    """Raise `ValueError` where the run would write over the data that it reads."""
    if given.ship and Path(given.ship).name != given.ship:
        raise ValueError(f"--ship {given.ship} is no plain name of a captioner.")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file where a folder belongs: choose another --folder.")
    outputs = [folder / name for name in (SCORES, CAPTIONS, CURVES)]
    inputs = [dataset.path(image) for image in dataset.images]
    inputs += [path for path in (given.captions, dataset.folder / "captions.txt") if path]
    lists = given.splits_dir or dataset.folder
    inputs += lists.glob("*Images.txt")
    demand_apart(outputs, inputs)
    read_in = {place for path in inputs for place in path.resolve().parents}
    for name in ("captioner", "training"):
        if (folder / name).resolve() in read_in:
            raise ValueError(
                f"{folder / name} holds data that are read: choose another --folder for the run."
            )
    _demand_own(folder)
    make_folder(folder)


def _demand_own(folder: Path) -> None:
    """Raise `ValueError` where a run's folder has a file of another origin that would go."""
    from utils.captioner import SETTINGS, SUMMARY, WEIGHTS, WORDS

    demand_own_json(folder / SCORES, _are_scores)
    for name in (CAPTIONS, CURVES):
        demand_own_file(folder / name, is_png)
    captioner = folder / "captioner"
    ours = {SETTINGS, SUMMARY, WEIGHTS, WORDS, "README.md", ".DS_Store", "Thumbs.db", "desktop.ini"}
    for path in captioner.iterdir() if captioner.is_dir() else ():
        if path.name not in ours:
            raise not_ours(path)


def _are_scores(found: dict[str, Any]) -> bool:
    """Tell whether a dictionary has the scores of each split, as this command writes them."""
    return all(isinstance(told, dict) and "scores" in told for told in found.values())


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises what its steps raise."""
    parser = argparse.ArgumentParser(prog="python -m utils train", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_dataset_options(parser)
    parser.add_argument("--epochs", type=int, help="at most this many (the recipe's number)")
    parser.add_argument(
        "--recipe", choices=RECIPES, help="one of the results page (what suits the dataset's size)"
    )
    parser.add_argument("--folder", type=Path, help="where to keep the run (data/runs/DATASET)")
    parser.add_argument("--ship", metavar="NAME", help="maintainers: also to data/captioners/NAME")
    add_devices_options(parser)
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    devices = devices_of(given)

    demand_memory("training", used=1_050, reserved=4_500)
    from utils.recipe import recipe_for, say

    dataset = chosen_dataset(given)
    folder = given.folder or RUNS / dataset.name
    demand_safe(given, dataset, folder)
    recipe = named_recipe(given.recipe, given.epochs) or recipe_for(dataset, given.epochs)
    recipe = replace(recipe, decoding={**recipe.decoding, **dataset.words_settings})
    found = run(dataset, recipe, folder, given.weights, devices)
    if found is None:
        return 0
    captioner, history, scores = found
    pictures = draw(dataset, captioner, history, scores, folder)
    if given.ship:
        captioner.save(CAPTIONERS / given.ship, half=True)
    say(f"\nDone in {time.perf_counter() - start:.0f} s. The result is in {folder}:")
    for path in (*pictures, folder / SCORES, folder / "captioner"):
        say(f"  {path}")
    return 0
