import keras
import numpy as np
import pytest
import tensorflow as tf
from test_attention import attention_model, causal_model

from utils.attention import AttentionConfig, build_attention_model
from utils.bleu import bleu_scores, bleu_statistics
from utils.cider import BleuCounter, Reward, bleu_worth, words_of
from utils.self_critical import (
    SelfCritical,
    SelfCriticalSettings,
    advantages,
    greedy_loss,
    rollout,
    train_self_critical,
)
from utils.sequences import CaptionsOfPhotos, encode_captions, photo_batches
from utils.teacher_forcing import cross_entropy, train_teacher_forcing
from utils.training import BACKUP, TrainingData, TrainingSettings
from utils.vocabulary import END, MARKERS, PAD, START, UNKNOWN, Vocabulary

WORDS = [f"w{number}" for number in range(8)]
VOCABULARY = Vocabulary([*MARKERS, *WORDS])
REFERENCES = [
    [["a", "b", "c", "d"], ["a", "b", "b"]],
    [["c", "d", "e", "f", "g"], ["c", "d"]],
    [["a", "c", "e", "g", "b"]],
]


def make_data(photos=30, seed=0):
    """Captions that the photo decides: the word of its class, then its neighbour, twice."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(len(WORDS), size=photos)
    features = rng.normal(size=(photos, 4, 6)).astype(np.float32) * 0.1
    features[np.arange(photos), kinds % 4, kinds // 4] += 3
    tokens = []
    for kind in kinds:
        pair = [WORDS[kind], WORDS[(kind + 1) % len(WORDS)]]
        tokens.append([pair * 2, pair * 2 + [pair[0]]])
    return features, encode_captions(tokens, VOCABULARY, np.arange(photos))


def make_model(seed=0, dropout=0.0):
    keras.utils.set_random_seed(seed)
    sizes = {"regions": 4, "feature_size": 6, "embedding_size": 8, "units": 16}
    return build_attention_model(AttentionConfig(len(VOCABULARY), dropout=dropout, **sizes))


def settings(**changes):
    return TrainingSettings(
        **{"epochs": 3, "batch_size": 10, "learning_rate": 1e-2, "patience": 9, **changes}
    )


# One pass


def test_every_photo_comes_once_an_epoch_in_an_order_of_its_own():
    _, data = make_data()
    first, again, later = (photo_batches(data, 7, seed=3, epoch=e) for e in (0, 0, 1))
    assert sorted(np.concatenate(first).tolist()) == list(range(30))
    assert [step.tolist() for step in first] == [step.tolist() for step in again]
    assert [step.tolist() for step in first] != [step.tolist() for step in later]


def test_captions_come_with_their_photos():
    _, data = make_data()
    tokens, owners = CaptionsOfPhotos(data).of(np.array([4, 2]))
    assert owners.tolist() == [0, 0, 1, 1]
    assert tokens.shape == (4, 7)
    assert tokens[2, 1] == data.tokens[4, 1]


def test_one_pass_measures_what_prefixes_measure():
    """The mean loss a word is that of asking for each prefix by itself."""
    features, data = make_data(photos=5)
    model = make_model()
    total = 0.0
    for row, length, image in zip(data.tokens, data.lengths, data.image_index, strict=True):
        for place in range(1, length):
            inputs = {"feature": features[[image]], "prefix": row[None, :place]}
            total -= np.log(model(inputs).numpy()[0, -1, row[place]])
    assert cross_entropy(model, features, data) == pytest.approx(
        total / data.prefix_count, abs=1e-5
    )


class StopError(Exception):
    pass


class StopAt(keras.callbacks.Callback):
    """Pulls the plug after a number of steps."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise StopError


