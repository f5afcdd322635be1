"""The text of a file in UTF-8, or a sentence on what it is instead."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from utils.formats.encodings import likely_encoding

# What begins a file that holds captions but is no text.
_NO_TEXT = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet: unpack it, or save its table as CSV in UTF-8",
    b"\x1f\x8b": "a gzip archive: unpack it",
    b"BZh": "a bzip2 archive: unpack it",
    b"\xfd7zXZ": "an xz archive: unpack it",
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"Rar!": "a RAR archive: unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file: save its table as CSV in UTF-8",
    b"{\\rtf": "a document with styles (RTF): save it as plain text in UTF-8",
    b"%PDF": "a PDF document: save its table as CSV in UTF-8",
    b"PAR1": "a Parquet file: save its table as CSV in UTF-8, as pandas does",
    b"\x93NUMPY": "an array of NumPy's: write its captions as CSV in UTF-8",
    b"\x80\x04\x95": "a pickle of Python's: write its captions as CSV in UTF-8",
    b"SQLite format 3": "a database (SQLite): export its table as CSV in UTF-8",
    b"\xff\xd8\xff": "a photo: name the file with the captions",
    b"\x89PNG": "a photo: name the file with the captions",
    b"version https://git-lfs": "a pointer of Git LFS: `git lfs pull` gets the file",
    b"<!DOCTYPE html": "a web page, perhaps of a download that failed: get the file again",
    b"<!doctype html": "a web page, perhaps of a download that failed: get the file again",
    b"<html": "a web page, perhaps of a download that failed: get the file again",
}
_MARKS = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32"} | {
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_LINE_ENDS = re.compile("\r\n|\r|\n")
_SAVE = "save it as UTF-8. Editors offer that under Save As, and `iconv -f {} -t UTF-8` does it."


def read_text(path: Path) -> str:
    """Return the text of a file without its byte order mark.

    Raises `ValueError` where it is no text in UTF-8: which encoding it looks like, and how to save
    it. Raises `OSError` where it cannot be read.
    """
    data = path.read_bytes()
    for start, what in _NO_TEXT.items():
        if data.lstrip().startswith(start):
            raise ValueError(f"{path} is {what}.")
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            raise ValueError(f"{path} is not UTF-8 but {encoding}: {_SAVE.format(encoding)}")
    if b"\0" in data:
        raise ValueError(_with_zeros(path, data))
    try:
        return data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(_other_encoding(path, data, error.start)) from error


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, whatever system ended them."""
    return _LINE_ENDS.split(text)


def _with_zeros(path: Path, data: bytes) -> str:
    zeros = data.count(b"\0")
    if zeros > len(data) / 4:
        encoding = "UTF-16LE" if data[1::2].count(b"\0") > zeros / 2 else "UTF-16BE"
        return f"{path} is not UTF-8; it looks like {encoding}: {_SAVE.format(encoding)}"
    line = _line_of(data, data.index(b"\0"))
    return f"{path}, line {line} holds a zero byte, which no text has: write the line again."


def _other_encoding(path: Path, data: bytes, place: int) -> str:
    line = _line_of(data, place)
    read = data.decode("utf-8", "replace")
    if sum(ord(letter) > 127 for letter in read) > 2 * read.count("\ufffd"):
        return (
            f"{path}, line {line} has a damaged character, while other lines are UTF-8: write the "
            "line again, and save it as UTF-8."
        )
    where = f"{path} is not UTF-8 (line {line})"
    likely = likely_encoding(data)
    if likely is None:
        return f"{where}; its encoding is not known: {_SAVE.format('ITS-ENCODING')}"
    whole = lines_of(data.decode(likely.codec, "replace"))[line - 1].strip()
    shown = whole if len(whole) <= 60 else f"{whole[:57]}..."
    return (
        f"{where}; it looks like {likely.name}, in which the line reads {shown!r}: "
        f"{_SAVE.format(likely.iconv)}"
    )


def _line_of(data: bytes, place: int) -> int:
    return len(lines_of(data[:place].decode("latin-1")))
