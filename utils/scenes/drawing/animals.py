"""Animals for the Scenes: ten of them, each in its own outline and coat.

The four-footed ones share one skeleton (`Beast`, `draw_beast`) and differ by proportions and by
what `draw_dog`, `draw_cow` and the others add. Units: the length of the trunk is about one.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, blob, limb, mix, oval, scaled

Legs = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Beast:
    """The proportions of a four-footed animal."""

    length: float = 0.72  # from hips to shoulders
    leg: float = 0.42
    chest: float = 0.36  # thickness of the trunk at the shoulders
    rump: float = 0.34
    foot: float = 0.10  # thickness of a leg at the foot
    neck: tuple[float, float] = (0.22, 0.24)  # from the shoulders to the head
    throat: float = 0.26  # thickness of the neck
    graze: tuple[float, float] = (0.36, -0.36)  # the same when eating from the ground
    hoof: Colour | None = None


@dataclass(frozen=True)
class Stance:
    """A pose: tilt of the trunk, height above the ground, and the angles of four legs.

    Legs are near front, far front, near hind, far hind, each with an upper and a lower angle.
    """

    legs: Legs = ((4, 0), (-6, -2), (-4, 4), (8, 2))
    tilt: float = 0.0
    rise: float = 0.0
    head: str = "up"  # or "down" (to the ground) or "rest" (on the ground, asleep)
    folded: bool = False  # legs under the body
    seated: bool = False


STANCES: dict[str, tuple[Stance, ...]] = {
    "standing": (Stance(), Stance(((-3, 2), (10, 6), (6, 0), (-8, -2)))),
    "running": (
        Stance(((58, 20), (34, -40), (-48, -28), (-20, -66)), 3, 0.12),
        Stance(((-24, -62), (46, 26), (36, -14), (-44, -60)), -2, 0.10),
    ),
    "jumping": (
        Stance(((62, -38), (76, -10), (-46, -62), (-34, -70)), 24, 0.34),
        Stance(((56, 30), (70, 48), (-58, -40), (-44, -64)), 14, 0.36),
    ),
    "sitting": (Stance(((2, 0), (14, 8), (80, 0), (80, 0)), 42, seated=True),),
    "sleeping": (Stance(head="rest", folded=True),),
    "eating": (Stance(((16, 8), (-10, -4), (-4, 4), (8, 2)), -3, head="down"),),
    "playing": (
        Stance(((70, 30), (-4, 0), (-8, 4), (12, 4)), 6),
        Stance(((82, 62), (-2, -4), (-14, 2), (10, 0)), 10, 0.02),
    ),
    "swimming": (Stance(((50, 20), (20, -10), (-20, -40), (10, -20)), 6),),
}


@dataclass(frozen=True)
class Frame:
    """The joints of a drawn animal: hips, shoulders and head, in local units."""

    hip: Point
    shoulder: Point
    head: Point
    stance: Stance


def choose_stance(what: str, rng: random.Random) -> Stance:
    """Return one of the stances of an action."""
    return rng.choice(STANCES[what])


def _turned(point: Point, angle: float) -> Point:
    """Return a vector turned by `angle` degrees against the clock."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return (point[0] * cos - point[1] * sin, point[0] * sin + point[1] * cos)


def frame_of(beast: Beast, stance: Stance) -> Frame:
    """Return where the joints of an animal in a stance are; the feet are at height 0."""
    if stance.folded:
        height = beast.rump * 0.48
        hip, shoulder = (-beast.length / 2, height), (beast.length / 2, height)
        reach = math.hypot(*beast.neck)
        head = (beast.length / 2 + reach * 0.92, beast.throat * 0.5)
        return Frame(hip, shoulder, head, stance)
    if stance.seated:
        hip = (-beast.length * 0.3, beast.rump * 0.5)
        along = _turned((beast.length * 0.86, 0), 50)
        shoulder = (hip[0] + along[0], hip[1] + along[1])
        head = (shoulder[0] + beast.neck[0] * 0.8, shoulder[1] + max(beast.neck[1], 0.16))
        return Frame(hip, shoulder, head, stance)
    height = beast.leg + beast.rump * 0.36 + stance.rise
    half = _turned((beast.length / 2, 0), stance.tilt)
    hip, shoulder = (-half[0], height - half[1]), (half[0], height + half[1])
    neck = beast.graze if stance.head == "down" else _turned(beast.neck, stance.tilt)
    return Frame(hip, shoulder, (shoulder[0] + neck[0], shoulder[1] + neck[1]), stance)


