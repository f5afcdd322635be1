"""Photos: from a file of any kind to what the network expects (chapter 2)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from utils.support.ahead import ahead
from utils.support.photo_files import decode, demand_photo_file, orientation, photo_errors, turned
from utils.support.photo_modes import in_rgb

IMAGE_SIZE = 224
THREADS = min(8, os.cpu_count() or 1)
PHOTOS_AHEAD = 8 * THREADS  # a task for each of a million photos would fill the memory
NAMED = 5  # how many photos an error names
# How the files of two formats end; one that does not is decoded before the network starts.
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
# What a network may see of a photo: the left and upper edge of a crop, as shares of what it leaves
# out, or None for all of it; and whether left and right are exchanged.
VIEWS: dict[str, tuple[tuple[int, int] | None, bool]] = {
    "whole": (None, False),
    "mirrored": (None, True),
    "top-left": ((0, 0), False),
    "top-right-mirrored": ((1, 0), True),
    "bottom-left-mirrored": ((0, 1), True),
    "bottom-right": ((1, 1), False),
}
CROP = 0.85  # of the width and of the height
IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff"),
)


def open_photo(path: Path) -> Image.Image:
    """Open a photo upright and in RGB, whatever its mode; transparency is laid on white.

    Of several frames or pages, it is the first. A very large photo comes with fewer pixels. Raises
    `FileNotFoundError` where there is no file, and `PhotoError`, a `ValueError`, where the file
    cannot be used: the sentence says what is true of it and what to do.
    """
    path = Path(path)
    with photo_errors(path):
        demand_photo_file(path)
        # JPEG files can be decoded at a half, a quarter or an eighth of their size.
        image = decode(path, (2 * IMAGE_SIZE, 2 * IMAGE_SIZE))
        return turned(in_rgb(image), orientation(image))


def load_image(path: Path, size: int = IMAGE_SIZE, view: str = "whole") -> np.ndarray:
    """Return a view of a photo as `(size, size, 3)` uint8, squashed to a square.

    `view`: of `VIEWS`. Raises what `open_photo` raises.
    """
    image = seen(open_photo(path), view)
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image, dtype=np.uint8)


def seen(image: Image.Image, view: str) -> Image.Image:
    """Return the part of a photo that a view of `VIEWS` shows, turned as the view turns it."""
    corner, mirrored = VIEWS[view]
    if corner is not None:
        width, height = (round(CROP * side) for side in image.size)
        left, top = corner[0] * (image.width - width), corner[1] * (image.height - height)
        image = image.crop((left, top, left + width, top + height))
    return ImageOps.mirror(image) if mirrored else image


def load_batch(paths: Sequence[Path], size: int = IMAGE_SIZE) -> np.ndarray:
    """Return photos as `(n, size, size, 3)` uint8, read side by side; raises as `load_image`."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        images = list(pool.map(lambda path: load_image(path, size), paths))
    return np.stack(images) if images else np.zeros((0, size, size, 3), np.uint8)


def preprocess(images: np.ndarray) -> np.ndarray:
    """Return uint8 photos in [0, 255] as float32 in [-1, 1], which MobileNetV2 was trained on.

    This is `keras.applications.mobilenet_v2.preprocess_input` on a copy; the input stays as it is.
    """
    from keras.applications.mobilenet_v2 import preprocess_input

    return preprocess_input(np.array(images, dtype=np.float32))


def inspect_photos(paths: Sequence[Path]) -> list[str]:
    """Return the SHA-256 of each photo; raise where some are missing or seen to be damaged.

    The error is the one that `open_photo` raises; for several photos, it names the first few.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(ahead(pool, _digest_or_problem, paths, PHOTOS_AHEAD))
    for kind in (FileNotFoundError, ValueError):
        problems = [problem for problem in found if isinstance(problem, kind)]
        # The same photo may be named twice; it is told once.
        told = list(dict.fromkeys(str(problem) for problem in problems))
        if len(told) == 1:
            raise kind(told[0])
        if told:
            more = f"\n  and {len(told) - NAMED} more" if len(told) > NAMED else ""
            names = "".join(f"\n  {sentence}" for sentence in told[:NAMED])
            raise kind(f"{len(told)} photos cannot be used:{names}{more}")
    return found


def _digest_or_problem(path: Path) -> str | Exception:
    try:
        with photo_errors(path):
            demand_photo_file(path)
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                whole = _looks_whole(file)
        if not whole:
            open_photo(path)
    except (FileNotFoundError, ValueError) as problem:
        return problem
    return digest


def _looks_whole(file: BinaryIO) -> bool:
    """Tell whether a JPEG or PNG begins and ends as it should; nothing is told of other files.

    Decoding all photos twice would cost a third of the time, so only those that do not are decoded
    before the network starts. The parts of a PNG have checksums, which are compared too.
    """
    try:
        file.seek(-min(file.seek(0, os.SEEK_END), 1024), os.SEEK_END)
        tail = file.read()
        with Image.open(file) as image:
            image.verify()
            end = ENDS.get(image.format or "")
            return end is not None and end in tail
    except Exception:  # a decoder may raise anything; `open_photo` says what it means
        return False
