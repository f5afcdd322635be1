"""The book as one PDF, printed by Chromium: contents, page numbers, bookmarks.

The contents need page numbers that only a print can tell, so it is printed twice.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from utils.book.build import TITLE, build_book
from utils.book.chapters import Shown
from utils.support.files import atomic_path, not_ours

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from pypdf import PdfReader, PdfWriter

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 300  # for one print of some three hundred pages
# Formulas are drawn by a script, which is given this much of the page's own time.
SCRIPT_MILLISECONDS = 60_000
STYLE = """
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-center { content: counter(page); } }
.toctree-wrapper > section { break-before: page; }
.pdf-contents { break-before: page; }
.pdf-contents ol { list-style: none; margin: 0; padding: 0; }
.pdf-contents li { display: flex; justify-content: space-between; gap: 1em; }
.pdf-contents .pdf-chapter { font-weight: bold; margin-top: 0.5em; }
.pdf-contents .pdf-section { padding-left: 1.5em; }
.pdf-contents .pdf-number { min-width: 2.5em; text-align: right; }
"""


def browser() -> str:
    """Return the path of Chromium or Chrome. Raises `FileNotFoundError` where there is none."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(
        "The PDF is printed by Chromium or Chrome, and neither was found: install one "
        "(Debian and Ubuntu: `apt-get install chromium`)."
    )


class Entry(NamedTuple):
    """A line of the contents: a heading's text, its anchor, and the element for its page."""

    text: str
    anchor: str
    is_chapter: bool
    number: Tag


def demand_own_pdf(path: Path) -> None:
    """Raise `ValueError` where a PDF would be written over something else than a book of ours."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a file, such as {path}/book.pdf.")
    if not path.exists():
        return
    try:
        title = (PdfReader(path).metadata or {}).get("/Title")
    except (PyPdfError, OSError, ValueError, KeyError):
        title = None
    if title != TITLE:
        raise not_ours(path)


def write_pdf(notebooks: Sequence[Path], path: Path, shown: Shown) -> int:
    """Write the book as a PDF; return its number of pages.

    Raises `FileNotFoundError` where there is no browser, `RuntimeError` where it cannot print.
    """
    from bs4 import BeautifulSoup
    from pypdf import PdfReader, PdfWriter

    chrome = browser()
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # what it says of Chromium's own files
    with tempfile.TemporaryDirectory(prefix="book-") as name:
        folder, printed = Path(name, "page"), Path(name, "book.pdf")
        build_book(notebooks, folder, shown, builder="singlehtml")
        page = folder / "index.html"
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        entries = put_contents(soup)
        page.write_text(str(soup), encoding="utf-8")
        print_page(chrome, page, printed)
        for entry, place in zip(entries, places(PdfReader(printed), entries), strict=True):
            entry.number.string = str(place + 1)
        page.write_text(str(soup), encoding="utf-8")
        print_page(chrome, page, printed)
        writer = PdfWriter(clone_from=printed)
        writer.add_metadata({"/Title": TITLE})
        _bookmark(writer, entries, places(PdfReader(printed), entries))
        with atomic_path(path) as temporary:
            writer.write(temporary)
        return len(writer.pages)


def places(reader: PdfReader, entries: Sequence[Entry]) -> list[int]:
    """Return on which page, counted from 0, each heading stands."""
    known = reader.named_destinations
    found = [known.get(f"/{entry.anchor}") or known.get(entry.anchor) for entry in entries]
    missing = [entry.text for entry, place in zip(entries, found, strict=True) if place is None]
    if missing:
        raise RuntimeError(f"The printed book has no place for {missing[0]!r}.")
    return [reader.get_destination_page_number(place) for place in found]


def _bookmark(writer: PdfWriter, entries: Sequence[Entry], pages: Sequence[int]) -> None:
    """Add bookmarks: Chromium's own double what stands before a page break."""
    chapter = None
    for entry, page in zip(entries, pages, strict=True):
        if entry.is_chapter:
            chapter = writer.add_outline_item(title=entry.text, page_number=page)
        else:
            writer.add_outline_item(title=entry.text, page_number=page, parent=chapter)


def put_contents(soup: BeautifulSoup) -> list[Entry]:
    """Put the list of chapters and sections before the text, in place of the theme's."""
    for old in soup.select("#jb-print-toc"):
        old.decompose()
    for solution in soup.select("details.solution"):
        solution["open"] = ""  # on paper nothing can be opened
    style = soup.new_tag("style")
    style.string = STYLE
    soup.head.append(style)
    box = soup.new_tag("div", attrs={"class": "pdf-contents"})  # the theme prints no `nav`
    listed = soup.new_tag("ol")
    box.append(listed)
    entries = []
    for section in soup.select(".toctree-wrapper > section, .toctree-wrapper > section > section"):
        is_chapter = section.parent.name != "section"
        kind = "pdf-chapter" if is_chapter else "pdf-section"
        # Many chapters have a section of the same name, and then of the same anchor.
        anchor = f"pdf-place-{len(entries)}"
        section.insert(0, soup.new_tag("span", id=anchor))
        link = soup.new_tag("a", href=f"#{anchor}")
        link.string = heading_text(section.find(re.compile(r"h\d")))
        number = soup.new_tag("span", attrs={"class": "pdf-number"})
        number.string = "000"
        line = soup.new_tag("li", attrs={"class": kind})
        line.extend([link, number])
        listed.append(line)
        entries.append(Entry(link.string, anchor, is_chapter, number))
    soup.select_one(".toctree-wrapper:has(section)").insert_before(box)
    return entries


def heading_text(heading: Tag) -> str:
    """Return a heading's words without the sign that links to it."""
    return re.sub(r"\s*#$", "", heading.get_text()).strip()


def print_page(chrome: str, page: Path, printed: Path) -> None:
    """Print a page from the disk to a PDF. Raises `RuntimeError` where the browser cannot."""
    # A container's root may not use the sandbox of the browser; everybody else keeps it.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [
        *(chrome, "--headless", "--disable-gpu", "--no-pdf-header-footer"),
        *(["--no-sandbox"] if is_root else []),
        f"--virtual-time-budget={SCRIPT_MILLISECONDS}",
        f"--print-to-pdf={printed}",
        page.as_uri(),
    ]
    printed.unlink(missing_ok=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{chrome} did not end within {SECONDS} s: try again.") from None
    if done.returncode or not printed.is_file():
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"{chrome} could not print the book ({last}).")
