"""Checks in a copy of the notebook's own process, for answers that cannot be sent to another one.

The copy is made by `fork` and killed at the limit like the process of `process.py`. TensorFlow does
not work in such a copy: its threads are not copied. There it waits, and the copy says nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from utils.exercises.exercise import Exercise
from utils.exercises.process import LOOK, Limits, freeze, kill_children
from utils.exercises.verdict import Verdict, incorrect, verdict_of
from utils.support.descriptors import TO_READ, is_ready

ENDED = "Your code ended the whole Python process."


def verdict_in_copy(exercise: Exercise, answers: tuple[Any, ...]) -> Verdict | None:
    """Return the verdict of a copy of this process.

    None where no copy can be made here, or where it only waits and TensorFlow may be the reason.
    """
    if not hasattr(os, "fork"):
        return None
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns that other threads are not copied. Checks need none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError:  # no memory or no right for another process
        os.close(reading)
        os.close(writing)
        return None
    if pid == 0:
        _check_and_end(exercise, answers, writing)
    os.close(writing)
    with _reaped(pid), open(reading, "rb") as told:
        return _heard(exercise, pid, told)


def _check_and_end(exercise: Exercise, answers: tuple[Any, ...], writing: int) -> None:
    """Judge the answers in the copy, write the verdict, and end it; this never returns."""
    own = os.getpid()
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # The notebook's own streams belong to the notebook.
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        verdict = verdict_of(exercise.id, *answers)
        if os.getpid() == own:  # or the reader's code has forked, and this is the copy of the copy
            with open(writing, "wb") as told:
                pickle.dump(verdict, told)
    finally:
        os._exit(0)


@contextlib.contextmanager
def _reaped(pid: int) -> Iterator[None]:
    """End the copy, with all that it has started, when the block ends."""
    try:
        yield
    finally:
        freeze(pid)
        kill_children(pid)
        for end in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                end(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(pid, 0)


def _heard(exercise: Exercise, pid: int, told: Any) -> Verdict | None:
    """Wait for the verdict of the copy, as long as it keeps to its limits."""
    limits = Limits(pid, exercise.seconds)
    data = b""
    while True:
        if is_ready(told.fileno(), TO_READ, LOOK):
            part = os.read(told.fileno(), 1 << 16)
            data += part
            if not part:
                break
            continue
        broken = limits.broken()
        if broken and limits.is_idle and "tensorflow" in sys.modules:
            return None
        if broken:
            return incorrect(exercise, broken)
    try:
        found = pickle.loads(data)
    except Exception:  # it ended before its verdict was whole
        return incorrect(exercise, ENDED)
    return found if isinstance(found, Verdict) else None
