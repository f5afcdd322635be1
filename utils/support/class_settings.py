"""How this tree was handed out to a class: `data/class.json`, which `handout` writes.

The course itself has no such file, and then everything is as the chapters say.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from utils.support.files import read_json, write_json
from utils.support.paths import DATA

CLASS_FILE = DATA / "class.json"
HINTS = ("off", "first", "all")
CHECKS = ("full", "verdict", "attempted")


@dataclass(frozen=True)
class ClassSettings:
    """What a teacher chose.

    `hints`: one of `HINTS`. `checks`: one of `CHECKS`, how much a check says. `variant`: the seed
    of a class, "" for the course's own numbers. `student`: a name, where each has its own variants.
    """

    hints: str = "all"
    checks: str = "full"
    variant: str = ""
    student: str = ""


@cache
def class_settings() -> ClassSettings:
    """Return the settings of this tree. Raises `ValueError` where the file is damaged."""
    return read_class_settings(CLASS_FILE)


def read_class_settings(path: Path) -> ClassSettings:
    """Return the settings in a file, the usual ones where it is missing.

    Raises `ValueError` where it is damaged.
    """
    if not path.is_file():
        return ClassSettings()
    kept = read_json(path)
    try:
        found = ClassSettings(**kept)
        if found.hints in HINTS and found.checks in CHECKS:
            return found
    except TypeError:
        pass
    raise ValueError(f"{path} is damaged: get a new copy of it from your teacher.")


def write_class_settings(path: Path, settings: ClassSettings) -> None:
    """Write the settings of a tree that is handed out."""
    write_json(path, asdict(settings))
