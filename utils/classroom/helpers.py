"""What a student's answer needs from outside of it, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from utils.classroom.cells import bound_by, filled_by, names_bound, names_needed
from utils.classroom.magics import Code

_DEFINITIONS = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.AugAssign


@dataclass(frozen=True)
class Helper:
    """Code that stands outside of answers, and the names that it gives a value to, or fills.

    `place`: the cell that it comes from, -1 for one of the course; `whole`: it is all of that cell.
    """

    text: str
    names: frozenset[str]
    place: int
    whole: bool = False


def plain_helpers(code: Code, place: int) -> list[Helper]:
    """Return the functions, classes and values of a cell, each for itself."""
    plain = [one for one in code.tree.body if isinstance(one, _DEFINITIONS)]
    return [Helper(ast.unparse(one), frozenset(bound_by(one)), place) for one in plain]


def whole_cell(code: Code, place: int, imported: set[str]) -> list[Helper]:
    """Return a student's cell as one, where more than plain definitions binds or fills names.

    Such are a function below `if`, an import below `try`, and a loop that fills a set. `imported`:
    the names of modules, which `np.append(...)` does not fill.
    """
    harmless = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    others = [one for one in code.tree.body if not isinstance(one, harmless)]
    names = set().union(*map(filled_by, others)) - imported
    names |= set().union(*(bound_by(one) for one in others if not isinstance(one, _DEFINITIONS)))
    return [Helper(code.text, frozenset(names), place, True)] if names else []


def with_helpers(source: str, pool: Sequence[Helper]) -> str:
    """Return the code of an answer below the helpers that it needs, in the order of the pool."""
    bound = names_bound(source)
    needed: set[str] = set()
    waiting = names_needed(source) - bound
    while waiting:
        needed |= waiting
        texts = [one.text for one in pool if one.names & waiting]
        waiting = set().union(*map(names_needed, texts)) - needed - bound
    helpers = [one for one in pool if one.names & needed]
    whole = {one.place for one in helpers if one.whole}
    kept = [one.text for one in helpers if one.whole or one.place not in whole]
    return "\n\n".join([*dict.fromkeys(kept), source])
