"""A chapter of the book, made from a notebook with outputs: nothing is executed here.

Hidden assertions go; an exercise shows the reader's cell, with its solution folded below; a
prediction becomes a form, and the outputs that would give its answer away wait for a guess.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from utils.authoring.notebooks import SETUP, checked_ids, expected, is_answer
from utils.authoring.pictures import is_picture, picture_facts
from utils.authoring.questions import YOUR_TEXT
from utils.authoring.sections import is_master_only
from utils.book.links import with_links
from utils.book.predictions import form_of, outcomes_in, predicted_in
from utils.exercises.solutions import between_markers

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTE = """\
<p class="this-notebook">Here you read the chapter with its results. To run its cells, change them
and solve its exercises, <a href="notebooks/{name}.ipynb" download>download this notebook</a> into
the folder <code>chapters</code> of the course (<a href="index.html#run-it">how?</a>).</p>"""
# What a reader's own run would show, and a page cannot know.
_PERSONAL = re.compile(r"(progress|predictions)\(\d*\)")


@dataclass(frozen=True)
class Shown:
    """What a book shows: `solutions` and the checks' answers, `captioner`, the page that runs it.

    `terms`: what stands in the glossary, with the chapter that introduces it. `source`: where the
    course's folder can be had, an address.
    """

    solutions: bool = True
    captioner: bool = True
    terms: dict[str, int] = field(default_factory=dict)
    source: str = ""


def book_chapter(notebook: NotebookNode, name: str, shown: Shown) -> NotebookNode:
    """Return the notebook of a chapter's page; `name` is that of its file, "04_lstm_text_encoder".

    A notebook that is no master, such as a reader's own run, keeps its cells as they are.
    """
    fresh = deepcopy(notebook)
    cells = [cell for cell in fresh.cells if not is_master_only(cell)]
    placeholders = [cell.source for cell in expected(fresh).cells]
    fresh.cells = []
    for cell, placeholder in zip(cells, placeholders, strict=True):
        fresh.cells += _page_cells(cell, placeholder, shown)
    _lock_outcomes(fresh.cells)
    fresh.cells = [piece for cell in fresh.cells for piece in _one_picture_each(cell)]
    # Before it is introduced, a word has another meaning, or its everyday one.
    known = {term for term, chapter in shown.terms.items() if chapter <= int(name[:2])}
    with_links(fresh.cells, known, shown.captioner)
    title, line, rest = fresh.cells[0].source.partition("\n")
    fresh.cells[0].source = f"{title}\n\n{NOTE.format(name=name)}\n{line}{rest}"
    return fresh


def _page_cells(cell: NotebookNode, placeholder: str, shown: Shown) -> list[NotebookNode]:
    """Return what stands in the book for one cell."""
    if cell.cell_type == "markdown":
        return [] if cell.source == YOUR_TEXT else [cell]
    if cell.cell_type != "code" or cell.source in ("", SETUP):
        return []
    if _PERSONAL.fullmatch(cell.source.strip()):
        return []
    asked = predicted_in(cell.source)
    if asked:
        return [_markdown(form_of(asked))]
    if is_answer(cell):
        solution = between_markers(cell.source)
        cell.source, cell.outputs = placeholder, []
        return [cell, *([_folded(solution)] if shown.solutions else [])]
    if checked_ids(cell.source):
        cell.source = placeholder
        cell.outputs = cell.outputs if shown.solutions else []
    return [cell]


def _folded(solution: str) -> NotebookNode:
    return _markdown(
        '<details class="solution"><summary>Solution</summary>\n\n'
        f"```python\n{solution}\n```\n\n</details>"
    )


def _markdown(source: str) -> NotebookNode:
    import nbformat

    return nbformat.v4.new_markdown_cell(source)


def _lock_outcomes(cells: list[NotebookNode]) -> None:
    """Let what tells an outcome wait for a guess.

    These are the outputs from a prediction's form to its outcome, and the text that reads it.
    """
    asked: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            form = re.search(r'<form class="prediction" data-id="([\d.]+)"', cell.source)
            if form:
                asked[form[1]] = place
            continue
        for ended in outcomes_in(cell.source):
            if ended in asked:
                _lock(cells[asked[ended] + 1 : place + 1], ended)
                if cells[place + 1 :] and cells[place + 1].cell_type == "markdown":
                    _lock_text(cells[place + 1], ended)


def _lock(cells: list[NotebookNode], id: str) -> None:
    for cell in cells:
        if cell.cell_type == "code":
            tag = f"locked-{id.replace('.', '-')}"
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), tag]


def _lock_text(cell: NotebookNode, id: str) -> None:
    """Put what stands before a heading or a form into a block that waits for a guess."""
    text, mark, rest = re.split(r"(^#|^<form|\Z)", cell.source, maxsplit=1, flags=re.MULTILINE)
    is_whole = text.count("```") % 2 == 0  # or the mark was a comment in code
    if text.strip() and is_whole and not text.startswith("::::"):
        name = f"waiting-{id.replace('.', '-')}"
        cell.source = f"::::{{container}} waiting {name}\n{text.strip()}\n::::\n\n{mark}{rest}"


def _one_picture_each(cell: NotebookNode) -> list[NotebookNode]:
    """Return cells with one picture each: myst-nb takes one description a cell."""
    outputs = cell.get("outputs", [])
    starts = [place for place, output in enumerate(outputs) if is_picture(output)]
    ends = [*starts[1:], len(outputs)]
    if not starts:
        return [cell]
    pieces = []
    for first, end in zip([0, *starts[1:]], ends, strict=True):
        piece = deepcopy(cell) if pieces else cell
        piece.outputs = outputs[first:end]
        piece.metadata["mystnb"] = {"image": {"alt": _alt_in(piece.outputs)}}
        if pieces:
            piece.id = f"{cell.id}-{len(pieces)}"
            piece.source = ""
            piece.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-input"]
        pieces.append(piece)
    return pieces


def _alt_in(outputs: list[Any]) -> str:
    return next(
        str(picture_facts(output).get("alt", "")) for output in outputs if is_picture(output)
    )
