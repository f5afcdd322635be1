"""The pictures of chapter 1 show what they say: words, bars, a chosen point, the same each time."""

import numpy as np
import pytest

from utils.figures.chapter_1 import (
    FLICKR8K_MINIMUM,
    FLICKR8K_RANKS,
    caption_list,
    course_drawing,
    lengths_picture,
    minimum_count_picture,
    parrot_picture,
    score_bars,
    zipf_picture,
)
from utils.figures.show import picture_file

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
    assert picture_file(draw()) == picture_file(draw())
    assert len(picture_file(draw()).data) < 100_000


@pytest.mark.parametrize("candidates", [["dog"], list("abcde")])
def test_it_takes_two_to_four_candidates(candidates):
    with pytest.raises(ValueError, match="two to four"):
        draw(candidates)


# Counts, lengths and scores

TRAIN = [["a", "dog", "runs"]] * 60 + [["a", "cat", "runs"]] * 3 + [["a", "yak", "sits"]]
DEV = [["a", "dog", "runs", "in", "the", "park"], ["a", "cat", "sits"], ["a", "yak", "runs"]]


def texts_of(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def test_the_numbers_of_flickr8k_are_in_order():
    counts = list(FLICKR8K_RANKS.values())
    assert counts == sorted(counts, reverse=True)
    types, unknown = zip(*FLICKR8K_MINIMUM.values(), strict=True)
    assert list(types) == sorted(types, reverse=True)
    assert list(unknown) == sorted(unknown)
    assert types[0] == max(FLICKR8K_RANKS)


def test_caption_list_has_bullets_indented_lines_and_no_full_stops():
    assert caption_list(["A dog runs in the park .", "A cat."], width=14) == (
        "• A dog runs\n   in the park\n• A cat"
    )


def test_zipf_picture_names_its_four_curves():
    figure = zipf_picture([50, 20, 5, 1], "scenes")
    legend = figure.axes[0].get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    assert names == [
        "C / rank, Flickr8k",
        "C / rank, scenes",
        "counted, Flickr8k",
        "counted, scenes",
    ]


@pytest.mark.parametrize(
    ("minimum", "kept", "unknown"),
    [(1, "6", "25.0%"), (3, "4", "41.7%"), (4, "3", "50.0%"), (100, "0", "100.0%")],
)
def test_minimum_count_picture_tells_the_size_and_the_unknown_words(minimum, kept, unknown):
    shown = texts_of(minimum_count_picture(TRAIN, DEV, minimum))
    assert shown[:2] == [kept, unknown]


def test_minimum_count_picture_writes_unknown_words_as_such():
    shown = texts_of(minimum_count_picture(TRAIN, DEV, 2))[2:]
    # Of captions of six words and more there is one; it stands for all three.
    assert shown == ["a", "dog", "runs", "<unk>", "<unk>", "<unk>"] * 3


def test_parrot_picture_has_three_rows():
    figure = parrot_picture([PHOTO] * 2, [PHOTO[:8, :8]] * 2, [PHOTO] * 2)
    assert len(figure.axes) == 6
    assert [text.replace("\n", " ") for text in texts_of(figure)] == [
        "a photo of dev",
        "what the parrot sees",
        "the most similar photo of train",
    ]


def test_score_bars_keep_their_order_and_round():
    figure = score_bars({"a random caption": 24.6, "parrot, split by caption": 47.6}, "overlap")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "a random caption",
        "parrot, split by caption",
    ]
    assert texts_of(figure) == ["25%", "48%"]


def test_lengths_picture_writes_the_mean_above_the_bars_and_points_at_the_longest():
    figure = lengths_picture(np.array([3, 3, 4, 6]))
    text, longest = figure.axes[0].texts
    assert longest.get_text() == "longest: 6 words"
    assert text.get_text() == "mean: 4.0 words"
    assert text.get_position()[1] > max(bar.get_height() for bar in figure.axes[0].patches)
