"""Right answers changed by a program: what behaves otherwise must be refused, all else accepted.

Whether a mutant behaves otherwise is asked on inputs other than those of the check: five times as
many, drawn from the same strategy. The table shows, for each exercise, how many mutants there are,
how many were refused, how many are equivalent and accepted, and how many survived: wrong, and
called correct. Those that survive are listed by name with the reason.
"""

import importlib
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, seed, settings
from mutants import SPOILERS, habits_of, mutants_of, source_of

from utils.exercises import drawn
from utils.exercises.drawn import _SETTINGS, watched
from utils.exercises.exercise import chapters_with_exercises, load_chapter
from utils.exercises.guard import call, time_limit
from utils.exercises.verdict import CORRECT, verdict_of

FRESH, SEED = 200, 11
LIMIT = 72  # mutants of an exercise, spread over its right answers
# exercise -> mutants that the check takes for right though they are wrong on some input, and why.
KNOWN_SURVIVORS = {}


@pytest.fixture(autouse=True)
def no_mutant_fills_the_memory():
    """Let the process have 1.5 GB more than it has; the mutants run in it, thousands of them."""
    resource = pytest.importorskip("resource")
    status = Path("/proc/self/status")
    if not status.is_file():
        yield
        return
    (line,) = [row for row in status.read_text("utf-8").split("\n") if row.startswith("VmData")]
    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit = int(line.split()[1]) * 1024 + 1_500_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (limit, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


def right_functions(id):
    """Return the right answers of an exercise that are functions with a source of their own."""
    cases = importlib.import_module(f"cases_{id.partition('.')[0]}").CASES[id]["right"]
    return [answer for answer in cases if inspect.isfunction(answer) and _has_source(answer)]


def _has_source(function):
    try:
        return source_of(function).startswith("def ")
    except OSError:
        return False


def judges_of(id, answer):
    with watched() as judges:
        assert verdict_of(id, answer).outcome == CORRECT
    return list(judges)


def made(text, original):
    """Return the function that a mutant's text defines, among the names of the original."""
    names = {**sys.modules[original.__module__].__dict__, **SPOILERS}
    exec(compile(text, f"<string {original.__name__}>", "exec"), names)
    return names[original.__name__]


def behaves(function, judge, inputs):
    """Return whether a function is right on some inputs; an error is not."""
    try:
        with np.errstate(all="ignore"), time_limit(1.0):
            return not judge.problem(inputs, call(function, *inputs))
    except BaseException:
        return False


def fresh_inputs(judge):
    found = []

    @seed(SEED)
    @settings(_SETTINGS, derandomize=False, max_examples=FRESH)
    @given(judge.inputs)
    def collect(inputs):
        found.append(inputs)

    collect()
    return found


def judged(id):
    """Return the exercise's mutants: how many, refused, equivalent, and the texts of survivors."""
    functions = right_functions(id)
    each = max(LIMIT // max(len(functions), 1), 1)
    count = refused = equivalent = 0
    survived, refused_wrongly = [], []
    for function in functions:
        judges = judges_of(id, function)
        inputs = [(judge, one) for judge in judges for one in fresh_inputs(judge)]
        if not all(behaves(function, judge, one) for judge, one in inputs):
            continue  # its check calls it otherwise, such as by name alone
        texts = mutants_of(source_of(function), function.__name__)
        texts = texts[:: max(len(texts) // each, 1)][:each]
        for text in [*texts, *habits_of(source_of(function))]:
            mutant = made(text, function)
            is_right = all(behaves(mutant, judge, one) for judge, one in inputs)
            accepted = verdict_of(id, mutant).outcome == CORRECT
            count += 1
            refused += not accepted and not is_right
            equivalent += accepted and is_right
            if accepted and not is_right:
                survived.append(text)
            if is_right and not accepted:
                refused_wrongly.append(text)
    return count, refused, equivalent, survived, refused_wrongly


# Other tests register exercises of their own, so the chapters are asked for theirs.
COURSE = [entry.id for chapter in chapters_with_exercises() for entry in load_chapter(chapter)]
WITH_FUNCTIONS = [id for id in COURSE if right_functions(id)]


@pytest.mark.parametrize("id", WITH_FUNCTIONS)
def test_mutants(id, record_property, monkeypatch):
    monkeypatch.setattr(drawn, "SHRINKS", 0)  # the message is not what counts here
    if not judges_of(id, right_functions(id)[0]):
        pytest.skip("its answers are not judged on drawn inputs")
    count, refused, equivalent, survived, refused_wrongly = judged(id)
    line = f"{id}: {count} mutants, {refused} refused, {equivalent} equivalent"
    line += f", {len(survived)} survived, {len(refused_wrongly)} refused for more than results"
    record_property("mutants", line)
    print(line)
    known = KNOWN_SURVIVORS.get(id, {})
    unknown = [text for text in survived if text not in known]
    assert not unknown, "\n\n".join(unknown)
    assert refused >= 10, line
    for text in refused_wrongly:
        print(text)
