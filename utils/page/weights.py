"""The networks' weights as a page takes them: a manifest for JSON, and bytes behind it.

A manifest names every array with its shape, its dtype and where its numbers begin; `arrays.js`
reads it. All numbers are little-endian.

MobileNetV2 multiplies a rounding error a thousandfold on its way to the features: with weights in
float16 they are up to 0.15 off, with whole numbers of 16 bits up to 0.01, with 24 bits less than
0.0001. So its kernels are whole numbers of 24 bits with a scale for each output channel, and 16
bits in the largest one, the last, after which nothing is multiplied: that costs 0.0004.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from utils.captions import SPACES
from utils.cnn import build_cnn
from utils.decoding import MAX_LENGTH
from utils.vocabulary import END, PAD, START, UNKNOWN

if TYPE_CHECKING:
    import keras

    from utils.captioner import Captioner

COARSE = ("head",)  # 16 bits are enough: see above
KERAS_EPSILON = 1e-7  # the least deviation that `Normalization` divides by
Exported = tuple[dict[str, Any], bytes]


class Arrays:
    """Collects arrays: their entries in a manifest, and their bytes."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.bytes = bytearray()

    def add(self, name: str, values: np.ndarray) -> None:
        """Add an array as float16 where that loses nothing, else as float32."""
        values = np.asarray(values, np.float32)
        half = values.astype(np.float16)
        exact = np.array_equal(half.astype(np.float32), values)
        dtype, stored = ("float16", half) if exact else ("float32", values)
        self._enter(name, values.shape, dtype, stored.tobytes())

    def add_scaled(self, name: str, values: np.ndarray, bits: int) -> None:
        """Add an array as whole numbers of 16 or 24 bits, with a scale along its last axis."""
        largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
        scales = np.where(largest > 0, largest / (2 ** (bits - 1) - 1), 1).astype(np.float32)
        whole = np.rint(values / scales.astype(np.float64)).astype("<i4")
        # The first bytes of a little-endian number are its lowest ones.
        lowest = whole.reshape(-1, 1).view(np.uint8)[:, : bits // 8]
        self._enter(name, values.shape, f"int{bits}", lowest.tobytes())
        self._enter(f"{name}/scales", scales.shape, "float32", scales.tobytes())

    def _enter(self, name: str, shape: tuple[int, ...], dtype: str, stored: bytes) -> None:
        self.bytes += bytes(-len(self.bytes) % 4)  # float32 begins at a multiple of four
        self.entries[name] = {"shape": list(shape), "dtype": dtype, "offset": len(self.bytes)}
        self.bytes += stored


def exported_cnn() -> Exported:
    """Return MobileNetV2 as manifest and bytes, each batch norm folded into its convolution.

    The manifest's `layers` stand in the order of the network: `name`, `type` (`stem`, `depthwise`
    or `pointwise`), `stride`, `relu` (whether it ends with ReLU6), `add` (whether the block's
    input is added). `scale` and `offset` `(3,)` bring a pixel in [-1, 1] to what the stem expects.
    """
    model, arrays, layers = build_cnn(), Arrays(), []
    names = {layer.name for layer in model.layers}
    for layer in model.layers:
        if f"{layer.name}_bn" not in names:
            continue
        kernel, bias = _folded(layer, model.get_layer(f"{layer.name}_bn"))
        arrays.add_scaled(f"{layer.name}/kernel", kernel, 16 if layer.name in COARSE else 24)
        arrays.add(f"{layer.name}/bias", bias)
        layers.append(
            {
                "name": layer.name,
                "type": _type_of(kernel, layer.name),
                "stride": layer.strides[0],
                "relu": layer.name == "head" or f"{layer.name}_relu" in names,
                "add": _ends_block(layer.name) in names,
            }
        )
    rescaling = model.get_layer("imagenet_mean")
    scaling = {"scale": list(rescaling.scale), "offset": list(rescaling.offset)}
    manifest = {"kind": "cnn", "layers": layers, **scaling, "arrays": arrays.entries}
    return manifest, bytes(arrays.bytes)


def _folded(
    convolution: keras.Layer, norm: keras.layers.BatchNormalization
) -> tuple[np.ndarray, np.ndarray]:
    """Return a convolution's kernel and bias, float64, with the batch norm after it inside.

    The kernel is `(3, 3, channels)` of a depthwise convolution, `(1, 1, in, out)` or
    `(3, 3, in, out)` of another.
    """
    gamma, beta, mean, variance = (np.asarray(w, np.float64) for w in norm.get_weights())
    scale = gamma / np.sqrt(variance + norm.epsilon)
    kernel = np.asarray(convolution.get_weights()[0], np.float64)
    if kernel.shape[-1] == 1:
        kernel = kernel[..., 0]
    return kernel * scale, beta - mean * scale


def _ends_block(name: str) -> str:
    """Return the name of the layer that adds a block's input where this one ends the block."""
    return name.removesuffix("_project") + "_add"


def _type_of(kernel: np.ndarray, name: str) -> str:
    if kernel.ndim == 3:
        return "depthwise"
    return "stem" if name == "stem" else "pointwise"


def exported_captioner(name: str, seen: set[str] | None = None) -> Exported:
    """Return a captioner as manifest and bytes; `name` as `load_captioner` takes it.

    The manifest has `kind` (`merge` or `attention`), `vocabulary` (all words in order), the ids
    `start`, `end`, `padding` and `unknown`, `forbidden` (ids that are never chosen), `maxLength`,
    `beamWidth`, `lengthPenalty`, and `joiner`, which stands between words. Arrays named `summary/`
    hold the summary of the training photos where the captioner has one; `summary` is its hash.
    Captioners of the same photos have the same one: what is in `seen` is left out, and the hashes
    of what is not are added to `seen`.

    Raises what `load_captioner` raises, and `ValueError` for a captioner that the page cannot run.
    """
    from utils.captioner import load_captioner

    captioner = load_captioner(name)
    _demand_known(name, captioner)
    arrays = Arrays()
    for known_as, values in _weights_of(captioner).items():
        arrays.add(known_as, values)
    summary = _add_summary(captioner, arrays, set() if seen is None else seen)
    manifest = {**_settings(captioner), "summary": summary, "arrays": arrays.entries}
    return manifest, bytes(arrays.bytes)


def _add_summary(captioner: Captioner, arrays: Arrays, seen: set[str]) -> str | None:
    """Add the captioner's summary where it is not in `seen`; return its hash, None without one."""
    if captioner.summary is None:
        return None
    parts = {part: np.asarray(getattr(captioner.summary, part)) for part in ("mean", "axes", "far")}
    digest = hashlib.sha256(b"".join(values.tobytes() for values in parts.values())).hexdigest()
    for part, values in parts.items() if digest not in seen else ():
        arrays.add(f"summary/{part}", values)
    seen.add(digest)
    return digest


def _demand_known(name: str, captioner: Captioner) -> None:
    kind, config = captioner.kind.name, captioner.config
    if kind not in ("merge", "attention"):
        raise ValueError(
            f"The captioner {name} is of the kind {kind!r}, which the page cannot run: "
            "choose one of the kind merge or attention."
        )
    if kind == "merge" and config.merge != "add":
        raise ValueError(
            f"The captioner {name} merges in another way than the course's model, by "
            f"{config.merge}: the page knows add only."
        )
    if captioner.cnn_weights != "embedded":
        raise ValueError(
            f"The captioner {name} was trained on features of Keras' own ImageNet weights; the "
            "page has the committed MobileNetV2 only: choose a captioner trained on its features."
        )


def _settings(captioner: Captioner) -> dict[str, Any]:
    return {
        "kind": captioner.kind.name,
        "units": captioner.config.units,
        "vocabulary": captioner.vocabulary.words,
        "padding": PAD,
        "start": START,
        "end": END,
        "unknown": UNKNOWN,
        "forbidden": [PAD, START, UNKNOWN],
        "maxLength": int(captioner.settings.get("max_length", MAX_LENGTH)),
        "beamWidth": captioner.beam_width,
        "lengthPenalty": captioner.length_penalty,
        "joiner": " " if captioner.words == SPACES else "",
    }


def _weights_of(captioner: Captioner) -> dict[str, np.ndarray]:
    """Return a captioner's weights by the names that JavaScript knows them by."""
    attention = captioner.kind.name == "attention"
    layers = (_attention_layers if attention else _merge_layers)(captioner)
    found = {"embedding": layers.pop("embedding").get_weights()[0]}
    standardize = layers.pop("standardize")
    if standardize is not None:
        mean, variance = (np.ravel(values) for values in standardize.get_weights()[:2])
        found["standardize/mean"] = mean
        found["standardize/deviation"] = np.maximum(np.sqrt(variance), KERAS_EPSILON)
    for name, layer in layers.items():
        found |= {f"{name}/{weight.name}": weight.numpy() for weight in layer.weights}
    return found


def _merge_layers(captioner: Captioner) -> dict[str, keras.Layer | None]:
    layers = {layer.name: layer for layer in captioner.model.layers}
    names = ("image_encoder", "embedding", "lstm", "hidden", "next_word")
    return {
        **{name: layers[name] for name in names},
        "forward": layers["bilstm"].forward_layer,
        "backward": layers["bilstm"].backward_layer,
        "standardize": layers.get("standardize"),
    }


def _attention_layers(captioner: Captioner) -> dict[str, keras.Layer | None]:
    model = captioner.model
    names = ("region_encoder", "first_hidden", "first_cell", "embedding", "attention_lstm")
    names += ("query", "key", "language_lstm", "standardize")
    return {**{name: getattr(model, name) for name in names}, "next_word": model.word_logits}
