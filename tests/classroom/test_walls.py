"""What a student's code can reach beyond its own folder, and what is said of what it changed."""

import json
import os
import zlib

import pytest

from utils.classroom import answers, judge_notebooks, judging
from utils.classroom.course_copy import make_copy
from utils.classroom.judging import Judged, Judges
from utils.classroom.linux import walls_version
from utils.classroom.remote import Nursery
from utils.classroom.session import Session
from utils.exercises.verdict import CORRECT, INCORRECT

ANSWER = "columns = (6, 2)"
GIGABYTE = 10**9

needs_walls = pytest.mark.skipif(not walls_version(), reason="the system has no Landlock")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    made = Nursery(make_copy(tmp_path_factory.mktemp("class") / "course"), ("numpy",))
    yield made
    made.close()


def verdict(nursery, code, memory=GIGABYTE, seconds=20.0):
    with Session([("1.1", code)], seconds, memory, nursery) as session:
        return session.verdict("1.1", ["columns"])


# Reading

WAYS = {
    "open": "text = open({path!r}).read()",
    "tensorflow": "import tensorflow as tf\ntext = tf.io.gfile.GFile({path!r}).read()",
    "open folder": (
        "top, name = os.path.split({path!r})\nfolder = os.open(top, os.O_RDONLY)\n"
        "text = os.read(os.open(name, os.O_RDONLY, dir_fd=folder), 10**6).decode()"
    ),
    "second name": "os.link({path!r}, 'note.txt')\ntext = open('note.txt').read()",
    "C": (
        "import ctypes\nnumber = ctypes.CDLL(None).open({path!r}.encode(), 0)\n"
        "text = os.read(number, 10**6).decode()"
    ),
}


@needs_walls
@pytest.mark.parametrize("way", WAYS)
def test_a_classmates_file_is_not_read_whatever_the_way(nursery, tmp_path, way):
    path = tmp_path / "classmate.py"
    path.write_text(ANSWER, encoding="utf-8")
    found = verdict(nursery, f"import os\n{WAYS[way].format(path=str(path))}\nexec(text)")
    assert found.outcome == INCORRECT


@needs_walls
def test_nothing_outside_is_written_and_no_process_outside_is_ended(nursery, tmp_path):
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    code = (
        "import ctypes, os\nc = ctypes.CDLL(None)\n"
        f"c.creat({str(tmp_path / 'new')!r}.encode(), 0o666)\n"
        f"c.truncate({str(tmp_path / 'kept')!r}.encode(), 0)\n"
        f"c.unlink({str(tmp_path / 'kept')!r}.encode())\n"
        f"columns = (6, 2 + (c.kill({os.getpid()}, 0) == 0))"
    )
    assert verdict(nursery, code).outcome == CORRECT
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    if walls_version() >= 3:
        assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


def test_what_an_honest_answer_does_is_let_through(nursery):
    code = (
        "import os, pathlib, shutil, tempfile, time, zoneinfo\nimport numpy as np\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    path = pathlib.Path(folder, 'a', 'b.npy')\n    path.parent.mkdir()\n"
        "    np.save(path, np.arange(3))\n    path.rename(path.with_name('c.npy'))\n"
        "    assert np.load(path.with_name('c.npy')).sum() == 3\n"
        "assert not os.path.exists(folder)\n"
        "open(os.path.expanduser('~/note.csv'), 'w').write('x')\n"
        "assert open(os.path.expanduser('~/note.csv')).read() == 'x'\n"
        "open(os.devnull, 'w').write('x')\n"
        "from utils.glove import *\nfrom utils.support.paths import DATA\n"
        "assert next(iter(open(next((DATA / 'glove').glob('*.txt')), encoding='utf-8')))\n"
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('a.png')\n" + ANSWER
    )
    found = verdict(nursery, code)
    assert found.outcome == CORRECT, found.message


