"""What the readers of chapter 4 measure: how long an LSTM remembers its first word."""

import numpy as np

from utils.exercises.remembered import remembered

# The sizes of the experiment of 4.7.
INPUTS, PAIRS = 50, 32
Setting = tuple[float, int, int]


@remembered
def memory_left(setting: Setting, seed: int) -> float:
    """Return what share of its first word's effect an untrained LSTM keeps.

    `setting` is `(bias, words, units)`: the bias of the forget gates, how many words follow the
    first, and the length of the cell state. Two texts of random vectors differ in the first word
    only. The distance of their cell states at the end is divided by their distance after the first
    word. The result is the mean over 32 pairs of texts. `seed` draws the weights, as Keras does,
    and the texts.
    """
    bias, words, units = setting
    rng = np.random.default_rng(seed)
    kernel, recurrent = _random_weights(units, rng)
    texts = rng.normal(size=(PAIRS, 1 + words, INPUTS))
    others = texts.copy()
    others[:, 0] = rng.normal(size=(PAIRS, INPUTS))
    both = np.concatenate([texts, others])
    h = c = np.zeros((2 * PAIRS, units))
    apart = []
    for place in range(1 + words):
        i, f, g, o = np.split(both[:, place] @ kernel + h @ recurrent, 4, axis=1)
        c = _gate(f + bias) * c + _gate(i) * np.tanh(g)
        h = _gate(o) * np.tanh(c)
        apart.append(np.linalg.norm(c[:PAIRS] - c[PAIRS:], axis=1))
    return float(np.mean(apart[-1] / apart[0]))


def _gate(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _random_weights(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a kernel (Glorot) and recurrent weights (orthogonal) as a fresh Keras LSTM has."""
    edge = np.sqrt(6 / (INPUTS + 4 * units))
    kernel = rng.uniform(-edge, edge, (INPUTS, 4 * units))
    recurrent = np.linalg.qr(rng.normal(size=(4 * units, units)))[0].T
    return kernel, recurrent
