"""Errors in words: what is true of the cause, and what to do about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


def sentence(error: BaseException) -> str | None:
    """Return what is said of an error instead of a traceback; None where it is a fault of the code.

    The system's own errors (disk, rights, memory, a missing package) are put in words; ours, which
    are `OSError`, `ValueError` and `RuntimeError` with a sentence, stay as they are.
    """
    if _lacks_memory(error):
        return "There is not enough memory for this: close other programs, then run it again."
    if isinstance(error, OSError) and error.errno is not None:
        if error.strerror and error.strerror != os.strerror(error.errno):
            return error.strerror  # a sentence of ours
        return _system_sentence(error)
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("utils"):
        return f"No module named {error.name!r}: install it by `pip install -r requirements.txt`."
    if isinstance(error, OSError | ValueError | RuntimeError | FloatingPointError):
        return str(error)
    return None


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    # By name, so that neither TensorFlow nor joblib is imported for this: the
    # system ends a worker process where there is no memory left.
    named = type(error).__name__ in ("ResourceExhaustedError", "TerminatedWorkerError")
    return named or isinstance(error, MemoryError)


def _system_sentence(error: OSError) -> str:
    if error.errno in NO_ROOM:
        place = f" at {error.filename}" if error.filename else ""
        return f"The disk has no room{place}: free some space, then run the same command again."
    place = error.filename or "A file"
    if error.errno in NO_RIGHT:
        return (
            f"{place} may not be read or written ({error.strerror}): change the rights, "
            "or choose another place."
        )
    return f"{place} could not be used ({error.strerror}): check the name and the place."


@contextmanager
def disk_in_words(folder: Path, setting: str) -> Iterator[None]:
    """Say of a full or locked disk inside the block that `setting` can name another folder."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            reason = f"The disk of {folder} is full: make room"
        elif error.errno in (*NO_RIGHT, errno.ENOTDIR):
            reason = f"Nothing can be written in {folder} ({error.strerror}): change the rights"
        else:
            raise
        raise OSError(error.errno, f"{reason}, or set {setting} to another folder.") from error
