import numpy as np
import pytest

from utils.sequences import (
    batches,
    encode_captions,
    length_batches,
    make_batch,
    pad_right,
    prefixes_of,
)
from utils.vocabulary import END, PAD, START, Vocabulary

TOKENS = [
    [["a", "dog", "runs"], ["dog"]],
    [["a", "cat", "sleeps", "on", "a", "sofa"], ["the", "cat"]],
    [["a", "man"]],
]


@pytest.fixture
def vocabulary():
    return Vocabulary.fit([caption for image in TOKENS for caption in image])


@pytest.fixture
def sequences(vocabulary):
    return encode_captions(TOKENS, vocabulary, np.array([7, 3, 5], np.int32))


def test_padding_is_on_the_right_and_int32():
    matrix = pad_right([[1, 5], [1, 5, 6, 2], [1]])
    assert matrix.dtype == np.int32
    assert matrix.tolist() == [[1, 5, 0, 0], [1, 5, 6, 2], [1, 0, 0, 0]]
    assert pad_right([[1]], length=3).tolist() == [[1, 0, 0]]


def test_nothing_is_cut_silently():
    with pytest.raises(ValueError, match="do not fit in 2"):
        pad_right([[1, 2, 3]], length=2)


def test_prefixes_of_a_caption():
    assert prefixes_of([1, 8, 9, 2]) == [([1], 8), ([1, 8], 9), ([1, 8, 9], 2)]


def test_captions_are_encoded_with_their_photos(sequences):
    assert sequences.image_index.tolist() == [7, 7, 3, 3, 5]
    assert sequences.lengths.tolist() == [5, 3, 8, 4, 4]
    assert sequences.tokens.shape == (5, 8)
    for row, length in zip(sequences.tokens, sequences.lengths, strict=True):
        assert row[0] == START
        assert row[length - 1] == END
        assert (row[:length] != PAD).all()  # contiguous: what cuDNN demands
        assert (row[length:] == PAD).all()


def test_captions_that_are_too_long_are_left_out_and_none_is_cut(vocabulary):
    rows = np.array([7, 3, 5], np.int32)
    kept = encode_captions(TOKENS, vocabulary, rows, longest=3)
    assert kept.image_index.tolist() == [7, 7, 3, 5]
    assert kept.lengths.tolist() == [5, 3, 4, 4]
    assert kept.tokens[np.arange(4), kept.lengths - 1].tolist() == [END] * 4
    everything = encode_captions(TOKENS, vocabulary, rows)
    assert len(encode_captions(TOKENS, vocabulary, rows, longest=6)) == len(everything)
    # A photo may lose all of its captions; the others keep their rows.
    assert encode_captions(TOKENS, vocabulary, rows, longest=1).image_index.tolist() == [7]
    with pytest.raises(ValueError, match="no captions of 0 words at most"):
        encode_captions(TOKENS, vocabulary, rows, longest=0)


def test_captions_may_come_one_image_at_a_time(vocabulary, sequences):
    images = ((caption for caption in image) for image in TOKENS)
    lazily = encode_captions(images, vocabulary, np.array([7, 3, 5], np.int32))
    for name in ("tokens", "lengths", "image_index"):
        found, wanted = getattr(lazily, name), getattr(sequences, name)
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, wanted)


def test_prefixes_are_counted(sequences):
    assert sequences.prefix_count == (3 + 1) + (1 + 1) + (6 + 1) + (2 + 1) + (2 + 1)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
def test_an_epoch_holds_every_prefix_once(sequences, batch_size):
    plan = length_batches(sequences, batch_size, seed=0)
    found = []
    for batch in batches(sequences, plan):
        assert 1 <= len(batch.labels) <= batch_size
        assert batch.prefixes.shape[1] >= 1
        assert (batch.prefixes != PAD).all()  # one length: never a padded or empty row
        assert (batch.labels != PAD).all()
        assert (batch.labels.dtype, batch.prefixes.dtype) == (np.int32, np.int32)
        rows = zip(batch.image_index, batch.prefixes, batch.labels, strict=True)
        found += [(int(image), tuple(prefix), int(label)) for image, prefix, label in rows]
    expected = []
    for ids, length, image in zip(
        sequences.tokens.tolist(), sequences.lengths, sequences.image_index, strict=True
    ):
        expected += [(int(image), tuple(p), label) for p, label in prefixes_of(ids[:length])]
    assert sorted(found) == sorted(expected)


def plan_as_lists(plan):
    return [(rows.tolist(), length) for rows, length in plan]


def test_the_order_depends_on_seed_and_epoch_alone(sequences):
    first = plan_as_lists(length_batches(sequences, 2, seed=1, epoch=0))
    assert first == plan_as_lists(length_batches(sequences, 2, seed=1, epoch=0))
    assert first != plan_as_lists(length_batches(sequences, 2, seed=1, epoch=1))
    assert first != plan_as_lists(length_batches(sequences, 2, seed=2, epoch=0))


def test_a_prefix_and_its_label_are_the_beginning_of_the_caption(sequences):
    rows = np.arange(len(sequences), dtype=np.int32)
    for length in (1, 2):
        batch = make_batch(sequences, rows, length)
        for row in rows:
            caption = sequences.tokens[row].tolist()
            assert batch.prefixes[row].tolist() == caption[:length]
            assert batch.labels[row] == caption[length]


def test_no_captions_are_refused(vocabulary):
    with pytest.raises(ValueError, match="no captions"):
        encode_captions([], vocabulary, np.zeros(0, np.int32))
    with pytest.raises(ValueError, match=r"shorter|longer"):
        encode_captions(TOKENS, vocabulary, np.zeros(2, np.int32))
