"""A long array a piece at a time, so that a memory map stays on the disk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

ROWS = 4_096  # of numbers that are in memory as float64 at once


def parts(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield the rows of an array, `size` of them at a time, the last piece shorter; none of none.

    A piece is a view: of a memory map, nothing is read yet.
    """
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def mean_and_variance(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the variance of each column of `(n, size)`, both `(size,)` float64.

    The rows, a memory map perhaps, are read twice, `ROWS` at a time.
    """
    mean = sum(part.sum(axis=0, dtype=np.float64) for part in parts(rows, ROWS)) / len(rows)
    squares = (((part - mean) ** 2).sum(axis=0) for part in parts(rows, ROWS))
    return mean, sum(squares) / len(rows)
