"""Is a photo like the training photos, and is the captioner sure? (chapter 7)

A captioner has a most probable caption for every photo, also for one of a kind that it never saw.
The field calls the search for such photos out-of-distribution detection. The features tell: those
of the training photos differ in a few directions most of all (principal components), and a photo of
another kind has much that these directions do not hold. What is much is learnt from the dev photos.
A captioner's folder keeps the directions and the dev photos' distances; no photo, no caption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from utils.beam import Hypothesis
from utils.support.files import atomic_path
from utils.support.parts import parts

FEWEST = 100  # photos of each list: below this, "99% of the dev photos" means nothing
COMPONENTS = 128
UNLIKE = 0.01  # a photo is unlike the training photos where fewer dev photos are less alike
MOST = 6_000  # photos of each list, as many as Flickr8k's: more would only cost memory
ROWS = 256  # photos whose maps are averaged at once: those of a whole dataset fill the memory


@dataclass(frozen=True)
class Summary:
    """What a captioner keeps of its training photos.

    `mean` `(1280,)` float32 and `axes` `(components, 1280)` float16: of features of length 1.
    `far` `(dev photos,)` float32: the distances of the dev photos, in ascending order.
    """

    mean: np.ndarray
    axes: np.ndarray
    far: np.ndarray

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return how much of each photo the axes leave out, `(n,)` float32, 0 to 2.

        `features`: `(n, 1280)`, or maps `(n, 7, 7, 1280)`.
        """
        axes = self.axes.astype(np.float32)
        centred = directions(features) - self.mean
        return np.linalg.norm(centred - centred @ axes.T @ axes, axis=1)

    def likeness(self, features: np.ndarray) -> np.ndarray:
        """Return for each photo the share of dev photos that are less alike, `(n,)`, 0 to 1.

        `features` as in `distances`. Below `UNLIKE` the photo is of another kind.
        """
        nearer = np.searchsorted(self.far, self.distances(features), side="right")
        return (len(self.far) - nearer) / len(self.far)

    def save(self, path: Path) -> None:
        """Write the summary as a NumPy archive, whole or not at all."""
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, **{one.name: getattr(self, one.name) for one in fields(self)})


def load_summary(path: Path) -> Summary:
    """Return the summary of a file that `Summary.save` wrote."""
    with np.load(path, allow_pickle=False) as found:
        return Summary(**{one.name: found[one.name] for one in fields(Summary)})


def directions(features: np.ndarray) -> np.ndarray:
    """Return features as vectors of length 1, `(n, 1280)` float32; maps are averaged first.

    The length says how strong a photo's contrasts are, not what it shows.
    """
    if features.ndim == 4:
        means = [part.astype(np.float32).mean(axis=(1, 2)) for part in parts(features, ROWS)]
        features = np.concatenate(means)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, 1e-6)).astype(np.float32)


def summarize(features: np.ndarray, train: np.ndarray, dev: np.ndarray) -> Summary | None:
    """Return the summary of training photos, its distances learnt on dev; None for too few photos.

    `features` as in `Summary.distances`; `train`, `dev`: their rows, `(n,)` int, of which at most
    `MOST` are looked at. No photo may be in both lists, or all others seem far.
    """
    from sklearn.decomposition import PCA

    if min(len(train), len(dev)) < FEWEST:
        return None
    vectors = _few(features, train)
    # `copy=False`: the vectors are nobody else's, and may be centred where they are.
    pca = PCA(min(COMPONENTS, len(vectors) // 4), copy=False, random_state=0).fit(vectors)
    mean, axes = pca.mean_.astype(np.float32), pca.components_.astype(np.float16)
    far = Summary(mean, axes, np.zeros(0)).distances(_few(features, dev))
    return Summary(mean, axes, np.sort(far))


def _few(features: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the directions of rows, of at most `MOST`, spread evenly over them."""
    rows = rows[:: -(-len(rows) // MOST)]
    return np.concatenate([directions(features[some]) for some in parts(rows, ROWS)])


def confidence(caption: Hypothesis) -> float:
    """Return how sure a captioner is of a caption, 0 to 1: the mean of its words' probabilities.

    The geometric mean, with the end of the caption as a word.
    """
    return math.exp(caption.log_prob / (len(caption.ids) + caption.finished))
