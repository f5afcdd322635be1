"""MobileNetV2 (Sandler et al. 2018) without its classifier: chapter 2.

The committed network holds genuine ImageNet weights that were converted from a PyTorch file
(see `utils/authoring/build_cnn.py`), so that the course needs no download.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from utils.support.files import sha256
from utils.support.paths import DATA

if TYPE_CHECKING:
    import keras

EMBEDDED_CNN = DATA / "mobilenet_v2" / "mobilenet_v2.keras"
FEATURE_SIZE = 1280
MAP_SIZE = 7


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
