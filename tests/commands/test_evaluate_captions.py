"""Captions, lists and photos as people have them, in the command that scores."""

import json
import sys

import pytest
from tiny_captioner import picture, tiny_captioner

from utils.captions import caption_tokens
from utils.commands.evaluate import main, prepare
from utils.formats.segmenters import segmenter

NAMES = [f"p{number}.png" for number in range(6)]
SPLITS = ["train", "train", "restval", "val", "test", "test"]


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "Images").mkdir()
    for number, name in enumerate(NAMES):
        picture(number).save(tmp_path / "Images" / name)
    return tmp_path / "Images"


def write(folder, name, text):
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def coco(names):
    images = [{"id": n, "file_name": name} for n, name in enumerate(names)]
    texts = [{"image_id": n, "caption": f"A dog {n} {k}"} for n in range(len(names)) for k in "ab"]
    return {"images": images, "annotations": texts}


def test_cocos_json_is_scored_against(tmp_path, photos):
    task = prepare(photos, None, write(tmp_path, "c.json", coco(NAMES)))
    assert task.names == NAMES
    assert task.references[2] == [["a", "dog", "2", "a"], ["a", "dog", "2", "b"]]
    assert "c.json is COCO's JSON: 6 images, 12 captions, no splits." in task.notes


def test_karpathys_test_split_is_scored_and_its_training_images_are_known(tmp_path, photos):
    images = [
        {"filename": name, "split": split, "sentences": [{"raw": f"A dog {name}"}, {"raw": "It"}]}
        for name, split in zip(NAMES, SPLITS, strict=True)
    ]
    task = prepare(photos, None, write(tmp_path, "c.json", {"images": images}))
    assert task.names == NAMES[4:] and len(task.train_tokens) == 3
    listed = write(tmp_path, "list.txt", "p3.png\n")
    assert prepare(photos, listed, tmp_path / "c.json").names == ["p3.png"]


def test_names_are_those_of_the_list_whatever_captions_and_photos_write(tmp_path, photos):
    captions = write(tmp_path, "c.txt", "image,caption\nImages/P0.PNG,a dog\np1,a cat\np2.png,it\n")
    listed = write(tmp_path, "list.txt", "\ufeffp0.jpg\r\np1.png\r\n")
    task = prepare(photos, listed, captions, write(tmp_path, "train.txt", "P2.png\n"))
    assert task.names == ["p0.jpg", "p1.png"]
    assert task.photos == [photos / "p0.png", photos / "p1.png"]
    assert task.references == [[["a", "dog"]], [["a", "cat"]]] and task.train_tokens == [[["it"]]]


def test_markers_and_repeated_captions_are_told(tmp_path, photos):
    rows = [f"{name},startseq a dog in {name[:2]} endseq" for name in NAMES for _ in range(5)]
    captions = write(tmp_path, "c.txt", "\n".join(["image,caption", *rows]))
    task = prepare(photos, None, captions)
    assert task.references[0] == [["a", "dog", "in", "p0"]]
    notes = "\n".join(task.notes)
    assert "markers of their own (startseq, endseq)" in notes and "24 of the 30" in notes


def test_photos_one_folder_deeper_are_pointed_at(tmp_path, photos):
    with pytest.raises(ValueError, match=f"There are some in {photos}"):
        prepare(tmp_path)


CHINESE = "image,caption\n" + "\n".join(f"{name},两只狗在海滩上奔跑{name[1]}" for name in NAMES)


def test_a_captioner_by_characters_writes_and_is_scored_so(tmp_path, photos, capsys):
    captioner = tiny_captioner(words="characters", max_length=7)
    captioner.save(tmp_path / "own")
    captions = write(tmp_path, "c.txt", CHINESE)
    given = ["--images-dir", str(photos), "--captions", str(captions)]
    out = ["--json", str(tmp_path / "o.json"), "--scores", str(tmp_path / "s.json")]
    assert main([str(tmp_path / "own"), *given, *out]) == 0
    said = capsys.readouterr()
    assert "no spaces between their words" not in said.err
    written = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert not any(" " in text for text in written.values())
    assert prepare(photos, None, captions, words="characters").references[0] == [
        caption_tokens("两只狗在海滩上奔跑0", "characters")
    ]


def test_captions_without_spaces_are_said_and_can_be_scored_by_characters(
    tmp_path, photos, saved, capsys, monkeypatch
):
    given = [saved, "--images-dir", str(photos), "--captions", str(write(tmp_path, "c", CHINESE))]
    assert main(given) == 0
    assert "--characters" in capsys.readouterr().err
    assert main([*given, "--characters"]) == 0
    assert "--characters" not in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "jieba", None)
    segmenter.cache_clear()
    assert main([*given, "--segmenter", "jieba"]) == 2
    assert "jieba is not installed" in capsys.readouterr().err
