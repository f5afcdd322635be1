"""Which code of a student's notebook answers which exercise."""

import json

import pytest
from hand_ins import (
    after,
    as_format_3,
    before,
    cell,
    code,
    place,
    solved,
    text,
    unsolved,
    with_answers,
    without_metadata,
)

from utils.classroom.cells import code_of, is_attempted, names_needed, without_checks
from utils.classroom.handins import handed
from utils.classroom.matching import match
from utils.classroom.plans import chapters_with_masters, plan_of
from utils.exercises.solutions import solution_source


def matched(book, chapter=1):
    return match(handed("01_dataset.ipynb", text(book).encode()).cells, plan_of(chapter))


def answer(book, id):
    return matched(book, int(id[0])).answers[id]


def notes(book, id):
    return "; ".join(answer(book, id).notes)


def value(found, name):
    """Run the code of an answer of a test, and return a name's value."""
    names = {}
    exec("import re\n" + found.code, names)
    return names[name]


GRADED = [number for number in chapters_with_masters() if 0 < number < 9]


@pytest.mark.parametrize("chapter", GRADED)
def test_each_solution_is_found_with_and_without_metadata(chapter):
    for book in (solved(chapter), without_metadata(solved(chapter))):
        for id, found in matched(book, chapter).answers.items():
            assert found.source == solution_source(id), id
            assert found.attempted and not found.trouble


@pytest.mark.parametrize("chapter", GRADED)
def test_a_notebook_as_it_came_is_not_attempted_anywhere(chapter):
    for book in (unsolved(chapter), without_metadata(unsolved(chapter))):
        assert not any(one.attempted for one in matched(book, chapter).answers.values())


@pytest.mark.parametrize("chapter", GRADED)
def test_the_imports_are_those_that_the_answers_need(chapter):
    found = matched(solved(chapter), chapter)
    assert not any("figures" in line or "exercises.check" in line for line in found.imports)
    needed = set().union(*(names_needed(one.code) for one in found.answers.values()))
    bound = {line.split()[-1].partition(".")[0] for line in found.imports}
    assert bound <= needed


def test_names_of_the_check_come_from_the_master():
    book = solved()
    cell(book, "check", "1.2")["source"] = 'check("1.2", my_own)'
    assert answer(book, "1.2").asked.names == ("clean",)
    assert plan_of(7).exercise("7.5").names == ("true_bleu_3", "reason")


def test_of_two_copies_the_last_counts():
    book = with_answers(unsolved(), {"1.1": "columns = (2, 6)"})
    copy = {**cell(book, "answer", "1.1"), "source": "columns = (6, 2)"}
    book["cells"].insert(place(book, "answer", "1.1") + 1, copy)
    assert answer(book, "1.1").source == "columns = (6, 2)"
    assert "more than one place" in notes(book, "1.1")


def test_a_copy_that_is_still_the_placeholder_does_not_hide_an_answer():
    book = unsolved()
    copy = dict(cell(book, "answer", "1.2"))
    cell(book, "answer", "1.2")["source"] = solution_source("1.2")
    book["cells"].insert(place(book, "answer", "1.2") + 1, copy)
    assert answer(book, "1.2").source == solution_source("1.2")
    assert "more than one place" in notes(book, "1.2")


def test_a_deleted_answer_is_not_attempted():
    book = solved()
    del book["cells"][place(book, "answer", "1.2")]
    found = matched(book)
    assert not found.answers["1.2"].attempted
    assert found.answers["1.1"].attempted and found.answers["1.3"].attempted


def test_an_answer_counts_without_its_check():
    book = solved()
    del book["cells"][place(book, "check", "1.5")]
    assert answer(book, "1.5").source == solution_source("1.5")
    assert "check cell is missing" in notes(book, "1.5")


def test_an_answer_in_a_cell_of_its_own_is_found():
    book = unsolved()
    book["cells"][place(book, "answer", "1.2")] = code(solution_source("1.2"))
    assert answer(book, "1.2").source == solution_source("1.2")
    assert "by what it defines" in notes(book, "1.2")


def test_an_answer_below_its_check_is_found_where_the_answer_cell_is_empty():
    book = after(unsolved(), "check", "1.1", "columns = (6, 2)")
    assert answer(book, "1.1").source == "columns = (6, 2)"


def test_a_trial_below_the_check_does_not_replace_the_answer():
    book = after(solved(), "check", "1.1", "columns = None or 7")
    assert answer(book, "1.1").source == solution_source("1.1")


def test_a_split_answer_is_put_together():
    book = with_answers(unsolved(), {"1.2": "pattern = re.compile('[^a-z]+')"})
    last = "def clean(text):\n    return pattern.sub(' ', text.lower()).split()"
    before(book, "check", "1.2", last)
    found = answer(book, "1.2")
    assert value(found, "clean")("A dog!") == ["a", "dog"]
    assert "2 cells" in "; ".join(found.notes)


