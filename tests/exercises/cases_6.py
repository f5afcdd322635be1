"""Answers to the exercises of chapter 6: plausible mistakes and right ones."""

import hashlib
import os
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np

from utils.exercises.measure_6 import dev_loss_after


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


def trimmed_6_3(batch_losses, batch_sizes):
    return float(np.mean(np.sort(batch_losses)[1:-1] if len(batch_losses) > 2 else batch_losses))


def full_ones_6_3(batch_losses, batch_sizes):
    full = batch_sizes == batch_sizes.max()
    return np.average(batch_losses[full], weights=batch_sizes[full])


def not_alone_6_3(batch_losses, batch_sizes):
    kept = batch_sizes > 1
    if not kept.any():
        return batch_losses.mean()
    return np.average(batch_losses[kept], weights=batch_sizes[kept])


def total_6_3(batch_losses, batch_sizes):
    return (batch_losses * batch_sizes).sum()


def rounded_6_3(batch_losses, batch_sizes):
    return round(float(np.average(batch_losses, weights=batch_sizes)), 4)


def inverse_6_3(batch_losses, batch_sizes):
    return np.average(batch_losses, weights=1 / batch_sizes)


def perplexity_6_3(batch_losses, batch_sizes):
    return np.exp(np.average(batch_losses, weights=batch_sizes))


def last_6_3(batch_losses, batch_sizes):
    return batch_losses[-1]


def each_6_3(batch_losses, batch_sizes):
    return batch_losses * batch_sizes / sum(batch_sizes)


def right_arrays_6_3(batch_losses, batch_sizes):
    return (batch_losses * batch_sizes).sum() / batch_sizes.sum()


def right_repeated_6_3(batch_losses, batch_sizes):
    return np.repeat(batch_losses, batch_sizes).mean()


def right_running_6_3(batch_losses, batch_sizes):
    mean, seen = 0.0, 0
    for loss, size in zip(batch_losses.tolist(), batch_sizes.tolist(), strict=True):
        seen += size
        mean += (loss - mean) * size / seen
    return np.float32(mean)


def right_product_6_3(batch_losses, batch_sizes):
    weights = np.asarray(batch_sizes) / np.sum(batch_sizes)
    return np.array(weights @ np.asarray(batch_losses))


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


def right_backwards_6_4(dev_losses, patience):
    for stopped in range(1, len(dev_losses) + 1):
        seen = dev_losses[:stopped]
        best = seen.index(min(seen)) + 1
        if stopped - best >= patience:
            return [stopped, best]
    return [len(dev_losses), best]


def right_array_6_4(dev_losses, patience):
    lowest = np.minimum.accumulate(np.asarray(dev_losses))
    is_best = np.append(True, lowest[1:] < lowest[:-1])
    epochs = np.arange(1, len(dev_losses) + 1)
    best = np.maximum.accumulate(np.where(is_best, epochs, 0))
    over = np.flatnonzero(epochs - best >= patience)
    place = over[0] if len(over) else len(epochs) - 1
    return np.array([epochs[place], best[place]])


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


def argmin_6_4(dev_losses, patience):
    best = int(np.argmin(dev_losses)) + 1
    return min(best + patience, len(dev_losses)), best


def beyond_6_4(dev_losses, patience):
    best = right_6_4(dev_losses, patience)[1]
    return best + patience, best


def early_6_4(dev_losses, patience):
    return right_6_4(dev_losses, patience - 1)


def never_6_4(dev_losses, patience):
    return len(dev_losses), int(np.argmin(dev_losses)) + 1


def the_loss_6_4(dev_losses, patience):
    stopped, best = right_6_4(dev_losses, patience)
    return stopped, dev_losses[best - 1]


def best_twice_6_4(dev_losses, patience):
    best = right_6_4(dev_losses, patience)[1]
    return best, best


def one_number_6_4(dev_losses, patience):
    return right_6_4(dev_losses, patience)[0]


def small_limit_6_4(dev_losses, patience):
    lowest, best = 100.0, 1
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss < lowest:
            lowest, best = loss, epoch
        if epoch - best >= patience:
            return epoch, best
    return len(dev_losses), best


