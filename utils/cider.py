"""CIDEr-D, and the reward of a sampled caption that is made of it (chapter 8).

CIDEr-D is agreement with the references where rare words count more: Vedantam, Zitnick and Parikh
(2015), "CIDEr: Consensus-based image description evaluation", in the version D of the COCO
evaluation server. A caption is a vector of its n-grams (n = 1 to 4), each weighted by how often it
stands there and how few photos have it; the score is the cosine with each reference's vector, with
repeated n-grams clipped and other lengths punished (sigma 6), times 10.

The reward adds BLEU, written as a sum over captions. BLEU is a score of a whole list: a ratio of
sums over all captions. A single caption has no BLEU, and smoothing its zeros, the usual way out,
rewards short captions. Instead one can ask by how much the BLEU of the list changes when the counts
of one caption change, which is a derivative:

    log BLEU-4 = mean over n of log(m_n / t_n) + min(0, 1 - r / c)

    a caption's worth = mean over n of (m_n / M_n - t_n / T_n) + brevity

where m_n is the number of its n-grams that are found (clipped), t_n the number that it has, and the
capitals are the current means over captions. A superfluous word costs what it costs in BLEU, and
where the list is too short, the brevity penalty pays for length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.bleu import (
    ORDERS,
    Caption,
    allowance,
    bleu_scores,
    caption_statistics,
    check_captions,
    ngrams,
)
from utils.sequences import CaptionSequences, CaptionsOfPhotos
from utils.vocabulary import END, PAD

SIGMA = 6.0
SIZES = range(1, ORDERS + 1)
COLUMNS = 2 * ORDERS + 2  # as in `bleu_statistics`


@dataclass(frozen=True)
class _Vector:
    """A caption: weights by n-gram for each order, their norms, and its number of bigrams."""

    weights: list[dict[tuple[str, ...], float]]
    norms: list[float]
    length: int


class CiderD:
    """CIDEr-D against fixed references, prepared once: a metric, and a reward in training.

    `references`: for each image a list of captions, each a list of tokens. `corpus`: the
    captions, by image, from which is counted how many photos have an n-gram; the references
    themselves where left out. Give the training captions as corpus when there are few
    references, because with one image every weight is 0. `keep`: keep the vectors of the
    references, about 5 kB each, for images that come again. Raises as `utils.bleu.bleu` does.
    """

    def __init__(
        self,
        references: Sequence[Sequence[Caption]],
        corpus: Sequence[Sequence[Caption]] | None = None,
        keep: bool = True,
    ) -> None:
        check_captions(references)
        if corpus is not None:
            check_captions(corpus)
        corpus = references if corpus is None else corpus
        self.documents: Counter[tuple[str, ...]] = Counter()
        for captions in corpus:
            counts = (ngrams(caption, size) for caption in captions for size in SIZES)
            self.documents.update(set().union(*counts))
        self.log_images = math.log(len(corpus))
        self.references = references
        self._kept = [self._vectors(captions) for captions in references] if keep else None

    def __len__(self) -> int:
        return len(self.references)

    def score(
        self, image_index: int | Sequence[int] | np.ndarray, hypotheses: Sequence[Caption]
    ) -> np.ndarray:
        """Return the score of each caption, `(n,)` float64, 0 to 10.

        `image_index` is the image of each caption, or one image for all of them. Markers are not
        looked for here, since training calls this thousands of times: strip them.
        """
        images = np.broadcast_to(np.asarray(image_index), (len(hypotheses),))
        if any(isinstance(hypothesis, str) for hypothesis in hypotheses):
            raise TypeError("A caption is text: give a list of tokens.")
        return np.array(
            [
                self._score(self._of(image), self._vector(hypothesis))
                for image, hypothesis in zip(images.tolist(), hypotheses, strict=True)
            ],
            dtype=np.float64,
        )

    def _of(self, image: int) -> list[_Vector]:
        """Return the vectors of an image's references."""
        return self._vectors(self.references[image]) if self._kept is None else self._kept[image]

    def _vectors(self, captions: Sequence[Caption]) -> list[_Vector]:
        return [self._vector(caption) for caption in captions]

    def _vector(self, caption: Caption) -> _Vector:
        weights = []
        for size in SIZES:
            weights.append(
                {
                    gram: count * (self.log_images - math.log(max(self.documents[gram], 1)))
                    for gram, count in ngrams(caption, size).items()
                }
            )
        norms = [math.sqrt(sum(value * value for value in found.values())) for found in weights]
        # The reference implementation compares numbers of bigrams; so does this one.
        return _Vector(weights, norms, max(len(caption) - 1, 0))

    def _score(self, references: list[_Vector], hypothesis: _Vector) -> float:
        total = 0.0
        for reference in references:
            agreement = 0.0
            for order in range(ORDERS):
                norm = hypothesis.norms[order] * reference.norms[order]
                if norm:
                    theirs = reference.weights[order]
                    # Clipping: to say a word more often than the reference brings nothing.
                    shared = sum(
                        min(value, theirs[gram]) * theirs[gram]
                        for gram, value in hypothesis.weights[order].items()
                        if gram in theirs
                    )
                    agreement += shared / norm
            difference = hypothesis.length - reference.length
            total += agreement * math.exp(-(difference**2) / (2 * SIGMA**2))
        return 10 * total / (ORDERS * len(references))


