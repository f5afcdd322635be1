"""Which exercises the reader has solved, kept between sessions in one small file."""

import json
import os
from pathlib import Path

from utils.support.files import write_json
from utils.support.paths import DATA


def progress_path() -> Path:
    """Return the file: `COURSE_PROGRESS`, else `data/progress.json`."""
    return Path(os.environ.get("COURSE_PROGRESS") or DATA / "progress.json").expanduser()


def read_done() -> set[str]:
    """Return the ids of the exercises solved; none where the file is missing or damaged."""
    try:
        kept = json.loads(progress_path().read_text(encoding="utf-8"))
        return {id for id in kept["solved"] if isinstance(id, str)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def mark_done(id: str) -> str:
    """Add an exercise to the file; return "" or a sentence saying why it could not be kept."""
    done = read_done()
    if id in done:
        return ""
    try:
        write_json(progress_path(), {"solved": sorted(done | {id})})
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"Your progress could not be kept ({reason}); the verdict stands."
    return ""
