"""Captions: reading them from a file, and cleaning them into tokens (chapter 1)."""

import csv
import re
import unicodedata
from pathlib import Path

# A word: letters and digits of any language, apostrophes inside ("don't"). No minimum length:
# "a" is the most frequent word of English captions and must stay.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001 (both apostrophes occur)


def clean_caption(text: str) -> list[str]:
    """Return the tokens of a caption: lower case, no punctuation, nothing else left out.

    `"A man's dog , in tri-colored fur ."` gives `["a", "man's", "dog", "in", "tri", "colored",
    "fur"]`. Accented letters are brought to one form (NFC), so that the same word is one token.
    """
    text = unicodedata.normalize("NFC", text).lower()
    return [word.replace("’", "'") for word in _WORD.findall(text)]  # noqa: RUF001


def read_captions(path: Path) -> dict[str, list[str]]:
    """Read a captions file: CSV in UTF-8 with the header `image,caption`, a row a caption.

    Returns image name -> its captions as written, images in the file's order. Commas and quotes
    inside a caption are read right, because the `csv` module reads them.
    Raises `FileNotFoundError` where there is no such file, `ValueError` for wrong columns, a
    broken row, an empty caption, text that is not UTF-8, or no captions at all.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no captions file at {path}: check the folder's name.")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            captions = _read_rows(path, csv.reader(file, skipinitialspace=False))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8.") from error
    except csv.Error as error:
        raise ValueError(f"{path} is not a readable CSV file ({error}): mend it.") from error
    if not captions:
        raise ValueError(f"{path} holds no captions: it needs a row `image,caption` for each.")
    return captions


def _read_rows(path: Path, rows: "csv.Reader") -> dict[str, list[str]]:
    header = [name.strip().lower() for name in next(rows, [])]
    if header != ["image", "caption"]:
        raise ValueError(
            f"{path} starts with the columns {','.join(header) or '(none)'}: "
            "its first line must be `image,caption`."
        )
    captions: dict[str, list[str]] = {}
    for row in rows:
        if not row:
            continue
        where = f"{path}, line {rows.line_num}"
        if len(row) != 2:
            raise ValueError(
                f"{where} has {len(row)} columns instead of 2: put a caption that contains "
                "commas in double quotes."
            )
        image, caption = (column.strip() for column in row)
        if not image or not clean_caption(caption):
            raise ValueError(f"{where} has no image name or no word in its caption: remove it.")
        captions.setdefault(image, []).append(caption)
    return captions
