"""Answers to the exercises of chapter 5: plausible mistakes and right ones."""

import itertools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from utils.exercises.measure_5 import small_world


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


def library_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    from utils.model import ModelConfig, build_model

    config = ModelConfig(vocabulary_size, feature_size, embedding_size, units, merge)
    return build_model(config).count_params()


def right_dense_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    def dense(inputs, outputs):
        return inputs * outputs + outputs

    def gates(inputs):
        return 4 * dense(inputs + units, units)

    joined = units + units * (merge == "concatenate")
    text = vocabulary_size * embedding_size + gates(embedding_size) * 2 + gates(units * 2)
    return text + dense(feature_size, units) + dense(joined, units) + dense(units, vocabulary_size)


def right_matrices_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    shapes = [(feature_size, units), (units,), (vocabulary_size, embedding_size)]
    for inputs in (embedding_size, embedding_size, 2 * units):
        shapes += [(inputs, 4 * units), (units, 4 * units), (4 * units,)]
    if merge in ("add", "multiply"):
        shapes.append((units, units))
    else:
        shapes.append((2 * units, units))
    shapes += [(units,), (units, vocabulary_size), (vocabulary_size,)]
    return np.sum([np.prod(shape) for shape in shapes])


def right_float_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return np.float64(right_5_2(vocabulary_size, embedding_size, feature_size, units, merge))


def two_biases_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return right_5_2(vocabulary_size, embedding_size, feature_size, units, merge) + 12 * units


def multiply_pastes_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    merge = "add" if merge == "add" else "concatenate"
    return right_5_2(vocabulary_size, embedding_size, feature_size, units, merge)


def no_embedding_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    whole = right_5_2(vocabulary_size, embedding_size, feature_size, units, merge)
    return whole - vocabulary_size * embedding_size


def off_by_one_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return right_5_2(vocabulary_size, embedding_size, feature_size, units, merge) + 1


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


def right_loop_5_3(kernel, bias):
    wide = np.zeros((2 * kernel.shape[0], kernel.shape[1]))
    for row in range(len(kernel)):
        wide[row] = kernel[row]
        wide[row + len(kernel)] = kernel[row]
    return [wide, bias]


def right_lists_5_3(kernel, bias):
    return [kernel.tolist() + kernel.tolist(), bias.tolist()]


def right_tensors_5_3(kernel, bias):
    wide = keras.ops.concatenate([kernel, kernel], axis=0)
    return (wide, keras.ops.convert_to_tensor(bias))


def right_tiled_5_3(kernel, bias):
    return [np.tile(kernel, (2, 1)).astype(np.float32), np.array(bias)]


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


def exchanged_5_3(kernel, bias):
    return bias, np.concatenate([kernel, kernel])


def long_bias_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]), np.concatenate([bias, bias])]


def only_kernel_5_3(kernel, bias):
    return np.concatenate([kernel, kernel])


def too_small_5_3(kernel, bias):
    return [kernel, bias]


def nan_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]) * np.nan, bias]


def bias_in_a_row_5_3(kernel, bias):
    return [np.concatenate([kernel, kernel]), bias[None]]


def right_5_5(features, captions):
    counts = [len(image) for image in captions]
    return np.repeat(features, counts, axis=0), [text for image in captions for text in image]


def right_too_5_5(features, captions):
    pairs = [(row, text) for row, image in zip(features, captions, strict=True) for text in image]
    return np.stack([row for row, _ in pairs]), [text for _, text in pairs]


def right_loop_5_5(features, captions):
    rows, texts = [], []
    for photo in range(len(captions)):
        for caption in captions[photo]:
            rows.append(features[photo])
            texts.append(caption)
    return rows, texts


def right_numbers_5_5(features, captions):
    owner = [number for number, image in enumerate(captions) for _ in image]
    return features[owner], np.array([caption for image in captions for caption in image])


def right_tensor_5_5(features, captions):
    counts = np.array([len(image) for image in captions])
    rows = keras.ops.convert_to_tensor(np.repeat(features, counts, axis=0))
    return [rows, tuple(itertools.chain(*captions))]


