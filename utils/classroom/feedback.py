"""The page of feedback that each student gets."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from utils.classroom.earlier import number_of
from utils.classroom.report import NOT_HANDED_IN, NOT_READABLE, Column, OpenColumn, Row, listed
from utils.exercises.verdict import ADVICE
from utils.support.files import atomic_path

# A check advises so below an answer cell; on a page, there is neither a cell nor a way to run it.
NONE = (
    "The answer is None: when its cells have run, what is asked for has no value yet (it is "
    "`None`, `...`, empty, or a function that raises `NotImplementedError`)."
)
# Two folders or more: "/home/ada/x.py", "C:\\Users\\ada". What stands last is kept.
_PATH = re.compile(r"(?<![\w.<:/\\])(?:[A-Za-z]:[\\/]|[\\/])(?:[^\\/\s'\"`<>|:]+[\\/])+(?=[^\s])")


def write_pages(
    folder: Path,
    rows: Sequence[Row],
    columns: Sequence[Column],
    questions: Sequence[OpenColumn] = (),
) -> list[Path]:
    """Write a page for each student into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for row, name in zip(rows, file_names([row.student for row in rows]), strict=True):
        path = folder / name
        with atomic_path(path) as temporary:
            temporary.write_text(page(row, columns, questions), encoding="utf-8", errors="replace")
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


def page(row: Row, columns: Sequence[Column], questions: Sequence[OpenColumn] = ()) -> str:
    """Return a student's feedback as one page that needs nothing else.

    Points are summed over the chapters that were handed in, and the questions that a person has
    graded. All texts are escaped; paths of the machine that graded are left out.
    """
    handed_in = [one for one in columns if one.id in row.judged]
    shown = {one.chapter for one in handed_in} | {one.chapter for one in row.graded(questions)}
    parts = [_chapter(row, n, handed_in, questions) for n in sorted(shown)]
    name = html.escape(row.student)
    total = f"<p class='total'>{_sum(row, handed_in, questions)}</p>\n" if shown else ""
    return whole_page(
        f"Feedback for {name}",
        f"<h1>{name}</h1>\n{total}{_missing(row, columns)}"
        f"{_notes(row.notes_on_all())}" + "\n".join(parts),
    )


def whole_page(title: str, body: str) -> str:
    """Return a page that needs nothing else and runs nothing; both texts are HTML already."""
    return _PAGE.format(title=title, style=_STYLE, body=body)


def _sum(row: Row, columns: Sequence[Column], questions: Sequence[OpenColumn]) -> str:
    graded = row.graded(questions)
    worth = sum(one.worth for one in (*columns, *graded))
    return f"{row.points(columns) + row.entered_points(graded):g} of {worth} points"


def _missing(row: Row, columns: Sequence[Column]) -> str:
    """Return a line on the chapters that did not come, and one on those that cannot be read."""
    lines = ""
    for outcome in (NOT_HANDED_IN, NOT_READABLE):
        found = sorted({one.chapter for one in columns if row.outcome(one) == outcome})
        if found:
            noun = "chapter" if len(found) == 1 else "chapters"
            lines += f"<p>{outcome.capitalize()}: {noun} {listed([str(n) for n in found])}</p>\n"
    return lines


def _chapter(
    row: Row, number: int, handed_in: Sequence[Column], questions: Sequence[OpenColumn]
) -> str:
    own = [one for one in handed_in if one.chapter == number]
    asked = [one for one in questions if one.chapter == number]
    parts = [_exercise(one, row) for one in own] + [_question(one, row) for one in asked]
    return (
        f'<section aria-labelledby="chapter-{number}">\n'
        f'<h2 id="chapter-{number}">Chapter {number}<span>{_sum(row, own, asked)}</span></h2>\n'
        + "\n".join(parts)
        + "\n</section>"
    )


def _exercise(column: Column, row: Row) -> str:
    found = row.judged[column.id]
    said = [NONE if line == ADVICE else line for line in found.lines]
    lines = "".join(f"<p>{_words(line)}</p>\n" for line in said)
    outcome = f"<strong>{found.outcome}</strong> · {found.points} of {column.worth} points"
    return (
        f'<article class="{found.outcome.replace(" ", "-")}">\n'
        f"<h3>{column.id} · {html.escape(column.title)}</h3>\n"
        f'<p class="outcome">{outcome}</p>\n'
        f"{lines}{_notes(row.notes_on(column.id))}</article>"
    )


def _question(column: OpenColumn, row: Row) -> str:
    return (
        f"<article>\n<h3>Question {column.chapter} · {html.escape(column.title)}</h3>\n"
        f'<p class="outcome"><strong>graded by a person</strong> · {given(column, row)}</p>\n'
        "</article>"
    )


def given(column: OpenColumn, row: Row) -> str:
    """Return what a person entered for a question, in words that are HTML."""
    text = row.entered.get(column.name, "").strip()
    number = number_of(text)
    if number is None:
        return html.escape(text) or "no points yet"
    return f"{number:g} of {column.worth} points"


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
{body}
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
.answer { white-space: pre-wrap; }
code { font-family: ui-monospace, monospace; font-size: 0.92em; }
@media print { :root { --ink: #000; --page: #fff; --quiet: #444; --line: #bbb; --correct: #2e7d32;
  --incorrect: #c62828; --other: #6b6b6b; --broken: #a65a00; }
  main { max-width: none; padding: 0; } article { break-inside: avoid; }
  h2 { break-after: avoid; } }
"""
