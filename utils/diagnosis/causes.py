"""Causes: what the evidence says, in order of how sure it is.

A rule calls for a reason that no healthy captioner gives: every limit has room between the two,
and `tests/diagnosis` holds both sides.
"""

from __future__ import annotations

from utils.diagnosis import data_rules, photo_rules, score_rules, word_rules
from utils.diagnosis.evidence import Evidence
from utils.diagnosis.suspicion import PROVED, Cause, Rule, Suspicion, told

# Each of these ends all questions.
FATAL: tuple[Rule, ...] = (word_rules.features_not_finite, word_rules.not_finite)
# In the order of what follows from what: of two that are equally sure, the first is told first.
RULES: tuple[Rule, ...] = (
    data_rules.photos_twice,
    data_rules.markers,
    data_rules.same_photos,
    photo_rules.file_of_wrong_features,
    word_rules.unsteady,
    word_rules.looks_ahead,
    word_rules.padding,
    word_rules.labels_shifted,
    word_rules.vocabulary,
    word_rules.too_flat,
    word_rules.no_end,
    word_rules.untrained,
    word_rules.diverged,
    data_rules.other_language,
    data_rules.other_dataset,
    data_rules.unknown_words,
    word_rules.stuck,
    photo_rules.constant_features,
    photo_rules.wrong_scale,
    photo_rules.other_order,
    photo_rules.photo_off,
    photo_rules.useless_photos,
    photo_rules.second_likeliest,
    photo_rules.perhaps_constant,
    photo_rules.statistics,
    word_rules.too_sharp,
    data_rules.dev_was_learnt,
    score_rules.reported_scores,
    score_rules.memorised,
    score_rules.circles,
)
# Where the words are not read rightly, nothing can be said of the photos.
HIDE_PHOTOS = {
    "unsteady",
    "labels_shifted",
    "vocabulary",
    "untrained",
    "diverged",
    "stuck",
    "other_language",
    "same_photos",
    "too_flat",
}
OF_PHOTOS = {"photo_off", "constant_features", "out_of_step", "other_features", "statistics"}
# What follows from a file of wrong features, and says nothing of the captioner itself.
OF_WRONG_FEATURES = OF_PHOTOS | {"wrong_scale", "too_sharp"}


def causes(found: Evidence) -> list[Cause]:
    """Return the causes, the likeliest first; none where nothing is wrong."""
    for rule in FATAL:
        if suspicion := rule(found):
            return [told(suspicion)]
    suspicions = [suspicion for rule in RULES if (suspicion := rule(found))]
    if file := photo_rules.file_of_wrong_features(found):
        suspicions = [one for one in suspicions if one == file or one.key not in OF_WRONG_FEATURES]
    ordered = sorted(suspicions, key=lambda one: -one.sure)
    return [told(one) for one in _explained(ordered)]


def _explained(suspicions: list[Suspicion]) -> list[Suspicion]:
    """Return the suspicions, each once, without those that others explain."""
    kept: dict[str, Suspicion] = {}
    hidden = any(one.key in HIDE_PHOTOS for one in suspicions)
    for one in suspicions:
        if hidden and one.key in OF_PHOTOS and one.sure < PROVED:
            continue
        kept.setdefault(one.key, one)
    return list(kept.values())
