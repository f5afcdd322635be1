"""Captions in rows: CSV, and files with tabs, semicolons or bars between their columns."""

from __future__ import annotations

import ast
import csv
import json
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from utils.formats.text import lines_of

Entry = tuple[str, str, str]  # an image's name, one caption, its split or ""
Row = tuple[int, list[str]]  # the line that it begins in, counted from 1, and its cells

# The columns that people name so; of several, the first of these is taken.
IMAGE_COLUMNS = ("image", "image_name", "filename", "file_name", "image_file", "image_path", "file")
IMAGE_COLUMNS += ("filepath", "file_path", "path", "photo", "img", "imagename", "name", "image_id")
IMAGE_COLUMNS += ("images", "imgs", "filenames", "file_names", "img_path", "img_name", "imagepath")
IMAGE_COLUMNS += ("photo_name", "image_filename", "image_url", "url")
CAPTION_COLUMNS = ("caption", "captions", "text", "comment", "sentence", "description", "raw")
CAPTION_COLUMNS += ("sentences", "comments", "descriptions", "caption_text", "alt_text", "title")
SPLIT_COLUMNS = ("split", "set", "subset")

SUFFIX = re.compile(
    r"(\.(jpe?g|jfif|png|gif|bmp|webp|tiff?|avif|heic|heif))+(#\d+)?$", re.IGNORECASE
)
_NUMBERED = re.compile(r"#\d+$")  # "dog.jpg#0", of Flickr8k.token
# What is not seen and belongs to no name: blanks, quotes, marks of byte order and of direction.
_AROUND = string.whitespace + '"\u00a0\u3000\ufeff\u200b\u200e\u200f\u2060\u202a\u202c'
_FOR_EXCEL = re.compile(r"sep=.\s*\Z", re.IGNORECASE)  # a first line that names the delimiter
_NUMBER_FIRST = re.compile(r"\s*\d+\s+(?=.*\w)")
_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_KIND, _HEADLESS = "a table with {} between its columns", ", without a header"
OWN = _KIND.format(_DELIMITERS[","])  # the course's own format
READ = (
    "tables with such a header (commas, tabs, semicolons, bars), Flickr8k.token.txt, "
    "Flickr30k's results.csv, and as JSON those of COCO, of Karpathy's splits, a line a caption, "
    "or a dictionary from names to captions"
)
_LONGEST_NAME = 60  # of a column
# Texts in quotes with blanks between them, as NumPy prints an array: ['A dog' 'A hound'].
_ONE_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_QUOTED = re.compile(_ONE_QUOTED, re.DOTALL)
_PRINTED = re.compile(rf"\[\s*(?:{_ONE_QUOTED})(?:\s+(?:{_ONE_QUOTED}))+\s*\]", re.DOTALL)
_NOTHING = ("nan", "null", "none", "<na>", "n/a")  # how programs write a cell without anything
_MOST_LINES = 5  # of one caption in quotes
_LOOKED_AT = 50  # rows of a file without a header


@dataclass(frozen=True)
class Columns:
    """Which of the `count` columns of a table hold what; `split` is None where there is none.

    `headless`: no line names the columns. Then each row begins with an image's name, and its last
    column is the caption, whatever that contains; or several columns are captions, in any number.
    """

    delimiter: str
    count: int
    image: int
    captions: tuple[int, ...]
    split: int | None = None
    headless: bool = False


TABS_ALONE = Columns("\t", 2, 0, (1,))


def read_table(path: Path, text: str) -> tuple[str, list[Entry]]:
    """Return what the table is called, and its captions in order.

    Raises `ValueError` with the line where a row cannot be read.
    """
    lines = lines_of(text)
    start, columns = _header(path, lines)
    if columns.delimiter in "\t| ":
        rows = _plain_rows(lines, columns)
    else:
        rows = _quoted_rows(path, lines, columns)
    entries = []
    for line, cells in rows:
        if line > start and any(cell.strip() for cell in cells) and not _is_header(cells, columns):
            entries += _entries(f"{path}, line {line}", cells, columns)
    kind = _KIND.format(_between(columns.delimiter))
    return kind + (_HEADLESS if columns.headless else ""), entries


def _between(delimiter: str) -> str:
    return _DELIMITERS.get(delimiter, "spaces")


def _is_header(cells: Sequence[str], columns: Columns) -> bool:
    """Return whether a row is the header again, as in two files that were joined."""
    if len(cells) <= max(columns.image, columns.captions[0]):
        return False
    image, caption = (
        named_column(cells[n][:_LONGEST_NAME]) for n in (columns.image, columns.captions[0])
    )
    return image in IMAGE_COLUMNS and caption in CAPTION_COLUMNS


