"""A captioner is at hand for every dataset, and says where it is from."""

import numpy as np
import pytest

from utils import recipe as module
from utils.dataset import load_dataset
from utils.recipe import ready_captioner


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


def dataset_of_twelve(dataset):
    return module.replace(dataset, splits={"train": dataset.splits["train"][:12]})


def test_a_run_of_the_pipeline_comes_before_it_and_the_course_before_both(small, tmp_path):
    dataset, features = small
    captioner, _ = ready_captioner(dataset, features)
    captioner.save(tmp_path / "runs" / dataset.name / "captioner")
    assert "trained here by" in ready_captioner(dataset, features)[1]
    captioner.save(tmp_path / "captioners" / dataset.name)
    assert "comes with the course" in ready_captioner(dataset, features)[1]
