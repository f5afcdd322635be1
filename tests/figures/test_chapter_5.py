import numpy as np
import pytest
from drawn_text import texts

from utils.figures.chapter_5 import (
    merge_and_inject,
    merges_drawing,
    model_drawing,
    next_words,
    parameter_bars,
)
from utils.figures.plots import loss_curves
from utils.figures.show import picture_file

PNG = b"\x89PNG"


def test_the_four_designs_are_drawn_and_only_merge_adds():
    figure = merge_and_inject()
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["init-inject", "pre-inject", "par-inject", "merge"]
    added = [sum(text.get_text() == "+" for text in axis.texts) for axis in figure.axes]
    lstms = [sum(text.get_text() == "LSTM" for text in axis.texts) for axis in figure.axes]
    assert added == [0, 0, 0, 3]
    assert lstms == [3, 4, 3, 3]
    assert picture_file(figure).data.startswith(PNG)


def test_the_drawing_of_the_model_shows_the_shapes_it_is_given():
    shapes = {
        "feature": (None, 1280), "image_encoder": (None, 8), "prefix": (None, None),
        "image_dropout": (None, 1280), "text_dropout": (None, None, 5),
        "embedding": (None, None, 5), "bilstm": (None, None, 16), "lstm": (None, 8),
        "merge": (None, 8), "hidden": (None, 8), "next_word": (None, 30),
    }  # fmt: skip
    shown = texts(model_drawing(shapes))
    for text in ("(n, 1280)", "(n, t)", "(n, t, 16)", "(n, 30)"):
        assert text in shown
    assert shown.count("Dropout") == 2 and any("mask" in text for text in shown)


def test_the_merges_are_computed():
    shown = texts(merges_drawing(np.array([3, 0]), np.array([1, -2])))
    assert shown[shown.index("Add") + 2 :][:2] == ["4", "-2"]
    assert shown[shown.index("Multiply") + 2 :][:2] == ["3", "0"]
    assert "(4,)" in shown


def test_bars_name_their_share():
    assert texts(parameter_bars({"lstm": 300, "hidden": 100})) == ["300  (75%)", "100  (25%)"]


@pytest.mark.parametrize(("end", "side"), [(2.1, "top"), (0.0, "bottom")])
def test_a_level_is_named_where_no_curve_ends(end, side):
    figure = loss_curves({"one": [6.0, end]}, {"floor": 2.0}, "step")
    assert figure.axes[0].texts[0].get_verticalalignment() == side
    assert picture_file(figure).data.startswith(PNG)


def test_next_words_stand_in_the_order_given():
    figure = next_words(np.zeros((4, 4, 3)), {"fresh": {"dog": 0.5, "cat": 0.25}})
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == ["dog", "cat"]
    assert texts(figure) == ["50.0%", "25.0%"]


def test_next_words_of_two_models_have_one_scale():
    figure = next_words(np.zeros((4, 4, 3)), {"fresh": {"dog": 0.1}, "trained": {"dog": 0.5}})
    assert figure.axes[1].get_xlim() == figure.axes[2].get_xlim() == (0, 0.65)
