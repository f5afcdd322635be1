"""The rules that every notebook of the course keeps, checked without running anything.

Each rule is a function from a `Page` (a notebook, its path and its cells) to sentences that say
what is wrong and where. `all_problems(master)` applies all of them to a master and to its chapter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import unquote

from utils.authoring.claims import claims_without_cover
from utils.authoring.minutes import time_problems
from utils.authoring.notebooks import (
    BEGIN_HIDDEN,
    COMPARED_TAG,
    END_HIDDEN,
    IGNORED_TAG,
    SETUP,
    NotebookProblem,
    checked_ids,
    derived_text,
    is_answer,
    masters,
    read_notebook,
)
from utils.authoring.pictures import is_picture, picture_facts
from utils.authoring.questions import question_problems
from utils.authoring.sections import is_master_only, sections_of
from utils.exercises.exercise import load_chapter
from utils.exercises.guesses import load_predictions
from utils.exercises.solutions import BEGIN_SOLUTION, END_SOLUTION, answer_grade_id
from utils.support.paths import CHAPTERS, ROOT, SOLUTIONS

if TYPE_CHECKING:
    from nbformat import NotebookNode

PROJECT = 9
NO_LESSONS = (0, PROJECT)  # the beginning and the project: no fixed number of exercises
LONGEST_CELL, MEDIAN_CELL, MOST_IN_A_ROW = 25, 8, 2
FEWEST_EXERCISES, MOST_EXERCISES = 4, 8
LARGEST_BYTES = 2_000_000
ENDING = ("summary", "tensors", "exercises", "further reading", "next")
MARKERS = (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN)
FALLS_BACK_TAG = "falls-back"
# A body smaller than this is common knowledge, not a copy: nodes of its syntax tree.
SMALLEST_COPY = 30

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_MACHINE = re.compile(
    r"/home/|/root/|/Users/|/tmp/|/var/folders/|[A-Za-z]:\\\\?Users|site-packages|ipykernel_\d"
)
_NOISE = re.compile(
    r"\b\w*Warning:|^\s*[IWEF]\d{4} \d\d:\d\d:\d\d|^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*: [IWEF] |"
    r"Traceback \(most recent call last\)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Page:
    """One notebook: where it lies, what it holds, whether it is a master."""

    path: Path
    notebook: NotebookNode
    is_master: bool = True

    @property
    def chapter(self) -> int:
        """The chapter's number, from the name of the file; 0 where it has none."""
        match = re.match(r"(\d\d)_", self.path.name)
        return int(match[1]) if match else 0

    @property
    def code(self) -> list[NotebookNode]:
        """The code cells."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> list[NotebookNode]:
        """The markdown cells."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "markdown"]


Rule = Callable[[Page], Iterator[str]]


# The parts of a chapter


def headings(page: Page) -> list[tuple[int, str]]:
    """Return (level, text) of every heading, in order; those in fenced code do not count."""
    found = []
    for cell in page.prose:
        for line in _unfenced(cell.source).split("\n"):
            match = re.match(r"(#{1,6}) +(.+?)\s*#*$", line)
            if match:
                found.append((len(match[1]), match[2].strip()))
    return found


