"""Imports packages, one after the other, and says of each how it went; run in its own process."""

from __future__ import annotations

import importlib
import sys

from utils.diagnosis.finding import said


def main(names: list[str]) -> None:
    """Import each module; say `{"begun": name}` before it, name and trouble after it."""
    for name in names:
        said({"begun": name})
        try:
            importlib.import_module(name)
            trouble = ""
        except BaseException as error:  # a package may raise anything, `SystemExit` too
            trouble = " ".join(f"{type(error).__name__}: {error}".split())[-400:]
        said({"name": name, "trouble": trouble})


if __name__ == "__main__":
    main(sys.argv[1:])
