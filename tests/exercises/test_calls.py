"""Calls that are not as the text writes them: each gets one sentence with the right call."""

import ast

import numpy as np
import pytest

from utils.exercises import check as engine
from utils.exercises.calls import _checks_in, known, usual_call
from utils.exercises.check import CheckFailed, check, hint, progress, solution
from utils.exercises.exercise import all_exercises
from utils.exercises.predict import outcome, predict, predictions
from utils.exercises.progress import read_progress

RIGHT = 'check("4.2", lstm_parameters)'


@pytest.fixture(autouse=True)
def private_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("CHECK_STRICT", raising=False)
    monkeypatch.setattr(engine, "_hints_shown", {})


def lstm_parameters(inputs, units):
    return 4 * units * (inputs + units + 1)


CALLS = [
    ((), {}, "No exercise was named"),
    (("", lstm_parameters), {}, "No exercise was named"),
    ((" ",), {}, "No exercise was named"),
    (("4.2",), {}, "No answer was handed in"),
    ((" 4.2 ",), {}, "No answer was handed in"),
    (("4.2", lstm_parameters, 3), {}, "takes 1 answer, and 2 came"),
    (("4.2", None, None), {}, "takes 1 answer, and 2 came"),
    ((4.2, lstm_parameters), {}, "in quotes"),
    (("4.20", lstm_parameters), {}, "There is no exercise '4.20'"),
    (("Exercise 4.2", lstm_parameters), {}, "There is no exercise 'Exercise 4.2'"),
    (("4,2", lstm_parameters), {}, "There is no exercise '4,2'"),
    ((lstm_parameters, "4.2"), {}, "The exercise comes first"),
    (("b", "4.2"), {}, "The exercise comes first"),
    ((np.zeros(3), "4.2"), {}, "The exercise comes first"),
    ((lstm_parameters,), {}, "comes first, in quotes"),
    ((None, lstm_parameters), {}, "comes first, in quotes"),
    (("4.2", lstm_parameters), {"wrong": 1}, "has no argument 'wrong'"),
    (("4.2",), {"answer": lstm_parameters}, "has no argument 'answer'"),
]


@pytest.mark.parametrize(("answers", "named", "words"), CALLS)
def test_a_check_called_otherwise_says_the_right_call(answers, named, words, capsys, monkeypatch):
    check(*answers, **named)
    shown = capsys.readouterr().out
    assert words in shown and RIGHT in shown
    monkeypatch.setenv("CHECK_STRICT", "1")
    with pytest.raises(CheckFailed, match="another way"):
        check(*answers, **named)


@pytest.mark.parametrize("id", ["nonsense", "4.99", "12.1"])
def test_an_exercise_that_does_not_exist_is_told_with_those_that_do(id, capsys):
    check(id, 1)
    hint(id)
    solution(id)
    assert capsys.readouterr().out.count("There is no exercise") == 3


def test_two_answers_are_asked_for_where_two_are_wanted(capsys):
    check("9.1", None)
    assert 'takes 2 answers, and 1 came: `check("9.1", sheet, dataset)`' in capsys.readouterr().out
    check("7.5", "b")
    assert "Both are wanted" in capsys.readouterr().out


def test_the_right_call_is_known_of_every_exercise_of_the_course():
    for entry in all_exercises():
        call = next(_checks_in(usual_call(entry.id)), None)
        assert call is not None and call.args[0].value == entry.id, entry.id
        assert not usual_call(entry.id).endswith(", answer)"), entry.id
    assert ast.unparse(call.func) == "check"


def test_a_right_call_is_judged_as_before(capsys):
    check("4.2", None)
    assert "not attempted" in capsys.readouterr().out
    check("4.1", 3, reason=None)
    assert "incorrect" in capsys.readouterr().out
    assert known(4.2) == known("4.2") == "4.2" and known(4.25) == known("x") == ""


HINTS = [
    (hint, (), "No exercise was named"),
    (hint, (4.2,), 'in quotes: `hint("4.2")`'),
    (hint, (None,), 'in quotes: `hint("4.2")`'),
    (hint, ("4.20",), 'Did you mean `hint("4.2")`'),
    (hint, ("4.2", "x"), 'or for the next one: `hint("4.2")`'),
    (hint, ("4.2", lstm_parameters), 'or for the next one: `hint("4.2")`'),
    (hint, ("4.2", float("nan")), 'or for the next one: `hint("4.2")`'),
    (hint, ("4.2", float("inf")), 'or for the next one: `hint("4.2")`'),
    (hint, ("4.2", 1, 2), 'or for the next one: `hint("4.2")`'),
    (hint, ("4.2", "2"), "hint 2 of"),
    (hint, ("4.2", 2.0), "hint 2 of"),
    (hint, ("4.2", 99), "last hint"),
    (hint, ("4.2", -1), "hint 1 of"),
    (solution, (), "No exercise was named"),
    (solution, (4.2,), 'in quotes: `solution("4.2")`'),
    (solution, ("4.2", lstm_parameters), 'by its number alone: `solution("4.2")`'),
    (progress, (4,), "All chapters are shown by `progress()`"),
]


@pytest.mark.parametrize(("function", "given", "words"), HINTS)
def test_hints_and_solutions_called_otherwise(function, given, words, capsys):
    function(*given)
    assert words in capsys.readouterr().out


GUESSES = [
    (predict, (), "No question was named"),
    (predict, (4.3, "b"), 'in quotes: `predict("4.3", "b")`'),
    (predict, ("b", "4.3"), 'comes first, in quotes: `predict("4.3", "b")`'),
    (predict, ("4.3", "b", "c"), "One guess is kept"),
    (predict, ("4.3", "b", True, "c"), "One guess is kept"),
    (predict, ("4.99", "b"), "There is no prediction 4.99"),
    (predict, ("4.3",), "No guess yet"),
    (outcome, (), "No question was named"),
    (outcome, ("4.3",), 'Say what was measured too: `outcome("4.3", "c")`'),
    (outcome, (4.3, "b"), 'in quotes: `outcome("4.3", "c")`'),
    (outcome, ("4.99", "b"), "There is no prediction 4.99"),
    (predictions, ("x",), "Name a chapter by its number"),
    (predictions, (99,), "Name a chapter by its number"),
    (predictions, ("4",), "Predictions of chapter 4"),
]


@pytest.mark.parametrize(("function", "given", "words"), GUESSES)
def test_guesses_called_otherwise(function, given, words, capsys):
    function(*given)
    assert words in capsys.readouterr().out
    assert not read_progress().guesses
