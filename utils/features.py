"""Features: what the convolutional network sees in a photo, computed once and kept (chapter 2).

The naive way is one `predict` a photo, which spends most of its time around the network. Here
threads decode the next batches while the network works on these, and a graph that was traced once
takes them. The result is kept on disk by the content of the photos, not by their names.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from utils.cnn import EMBEDDED_CNN, FEATURE_SIZE, MAP_SIZE, build_cnn, check_sums, weights_hash
from utils.images import load_image, open_photo
from utils.row_file import RowFile, one_at_a_time, read_row_file
from utils.support.paths import cache_dir
from utils.support.progress_bar import progress_bar

if TYPE_CHECKING:
    from utils.dataset import Dataset

FORMAT = 1  # part of the cache's key: raise it when photos are read or scaled in another way
SHAPES = {"pooled": (FEATURE_SIZE,), "map": (MAP_SIZE, MAP_SIZE, FEATURE_SIZE)}
DTYPES = {"pooled": "float32", "map": "float16"}
# What the layers of eight photos pass on stays in a processor's cache: 1.5 times as fast as 32.
BATCH_SIZE = 8
THREADS = min(8, os.cpu_count() or 1)
BATCHES_AHEAD = 3  # decoded or being decoded while the network works
NETWORKS = 2  # batches at once: while a small layer keeps one thread busy, the other has work
NAMED = 5  # how many photos an error names
# How the files of two formats end; one that does not is decoded before the network starts.
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}

Network = Callable[[np.ndarray], np.ndarray]


def extract_features(
    paths: Sequence[Path | str],
    *,
    kind: str = "pooled",
    weights: str = "embedded",
    mirrored: bool = False,
    batch_size: int = BATCH_SIZE,
    progress: bool = False,
    cache: bool = True,
) -> np.ndarray:
    """Return the features of photos, a row each, in the order of `paths`.

    `kind="pooled"`: `(n, 1280)` float32. `kind="map"`: `(n, 7, 7, 1280)` float16, whose mean over
    the 7 x 7 regions is the pooled one; from the cache it is a read-only memory map, so that all
    of Flickr8k's (0.9 GB) need not fit into memory. `mirrored` turns left and right first.
    `weights` are those of `build_cnn`.

    With `cache`, the result is kept under `cache_dir()/features` and reused for the same photos
    (by content, in this order), weights, kind and mirroring; an interrupted run goes on where it
    stopped. `progress` shows a bar. The batch size changes the time, not the result.

    Raises `FileNotFoundError` or `ValueError` that names the photos which are missing or damaged,
    before the network starts except for damage in the midst of a file; `OSError` for a full disk;
    `ValueError` for settings that do not exist; and what `build_cnn` raises.
    """
    paths = _checked(paths, kind, batch_size)
    if not paths:
        return np.zeros((0, *SHAPES[kind]), DTYPES[kind])
    if weights == "embedded":
        check_sums(EMBEDDED_CNN.parent)
    digests = _inspect(paths)
    shape = (len(paths), *SHAPES[kind])
    if not cache:
        found = np.empty(shape, DTYPES[kind])
        done = 0
        for rows in _rows(paths, kind, weights, mirrored, batch_size, progress):
            found[done : done + len(rows)] = rows
            done += len(rows)
        return found
    path = _cache_path(digests, kind, weights, mirrored)
    with one_at_a_time(path):
        found = read_row_file(path, mapped=kind == "map")
        if found is not None:
            return found
        with RowFile(path, shape, DTYPES[kind]) as file:
            try:
                for rows in _rows(paths, kind, weights, mirrored, batch_size, progress, file.rows):
                    file.append(rows)
            except ValueError:
                file.discard()  # once the damaged photo is replaced, the content is another one
                raise
            file.finish()
        found = np.load(path, mmap_mode="r" if kind == "map" else None, allow_pickle=False)
    return found


def dataset_features(
    dataset: Dataset,
    *,
    kind: str = "pooled",
    weights: str = "embedded",
    mirrored: bool = False,
    batch_size: int = BATCH_SIZE,
    progress: bool = False,
    cache: bool = True,
) -> np.ndarray:
    """Return the features of a dataset's photos, rows in the order of `dataset.images`.

    The arguments, the result and the errors are those of `extract_features`;
    `features[dataset.index("dev")]` are the rows of a split.
    """
    return extract_features(
        [dataset.path(image) for image in dataset.images],
        kind=kind,
        weights=weights,
        mirrored=mirrored,
        batch_size=batch_size,
        progress=progress,
        cache=cache,
    )


def _checked(paths: Sequence[Path | str], kind: str, batch_size: int) -> list[Path]:
    if isinstance(paths, str | Path):
        raise ValueError(f"paths is one path, {paths}; pass a list of paths, such as [path].")
    if kind not in SHAPES:
        raise ValueError(f'kind is {kind!r}; choose "pooled" (a vector a photo) or "map" (7 x 7).')
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be 1 or more.")
    return [Path(path) for path in paths]


# Before the network


def _inspect(paths: Sequence[Path]) -> list[str]:
    """Return the SHA-256 of each photo; raise where some are missing or seen to be damaged."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(_digest_or_problem, paths))
    for kind in (FileNotFoundError, ValueError):
        problems = [problem for problem in found if isinstance(problem, kind)]
        # The same photo may be named twice; it is told once.
        told = list(dict.fromkeys(str(problem) for problem in problems))
        if len(told) == 1:
            raise kind(told[0])
        if told:
            more = f"\n  and {len(told) - NAMED} more" if len(told) > NAMED else ""
            names = "".join(f"\n  {sentence}" for sentence in told[:NAMED])
            raise kind(f"{len(told)} photos cannot be used:{names}{more}")
    return found


