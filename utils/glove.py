"""GloVe word vectors (Pennington, Socher and Manning 2014): chapter 3."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from utils.support.paths import DATA, made_dir
from utils.vocabulary import MARKERS, PAD, Vocabulary

GLOVE = DATA / "glove"
EMBEDDED_GLOVE = GLOVE / "glove.6B.50d.slice.txt"
# Some words have spaces (". ."); one that ends so belongs to a line with too many numbers.
ENDS_IN_NUMBER = re.compile(r" -?\d+\.\d+$")
# How files begin that are given in place of a text file.
NO_TEXT = {
    b"PK\x03\x04": "a zip archive: unpack it and give the text file in it",
    b"\x1f\x8b": "an archive (gzip): unpack it and give the text file in it",
    b"\x89HDF": "an HDF5 file",
    b"version https://git-lfs": "a Git LFS pointer: run `git lfs pull`",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}


@dataclass(frozen=True)
class Glove:
    """Word vectors: `words`, a list, and `vectors`, `(n, dimension)` float32, row by row."""

    words: list[str]
    vectors: np.ndarray

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def directions(self) -> np.ndarray:
        """The vectors at length one, `(n, dimension)` float32."""
        return self.vectors / np.maximum(np.linalg.norm(self.vectors, axis=1, keepdims=True), 1e-9)

    @property
    def dimension(self) -> int:
        """How many numbers a word has."""
        return self.vectors.shape[1]

    def __getitem__(self, word: str) -> np.ndarray:
        if word not in self.rows:
            raise KeyError(f"GloVe has no vector for {word!r}; ask first: {word!r} in glove.")
        return self.vectors[self.rows[word]]

    def __contains__(self, word: str) -> bool:
        return word in self.rows

    def __len__(self) -> int:
        return len(self.words)


def load_glove(path: Path = EMBEDDED_GLOVE, words: Collection[str] | None = None) -> Glove:
    """Read word vectors in Stanford's text format: a word, then its numbers, a line each.

    `words` keeps these alone, which saves time and memory with a whole file. Any dimension is
    read; the first line of word2vec and fastText, two counts, is skipped. Raises
    `FileNotFoundError` where there is no such file, `ValueError` for another kind of file, for a
    line that does not fit the first (with its number) or a file without any. Of `words`, none may
    be there (GloVe is English).
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no GloVe file at {path}: install one with `make flickr8k`, "
            f"or use the slice that comes with the course, {EMBEDDED_GLOVE.name}."
        )
    wanted = None if words is None else set(words)
    kept, rows, dimension = [], [], 0
    with open(path, "rb") as file:
        _demand_text(path, file.peek(40)[:40])
        for number, line in enumerate(file, start=1):
            parts = _decoded(path, number, line).rstrip().split(" ")
            if number == 1 and len(parts) == 2:
                continue  # some tools write the counts of words and columns first
            dimension = dimension or _dimension(path, number, parts)
            word = " ".join(parts[:-dimension])
            fits = len(parts) > dimension and not ENDS_IN_NUMBER.search(word)
            if fits and wanted is not None and word not in wanted:
                continue
            kept.append(word)
            rows.append(_numbers(path, number, parts, dimension))
    if not dimension:
        raise ValueError(f"{path} holds no vector: is it a GloVe text file?")
    return Glove(kept, np.array(rows, dtype=np.float32).reshape(-1, dimension))


def _demand_text(path: Path, start: bytes) -> None:
    """Raise `ValueError` where the first bytes of a file are those of no text."""
    for sign, kind in NO_TEXT.items():
        if start.startswith(sign):
            raise ValueError(f"{path}, line 1: this is {kind}, not a GloVe text file.")


def _decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}, line {number} is not UTF-8 (byte 0x{line[error.start]:02x}): it was saved in "
            "another encoding, such as Latin-1; save it as UTF-8, or get it again."
        ) from error


def _dimension(path: Path, number: int, parts: list[str]) -> int:
    """Return how many numbers the first vector has; raise `ValueError` where it has none."""
    if len(parts) < 3:
        words = " ".join(parts)[:30]
        raise ValueError(
            f"{path}, line {number} is not a word and its numbers ({words!r}): the file is of "
            "another format; get it again."
        )
    return len(parts) - 1


def _numbers(path: Path, number: int, parts: list[str], dimension: int) -> np.ndarray:
    word = " ".join(parts[:-dimension])
    try:
        vector = np.array(parts[-dimension:], dtype=np.float32)
    except ValueError:
        vector = np.zeros(0, np.float32)
    fits = len(vector) == dimension and word and not ENDS_IN_NUMBER.search(word)
    if not fits or not np.isfinite(vector).all():
        raise ValueError(
            f"{path}, line {number} is not a word and {dimension} numbers, as the first line is "
            f"(it has {len(parts)} columns): the file is cut short or of another format; get it "
            "again."
        )
    return vector


def whole_glove_dir() -> Path:
    """Return the folder that whole files of glove.6B are installed in: `data/glove`."""
    return made_dir() / "glove"


def best_glove_file(dimension: int | None = None) -> Path:
    """Return an installed whole file of glove.6B of that dimension, else the embedded slice.

    Raises `FileNotFoundError` where another dimension than the slice's 50 is asked for and
    no file of it is installed.
    """
    name = f"glove.6B.{dimension or 50}d.txt"
    for folder in (whole_glove_dir(), GLOVE):
        if (folder / name).is_file():
            return folder / name
    if dimension in (None, 50):
        return EMBEDDED_GLOVE
    raise FileNotFoundError(
        f"There is no {name} in {whole_glove_dir()}: install GloVe with `make flickr8k`, "
        "or ask for 50 dimensions, which come with the course."
    )


def nearest(
    glove: Glove, vector: np.ndarray, count: int = 5, exclude: Collection[str] = ()
) -> list[tuple[str, float]]:
    """Return the words whose vectors point most nearly the same way, with their cosines."""
    cosines = glove.directions @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
    order = np.argsort(-cosines, kind="stable")[: count + len(exclude)]
    found = [(glove.words[row], float(cosines[row])) for row in order]
    return [pair for pair in found if pair[0] not in exclude][:count]


def coverage(vocabulary: Vocabulary, glove: Glove) -> tuple[float, list[str]]:
    """Return the share, 0 to 1, of the vocabulary's words that have a vector, and the others."""
    words = vocabulary.words[len(MARKERS) :]
    missing = [word for word in words if word not in glove]
    return 1 - len(missing) / max(len(words), 1), missing


def embedding_matrix(vocabulary: Vocabulary, glove: Glove, seed: int = 0) -> np.ndarray:
    """Return the vectors in the order of the ids, `(len(vocabulary), dimension)` float32.

    Row 0, the padding, is zero. A word without a vector, and each marker, gets small random
    numbers of the spread that the known words have.
    """
    known = [word for word in vocabulary.words if word in glove]
    spread = float(np.std([glove[word] for word in known])) if known else 0.4
    rng = np.random.default_rng(seed)
    matrix = rng.normal(0.0, spread, (len(vocabulary), glove.dimension)).astype(np.float32)
    for index, word in enumerate(vocabulary.words):
        if word in glove:
            matrix[index] = glove[word]
    matrix[PAD] = 0.0
    return matrix
