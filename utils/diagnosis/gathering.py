"""Gathering the evidence: a captioner is asked about a sample of a dataset.

What takes long is asked only where the photos do not help as they should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.baselines import constant_caption, shuffled_baseline
from utils.bleu import bleu
from utils.dataset import Dataset
from utils.decoding import MAX_LENGTH, NextWord, captions_of, greedy
from utils.diagnosis import probes
from utils.diagnosis.evidence import CONSTANT, ORDER, PADDING, PIXELS, RIGHT_FEATURES, Evidence
from utils.diagnosis.features_seen import Rows
from utils.diagnosis.probes import Probe, ask_captions, gain
from utils.diagnosis.sample import (
    MARKER_WORDS,
    Part,
    different_photos,
    marker_share,
    part_of,
    partners,
    photos_in_two_splits,
)
from utils.diagnosis.subject import Subject
from utils.sequences import CaptionSequences
from utils.vocabulary import Vocabulary

DEV_PHOTOS, TRAIN_PHOTOS, TEST_PHOTOS, FEW = 200, 100, 100, 30
AT_ONCE = 6  # features of the few photos that are asked with at once: maps are large
EACH = 2  # captions of a photo that the loss is measured on
BASELINE_PHOTOS = 2000  # training photos whose captions the baselines are counted on
FEWEST_TO_COUNT = 20  # training photos; the captions of fewer hardly show what follows what
CONSTANT_PHOTOS = 500  # those among whose captions the one for all is sought
LEAST_GAIN = 0.05  # nats by which the true photo should be better than another


@dataclass
class Asked:
    """A captioner, a dataset with its features, and the way in which it is asked (padding)."""

    subject: Subject
    dataset: Dataset
    rows: Rows
    way: str

    def encoded(self, part: Part) -> CaptionSequences:
        """Return captions of a part as numbers."""
        subject = self.subject
        return probes.encoded(part.tokens, subject.vocabulary, EACH, subject.drop_unknown)

    def next_word(self, features: np.ndarray) -> NextWord:
        """Return the function that is asked for the next word of photos."""
        return self.subject.asks[self.way](features)

    def probe(self, part: Part, features: np.ndarray | None = None) -> Probe:
        """Return the answers on a part, with its own features unless others are given."""
        features = self.rows.of(part.names) if features is None else features
        return ask_captions(self.next_word(features), self.encoded(part))

    def gains(
        self, part: Part, ways: dict[str, np.ndarray], true: Probe
    ) -> dict[str, tuple[float, float]]:
        """Return by how much each of several features fits a part better than those of `true`.

        Several are asked at once: a few rows take the network as long as many.
        """
        sequences, found, names = self.encoded(part), {}, list(ways)
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            matrix = np.concatenate([ways[name] for name in some])
            many = probes.repeated(sequences, len(some), len(part))
            probe = ask_captions(self.next_word(matrix), many)
            found |= zip(some, probes.gains(probe, true, len(part)), strict=True)
        return found


def gather(
    subject: Subject, dataset: Dataset, rows: Rows, twice_listed: Sequence[str] = ()
) -> Evidence:
    """Return the evidence. Raises what `extract_features` raises."""
    found = Evidence(
        dataset=dataset.name,
        trained_on=subject.trained_on,
        mended=subject.mended,
        not_finite=subject.not_finite,
        twice_listed=list(twice_listed),
        recorded_loss=_recorded(subject),
        epochs=subject.epochs,
        best_epoch=subject.recorded.get("epoch"),
        nothing_known=float(np.log(len(subject.vocabulary))),
        words=len(subject.vocabulary),
        usual_way=subject.usual,
    )
    dev, train = part_of(dataset, "dev", DEV_PHOTOS), part_of(dataset, "train", TRAIN_PHOTOS)
    _look_at_data(found, subject, dataset, dev)
    found.features = rows.facts(dev, train, subject.statistics)
    if found.not_finite or found.features.finite < 1:
        return found
    asked = Asked(subject, dataset, rows, subject.usual)
    once = _look_at_padding(found, asked, first(dev, FEW))
    true = asked.probe(dev)
    again = probes.of_first(true, FEW)
    found.answers_finite = bool(np.isfinite(true.log_p).all() and np.isfinite(true.share).all())
    if found.answers_finite:
        found.unsteady = float(np.abs(once.log_p - again.log_p).max())
        _look_at_losses(found, asked, dev, true)
        _look_at_splits(found, asked, train)
        _look_at_photo(found, asked, dev, true)
        if not probes.clearly(found.photo_gain, LEAST_GAIN):
            only_dev = found.train_gain and probes.clearly(found.train_gain, LEAST_GAIN)
            _look_at_orders(found, asked, dev if only_dev or not len(train) else train)
        _look_at_captions(found, asked, dev)
    return found


def _recorded(subject: Subject) -> float | None:
    """Return the dev loss that the training noted; None where it was one of rewards."""
    if subject.recorded.get("loss", 1.0) < 0:
        return None
    return subject.recorded.get("dev_loss")


def first(part: Part, count: int) -> Part:
    """Return the first photos of a part."""
    return Part(part.names[:count], part.tokens[:count])


def _look_at_data(found: Evidence, subject: Subject, dataset: Dataset, dev: Part) -> None:
    vocabulary = subject.vocabulary
    train = part_of(dataset, "train", BASELINE_PHOTOS)
    known = Vocabulary.fit(caption for image in train.tokens for caption in image)
    found.dev_photos = len(dev)
    found.split_sizes = {split: len(images) for split, images in dataset.splits.items()}
    found.unknown = probes.unknown_share(dev.tokens, vocabulary)
    found.train_unknown = probes.unknown_share(dev.tokens, known)
    found.vocabulary_shared = probes.shared_words(train.tokens, vocabulary)
    found.marker_words = [word for word in vocabulary.words if word in MARKER_WORDS]
    found.marker_note = next((note for note in dataset.notes if "markers of their own" in note), "")
    found.shared_photos = photos_in_two_splits(dataset)
    found.different_photos = different_photos([dataset.path(name) for name in dev.names])
    sequences = probes.encoded(dev.tokens, vocabulary, EACH, subject.drop_unknown)
    counts = probes.counted(train.tokens, vocabulary)
    found.word_loss, found.pair_loss = probes.simple_losses(counts, sequences)
    if len(train) >= FEWEST_TO_COUNT:
        found.mixed_pair_loss = probes.simple_losses(counts, probes.mixed(sequences))[1]


def _look_at_padding(found: Evidence, asked: Asked, few: Part) -> Probe:
    """Measure the loss in every way of padding; go on in the one that clearly fits best.

    Return the answers in that way.
    """
    usual, tried = asked.subject.usual, {}
    for way in asked.subject.asks:
        asked.way = way
        tried[way] = asked.probe(few)
    gains = {way: gain(probe, tried[usual]) for way, probe in tried.items() if way != usual}
    found.fits_better[PADDING] = gains
    best = max(gains, key=lambda way: np.nan_to_num(gains[way][0], nan=-1e9))
    asked.way = found.way = best if probes.clearly(gains[best], 0.1) else usual
    return tried[asked.way]


def _look_at_losses(found: Evidence, asked: Asked, dev: Part, probe: Probe) -> None:
    """Note the loss on dev and its parts, and ask in other ways. `probe`: the answers on dev."""
    found.loss, found.accuracy = probe.loss, probe.accuracy
    found.loss_at_ends = probe.loss_at_ends
    found.repeated_loss = float(-np.nanmean(probe.repeated))
    found.skipped_loss = float(-np.nanmean(probe.skipped))
    found.said_words = len(np.unique(probe.best))
    found.prefix_effect = probes.spread_in_photos(probe)
    found.highest = float(np.exp(probe.highest).max())
    found.commonest = float(np.bincount(probe.label).max() / len(probe.label))
    found.likeness = probes.likeness(probe)
    few = first(dev, FEW)
    next_word, sequences = asked.next_word(asked.rows.of(few.names)), asked.encoded(few)
    found.temperature = probes.best_temperature(next_word, sequences)
    if asked.subject.looks_ahead is not None:
        long = np.flatnonzero(sequences.lengths > 5)
        photos = asked.rows.of(few.names)[sequences.image_index[long]]
        width = int(sequences.lengths[long].min())
        found.looks_ahead = asked.subject.looks_ahead(photos, sequences.tokens[long, :width])


def _look_at_splits(found: Evidence, asked: Asked, train: Part) -> None:
    """Measure the loss on train and on test."""
    if len(train) > 1:
        features, sequences = asked.rows.of(train.names), asked.encoded(train)
        next_word = asked.next_word(features)
        probe = ask_captions(next_word, sequences)
        other = ask_captions(next_word, sequences, probes.other_photos(len(train)))
        found.train_loss, found.train_gain = probe.loss, gain(probe, other)
    test = part_of(asked.dataset, "test", TEST_PHOTOS)
    if len(test) > 1:
        probe = asked.probe(test)
        by_photo = np.bincount(probe.photo, -probe.log_p) / np.bincount(probe.photo)
        found.test_loss = (probe.loss, float(by_photo.std() / np.sqrt(len(by_photo))))


def _look_at_photo(found: Evidence, asked: Asked, dev: Part, true: Probe) -> None:
    """Ask with the true photos, with others, and with other numbers in place of the features."""
    features, sequences = asked.rows.of(dev.names), asked.encoded(dev)
    next_word = asked.next_word(features)
    other = ask_captions(next_word, sequences, probes.other_photos(len(dev)))
    found.photo_gain = gain(true, other)
    found.photo_effect = float(np.sqrt(np.square(true.log_p - other.log_p).mean()))
    few = first(dev, FEW)
    mine = features[: len(few)]
    true = probes.of_first(true, len(few))
    blank = {"zeros": np.zeros_like(mine), "ones": np.ones_like(mine)}
    blank["those of one photo"] = np.repeat(asked.rows.of(asked.dataset.images[:1]), len(few), 0)
    blank["the mean over photos"] = np.broadcast_to(features.mean(axis=0), mine.shape).copy()
    replaced = {CONSTANT: blank}
    if asked.rows.comparable:
        replaced[PIXELS] = asked.rows.wrong(few.names)
        if asked.rows.given is not None:
            replaced[RIGHT_FEATURES] = {"computed here": asked.rows.right(few.names)}
    for group, ways in replaced.items():
        found.fits_better[group] = asked.gains(few, ways, true)


def _look_at_orders(found: Evidence, asked: Asked, part: Part) -> None:
    """Ask with the photos that stand in the right row's place where the order is another one."""
    part = first(part, 2 * FEW)
    ways = partners(asked.dataset, part.names)
    rows = {way: asked.rows.of(others) for way, others in ways.items()}
    found.fits_better[ORDER] = asked.gains(part, rows, asked.probe(part))