HIDDEN = (
    "/c/utils/exercises/__pycache__/chapter_4.cpython-311.pyc",
    "/c/utils/exercises/chapter_4.py",
    "/c/.git/objects/pack/a.pack",
    "/c/tests/exercises/cases_4.py",
    "/c/tests/hand_ins.py",
    "/c/grades.csv.work/results/1.json",
    "/c/data/cache/grading.key",
)


@pytest.mark.parametrize("path", HIDDEN)
def test_files_that_know_answers_are_known_by_their_place(tmp_path, path):
    refuse = answers.refusal((str(tmp_path),))
    with pytest.raises(PermissionError, match="may not open"):
        refuse("open", (path, "r", os.O_RDONLY))


def test_python_itself_refuses_ways_around(tmp_path):
    """Where the system has no walls, these are what there is."""
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    refuse = answers.refusal((os.path.realpath(home),))
    refuse("open", (str(home / "a"), "w", os.O_WRONLY | os.O_CREAT))
    refuse("open", (str(other / "a"), "r", os.O_RDONLY))
    refuse("open", (3, "w", os.O_WRONLY))
    refuse("os.remove", (str(home / "a"), -1))
    for event, given in (
        ("open", (str(other / "a"), "w", os.O_WRONLY | os.O_CREAT)),
        ("open", (str(other), None, os.O_RDONLY)),
        ("open", ("../other", None, os.O_RDONLY)),
        ("os.link", (str(other / "a"), str(home / "a"), -1, -1)),
        ("os.symlink", (str(other / "a"), str(home / "a"), -1)),
        ("os.remove", (str(other / "a"), -1)),
        ("os.rename", (str(home / "a"), str(other / "a"), -1, -1)),
    ):
        with pytest.raises(PermissionError, match="An answer here may not"):
            refuse(event, given)


# What the course makes, and what it is made of


@pytest.fixture
def copy():
    made = judge_notebooks.Copy()
    yield made
    made.close()


def test_what_the_course_makes_is_no_change_and_goes_with_its_student(copy):
    nursery = copy.nursery_for(("numpy",), "autumn")
    code = (
        "from utils.support.paths import RUNS, cache_dir, dataset_dir\n"
        "for folder in (cache_dir(), RUNS, dataset_dir('scenes')):\n"
        "    folder.mkdir(parents=True, exist_ok=True)\n"
        "    assert not (folder / 'made').exists()\n"
        "    (folder / 'made').write_text('x')\n" + ANSWER
    )
    for _ in range(2):
        found = verdict(nursery, code)
        assert found.outcome == CORRECT, found.message
        assert not copy.is_touched()


def test_the_copy_has_the_scenes_and_the_seed_of_the_class(copy, tmp_path, monkeypatch):
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "captions.txt").write_text("drawn", encoding="utf-8")
    asked = []

    def class_scenes(variant):
        asked.append(variant)
        return tmp_path / "scenes"

    monkeypatch.setattr("utils.classroom.course_copy.class_scenes", class_scenes)
    nursery = copy.nursery_for(("numpy",), "autumn", with_scenes=True)
    copy.nursery_for(("numpy",), "autumn", with_scenes=True)
    assert asked == ["autumn"]
    code = (
        "from utils.dataset import scenes_seed\nfrom utils.support.paths import dataset_dir\n"
        f"assert scenes_seed() == {zlib.crc32(b'autumn')}\n"
        "assert (dataset_dir('scenes') / 'captions.txt').read_text() == 'drawn'\n" + ANSWER
    )
    found = verdict(nursery, code)
    assert found.outcome == CORRECT, found.message
    assert not copy.is_touched()
    assert copy.nursery_for(("numpy",), "spring") is not nursery


def test_scenes_are_drawn_where_code_asks_for_them():
    assert judge_notebooks.LOADS.search("vocabulary = load_dataset().train_vocabulary(1)")
    assert not judge_notebooks.LOADS.search("from utils.dataset import load_dataset")


