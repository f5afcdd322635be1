"""What a teacher and students get from the grader: a table for a spreadsheet, a summary, pages."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from utils.classroom.judging import Judged
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from utils.support.files import atomic_path
from utils.support.tables import text_table

BROKEN, NOT_HANDED_IN = "broken", "not handed in"
OUTCOMES = (CORRECT, INCORRECT, NOT_ATTEMPTED, BROKEN)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Two folders or more: "/home/ada/x.py", "C:\\Users\\ada". What stands last is kept.
_PATH = re.compile(r"(?<![\w.<:/\\])(?:[A-Za-z]:[\\/]|[\\/])(?:[^\\/\s'\"`<>|:]+[\\/])+(?=[^\s])")


@dataclass(frozen=True)
class Column:
    """An exercise of the table: its id, title and points."""

    id: str
    title: str
    worth: int

    @property
    def chapter(self) -> int:
        """The chapter's number."""
        return int(self.id.partition(".")[0])


@dataclass
class Row:
    """A student's result: what was found by exercise, and notes on the hand-in as a whole."""

    student: str
    judged: dict[str, Judged] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def points(self, columns: Sequence[Column]) -> int:
        """Return the sum of the points in these columns."""
        return sum(self.judged[one.id].points for one in columns if one.id in self.judged)

    def outcome(self, id: str) -> str:
        """Return the outcome of an exercise."""
        return self.judged[id].outcome if id in self.judged else NOT_HANDED_IN

    def every_note(self) -> list[str]:
        """Return the notes on the hand-in, then those on exercises with their ids."""
        own = [f"{one.id}: {note}" for one in self.judged.values() for note in one.notes]
        return [*self.notes, *own]


# The table


def csv_text(rows: Sequence[Row], columns: Sequence[Column], questions: Sequence[str]) -> str:
    """Return the table as CSV: a row a student, points and verdict of each exercise, sums, notes.

    `questions`: the columns that stay empty for what a person grades.
    """
    chapters = sorted({one.chapter for one in columns})
    head = ["student"]
    head += [text for one in columns for text in (one.id, f"{one.id} verdict")]
    head += [f"chapter {number}" for number in chapters]
    head += [*questions, "total", "notes"]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        cells: list[object] = [harmless(row.student)]
        for one in columns:
            cells += [row.points([one]), row.outcome(one.id)]
        cells += [row.points([one for one in columns if one.chapter == n]) for n in chapters]
        cells += ["" for _ in questions]
        cells += [row.points(columns), harmless("; ".join(row.every_note()))]
        writer.writerow(cells)
    return file.getvalue()


def harmless(text: str) -> str:
    """Return a text on one line that a spreadsheet does not take for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def write_csv(path: Path, text: str) -> None:
    """Write the table with the mark that lets spreadsheets read it as UTF-8."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode("utf-8-sig", "replace"))


