"""Pictures that a reader can change: the controls redraw; without them the picture is still."""

import builtins
import re

import pytest
from matplotlib.figure import Figure

from utils.authoring.notebooks import masters, read_notebook
from utils.figures import hands_on as module
from utils.figures.course_map import BOXES, NAMES, course_map, course_map_alt
from utils.figures.hands_on import Slider, hands_on, starts_of, widget_of
from utils.figures.show import picture_file

CONTROLS = {"size": Slider(1, 9, 1, start=3), "word": ["dog", "cat"], "text": "two dogs"}


def draw(size, word, text):
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, f"{size} {word} {text}")
    return figure


def test_each_control_redraws_the_picture():
    panel = widget_of(draw, 'A "word" & its size', **CONTROLS)
    size, word, text, picture = panel.children
    assert [type(child).__name__ for child in panel.children[:3]] == [
        "IntSlider",
        "Dropdown",
        "Text",
    ]
    assert 'alt="A &quot;word&quot; &amp; its size"' in picture.value
    shown = {picture.value}
    for control, value in ((size, 7), (word, "cat"), (text, "a dog")):
        control.value = value
        shown.add(picture.value)
    assert len(shown) == 4
    assert all(re.match(r'<img src="data:image/(png|jpeg);base64,', one) for one in shown)


def test_the_description_may_follow_the_values():
    panel = widget_of(draw, lambda size, word, text: f"{size} of {word}", **CONTROLS)
    size, *_, picture = panel.children
    assert 'alt="3 of dog"' in picture.value
    size.value = 5
    assert 'alt="5 of dog"' in picture.value


def test_a_slider_of_fractions_counts_in_fractions():
    panel = widget_of(lambda t: draw(t, "", ""), "A", t=Slider(0.2, 2.0, 0.1, start=0.7))
    assert type(panel.children[0]).__name__ == "FloatSlider"
    assert panel.children[0].value == 0.7


def test_without_widgets_the_picture_of_the_start_values_is_shown(monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(module, "in_jupyter", lambda: True)
    monkeypatch.setattr(module, "show", lambda figure, alt: drawn.append((figure, alt)))
    monkeypatch.setenv("COURSE_WIDGETS", "off")
    hands_on(draw, alt="Words", **CONTROLS)
    real = builtins.__import__

    def no_widgets(name, *rest):
        if name == "ipywidgets":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setenv("COURSE_WIDGETS", "on")
    monkeypatch.setattr(builtins, "__import__", no_widgets)
    hands_on(draw, alt="Words", **CONTROLS)
    assert [alt for _, alt in drawn] == ["Words", "Words"]
    assert picture_file(drawn[0][0]) == picture_file(draw(**starts_of(CONTROLS)))
    assert starts_of(CONTROLS) == {"size": 3, "word": "dog", "text": "two dogs"}


@pytest.mark.parametrize("here", [0, *BOXES])
def test_the_map_says_where_you_are(here):
    texts = [text.get_text() for text in course_map(here).axes[0].texts]
    assert ("you are here" if here else "you start here") in texts
    assert (f"chapter {here}," in course_map_alt(here)) == (here > 0)


def test_the_map_uses_the_titles_of_the_chapters():
    titles = {}
    for path in masters():
        first = read_notebook(path).cells[0].source.splitlines()[0]
        titles[int(path.name[:2])] = first.partition(" · ")[2]
    assert titles == NAMES
