"""Decoding: from probabilities of the next word to whole captions (chapter 7).

Greedy search and sampling are here; beam search is in `utils.beam`. Every search works against a
function and knows nothing of Keras: `next_word(images, prefixes)` takes rows of the feature matrix
and prefixes of one length, and returns log-probabilities. The words of all images stand in one
array of a fixed size, and a mask says which captions have ended; the others are asked about in one
call a step.

`<pad>`, `<start>` and `<unk>` are never emitted, and a caption has one word at least. Probabilities
are multiplied by adding their logarithms; equal ones are told apart by the lower id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from utils.vocabulary import END, PAD, START, UNKNOWN, Vocabulary

# images (n,) int32 rows, prefixes (n, t) int32 from <start> on -> log-probabilities (n, V) float32
NextWord = Callable[[np.ndarray, np.ndarray], np.ndarray]

MAX_LENGTH = 40
LOWEST = -1e6  # an allowed word is never impossible, so that there is always one to take


def greedy(
    next_word: NextWord, images: Sequence[int], max_length: int = MAX_LENGTH
) -> list[list[int]]:
    """Return for each image the caption that takes the most probable word at every step.

    `images` are rows of the feature matrix, the result ids without markers, 1 to `max_length`
    words each. Raises `ValueError` for settings that make no sense or a model that gives NaN.
    """
    images = check_images(images, max_length)
    return _write(next_word, images, max_length, lambda values, *_: values.argmax(axis=1))


def sample(
    next_word: NextWord,
    images: Sequence[int],
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    max_length: int = MAX_LENGTH,
) -> list[list[int]]:
    """Return for each image a caption whose words are drawn by their probabilities.

    `temperature` divides the log-probabilities: below 1 favours probable words, above 1 flattens.
    `top_k` draws among the `top_k` most probable words only. The draws depend on the seed, the
    image, and how often the image came before in `images`, not on the rest of the batch; an
    image that is named five times gets five samples. Raises `ValueError` as `greedy` does.
    """
    images = check_images(images, max_length)
    if not temperature > 0:
        raise ValueError(
            f"temperature is {temperature}; it must be above 0. Use greedy for the limit of 0."
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; it must be 1 or more, or None for all words.")
    draws = _uniform_draws(images, seed, max_length)

    def choose(values: np.ndarray, rows: np.ndarray, step: int) -> np.ndarray:
        return _draw(values, temperature, top_k, draws[rows, step])

    return _write(next_word, images, max_length, choose)


def captions_of(ids: Sequence[Sequence[int]], vocabulary: Vocabulary) -> list[list[str]]:
    """Return lists of ids as lists of tokens, without markers."""
    return [vocabulary.decode(caption) for caption in ids]


def check_images(images: Sequence[int], max_length: int) -> np.ndarray:
    """Return the rows of photos as int32; raise `ValueError` where the length is wrong."""
    if max_length < 1:
        raise ValueError(f"max_length is {max_length}; a caption has 1 word or more.")
    return np.asarray(images, dtype=np.int32)


def allowed_words(log_probs: np.ndarray, step: int) -> np.ndarray:
    """Return a copy in which words that may not follow are -infinity, and no other is."""
    values = np.maximum(log_probs, LOWEST)  # NaN stays NaN
    if np.isnan(values.max(initial=LOWEST)):
        raise ValueError(
            "The model gave probabilities that are not numbers (NaN): its training went astray. "
            "Load earlier weights, or train again at a lower learning rate."
        )
    values[:, [PAD, START, UNKNOWN]] = -np.inf
    if step == 0:
        values[:, END] = -np.inf
    return values


def _write(
    next_word: NextWord,
    images: np.ndarray,
    max_length: int,
    choose: Callable[[np.ndarray, np.ndarray, int], np.ndarray],
) -> list[list[int]]:
    """Return a caption for each image, word by word; `choose` takes one of the allowed words.

    It gets log-probabilities `(n, V)`, which rows of `images` they are of, and the step; it returns
    `(n,)`.
    """
    words = np.full((len(images), max_length + 1), PAD, dtype=np.int32)
    words[:, 0] = START
    going = np.ones(len(images), dtype=bool)
    for step in range(max_length):
        rows = np.flatnonzero(going)
        if not len(rows):
            break
        values = allowed_words(next_word(images[rows], words[rows, : step + 1]), step)
        words[rows, step + 1] = choose(values, rows, step)
        going[rows] = words[rows, step + 1] != END
    return [[word for word in row if word not in (PAD, END)] for row in words[:, 1:].tolist()]


def top_words(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and values, each `(n, count)`, of every row's largest; the lower id wins a tie.

    `argmax` again and again: it is faster than sorting for few, and unlike `argpartition` it
    says which of two equal ones comes first. `values` is overwritten.
    """
    count = min(count, values.shape[1])
    rows = np.arange(len(values))
    ids = np.empty((len(values), count), dtype=np.int32)
    best = np.empty((len(values), count), dtype=values.dtype)
    for rank in range(count):
        ids[:, rank] = values.argmax(axis=1)
        best[:, rank] = values[rows, ids[:, rank]]
        values[rows, ids[:, rank]] = -np.inf
    return ids, best


def _uniform_draws(images: np.ndarray, seed: int, max_length: int) -> np.ndarray:
    """Return numbers in [0, 1), `(n, max_length)`: each image's own, each sample's own."""
    seen: Counter[int] = Counter()
    draws = np.empty((len(images), max_length))
    for row, image in enumerate(images.tolist()):
        draws[row] = np.random.default_rng([seed, image, seen[image]]).random(max_length)
        seen[image] += 1
    return draws


def _draw(
    values: np.ndarray, temperature: float, top_k: int | None, uniform: np.ndarray
) -> np.ndarray:
    """Return one id a row, drawn by its probability: where the running sum passes `uniform`."""
    ids = None
    if top_k is not None:
        ids, values = top_words(values, top_k)
    largest = values.max(axis=1, keepdims=True)
    sums = np.exp((values.astype(np.float64) - largest) / temperature).cumsum(axis=1)
    places = (sums <= uniform[:, None] * sums[:, -1:]).sum(axis=1)
    places = np.minimum(places, values.shape[1] - 1)
    return places if ids is None else np.take_along_axis(ids, places[:, None], axis=1)[:, 0]
