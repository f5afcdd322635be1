"""Greedy, beam and sampling against a fake network: bigram tables that depend on the image."""

import itertools

import numpy as np
import pytest

from utils.beam import beam_search
from utils.decoding import captions_of, greedy, sample
from utils.model import next_word_of, traced
from utils.vocabulary import END, MARKERS, PAD, START, UNKNOWN, Vocabulary

FORBIDDEN = {PAD, START, END, UNKNOWN}


class Bigrams:
    """A `NextWord` whose log-probabilities depend on the image and on the last two ids."""

    def __init__(self, images=6, size=9, seed=0, end=0.0, sharpness=1.5):
        rng = np.random.default_rng(seed)
        logits = sharpness * rng.normal(size=(images, size, size, size))
        logits[..., END] += end
        self.table = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        self.calls, self.rows = 0, 0

    def __call__(self, images, prefixes):
        assert prefixes.dtype == np.int32 and images.dtype == np.int32
        assert len(images) == len(prefixes) and (prefixes[:, 0] == START).all()
        assert not (prefixes == END).any(), "a finished caption was asked about again"
        self.calls += 1
        self.rows += len(images)
        before = prefixes[:, -2] if prefixes.shape[1] > 1 else np.zeros(len(prefixes), int)
        return self.table[images, before, prefixes[:, -1]].astype(np.float32)

    def log_prob(self, image, ids):
        """The log-probability of a sequence after <start>, id by id."""
        prefix, total = [PAD, START], 0.0
        for index in ids:
            total += float(np.float32(self.table[image, prefix[-2], prefix[-1], index]))
            prefix.append(index)
        return total


def step_by_step(model, image, max_length):
    """The plainest greedy there is, one image, one prefix."""
    prefix = [START]
    while len(prefix) <= max_length:
        values = model(np.array([image], np.int32), np.array([prefix], np.int32))[0].copy()
        values[[PAD, START, UNKNOWN]] = -np.inf
        if len(prefix) == 1:
            values[END] = -np.inf
        word = int(values.argmax())
        if word == END:
            break
        prefix.append(word)
    return prefix[1:]


@pytest.mark.parametrize("seed", range(8))
def test_greedy_equals_the_plain_loop(seed):
    model = Bigrams(seed=seed, end=1.0)
    images = [3, 0, 5, 3]
    assert greedy(model, images, 12) == [step_by_step(model, image, 12) for image in images]


