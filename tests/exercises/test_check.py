"""The exercise engine: outcomes, messages, time limit, strictness, hints, solutions, progress."""

import importlib
import json
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from utils.authoring.variants import derived_stubs
from utils.exercises import check as engine
from utils.exercises import exercise as register
from utils.exercises import guard, solutions
from utils.exercises import progress as kept
from utils.exercises.boxes import Box
from utils.exercises.check import check, hint, progress, solution
from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_equal,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import (
    TimeUp,
    _by_thread,
    call,
    readers_line,
    short,
    time_limit,
)
from utils.exercises.stubs import STUBS, is_placeholder, known_stubs, stub_hashes
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED, unsolved, verdict_of

ROOT = Path(__file__).resolve().parents[2]


@exercise(
    "97.1", title="Double", hints=["Add it to itself.", "`2 * x`"], worth="A double is a sum."
)
def check_double(answer):
    got = call(answer, np.array([1.0, 2.0]))
    mistake(looks_like(got, [1.0, 4.0]), "squared", "doubling is adding.")
    expect_close(got, [2.0, 4.0], name="the doubled values")


@exercise("97.2", title="Two values", hints=["Count."], looks_at="the sizes only.")
def check_two(first, second):
    expect_equal(first, 3, name="the first")
    expect_equal(second, 4, name="the second")


@exercise("97.3", title="Quick", hints=["Stop."], seconds=0.4)
def check_quick(answer):
    call(answer)


BUGGY = """
def add(x):
    return x - 1
"""


@exercise("97.4", title="Mend", hints=["Which sign?"])
def check_mend(answer):
    expect_equal(call(answer, 1), 2)


@exercise("97.5", title="Choose", hints=["It is early."])
def check_choice(answer):
    expect_choice(answer, "a", {"b": "it comes later."}, why="It comes first.")


@pytest.fixture(autouse=True)
def private_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    monkeypatch.delenv("CHECK_STRICT", raising=False)
    monkeypatch.setattr(engine, "_hints_shown", {})
    monkeypatch.setattr(engine, "all_exercises", lambda: register.load_chapter(97))


# The three outcomes


def raises_not_implemented(x):
    raise NotImplementedError("write me")


def docstring_only(x):
    """Return twice x."""


@pytest.mark.parametrize("answer", [None, ..., docstring_only, raises_not_implemented])
def test_placeholder_is_not_attempted(answer):
    verdict = verdict_of("97.1", answer)
    assert verdict.outcome == NOT_ATTEMPTED
    assert verdict == unsolved(engine.find_exercise("97.1"))  # never varies


def test_stub_is_recognised_by_its_text(monkeypatch):
    monkeypatch.setitem(known_stubs(), "97.4", [stub_hashes(BUGGY)])

    def other_name(x: float) -> float:
        # a comment
        """And a docstring."""
        return x - 1

    assert verdict_of("97.4", other_name).outcome == NOT_ATTEMPTED
    assert verdict_of("97.4", lambda x: x - 2).outcome == INCORRECT
    assert verdict_of("97.4", lambda x: x + 1).outcome == CORRECT
    assert is_placeholder(other_name, "97.4") and not is_placeholder(other_name, "97.1")


def test_correct_says_what_is_worth_knowing_and_never_half_a_failure():
    for answer in (lambda x: 2 * x, lambda x: 2 * x + 1e-7):
        verdict = verdict_of("97.1", answer)
        assert verdict.outcome == CORRECT and verdict.lines == ("A double is a sum.",)


def test_incorrect_names_the_mistake_or_the_difference():
    assert "Squared: doubling is adding." in verdict_of("97.1", lambda x: x * x).message
    message = verdict_of("97.1", lambda x: 3 * x).message
    assert "at [1]: `6.0` came, and `4.0` was expected" in message
    assert "(1, 2)" in verdict_of("97.1", lambda x: 2 * x[None]).message
    assert "return` missing" in verdict_of("97.1", lambda x: [None, x][0]).message


