"""Answers to the exercises of chapter 4: plausible mistakes and right ones."""

import re
from fractions import Fraction
from functools import partial
from itertools import zip_longest

import keras
import numpy as np

from utils.captions import clean_caption
from utils.exercises.measure_4 import memory_left
from utils.sequences import pad_right


def one_block_4_2(inputs, units, bidirectional=False, stacked=False):
    return units * (inputs + units + 1) * (2 if bidirectional else 1)


def two_biases_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + units + 2) * (1 + bidirectional)


def no_bias_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + units) * (1 + bidirectional)


def product_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs * units + 1) * (1 + bidirectional)


def one_direction_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + units + 1)


def wide_4_2(inputs, units, bidirectional=False, stacked=False):
    width = 2 * units if bidirectional else units
    return 4 * width * (inputs + width + 1)


def doubled_inputs_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs * (1 + bidirectional) + units + 1)


def one_layer_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + units + 1) * (1 + bidirectional)


def words_on_top_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + units + 1) * (1 + bidirectional + stacked)


def narrow_top_4_2(inputs, units, bidirectional=False, stacked=False):
    top = 4 * units * (2 * units + 1) if stacked else 0
    return one_layer_4_2(inputs, units, bidirectional) + top


def two_way_top_4_2(inputs, units, bidirectional=False, stacked=False):
    below = one_layer_4_2(inputs, units, bidirectional)
    ways = 1 + bidirectional
    return below + (one_layer_4_2(ways * units, units, bidirectional) if stacked else 0)


def three_blocks_4_2(inputs, units, bidirectional=False, stacked=False):
    return 3 * units * (inputs + units + 1) * (1 + bidirectional)


def one_bias_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * (units * (inputs + units) + 1) * (1 + bidirectional)


def exchanged_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * inputs * (inputs + units + 1) * (1 + bidirectional)


def no_state_4_2(inputs, units, bidirectional=False, stacked=False):
    return 4 * units * (inputs + 1) * (1 + bidirectional)


def no_layer_below_4_2(inputs, units, bidirectional=False, stacked=False):
    ways = 1 + bidirectional
    if stacked:
        return 4 * units * (ways * units + units + 1)
    return ways * 4 * units * (inputs + units + 1)


def twice_4_2(inputs, units, bidirectional=False, stacked=False):
    return right_4_2(inputs, units, bidirectional) * (1 + stacked)


def both_ways_by_default_4_2(inputs, units, bidirectional=True, stacked=False):
    return right_4_2(inputs, units, bidirectional, stacked)


def without_flags_4_2(inputs, units):
    return 4 * units * (inputs + units + 1)


def exchanged_flags_4_2(inputs, units, stacked=False, bidirectional=False):
    return right_4_2(inputs, units, bidirectional, stacked)


def as_text_4_2(inputs, units, bidirectional=False, stacked=False):
    return str(right_4_2(inputs, units, bidirectional, stacked))


def a_little_more_4_2(inputs, units, bidirectional=False, stacked=False):
    return right_4_2(inputs, units, bidirectional, stacked) + 1


def right_4_2(inputs, units, bidirectional=False, stacked=False):
    directions = 2 if bidirectional else 1
    count = directions * 4 * units * (inputs + units + 1)
    if stacked:
        count += 4 * units * (directions * units + units + 1)
    return count


def by_gates_4_2(inputs, units, bidirectional=False, stacked=False):
    layers = [inputs, inputs] if bidirectional else [inputs]
    if stacked:
        layers.append(len(layers) * units)
    total = 0
    for width in layers:
        for _gate in ("i", "f", "c", "o"):
            total += width * units + units * units + units
    return float(total)


def by_shapes_4_2(inputs, units, bidirectional=False, stacked=False):
    shapes = [(inputs, 4 * units), (units, 4 * units), (1, 4 * units)]
    if bidirectional:
        shapes = shapes + shapes
    if stacked:
        width = 2 * units if bidirectional else units
        shapes += [(width, 4 * units), (units, 4 * units), (1, 4 * units)]
    return np.array([rows * columns for rows, columns in shapes]).sum()


def by_name_only_4_2(inputs, units, *, bidirectional=False, stacked=False):
    return np.array(right_4_2(inputs, units, bidirectional, stacked))


