"""Whatever stands in a captioner's settings, a reader gets one sentence and nothing is built."""

import json
import random
import re

import pytest

from utils.model import ModelConfig
from utils.support.paths import CAPTIONERS
from utils.support.saved_settings import demand_sizes, read_saved_settings, read_words

FILES = ("model.weights.h5", "vocabulary.json")
SETTINGS = json.loads((CAPTIONERS / "scenes" / "settings.json").read_text(encoding="utf-8"))
NUMBERS = (CAPTIONERS / "scenes" / FILES[0]).stat().st_size // 2
ODD = (None, True, -1, 0, 1.5, 1e308, 10**400, "", "x", "../x", [], {}, [[]], {"..": "x"}, "0" * 64)
AGAIN = r"[^\n]*settings\.json[^\n]*: ?get the whole folder again\.|[^\n]*; get the whole folder.*"


def read(path, data):
    path.write_bytes(data)
    settings = read_saved_settings(path, FILES)
    demand_sizes(path, settings["model"], ModelConfig, NUMBERS)
    return settings


def text(settings):
    return json.dumps(settings).encode()


def test_those_that_come_with_the_course_are_read_with_a_byte_order_mark_too(tmp_path):
    path = tmp_path / "settings.json"
    assert read(path, text(SETTINGS)) == SETTINGS
    assert read(path, b"\xef\xbb\xbf" + text(SETTINGS)) == SETTINGS


@pytest.mark.parametrize(
    "change",
    [
        {"model": {**SETTINGS["model"], "rope": True}},
        {"model": {**SETTINGS["model"], "units": 10**6}},
        {"model": {**SETTINGS["model"], "vocabulary_size": 10**7}},
        {"model": {**SETTINGS["model"], "dropout": float("nan")}},
        {"files": {**SETTINGS["files"], "../../secret": "0" * 64}},
        {"files": {"../vocabulary.json": "0" * 64, FILES[0]: "0" * 64}},
        {"cnn": {"weights": "../x", "sha256": "../x"}},
        {"more": {"beam_width": 10**9}},
        {"more": {"length_penalty": float("inf")}},
        {"more": {"beam_width": "5"}},
        {"more": {"beam_width": 10**400}},
        {"more": {"length_penalty": 10**400}},
        {"model": {}},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_is_named_with_the_advice(tmp_path, change):
    with pytest.raises(ValueError, match=AGAIN):
        read(tmp_path / "settings.json", text({**SETTINGS, **change}))


@pytest.mark.parametrize("words", [{"a": 1}, [1], ["<pad>", None], ["<pad>", "\ud800"], "a", None])
def test_words_that_are_none_are_refused(tmp_path, words):
    path = tmp_path / "vocabulary.json"
    path.write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(ValueError, match="get the whole folder again"):
        read_words(path)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))


def changed(chance):
    """The settings with one value exchanged, one removed, one added, or bytes cut or changed."""
    told = json.loads(json.dumps(SETTINGS))
    *above, name = chance.choice([path for path in places(told) if path])
    inner = told
    for step in above:
        inner = inner[step]
    kind = chance.randrange(5)
    if kind == 0:
        inner[name] = chance.choice(ODD)
    elif kind == 1:
        del inner[name]
    elif kind == 2:
        inner[chance.choice(["rope", "..", "units", ""])] = chance.choice(ODD)
    data = bytearray(text(told))
    if kind == 3:
        del data[chance.randrange(len(data)) :]
    elif kind == 4:
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def test_hundreds_of_damaged_settings_are_read_or_refused_in_one_sentence(tmp_path):
    chance, refused = random.Random(0), 0
    for _ in range(600):
        data = changed(chance)
        try:
            read(tmp_path / "settings.json", data)
        except ValueError as error:
            refused += 1
            assert re.fullmatch(AGAIN, str(error)), (data, error)
    assert refused > 250
