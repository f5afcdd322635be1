"""Grade the notebooks of a class.

    python -m utils grade submissions.zip -o grades.csv
    python -m utils grade submitted/ -o grades.csv --feedback feedback/ --alike

SUBMISSIONS is a folder or a zip: folders by student, notebooks named by student, nbgrader's
submitted/, or what Moodle and Canvas let you download. Nothing is written there. Only imports and
answers are run, in a copy of the course, with limits of time and memory; the checks run apart from
them. What is finished is kept beside the table, in grades.csv.work/, so that a run that was stopped
goes on where it was. Its file grade.log has a line for each notebook.

    python -m utils grade submissions.zip -o grades.csv --shard 2/4

grades one of four parts of a big class, and writes no table and no page. N such commands, one for
each I from 1 to N, may run at once, on one machine (then give each fewer --jobs) or on several. All
files of a student belong to one part, which the student's name alone decides. Afterwards the same
command without --shard puts together what was kept, grades what is missing, and writes the table:
it is that of one run. Machines must share the folder grades.csv.work/ and the key by which results
that were kept are known, grading.key in the folder of caches (set CAPTIONING_CACHE to one that all
of them see, or copy the file before they begin). They need the same copy of the course, and all
commands the same --seconds, --memory, --variant and --by-student; else it is graded anew.

Verdicts: correct; incorrect; not attempted; broken (no valid Python, or could not be judged);
not readable; not handed in. What you enter in the columns `question N` of the table, and in columns
that you add, stays there when you grade again; `total` counts the points of the questions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from utils.classroom.asked import Asked
from utils.classroom.class_scenes import scenes_for_judges
from utils.classroom.feedback import file_names
from utils.classroom.grade_log import AGAIN, Log, part_told
from utils.classroom.judging import Judged, JudgeEnded, Judges, Task
from utils.classroom.places import demand_our_pages, demand_places
from utils.classroom.plans import chapters_with_masters, plan_of
from utils.classroom.report import BROKEN, Row
from utils.classroom.submissions import Student, read_submissions
from utils.classroom.told import (
    Before,
    add_seed_notes,
    alike_page,
    other_seeds,
    seed_lines,
    silent_lines,
    table_before,
    without_seed,
    write_all,
)
from utils.support.files import read_json, write_json
from utils.support.paths import ROOT
from utils.support.progress_bar import progress_bar
from utils.support.shard import shard_of

SECONDS, MEMORY_MB = 60.0, 2000
GRADED = range(1, 9)  # chapter 0 has no points, chapter 9 is a project that a person reads
VERSION_OF = ("utils/**/*.py", "utils/**/*.toml", "utils/**/*.json", "solutions/*.ipynb")


@dataclass(frozen=True)
class Settings:
    """What the teacher chose; `memory` in bytes."""

    seconds: float
    memory: int
    variant: str
    by_student: bool

    def task(self, student: Student, chapter: int) -> Task:
        """Return a student's notebook as a task for a judge."""
        name = student.name if self.by_student else ""
        cells = student.notebooks[chapter].cells
        plan = plan_of(chapter, self.variant, name)
        return Task(plan, cells, self.seconds, self.memory, self.variant, name)


@dataclass(frozen=True)
class Piece:
    """A notebook to be judged, and the file that keeps what was found."""

    student: Student
    chapter: int
    kept: Path

    def found(self) -> list[Judged] | None:
        """Return what was found in an earlier run; None where there is nothing that can be read."""
        try:
            return [Judged.from_json(one) for one in read_json(self.kept)["judged"]]
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep(self, judged: list[Judged]) -> None:
        """Keep what was found, whole or not at all."""
        kept = [asdict(one) for one in judged]
        told = {"student": self.student.name, "chapter": self.chapter, "judged": kept}
        write_json(self.kept, told)


def course_version() -> str:
    """Return a hash of all that a verdict depends on: the course's code, words and masters."""
    digest = hashlib.sha256()
    for pattern in VERSION_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def pieces_of(
    students: Sequence[Student], chapters: Sequence[int], settings: Settings, folder: Path
) -> list[Piece]:
    """Return the notebooks to be judged, by chapter, so that a judge loads each library once."""
    version = course_version()
    found = []
    for chapter in chapters:
        for student in students:
            if chapter in student.notebooks:
                digest = student.notebooks[chapter].digest
                parts = [student.name, chapter, digest, asdict(settings), version]
                key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
                found.append(Piece(student, chapter, folder / "results" / f"{key}.json"))
    return found


def judge_all(
    pieces: Sequence[Piece], settings: Settings, jobs: int
) -> Iterator[tuple[Piece, list[Judged], str]]:
    """Yield the pieces as they are finished, with what was found; each is kept at once.

    A piece whose judge ended comes with an empty list and the reason, and is not kept.
    """
    rest, waiting = iter(pieces), {}
    with Judges(jobs) as judges, ThreadPoolExecutor(jobs) as pool:
        try:
            while True:
                for piece in islice(rest, 2 * jobs - len(waiting)):
                    task = settings.task(piece.student, piece.chapter)
                    waiting[pool.submit(judges.ask, task)] = piece
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    piece = waiting.pop(future)
                    try:
                        judged, reason = future.result(), ""
                        piece.keep(judged)
                    except JudgeEnded as error:
                        judged, reason = [], str(error)
                    yield piece, judged, reason
        except BaseException:  # also Ctrl-C: nobody waits for the others then
            pool.shutdown(wait=False, cancel_futures=True)
            judges.stop()
            raise


