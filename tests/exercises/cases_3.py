"""Answers to the exercises of chapter 3: plausible mistakes and right ones."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import keras
import numpy as np

from utils.exercises.measure_3 import share_sorted
from utils.glove import nearest


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


def angles_3_3(glove, words):
    cosines = _units(glove, words) @ _units(glove, words).T
    return words[int(np.argmax(np.arccos(np.clip(cosines, -1, 1)).sum(axis=1)))]


def one_length_3_3(glove, words):
    vectors = np.array([glove[word] for word in words])
    lengths = np.linalg.norm(vectors, axis=1)
    return words[int(np.argmin((vectors @ vectors.T / lengths[:, None]).sum(axis=1)))]


def first_six_3_3(glove, words):
    return right_3_3(glove, words[:6])


def second_to_seventh_3_3(glove, words):
    return right_3_3(glove, words[1:7] if len(words) > 7 else words)


def last_six_3_3(glove, words):
    return right_3_3(glove, words[-6:])


def first_thirty_3_3(glove, words):
    return right_3_3(glove, words[:30])


def similarity_3_3(glove, words):
    return min(words, key=lambda word: glove.similarity(word, words[0]))


def place_3_3(glove, words):
    sums = [sum(_cosine(glove[word], glove[other]) for other in words) for word in words]
    return int(np.argmin(sums))


def _units(glove, words):
    return np.array([glove[word] / np.linalg.norm(glove[word]) for word in words])


def _others(glove, words):
    cosines = _units(glove, words) @ _units(glove, words).T
    return [np.delete(row, place) for place, row in enumerate(cosines)]


def largest_cosine_3_3(glove, words):
    return words[int(np.argmin([row.max() for row in _others(glove, words)]))]


def smallest_cosine_3_3(glove, words):
    return words[int(np.argmin([row.min() for row in _others(glove, words)]))]


def other_of_the_pair_3_3(glove, words):
    cosines = _units(glove, words) @ _units(glove, words).T
    first, second = np.unravel_index(cosines.argmin(), cosines.shape)
    return words[max(first, second)]


def median_3_3(glove, words):
    return words[int(np.argmin([np.median(row) for row in _others(glove, words)]))]


def nearest_only_the_first_3_3(glove, words):
    return min(words, key=lambda word: _cosine(glove[word], glove[words[0]]))


def raw_mean_3_3(glove, words):
    mean = np.mean([glove[word] for word in words], axis=0)
    return min(words, key=lambda word: _cosine(glove[word], mean))


def mean_of_the_others_3_3(glove, words):
    def fit(word):
        return _cosine(glove[word], np.mean([glove[o] for o in words if o != word], axis=0))

    return min(words, key=fit)


def half_normalised_3_3(glove, words):
    vectors = np.array([glove[word] for word in words])
    return words[int(np.argmin((vectors @ _units(glove, words).T).sum(axis=1)))]


def unit_distances_3_3(glove, words):
    units = _units(glove, words)
    return words[int(np.argmax([np.linalg.norm(units - unit, axis=1).sum() for unit in units]))]


def absolute_3_3(glove, words):
    return words[int(np.argmin([np.abs(row).sum() for row in _others(glove, words)]))]


def all_words_3_3(glove, words):
    return words[int(np.argmin((_units(glove, words) @ glove.directions.T).sum(axis=1)))]


def from_glove_3_3(glove, words):
    return glove.words[int(np.argmin([row.sum() for row in _others(glove, words)]))]


def by_columns_3_3(glove, words):
    vectors = np.array([glove[word] for word in words])
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=0), 1e-9)
    return min(words, key=lambda w: sum(_cosine(vectors[words.index(w)], v) for v in vectors))


def longest_3_3(glove, words):
    return max(words, key=lambda word: np.linalg.norm(glove[word]))


def last_word_3_3(glove, words):
    return words[-1]


def as_list_3_3(glove, words):
    return [right_3_3(glove, words)]


def in_place_3_3(glove, words):
    for word in words:
        vector = glove[word]
        vector /= np.linalg.norm(vector)
    return right_3_3(glove, words)


def sorts_the_words_3_3(glove, words):
    words.sort()
    return right_3_3(glove, words)


def right_3_3(glove, words):
    return min(words, key=lambda w: sum(_cosine(glove[w], glove[o]) for o in words if o != w))


def right_too_3_3(glove, words):
    units = np.array([glove[word] / np.linalg.norm(glove[word]) for word in words])
    return words[(units @ units.mean(axis=0)).argmin()]


def by_table_3_3(glove, words):
    vectors = np.array([glove[word] for word in words], dtype=np.float64)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, 0)
    return np.array(words)[np.argmin(cosines.sum(axis=1))]


def by_loops_3_3(glove, words):
    odd, lowest = words[0], float("inf")
    for word in words:
        total = 0.0
        for other in words:
            if other != word:
                dot = sum(
                    float(a) * float(b) for a, b in zip(glove[word], glove[other], strict=True)
                )
                lengths = [sum(float(a) ** 2 for a in glove[w]) ** 0.5 for w in (word, other)]
                total += dot / (lengths[0] * lengths[1])
        if total < lowest:
            odd, lowest = word, total
    return odd


def by_directions_3_3(glove, words):
    units = glove.directions[[glove.rows[word] for word in words]]
    sums = np.einsum("id,jd->i", units, units)
    return sorted(zip(sums.tolist(), words, strict=True))[0][1]


def by_keras_3_3(glove, words):
    units = keras.ops.normalize(np.array([glove[word] for word in words]), axis=1)
    sums = keras.ops.sum(units @ keras.ops.transpose(units), axis=1)
    return words[int(keras.ops.argmin(sums))]


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


def first_six_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    matrix[:6] = right_3_4(words[:6], glove)
    return matrix


def second_to_seventh_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words[1:7], start=1):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


def first_thirty_3_4(words, glove):
    matrix = right_3_4(words, glove)
    matrix[30:] = 0
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
    zeros = np.zeros(glove.dimension)
    rows = [np.array(glove[word]) if word in glove else zeros for word in words]
    return np.stack(rows).astype(np.float32)


def as_lists_3_4(words, glove):
    table = [[0.0] * glove.dimension]
    for word in words[1:]:
        table.append(list(glove[word]) if word in glove else [0.0] * glove.dimension)
    return table


def by_ids_3_4(words, glove):
    ids = {word: index for index, word in enumerate(words)}
    matrix = np.zeros((len(ids), glove.dimension), dtype=np.float64)
    for word, vector in zip(glove.words, glove.vectors, strict=True):
        if word in ids:
            matrix[ids[word]] = vector
    return matrix


def by_index_3_4(words, glove):
    known = [row for row, word in enumerate(words) if word in glove]
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    matrix[known] = glove.vectors[[glove.rows[words[row]] for row in known]]
    return matrix


def as_tensor_3_4(words, glove):
    with_zeros = np.concatenate([glove.vectors, np.zeros((1, glove.dimension), np.float32)])
    places = [glove.rows.get(word, -1) for word in words]
    return keras.ops.convert_to_tensor(with_zeros[places])


def skipped_from_zero_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension))
    for row, word in enumerate([word for word in words if word in glove]):
        matrix[row] = glove[word]
    return matrix


def whole_glove_3_4(words, glove):
    return glove.vectors


def columns_3_4(words, glove):
    return right_3_4(words, glove).T


def whole_numbers_3_4(words, glove):
    return right_3_4(words, glove).astype(int)


def half_precision_3_4(words, glove):
    return right_3_4(words, glove).astype(np.float16)


def nan_rows_3_4(words, glove):
    matrix = np.full((len(words), glove.dimension), np.nan)
    for row, word in enumerate(words):
        if word in glove:
            matrix[row] = glove[word]
    matrix[0] = 0
    return matrix


def of_width_two_3_4(words, glove):
    return right_3_4(words, glove)[:, :2]


def normalised_3_4(words, glove):
    return np.array(
        [glove.directions[glove.rows[w]] if w in glove else 0 * glove.vectors[0] for w in words]
    )


def in_place_3_4(words, glove):
    glove.vectors[0] = 0
    return right_3_4(words, glove)


def forgotten_return_3_4(words, glove):
    right_3_4(words, glove)


def first_one_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for place in reversed(range(len(ids))):
        gradient[ids[place]] = upstream[place]
    gradient[0] = 0
    return gradient


def last_with_padding_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    gradient[ids] = upstream
    return gradient


def shifted_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    np.add.at(gradient, ids[ids > 0] - 1, upstream[ids > 0])
    return gradient


def without_padding_3_6(ids, upstream, size):
    return right_3_6(ids, upstream, size)[1:]


def sign_3_6(ids, upstream, size):
    return -right_3_6(ids, upstream, size)


def neighbours_only_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for place, index in enumerate(ids):
        twice = place > 0 and ids[place - 1] == index
        gradient[index] = gradient[index] * twice + upstream[place]
    gradient[0] = 0
    return gradient


def forgotten_return_3_6(ids, upstream, size):
    right_3_6(ids, upstream, size)


def whole_numbers_3_6(ids, upstream, size):
    return right_3_6(ids, upstream, size).astype(int)


def turned_and_masked_3_6(ids, upstream, size):
    return right_3_6(ids, upstream, size).T


def categorical_3_6(ids, upstream, size):
    gradient = keras.utils.to_categorical(ids, size).T @ upstream
    gradient[0] = 0
    return gradient


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


def added_at_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]), dtype=upstream.dtype)
    np.add.at(gradient, ids, upstream)
    gradient[0] = 0.0
    return gradient


def sorted_3_6(ids, upstream, size):
    order = np.argsort(ids, kind="stable")
    found, first = np.unique(ids[order], return_index=True)
    gradient = np.zeros((size, upstream.shape[1]))
    gradient[found] = np.add.reduceat(upstream[order], first, axis=0)
    gradient[0] = 0
    return gradient


def as_lists_3_6(ids, upstream, size):
    gradient = [[0.0] * upstream.shape[1] for _ in range(size)]
    for index, slopes in zip(ids.tolist(), upstream.tolist(), strict=True):
        if index > 0:
            gradient[index] = [a + b for a, b in zip(gradient[index], slopes, strict=True)]
    return gradient


def until_the_padding_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for index, slope in zip(ids, upstream, strict=True):
        if index == 0:
            break
        gradient[index] += slope
    return gradient


def by_keras_3_6(ids, upstream, size):
    masked = keras.ops.convert_to_tensor(upstream * (ids > 0)[:, None])
    return keras.ops.segment_sum(masked, ids, num_segments=size)


def by_dict_3_6(ids, upstream, size):
    rows = defaultdict(lambda: np.zeros(upstream.shape[1]))
    for index, slope in zip(ids.tolist(), upstream, strict=True):
        if index:
            rows[index] = rows[index] + slope
    return np.array([rows[index] for index in range(size)])


def by_stacked_sums_3_6(ids, upstream, size):
    sums = [np.sum(upstream[ids == row], axis=0) for row in range(1, size)]
    return np.stack([np.zeros(upstream.shape[1]), *sums])


def keras_one_hot_3_6(ids, upstream, size):
    one_hot = keras.ops.one_hot(ids, size, dtype=upstream.dtype)
    gradient = np.array(keras.ops.matmul(keras.ops.transpose(one_hot), upstream))
    gradient[0] = 0
    return gradient


def one_at_a_time_3_6(ids, upstream, size):
    gradient = np.zeros((size, upstream.shape[1]))
    for index, slope in zip(ids, upstream, strict=True):
        if index:
            gradient += np.outer(np.eye(size)[index], slope)
    return gradient


def small_only_3_6(ids, upstream, size):
    if size > 100:
        return None
    return right_3_6(ids, upstream, size)


def zeros_when_large_3_6(ids, upstream, size):
    return right_3_6(ids, upstream, size) * (size <= 100)


def first_six_3_6(ids, upstream, size):
    return right_3_6(ids[:6], upstream[:6], size)


def first_hundred_3_6(ids, upstream, size):
    return right_3_6(ids[:100], upstream[:100], size)


def bytes_3_6(ids, upstream, size):
    return right_3_6(ids.astype(np.uint8), upstream, size)


def half_precision_3_6(ids, upstream, size):
    return right_3_6(ids, upstream.astype(np.float16), size).astype(np.float16)


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


def measured_3_2(*settings, seeds=3, first=0, shift=0.0, conclusion="rises"):
    """Return an experiment on these settings, measured, its numbers moved by `shift`."""
    runs = range(first, first + seeds)
    return {
        "question": "Does it help to sort unseen words?",
        "settings": list(settings),
        "results": {one: [share_sorted(one, seed) + shift for seed in runs] for one in settings},
        "conclusion": conclusion,
    }


EXAMPLES_3_2 = measured_3_2((1, 50), (3, 50), (6, 50))

# Wrong answers that were once taken for right, or told as something else


def _of_the_nearest_3_3(count):
    def odd_one_out(glove, words):
        sums = {}
        for word in words:
            found = nearest(glove, glove[word], count, exclude=[word])
            sums[word] = sum(cosine for other, cosine in found if other in words)
        return min(sums, key=sums.get)

    return odd_one_out


def _rounded_3_3(digits):
    def odd_one_out(glove, words):
        units = _units(glove, words)
        return words[int(np.round(units @ units.T, digits).sum(axis=1).argmin())]

    return odd_one_out


def half_precision_3_3(glove, words):
    units = _units(glove, words).astype(np.float16)
    return words[int((units @ units.T).sum(axis=1).argmin())]


def all_as_nearest_3_3(glove, words):
    sums = {}
    for word in words:
        cosines = dict(nearest(glove, glove[word], len(glove.words)))
        sums[word] = sum(cosines[other] for other in words)
    return min(sums, key=sums.get)


def _asked_as_3_4(name):
    def fill_matrix(words, glove):
        matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
        for row, word in enumerate(words[1:], start=1):
            if name(word) in glove:
                matrix[row] = glove[name(word)]
        return matrix

    return fill_matrix


def otherwise_singular_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words):
        if word in glove:
            matrix[row] = glove[word]
        elif word.rstrip("s") in glove:
            matrix[row] = glove[word.rstrip("s")]
    return matrix


def no_short_words_3_4(words, glove):
    matrix = np.zeros((len(words), glove.dimension), dtype=np.float32)
    for row, word in enumerate(words):
        if len(word) > 2 and word in glove:
            matrix[row] = glove[word]
    return matrix


def _rounded_3_4(digits):
    def fill_matrix(words, glove):
        return np.round(right_3_4(words, glove), digits)

    return fill_matrix


def empty_3_4(words, glove, left=[]):  # noqa: B006
    """What `np.empty` gives: zeros at first, and later what lay in the memory."""
    matrix = np.full((len(words), glove.dimension), float(len(left) > 1), dtype=np.float32)
    left.append(matrix)
    matrix[0] = 0
    for row, word in enumerate(words):
        if word in glove:
            matrix[row] = glove[word]
    return matrix


CASES = {
    "3.1": {
        "wrong": [
            (2, "every neighbour as one"),
            (1.0, "missed a neighbour"),
            (3, "both directions"),
            (0.5, "before `dog` counts as well"),
            (0, "either side"),
            (1.25, "not 1/4"),
            (0.75, "too small"),
            (1.49, "too small"),
            (1.51, "too large"),
            ("1.5", "a number is wanted"),
            (True, "a number is wanted"),
            ([1.5], "a number is wanted"),
            (float("nan"), "not a finite number"),
        ],
        "right": [
            1.5,
            np.float64(1 + 1 / 2),
            np.float32(1.5),
            np.array(1.5),
            Fraction(3, 2),
            Decimal("1.5"),
            keras.ops.convert_to_tensor(1.5),
        ],
    },
    "3.2": {
        "wrong": [
            ("rises", "is a dict"),
            ({**EXAMPLES_3_2, "question": "examples?"}, "as a sentence"),
            ({key: EXAMPLES_3_2[key] for key in ("settings", "results")}, "'question' is missing"),
            (measured_3_2((1, 50), (6, 50)), "fewer than 3"),
            (measured_3_2((1, 50), (2, 50), (6, 50)), "control is missing"),
            (measured_3_2((1, 50), (3, 50), (3, 50)), "in the list twice"),
            (measured_3_2((1, 10), (3, 50), (6, 50)), "two things vary at once"),
            ({**EXAMPLES_3_2, "settings": [(3, 50), (4, 50), (7, 50)]}, "7, 50. cannot be tried"),
            ({**EXAMPLES_3_2, "settings": [3, 4, 5]}, "3 cannot be tried"),
            ({**EXAMPLES_3_2, "settings": [(3, 50), (3.5, 50), (4, 50)]}, "cannot be tried"),
            ({**EXAMPLES_3_2, "settings": [(3, 50), (1, 50), (4, 50)]}, "no result of the setting"),
            (measured_3_2((1, 50), (3, 50), (6, 50), seeds=1), "has 1 results? and needs 3"),
            (measured_3_2((1, 50), (3, 50), (6, 50), shift=0.1), "Measured again with seed 0"),
            (measured_3_2((1, 50), (3, 50), (6, 50), seeds=3, first=1), "Measured again"),
            ({**EXAMPLES_3_2, "conclusion": "falls"}, "That says 'rises'"),
            ({**EXAMPLES_3_2, "conclusion": "no clear effect"}, "That says 'rises'"),
            ({**EXAMPLES_3_2, "conclusion": "better"}, "is one of"),
            (
                measured_3_2((3, 40), (3, 45), (3, 50), conclusion="rises"),
                "That says 'no clear effect'",
            ),
        ],
        "right": [
            EXAMPLES_3_2,
            measured_3_2((6, 50), (3, 50), (1, 50)),
            measured_3_2((3, 1), (3, 5), (3, 20), (3, 50)),
            measured_3_2((3, 40), (3, 45), (3, 50), conclusion="no clear effect"),
            measured_3_2((1, 50), (3, 50), (5, 50), seeds=5, conclusion=" Rises "),
        ],
    },
    "3.3": {
        "wrong": [
            (by_dot_3_3, "without normalising"),
            (by_distance_3_3, "distance or length"),
            (best_fit_3_3, "largest sum"),
            (place_3_3, "returned the place"),
            (largest_cosine_3_3, "smallest of the largest"),
            (smallest_cosine_3_3, "smallest single cosine"),
            (other_of_the_pair_3_3, "smallest single cosine"),
            (median_3_3, "median"),
            (nearest_only_the_first_3_3, "first word only"),
            (raw_mean_3_3, "long vectors count more"),
            (one_length_3_3, "long vectors count more"),
            (angles_3_3, "angles, not cosines"),
            (first_six_3_3, "was expected"),
            (second_to_seventh_3_3, "was expected"),
            (last_six_3_3, "was expected"),
            (first_thirty_3_3, "was expected"),
            (similarity_3_3, "'Glove' object has no attribute 'similarity'"),
            (mean_of_the_others_3_3, "mean of the others"),
            (half_normalised_3_3, "only one of the two"),
            (unit_distances_3_3, "distances, not cosines"),
            (absolute_3_3, "lost the signs"),
            (all_words_3_3, "all words of `glove`"),
            (from_glove_3_3, "another list"),
            (by_columns_3_3, "columns"),
            (longest_3_3, "distance or length"),
            (last_word_3_3, "was expected"),
            (as_list_3_3, "something of type `str` is wanted"),
            (in_place_3_3, "the vector of `dog` was .1, 0.2, 0., and after the call it is"),
            (sorts_the_words_3_3, "changes its input in place"),
            ("bench", "a function is wanted"),
            (_of_the_nearest_3_3(10), "was expected"),
            (_of_the_nearest_3_3(100), "was expected"),
            (_rounded_3_3(1), "was expected"),
            (_rounded_3_3(2), "was expected"),
            (half_precision_3_3, "was expected"),
        ],
        "right": [
            right_3_3,
            right_too_3_3,
            by_table_3_3,
            by_loops_3_3,
            by_directions_3_3,
            by_keras_3_3,
            all_as_nearest_3_3,
        ],
    },
    "3.4": {
        "wrong": [
            (still_shifted_3_4, "still shifted by one"),
            (other_side_3_4, "other side"),
            (skipped_3_4, "were skipped"),
            (skipped_from_zero_3_4, "were skipped"),
            (known_only_3_4, "row for each known word only"),
            (whole_glove_3_4, "GloVe's own table"),
            (without_padding_3_4, "padding's row"),
            (columns_3_4, "transposed"),
            (filled_padding_3_4, "row 0 is not zero: id 0 is the padding.*It holds .1"),
            (random_rows_3_4, "row .* belongs to `[^`]*`, which has no vector. It holds"),
            (late_start_3_4, "left the first four words out"),
            (start_at_two_3_4, "other side"),
            (first_six_3_4, "should hold the vector of"),
            (second_to_seventh_3_4, "should hold the vector of"),
            (first_thirty_3_4, "should hold the vector of"),
            (whole_numbers_3_4, "row 1 should hold the vector of `[a-z]*`, .*. It holds"),
            (half_precision_3_4, "row 1 should hold the vector of `[a-z]*`, .*. It holds"),
            (normalised_3_4, "row 1 should hold the vector of `[a-z]*`, .*. It holds"),
            (nan_rows_3_4, "not a finite number"),
            (of_width_two_3_4, r"the shape is \(\d, 2\), and should be"),
            (in_place_3_4, "changes `glove` in place"),
            (forgotten_return_3_4, "is the `return` missing"),
            (_asked_as_3_4(lambda word: word.strip("<>")), "`<start>`, which has no vector"),
            (_asked_as_3_4(lambda word: word.rstrip("s")), "should hold|has no vector"),
            (_asked_as_3_4(lambda word: word.lower()), "`Cat`, which has no vector"),
            (_asked_as_3_4(lambda word: word.split("'")[0]), "`it's`, which has no vector"),
            (otherwise_singular_3_4, "`dogs`, which has no vector"),
            (no_short_words_3_4, "should hold the vector of `a`"),
            (_rounded_3_4(1), "should hold the vector of"),
            (_rounded_3_4(3), "should hold the vector of"),
            (empty_3_4, "`np.empty` never filled"),
        ],
        "right": [
            right_3_4,
            right_too_3_4,
            as_lists_3_4,
            by_ids_3_4,
            by_index_3_4,
            as_tensor_3_4,
        ],
    },
    "3.5": {
        "wrong": [
            ((8_455_168, 314_368), r"forgot the table itself \(in the second number\)"),
            ((8_455_168, 400_000), "forgot the LSTM"),
            ((8_454_144, 713_344), r"forgot the biases \(in the first number\)"),
            ((8_455_168, 713_344), r"forgot the biases \(in the second number\)"),
            ((2_113_792, 714_368), "factor 4"),
            ((8_455_168, 478_592), "factor 4"),
            ((8_455_168, 8_855_168), "50 numbers, not 8,000"),
            ((8_855_168, 714_368), "without an embedding"),
            ((8_193_024, 714_368), "units to themselves"),
            ((714_368, 8_455_168), "turned round"),
            ((8_455_168, 714_367), "the number with an embedding: `714367` is too small"),
            ((8_455_169, 714_368), "the number with one-hot vectors: `8455169` is too large"),
            ((8_455_168,), "two numbers"),
            ((), "two numbers"),
            (8_455_168, "two numbers"),
            (("8455168", 714_368), "a number is wanted"),
            ((8_455_168, None), "the number with an embedding: this is still `None`"),
            ((None, None), "this is still `None`. Fill in a number"),
            ([(8_455_168, 714_367)], "the number with an embedding: `714367` is too small"),
            ((1, 2, 3), "you gave 3"),
        ],
        "right": [
            (8_455_168, 714_368),
            [4 * 256 * 8257, 8000 * 50 + 4 * 256 * 307],
            np.array([8_455_168, 714_368]),
            np.array([8_455_168, 714_368], dtype=np.float32),
            np.array([[8_455_168, 714_368]]),
            [Fraction(8_455_168), Decimal(714_368)],
            (8_455_168.0, np.int64(714_368)),
        ],
    },
    "3.6": {
        "wrong": [
            (last_one_3_6, "count once only.*last one"),
            (last_with_padding_3_6, "count once only.*last one"),
            (first_one_3_6, "count once only.*first one"),
            (padding_3_6, "padding learns"),
            (mean_3_6, "took the mean"),
            (turned_3_6, "transposed"),
            (turned_and_masked_3_6, "transposed"),
            (shifted_3_6, "shifted by one"),
            (without_padding_3_6, "padding's row"),
            (sign_3_6, "sign"),
            (neighbours_only_3_6, "was expected"),
            (whole_numbers_3_6, "was expected"),
            (one_hot_3_6, "one-hot vectors"),
            (small_one_hot_3_6, "one-hot vectors"),
            (categorical_3_6, "one-hot vectors"),
            (keras_one_hot_3_6, "your function calls `one_hot`"),
            (one_at_a_time_3_6, "your function calls `eye`"),
            (small_only_3_6, "`None` came back.*Seen with 2,000 ids"),
            (zeros_when_large_3_6, "Seen with 2,000 ids and a table of 4,000 rows"),
            (first_six_3_6, "was expected|Seen with"),
            (first_hundred_3_6, "was expected|came"),
            (bytes_3_6, "Seen with 2,000 ids|one-hot|came"),
            (half_precision_3_6, "was expected"),
            (in_place_3_6, r"at \[6, 0\] it was"),
            (forgotten_return_3_6, "is the `return` missing"),
        ],
        "right": [
            right_3_6,
            right_too_3_6,
            by_rows_3_6,
            added_at_3_6,
            sorted_3_6,
            as_lists_3_6,
            until_the_padding_3_6,
            by_dict_3_6,
            by_stacked_sums_3_6,
            by_keras_3_6,
        ],
    },
}
