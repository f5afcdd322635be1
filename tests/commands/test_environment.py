"""The environment knows the course: three files, in the places where Python and Jupyter look."""

import json
import subprocess
import sys

from utils.authoring.notebooks import LANGUAGE
from utils.commands import environment
from utils.support.paths import ROOT


def test_a_python_with_these_packages_finds_the_library(tmp_path):
    environment.tell(tmp_path, tmp_path / "packages")
    place = str(tmp_path / "packages")
    code = f"import site; site.addsitedir({place!r}); import utils.support.tables"
    alone = [sys.executable, "-S", "-E", "-c", code]
    assert subprocess.run(alone, cwd=tmp_path, capture_output=True).returncode == 0
    assert (tmp_path / "packages" / "course.pth").read_text(encoding="utf-8") == f"{ROOT}\n"


def test_jupyterlab_asks_nothing_and_the_kernel_tells_no_full_version(tmp_path, monkeypatch):
    _, settings, kernel = environment.tell(tmp_path, tmp_path / "packages")
    said = json.loads(settings.read_text(encoding="utf-8"))[environment.NOTIFICATIONS]
    assert said == {"fetchNews": "false", "checkForUpdates": False}
    from ipykernel.ipkernel import IPythonKernel

    monkeypatch.setattr(IPythonKernel, "language_info", dict(IPythonKernel.language_info))
    exec(compile(kernel.read_text(encoding="utf-8"), kernel, "exec"))
    assert IPythonKernel.language_info["version"] == LANGUAGE["version"]


def test_the_systems_own_python_is_left_alone(monkeypatch, capsys):
    from utils.__main__ import main

    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setattr(environment, "tell", lambda *_: 1 / 0)
    assert main(["environment"]) == 1
    assert "activate an environment first" in capsys.readouterr().err
