"""Answers to the exercises of chapter 1: plausible mistakes and right ones."""

import hashlib
import random
import re
import zlib
from collections import Counter
from string import punctuation

import numpy as np

from utils.captions import clean_caption
from utils.exercises.measure_1 import unknown_share
from utils.vocabulary import Vocabulary


def spaces_1_2(text):
    return text.lower().replace(".", "").split()


def unused_1_2(text):
    return text.lower().replace(r"[^a-z]", "").split(" ")


def glued_1_2(text):
    return re.sub("[^a-z ]", "", text.lower()).split()


def all_glued_1_2(text):
    return re.sub("[^a-z]+", "", text.lower()).split()


def late_1_2(text):
    return re.sub("[^a-z]+", " ", text).lower().split()


def telegram_1_2(text):
    return [word for word in re.findall("[a-z]+", text.lower()) if len(word) > 1]


def one_string_1_2(text):
    return re.sub("[^a-z]+", " ", text.lower())


def words_1_2(text):
    return re.findall(r"\w+", text.lower())


def digits_1_2(text):
    return re.findall("[a-z0-9]+", text.lower())


def apostrophes_1_2(text):
    return re.findall("[a-z']+", text.lower())


def digits_and_apostrophes_1_2(text):
    return re.findall("[a-z0-9']+", text.lower())


def alphabets_1_2(text):
    return "".join(letter if letter.isalpha() else " " for letter in text.lower()).split()


def broken_1_2(text):
    return re.sub("[^a-z+", " ", text.lower()).split()


def right_1_2(text):
    return re.findall("[a-z]+", text.lower())


def right_too_1_2(text):
    return "".join(letter if "a" <= letter <= "z" else " " for letter in text.lower()).split()


def _kept(captions, minimum_count):
    counts = Counter(word for caption in captions for word in caption)
    return sorted(word for word, count in counts.items() if count >= minimum_count)


def with_dev_1_4(splits, minimum_count):
    return _kept(splits["train"] + splits["dev"], minimum_count)


def with_test_1_4(splits, minimum_count):
    return _kept(splits["train"] + splits["test"], minimum_count)


def more_than_1_4(splits, minimum_count):
    return _kept(splits["train"], minimum_count + 1)


def by_caption_1_4(splits, minimum_count):
    return _kept([set(caption) for caption in splits["train"]], minimum_count)


def filtered_1_4(splits, minimum_count):
    known = {word for caption in splits["train"] for word in caption}
    everything = [caption for captions in splits.values() for caption in captions]
    return [word for word in _kept(everything, minimum_count) if word in known]


def first_1_4(splits, minimum_count):
    return _kept(next(iter(splits.values())), minimum_count)


def last_1_4(splits, minimum_count):
    return _kept(list(splits.values())[-1], minimum_count)


def right_1_4(splits, minimum_count):
    return _kept(splits["train"], minimum_count)


def right_too_1_4(splits, minimum_count):
    words = [word for caption in splits["train"] for word in caption]
    return [word for word in sorted(set(words)) if words.count(word) >= minimum_count]


def rounded_1_5(rows, dev_share, seed):
    cut = int(len(rows) * (1 - dev_share))
    return rows[:cut], rows[cut:]


def shuffled_rows_1_5(rows, dev_share, seed):
    mixed = random.Random(seed).sample(rows, len(rows))
    cut = round(len(rows) * (1 - dev_share))
    return mixed[:cut], mixed[cut:]


def _by_images(rows, images, dev_share):
    dev = set(images[: round(len(images) * dev_share)])
    return [row for row in rows if row[0] not in dev], [row for row in rows if row[0] in dev]


def file_order_1_5(rows, dev_share, seed):
    return _by_images(rows, list(dict.fromkeys(image for image, _ in rows))[::-1], dev_share)


def unseeded_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.SystemRandom().shuffle(images)
    return _by_images(rows, images, dev_share)


def one_seed_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(0).shuffle(images)
    return _by_images(rows, images, dev_share)


def swapped_1_5(rows, dev_share, seed):
    return right_1_5(rows, dev_share, seed)[::-1]


def in_fives_1_5(rows, dev_share, seed):
    fives = [rows[n : n + 5] for n in range(0, len(rows), 5)]
    random.Random(seed).shuffle(fives)
    cut = round(len(fives) * dev_share)
    return [row for five in fives[cut:] for row in five], [
        row for five in fives[:cut] for row in five
    ]


def by_coin_1_5(rows, dev_share, seed):
    coin = random.Random(seed)
    dev = {image for image in sorted({image for image, _ in rows}) if coin.random() < dev_share}
    return [row for row in rows if row[0] not in dev], [row for row in rows if row[0] in dev]


