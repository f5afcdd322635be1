"""What is not the reader's own work is refused, and all that is allowed stays allowed."""

import functools
import textwrap

import cloudpickle
import nbformat
import pytest

from utils.authoring.notebooks import is_answer
from utils.exercises.exercise import find_exercise
from utils.exercises.own_work import LOOKS, OURS, WITHOUT, problem_of, problem_of_source
from utils.exercises.verdict import INCORRECT, verdict_of
from utils.support.paths import CHAPTERS, SOLUTIONS

GREEDY = WITHOUT.format(name="greedy")
SEARCH = find_exercise("7.3")


def of_notebook(source, name="answer"):
    """Return a function as the notebook's process sends it to that of the checks."""
    names = {"__name__": "__main__"}
    exec(textwrap.dedent(source), names)
    return cloudpickle.loads(cloudpickle.dumps(names[name]))


def hands_on(ask, images):
    return []


class Caller:
    def __call__(self, ask, images):
        from utils.decoding import greedy

        return greedy(ask, images)


def test_a_function_of_the_course_is_refused_in_every_disguise():
    from utils.cider import Reward
    from utils.decoding import greedy
    from utils.vocabulary import Vocabulary

    kept = functools.lru_cache(greedy)
    method = Vocabulary(["<pad>", "<start>", "<end>", "<unk>"]).encode
    for answer in (greedy, functools.partial(greedy, max_length=3), kept, method, Reward):
        assert problem_of(SEARCH, (answer,)) == OURS, answer
    assert problem_of(SEARCH, (hands_on, greedy)) == OURS
    verdict = verdict_of("7.3", greedy)
    assert verdict.outcome == INCORRECT and verdict.lines == (OURS,)


def test_what_is_not_code_and_what_is_no_function_of_the_course_is_let_through():
    for answer in (None, 3.5, "greedy", {"question": "Is greedy better?"}, sorted, hands_on):
        assert problem_of(SEARCH, (answer,)) == ""


REFUSED = [
    """
    from utils.decoding import greedy
    def answer(ask, images, longest=20):
        return greedy(ask, images, longest)
    """,
    """
    from utils.decoding import greedy as own
    def answer(ask, images, longest=20):
        return own(ask, images, longest)
    """,
    """
    import utils.decoding as decoding
    def answer(ask, images, longest=20):
        return decoding.greedy(ask, images, longest)
    """,
    """
    def answer(ask, images, longest=20):
        from utils.decoding import greedy as own
        return own(ask, images, longest)
    """,
    """
    from utils.decoding import greedy
    def helper(*given):
        return [list(row) for row in greedy(*given)]
    def answer(ask, images, longest=20):
        return helper(ask, images, longest)
    """,
    """
    from utils.decoding import greedy
    def answer(ask, images, longest=20):
        return [row for row in (lambda: greedy(ask, images, longest))()]
    """,
    """
    from utils.decoding import greedy
    def answer(ask, images, longest=20, search=greedy):
        return search(ask, images, longest)
    """,
    """
    from utils.decoding import greedy
    def made(search):
        def answer(ask, images, longest=20):
            return search(ask, images, longest)
        return answer
    answer = made(greedy)
    """,
]


@pytest.mark.parametrize("source", REFUSED)
def test_a_name_that_an_exercise_asks_for_is_refused(source):
    assert problem_of(SEARCH, (of_notebook(source),)) == GREEDY
    assert problem_of_source(SEARCH, textwrap.dedent(source)) == GREEDY
    assert problem_of(find_exercise("6.4"), (of_notebook(source),)) == ""


def test_an_object_that_can_be_called_is_looked_into():
    assert problem_of(SEARCH, (Caller(),)) == GREEDY


ALLOWED = [
    """
    def greedy(ask, images):
        return [[] for _ in images]
    def answer(ask, images, longest=20):
        return greedy(ask, images)
    """,
    """
    def answer(ask, images, longest=20):
        greedy = [[] for _ in images]
        return greedy
    """,
    """
    from utils.decoding import captions_of, greedy
    def answer(ask, images, longest=20):
        return captions_of([[] for _ in images], None)
    """,
    '''
    def answer(ask, images, longest=20):
        """Return what a greedy search finds; the solutions are for later."""
        return [[] for _ in images]
    ''',
]


@pytest.mark.parametrize("source", ALLOWED)
def test_own_names_and_other_functions_are_allowed(source):
    assert problem_of(SEARCH, (of_notebook(source),)) == ""
    assert problem_of_source(SEARCH, textwrap.dedent(source)) == ""


PEEKING = [
    """
    from utils.exercises.chapter_7 import _captions
    def answer(ask, images, longest=20):
        return _captions(ask, images, longest)
    """,
    """
    def answer(ask, images, longest=20):
        from utils.exercises import chapter_7
        return chapter_7._JUDGE_7_3.right(ask, images, longest)
    """,
    """
    import importlib
    def answer(ask, images, longest=20):
        return importlib.import_module("utils.exercises.values_7").right(ask, images)
    """,
    """
    from utils.exercises.solutions import solution_source
    def answer(ask, images, longest=20):
        names = {}
        exec(solution_source("7.3"), names)
        return names["greedy_batch"](ask, images, longest)
    """,
    """
    import utils.exercises.chapter_7 as checks
    def answer(ask, images, longest=20):
        return checks._JUDGE_7_3.right(ask, images, longest)
    """,
    """
    def answer(ask, images, longest=20):
        return open("../solutions/07_decoding_and_bleu.ipynb").read()
    """,
]


@pytest.mark.parametrize("source", PEEKING)
def test_a_look_into_the_checks_is_refused(source):
    assert problem_of(SEARCH, (of_notebook(source),)) == LOOKS
    assert problem_of_source(SEARCH, textwrap.dedent(source)) == LOOKS


def test_a_text_that_is_no_code_is_left_to_whoever_runs_it():
    assert problem_of_source(SEARCH, "def answer(:") == ""
    assert problem_of_source(SEARCH, "") == ""


def test_every_answer_cell_of_the_course_is_allowed():
    cells = 0
    for path in [*CHAPTERS.glob("*.ipynb"), *SOLUTIONS.glob("*.ipynb")]:
        for cell in nbformat.read(path, as_version=4).cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if grade_id.startswith("answer-"):
                entry = find_exercise(grade_id.removeprefix("answer-").replace("-", "."))
                assert problem_of_source(entry, cell.source) == "", (path.name, entry.id)
                cells += is_answer(cell)
    assert cells > 50
