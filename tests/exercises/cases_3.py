"""Answers to the exercises of chapter 3: plausible mistakes and right ones."""

import numpy as np


def by_dot_3_3(glove, words):
    vectors = np.array([glove[word] for word in words])
    return words[int(np.argmin((vectors @ vectors.T).sum(axis=1)))]


def by_distance_3_3(glove, words):
    vectors = np.array([glove[word] for word in words])
    middle = vectors.mean(axis=0)
    return words[int(np.argmax(np.linalg.norm(vectors - middle, axis=1)))]


def _cosine(first, second):
    return first @ second / np.linalg.norm(first) / np.linalg.norm(second)


def best_fit_3_3(glove, words):
    return max(words, key=lambda word: sum(_cosine(glove[word], glove[o]) for o in words))


def place_3_3(glove, words):
    sums = [sum(_cosine(glove[word], glove[other]) for other in words) for word in words]
    return int(np.argmin(sums))


def right_3_3(glove, words):
    return min(words, key=lambda w: sum(_cosine(glove[w], glove[o]) for o in words if o != w))


def right_too_3_3(glove, words):
    units = np.array([glove[word] / np.linalg.norm(glove[word]) for word in words])
    return words[(units @ units.mean(axis=0)).argmin()]


def still_shifted_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension))
    for row, word in enumerate(words):
        if word in glove:
            matrix[row - 1] = glove[word]
    return matrix


def other_side_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension))
    for row, word in enumerate(words[1:], start=1):
        if word in glove:
            matrix[(row + 1) % len(words)] = glove[word]
    return matrix


def skipped_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension))
    row = 1
    for word in words[1:]:
        if word in glove:
            matrix[row] = glove[word]
            row += 1
    return matrix


def random_rows_3_4(words, glove):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(len(words), glove.dimension))
    matrix[0] = 0
    for row, word in enumerate(words):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


def late_start_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words[4:], start=4):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


def start_at_two_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words[1:], start=2):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


def known_only_3_4(words, glove):
    return np.array([glove[word] for word in words if word in glove])


def without_padding_3_4(words, glove):
    return right_too_3_4(words, glove)[1:]


def filled_padding_3_4(words, glove):
    matrix = right_too_3_4(words, glove)
    matrix[0] = 1.0
    return matrix


def right_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


def right_too_3_4(words, glove):
    rows = [np.array(glove[word]) if word in glove else np.zeros(2) for word in words]
    return np.stack(rows).astype(np.float32)


def last_one_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    gradient[ids] += upstream
    gradient[0] = 0
    return gradient


def padding_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    np.add.at(gradient, ids, upstream)
    return gradient


def mean_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for index in set(ids[ids > 0].tolist()):
        gradient[index] = upstream[ids == index].mean(axis=0)
    return gradient


def turned_3_6(ids, upstream, size):
    return padding_3_6(ids, upstream, size).T


def right_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for index, slope in zip(ids, upstream, strict=True):
        if index != 0:
            gradient[index] += slope
    return gradient


def right_too_3_6(ids, upstream, size):
    columns = [np.bincount(ids, weights=column, minlength=size) for column in upstream.T]
    gradient = np.stack(columns, axis=1)
    gradient[0] = 0
    return gradient


def by_rows_3_6(ids, upstream, size):
    return np.array([upstream[ids == row].sum(axis=0) * (row > 0) for row in range(size)])


def one_hot_3_6(ids, upstream, size):
    gradient = np.eye(size)[ids].T @ upstream
    gradient[0] = 0
    return gradient


def small_one_hot_3_6(ids, upstream, size):
    one_hot = ids[None, :] == np.arange(size)[:, None]
    one_hot[0] = False
    return one_hot @ upstream


def in_place_3_6(ids, upstream, size):
    upstream[ids == 0] = 0
    return padding_3_6(ids, upstream, size)


CASES = {
    "3.1": {
        "wrong": [
            (2, "every neighbour as one"),
            (1.0, "missed a neighbour"),
            (3, "both directions"),
            (0.5, "right before"),
            (0.75, "too small"),
            ("1.5", "should be a number"),
        ],
        "right": [1.5, np.float64(1 + 1 / 2)],
    },
    "3.2": {
        "wrong": [
            ("a", "nothing is damaged"),
            ("c", "company is not alike in meaning"),
            ("d", "length"),
            ("e", "should be one of"),
        ],
        "right": ["b", " (B) "],
    },
    "3.3": {
        "wrong": [
            (by_dot_3_3, "without normalising"),
            (by_distance_3_3, "distance or length"),
            (best_fit_3_3, "largest sum"),
            (place_3_3, "returned the place"),
        ],
        "right": [right_3_3, right_too_3_3],
    },
    "3.4": {
        "wrong": [
            (still_shifted_3_4, "still shifted by one"),
            (other_side_3_4, "other side"),
            (skipped_3_4, "were skipped"),
            (known_only_3_4, "row for each known word only"),
            (without_padding_3_4, "padding's row"),
            (filled_padding_3_4, "row 0 is not zero"),
            (random_rows_3_4, "row 1 belongs to `<start>`, which has no vector"),
            (late_start_3_4, r"row 2 should hold the vector of `the`, \[5.0, 6.0\]. It holds"),
            (start_at_two_3_4, "other side"),
        ],
        "right": [right_3_4, right_too_3_4],
    },
    "3.5": {
        "wrong": [
            ((8_455_168, 314_368), "forgot the table"),
            ((8_455_168, 400_000), "forgot the LSTM"),
            ((8_454_144, 713_344), "forgot the biases"),
            ((2_113_792, 714_368), "factor 4"),
            ((714_368, 8_455_168), "turned round"),
            ((8_455_168,), "two numbers"),
            (8_455_168, "should be of type"),
        ],
        "right": [(8_455_168, 714_368), [4 * 256 * 8257, 8000 * 50 + 4 * 256 * 307]],
    },
    "3.6": {
        "wrong": [
            (last_one_3_6, "count once only"),
            (padding_3_6, "padding learns"),
            (mean_3_6, "took the mean"),
            (turned_3_6, "transposed"),
            (one_hot_3_6, "one-hot vectors"),
            (small_one_hot_3_6, "one-hot vectors"),
            (in_place_3_6, r"at \[6, 0\] it was"),
        ],
        "right": [right_3_6, right_too_3_6, by_rows_3_6],
    },
}
