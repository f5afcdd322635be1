"""An answer's code as tokens that stay the same when it is renamed, reformatted or reordered.

Comments, docstrings, annotations, imports, spacing and quotes are gone; names that the cell itself
gives are all "v"; keyword arguments and the sides of commutative operators have one order, and so
have neighbouring assignments that do not need each other; `a += b` is `a = a + b`; a value that is
named only to be used once stands where it is used; `x.sum()` is `np.sum(x)`; a comprehension gives
the tokens of the loop that appends. The meaning is not kept in every case, which does not matter:
two texts are only compared, and both go the same way.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST = 20_000  # characters of an answer that are looked at
LONGEST_BLOCK = 60  # statements of a block that are put into order
DIGITS = 3  # a number with so many digits or more is written "number"
SENTENCE = 3  # a string of so many words or more gives a token for each word
DAMAGE = (SyntaxError, ValueError, RecursionError, MemoryError)
COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)
TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}


class Token(NamedTuple):
    """A token of the plain text and the line of the answer that it comes from, from 1."""

    text: str
    line: int


def plain_tokens(source: str) -> list[Token]:
    """Return the tokens of an answer cell; none where it is no Python or has no code."""
    lines = source[:LONGEST].split("\n")
    kept = ["" if line.lstrip().startswith(("%", "!")) else line for line in lines]
    try:
        tree = _parsed("\n".join(kept))
        local = _names_given(tree)
        tree = ast.fix_missing_locations(_Plain().visit(tree))
        tree = _Inline(_used_once(tree, local)).visit(tree)
        return _Writer(local).block(_last_definitions(tree.body))
    except DAMAGE:
        return []


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():  # such as of "\\d" in a string: nothing that a teacher can mend
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _names_given(tree: ast.AST) -> frozenset[str]:
    """Return the names that a cell gives to something: variables, parameters, functions."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or (
            isinstance(node, ast.ExceptHandler) and node.name
        ):
            names.add(node.name)
    return frozenset(names)


def _last_definitions(body: list[ast.stmt]) -> list[ast.stmt]:
    """Drop a function that is written again further down, as the notebook's own version is."""
    last = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    return [
        node for node in body if not isinstance(node, ast.FunctionDef) or last[node.name] is node
    ]


class _Plain(ast.NodeTransformer):
    """Takes away what can be changed without thought."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        calls_print = (
            isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id in ("print", "check")
        )
        if isinstance(node.value, ast.Constant) or calls_print:
            return None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self._visited(ast.Assign([node.target], node.value), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt] | None:
        value = ast.BinOp(_read(node.target), node.op, node.value)
        return self._visited(ast.Assign([node.target], value), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt] | None:
        target, value = node.targets[0], node.value
        tuples = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        if len(node.targets) == 1 and tuples and len(target.elts) == len(value.elts):
            pairs = zip(target.elts, value.elts, strict=True)
            parts = [self._visited(ast.Assign([one], other), other) for one, other in pairs]
            return [part for part in parts if part is not None]
        if isinstance(target, ast.Name) and _is_empty(value):
            return None  # the empty start of a loop, and the placeholder `found = None`
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        return None

    visit_ImportFrom = visit_Import

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        turned = TURNED.get(type(node.ops[0]))
        if len(node.ops) == 1 and turned:
            node = ast.copy_location(
                ast.Compare(node.comparators[0], [turned()], [node.left]), node
            )
        return self.generic_visit(node)

    def _visited(self, node: ast.AST, place: ast.AST) -> ast.AST | None:
        return self.visit(ast.copy_location(node, place))


def _read(target: ast.expr) -> ast.expr:
    """Return a copy of an assignment's target that is read."""
    copied = ast.parse(ast.unparse(target), mode="eval").body
    for node in ast.walk(copied):
        ast.copy_location(node, target)
    return copied


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value in (None, 0, "")
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("list", "dict", "set") and not value.args and not value.keywords
    return isinstance(value, (ast.List, ast.Dict)) and ast.unparse(value) in ("[]", "{}")


