"""A pen for picture-book drawing with Pillow: soft shaded shapes in local coordinates.

Shapes are lists of points, x to the front and y upwards, in units that the pen turns into pixels.
A picture is drawn at `SIZE` pixels a side and reduced to a third of it, which smooths every edge.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageOps

SIZE = 672
Point = tuple[float, float]
Colour = tuple[int, int, int]
Tone = Callable[[Colour], Colour]

PAINT: dict[str, Colour] = {
    "red": (222, 38, 44),
    "orange": (248, 132, 20),
    "yellow": (252, 212, 40),
    "green": (82, 184, 58),
    "blue": (36, 92, 212),
    "purple": (132, 56, 172),
    "pink": (250, 142, 184),
    "white": (248, 246, 240),
    "black": (52, 48, 56),
    "brown": (142, 88, 48),
    "gray": (146, 148, 158),
}
INK: Colour = (46, 34, 44)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from the first to the second."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def scaled(colour: Colour, factors: tuple[float, float, float]) -> Colour:
    """Return the colour with its red, green and blue multiplied, kept within 0-255."""
    return tuple(max(0, min(255, round(c * f))) for c, f in zip(colour, factors, strict=True))


def oval(x: float, y: float, rx: float, ry: float, angle: float = 0.0) -> list[Point]:
    """Return an ellipse around (x, y), turned by `angle` degrees against the clock."""
    turn, count = math.radians(angle), 30
    cos, sin = math.cos(turn), math.sin(turn)
    points = []
    for step in range(count):
        a = 2 * math.pi * step / count
        u, v = rx * math.cos(a), ry * math.sin(a)
        points.append((x + u * cos - v * sin, y + u * sin + v * cos))
    return points


def _catmull(points: np.ndarray, steps: int) -> np.ndarray:
    """Return a Catmull-Rom curve through points 1..n-2 of (n, 2) control points."""
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (points[k : len(points) - 3 + k][:, None, :] for k in range(4))
    curve = (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return (curve / 2).reshape(-1, points.shape[1])


def blob(points: Sequence[Point], steps: int = 6) -> list[Point]:
    """Return a smooth closed outline through the points."""
    array = np.asarray(points, float)
    return list(map(tuple, _catmull(np.vstack([array[-1:], array, array[:2]]), steps)))


def curve(points: Sequence[Sequence[float]], steps: int = 6) -> list[tuple[float, ...]]:
    """Return a smooth open line through the points (any number of coordinates)."""
    array = np.asarray(points, float)
    line = _catmull(np.vstack([array[:1], array, array[-1:]]), steps)
    return [*map(tuple, line), tuple(array[-1])]


def limb(points: Sequence[Point], widths: Sequence[float]) -> list[Point]:
    """Return a smooth tapered stroke with round ends (`widths` are full widths at the points)."""
    line = np.asarray(curve([(*p, w) for p, w in zip(points, widths, strict=True)]))
    centre, half = line[:, :2], line[:, 2:] / 2
    tangent = np.gradient(centre, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)

    def cap(index: int, sign: int) -> np.ndarray:
        angles = np.linspace(90, -90, 6)[1:-1] * np.pi / 180
        n, t = normal[index] * sign, tangent[index] * sign
        return centre[index] + half[index] * (
            np.sin(angles)[:, None] * n + np.cos(angles)[:, None] * t
        )

    left, right = centre + normal * half, centre - normal * half
    outline = np.vstack([left, cap(-1, 1), right[::-1], cap(0, -1)])
    return list(map(tuple, outline))


@cache
def light_map() -> Image.Image:
    """Return the light on a rounded form: bright at the upper left, dark at the lower right."""
    y, x = np.mgrid[0:64, 0:64] / 63
    light = 1.05 - 0.62 * y**1.3 - 0.22 * x - 0.25 * ((x - 0.5) ** 2 + (y - 0.4) ** 2)
    return Image.fromarray((np.clip(light, 0, 1) * 255).astype(np.uint8))


@cache
def grain(seed: int = 0) -> Image.Image:
    """Return a `SIZE` square of soft painterly noise around 128, the same on every call."""
    rng = np.random.default_rng(seed)
    total = np.zeros((SIZE, SIZE), np.float32)
    for cells, weight in ((12, 0.5), (40, 0.6), (130, 0.7), (336, 0.5)):
        noise = rng.normal(0, 1, (cells, cells)).astype(np.float32)
        layer = Image.fromarray(noise).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
        total += weight * np.asarray(layer)
    return Image.fromarray(np.clip(128 + 48 * total, 0, 255).astype(np.uint8))


def painted(light: Image.Image, colour: Colour, depth: float) -> Image.Image:
    """Return the colour under a map of light: `depth` is the strength of light and shadow."""
    dark = mix(scaled(colour, (0.55, 0.5, 0.6)), (40, 30, 70), 0.15)
    bright = mix(colour, (255, 252, 236), 0.55)
    return ImageOps.colorize(
        light, mix(colour, dark, depth), mix(colour, bright, depth), colour, midpoint=140
    )


class Pen:
    """Draws shapes on an image from local coordinates.

    (x, y) is the pixel of the local origin, `scale` the pixels of one unit, `facing` 1 to the
    right or -1 to the left, `angle` degrees against the clock, `tone` what the light of the scene
    does to each colour.
    """

    def __init__(
        self,
        image: Image.Image,
        x: float = 0,
        y: float = SIZE,
        scale: float = SIZE,
        facing: int = 1,
        tone: Tone | None = None,
        angle: float = 0.0,
    ) -> None:
        self.image, self.x, self.y, self.scale = image, x, y, scale
        self.facing, self.angle = facing, angle
        self.tone = tone or (lambda colour: colour)
        self.draw = ImageDraw.Draw(image)
        turn = math.radians(angle)
        self._cos, self._sin = math.cos(turn) * scale, math.sin(turn) * scale

    def pixel(self, point: Sequence[float]) -> Point:
        """Return the pixel of a local point."""
        x, y = point[0], point[1]
        return (
            self.x + self.facing * (x * self._cos - y * self._sin),
            self.y - (x * self._sin + y * self._cos),
        )

    def at(self, x: float, y: float, angle: float = 0.0, scale: float = 1.0) -> "Pen":
        """Return a pen whose origin is the local point (x, y), turned and scaled."""
        px, py = self.pixel((x, y))
        return self._like(px, py, self.scale * scale, self.angle + angle)

    def unlit(self) -> "Pen":
        """Return the same pen for what glows: the light of the scene does not darken it."""
        return Pen(self.image, self.x, self.y, self.scale, self.facing, None, self.angle)

    def _like(self, x: float, y: float, scale: float, angle: float) -> "Pen":
        """Return a pen on the same picture, in the same light."""
        return Pen(self.image, x, y, scale, self.facing, self.tone, angle)

    def fill(
        self,
        colour: Colour,
        *shapes: Sequence[Point],
        depth: float = 0.55,
        outline: float = 1.0,
        texture: float = 0.0,
    ) -> None:
        """Paint the union of the shapes as one rounded form with light, grain and an outline."""
        colour = self.tone(colour)
        outlines = [[self.pixel(point) for point in shape] for shape in shapes]
        xs = [x for points in outlines for x, _ in points]
        ys = [y for points in outlines for _, y in points]
        left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
        right, bottom = min(SIZE, math.ceil(max(xs)) + 1), min(SIZE, math.ceil(max(ys)) + 1)
        if right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        mask = Image.new("L", size)
        stencil = ImageDraw.Draw(mask)
        edge = mix(scaled(colour, (0.5, 0.45, 0.5)), INK, 0.45)
        for points in outlines:
            if outline:
                width = max(2, round(outline * 5))
                self.draw.line([*points, *points[:2]], fill=edge, width=width)
            stencil.polygon([(x - left, y - top) for x, y in points], fill=255)
        self.image.paste(
            painted(_light(size, (left, top), texture), colour, depth), (left, top), mask
        )

    def line(self, colour: Colour, points: Sequence[Point], width: float = 0.02) -> None:
        """Draw a line through the points; `width` in local units."""
        pixels = [self.pixel(point) for point in points]
        thick = max(2, round(width * self.scale))
        self.draw.line(pixels, fill=self.tone(colour), width=thick, joint="curve")

    def dot(self, colour: Colour, x: float, y: float, rx: float, ry: float | None = None) -> None:
        """Draw a flat ellipse without an outline."""
        points = [self.pixel(point) for point in oval(x, y, rx, ry or rx)]
        self.draw.polygon(points, fill=self.tone(colour))

    def flat(self, colour: Colour, points: Sequence[Point]) -> None:
        """Draw a flat polygon without an outline."""
        self.draw.polygon([self.pixel(point) for point in points], fill=self.tone(colour))

    def veil(self, colour: Colour, points: Sequence[Point], strength: float) -> None:
        """Lay a soft transparent colour over a shape (shadows, glows); `strength` from 0 to 1."""
        pixels = [self.pixel(point) for point in points]
        xs, ys = [p[0] for p in pixels], [p[1] for p in pixels]
        pad, small = 16, 4
        left, top = math.floor(min(xs)) - pad, math.floor(min(ys)) - pad
        size = (math.ceil((max(xs) - left + pad) / small), math.ceil((max(ys) - top + pad) / small))
        mask = Image.new("L", size)
        outline = [((x - left) / small, (y - top) / small) for x, y in pixels]
        ImageDraw.Draw(mask).polygon(outline, fill=round(255 * strength))
        mask = mask.resize((size[0] // 2 + 1, size[1] // 2 + 1), Image.Resampling.BOX)
        mask = mask.resize((size[0] * small, size[1] * small), Image.Resampling.BICUBIC)
        self.image.paste(colour, (left, top, left + mask.width, top + mask.height), mask)


class Ruler(Pen):
    """A pen that paints nothing and notes how far the shapes reach.

    `reach` is (left, right, bottom, top) in the units of the pen that was made first. What is
    drawn by `veil` (shadows, glows) does not count.
    """

    def __init__(self, *placed: Any, reach: list[float] | None = None) -> None:
        super().__init__(Image.new("RGB", (1, 1)), *(placed or (0, 0, 1.0)))
        self.reach = [0.0, 0.0, 0.0, 0.0] if reach is None else reach

    def _like(self, x: float, y: float, scale: float, angle: float) -> "Pen":
        return Ruler(x, y, scale, self.facing, self.tone, angle, reach=self.reach)

    def _note(self, *shapes: Sequence[Point]) -> None:
        for x, y in (self.pixel(point) for shape in shapes for point in shape):
            left, right, bottom, top = self.reach
            self.reach[:] = [min(left, x), max(right, x), min(bottom, -y), max(top, -y)]

    def fill(self, colour: Colour, *shapes: Sequence[Point], **_look: float) -> None:
        """Note the shapes."""
        self._note(*shapes)

    def line(self, colour: Colour, points: Sequence[Point], width: float = 0.02) -> None:
        """Note the line."""
        self._note(points)

    def dot(self, colour: Colour, x: float, y: float, rx: float, ry: float | None = None) -> None:
        """Note the ellipse."""
        self._note(oval(x, y, rx, ry or rx))

    def flat(self, colour: Colour, points: Sequence[Point]) -> None:
        """Note the polygon."""
        self._note(points)

    def veil(self, colour: Colour, points: Sequence[Point], strength: float) -> None:
        """Ignore what has no edge."""


def _light(size: tuple[int, int], corner: tuple[int, int], texture: float) -> Image.Image:
    """Return the light on a form of `size` pixels, roughened by the grain at its place."""
    light = light_map().resize(size, Image.Resampling.BILINEAR)
    if not texture:
        return light
    left, top = corner
    rough = grain().crop((left, top, left + size[0], top + size[1]))
    return Image.blend(light, rough, texture) if texture < 1 else rough


def multiply_grain(image: Image.Image, strength: float) -> Image.Image:
    """Return the picture on paper: brightness varies by the grain, at most by `strength`."""
    paper = grain(1).resize(image.size).point(lambda v: 255 - round((255 - v) * strength))
    return ImageChops.multiply(image, Image.merge("RGB", (paper,) * 3))
