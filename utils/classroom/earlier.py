"""What a teacher has entered in the table of an earlier run, which is kept when grading again."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

# Columns that `grade` writes itself, of whatever chapters.
_OWN = re.compile(r"student|total|notes|\d+\.\d+(?: verdict)?|chapter \d+")
_QUESTION = re.compile(r"question \d+")  # these are kept where something was entered


@dataclass(frozen=True)
class Earlier:
    """What stands in an earlier table: student -> column -> text, and those columns in order.

    The students are named as in the table; the columns of `grade` itself are left out.
    """

    columns: tuple[str, ...] = ()
    entered: dict[str, dict[str, str]] = field(default_factory=dict)


def read_earlier(path: Path) -> Earlier:
    """Return what was entered in a table, as Excel and others save it; nothing where none stands.

    Raises `ValueError` where the file is no table of students: it would be overwritten.
    """
    if not path.exists():
        return Earlier()
    text = _text(path.read_bytes())
    mark = max(",;\t", key=text.partition("\n")[0].count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    head = [name.strip() for name in lines[0]] if lines else []
    if "student" not in head:
        raise ValueError(
            f"{path} is no table of an earlier run (no column is named 'student'), and would be "
            "overwritten: name another file."
        )
    columns = [name for name in dict.fromkeys(head) if name and not _OWN.fullmatch(name)]
    entered: dict[str, dict[str, str]] = {}
    for line in lines[1:]:
        values = dict(zip(head, line, strict=False))
        own = {name: values[name] for name in columns if values.get(name, "").strip()}
        if values.get("student", "").strip():
            entered.setdefault(values["student"].strip(), {}).update(own)
    used = set().union(*entered.values())
    columns = [name for name in columns if name in used or not _QUESTION.fullmatch(name)]
    return Earlier(tuple(columns), entered)


def _text(data: bytes) -> str:
    """Return a table's text; older spreadsheets write neither UTF-8 nor UTF-16."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def number_of(text: str) -> float | None:
    """Return the points that a text stands for ("2", "2.5", "2,5"); None where it is no number."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
