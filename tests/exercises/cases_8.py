"""Answers to the exercises of chapter 8: plausible mistakes and right ones."""

import math
from decimal import Decimal
from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf
from scipy.special import log_softmax, logsumexp, softmax

from utils.exercises.measure_8 import Bandit, measure_bandit
from utils.self_critical import advantages
from utils.vocabulary import END, PAD


def _look(regions, weights):
    return (weights * regions).sum(axis=1), weights


def every_weight_1_8_2(regions, scores):
    return _look(regions, softmax(scores, axis=-1))


def half_mended_8_2(regions, scores):
    stable = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return _look(regions, stable / stable.sum(axis=1, keepdims=True))


def other_half_mended_8_2(regions, scores):
    stable = np.exp(scores - scores.max(axis=1, keepdims=True))
    return _look(regions, stable / stable.sum(axis=-1, keepdims=True))


def over_the_batch_8_2(regions, scores):
    return _look(regions, softmax(scores, axis=0))


def over_everything_8_2(regions, scores):
    return _look(regions, softmax(scores))


def only_divided_8_2(regions, scores):
    return _look(regions, np.ones(scores.shape) / scores.shape[1])


def not_divided_8_2(regions, scores):
    return _look(regions, np.exp(scores))


def one_sum_8_2(regions, scores):
    stable = np.exp(scores - scores.max(axis=1, keepdims=True))
    return _look(regions, stable / stable.sum())


def sigmoid_8_2(regions, scores):
    return _look(regions, 1 / (1 + np.exp(-scores)))


def meant_twice_8_2(regions, scores):
    weights = softmax(scores, axis=1)
    return (weights * regions).mean(axis=1), weights


def unweighted_8_2(regions, scores):
    return regions.mean(axis=1), softmax(scores, axis=1)


def exchanged_8_2(regions, scores):
    return right_8_2(regions, scores)[::-1]


def weights_alone_8_2(regions, scores):
    return softmax(scores, axis=1)


def no_return_8_2(regions, scores):
    _look(regions, softmax(scores, axis=1))


def overflowing_8_2(regions, scores):
    with np.errstate(all="ignore"):
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return _look(regions, weights)


def one_largest_8_2(regions, scores):
    with np.errstate(all="ignore"):
        powers = np.exp(scores - scores.max())
        return _look(regions, powers / powers.sum(axis=1, keepdims=True))


def clipped_8_2(regions, scores):
    powers = np.exp(np.clip(scores, -80, 80))
    return _look(regions, powers / powers.sum(axis=1, keepdims=True))


def _powers_8_2(regions, scores, subtracted):
    with np.errstate(all="ignore"):
        powers = np.exp(scores - subtracted)
        return _look(regions, powers / powers.sum(axis=1, keepdims=True))


def smallest_8_2(regions, scores):
    return _powers_8_2(regions, scores, scores.min(axis=1, keepdims=True))


def mean_8_2(regions, scores):
    return _powers_8_2(regions, scores, scores.mean(axis=1, keepdims=True))


def median_8_2(regions, scores):
    return _powers_8_2(regions, scores, np.median(scores, axis=1, keepdims=True))


def absolute_8_2(regions, scores):
    return _powers_8_2(regions, scores, np.abs(scores).max(axis=1, keepdims=True))


def from_0_8_2(regions, scores):
    return _powers_8_2(regions, scores, scores.max(axis=1, keepdims=True, initial=0))


def without_the_axis_8_2(regions, scores):
    weights = softmax(scores[..., 0], axis=1)
    return np.einsum("nr,nrd->nd", weights, regions), weights


def axis_kept_8_2(regions, scores):
    weights = softmax(scores, axis=1)
    return (weights * regions).sum(axis=1, keepdims=True), weights


def right_8_2(regions, scores):
    weights = softmax(scores, axis=1)
    return (weights * regions).sum(axis=1), weights


