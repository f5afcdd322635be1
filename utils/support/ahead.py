"""Work that threads do ahead of whoever reads the results."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[Any], Any], items: Iterable[Any], count: int
) -> Iterator[Any]:
    """Yield `function(item)` of each item, in order, while threads work on the next `count`."""
    waiting: deque = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
