"""Baselines for BLEU: captions that ignore the photo, and captions by people (chapter 7).

The same caption for every photo, and good captions handed to the wrong photos, both score more than
one would think. What a model scores above them, it owes to the photos.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from utils.bleu import ORDERS, Bleu, Caption, allowance, bleu, bleu_scores, check_captions, ngrams


def constant_caption(train_tokens: Sequence[Sequence[Caption]]) -> list[str]:
    """Return the training caption that scores most when every training photo is given it.

    Every distinct training caption is tried, and scored exactly: the geometric mean of BLEU-1 to
    BLEU-4 of the one caption for all training images against all their captions. (The best by
    BLEU-1 alone is poor in BLEU-4, and the other way round.) Equal scores go to the shorter
    caption, then to the first in alphabetical order. `train_tokens`: for each image a list of
    captions, each a list of tokens. Raises as `bleu` does.

    30,000 captions on 6,000 images take seconds, because the images need to be counted only once:
    an n-gram that occurs c times in the caption finds, in all images together, as many partners
    as there are images that have it once or more, twice or more, ... up to c times.
    """
    check_captions(train_tokens)
    images = _images_with(train_tokens)
    closest = _closest_lengths(train_tokens)
    candidates = {tuple(caption) for captions in train_tokens for caption in captions}

    def statistics(caption: tuple[str, ...]) -> list[float]:
        found = [
            sum(
                images.get((gram, time), 0)
                for gram, count in ngrams(caption, size).items()
                for time in range(1, count + 1)
            )
            for size in range(1, ORDERS + 1)
        ]
        written = [max(len(caption) - size, 1) for size in range(ORDERS)]
        written = [count * len(train_tokens) for count in written]
        return [*found, *written, len(caption) * len(train_tokens), closest[len(caption)]]

    ordered = sorted(candidates, key=lambda caption: (len(caption), caption))
    scores = bleu_scores(np.array([statistics(caption) for caption in ordered]))
    # Where no caption finds a 4-gram (few images), the other orders still decide.
    means = np.log(np.maximum(scores, 1e-9)).mean(axis=1)
    return list(ordered[int(means.argmax())])


def constant_baseline(
    references: Sequence[Sequence[Caption]], train_tokens: Sequence[Sequence[Caption]]
) -> Bleu:
    """Return BLEU of the one `constant_caption` of the training captions for every image."""
    return bleu(references, [constant_caption(train_tokens)] * len(references))


def shuffled_baseline(
    references: Sequence[Sequence[Caption]], hypotheses: Sequence[Caption], seed: int = 0
) -> Bleu:
    """Return BLEU of the same captions, each handed to the photo of another image.

    No caption stays with its own image. Raises `ValueError` for a single image.
    """
    check_captions(references, hypotheses)
    if len(references) < 2:
        raise ValueError("One caption cannot be shuffled: give two images or more.")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(references))
    shuffled: list[Caption] = [()] * len(references)
    # One cycle through all images: everyone passes the caption on, nobody keeps it.
    for image, giver in zip(order, np.roll(order, 1), strict=True):
        shuffled[image] = hypotheses[giver]
    return bleu(references, shuffled)


def human_row(references: Sequence[Sequence[Caption]]) -> Bleu:
    """Return BLEU of people: each reference in turn is scored against the others of its image.

    The mean over the turns (five for five references), of scores, precisions, penalty and length
    ratio. People have one reference fewer to agree with than a model has, so that their score is
    a little lower than it would be. Raises `ValueError` where no image has two references.
    """
    check_captions(references)
    turns = max(len(captions) for captions in references)
    if turns < 2:
        raise ValueError("A human row needs two captions or more for an image.")
    rows = []
    for turn in range(turns):
        held = [captions for captions in references if len(captions) > max(turn, 1)]
        others = [[*captions[:turn], *captions[turn + 1 :]] for captions in held]
        rows.append(bleu(others, [captions[turn] for captions in held]))
    return Bleu(
        scores=tuple(np.mean([row.scores for row in rows], axis=0).tolist()),
        precisions=tuple(np.mean([row.precisions for row in rows], axis=0).tolist()),
        brevity_penalty=float(np.mean([row.brevity_penalty for row in rows])),
        length_ratio=float(np.mean([row.length_ratio for row in rows])),
    )


def distinct_captions(hypotheses: Sequence[Caption]) -> int:
    """Return how many different captions there are."""
    return len({tuple(hypothesis) for hypothesis in hypotheses})


def copied_share(hypotheses: Sequence[Caption], train_tokens: Sequence[Sequence[Caption]]) -> float:
    """Return the share, 0 to 1, of captions that stand in the training data word by word."""
    known = {tuple(caption) for captions in train_tokens for caption in captions}
    return sum(tuple(h) in known for h in hypotheses) / max(len(hypotheses), 1)


def _images_with(
    references: Sequence[Sequence[Caption]],
) -> Counter[tuple[tuple[str, ...], int]]:
    """Return for (n-gram, c) in how many images one caption has the n-gram c times or more."""
    images: Counter[tuple[tuple[str, ...], int]] = Counter()
    for captions in references:
        most = allowance(captions).items()
        images.update((gram, time) for gram, count in most for time in range(1, count + 1))
    return images


def _closest_lengths(references: Sequence[Sequence[Caption]]) -> np.ndarray:
    """Return for each length the sum over images of the closest reference's length."""
    lengths = [sorted({len(caption) for caption in captions}) for captions in references]
    longest = max(found[-1] for found in lengths)
    counted = Counter(map(tuple, lengths))
    sums = np.zeros(longest + 1)
    for found, count in counted.items():
        for length in range(longest + 1):
            sums[length] += count * min(found, key=lambda other: abs(other - length))
    return sums
