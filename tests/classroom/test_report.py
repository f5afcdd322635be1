"""The table, its summary and the pages of feedback."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from utils.classroom.earlier import number_of, read_earlier
from utils.classroom.feedback import file_names, page, without_paths, write_pages
from utils.classroom.judging import Judged
from utils.classroom.question_page import question_page
from utils.classroom.report import (
    Column,
    OpenColumn,
    Row,
    csv_text,
    harmless,
    summary,
    write_csv,
)

COLUMNS = [
    Column("1.1", "Two columns", 1),
    Column("1.2", "Clean <fast>", 2),
    Column("2.1", "Count", 1),
]
QUESTIONS = [OpenColumn(1, "As good as <people>?", 3)]


def judged(id="1.1", outcome="correct", points=1, worth=1, **more):
    return Judged(id, "a title", outcome, points, worth, **more)


@pytest.fixture
def rows():
    ada = {"1.1": judged(), "1.2": judged("1.2", "incorrect", 0, 2, lines=("Look again.",))}
    bob = {
        "1.1": judged(outcome="broken", points=0, notes=("a markdown cell was read as code",)),
        "1.2": judged("1.2", "correct", 2, 2),
        "2.1": judged("2.1", "not attempted", 0),
    }
    return [Row("Ada", ada), Row('=HYPERLINK("x")', bob, ["handed in late"])]


def table(rows, questions=QUESTIONS, others=()):
    return list(csv.DictReader(io.StringIO(csv_text(rows, COLUMNS, questions, others))))


def test_a_row_a_student_with_points_verdicts_and_sums(rows):
    ada, bob = table(rows)
    assert list(ada) == [
        *("student", "1.1", "1.1 verdict", "1.2", "1.2 verdict", "2.1", "2.1 verdict"),
        *("chapter 1", "chapter 2", "question 1", "total", "notes"),
    ]
    assert (ada["1.1"], ada["1.1 verdict"], ada["chapter 1"], ada["total"]) == (
        *("1", "correct", "1", "1"),
    )
    assert (ada["2.1"], ada["2.1 verdict"], ada["question 1"]) == ("", "not handed in", "")
    assert ada["chapter 2"] == ""
    assert (bob["chapter 1"], bob["chapter 2"], bob["total"]) == ("2", "0", "2")
    rows[1].notes.append("a.ipynb is empty.")
    assert table(rows)[1]["notes"].startswith("handed in late; a.ipynb is empty; 1.1: ")
    assert bob["notes"] == "handed in late; 1.1: a markdown cell was read as code"


def test_who_handed_in_nothing_readable_has_no_points(rows):
    dan = Row("Dan", unread={1})
    (told,) = table([dan])
    assert [told[name] for name in ("1.1", "2.1", "chapter 1", "total")] == [""] * 4
    assert (told["1.1 verdict"], told["2.1 verdict"]) == ("not readable", "not handed in")
    assert "not readable" in summary([*rows, dan], COLUMNS)
    assert "not readable" not in summary(rows, COLUMNS)


def test_what_a_person_entered_stands_there_and_counts(rows):
    rows[0].entered = {"question 1": "2,5", "seat": "-3"}
    rows[1].entered = {"question 1": "later"}
    ada, bob = table(rows, others=["seat"])
    assert (ada["question 1"], ada["total"], ada["seat"]) == ("2,5", "3.5", "-3")
    assert (bob["question 1"], bob["total"], bob["seat"]) == ("later", "2", "")
    assert table([Row("Eva", entered={"question 1": "1"})])[0]["total"] == "1"


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), (" 1.5", 1.5), ("1,5", 1.5), ("", None), ("x", None)]
)
def test_the_points_in_a_text(text, number):
    assert number_of(text) == number
    assert number_of("nan") is number_of("inf") is None


def test_what_several_exercises_share_is_one_note():
    ids = ("1.1", "1.2", "1.4")
    odd = {id: judged(id, notes=("the check cell is missing", "split {in} two")) for id in ids}
    row = Row("Ada", odd | {"1.5": judged("1.5", notes=("the check cell was changed",))})
    assert row.every_note() == [
        "the check cells of 1.1, 1.2 and 1.4 are missing",
        "1.1, 1.2 and 1.4: split {in} two",
        "1.5: the check cell was changed",
    ]
    assert page(row, COLUMNS).count("missing") == 1


# The table of an earlier run


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_an_earlier_table_is_read_as_spreadsheets_save_it(tmp_path, encoding, mark):
    lines = [
        ["student", "1.1", "1.1 verdict", "chapter 1", "question 1", "question 4", "total"],
        ["Zoë", "1", "correct", "1", "2", "", "3"],
        ["Bob", "1", "correct", "1", "", "", "1"],
        ["", "", "", "", "9", "", ""],
    ]
    seats = ["seat", "A1", "", ""]
    text = "\r\n".join(mark.join([*line, seat]) for line, seat in zip(lines, seats, strict=True))
    (tmp_path / "g.csv").write_bytes(text.encode(encoding))
    found = read_earlier(tmp_path / "g.csv")
    assert found.columns == ("question 1", "seat")
    assert found.entered == {"Zoë": {"question 1": "2", "seat": "A1"}, "Bob": {}}


@pytest.mark.parametrize("data", [b"", b"name,points\r\nAda,3", b"\0\xff\xfe"])
def test_a_file_that_is_no_table_is_not_overwritten(tmp_path, data):
    (tmp_path / "g.csv").write_bytes(data)
    with pytest.raises(ValueError, match="name another file"):
        read_earlier(tmp_path / "g.csv")


# What is written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " \t=cmd|' /C calc'!A0", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert harmless(text).startswith("'")
    assert harmless("Ada = B") == "Ada = B"


def test_names_are_harmless_in_the_table(rows):
    assert table(rows)[1]["student"].startswith("'=")


def test_the_file_begins_with_the_mark_of_utf_8(tmp_path, rows):
    rows[0].student = "Zoë"
    write_csv(tmp_path / "grades.csv", csv_text(rows, COLUMNS, ()))
    data = (tmp_path / "grades.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfstudent,") and "Zoë" in data.decode("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["grades.csv"]


def test_the_summary_counts_each_outcome(rows):
    lines = [re.split(r"  +", line) for line in summary(rows, COLUMNS).split("\n")]
    assert lines[1] == ["1.1", "1", "0", "0", "1", "0", "0.50 of 1"]
    assert lines[2] == ["1.2", "1", "1", "0", "0", "0", "1.00 of 2"]
    assert lines[3] == ["2.1", "0", "0", "1", "0", "1", "0.00 of 1"]
    assert lines[4] == ["together", "1.50 of 4"]


def test_the_summary_of_nobody():
    assert "0.00 of 1" in summary([], COLUMNS)


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_a_page_shows_points_verdicts_messages_and_notes(rows):
    read = Reader(page(rows[1], COLUMNS))
    said = " ".join(" ".join(read.texts).split())
    assert "2 of 4 points" in said and "handed in late" in said
    assert "1.2 · Clean <fast> correct · 2 of 2 points" in said
    assert "2.1 · Count not attempted · 0 of 1 points" in said
    assert "a markdown cell was read as code" in said
    assert "Look again." in page(rows[0], COLUMNS)
    assert read.open == []


def test_a_page_sums_what_was_handed_in(rows):
    text = page(rows[0], COLUMNS)
    assert "1 of 3 points" in text and "Not handed in: chapter 2" in text
    assert "2.1" not in text
    nothing = page(Row("Dan", unread={1, 2}), COLUMNS)
    assert "Not readable: chapters 1 and 2" in nothing and "of" not in nothing.split("<main>")[1]


@pytest.mark.parametrize(
    ("entered", "said", "total"),
    [
        ({}, "no points yet", "1 of 3"),
        ({"question 1": "2.5"}, "2.5 of 3 points", "3.5 of 6"),
        ({"question 1": "<b>"}, "&lt;b&gt;", "1 of 3"),
    ],
)
def test_a_page_shows_the_question_and_its_points(rows, entered, said, total):
    rows[0].entered = entered
    text = page(rows[0], COLUMNS, QUESTIONS)
    assert "Question 1 · As good as &lt;people&gt;?" in text
    assert f"graded by a person</strong> · {said}" in text
    assert f"{total} points" in text


def test_nothing_of_a_submission_is_run():
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">{0}`<b>`'
    row = Row(evil, {"1.1": judged(lines=(evil,), notes=(evil,))}, [evil])
    text = page(row, COLUMNS)
    tags = {tag for tag, _ in Reader(text).tags}
    assert not tags & {"script", "img", "b", "iframe", "link"}
    assert not any(name.startswith("on") for _, given in Reader(text).tags for name in given)
    assert "default-src 'none'" in text


def test_a_page_needs_nothing_else_and_suits_phones_print_and_dark_rooms(rows):
    text = page(rows[0], COLUMNS)
    assert "http" not in text.replace("http-equiv", "")
    for part in ('lang="en"', "width=device-width", "prefers-color-scheme: dark", "@media print"):
        assert part in text
    levels = [int(tag[1]) for tag, _ in Reader(text).tags if re.fullmatch("h[1-6]", tag)]
    assert levels == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("File /srv/course/utils/exercises/chapter_1.py was", "File …/chapter_1.py was"),
        ("No such file: '/home/ada/x.txt'", "No such file: '…/x.txt'"),
        (r"C:\Users\ada\x.txt", "…/x.txt"),
        ("3/4 of it, and/or km/h", "3/4 of it, and/or km/h"),
        ("a / b and a // b", "a / b and a // b"),
        ("`x[1]/y` is 1/2", "`x[1]/y` is 1/2"),
    ],
)
def test_paths_of_the_server_are_left_out(text, left):
    assert without_paths(text) == left


def test_names_of_files_are_safe_and_differ():
    names = file_names(["Ada L", "ada l", "../../x", "CON", "", "Zoë", "a" * 300])
    assert len({name.casefold() for name in names}) == 7
    for name in names:
        assert re.fullmatch(r"[\w-][\w.-]*\.html", name) and len(name) < 90
    assert "Zoë.html" in names


def test_each_student_gets_a_page(tmp_path, rows):
    paths = write_pages(tmp_path / "feedback", rows, COLUMNS)
    assert [path.parent for path in paths] == [tmp_path / "feedback"] * 2
    assert "<h1>Ada</h1>" in paths[0].read_text(encoding="utf-8")


def test_texts_of_the_course_on_the_question_page_are_paragraphs():
    page = question_page([], [], [OpenColumn(1, "As good as people?", 3)])
    assert "columns <code>question N</code> of the table" in page
    assert "scores about as well there" in page  # a line of the file ends after "as"
    assert "<h4>1 point</h4>" in page and "<h4>2 points</h4>" in page
