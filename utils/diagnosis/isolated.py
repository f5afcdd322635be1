"""Running a module in a process of its own, so that a crash is a line and not the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from utils.support.paths import ROOT

SLOW = "took more than"
NO_INSTRUCTION = 0xC000001D  # how Windows ends what this processor cannot do


@dataclass(frozen=True)
class Told:
    """What a process said, a JSON value a line, and how it ended: "" or a phrase."""

    lines: list[Any] = field(default_factory=list)
    ended: str = ""


def ask(
    module: str,
    *arguments: str,
    seconds: float,
    environment: Mapping[str, str | None] | None = None,
) -> Told:
    """Run `python -m module arguments`, at most so many seconds; return what it said.

    `environment`: variables that are set for it, or not set (None). Its end is "" where it
    ended well, else a phrase such as "took more than 30 seconds".
    """
    command = [sys.executable, "-m", module, *arguments]
    wanted = {**os.environ, "PYTHONUTF8": "1", **(environment or {})}
    kept = {name: value for name, value in wanted.items() if value is not None}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command, cwd=ROOT, env=kept, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
            )
        except OSError as error:
            return Told(ended=f"could not be started ({error.strerror})")
        try:
            code = process.wait(timeout=max(seconds, 1.0))
            ended = "" if code == 0 else _phrase(code, _text(errors))
        except subprocess.TimeoutExpired:
            ended = f"{SLOW} {seconds:.0f} seconds and was stopped"
        finally:
            process.kill()
            process.wait()
        return Told(_values(_text(output)), ended)


def _text(file: Any) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _values(text: str) -> list[Any]:
    """Return the lines that are JSON; libraries print other things too."""
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _phrase(code: int, errors: str) -> str:
    """Return how a process ended that ended badly."""
    if code == -getattr(signal, "SIGILL", 4) or code & 0xFFFFFFFF == NO_INSTRUCTION:
        return "ended because this processor lacks instructions that the package needs (AVX)"
    if code == -getattr(signal, "SIGKILL", 9):
        return "was killed by the system, most likely because the memory was used up"
    if code < 0:
        return f"crashed ({_signal(-code)})"
    last = (errors.strip().splitlines() or [f"exit status {code}"])[-1]
    return f"failed ({last[:300]})"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
