"""Measurements that are remembered: in a class, the same settings are measured again and again."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

KEPT = 256  # results of one kind of measurement


def remembered(measure: Callable[..., float]) -> Callable[..., float]:
    """Return `measure`, which keeps its last results. Its result must depend on its input alone.

    Where the input cannot be looked up, such as a list, it is measured anew.
    """
    kept = lru_cache(maxsize=KEPT)(measure)

    @wraps(measure)
    def measured(*given: Any, **named: Any) -> float:
        try:
            hash((given, tuple(named.values())))
        except TypeError:
            return measure(*given, **named)
        return kept(*given, **named)

    return measured
