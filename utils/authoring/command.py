"""Notebooks, from the command line.

python -m utils notebooks prepare         # ids and metadata of all masters
python -m utils notebooks execute solutions/04_lstm_text_encoder.ipynb
python -m utils notebooks minutes         # writes the time needed, worked out from the text
python -m utils notebooks derive          # all chapters, and how placeholders are recognised
python -m utils notebooks check           # the rules of `utils.authoring.rules`
python -m utils notebooks twice solutions/04_lstm_text_encoder.ipynb
"""

import argparse
import json
import sys
import time
from pathlib import Path

from utils.authoring.minutes import with_minutes
from utils.authoring.notebooks import (
    NotebookProblem,
    derived_text,
    execute,
    masters,
    prepare,
    read_notebook,
    unstable_cells,
    write_notebook,
)
from utils.authoring.rules import all_problems
from utils.authoring.variants import derived_stubs
from utils.exercises.stubs import STUBS
from utils.support.files import atomic_path
from utils.support.paths import CHAPTERS, ROOT

COMMANDS = ("prepare", "execute", "minutes", "derive", "check", "twice")


def _execute_file(path: Path) -> None:
    start = time.perf_counter()
    write_notebook(path, execute(read_notebook(path), path.resolve().parent))
    size = path.stat().st_size / 1e6
    print(f"{path}: executed in {time.perf_counter() - start:.0f} s, {size:.2f} MB")


def _derive_files(paths: list[Path]) -> None:
    wanted = {path.name for path in masters()}
    for path in CHAPTERS.glob("*.ipynb"):
        if path.name not in wanted:
            print(f"{path.name}: no master in solutions/; remove it or restore the master")
    for path in paths:
        target = CHAPTERS / path.name
        with atomic_path(target) as temporary:
            temporary.write_bytes(derived_text(path).encode("utf-8"))
        print(f"{target.relative_to(ROOT)}: derived")
    with atomic_path(STUBS) as temporary:
        temporary.write_text(json.dumps(derived_stubs(), indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; return 0, or 1 with the problem on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m utils notebooks", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("notebooks", nargs="*", type=Path, help="masters; all where none is given")
    given = parser.parse_args(arguments)
    try:
        problems = _run(given.command, given.notebooks or masters())
    except NotebookProblem as error:
        problems = [str(error)]
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


def _run(command: str, paths: list[Path]) -> list[str]:
    if command == "derive":
        _derive_files(paths)
        return []
    if command == "check":
        known = json.loads(STUBS.read_text(encoding="utf-8")) if STUBS.is_file() else {}
        stale = [] if known == derived_stubs() else [f"{STUBS.name} is old: run `derive`."]
        return stale + [problem for path in paths for problem in all_problems(path)]
    problems = []
    for path in paths:
        if command == "prepare":
            write_notebook(path, prepare(read_notebook(path)))
        elif command == "minutes":
            write_notebook(path, prepare(with_minutes(read_notebook(path))))
        elif command == "execute":
            _execute_file(path)
        else:
            unstable = unstable_cells(read_notebook(path), path.resolve().parent)
            problems += [f"{path}: differs on a second run:\n{source}" for source in unstable]
    return problems
