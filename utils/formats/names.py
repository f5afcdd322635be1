"""Names of images: which photo is meant, however captions, lists and folders write its name."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

from utils.formats.table import SUFFIX

# Where photos lie in the folders that people have, compared in lower case. The second is a slip of
# Flickr8k's own archive.
USUAL = ("images", "flicker8k_dataset", "flickr8k_dataset", "flickr30k_images", "flickr30k-images")
USUAL += ("photos", "pictures", "img", "imgs", "train2014", "val2014", "train2017", "val2017")
_DEEPEST = 3  # folders in folders


def match_names(names: Iterable[str], there: Collection[str]) -> dict[str, str]:
    """Return for each name the one of `there` that it means; a name that means none is left out.

    The same name comes first, then the same in Unicode's one form (accents of two characters are
    those of one), then without folders and in lower case, then without the suffix. A name that
    could mean two is left out too.
    """
    known = set(there)
    matched, left = {}, []
    for name in names:
        if name in known:
            matched[name] = name
        else:
            left.append(name)
    if not left:
        return matched
    keys: list[Callable[[str], str]] = [_one_form, _bare, _stem]
    tables = [_by_key(there, key) for key in keys]
    for name in left:
        found = next((table[key(name)] for key, table in zip(keys, tables, strict=True)
                      if key(name) in table), ())  # fmt: skip
        if len(found) == 1:
            matched[name] = found[0]
    return matched


def _by_key(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for name in names:
        table.setdefault(key(name), []).append(name)
    return table


def _one_form(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def _bare(name: str) -> str:
    return _one_form(name).rsplit("/", 1)[-1].casefold()


def _stem(name: str) -> str:
    return SUFFIX.sub("", _bare(name))


def photos_under(folder: Path, suffixes: Sequence[str]) -> list[str]:
    """Return the photos in a folder and the folders in it, as paths from there with `/`, sorted.

    Hidden files and folders, and what macOS adds to archives, are left out.
    """
    found = []
    for place, folders, files in os.walk(folder):
        inside = PurePosixPath(Path(place).relative_to(folder).as_posix())
        deeper = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        folders[:] = sorted(deeper) if len(inside.parts) < _DEEPEST else []
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                found.append(str(inside / name))
    return sorted(found)


def find_photos_of(
    names: Collection[str], places: Sequence[Path], suffixes: Sequence[str]
) -> tuple[Path, dict[str, str]]:
    """Return the folder of the photos, and for each name its photo as a path from there.

    `places`: the folders that may hold them, the likeliest first; the first that has all of them
    is taken, else the one that has most. Names without a photo are left out. Raises
    `FileNotFoundError` where no photo is found: a missing name, and where there are photos.
    """
    best: tuple[Path, dict[str, str]] = (places[0], {})
    for place in places:
        matched = match_names(names, photos_under(place, suffixes))
        if len(matched) > len(best[1]):
            best = place, matched
        if len(matched) == len(names):
            break
    place, matched = best
    if not matched:
        raise FileNotFoundError(_none_found(names, places, suffixes))
    folders = {PurePosixPath(photo).parent for photo in matched.values()}
    shared = PurePosixPath(os.path.commonpath(folders))
    inside = {
        name: str(PurePosixPath(photo).relative_to(shared)) for name, photo in matched.items()
    }
    return place / shared, inside


def usual_places(folder: Path) -> list[Path]:
    """Return where the photos of a folder may lie: in its folders of usual names, or anywhere."""
    if not folder.is_dir():
        return [folder]
    named = [path for path in sorted(folder.iterdir()) if path.name.lower() in USUAL]
    named = sorted(named, key=lambda path: USUAL.index(path.name.lower()))
    return [*(path for path in named if path.is_dir()), folder]


def _none_found(names: Collection[str], places: Sequence[Path], suffixes: Sequence[str]) -> str:
    first = next(iter(names))
    start = (
        f"None of the {len(names):,} captioned images is in {places[0]} (there is no {first}): "
        "check that the names in the captions file are those of the photos, with their suffix."
    )
    for place in places:
        photos = photos_under(place, suffixes)
        if photos:
            where = (place / photos[0]).parent
            return f"{start} There are photos in {where}, such as {PurePosixPath(photos[0]).name}."
    return f"{start} No photos were found there, nor in the folders in it."
