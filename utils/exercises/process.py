"""Checks in a process of their own, kept warm, which is killed where an answer never ends.

Nothing that the reader's code does reaches the notebook's kernel: a loop in C, a bare `except`, a
fork, a filled memory, the end of the process. Answers that are plain values are judged here. Those
that cannot travel to another process are judged in a copy of this one (`copied.py`).
"""

from __future__ import annotations

import atexit
import contextlib
import glob
import linecache
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from queue import Empty, Queue
from typing import Any

import cloudpickle
import psutil

from utils.exercises.exercise import Exercise
from utils.exercises.guard import IDLE, PATIENCE, is_readers
from utils.exercises.verdict import Verdict, incorrect
from utils.exercises.worker import BEGUN, functions_of
from utils.support.paths import ROOT

MEMORY = 1_000_000_000  # bytes above what the process had before
GRACE = 1.0  # seconds beyond the limit, for the process to stop the answer itself, which says where
SOME = 1000  # parts of a list that are looked at for code
START = 60.0  # seconds for the process to start and to load what the check needs
LOOK = 0.05  # seconds between two looks at the process
ASLEEP = 0.3  # code is asleep that is seen at work in a smaller share of the looks
HERE = "It was checked in this notebook itself, because it could not be sent to another process."


class Stopped(Exception):
    """The process had to be killed, or ended; the text says why."""


class Worker:
    """A process that checks answers, one after the other."""

    def __init__(self) -> None:
        # A session of its own, so that whatever it starts can be killed with it.
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "utils.exercises.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.told: Queue[Any] = Queue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        """Put what the process says into the queue; at its end `Stopped`."""
        try:
            while True:
                self.told.put(pickle.load(self.process.stdout))
        except Exception:  # it ended, or was killed amid a sentence
            self.told.put(Stopped("Your code ended the whole Python process."))

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def ask(self, request: dict[str, Any], seconds: float) -> Any:
        """Return the verdict, or a text where the answer could not be read there.

        Raises `Stopped` where the answer took more than `seconds`, or too much memory, or ended the
        process; it has been killed then.
        """
        try:
            pickle.dump(request, self.process.stdin)
            self.process.stdin.flush()
            begun = self._next(lambda: "The check could not start: run it again.", START)
            if begun != BEGUN:
                return begun[0]  # why the answer could not be read there
            verdict, goes_on = self._next(Limits(self.process.pid, seconds).broken, None)
            if goes_on:
                self.kill()
            return verdict
        except OSError as error:
            raise Stopped("The check could not start: run it again.") from error
        except KeyboardInterrupt:  # its verdict must not be taken for that of the next answer
            self.kill()
            raise
        finally:
            kill_children(self.process.pid)

    def _next(self, broken: Any, seconds: float | None) -> Any:
        """Return what the process says next; kill it as soon as `broken()` gives a sentence.

        With `seconds`, `broken` is asked after them and not before.
        """
        end = time.monotonic() + (seconds or 0.0)
        while True:
            with contextlib.suppress(Empty):
                told = self.told.get(timeout=LOOK)
                if isinstance(told, Stopped):
                    self.kill()
                    raise told
                return told
            sentence = broken() if time.monotonic() >= end else ""
            if sentence:
                self.kill()
                raise Stopped(sentence)

    def kill(self) -> None:
        """End it, with all that it has started."""
        freeze(self.process.pid)
        kill_children(self.process.pid)
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.listener.join(2.0)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # what was never read is lost with it
                pipe.close()


def _is_at_work(pid: int) -> bool | None:
    """Return whether a thread of a process runs, or waits for a processor or a disk.

    None where the system does not tell. So a crowded machine is told from code that sleeps.
    """
    states = []
    for path in glob.glob(f"/proc/{pid}/task/*/stat"):
        with contextlib.suppress(OSError, IndexError), open(path, "rb") as file:
            states.append(file.read().rpartition(b")")[2].split()[0])
    return any(state in (b"R", b"D") for state in states) if states else None


class Limits:
    """What an answer may take of a process: time and memory."""

    def __init__(self, pid: int, seconds: float) -> None:
        self.seconds = seconds
        self.pid = pid
        self.begun, (self.worked, self.memory) = time.monotonic(), self._used()
        self.before = self.begun, self.worked  # a second ago or more
        self.seen: list[bool] = []  # since then: whether it was at work
        self.is_idle = False

    def _used(self) -> tuple[float, int]:
        """Return the processor's seconds and the bytes that the process has used."""
        try:
            process = psutil.Process(self.pid)
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
        except psutil.Error:  # it has just ended
            return 0.0, 0

    def _has_children(self) -> bool:
        with contextlib.suppress(psutil.Error):
            return bool(psutil.Process(self.pid).children())
        return False

    def broken(self) -> str:
        """Return which limit is broken, as a sentence, or ""."""
        worked, memory = self._used()
        now = time.monotonic()
        at_work = _is_at_work(self.pid)
        self.seen += [] if at_work is None else [at_work]
        if now - self.before[0] >= 1.0:
            is_idle = worked - self.before[1] < IDLE * (now - self.before[0])
            # A loop of short sleeps takes some time of the processor too.
            sleeps = len(self.seen) >= 5 and sum(self.seen) < ASLEEP * len(self.seen)
            self.is_idle = is_idle or sleeps
            self.before, self.seen = (now, worked), []
        if self._has_children():
            return "Stopped: it starts other processes. An answer here needs none."
        if memory - self.memory > MEMORY:
            return (
                "Stopped: it took more than 1 GB of memory. Is a list or an array growing without "
                "end, or much larger than it should be?"
            )
        passed, limit = now - self.begun, self.seconds + GRACE
        # On a crowded machine code that works is waited for; see `guard.time_limit`.
        works = worked - self.worked < limit and not self.is_idle and passed < PATIENCE * limit
        if passed >= limit and not works:
            return (
                f"Stopped after {self.seconds:g} seconds: is there a loop that never ends, or a "
                "number that is far too large?"
            )
        return ""


