"""The drawing of chapter 1 says what the course builds, small and the same each time."""

import numpy as np
import pytest

from utils.figures.chapter_1 import course_drawing
from utils.figures.show import png_bytes

PHOTO = np.full((32, 32, 3), 200, np.uint8)


def draw(candidates=("dog", "cat", "the")):
    return course_drawing(PHOTO, ["a", "big", "brown"], candidates)


def test_it_names_every_part_and_the_words():
    shown = " ".join(text.get_text() for text in draw().axes[0].texts)
    for part in ("CNN", "GloVe + LSTM", "add", "which word comes next?", "<end>", "brown", "dog"):
        assert part in shown


def test_the_first_candidate_has_the_longest_bar():
    axis = draw().axes[0]
    bars = [bar for bar in axis.patches if bar.get_x() == 16.2]  # beside the words
    lengths = [bar.get_width() for bar in bars]
    assert len(lengths) == 3
    assert lengths == sorted(lengths, reverse=True)
    words = [text.get_text() for text in axis.texts if text.get_position()[0] == 16.05]
    assert words == ["dog", "cat", "the"]


def test_small_and_the_same_each_time():
    assert png_bytes(draw()) == png_bytes(draw())
    assert len(png_bytes(draw())) < 100_000


@pytest.mark.parametrize("candidates", [["dog"], list("abcde")])
def test_it_takes_two_to_four_candidates(candidates):
    with pytest.raises(ValueError, match="two to four"):
        draw(candidates)
