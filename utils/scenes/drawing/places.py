"""The nine places of the Scenes, each painted from the far sky to the ground before the viewer."""

import random
from collections.abc import Callable

from utils.scenes.drawing.pen import INK, SIZE, Colour, Pen, blob, limb, mix, oval, scaled
from utils.scenes.drawing.sky import (
    SKIES,
    Canvas,
    paint_ground,
    paint_sky,
    paint_water,
    paint_weather,
    puff,
    rolling,
    soft_hill,
)

LEAF: Colour = (74, 148, 62)
NEEDLE: Colour = (44, 104, 72)
BARK: Colour = (112, 76, 48)
WALLS: tuple[Colour, ...] = (
    (226, 150, 120),
    (238, 208, 150),
    (158, 190, 206),
    (206, 166, 190),
    (172, 194, 150),
    (222, 222, 214),
)
WHITE: Colour = (250, 250, 252)
LIT: Colour = (255, 222, 130)


def round_tree(pen: Pen, rng: random.Random, snowy: bool, leaf: Colour = LEAF) -> None:
    """Draw a broad-leaved tree one unit high."""
    pen.fill(BARK, limb([(0, -0.02), (0.01, 0.25), (0, 0.5)], [0.16, 0.1, 0.08]), texture=0.3)
    crown = mix(leaf, WHITE, 0.6) if snowy else leaf
    parts = [(0, 0.74, 0.27, 0.26), (-0.19, 0.56, 0.22, 0.18), (0.19, 0.56, 0.22, 0.18)]
    pen.fill(crown, *[puff(rng, *part) for part in parts], texture=0.3, depth=0.7)


def conifer(pen: Pen, snowy: bool, needle: Colour = NEEDLE, simple: bool = False) -> None:
    """Draw a fir tree one unit high."""
    pen.flat(BARK, [(-0.035, 0), (0.035, 0), (0.03, 0.2), (-0.03, 0.2)])
    for low, high, wide in ((0.12, 0.5, 0.26), (0.34, 0.74, 0.21), (0.56, 1.0, 0.15)):
        tier = [
            (-wide, low),
            (-wide * 0.5, low - 0.03),
            (0, low),
            (wide * 0.5, low - 0.03),
            (wide, low),
            (0, high),
        ]
        if simple:
            pen.flat(needle, tier)
        else:
            pen.fill(needle, tier, texture=0.25)
        if snowy:
            pen.flat(
                WHITE,
                [
                    (-wide * 0.5, (low + high) / 2 - 0.02),
                    (0, (low + high) / 2 - 0.06),
                    (wide * 0.5, (low + high) / 2 - 0.02),
                    (0, high),
                ],
            )


def palm(pen: Pen) -> None:
    """Draw a palm tree one unit high."""
    pen.fill(
        (168, 122, 76), limb([(0, 0), (0.06, 0.4), (0.02, 0.82)], [0.1, 0.07, 0.055]), texture=0.3
    )
    for dx, dy in (
        (-0.42, -0.12),
        (-0.34, 0.12),
        (0.0, 0.2),
        (0.34, 0.14),
        (0.44, -0.1),
        (0.2, -0.22),
        (-0.2, -0.22),
    ):
        frond = [(0.02, 0.82), (0.02 + dx * 0.5, 0.9 + dy * 0.6), (0.02 + dx, 0.8 + dy)]
        pen.fill((58, 146, 70), limb(frond, [0.05, 0.12, 0.02]), texture=0.2)
    for dx in (-0.04, 0.06):
        pen.fill((122, 80, 46), oval(dx, 0.78, 0.045, 0.05))


def bush(pen: Pen, rng: random.Random, snowy: bool) -> None:
    """Draw a bush about one unit wide."""
    leaf = mix((66, 136, 70), WHITE, 0.65) if snowy else (66, 136, 70)
    parts = [(-0.28, 0.16, 0.26, 0.2), (0.26, 0.16, 0.26, 0.2), (0, 0.26, 0.3, 0.26)]
    pen.fill(leaf, *[puff(rng, *part) for part in parts], texture=0.3)


