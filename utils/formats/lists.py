"""Lists of images: a name a line, as people write them."""

from __future__ import annotations

from pathlib import Path

from utils.formats.captions_file import CaptionsFile
from utils.formats.table import IMAGE_COLUMNS, SUFFIX, clean_name, named_column
from utils.formats.text import lines_of, read_text

# What a list is called that belongs to a split, in lower case; "Flickr_8k." may stand before it.
ENDS = {
    "train": ("trainimages.txt",),
    "dev": tuple(f"{name}images.txt" for name in ("dev", "val", "valid", "validation")),
    "test": ("testimages.txt",),
    "compositional": ("compositionalimages.txt",),
}


def read_list(path: Path) -> list[str]:
    """Return the names in a list as they stand there, without comments and a header.

    Raises `ValueError` where it is no text in UTF-8, `OSError` where it cannot be read.
    """
    names = [clean_name(line.strip().rstrip(",")) for line in lines_of(read_text(path))]
    names = [name for name in names if name and not (name[0] == "#" and not SUFFIX.search(name))]
    return names[1:] if names and named_column(names[0]) in IMAGE_COLUMNS else names


def lists_in(folder: Path) -> dict[str, list[str]]:
    """Return the names in each list of a folder that is called as those of a split.

    Raises `ValueError` where a split has two lists that differ, and what `read_list` raises.
    """
    if not folder.is_dir():
        return {}
    # macOS adds a hidden file to each file that it copies.
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    lists: dict[str, list[str]] = {}
    for split, ends in ENDS.items():
        found = [path for path in files if path.name.lower().endswith(ends)]
        for path in found:
            names = read_list(path)
            if set(lists.setdefault(split, names)) != set(names):
                raise ValueError(
                    f"{folder} has two lists for {split} that differ, {found[0].name} and "
                    f"{path.name}: keep one."
                )
    return lists


def lists_beside(folder: Path, file: CaptionsFile) -> dict[str, list[str]]:
    """Return the lists of a folder, or those beside a captions file in a folder inside it.

    Raises `ValueError` where some splits are named but not train: a split by the names' hash would
    train on the others.
    """
    places = (folder, file.path.parent) if folder in file.path.parents else (folder,)
    lists = next((found for place in places if (found := lists_in(place))), {})
    for named, where in ((lists, folder), (file.splits, file.path)):
        if "train" in named:
            break
        if named:
            raise ValueError(
                f"{where} names images for {' and '.join(named)}, but none for train: name these "
                "too, or take out all splits to have the images split by the hash of their names."
            )
    return lists
