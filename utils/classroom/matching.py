"""From a student's cells to the code of each exercise, whatever happened to the notebook.

A cell answers an exercise by nbgrader's id or its own; else by what it defines, near the check of
the exercise. Nothing is run here. What was tolerated is said in notes.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from utils.classroom.asked import Asked, Plan, normal
from utils.classroom.cells import (
    Cell,
    bound_by,
    is_attempted,
    names_bound,
    names_needed,
    without_checks,
)
from utils.classroom.helpers import Helper, plain_helpers, whole_cell, with_helpers
from utils.classroom.magics import code_of

OPAQUE = {"eval", "exec", "globals", "locals", "vars", "__import__", "getattr", "import_module"}


@dataclass(frozen=True)
class Answer:
    """What a student handed in for one exercise.

    `source`: the answer as it was written; "" where there is none. `code`: that with the helpers it
    needs, as it is run. `trouble` says why it cannot be run. `notes`: what was tolerated.
    """

    asked: Asked
    source: str = ""
    code: str = ""
    attempted: bool = False
    trouble: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """A notebook's answers by exercise id, and the import statements that they need."""

    answers: dict[str, Answer]
    imports: tuple[str, ...]

    def sources(self) -> list[tuple[str, str]]:
        """Return what a session runs, in order: imports as ("", code), then (exercise id, code)."""
        runs = [(id, one.code) for id, one in self.answers.items() if one.attempted and one.code]
        return [*(("", line) for line in self.imports), *runs]


@dataclass(frozen=True)
class _Piece:
    """A cell, or what was put into a check cell, that may be an answer or a part of one."""

    place: int
    source: str
    by_id: bool
    note: str = ""


@dataclass
class _Book:
    """A student's cells with what each is: whose answer or check, or a cell of the course's own."""

    cells: Sequence[Cell]
    plan: Plan
    owners: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owners = [self._owner(cell) for cell in self.cells]

    def _owner(self, cell: Cell) -> tuple[str, str]:
        kind, id = cell.owner
        if kind and self.plan.exercise(id):
            # A cell that lost its code to the check's, or the other way round, is what it holds.
            return ("check", id) if kind == "answer" and id in cell.checks else (kind, id)
        for id in cell.checks:
            if self.plan.exercise(id):
                return "check", id
        stub = next((one.id for one in self.plan.asked if one.cell == normal(cell.source)), "")
        return ("answer", stub) if stub else ("", "")

    def is_added(self, place: int) -> bool:
        """Return whether a cell is neither the course's own nor an exercise's."""
        is_own = normal(self.cells[place].source) in self.plan.own_cells
        return not self.owners[place][0] and not is_own and bool(self.cells[place].source.strip())

    def imported(self) -> set[str]:
        """Return what imports bind: `np.random.shuffle` fills nothing of a student's."""
        lines = [*self.plan.imports, *(line for cell in self.cells for line in _import_lines(cell))]
        return set().union(*map(names_bound, lines))

    def places(self, kind: str, id: str) -> list[int]:
        """Return where the answers or checks of an exercise stand."""
        return [n for n, owner in enumerate(self.owners) if owner == (kind, id)]

    def last_look(self, id: str) -> int:
        """Return up to where cells count as written before the check was last called."""
        places = self.places("check", id) or self.places("answer", id)
        return places[-1] if places else len(self.cells)


def match(cells: Sequence[Cell], plan: Plan) -> Matched:
    """Return the answers to all exercises of a chapter."""
    book = _Book(cells, plan)
    found = {asked.id: _answer(book, asked) for asked in plan.asked}
    pool = _definitions(book, found)
    answers = {id: _with_helpers(one, pool) for id, one in found.items()}
    return Matched(answers, _imports(book, answers))


# One exercise


def _answer(book: _Book, asked: Asked) -> Answer:
    pieces = _pieces(book, asked)
    notes = [] if book.places("check", asked.id) else ["the check cell is missing"]
    if not pieces:
        return Answer(asked, notes=("no cell holds an answer",))
    groups = _groups(pieces, book, asked)
    tried = [one for one in groups if _is_tried(one, asked)]
    if not tried:
        return Answer(asked, notes=tuple(notes))
    chosen = _last_whole(tried, asked)
    if sum(_binds_all(one, asked) for one in tried) > 1 or _copies(groups, asked) > 1:
        notes.append("the answer stands in more than one place; the last one counts")
    parts = [piece for group in chosen for piece in group]
    if len(parts) > 1:
        notes.append(f"the answer is put together from {len(parts)} cells")
    if not any(piece.by_id for piece in parts):
        notes.append("the answer was found by what it defines")
    return _joined(asked, parts, notes)


def _joined(asked: Asked, parts: list[_Piece], notes: list[str]) -> Answer:
    codes = [code_of(piece.source) for piece in parts]
    notes += dict.fromkeys(piece.note for piece in parts if piece.note)
    if any(code.dropped for code in codes):
        notes.append("magics and shell lines were left out")
    trouble = next((code.trouble for code in codes if code.trouble), "")
    text = "\n\n".join(code.text for code in codes)
    return Answer(asked, text, "" if trouble else text, True, trouble, tuple(notes))