def _by_keras(inputs, units, bidirectional=False, stacked=False):
    layer = keras.layers.LSTM(units, return_sequences=True)
    layer = keras.layers.Bidirectional(layer) if bidirectional else layer
    layers = [layer, keras.layers.LSTM(units)] if stacked else [layer]
    model = keras.Sequential([keras.Input((2, inputs)), *layers])
    return model.count_params()


# No plain function, so that no mutants are made of it: each of them would take seconds.
by_keras_4_2 = partial(_by_keras)
by_keras_without_top_4_2 = partial(
    lambda inputs, units, bidirectional=False, stacked=False: _by_keras(
        inputs, units, bidirectional
    )
)


def markers_only_4_3(captions, vocabulary):
    longest = max(len(caption.split()) for caption in captions) + 2
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def cut_end_4_3(captions, vocabulary):
    longest = max(len(caption.split()) for caption in captions)
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post", truncating="post")


def wide_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=40, padding="post")


def very_wide_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=99, padding="post")


def at_most_25_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    longest = min(max(len(row) for row in rows), 25)
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def first_30_4_3(captions, vocabulary):
    return right_4_3(captions, vocabulary)[:, :30]


def bytes_4_3(captions, vocabulary):
    return np.array(right_4_3(captions, vocabulary)).astype(np.uint8)


def small_bytes_4_3(captions, vocabulary):
    return np.array(right_4_3(captions, vocabulary)).astype(np.int8)


def half_precision_4_3(captions, vocabulary):
    return np.array(right_4_3(captions, vocabulary)).astype(np.float16)


def floats_4_3(captions, vocabulary):
    return np.array(right_4_3(captions, vocabulary)).astype(np.float32)


def left_4_3(captions, vocabulary):
    return keras.utils.pad_sequences([vocabulary.encode(clean_caption(c)) for c in captions])


def list_of_rows_4_3(captions, vocabulary):
    return [vocabulary.encode(clean_caption(caption)) for caption in captions]


def without_end_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(clean_caption(caption))[:-1] for caption in captions])


def without_start_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(clean_caption(caption))[1:] for caption in captions])


def uncleaned_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(caption.split()) for caption in captions])


def left_and_cut_4_3(captions, vocabulary):
    longest = max(len(caption.split()) for caption in captions)
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=longest)


def original_4_3(captions, vocabulary):
    longest = max([len(caption.split()) for caption in captions])
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def by_tokens_4_3(captions, vocabulary):
    tokens = [clean_caption(caption) for caption in captions]
    longest = max(len(row) for row in tokens)
    rows = [vocabulary.encode(row) for row in tokens]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def wide_and_post_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, maxlen=20, padding="post", truncating="post")


def one_wider_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    longest = max(len(row) for row in rows) + 1
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def without_markers_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(clean_caption(caption), False) for caption in captions])


def only_lowered_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(caption.lower().split()) for caption in captions])


def by_length_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return pad_right(sorted(rows, key=len))


def no_unknown_4_3(captions, vocabulary):
    rows = [
        [index for index in vocabulary.encode(clean_caption(caption)) if index != 3]
        for caption in captions
    ]
    return pad_right(rows)


def transposed_4_3(captions, vocabulary):
    return right_4_3(captions, vocabulary).T


def no_return_4_3(captions, vocabulary):
    right_4_3(captions, vocabulary)


def right_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    longest = max(len(row) for row in rows)
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def right_too_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(clean_caption(caption)) for caption in captions])


def by_loop_4_3(captions, vocabulary):
    rows = []
    for caption in captions:
        rows.append([1, *(vocabulary.ids.get(word, 3) for word in clean_caption(caption)), 2])
    array = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for place, row in enumerate(rows):
        array[place, : len(row)] = row
    return array


def as_lists_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    longest = max(len(row) for row in rows)
    return [row + [0] * (longest - len(row)) for row in rows]


def by_columns_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    columns = list(zip_longest(*rows, fillvalue=0))
    return keras.ops.transpose(keras.ops.array(columns, dtype="int32"))


def first_column_4_4(mask):
    return bool(mask[:, 0].all())


def no_empty_rows_4_4(mask):
    return bool((np.diff(mask.astype(int), axis=1) <= 0).all())


def by_row_4_4(mask):
    return mask[:, 0] & (np.diff(mask.astype(int), axis=1) <= 0).all(axis=1)


def strict_4_4(mask):
    return bool(mask[:, 0].all() and not mask[:, -1].any())


