"""What students get: the right files, no dead link, no answer to read, and checks that work."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from leaks import Folder, pieces

from utils.authoring.notebooks import derived_text, masters, notebook_text, read_notebook
from utils.authoring.variants import stamp_of
from utils.classroom import nbgrader_course, otter_course, student_texts, student_tree
from utils.classroom.candidates import SEALED_IDS, candidates_of
from utils.classroom.handout import NAME, earlier_chapters, hand_out, main, zip_tree
from utils.exercises.exercise import all_exercises, find_exercise, load_chapter
from utils.exercises.solutions import solution_source
from utils.exercises.variants import use, variants_of
from utils.support.class_settings import ClassSettings, write_class_settings
from utils.support.paths import ROOT

LINK = re.compile(r"\[[^\[\]]*\]\(([^()\s]+)\)")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return hand_out(tmp_path_factory.mktemp("class"), ClassSettings(), [])


@pytest.fixture(scope="module")
def short_tree(tmp_path_factory):
    """Chapter 1 alone, as short as a teacher may want it."""
    settings = ClassSettings("first", "verdict", "7", "Ada")
    return hand_out(tmp_path_factory.mktemp("short"), settings, [1])


@pytest.fixture(scope="module")
def bare_tree(tmp_path_factory):
    """Chapter 1 alone, without hints and checks."""
    settings = ClassSettings("off", "attempted")
    return hand_out(tmp_path_factory.mktemp("bare"), settings, [1])


def names_in(folder):
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in found if "__pycache__" not in name}


def run_in(folder, *arguments, **environment):
    """Run Python in a tree as its student would; return what it prints."""
    outer = {key: text for key, text in os.environ.items() if not key.startswith("COURSE")}
    known = {**outer, "COURSE_PROGRESS": str(folder.parent / "progress.json"), **environment}
    known.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=known,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.stdout + done.stderr


def said(folder, *lines, **environment):
    """Return what lines of code print in a tree, after the usual imports."""
    begin = "from utils.exercises.check import check, hint, progress, solution"
    return run_in(folder, "-c", "\n".join([begin, *lines]), **environment)


# Which files


def test_the_tree_has_what_students_need_and_no_more(tree):
    names = names_in(tree)
    top = {name.partition("/")[0] for name in names}
    assert top == {
        *(".devcontainer", ".gitattributes", ".gitignore", "CITATION.cff", "LICENSE"),
        *("LICENSE-TEXT", "Makefile", "README.md", "chapters", "data", "environment.yml"),
        *("requirements-jax.txt", "requirements.txt", "utils"),
    }
    for chapter in masters():
        assert f"chapters/{chapter.name}" in names
    assert {"chapters/reference.md", "data/class.json", "data/results/README.md"} <= names
    assert {"utils/exercises/checks.bin", "utils/exercises/sealed.json"} <= names
    withheld = re.compile(
        r"utils/(authoring|book|classroom)/|exercises/((chapter|values)_\d+\.py|variants_)|bench|\.pyc"
        r"|data/(cache|runs|scenes|flickr8k|class/|progress)"
    )
    assert [name for name in names if withheld.search(name)] == []


def test_every_notebook_is_that_of_the_course(tree):
    for master in masters():
        notebook = read_notebook(tree / "chapters" / master.name)
        assert notebook.metadata.pop("course") == {"variant": ""}
        assert notebook_text(notebook) == derived_text(master), master.name


def test_without_git_the_list_is_that_of_the_folders(monkeypatch):
    with_git = set(student_tree.copied_files())
    monkeypatch.setattr(student_tree.shutil, "which", lambda _: None)
    assert with_git <= set(student_tree.copied_files())


def test_what_lies_beside_the_courses_data_is_not_handed_out(monkeypatch, tmp_path):
    for name in ("photos/cat.jpg", "photos/me.jpg", "glove/glove.6B.50d.txt", "runs/a.json"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text("a", encoding="utf-8")
    monkeypatch.setattr(student_tree, "ROOT", tmp_path)
    monkeypatch.setattr(student_tree, "DATA", tmp_path / "data")
    found = {path.name for path in student_tree._data_files()}
    assert found == {"cat.jpg", "me.jpg"}  # no git here, so both may be the course's
    for command in (["init", "-q"], ["add", "data/photos/cat.jpg"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    assert {path.name for path in student_tree._data_files()} == {"cat.jpg"}


def test_the_zip_holds_the_tree_and_is_the_same_each_time(tree, tmp_path):
    with zipfile.ZipFile(tree.with_name(f"{NAME}.zip")) as archive:
        assert archive.testzip() is None
        assert {name.removeprefix(f"{NAME}/") for name in archive.namelist()} == names_in(tree)
        dates = {entry.date_time for entry in archive.infolist()}
    assert len(dates) == 1
    small = tmp_path / "tree"
    shutil.copytree(tree / "utils" / "support", small)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    zip_tree(small, first)
    (small / "files.py").touch()
    zip_tree(small, second)
    assert first.read_bytes() == second.read_bytes()


def test_only_the_notebooks_of_chosen_chapters_come(short_tree):
    names = names_in(short_tree)
    assert [name for name in names if name.endswith(".ipynb")] == ["chapters/01_dataset.ipynb"]
    for number in range(len(masters())):
        assert f"utils/exercises/chapter_{number}.toml" in names
    assert "utils/exercises/predictions_2.toml" in names
    for name in ("Makefile", "README.md", ".devcontainer/devcontainer.json"):
        text = (short_tree / name).read_text(encoding="utf-8")
        assert "01_dataset.ipynb" in text and "00_start_here" not in text, name
    container = (short_tree / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    assert "make .venv/.ready" in json.loads(container)["postCreateCommand"]


# Links and commands


def texts_of(folder):
    for path in sorted(folder.rglob("*.md")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted(folder.rglob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            yield path, "".join(cell["source"])


@pytest.mark.parametrize("which", ["tree", "short_tree"])
def test_no_link_is_dead(which, request):
    folder = request.getfixturevalue(which)
    count = 0
    for path, text in texts_of(folder):
        for target in LINK.findall(text):
            target = target.partition("#")[0]
            if not re.fullmatch(r"[\w./-]+\.(md|ipynb|png|jpg|py|cff|json)", target):
                continue
            found = (path.parent / target).resolve()
            assert found.is_relative_to(folder.resolve()), f"{path}: {target}"
            assert found.exists(), f"{path}: {target}"
            count += 1
    assert count > 20


def test_no_text_names_a_command_that_is_not_there(tree):
    targets = re.findall(r"^([a-z0-9-]+):", (tree / "Makefile").read_text(encoding="utf-8"), re.M)
    listed = re.findall(r"^  ([a-z-]+) ", run_in(tree, "-m", "utils"), re.M)
    assert targets == ["help", "lab", "data", "flickr8k", "page", "clean"]
    names = "caption features train evaluate diagnose experiments page environment install doctor"
    assert " ".join(listed) == f"{names} data"
    for path, text in texts_of(tree):
        text = re.sub(r"<!--.*?-->", "", text)
        assert set(re.findall(r"python -m\s+utils ([a-z][a-z-]+)", text)) <= set(listed), path
        assert set(re.findall(r"`make ([a-z0-9-]+)`", text)) <= set(targets), path
    assert "There is no command 'handout'" in run_in(tree, "-m", "utils", "handout", "x")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_what_the_makefile_lists_can_be_made(tree):
    told = subprocess.run(["make", "help"], cwd=tree, capture_output=True, text=True, check=True)
    names = re.findall(r"make ([\w-]+)", told.stdout)
    assert names == ["help", "lab", "data", "flickr8k", "page", "clean"]
    for name in names:
        command = ["make", "-n", name, f"PYTHON={sys.executable}"]
        subprocess.run(command, cwd=tree, capture_output=True, check=True)


def test_the_readme_fits_the_class(tree, short_tree, bare_tree):
    long, short, bare = (
        " ".join((folder / "README.md").read_text(encoding="utf-8").split())
        for folder in (tree, short_tree, bare_tree)
    )
    assert "three at most" in long and "one hint for each" in short and "switched off" in bare
    assert "and why" in long and "no reasons" in short and "your teacher grades" in bare
    for text in (long, short, bare):
        assert "$" not in text
    for entry in all_exercises():
        assert f"{entry.id}: {entry.points}" in long


# No answer can be found by reading


def solutions_of(id):
    """Return the solutions of an exercise, in all its variants."""
    others = [variant.solution for variant in variants_of(id)[1:] if variant.solution]
    return [solution_source(id), *others]


@pytest.fixture(scope="module")
def held(tree):
    return Folder(tree)


def placeholder_of(tree, id):
    """Return the text of an exercise's answer cell, and the name of its notebook."""
    wanted = "answer-" + id.replace(".", "-")
    for path in (tree / "chapters").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == wanted:
                return "".join(cell["source"]), f"chapters/{path.name}"
    raise AssertionError(f"{id} has no answer cell")


