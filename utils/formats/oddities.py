"""What is odd about a dataset: repeated captions, no spaces, the same photo in two splits."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from utils.support.files import sha256

# People write the same sentence now and then; above these shares a program did.
_REPEATED, _SHARED = 0.1, 0.3
_NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_LONG_WORD, _LONG_SYLLABLES = 4, 9  # letters and marks; Chinese and Japanese, and the other scripts
_LOOKED_AT = 300  # captions

Captions = dict[str, list[str]]


def without_repeats(captions: Captions) -> tuple[Captions, list[str]]:
    """Return captions with those of an image that are the same counted once, and notes on it.

    Nothing is changed where so few are repeated that people may have written them.
    """
    once = {image: list(dict.fromkeys(texts)) for image, texts in captions.items()}
    count, kept = (sum(map(len, one.values())) for one in (captions, once))
    notes = []
    if count - kept > _REPEATED * count:
        image = next(image for image in once if len(once[image]) < len(captions[image]))
        notes.append(
            f"{count - kept:,} of the {count:,} captions repeat another caption of their image "
            f"word by word (those of {image}, for example); each is counted once."
        )
        captions = once
    sets = Counter(tuple(sorted(texts)) for texts in once.values())
    shared = sum(images for images in sets.values() if images > 1)
    if len(once) > 2 and shared > _SHARED * len(once):
        texts, images = sets.most_common(1)[0]
        shown = texts[0] if len(texts[0]) <= 60 else f"{texts[0][:57]}..."
        notes.append(
            f"{shared:,} of the {len(once):,} images have the same captions as another image "
            f'("{shown}": {images:,} images): check that the captions belong to the images.'
        )
    return captions, notes


def spaceless_note(captions: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a sentence where the captions are in a script that puts no spaces between words."""
    texts = [text for texts in captions.values() for text in texts][:_LOOKED_AT]
    letters = Counter(_script(letter) for text in texts for letter in text if letter.isalpha())
    script, count = max(letters.items(), key=lambda pair: pair[1], default=("", 0))
    if not script or 2 * count < letters.total():
        return []
    # Tibetan has a point between syllables, which are words to the course.
    marks = str.maketrans(dict.fromkeys("\u200b\u0f0b\u0f0c\u0f0d", " "))
    words = [word for text in texts for word in text.translate(marks).split()]
    length = sum(map(len, words)) / max(len(words), 1)
    east = script in ("CJK", "HIRAGANA", "KATAKANA")
    if length <= (_LONG_WORD if east else _LONG_SYLLABLES):
        return []  # somebody has put spaces between the words
    return [
        f'The captions have no spaces between their words ("{texts[0][:30]}"), so that each '
        "sentence would be one word. Take characters as words by --characters, or cut them into "
        "words by --segmenter jieba (Chinese) or --segmenter pythainlp (Thai)."
    ]


def _script(letter: str) -> str:
    """Return the script of a letter where it is one without spaces, else ""."""
    name = unicodedata.name(letter, "").split(" ")[0]
    return name if name in _NO_SPACES else ""


def leak_note(photos: Mapping[str, Sequence[Path]]) -> list[str]:
    """Return a sentence where two splits have the same photo, byte by byte, under any names.

    `photos`: split -> its photos. Only files of the same size are read; one that cannot be read is
    told later, when its pixels are needed.
    """
    groups = _by(photos, lambda path: path.stat().st_size)
    leaks = []
    for alike in groups.values():
        for copies in _by(alike, sha256).values() if len(alike) > 1 else ():
            firsts = [f"{paths[0].name} ({split})" for split, paths in copies.items()]
            leaks += [" and ".join(firsts)] if len(firsts) > 1 else []
    if not leaks:
        return []
    more = f", and {len(leaks) - 3:,} more" if len(leaks) > 3 else ""
    return [
        "The same photo is in two splits, so that scores come out too high: "
        f"{'; '.join(leaks[:3])}{more}. Keep one of each."
    ]


def _by(
    photos: Mapping[str, Sequence[Path]], key: Callable[[Path], object]
) -> dict[object, dict[str, list[Path]]]:
    """Return for each key of a photo the photos that have it, by split."""
    groups: dict[object, dict[str, list[Path]]] = {}
    for split, paths in photos.items():
        for path in paths:
            with suppress(OSError):
                groups.setdefault(key(path), {}).setdefault(split, []).append(path)
    return groups
