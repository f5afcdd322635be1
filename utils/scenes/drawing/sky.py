"""Skies, grounds and weather for the Scenes: the light of a picture and what falls from above."""

import math
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from utils.scenes.drawing.pen import (
    SIZE,
    Colour,
    Pen,
    Point,
    Tone,
    blob,
    curve,
    grain,
    mix,
    oval,
    scaled,
)

TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
SKIES: dict[str, list[Colour]] = TABLES["skies"]
LIGHTS: dict[str, tuple[float, float, float]] = TABLES["lights"]
SUBJECT_LIGHTS: dict[str, tuple[float, float, float]] = TABLES["subject_lights"]


def tone_of(factors: tuple[float, float, float]) -> Tone:
    """Return the function that puts a colour into a light."""
    return lambda colour: scaled(colour, factors)


@dataclass
class Canvas:
    """A picture being drawn: its image, light, horizon (0 bottom, 1 top) and random numbers."""

    image: Image.Image
    when: str
    rng: random.Random
    horizon: float
    tone: Tone
    pen: Pen = field(init=False)

    def __post_init__(self) -> None:
        self.pen = Pen(self.image, tone=self.tone)

    @property
    def snowy(self) -> bool:
        """Whether the ground is white."""
        return self.when == "snow"

    def plant(self, x: float, y: float, scale: float, facing: int = 1) -> Pen:
        """Return a pen whose origin stands on the ground at (x, y); one unit is `scale`."""
        return Pen(self.image, x * SIZE, (1 - y) * SIZE, scale * SIZE, facing, self.tone)

    def ground_colour(self, colour: Colour) -> Colour:
        """Return a ground colour, under snow where it snows."""
        return mix(colour, (244, 246, 252), 0.84) if self.snowy else colour


def new_canvas(when: str, rng: random.Random) -> Canvas:
    """Return an empty canvas with a random horizon."""
    image = Image.new("RGB", (SIZE, SIZE))
    return Canvas(image, when, rng, rng.uniform(0.5, 0.58), tone_of(LIGHTS[when]))


def gradient(colours: Sequence[Colour], height: int) -> Image.Image:
    """Return a vertical gradient through the colours, `SIZE` pixels wide."""
    stops = np.linspace(0, 1, len(colours))
    rows = np.linspace(0, 1, max(height, 1))
    column = np.stack([np.interp(rows, stops, [c[k] for c in colours]) for k in range(3)], axis=1)
    strip = Image.fromarray(np.round(column).astype(np.uint8)[:, None, :])
    return strip.resize((SIZE, max(height, 1)), Image.Resampling.NEAREST)


@cache
def field_grain() -> Image.Image:
    """Return the texture of flat ground in perspective: fine far away (top), coarse nearby."""
    noise = np.asarray(grain(2), np.float32)
    rows = np.linspace(0.06, 1, 360)
    depth = (0.5 / rows * 60 * 4).astype(int) % SIZE
    x = np.arange(SIZE) - SIZE / 2
    columns = (x[None, :] * (0.55 / (0.2 + rows[:, None])) + SIZE / 2).astype(int) % SIZE
    values = noise[depth[:, None], columns]
    soft = np.asarray(grain(3), np.float32)[:360]
    return Image.fromarray(
        np.clip(228 + 0.34 * (values - 128) + 0.22 * (soft - 128), 0, 255).astype(np.uint8)
    )


def paint_sky(canvas: Canvas, bottom: float | None = None) -> None:
    """Paint the sky with its sun or moon, stars and clouds down to `bottom` (the horizon)."""
    bottom = canvas.horizon - 0.06 if bottom is None else bottom
    height = round((1 - bottom) * SIZE)
    canvas.image.paste(gradient(SKIES[canvas.when], height), (0, 0))
    _paint_lights(canvas)
    _paint_clouds(canvas)


def _paint_lights(canvas: Canvas) -> None:
    """Paint sun, moon and stars."""
    rng, pen = canvas.rng, Pen(canvas.image)
    x = rng.choice((rng.uniform(0.08, 0.3), rng.uniform(0.7, 0.92)))
    if canvas.when == "sunny":
        y, r = rng.uniform(0.84, 0.92), rng.uniform(0.05, 0.065)
        for size, strength in ((2.6, 0.25), (1.7, 0.4)):
            pen.veil((255, 246, 190), oval(x, y, r * size, r * size), strength)
        pen.fill((255, 224, 84), oval(x, y, r, r), depth=0.4, outline=0)
    elif canvas.when == "sunset":
        y, r = canvas.horizon + rng.uniform(0.05, 0.1), rng.uniform(0.08, 0.1)
        for size, strength in ((2.8, 0.3), (1.7, 0.45)):
            pen.veil((255, 214, 130), oval(x, y, r * size, r * size), strength)
        pen.fill((255, 168, 62), oval(x, y, r, r), depth=0.35, outline=0)
    elif canvas.when == "night":
        _paint_night(pen, rng, x, rng.uniform(0.82, 0.9))


def _paint_night(pen: Pen, rng: random.Random, x: float, y: float) -> None:
    """Paint stars and a crescent or full moon."""
    for _ in range(rng.randint(26, 40)):
        sx, sy, r = rng.random(), rng.uniform(0.52, 1), rng.choice((0.002, 0.003, 0.004))
        pen.dot((255, 250, 214), sx, sy, r)
    r = rng.uniform(0.052, 0.068)
    pen.veil((190, 206, 255), oval(x, y, r * 2.1, r * 2.1), 0.35)
    pen.fill((252, 244, 206), oval(x, y, r, r), depth=0.25, outline=0)
    for dx, dy, size in ((-0.35, 0.2, 0.2), (0.25, -0.3, 0.26), (0.3, 0.35, 0.13)):
        pen.dot((232, 222, 180), x + dx * r, y + dy * r, size * r)


