"""BLEU against hand-computed values and nltk, its baselines, and the table."""

import csv
import io
import math
import os
import random
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from nltk.translate.bleu_score import corpus_bleu

from utils.bleu import allowance
from utils.captions import clean_caption
from utils.metrics import (
    bleu,
    bootstrap,
    cider_d,
    constant_baseline,
    constant_caption,
    copied_share,
    distinct_captions,
    human_row,
    score_row,
    score_rows,
    score_table,
    shuffled_baseline,
    strip_markers,
)
from utils.support.paths import ROOT


def words(*captions):
    return [caption.split() for caption in captions]


def random_corpus(seed, images=40, references=5, vocabulary=12):
    rng = random.Random(seed)

    def caption():
        return [f"w{rng.randrange(vocabulary)}" for _ in range(rng.randint(4, 12))]

    return [[caption() for _ in range(references)] for _ in range(images)], [
        caption() for _ in range(images)
    ]


# By hand ------------------------------------------------------------------------------------


def test_clipping_by_hand():
    """Papineni's example: seven times "the" finds two, and no pair of them is in a reference."""
    references = [words("the cat is on the mat", "there is a cat on the mat")]
    score = bleu(references, words("the the the the the the the"))
    assert score.precisions == (2 / 7, 0, 0, 0)
    assert score.brevity_penalty == 1.0 and score.length_ratio == 1.0
    assert score.scores == pytest.approx((100 * 2 / 7, 0, 0, 0))


def test_allowed_is_what_the_richest_reference_has():
    allowed = allowance(words("a dog and a cat", "a dog and dog"))
    assert (allowed["a",], allowed["dog",], allowed["cat",], allowed["cow",]) == (2, 2, 1, 0)
    assert (allowed["a", "dog"], allowed["and", "dog"], allowed["dog", "dog"]) == (1, 1, 0)
    assert max(map(len, allowed)) == 4


def test_four_orders_by_hand():
    """5 of 6 words, 4 of 5 pairs, 3 of 4 triples, 2 of 3 fours are in the reference."""
    score = bleu([words("a dog runs in the park")], words("a dog runs in the snow"))
    assert score.precisions == pytest.approx((5 / 6, 4 / 5, 3 / 4, 2 / 3))
    products = [5 / 6, 5 / 6 * 4 / 5, 5 / 6 * 4 / 5 * 3 / 4, 5 / 6 * 4 / 5 * 3 / 4 * 2 / 3]
    expected = [100 * product ** (1 / n) for n, product in enumerate(products, 1)]
    assert score.scores == pytest.approx(expected)
    assert (score.bleu_1, score.bleu_2, score.bleu_3, score.bleu_4) == score.scores


def test_brevity_by_hand():
    """Three right words where the closest reference has five: exp(1 - 5/3)."""
    score = bleu(
        [words("a brown dog runs fast", "one two three four five six")], words("a dog runs")
    )
    assert score.brevity_penalty == pytest.approx(math.exp(1 - 5 / 3))
    assert score.length_ratio == pytest.approx(3 / 5)
    assert score.bleu_1 == pytest.approx(100 * math.exp(1 - 5 / 3))
    assert score.bleu_2 == pytest.approx(100 * math.exp(1 - 5 / 3) * math.sqrt(1 / 2))


def test_counts_are_added_up_before_they_are_divided():
    """1 of 1 words and 0 of 3: the corpus has 1 of 4, not the mean of 100% and 0%."""
    references = [words("dog"), words("x y z")]
    assert bleu(references, words("dog", "a b c")).bleu_1 == pytest.approx(25.0)


def test_equally_close_references_count_the_shorter():
    assert bleu([words("a b", "a b c d")], words("a b c")).length_ratio == pytest.approx(1.5)


# Against nltk -------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:[^a-z]*The hypothesis contains 0 counts")
@pytest.mark.parametrize("seed", range(6))
def test_equals_nltk_in_all_orders(seed):
    references, hypotheses = random_corpus(seed, vocabulary=5 + seed)
    found = bleu(references, hypotheses).scores
    for order in range(1, 5):
        weights = (1 / order,) * order
        assert sum(weights) == pytest.approx(1)
        assert found[order - 1] == pytest.approx(
            100 * corpus_bleu(references, hypotheses, weights), abs=1e-9
        )


