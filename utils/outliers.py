"""Is a photo like the training photos? A captioner guesses where it is not (chapter 7).

The field calls this out-of-distribution detection. A network has a most probable caption for every
photo, so its probabilities do not tell. The features do: a photo of another kind lies far from all
training photos. A captioner's folder cannot hold the features of thousands of photos, so it holds a
summary of them: the directions in which they differ most (principal components) and a few hundred
typical points (the centres of k-means). What is far is learnt from the dev photos.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from utils.support.files import atomic_path

FEWEST = 100  # photos of each list: below this, "99% of the dev photos" means nothing
COMPONENTS, CENTRES = 128, 512
UNLIKE = 0.01  # the share of dev photos that are less alike, below which a photo is unlike them
ROWS = 256  # photos whose maps are averaged at once: those of a whole dataset fill the memory


@dataclass(frozen=True)
class Summary:
    """What a captioner keeps of its training photos.

    `mean` `(1280,)` float32, `axes` `(components, 1280)` and `centres` `(centres, components)`
    float16: of features of length 1. `far` `(dev photos,)` float32: the distances of the dev
    photos, in ascending order.
    """

    mean: np.ndarray
    axes: np.ndarray
    centres: np.ndarray
    far: np.ndarray

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return how far each photo is from the nearest centre, `(n,)` float32.

        `features`: `(n, 1280)`, or maps `(n, 7, 7, 1280)`.
        """
        axes, centres = self.axes.astype(np.float32), self.centres.astype(np.float32)
        centred = directions(features) - self.mean
        inside = centred @ axes.T
        squares = (inside**2).sum(1)[:, None] - 2 * inside @ centres.T + (centres**2).sum(1)
        # The centres have nothing outside of the axes: there the whole of the photo is distance.
        outside = (centred**2).sum(1) - (inside**2).sum(1)
        return np.sqrt(np.maximum(squares.min(1) + outside, 0))

    def likeness(self, features: np.ndarray) -> np.ndarray:
        """Return for each photo the share of dev photos that are less alike, `(n,)`, 0 to 1.

        `features` as in `distances`. Below `UNLIKE` the photo is of another kind.
        """
        nearer = np.searchsorted(self.far, self.distances(features), side="right")
        return 1 - nearer / len(self.far)

    def save(self, path: Path) -> None:
        """Write the summary as a NumPy archive, whole or not at all."""
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, **{one.name: getattr(self, one.name) for one in fields(self)})


def load_summary(path: Path) -> Summary:
    """Return the summary of a file; raises `ValueError` or `KeyError` where it holds none."""
    with np.load(path, allow_pickle=False) as found:
        return Summary(**{one.name: found[one.name] for one in fields(Summary)})


def directions(features: np.ndarray) -> np.ndarray:
    """Return features as vectors of length 1, `(n, 1280)` float32; maps are averaged first.

    The length says how strong a photo's contrasts are, not what it shows.
    """
    if features.ndim == 4:
        parts = [features[start : start + ROWS] for start in range(0, len(features), ROWS)]
        features = np.concatenate([part.astype(np.float32).mean(axis=(1, 2)) for part in parts])
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, 1e-6)).astype(np.float32)


def summarize(features: np.ndarray, train: np.ndarray, dev: np.ndarray) -> Summary | None:
    """Return the summary of training photos, its distances learnt on dev; None for too few photos.

    `features` as in `Summary.distances`; `train`, `dev`: their rows, `(n,)` int. No photo may be in
    both lists, or all others seem far.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import PCA

    if min(len(train), len(dev)) < FEWEST:
        return None
    vectors = directions(features)
    known = vectors[train]
    pca = PCA(min(COMPONENTS, len(known) // 4), random_state=0).fit(known)
    few = min(CENTRES, len(known) // 4)
    kmeans = MiniBatchKMeans(few, random_state=0, n_init=3).fit(pca.transform(known))
    halves = pca.components_.astype(np.float16), kmeans.cluster_centers_.astype(np.float16)
    summary = Summary(pca.mean_.astype(np.float32), *halves, np.zeros(0, np.float32))
    return Summary(summary.mean, *halves, np.sort(summary.distances(vectors[dev])))