def _used_once(tree: ast.AST, local: frozenset[str]) -> set[str]:
    """Return the names that are given by one assignment and read once, further down."""
    stored: Counter[str] = Counter()
    loaded: Counter[str] = Counter()
    places: dict[str, list[tuple[int, int]]] = {}
    assigned = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.add(node.targets[0].id)
        if isinstance(node, ast.Name):
            (stored if isinstance(node.ctx, ast.Store) else loaded)[node.id] += 1
            places.setdefault(node.id, []).append((node.lineno, node.col_offset))
        elif isinstance(node, ast.arg):
            stored[node.arg] += 1
    once = {name for name in assigned & local if stored[name] == loaded[name] == 1}
    return {name for name in once if places[name] == sorted(places[name])}


class _Inline(ast.NodeTransformer):
    """Puts a value that is used once where it is used."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.values: dict[str, ast.expr] = {}

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name) and target.id in self.names:
            self.values[target.id] = node.value
            return None
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.values.pop(node.id, node) if isinstance(node.ctx, ast.Load) else node


class _Written(NamedTuple):
    """A statement's tokens and whether, and past what, it may be moved."""

    tokens: list[Token]
    reads: set[str]
    writes: set[str]
    moves: bool


class _Writer:
    """Writes syntax as tokens: what is done comes first, then what it is done to."""

    def __init__(self, local: frozenset[str]) -> None:
        self.local = local

    def block(self, body: Iterable[ast.stmt]) -> list[Token]:
        """Return the tokens of statements, with those that commute in one order."""
        parts = [self._statement(node) for node in body]
        if len(parts) <= LONGEST_BLOCK:
            _sort(parts)
        return [token for part in parts for token in part.tokens]

    def _statement(self, node: ast.stmt) -> _Written:
        names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
        writes = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        moves = isinstance(node, ast.Assign) and all(
            isinstance(target, (ast.Name, ast.Tuple)) for target in node.targets
        )
        return _Written(list(self.write(node)), {one.id for one in names}, writes, moves)

    def write(self, node: ast.AST) -> Iterator[Token]:
        """Yield the tokens of one node and what is below it."""
        own = getattr(self, f"write_{type(node).__name__}", None)
        if own is not None:
            yield from own(node)
            return
        if hasattr(node, "lineno") and not isinstance(node, (ast.Expr, ast.Starred)):
            yield Token(type(node).__name__.lower(), node.lineno)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.expr_context, ast.operator, ast.boolop)):
                yield from self.write(child)

    def _all(self, nodes: Iterable[ast.AST]) -> Iterator[Token]:
        for node in nodes:
            yield from self.write(node)

    def write_FunctionDef(self, node: ast.FunctionDef) -> Iterator[Token]:
        yield Token("def", node.lineno)
        yield from self._all([*node.args.defaults, *node.decorator_list])
        yield from self.block(node.body)

    def write_If(self, node: ast.If) -> Iterator[Token]:
        yield Token("if", node.lineno)
        yield from self.write(node.test)
        yield from self.block(node.body)
        if node.orelse:
            yield Token("else", node.orelse[0].lineno)
            yield from self.block(node.orelse)

    def write_For(self, node: ast.For) -> Iterator[Token]:
        yield Token("for", node.lineno)
        yield from self._all([node.target, node.iter])
        yield from self.block([*node.body, *node.orelse])

    def _comprehension(self, node: ast.expr) -> Iterator[Token]:
        for part in node.generators:
            yield Token("for", part.target.lineno)
            yield from self._all([part.target, part.iter])
            for test in part.ifs:
                yield Token("if", test.lineno)
                yield from self.write(test)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield Token("made", made[0].lineno)
        yield from self._all(made)

    write_ListComp = write_SetComp = write_GeneratorExp = write_DictComp = _comprehension

    def write_Assign(self, node: ast.Assign) -> Iterator[Token]:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Subscript):
            yield Token("made", node.lineno)  # `d[k] = v` in a loop is {k: v for ...}
            yield from self._all([target.slice, value])
        elif _adds_to(target, value):
            yield Token("made", node.lineno)
            yield from self.write(value.right)
        else:
            yield Token("=", node.lineno)
            yield from self._all([*node.targets, value])

    def write_Call(self, node: ast.Call) -> Iterator[Token]:
        called, given = node.func, list(node.args)
        if isinstance(called, ast.Attribute):
            of_module = isinstance(called.value, ast.Name) and called.value.id not in self.local
            given = given if of_module else [called.value, *given]
            if (
                called.attr in ("append", "add") and len(given) == 2
            ):  # the loop's way to make a list
                yield Token("made", node.lineno)
                yield from self.write(given[1])
                return
            yield Token(f"{called.attr}(", called.end_lineno or node.lineno)
        else:
            name = called.id if isinstance(called, ast.Name) else ""
            yield Token("v(" if name in self.local else f"{name}(", node.lineno)
            given = given if name else [called, *given]
        yield from self._all(given)
        for keyword in sorted(node.keywords, key=lambda one: one.arg or ""):
            yield Token(f"{keyword.arg}=", keyword.value.lineno)
            yield from self.write(keyword.value)

    def write_BinOp(self, node: ast.BinOp) -> Iterator[Token]:
        yield Token(type(node.op).__name__.lower(), node.lineno)
        sides = [list(self.write(node.left)), list(self.write(node.right))]
        yield from _flat(sides, ordered=not isinstance(node.op, COMMUTATIVE))

    def write_BoolOp(self, node: ast.BoolOp) -> Iterator[Token]:
        yield Token(type(node.op).__name__.lower(), node.lineno)
        yield from _flat([list(self.write(one)) for one in node.values], ordered=False)

    def write_Compare(self, node: ast.Compare) -> Iterator[Token]:
        for operator in node.ops:
            yield Token(type(operator).__name__.lower(), node.lineno)
        sides = [list(self.write(one)) for one in (node.left, *node.comparators)]
        equal = len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
        yield from _flat(sides, ordered=not equal)

    def write_Name(self, node: ast.Name) -> Iterator[Token]:
        yield Token("v" if node.id in self.local else node.id, node.lineno)

    def write_Attribute(self, node: ast.Attribute) -> Iterator[Token]:
        yield Token(f".{node.attr}", node.lineno)
        if not isinstance(node.value, ast.Name) or node.value.id in self.local:
            yield from self.write(node.value)

    def write_Constant(self, node: ast.Constant) -> Iterator[Token]:
        value = node.value
        if isinstance(value, str) and len(value.split()) >= SENTENCE:
            yield from (Token(word.lower(), node.lineno) for word in value.split())
        elif type(value) in (int, float) and digits_of(value) >= DIGITS:
            yield Token("number", node.lineno)
        else:
            yield Token(repr(value), node.lineno)