def test_two_values_may_stand_in_two_cells():
    book = with_answers(unsolved(7), {"7.5": "true_bleu_3 = 46.29\nreason = None"})
    before(book, "check", "7.5", 'reason = "a"')
    found = answer(book, "7.5")
    assert (value(found, "true_bleu_3"), value(found, "reason")) == (46.29, "a")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_answer_is_read_as_code(kind):
    book = solved()
    book["cells"][place(book, "answer", "1.1")]["cell_type"] = kind
    assert answer(book, "1.1").source == solution_source("1.1")
    assert f"a {kind} cell was read as code" in notes(book, "1.1")


def test_prose_that_was_turned_into_code_disturbs_nothing():
    book = solved()
    for one in book["cells"]:
        if one["cell_type"] == "markdown":
            one["cell_type"] = "code"
    assert all(one.attempted for one in matched(book).answers.values())


def test_code_in_the_check_cell_counts():
    book = unsolved()
    check = cell(book, "check", "1.1")
    check["source"] = "columns = (6, 2)\n" + check["source"]
    assert answer(book, "1.1").source == "columns = (6, 2)"
    assert "stood in the check cell" in notes(book, "1.1")


def test_magics_and_shell_lines_are_dropped():
    source = "%%time\n!pip install x\nfiles = !ls\n%matplotlib inline\ncolumns = (6, 2)\ncolumns?"
    found = answer(with_answers(unsolved(), {"1.1": source}), "1.1")
    assert value(found, "columns") == (6, 2)
    assert "pip" not in found.code and "get_ipython" not in found.code
    assert "magics and shell lines were left out" in found.notes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = 1\nfor n in range(2):\n    %time clean("é b")\ny = 2', {"x": 1, "y": 2}),
        ("files = !ls\nx = len(files)", {"files": [], "x": 0}),
        ("if True:\n    files = !ls\n    !ls\nelse:\n    !ls", {"files": []}),
        ("x = 1\n%time columns = (6, 2)\n%timeit x + 1", {"columns": (6, 2)}),
        ("%%time\nfor n in range(2):\n    !ls\nx = 1", {"x": 1}),
        ("def f():\n    %time g()\n    return 'é'\nx = f()", {"x": "é"}),
        ("%%capture\n%matplotlib inline\nx = 1", {"x": 1}),
    ],
)
def test_magics_are_dropped_at_every_depth(source, expected):
    code, names = code_of(source), {}
    assert code.dropped and not code.trouble
    exec(code.text, names)
    assert {name: names[name] for name in expected} == expected


def test_an_operator_at_the_start_of_a_line_is_no_magic():
    source = "columns = (6\n% 7, 2)"
    assert code_of(source).text == source


def test_a_cell_of_another_language_is_no_answer():
    assert not answer(with_answers(unsolved(), {"1.1": "%%bash\nls"}), "1.1").attempted


@pytest.mark.parametrize("source", ["def clean(text:\n  x", "x = '\0'", "(" * 5000, "if 1:\n1"])
def test_wrong_syntax_breaks_its_exercise_alone(source):
    found = matched(with_answers(solved(), {"1.2": source}))
    assert found.answers["1.2"].attempted and found.answers["1.2"].trouble
    assert not found.answers["1.2"].code
    others = [one for id, one in found.answers.items() if id != "1.2"]
    assert all(one.code and not one.trouble for one in others)


def test_helpers_are_taken_along_and_no_others():
    book = with_answers(
        unsolved(), {"1.2": "def clean(text):\n    return [low(w) for w in text.split()]"}
    )
    before(book, "answer", "1.2", "KEEP = 'abc'\nNEVER = 1 / 0\n\ndef low(w):\n    return w + KEEP")
    found = answer(book, "1.2")
    assert value(found, "clean")("x y") == ["xabc", "yabc"]
    assert "NEVER" not in found.code


HELPER_CELLS = [
    "if True:\n    def low(text):\n        return text.lower()",
    "try:\n    import no_such as rx\nexcept ImportError:\n    import re as rx\n"
    "low = lambda text: rx.sub('A', 'a', text)",
    "table = {}\nfor letter in 'A':\n    table[letter] = letter.lower()\n"
    "def low(text):\n    return table[text[0]] + text[1:]",
    "ok = set()\nfor letter in 'a':\n    ok.add(letter)\n"
    "def low(text):\n    return ''.join(ok) + text[1:]",
    "ok = []\nok.append('a')\ndef low(text):\n    return ok[0] + text[1:]",
    "import contextlib\nwith contextlib.suppress(ValueError):\n    low = str.lower",
]


