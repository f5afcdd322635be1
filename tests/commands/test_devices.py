"""Training on several devices and in several processes: the same losses, and what may go wrong."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_captioner import picture, tiny_captioner

from utils.attention import AttentionConfig, build_attention_model
from utils.captioner import Captioner, load_captioner
from utils.commands.devices import (
    KILLED,
    Devices,
    _ended,
    add_devices_options,
    devices_of,
    train_on,
)
from utils.dataset import load_dataset
from utils.recipe import Recipe
from utils.support.files import read_json
from utils.training import TrainingSettings
from utils.vocabulary import MARKERS, Vocabulary

pytest.importorskip("jax", reason="requirements-jax.txt has it")

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["dog", "cat", "house", "tree", "red", "blue", "runs", "sleeps"]


def asked(*options):
    parser = argparse.ArgumentParser()
    add_devices_options(parser)
    return devices_of(parser.parse_args(options))


def several(process, processes=2, coordinator="127.0.0.1:5555"):
    return [
        *("--coordinator", coordinator, "--processes", str(processes), "--process", str(process))
    ]


def test_without_an_option_nothing_changes():
    assert asked() is None


def test_options_are_read():
    assert asked("--devices", "4") == Devices(4)
    assert asked("--devices", "2", *several(1)) == Devices(2, "127.0.0.1:5555", 2, 1)
    assert asked(*several(0)) == Devices(1, "127.0.0.1:5555", 2, 0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--devices", "0"], "must be 1 or more"),
        (["--devices", "2", "--process", "1"], "give all three"),
        (several(2), "number the processes from 0 to 1"),
        (several(-1), "number the processes from 0 to 1"),
        (several(0, processes=0), "must be 1 or more"),
        (several(0, coordinator="localhost"), "give the machine of process 0 and a free port"),
        (several(0, coordinator="localhost:99999"), "a free port"),
        (several(0, coordinator=":5555"), "give the machine"),
        (several(0, coordinator=""), "give the machine"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        asked(*options)


def test_it_says_how_jax_is_installed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install -r requirements-jax\.txt"):
        asked("--devices", "2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A dataset of thirty pictures with fifteen short captions each."""
    folder = tmp_path_factory.mktemp("devices") / "pictures"
    (folder / "Images").mkdir(parents=True)
    rng, rows = np.random.default_rng(0), ["image,caption"]
    for number in range(30):
        picture(number).save(folder / "Images" / f"{number}.png")
        for length in (2, 3, 3, 4, 4) * 3:
            rows.append(f"{number}.png,{' '.join(rng.choice(WORDS, length))}")
    (folder / "captions.txt").write_text("\n".join(rows), encoding="utf-8")
    return folder


def recipe(kind="merge", **settings):
    settings = {"epochs": 2, "batch_size": 32 if kind == "merge" else 5, **settings}
    return Recipe(1, {"units": 8, "dropout": 0.0}, TrainingSettings(**settings), kind=kind)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def losses(run):
    epochs = read_json(run / "training" / "history.json", "", list)
    return [[epoch["loss"], epoch["dev_loss"]] for epoch in epochs]


def in_two_processes(dataset, recipe, run):
    coordinator = f"127.0.0.1:{free_port()}"
    jobs = [(Devices(1, coordinator, 2, process), dataset, recipe, run) for process in (0, 1)]
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(train_on, *job, "embedded") for job in jobs]:
            done.result()


@pytest.mark.parametrize("kind", ["merge", "attention"])
def test_devices_and_processes_learn_the_same(folder, tmp_path, kind):
    dataset, training = load_dataset(str(folder)), recipe(kind)
    train_on(Devices(1), dataset, training, tmp_path / "one", "embedded")
    train_on(Devices(2), dataset, training, tmp_path / "two", "embedded")
    in_two_processes(dataset, training, tmp_path / "processes")
    want = losses(tmp_path / "one")
    assert len(want) == 2
    assert want[1][0] < want[0][0]
    for run in ("two", "processes"):
        np.testing.assert_allclose(losses(tmp_path / run), want, atol=1e-3)
    weights = [
        load_captioner(tmp_path / run / "captioner").model.get_weights()
        for run in ("one", "two", "processes")
    ]
    for arrays in zip(*weights, strict=True):
        for array in arrays[1:]:
            np.testing.assert_allclose(array, arrays[0], atol=2e-3)


CAPTIONS = """
import json, sys
import keras, numpy as np
assert keras.backend.backend() == "jax"
from utils.captioner import load_captioner
captioner = load_captioner(sys.argv[1])
print(json.dumps(captioner.caption_features(np.load(sys.argv[2]), int(sys.argv[3]))))
"""


