"""Decoding: from probabilities of the next word to whole captions (chapter 7).

Every search here works against a function and knows nothing of Keras: `next_word(images, prefixes)`
takes rows of the feature matrix and prefixes of one length, and returns log-probabilities. All
images and all their beams are asked about in one call a step; what is finished leaves the batch.

`<pad>`, `<start>` and `<unk>` are never emitted, and a caption has one word at least. Probabilities
are multiplied by adding their logarithms; equal ones are told apart by the lower id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from utils.vocabulary import END, MARKERS, PAD, START, UNKNOWN, Vocabulary

if TYPE_CHECKING:
    import keras

# images (n,) int32 rows, prefixes (n, t) int32 from <start> on -> log-probabilities (n, V) float32
NextWord = Callable[[np.ndarray, np.ndarray], np.ndarray]
# feature matrix (images, ...), images (n,), prefixes (n, t) -> log-probabilities, as one graph
TracedModel = Callable[..., Any]

MAX_LENGTH = 40
CHUNK = 2048  # rows a call of the network: bounds the memory, and is fastest on 2 cores and a GPU
LOWEST = -1e6  # an allowed word is never impossible, so that there is always one to take


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


def traced(model: keras.Model) -> TracedModel:
    """Return a model as one graph, traced once for prefixes of any number and length.

    It takes the feature matrix, rows of it and prefixes, and gives log-probabilities; whoever
    decodes again and again keeps it and passes it to `next_word`.
    """
    import tensorflow as tf

    from utils.model import without_mask

    if model.name == "captioning_model":
        model = without_mask(model)  # prefixes of one length have no padding
    shape = (None, *model.inputs[0].shape[1:])
    signature = [
        tf.TensorSpec(shape, tf.float32),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None, None), tf.int32),
    ]

    @tf.function(input_signature=signature)
    def log_probabilities(matrix: tf.Tensor, images: tf.Tensor, prefixes: tf.Tensor) -> tf.Tensor:
        inputs = {"feature": tf.gather(matrix, images), "prefix": prefixes}
        probabilities = model(inputs, training=False)
        # A softmax in float32 can round to exactly 0, whose logarithm is -infinity.
        return tf.math.log(tf.clip_by_value(tf.cast(probabilities, tf.float32), 1e-37, 1.0))

    return log_probabilities


def next_word(
    model: keras.Model | TracedModel, features: np.ndarray, chunk: int = CHUNK
) -> NextWord:
    """Return a model and its feature matrix as one `NextWord` function.

    `model` has the inputs `{"feature": (n, ...), "prefix": (n, t) int32}` and gives probabilities
    `(n, V)`, or is what `traced` made of it; `features` `(images, ...)` are its photos, of which
    rows are gathered inside the graph. At most `chunk` rows go through the network at a time.
    The function raises `IndexError` for a row that is not there.
    """
    import keras
    import tensorflow as tf

    graph = traced(model) if isinstance(model, keras.Model) else model
    matrix = tf.convert_to_tensor(features, dtype=tf.float32)

    def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        images = np.asarray(images, dtype=np.int32)
        prefixes = np.asarray(prefixes, dtype=np.int32)
        # On a GPU `tf.gather` gives zeros for a row that is not there, without a word.
        if images.size and not 0 <= images.min() <= images.max() < len(features):
            raise IndexError(
                f"Image rows {images.min()} to {images.max()} were asked for, but there are "
                f"features of {len(features)} images: pass rows of that matrix."
            )
        parts = [
            graph(matrix, images[i : i + chunk], prefixes[i : i + chunk]).numpy()
            for i in range(0, max(len(images), 1), chunk)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return ask


def averaged(functions: Sequence[NextWord]) -> NextWord:
    """Return the mean of the probabilities of several functions, as one function.

    They must know the same words and photos; one of them by itself is returned as it is.
    """
    if len(functions) == 1:
        return functions[0]

    def ask(images: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        probabilities = [np.exp(function(images, prefixes)) for function in functions]
        return np.log(np.maximum(np.mean(probabilities, axis=0), 1e-37))

    return ask


def greedy(
    next_word: NextWord, images: Sequence[int], max_length: int = MAX_LENGTH
) -> list[list[int]]:
    """Return for each image the caption that takes the most probable word at every step.

    `images` are rows of the feature matrix, the result ids without markers, 1 to `max_length`
    words each. Raises `ValueError` for settings that make no sense or a model that gives NaN.
    """
    images = _check_images(images, max_length)
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    captions: list[list[int]] = [[] for _ in images]
    active = np.arange(len(images))
    for step in range(max_length):
        if not len(active):
            break
        words = _allowed(next_word(images[active], prefixes), step).argmax(axis=1)
        active, prefixes = _advance(captions, active, prefixes, words)
    return captions


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
    images = _check_images(images, max_length)
    if not temperature > 0:
        raise ValueError(
            f"temperature is {temperature}; it must be above 0. Use greedy for the limit of 0."
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; it must be 1 or more, or None for all words.")
    draws = _uniform_draws(images, seed, max_length)
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    captions: list[list[int]] = [[] for _ in images]
    active = np.arange(len(images))
    for step in range(max_length):
        if not len(active):
            break
        values = _allowed(next_word(images[active], prefixes), step)
        words = _draw(values, temperature, top_k, draws[active, step])
        active, prefixes = _advance(captions, active, prefixes, words)
    return captions


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
    images = _check_images(images, max_length)
    if beam_width < 1:
        raise ValueError(f"beam_width is {beam_width}; it must be 1 or more.")
    if not 1 <= count <= beam_width:
        raise ValueError(f"count is {count}; it must be from 1 to the beam width, {beam_width}.")
    if not np.isfinite(length_penalty):
        raise ValueError(f"length_penalty is {length_penalty}; it must be a finite number.")

    done: list[list[Hypothesis]] = [[] for _ in images]
    active = np.arange(len(images))
    prefixes = np.full((len(images), 1, 1), START, dtype=np.int32)  # (images, beams, length)
    totals = np.zeros((len(images), 1))  # (images, beams) float64; -inf: no such beam
    for step in range(max_length):
        if not len(active):
            break
        values, parents, ids = _expand(next_word, images[active], prefixes, totals, beam_width)

        ends = (ids == END) & np.isfinite(values)
        for row, rank in np.argwhere(ends[:, :beam_width]):
            words = prefixes[row, parents[row, rank], 1:].tolist()
            hypothesis = _hypothesis(words, values[row, rank], length_penalty, finished=True)
            done[active[row]].append(hypothesis)

        prefixes, totals = _keep_live(prefixes, values, parents, ids, ends, beam_width)
        shortest, longest = step + 2, max_length  # of what a live prefix may become, with <end>
        best = totals.max(axis=1)
        reachable = np.maximum(best / shortest**length_penalty, best / longest**length_penalty)
        going = np.array(
            [
                len(done[image]) < beam_width and bound > _to_beat(done[image], count)
                for image, bound in zip(active, reachable, strict=True)
            ]
        )
        active, prefixes, totals = active[going], prefixes[going], totals[going]

    for image, beams, logs in zip(active, prefixes, totals, strict=True):
        for beam, log_prob in zip(beams, logs, strict=True):
            if np.isfinite(log_prob):
                words = beam[1:].tolist()
                done[image].append(_hypothesis(words, log_prob, length_penalty, finished=False))
    return [sorted(found, key=lambda h: (not h.finished, -h.score))[:count] for found in done]


def captions_of(ids: Sequence[Sequence[int]], vocabulary: Vocabulary) -> list[list[str]]:
    """Return lists of ids as lists of tokens, without markers."""
    return [vocabulary.decode(caption) for caption in ids]


def _check_images(images: Sequence[int], max_length: int) -> np.ndarray:
    if max_length < 1:
        raise ValueError(f"max_length is {max_length}; a caption has 1 word or more.")
    rows = np.asarray(images)
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise ValueError(
            "images must be a list of whole numbers, the rows of the photos in the feature "
            f"matrix, not {rows.dtype} of the shape {rows.shape}."
        )
    return rows.astype(np.int32)


def _allowed(log_probs: np.ndarray, step: int) -> np.ndarray:
    """Return a copy in which words that may not follow are -infinity, and no other is."""
    values = np.maximum(log_probs, LOWEST)  # NaN stays NaN
    if values.ndim != 2 or values.shape[1] <= len(MARKERS):
        raise ValueError(
            f"The model gave the shape {values.shape}; it must be (prefixes, words), with one "
            "word or more besides the four markers."
        )
    if np.isnan(values.max(initial=LOWEST)):
        raise ValueError(
            "The model gave probabilities that are not numbers (NaN): its training went astray. "
            "Load earlier weights, or train again at a lower learning rate."
        )
    values[:, [PAD, START, UNKNOWN]] = -np.inf
    if step == 0:
        values[:, END] = -np.inf
    return values


def _advance(
    captions: list[list[int]], active: np.ndarray, prefixes: np.ndarray, words: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Write a word each into the captions; return the images that go on, and their prefixes."""
    going = words != END
    active, words = active[going], words[going].astype(np.int32)
    for image, word in zip(active, words, strict=True):
        captions[image].append(int(word))
    return active, np.concatenate([prefixes[going], words[:, None]], axis=1)


