"""An array whose rows take long to compute: kept on disk, and trusted only where it is whole.

It is computed in shards that are written whole, so that an interruption costs one shard, and two
processes that want the same array do not harm each other.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np
from filelock import FileLock

from utils.support.errors import disk_in_words
from utils.support.files import atomic_path, sha256

SHARD = 256  # rows that are written at once: what an interruption may cost
# Places of rows -> their values, one or more rows at a time, in the order of the places.
Compute = Callable[[Sequence[int]], Iterable[np.ndarray]]


def kept_rows(path: Path, shape: tuple[int, ...], dtype: str, compute: Compute) -> np.ndarray:
    """Return the array `shape` at `path` as a read-only memory map, computed where it is not whole.

    `compute` is asked for the rows that are missing. Raises what it raises, and `OSError` where
    the disk is full.
    """
    found = _read(path)
    if found is not None:
        return found
    with disk_in_words(path.parent, "CAPTIONING_CACHE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # another process may be computing it
            found = _read(path)
            return _fill(path, shape, dtype, compute) if found is None else found


def _read(path: Path) -> np.ndarray | None:
    """Return the finished array as a memory map, or None where there is none or it is damaged."""
    try:
        if sha256(path) != path.with_name(path.name + ".sha256").read_text("utf-8").strip():
            return None
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    # They are still there where a run was killed just before it removed them.
    shutil.rmtree(path.with_suffix(".shards"), ignore_errors=True)
    return found


def _fill(path: Path, shape: tuple[int, ...], dtype: str, compute: Compute) -> np.ndarray:
    """Compute the shards that are missing, join them to one array at `path` and return it."""
    if path.is_file():
        # Removed here, under the lock, because another process may have mended it meanwhile.
        print(f"{path} is damaged: it is computed again.", file=sys.stderr, flush=True)
        path.unlink()
    for remains in path.parent.glob(f".*.{path.name}"):
        remains.unlink()  # of a run that was killed while it joined its shards
    folder, starts = path.with_suffix(".shards"), range(0, shape[0], SHARD)
    missing = [start for start in starts if _shard(folder, start) is None]
    left = [row for start in missing for row in range(start, min(start + SHARD, shape[0]))]
    try:
        rows = chain.from_iterable(compute(left))
        for start in missing:
            size = min(SHARD, shape[0] - start)
            _save_shard(folder, start, np.stack(list(islice(rows, size))))
    except ValueError:
        # Once what is wrong is put right, the content is another one.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _join(path, shape, dtype, [_shard(folder, start) for start in starts])
    shutil.rmtree(folder, ignore_errors=True)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _join(path: Path, shape: tuple[int, ...], dtype: str, shards: Iterable[Path]) -> None:
    """Write the shards as one array, in pieces: a large one does not fit into memory."""
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        facts = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, facts)
        for shard in shards:
            file.write(np.load(shard, allow_pickle=False).tobytes())
        file.flush()
        with atomic_path(path.with_name(path.name + ".sha256")) as sums:
            sums.write_text(sha256(temporary) + "\n", encoding="utf-8")


def _save_shard(folder: Path, start: int, rows: np.ndarray) -> None:
    """Write a shard whole; its name holds its checksum, so that a damaged one is noticed."""
    buffer = io.BytesIO()
    np.save(buffer, rows, allow_pickle=False)
    data = buffer.getvalue()
    with atomic_path(folder / f"{start:08d}-{hashlib.sha256(data).hexdigest()}.npy") as temporary:
        temporary.write_bytes(data)


def _shard(folder: Path, start: int) -> Path | None:
    """Return the file of the shard that begins with row `start`; None where it is not whole."""
    for path in folder.glob(f"{start:08d}-*.npy"):
        if path.stem.endswith(sha256(path)):
            return path
        path.unlink()
    return None
