"""Notebooks as students hand them in, made from the masters: solved, damaged, tampered with."""

import copy
import json
from functools import cache

from utils.authoring.notebooks import derive, masters, read_notebook
from utils.exercises.solutions import solution_source

WRONG = {
    "1.1": "columns = (2, 6)",
    "1.2": "def clean(text):\n    return text.split()",
    "1.4": "def fit_words(splits, minimum_count):\n    return []",
}


@cache
def _chapter(number):
    path = next(path for path in masters() if path.name.startswith(f"{number:02d}_"))
    return json.loads(json.dumps(derive(read_notebook(path))))


def unsolved(chapter=1):
    return copy.deepcopy(_chapter(chapter))


def answer_ids(book):
    names = [grade_id(cell) for cell in book["cells"]]
    return [n.removeprefix("answer-").replace("-", ".") for n in names if n.startswith("answer-")]


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def place(book, kind, id):
    """Return where the answer or check cell of an exercise stands."""
    name = f"{kind}-{id.replace('.', '-')}"
    return next(n for n, cell in enumerate(book["cells"]) if grade_id(cell) == name)


def cell(book, kind, id):
    return book["cells"][place(book, kind, id)]


def with_answers(book, answers):
    for id, source in answers.items():
        cell(book, "answer", id)["source"] = source
    return book


def solved(chapter=1, **_):
    book = unsolved(chapter)
    return with_answers(book, {id: solution_source(id) for id in answer_ids(book)})


def code(source, kind="code"):
    """Return a new cell, without any metadata of the course."""
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **extra}


def before(book, kind, id, source):
    """Put a new cell in front of a cell of an exercise."""
    book["cells"].insert(place(book, kind, id), code(source))
    return book


def after(book, kind, id, source):
    """Put a new cell behind a cell of an exercise."""
    book["cells"].insert(place(book, kind, id) + 1, code(source))
    return book


def without_metadata(book):
    """Return the notebook as some editors save it: without nbgrader's words and cell ids."""
    for one in book["cells"]:
        one["metadata"] = {}
        one.pop("id", None)
    return book


def as_format_3(book):
    """Return the notebook in the old format."""
    cells = []
    for one in book["cells"]:
        if one["cell_type"] == "code":
            cells.append(
                {
                    "cell_type": "code",
                    "input": one["source"],
                    "language": "python",
                    "metadata": one["metadata"],
                    "outputs": [],
                    "collapsed": False,
                    "prompt_number": None,
                }
            )
        else:
            cells.append({key: one[key] for key in ("cell_type", "metadata", "source")})
    sheet = {"cells": cells, "metadata": {}}
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}


def text(book):
    return json.dumps(book)


def write(path, book):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(book), encoding="utf-8")
    return path