@pytest.mark.parametrize("id", [entry.id for entry in all_exercises()])
def test_no_solution_stands_in_any_file(id, tree, held):
    stub, notebook = placeholder_of(tree, id)
    # What this chapter or an earlier one shows is taught there; what the placeholder has is given.
    taught = {f"chapters/{name.name}" for name in (tree / "chapters").glob("[0-9]*.ipynb")}
    taught = {name for name in taught if name <= notebook}
    for solution in solutions_of(id):
        assert held.with_whole(solution) == []
        for piece, files in held.with_pieces(solution).items():
            assert piece in pieces(stub) or taught & files, f"{piece} stands in {files}"


def test_the_search_finds_what_is_hidden_in_any_kind_of_file(tmp_path):
    source = solution_source("8.4")
    renamed = source.replace("rewards", "r").replace("others", "x").replace("  # ", "")
    places = {
        "a.py": f'"""A module."""\n\n\nclass Thing:\n    x = 1\n\n    {renamed.splitlines()[0]}\n'
        + "\n".join("    " + line for line in renamed.splitlines()[1:]),
        "b.md": f"Text.\n\n```python\n{source}\n```\n",
        "c.toml": 'hints = ["Try `(r.sum(axis=1, keepdims=True) - r) / (r.shape[1] - 1)`."]',
        "d.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": [source]}]}),
    }
    for name, text in places.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = Folder(tmp_path)
    assert {name for files in found.with_pieces(source).values() for name in files} == set(places)
    assert {"b.md", "d.ipynb"} <= set(found.with_whole(source))


