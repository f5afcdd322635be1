"""How Keras and TensorFlow are set on this machine: backend, layout, precision, oneDNN."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from utils.diagnosis.finding import Finding, ok, warning, wrong

# Setting of keras.json -> what the course needs, and why.
NEEDED = {
    "backend": ("tensorflow", "the course runs on TensorFlow alone"),
    "image_data_format": ("channels_last", "the course's photos are (height, width, 3)"),
    "floatx": ("float32", "other precisions give other losses, and NaN in float16"),
}
ODD = {
    "TF_USE_LEGACY_KERAS": "Keras 2 would stand in for Keras 3",
    "KERAS_MAX_EPOCHS": "every training would end after so many epochs",
    "KERAS_MAX_STEPS_PER_EPOCH": "every epoch would end after so many steps",
    "TF_XLA_FLAGS": "TensorFlow compiles in another way than the course was tested in",
    "TF_DETERMINISTIC_OPS": "some of TensorFlow's operations become slow or fail",
}
OFF = ("", "0", "false", "False")


def keras_file() -> Path:
    """Return where Keras reads its settings."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras").expanduser() / "keras.json"


def look_at_keras(path: Path | None = None) -> Iterator[Finding]:
    """Yield settings of Keras and TensorFlow under which the course fails or gives other results.

    `path`: the file of settings, Keras' own where it is left out.
    """
    path = path or keras_file()
    told, trouble = _read(path)
    if trouble:
        yield warning(f"{path} {trouble}, so Keras takes no setting from it.", "Delete it.")
    settings = {**{name: value for name, (value, _) in NEEDED.items()}, **told}
    backend = os.environ.get("KERAS_BACKEND", "")
    bad = False
    for name, (value, why) in NEEDED.items():
        if name == "backend" and backend:
            if backend != value:
                bad = True
                yield wrong(
                    f"KERAS_BACKEND is {backend!r}; {why}.",
                    "Unset it, or set KERAS_BACKEND=tensorflow.",
                )
        elif settings[name] != value:
            bad = True
            yield wrong(
                f"{path} sets {name} to {settings[name]!r}; {why}.",
                f'Write "{name}": "{value}" there, or delete the file.',
            )
    for name, why in ODD.items():
        if os.environ.get(name, "") not in OFF:
            bad = True
            yield warning(f"{name} is set: {why}.", f"Unset {name}.")
    if not bad:
        yield ok("Keras: TensorFlow as backend, channels last, float32.")
    yield from _look_at_onednn()


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """Return the settings of a file, and what is wrong with it, "" where nothing is."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"cannot be read ({error.strerror})"
    except ValueError:
        return {}, "is no JSON"
    return (told, "") if isinstance(told, dict) else ({}, "is no JSON object")


def _look_at_onednn() -> Iterator[Finding]:
    setting = os.environ.get("TF_ENABLE_ONEDNN_OPTS")
    state = "off" if setting == "0" else "on" if setting else "as TensorFlow chooses"
    yield ok(f"oneDNN: {state}. Last digits of losses differ between machines; that is no fault.")