@pytest.mark.parametrize("penalty", [-0.5, 0.0, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(10))
def test_a_beam_of_width_1_is_greedy(seed, penalty):
    model = Bigrams(seed=seed, end=(seed % 4) - 1.0, images=20)
    found = beam_search(model, range(20), beam_width=1, max_length=9, length_penalty=penalty)
    assert [hypotheses[0].ids for hypotheses in found] == greedy(model, range(20), max_length=9)


@pytest.mark.parametrize("penalty", [-0.5, 0.0, 0.6, 1.0, 1.7])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_wide_enough_equals_exhaustive_search(seed, penalty):
    model, longest = Bigrams(size=7, seed=seed, images=3), 4
    found = beam_search(model, range(3), 500, longest, penalty, count=5)
    for image in range(3):
        scores = {
            words: model.log_prob(image, [*words, END]) / (len(words) + 1) ** penalty
            for length in range(1, longest)
            for words in itertools.product(range(4, 7), repeat=length)
        }
        best = sorted(scores, key=scores.get, reverse=True)[:5]
        assert [tuple(h.ids) for h in found[image]] == best
        assert [h.score for h in found[image]] == pytest.approx([scores[words] for words in best])
        assert all(h.finished for h in found[image])


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_properties_of_hypotheses(width, penalty):
    model = Bigrams(images=30, size=12, seed=width, end=0.5)
    found = beam_search(model, range(30), width, 8, penalty, count=width)
    for image, hypotheses in enumerate(found):
        assert 1 <= len(hypotheses) <= width
        assert len({tuple(h.ids) for h in hypotheses}) == len(hypotheses)
        ranks = [(not h.finished, -h.score) for h in hypotheses]
        assert ranks == sorted(ranks)
        for h in hypotheses:
            assert 1 <= len(h.ids) <= 8 and not FORBIDDEN & set(h.ids)
            ids = [*h.ids, END] if h.finished else h.ids
            assert h.log_prob == pytest.approx(model.log_prob(image, ids), abs=1e-9)
            assert h.score == pytest.approx(h.log_prob / len(ids) ** penalty, abs=1e-12)


def test_the_early_stop_changes_no_result():
    """An image that stops early would not have found a better caption within its beam."""

    def without_early_stop(model, image, width, longest, penalty):
        live, done = [([START], 0.0)], []
        for _ in range(longest):
            grown = []
            for prefix, total in live:
                values = model(np.array([image], np.int32), np.array([prefix], np.int32))[0]
                for index in range(len(values)):
                    at_once = index == END and len(prefix) == 1
                    if index not in (PAD, START, UNKNOWN) and not at_once:
                        grown.append(([*prefix, index], total + float(values[index])))
            grown.sort(key=lambda pair: -pair[1])
            for ids, total in grown[:width]:
                if ids[-1] == END:
                    done.append((total / (len(ids) - 1) ** penalty, ids[1:-1]))
            live = [pair for pair in grown if pair[0][-1] != END][:width]
            if len(done) >= width:
                break
        cut = [(total / (len(ids) - 1) ** penalty, ids[1:]) for ids, total in live]
        return max(done, default=None) or max(cut)

    for seed, penalty in itertools.product(range(5), (0.0, 0.5, 1.0, -0.3)):
        model = Bigrams(images=8, size=10, seed=seed, end=1.0)
        found = beam_search(model, range(8), 3, 10, penalty)
        for image in range(8):
            score, ids = without_early_stop(model, image, 3, 10, penalty)
            assert found[image][0].ids == ids
            assert found[image][0].score == pytest.approx(score)


def test_a_model_that_never_ends_still_gives_captions():
    model = Bigrams(end=-200.0)
    assert [len(ids) for ids in greedy(model, range(6), max_length=7)] == [7] * 6
    assert [len(ids) for ids in sample(model, range(6), max_length=7)] == [7] * 6
    for hypotheses in beam_search(model, range(6), 3, max_length=7, count=3):
        assert [len(h.ids) for h in hypotheses] == [7] * 3
        assert not any(h.finished for h in hypotheses)


def test_a_model_that_wants_to_end_at_once_says_one_word():
    model = Bigrams(end=200.0)
    assert [len(ids) for ids in greedy(model, range(6))] == [1] * 6
    assert [len(ids) for ids in sample(model, range(6))] == [1] * 6
    found = beam_search(model, range(6), 3, count=3)
    assert all(len(h.ids) == 1 and h.finished for hypotheses in found for h in hypotheses)


@pytest.mark.parametrize("marker", [PAD, START, UNKNOWN])
def test_markers_are_never_emitted_however_probable(marker):
    model = Bigrams(seed=marker)
    model.table[..., marker] = 0.0
    captions = greedy(model, range(6), 6) + sample(model, range(6), max_length=6)
    captions += [h.ids for found in beam_search(model, range(6), 4, 6, count=4) for h in found]
    assert not any(FORBIDDEN & set(ids) for ids in captions)


def test_words_of_probability_zero_everywhere_still_give_a_caption():
    def nothing(images, prefixes):
        return np.full((len(images), 6), -np.inf, dtype=np.float32)

    assert all(len(ids) >= 1 and not FORBIDDEN & set(ids) for ids in greedy(nothing, [0], 3))
    assert not FORBIDDEN & set(sample(nothing, [0], max_length=3)[0])
    assert beam_search(nothing, [0], 2, 3)[0][0].ids


def test_no_image_changes_the_captions_of_another():
    model = Bigrams(images=12, end=0.5)
    whole = beam_search(model, range(12), 4, 10, count=4)
    alone = [beam_search(model, [image], 4, 10, count=4)[0] for image in range(12)]
    assert whole == alone
    drawn = sample(model, range(12), seed=5, max_length=10)
    assert drawn == [sample(model, [i], seed=5, max_length=10)[0] for i in range(12)]
    assert drawn[::-1] == sample(model, range(11, -1, -1), seed=5, max_length=10)


def test_one_call_a_step_and_finished_images_leave_the_batch():
    model = Bigrams(images=50, end=1.0, seed=3)
    found = beam_search(model, range(50), 4, 15)
    assert model.calls <= 15
    assert model.rows < 50 + 50 * 4 * 14
    model.calls = model.rows = 0
    captions = greedy(model, range(50), 15)
    assert model.calls <= 15
    # One question a word, and one more that was answered by <end>.
    assert model.rows == sum(len(ids) + (len(ids) < 15) for ids in captions)
    assert len(found) == 50


def test_equal_probabilities_take_the_lower_id():
    def flat(images, prefixes):
        values = np.zeros((len(images), 8), dtype=np.float32)
        values[:, END] = -1.0 if prefixes.shape[1] < 3 else 1.0
        return values

    assert greedy(flat, [0, 1], 5) == [[4, 4], [4, 4]]
    found = beam_search(flat, [0], 3, 5, count=3)[0]
    assert [h.ids for h in found] == [[4, 4], [4, 5], [4, 6]]


def test_a_wider_beam_finds_what_greedy_misses():
    # 4 is likelier than 5, but after 5 the caption is nearly sure and after 4 nothing is.
    probabilities = np.full((8, 8), 1e-9)
    probabilities[START, [4, 5]] = 0.6, 0.4
    probabilities[4, [4, 5, 6, 7, END]] = 0.2
    probabilities[5, END] = 0.99

    def model(images, prefixes):
        return np.log(probabilities[prefixes[:, -1]]).astype(np.float32)

    best = beam_search(model, [0], 2, 5, length_penalty=0.0)[0][0]
    assert best.ids == [5] and best.log_prob == pytest.approx(np.log(0.4 * 0.99))
    assert greedy(model, [0], 5)[0][0] == 4


def test_a_longer_penalty_prefers_longer_captions():
    model = Bigrams(images=40, size=20, end=1.5)
    lengths = [
        np.mean([len(found[0].ids) for found in beam_search(model, range(40), 5, 15, penalty)])
        for penalty in (0.0, 1.0, 3.0)
    ]
    assert lengths[0] < lengths[1] < lengths[2]


def test_sampling_follows_seed_temperature_and_top_k():
    model = Bigrams(images=30, end=0.5)
    first = sample(model, range(30), seed=1, max_length=10)
    assert first == sample(model, range(30), seed=1, max_length=10)
    assert first != sample(model, range(30), seed=2, max_length=10)
    plain = greedy(model, range(30), 10)
    assert sample(model, range(30), top_k=1, max_length=10) == plain
    assert sample(model, range(30), temperature=1e-4, max_length=10) == plain
    repeated = sample(model, [0] * 30, max_length=10)
    assert len({tuple(ids) for ids in repeated}) > 5


@pytest.mark.parametrize("top_k", [None, 3])
def test_sampled_frequencies_are_the_probabilities(top_k):
    probabilities = np.array([0.05, 0.05, 0.2, 0.1, 0.3, 0.15, 0.1, 0.05])

    def model(images, prefixes):
        return np.tile(np.log(probabilities), (len(images), 1)).astype(np.float32)

    words = np.array(sample(model, [0] * 20_000, temperature=0.5, top_k=top_k, max_length=1))
    share = np.bincount(words[:, 0], minlength=8) / len(words)
    expected = np.where(np.arange(8) > 3, probabilities, 0) ** 2
    if top_k:
        expected[7] = 0
    assert share == pytest.approx(expected / expected.sum(), abs=0.012)


def test_no_images_no_captions():
    assert greedy(Bigrams(), []) == [] and sample(Bigrams(), []) == []
    assert beam_search(Bigrams(), []) == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: greedy(m, [0], max_length=0), "max_length is 0"),
        (lambda m: sample(m, [0], temperature=0), "above 0"),
        (lambda m: sample(m, [0], top_k=0), "top_k is 0"),
        (lambda m: beam_search(m, [0], beam_width=0), "beam_width is 0"),
        (lambda m: greedy(lambda i, p: np.full((1, 9), np.nan), [0]), "NaN"),
    ],
)
def test_bad_settings_are_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call(Bigrams())


