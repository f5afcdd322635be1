"""Drawings told by data: the files `*.toml` beside this module hold a stroke a line.

    { fill = "coat", blob = "0.05,0.08 0.28,0.05 0.36,-0.02", texture = 0.15, unless = "asleep" },

- `fill`, `line`, `flat` or `veil` names the method of `Pen` and gives the colour: [red, green,
  blue], a name, [colour, other, share] for a mixture, or [colour, [r, g, b]] for a colour
  multiplied. `outline`, `texture`, `depth`, `width` and `strength` are handed to the method.
- `points` (a polygon or line), `blob`, `limb` with its `widths`, `ovals` and `puffs` (leafy
  ovals) are shapes. `parts` adds further shapes to the same form.
- `at` draws the stroke at each of these places; `turn` turns it first, in degrees.
- `only` and `unless` name words (a coat, "asleep", the weather) with or without which it is drawn.
- `shares` places a stroke along an animal's back, 0 at the hips and 1 at the shoulders.
- `eye = [x, y, size]` is an eye, closed where the word "asleep" holds.
"""

import math
import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, blob, limb, mix, oval, scaled
from utils.scenes.drawing.sky import puff

KINDS = ("fill", "line", "flat", "veil")
OPTIONS = ("outline", "texture", "depth", "width", "strength")
NAMED: dict[str, Colour] = {
    **PAINT,
    "ink": INK,
    "snow": (250, 250, 252),
    "bright": (255, 255, 255),
    "lit": (255, 222, 130),
    "bark": (112, 76, 48),
    "wood": (164, 110, 64),
}


@dataclass(frozen=True)
class Look:
    """What a drawing leaves open: its colours by name, the words that hold, and chance."""

    colours: Mapping[str, Colour] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    rng: random.Random | None = None  # for leaves


@dataclass(frozen=True)
class Stroke:
    """One stroke of a drawing, its shapes ready in local coordinates."""

    kind: str
    colour: Any
    shapes: tuple[list[Point], ...]
    puffs: tuple[tuple[float, ...], ...] = ()
    options: Mapping[str, float] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    shares: tuple[float, ...] = (0.0,)
    glow: bool = False  # not darkened by the light of the scene

    def holds(self, words: frozenset[str]) -> bool:
        """Return whether the stroke is drawn where these words hold."""
        return not self.unless & words and (not self.only or bool(self.only & words))


@cache
def tables_of(module: str) -> dict[str, Any]:
    """Return what `MODULE.toml` says."""
    return tomllib.loads(Path(__file__).with_name(f"{module}.toml").read_text(encoding="utf-8"))


@cache
def strokes(module: str, name: str) -> tuple[Stroke, ...]:
    """Return the strokes of one drawing of `MODULE.toml`; none where it has no such drawing."""
    rows = tables_of(module)["drawings"].get(name, ())
    return tuple(stroke for row in rows for stroke in _strokes_of(row))


def sketch(pen: Pen, module: str, name: str, look: Look | None = None) -> None:
    """Draw a drawing of `MODULE.toml` with the pen."""
    look = look or Look()
    for stroke in strokes(module, name):
        draw_stroke(pen, stroke, look)


def draw_stroke(pen: Pen, stroke: Stroke, look: Look) -> None:
    """Draw one stroke where its words hold."""
    if not stroke.holds(look.words):
        return
    pen = pen.unlit() if stroke.glow else pen
    shapes = [*stroke.shapes, *(puff(look.rng, *numbers) for numbers in stroke.puffs)]
    colour = paint(stroke.colour, look.colours)
    if stroke.kind == "fill":
        pen.fill(colour, *shapes, **stroke.options)
        return
    for shape in shapes:
        getattr(pen, stroke.kind)(colour, shape, **stroke.options)


def paint(row: Any, colours: Mapping[str, Colour]) -> Colour:
    """Return the colour that a row of data tells (see the module's text)."""
    match row:
        case str():
            return colours[row] if row in colours else NAMED[row]
        case [int(), int(), int()]:
            return tuple(row)
        case [base, [*factors]] if len(factors) == 3 and isinstance(factors[0], float):
            return scaled(paint(base, colours), tuple(factors))
        case [base, other, share]:
            return mix(paint(base, colours), paint(other, colours), share)
    raise ValueError(f"{row} is no colour: see utils/scenes/drawing/sketch.py.")


def _points(text: str) -> list[Point]:
    """Return "x,y x,y" as points."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def _strokes_of(row: Mapping[str, Any]) -> Iterator[Stroke]:
    """Return the strokes of one line of a file."""
    if "eye" in row:
        yield from _eye(*row["eye"])
        return
    kind = next(kind for kind in KINDS if kind in row)
    for x, y in _points(row.get("at", "0,0")):
        yield Stroke(
            kind,
            row[kind],
            tuple(_placed(shape, x, y, row.get("turn", 0.0)) for shape in _shapes(row)),
            tuple((px + x, py + y, rx, ry) for px, py, rx, ry in row.get("puffs", ())),
            {name: row[name] for name in OPTIONS if name in row},
            _words(row.get("only", ())),
            _words(row.get("unless", ())),
            tuple(row.get("shares", (0.0,))),
            row.get("glow", False),
        )


def _words(row: str | list[str]) -> frozenset[str]:
    return frozenset([row] if isinstance(row, str) else row)


def _shapes(row: Mapping[str, Any]) -> list[list[Point]]:
    """Return the shapes of a line, those of its parts included."""
    found = [oval(*numbers) for numbers in row.get("ovals", ())]
    if "blob" in row:
        found.append(blob(_points(row["blob"]), row.get("steps", 6)))
    if "limb" in row:
        found.append(limb(_points(row["limb"]), row["widths"]))
    if "points" in row:
        found.append(_points(row["points"]))
    return found + [shape for part in row.get("parts", ()) for shape in _shapes(part)]


def _placed(shape: list[Point], x: float, y: float, turn: float) -> list[Point]:
    """Return a shape turned by degrees against the clock and moved to (x, y)."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in shape]


def _eye(x: float, y: float, size: float) -> Iterator[Stroke]:
    """Return the strokes of an eye, open or closed."""
    asleep = frozenset({"asleep"})
    lid = [(x - size, y + size * 0.3), (x, y - size * 0.4), (x + size, y + size * 0.3)]
    yield Stroke("line", "ink", (lid,), options={"width": size * 0.55}, only=asleep)
    for colour, form in (
        ("bright", oval(x, y, size * 1.25, size * 1.35)),
        ("ink", oval(x + size * 0.2, y, size * 0.9, size)),
        ("bright", oval(x + size * 0.45, y + size * 0.4, size * 0.32, size * 0.32)),
    ):
        yield Stroke("flat", colour, (form,), unless=asleep)
