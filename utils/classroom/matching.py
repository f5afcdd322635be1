"""From a student's cells to the code of each exercise, whatever happened to the notebook.

A cell answers an exercise by nbgrader's id or its own; else by what it defines, near the check of
the exercise. Nothing is run here. What was tolerated is said in notes.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from utils.classroom.asked import Asked, Plan, normal
from utils.classroom.cells import (
    Cell,
    bound_by,
    calls_course,
    given_to_check,
    is_attempted,
    names_bound,
    names_needed,
    without_checks,
    without_names,
)
from utils.classroom.helpers import Helper, helpers_of, plain_helpers, whole_cell
from utils.classroom.magics import code_of

IN_CHECK = "the answer stood in the check cell"
OPAQUE = {"eval", "exec", "globals", "locals", "vars", "__import__", "getattr", "import_module"}


@dataclass(frozen=True)
class Answer:
    """What a student handed in for one exercise.

    `source`: the answer as it was written; "" where there is none. `code`: that with the helpers it
    needs. `trouble` says why it cannot be run. `notes`: what was tolerated. `places`: its cells.
    `helpers`: the code that it needs from elsewhere, each run before it as a cell of its own, so
    that the lines of an error are counted in the reader's own cell.
    """

    asked: Asked
    source: str = ""
    code: str = ""
    attempted: bool = False
    trouble: str = ""
    notes: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    helpers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """A notebook's answers by exercise id, and the import statements that they need."""

    answers: dict[str, Answer]
    imports: tuple[str, ...]

    def sources(self) -> list[tuple[str, str]]:
        """Return what a session runs, in order: imports as ("", code), then (exercise id, code).

        What an answer needs from elsewhere comes before it, as ("", code) too.
        """
        runs = [("", line) for line in self.imports]
        for id, one in self.answers.items():
            if one.attempted and one.code:
                runs += [*(("", text) for text in one.helpers), (id, one.source)]
        return runs


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
        if kind == "check":
            return [place for place in range(len(self.cells)) if self.is_check(place, id)]
        return [n for n, owner in enumerate(self.owners) if owner == (kind, id)]

    def is_check(self, place: int, id: str) -> bool:
        """Return whether a cell checks an exercise; one cell may check several."""
        is_answer = self.owners[place] == ("answer", id)
        return self.owners[place] == ("check", id) or (
            id in self.cells[place].checks and not is_answer
        )

    def last_look(self, id: str) -> int:
        """Return up to where cells count as written before the check was last called."""
        places = self.places("check", id) or self.places("answer", id)
        return places[-1] if places else len(self.cells)


def match(cells: Sequence[Cell], plan: Plan) -> Matched:
    """Return the answers to all exercises of a chapter."""
    book = _Book(cells, plan)
    found = {asked.id: _answer(book, asked) for asked in plan.asked}
    pool = _definitions(book)
    answers = {
        id: _with_helpers(book, one, _seen_by(one, pool, found)) for id, one in found.items()
    }
    return Matched(answers, _imports(book, answers))


# One exercise


def _answer(book: _Book, asked: Asked) -> Answer:
    pieces = _pieces(book, asked)
    notes = [] if book.places("check", asked.id) else ["the check cell is missing"]
    if not pieces:
        return Answer(asked, notes=("no cell holds an answer",))
    groups = _groups(pieces, book, asked)
    tried = [one for one in groups if _is_tried(one, asked)]
    if not set(asked.names) <= names_bound("\n\n".join(map(_text, tried))):
        groups = _with_given(groups, book, asked)
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
    places = tuple(piece.place for piece in parts)
    return Answer(asked, text, "" if trouble else text, True, trouble, tuple(notes), places)


