"""The composition of a Scene: who stands where, what is drawn before what, and the finish."""

import random
from dataclasses import dataclass

from PIL import Image

from utils import scene_things as things
from utils.scene_animals import ANIMAL_DRAWINGS, STANCES, choose_stance
from utils.scene_figures import choose_pose, draw_person
from utils.scene_pen import SIZE, Pen, multiply_grain, oval
from utils.scene_places import PLACE_PAINTINGS
from utils.scene_sky import SUBJECT_LIGHTS, Canvas, new_canvas, paint_weather, tone_of
from utils.scene_world import Scene

# Half the width and the height of each subject in its own units, and how tall it is drawn alone.
EXTENTS: dict[str, tuple[float, float, float]] = {
    "man": (0.25, 1.0, 0.68),
    "woman": (0.25, 1.0, 0.66),
    "boy": (0.27, 1.0, 0.56),
    "girl": (0.27, 1.0, 0.56),
    "dog": (0.66, 0.85, 0.5),
    "cat": (0.56, 0.8, 0.46),
    "horse": (0.82, 1.35, 0.64),
    "cow": (0.86, 0.95, 0.5),
    "sheep": (0.6, 0.75, 0.46),
    "pig": (0.66, 0.75, 0.44),
    "rabbit": (0.44, 1.0, 0.5),
    "duck": (0.62, 1.05, 0.48),
    "bear": (0.68, 0.9, 0.52),
    "camel": (0.85, 1.3, 0.62),
}
WIDE_DEEDS = {"bicycle": 0.46, "kite": 0.5, "umbrella": 0.38, "balloon": 0.34, "ball": 0.36}
TALL_DEEDS = {"bicycle": 1.25, "kite": 1.5, "umbrella": 1.22, "balloon": 1.3}
LYING = 0.56  # half the width of a sleeping person


@dataclass(frozen=True)
class Place:
    """Where one subject stands: its feet, size and side."""

    x: float
    y: float
    scale: float
    facing: int


def draw_scene(scene: Scene) -> Image.Image:
    """Return the picture of a scene, 224 x 224 RGB; the same scene gives the same picture."""
    rng = random.Random(f"picture/{scene.seed}")
    canvas = new_canvas(scene.when, rng)
    swim = scene.what == "swimming"
    PLACE_PAINTINGS[scene.where](canvas, swim)
    spots = _spots(scene, rng)
    thing = _thing_spot(scene, rng, spots)
    water = canvas.image.copy() if swim else None
    if thing and scene.relation != "behind":
        things.draw_thing(canvas, scene.thing, scene.thing_colour, *thing)
    for spot in sorted(spots, key=lambda spot: -spot.y):
        _draw_subject(canvas, scene, spot, water)
    if thing and scene.relation == "behind":
        things.draw_thing(canvas, scene.thing, scene.thing_colour, *thing)
    if scene.where != "room":
        paint_weather(canvas.image, scene.when, rng)
    return multiply_grain(canvas.image.reduce(3), 0.08)


def _interval(scene: Scene, side: int) -> tuple[float, float]:
    """Return the part of the width that the subjects have; a thing takes the `side` (-1, 1)."""
    if scene.relation != "next to":
        return (0.04, 0.96)
    taken = 0.3 if scene.thing in ("lamp", "snowman", "cactus", "sandcastle") else 0.38
    return (0.03, 1 - taken) if side > 0 else (taken, 0.97)


def _side(scene: Scene) -> int:
    """Return the side of the picture (-1 left, 1 right) on which a thing stands."""
    return 1 if scene.seed % 2 else -1


