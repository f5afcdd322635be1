"""Answers to the exercises of chapter 2: plausible mistakes and right ones."""

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from utils.images import preprocess


def _slide(picture, kernel, step_y, step_x):
    rows = range(0, picture.shape[0] - 2, step_y)
    columns = range(0, picture.shape[1] - 2, step_x)
    return np.array(
        [[(picture[y : y + 3, x : x + 3] * kernel).sum() for x in columns] for y in rows]
    )


def _framed(picture):
    return np.pad(picture, ((1, 1), (1, 1), (0, 0)))


def bare_2_2(picture, kernel, stride):
    return _slide(picture, kernel, stride, stride)


def no_stride_2_2(picture, kernel, stride):
    return _slide(_framed(picture), kernel, 1, 1)


def one_axis_2_2(picture, kernel, stride):
    return _slide(_framed(picture), kernel, stride, 1)


def flipped_2_2(picture, kernel, stride):
    return _slide(_framed(picture), kernel[::-1, ::-1], stride, stride)


def repeated_edge_2_2(picture, kernel, stride):
    return _slide(np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge"), kernel, stride, stride)


def wide_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel, stride).astype(np.float64)


def rounded_down_2_2(picture, kernel, stride):
    height, width = picture.shape[0] // stride, picture.shape[1] // stride
    return right_2_2(picture, kernel, stride)[:height, :width]


def reflected_2_2(picture, kernel, stride):
    return _slide(np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="reflect"), kernel, stride, stride)


def late_2_2(picture, kernel, stride):
    return no_stride_2_2(picture, kernel, stride)[1::stride, 1::stride]


def by_the_library_2_2(picture, kernel, stride):
    found = keras.ops.conv(picture[None], kernel[..., None], strides=stride, padding="same")
    return found[0, :, :, 0]


def apart_2_2(picture, kernel, stride):
    framed = _framed(picture)
    rows, columns = range(0, picture.shape[0], stride), range(0, picture.shape[1], stride)
    return np.array(
        [[(framed[y : y + 3, x : x + 3] * kernel).sum(axis=(0, 1)) for x in columns] for y in rows]
    )


def starts_cut_2_2(picture, kernel, stride):
    framed = _framed(picture)
    rows, columns = range(0, picture.shape[0] - 2, stride), range(0, picture.shape[1] - 2, stride)
    return np.array(
        [[(framed[y : y + 3, x : x + 3] * kernel).sum() for x in columns] for y in rows]
    )


def whole_numbers_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel, stride).astype(int)


def first_colours_2_2(picture, kernel, stride):
    return right_2_2(picture[..., :3], kernel[:, :, :3], stride)


def _stored_2_2(picture, kernel, stride, found):
    framed = _framed(picture)
    for y in range(found.shape[0]):
        for x in range(found.shape[1]):
            top, left = y * stride, x * stride
            found[y, x] = (framed[top : top + 3, left : left + 3] * kernel).sum()
    return found


def _shape_2_2(picture, stride):
    return -(-picture.shape[0] // stride), -(-picture.shape[1] // stride)


def kept_the_pictures_type_2_2(picture, kernel, stride):
    found = np.zeros(_shape_2_2(picture, stride), picture.dtype)
    return _stored_2_2(picture, kernel, stride, found)


def like_the_picture_2_2(picture, kernel, stride):
    found = np.zeros_like(picture[::stride, ::stride, 0])
    return _stored_2_2(picture, kernel, stride, found)


def kernel_cut_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel.astype(picture.dtype), stride)


def overflowing_2_2(picture, kernel, stride):
    if picture.dtype == np.uint8:
        picture = picture.astype(np.int8)
    return right_2_2(picture, kernel, stride)


def not_cast_for_keras_2_2(picture, kernel, stride):
    framed = keras.ops.convert_to_tensor(_framed(picture)[None])
    weights = keras.ops.convert_to_tensor(kernel[..., None])
    return keras.ops.conv(framed, weights, strides=stride, padding="valid")[0, :, :, 0]


def at_most_three_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel, min(stride, 3))


def at_most_five_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel, min(stride, 5))


