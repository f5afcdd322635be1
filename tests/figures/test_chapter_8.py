"""Tests of utils/figures/chapter_8.py: the drawings of chapter 8."""

import numpy as np
import pytest
from drawn_text import everything_said

from utils.figures import chapter_8 as drawings
from utils.figures.show import picture_file

PHOTO = np.random.default_rng(0).integers(60, 255, (28, 28, 3), dtype=np.uint8)
LARGE = np.random.default_rng(0).integers(60, 255, (224, 224, 3), dtype=np.uint8)
WEIGHTS = np.random.default_rng(1).dirichlet(np.ones(49), 3).reshape(3, 7, 7)
SHAPES = {
    "map": (1, 49, 1280),
    "values": (1, 49, 128),
    "keys": (1, 49, 128),
    "words": (1, 12),
    "embedded": (1, 12, 50),
    "states": (1, 12, 128),
    "queries": (1, 12, 128),
    "weights": (1, 12, 49),
    "contexts": (1, 12, 128),
    "read": (1, 12, 128),
    "merged": (1, 12, 128),
    "logits": (1, 12, 363),
}


def frames(axis):
    return [patch for patch in axis.patches if not patch.get_fill()]


def test_a_region_with_much_weight_is_clear_and_others_are_dark():
    weights = np.zeros((7, 7))
    weights[2, 5], weights[0, 0] = 0.8, drawings.FULL / 2
    seen = drawings.veiled(PHOTO, weights)
    clear = (slice(8, 12), slice(20, 24))
    np.testing.assert_array_equal(seen[clear], PHOTO[clear])
    assert seen[:4, :4].mean() > 1.5 * seen[4:8, :4].mean()  # half a weight is half a veil
    assert seen[20:, :16].max() < 80


def test_something_white_without_weight_is_as_dark_as_anything_else():
    white = np.full((28, 28, 3), 255, np.uint8)
    assert drawings.veiled(white, np.zeros((7, 7))).max() < 80


def test_all_regions_alike_are_not_clear_and_have_no_frame():
    even = np.full((7, 7), 1 / 49)
    assert drawings.veiled(PHOTO, even).mean() < 0.5 * PHOTO.mean()
    figure = drawings.attention_maps(PHOTO, ["even", "one"], [even, WEIGHTS[0]])
    assert [len(frames(axis)) for axis in figure.axes[1:3]] == [0, 1]


def test_scores_are_not_taken_for_weights():
    with pytest.raises(ValueError, match="after the softmax"):
        drawings.veiled(PHOTO, WEIGHTS[0] - 0.5)


def test_each_word_has_a_map_with_its_largest_weight_and_the_scale_is_explained():
    figure = drawings.attention_maps(PHOTO, ["a", "dog", "runs"], WEIGHTS, columns=3)
    titled = [axis.get_title() for axis in figure.axes if axis.get_title()]
    largest = [
        f"{word}  {w.max():.0%}" for word, w in zip(("a", "dog", "runs"), WEIGHTS, strict=True)
    ]
    assert titled == ["the photo", *largest]
    shown = figure.axes[2].images[0].get_array()
    np.testing.assert_array_equal(shown, drawings.veiled(PHOTO, WEIGHTS[1]))
    said = everything_said(figure)
    assert "weight of a region" in said and "12% or more" in said


def test_one_word_is_drawn_large_and_marked_in_its_caption():
    words = ["a", "dog", "runs"]
    figure = drawings.word_drawing(PHOTO, words, WEIGHTS, "2: dog")
    said = everything_said(figure)
    assert "a [DOG] runs" in said and f"{WEIGHTS[1].max():.0%}" in said


def test_a_grey_square_covers_three_by_three_regions_and_is_cut_at_the_edge():
    inside, corner = drawings.cover(LARGE, 3, 3), drawings.cover(LARGE, 0, 6)
    assert ((inside == 128).all(axis=-1)).sum() >= 96 * 96
    assert (inside[64:160, 64:160] == 128).all()
    assert (corner[:64, 160:] == 128).all()
    np.testing.assert_array_equal(corner[64:], LARGE[64:])


