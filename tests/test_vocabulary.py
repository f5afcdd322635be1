import json
import random

import pytest

from utils.vocabulary import END, MARKERS, PAD, START, UNKNOWN, Vocabulary

CAPTIONS = [["a", "dog", "runs"], ["a", "dog"], ["a", "chó"]]


def random_captions(seed, count=40):
    rng = random.Random(seed)
    words = [f"w{number}" for number in range(30)] + ["chó", "don't", "a"]
    return [rng.choices(words, k=rng.randrange(0, 12)) for _ in range(count)]


def test_the_markers_come_first_then_words_by_frequency_then_alphabet():
    vocabulary = Vocabulary.fit(CAPTIONS)
    assert vocabulary.words == [*MARKERS, "a", "dog", "chó", "runs"]
    assert [vocabulary.ids[marker] for marker in MARKERS] == [PAD, START, END, UNKNOWN]
    assert (PAD, START, END, UNKNOWN) == (0, 1, 2, 3)


@pytest.mark.parametrize("minimum, words", [(1, 4), (2, 2), (3, 1)])
def test_rare_words_are_left_out(minimum, words):
    assert len(Vocabulary.fit(CAPTIONS, minimum)) == len(MARKERS) + words


def test_the_order_of_the_captions_does_not_matter():
    captions = random_captions(0)
    shuffled = random.Random(1).sample(captions, len(captions))
    assert Vocabulary.fit(captions).words == Vocabulary.fit(shuffled).words


def test_encoding_puts_markers_around_and_unknown_in_place():
    vocabulary = Vocabulary.fit(CAPTIONS, 2)
    assert vocabulary.encode(["a", "cat", "dog"]) == [START, 4, UNKNOWN, 5, END]
    assert vocabulary.encode(["a", "cat"], markers=False) == [4, UNKNOWN]
    assert vocabulary.encode([]) == [START, END]


@pytest.mark.parametrize("seed", range(20))
def test_decoding_undoes_encoding(seed):
    captions = random_captions(seed)
    vocabulary = Vocabulary.fit(captions)
    for caption in captions:
        ids = vocabulary.encode(caption)
        assert vocabulary.decode(ids) == caption
        assert vocabulary.decode([*ids, PAD, PAD, 5]) == caption
        assert vocabulary.decode(vocabulary.encode(caption, markers=False)) == caption
        assert ids[0] == START and ids[-1] == END and PAD not in ids
        assert all(0 <= index < len(vocabulary) for index in ids)


@pytest.mark.parametrize("seed", range(5))
def test_words_below_the_minimum_come_back_as_unknown_and_nothing_else_changes(seed):
    captions = random_captions(seed)
    vocabulary = Vocabulary.fit(captions, 8)
    for caption in captions:
        expected = [word if word in vocabulary else "<unk>" for word in caption]
        assert vocabulary.decode(vocabulary.encode(caption)) == expected


def test_the_unknown_rate_counts_running_words():
    vocabulary = Vocabulary.fit(CAPTIONS, 2)
    assert vocabulary.unknown_rate(CAPTIONS) == pytest.approx(2 / 7)
    assert vocabulary.unknown_rate([]) == 0.0


def test_json_brings_the_same_vocabulary_back_and_the_hash_tells_another():
    vocabulary = Vocabulary.fit(CAPTIONS)
    text = vocabulary.to_json()
    back = Vocabulary.from_json(text)
    assert back.words == vocabulary.words and back.hash() == vocabulary.hash()
    assert "chó" in text and json.loads(text) == vocabulary.words
    swapped = [*vocabulary.words[:-2], vocabulary.words[-1], vocabulary.words[-2]]
    assert Vocabulary(swapped).hash() != vocabulary.hash()


@pytest.mark.parametrize(
    "words, sentence",
    [
        ([], "begins with <pad>"),
        (["a", *MARKERS], "begins with <pad>"),
        ([*MARKERS[:3], "a"], "begins with <pad>"),
        ([*MARKERS, "a", "b", "a"], "names a word twice"),
        ([*MARKERS, "<unk>"], "names a word twice"),
    ],
)
def test_a_list_that_is_no_vocabulary_is_refused(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        Vocabulary(words)


@pytest.mark.parametrize("captions, minimum", [([], 1), ([[]], 1), (CAPTIONS, 4)])
def test_a_vocabulary_without_words_is_refused(captions, minimum):
    with pytest.raises(ValueError, match=f"No word occurs {minimum} times"):
        Vocabulary.fit(captions, minimum)


def test_it_answers_in_and_len_and_shows_itself():
    vocabulary = Vocabulary.fit(CAPTIONS)
    assert "dog" in vocabulary and "cat" not in vocabulary and len(vocabulary) == 8
    assert repr(vocabulary) == "Vocabulary(8 words: a, dog, chó, runs, ...)"