def numbers_of(source: str) -> list[float]:
    """Return the numbers that an answer is written with; none where it is no Python."""
    try:
        tree = _parsed(source[:LONGEST])
    except DAMAGE:
        return []
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [value for value in values if type(value) in (int, float)]


def digits_of(value: float) -> int:
    """Return how many digits a number is written with, without zeros at either end."""
    return len(repr(value).lower().partition("e")[0].replace(".", "").strip("-0"))


def _adds_to(target: ast.expr, value: ast.expr) -> bool:
    """Return whether an assignment is `a = a + b`, as a loop adds up."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
        return False
    names = isinstance(target, ast.Name) and isinstance(value.left, ast.Name)
    return names and target.id == value.left.id


def _flat(sides: list[list[Token]], ordered: bool) -> Iterator[Token]:
    for side in sides if ordered else sorted(sides, key=_texts):
        yield from side


def _texts(tokens: list[Token]) -> list[str]:
    return [token.text for token in tokens]


def _sort(parts: list[_Written]) -> None:
    """Put neighbours that commute into the order of their texts, in place."""
    for end in range(len(parts), 1, -1):
        for place in range(end - 1):
            one, other = parts[place], parts[place + 1]
            free = not (one.writes & other.reads or other.writes & one.reads)
            if one.moves and other.moves and free and _texts(other.tokens) < _texts(one.tokens):
                parts[place], parts[place + 1] = other, one
