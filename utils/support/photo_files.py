"""Opening photo files of every kind: metadata never stops it, and what does is put in words."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, JpegImagePlugin

from utils.support.photo_kinds import AVIF, HEAD, kind_of, raw_kind, tags_of, unreadable_kind

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A JPEG may have more pixels than Pillow opens, because it is decoded at an eighth of its size.
LARGEST_JPEG = 500_000_000
LARGEST_JPEG_2000 = 50_000_000  # whose decoder takes 20 bytes a pixel
LARGEST_TO_MEND = 256_000_000  # bytes of a file that is read whole, to take its metadata out
NOT_OF_THE_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
KEPT_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS")  # of a PNG: what its pixels need


class PhotoError(ValueError):
    """A photo that cannot be used. The message says why and what to do; `at` adds which it is."""

    def at(self, path: Path) -> PhotoError:
        """Return the same error with the photo's path before it."""
        return PhotoError(f"{path} {self}")


@contextmanager
def photo_errors(path: Path) -> Iterator[None]:
    """Turn whatever is raised over a photo's file into a sentence that begins with its path.

    A decoder may raise anything over a damaged file. Errors of the system that have nothing to do
    with the file, such as too many open files, stay as they are.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except PhotoError as error:
        raise error.at(path) from None
    except Exception as error:
        # A damaged file may send its reader to a place before its start: EINVAL is its own fault.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            if error.errno in NOT_OF_THE_FILE:
                raise
            raise _system_problem(error).at(path) from error
        raise _problem(path, error).at(path) from error


def demand_photo_file(path: Path) -> None:
    """Raise `FileNotFoundError` or `PhotoError` where there is no file that could be a photo."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise PhotoError(
                f"is a link to {os.readlink(path)}, which is not there: put the photo in its place."
            ) from None
        raise FileNotFoundError(f"There is no photo at {path}: check the name.") from None
    except ValueError as error:  # a name with a zero in it
        raise FileNotFoundError(f"There is no photo at {str(path)!r}: check the name.") from error
    if stat.S_ISDIR(mode):
        raise FileNotFoundError(f"There is no photo at {path}, but a folder: name a file.")
    if not stat.S_ISREG(mode):  # opening a pipe would wait for someone to write into it
        raise PhotoError("is no file, but a pipe, a socket or a device: name a file.")


def foreign_kind(path: Path) -> str:
    """Return what a file is that holds a picture in a format which Pillow cannot read, or "".

    Such as "a HEIC photo"; by its content, so that its name does not count.
    """
    with suppress(OSError, ValueError):
        demand_photo_file(path)
        with open(path, "rb") as file:
            return unreadable_kind(file.read(HEAD))
    return ""


def decode(path: Path, least: tuple[int, int]) -> Image.Image:
    """Return a photo with its pixels loaded, as it is stored: in any mode, and not turned yet.

    A JPEG is decoded at a half, a quarter or an eighth where that leaves `least` or more of its
    width and height. Metadata that Pillow cannot read is left out. Raises whatever Pillow raises.
    """
    with open(path, "rb") as file:
        head = file.read(HEAD)
        if kind := raw_kind(head):
            raise PhotoError(f"is {kind}, which Pillow cannot read: export it as JPEG.")
        if head.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")):  # Pillow would start another program
            raise PhotoError("is a PostScript file, which is not opened: export it as JPEG.")
        if file.seek(0, io.SEEK_END) > LARGEST_TO_MEND:
            return _loaded(file, least)
        file.seek(0)
        data = file.read()
    try:
        return _loaded(io.BytesIO(data), least)
    except PhotoError:
        raise
    except Exception as error:
        return _loaded_bare(data, least, error)


def _loaded_bare(data: bytes, least: tuple[int, int], error: Exception) -> Image.Image:
    """Load a photo without its metadata; raise `error` where that does not help."""
    bare = _bare(data)
    if bare is None:
        raise error
    try:
        image = _loaded(io.BytesIO(bare), least)
    except PhotoError:
        raise
    except Exception:
        raise error from None
    if exif := _exif(data):
        image.info["exif"] = exif
    return image


def _loaded(file: io.BufferedIOBase, least: tuple[int, int]) -> Image.Image:
    file.seek(0)
    try:
        image = Image.open(file)
    except Image.DecompressionBombError as error:
        image = _huge_jpeg(file, least, error)
    pixels = image.width * image.height
    if image.format == "JPEG2000" and pixels > LARGEST_JPEG_2000:
        raise _too_large(pixels, LARGEST_JPEG_2000)
    image.draft("RGB", least)
    image.load()
    return image


def _huge_jpeg(
    file: io.BufferedIOBase, least: tuple[int, int], error: Image.DecompressionBombError
) -> Image.Image:
    """Open a JPEG that is too large for Pillow's check; raise where it cannot be decoded smaller.

    A progressive one is refused: its decoder keeps the numbers of all its pixels.
    """
    file.seek(0)
    if file.read(3) != b"\xff\xd8\xff":
        raise error
    file.seek(0)
    image = JpegImagePlugin.JpegImageFile(file)
    pixels, limit = image.width * image.height, LARGEST_JPEG
    image.draft("RGB", least)
    if "progressive" in image.info or image.width * image.height > _limit():
        limit = _limit()
    if pixels > limit:
        raise _too_large(pixels, limit) from error
    return image


