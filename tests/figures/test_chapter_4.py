"""The drawings of chapter 4 say what they should and can be written as pictures."""

import numpy as np
import pytest
from drawn_text import everything_said, texts

from utils.figures.chapter_4 import (
    MOST_WORDS,
    caption_rows,
    cell_lines,
    gate_maps,
    padding_curves,
    patching_curves,
    sight_squares,
    step_drawing,
    wiring_drawing,
)
from utils.figures.show import picture_file
from utils.vocabulary import MARKERS, Vocabulary

VOCABULARY = Vocabulary([*MARKERS, "two", "dogs", "are"])


def read(text):
    """Return made-up gates and cell states, one row for `<start>` and one for each word."""
    rng = np.random.default_rng(0)
    return {name: rng.random((1 + len(text.split()), 8)) for name in "ifoc"}


def test_step_shows_every_gate_and_both_states():
    shown = " ".join(texts(step_drawing()))
    for part in ("forget", "input", "candidate", "output", "$c$ after", "$h$ after", "tanh"):
        assert part in shown


def test_wiring_has_three_panels_and_their_widths():
    figure = wiring_drawing()
    assert [axis.get_title().split()[0] for axis in figure.axes] == [
        "standard",
        "bidirectional",
        "BiLSTM,",
    ]
    assert "2u" in texts(figure)


def test_pictures_are_small_and_the_same_each_time():
    for draw in (step_drawing, wiring_drawing):
        first = picture_file(draw())
        assert first.data.startswith(b"\x89PNG")
        assert len(first.data) < 150_000
        assert picture_file(draw()) == first


def test_captions_are_rows_with_a_legend():
    figure = caption_rows(np.array([[1, 4, 5, 2], [1, 4, 2, 0]]))
    shown = everything_said(figure)
    assert all(name in shown for name in ("<start>", "a word", "<end>", "<pad>"))


def test_gate_maps_name_the_words_and_bracket_unknown_ones():
    shown = everything_said(gate_maps(read, VOCABULARY, "Two zebras are"))
    wanted = ("<start>", "two", "(zebras)", "are", "0: shut", "1: open")
    assert all(text in shown for text in wanted)


@pytest.mark.parametrize("text", ["", "   ", "$\\frac$ ?! _", "\N{GRINNING FACE}", "dogs " * 99])
def test_gate_maps_take_whatever_is_typed(text):
    figure = gate_maps(read, VOCABULARY, text)
    assert picture_file(figure).data
    assert len(figure.axes[0].get_xticks()) <= 1 + MOST_WORDS


def test_gate_maps_sort_each_map_by_its_own_mean():
    for axis in gate_maps(read, VOCABULARY, "two dogs").axes[:3]:
        means = np.asarray(axis.images[0].get_array()).mean(axis=1)
        assert (np.diff(means) >= 0).all()


def test_lines_and_curves_show_what_they_are_given():
    shown = everything_said(cell_lines(read, 3, ("a dog is", "two dogs are")))
    wanted = ("a dog is", "two dogs are", "dog\ndogs", "cell state of unit 3")
    assert all(text in shown for text in wanted)
    shown = everything_said(patching_curves(np.eye(5)[:, :2]))
    assert all(text in shown for text in ('"is"', '"are"', "cells patched, of 4"))
    curves = {"without a mask": [1, 2], "with a mask": [1, 1]}
    shown = everything_said(padding_curves([0, 1], curves, 3.0))
    assert all(text in shown for text in (*curves, "knows nothing: ln(V)"))


def test_squares_colour_the_future():
    square = np.ones((2, 2), dtype=bool)
    figure = sight_squares({"all": square, "past": np.tri(2, dtype=bool)}, ["two", "dogs"])
    shades = [np.asarray(axis.images[0].get_array()).tolist() for axis in figure.axes]
    assert shades == [[[1, 2], [1, 1]], [[1, 0], [1, 1]]]