def clipped_2_2(picture, kernel, stride):
    return right_2_2(np.clip(picture, -100, 100), kernel, stride)


def right_of_the_kernels_type_2_2(picture, kernel, stride):
    height, width = -(-picture.shape[0] // stride), -(-picture.shape[1] // stride)
    found = np.zeros((height, width), kernel.dtype)
    framed = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2, picture.shape[2]), picture.dtype)
    framed[1:-1, 1:-1] = picture
    for y in range(height):
        for x in range(width):
            window = framed[y * stride : y * stride + 3, x * stride : x * stride + 3]
            found[y, x] = np.sum(window * kernel)
    return found


def right_2_2(picture, kernel, stride):
    framed = np.pad(picture, ((1, 1), (1, 1), (0, 0)))
    rows, columns = range(0, picture.shape[0], stride), range(0, picture.shape[1], stride)
    found = [[(framed[y : y + 3, x : x + 3] * kernel).sum() for x in columns] for y in rows]
    return np.array(found, np.float32)


def right_too_2_2(picture, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(_framed(picture), (3, 3), axis=(0, 1))
    return np.einsum("yxcij,ijc->yx", windows, kernel)[::stride, ::stride]


def right_in_lists_2_2(picture, kernel, stride):
    height, width, channels = picture.shape
    found = []
    for y in range(0, height, stride):
        row = []
        for x in range(0, width, stride):
            total = 0.0
            for dy in range(3):
                for dx in range(3):
                    above, left = y + dy - 1, x + dx - 1
                    if 0 <= above < height and 0 <= left < width:
                        for channel in range(channels):
                            total += picture[above, left, channel] * kernel[dy, dx, channel]
            row.append(float(total))
        found.append(row)
    return found


def right_by_hand_2_2(picture, kernel, stride):
    framed = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2, picture.shape[2]))
    framed[1:-1, 1:-1] = picture
    height = (picture.shape[0] + stride - 1) // stride
    width = (picture.shape[1] + stride - 1) // stride
    found = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            top, left = y * stride, x * stride
            found[y, x] = np.sum(framed[top : top + 3, left : left + 3] * kernel)
    return found


def right_by_keras_2_2(picture, kernel, stride):
    framed = np.pad(picture, ((1, 1), (1, 1), (0, 0))).astype(np.float32)
    weights = kernel.astype(np.float32)[..., None]
    return keras.ops.conv(framed[None], weights, strides=stride, padding="valid")[0, :, :, 0]


def one_by_one_2_3(photos, to_features, batch_size):
    return np.stack([to_features(preprocess(photo[None]))[0] for photo in photos])


def _in_batches(photos, to_features, batch_size, scale):
    starts = range(0, len(photos), batch_size)
    return np.concatenate([to_features(scale(photos[s : s + batch_size])) for s in starts])


def never_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, batch_size, lambda part: part.astype(np.float32))


def twice_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, batch_size, lambda part: preprocess(preprocess(part)))


def halved_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, batch_size, lambda part: part / 255)


def all_at_once_2_3(photos, to_features, batch_size):
    return to_features(preprocess(photos))


def cut_2_3(photos, to_features, batch_size):
    whole = len(photos) // batch_size * batch_size
    return _in_batches(photos[:whole], to_features, batch_size, preprocess)


def empty_batch_2_3(photos, to_features, batch_size):
    starts = range(0, len(photos) + 1, batch_size)
    return np.concatenate([to_features(preprocess(photos[s : s + batch_size])) for s in starts])


def in_place_2_3(photos, to_features, batch_size):
    photos[:] = photos[::-1]
    return right_2_3(photos, to_features, batch_size)


def placeholder_of_the_text_2_3(photos, to_features, batch_size):
    return np.stack([to_features(photo[None].astype(np.float32))[0] for photo in photos])


def list_of_batches_2_3(photos, to_features, batch_size):
    starts = range(0, len(photos), batch_size)
    return [to_features(preprocess(photos[s : s + batch_size])) for s in starts]