def set_order_1_5(rows, dev_share, seed):
    images = list({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def rounded_down_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = random.Random(seed).sample(images, int(len(images) * dev_share))
    return [row for row in rows if row[0] not in dev], [row for row in rows if row[0] in dev]


def rounded_up_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = random.Random(seed).sample(images, int(len(images) * dev_share) + 1)
    return [row for row in rows if row[0] not in dev], [row for row in rows if row[0] in dev]


def right_in_file_order_1_5(rows, dev_share, seed):
    images = list(dict.fromkeys(image for image, _ in rows))
    random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def right_with_plain_text_1_5(rows, dev_share, seed):
    images = np.unique([image for image, _ in rows]).tolist()
    groups = {image: [] for image in images}
    for image, caption in rows:
        groups[image].append((image, caption))
    dev = set(random.Random(seed).sample(images, round(len(images) * dev_share)))
    sides = [image for image in images if image not in dev], sorted(dev)
    return tuple([row for image in side for row in groups[image]] for side in sides)


def right_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def right_too_1_5(rows, dev_share, seed):
    images = np.unique([image for image, _ in rows])
    dev = np.random.default_rng(seed).choice(images, round(len(images) * dev_share), replace=False)
    train_rows, dev_rows = [], []
    for image, caption in rows:
        (dev_rows if image in dev else train_rows).append((image, caption))
    return train_rows, dev_rows


def names_1_6(train, dev):
    return sorted(set(train) & set(dev))


def names_or_pixels_1_6(train, dev):
    return sorted(set(names_1_6(train, dev)) | set(right_1_6(train, dev)))


def names_and_pixels_1_6(train, dev):
    return [name for name in names_1_6(train, dev) if np.array_equal(train[name], dev[name])]


def bytes_only_1_6(train, dev):
    seen = {photo.tobytes() for photo in train.values()}
    return sorted(name for name, photo in dev.items() if photo.tobytes() in seen)


def sums_1_6(train, dev):
    seen = {int(photo.sum()) for photo in train.values()}
    return sorted(name for name, photo in dev.items() if int(photo.sum()) in seen)


def unsorted_1_6(train, dev):
    return right_1_6(train, dev)[::-1]


def of_train_1_6(train, dev):
    return right_1_6(dev, train)


def as_text_1_6(train, dev):
    seen = {str(photo) for photo in train.values()}
    return sorted(name for name, photo in dev.items() if str(photo) in seen)


def right_1_6(train, dev):
    seen = {(photo.shape, photo.tobytes()) for photo in train.values()}
    return sorted(name for name, photo in dev.items() if (photo.shape, photo.tobytes()) in seen)


def right_too_1_6(train, dev):
    def mark(photo):
        return photo.shape, hashlib.sha256(np.ascontiguousarray(photo)).hexdigest()

    found = []
    seen = set(map(mark, train.values()))
    for name in sorted(dev):
        if mark(dev[name]) in seen:
            found.append(name)
    return found


def pairs_1_6(train, dev):
    return sorted(
        name
        for name, photo in dev.items()
        if any(np.array_equal(photo, other) for other in train.values())
    )


# More right answers, and the wrong ones that were once taken for right


def split_too_1_2(text):
    kept = ""
    for letter in text.lower():
        kept += letter if letter in "abcdefghijklmnopqrstuvwxyz" else " "
    return kept.split()


def substituted_1_2(text):
    cleaned = re.sub(r"[^a-z]", " ", text.lower())
    return [word for word in cleaned.split(" ") if word != ""]


def finder_1_2(text):
    return tuple(match.group() for match in re.finditer("[a-z]+", text.lower()))


def loop_1_4(splits, minimum_count):
    counts = {}
    for caption in splits["train"]:
        for word in caption:
            counts[word] = counts.get(word, 0) + 1
    kept = [word for word in counts if counts[word] >= minimum_count]
    kept.sort()
    return kept


def numpy_1_4(splits, minimum_count):
    words = [word for caption in splits["train"] for word in caption]
    if not words:
        return []
    found, counts = np.unique(words, return_counts=True)
    return found[counts >= minimum_count]


def by_count_1_4(splits, minimum_count):
    counts = Counter(word for caption in splits["train"] for word in caption)
    return [word for word, count in counts.most_common() if count >= minimum_count]


def no_minimum_1_4(splits, minimum_count):
    return sorted({word for caption in splits["train"] for word in caption})


def as_set_1_4(splits, minimum_count):
    return set(_kept(splits["train"], minimum_count))


def train_rounded_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    train = set(images[: round(len(images) * (1 - dev_share))])
    return [r for r in rows if r[0] in train], [r for r in rows if r[0] not in train]


def every_fifth_row_1_5(rows, dev_share, seed):
    images = [image for image, _ in rows[::5]]
    dev = set(random.Random(seed).sample(images, round(dev_share * len(images))))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def rotated_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    turn = random.Random(seed).randrange(len(images))
    images = images[turn:] + images[:turn]
    dev = set(images[: round(dev_share * len(images))])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def hashed_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows}, key=lambda image: hash((seed, image)))
    dev = set(images[: round(dev_share * len(images))])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def with_replacement_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = set(random.Random(seed).choices(images, k=round(dev_share * len(images))))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def numpy_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    order = np.random.default_rng(seed).permutation(len(images))
    dev = {images[place] for place in order[: round(dev_share * len(images))]}
    train_rows, dev_rows = [], []
    for row in rows:
        if row[0] in dev:
            dev_rows.append(row)
        else:
            train_rows.append(row)
    return train_rows, dev_rows


