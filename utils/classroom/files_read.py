"""Reading a folder or a zip, and zips in it, without unpacking anything.

Limits keep a zip that swells, a file that is huge or a link that leads elsewhere from doing harm;
each is said where it was met, and the other files are read.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from utils.classroom.handins import LARGEST, Unreadable

LARGEST_ZIP = 200_000_000  # bytes of a zip within a hand-in
MEMBERS, MEMBERS_OF_ONE = 100_000, 5_000  # files of the zip of a class, of one within it
MOST_FOLDERS = 20  # folders within each other that are looked into for an empty one
ZIPS_OF_ONE = 10  # zips within one that a student made
DEPTH = 2  # zips within zips
Opener = Callable[[], zipfile.ZipFile]
_IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".git", ".venv", "__pycache__", "node_modules"}
_DAMAGED = (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError)


@dataclass(frozen=True)
class Entry:
    """A file of a submission: its folders and name, when it was written, how it is read.

    `trouble`: why it is not read, or "". A folder or zip with nothing in it is an entry too: the
    last of its parts is "".
    """

    parts: tuple[str, ...]
    time: float
    read: Callable[[], bytes]
    trouble: str = ""

    def content(self) -> bytes:
        """Return the file's bytes. Raises `Unreadable` with a sentence."""
        if self.trouble:
            raise Unreadable(self.trouble)
        try:
            return self.read()
        except Unreadable:
            raise
        except (*_DAMAGED, MemoryError) as error:
            raise Unreadable(f"{self.parts[-1]} cannot be read: {_reason(error)}.") from error
        except Exception as error:  # a damaged stream makes the unpackers raise their own errors
            raise Unreadable(f"{self.parts[-1]} cannot be read: it is damaged.") from error


def _reason(error: BaseException) -> str:
    text = str(error).lower()
    if "password" in text or "encrypted" in text:
        return "it is locked by a password"
    return error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"


def entries_of(path: Path) -> Iterator[Entry]:
    """Yield the files of a folder or zip, those of zips in it too.

    Raises `ValueError` where it is neither, or the zip is damaged.
    """
    if path.is_dir():
        yield from _folder(path)
    elif path.is_file():
        opened = partial(zipfile.ZipFile, path)
        try:
            with opened() as archive:
                members = archive.infolist()
        except _DAMAGED as error:
            raise ValueError(
                f"{path} is no zip that can be read: download it again, or name a folder."
            ) from error
        yield from _zip(opened, members, (), 0)
    else:
        raise ValueError(f"{path} does not exist: name the folder or zip of what was handed in.")


def _folder(root: Path) -> Iterator[Entry]:
    """Yield the files below a folder; links are named, never followed."""
    for folder, names, files in os.walk(root):
        here = Path(folder)
        linked = [name for name in names if (here / name).is_symlink()]
        names[:] = sorted(n for n in names if n not in _IGNORED and n not in linked)
        own = here.relative_to(root).parts
        if own and not names and not linked and all(_is_noise((*own, one)) for one in files):
            yield from _nothing(own)
        for name in sorted([*files, *linked]):
            path = here / name
            parts = path.relative_to(root).parts
            if not _is_noise(parts):
                yield from _file(path, parts)