@pytest.mark.filterwarnings("ignore:[^a-z]*The hypothesis contains 0 counts")
def test_equals_nltk_for_short_and_empty_captions():
    references = [
        words("a dog", "the dog runs"),
        words("two cats sit there now"),
        words("a b c d e"),
    ]
    hypotheses = [["dog"], [], ["a", "b", "c", "d"]]
    found = bleu(references, hypotheses).scores
    for order in range(1, 5):
        expected = corpus_bleu(references, hypotheses, (1 / order,) * order)
        assert found[order - 1] == pytest.approx(100 * expected, abs=1e-9)


def test_nothing_right_is_zero_and_all_right_is_hundred():
    references = [words("a dog runs in the park", "the dog runs")]
    assert bleu(references, words("x y z")).scores == (0, 0, 0, 0)
    assert bleu(references, [[]]).scores == (0, 0, 0, 0)
    assert bleu(references, [references[0][0]]).scores == pytest.approx((100,) * 4)


# What would mislead -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("references", "hypotheses", "error", "message"),
    [
        ([words("a dog")], ["a dog"], TypeError, "compare letters"),
        ([["a dog", "the dog"]], words("a dog"), TypeError, "each a list of tokens"),
        (["a dog"], words("a dog"), TypeError, "each a list of tokens"),
        ("a dog", words("a dog"), TypeError, "one entry an image"),
        ([words("a dog")], {"x.jpg": ["a"]}, TypeError, "one entry an image"),
        ([words("a dog")], [["a dog"]], ValueError, "is not one word"),
        ([words("a dog")], [[4, 5]], TypeError, "turn ids into words"),
        ([words("a dog")], words("<start> a dog <end>"), ValueError, "strip_markers"),
        ([words("startseq a dog endseq")], words("a dog"), ValueError, "startseq"),
        ([words("a <unk>")], words("a dog"), ValueError, "raw captions as references"),
        ([words("a dog")], words("a dog", "a cat"), ValueError, "one caption for each"),
        ([[]], words("a dog"), ValueError, "are empty"),
        ([[[]]], words("a dog"), ValueError, "are empty"),
        ([], [], ValueError, "no captions to score"),
    ],
)
def test_input_that_misleads_is_refused_with_a_sentence(references, hypotheses, error, message):
    with pytest.raises(error, match=message):
        bleu(references, hypotheses)


def test_an_unknown_word_in_a_caption_counts_as_wrong():
    assert bleu([words("a dog runs")], words("a <unk> runs")).bleu_1 == pytest.approx(200 / 3)


def test_strip_markers():
    assert strip_markers(["<start>", "a", "dog", "<end>", "<pad>", "dog"]) == ["a", "dog"]
    assert strip_markers(["startseq", "a", "dog", "endseq"]) == ["a", "dog"]
    assert strip_markers(["a", "<unk>", "<pad>"]) == ["a", "<unk>"]


def test_markers_would_lift_the_score():
    """By hand: 2 of 3 words are right; with two markers that always are, 4 of 5."""
    references, hypotheses = [words("a dog runs")], words("a dog sits")
    framed = [[["<start>", *caption, "<end>"] for caption in found] for found in references]
    inflated = corpus_bleu(framed, [["<start>", *h, "<end>"] for h in hypotheses], (1,))
    assert bleu(references, hypotheses).bleu_1 == pytest.approx(200 / 3)
    assert 100 * inflated == pytest.approx(80.0)


# Bootstrap ----------------------------------------------------------------------------------