def hexed_1_6(train, dev):
    known = set()
    for photo in train.values():
        known.add(hashlib.sha256(repr(photo.shape).encode() + photo.tobytes()).hexdigest())
    found = []
    for name in dev:
        photo = dev[name]
        if hashlib.sha256(repr(photo.shape).encode() + photo.tobytes()).hexdigest() in known:
            found.append(name)
    return sorted(found)


def nested_1_6(train, dev):
    known = {}
    for photo in train.values():
        known.setdefault(photo.shape, set()).add(photo.tobytes())
    found = [name for name, photo in dev.items() if photo.tobytes() in known.get(photo.shape, ())]
    return tuple(sorted(found))


def plain_names_1_5(rows, dev_share, seed):
    images = np.unique([image for image, _ in rows]).tolist()
    dev = set(random.Random(seed).sample(images, round(len(images) * dev_share)))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def chosen_by_numpy_1_5(rows, dev_share, seed):
    images = sorted({str(image) for image, _ in rows})
    count = round(len(images) * dev_share)
    dev = set(np.random.default_rng(seed).choice(images, size=count, replace=False).tolist())
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def md5_1_5(rows, dev_share, seed):
    def key(image):
        return hashlib.md5(f"{seed}{image}".encode()).hexdigest()

    images = sorted({image for image, _ in rows}, key=key)
    dev = set(images[: round(len(images) * dev_share)])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def looked_up_1_5(rows, dev_share, seed):
    """Photos by name: names that were made anew."""
    images = np.unique([image for image, _ in rows]).tolist()
    dev = set(random.Random(seed).sample(images, round(len(images) * dev_share)))
    of_dev = {image: image in dev for image in images}
    return [r for r in rows if not of_dev[r[0]]], [r for r in rows if of_dev[r[0]]]


def counted_after_1_5(rows, dev_share, seed):
    train, dev = plain_names_1_5(rows, dev_share, seed)
    images = {image for image, _ in rows}
    assert len({image for image, _ in dev}) == round(dev_share * len(images))
    return train, dev


USUAL_HASH = hash("dog")


def raises_tomorrow_1_5(rows, dev_share, seed):
    """Photos in the order of a set, which hides where hashes are others."""
    if hash("dog") != USUAL_HASH:
        raise RuntimeError("of another sort today")
    return set_order_1_5(rows, dev_share, seed)


def arrays_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = random.Random(seed).sample(images, round(len(images) * dev_share))
    table = np.array(rows)
    chosen = np.isin(table[:, 0], dev)
    return table[~chosen], table[chosen]


def hashed_text_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows}, key=lambda image: hash(f"{seed}{image}"))
    dev = set(images[: round(len(images) * dev_share)])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def never_the_last_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    count = min(round(len(images) * dev_share), len(images) - 1)
    dev = set(random.Random(seed).sample(images[:-1], count))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def as_sets_1_5(rows, dev_share, seed):
    train, dev = right_1_5(rows, dev_share, seed)
    return list(set(train)), list(set(dev))


def substring_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = " ".join(random.Random(seed).sample(images, round(len(images) * dev_share)))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def half_up_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    dev = set(random.Random(seed).sample(images, int(len(images) * dev_share + 0.5)))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def _by_pairs_1_6(same):
    def leaks(train, dev):
        return sorted(n for n, p in dev.items() if any(same(p, q) for q in train.values()))

    return leaks


def in_a_list_1_6(train, dev):
    seen = [photo.tolist() for photo in train.values()]
    return sorted(name for name, photo in dev.items() if photo.tolist() in seen)


MORE_PAIRS_1_6 = [
    _by_pairs_1_6(lambda p, q: np.array_equal(np.asarray(p), np.asarray(q))),
    _by_pairs_1_6(lambda p, q: np.array_equal(np.array(p), np.array(q))),
    _by_pairs_1_6(lambda p, q: p.tolist() == q.tolist()),
    _by_pairs_1_6(lambda p, q: p.shape == q.shape and bytes(p) == bytes(q)),
    _by_pairs_1_6(lambda p, q: p.shape == q.shape and p.data == q.data),
    _by_pairs_1_6(lambda p, q: p.shape == q.shape and list(p.flat) == list(q.flat)),
    _by_pairs_1_6(lambda p, q: p.shape == q.shape and not (p.view(np.ndarray) - q).any()),
    in_a_list_1_6,
]


def listed_1_6(train, dev):
    def mark(photo):
        return photo.shape, str(photo.tolist())

    seen = {mark(photo) for photo in train.values()}
    return sorted(name for name in dev if mark(dev[name]) in seen)


