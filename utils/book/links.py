"""Links of the notebooks, as the book needs them: pages, glossary terms, views of the captioner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from nbformat import NotebookNode

CAPTIONER = "captioner/index.html"
PAGES = {"../data/results/README.md": "results.md", "../chapters/reference.md": "reference.md"}
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,3} +(.+?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_HEADER = re.compile(r"^\|.*\|(?= *\n\|[-: |]+\|$)", re.MULTILINE)
_EMPTY_CELL = re.compile(r"\| *(?=\|)")
_TOUCH = (
    "`python -m utils page` writes `data/runs/page/index.html`: the captioners run in it, in any "
    "browser."
)
_OPEN = f'<a href="{CAPTIONER}">The captioner in a page</a> is a part of this site.'
_VIEW = re.compile(r"`#(photo|words|search|attention|cover|compare|score)`")


def with_links(cells: list[NotebookNode], terms: set[str], captioner: bool) -> None:
    """Set the links of a chapter's Markdown cells, in place."""
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    headings = [text for cell in prose for text in _HEADING.findall(cell.source)]
    left = set(terms)
    for cell in prose:
        if captioner:
            cell.source = cell.source.replace(_TOUCH, _OPEN)
            cell.source = _VIEW.sub(rf'<a href="{CAPTIONER}#\1"><code>#\1</code></a>', cell.source)
        cell.source = _with_terms(page_text(cell.source, headings), left)


def page_text(source: str, headings: Sequence[str] = ()) -> str:
    """Return Markdown as a page has it: its links lead to pages, its tables have headers.

    `headings` are those of the page, which links of the notebook may lead to.
    """
    linked = _LINK.sub(lambda link: _page_link(link, headings), source)
    # A column of a table that has no header gets one that is heard and not seen.
    heard = '| <span class="visually-hidden">what</span> '
    return _HEADER.sub(lambda header: _EMPTY_CELL.sub(heard, header[0]), linked)


def _page_link(link: re.Match[str], headings: Sequence[str]) -> str:
    """Return a Markdown link as the book has it; a file that is no page becomes plain text."""
    text, target = link[1], link[2]
    if re.match(r"https?:", target):
        return link[0]
    if target.startswith("#"):
        named = unquote(target[1:])
        found = [heading for heading in headings if heading.replace(" ", "-") == named]
        return f"[{text}](#{slug(found[0])})" if found else link[0]
    file, mark, anchor = target.partition("#")
    page = PAGES.get(file, file.removeprefix("../chapters/").removeprefix("../solutions/"))
    if "/" in page:
        return text
    return f"[{text}]({page}{mark}{anchor})"


def slug(heading: str) -> str:
    """Return the anchor that the site gives a heading."""
    from mdit_py_plugins.anchors.index import slugify

    return slugify(re.sub(r"[*_`]", "", heading))


def _with_terms(source: str, left: set[str]) -> str:
    """Link bold terms to the glossary where they stand first; they are taken out of `left`."""
    parts = _FENCE.split(source)
    for place in range(0, len(parts), 2):  # the others are code
        for bold in re.findall(r"\*\*([^*\n]+)\*\*", parts[place]):
            known = next((term for term in (bold, bold.lower()) if term in left), "")
            if known:
                left.discard(known)
                linked = f"{{term}}`{bold} <{known}>`"
                parts[place] = parts[place].replace(f"**{bold}**", linked, 1)
    return "".join(parts)
