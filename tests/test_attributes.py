"""A checkout on Windows holds the bytes that were committed, whatever git is set to there."""

import subprocess

import pytest

from utils.support.files import sha256
from utils.support.paths import ROOT

HASHED = (".toml", ".json", ".txt", ".py", ".ipynb", ".md", "SHA256SUMS")


def git(*arguments, input=None):
    done = subprocess.run(["git", *arguments], cwd=ROOT, input=input, capture_output=True)
    if done.returncode:
        pytest.skip("this is no clone")
    return done.stdout


def test_git_changes_the_line_ends_of_no_file():
    names = git("ls-files", "-z")
    told = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", "text", "eol", "filter", "working-tree-encoding"],
        cwd=ROOT, input=names, capture_output=True, check=True,
    ).stdout.decode("utf-8").split("\0")  # fmt: skip
    found = {(path, name): value for path, name, value in zip(*[iter(told)] * 3, strict=False)}
    assert len(found) == 4 * names.count(b"\0")
    for (path, name), value in found.items():
        assert value == ("unset" if name == "text" else "unspecified"), (path, name)


@pytest.mark.parametrize("settings", [("autocrlf=true",), ("autocrlf=true", "eol=crlf")])
def test_a_checkout_by_git_for_windows_has_the_committed_bytes(tmp_path, settings):
    names = git("ls-files", "-z", "data", "solutions", "utils/exercises").decode("utf-8")
    names = [name for name in names.split("\0") if name.endswith(HASHED)]
    assert len(names) > 50
    options = [part for setting in settings for part in ("-c", f"core.{setting}")]
    # What a clone does at its end, from the index and into another folder.
    git(*options, "checkout-index", f"--prefix={tmp_path}/", "--", *names)
    for name in names:
        committed = git("rev-parse", f":{name}").decode().strip()
        assert (
            git("hash-object", "--no-filters", str(tmp_path / name)).decode().strip() == committed
        )
    for sums in tmp_path.rglob("SHA256SUMS"):
        for line in sums.read_text(encoding="utf-8").splitlines():
            expected, name = line.split()
            if (sums.parent / name).exists():
                assert sha256(sums.parent / name) == expected
