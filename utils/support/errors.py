"""Errors in words: what is true of the cause, and what to do about it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.support.paths import made_dir

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)
DISK_GONE = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT)
NO_MEMORY = "There is not enough memory for this: close other programs, then run it again."
# How libraries say that memory, or the number of threads, has come to its end.
MEMORY_WORDS = ("cannot allocate memory", "failed to map segment", "can't start new thread")


class TooLittleMemory(MemoryError):
    """A limit that is too low for what comes; the message says how much it needs."""


def sentence(error: BaseException) -> str | None:
    """Return what is said of an error instead of a traceback; None where it is a fault of the code.

    The system's own errors (disk, rights, memory, a missing package) are put in words; ours, which
    are `OSError`, `ValueError` and `RuntimeError` with a sentence, stay as they are.
    """
    if isinstance(error, TooLittleMemory):
        return str(error)
    if _lacks_memory(error):
        return NO_MEMORY
    if isinstance(error, UnicodeError):
        return f"A text is not in the encoding that is expected ({error.reason}): save it as UTF-8."
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):  # of whole folders
        source, _, reason = error.args[0][0]
        return f"{source} could not be copied ({reason}): move it elsewhere, or change its rights."
    if isinstance(error, OSError) and error.errno is not None:
        if error.strerror and error.strerror != os.strerror(error.errno):
            return _ours(error.strerror)
        return _system_sentence(error)
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("utils"):
        return f"No module named {error.name!r}: install it by `pip install -r requirements.txt`."
    if isinstance(error, OSError | ValueError | RuntimeError | FloatingPointError):
        return str(error)
    return None


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno == errno.ENOMEM
    told = str(error).lower() if isinstance(error, ImportError | OSError | RuntimeError) else ""
    if any(words in told for words in MEMORY_WORDS):
        return True
    # By name, so that neither TensorFlow nor joblib is imported for this: the
    # system ends a worker process where there is no memory left.
    named = type(error).__name__ in ("ResourceExhaustedError", "TerminatedWorkerError")
    return named or isinstance(error, MemoryError)


def _ours(told: str) -> str:
    """Return a sentence of ours; Python has one of its own, which is a list of folders."""
    if told.startswith("No usable temporary directory"):
        return "There is no folder for temporary files: set TMPDIR to one that has room."
    return told


def _system_sentence(error: OSError) -> str:
    place = str(error.filename or "A file")
    if error.errno in NO_ROOM:
        place = f" at {error.filename}" if error.filename else ""
        return f"The disk has no room{place}: free some space, then run the same command again."
    if error.errno in NO_RIGHT:
        return (
            f"{place} may not be read or written ({error.strerror}): change the rights, "
            f"or choose another place{_setting(place)}."
        )
    if error.errno in DISK_GONE:
        return (
            f"The disk of {place} does not answer ({error.strerror}): check that it is there, "
            "then run the same command again."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{place} is a file, or lies below one, where a folder belongs: check the place."
    if error.errno == errno.EISDIR:
        return f"{place} is a folder where a file belongs: name a file."
    if error.errno == errno.ENAMETOOLONG:
        return f"{place} is too long a name for this disk: choose a shorter one."
    if error.errno == errno.EFBIG:
        return (
            f"{place} would become larger than a file may be here: ask who set that limit "
            "(`ulimit -f` shows it), or choose another disk."
        )
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "Too many files are open at once: close other programs, then run it again."
    return f"{place} could not be used ({error.strerror}): check the name and the place."


def _setting(place: str) -> str:
    """Return which setting moves a place, where one does."""
    inside = Path(os.path.abspath(place)).is_relative_to(os.path.abspath(made_dir()))
    return " by setting COURSE_DATA to a folder of yours" if inside else ""


@contextmanager
def disk_in_words(folder: Path, setting: str) -> Iterator[None]:
    """Say of a full or locked disk inside the block that `setting` can name another folder."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            reason = f"The disk of {folder} is full: make room"
        elif error.errno in NO_RIGHT or error.errno == errno.ENOTDIR:
            reason = f"Nothing can be written in {folder} ({error.strerror}): change the rights"
        else:
            raise
        raise OSError(error.errno, f"{reason}, or set {setting} to another folder.") from error
