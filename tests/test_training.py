import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from utils.callbacks import LOG, Bar, read_history
from utils.model import ModelConfig, build_model, first_loss
from utils.sequences import encode_captions
from utils.support.files import write_json
from utils.training import (
    BACKUP,
    TrainingData,
    TrainingSettings,
    evaluate,
    train,
)
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


def told(images=40, seed=0):
    features, data = make_data(images, seed)
    return TrainingData(features, data, data)


def losses(history):
    return [(epoch["loss"], epoch["dev_loss"]) for epoch in history.epochs]


def test_it_learns_and_keeps_the_best_weights_on_dev():
    features, data = make_data()
    model = make_model(dropout=0.0)
    history = train(model, TrainingData(features, data, data), settings(epochs=8))
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
    history = train(model, TrainingData(features, data, dev), settings(epochs=30, patience=2))
    assert len(history.epochs) < 30
    assert history.epochs_since_best == 2
    assert evaluate(model, features, dev) == pytest.approx(history.best["dev_loss"], abs=1e-5)


def test_the_same_seed_gives_the_same_losses():
    data = told()
    first, again, other = (
        train(make_model(seed), data, settings(epochs=1, seed=seed)) for seed in (0, 0, 1)
    )
    assert losses(first) == losses(again)
    assert losses(first) != losses(other)


def test_a_finished_training_is_not_repeated(tmp_path):
    data = told()
    first = train(make_model(), data, settings(epochs=2), tmp_path)
    model = make_model(seed=5)
    begun = (tmp_path / LOG).read_bytes()
    again = train(model, data, settings(epochs=2), tmp_path)
    assert losses(first) == losses(again) == losses(read_history(tmp_path))
    assert (tmp_path / LOG).read_bytes() == begun
    found = evaluate(model, data.features, data.dev)
    assert found == pytest.approx(again.best["dev_loss"], abs=1e-5)


def test_a_training_may_be_made_longer(tmp_path):
    data = told()
    train(make_model(), data, settings(epochs=2), tmp_path)
    longer = train(make_model(seed=3), data, settings(epochs=4), tmp_path)
    whole = train(make_model(), data, settings(epochs=4), tmp_path / "whole")
    np.testing.assert_allclose(losses(longer), losses(whole), atol=1e-6)


SCRIPT = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from test_training import make_data, make_model, settings
from utils import training
from pathlib import Path
training.PART_STEPS = 15
features, data = make_data(images=100)
more = dict(epochs=3, batch_size=8, average=0.9, weight_decay=0.01, schedule="cosine")
told = training.TrainingData(features, data, data, [features[:, ::-1].copy()])
training.train(make_model(), told, settings(**more), Path(sys.argv[1]))
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
    for parts in (4, 14):  # in the middle of the first epoch, and of the second
        process = run_script(killed)
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline:
            lines = (killed / LOG).read_text().count("\n") if (killed / LOG).is_file() else 0
            if lines >= parts:
                break
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(read_history(killed).epochs) < 3

    assert run_script(killed).wait(timeout=240) == 0
    np.testing.assert_allclose(losses(read_history(killed)), whole, atol=1e-6)
    assert not list(killed.glob(".*"))[2:], "at most the file that each kill cut short"


def test_a_run_that_is_cut_in_its_first_part_begins_again_with_the_same_losses(tmp_path):
    def pull_the_plug(step, logs):
        if step == 2:
            raise KeyboardInterrupt

    data, how = told(), settings(epochs=2, average=0.9)
    whole = train(make_model(), data, how, tmp_path / "whole")
    stop = keras.callbacks.LambdaCallback(on_train_batch_end=pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        train(make_model(), data, how, tmp_path / "cut", [stop])
    resumed = train(make_model(seed=7), data, how, tmp_path / "cut")
    np.testing.assert_allclose(losses(resumed), losses(whole), atol=1e-6)


def test_a_folder_of_another_run_is_refused(tmp_path):
    train(make_model(), told(), settings(epochs=1), tmp_path)
    with pytest.raises(ValueError, match="other settings, data or sizes"):
        train(make_model(), told(), settings(epochs=1, learning_rate=1e-4), tmp_path)
    with pytest.raises(ValueError, match="other settings, data or sizes"):
        train(make_model(), told(seed=4), settings(epochs=1), tmp_path)


def test_a_run_of_an_earlier_version_is_trained_anew(tmp_path, capsys):
    write_json(tmp_path / "history.json", [{"epoch": 1, "loss": 0.1, "dev_loss": 0.1}])
    history = train(make_model(), told(), settings(epochs=1), tmp_path)
    assert history.epochs[0]["loss"] > 1
    assert "training anew" in capsys.readouterr().out


def test_a_damaged_backup_is_refused_with_a_sentence(tmp_path):
    train(make_model(), told(), settings(epochs=1), tmp_path)
    path = tmp_path / BACKUP
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"is damaged .* train anew"):
        train(make_model(), told(), settings(epochs=3), tmp_path)


def test_features_and_captions_must_fit_the_model():
    features, data = make_data()
    with pytest.raises(ValueError, match=r"the model wants \(n, 24\)"):
        train(make_model(), TrainingData(features[:, :5], data, data), settings())
    with pytest.raises(ValueError, match="image row"):
        train(make_model(), TrainingData(features[:3], data, data), settings())
    small = build_model(ModelConfig(10, feature_size=24, units=4))
    with pytest.raises(ValueError, match="knows 10 words"):
        train(small, told(), settings())


def test_a_loss_that_is_not_finite_stops_the_training():
    data = told()
    data.features[0] = np.nan
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        train(make_model(), data, settings())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"epochs": 0}, "epochs and batch_size"),
        ({"batch_size": 0}, "epochs and batch_size"),
        ({"schedule": "linear"}, "schedule is 'linear'"),
        ({"warmup": 3}, "warmup goes with"),
        ({"average": 1.5}, "below 1"),
    ],
)
def test_impossible_settings_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        TrainingSettings(**wrong)


def test_the_bar_says_what_an_epoch_measured(capsys):
    train(make_model(), told(), settings(epochs=2), callbacks=[Bar()])
    shown = capsys.readouterr()
    assert (shown.out + shown.err).count("dev loss") == 2
    assert "Training" in shown.err and "100%" in shown.err


def test_the_averaged_weights_are_what_is_evaluated_and_kept():
    data = told()
    model = make_model(dropout=0.0)
    history = train(model, data, settings(epochs=6, average=0.9))
    found = evaluate(model, data.features, data.dev)
    assert found == pytest.approx(history.best["dev_loss"], abs=1e-5)
    plain = train(make_model(dropout=0.0), data, settings(epochs=6))
    assert history.best["dev_loss"] < plain.epochs[0]["dev_loss"]
    assert history.best["dev_loss"] != pytest.approx(plain.best["dev_loss"], abs=1e-6)
