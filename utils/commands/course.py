"""The whole course in one command, `make course`: a first look, data, training, all chapters.

Every step is kept under `data/` and reused by the next run.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.support.files import read_json, write_json, write_text
from utils.support.paths import CHAPTERS, DATA, ROOT, RUNS, dataset_dir, dataset_name, shown

CELL_SECONDS, START_SECONDS = 900, 300  # by the clock, which a busy machine stretches
FIRST_LOOK = RUNS / "first_look.png"
RAN = RUNS / "chapters"  # the chapters with the outputs of this machine
DONE = RAN / "done.json"
BOOK = RUNS / "book"
SCENES = 6  # in the first look
ABOUT_THEM = """\
The captioner of photos has learnt from people and dogs out of doors; of anything else it says the
nearest thing that it knows. The scenes are new to the other captioner, but of a kind it knows."""

# Seconds that each part took on two cores, with about two other processes, for the scenes.
LOOK, DRAWING, TRAINING = "first look", "data", "training"
SECONDS = {LOOK: 8, DRAWING: 15, TRAINING: 150}
CHAPTER_SECONDS = (11, 6, 45, 13, 36, 60, 158, 29, 120, 61)
# What no chapter runs, so that it can change without them.
NOT_IN_CHAPTERS = ("authoring", "book", "commands")


class TimeLeft:
    """How long the rest takes: `expected` seconds by part, scaled by how fast this machine is."""

    def __init__(self, expected: dict[str, float]) -> None:
        self.expected = expected
        self.taken: dict[str, float] = {}

    @contextmanager
    def measured(self, part: str) -> Iterator[None]:
        """Measure a part; one that is not expected (it was done before) tells nothing."""
        start = time.perf_counter()
        yield
        if part in self.expected:
            self.taken[part] = time.perf_counter() - start

    def seconds(self) -> float:
        """Return the seconds that the parts which are not measured yet will take."""
        behind = sum(self.expected[part] for part in self.taken)
        speed = sum(self.taken.values()) / behind if behind else 1.0
        return speed * (sum(self.expected.values()) - behind)

    def __str__(self) -> str:
        if not self.expected:
            return "how long it takes depends on the dataset"
        seconds = self.seconds()
        if seconds >= 90:
            return f"about {math.ceil(seconds / 60)} min left"
        return f"about {10 * math.ceil(seconds / 10)} s left" if seconds else "nearly done"


def expected_seconds() -> dict[str, float]:
    """Return the seconds of each part that is not done yet; nothing is known of other datasets."""
    if dataset_name() != "scenes":
        return {}
    expected: dict[str, float] = {LOOK: SECONDS[LOOK]}
    if not dataset_dir("scenes").is_dir():
        expected[DRAWING] = SECONDS[DRAWING]
    if not (RUNS / dataset_name() / "scores.json").is_file():
        expected[TRAINING] = SECONDS[TRAINING]
    for notebook, seconds in zip(chapters(), CHAPTER_SECONDS, strict=False):
        if not is_done(notebook):
            expected[notebook.name] = seconds
    return expected


def first_look() -> None:
    """Show what the course leads to: captions of photos and scenes by captioners that come with it.

    Prints them and draws them as one picture, `FIRST_LOOK`. Raises what `load_captioner` raises.
    """
    from utils.captioner import load_captioner
    from utils.commands.caption import best_captioner
    from utils.commands.figures_kept import save_figures
    from utils.figures.plots import photo_grid

    with tempfile.TemporaryDirectory() as folder:
        photos = {
            best_captioner(): sorted((DATA / "photos").glob("*.jpg")),
            "scenes": draw_test_scenes(Path(folder)),
        }
        captions = {}
        for name, paths in photos.items():
            captions[name] = load_captioner(name).caption(paths)
            print(f"\n{name}, a captioner that comes with the course, says:")
            for path, caption in zip(paths, captions[name], strict=True):
                print(f"  {path.stem}: {caption}", flush=True)
        everything = [path for paths in photos.values() for path in paths]
        texts = [caption for found in captions.values() for caption in found]
        pictures = save_figures(
            {FIRST_LOOK: lambda: photo_grid(everything, texts, columns=SCENES, width=2.2, wrap=27)}
        )
    print("\n" + ABOUT_THEM)
    if pictures:
        print(f"As one picture: {shown(FIRST_LOOK)}", flush=True)


def draw_test_scenes(folder: Path) -> list[Path]:
    """Draw the first scenes of the test split, without waiting for all 1,260 pictures."""
    from utils.scenes.drawing.picture import draw_scene
    from utils.scenes.world import sample_world

    paths = []
    for scene in sample_world((1000, 100, SCENES, 0), seed=0)[-SCENES:]:
        paths.append(folder / f"scene {len(paths) + 1}.jpg")
        draw_scene(scene).save(paths[-1], quality=88)
    return paths


def chapters() -> list[Path]:
    """Return the chapters in order."""
    return sorted(CHAPTERS.glob("[0-9][0-9]_*.ipynb"))


def kept(notebook: Path) -> Path:
    """Return where a chapter is kept with its outputs, just as it ran."""
    return RAN / notebook.name


def fingerprint(notebook: Path) -> str:
    """Return a hash of what a chapter shows: its notebook, the library, the dataset's name."""
    digest = hashlib.sha256(dataset_name().encode())
    library = ROOT / "utils"
    for path in (notebook, *sorted(library.rglob("*.py"))):
        if path == notebook or path.relative_to(library).parts[0] not in NOT_IN_CHAPTERS:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def done_before() -> dict[str, str]:
    """Return the fingerprints of the chapters that have run; a damaged list is begun anew."""
    try:
        return read_json(DONE, kind=dict) if DONE.is_file() else {}
    except ValueError:
        return {}


