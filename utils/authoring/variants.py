"""The variants of exercises in notebooks: texts, placeholders and solutions of the chosen ones."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from utils.authoring.notebooks import NotebookProblem, derive, masters, read_notebook
from utils.exercises.solutions import BEGIN_SOLUTION, END_SOLUTION, answer_grade_id
from utils.exercises.stubs import stub_hashes
from utils.exercises.variants import Variant, chosen, variant, variants_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

HEADING = re.compile(r"^### Exercise (\d+\.\d+) · ", re.MULTILINE)
# A choice, such as "- **a**: It has memorised" or "- a: a lucky start": mark, letter and rest.
CHOICE = re.compile(r"^([-*] \W*)([a-h])([^\w\s].*)$")
SALT = "the variants of a class"  # so that a stamp is no plain hash of the seed
STAMP_LENGTH = 16


def with_variants(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a master or a chapter with the chosen variants of all its exercises.

    Outputs stay as they are. Raises `NotebookProblem` where an old text of a variant does not stand
    exactly once in the exercise, or a choice is not laid out as one.
    """
    fresh = copy.deepcopy(notebook)
    for id in exercises_of(fresh):
        if chosen(id):
            _exchange(_Exercise(id, fresh.cells), variant(id))
    return fresh


def stamp_of(seed: str, student: str) -> str:
    """Return 16 hex digits that tell variants apart without telling the seed; "" for no seed."""
    if not seed:
        return ""
    text = json.dumps([SALT, seed, student])
    return hashlib.sha256(text.encode()).hexdigest()[:STAMP_LENGTH]


def stamp(notebook: NotebookNode, seed: str, student: str) -> None:
    """Write into a notebook which variants it was handed out with, in place; `grade` reads it."""
    from nbformat import NotebookNode

    notebook.metadata["course"] = NotebookNode(variant=stamp_of(seed, student))


def variant_of_exercise(notebook: NotebookNode, id: str, number: int) -> NotebookNode:
    """Return a copy of a notebook with variant `number` of one exercise, the others unchanged."""
    fresh = copy.deepcopy(notebook)
    if number:
        _exchange(_Exercise(id, fresh.cells), variants_of(id)[number])
    return fresh


def derived_stubs() -> dict[str, list[list[str]]]:
    """Return exercise id -> for each of its variants, the hashes of its placeholders."""
    found: dict[str, list[list[str]]] = {}
    for master in masters():
        chapter = derive(read_notebook(master))
        for id in exercises_of(chapter):
            hashes = []
            for number in range(len(variants_of(id))):
                shown = variant_of_exercise(chapter, id, number)
                hashes.append(stub_hashes(_Exercise(id, shown.cells).answer.source))
            if any(hashes):
                found[id] = hashes
    return found


