"""The whole course in one command, `make course`: data, pipeline, chapters, result.

Every step is kept under `data/` and reused by the next run.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

from utils.commands import data
from utils.commands import train as pipeline
from utils.support.files import atomic_path, read_json, write_json
from utils.support.paths import CHAPTERS, DATA, ROOT, dataset_name

CELL_SECONDS, START_SECONDS = 180, 120
PAGES = DATA / "runs" / "chapters"
DONE = PAGES / "done.json"


def fingerprint(notebook: Path) -> str:
    """Return a hash of a notebook, of `utils/` and of the dataset's name."""
    digest = hashlib.sha256(dataset_name().encode())
    for path in (notebook, *sorted((ROOT / "utils").rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_chapter(notebook: Path) -> Path:
    """Execute a chapter as a reader would and write it as a page; return the page's path.

    The committed notebook is not touched. Raises `nbclient.exceptions.CellExecutionError`.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    loaded = nbformat.read(notebook, as_version=4)
    NotebookClient(
        loaded,
        timeout=CELL_SECONDS,
        startup_timeout=START_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # not a line about the transport of each kernel
        resources={"metadata": {"path": str(notebook.parent)}},
    ).execute()
    page = PAGES / f"{notebook.stem}.html"
    with atomic_path(page) as temporary:
        temporary.write_text(HTMLExporter().from_notebook_node(loaded)[0], encoding="utf-8")
    return page


def run_chapters() -> list[Path]:
    """Execute the chapters in order, those that changed since the last time; return the pages."""
    done = read_json(DONE) if DONE.is_file() else {}
    pages = []
    for notebook in sorted(CHAPTERS.glob("[0-9][0-9]_*.ipynb")):
        page, print_of_it = PAGES / f"{notebook.stem}.html", fingerprint(notebook)
        if done.get(notebook.name) == print_of_it and page.is_file():
            print(f"{notebook.name}: done before", flush=True)
        else:
            start = time.perf_counter()
            run_chapter(notebook)
            done = {**done, notebook.name: print_of_it}
            write_json(DONE, done)
            print(f"{notebook.name}: {time.perf_counter() - start:.0f} s", flush=True)
        pages.append(page)
    return pages


def main(arguments: list[str] | None = None) -> int:
    """Run everything; return 0, or 1 with what went wrong on the error stream."""
    argparse.ArgumentParser(prog="python -m utils course", description=__doc__).parse_args(
        arguments
    )
    if data.main([]) or pipeline.main([]):
        return 1
    try:
        pages = run_chapters()
    except Exception as error:
        print(f"A chapter stopped: {error}", file=sys.stderr)
        return 1
    if pages:
        print("\nThe chapters as pages, just as they ran:")
        print("\n".join(f"  {page.relative_to(ROOT)}" for page in pages))
    folder = (pipeline.RUNS / dataset_name()).relative_to(ROOT)
    print(f"\nScores: {folder / 'scores.json'}")
    print(f"Captioned test images: {folder / 'captions.png'}")
    print("Now open the first chapter: make lab (without make: jupyter lab)")
    return 0
