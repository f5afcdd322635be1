"""Texts with other hashes, as a new Python process gives them.

The order of a set of texts, and the hash of a text, are others tomorrow. An answer that depends on
them gives another result then; with these it does so now.
"""

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any


class Salted(str):
    """A text whose hash is another one inside `other_hashes`, and a text's own elsewhere.

    So is that of what is made of it by `str`, `+` and `format`.
    """

    salt = 0

    def __hash__(self) -> int:
        usual = str.__hash__(self)
        return hash((Salted.salt, usual)) if Salted.salt else usual

    __eq__ = str.__eq__

    def __str__(self) -> str:
        return self

    def __format__(self, form: str) -> str:
        return Salted(str.__format__(self, form))

    def __add__(self, other: str) -> str:
        return Salted(str.__add__(self, other))

    def __radd__(self, other: str) -> str:
        return Salted(str.__add__(other, self))


_SALTS = count(1)  # other hashes each time


def _has_text(value: Any) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return any(map(_has_text, value))
    return isinstance(value, (str, bytes))


@contextmanager
def other_hashes() -> Iterator[None]:
    """Give `Salted` texts, and texts handed to `hash`, other hashes inside the block."""
    usual = builtins.hash
    salt = next(_SALTS)
    builtins.hash = lambda value: usual((salt, usual(value))) if _has_text(value) else usual(value)
    Salted.salt = salt
    try:
        yield
    finally:
        builtins.hash = usual
        Salted.salt = 0
