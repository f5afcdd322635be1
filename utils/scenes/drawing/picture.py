"""The composition of a Scene: who stands where, what is drawn before what, and the finish."""

import random
from dataclasses import dataclass

from PIL import Image

from utils.scenes.drawing import things
from utils.scenes.drawing.animals import STANCES, Stance, choose_stance, draw_animal
from utils.scenes.drawing.pen import SIZE, Pen, Ruler, multiply_grain, oval
from utils.scenes.drawing.people import BUILDS, Body, Pose, choose_pose, draw_person
from utils.scenes.drawing.places import PLACE_PAINTINGS
from utils.scenes.drawing.sketch import tables_of
from utils.scenes.drawing.sky import SUBJECT_LIGHTS, Canvas, new_canvas, paint_weather, tone_of
from utils.scenes.world import Scene

# How tall each subject is drawn alone (a share of the picture), its height in its own units, half
# the width of its body in these units, and, of swimmers, how much of it is under water.
SIZES: dict[str, dict[str, float]] = tables_of("people")["sizes"] | tables_of("animals")["sizes"]
LYING = 0.56  # half the width of a sleeping person
# Neighbours may overlap a little: they stand at different depths, three of them in a triangle.
OVERLAPS = {1: 1.0, 2: 1.2, 3: 1.35}


@dataclass(frozen=True)
class Figure:
    """One subject before it is placed: its pose and how far it reaches, in its own units."""

    pose: Pose | Stance
    seed: float
    reach: tuple[float, float, float, float]  # left, right, bottom, top

    @property
    def width(self) -> float:
        """From the back to the front, what it holds included."""
        return self.reach[1] - self.reach[0]


@dataclass(frozen=True)
class Place:
    """Where one subject stands: its feet, size and side."""

    x: float
    y: float
    scale: float
    facing: int
    figure: Figure

    @property
    def middle(self) -> float:
        """The middle of what is seen, what the subject holds included."""
        left, right = self.figure.reach[:2]
        return self.x + self.facing * (left + right) / 2 * self.scale


def draw_scene(scene: Scene) -> Image.Image:
    """Return the picture of a scene, 224 x 224 RGB; the same scene gives the same picture."""
    rng = random.Random(f"picture/{scene.seed}")
    canvas = new_canvas(scene.when, rng)
    swim = scene.what == "swimming"
    PLACE_PAINTINGS[scene.where](canvas, swim)
    if scene.where != "room":
        paint_weather(canvas.image, scene.when, rng)
    spots = place_subjects(scene, rng)
    thing = _thing_spot(scene, rng, spots)
    water = canvas.image.copy() if swim else None
    if thing and scene.relation != "behind":
        larger = 1.3 if scene.relation == "under" else 1.0
        things.draw_thing(canvas, scene.thing, scene.thing_colour, thing, larger)
    for spot in sorted(spots, key=lambda spot: -spot.y):
        _draw_subject(canvas, scene, spot, water)
    if thing and scene.relation == "behind":
        things.draw_thing(canvas, scene.thing, scene.thing_colour, thing)
    if scene.where != "room":
        # Most of it falls behind the subjects, as a picture book has it: they stay in sight.
        paint_weather(canvas.image, scene.when, rng, 0.1)
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


def _figures(scene: Scene, rng: random.Random) -> list[Figure]:
    """Return the poses of the subjects, each measured with what it holds."""
    figures = []
    for _ in range(scene.count):
        pose = (
            choose_pose(scene.what, scene.prop, rng)
            if scene.human
            else choose_stance(scene.what, rng)
        )
        ruler, seed = Ruler(), rng.random()
        _draw_figure(ruler, scene, pose, seed)
        figures.append(Figure(pose, seed, tuple(ruler.reach)))
    return figures


def place_subjects(scene: Scene, rng: random.Random) -> list[Place]:
    """Return where the subjects stand: as large as fits, spread over the width, none cut off."""
    left, right = _interval(scene, _side(scene))
    figures = _figures(scene, rng)
    room = (right - left) / scene.count
    scale = _largest(scene, figures, room) * rng.uniform(0.92, 1.0)
    facing, places = rng.choice((1, -1)), []
    for index, figure in enumerate(figures):
        if rng.random() < 0.25 and scene.count > 1 and not scene.prop:
            facing = -facing
        y = _depth(scene, rng, index)
        size = scale * (1.04 - 0.5 * y)
        half = figure.width * size / 2
        middle = left + room * (index + 0.5) + rng.uniform(-0.8, 0.8) * max(0.0, room / 2 - half)
        middle = max(left + half, min(right - half, middle))
        x = middle - facing * (figure.reach[0] + figure.reach[1]) / 2 * size
        places.append(Place(x, y, size, facing, figure))
    return places


