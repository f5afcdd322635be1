"""The pictures of chapter 3 show all words, and typed words never raise an error."""

import numpy as np
import pytest

from utils.figures.chapter_3 import (
    group_map,
    group_map_alt,
    plural_arrows,
    plural_arrows_alt,
    stripes,
    stripes_alt,
    table_alt,
    table_of_counts,
    typed_map,
)
from utils.figures.show import picture_file
from utils.glove import Glove

WORDS = ["dog", "dogs", "cat", "cats", "red"]
GLOVE = Glove(WORDS, np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32))
GROUPS = {"animals": ["dog", "dogs", "cat", "cats"], "colours": ["red"], "places": ["park"]}


def plane(vectors):
    return vectors[:, :2], 0.5


def texts_of(figure):
    axis = figure.axes[0]
    return [text.get_text() for text in axis.texts] + [axis.get_title()]


def test_a_table_writes_the_counts_above_zero():
    counts = np.array([[0, 2.5], [2.5, 0]])
    assert [text for text in texts_of(table_of_counts(counts, ["a", "b"])) if text] == ["2.5"] * 2


def test_stripes_have_a_row_for_each_word():
    axis = stripes(GLOVE, ["dog", "red"]).axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["dog", "red"]


def test_a_map_labels_each_word_in_the_colour_of_its_group():
    figure = group_map(GLOVE.vectors[:, :2], WORDS, GROUPS, "a map")
    colours = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert sorted(colours) == sorted(WORDS) and texts_of(figure)[-1] == "a map"
    assert len({colours[word] for word in WORDS[:4]}) == 1 and colours["red"] != colours["dog"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["animals", "colours"]  # a group without a word is left out


def test_only_crowded_dots_have_a_line_to_their_label():
    points = np.array([[0.0, 0.0], [0.001, 0.0], [5.0, 5.0], [5.0, 0.0], [0.0, 5.0]])
    texts = group_map(points, WORDS, GROUPS, "a map").axes[0].texts
    assert {text.get_text() for text in texts if text.arrow_patch} == {"dog", "dogs"}


def test_alt_texts_say_what_the_pictures_show():
    assert "largest, 3, is that of a and b; 50%" in table_alt(np.array([[0, 3], [3, 0]]), "ab")
    vectors = np.array([[2, 0.5, 2], [2, 1.5, 0], [2, 1.5, 0]], dtype=np.float32)
    told = stripes_alt(Glove(["up", "red", "blue"], vectors), ["up", "red", "blue"])
    assert "every row: column 0." in told and "two rows: column 1 in red and blue only" in told
    points = np.array([[0, 0], [0, 1], [1, 0], [9, 8], [9, 9]], dtype=float)
    told = group_map_alt(points, WORDS, GROUPS)
    assert "animals bottom left, colours top right" in told and "group: cats to colours" in told
    assert "places" not in told
    told = plural_arrows_alt(np.array([[0, 0], [1, 0], [0, 0], [0, 2]]), ["dog", "cat"])
    assert "dog 0, cat 90" in told


def test_arrows_lead_from_nouns_to_plurals():
    figure = plural_arrows(GLOVE.vectors[:4, :2], ["dog", "cat"], "plurals")
    words = [text for text in figure.axes[0].texts if text.get_text()]
    assert [text.get_text() for text in words] == ["dog", "dogs", "cat", "cats"]
    ends = [text.xy for text in figure.axes[0].texts if not text.get_text()]
    assert np.allclose(ends, GLOVE.vectors[[1, 3], :2])


def test_a_typed_map_draws_known_words_once_and_names_the_others():
    shown = texts_of(typed_map(GLOVE, plane, "Dog, cat red dog zebra"))
    assert shown[:3] == ["dog", "cat", "red"]
    assert "3 words" in shown[-1] and "50%" in shown[-1] and "zebra" in shown[-1]


@pytest.mark.parametrize("text", ["", "   ", "dog", "dog cat", "$\\frac{", "zebra " * 500, "\n\t"])
def test_too_few_known_words_are_answered_in_the_picture(text):
    figure = typed_map(GLOVE, plane, text)
    assert "Type 3 words or more" in texts_of(figure)[0]
    assert len(picture_file(figure).data) > 1000


def test_the_same_each_time():
    draw = [typed_map(GLOVE, plane, "dog cat red") for _ in range(2)]
    assert picture_file(draw[0]) == picture_file(draw[1])
