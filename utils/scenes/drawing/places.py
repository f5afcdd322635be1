"""The nine places of the Scenes, each painted from the far sky to the ground before the viewer."""

import random
from collections.abc import Callable

from utils.scenes.drawing.pen import SIZE, Colour, Pen, limb, mix, scaled
from utils.scenes.drawing.sketch import NAMED, Look, sketch, tables_of
from utils.scenes.drawing.sky import (
    SKIES,
    Canvas,
    paint_ground,
    paint_sky,
    paint_water,
    paint_weather,
    rolling,
    soft_hill,
)

NEEDLE: Colour = (44, 104, 72)
WALLS: list[Colour] = tables_of("places")["walls"]
WHITE = NAMED["snow"]


def _plant(canvas: Canvas, name: str, pen: Pen, **colours: Colour) -> None:
    """Draw one of the drawings of `places.toml`."""
    sketch(pen, "places", name, Look(colours, frozenset({canvas.when}), canvas.rng))


def _white_over(canvas: Canvas, colour: Colour, share: float) -> Colour:
    """Return the colour of leaves, under snow where it snows."""
    return mix(colour, WHITE, share) if canvas.snowy else colour


def _conifer(canvas: Canvas, pen: Pen, needle: Colour, simple: bool) -> None:
    """Draw a fir tree one unit high; `simple` ones are far away."""
    words = frozenset({canvas.when, "simple"} if simple else {canvas.when})
    sketch(pen, "places", "conifer", Look({"needle": needle}, words))


def scatter(canvas: Canvas, count: int, top: float) -> list[tuple[float, float, float]]:
    """Return `count` random (x, y, size) on the ground below `top`, from far to near."""
    rng = canvas.rng
    spots = [(rng.random(), rng.uniform(0.01, top)) for _ in range(count)]
    return [(x, y, 1.25 - 0.75 * y / top) for x, y in sorted(spots, key=lambda spot: -spot[1])]


def sides(rng: random.Random) -> list[float]:
    """Return an x near the left edge and one near the right, in random order."""
    spots = [rng.uniform(0.0, 0.12), rng.uniform(0.88, 1.0)]
    rng.shuffle(spots)
    return spots


def paint_beach(canvas: Canvas, swim: bool) -> None:
    """Paint sea, surf and sand, with a palm and shells."""
    rng = canvas.rng
    paint_sky(canvas, canvas.horizon - 0.02)
    shore = 0.09 if swim else canvas.horizon - rng.uniform(0.15, 0.19)
    paint_water(canvas, canvas.horizon, shore - 0.06)
    edge = rolling(rng, shore, 0.012, 5)
    canvas.pen.line((244, 250, 252), [(x, y + 0.01) for x, y in edge], 0.022)
    paint_ground(canvas, edge, (238, 212, 158), (250, 222, 160))
    canvas.pen.line((206, 176, 124), [(x, y - 0.012) for x, y in edge], 0.008)
    side, tall = sides(rng)[0], rng.uniform(0.55, 0.66)
    _plant(canvas, "palm", canvas.plant(side, shore - 0.03, tall, rng.choice((1, -1))))
    if swim:
        return
    for x, y, size in scatter(canvas, 7, shore - 0.06):
        colour = rng.choice(((250, 170, 150), (252, 236, 214), (236, 120, 84)))
        _plant(canvas, "shell", canvas.plant(x, y, 0.024 * size), shell=colour)


def paint_forest(canvas: Canvas, _swim: bool) -> None:
    """Paint rows of trees in a green haze, with big trunks at the sides, ferns and mushrooms."""
    rng, level = canvas.rng, canvas.horizon - 0.04
    paint_sky(canvas, level - 0.12)
    haze = SKIES[canvas.when][2]
    for row, share in enumerate((0.55, 0.3, 0.0)):
        needle = mix(NEEDLE, haze, share)
        for i in range(9 - row):
            x = (i + rng.random()) / (8 - row)
            tall = rng.uniform(0.34, 0.5) - 0.03 * row
            pen = canvas.plant(x, level - 0.02 - 0.03 * row, tall)
            _conifer(canvas, pen, needle, row < 2)
    paint_ground(canvas, rolling(rng, level - 0.06, 0.015), (84, 128, 66), (112, 142, 70))
    for x in sides(rng):
        _trunk(canvas, x, rng.uniform(0.22, 0.32))
    for x, y, size in scatter(canvas, 9, level - 0.12):
        if rng.random() < 0.4:
            _plant(canvas, "mushroom", canvas.plant(x, y, 0.05 * size))
        else:
            blade = canvas.ground_colour((48, 118, 58))
            _plant(canvas, "tuft", canvas.plant(x, y, 0.055 * size), blade=blade)


