"""The evidence: what is measured of a captioner on a dataset, as plain numbers.

`utils.diagnosis.gathering` gathers all of it before anything is judged; `utils.diagnosis.causes`
judges.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from utils.diagnosis.features_seen import FeatureFacts

NAN = float("nan")
# What may stand in place of the features; the names of groups in `fits_better`.
CONSTANT, PIXELS, RIGHT_FEATURES, ORDER = "constant numbers", "pixels", "features", "order"
PADDING = "padding"
FEATURE_GROUPS = (CONSTANT, PIXELS, RIGHT_FEATURES)


@dataclass
class Evidence:
    """Numbers on a captioner and a dataset. Losses in nats per word, shares from 0 to 1.

    `photo_gain`: by how much the loss on dev is lower with the true photos than with others, with
    its standard error; `train_gain` the same on train. `photo_effect`: how far another photo moves
    the log-probability of a word, whether for better or worse, root of the mean square.
    `prefix_effect`: how far the log-probability of the likeliest word differs between the prefixes
    of one photo, the standard deviation in nats.
    `mixed_pair_loss`: `pair_loss` of the dev captions with the words of each in a random order.
    `fits_better`: what would lower the loss, by how much (nats) and its standard error, in groups.
    """

    dev_photos: int = 0
    words: int = 0
    loss: float = NAN
    accuracy: float = NAN
    train_loss: float | None = None
    test_loss: tuple[float, float] | None = None
    recorded_loss: float | None = None
    nothing_known: float = NAN
    word_loss: float = NAN
    pair_loss: float = NAN
    mixed_pair_loss: float = NAN
    loss_at_ends: float = NAN
    repeated_loss: float = NAN
    skipped_loss: float = NAN
    highest: float = NAN
    said_words: int = 0
    prefix_effect: float = NAN
    epochs: int | None = None
    best_epoch: int | None = None
    commonest: float = NAN
    likeness: tuple[float, float] = (NAN, NAN)
    photo_gain: tuple[float, float] = (0.0, 0.0)
    train_gain: tuple[float, float] | None = None
    photo_effect: float = 0.0
    temperature: tuple[float, float] = (1.0, 0.0)
    fits_better: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
    way: str = ""
    usual_way: str = ""
    unsteady: float = 0.0
    looks_ahead: float | None = None
    unknown: float = 0.0
    vocabulary_shared: float = 1.0
    train_unknown: float = 0.0
    marker_words: list[str] = field(default_factory=list)
    marker_note: str = ""
    written_markers: float = 0.0
    shared_photos: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    split_sizes: dict[str, int] = field(default_factory=dict)
    twice_listed: list[str] = field(default_factory=list)
    different_photos: int = 0
    features: FeatureFacts | None = None
    bleu: tuple[float, ...] | None = None
    constant_bleu: tuple[float, ...] | None = None
    shuffled_bleu: tuple[float, ...] | None = None
    length_ratio: float | None = None
    distinct: int = 0
    ended: float = 1.0
    circling: float = 0.0
    example: str = ""
    not_finite: list[str] = field(default_factory=list)
    answers_finite: bool = True
    trained_on: str | None = None
    dataset: str = ""
    mended: str = ""
    reported: list[float] = field(default_factory=list)

    def best_other_features(self) -> float:
        """Return by how much other features would lower the loss at most, in nats."""
        groups = (self.fits_better.get(name, {}) for name in FEATURE_GROUPS)
        return max((lower for ways in groups for lower, _ in ways.values()), default=0.0)

    def misled(self) -> bool:
        """Return whether its words come out right with other features: they are not at fault."""
        return self.loss - self.best_other_features() < 0.9 * min(self.word_loss, self.loss)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them."""
        return asdict(self)