def test_bootstrap_holds_the_score_and_narrows_with_images():
    references, hypotheses = random_corpus(2, images=200, vocabulary=4)
    intervals = bootstrap(references, hypotheses)
    assert intervals.shape == (4, 2)
    for (low, high), score in zip(intervals, bleu(references, hypotheses).scores, strict=True):
        assert low < score < high
    few = bootstrap(references[:20], hypotheses[:20])
    assert (np.diff(few) > 1.5 * np.diff(intervals)).all()
    np.testing.assert_array_equal(intervals, bootstrap(references, hypotheses))
    assert (bootstrap(references, hypotheses, seed=1) != intervals).any()


def test_bootstrap_equals_scoring_the_drawn_images_again():
    references, hypotheses = random_corpus(3, images=15)
    rng = np.random.default_rng(0)
    draws = rng.multinomial(15, np.full(15, 1 / 15), size=50)
    scores = []
    for draw in draws:
        rows = np.repeat(np.arange(15), draw)
        scores.append(bleu([references[i] for i in rows], [hypotheses[i] for i in rows]).scores)
    expected = np.quantile(scores, [0.025, 0.975], axis=0).T
    found = bootstrap(references, hypotheses, samples=50, seed=0)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("at_once", [7, 1000])
def test_bootstrap_does_not_depend_on_how_many_samples_are_in_memory(at_once, monkeypatch):
    references, hypotheses = random_corpus(4, images=30)
    intervals = bootstrap(references, hypotheses)
    monkeypatch.setattr("utils.bleu.AT_ONCE", at_once)
    np.testing.assert_array_equal(bootstrap(references, hypotheses), intervals)


def test_bootstrap_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="samples"):
        bootstrap([words("a")], words("a"), samples=0)
    with pytest.raises(ValueError, match="confidence"):
        bootstrap([words("a")], words("a"), confidence=95)


# Baselines and people --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_the_constant_caption_is_the_best_of_all(seed):
    train, _ = random_corpus(seed, images=25, references=3, vocabulary=5)
    train[0][0] = ["w1"] * 6  # clipping counts
    best = constant_caption(train)
    candidates = {tuple(caption) for captions in train for caption in captions}

    def value(caption):
        scores = bleu(train, [list(caption)] * len(train)).scores
        return np.log(np.maximum(scores, 1e-9)).mean()

    assert tuple(best) in candidates
    assert value(best) == pytest.approx(max(map(value, candidates)))
    assert constant_baseline(train, train).scores == bleu(train, [best] * len(train)).scores


def test_the_constant_caption_breaks_ties_the_same_way_every_time():
    assert constant_caption([words("b c", "a d")]) == ["a", "d"]
    assert constant_caption([words("b c d", "a d"), words("a d", "b c d")]) == ["b", "c", "d"]


def test_shuffling_gives_no_image_its_own_caption():
    count = 30
    references = [words(f"own{i} b c d") for i in range(count)]
    hypotheses = words(*(f"own{i} x y z" for i in range(count)))
    for seed in range(20):
        assert shuffled_baseline(references, hypotheses, seed).bleu_1 == 0
    shared = words(*["own0 b c d"] * count)
    assert shuffled_baseline(references, shared).scores == bleu(references, shared).scores
    with pytest.raises(ValueError, match="two images"):
        shuffled_baseline(references[:1], hypotheses[:1])


def test_the_human_row_by_hand():
    """Turn by turn: "a b" finds 1 of 2 words, "a c" 1 of 2, "d e" none: a mean of a third."""
    row = human_row([words("a b", "a c", "d e")])
    assert row.bleu_1 == pytest.approx(100 / 3)
    assert row.length_ratio == 1.0


def test_the_human_row_leaves_out_images_with_one_reference():
    pair = words("a b c d", "a b c e")
    assert human_row([pair, words("x y z")]) == human_row([pair])
    with pytest.raises(ValueError, match="two captions"):
        human_row([words("x y z")])


def test_distinct_and_copied():
    captions = words("a dog", "a dog", "a cat")
    assert distinct_captions(captions) == 2
    assert copied_share(captions, [words("a dog", "dogs")]) == pytest.approx(2 / 3)


# The table ----------------------------------------------------------------------------------