def rows_of(
    students: Sequence[Student], chapters: Sequence[int], found: dict[tuple[str, int], list[Judged]]
) -> list[Row]:
    """Return a row for each student."""
    rows = []
    for student in students:
        row = Row(student.name, notes=list(student.notes))
        row.unread = {number for number in chapters if student.is_unread(number)}
        others = sorted(set(student.notebooks) - set(chapters))
        row.notes += [f"chapter {number} is not graded here" for number in others]
        for chapter in chapters:
            judged = found.get((student.name, chapter))
            if judged == []:
                row.notes.append(f"chapter {chapter}: {AGAIN}")
                judged = [_lost(one) for one in plan_of(chapter).asked]
            row.judged |= {one.id: one for one in judged or ()}
        rows.append(row)
    return rows


def _lost(asked: Asked) -> Judged:
    worth = asked.points
    return Judged(asked.id, asked.title, BROKEN, 0, worth, ("It could not be judged.",))


def _grade(
    students: list[Student], chapters: list[int], given: argparse.Namespace, folder: Path
) -> list[Row]:
    """Judge what is not known yet; return the rows."""
    settings = Settings(given.seconds, given.memory * 1_000_000, given.variant, given.by_student)
    pieces = pieces_of(students, chapters, settings, folder)
    known = [] if given.force else [(piece, piece.found()) for piece in pieces]
    found = {(one.student.name, one.chapter): kept for one, kept in known if kept}
    rest = [one for one in pieces if (one.student.name, one.chapter) not in found]
    log = Log(folder, given.shard)
    with progress_bar(len(pieces), "grading", "notebook", done=len(found)) as bar:
        jobs = max(1, min(given.jobs, len(rest)))
        measured = set(chapters) if rest else set()
        with (
            scenes_for_judges(given.variant, measured),
            closing(judge_all(rest, settings, jobs)) as finished,
        ):
            for piece, judged, reason in finished:
                log.line(piece.student.name, piece.chapter, judged, reason)
                found[piece.student.name, piece.chapter] = judged
                bar.update(1)
    return rows_of(students, chapters, found)


def _chapters(students: Sequence[Student], wanted: Sequence[int]) -> list[int]:
    """Return the chapters to grade: those wanted, else those of which somebody has a notebook."""
    known = chapters_with_masters()
    for chapter in wanted:
        if chapter not in known or chapter > max(GRADED):
            told = ", ".join(str(one) for one in known if one <= max(GRADED))
            raise ValueError(f"Chapter {chapter} cannot be graded; these can: {told}.")
    handed_in = {chapter for student in students for chapter in student.notebooks}
    return sorted(set(wanted)) or sorted(handed_in & set(GRADED))


def _demand_pages(students: Sequence[Student], given: argparse.Namespace) -> None:
    """Raise `ValueError` where a page of somebody else would be overwritten, before any work."""
    if given.feedback:
        names = file_names([student.name for student in students])
        demand_our_pages(given.feedback / name for name in names)
    if given.alike:
        demand_our_pages([alike_page(given.output)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m utils grade", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip")
    add("-o", "--output", type=Path, required=True, help="the table, a CSV file")
    add("--chapters", type=int, nargs="+", default=[], metavar="N", help="all that came, else")
    add(
        "--jobs", type=_positive, default=os.cpu_count() or 1, help="notebooks at once: %(default)s"
    )
    add("--seconds", type=float, default=SECONDS, help="for each cell: %(default)g")
    add("--memory", type=_positive, default=MEMORY_MB, help="MB for each notebook: %(default)s")
    add("--variant", default="", metavar="SEED", help="the seed that was handed out")
    add("--by-student", action="store_true", help="each student has variants of their own")
    add("--feedback", type=Path, metavar="DIR", help="write a page for each student there")
    add("--questions", type=Path, metavar="FILE", help="write a page with what a person grades")
    add("--alike", action="store_true", help="list students whose answers are alike")
    add("--shard", type=shard_of, metavar="I/N", help="grade this part alone; no table")
    add("--force", action="store_true", help="judge all again, whatever is known")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too small: 1 is the least.")
    return number


def _write(
    students: list[Student],
    rows: list[Row],
    chapters: list[int],
    given: argparse.Namespace,
    before: Before,
) -> None:
    """Write the table and the pages, with what is noted on seeds."""
    others = other_seeds(students, chapters, given.variant, given.by_student)
    silent = without_seed(students, chapters, given.variant)
    add_seed_notes(rows, others, silent, given.by_student)
    write_all(students, rows, chapters, given, before)
    seeds = seed_lines(others, students, given.variant, given.by_student)
    print("\n".join([*seeds, *silent_lines(silent)]))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 where a notebook could not be judged."""
    given = _parser().parse_args(arguments)
    if given.by_student and not given.variant:
        raise ValueError("--by-student needs --variant SEED, the seed that was handed out.")
    demand_places(given)
    before = table_before(given.output)  # a file that is no table is refused before any work
    students = read_submissions(given.submissions, given.shard)
    _demand_pages(students, given)
    chapters = _chapters(students, given.chapters)
    folder = given.output.with_name(given.output.name + ".work")
    rows = _grade(students, chapters, given, folder)
    unjudged = sum(any(AGAIN in note for note in row.notes) for row in rows)
    if given.shard is None:
        _write(students, rows, chapters, given, before)
    else:
        print(part_told(students, chapters, given.shard, folder, unjudged))
    return int(unjudged > 0)
