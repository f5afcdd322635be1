"""How a placeholder is recognised: by its text, whatever its layout, comments and docstring.

`stubs.json` holds, for each variant of an exercise, the hashes of the functions that its answer
cell comes with. `python -m utils notebooks derive` writes it from the masters.
"""

import ast
import hashlib
import inspect
import json
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from utils.exercises.variants import chosen

STUBS = Path(__file__).with_name("stubs.json")


@cache
def known_stubs() -> dict[str, list[list[str]]]:
    """Return exercise id -> for each of its variants, the hashes of its placeholders."""
    return json.loads(STUBS.read_text(encoding="utf-8"))


def own_stubs(id: str) -> list[str]:
    """Return the hashes of the placeholders of the variant that is chosen.

    Those of another variant are natural wrong answers to this one. A student's copy of the course
    has its own variant alone.
    """
    hashes = known_stubs().get(id, [])
    if len(hashes) < 2:
        return hashes[0] if hashes else []
    return hashes[chosen(id)]


def is_placeholder(answer: Any, id: str = "") -> bool:
    """Return whether an answer is still what the notebook came with.

    True for `None`, `...`, an empty function, and a function with the text of the exercise's own
    placeholder.
    """
    if answer is None or answer is Ellipsis:
        return True
    function = _definition(answer)
    if function is None:
        return False
    return is_empty(function) or text_hash(function) in own_stubs(id)


def _definition(answer: Any) -> ast.FunctionDef | None:
    """Return the syntax tree of a function; None for what is none or has no source."""
    answer = inspect.unwrap(getattr(answer, "python_function", answer))  # `tf.function` wraps
    if not inspect.isfunction(answer):
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, SyntaxError):  # no file, or a lambda amid a longer expression
        return None
    first = tree.body[0]
    return first if isinstance(first, ast.FunctionDef) and first.name == answer.__name__ else None


def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """Return the body without docstring."""
    has_docstring = ast.get_docstring(function, clean=False) is not None
    return function.body[1:] if has_docstring else function.body


def is_empty(function: ast.FunctionDef) -> bool:
    """Return whether a function does nothing yet: `pass`, `...`, `return None` or a refusal."""
    nothing = {"", "pass", "...", "return", "return None"}
    refusal = ("raise NotImplementedError", "raise NotImplementedError(")
    text = "\n".join(map(ast.unparse, _statements(function)))
    return text in nothing or (text.startswith(refusal) and "\n" not in text)


def text_hash(function: ast.FunctionDef) -> str:
    """Return a hash of parameters and body; its name, annotations and docstring do not matter."""
    parameters = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    text = "\n".join([*parameters, *map(ast.unparse, _statements(function))])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stub_hashes(source: str) -> list[str]:
    """Return the hashes of the functions, other than empty ones, that a cell's text defines."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [text_hash(function) for function in functions if not is_empty(function)]
