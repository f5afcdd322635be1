"""Photos that count how often their pixels are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

import numpy as np

# What makes a plain array of a photo, which would count nothing any more.
_MAKERS = ("array", "asarray", "asanyarray", "ascontiguousarray", "copy")


class Watched(np.ndarray):
    """A photo that counts how often its pixels are asked for, by whatever means."""

    asked = 0

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        Watched.asked += 1
        return super().__array_function__(function, types, args, kwargs)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **named: Any) -> Any:
        Watched.asked += 1
        if "out" in named:
            named["out"] = tuple(map(_unwatched, named["out"]))
        return getattr(function, method)(*map(_unwatched, inputs), **named)

    def __iter__(self) -> Iterator[Any]:
        Watched.asked += 1
        return super().__iter__()

    def __getitem__(self, place: Any) -> Any:
        Watched.asked += 1
        return super().__getitem__(place)

    def __bytes__(self) -> bytes:
        return self.tobytes()

    @property
    def flat(self) -> Any:
        """The numbers one after the other."""
        Watched.asked += 1
        return _unwatched(self).flat

    @property
    def data(self) -> memoryview:
        """The memory of the photo."""
        Watched.asked += 1
        return _unwatched(self).data

    def view(self, *arguments: Any, **named: Any) -> Any:
        """Return another view, which counts too."""
        return _watched(super().view(*arguments, **named))

    def tobytes(self, *arguments: Any) -> bytes:
        """Return the bytes. Comparing them later is quick: it ends where they first differ."""
        Watched.asked += 1
        return super().tobytes(*arguments)

    def tolist(self) -> Any:
        """Return the numbers as a list, which counts too."""
        Watched.asked += 1
        found = super().tolist()
        return WatchedList(found) if isinstance(found, list) else found


class WatchedList(list):
    """The numbers of a watched photo: comparing them counts."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        Watched.asked += 1
        return list.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


def _unwatched(value: Any) -> Any:
    return np.ndarray.view(value, np.ndarray) if isinstance(value, Watched) else value


def _watched(value: Any) -> Any:
    return np.ndarray.view(value, Watched) if type(value) is np.ndarray else value


@contextmanager
def looks_counted() -> Iterator[Callable[[], int]]:
    """Yield a function that says how often the pixels of `Watched` photos were asked for."""

    def keeping(usual: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(usual)
        def made(*given: Any, **named: Any) -> Any:
            found = usual(*given, **named)
            if not given or not isinstance(given[0], Watched):
                return found
            Watched.asked += 1
            return _watched(found)

        return made

    Watched.asked = 0
    with ExitStack() as patches:
        for name in _MAKERS:
            patches.enter_context(patch.object(np, name, keeping(getattr(np, name))))
        yield lambda: Watched.asked
