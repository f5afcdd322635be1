"""Answers to the exercises of chapter 7: plausible mistakes and right ones."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

from utils.bleu import bleu_scores
from utils.decoding import greedy as found_by_the_course
from utils.vocabulary import END, START


def in_one_call_7_2(ask, image, true_ids, longest=30):
    prefixes = [true_ids[:place] for place in range(1, len(true_ids))]
    guesses = [int(ask([image], [prefix]).argmax()) for prefix in prefixes][:longest]
    return guesses[: guesses.index(END)] if END in guesses else guesses


def first_word_7_2(ask, image, true_ids, longest=30):
    ids = list(true_ids[:2])
    while ids[-1] != END and len(ids) <= longest:
        ids.append(int(ask([image], [ids])[0].argmax()))
    return [i for i in ids if i not in (START, END)]


def after_the_end_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        ids.append(int(ask([image], [ids])[0].argmax()))
    return [i for i in ids if i not in (START, END)]


def true_length_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(1, min(len(true_ids), longest + 1)):
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def with_marker_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while ids[-1] != END and len(ids) <= longest:
        ids.append(int(ask([image], [ids])[0].argmax()))
    return ids[1:]


def end_at_longest_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while ids[-1] != END and len(ids) <= longest:
        ids.append(int(ask([image], [ids])[0].argmax()))
    return ids[1:-1] if len(ids) <= longest else ids[1:]


def ten_words_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        next_id = int(ask([image], [ids[-10:]])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def fifty_words_7_2(ask, image, true_ids, longest=30):
    return right_7_2(ask, image, true_ids, min(longest, 50))


def endless_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while True:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            return ids[1:]
        ids.append(next_id)


def foreign_photo_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while len(ids) <= longest:
        next_id = int(ask([0], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def early_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while len(ids) < longest:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def with_start_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while len(ids) <= longest:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids


def constant_7_2(ask, image, true_ids, longest=30):
    return [4, 5, 6, 7]


def false_start_7_2(ask, image, true_ids, longest=30):
    ids = [0]
    while len(ids) <= longest:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def stuck_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while len(ids) <= longest:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
    return ids[1:]


def cut_afterwards_7_2(ask, image, true_ids, longest=30):
    ids, word = [START], None
    while word != END:
        word = int(ask([image], [ids])[0].argmax())
        ids.append(word)
    return [i for i in ids if i not in (START, END)][:longest]


def flat_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while len(ids) <= longest:
        word = int(ask([image], ids)[0].argmax())
        if word == END:
            break
        ids.append(word)
    return ids[1:]


def kept_7_2(ask, image, true_ids, longest=30, ids=[START]):  # noqa: B006
    while len(ids) <= longest:
        word = int(ask([image], [ids])[0].argmax())
        if word == END:
            break
        ids.append(word)
    return ids[1:]


def kept_result_7_2(ask, image, true_ids, longest=30, caption=[]):  # noqa: B006
    ids = [START]
    for _ in range(longest):
        word = int(ask([image], [ids])[0].argmax())
        if word == END:
            break
        ids.append(word)
        caption.append(word)
    return caption


def generator_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        word = int(ask([image], [ids])[0].argmax())
        if word == END:
            break
        ids.append(word)
        yield word


def last_word_lost_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        ids.append(int(ask([image], [ids])[0].argmax()))
        if ids[-1] == END:
            break
    return ids[1:-1]


def drawn_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        p = np.exp(ask([image], [ids])[0].astype(float))
        word = int(np.random.default_rng().choice(len(p), p=p / p.sum()))
        if word == END:
            break
        ids.append(word)
    return ids[1:]


def right_words_from_4_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        ids.append(int(ask([image], [ids])[0].argmax()))
        if ids[-1] == END:
            break
    return [i for i in ids if i > 3]


def right_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def library_7_2(ask, image, true_ids, longest=30):
    return found_by_the_course(ask, [image], longest)[0]


def right_array_7_2(ask, image, true_ids, longest=30):
    ids = np.array([[START]])
    while ids.shape[1] <= longest:
        log_probs = ask(np.array([image]), ids)
        best = log_probs[0].argmax()
        if best == END:
            break
        ids = np.append(ids, [[best]], axis=1)
    return ids[0, 1:]


def right_markers_out_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        if ids[-1] != END:
            ids.append(np.argmax(ask([image], [tuple(ids)])[0]))
    return tuple(word for word in ids if word not in (START, END))


def right_forbidden_7_2(ask, image, true_ids, longest=30):
    caption = []
    for _ in range(longest):
        row = np.array(ask(np.array([image]), np.array([[START, *caption]])), dtype=float)[0]
        row[[0, 1, 3]] = -np.inf
        word = max(range(len(row)), key=lambda place: row[place])
        if word == END:
            return caption
        caption.append(word)
    return caption


def _all_ids(ask, images, longest):
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    for _ in range(longest):
        next_ids = ask(images, prefixes).argmax(axis=1)
        if np.all(next_ids == END):
            break
        prefixes = np.concatenate([prefixes, next_ids[:, None]], axis=1)
    return prefixes[:, 1:].tolist()


def with_any_7_3(ask, images, longest=20):
    captions = [[] for _ in images]
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    for _ in range(longest):
        next_ids = ask(images, prefixes).argmax(axis=1)
        if END in next_ids:
            return captions
        for caption, word in zip(captions, next_ids, strict=True):
            caption.append(int(word))
        prefixes = np.column_stack([prefixes, next_ids])
    return captions


def with_all_7_3(ask, images, longest=20):
    return _all_ids(ask, images, longest)


def without_marker_7_3(ask, images, longest=20):
    return [[word for word in ids if word != END] for ids in _all_ids(ask, images, longest)]


def cut_later_7_3(ask, images, longest=20):
    return [ids[: ids.index(END)] if END in ids else ids for ids in _all_ids(ask, images, longest)]


def twice_7_3(ask, images, longest=20):
    captions = [[] for _ in images]
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    ended = np.zeros(len(images), dtype=bool)
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        ended = ended | (ask(images, prefixes).argmax(axis=1) == END)
        if ended.all():
            break
        for row in np.flatnonzero(~ended):
            captions[row].append(int(words[row]))
        prefixes = np.column_stack([prefixes, words])
    return captions


def forgets_7_3(ask, images, longest=20):
    captions = [[] for _ in images]
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        done = words == END
        if done.all():
            break
        for row in np.flatnonzero(~done):
            captions[row].append(int(words[row]))
        prefixes = np.column_stack([prefixes, words])
    return captions


def late_update_7_3(ask, images, longest=20):
    captions = [[] for _ in images]
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    done = np.zeros(len(images), dtype=bool)
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        for row in np.flatnonzero(~done):
            captions[row].append(int(words[row]))
        done |= words == END
        if done.all():
            break
        prefixes = np.column_stack([prefixes, words])
    return captions


def by_place_7_3(ask, images, longest=20):
    return right_7_3(ask, range(len(images)), longest)


def found_at_minus_one_7_3(ask, images, longest=20):
    rows = [" ".join(map(str, ids)) for ids in right_7_3(ask, images, longest)]
    ended = [len(ids) < longest for ids in right_7_3(ask, images, longest)]
    return [
        [int(word) for word in row.split()][: None if over else -1]
        for row, over in zip(rows, ended, strict=True)
    ]


def one_more_7_3(ask, images, longest=20):
    return [ids[:longest] for ids in right_7_3(ask, images, longest + 1)]


def early_7_3(ask, images, longest=20):
    return right_7_3(ask, images, longest - 1) if longest > 1 else [[] for _ in images]


def unbounded_7_3(ask, images, longest=20):
    rows, done = [[START] for _ in images], np.zeros(len(images), dtype=bool)
    while not done.all():
        words = ask(images, np.array(rows)).argmax(axis=1)
        done |= words == END
        for row, word in zip(rows, words, strict=True):
            row.append(END if END in row else int(word))
    return [row[1 : row.index(END)][:longest] for row in rows]


def unbounded_and_forgets_7_3(ask, images, longest=20):
    rows, done = [[START] for _ in images], np.zeros(len(images), dtype=bool)
    while not done.all():
        words = ask(images, np.array(rows)).argmax(axis=1)
        done = words == END
        for row, word in zip(rows, words, strict=True):
            row.append(int(word))
    return [row[1 : row.index(END)][:longest] for row in rows]


def counted_7_3(ask, images, longest=20):
    prefixes, ended = np.full((len(images), 1), START), 0
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        prefixes = np.concatenate([prefixes, words[:, None]], axis=1)
        ended += np.sum(words == END)
        if ended >= len(images):
            break
    return cut_at_end_7_3(prefixes)


def counted_exactly_7_3(ask, images, longest=20):
    prefixes, ended = np.full((len(images), 1), START), 0
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        prefixes = np.concatenate([prefixes, words[:, None]], axis=1)
        ended += np.sum(words == END)
        if ended == len(images):
            break
    return cut_at_end_7_3(prefixes)


def turned_round_7_3(ask, images, longest=20):
    prefixes, ended = np.full((len(images), 1), START), np.zeros(len(images), dtype=bool)
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        prefixes = np.concatenate([prefixes, words[:, None]], axis=1)
        ended ^= words == END
        if ended.all():
            break
    return cut_at_end_7_3(prefixes)


def eight_words_7_3(ask, images, longest=20):
    prefixes, ended = np.full((len(images), 1), START), np.zeros(len(images), dtype=bool)
    for _ in range(longest):
        words = ask(images, prefixes[:, -8:]).argmax(axis=1)
        prefixes = np.concatenate([prefixes, words[:, None]], axis=1)
        ended |= words == END
        if ended.all():
            break
    return cut_at_end_7_3(prefixes)


def cut_at_end_7_3(prefixes):
    rows = prefixes[:, 1:].tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def never_stops_7_3(ask, images, longest=20):
    rows = [[START] for _ in images]
    for _ in range(longest):
        for row, scores in zip(rows, ask(images, np.array(rows)), strict=True):
            row.append(int(scores.argmax()))
    return [row[1 : row.index(END)] if END in row else row[1:] for row in rows]


def late_stop_7_3(ask, images, longest=20):
    rows, done = [[START] for _ in images], np.zeros(len(images), dtype=bool)
    for _ in range(longest):
        words = ask(images, np.array(rows)).argmax(axis=1)
        if done.all():
            break
        done |= words == END
        for row, word in zip(rows, words, strict=True):
            row.append(int(word))
    return [row[1 : row.index(END)] if END in row else row[1:] for row in rows]


def right_7_3(ask, images, longest=20):
    prefixes = np.full((len(images), 1), START, dtype=np.int32)
    ended = np.zeros(len(images), dtype=bool)
    captions = [[] for _ in images]
    for _ in range(longest):
        words = ask(images, prefixes).argmax(axis=1)
        ended = ended | (words == END)
        if ended.all():
            break
        for caption, word, over in zip(captions, words, ended, strict=True):
            if not over:
                caption.append(int(word))
        prefixes = np.concatenate([prefixes, words[:, None]], axis=1)
    return captions


def right_active_7_3(ask, images, longest=20):
    prefixes = {row: [START] for row in range(len(images))}
    active = list(prefixes)
    while active and len(prefixes[active[0]]) <= longest:
        asked = np.array([prefixes[row] for row in active])
        words = ask(np.asarray(images)[active], asked).argmax(axis=1)
        for row, word in zip(list(active), words, strict=True):
            if word == END:
                active.remove(row)
            else:
                prefixes[row].append(int(word))
    return [prefixes[row][1:] for row in range(len(images))]


def library_7_3(ask, images, longest=20):
    return found_by_the_course(ask, images, longest)


def right_padded_7_3(ask, images, longest=20):
    ids = np.zeros((len(images), longest + 1), dtype=int)
    ids[:, 0] = START
    going = np.ones(len(images), dtype=bool)
    for step in range(longest):
        words = ask(images, ids[:, : step + 1]).argmax(axis=-1)
        going &= words != END
        if not going.any():
            break
        ids[:, step + 1] = np.where(going, words, 0)
    return tuple(row[1:][row[1:] > 0] for row in ids)


def right_cut_7_3(ask, images, longest=20):
    rows = [[START] for _ in range(len(images))]
    while len(rows[0]) <= longest:
        for row, scores in zip(rows, ask(list(images), rows), strict=True):
            row.append(END if END in row else int(np.argmax(scores)))
        if all(END in row for row in rows):
            break
    return [row[1 : row.index(END)] if END in row else row[1:] for row in rows]


def right_words_from_4_7_3(ask, images, longest=20):
    rows, done = np.full((len(images), 1), START), np.zeros(len(images), dtype=bool)
    while rows.shape[1] <= longest and not done.all():
        words = ask(images, rows).argmax(axis=1)
        done |= words == END
        rows = np.column_stack([rows, np.where(done, END, words)])
    return [[word for word in row if word > 3] for row in rows.tolist()]


def one_by_one_7_3(ask, images, longest=20):
    captions = []
    for image in images:
        ids = [START]
        while ids[-1] != END and len(ids) <= longest:
            ids.append(int(ask(np.array([image]), np.array([ids])).argmax()))
        captions.append([word for word in ids if word not in (START, END)])
    return captions


def raw_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros(len(probabilities))
    kept[order[before < share]] = probabilities[order[before < share]]
    return kept


def short_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    chosen = order[np.cumsum(probabilities[order]) <= share]
    kept = np.zeros(len(probabilities))
    kept[chosen] = probabilities[chosen] / probabilities[chosen].sum()
    return kept


def sorted_7_4(probabilities, share):
    ordered = np.sort(probabilities)[::-1]
    kept = np.where(np.cumsum(ordered) - ordered < share, ordered, 0)
    return kept / kept.sum()


def empty_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    count = int(np.searchsorted(np.cumsum(probabilities[order]), share)) + (share > 0.4)
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / max(kept.sum(), 1e-9)


def past_a_tie_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    count = np.searchsorted(np.cumsum(probabilities[order]), share, side="right") + 1
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def top_k_7_4(probabilities, share):
    kept = np.zeros(len(probabilities))
    best = np.argsort(-probabilities)[:3]
    kept[best] = probabilities[best]
    return kept / kept.sum()


def top_1_7_4(probabilities, share):
    return np.eye(len(probabilities))[np.argmax(probabilities)]


def single_7_4(probabilities, share):
    kept = np.where(probabilities >= share * probabilities.max(), probabilities, 0)
    return kept / kept.sum()


def whole_tie_7_4(probabilities, share):
    ordered = np.sort(probabilities)[::-1]
    last = ordered[np.searchsorted(np.cumsum(ordered), share - 1e-6)]
    kept = np.where(probabilities >= last, probabilities, 0)
    return kept / kept.sum()


def uniform_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros(len(probabilities))
    kept[order[before < share]] = 1
    return kept / kept.sum()


def unsorted_7_4(probabilities, share):
    before = np.cumsum(probabilities) - probabilities
    kept = np.where(before < share, probabilities, 0)
    return kept / kept.sum()


def share_of_words_7_4(probabilities, share):
    count = max(1, round(share * len(probabilities)))
    kept = np.zeros(len(probabilities))
    best = np.argsort(-probabilities)[:count]
    kept[best] = probabilities[best]
    return kept / kept.sum()


def chosen_only_7_4(probabilities, share):
    ordered = np.sort(probabilities)[::-1]
    count = int((np.cumsum(ordered) - ordered < share).sum())
    return ordered[:count] / ordered[:count].sum()


def nothing_7_4(probabilities, share):
    kept = probabilities[probabilities > share]
    kept = kept / kept.sum()


def uncut_7_4(probabilities, share):
    return probabilities / probabilities.sum()


def nan_outside_7_4(probabilities, share):
    kept = np.full(len(probabilities), np.nan)
    right = right_7_4(probabilities, share)
    kept[right > 0] = right[right > 0]
    return kept


def tiny_outside_7_4(probabilities, share):
    right = right_7_4(probabilities, share)
    return np.where(right > 0, right, 1e-10)


def small_outside_7_4(probabilities, share):
    right = right_7_4(probabilities, share)
    return np.where(right > 0, right, 1e-6)


def whole_numbers_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    chosen = order[before < share]
    kept = np.zeros(len(order), dtype=int)
    kept[chosen] = probabilities[chosen] / probabilities[chosen].sum()
    return kept


def whole_and_divided_7_4(probabilities, share):
    kept = np.zeros(len(probabilities), dtype=int)
    right = right_7_4(probabilities, share)
    kept[right > 0] = probabilities[right > 0]
    with np.errstate(all="ignore"):
        return kept / kept.sum()


def first_that_reaches_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    count = np.argmax(np.cumsum(probabilities[order]) >= share) + 1
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def rounded_7_4(probabilities, share):
    return np.round(right_7_4(probabilities, share), 2)


def right_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros(len(probabilities))
    kept[order[before < share]] = probabilities[order[before < share]]
    return kept / kept.sum()


def right_loop_7_4(probabilities, share):
    kept, total = np.zeros(len(probabilities)), 0.0
    for place in sorted(range(len(probabilities)), key=lambda n: -probabilities[n]):
        if total >= share:
            break
        kept[place] = probabilities[place]
        total += probabilities[place]
    return kept / total


def right_searched_7_4(probabilities, share):
    order = np.argsort(probabilities)[::-1]
    count = np.searchsorted(np.cumsum(probabilities[order]), share) + 1
    kept = np.zeros_like(probabilities)
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def right_counted_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    count = np.sum(np.cumsum(probabilities[order]) < share) + 1
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def right_list_7_4(probabilities, share):
    left = {place: float(value) for place, value in enumerate(probabilities)}
    chosen = {}
    for _ in probabilities:
        if sum(chosen.values()) < share:
            best = max(left, key=left.get)
            chosen[best] = left.pop(best)
    return [chosen.get(place, 0.0) / sum(chosen.values()) for place in range(len(probabilities))]


def right_mask_7_4(probabilities, share):
    rank = np.argsort(np.argsort(-probabilities, kind="stable"))
    ahead = np.array([probabilities[rank < place].sum() for place in rank])
    kept = probabilities * (ahead < share)
    return (kept / kept.sum()).astype(np.float32)


def turned_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=1))[:, 3] for rows in (first, second)]
    return scores[0] - scores[1]


def bleu_1_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=1))[:, 0] for rows in (first, second)]
    return scores[1] - scores[0]


def single_7_6(first, second, drawn):
    differences = bleu_scores(second)[:, 3] - bleu_scores(first)[:, 3]
    return differences[drawn].mean(axis=1)


def undrawn_7_6(first, second, drawn):
    difference = bleu_scores(second.sum(axis=0)[None]) - bleu_scores(first.sum(axis=0)[None])
    return np.full(len(drawn), difference[0, 3])


def sign_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=1))[:, 3] for rows in (first, second)]
    return np.abs(scores[1] - scores[0])


def one_system_7_6(first, second, drawn):
    return bleu_scores(second[drawn].sum(axis=1))[:, 3]


def all_orders_7_6(first, second, drawn):
    return bleu_scores(second[drawn].sum(axis=1)) - bleu_scores(first[drawn].sum(axis=1))


def wrong_axis_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=0))[:, 3] for rows in (first, second)]
    return scores[1] - scores[0]


def average_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=1))[:, 3] for rows in (first, second)]
    return float((scores[1] - scores[0]).mean())


def second_only_7_6(first, second, drawn):
    whole = bleu_scores(first.sum(axis=0)[None])[0, 3]
    return bleu_scores(second[drawn].sum(axis=1))[:, 3] - whole


def small_integers_7_6(first, second, drawn):
    sums = [rows[drawn].sum(axis=1, dtype=np.int8) for rows in (first, second)]
    with np.errstate(all="ignore"):
        return bleu_scores(sums[1])[:, 3] - bleu_scores(sums[0])[:, 3]


def rounded_7_6(first, second, drawn):
    return np.round(right_7_6(first, second, drawn), 1)


def finely_rounded_7_6(first, second, drawn):
    return np.round(right_7_6(first, second, drawn), 4)


def column_7_6(first, second, drawn):
    return right_7_6(first, second, drawn)[:, None]


def right_7_6(first, second, drawn):
    scores = [bleu_scores(rows[drawn].sum(axis=1))[:, 3] for rows in (first, second)]
    return scores[1] - scores[0]


def right_loop_7_6(first, second, drawn):
    found = []
    for photos in drawn:
        sums = np.stack([second[photos].sum(axis=0), first[photos].sum(axis=0)])
        scores = bleu_scores(sums)[:, -1]
        found.append(scores[0] - scores[1])
    return np.array(found)


def right_by_weights_7_6(first, second, drawn):
    images = np.arange(len(first))
    weights = (drawn[:, :, None] == images).sum(axis=1)
    ours, theirs = bleu_scores(weights @ second), bleu_scores(weights @ first)
    return (ours - theirs)[:, 3].tolist()


def right_both_at_once_7_6(first, second, drawn):
    both = np.stack([first, second])[:, drawn].sum(axis=2)
    scores = bleu_scores(both.reshape(-1, 10))[:, 3].reshape(2, -1)
    return tuple(np.diff(scores, axis=0)[0])


def right_taken_7_6(first, second, drawn):
    sums = {}
    for name, rows in (("second", second), ("first", first)):
        sums[name] = np.einsum("sic->sc", np.take(rows, drawn, axis=0))
    return np.subtract(*(bleu_scores(total)[:, -1] for total in sums.values()))


# Measured by `caption_score`, seeds 0, 1 and 2.
TEMPERATURE_BLEU = {0.2: [44.54, 48.92, 42.97], 1.0: [24.96, 19.81, 25.34], 2.5: [0.0, 0.0, 0.0]}
TEMPERATURE_WORDS = {0.2: [8.68, 9.8, 9.53], 1.0: [10.25, 11.43, 11.12], 2.5: [13.4, 13.4, 11.8]}
WIDTH_BLEU = {1: [49.02, 46.86, 46.01], 3: [44.19, 42.35, 45.0], 8: [41.27, 40.27, 44.06]}
WIDTH_TRUTH = {1: [88.06, 87.04, 87.96], 2: [86.43, 86.73, 86.96], 8: [88.52, 87.85, 90.87]}
PENALTY_WORDS = {0: [7.92, 8.72, 8.68], 1.0: [10.3, 11.15, 11.05], 2: [10.78, 11.45, 11.35]}


def experiment_7_7(vary, measured, results, conclusion):
    return {
        "question": f"What does the {vary} do to {measured}?",
        "vary": vary,
        "measured": measured,
        "settings": list(results),
        "results": results,
        "conclusion": conclusion,
    }


def of_temperature_7_7(**changes):
    return experiment_7_7("temperature", "BLEU-4", TEMPERATURE_BLEU, "falls") | changes


def without_7_7(key):
    return {name: value for name, value in of_temperature_7_7().items() if name != key}


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def turned_7_8(photos, train, dev):
    return 1 - right_7_8(photos, train, dev)


def in_percent_7_8(photos, train, dev):
    return 100 * right_7_8(photos, train, dev)


def count_7_8(photos, train, dev):
    mine, theirs = (1 - (unit(rows) @ unit(train).T).max(axis=1) for rows in (photos, dev))
    return (theirs > mine[:, None]).sum(axis=1)


def mean_7_8(photos, train, dev):
    mine, theirs = (1 - (unit(rows) @ unit(train).T).mean(axis=1) for rows in (photos, dev))
    return (theirs > mine[:, None]).mean(axis=1)


def farthest_7_8(photos, train, dev):
    mine, theirs = (1 - (unit(rows) @ unit(train).T).min(axis=1) for rows in (photos, dev))
    return (theirs > mine[:, None]).mean(axis=1)


def product_7_8(photos, train, dev):
    mine, theirs = ((rows @ train.T).max(axis=1) for rows in (photos, dev))
    return (theirs < mine[:, None]).mean(axis=1)


def one_length_7_8(photos, train, dev):
    mine, theirs = (1 - (unit(rows) @ train.T).max(axis=1) for rows in (photos, dev))
    return (theirs > mine[:, None]).mean(axis=1)


def whole_length_7_8(photos, train, dev):
    def small(rows):
        return rows / np.linalg.norm(rows)

    mine, theirs = ((small(rows) @ small(train).T).max(axis=1) for rows in (photos, dev))
    return (theirs < mine[:, None]).mean(axis=1)


def straight_7_8(photos, train, dev):
    def distances(rows):
        return np.linalg.norm(rows[:, None] - train[None], axis=2).min(axis=1)

    return (distances(dev) > distances(photos)[:, None]).mean(axis=1)


def exchanged_7_8(photos, train, dev):
    return right_7_8(photos, dev, train)


def itself_7_8(photos, train, dev):
    mine = (unit(photos) @ unit(train).T).max(axis=1)
    theirs = (unit(dev) @ unit(dev).T).max(axis=1)
    return (theirs < mine[:, None]).mean(axis=1)


def one_number_7_8(photos, train, dev):
    return float(right_7_8(photos, train, dev).mean())


def rounded_7_8(photos, train, dev):
    return np.round(right_7_8(photos, train, dev), 1)


def distance_7_8(photos, train, dev):
    return 1 - (unit(photos) @ unit(train).T).max(axis=1)


def right_7_8(photos, train, dev):
    mine, theirs = (1 - (unit(rows) @ unit(train).T).max(axis=1) for rows in (photos, dev))
    return (theirs > mine[:, None]).mean(axis=1)


def right_loop_7_8(photos, train, dev):
    def distance(photo):
        lengths = np.linalg.norm(train, axis=1) * np.linalg.norm(photo)
        return min(1 - train @ photo / lengths)

    usual = [distance(photo) for photo in dev]
    found = []
    for photo in photos:
        mine = distance(photo)
        found.append(sum(one > mine for one in usual) / len(usual))
    return found


def right_sorted_7_8(photos, train, dev):
    known = unit(train)
    usual = np.sort((unit(dev) @ known.T).max(axis=1))
    return np.searchsorted(usual, (unit(photos) @ known.T).max(axis=1)) / len(usual)


def right_straight_7_8(photos, train, dev):
    # At length 1 the straight distance has the order of the cosine.
    mine, theirs = (
        np.linalg.norm(unit(rows)[:, None] - unit(train), axis=-1).min(axis=-1)
        for rows in (photos, dev)
    )
    return np.mean(theirs[None, :] > mine[:, None], axis=1)


def right_einsum_7_8(photos, train, dev):
    both = unit(np.concatenate([photos, dev]))
    nearest = np.einsum("nd,md->nm", both, unit(train)).max(axis=1)
    mine, theirs = nearest[: len(photos)], nearest[len(photos) :]
    return tuple(np.count_nonzero(theirs < one) / len(dev) for one in mine)


def drawn_with_a_seed_7_2(ask, image, true_ids, longest=30):
    ids, rng = [START], np.random.default_rng(0)
    for _ in range(longest):
        chances = np.exp(ask([image], [ids])[0])
        next_id = int(rng.choice(len(chances), p=chances / chances.sum()))
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def first_word_unseen_7_2(ask, image, true_ids, longest=30):
    ids = [START, int(ask([image], [[START]])[0].argmax())]
    while len(ids) <= longest:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def end_forbidden_first_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        scores = ask([image], [ids])[0].copy()
        if len(ids) < 2:
            scores[END] = -1e9
        next_id = int(scores.argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def right_for_else_7_2(ask, image, true_ids, longest=30):
    ids = (START,)
    for _ in range(longest):
        ids += (int(np.argmax(ask([image], [ids]))),)
        if ids[-1] == END:
            return list(ids[1:-1])
    return list(ids[1:])


def first_word_unseen_7_3(ask, images, longest=20):
    prefixes = np.full((len(images), 1), START)
    first = ask(images, prefixes).argmax(axis=1)
    captions, done = [[int(word)] for word in first], np.zeros(len(images), bool)
    prefixes = np.concatenate([prefixes, first[:, None]], axis=1)
    for _ in range(longest - 1):
        next_ids = ask(images, prefixes).argmax(axis=1)
        done |= next_ids == END
        if done.all():
            break
        for row in np.flatnonzero(~done):
            captions[row].append(int(next_ids[row]))
        prefixes = np.concatenate([prefixes, next_ids[:, None]], axis=1)
    return captions


def no_end_at_0_7_3(ask, images, longest=20):
    prefixes, done = np.full((len(images), 1), START), np.zeros(len(images), bool)
    for _ in range(longest):
        next_ids = ask(images, prefixes).argmax(axis=1)
        done |= next_ids == END
        prefixes = np.concatenate([prefixes, next_ids[:, None]], axis=1)
        if done.all():
            break
    lengths = [(int((row == END).argmax()), row) for row in prefixes[:, 1:]]
    return [(row[:length] if length else row).tolist() for length, row in lengths]


def among_twelve_7_4(probabilities, share):
    order = np.argsort(-probabilities)[:12]
    count = int((np.cumsum(probabilities[order]) < share).sum()) + 1
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def ten_at_most_7_4(probabilities, share):
    order = np.argsort(-probabilities)
    count = min(int((np.cumsum(probabilities[order]) < share).sum()) + 1, 10)
    kept = np.zeros(len(probabilities))
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()


def best_from_0_7_8(photos, train, dev):
    def distance(row):
        best = 0
        for other in train:
            best = max(best, row @ other / np.linalg.norm(row) / np.linalg.norm(other))
        return 1 - best

    usual = np.array([distance(row) for row in dev])
    return np.array([(usual > distance(row)).mean() for row in photos])


def without_signs_7_8(photos, train, dev):
    near, usual = (np.abs(cosines_7_8(rows, train)).max(axis=1) for rows in (photos, dev))
    return (usual < near[:, None]).mean(axis=1)


def rounded_cosines_7_8(photos, train, dev):
    near, usual = (cosines_7_8(rows, train).max(axis=1).round(3) for rows in (photos, dev))
    return (usual < near[:, None]).mean(axis=1)


def cosines_7_8(rows, others):
    rows, others = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (rows, others))
    return rows @ others.T


CASES = {
    "7.1": {
        "wrong": [
            (["two dogs", "two dogs", "two dogs"], "looked ahead"),
            (["a dog", "two dogs", "two dogs"], "kept three"),
            (["a dog", "a dog", "two dogs"], "looked like greedy"),
            (["a dog", "the dog", "the dog"], "dropped a branch"),
            (["a cat", "the dog", "two dogs"], "best word, twice"),
            (["a dog", "the cat", "two dogs"], "multiply along"),
            ([["a", "dog"], ["the", "dog"], ["two", "dogs"]], "one string of two words"),
            (["a dog <end>", "the dog <end>", "two dogs <end>"], "without markers"),
            (["two dogs", "the dog", "a dog"], "reverse order"),
            (["a dog", "the dog", "a dog"], "dropped a branch"),
            (["a dog", "the dog", "two cats"], "width 3 is not 'two cats'"),
            (["a dog"], "Three captions are wanted; the number of captions here is 1"),
            ("a dog", "your answer: a list of three captions is wanted"),
            ([1, 2, 3], "one string of two words"),
        ],
        "right": [
            ["a dog", "the dog", "two dogs"],
            ("A dog", "the  dog", "two dogs "),
            np.array(["a dog", "the dog", "two dogs"]),
            [np.str_("a dog"), "the dog", "Two Dogs"],
            ["a dog.", "the dog.", "two dogs."],
        ],
    },
    "7.2": {
        "wrong": [
            (library_7_2, "without `greedy`"),
            (in_one_call_7_2, "true words are still fed"),
            (first_word_7_2, "true words are still fed"),
            (after_the_end_7_2, "after the end"),
            (true_length_7_2, "as long as the true caption"),
            (with_marker_7_2, "marker is in the caption"),
            (endless_7_2, "`longest` words at most"),
            (foreign_photo_7_2, "another photo"),
            (early_7_2, "one word early"),
            (with_start_7_2, "<start> is no word"),
            (constant_7_2, "was not asked"),
            (false_start_7_2, "false start"),
            (stuck_7_2, "loop never ends"),
            (cut_afterwards_7_2, "does not stop the loop"),
            (flat_7_2, "not iterable"),
            (kept_7_2, "kept from the call before"),
            (kept_result_7_2, "kept from the call before"),
            (generator_7_2, "a list is wanted.*generator"),
            (last_word_lost_7_2, "lost the last word.*cut at `longest`"),
            (drawn_7_2, "another caption comes each time"),
            (drawn_with_a_seed_7_2, "not the most probable.*draw none"),
            (first_word_unseen_7_2, r"first word is <end>.*should be `\[\]`.*may be the end"),
            (end_forbidden_first_7_2, r"first word is <end>.*should be `\[\]`"),
            (end_at_longest_7_2, "a marker is in the caption: where <end> comes in the last"),
            (ten_words_7_2, "prefix without its beginning"),
            (fifty_words_7_2, "99.` gives .* was expected"),
        ],
        "right": [
            right_7_2,
            right_array_7_2,
            right_markers_out_7_2,
            right_forbidden_7_2,
            right_words_from_4_7_2,
            right_for_else_7_2,
        ],
    },
    "7.3": {
        "wrong": [
            (library_7_3, "without `greedy`"),
            (with_any_7_3, "stopped with the first"),
            (with_all_7_3, "marker is in the caption"),
            (without_marker_7_3, "words after the end"),
            (cut_later_7_3, "does not remember who has ended"),
            (never_stops_7_3, "never stops early"),
            (one_more_7_3, "one question too many.*needs `longest`"),
            (late_stop_7_3, "one question too many.*once more"),
            (early_7_3, "stopped one word early"),
            (unbounded_7_3, "does not stop the loop"),
            (unbounded_and_forgets_7_3, "does not remember.*does not stop it"),
            (one_by_one_7_3, "all photos in one call"),
            (twice_7_3, "asked too often"),
            (forgets_7_3, "words after the end"),
            (late_update_7_3, "marker is in the caption"),
            (by_place_7_3, "other photos"),
            (found_at_minus_one_7_3, "lost the last word"),
            (first_word_unseen_7_3, "first word is <end> for the photo in row 1"),
            (no_end_at_0_7_3, "first word is <end> for the photo in row 1"),
            (counted_7_3, "counted each <end>, and not the photos"),
            (counted_exactly_7_3, "counted each <end>, and not the photos"),
            (turned_round_7_3, "asked too often|was expected"),
            (eight_words_7_3, "was expected|Seen with"),
        ],
        "right": [
            right_7_3,
            right_active_7_3,
            right_padded_7_3,
            right_cut_7_3,
            right_words_from_4_7_3,
        ],
    },
    "7.4": {
        "wrong": [
            (raw_7_4, "sum to 1"),
            (short_7_4, "one word short"),
            (sorted_7_4, "sorted order"),
            (empty_7_4, "nothing was left"),
            (past_a_tie_7_4, "one word too many"),
            (top_k_7_4, "number of words is fixed: 3 words stay"),
            (top_1_7_4, "number of words is fixed: 1 word stays"),
            (single_7_4, "compared single probabilities"),
            (whole_tie_7_4, "kept every word of a tie"),
            (uniform_7_4, "got the same"),
            (unsorted_7_4, "order of the words"),
            (share_of_words_7_4, "share of the words"),
            (chosen_only_7_4, "shape"),
            (uncut_7_4, "nothing was cut"),
            (nothing_7_4, "`None` came back"),
            (nan_outside_7_4, "NaN stands outside the set"),
            (tiny_outside_7_4, "outside the set 0 is wanted, and `1e-10`"),
            (small_outside_7_4, "outside the set 0 is wanted, and `1e-06`"),
            (whole_numbers_7_4, "whole numbers came"),
            (whole_and_divided_7_4, "cut to whole numbers"),
            (first_that_reaches_7_4, "a share of 1 keeps one word"),
            (rounded_7_4, "are rounded"),
            (among_twelve_7_4, "too few words are kept: 12, and the smallest set has"),
            (ten_at_most_7_4, "too few words are kept: 10, and the smallest set has"),
        ],
        "right": [
            right_7_4,
            right_loop_7_4,
            right_searched_7_4,
            right_list_7_4,
            right_mask_7_4,
            right_counted_7_4,
        ],
    },
    "7.5": {
        "wrong": [
            ((45.0, "a"), "multiplied by 0.9"),
            ((55.56, "a"), "divided by 0.9"),
            ((53.59, "a"), "wrong way round"),
            ((0.463, "a"), "not in percent"),
            ((50 ** (1 / 0.9), "a"), "between 0 and 1"),
            ((46, "a"), "one decimal"),
            ((50.0, "d"), "reported number.*divide by their sum"),
            ((45.0, "c"), "multiplied by 0.9.*does not depend"),
            ((46.3, "b"), "same 10%"),
            ((46.3, "d"), "divide by their sum"),
            ((46.2, "a"), "too small"),
            ((46.4, "a"), "too large"),
            ((46.1, "a"), "too small"),
            ((46.3, None), "still is the placeholder|Both are wanted"),
            ((None, "a"), "still is the placeholder|Both are wanted"),
            (("46.3", "a"), "a number is wanted"),
            ((float("nan"), "a"), "not a finite number"),
        ],
        "right": [
            (46.3, "a"),
            (100 * math.exp(math.log(0.5) / 0.9), "A"),
            (np.float32(46.29), " a "),
            (np.array(46.3), "(a)"),
            (46.294, "a."),
            (Decimal("46.3"), "a"),
            (Fraction(463, 10), "a"),
            (np.array([46.3]), "a"),
        ],
    },
    "7.6": {
        "wrong": [
            (turned_7_6, "turned round"),
            (bleu_1_7_6, "BLEU-1 instead"),
            (single_7_6, "single captions"),
            (undrawn_7_6, "not drawn"),
            (sign_7_6, "lost the sign"),
            (one_system_7_6, "one system only"),
            (all_orders_7_6, "all four scores"),
            (wrong_axis_7_6, "samples and photos are exchanged"),
            (average_7_6, "one number for all samples"),
            (second_only_7_6, "only `second` was drawn"),
            (small_integers_7_6, "overflow|not a finite number"),
            (rounded_7_6, "are rounded"),
            (finely_rounded_7_6, "are rounded"),
            (column_7_6, "shape"),
        ],
        "right": [
            right_7_6,
            right_loop_7_6,
            right_by_weights_7_6,
            right_both_at_once_7_6,
            right_taken_7_6,
        ],
    },
    "7.7": {
        "wrong": [
            ("temperature", "an experiment is a dict"),
            (without_7_7("conclusion"), "'conclusion' is missing"),
            (without_7_7("vary"), "'vary' is missing: an experiment has question, vary, measured"),
            (without_7_7("measured"), "'measured' is missing: an experiment has question, vary"),
            (of_temperature_7_7(vary="width"), "`vary` is one of 'temperature'"),
            (of_temperature_7_7(measured="CIDEr-D"), "`measured` is one of 'BLEU-4'"),
            (of_temperature_7_7(question="Why?"), "a friend would understand"),
            (of_temperature_7_7(settings=[0.2, 1.0, 9]), "9 cannot be tried.*from 0.1 to 3"),
            (of_temperature_7_7(settings=[0.2, 1.0]), "which is not among the|fewer than 3"),
            (of_temperature_7_7(settings=[0.2, 1.0, 2.5, 2.5]), "twice"),
            (
                of_temperature_7_7(
                    settings=[0.2, 0.5, 2.5],
                    results={0.2: [43.0] * 3, 0.5: [35.0] * 3, 2.5: [2.0] * 3},
                ),
                "the control is missing: 1.0",
            ),
            (
                of_temperature_7_7(results={0.2: [44.5], 1.0: [25.0], 2.5: [0.0]}),
                "has 1 result and needs 3",
            ),
            (
                of_temperature_7_7(results=TEMPERATURE_BLEU | {1.0: [36.0, 24.0, 22.5]}),
                "measured again with seed 0",
            ),
            (of_temperature_7_7(conclusion="rises"), "that says 'falls'"),
            (of_temperature_7_7(conclusion="it gets worse"), "`conclusion` is one of"),
            (
                experiment_7_7("beam width", "truth", WIDTH_TRUTH, "rises"),
                "that says 'no clear effect'",
            ),
            (
                experiment_7_7("beam width", "BLEU-4", WIDTH_BLEU, "falls")
                | {"settings": [1, 2.5, 8]},
                "2.5 cannot be tried.*whole number",
            ),
        ],
        "right": [
            of_temperature_7_7(),
            experiment_7_7("temperature", "words", TEMPERATURE_WORDS, "rises"),
            experiment_7_7("beam width", "BLEU-4", WIDTH_BLEU, "falls"),
            experiment_7_7("beam width", "truth", WIDTH_TRUTH, "No clear effect"),
            experiment_7_7("length penalty", "words", PENALTY_WORDS, "rises"),
            of_temperature_7_7(
                settings=np.array([2.5, 1.0, 0.2]),
                results={key: np.array(row) for key, row in TEMPERATURE_BLEU.items()},
            ),
        ],
    },
    "7.8": {
        "wrong": [
            (turned_7_8, "turned round"),
            (in_percent_7_8, "in percent"),
            (count_7_8, "a number of photos"),
            (mean_7_8, "mean of all training photos"),
            (farthest_7_8, "farthest training photo"),
            (product_7_8, "plain product"),
            (one_length_7_8, "plain product|only one of the two lists"),
            (whole_length_7_8, "length of the whole array"),
            (straight_7_8, "straight distance"),
            (exchanged_7_8, "are exchanged"),
            (itself_7_8, "photos compared with themselves"),
            (one_number_7_8, "one number for all"),
            (rounded_7_8, "are rounded"),
            (distance_7_8, "was expected"),
            (best_from_0_7_8, "cosines below 0 are taken for 0"),
            (without_signs_7_8, "signs of the cosines are lost"),
            (rounded_cosines_7_8, "cosines are rounded"),
        ],
        "right": [
            right_7_8,
            right_loop_7_8,
            right_sorted_7_8,
            right_straight_7_8,
            right_einsum_7_8,
        ],
    },
}
