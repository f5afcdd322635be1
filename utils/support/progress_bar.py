"""A progress bar for whoever watches; a log file gets one line now and then instead."""

from __future__ import annotations

import sys
from typing import Any

LOG_SECONDS = 15.0  # between two lines of a log file


def progress_bar(total: int, title: str, unit: str, *, done: int = 0, shown: bool = True) -> Any:
    """Return a tqdm bar of `total` steps, starting at `done`, to be used by `with`.

    A terminal and a notebook see it move. In a file, where a bar would be thousands of lines, it
    writes every 15 seconds and at the end. `shown=False` writes nothing.
    """
    # Here, because not every command that imports this module draws a bar.
    from tqdm.auto import tqdm

    notebook = type(sys.stderr).__module__.startswith("ipykernel")
    return tqdm(
        total=total,
        initial=done,
        desc=title,
        unit=unit,
        disable=not shown,
        mininterval=0.1 if notebook or sys.stderr.isatty() else LOG_SECONDS,
    )
