"""What the readers of chapter 6 measure: learning rates and batch sizes of a small model."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from utils.dataset import load_dataset
from utils.exercises.remembered import remembered
from utils.sequences import encode_captions

# A small model that guesses the next word from the last one alone, trained on a part of scenes.
CAPTIONS, NUMBERS = 300, 16
CONTROL_6_2 = (0.03, 64)


@cache
def _last_words() -> tuple[int, dict[str, np.ndarray]]:
    """Return V, and for train and dev the examples `(n, 2)`: a word and the one after it."""
    dataset = load_dataset("scenes")
    vocabulary = dataset.train_vocabulary(2)
    pairs = {}
    for split in ("train", "dev"):
        first = [captions[:1] for captions in dataset.tokens(split)[:CAPTIONS]]
        encoded = encode_captions(first, vocabulary, dataset.index(split)[:CAPTIONS])
        rows = zip(encoded.tokens, encoded.lengths, strict=True)
        pairs[split] = np.concatenate([np.stack([ids[: n - 1], ids[1:n]], 1) for ids, n in rows])
    return len(vocabulary), pairs


def _last_word_gradients(
    weights: Sequence[np.ndarray], examples: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """Return the mean loss of a batch `(n, 2)`, and its gradient for each array of weights."""
    table, output, bias = weights
    vectors = table[examples[:, 0]]
    logits = vectors @ output + bias
    logits -= logits.max(axis=1, keepdims=True)
    slope = np.exp(logits)
    slope /= slope.sum(axis=1, keepdims=True)
    places = np.arange(len(examples))
    right = np.maximum(slope[places, examples[:, 1]], 1e-300)
    slope[places, examples[:, 1]] -= 1
    slope /= len(examples)
    of_table = np.zeros_like(table)
    np.add.at(of_table, examples[:, 0], slope @ output.T)
    return -float(np.log(right).mean()), [of_table, vectors.T @ slope, slope.sum(axis=0)]


def train_last_word(
    learning_rate: float, batch_size: int = CONTROL_6_2[1], seed: int = 0
) -> tuple[list[float], float]:
    """Train a small model for one epoch with Adam; return the loss of each step and that on dev.

    The model guesses the next word from the last word alone: a vector of 16 numbers for each word,
    a Dense layer and softmax. It learns from one caption of each of the first 300 training scenes.
    """
    size, pairs = _last_words()
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, 0.1, (size, NUMBERS)), rng.normal(0, 0.1, (NUMBERS, size))]
    weights.append(np.zeros(size))
    averages = [(np.zeros_like(array), np.zeros_like(array)) for array in weights]
    order = rng.permutation(pairs["train"])
    losses = []
    for step, start in enumerate(range(0, len(order), batch_size), start=1):
        loss, gradients = _last_word_gradients(weights, order[start : start + batch_size])
        losses.append(loss)
        rate = learning_rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for array, gradient, (mean, square) in zip(weights, gradients, averages, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            array -= rate * mean / (np.sqrt(square) + 1e-7)
    return losses, _last_word_gradients(weights, pairs["dev"])[0]


@remembered
def dev_loss_after(setting: tuple[float, int], seed: int) -> float:
    """Return the dev loss of `train_last_word` in nats per word; (learning rate, batch size)."""
    return train_last_word(*setting, seed)[1]
