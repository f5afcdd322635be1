import numpy as np
import pytest
from drawn_text import everything_said

from utils.figures import chapter_2 as cnn_drawings

PHOTOS = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize(("narrow", "factor"), [(24, 6), (32, 4)])
def test_the_block_is_drawn_with_the_parameters_of_its_sizes(narrow, factor):
    said = everything_said(cnn_drawings.inverted_residual_drawing(narrow, factor))
    wide = narrow * factor
    for count in (narrow * wide, 9 * wide):
        assert f"{count:,}" in said


def test_maps_carry_their_titles_and_kernels():
    pictures = [PHOTOS[0], PHOTOS[1][..., 0].astype(float)]
    kernels = np.random.default_rng(1).normal(size=(2, 3, 3, 3))
    figure = cnn_drawings.maps_drawing(pictures, ["photo", "a map"], kernels)
    assert "a map" in everything_said(figure)
    assert len(figure.axes) == 4
    assert len(cnn_drawings.maps_drawing(pictures, ["photo", "a map"]).axes) == 2


def test_each_photo_has_a_place_on_the_map_and_each_label_a_colour():
    points = np.array([[0, 0], [1, 1], [2, 0], [3, 2]], float)
    said = everything_said(
        cnn_drawings.photo_map(points, PHOTOS, ["beach", "farm", "beach", "room"])
    )
    assert all(name in said for name in ("beach", "farm", "room"))


def test_photos_on_the_map_do_not_cover_each_other_and_dots_are_never_left_out():
    points = np.array([[0, 0], [0.01, 0.01], [1, 1], [1.0, 0.995]], float)
    figure = cnn_drawings.photo_map(points, PHOTOS, ["beach", "farm", "beach", "room"])
    left, right = figure.axes
    assert [tuple(box.xy) for box in left.artists] == [(0, 0), (1, 1)]
    assert sum(len(line.get_xdata()) for line in right.lines) == 4


def test_neighbours_and_heat_have_a_cell_for_each_photo():
    rows = [PHOTOS[:3], PHOTOS[1:]]
    assert len(cnn_drawings.neighbours_drawing(rows, ["one", "two"]).axes) == 6
    heats = np.random.default_rng(2).normal(size=(4, 7, 7))
    figure = cnn_drawings.heat_drawing(PHOTOS, heats, list("abcd"))
    assert len(figure.axes) == 8
    assert all(f"peak {heat.max():.1f}" in everything_said(figure) for heat in heats)
    cold = cnn_drawings.heat_drawing(PHOTOS[:1], -np.abs(heats[:1]), ["cold"])
    assert "cold" in everything_said(cold)
