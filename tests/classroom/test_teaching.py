"""TEACHING.md: its tables are those that the command writes, its plans add up, its links lead."""

import re

import pytest

import utils.classroom.teaching as teaching
from utils.authoring.questions import load_questions
from utils.classroom.teaching import (
    PAGE,
    Mistake,
    exercise_table,
    load_mistakes,
    main,
    message_of,
    shown,
    with_tables,
)
from utils.exercises.exercise import all_exercises, find_exercise
from utils.support.paths import ROOT

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_the_command_writes():
    assert with_tables(TEXT) == TEXT, "Run `python -m utils teaching`."


def test_a_page_without_marks_is_refused():
    with pytest.raises(ValueError, match=r"needs the lines <!-- chapters: .* -->"):
        with_tables("# Teaching\n")


def test_the_command_writes_the_page_whole(tmp_path, monkeypatch, capsys):
    page = tmp_path / "TEACHING.md"
    page.write_text("before\n<!-- a: python -m utils teaching -->\nold\n<!-- end of a -->\nafter\n")
    monkeypatch.setattr(teaching, "PAGE", page)
    monkeypatch.setattr(teaching, "TABLES", {"a": lambda: r"new \1"})
    assert main([]) == 0
    assert "\nnew \\1\n" in page.read_text() and "old" not in page.read_text()
    assert "Written" in capsys.readouterr().out


def test_each_graded_exercise_of_the_lessons_has_a_usual_mistake():
    named = {mistake.exercise for mistake in load_mistakes()}
    assert named >= {one.id for one in all_exercises() if 0 < one.chapter < 9}
    assert all(mistake.ask.endswith((".", "?")) for mistake in load_mistakes())


def test_a_right_answer_is_no_mistake():
    right = Mistake("1.1", "answers rightly", "answer = (6, 2)", "Why?")
    with pytest.raises(ValueError, match=r"check of 1.1 says 'correct'"):
        message_of(right)


def test_the_message_is_what_the_check_says_now():
    assert "one piece more" in message_of(Mistake("1.1", "counts", "answer = (5, 2)", "Why?"))
    both = Mistake("7.5", "multiplies", 'answer = (45.0, "a")', "Why?")
    assert message_of(both).startswith("Multiplied by 0.9")


def test_signs_of_markdown_stay_what_they_are():
    assert shown("after <end>, a | b, `<pad>`") == r"after &lt;end>, a \| b, `<pad>`"


def test_every_exercise_and_question_is_in_the_table_once():
    table = exercise_table()
    for one in all_exercises():
        assert table.count(f"| Exercise {one.id} | {one.title} |") == 1
    assert len(re.findall(r"^\| Question \d \| .* \| deeper \| ", table, re.MULTILINE)) == 8


WEEKS = [line for line in TEXT.splitlines() if re.match(r"\| \d+ \|.*exercises [\d.]+", line)]


@pytest.mark.parametrize("week", WEEKS, ids=lambda line: line[:28])
def test_the_points_of_a_week_are_those_of_its_exercises(week):
    exercises = re.search(r"exercises ((?:\d\.\d(?:, )?)+)", week)[1].strip(", ").split(", ")
    questions = re.findall(r"question (\d)", week.rsplit("|", 3)[1])
    points = re.search(r"\| (\d+)(?: \+ (\d+))? \|$", week)
    assert int(points[1]) == sum(find_exercise(id).points for id in exercises)
    worth = {question.id: question.points for question in load_questions()}
    assert int(points[2] or 0) == sum(worth[id] for id in questions)


def test_both_plans_are_looked_at():
    assert len(WEEKS) == 8 + 14


def test_the_links_of_the_page_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)\s]+)\)", TEXT)
    assert links
    for link in links:
        name, _, anchor = link.partition("#")
        assert not name or (ROOT / name).exists(), link
        assert name or anchor in headings, link


def test_options_that_the_page_names_exist(capsys):
    from utils.classroom import grade, handout

    for module in (handout, grade):
        with pytest.raises(SystemExit):
            module.main(["--help"])
    told = capsys.readouterr().out + "--ServerApp"
    for option in set(re.findall(r"--[a-z][a-z-]+", TEXT)) - {"--name"}:
        assert option in told, option
