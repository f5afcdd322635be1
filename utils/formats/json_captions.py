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
    if len(values) > 1:
        return "JSON lines", list(_records(path, values))
    found = _of_value(path, values[0])
    if found is None:
        raise ValueError(
            f"{path} is JSON without captions as the course knows them. It reads {READ}."
        )
    return found


def _of_value(path: Path, value: Any) -> Found | None:
    """Return what a list or an object holds; None where it is neither or holds no captions."""
    if isinstance(value, list):
        if value and isinstance(value[0], dict) and "sentences" in value[0]:
            return "JSON with Karpathy's splits", list(_karpathy(path, value))
        return "a JSON list of captions", list(_records(path, value))
    if not isinstance(value, dict) or not value:
        return None
    images, annotations = value.get("images"), value.get("annotations")
    if isinstance(images, list) and isinstance(annotations, list):
        return "COCO's JSON", list(_coco(path, images, annotations))
    if columns := _columns(value):
        return "JSON with a list for each column", list(_records(path, columns))
    if isinstance(images, list):
        return "JSON with Karpathy's splits", list(_karpathy(path, images))
    if _field(value, IMAGE_COLUMNS) and _field(value, CAPTION_COLUMNS):
        return "JSON lines", list(_records(path, [value]))
    if records := _by_name(value):
        return "a JSON dictionary from names to captions", list(_records(path, records))
    if sum(map(_is_captions, value.values())) > len(value) / 2:
        return "a JSON dictionary from names to captions", list(_dictionary(path, value))
    inner = next(iter(value.values()))
    return _of_value(path, inner) if len(value) == 1 else None  # {"data": [...]}


def _values(path: Path, text: str) -> list[Any]:
    """Return the one value of a JSON file, or that of each line."""
    try:
        try:
            return [_load(text)]
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{path} is not valid JSON ({_why(error)}): get it again, or mend it there."
        ) from error
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


def _columns(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table that is stored column by column, as pandas does; else nothing."""
    columns = {}
    for name, column in value.items():
        cells = list(column.values()) if isinstance(column, dict) else column
        if named_column(name) in (*IMAGE_COLUMNS, *CAPTION_COLUMNS, *SPLIT_COLUMNS):
            columns[name] = cells
    known = _field(columns, IMAGE_COLUMNS), _field(columns, CAPTION_COLUMNS)
    whole = all(isinstance(cells, list) for cells in columns.values())
    if None in known or not whole or len(set(map(len, columns.values()))) != 1:
        return []
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _by_name(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records of {"dog.jpg": {"captions": [...]}} with their names; else nothing."""
    if all(isinstance(one, dict) and _field(one, CAPTION_COLUMNS) for one in value.values()):
        return [{**one, IMAGE_COLUMNS[0]: name} for name, one in value.items()]
    return []


def _records(path: Path, records: list[Any]) -> Iterator[Entry]:
    for number, record in enumerate(records, 1):
        where = f"{path}, caption {number}"
        image = captions = None
        named = False
        if isinstance(record, dict):
            image, captions = _field(record, IMAGE_COLUMNS), _field(record, CAPTION_COLUMNS)
            named = any(named_column(name) in CAPTION_COLUMNS for name in record)
        if image is None or not named:
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
    known = _coco_images(path, images)
    if annotations and not any(isinstance(one, dict) and "caption" in one for one in annotations):
        raise ValueError(
            f"{path} is COCO's JSON, but its annotations hold no captions (boxes, perhaps): take "
            "the file whose name begins with captions_."
        )
    ids = [one.get("image_id") if isinstance(one, dict) else None for one in annotations]
    none_known = not any(str(image) in known for image in ids)
    for number, (image, one) in enumerate(zip(ids, annotations, strict=True), 1):
        where = f"{path}, annotation {number}"
        if not _is_number(image) or none_known:
            raise ValueError(f"{where} belongs to no image of the file: its image_id is {image!r}.")
        # Of images that were left out of the file, the number is the only name.
        name, split = known.get(str(image), (str(image), ""))
        yield _entry(where, name, one.get("caption"), split)


def _coco_images(path: Path, images: list[Any]) -> dict[str, tuple[str, str]]:
    """Return the name and the split, which may be "", of each image by its number as text."""
    found: dict[str, tuple[str, str]] = {}
    for number, image in enumerate(images, 1):
        name = _field(image, IMAGE_COLUMNS) if isinstance(image, dict) else None
        if not isinstance(name, str) or not _is_number(image.get("id")):
            raise ValueError(f"{path}: image {number} has no id or no file_name, as COCO's have.")
        split = _field(image, SPLIT_COLUMNS) or ""
        first, _ = found.setdefault(str(image["id"]), (name, split))
        if first != name:
            raise ValueError(
                f"{path}: {first} and {name} have the same id, {image['id']}, so that nobody knows "
                "whose captions are whose: give each image one of its own."
            )
    return found


def _karpathy(path: Path, images: list[Any]) -> Iterator[Entry]:
    for number, image in enumerate(images, 1):
        where = f"{path}, image {number}"
        name = _path_of(image) if isinstance(image, dict) else None
        sentences = image.get("sentences") if isinstance(image, dict) else None
        if not isinstance(name, str) or not isinstance(sentences, list):
            raise ValueError(
                f"{where} has no filename or no sentences, as those of Karpathy's splits have; "
                f"COCO's has annotations beside its images. The course reads {READ}."
            )
        for sentence in sentences:
            caption = sentence
            if isinstance(sentence, dict):
                if not {"raw", "tokens"} & set(sentence):
                    raise ValueError(
                        f"{where} has a sentence without `raw` and without `tokens`, which "
                        f"Karpathy's splits have (it has {', '.join(sentence) or 'nothing'})."
                    )
                caption = sentence.get("raw", sentence.get("tokens"))
                caption = " ".join(map(str, caption)) if isinstance(caption, list) else caption
            yield _entry(where, name, caption, image.get("split") or "")


def _path_of(image: dict[str, Any]) -> Any:
    """Return Karpathy's "filename" in its "filepath", a folder, which some write out whole."""
    name, folder = _field(image, ("filename", "file_name")), image.get("filepath")
    if not isinstance(folder, str) or not folder:
        return name
    folder = folder.replace("\\", "/").rstrip("/")
    if name is None or f"/{folder}".endswith(f"/{name}"):
        return folder
    return f"{folder}/{name}"


def _dictionary(path: Path, value: dict[str, Any]) -> Iterator[Entry]:
    for name, captions in value.items():
        for caption in captions if isinstance(captions, list) else [captions]:
            yield _entry(f"{path}, {name}", name, caption)


def _is_captions(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | str)


def _entry(where: str, image: Any, caption: Any, split: Any = "") -> Entry:
    if caption is None or caption != caption:  # null, or NaN, which pandas writes for nothing
        caption = ""  # left out and counted, as captions without a word are
    if not _is_number(image) or not isinstance(caption, str) or not isinstance(split, str):
        raise ValueError(f"{where} has an image, a caption or a split that is no text: mend it.")
    return clean_name(str(image)), caption.strip(), split