def right_other_order_5_5(features, captions):
    rows, texts = [], []
    for place in range(max(len(image) for image in captions)):
        for row, image in zip(features, captions, strict=True):
            if place < len(image):
                rows.append(row.tolist())
                texts.append(image[place])
    return rows, texts


def unmended_5_5(features, captions):
    per_image = len(captions[0])
    rows = np.concatenate([features] * per_image)
    texts = [caption for image in captions for caption in image]
    return rows, texts


def nan_5_5(features, captions):
    counts = [len(image) for image in captions]
    rows = np.repeat(features, counts, axis=0) * np.nan
    return rows, [text for image in captions for text in image]


def swapped_5_5(features, captions):
    counts = [len(image) for image in captions]
    return [text for image in captions for text in image], np.repeat(features, counts, axis=0)


def by_text_5_5(features, captions):
    owner = {text: row for row, image in zip(features, captions, strict=True) for text in image}
    texts = [text for image in captions for text in image]
    return np.stack([owner[text] for text in texts]), texts


def unique_5_5(features, captions):
    pairs = {text: row for row, image in zip(features, captions, strict=True) for text in image}
    return np.stack(list(pairs.values())), list(pairs)


def not_flat_5_5(features, captions):
    return np.repeat(features, [len(image) for image in captions], axis=0), captions


def rows_only_5_5(features, captions):
    return np.repeat(features, [len(image) for image in captions], axis=0)


def no_axis_5_5(features, captions):
    texts = [text for image in captions for text in image]
    return np.repeat(features, len(captions[0])).reshape(len(texts), -1), texts


def five_each_5_5(features, captions):
    rows = np.repeat(features, len(captions[0]), axis=0)
    return rows, [text for image in captions for text in image]


def tile_again_5_5(features, captions):
    texts = [text for image in captions for text in image]
    return np.tile(features, (9, 1))[: len(texts)], texts


def texts_of(captions):
    return [text for image in captions for text in image]


def right_strings_5_5(features, captions):
    rows = np.repeat(features, [len(image) for image in captions], axis=0)
    return tf.constant(rows), tf.constant([text for image in captions for text in image])


def lower_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows, [text.lower() for text in texts]


def stripped_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows, [text.strip(" .") for text in texts]


def marked_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows, [f"<start> {text} <end>" for text in texts]


def whole_numbers_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows.astype(int), texts


def scaled_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows / 255, texts


