"""What a bug report needs, as Markdown, with nothing private in it."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from utils.diagnosis.course_data import digest_of, expected_hashes
from utils.diagnosis.finding import WARNING, WRONG, Finding
from utils.support.paths import ROOT
from utils.support.versions import pinned, versions

# Variables that change results. Only the values that are named here are ever shown.
VARIABLES = {
    "KERAS_BACKEND": ("tensorflow", "jax", "torch", "openvino"),
    "TF_ENABLE_ONEDNN_OPTS": ("0", "1"),
    "TF_USE_LEGACY_KERAS": ("0", "1"),
    "CUDA_VISIBLE_DEVICES": ("", "-1", "0", "1"),
    "COURSE_DEVICE": ("cpu", "auto"),
    "DATASET": ("scenes", "flickr8k"),
    "CAPTIONING_CACHE": (),
    "COURSE_DATA": (),
    "COURSE_ROOT": (),
    "KERAS_HOME": (),
    "PYTHONPATH": (),
}
# What could be private, whoever wrote it: addresses, mail, keys, and paths outside the course.
PATTERNS = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+"), "MAIL"),
    (re.compile(r"\b(?:https?|ftp|ssh)://\S+"), "ADDRESS"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "IP"),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![\w:])"), "IP"),
    (re.compile(r"(?i)\b(authorization|bearer|token|password|secret|api_?key)(\W+)\S+"),
     r"\1\2..."),
    (re.compile(r"\b(?:hf|ghp|gho|sk|pypi|glpat|xox\w)[-_][\w-]{8,}"), "KEY"),
    (re.compile(r"(?<![\w.~])(?:[A-Za-z]:)?[\\/](?:[^\\/\s:;,'\"`|()]+[\\/])+[^\s:;,'\"`|()]*"),
     "PATH"),
)  # fmt: skip
SHORTEST = 5  # letters of a variable's value from which on it is taken out wherever it stands


def bug_report(findings: Sequence[Finding], cards: Sequence[str] = (), build: str = "") -> str:
    """Return the report: machine, versions, the state of the course, and what is not well.

    `cards`: names of GPUs. `build`: the commit that TensorFlow was built from. Nothing of it says
    who runs the course, where, or on which host.
    """
    parts = [
        "### Report of `python -m utils doctor --share`",
        _table("machine", _machine(cards)),
        _table("version", _versions(build)),
        _table("course", _course()),
        _table("set by the environment", _variables()),
        _not_well(findings),
    ]
    return without_secrets("\n\n".join(part for part in parts if part))


def _table(head: str, rows: dict[str, str]) -> str:
    if not rows:
        return ""
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join([f"| {head} | |", "|---|---|", *lines])


def _not_well(findings: Sequence[Finding]) -> str:
    bad = [one for one in findings if one.mark in (WRONG, WARNING)]
    lines = [f"- **{one.mark}**: {one.what}" for one in bad] or ["- The doctor found nothing."]
    return "\n".join(lines)


def _machine(cards: Sequence[str]) -> dict[str, str]:
    try:
        import psutil

        here = psutil.virtual_memory()
        memory = f"{here.total / 1e9:.1f} GB, {here.available / 1e9:.1f} free"
    except ImportError:
        memory = "unknown"
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": f"{platform.machine()}, {_processor()}, {os.cpu_count()} of them",
        "memory": memory,
        "GPU": ", ".join(cards) or "none that nvidia-smi lists",
    }


def _processor() -> str:
    """Return the model of the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _versions(build: str) -> dict[str, str]:
    pins = pinned()
    found = versions(*pins)
    shown = {"Python": f"{found.pop('python')} ({platform.python_implementation()})"}
    shown["environment"] = "of its own" if sys.prefix != sys.base_prefix else "the system's"
    for name, version in found.items():
        main = name in ("tensorflow", "keras", "numpy", "pillow")
        if version != pins[name]:
            shown[name] = f"{version} (pinned: {pins[name]})"
        elif main:
            shown[name] = version
    return {**shown, **({"tensorflow's build": build} if build else {})}


def _course() -> dict[str, str]:
    """Return the commit, how many files differ from it, and the hashes of the data."""
    shown = {}
    commit = _git("rev-parse", "--short=12", "HEAD")
    if commit:
        changed = _git("status", "--porcelain", "--untracked-files=no").splitlines()
        more = _git("ls-files", "--others", "--exclude-standard").splitlines()
        shown["commit"] = commit
        shown["changed files"] = ", ".join(line[3:] for line in changed[:20]) or "none"
        shown["files of your own"] = str(len(more))
    else:
        shown["commit"] = "no git here"
    for path, expected in expected_hashes().items():
        name = path.relative_to(ROOT).as_posix()
        try:
            found = digest_of(path)
            shown[name] = "as it came" if found == expected else f"another: {found[:12]}"
        except OSError:
            shown[name] = "missing"
    return shown


def _git(*arguments: str) -> str:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return ""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.rstrip() if told.returncode == 0 else ""


def _variables() -> dict[str, str]:
    """Return the variables that change results: their value where it is a known one, or "set"."""
    present = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    return {
        name: value if value in VARIABLES[name] else "set (value left out)"
        for name, value in present.items()
    }


# What is taken out


def private_words() -> dict[str, str]:
    """Return what must not be in a report -> what stands for it, the longest first."""
    words = {str(ROOT): "COURSE", tempfile.gettempdir(): "TMP", sys.prefix: "ENVIRONMENT"}
    words |= {str(place): "HOME" for place in _homes()}
    words |= dict.fromkeys(_names(), "USER")
    for host in {platform.node(), socket.gethostname(), os.environ.get("HOSTNAME", "")}:
        words |= {host: "HOST", host.partition(".")[0]: "HOST"}
    shown = _public()
    for name, value in os.environ.items():
        if len(value) >= SHORTEST and value not in shown:
            words.setdefault(value, f"${name}")
    kept = {word: stands for word, stands in words.items() if word.strip("/\\")}
    return dict(sorted(kept.items(), key=lambda pair: -len(pair[0])))


def _public() -> set[str]:
    """Return what the report says on purpose, though a variable may have it as its value.

    TensorFlow, for example, sets TPU_ML_PLATFORM_VERSION to its own version when it is imported.
    """
    known = {value for name in VARIABLES for value in VARIABLES[name]}
    found = {*versions(*pinned()).values(), *pinned().values(), *pinned()}
    return known | found | {platform.system(), platform.release(), platform.machine()}


def _homes() -> set[Path]:
    found = {Path(os.environ[name]) for name in ("HOME", "USERPROFILE") if os.environ.get(name)}
    with contextlib.suppress(RuntimeError):  # no home at all, as in some containers
        found.add(Path.home())
    return found


def _names() -> set[str]:
    names = {os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME")}
    names |= {home.name for home in _homes()}
    with contextlib.suppress(KeyError, OSError, ImportError):  # a user without a name
        names.add(getpass.getuser())
    return names


def without_secrets(text: str) -> str:
    """Return a text without names, places, addresses and keys of whoever runs this."""
    for word, stands in private_words().items():
        if word:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _, s=stands: s, text)
    for pattern, stands in PATTERNS:
        text = pattern.sub(stands, text)
    return text