def flower(pen: Pen, colour: Colour) -> None:
    """Draw a small flower one unit high."""
    pen.line((52, 120, 56), [(0, 0), (0, 0.7)], 0.12)
    for dx, dy in ((-0.22, 0.7), (0.22, 0.7), (0, 0.92), (0, 0.5)):
        pen.dot(colour, dx, dy, 0.2)
    pen.dot((255, 220, 80), 0, 0.7, 0.13)


def tuft(pen: Pen, colour: Colour) -> None:
    """Draw a tuft of grass one unit high."""
    for lean in (-0.45, -0.15, 0.2, 0.5):
        pen.flat(
            colour, [(lean * 0.3 - 0.08, 0), (lean * 0.3 + 0.08, 0), (lean, 1 - abs(lean) * 0.4)]
        )


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
    palm(canvas.plant(sides(rng)[0], shore - 0.03, rng.uniform(0.55, 0.66), rng.choice((1, -1))))
    if swim:
        return
    for x, y, size in scatter(canvas, 7, shore - 0.06):
        pen = canvas.plant(x, y, 0.024 * size)
        colour = rng.choice(((250, 170, 150), (252, 236, 214), (236, 120, 84)))
        pen.fill(
            colour,
            [(-0.7, 0.1), (-0.4, 0.8), (0, 1), (0.4, 0.8), (0.7, 0.1), (0, -0.1)],
            outline=0.5,
        )


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
            conifer(canvas.plant(x, level - 0.02 - 0.03 * row, tall), canvas.snowy, needle, row < 2)
    paint_ground(canvas, rolling(rng, level - 0.06, 0.015), (84, 128, 66), (112, 142, 70))
    for x in sides(rng):
        _trunk(canvas, x, rng.uniform(0.22, 0.32))
    for x, y, size in scatter(canvas, 9, level - 0.12):
        if rng.random() < 0.4:
            _mushroom(canvas.plant(x, y, 0.05 * size))
        else:
            tuft(canvas.plant(x, y, 0.055 * size), canvas.ground_colour((48, 118, 58)))


def _trunk(canvas: Canvas, x: float, y: float) -> None:
    """Paint a big tree whose crown is above the picture."""
    pen = canvas.plant(x, y, 1)
    trunk = [(-0.1, -0.03), (-0.055, 0.06), (-0.05, 0.9), (0.05, 0.9), (0.055, 0.06), (0.11, -0.03)]
    pen.fill((98, 68, 48), trunk, texture=0.35)
    for dy in (0.16, 0.3, 0.44, 0.58):
        pen.line((66, 46, 36), [(-0.02, dy), (-0.015, dy + 0.07)], 0.008)
    leaf = (54, 112, 58)
    crown = [
        puff(canvas.rng, dx, 0.62 - y * 0.4 + dy, 0.2, 0.13)
        for dx, dy in ((-0.13, 0.2), (0.13, 0.2), (0, 0.28))
    ]
    pen.fill(mix(leaf, WHITE, 0.6) if canvas.snowy else leaf, *crown, texture=0.35)


def _mushroom(pen: Pen) -> None:
    """Draw a red mushroom one unit high."""
    pen.fill((246, 236, 214), limb([(0, 0), (0, 0.6)], [0.3, 0.24]), outline=0.5)
    pen.fill(
        (214, 52, 44),
        blob([(-0.5, 0.5), (-0.3, 0.9), (0.3, 0.9), (0.5, 0.5), (0, 0.44)]),
        outline=0.5,
    )
    for dx, dy in ((-0.2, 0.68), (0.1, 0.78), (0.26, 0.6)):
        pen.dot((255, 250, 240), dx, dy, 0.07)