def always_five_5_5(features, captions):
    texts = texts_of(captions)
    return np.stack([features[number // 5] for number in range(len(texts))]), texts


def by_fives_5_5(features, captions):
    return np.repeat(features, 5, axis=0), texts_of(captions)


ALL_ROWS, ALL_TEXTS = [], []


def kept_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    ALL_ROWS.extend(rows)
    ALL_TEXTS.extend(texts)
    return ALL_ROWS[:], ALL_TEXTS[:]


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


def finished(vocabulary_size, feature, prefix, text):
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def started(vocabulary_size, feature_size, embedding_size):
    feature, prefix = inputs(feature_size)
    return feature, prefix, layers.Embedding(vocabulary_size, embedding_size)(prefix)


def right_states_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.BatchNormalization()(layers.Dense(units)(feature))
    lstm = layers.LSTM(units, return_sequences=True, return_state=True)
    _, h, _ = lstm(words, initial_state=(state, state))
    return finished(vocabulary_size, feature, prefix, h)


def right_cell_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = layers.Dense(2 * units)(feature)
    lstm = layers.RNN(layers.LSTMCell(units))
    text = lstm(words, initial_state=[both[:, :units], both[:, units:]])
    return keras.Model([prefix, feature], [layers.Dense(vocabulary_size, "softmax")(text)])


def right_parts_5_6(vocabulary_size, feature_size, embedding_size, units):
    photo = keras.Input((feature_size,))
    encoder = keras.Model(photo, layers.Dense(units, activation="relu")(photo))
    state, ids = keras.Input((units,)), keras.Input((None,), dtype="int32")
    words = layers.Embedding(vocabulary_size, embedding_size)(ids)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    decoder = keras.Model([state, ids], layers.Dense(vocabulary_size, activation="softmax")(text))
    feature, prefix = inputs(feature_size)
    return keras.Model({"feature": feature, "prefix": prefix}, decoder([encoder(feature), prefix]))


def right_residual_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    image = layers.Dense(units, activation="relu")(feature)
    state = layers.Add()([image, layers.Dense(units)(image)])
    words = layers.Dense(2 * units)(layers.Concatenate()([words, layers.Dropout(0.1)(words)]))
    text = layers.LSTM(units, dropout=0.2)(words, initial_state=[state, image])
    hidden = layers.Dense(units, activation="relu")(text)
    return finished(vocabulary_size, feature, prefix, layers.Multiply()([hidden, text]))


def right_last_step_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = keras.Sequential([layers.Dropout(0.3), layers.Dense(units)])(feature)
    steps = layers.LSTM(units, return_sequences=True)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, steps[:, -1])


def course_5_6(vocabulary_size, feature_size, embedding_size, units):
    from utils.model import ModelConfig, build_model

    return build_model(ModelConfig(vocabulary_size, feature_size, embedding_size, units))


def average_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = layers.Average()([layers.Dense(units)(feature), layers.LSTM(units)(words)])
    return finished(vocabulary_size, feature, prefix, both)


def average_of_two_widths_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = layers.Average()([layers.Dense(embedding_size)(feature), layers.LSTM(units)(words)])
    return finished(vocabulary_size, feature, prefix, both)


def pasted_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = layers.Concatenate()([layers.Dense(units)(feature), layers.LSTM(units)(words)])
    return finished(vocabulary_size, feature, prefix, both)


def par_by_addition_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    image = layers.Reshape((1, embedding_size))(layers.Dense(embedding_size)(feature))
    text = layers.LSTM(units)(layers.Add()([words, image]))
    return finished(vocabulary_size, feature, prefix, text)


def par_with_states_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    image = layers.Dense(embedding_size)(feature)[:, None]
    text = layers.LSTM(units)(words * image, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def pre_in_two_calls_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    lstm = layers.LSTM(units, return_state=True)
    _, h, c = lstm(layers.Dense(embedding_size)(feature)[:, None])
    text, _, _ = lstm(words, initial_state=[h, c])
    return finished(vocabulary_size, feature, prefix, text)


def photo_last_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    image = layers.Dense(embedding_size)(feature)[:, None]
    text = layers.LSTM(units)(layers.Concatenate(axis=1)([words, image]))
    return finished(vocabulary_size, feature, prefix, text)


def wide_5_6(vocabulary_size, feature_size, embedding_size, units):
    return right_5_6(vocabulary_size, feature_size, 3 * embedding_size, units)


def exchanged_embedding_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(embedding_size, feature_size, vocabulary_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def few_rows_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size - 9, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def ids_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)
    ids = keras.ops.cast(prefix, "float32")[:, :, None]
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(ids, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def cell_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    _, _, c = layers.LSTM(units, return_state=True)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, c)


def both_states_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    _, h, c = layers.LSTM(units, return_state=True)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, layers.Concatenate()([h, c]))


def merge_too_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, layers.Add()([text, state]))


def words_round_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    both = layers.Concatenate()([text, layers.GlobalAveragePooling1D()(words)])
    return finished(vocabulary_size, feature, prefix, both)


def words_in_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = layers.Concatenate()([feature, layers.GlobalAveragePooling1D()(words)])
    state = layers.Dense(units)(both)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def narrow_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(embedding_size)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def three_states_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature) for _ in range(3)]
    text = layers.LSTM(units)(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, text)


def no_dense_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = feature[:, :units]
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def bidirectional_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 4
    text = layers.Bidirectional(layers.LSTM(units))(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, text)


def two_lstms_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 2
    steps = layers.LSTM(units, return_sequences=True)(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, layers.LSTM(units)(steps))


def gru_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    text = layers.GRU(units)(words, initial_state=layers.Dense(units)(feature))
    return finished(vocabulary_size, feature, prefix, text)


