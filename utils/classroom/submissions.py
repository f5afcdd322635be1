"""What a class handed in: a folder or a zip -> students -> notebooks by chapter.

Known are a folder of folders by student, a folder of notebooks named by student, nbgrader's
`submitted/`, and what Moodle and Canvas let a teacher download, as zip or unpacked. Nothing is
written: zips are read where they lie.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from utils.authoring.notebooks import masters
from utils.classroom.asked import Plan
from utils.classroom.files_read import Entry, entries_of
from utils.classroom.handins import Handed, Unreadable, copy_number, handed, number_in
from utils.exercises.stubs import known_stubs
from utils.support.shard import Shard

# "Full Name_123456_assignsubmission_file_" is a folder, or begins a file's name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.S)
# "lastnamefirstname_LATE_12345_67890_01_dataset-1.ipynb"
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d{3,})_\d{3,}_(?P<file>.+)", re.DOTALL
)
_NUMBER, _COPY = re.compile(r" ?\(\d+\)$"), re.compile(r"^-\d{1,2}(?=$|[ _.-])")
SAME_TIME = 2.0  # seconds: a zip keeps times no finer
MOST = 100  # notebooks of one student that are looked at
_WRAPPERS = {"submitted", "submissions"}


@dataclass
class Student:
    """What one student handed in: `notebooks` by chapter, the latest of each; notes in words.

    `unread`: the chapters, by the names of files, of which something else came; None: no chapter.
    """

    name: str
    notebooks: dict[int, Handed] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unread: set[int | None] = field(default_factory=set)

    def is_unread(self, chapter: int) -> bool:
        """Return whether something came for a chapter, of which nothing could be read."""
        if chapter in self.notebooks:
            return False
        return chapter in self.unread or (None in self.unread and not self.notebooks)


@dataclass(frozen=True)
class _Claim:
    """Whose a file is: the student's name and number, what the file is called, whether late."""

    name: str
    number: str
    file: str
    late: bool = False


def read_submissions(path: Path, part: Shard | None = None) -> list[Student]:
    """Return the students of a folder or zip, by name; with `part`, those who belong to it alone.

    Raises `ValueError` where there is no such folder or zip, or nothing of a student in it.
    """
    found: dict[tuple[str, str], list[tuple[_Claim, Entry]]] = {}
    for entry in _unwrapped(list(entries_of(path)), path):
        if entry.parts == ("",):  # an empty folder around all of them
            continue
        claim = _claim(entry, path)
        found.setdefault((claim.name, claim.number), []).append((claim, entry))
    if not found:
        raise ValueError(f"{path} holds nothing that a student handed in.")
    names = _told_apart(list(found))
    if part is not None:
        found = {key: files for key, files in found.items() if part.holds(names[key])}
    students = [_student(names[key], files) for key, files in found.items()]
    return sorted(students, key=lambda one: one.name.casefold())