def first_row_4_4(mask):
    return right_too_4_4(mask[:1])


def last_row_4_4(mask):
    return right_too_4_4(mask[-1:])


def any_row_4_4(mask):
    return any(right_too_4_4(mask[n : n + 1]) for n in range(len(mask)))


def columns_fall_4_4(mask):
    counts = mask.sum(axis=0)
    return bool((np.diff(counts) <= 0).all() and mask.any(axis=1).all())


def counted_columns_4_4(mask):
    return bool((np.diff(mask.sum(axis=0)) <= 0).all())


def merged_4_4(mask):
    return right_too_4_4(mask.all(axis=0)[None])


def no_hole_4_4(mask):
    return all((np.diff(np.flatnonzero(row)) == 1).all() and row.any() for row in mask)


def exchanged_4_4(mask):
    return not right_too_4_4(mask)


def padding_demanded_4_4(mask):
    return right_too_4_4(mask) and not mask[:, -1].any()


def two_words_4_4(mask):
    return right_too_4_4(mask) and bool((mask.sum(axis=1) > 1).all())


def as_number_4_4(mask):
    return int(right_too_4_4(mask))


def nothing_4_4(mask):
    right_too_4_4(mask)


def four_columns_4_4(mask):
    return right_too_4_4(mask[:, :4])


def four_rows_4_4(mask):
    return right_too_4_4(mask[:4])


def last_rows_4_4(mask):
    return right_too_4_4(mask[-19:])


def twenty_columns_4_4(mask):
    return right_too_4_4(mask[:, :20])


def always_4_4(mask):
    return True


def right_4_4(mask):
    return mask[:, 0].all() and (np.diff(mask.astype(int), axis=1) <= 0).all()


def right_too_4_4(mask):
    for row in mask.tolist():
        words = sum(row)
        if words == 0 or not all(row[:words]):
            return False
    return True


def by_lengths_4_4(mask):
    lengths = mask.sum(axis=1)
    right_padded = np.arange(mask.shape[1]) < lengths[:, None]
    return bool((mask == right_padded).all() and (lengths > 0).all())


def by_sorting_4_4(mask):
    return np.array(np.array_equal(np.sort(mask, axis=1)[:, ::-1], mask) and mask.any(1).all())


def by_keras_4_4(mask):
    falls = keras.ops.all(mask[:, 1:] <= mask[:, :-1])
    return keras.ops.logical_and(falls, keras.ops.all(mask[:, 0]))


def whole_4_6(predict, ids):
    return predict(ids)


def first_place_4_6(predict, ids):
    return np.stack([predict(ids[: k + 1])[0] for k in range(len(ids))])


def blanked_4_6(predict, ids):
    rows = []
    for k in range(len(ids)):
        known = ids.copy()
        known[k + 1 :] = 0
        rows.append(predict(known)[k])
    return np.array(rows)


def too_short_4_6(predict, ids):
    return np.array([predict(ids[:k])[-1] for k in range(1, len(ids))])


def one_ahead_4_6(predict, ids):
    return np.array([predict(ids[: k + 2])[k] for k in range(len(ids))])


def whole_rows_4_6(predict, ids):
    return [predict(ids[: k + 1]) for k in range(len(ids))]


def whole_stacked_4_6(predict, ids):
    return np.stack([predict(ids[: k + 1]) for k in range(len(ids))])


def one_ahead_and_last_4_6(predict, ids):
    return np.array([predict(ids[: k + 2])[-1] for k in range(len(ids))])


def no_number_4_6(predict, ids):
    return np.full_like(predict(ids), np.nan)


def one_number_lost_4_6(predict, ids):
    scores = right_4_6(predict, ids)
    scores[-1] = np.nan
    return scores


def alone_4_6(predict, ids):
    return np.array([predict(ids[k : k + 1])[0] for k in range(len(ids))])


def mean_4_6(predict, ids):
    return np.array([predict(ids[: k + 1]).mean(axis=0) for k in range(len(ids))])


def the_future_4_6(predict, ids):
    return np.array([predict(ids[k:])[0] for k in range(len(ids))])


def last_row_4_6(predict, ids):
    return np.tile(predict(ids)[-1], (len(ids), 1))


def half_leaking_4_6(predict, ids):
    return right_4_6(predict, ids) + 0.001 * predict(ids)


