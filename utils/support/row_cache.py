"""An array whose rows take long to compute: kept on disk, and trusted only where it is whole.

It is computed in shards that are written whole, so that an interruption costs one shard, and two
processes that want the same array do not harm each other. Several processes or machines may each
compute a part of the shards; whoever wants the array then joins them.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock

from utils.support.errors import disk_in_words
from utils.support.files import atomic_path, sha256, write_bytes
from utils.support.shard import Shard

SHARD = 256  # rows that are written at once: what an interruption may cost
NAME = re.compile(r"(?P<start>\d{8,})-(?P<sum>[0-9a-f]{64})\.npy")  # of a shard's file


class Rows(NamedTuple):
    """An array of a `shape` and a `dtype`, kept at `path`.

    `compute` gets places of rows, and how many rows are wanted together with those that are there
    already; it gives their values, one or more rows at a time, in the order of the places.
    """

    path: Path
    shape: tuple[int, ...]
    dtype: str
    compute: Callable[[Sequence[int], int], Iterable[np.ndarray]]

    @property
    def folder(self) -> Path:
        """Where the shards lie until they are joined."""
        return self.path.with_suffix(".shards")

    @property
    def starts(self) -> range:
        """The first row of each shard."""
        return range(0, self.shape[0], SHARD)


def kept_rows(rows: Rows) -> np.ndarray:
    """Return the array as a read-only memory map, computed where it is not whole.

    `compute` is asked for the rows that are missing. Raises what it raises, and `OSError` where
    the disk is full.
    """
    found = _read(rows)
    if found is not None:
        return found
    with disk_in_words(rows.path.parent, "CAPTIONING_CACHE"):
        rows.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(rows.path.with_suffix(".lock")):  # another process may be computing it
            found = _read(rows)
            return _fill(rows) if found is None else found


def keep_part(rows: Rows, part: Shard) -> int:
    """Compute what is missing of a part of the shards, and join nothing; raises as `kept_rows`.

    Returns how many of all shards are there then. There is no lock: each file is written whole,
    and the processes that compute other parts write other files.
    """
    if _read(rows) is not None:
        return len(rows.starts)
    with disk_in_words(rows.path.parent, "CAPTIONING_CACHE"):
        _shards(rows, part.of(rows.starts))
        names = (NAME.fullmatch(path.name) for path in rows.folder.glob("*"))
        return len({int(name["start"]) for name in names if name} & set(rows.starts))


def _read(rows: Rows) -> np.ndarray | None:
    """Return the finished array as a memory map, or None where there is none or it is damaged."""
    path = rows.path
    try:
        if sha256(path) != path.with_name(path.name + ".sha256").read_text("utf-8").strip():
            return None
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    # They are still there where a run was killed just before it removed them.
    shutil.rmtree(rows.folder, ignore_errors=True)
    return found


def _fill(rows: Rows) -> np.ndarray:
    """Compute the shards that are missing, join all to one array and return it."""
    path = rows.path
    if path.is_file():
        # Removed here, under the lock, because another process may have mended it meanwhile.
        print(f"{path} is damaged: it is computed again.", file=sys.stderr, flush=True)
        path.unlink()
    for remains in path.parent.glob(f".*.{path.name}"):
        remains.unlink()  # of a run that was killed while it joined its shards
    try:
        shards = _shards(rows, rows.starts)
    except ValueError:
        # Once what is wrong is put right, the content is another one.
        shutil.rmtree(rows.folder, ignore_errors=True)
        raise
    _join(rows, shards)
    shutil.rmtree(rows.folder, ignore_errors=True)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _shards(rows: Rows, starts: range) -> list[Path]:
    """Return the files of the shards that begin with `starts`, computed where they are missing."""
    found, count = _whole(rows.folder, starts), rows.shape[0]
    missing = [start for start in starts if start not in found]
    sizes = {start: min(SHARD, count - start) for start in starts}
    left = [row for start in missing for row in range(start, start + sizes[start])]
    values = chain.from_iterable(rows.compute(left, sum(sizes.values())))
    for start in missing:
        block = np.stack(list(islice(values, sizes[start])))
        found[start] = _save_shard(rows.folder, start, block)
    return [found[start] for start in starts]


def _join(rows: Rows, shards: Iterable[Path]) -> None:
    """Write the shards as one array, in pieces: a large one does not fit into memory."""
    path = rows.path
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        facts = {"descr": np.dtype(rows.dtype).str, "fortran_order": False, "shape": rows.shape}
        np.lib.format.write_array_header_1_0(file, facts)
        for shard in shards:
            file.write(np.load(shard, allow_pickle=False).tobytes())
        file.flush()
        with atomic_path(path.with_name(path.name + ".sha256")) as sums:
            sums.write_text(sha256(temporary) + "\n", encoding="utf-8")


def _save_shard(folder: Path, start: int, rows: np.ndarray) -> Path:
    """Write a shard whole; its name holds its checksum, so that a damaged one is noticed."""
    buffer = io.BytesIO()
    np.save(buffer, rows, allow_pickle=False)
    data = buffer.getvalue()
    path = folder / f"{start:08d}-{hashlib.sha256(data).hexdigest()}.npy"
    try:
        write_bytes(path, data)
    except FileNotFoundError:  # another process joined all, and removed the folder meanwhile
        write_bytes(path, data)
    return path


def _whole(folder: Path, starts: range) -> dict[int, Path]:
    """Return start -> file of those shards that are whole; files that are not are removed."""
    found: dict[int, Path] = {}
    for path in sorted(folder.glob("*")):
        name = NAME.fullmatch(path.name)
        start = int(name["start"]) if name else -1
        if name and start in starts and start not in found:
            if _has_sum(path, name["sum"]):
                found[start] = path
            else:
                path.unlink(missing_ok=True)
    return found


def _has_sum(path: Path, told: str) -> bool:
    try:
        return sha256(path) == told
    except FileNotFoundError:  # another process found it damaged, and removed it
        return False
