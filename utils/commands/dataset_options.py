"""The options that choose a dataset: what commands that read photos and captions share."""

from __future__ import annotations

import argparse
from pathlib import Path

from utils.commands.words import add_words_options, checked_words
from utils.dataset import Dataset, demand_lists, load_dataset
from utils.support.paths import dataset_name


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add the dataset, where its parts lie, what sees its photos, and how words are found."""
    add = parser.add_argument
    known = "scenes, flickr8k, or the folder of another (%(default)s)"
    add("dataset", nargs="?", default=dataset_name(), help=known)
    add("--images-dir", type=Path, help="the folder of the photos")
    add("--captions", type=Path, help="the captions file")
    add("--splits-dir", type=Path, help="the folder of the split lists")
    weights = "of MobileNetV2: those of the course, or Keras' own (%(default)s)"
    add("--weights", default="embedded", choices=["embedded", "imagenet"], help=weights)
    add_words_options(parser)


def chosen_dataset(given: argparse.Namespace) -> Dataset:
    """Return the dataset that the options choose. Raises what `load_dataset` raises."""
    demand_lists(given.splits_dir)
    return load_dataset(
        given.dataset,
        images_dir=given.images_dir,
        captions_file=given.captions,
        splits_dir=given.splits_dir,
        words=checked_words(given.words),
    )
