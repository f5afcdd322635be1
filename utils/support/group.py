"""The devices and processes that share one training, where `train --devices` starts them.

Every process runs the same program and holds the same weights. The batch of a step is cut into
equal parts, one for each device, and Keras' `DataParallel` on the JAX backend adds up what they
found. Where nobody has called `join`, as in all chapters, nothing here does anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Group:
    """`devices` of all processes together; `process`: the number of this one, from 0."""

    devices: int
    processes: int = 1
    process: int = 0


_joined: list[Group] = []


def join(group: Group) -> None:
    """Let this process take part in a group until it ends."""
    _joined[:] = [group]


def joined() -> Group | None:
    """Return the group of this process; None where it works alone."""
    return _joined[0] if _joined else None


def is_first() -> bool:
    """Tell whether this process is the one that writes files."""
    return not _joined or _joined[0].process == 0


def is_of_several() -> bool:
    """Tell whether other processes take part in the training of this one."""
    return bool(_joined) and _joined[0].processes > 1


@contextmanager
def alone() -> Iterator[None]:
    """Let Keras make nothing that the other processes would have to make too, inside the block.

    One process alone writes the files, and Keras makes an optimizer while it looks for what to
    save: with the others it would wait for theirs for ever.
    """
    if not is_of_several():
        yield
        return
    import keras

    shared = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(shared)


def share(
    arrays: Sequence[np.ndarray], multiples: Sequence[int], widen: int = 1
) -> Sequence[np.ndarray]:
    """Return this process's part of a batch: some rows of each array.

    First, rows of zeros are added until the length of an array is a multiple of its number in
    `multiples` and of the number of devices, and columns of zeros until the width of an int32
    matrix is a multiple of `widen`. So all devices have as much to do, and few shapes are compiled.
    The added rows must not count: their label is `PAD`, or their weight 0. Without a group the
    arrays are returned as they are.
    """
    group = joined()
    if group is None:
        return arrays
    found = []
    for array, multiple in zip(arrays, multiples, strict=True):
        rows = -len(array) % int(np.lcm(multiple, group.devices))
        is_ids = array.ndim == 2 and array.dtype == np.int32
        columns = -array.shape[1] % widen if is_ids else 0
        fill = [(0, rows), (0, columns)][: array.ndim] + [(0, 0)] * (array.ndim - 2)
        filled = np.pad(array, fill)
        size = len(filled) // group.processes
        found.append(filled[group.process * size : (group.process + 1) * size])
    return found


def demand_alike(facts: dict[str, Any]) -> None:
    """Raise `ValueError` where the processes of a group do not have the same facts.

    All of them must give facts of the same names.
    """
    if not is_of_several():
        return
    from jax.experimental import multihost_utils

    told = [json.dumps(value, sort_keys=True, default=str).encode() for value in facts.values()]
    hashes = np.array([[*hashlib.sha256(text).digest()[:4]] for text in told], np.int32)
    every = np.asarray(multihost_utils.process_allgather(hashes))  # (processes, facts, 4)
    is_other = (every != every[0]).any(axis=(0, 2))
    other = [name for name, differs in zip(facts, is_other, strict=True) if differs]
    if other:
        raise ValueError(
            f"The processes of this training do not have the same {', '.join(other)}: give all of "
            "them the same data and options, and one --folder and one folder of caches "
            "(CAPTIONING_CACHE) that all machines see."
        )