def backwards_4_6(predict, ids):
    return right_4_6(predict, ids)[::-1]


def transposed_4_6(predict, ids):
    return right_4_6(predict, ids).T


def softmax_4_6(predict, ids):
    scores = np.exp(right_4_6(predict, ids))
    return scores / scores.sum(axis=1, keepdims=True)


def last_only_4_6(predict, ids):
    return predict(ids)[-1]


def changing_4_6(predict, ids):
    scores = predict(ids)
    while len(ids):
        scores[len(ids) - 1] = predict(ids)[-1]
        ids[-1], ids = 0, ids[:-1]
    return scores


def zeros_are_padding_4_6(predict, ids):
    return np.stack([predict(ids[: k + 1])[k] * (ids[k] != 0) for k in range(len(ids))])


def without_zeros_4_6(predict, ids):
    rows = []
    for k in range(len(ids)):
        known = ids[: k + 1]
        rows.append(predict(known[known != 0])[-1] if known.any() else predict(known)[-1])
    return np.array(rows)


def window_of_seven_4_6(predict, ids):
    return np.stack([predict(ids[max(0, k - 6) : k + 1])[-1] for k in range(len(ids))])


def window_of_twenty_4_6(predict, ids):
    return np.stack([predict(ids[max(0, k - 19) : k + 1])[-1] for k in range(len(ids))])


def batch_axis_4_6(predict, ids):
    return np.stack([predict(ids[None, : k + 1])[0, k] for k in range(len(ids))])


_KEPT_BY_PLACE, _KEPT_BY_PREFIX = {}, {}


def kept_by_place_4_6(predict, ids):
    for k in range(len(ids)):
        if k not in _KEPT_BY_PLACE:
            _KEPT_BY_PLACE[k] = predict(ids[: k + 1])[k]
    return np.stack([_KEPT_BY_PLACE[k] for k in range(len(ids))])


def kept_by_prefix_4_6(predict, ids):
    for k in range(len(ids)):
        prefix = tuple(ids[: k + 1].tolist())
        if prefix not in _KEPT_BY_PREFIX:
            _KEPT_BY_PREFIX[prefix] = predict(ids[: k + 1])[k]
    return np.stack([_KEPT_BY_PREFIX[tuple(ids[: k + 1].tolist())] for k in range(len(ids))])


def nothing_4_6(predict, ids):
    right_4_6(predict, ids)


def whole_tensors_4_6(predict, ids):
    return keras.ops.stack([predict(ids[: k + 1]) for k in range(len(ids))])


def right_4_6(predict, ids):
    return np.array([predict(ids[:length])[-1] for length in range(1, len(ids) + 1)])


def right_too_4_6(predict, ids):
    scores = np.zeros_like(predict(ids))
    for k in range(len(ids)):
        scores[k] = predict(np.array(ids[: k + 1]))[k]
    return scores


def stacked_4_6(predict, ids):
    return np.stack([predict(ids[: place + 1])[place] for place in range(len(ids))])


def list_of_rows_4_6(predict, ids):
    rows, known = [], []
    for index in ids.tolist():
        known.append(index)
        rows.append(tuple(predict(known)[-1]))
    return rows


def joined_4_6(predict, ids):
    rows = [predict(ids[:length])[-1:] for length in range(len(ids), 0, -1)]
    return np.concatenate(rows[::-1]).astype(np.float32)


def tensor_4_6(predict, ids):
    return keras.ops.stack([predict(ids[: k + 1])[k] for k in range(len(ids))])


def measured_4_7(*settings, seeds=3, first=0, shift=0.0, conclusion="rises"):
    """Return an experiment on these settings, measured, its numbers moved by `shift`."""
    runs = range(first, first + seeds)
    return {
        "question": "Does it help an untrained LSTM to remember?",
        "settings": list(settings),
        "results": {one: [memory_left(one, seed) + shift for seed in runs] for one in settings},
        "conclusion": conclusion,
    }


BIASES_4_7 = measured_4_7((0, 10, 64), (1, 10, 64), (3, 10, 64))
SIMILAR_4_7 = ((1, 10, 60), (1, 10, 64), (1, 10, 68))

# Wrong answers that were once taken for right, or told as something else


def inputs_at_most_512_4_2(inputs, units, bidirectional=False, stacked=False):
    return right_4_2(min(inputs, 512), units, bidirectional, stacked)