def paint_park(canvas: Canvas, _swim: bool) -> None:
    """Paint a lawn with round trees, bushes, a winding path and flowers."""
    rng, level = canvas.rng, canvas.horizon - 0.08
    paint_sky(canvas)
    soft_hill(canvas, level + 0.06, 0.02, (128, 184, 120))
    for i in range(6):
        x = (i + rng.uniform(0.1, 0.9)) / 6
        leaf = rng.choice(((96, 168, 74), (74, 148, 62), (128, 178, 72)))
        round_tree(canvas.plant(x, level - 0.01, rng.uniform(0.24, 0.32)), rng, canvas.snowy, leaf)
    paint_ground(canvas, rolling(rng, level, 0.012), (126, 188, 84), (92, 168, 66))
    _path(canvas, level)
    for x in sides(rng):
        bush(canvas.plant(x, level - rng.uniform(0.04, 0.1), 0.24), rng, canvas.snowy)
    if not canvas.snowy:
        for x, y, size in scatter(canvas, 16, level - 0.1):
            colour = rng.choice(((250, 96, 120), (255, 240, 250), (250, 200, 60), (170, 110, 210)))
            flower(canvas.plant(x, y, 0.042 * size), colour)


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
    glass = Pen(canvas.image) if canvas.when == "night" else pen
    rows = 2 if tall < 0.42 else 3
    for row in range(rows):
        for column in range(2):
            if row == 0 and column == 1:
                _door(pen, x + wide * 0.72, y, rng)
                continue
            wx, wy = x + wide * (0.28 + 0.44 * column), y + 0.055 + row * 0.125
            pane = LIT if canvas.when == "night" else (150, 202, 230)
            pen.flat(
                WHITE,
                [
                    (wx - 0.034, wy - 0.006),
                    (wx + 0.034, wy - 0.006),
                    (wx + 0.034, wy + 0.078),
                    (wx - 0.034, wy + 0.078),
                ],
            )
            glass.flat(
                pane,
                [
                    (wx - 0.027, wy),
                    (wx + 0.027, wy),
                    (wx + 0.027, wy + 0.072),
                    (wx - 0.027, wy + 0.072),
                ],
            )
            pen.line(WHITE, [(wx, wy), (wx, wy + 0.072)], 0.005)


def _door(pen: Pen, x: float, y: float, rng: random.Random) -> None:
    """Paint a door."""
    colour = rng.choice(((120, 62, 44), (60, 92, 110), (96, 70, 110)))
    pen.fill(colour, [(x - 0.032, y), (x + 0.032, y), (x + 0.032, y + 0.12), (x - 0.032, y + 0.12)])
    pen.dot((250, 210, 90), x + 0.02, y + 0.055, 0.005)


def paint_mountain(canvas: Canvas, _swim: bool) -> None:
    """Paint peaks with snow on them behind a stony alpine meadow."""
    rng, level = canvas.rng, canvas.horizon - 0.1
    paint_sky(canvas, level - 0.02)
    for x, tall in ((rng.uniform(0.0, 0.2), 0.36), (rng.uniform(0.8, 1.0), 0.4)):
        _peak(canvas, x, level, tall * rng.uniform(0.9, 1.1), (138, 150, 182))
    _peak(canvas, rng.uniform(0.35, 0.65), level, rng.uniform(0.4, 0.46), (108, 116, 146))
    soft_hill(canvas, level + 0.02, 0.02, (104, 128, 116))
    for _ in range(9):
        x = rng.random()
        conifer(
            canvas.plant(x, level - 0.02, rng.uniform(0.1, 0.17)), canvas.snowy, (52, 96, 84), True
        )
    paint_ground(canvas, rolling(rng, level - 0.02, 0.02), (142, 156, 128), (124, 144, 104))
    for x, y, size in scatter(canvas, 11, level - 0.06):
        pen = canvas.plant(x, y, 0.05 * size)
        stone = blob([(-0.6, 0), (-0.5, 0.4), (0, 0.6), (0.5, 0.35), (0.7, 0)])
        pen.fill((150, 150, 160), stone, outline=0.6, texture=0.3)


