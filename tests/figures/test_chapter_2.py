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


def test_each_depth_is_named_by_its_shape():
    stages = [np.random.default_rng(6).normal(size=(size, size, 5)) for size in (8, 4)]
    figure = cnn_drawings.depths_drawing(PHOTOS[0], stages)
    assert len(figure.axes) == 3
    assert all(f"{size} x {size} x" in everything_said(figure) for size in (32, 8, 4))


def test_a_stride_leaves_a_smaller_map_and_says_so():
    kernel = np.random.default_rng(3).normal(size=(3, 3, 3))
    photo = np.random.default_rng(4).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    found = np.random.default_rng(5).normal(size=(110, 110))
    for stride, size in ((1, "110 x 110"), (2, "55 x 55"), (8, "14 x 14")):
        figure = cnn_drawings.sliding_drawing(photo, {"k": kernel}, {"k": found}, "k", stride)
        assert size in everything_said(figure)
    assert f"{kernel[0, 0, 0]:.2g}" in everything_said(figure)


def test_each_dot_is_drawn_and_each_label_named():
    points = np.array([[0, 0], [1, 1], [2, 0], [3, 2]], float)
    figure = cnn_drawings.place_map(points, ["beach", "farm", "beach", "room"])
    assert all(name in everything_said(figure) for name in ("beach", "farm", "room"))
    assert sum(len(line.get_xdata()) for line in figure.axes[0].lines) == 4


def test_photos_on_the_map_do_not_cover_each_other():
    points = np.array([[0, 0], [0.01, 0.01], [1, 1], [1.0, 0.995]], float)
    figure = cnn_drawings.photo_map(points, PHOTOS)
    assert [tuple(box.xy) for box in figure.axes[0].artists] == [(0, 0), (1, 1)]


def test_neighbours_and_heat_have_a_cell_for_each_photo():
    figure = cnn_drawings.neighbours_drawing([PHOTOS[:3], PHOTOS[1:]])
    assert len(figure.axes) == 6
    assert "nearest" in everything_said(figure)
    heats = np.random.default_rng(2).normal(size=(4, 7, 7))
    figure = cnn_drawings.heat_drawing(PHOTOS, heats, list("abcd"))
    assert len(figure.axes) == 8
    assert all(f"highest score {heat.max():.1f}" in everything_said(figure) for heat in heats)
    cold = cnn_drawings.heat_drawing(PHOTOS[:1], -np.abs(heats[:1]), ["cold"])
    assert "cold" in everything_said(cold)
