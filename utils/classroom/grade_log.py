"""The log of grading, and what is said at the end of a part of a class."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from utils.classroom.judging import Judged
from utils.classroom.submissions import Student
from utils.support.shard import Shard

AGAIN = "it could not be judged: run the same command again"


class Log:
    """The file with a line for each notebook; lines are added, and old ones stay.

    Each part has a file of its own: on a shared disk, two machines cannot add to one file at once.
    """

    def __init__(self, folder: Path, part: Shard | None) -> None:
        name = "grade.log" if part is None else f"grade-{part.number}-of-{part.count}.log"
        self.path = folder / name
        folder.mkdir(parents=True, exist_ok=True)

    def line(self, student: str, chapter: int, judged: list[Judged], reason: str) -> None:
        """Add the line of a notebook that was judged, or the reason why it could not be."""
        points, worth = sum(one.points for one in judged), sum(one.worth for one in judged)
        said = f"{points} of {worth} points" if judged else f"{AGAIN} ({reason})"
        now, name = time.strftime("%Y-%m-%d %H:%M:%S"), " ".join(student.split())
        with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{now}  chapter {chapter}  {said}  {name}\n")


def part_told(
    students: Sequence[Student], chapters: Sequence[int], part: Shard, folder: Path, unjudged: int
) -> str:
    """Return how much belongs to a part that was graded, and what to do next.

    `unjudged`: the number of students with a notebook that could not be judged.
    """
    notebooks = sum(chapter in one.notebooks for one in students for chapter in chapters)
    told = (
        f"Part {part} is done: {notebooks:,} notebooks of {len(students):,} students; what was "
        f"found is kept in {folder}. When all {part.count} parts are done, run the command without "
        "--shard: it writes the table."
    )
    if unjudged:
        told += f"\nA notebook of {unjudged} students could not be judged: run this part again."
    return told
