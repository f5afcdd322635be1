"""The judge's side of the process that runs a student's code (`answers.py`).

The judge keeps the checkers, the right answers and the verdict to itself. It sends cells and calls,
and reads plain values. A student's function appears here as a `RemoteFunction`, which a checker
calls like any other.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import cloudpickle
import numpy as np
import psutil

from utils.classroom.answers import MADE
from utils.classroom.linux import below
from utils.classroom.plain_values import ModelFile, Unsafe, model_of, read_plain
from utils.classroom.wire import Wire
from utils.exercises import conditions
from utils.exercises.exercise import Incorrect, NotAttempted
from utils.exercises.guard import IDLE, PATIENCE, TimeUp, far_error

ASKED = 300.0  # seconds in which the judge measures for one notebook
START = 120.0  # seconds for the process to import what it needs
LOOK = 0.05  # seconds between two looks at the process
SWEEPS = 20  # times that what a student's code has started is looked for, while it starts more


class Stopped(TimeUp):
    """The student's process was killed, or ended; the text says why."""


class Nursery:
    """A process that has imported what answers need, and forks a copy for each student.

    `course`: a copy of the course without checkers. `modules`: what is imported before.
    """

    def __init__(self, course: Path, modules: tuple[str, ...] = ()) -> None:
        self.course, self.modules = course, modules
        self.mark = secrets.token_hex(8)  # by which all that it starts is found again
        self.process: subprocess.Popen | None = None

    def line(self, home: Path) -> tuple[Connection, int]:
        """Return the line to a fresh copy, which begins in the folder `home`, and its number.

        Raises `OSError` where none can be started.
        """
        with Listener(None, authkey=(key := secrets.token_bytes(16))) as listener:
            process = self._started(home)
            asked = json.dumps([listener.address, key.hex(), str(home)])
            process.stdin.write(f"{asked}\n".encode())
            process.stdin.flush()
            listener._listener._socket.settimeout(START)
            try:
                line = listener.accept()
            except TimeoutError as error:
                self.close()
                raise OSError("The process for answers did not start: run it again.") from error
        _, (pid,) = read_plain(line.recv_bytes())
        return line, int(pid)

    def _started(self, home: Path) -> subprocess.Popen:
        """Return the process; start it where there is none, or where it cannot fork again."""
        alive = self.process is not None and self.process.poll() is None
        if not alive or not hasattr(os, "fork"):
            self.close()
            script = self.course / "utils" / "classroom" / "answers.py"
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(script), str(self.course), *self.modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd=home,
                env=clean_environment(self.course, self.mark),
            )
        return self.process

    def started_by(self, pid: int) -> list[psutil.Process]:
        """Return the process of a student's code, and all that it has started and that still runs.

        On Linux they are found though the first one has ended: what it leaves behind goes to the
        process of answers, which has no others.
        """
        top = self.process.pid if sys.platform == "linux" and self.process else pid
        with contextlib.suppress(psutil.Error):
            found = _below(top)
            return found if top != pid else [psutil.Process(pid), *found]
        return []

    def sweep(self) -> None:
        """Kill what students have started and left behind."""
        own = self.process.pid if self.process else 0
        for _ in range(SWEEPS):  # one that is seen forking may have another child by now
            with contextlib.suppress(psutil.Error):
                if not self._killed_below(own):
                    break
        if sys.platform == "linux" and self.process and self.process.poll() is None:
            return  # there it is the parent of all that was left behind
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                is_theirs = process.environ().get("COURSE_MARK", "") == self.mark
                if is_theirs and process.pid not in (own, os.getpid()):
                    process.kill()

    @staticmethod
    def _killed_below(pid: int) -> bool:
        """Stop all below a process first, so that they start no others, then kill them."""
        running = []
        for child in _below(pid):
            with contextlib.suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE:
                    child.suspend()
                    running.append(child)
        for child in running:
            with contextlib.suppress(psutil.Error):
                child.kill()
        return bool(running)

    def close(self) -> None:
        """End the process and all that it has started."""
        if self.process is not None:
            self.sweep()
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process = None


def _below(pid: int) -> list[psutil.Process]:
    """Return all that a process has started, and what that has. Raises `psutil.Error`."""
    try:
        numbers = below(pid)
    except OSError:
        return psutil.Process(pid).children(recursive=True)
    found = []
    for number in numbers:
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(number))
    return found


