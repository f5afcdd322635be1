"""The texts of a student's tree that the course itself has not: README, Makefile, links, words."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from utils.exercises.exercise import FOLDER, load_chapter
from utils.exercises.variants import hints_of
from utils.support.class_settings import ClassSettings
from utils.support.paths import ROOT

if TYPE_CHECKING:
    from nbformat import NotebookNode

README = Path(__file__).with_name("student_readme.md")
OWN_SCENES = """
Your class has scenes and exercises of its own. The text was written beside the course's scenes, so
its numbers can differ a little from yours.
"""
# What is of no use to a student, or needs what is withheld.
WITHHELD_TARGETS = (
    *("course", "test", "bench", "chapters", "class", "book", "book-pdf"),
    *("$(READY)-dev", "$(READY)-book"),
)
FIRST_CHAPTER = "00_start_here.ipynb"
LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
CHECKS = {
    "full": """\
- `check("$id", answer)` says *not attempted*, *incorrect* and why, or *correct*. You may try as
  often as you like: nothing is lost by a wrong answer. Where an answer is a letter, it asks for a
  reason after two wrong ones.""",
    "verdict": """\
- `check("$id", answer)` says *not attempted*, *incorrect* or *correct*, and gives no reasons. You
  may try as often as you like: nothing is lost by a wrong answer. Where an answer is a letter, it
  asks you for a reason after two wrong ones.""",
    "attempted": """\
- `check("$id", answer)` says *attempted* or *not attempted*, and no more: your teacher grades the
  answers. Test them yourself, on inputs whose result you know.""",
}
HINTS = {
    "all": '- `hint("$id")` gives a hint, each further call the next one: three at most.',
    "first": '- `hint("$id")` gives one hint for each exercise.',
    "off": '- `hint("$id")` is switched off.',
}


# Links


def without_dead_links(text: str, place: Path, has: Callable[[Path], bool]) -> str:
    """Return Markdown in which links to files of the course that the tree lacks are plain text.

    `place` is the folder of the text below the top, `has` says which paths below the top are there.
    """

    def told(match: re.Match[str]) -> str:
        target = match[3].partition("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = ROOT / place / target
        known = path.exists() and path.resolve().is_relative_to(ROOT)
        return match[2] if known and not has(path.resolve().relative_to(ROOT)) else match[0]

    return LINK.sub(told, text)


def link_notebook(notebook: NotebookNode, place: Path, has: Callable[[Path], bool]) -> None:
    """Do so in all texts of a notebook, in place."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = without_dead_links(cell.source, place, has)


# Words of the exercises


def exercise_words(chapter: int, settings: ClassSettings) -> str:
    """Return `chapter_N.toml` of a student's tree: no more hints than allowed, nothing earned.

    What a right answer earns (`worth`) may hold that answer; see `earned`.
    """
    told = tomllib.loads((FOLDER / f"chapter_{chapter}.toml").read_text(encoding="utf-8"))
    most = {"off": 0, "first": 1, "all": None}[settings.hints]
    lines = []
    for id, words in told.items():
        words.pop("worth", None)
        words["hints"] = list(hints_of(id, tuple(words["hints"])))[:most]
        lines += [f'["{id}"]', *(f"{key} = {_toml(value)}" for key, value in words.items()), ""]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    """Return a text, number or list of texts as TOML, which writes them as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def earned(chapters: list[int]) -> dict[str, str]:
    """Return exercise id -> the sentence that a right answer earns."""
    entries = [entry for chapter in chapters for entry in load_chapter(chapter)]
    return {entry.id: entry.worth for entry in entries if entry.worth}


# Makefile and devcontainer


def makefile(first: str) -> str:
    """Return the course's Makefile without what is withheld; `lab` opens notebook `first`."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if _target(block) not in WITHHELD_TARGETS]
    kept = "\n\n".join(blocks).rstrip() + "\n"
    phony = re.search(r"^\.PHONY:.*$", kept, re.MULTILINE)[0]
    left = " ".join(name for name in phony.split() if name not in WITHHELD_TARGETS)
    kept = kept.replace(phony, left).replace("make course ", "make lab ")
    return kept.replace(FIRST_CHAPTER, first)


def _target(block: str) -> str:
    """Return the name that a block of a Makefile makes, "" where it makes nothing."""
    found = re.search(r"^([^\s#:=]+):(?!=)", block, re.MULTILINE)
    return found[1] if found else ""


# README


def readme(
    notebooks: dict[str, NotebookNode], listed: dict[str, NotebookNode], settings: ClassSettings
) -> str:
    """Return the README for students; `notebooks` is file name -> the chapter as handed out.

    `listed` has the chapters of earlier weeks too, which students have already.
    """
    ids = [entry.id for name in notebooks for entry in load_chapter(int(name[:2]))]
    example = next((id for id in ids if not id.startswith("0.")), ids[0])
    values = {
        "first": next(iter(notebooks)),
        "notebook": next((name for name in notebooks if name != FIRST_CHAPTER), FIRST_CHAPTER),
        "chapters": _chapters(listed),
        "points": _points(listed),
        "checks": CHECKS[settings.checks].replace("$id", example),
        "hints": HINTS[settings.hints].replace("$id", example),
        "example": example,
        "guess": f"{example.partition('.')[0]}.1",
        "scenes": OWN_SCENES if settings.variant else "",
        "licences": _licences(),
    }
    return Template(README.read_text(encoding="utf-8")).substitute(values)


def _chapters(notebooks: dict[str, NotebookNode]) -> str:
    rows = ["| chapter | points | minutes: core | deeper |", "|---|---:|---:|---:|"]
    for name, notebook in notebooks.items():
        number = int(name[:2])
        told = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        title = re.search(r"^# Chapter \d+ · (.+)$", told, re.MULTILINE)[1]
        minutes = re.search(r"^\*\*Time needed\*\*: ([^.]*)\.", told, re.MULTILINE)[1]
        core, deeper = [*re.findall(r"\d+", minutes), "0"][:2]
        points = sum(_points_of(name, notebook).values())
        link = f"[{number} · {title}](chapters/{name})"
        rows.append(f"| {link} | {points} | {core} | {deeper} |")
    return "\n".join(rows)


def _points(notebooks: dict[str, NotebookNode]) -> str:
    """Return a table: the points of each exercise and question, a row a chapter."""
    rows = ["| chapter | points |", "|---:|---|"]
    for name, notebook in notebooks.items():
        told = [f"{what}: {points}" for what, points in _points_of(name, notebook).items()]
        rows.append(f"| {int(name[:2])} | {', '.join(told)} |")
    return "\n".join(rows)


def _points_of(name: str, notebook: NotebookNode) -> dict[str, int]:
    """Return exercise id, or "question" for one that a person grades -> its points."""
    found = {entry.id: entry.points for entry in load_chapter(int(name[:2]))}
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade_id", "").startswith("question-"):
            found["question"] = found.get("question", 0) + int(grading["points"])
    return found


def _licences() -> str:
    """Return the list of licences at the end of the course's README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Licences\n")[2]
    return text[text.index("\n- ") :].strip()
