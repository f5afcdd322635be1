"""Things that a subject stands next to, behind, under or in front of, and what it holds.

Things stand with their foot at the pen's origin; one unit is the width given in `THING_SIZES`.
"""

import math
from collections.abc import Callable

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, blob, limb, mix, oval, scaled
from utils.scenes.drawing.people import Body
from utils.scenes.drawing.places import BARK, LIT, WHITE
from utils.scenes.drawing.sky import Canvas, puff

WOOD: Colour = (164, 110, 64)
# Height and width of each thing as a share of the picture.
THING_SIZES: dict[str, tuple[float, float]] = {
    "tree": (0.86, 0.5),
    "bench": (0.24, 0.5),
    "car": (0.3, 0.64),
    "house": (0.6, 0.58),
    "tent": (0.44, 0.56),
    "boat": (0.4, 0.54),
    "sandcastle": (0.31, 0.38),
    "rock": (0.26, 0.42),
    "snowman": (0.5, 0.3),
    "fence": (0.3, 1.1),
    "cactus": (0.58, 0.32),
    "table": (0.36, 0.62),
    "sofa": (0.36, 0.72),
    "lamp": (0.72, 0.22),
}


def draw_tree(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a big old tree with a hollow and a wide crown."""
    pen.fill(BARK, limb([(0, -0.01), (-0.01, 0.3), (0.01, 0.62)], [0.16, 0.09, 0.1]), texture=0.35)
    pen.fill(BARK, limb([(0, 0.4), (0.12, 0.52)], [0.05, 0.03]), outline=0.6, texture=0.35)
    pen.fill((70, 46, 34), oval(-0.01, 0.24, 0.02, 0.03), outline=0.5)
    leaf = (88, 158, 62)
    crown = mix(leaf, WHITE, 0.62) if canvas.snowy else leaf
    parts = [
        (0, 0.8, 0.26, 0.17),
        (-0.2, 0.66, 0.18, 0.14),
        (0.2, 0.66, 0.18, 0.14),
        (0, 0.64, 0.2, 0.12),
    ]
    pen.fill(crown, *[puff(canvas.rng, *part) for part in parts], texture=0.35, depth=0.75)
    if not canvas.snowy:
        for dx, dy in ((-0.16, 0.72), (0.02, 0.84), (0.18, 0.7), (-0.02, 0.66)):
            pen.fill(
                mix(leaf, (230, 240, 120), 0.4), puff(canvas.rng, dx, dy, 0.06, 0.035), outline=0
            )


def draw_bench(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a wooden bench with iron legs."""
    for x in (-0.42, 0.42):
        pen.line((62, 62, 70), [(x, 0), (x, 0.48)], 0.04)
        pen.line((62, 62, 70), [(x - 0.05, 0), (x + 0.05, 0)], 0.03)
    for y in (0.19, 0.3, 0.4):
        tall = 0.045
        wood = mix(WOOD, WHITE, 0.6) if canvas.snowy and y == 0.4 else WOOD
        pen.fill(
            wood, [(-0.5, y), (0.5, y), (0.5, y + tall * 1.7), (-0.5, y + tall * 1.7)], texture=0.3
        )


def draw_car(_canvas: Canvas, pen: Pen, colour: str) -> None:
    """Draw a small round car."""
    paint = PAINT[colour]
    body = [
        (-0.5, 0.1),
        (-0.49, 0.22),
        (-0.36, 0.27),
        (-0.22, 0.43),
        (0.12, 0.44),
        (0.27, 0.28),
        (0.46, 0.23),
        (0.5, 0.12),
        (0.46, 0.07),
        (-0.46, 0.07),
    ]
    pen.fill(paint, blob(body), depth=0.7)
    glass = (186, 222, 240)
    pen.fill(glass, [(-0.3, 0.28), (-0.2, 0.39), (-0.06, 0.4), (-0.06, 0.28)], outline=0.5)
    pen.fill(glass, [(-0.02, 0.28), (-0.02, 0.4), (0.09, 0.4), (0.2, 0.28)], outline=0.5)
    pen.line(scaled(paint, (0.6, 0.6, 0.6)), [(-0.04, 0.27), (-0.04, 0.1)], 0.006)
    pen.line((240, 240, 240), [(-0.02, 0.22), (0.04, 0.22)], 0.012)
    pen.fill((255, 240, 170), oval(0.465, 0.19, 0.025, 0.035), outline=0.5)
    pen.fill((200, 40, 40), oval(-0.48, 0.2, 0.018, 0.03), outline=0.5)
    for x in (-0.29, 0.29):
        pen.fill((44, 42, 50), oval(x, 0.085, 0.095, 0.095))
        pen.fill((190, 194, 204), oval(x, 0.085, 0.048, 0.048), outline=0.5)


def draw_house(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a cottage with a chimney, a door and two windows."""
    pen.fill((170, 90, 70), [(0.2, 0.7), (0.31, 0.7), (0.31, 0.98), (0.2, 0.98)], texture=0.3)
    pen.fill(
        (246, 230, 196),
        [(-0.42, 0), (0.42, 0), (0.42, 0.52), (-0.42, 0.52)],
        texture=0.2,
        depth=0.35,
    )
    roof = WHITE if canvas.snowy else (186, 86, 62)
    pen.fill(roof, [(-0.52, 0.48), (0.52, 0.48), (0.3, 0.92), (-0.3, 0.92)], texture=0.25)
    pen.fill(
        (116, 74, 48),
        blob([(-0.09, 0), (-0.09, 0.3), (0, 0.36), (0.09, 0.3), (0.09, 0)], 4),
        texture=0.2,
    )
    pen.dot((250, 210, 90), 0.05, 0.15, 0.014)
    for x in (-0.26, 0.26):
        frame = [(x - 0.1, 0.16), (x + 0.1, 0.16), (x + 0.1, 0.38), (x - 0.1, 0.38)]
        lit = canvas.when == "night"
        pen.fill(
            (120, 160, 120),
            [(x - 0.12, 0.14), (x + 0.12, 0.14), (x + 0.12, 0.4), (x - 0.12, 0.4)],
            outline=0.5,
        )
        glass = Pen(canvas.image, pen.x, pen.y, pen.scale, pen.facing) if lit else pen
        glass.flat(LIT if lit else (176, 216, 236), frame)
        pen.line(WHITE, [(x, 0.16), (x, 0.38)], 0.016)
        pen.line(WHITE, [(x - 0.1, 0.27), (x + 0.1, 0.27)], 0.016)


def draw_tent(_canvas: Canvas, pen: Pen, colour: str) -> None:
    """Draw a ridge tent with an open flap."""
    paint = PAINT[colour]
    pen.line((90, 70, 60), [(-0.56, 0.0), (-0.1, 0.72)], 0.012)
    pen.fill(
        scaled(paint, (0.78, 0.76, 0.8)),
        [(-0.05, 0.74), (0.28, 0.68), (0.52, 0.02), (0.3, 0)],
        texture=0.15,
    )
    pen.fill(paint, [(-0.48, 0), (0.32, 0), (-0.05, 0.76)], texture=0.15, depth=0.6)
    pen.fill((56, 44, 48), [(-0.24, 0), (0.06, 0), (-0.06, 0.5)], outline=0.6)
    pen.fill(
        mix(paint, WHITE, 0.45), [(0.06, 0), (0.17, 0.02), (0.02, 0.36), (-0.06, 0.5)], outline=0.6
    )


def draw_boat(_canvas: Canvas, pen: Pen, colour: str) -> None:
    """Draw a small sailing boat."""
    paint = PAINT[colour]
    pen.line((130, 90, 56), [(0, 0.16), (0, 0.76)], 0.024)
    pen.fill((250, 248, 238), [(0.03, 0.24), (0.4, 0.27), (0.03, 0.74)], texture=0.08, depth=0.35)
    pen.fill(mix(paint, WHITE, 0.55), [(-0.03, 0.26), (-0.28, 0.28), (-0.03, 0.66)], depth=0.35)
    hull = [(-0.48, 0.2), (0.5, 0.22), (0.36, 0.0), (-0.34, 0.0)]
    pen.fill(paint, hull, texture=0.12, depth=0.6)
    pen.line(WHITE, [(-0.44, 0.16), (0.46, 0.175)], 0.024)


def draw_sandcastle(_canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a sandcastle with three towers and a flag."""
    sand = (232, 190, 118)
    for x, wide, tall in ((-0.32, 0.16, 0.5), (0.32, 0.16, 0.5), (0, 0.2, 0.72)):
        tower = [(x - wide, 0), (x + wide, 0), (x + wide * 0.8, tall), (x - wide * 0.8, tall)]
        pen.fill(sand, tower, texture=0.35)
        for step in (-1, 0, 1):
            left = x + step * wide * 0.62 - wide * 0.2
            pen.fill(
                sand,
                [
                    (left, tall - 0.01),
                    (left + wide * 0.4, tall - 0.01),
                    (left + wide * 0.4, tall + 0.09),
                    (left, tall + 0.09),
                ],
                texture=0.3,
            )
    pen.fill(sand, [(-0.46, 0), (0.46, 0), (0.42, 0.26), (-0.42, 0.26)], texture=0.35)
    pen.fill(
        (130, 92, 54),
        blob([(-0.08, 0), (-0.08, 0.16), (0, 0.22), (0.08, 0.16), (0.08, 0)], 4),
        outline=0.6,
    )
    pen.line((110, 74, 48), [(0, 0.8), (0, 1.04)], 0.02)
    pen.fill((226, 60, 60), [(0.01, 1.04), (0.2, 0.97), (0.01, 0.9)], outline=0.5)


def draw_rock(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a big gray rock."""
    stone = blob(
        [(-0.5, 0), (-0.46, 0.26), (-0.2, 0.54), (0.12, 0.6), (0.4, 0.34), (0.5, 0.02), (0, -0.03)],
        3,
    )
    pen.fill((150, 148, 156), stone, texture=0.4, depth=0.8)
    pen.line((98, 96, 108), [(-0.1, 0.5), (0.0, 0.34), (-0.06, 0.2)], 0.014)
    pen.line((98, 96, 108), [(0.22, 0.4), (0.26, 0.24)], 0.014)
    if canvas.snowy:
        pen.fill(
            WHITE,
            blob([(-0.3, 0.46), (-0.1, 0.6), (0.14, 0.64), (0.32, 0.48), (0, 0.5)]),
            outline=0,
        )


def draw_snowman(_canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a snowman with a hat, a scarf and a carrot for a nose."""
    snow = (246, 248, 254)
    for y, r in ((0.34, 0.42), (0.92, 0.31), (1.34, 0.22)):
        pen.fill(snow, oval(0, y, r, r * 0.94), depth=0.45, texture=0.08)
    for side in (-1, 1):
        pen.line((96, 66, 46), [(side * 0.26, 1.0), (side * 0.55, 1.2), (side * 0.62, 1.16)], 0.035)
    pen.fill((64, 150, 110), limb([(-0.2, 1.15), (0.0, 1.1), (0.2, 1.15)], [0.1, 0.1, 0.1]))
    pen.fill((64, 150, 110), limb([(0.1, 1.12), (0.14, 0.9)], [0.1, 0.12]))
    for x in (-0.07, 0.09):
        pen.dot(INK, x, 1.4, 0.028)
    pen.fill((250, 140, 40), [(0.0, 1.36), (0.0, 1.29), (0.24, 1.31)], outline=0.6)
    for y in (0.72, 0.86, 0.98):
        pen.dot(INK, 0.04, y, 0.03)
    pen.fill((60, 56, 66), [(-0.26, 1.5), (0.26, 1.5), (0.26, 1.55), (-0.26, 1.55)])
    pen.fill((60, 56, 66), [(-0.17, 1.54), (0.17, 1.54), (0.15, 1.8), (-0.15, 1.8)])


def draw_fence(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a wooden fence across the picture."""
    wood = (232, 204, 158)
    for y in (0.07, 0.16):
        rail = [(-0.6, y), (0.6, y), (0.6, y + 0.032), (-0.6, y + 0.032)]
        pen.fill(wood, rail, texture=0.3, outline=0.7)
    for i in range(10):
        x, half = -0.54 + i * 0.12, 0.028
        post = [(x - half, 0), (x + half, 0), (x + half, 0.22), (x, 0.26), (x - half, 0.22)]
        pen.fill(wood, post, texture=0.3, outline=0.7)
        if canvas.snowy:
            pen.flat(WHITE, [(x - half, 0.21), (x + half, 0.21), (x, 0.265)])


def draw_cactus(_canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a tall cactus with two arms and a flower."""
    green = (70, 150, 84)
    arms = [
        limb([(-0.02, 0.6), (-0.36, 0.62), (-0.38, 1.05)], [0.2, 0.2, 0.18]),
        limb([(0.02, 0.8), (0.34, 0.82), (0.36, 1.2)], [0.2, 0.2, 0.17]),
    ]
    pen.fill(
        green,
        limb([(0, -0.05), (0, 0.8), (0, 1.6)], [0.34, 0.36, 0.3]),
        *arms,
        texture=0.15,
        depth=0.7,
    )
    for x in (-0.08, 0.0, 0.08):
        pen.line(scaled(green, (0.7, 0.75, 0.7)), [(x, 0.06), (x, 1.55)], 0.014)
    for dx, dy in ((-0.07, 1.76), (0.07, 1.76), (0, 1.82)):
        pen.fill((246, 110, 160), oval(dx, dy, 0.07, 0.06), outline=0.5)


def draw_table(_canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a wooden table with a vase of flowers."""
    dark = scaled(WOOD, (0.8, 0.78, 0.78))
    for x in (-0.4, 0.4):
        pen.fill(
            dark,
            [(x - 0.035, 0.04), (x + 0.035, 0.04), (x + 0.035, 0.5), (x - 0.035, 0.5)],
            texture=0.2,
        )
    for x in (-0.47, 0.47):
        pen.fill(
            WOOD, [(x - 0.035, 0), (x + 0.035, 0), (x + 0.04, 0.5), (x - 0.04, 0.5)], texture=0.2
        )
    pen.fill(
        mix(WOOD, WHITE, 0.15),
        [(-0.56, 0.48), (0.56, 0.48), (0.5, 0.57), (-0.5, 0.57)],
        texture=0.25,
    )
    pen.fill(
        (120, 170, 200),
        blob([(-0.05, 0.54), (-0.08, 0.62), (-0.04, 0.7), (0.04, 0.7), (0.08, 0.62), (0.05, 0.54)]),
    )
    for dx, colour in ((-0.07, (250, 200, 70)), (0.0, (240, 110, 130)), (0.07, (250, 240, 250))):
        pen.line((70, 130, 60), [(dx * 0.3, 0.7), (dx, 0.8)], 0.014)
        pen.fill(colour, oval(dx, 0.82, 0.045, 0.04), outline=0.4)


def draw_sofa(_canvas: Canvas, pen: Pen, colour: str) -> None:
    """Draw a sofa with two cushions."""
    paint = PAINT[colour]
    dark = scaled(paint, (0.8, 0.78, 0.82))
    for x in (-0.4, 0.4):
        pen.fill((96, 64, 44), [(x - 0.025, 0), (x + 0.025, 0), (x + 0.03, 0.07), (x - 0.03, 0.07)])
    pen.fill(
        dark,
        blob(
            [(-0.46, 0.1), (-0.46, 0.42), (-0.36, 0.5), (0.36, 0.5), (0.46, 0.42), (0.46, 0.1)], 4
        ),
        texture=0.15,
    )
    for x in (-0.2, 0.2):
        pen.fill(
            paint,
            blob([(x - 0.2, 0.15), (x - 0.2, 0.26), (x + 0.2, 0.26), (x + 0.2, 0.15)], 4),
            texture=0.12,
        )
    for x in (-0.44, 0.44):
        pen.fill(
            paint,
            blob(
                [(x - 0.07, 0.06), (x - 0.08, 0.28), (x, 0.34), (x + 0.08, 0.28), (x + 0.07, 0.06)],
                4,
            ),
            texture=0.12,
        )


def draw_lamp(canvas: Canvas, pen: Pen, _colour: str) -> None:
    """Draw a street lamp, or a floor lamp indoors (its canvas has a warm tone and low horizon)."""
    glow = Pen(canvas.image, pen.x, pen.y, pen.scale, pen.facing)
    if canvas.when in ("night", "rain", "sunset"):
        glow.veil((255, 236, 160), oval(0, 2.9, 0.95, 0.8), 0.4)
    pen.fill((58, 60, 72), limb([(0, 0), (0, 1.4), (0, 2.7)], [0.14, 0.08, 0.07]))
    pen.fill((58, 60, 72), [(-0.24, 0), (0.24, 0), (0.14, 0.12), (-0.14, 0.12)])
    glow.fill((255, 236, 168), [(-0.2, 2.7), (0.2, 2.7), (0.34, 3.1), (-0.34, 3.1)], depth=0.3)
    pen.fill((58, 60, 72), [(-0.4, 3.1), (0.4, 3.1), (0.1, 3.3), (-0.1, 3.3)])


THING_DRAWINGS: dict[str, Callable[[Canvas, Pen, str], None]] = {
    "tree": draw_tree,
    "bench": draw_bench,
    "car": draw_car,
    "house": draw_house,
    "tent": draw_tent,
    "boat": draw_boat,
    "sandcastle": draw_sandcastle,
    "rock": draw_rock,
    "snowman": draw_snowman,
    "fence": draw_fence,
    "cactus": draw_cactus,
    "table": draw_table,
    "sofa": draw_sofa,
    "lamp": draw_lamp,
}


def draw_thing(
    canvas: Canvas,
    name: str,
    colour: str,
    x: float,
    y: float,
    facing: int = 1,
    larger: float = 1.0,
) -> None:
    """Draw a thing whose foot stands at (x, y) of the picture, `larger` times its usual size."""
    height, wide = THING_SIZES[name]
    scale = (height if name == "tree" else wide) * larger
    pen = canvas.plant(x, y, scale * (1.06 - 0.5 * y), facing)
    reach = 0.55 if name not in ("tree", "lamp") else 0.28
    if name != "fence":
        pen.veil((30, 30, 50), oval(0, 0.0, reach, 0.05), 0.4)
    THING_DRAWINGS[name](canvas, pen, colour)


# Props: drawn with the pen of the figure (one unit is its height) or of the animal.


def ball(pen: Pen, x: float, y: float, r: float, colour: str) -> None:
    """Draw a ball with a light band."""
    paint = PAINT[colour]
    pen.fill(paint, oval(x, y, r, r), depth=0.75)
    pen.line(
        mix(paint, WHITE, 0.75),
        [(x - r * 0.9, y + r * 0.15), (x, y - r * 0.1), (x + r * 0.9, y + r * 0.15)],
        r * 0.3,
    )


def bowl(pen: Pen, x: float, y: float, r: float) -> None:
    """Draw a bowl full of food."""
    pen.fill((140, 84, 50), oval(x, y + r * 0.62, r * 0.85, r * 0.34), texture=0.4)
    pen.fill(
        (92, 150, 190),
        [(x - r, y + r * 0.6), (x + r, y + r * 0.6), (x + r * 0.75, y), (x - r * 0.75, y)],
    )


def carrot(pen: Pen, x: float, y: float, size: float) -> None:
    """Draw a carrot that points to the left."""
    pen.fill(
        (76, 160, 70),
        limb([(x + size * 0.9, y), (x + size * 1.6, y + size * 0.5)], [size * 0.3, size * 0.5]),
    )
    pen.fill(
        (248, 132, 32),
        limb(
            [(x - size, y), (x, y), (x + size, y + size * 0.05)],
            [size * 0.15, size * 0.55, size * 0.75],
        ),
    )


def grass(pen: Pen, x: float, y: float, size: float) -> None:
    """Draw a clump of long grass."""
    pen.flat((52, 128, 44), oval(x, y + 0.02, size * 1.3, size * 0.24))
    for lean in (-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9):
        green = (60, 150, 48) if round(lean * 10) % 2 else (96, 178, 60)
        pen.flat(
            green,
            [
                (x + lean * size * 0.7 - 0.03, y),
                (x + lean * size * 0.7 + 0.03, y),
                (x + lean * size * 1.3, y + size * (1.3 - abs(lean) * 0.5)),
            ],
        )


def apple(pen: Pen, body: Body) -> None:
    """Draw a big bitten red apple in the near hand."""
    x, y = body["near_hand"]
    hand = pen.at(x + 0.05, y - 0.02, 0, 1.7)
    red = (216, 34, 40)
    outline = [
        (-0.055, 0.06),
        (-0.025, 0.085),
        (0.01, 0.075),
        (0.045, 0.085),
        (0.065, 0.05),
        (0.045, -0.005),
        (0.01, -0.02),
        (-0.04, -0.005),
    ]
    hand.line((100, 66, 40), [(0.008, 0.07), (0.016, 0.115)], 0.012)
    hand.fill((84, 170, 70), blob([(0.014, 0.1), (0.05, 0.125), (0.075, 0.1), (0.04, 0.09)]))
    hand.fill(red, blob(outline), depth=0.7)
    hand.fill((252, 240, 200), oval(0.056, 0.035, 0.018, 0.024), outline=0.3)


def ice_cream(pen: Pen, body: Body) -> None:
    """Draw a big ice cream cone with three scoops in the near hand."""
    x, y = body["near_hand"]
    hand = pen.at(x + 0.04, y - 0.02, 0, 1.6)
    cone = [(0, -0.06), (0.058, 0.085), (-0.048, 0.085)]
    hand.fill((226, 166, 90), cone, texture=0.2)
    for x, y, colour in (
        (-0.026, 0.105, (250, 150, 186)),
        (0.034, 0.108, (255, 246, 226)),
        (0.004, 0.155, (134, 84, 58)),
    ):
        hand.fill(colour, oval(x, y, 0.05, 0.046))


def book(pen: Pen, body: Body) -> None:
    """Draw a big open picture book between the hands."""
    (ax, ay), (bx, by) = body["near_hand"], body["far_hand"]
    page = pen.at((ax + bx) / 2 + 0.02, (ay + by) / 2, 0, 1.45)
    cover = [
        (-0.11, -0.03),
        (0.025, -0.07),
        (0.17, -0.01),
        (0.16, 0.155),
        (0.02, 0.095),
        (-0.12, 0.135),
    ]
    page.fill((138, 92, 58), cover)
    white, shade = (252, 248, 232), (240, 234, 214)
    left = [(-0.09, 0), (0.025, -0.035), (0.02, 0.1), (-0.095, 0.13)]
    right = [(0.03, -0.035), (0.145, 0.015), (0.14, 0.15), (0.025, 0.1)]
    page.fill(white, left, outline=0.4)
    page.fill(shade, right, outline=0.4)
    for dy in (0.035, 0.06, 0.085):
        page.line((150, 150, 160), [(-0.075, dy), (0.005, dy - 0.022)], 0.006)
    page.dot((226, 120, 70), 0.085, 0.075, 0.026)


def balloon(pen: Pen, body: Body, colour: str) -> None:
    """Draw a big balloon on a string."""
    x, y = body["near_hand"]
    cx = max(x + 0.08, body["head"][0] + body.build.head + 0.1)
    cy = y + 0.4
    pen.line((90, 90, 100), [(x, y), (x + 0.03, y + 0.1), (cx, cy - 0.24)], 0.01)
    paint, knot = PAINT[colour], [(cx, cy - 0.2), (cx + 0.03, cy - 0.26), (cx - 0.03, cy - 0.26)]
    pen.fill(paint, knot, outline=0.7)
    outline = [
        (cx, cy + 0.23),
        (cx + 0.19, cy + 0.08),
        (cx + 0.13, cy - 0.13),
        (cx, cy - 0.23),
        (cx - 0.13, cy - 0.13),
        (cx - 0.19, cy + 0.08),
    ]
    pen.fill(paint, blob(outline), depth=0.55)
    pen.dot((255, 255, 255), cx - 0.08, cy + 0.11, 0.022, 0.04)


def umbrella(pen: Pen, body: Body, colour: str) -> None:
    """Draw an open umbrella over the head."""
    (x, y), paint = body["near_hand"], PAINT[colour]
    hx, hy = body["head"]
    cx, cy = (x + hx) / 2 + 0.02, hy + body.build.head * 1.15
    pen.line((92, 64, 46), [(x, y - 0.06), (cx, cy + 0.24)], 0.018)
    ribs = [
        (cx - 0.36, cy),
        (cx - 0.18, cy + 0.045),
        (cx, cy),
        (cx + 0.18, cy + 0.045),
        (cx + 0.36, cy),
    ]
    dome = [
        (cx + 0.36 * math.cos(a / 12 * math.pi), cy + 0.25 * math.sin(a / 12 * math.pi))
        for a in range(13)
    ]
    pen.fill(paint, [*ribs, *dome[1:-1]], depth=0.7)
    for end in (-0.18, 0.0, 0.18):
        pen.line(
            scaled(paint, (0.72, 0.7, 0.72)),
            [
                (cx, cy + 0.25),
                (cx + end * 0.7, cy + 0.15),
                (cx + end, cy + (0.045 if end else 0.0)),
            ],
            0.01,
        )


def kite(pen: Pen, body: Body, colour: str) -> None:
    """Draw a big kite high up in front of the figure, its string and its tail with bows."""
    (x, y), paint = body["near_hand"], PAINT[colour]
    kx, ky = x + 0.44, y + 0.42
    pen.line((250, 250, 246), [(x, y), (x + 0.16, y + 0.14), (kx - 0.04, ky - 0.16)], 0.01)
    tail = [(kx - 0.05, ky - 0.32), (kx + 0.05, ky - 0.42), (kx - 0.04, ky - 0.52)]
    pen.line((250, 250, 246), tail, 0.014)
    for tx, ty in tail[1:]:
        for side in (-1, 1):
            bow = [(tx, ty), (tx + side * 0.07, ty + 0.035), (tx + side * 0.07, ty - 0.035)]
            pen.fill(paint, bow, outline=0.5)
    top, right = (kx + 0.02, ky + 0.31), (kx + 0.24, ky + 0.05)
    bottom, left = (kx - 0.05, ky - 0.32), (kx - 0.24, ky + 0.03)
    pen.fill(paint, [top, right, bottom, left], depth=0.45)
    for end in (right, left):
        pen.line(mix(paint, WHITE, 0.6), [(kx, ky + 0.04), end], 0.014)
    pen.line(mix(paint, WHITE, 0.6), [top, (kx, ky + 0.04), bottom], 0.014)


def _wheel(pen: Pen, x: float, r: float) -> None:
    """Draw a bicycle wheel."""
    rim = oval(x, r, r, r)
    pen.line((50, 48, 56), [*rim, rim[0], rim[1]], 0.026)
    for angle in range(0, 180, 30):
        c, s = math.cos(math.radians(angle)) * r, math.sin(math.radians(angle)) * r
        pen.line((186, 188, 196), [(x - c, r - s), (x + c, r + s)], 0.005)
    pen.dot((70, 70, 80), x, r, 0.022)


def bicycle(pen: Pen, body: Body, colour: str) -> None:
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
    for path in paths:
        pen.line(mix(paint, INK, 0.55), path, 0.07)
    for path in paths:
        pen.line(paint, path, 0.054)
    pen.fill(
        (60, 46, 44),
        limb([(seat[0] - 0.07, seat[1] + 0.02), (seat[0] + 0.05, seat[1] + 0.02)], [0.05, 0.03]),
    )
    pen.line(
        (60, 60, 70), [(handle[0] - 0.03, handle[1] + 0.01), (handle[0] + 0.04, handle[1])], 0.03
    )
    pen.dot((60, 60, 70), *crank, 0.03)


# What a person holds, by whether the hands cover it.
HELD_BEHIND: dict[str, Callable[[Pen, Body, str], None]] = {
    "bicycle": bicycle,
    "umbrella": umbrella,
    "kite": kite,
    "balloon": balloon,
}
HELD_BEFORE: dict[str, Callable[[Pen, Body], None]] = {
    "apple": apple,
    "ice cream": ice_cream,
    "book": book,
}