def clean_environment(course: Path, mark: str) -> dict[str, str]:
    """Return the environment of a student's code: nothing of the teacher's but what it needs."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "OPENBLAS_CORETYPE")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "COURSE_DATA": str(course / MADE),
        "COURSE_MARK": mark,
        "COURSE_ROOT": str(course),
        "COURSE_WIDGETS": "off",
        "CUDA_VISIBLE_DEVICES": "-1",
        "MPLBACKEND": "agg",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


class _Writer(cloudpickle.Pickler):
    """Writes what the judge sends: its functions stay here, and only their numbers travel."""

    def __init__(self, file: io.BytesIO, functions: list[Any]) -> None:
        super().__init__(file, protocol=5)
        self.functions = functions

    def persistent_id(self, value: Any) -> tuple[int, str] | None:
        if callable(value) and not inspect.isclass(value) and _is_of_checkers(value):
            self.functions.append(value)
            return len(self.functions) - 1, str(getattr(value, "__name__", "function"))
        return None

    def reducer_override(self, value: Any) -> Any:
        """Send an object of a checker's own class as one of the class that students know."""
        kind = type(value)
        if kind.__module__.startswith("utils.exercises.chapter_"):
            if isinstance(value, np.ndarray):
                return np.asarray, (np.asarray(value),)
            if isinstance(value, str):
                return str, (str.__str__(value),)
        if not kind.__module__.startswith("utils.exercises.chapter_") or kind.__base__ is object:
            return super().reducer_override(value)
        known = next(k for k in kind.__mro__ if not k.__module__.startswith("utils.exercises.ch"))
        return object.__new__, (known,), vars(value)


def _is_of_checkers(value: Any) -> bool:
    """Return whether a function, or an object, is of a module of the exercises."""
    home = value if isinstance(value, FunctionType | MethodType) else type(value)
    return str(home.__module__).startswith("utils.exercises.")


class Line:
    """The line to one student's code, with limits of time and memory on what it does.

    `begin(seconds)` starts the clock. What counts is the processor's time of the student's process;
    where it sleeps, the time on the wall. `memory`: bytes above what the process began with.
    """

    def __init__(self, nursery: Nursery, home: Path, memory: int) -> None:
        self.nursery = nursery
        connection, self.pid = nursery.line(home)
        self.wire, self.looked = Wire(connection), 0.0
        self.asked = 0.0  # seconds that the judge has worked for the student's code
        self.functions: list[Any] = []
        self.times: dict[int, float] = {}  # seconds of the processor, of each process seen
        self.memory, self.first_memory = memory, 0
        self.is_open = True
        self.first_memory = self._used()[1]
        self.begin(START)

    def begin(self, seconds: float) -> None:
        """Give the student's code so many seconds from now on."""
        self.seconds = seconds
        self.worked_before, self.waited = self._used()[0], 0.0

    def _used(self) -> tuple[float, int]:
        """Return the time of the processor and the memory of all that the student's code runs."""
        memory = 0
        running = self.nursery.started_by(self.pid)
        for process in running:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self.times[process.pid] = times.user + times.system
                memory += process.memory_info().rss
        # Processes share memory, which is counted for each: where it seems too much, look closely.
        if len(running) > 1 and memory - self.first_memory > self.memory:
            memory = sum(_own_memory(process) for process in running)
        return sum(self.times.values()), memory  # also the time of those that have ended

    def written(self, value: Any) -> bytes:
        """Return what is sent of a value."""
        file = io.BytesIO()
        _Writer(file, self.functions).dump(value)
        return file.getvalue()

    def ask(self, what: str, *parts: Any) -> tuple[str, tuple[Any, ...]]:
        """Say something, answer what is asked meanwhile, and return what comes in the end.

        Raises `Stopped` where a limit is broken or the process ended, and what a function of the
        judge raised.
        """
        raised: list[Exception] = []
        self._send(what, parts)
        while True:
            told, found = self._receive()
            if told == "raised" and found[0] == "JudgeRefused" and raised:
                raise raised[-1]
            if told != "ask":
                return told, found
            if len(found) != 3:
                self._stop("Your code sent something that is no answer.")
            self._send(*self._asked(*found, raised))

    def _asked(
        self, number: int, arguments: Any, named: Any, raised: list[Exception]
    ) -> tuple[str, tuple[Any, ...]]:
        """Call a function of the judge; return what is told of it."""
        begun = time.monotonic()
        try:
            return "told", (self.functions[number](*arguments, **named),)
        except Exception as error:  # it comes back when the student's function lets it through
            raised.append(error)
            return "refused", (type(error).__name__, str(error))
        finally:
            self.asked += time.monotonic() - begun

    def _send(self, what: str, parts: Any) -> None:
        rest = self.wire.framed(self.written((what, parts)))
        while len(rest):
            try:
                rest = self.wire.write(rest, LOOK)
            except OSError as error:
                self._stop("Your code ended the whole Python process.", error)
            self._look()

    def _receive(self) -> tuple[str, tuple[Any, ...]]:
        """Return what the student's process says; kill it where a limit is broken."""
        while True:
            begun = time.monotonic()
            try:
                message = self.wire.read(LOOK)
                if message is not None:
                    what, parts = read_plain(message)
                    self._look()
                    return str(what), tuple(parts)
            except (EOFError, OSError) as error:
                self._stop("Your code ended the whole Python process.", error)
            except (Unsafe, TypeError, ValueError) as error:
                self._stop("Your code sent something that is no answer.", error)
            self.waited += time.monotonic() - begun
            self._look()

    def _look(self) -> None:
        """Stop the student's process where a limit is broken; look now and then."""
        now = time.monotonic()
        if now - self.looked >= LOOK:
            self.looked = now
            sentence = self._broken()
            if sentence:
                self._stop(sentence)

    def _stop(self, sentence: str, error: BaseException | None = None) -> None:
        """Kill the student's process. Raises `Stopped`."""
        self.close()
        raise Stopped(sentence) from error

    def _broken(self) -> str:
        """Return which limit is broken, as a sentence, or ""."""
        now, memory = self._used()
        worked = now - self.worked_before
        if memory - self.first_memory > self.memory:
            return (
                f"Stopped: it took more than {self.memory / 1e9:g} GB of memory. Is a list or an "
                "array growing without end, or much larger than it should be?"
            )
        if self.asked > ASKED:
            return (
                f"Stopped: it measured for more than {ASKED:g} seconds. Three settings with three "
                "seeds each are enough."
            )
        sleeps = self.waited >= self.seconds and worked < IDLE * self.waited
        if worked >= self.seconds or sleeps or self.waited >= PATIENCE * self.seconds:
            return (
                f"Stopped after {self.seconds:g} seconds: is there a loop that never ends, or a "
                "number that is far too large?"
            )
        return ""

    def close(self) -> None:
        """Hang up, and kill what the student's code has left."""
        self.is_open = False
        with contextlib.suppress(OSError):
            self.wire.close()
        with contextlib.suppress(psutil.Error):
            psutil.Process(self.pid).kill()
        self.nursery.sweep()