def _largest(scene: Scene, figures: list[Figure], room: float) -> float:
    """Return the largest scale at which each subject fits into its part of the width, `room`."""
    size = SIZES[scene.who]
    tall, own = size["tall"], size["height"]
    tall *= 1.4 if scene.human and scene.what == "swimming" else 1.0
    lying = scene.human and scene.what == "sleeping" and scene.count > 1  # one above the other
    wide, high = max(f.width for f in figures), max(f.reach[3] for f in figures)
    overlap = 1.8 if lying else OVERLAPS[scene.count]
    return min(tall / own, room * overlap / wide, _headroom(scene) / high)


def _headroom(scene: Scene) -> float:
    """Return how tall the subjects may be, as a share of the picture."""
    if scene.relation == "under":
        return 0.36 if scene.thing == "table" else 0.5
    return 0.86 if scene.count == 1 else 0.8


def _depth(scene: Scene, rng: random.Random, index: int) -> float:
    """Return the height of the feet in the picture: higher is farther away."""
    if scene.relation == "behind":
        return rng.uniform(0.19, 0.21) - 0.01 * index
    if scene.relation == "in front of":
        return rng.uniform(0.05, 0.09) + 0.01 * (index % 2)
    if scene.human and scene.what == "sleeping" and scene.count > 1:
        return 0.05 + 0.1 * index + rng.uniform(0.0, 0.02)
    if scene.count == 3:
        return (0.05 if index % 2 == 0 else 0.2) + rng.uniform(0.0, 0.03)
    low = 0.06 if scene.count == 1 else 0.04 + 0.11 * (index % 2)
    return low + rng.uniform(0.0, 0.05)


def _thing_spot(
    scene: Scene, rng: random.Random, spots: list[Place]
) -> tuple[float, float, int] | None:
    """Return where the thing stands and which way it faces, or nothing."""
    if not scene.thing:
        return None
    facing, centre = rng.choice((1, -1)), sum(spot.middle for spot in spots) / len(spots)
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
        lies = scene.human and scene.what == "sleeping"
        half = LYING if lies else SIZES[scene.who]["half"] * 0.85
        pen.veil((24, 26, 44), oval(0, 0.0, half, 0.05), 0.45)
    if scene.what in ("running", "jumping"):
        _draw_motion(canvas, scene, pen)
    _draw_figure(pen, scene, spot.figure.pose, spot.figure.seed)
    if water is not None:
        _cover(canvas, scene, spot, water)


def _draw_motion(canvas: Canvas, scene: Scene, pen: Pen) -> None:
    """Draw what a children's book draws: dust behind a runner, small arcs below a jumper."""
    half, rng = SIZES[scene.who]["half"], canvas.rng
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


def _draw_figure(pen: Pen, scene: Scene, pose: Pose | Stance, seed: float) -> None:
    """Draw a person or an animal with what it uses."""
    if scene.human:
        _draw_human(pen, scene, pose, random.Random(seed))
    else:
        _draw_animal(pen, scene, pose)


def _draw_human(pen: Pen, scene: Scene, pose: Pose, rng: random.Random) -> None:
    """Draw a person and what it holds."""
    body = Body(BUILDS[scene.who], pose)
    if scene.prop in things.HELD_BEHIND:
        things.draw_held(pen, body, scene.prop, scene.prop_colour)
    draw_person(pen, scene.who, scene.colour, pose, rng, scene.what == "sleeping")
    if scene.prop == "ball":
        r = 0.15 if scene.who in ("man", "woman") else 0.18
        ball = pen.at(body["near_foot"][0] + r + 0.08, r, 0, r)
        things.draw_prop(ball, "ball", scene.prop_colour)
    elif scene.prop in things.HELD_BEFORE:
        things.draw_held(pen, body, scene.prop, scene.prop_colour)


def _draw_animal(pen: Pen, scene: Scene, stance: Stance) -> None:
    """Draw an animal and what it eats or plays with."""
    if scene.who == "rabbit" and scene.what == "eating":
        stance = STANCES["sitting"][0]
    half = SIZES[scene.who]["half"]
    if scene.prop == "bowl":
        things.draw_prop(pen.at(half * 1.02 + 0.04, -0.02, 0, 0.34), "bowl")
    draw_animal(pen, scene.who, scene.colour, stance)
    if scene.prop == "ball":
        things.draw_prop(pen.at(half * 0.9 + 0.12, 0.25, 0, 0.25), "ball", scene.prop_colour)
    elif scene.prop == "carrot":
        things.draw_prop(pen.at(half * 0.85 + 0.08, 0.2, 0, 0.24), "carrot")
    elif scene.prop == "grass":
        things.draw_prop(pen.at(half * 0.98 + 0.04, -0.04), "grass")


def _cover(canvas: Canvas, scene: Scene, spot: Place, water: Image.Image) -> None:
    """Lay the water over the lower part of a swimmer, with ripples around it."""
    half = SIZES[scene.who]["half"] * 1.6 * spot.scale
    line = spot.y + SIZES[scene.who]["draught"] * spot.scale
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
