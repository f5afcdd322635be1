"""Which device the course computes on: the accelerator that TensorFlow finds, or the processor.

`COURSE_DEVICE=cpu` in the environment chooses the processor, `COURSE_DEVICE=auto` whatever there
is. Where it is not set, `device.json` in the caches counts: `python -m utils doctor` writes it
where an accelerator gives wrong results. `utils.support.quiet` asks before TensorFlow starts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from utils.support.files import write_json
from utils.support.paths import made_dir

AUTO, CPU = "auto", "cpu"
HIDDEN = {"CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1"}
_before: dict[str, str | None] = {}


def device_file() -> Path:
    """Return where the choice is kept; the folder is not made."""
    folder = os.environ.get("CAPTIONING_CACHE") or made_dir() / "cache"
    return Path(folder).expanduser() / "device.json"


def kept_reason() -> str:
    """Return why the accelerator is switched off, as a sentence; "" where it is not."""
    try:
        kept = json.loads(device_file().read_text(encoding="utf-8"))
        return str(kept["why"]) if kept["device"] == CPU else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def chosen_device() -> str:
    """Return `AUTO` or `CPU`."""
    asked = os.environ.get("COURSE_DEVICE", "").strip().lower()
    if asked in (AUTO, CPU):
        return asked
    return CPU if kept_reason() else AUTO


def switch_off(why: str) -> None:
    """Keep for all commands and notebooks that the processor is used. Raises `OSError`."""
    write_json(device_file(), {"device": CPU, "why": why})


def switch_on() -> None:
    """Forget the choice, so that an accelerator is used again. Raises `OSError`."""
    device_file().unlink(missing_ok=True)


def hide_accelerators() -> None:
    """Hide accelerators from a TensorFlow that starts later, where the processor was chosen."""
    if chosen_device() == CPU and not _before:
        _before.update({name: os.environ.get(name) for name in HIDDEN})
        os.environ.update(HIDDEN)


def variables_before() -> dict[str, str | None]:
    """Return the variables as they were before accelerators were hidden; None where unset."""
    return dict(_before)
