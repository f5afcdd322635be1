"""Answers to the exercises of chapter 6: plausible mistakes and right ones."""

import random

import numpy as np


def by_batches_6_3(batch_losses, batch_sizes):
    total = sum(a * b for a, b in zip(batch_losses, batch_sizes, strict=True))
    return total / len(batch_losses)


def no_sizes_6_3(batch_losses, batch_sizes):
    return sum(batch_losses) / sum(batch_sizes)


def middle_6_3(batch_losses, batch_sizes):
    return float(np.median(batch_losses))


def means_again_6_3(batch_losses, batch_sizes):
    return sum(batch_losses) / len(batch_sizes)


def right_6_3(batch_losses, batch_sizes):
    return float(np.average(batch_losses, weights=batch_sizes))


def right_too_6_3(batch_losses, batch_sizes):
    total = sum(a * b for a, b in zip(batch_losses, batch_sizes, strict=True))
    return total / sum(batch_sizes)


def right_6_4(dev_losses, patience):
    best_epoch = 1
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss < dev_losses[best_epoch - 1]:
            best_epoch = epoch
        if epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(dev_losses), best_epoch


def right_too_6_4(dev_losses, patience):
    lowest, best, waited, epoch = float("inf"), 0, 0, 0
    for epoch, loss in enumerate(dev_losses, start=1):
        waited += 1
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        if waited == patience:
            break
    return epoch, best


def from_zero_6_4(dev_losses, patience):
    stopped, best = right_6_4(dev_losses, patience)
    return stopped - 1, best - 1


def swapped_6_4(dev_losses, patience):
    return right_6_4(dev_losses, patience)[::-1]


def future_6_4(dev_losses, patience):
    return right_6_4(dev_losses, patience)[0], int(np.argmin(dev_losses)) + 1


def last_one_6_4(dev_losses, patience):
    worse = 0
    for epoch in range(1, len(dev_losses)):
        worse = worse + 1 if dev_losses[epoch] >= dev_losses[epoch - 1] else 0
        if worse >= patience:
            return epoch + 1, int(np.argmin(dev_losses[: epoch + 1])) + 1
    return len(dev_losses), right_6_4(dev_losses, patience)[1]


def ties_6_4(dev_losses, patience):
    best = 1
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss <= dev_losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(dev_losses), best


def previous_6_4(dev_losses, patience):
    best, waited = 1, 0
    for epoch in range(2, len(dev_losses) + 1):
        if dev_losses[epoch - 1] < dev_losses[epoch - 2]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            return epoch, best
    return len(dev_losses), best


def no_reset_6_4(dev_losses, patience):
    best, waited = 1, 0
    for epoch in range(2, len(dev_losses) + 1):
        if dev_losses[epoch - 1] < dev_losses[best - 1]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return epoch, best
    return len(dev_losses), best


def late_6_4(dev_losses, patience):
    return right_6_4(dev_losses, patience + 1)


def right_6_5(images, held_out, seed):
    order = np.random.default_rng(seed).permutation(len(images))
    shuffled = [images[i] for i in order]
    return shuffled[held_out:], shuffled[:held_out]


def right_too_6_5(images, held_out, seed):
    shuffled = random.Random(seed).sample(list(images), len(images))
    return shuffled[held_out:], shuffled[:held_out]


def sorted_6_5(images, held_out, seed):
    shuffled = sorted(images)
    random.Random(seed).shuffle(list(shuffled))
    return shuffled[held_out:], shuffled[:held_out]


def no_seed_6_5(images, held_out, seed):
    shuffled = random.SystemRandom().sample(list(images), len(images))
    return shuffled[held_out:], shuffled[:held_out]


def twice_6_5(images, held_out, seed):
    rng = random.Random(seed)
    return rng.sample(images, len(images) - held_out), rng.sample(images, held_out)


def one_seed_6_5(images, held_out, seed):
    shuffled = random.Random(0).sample(list(images), len(images))
    return shuffled[held_out:], shuffled[:held_out]


def swapped_6_5(images, held_out, seed):
    return right_6_5(images, held_out, seed)[::-1]


def in_place_6_5(images, held_out, seed):
    random.Random(seed).shuffle(images)
    return images[held_out:], images[:held_out]


