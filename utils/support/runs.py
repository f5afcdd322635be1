"""The folder of a run: what an earlier run has left there is kept when another one begins."""

from __future__ import annotations

import os
from pathlib import Path

from utils.support.files import make_folder

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