def is_done(notebook: Path) -> bool:
    """Tell whether a chapter has run as it is now."""
    return done_before().get(notebook.name) == fingerprint(notebook) and kept(notebook).is_file()


def run_chapter(notebook: Path) -> None:
    """Execute a chapter as a reader would and keep it with its outputs.

    The committed notebook is not touched. Raises `RuntimeError` where a cell stops.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    loaded = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        loaded,
        timeout=CELL_SECONDS,
        startup_timeout=START_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # not a line about the transport of each kernel
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    try:
        client.execute(env={**os.environ, "COURSE_WIDGETS": "off"})  # a page has nothing to move
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise RuntimeError(f"{notebook.name} stopped: {error}") from error
    write_text(kept(notebook), nbformat.writes(loaded))


def run_chapters(left: TimeLeft) -> None:
    """Execute the chapters in order, those that changed since the last time."""
    for notebook in chapters():
        if is_done(notebook):
            print(f"  {notebook.name}: done before", flush=True)
            continue
        state, start = fingerprint(notebook), time.perf_counter()
        with left.measured(notebook.name):
            run_chapter(notebook)
        write_json(DONE, {**done_before(), notebook.name: state})
        print(f"  {notebook.name}: {time.perf_counter() - start:.0f} s, {left}", flush=True)


def write_book() -> Path:
    """Make the book of the chapters as they ran; return its first page, or where they are kept.

    Where Sphinx is missing, the command that makes it says so, and the notebooks are what there is.
    """
    command = [sys.executable, "-m", "utils", "book", "--notebooks", str(RAN), "--to", str(BOOK)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    return RAN if done.returncode else BOOK / "index.html"


def main(arguments: list[str] | None = None) -> int:
    """Run everything; return 0. Raises what the steps raise."""
    argparse.ArgumentParser(prog="python -m utils course", description=__doc__).parse_args(
        arguments
    )
    left = TimeLeft(expected_seconds())
    print("Step 1 of 4, a first look: captions within seconds", flush=True)
    with left.measured(LOOK):
        first_look()
    print(f"\nNext come data, a training of your own and the chapters: {left}.")
    print("Everything is kept in data/, and a stopped run goes on where it was.")

    from utils.commands import data, train

    print(f"\nStep 2 of 4, the data: {left}", flush=True)
    with left.measured(DRAWING):
        data.main([])
    print(f"\nStep 3 of 4, a training: {left}", flush=True)
    with left.measured(TRAINING):
        train.main([])
    print(f"\nStep 4 of 4, the chapters: {left}", flush=True)
    run_chapters(left)
    print(f"\nThe chapters, just as they ran: {shown(write_book())}")
    folder = shown(RUNS / dataset_name())
    print(f"\nScores: {folder / 'scores.json'}")
    print(f"Captioned test images: {folder / 'captions.png'}")
    print("Now open the first chapter: make lab (without make: jupyter lab)")
    return 0
