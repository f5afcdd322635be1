"""What holds the project together: one list of dependencies, the commands, the layout."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9_-]+)==([0-9][0-9A-Za-z.]*)$")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def requirements():
    lines = read("requirements.txt").splitlines() + read("requirements-dev.txt").splitlines()
    lines = [line.strip() for line in lines]
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


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
    low, high = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', read("pyproject.toml")
    ).groups()
    supported = [f"3.{minor}" for minor in range(int(low), int(high))]
    assert after[0].removeprefix("python=") in supported
    assert re.findall(r"python(3\.\d+)", read("Makefile").split("PYTHON ?=")[1].split("\n")[0]) == (
        supported
    )
    assert f"Python {', '.join(supported[:-1])} or {supported[-1]}" in read("README.md")


def test_continuous_integration_calls_the_command_of_the_readme():
    commands = [line for line in read(".ci/run").splitlines() if line.startswith("make ")]
    assert commands == ["make test"]
    assert "`make test` runs the whole test suite" in read("README.md")
    assert re.search(
        r"^test: .*\n(?:\t.*\n)*\t.*-m pytest -n 2 --dist loadfile --no-loadscope-reorder$",
        read("Makefile"),
        re.MULTILINE,
    )


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
    assert folders <= {"chapters", "solutions", "data", "utils", "tests", ".ci", ".devcontainer"}


def test_no_photo_of_flickr8k_is_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    ).stdout.splitlines()
    names = [Path(path).name for path in listed]
    assert not [name for name in names if re.fullmatch(r"\d+_[0-9a-f]{10}\.jpg", name)]


def test_the_licences_are_named_where_people_look():
    assert read("LICENSE").startswith("MIT License")
    assert "Attribution 4.0 International" in read("LICENSE-TEXT")
    for name in ("LICENSE", "LICENSE-TEXT"):
        assert f"({name})" in read("README.md")
        assert f'"{name}"' in read("pyproject.toml")
    assert 'license = "MIT AND CC-BY-4.0"' in read("pyproject.toml")
    given = re.search(r'^version = "(.+)"', read("pyproject.toml"), re.MULTILINE)[1]
    assert f"version: {given}" in read("CITATION.cff")
    assert f"## {given}" in read("CHANGELOG.md")


def test_a_clone_with_windows_line_ends_keeps_every_byte_and_captions(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the repository")
    clone = tmp_path / "clone"
    git = ["git", "-c", "core.autocrlf=true", "-c", "core.eol=crlf", "-c", "safe.directory=*"]
    subprocess.run([*git, "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        data = (clone / name).read_bytes()
        told = subprocess.run(
            ["git", "cat-file", "blob", f":{name}"], cwd=clone, capture_output=True, check=True
        ).stdout
        assert data == told, name
    said = subprocess.run(
        [sys.executable, "-m", "utils", "caption", "data/photos/cat.jpg"],
        cwd=clone, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert re.fullmatch(r"data.photos.cat\.jpg: (\w+ ?)+\(likeness .*\n.*\n", said.stdout)
