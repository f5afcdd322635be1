"""The drawings of chapter 4 say what they should and can be written as pictures."""

from drawn_text import texts

from utils.figures.chapter_4 import step_drawing, wiring_drawing
from utils.figures.show import png_bytes


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
        first = png_bytes(draw())
        assert first.startswith(b"\x89PNG")
        assert len(first) < 100_000
        assert png_bytes(draw()) == first
