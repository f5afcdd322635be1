"""Waiting for a pipe or a socket, whatever its number is."""

import selectors

TO_READ, TO_WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def is_ready(number: int, event: int, seconds: float) -> bool:
    """Wait for at most `seconds` until a file descriptor can be read, or written to (`event`).

    `select.select` would do for numbers below 1024 alone. A process that has many files open, such
    as a notebook that was used all day, gives higher ones. Not for Windows, which has no `poll`.
    """
    with selectors.PollSelector() as asked:
        asked.register(number, event)
        return bool(asked.select(seconds))