def right_loop_8_2(regions, scores):
    weights = np.stack([np.exp(row - row.max()) for row in scores])
    weights = np.stack([row / row.sum() for row in weights])
    return np.stack(
        [row[:, 0] @ photo for row, photo in zip(weights, regions, strict=True)]
    ), weights


def right_mended_8_2(regions, scores):
    stable = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = stable / stable.sum(axis=1, keepdims=True)
    return (weights * regions).sum(axis=1), weights


def right_tensors_8_2(regions, scores):
    weights = tf.nn.softmax(scores, axis=1)
    return tf.reduce_sum(weights * regions, axis=1), weights


def right_einsum_8_2(regions, scores):
    weights = np.exp(scores - logsumexp(scores, axis=1, keepdims=True))
    return np.einsum("nrk,nrd->nd", weights, regions).astype(np.float32), weights


def right_lists_8_2(regions, scores):
    contexts, weights = [], []
    for photo, column in zip(regions, scores, strict=True):
        largest = column.max()
        powers = [math.exp(float(score[0]) - float(largest)) for score in column]
        weights.append([[power / sum(powers)] for power in powers])
        contexts.append(sum(w[0] * region for w, region in zip(weights[-1], photo, strict=True)))
    return [contexts, weights]


def with_padding_8_3(log_probs, tokens):
    return -np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1).mean()


def not_moved_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, :-1, None], axis=-1)[..., 0]
    return -found[tokens[:, 1:] != PAD].mean()


def not_moved_either_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, :-1, None], axis=-1)[..., 0]
    return -found[tokens[:, :-1] != PAD].mean()


def mask_not_moved_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1)[..., 0]
    return -found[tokens[:, :-1] != PAD].mean()


def without_end_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -found[(labels != PAD) & (labels != END)].mean()


def without_sign_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1)[..., 0]
    return found[tokens[:, 1:] != PAD].mean()


def captions_alike_8_3(log_probs, tokens):
    return np.mean([right_8_3(log_probs[n : n + 1], tokens[n : n + 1]) for n in range(len(tokens))])


def places_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -np.where(labels != PAD, found, 0).mean()


def sum_8_3(log_probs, tokens):
    return right_8_3(log_probs, tokens) * (tokens[:, 1:] != PAD).sum()


def sum_of_captions_8_3(log_probs, tokens):
    return right_8_3(log_probs, tokens) * (tokens[:, 1:] != PAD).sum() / len(tokens)


def with_start_8_3(log_probs, tokens):
    return right_8_3(log_probs, tokens) * (tokens[:, 1:] != PAD).sum() / (tokens != PAD).sum()


def bits_8_3(log_probs, tokens):
    return right_8_3(log_probs, tokens) / math.log(2)


def perplexity_8_3(log_probs, tokens):
    return math.exp(right_8_3(log_probs, tokens))


def of_probabilities_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -np.log(np.exp(found)[labels != PAD].mean())


def median_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -np.median(found[labels != PAD])


def one_each_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    return -np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0] * (labels != PAD)


def log_twice_8_3(log_probs, tokens):
    with np.errstate(all="ignore"):
        return right_8_3(np.log(log_probs), tokens)


def nonzero_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    found = np.where(labels != PAD, found, 0)
    return -found.sum() / np.count_nonzero(found)


def rounded_8_3(log_probs, tokens):
    return round(float(right_8_3(log_probs, tokens)), 3)


def right_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -found[labels != PAD].mean()


def right_loop_8_3(log_probs, tokens):
    total, count = 0.0, 0
    for row, caption in zip(log_probs, tokens, strict=True):
        for place, label in enumerate(caption[1:]):
            if label != PAD:
                total -= row[place, label]
                count += 1
    return total / count


def right_indexed_8_3(log_probs, tokens):
    rows, places = np.nonzero(tokens[:, 1:])
    return -np.mean(log_probs[rows, places, tokens[rows, places + 1]])


