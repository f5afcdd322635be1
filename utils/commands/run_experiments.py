"""The models of the results table, each from one description, trained and scored by one command.

    python -m utils experiments                        # all of them on Flickr8k
    python -m utils experiments attention --seeds 0 1 2
    python -m utils experiments --split test           # the scores of models that are trained

Each step is kept in `data/runs/experiments/DATASET/NAME-seedN` and reused: features, checkpoints,
captioners, captions, scores. An interrupted run goes on where it stopped. Whatever was chosen was
chosen on dev.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from utils.dataset import load_dataset
from utils.support.files import read_json, write_json
from utils.support.paths import CAPTIONERS, RUNS

NAMES = ("course", "course-better", "causal", "attention", "self-critical", "averaged")
SEEDS = (0, 1, 2)

# TensorFlow takes seconds to start, so the experiments are imported once the arguments are read.


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises `ValueError` for names and splits that do not exist."""
    given = _parser().parse_args(arguments)
    start = time.perf_counter()

    from utils.commands import experiments
    from utils.commands.experiments import EXPERIMENTS, WIDTH
    from utils.recipe import say

    unknown = [name for name in given.names if name not in EXPERIMENTS]
    if unknown:
        raise ValueError(
            f"There is no experiment {unknown[0]!r}; choose of {', '.join(EXPERIMENTS)}."
        )
    dataset = load_dataset(
        given.dataset,
        images_dir=given.images_dir,
        captions_file=given.captions,
        splits_dir=given.splits_dir,
    )
    if not dataset.splits.get(given.split):
        raise ValueError(f"{dataset.name} has no photos in {given.split}: check its lists.")
    runs = RUNS / "experiments" / dataset.name
    data = experiments.ExperimentData(dataset, given.split, runs)
    if given.ship:
        experiments.ship(data, given.ship[0], given.seeds[0], CAPTIONERS / given.ship[1])
        return 0
    found = {}
    for name in given.names or EXPERIMENTS:
        found[name] = experiments.scores_of(data, name, given.seeds)
        table = experiments.table(found, WIDTH)
        say(f"\n{dataset.name}, {given.split}, beam of {WIDTH}\n{table}")
    path = data.runs / f"results-{given.split}.json"
    write_json(path, {**(read_json(path) if path.is_file() else {}), **found})
    say(f"\nDone in {time.perf_counter() - start:.0f} s. Everything is kept in {data.runs}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m utils experiments", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="those of the results page (all; a wrong one lists them)",
    )
    parser.add_argument("--dataset", default="flickr8k")
    parser.add_argument("--images-dir", type=Path)
    parser.add_argument("--captions", type=Path, help="the captions file")
    parser.add_argument("--splits-dir", type=Path, help="the folder of the split lists")
    parser.add_argument("--split", default="dev", choices=["dev", "test"])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--ship", nargs=2, metavar=("NAME", "AS"), help="for maintainers")
    return parser