def _header(path: Path, lines: Sequence[str]) -> tuple[int, Columns]:
    """Return the number of the header's line, or of the line before the first row; the columns."""
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    if filled and _FOR_EXCEL.match(lines[filled[0] - 1]):
        filled = filled[1:]
    if not filled:
        raise ValueError(f"{path} is empty: it needs a row `image,caption` for each caption.")
    first = lines[filled[0] - 1]
    for delimiter in ("\t", *_DELIMITERS, " "):
        if _begins_with_a_name(first, delimiter):
            rows = [lines[number - 1] for number in filled[:_LOOKED_AT]]
            return filled[0] - 1, _without_header(delimiter, rows)
    for delimiter in _DELIMITERS:
        cells = [cell.strip(' "') for cell in first.split(delimiter)]
        columns = _columns(delimiter, cells)
        if columns is None:
            continue
        row = lines[filled[1] - 1] if len(filled) > 1 else ""
        if delimiter != "\t" and _begins_with_a_name(row, "\t"):
            return filled[0], TABS_ALONE  # tabs below a header with commas
        return filled[0], columns
    shown = ",".join(cell.strip().lower() for cell in first.split(",")) or "(none)"
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    raise ValueError(
        f"{path} starts with the columns {shown}: its first line must be `image,caption`. The "
        f"course reads {READ}."
    )


def _begins_with_a_name(line: str, delimiter: str) -> bool:
    name, found, _ = line.partition(delimiter)
    return bool(found) and _is_photo_name(name)


def _is_photo_name(name: str) -> bool:
    name = name.strip(_AROUND)
    return bool(SUFFIX.search(name) or _NUMBERED.search(name))


def _without_header(delimiter: str, rows: Sequence[str]) -> Columns:
    """Return the columns of a file by its first rows: a name, perhaps a number, the captions."""
    cells = rows[0].split(delimiter)
    numbered = len(cells) > 2 and cells[1].strip(' "').isdecimal() and delimiter != " "
    last = 2 if numbered else 1
    captions = tuple(range(last, max(_columns_of_captions(delimiter, rows), last + 1)))
    return Columns(delimiter, captions[-1] + 1, 0, captions, headless=True)


def _columns_of_captions(delimiter: str, rows: Sequence[str]) -> int:
    """Return the number of columns where each row has several captions, else 0.

    A tab or a bar is no part of a caption. Commas and semicolons are, but a blank follows them
    there, and not every caption has as many.
    """
    if delimiter == " ":
        return 0
    if delimiter in "\t|":
        return max(len(row.split(delimiter)) for row in rows)
    try:
        read = [next(csv.reader([row], delimiter=delimiter, strict=True), []) for row in rows]
    except csv.Error:
        return 0
    alike = len(read) > 1 and len({len(cells) for cells in read}) == 1
    apart = all(cell and not cell[0].isspace() for cells in read for cell in cells)
    return len(read[0]) if alike and apart else 0


def named_column(name: str) -> str:
    """Return a column's name as it is compared: lower case, `_` for spaces and hyphens."""
    return re.sub(r"[ -]+", "_", name.strip(_AROUND).lower())


def _columns(delimiter: str, header: Sequence[str]) -> Columns | None:
    names = [named_column(name[:_LONGEST_NAME]) for name in header]
    while names and not names[-1]:
        names.pop()  # the header ends with a delimiter
    images = [name for name in IMAGE_COLUMNS if name in names]
    bases = [re.sub(r"_?\d+$", "", name) for name in names]  # caption_1, caption_2, ...
    texts = [name for name in CAPTION_COLUMNS if name in bases]
    if not images or not texts:
        return None
    captions = tuple(place for place, base in enumerate(bases) if base == texts[0])
    split = next((names.index(name) for name in SPLIT_COLUMNS if name in names), None)
    return Columns(delimiter, len(names), names.index(images[0]), captions, split)


def _entries(where: str, cells: list[str], columns: Columns) -> list[Entry]:
    cells = [cell.strip() for cell in cells]
    while len(cells) > columns.count and not cells[-1]:
        cells.pop()
    if columns.headless:
        if not _is_photo_name(cells[0]):
            raise ValueError(
                f"{where} does not begin with an image's name, as the first line of the file does "
                f"(it begins with {cells[0][:40]!r}): mend it, or begin the file with a header."
            )
        last = columns.captions[0]
        if len(columns.captions) == 1:
            cells = [*cells[:last], f"{columns.delimiter} ".join(cells[last:])]
        else:
            cells += [""] * (columns.count - len(cells))
            columns = replace(columns, captions=tuple(range(last, len(cells))), count=len(cells))
    if len(cells) != columns.count:
        raise ValueError(_wrong_count(where, cells, columns))
    image = clean_name(cells[columns.image])
    captions = [one for place in columns.captions for one in _captions_in(cells[place])]
    if len(captions) > 1:  # columns of their own: a photo may have fewer
        captions = [one for one in captions if one and one.lower() not in _NOTHING]
    if not image or not captions or not all(map(has_word, captions)):
        raise ValueError(f"{where} has no image name or no word in its caption: remove it.")
    split = cells[columns.split] if columns.split is not None else ""
    return [(image, caption, split) for caption in captions]


