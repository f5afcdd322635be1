"""Captions in JSON: COCO's, Karpathy's splits, a line a caption, a dictionary from names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from utils.formats.table import (
    CAPTION_COLUMNS,
    IMAGE_COLUMNS,
    READ,
    SPLIT_COLUMNS,
    Entry,
    clean_name,
    named_column,
)
from utils.formats.text import lines_of

Found = tuple[str, list[Entry]]


def read_json_captions(path: Path, text: str) -> Found:
    """Return what the file is called, and its captions in order.

    Raises `ValueError` where it is not valid JSON or holds no captions in one of the forms.
    """
    values = _values(path, text)
    value = values[0]
    if len(values) > 1:
        return "JSON lines", list(_records(path, values))
    if isinstance(value, list):
        return "a JSON list of captions", list(_records(path, value))
    if isinstance(value, dict):
        images, annotations = value.get("images"), value.get("annotations")
        if isinstance(images, list) and isinstance(annotations, list):
            return "COCO's JSON", list(_coco(path, images, annotations))
        if isinstance(images, list):
            return "JSON with Karpathy's splits", list(_karpathy(path, images))
        if _field(value, IMAGE_COLUMNS) and _field(value, CAPTION_COLUMNS):
            return "JSON lines", list(_records(path, values))
        if value and all(map(_is_captions, value.values())):
            return "a JSON dictionary from names to captions", list(_dictionary(value))
    raise ValueError(f"{path} is JSON without captions as the course knows them. It reads {READ}.")


def _values(path: Path, text: str) -> list[Any]:
    """Return the one value of a JSON file, or that of each line."""
    try:
        try:
            return [_load(text)]
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON ({_why(error)}): get it again.") from error
    values = []
    for number, line in enumerate(lines_of(text), 1):
        try:
            values += [_load(line)] if line.strip() else []
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path}, line {number} is not valid JSON ({_why(error)}).") from error
    return values


def _load(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; a name that stands in it twice would silently lose what came first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:60]!r} stands twice in one object, give it one list")
    return found


def _why(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def _records(path: Path, records: list[Any]) -> Iterator[Entry]:
    for number, record in enumerate(records, 1):
        where = f"{path}, caption {number}"
        image = captions = None
        if isinstance(record, dict):
            image, captions = _field(record, IMAGE_COLUMNS), _field(record, CAPTION_COLUMNS)
        if image is None or captions is None:
            raise ValueError(
                f"{where} is no object with an image and a caption, such as "
                '{"image": "dog.jpg", "caption": "A dog runs"}. ' + f"The course reads {READ}."
            )
        split = _field(record, SPLIT_COLUMNS) or ""
        for caption in captions if isinstance(captions, list) else [captions]:
            yield _entry(where, image, caption, split)


def _field(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first of these fields that a record has, however its name is written."""
    fields = {named_column(name): value for name, value in record.items()}
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _coco(path: Path, images: list[Any], annotations: list[Any]) -> Iterator[Entry]:
    names = {}
    for number, image in enumerate(images, 1):
        name = _field(image, IMAGE_COLUMNS) if isinstance(image, dict) else None
        if not isinstance(name, str) or not _is_number(image.get("id")):
            raise ValueError(f"{path}: image {number} has no id or no file_name, as COCO's have.")
        names[image["id"]] = name
    if annotations and not any(isinstance(one, dict) and "caption" in one for one in annotations):
        raise ValueError(
            f"{path} is COCO's JSON, but its annotations hold no captions (boxes, perhaps): take "
            "the file whose name begins with captions_."
        )
    for number, one in enumerate(annotations, 1):
        where = f"{path}, annotation {number}"
        image = one.get("image_id") if isinstance(one, dict) else None
        if not _is_number(image) or image not in names:
            raise ValueError(f"{where} belongs to no image of the file: its image_id is {image!r}.")
        yield _entry(where, names[image], one.get("caption"))


def _karpathy(path: Path, images: list[Any]) -> Iterator[Entry]:
    for number, image in enumerate(images, 1):
        where = f"{path}, image {number}"
        name = _field(image, ("filename", "file_name")) if isinstance(image, dict) else None
        sentences = image.get("sentences") if isinstance(image, dict) else None
        if not isinstance(name, str) or not isinstance(sentences, list):
            raise ValueError(
                f"{where} has no filename or no sentences, as those of Karpathy's splits have; "
                f"COCO's has annotations beside its images. The course reads {READ}."
            )
        folder = image.get("filepath")
        if isinstance(folder, str) and folder:
            name = f"{folder.rstrip('/')}/{name}"
        for sentence in sentences:
            caption = sentence
            if isinstance(sentence, dict):
                caption = sentence.get("raw", sentence.get("tokens"))
                caption = " ".join(map(str, caption)) if isinstance(caption, list) else caption
            yield _entry(where, name, caption, image.get("split") or "")


def _dictionary(value: dict[str, Any]) -> Iterator[Entry]:
    for name, captions in value.items():
        for caption in captions if isinstance(captions, list) else [captions]:
            yield clean_name(name), caption.strip(), ""


def _is_captions(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | str)


def _entry(where: str, image: Any, caption: Any, split: Any = "") -> Entry:
    if not _is_number(image) or not isinstance(caption, str) or not isinstance(split, str):
        raise ValueError(f"{where} has an image, a caption or a split that is no text: mend it.")
    return clean_name(str(image)), caption.strip(), split
