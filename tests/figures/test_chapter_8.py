"""Tests of utils/figures/chapter_8.py: the drawings of chapter 8."""

import numpy as np
import pytest
from drawn_text import everything_said

from utils.figures import chapter_8 as drawings
from utils.figures.show import png_bytes

PHOTO = np.random.default_rng(0).integers(0, 200, (28, 28, 3), dtype=np.uint8)
LOOKS = np.random.default_rng(1).dirichlet(np.ones(49), 3).reshape(3, 7, 7)
SHAPES = {
    "map": (1, 49, 1280),
    "regions": (1, 49, 128),
    "words": (1, 12),
    "embedded": (1, 12, 50),
    "states": (1, 12, 128),
    "looks": (1, 12, 49),
    "contexts": (1, 12, 128),
    "read": (1, 12, 128),
    "merged": (1, 12, 128),
    "logits": (1, 12, 363),
}


def test_the_region_of_the_largest_weight_is_seen_clearly_and_others_are_covered():
    weights = np.zeros((7, 7))
    weights[2, 5], weights[0, 0] = 0.8, 0.4
    seen = drawings.veiled(PHOTO, weights)
    clear = (slice(8, 12), slice(20, 24))
    np.testing.assert_array_equal(seen[clear], PHOTO[clear])
    assert seen[:4, :4].mean() < seen[4:8, :4].mean()  # half a weight is half a veil
    assert seen[20:, :16].min() > 255 * drawings.VEIL - 1
    np.testing.assert_array_equal(drawings.veiled(PHOTO, np.full((7, 7), 1 / 49)), PHOTO)


def test_scores_are_not_taken_for_weights():
    with pytest.raises(ValueError, match="after the softmax"):
        drawings.veiled(PHOTO, LOOKS[0] - 0.5)


def test_each_word_has_a_look_of_its_own_beside_the_picture():
    figure = drawings.looks_drawing(PHOTO, ["a", "dog", "runs"], LOOKS, columns=3)
    shown = [axis for axis in figure.axes if axis.images]
    assert [axis.get_title() for axis in shown] == ["the picture", "a", "dog", "runs"]
    np.testing.assert_array_equal(shown[0].images[0].get_array(), PHOTO)
    np.testing.assert_array_equal(shown[2].images[0].get_array(), drawings.veiled(PHOTO, LOOKS[1]))


def test_the_model_is_drawn_with_every_shape_it_was_given():
    said = everything_said(drawings.attention_drawing(SHAPES))
    for name, shape in SHAPES.items():
        assert f"{name} (n, {', '.join(f'{size:,}' for size in shape[1:])})" in said
    assert all(part in said for part in ("queries", "keys", "values"))


def test_prefixes_are_a_triangle_and_one_pass_is_a_row():
    figure = drawings.passes_drawing(["<start>", "two", "dogs", "run"])
    left, right = figure.axes
    assert (len(left.texts), len(right.texts)) == (10, 4)
    assert "10 words read, 4 guesses" in left.get_title()
    assert "4 words read, 4 guesses" in right.get_title()


def test_samples_stand_best_first_with_a_tick_at_what_they_are_compared_with():
    rewards, advantages = np.array([0.1, 0.7, 0.4]), np.array([-0.45, 0.45, 0.0])
    figure = drawings.samples_drawing(["worst", "best", "middle"], rewards, advantages)
    axis = figure.axes[0]
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
        "looks": lambda: drawings.looks_drawing(PHOTO, ["a"], LOOKS[:1]),
        "model": lambda: drawings.attention_drawing(SHAPES),
        "passes": lambda: drawings.passes_drawing(["<start>", "a"]),
    }
    for name, make in draw.items():
        first = png_bytes(make(), 80)
        assert first == png_bytes(make(), 80), name
        assert len(first) < 100_000, name
