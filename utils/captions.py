"""Captions: reading them from a file, and cleaning them into tokens (chapter 1)."""

import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import regex  # as Python's `re`, and it knows which characters are letters, marks, digits

from utils.formats.captions_file import read_captions_file
from utils.formats.segmenters import segmenter

SPACES, CHARACTERS = "spaces", "characters"  # how the words of captions are found

# A word: letters and digits of any language with their marks ("हिन्दी", "chó"), apostrophes inside
# ("don't"). No minimum length: "a" is the most frequent word of English captions and must stay.
# Joiners shape letters within a word, Persian and Indian; at its end they are no part of it.
_PART = r"[\p{L}\p{N}](?:\u200c*[\p{L}\p{N}\p{M}\u200d])*"
_WORD = regex.compile(rf"{_PART}(?:['״·]{_PART})*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ＇`´׳‛′ʹ՚", "'"))  # noqa: RUF001 (all of them occur)
# Between Hebrew letters, a quote stands for the mark of an acronym, which keyboards lack.
_ACRONYM = regex.compile(r"(?<=\p{Hebrew})[\"”](?=\p{Hebrew})")
_DOTTED = regex.compile("i\u0307+")  # the Turkish capital İ in lower case
# Other shapes of the same letters: of full and half width, ligatures, those of Arabic.
_SHAPES = regex.compile(
    r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\ufb00-\ufb06"
    r"\ufb50-\ufdfb\ufe70-\ufefc]+"
)
_STRETCHED = "\u0640"  # the line that makes an Arabic word longer
# What is never seen, such as a soft hyphen; the zero-width space between words is no part of it.
_HIDDEN = regex.compile(r"(?![\u200b-\u200d])\p{Default_Ignorable_Code_Point}")


def clean_caption(text: str) -> list[str]:
    """Return the tokens of a caption: lower case, no punctuation, nothing else left out.

    `"A man's dog , in tri-colored fur ."` gives `["a", "man's", "dog", "in", "tri", "colored",
    "fur"]`. Accented letters are brought to one form (NFC), so that the same word is one token.
    """
    text = _SHAPES.sub(lambda same: unicodedata.normalize("NFKC", same.group()), text)
    text = _HIDDEN.sub("", text).replace(_STRETCHED, "")
    text = _ACRONYM.sub("״", _DOTTED.sub("i", text.lower()))
    words = _WORD.findall(unicodedata.normalize("NFC", text).translate(_APOSTROPHES))
    return [sys.intern(word) for word in words]  # each word is in memory once, however often it is


def caption_tokens(text: str, words: str = SPACES) -> list[str]:
    """Return the tokens of a caption whose words are found as `words` says.

    `spaces`: `clean_caption`. `characters`: each letter with its marks is a word. Else the name of
    a segmenter (`utils.formats.segmenters`), which knows the words of a language without spaces.
    Raises `ValueError` where there is no such segmenter.
    """
    if words == SPACES:
        return clean_caption(text)
    if words == CHARACTERS:
        return [letter for word in clean_caption(text) for letter in regex.findall(r"\X", word)]
    return [token for piece in segmenter(words)(text) for token in clean_caption(piece)]


def caption_text(tokens: Sequence[str], words: str = SPACES) -> str:
    """Return tokens as one text, with spaces between them where the language has spaces."""
    return (" " if words == SPACES else "").join(tokens)


def read_captions(path: Path) -> dict[str, list[str]]:
    """Read a captions file: CSV in UTF-8 with the header `image,caption`, a row a caption.

    Returns image name -> its captions as written, images in the file's order. Commas and quotes
    inside a caption are read right, because the `csv` module reads them. The other formats of
    `utils.formats.captions_file` are read too.
    Raises `FileNotFoundError` where there is no such file, `ValueError` for wrong columns, a
    broken row, an empty caption, text that is not UTF-8, or no captions at all.
    """
    return read_captions_file(path).captions
