"""Maintainers only: put the summary of the training photos into captioners' folders.

    python -m utils build-summary flickr8k flickr8k-best flickr8k

The first argument is the dataset that the captioners were trained on. `python -m utils train` makes
the summary itself; this is for captioners that were trained before there was one. A summary holds
no photo and no caption.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from utils.dataset import load_dataset
from utils.support.files import read_json, sha256, write_json

if TYPE_CHECKING:
    from utils.outliers import Summary

# TensorFlow takes seconds to start, so it is imported once the arguments are read.


def add_summary(folder: Path, summary: Summary) -> None:
    """Write a summary into a captioner's folder, and its hash into the settings."""
    from utils.captioner import SETTINGS, SUMMARY

    summary.save(folder / SUMMARY)
    settings = read_json(folder / SETTINGS)
    settings["files"][SUMMARY] = sha256(folder / SUMMARY)
    write_json(folder / SETTINGS, settings)


def main(arguments: list[str] | None = None) -> int:
    """Make the summary once, and add it to each captioner."""
    parser = argparse.ArgumentParser(prog="python -m utils build-summary", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("dataset", help="flickr8k, scenes or a folder")
    parser.add_argument("captioners", nargs="+", metavar="CAPTIONER")
    given = parser.parse_args(arguments)

    from utils.captioner import SUMMARY, captioner_folder
    from utils.features import dataset_features
    from utils.outliers import FEWEST, summarize

    folders = [captioner_folder(name) for name in given.captioners]
    dataset = load_dataset(given.dataset)
    features = dataset_features(dataset, progress=True)
    summary = summarize(features, dataset.index("train"), dataset.index("dev"))
    if summary is None:
        raise ValueError(
            f"{dataset.name} has too few photos: {FEWEST} for training and {FEWEST} for dev are "
            "wanted."
        )
    for folder in folders:
        add_summary(folder, summary)
        print(f"Written: {folder / SUMMARY}, {(folder / SUMMARY).stat().st_size / 1000:,.0f} kB")
    return 0
