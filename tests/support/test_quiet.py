"""TensorFlow starts without log lines, and errors are still heard."""

import os
import subprocess
import sys
from pathlib import Path

from utils.support.quiet import shut_error_stream

ROOT = Path(__file__).resolve().parents[2]


def run(code, **settings):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    for name in ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"):
        if name not in settings:
            environment.pop(name, None)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_tensorflow_starts_without_a_word_and_its_errors_are_heard():
    code = (
        "import utils.support.quiet, sys, tensorflow as tf\n"
        "assert tf.constant(1).numpy() == 1 and tf.__spec__.name == 'tensorflow'\n"
        "print('heard', file=sys.stderr)"
    )
    done = run(code)
    assert done.returncode == 0 and done.stderr.strip() == "heard"


def test_nothing_is_imported_by_itself_and_zero_leaves_all_as_it_is():
    code = "import utils.support.quiet, sys; print('tensorflow' in sys.modules, len(sys.meta_path))"
    quiet, loud = run(code).stdout.split(), run(code, TF_CPP_MIN_LOG_LEVEL="0").stdout.split()
    assert quiet[0] == loud[0] == "False" and int(quiet[1]) == int(loud[1]) + 1


def test_a_missing_tensorflow_is_still_said():
    code = (
        "import utils.support.quiet, sys; sys.path = sys.path[:2] + ['/nowhere']; import tensorflow"
    )
    assert "No module named 'tensorflow'" in run(code).stderr


def test_the_error_stream_opens_again(capfd):
    with shut_error_stream():
        os.write(2, b"unheard")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
