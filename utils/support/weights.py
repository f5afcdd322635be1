"""Saving a model's weights, half as large where that is enough."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from utils.support.files import atomic_path


def save_weights(model: Any, path: Path, half: bool) -> None:
    """Write a Keras model's weights as HDF5; `half` stores float32 as float16."""
    model.save_weights(path)
    if not half:
        return
    with (
        atomic_path(path) as temporary,
        h5py.File(path, "r") as source,
        h5py.File(temporary, "w") as target,
    ):
        _copy_halved(source, target)


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
