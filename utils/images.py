"""Photos: from a file of any kind to what the network expects (chapter 2)."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

IMAGE_SIZE = 224
THREADS = min(8, os.cpu_count() or 1)
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
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def open_photo(path: Path) -> Image.Image:
    """Open a photo upright and in RGB, whatever its mode; transparency is laid on white.

    Raises `FileNotFoundError` where there is no file and `ValueError` where the file is no image
    or is cut short.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no photo at {path}: check the name.")
    try:
        with Image.open(path) as image:
            # JPEG files can be decoded at a half, a quarter or an eighth of their size.
            image.draft("RGB", (2 * IMAGE_SIZE, 2 * IMAGE_SIZE))
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I;16") or image.mode in ("I", "F"):
                image = _to_eight_bits(image)
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image)
            return image.convert("RGB")
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is not an image that Pillow can read: remove it.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} is cut short or damaged ({error}): replace it.") from error


def _to_eight_bits(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float64)
    low, high = pixels.min(), max(pixels.max(), pixels.min() + 1)
    return Image.fromarray(((pixels - low) / (high - low) * 255).astype(np.uint8))


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
    """Return the SHA-256 of each photo; raise where some are missing or seen to be damaged."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(_digest_or_problem, paths))
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
        if not path.is_file():
            open_photo(path)  # has the sentence
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ValueError(f"{path} cannot be read ({error.strerror}).") from error
        _quick_look(path, data)
    except (FileNotFoundError, ValueError) as problem:
        return problem
    return hashlib.sha256(data).hexdigest()


def _quick_look(path: Path, data: bytes) -> None:
    """Raise what `open_photo` raises for a file that is no image or is cut short.

    Decoding all photos twice would cost a third of the time, so a file that begins and ends as it
    should passes; any other is decoded.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            end = ENDS.get(image.format or "")
    except Exception:
        end = None
    if end is None or end not in data[-1024:]:
        open_photo(path)
