"""The guesses of a class: merged, counted, drawn."""

import json

import pytest

import utils.classroom.predictions as module
from utils.classroom.predictions import guesses_of, main, picture, read_students, table
from utils.exercises.guesses import Prediction

LETTERS = Prediction(
    "96.1", "How many questions does it answer?", choices={"a": "four", "b": "six"}
)
NUMBER = Prediction("96.2", "What share is padding?", number={"unit": "%", "within": 5})


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    monkeypatch.setattr(module, "chapters_with_predictions", lambda: [96])
    monkeypatch.setattr(module, "load_predictions", lambda chapter: (LETTERS, NUMBER))


def student(path, guesses, outcomes):
    path.write_text(
        json.dumps({"solved": [], "guesses": guesses, "outcomes": outcomes}), encoding="utf-8"
    )
    return path


@pytest.fixture
def files(tmp_path):
    truth = {"96.1": ["b"], "96.2": [52.0]}
    return [
        student(tmp_path / "ada.json", {"96.1": ["a", True], "96.2": [50, False]}, truth),
        student(tmp_path / "bob.json", {"96.1": ["a", False]}, truth),
        student(tmp_path / "eve.json", {"96.1": ["b", False], "96.2": [10, True]}, truth),
        student(tmp_path / "kim.json", {"96.1": ["a", False]}, {}),  # never ran it
    ]


def test_the_question_most_got_wrong_comes_first(files):
    students, troubles = read_students(files)
    first, second = guesses_of(students)
    assert troubles == [] and first.asked.id == "96.1"
    assert len(first.guesses) == 3 and first.share_wrong == pytest.approx(2 / 3)
    assert first.share_sure_and_wrong == pytest.approx(1 / 3)
    assert first.favourite_mistake() == "(a) four" and first.answer() == "(b) six"
    assert second.share_wrong == 0.5 and "67%" in table([first, second])


def test_the_command_draws_a_picture_and_names_what_it_cannot_read(files, tmp_path, capsys):
    (tmp_path / "odd.json").write_text("[]", encoding="utf-8")
    target = tmp_path / "class.png"
    paths = [*map(str, files), str(tmp_path / "odd.json"), str(tmp_path / "gone.json")]
    assert main([*paths, "-o", str(target)]) == 0
    shown = capsys.readouterr()
    assert "odd.json is no file" in shown.err and "gone.json cannot be read" in shown.err
    assert "4 students, 5 guesses" in shown.out and target.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_overwritten_and_nothing_to_show_is_said(files, tmp_path, capsys):
    with pytest.raises(ValueError, match="name another file"):
        main([str(files[0]), "-o", str(files[0])])
    assert main([str(files[3]), "-o", str(tmp_path / "x.png")]) == 1
    assert "No file holds a guess" in capsys.readouterr().err


def test_the_picture_has_a_bar_a_question(files):
    axis = picture(guesses_of(read_students(files)[0])).axes[0]
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == [
        "96.1  How many questions does it answer?",
        "96.2  What share is padding?",
    ]