def _leg(root: Point, angles: tuple[float, float], beast: Beast, hind: bool) -> list[Point]:
    """Return the outline of one leg."""
    upper, lower = (math.radians(angle) for angle in angles)
    part = (beast.leg + 0.1 * beast.rump) * 0.55
    start = (root[0], root[1] - beast.rump * 0.18)
    knee = (start[0] + part * math.sin(upper), start[1] - part * math.cos(upper))
    foot = (knee[0] + part * 0.82 * math.sin(lower), knee[1] - part * 0.82 * math.cos(lower))
    thick = beast.foot * (2.2 if hind else 1.8)
    return limb([start, knee, foot], [thick, beast.foot * 1.25, beast.foot])


def _legs(beast: Beast, frame: Frame, far: bool) -> list[list[Point]]:
    """Return the outlines of the two far or the two near legs."""
    stance, shift = frame.stance, 0.07 if far else 0.0
    if stance.folded:
        if far:
            return []
        y = beast.foot * 0.55
        front = [(frame.shoulder[0] - 0.1, y * 1.4), (frame.shoulder[0] + beast.leg * 0.5, y)]
        hind = [(frame.hip[0] + 0.1, y * 1.6), (frame.hip[0] + beast.leg * 0.75, y)]
        return [limb(part, [beast.foot * 1.5, beast.foot]) for part in (front, hind)]
    front = (frame.shoulder[0] + shift, frame.shoulder[1])
    hip = (frame.hip[0] + shift, frame.hip[1])
    if stance.seated:
        reach = frame.shoulder[1] - beast.chest * 0.25
        foot = (front[0] + 0.05 + shift, beast.foot * 0.5)
        straight = limb(
            [(front[0], reach), (front[0] + 0.01, reach / 2), foot],
            [beast.foot * 1.9, beast.foot * 1.2, beast.foot],
        )
        paw = limb(
            [(hip[0] + 0.1, beast.foot * 0.55), (hip[0] + 0.36, beast.foot * 0.5)],
            [beast.foot * 1.2, beast.foot],
        )
        haunch = oval(hip[0] + 0.08, hip[1], beast.rump * 0.55, beast.rump * 0.56)
        return [straight, paw, haunch]
    index = 1 if far else 0
    return [
        _leg(front, stance.legs[index], beast, False),
        _leg(hip, stance.legs[index + 2], beast, True),
    ]


def _trunk(beast: Beast, frame: Frame) -> list[list[Point]]:
    """Return the outlines of trunk and neck."""
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    middle = ((hx + sx) / 2, (hy + sy) / 2 - 0.01)
    over = (hx + (hx - sx) * 0.12, hy + (hy - sy) * 0.12)
    front = (sx + (sx - hx) * 0.1, sy + (sy - hy) * 0.1)
    trunk = limb(
        [over, (hx, hy), middle, (sx, sy), front],
        [
            beast.rump * 0.8,
            beast.rump,
            (beast.rump + beast.chest) * 0.47,
            beast.chest,
            beast.chest * 0.72,
        ],
    )
    base = (sx, sy + beast.chest * 0.08)
    bend = ((base[0] + frame.head[0]) / 2 + 0.02, (base[1] + frame.head[1]) / 2 - 0.01)
    neck = limb([base, bend, frame.head], [beast.throat * 1.35, beast.throat, beast.throat * 0.8])
    return [trunk, neck]


def draw_beast(
    pen: Pen, beast: Beast, stance: Stance, coat: Colour, texture: float = 0.18
) -> Frame:
    """Draw trunk, neck and legs; what makes the animal its own kind is added by the caller."""
    frame = frame_of(beast, stance)
    dark = mix(coat, INK, 0.28)
    for far, colour in ((True, dark), (False, coat)):
        legs = _legs(beast, frame, far)
        if legs and far:
            pen.fill(colour, *legs, texture=texture)
        elif not far:
            pen.fill(colour, *legs, *_trunk(beast, frame), texture=texture)
            if not stance.folded:
                for leg in legs:
                    pen.fill(colour, leg, outline=0, texture=texture)
        if beast.hoof and not (stance.folded or stance.seated):
            for leg in legs:
                count = len(leg) // 2
                tip = [
                    leg[count - 4],
                    leg[count - 3],
                    *leg[count - 2 : count + 2],
                    leg[count + 2],
                    leg[count + 3],
                ]
                pen.fill(beast.hoof, tip, outline=0.4)
    return frame


def _head_pen(pen: Pen, frame: Frame, down: float = -62, up: float = 0.0) -> Pen:
    """Return a pen at the head, tilted as the stance asks."""
    angle = {
        "up": up + frame.stance.tilt * (0.3 if not frame.stance.seated else 0),
        "down": down,
        "rest": -6.0,
    }[frame.stance.head]
    return pen.at(*frame.head, angle)