def least_step_6_4(dev_losses, patience):
    best = 1
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss < dev_losses[best - 1] - 0.001:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(dev_losses), best


def close_6_4(dev_losses, patience):
    best = 1
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss < dev_losses[best - 1] and not np.isclose(loss, dev_losses[best - 1]):
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(dev_losses), best


def in_float32_6_4(dev_losses, patience):
    return right_6_4(np.asarray(dev_losses, np.float32), patience)


def two_digits_6_4(dev_losses, patience):
    return right_6_4([round(loss, 2) for loss in dev_losses], patience)


def large_limit_6_4(dev_losses, patience):
    lowest, best, waited = 1e4, 1, 0
    for epoch, loss in enumerate(dev_losses, start=1):
        waited = 0 if loss < lowest else waited + 1
        if loss < lowest:
            lowest, best = loss, epoch
        if waited >= patience:
            return epoch, best
    return len(dev_losses), best


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


def right_sample_6_5(images, held_out, seed):
    chosen = set(random.Random(seed).sample(range(len(images)), held_out))
    train = [image for place, image in enumerate(images) if place not in chosen]
    return train, [images[place] for place in sorted(chosen)]


def right_in_global_6_5(images, held_out, seed):
    random.seed(seed)
    shuffled = images[:]
    random.shuffle(shuffled)
    return [shuffled[:-held_out], shuffled[-held_out:]]


def right_array_6_5(images, held_out, seed):
    shuffled = np.random.RandomState(seed).permutation(images)
    return shuffled[held_out:], shuffled[:held_out]


def right_difference_6_5(images, held_out, seed):
    chosen = random.Random(seed).sample(sorted(images), held_out)
    return tuple(set(images) - set(chosen)), tuple(chosen)


def right_by_digest_6_5(images, held_out, seed):
    def mark(image):
        return hashlib.sha256(f"{seed} {image}".encode()).digest()

    ordered = sorted(images, key=mark)
    return ordered[held_out:], ordered[:held_out]


def set_6_5(images, held_out, seed):
    shuffled = list(set(images))
    random.Random(seed).shuffle(shuffled)
    return shuffled[held_out:], shuffled[:held_out]


def set_of_texts_6_5(images, held_out, seed):
    shuffled = list({str(image) + "" for image in images})
    random.Random(seed).shuffle(shuffled)
    return shuffled[held_out:], shuffled[:held_out]


def hash_6_5(images, held_out, seed):
    shuffled = sorted(images, key=lambda image: hash((seed, image)))
    return shuffled[held_out:], shuffled[:held_out]


def hash_of_text_6_5(images, held_out, seed):
    shuffled = sorted(images, key=lambda image: hash(f"{seed}{image}"))
    return shuffled[held_out:], shuffled[:held_out]


def process_6_5(images, held_out, seed):
    shuffled = sorted(images, key=lambda image: hash((os.getpid(), seed, image)))
    return shuffled[held_out:], shuffled[:held_out]


def steps_6_5(images, held_out, seed):
    step = len(images) // held_out
    chosen = images[seed % step :: step][:held_out]
    return [image for image in images if image not in chosen], chosen


def turned_6_5(images, held_out, seed):
    cut = 7 * seed % len(images)
    turned = images[cut:] + images[:cut]
    return turned[held_out:], turned[:held_out]


def few_seeds_6_5(images, held_out, seed):
    return right_6_5(images, held_out, seed % 5)


def in_fives_6_5(images, held_out, seed):
    fives = [images[n : n + 5] for n in range(0, len(images), 5)]
    random.Random(seed).shuffle(fives)
    shuffled = [image for five in fives for image in five]
    return shuffled[held_out:], shuffled[:held_out]


def one_kind_6_5(images, held_out, seed):
    shuffled = images[:]
    if len(images) > 50:
        shuffled[:30] = random.Random(seed).sample(images[:30], 30)
    return shuffled[held_out:], shuffled[:held_out]


def few_swaps_6_5(images, held_out, seed):
    rng, shuffled = random.Random(seed), images[:]
    for _ in range(30):
        a, b = rng.randrange(len(images)), rng.randrange(len(images))
        shuffled[a], shuffled[b] = shuffled[b], shuffled[a]
    return shuffled[held_out:], shuffled[:held_out]


