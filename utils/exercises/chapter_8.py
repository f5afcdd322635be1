"""The exercises of chapter 8: attention, one pass, training on the metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.exercises.exercise import Incorrect, exercise
from utils.exercises.expect import (
    expect_choice,
    expect_close,
    expect_shape,
    expect_type,
    looks_like,
    mistake,
)
from utils.exercises.guard import call
from utils.vocabulary import PAD


@exercise("8.1")
def check_8_1(answer: Any) -> None:
    """Scores 0, ln 3, 0, ln 5 and values 10, 20, 30, 40: the context is 30."""
    expect_type(answer, (int, float, np.integer, np.floating), name="the context")
    value = float(answer)
    mistake(value == 40, "only the best region", "a soft look takes a share of every region.")
    mistake(value == 25, "the plain mean", "regions with a higher score weigh more.")
    mistake(value == 300, "the weights do not sum to 1", "divide by 1 + 3 + 1 + 5.")
    scores = np.log([1, 3, 1, 5])
    linear = float(scores @ [10, 20, 30, 40])
    mistake(
        any(abs(value - wrong) < 0.06 for wrong in (linear, linear / scores.sum())),
        "the scores themselves as weights",
        "take exp of each score first, then divide by their sum.",
    )
    expect_close(value, 30.0, name="the context", tolerance=1e-3, reveal=False)


def _softmax(scores: np.ndarray, axis: int | None) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


@exercise("8.2")
def check_8_2(answer: Any) -> None:
    """Three photos, five regions: the softmax must run over the regions of each photo."""
    rng = np.random.default_rng(8)
    regions, scores = rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 5, 1))
    result = call(answer, regions, scores)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Incorrect("The function should still return two things: the contexts, the weights.")
    contexts, weights = (np.asarray(part) for part in result)
    expect_shape(weights, (3, 5, 1), name="the weights")
    mistake(
        looks_like(weights, np.ones((3, 5, 1))),
        "every weight is still 1",
        "along an axis of size 1 there is nothing to compare, and a softmax of one number is 1.",
    )
    mistake(
        looks_like(weights, _softmax(scores, 0)),
        "compared across photos",
        "axis 0 is the batch: a photo's look would depend on its neighbours in the batch.",
    )
    mistake(
        looks_like(weights, _softmax(scores, None)),
        "one softmax for the whole batch",
        "the weights of *each* photo should sum to 1.",
    )
    mistake(
        looks_like(weights, np.full((3, 5, 1), 1 / 5)),
        "the plain mean",
        "a division by the number of regions ignores the scores.",
    )
    wanted = _softmax(scores, 1)
    expect_close(weights, wanted, name="the weights")
    expect_shape(contexts, (3, 4), name="the contexts")
    mistake(
        looks_like(contexts, (wanted * regions).mean(axis=1)),
        "divided twice",
        "the weights sum to 1 already, so add up: a further mean makes the context too small.",
    )
    expect_close(contexts, (wanted * regions).sum(axis=1), name="the contexts")
    far = call(answer, regions, scores + 800.0)[1]
    mistake(
        not np.isfinite(np.asarray(far)).all(),
        "exp of a large score overflows",
        "subtract the largest score of each photo first; the weights stay the same.",
    )
    expect_close(far, wanted, name="the weights of scores that are all 800 higher")


@exercise("8.3")
def check_8_3(answer: Any) -> None:
    """Three captions of different lengths; labels moved by one, padding left out."""
    rng = np.random.default_rng(3)
    tokens = np.array([[1, 5, 6, 7, 2], [1, 8, 2, PAD, PAD], [1, 9, 4, 2, PAD]], dtype=np.int32)
    log_probs = np.log(_softmax(rng.normal(size=(3, 4, 10)) * 2, -1))
    inputs, labels = tokens[:, :-1], tokens[:, 1:]

    def picked(ids: np.ndarray) -> np.ndarray:
        return -np.take_along_axis(log_probs, ids[..., None], axis=-1)[..., 0]

    words, losses = labels != PAD, picked(labels)
    got = call(answer, log_probs, tokens)
    expect_shape(got, (), name="the loss")
    mistake(
        looks_like(got, losses.mean()),
        "padding counts as words",
        "after <end> there is nothing to guess; leave out the labels that are <pad>.",
    )
    read = picked(inputs)
    mistake(
        looks_like(got, read[inputs != PAD].mean()) or looks_like(got, read[words].mean()),
        "it guesses the word that it has just read",
        "the label of place k is the token at k + 1.",
    )
    mistake(
        looks_like(got, -losses[words].mean()),
        "the sign is missing",
        "log-probabilities are below 0, and a loss is what should become small.",
    )
    by_caption = (losses * words).sum(axis=1)
    mistake(
        looks_like(got, (by_caption / words.sum(axis=1)).mean()),
        "the mean of the captions' means",
        "a word of a short caption would weigh more; add up all words, divide once.",
    )
    mistake(
        looks_like(got, by_caption.mean()) or looks_like(got, by_caption.sum()),
        "a sum, not a mean",
        "divide by the number of words, over all captions.",
    )
    mistake(
        looks_like(got, (losses * words).mean()),
        "divided by the padding too",
        "divide by the number of words, not by that of places.",
    )
    expect_close(got, losses[words].mean(), name="the loss in nats a word")


@exercise("8.4")
def check_8_4(answer: Any) -> None:
    """Two photos of three samples, then four of five."""
    small = np.array([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]])
    for rewards in (small, np.random.default_rng(4).normal(size=(4, 5))):
        mean = rewards.mean(axis=1, keepdims=True)
        count = rewards.shape[1]
        wanted = rewards - (rewards.sum(axis=1, keepdims=True) - rewards) / (count - 1)
        got = call(answer, rewards)
        expect_shape(got, rewards.shape, name="the advantages")
        mistake(
            looks_like(got, rewards - mean),
            "the sample is among its own others",
            "leave its own reward out of the mean that it is compared with.",
        )
        mistake(looks_like(got, -wanted), "the sign is turned", "a better sample is above 0.")
        mistake(
            looks_like(got, rewards - rewards.mean()),
            "compared with other photos",
            "an easy photo would then be praised for being easy: stay within the row.",
        )
        without = (rewards.sum() - rewards) / (rewards.size - 1)
        mistake(
            looks_like(got, rewards - without),
            "compared with other photos",
            "leave out the sample itself, and the samples of all other photos.",
        )
        columns = rewards - (rewards.sum(axis=0) - rewards) / (len(rewards) - 1)
        mistake(
            looks_like(got, columns) or looks_like(got, rewards - rewards.mean(axis=0)),
            "compared down the columns",
            "a row holds the samples of one photo: axis 1.",
        )
        mistake(
            looks_like(got, rewards - rewards.max(axis=1, keepdims=True)),
            "compared with the best",
            "then no sample is ever above 0, and nothing becomes more probable.",
        )
        expect_close(got, wanted, name="the advantages")


@exercise("8.5")
def check_8_5(answer: Any) -> None:
    """Nothing can be concluded about attention."""
    because = {
        "a": "attention is one of at least four differences, and any of them may be the reason.",
        "b": "1.0 may be more than chance or less, but that is not asked here: even 5.0 would not "
        "say what it comes from.",
        "d": "other photos make scores harder to compare; so do other references. There is no "
        "rule by which dev scores are one point higher.",
    }
    expect_choice(answer, "c", because)


@exercise("8.6")
def check_8_6(answer: Any) -> None:
    """Compare with the derivative, on rows with an advantage above, below and at 0."""
    logits = np.random.default_rng(6).normal(size=(4, 6)) * 1.5
    drawn, advantage = np.array([2, 0, 5, 2]), np.array([0.8, -1.3, 0.0, 2.0])
    p, rows = _softmax(logits, -1), np.arange(4)
    one_hot = np.eye(6)[drawn]
    wanted = advantage[:, None] * (p - one_hot)
    got = call(answer, logits, drawn, advantage)
    expect_shape(got, logits.shape, name="the gradient")
    mistake(
        looks_like(got, -wanted),
        "the sign is turned",
        "a step goes *against* the gradient: where the advantage is above 0 it must raise the "
        "logit of the drawn word, so its entry is below 0.",
    )
    by_p = p[rows, drawn][:, None]
    mistake(
        looks_like(got, wanted * by_p),
        "the gradient of the probability",
        "the loss holds *log* p. With p itself a rare word, however good, would hardly be learnt.",
    )
    mistake(looks_like(got, p - one_hot), "all samples alike", "multiply by each row's advantage.")
    only = -advantage[:, None] * one_hot
    mistake(
        looks_like(got, only),
        "only the drawn word",
        "probabilities sum to 1: if one logit rises, the others must fall (by p).",
    )
    mistake(
        looks_like(got, only / np.where(one_hot > 0, p, 1)),
        "the derivative by the probability",
        "-1/p is the derivative by p; go on through the softmax to the logits.",
    )
    mistake(
        looks_like(got, advantage[:, None] * (logits - one_hot)),
        "logits are no probabilities",
        "take the softmax of each row first.",
    )
    expect_close(got, wanted, name="the gradient")
