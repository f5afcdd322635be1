"""Checkers that lie packed in one file, `checks.bin`, as in a tree that was handed out to a class.

They can be run there, and not read: their text is compressed, and neither errors nor `inspect` find
it. That is a curtain, not a lock. The points of a class come from `python -m utils grade`, which
runs the course's own checkers.
"""

from __future__ import annotations

import importlib
import json
import sys
import zlib
from functools import cache
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent
CHECKS = FOLDER / "checks.bin"
PACKAGE = "utils.exercises"
DAMAGED = "{} is damaged: get a new copy of the course from your teacher."


def pack(texts: dict[str, str]) -> bytes:
    """Return what `checks.bin` holds: name of a file -> its text, compressed."""
    return zlib.compress(json.dumps(texts, sort_keys=True).encode(), 9)


@cache
def packed_texts() -> dict[str, str]:
    """Return name of a file -> its text; nothing where there is no `checks.bin`.

    Raises `ValueError` where it is damaged.
    """
    if not CHECKS.is_file():
        return {}
    try:
        return json.loads(zlib.decompress(CHECKS.read_bytes()))
    except (zlib.error, ValueError) as error:
        raise ValueError(DAMAGED.format(CHECKS)) from error


def load_module(name: str) -> ModuleType | None:
    """Import a module of this folder, packed or not; None where there is neither.

    A packed one is `utils.exercises.NAME` as well, so that its functions can be pickled.
    """
    full = f"{PACKAGE}.{name}"
    if full in sys.modules:
        return sys.modules[full]
    path = FOLDER / f"{name}.py"
    if path.is_file():
        return importlib.import_module(full)
    text = packed_texts().get(path.name)
    return None if text is None else _run(full, path, text)


def _run(full: str, path: Path, text: str) -> ModuleType:
    """Return a module made of its text; it has no loader, so nothing finds that text."""
    module = ModuleType(full)
    module.__file__, module.__package__ = str(path), PACKAGE
    sys.modules[full] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[full]
        raise
    setattr(sys.modules[PACKAGE], path.stem, module)
    return module