def test_values_are_nowhere_but_sealed(tree):
    sealed = json.loads((tree / "utils/exercises/sealed.json").read_text(encoding="utf-8"))
    assert set(sealed) == set(SEALED_IDS)
    packed = student_tree.packed_of(range(10))
    assert not any(name.startswith("values") for name in packed)
    for id in SEALED_IDS:
        worth = find_exercise(id).worth
        assert not worth or json.dumps(worth) not in "".join(packed.values()), id
    for path in (tree / "utils/exercises").glob("chapter_*.toml"):
        for id, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert "worth" not in words, id
    for name, text in packed.items():
        if name.startswith("variants"):
            assert not {"solution", "replace"} & set(re.findall(r'"(\w+)":', text))


def test_packed_checks_cannot_be_read(tree):
    held = (tree / "utils/exercises/checks.bin").read_bytes()
    assert b"check" not in held and b"Judge" not in held and b"import" not in held


# The engine in the tree


def test_all_exercises_are_there_and_none_can_be_inspected(tree):
    told = said(
        tree,
        "import inspect, sys",
        "from utils.exercises.exercise import absent, all_exercises",
        "print([[e.id, e.check is absent, e.title] for e in all_exercises()])",
        "module = sys.modules['utils.exercises.chapter_1']",
        "try: print(inspect.getsource(module.check_1_2))",
        "except OSError as error: print(error)",
        "module.check_1_2(lambda text: text.split())",
    )
    listed, *rest = told.split("\n")
    wanted = [[one.id, one.id in SEALED_IDS, one.title] for one in all_exercises()]
    assert eval(listed) == wanted
    assert "could not get source" in told or "not available" in told
    trace = "\n".join(rest)
    assert "Incorrect" in trace and "chapter_1.py" in trace
    assert "_JUDGE" not in trace and "raise Incorrect(" not in trace.partition("drawn.py")[0]


