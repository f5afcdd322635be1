"""The judge: `judge("1.2", answer)` returns where the answer is correct, and raises otherwise.

This file lies as `judge.py` beside `course/`, a copy of the course, and `manifest.json`, which
knows the hash of every file in it. The answers are judged by a fresh copy of that copy, in a
process of its own, so that nothing that a notebook has changed in its kernel counts.
It needs the standard library and cloudpickle only.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import linecache
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FunctionType
from typing import Any

import cloudpickle

HERE = Path(__file__).resolve().parent
SECONDS = 240  # for one call; the exercises have shorter limits of their own
CORRECT = "correct"
DATA = "data/"  # these files are linked, not copied; they are large
# What the judge's process gets of the environment that the teacher works in.
KEPT = ("PATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
QUIET = {
    "COURSE_WIDGETS": "off",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class Trouble(RuntimeError):
    """The judge could not judge; the text says why."""


def judge(id: str, *answers: Any) -> None:
    """Judge the answers to an exercise.

    Raises `AssertionError` with the verdict's message where it is not "correct", and `Trouble`
    where there is no verdict.
    """
    try:
        message = _message(id, answers)
    except (OSError, ValueError, Trouble) as error:
        raise _in_a_sentence(Trouble(f"Exercise {id} was not judged: {error}")) from None
    if message:
        raise _in_a_sentence(AssertionError(message))


def _in_a_sentence(error: Exception) -> Exception:
    """Return an error that a notebook shows as its text, without the lines that raised it."""
    error._render_traceback_ = lambda: [str(error)]
    return error


def _message(id: str, answers: tuple[Any, ...]) -> str:
    """Return "" for a correct answer, else what the verdict says."""
    try:
        sent = cloudpickle.dumps((answers, _sources(answers)))
    except Exception as error:  # whatever a value raises that cannot be pickled
        raise Trouble(f"the answer cannot be handed over ({type(error).__name__}).") from None
    manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        course = Path(home) / "course"
        _copy(HERE / "course", course, manifest["files"])
        verdict = _verdict(course, manifest["python"], (id, len(answers)), sent)
    return "" if verdict["outcome"] == CORRECT else str(verdict["message"] or verdict["outcome"])


def _sources(answers: tuple[Any, ...]) -> dict[tuple[str, int], tuple[str, list[str]]]:
    """Return name and first line of functions -> their file and its text.

    A placeholder is known by its text, and an error names the line in it. The functions are the
    answers, and those of the same notebook that they call.
    """
    found: dict[tuple[str, int], tuple[str, list[str]]] = {}
    waiting = [inspect.unwrap(answer) for answer in answers if callable(answer)]
    homes = {getattr(function, "__module__", None) for function in waiting}
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function.__module__ not in homes:
            continue
        code = function.__code__
        key = code.co_name, code.co_firstlineno
        if key not in found:
            found[key] = code.co_filename, linecache.getlines(code.co_filename)
            waiting += [function.__globals__.get(name) for name in code.co_names]
    return found


def changed_files(course: Path, hashes: dict[str, str]) -> list[str]:
    """Return the files of a copy of the course that are missing, or are not what they were."""
    return [name for name, known in hashes.items() if _hash(course / name) != known]


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _copy(course: Path, fresh: Path, hashes: dict[str, str]) -> None:
    """Copy the files that the manifest names, and no others. Raises `Trouble` for a changed one."""
    for folder in {(fresh / name).parent for name in hashes}:
        folder.mkdir(parents=True, exist_ok=True)
    for name in hashes:
        _put(course / name, fresh / name, is_linked=name.startswith(DATA))
    changed = changed_files(fresh, hashes)
    if changed:
        raise Trouble(
            f"the judge's copy of the course was changed ({changed[0]}). Lay it again with "
            "`python -m utils handout`, then grade again."
        )


def _put(source: Path, target: Path, is_linked: bool) -> None:
    if is_linked:
        try:
            return target.symlink_to(source)
        except OSError:  # Windows wants a right for it
            pass
    if source.is_file():
        shutil.copyfile(source, target)
    return None


def _verdict(course: Path, python: str, asked: tuple[str, int], sent: bytes) -> dict[str, Any]:
    """Return outcome and message from a process that runs in the fresh copy."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    id, count = asked
    interpreter = python if Path(python).exists() else sys.executable
    try:
        done = subprocess.run(
            [interpreter, "-m", "utils.classroom.judged", id, str(count)],
            input=sent,
            capture_output=True,
            cwd=course,
            env={**environment, **QUIET, "PYTHONPATH": str(course)},
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Trouble(f"it took more than {SECONDS} seconds.") from None
    try:
        verdict = json.loads(done.stdout)
        return {"outcome": verdict["outcome"], "message": verdict["message"]}
    except (ValueError, KeyError, TypeError):
        told = done.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise Trouble(f"its process ended with {done.returncode} and said: {told}") from None
