"""The most memory that a process had while something ran."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType

STATUS = Path("/proc/self/status")  # of Linux
EVERY = 0.02  # seconds between two looks
ANONYMOUS, RESIDENT = "anonymous", "resident"


class PeakMemory:
    """`with PeakMemory() as peak:` measures what runs inside; `peak.megabytes` is the most.

    `kind` says what counts: `anonymous` memory, which is what the process itself fills, or, where
    the system does not tell it, all of its `resident` memory. Pages of a memory map are part of the
    second alone: they belong to the cache of files, and the system takes them back at any time.
    """

    def __init__(self) -> None:
        self.kind = RESIDENT if _anonymous() is None else ANONYMOUS
        self.most = 0
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def megabytes(self) -> float:
        """The most memory so far, in MB (millions of bytes)."""
        return self.most / 1e6

    def __enter__(self) -> PeakMemory:
        self._look()
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._watcher.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        found = _anonymous()
        self.most = max(self.most, _resident() if found is None else found)


def _anonymous() -> int | None:
    """Return the bytes of anonymous memory in use; None where the system does not tell."""
    try:
        text = STATUS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE)
    return 1024 * int(found[1]) if found else None


def _resident() -> int:
    import psutil  # here, because Linux does without

    return psutil.Process().memory_info().rss
