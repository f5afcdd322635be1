"""A notebook's cells, read without running them: owners, names, placeholders."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass

from utils.classroom.magics import UNREADABLE, Code, code_of
from utils.exercises.stubs import is_empty, text_hash

GRADE_ID = re.compile(r"(answer|check)-(\d+)-(\d+)")
_CHECK = re.compile(r"""^[^#\n]*\bcheck\(\s*["'](\d+\.\d+)["']""", re.MULTILINE)
_COURSE_CALLS = {"check", "hint", "solution", "progress", "predict", "outcome", "predictions"}
_FILLS = {
    *("add", "append", "appendleft", "extend", "insert", "update", "setdefault"),
    *("remove", "discard", "pop", "clear", "sort", "reverse", "subtract"),
}
_BINDS = re.compile(
    r"^(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, without its outputs: `kind` is code, markdown or raw."""

    kind: str
    source: str
    grade_id: str = ""
    id: str = ""

    @property
    def owner(self) -> tuple[str, str]:
        """("answer" or "check", exercise id) by nbgrader's id or the cell's own; else ("", "")."""
        for name in (self.grade_id, self.id):
            found = GRADE_ID.fullmatch(name)
            if found:
                return found[1], f"{found[2]}.{found[3]}"
        return "", ""

    @property
    def checks(self) -> list[str]:
        """The exercises that it calls `check` on, as its text says."""
        return _CHECK.findall(self.source) if self.kind == "code" else []


def without_checks(source: str) -> str:
    """Return a check cell's text without the course's own calls: what a student has put there."""
    code = code_of(source)
    if code.trouble:
        lines = [line for line in code.text.split("\n") if not _CHECK.match(line)]
        return "\n".join(lines)
    gone = {n for one in code.tree.body if is_course_call(one) for n in lines_of(one)}
    lines = [line for n, line in enumerate(code.text.split("\n"), 1) if n not in gone]
    return "\n".join(line for line in lines if not line.startswith("#")).strip("\n")


def without_names(source: str, names: set[str]) -> Code:
    """Return the code of a cell without the course's calls and what gives one of the names a value.

    Their lines are left empty, so that the others keep their numbers.
    """
    code = code_of(source)
    gone = {
        number
        for one in code.tree.body
        if is_course_call(one) or bound_by(one) & names
        for number in lines_of(one)
    }
    lines = ["" if n in gone else line for n, line in enumerate(split_lines(code.text), 1)]
    return code_of("\n".join(lines)) if gone else code


def given_to_check(source: str, id: str, names: tuple[str, ...]) -> str:
    """Return assignments that give the names what a cell's last `check` of an exercise is given.

    "" where that is what the course hands over, a placeholder, or another number of answers.
    """
    statements = [one for one in code_of(source).tree.body if is_course_call(one)]
    calls = [one.value for one in statements if one.value.func.id == "check" and one.value.args]
    given = [one.args[1:] for one in calls if getattr(one.args[0], "value", None) == id]
    if not given or len(given[-1]) != len(names) or any(map(_is_starred, given[-1])):
        return ""
    pairs = [(name, ast.unparse(value)) for name, value in zip(names, given[-1], strict=True)]
    lines = [f"{name} = {text}" for name, text in pairs if text not in (name, "None", "...")]
    return "\n".join(lines)


def _is_starred(value: ast.expr) -> bool:
    return isinstance(value, ast.Starred)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them: old line ends count too."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def lines_of(statement: ast.stmt) -> range:
    """Return the numbers of a statement's lines, those of its decorators too."""
    first = min(one.lineno for one in [statement, *getattr(statement, "decorator_list", [])])
    return range(first, (statement.end_lineno or statement.lineno) + 1)


def is_course_call(statement: ast.stmt) -> bool:
    """Return whether a statement is `check(...)` or another such call, or assigns it."""
    value = getattr(statement, "value", None)
    named = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    return named and value.func.id in _COURSE_CALLS


def calls_course(code: Code) -> bool:
    """Return whether a cell calls `check` or the like at any depth."""
    return bool(names_needed(code.text) & _COURSE_CALLS)


# Names


def bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top of a cell gives a value to."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    return set().union(*map(_bound_at, _same_scope(statement)))


def _bound_at(node: ast.AST) -> set[str]:
    """Return the names that a node itself binds, without those below it."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(name.asname or name.name).partition(".")[0] for name in node.names}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()


def filled_by(statement: ast.stmt) -> set[str]:
    """Return the names of what a statement fills: `ok.add(x)` and `table[x] = y`, at any depth."""
    found = set()
    for node in _same_scope(statement):
        is_item = isinstance(node, ast.Subscript | ast.Attribute) and isinstance(
            node.ctx, ast.Store
        )
        holder = node.value if is_item else None
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            holder = call.func.value if call.func.attr in _FILLS else None
        while isinstance(holder, ast.Subscript | ast.Attribute):
            holder = holder.value
        if isinstance(holder, ast.Name):
            found.add(holder.id)
    return found


def _same_scope(node: ast.AST) -> Iterable[ast.AST]:
    """Yield a node and those below it, without the insides of functions and comprehensions."""
    waiting = [node]
    inner = ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, inner | ast.GeneratorExp | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(one)


def names_bound(source: str) -> set[str]:
    """Return the names that a cell's text binds at its top; a guess where it cannot be read."""
    code = code_of(source)
    if code.trouble:
        return {one or other for one, other in _BINDS.findall(code.text)}
    return set().union(*map(bound_by, code.tree.body))


def names_needed(text: str) -> set[str]:
    """Return the names that a readable text takes from outside; local names do not count."""
    try:
        top = symtable.symtable(text, "cell", "exec")
    except UNREADABLE:
        return set()
    needed, waiting = set(), [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            outside = table is top or symbol.is_global()
            if outside and symbol.is_referenced():
                needed.add(symbol.get_name())
    return needed


# Placeholders


def is_attempted(source: str, names: tuple[str, ...], stubs: Iterable[str]) -> bool:
    """Return whether a text gives one of the names something else than its placeholder.

    `stubs`: the hashes of the exercise's placeholders. A text that cannot be read is attempted.
    """
    code = code_of(source)
    if code.trouble:
        return bool(code.text.strip())
    last: dict[str, ast.stmt] = {}
    other = False
    for statement in code.tree.body:
        bound = bound_by(statement) & set(names)
        last |= dict.fromkeys(bound, statement)
        other = other or (not bound and not _does_nothing(statement))
    if any(not _is_placeholder(statement, set(stubs)) for statement in last.values()):
        return True
    return other and not last


def _does_nothing(statement: ast.stmt) -> bool:
    """Return whether a statement cannot be an answer: an import, a text, a definition of others."""
    quiet = ast.Import | ast.ImportFrom | ast.Pass | ast.FunctionDef | ast.ClassDef | ast.Assign
    quiet |= ast.AnnAssign
    value = getattr(statement, "value", None)
    return isinstance(statement, quiet) or isinstance(value, ast.Constant)


def _is_placeholder(statement: ast.stmt, stubs: set[str]) -> bool:
    if isinstance(statement, ast.FunctionDef):
        return is_empty(statement) or text_hash(statement) in stubs
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return False
    value = statement.value
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(
        part is None or (isinstance(part, ast.Constant) and part.value in (None, Ellipsis))
        for part in parts
    ) and bool(parts)
