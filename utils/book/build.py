"""The site, built by Sphinx and myst-nb from pages that this package writes.

Sphinx Book Theme, because it is made for myst-nb's notebooks, is kept by the same people, has
search, dark mode and a print style, and asks no other server for anything once it is built.
"""

from __future__ import annotations

import importlib.util
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from utils.book.chapters import Shown, book_chapter
from utils.book.pages import front_page, reference_page, results_page, terms
from utils.support.files import atomic_path, write_text
from utils.support.paths import CHAPTERS, DATA

STATIC = Path(__file__).parent / "static"
MARK = ".course-book"  # lies in a folder that may be written anew
TITLE = "Image captioning, step by step"
MATHJAX = "sphinx-mathjax-offline"
LOGO = "captions.jpg"
# Read by people only; nothing is executed and nothing is fetched.
SETTINGS: dict[str, Any] = {
    "project": TITLE,
    "author": "the course's authors",
    "copyright": "the course's authors, CC BY 4.0",
    "extensions": ["myst_nb", "sphinx_copybutton", "sphinx.ext.mathjax"],
    "html_theme": "sphinx_book_theme",
    "html_title": TITLE,
    "html_show_sphinx": False,
    "html_copy_source": False,
    "html_static_path": ["_static"],
    "html_css_files": ["book.css"],
    "html_js_files": ["book.js"],
    # A summary of each page found would be fetched, which browsers refuse to files on the disk.
    "html_show_search_summary": False,
    "html_context": {"default_mode": "auto"},
    "html_theme_options": {
        "home_page_in_toc": True,
        "navbar_persistent": [],
        "show_toc_level": 2,
        "use_download_button": False,
        "use_fullscreen_button": False,
        "use_source_button": False,
        "use_issues_button": False,
        "use_repository_button": False,
        "pygments_light_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
    },
    "mathjax_path": "tex-svg.js",
    "mathjax_options": {"defer": "defer"},
    "myst_enable_extensions": ["dollarmath", "colon_fence"],
    "myst_heading_anchors": 3,
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "copybutton_selector": "div.highlight pre",
    "suppress_warnings": ["myst.header", "mystnb.unknown_mime_type"],
}


def missing_packages() -> list[str]:
    """Return the packages of requirements-book.txt that are not installed."""
    needed = ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_copybutton", "pypdf", MATHJAX)
    return [name for name in needed if importlib.util.find_spec(name) is None]


def build_book(
    notebooks: Sequence[Path], destination: Path, shown: Shown, builder: str = "html"
) -> list[str]:
    """Write the site of notebooks with outputs to `destination`; return Sphinx' warnings.

    A folder that is there is replaced once the new one is whole. `builder`: "html", or
    "singlehtml" for one long page. Raises what Sphinx raises where a page cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="book-") as name, atomic_path(destination) as made:
        source, output = Path(name, "source"), Path(name, "output")
        write_sources(notebooks, source, shown)
        told = _run_sphinx(source, output, Path(name, "doctrees"), builder)
        # What only developers of the theme look at, and Sphinx' copies of the pages' sources.
        left_out = shutil.ignore_patterns("*.map", "_sources", "objects.inv", ".buildinfo")
        shutil.copytree(output, made, ignore=left_out)
        (made / "notebooks").mkdir()
        for path in notebooks:
            shutil.copy(CHAPTERS / path.name, made / "notebooks")
        (made / MARK).write_text("This folder is written by `python -m utils book`.\n", "utf-8")
    return told


def write_sources(notebooks: Sequence[Path], source: Path, shown: Shown) -> None:
    """Write everything that Sphinx reads into a new folder."""
    import nbformat

    shown = replace(shown, terms=terms())
    (source / "_static").mkdir(parents=True)
    for path in STATIC.iterdir():
        shutil.copy(path, source / "_static")
    shutil.copy(_mathjax(), source / "_static")
    for path in notebooks:
        notebook = book_chapter(nbformat.read(path, as_version=4), path.stem, shown)
        nbformat.write(notebook, source / path.name)
    names = [path.stem for path in notebooks]
    write_text(source / "index.md", front_page(names, shown.captioner, shown.source))
    write_text(source / "reference.md", reference_page())
    write_text(source / "results.md", results_page())
    results = DATA / "results"
    pictures = [DATA / "pictures" / LOGO, *results.glob("*.png"), *results.glob("*.jpg")]
    for picture in pictures:
        shutil.copy(picture, source)


def _mathjax() -> Path:
    """Return the one file of MathJax that draws TeX as SVG: it needs no font and no other file."""
    found = importlib.util.find_spec(MATHJAX)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"{MATHJAX} is not installed.")
    return Path(found.submodule_search_locations[0]) / "static" / "mathjax" / "tex-svg.js"


def _run_sphinx(source: Path, output: Path, doctrees: Path, builder: str) -> list[str]:
    """Build; return the warnings, a line each."""
    import io

    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    told = io.StringIO()
    with docutils_namespace(), warnings.catch_warnings():
        # What Sphinx tells the authors of themes.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        application = Sphinx(
            source,
            None,
            output,
            doctrees,
            builder,
            confoverrides=dict(SETTINGS),
            status=None,
            warning=told,
            freshenv=True,
            parallel=2,
        )
        application.build()
    logging.getLogger("sphinx").handlers.clear()
    return [line for line in told.getvalue().splitlines() if line.strip()]
