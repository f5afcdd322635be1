"""An answer is judged with what it saw in the student's own notebook, when its check was run."""

import json

import pytest
from hand_ins import after, before, cell, code, place, solved, unsolved, with_answers

from utils.classroom.cells import given_to_check, without_names
from utils.classroom.handins import handed
from utils.classroom.judge_notebooks import Copy, judged
from utils.classroom.judging import Task
from utils.classroom.matching import match
from utils.classroom.plans import plan_of
from utils.exercises.solutions import solution_source

CLEAN = "def clean(text):\n    return low(text)"
FIT = "def fit_words(splits, minimum_count):\n    return low(splits, minimum_count)"
FIRST, SECOND = "def low(text):\n    return 1", "def low(splits, least):\n    return 2"


def cells_of(book, chapter=1):
    return handed(f"0{chapter}_x.ipynb", json.dumps(book).encode()).cells


def matched(book, chapter=1):
    return match(cells_of(book, chapter), plan_of(chapter))


def answer(book, id):
    return matched(book, int(id[0])).answers[id]


def state(found, names=()):
    """Run the code of an answer, and return what is defined then."""
    known = dict(names)
    exec("import re\n" + found.code, known)
    return known


def session_state(book, until):
    """Run all that a session runs up to an answer, and return what is defined then."""
    known, runs = {}, matched(book).sources()
    for _, text in runs[: [id for id, _ in runs].index(until) + 1]:
        exec(text, known)
    return known


def with_check(book, id, source):
    """Put code above the call in a check cell."""
    check = cell(book, "check", id)
    check["source"] = f"{source}\n{check['source']}"
    return book


# A name that is used twice


def two_helpers():
    book = with_answers(unsolved(), {"1.2": CLEAN, "1.4": FIT})
    return before(before(book, "answer", "1.2", FIRST), "answer", "1.4", SECOND)


def test_the_nearest_helper_above_an_answer_counts():
    book = two_helpers()
    assert state(answer(book, "1.2"))["clean"]("A") == 1
    assert state(answer(book, "1.4"))["fit_words"]({}, 1) == 2


def test_a_value_that_is_used_again_is_the_nearest():
    book = with_answers(unsolved(), {"1.1": "columns = n", "1.4": "fit_words = n"})
    book = before(before(book, "answer", "1.1", "n = 1"), "answer", "1.4", "n = 2")
    assert state(answer(book, "1.1"))["columns"] == 1
    assert state(answer(book, "1.4"))["fit_words"] == 2


def test_a_later_name_of_the_chapter_itself_does_not_replace_a_helper():
    book = with_answers(unsolved(), {"1.2": "def clean(text):\n    return pick(text)"})
    book = before(book, "answer", "1.2", "def pick(text):\n    return 1")
    assert any("pick = random.Random(1)" in "".join(one["source"]) for one in book["cells"])
    assert state(answer(book, "1.2"))["clean"]("A") == 1


def test_what_stands_between_answer_and_check_counts_where_nothing_stands_above():
    book = with_answers(unsolved(), {"1.2": CLEAN})
    book = after(before(book, "check", "1.2", FIRST), "check", "1.2", SECOND)
    found = answer(book, "1.2")
    assert state(found)["clean"]("A") == 1 and "def low(splits" not in found.code


def test_the_first_below_counts_where_nothing_stands_above_and_is_told():
    book = with_answers(unsolved(), {"1.2": CLEAN})
    book["cells"] += [code(FIRST), code(SECOND)]
    found = answer(book, "1.2")
    assert state(found)["clean"]("A") == 1
    assert found.notes == ("the answer uses what stands further down",)


def test_a_helper_far_below_takes_its_own_helpers_along():
    book = with_answers(unsolved(), {"1.2": "clean = tidy"})
    book["cells"] += [code("def tidy(text):\n    return low(text)"), code(FIRST)]
    assert state(answer(book, "1.2"))["clean"]("A") == 1


def test_a_value_was_computed_with_what_stood_above_it():
    book = with_answers(unsolved(), {"1.2": "def clean(text):\n    return older(text), low(text)"})
    helpers = ("def low(text):\n    return 1", "older = low", "def low(text):\n    return 2")
    for source in helpers:
        before(book, "answer", "1.2", source)
    assert state(answer(book, "1.2"))["clean"]("A") == (1, 2)


