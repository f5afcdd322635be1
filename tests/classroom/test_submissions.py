"""Students and their notebooks, from folders and zips as schools have them."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hand_ins import as_format_3, cell, code, solved, text, unsolved, with_answers, write

from utils.authoring.notebooks import derive, read_notebook
from utils.authoring.variants import with_variants
from utils.classroom import files_read, handins, submissions
from utils.classroom.plans import master_of
from utils.classroom.submissions import read_submissions
from utils.exercises.variants import use

ANSWERED = with_answers(unsolved(), {"1.1": "columns = (6, 2)"})


def names(path):
    return [student.name for student in read_submissions(path)]


def only(path):
    (student,) = read_submissions(path)
    return student


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def zip_bytes(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def answer_of(student, chapter=1):
    cells = student.notebooks[chapter].cells
    return next(one.source for one in cells if one.grade_id == "answer-1-1")


# Where students' names stand


def test_folders_by_student(tmp_path):
    write(tmp_path / "Ada" / "01_dataset.ipynb", solved())
    write(tmp_path / "Bob" / "week 1" / "01_dataset.ipynb", unsolved())
    write(tmp_path / "Bob" / "02_cnn_features.ipynb", unsolved(2))
    ada, bob = read_submissions(tmp_path)
    assert (ada.name, bob.name) == ("Ada", "Bob")
    assert list(ada.notebooks) == [1] and list(bob.notebooks) == [1, 2]
    assert ada.notes == bob.notes == []


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("ada.ipynb", "ada"),
        ("ada (1).ipynb", "ada"),
        ("ada_01_dataset.ipynb", "ada"),
        ("01_dataset_ada.ipynb", "ada"),
        ("01_dataset-2_ada.ipynb", "ada"),
        ("ada lovelace - 01_dataset (3).ipynb", "ada lovelace"),
        ("student-2.ipynb", "student-2"),
        ("01_dataset.ipynb", "of one"),
    ],
)
def test_notebooks_named_by_student(tmp_path, file, student):
    write(tmp_path / "of one" / file, solved())
    assert names(tmp_path / "of one") == [student]


def test_the_submitted_folder_of_nbgrader(tmp_path):
    for name in ("ada", "bob"):
        write(tmp_path / "submitted" / name / "01_dataset" / "01_dataset.ipynb", solved())
        (tmp_path / "submitted" / name / "01_dataset" / "timestamp.txt").write_text("2026")
    write(tmp_path / "source" / "01_dataset" / "01_dataset.ipynb", solved())
    write(tmp_path / "release" / "01_dataset" / "01_dataset.ipynb", unsolved())
    for folder in (tmp_path, tmp_path / "submitted"):
        assert names(folder) == ["ada", "bob"]


MOODLE = {
    "Ada Lovelace_123456_assignsubmission_file_/01_dataset.ipynb": text(ANSWERED),
    "Bob O'Neil_123457_assignsubmission_file_/work/01_dataset.ipynb": text(unsolved()),
    "Zoë Ünal_123458_assignsubmission_file_01_dataset.ipynb": text(solved()),
    "Cy D_123459_assignsubmission_file_/all.zip": zip_bytes(
        {"chapters/01_dataset.ipynb": text(solved()), "inner.zip": zip_bytes({"a.txt": "x"})}
    ),
    "Dan E_123460_assignsubmission_onlinetext_/onlinetext.html": "<p>sorry</p>",
}


def test_a_zip_of_moodle(tmp_path):
    found = {one.name: one for one in read_submissions(zipped(tmp_path / "x.zip", MOODLE))}
    assert set(found) == {"Ada Lovelace", "Bob O'Neil", "Zoë Ünal", "Cy D", "Dan E"}
    assert answer_of(found["Ada Lovelace"]) == "columns = (6, 2)"
    assert 1 in found["Cy D"].notebooks and 1 in found["Zoë Ünal"].notebooks
    assert "onlinetext.html" in found["Dan E"].notes[0]


def test_an_unpacked_zip_of_moodle(tmp_path):
    with zipfile.ZipFile(zipped(tmp_path / "x.zip", MOODLE)) as archive:
        archive.extractall(tmp_path / "class")
    assert len(names(tmp_path / "class")) == 5


def test_a_zip_of_moodle_in_a_folder(tmp_path):
    (tmp_path / "downloads").mkdir()
    zipped(tmp_path / "downloads" / "x.zip", MOODLE)
    assert "Ada Lovelace" in names(tmp_path / "downloads")


def test_two_students_of_one_name_stay_apart(tmp_path):
    name = "Kim Lee_{}_assignsubmission_file_/01_dataset.ipynb"
    path = zipped(tmp_path / "x.zip", {name.format(n): text(solved()) for n in (111, 222)})
    assert names(path) == ["Kim Lee (111)", "Kim Lee (222)"]


def test_a_zip_of_canvas(tmp_path):
    files = {
        "lovelaceada_12345_67890_01_dataset.ipynb": text(unsolved()),
        "lovelaceada_12345_67891_01_dataset-1.ipynb": text(ANSWERED),
        "oneilbob_LATE_22345_67892_01_dataset-2.ipynb": text(solved()),
        "roecy_32345_67893_work.zip": zip_bytes({"01_dataset.ipynb": text(solved())}),
    }
    ada, bob, cy = read_submissions(zipped(tmp_path / "submissions.zip", files))
    assert (ada.name, bob.name, cy.name) == ("lovelaceada", "oneilbob", "roecy")
    assert answer_of(ada) == "columns = (6, 2)"
    assert "handed in 2 times; 01_dataset-1.ipynb counts" in ada.notes[0]
    assert "handed in late" in bob.notes
    assert 1 in cy.notebooks


def test_a_zip_of_a_folder_of_students(tmp_path):
    files = {f"class/{name}/01_dataset.ipynb": text(solved()) for name in ("ada", "bob")}
    assert names(zipped(tmp_path / "class.zip", files)) == ["ada", "bob"]


def test_zips_named_by_student(tmp_path):
    for name in ("ada-1", "bob (2)"):
        zipped(tmp_path / f"{name}.zip", {"w/01_dataset.ipynb": text(solved())})
    assert names(tmp_path) == ["ada-1", "bob"]


# Which file counts, for which chapter


@pytest.mark.parametrize("later", ["01_dataset (1).ipynb", "01_dataset-2.ipynb"])
def test_the_latest_copy_counts_and_this_is_said(tmp_path, later):
    write(tmp_path / "ada" / "01_dataset.ipynb", unsolved())
    write(tmp_path / "ada" / later, ANSWERED)
    student = only(tmp_path)
    assert answer_of(student) == "columns = (6, 2)"
    why = "in the others, nothing was attempted"
    assert student.notes == [f"chapter 1 was handed in 2 times; {later} counts: {why}"]


def test_an_older_backup_does_not_count_over_the_newer_file(tmp_path):
    new = write(tmp_path / "ada" / "01_dataset.ipynb", ANSWERED)
    old = write(tmp_path / "ada" / "01_dataset-Copy1.ipynb", solved())
    os.utime(new, (2e9, 2e9))
    os.utime(old, (1e9, 1e9))
    student = only(tmp_path)
    assert answer_of(student) == "columns = (6, 2)"
    assert student.notes[0].endswith("01_dataset.ipynb counts: it is the newest")


def test_an_empty_copy_does_not_count_over_an_older_one_with_answers(tmp_path):
    old = write(tmp_path / "ada" / "01_dataset.ipynb", ANSWERED)
    new = write(tmp_path / "ada" / "01_dataset-Copy1.ipynb", unsolved())
    os.utime(old, (1e9, 1e9))
    os.utime(new, (2e9, 2e9))
    assert answer_of(only(tmp_path)) == "columns = (6, 2)"


def test_an_empty_copy_of_any_variant_does_not_count(tmp_path):
    with use("autumn"):
        empty = json.loads(json.dumps(with_variants(derive(read_notebook(master_of(1))))))
    old = write(tmp_path / "ada" / "01_dataset.ipynb", ANSWERED)
    new = write(tmp_path / "ada" / "01_dataset-Copy1.ipynb", empty)
    os.utime(old, (1e9, 1e9))
    os.utime(new, (2e9, 2e9))
    assert answer_of(only(tmp_path)) == "columns = (6, 2)"


def test_of_equal_names_the_folder_is_named(tmp_path):
    write(tmp_path / "ada" / "a" / "01_dataset.ipynb", unsolved())
    write(tmp_path / "ada" / "b" / "01_dataset.ipynb", ANSWERED)
    assert "; b/01_dataset.ipynb counts: " in only(tmp_path).notes[0]


@pytest.mark.parametrize(
    "cell", ["x = %'''", "def f():\n    x = %'''doc\n    return 1", "!ls\n" * 501]
)
def test_a_cell_that_ipython_cannot_read_stops_nobody(tmp_path, cell):
    book = unsolved()
    book["cells"].append(code(cell))
    write(tmp_path / "ada" / "01_dataset.ipynb", book)
    write(tmp_path / "bob" / "01_dataset.ipynb", ANSWERED)
    assert names(tmp_path) == ["ada", "bob"]


def test_two_names_that_a_table_shows_alike_are_told_apart(tmp_path):
    for name in ("Ada Lovelace", "Ada  Lovelace"):
        write(tmp_path / name / "01_dataset.ipynb", ANSWERED)
    assert len({" ".join(name.split()) for name in names(tmp_path)}) == 2


def test_exercises_of_another_chapter_in_a_file_are_named(tmp_path):
    book = solved()
    book["cells"] += [*solved(4)["cells"], code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION")]
    write(tmp_path / "ada" / "01_dataset.ipynb", book)
    notes = " ".join(only(tmp_path).notes)
    assert "also holds exercises of chapter 1 (1.1, " in notes and "BEGIN SOLUTION" in notes


def test_of_equal_names_the_younger_file_counts(tmp_path):
    old = write(tmp_path / "ada" / "a" / "01_dataset.ipynb", ANSWERED)
    new = write(tmp_path / "ada" / "0" / "01_dataset.ipynb", unsolved())
    os.utime(old, (2e9, 2e9))
    os.utime(new, (1e9, 1e9))
    assert answer_of(only(tmp_path)) == "columns = (6, 2)"


def test_a_renamed_file_counts(tmp_path):
    write(tmp_path / "ada" / "01_dataset (1).ipynb", ANSWERED)
    student = only(tmp_path)
    assert 1 in student.notebooks and "renamed" in student.notes[0]


def test_the_chapter_is_found_by_content(tmp_path):
    bare = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    books = {
        "ids": {**bare, "cells": [cell(solved(2), "answer", "2.2")]},
        "checks": {**bare, "cells": [code('check("2.2", convolve)')]},
        "heading": {**bare, "cells": [code(unsolved(2)["cells"][0]["source"], "markdown")]},
        "names": {
            **bare,
            "cells": [code("def convolve(): pass"), code("def nearest_mean(): pass")],
        },
    }
    for how, book in books.items():
        write(tmp_path / how / "01_dataset.ipynb", book)
    for student in read_submissions(tmp_path):
        assert list(student.notebooks) == [2], student.name
        assert student.notes == [f"01_dataset.ipynb was taken for chapter 2 by its {student.name}"]


def test_the_name_of_the_file_is_the_last_resort(tmp_path):
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [code("x = 1")]}
    write(tmp_path / "ada" / "02_cnn_features.ipynb", book)
    write(tmp_path / "ada" / "mine.ipynb", book)
    student = only(tmp_path)
    assert list(student.notebooks) == [2]
    assert "mine.ipynb is a notebook, but of no chapter" in student.notes[0]


# What is not there, or no notebook


def test_an_empty_folder_is_a_student(tmp_path):
    write(tmp_path / "ada" / "week 1" / "01_dataset.ipynb", solved())
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / ".DS_Store").touch()
    (tmp_path / "cy" / "week 1" / "work").mkdir(parents=True)
    assert names(tmp_path) == ["ada", "bob", "cy"]
    for student in read_submissions(tmp_path)[1:]:
        assert student.notes == ["nothing was handed in"] and not student.is_unread(1)


def test_an_empty_folder_of_moodle_is_a_student(tmp_path):
    files = {"Eva E_123461_assignsubmission_file_/": "", **MOODLE, "empty.zip": zip_bytes({})}
    found = {one.name: one for one in read_submissions(zipped(tmp_path / "x.zip", files))}
    assert set(found) == {*("Ada Lovelace", "Bob O'Neil", "Zoë Ünal", "Cy D"), "Dan E"} | {
        *("Eva E", "empty"),
    }
    assert found["Eva E"].notes == found["empty"].notes == ["nothing was handed in"]


def test_folders_around_students_are_none(tmp_path):
    (tmp_path / "submitted").mkdir()
    with pytest.raises(ValueError, match="holds nothing"):
        read_submissions(tmp_path)
    files = {"class/": "", "class/ada/": "", "class/ada/01_dataset.ipynb": text(solved())}
    assert names(zipped(tmp_path / "class.zip", files)) == ["ada"]


def test_files_beside_a_notebook_are_told(tmp_path):
    write(tmp_path / "ada" / "01_dataset.ipynb", solved())
    for name in ("onlinetext.html", "04_lstm.pdf"):
        (tmp_path / "ada" / name).touch()
    student = only(tmp_path)
    assert student.notes == ["not read: 04_lstm.pdf, onlinetext.html"]
    assert [student.is_unread(chapter) for chapter in (1, 2, 4)] == [False, False, True]


def test_a_file_without_a_chapter_may_be_of_any(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "report.pdf").touch()
    assert all(map(only(tmp_path).is_unread, (1, 4)))
    write(tmp_path / "ada" / "01_dataset.ipynb", solved())
    assert not any(map(only(tmp_path).is_unread, (1, 4)))


@pytest.mark.parametrize(
    ("metadata", "stamp"),
    [
        *(({}, None), ({"course": 3}, None), ({"course": {"variant": 3}}, None)),
        *(({"course": {"variant": ""}}, ""), ({"course": {"variant": "ab"}}, "ab")),
    ],
)
def test_the_stamp_of_the_seed(metadata, stamp):
    book = solved() | {"metadata": metadata}
    assert handins.handed("a.ipynb", text(book).encode()).stamp == stamp


# What cannot be read is said, and stops nobody else


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b'{"cells": [', "not valid JSON"),
        (b"[" * 200_000, "not valid JSON"),
        (b"[]", "no notebook"),
        (b'{"cells": 3}', "no notebook"),
        (b'{"cells": [], "nbformat": 9}', "format 9"),
        (b'{"worksheets": 3, "nbformat": 3}', "no notebook"),
        (text(solved()).encode().replace(b"columns", "cölumns".encode("latin-1")), "not UTF-8"),
        (b"x" * 3_000, "not valid JSON"),
        (b'{"cells": [{"cell_type": "code", "source": "' + b"x" * 600_000 + b'"}]}', "more code"),
    ],
)
def test_damage_is_said(tmp_path, content, said):
    write(tmp_path / "bob" / "01_dataset.ipynb", solved())
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "01_dataset.ipynb").write_bytes(content)
    ada, bob = read_submissions(tmp_path)
    assert said in ada.notes[0] and "no notebook that can be graded" in ada.notes[-1]
    assert "save it again" not in ada.notes[0] and ada.is_unread(1)
    assert 1 in bob.notebooks


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_marks_of_unicode_are_read(tmp_path, encoding):
    (tmp_path / "ada.ipynb").write_text(text(solved()), encoding=encoding)
    assert 1 in only(tmp_path).notebooks


def test_the_old_format_is_read(tmp_path):
    write(tmp_path / "ada.ipynb", as_format_3(ANSWERED))
    assert answer_of(only(tmp_path)) == "columns = (6, 2)"


def test_a_student_without_a_notebook_has_a_row(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "report.pdf").write_bytes(b"%PDF")
    assert only(tmp_path).notes == ["no notebook that can be graded: handed in were report.pdf"]


def test_what_is_huge_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files_read, "LARGEST", 1_000_000)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "01_dataset.ipynb").write_bytes(b" " * 1_000_001)
    assert "larger than 1 MB" in only(tmp_path).notes[0]


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(files_read, "LARGEST", 1_000_000)
    monkeypatch.setattr(files_read, "LARGEST_ZIP", 2_000_000)
    files = {
        "ada/01_dataset.ipynb": b" " * 30_000_000,
        "bob/01_dataset.ipynb": text(solved()),
        "cy/work.zip": zip_bytes({"a.zip": zip_bytes({"b.zip": zip_bytes({"c.zip": b""})})}),
        "dan/work.zip": b"\0" * 30_000_000,
        "eve/work.zip": zip_bytes({f"{n}.zip": zip_bytes({"a.txt": ""}) for n in range(30)}),
    }
    students = {one.name: one for one in read_submissions(zipped(tmp_path / "x.zip", files))}
    assert "larger than 1 MB" in students["ada"].notes[0]
    assert 1 in students["bob"].notebooks
    assert "zip in a zip in a zip" in students["cy"].notes[0]
    assert "larger than 2 MB" in students["dan"].notes[0]
    assert "one zip too many" in students["eve"].notes[0]


def test_no_more_than_some_notebooks_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST", 3)
    for number in range(5):
        write(tmp_path / "ada" / f"0_{number}.ipynb", solved())
    assert "more than 3 notebooks" in only(tmp_path).notes[0]


@pytest.mark.parametrize("name", ["../../01_dataset.ipynb", "/tmp/01_dataset.ipynb", "..\\a.ipynb"])
def test_paths_that_leave_the_folder_are_not_read(tmp_path, name):
    files = {"bob/01_dataset.ipynb": text(solved()), "ada/work.zip": zip_bytes({name: "{}"})}
    ada, bob = read_submissions(zipped(tmp_path / "x.zip", files))
    assert "leaves the folder" in " ".join(ada.notes)
    assert 1 in bob.notebooks


def test_links_are_not_followed(tmp_path):
    secret = write(tmp_path / "secret.ipynb", solved())
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "01_dataset.ipynb").symlink_to(secret)
    (tmp_path / "class" / "ada" / "more").symlink_to(tmp_path)
    student = only(tmp_path / "class")
    assert student.notebooks == {} and "is a link" in student.notes[0]


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    link = zipfile.ZipInfo("ada/01_dataset.ipynb")
    link.external_attr = 0o120777 << 16
    path = zipped(tmp_path / "x.zip", {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in only(path).notes[0]


def test_a_damaged_zip_of_one_student(tmp_path):
    good = zip_bytes({"01_dataset.ipynb": text(solved())})
    files = {"ada/a.zip": good[:-30], "bob/b.zip": good, "cy/c.zip": good[:60] + good[61:]}
    found = {one.name: one for one in read_submissions(zipped(tmp_path / "x.zip", files))}
    assert "cannot be opened" in found["ada"].notes[0]
    assert 1 in found["bob"].notebooks
    assert found["cy"].notebooks == {} and found["cy"].notes


def test_what_is_no_submission_at_all_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.zip").write_bytes(b"PK no zip")
    for path, said in (("empty", "holds nothing"), ("x.zip", "no zip"), ("none", "not exist")):
        with pytest.raises(ValueError, match=said):
            read_submissions(tmp_path / path)


def test_files_of_systems_are_passed_over(tmp_path):
    files = {
        "ada/01_dataset.ipynb": text(solved()),
        "ada/.ipynb_checkpoints/01_dataset-checkpoint.ipynb": text(unsolved()),
        "__MACOSX/ada/._01_dataset.ipynb": b"\0",
        "ada/.DS_Store": b"\0",
    }
    student = only(zipped(tmp_path / "x.zip", files))
    assert student.notes == []


def test_nothing_is_written(tmp_path):
    write(tmp_path / "ada" / "01_dataset.ipynb", solved())
    zipped(tmp_path / "bob.zip", {"01_dataset.ipynb": text(solved())})

    def everything():
        return {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*")}

    before = everything()
    for student in read_submissions(tmp_path):
        assert json.dumps([one.source for one in student.notebooks[1].cells])
    assert everything() == before


def test_outputs_are_not_kept():
    book = solved()
    cell(book, "answer", "1.1")["outputs"] = [{"output_type": "stream", "text": "secret"}]
    assert "secret" not in repr(handins.handed("a.ipynb", text(book).encode()))
