"""The pictures of chapter 6 show what they are given, whatever learning rate is chosen."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from utils.figures.chapter_6 import (
    gain_bars,
    most_none_least,
    padding_picture,
    rate_picture,
    texts_below,
)
from utils.figures.plots import BLUE, GREY, ORANGE
from utils.figures.show import picture_file


def run(rate):
    """A run whose losses grow with the rate; no training."""
    return [5.0 + 10 * rate * step for step in range(30)], 5.0 + rate


def test_padding_fills_the_left_batch_up_to_its_longest_prefix():
    left, right = padding_picture(np.array([2, 5, 3]), 4).axes
    assert left.images[0].get_array().sum(axis=1).tolist() == [2, 5, 3]
    assert right.images[0].get_array().sum(axis=1).tolist() == [4, 4, 4]


def test_both_rates_stand_in_the_legend():
    axis = rate_picture(run, 0.001, 0.03).axes[0]
    texts = [text.get_text() for text in axis.get_legend().get_texts()]
    assert texts == ["rate 0.03: dev loss 5.03", "rate 0.001: dev loss 5.00"]


@pytest.mark.parametrize("rate", [1e-4, 0.03, 10.0])
def test_any_rate_can_be_drawn(rate):
    figure = rate_picture(run, rate, 0.03)
    told = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert ("above this picture" in told) == (rate == 10)
    assert picture_file(figure).data.startswith(b"\x89PNG")


def test_long_captions_are_cut_below_a_photo():
    said = {"full": [["a", "dog"], ["a"]], "no text": [["a"] * 20, ["a"]]}
    assert texts_below(said, 1, words=3) == ["full: a dog\nno text: a a a …"]
    assert len(texts_below(said, 2)) == 2


def test_groups_of_gains_have_a_colour_each():
    gains = {word: gain for word, gain in zip("abcdef", (3, 2, 0.1, 0, -1, -2), strict=True)}
    axis = gain_bars(gains, ("most", "none", "less")).axes[0]
    assert [to_hex(bar.get_facecolor()) for bar in axis.patches] == [
        *[BLUE] * 2, *[GREY] * 2, *[ORANGE] * 2,
    ]  # fmt: skip
    assert [label.get_text() for label in axis.get_yticklabels()] == list("abcdef")
    legend = axis.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["most", "none", "less"]
    assert [to_hex(patch.get_facecolor()) for patch in legend.get_patches()] == [BLUE, GREY, ORANGE]


def test_groups_of_words_are_the_most_those_near_zero_and_the_least():
    gains = {word: gain for word, gain in zip("abcdefg", (3, -2, 0.1, 1, -0.2, -1, 2), strict=True)}
    assert most_none_least(gains, 2) == ["a", "g", "c", "e", "f", "b"]