def _paint_clouds(canvas: Canvas) -> None:
    """Paint a few clouds, many and dark ones in bad weather."""
    rng = canvas.rng
    tint = TABLES["clouds"][canvas.when]
    count = rng.randint(4, 6) if canvas.when in ("rain", "snow") else rng.randint(1, 3)
    for _ in range(count):
        pen = Pen(
            canvas.image,
            rng.random() * SIZE,
            (1 - rng.uniform(0.72, 0.96)) * SIZE,
            rng.uniform(0.09, 0.16) * SIZE,
        )
        puffs = [oval(0, 0, 1.3, 0.26)]
        puffs += [
            oval(rng.uniform(-0.8, 0.8), rng.uniform(0.1, 0.3), rng.uniform(0.3, 0.5), 0.32)
            for _ in range(4)
        ]
        pen.fill(tint, *puffs, depth=0.35, outline=0)


def paint_ground(
    canvas: Canvas, top: list[Point], far: Colour, near: Colour, textured: bool = True
) -> None:
    """Paint ground below the line `top` (points from left to right), `far` colour to `near`."""
    highest = max(y for _, y in top)
    start = round((1 - highest) * SIZE)
    height = SIZE - start
    far, near = (canvas.tone(canvas.ground_colour(colour)) for colour in (far, near))
    land = gradient((far, near), height)
    if textured:
        rough = field_grain()
        if canvas.rng.random() < 0.5:
            rough = rough.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        rough = rough.resize((SIZE, height), Image.Resampling.BILINEAR)
        if canvas.snowy:
            rough = rough.point(lambda v: (v + 255) // 2)
        land = ImageChops.multiply(land, Image.merge("RGB", (rough,) * 3))
    mask = Image.new("L", (SIZE, height))
    outline = [(x * SIZE, (1 - y) * SIZE - start) for x, y in top]
    ImageDraw.Draw(mask).polygon([*outline, (SIZE, height), (0, height)], fill=255)
    canvas.image.paste(land, (0, start), mask)


def rolling(rng: random.Random, level: float, swing: float, bumps: int = 4) -> list[Point]:
    """Return a rolling line from the left edge to the right one around a level."""
    points = [(i / bumps, level + rng.uniform(-swing, swing)) for i in range(-1, bumps + 2)]
    line = [(x, y) for x, y in _smooth(points) if -0.02 <= x <= 1.02]
    return [(-0.02, line[0][1]), *line, (1.02, line[-1][1])]


def _smooth(points: list[Point]) -> list[Point]:
    return [(p[0], p[1]) for p in curve(points, 8)]


def paint_water(canvas: Canvas, top: float, bottom: float) -> None:
    """Paint water between two heights, with ripples that widen towards the viewer."""
    sky = SKIES[canvas.when]
    near = TABLES["waters"][canvas.when]
    start, height = round((1 - top) * SIZE), round((top - bottom) * SIZE)
    canvas.image.paste(gradient((mix(sky[2], near, 0.35), near), height), (0, start))
    pen, rng = Pen(canvas.image), canvas.rng
    light = mix(sky[2], (255, 255, 255), 0.35)
    for step in range(26):
        share = (step + rng.random()) / 26
        y = top - (top - bottom) * share**1.4
        x, long = rng.random(), rng.uniform(0.02, 0.06) * (0.6 + 2 * share)
        shade = mix(light, near, 0.35 + 0.35 * rng.random())
        wave = [
            (x - long, y),
            (x - long / 2, y + 0.004),
            (x, y),
            (x + long / 2, y + 0.004),
            (x + long, y),
        ]
        pen.line(shade, wave, 0.0035 + 0.004 * share)


def paint_weather(image: Image.Image, when: str, rng: random.Random, share: float = 1.0) -> None:
    """Let it rain or snow over the whole picture; `share` of all drops or flakes."""
    if when == "rain":
        mask = Image.new("L", image.size)
        draw = ImageDraw.Draw(mask)
        for _ in range(round(150 * share)):
            x, y, long = rng.uniform(0, SIZE * 1.1), rng.uniform(-20, SIZE), rng.uniform(16, 40)
            draw.line([(x, y), (x - long * 0.28, y + long)], fill=rng.randint(90, 170), width=3)
        image.paste((226, 236, 246), (0, 0), mask)
    elif when == "snow":
        draw = ImageDraw.Draw(image)
        for _ in range(round(130 * share)):
            x, y, r = rng.uniform(0, SIZE), rng.uniform(0, SIZE), rng.choice((2, 3, 4, 5, 6))
            draw.ellipse([x - r, y - r, x + r, y + r], fill=(255, 255, 255))


def soft_hill(canvas: Canvas, level: float, swing: float, colour: Colour, bumps: int = 3) -> None:
    """Paint one distant layer of hills."""
    paint_ground(
        canvas,
        rolling(canvas.rng, level, swing, bumps),
        colour,
        scaled(colour, (0.8, 0.8, 0.85)),
        False,
    )


def puff(
    rng: random.Random, x: float, y: float, rx: float, ry: float, bumps: int = 9
) -> list[Point]:
    """Return a leafy outline around (x, y)."""
    turn = rng.random()
    points = []
    for step in range(bumps * 2):
        a = 2 * math.pi * (step + turn) / (bumps * 2)
        r = 1.06 if step % 2 else 0.9
        points.append((x + rx * r * math.cos(a), y + ry * r * math.sin(a)))
    return blob(points, 4)
