"""The folder of a run: it says what the run was made with, and keeps what earlier runs left."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from utils.support.files import make_folder, read_json, write_json
from utils.support.group import demand_alike, is_first

RUN, HISTORY = "run.json", "history.json"

# What a run leaves in its folder; the training comes last (see `set_aside`).
LEFT = (
    "captioner",
    "scores.json",
    "scores-*.json",
    "captions-*-beam*.json",
    "captions.png",
    "history.png",
    "training",
)


def set_aside(folder: Path) -> Path:
    """Move what a run has left in its folder to a new folder `earlier-N` there; return that one.

    The training is moved last: as long as it is there, a move that was cut is begun again.
    """
    number = 1
    while (aside := folder / f"earlier-{number}").exists():
        number += 1
    make_folder(aside)
    for pattern in LEFT:
        for path in sorted(folder.glob(pattern)):
            os.rename(path, aside / path.name)
    return aside


class OtherRun(ValueError):
    """A folder that holds another run; `other` names what differs."""

    def __init__(self, message: str, other: list[str]) -> None:
        super().__init__(message)
        self.other = other


def run_folder(folder: Path | None, description: dict[str, Any]) -> Path | None:
    """Make a run's folder, which says what the run is; return it.

    Raises `OtherRun`, a `ValueError`, where it holds a run with other settings or data.
    """
    demand_alike(description)
    if folder is None:
        return None
    folder = Path(folder)
    if (folder / RUN).is_file():
        kept = read_json(folder / RUN, f"delete {folder} and train anew.", dict)
        names = {*kept, *description}
        other = sorted(name for name in names if kept.get(name) != description.get(name))
        if other:
            raise OtherRun(
                f"{folder} belongs to a run with other settings, data or sizes (other: "
                f"{', '.join(other)}): give this run a folder of its own, or delete that one.",
                other,
            )
    if not is_first():
        return folder
    if not (folder / RUN).is_file() and (folder / HISTORY).is_file():
        print(f"{folder} holds a run of an earlier version, which cannot go on: training anew.")
        (folder / HISTORY).unlink()
    write_json(folder / RUN, description)
    return folder


def is_of(folder: Path, hashes: dict[str, str], vocabulary: str) -> bool:
    """Tell whether the run in a folder was made with what these hashes are of.

    `vocabulary`: the hash of its captioner's, which earlier versions did not keep with the run.
    """
    kept = read_json(folder / RUN, f"delete {folder} and train anew.", dict)
    if "vocabulary" not in kept:  # such a version did not look at every photo either
        kept |= {"vocabulary": vocabulary, "view 0": hashes["view 0"]}
    return all(kept.get(name) == value for name, value in hashes.items())


def hash_of(*arrays: np.ndarray) -> str:
    """Return a hash of arrays, of all their numbers; large ones are read in pieces."""
    digest = hashlib.sha256()
    for array in arrays:
        array = np.atleast_1d(array)
        digest.update(f"{array.shape} {array.dtype}".encode())
        for start in range(0, len(array), 256):
            digest.update(np.ascontiguousarray(array[start : start + 256]))
    return digest.hexdigest()[:16]


def hash_of_rows(array: np.ndarray, rows: np.ndarray) -> str:
    """Return a hash of some rows of an array, read in pieces, and of their places."""
    pieces = (array[rows[start : start + 256]] for start in range(0, len(rows), 256))
    told = "".join(map(hash_of, pieces))
    return hashlib.sha256((hash_of(rows) + told).encode()).hexdigest()[:16]
