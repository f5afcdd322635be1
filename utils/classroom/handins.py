"""One notebook that a student handed in: its cells, its chapter, and why it cannot be read."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from utils.classroom.cells import Cell
from utils.classroom.magics import letters_read
from utils.exercises.solutions import BEGIN_SOLUTION

LARGEST = 60_000_000  # bytes of a notebook, outputs and all
MOST_READ = 1_000_000  # letters that IPython would read for the magics of all cells: 10 seconds
LONGEST = 400_000  # letters of code in all cells: the course's longest chapter has a tenth
SOLVED = re.compile(rf"^[ \t]*{re.escape(BEGIN_SOLUTION)}[ \t]*$", re.MULTILINE)
AGAIN = "Download it again, or ask for it once more."
_COPY = re.compile(r"(?: ?\((\d+)\)|-(\d{1,2})|[ _-](?:copy|kopie)(\d*)|-checkpoint)+$", re.I)
_FILE = re.compile(r"(?<!\d)(\d\d)_[a-z]")
_GRADE_ID = re.compile(r"(?:answer|check)-(\d+)-\d+")
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


class Unreadable(Exception):
    """A file that holds no notebook that can be graded; the text says why."""


@dataclass(frozen=True)
class Handed:
    """A notebook as it was handed in.

    `name`: the file's, without folders. `time`: when it was written, 0 where this is not known.
    `digest`: of its bytes. `notes`: what was odd. `stamp`: that of the seed it was handed out
    under, None where it does not say. `path`: the name with folders below the student's.
    """

    chapter: int
    name: str
    time: float
    digest: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    stamp: str | None = None
    path: str = ""


def handed(name: str, data: bytes, time: float = 0.0) -> Handed:
    """Return the notebook in a file's bytes. Raises `Unreadable` with a sentence."""
    book = _notebook(name, data)
    cells = _cells(book)
    if sum(len(cell.source) for cell in cells) > LONGEST:
        raise Unreadable(f"{name} holds more code and text than any chapter: it was not read.")
    if sum(letters_read(cell.source) for cell in cells if cell.kind == "code") > MOST_READ:
        raise Unreadable(f"{name} holds more magics and shell commands than are read: remove them.")
    chapter, how = chapter_of(name, cells)
    notes = [f"{name} was taken for chapter {chapter} by its {how}"] if how else []
    notes += _of_other_chapters(name, chapter, cells)
    if any(SOLVED.search(cell.source) for cell in cells if cell.kind == "code"):
        notes.append(f"{name} holds the marks of the course's solved notebook (`{BEGIN_SOLUTION}`)")
    digest = hashlib.sha256(data).hexdigest()
    return Handed(chapter, name, time, digest, cells, tuple(notes), _stamp(book))


def _of_other_chapters(name: str, chapter: int, cells: Iterable[Cell]) -> list[str]:
    """Return a note for each other chapter of which exercises stand in a notebook."""
    found: dict[int, set[str]] = {}
    for cell in cells:
        for id in (cell.owner[1], *cell.checks):
            number = int(id.partition(".")[0]) if id else chapter
            if number != chapter:
                found.setdefault(number, set()).add(id)
    return [
        f"{name} also holds exercises of chapter {number} ({', '.join(sorted(ids))}), which are "
        f"not graded there: hand in chapter {number} as a file of its own"
        for number, ids in sorted(found.items())
    ]


def number_in(name: str) -> int | None:
    """Return the chapter in a file's name: 1 for "01_dataset.html"; None where none stands."""
    named = _FILE.search(name.lower())
    return int(named[1]) if named else None


def _stamp(book: Any) -> str | None:
    """Return what the notebook's metadata say of the variants that it holds."""
    metadata = book.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    stamp = course.get("variant") if isinstance(course, dict) else None
    return stamp if isinstance(stamp, str) else None


def _notebook(name: str, data: bytes) -> Any:
    """Return a notebook as format 4."""
    if len(data) > LARGEST:
        raise Unreadable(f"{name} is larger than {LARGEST // 1_000_000} MB: clear its outputs.")
    if not data.strip():
        raise Unreadable(f"{name} is empty.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not UTF-8, as Jupyter saves it. {AGAIN}") from error
    try:
        return _as_format_4(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} is damaged: it is not valid JSON. {AGAIN}") from error
    except Unreadable as error:
        raise Unreadable(f"{name} {error}") from error
    except Exception as error:  # the conversion of older formats raises anything
        raise Unreadable(f"{name} is JSON, but no notebook.") from error


