"""Copies of the course for a student's code to run in: without what knows the answers."""

from __future__ import annotations

import fnmatch
import shutil
from pathlib import Path

from utils.classroom.answers import MADE
from utils.classroom.class_scenes import class_scenes
from utils.support.class_settings import ClassSettings, write_class_settings
from utils.support.paths import ROOT

# The checkers, and all that is for teachers and authors alone.
KNOWING = (
    *("utils/exercises/chapter_*.py", "utils/exercises/values_*.py", "utils/exercises/checks.bin"),
    *("utils/exercises/sealed.json", "utils/authoring/*", "utils/classroom/*"),
)
# What the process of answers itself needs.
NEEDED = tuple(
    f"utils/classroom/{name}.py" for name in ("__init__", "answers", "linux", "plain_values")
)
# Data that answers may read; captioners are large, and no exercise asks for one.
READ = ("data/glove", "data/mobilenet_v2", "data/class.json")


def is_withheld(name: str) -> bool:
    """Return whether a file, named from the course's root with `/`, knows answers."""
    if name in NEEDED:
        return False
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in KNOWING)


def make_copy(target: Path, root: Path = ROOT) -> Path:
    """Copy what a student's code may need of the course into the new folder `target`; return it."""
    for path in sorted((root / "utils").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and "__pycache__" not in name and not is_withheld(name):
            _copy(path, target / name)
    for name in READ:
        source = root / name
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file() and not path.name.startswith("glove.6B.300"):
                _copy(path, target / path.relative_to(root))
    (target / MADE).mkdir(parents=True, exist_ok=True)
    return target


def set_class(course: Path, variant: str) -> None:
    """Let a copy be that of a class: what it draws by itself has the class's seed."""
    if variant:
        write_class_settings(course / "data" / "class.json", ClassSettings(variant=variant))


def add_scenes(course: Path, variant: str) -> None:
    """Lay the scenes of a class into a copy, drawn here if missing, where nobody's time is counted.

    Raises `OSError` where they cannot be written.
    """
    target = course / "data" / "scenes"
    if not target.is_dir():
        shutil.copytree(class_scenes(variant), target)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
