"""Tests of utils/figures/chapter_7.py: the drawings of chapter 7."""

import numpy as np

from utils.figures.chapter_7 import (
    PURPLE,
    _found,
    _grow,
    _place,
    decoding_panel,
    distance_plot,
    inflation_bars,
    kind_bars,
    ngram_ribbon,
    score_bars,
    search_tree,
    shares_at,
    temperature_bars,
    truth_plot,
    where_one_word_is_missing,
)
from utils.metrics import bleu_statistics, score_rows
from utils.vocabulary import END, START, Vocabulary

WORDS = ["<pad>", "<start>", "<end>", "<unk>", "a", "dog", "cat"]
STEPS = [
    [((START, 4), -0.1, True), ((START, 5), -2.5, True), ((START, 6), -4.0, False)],
    [((START, 4, 5), -0.5, True), ((START, 4, 6), -1.2, True), ((START, 5, END), -3.0, False)],
    [((START, 4, 5, END), -0.6, True), ((START, 4, 6, END), -1.3, True)],
]


def test_the_tree_has_each_kept_prefix_under_its_parent():
    root = _grow(STEPS, dropped=1)
    assert [child.prefix[-1] for child in root.children] == [4, 5, 6]
    assert [child.prefix[-1] for child in root.children[0].children] == [5, 6]
    assert [child.kept for child in root.children[1].children] == [False]
    assert len(_grow(STEPS, dropped=0).children) == 2


def test_no_two_leaves_share_a_row():
    root = _grow(STEPS, dropped=1)
    assert _place(root, 0.0) == 4
    ends = [child.children[0].height for child in root.children[0].children]
    assert ends == [0.0, 1.0]
    assert root.children[0].height == 0.5


def test_the_drawing_names_words_and_probabilities():
    axis = search_tree(STEPS, WORDS, [4, 5]).axes[0]
    texts = [text.get_text() for text in axis.texts]
    assert texts.count("<end>") == 3 and texts.count("cat") == 2
    assert "90" in texts  # exp(-0.1)


def test_found_ngrams_are_those_that_bleu_counts():
    references = [["a", "dog", "runs", "in", "a", "park"], ["the", "dog"]]
    hypothesis = ["a", "dog", "a", "dog", "in", "a", "park", "a"]
    counts = bleu_statistics([references], [hypothesis])[0, :4].tolist()
    assert [sum(_found(references, hypothesis, size)) for size in range(1, 5)] == counts
    assert _found(references, hypothesis, 1)[:4] == [True, True, True, False]


def test_the_ribbon_has_a_bar_for_each_ngram():
    axis = ngram_ribbon([["a", "dog", "runs"]], ["a", "dog", "sits", "down"]).axes[0]
    assert len(axis.patches) == 4 + 3 + 2 + 1
    assert "2 of 4" in [text.get_text() for text in axis.texts]


def test_kinds_of_fact_stand_with_their_counts():
    figure = kind_bars({"colour": (0.5, 0.1), "place": (1.0, 0.2)}, {"colour": 4, "place": 7})
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["100  (7 stated)", "50  (4 stated)"]


def test_temperatures_share_one_scale():
    figure = temperature_bars(np.log([0.7, 0.2, 0.1]), ["a", "b", "c"], (0.5, 2.0))
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()


def test_scores_stand_on_their_bars_with_intervals_for_the_systems_only():
    references = [[["a", "dog", "runs", "in", "the", "park"], ["one", "dog", "runs"]]] * 2
    rows = score_rows(references, {"greedy": [reference[0] for reference in references]})
    axis = score_bars(rows).axes[0]
    assert [text.get_text() for text in axis.texts] == [f"{row.bleu.bleu_4:.1f}" for row in rows]
    assert [label.get_text() for label in axis.get_yticklabels()] == [row.name for row in rows]
    assert len(axis.lines) == sum(row.intervals is not None for row in rows) == 1


def test_ways_of_grading_have_a_letter_on_each_bar():
    axis = inflation_bars({"honest": [60, 40, 30, 20], "strings": [90, 80, 75, 70]}, [50] * 4).axes[
        0
    ]
    assert [text.get_text() for text in axis.texts] == list("aaaabbbb")
    legend = [text.get_text() for text in axis.get_legend().get_texts()]
    assert legend == ["annotators", "a: honest", "b: strings"]


def test_truth_is_drawn_against_bleu_with_a_name_at_each_point():
    greedy = (40.0, (35.0, 45.0), 80.0, (75.0, 84.0))
    people = (30.0, (30.0, 30.0), 100.0, (100.0, 100.0))
    other = {"greedy": (35.0, (31.0, 39.0), 70.0, (60.0, 80.0))}
    axis = truth_plot({"test": {"greedy": greedy, "people": people}, "other": other}).axes[0]
    assert [text.get_text() for text in axis.texts] == ["greedy", "people", "greedy"]
    assert tuple(axis.texts[1].xy) == (30.0, 100.0)
    assert list(axis.lines[0].get_xdata()) == [35.0, 45.0]
    assert list(axis.lines[1].get_ydata()) == [75.0, 84.0]


def test_greedys_way_is_drawn_even_where_it_was_dropped():
    root = _grow(STEPS, dropped=0, always=(START, 6, END))
    assert [child.prefix[-1] for child in root.children] == [4, 5, 6]
    axis = search_tree(STEPS, WORDS, [4, 5], greedy=[6]).axes[0]
    colours = {text.get_text(): text.get_color() for text in axis.texts}
    assert "greedy's path" in colours and colours["greedy's path"] == PURPLE


def test_the_panel_shows_draws_and_captions_of_a_beam():
    def ask(images, prefixes):
        """Write "a dog", then the end."""
        place = np.asarray(prefixes).shape[1] - 1
        probabilities = np.full((len(images), 7), 0.01)
        probabilities[:, (4, 5, END)[min(place, 2)]] = 0.9
        return np.log(probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)

    figure = decoding_panel(ask, 0, Vocabulary(WORDS), [START, 4], 0.3, 2)
    left, right = figure.axes
    assert left.get_title() == 'after "a"'
    texts = [text.get_text() for text in right.texts]
    assert texts[0] == "four draws at T = 0.3" and texts[1] == "a dog"
    assert any(text.startswith("-0.") and text.endswith("a dog") for text in texts)


def test_a_low_temperature_sharpens():
    log_probs = np.log(np.array([0.5, 0.3, 0.2]))
    assert np.allclose(shares_at(log_probs, 1.0), [0.5, 0.3, 0.2])
    assert shares_at(log_probs, 0.5)[0] > 0.5 > shares_at(log_probs, 2.0)[0]


def test_the_caption_with_one_word_that_no_reference_has_is_found():
    references = [[["a", "dog", "runs", "in", "the", "green", "park"]]] * 3
    captions = [["a", "dog"], ["a", "dog", "runs", "in", "the", "green", "park"], []]
    captions[2] = ["a", "cat", "runs", "in", "the", "green", "park"]
    assert where_one_word_is_missing(references, captions) == 2
    assert where_one_word_is_missing(references[:2], captions[:2]) == 0


def test_photos_beyond_the_line_have_another_colour():
    near, far = np.array([0.1, 0.2, 0.7]), np.array([0.8, 0.9])
    figure = distance_plot({"dev": near, "real photos": far}, line=0.5)
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["dev (3)", "real photos (2)"]
    first, second = (dots.get_facecolors()[:, :3] for dots in axis.collections)
    assert (first[0] == first[1]).all() and (first[0] != first[2]).any()
    assert (second == first[2]).all()
    np.testing.assert_allclose(axis.collections[0].get_offsets()[:, 0], near)