def test_a_check_of_a_part_says_which():
    assert "a part only: the sizes only." in verdict_of("97.2", 3, 4).message


def test_several_answers():
    assert verdict_of("97.2", None, None).outcome == NOT_ATTEMPTED
    half = verdict_of("97.2", 3, None)
    assert half.outcome == INCORRECT and "Answer 2 of 2 still is the placeholder" in half.message
    assert "`5` came, and `4` was expected" in verdict_of("97.2", 3, 5).message


def test_unknown_exercise_says_which_exist():
    assert "chapter 97 has 97.1, 97.2, 97.3, 97.4, 97.5" in verdict_of("97.9", 1).message
    assert "There is no exercise nonsense" in verdict_of("nonsense", 1).message
    check("97.9", 1)
    hint("97.9")
    solution("97.9")


# The reader's own code


def test_an_exception_is_shown_with_the_readers_line():
    def answer(x):
        halves = x / 2
        return halves[7]  # too far

    message = verdict_of("97.1", answer).message
    assert "`IndexError`" in message and "answer(" in message
    assert "return halves[7]  # too far" in message and "line " in message


def test_an_error_deep_in_a_library_still_shows_the_readers_line():
    message = verdict_of("97.1", lambda x: np.linalg.inv(np.zeros((2, 2))) + x).message
    assert "LinAlgError" in message and "np.linalg.inv" in message


@pytest.mark.parametrize("error", [SystemExit, AssertionError, RecursionError, ZeroDivisionError])
def test_no_exception_escapes(error):
    def answer(x):
        raise error("by the reader")

    verdict = verdict_of("97.1", answer)
    assert verdict.outcome == INCORRECT and error.__name__ in verdict.message


def test_no_function_and_the_call_instead_of_the_function():
    assert "without brackets" in verdict_of("97.1", np.array([2.0, 4.0])).message


def test_an_input_changed_in_place_is_refused():
    def answer(x):
        x *= 2
        return x

    message = verdict_of("97.1", answer).message
    assert "changes its input in place" in message
    assert re.search(r"at \[\d+\] it was `[\d.]+`, and after the call it is `[\d.]+`", message)


def test_prints_are_shown_in_the_message_and_only_there(capsys):
    def answer(x):
        print("looking at", x)
        return x

    assert "It printed:" in verdict_of("97.1", answer).message
    assert capsys.readouterr().out == ""


def endless():
    while True:
        pass


def endless_and_deaf():
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def sleeps():
    time.sleep(30)


@pytest.mark.parametrize("answer", [endless, endless_and_deaf, sleeps])
def test_an_endless_loop_is_stopped_and_said_so(answer):
    start, begun_work = time.perf_counter(), time.process_time()
    message = verdict_of("97.3", answer).message
    # The limit is 0.4 seconds of work; the clock may show more where others work too.
    assert time.process_time() - begun_work < 2
    assert time.perf_counter() - start < 20
    assert "Stopped after 0.4 seconds" in message and "never ends" in message
    assert "It was stopped at line" in message


def test_the_time_limit_without_an_alarm():
    with pytest.raises(TimeUp), _by_thread(0.2):
        endless()
    time.sleep(0.4)  # nothing rings later
    with _by_thread(5):
        pass


@pytest.mark.parametrize(
    ("share", "over_after"),
    [(1.0, 10.0), (0.25, 40.0), (0.0, 10.0), (0.04, 200.0)],
    ids=["alone on the machine", "a quarter of it", "asleep", "hardly a share"],
)
def test_the_time_limit_waits_for_work_on_a_busy_machine(monkeypatch, share, over_after):
    now = [100.0]
    clocks = SimpleNamespace(monotonic=lambda: now[0], process_time=lambda: 7 + share * now[0])
    monkeypatch.setattr(guard, "time", clocks)
    is_over = guard._stopwatch(10.0)
    while not is_over():
        now[0] += 0.25
    assert now[0] - 100 == over_after


