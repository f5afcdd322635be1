"""What Linux offers to keep processes apart; elsewhere these functions do nothing.

The numbers are those of `prctl(2)` and `landlock(7)`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable

_DIES_WITH_PARENT, _ADOPTS_ORPHANS, _GAINS_NO_RIGHTS = 1, 36, 38
_NEW_RULES, _ADD_RULE, _OBEY = 444, 445, 446  # system calls; the same on all machines in use
_ASK_VERSION, _BELOW_A_PATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_ALL_AT_FIRST = (1 << 13) - 1  # what version 1 of Landlock knows: to execute, read, write, make ...
_MOVE, _TRUNCATE = 1 << 13, 1 << 14  # since versions 2 and 3
_SIGNALS_AND_SOCKETS = 3  # since version 6: of processes that are not below this one
_OF_FILES = _WRITE | _READ | _TRUNCATE


class _Rules(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scoped")]


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


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


def below(pid: int) -> list[int]:
    """Return the numbers of all processes that a process has started, and those that they have.

    It looks at these alone; going through all processes of a busy machine takes much longer. Raises
    `OSError` where the system does not tell, or the process has ended.
    """
    found, waiting = [], [pid]
    while waiting:
        here = waiting.pop()
        try:
            for task in os.listdir(f"/proc/{here}/task"):
                with open(f"/proc/{here}/task/{task}/children", encoding="ascii") as file:
                    waiting += [int(number) for number in file.read().split()]
        except OSError:
            if here == pid:
                raise
        if here != pid:
            found.append(here)
    return found


def _call(number: int, *given: object) -> int:
    """Return what a system call returns; -1 where it fails or is not known."""
    try:
        call = ctypes.CDLL(None).syscall
    except (OSError, AttributeError, TypeError):
        return -1
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(number), *given))


def walls_version() -> int:
    """Return which version of Landlock the system has; 0 where it has none, or it is turned off."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_NEW_RULES, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))


def wall_in(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Let this process, and all that it starts, open nothing but what lies below these paths.

    It holds for good, whatever the code is written in; no other program can be started either.
    `writable` may be read too; what does not exist is left out. Return whether the system does it.
    """
    version = walls_version()
    if not version:
        return False
    files = _ALL_AT_FIRST | (_MOVE if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    rules = _Rules(files, 0, _SIGNALS_AND_SOCKETS if version >= 6 else 0)
    size = ctypes.c_size_t(ctypes.sizeof(rules))
    number = _call(_NEW_RULES, ctypes.byref(rules), size, ctypes.c_uint32(0))
    if number < 0:
        return False
    try:
        done = all([_allow(number, path, (_READ | _LIST) & files) for path in readable])
        done &= all([_allow(number, path, files & ~_EXECUTE) for path in writable])
        _prctl(_GAINS_NO_RIGHTS, 1)  # the system demands it
        return done and _call(_OBEY, ctypes.c_int(number), ctypes.c_uint32(0)) == 0
    finally:
        os.close(number)


def _allow(rules: int, path: str, what: int) -> bool:
    """Add a path to the rules; a file has fewer rights than a folder. Return whether it worked."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return True  # what does not exist needs no rule
    try:
        rule = _Rule(what if os.path.isdir(path) else what & _OF_FILES, place)
        given = ctypes.c_int(rules), ctypes.c_int(_BELOW_A_PATH), ctypes.byref(rule)
        return _call(_ADD_RULE, *given, ctypes.c_uint32(0)) == 0
    finally:
        os.close(place)
