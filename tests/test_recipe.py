"""A captioner is at hand for every dataset, and says where it is from."""

import re
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from tqdm import tqdm

from utils import callbacks, outliers
from utils import recipe as module
from utils.captioner import load_captioner
from utils.dataset import load_dataset
from utils.recipe import SMALL, ready_captioner, recipe_for, train_captioner
from utils.support.files import write_json
from utils.support.runs import OtherRun, run_folder


@pytest.fixture
def small(tiny_scenes, tmp_path, monkeypatch):
    """A small dataset, features at random, and folders without any captioner."""
    monkeypatch.setattr(module, "CAPTIONERS", tmp_path / "captioners")
    monkeypatch.setattr(module, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(module, "FEW_PHOTOS", 12)
    monkeypatch.setattr(module, "FEW_EPOCHS", 1)
    dataset = load_dataset(str(tiny_scenes))
    features = np.random.default_rng(0).normal(size=(len(dataset.images), 1280))
    return dataset, features.astype(np.float32)


def test_the_small_one_is_trained_once_and_kept(small, capsys):
    dataset, features = small
    first, said = ready_captioner(dataset, features)
    assert "a small one" in said
    assert "python -m utils train" in said
    assert first.vocabulary.words == dataset_of_twelve(dataset).train_vocabulary().words
    assert "epoch 1:" in capsys.readouterr().out
    again, _ = ready_captioner(dataset, features)
    assert "epoch 1:" not in capsys.readouterr().out
    rows = features[:3]
    assert again.caption_features(rows, 1) == first.caption_features(rows, 1)


def test_a_captioner_keeps_a_summary_of_its_training_photos_where_they_are_enough(
    small, tmp_path, monkeypatch
):
    dataset, features = small
    assert ready_captioner(dataset, features)[0].summary is None
    monkeypatch.setattr(outliers, "FEWEST", 2)
    (tmp_path / "again").mkdir()
    monkeypatch.setattr(module, "RUNS", tmp_path / "again")
    summary = ready_captioner(dataset, features)[0].summary
    assert len(summary.far) == len(dataset.splits["dev"][:12])
    kept = load_captioner(tmp_path / "again" / f"{dataset.name}-small" / "captioner").summary
    np.testing.assert_array_equal(kept.likeness(features), summary.likeness(features))


def dataset_of_twelve(dataset):
    return module.replace(dataset, splits={"train": dataset.splits["train"][:12]})


def test_a_run_of_the_pipeline_comes_before_it_and_the_course_before_both(small, tmp_path):
    dataset, features = small
    captioner, _ = ready_captioner(dataset, features)
    captioner.save(tmp_path / "runs" / dataset.name / "captioner")
    assert "trained here by" in ready_captioner(dataset, features)[1]
    captioner.save(tmp_path / "captioners" / dataset.name)
    assert "comes with the course" in ready_captioner(dataset, features)[1]


# A run goes on with the same data alone


@pytest.fixture
def again(tiny_scenes, tmp_path, capsys):
    """Trains for an epoch in one folder, on twelve photos that `change` has changed."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(callbacks, "progress_bar", lambda *_, **__: nullcontext(tqdm(disable=True)))
    whole = load_dataset(str(tiny_scenes))
    splits = {"train": whole.splits["train"][:8], "dev": whole.splits["dev"][:4], "test": []}
    few = replace(whole, splits=splits)
    shown = np.random.default_rng(0).normal(size=(12, 1280)).astype(np.float32)

    def run(dataset=few, features=shown, epochs=1, **changes):
        recipe = replace(recipe_for(dataset, epochs), views=(), **changes)
        capsys.readouterr()
        captioner, _ = train_captioner(dataset, recipe, tmp_path / "run", features)
        return captioner, capsys.readouterr().out

    yield few, shown, run
    monkeypatch.undo()


def with_word(dataset, old, new):
    """The same captions with one word renamed."""
    captions = {
        image: [re.sub(rf"\b{old}\b", new, text) for text in texts]
        for image, texts in dataset.captions.items()
    }
    return replace(dataset, captions=captions)


def test_an_unchanged_run_goes_on_and_a_changed_one_is_trained_anew(again, tmp_path):
    few, shown, run = again
    first, _ = run()
    assert "another run" not in run()[1]
    # Other photos of the test are no reason to train anew.
    tested = replace(few, splits={**few.splits, "test": list(few.captions)[-3:]})
    _, said = run(dataset=tested, features=np.concatenate([shown, -shown[:3]]))
    assert "another run" not in said and "Trained: 1 epochs" in said
    assert not list((tmp_path / "run").glob("earlier-*"))
    word, replaced = first.vocabulary.words[5], shown.copy()
    replaced[7] += 1
    # Other captions, splits and settings: test_training.py has them.
    changes = {
        "vocabulary": {"dataset": with_word(few, word, word + "s")},  # the numbers stay the same
        "view 0": {"features": replaced},
    }
    for number, (name, change) in enumerate(changes.items(), start=1):
        captioner, said = run(**change)
        told = re.search(r"holds another run \((.*)\), now kept in (.*)\. This one is tr", said)
        assert name in told[1].split(", "), said
        aside = tmp_path / "run" / f"earlier-{number}"
        assert told[2] == str(aside)
        assert {"captioner", "training"} == {path.name for path in aside.iterdir()}
        words = change.get("dataset", few).train_vocabulary(SMALL.minimum_count).words
        assert captioner.vocabulary.words == words


def test_a_run_of_an_earlier_version_is_another_one_and_says_what_is_not_known(tmp_path):
    write_json(tmp_path / "run.json", {"settings": {"seed": 0}, "train": "0123"})
    told = {"settings": {"seed": 0}, "train": "0123", "vocabulary": "89ab"}
    with pytest.raises(OtherRun, match=r"other: vocabulary") as caught:
        run_folder(tmp_path, told)
    assert caught.value.other == ["vocabulary"]
    assert run_folder(tmp_path, {"settings": {"seed": 0}, "train": "0123"}) == tmp_path


def test_a_captioner_of_other_data_is_not_at_hand(small, tmp_path, monkeypatch):
    dataset, features = small
    recipe = replace(recipe_for(dataset, 1), views=())
    monkeypatch.setattr(module, "_small_captioner", lambda *_: None)
    train_captioner(dataset, recipe, tmp_path / "runs" / dataset.name, features)
    assert "trained here by" in ready_captioner(dataset, features)[1]
    other = with_word(dataset, "a", "zzz")
    assert "a small one" in ready_captioner(other, features)[1]
    assert "a small one" in ready_captioner(dataset, features + 1)[1]
