"""Every master and chapter keeps the rules, and each chapter is what its master derives to."""

import copy
import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from sample_notebook import cell_with, sample_master, small_notebook, tagged

import utils.authoring.command as command_line
import utils.authoring.notebooks as workshop
import utils.authoring.rules as rules
from utils.authoring.command import main
from utils.authoring.notebooks import (
    COMPARED_TAG,
    IGNORED_TAG,
    SETUP,
    NotebookProblem,
    derive,
    execute,
    expected,
    masters,
    notebook_text,
    prepare,
    read_notebook,
    tidy,
    write_notebook,
)
from utils.authoring.rules import (
    Page,
    all_problems,
    derivation_problems,
    function_bodies,
    headings,
    problems_of,
)
from utils.authoring.sections import MASTER_ONLY
from utils.exercises.exercise import load_chapter
from utils.figures.show import picture_file, show
from utils.support.paths import CHAPTERS, ROOT

TESTS = Path(__file__).resolve().parents[1]
MASTERS = masters()
NAMES = [path.stem for path in MASTERS]


# The course


@pytest.mark.parametrize("master", MASTERS, ids=NAMES)
def test_master_keeps_the_rules(master):
    found = problems_of(Page(master, read_notebook(master)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("master", MASTERS, ids=NAMES)
def test_chapter_keeps_the_rules(master):
    path = CHAPTERS / master.name
    found = problems_of(Page(path, read_notebook(path), is_master=False))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("master", MASTERS, ids=NAMES)
def test_chapter_is_derived_byte_for_byte(master):
    assert derivation_problems(master, CHAPTERS / master.name) == []


@pytest.mark.parametrize("master", MASTERS, ids=NAMES)
def test_master_is_prepared(master):
    """Metadata, ids and layout are those that `prepare` writes."""
    text = master.read_text(encoding="utf-8")
    assert notebook_text(prepare(read_notebook(master))) == text
    nbformat.validate(json.loads(text))


@pytest.mark.parametrize("master", MASTERS, ids=NAMES)
def test_nbgrader_metadata(master):
    for path in (master, CHAPTERS / master.name):
        graded = [
            cell.metadata.nbgrader
            for cell in read_notebook(path).cells
            if "nbgrader" in cell.metadata
        ]
        points = {entry.id: entry.points for entry in load_chapter(int(master.name[:2]))}
        # What a person grades is an answer and has points at once: tests/classroom/test_questions.
        graded = [entry for entry in graded if not (entry["grade"] and entry["solution"])]
        answers = {entry["grade_id"] for entry in graded if entry["solution"]}
        checks = {entry["grade_id"]: entry["points"] for entry in graded if entry["grade"]}
        assert answers == {f"answer-{id.replace('.', '-')}" for id in points}
        assert checks == {f"check-{id.replace('.', '-')}": points[id] for id in points}
        assert all(entry["schema_version"] == 3 and not entry["task"] for entry in graded)
        assert all(entry["locked"] == entry["grade"] for entry in graded)


def test_every_chapter_has_a_master_and_the_other_way_round():
    chapters = {path.name for path in CHAPTERS.glob("*.ipynb")}
    assert chapters == {path.name for path in MASTERS}


# The rules, on a sample that keeps them, broken one by one


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The sample master, executed in a folder `solutions`, and its path."""
    folder = tmp_path_factory.mktemp("course") / "solutions"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(ROOT)]))
        # The set-up looks for the course above the notebook's folder.
        (folder.parent / "utils").symlink_to(ROOT / "utils")
        notebook = execute(sample_master(), folder)
    path = folder / "98_sample.ipynb"
    write_notebook(path, notebook)
    return path


def broken(executed, change):
    """Return what the rules say after `change(notebook)`."""
    notebook = read_notebook(executed)
    notebook = change(notebook) or notebook
    return "\n".join(problems_of(Page(executed, notebook)))


def test_the_sample_keeps_every_rule(executed):
    assert broken(executed, lambda notebook: None) == ""
    chapter = executed.parent.parent / "chapters" / executed.name
    chapter.parent.mkdir()
    write_notebook(chapter, derive(read_notebook(executed)))
    page = Page(chapter, read_notebook(chapter), is_master=False)
    assert problems_of(page) == []
    assert all_problems(executed) == []


def edit(text, new, kind="source"):
    """Return a change that puts `new` for `text` in the first cell that holds it."""

    def change(notebook):
        cell = cell_with(notebook, text)
        cell.source = cell.source.replace(text, new)

    change.__name__ = text[:20]
    return change


def insert(after, *cells):
    """Return a change that inserts cells after the first one that holds `after`."""

    def change(notebook):
        place = notebook.cells.index(cell_with(notebook, after)) + 1
        notebook.cells[place:place] = copy.deepcopy(cells)

    return change


def output(after, *outputs):
    def change(notebook):
        cell_with(notebook, after).outputs += copy.deepcopy(outputs)

    return change


def text_output(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def no_outputs(text):
    def change(notebook):
        cell_with(notebook, text).outputs = []

    return change


def tags(text, *names):
    """Return a change that gives the first cell that holds `text` other tags."""

    def change(notebook):
        cell_with(notebook, text).metadata["tags"] = list(names)

    return change


def uses_a_deeper_name(notebook):
    edit("## Padding", "## Padding (deeper)")(notebook)
    insert("## Summary", new_code_cell("print(batch)"))(notebook)


def no_alt(notebook):
    cell_with(notebook, "navy").outputs[0].metadata = {}


def no_grading(notebook):
    del cell_with(notebook, "def count_padding").metadata["nbgrader"]


def old_schema(notebook):
    cell_with(notebook, "def count_padding").metadata["nbgrader"]["schema_version"] = 2


CODE = new_code_cell("z = 1", execution_count=1)
TEXT = new_markdown_cell("Some words.")
PASTED = """\
def mine(words, size=None):
    width = max(map(len, words), default=0) if size is None else size
    table = [[0] * width for _ in words]
    for place, entry in enumerate(words):
        table[place][: len(entry)] = entry[:width]
    return table"""
BROKEN = [
    (edit("# Chapter 98", "# Part two"), "one title"),
    (edit("## Goals", "## Aims"), "## Goals"),
    (edit("- count the padding\n- read a picture", "Much."), "not a list"),
    (edit("**Time needed**: about 20 minutes.", ""), "Time needed"),
    (edit(SETUP, "import os"), "is not the set-up"),
    (
        edit('from utils.support.versions import show_versions\nshow_versions("numpy")', "x = 1"),
        "versions",
    ),
    (edit("## Summary", "## Epilogue"), "## Summary"),
    (edit("3. A picture has a description.", ""), "three takeaways, and has 2"),
    (edit("| name | shape | dtype |", "| name | shape | - |"), "name, shape and dtype"),
    (edit("## Tensors met in this chapter", "## Nothing"), "## Tensors"),
    (edit("## Further reading", "## More"), "## Further reading"),
    (edit("[The course's model](https://arxiv.org/abs/1703.09137)", "None."), "has no link"),
    (edit("## Next chapter", "## Later"), "## Next"),
    (edit("[Chapter 99](98_sample.ipynb)", "[Chapter 99](97_gone.ipynb)"), "leads nowhere"),
    (edit("[the end](#Summary)", "[the end](#Finish)"), "leads to no heading"),
    (edit("It is blue.", "![](../utils)"), "no alt text"),
    (edit("It is blue.", '<img src="gone.png">'), "An image has no alt text"),
    (edit("It is blue.", '<img src="gone.png" alt="A map">'), "gone.png leads nowhere"),
    (edit("It is blue.", "![A map](/etc/hosts)"), "path of one machine"),
    (edit("batch = np.array", "%time\nbatch = np.array"), "not plain Python"),
    (edit("batch = np.array", "x = 1  # fmt: skip\nbatch = np.array"), "speaks to a tool"),
    (edit("batch = np.array", "x = 1\n" * 30 + "batch = np.array"), "more than 25"),
    (insert("It is blue.", *[CODE] * 3), "More than 2 code cells"),
    (insert("It is blue.", new_markdown_cell(" ")), "an empty cell"),
    (insert("It is blue.", new_code_cell("batch = batch + 1")), "`batch` is changed from itself"),
    (insert("It is blue.", new_code_cell("batch += 1")), "`batch` is changed from itself"),
    (insert("It is blue.", new_code_cell("for n in range(3):\n    words.append(n)")), "`words`"),
    (insert("## Further", new_code_cell("print(answer_2)")), "reader's answer (answer_2)"),
    (edit('# hint("98.2")', ""), "98.2 has no call of hint"),
    (edit('# solution("98.3")', ""), "98.3 has no call of solution"),
    (edit('check("98.3", answer_3)', "answer_3"), "98.3 is defined, and no cell checks"),
    (edit('check("98.3", answer_3)', 'check("98.9", answer_3)'), "98.9 is not defined"),
    (edit('check("98.3", answer_3)', "x = 1"), "4 to 8 exercises; this one checks 3"),
    (edit("### Exercise 98.4 ·", "### Task"), "no heading `### Exercise 98.4"),
    (edit("Find the bug.", "Mend it."), "find the bug"),
    (edit("And what colour is the square?", "A square."), "No question"),
    (insert("navy", CODE), "No text reads a picture"),
    (no_alt, "no description"),
    (output("zeros:", text_output("hot", "stderr")), "error stream"),
    (output("zeros:", text_output("a.py:3: UserWarning: no")), "a warning or log line"),
    (output("zeros:", text_output("2026-01-01 10:00:00.1: I tensorflow")), "warning or log"),
    (output("zeros:", text_output("I0000 12:13:14.5 gpu")), "warning or log line"),
    (output("zeros:", text_output("/home/me/x.jpg")), "path of this machine"),
    (output("zeros:", text_output(str(ROOT / "data"))), "path of this machine"),
    (output("zeros:", new_output("error", ename="E", evalue="", traceback=[])), "an error, E"),
    (no_outputs("zeros:"), "A compared cell has no output"),
    (tags("zeros:"), "neither the tag"),
    (tags("zeros:", IGNORED_TAG), "at least half"),
    (tags("zeros:", COMPARED_TAG, IGNORED_TAG), "to be compared and to be ignored"),
    (insert("It is blue.", CODE), "not executed from top to bottom"),
    (no_grading, "no nbgrader metadata"),
    (old_schema, "not of schema 3"),
    (edit("assert (batch", "(batch"), "no master-only cell asserts"),
    (edit("It is blue.", "It is blue, in 317 shades."), "The number 317"),
    (edit("about 20 minutes.", "about 25 minutes."), "not what `minutes` writes"),
    (edit("It is blue.", "word " * 10_000), "The core path takes"),
    (uses_a_deeper_name, "needs 'batch' of a deeper section"),
    (insert("It is blue.", new_code_cell('predict("98.1", "a")')), "98.1 are not asked exactly"),
    (insert("It is blue.", new_code_cell('predict("98.1", "a")')), "a cell of its own, with dots"),
    (insert("It is blue.", new_code_cell('outcome("98.1", "a")')), "not answered exactly once"),
    (insert("It is blue.", new_code_cell(PASTED)), "The body of `mine` is that of `padded`"),
]


@pytest.mark.parametrize(
    ("change", "word"), BROKEN, ids=[f"{n}-{w}" for n, (_, w) in enumerate(BROKEN)]
)
def test_each_rule_notices(executed, change, word, monkeypatch, tmp_path):
    if "mine" in word:
        pasted_into_utils(monkeypatch, tmp_path)
    assert word in broken(executed, change)


def pasted_into_utils(monkeypatch, tmp_path):
    """Make a library of one function that the notebook's `mine` copies with other names."""
    source = PASTED.replace("mine", "padded").replace("words", "rows").replace("entry", "row")
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "rows.py").write_text(f'"""x"""\n{source}\n', encoding="utf-8")
    monkeypatch.setattr("utils.authoring.rules.ROOT", tmp_path)


def test_too_large_a_notebook_is_noticed(executed, tmp_path):
    path = tmp_path / "98_sample.ipynb"
    notebook = read_notebook(executed)
    cell_with(notebook, "zeros:").outputs.append(text_output("y" * 2_100_000))
    write_notebook(path, notebook)
    found = problems_of(Page(path, notebook))
    assert any("2 MB at most" in problem for problem in found)


def test_a_copy_is_seen_under_other_names_and_small_bodies_are_free():
    import ast

    first, second = (
        function_bodies(ast.parse(text)) for text in (PASTED, PASTED.replace("table", "t"))
    )
    assert first.keys() == second.keys() and len(first) == 1
    assert function_bodies(ast.parse("def f(x):\n    return x + 1")) == {}
    changed = function_bodies(ast.parse(PASTED.replace("default=0", "default=1")))
    assert changed.keys() != first.keys()


def test_headings_in_code_do_not_count(executed):
    notebook = small_notebook()
    notebook.cells.append(new_markdown_cell("```\n## no\n```\n## yes"))
    assert headings(Page(executed, notebook)) == [(2, "yes")]


def test_what_a_cell_makes_itself_it_may_change(executed):
    sources = [
        "rows = []\nfor n in range(3):\n    rows.append(n)",
        "total = 0\nfor n in range(3):\n    total += n",
        "words = [word for word in 'a b'.split()]",
        "def f(x):\n    x = x + 1\n    return x",
        "import json\nkept = json.loads('[1]')\nkept.append(2)",
    ]
    found = broken(executed, insert("It is blue.", *map(new_code_cell, sources)))
    assert "run_twice" not in found


# Preparing, executing, deriving


def test_a_chapter_has_no_solution_and_no_output(executed):
    chapter = derive(read_notebook(executed))
    text = notebook_text(chapter)
    cells = [cell for cell in chapter.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    assert "BEGIN" not in text and "sum(axis=1)\\n" not in text
    assert "assert count_padding" not in text
    assert cell_with(chapter, "def count_padding").source.endswith(
        "    counts = None\n    # YOUR CODE HERE\n    return counts"
    )


def test_a_run_of_a_chapter_must_give_the_masters_outputs_and_unsolved_checks(executed):
    chapter = expected(read_notebook(executed))
    shown = cell_with(chapter, 'check("98.1"').outputs[0].data["text/plain"]
    assert "not attempted yet" in shown
    solved = cell_with(read_notebook(executed), 'check("98.1"').outputs[0].data["text/plain"]
    assert "correct." in solved
    assert cell_with(chapter, "zeros:").outputs[0].text == "zeros: 2\n"


def test_cells_for_the_master_only_stay_there(executed):
    master = read_notebook(executed)
    cell_with(master, "zeros:").metadata["tags"] = [MASTER_ONLY]
    assert "zeros:" not in notebook_text(derive(master))


def test_preparing_twice_changes_nothing_and_ids_follow_the_content():
    once = prepare(sample_master())
    assert notebook_text(prepare(once)) == notebook_text(once)
    ids = [cell.id for cell in once.cells]
    assert len(set(ids)) == len(ids) and "check-98-1" in ids
    other = sample_master()
    other.cells.insert(1, new_markdown_cell("New."))
    assert set(ids) <= {cell.id for cell in prepare(other).cells}


def test_the_line_for_the_set_up_becomes_the_set_up():
    assert prepare(sample_master()).cells[1].source == SETUP


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("x = None\n### BEGIN SOLUTION\nx = 1", "has no ### END SOLUTION"),
        ("x = None\n### END SOLUTION", "without ### BEGIN SOLUTION"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "stands within"),
    ],
)
def test_markers_must_pair(source, word):
    notebook = small_notebook()
    notebook.cells += [new_code_cell(source), new_code_cell('check("98.2", x)')]
    with pytest.raises(NotebookProblem, match=word):
        derive(notebook)