def test_the_table_puts_the_row_beside_its_baselines():
    references, hypotheses = random_corpus(4)
    train, _ = random_corpus(5)
    rows = score_rows(references, {"greedy": hypotheses, "beam 3": hypotheses}, train)
    assert [row.name for row in rows] == [
        "one caption for all",
        "captions shuffled",
        "greedy",
        "beam 3",
        "people",
    ]
    lines = score_table(rows).splitlines()
    assert len(lines) == 1 + 5 + 2  # a head, the rows, an interval for each system
    assert max(map(len, lines)) <= 100
    score = bleu(references, hypotheses)
    greedy = next(line for line in lines if line.startswith("greedy"))
    assert greedy.split()[1:5] == [f"{value:.1f}" for value in score.scores]
    assert f"{score.length_ratio:.2f}" in greedy.split()
    assert greedy.split()[-2:] == ["40", "0%"]


def test_one_reference_an_image_and_no_training_captions_is_enough():
    references, hypotheses = [words("a b c"), words("d e f")], words("a b c", "d e g")
    rows = score_rows(references, {"model": hypotheses})
    assert [row.name for row in rows] == ["captions shuffled", "model"]
    assert score_row("model", references, hypotheses).copied is None
    assert "people" not in score_table(rows)
    assert [row.name for row in score_rows(references[:1], {"model": hypotheses[:1]})] == ["model"]
    with pytest.raises(ValueError, match="name one list"):
        score_rows(references, {})


def test_five_thousand_photos_are_scored_within_a_minute():
    references, hypotheses = random_corpus(6, images=5_000, vocabulary=2_000)
    start = time.process_time()
    score_row("large", references, hypotheses)
    assert time.process_time() - start < 60  # really about 5


def test_a_row_as_numbers_has_the_scales_of_the_table_and_none_for_what_is_missing():
    references, hypotheses = random_corpus(4)
    row = score_row("greedy", references, hypotheses, references)
    found = row.to_json()
    assert found["bleu"] == [round(score, 2) for score in row.bleu.scores]
    assert found["cider_d"] == round(100 * cider_d(references, hypotheses)[0], 2) > 0
    assert found["intervals"] == row.intervals.round(2).tolist()
    assert (found["copied"], found["distinct"], found["meteor"]) == (0.0, 40, None)
    baseline = score_rows(references, {"greedy": hypotheses})[0].to_json()
    measured = {name for name, value in baseline.items() if value is not None}
    assert measured == {"bleu", "length_ratio"} and set(baseline) == set(found)


# Flickr8k -----------------------------------------------------------------------------------


def flickr8k():
    """The tokens of train and dev, by image; skips where the archive is missing."""
    folder = Path(os.environ.get("FLICKR8K_SHARED") or ROOT.parent / "shared" / "flickr8k")
    archive = folder / "flickr8k_traindev.zip"
    if not archive.is_file():
        pytest.skip(f"Flickr8k is not at {folder}; set FLICKR8K_SHARED to measure its baselines.")
    with zipfile.ZipFile(archive) as opened:
        text = opened.read("captions.txt").decode("utf-8")
    captions = {}
    for name, caption in list(csv.reader(io.StringIO(text)))[1:]:
        captions.setdefault(name, []).append(clean_caption(caption))
    splits = []
    for split in ("train", "dev"):
        names = (folder / f"Flickr_8k.{split}Images.txt").read_text(encoding="utf-8").split()
        splits.append([captions[name] for name in names])
    return splits


def test_baselines_and_people_on_flickr8k():
    train, dev = flickr8k()
    # A baseline at least as strong as the one seen elsewhere, 48.5/28.0/13.7/7.3.
    baseline = constant_baseline(dev, train)
    assert baseline.scores == pytest.approx((49.9, 29.9, 13.9, 7.8), abs=0.5)
    people = human_row(dev)
    assert people.scores == pytest.approx((64.7, 45.7, 31.4, 21.4), abs=0.6)
    alone = [captions[0] for captions in dev]
    rest = [captions[1:] for captions in dev]
    assert shuffled_baseline(rest, alone).bleu_4 < baseline.bleu_4 < bleu(rest, alone).bleu_4