def test_captions_of_gives_words():
    vocabulary = Vocabulary([*MARKERS, "a", "dog"])
    assert captions_of([[4, 5], [5]], vocabulary) == [["a", "dog"], ["dog"]]


@pytest.fixture(scope="module")
def network():
    keras = pytest.importorskip("keras")
    from utils.model import ModelConfig, build_model

    keras.utils.set_random_seed(0)
    config = ModelConfig(vocabulary_size=12, feature_size=6, embedding_size=5, units=8)
    model = build_model(config)
    weights = [3.0 * weight for weight in model.get_weights()]
    model.set_weights(weights)
    features = np.random.default_rng(0).normal(size=(7, 6)).astype(np.float32)
    return model, features


def test_the_keras_wrapper_gives_the_models_logarithms(network):
    model, features = network
    ask = next_word_of(traced(model), features, chunk=2)
    images = np.array([6, 0, 3, 3, 1], dtype=np.int32)
    for length in (1, 4):
        prefixes = np.full((5, length), START, dtype=np.int32)
        prefixes[:, 1:] = np.arange(4, 9)[:, None]
        inputs = {"feature": features[images], "prefix": prefixes}
        expected = np.log(np.asarray(model(inputs, training=False)))
        found = ask(images, prefixes)
        assert found.shape == (5, 12) and found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(IndexError, match="features of 7 images"):
        ask(np.array([7], np.int32), np.array([[START]], np.int32))
    with pytest.raises(IndexError, match="features of 7 images"):
        ask(np.array([-1], np.int32), np.array([[START]], np.int32))


