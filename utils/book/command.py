"""Build the course as a site: to read, to search and to print, without running it.

python -m utils book                          # data/runs/book/index.html
python -m utils book --without-solutions      # for a teacher's site
python -m utils book --without-captioner      # without the page that runs the captioners
python -m utils book --pdf                    # data/runs/book.pdf, printed by Chromium
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from utils.support.paths import RUNS, SOLUTIONS, shown

if TYPE_CHECKING:
    from utils.book.chapters import Shown

PLACE, PDF = RUNS / "book", RUNS / "book.pdf"

# Sphinx takes seconds to start, so the builder is imported once the arguments are read.


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 where something is missing. Raises what Sphinx raises."""
    given = _parser().parse_args(arguments)
    from utils.book.build import MARK, build_book, missing_packages
    from utils.book.chapters import Shown

    missing = missing_packages()
    if missing:
        print(
            f"The book needs {', '.join(missing)}: run `make book`, or install them with "
            "`python -m pip install -r requirements-book.txt`.",
            file=sys.stderr,
        )
        return 1
    if given.source and not given.source.startswith(("https://", "http://")):
        raise ValueError(f"--source is {given.source}: write an address, such as https://here.org.")
    notebooks = sorted(given.notebooks.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"There are no chapters in {given.notebooks}: name their folder.")
    about = Shown(
        solutions=not given.without_solutions,
        captioner=not given.without_captioner,
        source=given.source,
    )
    start = time.perf_counter()
    if given.pdf:
        place = given.to or PDF
        _write_pdf(notebooks, place, about)
    else:
        place = given.to or PLACE
        demand_own_folder(place, MARK)
        for warning in build_book(notebooks, place, about):
            print(warning, file=sys.stderr)
        if about.captioner:
            _add_captioner(place)
    print(f"Written in {time.perf_counter() - start:.0f} s: {_described(place)}.")
    return 0


def _write_pdf(notebooks: Sequence[Path], place: Path, about: Shown) -> None:
    from utils.book.pdf import demand_own_pdf, write_pdf

    demand_own_pdf(place)
    pages = write_pdf(notebooks, place, replace(about, captioner=False))
    print(f"{pages} pages.")


def _add_captioner(place: Path) -> None:
    """Write the page in which the captioners run into the book."""
    from utils.commands import page

    page.main(["--out", str(place / "captioner" / "index.html"), "--course", "../index.html"])


def _described(place: Path) -> str:
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    return f"{shown(place if place.is_file() else place / 'index.html')} ({size:.0f} MB)"


def demand_own_folder(folder: Path, mark: str) -> None:
    """Raise `ValueError` where a folder holds something else than a book of ours."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder for the book.")
    if any(folder.iterdir()) and not (folder / mark).is_file():
        raise ValueError(
            f"{folder} holds other files, which the book would replace: name a new folder."
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils book",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--to", type=Path, metavar="PLACE", help="the folder, or the file of the PDF (data/runs)"
    )
    parser.add_argument("--pdf", action="store_true", help="one PDF for print, not a site")
    parser.add_argument(
        "--notebooks",
        type=Path,
        default=SOLUTIONS,
        metavar="FOLDER",
        help="notebooks with outputs (the solved ones of the course)",
    )
    parser.add_argument(
        "--source",
        metavar="ADDRESS",
        default="",
        help="where readers get the course's folder, such as https://...",
    )
    parser.add_argument("--without-solutions", action="store_true", help="leave solutions out")
    parser.add_argument("--without-captioner", action="store_true", help="leave the page out")
    return parser