def test_a_default_was_computed_where_the_function_stands():
    book = with_answers(unsolved(), {"1.2": "def clean(text):\n    return low(text)"})
    for source in ("n = 1", "def low(text, own=n):\n    return own, n", "n = 2"):
        before(book, "answer", "1.2", source)
    assert state(answer(book, "1.2"))["clean"]("A") == (1, 2)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (("n = 1", "n = n + 1", "n += 1"), 3),
        (("n = [9]", "n = []", "n.append(1)", "n.append(2)"), [1, 2]),
        (("n = 1", "for n in range(5):\n    pass"), 4),
        (("n = 1; m = n; n = 2", "n = m + n"), 3),
    ],
)
def test_a_value_that_is_made_in_steps_is_whole(sources, expected):
    book = with_answers(unsolved(), {"1.1": "columns = n"})
    for source in sources:
        before(book, "answer", "1.1", source)
    book = after(book, "check", "1.1", "n = None")
    assert state(answer(book, "1.1"))["columns"] == expected


def test_what_an_earlier_answer_has_defined_hides_what_stands_above_it():
    book = with_answers(unsolved(), {"1.2": f"{FIRST}\n{CLEAN}", "1.4": "fit_words = low"})
    book = before(book, "answer", "1.1", "def low(text):\n    return 3")
    assert "low" not in matched(book).answers["1.4"].code.replace("fit_words = low", "")
    assert session_state(book, "1.4")["fit_words"]("A") == 1


# Helpers in the cells of exercises


def test_a_helper_below_an_unsolved_placeholder_is_found():
    book = with_answers(unsolved(), {"1.4": FIT})
    unanswered = cell(book, "answer", "1.2")
    unanswered["source"] += f"\n\n{SECOND}\n"
    found = matched(book).answers
    assert state(found["1.4"])["fit_words"]({}, 1) == 2
    assert "def clean" not in found["1.4"].code and not found["1.2"].attempted


def test_a_helper_in_a_later_answer_is_found():
    book = with_answers(unsolved(), {"1.2": CLEAN, "1.4": f"{FIRST}\nfit_words = low"})
    found = answer(book, "1.2")
    assert state(found)["clean"]("A") == 1 and "fit_words" not in found.code


def test_a_helper_in_a_check_cell_is_found_and_no_check_is_run():
    book = with_check(with_answers(unsolved(), {"1.4": FIT}), "1.4", SECOND)
    found = answer(book, "1.4")
    assert state(found)["fit_words"]({}, 1) == 2 and "check(" not in found.code


def test_a_helper_in_the_check_cell_of_another_exercise_is_found():
    filled = "low = []\nfor n in (1, 2):\n    low.append(n)"
    book = with_answers(unsolved(), {"1.4": "fit_words = low"})
    found = answer(with_check(book, "1.1", filled), "1.4")
    assert state(found)["fit_words"] == [1, 2] and "check(" not in found.code


def test_an_alias_in_the_check_cell_is_one_answer_with_the_cell_above():
    book = with_answers(unsolved(), {"1.2": "def tidy(text):\n    return 1"})
    found = answer(with_check(book, "1.2", "clean = tidy"), "1.2")
    assert state(found)["clean"]("A") == 1
    assert "def tidy" in found.source and "the answer stood in the check cell" in found.notes


def test_an_asked_name_in_the_cell_of_another_exercise_answers_nothing():
    both = "def clean(text):\n    return 1\n\nfit_words = 2"
    found = matched(with_answers(unsolved(), {"1.2": both})).answers
    assert found["1.2"].attempted and not found["1.4"].attempted
    book = with_answers(
        unsolved(), {"1.1": "columns = 1\nfit_words = 2", "1.2": "clean = fit_words"}
    )
    assert answer(book, "1.2").code == "clean = fit_words"


# What the check was given


@pytest.mark.parametrize(
    ("above", "given", "expected"),
    [
        ("", "(7, 2)", (7, 2)),
        ("mine = (7, 2)", "mine", (7, 2)),
        ("def mine():\n    return 7", "(mine(), 2)", (7, 2)),
        ("columns = None", "tuple(n + 1 for n in (6, 1))", (7, 2)),
    ],
)
def test_what_the_check_was_given_is_judged(above, given, expected):
    book = with_answers(unsolved(), {"1.1": above})
    cell(book, "check", "1.1")["source"] = f'check("1.1", {given})\n# hint("1.1")'
    found = answer(book, "1.1")
    assert found.attempted and state(found)["columns"] == expected
    assert "what the check was given counts" in found.notes