def _peak(canvas: Canvas, x: float, y: float, tall: float, colour: Colour) -> None:
    """Paint one mountain with a lit and a shaded face and a cap of snow."""
    pen, wide = canvas.plant(x, y - 0.03, tall), 0.95
    pen.fill(
        colour,
        [(-wide, 0), (-0.45, 0.5), (-0.36, 0.52), (0, 1), (0.3, 0.66), (0.42, 0.62), (wide, 0)],
        texture=0.3,
        depth=0.3,
        outline=0.5,
    )
    pen.flat(
        scaled(colour, (0.72, 0.72, 0.8)),
        [(0, 1), (0.3, 0.66), (0.42, 0.62), (wide, 0), (0.2, 0), (0.12, 0.4)],
    )
    cap = [
        (-0.26, 0.66),
        (-0.16, 0.7),
        (-0.1, 0.6),
        (0.0, 0.7),
        (0.08, 0.62),
        (0.16, 0.7),
        (0.27, 0.69),
        (0, 1),
    ]
    pen.fill((246, 250, 255), cap, depth=0.2, outline=0)
    pen.flat((206, 216, 236), [(0, 1), (0.27, 0.69), (0.16, 0.7), (0.08, 0.62), (0.05, 0.8)])


def paint_farm(canvas: Canvas, _swim: bool) -> None:
    """Paint rolling fields with crop rows, a red barn with a silo, and hay bales."""
    rng, level = canvas.rng, canvas.horizon - 0.07
    paint_sky(canvas)
    soft_hill(canvas, level + 0.07, 0.02, (150, 190, 110))
    soft_hill(canvas, level + 0.03, 0.02, (214, 196, 96))
    side = rng.choice((0.2, 0.8))
    _barn(canvas, side + rng.uniform(-0.05, 0.05), level - 0.01, rng.uniform(0.28, 0.33))
    paint_ground(canvas, rolling(rng, level - 0.02, 0.01), (190, 184, 86), (124, 170, 66))
    _crops(canvas, level - 0.03, 1 - side)
    for _ in range(2):
        _hay(canvas.plant(1 - side + rng.uniform(-0.2, 0.2), level - rng.uniform(0.07, 0.13), 0.1))
    for x, y, size in scatter(canvas, 9, level - 0.12):
        tuft(canvas.plant(x, y, 0.045 * size), canvas.ground_colour((70, 138, 50)))


def _barn(canvas: Canvas, x: float, y: float, scale: float) -> None:
    """Paint a red barn and a silo; one unit is the barn's width."""
    pen = canvas.plant(x, y, scale)
    pen.fill((190, 196, 204), [(0.5, 0), (0.76, 0), (0.76, 0.95), (0.5, 0.95)], texture=0.1)
    pen.fill((156, 164, 178), blob([(0.49, 0.94), (0.56, 1.1), (0.7, 1.1), (0.77, 0.94)]))
    wall = [(-0.5, 0), (0.5, 0), (0.5, 0.5), (0.3, 0.78), (0, 0.92), (-0.3, 0.78), (-0.5, 0.5)]
    pen.fill((188, 48, 42), wall, texture=0.2)
    roof = WHITE if canvas.snowy else (92, 62, 60)
    pen.line(roof, [(-0.55, 0.46), (-0.32, 0.8), (0, 0.95), (0.32, 0.8), (0.55, 0.46)], 0.07)
    pen.fill((150, 32, 32), [(-0.2, 0), (0.2, 0), (0.2, 0.4), (-0.2, 0.4)], outline=0.5)
    frame = [(-0.2, 0), (-0.2, 0.4), (0.2, 0.4), (0.2, 0), (-0.2, 0.4), (0.2, 0.4), (-0.2, 0)]
    pen.line(WHITE, frame, 0.025)
    pen.fill(WHITE, oval(0, 0.62, 0.09, 0.09), outline=0.4)


def _crops(canvas: Canvas, level: float, x: float) -> None:
    """Paint rows of a field that run to one point."""
    for i in range(7):
        end = x + (i - 3) * 0.13
        row = canvas.ground_colour((138, 118, 60) if i % 2 else (96, 148, 56))
        near = [(end - 0.03, level - 0.16), (end + 0.03, level - 0.16)]
        canvas.pen.flat(row, [(x + (i - 3) * 0.05, level + 0.005), *reversed(near)])