def _limit() -> int:
    return 2 * (Image.MAX_IMAGE_PIXELS or 0)  # where Pillow refuses


def _too_large(pixels: int | None, limit: int) -> PhotoError:
    number = f"{pixels / 1e6:,.4g}" if pixels and pixels < 1e9 else f"{(pixels or 0) / 1e6:,.0f}"
    size = f"has {number} megapixels" if pixels else "is larger than it can be"
    return PhotoError(
        f"is too large: it {size}, and the limit is {limit / 1e6:,.4g}. Save it with fewer pixels."
    )


def orientation(image: Image.Image) -> int:
    """Return how the camera was held, 1 to 8, by its own tag, whatever else the metadata holds."""
    if image.format == "TIFF":
        return 1  # Pillow has turned it already
    exif = image.info.get("exif")
    if isinstance(exif, bytes):
        tiff = re.sub(rb"\A(Exif\x00\x00)+", b"", exif)
        found = tags_of(tiff).get(ORIENTATION)
        if found is not None:
            return found
    try:  # other metadata that may say it: XMP, and what ImageMagick writes into a PNG
        found = image.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1
    return found if isinstance(found, int) else 1


def turned(image: Image.Image, held: int) -> Image.Image:
    """Return a photo as it was seen by a camera that was held so (`orientation`)."""
    turn = TURNS.get(held)
    return image if turn is None else image.transpose(turn)


# The file without its metadata


def _bare(data: bytes) -> bytes | None:
    """Return a file without what its pixels do not need, or None where that is not known."""
    if data.startswith(b"\xff\xd8\xff"):
        kept = [part for marker, part in _segments(data) if not _is_metadata(marker, part)]
        return b"\xff\xd8" + b"".join(kept)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        kept = [part for name, part in _chunks(data) if name in KEPT_CHUNKS]
        return data[:8] + b"".join(kept)
    if data[4:8] == b"ftyp":  # AVIF: its entries for EXIF and XMP get a name that means nothing
        return re.sub(rb"(?s)(infe.{8})(?:Exif|mime)", rb"\1none", data)
    return None


def _exif(data: bytes) -> bytes:
    """Return the EXIF of a JPEG or a PNG, empty where there is none."""
    if data.startswith(b"\xff\xd8\xff"):
        found = [p[4:] for marker, p in _segments(data) if marker == 0xE1 and p[4:8] == b"Exif"]
    else:
        found = [part[8:-4] for name, part in _chunks(data) if name == b"eXIf"]
    return found[0] if found else b""


def _is_metadata(marker: int, part: bytes) -> bool:
    # Two of the applications' segments say how colours are stored: JFIF and Adobe, where whole.
    colours = marker in (0xE0, 0xEE) and len(part) >= 16
    return marker == 0xFE or (0xE0 <= marker <= 0xEF and not colours)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the segments of a JPEG with their markers; the last one is the scan and all after."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], struct.unpack_from(">H", data, place + 2)[0]
        if marker == 0xDA:
            break
        if marker == 0xFF:  # a byte that fills
            place += 1
            continue
        yield marker, data[place : place + 2 + length]
        place += 2 + length
    yield 0xDA, data[place:]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG with their names."""
    place = 8
    while place + 12 <= len(data):
        length = struct.unpack_from(">I", data, place)[0]
        yield data[place + 4 : place + 8], data[place : place + 12 + length]
        place += 12 + length


# Sentences


def _system_problem(error: OSError) -> PhotoError:
    if isinstance(error, PermissionError):
        return PhotoError("may not be read: change its rights, or those of its folder.")
    return PhotoError(f"cannot be read ({error.strerror}): check the name and the disk.")


def _problem(path: Path, error: Exception) -> PhotoError:
    """Return what is true of a file that Pillow could not read."""
    if isinstance(error, MemoryError):
        return PhotoError(
            "needs more memory than there is, or is damaged: save it smaller, or replace it."
        )
    if isinstance(error, Image.DecompressionBombError):
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        return _too_large(int(pixels[1]) if pixels else None, _limit())
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if kind := unreadable_kind(head):
        return PhotoError(f"is {kind}, which Pillow cannot read: export it as JPEG.")
    name, advice = kind_of(head)
    if name and name != AVIF:
        return PhotoError(f"is not an image, but {name}: {advice} it.")
    if advice or not isinstance(error, Image.UnidentifiedImageError):
        return PhotoError(f"is cut short or damaged{_detail(error)}: replace it.")
    return PhotoError("is not an image that Pillow can read: remove it.")


def _detail(error: Exception) -> str:
    """Return what Pillow says of the damage where that is said to people."""
    said = str(error).splitlines()
    if isinstance(error, Image.UnidentifiedImageError) or not said:
        return ""
    return f" ({said[0].rstrip('.')})" if isinstance(error, OSError | SyntaxError) else ""
