"""Mutants: a right answer changed in one place, by a program.

What a student may get wrong without noticing: a comparison, a number off by one, `min` for `max`,
`and` for `or`, an axis, a `sorted` left out, arguments exchanged, an `else` branch ...
"""

import ast
import copy
import inspect
import textwrap

import numpy as np

COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
OPERATIONS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}
NAMES = {
    "min": ["max"],
    "max": ["min"],
    "argmin": ["argmax"],
    "argmax": ["argmin"],
    "mean": ["median", "sum", "max"],
    "sum": ["mean", "max"],
    "any": ["all"],
    "all": ["any"],
    "sorted": ["list", "reversed"],
    "floor": ["ceil"],
    "ceil": ["floor"],
    "round": ["int"],
    "int": ["round"],
    "zeros": ["ones"],
    "ones": ["zeros"],
    "cumsum": ["cumprod"],
    "append": ["insert0"],
    "concatenate": ["stack"],
    "exp": ["log1p"],
    "log": ["log1p"],
    "abs": ["positive"],
    "lower": ["upper"],
}
LOOPS = {ast.Break: ast.Continue, ast.Continue: ast.Break}


def source_of(function):
    """Return the text of a function's definition."""
    return textwrap.dedent(inspect.getsource(function))


def mutants_of(source, name):
    """Return the texts of the mutants of the function `name` in a source, each once."""
    tree = ast.parse(source)
    count = sum(1 for _ in _changes(tree))
    found = {}
    for place in range(count):
        fresh = ast.parse(source)
        for number, change in enumerate(_changes(fresh)):
            if number == place:
                change()
                break
        ast.fix_missing_locations(fresh)
        try:
            text = ast.unparse(fresh)
            compile(text, name, "exec")
        except (SyntaxError, ValueError, TypeError):
            continue
        found[text] = True
    found.pop(ast.unparse(tree), None)
    return list(found)


def habits_of(source):
    """Return mutants that show a bad habit as a whole, each once.

    The seed ignored, sizes written in as numbers, an input changed in place, NaN let through. They
    need `SPOILERS` among their names.
    """
    found = {}
    for change in (_without_seed, _with_sizes, _changing_inputs, _with_nan):
        tree = ast.parse(source)
        change(tree)
        found[ast.unparse(ast.fix_missing_locations(tree))] = True
    found.pop(ast.unparse(ast.parse(source)), None)
    return list(found)


def _without_seed(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "seed":
            _become(node, ast.Constant(0))


def _with_sizes(tree):
    """Write 3 for every length, and for every entry of a shape."""
    for node in ast.walk(tree):
        is_length = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"
        is_entry = isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "shape"
        if is_length or is_entry:
            _become(node, ast.Constant(3))


def _changing_inputs(tree):
    function = tree.body[0]
    spoil = [ast.parse(f"spoil({argument.arg})").body[0] for argument in function.args.args]
    function.body = [ast.Try(function.body, [], [], spoil)]


def _with_nan(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            node.value = ast.Call(ast.Name("with_nan"), [node.value], [])


def spoil(value):
    """Change a list, an array or a dictionary in place."""
    if isinstance(value, np.ndarray) and value.size:
        value.flat[0] = value.flat[0] + 1
    elif isinstance(value, list) and value:
        value.append(value[0])
    elif isinstance(value, dict) and value:
        value.popitem()


def with_nan(value):
    """Return a result with NaN in place of a number, where it holds floating-point numbers."""
    if isinstance(value, tuple):
        return (with_nan(value[0]), *value[1:]) if value else value
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
        value = value.copy()
        value.flat[-1] = np.nan
    return float("nan") if isinstance(value, float) else value


SPOILERS = {"spoil": spoil, "with_nan": with_nan}


def _changes(tree):
    """Yield functions that each change the tree in one place."""
    for parent in ast.walk(tree):
        if isinstance(parent, (ast.arguments, ast.Expr)) and not isinstance(
            getattr(parent, "value", None), ast.Call
        ):
            continue  # defaults, and docstrings
        yield from _changes_of(parent)
        yield from _changed_statements(parent)


def _changes_of(node):
    if isinstance(node, ast.Compare):
        for place, operation in enumerate(node.ops):
            for other in COMPARISONS.get(type(operation), []):
                yield lambda place=place, other=other: node.ops.__setitem__(place, other())
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        for other in OPERATIONS.get(type(node.op), []):
            yield lambda other=other: setattr(node, "op", other())
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mult)):
        yield lambda: _exchange(node, "left", "right")
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield lambda: setattr(node, "op", other())
        for place in range(len(node.values)):
            yield lambda place=place: _drop_value(node, place)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for step in (1, -1):
            yield lambda step=step: setattr(node, "value", node.value + step)
    if isinstance(node, ast.Constant) and type(node.value) is str and node.value:
        for text in (node.value[:-1], node.value[1:], node.value * 2):
            yield lambda text=text: setattr(node, "value", text)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield lambda: setattr(node, "value", not node.value)
    if isinstance(node, ast.UnaryOp):
        yield lambda: _become(node, ast.UnaryOp(ast.UAdd(), node.operand))
    if isinstance(node, (ast.IfExp, ast.If)):
        yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Slice):
        yield from _changed_slice(node)
    if isinstance(node, (ast.Name, ast.Attribute)):
        here = "id" if isinstance(node, ast.Name) else "attr"
        for other in NAMES.get(getattr(node, here), []):
            yield lambda other=other: setattr(node, here, other)
    if isinstance(node, ast.Call):
        yield from _changed_call(node)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        for part in node.generators:
            for place in range(len(part.ifs)):
                yield lambda part=part, place=place: part.ifs.pop(place)
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == 2:
        yield lambda: node.elts.reverse()