def _pieces(book: _Book, asked: Asked) -> list[_Piece]:
    """Return all that may be an answer, in order."""
    names, found = set(asked.names), []
    for place, cell in enumerate(book.cells):
        kind, id = book.owners[place]
        if (kind, id) == ("answer", asked.id):
            note = "" if cell.kind == "code" else f"a {cell.kind} cell was read as code"
            found.append(_Piece(place, cell.source, True, note))
        elif book.is_check(place, asked.id):
            rest = without_checks(cell.source) if cell.kind == "code" else ""
            if names_bound(rest) & names:
                found.append(_Piece(place, rest, True, IN_CHECK))
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
    """Join an answer cell with the added cells that directly go on with it, and an alias of it.

    An added cell below the last check counts only where nothing above was tried.
    """
    groups: list[list[_Piece]] = []
    for piece in pieces:
        goes_on = not piece.by_id and _follows_answer(book, piece.place, asked)
        if groups and (goes_on or _is_alias(piece, groups[-1])) and _is_below(piece, groups[-1]):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    end = book.last_look(asked.id)
    counted = [one for one in groups if one[0].by_id or one[0].place <= end]
    return counted if any(_is_tried(one, asked) for one in counted) else groups


def _is_below(piece: _Piece, group: list[_Piece]) -> bool:
    return group[-1].place < piece.place


def _is_alias(piece: _Piece, group: list[_Piece]) -> bool:
    """Return whether a check cell names what stands in the cells above: `clean = tidy`."""
    needed = names_needed(piece.source) - names_bound(piece.source)
    return piece.note == IN_CHECK and bool(needed & names_bound(_text(group)))


def _with_given(groups: list[list[_Piece]], book: _Book, asked: Asked) -> list[list[_Piece]]:
    """Add what the last check was given instead of the names of the course: that was judged.

    `check("1.2", tidy)` is read as `clean = tidy`. Where the cell above defines `tidy`, both are
    one answer.
    """
    for place in reversed(book.places("check", asked.id)):
        given = given_to_check(book.cells[place].source, asked.id, asked.names)
        if not given or book.cells[place].kind != "code":
            continue
        rest = without_checks(book.cells[place].source)
        source = f"{rest}\n{given}".lstrip("\n")
        piece = _Piece(place, source, True, "what the check was given counts")
        above = [one for one in groups if _is_below(piece, one)]
        if above and names_bound(_text(above[-1])) & names_needed(source):
            return [*(one for one in groups if one is not above[-1]), [*above[-1], piece]]
        return [*groups, [piece]]
    return groups


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


def _definitions(book: _Book) -> list[Helper]:
    """Return what defines names, that of the course first, then in the order of the notebook.

    In a cell of an exercise, the names that exercises ask for are left out, and what is checked.
    """
    pool = [one for text in book.plan.definitions for one in plain_helpers(code_of(text), -1)]
    imported = book.imported()
    asked = {name for one in book.plan.asked for name in one.names}
    for place, cell in enumerate(book.cells):
        if cell.kind != "code":
            continue
        is_owned = bool(book.owners[place][0])
        code = without_names(cell.source, asked) if is_owned else code_of(cell.source)
        pool += plain_helpers(code, place)
        if book.is_added(place) or (is_owned and not calls_course(code)):
            pool += whole_cell(code, place, imported)
    return pool


def _seen_by(answer: Answer, pool: list[Helper], found: dict[str, Answer]) -> list[Helper]:
    """Return the pool for one answer: cells of this and of earlier answers are run as answers.

    What an earlier answer has defined stands in the pool without a text, so that it hides what
    stands above it.
    """
    ids = list(found)
    run = [found[id] for id in ids[: ids.index(answer.asked.id)] if found[id].code]
    places = {place for one in [*run, answer] for place in one.places}
    names = [frozenset(names_bound(one.source)) for one in run]
    done = [Helper("", bound, one.places[-1], bound) for one, bound in zip(run, names, strict=True)]
    others = [one for one in pool if one.place not in places]
    return sorted([*others, *done], key=lambda one: one.place)


def _with_helpers(book: _Book, answer: Answer, pool: list[Helper]) -> Answer:
    """Return an answer with the definitions that it needs, and no others."""
    if not answer.code:
        return answer
    near = answer.places[-1]
    far = max([near, *book.places("check", answer.asked.id)])
    helpers = helpers_of(answer.source, pool, near, far)
    code = "\n\n".join([*(one.text for one in helpers), answer.source])
    notes = [*answer.notes]
    if any(one.place > far for one in helpers):
        notes.append("the answer uses what stands further down")
    runs = tuple(one.run for one in helpers)
    return replace(answer, code=code, notes=tuple(notes), helpers=runs)


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
