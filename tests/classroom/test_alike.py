"""Answers that are alike: what renaming leaves, what is found in a class and what must not be."""

import ast
import random
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

import pytest
from classroom.copying import disguised
from hand_ins import code, solved, unsolved, with_answers, write

from utils.classroom import alike, alike_report
from utils.classroom.alike import Pair, known_sources, pairs
from utils.classroom.plain_code import plain_tokens
from utils.classroom.plans import plan_of
from utils.classroom.submissions import read_submissions

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "exercises"


def invented():
    """Return student -> exercise -> answer: twelve people who did not copy."""
    found = defaultdict(dict)
    text = (HERE / "invented_answers.txt").read_text(encoding="utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, source = part.partition("\n")
        name, id = head.split()
        found[name][id] = source
    return dict(found)


def cases():
    """Return exercise -> the right and wrong answers of `cases_N.py` that stand alone."""
    found = defaultdict(list)
    for path in sorted(CASES.glob("cases_[1-8].py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name, node in functions.items():
            id = re.fullmatch(r"[a-z]\w*_(\d)_(\d)", name)
            used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            if id and not used & (set(functions) - {name}):
                found[f"{id[1]}.{id[2]}"].append(ast.unparse(node))
    return found


CLASS = invented()
EXERCISES = sorted(CLASS["ada"])
READ = lru_cache(maxsize=None)(plain_tokens)


@pytest.fixture(autouse=True)
def each_text_once(monkeypatch):
    """Read a text that stands in many classes once."""
    monkeypatch.setattr(alike, "plain_tokens", READ)


def drawn_class(students, chance):
    """Return a class in which each answer is drawn: far more equal texts than people write."""
    more = cases()
    pool = {id: [*(one[id] for one in CLASS.values()), *more[id]] for id in EXERCISES}
    return {
        f"student {number:03}": {id: chance.choice(pool[id]) for id in EXERCISES}
        for number in range(students)
    }


def texts(source):
    return [token.text for token in plain_tokens(source)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "def f(a):\n    return a + 1  # more",
            "def f(b: int) -> int:\n    '''d'''\n    return b+1",
        ),
        ("x = g('a', k=1, j=2)", 'y = g("a", j=2, k=1)'),
        ("n = h(1)\nn += g(n)\nuse(n, n)", "m = h(1)\nm = m + g(m)\nuse(m, m)"),
        ("r = g(h(a) + 1)", "t = h(a)\nr = g(t + 1)"),
        ("a, b = g(1), h(2)\nuse(a, a, b, b)", "b = h(2)\na = g(1)\nuse(a, a, b, b)"),
        ("def f(v):\n    return np.sum(v, axis=1)", "def f(v):\n    return v.sum(axis=1)"),
        ("if a > b: use(a)", "if b < a:\n    use(a)"),
        ("%time\nimport re\nx: list = g(1)", "y = g(1)"),
        ("x = g(3 * h(2))", "x = g(h(2) * 3)"),
    ],
)
def test_renaming_and_reformatting_leave_no_trace(first, second):
    assert texts(first) == texts(second) != []


def test_a_loop_that_appends_gives_the_fragments_of_a_comprehension():
    short = "def f(a):\n    return sorted([g(x) for x in h(a, 1) if len(x) > 2])"
    long = """def f(b):
    found = []
    for y in h(b, 1):
        if len(y) > 2:
            found.append(g(y))
    return sorted(found)"""
    assert len({*alike_fragments(short)} & {*alike_fragments(long)}) >= 5


def alike_fragments(source):
    return [fragment for fragment, _ in alike.fragments(plain_tokens(source))]


def test_other_code_gives_other_tokens():
    assert texts("x = g(1)") != texts("x = g(2)") and texts("x = g(1)") != texts("x = h(1)")


@pytest.mark.parametrize(
    "source", ["def f(:", "x = " + "(" * 5000, "\0", "x = 1" + "+1" * 9000, ""]
)
def test_what_is_no_python_gives_no_tokens_and_no_error(source):
    assert (
        plain_tokens(source) == [] and pairs({"ada": {"1.4": source}, "ben": {"1.4": source}}) == []
    )


def test_twelve_people_who_did_not_copy_give_no_pair():
    assert len(CLASS) == 12 and pairs(CLASS) == []


@pytest.mark.parametrize("way", ["renamed", "reformatted", "loops", "all of it"])
def test_a_copied_notebook_is_found_however_it_was_changed(way):
    chance, found, strangers = random.Random(3), 0, 0
    for source in sorted(CLASS)[::2]:
        copied = {id: disguised(text, way, chance) for id, text in CLASS[source].items()}
        listed = {pair.students for pair in pairs({**CLASS, "zoe": copied})}
        found += (source, "zoe") in listed
        strangers += len(listed - {(source, "zoe")})
    assert found == 6 and strangers == 0


@pytest.mark.parametrize("way", ["reordered", "split"])
def test_five_copied_exercises_are_mostly_found(way):
    chance, found = random.Random(4), 0
    for source in CLASS:
        copied = dict(CLASS["ada" if source != "ada" else "ben"])
        for id in chance.sample(EXERCISES, 5):
            copied[id] = disguised(CLASS[source][id], way, chance)
        others = {name: given for name, given in CLASS.items() if given["1.4"] != copied["1.4"]}
        others[source] = CLASS[source]
        listed = {pair.students for pair in pairs({**others, "zoe": copied})}
        found += (source, "zoe") in listed
    assert found >= 9


@pytest.mark.parametrize(("students", "classes", "most"), [(10, 6, 3), (30, 3, 2), (200, 1, 1)])
def test_independent_students_are_hardly_ever_listed(students, classes, most):
    chance = random.Random(students)
    listed = sum(len(pairs(drawn_class(students, chance))) for _ in range(classes))
    assert listed <= most


def test_a_copy_is_found_among_two_hundred():
    chance = random.Random(6)
    crowd = drawn_class(196, chance)
    copied = {id: disguised(text, "all of it", chance) for id, text in CLASS["gus"].items()}
    found = pairs({**crowd, "gus": CLASS["gus"], "zoe": copied})
    assert found[0].students == ("gus", "zoe")


def test_one_liners_that_everybody_writes_alike_are_no_evidence():
    line = "def f(text):\n    return sorted(set(re.findall('[a-z]+', text.lower())), key=len)"
    given = {f"9.{number}": line for number in range(60)}
    assert pairs(dict.fromkeys("abcdefghij", given), {}) == []


def test_the_solution_and_what_stands_in_the_chapter_are_no_evidence():
    both = {id: known_sources()[id] for id in EXERCISES}
    given = {id: max(sources, key=len) for id, sources in both.items()}
    solved = {id: alike._solution(id) for id in EXERCISES}
    assert all(solved.values())
    assert pairs({**CLASS, "yan": solved, "zoe": solved}) == []
    assert pairs({**CLASS, "yan": given, "zoe": given}) == []


def test_equal_letters_are_nothing_and_equal_rare_numbers_a_little():
    crowd = {f"s{number:02}": {"5.4": 'x = "b"', "4.1": f"n = {number}"} for number in range(30)}
    assert not alike._cut("5.4", [given["5.4"] for given in crowd.values()], ()).evidence.any()
    sources = [f"n = {1000 + number}7" for number in range(28)] + ["n = 48.125", "m = 48.125"]
    evidence = alike._cut("4.1", sources, ()).evidence
    assert evidence[28, 29] == alike.NUMBER < alike.LEAST and evidence.sum() == 2 * alike.NUMBER
    assert not alike._cut("4.1", sources, ("n = 48.125",)).evidence.any()


def test_the_report_shows_both_sides_escaped_and_says_that_it_is_a_hint(tmp_path, capsys):
    copied = {id: disguised(text, "renamed", random.Random(1)) for id, text in CLASS["gus"].items()}
    copied["2.2"] += "\n# </pre><script>alert(1)</script>"
    found = pairs({**CLASS, "<b>zoe</b>": copied})
    page = tmp_path / "alike.html"
    alike_report.tell(found, page)
    said, shown = page.read_text(encoding="utf-8"), capsys.readouterr().out
    assert "<script>" not in said and "<b>zoe" not in said and "&lt;script&gt;" in said
    assert "<mark>" in said and "never a proof" in said and "never a proof" in shown
    assert "gus" in shown and "2.2:" in shown and "rare fragments shared" in shown


def test_no_pair_is_said_in_words(tmp_path, capsys):
    alike_report.tell([], tmp_path / "alike.html")
    assert "No pair" in capsys.readouterr().out
    assert "No pair" in (tmp_path / "alike.html").read_text(encoding="utf-8")


def test_marked_lines_are_those_that_are_shared():
    copied = {id: disguised(text, "renamed", random.Random(1)) for id, text in CLASS["gus"].items()}
    (pair,) = pairs({**CLASS, "zoe": copied})
    assert isinstance(pair, Pair) and pair.exercises[0].evidence == max(
        one.evidence for one in pair.exercises
    )
    one = next(one for one in pair.exercises if one.exercise == "2.2")
    lines = one.sources[0].split("\n")
    assert any("kernel[a + 1" in lines[number - 1] for number in one.lines[0])


def test_the_command_writes_its_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(alike_report, "read_submissions", lambda folder: [])
    monkeypatch.setattr(alike_report, "answers_of", lambda students: CLASS)
    assert alike_report.main([str(tmp_path / "in"), "-o", str(tmp_path / "out.html")]) == 0
    assert (tmp_path / "out.html").exists() and "Side by side" in capsys.readouterr().out
    with pytest.raises(ValueError, match="name another page"):
        alike_report.main([str(tmp_path / "in"), "-o", str(tmp_path)])
    (tmp_path / "mine.html").write_text("my own page", encoding="utf-8")
    with pytest.raises(ValueError, match="was not made by this command"):
        alike_report.main([str(tmp_path / "in"), "-o", str(tmp_path / "mine.html")])


def test_copied_helpers_of_short_answers_are_found(tmp_path):
    """The answer cells hold no more than `clean = my_clean`."""
    for name in ("ada", "bob"):
        for chapter in (1, 4):
            book, given = unsolved(chapter), {}
            for id, text in CLASS["gus"].items():
                asked = plan_of(chapter).exercise(id)
                one = asked.names[0] if asked else ""
                if one and text.startswith(f"def {one}("):
                    given[id] = f"{one} = my_{one}"
                    book["cells"].insert(1, code(text.replace(f"def {one}(", f"def my_{one}(", 1)))
            write(tmp_path / name / f"{chapter:02}_{name}.ipynb", with_answers(book, given))
    found = alike_report.answers_of(read_submissions(tmp_path))
    assert [pair.students for pair in pairs(found)] == [("ada", "bob")]


def test_equal_files_are_named_and_those_without_an_answer_are_not(tmp_path):
    for name in ("ada", "bob"):
        write(tmp_path / name / "01_dataset.ipynb", solved())
        write(tmp_path / name / "02_cnn_features.ipynb", unsolved(2))
    students = read_submissions(tmp_path)
    equal = alike_report.equal_files(students, alike_report.answers_of(students))
    assert equal == [("1", "ada", "bob")]
    assert alike_report.equal_lines(equal) == [
        "Equal files, byte for byte: chapter 1 of ada and bob"
    ]
