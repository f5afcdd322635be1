"""How cost grows with the number of photos: time a photo and peak memory of each stage.

    python -m utils scaling                           # 1,000, 4,000, 16,000 and 64,000 scenes
    python -m utils scaling 1000 4000 --folder DIR    # other numbers, kept in another folder
    python -m utils scaling --folder DIR --publish    # all four sizes, then write the results page

Scenes are drawn from a seed where DIR/scenes-N is not there yet. Each stage (features, one epoch of
training, captioning by a beam of 3, scoring) runs in a process of its own, so that its memory is
its own. Each is kept in DIR/scaling.json, and a command that was stopped goes on there. To measure
a stage again, take it out of that file. Other processes on the machine spoil the times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from utils.support.files import make_folder, read_json, write_json, write_text
from utils.support.paths import ROOT, RUNS, expanded
from utils.support.peak_memory import PeakMemory

if TYPE_CHECKING:
    from utils.commands.scaling_page import Measures
    from utils.dataset import Dataset

# TensorFlow takes seconds to start, so it is imported in the process of a stage.

SIZES = (1_000, 4_000, 16_000, 64_000)
FEWEST = 30  # photos: below, dev and test are hardly there
FILE = "scaling.json"
WIDTH = 3  # of the beam


@dataclass(frozen=True)
class Place:
    """Where the scenes of one size lie, and what the stages leave for each other."""

    folder: Path
    size: int

    @property
    def scenes(self) -> Path:
        """The folder of the dataset."""
        return self.folder / f"scenes-{self.size}"

    @property
    def work(self) -> Path:
        """The folder of the cache, the training and the captions."""
        return self.folder / f"work-{self.size}"

    @property
    def cache(self) -> Path:
        """The cache of the features: its own, so that they are really computed."""
        return self.work / "cache"

    @property
    def captions(self) -> Path:
        """The captions that were written, a line a photo."""
        return self.work / "captions.txt"

    def dataset(self) -> Dataset:
        """Return the scenes."""
        from utils.dataset import load_dataset

        return load_dataset(str(self.scenes))


# The stages: each returns how many photos it worked on and how many seconds that took.


def draw(place: Place) -> tuple[int, float]:
    """Draw the scenes: a tenth for dev, a tenth for test."""
    from utils.scenes.dataset import make_scenes

    tenth = place.size // 10
    start = time.perf_counter()
    make_scenes(place.scenes, (place.size - 2 * tenth, tenth, tenth, 0), seed=0, progress=True)
    return place.size, time.perf_counter() - start


def compute_features(place: Place) -> tuple[int, float]:
    """Compute the features of all photos."""
    from utils.features import dataset_features

    dataset = place.dataset()
    shutil.rmtree(place.cache, ignore_errors=True)  # of a measurement that was stopped
    start = time.perf_counter()
    features = dataset_features(dataset, progress=True)
    return len(features), time.perf_counter() - start


def train(place: Place) -> tuple[int, float]:
    """Train the course's model for one epoch by the scenes' own recipe, without further views."""
    from dataclasses import replace

    from utils.features import dataset_features
    from utils.recipe import SMALL, train_captioner

    dataset, folder = place.dataset(), place.work / "run"
    shutil.rmtree(folder, ignore_errors=True)
    recipe = replace(SMALL, views=(), training=replace(SMALL.training, epochs=1))
    _, history = train_captioner(dataset, recipe, folder, dataset_features(dataset))
    return len(dataset.splits["train"]), history.epochs[0]["seconds"]


def write_captions(place: Place) -> tuple[int, float]:
    """Write a caption for every photo, by the captioner that was just trained."""
    from utils.captioner import load_captioner
    from utils.features import dataset_features
    from utils.recipe import CAPTIONER

    features = dataset_features(place.dataset())
    captioner = load_captioner(place.work / "run" / CAPTIONER)
    start = time.perf_counter()
    captions = captioner.caption_features(features, WIDTH)
    seconds = time.perf_counter() - start
    write_text(place.captions, "".join(" ".join(caption) + "\n" for caption in captions))
    return len(captions), seconds


def score(place: Place) -> tuple[int, float]:
    """Score the captions against all references: BLEU with its intervals, CIDEr-D."""
    from utils.metrics import score_row

    dataset = place.dataset()
    lines = place.captions.read_text(encoding="utf-8").splitlines()
    captions = [line.split() for line in lines]
    references = [tokens for split in dataset.splits for tokens in dataset.iter_tokens(split)]
    start = time.perf_counter()
    print(score_row(f"beam {WIDTH}", references, captions).bleu)
    return len(captions), time.perf_counter() - start


STAGES: dict[str, Callable[[Place], tuple[int, float]]] = {
    "drawing": draw,
    "features": compute_features,
    "training": train,
    "captioning": write_captions,
    "scoring": score,
}


def run_stage(place: Place, stage: str) -> None:
    """Run a stage in this process, and keep what it cost; what was kept of others stays."""
    with PeakMemory() as peak:
        photos, seconds = STAGES[stage](place)
    measured = {"photos": photos, "seconds": round(seconds, 3)}
    if stage != "drawing":  # it has processes of its own, which nobody watches
        measured |= {"megabytes": round(peak.megabytes, 1), "memory": peak.kind}
    found = measures(place.folder)
    found.setdefault(str(place.size), {})[stage] = measured
    write_json(place.folder / FILE, found)


def measures(folder: Path) -> Measures:
    """Return what is measured; nothing where there is no file. Raises what `read_json` raises."""
    return read_json(folder / FILE, kind=dict) if (folder / FILE).is_file() else {}


def measure(place: Place) -> None:
    """Run the stages that are not measured yet, each in a process of its own.

    Raises `RuntimeError` where one of them fails.
    """
    for stage in STAGES:
        done = stage in measures(place.folder).get(str(place.size), {})
        if done or (stage == "drawing" and place.scenes.is_dir()):
            continue
        print(f"{place.size:,} photos, {stage}", flush=True)
        command = [sys.executable, "-m", "utils", "scaling", str(place.size)]
        command += ["--folder", str(place.folder), "--stage", stage]
        place.cache.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "CAPTIONING_CACHE": str(place.cache)}
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        if code:
            killed = " (it was killed: is there memory enough?)" if code < 0 else ""
            raise RuntimeError(
                f"The stage {stage} of {place.size:,} photos has failed{killed}: mend what it says "
                "above, then run the same command again. What is measured is kept."
            )


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table; return 0. Raises `ValueError` for too few photos."""
    given = _parser().parse_args(arguments)
    folder, sizes = expanded(given.folder).resolve(), sorted(set(given.sizes or SIZES))
    if sizes[0] < FEWEST:
        raise ValueError(f"{sizes[0]} photos are too few to measure: give {FEWEST} or more.")
    make_folder(folder)
    if given.stage:
        run_stage(Place(folder, sizes[0]), given.stage)
        return 0
    for size in sizes:
        measure(Place(folder, size))
    from utils.commands import scaling_page

    found = {str(size): measures(folder)[str(size)] for size in sizes}
    print(scaling_page.report(found))
    if given.publish:
        print(f"Written: {scaling_page.publish(found)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m utils scaling", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sizes", nargs="*", type=int, metavar="N", help="numbers of photos")
    parser.add_argument("--folder", default=RUNS / "scaling", help="where all of it is kept")
    parser.add_argument("--publish", action="store_true", help="write it to data/results")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    return parser
