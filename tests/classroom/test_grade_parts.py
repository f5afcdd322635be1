"""A big class graded in parts, at once or one after the other: the table is that of one run."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hand_ins import WRONG, solved, unsolved, with_answers, write

from utils.classroom import grade, judging
from utils.classroom.grade import main
from utils.classroom.grade_log import part_told
from utils.classroom.judging import Judge, Judged
from utils.classroom.submissions import read_submissions
from utils.support.paths import ROOT
from utils.support.shard import Shard

NAMES = ("ada", "bob", "cy", "Dörte Ähm", "eve", "finn")

# The command with a judge that only stands in; it writes a line for each notebook.
CHILD = """
import sys
from test_grade_parts import judged_by
from utils.classroom import grade, judging
log = open(sys.argv.pop(1), "a", encoding="utf-8")
def ask(self, task):
    print("asked", file=log, flush=True)
    return judged_by(task)
judging.Judge.ask = ask
judging.course_hashes = dict
grade.course_version = lambda: "one"
sys.exit(grade.main(sys.argv[1:]))
"""


def judged_by(task):
    """Return points for answers that are no known mistakes: the judge is too slow for this."""
    texts = {cell.source for cell in task.cells}
    return [
        Judged(one.id, one.title, *(("incorrect", 0) if WRONG.get(one.id) in texts else
               ("correct", one.points)), one.points)
        for one in task.plan.asked
    ]  # fmt: skip


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the judges were asked; nothing is measured, so no class needs its scenes."""
    tasks = []

    def ask(self, task):
        tasks.append(task)
        return judged_by(task)

    monkeypatch.setattr(grade, "course_version", lambda: "one")
    monkeypatch.setattr("utils.classroom.judging.course_hashes", dict)
    monkeypatch.setattr("utils.classroom.class_scenes.class_scenes", lambda variant: tmp_path)
    monkeypatch.setattr(Judge, "ask", ask)
    return tasks


@pytest.fixture
def handed_in(tmp_path, monkeypatch):
    """Six students: two of them wrong, one with two files, one with a damaged file."""
    monkeypatch.setenv("CAPTIONING_CACHE", str(tmp_path / "cache"))
    for number, name in enumerate(NAMES):
        book = with_answers(solved(), WRONG) if number % 3 == 1 else solved()
        write(tmp_path / "in" / name / "01_dataset.ipynb", book)
    write(tmp_path / "in" / "cy" / "01_dataset (1).ipynb", unsolved())
    (tmp_path / "in" / "finn" / "01_dataset.ipynb").write_text("{", encoding="utf-8")
    return tmp_path


def given(folder, table, *more):
    return [str(folder / "in"), "-o", str(folder / table), "--jobs", "1", *more]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_table_of_parts_is_that_of_one_run(handed_in, asked, capsys, count):
    assert main(given(handed_in, "one.csv")) == 0
    judged = len(asked)
    assert judged == len(NAMES) - 1
    for number in range(count, 0, -1):
        assert main(given(handed_in, "parts.csv", "--shard", f"{number}/{count}")) == 0
        assert f"When all {count} parts are done, run the command without --shard" in (
            capsys.readouterr().out
        )
    assert not (handed_in / "parts.csv").exists() and len(asked) == 2 * judged
    assert main(given(handed_in, "parts.csv")) == 0
    assert len(asked) == 2 * judged  # what was kept is put together
    tables = [(handed_in / name).read_bytes() for name in ("one.csv", "parts.csv")]
    assert tables[0] == tables[1]


def test_what_parts_left_out_is_graded_by_the_last_run(handed_in, asked):
    students = read_submissions(handed_in / "in", Shard(1, 2))
    assert main(given(handed_in, "parts.csv", "--shard", "1/2")) == 0
    notebooks = sum(len(one.notebooks) for one in students)
    assert len(asked) == notebooks
    assert main(given(handed_in, "parts.csv")) == 0
    assert len(asked) == len(NAMES) - 1


def test_two_parts_at_once_share_a_folder_and_a_key(handed_in, asked):
    """Their results are believed by the run that writes the table."""
    log = handed_in / "asked"
    paths = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "classroom")]
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(paths), "COURSE_SCENES": str(handed_in),
    }  # fmt: skip
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(log), *given(handed_in, "g.csv", "--shard", part)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for part in ("1/2", "2/2")
    ]  # fmt: skip
    said = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    assert len(log.read_text(encoding="utf-8").split()) == len(NAMES) - 1
    assert main(given(handed_in, "g.csv")) == 0
    assert not asked
    logs = sorted(path.name for path in (handed_in / "g.csv.work").glob("*.log"))
    assert logs == ["grade-1-of-2.log", "grade-2-of-2.log"]


def test_a_key_that_another_process_is_just_writing_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPTIONING_CACHE", str(tmp_path))
    monkeypatch.setattr(judging, "_keys", {})
    path = tmp_path / "grading.key"
    path.touch()
    thread = threading.Timer(0.3, lambda: path.write_bytes(b"k" * 32))
    thread.start()
    assert judging.grading_key() == b"k" * 32
    thread.join()


def test_a_part_says_how_many_could_not_be_judged():
    told = [part_told([], [1], Shard(1, 2), Path("work"), unjudged) for unjudged in (0, 3)]
    assert "could not be judged" not in told[0]
    assert "A notebook of 3 students could not be judged: run this part again." in told[1]