def _hay(pen: Pen) -> None:
    """Draw a round bale of hay one unit wide."""
    pen.fill((222, 184, 84), oval(0.14, 0.42, 0.42, 0.42), texture=0.3)
    pen.fill((240, 208, 116), oval(-0.06, 0.42, 0.34, 0.42), texture=0.2)
    pen.line(
        (180, 140, 60),
        [
            (-0.06 + 0.2 * c, 0.42 + 0.24 * s)
            for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1), (0.6, 0))
        ],
        0.03,
    )


def paint_lake(canvas: Canvas, swim: bool) -> None:
    """Paint still water before green hills, with reeds and lily pads on a grassy shore."""
    rng, level = canvas.rng, canvas.horizon
    paint_sky(canvas, level - 0.02)
    soft_hill(canvas, level + 0.07, 0.03, (104, 150, 140))
    soft_hill(canvas, level + 0.02, 0.02, (84, 142, 84))
    for _ in range(8):
        conifer(
            canvas.plant(rng.random(), level, rng.uniform(0.09, 0.14)),
            canvas.snowy,
            (50, 108, 70),
            True,
        )
    shore = 0.04 if swim else level - rng.uniform(0.19, 0.22)
    paint_water(canvas, level, shore - 0.06)
    edge = rolling(rng, shore, 0.02, 4)
    paint_ground(canvas, edge, (98, 160, 74), (78, 148, 62))
    for _ in range(6):
        pad = canvas.plant(rng.random(), shore + rng.uniform(0.03, 0.1), rng.uniform(0.03, 0.045))
        pad.fill((76, 160, 84), oval(0, 0, 1, 0.36), outline=0.5)
        if rng.random() < 0.5:
            pad.fill((250, 190, 214), oval(0, 0.25, 0.34, 0.26), outline=0.4)
    for side in sides(rng):
        for _ in range(6):
            _reed(
                canvas.plant(side + rng.uniform(-0.07, 0.07), shore - 0.03, rng.uniform(0.16, 0.24))
            )


def _reed(pen: Pen) -> None:
    """Draw a bulrush one unit high."""
    pen.line((86, 136, 60), [(0, 0), (0.03, 0.9)], 0.035)
    pen.line((70, 120, 56), [(0, 0), (-0.14, 0.6)], 0.03)
    pen.fill((122, 74, 40), limb([(0.028, 0.7), (0.035, 0.95)], [0.09, 0.09]), outline=0.5)


def paint_desert(canvas: Canvas, _swim: bool) -> None:
    """Paint dunes before flat-topped rocks."""
    rng, level = canvas.rng, canvas.horizon - 0.06
    paint_sky(canvas, level - 0.1)
    for x in (rng.uniform(0.05, 0.35), rng.uniform(0.6, 0.95)):
        _mesa(canvas.plant(x, level - 0.03, rng.uniform(0.16, 0.24)))
    paint_ground(canvas, rolling(rng, level + 0.01, 0.04, 3), (240, 178, 104), (216, 142, 74))
    paint_ground(canvas, rolling(rng, level - 0.09, 0.04, 2), (246, 190, 116), (226, 150, 80))
    paint_ground(canvas, rolling(rng, level - 0.2, 0.03, 2), (250, 200, 126), (232, 162, 90))
    for x, y, size in scatter(canvas, 6, level - 0.22):
        pen = canvas.plant(x, y, 0.07 * size)
        pen.line((206, 138, 76), [(-1, 0), (-0.4, 0.12), (0.2, 0.02), (0.9, 0.12)], 0.1)


