"""The reward of a sampled caption: CIDEr-D, and BLEU written as a sum over captions (chapter 8).

BLEU is a score of a whole list: a ratio of sums over all captions. A single caption has no BLEU,
and smoothing its zeros, the usual way out, rewards short captions. Instead one can ask by how much
the BLEU of the list changes when the counts of one caption change, which is a derivative:

    log BLEU-4 = mean over n of log(m_n / t_n) + min(0, 1 - r / c)

    a caption's worth = mean over n of (m_n / M_n - t_n / T_n) + brevity

where m_n is the number of its n-grams that are found (clipped), t_n the number that it has, and the
capitals are the current means over captions. A superfluous word costs what it costs in BLEU, and
where the list is too short, the brevity penalty pays for length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from utils.bleu import ORDERS, Caption, allowance, caption_statistics
from utils.cider import CiderD

COLUMNS = 2 * ORDERS + 2  # as in `bleu_statistics`


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
