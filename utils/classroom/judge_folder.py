"""Laying the judge of a course: `judge.py`, the copy of the course that it runs, and its manifest.

nbgrader and otter call it from hidden tests; `judge_file.py` is what it says.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from py_compile import PycInvalidationMode

from utils.classroom.class_scenes import class_scenes
from utils.support.class_settings import ClassSettings, write_class_settings
from utils.support.files import atomic_path, sha256, write_json
from utils.support.paths import DATA, ROOT, cache_dir

JUDGE, MANIFEST, COURSE = "judge.py", "manifest.json", "course"
# What checks read: the networks, the word vectors, the drawn scenes and what was seen in them.
CHECKED_DATA = ("captioners", "glove", "mobilenet_v2", "photos", "results")
SCENES, FEATURES = "scenes", "features"
UNWANTED = ("__pycache__", "*.pyc", "*.lock", ".*", "glove.6B.*d.txt")
SEEING_CHAPTER = 7  # its exercises need what the network sees in the scenes, a minute's work
SEE = (
    "import utils.support.quiet; from utils.dataset import load_dataset; "
    "from utils.features import dataset_features; dataset_features(load_dataset('scenes'))"
)


def lay_judge(folder: Path, settings: ClassSettings, chapters: Collection[int]) -> Path:
    """Write the judge and its copy of the course into a folder; return the path of `judge.py`.

    `chapters`: those that will be judged. What else lies in the folder stays. Raises `OSError`
    where it cannot be written, `RuntimeError` where features cannot be computed.
    """
    with atomic_path(folder / COURSE) as course:
        course.mkdir(parents=True)
        _copy_course(course, settings)
        _add_scenes(course, settings, SEEING_CHAPTER in chapters)
        _compile(course)
        hashes = {name: sha256(course / name) for name in _files(course)}
    _make_read_only(folder / COURSE)
    manifest = {"python": sys.executable, "place": str(folder.resolve()), "files": hashes}
    write_json(folder / MANIFEST, manifest)
    copy_whole(Path(__file__).with_name("judge_file.py"), folder / JUDGE)
    return (folder / JUDGE).resolve()


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file, whole or not at all."""
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)


def _copy_course(course: Path, settings: ClassSettings) -> None:
    unwanted = shutil.ignore_patterns(*UNWANTED)
    shutil.copytree(ROOT / "utils", course / "utils", ignore=unwanted)
    for name in CHECKED_DATA:
        if (DATA / name).is_dir():
            shutil.copytree(DATA / name, course / "data" / name, ignore=unwanted)
    write_class_settings(course / "data" / "class.json", settings)


def _compile(course: Path) -> None:
    # The text's hash says whether compiled code belongs to it: times change in a copy.
    mode = PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(course / "utils", quiet=2, invalidation_mode=mode, stripdir=str(course))


def _add_scenes(course: Path, settings: ClassSettings, with_features: bool) -> None:
    """Copy the scenes of the class, and add what the network sees in them."""
    unwanted = shutil.ignore_patterns(*UNWANTED)
    shutil.copytree(class_scenes(settings.variant), course / "data" / SCENES, ignore=unwanted)
    if not with_features:
        return
    if not settings.variant and (cache_dir() / FEATURES).is_dir():
        kept = course / "data" / "cache" / FEATURES
        shutil.copytree(cache_dir() / FEATURES, kept, ignore=unwanted)
    hidden = ("DATASET", "CAPTIONING_CACHE", "COURSE_SCENES")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-B", "-c", SEE],
        cwd=course,
        env={**environment, "PYTHONPATH": str(course)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        told = done.stderr.strip().split("\n")[-1]
        raise RuntimeError(f"What the network sees in the scenes could not be computed: {told}")


def _files(course: Path) -> list[str]:
    """Return the files of a copy, but for locks and what hypothesis notes."""
    found = [path.relative_to(course) for path in course.rglob("*") if path.is_file()]
    kept = [path for path in found if path.suffix != ".lock" and "hypothesis" not in path.parts]
    return sorted(path.as_posix() for path in kept)


def _make_read_only(course: Path) -> None:
    """Let nobody change a file by mistake."""
    for path in course.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
