"""Ctrl-C and the other ways to end a command: what is begun is put in order, and nothing is lost.

A terminal sends Ctrl-C to every process of a command. The command answers it alone: the processes
that it starts leave it to the command, which ends them.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any

# Not on every system: SIGHUP comes where the terminal is closed.
ENDINGS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stopping:
    """Makes Ctrl-C, SIGTERM and SIGHUP one `KeyboardInterrupt` of the main thread.

    `is_asked`: whether one has come. A library may catch the error or turn it into one of its own,
    so a command asks here whether it was stopped.
    """

    def __init__(self) -> None:
        self.is_asked = False

    def listen(self) -> None:
        """Begin; what was to be ignored, as under `nohup`, stays so."""
        for number in ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._stop)
        sys.unraisablehook = self._unraisable

    def close(self) -> None:
        """Ignore what comes while the process ends."""
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True
        raise KeyboardInterrupt

    def _unraisable(self, told: Any) -> None:
        """Say nothing of what goes wrong in objects that are cleared away after it was stopped."""
        if not self.is_asked:
            sys.__unraisablehook__(told)


@contextmanager
def children_ignore_interrupts() -> Iterator[None]:
    """Processes that are started inside the block never see Ctrl-C; it waits for the block's end.

    Windows has no such means.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It would be started inside the block, and Python lets Ctrl-C through again once it is.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