def sections(page: Page) -> dict[str, str]:
    """Return the text of each `##` section by its heading in lower case; code is left out."""
    text = "\n\n".join(_unfenced(cell.source) for cell in page.prose)
    parts = re.split(r"^## +(.+?)\s*$", text, flags=re.MULTILINE)
    return {name.strip().lower(): body for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _unfenced(source: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1\s*$", "", source, flags=re.MULTILINE | re.DOTALL)


def _before_code(page: Page) -> str:
    opening = []
    for cell in page.notebook.cells:
        if cell.cell_type == "code":
            break
        opening.append(cell.source)
    return "\n\n".join(opening)


def top(page: Page) -> Iterator[str]:
    """A title with the number; goals and time before any code; set-up; versions."""
    titles = [text for level, text in headings(page) if level == 1]
    opening = _before_code(page)
    if len(titles) != 1 or not re.search(rf"\b0?{page.chapter}\b", titles[0]):
        yield f"There should be one title, `# Chapter {page.chapter} ...`; found {titles}."
    if not re.search(r"^## .*\bgoals\b", opening, re.IGNORECASE | re.MULTILINE):
        yield "No heading `## Goals` stands before the first code cell."
    elif not re.search(r"^[-*1] ?\.? +\S", re.split(r"(?i)## .*goals", opening)[1], re.MULTILINE):
        yield "The goals are not a list."
    if not re.search(r"time needed.{0,40}?\d+.{0,20}minutes", opening, re.IGNORECASE | re.DOTALL):
        yield "No `Time needed: ... minutes` stands before the first code cell."
    if not page.code or page.code[0].source.strip() != SETUP:
        yield "The first code cell is not the set-up (write `# SETUP` there and prepare again)."
    if not any("version" in cell.source.lower() for cell in page.code[:3]):
        yield "None of the first three code cells shows the versions."


def ending(page: Page) -> Iterator[str]:
    """Summary with three takeaways, tensors, exercises, further reading, next chapter."""
    names = [text.lower() for level, text in headings(page) if level == 2]
    places = {}
    for word in ENDING:
        found = [n for n, name in enumerate(names) if name.startswith(word)]
        if not found:
            yield f"There is no section `## {word.capitalize()} ...`."
        places[word] = found[-1] if found else -1
    order = [place for place in places.values() if place >= 0]
    if order != sorted(order):
        yield f"The last sections should stand in this order: {', '.join(ENDING)}."
    texts = sections(page)
    summary, tensors, reading, following = (
        next((body for name, body in reversed(texts.items()) if name.startswith(word)), "")
        for word in ("summary", "tensors", "further reading", "next")
    )
    takeaways = re.findall(r"^(?:\d+\.|[-*]) +\S", summary, re.MULTILINE)
    if summary and len(takeaways) != 3:
        yield f"The summary should have three takeaways, and has {len(takeaways)}."
    rows = [line.lower() for line in tensors.split("\n") if line.strip().startswith("|")]
    if tensors and (
        len(rows) < 3 or not all(word in rows[0] for word in ("name", "shape", "dtype"))
    ):
        yield "The table of tensors needs the columns name, shape and dtype, and a row."
    if reading and not _LINK.search(reading) and "http" not in reading:
        yield "Further reading has no link."
    last = max((int(path.name[:2]) for path in masters()), default=0)
    if following and page.chapter < last and ".ipynb" not in following:
        yield "The section on the next chapter does not link to a notebook."


# Code cells


def plain_python(page: Page) -> Iterator[str]:
    """No magics: after an unknown one the rest of a cell is skipped and nothing fails."""
    for cell in page.code:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"A cell is not plain Python ({error.msg}):{_quoted(cell)}"


def no_tool_comments(page: Page) -> Iterator[str]:
    """No comment speaks to a tool: readers would wonder. Tags say such things."""
    for cell in page.code:
        found = re.search(r"#\s*(fmt:|noqa|NBVAL_|type: ignore|ruff:)", cell.source)
        if found:
            yield f"A comment speaks to a tool, {found[0]!r}; use a tag:{_quoted(cell)}"


def lengths(page: Page) -> Iterator[str]:
    """At most 25 lines a code cell, a median of 8, two code cells in a row."""
    read = [cell for cell in page.code if not _is_aside(cell)]
    sizes = [_size(cell) for cell in read]
    for cell, size in zip(read, sizes, strict=True):
        if size > LONGEST_CELL:
            yield f"A code cell has {size} lines, more than {LONGEST_CELL}:{_quoted(cell)}"
    if sizes and median(sizes) > MEDIAN_CELL:
        yield f"The median code cell has {median(sizes):g} lines, more than {MEDIAN_CELL}."
    row = 0
    for cell in page.notebook.cells:
        if _is_aside(cell):
            continue
        row = row + 1 if cell.cell_type == "code" else 0
        if row == MOST_IN_A_ROW + 1:
            yield f"More than {MOST_IN_A_ROW} code cells stand in a row, at:{_quoted(cell)}"
    if any(not cell.source.strip() for cell in page.notebook.cells):
        yield "There is an empty cell."


def _is_aside(cell: NotebookNode) -> bool:
    """Return whether a code cell is for the master only, or only keeps or shows a guess."""
    if cell.cell_type != "code":
        return False
    calls = r"(predict|outcome|predictions|progress)\("
    return is_master_only(cell) or bool(re.match(calls, cell.source))


def _size(cell: NotebookNode) -> int:
    lines = cell.source.strip("\n").split("\n")
    return sum(line.strip() not in MARKERS for line in lines)


def run_twice(page: Page) -> Iterator[str]:
    """Nothing that an earlier cell made is rebound from itself or changed in place."""
    for cell in page.code:
        tree = _parsed(cell)
        own: set[str] = set()
        for node in tree.body:
            for name in _rebound(node, own):
                yield f"`{name}` is changed from itself, so a second run differs:{_quoted(cell)}"
            own |= _bound(node)


def _rebound(node: ast.stmt, own: set[str]) -> list[str]:
    """Return names that a top-level statement (or its loops) changes and its cell did not make."""
    # What a loop binds on the way (its targets, its locals) is the cell's own too.
    own = own | ({*_bound(node)} if isinstance(node, (ast.For, ast.While, ast.With)) else set())
    found = []
    for inner in _same_scope(node):
        if isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            found.append(inner.target.id)
        elif isinstance(inner, ast.Assign):
            stored = {n.id for t in inner.targets for n in ast.walk(t) if _is_store(n)}
            found += sorted(stored & {n.id for n in ast.walk(inner.value) if _is_load(n)})
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            grows = inner.func.attr in ("append", "extend", "insert", "pop", "sort", "update")
            if grows and isinstance(inner.func.value, ast.Name):
                found.append(inner.func.value.id)
    return [name for name in found if name not in own]


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without going into functions, classes and comprehensions."""
    yield node
    closed = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp)
    if isinstance(node, (*closed, ast.GeneratorExp)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _same_scope(child)


def _is_store(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_load(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a statement binds in its cell's scope by plain binding."""
    names: set[str] = set()
    for inner in _same_scope(node):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            names |= {(entry.asname or entry.name).partition(".")[0] for entry in inner.names}
        elif not isinstance(inner, ast.AugAssign):
            names |= {child.id for child in ast.iter_child_nodes(inner) if _is_store(child)}
    return names


def _parsed(cell: NotebookNode) -> ast.Module:
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])  # `plain_python` says so


