"""Judging notebooks in processes of their own, one notebook at a time in each.

A judge reads a task (cells and settings, as JSON) on its standard input and writes what it found.
It is trusted, and yet may be killed: what a student's text does to Python's own parser, or a size
that nobody foresaw, ends one judge, which is started again, and costs one notebook.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from queue import Queue
from typing import Any

from utils.classroom.asked import Plan
from utils.classroom.cells import Cell
from utils.exercises.process import freeze, kill_children
from utils.support.paths import ROOT

CEILING = 1800.0  # seconds after which a judge is killed, whatever it says
TRIES = 2
JUDGE = "utils.classroom.judge_notebooks"


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


@dataclass(frozen=True)
class Judged:
    """What was found about one answer.

    `outcome`: correct, incorrect, not attempted or broken. `lines`: what the check said. `notes`:
    what was tolerated. `source`: the answer as it was written.
    """

    id: str
    title: str
    outcome: str
    points: int
    worth: int
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Judged:
        """Return what `asdict` gave; raises `TypeError` or `KeyError` for other things."""
        return cls(**{**kept, "lines": tuple(kept["lines"]), "notes": tuple(kept["notes"])})


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
                return [Judged.from_json(one) for one in told["judged"]]
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


class Judges:
    """Several judges, of which the next idle one takes a notebook; used by `with`."""

    def __init__(self, count: int) -> None:
        self.every = [Judge() for _ in range(count)]
        self.idle: Queue[Judge] = Queue()
        for judge in self.every:
            self.idle.put(judge)

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        for judge in self.every:
            judge.close()

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
