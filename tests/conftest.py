"""What several test files share."""

from pathlib import Path

import pytest

from utils.scenes.dataset import make_scenes

TESTS = Path(__file__).resolve().parent


# Files that take a minute or more, the longest first. Two processes share the files, so that a long
# one which began last would be waited for by the other.
LONGEST = (
    "classroom/test_nbgrader.py",
    "test_training.py",
    "diagnosis/test_diagnose.py",
    "classroom/test_grade.py",
    "book/test_site.py",
    "exercises/test_mutants.py",
    "authoring/test_nbval_guard.py",
    "exercises/test_process.py",
    "page/test_browser.py",
    "commands/test_caption.py",
    "exercises/test_cases.py",
    "commands/test_install.py",
    "exercises/test_library_answers.py",
    "commands/test_evaluate.py",
    "authoring/test_notebooks.py",
)


def pytest_collection_modifyitems(items):
    """Run the longest files first, the others in the order in which they were found."""
    ranks = {TESTS / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(LONGEST)))


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
