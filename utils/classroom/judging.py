"""Judging notebooks in processes of their own, one notebook at a time in each.

A judge reads a task (cells and settings, as JSON) on its standard input and writes what it found.
It is trusted, and yet may be killed: what a student's text does to Python's own parser, or a size
that nobody foresaw, ends one judge, which is started again, and costs one notebook.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from utils.classroom.asked import Plan
from utils.classroom.cells import Cell
from utils.exercises.process import freeze, kill_children
from utils.support.files import sha256
from utils.support.paths import ROOT, cache_dir

CEILING = 1800.0  # seconds after which a judge is killed, whatever it says
TRIES = 2
JUDGE = "utils.classroom.judge_notebooks"
KEY, KEY_BYTES = "grading.key", 32
KEY_SECONDS = 2.0  # for another process, perhaps of another machine, to write the key
# What judges, and what is right: no answer may change it while others are judged.
OF_THE_COURSE = ("utils/**/*.*", "solutions/*.ipynb")
CHANGED = (
    "These files of the course were changed while it graded: {}. The grades of this run are not to "
    "be trusted, and no table was written. Unpack the course anew, or take the change back if it "
    "was yours, then grade again."
)
_keys: dict[Path, bytes] = {}


class JudgeEnded(Exception):
    """A judge ended amid a notebook; the text says so."""


@dataclass(frozen=True)
class Task:
    """A notebook to be judged by the plan of its chapter.

    `seconds`: for each cell and call. `memory`: bytes. `variant`, `student`: the seed of a class,
    and the name where each student has variants of their own.
    """

    plan: Plan
    cells: tuple[Cell, ...]
    seconds: float
    memory: int
    variant: str = ""
    student: str = ""

    def to_json(self) -> str:
        """Return the task as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Task:
        """Return the task that `to_json` wrote."""
        kept = json.loads(line)
        cells = tuple(Cell(**cell) for cell in kept["cells"])
        return cls(**{**kept, "plan": Plan.from_json(kept["plan"]), "cells": cells})


def grading_key() -> bytes:
    """Return the secret by which results that are kept are known; it is made where there is none.

    It lies apart from them, where the code of students can neither read nor write. Where it cannot
    be written, results are known in this process alone.
    """
    path = _key_path()
    if path not in _keys:
        with contextlib.suppress(OSError):
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        _keys[path] = _key_at(path) or secrets.token_bytes(KEY_BYTES)
    return _keys[path]


def _key_at(path: Path) -> bytes | None:
    """Return the key in a file, or None; another process may have made the file just now."""
    limit = time.monotonic() + KEY_SECONDS
    while True:
        try:
            key = path.read_bytes()
        except OSError:
            return None
        if len(key) == KEY_BYTES:
            return key
        if time.monotonic() > limit:
            return None
        time.sleep(0.02)


def forget_results() -> None:
    """Let no result be believed that was kept before."""
    path = _key_path()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    _keys.pop(path, None)


def _key_path() -> Path:
    return cache_dir() / KEY


@dataclass(frozen=True)
class Judged:
    """What was found about one answer.

    `outcome`: correct, incorrect, not attempted or broken. `lines`: what the check said. `notes`:
    what was tolerated. `source`: the answer as it was written. `seal` is computed; it tells whether
    something else has changed what was kept.
    """

    id: str
    title: str
    outcome: str
    points: int
    worth: int
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    seal: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.id, self.title, self.outcome, self.points, self.worth)
        text = json.dumps([*parts, *map(list, (self.lines, self.notes)), self.source])
        seal = hmac.new(grading_key(), text.encode(), "sha256").hexdigest()
        object.__setattr__(self, "seal", seal)

    @classmethod
    def told(cls, said: dict[str, Any]) -> Judged:
        """Return what a judge said; raises `TypeError` or `KeyError` for other things."""
        given = {name: value for name, value in said.items() if name != "seal"}
        return cls(**{**given, "lines": tuple(given["lines"]), "notes": tuple(given["notes"])})

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Judged:
        """Return what was kept of `asdict`; raises `TypeError` or `KeyError` for other things.

        Raises `ValueError` where this course has not written it so.
        """
        found = cls.told(kept)
        if not hmac.compare_digest(found.seal.encode(), str(kept["seal"]).encode()):
            raise ValueError(f"The result of {found.id} was changed after it was kept.")
        return found


