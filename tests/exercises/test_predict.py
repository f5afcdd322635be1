"""Predictions: guesses are kept, compared with what was measured, and summed up."""

import json
import tomllib

import pytest

import utils.exercises.guesses as guesses
import utils.exercises.predict as predict_module
from utils.exercises.guesses import (
    FOLDER,
    Guess,
    Prediction,
    Truth,
    chapters_with_predictions,
    find_prediction,
    load_predictions,
)
from utils.exercises.predict import outcome, predict, predictions
from utils.exercises.progress import progress_path, read_progress

LETTERS = Prediction(
    "96.1", "How many questions?", choices={"a": "four", "b": "six"}, look="Section 1: count <end>."
)
NUMBER = Prediction("96.2", "What share?", number={"unit": "%", "within": 5, "format": ".0f"})
WORD = Prediction("96.3", "Which word comes next?", words=True, look="Section 3.")


@pytest.fixture(autouse=True)
def invented(monkeypatch, tmp_path):
    """A chapter 96 with three predictions, and a progress file of its own."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    real = load_predictions

    def load(chapter):
        return (LETTERS, NUMBER, WORD) if chapter == 96 else real(chapter)

    for module in (guesses, predict_module):
        monkeypatch.setattr(module, "load_predictions", load)
    monkeypatch.setattr(predict_module, "chapters_with_predictions", lambda: [96])


def said(capsys):
    return capsys.readouterr().out


def test_without_a_guess_the_box_asks_for_one_and_nothing_is_kept(capsys):
    predict("96.1", ...)
    predict("96.2")
    text = said(capsys)
    assert "your letter" in text and "a number" in text and "nothing later needs it" in text
    assert not progress_path().exists()


@pytest.mark.parametrize(
    ("id", "guess", "words"),
    [
        ("96.1", "z", '"a", "b"'),
        ("96.1", 3, '"a", "b"'),
        ("96.2", "30", "without quotes"),
        ("96.2", True, "without quotes"),
        ("96.2", float("nan"), "neither NaN"),
        ("96.3", 5, "in quotes"),
        ("96.3", "  ", "in quotes"),
        ("96.7", "a", "96.1, 96.2, 96.3"),
        ("x", "a", "no prediction x"),
    ],
)
def test_a_guess_of_the_wrong_kind_gets_a_sentence(id, guess, words, capsys):
    predict(id, guess)
    assert words in said(capsys)
    assert read_progress().guesses == {}


@pytest.mark.parametrize("guess", ["b", "B", "(b)", " b. ", "'b'"])
def test_a_letter_may_be_written_in_many_ways(guess):
    predict("96.1", guess, sure=True)
    assert read_progress().guesses == {"96.1": Guess("b", True)}


def test_a_guess_is_compared_with_what_was_measured(capsys):
    predict("96.1", "a")
    predict("96.2", 30)
    predict("96.3", "Dog")
    said(capsys)
    outcome("96.1", "b")
    assert "(b) six" in (text := said(capsys))
    assert "You guessed (a) four. Section 1: count <end>." in text
    outcome("96.2", 34.4)
    assert "Measured: 34%." in (text := said(capsys)) and "You guessed 30%. That is near." in text
    outcome("96.3", ["cat", "dog"])
    assert "You guessed dog. That is right." in said(capsys)


def test_a_guess_can_be_changed_until_its_result_is_shown(capsys):
    predict("96.1", "a")
    predict("96.1", "b")
    outcome("96.1", "b")
    predict("96.1", "b")  # the notebook is run again
    assert "not counted" not in said(capsys)
    predict("96.1", "a")
    assert "not counted" in said(capsys)
    assert read_progress().guesses["96.1"] == Guess("b", False)
    outcome("96.2", 7)
    predict("96.2", 7)
    assert "not counted" in said(capsys) and "96.2" not in read_progress().guesses


def test_without_a_guess_the_outcome_stands_alone(capsys):
    outcome("96.2", 12)
    assert said(capsys) == "Prediction 96.2\n  Measured: 12%.\n"


@pytest.mark.parametrize("measured", ["z", float("nan"), None])
def test_an_outcome_that_does_not_fit_is_the_authors_mistake(measured):
    with pytest.raises(ValueError, match=r"Prediction 96\.[12]"):
        outcome("96.1" if measured == "z" else "96.2", measured)


def test_the_summary_counts_and_names_one_surprise(capsys):
    predictions(96)
    assert "0 of 3 guessed" in said(capsys)
    predict("96.3", "cat")
    predict("96.1", "a", sure=True)
    predictions(96)
    assert "not run yet" in said(capsys)
    outcome("96.3", "dog")
    outcome("96.1", "b")
    said(capsys)
    predictions()
    text = said(capsys)
    assert "all chapters: 2 of 3 guessed" in text and "0 of 2 guesses were right" in text
    assert "Of the 1 that you were sure of, 0 were right." in text
    assert "Worth a second look: 96.1. How many questions? Measured: (b) six. Section 1" in text
    assert "(a) four (sure)" in text


def test_a_damaged_file_is_said_and_not_counted(capsys):
    progress_path().write_text('{"solved": [], "guesses": {"96.1": []}}', encoding="utf-8")
    predictions(96)
    assert "damaged" in said(capsys)


def test_guesses_survive_beside_what_was_solved(capsys):
    predict("96.2", 3)
    outcome("96.2", 4)
    kept = json.loads(progress_path().read_text(encoding="utf-8"))
    assert kept["guesses"] == {"96.2": [3.0, False]} and kept["outcomes"] == {"96.2": [4.0]}
    assert read_progress().outcomes == {"96.2": Truth(4.0)}


# The predictions of the course


@pytest.mark.parametrize("chapter", chapters_with_predictions())
def test_the_courses_predictions_are_whole(chapter):
    path = FOLDER / f"predictions_{chapter}.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    found = load_predictions(chapter)
    assert (3 if chapter else 2) <= len(found) <= 9
    assert [entry.id for entry in found] == [f"{chapter}.{n + 1}" for n in range(len(told))]
    for entry in found:
        assert "?" in entry.question and len(entry.question.split()) >= 4
        assert entry.look.endswith(".")
        assert not entry.choices or list(entry.choices) == list("abcdef")[: len(entry.choices)]


def test_every_lesson_asks_for_predictions():
    assert set(range(1, 9)) <= set(chapters_with_predictions())
    assert find_prediction("4.1").id == "4.1"
