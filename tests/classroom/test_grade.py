"""From what a class handed in to points. Each case is something that was seen to go wrong."""

import csv
import html
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import hand_ins
import pytest
from hand_ins import (
    WRONG,
    after,
    answer_ids,
    before,
    cell,
    place,
    solved,
    unsolved,
    with_answers,
    without_metadata,
    write,
)

from utils.authoring.questions import find_question
from utils.classroom import grade, judge_notebooks
from utils.classroom.asked import Plan
from utils.classroom.grade import Settings, judge_all, main, pieces_of
from utils.classroom.judging import Judge, Judged, JudgeEnded, Judges, Task
from utils.classroom.matching import match
from utils.classroom.plans import plan_of
from utils.classroom.session import Session
from utils.classroom.submissions import read_submissions
from utils.exercises.solutions import solution_source
from utils.support.paths import ROOT

FULL = 8
VERSION = grade.course_version


def changed(kind, id, source):
    """Return a solved notebook with other code in a cell of an exercise."""
    book = solved()
    cell(book, kind, id)["source"] = source
    return book


def deleted(kind, id):
    book = solved()
    del book["cells"][place(book, kind, id)]
    return book


def duplicated():
    book = solved()
    book["cells"].insert(place(book, "answer", "1.2"), dict(cell(book, "answer", "1.2")))
    return book


def split():
    book = changed("answer", "1.2", "pattern = re.compile('[^a-z]+')")
    return before(
        book,
        "check",
        "1.2",
        "def clean(text):\n    return pattern.sub(' ', text.lower()).split()",
    )


def everywhere(source, wrong="{name} = lambda *a, **k: True", ids=()):
    """Return a notebook with a trick and a wrong answer in each answer cell, and before them."""
    book = unsolved()
    for id in ids or answer_ids(book):
        name = plan_of(1).exercise(id).names[0]
        cell(book, "answer", id)["source"] = f"{source}\n{wrong}".format(id=id, name=name)
    return before(book, "answer", "1.1", source.format(id="1.1", name="columns"))


ALWAYS = """
class Always:
    def __eq__(self, other): return True
    def __getattr__(self, name): return lambda *a, **k: self
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter([self])
    def __len__(self): return 1
    def __reduce__(self): return (print, ("unpickled",))
{name} = Always()
"""
OVERWRITE = """
import pathlib, utils
for path in pathlib.Path(utils.__file__).parent.rglob("*.py"):
    path.write_text("def verdict_of(*a, **k): return 1/0")
"""
PATCHED_JUDGE = """
import utils.exercises.verdict, utils.exercises.check, utils.exercises.expect as expect
utils.exercises.check.check = lambda *a, **k: None
utils.exercises.verdict.verdict_of = lambda *a, **k: utils.exercises.verdict.Verdict("correct", "")
"""
CASES = {
    "solved": (solved, 8),
    "unsolved": (unsolved, 0),
    "two wrong": (lambda: with_answers(solved(), {id: WRONG[id] for id in ("1.1", "1.2")}), 6),
    "duplicated": (duplicated, 8),
    "check deleted": (lambda: deleted("check", "1.5"), 8),
    "answer deleted": (lambda: deleted("answer", "1.5"), 6),
    "split": (split, 8),
    "metadata lost": (lambda: without_metadata(solved()), 8),
    "wrong syntax": (lambda: changed("answer", "1.2", "def clean(text:"), 7),
    "raises": (lambda: changed("answer", "1.2", "1 / 0"), 7),
    "exit": (lambda: changed("answer", "1.2", "raise SystemExit(0)"), 7),
    "end of process": (lambda: changed("answer", "1.2", "import os\nos._exit(0)"), 7),
    "end elsewhere": (lambda: after(solved(), "check", "1.1", "import os\nos._exit(0)"), 8),
    "end in call": (
        lambda: changed("answer", "1.2", "import os\ndef clean(text):\n    os._exit(0)"),
        7,
    ),
    "endless": (lambda: changed("answer", "1.2", "while True:\n    pass"), 7),
    "endless call": (
        lambda: changed(
            *("answer", "1.2"),
            "def clean(text):\n  while True:\n    try:\n      7 ** 7\n"
            "    except BaseException:\n      pass",
        ),
        7,
    ),
    "memory": (lambda: changed("answer", "1.2", "x = [0]\nwhile True:\n    x = x * 2"), 7),
    "patched check": (lambda: everywhere("def check(*a, **k):\n    pass"), 0),
    "patched judge": (lambda: everywhere(PATCHED_JUDGE), 0),
    "patched numpy": (
        lambda: everywhere(
            "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True"
        ),
        0,
    ),
    "environment": (
        lambda: everywhere('import os\nos.environ.update(CHECK_STRICT="0", COURSE_ROOT="/")'),
        0,
    ),
    "printed box": (lambda: everywhere('print("Exercise {id} · correct.")'), 0),
    "solutions run": (
        lambda: everywhere(
            "from utils.exercises.solutions import solution_source\nexec(solution_source('{id}'))",
            wrong="",
        ),
        0,
    ),
    "equal to all": (lambda: everywhere(ALWAYS, wrong="", ids=("1.1", "1.2")), 0),
    "files overwritten": (lambda: everywhere(OVERWRITE), 0),
    "after the files": (solved, 8),  # judged after them, by name
}