def units_at_most_500_4_2(inputs, units, bidirectional=False, stacked=False):
    return right_4_2(inputs, min(units, 500), bidirectional, stacked)


def _cleaned_by_4_3(cleaned):
    def padded_ids(captions, vocabulary):
        return pad_right([vocabulary.encode(cleaned(caption)) for caption in captions])

    return padded_ids


CLEANED_OTHERWISE_4_3 = [
    _cleaned_by_4_3(lambda caption: clean_caption(caption.replace("'", " "))),
    _cleaned_by_4_3(lambda caption: clean_caption(caption.replace("'", ""))),
    _cleaned_by_4_3(lambda caption: re.findall("[a-z]+", caption.lower())),
    _cleaned_by_4_3(lambda caption: re.sub("[^a-z ]", " ", caption.lower()).split()),
    _cleaned_by_4_3(lambda caption: re.findall(r"\w+", caption.lower())),
    _cleaned_by_4_3(lambda caption: [w for w in clean_caption(caption) if w.isalpha()]),
    _cleaned_by_4_3(lambda caption: [w for w in clean_caption(caption) if not w.isdigit()]),
    _cleaned_by_4_3(lambda caption: clean_caption(caption.encode("ascii", "ignore").decode())),
    _cleaned_by_4_3(lambda caption: re.sub("[-.,]", " ", caption.lower()).split()),
]


def _at_most_4_3(longest, **named):
    def padded_ids(captions, vocabulary):
        rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
        return keras.utils.pad_sequences(rows, maxlen=longest(captions), padding="post", **named)

    return padded_ids


def _most_letters(captions):
    return max(map(len, captions))


def _most_pieces(captions):
    return max(len(re.sub("[-.,]", " ", caption).split()) for caption in captions) + 2


def longest_of_four_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    longest = max(map(len, rows[:4]))
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")


def never_filled_4_6(predict_all, ids):
    return np.zeros_like(predict_all(ids))


def nothing_appended_4_6(predict_all, ids):
    rows = []
    for place in range(len(ids)):
        predict_all(ids[: place + 1])[place]
    return rows


def never_asked_4_6(predict_all, ids):
    return np.random.default_rng(0).normal(size=(len(ids), 4))


def one_number_4_6(predict_all, ids):
    return np.array([0.5])


def first_thirty_4_6(predict_all, ids):
    scores = np.array(predict_all(ids))
    for place in range(min(len(ids), 30)):
        scores[place] = predict_all(ids[: place + 1])[place]
    return scores


