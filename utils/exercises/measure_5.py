"""What the readers of chapter 5 measure: a merge model of a world of four examples."""

import numpy as np

from utils.exercises.remembered import remembered

# The small world of exercise 5.7: two photos, two prefixes, four examples.
_PHOTO = np.eye(2)[[0, 0, 1, 1]]  # a dog twice, then a cat twice
_TEXT = np.eye(2)[[0, 1, 0, 1]]  # "this is a", "this is not a", and the same again
_NEXT = np.eye(2)[[0, 1, 1, 0]]  # dog, cat, cat, dog
WIDTH, STEPS, RATE, STARTS = 8, 30, 0.05, 20


@remembered
def small_world(setting: tuple[int, float], seed: int) -> float:
    """Return the loss of a small merge model after 30 training steps, the mean of 20 starts.

    The model adds a photo's vector and a prefix's vector, then come a hidden ReLU layer and a
    softmax over `dog` and `cat`. `setting`: how many hidden units there are, and a number by which
    every photo vector is multiplied. `seed` decides the initial weights.
    """
    hidden, scale = setting
    shapes = {"photo": (2, WIDTH), "text": (2, WIDTH), "kernel": (WIDTH, hidden)}
    shapes |= {"bias": (1, hidden), "output": (hidden, 2)}
    rng = np.random.default_rng(seed)
    weights = {name: rng.normal(0, 0.5, (STARTS, *shape)) for name, shape in shapes.items()}
    means = {name: np.zeros_like(values) for name, values in weights.items()}
    squares = {name: np.zeros_like(values) for name, values in weights.items()}
    for step in range(1, STEPS + 1):  # Adam
        _, slopes = _loss_and_slopes(weights, scale)
        for name, slope in slopes.items():
            means[name] = 0.9 * means[name] + 0.1 * slope
            squares[name] = 0.999 * squares[name] + 0.001 * slope**2
            mean, square = means[name] / (1 - 0.9**step), squares[name] / (1 - 0.999**step)
            weights[name] = weights[name] - RATE * mean / (np.sqrt(square) + 1e-8)
    loss, _ = _loss_and_slopes(weights, scale)
    return loss


def _loss_and_slopes(
    weights: dict[str, np.ndarray], scale: float
) -> tuple[float, dict[str, np.ndarray]]:
    """Return the mean loss of all starts, and the gradient of each start's own loss."""
    merged = scale * (_PHOTO @ weights["photo"]) + _TEXT @ weights["text"]
    before = merged @ weights["kernel"] + weights["bias"]
    relu = np.maximum(before, 0)
    logits = relu @ weights["output"]
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances = powers / powers.sum(axis=-1, keepdims=True)
    loss = -np.log((chances * _NEXT).sum(axis=-1).clip(1e-30)).mean()

    to_logits = (chances - _NEXT) / len(_NEXT)
    to_before = to_logits @ _turned(weights["output"]) * (before > 0)
    to_merged = to_before @ _turned(weights["kernel"])
    slopes = {
        "photo": scale * (_PHOTO.T @ to_merged),
        "text": _TEXT.T @ to_merged,
        "kernel": _turned(merged) @ to_before,
        "bias": to_before.sum(axis=1, keepdims=True),
        "output": _turned(relu) @ to_logits,
    }
    return float(loss), slopes


def _turned(values: np.ndarray) -> np.ndarray:
    """Return the transposed matrix of each start."""
    return values.swapaxes(-1, -2)
