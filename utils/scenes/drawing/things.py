"""Things that a subject stands next to, behind, under or in front of, and what it holds.

Their strokes are data (`things.toml`). Things stand with their foot at the pen's origin; one unit
is the width given in `THING_SIZES`.
"""

import math

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, limb, mix, oval
from utils.scenes.drawing.people import Body
from utils.scenes.drawing.sketch import NAMED, Look, sketch, tables_of
from utils.scenes.drawing.sky import Canvas

# Height and width of each thing as a share of the picture.
THING_SIZES: dict[str, tuple[float, float]] = {
    name: (height, wide) for name, (height, wide) in tables_of("things")["sizes"].items()
}
# What a person holds, by whether the hands cover it.
HELD_BEHIND = ("bicycle", "umbrella", "kite", "balloon")
HELD_BEFORE = ("apple", "ice cream", "book")


def draw_thing(
    canvas: Canvas, name: str, colour: str, place: tuple[float, float, int], larger: float = 1.0
) -> None:
    """Draw a thing at its `place`: (x, y) of its foot in the picture and the side it faces.

    It is `larger` times its usual size.
    """
    height, wide = THING_SIZES[name]
    x, y, facing = place
    scale = (height if name == "tree" else wide) * larger
    pen = canvas.plant(x, y, scale * (1.06 - 0.5 * y), facing)
    reach = 0.55 if name not in ("tree", "lamp") else 0.28
    if name != "fence":
        pen.veil((30, 30, 50), oval(0, 0.0, reach, 0.05), 0.4)
    look = Look(_thing_colours(colour, canvas.snowy), frozenset({canvas.when}), canvas.rng)
    sketch(pen, "things", name, look)


def _thing_colours(colour: str, snowy: bool) -> dict[str, Colour]:
    """Return the colours that the drawings of things leave open."""
    leaf, snow, wood = (88, 158, 62), NAMED["snow"], NAMED["wood"]
    return {
        "paint": PAINT.get(colour, snow),
        "sand": (232, 190, 118),
        "crown": mix(leaf, snow, 0.62) if snowy else leaf,
        "top": mix(wood, snow, 0.6) if snowy else wood,
        "roof": snow if snowy else (186, 86, 62),
    }


def draw_prop(pen: Pen, name: str, colour: str = "") -> None:
    """Draw a prop with its own origin at the pen's."""
    sketch(pen, "things", name, Look({"paint": PAINT.get(colour, INK)}))


def draw_held(pen: Pen, body: Body, prop: str, colour: str) -> None:
    """Draw what a person holds or rides (`HELD_BEHIND`, `HELD_BEFORE`); one unit is its height."""
    x, y = body["near_hand"]
    if prop == "bicycle":
        _draw_bicycle(pen, body, colour)
    elif prop == "umbrella":
        (hx, hy), r = body["head"], body.build.head
        cx, cy = (x + hx) / 2 + 0.02, hy + r * 1.15
        pen.line((92, 64, 46), [(x, y - 0.06), (cx, cy + 0.24)], 0.018)
        draw_prop(pen.at(cx, cy), prop, colour)
    elif prop == "balloon":
        cx = max(x + 0.08, body["head"][0] + body.build.head + 0.1)
        pen.line((90, 90, 100), [(x, y), (x + 0.03, y + 0.1), (cx, y + 0.16)], 0.01)
        draw_prop(pen.at(cx, y + 0.4), prop, colour)
    elif prop == "kite":
        draw_prop(pen.at(x, y), prop, colour)
    elif prop == "apple":
        draw_prop(pen.at(x + 0.05, y - 0.02, 0, 1.7), prop)
    elif prop == "ice cream":
        draw_prop(pen.at(x + 0.04, y - 0.02, 0, 1.6), "ice_cream")
    elif prop == "book":
        bx, by = body["far_hand"]
        draw_prop(pen.at((x + bx) / 2 + 0.02, (y + by) / 2, 0, 1.45), prop)


def _wheel(pen: Pen, x: float, r: float) -> None:
    """Draw a bicycle wheel."""
    rim = oval(x, r, r, r)
    pen.line((50, 48, 56), [*rim, rim[0], rim[1]], 0.026)
    for angle in range(0, 180, 30):
        c, s = math.cos(math.radians(angle)) * r, math.sin(math.radians(angle)) * r
        pen.line((186, 188, 196), [(x - c, r - s), (x + c, r + s)], 0.005)
    pen.dot((70, 70, 80), x, r, 0.022)


def _draw_bicycle(pen: Pen, body: Body, colour: str) -> None:
    """Draw a bicycle under the figure, from its hip, hands and feet."""
    (hx, hy), (ax, ay), r = body["hip"], body["near_hand"], 0.19
    seat, handle = (hx - 0.02, hy - 0.07), (ax + 0.01, ay - 0.01)
    rear, front, crank = (hx - 0.2, r), (max(ax + 0.1, hx + 0.36), r), (hx + 0.1, r * 1.0)
    paint, neck = PAINT[colour], (handle[0] + 0.02, handle[1] - 0.1)
    for wheel, begin in ((rear, 0), (front, 20)):
        _wheel(pen, wheel[0], r)
        angles = [math.radians(begin + 20 * step) for step in range(9)]
        guard = [(wheel[0] + 1.14 * r * math.cos(a), r + 1.14 * r * math.sin(a)) for a in angles]
        pen.fill(paint, limb(guard, [0.05] * len(guard)), outline=0.6)
    paths: list[list[Point]] = [
        [rear, crank, neck, seat, crank],
        [rear, seat],
        [handle, neck, front],
    ]
    for tube, width in ((mix(paint, INK, 0.55), 0.07), (paint, 0.054)):
        for path in paths:
            pen.line(tube, path, width)
    saddle = [(seat[0] - 0.07, seat[1] + 0.02), (seat[0] + 0.05, seat[1] + 0.02)]
    pen.fill((60, 46, 44), limb(saddle, [0.05, 0.03]))
    grip = [(handle[0] - 0.03, handle[1] + 0.01), (handle[0] + 0.04, handle[1])]
    pen.line((60, 60, 70), grip, 0.03)
    pen.dot((60, 60, 70), *crank, 0.03)
