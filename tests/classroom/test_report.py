"""The table, its summary and the pages of feedback."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from utils.classroom.judging import Judged
from utils.classroom.report import (
    Column,
    Row,
    csv_text,
    file_names,
    harmless,
    page,
    summary,
    without_paths,
    write_csv,
    write_pages,
)

COLUMNS = [
    Column("1.1", "Two columns", 1),
    Column("1.2", "Clean <fast>", 2),
    Column("2.1", "Count", 1),
]


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


def table(rows, questions=("question 1",)):
    return list(csv.DictReader(io.StringIO(csv_text(rows, COLUMNS, questions))))


def test_a_row_a_student_with_points_verdicts_and_sums(rows):
    ada, bob = table(rows)
    assert list(ada) == [
        *("student", "1.1", "1.1 verdict", "1.2", "1.2 verdict", "2.1", "2.1 verdict"),
        *("chapter 1", "chapter 2", "question 1", "total", "notes"),
    ]
    assert (ada["1.1"], ada["1.1 verdict"], ada["chapter 1"], ada["total"]) == (
        *("1", "correct", "1", "1"),
    )
    assert (ada["2.1"], ada["2.1 verdict"], ada["question 1"]) == ("0", "not handed in", "")
    assert (bob["chapter 1"], bob["chapter 2"], bob["total"]) == ("2", "0", "2")
    assert bob["notes"] == "handed in late; 1.1: a markdown cell was read as code"


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
    assert levels == [1, 2, 3, 3, 2, 3]


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
