"""What programs leave in captions: HTML, and UTF-8 that was read as another encoding."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from utils.formats.table import Entry

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(
    r"</?(?:a|b|br|div|em|font|i|img|li|p|small|span|strong|sub|sup|u|ul)(?:\s[^<>]*)?\s?/?>", re.I
)
_DEPTH = 3  # `&amp;amp;`: programs escape what is escaped already


def mended(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Return captions as people wrote them, and sentences on what was changed."""
    found, notes = list(entries), []
    for mend, told in (
        (_without_html, "hold HTML, which is turned into text"),
        (_decoded_anew, "were UTF-8 that was read as another encoding, and are set right"),
    ):
        found, changed = _changed(found, mend)
        if changed:
            before, after = changed[0]
            shown = f"{before[:60]!r} is {after[:60]!r}"
            notes.append(f"{len(changed):,} of the {len(found):,} captions {told} ({shown}).")
    return found, notes


def _changed(
    entries: Sequence[Entry], mend: Callable[[str], str]
) -> tuple[list[Entry], list[tuple[str, str]]]:
    """Return the entries with each caption mended, and the captions before and after."""
    found = [(image, mend(caption), split) for image, caption, split in entries]
    pairs = zip(entries, found, strict=True)
    return found, [(old[1], new[1]) for old, new in pairs if old[1] != new[1]]


def _without_html(caption: str) -> str:
    text = caption
    for _ in range(_DEPTH):
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    text = _TAG.sub(" ", text)
    return caption if text == caption else " ".join(text.split())


def _decoded_anew(caption: str) -> str:
    """Return a caption whose UTF-8 was read as Windows-1252 ("dÃ¶g") as it was ("dög")."""
    if caption.isascii():
        return caption
    try:
        # What is well-formed UTF-8 once it is turned back was UTF-8: no language writes so.
        return b"".join(map(_byte, caption)).decode("utf-8")
    except UnicodeError:
        return caption


def _byte(letter: str) -> bytes:
    # What Windows-1252 has no letter for, and what was read as Latin-1, keeps its number.
    return letter.encode("latin-1" if "\x80" <= letter <= "\x9f" else "cp1252")
