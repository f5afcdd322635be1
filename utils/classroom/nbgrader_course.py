"""A complete course for nbgrader: settings, sources, judge and a README, in one folder.

The sources come from the masters. Their hidden tests call the judge that lies beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from utils.authoring.notebooks import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    SETUP,
    masters,
    prepare,
    read_notebook,
    write_notebook,
)
from utils.authoring.sections import is_master_only
from utils.authoring.variants import stamp, with_variants
from utils.classroom.judge_folder import MANIFEST, copy_whole, lay_judge
from utils.exercises import variants
from utils.support.class_settings import ClassSettings

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = "nbgrader"
TEMPLATES = Path(__file__).parent
LAID_FILES = {
    "nbgrader_config_file.py": "nbgrader_config.py",
    "nbgrader_hooks.py": "course_hooks.py",
    "nbgrader_readme.md": "README.md",
}
GRADED_CHAPTERS = range(1, 9)
HIDDEN_CALL = re.compile(r"^check\((.*), strict=True\)$", re.MULTILINE)
# As the chapters' own, but for a notebook that lies anywhere near the course.
FINDING_SETUP = """\
import os
import sys
from pathlib import Path

# The folder that holds `utils`: COURSE_ROOT names it, or it lies near this notebook.
here = Path.cwd()
near = [one / name for one in (here, *here.parents) for name in (".", "image-captioning")]
places = [os.environ["COURSE_ROOT"]] if "COURSE_ROOT" in os.environ else near
sys.path[:0] = [str(place) for place in places if Path(place, "utils", "support").is_dir()][:1]
try:
    import utils.support.quiet  # TensorFlow starts without its log lines
except ImportError as error:  # shown as one sentence
    error._render_traceback_ = lambda: [
        "The course's library is not here: unpack image-captioning.zip beside this notebook's "
        "folder, or let COURSE_ROOT name the folder that it was unpacked to."
    ]
    raise"""


def lay(dest: Path, settings: ClassSettings, chapters: Sequence[int]) -> None:
    """Write `dest`/nbgrader for some chapters; none given means all that are graded, 1 to 8.

    A gradebook and hand-ins that lie there stay. Raises what `lay_notebooks` raises.
    """
    folder = dest / FOLDER
    lay_notebooks(folder / "source", settings, chapters, source_notebook)
    for name, laid in LAID_FILES.items():
        copy_whole(TEMPLATES / name, folder / laid)


def lay_notebooks(
    target: Path,
    settings: ClassSettings,
    chapters: Sequence[int],
    made: Callable[[NotebookNode, Path], NotebookNode],
) -> None:
    """Write the judge beside the folder `target`, and into it the notebook of each chapter.

    `made(master, judge)` makes a notebook. Raises `ValueError` where the folder around `target` was
    not made by this command, `OSError`, and what `lay_judge` raises.
    """
    folder = target.parent
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise ValueError(
            f"{folder} was not made by this command, and is left as it is: choose another folder."
        )
    wanted = set(chapters or GRADED_CHAPTERS) & set(GRADED_CHAPTERS)
    judge = lay_judge(folder, settings, wanted)
    for master in masters():
        if int(master.name[:2]) in wanted:
            with variants.use(settings.variant, settings.student):
                notebook = made(read_notebook(master), judge)
            stamp(notebook, settings.variant, settings.student)
            write_notebook(target / master.stem / master.name, notebook)


def source_notebook(master: NotebookNode, judge: Path) -> NotebookNode:
    """Return nbgrader's source of a master: with solutions, hidden tests that call the judge.

    The variants in use are chosen; cells for the master only and outputs are gone.
    """
    fresh = with_variants(prepare(master))
    fresh.cells = [cell for cell in fresh.cells if not is_master_only(cell)]
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = FINDING_SETUP if cell.source == SETUP else judged_by(cell.source, judge)
    return fresh


def judged_by(source: str, judge: Path) -> str:
    """Return a check cell whose hidden test calls the judge; other cells as they are."""
    shown, begin, hidden = source.partition(BEGIN_HIDDEN)
    if not begin:
        return source
    text, end, rest = hidden.partition(END_HIDDEN)
    called = f'runpy.run_path({str(judge)!r})["judge"]'
    text = HIDDEN_CALL.sub(lambda call: f"{called}({call[1]})", text.strip("\n"))
    return f"{shown}{begin}\nimport runpy\n{text}\n{end}{rest}"
