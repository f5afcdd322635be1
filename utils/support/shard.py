"""A part of work that several processes or machines share: `--shard I/N` is part I of N."""

from __future__ import annotations

import argparse
import hashlib
import re
import unicodedata
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`; the parts are numbered from 1 on."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of(self, places: range) -> range:
        """Return every `count`-th of the places; the parts together are all of them."""
        return places[self.number - 1 :: self.count]

    def holds(self, name: str) -> bool:
        """Tell whether a name belongs to this part; it depends on nothing but the name."""
        # A disk may store a letter with an accent as one sign or as two.
        text = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
        return int(hashlib.sha256(text).hexdigest(), 16) % self.count == self.number - 1


def shard_of(text: str) -> Shard:
    """Return the part that `I/N` names; raises `argparse.ArgumentTypeError` with a sentence."""
    written = _WRITTEN.fullmatch(text.strip())
    if not written:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no part: write I/N, such as 2/4 for the second part of four."
        )
    number, count = int(written[1]), int(written[2])
    if count < 1:
        raise argparse.ArgumentTypeError(
            f"{text} is no part: the number behind the slash says how many there are, 1 at least."
        )
    if not 1 <= number <= count:
        raise argparse.ArgumentTypeError(
            f"There is no part {number} of {count}: the parts are 1/{count} to {count}/{count}."
        )
    return Shard(number, count)
