"""A captions file in any of the formats that the course reads, recognised by what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from utils.formats.json_captions import read_json_captions
from utils.formats.markers import without_markers
from utils.formats.table import OWN, READ, Entry, read_table
from utils.formats.text import read_text
from utils.formats.web_text import mended

__all__ = ["OWN", "CaptionsFile", "find_captions_file", "read_captions_file"]

# What people call the splits -> what the course calls them. "restval" is Karpathy's: more of train.
_SPLITS = {
    "train": "train",
    "training": "train",
    "restval": "train",
    "test": "test",
    "testing": "test",
} | dict.fromkeys(("val", "valid", "validation", "dev", "eval"), "dev")
# The names that captions files have, the course's own first.
_KNOWN = ("captions.txt", "captions.csv", "captions.tsv", "captions.json", "captions.jsonl")
_KNOWN += ("Flickr8k.token.txt", "results.csv", "results_20130124.token")
_KNOWN += ("dataset_flickr8k.json", "dataset_flickr30k.json", "dataset_coco.json")
_PACKED = (".xlsx", ".xls", ".ods", ".zip", ".gz", ".parquet", ".docx", ".rtf", ".pdf")
_SUFFIXES = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".token")


@dataclass(frozen=True)
class CaptionsFile:
    """What a captions file holds.

    `kind`: what the format is called. `captions`: image name -> its captions as written, without
    markers. `splits`: split -> image names, empty where the file names none. `notes`: sentences on
    what was taken off or left out.
    """

    path: Path
    kind: str
    captions: dict[str, list[str]]
    splits: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return a sentence on the file."""
        count = sum(map(len, self.captions.values()))
        sizes = ", ".join(f"{len(images):,} {split}" for split, images in self.splits.items())
        return (
            f"{self.path.name} is {self.kind}: {len(self.captions):,} images, {count:,} captions, "
            + (f"splits of {sizes} images." if sizes else "no splits.")
        )


def read_captions_file(path: Path) -> CaptionsFile:
    """Read a captions file in any of the formats.

    Raises `FileNotFoundError` where there is none, `ValueError` with a sentence where it cannot be
    read, `OSError` where it may not.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no captions file at {path}: check the folder's name.")
    text = read_text(path)
    read = read_json_captions if text.lstrip()[:1] in ("{", "[") else read_table
    kind, entries = read(path, text)
    empty = [entry for entry in entries if not entry[0]]
    if empty or not entries:
        raise ValueError(f"{path} holds no captions: it needs a row `image,caption` for each.")
    _demand_text(path, entries)
    entries, notes = without_markers(entries, path)
    entries, of_text = mended(entries)
    notes += of_text
    captions: dict[str, list[str]] = {}
    for image, caption, _ in entries:
        captions.setdefault(image, []).append(caption)
    return CaptionsFile(path, kind, captions, _splits(path, entries), notes)


def _demand_text(path: Path, entries: Sequence[Entry]) -> None:
    for image, caption, _ in entries:
        try:
            (image + caption).encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{path}: a caption of {image!a} holds half a character, which cannot be "
                f"written: mend {ascii(caption)[:60]}."
            ) from error


def _splits(path: Path, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Return the images of each split that the file names, each once."""
    owner: dict[str, str] = {}
    for image, _, named in entries:
        split = _SPLITS.get(named.strip().lower(), "" if not named.strip() else None)
        if split is None:
            raise ValueError(
                f"{path} puts {image} in the split {named[:40]!r}: the course knows train, "
                "restval (more of train), val or dev, and test."
            )
        if owner.setdefault(image, split) != split:
            raise ValueError(
                f"{path} has {image} in {owner[image] or 'no split'} and in {split or 'no split'}: "
                "an image in two splits makes every score worthless; give it one."
            )
    splits: dict[str, list[str]] = {}
    for split in ("train", "dev", "test"):
        images = [image for image, its in owner.items() if its == split]
        if images:
            splits[split] = images
    return splits


def find_captions_file(folder: Path) -> Path:
    """Return the captions file of a folder: one of the usual names, else the one that can be read.

    Raises `FileNotFoundError` where there is none, `ValueError` where there are several.
    """
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    # Flickr8k's own archives unpack to a folder of photos and one of texts.
    for place in (folder, *inside):
        there = [place / name for name in _KNOWN if (place / name).is_file()]
        if there:
            return there[0] if len(there) == 1 else _the_one_that_can_be_read(folder, there)
    tried = {
        path: _why_not(path)
        for place in (folder, folder / "annotations")
        if place.is_dir()
        for path in sorted(place.iterdir())
        if path.suffix.lower() in _SUFFIXES
    }
    found = [path for path, reason in tried.items() if not reason]
    if found:
        return _only(folder, found)
    likely = [path for path in sorted(folder.iterdir()) if _is_called_so(path)]
    if likely:
        reason = tried.get(likely[0]) or _why_not(likely[0])
        raise FileNotFoundError(f"There is no captions file in {folder} that can be read: {reason}")
    raise FileNotFoundError(
        f"There is no captions file in {folder}: put one there as captions.txt, "
        "with the first line `image,caption` and a row for each caption. "
        f"The course reads {READ}."
    )


def _the_one_that_can_be_read(folder: Path, named: Sequence[Path]) -> Path:
    """Return the one of several files with usual names that can be read, the first where none can.

    Raises `ValueError` where several can.
    """
    return _only(folder, [path for path in named if not _why_not(path)] or named[:1])


def _only(folder: Path, found: Sequence[Path]) -> Path:
    if len(found) > 1:
        names = ", ".join(path.name for path in found[:5])
        raise ValueError(f"{folder} has several captions files ({names}): name one by --captions.")
    return found[0]


def _why_not(path: Path) -> str:
    """Return why a file cannot be read as captions, "" where it can."""
    try:
        read_captions_file(path)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _is_called_so(path: Path) -> bool:
    """Return whether a file is called as one of captions, or is the table of somebody."""
    if not path.is_file() or path.name.startswith("."):
        return False
    suffix, named = path.suffix.lower(), "caption" in path.name.lower()
    return suffix in (".csv", ".tsv", ".jsonl") or (named and suffix in (*_SUFFIXES, *_PACKED))