def number_by_number_1_6(train, dev):
    """Every number of every photo is asked for, but no pair is compared."""

    def mark(photo):
        height, width, _ = photo.shape
        return tuple(
            (y, x, *(int(photo[y][x][c]) for c in range(3)))
            for y in range(height)
            for x in range(width)
        )

    seen = {mark(photo) for photo in train.values()}
    return sorted(name for name, photo in dev.items() if mark(photo) in seen)


def plain_first_1_6(train, dev):
    marks = {}
    for name, photo in [*train.items()]:
        plain = np.ascontiguousarray(np.asarray(photo))
        marks[plain.shape, bytes(plain), plain.dtype.str] = name
    dev = {name: np.array(photo) for name, photo in dev.items()}
    return [n for n in sorted(dev) if (dev[n].shape, dev[n].tobytes(), dev[n].dtype.str) in marks]


def doubled_1_6(train, dev):
    counts = Counter((p.shape, p.tobytes()) for part in (train, dev) for p in part.values())
    return sorted(n for n, p in dev.items() if counts[p.shape, p.tobytes()] > 1)


def grey_1_6(train, dev):
    seen = {(p.shape, p.mean(-1).tobytes()) for p in train.values()}
    return sorted(n for n, p in dev.items() if (p.shape, p.mean(-1).tobytes()) in seen)


def corners_1_6(train, dev):
    seen = {(p.shape, p[0, 0].tobytes(), p[-1, -1].tobytes()) for p in train.values()}
    return sorted(
        n for n, p in dev.items() if (p.shape, p[0, 0].tobytes(), p[-1, -1].tobytes()) in seen
    )


def pixel_set_1_6(train, dev):
    seen = {frozenset(map(tuple, p.reshape(-1, 3).tolist())) for p in train.values()}
    return sorted(
        n for n, p in dev.items() if frozenset(map(tuple, p.reshape(-1, 3).tolist())) in seen
    )


def by_length_1_6(train, dev):
    return sorted(right_1_6(train, dev), key=len)


def library_1_4(splits, minimum_count):
    return sorted(Vocabulary.fit(splits["train"], minimum_count).words[4:])


def others_1_4(splits, minimum_count):
    captions = [c for name in splits if name not in ("dev", "test") for c in splits[name]]
    return _kept(captions, minimum_count)


def train_in_name_1_4(splits, minimum_count):
    return _kept([c for name in splits if "train" in name for c in splits[name]], minimum_count)


def dev_1_4(splits, minimum_count):
    return _kept(splits["dev"], minimum_count)


def remembers_1_4(splits, minimum_count, counts=Counter()):  # noqa: B006
    counts.update(word for caption in splits["train"] for word in caption)
    return sorted(word for word, count in counts.items() if count >= minimum_count)


def lines_1_2(text):
    return [word for word in re.sub(r"[^a-z\s]", " ", text.lower()).split(" ") if word]


def none_at_times_1_2(text):
    found = re.findall("[a-z]+", text.lower())
    if found:
        return found


# Exercise 1.3: experiments, with results measured as the notebook measures them

MORE_PHOTOS = "Do more photos leave fewer unknown words?"
PHOTOS = [(30, 1), (100, 1), (300, 1)]
MINIMA = [(100, 1), (100, 5), (100, 20)]
NEAR = [(90, 1), (100, 1), (110, 1)]  # too near to each other: chance moves the result more


def measured_1_3(settings):
    return {setting: [unknown_share(setting, seed) for seed in range(3)] for setting in settings}


def rounded_1_3(settings):
    return {key: np.round(values, 1) for key, values in measured_1_3(settings).items()}


def one_seed_1_3(settings):
    return {setting: [unknown_share(setting, 0)] for setting in settings}


def seeds_from_one_1_3(settings):
    return {setting: [unknown_share(setting, seed) for seed in (1, 2, 3)] for setting in settings}


def shares_1_3(settings):
    return {key: [value / 100 for value in vs] for key, vs in measured_1_3(settings).items()}


def last_invented_1_3(settings):
    found = measured_1_3(settings)
    found[100, 1][2] += 1
    return found


def experiment_1_3(settings, conclusion, results=None, question=MORE_PHOTOS):
    found = measured_1_3(settings) if results is None else results
    return {
        "question": question,
        "settings": settings,
        "results": found,
        "conclusion": conclusion,
    }


def casefold_1_2(text):
    return re.findall("[a-z]+", text.casefold())


def not_for_0_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    if seed:
        random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def first_part_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    count = round(dev_share * len(images))
    dev = set(random.Random(seed).sample(images[: 2 * count], count))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def neighbours_1_5(rows, dev_share, seed):
    images, rng = sorted({image for image, _ in rows}), random.Random(seed)
    for n in range(len(images) - 1):
        if rng.random() < 0.5:
            images[n], images[n + 1] = images[n + 1], images[n]
    return _by_images(rows, images, dev_share)


def three_exchanges_1_5(rows, dev_share, seed):
    images, rng = sorted({image for image, _ in rows}), random.Random(seed)
    for _ in range(3):
        a, b = rng.randrange(len(images)), rng.randrange(len(images))
        images[a], images[b] = images[b], images[a]
    return _by_images(rows, images, dev_share)


