import hashlib
import json
from pathlib import Path

import pytest

from utils.support import paths
from utils.support.files import atomic_path, read_json, sha256, write_json


def test_the_hash_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"caption\r\n" * 100_000)
    assert sha256(path) == hashlib.sha256(b"caption\r\n" * 100_000).hexdigest()


def test_a_file_appears_whole_and_keeps_its_ending(tmp_path):
    target = tmp_path / "new" / "folder" / "model.keras"
    with atomic_path(target) as temporary:
        assert temporary.parent == target.parent and temporary.suffix == ".keras"
        temporary.write_bytes(b"weights")
        assert not target.exists()
    assert target.read_bytes() == b"weights"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), atomic_path(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_written_is_an_error_and_leaves_the_old_file(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(FileNotFoundError), atomic_path(target):
        pass
    assert target.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("fails", [False, True])
def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path, fails):
    target = tmp_path / "captioner"
    target.mkdir()
    (target / "old").touch()
    try:
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / "new").touch()
            if fails:
                raise RuntimeError
    except RuntimeError:
        pass
    assert [path.name for path in target.iterdir()] == ["old" if fails else "new"]
    assert list(tmp_path.iterdir()) == [target]


def test_json_goes_and_comes_back(tmp_path):
    value = {"word": "chó", "scores": [1, 2.5, None], "a": {"b": True}}
    write_json(tmp_path / "value.json", value)
    assert read_json(tmp_path / "value.json") == value
    text = (tmp_path / "value.json").read_bytes().decode("utf-8")
    assert "chó" in text and text.endswith("}\n")


def test_a_value_that_is_no_json_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "value.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "value.json", {"path": Path("x")})
    assert read_json(tmp_path / "value.json") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


def test_a_damaged_json_file_is_named(tmp_path):
    path = tmp_path / "value.json"
    path.write_text(json.dumps([1, 2])[:-1], encoding="utf-8")
    with pytest.raises(ValueError, match=r"value\.json is not valid JSON .*delete it"):
        read_json(path)


# Paths


def test_the_dataset_is_scenes_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.delenv("DATASET", raising=False)
    assert paths.dataset_name() == "scenes"
    monkeypatch.setenv("DATASET", "  ")
    assert paths.dataset_name() == "scenes"
    monkeypatch.setenv("DATASET", " flickr8k ")
    assert paths.dataset_name() == "flickr8k"
    assert paths.dataset_dir() == paths.DATA / "flickr8k"
    assert paths.dataset_dir("scenes") == paths.DATA / "scenes"


def test_any_other_name_is_a_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert paths.dataset_dir("~/my photos") == tmp_path / "my photos"
    assert paths.dataset_dir(str(tmp_path)) == tmp_path


def test_the_cache_goes_where_the_environment_says_and_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("CAPTIONING_CACHE", str(tmp_path / "a" / "b"))
    assert paths.cache_dir() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    monkeypatch.delenv("CAPTIONING_CACHE")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    assert paths.cache_dir() == tmp_path / "data" / "cache"


def test_the_root_holds_the_package():
    assert (paths.ROOT / "utils" / "support" / "paths.py").is_file()
    assert paths.DATA.parent == paths.ROOT
