import random

import pytest

from utils.captions import clean_caption
from utils.scenes.annotators import write_captions
from utils.scenes.truth import KINDS, judge, scene_facts, stated_facts, truth_score
from utils.scenes.world import Scene, sample_world

WORLD = sample_world((1000, 100, 100, 60), 0)
SCENE = Scene(
    who="boy",
    what="playing",
    where="park",
    when="sunny",
    colour="red",
    prop="ball",
    prop_colour="blue",
    thing="bench",
    relation="next to",
)


def facts(text):
    return set(stated_facts(clean_caption(text)))


def test_every_reference_is_true():
    captions = [(clean_caption(text), scene) for scene in WORLD for text in write_captions(scene)]
    for tokens, scene in captions:
        assert not judge(tokens, scene)[1], (" ".join(tokens), scene)
    score = truth_score(*zip(*captions, strict=True))
    assert score.precision == 1 and 0.6 < score.recall < 0.9
    assert all(score.by_kind[kind][0] == 1 for kind in KINDS)


def test_facts_of_a_full_caption():
    text = (
        "A little boy in a red shirt is playing with a blue ball next to a bench "
        "on a sunny day in the park ."
    )
    assert facts(text) == scene_facts(SCENE)
    score = truth_score([clean_caption(text)], [SCENE])
    assert (score.precision, score.recall) == (1, 1)


def test_colours_belong_to_their_noun():
    assert ("prop_colour", "red ball") in facts("a boy with a red ball")
    assert ("colour", "red") not in facts("a boy with a red ball")
    assert facts("a boy in red with a blue ball") >= {
        ("colour", "red"),
        ("prop_colour", "blue ball"),
    }
    assert ("thing_colour", "red boat") in facts("a dog behind a small red boat")
    assert ("colour", "brown") in facts("the dog is brown")
    assert facts("a black and white cow") >= {("colour", "black"), ("colour", "white")}
    assert {kind for kind, _ in facts("red in the red red park of red")} == {"place"}


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("two dogs", ("count", "2")),
        ("dogs", ("count", "many")),
        ("a pair of dogs", ("count", "2")),
        ("the dog", ("count", "1")),
        ("a trio of sheep", ("count", "3")),
        ("children eat ice creams", ("prop", "ice cream")),
        ("a man in front of a house", ("relation", "in front of house")),
        ("a cat under the wooden table", ("relation", "under table")),
        ("under the moon a cat", ("time", "night")),
        ("while the sun sets", ("time", "sunset")),
        ("a duck lies asleep", ("action", "sleeping")),
    ],
)
def test_single_facts(text, fact):
    assert fact in facts(text)


def test_wrong_statements_count_against_precision_and_missing_ones_against_recall():
    wrong = truth_score([["a", "girl", "plays"]], [SCENE])
    assert (wrong.stated, wrong.true) == (3, 2)  # one, playing; not a girl
    right = truth_score([["a", "boy"]], [SCENE])
    assert right.precision == 1 and right.recall == pytest.approx(2 / len(scene_facts(SCENE)))
    vague = truth_score([["a", "child"]], [SCENE])
    assert vague.precision == 1 and vague.found == 1


@pytest.mark.parametrize(
    "text",
    [
        "a boy with a red ball",
        "two boys",
        "a boy at night",
        "a boy behind a bench",
        "a boy on the beach",
        "a boy in blue",
        "a boy and a dog",
        "a boy holds a kite",
        "a boy next to a red bench",
    ],
)
def test_each_kind_of_error_is_found(text):
    assert judge(clean_caption(text), SCENE)[1]


def test_any_sequence_of_words_is_scored():
    words = sorted(
        {w for scene in WORLD[:200] for t in write_captions(scene) for w in clean_caption(t)}
    )
    rng = random.Random(0)
    for length in (0, 1, 2, 7, 40) * 100:
        tokens = rng.choices([*words, "zebra", "<unk>"], k=length)
        score = truth_score([tokens], [SCENE])
        assert 0 <= score.precision <= 1 and 0 <= score.recall <= 1
    assert truth_score([[]], [SCENE]).precision == 0


def test_shuffled_captions_are_mostly_wrong():
    scenes = WORLD[:200]
    captions = [clean_caption(write_captions(scene)[0]) for scene in scenes]
    assert truth_score(captions[1:] + captions[:1], scenes).precision < 0.5


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="one caption for each scene"):
        truth_score([["a"]], [])