def _pieces(book: _Book, asked: Asked) -> list[_Piece]:
    """Return all that may be an answer, in order."""
    names, found = set(asked.names), []
    for place, cell in enumerate(book.cells):
        kind, id = book.owners[place]
        if (kind, id) == ("answer", asked.id):
            note = "" if cell.kind == "code" else f"a {cell.kind} cell was read as code"
            found.append(_Piece(place, cell.source, True, note))
        elif (kind, id) == ("check", asked.id):
            rest = without_checks(cell.source) if cell.kind == "code" else ""
            if names_bound(rest) & names:
                note = "the answer stood in the check cell"
                found.append(_Piece(place, rest, True, note))
        elif book.is_added(place) and _may_be_answer(book, place, asked):
            note = "" if cell.kind == "code" else f"a {cell.kind} cell was read as code"
            found.append(_Piece(place, cell.source, False, note))
    return found


def _may_be_answer(book: _Book, place: int, asked: Asked) -> bool:
    """Return whether an added cell binds one of the names, or goes on with the answer cell."""
    cell = book.cells[place]
    code = code_of(cell.source)
    if cell.kind != "code":
        return not code.trouble and set(asked.names) <= names_bound(cell.source)
    if names_bound(cell.source) & set(asked.names):
        return True
    return _follows_answer(book, place, asked) and not code.trouble


def _follows_answer(book: _Book, place: int, asked: Asked) -> bool:
    """Return whether only added cells stand between this one and the answer cell, then a check."""
    before = place - 1
    while before >= 0 and (book.is_added(before) or not book.cells[before].source.strip()):
        before -= 1
    if before < 0 or book.owners[before] != ("answer", asked.id):
        return False
    return any(check > place for check in book.places("check", asked.id))


def _groups(pieces: list[_Piece], book: _Book, asked: Asked) -> list[list[_Piece]]:
    """Join an answer cell with the added cells that directly go on with it.

    An added cell below the last check counts only where nothing above was tried.
    """
    groups: list[list[_Piece]] = []
    for piece in pieces:
        goes_on = not piece.by_id and _follows_answer(book, piece.place, asked)
        if groups and goes_on and groups[-1][-1].place < piece.place:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    end = book.last_look(asked.id)
    counted = [one for one in groups if one[0].by_id or one[0].place <= end]
    return counted if any(_is_tried(one, asked) for one in counted) else groups


def _text(group: list[_Piece]) -> str:
    return "\n\n".join(code_of(piece.source).text for piece in group)


def _is_tried(group: list[_Piece], asked: Asked) -> bool:
    return is_attempted(_text(group), asked.names, asked.stubs)


def _binds_all(group: list[_Piece], asked: Asked) -> bool:
    return set(asked.names) <= names_bound(_text(group))


def _copies(groups: list[list[_Piece]], asked: Asked) -> int:
    """Return how many cells with the exercise's own id hold an answer, the placeholder included."""
    return sum(one[0].by_id and not one[0].note and _binds_all(one, asked) for one in groups)


def _last_whole(tried: list[list[_Piece]], asked: Asked) -> list[list[_Piece]]:
    """Return the last group that binds all names, with what comes after it."""
    whole = [n for n, group in enumerate(tried) if _binds_all(group, asked)]
    return tried[whole[-1] :] if whole else tried


# What an answer needs from elsewhere


def _definitions(book: _Book, found: dict[str, Answer]) -> list[Helper]:
    """Return what defines names outside of answers, that of the course first."""
    used = {normal(line) for one in found.values() for line in one.source.split("\n\n")}
    pool = [one for text in book.plan.definitions for one in plain_helpers(code_of(text), -1)]
    imported = book.imported()
    for place, cell in enumerate(book.cells):
        code = code_of(cell.source)
        if cell.kind == "code" and not book.owners[place][0] and normal(code.text) not in used:
            pool += plain_helpers(code, place)
            pool += whole_cell(code, place, imported) if book.is_added(place) else []
    return pool


def _with_helpers(answer: Answer, pool: list[Helper]) -> Answer:
    """Return an answer whose code begins with the definitions that it needs, and no others."""
    if not answer.code:
        return answer
    code = with_helpers(answer.source, pool)
    return Answer(answer.asked, answer.source, code, True, "", answer.notes)


def _imports(book: _Book, answers: dict[str, Answer]) -> tuple[str, ...]:
    """Return the imports of the course, then the student's, that the answers use by name.

    Loading a library takes seconds, so what no answer names is left out.
    """
    needed = set().union(*(names_needed(one.code) for one in answers.values()))
    own = [text for text in map(_import_lines, book.cells) for text in text]
    kept = {}
    for line in [*book.plan.imports, *own]:
        statement = code_of(line).tree.body[0]
        for alias in statement.names:
            one = _single(statement, alias)
            name = next(iter(bound_by(one)))
            if name in needed or name == "*" or needed & OPAQUE or _is_future(one):
                kept[ast.unparse(one)] = _is_future(one)
    return tuple(sorted(kept, key=lambda line: not kept[line]))


def _import_lines(cell: Cell) -> list[str]:
    if cell.kind != "code":
        return []
    body = code_of(cell.source).tree.body
    return [ast.unparse(one) for one in body if isinstance(one, ast.Import | ast.ImportFrom)]


def _single(statement: ast.stmt, alias: ast.alias) -> ast.stmt:
    """Return an import of one name out of an import of several."""
    if isinstance(statement, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(statement.module, [alias], statement.level)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