def _nothing(parts: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the entry of a folder or zip with nothing in it."""
    if not _is_noise(parts):
        yield Entry((*parts, ""), 0.0, bytes)


def _is_noise(parts: tuple[str, ...]) -> bool:
    """Return whether a file is of an editor or a system, or nbgrader's time of the hand-in."""
    hidden = any((part.startswith(".") and part != "..") or part in _IGNORED for part in parts)
    return hidden or parts[-1] in ("Thumbs.db", "desktop.ini", "timestamp.txt")


def _file(path: Path, parts: tuple[str, ...]) -> Iterator[Entry]:
    """Yield a file of a folder, or what is in it where it is a zip."""
    try:
        facts = path.lstat()
    except OSError as error:
        yield _refused(parts, f"{parts[-1]} cannot be read: {error.strerror}.")
        return
    if not stat.S_ISREG(facts.st_mode):
        yield _refused(parts, f"{parts[-1]} is a link or no file: it is not read.")
    elif parts[-1].lower().endswith(".zip"):
        yield from _nested(parts, facts.st_mtime, partial(_bounded_file, path, LARGEST_ZIP), 1)
    else:
        yield Entry(parts, facts.st_mtime, partial(_bounded_file, path, LARGEST))


def _bounded_file(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return _bounded(file, limit, path.name)


def _bounded(file: io.BufferedIOBase, limit: int, name: str) -> bytes:
    """Return a file's bytes, whatever size it claims. Raises `Unreadable` where it is huge."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"{name} is larger than {limit // 1_000_000} MB: it was not read.")
    return data


def _refused(parts: tuple[str, ...], trouble: str) -> Entry:
    return Entry(parts, 0.0, bytes, trouble)


def _nested(
    parts: tuple[str, ...], time: float, read: Callable[[], bytes], depth: int
) -> Iterator[Entry]:
    """Yield the files of a zip within a hand-in; it is opened again for each that is read."""
    if depth > DEPTH:
        yield _refused(parts, f"{parts[-1]} is a zip in a zip in a zip: it was not opened.")
        return
    bytes_of = Entry(parts, time, read).content

    def opened() -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(bytes_of()))

    try:
        with opened() as archive:
            members = archive.infolist()
    except Unreadable as reason:
        yield _refused(parts, str(reason))
    except _DAMAGED as error:
        yield _refused(parts, f"{parts[-1]} cannot be opened: {_reason(error)}.")
    else:
        yield from _zip(opened, members, parts, depth)
        if not any(_counts(member) for member in members):
            yield from _nothing(parts)


def _counts(member: zipfile.ZipInfo) -> bool:
    parts = _parts(member)
    return not member.is_dir() and bool(parts) and not _is_noise(parts)


def _zip(
    opened: Opener, members: list[zipfile.ZipInfo], above: tuple[str, ...], depth: int
) -> Iterator[Entry]:
    """Yield the files of a zip that `opened()` opens."""
    limit = MEMBERS if depth == 0 else MEMBERS_OF_ONE
    if len(members) > limit:
        yield _refused((*above, "zip"), f"A zip holds {len(members)} files: {limit} are read.")
    zips = 0
    full = {_parts(one)[:end] for one in members if _counts(one) for end in range(MOST_FOLDERS)}
    for member in members[:limit]:
        parts = _parts(member)
        if member.is_dir() and parts not in full and depth == 0:
            yield from _nothing(parts)
        if not _counts(member):
            continue
        is_zip = parts[-1].lower().endswith(".zip")
        zips += is_zip
        whole = (*above, *parts)
        if is_zip and depth > 0 and zips > ZIPS_OF_ONE:
            yield _refused(whole, f"{parts[-1]} is one zip too many: it was not opened.")
        else:
            yield from _member(opened, member, whole, depth)


def _member(
    opened: Opener, member: zipfile.ZipInfo, parts: tuple[str, ...], depth: int
) -> Iterator[Entry]:
    """Yield a member, or what is in it where it is a zip."""
    time, name = _time(member), parts[-1]
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
        inside = tuple(part for part in parts if part != "..") or ("file",)
        yield _refused(inside, f"{name} has a path that leaves the folder: it was not read.")
    elif stat.S_ISLNK(member.external_attr >> 16):
        yield _refused(parts, f"{name} is a link: it is not read.")
    elif name.lower().endswith(".zip"):
        read = partial(_read, opened, member, LARGEST_ZIP)
        yield from _nested(parts, time, read, depth + 1)
    else:
        yield Entry(parts, time, partial(_read, opened, member, LARGEST))


def _read(opened: Opener, member: zipfile.ZipInfo, limit: int) -> bytes:
    with opened() as archive, archive.open(member) as file:
        return _bounded(file, limit, PurePosixPath(member.filename).name)


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the folders and the name of a member, whatever system wrote it."""
    name = member.filename
    if not member.flag_bits & 0x800:  # no mark for UTF-8, though many write it
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _time(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0