def class_of(folder, cases):
    for name, (book, _) in cases.items():
        write(folder / name / "01_dataset.ipynb", book())
    write(folder / "renamed" / "01_dataset (1).ipynb", solved())
    (folder / "damaged").mkdir()
    (folder / "damaged" / "01_dataset.ipynb").write_text("{")


def read_table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(autouse=True, scope="module")
def one_version():
    """The course stays as it is while these tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "course_version", lambda: "one")
        patch.setattr("utils.classroom.judging.course_hashes", dict)
        yield


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    class_of(folder / "in", CASES)
    given = ["--seconds", "5", "--memory", "500", "--jobs", "1"]
    output = folder / "grades.csv"
    code = main([str(folder / "in"), "-o", str(output), "--feedback", str(folder / "out"), *given])
    assert code == 0
    return folder, read_table(output)


@pytest.mark.parametrize("name", CASES)
def test_points_are_what_was_deserved(graded, name):
    _, rows = graded
    verdicts = {key: said for key, said in rows[name].items() if key.endswith("verdict")}
    assert int(rows[name]["total"]) == CASES[name][1], verdicts


def test_a_renamed_file_is_graded(graded):
    _, rows = graded
    assert rows["renamed"]["total"] == str(FULL) and "renamed" in rows["renamed"]["notes"]


def test_damage_stops_nobody_and_has_a_row(graded):
    _, rows = graded
    assert rows["damaged"]["1.1 verdict"] == "not readable"
    assert rows["damaged"]["1.1"] == rows["damaged"]["total"] == ""
    assert "not valid JSON" in rows["damaged"]["notes"]


def test_what_was_tolerated_is_said(graded):
    _, rows = graded
    assert "1.2: the answer stands in more than one place" in rows["duplicated"]["notes"]
    assert "1.5: the check cell is missing" in rows["check deleted"]["notes"]
    assert "1.2: the answer is put together from 2 cells" in rows["split"]["notes"]
    assert "changed files" not in rows["files overwritten"]["notes"]  # it could not


def test_one_exercise_is_broken_and_the_others_are_not(graded):
    _, rows = graded
    assert rows["wrong syntax"]["1.2 verdict"] == "broken"
    assert rows["wrong syntax"]["1.1 verdict"] == "correct"
    assert rows["unsolved"]["1.2 verdict"] == "not attempted"
    assert rows["solutions run"]["1.2 verdict"] == "incorrect"


def test_a_page_for_each_student_tells_nothing_of_the_server(graded):
    folder, rows = graded
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "out").iterdir()}
    assert len(pages) == len(rows)
    for text in pages.values():
        for secret in (str(folder), os.path.expanduser("~"), "course-", "/utils/", "strict"):
            assert secret not in text.partition("<main>")[2]
    assert "not attempted" in pages["unsolved"]


def test_the_log_has_a_line_for_each_notebook(graded):
    folder, rows = graded
    lines = (folder / "grades.csv.work" / "grade.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows) - 1
    assert any(line.endswith("chapter 1  6 of 8 points  two wrong") for line in lines)


def test_a_second_run_judges_nothing_again(graded, monkeypatch):
    folder, rows = graded
    monkeypatch.setattr(Judge, "ask", lambda *_: pytest.fail("a judge was asked"))
    given = ["--seconds", "5", "--memory", "500"]
    assert main([str(folder / "in"), "-o", str(folder / "grades.csv"), *given]) == 0
    assert read_table(folder / "grades.csv") == rows


# How the command keeps, goes on and ends, with a judge that stands in for the real one


def stand_in(task):
    return [Judged(one.id, one.title, "correct", one.points, one.points) for one in task.plan.asked]


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """A list of what the judges were asked; nothing is measured, so no class needs its scenes."""
    tasks = []
    monkeypatch.setattr("utils.classroom.class_scenes.class_scenes", lambda variant: tmp_path)

    def ask(self, task):
        tasks.append(task)
        return stand_in(task)

    monkeypatch.setattr(Judge, "ask", ask)
    return tasks


@pytest.fixture
def handed_in(tmp_path):
    for name in ("ada", "bob", "cy"):
        write(tmp_path / "in" / name / "01_dataset.ipynb", solved())
    return tmp_path


def run(folder, *given):
    return main([str(folder / "in"), "-o", str(folder / "g.csv"), "--jobs", "2", *given])


def test_only_what_changed_is_judged_again(handed_in, asked):
    assert run(handed_in) == 0 and len(asked) == 3
    write(handed_in / "in" / "bob" / "01_dataset.ipynb", unsolved())
    assert run(handed_in) == 0 and len(asked) == 4
    run(handed_in, "--seconds", "7")
    assert len(asked) == 7
    run(handed_in, "--variant", "7")
    assert len(asked) == 10
    run(handed_in, "--force")
    assert len(asked) == 13


def test_the_version_of_the_course_is_that_of_its_files(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(grade, "ROOT", tmp_path)
    (tmp_path / "utils").mkdir()
    versions = {VERSION()}
    for text in ("a = 1", "a = 2"):
        (tmp_path / "utils" / "bleu.py").write_text(text)
        versions |= {VERSION(), VERSION()}
    assert len(versions) == 3


def test_a_new_version_of_the_course_judges_all_again(handed_in, asked, monkeypatch):
    run(handed_in)
    monkeypatch.setattr(grade, "course_version", lambda: "another")
    run(handed_in)
    assert len(asked) == 6


def test_a_damaged_result_is_found_again(handed_in, asked):
    run(handed_in)
    kept = sorted((handed_in / "g.csv.work" / "results").iterdir())
    for path, text in zip(kept, ("{", '{"judged": [{"id": 3}]}', "[]"), strict=True):
        path.write_text(text)
    assert run(handed_in) == 0
    assert len(asked) == 6


def test_a_judge_that_ends_costs_one_notebook_and_is_not_kept(handed_in, monkeypatch):
    def ask(self, task):
        if any("1 / 0" in one.source for one in task.cells):
            raise JudgeEnded("it ended")
        return stand_in(task)

    monkeypatch.setattr(Judge, "ask", ask)
    write(handed_in / "in" / "bob" / "01_dataset.ipynb", changed("answer", "1.1", "1 / 0"))
    assert run(handed_in) == 1
    rows = read_table(handed_in / "g.csv")
    assert [rows[name]["total"] for name in ("ada", "bob", "cy")] == ["8", "0", "8"]
    assert rows["bob"]["1.1 verdict"] == "broken"
    assert "run the same command again" in rows["bob"]["notes"]
    assert "(it ended)  bob" in (handed_in / "g.csv.work" / "grade.log").read_text()
    monkeypatch.setattr(Judge, "ask", lambda self, task: stand_in(task))
    assert run(handed_in) == 0
    assert read_table(handed_in / "g.csv")["bob"]["total"] == "8"


def test_a_stopped_run_keeps_what_is_finished(handed_in, asked, monkeypatch):
    told = []

    def line(self, *said):
        told.append(said)
        if len(told) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(grade.Log, "line", line)
        with pytest.raises(KeyboardInterrupt):
            run(handed_in)
    assert not (handed_in / "g.csv").exists()
    asked.clear()
    assert run(handed_in) == 0
    assert len(asked) == 1
    assert [row["total"] for row in read_table(handed_in / "g.csv").values()] == ["8"] * 3


def test_students_with_variants_are_judged_by_their_own(handed_in, asked):
    run(handed_in, "--variant", "7", "--by-student")
    assert {(task.variant, task.student) for task in asked} == {
        *(("7", "ada"), ("7", "bob"), ("7", "cy")),
    }
    with pytest.raises(ValueError, match="needs --variant"):
        run(handed_in, "--by-student")


def test_chapters_are_chosen(handed_in, asked):
    write(handed_in / "in" / "ada" / "02_cnn_features.ipynb", solved(2))
    run(handed_in, "--chapters", "2")
    rows = read_table(handed_in / "g.csv")
    assert "1.1" not in rows["ada"] and rows["ada"]["2.1"] == "1"
    assert rows["bob"]["2.1 verdict"] == "not handed in"
    assert "chapter 1 is not graded here" in rows["ada"]["notes"]
    with pytest.raises(ValueError, match="Chapter 9 cannot be graded"):
        run(handed_in, "--chapters", "9")


@pytest.mark.parametrize("option", ["-o", "--feedback"])
def test_nothing_is_written_among_the_submissions(handed_in, asked, option):
    inside = str(handed_in / "in" / "ada" / "01_dataset.ipynb")
    given = ["-o", str(handed_in / "g.csv")] if option == "--feedback" else []
    with pytest.raises(ValueError, match="nothing is written"):
        main([str(handed_in / "in"), *given, option, inside])


def test_no_chapter_at_all(tmp_path, asked, capsys):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "a.pdf").write_bytes(b"")
    assert run(tmp_path) == 0
    assert "No notebook of a chapter was handed in" in capsys.readouterr().out
    assert list(read_table(tmp_path / "g.csv")["ada"]) == ["student", "total", "notes"]


def open_table(path, change):
    """Let a teacher change rows of the table, and save it with ";" as some spreadsheets do."""
    rows = list(read_table(path).values())
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_what_a_teacher_entered_is_kept(handed_in, asked, capsys):
    run(handed_in)

    def change(row):
        row["question 1"] = {"ada": "2,5", "bob": "ask"}.get(row["student"], "1")
        row["seat"] = row["student"][0]
        row["1.1"], row["total"] = "99", "99"

    open_table(handed_in / "g.csv", change)
    (handed_in / "in" / "cy" / "01_dataset.ipynb").unlink()
    (handed_in / "in" / "cy").rmdir()
    run(handed_in)
    said = capsys.readouterr().out
    for _ in range(2):
        rows = read_table(handed_in / "g.csv")
        assert [rows[name]["question 1"] for name in rows] == ["2,5", "ask", "1"]
        assert [rows[name]["seat"] for name in rows] == ["a", "b", "c"]
        assert [rows[name]["total"] for name in rows] == ["10.5", "8", "1"]
        assert rows["ada"]["1.1"] == "1" and "not among what" in rows["cy"]["notes"]
        run(handed_in)
    assert "'ask' in question 1 of bob is no number" in said


def test_the_questions_of_another_chapter_are_kept_and_not_counted(handed_in, asked):
    run(handed_in)
    open_table(handed_in / "g.csv", lambda row: row.update({"question 1": "3"}))
    write(handed_in / "in" / "ada" / "02_cnn_features.ipynb", unsolved(2))
    run(handed_in, "--chapters", "2")
    ada = read_table(handed_in / "g.csv")["ada"]
    assert ada["question 1"] == "3" and ada["total"] == ada["chapter 2"] and "1.1" not in ada


def test_a_page_of_somebody_else_is_not_overwritten(handed_in, asked):
    """The pages of an earlier run are: they are written again."""
    feedback, questions = handed_in / "feedback", handed_in / "q.html"
    pages = ["--feedback", str(feedback), "--questions", str(questions), "--alike"]
    run(handed_in, *pages)
    run(handed_in, *pages)
    done = len(asked)
    for path in (feedback / "ada.html", questions, handed_in / "g-alike.html"):
        before = path.read_bytes()
        path.write_text("<html><title>Questions of mine</title></html>", encoding="utf-8")
        with pytest.raises(ValueError, match=f"{path.name} was not made by this command"):
            run(handed_in, *pages)
        path.write_bytes(before)
    for option, where, words in (
        ("--feedback", str(questions), "is a file: name a folder"),
        ("--questions", str(handed_in / "G.CSV"), "the same file"),
        ("--questions", str(ROOT / "utils" / "q.html"), "the course's own files"),
    ):
        with pytest.raises(ValueError, match=words):
            run(handed_in, option, where)
    assert len(asked) == done  # all that was said before any work


def test_another_file_is_not_overwritten(handed_in, asked):
    (handed_in / "g.csv").write_text("name,points\nAda,3\n")
    with pytest.raises(ValueError, match="name another file"):
        run(handed_in)
    assert asked == []


def test_another_seed_is_said(handed_in, asked, capsys):
    from utils.authoring.variants import stamp_of

    for name, stamp in (("ada", stamp_of("autumn26", "")), ("bob", "")):
        book = solved()
        book["metadata"]["course"] = {"variant": stamp}
        write(handed_in / "in" / name / "01_dataset.ipynb", book)
    run(handed_in)
    end = capsys.readouterr().out.splitlines()[-2:]
    assert end[0] == "Variants: the course's own"
    assert "1 of 3 notebooks of chapter 1 were handed out under another seed than ''" in end[1]
    rows = read_table(handed_in / "g.csv")
    assert "another seed" in rows["ada"]["notes"] and rows["cy"]["notes"] == ""
    run(handed_in, "--variant", "autumn26")
    end = capsys.readouterr().out.splitlines()[-3:]
    assert end[0] == "Variants: 'autumn26'" and "than 'autumn26'" in end[1]
    assert end[2].startswith("cy: chapter 1 does not say its seed: it is not from your hand-out")
    rows = read_table(handed_in / "g.csv")
    assert "another seed" in rows["bob"]["notes"] and "its seed" in rows["cy"]["notes"]


def test_the_seed_of_each_student_is_compared(handed_in, asked, capsys):
    from utils.authoring.variants import stamp_of

    for name, of in (("ada", "ada"), ("bob", "cy")):
        book = solved()
        book["metadata"]["course"] = {"variant": stamp_of("7", of)}
        write(handed_in / "in" / name / "01_dataset.ipynb", book)
    run(handed_in, "--variant", "7", "--by-student")
    said = capsys.readouterr().out
    assert "Variants: '7', each student's own" in said and "1 of 3 notebooks" in said
    assert "not this student's variant under '7': bob." in said
    assert "not this student's variant" in read_table(handed_in / "g.csv")["bob"]["notes"]


def test_the_answers_to_questions_stand_on_one_page(handed_in, asked):
    book = solved()
    one = next(one for one in book["cells"] if hand_ins.grade_id(one) == "question-1")
    one["source"] = "Her score <script>alert(1)</script> & mine"
    write(handed_in / "in" / "ada" / "01_dataset.ipynb", book)
    write(handed_in / "in" / "bob" / "01_dataset.ipynb", without_metadata(book))
    (handed_in / "in" / "dan").mkdir()
    run(handed_in, "--questions", str(handed_in / "q.html"))
    text = (handed_in / "q.html").read_text(encoding="utf-8")
    question = find_question("1")
    for told in (question.text, *(level.sample for level in question.levels)):
        for part in told.strip().split("\n\n"):
            assert html.escape(" ".join(part.split())) in text
    assert text.count("Her score &lt;script&gt;alert(1)&lt;/script&gt; &amp; mine") == 2
    assert "<script" not in text
    for name, said in (("cy", "no answer"), ("dan", "not handed in")):
        assert said in text.partition(f"<h3>{name}</h3>")[2].partition("</article>")[0]


def test_the_page_of_likenesses_is_told_as_old(handed_in, asked, capsys):
    run(handed_in)
    assert "earlier run" not in capsys.readouterr().out
    (handed_in / "g-alike.html").touch()
    run(handed_in)
    assert "g-alike.html is of an earlier run" in capsys.readouterr().out


def test_the_help_explains_broken(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "broken (no valid Python, or could not be judged)" in capsys.readouterr().out


def test_the_summary_is_printed(handed_in, asked, capsys):
    run(handed_in)
    assert "8.00 of 8" in capsys.readouterr().out


# Judges


PLANTED = ("utils/__pycache__/cnn.cpython-311.pyc", "statistics.py", "data/glove/cache/new.txt")


@pytest.mark.parametrize("planted", PLANTED)
def test_a_file_that_is_left_in_the_copy_is_seen(planted):
    copy = judge_notebooks.Copy()
    try:
        nursery = copy.nursery_for(("numpy",))
        with Session([("1.1", "columns = (6, 2)")], 5, 10**9, nursery) as session:
            assert session.verdict("1.1", ["columns"]).outcome == "correct"
        assert not copy.is_touched()  # what the course itself does leaves nothing
        path = copy.folder / planted
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("planted", encoding="utf-8")
        assert copy.is_touched()
    finally:
        copy.close()


def test_a_fault_of_the_grader_costs_one_notebook(monkeypatch):
    def fault(*_):
        raise KeyError("x")

    monkeypatch.setattr(judge_notebooks, "match", fault)
    line = Task(plan_of(1), (), 1.0, 1).to_json()
    told = judge_notebooks._told(line, judge_notebooks.Copy())
    assert told["failed"].startswith("KeyError at test_grade.py")
    monkeypatch.setattr(Judge, "_line", lambda self, text: json.dumps(told))
    with pytest.raises(JudgeEnded, match="KeyError"):
        Judge().ask(Task(plan_of(1), (), 1.0, 1))


def test_a_task_travels_whole():
    plan = plan_of(1)
    task = Task(plan, (), 1.0, 2, "7", "ada")
    assert Task.from_json(task.to_json()) == task
    assert isinstance(task.plan, Plan)


def test_a_judge_that_dies_is_started_again(monkeypatch):
    told = iter(["", json.dumps({"judged": []})])
    monkeypatch.setattr(Judge, "_line", lambda self, text: next(told))
    assert Judge().ask(Task(plan_of(1), (), 1.0, 1)) == []
    monkeypatch.setattr(Judge, "_line", lambda self, text: "")
    with pytest.raises(JudgeEnded):
        Judge().ask(Task(plan_of(1), (), 1.0, 1))


def test_the_trouble_of_a_judge_is_a_sentence(monkeypatch):
    told = json.dumps({"trouble": "The disk has no room."})
    monkeypatch.setattr(Judge, "_line", lambda self, text: told)
    with pytest.raises(RuntimeError, match="no room"):
        Judge().ask(Task(plan_of(1), (), 1.0, 1))


def test_a_name_that_two_answers_give_is_judged_as_in_the_notebook():
    one = "def help(x):\n    return {}\n\ndef {}(*a):\n    return help(a)"
    book = with_answers(
        solved(), {"1.2": one.format(1, "clean"), "1.4": one.format(2, "fit_words")}
    )
    matched = match(_cells(book), plan_of(1))
    first, rest = judge_notebooks.runs(matched)
    assert first[0] == ["1.2"] and [id for id, _ in first[1]][-1] == "1.2"
    assert rest[0] == ["1.1", "1.3", "1.4", "1.5", "1.6"] and len(rest[1]) > len(first[1])
    assert len(judge_notebooks.runs(match(_cells(solved()), plan_of(1)))) == 1


def _cells(book):
    from utils.classroom.handins import handed

    return handed("01_dataset.ipynb", json.dumps(book).encode()).cells


def test_judges_that_are_stopped_keep_nobody_waiting(monkeypatch):
    monkeypatch.setattr(
        "utils.classroom.judging._started",
        lambda: subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ),
    )
    import threading

    with Judges(1) as judges:
        threading.Timer(1.0, judges.stop).start()
        begun = time.monotonic()
        with pytest.raises(JudgeEnded):
            judges.ask(Task(plan_of(1), (), 1.0, 1))
        assert time.monotonic() - begun < 20


STUBBORN = """
import subprocess, threading