# Exercises


def exercises(page: Page) -> Iterator[str]:
    """Four to eight, each with an answer, a check, a hint and a solution; one is a bug to find."""
    known = {entry.id: entry for entry in load_chapter(page.chapter)}
    checked = [id for cell in page.code for id in checked_ids(cell.source)]
    lesson = page.chapter not in NO_LESSONS
    if lesson and not FEWEST_EXERCISES <= len(checked) <= MOST_EXERCISES:
        yield (
            f"A chapter has {FEWEST_EXERCISES} to {MOST_EXERCISES} exercises; "
            f"this one checks {len(checked)}."
        )
    for id in sorted({id for id in checked if checked.count(id) > 1}):
        yield f"Exercise {id} is checked in more than one place."
    for id in sorted(set(checked) - set(known)):
        yield f"Exercise {id} is not defined in utils/exercises/chapter_{page.chapter}.py."
    for id in sorted(set(known) - set(checked)):
        yield f"Exercise {id} is defined, and no cell checks it."
    titles = " ".join(text for _, text in headings(page))
    code = "\n".join(cell.source for cell in page.code)
    graded = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in page.code}
    for id in dict.fromkeys(checked):
        for call in ("hint", "solution"):
            if not re.search(rf"^#? ?{call}\(\s*[\"']{re.escape(id)}[\"']", code, re.MULTILINE):
                yield f"Exercise {id} has no call of {call}."
        if not re.search(rf"\bExercise {re.escape(id)}\b", titles):
            yield f"Exercise {id} has no heading `### Exercise {id} ...`."
        if answer_grade_id(id) not in graded:
            yield f"Exercise {id} has no answer cell right before its check."
    if lesson and not any(
        re.search(r"find the bug", cell.source, re.IGNORECASE) for cell in page.prose
    ):
        yield 'No exercise says "find the bug".'


