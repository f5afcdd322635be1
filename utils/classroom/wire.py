"""Messages over a line to a process that is not trusted: neither reading nor writing ever waits.

The form is that of `multiprocessing.connection`: four bytes with the length, then the message.
"""

from __future__ import annotations

import os
import struct
from multiprocessing.connection import Connection

from utils.support.descriptors import TO_READ, TO_WRITE, is_ready

LARGEST = 512_000_000  # bytes of one message
PIECE = 1 << 20
HEAD = struct.Struct("!i")


class Wire:
    """One end of a line. `read` and `write` do what can be done within `seconds`, and come back."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.came = bytearray()
        if os.name == "posix":
            os.set_blocking(connection.fileno(), False)

    def read(self, seconds: float) -> bytes | None:
        """Return a message, or None where it has not come whole yet.

        Raises `EOFError` where the other end hung up, `ValueError` for a message that is too long.
        """
        if os.name != "posix":
            return self.connection.recv_bytes(LARGEST) if self.connection.poll(seconds) else None
        message = self._message()
        if message is not None:
            return message
        number = self.connection.fileno()
        if is_ready(number, TO_READ, seconds):
            piece = os.read(number, PIECE)
            if not piece:
                raise EOFError
            self.came += piece
        return self._message()

    def _message(self) -> bytes | None:
        if len(self.came) < HEAD.size:
            return None
        (length,) = HEAD.unpack_from(self.came)
        if not 0 <= length <= LARGEST:
            raise ValueError("A message is too long.")
        end = HEAD.size + length
        if len(self.came) < end:
            return None
        message = bytes(self.came[HEAD.size : end])
        del self.came[:end]
        return message

    def write(self, rest: memoryview, seconds: float) -> memoryview:
        """Send of `framed` bytes what the other end takes; return what is left."""
        if os.name != "posix":
            self.connection.send_bytes(rest[HEAD.size :])
            return rest[len(rest) :]
        number = self.connection.fileno()
        if is_ready(number, TO_WRITE, seconds):
            return rest[os.write(number, rest[:PIECE]) :]
        return rest

    @staticmethod
    def framed(message: bytes) -> memoryview:
        """Return a message with its length before it."""
        return memoryview(HEAD.pack(len(message)) + message)

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
