"""How the words of captions are found: what commands offer, and what a captioner remembers."""

from __future__ import annotations

import argparse
from contextlib import suppress

from utils.captions import CHARACTERS, SPACES
from utils.formats.segmenters import SEGMENTERS, segmenter
from utils.support.files import read_json
from utils.support.paths import CAPTIONERS, expanded


def add_words_options(parser: argparse.ArgumentParser) -> None:
    """Add `--characters` and `--segmenter`, for captions without spaces between their words."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--characters",
        dest="words",
        action="store_const",
        const=CHARACTERS,
        help="each character is a word: for languages without spaces, such as Chinese or Thai",
    )
    either.add_argument(
        "--segmenter",
        dest="words",
        choices=sorted(SEGMENTERS),
        help="a package that finds the words of such a language, where it is installed",
    )


def checked_words(words: str | None) -> str:
    """Return how words are found, `spaces` where nothing is chosen.

    Raises `ValueError` where it is by a segmenter that is not installed.
    """
    if words in SEGMENTERS:
        segmenter(words)
    return words or SPACES


def words_of(captioner: str) -> str:
    """Return how the words of a captioner's captions are found, without loading the captioner.

    Settings that cannot be read say `spaces`; loading them says what is wrong.
    """
    for folder in (CAPTIONERS / captioner, expanded(captioner)):
        if (folder / "settings.json").is_file():
            with suppress(OSError, ValueError, KeyError, TypeError):
                return str(read_json(folder / "settings.json")["more"]["words"])
            break
    return SPACES