def free_text(page: Page) -> Iterator[str]:
    """The question that a person grades is asked in the words of the file with its rubric."""
    yield from question_problems(page.notebook, page.chapter)


def independence(page: Page) -> Iterator[str]:
    """Nothing after an exercise depends on the reader's answer."""
    answers: dict[str, str] = {}
    for cell in page.code:
        tree = _parsed(cell)
        if is_answer(cell) or _is_graded_answer(cell):
            mine = cell.metadata.get("nbgrader", {}).get("grade_id", "an answer")
            used = _loaded(tree) & {name for name, owner in answers.items() if owner != mine}
            answers |= dict.fromkeys(_top_bound(tree), mine)
        else:
            bound = _top_bound(tree)
            used = (_loaded(tree) - bound) & set(answers)
            own = {answer_grade_id(id) for id in checked_ids(cell.source)}
            used = {name for name in used if answers[name] not in own}
            answers = {name: owner for name, owner in answers.items() if name not in bound}
        if used and FALLS_BACK_TAG not in cell.metadata.get("tags", []):
            names = ", ".join(sorted(used))
            yield f"A cell depends on the reader's answer ({names}):{_quoted(cell)}"


def _is_graded_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _top_bound(tree: ast.Module) -> set[str]:
    return {name for node in tree.body for name in _bound(node)}


def _loaded(tree: ast.Module) -> set[str]:
    """Return names read in a cell, without the parameters and locals of its functions."""
    loaded = {node.id for node in ast.walk(tree) if _is_load(node)}
    local: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            local.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.comprehension)):
            local |= {inner.id for inner in ast.walk(node) if _is_store(inner)}
    return loaded - local


# Links and pictures


def links(page: Page) -> Iterator[str]:
    """Relative links and images lead to something; images have a description."""
    anchors = {text.replace(" ", "-").lower() for _, text in headings(page)}
    for cell in page.prose:
        text = re.sub(r"`[^`\n]*`", "", _unfenced(cell.source))
        for bang, label, target in _LINK.findall(text):
            if bang and not label.strip():
                yield f"The image {target} has no alt text."
            if not label.strip():
                yield f"A link to {target} has no text."
            yield from _unresolved(page, target, anchors)
        for tag in _IMG.findall(text):
            if not re.search(r"\balt=([\"'])\s*[^\"'\s]", tag):
                yield f"An image has no alt text: {tag}"
            source = re.search(r"\bsrc=[\"']([^\"']+)", tag)
            if source:
                yield from _unresolved(page, source[1], anchors)
        if "](attachment:" in text:
            yield "An image is attached to a cell; show it from a code cell instead."


def _unresolved(page: Page, target: str, anchors: set[str]) -> Iterator[str]:
    if re.match(r"(https?|mailto|attachment|data):", target):
        return
    name, _, anchor = unquote(target).partition("#")
    if not name and anchor.lower() not in anchors:
        yield f"The link #{anchor} leads to no heading."
    if name and not (page.path.parent / name).exists():
        yield f"The link {target} leads nowhere."
    if name.startswith("/"):
        yield f"The link {target} is a path of one machine."


def pictures(page: Page) -> Iterator[str]:
    """Each picture carries a description, after a question and before a reading of it."""
    cells = page.notebook.cells
    for place, cell in enumerate(cells):
        shown = [out for out in cell.get("outputs", []) if is_picture(out)]
        for output in shown:
            alt = picture_facts(output).get("alt", "")
            if len(alt.split()) < 3:
                yield f"A picture has no description (use utils.figures.show.show):{_quoted(cell)}"
        if shown:
            before = [other.source for other in cells[:place] if other.cell_type == "markdown"]
            if not before or "?" not in before[-1]:
                yield f"No question stands in the text before a picture:{_quoted(cell)}"
            after = next((other for other in cells[place + 1 :] if not _is_aside(other)), None)
            if after is None or after.cell_type != "markdown":
                yield f"No text reads a picture after it:{_quoted(cell)}"


