"""Rules on the words: how the captioner reads prefixes, and what it makes of the next word."""

from __future__ import annotations

from utils.diagnosis.evidence import PADDING, Evidence
from utils.diagnosis.subject import LEFT
from utils.diagnosis.suspicion import FITS, PROVED, Suspicion

FEW_EPOCHS = 3  # a training that was shorter is no training that is stuck
DEAF = 0.01  # nats between prefixes below which the network does not read them


def not_finite(found: Evidence) -> Suspicion | None:
    """Weights or answers that are not numbers."""
    if found.not_finite:
        count = len(found.not_finite)
        return Suspicion(
            "not_finite", PROVED, f"{count} weights hold NaN, the first {found.not_finite[0]}"
        )
    if not found.answers_finite:
        return Suspicion("not_finite", PROVED, "its probabilities are not numbers")
    return None


def features_not_finite(found: Evidence) -> Suspicion | None:
    """A file of features with NaN."""
    if found.features is None or found.features.finite == 1:
        return None
    share = 1 - found.features.finite
    return Suspicion("features_not_finite", PROVED, f"{share:.2%} of the numbers are not finite")


def vocabulary(found: Evidence) -> Suspicion | None:
    """Right frequencies at wrong numbers."""
    if found.mended:
        return Suspicion("vocabulary", PROVED, found.mended)
    in_order, in_any_order = found.likeness
    loss = f"loss {found.loss:.2f}, where knowing nothing gives {found.nothing_known:.2f}"
    wrong = found.accuracy < found.commonest and found.said_words > 4
    sure_and_wrong = wrong and found.loss > found.nothing_known + 1
    if found.loss < found.word_loss or not wrong or in_any_order < 0.7:
        return None  # it knows something, or says the same whatever comes before
    if in_any_order - in_order < (0.1 if sure_and_wrong else 0.25):
        return None
    if found.misled():
        return None
    return Suspicion(
        "vocabulary",
        FITS,
        f"{loss}; the frequencies of its words overlap with the true ones by {in_order:.0%}, and "
        f"by {in_any_order:.0%} if words are paired by rank",
    )


def padding(found: Evidence) -> Suspicion | None:
    """A way of padding that fits much better than the one that is used."""
    if found.way == found.usual_way or found.loss > found.word_loss:
        return None
    lower = found.fits_better[PADDING][found.way][0]
    key = "left_padding" if found.way == LEFT else "seen_padding"
    return Suspicion(
        key, PROVED, f"with {found.way} the loss is {lower:.2f} lower than with {found.usual_way}"
    )


def labels_shifted(found: Evidence) -> Suspicion | None:
    """A network that predicts the word before or after the one that comes."""
    nearest = min(found.repeated_loss, found.skipped_loss)
    if not nearest < min(found.loss - 1.0, found.word_loss):
        return None
    which = "the last word that it was given" if nearest == found.repeated_loss else "one too far"
    return Suspicion(
        "labels_shifted",
        PROVED,
        f"it predicts {which}: loss {nearest:.2f} against {found.loss:.2f} for the next word",
    )


def too_flat(found: Evidence) -> Suspicion | None:
    """Probabilities that rank words well and are nearly equal all the same."""
    temperature, lower = found.temperature
    sees = found.accuracy > found.commonest + 0.05
    if not sees or temperature > 0.5 or lower < 0.5:
        return None
    return Suspicion(
        "too_flat",
        PROVED,
        f"its likeliest word is right in {found.accuracy:.0%}, and yet no probability is above "
        f"{found.highest:.3f}; sharpened ({temperature}), its loss is {lower:.2f} lower",
    )


def untrained(found: Evidence) -> Suspicion | None:
    """A loss of ln V with nothing behind it."""
    knows = found.accuracy > found.commonest + 0.05
    if knows or found.misled() or abs(found.loss - found.nothing_known) > 0.4:
        return None
    if found.loss < found.word_loss + 0.3:
        return None
    return Suspicion(
        "untrained",
        FITS,
        f"loss {found.loss:.2f}, and ln({found.words:,}) = {found.nothing_known:.2f} is that of a "
        f"network that knows nothing; its likeliest word is right in {found.accuracy:.0%}",
    )


def stuck(found: Evidence) -> Suspicion | None:
    """The loss of word frequencies, and nothing learnt of what follows what.

    A model that was trained too short a time gives the same numbers. So either its training must
    have noted that more epochs did not help, or it must answer the same whatever comes before.
    """
    if found.loss < 0.9 * found.word_loss or found.loss > found.word_loss + 0.5:
        return None
    if found.misled() or found.accuracy > found.commonest + 0.1:
        return None
    deaf = found.prefix_effect < DEAF
    if not deaf and not _stood_still(found):
        return None
    still = f", and of its {found.epochs} epochs the best was number {found.best_epoch}"
    return Suspicion(
        "stuck",
        FITS,
        f"loss {found.loss:.2f}; knowing how frequent each word is gives {found.word_loss:.2f}, "
        f"knowing also what follows what {found.pair_loss:.2f}"
        + ("; it says the same whatever words come before" if deaf else still),
    )


def _stood_still(found: Evidence) -> bool:
    """Return whether the training noted that its last epochs brought nothing."""
    if found.epochs is None or found.best_epoch is None or found.epochs < FEW_EPOCHS:
        return False
    return found.best_epoch < found.epochs


def too_sharp(found: Evidence) -> Suspicion | None:
    """Probabilities that are far surer than they are right, on train too."""
    temperature, lower = found.temperature
    if temperature < 2 or lower < 0.3 or found.accuracy < 2 * found.commonest:
        return None
    if found.train_loss is None or found.loss - found.train_loss > 0.5 * lower:
        return None  # overfitting, which is too sure of other photos
    return Suspicion(
        "too_sharp",
        FITS,
        f"divided by {temperature}, its logits would have a loss that is {lower:.2f} lower",
    )


def unsteady(found: Evidence) -> Suspicion | None:
    """Two answers to one question."""
    if found.unsteady < 1e-2:
        return None
    return Suspicion(
        "unsteady",
        PROVED,
        f"asked the same twice, a log-probability differs by up to {found.unsteady:.2f}",
    )


def looks_ahead(found: Evidence) -> Suspicion | None:
    """A network of all positions whose states know later words."""
    if found.looks_ahead is None or found.looks_ahead < 1e-2:
        return None
    return Suspicion(
        "looks_ahead",
        PROVED,
        f"another word later on changes the prediction of the second word by up to "
        f"{found.looks_ahead:.2f} nats",
    )


def no_end(found: Evidence) -> Suspicion | None:
    """Ends that come as a surprise every time."""
    if found.loss_at_ends < max(2.5 * found.loss, found.loss + 2) or found.ended > 0.5:
        return None
    return Suspicion(
        "no_end",
        PROVED,
        f"{1 - found.ended:.0%} of its captions never end; where a caption ends, the loss is "
        f"{found.loss_at_ends:.2f}, over all words {found.loss:.2f}",
    )


def diverged(found: Evidence) -> Suspicion | None:
    """A network that is sure of the same few words whatever it is asked."""
    if found.loss < found.nothing_known + 0.4 or found.said_words > 4 or found.misled():
        return None
    return Suspicion(
        "diverged",
        FITS,
        f"loss {found.loss:.2f}, where knowing nothing gives {found.nothing_known:.2f}, and for "
        f"every prefix it holds one of {found.said_words} words for likeliest",
    )
