"""Which photo a name means, and where photos lie."""

import errno
import os
import unicodedata
from pathlib import Path

import pytest

from utils.formats.names import (
    find_photos_of,
    match_names,
    photos_under,
    unfound_notes,
    usual_places,
)

SUFFIXES = (".jpg", ".png")
NFC, NFD = (unicodedata.normalize(form, "chó ảnh.jpg") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("name", "photo"),
    [
        ("a.jpg", "a.jpg"), ("a.JPG", "a.jpg"), ("A.jpg", "a.JPG"), ("a", "a.jpg"), ("A", "a.jpg"),
        (NFC, NFD), (NFD, NFC), ("Images/a.jpg", "a.jpg"), ("a.jpg", "Images/a.jpg"),
        ("Images\\a.jpg", "a.jpg"), ("./a.jpg", "a.jpg"), ("/data/x/a.jpg", "a.jpg"),
        ("my photo 1.jpg", "my photo 1.jpg"), ("a.b", "a.b.jpg"), ("a.jpg", "a.png"),
        ("val2014/a.jpg", "val2014/a.jpg"),
        ("my%20dog.jpg", "my dog.jpg"), ("my dog.jpg", "my%20dog.jpg"),
        ("caf%C3%A9.jpg", "café.jpg"),
        ("https://x.org/z/a.jpg?size=3", "a.jpg"), ("a.jpg", "a.jpg.jpg"), ("a", "a.JPG.jpg"),
    ],
)  # fmt: skip
def test_a_name_means_its_photo(name, photo):
    there = [photo, "other.jpg", "b.png"]
    assert match_names([name, "absent.jpg"], there) == {name: photo}


def test_a_name_that_could_mean_two_means_none():
    assert match_names(["A.jpg", "b"], ["x/a.jpg", "y/a.jpg", "b.jpg", "b.png"]) == {}
    assert match_names(["x/a.jpg", "b.png"], ["x/a.jpg", "y/a.jpg", "b.jpg", "b.png"]) == {
        "x/a.jpg": "x/a.jpg", "b.png": "b.png",
    }  # fmt: skip


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"photo")


@pytest.mark.parametrize(
    "place",
    [
        "Images", "images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k_images", "photos",
        "img", "", "val2017", "my holidays", "Flicker8k_Dataset/Flicker8k_Dataset", "a/b/c",
    ],
)  # fmt: skip
def test_photos_are_found_wherever_they_lie(tmp_path, place):
    put(tmp_path / place, "a.jpg", "b.jpg")
    put(tmp_path, "__MACOSX/._a.jpg", ".hidden/a.jpg", "notes.txt")
    found, photo_of = find_photos_of(["a.jpg", "b.jpg"], usual_places(tmp_path), SUFFIXES)
    assert found == tmp_path / place
    assert photo_of == {"a.jpg": "a.jpg", "b.jpg": "b.jpg"}


def test_photos_in_two_folders_are_named_from_the_one_above(tmp_path):
    put(tmp_path, "train2014/a.jpg", "val2014/b.jpg")
    found, photo_of = find_photos_of(["a.jpg", "val2014/b.jpg"], usual_places(tmp_path), SUFFIXES)
    assert found == tmp_path
    assert photo_of == {"a.jpg": "train2014/a.jpg", "val2014/b.jpg": "val2014/b.jpg"}


def test_a_usual_folder_comes_before_copies_elsewhere(tmp_path):
    put(tmp_path, "Images/a.jpg", "small/a.jpg", "a.jpg")
    assert find_photos_of(["a.jpg"], usual_places(tmp_path), SUFFIXES)[0] == tmp_path / "Images"


def test_photos_that_are_not_found_are_said_with_where_there_are_some(tmp_path):
    put(tmp_path, "deep/er/x.jpg")
    with pytest.raises(
        FileNotFoundError, match=r"None of the 2 captioned images .*no a.jpg"
    ) as told:
        find_photos_of(["a.jpg", "b.jpg"], usual_places(tmp_path), SUFFIXES)
    assert f"There are photos in {tmp_path / 'deep' / 'er'}, such as x.jpg." in str(told.value)
    with pytest.raises(FileNotFoundError, match="No photos were found there"):
        find_photos_of(["a.jpg"], [tmp_path / "none"], SUFFIXES)


def test_the_walk_ends(tmp_path):
    put(tmp_path, "a/b/c/d/e/f.jpg", "a/x.jpg")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert photos_under(tmp_path, SUFFIXES) == ["a/x.jpg"]


def test_a_folder_that_may_not_be_read_is_said(tmp_path, monkeypatch, capsys):
    put(tmp_path, "a.jpg", "locked/b.jpg", "open/c.jpg")
    scan = os.scandir

    def guarded(path):
        if Path(path) == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    locked = tmp_path / "locked"
    for _ in range(2):
        assert photos_under(tmp_path, SUFFIXES) == ["a.jpg", "open/c.jpg"]
    assert capsys.readouterr().err.count(f"{locked} may not be read") == 1
    with pytest.raises(PermissionError):
        find_photos_of(["b.jpg"], [locked], SUFFIXES)


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def test_why_a_name_has_no_photo_is_said(tmp_path):
    put(tmp_path, "x/a.jpg", "y/a.jpg", "b.jpg")
    (tmp_path / "IMG_1.HEIC").write_bytes(HEIC)
    notes = unfound_notes(["a.jpg", "img_1.heic", "none.jpg"], tmp_path, SUFFIXES)
    assert notes == [
        "1 names could mean several photos (a.jpg: x/a.jpg or y/a.jpg); they are left out. Write "
        "their folder or their suffix too.",
        "1 captioned images are in a format that Pillow cannot read (the first is img_1.heic, a "
        "HEIC photo); they are left out. Export them as JPEG.",
        f"1 captioned images have no photo in {tmp_path} (the first is none.jpg); they are left "
        "out.",
    ]
    with pytest.raises(FileNotFoundError, match=r"can be used. 1 names could mean several"):
        find_photos_of(["a.jpg"], [tmp_path], SUFFIXES)
    with pytest.raises(FileNotFoundError, match=r"first is IMG_1, a HEIC photo.*as JPEG"):
        find_photos_of(["IMG_1"], [tmp_path], SUFFIXES)
