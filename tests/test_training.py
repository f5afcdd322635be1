import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from utils.model import ModelConfig, build_model
from utils.sequences import encode_captions
from utils.training import (
    CHECKPOINT,
    TrainingSettings,
    evaluate,
    first_loss,
    read_history,
    train,
)
from utils.training_loop import load_checkpoint, save_checkpoint
from utils.vocabulary import MARKERS, Vocabulary

WORDS = [f"w{number}" for number in range(20)]
VOCABULARY = Vocabulary([*MARKERS, *WORDS])


def make_data(images=40, seed=0):
    """Captions that the photo decides: the word of its class, three to six times over."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(len(WORDS), size=images)
    features = rng.normal(size=(images, 24)).astype(np.float32) * 0.1
    features[np.arange(images), kinds] += 2
    tokens = [[[WORDS[kind]] * int(rng.integers(3, 7)) for _ in range(2)] for kind in kinds]
    return features, encode_captions(tokens, VOCABULARY, np.arange(images))


def make_model(seed=0, **changes):
    keras.utils.set_random_seed(seed)
    sizes = {"feature_size": 24, "embedding_size": 8, "units": 16, **changes}
    return build_model(ModelConfig(len(VOCABULARY), **sizes))


def settings(**changes):
    return TrainingSettings(**{"epochs": 3, "batch_size": 32, "learning_rate": 5e-3, **changes})


def losses(history):
    return [(epoch["loss"], epoch["dev_loss"]) for epoch in history.epochs]


def test_it_learns_and_keeps_the_best_weights_on_dev():
    features, data = make_data()
    model = make_model(dropout=0.0)
    history = train(model, features, data, data, settings(epochs=8), report=None)
    assert history.epochs[0]["loss"] > 1.5
    assert history.best["dev_loss"] < 0.6 < first_loss(len(VOCABULARY))
    assert evaluate(model, features, data) == pytest.approx(history.best["dev_loss"], abs=1e-5)


def test_the_mean_loss_weighs_every_prefix_alike():
    features, data = make_data(images=7)
    model = make_model(dropout=0.0)
    assert evaluate(model, features, data, batch_size=3) == pytest.approx(
        evaluate(model, features, data, batch_size=500), abs=1e-5
    )


def test_early_stopping_restores_the_best_epoch():
    features, data = make_data()
    _, dev = make_data(seed=9)  # photos that do not fit their captions: dev must get worse
    model = make_model(dropout=0.0)
    history = train(model, features, data, dev, settings(epochs=30, patience=2), report=None)
    assert len(history.epochs) < 30
    assert history.epochs_since_best == 2
    assert evaluate(model, features, dev) == pytest.approx(history.best["dev_loss"], abs=1e-5)


def test_the_same_seed_gives_the_same_losses():
    features, data = make_data()
    first, again, other = (
        train(make_model(seed), features, data, data, settings(epochs=1), report=None)
        for seed in (0, 0, 1)
    )
    assert losses(first) == losses(again)
    assert losses(first) != losses(other)


def test_a_finished_training_is_not_repeated(tmp_path):
    features, data = make_data()
    first = train(
        make_model(), features, data, data, settings(epochs=2), folder=tmp_path, report=None
    )
    model = make_model(seed=5)
    said = []
    again = train(
        model, features, data, data, settings(epochs=2), folder=tmp_path, report=said.append
    )
    assert losses(first) == losses(again) == losses(read_history(tmp_path))
    assert "Going on from epoch 3" in said[0]
    assert evaluate(model, features, data) == pytest.approx(again.best["dev_loss"], abs=1e-5)


SCRIPT = """
import sys, os
sys.path[:0] = [{root!r}, {tests!r}]
from test_training import make_data, make_model, settings
from utils.training import train
from pathlib import Path
features, data = make_data(images=200)
more = dict(epochs=4, batch_size=8, checkpoint_seconds=0.2, average=0.9, weight_decay=0.01,
            label_smoothing=0.1, schedule="cosine")
train(make_model(), features, data, data, settings(**more), folder=Path(sys.argv[1]),
      mirrored=features[:, ::-1].copy(), report=None)
