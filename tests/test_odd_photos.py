"""Photo files as people have them: odd metadata, other formats, damage, pipes, missing rights."""

import io
import os
import shutil
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from mutated_photos import FORMATS, mutated
from PIL import Image

from utils.features import extract_features
from utils.images import inspect_photos, load_image, open_photo
from utils.support import photo_files, photo_modes
from utils.support.photo_files import PhotoError, foreign_kind
from utils.support.photo_kinds import kind_of

RED, GREEN = (200, 30, 20), (30, 160, 40)
NOT_READ = "which Pillow cannot read: export it as JPEG."
UPRIGHT = (40, 60)  # what a photo of 60 x 40 is, once it is turned

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")


def halves(width=60, height=40):
    """A photo that is red on the left and green on the right."""
    photo = Image.new("RGB", (width, height), RED)
    photo.paste(GREEN, (width // 2, 0, width, height))
    return photo


def saved(image, kind, **settings):
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def problem(path):
    """Return what is said of a photo after its path, by all three that read photos."""
    with pytest.raises(ValueError) as told:
        open_photo(path)
    assert str(told.value).startswith(f"{path} ")
    for read in (lambda: inspect_photos([path]), lambda: extract_features([path], cache=False)):
        with pytest.raises(ValueError) as again:
            read()
        assert str(again.value) == str(told.value)
    return str(told.value).removeprefix(f"{path} ")


def demand_turned(path):
    """Demand that a photo of halves, stored for orientation 6, is turned: red above green."""
    photo = open_photo(path)
    assert photo.size == UPRIGHT
    top, bottom = photo.getpixel((20, 5)), photo.getpixel((20, 55))
    assert (
        np.abs(np.subtract(top, RED)).max() < 40 and np.abs(np.subtract(bottom, GREEN)).max() < 40
    )
    assert len(inspect_photos([path])[0]) == 64


# Metadata ---------------------------------------------------------------------------------------

SIX = (0x0112, 3, 1, struct.pack("<HH", 6, 0))


def exif(*entries):
    """Return EXIF written by hand, so that it may hold what no library would write."""
    rows = sorted([*entries, SIX])
    body = b"".join(struct.pack("<HHI", *row[:3]) + row[3] for row in rows)
    return b"II*\x00" + struct.pack("<IH", 8, len(rows)) + body + bytes(4)


def place(number):
    return struct.pack("<I", number)


ODD_EXIF = {
    "nothing else": exif(),
    "a unit that is a text": exif((0x0128, 2, 4, b"two\x00")),
    "a text beyond the end": exif((0x010F, 2, 500, place(99_999))),
    "a fraction beyond the end": exif((0x011A, 5, 1, place(2**31))),
    "an unknown type": exif((0x010E, 99, 1, b"abcd")),
    "a count of four billion": exif((0x0100, 4, 2**32 - 1, place(8))),
    "a directory that is itself": exif((0x8769, 4, 1, place(8))),
    "a directory nowhere": exif((0x8825, 4, 1, place(2**31))),
    "a text for a directory": exif((0x8769, 2, 4, b"gps\x00")),
    "nothing in a text": exif((0x0131, 2, 0, bytes(4))),
    "an orientation of four bytes": exif().replace(
        struct.pack("<HHI", 0x0112, 3, 1), struct.pack("<HHI", 0x0112, 4, 1)
    ),
    "cut at the end": exif()[:-4],
    "more entries than there are": exif().replace(struct.pack("<IH", 8, 1), b"\x08\0\0\0\xff\0"),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("odd", ODD_EXIF)
def test_a_photo_is_turned_by_its_tag_whatever_else_the_exif_holds(tmp_path, kind, odd):
    data = ODD_EXIF[odd]
    photo = saved(halves(), kind, exif=data if kind == "PNG" else b"Exif\x00\x00" + data)
    demand_turned(written(tmp_path, "photo", photo))


@pytest.mark.parametrize("junk", [b"", b"Exif", b"II*\x00", b"II*\x00\xff\xff\xff\xff", bytes(50)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_that_is_none_is_not_missed(tmp_path, kind, junk):
    path = written(tmp_path, "photo", saved(halves(), kind, exif=junk))
    assert open_photo(path).size == (60, 40)


@pytest.mark.parametrize("value", [0, 1, 9, 255, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path, value):
    data = exif().replace(struct.pack("<HH", 6, 0), struct.pack("<HH", value, 0))
    path = written(tmp_path, "photo.jpg", saved(halves(), "JPEG", exif=b"Exif\x00\x00" + data))
    assert open_photo(path).size == (60, 40)


def test_a_tiff_is_turned_once(tmp_path):
    photo = halves()
    made = photo.getexif()
    made[0x0112] = 6
    demand_turned(written(tmp_path, "photo.tif", saved(photo, "TIFF", exif=made)))


def chunk(name, data, damaged=False):
    check = zlib.crc32(name + data) ^ damaged
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


LONG_TEXT = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(3_000_000)))
PNG_CHUNKS = {
    "3 MB of text": LONG_TEXT,
    "80 MB of text": LONG_TEXT * 27,
    "a damaged text": chunk(b"tEXt", b"Comment\x00text", damaged=True),
    "a text of another compression": chunk(b"zTXt", b"Comment\x00\x09text"),
    "a damaged profile": chunk(b"iCCP", b"icc\x00\x00" + b"nothing that is compressed"),
    "a profile without an end": chunk(b"iCCP", b"icc"),
    "a short resolution": chunk(b"pHYs", b"\x00"),
    "a short gamma": chunk(b"gAMA", b"\x00"),
    "short chromaticities": chunk(b"cHRM", b"\x00" * 7),
    "an animation that is none": chunk(b"acTL", b"\x00" * 8),
    "a frame before its time": chunk(b"fcTL", b"\x00" * 3),
    "a chunk of one's own": chunk(b"prVt", b"anything", damaged=True),
}


@pytest.mark.parametrize("odd", PNG_CHUNKS)
@pytest.mark.parametrize("at_end", [False, True])
def test_metadata_of_a_png_does_not_stop_it(tmp_path, odd, at_end):
    data = saved(halves(), "PNG", exif=exif())
    # After the header, which has 33 bytes and the tag's chunk behind it; or before the end.
    cut = len(data) - 12 if at_end else data.index(b"IDAT") - 4
    path = written(tmp_path, "photo.png", data[:cut] + PNG_CHUNKS[odd] + data[cut:])
    demand_turned(path)


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


JPEG_SEGMENTS = {
    "a short profile": segment(0xE2, b"ICC_PROFILE\x00"),
    "a profile of zeros": segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + bytes(300)),
    "several pictures, damaged": segment(0xE2, b"MPF\x00II*\x00" + bytes(3)),
    "several pictures, of which none is there": segment(
        0xE2, b"MPF\x00" + exif((0xB001, 4, 1, place(9)), (0xB002, 7, 160, place(2**30)))
    ),
    "Photoshop's, cut": segment(0xED, b"Photoshop 3.0\x008BIM\x03\xed\x00\x00\x00\x00\x00\x10"),
    "a short JFIF": segment(0xE0, b"JFIF"),
    "a short Adobe": segment(0xEE, b"Adobe"),
    "an empty one": segment(0xE5, b""),
    "a comment that is no text": segment(0xFE, bytes(range(256))),
    "XMP cut": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta"),
    "EXIF a second time": segment(0xE1, b"Exif\x00\x00II*\x00\xff"),
}


@pytest.mark.parametrize("odd", JPEG_SEGMENTS)
def test_metadata_of_a_jpeg_does_not_stop_it(tmp_path, odd):
    data = saved(halves(), "JPEG", quality=95)
    first = segment(0xE1, b"Exif\x00\x00" + exif())
    path = written(tmp_path, "photo.jpg", data[:2] + first + JPEG_SEGMENTS[odd] + data[2:])
    demand_turned(path)


# What it is -------------------------------------------------------------------------------------


def box(*brands):
    return struct.pack(">I", 8 + 4 * len(brands)) + b"ftyp" + b"".join(brands) + bytes(60)


def tiff(*entries, make=b""):
    """Return a TIFF whose first directory has these entries, and the maker's name behind it."""
    rows = sorted([*entries, *([(271, 2, len(make), None)] if make else [])])
    behind = struct.pack("<I", 8 + 2 + 12 * len(rows) + 4)
    body = b"".join(struct.pack("<HHI", *row[:3]) + (row[3] or behind) for row in rows)
    return b"II*\x00" + struct.pack("<IH", 8, len(rows)) + body + bytes(4) + make + bytes(200)


PREVIEW = (254, 4, 1, place(1))
FOREIGN = {
    "a HEIC photo": [
        box(b"heic", bytes(4), b"mif1", b"heic"), box(b"mif1", bytes(4), b"heic"), box(b"hevc"),
    ],
    "a camera's raw file (CR3)": [box(b"crx ", bytes(4), b"crx ", b"isom")],
    "a camera's raw file (CR2)": [b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(90)],
    "a camera's raw file (DNG)": [tiff(PREVIEW, (50706, 1, 4, b"\x01\x04\x00\x00"))],
    "a camera's raw file (NEF)": [
        tiff(PREVIEW, (330, 4, 2, place(400)), make=b"NIKON CORPORATION\x00")
    ],
    "a camera's raw file (ARW)": [tiff(PREVIEW, make=b"SONY\x00")],
    "a camera's raw file": [tiff((262, 3, 1, place(32803)))],
    "a camera's raw file (RAF)": [b"FUJIFILMCCD-RAW 0201"],
    "a camera's raw file (ORF)": [b"IIRO\x08\x00\x00\x00" + bytes(40)],
    "a JPEG XL photo": [b"\xff\x0a\xfa\x1f", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(9)],
    "a drawing in SVG": [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg>\n<svg:svg width="9">',
        '<?xml version="1.0" encoding="utf-16"?><svg>'.encode("utf-16"),
    ],
    "a PDF document": [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"],
    "a video": [
        box(b"isom", bytes(4), b"mp42"), box(b"qt  "), b"RIFF\x00\x01\x00\x00AVI LIST",
        b"\x1aE\xdf\xa3" + bytes(20), b"\0\0\0\x08wide\0\0\x10\0mdat", b"\x00\x00\x01\xba!",
    ],
    "a large Photoshop file (PSB)": [b"8BPS\x00\x02" + bytes(40)],
    "an OpenEXR picture": [b"v/1\x01\x02\x00"],
}  # fmt: skip
WORTHLESS = {
    "an empty file": [b""],
    "a file of zeros, of a copy that never ended": [bytes(5000)],
    "a web page (HTML)": [
        b"<html>404</html>", b"\n <!DOCTYPE HTML PUBLIC>", b"<!-- x --><head><title>403",
        b'<?xml version="1.0"?><!DOCTYPE html>', "<html>nicht da</html>".encode("utf-16"),
    ],
    "text": [
        b"image,caption\n", b'{"error": "not found"}', "Grüße".encode(), b"<Error>AccessDenied",
        "Grüße aus dem Süden, und viel mehr als das".encode("latin-1"),
    ],
    "a pointer of Git LFS (`git lfs pull` gets it)": [
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    ],
    "a zip archive": [b"PK\x03\x04" + bytes(30)],
    "a sound": [b"ID3\x04" + bytes(9), box(b"M4A ")],
}  # fmt: skip


@pytest.mark.parametrize("name", ["photo.jpg", "PHOTO.HEIC", "photo"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_format_that_pillow_lacks_is_named_by_content(tmp_path, kind, name):
    for data in FOREIGN[kind]:
        path = written(tmp_path, name, data)
        assert problem(path) == f"is {kind}, {NOT_READ}"
        assert foreign_kind(path) == kind


@pytest.mark.parametrize("kind", WORTHLESS)
def test_what_is_no_image_is_named_by_content(tmp_path, kind):
    for data in WORTHLESS[kind]:
        path = written(tmp_path, "photo.jpg", data)
        said = problem(path)
        assert said.startswith(f"is not an image, but {kind}: "), data
        assert said.endswith((": remove it.", ": replace it.")) and foreign_kind(path) == ""


def test_postscript_starts_no_other_program(tmp_path):
    path = written(tmp_path, "photo.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert problem(path) == "is a PostScript file, which is not opened: export it as JPEG."


def test_a_whole_avif_is_read_and_a_damaged_one_is_damaged(tmp_path):
    data = saved(halves(), "AVIF", exif=exif((0x0128, 3, 1, place(2))))
    demand_turned(written(tmp_path, "photo.avif", data))
    bad = written(tmp_path, "bad.avif", data[: len(data) // 2])
    assert problem(bad).startswith("is cut short or damaged") and foreign_kind(bad) == ""


def test_an_avif_where_pillow_has_no_avif(tmp_path, monkeypatch):
    monkeypatch.setattr("PIL.AvifImagePlugin.SUPPORTED", False)
    monkeypatch.setattr("utils.support.photo_kinds.features.check", lambda name: False)
    path = written(tmp_path, "photo.avif", saved(halves(), "PNG").replace(b"\x89PNG", b"\x00" * 4))
    path.write_bytes(box(b"avif", bytes(4), b"avif", b"mif1"))
    assert problem(path) == f"is an AVIF photo, {NOT_READ}" and foreign_kind(path)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG", "GIF", "WEBP", "BMP", "JPEG2000", "ICO"])
def test_what_pillow_reads_is_not_taken_for_another_format(tmp_path, kind):
    data = saved(halves(64, 64), kind)
    assert kind_of(data)[0] == "" and foreign_kind(written(tmp_path, "photo", data)) == ""
    open_photo(tmp_path / "photo")


# Size -------------------------------------------------------------------------------------------


@pytest.fixture
def low_limit(monkeypatch):
    """Let photos of more than 2 megapixels be too large."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)


def test_what_is_too_large_is_told_with_the_limit(tmp_path, low_limit):
    path = written(tmp_path, "photo.png", saved(halves(3000, 2000), "PNG"))
    assert problem(path) == (
        "is too large: it has 6 megapixels, and the limit is 2. Save it with fewer pixels."
    )
    path.write_bytes(saved(halves(3000, 2000), "JPEG", progressive=True))
    assert problem(path).startswith("is too large: it has 6 megapixels, and the limit is 2.")


def test_a_jpeg_of_too_many_pixels_is_decoded_smaller(tmp_path, low_limit, monkeypatch):
    path = written(tmp_path, "photo.jpg", saved(halves(4000, 2000), "JPEG"))
    photo = open_photo(path)
    assert photo.size == (1000, 500)
    assert np.abs(np.subtract(photo.getpixel((200, 200)), RED)).max() < 12
    monkeypatch.setattr(photo_files, "LARGEST_JPEG", 5_000_000)
    assert problem(path).startswith("is too large: it has 8 megapixels, and the limit is 5.")


def test_a_small_file_that_claims_to_be_huge_is_told_at_once(tmp_path):
    data = saved(halves(), "BMP")
    huge = data[:18] + struct.pack("<ii", 2**30, 2**30) + data[26:]
    assert problem(written(tmp_path, "photo.bmp", huge)).startswith(
        "is too large: it has 1,152,921,504,607 megap"
    )


def test_a_jpeg_2000_has_a_limit_of_its_own(tmp_path, monkeypatch):
    path = written(tmp_path, "photo.jp2", saved(halves(), "JPEG2000"))
    assert open_photo(path).size == (60, 40)
    monkeypatch.setattr(photo_files, "LARGEST_JPEG_2000", 1000)
    assert problem(path).startswith(
        "is too large: it has 0.0024 megapixels, and the limit is 0.001"
    )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "I;16", "F", "CMYK", "1"])
@pytest.mark.parametrize("size", [(300, 200), (900, 3), (2, 700)])
def test_a_very_large_photo_is_made_smaller_piece_by_piece(monkeypatch, mode, size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 4)).astype(np.uint8)
    image = Image.fromarray(pixels)
    if mode in ("I;16", "F"):
        kind = np.uint16 if mode == "I;16" else np.float32
        image = Image.fromarray((pixels[:, :, 0].astype(kind) * 9) + 50)
    elif mode == "P":
        image = image.convert("RGB").quantize(20)
        image.info["transparency"] = 3
    elif mode != "RGBA":
        image = image.convert("RGB").convert(mode)
    whole = photo_modes.in_rgb(image)
    monkeypatch.setattr(photo_modes, "LARGE", 100)
    monkeypatch.setattr(photo_modes, "ENOUGH", 50)
    monkeypatch.setattr(photo_modes, "PIECE", 7)
    small = photo_modes.in_rgb(image)
    factors = tuple(max(side // 50, 1) for side in size)
    assert np.array_equal(np.asarray(small), np.asarray(whole.reduce(factors)))


# Modes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_does_not_count(tmp_path, bad):
    ramp = np.linspace(-5, 20, 90, dtype=np.float32)[None].repeat(60, axis=0)
    clean = np.asarray(open_photo(written(tmp_path, "a", saved(Image.fromarray(ramp), "TIFF"))))
    ramp[10, 3:6] = bad
    found = np.asarray(open_photo(written(tmp_path, "b", saved(Image.fromarray(ramp), "TIFF"))))
    same = np.ones((60, 90), bool)
    same[10, 3:6] = False
    assert (found[same] == clean[same]).all() and np.ptp(clean) == 255
    assert (found[~same] == 0).all()


@pytest.mark.parametrize("kind", [np.float32, np.int32])
@pytest.mark.parametrize("marks", [(-9999,), (2**31 - 1,), (-9999, 2**31 - 1)])
def test_marks_for_missing_data_do_not_count(tmp_path, kind, marks):
    ramp = np.linspace(0, 400, 90).astype(kind)[None].repeat(60, axis=0)
    clean = np.asarray(open_photo(written(tmp_path, "a", saved(Image.fromarray(ramp), "TIFF"))))
    for row, mark in enumerate(marks):
        ramp[row] = mark
    found = np.asarray(open_photo(written(tmp_path, "b", saved(Image.fromarray(ramp), "TIFF"))))
    assert (found[len(marks) :] == clean[len(marks) :]).all() and np.ptp(clean) == 255
    assert [found[row, 0, 0] for row in range(len(marks))] == [255 * (mark > 0) for mark in marks]


def test_small_numbers_are_no_night(tmp_path):
    ramp = np.linspace(0, 0.01, 90, dtype=np.float32)[None].repeat(60, axis=0)
    found = np.asarray(open_photo(written(tmp_path, "a", saved(Image.fromarray(ramp), "TIFF"))))
    assert np.ptp(found) == 255


@pytest.mark.parametrize("start", [b"\x89HDF\r\n\x1a\n", b"GRIB", b"BUFR"])
def test_a_file_of_data_is_called_so(tmp_path, start):
    assert "data" in problem(written(tmp_path, "photo.jpg", start + bytes(200)))


def test_a_photo_without_a_number_is_refused(tmp_path):
    nothing = Image.fromarray(np.full((9, 9), np.nan, np.float32))
    path = written(tmp_path, "photo.tif", saved(nothing, "TIFF"))
    assert problem(path).startswith("has no pixel that is a number")


@pytest.mark.parametrize("value", [0.0, 7.5, 3e38])
def test_one_number_everywhere(tmp_path, value):
    flat = Image.fromarray(np.full((9, 9), value, np.float32))
    assert len(np.unique(open_photo(written(tmp_path, "a.tif", saved(flat, "TIFF"))))) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_extreme_shapes(tmp_path, size, kind):
    path = written(tmp_path, "photo", saved(Image.new("RGB", size, RED), kind))
    for view in ("whole", "bottom-right"):
        pixels = load_image(path, view=view)
        assert pixels.shape == (224, 224, 3)
        assert np.abs(pixels.astype(int) - RED).max() < 20


def test_lab_and_ycbcr(tmp_path):
    lab = Image.new("LAB", (9, 9), (53 * 255 // 100, 80 + 128, 67 + 128))  # the red of sRGB
    photo = open_photo(written(tmp_path, "lab.tif", saved(lab, "TIFF")))
    assert photo.mode == "RGB"
    red, green, blue = photo.getpixel((4, 4))
    assert red > 240 and green < 20 and blue < 20
    for kind in ("TIFF", "JPEG"):
        path = written(tmp_path, "y", saved(halves().convert("YCbCr"), kind))
        assert np.abs(np.subtract(open_photo(path).getpixel((5, 20)), RED)).max() < 12


def test_colours_that_are_multiplied_by_their_transparency():
    image = Image.new("RGBA", (4, 4), (*RED, 128))
    straight = np.asarray(photo_modes.in_rgb(image), int)
    multiplied = np.asarray(photo_modes.in_rgb(image.convert("RGBa")), int)
    assert np.abs(straight - multiplied).max() <= 2 and straight[0, 0, 1] > 100


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_several_frames_or_pages_it_is_the_first(tmp_path, kind):
    first, second = halves(), Image.new("RGB", (60, 40), (0, 0, 255))
    data = saved(first, kind, save_all=True, append_images=[second])
    photo = open_photo(written(tmp_path, "photo", data))
    assert np.abs(np.subtract(photo.getpixel((5, 20)), RED)).max() < 30


# Places and rights ------------------------------------------------------------------------------


def test_pipes_links_and_folders_are_named_and_nothing_waits(tmp_path):
    pipe, link, loop = tmp_path / "pipe.jpg", tmp_path / "link.jpg", tmp_path / "loop.jpg"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "gone.jpg")
    loop.symlink_to(loop)
    assert problem(pipe).startswith("is no file, but a pipe")
    assert problem(link).startswith(f"is a link to {tmp_path / 'gone.jpg'}, which is not there")
    assert "symbolic links" in problem(loop)
    with pytest.raises(FileNotFoundError, match="but a folder: name a file"):
        open_photo(tmp_path)
    with pytest.raises(FileNotFoundError, match="There is no photo at"):
        open_photo(tmp_path / "zero\0.jpg")
    assert "File name too long" in problem(tmp_path / ("a" * 300))
    assert foreign_kind(pipe) == foreign_kind(link) == foreign_kind(tmp_path) == ""


@pytest.fixture
def as_nobody():
    """A folder that anyone may enter, and the rights of nobody: root may read everything."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    was_root = os.geteuid() == 0
    yield folder, (lambda: os.seteuid(65534)) if was_root else (lambda: None)
    if was_root:
        os.seteuid(0)
    for path in folder.iterdir():
        path.chmod(0o700)
    shutil.rmtree(folder)


def test_a_photo_that_may_not_be_read_is_not_called_damaged(as_nobody):
    folder, become_nobody = as_nobody
    photo = written(folder, "photo.jpg", saved(halves(), "JPEG"))
    photo.chmod(0)
    (folder / "inner").mkdir()
    hidden = written(folder / "inner", "photo.jpg", saved(halves(), "JPEG"))
    hidden.parent.chmod(0)
    become_nobody()
    for path in (photo, hidden):
        assert problem(path) == "may not be read: change its rights, or those of its folder."


def test_too_many_open_files_are_not_the_photos_fault(tmp_path, monkeypatch):
    path = written(tmp_path, "photo.jpg", saved(halves(), "JPEG"))

    def refuse(*_, **__):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(photo_files, "decode", refuse)
    monkeypatch.setattr("utils.images.decode", refuse)
    with pytest.raises(OSError, match="Too many open files") as told:
        open_photo(path)
    assert not isinstance(told.value, ValueError)


# Damage -----------------------------------------------------------------------------------------


def test_two_thousand_damaged_files_are_read_or_told(tmp_path):
    path, outcomes = tmp_path / "photo", {}
    for seed in range(2000):
        kind, data = mutated(seed)
        path.write_bytes(data)
        try:
            assert open_photo(path).mode == "RGB"
            outcome = "read"
        except PhotoError as error:
            outcome = "told"
            assert str(error).startswith(f"{path} ") and str(error).endswith("."), seed
            assert "\n" not in str(error), seed
        outcomes[kind, outcome] = outcomes.get((kind, outcome), 0) + 1
    for kind in FORMATS:  # each format has damage that is seen and damage that is not
        assert outcomes[kind, "read"] > 5 and outcomes[kind, "told"] > 50
    assert sum(outcomes.values()) == 2000


def test_a_damaged_file_is_the_same_for_the_same_seed():
    assert mutated(7) == mutated(7) and mutated(7) != mutated(17)
    assert len({mutated(seed)[0] for seed in range(10)}) == 10


def test_all_bad_photos_are_named_before_the_network_starts(tmp_path, monkeypatch):
    monkeypatch.setattr("utils.features.network", None)
    torn = bytearray(saved(Image.effect_noise((60, 60), 90), "PNG"))
    torn[len(torn) // 2] ^= 1  # seen by a checksum, in a file that begins and ends as it should
    names = {
        "torn.png": bytes(torn), "page.jpg": b"<html>404</html>", "phone.jpg": box(b"heic"),
        "empty.png": b"", "good.png": saved(halves(), "PNG"),
    }  # fmt: skip
    paths = [written(tmp_path, name, data) for name, data in names.items()]
    with pytest.raises(ValueError) as told:
        extract_features(paths, cache=False)
    first, *lines = str(told.value).splitlines()
    assert first == "4 photos cannot be used:" and len(lines) == 4
    for name, said in (("torn", "damaged"), ("page", "a web page"), ("phone", "a HEIC photo")):
        assert any(name in line and said in line for line in lines)