def test_it_learns_and_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr("utils.training.PART_STEPS", 2)
    features, data = make_data()
    told = TrainingData(features, data, data, [features[:, ::-1].copy()])
    more = {"average": 0.9, "schedule": "cosine", "warmup": 2}
    how = settings(epochs=25, learning_rate=3e-2, patience=25, **more)
    history = train_teacher_forcing(make_model(dropout=0.1), told, how, tmp_path / "a")
    assert history.best["dev_loss"] < 1.2 < history.epochs[0]["loss"]
    with pytest.raises(StopError):
        train_teacher_forcing(
            make_model(dropout=0.1), told, how, tmp_path / "b", [StopAt(20 * 4 + 3)]
        )
    resumed = train_teacher_forcing(make_model(seed=5, dropout=0.1), told, how, tmp_path / "b")
    assert [e["dev_loss"] for e in resumed.epochs] == [e["dev_loss"] for e in history.epochs]


# Rewards


def test_the_counter_counts_what_bleu_counts():
    hypotheses = [["a", "b", "c", "d"], ["c", "c", "d", "e"], ["g", "a", "c", "e", "g"]]
    rows = BleuCounter(REFERENCES).statistics(range(3), hypotheses)
    np.testing.assert_array_equal(rows, bleu_statistics(REFERENCES, hypotheses))


def test_the_worth_of_a_caption_is_the_derivative_of_log_bleu():
    hypotheses = [["a", "b", "c", "d"], ["c", "d", "e", "f"], ["a", "c", "e", "g"]]
    rows = BleuCounter(REFERENCES).statistics(range(3), hypotheses)
    sums = rows.sum(axis=0)
    step = 1e-4
    changes = [
        np.log(bleu_scores((sums + step * (row - sums / 3))[None])[0, 3] / 100)
        - np.log(bleu_scores(sums[None])[0, 3] / 100)
        for row in rows
    ]
    # Weighing one caption a little more: the others' share shrinks, ratios of sums do not mind.
    np.testing.assert_allclose(np.array(changes) / step * 3, bleu_worth(rows, sums / 3), atol=1e-3)
    assert bleu_worth(rows, sums / 3).sum() == pytest.approx(0, abs=1e-9)


def test_a_short_list_pays_for_length_and_a_long_one_does_not():
    ten = list("abcdabcdab")
    rows = BleuCounter(REFERENCES).statistics([0, 0], [ten, [*ten, "z"]])
    short, long = rows.mean(axis=0), rows.mean(axis=0)
    short[-1], long[-1] = short[-2] * 1.5, long[-2] * 0.9
    gain_short, gain_long = (np.diff(bleu_worth(rows, means))[0] for means in (short, long))
    assert gain_long < 0 < gain_short


def test_a_true_caption_earns_more_than_a_wrong_one():
    reward = Reward(REFERENCES)
    means = reward.counter.statistics([0], [["a", "b", "c", "d"]])[0]
    scores, _ = reward([0, 0], [["a", "b", "c", "d"], ["e", "f", "g", "g"]], means)
    assert scores[0] > scores[1]


# Self-critical training


@pytest.mark.parametrize("build", [attention_model, causal_model])
def test_rollout_without_a_seed_is_greedy_search(build):
    from utils.decoding import greedy

    model = build()
    features = np.random.default_rng(1).normal(size=(6, *model.feature_shape)).astype(np.float32)
    ids = rollout(model, model.encode(features), None, 7).numpy()
    ask = model.next_word(features)
    found = greedy(ask, range(6), max_length=7)
    assert words_of(ids) == [[str(word) for word in caption] for caption in found]


def test_samples_follow_the_probabilities_and_the_seed():
    model = attention_model()
    features = np.random.default_rng(1).normal(size=(1, 4, 6)).astype(np.float32)
    encoded = tf.repeat(model.encode(features), 4000, axis=0)
    ids = rollout(model, encoded, tf.constant([3, 4]), 3).numpy()
    assert (ids == rollout(model, encoded, tf.constant([3, 4]), 3).numpy()).all()
    assert not np.isin(ids[:, 0], [PAD, START, UNKNOWN, END]).any()
    words = np.array([[START]], dtype=np.int32)
    expected = model({"feature": features, "prefix": words}).numpy()[0, 0, 4:]
    seen = np.bincount(ids[:, 0], minlength=12)[4:] / len(ids)
    np.testing.assert_allclose(seen, expected / expected.sum(), atol=0.03)
    after_end = np.cumsum(ids == END, axis=1)[:, :-1] > 0
    assert (ids[:, 1:][after_end] == PAD).all()


