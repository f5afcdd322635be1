"""Fonts for captions in any script: those that are installed, or a sentence on what is missing."""

from __future__ import annotations

import sys
import unicodedata
import warnings
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

import regex
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

# Debian's packages; elsewhere the same fonts are at fonts.google.com/noto.
_GET = "install fonts that have them (fonts-noto-core, for Chinese, Japanese and Korean \
fonts-noto-cjk; or from fonts.google.com/noto)"
_PLAIN = ("Regular", "Noto Sans", "NotoSans")  # what a font's file is called that is neither bold
_TOLD: set[str] = set()


def draw_every_script(figure: Figure) -> None:
    """Give each text of a figure the fonts that have its letters, after the usual one.

    Where no installed font has them, a sentence on the error stream says so, once for a script;
    boxes are drawn then. Matplotlib shapes the letters of Arabic and Indian scripts itself where
    its libraqm is at hand, as it is in the wheels of version 3.11.
    """
    texts = [text for text in figure.findobj(Text) if not text.get_text().isascii()]
    families, missing = fonts_for("".join(text.get_text() for text in texts))
    for text in texts if families else ():
        text.set_fontfamily([*text.get_fontfamily(), *families])
    if missing:
        _say_once(missing)


def fonts_for(letters: Iterable[str]) -> tuple[list[str], set[str]]:
    """Return the names of fonts that together have letters, and the letters that none has.

    The usual font is not among them; whatever it has needs no other.
    """
    usual = _letters_of(font_manager.findfont(font_manager.FontProperties()))
    missing = {letter for letter in letters if _is_drawn(letter) and ord(letter) not in usual}
    families: list[str] = []
    for path in _installed() if missing else ():
        found = {letter for letter in missing if ord(letter) in _letters_of(path)}
        if found:
            missing -= found
            families.append(_name_of(path))
        if not missing:
            break
    return families, missing


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of `width` columns, cut between letters where there are no spaces.

    A Chinese character is two columns wide; a mark has no width and stays with its letter.
    """
    lines = [""]
    for letter in regex.findall(r"\X", text):
        if _columns(lines[-1] + letter) > width:
            lines.append("")
        lines[-1] += letter
    return "\n".join(lines)


def needs_letters_cut(text: str, width: int) -> bool:
    """Return whether a text has a word that is wider than a line."""
    return any(_columns(word) > width for word in text.split())


def _columns(text: str) -> int:
    marks = sum(unicodedata.category(letter).startswith("M") for letter in text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) - marks + wide


def _is_drawn(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace()


@cache
def _installed() -> list[str]:
    """Return the files of the fonts of this system, plain ones of the Noto family first."""
    paths = {entry.fname for entry in font_manager.fontManager.ttflist}
    paths.update(font_manager.findSystemFonts())
    paths = {path for path in paths if "LastResort" not in path}  # it has boxes for all letters
    return sorted(paths, key=lambda path: (-sum(word in path for word in _PLAIN), path))


@cache
def _letters_of(path: str) -> frozenset[int]:
    """Return the characters that a font has, as numbers; none where it cannot be read."""
    with suppress(OSError, RuntimeError):
        return frozenset(font_manager.get_font(path).get_charmap())
    return frozenset()


@cache
def _name_of(path: str) -> str:
    """Return the family of a font's file, which matplotlib then knows."""
    if not any(entry.fname == path for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)  # installed after matplotlib made its list
    return font_manager.get_font(path).family_name


def _say_once(missing: set[str]) -> None:
    scripts = {unicodedata.name(letter, "?").split(" ")[0].capitalize() for letter in missing}
    new = sorted(scripts - _TOLD)
    _TOLD.update(new)
    if new:
        print(
            f"No font on this system has the letters of {', '.join(new)}, so that pictures show "
            f"boxes for them: {_GET}.",
            file=sys.stderr,
        )
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
