"""The part of a dataset that a captioner is asked about, and features made rightly and wrongly."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from utils.dataset import SPLITS, Dataset, load_dataset, read_split_lists
from utils.images import load_batch
from utils.support.files import sha256

if TYPE_CHECKING:
    import tensorflow as tf

# What reaches the network where the pixels 0..255 (red, green, blue) are not scaled once to -1..1.
# OpenCV reads photos as blue, green, red.
WRONG_SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "scaled twice": lambda pixels: (pixels / 127.5 - 1) / 127.5 - 1,
    "never scaled": lambda pixels: pixels,
    "scaled to 0..1": lambda pixels: pixels / 255,
    "in the order blue, green, red": lambda pixels: pixels[..., ::-1] / 127.5 - 1,
}
CHUNK = 32  # photos decoded at a time
# What annotators' tools and tutorials leave in captions, as it reads after cleaning.
OPENINGS = frozenset({"startseq", "start", "sos", "bos", "s", "seqstart", "begin"})
CLOSINGS = frozenset({"endseq", "end", "eos", "s", "seqend"})
# Those that are no words of any language.
MARKER_WORDS = frozenset({"startseq", "endseq", "sos", "bos", "eos", "seqstart", "seqend"})


@dataclass(frozen=True)
class Part:
    """Some photos of a split: their names, their captions as tokens."""

    names: list[str]
    tokens: list[list[list[str]]]

    def __len__(self) -> int:
        return len(self.names)


def part_of(dataset: Dataset, split: str, photos: int) -> Part:
    """Return the first photos of a split, as many as there are up to `photos`."""
    if split not in dataset.splits:
        return Part([], [])
    names = dataset.splits[split][:photos]
    few = replace(dataset, splits={split: names})  # whole splits take seconds
    return Part(names, few.tokens(split))


def patient_dataset(
    name: str, images_dir: Path | None, captions_file: Path | None, splits_dir: Path | None
) -> tuple[Dataset, list[str]]:
    """Return a dataset, and the photos that stand in two lists, for which `load_dataset` stops.

    Of such a photo the place in the first list counts. Raises what `load_dataset` raises.
    """
    given = {"images_dir": images_dir, "captions_file": captions_file}
    try:
        return load_dataset(name, **given, splits_dir=splits_dir), []
    except ValueError as error:
        folder = splits_dir or _folder(name)
        lists = read_split_lists(folder)
        owner: dict[str, set[str]] = {}
        for split, images in lists.items():
            for image in images:
                owner.setdefault(image, set()).add(split)
        shared = [image for image, splits in owner.items() if len(splits) > 1]
        if not shared:
            raise error
    whole = load_dataset(name, **given, splits_dir=_without_lists(folder))
    here = set(whole.captions)
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for split, images in lists.items():
        splits[split] = [image for image in dict.fromkeys(images) if image in here]
    found = Dataset(whole.name, whole.folder, whole.images_dir, whole.captions, splits)
    return found, shared


def _folder(name: str) -> Path:
    from utils.support.paths import dataset_dir

    return dataset_dir(name)


def _without_lists(folder: Path) -> Path:
    return folder / "there-are-no-lists-here"


def photos_in_two_splits(dataset: Dataset) -> dict[str, list[tuple[str, str]]]:
    """Return for each split but train its photos whose file is one of the training photos too.

    As pairs: the photo, the training photo. Files of other lengths differ, so that only those of
    one length are read.
    """
    sizes: dict[int, list[str]] = {}
    for image in dataset.splits["train"]:
        sizes.setdefault(_size(dataset.path(image)), []).append(image)
    digests: dict[int, dict[str, str]] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    for split, images in dataset.splits.items():
        if split == "train":
            continue
        for image in images:
            size = _size(dataset.path(image))
            if size not in sizes:
                continue
            if size not in digests:
                same = sizes[size]
                digests[size] = {sha256(dataset.path(other)): other for other in same}
            other = digests[size].get(sha256(dataset.path(image)))
            if other is not None:
                found.setdefault(split, []).append((image, other))
    return found


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def different_photos(paths: Sequence[Path]) -> int:
    """Return how many different files there are."""
    return len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths})


def marker_share(captions: Sequence[Sequence[str]]) -> float:
    """Return the share of captions, 0 to 1, that begin and end with a word for a marker."""
    framed = sum(bool(one) and one[0] in OPENINGS and one[-1] in CLOSINGS for one in captions)
    return framed / max(len(captions), 1)


def wrong_features(paths: Sequence[Path], weights: str, kind: str) -> dict[str, np.ndarray]:
    """Return the features of photos whose pixels were scaled wrongly, for each of `WRONG_SCALES`.

    `kind` as in `extract_features`; `weights` as in `build_cnn`.
    """
    import tensorflow as tf

    see = _traced(weights, kind)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in WRONG_SCALES}
    for start in range(0, len(paths), CHUNK):
        pixels = load_batch(paths[start : start + CHUNK]).astype(np.float32)
        for name, scale in WRONG_SCALES.items():
            parts[name].append(see(tf.constant(scale(pixels), tf.float32)).numpy())
    return {name: np.concatenate(part) for name, part in parts.items()}


@cache
def _traced(weights: str, kind: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the network as one graph: pixels `(n, 224, 224, 3)` float32, scaled already."""
    import tensorflow as tf

    from utils.cnn import feature_model

    model = feature_model(weights, kind)
    shape = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    return tf.function(lambda pixels: model(pixels, training=False), input_signature=[shape])


def orders(dataset: Dataset) -> dict[str, list[str]]:
    """Return the orders in which rows of features are often written, by name.

    The first is the right one, that of `dataset.images`.
    """
    listed = dataset.images
    named = [image for image in dataset.captions if image in set(listed)]
    found = {
        "the order of the lists": listed,
        "the order of the names": sorted(listed),
        "the order of the names in each list": [
            image for images in dataset.splits.values() for image in sorted(images)
        ],
        "the order of the captions file": named,
        "the lists' order backwards": listed[::-1],
    }
    different: dict[str, list[str]] = {}
    for name, order in found.items():
        if order not in different.values():
            different[name] = order
    return different


def partners(dataset: Dataset, names: Sequence[str]) -> dict[str, list[str]]:
    """Return for each way to be out of step which photo stands where each of `names` belongs."""
    listed = dataset.images
    found: dict[str, list[str]] = {}
    place = {name: row for row, name in enumerate(listed)}
    for title, order in orders(dataset).items():
        if order is not listed:
            found[f"rows in {title}"] = [order[place[name]] for name in names]
        own = {name: row for row, name in enumerate(order)}
        for step in (1, -1):
            way = "ahead" if step == 1 else "behind"
            rows = [(own[name] + step) % len(order) for name in names]
            found[f"one row {way} in {title}"] = [order[row] for row in rows]
    # Ahead in one order is behind in another that goes backwards: each is asked once.
    once = {tuple(photos): title for title, photos in reversed(found.items())}
    return {title: list(photos) for photos, title in once.items() if list(photos) != list(names)}