def _spots(scene: Scene, rng: random.Random) -> list[Place]:
    """Return where the subjects stand."""
    left, right = _interval(scene, _side(scene))
    half, height, tall = EXTENTS[scene.who]
    if scene.human:
        lying = scene.what == "sleeping"
        half = LYING if lying else WIDE_DEEDS.get(scene.prop, half)
        height = TALL_DEEDS.get(scene.prop, height)
    elif scene.what in ("sleeping", "eating", "running"):
        half *= 1.15  # the head reaches farther out
    tall *= 1.4 if scene.human and scene.what == "swimming" else 1.0
    scale = tall / (1.0 if scene.human else EXTENTS[scene.who][1])
    room = (right - left) / scene.count
    # Neighbours may overlap: they stand at different depths, lying people one above the other.
    most = (1.8 if half == LYING else 1.25) if scene.count > 1 else 1.0
    limit = min(room * most / (2 * half), 0.9 / height)
    limit = min(limit, 0.52 / height) if scene.relation == "under" else limit
    scale = min(scale, limit) * rng.uniform(0.88, 1.0)
    facing = rng.choice((1, -1))
    spots = []
    for index in range(scene.count):
        slack = max(0.0, room - 2 * half * scale) / 2
        x = left + room * (index + 0.5) + rng.uniform(-0.8, 0.8) * slack
        x = max(left + half * scale, min(right - half * scale, x))
        y = _depth(scene, rng, index)
        if rng.random() < 0.25 and scene.count > 1 and scene.prop != "kite":
            facing = -facing
        spots.append(Place(_shifted(scene, x, scale, facing), y, scale * (1.06 - 0.5 * y), facing))
    return spots


def _shifted(scene: Scene, x: float, scale: float, facing: int) -> float:
    """Return x moved so that what reaches far to the front stays inside the picture."""
    shift = (
        {"kite": 0.28, "bicycle": 0.08, "ball": 0.1}.get(scene.prop, 0.0) if scene.human else 0.0
    )
    return x - facing * shift * scale


def _depth(scene: Scene, rng: random.Random, index: int) -> float:
    """Return the height of the feet in the picture: higher is farther away."""
    if scene.relation == "behind":
        return rng.uniform(0.19, 0.21) - 0.01 * index
    if scene.relation == "in front of":
        return rng.uniform(0.05, 0.09) + 0.01 * (index % 2)
    if scene.human and scene.what == "sleeping" and scene.count > 1:
        return 0.05 + 0.1 * index + rng.uniform(0.0, 0.02)
    low = 0.06 if scene.count == 1 else 0.05 + 0.07 * (index % 2)
    return low + rng.uniform(0.0, 0.06)


def _thing_spot(
    scene: Scene, rng: random.Random, spots: list[Place]
) -> tuple[float, float, int] | None:
    """Return where the thing stands and which way it faces, or nothing."""
    if not scene.thing:
        return None
    facing, centre = rng.choice((1, -1)), sum(spot.x for spot in spots) / len(spots)
    wide = things.THING_SIZES[scene.thing][1] / 2
    if scene.relation == "behind":
        return centre + rng.uniform(-0.04, 0.04), min(spot.y for spot in spots) - 0.13, facing
    if scene.relation == "in front of":
        return centre + rng.choice((-0.22, 0.22)), max(spot.y for spot in spots) + 0.14, facing
    if scene.relation == "under":
        return centre + (0.16 if scene.thing != "table" else 0), 0.15, facing
    x = 1 - wide * 0.85 if _side(scene) > 0 else wide * 0.85
    low = max(spot.y for spot in spots) + 0.03
    return x, max(low, 0.25) if scene.what == "swimming" else low, facing


def _draw_subject(canvas: Canvas, scene: Scene, spot: Place, water: Image.Image | None) -> None:
    """Draw one subject with its shadow and its prop; swimming ones are covered by water."""
    pen = canvas.plant(spot.x, spot.y, spot.scale, spot.facing)
    pen.tone = tone_of(SUBJECT_LIGHTS[scene.when]) if scene.where != "room" else canvas.tone
    if water is None:
        half = LYING if scene.human and scene.what == "sleeping" else EXTENTS[scene.who][0] * 0.85
        pen.veil((24, 26, 44), oval(0, 0.0, half, 0.05), 0.45)
    if scene.what in ("running", "jumping"):
        _draw_motion(canvas, scene, pen)
    (_draw_human if scene.human else _draw_animal)(canvas, scene, pen)
    if water is not None:
        _cover(canvas, scene, spot, water)


