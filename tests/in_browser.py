"""Opening pages in Debian's Chromium, driven by Playwright, without a network, for tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SOON = 60_000  # ms: other tests keep the processor busy
needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium: `apt-get install chromium` brings it"
)


@contextmanager
def started_browser() -> Iterator:
    """Start Chromium; skips the test where Playwright is not installed."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is in requirements-dev.txt"
    )
    with playwright.sync_playwright() as driver:
        # A container's root may not use the sandbox of the browser.
        found = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield found
        found.close()


class OpenPage:
    """A page that is open, with what it asked the network for and what went wrong in it."""

    def __init__(self, browser, file: Path, **settings) -> None:
        self.page = browser.new_page(**settings)
        self.page.set_default_timeout(SOON)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: line.type == "error" and self.errors.append(line.text))
        self.page.goto(file.as_uri(), wait_until="load")