def cider_d(
    references: Sequence[Sequence[Caption]],
    hypotheses: Sequence[Caption],
    corpus: Sequence[Sequence[Caption]] | None = None,
) -> tuple[float, np.ndarray]:
    """Return CIDEr-D of a list of captions, and of each of them `(n,)` float64, 0 to 10.

    The first is the mean of the second. Published tables show it times 100 (0.94 as 94.0), as
    `score_table` does. `references`, `hypotheses` and errors as in `utils.bleu.bleu`, `corpus` as
    in `CiderD`.
    """
    check_captions(references, hypotheses)
    scores = CiderD(references, corpus, keep=False).score(range(len(hypotheses)), hypotheses)
    return float(scores.mean()), scores


# The reward


class BleuCounter:
    """The statistics of BLEU of single captions against fixed references, prepared once.

    `references`: for each image a list of captions, each a list of tokens or of ids.
    """

    def __init__(self, references: Sequence[Sequence[Caption]]) -> None:
        self.references = references
        self.allowed = [allowance(captions) for captions in references]

    def statistics(self, images: Sequence[int], hypotheses: Sequence[Caption]) -> np.ndarray:
        """Return the rows of `bleu_statistics`, `(n, 10)` float64, one for each caption.

        Unlike nltk, a caption too short for an n-gram counts none, and not one that was not found:
        a reward should not pay for that.
        """
        rows = [
            caption_statistics(caption, self.references[image], self.allowed[image])
            for image, caption in zip(images, hypotheses, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, COLUMNS)


def bleu_worth(rows: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Return how each caption changes log BLEU-4 of the list, `(n,)`; see the module.

    `rows` `(n, 10)` as `BleuCounter.statistics` gives them, `means` `(10,)` the current means over
    captions. The sum over a list whose means these are is 0: it is a change, not a score.
    """
    means = np.maximum(means, 1e-3)
    found, written = slice(0, ORDERS), slice(ORDERS, 2 * ORDERS)
    precision = (rows[:, found] / means[found] - rows[:, written] / means[written]).mean(axis=1)
    length, wanted = means[-2:]
    if length >= wanted:
        return precision
    brevity = wanted / length * (rows[:, -2] / length - rows[:, -1] / wanted)
    return precision + brevity


class Reward:
    """A weighted sum of CIDEr-D and BLEU of captions, against fixed references.

    `references`: for each image a list of captions, each a list of tokens. `bleu_weight` times
    `bleu_worth` is added to CIDEr-D, which is 0 to 10 and about 0.5 on average.
    """

    def __init__(self, references: Sequence[Sequence[Caption]], bleu_weight: float = 1.0) -> None:
        self.cider = CiderD(references)
        self.counter = BleuCounter(references)
        self.bleu_weight = bleu_weight

    def __call__(
        self, images: Sequence[int], hypotheses: Sequence[Caption], means: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rewards `(n,)` and the captions' statistics `(n, 10)`, for the next means."""
        rows = self.counter.statistics(images, hypotheses)
        cider = self.cider.score(images, hypotheses)
        return cider + self.bleu_weight * bleu_worth(rows, means), rows

    def of_list(self, images: Sequence[int], hypotheses: Sequence[Caption]) -> float:
        """Return the reward of a whole list: log BLEU-4 stands where a caption has its worth."""
        sums = self.counter.statistics(images, hypotheses).sum(axis=0)
        log_bleu = math.log(max(bleu_scores(sums[None])[0, -1] / 100, 1e-6))
        return float(self.cider.score(images, hypotheses).mean() + self.bleu_weight * log_bleu)


def reward_of(sequences: CaptionSequences, bleu_weight: float) -> tuple[Reward, dict[int, int]]:
    """Return the reward against captions as ids, and the place of each photo's row in it."""
    rows_of = CaptionsOfPhotos(sequences).rows_of
    references = [words_of(sequences.tokens[rows, 1:]) for rows in rows_of.values()]
    return Reward(references, bleu_weight), {row: place for place, row in enumerate(rows_of)}


def words_of(ids: np.ndarray) -> list[list[str]]:
    """Return rows of ids `(n, t)` as tokens without `<end>` and padding; a token is an id as text.

    A reward only compares words, so nobody needs to look them up.
    """
    return [[str(word) for word in row if word not in (PAD, END)] for row in ids.tolist()]