def test_an_answer_needs_a_check_and_a_check_an_exercise():
    with pytest.raises(NotebookProblem, match="No check follows"):
        prepare(small_notebook("x = None\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"))
    with pytest.raises(NotebookProblem, match=r"There is no exercise 98\.7"):
        prepare(small_notebook('check("98.7", 1)'))


def test_warnings_stop_an_execution():
    notebook = small_notebook("1")
    notebook.cells[1].outputs = [text_output("careful", "stderr")]
    with pytest.raises(NotebookProblem, match="A warning or log line: 'careful'"):
        tidy(notebook)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """An empty course in a temporary folder, on which the commands work."""
    for name in ("chapters", "solutions"):
        (tmp_path / name).mkdir()
        for module in (workshop, command_line, rules):
            monkeypatch.setattr(module, name.upper(), tmp_path / name, raising=False)
    (tmp_path / "utils").symlink_to(ROOT / "utils")
    monkeypatch.setattr(command_line, "ROOT", tmp_path)
    monkeypatch.setattr(command_line, "STUBS", tmp_path / "stubs.json")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(ROOT)]))
    return tmp_path


def test_the_commands_on_an_empty_course(course, capsys):
    for command in ("prepare", "execute", "minutes", "derive", "check", "twice"):
        assert main([command]) == 0
    assert capsys.readouterr().err == ""


