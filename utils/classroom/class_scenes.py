"""The scenes that a class has, for judges who measure what its students measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from utils.support.paths import cache_dir, dataset_dir

MEASURED_IN = (1, 2, 6, 7)  # chapters with experiments on the scenes


def class_scenes(variant: str) -> Path:
    """Return the folder with the scenes of a class's seed, drawn if missing (15 seconds).

    "" stands for the course's own. Raises `OSError` where they cannot be written.
    """
    from utils.dataset import scenes_seed
    from utils.scenes.dataset import make_scenes

    seed = scenes_seed(variant)
    own = cache_dir() / "class_scenes" / f"{seed:08x}" / "scenes"
    folder = own if variant else dataset_dir("scenes")
    if not folder.is_dir():
        with FileLock(cache_dir() / "class_scenes.lock"):  # another process may be drawing them
            if not folder.is_dir():
                make_scenes(folder, seed=seed, progress=True)
    return folder


@contextmanager
def scenes_for_judges(variant: str, chapters: set[int]) -> Iterator[None]:
    """Let the processes that are started inside the block find the scenes of a class."""
    before = os.environ.get("COURSE_SCENES")
    if chapters & set(MEASURED_IN):  # once, before several judges ask for them
        os.environ["COURSE_SCENES"] = str(class_scenes(variant))
    try:
        yield
    finally:
        os.environ.pop("COURSE_SCENES", None)
        if before is not None:
            os.environ["COURSE_SCENES"] = before