def _told_apart(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return (name, number) -> a name that no other student has, as a table shows it.

    A table shows neither how many spaces there are nor how a letter with an accent is stored.
    """
    shown = {key: " ".join(unicodedata.normalize("NFC", key[0]).split()) for key in keys}
    counts = Counter(shown.values())
    names: dict[tuple[str, str], str] = {}
    for name, number in sorted(keys):
        same, told = shown[name, number], name
        if counts[same] > 1 and number:
            told = f"{name} ({number})"
        elif counts[same] > 1:
            place = sum(shown[key] == same for key in names) + 1
            told = name if place == 1 else f"{same} ({place})"
        names[name, number] = told
    return names


def _unwrapped(entries: list[Entry], path: Path) -> Iterable[Entry]:
    """Return the entries without a folder that holds all of them and names no student.

    In the folder of a whole nbgrader course, only what lies in `submitted/` was handed in.
    """
    tops = {entry.parts[0] for entry in entries if len(entry.parts) > 1}
    if "submitted" in tops and tops & {"source", "release", "autograded"}:
        entries, tops = [one for one in entries if one.parts[0] == "submitted"], {"submitted"}
    top = next(iter(tops)) if len(tops) == 1 else ""
    is_wrapper = top.lower() in _WRAPPERS or (path.is_file() and top == path.stem)
    if not is_wrapper or any(len(one.parts) == 1 for one in entries):
        return entries
    return [replace(one, parts=one.parts[1:]) for one in entries]


def _claim(entry: Entry, path: Path) -> _Claim:
    """Return whose an entry is, by the names on its way."""
    for place, part in enumerate(entry.parts):
        below = entry.parts[-1]
        moodle = _MOODLE.fullmatch(part)
        if moodle:
            file = moodle["file"] if place == len(entry.parts) - 1 else below
            return _Claim(moodle["name"].strip(), moodle["id"], file or below)
        canvas = _CANVAS.fullmatch(part)
        if canvas and "." in canvas["file"]:
            file = canvas["file"] if place == len(entry.parts) - 1 else below
            return _Claim(canvas["name"], canvas["id"], file, bool(canvas["late"]))
    if len(entry.parts) > 1:
        return _Claim(_from_zip(entry.parts[0]), "", entry.parts[-1])
    return _Claim(_named_by_file(entry.parts[0], path), "", entry.parts[0])


def _from_zip(part: str) -> str:
    """Return a student's name from a folder's, or from that of a zip of the student's own."""
    is_zip = part.lower().endswith(".zip")
    return _NUMBER.sub("", part[: -len(".zip")]).strip() if is_zip else part


def _named_by_file(name: str, path: Path) -> str:
    """Return the student in "ada_01_dataset (1).ipynb"; the folder's name where there is none."""
    stem = _NUMBER.sub("", name[: name.rfind(".")] if "." in name else name).strip()
    for known in (master.stem for master in masters()):
        if known in stem.lower():
            start = stem.lower().index(known)
            rest = stem[:start] + _COPY.sub("", stem[start + len(known) :])
            return rest.strip(" _-.") or path.resolve().stem
    return stem or path.resolve().stem


def _student(name: str, files: list[tuple[_Claim, Entry]]) -> Student:
    """Return a student with the latest readable notebook of each chapter."""
    student, others, tried = Student(name), [], 0
    by_chapter: dict[int, list[Handed]] = {}
    for claim, entry in files:
        if claim.late and "handed in late" not in student.notes:
            student.notes.append("handed in late")
        if not claim.file and not entry.trouble:  # an empty folder
            continue
        if not entry.trouble and not claim.file.lower().endswith(".ipynb"):
            others.append(claim.file)
            student.unread.add(number_in(claim.file))
            continue
        if (tried := tried + 1) > MOST:
            student.notes.append(f"more than {MOST} notebooks: the others were not read")
            break
        try:
            one = handed(claim.file, entry.content(), entry.time)
        except Unreadable as reason:
            student.notes.append(str(reason))
            student.unread.add(number_in(claim.file))
            continue
        except Exception as error:  # whatever one file holds, the others are graded
            student.notes.append(f"{claim.file} cannot be read ({type(error).__name__}): open it.")
            student.unread.add(number_in(claim.file))
            continue
        path = "/".join(entry.parts[1:]) or claim.file
        by_chapter.setdefault(one.chapter, []).append(replace(one, path=path))
    for chapter, copies in sorted(by_chapter.items()):
        student.notebooks[chapter] = _latest(copies, student.notes)
    student.notes += _others_told(sorted(others), student)
    return student


def _others_told(others: list[str], student: Student) -> list[str]:
    """Return a note on the files that are no notebooks, and on what is missing."""
    more = f" and {len(others) - 5} others" if len(others) > 5 else ""
    told = ", ".join(others[:5]) + more
    if student.notebooks:
        return [f"not read: {told}"] if others else []
    if not student.unread:
        return ["nothing was handed in"]
    return [f"no notebook that can be graded{': handed in were ' if others else ''}{told}"]


def _latest(copies: list[Handed], notes: list[str]) -> Handed:
    """Return the copy that counts, and say so where there were several."""
    last, why = _chosen(copies)
    if len({one.digest for one in copies}) > 1:
        names = [one.name for one in copies]
        told = last.path if names.count(last.name) > 1 else last.name
        notes.append(
            f"chapter {last.chapter} was handed in {len(copies)} times; {told} counts: {why}"
        )
    elif copy_number(last.name):
        notes.append(f"{last.name} is a renamed file, and counts")
    notes += last.notes
    return last


def _chosen(copies: list[Handed]) -> tuple[Handed, str]:
    """Return the copy that counts, and why.

    The number in a name says little: it is the older file that Jupyter's backups are numbered as.
    So it decides only between files of the same time, as after a download that sets all anew.
    """
    differing = {one.digest for one in copies}
    tried = [one for one in copies if len(differing) > 1 and _is_tried(one)]
    left_out = tried and len(tried) < len(copies)
    rest = tried or copies
    newest = max(one.time for one in rest)
    by_time = [one for one in rest if newest - one.time <= SAME_TIME]
    last = max(by_time, key=lambda one: (copy_number(one.name), one.time, one.path))
    if len(rest) == 1 and left_out:
        return last, "in the others, nothing was attempted"
    if len(by_time) < len(rest):
        return last, "it is the newest" + (" with an answer" if left_out else "")
    numbers = {copy_number(one.name) for one in rest}
    if len(numbers) > 1:
        return last, "all are of one time, and its name has the highest number"
    return last, "all are of one time, and neither that nor a number tells which is the newest"


def _is_tried(one: Handed) -> bool:
    """Return whether a notebook has an answer to an exercise; also where that cannot be told."""
    from utils.classroom.matching import match
    from utils.classroom.plans import plan_of

    try:
        answers = match(one.cells, with_every_stub(plan_of(one.chapter))).answers.values()
    except Exception:  # whatever it is, the judge meets it again, and says so
        return True
    return any(answer.attempted for answer in answers)


def with_every_stub(plan: Plan) -> Plan:
    """Return a plan that knows the placeholders of every variant, whatever was handed out."""
    stubs = {id: set().union(*variants) for id, variants in known_stubs().items()}
    asked = (
        replace(one, stubs=tuple(sorted({*one.stubs, *stubs.get(one.id, ())})))
        for one in plan.asked
    )
    return replace(plan, asked=tuple(asked))
