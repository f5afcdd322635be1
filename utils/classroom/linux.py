"""What Linux offers to keep processes apart; elsewhere these functions do nothing.

The numbers are those of `prctl(2)`.
"""

import contextlib
import ctypes
import signal
import sys

_DIES_WITH_PARENT, _ADOPTS_ORPHANS = 1, 36


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Let the system kill this process when the one that started it ends."""
    _prctl(_DIES_WITH_PARENT, getattr(signal, "SIGKILL", 9))


def adopt_orphans() -> None:
    """Become the parent of whatever the processes below leave behind, so that it can be found."""
    _prctl(_ADOPTS_ORPHANS, 1)
