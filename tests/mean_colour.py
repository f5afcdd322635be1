"""A stand-in for MobileNetV2 that is quick: a photo's feature is its mean colour, 1280 times."""

import numpy as np


def mean_colour(photos):
    """Return the features of photos `(n, 224, 224, 3)`, `(n, 1280)` float32."""
    return photos.mean(axis=(1, 2, 3), dtype=np.float32)[:, None].repeat(1280, axis=1)


def watched_network(monkeypatch, module):
    """Let it stand in for the network of `utils.features`; return the sizes of its batches."""
    seen = []

    def means(photos):
        seen.append(len(photos))
        return mean_colour(photos)

    monkeypatch.setattr(module, "network", lambda weights, kind, photos: means)
    return seen