def right_one_hot_8_3(log_probs, tokens):
    one_hot = np.eye(log_probs.shape[-1])[tokens[:, 1:]]
    one_hot[..., PAD] = 0
    return np.array(-(one_hot * log_probs).sum() / one_hot.sum())


def right_keras_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    losses = keras.losses.sparse_categorical_crossentropy(labels, log_probs, from_logits=True)
    is_word = tf.cast(labels != PAD, losses.dtype)
    return tf.reduce_sum(losses * is_word) / tf.reduce_sum(is_word)


def with_itself_8_4(rewards):
    return rewards - rewards.mean(axis=1, keepdims=True)


def turned_8_4(rewards):
    return -right_8_4(rewards)


def baseline_8_4(rewards):
    return rewards - right_8_4(rewards)


def over_the_batch_8_4(rewards):
    return rewards - rewards.mean()


def over_the_others_of_the_batch_8_4(rewards):
    return rewards - (rewards.sum() - rewards) / (rewards.size - 1)


def down_the_columns_8_4(rewards):
    return rewards - rewards.mean(axis=0)


def others_down_the_columns_8_4(rewards):
    return rewards - (rewards.sum(axis=0) - rewards) / (len(rewards) - 1)


def against_the_best_8_4(rewards):
    return rewards - rewards.max(axis=1, keepdims=True)


def against_the_best_other_8_4(rewards):
    others = [np.delete(rewards, n, axis=1).max(axis=1) for n in range(rewards.shape[1])]
    return rewards - np.stack(others, axis=1)


def against_the_first_8_4(rewards):
    return rewards - rewards[:, [0]]


def median_8_4(rewards):
    others = [np.median(np.delete(rewards, n, axis=1), axis=1) for n in range(rewards.shape[1])]
    return rewards - np.stack(others, axis=1)


def median_of_all_8_4(rewards):
    return rewards - np.median(rewards, axis=1, keepdims=True)


def sum_of_others_8_4(rewards):
    return rewards - (rewards.sum(axis=1, keepdims=True) - rewards)


def one_too_many_8_4(rewards):
    return rewards - (rewards.sum(axis=1, keepdims=True) - rewards) / rewards.shape[1]


def by_value_8_4(rewards):
    rows = []
    for row in rewards:
        others = [[other for other in row if other != reward] or [reward] for reward in row]
        rows.append([reward - np.mean(rest) for reward, rest in zip(row, others, strict=True)])
    return np.array(rows)


def in_place_8_4(rewards):
    rewards -= rewards.mean(axis=1, keepdims=True)
    rewards *= rewards.shape[1] / (rewards.shape[1] - 1)
    return rewards


def rounded_8_4(rewards):
    return np.round(right_8_4(rewards.astype(float)), 2)


def noisy_8_4(rewards):
    return right_8_4(rewards) + np.random.default_rng().normal(size=rewards.shape)


def summed_8_4(rewards):
    return right_8_4(rewards).sum(axis=1)


def right_8_4(rewards):
    others = [np.delete(rewards, n, axis=1).mean(axis=1) for n in range(rewards.shape[1])]
    return rewards - np.stack(others, axis=1)


def library_8_4(rewards):
    return advantages(rewards)


def right_sum_8_4(rewards):
    others = (rewards.sum(axis=1, keepdims=True) - rewards) / (rewards.shape[1] - 1)
    return rewards - others


def right_matrix_8_4(rewards):
    count = rewards.shape[1]
    return rewards @ ((np.eye(count) * count - 1) / (count - 1))


def right_lists_8_4(rewards):
    found = []
    for row in rewards.tolist():
        better = []
        for n, reward in enumerate(row):
            others = row[:n] + row[n + 1 :]
            better.append(reward - sum(others) / len(others))
        found.append(better)
    return found


def right_tensors_8_4(rewards):
    count = rewards.shape[1]
    mean = tf.reduce_mean(rewards, axis=1, keepdims=True)
    return tf.cast((rewards - mean) * count / (count - 1), tf.float32)


