"""What a student's answer needs from outside of it, read without running it.

The student's check ran with what the notebook had defined until then. So of several definitions of
one name the nearest above counts, and not the last of the notebook.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from utils.classroom.cells import (
    bound_by,
    filled_by,
    is_course_call,
    lines_of,
    names_bound,
    names_needed,
    split_lines,
)
from utils.classroom.magics import Code

_DEFINITIONS = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.AugAssign
_LATE = ast.FunctionDef | ast.ClassDef  # they look names up when they are called
Ends = tuple[int, ...]  # up to where in a pool a name is looked for, one after the other


@dataclass(frozen=True)
class Helper:
    """Code that stands outside of answers, and the names that it gives a value to, or fills.

    `text`: as it is read; "" for what another answer has defined, which is run anyway. `place`: the
    cell that it comes from, -1 for one of the course. `anew`: the names whose older value does not
    matter. `late`: it looks names up when it is called. `whole`: it is all of that cell. `run`: as
    it is run, below as many empty lines as there are lines above it in the cell: an error in it is
    told with the line of that cell.
    """

    text: str
    names: frozenset[str]
    place: int
    anew: frozenset[str] = frozenset()
    late: bool = False
    whole: bool = False
    run: str = ""


def plain_helpers(code: Code, place: int) -> list[Helper]:
    """Return the functions, classes and values of a cell, each for itself."""
    body = code.tree.body
    plain = [one for one in body if isinstance(one, _DEFINITIONS) and not is_course_call(one)]
    statements = Counter(number for one in body for number in lines_of(one))
    lines = split_lines(code.text)
    found = []
    for one in plain:
        text, own = ast.unparse(one), lines_of(one)
        is_alone = all(statements[number] == 1 for number in own)
        stands = "\n".join(lines[own.start - 1 : own.stop - 1]) if is_alone else text
        run = "\n" * (own.start - 1) + stands
        late = isinstance(one, _LATE)
        found.append(Helper(text, frozenset(bound_by(one)), place, _anew(one, text), late, run=run))
    return found


def _anew(statement: ast.stmt, text: str) -> frozenset[str]:
    """Return the names that a definition gives a value that does not rest on their older one."""
    if isinstance(statement, ast.AugAssign):
        return frozenset()
    names = frozenset(bound_by(statement))
    plain = isinstance(statement, ast.FunctionDef) and not statement.decorator_list
    return names if plain else names - names_needed(text)


def whole_cell(code: Code, place: int, imported: set[str]) -> list[Helper]:
    """Return a student's cell as one, where more than plain definitions binds or fills names.

    Such are a function below `if`, an import below `try`, and a loop that fills a set. `imported`:
    the names of modules, which `np.append(...)` does not fill.
    """
    harmless = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    others = [one for one in code.tree.body if not isinstance(one, harmless)]
    names = set().union(*map(filled_by, others)) - imported
    names |= set().union(*(bound_by(one) for one in others if not isinstance(one, _DEFINITIONS)))
    if not names:
        return []
    return [Helper(code.text, frozenset(names), place, whole=True, run=code.text)]


def helpers_of(source: str, pool: Sequence[Helper], near: int, far: int) -> list[Helper]:
    """Return the helpers that an answer needs, in the order of the pool, which is the notebook's.

    `near`: the cell of the answer. `far`: that of its check: what is not defined above the answer
    is looked for up to there, and only then below.
    """
    bound = names_bound(source)
    ends = tuple(sum(one.place <= place for one in pool) for place in (near, max(near, far)))
    places: dict[str, list[int]] = {}
    for number, one in enumerate(pool):
        for name in one.names:
            places.setdefault(name, []).append(number)
    waiting = [(name, ends) for name in names_needed(source) - bound]
    seen: set[tuple[str, Ends]] = set()
    kept: set[int] = set()
    while waiting:
        name, until = waiting.pop()
        if (name, until) in seen or name not in places:
            continue
        seen.add((name, until))
        for number in set(_nearest(name, pool, places[name], until)) - kept:
            kept.add(number)
            others = names_needed(pool[number].text) - bound - pool[number].names
            every = _ends_for(pool[number], number, ends)
            waiting += [(other, then) for other in others for then in every]
    found = [pool[number] for number in sorted(kept) if pool[number].text]
    whole = {one.place for one in found if one.whole}
    return [one for one in found if one.whole or one.place not in whole]


def _ends_for(helper: Helper, number: int, ends: Ends) -> list[Ends]:
    """Return up to where the names count that a helper needs itself.

    A value was computed where it stands, and so were a function's decorators and defaults; the rest
    of a function sees what there is when it is called.
    """
    here = (number, *ends)
    return [here, tuple(max(end, number) for end in ends)] if helper.late else [here]


def _nearest(name: str, pool: Sequence[Helper], places: list[int], ends: Ends) -> list[int]:
    """Return where in the pool the definition of a name stands that counts, with what fills it.

    `places`: where all definitions of the name stand.
    """
    own = [number for number in places if pool[number].place >= 0]
    above = next((found for end in ends if (found := [n for n in own if n < end])), [])
    anew = [number for number in above if name in pool[number].anew]
    if anew:
        return [number for number in above if number >= anew[-1]]
    below = [] if above else own
    again = [number for number in below[1:] if name in pool[number].anew]
    course = [number for number in places if pool[number].place < 0]
    return [*course, *above, *(number for number in below if not again or number < again[0])]
