"""Write the tables of TEACHING.md again: minutes, points, usual mistakes, questions with a rubric.

    python -m utils teaching        # for maintainers, after a change of exercises or checks

The message of a mistake is what the real check says of the wrong answer in `mistakes.toml`.
"""

from __future__ import annotations

import argparse
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from utils.authoring.questions import load_questions
from utils.exercises.exercise import Exercise, all_exercises, find_exercise
from utils.exercises.verdict import INCORRECT, verdict_of
from utils.support.files import atomic_path
from utils.support.paths import ROOT
from utils.support.tables import markdown_table

PAGE = ROOT / "TEACHING.md"
MISTAKES = Path(__file__).resolve().parent / "mistakes.toml"
LONGEST_MESSAGE = 230  # letters; what follows is mostly the input that a check found


@dataclass(frozen=True)
class Mistake:
    """A wrong answer to an exercise: what was done, its code, and the question to ask."""

    exercise: str
    did: str
    code: str
    ask: str


def load_mistakes(path: Path = MISTAKES) -> list[Mistake]:
    """Return the mistakes of a file in the order of their exercises."""
    kept = tomllib.loads(path.read_text(encoding="utf-8"))["mistakes"]
    found = [Mistake(**mistake) for mistake in kept]
    return sorted(found, key=lambda one: [int(part) for part in one.exercise.split(".")])


def message_of(mistake: Mistake) -> str:
    """Return what the check of the exercise says of a mistake.

    Raises `ValueError` where the check does not refuse it.
    """
    exercise = find_exercise(mistake.exercise)
    verdict = verdict_of(exercise.id, *_answers(mistake, exercise))
    if verdict.outcome != INCORRECT:
        raise ValueError(
            f"The check of {exercise.id} says {verdict.outcome!r} of a mistake ({mistake.did}): "
            f"correct its code in {MISTAKES.name}."
        )
    return " ".join(verdict.lines[0].split())


def _answers(mistake: Mistake, exercise: Exercise) -> tuple[Any, ...]:
    """Run a mistake's code; return its answers as the check takes them."""
    import numpy as np

    names: dict[str, Any] = {"np": np}
    exec(compile(mistake.code, f"<mistake in {mistake.exercise}>", "exec"), names)
    several = len(inspect.signature(exercise.check).parameters) > 1
    return names["answer"] if several else (names["answer"],)


# The tables


@cache
def _deeper_headings() -> dict[str, bool]:
    """Return "Exercise 1.6" -> whether it is on the deeper path, for all masters."""
    from utils.authoring.notebooks import masters, read_notebook
    from utils.authoring.sections import sections_of

    found = {}
    for path in masters():
        for section in sections_of(read_notebook(path)):
            if named := re.match(r"(Exercise \d+\.\d+|Question \d+)\b", section.heading):
                found[named[1]] = section.deeper
    return found


def _rows() -> Iterator[tuple[int, str, str, float, int]]:
    """Yield (chapter, name, title, minutes, points): exercises, then the chapter's question."""
    questions = {int(question.id): question for question in load_questions()}
    exercises = all_exercises()
    for chapter in sorted({one.chapter for one in exercises}):
        for one in exercises:
            if one.chapter == chapter:
                yield chapter, f"Exercise {one.id}", one.title, one.minutes, one.points
        if asked := questions.get(chapter):
            yield chapter, f"Question {asked.id}", asked.title, asked.minutes, asked.points


def exercise_table() -> str:
    """Return a row for each exercise and question: its path, minutes and points."""
    deeper = _deeper_headings()
    rows = [
        (name, title, "deeper" if deeper[name] else "core", f"{minutes:g}", str(points))
        for _, name, title, minutes, points in _rows()
    ]
    return markdown_table(("exercise", "title", "path", "minutes", "points"), rows, "lllrr")


def chapter_table() -> str:
    """Return a row for each chapter: minutes and points of its core path and of the rest."""
    from utils.authoring.minutes import STEP, minutes_of
    from utils.authoring.notebooks import masters, read_notebook

    deeper = _deeper_headings()
    rows = []
    for path in masters():
        points = {False: 0, True: 0}
        for chapter, name, _, _, worth in _rows():
            if chapter == int(path.name[:2]):
                points[deeper[name]] += worth
        notebook = read_notebook(path)
        minutes = minutes_of(notebook)
        title = notebook.cells[0].source.split("\n")[0].removeprefix("# ").strip()
        times = [str(STEP * round(part / STEP)) for part in (minutes.core, minutes.deeper)]
        rows.append((title, *times, str(points[False]), str(points[True])))
    head = ("chapter", "minutes: core", "minutes: deeper", "points: core", "points: deeper")
    return markdown_table(head, [*rows, _total(rows)])


def _total(rows: list[tuple[str, ...]]) -> tuple[str, ...]:
    columns = list(zip(*rows, strict=True))[1:]
    return ("All", *(str(sum(map(int, column))) for column in columns))


def mistake_table() -> str:
    """Return a row for each mistake: what was done, what the student sees, what to ask."""
    rows = [
        (one.exercise, shown(one.did), shown(_shortened(message_of(one))), shown(one.ask))
        for one in load_mistakes()
    ]
    head = ("exercise", "the student", "sees", "ask")
    return markdown_table(head, rows, "llll")


def question_table() -> str:
    """Return a row for each question that a person grades."""
    rows = [
        (question.id, question.title, f"{question.minutes:g}", str(question.points))
        for question in load_questions()
    ]
    return markdown_table(("chapter", "question", "minutes to write", "points"), rows, "llrr")


def _shortened(message: str) -> str:
    """Return the beginning of a message, cut between two words, with no code span left open."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    begin = message[: LONGEST_MESSAGE - 2].rpartition(" ")[0]
    return begin + ("` …" if begin.count("`") % 2 else " …")


def shown(text: str) -> str:
    """Return a text for a cell of a table: `<` and `|` stay what they are."""
    parts = re.split(r"(`[^`]*`)", text)
    plain = [part if part.startswith("`") else part.replace("<", "&lt;") for part in parts]
    return "".join(plain).replace("|", r"\|")


# The page

TABLES: dict[str, Callable[[], str]] = {
    "chapters": chapter_table,
    "exercises": exercise_table,
    "questions": question_table,
    "mistakes": mistake_table,
}


def with_tables(page: str) -> str:
    """Return the page's text with each table between its marks.

    Raises `ValueError` where marks are missing, or a check does not refuse a mistake.
    """
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: python -m utils teaching -->", f"<!-- end of {name} -->"
        pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(page):
            raise ValueError(f"{PAGE.name} needs the lines {begin} and {end}.")
        text = f"{begin}\n{table()}\n{end}"
        page = pattern.sub(lambda _, text=text: text, page)
    return page


def main(arguments: list[str] | None = None) -> int:
    """Write the tables; return 0. Raises what reading and writing the page do."""
    parser = argparse.ArgumentParser(prog="python -m utils teaching", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.parse_args(arguments)
    import utils.support.quiet  # noqa: F401  # TensorFlow starts without its log lines

    text = with_tables(PAGE.read_text(encoding="utf-8"))
    with atomic_path(PAGE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"Written: {PAGE}")
    return 0