# Outputs


def outputs(page: Page) -> Iterator[str]:
    """A master: run in order, no errors, warnings, log lines or machine paths; a chapter: none."""
    counts = [cell.execution_count for cell in page.code]
    if not page.is_master:
        if any(counts) or any(cell.outputs for cell in page.code):
            yield "A chapter has no outputs, so that no answer stands below its question."
    elif counts != list(range(1, len(counts) + 1)):
        yield "The notebook is not executed from top to bottom (run `execute`, then `derive`)."
    for cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"A cell shows an error, {output.ename}:{_quoted(cell)}"
            if output.get("name") == "stderr":
                yield f"A cell writes to the error stream:{_quoted(cell)}"
            text = output_text(output)
            if _NOISE.search(text):
                yield f"A cell shows a warning or log line, {_hit(_NOISE, text)}:{_quoted(cell)}"
            if _MACHINE.search(text) or str(ROOT) in text:
                yield f"A cell shows a path of this machine, {_hit(_MACHINE, text)}:{_quoted(cell)}"
    size = page.path.stat().st_size if page.path.is_file() else 0
    if size > LARGEST_BYTES:
        yield f"The notebook takes {size / 1e6:.2f} MB; 2 MB at most (smaller pictures)."


def output_text(output: NotebookNode) -> str:
    """Return all text of an output: streams, plain text and HTML."""
    data = output.get("data", {})
    parts = [output.get("text", ""), *(data[k] for k in data if k.startswith("text/"))]
    return "\n".join("".join(part) for part in parts)


def _hit(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return repr(text[max(match.start() - 10, 0) : match.end() + 40]) if match else repr(str(ROOT))


def marked(cell: NotebookNode) -> str:
    """Return "check" or "ignore" as the cell is marked for nbval, or "" where it is not."""
    tags = set(cell.metadata.get("tags", []))
    return "check" if COMPARED_TAG in tags else "ignore" if IGNORED_TAG in tags else ""


def markers(page: Page) -> Iterator[str]:
    """Each cell with text output says whether nbval compares it; at least half are compared."""
    decided = {"check": 0, "ignore": 0}
    for cell in page.code:
        mark = marked(cell)
        texts = [out for out in cell.outputs if not is_picture(out)]
        if mark == "check" and page.is_master and not cell.outputs:
            yield f"A compared cell has no output, so nothing is compared:{_quoted(cell)}"
        if texts and not mark and not is_answer(cell):
            yield (
                f"A cell with output has neither the tag {COMPARED_TAG} nor "
                f"{IGNORED_TAG}:{_quoted(cell)}"
            )
        if texts and mark and not checked_ids(cell.source):
            decided[mark] += 1
        if {COMPARED_TAG, IGNORED_TAG} <= set(cell.metadata.get("tags", [])):
            yield f"A cell is marked to be compared and to be ignored:{_quoted(cell)}"
    if decided["check"] < decided["ignore"]:
        yield (
            f"Only {decided['check']} of {sum(decided.values())} cells with output are compared; "
            "at least half should be (round, sort, or print a statement)."
        )


# Claims, time and predictions


def claims(page: Page) -> Iterator[str]:
    """What the prose says of a run is asserted in a cell for the master; numbers have a source."""
    if page.is_master:
        yield from claims_without_cover(page.notebook)


def time(page: Page) -> Iterator[str]:
    """The time needed is worked out from the text; the core path is short enough."""
    if page.is_master and page.chapter != PROJECT:
        yield from time_problems(page.notebook, page.chapter)


def deeper(page: Page) -> Iterator[str]:
    """Nothing outside the deeper sections needs what they make."""
    core: set[str] = set()
    only_deeper: set[str] = set()
    for section in sections_of(page.notebook):
        for cell in section.cells:
            tree = _parsed(cell)
            used = (_loaded(tree) - _top_bound(tree)) & only_deeper
            if used and not section.deeper and not is_master_only(cell):
                yield f"A cell needs {sorted(used)[0]!r} of a deeper section:{_quoted(cell)}"
            if section.deeper:
                only_deeper |= _top_bound(tree) - core
            else:
                core |= _top_bound(tree)
                only_deeper -= core


def guesses(page: Page) -> Iterator[str]:
    """Each prediction is asked once, in a cell of its own, answered later, and summed up."""
    known = [entry.id for entry in load_predictions(page.chapter)]
    asked = [id for cell in page.code for id in _firsts(cell, "predict")]
    answered = [id for cell in page.code for id in _firsts(cell, "outcome")]
    for name, found in (("asked", asked), ("answered", answered)):
        if sorted(found) != sorted(known):
            odd = sorted(set(found) ^ set(known)) or sorted(i for i in found if found.count(i) > 1)
            yield f"Predictions {', '.join(odd)} are not {name} exactly once."
    for entry in load_predictions(page.chapter):
        text = next((c.source for c in page.prose if f"**Prediction {entry.id}.**" in c.source), "")
        if not text:
            yield f"No paragraph begins with **Prediction {entry.id}.**"
        for letter in entry.choices:
            if f"*({letter})*" not in text:
                yield f"Prediction {entry.id} does not show its choice *({letter})*."
    if known and not any("predictions(" in cell.source for cell in page.code):
        yield "No cell shows `predictions()` at the end."
    for cell in page.code:
        if _firsts(cell, "predict") and not re.match(r"predict\(\"[\d.]+\", \.\.\.\)", cell.source):
            yield f"A prediction is asked in a cell of its own, with dots:{_quoted(cell)}"


def _firsts(cell: NotebookNode, function: str) -> list[str]:
    """Return the first argument of each call of a function, in order."""
    calls = [node for node in ast.walk(_parsed(cell)) if isinstance(node, ast.Call) and node.args]
    named = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == function]
    return [str(c.args[0].value) for c in named if isinstance(c.args[0], ast.Constant)]


