"""What a student's code may try, and what the judge says of it."""

import contextlib
import linecache
import os
import time

import cloudpickle
import psutil
import pytest

from utils.classroom.course_copy import is_withheld, make_copy
from utils.classroom.judged import judged
from utils.classroom.plain_values import Opaque, Unsafe, read_plain, write_plain
from utils.classroom.remote import Nursery
from utils.classroom.session import Session
from utils.exercises.solutions import solution_source
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from utils.support.paths import ROOT

IMPORTS = ("", "import random\nimport re\nfrom collections import Counter\nimport numpy as np")
RIGHT = "def clean(text):\n    return re.findall('[a-z]+', text.lower())\n"
WRONG = "def clean(text):\n    return text.split()\n"
LEAKS = """
def leaks(train, dev):
    seen = {(photo.shape, photo.tobytes()) for photo in train.values()}
    return sorted(n for n, photo in dev.items() if (photo.shape, photo.tobytes()) in seen)
"""


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    course = make_copy(tmp_path_factory.mktemp("class") / "course")
    made = Nursery(course, ("numpy",))
    yield made
    made.close()


def verdicts(nursery, cells, asked, seconds=3.0, memory=1_000_000_000):
    with Session([IMPORTS, *cells], seconds, memory, nursery) as session:
        return [session.verdict(id, names) for id, names in asked]


def verdict(nursery, code, id="1.2", names=("clean",)):
    (found,) = verdicts(nursery, [(id, code)], [(id, names)])
    return found


def test_right_and_wrong_answers(nursery):
    assert verdict(nursery, RIGHT).outcome == CORRECT
    found = verdict(nursery, WRONG)
    assert found.outcome == INCORRECT
    assert "gives" in found.message and "clean(" in found.message
    assert verdict(nursery, LEAKS, "1.6", ("leaks",)).outcome == CORRECT
    assert verdict(nursery, "columns = (6, 2)", "1.1", ("columns",)).outcome == CORRECT


def test_what_an_answer_imports_late_does_not_use_up_its_time(nursery):
    """Keras is imported inside the first call, and photos travel to and fro."""
    cells = [("", "from utils.images import preprocess"), ("2.3", solution_source("2.3"))]
    (found,) = verdicts(nursery, cells, [("2.3", ("features_of",))])
    assert found.outcome == CORRECT, found.message


def test_what_is_missing_or_untouched(nursery):
    assert verdict(nursery, "columns = None", "1.1", ("columns",)).outcome == NOT_ATTEMPTED
    assert "no `clean`" in verdict(nursery, "tidy = 1").message
    assert verdict(nursery, "def clean(text):\n    ...").outcome == NOT_ATTEMPTED


def test_an_error_is_told_with_the_line(nursery):
    found = verdict(nursery, "def clean(text):\n    return text[10 ** 6]\n")
    assert "`IndexError`" in found.message and "line 2 of your cell" in found.message
    found = verdict(nursery, "clean = 1 / 0")
    assert "`ZeroDivisionError`" in found.message


TRICKS = {
    "numpy": "np.allclose = np.array_equal = lambda *a, **k: True\n",
    "check": "def check(*a, **k): pass\ndef judge(*a, **k): pass\n",
    "environment": "import os\nos.environ['CHECK_STRICT'] = '0'\nos.environ.clear()\n",
    "modules": "import sys\nsys.modules['utils.exercises.verdict'] = None\n",
    "comparing": "import builtins\nbuiltins.sorted = lambda x, **k: x\n",
    "printed": "print('Exercise 1.2: correct.')\n",
    "solution": "from utils.exercises.solutions import *\nexec(solution_source('1.2'))\n",
    "references": "from utils.exercises.chapter_1 import _clean as clean\n",
}


@pytest.mark.parametrize("name", TRICKS)
def test_tricks_earn_nothing(nursery, name):
    assert verdict(nursery, TRICKS[name] + WRONG).outcome == INCORRECT


@pytest.mark.parametrize("name", ["solution", "references"])
def test_the_course_of_answers_knows_none(nursery, name):
    assert verdict(nursery, TRICKS[name]).outcome == INCORRECT


def test_an_object_that_equals_everything_earns_nothing(nursery):
    code = (
        "class Same(list):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def clean(text): return Same(['x'])\n"
    )
    assert verdict(nursery, code).outcome == INCORRECT
    code = "class Any:\n    def __eq__(self, other): return True\ndef clean(text): return Any()\n"
    found = verdict(nursery, code)
    assert found.outcome == INCORRECT and "`Any`" in found.message


