"""The settings of a saved captioner, checked before anything is built by them.

The file may have been edited, cut on its way, or be that of another version: whatever stands in it,
a reader gets one sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from utils.support.files import read_json, sha256

GET_AGAIN = "get the whole folder again."
KINDS_OF = {
    "format": int,
    "kind": str,
    "model": dict,
    "cnn": dict,
    "vocabulary": str,
    "files": dict,
    "more": dict,
}
NEEDED = ("model", "cnn", "vocabulary", "files")
NETWORKS = ("embedded", "imagenet")
# What decides how captions are searched: the least and the greatest value.
SEARCH = {"beam_width": (1, 1_000), "max_length": (1, 10_000), "length_penalty": (-100, 100)}
HALF = re.compile("[\ud800-\udfff]")  # of a character, which cannot be written
LARGEST = 10_000_000  # of any size of a model
# Earlier versions could switch a side of the course's model off; a side ends with this layer.
SWITCHES = {"use_image": "image_encoder", "use_text": "lstm"}


def read_saved_settings(
    path: Path, files: Sequence[str], others: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the file says, each part of it of the kind that it should be.

    "files" gives the hashes of all `files`, and of `others` where they are there; no other name
    is read, so that none leads out of the folder. Raises `ValueError`.
    """
    settings = read_json(path, GET_AGAIN, dict)
    for name in NEEDED:
        if name not in settings:
            raise ValueError(f"{path} does not say {name!r}: {GET_AGAIN}")
    for name, kind in KINDS_OF.items():
        if name in settings and type(settings[name]) is not kind:
            raise odd(path, name)
    if not set(files) <= set(settings["files"]) <= {*files, *others}:
        raise odd(path, "files")
    if settings["cnn"].get("weights") not in NETWORKS:
        raise odd(path, "cnn")
    for name, (least, most) in SEARCH.items():
        value = settings.get("more", {}).get(name)
        if value is not None and not (_is_number(value) and least <= value <= most):
            raise odd(path, name)
        if name != "length_penalty" and isinstance(value, float):
            raise odd(path, name)
    return settings


def read_words(path: Path) -> list[str]:
    """Return the words of a saved vocabulary. Raises `ValueError` where they are none."""
    words = read_json(path, GET_AGAIN, list)
    if not all(isinstance(word, str) and not HALF.search(word) for word in words):
        raise odd(path, "words")
    return words


def demand_files(folder: Path, files: dict[str, str]) -> None:
    """Raise `ValueError` where a file of a folder is missing or has another SHA-256 than saved."""
    for file, expected in files.items():
        if not (folder / file).is_file():
            raise ValueError(f"{folder / file} is missing: {GET_AGAIN}")
        if sha256(folder / file) != expected:
            raise ValueError(
                f"{folder / file} is not the file that was saved with this captioner (its SHA-256 "
                f"differs): weights and vocabulary work together only; {GET_AGAIN}"
            )


def take_switches(path: Path, sizes: dict[str, Any]) -> list[str]:
    """Take the switches of earlier versions out of the sizes; return the layers that give zeros.

    Raises `ValueError` where a switch is neither true nor false.
    """
    found = {name: sizes.pop(name) for name in SWITCHES if name in sizes}
    for name, value in found.items():
        if type(value) is not bool:
            raise odd(path, name)
    return [SWITCHES[name] for name, on in found.items() if not on]


def demand_sizes(path: Path, sizes: dict[str, Any], config: type, numbers: int) -> None:
    """Raise `ValueError` where the sizes of a model are not those that a config may have.

    `numbers`: how many the file of the weights can hold, which bounds the sizes: a model is built
    before its weights are read, and one of a million units would not fit into any memory.
    """
    kinds = {field.name: str(field.type) for field in fields(config)}
    for name, value in sizes.items():
        if name not in kinds or not _is_a(kinds[name], value):
            raise odd(path, name)
    for field in fields(config):
        if field.name not in sizes and field.default is MISSING:
            raise odd(path, field.name)
    known = {field.name: field.default for field in fields(config)} | sizes
    # Numbers of the embedding, of an LSTM and of the layer that reads the features.
    pairs = (("vocabulary_size", "embedding_size"), ("units", "units"), ("feature_size", "units"))
    for first, second in pairs:
        both = (known[first], known[second])
        if all(isinstance(one, int) for one in both) and both[0] * both[1] > numbers:
            raise odd(path, first)


def odd(path: Path, name: str) -> ValueError:
    """Return the error about a part of the settings."""
    return ValueError(f"{path} says nothing that can be used of {name!r}: {GET_AGAIN}")


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return type(value) is int


def _is_a(kind: str, value: Any) -> bool:
    """Tell whether a value is of a kind, by the name of its type, and not beyond all use."""
    if kind == "int":
        return type(value) is int and 0 < value <= LARGEST
    if kind == "float":
        return _is_number(value) and 0 <= value < 1
    return type(value).__name__ == kind
