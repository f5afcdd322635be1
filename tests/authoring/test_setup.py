"""The first cell of every notebook, alone in a folder, and what a kernel says of itself."""

import contextlib
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from utils.authoring.notebooks import LANGUAGE, SETUP
from utils.support.paths import ROOT

KERNEL_CONFIG = Path(sys.prefix, "etc", "ipython", "ipython_kernel_config.py")
SENTENCE = "The course's library is not here: get the whole course"


def run_alone(folder, monkeypatch, **environment):
    """Run the set-up in a kernel that knows of no `utils`; return the cell."""
    monkeypatch.delenv("COURSE_ROOT", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # `course.pth` of the environment would find the course; the notebook should do without it.
    hide = f"import sys\nsys.path = [p for p in sys.path if p != {str(ROOT)!r}]"
    cells = [nbformat.v4.new_code_cell(source) for source in (hide, SETUP)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with contextlib.suppress(CellExecutionError):
        client.execute()
    return notebook, client


def shown(notebook):
    """Return what a reader sees under the set-up: tracebacks and streams."""
    outputs = notebook.cells[1].outputs
    return ["\n".join(out["traceback"]) if "traceback" in out else out["text"] for out in outputs]


@pytest.mark.parametrize("foreign", [False, True], ids=["alone", "beside another utils"])
def test_without_the_course_it_is_one_sentence(tmp_path, monkeypatch, foreign):
    if foreign:
        (tmp_path / "utils").mkdir()
        (tmp_path / "utils" / "__init__.py").touch()
    (text,) = shown(run_alone(tmp_path, monkeypatch)[0])
    assert text.startswith(SENTENCE) and "COURSE_ROOT" in text and "\n" not in text.strip()


def test_course_root_names_the_course_from_outside(tmp_path, monkeypatch):
    notebook, client = run_alone(tmp_path, monkeypatch, COURSE_ROOT=str(ROOT))
    assert shown(notebook) == []
    # JupyterLab writes this into a notebook that it opens.
    said = dict(client.nb.metadata["language_info"])
    if not KERNEL_CONFIG.exists():  # an environment that `make` did not build
        said["version"] = LANGUAGE["version"]
    assert said == LANGUAGE
