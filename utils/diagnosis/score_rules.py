"""Rules on reported scores and on captions as they are written."""

from __future__ import annotations

from utils.diagnosis.evidence import Evidence
from utils.diagnosis.photo_rules import helps, knows_language
from utils.diagnosis.suspicion import FITS, POSSIBLE, PROVED, Suspicion

MEASURABLE = 5.0  # BLEU-1 below which nothing can be said of reported scores
TOO_SURE = 0.1  # nats that a higher temperature gains on dev, at least, after overfitting


def reported_scores(found: Evidence) -> Suspicion | None:
    """Scores on another scale than 0 to 100, or scores that the captions do not earn."""
    if not found.reported or found.bleu is None or found.bleu[0] < MEASURABLE:
        return None
    most, here = max(found.reported), found.bleu[0]
    beside = f"measured here: BLEU-1 {here:.1f} and BLEU-4 {found.bleu[3]:.1f}"
    if most == 0:
        return Suspicion("scores_zero", PROVED, f"all reported scores are 0; {beside}")
    text = f"the highest reported score is {most:.4g}; {beside}"
    if most <= 1:
        return Suspicion("fractions", PROVED, text)
    if most > 100:
        return Suspicion("percent_twice", PROVED, text)
    if most > 1.4 * here + 10:
        return Suspicion("scores_too_good", FITS, text)
    return None


def memorised(found: Evidence) -> Suspicion | None:
    """Train much better than dev, dev no better than without photos, and too sure of itself there.

    Few photos alone give such a gap long before the loss on dev rises; only one that has begun to
    rise comes of probabilities that are too sharp for new photos.
    """
    if found.train_loss is None or not helps(found):
        return None
    if found.loss < found.pair_loss or found.loss - found.train_loss < 1.2:
        return None
    temperature, lower = found.temperature
    if temperature <= 1 or lower < TOO_SURE:
        return None
    return Suspicion(
        "memorised",
        FITS,
        f"loss {found.train_loss:.2f} on train and {found.loss:.2f} on dev, where knowing which "
        f"word follows which gives {found.pair_loss:.2f}",
    )


def circles(found: Evidence) -> Suspicion | None:
    """Captions that say the same words again, of a model that knows what follows what.

    One that does not has not learnt enough yet, and no beam helps it.
    """
    if not knows_language(found) or found.circling < 0.25 or found.ended > 0.9:
        return None
    return Suspicion(
        "circles",
        POSSIBLE,
        f"{found.circling:.0%} of its captions say three words twice, and "
        f"{1 - found.ended:.0%} do not end",
    )