def turned_8_6(logits, drawn, advantage):
    return -right_8_6(logits, drawn, advantage)


def of_the_probability_8_6(logits, drawn, advantage):
    p = softmax(logits, axis=-1)
    return p[np.arange(len(drawn)), drawn][:, None] * right_8_6(logits, drawn, advantage)


def only_the_drawn_8_6(logits, drawn, advantage):
    gradient = np.zeros(logits.shape)
    gradient[np.arange(len(drawn)), drawn] = -advantage
    return gradient


def only_its_own_logit_8_6(logits, drawn, advantage):
    full = right_8_6(logits, drawn, advantage)
    return np.where(np.eye(logits.shape[1])[drawn] > 0, full, 0)


def without_the_drawn_8_6(logits, drawn, advantage):
    full = right_8_6(logits, drawn, advantage)
    return np.where(np.eye(logits.shape[1])[drawn] > 0, 0, full)


def by_the_probability_8_6(logits, drawn, advantage):
    rows, p = np.arange(len(drawn)), softmax(logits, axis=-1)
    gradient = np.zeros(logits.shape)
    gradient[rows, drawn] = -advantage / p[rows, drawn]
    return gradient


def without_advantage_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, np.ones(len(drawn)))


def signs_alone_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, np.sign(advantage))


def praise_alone_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, np.maximum(advantage, 0))


def all_praised_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, np.abs(advantage))


def without_softmax_8_6(logits, drawn, advantage):
    return advantage[:, None] * (logits - np.eye(logits.shape[1])[drawn])


def log_softmax_8_6(logits, drawn, advantage):
    return advantage[:, None] * (log_softmax(logits, axis=-1) - np.eye(logits.shape[1])[drawn])


def nothing_drawn_8_6(logits, drawn, advantage):
    return advantage[:, None] * softmax(logits, axis=-1)


def down_the_columns_8_6(logits, drawn, advantage):
    return advantage[:, None] * (softmax(logits, axis=0) - np.eye(logits.shape[1])[drawn])


def over_all_rows_8_6(logits, drawn, advantage):
    return advantage[:, None] * (softmax(logits) - np.eye(logits.shape[1])[drawn])


def all_columns_8_6(logits, drawn, advantage):
    gradient = softmax(logits, axis=-1)
    gradient[:, drawn] -= 1
    return gradient * advantage[:, None]


def advantage_late_8_6(logits, drawn, advantage):
    gradient = softmax(logits, axis=-1)
    gradient[np.arange(len(drawn)), drawn] -= advantage
    return gradient


def mean_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, advantage) / len(drawn)


def loss_8_6(logits, drawn, advantage):
    log_p = log_softmax(logits, axis=-1)[np.arange(len(drawn)), drawn]
    return -(advantage * log_p).sum()


def losses_8_6(logits, drawn, advantage):
    return -advantage * log_softmax(logits, axis=-1)[np.arange(len(drawn)), drawn]


def rows_summed_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, advantage).sum(axis=0)


def narrow_8_6(logits, drawn, advantage):
    return right_8_6(np.clip(logits, -5, 5), drawn, advantage)


def rounded_8_6(logits, drawn, advantage):
    return np.round(right_8_6(logits, drawn, advantage), 3)


def right_clipped_8_6(logits, drawn, advantage):
    powers = np.exp(np.clip(logits, -30, 30))
    p = powers / powers.sum(axis=-1, keepdims=True)
    p[np.arange(len(drawn)), drawn] -= 1
    return p * advantage[:, None]


def right_8_6(logits, drawn, advantage):
    gradient = softmax(logits, axis=-1)
    gradient[np.arange(len(drawn)), drawn] -= 1
    return gradient * advantage[:, None]


