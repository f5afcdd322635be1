"""Answers to the exercises of chapter 8: plausible mistakes and right ones."""

import math

import numpy as np
from scipy.special import log_softmax, softmax

from utils.self_critical import advantages
from utils.vocabulary import PAD


def _look(regions, weights):
    return (weights * regions).sum(axis=1), weights


def over_the_batch_8_2(regions, scores):
    return _look(regions, softmax(scores, axis=0))


def over_everything_8_2(regions, scores):
    return _look(regions, softmax(scores))


def only_divided_8_2(regions, scores):
    return _look(regions, np.ones(scores.shape) / scores.shape[1])


def meant_twice_8_2(regions, scores):
    weights = softmax(scores, axis=1)
    return (weights * regions).mean(axis=1), weights


def overflowing_8_2(regions, scores):
    with np.errstate(all="ignore"):
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return _look(regions, weights)


def without_the_axis_8_2(regions, scores):
    weights = softmax(scores[..., 0], axis=1)
    return np.einsum("nr,nrd->nd", weights, regions), weights


def right_8_2(regions, scores):
    return _look(regions, softmax(scores, axis=1))


def right_loop_8_2(regions, scores):
    weights = np.stack([np.exp(row - row.max()) for row in scores])
    weights = np.stack([row / row.sum() for row in weights])
    return np.stack(
        [row[:, 0] @ photo for row, photo in zip(weights, regions, strict=True)]
    ), weights


def with_padding_8_3(log_probs, tokens):
    return -np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1).mean()


def not_moved_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, :-1, None], axis=-1)[..., 0]
    return -found[tokens[:, 1:] != PAD].mean()


def without_sign_8_3(log_probs, tokens):
    found = np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1)[..., 0]
    return found[tokens[:, 1:] != PAD].mean()


def captions_alike_8_3(log_probs, tokens):
    return np.mean([right_8_3(log_probs[n : n + 1], tokens[n : n + 1]) for n in range(len(tokens))])


def places_8_3(log_probs, tokens):
    labels = tokens[:, 1:]
    found = np.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    return -np.where(labels != PAD, found, 0).mean()


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


def with_itself_8_4(rewards):
    return rewards - rewards.mean(axis=1, keepdims=True)


def turned_8_4(rewards):
    return -right_8_4(rewards)


def over_the_batch_8_4(rewards):
    return rewards - rewards.mean()


def down_the_columns_8_4(rewards):
    return rewards - rewards.mean(axis=0)


def against_the_best_8_4(rewards):
    return rewards - rewards.max(axis=1, keepdims=True)


def right_8_4(rewards):
    others = [np.delete(rewards, n, axis=1).mean(axis=1) for n in range(rewards.shape[1])]
    return rewards - np.stack(others, axis=1)


def right_library_8_4(rewards):
    return advantages(rewards)


def turned_8_6(logits, drawn, advantage):
    return -right_8_6(logits, drawn, advantage)


def of_the_probability_8_6(logits, drawn, advantage):
    p = softmax(logits, axis=-1)
    return p[np.arange(len(drawn)), drawn][:, None] * right_8_6(logits, drawn, advantage)


def only_the_drawn_8_6(logits, drawn, advantage):
    gradient = np.zeros(logits.shape)
    gradient[np.arange(len(drawn)), drawn] = -advantage
    return gradient


def without_advantage_8_6(logits, drawn, advantage):
    return right_8_6(logits, drawn, np.ones(len(drawn)))


def without_softmax_8_6(logits, drawn, advantage):
    return advantage[:, None] * (logits - np.eye(logits.shape[1])[drawn])


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


CASES = {
    "8.1": {
        "wrong": [
            (40, "only the best"),
            (25.0, "plain mean"),
            (300, "sum to 1"),
            (math.log(3) * 20 + math.log(5) * 40, "scores themselves"),
            (29, "too small"),
        ],
        "right": [30, 30.0],
    },
    "8.2": {
        "wrong": [
            (over_the_batch_8_2, "across photos"),
            (over_everything_8_2, "whole batch"),
            (only_divided_8_2, "plain mean"),
            (meant_twice_8_2, "divided twice"),
            (overflowing_8_2, "overflows"),
            (without_the_axis_8_2, "shape"),
        ],
        "right": [right_8_2, right_loop_8_2],
    },
    "8.3": {
        "wrong": [
            (with_padding_8_3, "padding counts"),
            (not_moved_8_3, "just read"),
            (without_sign_8_3, "sign is missing"),
            (captions_alike_8_3, "captions' means"),
            (places_8_3, "padding too"),
        ],
        "right": [right_8_3, right_loop_8_3],
    },
    "8.4": {
        "wrong": [
            (with_itself_8_4, "its own others"),
            (turned_8_4, "sign is turned"),
            (over_the_batch_8_4, "other photos"),
            (down_the_columns_8_4, "down the columns"),
            (against_the_best_8_4, "with the best"),
        ],
        "right": [right_8_4, right_library_8_4],
    },
    "8.5": {
        "wrong": [("a", "at least four"), ("b", "not asked"), ("d", "no rule")],
        "right": ["c", "C"],
    },
    "8.6": {
        "wrong": [
            (turned_8_6, "sign is turned"),
            (of_the_probability_8_6, "of the probability"),
            (only_the_drawn_8_6, "only the drawn"),
            (without_advantage_8_6, "all samples alike"),
            (without_softmax_8_6, "no probabilities"),
        ],
        "right": [right_8_6, right_by_differences_8_6],
    },
}
