"""The drawings that are data: every row can be read, and the pictures stay what they were."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from utils.scenes import world
from utils.scenes.drawing import sketch
from utils.scenes.drawing.pen import INK, PAINT, SIZE, Pen, Ruler
from utils.scenes.drawing.picture import draw_scene

PINNED = Path(__file__).with_name("pictures.json")
MODULES = ("animals", "people", "places", "things")
SHAPES = {"points", "blob", "steps", "limb", "widths", "ovals", "puffs", "parts", "eye"}
PLACES = {"at", "turn", "only", "unless", "shares", "glow"}
KEYS = {*sketch.KINDS, *sketch.OPTIONS, *SHAPES, *PLACES}


def drawings():
    return [(module, name) for module in MODULES for name in sketch.tables_of(module)["drawings"]]


@pytest.mark.parametrize(("module", "name"), drawings())
def test_every_row_says_what_the_reader_of_rows_knows(module, name):
    for row in sketch.tables_of(module)["drawings"][name]:
        assert set(row) <= KEYS, f"{module}.toml, {name}: {sorted(set(row) - KEYS)}"
    for stroke in sketch.strokes(module, name):
        assert stroke.shapes or stroke.puffs, f"{module}.toml, {name}: a stroke without a shape"


def test_a_row_becomes_strokes_at_its_places():
    row = {"flat": "red", "points": "0,0 1,0 0,1", "at": "2,0 0,3", "turn": 90, "only": "snow"}
    first, second = sketch._strokes_of(row)
    assert np.allclose(first.shapes[0], [(2, 0), (2, 1), (1, 0)])
    assert np.allclose(second.shapes[0], [(0, 3), (0, 4), (-1, 3)])
    assert first.holds(frozenset({"snow", "night"})) and not first.holds(frozenset({"night"}))


def test_colours_are_told_in_four_ways():
    coat = {"coat": (100, 50, 0)}
    assert sketch.paint([1, 2, 3], {}) == (1, 2, 3)
    assert sketch.paint("coat", coat) == (100, 50, 0)
    assert sketch.paint("white", coat) == PAINT["white"]
    assert sketch.paint(["coat", [200, 50, 100], 0.5], coat) == (150, 50, 50)
    assert sketch.paint(["coat", [0.5, 1.0, 1.0]], coat) == (50, 50, 0)
    with pytest.raises(ValueError, match="no colour"):
        sketch.paint([1, 2], {})


def test_the_ruler_measures_what_the_pen_draws():
    ruler = Ruler()
    sketch.sketch(ruler, "things", "bowl")
    assert ruler.reach == pytest.approx([-1.0, 1.0, 0.0, 0.96], abs=0.005)


def test_what_glows_is_not_darkened_by_the_night():
    panes = []
    for when in ("night", "sunny"):
        image = Image.new("RGB", (SIZE, SIZE))
        pen = Pen(image, 300, 600, 100, tone=lambda _: (0, 0, 0))
        sketch.sketch(pen, "things", "house", sketch.Look({"roof": INK}, frozenset({when})))
        panes.append(image.getpixel((300 - 30, 600 - 20)))
    assert panes == [sketch.NAMED["lit"], (0, 0, 0)]


def cells(picture):
    """Return the mean colour of each of 7 x 7 parts of a picture."""
    return np.asarray(picture, float).reshape(7, 32, 7, 32, 3).mean(axis=(1, 3))


def test_the_pictures_are_what_they_were():
    """Measured once; a mean colour may differ by 1.5 of 255, as rounding may on other machines."""
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert {record["scene"]["who"] for record in pinned} == set(world.SUBJECTS)
    for record in pinned:
        found = cells(draw_scene(world.Scene.from_json(record["scene"])))
        assert np.abs(found - np.array(record["cells"])).max() < 1.5, record["scene"]
