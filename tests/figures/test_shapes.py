"""What the drawings are made of stands where it is put."""

import pytest
from matplotlib.text import Annotation

from utils.figures.shapes import arrow, box, canvas, network, shape_text


@pytest.fixture
def axis():
    return canvas((4, 2), (0, 8, 0, 4))[1]


def test_an_arrow_turns_at_each_point_and_ends_at_the_last(axis):
    arrow(axis, (0, 0), (0, 2), (3, 2), (3, 1))
    assert axis.lines[0].get_xydata().tolist() == [[0, 0], [0, 2], [3, 2]]
    assert (axis.texts[0].xy, axis.texts[0].xyann) == ((3, 1), (3, 2))
    arrow(axis, (0, 0), (1, 1))
    assert len(axis.lines) == 1


def test_a_box_has_the_size_it_is_given_around_its_centre(axis):
    box(axis, (4, 2), "LSTM", "blue", (2, 1))
    [patch] = axis.patches
    assert patch.get_window_extent().transformed(axis.transData.inverted()).extents == (
        pytest.approx([3, 1.5, 5, 2.5], abs=0.05)
    )
    assert axis.texts[0].get_text() == "LSTM"


def test_a_network_has_an_arrow_from_side_to_side_and_a_note_for_each_layer(axis):
    layers = {"a": (1, 2, "Dense", "#d9772b"), "b": (5, 2, "Add", "blue"), "c": (9, 2, "", "blue")}
    network(
        axis,
        layers,
        {"a": "(n, 8)", "b": "(n, 9)", "c": "c"},
        (2, 1),
        [("a", "b", "c")],
        {"b": (-1, 0)},
    )
    places = {text.get_text(): text.get_position() for text in axis.texts}
    assert places["(n, 8)"] == pytest.approx((1, 2.78)) and places["(n, 9)"] == (4, 2)
    ends = [(text.xyann, text.xy) for text in axis.texts if isinstance(text, Annotation)]
    assert ends == [((2, 2), (4, 2)), ((6, 2), (8, 2))]


def test_shapes_name_the_batch_and_the_unknown_length():
    assert shape_text((None, 1280)) == "(n, 1,280)"
    assert shape_text((1, None, 50)) == "(n, t, 50)"
