"""How much faster than the naive way: `make bench`, or `python -m utils bench features`.

Both ways run in turns in one process, so that a busy machine slows both. The ratio is what counts;
the rates depend on the machine. Data and weights are random, of the sizes of the real ones.

The last column is what our way reaches of the machine's matrix product, the fastest it can
calculate. The rest of the time goes, for features, to decoding JPEG files and to layers that move
more numbers than they calculate (depthwise convolutions); for training and decoding, to the LSTMs,
whose steps wait for each other, and to what is no matrix product, such as the softmax.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from utils.model import ModelConfig
    from utils.sequences import CaptionSequences

VOCABULARY, EMBEDDING, UNITS = 8494, 200, 256  # the course's model on all of Flickr8k
LONGEST = 38  # tokens of the longest prefix in Flickr8k, which the naive way pads to
MEAN_WORDS = 10.8  # of a caption in Flickr8k
CAPTION_WORDS = 11  # what both ways of decoding write
ROUNDS = 2
# Floating-point operations, two for each multiplication with its addition.
PHOTO_OPERATIONS = 2 * 301e6  # MobileNetV2 at 224 x 224 (Sandler et al. 2018 count 300 million)
MATRIX = 2048


@dataclass(frozen=True)
class Comparison:
    """Two rates in `unit` a second, and the ratio that the course promises.

    `operations`: in floating point, for one of them.
    """

    name: str
    unit: str
    naive: float
    ours: float
    promised: float
    operations: float

    @property
    def ratio(self) -> float:
        """How many times as fast as the naive way."""
        return self.ours / self.naive

    def __str__(self) -> str:
        return (
            f"{self.name:<10}{self.naive:>9,.1f}{self.ours:>11,.1f} {self.unit:<14}"
            f"{self.ratio:>6.1f} x   (promised: {self.promised:.0f} x)"
        )

    def share(self, machine: float) -> float:
        """Return which share of `machine` operations a second our way reaches."""
        return self.ours * self.operations / machine


def matrix_product() -> float:
    """Return the operations a second of a large product of float32 matrices, the best of ten."""
    import tensorflow as tf

    matrix = tf.random.normal((MATRIX, MATRIX))
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        tf.matmul(matrix, matrix).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * MATRIX**3 / min(seconds)


def forward_operations(length: int | np.ndarray) -> float | np.ndarray:
    """Return the operations of the matrix products for a prefix of `length` words."""
    both_directions = 2 * 4 * UNITS * (EMBEDDING + UNITS)
    lstm = 4 * UNITS * (2 * UNITS + UNITS)
    once = UNITS * (1280 + UNITS + VOCABULARY)
    return 2 * (length * (both_directions + lstm) + once)


def in_turns(naive: Callable[[], int], ours: Callable[[], int]) -> tuple[float, float]:
    """Return how many pieces a second two functions do; each returns how many it did.

    Both run once before, to trace and to warm up, and `ROUNDS` times in turns.
    """
    counts, seconds = [0, 0], [0.0, 0.0]
    for turn in range(1 + ROUNDS):
        for way, work in enumerate((naive, ours)):
            start = time.perf_counter()
            count = work()
            if turn:
                seconds[way] += time.perf_counter() - start
                counts[way] += count
    return counts[0] / seconds[0], counts[1] / seconds[1]


def bench_features(photos: int = 128, naive_photos: int = 12) -> Comparison:
    """Compare `extract_features` with one `predict` a photo, both from JPEG files."""
    import keras

    from utils.cnn import build_cnn
    from utils.features import extract_features
    from utils.images import load_image, preprocess

    whole = build_cnn()
    model = keras.Model(whole.inputs[0], whole.output["pooled"])
    with tempfile.TemporaryDirectory() as folder:
        paths = draw_photos(Path(folder), photos)

        def naive() -> int:
            for path in paths[:naive_photos]:
                model.predict(preprocess(load_image(path)[None]), verbose=0)
            return naive_photos

        def ours() -> int:
            return len(extract_features(paths, cache=False))

        return Comparison("features", "photos/s", *in_turns(naive, ours), 8, PHOTO_OPERATIONS)


def draw_photos(folder: Path, count: int) -> list[Path]:
    """Write JPEG files as large as those of Flickr8k, 500 x 375 pixels and about 130 kB."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(count):
        rough = Image.fromarray(rng.integers(0, 256, (12, 16, 3)).astype(np.uint8))
        smooth = np.asarray(rough.resize((500, 375), Image.Resampling.BICUBIC), np.int16)
        grain = rng.normal(0, 12, smooth.shape)
        pixels = np.clip(smooth + grain, 0, 255).astype(np.uint8)
        paths.append(folder / f"{number:04d}.jpg")
        Image.fromarray(pixels).save(paths[-1], quality=90)
    return paths


