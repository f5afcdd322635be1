"""BLEU on lists of tokens with all references (chapter 7).

The score is that of `nltk.translate.bleu_score.corpus_bleu`. The counts are kept for each image, so
that all four orders, and the interval of a bootstrap, come from counting once. Input that inflates
BLEU without warning is refused: sentences as strings, whose letters would be compared, and markers
such as `<start>`, which are always "right".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from nltk.translate.bleu_score import closest_ref_length

from utils.vocabulary import MARKERS

ORDERS = 4
AT_ONCE = 50  # samples of a bootstrap in memory, a number for each image in each
UNKNOWN_WORD = MARKERS[3]
# The markers of this course and those that public tutorials write into captions.
FRAMES = frozenset({*MARKERS[:3], "startseq", "endseq", "<s>", "</s>", "<sos>", "<bos>", "<eos>"})

Caption = Sequence[str]


@dataclass(frozen=True)
class Bleu:
    """BLEU of a whole list of captions.

    `scores`: BLEU-1 to BLEU-4, 0 to 100. `precisions`: the clipped n-gram precisions of order 1
    to 4, 0 to 1. `brevity_penalty`: 0 to 1. `length_ratio`: words written over words in the
    references closest in length; below 1 is what the penalty punishes.
    """

    scores: tuple[float, float, float, float]
    precisions: tuple[float, float, float, float]
    brevity_penalty: float
    length_ratio: float

    @property
    def bleu_1(self) -> float:
        """BLEU-1, 0 to 100."""
        return self.scores[0]

    @property
    def bleu_2(self) -> float:
        """BLEU-2, 0 to 100."""
        return self.scores[1]

    @property
    def bleu_3(self) -> float:
        """BLEU-3, 0 to 100."""
        return self.scores[2]

    @property
    def bleu_4(self) -> float:
        """BLEU-4, 0 to 100."""
        return self.scores[3]

    def __str__(self) -> str:
        scores = " / ".join(f"{score:.1f}" for score in self.scores)
        return f"BLEU-1..4 {scores}, length ratio {self.length_ratio:.2f}"


def strip_markers(tokens: Iterable[str]) -> list[str]:
    """Return the words of a caption up to its first end marker, without any other marker.

    `<unk>` stays: it stands for a word, and counts as a wrong one.
    """
    words = []
    for token in tokens:
        if token in ("<end>", "endseq", "</s>", "<eos>"):
            break
        if token not in FRAMES:
            words.append(token)
    return words


def ngrams(caption: Caption, size: int) -> Counter[tuple[str, ...]]:
    """Return how often each run of `size` words occurs in a caption."""
    return Counter(zip(*(caption[start:] for start in range(size)), strict=False))


def allowance(references: Sequence[Caption]) -> Counter[tuple[str, ...]]:
    """Return for each n-gram of order 1 to 4 the most times that any one reference has it.

    A caption that repeats an n-gram more often is not paid for the rest: its count is clipped.
    """
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        for size in range(1, ORDERS + 1):
            for gram, count in ngrams(reference, size).items():  # `most |= ...` looks at all of it
                if count > most.get(gram, 0):
                    most[gram] = count
    return most


def caption_statistics(
    caption: Caption, references: Sequence[Caption], allowed: Counter[tuple[str, ...]]
) -> list[int]:
    """Return what BLEU counts in one caption: 10 numbers, the columns of `bleu_statistics`.

    `allowed`: the `allowance` of the references. A caption too short for an n-gram counts none.
    """
    counts = [ngrams(caption, size) for size in range(1, ORDERS + 1)]
    found = [(count & allowed).total() for count in counts]
    written = [count.total() for count in counts]
    return [*found, *written, len(caption), closest_ref_length(references, len(caption))]


def bleu(references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption]) -> Bleu:
    """Return BLEU-1 to BLEU-4 of one caption an image against all its references.

    `references`: for each image a list of captions, each a list of tokens; `hypotheses`: for each
    image one list of tokens. Raises `TypeError` for a sentence where a list of tokens belongs,
    `ValueError` for markers, for lists of different length and for images without a reference.
    """
    return bleu_from_statistics(bleu_statistics(references, hypotheses))


def bleu_statistics(
    references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption]
) -> np.ndarray:
    """Return what BLEU counts, `(images, 10)` int64; sums of rows give BLEU of those images.

    Columns: n-grams found in a reference (clipped) of order 1 to 4, n-grams written of order 1
    to 4, words written, words of the closest reference. As nltk does, a caption too short for an
    n-gram counts as one that was not found. Raises as `bleu` does.
    """
    check_captions(references, hypotheses)
    pairs = zip(references, hypotheses, strict=True)
    rows = np.array(
        [caption_statistics(caption, several, allowance(several)) for several, caption in pairs],
        dtype=np.int64,
    )
    written = rows[:, ORDERS : 2 * ORDERS]
    np.maximum(written, 1, out=written)
    return rows


def bleu_from_statistics(statistics: np.ndarray) -> Bleu:
    """Return BLEU of the images whose rows of `bleu_statistics` are given."""
    sums = statistics.sum(axis=0)
    written, wanted = sums[-2:]
    return Bleu(
        scores=tuple(bleu_scores(sums[None])[0].tolist()),
        precisions=tuple((sums[:ORDERS] / np.maximum(sums[ORDERS : 2 * ORDERS], 1)).tolist()),
        brevity_penalty=float(_brevity_penalties(sums[None])[0]),
        length_ratio=float(written / wanted) if wanted else 0.0,
    )


def bleu_scores(sums: np.ndarray) -> np.ndarray:
    """Return BLEU-1 to BLEU-4, `(n, 4)`, 0 to 100, of n sums of statistics, `(n, 10)`."""
    found, written = sums[:, :ORDERS], np.maximum(sums[:, ORDERS : 2 * ORDERS], 1)
    logs = np.log(np.where(found > 0, found / written, 1.0))
    means = np.cumsum(logs, axis=1) / np.arange(1, ORDERS + 1)  # the weights sum to 1
    nothing = np.cumsum(found == 0, axis=1) > 0  # one precision of 0 makes the product 0
    return 100 * _brevity_penalties(sums)[:, None] * np.where(nothing, 0.0, np.exp(means))


def bootstrap(
    references: Sequence[Sequence[Caption]],
    hypotheses: Sequence[Caption],
    samples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> np.ndarray:
    """Return the interval of each of BLEU-1 to BLEU-4, `(4, 2)` float64, 0 to 100.

    Images are drawn with replacement as often as there are images, `samples` times (Koehn 2004);
    the interval leaves out the same share at both ends. Raises as `bleu` does.
    """
    return bootstrap_statistics(bleu_statistics(references, hypotheses), samples, seed, confidence)


def bootstrap_statistics(
    statistics: np.ndarray, samples: int = 1000, seed: int = 0, confidence: float = 0.95
) -> np.ndarray:
    """Return what `bootstrap` returns, from rows of `bleu_statistics`."""
    if samples < 1 or not 0 < confidence < 1:
        raise ValueError("samples must be 1 or more, and confidence between 0 and 1.")
    rng = np.random.default_rng(seed)
    images, sums = len(statistics), []
    for start in range(0, samples, AT_ONCE):
        # How often each image is drawn, (n, images): sums are then one product of matrices.
        size = (min(AT_ONCE, samples - start),)
        drawn = rng.multinomial(images, np.full(images, 1 / images), size)
        sums.append(drawn.astype(np.float64) @ statistics)
    scores = bleu_scores(np.concatenate(sums))
    tail = (1 - confidence) / 2
    return np.quantile(scores, [tail, 1 - tail], axis=0).T


def check_captions(
    references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption] | None = None
) -> None:
    """Raise `TypeError` or `ValueError`, with a sentence, for captions that would mislead."""
    if isinstance(references, str | dict) or isinstance(hypotheses, str | dict):
        raise TypeError("Give lists with one entry an image, in the same order for both.")
    if hypotheses is not None and len(references) != len(hypotheses):
        raise ValueError(
            f"There are references of {len(references)} images and captions of "
            f"{len(hypotheses)}: give one caption for each image."
        )
    if not len(references):
        raise ValueError("There are no captions to score: give one image or more.")
    for image, captions in enumerate(references):
        where = f"The references of image {image}"
        if isinstance(captions, str) or any(isinstance(caption, str) for caption in captions):
            raise TypeError(
                f"{where} must be a list of captions, each a list of tokens, not text: BLEU "
                "would compare letters. Use clean_caption."
            )
        if not len(captions) or not all(len(caption) for caption in captions):
            raise ValueError(f"{where} are empty: leave the image out, or give it a caption.")
        for caption in captions:
            _check_tokens(where, caption, FRAMES | {UNKNOWN_WORD})
    for image, hypothesis in enumerate(hypotheses if hypotheses is not None else ()):
        where = f"The caption of image {image}"
        if isinstance(hypothesis, str):
            raise TypeError(
                f"{where} is text: BLEU would compare letters. Give a list of tokens, such as "
                "clean_caption returns."
            )
        _check_tokens(where, hypothesis, FRAMES)


def _check_tokens(where: str, tokens: Caption, refused: frozenset[str]) -> None:
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"{where}: {token!r} is no word; turn ids into words first.")
        if token in refused:
            raise ValueError(
                f"{where} contains the marker {token}, which is always right and lifts the "
                "score: use strip_markers on captions, and the raw captions as references."
            )
        if not token or any(character.isspace() for character in token):
            raise ValueError(
                f"{where}: the token {token!r} is not one word; split it by clean_caption."
            )


def _brevity_penalties(sums: np.ndarray) -> np.ndarray:
    written, wanted = sums[:, -2], sums[:, -1]
    penalties = np.exp(np.minimum(0.0, 1 - wanted / np.maximum(written, 1)))
    return np.where(written > 0, penalties, 0.0)