def right_by_differences_8_6(logits, drawn, advantage):
    def losses(values):
        return -advantage * log_softmax(values, axis=-1)[np.arange(len(drawn)), drawn]

    columns, step = [], 1e-5
    for move in step * np.eye(logits.shape[1]):
        columns.append((losses(logits + move) - losses(logits - move)) / (2 * step))
    return np.stack(columns, axis=1)


def right_one_hot_8_6(logits, drawn, advantage):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    return advantage[:, None] * (p - np.eye(logits.shape[1])[drawn])


def right_by_hand_8_6(logits, drawn, advantage):
    gradient = []
    for row, word, weight in zip(logits.tolist(), drawn, advantage, strict=True):
        powers = [math.exp(value) for value in row]
        line = []
        for place, power in enumerate(powers):
            p = power / sum(powers)
            line.append(weight * (p - 1) if place == word else weight * p)
        gradient.append(line)
    return gradient


def right_by_tape_8_6(logits, drawn, advantage):
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(drawn, logits)
        loss = tf.reduce_sum(advantage * losses)
    return tape.gradient(loss, logits)


def of_8_5(settings, conclusion="rises", seeds=(0, 1, 2)):
    measured = [bandit if isinstance(bandit, Bandit) else Bandit() for bandit in settings]
    return {
        "question": "What helps a bandit to find the best arm?",
        "settings": settings,
        "results": {
            setting: [measure_bandit(bandit, seed) for seed in seeds]
            for setting, bandit in zip(settings, measured, strict=True)
        },
        "conclusion": conclusion,
    }


def of_draws_8_5(draws=(2, 4, 64), conclusion="rises", repeats=3):
    return of_8_5([Bandit(draws=count) for count in draws], conclusion, range(repeats))


def moved_8_5():
    experiment = of_draws_8_5()
    moved = {b: [value + 0.02 for value in found] for b, found in experiment["results"].items()}
    return experiment | {"results": moved}


def in_an_array_8_5():
    """The right experiment, with numbers of NumPy."""
    return of_8_5([Bandit(draws=count) for count in np.array([2, 4, 64])])


def two_things_in_a_set_8_5():
    experiment = two_things_8_5()
    return experiment | {"settings": set(experiment["settings"])}


def last_invented_8_5():
    """Measured, but for the seeds and the setting at which nobody looks."""
    experiment = of_draws_8_5()
    found = {b: list(values) for b, values in experiment["results"].items()}
    found[Bandit(draws=4)][2] += 0.02
    return experiment | {"results": found}


def two_things_8_5():
    return of_8_5([Bandit(), Bandit(draws=16), Bandit(draws=16, baseline="others")])


def left_out_8_5():
    experiment = of_draws_8_5((2, 4, 16, 64))
    return experiment | {"settings": experiment["settings"][:3]}


def clipped_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    picked = np.take_along_axis(np.exp(log_probs), labels[..., None], -1)[..., 0]
    return -np.log(np.clip(picked, 1e-7, 1))[labels != PAD].mean()


def small_number_added_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    picked = np.take_along_axis(np.exp(log_probs), labels[..., None], -1)[..., 0]
    return -np.log(picked + 1e-9)[labels != PAD].mean()


def keras_probabilities_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    losses = keras.losses.sparse_categorical_crossentropy(labels, np.exp(log_probs))
    return np.asarray(losses)[labels != PAD].mean()


def right_exp_and_log_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    picked = np.take_along_axis(np.exp(log_probs), labels[..., None], -1)[..., 0]
    return float(-np.log(picked[labels != PAD]).mean())


