"""MobileNetV2 (Sandler et al. 2018) without its classifier: chapter 2.

The committed network holds genuine ImageNet weights that were converted from a PyTorch file
(see `utils/authoring/build_cnn.py`), so that the course needs no download.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from utils.support.files import sha256
from utils.support.paths import DATA

if TYPE_CHECKING:
    import keras

EMBEDDED_CNN = DATA / "mobilenet_v2" / "mobilenet_v2.keras"
FEATURE_SIZE = 1280
MAP_SIZE = 7
SHAPES = {"pooled": (FEATURE_SIZE,), "map": (MAP_SIZE, MAP_SIZE, FEATURE_SIZE)}
DTYPES = {"pooled": "float32", "map": "float16"}  # of features that are kept
FEW = 8  # photos for which tracing a graph, a second, does not pay


def build_cnn(weights: str = "embedded") -> keras.Model:
    """Return MobileNetV2 as a feature extractor.

    The model maps photos `(n, 224, 224, 3)` float32 in [-1, 1], as
    `keras.applications.mobilenet_v2.preprocess_input` gives them, to a dictionary:
    `"map"`, `(n, 7, 7, 1280)` float32, one vector for each region of the photo, and
    `"pooled"`, `(n, 1280)` float32, their mean.

    `weights="embedded"` reads the committed file; `weights="imagenet"` asks Keras for its own.
    Raises `ValueError` for another name, `FileNotFoundError` or `RuntimeError` where the weights
    are missing, damaged, or cannot be downloaded.
    """
    if weights == "embedded":
        return _embedded()
    if weights == "imagenet":
        return _from_keras()
    raise ValueError(f'weights is {weights!r}; choose "embedded" (offline) or "imagenet" (Keras).')


def weights_hash(weights: str = "embedded") -> str:
    """Return what names the weights in a cache: the file's SHA-256, or the word `imagenet`."""
    return sha256(EMBEDDED_CNN) if weights == "embedded" else weights


def _embedded() -> keras.Model:
    import keras

    check_sums(EMBEDDED_CNN.parent)
    return keras.saving.load_model(EMBEDDED_CNN, compile=False)


def check_sums(folder: Path) -> None:
    """Compare the files of a folder with its `SHA256SUMS`; raise where one is missing or differs.

    Raises `FileNotFoundError` for a missing file and `RuntimeError` for a damaged one.
    """
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        raise FileNotFoundError(f"{sums} is missing: get it back with `git checkout {sums}`.")
    for line in sums.read_text(encoding="utf-8").splitlines():
        expected, name = line.split()
        path = folder / name
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: get it back with `git checkout {path}`.")
        if sha256(path) != expected:
            raise RuntimeError(
                f"{path} is damaged (its SHA-256 differs from SHA256SUMS): "
                f"get it back with `git checkout {path}`."
            )


def _from_keras() -> keras.Model:
    import keras

    try:
        backbone = keras.applications.MobileNetV2((224, 224, 3), include_top=False)
    except Exception as error:
        raise RuntimeError(
            "Keras could not download its ImageNet weights for MobileNetV2: check the network, "
            'or use the embedded ones with weights="embedded".'
        ) from error
    inputs = keras.Input((224, 224, 3), name="photo")
    feature_map = backbone(inputs)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(feature_map)
    return keras.Model(inputs, {"map": feature_map, "pooled": pooled}, name="mobilenet_v2")


@lru_cache(maxsize=2)
def feature_model(weights: str, kind: str) -> keras.Model:
    """Return the model of one kind of features, built once: photos in [-1, 1] -> features.

    Raises what `build_cnn` raises.
    """
    import keras

    whole = build_cnn(weights)
    return keras.Model(whole.inputs[0], whole.output[kind])


def network(weights: str, kind: str, photos: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return uint8 photos `(n, 224, 224, 3)` -> features, for as many photos as will come."""
    return _layer_by_layer(weights, kind) if photos <= FEW else _traced(weights, kind)


def _layer_by_layer(weights: str, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    import keras
    import tensorflow as tf

    model = feature_model(weights, kind)

    def features_of(photos: np.ndarray) -> np.ndarray:
        scaled = keras.applications.mobilenet_v2.preprocess_input(photos.astype("float32"))
        return tf.cast(model(scaled, training=False), DTYPES[kind]).numpy()

    return features_of


@lru_cache(maxsize=2)
def _traced(weights: str, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return the network as one graph, traced once.

    The weights are constants of the graph, so TensorFlow multiplies each batch norm's scale into
    the kernel before it, once: about a fifth faster.
    """
    import keras
    import tensorflow as tf

    model = feature_model(weights, kind)
    trained = [keras.ops.convert_to_numpy(v) for v in model.trainable_variables]
    fixed = [keras.ops.convert_to_numpy(v) for v in model.non_trainable_variables]

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8)], autograph=False)
    def graph(photos: tf.Tensor) -> tf.Tensor:
        photos = keras.applications.mobilenet_v2.preprocess_input(tf.cast(photos, tf.float32))
        photos = tf.ensure_shape(photos, (None, *model.input_shape[1:]))
        constants = [[tf.constant(value) for value in values] for values in (trained, fixed)]
        features, _ = model.stateless_call(*constants, photos, training=False)
        return tf.cast(features, DTYPES[kind])

    return lambda photos: graph(tf.constant(photos)).numpy()
