"""One student's notebook before the judge: its cells are run elsewhere, its answers judged here.

    with Session(cells, seconds=120, memory=2_000_000_000, nursery=nursery) as session:
        verdict = session.verdict("1.2", ["clean"])

A cell that never ends, or ends the process, spoils its own exercise alone: the others are run again
without it.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from utils.classroom.remote import (
    Line,
    Nursery,
    RemoteFunction,
    Stopped,
    error_of,
    measures,
    received,
)
from utils.exercises.exercise import Incorrect, NotAttempted, find_exercise, load_chapter
from utils.exercises.experiment import DESIGNS, is_setting
from utils.exercises.guard import FarError
from utils.exercises.verdict import Verdict, explained, incorrect, unsolved, verdict_of

Cell = tuple[str, str]  # the exercise's id, or "" for imports and helpers; the code


@dataclass
class Session:
    """The cells of one notebook, run in a process of their own.

    `seconds`: what a cell may take of the processor's time. `memory`: bytes.
    """

    cells: Sequence[Cell]
    seconds: float
    memory: int
    nursery: Nursery
    pickled: bytes | None = None  # answers out of a notebook's kernel, instead of cells
    names: tuple[str, ...] = ()
    _broken: dict[int, BaseException] = field(default_factory=dict)
    _line: Line | None = None
    _home: tempfile.TemporaryDirectory | None = None

    def __enter__(self) -> Session:
        self._home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType
    ) -> None:
        self._hang_up()
        self._home.cleanup()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def verdict(self, id: str, names: Sequence[str]) -> Verdict:
        """Return the verdict on an exercise, whose answers have these names in the notebook."""
        exercise = find_exercise(id)
        try:
            self._run()
            spoilt = self._spoilt(id)
            if isinstance(spoilt, Stopped) or (spoilt and not self._has(names, id)):
                return incorrect(exercise, *explained(exercise, (), spoilt))
            self._line.begin(exercise.seconds)
            answers = [self._answer(name, id) for name in names]
            return verdict_of(id, *answers, limited=False)
        except NotAttempted:
            return unsolved(exercise)
        except (Stopped, Incorrect) as reason:
            return incorrect(exercise, str(reason))
        except FarError as error:  # answers of a kernel that cannot be opened
            self._hang_up()
            return incorrect(exercise, *explained(exercise, (), error))
        except (TypeError, ValueError, LookupError, AttributeError):  # of a message without sense
            self._hang_up()
            return incorrect(exercise, "Your code sent something that is no answer.")

    def _has(self, names: Sequence[str], id: str) -> bool:
        """Return whether the answers are there, though something after them raised an error."""
        return all(self._line.ask("get", name, id)[0] != "missing" for name in names)

    def _spoilt(self, id: str) -> BaseException | None:
        """Return why the cell of an exercise did not run, or None."""
        places = [place for place, (of, _) in enumerate(self.cells) if of == id]
        return next((self._broken[place] for place in places if place in self._broken), None)

    def _run(self) -> None:
        """Run the cells, where that was not done or is lost."""
        while self._line is None or not self._line.is_open:
            self._line = Line(self.nursery, Path(self._home.name), self.memory)
            place = 0
            try:
                self._offer_measures()
                if self.pickled is not None:
                    self._do("load", self.pickled, self.names)
                for place, (_, code) in enumerate(self.cells):
                    if not isinstance(self._broken.get(place), Stopped):
                        self._run_cell(place, code)
            except Stopped as reason:
                if place in self._broken or not self.cells:
                    raise
                self._broken[place] = reason

    def _run_cell(self, place: int, code: str) -> None:
        self._line.begin(self.seconds)
        self._broken.pop(place, None)
        try:
            self._do("run", code)
        except Exception as error:  # of the student's code, or of what it asked the judge for
            self._broken[place] = error

    def _do(self, what: str, *parts: Any) -> None:
        told, found = self._line.ask(what, *parts)
        if told == "raised":
            raise error_of(*found)

    def _answer(self, name: str, id: str) -> Any:
        """Return an answer: a value, or a function that runs in the student's process."""
        told, parts = self._line.ask("get", name, id)
        if told == "missing":
            raise Incorrect(f"There is no `{name}` any more: was it renamed, or its cell deleted?")
        if told == "value":
            return received(parts[0])
        title, parameters, is_placeholder, problem = parts
        if problem:
            raise Incorrect(str(problem))
        return None if is_placeholder else RemoteFunction(self._line, name, title, parameters)

    def _offer_measures(self) -> None:
        """Let the judge measure for the experiments, who remembers what was found."""
        for chapter in sorted({int(of.partition(".")[0]) for of, _ in self.cells if of}):
            load_chapter(chapter)
            try:
                module = importlib.import_module(f"utils.exercises.measure_{chapter}")
            except ModuleNotFoundError:  # a chapter without an experiment
                continue
            asked = {name for name in DESIGNS if any(name in code for _, code in self.cells)}
            found = {name: getattr(module, name) for name in asked if hasattr(module, name)}
            if found:
                offered = {name: _careful(measure) for name, measure in found.items()}
                measures(self._line, chapter, offered)


def _careful(measure: Callable[..., float]) -> Callable[..., float]:
    """Return `measure`, which refuses settings that the exercise does not allow."""

    def measured(setting: Any, *rest: Any, **named: Any) -> float:
        setting = tuple(setting) if isinstance(setting, list) else setting
        if not is_setting(setting, DESIGNS[measure.__name__](*rest, **named)):
            raise Incorrect(f"{setting!r} cannot be measured here.")
        return measure(setting, *rest, **named)

    measured.__name__, measured.__module__ = measure.__name__, measure.__module__  # it stays here
    return measured