def _exchange(node, first, second):
    one, other = getattr(node, first), getattr(node, second)
    setattr(node, first, other)
    setattr(node, second, one)


def _drop_value(node, place):
    node.values = [value for n, value in enumerate(node.values) if n != place] * 2


def _become(node, other):
    node.__class__, node.__dict__ = other.__class__, other.__dict__


def _changed_slice(node):
    for here in ("lower", "upper"):
        edge = getattr(node, here)
        if edge is not None:
            yield lambda here=here: setattr(node, here, None)
            for sign in (ast.Add, ast.Sub):
                yield lambda here=here, edge=edge, sign=sign: setattr(
                    node, here, ast.BinOp(edge, sign(), ast.Constant(1))
                )
    if node.step is not None:
        yield lambda: setattr(node, "step", None)


def _changed_call(node):
    if len(node.args) == 2:
        yield lambda: node.args.reverse()
    if len(node.args) == 1 and not node.keywords:
        argument = node.args[0]
        if isinstance(node.func, ast.Name) and not isinstance(argument, ast.GeneratorExp):
            yield lambda: _become(node, copy.deepcopy(argument))
        if isinstance(node.func, ast.Name) and node.func.id in ("range", "len"):
            for sign in (ast.Add, ast.Sub):
                yield lambda sign=sign: _become(
                    node,
                    ast.BinOp(copy.deepcopy(node), sign(), ast.Constant(1))
                    if node.func.id == "len"
                    else ast.Call(node.func, [ast.BinOp(argument, sign(), ast.Constant(1))], []),
                )
    for place, keyword in enumerate(node.keywords):
        yield lambda place=place: node.keywords.pop(place)
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            other = ast.Constant(0 if keyword.value.value else 1)
            yield lambda keyword=keyword, other=other: setattr(keyword, "value", other)
    if isinstance(node.func, ast.Attribute) and (
        not node.args or node.func.attr in ("astype", "copy", "reshape")
    ):
        yield lambda: _become(node, copy.deepcopy(node.func.value))


def _changed_statements(node):
    """Leave a statement out, or exchange break and continue."""
    for field in ("body", "orelse"):
        body = getattr(node, field, None)
        if not isinstance(body, list):
            continue
        for place, statement in enumerate(body):
            if type(statement) in LOOPS:
                other = LOOPS[type(statement)]()
                yield lambda body=body, place=place, other=other: body.__setitem__(place, other)
            if _is_droppable(statement):
                yield lambda body=body, place=place: body.__setitem__(place, ast.Pass())


def _is_droppable(statement):
    """Return whether a statement does something, and is no docstring."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Assign, ast.AugAssign, ast.If, ast.Return))
