"""One answer of a notebook's kernel before the judge; nbgrader's and otter's hidden tests ask here.

It is run as a module, with the exercise and the number of answers. Its input is pickled by
cloudpickle: the tuple of answers, and where their functions stand, as a dict (name, first line) ->
(file name, the lines of the file). It is opened in the process that runs students' code, never in
this one. One line of JSON is printed: outcome, message.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from utils.classroom.course_copy import make_copy
from utils.classroom.remote import Nursery
from utils.classroom.session import Session
from utils.exercises.verdict import Verdict

SECONDS, MEMORY = 120.0, 2_000_000_000


def judged(id: str, pickled: bytes, count: int) -> Verdict:
    """Return the verdict on `count` answers to an exercise."""
    names = tuple(f"answer_{number}" for number in range(count))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        nursery = Nursery(make_copy(Path(folder) / "course"))
        try:
            given = {"pickled": pickled, "names": names}
            with Session(((id, ""),), SECONDS, MEMORY, nursery, **given) as session:
                return session.verdict(id, names)
        finally:
            nursery.close()


def main(arguments: list[str]) -> None:
    """Read pickled answers, print their verdict."""
    id, count = arguments
    told = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not stand beside the verdict
    verdict = judged(id, sys.stdin.buffer.read(), int(count))
    said = json.dumps({"outcome": verdict.outcome, "message": verdict.message})
    with os.fdopen(told, "w", encoding="utf-8") as out:
        out.write(said + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
