"""An array on disk that is written some rows at a time, and goes on after an interruption.

Three files belong together: `NAME.partial.npy` grows; `NAME.partial.json` says how many of its rows
are safe and their SHA-256; the finished array is `NAME.npy` beside `NAME.npy.sha256`. The array is
never whole in memory, and rows are appended rather than written through a memory map, because a
full disk then is an error that can be told, not a crash.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np

from utils.support.files import atomic_path, read_json, sha256, write_json

MARK_SECONDS = 2.0  # how much work an interruption may cost
BLOCK = 1 << 22


class RowFile:
    """The file behind an array of the given shape and type, open for appending rows.

    Use it in a `with` block; leaving that without `finish` keeps what is done for the next time.
    `rows` is how many rows there are already. Raises `OSError` with a sentence where the disk is
    full or the folder cannot be written.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: str) -> None:
        self.path = Path(path)
        self.partial = self.path.with_suffix(".partial.npy")
        self.marker = self.path.with_suffix(".partial.json")
        self.shape, self.dtype = shape, np.dtype(dtype).newbyteorder("<")
        self.row_bytes = int(np.prod(shape[1:])) * self.dtype.itemsize
        self.header = _header(shape, self.dtype)
        self.marked = time.monotonic()
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.rows, self.digest = self._what_is_safe()
            self.file = open(self.partial, "r+b" if self.rows else "w+b")  # noqa: SIM115
            if not self.rows:
                self.file.write(self.header)
            self.file.truncate(len(self.header) + self.rows * self.row_bytes)
            self.file.seek(0, os.SEEK_END)

    def _what_is_safe(self) -> tuple[int, hashlib._Hash]:
        """Return how many rows of an earlier run can be trusted, and the hash up to there."""
        fresh = hashlib.sha256(self.header)
        try:
            mark = read_json(self.marker)
            rows, expected = int(mark["rows"]), mark["sha256"]
            with open(self.partial, "rb") as file:
                if file.read(len(self.header)) != self.header:
                    return 0, fresh
                found, left = fresh.copy(), rows * self.row_bytes
                while left > 0:
                    block = file.read(min(BLOCK, left))
                    if not block:
                        return 0, fresh
                    found.update(block)
                    left -= len(block)
        except (OSError, ValueError, KeyError, TypeError):
            return 0, fresh
        sound = 0 <= rows <= self.shape[0] and found.hexdigest() == expected
        return (rows, found) if sound else (0, fresh)

    def append(self, rows: np.ndarray) -> None:
        """Write the next rows, `(k, ...)` of the array's shape; raises `ValueError` for others."""
        if rows.shape[1:] != self.shape[1:] or self.rows + len(rows) > self.shape[0]:
            raise ValueError(f"Rows of the shape {rows.shape} do not fit into {self.shape}.")
        data = np.ascontiguousarray(rows, dtype=self.dtype).tobytes()
        with self._told():
            self.file.write(data)
            self.digest.update(data)
            self.rows += len(rows)
            if time.monotonic() - self.marked > MARK_SECONDS:
                self._mark()

    def _mark(self) -> None:
        # First the rows, then the word that they are there.
        self.file.flush()
        os.fsync(self.file.fileno())
        write_json(self.marker, {"rows": self.rows, "sha256": self.digest.hexdigest()})
        self.marked = time.monotonic()

    def finish(self) -> None:
        """Close the file and give it its final name; raises `ValueError` where rows are missing."""
        if self.rows != self.shape[0]:
            raise ValueError(f"{self.rows} of {self.shape[0]} rows were written; go on first.")
        with self._told():
            self._mark()
            self.file.close()
            with atomic_path(_sum_file(self.path)) as temporary:
                temporary.write_text(self.digest.hexdigest() + "\n", encoding="utf-8")
            os.replace(self.partial, self.path)
            self.marker.unlink(missing_ok=True)

    def discard(self) -> None:
        """Close the file and remove what was written."""
        self.file.close()
        self.partial.unlink(missing_ok=True)
        self.marker.unlink(missing_ok=True)

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.file.closed:
            return
        try:
            self._mark()
        except OSError:
            if error is None:
                raise
        finally:
            self.file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the usual errors of a disk into sentences."""
        try:
            yield
        except OSError as error:
            folder, size = self.path.parent, self.shape[0] * self.row_bytes / 1e6
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                reason = f"The disk of {folder} is full; {size:,.0f} MB are needed there"
            elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
                reason = f"Nothing can be written in {folder} ({error.strerror})"
            else:
                raise
            raise OSError(
                error.errno, f"{reason}: make room, or set CAPTIONING_CACHE to another folder."
            ) from error


def _header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    buffer = io.BytesIO()
    facts = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, facts)
    return buffer.getvalue()


def _sum_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def read_row_file(path: Path, mapped: bool = False) -> np.ndarray | None:
    """Return a finished array, or None where there is none.

    The file is compared with its SHA-256 at every reading (about a second for a gigabyte); a
    damaged one is removed with a sentence on the error stream. `mapped` leaves it on disk and
    returns a read-only view.
    """
    path = Path(path)
    if not path.is_file():
        return None
    try:
        expected = _sum_file(path).read_text(encoding="utf-8").strip()
        if sha256(path) == expected:
            return np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    except (OSError, ValueError):
        pass
    print(f"{path} is damaged: it is computed again.", file=sys.stderr, flush=True)
    path.unlink(missing_ok=True)
    return None


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock of a file name inside the block; another process that wants it waits.

    The system lets go of the lock when a process ends, however it ends.
    """
    lock = Path(path).with_suffix(".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = open(lock, "a+b")  # noqa: SIM115
    except OSError:
        yield  # the folder cannot be written; writing the array says so
        return
    with file:
        _lock(file)
        yield


def _lock(file: io.BufferedRandom) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                time.sleep(0.2)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        return  # some network drives have no locks
