"""The pictures at the end of a command: one that cannot be drawn or kept never costs the rest."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from utils.support.errors import sentence
from utils.support.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figures(figures: dict[Path, Callable[[], Figure]]) -> list[Path]:
    """Draw and write each figure as a PNG file; return the paths of those that are there.

    A font, a display or a full disk may stop matplotlib in many ways: each is one sentence on the
    error stream, and the picture is left out.
    """
    written = []
    for path, draw in figures.items():
        try:
            data = io.BytesIO()
            draw().savefig(data, format="png", dpi=110, facecolor="white")
            write_bytes(path, data.getvalue())
        except Exception as error:
            reason = sentence(error) or type(error).__name__
            print(f"{path.name} is left out, all else stands: {reason}", file=sys.stderr)
        else:
            written.append(path)
    return written