def keep_one():
    while True:  # a helper that is killed is replaced, and holds the judge's own pipe
        subprocess.Popen(["sleep", "300"]).wait()

for _ in range(40):
    threading.Thread(target=keep_one).start()
"""


@pytest.mark.skipif(os.name == "nt", reason="process groups of POSIX")
def test_a_judge_is_killed_with_a_helper_that_it_would_replace(monkeypatch):
    import psutil

    def started():
        return subprocess.Popen(
            [sys.executable, "-c", STUBBORN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    monkeypatch.setattr("utils.classroom.judging._started", started)
    judge = Judge()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(judge.ask, Task(plan_of(1), (), 1.0, 1))
        while judge.process is None or len(psutil.Process(judge.process.pid).children()) < 40:
            time.sleep(0.05)
        group = judge.process.pid
        judge.is_closed = True
        judge.kill()
        with pytest.raises(JudgeEnded):
            waiting.result(timeout=20)
    end = time.monotonic() + 20  # the system takes a moment to end what was killed
    while any(_works_in(one, group) for one in psutil.process_iter()):
        assert time.monotonic() < end
        time.sleep(0.1)


def _works_in(process, group):
    """Whether a process is of a group and has not ended; one that goes meanwhile is not."""
    import psutil

    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):
        return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_the_command_and_its_processes(tmp_path):
    write(tmp_path / "in" / "ada" / "01_dataset.ipynb", changed("answer", "1.2", "while 1: pass"))
    command = ["grade", str(tmp_path / "in"), "-o", str(tmp_path / "g.csv"), "--seconds", "500"]
    process = subprocess.Popen([sys.executable, "-m", "utils", *command], stderr=subprocess.PIPE)
    import psutil

    family, end = [], time.monotonic() + 120
    while len(family) < 3 and time.monotonic() < end:  # the judge, its nursery, the student
        time.sleep(0.5)
        family = psutil.Process(process.pid).children(recursive=True)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130 and "Traceback" not in said
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_settings_make_the_key_of_what_is_kept(handed_in):
    students = read_submissions(handed_in / "in")
    kept = {
        piece.kept
        for settings in (Settings(1, 1, "", False), Settings(1, 1, "7", False))
        for piece in pieces_of(students, [1], settings, handed_in)
    }
    assert len(kept) == 6


def test_nobody_is_asked_for_nothing():
    assert list(judge_all([], Settings(1, 1, "", False), 1)) == []


def test_the_answers_go_to_the_search_for_likeness(handed_in, monkeypatch):
    import utils.classroom.alike as alike

    seen = {}
    monkeypatch.setattr(alike, "pairs", lambda answers: seen.update(answers) or [])
    monkeypatch.setattr(
        *(Judge, "ask"),
        lambda self, task: [Judged("1.2", "", "correct", 1, 1, source=solution_source("1.2"))],
    )
    run(handed_in, "--alike")
    assert seen["ada"] == {"1.2": solution_source("1.2")}
    assert (handed_in / "g-alike.html").exists()