def _eye(head: Pen, x: float, y: float, size: float, asleep: bool) -> None:
    """Draw an eye, or a closed one."""
    if asleep:
        head.line(
            INK,
            [(x - size, y + size * 0.3), (x, y - size * 0.4), (x + size, y + size * 0.3)],
            size * 0.55,
        )
        return
    head.dot((255, 255, 255), x, y, size * 1.25, size * 1.35)
    head.dot(INK, x + size * 0.2, y, size * 0.9, size)
    head.dot((255, 255, 255), x + size * 0.45, y + size * 0.4, size * 0.32)


def _tail(pen: Pen, frame: Frame, colour: Colour, path: list[Point], widths: list[float]) -> None:
    """Draw a tail from the hips along offsets."""
    x, y = frame.hip
    pen.fill(colour, limb([(x + dx, y + dy) for dx, dy in path], widths), texture=0.2)


def draw_dog(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a dog: hanging ears, a long snout, a wagging tail and a red collar."""
    coat = PAINT[colour]
    beast = Beast(0.62, 0.36, 0.32, 0.27, 0.095, (0.2, 0.27), 0.2, (0.32, -0.3))
    frame = frame_of(beast, stance)
    up = [(-0.06, 0.06), (-0.2, 0.14), (-0.28, 0.34)]
    _tail(
        pen,
        frame,
        coat,
        [(-0.05, 0.0), (-0.25, -0.06), (-0.42, -0.08)] if stance.folded else up,
        [0.11, 0.1, 0.05],
    )
    draw_beast(pen, beast, stance, coat)
    asleep = stance.folded
    neck = (
        (frame.shoulder[0] + frame.head[0] * 2) / 3,
        (frame.shoulder[1] + frame.head[1] * 2) / 3,
    )
    if not asleep:
        pen.fill(
            PAINT["red"] if colour != "red" else PAINT["blue"],
            limb(
                [(neck[0] - 0.11, neck[1] + 0.03), (neck[0] + 0.09, neck[1] - 0.08)], [0.06, 0.06]
            ),
        )
    head = _head_pen(pen, frame, -48)
    ear = mix(coat, INK, 0.45) if colour != "black" else (30, 28, 34)
    snout = blob(
        [(0.05, 0.08), (0.28, 0.05), (0.36, -0.02), (0.33, -0.12), (0.12, -0.17), (-0.04, -0.12)]
    )
    head.fill(coat, oval(0.02, 0.02, 0.2, 0.19), snout, texture=0.15)
    head.fill(
        mix(coat, PAINT["white"], 0.55),
        blob([(0.16, 0.0), (0.33, -0.0), (0.35, -0.09), (0.2, -0.16), (0.1, -0.1)]),
        outline=0.3,
    )
    head.fill(INK, oval(0.355, 0.01, 0.05, 0.042), outline=0)
    head.line((120, 40, 50), [(0.34, -0.08), (0.24, -0.11), (0.16, -0.09)], 0.018)
    if not asleep:
        head.fill(
            (236, 96, 110),
            blob([(0.2, -0.11), (0.28, -0.1), (0.26, -0.2), (0.21, -0.2)]),
            outline=0.4,
        )
    _eye(head, 0.1, 0.07, 0.032, asleep)
    head.fill(
        ear,
        blob(
            [
                (-0.06, 0.17),
                (0.03, 0.12),
                (0.0, -0.08),
                (-0.08, -0.2),
                (-0.19, -0.12),
                (-0.16, 0.08),
            ]
        ),
        texture=0.2,
    )


def draw_cat(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a cat: a round head with pointed ears and whiskers, stripes, a long curved tail."""
    coat = PAINT[colour]
    beast = Beast(0.58, 0.3, 0.25, 0.25, 0.08, (0.13, 0.2), 0.17, (0.26, -0.22))
    frame = frame_of(beast, stance)
    tail = [(-0.04, 0.04), (-0.22, 0.1), (-0.3, 0.34), (-0.2, 0.52)]
    if stance.folded or stance.seated:
        tail = [(-0.05, -0.06), (-0.32, -0.07), (-0.36, 0.08), (-0.26, 0.2)]
    _tail(pen, frame, coat, tail, [0.09, 0.08, 0.075, 0.06])
    draw_beast(pen, beast, stance, coat)
    stripe = mix(coat, INK, 0.55) if colour != "black" else (84, 80, 92)
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    for share in (0.12, 0.36, 0.6, 0.82):
        x, y = hx + (sx - hx) * share, hy + (sy - hy) * share
        pen.line(stripe, [(x - 0.01, y + 0.12), (x + 0.02, y + 0.05), (x + 0.0, y - 0.02)], 0.03)
    head = _head_pen(pen, frame, -30)
    for side in (-1, 1):
        head.fill(coat, [(side * 0.05, 0.12), (side * 0.19, 0.34), (side * 0.23, 0.06)])
        head.fill(
            (240, 150, 150),
            [(side * 0.1, 0.15), (side * 0.175, 0.27), (side * 0.195, 0.11)],
            outline=0,
        )
    head.fill(
        coat,
        blob(
            [
                (-0.25, 0.0),
                (-0.2, 0.15),
                (0.0, 0.2),
                (0.2, 0.15),
                (0.25, 0.0),
                (0.18, -0.14),
                (0.0, -0.19),
                (-0.18, -0.14),
            ]
        ),
        texture=0.15,
    )
    head.fill(
        mix(coat, PAINT["white"], 0.7),
        oval(-0.04, -0.09, 0.065, 0.06),
        oval(0.07, -0.09, 0.065, 0.06),
        outline=0.2,
    )
    for x in (-0.08, 0.12):
        _cat_eye(head, x, stance.folded)
    head.fill((232, 110, 120), [(-0.015, -0.03), (0.045, -0.03), (0.015, -0.065)], outline=0.3)
    for x in (-0.03, 0.0, 0.03):
        head.line(stripe, [(x * 1.4, 0.18), (x * 1.2, 0.1)], 0.018)
    for side in (-1, 1):
        for y in (-0.05, -0.11):
            head.line((250, 250, 250), [(side * 0.1, y), (side * 0.34, y * 1.3 + 0.02)], 0.012)


def _cat_eye(head: Pen, x: float, asleep: bool) -> None:
    """Draw a green cat's eye with an upright pupil."""
    if asleep:
        _eye(head, x, 0.03, 0.045, True)
        return
    head.dot((190, 226, 90), x, 0.04, 0.052, 0.058)
    head.dot(INK, x, 0.04, 0.022, 0.052)
    head.dot((255, 255, 255), x + 0.015, 0.065, 0.013)


def draw_horse(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a horse: long legs, a high neck with a mane, a long face, a flowing tail."""
    coat = PAINT[colour]
    beast = Beast(0.62, 0.56, 0.34, 0.33, 0.085, (0.3, 0.42), 0.2, (0.46, -0.26), hoof=(58, 46, 44))
    hair = {"brown": (58, 34, 28), "black": (24, 22, 28), "white": (176, 170, 172)}[colour]
    frame = frame_of(beast, stance)
    flow = 0.3 if stance.rise else 0.08
    _tail(
        pen,
        frame,
        hair,
        [(-0.06, 0.08), (-0.2 - flow * 0.4, 0.04), (-0.2 - flow, -0.22), (-0.16 - flow, -0.44)],
        [0.06, 0.13, 0.14, 0.03],
    )
    draw_beast(pen, beast, stance, coat, 0.1)
    (sx, sy), (x, y) = frame.shoulder, frame.head
    nx, ny = x - sx, y - sy
    length = math.hypot(nx, ny)
    px, py = -ny / length, nx / length
    mane = [
        (
            sx + nx * t + px * (0.09 + 0.06 * (i % 2)) - 0.02 * flow,
            sy + ny * t + py * (0.09 + 0.06 * (i % 2)),
        )
        for i, t in enumerate((-0.15, 0.05, 0.25, 0.45, 0.65, 0.85, 1.05))
    ]
    pen.fill(
        hair,
        blob(
            [
                *mane,
                (x + px * 0.02, y + py * 0.02 + 0.04),
                (sx + nx * 0.5 + px * 0.02, sy + ny * 0.5 + py * 0.02),
                (sx, sy + 0.08),
            ],
            4,
        ),
        texture=0.25,
    )
    head = _head_pen(pen, frame, -88, up=-38)
    for dx in (-0.06, 0.02):
        head.fill(coat, blob([(dx - 0.05, 0.1), (dx - 0.03, 0.26), (dx + 0.05, 0.1)], 4))
    head.fill(
        coat,
        blob(
            [
                (-0.12, 0.08),
                (0.04, 0.13),
                (0.26, 0.06),
                (0.42, 0.02),
                (0.44, -0.08),
                (0.36, -0.13),
                (0.14, -0.13),
                (-0.08, -0.14),
            ]
        ),
        texture=0.1,
    )
    head.fill(
        mix(coat, INK, 0.35) if colour != "white" else (222, 190, 186),
        blob([(0.34, 0.04), (0.44, 0.0), (0.45, -0.08), (0.37, -0.13), (0.31, -0.08)]),
        outline=0.3,
    )
    head.dot(INK, 0.41, -0.02, 0.018)
    if colour == "brown":
        head.fill(
            PAINT["white"],
            blob([(0.06, 0.11), (0.26, 0.05), (0.26, 0.02), (0.08, 0.05)]),
            outline=0,
        )
    head.fill(
        hair,
        blob([(-0.1, 0.16), (0.06, 0.16), (0.12, 0.04), (0.02, 0.08), (-0.06, 0.06)]),
        outline=0.4,
    )
    _eye(head, 0.09, 0.01, 0.03, stance.folded)


def draw_cow(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a cow: a heavy white trunk with big patches, horns, a pink muzzle and an udder."""
    patch = PAINT[colour]
    beast = Beast(0.78, 0.38, 0.44, 0.44, 0.11, (0.3, 0.14), 0.26, (0.4, -0.34), hoof=(58, 46, 44))
    frame = frame_of(beast, stance)
    white = PAINT["white"]
    _tail(
        pen,
        frame,
        white,
        [(-0.08, 0.14), (-0.22, 0.02), (-0.2, -0.3)]
        if not stance.folded
        else [(-0.08, 0.1), (-0.24, -0.02), (-0.2, -0.16)],
        [0.05, 0.045, 0.04],
    )
    if not stance.folded:
        pen.fill((246, 170, 178), oval(frame.hip[0] + 0.2, frame.hip[1] - 0.24, 0.12, 0.09))
    draw_beast(pen, beast, stance, white, 0.08)
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    spots = [
        (0.0, 0.04, 0.16, 0.14),
        (0.45, 0.07, 0.15, 0.11),
        (0.95, 0.02, 0.15, 0.17),
        (0.62, -0.1, 0.08, 0.06),
        (0.22, -0.12, 0.08, 0.06),
    ]
    for share, dy, rx, ry in spots:
        x, y = hx + (sx - hx) * share, hy + (sy - hy) * share + dy
        pen.fill(
            patch,
            blob(
                [
                    (x - rx, y),
                    (x - rx * 0.5, y + ry),
                    (x + rx * 0.4, y + ry * 0.75),
                    (x + rx, y + ry * 0.1),
                    (x + rx * 0.5, y - ry),
                    (x - rx * 0.4, y - ry * 0.7),
                ]
            ),
            outline=0,
            texture=0.15,
        )
    head = _head_pen(pen, frame, -58, up=-14)
    for dx in (-0.02, 0.1):
        head.fill(
            (236, 220, 186),
            limb([(dx, 0.14), (dx - 0.03, 0.24), (dx + 0.04, 0.32)], [0.06, 0.05, 0.02]),
        )
    head.fill(
        patch, blob([(-0.3, 0.12), (-0.16, 0.17), (-0.04, 0.1), (-0.12, 0.02), (-0.25, 0.02)])
    )
    head.fill(
        white,
        blob(
            [
                (-0.13, 0.1),
                (0.03, 0.18),
                (0.2, 0.12),
                (0.34, 0.02),
                (0.34, -0.12),
                (0.2, -0.18),
                (0.0, -0.15),
                (-0.13, -0.05),
            ]
        ),
        texture=0.08,
    )
    head.fill(
        patch,
        blob([(-0.1, 0.08), (0.02, 0.16), (0.14, 0.1), (0.12, -0.02), (0.0, -0.06), (-0.1, -0.02)]),
        outline=0,
        texture=0.15,
    )
    head.fill(
        (246, 172, 176),
        blob(
            [(0.22, 0.04), (0.34, 0.04), (0.4, -0.06), (0.35, -0.16), (0.22, -0.17), (0.17, -0.07)]
        ),
        outline=0.6,
    )
    head.dot((140, 70, 80), 0.33, -0.03, 0.022)
    _eye(head, 0.09, 0.05, 0.034, stance.folded)


def _wool(points: list[Point], radius: float) -> list[list[Point]]:
    """Return curls around an outline."""
    return [oval(x, y, radius, radius) for x, y in points]


def draw_sheep(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a sheep: a cloud of curls on thin legs, and a dark (or pale) smooth face."""
    wool = PAINT[colour] if colour == "white" else (66, 60, 66)
    skin = (84, 72, 74) if colour == "white" else (206, 186, 168)
    beast = Beast(0.5, 0.3, 0.3, 0.3, 0.075, (0.26, 0.13), 0.16, (0.34, -0.24))
    frame = draw_beast(pen, beast, stance, skin, 0.05)
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    x, y = (hx + sx) / 2, (hy + sy) / 2 + 0.04
    angle = math.degrees(math.atan2(sy - hy, sx - hx))
    lift = 0.02 if stance.folded else 0.0
    ring = oval(x, y + lift, 0.4, 0.24, angle)[::2]
    pen.fill(wool, *_wool(ring, 0.105), oval(x, y + lift, 0.42, 0.25, angle), texture=0.25)
    edge = mix(wool, INK, 0.22) if colour == "white" else mix(wool, PAINT["white"], 0.22)
    for dx, dy in (
        (-0.24, 0.08),
        (-0.05, 0.14),
        (0.16, 0.08),
        (-0.14, -0.06),
        (0.06, -0.02),
        (0.26, -0.08),
        (-0.3, -0.1),
    ):
        pen.line(
            edge,
            [
                (x + dx + 0.07 * math.cos(t), y + dy + 0.06 * math.sin(t))
                for t in (0.2, 0.9, 1.6, 2.3, 3.0)
            ],
            0.018,
        )
    head = _head_pen(pen, frame, -50, up=-16)
    head.fill(skin, blob([(-0.14, 0.06), (-0.26, 0.06), (-0.3, -0.04), (-0.18, -0.02)]))
    head.fill(
        skin,
        blob(
            [
                (-0.13, 0.06),
                (0.0, 0.15),
                (0.14, 0.08),
                (0.25, -0.08),
                (0.2, -0.18),
                (0.06, -0.18),
                (-0.1, -0.08),
            ]
        ),
        texture=0.05,
    )
    head.fill(wool, *_wool([(-0.1, 0.12), (0.0, 0.17), (0.09, 0.12)], 0.075), texture=0.2)
    _eye(head, 0.07, 0.01, 0.036, stance.folded)
    head.line(mix(skin, PAINT["white"], 0.5), [(0.22, -0.12), (0.15, -0.14)], 0.018)


def draw_pig(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a pig: a round pink body on short legs, a flat snout, a curly tail."""
    coat = PAINT[colour]
    beast = Beast(0.56, 0.22, 0.5, 0.5, 0.11, (0.3, 0.06), 0.34, (0.34, -0.16), hoof=(150, 84, 96))
    frame = frame_of(beast, stance)
    hx, hy = frame.hip
    curl = [
        (hx - 0.28 - 0.07 * math.cos(t) - 0.012 * t, hy + 0.08 + 0.06 * math.sin(t))
        for t in (3.1, 4.2, 5.3, 6.4, 7.5, 8.6)
    ]
    pen.line(mix(coat, INK, 0.3), [(hx - 0.16, hy + 0.06), *curl], 0.035)
    draw_beast(pen, beast, stance, coat, 0.06)
    head = _head_pen(pen, frame, -34)
    dark = scaled(coat, (0.9, 0.72, 0.8))
    head.fill(coat, oval(0.0, 0.02, 0.24, 0.23), texture=0.06)
    for dx, angle in ((-0.13, 18), (0.08, -8)):
        ear = head.at(dx, 0.2, angle)
        ear.fill(dark, blob([(-0.09, -0.04), (0.0, 0.17), (0.12, 0.1), (0.1, -0.05)], 4))
    head.fill(dark, oval(0.2, -0.03, 0.1, 0.115))
    for dx in (0.17, 0.24):
        head.dot((150, 70, 90), dx, -0.03, 0.018, 0.036)
    _eye(head, 0.05, 0.08, 0.032, stance.folded)
    head.line((150, 70, 90), [(0.06, -0.13), (0.12, -0.17), (0.18, -0.17)], 0.018)
    head.veil((240, 90, 120), oval(-0.02, -0.08, 0.06, 0.045), 0.5)


def draw_rabbit(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a rabbit: very long ears, a round back, big hind feet and a cotton tail."""
    coat = PAINT[colour]
    beast = Beast(0.36, 0.2, 0.3, 0.42, 0.09, (0.2, 0.2), 0.2, (0.24, 0.0))
    if stance.seated:
        stance = replace(stance, tilt=30)
    frame = frame_of(beast, stance)
    hx, hy = frame.hip
    pen.fill(PAINT["white"], oval(hx - 0.2, hy - 0.05, 0.11, 0.1), texture=0.2)
    head = _head_pen(pen, frame, -14)
    ears = (-34, -12) if not stance.folded else (-96, -78)
    for angle in ears:
        ear = head.at(-0.04, 0.13, -angle if not stance.rise else -angle + 26)
        ear.fill(coat, limb([(0, -0.04), (0, 0.24), (0, 0.48)], [0.1, 0.15, 0.07]), texture=0.1)
        ear.fill(
            (244, 170, 170), limb([(0, 0.08), (0, 0.24), (0, 0.42)], [0.04, 0.075, 0.03]), outline=0
        )
    draw_beast(pen, beast, stance, coat, 0.15)
    if not stance.seated:
        pen.fill(coat, oval(hx + 0.06, hy - 0.04, 0.19, 0.19), outline=0.5, texture=0.15)
    head.fill(
        coat,
        blob(
            [
                (-0.2, 0.0),
                (-0.14, 0.16),
                (0.04, 0.19),
                (0.19, 0.08),
                (0.24, -0.04),
                (0.14, -0.16),
                (-0.06, -0.18),
                (-0.18, -0.12),
            ]
        ),
        texture=0.12,
    )
    head.fill(mix(coat, PAINT["white"], 0.65), oval(0.13, -0.08, 0.08, 0.07), outline=0.2)
    head.fill((238, 110, 130), oval(0.21, -0.03, 0.035, 0.028), outline=0.3)
    head.fill(
        (255, 255, 255), [(0.15, -0.12), (0.2, -0.12), (0.2, -0.18), (0.15, -0.18)], outline=0.3
    )
    _eye(head, 0.06, 0.05, 0.042, stance.folded)


def draw_bear(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a bear: a massive shaggy body, round ears, a pale muzzle and claws."""
    coat = PAINT[colour] if colour == "brown" else (58, 54, 62)
    beast = Beast(0.58, 0.26, 0.5, 0.56, 0.17, (0.3, 0.16), 0.36, (0.36, -0.2))
    frame = frame_of(beast, stance)
    _tail(pen, frame, coat, [(-0.2, 0.1), (-0.3, 0.08)], [0.12, 0.1])
    draw_beast(pen, beast, stance, coat, 0.35)
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    hump = ((hx * 0.25 + sx * 0.75), (hy * 0.25 + sy * 0.75) + 0.1)
    pen.fill(coat, oval(*hump, 0.26, 0.22), outline=0, texture=0.35)
    head = _head_pen(pen, frame, -38)
    inner = (206, 160, 116)
    for dx in (-0.19, 0.12):
        head.fill(coat, oval(dx, 0.2, 0.1, 0.1), texture=0.3)
        head.fill(inner, oval(dx, 0.195, 0.052, 0.052), outline=0)
    head.fill(coat, oval(-0.02, 0.02, 0.28, 0.25), texture=0.3)
    head.fill(
        inner,
        blob(
            [(0.04, -0.02), (0.2, 0.04), (0.32, -0.02), (0.32, -0.13), (0.18, -0.19), (0.05, -0.14)]
        ),
        outline=0.4,
    )
    head.fill(INK, oval(0.3, 0.0, 0.058, 0.044), outline=0)
    head.line(INK, [(0.28, -0.1), (0.2, -0.12), (0.13, -0.1)], 0.02)
    for x in (-0.06, 0.12):
        _eye(head, x, 0.09, 0.03, stance.folded)


def draw_camel(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a camel: two humps, a neck like a hook, long legs, a coloured saddle blanket."""
    coat = (204, 152, 92) if colour == "brown" else PAINT[colour]
    beast = Beast(0.6, 0.5, 0.34, 0.32, 0.085, (0.42, 0.36), 0.15, (0.46, -0.4))
    frame = frame_of(beast, stance)
    (hx, hy), (sx, sy), head_at = frame.hip, frame.shoulder, frame.head
    _tail(pen, frame, coat, [(-0.08, 0.06), (-0.2, -0.04), (-0.18, -0.24)], [0.05, 0.04, 0.05])
    for share in (0.22, 0.78):
        x, y = hx + (sx - hx) * share, hy + (sy - hy) * share
        pen.fill(
            coat,
            blob(
                [
                    (x - 0.2, y),
                    (x - 0.1, y + 0.26),
                    (x, y + 0.38),
                    (x + 0.1, y + 0.26),
                    (x + 0.2, y),
                    (x, y - 0.1),
                ]
            ),
            texture=0.3,
        )
    draw_beast(pen, beast, stance, coat, 0.15)
    if stance.folded:
        head_at = (sx + 0.38, sy + 0.34)
    dip = (sx + 0.3, sy - 0.06)
    pen.fill(
        coat,
        limb(
            [(sx - 0.02, sy + 0.02), dip, (head_at[0] - 0.03, head_at[1] - 0.14), head_at],
            [0.28, 0.2, 0.14, 0.15],
        ),
        outline=0.8,
        texture=0.15,
    )
    middle = ((hx + sx) / 2, (hy + sy) / 2)
    pen.fill(
        (176, 46, 66),
        blob(
            [
                (middle[0] - 0.1, middle[1] + 0.17),
                (middle[0] + 0.1, middle[1] + 0.17),
                (middle[0] + 0.12, middle[1] - 0.1),
                (middle[0] - 0.12, middle[1] - 0.1),
            ],
            4,
        ),
    )
    pen.line(
        (250, 206, 80),
        [(middle[0] - 0.11, middle[1] - 0.05), (middle[0] + 0.11, middle[1] - 0.05)],
        0.03,
    )
    head = pen.at(*head_at, -10 if not stance.folded else -14)
    head.fill(coat, blob([(-0.1, 0.06), (-0.13, 0.16), (-0.02, 0.1)], 4))
    head.fill(
        coat,
        blob(
            [
                (-0.12, 0.06),
                (0.02, 0.1),
                (0.2, 0.05),
                (0.3, -0.01),
                (0.28, -0.12),
                (0.14, -0.13),
                (-0.08, -0.09),
            ]
        ),
        texture=0.12,
    )
    head.dot(INK, 0.26, -0.01, 0.018)
    head.line(INK, [(0.28, -0.07), (0.18, -0.08)], 0.016)
    _eye(head, 0.06, 0.03, 0.032, stance.folded)


def draw_duck(pen: Pen, colour: str, stance: Stance) -> None:
    """Draw a duck: a boat of a body with a wing and a turned-up tail, a broad orange bill."""
    coat = PAINT[colour]
    orange = (246, 140, 30)
    swimming, asleep, running = stance is STANCES["swimming"][0], stance.folded, stance.rise > 0
    base = 0.0 if swimming or asleep else 0.2
    if base:
        step = 0.16 if running else 0.03
        for dx, kick in ((-0.08, -step), (0.1, step)):
            pen.line(orange, [(dx, base + 0.08), (dx + kick, 0.03)], 0.045)
            foot = pen.at(dx + kick, 0.0, 20 if running and kick < 0 else 0)
            foot.fill(orange, blob([(-0.05, 0.0), (0.03, 0.08), (0.2, 0.0), (0.1, -0.03)], 4))
    body = [
        (-0.62, base + 0.46),
        (-0.42, base + 0.36),
        (0.0, base + 0.44),
        (0.34, base + 0.48),
        (0.48, base + 0.26),
        (0.3, base + 0.02),
        (-0.1, base - 0.02),
        (-0.4, base + 0.12),
    ]
    head_at = (0.4, base + 0.78) if not asleep else (0.36, base + 0.52)
    neck = limb([(0.28, base + 0.32), (0.38, base + 0.55), head_at], [0.34, 0.22, 0.24])
    pen.fill(coat, blob(body), neck, texture=0.15)
    top = 0.85 if running else 0.28
    wing = [
        (-0.42, base + top),
        (-0.1, base + 0.42),
        (0.2, base + 0.36),
        (0.14, base + 0.16),
        (-0.12, base + 0.12),
        (-0.36, base + top * 0.7),
    ]
    pen.fill(mix(coat, INK, 0.2), blob(wing), outline=0.7, texture=0.2)
    for dx in (-0.2, -0.06):
        pen.line(mix(coat, INK, 0.45), [(dx, base + 0.17), (dx + 0.12, base + 0.2)], 0.02)
    if colour == "brown":
        pen.fill(
            PAINT["white"], limb([(0.26, base + 0.5), (0.5, base + 0.54)], [0.06, 0.06]), outline=0
        )
    head = pen.at(*head_at, 0 if not asleep else -8)
    head.fill((38, 120, 84) if colour == "brown" else coat, oval(0, 0.04, 0.2, 0.19), texture=0.12)
    head.fill(
        orange,
        blob([(0.14, 0.08), (0.3, 0.02), (0.44, 0.03), (0.46, -0.05), (0.3, -0.09), (0.14, -0.06)]),
    )
    head.line(scaled(orange, (0.6, 0.5, 0.5)), [(0.18, -0.01), (0.44, -0.02)], 0.016)
    _eye(head, 0.07, 0.09, 0.042, asleep)


ANIMAL_DRAWINGS: dict[str, Callable[[Pen, str, Stance], None]] = {
    "dog": draw_dog,
    "cat": draw_cat,
    "horse": draw_horse,
    "cow": draw_cow,
    "sheep": draw_sheep,
    "pig": draw_pig,
    "rabbit": draw_rabbit,
    "duck": draw_duck,
    "bear": draw_bear,
    "camel": draw_camel,
}
