"""The Python of a cell, read without running it: what IPython alone understands is left out."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

# What `ast` raises for a text: besides wrong syntax, zero bytes and very deep nesting.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
# Spaces here are those of one line: `^\s*` would go through all blank lines from each of them.
_LIKE_MAGIC = re.compile(r"^[^\S\n]*[%!?]|\?[^\S\n]*$|=[^\S\n]*[!%]", re.MULTILINE)
# IPython reads a cell anew for each of these, and gives up after 500.
_READ_AGAIN = re.compile(r"^[^\S\n]*[%!?,;/]|\?[^\S\n]*$|=[^\S\n]*[!%]", re.MULTILINE)
MOST_MARKS = 100  # such lines of a cell
MOST_READ = 300_000  # letters that IPython reads for one cell, times the marks: about 3 seconds
TOO_MANY = (
    "The answer is no valid Python: it holds more lines of magics, shell commands and questions to "
    "IPython than are read."
)
_BODY_IS_PYTHON = {"time", "timeit", "capture", "prun"}
_FENCE = re.compile(r"^[^\S\n]*```.*$", re.MULTILINE)


class TooManyMarks(Exception):
    """A cell with so many magics that reading it would take minutes."""


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
    # Python takes \r for the end of a line too: its lines are then those that are counted here.
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        parsed(source)
        if "get_ipython" not in source:
            return Code(source)
    except UNREADABLE:
        source = _FENCE.sub("", source)
    try:
        text, dropped = _without_magics(source)
    except TooManyMarks:
        return Code(source, TOO_MANY)
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
    """Return a cell's text without what IPython alone understands, and whether there was any.

    Raises `TooManyMarks` for a cell that would take minutes.
    """
    plain = _as_ipython_reads(source)
    if plain is None:
        return source, False
    try:
        statements = parsed(plain).body
    except UNREADABLE:
        return _without_marked_lines(source)
    bodies = [body for one in statements if (body := _python_body(one))]
    found = [one for one in ast.walk(parsed(plain)) if _ipython_call(one)]
    if not found:
        return source, False
    lines = plain.encode().split(b"\n")  # the columns of a statement are counted in bytes
    for one in sorted(found, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        _put(lines, one, _instead_of(one))
    kept = [line.decode() for line in lines if line != b"pass"]
    text = "\n".join([*kept, *(code_of(body).text for body in bodies)])
    return text.strip("\n"), True


def _as_ipython_reads(source: str) -> str | None:
    """Return a cell's text with calls for magics; None where IPython cannot read it either.

    Raises `TooManyMarks`.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    if is_python(source) or not _LIKE_MAGIC.search(source):
        return source
    if not letters_read(source):
        raise TooManyMarks
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # what it raises for a text that is no Python is anything, e.g. IndexError
        return None


def letters_read(source: str) -> int:
    """Return how many letters IPython reads for a cell: all of it, again for each mark.

    A cell that it need not read, or that is left to no reader since it has too many marks, has 0.
    """
    if is_python(source) or not _LIKE_MAGIC.search(source):
        return 0
    marks = len(_READ_AGAIN.findall(source))
    letters = marks * len(source)
    return letters if marks <= MOST_MARKS and letters <= MOST_READ else 0


def is_python(text: str) -> bool:
    """Return whether a text can be read as Python as it stands."""
    try:
        parsed(text)
    except UNREADABLE:
        return False
    return True


def _put(lines: list[bytes], statement: ast.stmt, text: str) -> None:
    """Write a text over a statement in the lines of a cell."""
    first, last = statement.lineno - 1, statement.end_lineno - 1
    rest = lines[last][statement.end_col_offset :]
    lines[first : last + 1] = [lines[first][: statement.col_offset] + text.encode() + rest]


def _instead_of(statement: ast.stmt) -> str:
    """Return what stands for a statement of IPython: the name it binds, and a block, are kept."""
    if isinstance(statement, ast.Assign):
        return " = ".join([*map(ast.unparse, statement.targets), "[]"])
    call = _ipython_call(statement)
    if call.func.attr != "run_line_magic" or not all(
        isinstance(a, ast.Constant) for a in call.args
    ):
        return "pass"
    name, *body = [str(one.value) for one in call.args]
    return body[0] if name in _BODY_IS_PYTHON and body and _is_assignment(body[0]) else "pass"


def _is_assignment(text: str) -> bool:
    """Return whether a text is one line that gives a name a value, as after `%time`."""
    body = parsed(text).body if is_python(text) else []
    return len(body) == 1 and isinstance(body[0], ast.Assign) and "\n" not in text


def _without_marked_lines(source: str) -> tuple[str, bool]:
    """Return a text that is broken anyway without the lines that begin with % or !."""
    lines = source.split("\n")
    kept = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
    return "\n".join(kept), len(kept) < len(lines)


def _ipython_call(statement: ast.AST) -> ast.Call | None:
    """Return the call `get_ipython().anything(...)` that a statement is, or assigns."""
    if not isinstance(statement, ast.Expr | ast.Assign):
        return None
    value = statement.value
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    maker = value.func.value
    is_it = isinstance(maker, ast.Call) and isinstance(maker.func, ast.Name)
    return value if is_it and maker.func.id == "get_ipython" else None


def _python_body(statement: ast.stmt) -> str:
    """Return the Python below a cell magic such as `%%time`; "" for another language."""
    call = _ipython_call(statement)
    if call is None or call.func.attr != "run_cell_magic" or len(call.args) != 3:
        return ""
    name, _, body = call.args
    known = isinstance(name, ast.Constant) and name.value in _BODY_IS_PYTHON
    return str(body.value) if known and isinstance(body, ast.Constant) else ""