CASES = {
    "4.1": {
        "wrong": [
            (27, "`<end>`"),
            (35, "both markers"),
            (23, "first word"),
            (28, "added 1 once|Added 1 once"),
            (4, "counted the captions"),
            (30, "too small"),
            (np.float32(32), "too large"),
            (float("nan"), "finite"),
            ("31", "a number is wanted"),
            ([5, 7, 7, 12], "a number is wanted"),
            (True, "a number is wanted"),
        ],
        "right": [
            31,
            31.0,
            np.int64(31),
            np.array(31),
            Fraction(31),
            keras.ops.convert_to_tensor(31.0),
        ],
    },
    "4.2": {
        "wrong": [
            (one_block_4_2, "ne block only"),
            (two_biases_4_2, "PyTorch"),
            (no_bias_4_2, "o bias"),
            (one_direction_4_2, "second direction"),
            (wide_4_2, "two separate LSTMs"),
            (product_4_2, "multiplied inputs and units"),
            (doubled_inputs_4_2, "doubled the inputs"),
            (one_layer_4_2, "on top is missing"),
            (words_on_top_4_2, "does not read the words"),
            (narrow_top_4_2, "too narrow on top"),
            (two_way_top_4_2, "BiLSTM on top as well"),
            (three_blocks_4_2, "three blocks"),
            (one_bias_4_2, "one bias for a whole block"),
            (exchanged_4_2, "exchanged inputs and units"),
            (no_state_4_2, "no recurrent weights"),
            (no_layer_below_4_2, "layer below is missing"),
            (twice_4_2, "one direction only"),
            (both_ways_by_default_4_2, r"by_default_4_2\(\d, \d\)` gives"),
            (exchanged_flags_4_2, "flags are exchanged"),
            (without_flags_4_2, "parameters differ from those in the text"),
            (as_text_4_2, "numbers are wanted"),
            (a_little_more_4_2, "was expected"),
            (by_keras_without_top_4_2, "on top is missing"),
            (788, "A function is wanted"),
            (inputs_at_most_512_4_2, "was expected"),
            (units_at_most_500_4_2, "was expected"),
        ],
        "right": [
            right_4_2,
            by_gates_4_2,
            by_shapes_4_2,
            by_name_only_4_2,
            by_keras_4_2,
        ],
    },
    "4.3": {
        "wrong": [
            (markers_only_4_3, "start is lost|ider than needed"),
            (cut_end_4_3, "end is lost"),
            (wide_4_3, "start is lost"),
            (very_wide_4_3, "ider than needed"),
            (at_most_25_4_3, "start is lost"),
            (first_30_4_3, "end is lost"),
            (bytes_4_3, r"stands `\d+` at place"),
            (small_bytes_4_3, r"stands `-?\d+` at place"),
            (half_precision_4_3, r"stands `\d+` at place \d+, and `\d+` should"),
            (floats_4_3, "of type float32. Ids are whole numbers"),
            (left_4_3, "on the left"),
            (list_of_rows_4_3, "rows have different lengths"),
            (without_end_4_3, "no row has its `<end>`"),
            (without_start_4_3, "no row has its `<start>`"),
            (uncleaned_4_3, "not cleaned"),
            (left_and_cut_4_3, "on the left"),
            (original_4_3, "start is lost"),
            (by_tokens_4_3, "start is lost"),
            (wide_and_post_4_3, "ider than needed|end is lost"),
            (one_wider_4_3, "ider than needed"),
            (without_markers_4_3, "its `<start>` and its `<end>`"),
            (only_lowered_4_3, "lower case alone"),
            (by_length_4_3, "the row of"),
            (no_unknown_4_3, "the row of|the shape is"),
            (transposed_4_3, "the shape is"),
            (no_return_4_3, "`None` came back"),
            *((answer, "the row of|the shape is") for answer in CLEANED_OTHERWISE_4_3),
            (_at_most_4_3(_most_letters), "counted letters"),
            (_at_most_4_3(_most_letters, truncating="post"), "counted letters"),
            (_at_most_4_3(lambda captions: _most_letters(captions) + 2), "counted letters"),
            (_at_most_4_3(_most_pieces), "ider than needed"),
            (longest_of_four_4_3, "start is lost"),
        ],
        "right": [right_4_3, right_too_4_3, by_loop_4_3, as_lists_4_3, by_columns_4_3],
    },
    "4.4": {
        "wrong": [
            (first_column_4_4, "hole"),
            (no_empty_rows_4_4, "without any word"),
            (by_row_4_4, "a row"),
            (strict_4_4, "no padding at all"),
            (first_row_4_4, "first row only"),
            (last_row_4_4, "last row only"),
            (any_row_4_4, "one good row"),
            (columns_fall_4_4, "accepts a hole|accepts left padding"),
            (counted_columns_4_4, "counted the columns"),
            (merged_4_4, "merged into one"),
            (no_hole_4_4, "accepts left padding"),
            (exchanged_4_4, "exchanged"),
            (padding_demanded_4_4, "no padding at all"),
            (two_words_4_4, "refuses"),
            (as_number_4_4, "of type `bool` is wanted"),
            (nothing_4_4, "`None` came back"),
            (always_4_4, "accepts"),
            (four_columns_4_4, "accepts|refuses"),
            (four_rows_4_4, "accepts a hole"),
            (last_rows_4_4, "accepts a hole"),
            (twenty_columns_4_4, "accepts a hole"),
        ],
        "right": [right_4_4, right_too_4_4, by_lengths_4_4, by_sorting_4_4, by_keras_4_4],
    },
    "4.5": {
        "wrong": [
            ("a", "dev"),
            ("b", "padding"),
            ("d", "full square"),
            ("e", "is wanted"),
            (3, "is wanted"),
        ],
        "right": ["c", "C", "c)", " (c) ", "c:", "**c**", " c\n", "\tc.\r\n"],
    },
    "4.6": {
        "wrong": [
            (whole_4_6, "whole caption"),
            (first_place_4_6, "first place"),
            (blanked_4_6, "no mask"),
            (too_short_4_6, "one token too few|One token too few"),
            (one_ahead_4_6, "leak test"),
            (whole_rows_4_6, "one row a call"),
            (whole_stacked_4_6, "one row a call"),
            (whole_tensors_4_6, "one row a call"),
            (one_ahead_and_last_4_6, "one token too many"),
            (no_number_4_6, "not a finite number"),
            (one_number_lost_4_6, "not a finite number"),
            (alone_4_6, "one token alone"),
            (mean_4_6, "mean over the places"),
            (the_future_4_6, "future and not the past"),
            (last_row_4_6, "whole caption"),
            (half_leaking_4_6, "leak test fails"),
            (backwards_4_6, "leak test fails"),
            (transposed_4_6, "transposed"),
            (softmax_4_6, "was expected|came"),
            (last_only_4_6, "the shape is"),
            (changing_4_6, "changes its input in place"),
            (nothing_4_6, "`None` came back"),
            (zeros_are_padding_4_6, "was expected|came"),
            (without_zeros_4_6, "was expected|came"),
            (window_of_seven_4_6, "was expected|came"),
            (window_of_twenty_4_6, "was expected|came"),
            (batch_axis_4_6, "without a batch axis"),
            (kept_by_place_4_6, "same scores for both"),
            (kept_by_prefix_4_6, "same scores for both"),
            (never_filled_4_6, "never filled in"),
            (nothing_appended_4_6, r"the shape is \(0,\), and should be \(6, 4\)"),
            (never_asked_4_6, "network is never asked"),
            (one_number_4_6, r"the shape is \(1,\)"),
            (first_thirty_4_6, "leak test fails"),
        ],
        "right": [
            right_4_6,
            right_too_4_6,
            stacked_4_6,
            list_of_rows_4_6,
            joined_4_6,
            tensor_4_6,
        ],
    },
    "4.7": {
        "wrong": [
            ("rises", "is a dict"),
            ({**BIASES_4_7, "question": "bias?"}, "as a sentence"),
            ({key: BIASES_4_7[key] for key in ("question", "settings")}, "'results' is missing"),
            (measured_4_7((0, 10, 64), (1, 10, 64)), "fewer than 3"),
            (measured_4_7((0, 10, 64), (2, 10, 64), (3, 10, 64)), "control is missing"),
            (measured_4_7((1, 10, 64), (1, 10, 64), (3, 10, 64)), "in the list twice"),
            (measured_4_7((1, 10, 64), (3, 10, 64), (1, 5, 64)), "more than one thing varies"),
            ({**BIASES_4_7, "settings": [0, 1, 3]}, "0 cannot be tried"),
            ({**BIASES_4_7, "settings": [[0, 10, 64], [1, 10, 64]]}, "fewer than 3"),
            ({**BIASES_4_7, "settings": [(1, 10, 64), (1, 31, 64)]}, "31, 64. cannot be tried"),
            ({**BIASES_4_7, "settings": [(1, 10, 64), (1, 2.5, 64)]}, "2.5, 64. cannot be tried"),
            ({**BIASES_4_7, "settings": [(1, 10, 64), (True, 10, 64)]}, "cannot be tried"),
            ({**BIASES_4_7, "results": {(1, 10, 64): [1, 2, 3]}}, "no result of the setting"),
            (measured_4_7((0, 10, 64), (1, 10, 64), (3, 10, 64), seeds=1), "needs 3"),
            (measured_4_7((0, 10, 64), (1, 10, 64), (3, 10, 64), shift=0.1), "Measured again"),
            (measured_4_7((0, 10, 64), (1, 10, 64), (3, 10, 64), first=1), "Measured again"),
            ({**BIASES_4_7, "conclusion": "falls"}, "That says 'rises'"),
            (measured_4_7((1, 2, 64), (1, 5, 64), (1, 10, 64)), "That says 'falls'"),
            (measured_4_7(*SIMILAR_4_7), "That says 'no clear effect'"),
            ({**BIASES_4_7, "conclusion": "better"}, "is one of"),
        ],
        "right": [
            BIASES_4_7,
            measured_4_7((3, 10, 64), (0, 10, 64), (1.0, 10, 64), (-2.5, 10, 64)),
            measured_4_7((1, 10, 64), (1, 5, 64), (1, 2, 64), conclusion="falls"),
            measured_4_7(*SIMILAR_4_7, conclusion="no clear effect"),
            measured_4_7((1, 10, 64), (1, 1, 64), (1, 3, 64), seeds=4, conclusion=" Falls "),
        ],
    },
}
