"""The variants of chapters 5 to 8: the planted bugs get their own message, and the slips too."""

import numpy as np
import pytest

from utils.authoring.notebooks import derive, masters, read_notebook
from utils.authoring.variants import variant_of_exercise
from utils.classroom.candidates_5_8 import ANSWERS
from utils.exercises.solutions import answer_grade_id
from utils.exercises.values_7 import right_captions
from utils.exercises.variants import fixed, variant, variants_of
from utils.exercises.verdict import CORRECT, INCORRECT, verdict_of
from utils.vocabulary import END, START

# What the check says of each stub that is handed in with a harmless change.
PLANTED = {
    ("5.5", 0): "whole table was repeated",
    ("5.5", 1): "stands beside another photo|is paired with",
    ("5.5", 2): "photos' numbers are mixed",
    ("6.3", 0): "mean of batch means",
    ("6.3", 1): "sizes came too late",
    ("6.3", 2): "divided by the number of batches",
    ("6.5", 0): "order of the files",
    ("6.5", 1): "in both lists",
    ("6.5", 2): "in place",
    ("6.5", 3): "set or a hash",
    ("7.2", 0): "true words are still fed",
    ("7.2", 1): "true words are still fed",
    ("7.2", 2): "as long as the true caption",
    ("7.3", 0): "stopped with the first",
    ("7.3", 1): "marker is in the caption",
    ("7.3", 2): "words after the end",
    ("8.2", 0): "every weight is 1",
    ("8.2", 1): "compared across photos",
    ("8.2", 2): "one softmax for the whole batch",
}
EACH = [(id, number) for id in ANSWERS for number in range(len(variants_of(id)))]


def planted_function(id, number):
    """Return the function with the bug, changed so that it is no placeholder."""
    chapter = derive(read_notebook(masters()[int(id[0])]))
    cells = variant_of_exercise(chapter, id, number).cells
    (source,) = (cell.source for cell in cells if cell.id == answer_grade_id(id))
    values = {"np": np, "START": START, "END": END}
    exec(compile(source, f"<planted-{id}-{number}>", "exec"), values)
    (name,) = (line[4:].split("(")[0] for line in source.split("\n") if line.startswith("def "))
    return values[name]  # its source cannot be read, so it counts as an answer


@pytest.mark.parametrize(("id", "number"), PLANTED, ids=[f"ex{id}-{n}" for id, n in PLANTED])
def test_a_planted_bug_gets_its_own_message(id, number):
    with fixed(id, number):
        verdict = verdict_of(id, planted_function(id, number))
    assert verdict.outcome == INCORRECT
    message = verdict.message.lower()
    assert any(part in message for part in PLANTED[id, number].split("|")), verdict.message


def test_all_planted_bugs_are_looked_at():
    for id in dict.fromkeys(id for id, _ in PLANTED):
        assert {n for known, n in PLANTED if known == id} == set(range(len(variants_of(id))))


@pytest.mark.parametrize(("id", "number"), EACH, ids=[f"ex{id}-{number}" for id, number in EACH])
def test_the_first_candidate_is_right_and_each_slip_is_named(id, number):
    with fixed(id, number):
        chosen = variant(id)
        answers = [answer if id == "7.5" else (answer,) for answer in ANSWERS[id](chosen.numbers)]
        shown = [
            tuple(chosen.shown_letter(one) if isinstance(one, str) else one for one in answer)
            for answer in answers
        ]
        verdicts = [verdict_of(id, *answer) for answer in shown]
    assert verdicts[0].outcome == CORRECT, verdicts[0].message
    for answer, verdict in zip(shown[1:], verdicts[1:], strict=True):
        if verdict.outcome == CORRECT:
            assert answer == shown[0]
        else:
            assert "is too small" not in verdict.message and "is too large" not in verdict.message


def test_the_trees_of_7_1_are_percents_and_each_wider_beam_finds_more():
    for known in variants_of("7.1"):
        tree = known.numbers
        assert sum(tree["first"].values()) == 100
        assert all(sum(words.values()) == 100 for words in tree["after"].values())
        found = [caption.split() for caption in right_captions(tree)]
        products = [tree["first"][a] * tree["after"][a][b] for a, b in found]
        assert products == sorted(products) and len(set(products)) == 3
        assert [a for a, _ in found] == sorted(
            tree["first"], key=tree["first"].get, reverse=True
        )  # the second beam's caption begins with the second word, and so on