STOPS_TENSORFLOW = """
from contextlib import suppress
import tensorflow as tf
from utils.exercises.guard import TimeUp, time_limit

def endless():
    while True:
        tf.zeros((3, 4))

tf.zeros((3, 4))
for number in range(300):
    with suppress(TimeUp), time_limit(0.003 + 1e-5 * number):
        endless()
print("still there", tf.zeros((2,)).numpy())
"""


def test_tensorflow_is_stopped_without_harm_to_the_process():
    command = [sys.executable, "-c", STOPS_TENSORFLOW]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout == "still there [0. 0.]\n"


def test_an_answer_that_calls_tensorflow_is_stopped_at_its_own_line():
    def endless_tensors():
        while True:
            tf.zeros((3, 4))

    before = sys.gettrace()
    with pytest.raises(TimeUp) as stopped, time_limit(0.1):
        endless_tensors()
    assert stopped.traceback[-2].name == "endless_tensors"
    assert sys.gettrace() is before


@pytest.mark.parametrize("limit", [time_limit, _by_thread])
def test_inside_tensorflow_the_limit_waits_a_moment_and_no_longer(monkeypatch, limit):
    monkeypatch.setattr(guard, "_in_tensorflow", lambda frame: True)
    monkeypatch.setattr(guard, "GRACE", 0.3)
    begun = time.process_time()
    with pytest.raises(TimeUp), limit(0.1):
        endless()
    assert 0.39 < time.process_time() - begun < 2


def test_the_time_limit_in_a_thread():
    seen = []

    def work():
        try:
            with time_limit(0.2):
                endless()
        except TimeUp:
            seen.append("stopped")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert seen == ["stopped"]


# Strictness, hints, solutions, progress


def test_strict_makes_anything_but_correct_an_error(monkeypatch, capsys):
    monkeypatch.setenv("CHECK_STRICT", "1")
    check("97.1", lambda x: x + x)
    for wrong in (None, lambda x: x, raises_not_implemented):
        with pytest.raises(engine.CheckFailed, match=r"Exercise 97\.1"):
            check("97.1", wrong)
    assert not kept.progress_path().exists()  # strict runs leave no trace
    monkeypatch.setenv("CHECK_STRICT", "0")
    check("97.1", None)
    assert "not attempted yet" in capsys.readouterr().out


def test_a_hidden_test_raises_and_shows_nothing(capsys):
    check("97.1", lambda x: x + x, strict=True)
    for wrong in (None, lambda x: x, raises_not_implemented):
        with pytest.raises(engine.CheckFailed, match=r"Exercise 97\.1"):
            check("97.1", wrong, strict=True)
    for _ in range(3):
        with pytest.raises(engine.CheckFailed):
            check("97.5", "b", strict=True)
    assert capsys.readouterr().out == "" and not kept.progress_path().exists()


def test_hints_grow_and_stay_at_the_last(capsys):
    hint("97.1")
    assert "hint 1 of 2" in capsys.readouterr().out
    hint("97.1")
    second = capsys.readouterr().out
    assert "hint 2 of 2" in second and "the last hint" in second
    hint("97.1")
    assert "hint 2 of 2" in capsys.readouterr().out
    hint("97.1", 1)
    assert "Add it to itself." in capsys.readouterr().out


def test_an_exercise_needs_hints_and_an_id():
    with pytest.raises(ValueError, match="one to three"):
        exercise("97.8", title="x", hints=[])(check_double)
    with pytest.raises(ValueError, match=r"looks like '4\.2'"):
        exercise("fourth", title="x", hints=["h"])