def _draw_motion(canvas: Canvas, scene: Scene, pen: Pen) -> None:
    """Draw what a children's book draws: dust behind a runner, small arcs below a jumper."""
    half, rng = EXTENTS[scene.who][0], canvas.rng
    if scene.what == "running":
        dust = (250, 250, 252) if canvas.snowy else (232, 218, 192)
        for far, size in ((0.0, 0.13), (0.16, 0.1), (0.3, 0.07)):
            x = -half * (0.95 if not scene.human else 1.1) - far
            puffs = [
                oval(x + dx, size * 0.8 + dy, size, size * 0.8)
                for dx, dy in ((0, 0), (-0.06, 0.04), (0.06, 0.05))
            ]
            pen.fill(dust, *puffs, depth=0.35, outline=0.6)
        for y in (0.3, 0.45, 0.6):
            start = -half * 1.15 - rng.uniform(0.0, 0.08)
            pen.line((250, 250, 250), [(start, y), (start - 0.22, y)], 0.016)
        return
    for size in (0.5, 0.85):
        for side in (-1, 1):
            arc = [
                (side * half * size, 0.1),
                (side * half * (size + 0.1), 0.05),
                (side * half * (size + 0.06), 0.0),
            ]
            pen.line((250, 250, 250), arc, 0.018)


def _draw_human(canvas: Canvas, scene: Scene, pen: Pen) -> None:
    """Draw a person and what it holds."""
    pose = choose_pose(scene.what, scene.prop, canvas.rng)
    trial = random.Random(canvas.rng.random())
    if scene.prop in ("bicycle", "umbrella", "kite", "balloon"):
        behind = _body(scene, pose)
        draw = {"bicycle": things.bicycle, "umbrella": things.umbrella}.get(scene.prop)
        draw = draw or {"kite": things.kite, "balloon": things.balloon}[scene.prop]
        draw(pen, behind, scene.prop_colour)
    body = draw_person(pen, scene.who, scene.colour, pose, trial, scene.what == "sleeping")
    if scene.prop == "ball":
        things.ball(pen, body["near_foot"][0] + 0.2, 0.09, 0.09, scene.prop_colour)
    elif scene.prop in ("apple", "ice cream", "book"):
        {"apple": things.apple, "ice cream": things.ice_cream, "book": things.book}[scene.prop](
            pen, body
        )


def _body(scene: Scene, pose: things.Body) -> things.Body:
    """Return the joints of a person before it is drawn."""
    from utils.scene_figures import BUILDS, Body

    return Body(BUILDS[scene.who], pose)


def _draw_animal(canvas: Canvas, scene: Scene, pen: Pen) -> None:
    """Draw an animal and what it eats or plays with."""
    stance = choose_stance(scene.what, canvas.rng)
    if scene.who == "rabbit" and scene.what == "eating":
        stance = STANCES["sitting"][0]
    half = EXTENTS[scene.who][0]
    if scene.prop == "bowl":
        things.bowl(pen, half * 1.02, 0.0, 0.25)
    ANIMAL_DRAWINGS[scene.who](pen, scene.colour, stance)
    if scene.prop == "ball":
        things.ball(pen, half * 0.9, 0.15, 0.15, scene.prop_colour)
    elif scene.prop == "carrot":
        things.carrot(pen, half * 0.85, 0.16, 0.16)
    elif scene.prop == "grass":
        things.grass(pen, half * 0.98, -0.03, 0.22)


# How much of each swimmer is under water, in its own units.
DRAUGHT = {"duck": 0.1, "dog": 0.42, "man": 0.6, "woman": 0.6, "boy": 0.44, "girl": 0.44}


def _cover(canvas: Canvas, scene: Scene, spot: Place, water: Image.Image) -> None:
    """Lay the water over the lower part of a swimmer, with ripples around it."""
    half = EXTENTS[scene.who][0] * 1.6 * spot.scale
    line = spot.y + DRAUGHT[scene.who] * spot.scale
    left, right = round((spot.x - half) * SIZE), round((spot.x + half) * SIZE)
    box = (
        max(0, left),
        round((1 - line) * SIZE),
        min(SIZE, right),
        round((1 - spot.y + 0.05) * SIZE),
    )
    canvas.image.paste(water.crop(box), box[:2])
    pen = Pen(canvas.image)
    for step, strength in ((0.8, 0.5), (1.0, 0.3)):
        pen.veil(
            (236, 248, 255), oval(spot.x, line - 0.005, half * step * 0.7, 0.012 * step), strength
        )
    for dx, dy in ((-0.5, -0.03), (0.35, -0.045), (-0.1, -0.07)):
        x = spot.x + dx * half
        pen.line(
            (226, 242, 252),
            [(x - 0.05, line + dy), (x, line + dy + 0.005), (x + 0.05, line + dy)],
            0.005,
        )