def test_the_caption_of_the_covered_photo_stands_below_that_of_the_whole_one():
    captions = [["place", str(n)] for n in range(49)]
    said = everything_said(drawings.covered_drawing(LARGE, captions, ["place", "9"], 2, 3))
    assert "place 9 (the same)" in said
    said = everything_said(drawings.covered_drawing(LARGE, captions, ["place", "9"], 7, 7))
    assert "place 48" in said and "the same" not in said


def test_the_model_is_drawn_with_every_shape_it_was_given():
    said = everything_said(drawings.model_drawing(SHAPES))
    for name, shape in SHAPES.items():
        assert f"{name} (n, {', '.join(f'{size:,}' for size in shape[1:])})" in said
    assert all(part in said for part in ("Dense (key)", "Dense (query)", "concatenate", "Dropout"))


def test_prefixes_are_a_triangle_and_one_pass_is_a_row():
    figure = drawings.passes_drawing(["<start>", "two", "dogs", "run"])
    left, right = figure.axes
    # What is read, then what is guessed; on the right the two lines that explain the colours.
    assert (len(left.texts), len(right.texts)) == (10 + 4, 4 + 4 + 2)
    assert "<end>" in everything_said(figure)
    assert "10 tokens read, 4 guesses" in left.get_title()
    assert "4 tokens read, 4 guesses" in right.get_title()


def test_scores_stand_side_by_side():
    text = drawings.score_table(
        {"before": {"words": 9.44, "facts": 7}, "after": {"words": 11.0, "facts": 12}}
    )
    assert [line.split() for line in text.split("\n")] == [
        ["before", "after"],
        ["words", "9.4", "11.0"],
        ["facts", "7", "12"],
    ]


def test_every_bandit_has_a_line_and_the_mean_a_thick_one():
    runs = {"without": np.full((4, 10), 0.2), "with": np.full((4, 10), 0.95)}
    figure = drawings.bandit_curves(runs)
    counted = ["without: 0 of 4 end above 0.9", "with: 4 of 4 end above 0.9"]
    assert [axis.get_title() for axis in figure.axes] == counted
    assert [len(axis.lines) for axis in figure.axes] == [5, 5]
    np.testing.assert_allclose(figure.axes[1].lines[-1].get_ydata(), 0.95)


def test_samples_stand_best_first_with_a_tick_at_what_they_are_compared_with():
    rewards, advantages = np.array([0.1, 0.7, 0.4]), np.array([-0.45, 0.45, 0.0])
    figure = drawings.samples_drawing(["worst", "best", "middle"], rewards, advantages, PHOTO)
    axis = figure.axes[1]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["best", "middle", "worst"]
    ticks = [line.get_xdata()[0] for line in axis.lines[:3]]
    np.testing.assert_allclose(ticks, (rewards - advantages)[[1, 2, 0]])
    said = everything_said(figure)
    assert "+0.45  more probable" in said and "-0.45  less probable" in said


def test_curves_have_a_plot_each_that_begins_at_0():
    figure = drawings.reward_curves({"reward": [0.2, 0.4], "words": [11.0, 3.0, 2.0]})
    assert [axis.get_title() for axis in figure.axes] == ["reward", "words"]
    assert all(axis.get_ylim()[0] == 0 for axis in figure.axes)
    assert figure.axes[1].lines[0].get_xdata().tolist() == [1, 2, 3]


def test_a_drawing_is_the_same_picture_each_time_and_small():
    draw = {
        "attention": lambda: drawings.attention_maps(PHOTO, ["a"], WEIGHTS[:1]),
        "model": lambda: drawings.model_drawing(SHAPES),
        "passes": lambda: drawings.passes_drawing(["<start>", "a"]),
    }
    for name, make in draw.items():
        first = picture_file(make(), 80)
        assert first == picture_file(make(), 80), name
        assert len(first.data) < 100_000, name


def test_the_description_of_maps_says_where_the_largest_weight_is():
    weights = np.zeros((7, 7))
    weights[2, 5] = 0.4
    said = drawings.maps_alt(["dog"], [weights])
    assert "dog 40% in row 3, column 6" in said
