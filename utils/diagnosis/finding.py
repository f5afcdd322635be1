"""What the doctor found: a mark, what is true, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

OK, WARNING, WRONG = "ok", "warning", "wrong"
INDENT = " " * 11


@dataclass(frozen=True)
class Finding:
    """One line of the report: `mark` is one of the three words; `advice` says what to do."""

    mark: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"\n{INDENT}{self.advice}" if self.advice else ""
        return f"  {self.mark:<9}{self.what}{advice}"

    def to_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return asdict(self)


def ok(what: str, advice: str = "") -> Finding:
    """Return a finding that all is well."""
    return Finding(OK, what, advice)


def warning(what: str, advice: str = "") -> Finding:
    """Return a finding that may matter; the course still runs."""
    return Finding(WARNING, what, advice)


def wrong(what: str, advice: str = "") -> Finding:
    """Return a finding that stops the course, or makes its results false."""
    return Finding(WRONG, what, advice)


def found(look: Callable[..., Iterable[Finding]], *arguments: Any) -> list[Finding]:
    """Return what a look finds; one that fails itself becomes a line, so that the rest goes on."""
    kept: list[Finding] = []
    try:
        kept.extend(look(*arguments))
    except Exception as error:  # whatever is odd about this machine
        name = look.__name__.strip("_").replace("_", " ")
        words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        kept.append(warning(f"The look at {name} did not come to its end ({words})."))
    return kept


def said(value: Any) -> None:
    """Print a value as one line of JSON, at once: a trial in a process of its own tells so."""
    print(json.dumps(value), flush=True)