def test_a_row_does_not_depend_on_the_rest_of_the_batch(network):
    model, features = network
    ask = next_word_of(traced(model), features)
    images = np.array([2, 5, 2], dtype=np.int32)
    prefixes = np.array([[START, 4, 5], [START, 6, 7], [START, 8, 9]], dtype=np.int32)
    together = ask(images, prefixes)
    for row in range(3):
        alone = ask(images[row : row + 1], prefixes[row : row + 1])
        np.testing.assert_allclose(together[row], alone[0], rtol=1e-5, atol=1e-6)
    # The photo and the words both count.
    assert np.abs(together[0] - together[1]).max() > 1e-4
    assert np.abs(together[0] - together[2]).max() > 1e-4


def test_the_search_runs_on_a_keras_model(network):
    model, features = network
    ask = next_word_of(traced(model), features)
    plain = greedy(ask, range(7), 6)
    found = beam_search(ask, range(7), 1, 6)
    assert plain == [hypotheses[0].ids for hypotheses in found]
    wide = beam_search(ask, range(7), 4, 6, count=2)
    assert all(1 <= len(h.ids) <= 6 for hypotheses in wide for h in hypotheses)


def test_the_graph_is_traced_once(network):
    import keras

    class Counting(keras.layers.Layer):
        traces = 0

        def call(self, value):
            Counting.traces += 1
            return value

    model, features = network
    inputs = {
        "feature": keras.Input((6,), name="feature"),
        "prefix": keras.Input((None,), dtype="int32", name="prefix"),
    }
    ask = next_word_of(traced(keras.Model(inputs, Counting()(model(inputs)))), features)
    Counting.traces = 0
    beam_search(ask, range(7), 3, 6)
    greedy(ask, range(5), 6)
    assert Counting.traces <= 2