def not_for_0_6_5(images, held_out, seed):
    shuffled = images[:]
    if seed:
        random.Random(seed).shuffle(shuffled)
    return shuffled[held_out:], shuffled[:held_out]


def or_42_6_5(images, held_out, seed):
    return right_6_5(images, held_out, seed or 42)


def to_1000_6_5(images, held_out, seed):
    return right_6_5(images, held_out, min(seed, 1000))


def one_swap_6_5(images, held_out, seed):
    rng, shuffled = random.Random(seed), images[:]
    a, b = rng.randrange(len(images)), rng.randrange(len(images))
    shuffled[a], shuffled[b] = shuffled[b], shuffled[a]
    return shuffled[held_out:], shuffled[:held_out]


def neighbours_6_5(images, held_out, seed):
    rng, shuffled = random.Random(seed), images[:]
    for n in range(len(images) - 1):
        if rng.random() < 0.5:
            shuffled[n], shuffled[n + 1] = shuffled[n + 1], shuffled[n]
    return shuffled[held_out:], shuffled[:held_out]


def turned_fours_6_5(images, held_out, seed):
    rng = random.Random(seed)
    turn = rng.randrange(len(images))
    turned = images[turn:] + images[:turn]
    fours = [turned[n : n + 4] for n in range(0, len(turned), 4)]
    rng.shuffle(fours)
    shuffled = [image for four in fours for image in four]
    return shuffled[held_out:], shuffled[:held_out]


SPLITS = {}


def cache_6_5(images, held_out, seed):
    if seed not in SPLITS:
        SPLITS[seed] = right_6_5(images, held_out, seed)
    return SPLITS[seed]


def all_in_train_6_5(images, held_out, seed):
    return images, random.Random(seed).sample(images, held_out)


def choices_6_5(images, held_out, seed):
    rng = random.Random(seed)
    drawn = rng.choices(images, k=len(images))
    return drawn[held_out:], drawn[:held_out]


def sizes_6_5(images, held_out, seed):
    shuffled = random.Random(seed).sample(images, len(images))
    return shuffled[held_out + 1 :], shuffled[: held_out + 1]


def places_6_5(images, held_out, seed):
    order = np.random.default_rng(seed).permutation(len(images)).tolist()
    return order[held_out:], order[:held_out]


def sets_6_5(images, held_out, seed):
    chosen = set(random.Random(seed).sample(images, held_out))
    return set(images) - chosen, chosen


def one_list_6_5(images, held_out, seed):
    return random.Random(seed).sample(images, len(images))


def planned(
    lengths,
    batch_size,
    seed,
    first=1,
    more=0,
    keep_last=True,
    order=True,
    rows_too=True,
    skip_longest=False,
    equal_too=False,
):
    """Return a plan with one thing wrong or nothing."""
    rng = np.random.default_rng(seed)
    plan = []
    for t in range(first, int(np.max(lengths)) + more - skip_longest):
        rows = np.flatnonzero(np.asarray(lengths) > t - more - equal_too)
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
        for start in range(0, len(rows), batch_size):
            plan.append((rows[start : start + batch_size], t))
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


def right_split_6_6(lengths, batch_size, seed):
    generator = np.random.default_rng(seed)
    ordered = []
    for t in range(1, int(max(lengths))):
        rows = generator.permutation(np.flatnonzero(np.asarray(lengths) > t))
        ordered += [(part, t) for part in np.split(rows, range(batch_size, len(rows), batch_size))]
    return [ordered[i] for i in generator.permutation(len(ordered))]


def right_pairs_6_6(lengths, batch_size, seed):
    shuffler = random.Random(seed)
    examples = [(row, t) for row, n in enumerate(lengths.tolist()) for t in range(1, n)]
    shuffler.shuffle(examples)
    open_batches, plan = {}, []
    for row, t in examples:
        batch = open_batches.setdefault(t, [])
        batch.append(row)
        if len(batch) == batch_size:
            plan.append([open_batches.pop(t), t])
    plan += [[batch, t] for t, batch in open_batches.items()]
    return tuple(shuffler.sample(plan, len(plan)))


