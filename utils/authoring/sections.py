"""The sections of a notebook: their headings, prose and code, and which of them are *deeper*.

A heading that ends in "(deeper)" marks what nothing later needs; a `##` marks its `###` too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


MASTER_ONLY = "master-only"
DEEPER = "(deeper)"
_HEADING = re.compile(r"^(#{1,3}) +(.+?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)


@dataclass
class Section:
    """What stands between two headings of level 1 to 3: prose without fenced code, code cells."""

    heading: str
    level: int
    deeper: bool
    prose: str = ""
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def is_exercise(self) -> bool:
        """Whether it is an exercise."""
        return bool(re.match(r"exercise \d", self.heading, re.IGNORECASE))

    @property
    def assertions(self) -> list[NotebookNode]:
        """The cells for the master only that assert something."""
        return [cell for cell in self.cells if is_master_only(cell) and "assert" in cell.source]


def is_master_only(cell: NotebookNode) -> bool:
    """Return whether readers never see a cell."""
    return MASTER_ONLY in cell.metadata.get("tags", [])


def sections_of(notebook: NotebookNode) -> list[Section]:
    """Return the sections in order; what stands before the first heading has an empty one."""
    found = [Section("", 1, False)]
    chapter_deeper = False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].cells.append(cell)
            continue
        text = _FENCE.sub("", cell.source)
        parts = _HEADING.split(text)
        found[-1].prose += parts[0] + "\n\n"
        for marks, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            marked = heading.endswith(DEEPER)
            if len(marks) <= 2:
                chapter_deeper = marked
            found.append(Section(heading, len(marks), marked or chapter_deeper, body + "\n\n"))
    return found