CLEAN = (
    "import re",
    "def clean(text):",
    "    return re.findall('[a-z]+', text.lower())",
    "def wrong(text):",
    "    return text.lower().split()",
)


def test_checks_hints_and_solutions_in_a_full_tree(tree):
    told = said(
        tree,
        *CLEAN,
        "check('1.2', clean)",
        "check('1.2', wrong)",
        "check('1.1', (6, 2))",
        "check('1.1', (2, 6))",
        "check('1.1', None)",
        "check('7.1', 1)",
        "solution('1.2')",
        "hint('1.2', 3)",
    )
    outcomes = re.findall(r"^Exercise (\d\.\d).*: (correct|incorrect|not attempted)", told, re.M)
    assert outcomes[:5] == [
        *(("1.2", "correct"), ("1.2", "incorrect"), ("1.1", "correct")),
        *(("1.1", "incorrect"), ("1.1", "not attempted")),
    ]
    assert find_exercise("1.1").worth in told and find_exercise("1.2").worth in told
    assert "Swapped" in told  # the message of a slip, sealed
    assert "withheld: your teacher has them. The hints" in told and "hint 3 of 3" in told


def test_a_verdict_gives_no_reasons(short_tree):
    told = said(short_tree, *CLEAN, "check('1.2', wrong)", "check('1.1', (99, 98))")
    assert len(re.findall(r"^Exercise 1\..*: incorrect\.$", told, re.M)) == 2
    assert told.count("no reasons") == 2 and "pattern" not in told


def test_another_week_unpacked_over_it_leaves_a_week_working(short_tree, tmp_path):
    solved = tmp_path / NAME / "chapters" / "02_cnn_features.ipynb"
    solved.parent.mkdir(parents=True)
    solved.write_text("solved", encoding="utf-8")
    with zipfile.ZipFile(short_tree.with_name(f"{NAME}.zip")) as archive:
        archive.extractall(tmp_path)
    assert solved.read_text(encoding="utf-8") == "solved"
    with use("7", "Ada"):
        right = candidates_of("2.1")[0]
    told = said(
        tmp_path / NAME,
        f"check('2.1', *{right!r})",
        "check('2.1', (99, 98))",
        "check('2.3', lambda *given: None)",
        "check('2.3', None)",
        "hint('2.3')",
    )
    outcomes = re.findall(r"^Exercise (2\.\d).*: (correct|incorrect|not attempted)", told, re.M)
    assert outcomes == [
        *(("2.1", "correct"), ("2.1", "incorrect")),
        *(("2.3", "incorrect"), ("2.3", "not attempted")),
    ]
    assert "hint 1 of 1" in told and "not in this copy" not in told
    stubs = json.loads((short_tree / "utils/exercises/stubs.json").read_text(encoding="utf-8"))
    assert {id.partition(".")[0] for id in stubs} >= {"1", "2", "8"}


def test_hints_beyond_what_is_allowed_are_not_in_the_tree(short_tree, bare_tree):
    for folder, most in ((short_tree, 1), (bare_tree, 0)):
        text = (folder / "utils/exercises/chapter_1.toml").read_text(encoding="utf-8")
        words = tomllib.loads(text)
        assert set(words) == {entry.id for entry in load_chapter(1)}
        assert all(len(told["hints"]) == most for told in words.values())
    told = said(short_tree, "hint('1.2')", "hint('1.2')", "hint('1.2', 3)", HINTS="all")
    assert told.count("hint 1 of 1") == 3
    assert "switched off" in said(short_tree, "hint('1.2')", HINTS="off")
    assert "switched off" in said(bare_tree, "hint('1.2')", HINTS="all")


def test_a_tree_without_checks_says_attempted(bare_tree):
    assert not {"checks.bin", "sealed.json"} & {p.name for p in bare_tree.rglob("*")}
    told = said(
        bare_tree,
        *CLEAN,
        "check('1.2', wrong)",
        "check('1.2', None)",
        "check('1.1', (6, 2))",
        "check('1.1', None)",
        "solution('1.1')",
        "progress()",
    )
    assert told.count("attempted; your teacher will grade it") == 2
    assert told.count("not attempted yet") == 2
    assert "correct" not in told and "hints still work" not in told
    assert "your teacher grades" in told


