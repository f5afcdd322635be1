"""Files that are whole or not there, JSON that people may have touched, and checksums."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import shutil
import unicodedata
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from utils.support.errors import NO_ROOM

# A temporary name says which machine and process writes it, so that a later run knows which ones
# a killed process has left. `make clean` removes them by the same beginning.
OURS = re.compile(r"\.course-(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]+)-[0-9a-f]{8}\.")
MACHINE = f"{zlib.crc32(platform.node().encode('utf-8', 'surrogateescape')):08x}"
LONGEST_NAME = 255  # bytes, of a file's name on the usual systems
AGAIN = "delete it and run again."
TITLE_STANDS_IN = 1_000  # bytes from the start of an HTML page


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_folder(folder: Path) -> Path:
    """Make a folder and those above it where they are missing; return it.

    Raises `NotADirectoryError` with a sentence where a file stands in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        file = next((p for p in (folder, *folder.parents) if p.exists() and not p.is_dir()), folder)
        raise NotADirectoryError(
            errno.ENOTDIR,
            f"{file} is a file where a folder belongs: rename it, or choose another place.",
        ) from error
    return folder


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; rename it there on success, remove it on error.

    The temporary name ends as the target does, because several libraries choose the file
    format by it. A folder may be made at the path too; it replaces a folder that stood there.
    What killed processes have left beside the target is removed. A link is followed.
    Raises `OSError` with a sentence where the target cannot be such a file.
    """
    target = _place(Path(target))
    make_folder(target.parent)
    remove_leftovers(target.parent)
    temporary = _beside(target)
    try:
        yield temporary
        _to_disk(temporary)
        _rename(temporary, target)
    except OSError as error:
        if error.errno in NO_ROOM or str(temporary) == str(error.filename):
            error.filename = str(target)  # nobody knows the temporary name
        raise
    finally:
        _remove(temporary)


def _place(target: Path) -> Path:
    """Return where a path leads to; refuse devices and pipes, which renaming would replace."""
    place = Path(os.path.realpath(target))
    if place.exists() and not (place.is_file() or place.is_dir()):
        raise OSError(errno.EINVAL, f"{target} is no ordinary file: name another one to write.")
    return place


def _beside(target: Path) -> Path:
    mark = f".course-{MACHINE}-{os.getpid()}-{uuid.uuid4().hex[:8]}."
    name = target.name
    while len(os.fsencode(mark + name)) > LONGEST_NAME:
        name = name[1:]
    return target.with_name(mark + name)


def _to_disk(temporary: Path) -> None:
    """Wait until a file is on the disk; some systems say only here that there is no room."""
    if temporary.is_file():
        descriptor = os.open(temporary, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a disk that knows no such thing
                raise
        finally:
            os.close(descriptor)


def _rename(temporary: Path, target: Path) -> None:
    if target.is_dir() and not temporary.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, f"{target} is a folder where a file belongs: rename or remove it."
        )
    if target.is_file() and temporary.is_dir():
        raise NotADirectoryError(
            errno.ENOTDIR, f"{target} is a file where a folder belongs: rename or remove it."
        )
    if not target.is_dir():
        os.replace(temporary, target)
        return
    old = _beside(target)
    os.rename(target, old)
    try:
        os.rename(temporary, target)
    except BaseException:
        os.rename(old, target)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    """Remove what is temporary; what cannot be removed now is left to a later run."""
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        pass


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files that killed processes of this machine have left in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        found = OURS.match(name)
        if found and found["machine"] == MACHINE and not _is_running(int(found["process"])):
            _remove(folder / name)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return True
    import psutil  # here, because most commands never find a leftover

    return psutil.pid_exists(process)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with the line ends of the text, whole or not at all.

    A letter that UTF-8 does not have, which names from other systems may hold, becomes its number.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as readable UTF-8 JSON, whole or not at all."""
    # The number of such a letter, "\udce9", is JSON's own way to write it.
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def read_json(path: Path, advice: str = AGAIN, kind: type = object) -> Any:
    """Read a JSON file; a byte order mark, which some editors add, is no part of it.

    Raises `ValueError` with the file's name and the advice where it is not valid JSON in UTF-8, or
    not a `kind`, such as `dict`.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8; {advice}") from error
    except (ValueError, RecursionError) as error:
        told = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"{path} is not valid JSON{told}; {advice}") from error
    if not isinstance(value, kind):
        raise ValueError(f"{path} does not hold what it should; {advice}")
    return value


def demand_apart(outputs: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Raise `ValueError` where an output is one of the inputs, or two outputs are one file.

    Links and hard links are followed. Outputs whose names differ in their case alone are one file
    on many systems, and count as one everywhere.
    """
    known = {same for path in inputs for same in _identities(path)}
    for number, path in enumerate(outputs):
        if _identities(path) & known:
            raise ValueError(
                f"{path} is one of the files that are read: name another file to write."
            )
        for other in outputs[:number]:
            if _identities(path, True) & _identities(other, True):
                raise ValueError(f"{path} and {other} are the same file: name two to write.")


def demand_own_page(path: Path, titles: Sequence[bytes]) -> None:
    """Raise `ValueError` where an HTML page would be written over a file with none of the titles.

    An empty file may be written over.
    """
    if not path.exists():
        return
    start = b" "
    if path.is_file():
        with open(path, "rb") as file:
            start = file.read(TITLE_STANDS_IN)
    if start and not any(title in start for title in titles):
        raise not_ours(path)


def demand_own_file(path: Path, is_ours: Callable[[Path], bool]) -> None:
    """Raise `ValueError` where a file that is not ours would be written over; an empty one may."""
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return
    if not path.is_file() or not is_ours(path):
        raise not_ours(path)


def is_png(path: Path) -> bool:
    """Tell whether a file is a picture in PNG, as the commands draw them."""
    with open(path, "rb") as file:
        return file.read(8) == b"\x89PNG\r\n\x1a\n"


def demand_own_json(path: Path, is_ours: Callable[[dict[str, Any]], bool]) -> None:
    """Raise `ValueError` where a file would be written over that holds no such dictionary."""

    def holds_ours(path: Path) -> bool:
        try:
            return is_ours(read_json(path, kind=dict))
        except ValueError:
            return False

    demand_own_file(path, holds_ours)


def not_ours(path: Path) -> ValueError:
    """Return the error for a file that a command would write over and has not made."""
    return ValueError(
        f"{path} was not made by this command, and would be overwritten: name another "
        "place, or move it away."
    )


def _identities(path: Path, any_case: bool = False) -> set[Any]:
    """Return by what a file is known: where it lies, and where it exists its number on the disk."""
    place = os.path.realpath(path)
    found: set[Any] = {place}
    if any_case:
        found.add(unicodedata.normalize("NFC", place).casefold())
    try:
        status = os.stat(place)
    except OSError:
        return found
    return found | ({(status.st_dev, status.st_ino)} if status.st_ino else set())