def _as_format_4(book: Any) -> Any:
    import nbformat

    if not isinstance(book, dict) or not {"cells", "worksheets"} & set(book):
        raise Unreadable("is JSON, but no notebook.")
    major = book.get("nbformat", 4)
    if major not in (3, 4):
        raise Unreadable(f"has the format {major}, which is not known: save it as format 4.")
    if major == 4:
        if not isinstance(book.get("cells"), list):
            raise Unreadable("is JSON, but no notebook.")
        return book
    book.setdefault("metadata", {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nbformat.convert(nbformat.from_dict(book), 4)


def _cells(book: Any) -> tuple[Cell, ...]:
    """Return the cells without outputs; what is no cell is left out."""
    return tuple(_cell(cell) for cell in book["cells"] if isinstance(cell, dict))


def _cell(cell: dict[str, Any]) -> Cell:
    metadata = cell.get("metadata")
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = grading.get("grade_id", "") if isinstance(grading, dict) else ""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    # Half a pair of surrogates is valid JSON, and no text that can be written again.
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    return Cell(kind, text, str(grade_id), str(cell.get("id", "")))


def copy_number(name: str) -> int:
    """Return which copy a file name says that it is: 2 for "a (2).ipynb" and "a-2.ipynb"."""
    found = _COPY.search(_stem(name))
    digits = [part for part in found.groups() if part] if found else []
    return int(digits[-1]) if digits else int(bool(found) and "-checkpoint" not in found[0])


def _stem(name: str) -> str:
    return re.sub(r"\.(ipynb|zip|json|txt)$", "", name, flags=re.IGNORECASE).strip()


# Which chapter


def chapter_of(name: str, cells: Iterable[Cell]) -> tuple[int, str]:
    """Return a notebook's chapter, and by what it was found, where that is worth saying.

    Raises `Unreadable` where nothing in it belongs to a chapter.
    """
    cells = list(cells)
    by_name = number_in(name)
    for how, found in (
        ("ids", _by_ids(cells)),
        ("checks", _by_checks(cells)),
        ("heading", _by_heading(cells)),
        ("names", _by_names(cells)),
    ):
        if found is not None:
            is_odd = by_name not in (None, found) or (by_name is None and how == "names")
            return found, how if is_odd else ""
    if by_name is not None and any(cell.kind == "code" for cell in cells):
        return by_name, ""
    raise Unreadable(f"{name} is a notebook, but of no chapter of the course.")


def _most(votes: Iterable[int]) -> int | None:
    counts = Counter(votes)
    return max(counts, key=lambda one: (counts[one], -one)) if counts else None


def _by_ids(cells: list[Cell]) -> int | None:
    names = [_GRADE_ID.fullmatch(name) for cell in cells for name in (cell.grade_id, cell.id)]
    return _most(int(found[1]) for found in names if found)


def _by_checks(cells: list[Cell]) -> int | None:
    return _most(int(id.partition(".")[0]) for cell in cells for id in cell.checks)


def _by_heading(cells: list[Cell]) -> int | None:
    texts = [cell.source for cell in cells if cell.kind == "markdown"]
    headings = [heading.strip() for text in texts for heading in _HEADING.findall(text)]
    return _most(_headings()[one] for one in headings if one in _headings())


def _by_names(cells: list[Cell]) -> int | None:
    """Return the chapter whose answers' names the cells define, two of them at least."""
    from utils.classroom.cells import names_bound

    bound = set().union(*(names_bound(cell.source) for cell in cells if cell.kind == "code"))
    votes = [_names()[name] for name in bound if name in _names()]
    best = _most(votes)
    return best if best is not None and votes.count(best) >= 2 else None


@cache
def _headings() -> dict[str, int]:
    """Return the heading of each chapter -> its number."""
    return {plan.heading: plan.chapter for plan in _plans()}


@cache
def _names() -> dict[str, int]:
    """Return each name that exactly one chapter asks for -> the chapter."""
    pairs = {(name, one.chapter) for one in _plans() for asked in one.asked for name in asked.names}
    counts = Counter(name for name, _ in pairs)
    return {name: chapter for name, chapter in pairs if counts[name] == 1}


@cache
def _plans() -> tuple[Any, ...]:
    from utils.classroom.plans import chapters_with_masters, plan_of

    return tuple(map(plan_of, chapters_with_masters()))