def _own_memory(process: psutil.Process) -> int:
    """Return a process's share of the memory that it uses, in bytes."""
    with contextlib.suppress(psutil.Error):
        found = process.memory_full_info()
        return int(getattr(found, "pss", found.uss))
    return 0


class RemoteFunction:
    """A student's function, which runs in the student's process."""

    def __init__(self, line: Line, name: str, title: str, parameters: Any) -> None:
        self._line, self._name, self.__name__ = line, name, title
        if parameters is not None:
            self.__signature__ = signature_of(parameters)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return what the student's function returns; raises what it raises.

        What it changes in place is changed in `arguments` too.
        """
        line = self._line
        first = len(line.functions)
        sent = line.written((arguments, named))
        told, parts = line.ask("call", self._name, sent, conditions.holding())
        del line.functions[first:]
        if told == "raised":
            raise error_of(*parts)
        result, changed, counts = parts
        conditions.note_counts({name: int(count) for name, count in counts.items()})
        every = [*arguments, *named.values()]
        for place, value in changed.items():
            mirror(every[place], value)
        return received(result)


def signature_of(parameters: list[tuple[str, int, bool]]) -> inspect.Signature:
    """Return the signature that a student's function has."""
    kinds = list(inspect._ParameterKind)
    return inspect.Signature(
        [
            inspect.Parameter(name, kinds[kind], **({"default": None} if has_default else {}))
            for name, kind, has_default in parameters
        ]
    )


def error_of(kind: str, text: str, line: str, package: str) -> Exception:
    """Return the error that stands for what a student's code raised."""
    if kind == "NotImplementedError" and package == "__main__":
        return NotAttempted()
    if kind == "MakesOneHot":
        return conditions.MakesOneHot(text)
    return far_error(kind, text, line, package)


def received(value: Any) -> Any:
    """Return a value that came, a model built anew. Raises `Incorrect` where that is refused."""
    if isinstance(value, ModelFile):
        try:
            return model_of(value)
        except Unsafe as reason:
            raise Incorrect(str(reason)) from None
    return value


def mirror(here: Any, there: Any) -> None:
    """Change a value as the student's function has changed its copy; what cannot be is left."""
    if isinstance(here, np.ndarray) and np.shape(there) == here.shape:
        with contextlib.suppress(ValueError, TypeError):
            here[...] = there
    elif isinstance(here, list) and isinstance(there, list):
        here[:] = there
    elif (isinstance(here, set) and isinstance(there, set)) or (
        isinstance(here, dict) and isinstance(there, dict)
    ):
        here.clear()
        here.update(there)
    elif isinstance(there, dict) and hasattr(here, "__dict__"):  # a copy too, see `duplicate`
        for name, value in vars(here).items():
            if name in there:
                mirror(value, there[name])


def measures(line: Line, chapter: int, functions: Mapping[str, Callable[..., Any]]) -> None:
    """Let a student's code measure by the judge's functions, which remember what they found."""
    line.ask("measures", f"utils.exercises.measure_{chapter}", dict(functions))
