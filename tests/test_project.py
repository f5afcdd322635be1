"""What holds the project together: one list of dependencies, the commands, the layout."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9_-]+)==([0-9][0-9A-Za-z.]*)$")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def requirements():
    lines = [line.strip() for line in read("requirements.txt").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_every_dependency_is_pinned_exactly_and_named_once():
    matches = [PIN.match(line) for line in requirements()]
    assert all(matches), requirements()
    names = [match[1] for match in matches]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("line", requirements())
def test_the_pinned_version_is_the_one_the_tests_run_on(line):
    name, pinned = PIN.match(line).groups()
    assert version(name) == pinned


def test_conda_takes_python_and_pip_alone_and_the_rest_from_the_one_list():
    lines = [line.strip("- ").strip() for line in read("environment.yml").splitlines()]
    after = lines[lines.index("dependencies:") + 1 :]
    assert after[1:] == ["pip", "pip:", "r requirements.txt"]
    python = re.fullmatch(r"python=3\.(\d+)", after[0])
    assert python, after
    low, high = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', read("pyproject.toml")
    ).groups()
    assert int(low) <= int(python[1]) < int(high)


def test_continuous_integration_calls_the_command_of_the_readme():
    assert "make test" in read(".ci/run")
    assert "make test" in read("README.md")
    assert "make course" in read("README.md")


def test_every_command_is_explained_by_help():
    makefile = read("Makefile")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    for command in phony:
        assert re.search(rf"^{command}:.*## \S", makefile, re.MULTILINE), command
        assert f"make {command}" in shown


def test_the_top_level_holds_what_the_readme_says():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    ).stdout.splitlines()
    if not listed:
        pytest.skip("this is no clone of the repository")
    folders = {path.split("/")[0] for path in listed if "/" in path}
    assert folders <= {"chapters", "solutions", "data", "utils", "tests", ".ci", ".github"}


def test_no_photo_of_flickr8k_is_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    ).stdout.splitlines()
    names = [Path(path).name for path in listed]
    assert not [name for name in names if re.fullmatch(r"\d+_[0-9a-f]{10}\.jpg", name)]