def _digest_or_problem(path: Path) -> str | Exception:
    try:
        if not path.is_file():
            open_photo(path)  # has the sentence
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ValueError(f"{path} cannot be read ({error.strerror}).") from error
        _quick_look(path, data)
    except (FileNotFoundError, ValueError) as problem:
        return problem
    return hashlib.sha256(data).hexdigest()


def _quick_look(path: Path, data: bytes) -> None:
    """Raise what `open_photo` raises for a file that is no image or is cut short.

    Decoding all photos twice would cost a third of the time, so a file that begins and ends as it
    should passes; any other is decoded.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            end = ENDS.get(image.format or "")
    except Exception:
        end = None
    if end is None or end not in data[-1024:]:
        open_photo(path)


def _cache_path(digests: Sequence[str], kind: str, weights: str, mirrored: bool) -> Path:
    facts = [str(FORMAT), kind, weights_hash(weights), str(bool(mirrored)), *digests]
    key = hashlib.sha256("\n".join(facts).encode()).hexdigest()
    view = "-mirrored" if mirrored else ""
    return cache_dir() / "features" / f"{kind}{view}-{len(digests)}-{key[:24]}.npy"


# The network and what feeds it


@lru_cache(maxsize=2)
def _network(weights: str, kind: str) -> Network:
    """Return uint8 photos `(n, 224, 224, 3)` -> features, as one graph traced once.

    The weights are constants of the graph, so TensorFlow multiplies each batch norm's scale into
    the kernel before it, once: about a fifth faster.
    """
    import keras
    import tensorflow as tf

    whole = build_cnn(weights)
    model = keras.Model(whole.inputs[0], whole.output[kind])
    trained = [keras.ops.convert_to_numpy(v) for v in model.trainable_variables]
    fixed = [keras.ops.convert_to_numpy(v) for v in model.non_trainable_variables]

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8)])
    def graph(photos: tf.Tensor) -> tf.Tensor:
        photos = keras.applications.mobilenet_v2.preprocess_input(tf.cast(photos, tf.float32))
        photos = tf.ensure_shape(photos, (None, *model.input_shape[1:]))
        constants = [[tf.constant(value) for value in values] for values in (trained, fixed)]
        features, _ = model.stateless_call(*constants, photos, training=False)
        return tf.cast(features, DTYPES[kind])

    return lambda photos: graph(tf.constant(photos)).numpy()


def _rows(
    paths: Sequence[Path],
    kind: str,
    weights: str,
    mirrored: bool,
    batch_size: int,
    progress: bool,
    done: int = 0,
) -> Iterator[np.ndarray]:
    """Yield the features of `paths[done:]`, a batch at a time."""
    if done == len(paths):
        return
    network = _network(weights, kind)
    view = (lambda photos: network(photos[:, :, ::-1])) if mirrored else network
    decoders, networks = ThreadPoolExecutor(THREADS), ThreadPoolExecutor(NETWORKS)
    try:
        photos = _ahead(decoders, load_image, paths[done:], BATCHES_AHEAD * batch_size)
        batches = _stacked(photos, batch_size)
        with progress_bar(len(paths), "Features", "photo", done=done, shown=progress) as bar:
            for features in _ahead(networks, view, batches, NETWORKS):
                yield features
                bar.update(len(features))
    finally:
        # An error or an interruption should not wait for photos that nobody needs.
        for pool in (decoders, networks):
            pool.shutdown(wait=False, cancel_futures=True)


def _ahead(
    pool: ThreadPoolExecutor, function: Callable[[Any], Any], items: Iterable[Any], count: int
) -> Iterator[Any]:
    """Yield `function(item)` of each item, in order, while threads work on the next `count`."""
    waiting: deque = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _stacked(photos: Iterable[np.ndarray], batch_size: int) -> Iterator[np.ndarray]:
    """Yield photos in batches `(n, 224, 224, 3)`."""
    coming = iter(photos)
    while batch := list(islice(coming, batch_size)):
        yield np.stack(batch)
