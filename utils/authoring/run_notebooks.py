"""Run notebooks as tests, and measure them: the chapters unsolved, the solutions strictly.

    python -m utils run-notebooks                              # all, each in both states
    python -m utils run-notebooks --once                       # as `make test` does
    python -m utils run-notebooks solutions/04_lstm_text_encoder.ipynb
    python -m utils run-notebooks --threads 4 chapters         # one state, four threads
    python -m utils run-notebooks --json measured.json

Each state is one pytest with nbval that goes through its notebooks in order. The two states run
side by side: the chapters with 1 thread, the solutions with 4, so that a run also shows that the
compared outputs do not depend on the number of threads (`--swap` turns that round). A chapter has
no outputs: a copy with those that it must have, from its master, is run in its place.

`--once` takes half the time: each chapter is run unsolved, and at each exercise its solution is
tried and taken back (`both_states.py`). Two notebooks run side by side, by turns with 1 thread and
with 2.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from utils.authoring.both_states import both_states
from utils.authoring.notebooks import (
    CELL_SECONDS,
    INLINE,
    QUIET,
    SANITIZERS,
    START_SECONDS,
    NotebookProblem,
    expected,
    read_notebook,
    write_notebook,
)
from utils.authoring.rules import derivation_problems
from utils.exercises.process import kill_children
from utils.support.files import read_json, write_json
from utils.support.paths import CHAPTERS, ROOT, SOLUTIONS

MEMORY_GB = 4.0
THREADS = {"chapters": 1, "solutions": 4}
THREAD_SETTINGS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
PASSED, NOTHING_COLLECTED = 0, 5
SIDE_BY_SIDE = 2
LOOK_SECONDS = 1.0  # between two looks at which notebooks have ended


@dataclass(frozen=True)
class Lane:
    """Notebooks of one state, run in order by one pytest: `state`, `notebooks`, `threads`."""

    state: str
    notebooks: tuple[Path, ...]
    threads: int


def lanes_of(paths: list[Path], threads: int | None = None, swap: bool = False) -> list[Lane]:
    """Return the notebooks sorted into unsolved and solved ones.

    A notebook in a folder named `solutions` is a solved one. Without paths, these are all of the
    course. Raises `FileNotFoundError` for a path that does not exist.
    """
    found: list[Path] = []
    for path in paths or [folder for folder in (CHAPTERS, SOLUTIONS) if folder.is_dir()]:
        if not path.exists():
            raise FileNotFoundError(f"There is no notebook or folder {path}.")
        found += sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
    counts = dict(zip(THREADS, reversed(THREADS.values()), strict=True)) if swap else THREADS
    lanes = []
    for state, count in counts.items():
        solved = state == "solutions"
        mine = [path for path in found if (path.resolve().parent.name == "solutions") == solved]
        if mine:
            lanes.append(Lane(state, tuple(mine), threads or count))
    return lanes


def with_expected_outputs(path: Path, folder: Path) -> Path:
    """Return a copy of a chapter, in `folder`, with the outputs that its run must give.

    Any other notebook is returned as it is. Raises `NotebookProblem` where the chapter is not what
    its master derives to.
    """
    master = SOLUTIONS / path.name
    if path.resolve().parent != CHAPTERS or not master.is_file():
        return path
    wanted = expected(read_notebook(master))
    cells = read_notebook(path).cells
    if [cell.source for cell in cells] != [cell.source for cell in wanted.cells]:
        raise NotebookProblem(f"chapters/{path.name} differs from its master: run `derive`.")
    copy = folder / "chapters" / path.name
    copy.parent.mkdir(exist_ok=True)
    write_notebook(copy, wanted)
    return copy


def command_of(lane: Lane, measures: Path) -> list[str]:
    """Return the pytest command of a lane."""
    return [
        *(sys.executable, "-m", "pytest", "-q", "-p", "utils.authoring.nbval_guard"),
        # Hypothesis has nothing to do in a notebook, and takes two seconds to be ready.
        *("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--color=no", "--tb=short"),
        *("--nbval-lax", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZERS}"),
        f"--nbval-cell-timeout={CELL_SECONDS}",
        f"--nbval-kernel-startup-timeout={START_SECONDS}",
        *(f"--nbval-memory-limit={MEMORY_GB:g}", f"--nbval-measures={measures}"),
        *(str(path.resolve()) for path in lane.notebooks),
    ]


def environment_of(lane: Lane, folder: Path) -> dict[str, str]:
    """Return a lane's environment: quiet, its threads, strict where solved, progress apart."""
    threads = dict.fromkeys(THREAD_SETTINGS, str(lane.threads))
    given = {key: value for key, value in os.environ.items() if key != "DATASET"}
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **given,
        **QUIET,
        **threads,
        "MPLBACKEND": INLINE,
        "CHECK_STRICT": "1" if lane.state == "solutions" else "",
        "COURSE_ROOT": str(ROOT),
        "COURSE_PROGRESS": str(folder / f"progress-{lane.state}.json"),
        "PYTHONPATH": python_path,
    }