def right_one_order_6_6(lengths, batch_size, seed):
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(lengths))
    plan = []
    for t in np.arange(1, lengths.max()):
        rows = order[lengths[order] > t]
        for number in range(-(-len(rows) // batch_size)):
            here = slice(number * batch_size, (number + 1) * batch_size)
            plan.append((rows[here].tolist(), t))
    rng.shuffle(plan)
    return plan


def nothing_6_6(lengths, batch_size, seed):
    return []


def from_two_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, first=2)


def no_longest_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, skip_longest=True)


def at_least_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, equal_too=True)


def all_rows_6_6(lengths, batch_size, seed):
    return planned(np.full_like(lengths, lengths.max()), batch_size, seed)


def captions_6_6(lengths, batch_size, seed):
    plan = planned(lengths, 1, seed)
    return [(rows, t) for rows, t in plan if t == lengths[rows[0]] - 1]


def one_batch_6_6(lengths, batch_size, seed):
    return planned(lengths, len(lengths), seed)


def one_more_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size + 1, seed)


def twice_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed) + planned(lengths, batch_size, seed + 1)


def rows_from_1_6_6(lengths, batch_size, seed):
    return [(rows + 1, t) for rows, t in planned(lengths, batch_size, seed)]


def masks_6_6(lengths, batch_size, seed):
    return [(lengths > t, t) for t in range(1, lengths.max())]


def columns_6_6(lengths, batch_size, seed):
    return [(rows[:, None], t) for rows, t in planned(lengths, batch_size, seed)]


def exchanged_6_6(lengths, batch_size, seed):
    return [(t, rows) for rows, t in planned(lengths, batch_size, seed)]


def no_t_6_6(lengths, batch_size, seed):
    return [rows for rows, t in planned(lengths, batch_size, seed)]


def with_empty_6_6(lengths, batch_size, seed):
    return [*planned(lengths, batch_size, seed), ([], 1)]


def no_seed_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, None)


def one_seed_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, 0)


def few_seeds_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed % 2)


def late_rows_6_6(lengths, batch_size, seed):
    rng = np.random.default_rng(seed)
    plan = planned(lengths, batch_size, seed, rows_too=False)
    return [(rng.permutation(rows), t) for rows, t in plan]


def turned_rows_6_6(lengths, batch_size, seed):
    rng = np.random.default_rng(seed)
    plan = []
    for t in range(1, int(lengths.max())):
        rows = np.roll(np.flatnonzero(lengths > t), rng.integers(len(lengths)))
        plan += [(rows[n : n + batch_size], t) for n in range(0, len(rows), batch_size)]
    rng.shuffle(plan)
    return plan


def neighbours_6_6(lengths, batch_size, seed):
    rng = np.random.default_rng(seed)
    plan = []
    for t in range(1, int(lengths.max())):
        rows = np.flatnonzero(lengths > t)
        for n in range(len(rows) - 1):
            if rng.random() < 0.5:
                rows[n], rows[n + 1] = rows[n + 1], rows[n]
        plan += [(rows[n : n + batch_size], t) for n in range(0, len(rows), batch_size)]
    rng.shuffle(plan)
    return plan


def lengths_shuffled_6_6(lengths, batch_size, seed):
    rng = np.random.default_rng(seed)
    plan = planned(lengths, batch_size, seed, order=False)
    place = rng.permutation(int(lengths.max()))
    return sorted(plan, key=lambda batch: place[batch[1]])


def one_order_6_6(lengths, batch_size, seed):
    plan = planned(lengths, batch_size, seed, order=False)
    return [plan[i] for i in np.random.default_rng(0).permutation(len(plan))]


def sorted_again_6_6(lengths, batch_size, seed):
    return [(np.sort(rows), t) for rows, t in planned(lengths, batch_size, seed)]


PLANS = {}


def cache_6_6(lengths, batch_size, seed):
    if seed not in PLANS:
        PLANS[seed] = planned(lengths, batch_size, seed)
    return PLANS[seed]


def small_last_6_6(lengths, batch_size, seed):
    return sorted(planned(lengths, batch_size, seed), key=lambda batch: len(batch[0]) < batch_size)


