"""Damaged photo files, as many as are asked for: the same ones for the same seed."""

import io
import random
import struct
from functools import cache

import numpy as np
from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000", "PPM", "ICO")
ODD_SIZES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 50_000, 0x7FFFFFFF, 0xFFFFFFFF)


def exif():
    """EXIF with an orientation, a text, a fraction and a directory of its own."""
    made = Image.Exif()
    made[0x0112], made[0x010F], made[0x011A], made[0x0128] = 6, "a camera", 72.5, 2
    made.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    return made


@cache
def originals(kind):
    """Return some whole files of a format, as bytes, of small photos of many modes."""
    noise = np.random.default_rng(0).integers(0, 256, (18, 24, 3)).astype(np.uint8)
    photo = Image.fromarray(noise).resize((48, 36))
    clear = photo.copy()
    clear.putalpha(Image.linear_gradient("L").resize(photo.size))
    frames = {"save_all": True, "append_images": [photo.rotate(180)]}
    deep = Image.fromarray(np.arange(48 * 36, dtype=np.uint16).reshape(36, 48))
    number = Image.fromarray(np.linspace(0, 1, 48 * 36, dtype=np.float32).reshape(36, 48))
    ways = {
        "JPEG": [
            (photo, {"exif": exif(), "icc_profile": bytes(200), "comment": "a comment"}),
            (photo, {"progressive": True}),
            (photo.convert("CMYK"), {}),
            (photo.convert("L"), {}),
        ],
        "PNG": [
            (clear, {"exif": exif(), "icc_profile": bytes(200)}),
            (photo.quantize(), {"transparency": 3}),
            (deep, {}),
            (photo, frames),
        ],
        "GIF": [(photo.quantize(), {"transparency": 3}), (photo, frames)],
        "WEBP": [(photo, {"exif": exif()}), (clear, {"lossless": True}), (clear, frames)],
        "TIFF": [
            (photo, {"exif": exif()}),
            (clear, {"compression": "tiff_lzw"}),
            (photo, {"compression": "jpeg"}),
            (number, {"compression": "tiff_adobe_deflate"}),
            (photo.convert("YCbCr"), {}),
            (photo, frames),
        ],
        "BMP": [(photo, {}), (photo.quantize(), {}), (clear, {})],
        "AVIF": [(photo, {"exif": exif()}), (clear, {})],
        "JPEG2000": [(photo, {}), (clear, {"no_jp2": True})],
        "PPM": [(photo, {}), (photo.convert("1"), {}), (deep, {})],
        "ICO": [(clear, {}), (photo, {"bitmap_format": "bmp"})],
    }[kind]
    files = []
    for image, settings in ways:
        buffer = io.BytesIO()
        image.save(buffer, kind, **settings)
        files.append(buffer.getvalue())
    return files


def mutated(seed):
    """Return the name of a format and a damaged file of it: one to three kinds of damage."""
    rng = random.Random(seed)
    kind = FORMATS[seed % len(FORMATS)]
    data = bytearray(rng.choice(originals(kind)))
    for _ in range(rng.randint(1, 3)):
        rng.choice(DAMAGE)(data, rng)
    return kind, bytes(data)


def _place(data, rng):
    # Half of the damage is done to the head of the file, where what is damaged matters most.
    return rng.randrange(min(len(data), rng.choice((64, len(data)))) or 1)


def flip_bits(data, rng):
    """Flip some bits."""
    for _ in range(rng.randint(1, 12) if data else 0):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def cut(data, rng):
    """Cut the end off."""
    del data[_place(data, rng) :]


def insert(data, rng):
    """Put random bytes in."""
    place = _place(data, rng)
    data[place:place] = rng.randbytes(rng.randint(1, 60))


def repeat(data, rng):
    """Repeat a part."""
    place = _place(data, rng)
    part = data[place : place + rng.randint(1, 200)]
    data[place:place] = part * rng.randint(1, 4)


def swap(data, rng):
    """Exchange two parts."""
    size = rng.randint(1, 40)
    one, two = sorted((_place(data, rng), _place(data, rng)))
    if one + size <= two:
        data[one : one + size], data[two : two + size] = (
            data[two : two + size],
            data[one : one + size],
        )


def resize(data, rng):
    """Write another number over a number of two or four bytes: a size, a place, a count."""
    code = rng.choice(("<H", ">H", "<I", ">I"))
    width = struct.calcsize(code)
    number = rng.choice((*ODD_SIZES, rng.getrandbits(8 * width))) & ((1 << (8 * width)) - 1)
    place = _place(data, rng)
    if place + width <= len(data):
        struct.pack_into(code, data, place, number)


def wipe(data, rng):
    """Write one byte over a part."""
    place = _place(data, rng)
    end = min(place + rng.randint(1, 100), len(data))
    data[place:end] = bytes([rng.choice((0, 255))]) * (end - place)


DAMAGE = (flip_bits, cut, insert, repeat, swap, resize, wipe)
