"""Ctrl-C, SIGTERM and SIGHUP at any time: one line, and the same command goes on."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from utils.support.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
SAID = "You stopped it; what is finished is kept.\n"


def start(folder, *arguments):
    environment = {**os.environ, "COURSE_DATA": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "utils", *arguments], cwd=ROOT, env=environment, text=True,
        encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for(process, condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def listens(process):
    """Tell whether a command has come as far as to answer signals."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.M)[1], 16)
    return caught & (1 << (signal.SIGTERM - 1))


def said(err):
    """Return what a command says on its error stream beside its progress bar."""
    lines = re.split(r"[\r\n]+", err)
    return "".join(line + "\n" for line in lines if line and not line.startswith("Drawing"))


def drawn(folder):
    return len(list(folder.glob(".course-*.scenes/Images/*.jpg")))


def test_ctrl_c_while_the_command_line_is_imported_shows_no_traceback():
    code = """
import os, runpy, signal, sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "utils.support.errors":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
runpy.run_module("utils", run_name="__main__", alter_sys=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr, done.stdout) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_drawing_is_stopped_by_one_line_and_leaves_nothing(tmp_path, number):
    process = start(tmp_path, "data")
    wait_for(process, lambda: drawn(tmp_path) > 20)
    # As a terminal does it: all processes get the signal, also those that draw.
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, said(err)) == (130, SAID)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux has /proc")
@pytest.mark.parametrize("command", [["data"], ["train"]])
def test_a_stop_while_modules_are_imported_is_one_line_too(tmp_path, command):
    for seconds in (0, 0.2, random.random()):
        process = start(tmp_path, *command)
        wait_for(process, lambda process=process: listens(process))
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, said(err)) == (130, SAID)


def test_what_a_killed_drawing_leaves_is_removed_by_the_next_run(tmp_path):
    process = start(tmp_path, "data")
    wait_for(process, lambda: drawn(tmp_path) > 5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    (left,) = tmp_path.glob(".course-*.scenes")
    again = start(tmp_path, "data")
    wait_for(again, lambda: drawn(tmp_path) > 0 and not left.exists())
    again.terminate()  # all the scenes would take a while
    again.communicate(timeout=60)
    assert not list(tmp_path.iterdir())
