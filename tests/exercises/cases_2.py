"""Answers to the exercises of chapter 2: plausible mistakes and right ones."""

import numpy as np

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


def right_2_2(picture, kernel, stride):
    return _slide(_framed(picture), kernel, stride, stride)


def right_too_2_2(picture, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(_framed(picture), (3, 3), axis=(0, 1))
    return np.einsum("yxcij,ijc->yx", windows, kernel)[::stride, ::stride]


def one_by_one_2_3(photos, predict, batch_size):
    return np.stack([predict(preprocess(photo[None]))[0] for photo in photos])


def _in_batches(photos, predict, batch_size, scale):
    starts = range(0, len(photos), batch_size)
    return np.concatenate([predict(scale(photos[s : s + batch_size])) for s in starts])


def never_2_3(photos, predict, batch_size):
    return _in_batches(photos, predict, batch_size, lambda part: part.astype(np.float32))


def twice_2_3(photos, predict, batch_size):
    return _in_batches(photos, predict, batch_size, lambda part: preprocess(preprocess(part)))


def halved_2_3(photos, predict, batch_size):
    return _in_batches(photos, predict, batch_size, lambda part: part / 255)


def all_at_once_2_3(photos, predict, batch_size):
    return predict(preprocess(photos))


def cut_2_3(photos, predict, batch_size):
    whole = len(photos) // batch_size * batch_size
    return _in_batches(photos[:whole], predict, batch_size, preprocess)


def empty_batch_2_3(photos, predict, batch_size):
    starts = range(0, len(photos) + 1, batch_size)
    return np.concatenate([predict(preprocess(photos[s : s + batch_size])) for s in starts])


def in_place_2_3(photos, predict, batch_size):
    photos[:] = photos[::-1]
    return right_2_3(photos, predict, batch_size)


def right_2_3(photos, predict, batch_size):
    return _in_batches(photos, predict, batch_size, preprocess)


def right_too_2_3(photos, predict, batch_size):
    ready = photos / 127.5 - 1
    found = []
    while len(ready):
        found.extend(predict(ready[:batch_size]))
        ready = ready[batch_size:]
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


def right_2_5(known, labels, asked):
    names, means = _means(known, labels)
    return names[(_unit(asked) @ _unit(means).T).argmax(axis=1)]


def right_too_2_5(known, labels, asked):
    best, found = np.full(len(asked), -np.inf), np.array([""] * len(asked), dtype=object)
    for name in sorted(set(labels)):
        mean = np.mean([row for row, label in zip(known, labels, strict=True) if label == name], 0)
        score = asked @ mean / np.linalg.norm(mean)
        found[score > best] = name
        best = np.maximum(score, best)
    return found


CASES = {
    "2.1": {
        "wrong": [
            ((100, 2400), "padding"),
            ((95, 2400), "short"),
            ((96, 800), "colours"),
            ((96, 2432), "bias"),
            ((2400, 96), "(?i)swapped"),
        ],
        "right": [(96, 2400), [96, 32 * 75]],
    },
    "2.2": {
        "wrong": [
            (bare_2_2, "No frame"),
            (no_stride_2_2, "the stride"),
            (one_axis_2_2, "One axis"),
            (flipped_2_2, "Flipped"),
            (repeated_edge_2_2, "repeats the picture's edge"),
            (wide_2_2, "float64"),
            (rounded_down_2_2, "rounds up"),
        ],
        "right": [right_2_2, right_too_2_2],
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
        ],
        "right": [right_2_3, right_too_2_3],
    },
    "2.4": {
        "wrong": [("a", "torn"), ("c", "mirror"), ("d", "order")],
        "right": ["b", "B."],
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
        ],
        "right": [right_2_5, right_too_2_5],
    },
}
