"""The models on JAX, Keras' other backend: they pass the tests that they pass on TensorFlow.

Training and captioning on JAX have tests of their own in `commands/test_devices.py`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jax", reason="requirements-jax.txt has it")

ROOT = Path(__file__).resolve().parents[1]
FILES = ("test_model.py", "test_attention.py")


@pytest.mark.parametrize("name", FILES)
def test_its_tests_pass_on_jax(name):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{name}"]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