# Results that are kept


def kept(outcome="incorrect"):
    return json.loads(json.dumps(judging.asdict(Judged("1.1", "Columns", outcome, 0, 1, ("no",)))))


def test_a_result_that_something_else_changed_is_not_believed():
    assert Judged.from_json(kept()).outcome == "incorrect"
    for name, value in (("outcome", "correct"), ("points", 1), ("lines", []), ("source", "x")):
        with pytest.raises(ValueError, match="was changed"):
            Judged.from_json(kept() | {name: value})
    without = kept()
    del without["seal"]
    with pytest.raises(KeyError):
        Judged.from_json(without)


def test_a_seal_needs_the_key_which_no_answer_can_read(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "cache_dir", lambda: tmp_path / "one")
    (tmp_path / "one").mkdir()
    before = kept()
    assert Judged.from_json(before)
    assert (tmp_path / "one" / judging.KEY).stat().st_size == 32
    assert answers.KNOWING.search(f"/course/data/cache/{judging.KEY}")
    judging.forget_results()
    with pytest.raises(ValueError, match="was changed"):
        Judged.from_json(before)
    monkeypatch.setattr(judging, "cache_dir", lambda: tmp_path / "missing")
    assert Judged.from_json(kept())  # the key cannot be written: it holds for this process


def test_a_course_that_changes_while_it_grades_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "ROOT", tmp_path)
    monkeypatch.setattr(judging, "cache_dir", lambda: tmp_path)
    judge, master = (
        tmp_path / "utils" / "classroom" / "judge.py",
        tmp_path / "solutions" / "1.ipynb",
    )
    for path in (judge, master):
        path.parent.mkdir(parents=True)
        path.write_text("right", encoding="utf-8")
    before = kept()
    with Judges(1):
        compiled = judge.parent / "__pycache__" / "judge.pyc"
        compiled.parent.mkdir()
        compiled.write_text("compiled", encoding="utf-8")  # Python does so by itself
    assert Judged.from_json(before)
    told = pytest.raises(RuntimeError, match=r"utils/classroom/judge.py.*not to be trusted")
    with told, Judges(1):
        judge.write_text("wrong", encoding="utf-8")
    with pytest.raises(ValueError, match="was changed"):
        Judged.from_json(before)
    with pytest.raises(KeyError), Judges(1):
        master.unlink()
        raise KeyError  # what ended the run is what is told


# Limits

CHILD = "import os, time\nif os.fork():\n    {parent}\nelse:\n    {child}\n"
FILLS = "held = bytearray(700_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(60)"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.parametrize("parent", ["time.sleep(60)", "os._exit(0)"])
def test_the_memory_of_children_counts(nursery, parent):
    code = CHILD.format(parent=parent, child=f"os.setsid(); {FILLS}")
    found = verdict(nursery, code, memory=400_000_000)
    assert found.outcome == INCORRECT and "of memory" in found.message


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_the_time_of_children_counts(nursery):
    loops = "\n    while True: pass"
    code = CHILD.format(parent="time.sleep(60)", child=f"os.setsid(){loops}")
    found = verdict(nursery, code, seconds=2.0)
    assert found.outcome == INCORRECT and "Stopped after 2 seconds" in found.message


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_memory_that_processes_share_counts_once(nursery):
    code = (
        "import os, time\nheld = bytearray(100_000_000)\nheld[::4096] = b'x' * len(held[::4096])\n"
        "for _ in range(8):\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)\n"
        "time.sleep(0.5)\n" + ANSWER
    )
    assert verdict(nursery, code, memory=400_000_000).outcome == CORRECT


def test_the_wall_leaves_the_copy_as_it_is(nursery):
    code = "import utils.sequences as s\nopen(s.__file__, 'w').write('')\n" + ANSWER
    found = verdict(nursery, code)
    assert "may not change sequences.py" in found.message
    assert (nursery.course / "utils" / "sequences.py").stat().st_size