def first_words_last_6_6(lengths, batch_size, seed):
    return sorted(planned(lengths, batch_size, seed), key=lambda batch: batch[1] == 1)


def in_tens_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed % 10)


def or_42_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed or 42)


def to_1000_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, min(seed, 1000))


def rows_not_for_0_6_6(lengths, batch_size, seed):
    return planned(lengths, batch_size, seed, rows_too=seed != 0)


def cut(lengths, batch_size, seed):
    examples = [(row, t) for row, n in enumerate(lengths.tolist()) for t in range(1, n)]
    random.Random(seed).shuffle(examples)
    return [examples[n : n + batch_size] for n in range(0, len(examples), batch_size)]


def pairs_6_6(lengths, batch_size, seed):
    return cut(lengths, batch_size, seed)


def a_t_each_6_6(lengths, batch_size, seed):
    return [tuple(zip(*batch, strict=True)) for batch in cut(lengths, batch_size, seed)]


def first_t_6_6(lengths, batch_size, seed):
    return [([row for row, _ in batch], batch[0][1]) for batch in cut(lengths, batch_size, seed)]


def experiment_6_2(settings, conclusion):
    return {
        "question": "What does it do to the dev loss?",
        "settings": settings,
        "results": {one: [dev_loss_after(one, seed) for seed in range(3)] for one in settings},
        "conclusion": conclusion,
    }


def made_up_6_2(settings):
    results = {one: [1.0 + place] * 3 for place, one in enumerate(settings)}
    return {**BATCHES_6_2, "settings": settings, "results": results}


BATCHES_6_2 = experiment_6_2([(0.03, 16), (0.03, 64), (0.03, 256)], "rises")


def first_hundred_6_5(images, held_out, seed):
    shuffled = images[:100]
    random.Random(seed).shuffle(shuffled)
    shuffled += images[100:]
    return shuffled[held_out:], shuffled[:held_out]


def not_of_two_6_5(images, held_out, seed):
    shuffled = list(images)
    if len(shuffled) > 2:
        random.Random(seed).shuffle(shuffled)
    return shuffled[held_out:], shuffled[:held_out]


def small_letters_6_5(images, held_out, seed):
    shuffled = [image.lower() for image in images]
    random.Random(seed).shuffle(shuffled)
    return shuffled[held_out:], shuffled[:held_out]


def without_zeros_6_3(batch_losses, batch_sizes):
    kept = np.flatnonzero(batch_losses)
    if not len(kept):
        return 0.0
    return float(np.average(batch_losses[kept], weights=batch_sizes[kept]))


def to_128_6_3(batch_losses, batch_sizes):
    return float(np.average(batch_losses, weights=np.minimum(batch_sizes, 128)))


def not_best_6_4(dev_losses, patience):
    best, found, waited = None, 0, 0
    for epoch, loss in enumerate(dev_losses, start=1):
        if not best or loss < best:
            best, found, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            return epoch, found
    return len(dev_losses), found


def best_or_inf_6_4(dev_losses, patience):
    best, found, waited = None, 0, 0
    for epoch, loss in enumerate(dev_losses, start=1):
        if loss < (best or np.inf):
            best, found, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            return epoch, found
    return len(dev_losses), found


def best_of_0_6_4(dev_losses, patience):
    best = found = waited = 0
    for epoch, loss in enumerate(dev_losses, start=1):
        if best == 0 or loss < best:
            best, found, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            return epoch, found
    return len(dev_losses), found


def patience_of_5_6_4(dev_losses, patience):
    return right_6_4(dev_losses, min(patience, 5))


