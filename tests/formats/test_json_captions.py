"""Captions in JSON: the forms that people have, and one sentence for anything else."""

import json

import pytest

from utils.formats.captions_file import read_captions_file

DOGS = {"a.jpg": ["A dog", "Two dogs"], "b.jpg": ["A cat"]}
COCO = {
    "info": {"year": 2014},
    "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 8, "file_name": "b.jpg"}],
    "annotations": [
        {"id": 1, "image_id": 7, "caption": "A dog"},
        {"id": 2, "image_id": 8, "caption": "A cat"},
        {"id": 3, "image_id": 7, "caption": "Two dogs\n"},
    ],
}
KARPATHY = {
    "dataset": "coco",
    "images": [
        {
            "filepath": "val2014",
            "filename": f"{split}.jpg",
            "split": split,
            "sentences": [{"raw": f"A {split}", "tokens": ["a", split]}, {"tokens": ["two", "x"]}],
        }
        for split in ("train", "restval", "val", "test")
    ],
}


def read(folder, value, name="any.name"):
    text = value if isinstance(value, str) else json.dumps(value)
    (folder / name).write_text(text, encoding="utf-8")
    return read_captions_file(folder / name)


RECORDS = [
    {"image": "a.jpg", "caption": ["A dog", "Two dogs"]},
    {"image": "b.jpg", "caption": "A cat"},
]
FORMS = {
    "COCO": COCO,
    "a dictionary": DOGS,
    "a dictionary of texts and lists": {"a.jpg": ["A dog", "Two dogs"], "b.jpg": "A cat"},
    "records": RECORDS,
    "JSON lines": "\n".join(map(json.dumps, RECORDS)) + "\n\n",
    "pandas, by columns": {
        "image": {"0": "a.jpg", "1": "a.jpg", "2": "b.jpg"},
        "caption": {"0": "A dog", "1": "Two dogs", "2": "A cat"},
    },
    "lists for columns": {
        "image": ["a.jpg", "b.jpg"],
        "captions": [["A dog", "Two dogs"], "A cat"],
    },
    "records in an object": {"data": RECORDS},
    "a dictionary in an object": {"captions": DOGS},
    "annotations alone, with names": {"annotations": RECORDS},
    "objects by name": {
        "a.jpg": {"captions": ["A dog", "Two dogs"]},
        "b.jpg": {"captions": ["A cat"]},
    },
    "numbers as texts": {
        **COCO,
        "images": [{**one, "id": str(one["id"])} for one in COCO["images"]],
    },
    "a byte order mark": "\ufeff" + json.dumps(DOGS),
    "other fields": [
        {"File Name": "a.jpg", "text": "A dog", "id": 1},
        {"File Name": "a.jpg#1", "text": "Two dogs"},
        {"File Name": "b.jpg", "text": "A cat"},
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_recognised_by_what_is_in_them(tmp_path, form):
    file = read(tmp_path, FORMS[form])
    assert file.captions == DOGS and file.splits == {}
    assert "JSON" in file.told() and "2 images, 3 captions, no splits" in file.told()


def test_one_line_of_json_lines(tmp_path):
    assert read(tmp_path, '{"image": "a.jpg", "caption": "A dog"}\n').captions == {
        "a.jpg": ["A dog"]
    }


def test_karpathys_splits_are_used_and_restval_is_more_of_train(tmp_path):
    file = read(tmp_path, KARPATHY)
    assert file.splits == {
        "train": ["val2014/train.jpg", "val2014/restval.jpg"],
        "dev": ["val2014/val.jpg"],
        "test": ["val2014/test.jpg"],
    }
    assert file.captions["val2014/val.jpg"] == ["A val", "two x"]
    assert "splits of 2 train, 1 dev, 1 test images" in file.told()


def test_captions_of_images_that_were_cut_out_stay_without_a_photo(tmp_path):
    annotations = [*COCO["annotations"], {"image_id": 9, "caption": "A cow"}]
    file = read(tmp_path, {**COCO, "annotations": annotations})
    assert file.captions == {**DOGS, "9": ["A cow"]}


def test_the_splits_of_cocos_images_are_used(tmp_path):
    images = [{**one, "split": "val"} for one in COCO["images"]]
    assert read(tmp_path, {**COCO, "images": images}).splits == {"dev": ["a.jpg", "b.jpg"]}


@pytest.mark.parametrize("nothing", ["null", "NaN", '""', '"..."'])
def test_a_caption_of_nothing_is_left_out_and_counted(tmp_path, nothing):
    rest = f'{{"image": "b.jpg", "caption": {nothing}}}'
    for text in (
        f'[{{"image": "a.jpg", "caption": "A dog"}}, {rest}]',
        f'{{"image": "a.jpg", "caption": "A dog"}}\n{rest}',
    ):
        file = read(tmp_path, text)
        assert file.captions == {"a.jpg": ["A dog"]}
        assert file.notes == ["1 captions have no word; they are left out."]


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ({"filepath": "val2014\\", "filename": "b.jpg"}, "val2014/b.jpg"),
        ({"filepath": "val2014/b.jpg", "filename": "b.jpg"}, "val2014/b.jpg"),
        ({"filepath": "val2014/b.jpg"}, "val2014/b.jpg"),
        ({"filepath": "", "filename": "b.jpg"}, "b.jpg"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_karpathys_folders_as_people_write_them(tmp_path, image, name, listed):
    images = [{**image, "sentences": [{"raw": "A cat"}], "split": "test"}]
    file = read(tmp_path, images if listed else {"images": images})
    assert file.captions == {name: ["A cat"]} and file.splits == {"test": [name]}


FAULTS = {
    "cut": (json.dumps(COCO)[:200], "is not valid JSON .*get it again"),
    "numbers": ([1, 2], r"caption 1 is no object with an image and a caption, such as"),
    "null": ("[null]", "caption 1 is no object"),
    "settings": ({"a": 1, "b": {"c": 2}}, "without captions as the course knows them.*COCO"),
    "empty": ({}, "without captions as the course knows them"),
    "no captions": ([], "holds no captions"),
    "boxes": (
        {**COCO, "annotations": [{"image_id": 7, "bbox": [0, 0, 1, 1]}]},
        "hold no captions .*captions_",
    ),
    "an unknown image": (
        {**COCO, "annotations": [{"image_id": 9, "caption": "A dog"}]},
        "annotation 1 belongs to no image of the file: its image_id is 9",
    ),
    "a caption that is a number": (
        {**COCO, "annotations": [{"image_id": 7, "caption": 3}]},
        "no text",
    ),
    "two images of one id": (
        {**COCO, "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg"}]},
        "a.jpg and b.jpg have the same id, 7",
    ),
    "an image without a name": (
        {**COCO, "images": [{"id": 1}]},
        "image 1 has no id or no file_name",
    ),
    "images alone": ({"images": [{"filename": "a.jpg"}]}, "has no filename or no sentences"),
    "a name twice": ('{"a.jpg": ["A dog"], "a.jpg": ["A cat"]}', "'a.jpg' stands twice in one"),
    "deep": ("[" * 100_000, "nested too deep"),
    "half a character": ('{"a.jpg": "A dog \\ud800"}', "holds half a character"),
    "a broken line": ('{"image": "a.jpg", "caption": "A dog"}\n{"image"\n', "line 2 is not valid"),
    "an unknown split": ([{"image": "a", "caption": "b", "split": "x"}], "in the split 'x'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_anything_else_is_one_sentence(tmp_path, fault):
    value, sentence = FAULTS[fault]
    with pytest.raises(ValueError, match=sentence) as caught:
        read(tmp_path, value)
    assert len(str(caught.value)) < 700 + len(str(tmp_path))


def test_a_dictionary_with_an_empty_entry_is_read_without_it(tmp_path):
    path = tmp_path / "captions.json"
    path.write_text('{"a.jpg": null, "b.jpg": "A cat", "c.jpg": ["A dog"]}', encoding="utf-8")
    found = read_captions_file(path)
    assert found.captions == {"b.jpg": ["A cat"], "c.jpg": ["A dog"]}
    assert len(found.notes) == 1 and "have no word" in found.notes[0]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a.jpg": 5, "b.jpg": "A cat", "c.jpg": "A dog"}, r"a\.jpg has an image, a caption"),
        ({"images": [{"filename": "a.jpg", "sentences": [{"sent": "A dog"}]}]}, "it has sent"),
        ({"images": [{"filename": "a.jpg", "sentences": [{"raw": None}]}]}, "has a word"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(tmp_path, value, words):
    path = tmp_path / "captions.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        read_captions_file(path)