def _look_at_captions(found: Evidence, asked: Asked, dev: Part) -> None:
    """Write captions by greedy search and score them beside their baselines."""
    next_word = asked.next_word(asked.rows.of(dev.names))
    written = greedy(next_word, range(len(dev)), MAX_LENGTH)
    captions = captions_of(written, asked.subject.vocabulary)
    found.ended = float(np.mean([len(ids) < MAX_LENGTH for ids in written]))
    found.distinct = len({tuple(caption) for caption in captions})
    found.written_markers = marker_share(captions)
    found.circling = probes.circling(captions)
    found.example = " ".join(captions[0][:15])
    frames = _without_frames(dev.tokens), _without_frames([captions])[0]
    score = bleu(*frames)
    found.bleu, found.length_ratio = score.scores, score.length_ratio
    train = _without_frames(part_of(asked.dataset, "train", CONSTANT_PHOTOS).tokens)
    if train:
        same = [constant_caption(train)] * len(dev)
        found.constant_bleu = bleu(frames[0], same).scores
    if len(dev) > 1:
        found.shuffled_bleu = shuffled_baseline(*frames).scores


def _without_frames(tokens: Sequence[Sequence[Sequence[str]]]) -> list[list[list[str]]]:
    """Return captions without words for markers, which BLEU refuses; none becomes empty."""
    from utils.bleu import FRAMES

    return [
        [[word for word in caption if word not in FRAMES] or ["-"] for caption in captions]
        for captions in tokens
    ]
