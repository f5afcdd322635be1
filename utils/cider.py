"""CIDEr-D: agreement with the references where rare words count more (chapter 8).

Vedantam, Zitnick and Parikh (2015), "CIDEr: Consensus-based image description evaluation", in the
version D of the COCO evaluation server: a caption is a vector of its n-grams (n = 1 to 4), each
weighted by how often it stands there and how few photos have it; the score is the cosine with each
reference's vector, with repeated n-grams clipped and other lengths punished (sigma 6), times 10.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.bleu import ORDERS, Caption, check_captions, ngrams

SIGMA = 6.0
SIZES = range(1, ORDERS + 1)


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
    references, because with one image every weight is 0. Raises as `utils.bleu.bleu` does.
    """

    def __init__(
        self,
        references: Sequence[Sequence[Caption]],
        corpus: Sequence[Sequence[Caption]] | None = None,
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
        self.references = [[self._vector(caption) for caption in found] for found in references]

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
                self._score(self.references[image], self._vector(hypothesis))
                for image, hypothesis in zip(images.tolist(), hypotheses, strict=True)
            ],
            dtype=np.float64,
        )

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
    scores = CiderD(references, corpus).score(range(len(hypotheses)), hypotheses)
    return float(scores.mean()), scores
