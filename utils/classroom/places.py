"""Where the commands for teachers may write: never over what was handed in or made by others."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from utils.support.files import demand_apart, demand_own_page
from utils.support.paths import ROOT

# The titles of the pages that the grader writes, and writes again.
OUR_TITLES = (
    b"<title>Feedback for ",
    b"<title>Questions</title>",
    b"<title>Answers that are alike</title>",
)
COURSE_FOLDERS = ("chapters", "solutions", "tests", "utils")


def demand_places(given: argparse.Namespace) -> None:
    """Raise `ValueError` where an output of `grade` would lie among files that are not its own."""
    inside = given.submissions.resolve()
    for path in filter(None, (given.output, given.feedback, given.questions)):
        place = path.resolve()
        if place == inside or inside in place.parents:
            raise ValueError(
                f"{path} lies in {given.submissions}, where nothing is written: "
                "choose another place for it."
            )
        if any(place.is_relative_to(ROOT.resolve() / name) for name in COURSE_FOLDERS):
            raise ValueError(f"{path} lies among the course's own files: choose another place.")
    for path, like in ((given.output, "grades.csv"), (given.questions, "questions.html")):
        if path and path.is_dir():
            raise ValueError(f"{path} is a folder: name a file, such as {like}.")
    if given.feedback and given.feedback.exists() and not given.feedback.is_dir():
        raise ValueError(f"{given.feedback} is a file: name a folder, such as feedback.")
    if given.questions:
        demand_apart([given.output, given.questions], [])
        demand_our_pages([given.questions])


def demand_our_pages(paths: Iterable[Path]) -> None:
    """Raise `ValueError` where a page would be written over a file that is no such page."""
    for path in paths:
        demand_own_page(path, OUR_TITLES)
