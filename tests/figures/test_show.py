"""Pictures with a limited palette are smaller and keep a rare colour."""

import io

import numpy as np
from PIL import Image

from utils.figures.show import png_bytes


def speckled_with_a_purple_spot():
    rng = np.random.default_rng(0)
    pixels = rng.integers(60, 200, (120, 120, 1)) + np.array([40, 20, 0])
    pixels[50:60, 50:60] = (128, 0, 160)
    return Image.fromarray(pixels.astype(np.uint8))


def test_fewer_colours_take_less_room_and_keep_the_rare_one():
    picture = speckled_with_a_purple_spot()
    small = png_bytes(picture, colours=64)
    assert len(small) < len(png_bytes(picture))
    with Image.open(io.BytesIO(small)) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) <= 64
    assert np.abs(pixels[55, 55].astype(int) - (128, 0, 160)).max() < 12


def test_the_same_each_time():
    picture = speckled_with_a_purple_spot()
    assert png_bytes(picture, colours=32) == png_bytes(picture, colours=32)
