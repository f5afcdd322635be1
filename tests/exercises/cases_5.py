"""Answers to the exercises of chapter 5: plausible mistakes and right ones."""

import keras
import numpy as np
from keras import layers


def lstm(inputs, units, bias=1):
    return 4 * units * (inputs + units + bias)


def right_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    merged = {"add": units, "multiply": units, "concatenate": 2 * units}[merge]
    return (
        (feature_size + 1) * units
        + vocabulary_size * embedding_size
        + 2 * lstm(embedding_size, units)
        + lstm(2 * units, units)
        + (merged + 1) * units
        + (units + 1) * vocabulary_size
    )


def right_too_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    from utils.model import ModelConfig, build_model

    config = ModelConfig(vocabulary_size, feature_size, embedding_size, units, merge)
    return build_model(config).count_params()


def biases_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    merged = 2 * units if merge == "concatenate" else units
    return (
        feature_size * units
        + vocabulary_size * embedding_size
        + 2 * lstm(embedding_size, units, 0)
        + lstm(2 * units, units, 0)
        + merged * units
        + units * vocabulary_size
    )


def direction_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    whole = right_5_2(vocabulary_size, embedding_size, feature_size, units, merge)
    return whole - lstm(embedding_size, units)


def width_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    whole = right_5_2(vocabulary_size, embedding_size, feature_size, units, merge)
    return whole - lstm(2 * units, units) + lstm(units, units)


def no_paste_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return right_5_2(vocabulary_size, embedding_size, feature_size, units, "add")


def all_paste_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return right_5_2(vocabulary_size, embedding_size, feature_size, units, "concatenate")


def right_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]), bias]


def right_too_5_3(kernel, bias):
    return np.vstack((kernel, kernel)), bias.copy()


def axis_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel], axis=1), bias]


def half_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]) / 2, bias]


def blind_5_3(kernel, bias):
    return [np.concatenate([np.zeros_like(kernel), kernel]), bias]


def bias_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]), 2 * bias]


def interleaved_5_3(kernel, bias):
    return [np.repeat(kernel, 2, axis=0), bias]


def right_5_5(features, captions):
    counts = [len(image) for image in captions]
    return np.repeat(features, counts, axis=0), [text for image in captions for text in image]


def right_too_5_5(features, captions):
    pairs = [(row, text) for row, image in zip(features, captions, strict=True) for text in image]
    return np.stack([row for row, _ in pairs]), [text for _, text in pairs]


def no_axis_5_5(features, captions):
    texts = [text for image in captions for text in image]
    return np.repeat(features, len(captions[0])).reshape(len(texts), -1), texts


def five_each_5_5(features, captions):
    rows = np.repeat(features, len(captions[0]), axis=0)
    return rows, [text for image in captions for text in image]


def tile_again_5_5(features, captions):
    texts = [text for image in captions for text in image]
    return np.tile(features, (9, 1))[: len(texts)], texts


def inputs(feature_size):
    return (
        layers.Input((feature_size,), name="feature"),
        layers.Input((None,), dtype="int32", name="prefix"),
    )


def right_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    state = layers.Dense(units, activation="relu")(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def right_too_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    short = layers.Dropout(0.2)(feature)
    states = [layers.Dense(units, activation="tanh")(short), layers.Dense(units)(short)]
    words = layers.Embedding(vocabulary_size, embedding_size, mask_zero=True)(prefix)
    text = layers.LSTM(units)(words, initial_state=states)
    hidden = layers.Dense(units, activation="relu")(text)
    out = layers.Activation("softmax")(layers.Dense(vocabulary_size)(hidden))
    return keras.Model(inputs={"prefix": prefix, "feature": feature}, outputs=out)


def merge_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    image = layers.Dense(units)(feature)
    text = layers.LSTM(units)(layers.Embedding(vocabulary_size, embedding_size)(prefix))
    out = layers.Dense(vocabulary_size, activation="softmax")(layers.Add()([image, text]))
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def par_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    image = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    beside = keras.ops.expand_dims(image, 1) * keras.ops.ones_like(words[:, :, :1])
    text = layers.LSTM(units)(layers.Concatenate()([words, beside]))
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def pre_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    image = layers.Reshape((1, embedding_size))(layers.Dense(embedding_size)(feature))
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(layers.Concatenate(axis=1)([image, words]))
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def logits_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    state = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    out = layers.Dense(vocabulary_size)(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def one_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    state = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[state, keras.ops.zeros_like(state)])
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def no_list_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    state = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=state)
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def no_names_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = layers.Input((feature_size,)), layers.Input((None,), dtype="int32")
    state = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def masked_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    h, c = layers.Dense(units)(feature), layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    mask = keras.ops.not_equal(prefix, 0)
    text = layers.LSTM(units)(words, initial_state=[h, c], mask=mask)
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def wrong_total_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return 1_881_361


CASES = {
    "5.1": {
        "wrong": [
            (((8, 7, 100), (8, 100), (8, 200)), "one direction only|One direction only"),
            (((8, 7, 200), (8, 200), (8, 200)), "width is its own"),
            (((8, 7, 200), (8, 100), (8, 100)), "what Add gives"),
            (((8, 200), (8, 100), (8, 200)), "gone too early"),
            (((8, 7, 200), (8, 7, 100), (8, 200)), "last step alone"),
            (((None, None, 200), (None, 100), (None, 200)), "sizes are known here"),
        ],
        "right": [((8, 7, 200), (8, 100), (8, 200)), [[8, 7, 200], [8, 100], [8, 200]]],
    },
    "5.2": {
        "wrong": [
            (biases_5_2, "biases are missing"),
            (direction_5_2, "BiLSTM counted once"),
            (width_5_2, "reads more than that"),
            (no_paste_5_2, "Concatenate treated as Add"),
            (all_paste_5_2, "Add treated as Concatenate"),
            (wrong_total_5_2, r"count_parameters\(97, 11, 23, 7, 'add'\)"),
        ],
        "right": [right_5_2, right_too_5_2],
    },
    "5.3": {
        "wrong": [
            (axis_5_3, "wrong axis"),
            (half_5_3, "mean instead of the sum"),
            (blind_5_3, "one of the two is lost|One of the two is lost"),
            (bias_5_3, "added twice"),
            (interleaved_5_3, "rows are interleaved"),
        ],
        "right": [right_5_3, right_too_5_3],
    },
    "5.4": {
        "wrong": [
            ("a", "lucky start"),
            ("b", "whatever the labels are"),
            ("d", "more even still"),
        ],
        "right": ["c", "C."],
    },
    "5.5": {
        "wrong": [
            (no_axis_5_5, "numbers are mixed"),
            (five_each_5_5, "photo by photo"),
            (tile_again_5_5, "beside another photo"),
        ],
        "right": [right_5_5, right_too_5_5],
    },
    "5.6": {
        "wrong": [
            (merge_5_6, "that is a merge|That is a merge"),
            (par_5_6, "par-inject"),
            (pre_5_6, "something is pasted|Something is pasted"),
            (logits_5_6, "do not sum to 1"),
            (one_state_5_6, "has not seen the photo"),
            (no_list_5_6, "has two states"),
            (no_names_5_6, "named feature and prefix"),
        ],
        "right": [right_5_6, right_too_5_6, masked_5_6],
    },
}
