"""The settings of nbgrader for this course; it lies there as `nbgrader_config.py`.

Written by `python -m utils handout --nbgrader`, which also replaces it.
"""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
AGAIN = "run `python -m utils handout --nbgrader` in the course again, for the folder it is in now"


def trouble() -> str:
    """Return what is wrong with this folder, as a sentence, or ""."""
    for name in ("manifest.json", "judge.py", "course_hooks.py", "course", "source"):
        if not (HERE / name).exists():
            return f"{HERE / name} is missing: {AGAIN}."
    laid = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))["place"]
    if Path(laid) != HERE:
        return f"This nbgrader course was moved here from {laid}, where its tests look: {AGAIN}."
    return ""


if trouble():
    sys.exit(trouble())

sys.path.insert(0, str(HERE))
# Kernels find the course by it: what students have, where that still lies beside this folder.
students_tree = HERE.parent / "image-captioning"
is_there = (students_tree / "utils").is_dir()
os.environ["COURSE_ROOT"] = str(students_tree if is_there else HERE / "course")
os.environ["COURSE_WIDGETS"] = "off"
# nbgrader starts a program of its environment by name, which an environment that was not activated
# does not find.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
os.environ.pop("CHECK_STRICT", None)

c = get_config()  # noqa: F821 (nbgrader gives it)

c.CourseDirectory.course_id = "image-captioning"
c.CourseDirectory.root = str(HERE)

# What stands where a solution was. It must not raise: "Run all" goes on to the next exercise.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# Seconds: for a cell, for a kernel to start, and for output to arrive on a busy machine.
c.Execute.timeout = 600
c.Execute.startup_timeout = 300
c.Execute.iopub_timeout = 120

c.OverwriteCells.add_missing_cells = True
c.Autograde.pre_convert_hook = "course_hooks.find_renamed"
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "course_hooks.Mend",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "course_hooks.SteadyExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "course_hooks.Discreet",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
