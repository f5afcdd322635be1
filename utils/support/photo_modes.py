"""Photos of every mode as RGB: 16 bits, floats, inks, palettes, transparency, very many pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import numpy as np
from PIL import Image, ImageCms

from utils.support.photo_files import PhotoError

LARGE = 25_000_000  # pixels: a photo of more is made smaller piece by piece, to spare memory,
ENOUGH = 896  # to this width and height or a little more
PIECE = 256  # pixels of the smaller photo in the width and height of a piece
# Numbers that lie more than FAR times the range of the others away from them do not count. Of each
# piece of a photo, the ENDS least and the ENDS largest numbers are compared.
FAR, ENDS = 10, 64
Box = tuple[int, int, int, int]


def in_rgb(image: Image.Image) -> Image.Image:
    """Return a photo of any mode in RGB, transparency laid on white.

    Numbers of more than eight bits are scaled so that the least is black and the largest white;
    a few that lie far from all others, such as marks for missing data, do not count.
    Raises `PhotoError` where none of them is a number, and what Pillow raises.
    """
    across, down = _factors(image.size)
    convert: Callable[[Image.Image], Image.Image] = _eight_bits_in_rgb
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        low, high = _range(image)
        convert = partial(_scaled, low=low, high=high)
    if (across, down) == (1, 1):
        return convert(image)
    size = (math.ceil(image.width / across), math.ceil(image.height / down))
    small = Image.new("RGB", size)
    for box in _boxes(image.size):
        piece = convert(image.crop(box)).reduce((across, down))
        small.paste(piece, (box[0] // across, box[1] // down))
    return small


def _factors(size: tuple[int, int]) -> tuple[int, int]:
    """Return by which whole numbers the width and the height are divided."""
    if math.prod(size) <= LARGE:
        return 1, 1
    return max(size[0] // ENOUGH, 1), max(size[1] // ENOUGH, 1)


def _boxes(size: tuple[int, int]) -> Iterator[Box]:
    """Yield the pieces of a photo, (left, top, right, bottom); most photos are one piece."""
    (width, height), (across, down) = size, _factors(size)
    if (across, down) == (1, 1):
        yield (0, 0, width, height)
        return
    wide, high = PIECE * across, PIECE * down
    for left, top in product(range(0, width, wide), range(0, height, high)):
        yield (left, top, min(left + wide, width), min(top + high, height))


def _range(image: Image.Image) -> tuple[float, float]:
    """Return the least and the largest number of a photo, without what lies far from the rest."""
    found = np.zeros(0)
    for box in _boxes(image.size):
        pixels = np.asarray(image.crop(box))
        here = np.unique(pixels[np.isfinite(pixels)])
        found = np.unique(np.concatenate([found, here[:ENDS], here[-ENDS:]]))
    if not found.size:
        raise PhotoError("has no pixel that is a number (all are NaN or infinite): export it anew.")
    while len(found) > 2:
        if found[1] - found[0] > FAR * (found[-1] - found[1]):
            found = found[1:]
        elif found[-1] - found[-2] > FAR * (found[-2] - found[0]):
            found = found[:-1]
        else:
            break
    return float(found[0]), float(found[-1])


def _scaled(image: Image.Image, low: float, high: float) -> Image.Image:
    """Return numbers as grey, 0 to 255; what is no number is black."""
    pixels = np.asarray(image, dtype=np.float64)
    pixels = np.where(np.isfinite(pixels), np.clip(pixels, low, high) - low, 0)
    pixels = pixels / ((high - low) or 1) * 255
    return Image.fromarray(pixels.astype(np.uint8)).convert("RGB")


def _eight_bits_in_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        # Pillow turns colours that were multiplied by their transparency ("a") only one step back.
        straight = {"RGBa": "RGBA", "La": "LA"}.get(image.mode, image.mode)
        image = image.convert(straight).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if image.mode == "LAB":
        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
    return image.convert("RGB")
