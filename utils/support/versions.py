"""The versions that a notebook runs with, printed at its top, and those that the course pins."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version

from utils.support.paths import ROOT

OLDEST, NEWEST = (3, 11), (3, 13)  # of Python; TensorFlow has packages for these
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;#]+)")


def versions(*packages: str) -> dict[str, str]:
    """Return the version of Python and of each installed package, "missing" where it is not."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def show_versions(*packages: str) -> None:
    """Print the version of Python and of each package in one line."""
    print(" · ".join(f"{name} {number}" for name, number in versions(*packages).items()))


def pinned() -> dict[str, str]:
    """Return package -> version, as `requirements.txt` has them. Raises `OSError`."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8-sig").splitlines()
    return {match[1]: match[2] for match in map(PIN.match, lines) if match}