def summary(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """Return a row an exercise: how many of each outcome, and the mean of the points."""
    lines = [("exercise", *OUTCOMES, NOT_HANDED_IN, "mean points")]
    for one in columns:
        outcomes = [row.outcome(one.id) for row in rows]
        counts = [str(outcomes.count(outcome)) for outcome in (*OUTCOMES, NOT_HANDED_IN)]
        mean = sum(row.points([one]) for row in rows) / max(len(rows), 1)
        lines.append((one.id, *counts, f"{mean:.2f} of {one.worth}"))
    worth = sum(one.worth for one in columns)
    mean = sum(row.points(columns) for row in rows) / max(len(rows), 1)
    lines.append(("together", *[""] * (len(OUTCOMES) + 1), f"{mean:.2f} of {worth}"))
    return text_table(lines)


# Pages


def write_pages(folder: Path, rows: Sequence[Row], columns: Sequence[Column]) -> list[Path]:
    """Write a page for each student into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for row, name in zip(rows, file_names([row.student for row in rows]), strict=True):
        path = folder / name
        with atomic_path(path) as temporary:
            temporary.write_text(page(row, columns), encoding="utf-8", errors="replace")
        paths.append(path)
    return paths


def file_names(students: Sequence[str]) -> list[str]:
    """Return a file name for each student that every system takes; no two are the same."""
    found, used = [], set()
    for student in students:
        plain = unicodedata.normalize("NFC", student)
        name = re.sub(r"[^\w.-]+", "_", plain).strip("._")[:60] or "student"
        if name.casefold() in used or re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", name):
            name += "-" + hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:8]
        used.add(name.casefold())
        found.append(f"{name}.html")
    return found


def page(row: Row, columns: Sequence[Column]) -> str:
    """Return a student's feedback as one page that needs nothing else.

    All texts are escaped; paths of the machine that graded are left out.
    """
    points, worth = row.points(columns), sum(one.worth for one in columns)
    chapters = sorted({one.chapter for one in columns})
    parts = [_chapter(row, n, [one for one in columns if one.chapter == n]) for n in chapters]
    name = html.escape(row.student)
    return _PAGE.format(
        title=f"Feedback for {name}",
        style=_STYLE,
        head=f"<h1>{name}</h1>\n<p class='total'>{points} of {worth} points</p>",
        notes=_notes(row.notes),
        chapters="\n".join(parts),
    )


def _chapter(row: Row, number: int, columns: list[Column]) -> str:
    points, worth = row.points(columns), sum(one.worth for one in columns)
    exercises = "\n".join(_exercise(one, row.judged.get(one.id)) for one in columns)
    return (
        f'<section aria-labelledby="chapter-{number}">\n'
        f'<h2 id="chapter-{number}">Chapter {number}<span>{points} of {worth} points</span></h2>\n'
        f"{exercises}\n</section>"
    )


def _exercise(column: Column, found: Judged | None) -> str:
    outcome = found.outcome if found else NOT_HANDED_IN
    points = found.points if found else 0
    lines = "".join(f"<p>{_words(line)}</p>\n" for line in (found.lines if found else ()))
    kind = outcome.replace(" ", "-")
    return (
        f'<article class="{kind}">\n'
        f"<h3>{column.id} · {html.escape(column.title)}</h3>\n"
        f'<p class="outcome"><strong>{outcome}</strong> · {points} of {column.worth} points</p>\n'
        f"{lines}{_notes(found.notes if found else ())}</article>"
    )


def _notes(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{_words(note)}</li>" for note in notes)
    return f'<ul class="notes" aria-label="Notes">{items}</ul>\n' if items else ""


def _words(text: str) -> str:
    """Return a text as HTML: `code` in backticks, nothing that is run, no paths."""
    escaped = html.escape(without_paths(text))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped).replace("\n", "<br>")


def without_paths(text: str) -> str:
    """Return a text in which the folders of paths are left out."""
    return _PATH.sub("…/", text)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{head}
{notes}{chapters}
</main>
</body>
</html>
"""
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --page: #ffffff; --quiet: #595959;
  --line: #d6d6d6; --correct: #2e7d32; --incorrect: #c62828; --other: #6b6b6b; --broken: #a65a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --page: #161616; --quiet: #b3b3b3;
  --line: #454545; --correct: #81c784; --incorrect: #ff8a80; --other: #b0b0b0;
  --broken: #ffb74d; } }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
h1 { margin: 0.5rem 0 0; font-size: 1.6rem; }
h2 { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
  align-items: baseline;
  margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
h2 span { color: var(--quiet); font-size: 1rem; font-weight: normal; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0.3rem 0; }
.total { font-size: 1.25rem; }
article { margin: 0.9rem 0; padding: 0.1rem 0 0.1rem 0.9rem; border-left: 5px solid var(--other); }
.correct { border-color: var(--correct); } .correct strong { color: var(--correct); }
.incorrect { border-color: var(--incorrect); } .incorrect strong { color: var(--incorrect); }
.broken { border-color: var(--broken); } .broken strong { color: var(--broken); }
.notes { margin: 0.4rem 0; padding-left: 1.2rem; color: var(--quiet); font-size: 0.92rem; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
@media print { :root { --ink: #000; --page: #fff; --quiet: #444; --line: #bbb; --correct: #2e7d32;
  --incorrect: #c62828; --other: #6b6b6b; --broken: #a65a00; }
  main { max-width: none; padding: 0; } article { break-inside: avoid; }
  h2 { break-after: avoid; } }
"""
