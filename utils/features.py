"""Features: what the convolutional network sees in a photo, computed once and kept (chapter 2).

Threads decode the next batches while one graph, traced once, works on these. The result is kept on
disk by the content of the photos, not by their names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from utils.cnn import DTYPES, EMBEDDED_CNN, SHAPES, check_sums, network, weights_hash
from utils.images import THREADS, VIEWS, inspect_photos, load_image
from utils.support.ahead import ahead
from utils.support.paths import cache_dir
from utils.support.progress_bar import progress_bar
from utils.support.row_cache import Rows, kept_rows

if TYPE_CHECKING:
    from utils.dataset import Dataset

FORMAT = 2  # part of the cache's key: raise it when photos are read or scaled in another way
# What the layers of four photos pass on stays in a processor's cache: 1.8 times as fast as 32.
BATCH_SIZE = 4
BATCHES_AHEAD = 6  # decoded or being decoded while the network works
NETWORKS = 2  # batches at once: while a small layer keeps one thread busy, the other has work


class Look(NamedTuple):
    """Which features of a photo: `kind`, `weights` and `view` as in `extract_features`."""

    kind: str
    weights: str
    view: str


def extract_features(
    paths: Sequence[Path | str],
    *,
    kind: str = "pooled",
    weights: str = "embedded",
    view: str = "whole",
    progress: bool = False,
    cache: bool = True,
) -> np.ndarray:
    """Return the features of photos, a row each, in the order of `paths`.

    `kind="pooled"`: `(n, 1280)` float32. `kind="map"`: `(n, 7, 7, 1280)` float16, whose mean over
    the 7 x 7 regions is the pooled one; from the cache it is a read-only memory map. `view`: of
    `VIEWS`. `weights`: of `build_cnn`. `cache` keeps the result for the same photos in this order;
    what is written into an array from the cache stays out of it.

    Raises `FileNotFoundError` or `ValueError` that names the photos which are missing or damaged;
    `OSError` for a full disk; and what `build_cnn` raises.
    """
    if isinstance(paths, str | Path):
        raise ValueError(f"paths is one path, {paths}; pass a list of paths, such as [path].")
    for name, value, known in (("kind", kind, SHAPES), ("view", view, VIEWS)):
        if value not in known:
            raise ValueError(f"{name} is {value!r}; choose one of {', '.join(known)}.")
    paths, look = [Path(path) for path in paths], Look(kind, weights, view)
    if not paths:
        return np.zeros((0, *SHAPES[kind]), DTYPES[kind])
    if cache:
        rows = feature_rows(paths, look, progress)
        found = kept_rows(rows)
        # "c": a caller may write into the rows, which copies what is written and no more.
        return found if kind == "map" else np.load(rows.path, mmap_mode="c").view(np.ndarray)
    _inspect(paths, look)
    return np.concatenate(list(_batches(paths, look, len(paths), progress)))


def feature_rows(paths: Sequence[Path], look: Look, progress: bool = False) -> Rows:
    """Return where the features of photos are kept and how to compute them. Computes nothing.

    Raises as `extract_features` does.
    """

    def compute(places: Sequence[int], wanted: int) -> Iterator[np.ndarray]:
        return _batches([paths[place] for place in places], look, wanted, progress)

    shape = (len(paths), *SHAPES[look.kind])
    return Rows(_cache_path(_inspect(paths, look), look), shape, DTYPES[look.kind], compute)


def dataset_features(dataset: Dataset, **settings: Any) -> np.ndarray:
    """Return the features of a dataset's photos, rows in the order of `dataset.images`.

    The settings, the result and the errors are those of `extract_features`;
    `features[dataset.index("dev")]` are the rows of a split.
    """
    return extract_features([dataset.path(image) for image in dataset.images], **settings)


def _inspect(paths: Sequence[Path], look: Look) -> list[str]:
    """Return the hash of each photo; raise where photos or the network's files are damaged."""
    if look.weights == "embedded":
        check_sums(EMBEDDED_CNN.parent)
    return inspect_photos(paths)


def _cache_path(digests: Sequence[str], look: Look) -> Path:
    facts = [str(FORMAT), look.kind, weights_hash(look.weights), look.view]
    key = hashlib.sha256("\n".join(facts).encode())
    for digest in digests:
        key.update(f"\n{digest}".encode())
    name = f"{look.kind}-{look.view}-{len(digests)}-{key.hexdigest()[:24]}.npy"
    return cache_dir() / "features" / name


def _batches(paths: Sequence[Path], look: Look, total: int, progress: bool) -> Iterator[np.ndarray]:
    """Yield the features of photos, a batch at a time; the bar counts up to `total`."""
    if not paths:
        return
    load = partial(load_image, view=look.view)
    forward = network(look.weights, look.kind, len(paths))
    decoders, networks = ThreadPoolExecutor(THREADS), ThreadPoolExecutor(NETWORKS)
    done = total - len(paths)
    try:
        photos = ahead(decoders, load, paths, BATCHES_AHEAD * BATCH_SIZE)
        stacked = (np.stack(batch) for batch in iter(lambda: list(islice(photos, BATCH_SIZE)), []))
        with progress_bar(total, "Features", "photo", done=done, shown=progress) as bar:
            for features in ahead(networks, forward, stacked, NETWORKS):
                yield features
                bar.update(len(features))
    finally:
        # An error or an interruption should not wait for photos that nobody needs.
        for pool in (decoders, networks):
            pool.shutdown(wait=False, cancel_futures=True)