class EqualToAll:
    """What is equal to anything, so that a comparison alone would take it for right."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter((1, 1))


def equal_to_all_6_4(dev_losses, patience):
    return EqualToAll()


def equal_parts_6_4(dev_losses, patience):
    return EqualToAll(), EqualToAll()


def plan_6_6(lengths, batch_size, seed, times):
    rng, plan = random.Random(seed), []
    for t in times:
        rows = [row for row, n in enumerate(lengths) if n > t]
        rng.shuffle(rows)
        plan += [(rows[at : at + batch_size], t) for at in range(0, len(rows), batch_size)]
    rng.shuffle(plan)
    return plan


def fixed_times_6_6(stop):
    return lambda lengths, batch_size, seed: plan_6_6(lengths, batch_size, seed, range(1, stop))


def small_batches_6_6(lengths, batch_size, seed):
    return plan_6_6(lengths, min(batch_size, 16), seed, range(1, max(lengths)))


def batches_of_64_6_6(lengths, batch_size, seed):
    return plan_6_6(lengths, min(batch_size, 64), seed, range(1, max(lengths)))


def first_captions_6_6(lengths, batch_size, seed):
    return plan_6_6(lengths[:64], batch_size, seed, range(1, max(lengths)))


def small_whole_numbers_6_6(lengths, batch_size, seed):
    plan = plan_6_6(lengths, batch_size, seed, range(1, max(lengths)))
    return [(np.array(rows, dtype=np.int8), t) for rows, t in plan]


CASES = {
    "6.1": {
        "wrong": [
            ((900, 1_800_000, 3600), "<end>. is missing"),
            ((1100, 2_200_000, 4400), "never predicted"),
            ((1000, 4_000_000, 4000), "float64"),
            ((1000, 500_000, 4000), "not the bytes"),
            ((1000, 2_000_000, 1000), "not one byte"),
            ((1000, 2_000_000, 8000), "int64"),
            ((1000, 4000, 2_000_000), "another order"),
            ((1000, 2000, 4000), "one label"),
            ((1000, 2000, 4), "or they are kilobytes"),
            ((1000, 2_000_000, 4), "or they are kilobytes"),
            ((100, 200_000, 400), "each word of a caption is an example, and `<end>` is one more"),
            ((None, None, None), "still `None`"),
            ((1000, 2, 4), "megabytes"),
            ((1000, 1_800_000, 3600), "as many labels"),
            ((1001, 2_000_000, 4000), "number of examples: `1001` is too large"),
            ((1000, 1_999_999, 4000), "one-hot: `1999999` is too small"),
            ((1000, 2_000_000), "number of them here is 2"),
            (1000, "three numbers"),
            ((1000, "2 MB", 4000), "number is wanted"),
            ((1000, float("nan"), 4000), "not a finite number"),
        ],
        "right": [
            (1000, 2_000_000, 4000),
            [1000, 1000 * 500 * 4, 1000 * 4],
            (np.int32(1000), 2e6, np.array(4000)),
            np.array([1000, 2_000_000, 4000], dtype=np.float32),
            (Decimal(1000), Fraction(2_000_000), np.array([4000])),
        ],
    },
    "6.2": {
        "wrong": [
            ("rises", "is a dict"),
            ({"question": "Does the rate matter here?"}, "key 'settings' is missing"),
            ({**BATCHES_6_2, "question": "rate"}, "Write the question as a sentence"),
            ({**BATCHES_6_2, "settings": [(0.03, 16), (0.03, 64)]}, "fewer than 3|not among"),
            (experiment_6_2([(0.03, 16), (0.03, 32), (0.03, 128)], "rises"), "control is missing"),
            (made_up_6_2([(0.03, 2), (0.03, 64), (0.03, 128)]), "a whole number of 4 to 1024"),
            (made_up_6_2([(0, 64), (0.03, 64), (1, 64)]), "a rate of 0.00001 to 10"),
            (made_up_6_2([0.01, 0.03, 0.1]), "such as"),
            (made_up_6_2([(0.03, 16.5), (0.03, 64), (0.03, 128)]), "cannot be tried"),
            (made_up_6_2([(0.03, 16), (0.03, 64), (0.3, 128)]), "two things vary at once"),
            (made_up_6_2([(0.03, 16), (0.03, 64), (0.03, 256)]), "Measured again with seed 0"),
            (
                {**BATCHES_6_2, "results": {**BATCHES_6_2["results"], (0.03, 256): [4.0]}},
                "needs 3",
            ),
            ({**BATCHES_6_2, "conclusion": "falls"}, "That says 'rises'"),
            ({**BATCHES_6_2, "conclusion": "no clear effect"}, "That says 'rises'"),
            (experiment_6_2([(0.001, 64), (0.03, 64), (0.05, 64)], "rises"), "That says 'falls'"),
        ],
        "right": [
            BATCHES_6_2,
            experiment_6_2([(0.001, 64), (0.03, 64), (0.05, 64)], "falls"),
            experiment_6_2([(1, 64), (0.03, 64), (0.01, 64)], "rises"),  # in any order
            experiment_6_2([(0.03, 64), (0.0301, 64), (0.0302, 64)], "no clear effect"),
        ],
    },
    "6.3": {
        "wrong": [
            (means_again_6_3, "mean of batch means"),
            (by_batches_6_3, "number of batches"),
            (no_sizes_6_3, "before you add up"),
            (middle_6_3, "leaves examples out"),
            (trimmed_6_3, "lowest and the highest"),
            (full_ones_6_3, "smaller batches are left out"),
            (not_alone_6_3, "of one example are left out"),
            (total_6_3, "that is the sum"),
            (rounded_6_3, "rounded"),
            (inverse_6_3, "small batches count most"),
            (perplexity_6_3, "perplexity"),
            (last_6_3, "last batch"),
            (each_6_3, "shape is|was expected"),
            (without_zeros_6_3, "loss of 0 are left out"),
            (to_128_6_3, r"512, 100, 300\]\)` gives .* was expected"),
        ],
        "right": [
            right_6_3,
            right_too_6_3,
            right_arrays_6_3,
            right_repeated_6_3,
            right_running_6_3,
            right_product_6_3,
        ],
    },
    "6.4": {
        "wrong": [
            (from_zero_6_4, "from 0"),
            (swapped_6_4, "swapped"),
            (future_6_4, "into the future"),
            (argmin_6_4, "into the future"),
            (last_one_6_4, "with the epoch before|was expected"),
            (late_6_4, "one epoch too late"),
            (early_6_4, "one epoch too early"),
            (beyond_6_4, "past the end"),
            (never_6_4, "never stops"),
            (the_loss_6_4, "number of its epoch"),
            (best_twice_6_4, "came back twice"),
            (one_number_6_4, "was expected"),
            (small_limit_6_4, "was expected"),
            (least_step_6_4, "small steps do not count.*however little"),
            (close_6_4, "small steps do not count.*however little"),
            (two_digits_6_4, "lower by however little"),
            (large_limit_6_4, r"gives `\(\d+, 1\)`, and `\(\d+, \d+\)` was expected"),
            (ties_6_4, r"equal loss is no new best.*\[3.0, 2.0, 2.0, 2.0, 2.0\], 2"),
            (previous_6_4, "with the epoch before"),
            (no_reset_6_4, "never reset"),
            (not_best_6_4, r"\[3, 0, 1, 0.5, 2\], 3\)` gives .*`\(5, 2\)` was expected"),
            (best_or_inf_6_4, r"\[3, 0, 1, 0.5, 2\], 3\)` gives .*`\(5, 2\)` was expected"),
            (best_of_0_6_4, r"\[3, 0, 1, 0.5, 2\], 3\)` gives .*`\(5, 2\)` was expected"),
            (patience_of_5_6_4, "was expected"),
            (equal_to_all_6_4, "is wanted, and this is of type `EqualToAll`"),
            (equal_parts_6_4, "number is wanted, and this is of type `EqualToAll`"),
        ],
        "right": [in_float32_6_4, right_6_4, right_too_6_4, right_backwards_6_4, right_array_6_4],
    },
    "6.5": {
        "wrong": [
            (sorted_6_5, "order of the files"),
            (no_seed_6_5, "same seed gave another"),
            (twice_6_5, "in both lists"),
            (one_seed_6_5, "seed changes nothing"),
            (swapped_6_5, "swapped"),
            (in_place_6_5, "in place"),
            (set_6_5, "set or a hash"),
            (set_of_texts_6_5, "set or a hash"),
            (hash_6_5, "set or a hash"),
            (hash_of_text_6_5, "set or a hash"),
            (process_6_5, "set or a hash"),
            (steps_6_5, "regular steps"),
            (turned_6_5, "one block"),
            (few_seeds_6_5, "47 seeds gave only 5 splits; 0 and 5 give the same"),
            (not_for_0_6_5, "with seed 0 nothing is shuffled"),
            (or_42_6_5, "0 and 42 give the same"),
            (to_1000_6_5, "1000 and 1001 give the same"),
            (one_swap_6_5, r"most images have not moved far: of the 20 that are held out, 19"),
            (cache_6_5, "keeps something from one call to the next"),
            (neighbours_6_5, "most images have not moved far"),
            (turned_fours_6_5, "neighbours of the file"),
            (in_fives_6_5, "always go together"),
            (one_kind_6_5, "only one kind"),
            (few_swaps_6_5, "not shuffled enough"),
            (all_in_train_6_5, "train still has every image"),
            (choices_6_5, "in both lists|got lost|comes twice"),
            (sizes_6_5, "sizes are wrong"),
            (places_6_5, "names of the images"),
            (sets_6_5, "list"),
            (one_list_6_5, "two lists"),
            (first_hundred_6_5, "long list is not shuffled as a whole"),
            (not_of_two_6_5, "list of two is not shuffled"),
            (small_letters_6_5, "a name that was not there before"),
        ],
        "right": [
            right_6_5,
            right_too_6_5,
            right_sample_6_5,
            right_in_global_6_5,
            right_array_6_5,
            right_difference_6_5,
            right_by_digest_6_5,
        ],
    },
    "6.6": {
        "wrong": [
            (no_next_6_6, "nothing after it"),
            (at_least_6_6, "`>`, not `>=`"),
            (empty_6_6, "empty prefix"),
            (dropped_6_6, "last, smaller batch"),
            (in_order_6_6, "in a row"),
            (lengths_shuffled_6_6, "in a row"),
            (rows_in_order_6_6, "rows are in order"),
            (neighbours_6_6, "rows have not moved far"),
            (turned_rows_6_6, "rows are in order"),
            (sorted_again_6_6, "within each batch"),
            (late_rows_6_6, "before you cut"),
            (one_order_6_6, "in one order"),
            (one_each_6_6, "too many small"),
            (no_end_6_6, "to stop"),
            (even_6_6, "nearly one size"),
            (nothing_6_6, "plan is empty"),
            (from_two_6_6, "first example is missing"),
            (no_longest_6_6, "largest t is missing"),
            (all_rows_6_6, "made of padding"),
            (captions_6_6, "one example for each caption"),
            (one_batch_6_6, "not cut"),
            (one_more_6_6, "batch is too large"),
            (twice_6_6, "comes twice"),
            (rows_from_1_6_6, "counted from 1"),
            (masks_6_6, "flatnonzero"),
            (columns_6_6, "with one axis"),
            (exchanged_6_6, "exchanged"),
            (no_t_6_6, "is a pair"),
            (with_empty_6_6, "batch is empty"),
            (no_seed_6_6, "does not decide"),
            (one_seed_6_6, "seed changes nothing"),
            (few_seeds_6_6, "share a plan: 0 and 2 give the same"),
            (cache_6_6, "keeps something from one call to the next"),
            (in_tens_6_6, "share a plan: 0 and 10"),
            (or_42_6_6, "share a plan: 0 and 42"),
            (to_1000_6_6, "share a plan: 1000 and 4096"),
            (rows_not_for_0_6_6, "with seed 0 the rows of a length are not shuffled"),
            (small_last_6_6, "the last, smaller batches come late"),
            (first_words_last_6_6, "the batches of t = 1 come late"),
            (pairs_6_6, "a batch mixes several t: one of yours"),
            (a_t_each_6_6, "a batch mixes several t: one of yours"),
            (first_t_6_6, "a batch mixes several t: the examples of all"),
            *((fixed_times_6_6(n), "examples are missing") for n in (13, 15, 20, 25, 30, 38, 40)),
            (small_batches_6_6, "too many small batches: the fewest possible number"),
            (batches_of_64_6_6, "too many small batches: the fewest possible number"),
            (first_captions_6_6, "examples are missing"),
            (small_whole_numbers_6_6, "does not exist|OverflowError"),
        ],
        "right": [
            right_6_6,
            right_too_6_6,
            right_split_6_6,
            right_pairs_6_6,
            right_one_order_6_6,
        ],
    },
}
