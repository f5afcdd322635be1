"""Variants of exercises: text, placeholder, check and solution agree; sealed answers."""

import ast
import json
import linecache
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from utils.authoring.notebooks import (
    BEGIN_HIDDEN,
    NotebookProblem,
    derive,
    masters,
    prepare,
    read_notebook,
    write_notebook,
)
from utils.authoring.variants import (
    exercises_of,
    stamp,
    stamp_of,
    variant_of_exercise,
    with_variants,
)
from utils.classroom.candidates import (
    SEALED_IDS,
    candidates_of,
    sealed_exercise,
    sealed_exercises,
)
from utils.exercises import exercise as register
from utils.exercises import sealed, variants
from utils.exercises.exercise import absent, chapters_with_exercises, find_exercise
from utils.exercises.solutions import answer_grade_id, between_markers
from utils.exercises.variants import (
    chosen,
    fixed,
    hints_of,
    ids_with_variants,
    use,
    variant,
    variants_of,
)
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED, verdict_of

VARIED = [id for chapter in chapters_with_exercises() for id in ids_with_variants(chapter)]
EACH = [(id, number) for id in VARIED for number in range(len(variants_of(id)))]
NAMES = [f"ex{id}-{number}" for id, number in EACH]
# The exercises where readers find a planted bug.
BUGS = [id for id in VARIED if id not in SEALED_IDS]


@cache
def master_of(id):
    chapter = int(id.partition(".")[0])
    (path,) = (path for path in masters() if int(path.name[:2]) == chapter)
    return read_notebook(path)


@cache
def imported(chapter):
    """Return what the imports of a chapter give."""
    values = {}
    for cell in master_of(f"{chapter}.1").cells:
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    exec(ast.unparse(node), values)
    return values


def answer_cell(notebook, id):
    (found,) = (
        cell.source
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == answer_grade_id(id)
    )
    return found


def answers_of(id, source):
    """Run an answer cell; return what the check cell would hand in."""
    name = f"<ipython-input-{id}-{len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    values = dict(imported(int(id.partition(".")[0])))
    exec(compile(source, name, "exec"), values)
    check = "check-" + id.replace(".", "-")
    (asked,) = (cell.source for cell in master_of(id).cells if cell.id == check)
    (call,) = (
        node
        for node in ast.walk(ast.parse(asked.partition(BEGIN_HIDDEN)[0]))
        if isinstance(node, ast.Call) and node.func.id == "check"
    )
    for node in ast.walk(call):  # what the chapter has made before stands for itself
        if isinstance(node, ast.Name):
            values.setdefault(node.id, object())
    return tuple(eval(ast.unparse(given), values) for given in call.args[1:])


def solution_of(id, number):
    solved = answer_cell(variant_of_exercise(master_of(id), id, number), id)
    return answers_of(id, between_markers(solved))


def judged(id, number, answers):
    with fixed(id, number):
        return verdict_of(id, *answers)


# Every variant


@pytest.mark.parametrize(("id", "number"), EACH, ids=NAMES)
def test_the_solution_of_a_variant_is_right(id, number):
    verdict = judged(id, number, solution_of(id, number))
    assert verdict.outcome == CORRECT, verdict.message


@pytest.mark.parametrize("id", [id for id in VARIED if id in SEALED_IDS])
def test_the_solution_of_another_variant_is_wrong(id):
    solutions = [solution_of(id, number) for number in range(len(variants_of(id)))]
    for number in range(len(solutions)):
        for other, answers in enumerate(solutions):
            if other != number:
                assert judged(id, number, answers).outcome == INCORRECT, (number, other)