def test_the_placeholders_of_variants_are_known(short_tree):
    """A student's numbers are those of the seed, and a placeholder is one in each variant."""
    told = said(
        short_tree,
        "import json",
        "from pathlib import Path",
        "for cell in json.loads(Path('chapters/01_dataset.ipynb').read_text())['cells']:",
        "    name = cell['metadata'].get('nbgrader', {}).get('grade_id', '')",
        "    if name in ('answer-1-2', 'answer-1-4'):",
        "        source = ''.join(cell['source'])",
        "        Path('../stub.py').write_text('import re\\n' + source)",
        "        import importlib.util",
        "        spec = importlib.util.spec_from_file_location('stub', '../stub.py')",
        "        module = importlib.util.module_from_spec(spec)",
        "        spec.loader.exec_module(module)",
        "        found = [one for one in vars(module).values() if callable(one)]",
        "        check(name[7:].replace('-', '.'), *[f for f in found if f.__module__ == 'stub'])",
    )
    assert told.count("not attempted yet") == 2, told


# Which variants it has

STAMPED = {"variant": stamp_of("7", "Ada")}


def test_a_notebook_carries_the_stamp_of_its_variants(short_tree):
    assert read_notebook(short_tree / "chapters/01_dataset.ipynb").metadata["course"] == STAMPED


@pytest.mark.parametrize("course", [nbgrader_course, otter_course])
def test_so_do_sources_and_masters(course, monkeypatch, tmp_path):
    # Both courses are laid by one function, which calls this.
    monkeypatch.setattr(nbgrader_course, "lay_judge", lambda *given: tmp_path / "judge.py")
    course.lay(tmp_path, ClassSettings(variant="7", student="Ada"), [1])
    (laid,) = tmp_path.rglob("*.ipynb")
    assert read_notebook(laid).metadata["course"] == STAMPED


class Small:
    """A tree of two files, which is made at once."""

    def __init__(self, settings, chapters, earlier=()):
        self.settings, self.chapters, self.earlier = settings, chapters, earlier

    def write(self, folder):
        (folder / "chapters").mkdir()
        (folder / "chapters" / "01_dataset.ipynb").write_text("{}", encoding="utf-8")
        write_class_settings(folder / "data" / "class.json", self.settings)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(student_tree, "Tree", Small)


def test_the_options_are_kept_and_what_differs_is_told(small, tmp_path, capsys):
    options = ["--chapters", "1", "--hints", "first", "--variant", "7", "--student", "Ada"]
    assert main([str(tmp_path), *options]) == 0
    kept = json.loads((tmp_path / "handout.json").read_text(encoding="utf-8"))
    assert kept == {
        **{"chapters": [1], "hints": "first", "checks": "full"},
        **{"variant": "7", "student": "Ada"},
    }
    told = capsys.readouterr().out.rstrip().split("\n")
    varied = [entry.id for entry in load_chapter(1) if len(variants_of(entry.id)) > 1]
    same = len(load_chapter(1)) - len(varied)
    assert varied and same
    line = f"Chapter 1: changed are {', '.join(varied)}; exercises without variants: {same}."
    assert line in told
    assert told[-2].startswith("For you: ") and "handout.json" in told[-2]
    assert told[-1] == "Grade with --variant '7' --by-student."


def test_without_a_seed_nothing_differs(small, tmp_path, capsys):
    assert main([str(tmp_path), "--chapters", "1"]) == 0
    told = capsys.readouterr().out
    assert "changed" not in told and "--variant" not in told and "handout.json" in told


