"""The versions that a notebook runs with, printed at its top."""

import platform
from importlib.metadata import PackageNotFoundError, version


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
