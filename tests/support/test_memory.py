"""Limits that are too low for NumPy and TensorFlow are a sentence before these are imported."""

import subprocess
import sys

import pytest

from utils.__main__ import main
from utils.support import memory
from utils.support.errors import NO_MEMORY, TooLittleMemory, sentence
from utils.support.paths import ROOT

resource = pytest.importorskip("resource", reason="Windows has no such limits")


@pytest.mark.parametrize("megabytes", [400, 1_000, 2_000])
def test_a_command_with_too_little_memory_says_how_much_it_needs(megabytes):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * memory.MB,) * 2)

    photos = str(ROOT / "data" / "photos")
    done = subprocess.run(
        [sys.executable, "-m", "utils", "caption", photos], preexec_fn=limit, cwd=ROOT,
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode in (1, 2) and done.stdout == ""
    assert done.stderr.startswith("There is not enough memory: ") and done.stderr.count("\n") == 1
    assert "needs about" in done.stderr and f"is {megabytes:,} MB" in done.stderr


def test_the_limit_of_a_container_counts_and_no_limit_passes(tmp_path, monkeypatch):
    files = [tmp_path / "v2", tmp_path / "v1", tmp_path / "missing"]
    monkeypatch.setattr(memory, "GROUP_FILES", files)
    monkeypatch.setattr(memory, "address_limit", lambda: None)
    files[0].write_text("max\n", encoding="ascii")
    assert memory.group_limit() is None
    memory.demand_memory("it", used=400, reserved=4_000)
    files[1].write_text("300000000\n", encoding="ascii")
    with pytest.raises(TooLittleMemory, match=r"it needs about 400 MB, .* container or job is 300"):
        memory.demand_memory("it", used=400, reserved=4_000)
    memory.demand_memory("it", used=299, reserved=4_000)


@pytest.mark.parametrize("command", ["caption", "evaluate", "train"])
def test_a_small_container_is_told_before_the_work(command, tmp_path, monkeypatch, capsys):
    """With so much memory TensorFlow starts, and the system would end the command later."""
    monkeypatch.setattr(memory, "group_limit", lambda: 900 * memory.MB)
    monkeypatch.setattr(memory, "address_limit", lambda: None)
    folder = str(tmp_path)
    more = ["scenes", "--images-dir", folder, "--captions", folder] if command == "evaluate" else []
    assert main([command, *(more or [folder])]) == 1
    assert "container or job is 900 MB" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        ImportError("libtensorflow_cc.so.2: failed to map segment from shared object"),
        OSError("libx.so: cannot allocate memory in static TLS block"),
        RuntimeError("can't start new thread"),
        MemoryError("Unable to allocate 5.00 GiB"),
    ],
)
def test_what_libraries_say_of_memory_is_one_sentence(error):
    assert sentence(error) == NO_MEMORY