"""


def run_script(folder, **options):
    tests = Path(__file__).resolve().parent
    script = SCRIPT.format(root=str(tests.parent), tests=str(tests))
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], env=environment, **options)


def test_a_training_killed_by_sigkill_resumes_to_the_same_losses(tmp_path):
    assert run_script(tmp_path / "whole").wait(timeout=240) == 0
    whole = losses(read_history(tmp_path / "whole"))

    killed = tmp_path / "killed"
    process = run_script(killed)
    checkpoint = killed / CHECKPOINT
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        # In the middle of the second epoch.
        state = load_checkpoint(checkpoint)[1] if checkpoint.is_file() else {"epoch": 0}
        if state["epoch"] == 1 and state["step"] > 0:
            break
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = json.loads((killed / "history.json").read_text(encoding="utf-8"))
    assert len(kept) == 1

    assert run_script(killed).wait(timeout=240) == 0
    assert losses(read_history(killed)) == whole
    assert not list(killed.glob(".*"))[1:], "at most the one file that the kill cut short"


def test_a_folder_of_another_run_is_refused(tmp_path):
    features, data = make_data()
    train(make_model(), features, data, data, settings(epochs=1), folder=tmp_path, report=None)
    with pytest.raises(ValueError, match="other settings, data or sizes"):
        train(
            make_model(),
            features,
            data,
            data,
            settings(epochs=1, learning_rate=1e-4),
            folder=tmp_path,
            report=None,
        )


def test_a_damaged_checkpoint_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "checkpoint.weights.h5"
    save_checkpoint(path, [np.arange(3), np.eye(2)], {"epoch": 1})
    arrays, state = load_checkpoint(path)
    assert state == {"epoch": 1}
    np.testing.assert_array_equal(arrays[1], np.eye(2))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"is damaged .* train anew"):
        load_checkpoint(path)


def test_features_and_captions_must_fit_the_model():
    features, data = make_data()
    with pytest.raises(ValueError, match=r"the model wants \(n, 24\)"):
        train(make_model(), features[:, :5], data, data, settings())
    with pytest.raises(ValueError, match="image row"):
        train(make_model(), features[:3], data, data, settings())
    small = build_model(ModelConfig(10, feature_size=24, units=4))
    with pytest.raises(ValueError, match="knows 10 words"):
        train(small, features, data, data, settings())


def test_a_loss_that_is_not_finite_stops_the_training():
    features, data = make_data()
    features[0] = np.nan
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        train(make_model(), features, data, data, settings(), report=None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"epochs": 0}, "epochs and batch_size"),
        ({"batch_size": 0}, "epochs and batch_size"),
        ({"schedule": "linear"}, "schedule is 'linear'"),
        ({"warmup": 3}, "warmup goes with"),
        ({"label_smoothing": 1.0}, "below 1"),
        ({"average": 1.5}, "below 1"),
    ],
)
def test_impossible_settings_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        TrainingSettings(**wrong)


def test_smoothed_labels_raise_the_entropy_of_the_predictions():
    features, data = make_data()
    entropies = []
    for smoothing in (0.0, 0.3):
        model = make_model(dropout=0.0)
        more = settings(epochs=6, label_smoothing=smoothing)
        train(model, features, data, data, more, report=None)
        inputs = {"feature": features, "prefix": np.full((len(features), 1), 1, np.int32)}
        out = np.asarray(model(inputs))
        entropies.append(-(out * np.log(out + 1e-9)).sum(axis=1).mean())
    assert entropies[1] > entropies[0] + 0.1


def test_the_remaining_time_is_said_after_twenty_steps():
    features, data = make_data(images=60)
    said = []
    train(make_model(), features, data, data, settings(epochs=1, batch_size=8), report=said.append)
    assert "20 steps timed" in said[0]
    assert said[-1].startswith("epoch 1: loss")


def test_the_averaged_weights_soon_forget_where_they_began():
    features, data = make_data()
    model = make_model(dropout=0.0)
    history = train(model, features, data, data, settings(epochs=3, average=0.9999), report=None)
    plain = train(make_model(dropout=0.0), features, data, data, settings(epochs=3), report=None)
    assert history.best["dev_loss"] < plain.epochs[0]["dev_loss"]
