"""Ways to hide that an answer was copied: `disguised(source, way, chance)`."""

import ast
import random

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
WORDS = ["foo", "thing", "tmp", "acc", "val", "obj", "cur", "lst", "helper", "zz", "q", "alpha"]


def _given(tree):
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _stores(n)}
    return sorted(stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)})


def _stores(name):
    return isinstance(name.ctx, ast.Store)


def renamed(source, chance):
    """Give every variable and parameter another name."""
    tree = ast.parse(source)
    words = chance.sample(WORDS, len(WORDS)) + [f"n{number}" for number in range(99)]
    new = dict(zip(_given(tree), words, strict=False))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
    return ast.unparse(tree)


def reformatted(source, chance):
    """Lay the code out anew, with other comments, quotes and a docstring."""
    lines = ast.unparse(ast.parse(source)).replace("'", '"').split("\n")
    return "\n".join(f"{line}  # step {chance.randrange(99)}" if line else "" for line in lines)


def reordered(source, chance):
    """Swap neighbouring assignments that do not need each other, and mix keyword arguments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for place in range(len(node.body) - 1):
                one, other = node.body[place : place + 2]
                if _commute(one, other):
                    node.body[place : place + 2] = other, one
        elif isinstance(node, ast.Call):
            chance.shuffle(node.keywords)
    return ast.unparse(tree)


def _commute(one, other):
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    names = [[n for n in ast.walk(node) if isinstance(n, ast.Name)] for node in (one, other)]
    every = [{name.id for name in found} for found in names]
    stored = [{name.id for name in found if _stores(name)} for found in names]
    return not (stored[0] & every[1] or stored[1] & every[0])


class _Bodies(ast.NodeTransformer):
    """Puts statements before an assignment or a `return`."""

    def __init__(self, chance):
        self.chance, self.count = chance, 0

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        body = []
        for statement in node.body:
            if isinstance(statement, (ast.Assign, ast.Return)) and statement.value is not None:
                body += self.before(statement)
            body.append(statement)
        node.body = body
        return node

    def new_name(self):
        self.count += 1
        return f"part{self.count}"


class _Split(_Bodies):
    def before(self, statement):
        value = statement.value
        inner = (ast.Call, ast.BinOp, ast.Subscript)
        if not isinstance(value, ast.BinOp) or not isinstance(value.left, inner):
            if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], inner):
                name = self.new_name()
                moved, value.args[0] = value.args[0], ast.Name(name, ast.Load())
                return [ast.Assign([ast.Name(name, ast.Store())], moved)]
            return []
        name = self.new_name()
        moved, value.left = value.left, ast.Name(name, ast.Load())
        return [ast.Assign([ast.Name(name, ast.Store())], moved)]


class _Loops(_Bodies):
    def before(self, statement):
        made = []
        for holder, field, place, found in _outer_comprehensions(statement):
            name = self.new_name()
            made += _loop(found, name)
            if place is None:
                setattr(holder, field, ast.Name(name, ast.Load()))
            else:
                getattr(holder, field)[place] = ast.Name(name, ast.Load())
        return made


def _outer_comprehensions(node):
    for field, value in ast.iter_fields(node):
        in_list = isinstance(value, list)
        for place, child in enumerate(value if in_list else [value]):
            if isinstance(child, COMPREHENSIONS):
                yield node, field, place if in_list else None, child
            elif isinstance(child, ast.AST) and not isinstance(child, ast.Lambda):
                yield from _outer_comprehensions(child)


def _loop(found, name):
    read = ast.Name(name, ast.Load())
    if isinstance(found, ast.DictComp):
        start = ast.Dict([], [])
        inner = ast.Assign([ast.Subscript(read, found.key, ast.Store())], found.value)
    else:
        kind, add = ("set", "add") if isinstance(found, ast.SetComp) else ("list", "append")
        start = ast.Call(ast.Name(kind, ast.Load()), [], [])
        inner = ast.Expr(ast.Call(ast.Attribute(read, add, ast.Load()), [found.elt], []))
    for part in reversed(found.generators):
        for test in reversed(part.ifs):
            inner = ast.If(test, [inner], [])
        inner = ast.For(part.target, part.iter, [inner], [])
    return [ast.Assign([ast.Name(name, ast.Store())], start), inner]


def _by(transformer):
    def changed(source, chance):
        tree = transformer(chance).visit(ast.parse(source))
        return ast.unparse(ast.fix_missing_locations(tree))

    return changed


split, loops = _by(_Split), _by(_Loops)
WAYS = {
    "renamed": (renamed,),
    "reformatted": (reformatted,),
    "reordered": (reordered, renamed),
    "split": (split, renamed),
    "loops": (loops, renamed),
    "all of it": (loops, split, reordered, renamed, reformatted),
}


def disguised(source: str, way: str, chance: random.Random) -> str:
    """Return an answer that was copied and changed in one of the `WAYS`."""
    for change in WAYS[way]:
        source = change(source, chance)
    return source