def _top(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
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


def _expand(
    next_word: NextWord, images: np.ndarray, prefixes: np.ndarray, totals: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the `2 * width` best continuations of each image, best first.

    Log-probabilities (float64), parent beams and ids, each `(images, continuations)`. Twice the
    width, because up to `width` of them may be `<end>`, and `width` should live on.
    """
    live = np.isfinite(totals)  # (images, beams): only these are asked about
    rows = np.broadcast_to(images[:, None], live.shape)[live]
    ids, values = _top(_allowed(next_word(rows, prefixes[live]), prefixes.shape[2] - 1), 2 * width)

    each = ids.shape[1]
    all_ids = np.zeros((*live.shape, each), dtype=np.int32)
    all_values = np.full((*live.shape, each), -np.inf)
    all_ids[live] = ids
    all_values[live] = totals[live][:, None] + values
    all_ids, all_values = (array.reshape(len(images), -1) for array in (all_ids, all_values))

    order = np.argsort(-all_values, axis=1, kind="stable")[:, : 2 * width]
    ids, values = (np.take_along_axis(array, order, axis=1) for array in (all_ids, all_values))
    return values, order // each, ids


def _keep_live(
    prefixes: np.ndarray,
    values: np.ndarray,
    parents: np.ndarray,
    ids: np.ndarray,
    ends: np.ndarray,
    width: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the prefixes `(images, beams, length + 1)` that live on, and their totals."""
    values = np.where(ends, -np.inf, values)
    live = np.isfinite(values)
    beams = min(width, int(live.sum(axis=1).max(initial=1)))
    order = np.argsort(~live, axis=1, kind="stable")[:, :beams]  # live ones first, best first
    values, parents, ids = (np.take_along_axis(a, order, axis=1) for a in (values, parents, ids))
    longer = np.take_along_axis(prefixes, parents[:, :, None], axis=1)
    return np.concatenate([longer, ids[:, :, None]], axis=2), values


def _hypothesis(ids: list[int], log_prob: float, penalty: float, finished: bool) -> Hypothesis:
    score = float(log_prob) / (len(ids) + finished) ** penalty
    return Hypothesis(ids, float(log_prob), score, finished)


def _to_beat(found: list[Hypothesis], count: int) -> float:
    """Return the score of the worst caption that would be returned now."""
    if len(found) < count:
        return -np.inf
    return sorted((hypothesis.score for hypothesis in found), reverse=True)[count - 1]


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
        ids, values = _top(values, top_k)
    largest = values.max(axis=1, keepdims=True)
    sums = np.exp((values.astype(np.float64) - largest) / temperature).cumsum(axis=1)
    places = (sums <= uniform[:, None] * sums[:, -1:]).sum(axis=1)
    places = np.minimum(places, values.shape[1] - 1)
    return places if ids is None else np.take_along_axis(ids, places[:, None], axis=1)[:, 0]