@pytest.mark.parametrize(("id", "number"), EACH, ids=NAMES)
def test_the_placeholder_of_a_variant_is_not_attempted(id, number):
    chapter = derive(variant_of_exercise(master_of(id), id, number))
    later = variant_of_exercise(derive(master_of(id)), id, number)
    assert [cell.source for cell in later.cells] == [cell.source for cell in chapter.cells]
    stub = answer_cell(chapter, id)
    assert judged(id, number, answers_of(id, stub)).outcome == NOT_ATTEMPTED
    if id in BUGS:
        assert judged(id, number, answers_of(id, touched(stub))).outcome == INCORRECT


def touched(source):
    """Return a cell with a statement more in its functions, which changes nothing."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body.insert(1, ast.parse("looked_at = True").body[0])
    return ast.unparse(tree)


@pytest.mark.parametrize("id", BUGS)
def test_a_planted_bug_has_three_forms(id):
    stubs = [
        answer_cell(derive(variant_of_exercise(master_of(id), id, number)), id)
        for number in range(len(variants_of(id)))
    ]
    assert len({ast.dump(ast.parse(stub)) for stub in stubs}) == len(stubs) >= 3


def test_every_planted_bug_has_variants():
    found = []
    for path in masters():
        for cell in read_notebook(path).cells:
            text = cell.source if cell.cell_type == "markdown" else ""
            for id, asked in re.findall(r"### Exercise (\S+) · ([^#]*)", text):
                found += [id] if re.search("find the bug", asked, re.IGNORECASE) else []
    assert found == BUGS


@pytest.mark.parametrize("id", SEALED_IDS)
def test_an_exercise_of_a_value_has_four_variants(id):
    assert len(variants_of(id)) >= 4


@pytest.mark.parametrize(("id", "number"), EACH, ids=NAMES)
def test_hints_fit_and_do_not_tell(id, number):
    solution = "".join(between_markers(answer_cell(master_of(id), id)).split())
    with fixed(id, number):
        hints = hints_of(id, find_exercise(id).hints)
    assert 1 <= len(hints) <= 3
    for hint in hints:
        for code in hint.split("`")[1::2]:
            bare = "".join(code.split())
            assert len(bare) < len(solution) / 3 or bare not in solution, code


# Which one is taken


def test_without_a_seed_the_course_is_as_it_is():
    assert {chosen(id) for id in VARIED} == {0}
    notebook = master_of("1.1")
    assert with_variants(notebook) == notebook


def test_a_seed_always_draws_the_same_and_students_differ():
    def drawn(seed, student=""):
        with use(seed, student):
            return [chosen(id) for id in VARIED]

    assert drawn("7") == drawn("7")
    assert len({tuple(drawn(str(seed))) for seed in range(20)}) > 15
    assert len({tuple(drawn("7", name)) for name in ("Ada", "Bo", "Cy", "")}) == 4
    for place, id in enumerate(VARIED):  # each one comes but the course's own, which is public
        found = {drawn(str(seed))[place] for seed in range(60)}
        assert found == set(range(1, len(variants_of(id))))
    with use("7"):
        assert chosen("97.1") == 0  # of an exercise without a file, there is no other


def test_a_stamp_tells_seeds_and_students_apart():
    given = [("7", ""), ("7", "Ada"), ("7", "Bo"), ("8", ""), ("7Ada", ""), ("7/Ada", "")]
    stamps = [stamp_of(*one) for one in given]
    assert len(set(stamps)) == len(given)
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in stamps)
    assert stamp_of("7", "Ada") == stamps[1]
    assert stamp_of("7", "Ada") == "64d65cf58154ad0e"  # grading needs the same one years later
    assert stamp_of("", "") == ""


def test_a_stamp_outlasts_preparing_and_writing(tmp_path):
    notebook = derive(master_of("1.1"))
    assert "course" not in notebook.metadata
    stamp(notebook, "7", "Ada")
    write_notebook(tmp_path / "one.ipynb", with_variants(prepare(notebook)))
    kept = read_notebook(tmp_path / "one.ipynb").metadata
    assert kept["course"] == {"variant": stamp_of("7", "Ada")} and "kernelspec" in kept


def test_a_notebook_gets_the_variants_of_its_seed():
    notebook = master_of("4.1")
    with use("7"):
        shown, numbers = with_variants(notebook), {id: chosen(id) for id in exercises_of(notebook)}
    for id, number in numbers.items():
        alone = variant_of_exercise(notebook, id, number)
        assert answer_cell(shown, id) == answer_cell(alone, id)
    changed = [a.source != b.source for a, b in zip(shown.cells, notebook.cells, strict=True)]
    assert any(changed) and any(numbers.values())


def test_letters_are_those_that_the_reader_sees():
    with fixed("4.5", 1):  # c, a, d, b
        text = "\n".join(cell.source for cell in with_variants(master_of("4.5")).cells)
        assert "- **a**: The labels are the captions themselves. They were not shifted" in text
        assert 'explanation = "a"' in text
        assert verdict_of("4.5", "a").outcome == CORRECT
        told = verdict_of("4.5", "c")
    assert told.outcome == INCORRECT
    assert 'Not "c"' in told.message and "full square" in told.message


def test_choices_of_several_lines_move_whole():
    longer = derive(master_of("4.5"))
    place = next(n for n, cell in enumerate(longer.cells) if "- **b**: The padding" in cell.source)
    longer.cells[place].source = longer.cells[place].source.replace(
        "so most labels are `<pad>`,", "so most labels\n  are `<pad>`,"
    )
    shown = variant_of_exercise(longer, "4.5", 3).cells[place].source  # b, d, a, c
    assert "- **a**: The padding is not left out, so most labels\n  are `<pad>`, which" in shown
    assert "easy to guess.\n- **b**: The LSTM was put" in shown


def test_an_old_text_that_is_not_there_is_told():
    notebook = derive(master_of("4.1"))
    for cell in notebook.cells:
        cell.source = cell.source.replace("Four captions have", "Some captions have")
    with pytest.raises(NotebookProblem, match="0 times"):
        variant_of_exercise(notebook, "4.1", 1)
    twice = derive(master_of("4.1"))
    for cell in twice.cells:
        cell.source = cell.source.replace("How many examples\n", "4, 6, 6 and 11 words\n")
    (text,) = (cell for cell in twice.cells if "### Exercise 4.1" in cell.source)
    text.source += "\nFour captions have 4, 6, 6 and 11 words"
    with pytest.raises(NotebookProblem, match="2 times"):
        variant_of_exercise(twice, "4.1", 1)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"order": "cab", "numbers": {"n": 1}, "other": 1}, "told wrongly"),
        ({"order": "cadd"}, "each letter"),
        ({"numbers": {"m": 1}}, "needs the numbers"),
        ({"replace": [["one"]]}, "told wrongly"),
    ],
)
def test_a_variant_that_is_told_wrongly_is_refused(told, word, monkeypatch):
    kept = {"97.1": {"numbers": {"n": 3}, "others": [told]}}
    monkeypatch.setattr(variants, "_told", lambda chapter: kept)
    with pytest.raises(ValueError, match=word):
        variants_of("97.1")


def test_there_is_no_variant_beyond_the_last():
    with pytest.raises(IndexError, match="0 to 3"), fixed("1.1", 4):
        pass
    assert variant("97.1").numbers == {}  # of an exercise without a file, its own only


# Sealed answers


@pytest.fixture(scope="module")
def handed_out():
    """The sealed messages of the variants of a seed."""
    with use("7"):
        return sealed_exercises(range(10))


@pytest.mark.parametrize("id", SEALED_IDS)
def test_sealed_messages_say_what_the_check_says(id, handed_out, monkeypatch):
    with use("7"):
        exercise = find_exercise(id)
        shown = variant(id).shown_letter
        answers = [
            tuple(shown(one) if isinstance(one, str) else one for one in answer)
            for answer in candidates_of(id)
        ]
        answers = [*answers[:3], answers[-1]]  # each costs a look at every message
        real = [verdict_of(id, *one) for one in answers]
        as_handed_out(monkeypatch, id, handed_out)
        found = [verdict_of(id, *one) for one in answers]
        assert find_exercise(id).check is absent is not exercise.check
    assert real[0].outcome == CORRECT
    for mine, theirs in zip(found, real, strict=True):
        assert (mine.outcome, mine.lines) == (theirs.outcome, theirs.lines)


def as_handed_out(monkeypatch, id, messages):
    """Make the check of an exercise the one of a tree that is handed out."""
    # What a right answer earns is sealed with the verdict.
    entry = replace(find_exercise(id), check=absent, worth="")
    monkeypatch.setitem(register.REGISTRY, id, entry)
    monkeypatch.setattr(sealed, "sealed_messages", lambda: messages)


def test_nothing_else_opens_a_message_and_the_form_is_told(handed_out, monkeypatch):
    as_handed_out(monkeypatch, "2.1", handed_out)
    as_handed_out(monkeypatch, "3.1", handed_out)
    as_handed_out(monkeypatch, "4.5", handed_out)
    assert sealed.opened(handed_out["2.1"], [(1, 1)]) is None
    for id, answer, word in [
        ("2.1", (1, 1), 'hint("2.1")'),
        ("2.1", 5, "2 numbers in brackets are wanted, and this is a number"),
        ("2.1", ("5", 5), "2 numbers in brackets are wanted"),
        ("2.1", (5, 5, 5), "and this is 3 numbers in brackets"),
        ("2.1", (5, None), "not filled in yet"),
        ("3.1", "1.5", "A number is wanted, and this is a text in quotes"),
        ("3.1", float("nan"), "A number is wanted"),
        ("4.5", "e", 'hint("4.5")'),
        ("4.5", 3, "A letter in quotes is wanted"),
    ]:
        verdict = verdict_of(id, answer)
        assert verdict.outcome == INCORRECT and word in verdict.message, verdict.message
    assert verdict_of("2.1", None).outcome == NOT_ATTEMPTED


def test_a_sealed_message_shows_neither_answer_nor_length(handed_out):
    text = json.dumps(handed_out)
    for id in SEALED_IDS:
        lengths = {len(mixed) for _, mixed in handed_out[id]["messages"]}
        assert len(lengths) == 1, id
    for word in ("correct", "padding", "swapped", "58", "2352,"):
        assert f'"{word}"' not in text
    kept = sealed_exercise("1.1", reasons=False)
    with fixed("1.1", 0):
        assert sealed.opened(kept, [(6, 2)]) == ("correct", [])
        assert sealed.opened(kept, [(2, 6)]) == ("incorrect", [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((6, 2), [6.0, 2.00001]),
        ((6, 2), "np.array([6, 2])"),
        (1.5, "np.float32(1.5)"),
        (1.5, "Fraction(3, 2)"),
        (1.5, "np.array([1.5])"),
        ("c", " (C). "),
        ("A dog", "a dog "),
        (0.0, -0.0),
        ([(1, 2)], (1, 2)),
        (((8, 7), (3,)), [[8, 7], [3]]),
    ],
)
def test_answers_that_say_the_same_are_one(one, other):
    if isinstance(other, str) and "(" in other and other[0] in "nF":
        other = eval(other, {"np": np, "Fraction": Fraction})
    assert sealed.canonical([one]) == sealed.canonical([other])


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (1, "1"), (1.5, 1.51), ((1, 2), (2, 1)), ("c", "d"), (1, None)]
)
def test_answers_that_say_something_else_are_two(one, other):
    assert sealed.canonical([one]) != sealed.canonical([other])


@pytest.mark.parametrize("id", BUGS)
def test_what_another_variant_begins_with_is_an_answer(id):
    for number in range(1, len(variants_of(id))):
        other = answer_cell(derive(variant_of_exercise(master_of(id), id, number)), id)
        assert judged(id, 0, answers_of(id, other)).outcome == INCORRECT