def exercises_of(notebook: NotebookNode) -> list[str]:
    """Return the ids of the exercises that a notebook has headings of, in order."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return [id for text in texts for id in HEADING.findall(text)]


@dataclass
class _Exercise:
    """The text of an exercise, from its heading to its answer cell, and that cell."""

    id: str
    cells: list[NotebookNode]

    def __post_init__(self) -> None:
        places = [n for n, cell in enumerate(self.cells) if _has_heading(cell, self.id)]
        answers = [
            n
            for n, cell in enumerate(self.cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == answer_grade_id(self.id)
        ]
        if len(places) != 1 or len(answers) != 1 or answers[0] < places[0]:
            raise NotebookProblem(f"Exercise {self.id} has no heading with an answer cell below.")
        self.answer = self.cells[answers[0]]
        between = self.cells[places[0] : answers[0]]
        self.texts = [cell for cell in between if cell.cell_type == "markdown"]

    def parts(self) -> list[str]:
        """Return what a variant may change: each text, then the placeholder before and after."""
        begin, _, end = _in_three(self.answer.source)
        return [*(_from_heading(cell, self.id)[1] for cell in self.texts), begin, end]

    def write(self, parts: list[str], solution: str) -> None:
        """Put changed parts in their places, and a solution between the markers."""
        *texts, begin, end = parts
        for cell, text in zip(self.texts, texts, strict=True):
            cell.source = _from_heading(cell, self.id)[0] + text
        self.answer.source = begin + solution + end


def _has_heading(cell: NotebookNode, id: str) -> bool:
    return cell.cell_type == "markdown" and id in HEADING.findall(cell.source)


def _from_heading(cell: NotebookNode, id: str) -> tuple[str, str]:
    """Return the text before the heading of an exercise, and the one from there on."""
    starts = [match.start() for match in HEADING.finditer(cell.source) if match[1] == id]
    start = starts[0] if starts else 0
    return cell.source[:start], cell.source[start:]


def _in_three(source: str) -> tuple[str, str, str]:
    """Return an answer cell before, within and after its solution; a chapter has none."""
    lines = source.split("\n")
    begins = [n for n, line in enumerate(lines) if line.strip() == BEGIN_SOLUTION]
    ends = [n for n, line in enumerate(lines) if line.strip() == END_SOLUTION]
    if not begins:
        return source, "", ""
    if len(begins) != 1 or len(ends) != 1:
        raise NotebookProblem(f"One solution between markers is wanted:\n{source}")
    first, last = begins[0] + 1, ends[0]
    parts = lines[:first], lines[first:last], lines[last:]
    before, within, after = ("\n".join(part) for part in parts)
    return before + "\n", within + "\n", after


def _exchange(exercise: _Exercise, variant: Variant) -> None:
    """Change an exercise in place."""
    parts = exercise.parts()
    for old, new in variant.replace:
        found = [part.count(old) for part in parts]
        if sum(found) != 1:
            raise NotebookProblem(
                f"Exercise {exercise.id}: a variant replaces a text that stands there "
                f"{sum(found)} times, and should stand once: {old!r}"
            )
        place = found.index(1)
        parts[place] = parts[place].replace(old, new)
    if variant.order:
        parts = _in_order(exercise.id, parts, variant.order)
    exercise.write(parts, _solved(exercise.answer.source, variant))


def _solved(source: str, variant: Variant) -> str:
    """Return what stands between the markers of an answer cell; "" in a chapter."""
    before, within, _ = _in_three(source)
    if not within:
        return ""
    if variant.solution:
        marker = before.split("\n")[-2]
        indent = marker[: len(marker) - len(marker.lstrip())]
        return textwrap.indent(variant.solution.strip("\n"), indent) + "\n"
    if variant.order:
        return re.sub(r'"([a-h])"', lambda match: f'"{variant.shown_letter(match[1])}"', within)
    return within


def _in_order(id: str, parts: list[str], order: str) -> list[str]:
    """Return the parts with the choices in another order, under the letters a, b, c, ..."""
    places = [n for n, part in enumerate(parts) if any(map(CHOICE.match, part.split("\n")))]
    if len(places) != 1:
        raise NotebookProblem(f"Exercise {id}: the choices should stand together in one text.")
    lines = parts[places[0]].split("\n")
    starts = [n for n, line in enumerate(lines) if CHOICE.match(line)]
    letters = "".join(CHOICE.match(lines[n])[2] for n in starts)
    if letters != "".join(sorted(order)):
        raise NotebookProblem(
            f"Exercise {id}: the choices are {letters!r}, the order is {order!r}."
        )
    ends = [*starts[1:], _end_of(lines, starts[-1])]
    choices = [lines[start:end] for start, end in zip(starts, ends, strict=True)]
    moved: list[str] = []
    for shown, own in zip(letters, order, strict=True):
        first, *rest = choices[letters.index(own)]
        mark, _, text = CHOICE.match(first).groups()
        moved += [f"{mark}{shown}{text}", *rest]
    fresh = list(parts)
    fresh[places[0]] = "\n".join([*lines[: starts[0]], *moved, *lines[ends[-1] :]])
    return fresh


def _end_of(lines: list[str], start: int) -> int:
    """Return the line after a choice and the indented lines that continue it."""
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return end