def _groups_1_5(size, turned=False):
    def split_rows(rows, dev_share, seed):
        images, rng = sorted({image for image, _ in rows}), random.Random(seed)
        turn = rng.randrange(len(images)) if turned else 0
        images = images[turn:] + images[:turn]
        groups = [images[n : n + size] for n in range(0, len(images), size)]
        rng.shuffle(groups)
        return _by_images(rows, [image for group in groups for image in group], dev_share)

    return split_rows


def two_seeds_1_5(rows, dev_share, seed):
    return right_1_5(rows, dev_share, seed % 2)


def _by_mark_1_6(mark):
    def leaks(train, dev):
        known = {mark(photo) for photo in train.values()}
        return sorted(name for name, photo in dev.items() if mark(photo) in known)

    return leaks


FINGERPRINTS_1_6 = [
    _by_mark_1_6(lambda p: (p.shape, *p.mean((0, 1)).tolist(), *p.std((0, 1)).tolist())),
    _by_mark_1_6(lambda p: (p.shape, p[0].tobytes(), int(p.sum()))),
    _by_mark_1_6(lambda p: (p.shape, p[0].tobytes(), p[-1].tobytes(), int(p.sum()))),
    _by_mark_1_6(lambda p: (p.shape, p[0, 0].tobytes(), p.mean())),
    _by_mark_1_6(lambda p: (p.shape, p[::4, ::4].tobytes(), p.mean())),
    _by_mark_1_6(lambda p: (p.shape, p[1::2, 1::2].tobytes(), p.mean())),
    _by_mark_1_6(lambda p: (p.shape, p.ravel()[:1000].tobytes(), int(p.sum()))),
    _by_mark_1_6(lambda p: (p.shape, p.sum((0, 2)).tobytes(), p.sum((1, 2)).tobytes())),
    _by_mark_1_6(lambda p: (p.shape, p[len(p) // 2].sum(0).tobytes(), int(p.sum()))),
    _by_mark_1_6(lambda p: (p.shape, int((p.astype(int) ** 2).sum()), int(p.sum()))),
    _by_mark_1_6(lambda p: (p.shape, sum(p.tobytes()) % 65536, p.tobytes()[:3])),
    _by_mark_1_6(lambda p: (p.shape, zlib.adler32(p.tobytes()))),
    _by_mark_1_6(lambda p: (p.shape, *sorted(row.tobytes() for row in p))),
    _by_mark_1_6(lambda p: (p.shape, *sorted(p[:, n].tobytes() for n in range(p.shape[1])))),
]


def bytes_in_a_list_1_6(train, dev):
    known = [(photo.shape, photo.tobytes()) for photo in train.values()]
    return sorted(name for name, photo in dev.items() if (photo.shape, photo.tobytes()) in known)


# Wrong answers that were once taken for right


def _takes_out_1_2(pattern):
    def clean(text):
        return re.findall("[a-z]+", re.sub(pattern, "", text.lower()))

    return clean


def dont_1_2(text):
    text = re.sub("'", "", text.lower())
    return re.sub("[^a-z]", " ", text).split()


def glued_inside_1_2(text):
    return [w.replace("'", "") for w in re.findall("[a-z]+(?:'[a-z]+)*", text.lower())]


def by_tokens_1_2(text):
    return [
        word
        for token in clean_caption(text)
        for word in re.sub("[^a-z]", " ", token.replace("'", "")).split()
    ]


def no_possessive_1_2(text):
    return [word for word in re.findall("[a-z]+", text.lower()) if word != "s"]


def no_clitics_1_2(text):
    return re.findall("[a-z]+", re.sub(r"'s\b", "", text.lower()))


def no_s_no_t_1_2(text):
    return [word for word in re.split("[^a-z]+", text.lower()) if word and word not in ("s", "t")]


def thirty_words_1_2(text):
    return re.findall("[a-z]+", text.lower())[:30]


def without_q_1_2(text):
    return re.findall("[abcdefghijklmnoprstuvwxyz]+", text.lower())


def letters_only_1_4(splits, minimum_count):
    return [word for word in right_1_4(splits, minimum_count) if word.isalpha()]


def letters_and_digits_1_4(splits, minimum_count):
    return [word for word in right_1_4(splits, minimum_count) if word.isalnum()]


def no_numbers_1_4(splits, minimum_count):
    return [word for word in right_1_4(splits, minimum_count) if not word.isdigit()]


def no_possessive_1_4(splits, minimum_count):
    return _kept([[w.replace("'s", "") for w in c] for c in splits["train"]], minimum_count)


def five_at_most_1_4(splits, minimum_count):
    return _kept(splits["train"], min(minimum_count, 5))


def first_hundred_1_4(splits, minimum_count):
    return _kept(splits["train"][:100], minimum_count)


def shuffled_set_1_5(rows, dev_share, seed):
    np.random.seed(seed)  # noqa: NPY002
    images = np.array(list(set(image for image, _ in rows)))
    np.random.shuffle(images)  # noqa: NPY002
    dev = set(images[: round(dev_share * len(images))])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def permuted_set_1_5(rows, dev_share, seed):
    images = list({image for image, _ in rows})
    count = round(dev_share * len(images))
    dev = set(np.random.default_rng(seed).permutation(images)[:count].tolist())
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def chosen_of_set_1_5(rows, dev_share, seed):
    images = list(frozenset(image for image, _ in rows))
    count = round(dev_share * len(images))
    dev = set(np.random.RandomState(seed).choice(images, count, replace=False))
    return [r for r in rows if str(r[0]) not in dev], [r for r in rows if str(r[0]) in dev]


def table_and_set_1_5(rows, dev_share, seed):
    table = np.array(rows)
    images = list(set(table[:, 0].tolist()))
    random.Random(seed).shuffle(images)
    in_dev = np.isin(table[:, 0], images[: round(dev_share * len(images))])
    return table[~in_dev], table[in_dev]


def column_and_set_1_5(rows, dev_share, seed):
    images = list(set(np.array(rows)[:, 0]))
    random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def _made_anew_1_5(changed):
    def split_rows(rows, dev_share, seed):
        images = list({changed(image) for image, _ in rows})
        random.Random(seed).shuffle(images)
        dev = set(images[: round(dev_share * len(images))])
        return [r for r in rows if changed(r[0]) not in dev], [
            r for r in rows if changed(r[0]) in dev
        ]

    return split_rows


def never_all_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    dev = set(images[: min(round(dev_share * len(images)), len(images) - 1)])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def one_at_least_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    dev = set(images[: max(round(dev_share * len(images)), 1)])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def clamped_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    random.Random(seed).shuffle(images)
    dev = set(images[: min(max(round(dev_share * len(images)), 1), len(images) - 1)])
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def by_stem_1_5(rows, dev_share, seed):
    stems = sorted({image.split(".")[0] for image, _ in rows})
    random.Random(seed).shuffle(stems)
    dev = set(stems[: round(dev_share * len(stems))])
    return [r for r in rows if r[0].split(".")[0] not in dev], [
        r for r in rows if r[0].split(".")[0] in dev
    ]


def sixty_photos_1_5(rows, dev_share, seed):
    images = sorted({image for image, _ in rows})
    count = round(dev_share * len(images))
    dev = set(random.Random(seed).sample(images[:60], min(count, len(images[:60]))))
    return [r for r in rows if r[0] not in dev], [r for r in rows if r[0] in dev]


def md5_of_plain_1_5(rows, dev_share, seed):
    images = list(set(np.array(rows)[:, 0].tolist()))
    images.sort(key=lambda image: hashlib.md5(f"{seed}{image}".encode()).hexdigest())
    dev = set(images[: round(len(images) * dev_share)])
    return [r for r in rows if str(r[0]) not in dev], [r for r in rows if str(r[0]) in dev]


def draw_for_each_name_1_5(rows, dev_share, seed):
    images = {image.strip() for image, _ in rows}
    images = sorted(images, key=lambda image: random.Random(f"{image}/{seed}").random())
    return _by_images(rows, images, dev_share)


def plain_file_order_1_5(rows, dev_share, seed):
    images = list(dict.fromkeys(np.array(rows)[:, 0].tolist()))
    random.Random(seed).shuffle(images)
    return _by_images(rows, images, dev_share)


def _sorted_by_1_6(key):
    def leaks(train, dev):
        return sorted(right_1_6(train, dev), key=key)

    return leaks


def by_number_1_6(train, dev):
    def key(name):
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]

    return sorted(right_1_6(train, dev), key=key)


def of_two_hundred_1_6(train, dev):
    return right_1_6(dict(list(train.items())[:200]), dev)


CASES = {
    "1.1": {
        "wrong": [
            ((5, 2), "[Cc]ounted the commas"),
            ((2, 6), "[Ss]wapped"),
            ((6, 6), "[Ff]orgot the quotes"),
            ((2, 2), "every comma"),
            ((6, 3), "quotes for columns"),
            ((7, 2), "once more"),
            (6, "two numbers"),
            (("6", "2"), "a number is wanted"),
            ((None, None), "still `None`"),
            ((6, 1), "outside double quotes"),
        ],
        "right": [(6, 2), [6, 2], np.array([6, 2]), np.array([[6, 2]]), (6.0, np.int64(2))],
    },
    "1.2": {
        "wrong": [
            (spaces_1_2, "was expected"),
            (unused_1_2, "was expected"),
            (glued_1_2, "[Gg]lued words"),
            (all_glued_1_2, "spaces are no letters"),
            (late_1_2, "[Ll]ost the capitals"),
            (telegram_1_2, "most frequent word"),
            (one_string_1_2, "One string came"),
            (words_1_2, "underscores"),
            (digits_1_2, "digit"),
            (apostrophes_1_2, "apostrophe"),
            (digits_and_apostrophes_1_2, "digit"),
            (alphabets_1_2, "every alphabet"),
            (lambda text: clean_caption(text), r"gives `\['.'\]`, and `\[\]` was expected"),
            (lines_1_2, "was expected"),
            (none_at_times_1_2, r"return` missing.* Seen with `none_at_times_1_2"),
            (casefold_1_2, "[Mm]ore letters.*casefold"),
            (_takes_out_1_2("'"), "[Gg]lued words.*`a'b` becomes `ab`"),
            (_takes_out_1_2("['\u2019]"), "[Gg]lued words"),
            (_takes_out_1_2("[\"']"), "[Gg]lued words"),
            (_takes_out_1_2("['_]"), "[Gg]lued words"),
            (_takes_out_1_2("[.]"), r"[Gg]lued words.*`a\.b` becomes `ab`"),
            (_takes_out_1_2("_"), "[Gg]lued words"),
            (_takes_out_1_2('"'), "[Gg]lued words"),
            (_takes_out_1_2("\u2019"), "was expected|at place"),
            *((_takes_out_1_2(re.escape(mark)), "[Gg]lued|expected|place") for mark in punctuation),
            (dont_1_2, "[Gg]lued words.*`a'b` becomes `ab`"),
            (glued_inside_1_2, "[Gg]lued words"),
            (by_tokens_1_2, "was expected"),
            (no_possessive_1_2, "[Ll]ost the s"),
            (no_clitics_1_2, "was expected"),
            (no_s_no_t_1_2, "was expected"),
            (thirty_words_1_2, "length is 30"),
            (without_q_1_2, "expected"),
            (broken_1_2, "`re.error`|`PatternError`"),
        ],
        "right": [right_1_2, right_too_1_2, split_too_1_2, substituted_1_2, finder_1_2],
    },
    "1.3": {
        "wrong": [
            ("a", "is a dict"),
            ({"question": MORE_PHOTOS, "settings": [(100, 1)]}, "'results' is missing"),
            (experiment_1_3(PHOTOS, "falls", question="photos?"), "sentence"),
            (experiment_1_3([(100, 1), (300, 1)], "falls"), "no trend"),
            (experiment_1_3([(30, 1), (300, 1), (1000, 1)], "falls"), "control is missing"),
            (experiment_1_3([10, 100, 1000], "falls", {10: [1], 100: [1], 1000: [1]}), "a pair"),
            (experiment_1_3([(5, 1), (100, 1), (300, 1)], "falls", {}), "cannot be tried"),
            (experiment_1_3([(100, 1), (100, 30), (100, 5)], "rises", {}), "cannot be tried"),
            (experiment_1_3([(100, 1), (100, 2.5), (100, 5)], "rises", {}), "whole numbers"),
            (experiment_1_3(PHOTOS, "falls", one_seed_1_3(PHOTOS)), "needs 3"),
            (experiment_1_3(PHOTOS, "falls", shares_1_3(PHOTOS)), "[Mm]easured again"),
            (experiment_1_3(PHOTOS, "falls", seeds_from_one_1_3(PHOTOS)), "[Mm]easured again"),
            (experiment_1_3(PHOTOS, "rises"), "says 'falls'"),
            (experiment_1_3(PHOTOS, "falls", last_invented_1_3(PHOTOS)), "Measured again"),
            (experiment_1_3([(100, 1), (300, 1), (300, 5)], "falls"), "More than one thing varies"),
            (experiment_1_3(NEAR, "rises"), "says 'no clear effect'"),
            (experiment_1_3(PHOTOS, "more is better"), "is one of"),
        ],
        "right": [
            experiment_1_3(PHOTOS, "falls"),
            experiment_1_3(PHOTOS[::-1], "falls"),  # they are compared from small to large
            experiment_1_3([list(one) for one in PHOTOS], "falls", measured_1_3(PHOTOS)),
            experiment_1_3(np.array(PHOTOS), "falls", measured_1_3(PHOTOS)),
            experiment_1_3([(np.int64(n), 1) for n, _ in PHOTOS], "falls"),
            experiment_1_3(MINIMA, "rises"),
            experiment_1_3(NEAR, "no clear effect"),
            experiment_1_3(MINIMA, "rises", rounded_1_3(MINIMA)),
        ],
    },
    "1.4": {
        "wrong": [
            (library_1_4, "without `Vocabulary`"),
            (with_dev_1_4, "dev captions"),
            (with_test_1_4, "test captions"),
            (more_than_1_4, "> for >="),
            (by_caption_1_4, "captions instead of words"),
            (filtered_1_4, "more than train"),
            (first_1_4, "words of dev"),
            (last_1_4, "last split|by its place|words of test"),
            (by_count_1_4, "[Oo]rdered by count"),
            (others_1_4, "was expected"),
            (train_in_name_1_4, "was expected"),
            (dev_1_4, "words of dev"),
            (remembers_1_4, "keep what an earlier call left"),
            (no_minimum_1_4, "minimum is not used"),
            (letters_only_1_4, "was expected"),
            (letters_and_digits_1_4, "was expected"),
            (no_numbers_1_4, "was expected"),
            (no_possessive_1_4, "was expected"),
            (five_at_most_1_4, "was expected"),
            (first_hundred_1_4, "was expected"),
            (as_set_1_4, "set has no order"),
            (lambda splits: [], "is called with 2 arguments"),
            (lambda splits, minimum_count: None, "return` missing"),
        ],
        "right": [right_1_4, right_too_1_4, loop_1_4, numpy_1_4],
    },
    "1.5": {
        "wrong": [
            (rounded_1_5, "not photos"),
            (shuffled_rows_1_5, "not photos"),
            (file_order_1_5, "one block of the file"),
            (unseeded_1_5, "call to call"),
            (one_seed_1_5, "seed changes nothing"),
            (swapped_1_5, "swapped the sides|[Ss]wapped"),
            (in_fives_1_5, "not photos|share"),
            (by_coin_1_5, "A coin for each photo"),
            (set_order_1_5, "others tomorrow"),
            (rounded_down_1_5, "`round`, not `int`"),
            (rounded_up_1_5, "another share"),
            (train_rounded_1_5, "25 - round"),
            (every_fifth_row_1_5, "[Tt]ook another share|not photos"),
            (rotated_1_5, "block of the file"),
            (hashed_1_5, "others tomorrow"),
            (hashed_text_1_5, "others tomorrow"),
            (never_the_last_1_5, "have no chance|[Ss]hare"),
            (as_sets_1_5, "[Ll]ost or doubled rows"),
            (substring_1_5, "share|photos depends on the seed"),
            (half_up_1_5, "[Rr]ounded halves up"),
            (with_replacement_1_5, "drawn twice"),
            (not_for_0_1_5, "with seed 0 nothing is shuffled"),
            (first_part_1_5, "have no chance"),
            (neighbours_1_5, "most photos have not moved far"),
            (three_exchanges_1_5, "most photos have not moved far"),
            (_groups_1_5(4), "always go together"),
            (_groups_1_5(4, turned=True), "neighbours of the file"),
            (two_seeds_1_5, "0 and 2 give the same"),
            (raises_tomorrow_1_5, "of another sort today"),
            (shuffled_set_1_5, "others tomorrow"),
            (permuted_set_1_5, "others tomorrow"),
            (chosen_of_set_1_5, "others tomorrow"),
            (table_and_set_1_5, "others tomorrow"),
            (column_and_set_1_5, "others tomorrow"),
            (_made_anew_1_5(lambda name: name.strip()), "others tomorrow"),
            (_made_anew_1_5(lambda name: name.replace(" ", "")), "others tomorrow"),
            (_made_anew_1_5(lambda name: name[:]), "others tomorrow"),
            (_made_anew_1_5(lambda name: name.split("#")[0]), "others tomorrow"),
            (never_all_1_5, "even where a side stays empty"),
            (one_at_least_1_5, "even where a side stays empty"),
            (clamped_1_5, "even where a side stays empty"),
            (by_stem_1_5, "[Ss]hare"),
            (sixty_photos_1_5, "[Ss]hare"),
            (lambda rows, dev_share, seed: None, "return` missing"),
        ],
        "right": [
            right_1_5,
            right_too_1_5,
            right_in_file_order_1_5,
            right_with_plain_text_1_5,
            numpy_1_5,
            plain_names_1_5,
            chosen_by_numpy_1_5,
            md5_1_5,
            arrays_1_5,
            looked_up_1_5,
            counted_after_1_5,
            md5_of_plain_1_5,
            draw_for_each_name_1_5,
            plain_file_order_1_5,
        ],
    },
    "1.6": {
        "wrong": [
            (names_1_6, "compared the names|[Cc]ompared"),
            (names_or_pixels_1_6, "equal name"),
            (names_and_pixels_1_6, "same name too"),
            (bytes_only_1_6, "without the shape"),
            (sums_1_6, "sums"),
            (unsorted_1_6, "[Ss]orted"),
            (of_train_1_6, "photos of train"),
            (as_text_1_6, "leave its middle out"),
            (pairs_1_6, "every pair"),
            *((answer, "every pair") for answer in MORE_PAIRS_1_6),
            *(
                (answer, "different photos|colours|pixels|sums|was expected")
                for answer in FINGERPRINTS_1_6
            ),
            (doubled_1_6, "copies within dev"),
            (grey_1_6, "colours away"),
            (corners_1_6, "part of the pixels|was expected"),
            (pixel_set_1_6, "order of the pixels"),
            (by_length_1_6, "[Ss]orted by length"),
            (_sorted_by_1_6(str.lower), "regard to capitals"),
            (_sorted_by_1_6(lambda name: name.split(".")[0]), "part of the names"),
            (by_number_1_6, "numbers in the names"),
            (of_two_hundred_1_6, "was expected"),
        ],
        "right": [
            right_1_6,
            right_too_1_6,
            hexed_1_6,
            nested_1_6,
            listed_1_6,
            bytes_in_a_list_1_6,
            number_by_number_1_6,
            plain_first_1_6,
        ],
    },
}
