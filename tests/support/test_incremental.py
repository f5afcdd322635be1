import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.attention import AttentionConfig, build_attention_model
from utils.beam import beam_search
from utils.causal import build_causal_model
from utils.decoding import greedy
from utils.model import ModelConfig
from utils.support.incremental import FEW, IncrementalDecoder, step_of
from utils.vocabulary import START

WORDS = 12


def attention_model():
    keras.utils.set_random_seed(0)
    config = AttentionConfig(WORDS, regions=4, feature_size=6, embedding_size=5, units=8)
    return build_attention_model(config)


def causal_model():
    keras.utils.set_random_seed(0)
    return build_causal_model(ModelConfig(WORDS, feature_size=6, embedding_size=5, units=8))


MODELS = {"attention": attention_model(), "causal": causal_model()}


def features_for(model, photos):
    shape = (photos, *model.feature_shape)
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def in_one_pass(model, features, images, prefixes):
    """The log-probabilities after whole prefixes, without any state that is kept."""
    found = model({"feature": features[images], "prefix": prefixes}).numpy()[:, -1]
    return np.log(found)


class Counted:
    """A step that counts how many prefixes went through it."""

    def __init__(self, model):
        self.step, self.rows = step_of(model), []

    def __call__(self, encoded, words, state):
        self.rows.append(len(words))
        return self.step(encoded, words, state)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_is_asked_the_answer_is_that_of_the_whole_prefix(model, seed):
    """Prefixes grow, change, come back, in another order, twice or not at all."""
    rng = np.random.default_rng(seed)
    features = features_for(model, 3)
    ask = model.next_word(features)
    images, prefixes = np.arange(3), np.full((3, 1), START, np.int32)
    for _ in range(5):
        found = ask(images, prefixes)
        expected = in_one_pass(model, features, images, prefixes)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        if rng.random() < 0.3:  # something else altogether
            images = rng.integers(3, size=4)
            prefixes = rng.integers(4, WORDS, size=(4, rng.integers(1, 5))).astype(np.int32)
        else:  # some of them, one word longer
            picked = rng.integers(len(images), size=rng.integers(1, 6))
            words = rng.integers(4, WORDS, size=(len(picked), 1)).astype(np.int32)
            images, prefixes = images[picked], np.hstack([prefixes[picked], words])


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("photos", [FEW, FEW + 1], ids=["eager", "as a graph"])
def test_searches_find_what_they_find_without_states(model, photos):
    features = features_for(model, photos)
    rows = np.arange(photos)

    def whole(images, prefixes):
        return in_one_pass(model, features, images, prefixes)

    assert greedy(model.next_word(features), rows, 6) == greedy(whole, rows, 6)
    kept = beam_search(model.next_word(features), rows, 3, 6, count=2)
    anew = beam_search(whole, rows, 3, 6, count=2)
    assert [[h.ids for h in of_one] for of_one in kept] == [[h.ids for h in a] for a in anew]
    scores = [[h.log_prob for of_one in found for h in of_one] for found in (kept, anew)]
    np.testing.assert_allclose(*scores, atol=1e-5)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_search_takes_one_step_for_each_word(model):
    features, asked, step = features_for(model, 2), [], Counted(model)
    decoder = IncrementalDecoder(model, model.encode_all(features), step)

    def ask(images, prefixes):
        asked.append(len(images))
        return decoder(images, prefixes)

    beam_search(ask, np.arange(2), beam_width=3, max_length=7)
    # A photo with fewer live prefixes than the other is asked about as often as that one.
    assert len(step.rows) == len(asked) > 1
    assert all(rows <= 2 * 3 for rows in step.rows)


def test_many_prefixes_go_through_the_network_in_parts(monkeypatch):
    model = MODELS["attention"]
    monkeypatch.setattr("utils.support.incremental.CHUNK", 2)
    features, step = features_for(model, 5), Counted(model)
    decoder = IncrementalDecoder(model, model.encode_all(features), step)
    images, prefixes = np.arange(5), np.full((5, 1), START, np.int32)
    for word in (4, 5):
        found = decoder(images, prefixes)
        expected = in_one_pass(model, features, images, prefixes)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        images = images[::-1]  # so that a state is looked for in another part
        prefixes = np.hstack([prefixes[::-1], np.full((5, 1), word, np.int32)])
    assert step.rows == [2, 2, 1, 2, 2, 1]


def test_a_row_that_is_not_there_is_an_error():
    model = MODELS["causal"]
    ask = model.next_word(features_for(model, 2))
    for row in (-1, 2):
        with pytest.raises(IndexError, match="features of 2 images"):
            ask(np.array([0, row]), np.full((2, 1), START, np.int32))


def test_nothing_asked_is_nothing_answered():
    model = MODELS["causal"]
    found = model.next_word(features_for(model, 2))(
        np.zeros(0, np.int32), np.zeros((0, 2), np.int32)
    )
    assert found.shape == (0, WORDS)
