import keras
import numpy as np
import pytest

from utils.attention import (
    AttentionConfig,
    attend,
    build_attention_model,
    standardize_regions,
)
from utils.beam import beam_search
from utils.causal import build_causal_model
from utils.decoding import greedy
from utils.model import ModelConfig
from utils.vocabulary import START

WORDS = 12


def attention_model(seed=0, **changes):
    keras.utils.set_random_seed(seed)
    sizes = {"regions": 4, "feature_size": 6, "embedding_size": 5, "units": 8, **changes}
    return build_attention_model(AttentionConfig(WORDS, **sizes))


def causal_model(seed=0, **changes):
    keras.utils.set_random_seed(seed)
    sizes = {"feature_size": 6, "embedding_size": 5, "units": 8, **changes}
    return build_causal_model(ModelConfig(WORDS, **sizes))


MODELS = {"attention": attention_model, "causal": causal_model}


def features_for(model, photos=3, seed=0):
    shape = (photos, *model.feature_shape)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def prefixes(photos=3, length=5, seed=1):
    ids = np.random.default_rng(seed).integers(4, WORDS, size=(photos, length)).astype(np.int32)
    ids[:, 0] = START
    return ids


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_a_later_word_never_changes_an_earlier_prediction(build):
    model = build()
    features, words = features_for(model), prefixes()
    before = np.asarray(model({"feature": features, "prefix": words}))
    changed = words.copy()
    changed[:, 3] = (changed[:, 3] - 4 + 1) % (WORDS - 4) + 4
    after = np.asarray(model({"feature": features, "prefix": changed}))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.abs(before[:, 3:] - after[:, 3:]).max() > 1e-6


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_word_by_word_equals_one_pass(build):
    model = build()
    encoded, words = model.encode(features_for(model)), prefixes()
    whole = np.asarray(model.logits(encoded, words))
    state = model.first_state(encoded)
    for place in range(words.shape[1]):
        logits, state = model.step(encoded, words[:, place], state)
        np.testing.assert_allclose(logits, whole[:, place], atol=1e-5)


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_the_photo_and_every_word_matter(build):
    model = build()
    features, words = features_for(model), prefixes()
    given = np.asarray(model({"feature": features, "prefix": words}))
    other = np.asarray(model({"feature": features[::-1].copy(), "prefix": words}))
    assert np.abs(given[0] - other[0]).max() > 1e-6
    assert given.shape == (3, 5, WORDS)
    np.testing.assert_allclose(given.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_decoding_takes_encoded_photos(build):
    model = build()
    features = features_for(model, photos=5)
    ask = model.next_word(features)
    found = greedy(ask, range(5), max_length=6)
    assert found == [best[0].ids for best in beam_search(ask, range(5), 1, max_length=6)]
    words = np.array([[START, 5], [START, 7]], dtype=np.int32)
    log_probs = ask(np.array([4, 2]), words)
    expected = np.asarray(model({"feature": features[[4, 2]], "prefix": words}))[:, -1]
    np.testing.assert_allclose(np.exp(log_probs), expected, atol=1e-5)


def test_attend_by_hand_and_as_keras_does():
    rng = np.random.default_rng(0)
    queries, keys, values = (
        rng.normal(size=size).astype(np.float32) for size in ((2, 3, 4), (2, 5, 4), (2, 5, 7))
    )
    contexts, weights = map(np.asarray, attend(queries, keys, values))
    scores = np.einsum("ntd,nrd->ntr", queries, keys) / 2  # the root of 4
    by_hand = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weights, by_hand, atol=1e-6)
    np.testing.assert_allclose(contexts, np.einsum("ntr,nrv->ntv", by_hand, values), atol=1e-6)
    library = keras.layers.Attention()([queries / 2, values, keys])
    np.testing.assert_allclose(contexts, library, atol=1e-5)


def test_a_look_is_a_distribution_over_the_regions():
    model = attention_model()
    looks = np.asarray(model.look(model.encode(features_for(model)), prefixes()))
    assert looks.shape == (3, 5, 4)
    np.testing.assert_allclose(looks.sum(axis=-1), 1, atol=1e-6)


def test_regions_in_another_order_give_the_same_words():
    model = attention_model()
    features, words = features_for(model), prefixes()
    given = np.asarray(model({"feature": features, "prefix": words}))
    moved = np.asarray(model({"feature": features[:, [2, 0, 3, 1]], "prefix": words}))
    np.testing.assert_allclose(given, moved, atol=1e-6)


def test_standardized_regions_have_mean_0_and_variance_1():
    model = attention_model(standardize=True)
    maps = np.random.default_rng(0).normal(3, 2, size=(50, 2, 2, 6)).astype(np.float16)
    standardize_regions(model, maps)
    found = np.asarray(model.standardize(maps.reshape(50, 4, 6).astype(np.float32)))
    np.testing.assert_allclose(found.mean(axis=(0, 1)), 0, atol=1e-3)
    np.testing.assert_allclose(found.std(axis=(0, 1)), 1, atol=1e-2)
    with pytest.raises(ValueError, match="standardize=True"):
        standardize_regions(attention_model(), maps)


def test_what_does_not_fit_is_refused():
    model = attention_model()
    assert model.shaped(np.zeros((3, 2, 2, 6))).shape == (3, 4, 6)
    with pytest.raises(ValueError, match="cannot reshape"):
        model.shaped(np.zeros((3, 7)))
    with pytest.raises(ValueError, match="merges by Add"):
        causal_model(merge="multiply")


def test_weights_survive_saving(tmp_path):
    for build in MODELS.values():
        model, other = build(), build(seed=1)
        inputs = {"feature": features_for(model), "prefix": prefixes()}
        model.save_weights(tmp_path / "model.weights.h5")
        other.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_array_equal(model(inputs), other(inputs))


def test_glove_starts_the_embedding():
    matrix = np.random.default_rng(0).normal(size=(WORDS, 5)).astype(np.float32)
    keras.utils.set_random_seed(0)
    model = build_attention_model(
        AttentionConfig(WORDS, regions=4, feature_size=6, embedding_size=5, units=8), matrix
    )
    np.testing.assert_array_equal(model.embedding.get_weights()[0], matrix)
