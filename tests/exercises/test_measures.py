"""What readers measure stands apart from the checkers, and is remembered."""

import ast
import re

import pytest

from utils.exercises.exercise import FOLDER
from utils.exercises.measure_4 import memory_left
from utils.exercises.remembered import remembered


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (part.name for part in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{part.name}" for part in node.names)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("measure_*.py")), ids=lambda path: path.stem)
def test_no_measure_needs_a_checker(path):
    forbidden = re.compile(r"utils\.exercises\.(chapter_|values_|drawn|exercise\b|verdict)")
    assert not [name for name in imports_of(path) if forbidden.match(name)]


def test_a_measurement_is_made_once():
    made = []

    @remembered
    def measure(setting, seed, more=0):
        made.append(setting)
        return float(seed)

    assert [measure((1, 2), 3), measure((1, 2), 3), measure((1, 2), 3)] == [3.0] * 3
    assert made == [(1, 2)]
    measure((1, 2), 4)
    measure((1, 2), 3, more=1)
    assert len(made) == 3


def test_what_cannot_be_looked_up_is_measured_anew():
    assert memory_left([1, 2, 3], 0) == memory_left((1, 2, 3), 0)