def no_lstm_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    both = [layers.Dense(units)(feature), layers.GlobalAveragePooling1D()(words)]
    return finished(vocabulary_size, feature, prefix, layers.Concatenate()(both))


def own_width_5_6(vocabulary_size, feature_size, embedding_size, units):
    return right_5_6(vocabulary_size, feature_size, embedding_size, 256)


def backwards_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 2
    text = layers.LSTM(units, go_backwards=True)(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, text)


def every_step_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 2
    text = layers.LSTM(units, return_sequences=True)(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, text)


def first_step_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 2
    text = layers.LSTM(units, return_sequences=True)(words, initial_state=states)
    return finished(vocabulary_size, feature, prefix, text[:, 0])


def no_photo_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    return finished(vocabulary_size, feature, prefix, layers.LSTM(units)(words))


def old_style_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    return finished(vocabulary_size, feature, prefix, layers.LSTM(units)([words, state, state]))


def no_return_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text, _h, _c = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def fixed_length_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix = inputs(feature_size)[0], layers.Input((38,), dtype="int32", name="prefix")
    state = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def other_keys_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"photo": feature, "words": prefix}, out)


def two_outputs_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    out = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, [out, text])


def tensor_5_6(vocabulary_size, feature_size, embedding_size, units):
    return right_5_6(vocabulary_size, feature_size, embedding_size, units).output


def subclass_5_6(vocabulary_size, feature_size, embedding_size, units):
    class Captioner(keras.Model):
        def call(self, batch):
            return batch["feature"]

    return Captioner()


def fails_in_a_run_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    words = layers.Reshape((38, embedding_size))(words)
    state = layers.Dense(units)(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def injected(vocabulary_size, feature_size, embedding_size, units, **lstm):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    states = [layers.Dense(units)(feature)] * 2
    return feature, prefix, layers.LSTM(units, **lstm)(words, initial_state=states)


def two_softmaxes_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, text = injected(vocabulary_size, feature_size, embedding_size, units)
    out = layers.Softmax()(layers.Dense(vocabulary_size, activation="softmax")(text))
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def shares_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, text = injected(vocabulary_size, feature_size, embedding_size, units)
    out = layers.Dense(vocabulary_size, activation="relu", bias_initializer="ones")(text)
    out = out / keras.ops.sum(out, axis=-1, keepdims=True)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def right_exponents_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, text = injected(vocabulary_size, feature_size, embedding_size, units)
    out = keras.ops.exp(layers.Dense(vocabulary_size)(text))
    out = out / keras.ops.sum(out, axis=-1, keepdims=True)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def right_no_bias_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, text = injected(vocabulary_size, feature_size, embedding_size, units)
    out = layers.Dense(vocabulary_size, activation="softmax", use_bias=False)(text)
    return keras.Model({"feature": feature, "prefix": prefix}, out)


def pooled_5_6(vocabulary_size, feature_size, embedding_size, units):
    sizes = (vocabulary_size, feature_size, embedding_size, units)
    feature, prefix, steps = injected(*sizes, return_sequences=True)
    return finished(vocabulary_size, feature, prefix, layers.GlobalAveragePooling1D()(steps))


BUILT = []


def kept_5_6(vocabulary_size, feature_size, embedding_size, units):
    if not BUILT:
        BUILT.append(right_5_6(vocabulary_size, feature_size, embedding_size, units))
    return BUILT[0]


def fixed_sizes_5_6(vocabulary_size, feature_size, embedding_size, units):
    return right_5_6(30, 12, 6, 8)


def par_by_repeating_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    image = layers.Dense(units)(feature)[:, None]
    beside = keras.ops.repeat(image, words.shape[1], axis=1)
    text = layers.LSTM(units)(layers.Concatenate()([words, beside]))
    return finished(vocabulary_size, feature, prefix, text)


def wrong_total_5_2(vocabulary_size, embedding_size, feature_size, units, merge):
    return 1_881_361


def measured_5_7(*settings, seeds=3, first=0, shift=0.0, conclusion="falls"):
    """Return an experiment on these settings, measured, its numbers moved by `shift`."""
    runs = range(first, first + seeds)
    return {
        "question": "Do more hidden units lower the loss?",
        "settings": list(settings),
        "results": {one: [small_world(one, seed) + shift for seed in runs] for one in settings},
        "conclusion": conclusion,
    }


UNITS_5_7 = measured_5_7((1, 1), (4, 1), (16, 1))


def both_widened_5_3(kernel, bias):
    return [np.hstack([kernel, kernel]), np.hstack([bias, bias])]


def columns_repeated_5_3(kernel, bias):
    return [np.repeat(kernel, 2, axis=1), bias]


def half_widened_5_3(kernel, bias):
    return [np.hstack([kernel, 0 * kernel]), bias]


def right_soft_state_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units, activation="softmax")(feature)
    text = layers.LSTM(units)(words, initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def two_lengths_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature, prefix, words = started(vocabulary_size, feature_size, embedding_size)
    state = layers.Dense(units)(feature)
    seen = layers.Reshape((1, embedding_size))(layers.Dense(embedding_size)(feature))
    text = layers.LSTM(units)(layers.Concatenate()([words, seen]), initial_state=[state, state])
    return finished(vocabulary_size, feature, prefix, text)


def one_digit_5_3(kernel, bias):
    return np.vstack([kernel, kernel]).round(1), bias


def two_digits_5_3(kernel, bias):
    return np.vstack([kernel, kernel]).round(2), bias.round(2)


def half_precision_5_3(kernel, bias):
    return np.vstack([kernel, kernel]).astype(np.float16), bias


def units_of_the_course_5_3(kernel, bias):
    return np.vstack([kernel[:256], kernel[:256]]), bias[:256]


def rounded_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows.round(1), texts


def half_precision_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows.astype(np.float16), texts


def twenty_words_5_5(features, captions):
    rows, texts = right_5_5(features, captions)
    return rows, [" ".join(text.split(" ")[:20]) for text in texts]


def init_inject_5_6(sizes, turned=lambda x: x, embedded=lambda x: x, seen=lambda x: x):
    vocabulary_size, feature_size, embedding_size, units = sizes
    feature = keras.Input((feature_size,), name="feature")
    prefix = keras.Input((None,), dtype="int32", name="prefix")
    vector = layers.Dense(units, activation="relu")(seen(feature))
    words = embedded(layers.Embedding(vocabulary_size, embedding_size)(turned(prefix)))
    text = layers.LSTM(units)(words, initial_state=[vector, vector])
    output = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, output)


