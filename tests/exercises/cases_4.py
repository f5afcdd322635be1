"""Answers to the exercises of chapter 4: plausible mistakes and right ones."""

import keras
import numpy as np

from utils.captions import clean_caption
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


def right_4_2(inputs, units, bidirectional=False, stacked=False):
    ways = 1 + bidirectional
    count = ways * 4 * (inputs * units + units * units + units)
    return count + stacked * right_4_2_top(ways * units, units)


def right_4_2_top(inputs, units):
    return 4 * (inputs * units + units * units + units)


def right_too_4_2(inputs, units, bidirectional=False, stacked=False):
    layer = keras.layers.LSTM(units, return_sequences=True)
    layer = keras.layers.Bidirectional(layer) if bidirectional else layer
    layers = [layer, keras.layers.LSTM(units)] if stacked else [layer]
    model = keras.Sequential([keras.Input((2, inputs)), *layers])
    return model.count_params()


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


def right_4_3(captions, vocabulary):
    rows = [vocabulary.encode(clean_caption(caption)) for caption in captions]
    return keras.utils.pad_sequences(rows, padding="post")


def right_too_4_3(captions, vocabulary):
    return pad_right([vocabulary.encode(clean_caption(caption)) for caption in captions])


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


def right_4_4(mask):
    return mask[:, 0].all() and (np.diff(mask.astype(int), axis=1) <= 0).all()


def right_too_4_4(mask):
    for row in mask.tolist():
        words = sum(row)
        if words == 0 or not all(row[:words]):
            return False
    return True


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


def right_4_6(predict, ids):
    return np.array([predict(ids[:length])[-1] for length in range(1, len(ids) + 1)])


def right_too_4_6(predict, ids):
    scores = np.zeros_like(predict(ids))
    for k in range(len(ids)):
        scores[k] = predict(np.array(ids[: k + 1]))[k]
    return scores


CASES = {
    "4.1": {
        "wrong": [
            (27, "forgot the end|Forgot the end"),
            (35, "both markers"),
            (23, "first word"),
            (28, "added 1 once|Added 1 once"),
            (30, "too small"),
        ],
        "right": [31, 31.0],
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
        ],
        "right": [right_4_2, right_too_4_2],
    },
    "4.3": {
        "wrong": [
            (markers_only_4_3, "start is lost|ider than needed"),
            (cut_end_4_3, "end is lost"),
            (wide_4_3, "ider than needed"),
            (left_4_3, "on the left"),
            (list_of_rows_4_3, "rows of different lengths"),
            (without_end_4_3, "no row has its `<end>`"),
            (without_start_4_3, "no row has its `<start>`"),
            (uncleaned_4_3, "not cleaned"),
        ],
        "right": [right_4_3, right_too_4_3],
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
        ],
        "right": [right_4_4, right_too_4_4],
    },
    "4.5": {
        "wrong": [("a", "dev"), ("c", "padding"), ("d", "known prefix")],
        "right": ["b", "B"],
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
        ],
        "right": [right_4_6, right_too_4_6],
    },
}