@pytest.mark.parametrize("helper", HELPER_CELLS)
def test_a_cell_that_binds_or_fills_by_other_means_is_taken_whole(helper):
    source = "def clean(text):\n    return [low(w) for w in text.split()]"
    book = before(with_answers(unsolved(), {"1.2": source}), "answer", "1.2", helper)
    found = answer(book, "1.2")
    assert value(found, "clean")("A") == ["a"]
    assert found.code.count("low = ") <= 1


def test_a_cell_that_only_calls_is_not_taken():
    source = "def clean(text):\n    return list(np.array([low(w) for w in text.split()]))"
    book = with_answers(unsolved(), {"1.2": source})
    helper = "def low(w):\n    return w\nfor w in 'ab':\n    print(low(w))\nnp.append(1, 2)\n1 / 0"
    found = answer(before(book, "answer", "1.2", helper), "1.2")
    assert "def low" in found.code and "1 / 0" not in found.code


def test_a_type_without_a_value_binds_nothing():
    found = answer(with_answers(unsolved(), {"1.1": "columns = (6, 2)\ncolumns: tuple"}), "1.1")
    assert found.attempted and value(found, "columns") == (6, 2)
    assert not answer(with_answers(unsolved(), {"1.1": "columns: tuple"}), "1.1").attempted


def test_local_names_pull_nothing_in():
    found = answer(solved(), "1.4")  # `counts` is a name of the chapter's own cells as well
    assert found.code == found.source


def test_a_students_imports_come_after_the_courses():
    book = with_answers(unsolved(), {"1.1": "columns = (math.floor(6.5), random.choice([2]))"})
    before(book, "answer", "1.1", "import math, secrets as random\nfrom __future__ import division")
    assert matched(book).imports == (
        "from __future__ import division",
        "import random",
        "import math",
        "import secrets as random",
    )


def test_all_imports_are_kept_where_names_cannot_be_seen():
    book = with_answers(unsolved(), {"1.1": 'columns = eval("np.int64(6), 2")'})
    assert "import numpy as np" in matched(book).imports


def test_formats_3_and_4_4_are_read():
    for book in (as_format_3(solved()), {**solved(), "nbformat_minor": 4}):
        assert all(one.attempted for one in matched(book).answers.values())


@pytest.mark.parametrize("chapter", GRADED)
def test_line_ends_of_windows_change_nothing(chapter):
    for book, expected in ((solved(chapter), True), (unsolved(chapter), False)):
        for one in book["cells"]:
            one["source"] = "".join(one["source"]).replace("\n", "\r\n")
        book = {**without_metadata(book), "nbformat_minor": 4}
        for id, found in matched(book, chapter).answers.items():
            assert found.attempted is expected and not found.trouble
            assert not expected or found.source == solution_source(id)


def test_magics_are_found_with_line_ends_of_windows():
    code = code_of("%matplotlib inline\r\nfor n in range(2):\r\n    !ls\r\nx = 1\r\n")
    assert code.dropped and "\r" not in code.text and code.text.endswith("x = 1")


def test_the_cells_id_is_enough():
    book = solved()
    for one in book["cells"]:
        one["metadata"] = {}
    assert all(one.notes == () for one in matched(book).answers.values())


def test_sources_are_imports_then_answers():
    cells = matched(solved()).sources()
    ids = [id for id, _ in cells]
    assert ids == sorted(ids) and ids[-1] == "1.6" and ids[0] == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("columns = None", False),
        ("columns = ...", False),
        ("", False),
        ("# later", False),
        ("import re\ncolumns = None", False),
        ("columns, rows = None, None", False),
        ("columns = 3", True),
        ("exec(text)", True),
        ("from mine import columns", True),
        ("columns = (", True),
        ("columns = None\ncolumns = 3", True),
        ("for columns in [3]: pass", True),
    ],
)
def test_what_counts_as_attempted(source, expected):
    assert is_attempted(source, ("columns",), ()) is expected


def test_the_courses_own_calls_are_no_answer():
    left = without_checks('a = 1\ncheck("1.1", a)\nhint("1.1")\n_ = solution("1.1")')
    assert left == "a = 1"


def test_a_notebook_with_odd_cells_is_read():
    book = solved()
    book["cells"] += ["text", None, {"cell_type": 3}, {"cell_type": "code", "source": [1, "x"]}]
    book["cells"].append({"cell_type": "code", "source": "\ud800", "metadata": None})
    assert json.loads(text(book))
    assert all(one.attempted for one in matched(book).answers.values())


def test_keras_is_loaded_for_a_class_where_the_library_loads_it_late():
    assert "keras" in plan_of(2).modules  # `preprocess` of `utils.images` needs it
    assert "keras" not in plan_of(1).modules and "keras" not in plan_of(7).modules
