"""The plan of the house: the table of modules, the flat library's size, who may import whom."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import utils

ROOT = Path(__file__).resolve().parents[1]
FLAT = sorted(path for path in (ROOT / "utils").glob("*.py") if not path.stem.startswith("__"))
ROW = re.compile(r"\| (\d) \| (.+) \| `(\w+)\.py` \| `(\w+)` \| `([\w/]+\.py)` \|")
TABLE = [match.groups() for match in map(ROW.match, utils.__doc__.splitlines()) if match]


def test_the_table_names_every_module_of_the_flat_library_once():
    chapters = [int(chapter) for chapter, *_ in TABLE]
    assert chapters == sorted(chapters)
    assert sorted(module for _, _, module, _, _ in TABLE) == [path.stem for path in FLAT]
    assert len(FLAT) <= 24


@pytest.mark.parametrize(("chapter", "idea", "module", "name", "test"), TABLE)
def test_every_entry_of_the_table_exists(chapter, idea, module, name, test):
    assert hasattr(importlib.import_module(f"utils.{module}"), name)
    text = (ROOT / "tests" / test).read_text(encoding="utf-8")
    assert f"utils.{module} import" in text or name in text
    masters = list((ROOT / "solutions").glob(f"{int(chapter):02d}_*.ipynb"))
    assert len(masters) == 1
    assert idea


def test_the_readme_has_the_same_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [match.groups() for match in map(ROW.match, readme) if match] == TABLE


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


@pytest.mark.parametrize("path", FLAT, ids=lambda path: path.stem)
def test_a_flat_module_can_be_read_at_a_sitting(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            named = [one.arg for one in given if one.arg not in ("self", "cls")]
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 40, f"{node.name} has {lines} lines"
            assert len(named) <= 6, f"{node.name} has {len(named)} parameters"


def test_every_folder_of_the_library_is_named_where_the_house_is_described():
    folders = sorted(path.parent.name for path in (ROOT / "utils").glob("*/__init__.py"))
    assert len(folders) >= 8
    for folder in folders:
        assert f"`{folder}`" in utils.__doc__, folder


def test_imports_go_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed: pip install -r requirements-dev.txt")
    found = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert found.returncode == 0, found.stdout