def run_lanes(lanes: list[Lane], together: bool = True) -> tuple[bool, dict[str, Any]]:
    """Run the lanes, side by side or one after the other; print what fails.

    Returns whether everything passed, and for each notebook ("solutions/04_x.ipynb") a dict of
    `wall_seconds`, `cpu_seconds`, `peak_mb`, `threads`.
    """
    measured: dict[str, Any] = {}
    passed = True
    with tempfile.TemporaryDirectory(prefix="notebooks-") as name:
        folder = Path(name)
        lanes = [_ready(lane, folder) for lane in lanes]
        groups = [lanes] if together else [[lane] for lane in lanes]
        for group in groups:
            with _started(group, folder) as processes:
                _watch(processes, group, folder)
            for lane, process in zip(group, processes, strict=True):
                code = process.wait()
                passed = passed and code == PASSED
                print(_told(lane, code, folder))
                measured |= _measured(lane, folder)
    return passed, measured


def _told(lane: Lane, code: int, folder: Path) -> str:
    """Return what is printed of a lane that has ended."""
    log = (folder / f"{lane.state}.log").read_text(encoding="utf-8", errors="replace")
    return _report(lane, code, log)


def _measured(lane: Lane, folder: Path) -> dict[str, Any]:
    """Return what was measured in a lane, by notebook."""
    found = _measures(folder / f"{lane.state}.json")
    return {name: {**value, "threads": lane.threads} for name, value in found.items()}


def _ready(lane: Lane, folder: Path) -> Lane:
    notebooks = tuple(with_expected_outputs(path, folder) for path in lane.notebooks)
    return replace(lane, notebooks=notebooks)


@contextmanager
def _started(lanes: list[Lane], folder: Path) -> Iterator[list[subprocess.Popen]]:
    """Start the lanes; whatever of them still runs at the end, kernels too, is ended there."""
    processes: list[subprocess.Popen] = []
    try:
        for lane in lanes:
            processes.append(_start(lane, folder))
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                kill_children(process.pid)
                process.kill()
                process.wait()


def _start(lane: Lane, folder: Path) -> subprocess.Popen:
    print(f"{_title(lane)}: {lane.threads} threads", flush=True)
    command = command_of(lane, folder / f"{lane.state}.json")
    with open(folder / f"{lane.state}.log", "w", encoding="utf-8") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment_of(lane, folder),
            cwd=ROOT,
        )


def _watch(processes: list[subprocess.Popen], lanes: list[Lane], folder: Path) -> None:
    """Print a line for each notebook that begins or has ended, until all processes have."""
    told: set[str] = set()
    for lane in lanes:
        print(f"  {_name(lane.notebooks[0])} begins", flush=True)
    running = True
    while running:
        time.sleep(LOOK_SECONDS)
        running = any(process.poll() is None for process in processes)
        for lane in lanes:
            ended = _measures(folder / f"{lane.state}.json")
            for name in [name for name in ended if name not in told]:
                told.add(name)
                cells, seconds = ended[name]["cells"], ended[name]["wall_seconds"]
                later = [_name(path) for path in lane.notebooks if _name(path) not in ended]
                following = f"; {later[0]} begins" if later else ""
                print(f"  {name}: {cells} cells, {seconds:.0f} s{following}", flush=True)


def _title(lane: Lane) -> str:
    first, *others = lane.notebooks
    return f"{len(lane.notebooks)} notebooks of {lane.state}" if others else _name(first)


def _name(notebook: Path) -> str:
    """Return a notebook's name as the measurements have it, "solutions/04_x.ipynb"."""
    return f"{notebook.resolve().parent.name}/{notebook.name}"


def _measures(path: Path) -> dict[str, Any]:
    return read_json(path) if path.is_file() else {}


def _report(lane: Lane, code: int, log: str) -> str:
    """Return one line where a lane passed, the whole log of pytest where it did not."""
    last = log.strip().split("\n")[-1] if log.strip() else "no output"
    count = f"{_title(lane)}, {lane.threads} threads"
    if code == PASSED:
        return f"{count}: {last}"
    reason = " (no cell was found)" if code == NOTHING_COLLECTED else ""
    return f"{log}\n{count}: FAILED{reason}: {last}"


