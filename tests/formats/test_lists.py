"""Lists of images as people write them."""

import pytest

from utils.formats.lists import lists_in, read_list


@pytest.mark.parametrize(
    "text",
    [
        "a.jpg\nb.jpg",
        "\ufeffa.jpg\r\n\r\nb.jpg\r\n \r\n",
        "a.jpg\n\ufeffb.jpg\n",
        "\u200ba.jpg\u200e\n\u202ab.jpg",
        "# for training\na.jpg\n#\nb.jpg\n",
        "image\na.jpg\nb.jpg\n",
        "File Name,\na.jpg,\nb.jpg,\n",
        '"a.jpg"\n"b.jpg"\n',
        "a.jpg#0\nb.jpg#4\n",
        "a.jpg\t\n  b.jpg  \n",
    ],
)
def test_names_are_read_as_people_write_them(tmp_path, text):
    (tmp_path / "list.txt").write_bytes(text.encode())
    assert read_list(tmp_path / "list.txt") == ["a.jpg", "b.jpg"]


def test_a_photo_may_be_called_as_a_comment_begins(tmp_path):
    (tmp_path / "list.txt").write_text("#1 dog.jpg\n# a dog\n", encoding="utf-8")
    assert read_list(tmp_path / "list.txt") == ["#1 dog.jpg"]


def test_lists_are_found_by_the_names_that_people_give_them(tmp_path):
    assert lists_in(tmp_path / "none") == {}
    for name, image in (("TrainImages", "a"), ("my_valImages", "b"), ("Flickr_8k.testImages", "c")):
        (tmp_path / f"{name}.txt").write_text(f"{image}.jpg\n", encoding="utf-8")
    (tmp_path / "._TrainImages.txt").write_bytes(b"\x00\x05\x16\x07\x00")  # macOS's
    found = {"train": ["a.jpg"], "dev": ["b.jpg"], "test": ["c.jpg"]}
    assert lists_in(tmp_path) == found
    (tmp_path / "trainimages.txt.txt").write_text("x.jpg", encoding="utf-8")
    (tmp_path / "copy of trainImages.txt").write_text("a.jpg\n\n", encoding="utf-8")
    assert lists_in(tmp_path) == found
    (tmp_path / "old.trainImages.txt").write_text("z.jpg\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"two lists for train that differ, .*keep one"):
        lists_in(tmp_path)