def turned_prefix_5_6(*sizes):
    return init_inject_5_6(sizes, turned=lambda prefix: prefix[:, ::-1])


def flipped_prefix_5_6(*sizes):
    return init_inject_5_6(sizes, turned=lambda prefix: keras.ops.flip(prefix, axis=1))


def flipped_vectors_5_6(*sizes):
    return init_inject_5_6(sizes, embedded=lambda words: keras.ops.flip(words, axis=1))


def always_dropout_5_6(vocabulary_size, feature_size, embedding_size, units):
    feature = keras.Input((feature_size,), name="feature")
    prefix = keras.Input((None,), dtype="int32", name="prefix")
    vector = layers.Dense(units)(feature)
    words = layers.Embedding(vocabulary_size, embedding_size)(prefix)
    text = layers.LSTM(units)(words, initial_state=[vector, vector])
    text = layers.Dropout(0.5)(text, training=True)
    output = layers.Dense(vocabulary_size, activation="softmax")(text)
    return keras.Model({"feature": feature, "prefix": prefix}, output)


def random_state_5_6(*sizes):
    return init_inject_5_6(sizes, seen=lambda feature: layers.Dropout(0.5)(feature, training=True))


def right_usual_dropout_5_6(*sizes):
    return init_inject_5_6(sizes, embedded=layers.Dropout(0.5), seen=layers.Dropout(0.5))


