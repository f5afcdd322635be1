"""Photos: from a file of any kind to what the network expects (chapter 2)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

IMAGE_SIZE = 224
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


def load_image(path: Path, size: int = IMAGE_SIZE) -> np.ndarray:
    """Return a photo as `(size, size, 3)` uint8, squashed to a square as the features expect.

    Raises what `open_photo` raises.
    """
    image = open_photo(path)
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(image, dtype=np.uint8)


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
