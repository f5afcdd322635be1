"""A small master notebook that keeps every rule; tests break one rule after the other."""

import nbformat
import sample_exercises  # noqa: F401  # registers the exercises of chapter 98
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from utils.authoring.notebooks import COMPARED_TAG, IGNORED_TAG, SETUP
from utils.authoring.sections import MASTER_ONLY

OPENING = """\
# Chapter 98 · A sample

It shows the form of a chapter.

## Goals

- count the padding
- read a picture

**Time needed**: about 20 minutes."""
VERSIONS = """\
import numpy as np
import sample_exercises  # in a real chapter `check` finds the exercises by itself
from utils.exercises.check import check, hint, solution
from utils.support.versions import show_versions
show_versions("numpy")"""
COUNT = """\
batch = np.array([[1, 5, 0], [1, 2, 0]])
print("zeros:", int((batch == 0).sum()))"""
PICTURE = """\
from PIL import Image
from utils.figures.show import show
show(Image.new("RGB", (8, 8), "navy"), alt="A small square in dark blue.")"""
ANSWER_1 = '''\
def count_padding(batch):
    """Return the number of zeros in each row."""
    counts = None
    ### BEGIN SOLUTION
    counts = (np.asarray(batch) == 0).sum(axis=1)
    ### END SOLUTION
    return counts'''
CHECK_1 = """\
check("98.1", count_padding)
# hint("98.1")
# solution("98.1")
### BEGIN HIDDEN TESTS
assert count_padding([[0, 0]])[0] == 2
### END HIDDEN TESTS"""
ANSWER_4 = """\
def labels_of(tokens):
    return [*tokens[1:], 2]
### BEGIN SOLUTION
def labels_of(tokens):
    return [*tokens, 2]
### END SOLUTION"""
ENDING = """\
## Further reading

- [The course's model](https://arxiv.org/abs/1703.09137)

## Next chapter

[Chapter 99](98_sample.ipynb) follows."""
SUMMARY = """\
## Summary

1. Padding is 0.
2. Rows are contiguous.
3. A picture has a description.

## Tensors met in this chapter

| name | shape | dtype |
| --- | --- | --- |
| `batch` | (2, 3) | int64 |

## Exercises

### Exercise 98.1 · Count the padding

Write it."""


def tagged(source, *tags):
    """Return a code cell with tags."""
    return new_code_cell(source, metadata={"tags": list(tags)})


def value_exercise(number, value):
    """Return the three cells of an exercise that asks for a value."""
    id = f"98.{number}"
    answer = f"answer_{number}"
    return [
        new_markdown_cell(f"### Exercise {id} · A value\n\nSay which."),
        new_code_cell(
            f"{answer} = None\n### BEGIN SOLUTION\n{answer} = {value!r}\n### END SOLUTION"
        ),
        new_code_cell(f'check("{id}", {answer})\n# hint("{id}")\n# solution("{id}")'),
    ]


def sample_master():
    """Return the notebook as an author writes it, not yet prepared or executed."""
    cells = [
        new_markdown_cell(OPENING),
        new_code_cell("# SETUP"),
        tagged(VERSIONS, IGNORED_TAG),
        new_markdown_cell("## Padding\n\nHow many zeros are there? See [the end](#Summary)."),
        tagged(COUNT, COMPARED_TAG),
        tagged("assert (batch == 0).sum() == 2", MASTER_ONLY),
        new_markdown_cell("And what colour is the square?"),
        new_code_cell(PICTURE),
        new_markdown_cell("It is blue."),
        new_markdown_cell(SUMMARY),
        new_code_cell(ANSWER_1),
        new_code_cell(CHECK_1),
        *value_exercise(2, (32, 7)),
        *value_exercise(3, "b"),
        new_markdown_cell("### Exercise 98.4 · Mend it\n\nFind the bug."),
        new_code_cell(ANSWER_4),
        new_code_cell('check("98.4", labels_of)\n# hint("98.4")\n# solution("98.4")'),
        new_markdown_cell(ENDING),
    ]
    return new_notebook(cells=cells)


def cell_with(notebook, text):
    """Return the first cell whose source holds `text`."""
    return next(cell for cell in notebook.cells if text in cell.source)


def small_notebook(*sources, marked=()):
    """Return an unexecuted notebook of code cells; those at the places `marked` are compared."""
    cells = [new_code_cell(SETUP)]
    for place, source in enumerate(sources):
        cells.append(tagged(source, *([COMPARED_TAG] if place in marked else [])))
    return nbformat.from_dict(new_notebook(cells=cells))
