import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from utils.support import files, paths
from utils.support.errors import sentence
from utils.support.files import (
    MACHINE,
    atomic_path,
    demand_apart,
    read_json,
    remove_leftovers,
    sha256,
    write_json,
)


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


def test_one_setting_moves_all_that_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.delenv("CAPTIONING_CACHE", raising=False)
    assert paths.made_dir() == tmp_path
    assert paths.dataset_dir("scenes") == tmp_path / "scenes"
    assert paths.cache_dir() == tmp_path / "cache"
    assert paths.shown(tmp_path) == tmp_path and paths.shown(paths.DATA) == Path("data")


# What may go wrong with a place


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f".course-{MACHINE}-{ended.pid}-0123abcd.scenes"
    (left / "Images").mkdir(parents=True)
    kept = [
        tmp_path / f".course-{MACHINE}-{os.getpid()}-0123abcd.scenes",  # at work
        tmp_path / f".course-{'0' * 8}-{ended.pid}-0123abcd.scenes",  # of another machine
        tmp_path / ".course-notes.txt",
        tmp_path / ".0123abcd.txt",
    ]
    for path in kept:
        path.touch()
    write_json(tmp_path / "value.json", 1)
    assert set(tmp_path.iterdir()) == {*kept, tmp_path / "value.json"}
    remove_leftovers(tmp_path / "nowhere")


def test_make_clean_knows_the_temporary_names(tmp_path):
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    pattern = makefile.split("-name '.course-")[1].split("'")[0]
    with atomic_path(tmp_path / "x.json") as temporary:
        temporary.touch()
        assert temporary.match(f".course-{pattern}")


def test_a_name_as_long_as_can_be_is_written(tmp_path):
    target = tmp_path / ("ờ" * 80 + ".json")  # 245 bytes
    write_json(target, 1)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "value.json")
    write_json(link, 1)
    assert link.is_symlink() and read_json(tmp_path / "there" / "value.json") == 1


def test_a_file_where_a_folder_belongs_and_the_other_way_round_are_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file is a file where a folder belongs"):
        write_json(tmp_path / "file" / "deeper" / "value.json", 1)
    with (
        pytest.raises(OSError, match="file is a file where a folder belongs"),
        atomic_path(tmp_path / "file") as temporary,
    ):
        temporary.mkdir()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder is a folder where a file belongs"):
        write_json(tmp_path / "folder", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_or_a_device_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        write_json(tmp_path / "pipe", 1)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_or_lost_disk_names_the_target_and_keeps_the_old_file(tmp_path, monkeypatch, number):
    write_json(tmp_path / "value.json", 1)

    def fail(path, data):
        Path(os.fsdecode(path)).touch()
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError) as caught:
        write_json(tmp_path / "value.json", 2)
    told = sentence(caught.value)
    assert str(tmp_path / "value.json") in told and "then run the same command again" in told
    assert ".course-" not in told
    assert read_json(tmp_path / "value.json") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


def test_a_disk_that_says_it_is_full_only_at_the_end_keeps_the_old_file(tmp_path, monkeypatch):
    write_json(tmp_path / "value.json", 1)

    def fail(descriptor):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="quota"):
        write_json(tmp_path / "value.json", 2)
    assert read_json(tmp_path / "value.json") == 1


def test_a_place_that_may_not_be_written_names_the_setting(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    told = sentence(OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path / "runs" / "x")))
    assert told.endswith("choose another place by setting COURSE_DATA to a folder of yours.")
    told = sentence(OSError(errno.EROFS, os.strerror(errno.EROFS), "/elsewhere/x"))
    assert told.endswith("or choose another place.")


# JSON that people have touched


def test_a_byte_order_mark_is_no_part_of_json(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + '{"a": "chó"}'.encode())
    assert read_json(tmp_path / "x.json", kind=dict) == {"a": "chó"}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe{\x00", b"[" * 100_000, b"9" * 5_000, b"null", b"[]", b'"x"']
)
def test_whatever_else_stands_there_is_one_sentence_with_the_advice(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ValueError, match=r"x\.json .*; get it again\.$") as caught:
        read_json(tmp_path / "x.json", "get it again.", dict)
    assert "\n" not in str(caught.value)


def test_a_name_in_another_encoding_is_written_as_json_and_comes_back(tmp_path):
    name = os.fsdecode(b"caf\xe9 \xff.jpg")
    write_json(tmp_path / "x.json", {name: "chó"})
    assert read_json(tmp_path / "x.json") == {name: "chó"}


# Outputs that are inputs


def test_an_output_is_never_an_input_whatever_its_name(tmp_path):
    path = tmp_path / "captions.txt"
    path.touch()
    (tmp_path / "folder").mkdir()
    os.link(path, tmp_path / "hard.json")
    (tmp_path / "soft.json").symlink_to(path)
    (tmp_path / "other.json").touch()
    names = ["captions.txt", "folder/../captions.txt", "hard.json", "soft.json"]
    for name in names:
        with pytest.raises(ValueError, match="one of the files that are read"):
            demand_apart([tmp_path / "other.json", tmp_path / name], [path, tmp_path / "gone"])
    demand_apart([tmp_path / "other.json", tmp_path / "new.json"], [path])


@pytest.mark.parametrize("other", ["a.json", "A.JSON", "x/../a.json"])
def test_two_outputs_are_two_files(tmp_path, other):
    (tmp_path / "x").mkdir()
    with pytest.raises(ValueError, match="are the same file"):
        demand_apart([tmp_path / "a.json", tmp_path / other], [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_folder_that_cannot_be_copied_is_one_sentence(tmp_path):
    (tmp_path / "mine").mkdir()
    os.mkfifo(tmp_path / "mine" / "pipe")
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path / "mine", tmp_path / "copy")
    assert re.fullmatch(
        r"/.*/mine/pipe could not be copied \(.*\): move .*\.", sentence(caught.value)
    )