CASES = {
    "5.1": {
        "wrong": [
            (((8, 7, 100), (8, 100), (8, 200)), "one direction only|One direction only"),
            (((8, 7, 200), (8, 200), (8, 200)), "width is its own"),
            (((8, 100), (8, 7, 200), (8, 200)), "right shapes in another order"),
            ((("8", "7", "200"), (8, 100), (8, 200)), "`'8'` is a text"),
            (("(8, 7, 200)", (8, 100), (8, 200)), "`'\\(8, 7, 200\\)'` is a text"),
            (((8, 7, 200), (8, 100), (8, 100)), "what Add gives"),
            (((8, 200), (8, 100), (8, 200)), "gone too early"),
            (((8, 7, 200), (8, 7, 100), (8, 200)), "only its final hidden state"),
            (((None, None, 200), (None, 100), (None, 200)), "sizes are known here"),
            ((tf.TensorShape([None, None, 200]), (8, 100), (8, 200)), "sizes are known here"),
            (((7, 200), (100,), (200,)), "batch is missing"),
            (((8, 7, 200), (8, 100), (16, 100)), "along the batch"),
            (((8, 7, 200), (8, 100), (8, 2, 100)), "no new axis"),
            (((8, 7, 200), (8, 100), (8, 300)), "after the Concatenate is not"),
            (((8, 7, 200), (8, 100), (200,)), r"begins with the batch, 8\. It has 2 axes"),
            ((8, 7, 200), "[Tt]hree shapes"),
            (((8, 7, 200), (8, 100)), "[Tt]hree shapes"),
            (tf.TensorShape(None), "your answer|[Tt]hree shapes|another sort"),
        ],
        "right": [
            ((8, 7, 200), (8, 100), (8, 200)),
            [[8, 7, 200], [8, 100], [8, 200]],
            [tf.TensorShape([8, 7, 200]), tf.TensorShape([8, 100]), tf.TensorShape([8, 200])],
            (tf.zeros((8, 7, 200)).shape, tf.zeros((8, 100)).shape, (8, 200)),
            [np.array([8, 7, 200]), tf.shape(tf.zeros((8, 100))), (np.int64(8), 200.0)],
        ],
    },
    "5.2": {
        "wrong": [
            (library_5_2, "without `build_model`"),
            (biases_5_2, "biases are missing"),
            (direction_5_2, "BiLSTM counted once"),
            (width_5_2, "reads more than that"),
            (no_paste_5_2, "Concatenate treated as Add"),
            (all_paste_5_2, "Add treated as Concatenate"),
            (wrong_total_5_2, r"\(5, 2, 3, 4, 'add'\)` gives `1881361`, and `503` was expected"),
            (two_biases_5_2, "two biases per gate"),
            (multiply_pastes_5_2, "Multiply treated as Concatenate"),
            (no_embedding_5_2, "`embedding` has parameters too"),
            (off_by_one_5_2, "was expected"),
            (lambda *sizes: None, "`None` came back"),
            (lambda *sizes: str(right_5_2(*sizes)), "numbers are wanted"),
        ],
        "right": [
            right_5_2,
            right_dense_5_2,
            right_matrices_5_2,
            right_float_5_2,
        ],
    },
    "5.3": {
        "wrong": [
            (axis_5_3, "wrong axis"),
            (half_5_3, "mean instead of the sum"),
            (blind_5_3, "one of the two is lost|One of the two is lost"),
            (bias_5_3, "added twice"),
            (interleaved_5_3, "rows are interleaved"),
            (exchanged_5_3, "two results are exchanged"),
            (long_bias_5_3, "as many outputs as before"),
            (only_kernel_5_3, "2 results are wanted"),
            (too_small_5_3, "kernel is still too small"),
            (nan_5_3, "not a finite number"),
            (bias_in_a_row_5_3, "was expected"),
            (both_widened_5_3, "wrong axis"),
            (columns_repeated_5_3, "wrong axis"),
            (half_widened_5_3, "should be (?!.*transposed)"),
            (one_digit_5_3, "weights are rounded"),
            (two_digits_5_3, "weights are rounded"),
            (half_precision_5_3, "weights are rounded"),
            (units_of_the_course_5_3, r"shape is \(512, 3\), and should be \(600, 3\)"),
        ],
        "right": [
            right_5_3,
            right_too_5_3,
            right_loop_5_3,
            right_lists_5_3,
            right_tensors_5_3,
            right_tiled_5_3,
        ],
    },
    "5.4": {
        "wrong": [
            ("a", "lucky start"),
            ("b", "whatever the labels are"),
            ("d", "more even still"),
        ],
        "right": ["c", "C.", "(c)", " c) ", "c:", "**c**"],
    },
    "5.5": {
        "wrong": [
            (no_axis_5_5, "numbers are mixed"),
            (five_each_5_5, "photo by photo"),
            (tile_again_5_5, "beside another photo"),
            (unmended_5_5, "beside another photo.*whole table was repeated"),
            (nan_5_5, "not all finite"),
            (swapped_5_5, "two results are exchanged"),
            (by_text_5_5, "beside another photo"),
            (unique_5_5, "lost or doubled.*came in (twice|. times), and came out once"),
            (lower_5_5, "captions were changed: `'a dog.'` is none"),
            (stripped_5_5, "captions were changed"),
            (marked_5_5, "captions were changed: `'<start>"),
            (whole_numbers_5_5, "features were changed"),
            (scaled_5_5, "features were changed"),
            (always_five_5_5, "5 captions per photo are taken for granted"),
            (by_fives_5_5, "5 captions per photo are taken for granted"),
            (rounded_5_5, "features were changed"),
            (half_precision_5_5, "features were changed"),
            (twenty_words_5_5, "captions were changed"),
            (kept_5_5, "keeps something from one call to the next"),
            (not_flat_5_5, "one by one"),
            (rows_only_5_5, "Two things are wanted"),
        ],
        "right": [
            right_5_5,
            right_too_5_5,
            right_loop_5_5,
            right_numbers_5_5,
            right_tensor_5_5,
            right_other_order_5_5,
            right_strings_5_5,
        ],
    },
    "5.6": {
        "wrong": [
            (merge_5_6, "that is a merge|That is a merge"),
            (par_5_6, "par-inject"),
            (pre_5_6, "pre-inject"),
            (logits_5_6, "do not sum to 1"),
            (one_state_5_6, "has not seen the photo"),
            (no_list_5_6, "has two states"),
            (no_names_5_6, "named feature and prefix"),
            (course_5_6, "[Tt]hat is a merge: the LSTM never sees the photo"),
            (average_5_6, "[Tt]hat is a merge: the LSTM never sees the photo"),
            (average_of_two_widths_5_6, "Keras could not build it. Keras says: Inputs have inc"),
            (pasted_5_6, "[Tt]hat is a merge: the LSTM never sees the photo"),
            (par_by_addition_5_6, "[Tt]hat is par-inject"),
            (two_softmaxes_5_6, "no word can come near a probability of 1.*second softmax"),
            (shares_5_6, "output is no softmax"),
            (pooled_5_6, "more than the LSTM's last step is read"),
            (kept_5_6, "keeps something from one call to the next"),
            (fixed_sizes_5_6, "some sizes are fixed"),
            (right_5_6(30, 12, 6, 8), "function is wanted, not a finished model"),
            (par_by_repeating_5_6, "number of words is not known yet"),
            (par_with_states_5_6, "[Tt]hat is par-inject"),
            (pre_in_two_calls_5_6, "[Tt]hat is pre-inject"),
            (photo_last_5_6, "The LSTM reads the photo: it should read the words alone"),
            (wide_5_6, "Embedding has another width: it gives 18 numbers per word"),
            (exchanged_embedding_5_6, "two numbers are exchanged"),
            (few_rows_5_6, "too few rows: it has 21"),
            (ids_5_6, "words are not embedded: the LSTM reads 1 number per word"),
            (cell_state_5_6, "cell state in place of the hidden state"),
            (both_states_5_6, "cell state is read too"),
            (merge_too_5_6, "a merge as well"),
            (words_round_5_6, "words go round the LSTM"),
            (words_in_state_5_6, "first states hold words"),
            (narrow_state_5_6, "it has 6 numbers, and the LSTM's states have 8"),
            (three_states_5_6, "has two states.*it got 3"),
            (no_dense_5_6, "a Dense layer is to make"),
            (bidirectional_5_6, "the model has 2; a Bidirectional layer holds two"),
            (two_lstms_5_6, "the model has 2[.]"),
            (gru_5_6, "the model has a layer GRU"),
            (no_lstm_5_6, "no LSTM in the model"),
            (own_width_5_6, "LSTM's width: 256 came"),
            (backwards_5_6, "reads backwards"),
            (turned_prefix_5_6, "words are read backwards"),
            (flipped_prefix_5_6, "words are read backwards"),
            (flipped_vectors_5_6, "words are read backwards"),
            (always_dropout_5_6, "draws at random.*`training=True`"),
            (random_state_5_6, "draws at random.*`training=True`"),
            (every_step_5_6, "one prediction for each word|One prediction for each word"),
            (first_step_5_6, "last word changes nothing"),
            (no_photo_5_6, "photo changes nothing"),
            (old_style_5_6, r"Keras could not build it.*initial_state=\[h, c\]"),
            (no_return_state_5_6, "only with `return_state=True`"),
            (fixed_length_5_6, r"the shape \(None, 38\), and should have \(None, None\)"),
            (other_keys_5_6, "keys of the dictionary.*photo and words"),
            (two_outputs_5_6, "One output is wanted"),
            (tensor_5_6, "A model is wanted"),
            (subclass_5_6, "functional API"),
            (fails_in_a_run_5_6, "does not run on 8 photos of 12 numbers and prefixes of 5 ids"),
            (lambda *sizes: None, "`None` came back"),
            (two_lengths_5_6, r"shape\[0\] = \[8,5,6\] vs\. shape\[1\] = \[8,1,6\]\.$"),
        ],
        "right": [
            right_5_6,
            right_too_5_6,
            masked_5_6,
            right_states_5_6,
            right_cell_5_6,
            right_parts_5_6,
            right_residual_5_6,
            right_exponents_5_6,
            right_no_bias_5_6,
            right_last_step_5_6,
            right_soft_state_5_6,
            right_usual_dropout_5_6,
        ],
    },
    "5.7": {
        "wrong": [
            ("falls", "is a dict"),
            ({**UNITS_5_7, "question": "units?"}, "as a sentence"),
            ({key: UNITS_5_7[key] for key in ("settings", "results")}, "'question' is missing"),
            (measured_5_7((1, 1), (16, 1)), "fewer than 3"),
            (measured_5_7((1, 1), (4, 1), (8, 1)), "control is missing"),
            (measured_5_7((1, 1), (16, 1), (16, 1)), "in the list twice"),
            (measured_5_7((1, 1), (16, 1), (16, 30)), "two things vary at once"),
            ({**UNITS_5_7, "settings": [(1, 1), (16, 1), (33, 1)]}, "33, 1. cannot be tried"),
            ({**UNITS_5_7, "settings": [(1.5, 1), (4, 1), (16, 1)]}, "cannot be tried"),
            ({**UNITS_5_7, "settings": [1, 4, 16]}, "1 cannot be tried"),
            ({**UNITS_5_7, "settings": [(1, 1), (8, 1), (16, 1)]}, "no result of the setting"),
            (measured_5_7((1, 1), (4, 1), (16, 1), seeds=1), "has 1 result and needs 3"),
            (measured_5_7((1, 1), (4, 1), (16, 1), shift=0.1), "Measured again with seed 0"),
            (measured_5_7((1, 1), (4, 1), (16, 1), first=1), "Measured again with seed 0"),
            ({**UNITS_5_7, "conclusion": "rises"}, "That says 'falls'"),
            ({**UNITS_5_7, "conclusion": "no clear effect"}, "That says 'falls'"),
            ({**UNITS_5_7, "conclusion": "better"}, "is one of"),
            (measured_5_7((16, 0.5), (16, 1), (16, 2)), "That says 'no clear effect'"),
        ],
        "right": [
            UNITS_5_7,
            measured_5_7((32, 1), (16, 1), (2, 1), seeds=4, conclusion=" Falls "),
            measured_5_7((16, 1), (16, 10), (16, 30), (16, 100), conclusion="rises"),
            measured_5_7((16, 0.5), (16, 1), (16, 2), conclusion="no clear effect"),
        ],
    },
}
