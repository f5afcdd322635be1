"""Reading the solution of an exercise out of its master notebook."""

import json
import textwrap

from utils.support.class_settings import CLASS_FILE, class_settings
from utils.support.paths import SOLUTIONS

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"


class Withheld(Exception):
    """The solution is not here; the text says what is missing."""


def answer_grade_id(id: str) -> str:
    """Return nbgrader's id of the answer cell of exercise "4.2": "answer-4-2"."""
    return "answer-" + id.replace(".", "-")


def solution_source(id: str) -> str:
    """Return the code of an exercise's solution.

    Between markers at the margin, that is the code between them; between indented markers, the
    whole cell without them. Raises `Withheld` where the folder, notebook or cell is absent.
    """
    chapter = int(id.partition(".")[0])
    found = sorted(SOLUTIONS.glob(f"{chapter:02d}_*.ipynb")) if SOLUTIONS.is_dir() else []
    if not found:
        handed_out = CLASS_FILE.is_file()
        why = "your teacher has them" if handed_out else "its notebook is not in `solutions/`"
        hints = "" if class_settings().hints == "off" else " The hints still work."
        raise Withheld(f"The solutions of this chapter are withheld: {why}.{hints}")
    try:
        cells = json.loads(found[0].read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise Withheld(f"`solutions/{found[0].name}` cannot be read as a notebook.") from error
    for cell in cells:
        grading = cell.get("metadata", {}).get("nbgrader", {})
        if grading.get("grade_id") == answer_grade_id(id):
            return between_markers("".join(cell["source"]))
    raise Withheld(f"`solutions/{found[0].name}` holds no solution of exercise {id}.")


def between_markers(source: str) -> str:
    """Return the solution part of an answer cell's source."""
    lines = source.split("\n")
    opens = [n for n, line in enumerate(lines) if line.strip() == BEGIN_SOLUTION]
    closes = [n for n, line in enumerate(lines) if line.strip() == END_SOLUTION]
    if len(opens) == 1 and not lines[opens[0]].startswith(" "):
        return textwrap.dedent("\n".join(lines[opens[0] + 1 : closes[0]])).strip("\n")
    return "\n".join(line for n, line in enumerate(lines) if n not in {*opens, *closes})
