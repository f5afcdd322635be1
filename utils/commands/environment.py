"""Let the Python environment that runs this know the course. `make` does it after installing.

    python -m utils environment

Notebooks then find the course's library from any folder, JupyterLab asks neither about news nor
about updates, and a notebook that is opened and closed keeps its bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
from pathlib import Path

from utils.support.files import atomic_path, write_json
from utils.support.paths import ROOT

NOTIFICATIONS = "@jupyterlab/apputils-extension:notification"
# JupyterLab writes what the kernel says of itself into every notebook that it opens: with the full
# version of Python, a notebook would change from machine to machine.
KERNEL = """\
from ipykernel.ipkernel import IPythonKernel

IPythonKernel.language_info["version"] = "3"
"""


def tell(prefix: Path, packages: Path) -> list[Path]:
    """Write the files into the environment at `prefix`, whose packages lie in `packages`.

    Returns their paths. Raises `OSError` where the environment cannot be written.
    """
    path_file = packages / "course.pth"
    settings = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    kernel = prefix / "etc" / "ipython" / "ipython_kernel_config.py"
    for target, text in ((path_file, f"{ROOT}\n"), (kernel, KERNEL)):
        with atomic_path(target) as temporary:
            temporary.write_text(text, encoding="utf-8")
    write_json(settings, {NOTIFICATIONS: {"fetchNews": "false", "checkForUpdates": False}})
    return [path_file, settings, kernel]


def main(arguments: list[str] | None = None) -> int:
    """Tell the running environment; return 0. Raises what `tell` raises."""
    parser = argparse.ArgumentParser(
        prog="python -m utils environment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    if sys.prefix == sys.base_prefix and "CONDA_PREFIX" not in os.environ:
        raise RuntimeError("This Python is the system's own: activate an environment first.")
    tell(Path(sys.prefix), Path(sysconfig.get_path("purelib")))
    print(f"{sys.prefix} knows the course in {ROOT}.")
    return 0
