"""The embedded MobileNetV2: its conventions, its size, and that it sees what is in a photo."""

import shutil

import keras
import numpy as np
import pytest
from sklearn.datasets import load_sample_images
from torch_reference import first_block

from utils import cnn
from utils.cnn import EMBEDDED_CNN, build_cnn, check_sums, weights_hash
from utils.images import preprocess

FIRST_BLOCK = ("stem_relu", "block_01_depthwise_relu", "block_01_project_bn")


@pytest.fixture(scope="module")
def network():
    return build_cnn()


@pytest.fixture(scope="module")
def crops():
    """Four crops of a temple and four of a flower, photos that may be shown: (8, 224, 224, 3)."""
    found = []
    for photo in load_sample_images().images:
        for top, left in ((0, 0), (60, 120), (180, 300), (200, 60)):
            found.append(photo[top : top + 224, left : left + 224])
    return np.stack(found)


def torch_layout(network):
    names = ("stem", "block_01_depthwise", "block_01_project")
    kernels = []
    for name in names:
        kernel = network.get_layer(name).get_weights()[0]
        axes = (2, 3, 0, 1) if "depthwise" in name else (3, 2, 0, 1)
        kernels.append(kernel.transpose(axes))
    norms = [network.get_layer(f"{name}_bn").get_weights() for name in names]
    return kernels, norms


def test_first_block_is_that_of_torch(network, crops):
    photos = crops[[0, 5]]
    outputs = [network.get_layer(name).output for name in FIRST_BLOCK]
    found = keras.Model(network.inputs, outputs).predict(preprocess(photos), verbose=0)
    expected = first_block(photos, *torch_layout(network))
    for name, ours, reference in zip(FIRST_BLOCK, found, expected, strict=True):
        assert ours.shape == reference.shape, name
        np.testing.assert_allclose(ours, reference, atol=2e-4, err_msg=name)
        assert np.abs(reference).mean() > 0.05, name  # not equal by both being nothing


def test_padding_that_torch_does_not_do_would_be_seen(network, crops):
    # Keras' own "same" at stride 2 pads only right and below: the proof above must notice that.
    photos = crops[:1]
    found = keras.Model(network.inputs, network.get_layer("stem").output)
    inputs = keras.Input((224, 224, 3))
    normalised = network.get_layer("imagenet_mean")(inputs)
    other = keras.layers.Conv2D(32, 3, 2, padding="same", use_bias=False)
    wrong = keras.Model(inputs, other(normalised))
    other.set_weights(network.get_layer("stem").get_weights())
    x = preprocess(photos)
    difference = np.abs(found.predict(x, verbose=0) - wrong.predict(x, verbose=0))
    assert difference.mean() > 0.01


def test_parameters_are_those_of_the_paper_without_its_classifier(network):
    assert network.count_params() == 2_257_984


def test_every_batch_norm_has_torchs_epsilon_and_every_wide_kernel_its_padding(network):
    norms = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert len(norms) == 52 and {norm.epsilon for norm in norms} == {1e-5}
    assert {x.padding for x in network.layers if "Conv2D" in type(x).__name__} == {"valid"}


def test_input_is_what_preprocess_input_gives_and_the_graph_normalises(network, crops):
    first = keras.Model(network.inputs, network.get_layer("imagenet_mean").output)
    found = first.predict(preprocess(crops), verbose=0)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    np.testing.assert_allclose(found, (crops / 255 - mean) / std, atol=1e-5)


def test_preprocess_is_keras_and_leaves_its_input_alone(crops):
    before = crops.copy()
    found = preprocess(crops)
    expected = keras.applications.mobilenet_v2.preprocess_input(crops.astype(np.float32))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(crops, before)
    assert found.dtype == np.float32 and found.min() >= -1 and found.max() <= 1
    assert preprocess(np.array([[[[0, 255, 51]]]], np.uint8)).ravel() == pytest.approx(
        [-1, 1, -0.6]
    )


def test_pooled_is_the_mean_of_the_map(network, crops):
    found = network.predict(preprocess(crops), verbose=0)
    assert found["map"].shape == (8, 7, 7, 1280) and found["pooled"].shape == (8, 1280)
    np.testing.assert_allclose(found["pooled"], found["map"].mean(axis=(1, 2)), atol=1e-5)
    assert found["map"].min() == 0 and found["map"].max() <= 6


def test_nearest_neighbours_make_sense(network, crops):
    features = network.predict(preprocess(crops), verbose=0)["pooled"]
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    likeness = features @ features.T
    np.fill_diagonal(likeness, -1)
    photo = np.repeat([0, 1], 4)
    assert (photo[likeness.argmax(axis=1)] == photo).all()
    same = likeness[photo[:, None] == photo[None, :]]
    across = likeness[photo[:, None] != photo[None, :]]
    assert same[same > -1].mean() > across.mean() + 0.2


def test_a_mirrored_photo_is_nearest_to_itself(network, crops):
    features = network.predict(preprocess(crops), verbose=0)["pooled"]
    mirrored = network.predict(preprocess(crops[:, :, ::-1]), verbose=0)["pooled"]
    distance = np.linalg.norm(features[:, None] - mirrored[None], axis=2)
    assert (distance.argmin(axis=1) == np.arange(8)).all() and distance.diagonal().min() > 0


def test_the_committed_file_is_the_one_of_its_sum():
    check_sums(EMBEDDED_CNN.parent)
    sums = (EMBEDDED_CNN.parent / "SHA256SUMS").read_text(encoding="utf-8")
    assert sums.split() == [weights_hash(), EMBEDDED_CNN.name]
    assert weights_hash("imagenet") == "imagenet"


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda folder: (folder / EMBEDDED_CNN.name).unlink(), FileNotFoundError, "is missing"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), FileNotFoundError, "is missing"),
        (
            lambda folder: (folder / EMBEDDED_CNN.name).write_bytes(b"half"),
            RuntimeError,
            "is damaged",
        ),
    ],
)
def test_missing_or_damaged_weights_are_told(tmp_path, monkeypatch, damage, error, words):
    folder = tmp_path / "mobilenet_v2"
    shutil.copytree(EMBEDDED_CNN.parent, folder)
    damage(folder)
    monkeypatch.setattr(cnn, "EMBEDDED_CNN", folder / EMBEDDED_CNN.name)
    with pytest.raises(error, match=words) as told:
        build_cnn()
    assert "git checkout" in str(told.value)


def test_unknown_weights_are_refused():
    with pytest.raises(ValueError, match=r"embedded.*imagenet"):
        build_cnn("torch")


def test_keras_weights_that_cannot_be_downloaded_are_told(monkeypatch):
    def no_network(*_, **__):
        raise OSError("URL fetch failure")

    monkeypatch.setattr(keras.applications, "MobileNetV2", no_network)
    with pytest.raises(RuntimeError, match=r"could not download.*embedded"):
        build_cnn("imagenet")


def test_keras_own_network_has_the_same_outputs(monkeypatch):
    original = keras.applications.MobileNetV2

    def untrained(*given, **named):
        return original(*given, **{**named, "weights": None})

    monkeypatch.setattr(keras.applications, "MobileNetV2", untrained)
    model = build_cnn("imagenet")
    assert model.count_params() == 2_257_984
    assert {name: out.shape[1:] for name, out in model.output.items()} == {
        "map": (7, 7, 1280),
        "pooled": (1280,),
    }