def _wrong_count(where: str, cells: Sequence[str], columns: Columns) -> str:
    between = _between(columns.delimiter)
    advice = f"put a caption that contains {between} in double quotes"
    if any(quote in cell for cell in cells for quote in "“”„"):
        advice += ', and in straight ones ("), not in curly ones'
    if len(cells) < columns.count:
        advice = f"it needs {between} between its columns"
    return (
        f"{where} has {len(cells)} columns instead of {columns.count}: {advice}. A double quote "
        "inside a caption in quotes is written twice."
    )


def _captions_in(cell: str) -> list[str]:
    """Return the captions in a cell: one, or those of a list that a program has written there."""
    if (cell[:1], cell[-1:]) not in (("[", "]"), ("(", ")"), ("{", "}")):
        return [cell]
    if _PRINTED.fullmatch(cell):  # Python would join them to one text
        cell = f"[{', '.join(match.group() for match in _QUOTED.finditer(cell))}]"
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        many = isinstance(found, list | tuple | set) and bool(found)
        if many and all(isinstance(one, str) for one in found):
            return [one.strip() for one in found]
    return [cell]


def clean_name(name: str) -> str:
    """Return an image's name without what is unseen around it and the number of its caption.

    `dog.jpg#0` is `dog.jpg`.
    """
    return _NUMBERED.sub("", name.strip(_AROUND))


def has_word(caption: str) -> bool:
    """Return whether a caption has a letter or a digit, and is no `nan` of a program."""
    return caption.lower() not in _NOTHING and any(letter.isalnum() for letter in caption)


def _plain_rows(lines: Sequence[str], columns: Columns) -> Iterator[Row]:
    """Yield the rows of a file in which quotes are text, as in those of Flickr8k and Flickr30k."""
    last = columns.count - 1
    for number, line in enumerate(lines, 1):
        whole = columns.captions == (last,)  # then a further delimiter belongs to the caption
        cells = line.split(columns.delimiter, last if whole else -1)
        if columns.delimiter == "|" and len(cells) == last == 2 and _NUMBER_FIRST.match(cells[1]):
            # "name| 4   A dog runs", as one line of Flickr30k's results.csv has it
            cells = [cells[0], "", _NUMBER_FIRST.sub("", cells[1])]
        yield number, [_unquoted(cell) for cell in cells]


def _unquoted(cell: str) -> str:
    """Return a cell without the quotes that programs put around it."""
    cell = cell.strip()
    inside = cell[1:-1].replace('""', "")
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inside:
        return cell[1:-1].replace('""', '"')
    return cell


def _quoted_rows(path: Path, lines: Sequence[str], columns: Columns) -> Iterator[Row]:
    """Yield the rows of a CSV file. A caption in quotes may run over a few lines."""
    place = 0
    while place < len(lines):
        start, text = place, lines[place]
        place += 1
        while (cells := _cells(f"{path}, line {start + 1}", text, columns.delimiter)) is None:
            last = place == len(lines) or place - start == _MOST_LINES
            if last or _begins_a_row(lines[place], text, columns):
                raise ValueError(_stray_quote(f"{path}, line {start + 1}"))
            text += "\n" + lines[place]
            place += 1
        yield start + 1, cells


def _cells(where: str, text: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row; None where a quote is still open."""
    try:
        return _parsed(text, delimiter, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
        if "\n" in text:
            raise ValueError(_stray_quote(where)) from error
    try:
        return _parsed(text, delimiter, strict=False)  # '"Stop" he says': all words are there
    except csv.Error as error:
        raise ValueError(f"{where} is not a readable CSV file ({error}): mend it.") from error


def _parsed(text: str, delimiter: str, strict: bool) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=strict), [])


def _begins_a_row(line: str, open_row: str, columns: Columns) -> bool:
    """Return whether a line within open quotes looks like the next row."""
    cells = line.split(columns.delimiter)
    if any(SUFFIX.search(cell.strip(' "')) for cell in open_row.split(columns.delimiter)):
        return any(SUFFIX.search(cell.strip(' "')) for cell in cells)
    image = cells[columns.image].strip() if len(cells) == columns.count else " "
    return " " not in image


def _stray_quote(where: str) -> str:
    return (
        f"{where}: a double quote opens a caption here and is not closed in its row, or "
        f"{_MOST_LINES} lines, so that it would swallow the rows below. Remove it or close it; "
        "inside a caption it is written twice."
    )
