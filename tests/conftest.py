"""What several test files share."""

from pathlib import Path

import pytest

from utils.scenes.dataset import make_scenes


@pytest.fixture(scope="session")
def tiny_scenes(tmp_path_factory) -> Path:
    """A folder with a small Scenes dataset: 40 train, 10 dev, 10 test, 6 compositional pictures."""
    folder = tmp_path_factory.mktemp("data") / "scenes"
    make_scenes(folder, sizes=(40, 10, 10, 6))
    return folder


def pytest_terminal_summary(terminalreporter):
    """Show the table of mutants: what the checks refused, and what they took for right."""
    lines = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "mutants" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("mutants of right answers")
        for line in lines:
            terminalreporter.write_line(line)
