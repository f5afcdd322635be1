"""Under which conditions an answer is called, apart from its arguments.

A check says `with condition("other hashes"): call(answer, ...)`. Where the answer lives in another
process, as in grading, the names of the conditions travel with each call and hold there.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

from utils.exercises.exercise import Incorrect
from utils.exercises.looks import looks_counted
from utils.exercises.tomorrow import other_hashes

# What makes one-hot vectors, in memory that Python does not count.
MAKERS = {
    "keras.ops": ("one_hot", "eye", "identity"),
    "keras.utils": ("to_categorical",),
    "tensorflow": ("one_hot", "eye"),
    "numpy": ("eye", "identity"),
}
_HOLDING: ContextVar[tuple[str, ...]] = ContextVar("HOLDING", default=())
# What was counted of calls in another process: the name of a condition -> a number for each call.
_ELSEWHERE: ContextVar[dict[str, list[int]] | None] = ContextVar("ELSEWHERE", default=None)


class MakesOneHot(Incorrect):
    """An answer called a function that makes one-hot vectors; the text is the function's name."""


@contextmanager
def without_one_hot() -> Iterator[None]:
    """Raise `MakesOneHot` where a function that makes one-hot vectors is called."""

    def refuse(module: str, name: str) -> Callable[..., None]:
        def refusing(*_: Any, **__: Any) -> None:
            raise MakesOneHot(f"`{name}` of `{module}`")

        return refusing

    with ExitStack() as patches:
        for module, names in MAKERS.items():
            for name in names:
                if module in sys.modules:
                    found = sys.modules[module]
                    patches.enter_context(patch.object(found, name, refuse(module, name)))
        yield


@contextmanager
def memory_measured() -> Iterator[Callable[[], int]]:
    """Yield a function that says how many bytes more were in use at most inside the block."""
    running = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: max(tracemalloc.get_traced_memory()[1] - before, 0)
    finally:
        if not running:
            tracemalloc.stop()


CONDITIONS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "other hashes": other_hashes,
    "without one-hot": without_one_hot,
    "memory": memory_measured,
    "looks counted": looks_counted,
}


@contextmanager
def condition(name: str) -> Iterator[Callable[[], int]]:
    """Let a condition hold for the calls inside the block; yield what counts, where it counts.

    What is counted here and in another process is not added up: the larger number is told.
    """
    elsewhere: dict[str, list[int]] = {**(_ELSEWHERE.get() or {}), name: []}
    tokens = _HOLDING.set((*_HOLDING.get(), name)), _ELSEWHERE.set(elsewhere)
    try:
        with CONDITIONS[name]() as count:
            yield lambda: max([count() if count else 0, *elsewhere[name]])
    finally:
        _HOLDING.reset(tokens[0])
        _ELSEWHERE.reset(tokens[1])


def note_counts(counts: dict[str, int]) -> None:
    """Take what conditions counted of a call in another process."""
    for name, count in counts.items():
        elsewhere = (_ELSEWHERE.get() or {}).get(name)
        if elsewhere is not None:
            elsewhere.append(count)


def holding() -> tuple[str, ...]:
    """Return the names of the conditions that hold now."""
    return _HOLDING.get()
