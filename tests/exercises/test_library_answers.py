"""No function of the library can be handed in as an answer, neither as it stands nor wrapped.

Every function of the course that takes as many arguments is tried on every exercise that asks for a
function. What `own_work` refuses by name stands in `chapter_N.toml`.
"""

import ast
import importlib
import inspect
import os
import pkgutil
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

import utils
from utils.exercises import drawn, exercise
from utils.exercises.exercise import chapters_with_exercises, load_chapter
from utils.exercises.own_work import OURS, problem_of
from utils.exercises.solutions import solution_source
from utils.exercises.verdict import CORRECT, verdict_of

NOT_THE_LIBRARY = ("utils.authoring", "utils.classroom", "utils.commands", "utils.__main__")
STARTERS = tuple(f"utils.exercises.{name}" for name in ("process", "worker", "check", "verdict"))
CHECKERS = ("utils.exercises.chapter_", "utils.exercises.values_")
SLOW = ("utils.exercises.measure_7.caption_score", "utils.exercises.measure_2.similarity_after")
# Where a program is refused that it starts, Python leaves the pipes to it open, which soon are too
# many for other tests.
STARTS_PROGRAMS = ("utils.diagnosis.share._git",)
NEVER_ASKED = ("Figure", "Image", "Axes", "NoneType", "Captioner", "AttentionModel")
SECONDS = 0.5
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = ("os.kill", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.", "socket.")
REFUSED += ("subprocess.", "os.fork", "os.exec", "os.system", "webbrowser.", "urllib.")
# What is stopped may be stopped while it tidies up, and odd inputs make NumPy warn.
pytestmark = pytest.mark.filterwarnings("ignore")


class Guard:
    """Keeps functions that are tried on odd inputs from writing files and starting programs."""

    on = False

    def __call__(self, event, arguments):
        if not self.on:
            return
        writes = event == "open" and (
            isinstance(arguments[0], int) or bool((arguments[2] or 0) & WRITING)
        )
        if writes or event.startswith(REFUSED):
            raise PermissionError(f"Not in this test: {event}.")


GUARD = Guard()


def open_files():
    folder = "/proc/self/fd"
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0


@pytest.fixture(scope="module", autouse=True)
def guard():
    sys.addaudithook(GUARD)  # it cannot be taken away again
    before = open_files()
    yield
    assert open_files() < before + 100


@contextmanager
def nothing_written():
    GUARD.on = True
    try:
        yield
    finally:
        GUARD.on = False


def functions_of_the_course():
    """Return every function of the library's modules, public and private, by its full name."""
    found = {}
    for info in pkgutil.walk_packages(utils.__path__, "utils."):
        if info.name.startswith((*NOT_THE_LIBRARY, *STARTERS)):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            bare = inspect.unwrap(value) if callable(value) else None
            if inspect.isfunction(bare) and bare.__module__ == info.name:
                found[f"{info.name}.{name}"] = value
    return found


FUNCTIONS = functions_of_the_course()


def returns_nothing_asked(function):
    """Return whether a function says that it gives pictures, networks or nothing."""
    said = str(inspect.signature(function).return_annotation)
    return any(kind in said for kind in NEVER_ASKED) or "None" in said.split()[:1]


LIBRARY = {
    name: one
    for name, one in FUNCTIONS.items()
    if not name.startswith((*CHECKERS, *SLOW, *STARTS_PROGRAMS)) and not returns_nothing_asked(one)
}


def parameters_of(id):
    """Return the parameters of the function that an exercise asks for; None where it asks none."""
    for node in ast.parse(solution_source(id)).body:
        if isinstance(node, ast.FunctionDef):
            return [given.arg for given in node.args.args], len(node.args.defaults)
    return None


def takes(function, count):
    try:
        inspect.signature(function).bind(*range(count))
    except (TypeError, ValueError):
        return False
    return True


def wrapped(name, function, parameters):
    """Return a function of a notebook that hands its arguments on to one of the course."""
    short = name.rpartition(".")[2]
    names = {"__name__": "__main__", short: function}
    given = ", ".join(parameters)
    exec(f"def answer({given}):\n    return {short}({given})", names)
    return names["answer"]


COURSE = [entry for chapter in chapters_with_exercises() for entry in load_chapter(chapter)]
ASKS = {entry.id: parameters_of(entry.id) for entry in COURSE}
WITH_FUNCTIONS = [id for id, asked in ASKS.items() if asked]


@pytest.mark.parametrize("id", WITH_FUNCTIONS)
def test_no_wrapped_function_of_the_library_is_an_answer(id, monkeypatch, tmp_path):
    monkeypatch.setattr(drawn, "SHRINKS", 0)  # the message is not what counts here
    monkeypatch.setitem(exercise.REGISTRY, id, replace(exercise.REGISTRY[id], seconds=SECONDS))
    monkeypatch.chdir(tmp_path)
    parameters, with_defaults = ASKS[id]
    taken = []
    with nothing_written():
        for name, function in LIBRARY.items():
            for count in {len(parameters), len(parameters) - with_defaults}:
                if takes(function, count):
                    answer = wrapped(name, function, parameters[:count])
                    if verdict_of(id, answer).outcome == CORRECT:
                        taken.append(name)
    assert not taken


def test_no_function_of_the_course_is_an_answer_as_it_stands():
    entry = exercise.find_exercise("7.3")
    assert len(FUNCTIONS) > 500
    for name, function in FUNCTIONS.items():
        assert problem_of(entry, (function,)) == OURS, name
