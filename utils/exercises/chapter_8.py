"""The exercises of chapter 8: attention, one pass, training on the metric."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from hypothesis import strategies as st

from utils.exercises.drawn import Judge, Mistake
from utils.exercises.exercise import exercise
from utils.exercises.expect import (
    expect_close,
    mistake,
    numbers,
)
from utils.exercises.experiment import DESIGNS, Design, is_setting, judge_experiment, listed
from utils.exercises.guard import call
from utils.exercises.measure_8 import BASELINES, Bandit, measure_bandit
from utils.vocabulary import END, PAD, START, UNKNOWN

_SEEDS = st.integers(0, 999)
_FLOATS = st.sampled_from(["float64", "float32"])


def _softmax(scores: np.ndarray, axis: int | None) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _rounded(right: Callable[..., Any]) -> list[Mistake]:
    """Return the mistakes that round what is right, to a whole number or some decimals."""
    return [
        Mistake(
            lambda *inputs, digits=digits: np.round(right(*inputs), digits),
            "the result is rounded",
            "leave it as it is.",
        )
        for digits in range(5)
    ]


def _look(regions: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (weights * regions).sum(axis=1), weights


def _right_look(regions: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return _look(regions.astype(float), _softmax(scores.astype(float), 1))


def _regions_and_scores(
    photos: int, regions: int, width: int, seed: int, ties: bool, dtype: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return regions and scores with one decimal, so that a case shown can be typed."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(photos, regions, 1)) * 2
    scores = np.round(scores) if ties else np.round(scores, 1)
    seen = np.round(rng.normal(size=(photos, regions, width)) * 2, 1)
    return seen.astype(dtype), scores.astype(dtype)


def _look_by(weights_of: Callable[[np.ndarray], np.ndarray]) -> Callable[..., tuple]:
    """Return the answer whose weights are `weights_of(scores)`."""
    return lambda regions, scores: _look(regions, weights_of(scores))


_JUDGE_8_2 = Judge(
    inputs=st.builds(
        _regions_and_scores,
        st.integers(1, 4),
        st.integers(1, 6),
        st.integers(1, 4),
        _SEEDS,
        st.booleans(),
        _FLOATS,
    ),
    right=_right_look,
    names=("the contexts", "the weights"),
    examples=[_regions_and_scores(3, 5, 4, 8, False, "float64")],
    mistakes=[
        Mistake(
            _look_by(np.ones_like),
            "every weight is 1",
            "along an axis of size 1 there is nothing to compare, and a softmax of one number "
            "is 1.",
        ),
        Mistake(
            _look_by(lambda scores: _softmax(scores, 0)),
            "compared across photos",
            "axis 0 is the batch: a photo's weights would depend on its neighbours in the batch.",
        ),
        Mistake(
            _look_by(lambda scores: _softmax(scores, None)),
            "one softmax for the whole batch",
            "the weights of *each* photo should sum to 1.",
        ),
        Mistake(
            _look_by(lambda scores: np.ones_like(scores) / scores.shape[1]),
            "the plain mean",
            "every weight is 1 divided by the number of regions, so the scores play no part. Both "
            "the largest score and the sum are to be taken over the regions of a photo.",
        ),
        Mistake(
            _look_by(lambda scores: np.exp(scores - scores.max(axis=1, keepdims=True))),
            "the weights do not sum to 1",
            "divide the powers of each photo by their sum.",
        ),
        Mistake(_look_by(np.exp), "the weights do not sum to 1", "divide the powers by their sum."),
        Mistake(
            _look_by(lambda scores: np.exp(scores) / np.exp(scores).sum()),
            "one softmax for the whole batch",
            "the weights of *each* photo should sum to 1.",
        ),
        Mistake(
            _look_by(lambda scores: 1 / (1 + np.exp(-scores))),
            "each region by itself",
            "a sigmoid compares a score with 0; a softmax compares it with the other regions.",
        ),
        Mistake(
            lambda regions, scores: (
                (_softmax(scores, 1) * regions).mean(axis=1),
                _softmax(scores, 1),
            ),
            "divided twice",
            "the weights sum to 1 already, so add up: a further mean makes the context too small.",
        ),
        Mistake(
            lambda regions, scores: (regions.mean(axis=1), _softmax(scores, 1)),
            "the contexts do not use the weights",
            "multiply each region by its weight before you add up.",
        ),
        Mistake(
            lambda regions, scores: (regions.sum(axis=1), _softmax(scores, 1)),
            "the contexts do not use the weights",
            "multiply each region by its weight before you add up.",
        ),
        Mistake(
            lambda regions, scores: (_right_look(regions, scores)[0], _softmax(scores, 1)[..., 0]),
            "the weights lost an axis",
            "their shape should stay (photos, regions, 1).",
        ),
        Mistake(
            lambda regions, scores: (
                _right_look(regions, scores)[0][:, None],
                _softmax(scores, 1),
            ),
            "the contexts have one axis too many",
            "their shape should be (photos, d): add up without `keepdims`.",
        ),
    ],
)


@exercise("8.2")
def check_8_2(answer: Any) -> None:
    """Compare the looks at photos of few regions, then those of scores of some hundreds."""
    _JUDGE_8_2(answer)
    for dtype in ("float64", "float32"):
        regions, scores = _regions_and_scores(3, 5, 4, 8, False, dtype)
        _judge_large_scores(answer, regions, scores)
        _judge_scores_apart(answer, regions, scores)


def _judge_large_scores(answer: Any, regions: np.ndarray, scores: np.ndarray) -> None:
    """Move the scores of a photo all alike, which changes none of its weights."""
    above = scores + 800
    apart = scores + np.reshape([400, -400, 0], (3, 1, 1)).astype(scores.dtype)
    with np.errstate(all="ignore"):
        high = numbers(call(answer, regions, above)[1], "the weights")
        moved = numbers(call(answer, regions, apart)[1], "the weights")
    mistake(
        not np.isfinite(high).all(),
        "exp of a large score overflows",
        "subtract the largest score of each photo first; the weights stay the same.",
    )
    with np.errstate(all="ignore"):
        low = numbers(call(answer, regions[:1], scores[:1] - 800)[1], "the weights")
    mistake(
        not np.isfinite(low).all(),
        "scores far below 0",
        "where all scores of a photo are near -800, every exp is 0, and 0/0 is no number. Subtract "
        "the largest score of the photo itself: not its absolute value, not 0.",
    )
    mistake(
        not np.isfinite(moved).all(),
        "one largest score for the whole batch",
        "where a photo's scores all lie 400 or 800 below it, every exp is 0, and 0/0 is no number. "
        "Subtract the largest score of *each* photo.",
    )
    # The rounded sum decides: near 800 a float32 has four decimals.
    for got, used, how in ((high, above, "800 higher"), (moved, apart, "400 higher or lower")):
        wanted = _softmax(used.astype(float), 1)
        expect_close(got, wanted, f"the weights of scores that are all {how}")


def _judge_scores_apart(answer: Any, regions: np.ndarray, scores: np.ndarray) -> None:
    """Let the scores of one photo lie far apart, one above the rest or one below."""
    below_all = scores.copy()
    below_all[:, 0] -= 1600
    above_all = scores.copy()
    above_all[:, 0] += 800
    above_all[:, 1:] -= 800
    for used in (above_all, below_all):
        with np.errstate(all="ignore"):
            contexts, weights = call(answer, regions, used)
        weights = numbers(weights, "the weights")
        mistake(
            not np.isfinite(weights).all(),
            "exp overflows where the scores of a photo lie far apart",
            "subtract the *largest* score of each photo, not the smallest or the mean: then no exp "
            "is above 1.",
        )
        wanted = _right_look(regions, used)
        expect_close(weights, wanted[1], "the weights of scores that lie far apart")
        expect_close(contexts, wanted[0], "the contexts of scores that lie far apart")


def _captions(
    captions: int, longest: int, padding: int, words: int, seed: int, dtype: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return log-probabilities and captions of 0 to `longest` words, padded right.

    The first has a word, where `longest` allows it: a mean of no words would be NaN, and so hide
    the mistake of leaving <end> out.
    """
    rng = np.random.default_rng(seed)
    tokens = np.full((captions, longest + 2 + padding), PAD, np.int32)
    for number, row in enumerate(tokens):
        count = rng.integers(min(longest, number == 0), longest + 1)
        row[: count + 2] = [START, *rng.integers(UNKNOWN, UNKNOWN + words, count), END]
    shape = captions, tokens.shape[1] - 1, UNKNOWN + words
    scores = rng.normal(size=shape) * 2
    # Here and there the network is certain of the word: log p is 0 exactly. Never of all words.
    certain = rng.random(shape[:2]) < 0.2
    certain[0, np.argmax(tokens[0] == END) - 1] = False
    ids = tokens[:, 1:, None]
    scores = np.where(certain[..., None], -60 * (np.arange(shape[2]) != ids), scores)
    return np.log(_softmax(scores, -1)).astype(dtype), tokens


