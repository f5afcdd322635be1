"""Animals for the Scenes: ten of them, each in its own outline and coat.

The four-footed ones share one skeleton (`Beast`, `draw_beast`) and differ by proportions, colours
and strokes, which are data (`animals.toml`). Units: the length of the trunk is about one.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from utils.scenes.drawing.pen import INK, Colour, Pen, Point, blob, limb, mix, oval
from utils.scenes.drawing.sketch import Look, draw_stroke, paint, sketch, strokes, tables_of

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

    @property
    def words(self) -> frozenset[str]:
        """The words by which strokes are chosen."""
        named = {"asleep": self.folded, "seated": self.seated, "rising": self.rise > 0}
        return frozenset(word for word, holds in named.items() if holds)


STANCES: dict[str, tuple[Stance, ...]] = {
    what: tuple(Stance(**stance) for stance in stances)
    for what, stances in tables_of("animals")["stances"].items()
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


def _head_pen(pen: Pen, frame: Frame, kind: dict[str, Any]) -> Pen:
    """Return a pen at the head, tilted as the stance asks."""
    up = kind.get("up", 0.0) + frame.stance.tilt * (0.3 if not frame.stance.seated else 0)
    angle = {"up": up, "down": kind.get("down", 0.0), "rest": -6.0}[frame.stance.head]
    return pen.at(*frame.head, angle)


def _palette(who: str, colour: str) -> dict[str, Colour]:
    """Return the colours of an animal with this coat, by name."""
    rows = tables_of("animals")["colours"].get(who, {})
    rows = {"coat": colour, "body": "coat"} | rows | rows.get(colour, {})
    found: dict[str, Colour] = {}
    for name in ("coat", *rows):
        if not isinstance(rows[name], dict):
            found[name] = paint(rows[name], found)
    return found


def _along(pen: Pen, frame: Frame, name: str, look: Look) -> None:
    """Draw strokes at their places between the hips and the shoulders."""
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    for stroke in strokes("animals", name):
        for share in stroke.shares:
            place = pen.at(hx + (sx - hx) * share, hy + (sy - hy) * share)
            draw_stroke(place, stroke, look)


def draw_animal(pen: Pen, who: str, colour: str, stance: Stance) -> None:
    """Draw an animal whose feet are at the pen's origin."""
    look = Look(_palette(who, colour), stance.words | {colour})
    if who == "duck":
        _draw_duck(pen, look, stance is STANCES["swimming"][0])
        return
    if who == "rabbit" and stance.seated:
        stance = replace(stance, tilt=30)
    kind = tables_of("animals")["kinds"][who]
    beast = Beast(**kind["beast"])
    frame = frame_of(beast, stance)
    head = _head_pen(pen, frame, kind)
    _along(pen, frame, f"{who}_behind", look)
    if who == "rabbit":
        _draw_ears(head, look, stance)
    draw_beast(pen, beast, stance, look.colours["body"], kind.get("texture", 0.18))
    if who in NECKS:
        head = NECKS[who](pen, frame, look) or head
    _along(pen, frame, f"{who}_body", look)
    sketch(head, "animals", f"{who}_head", look)


def _draw_ears(head: Pen, look: Look, stance: Stance) -> None:
    """Draw a rabbit's ears, which lie back when it sleeps or runs."""
    for angle in (96, 78) if stance.folded else (60, 38) if stance.rise else (34, 12):
        sketch(head.at(-0.04, 0.13, angle), "animals", "rabbit_ear", look)


def _draw_collar(pen: Pen, frame: Frame, look: Look) -> None:
    """Draw a dog's collar on its neck."""
    (sx, sy), (x, y) = frame.shoulder, frame.head
    sketch(pen.at((sx + x * 2) / 3, (sy + y * 2) / 3), "animals", "dog_neck", look)


def _draw_mane(pen: Pen, frame: Frame, look: Look) -> None:
    """Draw a horse's mane, which flows when it runs."""
    (sx, sy), (x, y) = frame.shoulder, frame.head
    nx, ny = x - sx, y - sy
    length = math.hypot(nx, ny)
    px, py = -ny / length, nx / length
    back = 0.02 * (0.3 if frame.stance.rise else 0.08)
    mane = []
    for step in range(7):
        along, out = -0.15 + 0.2 * step, 0.09 + 0.06 * (step % 2)
        mane.append((sx + nx * along + px * out - back, sy + ny * along + py * out))
    root = [
        (x + px * 0.02, y + py * 0.02 + 0.04),
        (sx + nx * 0.5 + px * 0.02, sy + ny * 0.5 + py * 0.02),
        (sx, sy + 0.08),
    ]
    pen.fill(look.colours["hair"], blob([*mane, *root], 4), texture=0.25)


def _draw_wool(pen: Pen, frame: Frame, look: Look) -> None:
    """Draw a sheep's wool: a cloud of curls around the trunk."""
    (hx, hy), (sx, sy) = frame.hip, frame.shoulder
    x, y = (hx + sx) / 2, (hy + sy) / 2 + 0.04
    angle = math.degrees(math.atan2(sy - hy, sx - hx))
    top = y + (0.02 if frame.stance.folded else 0.0)
    curls = [oval(cx, cy, 0.105, 0.105) for cx, cy in oval(x, top, 0.4, 0.24, angle)[::2]]
    pen.fill(look.colours["coat"], *curls, oval(x, top, 0.42, 0.25, angle), texture=0.25)
    arc = [(0.07 * math.cos(t), 0.06 * math.sin(t)) for t in (0.2, 0.9, 1.6, 2.3, 3.0)]
    for dx, dy in tables_of("animals")["curls"]:
        curl = [(x + dx + ax, y + dy + ay) for ax, ay in arc]
        pen.line(look.colours["curl"], curl, 0.018)


def _draw_hook(pen: Pen, frame: Frame, look: Look) -> Pen:
    """Draw a camel's neck, bent like a hook; returns the pen of its head."""
    (sx, sy), (x, y), asleep = frame.shoulder, frame.head, frame.stance.folded
    if asleep:
        x, y = sx + 0.38, sy + 0.34
    bends = [(sx - 0.02, sy + 0.02), (sx + 0.3, sy - 0.06), (x - 0.03, y - 0.14), (x, y)]
    neck = limb(bends, [0.28, 0.2, 0.14, 0.15])
    pen.fill(look.colours["coat"], neck, outline=0.8, texture=0.15)
    return pen.at(x, y, -14 if asleep else -10)


def _draw_duck(pen: Pen, look: Look, swimming: bool) -> None:
    """Draw a duck: a boat of a body on two feet, or on the water or the ground."""
    asleep = "asleep" in look.words
    if not (swimming or asleep):
        sketch(pen, "animals", "duck_feet", look)
        pen = pen.at(0, 0.2)
    sketch(pen, "animals", "duck_body", look)
    head = pen.at(0.36, 0.52, -8) if asleep else pen.at(0.4, 0.78)
    sketch(head, "animals", "duck_head", look)


# What is drawn between an animal's body and its head; a new pen for the head may come back.
NECKS: dict[str, Callable[[Pen, Frame, Look], Pen | None]] = {
    "dog": _draw_collar,
    "horse": _draw_mane,
    "sheep": _draw_wool,
    "camel": _draw_hook,
}
