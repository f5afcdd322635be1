"""One file that holds everything a training needs to go on: whole or absent."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from utils.support.files import atomic_path


def save_checkpoint(path: Path, arrays: Sequence[np.ndarray], state: dict[str, Any]) -> None:
    """Write arrays, in order, and a JSON-able state as one HDF5 file."""
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["state"] = json.dumps(state)
        for place, array in enumerate(arrays):
            file.create_dataset(f"{place:04d}", data=array)


def load_checkpoint(path: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Return what `save_checkpoint` wrote; raises `ValueError` where the file cannot be read."""
    try:
        with h5py.File(path, "r") as file:
            return [file[name][()] for name in sorted(file)], json.loads(file.attrs["state"])
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): delete it and train anew.") from error