# Metadata


def metadata(page: Page) -> Iterator[str]:
    """nbgrader's schema 3, unique ids and points, in the form that `prepare` writes."""
    ids = [cell.get("id", "") for cell in page.notebook.cells]
    if len(set(ids)) != len(ids) or not all(ids):
        yield "Cell ids are missing or not unique (run `prepare`)."
    grade_ids = []
    for cell in page.code:
        grading = cell.metadata.get("nbgrader")
        wanted = bool(checked_ids(cell.source)) or is_answer(cell)
        if grading is None:
            if wanted:
                yield f"A graded cell has no nbgrader metadata (run `prepare`):{_quoted(cell)}"
            continue
        grade_ids.append(grading.get("grade_id"))
        flags = [grading.get(name) for name in ("grade", "solution", "locked", "task")]
        if grading.get("schema_version") != 3 or not all(isinstance(f, bool) for f in flags):
            yield f"The nbgrader metadata is not of schema 3:{_quoted(cell)}"
        if not re.fullmatch(r"[A-Za-z0-9_-]+", str(grading.get("grade_id", ""))):
            yield f"A grade_id is missing or not allowed:{_quoted(cell)}"
        if grading.get("grade") and not isinstance(grading.get("points"), (int, float)):
            yield f"A graded cell has no points:{_quoted(cell)}"
    if len(set(grade_ids)) != len(grade_ids):
        yield "Two cells share one grade_id."
    if page.is_master:
        return
    text = "\n".join(cell.source for cell in page.code)
    for marker in MARKERS:
        if marker in text:
            yield f"The chapter still holds {marker}."


# Copies


def function_bodies(tree: ast.AST) -> dict[str, list[str]]:
    """Return the bodies of all functions of a tree as text in which names do not matter.

    Keys are the texts; values the functions' names. Docstrings, annotations and the names of
    parameters and locals are left out, so that a copy with other names is still seen. Bodies of
    fewer than `SMALLEST_COPY` nodes do not count.
    """
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            text = _canonical(node)
            if text:
                found.setdefault(text, []).append(node.name)
    return found


