"""Names of images: which photo is meant, however captions, lists and folders write its name."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from utils.formats.table import SUFFIX
from utils.support.photo_files import foreign_kind

# Where photos lie in the folders that people have, compared in lower case. The second is a slip of
# Flickr8k's own archive.
USUAL = ("images", "flicker8k_dataset", "flickr8k_dataset", "flickr30k_images", "flickr30k-images")
USUAL += ("photos", "pictures", "img", "imgs", "train2014", "val2014", "train2017", "val2017")
_DEEPEST = 3  # folders in folders


def match_names(names: Iterable[str], there: Collection[str]) -> dict[str, str]:
    """Return for each name the one of `there` that it means; a name that means none is left out.

    The same name comes first, then the same in Unicode's one form (accents of two characters are
    those of one), then without folders and in lower case, then without the suffix, then without
    what addresses in the web have. A name that could mean two is left out too.
    """
    found = _meant(names, there)
    return {name: photos[0] for name, photos in found.items() if len(photos) == 1}


def _meant(names: Iterable[str], there: Collection[str]) -> dict[str, list[str]]:
    """Return for each name all of `there` that it could mean."""
    known = set(there)
    meant, left = {}, []
    for name in names:
        if name in known:
            meant[name] = [name]
        else:
            left.append(name)
    if not left:
        return meant
    keys: list[Callable[[str], str]] = [_one_form, _bare, _stem, _linked]
    tables = [_by_key(there, key) for key in keys]
    for name in left:
        meant[name] = next((table[key(name)] for key, table in zip(keys, tables, strict=True)
                            if key(name) in table), [])  # fmt: skip
    return meant


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


def _linked(name: str) -> str:
    """Return the name that an address means: `https://x.org/a%20dog.jpg?size=3` is `a dog`."""
    return _stem(unquote(name.split("?")[0]))


def unfound_notes(names: Collection[str], folder: Path, suffixes: Sequence[str]) -> list[str]:
    """Return sentences on names of images that `match_names` gives no photo in a folder."""
    files = _files_under(folder)
    photos = [name for name in files if Path(name).suffix.lower() in suffixes]
    notes, left = [], dict.fromkeys(names)
    twice = {name: found for name, found in _meant(names, photos).items() if len(found) > 1}
    if twice:
        name, found = next(iter(twice.items()))
        notes.append(
            f"{len(twice):,} names could mean several photos ({name}: {found[0]} or {found[1]}); "
            "they are left out. Write their folder or their suffix too."
        )
    others = match_names([name for name in left if name not in twice], set(files) - set(photos))
    kinds = {name: foreign_kind(folder / file) for name, file in others.items()}
    foreign = {name: kind for name, kind in kinds.items() if kind}
    if foreign:
        name, kind = next(iter(foreign.items()))
        notes.append(
            f"{len(foreign):,} captioned images are in a format that Pillow cannot read (the first "
            f"is {name}, {kind}); they are left out. Export them as JPEG."
        )
    absent = [name for name in left if name not in twice and name not in foreign]
    if absent:
        notes.append(
            f"{len(absent)} captioned images have no photo in {folder} (the first is "
            f"{absent[0]}); they are left out."
        )
    return notes


def photos_under(folder: Path, suffixes: Sequence[str]) -> list[str]:
    """Return the photos in a folder and the folders in it, as paths from there with `/`, sorted.

    Hidden files and folders, and what macOS adds to archives, are left out.
    """
    return [name for name in _files_under(folder) if Path(name).suffix.lower() in suffixes]


def _files_under(folder: Path) -> list[str]:
    found = []

    def tell(error: OSError) -> None:
        if isinstance(error, PermissionError):
            if Path(error.filename) == folder:
                raise error
            _tell_left_out(error.filename)  # one folder never stops the others

    for place, folders, files in os.walk(folder, onerror=tell):
        inside = PurePosixPath(Path(place).relative_to(folder).as_posix())
        deeper = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        folders[:] = sorted(deeper) if len(inside.parts) < _DEEPEST else []
        found += [str(inside / name) for name in files if not name.startswith(".")]
    return sorted(found)


@cache
def _tell_left_out(folder: str) -> None:
    """Say once that a folder is left out."""
    print(f"{folder} may not be read and is left out: change its rights.", file=sys.stderr)


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
        notes = unfound_notes(names, place, suffixes)
        if len(notes) > 1 or "no photo" not in notes[0]:
            return f"None of the {len(names):,} captioned images can be used. {notes[0]}"
        photos = photos_under(place, suffixes)
        if photos:
            where = (place / photos[0]).parent
            return f"{start} There are photos in {where}, such as {PurePosixPath(photos[0]).name}."
    return f"{start} No photos were found there, nor in the folders in it."
