"""Which encoding a text is in that is not UTF-8: the one in which it reads like writing."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Python's codec, as iconv calls it, and how people call it; where two read alike, the first counts.
_KNOWN = (
    ("latin-1", "LATIN1", "Latin-1"),
    ("cp1252", "CP1252", "Windows-1252"),
    ("cp1250", "CP1250", "Windows-1250 (Central Europe)"),
    ("cp1254", "CP1254", "Windows-1254 (Turkish)"),
    ("cp1257", "CP1257", "Windows-1257 (Baltic)"),
    ("cp1251", "CP1251", "Windows-1251 (Cyrillic)"),
    ("koi8_r", "KOI8-R", "KOI8-R (Cyrillic)"),
    ("cp866", "CP866", "CP866 (Cyrillic)"),
    ("cp1253", "CP1253", "Windows-1253 (Greek)"),
    ("cp1255", "CP1255", "Windows-1255 (Hebrew)"),
    ("cp1256", "CP1256", "Windows-1256 (Arabic)"),
    ("cp874", "CP874", "Windows-874 (Thai)"),
    ("cp932", "CP932", "Shift-JIS (Japanese)"),
    ("euc_jp", "EUC-JP", "EUC-JP (Japanese)"),
    ("gb18030", "GB18030", "GB18030 (Chinese)"),
    ("big5", "BIG5", "Big5 (Chinese)"),
    ("cp949", "CP949", "EUC-KR (Korean)"),
)
_LOOKED_AT = 100_000  # bytes
# The most frequent characters of texts in Chinese (both kinds), Japanese, Korean, Russian, Greek,
# Hebrew, Arabic and Thai.
_FREQUENT = set(
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子"
    "那得于於着著下自之年过過发發后後作里裡只小狗男女跑着孩草坐站黑白色红紅两兩条條"
    "のにはをたがでてとしれさいるなもかっりあこうくまらけすよだきみ犬人女男走水中上大"
    "이다는을가에의를은로고한있사람개서하기도자리아지들위"
    "оеаинтсрвлαοιετσνηυρκיוהלאמתרשבاليمنرتوبهكานรอกเงมยลว"
)
_MARKS = set("“”‘’„‚–—…€«»¡¿·،؛؟、。，！？「」『』・ー　°")  # noqa: RUF001 (all of them occur)
_ICELANDIC = set("ðýþÐÝÞ")  # what Turkish looks like in Latin-1
_WORDS = re.compile(r"[^\W\d_]+")


class Reading(NamedTuple):
    """An encoding: `codec` (Python's), `iconv` and `name`, and how well a text reads in it."""

    codec: str
    iconv: str
    name: str
    score: float


def likely_encoding(data: bytes) -> Reading | None:
    """Return the encoding in which a text that is not UTF-8 reads best; None where in none."""
    start = data[:_LOOKED_AT].rsplit(b"\n", 1)[0] if len(data) > _LOOKED_AT else data
    readings = []
    for codec, iconv, name in _KNOWN:
        try:
            text = start.decode(codec)
        except UnicodeDecodeError:
            continue
        readings.append(Reading(codec, iconv, name, _score(text)))
    best = max(readings, key=lambda reading: reading.score, default=None)
    return best if best and best.score > 0.5 else None


def _score(text: str) -> float:
    """Return how much the letters beyond ASCII look like writing, at most 2 for each."""
    values = []
    for word in _WORDS.findall(text):
        mixed = len({_script(letter) for letter in word} - {""}) > 1
        swapped = word[1:] != word[1:].lower() and word != word.upper()  # "сОБАКА"
        foreign = [letter for letter in word if not letter.isascii()]
        # Cyrillic or Hebrew read as Latin has words of accented letters alone.
        latin = len(foreign) == len(word) > 2 and _script(foreign[0]) == "LATIN"
        wrong = mixed or swapped or latin
        most = 1.0 if len(word) == 1 and _script(word) != "CJK" else 2.0
        values += [-1.0 if wrong else min(_worth(letter), most) for letter in foreign]
    others = [letter for letter in text if not letter.isascii() and not letter.isalpha()]
    values += [_of_other(letter) for letter in others]
    return sum(values) / max(len(values), 1)


def _worth(letter: str) -> float:
    if letter in _FREQUENT:
        return 2.0
    if letter in _ICELANDIC:
        return 0.7
    if "\uff61" <= letter <= "\uff9f":  # Katakana of half width: another script, misread
        return -1.0
    return 1.0


def _of_other(letter: str) -> float:
    if letter in _MARKS:
        return 0.8
    return 1.0 if unicodedata.category(letter).startswith("M") else -1.0


def _script(letter: str) -> str:
    """Return the script of a letter; the three of Japanese are one."""
    name = unicodedata.name(letter, "").split(" ")[0]
    return "CJK" if name in ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name
