"""CIDEr-D against values computed by hand and recorded from the reference implementation."""

import math
import random

import numpy as np
import pytest

from utils.cider import CiderD, cider_d


def words(*captions):
    return [caption.split() for caption in captions]


def test_the_same_caption_scores_ten_and_an_unrelated_one_zero():
    references = [words("a dog runs in snow"), words("two cats sleep on sofas")]
    score, each = cider_d(references, words("a dog runs in snow", "nothing here is like that"))
    assert each == pytest.approx([10.0, 0.0])
    assert score == pytest.approx(5.0)


def test_one_word_right_by_hand():
    """Photos: "a dog", "a cat", "a cow". "a" is in all and weighs log(3/3) = 0.

    For "a cow" against "a dog": no shared n-gram of weight. For "dog" against "a dog": the one
    word of weight log 3 is all of both vectors, so the cosine of order 1 is 1 and of the others
    0; the caption has one bigram fewer, exp(-1/72). 10 * (1 + 0 + 0 + 0) / 4 * exp(-1/72).
    """
    references = [words("a dog"), words("a cat"), words("a cow")]
    metric = CiderD(references)
    assert metric.score(0, words("a cow", "dog")) == pytest.approx(
        [0.0, 2.5 * math.exp(-1 / 72)], abs=1e-12
    )


def test_two_orders_by_hand():
    """ "big dog" against "big cat": words big (2 photos of 4), dog (1), cat (1)."""
    references = [words("big cat"), words("big dog"), words("red fish"), words("old bird")]
    rare, common = math.log(4), math.log(2)
    cosine = common**2 / (rare**2 + common**2)
    assert CiderD(references).score(0, words("big dog")) == pytest.approx([10 * cosine / 4])


def test_repeating_a_word_is_clipped():
    """ "dog dog dog" against "dog": min(3w, w) * w / (3w * w) = 1/3, two bigrams more."""
    references = [words("dog"), words("cat")]
    found = CiderD(references).score(0, words("dog dog dog", "dog"))
    assert found == pytest.approx([2.5 / 3 * math.exp(-4 / 72), 2.5])


def test_several_references_are_averaged():
    references = [words("dog", "cat"), words("cow", "pig")]
    assert CiderD(references).score(0, words("dog")) == pytest.approx([2.5 / 2])


RECORDED = [
    0.168895600608996,
    0.7161603814633087,
    0.832507470162609,
    3.7450382720896025,
    1.1258861361159063,
    1.0296051667742532,
    0.3721010704142749,
    0.3397726844090373,
    0.5622474100392973,
    0.346806544855494,
    0.6677709665724512,
    0.8911307389124878,
]


def test_equals_the_reference_implementation():
    """Recorded from pycocoevalcap 1.2 (cider.cider_scorer.CiderScorer) on the same captions."""
    rng = random.Random(7)

    def caption():
        return [f"w{rng.randrange(15)}" for _ in range(rng.randint(3, 12))]

    references = [[caption() for _ in range(rng.randint(1, 5))] for _ in range(12)]
    hypotheses = [caption() for _ in range(12)]
    hypotheses[3] = list(references[3][0])
    hypotheses[4] = references[4][0][:3] * 2
    score, each = cider_d(references, hypotheses)
    assert each == pytest.approx(RECORDED, abs=1e-9)
    assert score == pytest.approx(np.mean(RECORDED), abs=1e-9)


def test_document_frequencies_from_another_corpus():
    references, corpus = [words("a dog")], [words("a dog"), words("a cat"), words("a cow")]
    assert CiderD(references).score(0, words("a dog")) == pytest.approx([0.0])  # log 1
    assert CiderD(references, corpus).score(0, words("a dog")) == pytest.approx([5.0])
    # A word that no photo of the corpus has counts as if one had it.
    unseen = CiderD([words("zebra")], corpus).score(0, words("zebra"))
    assert unseen == pytest.approx([2.5])


def test_the_reward_takes_one_image_or_an_image_each():
    references = [words("a dog runs", "dogs run"), words("a cat sits"), words("one cow eats")]
    metric = CiderD(references)
    captions = words("a dog runs", "a cat sits", "a cow")
    each = metric.score([0, 1, 2], captions)
    assert each == pytest.approx(cider_d(references, captions)[1])
    assert metric.score(np.int32(1), captions)[1] == each[1]
    assert metric.score(2, []).shape == (0,)
    assert len(metric) == 3


def test_vectors_that_are_not_kept_give_the_same_scores():
    references = [words("a big dog", "a dog runs"), words("the cat", "a cat sleeps")]
    captions = words("a dog", "a cat runs")
    kept, fresh = CiderD(references), CiderD(references, keep=False)
    np.testing.assert_array_equal(kept.score([0, 1], captions), fresh.score([0, 1], captions))
    assert len(kept) == len(fresh) == 2


def test_bad_input_is_refused_with_a_sentence():
    with pytest.raises(TypeError, match="list of tokens"):
        cider_d([words("a dog")], ["a dog"])
    with pytest.raises(TypeError, match="list of tokens"):
        CiderD([words("a dog")]).score(0, ["a dog"])
    with pytest.raises(TypeError, match="list of tokens"):
        CiderD([["a dog"]])
    with pytest.raises(ValueError, match="marker"):
        CiderD([words("<start> a dog <end>")])
    with pytest.raises(ValueError, match="one caption for each"):
        cider_d([words("a dog")], [])
