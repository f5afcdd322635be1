"""Weights on a full disk: one error that says so, the old file, and nothing beside it."""

import errno
import os
import re
import shutil
import subprocess

import keras
import numpy as np
import pytest

from utils.support import weights
from utils.support.errors import sentence
from utils.support.weights import save_arrays, save_weights


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((300,)), keras.layers.Dense(400)])
    model.compile(keras.optimizers.AdamW(use_ema=True), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture(params=[20, 700])
def full_disk(request, tmp_path):
    """A disk of so many kB; the weights take 1,900."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={request.param}k"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only an administrator may make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_one_sentence_and_nothing_is_left(model, full_disk):
    (full_disk / "small").write_bytes(b"1")
    for save in (
        lambda: save_weights(model, full_disk / "x.weights.h5"),
        lambda: save_weights(model, full_disk / "x.weights.h5", half=True),
        lambda: save_arrays(full_disk / "x.npz", [np.ones(300_000)]),
    ):
        with pytest.raises(OSError) as caught:
            save()
        assert sentence(caught.value).startswith(f"The disk has no room at {full_disk}/x.")
        assert [path.name for path in full_disk.iterdir()] == ["small"]


@pytest.mark.parametrize(
    "told",
    [
        "Unable to synchronously create dataset (file write failed: time = x, filename = 'x', "
        "file descriptor = 3, errno = 28, error message = 'No space left on device', buf = 0)",
        "[Errno 28] Unable to synchronously flush file's cached information (No space left)",
    ],
)
def test_what_hdf5_says_of_a_full_disk_is_put_in_words(model, tmp_path, monkeypatch, told):
    save_weights(model, tmp_path / "x.weights.h5")
    before = (tmp_path / "x.weights.h5").read_bytes()

    def fail(path):
        raise OSError(told)

    monkeypatch.setattr(model, "save_weights", fail)
    with pytest.raises(OSError) as caught:
        save_weights(model, tmp_path / "x.weights.h5")
    assert caught.value.errno == errno.ENOSPC
    assert re.fullmatch(r"The disk has no room at .*x\.weights\.h5: .*\.", sentence(caught.value))
    assert (tmp_path / "x.weights.h5").read_bytes() == before
    assert len(os.listdir(tmp_path)) == 1


def test_the_room_that_is_asked_for_is_never_too_little(model, tmp_path):
    save_weights(model, tmp_path / "x.weights.h5")
    size, asked = (tmp_path / "x.weights.h5").stat().st_size, weights._most_bytes(model)
    assert size <= asked <= 1.1 * size + 200_000
