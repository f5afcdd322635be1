"""The questions that a person grades: their file, the masters, nbgrader's metadata."""

import re

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from utils.authoring.claims import SMALL
from utils.authoring.minutes import minutes_of
from utils.authoring.notebooks import NotebookProblem, derive, masters, prepare, read_notebook
from utils.authoring.pictures import picture_facts
from utils.authoring.questions import (
    LEVELS,
    YOUR_TEXT,
    find_question,
    load_questions,
    question_problems,
)

LESSONS = [path for path in masters() if 1 <= int(path.name[:2]) <= 8]
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")


def answer_cell(notebook, question):
    (cell,) = [one for one in notebook.cells if one.id == question.grade_id]
    return cell


def asking(question, *below):
    cells = [new_markdown_cell(question.cell), *(new_markdown_cell(text) for text in below)]
    return new_notebook(cells=cells)


def test_each_lesson_has_a_question_and_the_others_have_none():
    assert [question.id for question in load_questions()] == [str(n) for n in range(1, 9)]


@pytest.mark.parametrize("question", load_questions(), ids=lambda one: one.id)
def test_a_rubric_has_three_levels_with_a_sample_each(question):
    assert [level.points for level in question.levels] == list(LEVELS)
    lengths = [len(level.sample.split()) for level in question.levels]
    assert lengths == sorted(lengths, reverse=True) and lengths[-1] >= 20
    assert all(len(level.says.split()) >= 10 for level in question.levels)
    assert question.text.count("?") >= 1 and 5 <= question.minutes <= 15


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_the_cell_below_is_graded_by_hand_in_master_and_chapter(path):
    question = find_question(str(int(path.name[:2])))
    master = read_notebook(path)
    for notebook in (master, derive(master)):
        cell = answer_cell(notebook, question)
        assert cell.cell_type == "markdown" and cell.source == YOUR_TEXT
        assert dict(cell.metadata.nbgrader) == {
            "grade": True,
            "grade_id": question.grade_id,
            "locked": False,
            "points": 3,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
        assert list(question_problems(notebook, int(question.id))) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_samples_and_rubrics_quote_numbers_that_the_chapter_shows(path):
    question = find_question(str(int(path.name[:2])))
    shown = {float(text) for text in NUMBER.findall(printed(read_notebook(path)))}
    told = " ".join(f"{level.says} {level.sample}" for level in question.levels)
    for text in NUMBER.findall(told.replace(",", "")):
        value = float(text)
        near = 1 if value > SMALL else 0.1  # students round
        small = value == int(value) and value <= SMALL
        assert small or any(abs(value - one) <= near for one in shown), text


def printed(notebook):
    texts = []
    for cell in notebook.cells:
        texts.append(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [output.get("text", ""), str(data.get("text/plain", ""))]
            texts.append(picture_facts(output).get("alt", ""))
    return "\n".join(texts).replace(",", "")


def test_preparing_writes_the_metadata_and_takes_none_from_elsewhere():
    question = find_question("4")
    notebook = asking(question, YOUR_TEXT)
    notebook.cells[1].metadata = {"nbgrader": {"points": 99}, "other": 1}
    cell = prepare(notebook).cells[1]
    assert cell.id == "question-4" and cell.metadata.nbgrader.points == 3
    assert "other" not in cell.metadata


def test_an_answer_below_no_question_or_an_unknown_one_is_a_problem():
    for above in ("Some words.", "### Question 99 · Why?\n\nWhy?"):
        cells = [new_markdown_cell(above), new_markdown_cell(YOUR_TEXT)]
        with pytest.raises(NotebookProblem, match="There is no question"):
            prepare(new_notebook(cells=cells))


def test_the_rule_notices_other_words_and_a_missing_cell():
    question = find_question("4")
    whole = prepare(asking(question, YOUR_TEXT))
    assert list(question_problems(whole, 4)) == []
    (problem,) = question_problems(whole, 5)
    assert "are not those" in problem
    (problem,) = question_problems(new_notebook(), 4)
    assert "are not those" in problem
    (problem,) = question_problems(prepare(asking(question, "Something else.")), 4)
    assert "No cell" in problem
    whole.cells[0].source = whole.cells[0].source.replace("classmate", "friend")
    (problem,) = question_problems(whole, 4)
    assert "in the words" in problem


def test_a_question_counts_on_the_deeper_path_with_its_minutes():
    question = find_question("4")
    found = minutes_of(asking(question, YOUR_TEXT))
    assert found.core == 0
    assert question.minutes < found.deeper < question.minutes + 2


def test_other_levels_are_refused_with_a_sentence(tmp_path):
    path = tmp_path / "questions.toml"
    level = '[["1".levels]]\npoints = 3\nsays = "a"\nsample = "b"\n'
    begin = '["1"]\ntitle = "t"\nminutes = 5\npoints = 3\ntext = "x?"\n'
    path.write_text(begin + level, encoding="utf-8")
    with pytest.raises(ValueError, match="3, 2 and 1 points"):
        load_questions(path)
