"""Where everything lies, and the settings that can be changed by the environment.

`DATASET` names the data (`scenes`, `flickr8k`, or the path of a folder laid out like Flickr8k),
`COURSE_DATA` names the folder for whatever is made or installed (scenes, Flickr8k, runs, caches,
progress), which is `data/` of the course otherwise: set it where the course lies on a disk that may
not be written. `CAPTIONING_CACHE` names the folder for whatever can be computed again alone.
`COURSE_SCENES` is for graders: the folder with the scenes of a class.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
CHAPTERS = ROOT / "chapters"
SOLUTIONS = ROOT / "solutions"
CAPTIONERS = DATA / "captioners"


def made_dir() -> Path:
    """Return the folder for what is made: `COURSE_DATA`, else `data`."""
    return Path(os.path.expanduser(os.environ.get("COURSE_DATA") or DATA))


RUNS = made_dir() / "runs"  # what trainings leave


def expanded(path: Path | str) -> Path:
    """Return a path with `~` as the home folder; raise `ValueError` where that is not known."""
    found = Path(os.path.expanduser(path))
    if str(found).startswith("~"):
        raise ValueError(
            f"{path} begins with the name of a user who is not known here: write the whole path."
        )
    return found


def demand_known_homes() -> None:
    """Raise `ValueError` where a setting of the environment names the home of nobody."""
    for name in ("COURSE_DATA", "CAPTIONING_CACHE", "COURSE_PROGRESS"):
        try:
            expanded(os.environ.get(name, ""))
        except ValueError as error:
            raise ValueError(f"The setting {name}: {error}") from error


def dataset_name() -> str:
    """Return the dataset that the reader chose by `DATASET`; `scenes` where nothing is set."""
    return os.environ.get("DATASET", "").strip() or "scenes"


def dataset_dir(name: str | None = None) -> Path:
    """Return the folder of a dataset: a known name lies under `data/`, anything else is a path."""
    name = name or dataset_name()
    if name == "scenes" and os.environ.get("COURSE_SCENES"):
        return Path(os.environ["COURSE_SCENES"])
    if name in ("scenes", "flickr8k"):
        return made_dir() / name
    return expanded(name)


def cache_dir() -> Path:
    """Return the folder for caches, made if missing: `CAPTIONING_CACHE`, else `data/cache`."""
    folder = expanded(os.environ.get("CAPTIONING_CACHE") or made_dir() / "cache")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shown(path: Path) -> Path:
    """Return a path as it is printed: from the course's folder on where it lies inside."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