def _trunk(canvas: Canvas, x: float, y: float) -> None:
    """Paint a big tree whose crown is above the picture."""
    _plant(canvas, "trunk", canvas.plant(x, y, 1))
    leaf = _white_over(canvas, (54, 112, 58), 0.6)
    _plant(canvas, "crown", canvas.plant(x, y, 1).at(0, 0.62 - y * 0.4), leaf=leaf)


def paint_park(canvas: Canvas, _swim: bool) -> None:
    """Paint a lawn with round trees, bushes, a winding path and flowers."""
    rng, level = canvas.rng, canvas.horizon - 0.08
    paint_sky(canvas)
    soft_hill(canvas, level + 0.06, 0.02, (128, 184, 120))
    for i in range(6):
        x = (i + rng.uniform(0.1, 0.9)) / 6
        leaf = rng.choice(((96, 168, 74), (74, 148, 62), (128, 178, 72)))
        pen = canvas.plant(x, level - 0.01, rng.uniform(0.24, 0.32))
        _plant(canvas, "round_tree", pen, leaf=_white_over(canvas, leaf, 0.6))
    paint_ground(canvas, rolling(rng, level, 0.012), (126, 188, 84), (92, 168, 66))
    _path(canvas, level)
    for x in sides(rng):
        pen = canvas.plant(x, level - rng.uniform(0.04, 0.1), 0.24)
        _plant(canvas, "bush", pen, leaf=_white_over(canvas, (66, 136, 70), 0.65))
    if not canvas.snowy:
        for x, y, size in scatter(canvas, 16, level - 0.1):
            colour = rng.choice(((250, 96, 120), (255, 240, 250), (250, 200, 60), (170, 110, 210)))
            _plant(canvas, "flower", canvas.plant(x, y, 0.042 * size), petal=colour)


def _path(canvas: Canvas, level: float) -> None:
    """Paint a path that winds to the horizon."""
    bend, side = canvas.rng.uniform(-0.2, 0.2), canvas.rng.choice((0.25, 0.75))
    centre = [
        (side, 0.0),
        (side + bend, level * 0.5),
        (0.5, level * 0.8),
        (0.5 - bend, level - 0.012),
    ]
    outline = limb([(x, y) for x, y in centre], [0.34, 0.17, 0.08, 0.03])
    canvas.pen.fill(
        canvas.ground_colour((226, 204, 160)), outline, texture=0.12, depth=0.25, outline=0.4
    )


def paint_street(canvas: Canvas, _swim: bool) -> None:
    """Paint a row of houses, a pavement and a road with a dashed line."""
    rng, level = canvas.rng, 0.37
    paint_sky(canvas, 0.36)
    x = -rng.uniform(0, 0.1)
    while x < 1:
        wide = rng.uniform(0.19, 0.27)
        _facade(canvas, x, level, wide, rng.uniform(0.34, 0.5))
        x += wide
    paint_ground(canvas, [(0, level), (1, level)], (196, 190, 184), (206, 200, 194))
    paint_ground(canvas, [(0, 0.27), (1, 0.27)], (112, 114, 124), (88, 90, 100))
    canvas.pen.flat(
        canvas.ground_colour((226, 222, 214)), [(0, 0.27), (1, 0.27), (1, 0.285), (0, 0.285)]
    )
    for i in range(6):
        left = i * 0.2 + rng.uniform(-0.01, 0.01)
        canvas.pen.flat(
            (246, 232, 170),
            [(left, 0.09), (left + 0.1, 0.09), (left + 0.11, 0.115), (left + 0.01, 0.115)],
        )


def _facade(canvas: Canvas, x: float, y: float, wide: float, tall: float) -> None:
    """Paint the front of one house of a row."""
    rng, pen = canvas.rng, canvas.pen
    wall, right, top = rng.choice(WALLS), x + wide, y + tall
    pen.fill(wall, [(x, y), (right, y), (right, top), (x, top)], depth=0.3, texture=0.12)
    roof = WHITE if canvas.snowy else rng.choice(((150, 74, 62), (110, 84, 88), (92, 100, 120)))
    pen.fill(
        roof,
        [
            (x - 0.008, top),
            (right + 0.008, top),
            (right - wide * 0.2, top + 0.08),
            (x + wide * 0.2, top + 0.08),
        ],
    )
    for row in range(2 if tall < 0.42 else 3):
        for column in range(2):
            if row == 0 and column == 1:
                door = rng.choice(((120, 62, 44), (60, 92, 110), (96, 70, 110)))
                _plant(canvas, "door", pen.at(x + wide * 0.72, y), door=door)
                continue
            window = pen.at(x + wide * (0.28 + 0.44 * column), y + 0.055 + row * 0.125)
            _plant(canvas, "window", window)


