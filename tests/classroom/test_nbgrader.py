"""nbgrader itself grades hand-ins of the course that `handout --nbgrader` lays."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import hand_ins
import nbformat
import pytest

from utils.classroom.nbgrader_course import FOLDER, lay
from utils.exercises.exercise import all_exercises
from utils.exercises.solutions import solution_source
from utils.support.class_settings import ClassSettings
from utils.support.paths import CHAPTERS, ROOT

nbgrader = pytest.importorskip("nbgrader", reason="nbgrader is in requirements-dev.txt")

BIN = Path(sys.executable).parent
SECONDS = 900
NAMES = {int(path.name[:2]): path.stem for path in sorted(CHAPTERS.glob("[0-9]*.ipynb"))}
SLOW = ("2.4", "6.2", "7.7")  # the judge measures again, for a minute
# Answers that no check takes for right, whatever it asks for.
NOTHING = "def {0}(*given, **named):\n    return object()\n"


def run(folder, *arguments, **environment):
    """Run an nbgrader command in a folder; return its exit status and all it said."""
    hidden = ("COURSE_ROOT", "CHECK_STRICT", "COURSE_PROGRESS")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    home = folder / ".home"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**kept, "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def hand_in(course, student, chapter, book, name=""):
    """Put a notebook where nbgrader expects what a student has handed in."""
    stem = NAMES[chapter]
    return hand_ins.write(course / "submitted" / student / stem / (name or f"{stem}.ipynb"), book)


def grade(course, chapter, *options):
    return run(course, "autograde", NAMES[chapter], *options)


def points(course, chapter):
    """Return student -> the points of the checks, without what a person grades."""
    from nbgrader.api import Gradebook, MissingEntry

    stem, found = NAMES[chapter], {}
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])  # nbgrader starts alembic by its name
    with (
        mock.patch.dict(os.environ, PATH=path),
        Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book,
    ):
        for student in book.students:
            try:
                sheet = book.find_submission_notebook(stem, stem, student.id)
            except MissingEntry:
                continue
            grades = [one for one in sheet.grades if one.cell.name.startswith("check-")]
            found[student.id] = {
                one.cell.name.removeprefix("check-").replace("-", "."): one.auto_score
                for one in grades
            }
    return found


def total(course, chapter):
    """Return student -> points; a hand-in that could not be read has none."""
    got = points(course, chapter).items()
    return {student: sum(score or 0 for score in one.values()) for student, one in got}


def only_needed(book):
    """Leave out of a hand-in what shows things: nbgrader runs it in no case, and it is long."""
    kept = [cell for cell in book["cells"] if hand_ins.grade_id(cell) or "import" in cell["source"]]
    book["cells"] = [cell for cell in kept if cell["cell_type"] == "code"]
    return book


def with_wrong(book, ids):
    """Give some exercises an answer that is none."""
    for id in ids:
        call = re.search(r"check\(\S+ ([\w, ]+)\)", hand_ins.cell(book, "check", id)["source"])[1]
        names = call.split(", ")
        wrong = "\n".join(NOTHING.format(name) for name in names)
        hand_ins.cell(book, "answer", id)["source"] = wrong
    return book


TAMPERING = """
import builtins, os, sys
import utils.exercises.check
import utils.exercises.verdict
os.environ["CHECK_STRICT"] = "0"
def check(*given, **named):
    print("Exercise 1.1: correct.")
utils.exercises.check.check = utils.exercises.verdict.verdict_of = check
builtins.check = check
sys.modules["judge"] = sys.modules[__name__]
def judge(*given):
    return None
try:
    from utils.exercises.solutions import solution_source
    exec(solution_source("1.2"))
except Exception:
    pass
