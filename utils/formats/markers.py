"""Markers that captions bring along, such as `startseq`: found, named and taken off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from utils.formats.table import Entry, has_word

_OPEN = r"(?:[<\[{\uff1c$]|&lt;|##|(?<!\w)__?)\|? ?[/\uff0f]? ?"
_CLOSE = r" ?\|?(?:[>\]}\uff1e$]|&gt;|##|__?(?!\w))"
_COMPOUND = r"(?:start|begin|end)_?(?:of_?)?(?:seq|sequence|text|token|sentence|caption)"
_NAMES = r"s|start|begin|end|stop|go|bos|eos|sos|cls|sep|pad|dec|im_(?:start|end)"
_NAMES += rf"|sentence|caption|{_COMPOUND}"
# In brackets, or a word that no language has.
_FRAME = re.compile(
    rf"{_OPEN}(?:{_NAMES}){_CLOSE}|\b(?:{_COMPOUND}|[se]ostok|xx[be]os)\b",
    re.IGNORECASE | re.ASCII,
)
_UNKNOWN = re.compile(rf"{_OPEN}(?:unk|unknown|oov|mask){_CLOSE}", re.IGNORECASE)
# These are words too: they are markers where all captions are framed by them.
_FIRST, _LAST = ("start", "begin", "bos", "sos"), ("end", "stop", "eos")


def without_markers(entries: Sequence[Entry], path: object) -> tuple[list[Entry], list[str]]:
    """Return captions without the markers that they bring, and sentences that name these.

    The vocabulary has markers of its own, so that these would be learnt and scored as words. A
    caption in which a word is replaced by `<unk>` is left out: it is not what somebody wrote.
    Raises `ValueError` where that leaves no caption.
    """
    whole = [entry for entry in entries if not _UNKNOWN.search(entry[1])]
    found, texts = _taken_off([caption for _, caption, _ in whole])
    kept = [
        (image, text, split)
        for (image, _, split), text in zip(whole, texts, strict=True)
        if has_word(text)
    ]
    if entries and not any(has_word(caption) for _, caption, _ in entries):
        raise ValueError(f"None of the captions of {path} has a word: check the file.")
    if entries and not kept:
        raise ValueError(
            f"All captions of {path} consist of markers, or have words replaced by a marker such "
            "as <unk>: take the captions as they were before a vocabulary was applied."
        )
    notes = []
    if found:
        names = ", ".join(name for name, _ in found.most_common(6))
        notes.append(f"The captions bring markers of their own ({names}); these are taken off.")
    if len(whole) < len(entries):
        notes.append(
            f"{len(entries) - len(whole):,} captions have a word replaced by a marker such as "
            "<unk>; they are left out."
        )
    if len(kept) < len(whole):
        notes.append(f"{len(whole) - len(kept):,} captions have no word; they are left out.")
    return kept, notes


def _taken_off(captions: Sequence[str]) -> tuple[Counter[str], list[str]]:
    """Return how often each marker occurs, and the captions without them."""
    # The words of all captions fill the memory: they are kept only where they are needed.
    if len(captions) > 2 and all(_is_framed(_words(caption)) for caption in captions):
        framed = [_words(caption) for caption in captions]
        found = Counter(word.lower() for words in framed for word in (words[0], words[-1]))
        return found, [" ".join(words[1:-1]) for words in framed]
    found = Counter(mark.lower() for caption in captions for mark in _FRAME.findall(caption))
    return found, [_FRAME.sub(" ", text).strip() if found else text for text in captions]


def _words(caption: str) -> list[str]:
    return caption.rstrip(" .").split()


def _is_framed(words: Sequence[str]) -> bool:
    return len(words) > 2 and words[0].lower() in _FIRST and words[-1].lower() in _LAST