def paint_mountain(canvas: Canvas, _swim: bool) -> None:
    """Paint peaks with snow on them behind a stony alpine meadow."""
    rng, level = canvas.rng, canvas.horizon - 0.1
    paint_sky(canvas, level - 0.02)
    for x, tall in ((rng.uniform(0.0, 0.2), 0.36), (rng.uniform(0.8, 1.0), 0.4)):
        pen = canvas.plant(x, level - 0.03, tall * rng.uniform(0.9, 1.1))
        _plant(canvas, "peak", pen, rock=(138, 150, 182))
    pen = canvas.plant(rng.uniform(0.35, 0.65), level - 0.03, rng.uniform(0.4, 0.46))
    _plant(canvas, "peak", pen, rock=(108, 116, 146))
    soft_hill(canvas, level + 0.02, 0.02, (104, 128, 116))
    for _ in range(9):
        pen = canvas.plant(rng.random(), level - 0.02, rng.uniform(0.1, 0.17))
        _conifer(canvas, pen, (52, 96, 84), True)
    paint_ground(canvas, rolling(rng, level - 0.02, 0.02), (142, 156, 128), (124, 144, 104))
    for x, y, size in scatter(canvas, 11, level - 0.06):
        _plant(canvas, "stone", canvas.plant(x, y, 0.05 * size))


def paint_farm(canvas: Canvas, _swim: bool) -> None:
    """Paint rolling fields with crop rows, a red barn with a silo, and hay bales."""
    rng, level = canvas.rng, canvas.horizon - 0.07
    paint_sky(canvas)
    soft_hill(canvas, level + 0.07, 0.02, (150, 190, 110))
    soft_hill(canvas, level + 0.03, 0.02, (214, 196, 96))
    side = rng.choice((0.2, 0.8))
    barn = canvas.plant(side + rng.uniform(-0.05, 0.05), level - 0.01, rng.uniform(0.28, 0.33))
    _plant(canvas, "barn", barn, roof=WHITE if canvas.snowy else (92, 62, 60))
    paint_ground(canvas, rolling(rng, level - 0.02, 0.01), (190, 184, 86), (124, 170, 66))
    _crops(canvas, level - 0.03, 1 - side)
    for _ in range(2):
        x, y = 1 - side + rng.uniform(-0.2, 0.2), level - rng.uniform(0.07, 0.13)
        _plant(canvas, "hay", canvas.plant(x, y, 0.1))
    for x, y, size in scatter(canvas, 9, level - 0.12):
        blade = canvas.ground_colour((70, 138, 50))
        _plant(canvas, "tuft", canvas.plant(x, y, 0.045 * size), blade=blade)


def _crops(canvas: Canvas, level: float, x: float) -> None:
    """Paint rows of a field that run to one point."""
    for i in range(7):
        end = x + (i - 3) * 0.13
        row = canvas.ground_colour((138, 118, 60) if i % 2 else (96, 148, 56))
        near = [(end - 0.03, level - 0.16), (end + 0.03, level - 0.16)]
        canvas.pen.flat(row, [(x + (i - 3) * 0.05, level + 0.005), *reversed(near)])


def paint_lake(canvas: Canvas, swim: bool) -> None:
    """Paint still water before green hills, with reeds and lily pads on a grassy shore."""
    rng, level = canvas.rng, canvas.horizon
    paint_sky(canvas, level - 0.02)
    soft_hill(canvas, level + 0.07, 0.03, (104, 150, 140))
    soft_hill(canvas, level + 0.02, 0.02, (84, 142, 84))
    for _ in range(8):
        pen = canvas.plant(rng.random(), level, rng.uniform(0.09, 0.14))
        _conifer(canvas, pen, (50, 108, 70), True)
    shore = 0.04 if swim else level - rng.uniform(0.19, 0.22)
    paint_water(canvas, level, shore - 0.06)
    edge = rolling(rng, shore, 0.02, 4)
    paint_ground(canvas, edge, (98, 160, 74), (78, 148, 62))
    for _ in range(6):
        pad = canvas.plant(rng.random(), shore + rng.uniform(0.03, 0.1), rng.uniform(0.03, 0.045))
        _plant(canvas, "lily_pad", pad)
        if rng.random() < 0.5:
            _plant(canvas, "lily", pad)
    for side in sides(rng):
        for _ in range(6):
            x, tall = side + rng.uniform(-0.07, 0.07), rng.uniform(0.16, 0.24)
            _plant(canvas, "reed", canvas.plant(x, shore - 0.03, tall))