def _mesa(pen: Pen) -> None:
    """Draw a flat-topped rock one unit high."""
    pen.fill(
        (190, 96, 66),
        [(-0.95, 0), (-0.6, 0.45), (-0.55, 1), (0.5, 1), (0.58, 0.5), (0.95, 0)],
        texture=0.3,
    )
    for y in (0.6, 0.78):
        pen.line((156, 74, 54), [(-0.55, y), (0.52, y)], 0.04)


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
    pen.fill(rug, oval(0.5, 0.13, 0.46, 0.105), texture=0.15, depth=0.3)
    pen.fill(
        mix(rug, WHITE, 0.5), oval(0.5, 0.13, 0.37, 0.08), texture=0.15, depth=0.3, outline=0.4
    )


def _indoor(when: str) -> Callable[[Colour], Colour]:
    """Return the light inside: warm, a little dimmer at night."""
    factors = {"night": (0.8, 0.74, 0.68), "rain": (0.9, 0.9, 0.92), "sunset": (1.0, 0.93, 0.86)}
    return lambda colour: scaled(colour, factors.get(when, (1.0, 1.0, 1.0)))


def _window(canvas: Canvas, x: float) -> None:
    """Paint a big window with curtains; the sky and the weather are seen through it."""
    rng, pen, y = canvas.rng, canvas.pen, 0.52
    wide, tall = 0.36, 0.38
    outside = Canvas(canvas.image.copy(), canvas.when, rng, 0.4, lambda colour: colour)
    paint_sky(outside, 0.0)
    view = outside.image.reduce(2)
    paint_weather(view, canvas.when, rng)
    hill = Pen(view, 0, SIZE / 2, SIZE / 2)
    land = {"snow": (236, 240, 248), "night": (30, 52, 60), "sunset": (110, 96, 70)}
    hill.fill(
        land.get(canvas.when, (110, 170, 90)),
        blob([(-0.3, -0.2), (0.2, 0.28), (0.6, 0.2), (1.3, 0.3), (1.3, -0.2)]),
        outline=0,
    )
    box = (round(wide * SIZE), round(tall * SIZE))
    canvas.image.paste(
        view.resize(box), (round((x - wide / 2) * SIZE), round((1 - y - tall) * SIZE))
    )
    left, right, top = x - wide / 2, x + wide / 2, y + tall
    pen.line(WHITE, [(left, y), (right, y), (right, top), (left, top), (left, y)], 0.022)
    pen.line(WHITE, [(x, y), (x, top)], 0.014)
    pen.line(WHITE, [(left, y + tall * 0.55), (right, y + tall * 0.55)], 0.012)
    pen.fill(
        (246, 240, 230),
        [(left - 0.03, y - 0.03), (right + 0.03, y - 0.03), (right + 0.03, y), (left - 0.03, y)],
    )
    cloth = rng.choice(((206, 98, 92), (96, 132, 176), (214, 168, 84), (118, 150, 104)))
    for side, edge in ((-1, left), (1, right)):
        drape = [
            (edge - side * 0.07, top + 0.03),
            (edge + side * 0.05, top + 0.03),
            (edge + side * 0.06, y - 0.06),
            (edge, y - 0.06),
            (edge - side * 0.01, y + 0.14),
        ]
        pen.fill(cloth, drape, texture=0.15)
    pen.line((126, 84, 52), [(left - 0.08, top + 0.035), (right + 0.08, top + 0.035)], 0.018)
    _frame(canvas, x - 0.42 if x > 0.5 else x + 0.42)


def _frame(canvas: Canvas, x: float) -> None:
    """Paint a small framed picture on the wall."""
    pen = canvas.pen.at(x, 0.66)
    pen.fill((150, 104, 58), [(-0.08, 0), (0.08, 0), (0.08, 0.14), (-0.08, 0.14)])
    pen.fill(
        (180, 214, 226),
        [(-0.064, 0.016), (0.064, 0.016), (0.064, 0.124), (-0.064, 0.124)],
        outline=0.3,
    )
    pen.flat(
        (104, 150, 96),
        [(-0.064, 0.016), (0.064, 0.016), (0.064, 0.045), (0.0, 0.075), (-0.064, 0.04)],
    )
    pen.line(INK, [(-0.05, 0.14), (0, 0.18), (0.05, 0.14)], 0.004)


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
