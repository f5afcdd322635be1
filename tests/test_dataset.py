import json
import unicodedata

import numpy as np
import pytest
from PIL import Image

from utils.dataset import demand_lists, load_dataset, read_split_lists, split_by_image
from utils.support.class_settings import ClassSettings


def write_folder(folder, names, captions_per_image=2, lists=None):
    (folder / "Images").mkdir(parents=True)
    lines = ["image,caption"]
    for number, name in enumerate(names):
        Image.new("RGB", (8, 8 + number), (number * 10 % 256, 0, 0)).save(folder / "Images" / name)
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
    assert list(dataset.iter_tokens("train")) == dataset.tokens("train")
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


# Folders as people have them -------------------------------------------------------------------


@pytest.mark.parametrize("place", ["Flicker8k_Dataset", "flickr30k_images", "my photos", "."])
def test_photos_are_found_in_other_folders(tmp_path, place):
    folder = write_folder(tmp_path / "data", NAMES)
    for photo in (folder / "Images").iterdir():
        (folder / place).mkdir(exist_ok=True)
        photo.rename(folder / place / photo.name)
    (folder / "Images").rmdir()
    dataset = load_dataset(str(folder))
    assert sorted(dataset.images) == NAMES
    assert dataset.images_dir == folder / place
    assert dataset.path(NAMES[0]).is_file()


def test_names_are_compared_in_one_form(tmp_path):
    """Captions and lists write composed accents and no suffix, the files decomposed ones."""
    written = [f"chó ảnh {n}" for n in range(8)]
    lists = {"train": written[:6], "dev": [f"{written[6]}.JPG"], "test": [f"Images/{written[7]}"]}
    folder = write_folder(tmp_path / "data", [f"{name}.jpg" for name in written], lists=lists)
    for name in written:
        decomposed = unicodedata.normalize("NFD", name)
        (folder / "Images" / f"{name}.jpg").rename(folder / "Images" / f"{decomposed}.jpg")
    dataset = load_dataset(str(folder))
    assert dataset.notes == []
    assert {split: len(images) for split, images in dataset.splits.items()} == {
        "train": 6, "dev": 1, "test": 1,
    }  # fmt: skip
    assert all(dataset.path(image).is_file() for image in dataset.images)
    assert dataset.caption_count("test") == 2