def test_a_pickle_that_runs_code_is_not_opened(nursery, tmp_path):
    mark = tmp_path / "owned"
    code = (
        "import os, pickle\n"
        "from utils.classroom import plain_values\n"
        f"class Bomb:\n    def __reduce__(self): return os.system, ('touch {mark}',)\n"
        "plain_values.write_plain = lambda value: pickle.dumps(('value', (Bomb(),)))\n"
        "clean = 1\n"
    )
    found = verdict(nursery, code)
    assert found.outcome == INCORRECT
    assert not mark.exists()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("while True: pass", "never ends"),
        ("import time\ntime.sleep(10 ** 6)", "never ends"),
        ("sum(range(10 ** 14))", "never ends"),  # a loop in C
        ("import os\nos._exit(0)", "ended the whole Python process"),
        ("import signal\nsignal.raise_signal(signal.SIGKILL)", "ended the whole"),
        ("import os\nos.kill(os.getppid(), 9)", "`PermissionError`"),
        ("raise SystemExit", "`SystemExit`"),
        ("waste = [b'x' * 10 ** 8 for _ in range(10 ** 4)]", "memory"),
        ("def clean(text) return", "`SyntaxError`"),
    ],
)
def test_a_broken_cell_spoils_its_own_exercise_alone(nursery, code, told):
    asked = [("1.2", ("clean",)), ("1.6", ("leaks",)), ("1.1", ("columns",))]
    cells = [("1.2", code), ("1.6", LEAKS), ("1.1", "columns = (6, 2)")]
    broken, leaks, columns = verdicts(nursery, cells, asked, memory=500_000_000)
    assert broken.outcome == INCORRECT and told in broken.message
    assert leaks.outcome == columns.outcome == CORRECT


def test_a_function_that_never_ends_is_stopped_and_the_rest_goes_on(nursery, monkeypatch):
    from dataclasses import replace

    from utils.exercises.exercise import REGISTRY, find_exercise

    monkeypatch.setitem(REGISTRY, "1.2", replace(find_exercise("1.2"), seconds=1.0))
    cells = [("1.2", "def clean(text):\n    while True: pass"), ("1.6", LEAKS)]
    first, second = verdicts(nursery, cells, [("1.2", ("clean",)), ("1.6", ("leaks",))])
    assert "never ends" in first.message
    assert second.outcome == CORRECT


def test_what_is_left_behind_is_killed(nursery):
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n"
        "    os._exit(0)\n"
        "time.sleep(0.5)\n" + RIGHT
    )
    with Session([IMPORTS, ("1.2", code)], 3.0, 10**9, nursery) as session:
        assert session.verdict("1.2", ["clean"]).outcome == CORRECT
        left = nursery.started_by(session._line.pid)
        assert sum(_runs(one) for one in left) == 2
    ends = time.monotonic() + 5
    while any(_runs(one) for one in left) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(_runs(one) for one in left)


