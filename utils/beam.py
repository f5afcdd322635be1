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
    captions, or once no live prefix can beat the best `count` of them. Captions cut at `max_length`
    words come last, so that there always is one. Width 1 is `greedy`. `length_penalty` 0 compares
    log-probabilities, which favours short captions; 1 compares their mean over the words.

    Raises `ValueError` for settings that make no sense or for NaN.
    """
    images = check_images(images, max_length)
    if beam_width < 1:
        raise ValueError(f"beam_width is {beam_width}; it must be 1 or more.")
    if not len(images):
        return []
    words = np.full((len(images), beam_width, max_length + 1), START, dtype=np.int32)
    totals = np.full((len(images), beam_width), -np.inf)  # which is the mask of what has ended
    totals[:, 0] = 0.0
    done: list[list[Hypothesis]] = [[] for _ in images]
    for length in range(1, max_length + 1):
        totals, words = _continuations(next_word, images, words, totals, length)
        ended = (words[:, :, length] == END) & np.isfinite(totals)
        _note(done, ended[:, :beam_width], words[:, :, 1:length], totals, length_penalty)
        totals[ended] = -np.inf
        totals, words = _best(totals, words, beam_width)
        # What a prefix of `length` words may still become, with `<end>` or cut at the maximum.
        reachable = [totals.max(axis=1) / n**length_penalty for n in (length + 1, max_length)]
        totals[np.max(reachable, axis=0) <= _to_beat(done, beam_width, count)] = -np.inf
        if np.isneginf(totals).all():
            break
    _note(done, np.isfinite(totals), words[:, :, 1:], totals, length_penalty, finished=False)
    return [sorted(found, key=lambda h: (not h.finished, -h.score))[:count] for found in done]


def _continuations(
    next_word: NextWord, images: np.ndarray, words: np.ndarray, totals: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the `2 * width` best continuations of each image, best first: totals and words.

    Twice the width, because up to `width` of them may be `<end>`, and `width` should live on.
    """
    live, each = np.isfinite(totals), 2 * totals.shape[1]
    rows = np.broadcast_to(images[:, None], live.shape)[live]
    asked = allowed_words(next_word(rows, words[live, :length]), length - 1)
    ids, log_probs = top_words(asked, each)
    values = np.full((*live.shape, each), -np.inf)
    longer = np.repeat(words[:, :, None], each, axis=2)
    # A vocabulary may have fewer words than are asked for.
    values[live, : ids.shape[1]] = totals[live][:, None] + log_probs
    longer[live, : ids.shape[1], length] = ids
    shape = (len(images), live.shape[1] * each)
    return _best(values.reshape(shape), longer.reshape(*shape, -1), each)


def _best(totals: np.ndarray, words: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `count` prefixes of each image with the largest totals; the first wins a tie."""
    order = np.argsort(-totals, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(words, order[:, :, None], axis=1)
    return np.take_along_axis(totals, order, axis=1), best


def _note(
    done: list[list[Hypothesis]],
    which: np.ndarray,
    words: np.ndarray,
    totals: np.ndarray,
    length_penalty: float,
    finished: bool = True,
) -> None:
    """Add the prefixes marked in `which` `(n, beams)` to what is done."""
    length = words.shape[2] + finished
    for image, beam in np.argwhere(which):
        total = float(totals[image, beam])
        ids = words[image, beam].tolist()
        done[image].append(Hypothesis(ids, total, total / length**length_penalty, finished))


def _to_beat(done: list[list[Hypothesis]], width: int, count: int) -> np.ndarray:
    """Return for each image the score of the worst caption that would be returned now.

    Infinity where it has `width` captions, and is done.
    """
    scores = [sorted((found.score for found in of_one), reverse=True) for of_one in done]
    bars = [of_one[count - 1] if len(of_one) >= count else -np.inf for of_one in scores]
    return np.where([len(of_one) >= width for of_one in done], np.inf, bars)
