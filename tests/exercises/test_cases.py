"""Every exercise of the course, tried with its placeholder, three mistakes and two right answers.

The placeholders are those of the chapters. `tests/exercises/cases_N.py` holds `CASES`: for each id
a dict with "wrong" (pairs of an answer and a regular expression that its message must contain) and
"right". Answers to a check of several parameters are tuples.
"""

import ast
import importlib
import inspect
import linecache
import re
from pathlib import Path

import nbformat
import pytest

from utils.authoring.notebooks import BEGIN_HIDDEN
from utils.exercises.exercise import all_exercises, chapters_with_exercises, load_chapter
from utils.exercises.solutions import answer_grade_id, solution_source
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED, verdict_of
from utils.support.paths import CHAPTERS, SOLUTIONS

TESTS = Path(__file__).resolve().parent


def cases_of(chapter):
    name = f"cases_{chapter}"
    if not (TESTS / f"{name}.py").exists():
        return {}
    return importlib.import_module(name).CASES


COURSE = [entry for chapter in chapters_with_exercises() for entry in load_chapter(chapter)]
NAMES = [f"ex{entry.id}" for entry in COURSE]


def answers_of(entry, case):
    """Return the answers as `check` takes them."""
    count = len(inspect.signature(entry.check).parameters)
    if count == 1:
        return (case,)
    assert isinstance(case, tuple) and len(case) == count, (
        f"Exercise {entry.id} takes {count} answers; give a tuple of {count}, not {case!r}."
    )
    return case


def placeholders(entry):
    """Return what a chapter hands to the check of an exercise before anybody has worked on it."""
    (path,) = CHAPTERS.glob(f"{entry.chapter:02}_*.ipynb")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    answer = next(cell.source for cell in cells if cell.id == answer_grade_id(entry.id))
    asked = next(cell.source for cell in cells if f'check("{entry.id}"' in cell.source)
    name = f"<ipython-input-{entry.id}>"
    linecache.cache[name] = (len(answer), None, answer.splitlines(keepends=True), name)
    values = {}
    exec(compile(answer, name, "exec"), values)
    call = ast.parse(asked).body[-1].value
    for node in ast.walk(call):  # what the chapter has made before stands for itself
        if isinstance(node, ast.Name):
            values.setdefault(node.id, object())
    return tuple(eval(ast.unparse(given), values) for given in call.args[1:])


def same_answer(first, second):
    prints = written(first), written(second)
    if None in prints:
        return type(first) is type(second) and repr(first) == repr(second)
    return prints[0] == prints[1]


def written(answer):
    """Return what a function does, to compare; None for what is none."""
    code = getattr(getattr(answer, "python_function", answer), "__code__", None)
    return code and (code.co_code, repr(code.co_consts), code.co_names, code.co_freevars)


def problems_of(entry, cases):
    """Return sentences on what an exercise's cases lack or its check gets wrong."""
    case = cases.get(entry.id)
    if case is None:
        return [f"Exercise {entry.id} has no cases."]
    found = []
    if len(case["wrong"]) < 3 or len(case["right"]) < 2:
        found.append(f"Exercise {entry.id} needs three wrong and two right answers.")
    said = []
    for answer, pattern in case["wrong"]:
        verdict = verdict_of(entry.id, *answers_of(entry, answer))
        text = " ".join(verdict.lines)
        said.append(pattern)
        if verdict.outcome != INCORRECT:
            found.append(f"A wrong answer ({pattern}) is taken for {verdict.outcome}.")
        elif len(pattern) < 3 or not re.search(pattern, text, re.IGNORECASE):
            found.append(f"The message lacks {pattern!r}:\n{verdict.message}")
    for answer in case["right"]:
        verdict = verdict_of(entry.id, *answers_of(entry, answer))
        if verdict.outcome != CORRECT:
            found.append(f"A right answer is taken for {verdict.outcome}:\n{verdict.message}")
    rights = case["right"]
    if any(same_answer(a, b) for n, a in enumerate(rights) for b in rights[:n]):
        found.append(f"The right answers to exercise {entry.id} are written alike.")
    return found


