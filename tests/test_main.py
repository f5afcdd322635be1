"""The one command line: its list, its help, wrong names, and errors that become sentences."""

import errno
import importlib
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from utils import __main__ as command_line
from utils.__main__ import COMMANDS, EVERY_COMMAND, main
from utils.support.paths import ROOT

HEAVY = {"tensorflow", "keras", "scipy", "nltk", "matplotlib"}


def start(*arguments, python=(), **more):
    command = [sys.executable, *python, "-m", "utils", *arguments]
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    # Where it is set, argparse keeps it for itself that its help could not be written.
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONUNBUFFERED"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, encoding="utf-8", **more)


def run(*arguments, **more):
    process = start(*arguments, **more)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def measured(*arguments):
    """Run a command; return what it prints, the packages it imports, its processor seconds."""
    before = os.times()
    code, out, err = run(*arguments, python=["-X", "importtime"])
    after = os.times()
    assert code == 0, err
    imported = {line.split("|")[-1].strip().split(".")[0] for line in err.splitlines()}
    seconds = sum(after[2:4]) - sum(before[2:4])  # of ended children, in user and system mode
    return out, imported, seconds


# The list and the help


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_every_command_is_listed_with_a_line_at_once(arguments):
    out, imported, seconds = measured(*arguments)
    for name, (_, text) in EVERY_COMMAND.items():
        assert re.search(rf"^  {name} +{re.escape(text)}$", out, re.MULTILINE), name
    assert not imported & {*HEAVY, "numpy", "PIL"}
    assert seconds < 0.5


# `train` waits for TensorFlow until its pipeline has left its module.


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_the_help_of_each_command_waits_for_nothing_heavy(name):
    out, imported, seconds = measured(name, "--help")
    assert out.startswith(f"usage: python -m utils {name}")
    assert not imported & HEAVY
    assert seconds < 2


def test_every_command_is_a_module_with_a_main_and_a_docstring():
    for module, _ in EVERY_COMMAND.values():
        path = (ROOT / "utils" / module.replace(".", "/")).with_suffix(".py")
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""') and "\ndef main(" in text, module


def test_every_module_with_a_main_is_a_command():
    listed = {module for module, _ in EVERY_COMMAND.values()}
    for folder in ("commands", "authoring"):
        for path in (ROOT / "utils" / folder).glob("*.py"):
            if "\ndef main(arguments" in path.read_text(encoding="utf-8"):
                assert f"{folder}.{path.stem}" in listed


def test_the_old_way_to_call_a_module_is_nowhere():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    ).stdout.splitlines()
    texts = [path for path in listed if path.endswith((".py", ".md", ".ipynb", "Makefile", ".yml"))]
    old = re.compile(r"-m utils" + r"\.\w")
    found = [path for path in texts if old.search((ROOT / path).read_text(encoding="utf-8"))]
    assert not found


# Wrong names


@pytest.mark.parametrize(
    ("given", "nearest"),
    [("capton", "caption"), ("evalute", "evaluate"), ("notebook", "notebooks"), ("xyz", None)],
)
def test_a_wrong_command_suggests_the_nearest(given, nearest, capsys):
    assert main([given]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"There is no command {given!r}: ")
    assert ("did you mean" in said.err) == bool(nearest)
    assert "`python -m utils` lists the commands" in said.err
    if nearest:
        assert f"did you mean `python -m utils {nearest}`?" in said.err


# Errors


def command_that_raises(monkeypatch, error):
    def fail(arguments):
        raise error

    monkeypatch.setattr(importlib, "import_module", lambda name: SimpleNamespace(main=fail))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), ("no room at /data/x",)),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), ("no room", "free some space")),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), ("/x may not be", "rights")),
        (OSError(errno.EROFS, "Read-only file system", "/x"), ("/x may not be", "another place")),
        (OSError(errno.EFBIG, "File too large", "/x"), ("/x would become larger", "ulimit -f")),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), ("not enough memory",)),
        (MemoryError(), ("not enough memory", "close other programs")),
        (type("ResourceExhaustedError", (Exception,), {})("OOM"), ("not enough memory",)),
        (ModuleNotFoundError("", name="keras"), ("No module named 'keras'", "requirements.txt")),
        (FileNotFoundError("There is no dataset: check it."), ("There is no dataset: check it.",)),
        (RuntimeError("It is damaged: get it back."), ("It is damaged: get it back.",)),
    ],
)
def test_what_is_no_fault_of_the_code_is_a_sentence(error, words, monkeypatch, capsys):
    command_that_raises(monkeypatch, error)
    assert main(["data"]) == 1
    said = capsys.readouterr().err
    assert said.endswith(".\n") and said.count("\n") == 1
    for word in words:
        assert word in said


def test_a_fault_of_the_code_keeps_its_traceback(monkeypatch):
    command_that_raises(monkeypatch, TypeError("a bug"))
    with pytest.raises(TypeError, match="a bug"):
        main(["data"])


def test_development_mode_shows_the_traceback_of_every_error():
    code, _, err = run("notebooks", "derive", "nowhere.ipynb", python=["-X", "dev"])
    assert code == 1 and "Traceback" in err
    code, _, err = run("notebooks", "derive", "nowhere.ipynb")
    assert code == 1 and "Traceback" not in err and "nowhere.ipynb" in err


def test_an_interrupted_command_is_one_sentence(monkeypatch, capsys):
    command_that_raises(monkeypatch, KeyboardInterrupt())
    assert main(["data"]) == command_line.STOPPED == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_wrong_arguments_are_two_as_argparse_has_it(capsys):
    assert main(["bench", "--nonsense"]) == 2
    assert "unrecognized arguments: --nonsense" in capsys.readouterr().err


def test_arguments_reach_the_command(monkeypatch):
    given = []
    module = SimpleNamespace(main=lambda arguments: given.append(arguments) or 7)
    monkeypatch.setattr(importlib, "import_module", lambda name: given.append(name) or module)
    assert main(["caption", "a.jpg", "--count", "2"]) == 7
    assert given == [f"utils.{COMMANDS['caption'][0]}", ["a.jpg", "--count", "2"]]


@pytest.mark.parametrize("arguments", [(), ("bench", "--help")])
def test_a_closed_pipe_says_nothing(arguments):
    with start(*arguments) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [(), ("bench", "--help")])
def test_a_full_disk_is_said_and_no_traceback(arguments):
    with open("/dev/full", "w", encoding="utf-8") as full:
        code, _, err = run(*arguments, stdout=full)
    assert code == 1
    assert err == "The disk has no room: free some space, then run the same command again.\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell closes it so")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_output_says_nothing(closed):
    command = f'"{sys.executable}" -m utils {closed}'
    found = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert found.returncode == 0 and found.stderr == b""


@pytest.mark.parametrize("name", ["COURSE_DATA", "CAPTIONING_CACHE", "COURSE_PROGRESS"])
def test_the_home_of_nobody_is_said(name, monkeypatch, capsys):
    monkeypatch.setenv(name, "~nobody-here/x")
    assert main(["bench", "--help"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"The setting {name}: ~nobody-here") and "whole path" in error
