"""Runs Kaggle's command as `python -m kaggle` does, and says on its error stream how long to wait.

Kaggle's command drops the header `Retry-After` of a refusal; here it becomes a line of its own.
It is run as a file, and imports nothing of the course.
"""

import contextlib
import runpy
import sys
from typing import Any


def tell_waits() -> None:
    """Let each refused response say its `Retry-After`, before it becomes an error."""
    import requests

    plain = requests.models.Response.raise_for_status

    def raise_for_status(self: Any) -> None:
        told = self.headers.get("Retry-After")
        if self.status_code >= 400 and told:
            print(f"Retry-After: {told}", file=sys.stderr, flush=True)
        plain(self)

    requests.models.Response.raise_for_status = raise_for_status


if __name__ == "__main__":
    with contextlib.suppress(ImportError):  # Kaggle's command says what is missing
        tell_waits()
    runpy.run_module("kaggle", run_name="__main__", alter_sys=True)
