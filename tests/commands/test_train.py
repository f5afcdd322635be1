"""The whole way on a reader's own data: photos and captions in, a scored captioner out."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from utils.__main__ import main
from utils.captioner import load_captioner
from utils.dataset import Dataset, load_dataset
from utils.recipe import FLICKR8K, SMALL, recipe_for

ROOT = Path(__file__).resolve().parents[2]
COLOURS = {"đỏ": (220, 30, 30), "xanh": (30, 60, 220), "vàng": (240, 210, 40), "trắng": (245,) * 3}


@pytest.fixture(scope="module")
def vietnamese(tmp_path_factory):
    """Twenty photos with one Vietnamese caption each, some with a comma."""
    folder = tmp_path_factory.mktemp("của tôi")
    lines = ["image,caption"]
    rng = np.random.default_rng(0)
    for number in range(20):
        word, colour = list(COLOURS.items())[number % 4]
        pixels = np.full((64, 80, 3), colour, np.uint8) - rng.integers(0, 20, (64, 80, 3), np.uint8)
        name = f"ảnh {number}.JPG" if number % 2 else f"anh{number}.png"
        Image.fromarray(pixels).save(folder / name)
        lines.append(f'{name},"Một bức tường màu {word}, dưới ánh mặt trời."')
    (folder / "captions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def finished(vietnamese, tmp_path_factory):
    run = tmp_path_factory.mktemp("run")
    cache = tmp_path_factory.mktemp("cache")
    environment = {**os.environ, "CAPTIONING_CACHE": str(cache), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "utils", "train", str(vietnamese), "--folder", str(run)]
    first, again = (
        subprocess.run(
            [*command, "--epochs", "12"], cwd=ROOT, env=environment, capture_output=True,
            text=True, encoding="utf-8", timeout=300,
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    assert again.returncode == 0, again.stderr
    return run, first.stdout, again.stdout


def test_twenty_photos_with_a_vietnamese_caption_each_become_a_scored_captioner(finished):
    run, said, _ = finished
    assert "16 train, 2 dev, 2 test" in said
    assert "BLEU-1" in said
    scores = json.loads((run / "scores.json").read_text(encoding="utf-8"))["test"]["scores"]
    assert set(scores) >= {"greedy", "beam 3", "beam 5", "one caption for all"}
    assert "people" not in scores  # one caption a photo: nobody to compare with
    assert scores["beam 3"]["bleu"][0] > 50
    assert (run / "captions.png").stat().st_size > 10_000
    assert (run / "history.png").is_file()


@pytest.fixture
def no_work(monkeypatch):
    """Whatever is refused is refused before the first feature is computed."""

    def computed(*_, **__):
        pytest.fail("work began")

    monkeypatch.setattr("utils.features.dataset_features", computed)


def photos_in(folder, name="photo.jpg"):
    """Write four photos with a caption each; one of them has the name."""
    folder.mkdir(parents=True)
    names = [name, "b.jpg", "c.jpg", "d.jpg"]
    for number, one in enumerate(names):
        Image.new("RGB", (32, 32), (60 * number, 0, 0)).save(folder / one)
    rows = [f"{one},a wall of colour {number}" for number, one in enumerate(names)]
    text = "\n".join(["image,caption", *rows]) + "\n"
    (folder / "captions.txt").write_text(text, encoding="utf-8")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("place", "photo", "run", "said"),
    [
        ("x/captioner", "photo.jpg", "x", "holds data that are read"),
        ("x/training/deeper", "photo.jpg", "x", "holds data that are read"),
        ("x", "captions.png", "x", "captions.png"),
        ("x", "history.png", "x", "history.png"),
        ("x", "photo.jpg", "x/captions.txt", "is a file where a folder belongs"),
    ],
)
def test_a_run_that_would_write_over_its_data_is_refused(
    no_work, tmp_path, capsys, place, photo, run, said
):
    before = photos_in(tmp_path / place, photo)
    assert main(["train", str(tmp_path / place), "--folder", str(tmp_path / run)]) == 1
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
    assert {path.name: path.read_bytes() for path in (tmp_path / place).iterdir()} == before


@pytest.mark.parametrize("name", ["scores.json", "captions.png", "captioner/mine.py"])
def test_a_run_does_not_write_over_the_files_of_others(no_work, tmp_path, capsys, name):
    photos_in(tmp_path / "x")
    path = tmp_path / "run" / name
    path.parent.mkdir(parents=True)
    path.write_text('{"photo.jpg": "mine"}', encoding="utf-8")
    assert main(["train", str(tmp_path / "x"), "--folder", str(tmp_path / "run")]) == 1
    assert f"{path} was not made by this command" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == '{"photo.jpg": "mine"}'


def test_a_captioner_is_not_shipped_outside_its_folder(no_work, tmp_path, capsys):
    photos_in(tmp_path / "x")
    given = ["train", str(tmp_path / "x"), "--folder", str(tmp_path / "run"), "--ship", "../other"]
    assert main(given) == 1
    assert "is no plain name" in capsys.readouterr().err


def test_the_saved_captioner_describes_the_photos(finished, vietnamese):
    captioner = load_captioner(finished[0] / "captioner")
    captions = captioner.caption([vietnamese / "anh0.png", vietnamese / "ảnh 1.JPG"])
    assert all(set(caption.split()) <= set(captioner.vocabulary.words) for caption in captions)
    assert "tường" in " ".join(captions)


def test_a_second_run_reuses_the_first(finished):
    _, first, again = finished
    assert "Trained: 12 epochs" in first and "Trained: 12 epochs" in again
    assert "epoch 1:" in first
    assert "epoch 1:" not in again
    table = first[first.index("BLEU-1") : first.index("Done in")]
    assert table in again


def test_a_mistake_is_one_sentence_and_exit_status_one(tmp_path, capsys):
    assert main(["train", str(tmp_path / "nowhere")]) == 1
    assert "There is no dataset folder" in capsys.readouterr().err


def test_a_dataset_without_dev_is_refused_before_any_work(vietnamese, tmp_path, capsys):
    names = [path.name for path in vietnamese.iterdir() if path.suffix.lower() in (".jpg", ".png")]
    (tmp_path / "only.trainImages.txt").write_text("\n".join(names), encoding="utf-8")
    assert (
        main(["train", str(vietnamese), "--splits-dir", str(tmp_path), "--folder", str(tmp_path)])
        == 1
    )
    assert "no dev split" in capsys.readouterr().err


def test_the_recipe_follows_the_size_of_the_dataset(vietnamese, tiny_scenes):
    own = recipe_for(load_dataset(str(vietnamese)))
    assert own.minimum_count == 1
    assert own.training.batch_size < SMALL.training.batch_size
    assert recipe_for(load_dataset(str(tiny_scenes)), epochs=3).training.epochs == 3
    assert FLICKR8K.minimum_count == 5


@pytest.mark.parametrize("most", [3, 30])
def test_a_large_dataset_says_itself_which_captions_are_long(most, tmp_path):
    # 90 of 100 captions have `most` words, five have half as many again, five twice as many.
    lengths = [most] * 90 + [most + most // 2] * 5 + [2 * most] * 5
    images = [f"{number}.jpg" for number in range(100)]
    captions = {
        image: [" ".join(["dog"] * length)] * 100
        for image, length in zip(images, lengths, strict=True)
    }
    dataset = Dataset("many", tmp_path, tmp_path, captions, {"train": images, "dev": images[:1]})
    recipe = recipe_for(dataset)
    assert recipe.longest == most + most // 2
    assert replace(recipe, longest=FLICKR8K.longest) == FLICKR8K


def test_the_test_lists_are_scored_and_dev_only_where_there_is_none(tiny_scenes):
    dataset = load_dataset(str(tiny_scenes))
    assert dataset.scored_splits == ["test", "compositional"]
    dataset.splits.update(test=[], compositional=[])
    assert dataset.scored_splits == ["dev"]