def test_solution_reads_the_master_or_is_withheld(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(solutions, "SOLUTIONS", tmp_path / "absent")
    solution("97.1")
    assert "withheld" in capsys.readouterr().out
    folder = tmp_path / "solutions"
    folder.mkdir()
    monkeypatch.setattr(solutions, "SOLUTIONS", folder)
    source = "x = None\n### BEGIN SOLUTION\nx = 41 + 1\n### END SOLUTION"
    cell = {"source": source, "metadata": {"nbgrader": {"grade_id": "answer-97-1"}}}
    (folder / "97_x.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    solution("97.1")
    shown = capsys.readouterr().out
    assert "x = 41 + 1" in shown and "None" not in shown and "BEGIN" not in shown
    solution("97.2")
    assert "holds no solution of exercise 97.2" in capsys.readouterr().out
    (folder / "97_x.ipynb").write_text("{", encoding="utf-8")
    solution("97.1")
    assert "cannot be read" in capsys.readouterr().out


def test_indented_solutions_are_shown_as_a_whole():
    source = "def f(x):\n    y = x\n    ### BEGIN SOLUTION\n    y = 2 * x\n    ### END SOLUTION"
    assert solutions.between_markers(source) == "def f(x):\n    y = x\n    y = 2 * x"


def solved():
    return kept.read_progress().solved


def test_progress_is_kept_between_sessions(capsys):
    check("97.1", lambda x: x)
    assert solved() == set()
    check("97.1", lambda x: x + x)
    assert solved() == {"97.1"}
    check("97.4", lambda x: x + 1)
    found = json.loads(kept.progress_path().read_text(encoding="utf-8"))
    assert found.pop("solved") == ["97.1", "97.4"]
    assert found == {"wrong": {}, "reasons": {}, "guesses": {}, "outcomes": {}}
    progress()
    shown = capsys.readouterr().out
    assert "97.1 done" in shown and "97.2 open" in shown and "2 of 5" in shown


@pytest.mark.parametrize("text", ["not json", "[]", '{"solved": 3}', '{"solved": [1]}', "\udcff"])
def test_damaged_progress_is_set_aside_and_never_counted_as_nothing(text, capsys):
    path = kept.progress_path()
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    progress()
    shown = capsys.readouterr().out
    assert "not known" in shown and "damaged" in shown and "of 5" not in shown
    aside = path.with_name("progress.damaged-1.json")
    assert aside.read_bytes() == text.encode("utf-8", "surrogateescape") and not path.exists()
    check("97.1", lambda x: x + x)
    assert solved() == {"97.1"}
    path.write_text("{", encoding="utf-8")
    check("97.1", lambda x: x + x)
    assert "damaged-2" in capsys.readouterr().out and solved() == {"97.1"}


def test_progress_that_cannot_be_written_never_stops_a_check(tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(blocked / "progress.json"))
    check("97.1", lambda x: x + x)
    assert "could not be kept" in capsys.readouterr().out


def test_progress_is_exported_and_overwrites_nothing(tmp_path, capsys):
    check("97.1", lambda x: x + x)
    progress(export=tmp_path / "anna.json")
    assert "Written to" in capsys.readouterr().out
    assert json.loads((tmp_path / "anna.json").read_text(encoding="utf-8"))["solved"] == ["97.1"]
    progress(export=tmp_path / "anna.json")
    assert "exists already" in capsys.readouterr().out
    progress(export=tmp_path / "anna.json" / "x.json")
    assert "could not be written" in capsys.readouterr().out


def test_a_third_guess_wants_a_reason_which_is_kept(capsys, monkeypatch):
    for _ in range(2):
        check("97.5", "b")
    assert 'Not "b"' in capsys.readouterr().out
    check("97.5", "a")
    assert "say why" in capsys.readouterr().out and solved() == set()
    check("97.5", "b", reason="because it sounds right")
    assert 'Not "b"' in capsys.readouterr().out
    assert kept.read_progress().reasons == {"97.5": ["because it sounds right"]}
    check("97.5", "a", reason="too short")
    assert "say why" in capsys.readouterr().out
    monkeypatch.setenv("CHECK_STRICT", "1")
    check("97.5", "a")  # whoever proves the solutions is not asked
    monkeypatch.delenv("CHECK_STRICT")
    check("97.5", "a", reason="because a is the first")
    assert "It comes first." in capsys.readouterr().out and solved() == {"97.5"}
    check("97.5", "a")
    assert "correct" in capsys.readouterr().out


def test_the_call_that_gives_a_reason_names_all_answers(capsys):
    for _ in range(2):
        check("7.5", 46.3, "b")
    capsys.readouterr()
    check("7.5", 46.3, "b")
    told = " ".join(capsys.readouterr().out.split())
    assert '`check("7.5", true_bleu_3, reason, reason="because ...")`' in told
    check("7.5", 46.3, "b", reason="because I say so")
    assert 'Not "b"' in capsys.readouterr().out


@pytest.mark.parametrize(("allowed", "shown"), [("off", 0), ("first", 1), ("all", 2), ("ALL", 2)])
def test_a_teacher_switches_hints_off(allowed, shown, monkeypatch, capsys):
    monkeypatch.setenv("HINTS", allowed)
    for _ in range(3):
        hint("97.1")
    hint("97.1", 2)
    told = capsys.readouterr().out
    found = [text for text in ("Add it to itself.", "`2 * x`") if text in told]
    assert len(found) == shown and ("switched off" in told) == (shown == 0)


def test_every_module_of_exercises_loads_and_has_its_own_numbers():
    for chapter in register.chapters_with_exercises():
        found = register.load_chapter(chapter)
        assert found, f"utils/exercises_{chapter:02d}.py defines no exercise of chapter {chapter}."
        numbers = [int(entry.id.partition(".")[2]) for entry in found]
        assert numbers == list(range(1, len(found) + 1))


# What a checker demands


def said(function, *arguments, **named):
    with pytest.raises(Incorrect) as caught:
        function(*arguments, **named)
    return str(caught.value)


def test_demands_say_what_is_wrong():
    assert "transposed" in said(expect_shape, np.zeros((3, 2)), (2, 3))
    assert "first axis, of size 2, is missing" in said(expect_shape, np.zeros(3), (2, 3))
    assert "one axis too many" in said(expect_shape, np.zeros((1, 3)), (3,))
    assert "a number is wanted" in said(expect_type, True, int)
    assert "something of type `bool` is wanted" in said(expect_type, 1, (bool, np.bool_))
    assert "not a finite number" in said(expect_close, [1.0, np.nan], [1.0, 2.0])
    assert "different lengths" in said(expect_close, [[1], [1, 2]], [[1, 2], [1, 2]])
    assert "numbers are wanted" in said(expect_close, ["a"], [1])
    assert said(expect_close, 3, 5, reveal=False) == "Your answer: `3` is too small."
    assert "place [1]: `'b'` came" in said(expect_equal, ["a", "b"], ["a", "c"])
    assert "place [1][0]:" in said(expect_equal, [[1], [2]], [[1], [3]])
    assert "the length is 1, and should be 2" in said(expect_equal, ["a"], ["a", "b"])
    assert "missing: `'b'`" in said(expect_equal, {"a"}, {"a", "b"})
    assert "key 'a'" in said(expect_equal, {"a": 1}, {"a": 2})
    assert said(expect_choice, "A.", "b", {"a": "it is padded."}) == 'Not "a": it is padded.'
    assert 'one of "a", "b"' in said(expect_choice, "z", "b", {"a": "no"})
    expect_choice(" (B) ", "b", {"a": "no"})
    expect_equal({"a": [1, (2.0, "x")]}, {"a": [1, (2.0, "x")]})


def test_looks_like_never_raises():
    assert not looks_like(object(), [1, 2])
    assert not looks_like([[1], [1, 2]], [1, 2])
    assert not looks_like("ab", ["a", "b"])
    assert looks_like([1, 2], np.array([1.0, 2.0]))


def test_short_values():
    assert short(np.zeros((3, 4))) == "array of shape (3, 4), float64"
    assert len(short("x" * 500)) <= 60


def test_no_line_where_there_is_no_code_of_the_reader():
    assert readers_line(ValueError("raised by nobody")) == ""


# Boxes


def test_boxes_escape_html_and_keep_code():
    box = Box("hint", "<b>", ("use `a < b` & more",), "x < 1", (("h", "i"), ("1", "<2>")))
    assert "&lt;b&gt;" in box.to_html() and "<code>a &lt; b</code>" in box.to_html()
    assert "&lt;2&gt;" in box.to_html() and "x &lt; 1" in box.to_html()
    assert "use `a < b` & more" in box.to_text() and "    x < 1" in box.to_text()


# The same verdict everywhere

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from utils.exercises.check import check
from utils.exercises.exercise import exercise
from utils.exercises.expect import expect_close
from utils.exercises.guard import call

@exercise("96.1", title="Double", hints=["2x"], seconds=0.5)
def check_double(answer):
    expect_close(call(answer, 2.0), 4.0, name="the double")

def right(x):
    return 2 * x

def wrong(x):
    return x

def fails(x):
    return x[0]

def loops(x):
    while True: pass

for answer in (None, right, wrong, fails, loops):
    check("96.1", answer)
"""


def verdicts(text):
    """Return the boxes' text without the number of the line, which depends on the file."""
    start = text.index("Exercise 96.1")
    lines = text[start:].replace("\r", "").strip().split("\n")
    return [line[: line.index("at line ")] if "at line " in line else line for line in lines]


def clean_environment(tmp_path):
    given = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "p.json"), "IPYTHONDIR": str(tmp_path)}
    given.pop("PYTEST_CURRENT_TEST", None)
    return given


