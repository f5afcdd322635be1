"""The embedded dataset "Scenes", drawn by our own code and written in Flickr8k's own layout."""

import csv
import errno
import json
import os
from pathlib import Path

from joblib import Parallel, delayed

from utils.scenes.annotators import write_captions
from utils.scenes.drawing.picture import draw_scene
from utils.scenes.world import Scene, sample_world
from utils.support.files import atomic_path
from utils.support.progress_bar import progress_bar
from utils.support.stopping import children_ignore_interrupts

SPLITS = ("train", "dev", "test", "compositional")
QUALITY = 88
PROCESSES = 2

__all__ = ["SPLITS", "Scene", "draw_scene", "load_truth", "make_scenes", "split_list"]


def split_list(folder: Path, split: str) -> Path:
    """Return the path of the list of a split's images (a name a line)."""
    return Path(folder) / f"scenes.{split}Images.txt"


def image_name(index: int) -> str:
    """Return the file name of the picture with this index, counted from 0."""
    return f"scene_{index + 1:05d}.jpg"


def make_scenes(
    folder: Path,
    sizes: tuple[int, int, int, int] = (1000, 100, 100, 60),
    seed: int = 0,
    progress: bool = False,
) -> None:
    """Draw the Scenes into `folder`, whole or not at all; the same seed gives the same files.

    `sizes` are the numbers of pictures for train, dev, test and the compositional list (known
    parts in combinations that the others never show). Writes `Images/*.jpg` (224 x 224),
    `captions.txt` (`image,caption`, five rows an image), the four split lists and `truth.jsonl`.
    Raises `ValueError` for sizes that are not four whole numbers of 0 or more, one at least 1.
    """
    if len(sizes) != 4 or min(sizes) < 0 or not sum(sizes):
        raise ValueError(
            f"sizes is {sizes}: give four whole numbers (train, dev, test, compositional), "
            "none below 0 and one of them 1 or more."
        )
    if Path(folder).is_file():
        raise NotADirectoryError(
            errno.ENOTDIR, f"{folder} is a file where a folder belongs: rename or remove it."
        )
    scenes = sample_world(tuple(sizes), seed)
    with atomic_path(Path(folder)) as temporary:
        (temporary / "Images").mkdir(parents=True)
        _write_texts(temporary, scenes, sizes)
        _draw_all(temporary / "Images", scenes, progress)


def load_truth(folder: Path) -> dict[str, Scene]:
    """Return image name -> its scene, from `truth.jsonl`.

    Raises `FileNotFoundError` where the folder has no such file.
    """
    path = Path(folder) / "truth.jsonl"
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no {path}: only the Scenes know the truth of their pictures; "
            "make them with `make data`."
        )
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {record["image"]: Scene.from_json(record) for record in records}


def _write_texts(folder: Path, scenes: list[Scene], sizes: tuple[int, int, int, int]) -> None:
    """Write captions, truth and split lists."""
    with open(folder / "captions.txt", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("image", "caption"))
        for index, scene in enumerate(scenes):
            rows.writerows((image_name(index), caption) for caption in write_captions(scene))
    lines = [
        json.dumps({"image": image_name(index), **scene.to_json()}) + "\n"
        for index, scene in enumerate(scenes)
    ]
    _write(folder / "truth.jsonl", "".join(lines))
    start = 0
    for split, size in zip(SPLITS, sizes, strict=True):
        names = [image_name(index) + "\n" for index in range(start, start + size)]
        _write(split_list(folder, split), "".join(names))
        start += size


def _write(path: Path, text: str) -> None:
    """Write text with the same line ends on every system."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _save(job: tuple[Path, Scene]) -> None:
    """Draw one picture into its file (runs in a worker process)."""
    path, scene = job
    draw_scene(scene).save(path, quality=QUALITY)


def _draw_all(folder: Path, scenes: list[Scene], progress: bool) -> None:
    """Draw all pictures, on two processes where there is enough to share."""
    jobs = [(folder / image_name(index), scene) for index, scene in enumerate(scenes)]
    with progress_bar(len(jobs), "Drawing scenes", "picture", shown=progress) as bar:
        if len(jobs) < 200 or (os.cpu_count() or 1) == 1:
            for job in jobs:
                _save(job)
                bar.update()
            return
        # joblib's workers never run the caller's script again, as those of `multiprocessing` do.
        with children_ignore_interrupts():
            drawn = Parallel(PROCESSES, batch_size=8, return_as="generator_unordered")(
                delayed(_save)(job) for job in jobs
            )
        for _ in drawn:
            bar.update()