def freeze(pid: int) -> None:
    """Stop the group of a process at once, so that one that forks without end grows no more."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGSTOP)


def kill_children(pid: int) -> None:
    """Kill what a process has started, and not the process."""
    for _ in range(3):  # a child may start another one meanwhile
        try:
            children = psutil.Process(pid).children(recursive=True)
        except psutil.Error:
            return
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        if not children:
            return


_workers: list[Worker] = []


def worker() -> Worker:
    """Return the process that is kept warm; start one where there is none."""
    if _workers and not _workers[0].is_alive:
        _workers.pop().kill()
    if not _workers:
        _workers.append(Worker())
    return _workers[0]


@atexit.register
def stop() -> None:
    """End the process, where there is one."""
    while _workers:
        _workers.pop().kill()


def needs_process(answers: tuple[Any, ...]) -> bool:
    """Return whether answers hold code, and not only numbers, text and arrays.

    Iterators, ranges and objects of the reader's own classes run code when they are looked at.
    """
    return any(_is_live(answer, 3) for answer in answers)


def _is_live(value: Any, depth: int) -> bool:
    """Return whether a value runs code, or goes on without end, when it is looked at."""
    if callable(value) or isinstance(value, range | Iterator) or _is_readers_own(type(value)):
        return True
    if type(value) in (list, tuple, set, dict) and depth:
        parts = value.values() if type(value) is dict else value
        return any(_is_live(part, depth - 1) for part in islice(parts, SOME))
    return False


def _is_readers_own(kind: type) -> bool:
    """Return whether a class was written by the reader, in a notebook or a file of their own."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if kind.__module__ == "__main__":
        return True
    return kind.__module__ != "builtins" and file is not None and is_readers(file)


def verdict_there(exercise: Exercise, answers: tuple[Any, ...]) -> Verdict | None:
    """Return the verdict of the process; None where the answers cannot be sent to it."""
    try:
        sent = cloudpickle.dumps(answers)
    except Exception:  # what cannot be pickled raises anything
        return None
    request = {
        "id": exercise.id,
        "answers": sent,
        "path": list(sys.path),
        "folder": os.getcwd(),
        "sources": _sources(answers),
        "keras": "keras" in sys.modules,
    }
    try:
        found = worker().ask(request, exercise.seconds)
    except Stopped as reason:
        return incorrect(exercise, str(reason))
    return found if isinstance(found, Verdict) else None


def checked_here(verdict: Verdict) -> Verdict:
    """Return a verdict that says where it was found."""
    return replace(verdict, lines=(*verdict.lines, HERE))


def _sources(answers: tuple[Any, ...]) -> dict[tuple[str, int], tuple[str, list[str]]]:
    """Return name and first line of functions -> their file and its text, for errors to show."""
    codes = [function.__code__ for function in functions_of(answers)]
    return {
        (code.co_name, code.co_firstlineno): (
            code.co_filename,
            linecache.getlines(code.co_filename),
        )
        for code in codes
    }