def test_advantages_compare_with_the_other_samples():
    found = advantages(np.array([[1.0, 2.0, 6.0]]))
    np.testing.assert_allclose(found, [[1 - 4, 2 - 3.5, 6 - 1.5]])


def test_the_gradient_raises_what_was_better_than_the_others():
    features, data = make_data(photos=4)
    model = make_model()
    learner = SelfCritical(
        model,
        TrainingData(features, data, data),
        SelfCriticalSettings(samples=3, cross_entropy=0.0, max_length=5),
    )
    drawn = learner.sample(features, tf.constant([1, 2]))
    worth, _, means = learner.judge(np.arange(4), drawn.numpy(), np.zeros(10))
    assert worth.reshape(4, 3).sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-5)
    assert worth.any() and means.any()
    with tf.GradientTape() as tape:
        objective = learner.objective(features, drawn, tf.constant(worth), None)

    def log_probs():
        encoded = tf.repeat(model.encode(features), 3, axis=0)
        read = np.column_stack([np.full(len(drawn), START, np.int32), drawn[:, :-1]])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=drawn, logits=model.logits(encoded, read)
        )
        return -(losses.numpy() * (drawn.numpy() != PAD)).sum(axis=1)

    before = (log_probs() * worth).sum()
    gradients = tape.gradient(objective, model.trainable_variables)
    keras.optimizers.SGD(0.05).apply(gradients, model.trainable_variables)
    assert (log_probs() * worth).sum() > before


def test_the_gradient_may_be_taken_under_dropout_and_samples_are_drawn_without():
    features, data = make_data(photos=4)
    model = make_model(dropout=0.5)
    objectives, drawn = {}, []
    for dropout in (False, True):
        learner = SelfCritical(
            model,
            TrainingData(features, data, data),
            SelfCriticalSettings(samples=3, cross_entropy=0.0, max_length=5, dropout=dropout),
        )
        drawn.append(learner.sample(features, tf.constant([1, 2])).numpy())
        worth = learner.judge(np.arange(4), drawn[-1], np.zeros(10))[0]
        objectives[dropout] = [
            float(learner.objective(features, tf.constant(drawn[-1]), worth, None))
            for _ in range(2)
        ]
    np.testing.assert_array_equal(*drawn)
    assert objectives[False][0] == objectives[False][1]
    assert objectives[True][0] != objectives[True][1]


def test_training_on_the_metric_raises_the_metric_and_resumes(tmp_path):
    features, data = make_data()
    told = TrainingData(features, data, data)
    start = make_model()
    train_teacher_forcing(start, told, settings(epochs=60, learning_rate=1e-2, patience=60))
    weights = start.get_weights()

    def model():
        fresh = make_model()
        fresh.set_weights(weights)
        return fresh

    self_critical = SelfCriticalSettings(samples=8, max_length=8)
    how = settings(epochs=12, learning_rate=5e-3, patience=12)
    history = train_self_critical(model(), told, how, self_critical, tmp_path / "a")
    rewards = [-epoch["dev_loss"] for epoch in history.epochs]
    before = greedy_loss(model(), told, self_critical)()
    assert max(rewards) > -before + 0.1
    # Greedy captions of thirty photos jump about; what is trained is the mean reward of samples.
    of_samples = [-epoch["loss"] for epoch in history.epochs]
    assert np.mean(of_samples[-3:]) > np.mean(of_samples[:3]) + 0.3
    with pytest.raises(StopError):
        train_self_critical(model(), told, how, self_critical, tmp_path / "b", [StopAt(7)])
    assert (tmp_path / "b" / BACKUP).is_file()
    resumed = train_self_critical(model(), told, how, self_critical, tmp_path / "b")
    assert [e["loss"] for e in resumed.epochs] == [e["loss"] for e in history.epochs]


def test_one_sample_has_no_others_to_be_compared_with():
    with pytest.raises(ValueError, match="2 or more"):
        SelfCriticalSettings(samples=1)
