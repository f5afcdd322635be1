"""METEOR: words that match by stem or as synonyms count too, where WordNet is at hand.

Lavie and Agarwal (2007), "Meteor: An Automatic Metric for MT Evaluation with High Levels of
Correlation with Human Judgments", by `nltk.translate.meteor_score`. Published tables of captioning
use the later program METEOR 1.5, with other weights and paraphrases: those numbers are lower, so
compare METEOR between rows of one table only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from utils.bleu import Caption, check_captions

HOW_TO_GET = "python -m nltk.downloader wordnet"


def wordnet_at_hand() -> bool:
    """Return whether nltk finds its WordNet data, which is not part of the package."""
    from nltk.corpus import wordnet

    try:
        wordnet.ensure_loaded()
    except (LookupError, OSError):
        return False
    return True


def meteor(
    references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption]
) -> tuple[float, np.ndarray]:
    """Return METEOR, 0 to 1: the mean over images and the score of each, `(images,)` float64.

    An image's score is that of its closest reference. Raises as `utils.bleu.bleu` does, and
    `LookupError` where `wordnet_at_hand()` is false.
    """
    from nltk.translate.meteor_score import meteor_score

    check_captions(references, hypotheses)
    if not wordnet_at_hand():
        raise LookupError(f"METEOR needs nltk's WordNet data: get it by `{HOW_TO_GET}`.")
    pairs = zip(references, hypotheses, strict=True)
    scores = np.array([meteor_score(captions, hypothesis) for captions, hypothesis in pairs])
    return float(scores.mean()), scores