def test_lists_may_begin_with_a_byte_order_mark_and_end_lines_in_any_way(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    list_of = folder / "Flickr_8k.trainImages.txt"
    list_of.write_bytes("\ufeff{}\r\n{}\r{}\n \n".format(*NAMES[:3]).encode())
    assert read_split_lists(folder) == {"train": NAMES[:3]}
    list_of.write_bytes("caf\xe9.jpg".encode("latin-1"))
    with pytest.raises(ValueError, match="not UTF-8"):
        read_split_lists(folder)


def karpathy(folder, names):
    splits = ["restval", *["train"] * (len(names) - 3), "val", "test"]
    images = [
        {
            "filename": name,
            "split": split,
            "sentences": [{"raw": "A dog"}, {"raw": f"A {name[:7]}"}],
        }
        for name, split in zip(names, splits, strict=True)
    ]
    (folder / "captions.txt").unlink()
    (folder / "dataset_mine.json").write_text(json.dumps({"images": images}), encoding="utf-8")


def test_the_splits_of_the_captions_file_are_used(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    karpathy(folder, NAMES)
    dataset = load_dataset(str(folder))
    assert dataset.splits == {"train": NAMES[:22], "dev": NAMES[22:23], "test": NAMES[23:]}
    assert len(dataset.notes) == 1
    assert "dataset_mine.json is JSON with Karpathy's splits: 24 images, 48" in dataset.notes[0]
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "my.trainImages.txt").write_text("\n".join(NAMES[:10]), encoding="utf-8")
    named = load_dataset(str(folder), splits_dir=lists)
    assert named.splits["train"] == NAMES[:10]  # lists that are named come first


def test_of_several_captions_files_one_is_to_be_named(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    karpathy(folder, NAMES)
    (folder / "more.json").write_text(json.dumps({NAMES[0]: ["A dog"]}), encoding="utf-8")
    (folder / "notes.txt").write_text("Nothing to read here.", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"several captions files \(dataset_mine.json, more.json\)"
    ):
        load_dataset(str(folder))
    dataset = load_dataset(str(folder), captions_file=folder / "dataset_mine.json")
    assert len(dataset.captions) == 24


def test_of_two_files_with_usual_names_none_is_taken_silently(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    (folder / "captions.csv").write_text(
        "image,caption\n" + f"{NAMES[0]},A dog\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"several captions files \(captions.txt, captions.csv\)"):
        load_dataset(str(folder))
    (folder / "captions.csv").write_text("Notes: see captions.txt", encoding="utf-8")
    assert len(load_dataset(str(folder)).captions) == 24  # one of them can be read


def test_a_photo_in_two_splits_is_said(tmp_path):
    lists = {"train": NAMES[:20], "dev": NAMES[20:22], "test": NAMES[22:]}
    folder = write_folder(tmp_path / "data", NAMES, lists=lists)
    for copy, original in ((22, 3), (5, 4)):  # 4 and 5 are both in train
        (folder / "Images" / NAMES[copy]).write_bytes(
            (folder / "Images" / NAMES[original]).read_bytes()
        )
    [note] = load_dataset(str(folder)).notes
    assert "photo03.jpg (train) and photo22.jpg (test). Keep one" in note


def test_repeated_captions_are_said_and_counted_once(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    rows = [f"{name},a dog is in {name[:7]}" for name in NAMES for _ in range(5)]
    (folder / "captions.txt").write_text("\n".join(["image,caption", *rows]), encoding="utf-8")
    dataset = load_dataset(str(folder))
    assert {len(texts) for texts in dataset.captions.values()} == {1}
    assert "96 of the 120 captions repeat another caption of their image" in dataset.notes[0]


def test_now_and_then_two_people_write_the_same(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES, captions_per_image=5)
    text = (folder / "captions.txt").read_text(encoding="utf-8")
    same = text.replace("number 0, caption 1", "number 0, caption 0")
    (folder / "captions.txt").write_text(same, encoding="utf-8")
    dataset = load_dataset(str(folder))
    assert len(dataset.captions[NAMES[0]]) == 5 and len(dataset.notes) == 1


def test_the_same_captions_of_many_photos_are_said(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    rows = [f"{name},a {'dog' if n % 2 else 'cat'}" for n, name in enumerate(NAMES)]
    (folder / "captions.txt").write_text("\n".join(["image,caption", *rows]), encoding="utf-8")
    told = load_dataset(str(folder)).notes[0]
    assert '24 of the 24 images have the same captions as another image ("a ' in told


CHINESE, THAI = (
    ["两只狗在海滩上奔跑", "一个男人在骑自行车"],
    ["หมาสองตัวกำลังวิ่งอยู่ที่ชายหาด", "ผู้ชายคนหนึ่งขี่จักรยาน"],
)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (CHINESE, True), (THAI, True), (["犬が草の上を走っている"], True),
        (["ឆ្កែពីរក្បាលកំពុងរត់"], True),
        (["两 只 狗 在 海滩 上 奔跑"], False), (["หมา สอง ตัว กำลัง วิ่ง"], False),
        (["개 두 마리가 해변에서 달린다"], False), (["दो कुत्ते दौड़ रहे हैं"], False),
        (["Donaudampfschifffahrtsgesellschaft"], False), (["كلبان يركضان"], False),
    ],
)  # fmt: skip
def test_captions_without_spaces_are_said_with_the_way_out(tmp_path, texts, said):
    folder = write_folder(tmp_path / "data", NAMES)
    rows = [f"{name},{texts[n % len(texts)]}{n}" for n, name in enumerate(NAMES)]
    (folder / "captions.txt").write_text("\n".join(["image,caption", *rows]), encoding="utf-8")
    notes = load_dataset(str(folder)).notes
    assert any("--characters" in note and "--segmenter" in note for note in notes) == said
    dataset = load_dataset(str(folder), words="characters")
    assert not any("--characters" in note for note in dataset.notes)
    assert max(len(token) for caption in dataset.tokens("train")[0] for token in caption) < 5
    longest = max(len(caption) for image in dataset.tokens("train") for caption in image)
    assert dataset.words_settings == {"words": "characters", "max_length": longest}


def test_a_split_without_one_for_train_is_refused_and_trains_on_no_test_image(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    (folder / "testImages.txt").write_text(NAMES[0], encoding="utf-8")
    with pytest.raises(ValueError, match=r"names images for test, but none for train"):
        load_dataset(str(folder))
    (folder / "testImages.txt").unlink()
    rows = [f"{name},A dog,{'val' if n % 2 else 'test'}" for n, name in enumerate(NAMES)]
    (folder / "captions.txt").write_text("\n".join(["image,caption,split", *rows]), "utf-8")
    with pytest.raises(ValueError, match=r"captions.txt names images for dev and test, but none"):
        load_dataset(str(folder))
    for place in (folder, tmp_path / "none"):
        with pytest.raises(ValueError, match=r"no list for train in .*what --splits-dir names"):
            demand_lists(place)


def test_names_listed_twice_are_not_called_missing(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    (folder / "trainImages.txt").write_text("\n".join([*NAMES, *NAMES[:4]]), encoding="utf-8")
    dataset = load_dataset(str(folder))
    assert dataset.splits["train"] == NAMES
    assert not any("missing" in note for note in dataset.notes)


def test_captions_and_lists_may_lie_in_a_folder_of_their_own(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    (folder / "captions.txt").unlink()
    text = folder / "Flickr8k_text"
    text.mkdir()
    rows = [f"{name}#0\tA dog number {n}" for n, name in enumerate(NAMES)]
    (text / "Flickr8k.token.txt").write_text("\n".join(rows), encoding="utf-8")
    (text / "Flickr_8k.trainImages.txt").write_text("\n".join(NAMES[:5]), encoding="utf-8")
    assert load_dataset(str(folder)).splits["train"] == NAMES[:5]


def test_why_no_captions_file_can_be_read_is_said(tmp_path):
    folder = write_folder(tmp_path / "data", NAMES)
    (folder / "captions.txt").rename(folder / "captions.xlsx")
    (folder / "captions.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(
        FileNotFoundError, match=r"can be read: .*xlsx is a ZIP archive or a spread"
    ):
        load_dataset(str(folder))
    (folder / "captions.xlsx").rename(folder / "mine.csv")
    (folder / "mine.csv").write_text("Bild,Text\na.jpg,Ein Hund\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"can be read: .*mine.csv starts with the columns"):
        load_dataset(str(folder))
