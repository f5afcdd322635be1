"""Captions as numbers: padding, prefixes, and the batches of a training (chapters 4, 6 and 8).

A caption of n words gives n + 1 examples: `<start>` -> first word, `<start> first` -> second, ...,
the whole caption -> `<end>`. They are never written out one by one: an example is a row of the
caption matrix and a length, so that a dataset costs what its captions cost.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from utils.vocabulary import PAD, Vocabulary

WINDOW = 20  # batches among which photos are ordered by their longest caption


def pad_right(rows: Sequence[Sequence[int]], length: int | None = None) -> np.ndarray:
    """Return lists of ids as one matrix `(n, length)` int32, each filled with `PAD` on its right.

    `length` is that of the longest row where it is left out. Raises `ValueError` where a row is
    longer: cutting it is for the caller to decide.
    """
    longest = max(map(len, rows), default=0)
    length = longest if length is None else length
    if longest > length:
        raise ValueError(f"A row has {longest} ids, which do not fit in {length}; cut it first.")
    matrix = np.full((len(rows), length), PAD, dtype=np.int32)
    for row, ids in zip(matrix, rows, strict=True):
        row[: len(ids)] = ids
    return matrix


def prefixes_of(ids: Sequence[int]) -> list[tuple[list[int], int]]:
    """Return every prefix of a caption with the id that follows it: the examples it gives."""
    return [(list(ids[:length]), ids[length]) for length in range(1, len(ids))]


@dataclass(frozen=True)
class CaptionSequences:
    """Encoded captions.

    `tokens` `(n, t)` int32, padded right, `<start>` and `<end>` included; `lengths` `(n,)` int32;
    `image_index` `(n,)` int32, the row of each one's photo.
    """

    tokens: np.ndarray
    lengths: np.ndarray
    image_index: np.ndarray

    @property
    def prefix_count(self) -> int:
        """How many examples (prefix -> next word) the captions give."""
        return int((self.lengths - 1).sum())

    def __len__(self) -> int:
        return len(self.tokens)


def encode_captions(
    tokens: Iterable[Iterable[Sequence[str]]],
    vocabulary: Vocabulary,
    image_index: np.ndarray,
    longest: int | None = None,
) -> CaptionSequences:
    """Encode the captions of each image.

    `tokens`: per image, per caption, its tokens, read once, so that it may be an iterator;
    `image_index` `(images,)`: the images' rows. Captions of more than `longest` words are left out,
    never cut: a cut caption has no end to learn. Raises `ValueError` where there is no caption
    (left) or the two differ in length.
    """
    # Plain integers one after the other: lists of a large split's captions would fill the memory.
    ids, lengths, owners = array("i"), array("i"), array("i")
    for row, image in zip(image_index.tolist(), tokens, strict=True):
        for caption in image:
            if longest is None or len(caption) <= longest:
                encoded = vocabulary.encode(caption)
                ids.extend(encoded)
                lengths.append(len(encoded))
                owners.append(row)
    if not lengths:
        limit = "" if longest is None else f" of {longest} words at most"
        raise ValueError(f"There are no captions{limit} to encode: is the split empty?")
    counts = np.array(lengths, dtype=np.int32)
    matrix = np.full((len(counts), counts.max()), PAD, dtype=np.int32)
    matrix[np.arange(matrix.shape[1]) < counts[:, None]] = ids  # row after row
    return CaptionSequences(matrix, counts, np.array(owners, dtype=np.int32))


@dataclass(frozen=True)
class Batch:
    """Examples of one prefix length.

    `prefixes` `(b, t)` int32 without any padding; `labels` `(b,)` int32, an id each and never
    one-hot; `image_index` `(b,)` int32.
    """

    prefixes: np.ndarray
    labels: np.ndarray
    image_index: np.ndarray


Rows = tuple[np.ndarray, int]


def length_batches(
    sequences: CaptionSequences, batch_size: int, seed: int | None = None, epoch: int = 0
) -> list[Rows]:
    """Return the batches of an epoch, each as `(caption rows (b,), prefix length)`.

    All prefixes of a batch have the same length, so no step is spent on padding and no mask is
    needed. The order is drawn anew for each `(seed, epoch)`; without a seed nothing is shuffled.
    """
    rng = None if seed is None else np.random.default_rng([seed, epoch])
    batches = []
    for length in range(1, int(sequences.lengths.max())):
        rows = np.flatnonzero(sequences.lengths > length).astype(np.int32)
        if rng is not None:
            rng.shuffle(rows)
        cuts = range(0, len(rows), batch_size)
        batches += [(rows[start : start + batch_size], length) for start in cuts]
    if rng is not None:
        rng.shuffle(batches)
    return batches


def make_batch(sequences: CaptionSequences, rows: np.ndarray, length: int) -> Batch:
    """Return the examples that a pair of `length_batches` names."""
    prefixes = np.ascontiguousarray(sequences.tokens[rows, :length])
    return Batch(prefixes, sequences.tokens[rows, length], sequences.image_index[rows])


def batches(sequences: CaptionSequences, plan: Sequence[Rows]) -> Iterator[Batch]:
    """Yield the examples of each batch of a plan, one batch in memory at a time."""
    for rows, length in plan:
        yield make_batch(sequences, rows, length)


def photo_batches(
    sequences: CaptionSequences, batch_size: int, seed: int | None = None, epoch: int = 0
) -> list[np.ndarray]:
    """Return the steps of an epoch, each the rows of `batch_size` photos, int32.

    Photos whose longest captions are alike come together, so that little is padded; which do is
    drawn anew for each `(seed, epoch)`. Without a seed nothing is shuffled.
    """
    photos, owner = np.unique(sequences.image_index, return_inverse=True)
    longest = np.zeros(len(photos), dtype=np.int32)
    np.maximum.at(longest, owner, sequences.lengths)
    rng = None if seed is None else np.random.default_rng([seed, epoch])
    order = np.arange(len(photos)) if rng is None else rng.permutation(len(photos))
    steps: list[np.ndarray] = []
    for start in range(0, len(order), WINDOW * batch_size):
        window = order[start : start + WINDOW * batch_size]
        window = window[np.argsort(longest[window], kind="stable")]
        cuts = range(0, len(window), batch_size)
        steps += [photos[window[cut : cut + batch_size]].astype(np.int32) for cut in cuts]
    return steps if rng is None else [steps[place] for place in rng.permutation(len(steps))]


class CaptionsOfPhotos:
    """The captions of photos, found by the photos' rows."""

    def __init__(self, sequences: CaptionSequences) -> None:
        self.sequences = sequences
        self.rows_of: dict[int, list[int]] = {}
        for row, image in enumerate(sequences.image_index.tolist()):
            self.rows_of.setdefault(image, []).append(row)

    def of(self, photos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the captions `(c, t)` of some photos, no wider than need be, and their owners.

        An owner is a place in `photos`, `(c,)` int32.
        """
        found = [self.rows_of[int(photo)] for photo in photos]
        rows = [row for of_one in found for row in of_one]
        owners = [place for place, of_one in enumerate(found) for _ in of_one]
        width = int(self.sequences.lengths[rows].max())
        return self.sequences.tokens[rows, :width], np.array(owners, dtype=np.int32)
