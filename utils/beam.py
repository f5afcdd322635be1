"""Beam search: several prefixes of each caption at once, all images together (chapter 7).

It works against a function `next_word(images, prefixes)`. As in `utils.decoding`, a caption has one
word or more and none of the markers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.decoding import MAX_LENGTH, NextWord, allowed_words, check_images, top_words
from utils.vocabulary import END, START


@dataclass(frozen=True)
class Hypothesis:
    """A caption that a beam search found.

    `ids`: its words without markers. `log_prob`: the sum of the log-probabilities (nats) of its
    words and, where it ended, of `<end>`. `score`: `log_prob / length ** length_penalty`, where
    the length counts `<end>`. `finished`: False where it was cut at the maximum length.
    """

    ids: list[int]
    log_prob: float
    score: float
    finished: bool


def beam_search(
    next_word: NextWord,
    images: Sequence[int],
    beam_width: int = 3,
    max_length: int = MAX_LENGTH,
    length_penalty: float = 1.0,
    count: int = 1,
) -> list[list[Hypothesis]]:
    """Return for each image its `count` best captions, best first (fewer where fewer exist).

    Each step keeps the `beam_width` most probable prefixes. A caption is finished when its `<end>`
    is among the `beam_width` best continuations; an image is done after `beam_width` finished
    captions, or as soon as no live prefix can still beat the best `count` of them. Captions that
    were cut at `max_length` words come last, so that there always is one. Width 1 is `greedy`.

    `length_penalty` 0 compares log-probabilities, which favours short captions; 1 compares their
    mean over the words. Raises `ValueError` for settings that make no sense or for NaN.
    """
    images = check_images(images, max_length)
    if beam_width < 1:
        raise ValueError(f"beam_width is {beam_width}; it must be 1 or more.")
    beams = _Beams(len(images), beam_width, count, length_penalty)
    for step in range(max_length):
        if len(beams.active):
            beams.grow(next_word, images[beams.active])
            beams.stop(shortest=step + 2, longest=max_length)
    return beams.best()


class _Beams:
    """The live prefixes of all images, and the captions that have ended.

    `active` `(n,)`: the images still being decoded; `prefixes` `(n, beams, length)` int32; `totals`
    `(n, beams)` float64, their log-probabilities, -infinity where an image has fewer beams.
    """

    def __init__(self, images: int, width: int, count: int, penalty: float) -> None:
        self.width, self.count, self.penalty = width, count, penalty
        self.done: list[list[Hypothesis]] = [[] for _ in range(images)]
        self.active = np.arange(images)
        self.prefixes = np.full((images, 1, 1), START, dtype=np.int32)
        self.totals = np.zeros((images, 1))

    def grow(self, next_word: NextWord, images: np.ndarray) -> None:
        """Add a word to every prefix and keep the best; note the captions that end with it."""
        values, parents, ids = self._continuations(next_word, images)
        ends = (ids == END) & np.isfinite(values)
        for row, rank in np.argwhere(ends[:, : self.width]):
            words = self.prefixes[row, parents[row, rank], 1:].tolist()
            self._note(self.active[row], words, values[row, rank], finished=True)
        values = np.where(ends, -np.inf, values)
        live = np.isfinite(values)
        beams = min(self.width, int(live.sum(axis=1).max(initial=1)))
        order = np.argsort(~live, axis=1, kind="stable")[:, :beams]  # live ones first, best first
        self.totals, parents, ids = (
            np.take_along_axis(array, order, axis=1) for array in (values, parents, ids)
        )
        longer = np.take_along_axis(self.prefixes, parents[:, :, None], axis=1)
        self.prefixes = np.concatenate([longer, ids[:, :, None]], axis=2)

    def _continuations(
        self, next_word: NextWord, images: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the `2 * width` best continuations of each image, best first.

        Log-probabilities (float64), parent beams and ids, each `(images, continuations)`. Twice
        the width, because up to `width` of them may be `<end>`, and `width` should live on.
        """
        live = np.isfinite(self.totals)  # (images, beams): only these are asked about
        rows = np.broadcast_to(images[:, None], live.shape)[live]
        asked = next_word(rows, self.prefixes[live])
        ids, values = top_words(allowed_words(asked, self.prefixes.shape[2] - 1), 2 * self.width)
        each = ids.shape[1]
        all_ids = np.zeros((*live.shape, each), dtype=np.int32)
        all_values = np.full((*live.shape, each), -np.inf)
        all_ids[live] = ids
        all_values[live] = self.totals[live][:, None] + values
        all_ids, all_values = (array.reshape(len(images), -1) for array in (all_ids, all_values))
        order = np.argsort(-all_values, axis=1, kind="stable")[:, : 2 * self.width]
        ids, values = (np.take_along_axis(array, order, axis=1) for array in (all_ids, all_values))
        return values, order // each, ids

    def stop(self, shortest: int, longest: int) -> None:
        """Drop the images that are done; `shortest` and `longest`: what a prefix may become."""
        best = self.totals.max(axis=1)
        reachable = np.maximum(best / shortest**self.penalty, best / longest**self.penalty)
        going = np.array(
            [
                len(self.done[image]) < self.width and bound > self._to_beat(image)
                for image, bound in zip(self.active, reachable, strict=True)
            ]
        )
        self.active, self.prefixes = self.active[going], self.prefixes[going]
        self.totals = self.totals[going]

    def _to_beat(self, image: int) -> float:
        """Return the score of the worst caption that would be returned now."""
        scores = sorted((hypothesis.score for hypothesis in self.done[image]), reverse=True)
        return scores[self.count - 1] if len(scores) >= self.count else -np.inf

    def _note(self, image: int, ids: list[int], log_prob: float, finished: bool) -> None:
        score = float(log_prob) / (len(ids) + finished) ** self.penalty
        self.done[image].append(Hypothesis(ids, float(log_prob), score, finished))

    def best(self) -> list[list[Hypothesis]]:
        """Return each image's best captions; those that were cut come last."""
        for image, prefixes, totals in zip(self.active, self.prefixes, self.totals, strict=True):
            for prefix, total in zip(prefixes, totals, strict=True):
                if np.isfinite(total):
                    self._note(image, prefix[1:].tolist(), total, finished=False)
        return [
            sorted(found, key=lambda h: (not h.finished, -h.score))[: self.count]
            for found in self.done
        ]