@pytest.fixture(scope="module")
def plain_verdicts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return run_script([sys.executable], folder)


def run_script(command, folder):
    path = folder / "answers.py"
    path.write_text(SCRIPT.format(root=str(ROOT)), encoding="utf-8")
    done = subprocess.run(
        [*command, str(path)],
        cwd=folder,
        env=clean_environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_plain_python_from_another_folder(plain_verdicts):
    text = plain_verdicts
    for word in ("not attempted", "correct.", "incorrect.", "TypeError", "`return x[0]`"):
        assert word in text
    assert "Stopped after 0.5 seconds" in text


def test_ipython_says_the_same(tmp_path, plain_verdicts):
    text = run_script([sys.executable, "-m", "IPython", "--colors=NoColor"], tmp_path)
    assert verdicts(text) == verdicts(plain_verdicts)
    assert "`return x[0]`" in text


def test_a_jupyter_kernel_says_the_same(tmp_path, plain_verdicts):
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    script = SCRIPT.format(root=str(ROOT))
    progress_file = str(tmp_path / "p.json")
    first = f"import os\nos.environ['COURSE_PROGRESS'] = {progress_file!r}\n"
    notebook = new_notebook(cells=[new_code_cell(first), new_code_cell(textwrap.dedent(script))])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    bundles = [output["data"] for output in notebook.cells[1].outputs]
    assert all("text/html" in bundle for bundle in bundles) and len(bundles) == 5
    text = "\n".join(bundle["text/plain"] for bundle in bundles)
    assert verdicts(text) == verdicts(plain_verdicts)
    assert "`return x[0]`" in text and "of your cell" in text


def test_a_function_without_a_source_is_judged():
    made = {}
    exec("def double(x):\n    return None", made)
    assert not is_placeholder(made["double"])
    assert verdict_of("97.1", made["double"]).outcome == INCORRECT


def test_the_list_of_placeholders_is_what_the_masters_derive_to():
    kept = json.loads(STUBS.read_text(encoding="utf-8"))
    assert derived_stubs() == kept
    assert len(kept) >= 25


def test_checks_leave_no_folder_beside_the_notebook(tmp_path, monkeypatch):
    from hypothesis.configuration import storage_directory

    from utils.support.paths import DATA

    monkeypatch.chdir(tmp_path)
    assert importlib.import_module("utils.exercises.drawn")
    assert Path(storage_directory().path).is_relative_to(DATA)
