"""What is said at the end, and what of an earlier table counts."""

from hand_ins import code, grade_id, unsolved

from utils.classroom.feedback import NONE
from utils.classroom.handins import handed
from utils.classroom.question_page import open_answer
from utils.classroom.report import OpenColumn, Row
from utils.classroom.told import entry_lines, set_changed_aside, table_before
from utils.exercises.verdict import ADVICE

HEAD = "student,question 1,total,notes\n"


def test_a_table_that_changes_while_it_is_graded_is_set_aside(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text(f"{HEAD}ada,1,1,\n", encoding="utf-8")
    before = table_before(path)
    assert set_changed_aside(path, before) == []
    path.write_text(f"{HEAD}ada,3,3,\n", encoding="utf-8")  # as an answer might
    (line,) = set_changed_aside(path, before)
    assert "was changed while it was graded" in line and "grades-changed-1.csv" in line
    assert "ada,3,3" in (tmp_path / "grades-changed-1.csv").read_text(encoding="utf-8")
    assert not path.exists()


def test_points_beyond_what_a_question_is_worth_are_said():
    row = Row("ada", {}, entered={"question 1": "7"})
    (line,) = entry_lines([row], [OpenColumn(1, "A score", 3)])
    assert "'7' in question 1 of ada is not between 0 and 3 points" in line


def read(book):
    from hand_ins import text

    return handed("01_dataset.ipynb", text(book).encode()).cells


def question(book):
    return next(n for n, one in enumerate(book["cells"]) if grade_id(one) == "question-1")


def test_an_answer_below_the_empty_cell_is_shown():
    book = unsolved()
    book["cells"].insert(question(book) + 1, code("Her score counts words.", "markdown"))
    assert open_answer(read(book), 1) == "Her score counts words."


def test_an_answer_under_the_text_of_the_question_is_shown():
    book = unsolved()
    asked = book["cells"][question(book) - 1]
    asked["source"] = f"{''.join(asked['source'])}\n\nHer score counts words."
    assert "Her score counts words." in open_answer(read(book), 1)


def test_what_the_course_wrote_is_no_answer():
    assert open_answer(read(unsolved()), 1) == ""


def test_a_page_gives_no_advice_for_a_cell():
    assert "cell above" in ADVICE and "cell above" not in NONE