def bench_training(captions: int = 2048, naive_prefixes: int = 640) -> Comparison:
    """Compare `train` with `fit` on prefixes that are all padded to 38, in batches of 64."""
    import keras

    from utils.model import build_model
    from utils.sequences import pad_right
    from utils.training import TrainingData, TrainingSettings, train

    features = np.random.default_rng(1).random((captions, 1280), dtype=np.float32)
    sequences = random_captions(captions)

    rng = np.random.default_rng(2)
    rows = rng.integers(captions, size=naive_prefixes)
    cuts = rng.integers(1, sequences.lengths[rows])
    prefixes = [sequences.tokens[row, :cut] for row, cut in zip(rows, cuts, strict=True)]
    inputs = {"feature": features[rows], "prefix": pad_right(prefixes, LONGEST)}
    labels = sequences.tokens[rows, cuts]
    plain = build_model(_sizes())
    plain.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")

    def naive() -> int:
        plain.fit(inputs, labels, batch_size=64, epochs=1, verbose=0)
        return naive_prefixes

    naive()  # traces
    start = time.perf_counter()
    naive()
    slow = naive_prefixes / (time.perf_counter() - start)
    # The first epoch traces the graph; the second is measured.
    few = random_captions(64)
    data = TrainingData(features, sequences, few)
    history = train(build_model(_sizes()), data, TrainingSettings(epochs=2))
    fast = sequences.prefix_count / history.epochs[-1]["seconds"]
    start = time.perf_counter()
    naive()
    slow = 2 / (1 / slow + (time.perf_counter() - start) / naive_prefixes)
    # Every prefix of every caption; the backward pass costs twice the forward one.
    each = [forward_operations(np.arange(1, length)).sum() for length in sequences.lengths]
    operations = 3 * sum(each) / sequences.prefix_count
    return Comparison("training", "prefixes/s", slow, fast, 7, operations)


def bench_decoding(images: int = 256, naive_images: int = 3) -> Comparison:
    """Compare batched greedy search with one `predict` for each word of each image."""
    from utils.decoding import greedy
    from utils.model import build_model
    from utils.vocabulary import END, PAD, START

    model = build_model(_sizes())
    kernel, bias = model.get_layer("next_word").get_weights()
    bias[: END + 1] = -50.0  # neither way ends early: both write the same number of words
    model.get_layer("next_word").set_weights([kernel, bias])
    features = np.random.default_rng(1).random((images, 1280), dtype=np.float32)
    ask = model.next_word(features)

    def naive() -> int:
        for image in range(naive_images):
            prefix = np.full((1, LONGEST), PAD, np.int32)
            prefix[0, 0] = START
            for word in range(1, CAPTION_WORDS + 1):
                inputs = {"feature": features[image : image + 1], "prefix": prefix}
                prefix[0, word] = model.predict(inputs, verbose=0)[0].argmax()
        return naive_images

    def ours() -> int:
        return len(greedy(ask, np.arange(images), max_length=CAPTION_WORDS))

    operations = float(forward_operations(np.arange(1, CAPTION_WORDS + 1)).sum())
    return Comparison("decoding", "captions/s", *in_turns(naive, ours), 20, operations)


def random_captions(count: int) -> CaptionSequences:
    """Return `CaptionSequences` of random words, as long as the captions of Flickr8k.

    Their lengths follow a gamma distribution of the same mean and about the same spread, at
    most 37 words; each caption has an image of its own.
    """
    from utils.sequences import CaptionSequences, pad_right
    from utils.vocabulary import END, START, UNKNOWN

    rng = np.random.default_rng(0)
    words = np.clip(rng.gamma(8.0, MEAN_WORDS / 8.0, count).round().astype(int), 1, LONGEST - 1)
    rows = [[START, *rng.integers(UNKNOWN + 1, VOCABULARY, n), END] for n in words]
    lengths = np.array([len(row) for row in rows], np.int32)
    return CaptionSequences(pad_right(rows), lengths, np.arange(count, dtype=np.int32))


def _sizes() -> ModelConfig:
    from utils.model import ModelConfig

    return ModelConfig(VOCABULARY, embedding_size=EMBEDDING, units=UNITS)


BENCHES = {"features": bench_features, "training": bench_training, "decoding": bench_decoding}


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that are named, or all; print a line each."""
    parser = argparse.ArgumentParser(prog="python -m utils bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(BENCHES)}; all if none is named")
    parts = parser.parse_args(arguments).parts or list(BENCHES)
    unknown = [part for part in parts if part not in BENCHES]
    if unknown:
        print(f"There is no part {unknown[0]!r}; choose of {', '.join(BENCHES)}.", file=sys.stderr)
        return 1
    # Here speed counts, and not that the last digits are the same on every processor.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    machine = matrix_product()
    print(f"The matrix product reaches {machine / 1e9:.0f} GFLOP/s here.")
    print(f"{'':<10}{'naive':>9}{'here':>11}", flush=True)
    for part in parts:
        found = BENCHES[part]()
        print(f"{found}   {found.share(machine):>4.0%} of the matrix product", flush=True)
    return 0
