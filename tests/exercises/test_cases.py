"""Every exercise of the course, tried with a stub, three plausible mistakes and two right answers.

`tests/exercises/cases_N.py` holds `CASES`: for each id a dict with "stub", "wrong" (pairs of an
answer and a regular expression that its message must contain) and "right". Answers to a check of
several parameters are tuples.
"""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from utils.exercises.check import CORRECT, INCORRECT, NOT_ATTEMPTED, verdict_of
from utils.exercises.exercise import all_exercises, chapters_with_exercises, load_chapter
from utils.exercises.guard import fingerprint

TESTS = Path(__file__).resolve().parent
CHAPTERS = chapters_with_exercises()


def cases_of(chapter):
    name = f"cases_{chapter}"
    if not (TESTS / f"{name}.py").exists():
        return {}
    return importlib.import_module(name).CASES


COURSE = [entry for chapter in CHAPTERS for entry in load_chapter(chapter)]
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


def same_answer(first, second):
    prints = fingerprint(first), fingerprint(second)
    if None in prints:
        return type(first) is type(second) and repr(first) == repr(second)
    return prints[0] == prints[1]


def problems_of(entry, cases):
    """Return sentences on what an exercise's cases lack or its check gets wrong."""
    case = cases.get(entry.id)
    if case is None:
        return [f"Exercise {entry.id} has no cases."]
    found = []
    if len(case["wrong"]) < 3 or len(case["right"]) < 2:
        found.append(f"Exercise {entry.id} needs three wrong and two right answers.")
    verdict = verdict_of(entry.id, *answers_of(entry, case["stub"]))
    if verdict.outcome != NOT_ATTEMPTED:
        found.append(f"The stub should be 'not attempted':\n{verdict.message}")
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
def test_exercise_is_worded(entry):
    assert entry.title and len(entry.title) <= 70
    assert 1 <= len(entry.hints) <= 3 and all(len(text) > 3 for text in entry.hints)
    assert len(set(entry.hints)) == len(entry.hints)
    assert entry.points >= 1 and 0 < entry.seconds <= 60


def test_no_cases_without_an_exercise():
    modules = sorted(TESTS.glob("cases_*.py"))
    known = {entry.id for entry in all_exercises()}
    for path in modules:
        extra = set(cases_of(int(path.stem.removeprefix("cases_")))) - known
        assert not extra, f"{path.name} has cases of unknown exercises: {sorted(extra)}"


# The test of the test


def sample_cases():
    import numpy as np

    def stub(batch):
        counts = None
        return counts

    return {
        "98.1": {
            "stub": stub,
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
        ({"stub": right}, "should be 'not attempted'"),
        ({"wrong": [*case["wrong"][:2], (right, "word")]}, "is taken for correct"),
        ({"wrong": [*case["wrong"][:2], (mistake[0], "elephant")]}, "lacks 'elephant'"),
        ({"wrong": case["wrong"][:2]}, "three wrong"),
        ({"right": [right, mistake[0]]}, "is taken for incorrect"),
        ({"right": [right, right]}, "written alike"),
    ]:
        assert any(word in told for told in problems_of(entry, {"98.1": {**case, **change}})), word
