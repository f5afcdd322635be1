"""What may travel from the answers of a student to the judge, and how it is read.

The judge must never run what a student wrote, and loading an ordinary pickle can run anything. So
`read_plain` builds numbers, texts, containers, arrays and a few classes of the course, and nothing
else.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections import Counter, OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

DEEPEST = 40  # containers within containers; a list that holds itself is deeper
# module -> what may be built of it. NumPy 1 and 2 write their arrays under different names.
_ALLOWED = {
    "builtins": {"set", "frozenset", "complex", "bytearray", "slice", "range"},
    "collections": {"Counter", "OrderedDict", "deque"},
    "decimal": {"Decimal"},
    "fractions": {"Fraction"},
    "numpy": {"ndarray", "dtype"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy.core.numeric": {"_frombuffer"},
    "numpy._core.numeric": {"_frombuffer"},
    "utils.classroom.plain_values": {"Opaque", "ModelFile"},
    "utils.exercises.measure_8": {"Bandit"},
}
_AS_THEY_ARE = (bool, int, float, complex, str, bytes, bytearray, range, Fraction, Decimal)


class Unsafe(Exception):
    """What came is no plain value."""


class Opaque:
    """Stands for a value that cannot travel; its class has the name of that value's class."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.__class__ = type(kind, (Opaque,), {})

    def __reduce__(self) -> tuple[Any, ...]:
        return Opaque, (self.kind,)

    def __repr__(self) -> str:
        return f"<{self.kind}>"


class ModelFile:
    """A Keras model as the bytes of a `.keras` file, of which the judge builds a model anew."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __reduce__(self) -> tuple[Any, ...]:
        return ModelFile, (self.content,)


class _PlainReader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name not in _ALLOWED.get(module, ()):
            raise Unsafe(f"{module}.{name} is no plain value.")
        return super().find_class(module, name)


def read_plain(data: bytes) -> Any:
    """Return a plain value. Raises `Unsafe` where the bytes hold anything else, or are damaged."""
    try:
        return _PlainReader(io.BytesIO(data)).load()
    except Unsafe:
        raise
    except Exception as error:  # damaged bytes raise anything
        raise Unsafe(f"What came cannot be read ({type(error).__name__}).") from error


def write_plain(value: Any) -> bytes:
    """Return a value as bytes for `read_plain`; what is not plain becomes `Opaque`."""
    return pickle.dumps(plain_value(value), protocol=5)


def plain_value(value: Any, depth: int = 0) -> Any:
    """Return a value made of what may travel: subclasses as their base, tensors as arrays."""
    if value is None or value is Ellipsis or type(value) in _AS_THEY_ARE:
        return value
    if depth > DEEPEST:
        return Opaque(type(value).__name__)
    if isinstance(value, np.ndarray | np.generic):
        return _plain_array(value, depth)
    if isinstance(value, list | tuple | set | frozenset | deque | dict):
        return _plain_container(value, depth)
    if isinstance(value, str):
        return str.__str__(value)  # `str(value)` would ask the subclass
    for base in _AS_THEY_ARE:
        if isinstance(value, base):
            return base(value)
    if type(value).__module__ == "utils.exercises.measure_8" and type(value).__name__ == "Bandit":
        return value
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(value, keras.Model):
        return _as_file(value)
    if hasattr(value, "__array__") and not isinstance(value, type):
        return plain_value(np.asarray(value), depth + 1)
    return Opaque(type(value).__name__)


def _plain_array(value: np.ndarray | np.generic, depth: int) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "O":
        parts = np.empty(array.shape, dtype=object)
        for place in np.ndindex(array.shape):
            parts[place] = plain_value(array[place], depth + 1)
        return parts
    if array.dtype.kind == "V":  # such as a row with named fields
        return Opaque("ndarray")
    return array if isinstance(value, np.ndarray) else value


def _plain_container(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        pairs = {
            plain_value(key, depth + 1): plain_value(part, depth + 1) for key, part in value.items()
        }
        kind = next((one for one in (Counter, OrderedDict) if isinstance(value, one)), dict)
        return kind(pairs)
    kinds = (list, tuple, set, frozenset, deque)
    kind = next(one for one in kinds if isinstance(value, one))
    return kind(plain_value(part, depth + 1) for part in value)


def _as_file(model: Any) -> ModelFile | Opaque:
    """Return a model as a file; what Keras cannot write is opaque."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
        except Exception:  # Keras raises many kinds, for layers of a student's own
            return Opaque(type(model).__name__)
        return ModelFile(path.read_bytes())


def model_of(file: ModelFile) -> Any:
    """Return the Keras model in a file, built anew. Raises `Unsafe` where Keras refuses it."""
    import keras

    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(file.content)
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:
            raise Unsafe(
                "The model cannot be saved and built again, so it cannot be graded: use Keras' own "
                "layers and operations, and no `Lambda`."
            ) from error
