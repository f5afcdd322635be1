"""A captioner for a dataset, whatever has been trained so far: what chapter 7 decodes with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from utils.captioner import SETTINGS, Captioner, load_captioner
from utils.commands.train import RUNS, trained
from utils.dataset import Dataset
from utils.recipe import recipe_for
from utils.support.paths import CAPTIONERS

# A minute or so on two cores.
FEW_PHOTOS, FEW_EPOCHS = 800, 6


def ready_captioner(dataset: Dataset, features: np.ndarray) -> tuple[Captioner, str]:
    """Return a captioner for a dataset, and a sentence that says where it is from.

    The first of these that there is: the one that comes with the course, the one that
    `python -m utils train` has trained, a small one that is trained now on the first
    `FEW_PHOTOS` photos and kept for the next time. `features` `(images, 1280)` float32 are those
    of `dataset.images`. Raises what `load_captioner` and `pipeline.trained` raise.
    """
    command = f"python -m utils train {dataset.name}"
    places = {
        CAPTIONERS / dataset.name: "This captioner comes with the course.",
        RUNS / dataset.name / "captioner": f"This captioner was trained here by `{command}`.",
    }
    for folder, origin in places.items():
        if (folder / SETTINGS).is_file():
            return load_captioner(folder), origin
    captioner = _small_captioner(dataset, features)
    return captioner, (
        f"This captioner is a small one, trained for this chapter on {FEW_PHOTOS} photos at most. "
        f"Expect clumsy captions; `{command}` trains a good one."
    )


def _small_captioner(dataset: Dataset, features: np.ndarray) -> Captioner:
    """Return a captioner trained on a few photos, or the one that was kept of the last time."""
    rows = {split: dataset.index(split)[:FEW_PHOTOS] for split in ("train", "dev")}
    splits = {split: dataset.splits[split][:FEW_PHOTOS] for split in rows}
    few = replace(dataset, splits=splits)
    recipe = replace(recipe_for(few, FEW_EPOCHS), mirrored=False)
    folder = RUNS / f"{dataset.name}-small"
    return trained(few, recipe, folder, features[np.concatenate([*rows.values()])])[0]
