"""Segmenters: packages that know the words of languages without spaces, where one is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

Segmenter = Callable[[str], list[str]]

# name: its function that returns the words of a text. None of them is required.
SEGMENTERS = {"jieba": "lcut", "pythainlp": "word_tokenize"}
LANGUAGES = {"jieba": "Chinese", "pythainlp": "Thai"}


@cache
def segmenter(name: str) -> Segmenter:
    """Return the function of a segmenter: text -> its words, in order.

    Raises `ValueError` where there is no segmenter of this name or it is not installed.
    """
    if name not in SEGMENTERS:
        known = ", ".join(f"{one} ({LANGUAGES[one]})" for one in SEGMENTERS)
        raise ValueError(f"There is no segmenter {name!r}: the course knows {known}.")
    try:
        return getattr(import_module(name), SEGMENTERS[name])
    except ImportError as error:
        raise ValueError(
            f"The segmenter {name} is not installed: install it by `pip install {name}`, or take "
            "characters as words by --characters."
        ) from error
