"""What the course asks for in a chapter, as `plans.py` reads it from the master."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Asked:
    """An exercise as the master has it.

    `names`: what its check is handed, in order. `stubs`: the hashes of its placeholders.
    `cell`: the normalised text of the answer cell that students get.
    """

    id: str
    title: str
    points: int
    names: tuple[str, ...]
    stubs: tuple[str, ...]
    cell: str


@dataclass(frozen=True)
class Plan:
    """A chapter: its exercises, its own cells (normalised), imports and definitions as text.

    `questions`: the grade ids of what a person grades. `modules`: what right answers import.
    """

    chapter: int
    heading: str
    asked: tuple[Asked, ...]
    own_cells: tuple[str, ...]
    imports: tuple[str, ...]
    definitions: tuple[str, ...]
    questions: tuple[str, ...]
    modules: tuple[str, ...]

    def exercise(self, id: str) -> Asked | None:
        """Return an exercise of the chapter, None where it has no such."""
        return next((one for one in self.asked if one.id == id), None)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Plan:
        """Return a plan from what `dataclasses.asdict` gave, perhaps as JSON."""
        asked = tuple(Asked(**_with_tuples(one)) for one in kept["asked"])
        return cls(**{**_with_tuples(kept), "asked": asked})


def _with_tuples(kept: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in kept.items()}


def normal(source: str) -> str:
    """Return a cell's text without anything that an editor may change: spaces and line ends."""
    return _SPACE.sub(" ", source).strip()