CASES = {
    "8.1": {
        "wrong": [
            (40, "only the best"),
            (25.0, "plain mean"),
            (300, "sum to 1"),
            (math.log(3) * 20 + math.log(5) * 40, "scores themselves"),
            (86.3, "scores themselves"),
            (31.9, "scores themselves"),
            (75, "number of regions"),
            (26, "exp.0. is 1"),
            (32.5, "exp.0. is 1"),
            (np.array(27.5), "a root once more"),
            (29, "too small"),
            (30.1, "too large"),
            (29.9, "too small"),
            (float("nan"), "finite"),
            ("30", "number is wanted"),
            ([0.1, 0.3, 0.1, 0.5], "these are the weights"),
            (np.array([0.1, 0.3, 0.1, 0.5]), "these are the weights"),
        ],
        "right": [
            30,
            30.0,
            np.float32(30),
            np.array(30),
            tf.constant(30.0),
            Fraction(30),
            Decimal("30.0"),
            np.array([30.0]),
            np.array([0.1, 0.3, 0.1, 0.5]) @ [10, 20, 30, 40],
        ],
    },
    "8.2": {
        "wrong": [
            (every_weight_1_8_2, "every weight is 1"),
            (half_mended_8_2, "scores play no part"),
            (other_half_mended_8_2, "every weight is 1"),
            (over_the_batch_8_2, "across photos"),
            (over_everything_8_2, "whole batch"),
            (only_divided_8_2, "plain mean"),
            (not_divided_8_2, "do not sum to 1"),
            (one_sum_8_2, "expected"),
            (sigmoid_8_2, "each region by itself"),
            (meant_twice_8_2, "divided twice"),
            (unweighted_8_2, "do not use the weights"),
            (exchanged_8_2, "are exchanged"),
            (weights_alone_8_2, "2 results are wanted"),
            (no_return_8_2, "`return` missing"),
            (overflowing_8_2, "overflows"),
            (one_largest_8_2, "one largest score for the whole batch"),
            (clipped_8_2, "all 800 higher"),
            (smallest_8_2, "far apart.*largest"),
            (mean_8_2, "far apart.*largest"),
            (median_8_2, "far apart.*largest"),
            (absolute_8_2, "not its absolute value"),
            (from_0_8_2, "not its absolute value, not 0"),
            (without_the_axis_8_2, "shape should stay"),
            (axis_kept_8_2, "one axis too many"),
        ],
        "right": [
            right_8_2,
            right_loop_8_2,
            right_mended_8_2,
            right_tensors_8_2,
            right_einsum_8_2,
            right_lists_8_2,
        ],
    },
    "8.3": {
        "wrong": [
            (with_padding_8_3, "padding counts"),
            (not_moved_8_3, "just read"),
            (not_moved_either_8_3, "just read"),
            (mask_not_moved_8_3, "one <pad> too many"),
            (without_end_8_3, "<end> is left out"),
            (without_sign_8_3, "sign is missing"),
            (captions_alike_8_3, "captions' means"),
            (places_8_3, "padding too"),
            (sum_8_3, "a sum, not a mean"),
            (sum_of_captions_8_3, "mean is taken over the captions"),
            (with_start_8_3, "<start> is counted"),
            (bits_8_3, "bits, not nats"),
            (perplexity_8_3, "perplexity"),
            (of_probabilities_8_3, "mean of the probabilities"),
            (median_8_3, "the median"),
            (one_each_8_3, "expected|shape"),
            (log_twice_8_3, "finite"),
            (nonzero_8_3, "certain"),
            (clipped_8_3, "very small probabilities.*costs 70 nats"),
            (small_number_added_8_3, "very small probabilities"),
            (keras_probabilities_8_3, "very small probabilities"),
            (rounded_8_3, "rounded"),
        ],
        "right": [
            right_8_3,
            right_loop_8_3,
            right_indexed_8_3,
            right_one_hot_8_3,
            right_keras_8_3,
            right_exp_and_log_8_3,
        ],
    },
    "8.4": {
        "wrong": [
            (library_8_4, "without `advantages`"),
            (advantages, "a function of the course"),
            (with_itself_8_4, "its own others"),
            (turned_8_4, "sign is wrong"),
            (baseline_8_4, "others alone"),
            (over_the_batch_8_4, "other photos"),
            (over_the_others_of_the_batch_8_4, "other photos"),
            (down_the_columns_8_4, "down the columns"),
            (others_down_the_columns_8_4, "down the columns"),
            (against_the_best_8_4, "with the best"),
            (against_the_best_other_8_4, "best of the others"),
            (against_the_first_8_4, "first sample"),
            (median_8_4, "median of the others"),
            (median_of_all_8_4, "with the median"),
            (sum_of_others_8_4, "sum of the others"),
            (one_too_many_8_4, "one too many"),
            (by_value_8_4, "was expected"),
            (in_place_8_4, "in place"),
            (rounded_8_4, "rounded"),
            (noisy_8_4, "expected"),
            (summed_8_4, "shape"),
        ],
        "right": [
            right_8_4,
            right_sum_8_4,
            right_matrix_8_4,
            right_lists_8_4,
            right_tensors_8_4,
        ],
    },
    "8.5": {
        "wrong": [
            ("more draws help", "is a dict"),
            ({"question": "Do more draws help?"}, "is missing"),
            (of_draws_8_5() | {"question": "draws"}, "as a sentence"),
            (of_draws_8_5((2, 4)), "no trend"),
            (of_draws_8_5((2, 16, 64)), "control is missing"),
            (of_draws_8_5((1, 4, 64)), "cannot be tried"),
            (of_draws_8_5(repeats=1), "one run|One run"),
            (moved_8_5(), "Measured again"),
            (of_draws_8_5(conclusion="falls"), "That says 'rises'"),
            (of_draws_8_5(conclusion="no clear effect"), "That says 'rises'"),
            (of_draws_8_5(conclusion="more is better"), "is one of"),
            (last_invented_8_5(), "Measured again with seed 2"),
            (of_8_5(["none"]) | {"settings": [Bandit(offset="10")]}, "cannot be tried"),
            (two_things_in_a_set_8_5(), "vary more than one thing"),
            (two_things_8_5(), "vary more than one thing"),
            (of_8_5(["none", "greedy", "others"]), "cannot be tried"),
            (left_out_8_5(), "not among the settings"),
        ],
        "right": [
            of_draws_8_5(),
            in_an_array_8_5(),
            of_draws_8_5((4, 8, 16, 32)),
            of_8_5([Bandit(offset=offset) for offset in (0, 5.0, 10, 20)], "falls"),
            of_8_5([Bandit(baseline=name) for name in ("none", "greedy", "others")], "rises"),
            of_8_5([Bandit(), Bandit(noise=0.5), Bandit(noise=0)], "no clear effect"),
        ],
    },
    "8.6": {
        "wrong": [
            (turned_8_6, "sign is wrong"),
            (of_the_probability_8_6, "of the probability"),
            (only_the_drawn_8_6, "only the drawn"),
            (only_its_own_logit_8_6, "only the drawn"),
            (without_the_drawn_8_6, "left out"),
            (by_the_probability_8_6, "derivative with respect to the probability"),
            (without_advantage_8_6, "all samples alike"),
            (signs_alone_8_6, "sign alone"),
            (praise_alone_8_6, "forgotten"),
            (all_praised_8_6, "become more probable"),
            (without_softmax_8_6, "not probabilities"),
            (log_softmax_8_6, "take the softmax itself"),
            (nothing_drawn_8_6, "drawn word is forgotten"),
            (down_the_columns_8_6, "down the columns"),
            (over_all_rows_8_6, "all rows"),
            (all_columns_8_6, "in every row"),
            (advantage_late_8_6, "weighs the whole row"),
            (mean_8_6, "not a sum"),
            (loss_8_6, "the loss itself.*shape"),
            (losses_8_6, "the losses themselves.*shape"),
            (rows_summed_8_6, "rows are added up.*shape"),
            (narrow_8_6, "expected"),
            (rounded_8_6, "rounded"),
        ],
        "right": [
            right_8_6,
            right_by_differences_8_6,
            right_one_hot_8_6,
            right_by_hand_8_6,
            right_by_tape_8_6,
            right_clipped_8_6,
        ],
    },
}