@pytest.mark.parametrize("entry", COURSE, ids=NAMES)
def test_exercise(entry):
    found = problems_of(entry, cases_of(entry.chapter))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("entry", COURSE, ids=NAMES)
def test_a_placeholder_is_not_attempted(entry):
    verdict = verdict_of(entry.id, *placeholders(entry))
    assert verdict.outcome == NOT_ATTEMPTED, verdict.message


@pytest.mark.parametrize("entry", COURSE, ids=NAMES)
def test_exercise_is_worded(entry):
    assert entry.title and len(entry.title) <= 70
    assert 1 <= len(entry.hints) <= 3 and all(len(text) > 3 for text in entry.hints)
    assert len(set(entry.hints)) == len(entry.hints)
    assert entry.points >= (entry.chapter > 0) and 0 < entry.seconds <= 60
    assert 1 <= entry.minutes <= 30


@pytest.mark.parametrize("entry", COURSE, ids=NAMES)
def test_the_hidden_test_is_the_whole_check(entry):
    """What grading runs judges as the reader's check does: every stub and every slip is 0."""
    (path,) = SOLUTIONS.glob(f"{entry.chapter:02}_*.ipynb")
    cells = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    shown, _, hidden = cells[f"check-{entry.id.replace('.', '-')}"].partition(BEGIN_HIDDEN)
    asked = shown.splitlines()[0]
    assert hidden.strip().splitlines()[0] == asked[:-1] + ", strict=True)"


@pytest.mark.parametrize("entry", COURSE, ids=NAMES)
def test_no_hint_is_the_answer(entry):
    """No code of a hint is a third of the solution or more, however it is spaced."""
    solution = "".join(solution_source(entry.id).split())
    for hint in entry.hints:
        for code in re.findall("`([^`]+)`", hint):
            bare = "".join(code.split())
            assert len(bare) < len(solution) / 3 or bare not in solution, code


def test_no_cases_without_an_exercise():
    modules = sorted(TESTS.glob("cases_*.py"))
    known = {entry.id for entry in all_exercises()}
    for path in modules:
        extra = set(cases_of(int(path.stem.removeprefix("cases_")))) - known
        assert not extra, f"{path.name} has cases of unknown exercises: {sorted(extra)}"


# The test of the test


def sample_cases():
    import numpy as np

    return {
        "98.1": {
            "wrong": [
                (lambda batch: (batch != 0).sum(axis=1), "counted the words"),
                (lambda batch: (batch == 0).sum(axis=0), "wrong axis"),
                (lambda batch: (batch == 0).sum(), "shape"),
            ],
            "right": [
                lambda batch: (batch == 0).sum(axis=1),
                lambda batch: np.array([list(row).count(0) for row in batch]),
            ],
        }
    }


def test_good_cases_pass_and_bad_ones_are_told():
    sample = importlib.import_module("sample_exercises")
    entry = next(entry for entry in load_chapter(98) if entry.id == "98.1")
    assert sample and problems_of(entry, sample_cases()) == []
    assert problems_of(entry, {}) == ["Exercise 98.1 has no cases."]
    case = sample_cases()["98.1"]
    right, mistake = case["right"][0], case["wrong"][0]
    for change, word in [
        ({"wrong": [*case["wrong"][:2], (right, "word")]}, "is taken for correct"),
        ({"wrong": [*case["wrong"][:2], (mistake[0], "elephant")]}, "lacks 'elephant'"),
        ({"wrong": case["wrong"][:2]}, "three wrong"),
        ({"right": [right, mistake[0]]}, "is taken for incorrect"),
        ({"right": [right, right]}, "written alike"),
    ]:
        assert any(word in told for told in problems_of(entry, {"98.1": {**case, **change}})), word