def stretched_2_3(photos, to_features, batch_size):
    low = photos.min(axis=(1, 2, 3), keepdims=True).astype(float)
    high = photos.max(axis=(1, 2, 3), keepdims=True)
    ready = (photos - low) / (high - low) * 2 - 1
    starts = range(0, len(photos), batch_size)
    return np.concatenate([to_features(ready[s : s + batch_size]) for s in starts])


def not_shifted_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, batch_size, lambda part: part / 127.5)


def fours_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, 4, preprocess)


def alone_without_a_batch_2_3(photos, to_features, batch_size):
    return np.stack([to_features(preprocess(photo)) for photo in photos])


def backwards_2_3(photos, to_features, batch_size):
    return right_2_3(photos, to_features, batch_size)[::-1]


def blue_first_2_3(photos, to_features, batch_size):
    return _in_batches(photos, to_features, batch_size, lambda part: preprocess(part[..., ::-1]))


def mirrored_2_3(photos, to_features, batch_size):
    return _in_batches(photos[:, :, ::-1], to_features, batch_size, preprocess)


def asked_twice_2_3(photos, to_features, batch_size):
    right_2_3(photos, to_features, batch_size)
    return right_2_3(photos, to_features, batch_size)


def last_batch_2_3(photos, to_features, batch_size):
    for start in range(0, len(photos), batch_size):
        found = to_features(preprocess(photos[start : start + batch_size]))
    return found


