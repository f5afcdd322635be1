"""Answers to the exercises of chapter 7: plausible mistakes and right ones."""

import math

import numpy as np

from utils.bleu import bleu_scores
from utils.decoding import greedy
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


def endless_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    while True:
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            return ids[1:]
        ids.append(next_id)


def right_7_2(ask, image, true_ids, longest=30):
    ids = [START]
    for _ in range(longest):
        next_id = int(ask([image], [ids])[0].argmax())
        if next_id == END:
            break
        ids.append(next_id)
    return ids[1:]


def right_library_7_2(ask, image, true_ids, longest=30):
    return greedy(ask, [image], longest)[0]


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


def right_7_4(probabilities, share):
    kept = raw_7_4(probabilities, share)
    return kept / kept.sum()


def right_loop_7_4(probabilities, share):
    kept, total = np.zeros(len(probabilities)), 0.0
    for place in sorted(range(len(probabilities)), key=lambda n: -probabilities[n]):
        if total >= share:
            break
        kept[place] = probabilities[place]
        total += probabilities[place]
    return kept / total


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
        ],
        "right": [["a dog", "the dog", "two dogs"], ("A dog", "the  dog", "two dogs ")],
    },
    "7.2": {
        "wrong": [
            (in_one_call_7_2, "true words are still fed"),
            (first_word_7_2, "true words are still fed"),
            (after_the_end_7_2, "after the end"),
            (true_length_7_2, "as long as the true caption"),
            (with_marker_7_2, "marker is in the caption"),
            (endless_7_2, "three words at most"),
        ],
        "right": [right_7_2, right_library_7_2],
    },
    "7.3": {
        "wrong": [
            (with_any_7_3, "stopped with the first"),
            (with_all_7_3, "marker is in the caption"),
            (without_marker_7_3, "words after the end"),
            (cut_later_7_3, "never stops early"),
            (one_by_one_7_3, "all photos in one call"),
        ],
        "right": [right_7_3, right_active_7_3],
    },
    "7.4": {
        "wrong": [
            (raw_7_4, "sum to 1"),
            (short_7_4, "one word short"),
            (sorted_7_4, "sorted order"),
            (empty_7_4, "nothing was left"),
            (past_a_tie_7_4, "one word too many"),
        ],
        "right": [right_7_4, right_loop_7_4],
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
        ],
        "right": [(46.3, "a"), (100 * math.exp(math.log(0.5) / 0.9), "A")],
    },
    "7.6": {
        "wrong": [
            (turned_7_6, "turned round"),
            (bleu_1_7_6, "BLEU-1 instead"),
            (single_7_6, "single captions"),
            (undrawn_7_6, "not drawn"),
        ],
        "right": [right_7_6, right_loop_7_6],
    },
}
