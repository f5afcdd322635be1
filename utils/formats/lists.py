"""Lists of images: a name a line, as people write them."""

from __future__ import annotations

from pathlib import Path

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
