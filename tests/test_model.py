import keras
import numpy as np
import pytest

from utils.model import ModelConfig, build_model, standardize_features, without_mask
from utils.vocabulary import PAD

SIZES = {"vocabulary_size": 30, "feature_size": 12, "embedding_size": 6, "units": 8}


def make(**changes):
    keras.utils.set_random_seed(0)
    return build_model(ModelConfig(**{**SIZES, **changes}))


def run(model, feature, prefix):
    return np.asarray(model({"feature": feature, "prefix": prefix}, training=False))


@pytest.fixture
def feature():
    return np.random.default_rng(0).normal(size=(4, 12)).astype(np.float32)


@pytest.fixture
def prefix():
    return np.random.default_rng(1).integers(1, 30, (4, 5)).astype(np.int32)


@pytest.mark.parametrize("merge", ["add", "concatenate", "multiply"])
def test_it_gives_probabilities_for_prefixes_of_any_length(merge, feature, prefix):
    model = make(merge=merge)
    for length in (1, 3, 5):
        out = run(model, feature, prefix[:, :length])
        assert out.shape == (4, 30)
        np.testing.assert_allclose(out.sum(axis=1), 1, atol=1e-5)


def test_padding_on_the_right_changes_nothing(feature, prefix):
    model = make()
    padded = np.pad(prefix, ((0, 0), (0, 6)), constant_values=PAD)
    np.testing.assert_allclose(run(model, feature, prefix), run(model, feature, padded), atol=1e-6)


def test_the_fast_model_without_mask_shares_weights_and_agrees(feature, prefix):
    model = make()
    fast = without_mask(model)
    np.testing.assert_allclose(run(model, feature, prefix), run(fast, feature, prefix), atol=1e-6)
    model.get_layer("hidden").set_weights([np.ones((8, 8)), np.ones(8)])
    np.testing.assert_allclose(run(model, feature, prefix), run(fast, feature, prefix), atol=1e-6)


def test_both_inputs_and_every_word_of_the_prefix_matter(feature, prefix):
    model = make()
    before = run(model, feature, prefix)
    assert np.abs(run(model, feature + 1, prefix) - before).max() > 1e-5
    for place in range(5):
        changed = prefix.copy()
        changed[:, place] = changed[:, place] % 29 + 1
        assert np.abs(run(model, feature, changed) - before).max() > 1e-6, place


def test_the_embedding_starts_from_the_matrix_and_may_be_frozen():
    matrix = np.random.default_rng(2).normal(size=(30, 6)).astype(np.float32)
    config = ModelConfig(**SIZES, train_embedding=False)
    model = build_model(config, matrix)
    np.testing.assert_array_equal(model.get_layer("embedding").get_weights()[0], matrix)
    assert not any("embedding" in v.path for v in model.trainable_variables)
    with pytest.raises(ValueError, match="same vocabulary"):
        build_model(config, matrix[:-1])


def test_parameters_by_the_formulas():
    model = make()
    v, f, e, u = 30, 12, 6, 8
    lstm = lambda inputs: 4 * (u * (inputs + u) + u)  # noqa: E731
    expected = (f * u + u) + v * e + 2 * lstm(e) + lstm(2 * u) + (u * u + u) + (u * v + v)
    assert model.count_params() == expected


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"merge": "average"}, "merge is 'average'; choose one of add"),
        ({"vocabulary_size": 4}, "needs a word or more"),
    ],
)
def test_impossible_sizes_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        ModelConfig(**{**SIZES, **wrong})


def test_the_untrained_loss_is_the_logarithm_of_the_vocabulary(feature, prefix):
    labels = np.array([3, 9, 20, 29], np.int32)
    loss = keras.losses.sparse_categorical_crossentropy(labels, run(make(), feature, prefix))
    assert float(np.mean(loss)) == pytest.approx(np.log(30), abs=0.3)


def test_standardized_features_have_mean_zero_and_variance_one(feature, prefix):
    model = make(standardize=True)
    plain = make()
    np.testing.assert_allclose(run(model, feature, prefix), run(plain, feature, prefix), atol=1e-4)
    train_features = np.random.default_rng(3).normal(3, 2, (500, 12)).astype(np.float32)
    standardize_features(model, train_features)
    out = np.asarray(model.get_layer("standardize")(train_features))
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=1e-3)
    before = model.get_layer("standardize").get_weights()
    model.compile("sgd", "sparse_categorical_crossentropy")
    inputs = {"feature": feature, "prefix": prefix}
    model.train_on_batch(inputs, np.array([4, 5, 6, 7]))
    for old, new in zip(before, model.get_layer("standardize").get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)  # never those of a batch
    np.testing.assert_allclose(
        run(model, feature, prefix), run(without_mask(model), feature, prefix), atol=1e-6
    )
    with pytest.raises(ValueError, match="standardize"):
        standardize_features(plain, train_features)
