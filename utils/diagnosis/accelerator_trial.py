"""Trains a small LSTM on one device and tries masks on it; run in a process of its own.

`accelerator.py` starts this module as a program of its own: with the argument `list` it says which
devices there are, with `GPU:0` the losses there, and what masks do.

Each part is said as soon as it is known, so that a crash in the next one does not hide it.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import utils.support.quiet  # noqa: F401
from utils.diagnosis.finding import said

ROWS, LONGEST, WORDS, SIZE, UNITS, STEPS = 32, 12, 50, 16, 32, 6


def captions(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return invented captions, `(32, 12)` int32 padded right with 0, and labels `(32,)` int32."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, WORDS, (ROWS, LONGEST)).astype(np.int32)
    lengths = rng.integers(1, LONGEST + 1, ROWS)
    tokens[np.arange(LONGEST) >= lengths[:, None]] = 0
    return tokens, tokens[:, 0] * 7 % WORDS


def small_model(use_cudnn: Any = "auto") -> Any:
    """Return Embedding -> LSTM -> softmax, with the same weights each time."""
    import keras

    inputs = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(WORDS, SIZE, mask_zero=True)(inputs)
    state = keras.layers.LSTM(UNITS, use_cudnn=use_cudnn)(vectors)
    model = keras.Model(inputs, keras.layers.Dense(WORDS, activation="softmax")(state))
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.6, w.shape).astype("float32") for w in model.get_weights()])
    return model


def losses() -> list[float]:
    """Return the loss of each step of a short training, in nats."""
    import keras

    tokens, labels = captions()
    model = small_model()
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    found = []
    for _ in range(STEPS):
        model.reset_metrics()  # or each loss would be the mean so far
        found.append(float(model.train_on_batch(tokens, labels)))
    return found


def masked_rows() -> dict[str, np.ndarray]:
    """Return captions that cuDNN cannot take: padded left, with a gap, and one without a word."""
    tokens, _ = captions()
    left = np.zeros_like(tokens)
    for row, ids in zip(left, tokens, strict=True):
        row[LONGEST - np.count_nonzero(ids) :] = ids[ids > 0]
    gap, empty = tokens.copy(), tokens.copy()
    gap[:, 0], gap[:, 1:3] = 5, 0
    empty[0] = 0
    return {"padding on the left": left, "a gap in the mask": gap, "a row of padding alone": empty}


def masks() -> dict[str, str]:
    """Return for each odd mask "same", "differs" or what the error says."""
    found = {}
    quick, plain = small_model(), small_model(use_cudnn=False)
    for name, tokens in masked_rows().items():
        expected = plain(tokens).numpy()
        try:
            got = quick(tokens).numpy()
            found[name] = "same" if np.allclose(got, expected, atol=2e-2) else "differs"
        except Exception as error:  # cuDNN refuses in several ways
            found[name] = " ".join(str(error).split())[:200] or type(error).__name__
    return found


def main(device: str) -> None:
    """Say what is asked: the devices, or how one of them computes."""
    import tensorflow as tf

    if device == "list":
        names = [found.name.split(":", 1)[1] for found in tf.config.list_physical_devices()]
        cuda, build = bool(tf.test.is_built_with_cuda()), str(tf.version.GIT_VERSION)
        said({"devices": names, "cuda": cuda, "build": build})
        return
    if device.startswith("CPU"):  # an LSTM on the processor would else ask the GPU's cuDNN
        tf.config.set_visible_devices([], "GPU")
    with tf.device(f"/{device}"):
        said({"losses": losses()})
        said({"masks": masks()})


if __name__ == "__main__":
    main(sys.argv[1])
