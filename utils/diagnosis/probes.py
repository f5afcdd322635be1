"""Questions put to a captioner: the loss, its parts, and the same question asked in another way.

Everything works against a `NextWord` function (`utils.decoding`), so that it is the same for the
course's captioners and for a reader's own model.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.decoding import NextWord
from utils.sequences import CaptionSequences, encode_captions
from utils.vocabulary import END, MARKERS, PAD, Vocabulary

Captions = Sequence[Sequence[Sequence[str]]]
TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0)
SHARE_OF_PAIRS = 0.8  # what the baseline of word pairs takes from the pairs, and not from the words


@dataclass(frozen=True)
class Probe:
    """What a captioner said of the true next words of some captions; an entry an example.

    `log_p`: the log-probability of the word that came, in nats. `photo`: the place of the photo in
    the sample. `label`: the id of that word, `best` the id that the captioner held for likeliest
    and `highest` its log-probability. `repeated`, `skipped`: the log-probability of the word
    before and of the word after the one that came (NaN where there is none). `share`: the mean
    probability of each id, `(V,)`.
    """

    log_p: np.ndarray
    photo: np.ndarray
    label: np.ndarray
    best: np.ndarray
    highest: np.ndarray
    repeated: np.ndarray
    skipped: np.ndarray
    share: np.ndarray

    @property
    def loss(self) -> float:
        """The mean cross-entropy in nats per word."""
        return float(-self.log_p.mean())

    @property
    def accuracy(self) -> float:
        """The share of words, 0 to 1, that were held for likeliest."""
        return float((self.best == self.label).mean())

    @property
    def loss_at_ends(self) -> float:
        """The mean loss where the end of the caption came."""
        return float(-self.log_p[self.label == END].mean())


def encoded(tokens: Captions, vocabulary: Vocabulary, each: int, drop: bool) -> CaptionSequences:
    """Return the first `each` captions of every photo as numbers, photos numbered from 0.

    `drop`: leave out unknown words, for a vocabulary that has no number for them.
    """
    few = [
        [[word for word in caption if word in vocabulary or not drop] for caption in captions]
        for captions in ([*captions][:each] for captions in tokens)
    ]
    return encode_captions(few, vocabulary, np.arange(len(few), dtype=np.int32))


def ask_captions(
    next_word: NextWord, sequences: CaptionSequences, photos: np.ndarray | None = None
) -> Probe:
    """Return what a captioner says of every word of the captions.

    `photos` `(n,)` int32: the row that is shown in place of each photo; the true one without it.
    """
    tokens, found, share = sequences.tokens, [], 0.0
    for length in range(1, int(sequences.lengths.max())):
        rows = np.flatnonzero(sequences.lengths > length)
        owner = sequences.image_index[rows]
        shown = owner if photos is None else photos[owner]
        values = next_word(shown.astype(np.int32), tokens[rows, :length])
        label, before, line = tokens[rows, length], tokens[rows, length - 1], np.arange(len(rows))
        share = share + np.exp(np.minimum(values, 0)).sum(axis=0, dtype=np.float64)
        after = np.full(len(rows), np.nan)
        if length + 1 < tokens.shape[1]:
            following = tokens[rows, length + 1]
            after = np.where(following == PAD, np.nan, values[line, following])
        best = values.argmax(axis=1)
        again = np.where(length == 1, np.nan, values[line, before])
        found.append((values[line, label], owner, label, best, values[line, best], again, after))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    return Probe(*columns, share / len(columns[0]))


def repeated(sequences: CaptionSequences, times: int, photos: int) -> CaptionSequences:
    """Return captions `times` times over, each time of the next `photos` rows of features."""
    owners = [sequences.image_index + photos * time for time in range(times)]
    return CaptionSequences(
        tokens=np.tile(sequences.tokens, (times, 1)),
        lengths=np.tile(sequences.lengths, times),
        image_index=np.concatenate(owners).astype(np.int32),
    )


def gain(better: Probe, worse: Probe) -> tuple[float, float]:
    """Return by how much the loss of `better` is lower, in nats, and the standard error of that.

    Both asked for the same words. The error is that of means over photos: words of one photo are
    not independent.
    """
    return _mean_and_error(better.log_p - worse.log_p, better.photo)


def gains(many: Probe, true: Probe, photos: int) -> list[tuple[float, float]]:
    """Return the gain over `true` for each time that `many` asked its captions; see `repeated`."""
    times = many.photo // photos
    return [
        _mean_and_error(many.log_p[times == time] - true.log_p, true.photo)
        for time in range(times.max() + 1)
    ]


def _mean_and_error(differences: np.ndarray, photo: np.ndarray) -> tuple[float, float]:
    counts = np.bincount(photo)
    sums = np.bincount(photo, differences)[counts > 0]
    counts, mean = counts[counts > 0], float(differences.mean())
    spread = np.sqrt(np.square(sums - mean * counts).sum()) / counts.sum()
    return mean, float(spread)


def clearly(difference: tuple[float, float], least: float) -> bool:
    """Return whether a gain is `least` nats or more and four of its standard errors."""
    return difference[0] >= max(least, 4 * difference[1])


def other_photos(count: int) -> np.ndarray:
    """Return a place for each of `count` photos that is not its own, far from it, `(n,)` int32."""
    return np.roll(np.arange(count, dtype=np.int32), max(count // 2, 1))


def likeness(probe: Probe) -> tuple[float, float]:
    """Return how alike the predicted and the true word counts are, 0 to 1, and the same sorted.

    The overlap is the sum of the roots of both shares' products (Bhattacharyya). Where the first
    is low and the second high, the right frequencies stand at the wrong numbers.
    """
    true = np.bincount(probe.label, minlength=len(probe.share)) / len(probe.label)
    said = probe.share / max(probe.share.sum(), 1e-12)
    in_order = np.sqrt(true * said).sum()
    sorted_ones = np.sqrt(np.sort(true) * np.sort(said)).sum()
    return float(in_order), float(sorted_ones)


def spread_in_photos(probe: Probe) -> float:
    """Return how far the likeliest word's log-probability differs between prefixes, in nats.

    The standard deviation within a photo, over all photos: 0 where prefixes change nothing.
    """
    counts = np.maximum(np.bincount(probe.photo), 1)
    means = np.bincount(probe.photo, probe.highest) / counts
    return float(np.sqrt(np.square(probe.highest - means[probe.photo]).mean()))


def best_temperature(next_word: NextWord, sequences: CaptionSequences) -> tuple[float, float]:
    """Return the temperature of `TEMPERATURES` with the lowest loss, and what it gains in nats."""
    total = dict.fromkeys(TEMPERATURES, 0.0)
    for length in range(1, int(sequences.lengths.max())):
        rows = np.flatnonzero(sequences.lengths > length)
        values = next_word(sequences.image_index[rows], sequences.tokens[rows, :length])
        values = np.maximum(values.astype(np.float64), -80.0)
        label = sequences.tokens[rows, length]
        for temperature in TEMPERATURES:
            scaled = values / temperature
            scaled -= scaled.max(axis=1, keepdims=True)
            norm = np.log(np.exp(scaled).sum(axis=1))
            total[temperature] += float((norm - scaled[np.arange(len(rows)), label]).sum())
    best = min(total, key=total.__getitem__)
    return best, (total[1.0] - total[best]) / sequences.prefix_count


def simple_losses(
    train: Captions, sequences: CaptionSequences, vocabulary: Vocabulary
) -> tuple[float, float]:
    """Return the losses of two baselines that see no photo, counted on the training captions.

    The first knows how frequent each word is, the second also which word follows which.
    """
    words: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    for captions in train:
        for caption in captions:
            ids = vocabulary.encode(caption)
            words.update(ids[1:])
            pairs.update(itertools.pairwise(ids))
    first: Counter[int] = Counter()
    for (before, _), count in pairs.items():
        first[before] += count
    total, size = words.total(), len(vocabulary)
    by_word, by_pair = [], []
    for row, length in zip(sequences.tokens.tolist(), sequences.lengths.tolist(), strict=True):
        for before, word in itertools.pairwise(row[:length]):
            share = (words[word] + 1) / (total + size)
            pair = pairs[before, word] / first[before] if first[before] else share
            by_word.append(np.log(share))
            by_pair.append(np.log(SHARE_OF_PAIRS * pair + (1 - SHARE_OF_PAIRS) * share))
    return float(-np.mean(by_word)), float(-np.mean(by_pair))


def circling(captions: Sequence[Sequence[str]]) -> float:
    """Return the share, 0 to 1, of captions that say the same three words twice."""
    repeated = 0
    for caption in captions:
        threes = [tuple(caption[start : start + 3]) for start in range(len(caption) - 2)]
        repeated += len(set(threes)) < len(threes)
    return repeated / max(len(captions), 1)


def unknown_share(tokens: Captions, vocabulary: Vocabulary) -> float:
    """Return the share, 0 to 1, of running words that the vocabulary does not know."""
    return vocabulary.unknown_rate(caption for captions in tokens for caption in captions)


def shared_words(train: Captions, vocabulary: Vocabulary) -> float:
    """Return the share, 0 to 1, of the vocabulary's words that occur in the training captions."""
    present = {word for captions in train for caption in captions for word in caption}
    words = vocabulary.words[len(MARKERS) :]
    return sum(word in present for word in words) / max(len(words), 1)