def _surprised(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return log-probabilities and captions; one label of each caption has a log near -70.

    In float32 exp(-70) still is a number, so that whoever takes exp and log is right.
    """
    scores, tokens = _captions(2, 3, 1, 4, 9, "float64")
    for row, label in zip(scores, tokens[:, 1], strict=True):
        row[0, label] -= 70
    return np.log(_softmax(scores, -1)).astype(dtype), tokens


def _picked(log_probs: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return minus the log-probabilities of ids, (c, t)."""
    return -np.take_along_axis(log_probs.astype(float), ids[..., None], axis=-1)[..., 0]


def _losses(log_probs: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Return the losses of all labels, 0 where the label is padding."""
    return np.where(tokens[:, 1:] != PAD, _picked(log_probs, tokens[:, 1:]), 0)


def _loss(log_probs: np.ndarray, tokens: np.ndarray) -> float:
    return float(_losses(log_probs, tokens).sum() / (tokens[:, 1:] != PAD).sum())


def _mean_where(keep: Callable[[np.ndarray], np.ndarray]) -> Callable[..., float]:
    """Return the answer that takes the mean over the labels where `keep(tokens)` holds."""
    return lambda log_probs, tokens: _picked(log_probs, tokens[:, 1:])[keep(tokens)].mean()


def _mean_of_means(log_probs: np.ndarray, tokens: np.ndarray) -> float:
    counts = (tokens[:, 1:] != PAD).sum(axis=1)
    return float((_losses(log_probs, tokens).sum(axis=1) / counts).mean())


_SUM, _READ = "a sum, not a mean", "it guesses the word that it has just read"
_ABOUT_SUM = "divide by the number of words, over all captions."
_ABOUT_READ = "the label of place k is the token at k + 1."


def _mean_of_nonzero(log_probs: np.ndarray, tokens: np.ndarray) -> float:
    losses = _losses(log_probs, tokens)
    return float(losses.sum() / np.count_nonzero(losses))


def _cut_off(floor: float, *, added: bool) -> Mistake:
    """Return the mistake of a floor for the probabilities, or of one `added` to each of them."""

    def answer(log_probs: np.ndarray, tokens: np.ndarray) -> float:
        picked, low = -_picked(log_probs, tokens[:, 1:]), np.log(floor)
        picked = np.logaddexp(picked, low) if added else np.maximum(picked, low)
        return float(-picked[tokens[:, 1:] != PAD].mean())

    return Mistake(
        answer,
        "very small probabilities are taken for larger ones",
        "a word of log-probability -70 costs 70 nats. The log-probabilities are given: without an "
        "exp there is no log of 0 to be afraid of, and no need of `np.clip` or of a small number "
        "added. (Keras does so where it is handed probabilities.)",
    )


_JUDGE_8_3 = Judge(
    inputs=st.builds(
        _captions,
        st.integers(1, 4),
        st.integers(1, 4),
        st.integers(0, 2),
        st.integers(1, 5),
        _SEEDS,
        _FLOATS,
    ),
    right=_loss,
    names=("the loss in nats per word",),
    examples=[
        _captions(3, 4, 0, 7, 3, "float64"),
        _captions(4, 3, 1, 7, 5, "float64"),
        _surprised("float64"),
        _surprised("float32"),
    ],
    mistakes=[
        Mistake(
            _mean_of_nonzero,
            "words of which the network is certain are not counted",
            "their loss is 0, and they are words. Count the labels that are not `PAD`.",
        ),
        *_rounded(_loss),
        *(
            _cut_off(10.0**-digits, added=added)
            for digits in range(5, 21)
            for added in (False, True)
        ),
        Mistake(
            _mean_where(lambda tokens: tokens[:, 1:] >= PAD),
            "padding counts as words",
            "after <end> there is nothing to guess; leave out the labels that are <pad>.",
        ),
        Mistake(
            _mean_where(lambda tokens: tokens[:, :-1] != PAD),
            "one <pad> too many",
            "the label after <end> counts, where it is <pad>. Look at the labels, not at the "
            "tokens that are read.",
        ),
        Mistake(
            _mean_where(lambda tokens: (tokens[:, 1:] != PAD) & (tokens[:, 1:] != END)),
            "<end> is left out",
            "the network has to guess where a caption ends too: <end> counts like a word.",
        ),
        Mistake(
            lambda log_probs, tokens: _picked(log_probs, tokens[:, :-1])[
                tokens[:, :-1] != PAD
            ].mean(),
            _READ,
            _ABOUT_READ,
        ),
        Mistake(
            lambda log_probs, tokens: _picked(log_probs, tokens[:, :-1])[
                tokens[:, 1:] != PAD
            ].mean(),
            _READ,
            _ABOUT_READ,
        ),
        Mistake(
            lambda log_probs, tokens: -_loss(log_probs, tokens),
            "the sign is missing",
            "log-probabilities are below 0, and a loss is what should become small.",
        ),
        Mistake(
            _mean_of_means,
            "the mean of the captions' means",
            "a word of a short caption would weigh more; add up all words, divide once.",
        ),
        Mistake(lambda log_probs, tokens: _losses(log_probs, tokens).sum(), _SUM, _ABOUT_SUM),
        Mistake(
            lambda log_probs, tokens: _losses(log_probs, tokens).sum() / len(tokens),
            _SUM,
            "the losses of a caption are added up, and the mean is taken over the captions. "
            "Divide by the number of words instead, over all captions.",
        ),
        Mistake(
            lambda log_probs, tokens: _losses(log_probs, tokens).mean(),
            "divided by the padding too",
            "divide by the number of words, not by that of places.",
        ),
        Mistake(
            lambda log_probs, tokens: _losses(log_probs, tokens).sum() / (tokens != PAD).sum(),
            "<start> is counted as a word",
            "nobody has to guess it. Divide by the number of labels that are no padding.",
        ),
        Mistake(
            lambda log_probs, tokens: _loss(log_probs, tokens) / np.log(2),
            "bits, not nats",
            "nats come from the natural logarithm. Leave the log-probabilities as they are.",
        ),
        Mistake(
            lambda log_probs, tokens: np.exp(_loss(log_probs, tokens)),
            "the perplexity",
            "it is exp of the loss; return the loss itself.",
        ),
        Mistake(
            lambda log_probs, tokens: (
                -np.log(np.exp(-_picked(log_probs, tokens[:, 1:]))[tokens[:, 1:] != PAD].mean())
            ),
            "the mean of the probabilities",
            "take the mean of the log-probabilities.",
        ),
        Mistake(
            lambda log_probs, tokens: np.median(
                _picked(log_probs, tokens[:, 1:])[tokens[:, 1:] != PAD]
            ),
            "the median",
            "take the mean.",
        ),
    ],
)


@exercise("8.3")
def check_8_3(answer: Any) -> None:
    """Compare the losses of captions of different lengths, then those of captions of no word."""
    _JUDGE_8_3(answer)
    for padding in (0, 2):
        empty = _captions(2, 0, padding, 3, 0, "float64")
        expect_close(call(answer, *empty), _loss(*empty), "the loss of captions of <end> alone")


def _rewards(photos: int, samples: int, seed: int, ties: bool, dtype: str) -> tuple[np.ndarray]:
    rng = np.random.default_rng(seed)
    found = np.round(rng.normal(size=(photos, samples)) * 2, 0 if ties else 1) + 0.0
    return (found.astype(dtype),)


def _others(rewards: np.ndarray) -> np.ndarray:
    """Return the mean of the other rewards of a row."""
    return (rewards.sum(axis=1, keepdims=True) - rewards) / (rewards.shape[1] - 1)


def _advantages(rewards: np.ndarray) -> np.ndarray:
    return rewards.astype(float) - _others(rewards.astype(float))


def _among_others(rewards: np.ndarray, choose: Callable[..., np.ndarray]) -> np.ndarray:
    """Return `choose` of the other rewards of a row, such as the best."""
    each = [choose(np.delete(rewards, n, axis=1), axis=1) for n in range(rewards.shape[1])]
    return np.stack(each, axis=1)


_PHOTOS, _COLUMNS = "compared with other photos", "compared down the columns"

_JUDGE_8_4 = Judge(
    inputs=st.builds(
        _rewards, st.integers(2, 4), st.integers(2, 6), _SEEDS, st.booleans(), _FLOATS
    ),
    right=_advantages,
    names=("the advantages",),
    examples=[(np.array([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]]),), _rewards(4, 5, 4, False, "float64")],
    mistakes=[
        *_rounded(_advantages),
        Mistake(
            lambda rewards: rewards - rewards.mean(axis=1, keepdims=True),
            "the sample is among its own others",
            "leave its own reward out of the mean that it is compared with.",
        ),
        Mistake(
            lambda rewards: _others(rewards) - rewards,
            "the sign is wrong",
            "a better sample is above 0.",
        ),
        Mistake(
            _others, "the mean of the others alone", "it is still to be taken from each reward."
        ),
        Mistake(
            lambda rewards: rewards - rewards.mean(),
            _PHOTOS,
            "an easy photo would then be praised for being easy: stay within the row.",
        ),
        Mistake(
            lambda rewards: rewards - (rewards.sum() - rewards) / (rewards.size - 1),
            _PHOTOS,
            "leave out the sample itself, and the samples of all other photos.",
        ),
        Mistake(
            lambda rewards: rewards - rewards.mean(axis=0),
            _COLUMNS,
            "a row holds the samples of one photo: axis 1.",
        ),
        Mistake(
            lambda rewards: rewards - (rewards.sum(axis=0) - rewards) / (len(rewards) - 1),
            _COLUMNS,
            "a row holds the samples of one photo: axis 1.",
        ),
        Mistake(
            lambda rewards: rewards - rewards.max(axis=1, keepdims=True),
            "compared with the best",
            "then no sample is ever above 0, and nothing becomes more probable.",
        ),
        Mistake(
            lambda rewards: rewards - _among_others(rewards, np.max),
            "compared with the best of the others",
            "then at most one sample of a photo is above 0. Take the mean of the others.",
        ),
        Mistake(
            lambda rewards: rewards - rewards[:, :1],
            "compared with the first sample",
            "each is compared with the mean of all the others.",
        ),
        Mistake(
            lambda rewards: rewards - _among_others(rewards, np.median),
            "the median of the others",
            "take the mean.",
        ),
        Mistake(
            lambda rewards: rewards - np.median(rewards, axis=1, keepdims=True),
            "compared with the median",
            "take the mean, and leave the sample's own reward out of it.",
        ),
        Mistake(
            lambda rewards: rewards - _among_others(rewards, np.sum),
            "the sum of the others",
            "divide it by how many others there are.",
        ),
        Mistake(
            lambda rewards: rewards - _among_others(rewards, np.sum) / rewards.shape[1],
            "divided by one too many",
            "the others are one fewer than the samples.",
        ),
    ],
)


@exercise("8.4")
def check_8_4(answer: Any) -> None:
    """Compare the advantages of several photos, with ties and without, then those of one."""
    _JUDGE_8_4(answer)
    # Apart from the rest: down a column of one photo there are no others to compare with.
    for samples in (2, 5):
        (one,) = _rewards(1, samples, samples, False, "float64")
        expect_close(call(answer, one), _advantages(one), "the advantages of a single photo")


def _can_be_played(bandit: Any) -> bool:
    return (
        isinstance(bandit, Bandit)
        and -100 <= bandit.offset <= 100
        and 0 < bandit.rate <= 3
        and 0 <= bandit.noise <= 20
        and isinstance(bandit.draws, Integral)
        and 2 <= bandit.draws <= 64
        and bandit.baseline in BASELINES
    )


def _place_of(bandit: Bandit) -> tuple[float, ...]:
    """Return what bandits are put in order by: numbers from small to large, then the baseline."""
    numbers = (bandit.offset, bandit.rate, bandit.noise, bandit.draws)
    return (*numbers, ("none", "greedy", "others").index(bandit.baseline))


_DESIGN_8_5 = Design(
    measure=measure_bandit,
    control=Bandit(),
    repeats=3,
    tolerance=0.006,  # results may be rounded to two decimals
    settings="a Bandit(...) with an offset from -100 to 100, a rate above 0 and up to 3, a noise "
    "from 0 to 20, 2 to 64 draws, and a baseline 'none', 'greedy' or 'others'",
    valid=_can_be_played,
    order=_place_of,
)
DESIGNS["measure_bandit"] = lambda *_, **__: _DESIGN_8_5


@exercise("8.5")
def check_8_5(experiment: Any) -> None:
    """Judge an experiment with the bandit that varies one thing."""
    if isinstance(experiment, dict):
        tried = listed(experiment.get("settings")) or []
        bandits = [entry for entry in tried if is_setting(entry, _DESIGN_8_5)]
        varied = sorted(set().union(*(bandit.varied() for bandit in bandits)))
        mistake(
            len(varied) > 1,
            "you vary more than one thing",
            f"{' and '.join(varied)} differ from the control. If two things change, nobody can say "
            "which of them did it. Vary one, and leave the others as they are.",
        )
    judge_experiment(experiment, _DESIGN_8_5)


def _logits(
    rows: int, words: int, seed: int, ties: bool, dtype: str, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits, -20 to 20, drawn words, some twice, and advantages, some of them 0."""
    rng = np.random.default_rng(seed)
    logits = np.round(rng.normal(size=(rows, words)) * spread, 0 if ties else 1) + 0.0
    logits = np.clip(logits, -20, 20)
    advantage = np.round(rng.normal(size=rows) * 1.5, 0 if ties else 1) + 0.0
    return logits.astype(dtype), rng.integers(0, words, rows), advantage.astype(dtype)


def _one_hot(logits: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return np.eye(logits.shape[1])[drawn]


def _gradient(logits: np.ndarray, drawn: np.ndarray, advantage: np.ndarray) -> np.ndarray:
    return advantage[:, None] * (_softmax(logits.astype(float), -1) - _one_hot(logits, drawn))


def _gradient_by(part: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., Any]:
    """Return the answer that multiplies each row of `part(logits, one_hot)` by its advantage."""

    def gradient(logits: np.ndarray, drawn: np.ndarray, advantage: np.ndarray) -> np.ndarray:
        return advantage[:, None] * part(logits, _one_hot(logits, drawn))

    return gradient


def _of_chosen(logits: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
    """Return the probability of each row's drawn word, (n, 1)."""
    return (_softmax(logits, -1) * one_hot).sum(axis=-1, keepdims=True)


def _losses_of_draws(logits: np.ndarray, drawn: np.ndarray, advantage: np.ndarray) -> np.ndarray:
    log_p = np.log(_of_chosen(logits.astype(float), _one_hot(logits, drawn)))
    return -advantage * log_p[:, 0]


_SHAPE = "its shape is that of the logits, (n, V)."
_NO_ADVANTAGE = "all samples alike"

_JUDGE_8_6 = Judge(
    inputs=st.builds(
        _logits,
        st.integers(1, 5),
        st.integers(2, 6),
        _SEEDS,
        st.booleans(),
        _FLOATS,
        st.sampled_from([1.5, 9.0]),
    ),
    right=_gradient,
    names=("the gradient",),
    examples=[
        (
            np.random.default_rng(6).normal(size=(4, 6)) * 1.5,
            np.array([2, 0, 5, 2]),
            np.array([0.8, -1.3, 0.0, 2.0]),
        )
    ],
    mistakes=[
        *_rounded(_gradient),
        Mistake(
            lambda *inputs: _losses_of_draws(*inputs).sum(),
            "the loss itself",
            f"return its derivative with respect to each logit; {_SHAPE}",
        ),
        Mistake(
            _losses_of_draws,
            "the losses themselves",
            f"return the derivative with respect to each logit; {_SHAPE}",
        ),
        *(
            Mistake(
                lambda *inputs, axis=axis: _gradient(*inputs).sum(axis=axis),
                "the rows are added up" if axis == 0 else "the gradient is added up",
                f"each logit has a derivative of its own; {_SHAPE}",
            )
            for axis in (0, 1, None)
        ),
        Mistake(
            lambda *inputs: _gradient(*inputs).mean(axis=0),
            "the mean of the rows",
            f"each logit has a derivative of its own; {_SHAPE}",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: one_hot - _softmax(logits, -1)),
            "the sign is wrong",
            "a step goes *against* the gradient: where the advantage is above 0 it must raise the "
            "logit of the drawn word, so its entry is below 0.",
        ),
        Mistake(
            _gradient_by(
                lambda logits, one_hot: (
                    _of_chosen(logits, one_hot) * (_softmax(logits, -1) - one_hot)
                )
            ),
            "the gradient of the probability",
            "the loss holds *log* p. With p itself a rare word, however good, would hardly be "
            "learnt.",
        ),
        Mistake(
            lambda logits, drawn, advantage: _gradient(logits, drawn, np.ones(len(drawn))),
            _NO_ADVANTAGE,
            "multiply by each row's advantage.",
        ),
        Mistake(
            lambda logits, drawn, advantage: _gradient(logits, drawn, np.sign(advantage)),
            _NO_ADVANTAGE,
            "a row with a larger advantage counts for more. Multiply by it, not by its sign alone.",
        ),
        Mistake(
            lambda logits, drawn, advantage: _gradient(logits, drawn, np.maximum(advantage, 0)),
            "bad draws are forgotten",
            "a word with an advantage below 0 must become less probable. Keep the sign.",
        ),
        Mistake(
            lambda logits, drawn, advantage: _gradient(logits, drawn, abs(advantage)),
            "bad draws become more probable",
            "a word with an advantage below 0 must become less probable. Keep the sign.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: -one_hot),
            "only the drawn word",
            "probabilities sum to 1: if one logit rises, the others must fall (by p).",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: _softmax(logits, -1) * (1 - one_hot)),
            "the drawn word is left out",
            "its own logit has a derivative too: p - 1.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: (_softmax(logits, -1) - 1) * one_hot),
            "only the drawn word",
            "probabilities sum to 1: if one logit rises, the others must fall (by p).",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: -one_hot / _of_chosen(logits, one_hot)),
            "the derivative with respect to the probability",
            "-1/p is the derivative with respect to p; go on through the softmax to the logits.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: logits - one_hot),
            "logits are not probabilities",
            "take the softmax of each row first.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: np.log(_softmax(logits, -1)) - one_hot),
            "log-probabilities in place of probabilities",
            "the logarithm is gone after the derivative: take the softmax itself.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: _softmax(logits, -1)),
            "the drawn word is forgotten",
            "the derivative has a further part at the drawn word.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: _softmax(logits, 0) - one_hot),
            "a softmax down the columns",
            "each row holds the logits of one draw.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: _softmax(logits, None) - one_hot),
            "one softmax for all rows",
            "the probabilities of *each* row sum to 1.",
        ),
        Mistake(
            _gradient_by(lambda logits, one_hot: _softmax(logits, -1) - (one_hot.sum(axis=0) > 0)),
            "every drawn word in every row",
            "`[:, drawn]` takes these columns of all rows; each row has one drawn word, "
            "`[np.arange(n), drawn]`.",
        ),
        Mistake(
            lambda logits, drawn, advantage: (
                _softmax(logits, -1) - advantage[:, None] * _one_hot(logits, drawn)
            ),
            "the advantage at the drawn word alone",
            "it weighs the whole row.",
        ),
        Mistake(
            lambda logits, drawn, advantage: _gradient(logits, drawn, advantage) / len(drawn),
            "a mean, not a sum",
            "the text adds the losses up. Do not divide by n.",
        ),
    ],
)


@exercise("8.6")
def check_8_6(answer: Any) -> None:
    """Compare with the derivative, on rows with an advantage above, below and at 0."""
    _JUDGE_8_6(answer)
