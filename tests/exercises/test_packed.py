"""Checkers that lie packed in one file: they run, are pickled, and cannot be looked at."""

import inspect
import pickle
import sys
import traceback

import pytest

from utils.exercises import packed

TEXT = '''"""A module of checkers."""


def double(number):
    secret = number + number
    return secret


def fail(number):
    secret = 1 / number
    return secret
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "FOLDER", tmp_path)
    monkeypatch.setattr(packed, "CHECKS", tmp_path / "checks.bin")
    packed.packed_texts.cache_clear()
    yield tmp_path
    packed.packed_texts.cache_clear()
    sys.modules.pop("utils.exercises.chapter_97", None)


def pack_it(folder, text=TEXT):
    (folder / "checks.bin").write_bytes(packed.pack({"chapter_97.py": text}))


def test_a_packed_module_runs_and_its_functions_can_be_pickled(folder):
    pack_it(folder)
    module = packed.load_module("chapter_97")
    assert module.double(4) == 8
    assert module is sys.modules["utils.exercises.chapter_97"]
    assert module is packed.load_module("chapter_97")
    assert pickle.loads(pickle.dumps(module.double)) is module.double


def test_neither_errors_nor_inspect_show_its_text(folder):
    pack_it(folder)
    module = packed.load_module("chapter_97")
    for thing in (module, module.double):
        with pytest.raises(OSError):
            inspect.getsource(thing)
    with pytest.raises(ZeroDivisionError) as caught:
        module.fail(0)
    told = "".join(traceback.format_exception(caught.value))
    assert "chapter_97.py" in told and "secret" not in told
    assert b"secret" not in (folder / "checks.bin").read_bytes()


def test_where_there_is_neither_file_nor_text_nothing_is_loaded(folder):
    assert packed.load_module("chapter_97") is None
    assert packed.packed_texts() == {}


def test_a_module_that_fails_is_not_kept(folder):
    pack_it(folder, "1 / 0")
    with pytest.raises(ZeroDivisionError):
        packed.load_module("chapter_97")
    assert "utils.exercises.chapter_97" not in sys.modules


@pytest.mark.parametrize("held", [b"", b"nothing", packed.pack({"a": "b"})[:-3]])
def test_a_damaged_file_is_a_sentence(folder, held):
    (folder / "checks.bin").write_bytes(held)
    with pytest.raises(ValueError, match=r"checks\.bin is damaged: get a new copy"):
        packed.packed_texts()