def test_a_function_in_the_check_cell_under_another_name_is_judged():
    book = unsolved()
    source = 'def tidy(text):\n    return 1\n\ncheck("1.2", tidy)'
    cell(book, "check", "1.2")["source"] = source
    assert state(answer(book, "1.2"))["clean"]("A") == 1


def test_an_answer_under_its_own_name_counts_before_what_a_check_was_given():
    book = solved()
    cell(book, "check", "1.2")["source"] = 'check("1.2", str.split)'
    assert answer(book, "1.2").source == solution_source("1.2")


@pytest.mark.parametrize(
    "call", ["columns", "None", "...", "", "1, 2", "*[1]", "columns, reason='x'"]
)
def test_what_a_check_was_given_that_is_no_answer(call):
    assert given_to_check(f'check("1.1", {call})', "1.1", ("columns",)) == ""
    book = unsolved()
    cell(book, "check", "1.1")["source"] = f'check("1.1", {call})'
    assert not answer(book, "1.1").attempted


def test_the_last_check_of_the_exercise_counts():
    source = 'check("1.1", 1)\ncheck("1.1", 2)\ncheck("1.2", 3)'
    assert given_to_check(source, "1.1", ("columns",)) == "columns = 2"


# Several answers in one cell


def test_one_cell_may_hold_several_answers_and_their_checks():
    book, ids = unsolved(), ("1.1", "1.2", "1.4")
    names = {id: plan_of(1).exercise(id).names[0] for id in ids}
    answers = [f"{name} = {id}" for id, name in names.items()]
    checks = [f'check("{id}", {name})' for id, name in names.items()]
    book["cells"].append(code("\n".join([*answers, *checks])))
    found = matched(book).answers
    for id, name in names.items():
        assert found[id].attempted and state(found[id])[name] == float(id), id
        assert "check(" not in found[id].code
    assert not found["1.3"].attempted


# Lines


def run_of(book, id):
    return dict(matched(book).sources())[id]


def test_an_answer_is_run_as_a_cell_of_its_own_below_its_helpers():
    book = two_helpers()
    assert run_of(book, "1.2") == CLEAN
    assert session_state(book, "1.2")["clean"]("A") == 1
    assert session_state(book, "1.4")["fit_words"]({}, 1) == 2


def test_a_helper_keeps_the_lines_of_its_own_cell():
    helper = "# mine\nn = (1,\n     2)\n\n@staticmethod\ndef low(text):\n    return n[\n        5]"
    book = before(with_answers(unsolved(), {"1.2": CLEAN}), "answer", "1.2", helper)
    runs = answer(book, "1.2").helpers
    lines = helper.split("\n")
    for text in runs:
        own = text.split("\n")
        assert any(own) and all(not one or one == lines[n] for n, one in enumerate(own)), text
    assert len(runs) == 2


def test_lines_that_are_left_out_stay_empty():
    source = 'check("1.1", 1)\ncolumns = 2\nn = 3'
    assert without_names(source, {"columns"}).text == "\n\nn = 3"


def test_old_line_ends_change_nothing():
    helper = "n = 1\n# mine\n\ndef low(text):\n    return n\n".replace("\n", "\r")
    book = before(with_answers(unsolved(), {"1.2": CLEAN}), "answer", "1.2", helper)
    assert session_state(book, "1.2")["clean"]("A") == 1
    assert without_names('check("1.1", 1)\rn = 3', set()).text == "\nn = 3"


def said(book, id):
    copy = Copy()
    try:
        task = Task(plan_of(1), tuple(cells_of(book)), 5.0, 1_000_000_000)
        return next(one for one in judged(task, copy) if one.id == id)
    finally:
        copy.close()


def test_an_error_is_told_with_the_line_of_the_readers_own_cell():
    wrong = "def clean(text):\n    words = low(text)\n    return words[1000]"
    helper = "n = 1\n\n\ndef low(text):\n    if text is n:\n        return 1\n    return ['a']"
    book = before(with_answers(unsolved(), {"1.2": wrong}), "answer", "1.2", helper)
    assert "line 3 of your cell: `return words[1000]`" in " ".join(said(book, "1.2").lines)
    broken = helper.replace("['a']", "[1 / 0]")
    book["cells"][place(book, "answer", "1.2") - 1] = code(broken)
    assert "line 7 of your cell: `return [1 / 0]`" in " ".join(said(book, "1.2").lines)
