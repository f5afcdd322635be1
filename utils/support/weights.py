"""Saving a model's weights, half as large where that is enough."""

from __future__ import annotations

import errno
import io
import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from utils.support.errors import NO_ROOM
from utils.support.files import atomic_path, write_bytes
from utils.support.group import alone
from utils.support.saved_settings import GET_AGAIN

# More than HDF5 takes for each array beside its numbers, and for the file.
PER_ARRAY, PER_FILE = 4_000, 100_000
_NUMBER = re.compile(r"errno = (\d+)")  # in what HDF5 says of the system's errors


def save_weights(model: Any, path: Path, half: bool = False) -> None:
    """Write a Keras model's weights, a compiled one's optimizer too, as HDF5, whole or not at all.

    `half` stores float32 as float16. Raises `OSError` where the disk has no room.
    """
    with atomic_path(path) as temporary:
        _demand_room(temporary, _most_bytes(model))
        try:
            with alone():
                model.save_weights(temporary)
        except (OSError, RuntimeError) as error:
            raise _system_error(error, path) from error
        if half:
            halved = io.BytesIO()
            with h5py.File(temporary, "r") as source, h5py.File(halved, "w") as target:
                _copy_halved(source, target)
            temporary.write_bytes(halved.getvalue())


def load_weights(model: Any, path: Path) -> None:
    """Give a Keras model the weights of a file; raise `ValueError` where they are not its own."""
    try:
        model.load_weights(path)
    except (OSError, KeyError, ValueError) as error:  # of another shape
        raise ValueError(
            f"{path} holds other weights than its settings say: {GET_AGAIN}"
        ) from error


def save_arrays(path: Path, arrays: list[np.ndarray]) -> None:
    """Write arrays as one NumPy file, `.npz`, whole or not at all."""
    file = io.BytesIO()  # in memory first: a full disk in the middle of a zip is a muddle of errors
    np.savez(file, *arrays)
    write_bytes(path, file.getvalue())


def _most_bytes(model: Any) -> int:
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer else ())]
    numbers = sum(int(np.prod(one.shape)) * np.dtype(one.dtype).itemsize for one in variables)
    return numbers + PER_ARRAY * len(variables) + PER_FILE


def _demand_room(path: Path, size: int) -> None:
    """Fill a file with zeros, so that a full disk is noticed here.

    HDF5 may end the process where it is noticed in the middle of a file.
    """
    block = bytes(1 << 20)
    with open(path, "wb") as file:
        for start in range(0, size, len(block)):
            file.write(block[: size - start])


def _system_error(error: Exception, path: Path) -> OSError:
    """Return what the system said, where HDF5 wraps it in words of its own."""
    number = getattr(error, "errno", None) or 0
    found = _NUMBER.search(str(error))
    number = int(found[1]) if found else number
    if number in NO_ROOM or "No space left" in str(error):
        return OSError(number or errno.ENOSPC, "No space left on device", str(path))
    return OSError(number or errno.EIO, f"{path} could not be written: check the disk.")


def _copy_halved(source: h5py.Group, target: h5py.Group) -> None:
    """Copy a group; space that HDF5 frees inside a file is not given back, hence a new file."""
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            _copy_halved(item, target.create_group(name))
        else:
            numbers = item[()]
            halved = numbers.astype(np.float16) if numbers.dtype == np.float32 else numbers
            target.create_dataset(name, data=halved).attrs.update(item.attrs)