def _canonical(function: ast.FunctionDef) -> str:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if sum(1 for statement in body for _ in ast.walk(statement)) < SMALLEST_COPY:
        return ""
    local: dict[str, str] = {}
    for node in ast.walk(function):
        name = node.arg if isinstance(node, ast.arg) else node.id if _is_store(node) else None
        if name:
            local.setdefault(name, f"v{len(local)}")
    texts = []
    for statement in body:
        text = ast.dump(statement, annotate_fields=False)
        text = re.sub(r"Name\('(\w+)'", lambda m: f"Name('{local.get(m[1], m[1])}'", text)
        texts.append(re.sub(r"arg\('(\w+)'", lambda m: f"arg('{local.get(m[1], m[1])}'", text))
    return "\n".join(texts)


def copies(page: Page) -> Iterator[str]:
    """No function body stands in another chapter or in `utils` as well."""
    elsewhere: dict[str, str] = {}
    for path in sorted((ROOT / "utils").rglob("*.py")):
        for body, names in _bodies_of_file(path, path.stat().st_mtime_ns).items():
            elsewhere.setdefault(body, f"`{names[0]}` of {path.relative_to(ROOT).as_posix()}")
    for path in masters():
        if path.name != page.path.name:
            for body, names in _bodies_of_file(path, path.stat().st_mtime_ns).items():
                elsewhere.setdefault(body, f"`{names[0]}` of {path.name}")
    for body, names in notebook_bodies(page.notebook).items():
        if body in elsewhere:
            yield f"The body of `{names[0]}` is that of {elsewhere[body]}: import that one."


@cache
def _bodies_of_file(path: Path, _: int) -> dict[str, list[str]]:
    """Return the bodies of a module or a notebook; the second argument is when it was changed."""
    if path.suffix == ".ipynb":
        return notebook_bodies(read_notebook(path))
    return function_bodies(ast.parse(path.read_text(encoding="utf-8")))


def notebook_bodies(notebook: NotebookNode) -> dict[str, list[str]]:
    """Return `function_bodies` of all code cells of a notebook."""
    found: dict[str, list[str]] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for body, names in function_bodies(_parsed(cell)).items():
                found.setdefault(body, []).extend(names)
    return found


def _quoted(cell: NotebookNode) -> str:
    lines = cell.source.strip().split("\n")
    return "\n      " + "\n      ".join(lines[:3]) + ("\n      ..." if len(lines) > 3 else "")


RULES: tuple[Rule, ...] = (
    top,
    ending,
    plain_python,
    no_tool_comments,
    lengths,
    run_twice,
    exercises,
    free_text,
    independence,
    links,
    pictures,
    outputs,
    markers,
    metadata,
    copies,
    claims,
    time,
    deeper,
    guesses,
)


def problems_of(page: Page) -> list[str]:
    """Return what each rule finds, one sentence a problem, with the file and the rule."""
    name = f"{page.path.parent.name}/{page.path.name}"
    return [f"{name} [{rule.__name__}] {problem}" for rule in RULES for problem in rule(page)]


def all_problems(master: Path) -> list[str]:
    """Return the problems of a master and of its chapter, and whether the two belong together."""
    master = Path(master)
    found = problems_of(Page(master, read_notebook(master)))
    if master.resolve().parent != SOLUTIONS:
        return found
    chapter = CHAPTERS / master.name
    if not chapter.is_file():
        return found + derivation_problems(master, chapter)
    found += problems_of(Page(chapter, read_notebook(chapter), is_master=False))
    return found + derivation_problems(master, chapter)


def derivation_problems(master: Path, chapter: Path) -> list[str]:
    """Return a sentence where a chapter is not, byte for byte, what its master derives to."""
    if not chapter.is_file():
        return [f"chapters/{master.name} is missing: run `derive`."]
    try:
        same = derived_text(master).encode("utf-8") == chapter.read_bytes()
    except NotebookProblem as error:
        return [str(error)]
    return [] if same else [f"chapters/{chapter.name} differs from its master: run `derive`."]
