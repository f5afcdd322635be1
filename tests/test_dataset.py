import numpy as np
import pytest
from PIL import Image

from utils.dataset import load_dataset, read_split_lists, split_by_image
from utils.support.class_settings import ClassSettings


def write_folder(folder, names, captions_per_image=2, lists=None):
    (folder / "Images").mkdir(parents=True)
    lines = ["image,caption"]
    for number, name in enumerate(names):
        Image.new("RGB", (8, 8), (number % 256, 0, 0)).save(folder / "Images" / name)
        lines += [
            f'{name},"A dog, number {number}, caption {k}"' for k in range(captions_per_image)
        ]
    (folder / "captions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for split, images in (lists or {}).items():
        path = folder / f"Flickr_8k.{split}Images.txt"
        path.write_text("\n".join(images) + "\n", encoding="utf-8")
    return folder


NAMES = [f"photo{number:02d}.jpg" for number in range(24)]


def test_no_image_is_in_two_splits_and_none_is_lost():
    splits = split_by_image(NAMES)
    together = [name for images in splits.values() for name in images]
    assert sorted(together) == NAMES
    assert {split: len(images) for split, images in splits.items()} == {
        "train": 18,
        "dev": 3,
        "test": 3,
    }


def test_the_split_does_not_depend_on_the_order_of_the_files():
    assert split_by_image(NAMES) == split_by_image(NAMES[::-1])
    assert split_by_image(NAMES)["test"] != NAMES[-3:]


def test_too_few_images_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="cannot be split in three"):
        split_by_image(["a.jpg", "b.jpg"])


def test_official_lists_are_used_where_they_are(tmp_path):
    lists = {"train": NAMES[:20], "dev": NAMES[20:22], "test": NAMES[22:]}
    dataset = load_dataset(str(write_folder(tmp_path / "data", NAMES, lists=lists)))
    assert dataset.splits == lists
    assert dataset.notes == []
    assert dataset.images == NAMES
    assert dataset.index("test").tolist() == [22, 23]
    assert dataset.index("test").dtype == np.int32
    assert all(path.is_file() for path in dataset.paths("dev"))


def test_a_partial_set_works_and_says_what_is_missing(tmp_path):
    lists = {"train": NAMES[:20], "dev": [*NAMES[20:22], "absent.jpg"]}
    folder = write_folder(tmp_path / "data", NAMES, lists=lists)
    (folder / "Images" / NAMES[0]).unlink()
    dataset = load_dataset(str(folder))
    assert dataset.splits["train"] == NAMES[1:20]
    assert dataset.splits["test"] == []
    notes = " ".join(dataset.notes)
    assert "1 captioned images have no photo" in notes
    assert "1 of the 3 images listed for dev are missing" in notes
    assert "There is no list for test" in notes


def test_an_image_in_two_lists_is_refused(tmp_path):
    lists = {"train": NAMES[:20], "dev": NAMES[19:22]}
    with pytest.raises(ValueError, match=r"photo19.jpg is in the list for train and .* dev"):
        load_dataset(str(write_folder(tmp_path / "data", NAMES, lists=lists)))


def test_without_lists_the_split_is_by_image_and_said(tmp_path):
    dataset = load_dataset(str(write_folder(tmp_path / "data", NAMES)))
    assert dataset.splits == split_by_image(NAMES)
    assert "split by the hash" in " ".join(dataset.notes)


def test_lists_from_another_folder(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "my.trainImages.txt").write_text("\n".join(NAMES[:10]), encoding="utf-8")
    (lists / "my.devImages.txt").write_text("\n".join(NAMES[10:12]), encoding="utf-8")
    dataset = load_dataset(str(folder), splits_dir=lists)
    assert dataset.splits["train"] == NAMES[:10]
    assert read_split_lists(folder) == {}


def test_tokens_follow_the_split_and_the_vocabulary_is_of_train_alone(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES, lists={"train": NAMES[:5], "dev": NAMES[5:6]})
    dataset = load_dataset(str(folder))
    assert dataset.tokens("dev") == [
        [["a", "dog", "number", "5", "caption", "0"], ["a", "dog", "number", "5", "caption", "1"]]
    ]
    assert dataset.caption_count("train") == 10 and dataset.caption_count("dev") == 2
    assert "5" not in dataset.train_vocabulary()
    assert "4" in dataset.train_vocabulary()


@pytest.mark.parametrize(
    ("break_it", "kind", "sentence"),
    [
        (lambda f: None, FileNotFoundError, "no dataset folder"),
        (lambda f: f.mkdir(), FileNotFoundError, "no captions file"),
    ],
)
def test_a_missing_folder_or_captions_file_is_said(tmp_path, break_it, kind, sentence):
    break_it(tmp_path / "data")
    with pytest.raises(kind, match=sentence):
        load_dataset(str(tmp_path / "data"))


def test_captions_whose_photos_are_all_missing_are_refused(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    for name in NAMES:
        (folder / "Images" / name).unlink()
    with pytest.raises(FileNotFoundError, match="None of the 24 captioned images"):
        load_dataset(str(folder))


def test_flickr8k_that_is_not_installed_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr("utils.support.paths.DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match="make flickr8k"):
        load_dataset("flickr8k")


def test_the_scenes_of_a_class_are_drawn_from_its_seed(tmp_path, monkeypatch):
    drawn = []

    def make(folder, seed, progress):
        drawn.append(seed)
        write_folder(folder, NAMES)

    monkeypatch.setattr("utils.support.paths.DATA", tmp_path)
    monkeypatch.setattr("utils.scenes.dataset.make_scenes", make)
    for number, variant in enumerate(["", "7", "autumn", "7"]):
        settings = ClassSettings(variant=variant)
        monkeypatch.setattr("utils.dataset.class_settings", lambda settings=settings: settings)
        load_dataset("scenes")
        (tmp_path / "scenes").rename(tmp_path / f"class {number}")
    assert drawn == [0, 1790921346, drawn[2], 1790921346]  # the same on every machine
    assert len(set(drawn)) == 3