def run_once(paths: list[Path]) -> tuple[bool, dict[str, Any]]:
    """Run masters as notebooks of both states, two side by side; print what fails.

    The last chapters come first, because they train longest. Returns what `run_lanes` returns.
    Raises `NotebookProblem` where a chapter is not what its master derives to.
    """
    measured: dict[str, Any] = {}
    passed = True
    with tempfile.TemporaryDirectory(prefix="notebooks-") as name:
        folder = Path(name)
        waiting = [_both(path, folder) for path in sorted(paths, reverse=True)]
        running: dict[subprocess.Popen, Lane] = {}
        with _started([], folder) as processes:
            while waiting or running:
                while waiting and len(running) < SIDE_BY_SIDE:
                    process = _start(waiting[0], folder)
                    processes.append(process)
                    running[process] = waiting.pop(0)
                time.sleep(LOOK_SECONDS)
                for process in [one for one in running if one.poll() is not None]:
                    lane = running.pop(process)
                    passed = passed and process.returncode == PASSED
                    print(_told(lane, process.returncode, folder), flush=True)
                    measured |= _measured(lane, folder)
    return passed, measured


def _both(master: Path, folder: Path) -> Lane:
    """Write a master's notebook of both states; return the lane that runs it alone."""
    for problem in derivation_problems(master, CHAPTERS / master.name):
        raise NotebookProblem(problem)
    path = folder / "both" / master.name
    path.parent.mkdir(exist_ok=True)
    write_notebook(path, both_states(read_notebook(master)))
    return Lane(master.stem, (path,), threads=1 + int(master.name[:2]) % SIDE_BY_SIDE)


def table(measured: dict[str, Any]) -> str:
    """Return the measurements as a Markdown table, in order."""
    lines = [
        "| notebook | seconds | CPU seconds | memory (MB) | threads |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name in sorted(measured, key=lambda name: tuple(reversed(name.split("/")))):
        row = measured[name]
        cells = [row.get(key, "?") for key in ("wall_seconds", "cpu_seconds", "peak_mb")]
        cells = [f"{cell:.0f}" if isinstance(cell, (int, float)) else cell for cell in cells]
        lines.append(f"| {name} | {' | '.join(cells)} | {row['threads']} |")
    return "\n".join(lines)


def masters_of(lanes: list[Lane]) -> list[Path]:
    """Return the masters of the notebooks of all lanes, each once.

    Raises `NotebookProblem` for a notebook that is not of the course: it has no other state.
    """
    found = []
    for path in [path for lane in lanes for path in lane.notebooks]:
        master = SOLUTIONS / path.name
        if path.resolve().parent not in (CHAPTERS, SOLUTIONS) or not master.is_file():
            raise NotebookProblem(f"{path} is no chapter of the course: run it without --once.")
        found.append(master)
    return sorted(set(found))


def _prepare_data(lanes: list[Lane]) -> None:
    """Make the embedded data before two kernels want it at the same moment."""
    if any(path.resolve().is_relative_to(ROOT) for lane in lanes for path in lane.notebooks):
        import utils.support.quiet  # noqa: F401  # before TensorFlow, which the next one may import
        from utils.commands.data import prepare

        prepare()


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks; return 0 where all passed, 1 where not."""
    description, _, _ = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m utils run-notebooks", description=description)
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks or folders of them")
    parser.add_argument("--threads", type=int, help="threads of every kernel (default: 1 and 4)")
    parser.add_argument("--swap", action="store_true", help="chapters with 4, solutions with 1")
    parser.add_argument("--one-by-one", action="store_true", help="first one state, then the other")
    parser.add_argument("--once", action="store_true", help="every chapter once, in both states")
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    given = parser.parse_args(arguments)
    if given.once and (given.threads or given.swap or given.one_by_one):
        parser.error("--once goes with none of --threads, --swap and --one-by-one.")
    try:
        lanes = lanes_of(given.notebooks, given.threads, given.swap)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    if not lanes:
        print("There are no notebooks yet in chapters/ and solutions/: nothing to run.")
        return 0
    start = time.perf_counter()
    _prepare_data(lanes)
    try:
        if given.once:
            passed, measured = run_once(masters_of(lanes))
        else:
            passed, measured = run_lanes(lanes, together=not given.one_by_one)
    except NotebookProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    if given.json:
        write_json(given.json, measured)
    print(f"\n{table(measured)}\n\n{time.perf_counter() - start:.0f} s in all")
    return 0 if passed else 1
