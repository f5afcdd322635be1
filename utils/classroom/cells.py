"""The code of a notebook's cell, read without running it: magics, names, placeholders."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from utils.exercises.stubs import is_empty, text_hash

# What `ast` raises for a text: besides wrong syntax, zero bytes and very deep nesting.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
GRADE_ID = re.compile(r"(answer|check)-(\d+)-(\d+)")
_CHECK = re.compile(r"""^[^#\n]*\bcheck\(\s*["'](\d+\.\d+)["']""", re.MULTILINE)
_LIKE_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[!%]", re.MULTILINE)
_BODY_IS_PYTHON = {"time", "timeit", "capture", "prun"}
_COURSE_CALLS = {"check", "hint", "solution", "progress", "predict", "outcome", "predictions"}
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
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


@dataclass(frozen=True)
class Code:
    """Python of a cell: `trouble`: why it cannot be read. `dropped`: lines were left out."""

    text: str
    trouble: str = ""
    dropped: bool = False

    @property
    def tree(self) -> ast.Module:
        """The statements; none where the text cannot be read."""
        return ast.Module([], []) if self.trouble else parsed(self.text)


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.Module:
    """Return the statements of a text; raises one of `UNREADABLE`."""
    return ast.parse(text)


@lru_cache(maxsize=4096)
def code_of(source: str) -> Code:
    """Return the Python of a cell, without magics, shell lines and the marks of a code block."""
    try:
        parsed(source)
        if "get_ipython" not in source:
            return Code(source)
    except UNREADABLE:
        source = _FENCE.sub("", source)
    text, dropped = _without_magics(source)
    try:
        parsed(text)
    except UNREADABLE as error:
        return Code(text, _trouble(error), dropped)
    return Code(text, "", dropped)


def _trouble(error: BaseException) -> str:
    """Return what is wrong with a text, in words."""
    if isinstance(error, SyntaxError) and error.msg:
        place = f" in line {error.lineno} of the cell" if error.lineno else ""
        return f"The answer is no valid Python: {error.msg}{place}."
    return "The answer is no valid Python: it holds signs or a nesting that Python cannot read."


def _without_magics(source: str) -> tuple[str, bool]:
    """Return a cell's text without what IPython alone understands, and whether there was any."""
    from IPython.core.inputtransformer2 import TransformerManager

    plain = source
    if _LIKE_MAGIC.search(source):
        try:
            plain = TransformerManager().transform_cell(source)
        except UNREADABLE:
            return source, False
    try:
        statements = parsed(plain).body
    except UNREADABLE:
        return _without_marked_lines(source)
    gone = {number for one in statements if _is_ipython(one) for number in _lines_of(one)}
    kept = [line for n, line in enumerate(plain.split("\n"), 1) if n not in gone]
    bodies = [body for one in statements if (body := _python_body(one))]
    text = "\n".join([*kept, *(code_of(body).text for body in bodies)])
    return (text.strip("\n"), True) if gone else (source, False)


def _without_marked_lines(source: str) -> tuple[str, bool]:
    """Return a text that is broken anyway without the lines that begin with % or !."""
    lines = source.split("\n")
    kept = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
    return "\n".join(kept), len(kept) < len(lines)


def _lines_of(statement: ast.stmt) -> range:
    return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _ipython_call(statement: ast.stmt) -> ast.Call | None:
    """Return the call `get_ipython().anything(...)` that a statement is, or assigns."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    maker = value.func.value
    is_it = isinstance(maker, ast.Call) and isinstance(maker.func, ast.Name)
    return value if is_it and maker.func.id == "get_ipython" else None


def _is_ipython(statement: ast.stmt) -> bool:
    return _ipython_call(statement) is not None


def _python_body(statement: ast.stmt) -> str:
    """Return the Python below a cell magic such as `%%time`; "" for another language."""
    call = _ipython_call(statement)
    if call is None or call.func.attr != "run_cell_magic" or len(call.args) != 3:
        return ""
    name, _, body = call.args
    known = isinstance(name, ast.Constant) and name.value in _BODY_IS_PYTHON
    return str(body.value) if known and isinstance(body, ast.Constant) else ""


def without_checks(source: str) -> str:
    """Return a check cell's text without the course's own calls: what a student has put there."""
    code = code_of(source)
    if code.trouble:
        lines = [line for line in code.text.split("\n") if not _CHECK.match(line)]
        return "\n".join(lines)
    gone = {n for one in code.tree.body if _is_course_call(one) for n in _lines_of(one)}
    lines = [line for n, line in enumerate(code.text.split("\n"), 1) if n not in gone]
    return "\n".join(line for line in lines if not line.startswith("#")).strip("\n")


def _is_course_call(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    named = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    return named and value.func.id in _COURSE_CALLS


# Names


def bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top of a cell gives a value to."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(name.asname or name.name).partition(".")[0] for name in statement.names}
    stored = (node for node in _same_scope(statement) if isinstance(node, ast.Name))
    return {node.id for node in stored if isinstance(node.ctx, ast.Store)} | {
        inner.name
        for inner in _same_scope(statement)
        if isinstance(inner, ast.FunctionDef | ast.ClassDef)
    }


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
