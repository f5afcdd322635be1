"""What a file is by its content, whatever its name says: a photo, a raw file, a video, a web page.

Sources: the lists of signatures at https://www.garykessler.net/library/file_sigs.html and of brands
at https://mp4ra.org/registered-types/brands; TIFF 6.0 and the DNG specification 1.6 for raw files.
"""

from __future__ import annotations

import re
import struct

from PIL import features

AVIF = "an AVIF photo"
HEAD = 4096  # bytes of a file that `kind_of` needs
# Bytes at a place -> what the file is, to follow "is". Pillow reads none of these.
EXPORTABLE = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (0, b"\xff\x0a", "a JPEG XL photo"),
    (4, b"JXL \r\n\x87\n", "a JPEG XL photo"),
    (0, b"II\xbc\x01", "a JPEG XR photo"),
    (0, b"BPG\xfb", "a BPG photo"),
    (0, b"8BPS\x00\x02", "a large Photoshop file (PSB)"),
    (0, b"gimp xcf", "a GIMP file (XCF)"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"\x89HDF\r\n\x1a\n", "a file of data (HDF5)"),
    (0, b"GRIB", "a file of weather data (GRIB)"),
    (0, b"BUFR", "a file of weather data (BUFR)"),
    (0, b"#?R", "a Radiance HDR picture"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (40, b" EMF", "a Windows metafile"),
    (128, b"DICM", "a DICOM picture"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file (RAF)"),
    (0, b"IIRO", "a camera's raw file (ORF)"),
    (0, b"IIRS", "a camera's raw file (ORF)"),
    (0, b"MMOR", "a camera's raw file (ORF)"),
    (0, b"IIU\x00", "a camera's raw file (RW2)"),
    (0, b"FOVb", "a camera's raw file (X3F)"),
    (0, b"\x00MRM", "a camera's raw file (MRW)"),
    (0, b"II\x1a\x00\x00\x00HEAPCCDR", "a camera's raw file (CRW)"),
    (8, b"AVI LIST", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"FLV\x01", "a video"),
    (0, b"\x00\x00\x01\xba", "a video"),
    (0, b"\x00\x00\x01\xb3", "a video"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "a video"),
    *((4, box, "a video") for box in (b"moov", b"mdat", b"wide", b"pnot", b"skip")),
)
WORTHLESS = (
    (0, b"version https://git-lfs.github.com", "a pointer of Git LFS (`git lfs pull` gets it)"),
    (0, b"\x00\x05\x16\x07", "a file that macOS writes beside others"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (0, b"ID3", "a sound"),
    (0, b"OggS", "a sound"),
    (0, b"fLaC", "a sound"),
    (8, b"WAVEfmt", "a sound"),
    (0, b"\x7fELF", "a program"),
    (0, b"SQLite format 3", "a database"),
)
# Formats that Pillow reads: a file that begins so and cannot be read is damaged.
KNOWN = (
    *((0, start) for start in (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")),
    *((0, start) for start in (b"II+\x00", b"MM\x00+", b"8BPS\x00\x01", b"\xff\x4f\xff\x51")),
    *((8, b"WEBP"), (4, b"jP  \r\n\x87\n"), (0, b"qoif"), (0, b"icns"), (0, b"\x00\x00\x01\x00")),
)
# The brands in the `ftyp` box of a file, by which its kind is known.
BRANDS = (
    ((b"avif", b"avis"), AVIF),
    ((b"crx ",), "a camera's raw file (CR3)"),
    ((b"hei", b"hev", b"mif1", b"msf1"), "a HEIC photo"),
    ((b"M4A ", b"M4B ", b"M4P "), "a sound"),
)
SUB_FILE, PHOTOMETRIC, MAKE, SUB_IFDS, DNG = 254, 262, 271, 330, 50706
SENSOR = (32803, 34892)  # the photometric interpretation of what a sensor measured
RAW_SUFFIXES = {"NIKON": "NEF", "SONY": "ARW", "PENTAX": "PEF", "SAMSUNG": "SRW"}


def kind_of(head: bytes) -> tuple[str, str]:
    """Return what a file is, by its first `HEAD` bytes, and what to do with it; else two "".

    What to do is "export" where the file holds a picture that Pillow cannot read, "remove" where
    it holds none, and "replace" where it should be read, and is not.
    """
    for place, start, name in EXPORTABLE:
        if head[place:].startswith(start):
            return name, "export"
    if head[4:8] == b"ftyp":
        name = _brand(head)
        return name, "remove" if name == "a sound" else "export"
    if name := raw_kind(head):
        return name, "export"
    if any(head[place:].startswith(start) for place, start in KNOWN):
        return "", "replace"
    for place, start, name in WORTHLESS:
        if head[place:].startswith(start):
            return name, "remove"
    return _written(head)


def unreadable_kind(head: bytes) -> str:
    """Return what a file is that holds a picture in a format which Pillow here lacks, or ""."""
    name, advice = kind_of(head)
    lacks = advice == "export" and not (name == AVIF and features.check("avif"))
    return name if lacks else ""


def _brand(head: bytes) -> str:
    size = int.from_bytes(head[:4], "big")
    brands = re.findall(b"(?s).{4}", head[8 : max(min(size, 256), 12)])
    for starts, name in BRANDS:
        if any(brand.startswith(starts) for brand in brands):
            return name
    return "a video"


def raw_kind(head: bytes) -> str:
    """Return which camera's raw file it is, or "". It is a TIFF that begins with a small preview.

    Pillow would open the preview, a stamp of 160 x 120 pixels, or the bare sensor's values.
    """
    if head[8:10] == b"CR" and head.startswith(b"II*\x00"):
        return "a camera's raw file (CR2)"
    tags = tags_of(head)
    if DNG in tags:
        return "a camera's raw file (DNG)"
    preview = tags.get(SUB_FILE, 0) & 1 and (SUB_IFDS in tags or MAKE in tags)
    if preview or tags.get(PHOTOMETRIC) in SENSOR:
        make = head[tags[MAKE] :][:8].upper() if MAKE in tags else b""
        kinds = [end for name, end in RAW_SUFFIXES.items() if make.startswith(name.encode())]
        return f"a camera's raw file ({kinds[0]})" if kinds else "a camera's raw file"
    return ""


def tags_of(tiff: bytes) -> dict[int, int]:
    """Return the tags of the first directory of a TIFF, which EXIF is too: tag -> its number.

    A text, a fraction or several numbers do not fit in the directory: where they lie is given for
    them. What is damaged is left out, and does not hide the rest.
    """
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return {}
    tags: dict[int, int] = {}
    (place,) = struct.unpack_from(f"{order}I", tiff, 4)
    count = int.from_bytes(tiff[place : place + 2], "little" if order == "<" else "big")
    for entry in range(place + 2, min(place + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _ = struct.unpack_from(f"{order}HHI", tiff, entry)
        width = {1: "B", 3: "H"}.get(kind, "I")
        tags.setdefault(tag, struct.unpack_from(order + width, tiff, entry + 8)[0])
    return tags


def _written(head: bytes) -> tuple[str, str]:
    """Return what a text is: a drawing in SVG, a web page, or any other."""
    if not head:
        return "an empty file", "replace"
    if not any(head):
        return "a file of zeros, of a copy that never ended", "replace"
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if utf16 else "utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    if re.search(r"<(\w+:)?svg[\s>]", text):
        return "a drawing in SVG", "export"
    if re.match(r"(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype html|html|head|body)", text, re.S):
        return "a web page (HTML)", "remove"
    controls = sum(ord(sign) < 32 and sign not in "\t\r\n\f\x1b" for sign in text)
    if controls or text.count("\ufffd") > len(text) / 20 + 1:
        return "", ""
    return "text", "remove"
