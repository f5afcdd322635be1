"""Looking for pieces of solutions in a folder of files, whatever names, layout or comments are."""

import ast
import builtins
import io
import json
import re
import tokenize
from pathlib import Path

SUBSTANCE = 25  # letters of a piece that tell one solution from another
KEPT_NAMES = {*dir(builtins), "np", "keras", "ops", "tf", "re", "random", "math", "Counter"}
FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")


class _Plain(ast.NodeTransformer):
    """Names of variables and parameters become `_`; annotations and docstrings go."""

    def visit_Name(self, node):
        return node if node.id in KEPT_NAMES else ast.Name(id="_", ctx=node.ctx)

    def visit_arg(self, node):
        return ast.arg(arg="_")


def plain(node):
    """Return a piece of code without names of its own and without spaces."""
    fresh = _Plain().visit(ast.parse(ast.unparse(node)))
    return re.sub(r"\s+", "", ast.unparse(fresh))


def _parts(statement):
    """Return what of a statement says something: values, conditions, what a loop runs over."""
    for node in ast.walk(statement):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)):
            is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            if node.value is not None and not is_text:
                yield node.value
            if isinstance(node, ast.AugAssign):
                yield node
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                yield node
        elif isinstance(node, (ast.If, ast.While)):
            yield node.test
        elif isinstance(node, ast.For):
            yield node.iter
        elif isinstance(node, ast.Lambda):
            yield node.body


def pieces(source):
    """Return the pieces of code that have some substance, without names and spaces."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    found = {plain(part) for part in _parts(tree)}
    return {piece for piece in found if len(piece) >= SUBSTANCE}


def squeezed(source):
    """Return code as text without comments and spaces, "" where nothing is left."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return re.sub(r"\s+", "", source)
    left = [token.string for token in tokens if token.type != tokenize.COMMENT]
    return re.sub(r"\s+", "", "".join(left))


def code_of(path):
    """Return the codes that a file holds: of a module, of cells, between fences and backticks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [text]
    if path.suffix == ".ipynb":
        codes = []
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            codes += [source] if cell["cell_type"] == "code" else _quoted(source)
        return codes
    return _quoted(text.replace("\\n", "\n").replace('\\"', '"'))


def _quoted(text):
    return [*FENCE.findall(text), *SPAN.findall(FENCE.sub("", text))]


class Folder:
    """What all files of a folder that can be read hold, for pieces and for whole solutions."""

    SUFFIXES = (".py", ".toml", ".json", ".ipynb", ".md", ".yml", ".txt", ".cff", "")

    def __init__(self, root: Path):
        self.root = root
        self.pieces = {}
        self.texts = {}
        for path in sorted(root.rglob("*")):
            if not path.is_file() or path.suffix not in self.SUFFIXES or "glove" in path.parts:
                continue
            name = path.relative_to(root).as_posix()
            codes = code_of(path)
            self.texts[name] = "\n".join(map(squeezed, codes))
            for code in codes:
                for piece in pieces(code):
                    self.pieces.setdefault(piece, set()).add(name)
            if path.suffix != ".ipynb":
                self.texts[name] += re.sub(r"\s+", "", path.read_text(encoding="utf-8"))

    def with_whole(self, source):
        """Return the files in which a solution stands as it is."""
        text = squeezed(source)
        return [name for name, held in self.texts.items() if len(text) > 8 and text in held]

    def with_pieces(self, source):
        """Return piece -> the files in which it stands."""
        return {piece: self.pieces[piece] for piece in pieces(source) if piece in self.pieces}