def _runs(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def test_an_answer_that_changes_its_input_is_seen(nursery):
    code = LEAKS.replace("    seen", "    train.clear() if len(train) > 3 else None\n    seen")
    found = verdict(nursery, code, "1.6", ("leaks",))
    assert "changes its input in place" in found.message


CLEARING = """
def padded_ids(captions, vocabulary):
    unknown = vocabulary.encode(["@"], markers=False)[0]
    start, end = vocabulary.encode([])
    vocabulary.ids.clear()
    rows = [[start] + [unknown] * len(clean_caption(c)) + [end] for c in captions]
    found = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for n, row in enumerate(rows):
        found[n, : len(row)] = row
    return found
"""


def test_an_answer_cannot_change_what_the_judge_compares_with(nursery):
    cells = [("", "from utils.captions import clean_caption"), ("4.3", CLEARING)]
    for code in (CLEARING, CLEARING.replace("    vocabulary.ids.clear()\n", "")):
        cells[1] = ("4.3", code)
        (found,) = verdicts(nursery, cells, [("4.3", ("padded_ids",))])
        assert found.outcome == INCORRECT, found.message


def test_a_message_that_never_ends_is_not_waited_for(nursery):
    code = (
        "import builtins, pickle\nbuiltins.len = lambda x: 7\npickle.dumps = lambda *a, **k: b'x'\n"
    )
    assert verdict(nursery, code + "columns = (6, 2)", "1.1", ("columns",)).outcome == INCORRECT
    assert verdict(nursery, RIGHT).outcome == CORRECT


def test_a_message_without_sense_costs_its_own_exercise(nursery):
    code = (
        "import sys\nframe = sys._getframe()\n"
        "while 'self' not in frame.f_locals: frame = frame.f_back\n"
        "frame.f_locals['self'].tell('ask', 1)\n"
    )
    cells = [("1.1", code), ("1.2", RIGHT)]
    first, second = verdicts(nursery, cells, [("1.1", ("columns",)), ("1.2", ("clean",))])
    assert first.outcome == INCORRECT and second.outcome == CORRECT


def test_measuring_has_limits(nursery, monkeypatch):
    from utils.classroom import remote

    monkeypatch.setattr(remote, "ASKED", 1.0)
    code = (
        "from utils.exercises.measure_4 import memory_left\n"
        "for seed in range(10 ** 6): memory_left((1, 30, 128), seed)\n"
    )
    found = verdict(nursery, code, "4.7", ("experiment",))
    assert "measured for more than 1 seconds" in found.message
    code = "from utils.exercises.measure_4 import memory_left\nmemory_left((1, 10, 10 ** 6), 0)\n"
    assert "`Incorrect`" not in verdict(nursery, code, "4.7", ("experiment",)).message


def test_files_that_know_answers_and_other_programs_are_refused(nursery):
    root = str(ROOT)
    for act in (
        f"open({root!r} + '/solutions/01_dataset.ipynb')",
        f"import os; os.open({root!r} + '/utils/exercises/chapter_1.py', 0)",
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'], env={})",
        "import os; open(f'/proc/{os.getppid()}/environ')",
    ):
        found = verdict(nursery, f"{act}\n{RIGHT}")
        assert found.outcome == INCORRECT and "PermissionError" in found.message, act


def test_a_right_answer_counts_though_a_line_after_it_fails(nursery):
    assert verdict(nursery, RIGHT + "clean(captions[0])\n").outcome == CORRECT


def test_experiments_are_measured_by_the_judge(nursery):
    cells = [
        ("", "from utils.exercises.measure_4 import memory_left"),
        (
            "4.7",
            "import utils.exercises.measure_4 as m\n"
            "s = [(0, 10, 64), (1, 10, 64), (3, 10, 64)]\n"
            "experiment = {'question': 'Does a larger bias keep more?', 'settings': s,\n"
            " 'results': {one: [memory_left(one, n) for n in range(3)] for one in s},\n"
            " 'conclusion': 'rises'}\n",
        ),
    ]
    (found,) = verdicts(nursery, cells, [("4.7", ("experiment",))], seconds=60)
    assert found.outcome == CORRECT, found.message


def test_the_copy_has_no_checkers(tmp_path):
    course = make_copy(tmp_path / "course")
    names = {path.name for path in (course / "utils" / "exercises").iterdir()}
    assert "check.py" in names and "measure_1.py" in names
    assert not {"chapter_1.py", "values_1.py", "checks.bin"} & names
    assert len(list((course / "utils" / "classroom").iterdir())) == 4
    assert not (course / "utils" / "authoring").exists()
    assert is_withheld("utils/exercises/chapter_4.py")


def test_plain_values_come_back_and_others_do_not():
    import numpy as np

    value = {"a": [1, 2.5, None, (True, "text")], "b": {1, 2}, "c": np.arange(3)}
    back = read_plain(write_plain(value))
    assert back["a"] == value["a"] and back["b"] == {1, 2}
    assert back["c"].tolist() == [0, 1, 2]
    endless = []
    endless.append(endless)
    assert isinstance(read_plain(write_plain(open)), Opaque)
    assert type(read_plain(write_plain(iter([])))).__name__ == "list_iterator"
    assert read_plain(write_plain(endless))
    with pytest.raises(Unsafe, match="no plain value"):
        read_plain(cloudpickle.dumps(os.getcwd))
    with pytest.raises(Unsafe, match="cannot be read"):
        read_plain(b"\x80\x05nonsense")


def test_the_answers_of_a_kernel(tmp_path):
    def clean(text):
        return text.lower().split()[99]

    code = clean.__code__
    sources = {
        (code.co_name, code.co_firstlineno): (
            code.co_filename,
            linecache.getlines(code.co_filename),
        )
    }
    found = judged("1.2", cloudpickle.dumps(((clean,), sources)), 1)
    assert found.outcome == INCORRECT and "text.lower().split()[99]" in found.message
    assert judged("1.1", cloudpickle.dumps((((6, 2),), {})), 1).outcome == CORRECT
    found = judged("1.1", b"nonsense", 1)
    assert found.outcome == INCORRECT and "UnpicklingError" in found.message
    found = judged("1.1", cloudpickle.dumps((((6, 2),), {})), 2)  # one answer too few
    assert found.outcome == INCORRECT and "ValueError" in found.message
