"""The process that judges notebooks, one after the other; see `judging.py`.

It is run as a module, with tasks on its standard input, a line each.

It runs the checkers, and nothing of a student: their code runs in a copy of the course that is
made for this process and looked over after each notebook.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
import traceback
from dataclasses import asdict, replace
from pathlib import Path

from utils.classroom.answers import MADE
from utils.classroom.cells import code_of, names_bound, names_needed
from utils.classroom.course_copy import add_scenes, make_copy, set_class
from utils.classroom.judging import Judged, Task
from utils.classroom.matching import Answer, Matched, match
from utils.classroom.remote import Nursery
from utils.classroom.session import Session
from utils.exercises.exercise import find_exercise
from utils.exercises.own_work import problem_of_source
from utils.exercises.variants import use
from utils.exercises.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from utils.support.errors import sentence

Said = tuple[str, tuple[str, ...]]  # outcome and lines
BROKEN, LOST = "broken", ("The code of this notebook damaged the copy of the course it ran in.",)
TOUCHED = "its code changed files of the course, in the copy that it runs in"
# Code that asks for the scenes; without it, they need not be drawn.
LOADS = re.compile(r"\b(load_dataset|load_truth|dataset_dir)\s*\(")
SCENES = "data/scenes"


class Copy:
    """A copy of the course without checkers, for the code of students, and its process."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.nursery: Nursery | None = None
        self.modules: tuple[str, ...] = ()
        self.variant = ""

    def nursery_for(
        self, modules: tuple[str, ...], variant: str = "", with_scenes: bool = False
    ) -> Nursery:
        """Return a process that has imported the modules; made anew where something else has.

        `with_scenes`: the scenes of the class, `variant`, lie in the copy.
        """
        if self.folder is not None and self.variant != variant:
            self.close()
        if self.folder is None:
            self.folder, self.variant = Path(tempfile.mkdtemp(prefix="course-")), variant
            make_copy(self.folder)
            set_class(self.folder, variant)
            self.facts = _facts(self.folder)
        if with_scenes and not (self.folder / SCENES).is_dir():
            add_scenes(self.folder, variant)
            self.facts = _facts(self.folder)
        if self.nursery is None or self.modules != modules:
            if self.nursery is not None:
                self.nursery.close()
            self.nursery, self.modules = Nursery(self.folder, modules), modules
        return self.nursery

    def is_touched(self) -> bool:
        """Return whether a student's code has changed the copy, which is thrown away then.

        What the course has made for a student is no change; it is removed, for the next student.
        """
        if self.folder is None:
            return False
        for path in (self.folder / MADE).glob("*"):
            _remove(path)
        if _facts(self.folder) == self.facts:
            return False
        self.close()
        return True

    def close(self) -> None:
        """End the process and remove the copy."""
        if self.nursery is not None:
            self.nursery.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = self.nursery = None


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder that a student's code may have left, if that can be."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _facts(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return what tells whether a file of the copy was written: size, times, place on the disk.

    Nothing is compiled into the copy: a compiled file in it was put there, and counts too.
    """
    found = {}
    waiting, made = [str(folder)], str(folder / MADE)
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.path != made:
                        waiting.append(entry.path)
                    continue
                facts = entry.stat(follow_symlinks=False)
                found[entry.path] = (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    return found


# One notebook


def judged(task: Task, copy: Copy) -> list[Judged]:
    """Return what is found about each exercise of the task's chapter.

    Raises `OSError` where no process for answers can be started.
    """
    with use(task.variant, task.student):
        matched = match(task.cells, task.plan)
        found: dict[str, Said] = {}
        try:
            _find(found, matched, task, copy)
            touched = copy.is_touched()
        except (EOFError, OSError) as error:
            # Without its files, the process of answers may not even start again.
            touched = copy.is_touched()
            if not touched:
                raise OSError(f"The process for answers could not be used: {error}") from error
        every = matched.answers.items()
        results = [_judged(one, matched, *found.get(id, (BROKEN, LOST))) for id, one in every]
    if touched:
        results = [replace(one, notes=(*one.notes, TOUCHED)) for one in results]
    return results


def _find(found: dict[str, Said], matched: Matched, task: Task, copy: Copy) -> None:
    """Add outcome and lines of each exercise whose code can be run."""
    every = runs(matched)
    with_scenes = any(LOADS.search(code) for _, cells in every for _, code in cells)
    nursery = copy.nursery_for(task.plan.modules, task.variant, with_scenes)
    for ids, cells in every:
        with Session(cells, task.seconds, task.memory, nursery) as session:
            for id in ids:
                verdict = session.verdict(id, matched.answers[id].asked.names)
                found[id] = verdict.outcome, tuple(verdict.lines)


def runs(matched: Matched) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """Return (exercises, cells) for each session that a notebook needs: one, as a rule.

    Where a later answer gives a name of an earlier one another meaning, the earlier one is judged
    with the cells up to its own, as in a notebook that is run from the top.
    """
    cells = matched.sources()
    ids = [id for id, _ in cells if id]
    names = {id: names_bound(matched.answers[id].code) for id in ids}
    alone = []
    for place, id in enumerate(ids):
        own = names[id] | names_needed(matched.answers[id].code)
        later = set().union(*(_changed(matched, id, other) for other in ids[place + 1 :]))
        if own & later:
            alone.append(id)
    together = [id for id in ids if id not in alone]
    found = [([id], cells[: [one for one, _ in cells].index(id) + 1]) for id in alone]
    return [*found, *([(together, cells)] if together else [])]


def _changed(matched: Matched, id: str, other: str) -> set[str]:
    """Return the names that the code of another exercise gives another meaning than this one's."""
    here = {text for text in matched.answers[id].code.split("\n\n")}
    there = [text for text in matched.answers[other].code.split("\n\n") if text not in here]
    return set().union(*(names_bound(text) for text in there if not code_of(text).trouble))


def _judged(answer: Answer, matched: Matched, outcome: str, lines: tuple[str, ...]) -> Judged:
    asked = answer.asked
    if not answer.attempted:
        outcome, lines = NOT_ATTEMPTED, ()
    elif answer.trouble:
        outcome, lines = BROKEN, (answer.trouble,)
    else:
        text = "\n".join([*matched.imports, answer.code])
        problem = problem_of_source(find_exercise(asked.id), text)
        if problem:
            outcome, lines = INCORRECT, (problem,)
    points = asked.points if outcome == CORRECT else 0
    return Judged(
        asked.id, asked.title, outcome, points, asked.points, lines, answer.notes, answer.source
    )


def main() -> None:
    """Answer until the standard input ends."""
    asked = os.fdopen(os.dup(0), "r", encoding="utf-8")
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what libraries print does not mix with what is told
        os.dup2(nowhere, number)
    copy = Copy()
    try:
        for line in asked:
            told.write(json.dumps(_told(line, copy)) + "\n")
            told.flush()
    finally:
        copy.close()


def _told(line: str, copy: Copy) -> dict[str, object]:
    """Return what is found, or why nothing can be."""
    try:
        return {"judged": [asdict(one) for one in judged(Task.from_json(line), copy)]}
    except OSError as error:  # true of all notebooks: no room, no rights, no process
        return {"trouble": sentence(error) or str(error)}
    except Exception as error:  # a fault of the grader, which costs one notebook
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return {"failed": f"{type(error).__name__} at {place}: {error}"}


if __name__ == "__main__":
    sys.exit(main())