def test_from_master_to_chapter_by_commands(course, executed, capsys):
    path = course / "solutions" / "98_sample.ipynb"
    write_notebook(path, read_notebook(executed))
    assert main(["derive"]) == 0
    chapter = course / "chapters" / path.name
    first = chapter.read_bytes()
    assert main(["derive", str(path)]) == 0 and chapter.read_bytes() == first
    assert main(["check"]) == 0
    chapter.write_bytes(first.replace(b"It is blue", b"It is red"))
    assert main(["check", str(path)]) == 1
    assert "differs from its master" in capsys.readouterr().err
    chapter.unlink()
    assert main(["check"]) == 1
    assert "is missing" in capsys.readouterr().err


def test_execution_refuses_a_wrong_solution_and_finds_unstable_cells(course, capsys):
    path = course / "solutions" / "98_sample.ipynb"
    master = sample_master()
    cell = cell_with(master, "answer_3 =")
    cell.source = cell.source.replace("'b'", "'a'")
    write_notebook(path, prepare(master))
    assert main(["execute", str(path)]) == 1
    assert "the mask hides it" in capsys.readouterr().err
    unstable = sample_master()
    unstable.cells[3:] = [
        new_code_cell("n = iter('abcdef')"),
        tagged("print(next(n))", COMPARED_TAG),
        tagged("print(id(object()))", IGNORED_TAG),
        new_code_cell("import time\nprint(f'{time.perf_counter():.6f} s')"),
    ]
    write_notebook(path, prepare(unstable))
    assert main(["twice", str(path)]) == 1
    told = capsys.readouterr().err
    assert "print(next(n))" in told and "object" not in told and "perf_counter" not in told


# Pictures


def test_pictures_are_the_same_bytes_each_time_and_need_words(capsys):
    import matplotlib.pyplot as plt

    def draw():
        figure, axes = plt.subplots(figsize=(2, 1))
        axes.plot([1, 2])
        return figure

    assert picture_file(draw()) == picture_file(draw())
    plt.close("all")
    show(draw(), alt="A rising line.")
    assert capsys.readouterr().out == "[picture: A rising line.]\n"
    assert plt.get_fignums() == []
    with pytest.raises(ValueError, match="needs a description"):
        show(draw(), alt=" ")
    plt.close("all")