"""


def tampered(chapter):
    """Return an unsolved notebook that tries what was seen to raise points."""
    book = only_needed(hand_ins.unsolved(chapter))
    first = hand_ins.answer_ids(book)[0]
    return hand_ins.before(book, "answer", first, TAMPERING)


def kinds(chapter):
    """Return kind -> (a hand-in, the exercises that it has right) for one chapter."""
    ids = hand_ins.answer_ids(hand_ins.unsolved(chapter))
    wrong = set(ids[1:3])
    broken = with_wrong(only_needed(hand_ins.solved(chapter)), ids[:1])
    hand_ins.cell(broken, "answer", ids[0])["source"] = "import os\nos._exit(0)"
    hand_ins.cell(broken, "answer", ids[1])["source"] = "def broken(:"
    hand_ins.cell(broken, "answer", ids[2])["source"] = "while True:\n    pass"
    return {
        "solved": (only_needed(hand_ins.solved(chapter)), set(ids)),
        "unsolved": (only_needed(hand_ins.unsolved(chapter)), set()),
        "wrong": (with_wrong(only_needed(hand_ins.solved(chapter)), wrong), set(ids) - wrong),
        "tampered": (tampered(chapter), set()),
        "broken": (broken, set(ids[3:])),
    }


@pytest.fixture(scope="module")
def dest(tmp_path_factory):
    """A folder outside the course, as a class has it, with a limit that tests can wait for."""
    dest = tmp_path_factory.mktemp("class")
    lay(dest, ClassSettings(), range(1, 9))
    with open(dest / FOLDER / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write("\nc.Execute.timeout = 45\n")
    return dest


@pytest.fixture(scope="module")
def course(dest):
    """The nbgrader course with the assignments of all chapters generated."""
    course = dest / FOLDER
    status, said = run(course, "generate_assignment", "--assignment=*")
    assert status == 0, said
    return course


def released(course, chapter):
    path = course / "release" / NAMES[chapter] / f"{NAMES[chapter]}.ipynb"
    return nbformat.read(path, as_version=4)


# What students get


@pytest.mark.parametrize("chapter", [1, 2])
def test_the_release_has_no_solution_no_hidden_test_and_nothing_that_raises(course, chapter):
    text = "\n".join(cell.source for cell in released(course, chapter).cells)
    for word in ("BEGIN SOLUTION", "HIDDEN", "judge.py", "NotImplementedError", "runpy"):
        assert word not in text
    assert text.count("# YOUR CODE HERE") == len(hand_ins.answer_ids(hand_ins.unsolved(chapter)))
    assert "YOUR ANSWER HERE" in text
    kept = [cell for cell in released(course, chapter).cells if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in kept)


def test_the_placeholders_are_those_of_the_chapter(course):
    expected = {hand_ins.grade_id(c): c["source"] for c in hand_ins.unsolved(1)["cells"]}
    for cell in released(course, 1).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.startswith("answer-"):
            assert cell.source.strip() == expected[name].strip()


def short_release(course, chapter, folder):
    """Write the released notebook without the cells that only show things; return its path."""
    book = released(course, chapter)
    needed = [c for c in book.cells if "nbgrader" in c.metadata or "import" in c.source]
    book.cells = [cell for cell in needed if cell.cell_type == "code"]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, folder / "short.ipynb")
    return folder / "short.ipynb"


def execute(path, **environment):
    """Run a notebook from top to bottom where it lies; return its status and what was said."""
    kept = {name: value for name, value in os.environ.items() if name != "COURSE_ROOT"}
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to=notebook", "--stdout", path.name],
        cwd=path.parent,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_release_runs_from_top_to_bottom_beside_the_students_tree(course, tmp_path):
    tree = tmp_path / "class" / "image-captioning"
    tree.mkdir(parents=True)
    (tree / "utils").symlink_to(course / "course" / "utils")
    path = short_release(course, 1, tmp_path / "class" / "fetched" / NAMES[1])
    status, said = execute(path)
    assert status == 0, said[-3000:]
    assert "not attempted yet" in said


NOWHERE = """
import sys
from pathlib import Path
sys.path[:] = [place for place in sys.path if not Path(place or ".", "utils").is_dir()]
"""


def test_without_the_library_one_sentence_is_shown(course, tmp_path):
    path = short_release(course, 1, tmp_path / "alone")
    book = nbformat.read(path, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell(NOWHERE))
    nbformat.write(book, path)
    status, said = execute(path)
    assert status != 0
    assert "unpack image-captioning.zip" in said
    assert "StopIteration" not in said and "NameError" not in said


# Validation


def validated(course, book, **environment):
    place = course / "tried" / "validated.ipynb"
    hand_ins.write(place, book)
    return run(course, "validate", str(place), **environment)[1]


def test_validation_fails_unsolved_and_passes_solved_notebooks(course):
    assert "VALIDATION FAILED ON 6 CELL(S)" in validated(course, only_needed(hand_ins.unsolved(1)))
    assert "Success!" in validated(course, only_needed(hand_ins.solved(1)))


@pytest.mark.parametrize("checks", ["full", "verdict", "attempted"])
def test_a_check_raises_while_nbgrader_validates_and_not_otherwise(checks, monkeypatch):
    from utils.exercises import check as engine

    monkeypatch.setattr(engine, "class_settings", lambda: ClassSettings(checks=checks))
    monkeypatch.setattr(engine, "show_box", lambda box: None)
    monkeypatch.delenv("CHECK_STRICT", raising=False)
    engine.check("1.1", None)
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    engine.check("1.1", (6, 2))
    with pytest.raises(engine.CheckFailed, match="not attempted"):
        engine.check("1.1", None)


# Grading


def test_each_kind_of_hand_in_gets_what_it_deserves(course):
    wanted = {}
    for kind, (book, right) in kinds(1).items():
        hand_in(course, kind, 1, book)
        wanted[kind] = right
    status, said = grade(course, 1)
    assert status == 0, said[-3000:]
    got = points(course, 1)
    for kind, right in wanted.items():
        assert {id for id, one in got[kind].items() if one} == right, (kind, got[kind])
    assert total(course, 1)["solved"] == 8


def damaged():
    """Return name -> (a solved hand-in to which something happened, its file, its points)."""
    stem = NAMES[1]
    book = only_needed(hand_ins.solved(1))
    del book["cells"][hand_ins.place(book, "check", "1.2")]  # a check cell deleted
    double = {**hand_ins.cell(book, "answer", "1.3"), "id": "copy", "source": "experiment = 3"}
    book["cells"].insert(0, double)  # an answer cell duplicated: the last one counts
    retyped = hand_ins.cell(book, "answer", "1.4")
    retyped["cell_type"] = "markdown"
    for name in ("outputs", "execution_count"):
        retyped.pop(name)
    for kind in ("check", "answer"):  # a whole exercise deleted, worth 2
        del book["cells"][hand_ins.place(book, kind, "1.5")]
    bare = hand_ins.without_metadata(only_needed(hand_ins.solved(1)))
    return {"damaged": (book, f"{stem}.ipynb", 6), "bare": (bare, f"{stem} (1).ipynb", 8)}


def test_damaged_hand_ins_are_graded_and_stop_nobody(course):
    wanted = {}
    for name, (book, file, deserved) in damaged().items():
        hand_in(course, name, 1, book, file)
        wanted[name] = deserved
    (course / "submitted" / "junk" / NAMES[1]).mkdir(parents=True)
    (course / "submitted" / "junk" / NAMES[1] / f"{NAMES[1]}.ipynb").write_text("{no notebook")
    said = grade(course, 1)[1]
    got = total(course, 1)
    assert {name: got.get(name) for name in wanted} == wanted, said[-3000:]


def test_feedback_has_neither_hidden_tests_nor_paths(course):
    status, said = run(course, "generate_feedback", NAMES[1], "--student", "wrong")
    assert status == 0, said[-3000:]
    page = (course / "feedback" / "wrong" / NAMES[1] / f"{NAMES[1]}.html").read_text("utf-8")
    shown = re.sub(r"(?s)<style.*?</style>|<script.*?</script>", "", page)
    for word in (
        str(course),
        str(ROOT),
        "judge.py",
        "runpy",
        "HIDDEN",
        "Traceback",
        "site-packages",
    ):
        assert word not in shown, word
    assert "incorrect" in shown


# One chapter without Keras and one with it. Each takes minutes, because a judge is started for each
# check. That every chapter's hidden tests call the judge is tested below, without nbgrader.
@pytest.mark.parametrize("chapter", [3, 5])
def test_other_chapters_are_graded(course, chapter):
    """Two exercises right, one wrong and the others not attempted, with `check` patched."""
    book = only_needed(hand_ins.unsolved(chapter))
    ids = hand_ins.answer_ids(book)
    right = [id for id in ids if id not in SLOW][:2]
    wrong = next(id for id in ids if id not in right)
    hand_ins.with_answers(with_wrong(book, [wrong]), {id: solution_source(id) for id in right})
    hand_in(course, "mixed", chapter, hand_ins.before(book, "answer", ids[0], TAMPERING))
    status, said = grade(course, chapter)
    assert status == 0, said[-3000:]
    got = points(course, chapter)["mixed"]
    assert {id for id, one in got.items() if one} == set(right), got


# The folder itself


def test_every_chapter_has_a_source_whose_hidden_tests_call_the_judge():
    from utils.authoring.notebooks import masters, read_notebook
    from utils.classroom.nbgrader_course import GRADED_CHAPTERS, source_notebook

    seen = 0
    for master in masters():
        if int(master.name[:2]) not in GRADED_CHAPTERS:
            continue
        notebook = source_notebook(read_notebook(master), Path("/laid/judge.py"))
        checks = [c for c in notebook.cells if hand_ins.grade_id(c).startswith("check-")]
        for cell in checks:
            number = hand_ins.grade_id(cell).removeprefix("check-").replace("-", ".")
            call = f"""runpy.run_path('/laid/judge.py')["judge"]("{number}", """
            assert cell.source.count(call) == 1 and "strict=True" not in cell.source
        seen += len(checks)
        assert not any(cell.get("outputs") for cell in notebook.cells)
        assert not any("master-only" in cell.metadata.get("tags", []) for cell in notebook.cells)
    asked = [one for one in all_exercises() if one.chapter in GRADED_CHAPTERS]
    assert seen == len(asked)


def test_a_moved_course_says_what_to_do(course, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("nbgrader_config.py", "course_hooks.py", "judge.py", "manifest.json"):
        shutil.copy(course / name, moved / name)
    for name in ("course", "source"):
        (moved / name).symlink_to(course / name)
    status, said = run(moved, "generate_assignment", NAMES[1])
    assert status != 0 and "was moved here" in said and "Traceback" not in said
    (moved / "source").unlink()
    assert "is missing" in run(moved, "generate_assignment", NAMES[1])[1]


def test_a_changed_copy_of_the_course_is_not_trusted(course, monkeypatch, tmp_path):
    import runpy

    laid = tmp_path / "laid"
    shutil.copytree(course / "course", laid / "course")
    for name in ("judge.py", "manifest.json"):
        shutil.copy(course / name, laid / name)
    judge = runpy.run_path(str(laid / "judge.py"))["judge"]
    judge("1.1", (6, 2))
    with pytest.raises(AssertionError, match="incorrect"):
        judge("1.1", (2, 6))
    with pytest.raises(RuntimeError, match="no exercise"):
        judge("1.77", 3)
    changed = laid / "course" / "utils" / "exercises" / "values_1.py"
    changed.chmod(0o644)
    changed.write_text("def check_1_1(answer): pass\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"values_1\.py"):
        judge("1.1", (6, 2))


def test_laying_again_keeps_hand_ins_and_refuses_a_strangers_folder(course, dest, tmp_path):
    kept = {path: path.read_bytes() for path in (course / "submitted").rglob("*.ipynb")}
    gradebook = (course / "gradebook.db").read_bytes()
    lay(dest, ClassSettings(hints="off"), [1])
    assert kept and kept == {path: path.read_bytes() for path in kept}
    assert (course / "gradebook.db").read_bytes() == gradebook
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="not made by this command"):
        lay(tmp_path, ClassSettings(), [1])
