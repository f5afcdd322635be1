"""Claims that cannot go stale: what the prose says of a run is asserted beside it, or sourced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from utils.authoring.pictures import is_picture, picture_facts
from utils.authoring.sections import Section, sections_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Numbers this small count things that are in sight, and are not looked up.
SMALL = 12
_NUMBER = re.compile(r"(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?%?")
_NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]*`|^\s*\|.*$|^\s*\d+\. ", re.MULTILINE | re.DOTALL
)
_REFERENCE = re.compile(
    r"\b(?:chapters?|sections?|exercises?|predictions?)\s+[\d.]+(?:(?:,| to| and| or) [\d.]+)*",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\]\(|https?://")


def unasserted_sections(notebook: NotebookNode) -> list[str]:
    """Return the headings of sections that show a run and assert nothing."""
    return [
        section.heading
        for section in sections_of(notebook)
        if section.level > 1
        and not section.is_exercise
        and any(_shows_a_run(cell) for cell in section.cells)
        and not section.assertions
    ]


def _shows_a_run(cell: NotebookNode) -> bool:
    """Return whether a cell has text, a value or a picture below it; boxes do not count."""
    if "show_versions(" in cell.source or "course_map(" in cell.source:
        return False
    kinds = [output.output_type != "display_data" or is_picture(output) for output in cell.outputs]
    return any(kinds)


def unsourced_numbers(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return (heading, number) of numbers in prose that stand in no output, assertion or source."""
    known = _known_numbers(notebook)
    found = []
    for section in sections_of(notebook):
        if not section.is_exercise:
            found += [(section.heading, number) for number in _numbers_of(section, known)]
    return found


def _numbers_of(section: Section, known: set[float]) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", section.prose):
        if _SOURCE.search(paragraph) or "**Time needed**" in paragraph:
            continue
        plain = _REFERENCE.sub("", _NOT_PROSE.sub("", paragraph))
        for text in _NUMBER.findall(plain):
            value = _value(text)
            year = "," not in text and 1900 <= value <= 2100
            if not (value in known or year or _is_small(value) or _as_share(text) in known):
                yield text


def _is_small(value: float) -> bool:
    return value == int(value) and value <= SMALL


def _value(text: str) -> float:
    return float(text.rstrip("%").replace(",", ""))


def _as_share(text: str) -> float:
    """Return 0.52 for "52%" and for "52": assertions speak of shares."""
    return round(_value(text) / 100, 6)


def _known_numbers(notebook: NotebookNode) -> set[float]:
    """Return all numbers of the code and of the outputs."""
    texts = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        texts.append(cell.source)
        for output in cell.outputs:
            data = output.get("data", {})
            texts += [output.get("text", ""), data.get("text/plain", "")]
            texts.append(picture_facts(output).get("alt", ""))
    joined = "\n".join(map(str, texts)).replace("_", "")
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", joined)
    return {round(float(text.replace(",", "").rstrip(".")), 6) for text in numbers}


def claims_without_cover(notebook: NotebookNode) -> Iterator[str]:
    """Return sentences on sections without an assertion and numbers without a source."""
    for heading in unasserted_sections(notebook):
        yield f"The section {heading!r} shows a run, and no master-only cell asserts what it says."
    for heading, number in unsourced_numbers(notebook):
        yield f"The number {number} in {heading!r} stands in no output, assertion or source."
