"""Pairs of students whose answers are alike beyond what two right answers share by nature.

    from utils.classroom.alike import pairs

What it finds is a reason to talk with two students and never a proof: two people who learned
together, or from the same page, write alike too.

The method is that of MOSS (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for
document fingerprinting", SIGMOD 2003). An answer becomes plain tokens (`plain_code.py`), on which
renaming, reformatting and most reordering leave no trace; each run of `FRAGMENT` tokens is a
fragment. Winnowing, which keeps a sample of the fragments of long documents, is not needed for
answers of a few lines: all are kept. A fragment counts

- not at all where it stands in the placeholder, in the solution or in a code cell of the chapter;
- by how rare it is in the class: 1 where two students have it, 0 where all have.

An exercise is evidence where two answers share `FEWEST` rare fragments or more and half of what is
rare in them: the sum of the shared fragments, `MOST` at most, times the square of the share (a
weighted Jaccard index). Answers that are equal as a whole count `WHOLE` of their fragments by how
rare the whole is. The evidence of a chapter's exercises, and of all, is added up, and a pair is
listed where the sum is `enough`: more than two answers alone can give, and more than chance gives
the most alike pairs of this class. So short answers, which everybody writes alike, are no evidence,
however many there are. A choice is none either; a number of three digits or more that only two
students gave is a little.

Limits: an answer that was thought through again and written anew leaves no trace; who copied one or
two answers is not listed; who copied what many have is hidden among them; a large group that shares
its answers looks like the custom of the class. With fewer than ten students little is known of what
is usual. `tests/classroom/test_alike.py` measures what is found.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from utils.classroom.plain_code import DIGITS, Token, digits_of, numbers_of, plain_tokens
from utils.exercises.exercise import chapters_with_exercises, load_chapter
from utils.exercises.solutions import Withheld, answer_grade_id, solution_source
from utils.exercises.variants import variants_of
from utils.support.paths import CHAPTERS

FRAGMENT = 6  # tokens
FEWEST = 8  # shared rare fragments of an exercise, 13 tokens in one piece
LEAST_SHARE = 0.5  # of what is rare in two answers
MOST = 30.0  # evidence of one exercise
WHOLE = 0.6  # of the fragments of equal answers, where each is frequent but the whole is rare
NUMBER = 8.0  # evidence of a rare number
SHORT = 30  # tokens: in longer answers a number may come from a run, which is the same for all
CLASS_FOR_NUMBERS = 20  # students: in a smaller class no number is rare
LEAST, PER_EXERCISE = 60.0, 1.0  # evidence of a pair: two answers alone are never enough
CHANCE = 0.5  # pairs of independent students that may be listed in a class
PAIRS_FOR_TAIL, TAIL = 400, 0.02  # the share of all pairs that is taken for the tail
SHOWN = 0.3  # how rare a fragment must be to be marked


@dataclass(frozen=True)
class Likeness:
    """What two students' answers to one exercise share.

    `fragments`: how many rare ones; `share`: of what is rare in both, from 0 to 1; `sources` and
    `lines`: for each student the answer and the lines of it, from 1, that hold what is shared.
    """

    exercise: str
    evidence: float
    fragments: int
    share: float
    sources: tuple[str, str]
    lines: tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True)
class Pair:
    """Two students whose answers are alike, and in which exercises, the strongest first."""

    students: tuple[str, str]
    evidence: float
    exercises: tuple[Likeness, ...]


@dataclass
class _Exercise:
    """The answers of a class to one exercise, cut into fragments.

    `has` (students, fragments) float32: 1 where an answer has a fragment; `rare` (fragments,): how
    rare it is, 0 to 1; `places`: for each student, fragment -> lines; `evidence` (students,
    students).
    """

    id: str
    sources: list[str]
    has: np.ndarray
    rare: np.ndarray
    places: list[dict[int, set[int]]]
    share: np.ndarray = field(init=False)
    evidence: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        weighted = self.has * self.rare
        shared = weighted @ self.has.T
        own = weighted.sum(axis=1)
        either = own[:, None] + own[None] - shared
        self.share = np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)
        counts = (shared >= FEWEST) & (self.share >= LEAST_SHARE)
        self.evidence = np.where(counts, np.minimum(shared, MOST) * self.share**2, 0.0)


def pairs(
    answers: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Sequence[str]] | None = None,
) -> list[Pair]:
    """Return the pairs whose answers are alike, the most alike first.

    `answers`: student -> exercise id -> the answer cell's source. `known`: exercise id -> sources
    that everybody has seen, those of `known_sources` where it is left out. An answer that is no
    Python is no evidence.
    """
    students = sorted(answers)
    ids = sorted({id for given in answers.values() for id in given}, key=_by_number)
    if len(students) < 2 or not ids:
        return []
    if known is None:
        known = known_sources()
    exercises = [
        _cut(id, [answers[student].get(id, "") for student in students], known.get(id, ()))
        for id in ids
    ]
    total, listed = _listed(exercises)
    found = [
        _pair(students, exercises, int(row), int(column), float(total[row, column]))
        for row, column in np.argwhere(np.triu(listed, 1))
    ]
    return sorted(found, key=lambda pair: (-pair.evidence, pair.students))


def _by_number(id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in id.split(".") if part.isdigit())


def _listed(exercises: Sequence[_Exercise]) -> tuple[np.ndarray, np.ndarray]:
    """Return the evidence of all pairs and whether each is listed, both (students, students).

    A pair is listed for what it shares in one chapter, or in all of them.
    """
    chapters: dict[str, list[_Exercise]] = {}
    for one in exercises:
        chapters.setdefault(one.id.partition(".")[0], []).append(one)
    groups = list(chapters.values())
    if len(groups) > 1:
        groups.append(list(exercises))
    listed = np.zeros(exercises[0].evidence.shape, bool)
    for group in groups:
        total = np.sum([one.evidence for one in group], axis=0)
        with_any = sum(bool(one.evidence.any()) for one in group)
        listed |= total >= enough(total, with_any, CHANCE / len(groups))
    return np.sum([one.evidence for one in exercises], axis=0), listed


def enough(total: np.ndarray, exercises: int, chance: float) -> float:
    """Return how much evidence lists a pair.

    `total` (students, students): the evidence of all pairs; `exercises`: how many have answers of
    some length. Where a class has hundreds of pairs, its own tail says what is usual in it: the
    evidence falls off exponentially, and `chance` independent pairs are expected beyond the bound.
    """
    least = LEAST + PER_EXERCISE * exercises
    all_pairs = total[np.triu_indices(len(total), 1)]
    if len(all_pairs) < PAIRS_FOR_TAIL:
        return least
    start, end = np.quantile(all_pairs, [1 - 10 * TAIL, 1 - TAIL])
    fall = (end - start) / math.log(10)  # by which the evidence grows as pairs get e times rarer
    return max(least, float(end + fall * math.log(TAIL * len(all_pairs) / chance)))


def _cut(id: str, sources: list[str], known: Iterable[str]) -> _Exercise:
    """Return the answers to an exercise as fragments, without those that everybody has seen."""
    seen = {fragment for source in known for fragment, _ in fragments(plain_tokens(source))}
    numbers_seen = {number for source in known for number in numbers_of(source)}
    names: dict[object, int] = {}
    places: list[dict[int, set[int]]] = []
    for source in sources:
        held: dict[int, set[int]] = {}
        tokens = plain_tokens(source)
        for fragment, lines in fragments(tokens):
            if fragment not in seen:
                held.setdefault(names.setdefault(fragment, len(names)), set()).update(lines)
        places.append(held)
    has = np.zeros((len(sources), len(names)), np.float32)
    for row, held in enumerate(places):
        has[row, list(held)] = 1
    exercise = _Exercise(id, sources, has, how_rare(has.sum(axis=0), len(has)), places)
    _add_wholes(exercise)
    _add_numbers(exercise, numbers_seen)
    return exercise


def fragments(tokens: Sequence[Token]) -> list[tuple[tuple[str, ...], set[int]]]:
    """Return each run of `FRAGMENT` tokens with the lines that it comes from."""
    starts = range(len(tokens) - FRAGMENT + 1)
    runs = (tokens[start : start + FRAGMENT] for start in starts)
    return [(tuple(token.text for token in run), {token.line for token in run}) for run in runs]


def how_rare(holders: int | np.ndarray, students: int) -> np.ndarray:
    """Return how rare it is what so many of a class have: 1 where two have it, 0 where all."""
    if students <= 2:
        return np.ones_like(holders, np.float32)
    held = np.clip(holders, 2, students)
    return (np.log(students / held) / math.log(students / 2)).astype(np.float32)


def _add_wholes(exercise: _Exercise) -> None:
    """Let equal answers count by how rare the whole is, where that is more than its fragments."""
    groups: dict[frozenset[int], list[int]] = {}
    for row, held in enumerate(exercise.places):
        if len(held) >= FEWEST:
            groups.setdefault(frozenset(held), []).append(row)
    for held, rows in groups.items():
        if len(rows) > 1:
            evidence = WHOLE * min(len(held), MOST) * how_rare(len(rows), len(exercise.sources))
            block = np.ix_(rows, rows)
            exercise.evidence[block] = np.maximum(exercise.evidence[block], evidence)


def _add_numbers(exercise: _Exercise, seen: set[float]) -> None:
    """Add evidence for pairs who alone gave a number of some digits, in answers that are short."""
    if len(exercise.sources) < CLASS_FOR_NUMBERS:
        return
    holders: dict[float, list[int]] = {}
    for row, source in enumerate(exercise.sources):
        if source and len(plain_tokens(source)) <= SHORT:
            for number in set(numbers_of(source)) - seen:
                if digits_of(number) >= DIGITS:
                    holders.setdefault(number, []).append(row)
    for rows in holders.values():
        if len(rows) == 2:
            for one, other in (rows, rows[::-1]):
                exercise.evidence[one, other] = max(exercise.evidence[one, other], NUMBER)


def _pair(
    students: Sequence[str], exercises: Iterable[_Exercise], row: int, column: int, total: float
) -> Pair:
    """Return the pair of two rows with all exercises that are evidence."""
    alike = [one for one in exercises if one.evidence[row, column] > 0]
    alike.sort(key=lambda one: -one.evidence[row, column])
    found = tuple(_likeness(one, row, column) for one in alike)
    return Pair((students[row], students[column]), total, found)


def _likeness(exercise: _Exercise, row: int, column: int) -> Likeness:
    both = set(exercise.places[row]) & set(exercise.places[column])
    rare = {fragment for fragment in both if exercise.rare[fragment] >= SHOWN}
    first, second = (
        frozenset(line for fragment in rare for line in exercise.places[one][fragment])
        for one in (row, column)
    )
    return Likeness(
        exercise.id,
        float(exercise.evidence[row, column]),
        len(rare),
        float(exercise.share[row, column]),
        (exercise.sources[row], exercise.sources[column]),
        (first, second),
    )


# What everybody has seen


@cache
def known_sources() -> dict[str, tuple[str, ...]]:
    """Return exercise id -> placeholder, solution and the chapter's code, with all variants.

    Solutions that are withheld are left out. Raises `OSError` and `ValueError` for a chapter's
    notebook that cannot be read.
    """
    found: dict[str, tuple[str, ...]] = {}
    for chapter in chapters_with_exercises():
        cells = _code_cells(chapter)
        for exercise in load_chapter(chapter):
            sources = [*cells.values(), _solution(exercise.id)]
            stub = cells.get(answer_grade_id(exercise.id), "")
            for variant in variants_of(exercise.id):
                shown = stub
                for old, new in variant.replace:
                    shown = shown.replace(old, new)
                sources += [shown, variant.solution]
            found[exercise.id] = tuple(dict.fromkeys(filter(None, sources)))
    return found


def _solution(id: str) -> str:
    try:
        return solution_source(id)
    except Withheld:
        return ""


def _code_cells(chapter: int) -> dict[str, str]:
    """Return cell id -> source of the code cells of a chapter's notebook."""
    cells = {}
    for path in sorted(CHAPTERS.glob(f"{chapter:02d}_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                cells[cell.get("id", "")] = "".join(cell["source"])
    return cells