def captioner_of(kind):
    if kind == "merge":
        return tiny_captioner()
    vocabulary = Vocabulary([*MARKERS, *WORDS])
    model = build_attention_model(
        AttentionConfig(len(vocabulary), embedding_size=8, units=16, dropout=0.0)
    )
    return Captioner(model, vocabulary, model.config)


@pytest.mark.parametrize(("kind", "width"), [("merge", 1), ("merge", 3), ("attention", 3)])
def test_a_captioner_writes_the_same_on_the_other_backend(tmp_path, kind, width):
    captioner = captioner_of(kind)
    captioner.save(tmp_path / "captioner")
    size = (6, 1280) if kind == "merge" else (12, 7, 7, 1280)
    features = np.random.default_rng(0).random(size, dtype=np.float32)
    np.save(tmp_path / "features.npy", features)
    found = subprocess.run(
        [sys.executable, "-c", CAPTIONS, "captioner", "features.npy", str(width)],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == captioner.caption_features(features, width)


STARTED = []


@pytest.fixture(autouse=True)
def nothing_stays_behind():
    """End the commands that a failing test leaves."""
    yield
    for one in STARTED:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
            one.communicate()
    STARTED.clear()


def command(folder, run, *options):
    started = subprocess.Popen(
        [
            *(sys.executable, "-m", "utils", "train", str(folder), "--folder", str(run)),
            *("--epochs", "5", "--devices", "1", *options),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    STARTED.append(started)
    return started


def two_commands(folder, run):
    coordinator = f"127.0.0.1:{free_port()}"
    return [command(folder, run, *several(number, 2, coordinator)) for number in (0, 1)]


@pytest.fixture(scope="module")
def whole_run(folder, tmp_path_factory):
    """A run of one process that nobody disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    alone = command(folder, run)
    _, said = alone.communicate(timeout=400)
    assert alone.returncode == 0, said
    return run


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("killed", [0, 1])
def test_one_process_is_killed_the_other_says_so_and_the_run_goes_on(
    folder, whole_run, tmp_path, killed
):
    run, end = tmp_path / "run", time.monotonic() + 300
    both = two_commands(folder, run)
    history = run / "training" / "history.json"
    # After the second epoch there is a backup of its beginning, or of a later one.
    while not (history.is_file() and len(losses(run)) > 1) and time.monotonic() < end:
        assert all(one.poll() is None for one in both), [one.communicate() for one in both]
        time.sleep(0.1)
    os.killpg(both[killed].pid, signal.SIGKILL)
    _, said = both[1 - killed].communicate(timeout=120)
    assert both[1 - killed].returncode == 1, said
    assert "Another of the 2 processes of this training has ended" in said
    assert "Traceback" not in said
    both[killed].communicate()
    assert len(losses(run)) < len(losses(whole_run))

    both = two_commands(folder, run)
    told = [one.communicate(timeout=400) for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert "Going on from step" in told[0][0]
    np.testing.assert_allclose(losses(run), losses(whole_run), atol=1e-3)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"recipe": recipe(batch_size=16)}, "do not have the same options"),
        ({"recipe": recipe("attention")}, "do not have the same options"),
        ("captions", "do not have the same captions"),
        ({"devices": 2}, "give all commands the same --devices"),
    ],
)
def test_processes_with_other_data_are_refused(folder, tmp_path, other, said):
    coordinator = f"127.0.0.1:{free_port()}"
    dataset = load_dataset(str(folder))
    one = {"devices": 1, "dataset": dataset, "recipe": recipe()}
    if other == "captions":
        more = {image: [*captions, "an owl sings"] for image, captions in dataset.captions.items()}
        other = {"dataset": replace(dataset, captions=more)}
    with ThreadPoolExecutor(2) as both:
        begun = []
        for process, asked_for in enumerate((one, one | other)):
            devices = Devices(asked_for["devices"], coordinator, 2, process)
            job = (devices, asked_for["dataset"], asked_for["recipe"], tmp_path / "run")
            begun.append(both.submit(train_on, *job, "embedded"))
        found = [one.exception() for one in begun]
    assert all(isinstance(error, RuntimeError) for error in found)
    assert any(said in str(error) for error in found), found


def test_a_process_that_the_system_has_killed_blames_no_other_one():
    several = Devices(1, "127.0.0.1:5555", 2, 0)
    assert "Another of the 2 processes" in str(_ended(several, Path("run"), Path("log"), 1))
    killed = str(_ended(several, Path("run"), Path("log"), KILLED))
    assert "memory may be short" in killed and "Another" not in killed
