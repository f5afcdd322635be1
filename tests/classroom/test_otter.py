"""Masters for otter: what they say, and otter itself on a chapter where it is installed."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import hand_ins
import nbformat
import pytest

from utils.authoring.notebooks import masters, read_notebook
from utils.classroom.nbgrader_course import GRADED_CHAPTERS
from utils.classroom.otter_course import lay, otter_master, with_otters_marks
from utils.exercises.exercise import find_exercise
from utils.support.class_settings import ClassSettings

HAS_OTTER = importlib.util.find_spec("otter") is not None
SECONDS = 1800
GRADED = [path for path in masters() if int(path.name[:2]) in GRADED_CHAPTERS]


def raw_texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "raw"]


@pytest.mark.parametrize("path", GRADED, ids=[path.stem for path in GRADED])
def test_each_exercise_is_a_question_with_its_points_and_one_hidden_test(path):
    notebook = otter_master(read_notebook(path), Path("/laid/judge.py"))
    nbformat.validate(notebook)
    texts = raw_texts(notebook)
    ids = hand_ins.answer_ids(hand_ins.unsolved(int(path.name[:2])))
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for id in ids:
        points = find_exercise(id).points
        name = id.replace(".", "-")
        head = f"# BEGIN QUESTION\nname: exercise-{name}\npoints: {points}\ncheck_cell: false"
        assert texts.count(head) == 1
        call = f"""runpy.run_path('/laid/judge.py')["judge"]("{id}", """
        tests = [source for source in code if call in source]
        assert len(tests) == 1 and f"points: {points}\n" in tests[0] and "hidden: true" in tests[0]
    for mark in ("# BEGIN SOLUTION", "# END SOLUTION", "# BEGIN TESTS", "# END TESTS"):
        assert texts.count(mark) == len(ids) + ("SOLUTION" in mark)  # one question is manual
    assert not any("BEGIN HIDDEN" in source or "### BEGIN" in source for source in code)
    assert sum("manual: true" in text for text in texts) == 1


def test_marks_keep_the_indentation():
    marked = "    ### BEGIN SOLUTION\n    a = 1\n    ### END SOLUTION\n"
    source = f"def f():\n    a = None\n{marked}    return a"
    assert with_otters_marks(source) == (
        "def f():\n    a = None\n    # BEGIN SOLUTION NO PROMPT\n    a = 1\n    # END SOLUTION\n"
        '    """ # BEGIN PROMPT\n    # YOUR CODE HERE\n    """ # END PROMPT\n    return a'
    )


def test_a_strangers_folder_is_left_alone(tmp_path):
    (tmp_path / "otter").mkdir()
    (tmp_path / "otter" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="not made by this command"):
        lay(tmp_path, ClassSettings(), [1])


def otter(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "otter", *arguments],
        cwd=folder,
        env={**os.environ, "COURSE_ROOT": str(folder / "course")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def shortened(path, target):
    """Write a notebook without the cells that only show things, which take minutes."""
    book = nbformat.read(path, as_version=4)
    kept = [c for c in book.cells if c.cell_type == "code"]
    names = ("import", "check(", "def ", " = None", "columns =", "experiment =", "settings =")
    book.cells = [c for c in kept if any(name in c.source for name in names)]
    nbformat.write(book, target)
    return target


@pytest.mark.skipif(not HAS_OTTER, reason="otter is in requirements-class.txt: install that first")
def test_otter_gives_nothing_to_the_placeholders_and_everything_to_the_solutions(tmp_path):
    lay(tmp_path, ClassSettings(), [1])
    folder, stem = tmp_path / "otter", "01_dataset"
    otter(folder, "assign", f"masters/{stem}/{stem}.ipynb", "dist", "--no-run-tests")
    (tests,) = (folder / "dist" / "autograder").glob("*.zip")
    scores = {}
    for kind in ("student", "autograder"):
        (folder / kind).mkdir()
        book = shortened(folder / "dist" / kind / f"{stem}.ipynb", folder / kind / "book.ipynb")
        otter(folder, "run", str(book), "-a", str(tests), "-o", str(folder / kind))
        told = json.loads((folder / kind / "results.json").read_text(encoding="utf-8"))
        scores[kind] = sum(one.get("score") or 0 for one in told["tests"])
    assert scores == {"student": 0, "autograder": 8}