def paint_desert(canvas: Canvas, _swim: bool) -> None:
    """Paint dunes before flat-topped rocks."""
    rng, level = canvas.rng, canvas.horizon - 0.06
    paint_sky(canvas, level - 0.1)
    for x in (rng.uniform(0.05, 0.35), rng.uniform(0.6, 0.95)):
        _plant(canvas, "mesa", canvas.plant(x, level - 0.03, rng.uniform(0.16, 0.24)))
    paint_ground(canvas, rolling(rng, level + 0.01, 0.04, 3), (240, 178, 104), (216, 142, 74))
    paint_ground(canvas, rolling(rng, level - 0.09, 0.04, 2), (246, 190, 116), (226, 150, 80))
    paint_ground(canvas, rolling(rng, level - 0.2, 0.03, 2), (250, 200, 126), (232, 162, 90))
    for x, y, size in scatter(canvas, 6, level - 0.22):
        _plant(canvas, "ripple", canvas.plant(x, y, 0.07 * size))


def paint_room(canvas: Canvas, _swim: bool) -> None:
    """Paint a wall with a window to the weather, pictures, floor boards and a rug."""
    rng, level = canvas.rng, 0.36
    wall = rng.choice(((242, 222, 178), (200, 216, 226), (222, 204, 226), (206, 222, 192)))
    pen = canvas.pen = Pen(canvas.image, tone=_indoor(canvas.when))
    canvas.tone = pen.tone
    pen.flat(wall, [(0, 0), (1, 0), (1, 1), (0, 1)])
    for i in range(12):
        left = i / 12
        pen.flat(
            scaled(wall, (0.95, 0.95, 0.96)),
            [(left, level), (left + 0.03, level), (left + 0.03, 1), (left, 1)],
        )
    _window(canvas, rng.choice((0.27, 0.5, 0.73)) + rng.uniform(-0.03, 0.03))
    snowy, canvas.when = canvas.when, "sunny"
    paint_ground(canvas, [(0, level), (1, level)], (186, 126, 78), (206, 146, 94))
    canvas.when = snowy
    for i in range(-3, 14):
        pen.line(
            (140, 90, 56),
            [(0.5 + (i / 10 - 0.5) * 1.0, level), (0.5 + (i / 10 - 0.5) * 1.9, 0)],
            0.005,
        )
    pen.flat(WHITE, [(0, level - 0.005), (1, level - 0.005), (1, level + 0.03), (0, level + 0.03)])
    rug = rng.choice(((178, 92, 92), (90, 130, 160), (120, 150, 110)))
    _plant(canvas, "rug", pen, rug=rug)


def _indoor(when: str) -> Callable[[Colour], Colour]:
    """Return the light inside: warm, a little dimmer at night."""
    factors = {"night": (0.8, 0.74, 0.68), "rain": (0.9, 0.9, 0.92), "sunset": (1.0, 0.93, 0.86)}
    return lambda colour: scaled(colour, factors.get(when, (1.0, 1.0, 1.0)))


def _window(canvas: Canvas, x: float) -> None:
    """Paint a big window with curtains; the sky and the weather are seen through it."""
    rng, y, wide, tall = canvas.rng, 0.52, 0.36, 0.38
    outside = Canvas(canvas.image.copy(), canvas.when, rng, 0.4, lambda colour: colour)
    paint_sky(outside, 0.0)
    view = outside.image.reduce(2)
    paint_weather(view, canvas.when, rng)
    land = {"snow": (236, 240, 248), "night": (30, 52, 60), "sunset": (110, 96, 70)}
    hill = Pen(view, 0, SIZE / 2, SIZE / 2)
    _plant(canvas, "land", hill, land=land.get(canvas.when, (110, 170, 90)))
    box = (round(wide * SIZE), round(tall * SIZE))
    corner = (round((x - wide / 2) * SIZE), round((1 - y - tall) * SIZE))
    canvas.image.paste(view.resize(box), corner)
    pen = canvas.pen.at(x, y)
    _plant(canvas, "sill", pen)
    cloth = rng.choice(((206, 98, 92), (96, 132, 176), (214, 168, 84), (118, 150, 104)))
    _plant(canvas, "curtains", pen, curtain=cloth)
    _plant(canvas, "frame", canvas.pen.at(x - 0.42 if x > 0.5 else x + 0.42, 0.66))


PLACE_PAINTINGS: dict[str, Callable[[Canvas, bool], None]] = {
    "beach": paint_beach,
    "forest": paint_forest,
    "park": paint_park,
    "street": paint_street,
    "mountain": paint_mountain,
    "farm": paint_farm,
    "lake": paint_lake,
    "desert": paint_desert,
    "room": paint_room,
}