def even_2_3(photos, to_features, batch_size):
    parts = np.array_split(photos, len(photos) // batch_size + 1)
    return np.concatenate([to_features(preprocess(part)) for part in parts if len(part)])


def named_2_3(photos, to_features, batch_size):
    return to_features(preprocess(photos), batch_size=batch_size)


def with_the_size_2_3(photos, to_features, batch_size):
    return to_features(preprocess(photos), batch_size)


def method_2_3(photos, to_features, batch_size):
    return to_features.predict(preprocess(photos), batch_size=batch_size)


def method_for_one_photo_2_3(photos, to_features, batch_size):
    if len(photos) == 1:
        return to_features.predict(preprocess(photos))
    return right_2_3(photos, to_features, batch_size)


def without_pixels_2_3(photos, to_features, batch_size):
    return np.concatenate([to_features() for _ in photos])


def generator_into_predict_2_3(photos, to_features, batch_size):
    return to_features(preprocess(photo) for photo in photos)


def index_of_predict_2_3(photos, to_features, batch_size):
    return to_features[preprocess(photos)]


def photos_as_a_tensor_2_3(photos, to_features, batch_size):
    return to_features(preprocess(photos.numpy()))


def generator_2_3(photos, to_features, batch_size):
    starts = range(0, len(photos), batch_size)
    return (to_features(preprocess(photos[s : s + batch_size])) for s in starts)


def yielding_2_3(photos, to_features, batch_size):
    for start in range(0, len(photos), batch_size):
        yield to_features(preprocess(photos[start : start + batch_size]))


def mapped_2_3(photos, to_features, batch_size):
    starts = range(0, len(photos), batch_size)
    return map(lambda s: to_features(preprocess(photos[s : s + batch_size])), starts)


def iterator_2_3(photos, to_features, batch_size):
    return iter(right_2_3(photos, to_features, batch_size).tolist())


def one_photo_is_nothing_2_3(photos, to_features, batch_size):
    found = right_2_3(photos, to_features, batch_size)
    return found if len(photos) > 1 else 0 * found


def right_2_3(photos, to_features, batch_size):
    starts = range(0, len(photos), batch_size)
    return np.concatenate([to_features(preprocess(photos[s : s + batch_size])) for s in starts])


def right_of_the_promised_size_2_3(photos, to_features, batch_size):
    found = np.empty((len(photos), 1280))
    for start in range(0, len(photos), batch_size):
        batch = photos[start : start + batch_size]
        found[start : start + len(batch)] = to_features(preprocess(batch))
    return found


def right_of_224_2_3(photos, to_features, batch_size):
    ready = np.zeros((len(photos), 224, 224, 3), np.float32)
    for place, photo in enumerate(photos):
        ready[place] = photo.astype(np.float32) / 127.5 - 1.0
    rows = []
    for start in range(0, len(ready), batch_size):
        for row in to_features(ready[start : start + batch_size]):
            rows.append(row)
    return rows


def right_in_equal_parts_2_3(photos, to_features, batch_size):
    parts = np.array_split(photos, -(-len(photos) // batch_size))
    return np.vstack([to_features(preprocess(part)) for part in parts])


def right_in_tensors_2_3(photos, to_features, batch_size):
    ready = keras.ops.convert_to_tensor(preprocess(photos))
    parts = [to_features(ready[s : s + batch_size]) for s in range(0, len(photos), batch_size)]
    return keras.ops.concatenate(parts, axis=0)


def right_too_2_3(photos, to_features, batch_size):
    ready = photos / 127.5 - 1
    found = []
    for start in range(0, len(ready), batch_size):
        found.extend(to_features(ready[start : start + batch_size]))
    return np.array(found)


def _means(known, labels):
    names = np.unique(labels)
    return names, np.stack([known[np.asarray(labels) == name].mean(axis=0) for name in names])


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def product_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[(asked @ means.T).argmax(axis=1)]


def distance_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[((asked[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)]


def numbers_2_5(known, labels, asked):
    _, means = _means(known, labels)
    return (asked @ _unit(means).T).argmax(axis=1)


def scores_2_5(known, labels, asked):
    _, means = _means(known, labels)
    return _unit(asked) @ _unit(means).T


def nearest_photo_2_5(known, labels, asked):
    return np.asarray(labels)[(_unit(asked) @ _unit(known).T).argmax(axis=1)]


def mean_of_directions_2_5(known, labels, asked):
    names, means = _means(_unit(known), labels)
    return names[(_unit(asked) @ means.T).argmax(axis=1)]


def unit_mean_of_directions_2_5(known, labels, asked):
    names, means = _means(_unit(known), labels)
    return names[(_unit(asked) @ _unit(means).T).argmax(axis=1)]


def mean_of_cosines_2_5(known, labels, asked):
    names, labels = np.unique(labels), np.asarray(labels)
    cosines = _unit(asked) @ _unit(known).T
    scores = np.stack([cosines[:, labels == name].mean(axis=1) for name in names], axis=1)
    return names[scores.argmax(axis=1)]


def arrays_only_2_5(known, labels, asked):
    names = np.unique(labels)
    means = np.stack([known[labels == name].mean(axis=0) for name in names])
    return names[(asked @ _unit(means).T).argmax(axis=1)]


def arrays_only_too_2_5(known, labels, asked):
    names = sorted(set(labels.tolist()))
    return np.array(names)[(asked @ _unit(_means(known, labels)[1]).T).argmax(axis=1)]


def median_2_5(known, labels, asked):
    names, labels = np.unique(labels), np.asarray(labels)
    middles = np.stack([np.median(known[labels == name], axis=0) for name in names])
    return names[(_unit(asked) @ _unit(middles).T).argmax(axis=1)]


def centroid_of_units_2_5(known, labels, asked):
    with np.errstate(all="ignore"):  # it divides by the number of rows less that of classes
        return NearestCentroid().fit(_unit(known), labels).predict(_unit(asked))


def centroid_2_5(known, labels, asked):
    with np.errstate(all="ignore"):
        return NearestCentroid().fit(known, labels).predict(asked)


def neighbour_2_5(known, labels, asked):
    return KNeighborsClassifier(1, metric="cosine").fit(known, labels).predict(asked)


def lengths_of_columns_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[(asked @ (means / np.linalg.norm(means, axis=0)).T).argmax(axis=1)]


def farthest_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[(asked @ _unit(means).T).argmin(axis=1)]


def as_met_2_5(known, labels, asked):
    names = np.array(list(dict.fromkeys(labels)))
    return names[(asked @ _unit(_means(known, labels)[1]).T).argmax(axis=1)]


def short_names_2_5(known, labels, asked):
    found = np.full(len(asked), "???")
    for place, name in enumerate(right_2_5(known, labels, asked)):
        found[place] = name
    return found


def one_label_2_5(known, labels, asked):
    return str(right_2_5(known, labels, asked)[0])


def always_usual_2_5(known, labels, asked):
    names, counts = np.unique(labels, return_counts=True)
    return np.full(len(asked), names[counts.argmax()])


def right_2_5(known, labels, asked):
    names = np.unique(labels)
    means = np.stack([known[np.asarray(labels) == name].mean(axis=0) for name in names])
    means = means / np.linalg.norm(means, axis=1, keepdims=True)
    return names[(asked @ means.T).argmax(axis=1)]


def right_photo_by_photo_2_5(features, labels, new):
    sums, counts = {}, {}
    for photo in range(len(features)):
        name = labels[photo]
        sums[name] = sums.get(name, 0) + features[photo]
        counts[name] = counts.get(name, 0) + 1
    found = []
    for row in new:
        best, highest = None, -np.inf
        for name in sums:
            mean = sums[name] / counts[name]
            cosine = row @ mean / np.linalg.norm(mean)
            if cosine > highest:
                best, highest = name, cosine
        found.append(best)
    return np.array(found)


def right_by_sums_2_5(known, labels, asked):
    sums = {}
    for row, label in zip(known, labels, strict=True):
        sums[str(label)] = sums.get(str(label), 0) + row
    found = []
    for row in asked:
        cosines = {name: row @ total / np.linalg.norm(total) for name, total in sums.items()}
        found.append(max(cosines, key=cosines.get))
    return found


def right_by_a_product_2_5(known, labels, asked):
    names, places = np.unique(np.array(labels), return_inverse=True)
    belongs = places[None, :] == np.arange(len(names))[:, None]
    means = belongs @ known / belongs.sum(axis=1, keepdims=True)
    cosines = asked @ means.T / np.linalg.norm(means, axis=1)
    return tuple(names[best] for best in np.argmax(cosines, axis=1))


def right_by_the_library_2_5(known, labels, asked):
    labels = np.asarray(labels, dtype=object)
    names = sorted(set(labels))
    means = [np.mean(known[labels == name], axis=0) for name in names]
    return [names[best] for best in cosine_similarity(asked, means).argmax(axis=1)]


def right_by_distance_of_units_2_5(known, labels, asked):
    labels = np.array(labels)
    names = np.array(sorted(set(labels.tolist())))
    means = np.array([known[labels == name].mean(axis=0) for name in names])
    means /= np.sqrt((means**2).sum(axis=1))[:, None]
    return names[((asked[:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)]


def right_too_2_5(known, labels, asked):
    best, found = np.full(len(asked), -np.inf), np.array([""] * len(asked), dtype=object)
    for name in sorted(set(labels)):
        mean = np.mean([row for row, label in zip(known, labels, strict=True) if label == name], 0)
        score = asked @ mean / np.linalg.norm(mean)
        found[score > best] = name
        best = np.maximum(score, best)
    return found


# Exercise 2.4: experiments, with results as the notebook measures them on the scenes

MORE_BLUR = "Does a stronger blur change the feature more?"
MEASURED = {
    ("none", 0): [1.0, 1.0, 1.0],
    ("blur", 2): [0.794, 0.779, 0.786],
    ("blur", 8): [0.470, 0.481, 0.467],
    ("fade", 0): [1.0, 1.0, 1.0],
}
BLURS = [("none", 0), ("blur", 2), ("blur", 8)]
FADES = [("none", 0), ("blur", 2), ("fade", 0)]  # nothing is taken away in the last


def measured_2_4(settings):
    return {setting: MEASURED[setting] for setting in settings}


def rounded_2_4(settings):
    return {key: np.round(values, 2) for key, values in measured_2_4(settings).items()}


def seeds_from_one_2_4(settings):
    return {key: [*values[1:], values[0]] for key, values in measured_2_4(settings).items()}


def experiment_2_4(settings, conclusion, results=None, question=MORE_BLUR):
    found = measured_2_4(settings) if results is None else results
    return {
        "question": question,
        "settings": settings,
        "results": found,
        "conclusion": conclusion,
    }


def right_tensor_of_names_2_5(features, labels, new):
    names = sorted(set(map(str, labels)))
    belongs = np.array([[float(label == name) for name in names] for label in labels])
    means = tf.math.l2_normalize(belongs.T @ features, axis=1)
    best = tf.argmax(tf.cast(new, means.dtype) @ tf.transpose(means), axis=1)
    return tf.gather(tf.constant(names), best)


def right_array_of_bytes_2_5(features, labels, new):
    return right_tensor_of_names_2_5(features, labels, new).numpy().astype(bytes)


# Wrong answers that were once taken for right, or told as something else


def _cropped_2_2(size):
    return lambda picture, kernel, stride: right_2_2(picture[:size, :size], kernel, stride)


def at_most_eight_2_2(picture, kernel, stride):
    return right_2_2(picture, kernel, min(stride, 8))


def _scaled_2_2(scale):
    def convolve(picture, kernel, stride):
        if picture.dtype == np.uint8:
            picture = scale(picture)
        return right_2_2(picture, kernel, stride)

    return convolve


def _batches_of_at_most_2_3(most):
    def features_of(photos, to_features, batch_size):
        return right_2_3(photos, to_features, min(batch_size, most))

    return features_of


def twenty_photos_2_3(photos, to_features, batch_size):
    return right_2_3(photos[:20], to_features, batch_size)


def lists_2_3(photos, to_features, batch_size):
    rows = []
    for start in range(0, len(photos), batch_size):
        rows.append(to_features([preprocess(p) for p in photos[start : start + batch_size]]))
    return np.concatenate(rows)


def merged_2_3(photos, to_features, batch_size):
    return right_2_3(np.unique(photos, axis=0), to_features, batch_size)


def first_three_2_3(photos, to_features, batch_size):
    return right_2_3(photos[:3], to_features, batch_size)


def _means_of_2_5(part):
    def nearest_mean(known, labels, asked):
        names, labels = np.unique(labels), np.asarray(labels)
        means = np.stack([part(known[labels == name]).mean(axis=0) for name in names])
        return names[(asked @ _unit(means).T).argmax(axis=1)]

    return nearest_mean


def five_classes_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[:5][(asked @ _unit(means[:5]).T).argmax(axis=1)]


def ten_new_2_5(known, labels, asked):
    return right_2_5(known, labels, asked[:10])


def lowered_2_5(known, labels, asked):
    return right_2_5(known, np.array([name.lower() for name in labels]), asked)


def without_other_2_5(known, labels, asked):
    labels = np.asarray(labels)
    return right_2_5(known[labels != "other"], labels[labels != "other"], asked)


def sorted_list_2_5(known, labels, asked):
    found = right_2_5(known, labels, asked)
    if isinstance(labels, list):
        labels.sort()
    return found


def longer_list_2_5(known, labels, asked):
    found = right_2_5(known, labels, asked)
    if isinstance(labels, list):
        labels.append("?")
    return found


CASES = {
    "2.1": {
        "wrong": [
            ((100, 2400), "padding"),
            ((95, 2400), "short"),
            ((96, 800), "colours"),
            ((96, 2432), "bias"),
            ((2400, 96), "(?i)swapped"),
            ((98, 2400), "kernel of 3"),
            ((20, 2400), "side by side"),
            ((99, 2400), "row of 6"),
            ((96, 75), "32 of them"),
            ((96, 864), "parameters: took a kernel of 3"),
            ((96, 832), "and counted a bias"),
            ((96, 22_118_400), "every position"),
            ((97, 2400), "height of the map: `97` is too large"),
            ((96, 2399), "number of parameters: `2399` is too small"),
            ((96,), "number of them is 1"),
            ((96, 2400, 1), "number of them is 3"),
            (96, "two numbers in brackets"),
            ((96, "2400"), "a number is wanted"),
            ((96, None), "not filled in"),
            ((96, float("nan")), "not a finite number"),
        ],
        "right": [
            (96, 2400),
            [96, 32 * 75 + 0.0],
            np.array([96, 2400]),
            np.array([96, 2400], np.float32),
            (np.int64(96), np.array(2400)),
            keras.ops.convert_to_tensor([96, 2400]),
        ],
    },
    "2.2": {
        "wrong": [
            (bare_2_2, "No frame"),
            (no_stride_2_2, "the stride"),
            (one_axis_2_2, "One axis"),
            (flipped_2_2, "Flipped"),
            (repeated_edge_2_2, "repeats the picture's edge"),
            (rounded_down_2_2, "rounds up"),
            (reflected_2_2, "repeats the picture's edge"),
            (late_2_2, "one pixel late"),
            (by_the_library_2_2, "library's frame"),
            (apart_2_2, "channels apart"),
            (starts_cut_2_2, "two pixels before"),
            (whole_numbers_2_2, "Lost the decimals"),
            (first_colours_2_2, "was expected"),
            (kept_the_pictures_type_2_2, "A picture of uint8"),
            (like_the_picture_2_2, "A picture of uint8"),
            (kernel_cut_2_2, "A picture of uint8"),
            (overflowing_2_2, "A picture of uint8"),
            (not_cast_for_keras_2_2, "A picture of uint8"),
            (clipped_2_2, "was expected .*Seen with"),
            (at_most_three_2_2, "was expected"),
            (at_most_five_2_2, "was expected"),
            (at_most_eight_2_2, "the shape is"),
            (_cropped_2_2(16), "the shape is"),
            (_cropped_2_2(64), "the shape is"),
            (_scaled_2_2(lambda picture: picture / 255), "[Ss]caled the picture of uint8"),
            (_scaled_2_2(preprocess), "[Ss]caled the picture of uint8"),
            (_scaled_2_2(lambda picture: picture - 127.5), "[Ss]caled the picture of uint8"),
        ],
        "right": [
            right_2_2,
            right_too_2_2,
            right_in_lists_2_2,
            right_by_hand_2_2,
            right_by_keras_2_2,
            wide_2_2,
            right_of_the_kernels_type_2_2,
        ],
    },
    "2.3": {
        "wrong": [
            (one_by_one_2_3, "one photo for each call"),
            (never_2_3, "Not preprocessed"),
            (twice_2_3, "twice"),
            (halved_2_3, "0..1"),
            (all_at_once_2_3, "too large"),
            (cut_2_3, "Lost the last"),
            (empty_batch_2_3, "empty batch"),
            (in_place_2_3, "in place"),
            (placeholder_of_the_text_2_3, "Not preprocessed"),
            (list_of_batches_2_3, "list of batches"),
            (stretched_2_3, "each photo by itself"),
            (not_shifted_2_3, "0..2"),
            (fours_2_3, "sent at once, and `batch_size` is"),
            (alone_without_a_batch_2_3, "a batch too"),
            (backwards_2_3, "another order"),
            (blue_first_2_3, "red and blue"),
            (mirrored_2_3, "in their order"),
            (asked_twice_2_3, "Too many calls"),
            (last_batch_2_3, r"the shape is \(3, 1280\), and should be \(7, 1280\)"),
            (even_2_3, "Too many calls"),
            (named_2_3, "plain function that takes the pixels and nothing else"),
            (with_the_size_2_3, "plain function that takes the pixels and nothing else"),
            (method_2_3, "plain function that takes the pixels and nothing else"),
            (method_for_one_photo_2_3, "plain function that takes the pixels and nothing else"),
            (without_pixels_2_3, "plain function that takes the pixels and nothing else"),
            (generator_into_predict_2_3, "What `to_features` got: numbers are wanted"),
            (index_of_predict_2_3, "'function' object is not subscriptable"),
            (photos_as_a_tensor_2_3, "'numpy.ndarray' object has no attribute 'numpy'"),
            (generator_2_3, "A `generator` came back, and an array is wanted"),
            (yielding_2_3, "A `generator` came back, and an array is wanted"),
            (mapped_2_3, "A `map` came back, and an array is wanted"),
            (iterator_2_3, "A `list_iterator` came back, and an array is wanted"),
            (one_photo_is_nothing_2_3, "<1 photo>, to_features"),
            (_batches_of_at_most_2_3(8), "oo many calls.*70 photos"),
            (_batches_of_at_most_2_3(16), "oo many calls.*70 photos"),
            (_batches_of_at_most_2_3(32), "oo many calls.*70 photos"),
            (twenty_photos_2_3, r"the shape is \(20, 1280\), and should be \(70, 1280\)"),
            (lists_2_3, "list for the network"),
            (merged_2_3, "erged equal photos"),
            (first_three_2_3, "ost the last photos"),
        ],
        "right": [
            right_2_3,
            right_too_2_3,
            right_of_the_promised_size_2_3,
            right_of_224_2_3,
            right_in_equal_parts_2_3,
            right_in_tensors_2_3,
        ],
    },
    "2.4": {
        "wrong": [
            ("d", "is a dict"),
            ({"question": MORE_BLUR, "settings": [("none", 0)]}, "'results' is missing"),
            (experiment_2_4(BLURS, "falls", {}, "blur?"), "sentence"),
            (experiment_2_4(BLURS[:2], "falls", {}), "no trend"),
            (experiment_2_4([("blur", 1), *BLURS[1:]], "falls", {}), "control is missing"),
            (experiment_2_4([0, 2, 8], "falls", {}), "a pair"),
            (experiment_2_4([("none", 0), ("blur", 2), ("blur", 21)], "falls", {}), "be tried"),
            (experiment_2_4([("none", 0), ("shrink", 2), ("blur", 2)], "falls", {}), "be tried"),
            (experiment_2_4([*BLURS, ("blur", 2)], "falls", {}), "twice"),
            (experiment_2_4(BLURS, "falls", {one: [1.0] for one in BLURS}), "needs 3"),
            (experiment_2_4(BLURS, "falls", {one: [0.5] * 3 for one in BLURS}), "easured again"),
            (experiment_2_4(BLURS, "falls", seeds_from_one_2_4(BLURS)), "easured again"),
            (experiment_2_4(BLURS, "rises"), "says 'falls'"),
            (experiment_2_4(FADES, "falls"), "says 'no clear effect'"),
            (experiment_2_4(BLURS, "worse"), "is one of"),
        ],
        "right": [
            experiment_2_4(BLURS, "falls"),
            experiment_2_4(BLURS[::-1], "rises"),
            experiment_2_4(FADES, "no clear effect"),
            experiment_2_4(BLURS, "falls", rounded_2_4(BLURS)),
        ],
    },
    "2.5": {
        "wrong": [
            (product_2_5, "length of the means"),
            (distance_2_5, "distance"),
            (numbers_2_5, "numbers of classes"),
            (scores_2_5, "the scores"),
            (nearest_photo_2_5, "nearest photo"),
            (mean_of_directions_2_5, "unequal length"),
            (unit_mean_of_directions_2_5, "unequal length"),
            (mean_of_cosines_2_5, "unequal length"),
            (arrays_only_2_5, "plain list"),
            (arrays_only_too_2_5, "plain list"),
            (median_2_5, "took the median"),
            (centroid_of_units_2_5, "unequal length"),
            (centroid_2_5, "distance"),
            (neighbour_2_5, "nearest photo"),
            (lengths_of_columns_2_5, "wrong axis"),
            (farthest_2_5, "argmin"),
            (as_met_2_5, "another order"),
            (short_names_2_5, "was expected"),
            (one_label_2_5, "an array of names"),
            (always_usual_2_5, "was expected"),
            (_means_of_2_5(lambda rows: rows[:5]), "was expected"),
            (_means_of_2_5(lambda rows: rows[:8]), "was expected"),
            (_means_of_2_5(lambda rows: np.unique(rows, axis=0)), "was expected"),
            (five_classes_2_5, "was expected"),
            (ten_new_2_5, "was expected"),
            (lowered_2_5, "was expected"),
            (without_other_2_5, "was expected"),
            (sorted_list_2_5, "changes its input in place"),
            (longer_list_2_5, "changes its input in place"),
        ],
        "right": [
            right_2_5,
            right_too_2_5,
            right_by_sums_2_5,
            right_by_a_product_2_5,
            right_by_the_library_2_5,
            right_by_distance_of_units_2_5,
            right_photo_by_photo_2_5,
            right_tensor_of_names_2_5,
            right_array_of_bytes_2_5,
        ],
    },
}