def planned(lengths, batch_size, seed, first=1, more=0, keep_last=True, order=True, rows_too=True):
    """Return a plan with one thing wrong or nothing."""
    rng = np.random.default_rng(seed)
    plan = []
    for t in range(first, int(np.max(lengths)) + more):
        rows = np.flatnonzero(np.asarray(lengths) > t - more)
        if rows_too:
            rng.shuffle(rows)
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            if keep_last or len(batch) == batch_size:
                plan.append((batch, t))
    if order:
        rng.shuffle(plan)
    return plan


def right_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed)


def right_too_6_6(lengths, batch_size, seed):
    shuffler = random.Random(seed)
    by_length = {}
    for row, length in enumerate(lengths):
        for t in range(1, length):
            by_length.setdefault(t, []).append(row)
    plan = []
    for t, rows in by_length.items():
        shuffler.shuffle(rows)
        while rows:
            plan.append((rows[:batch_size], t))
            rows = rows[batch_size:]
    shuffler.shuffle(plan)
    return plan


def no_next_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, more=1)


def empty_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, first=0)


def dropped_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, keep_last=False)


def in_order_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, order=False)


def rows_in_order_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, rows_too=False)


def one_each_6_6(lengths, batch_size, seed):
    return planned(lengths, 1, seed)


def no_end_6_6(lengths, batch_size, seed):
    return planned(np.asarray(lengths) - 1, batch_size, seed)


def even_6_6(lengths, batch_size, seed):
    rng = np.random.default_rng(seed)
    plan = []
    for t in range(1, int(np.max(lengths))):
        rows = rng.permutation(np.flatnonzero(lengths > t))
        plan += [(part, t) for part in np.array_split(rows, -(-len(rows) // batch_size))]
    return [plan[i] for i in rng.permutation(len(plan))]


CASES = {
    "6.1": {
        "wrong": [
            ((900, 1_800_000, 3600), "<end>. is missing"),
            ((1100, 2_200_000, 4400), "never predicted"),
            ((1000, 4_000_000, 4000), "float64"),
            ((1000, 500_000, 4000), "not the bytes"),
            ((1000, 2_000_000, 1000), "not one byte"),
        ],
        "right": [(1000, 2_000_000, 4000), [1000, 1000 * 500 * 4, 1000 * 4]],
    },
    "6.2": {
        "wrong": [("a", "epoch 9 were kept"), ("b", "falls for longer"), ("d", "split by image")],
        "right": ["c", "(C)"],
    },
    "6.3": {
        "wrong": [
            (means_again_6_3, "mean of batch means"),
            (by_batches_6_3, "number of batches"),
            (no_sizes_6_3, "before you add up"),
            (middle_6_3, "leaves examples out"),
        ],
        "right": [right_6_3, right_too_6_3],
    },
    "6.4": {
        "wrong": [
            (from_zero_6_4, "from 0"),
            (swapped_6_4, "swapped"),
            (future_6_4, "into the future"),
            (last_one_6_4, "with the epoch before"),
            (late_6_4, "one epoch too late"),
            (ties_6_4, r"equal loss is no new best.*\[3.0, 2.0, 2.0, 2.0, 2.0\], 2"),
            (previous_6_4, "with the epoch before"),
            (no_reset_6_4, "never reset"),
        ],
        "right": [right_6_4, right_too_6_4],
    },
    "6.5": {
        "wrong": [
            (sorted_6_5, "order of the files"),
            (no_seed_6_5, "same seed gave another"),
            (twice_6_5, "in both lists"),
            (one_seed_6_5, "seed changes nothing"),
            (swapped_6_5, "swapped"),
            (in_place_6_5, "in place"),
        ],
        "right": [right_6_5, right_too_6_5],
    },
    "6.6": {
        "wrong": [
            (no_next_6_6, "nothing after it"),
            (empty_6_6, "empty prefix"),
            (dropped_6_6, "last, smaller batch"),
            (in_order_6_6, "in a row"),
            (rows_in_order_6_6, "rows are in order"),
            (one_each_6_6, "too many small"),
            (no_end_6_6, "to stop"),
            (even_6_6, "nearly one size"),
        ],
        "right": [right_6_6, right_too_6_6],
    },
}