class Judge:
    """One judging process, started when it is first asked."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.is_closed = False

    def ask(self, task: Task) -> list[Judged]:
        """Return what the judge found; a judge that ends is started once more.

        Raises `JudgeEnded` where it ends again or fails, and `RuntimeError` with the sentence of a
        judge that cannot work at all.
        """
        for _ in range(TRIES):
            with contextlib.suppress(OSError, ValueError):
                told = json.loads(self._line(task.to_json()))
                if "trouble" in told:
                    raise RuntimeError(told["trouble"])
                if "failed" in told:
                    raise JudgeEnded(told["failed"])
                return [Judged.told(one) for one in told["judged"]]
            self.kill()
            if self.is_closed:
                break
        raise JudgeEnded("The process that judges this notebook ended twice.")

    def _line(self, text: str) -> str:
        """Send a line, return the line that comes back; "" at the end of the process."""
        if self.process is None and not self.is_closed:
            self.process = _started()
        limit = threading.Timer(CEILING, self.kill)
        limit.daemon = True
        limit.start()
        try:
            self.process.stdin.write(f"{text}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline()
        except AttributeError:  # it was killed by another thread meanwhile
            return ""
        finally:
            limit.cancel()

    def kill(self) -> None:
        """End the process, with all that it has started."""
        process, self.process = self.process, None
        if process is None:
            return
        # A judge that sees its helper die starts another one, which would hold the pipe open.
        freeze(process.pid)
        kill_children(process.pid)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def close(self) -> None:
        """End the process for good: it gets a moment to remove what it has written."""
        self.is_closed = True
        if self.process is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2.0)
        self.kill()


def _started() -> subprocess.Popen:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", JUDGE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C in the terminal is for the command, which ends this one
        env={**os.environ, "PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "-1"},
    )


def course_hashes() -> dict[str, str]:
    """Return name -> hash of the files by which answers are judged, but for compiled ones."""
    paths = (path for pattern in OF_THE_COURSE for path in ROOT.glob(pattern))
    wanted = (one for one in paths if one.is_file() and "__pycache__" not in one.parts)
    return {path.relative_to(ROOT).as_posix(): sha256(path) for path in sorted(wanted)}


class Judges:
    """Several judges, of which the next idle one takes a notebook; used by `with`.

    Raises `RuntimeError` at the end where files of the course were changed meanwhile; whatever was
    kept until then is not believed any more.
    """

    def __init__(self, count: int) -> None:
        self.every = [Judge() for _ in range(count)]
        self.idle: Queue[Judge] = Queue()
        for judge in self.every:
            self.idle.put(judge)

    def __enter__(self) -> Judges:
        self.hashes = course_hashes()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for judge in self.every:
            judge.close()
        now = course_hashes()
        changed = {name for name, _ in self.hashes.items() ^ now.items()}
        if changed:
            forget_results()
            if kind is None:
                raise RuntimeError(CHANGED.format(", ".join(sorted(changed)[:5])))

    def ask(self, task: Task) -> list[Judged]:
        """Return what the next idle judge finds; raises what `Judge.ask` raises."""
        judge = self.idle.get()
        try:
            return judge.ask(task)
        finally:
            self.idle.put(judge)

    def stop(self) -> None:
        """End all at once, whatever they do: whoever waits for one gets `JudgeEnded`."""
        for judge in self.every:
            judge.is_closed = True
            judge.kill()