def test_the_help_says_how_to_grade_and_how_to_go_on(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "the same --variant, and --by-student where --student was used" in told
    assert "~/class/week2 --chapters 2" in told


# Where it may be written


def test_nothing_is_written_into_the_course():
    for place in (ROOT, ROOT / "utils", ROOT / "data", ROOT / "data" / "runs"):
        with pytest.raises(ValueError, match="lies within the course"):
            main([str(place)])
    assert not (ROOT / NAME).exists()


def test_what_stands_there_is_kept(tmp_path):
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "mine.txt").write_text("a", encoding="utf-8")
    for force in ([], ["--force"]):
        with pytest.raises(ValueError, match="was not made by this command"):
            main([str(tmp_path), *force])
    shutil.rmtree(tmp_path / NAME)
    (tmp_path / f"{NAME}.zip").write_text("a", encoding="utf-8")
    with pytest.raises(ValueError, match="was not made by this command"):
        main([str(tmp_path), "--force"])
    (tmp_path / f"{NAME}.zip").unlink()
    for text in ("a", "[1]", "{}"):
        (tmp_path / "handout.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"handout\.json was not made by this command"):
            main([str(tmp_path), "--force"])


def test_a_tree_of_before_is_replaced_by_force_alone(small, tmp_path, capsys):
    assert main([str(tmp_path), "--chapters", "1"]) == 0
    changed = tmp_path / NAME / "chapters" / "01_dataset.ipynb"
    changed.write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="is there already") as refused:
        main([str(tmp_path), "--chapters", "2"])
    assert str(tmp_path / "week2") in str(refused.value) and "same --variant" in str(refused.value)
    assert changed.read_text(encoding="utf-8") == "mine"
    assert main([str(tmp_path), "--chapters", "1", "--checks", "attempted", "--force"]) == 0
    assert changed.read_text(encoding="utf-8") == "{}"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert "Checks: attempted" in capsys.readouterr().out
    assert main([str(tmp_path / "week2"), "--chapters", "2", "--checks", "attempted"]) == 0


def test_wrong_options_are_sentences(tmp_path):
    with pytest.raises(ValueError, match="There is no chapter 12; the course has 0, 1"):
        main([str(tmp_path), "--chapters", "12"])
    with pytest.raises(ValueError, match="needs --variant"):
        main([str(tmp_path), "--student", "Ada"])
    assert list(tmp_path.iterdir()) == []


# Week by week


def test_a_later_week_needs_the_options_of_the_first(small, tmp_path):
    exam = ["--checks", "attempted", "--hints", "off", "--variant", "autumn"]
    assert main([str(tmp_path), "--chapters", "1", *exam]) == 0
    with pytest.raises(ValueError, match="was handed out with other options") as refused:
        main([str(tmp_path / "week2"), "--chapters", "2", "--variant", "autumn"])
    assert "add --hints 'off' --checks 'attempted'." in str(refused.value)
    assert not (tmp_path / "week2" / "image-captioning.zip").exists()
    assert main([str(tmp_path / "week2"), "--chapters", "2", *exam]) == 0


def test_an_option_that_the_first_week_had_not_is_left_out(small, tmp_path):
    assert main([str(tmp_path), "--chapters", "1"]) == 0
    with pytest.raises(ValueError, match=r"leave out --variant\. For other students"):
        main([str(tmp_path / "week2"), "--chapters", "2", "--variant", "autumn"])


def test_another_class_beside_it_may_have_other_options(small, tmp_path):
    assert main([str(tmp_path / "a"), "--chapters", "1"]) == 0
    assert main([str(tmp_path / "b"), "--chapters", "1", "--checks", "attempted"]) == 0


def test_the_readme_of_a_later_week_lists_the_earlier_ones_too(small, tmp_path, monkeypatch):
    assert main([str(tmp_path), "--chapters", "1"]) == 0
    assert main([str(tmp_path / "week2"), "--chapters", "2"]) == 0
    assert earlier_chapters(tmp_path / "week3") == [1, 2]
    assert earlier_chapters(tmp_path / "week2") == [1]
    assert earlier_chapters(tmp_path) == []


def test_the_tables_of_a_later_week_have_the_earlier_chapters():
    tree = student_tree.Tree(ClassSettings(), [2], [1, 77])
    told = student_texts.readme(tree.notebooks, tree.listed, tree.settings)
    assert "(chapters/01_dataset.ipynb) |" in told and "(chapters/02_cnn_features.ipynb) |" in told
    assert set(tree.notebooks) == {"02_cnn_features.ipynb"}
