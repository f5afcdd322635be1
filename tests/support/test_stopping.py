"""Ctrl-C, SIGTERM and SIGHUP at any time: one line, and the same command goes on."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
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


def test_running_notebooks_is_stopped_with_all_that_it_has_started(tmp_path):
    """Also where the command alone gets the signal, as from `kill`."""
    cell = {"cell_type": "code", "source": "import time; time.sleep(600)", "metadata": {}}
    cell |= {"outputs": [], "execution_count": None, "id": "sleeps"}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    notebook = tmp_path / "chapters" / "01_sleeps.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(json.dumps(book), encoding="utf-8")
    process = start(tmp_path, "run-notebooks", "--threads", "1", str(notebook))
    own = psutil.Process(process.pid)
    wait_for(process, lambda: len(own.children(recursive=True)) >= 2)  # pytest and a kernel
    children = own.children(recursive=True)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, SAID)
    left = psutil.wait_procs(children, timeout=1)[1]  # a zombie has ended, and nobody has asked
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_drawing_is_stopped_by_one_line_and_leaves_nothing(tmp_path, number):
    process = start(tmp_path, "data")
    wait_for(process, lambda: drawn(tmp_path) > 20)
    # As a terminal does it: all processes get the signal, also those that draw.
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, said(err)) == (130, SAID)
    assert not list(tmp_path.iterdir())


BLOCKED = """
import re, subprocess, sys
from multiprocessing import resource_tracker
from utils.support.stopping import children_ignore_interrupts
look = "import re; print(re.search(r'SigBlk:\\s*(\\w+)', open('/proc/self/status').read())[1])"
with children_ignore_interrupts():
    resource_tracker.ensure_running()  # as joblib does before it starts its workers
    subprocess.run([sys.executable, "-c", look])
subprocess.run([sys.executable, "-c", look])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux has /proc")
def test_children_never_see_ctrl_c_though_pythons_tracker_lets_it_through():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    inside, after = (int(mask, 16) >> (signal.SIGINT - 1) & 1 for mask in done.stdout.split())
    assert (inside, after) == (1, 0)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux has /proc")
@pytest.mark.parametrize("command", [["data"], ["train"]])
def test_a_stop_while_modules_are_imported_is_one_line_too(tmp_path, command):
    for seconds in (0, 0.2, random.random()):
        process = start(tmp_path, *command)
        wait_for(process, lambda process=process: listens(process))
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert said(err) == SAID
        # Where Python was in `exec`, as it is for dataclasses, it ends itself by the signal at its
        # end, although the interrupt was caught. A shell reports 130 for that too.
        assert process.returncode in (130, -signal.SIGINT)


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
