"""Rules on the photo: whether it helps, and what stands in its way where it does not."""

from __future__ import annotations

from utils.diagnosis.evidence import CONSTANT, ORDER, PIXELS, RIGHT_FEATURES, Evidence
from utils.diagnosis.probes import clearly
from utils.diagnosis.suspicion import FITS, POSSIBLE, PROVED, Suspicion

LEAST_GAIN = 0.05  # nats that the true photo gains over another, at least, where photos help
FITS_BETTER = 0.1  # nats that other features must gain before they are called the right ones
MEAN = "the mean over photos"
FEW_CAPTIONS = 0.15  # different captions a photo: below it, nearly all photos are given the same
NEAR_PAIRS = 0.5  # nats above the baseline of word pairs up to which sentences are known
MISLEADS = 1.0  # nats by which another photo moves a word where the photos are known well
LOOKS = 0.3  # nats by which another photo moves a word, at least, where the network looks at it


def helps(found: Evidence) -> bool:
    """Return whether the true photos lower the loss, on dev or on train."""
    on_train = found.train_gain is not None and clearly(found.train_gain, LEAST_GAIN)
    return on_train or clearly(found.photo_gain, LEAST_GAIN)


def may_help(found: Evidence) -> bool:
    """Return whether the true photos seem to lower the loss: too little to be sure of, no fault."""
    gains = [gained for gained in (found.train_gain, found.photo_gain) if gained is not None]
    return any(lower > max(LEAST_GAIN / 2, 2 * error) for lower, error in gains)


def knows_language(found: Evidence) -> bool:
    """Return whether it predicts words so well that photos should help by now."""
    return found.loss < found.pair_loss + 0.1


def best_of(found: Evidence, group: str) -> tuple[str, float]:
    """Return what fits best in a group, and by how much (nats) where that is clear, else 0."""
    ways = found.fits_better.get(group, {})
    if not ways:
        return "", 0.0
    best = max(ways, key=lambda way: ways[way][0])
    return best, ways[best][0] if clearly(ways[best], FITS_BETTER) else 0.0


def file_of_wrong_features(found: Evidence) -> Suspicion | None:
    """A file of features that are constant, wrongly scaled or in another order."""
    facts = found.features
    if facts is None or not facts.from_file:
        return None
    scale = max(facts.scales or {}, key=lambda name: facts.scales[name], default="")
    if scale and facts.scales[scale] >= 0.8:
        share = f"{facts.scales[scale]:.0%} of the rows are those of pixels that were {scale}"
        return Suspicion("wrong_scale", PROVED, share)
    if facts.spread <= 0.1 * (facts.right_spread or 1e-3):
        beside = f", {facts.right_spread:.3f} in right ones" if facts.right_spread else ""
        spread = f"their standard deviation over photos is {facts.spread:.4f}{beside}"
        return Suspicion("constant_file", PROVED, spread)
    if facts.constant_in and found.different_photos > 1:
        split = facts.constant_in[0]
        return Suspicion(
            "constant_file", PROVED, f"the rows of the {split} photos are all (nearly) the same"
        )
    order = max(facts.orders or {}, key=lambda name: facts.orders[name], default="")
    if order and facts.orders[order] >= 0.6 and facts.own < 0.5:
        share = f"{facts.orders[order]:.0%} of the rows are right as: {order}"
        return Suspicion("out_of_step", PROVED, share)
    if facts.own is not None and facts.own < 0.5 and facts.elsewhere >= 0.1:
        return Suspicion(
            "out_of_step",
            PROVED,
            f"{facts.own:.0%} of the rows are the features of their own photo, and "
            f"{facts.elsewhere:.0%} those of another photo of the sample",
        )
    return None


def photo_off(found: Evidence) -> Suspicion | None:
    """Photos that change nothing at all."""
    same = found.different_photos < 0.5 * found.dev_photos
    if found.photo_effect > 0.01 or same or found.dev_photos < 2:
        return None
    return Suspicion(
        "photo_off",
        FITS,
        f"another photo changes the log-probability of a word by {found.photo_effect:.4f} nats",
    )


def constant_features(found: Evidence) -> Suspicion | None:
    """Trained on one vector for all photos: its statistics say so, or that vector fits better."""
    facts = found.features
    if facts is not None and (facts.least_variances or 0) > 0.9:
        share = f"{facts.least_variances:.0%} of its standardisation layer's variances are 0"
        return Suspicion("constant_features", PROVED, share)
    vector, lower = best_of(found, CONSTANT)
    mean = found.fits_better.get(CONSTANT, {}).get(MEAN, (0.0, 0.0))[0]
    # Pixels that were scaled twice give nearly constant features too.
    if lower < max(mean, 0.0) + FITS_BETTER or lower < best_of(found, PIXELS)[1]:
        return None
    if helps(found):
        return None
    if found.loss - lower > found.word_loss:
        return None  # no words come of that either
    return Suspicion(
        "constant_features",
        FITS,
        f"with {vector} in place of the features the loss is {lower:.2f} lower",
    )


def perhaps_constant(found: Evidence) -> Suspicion | None:
    """The second likeliest where the side of the photo is dead: features that never changed."""
    if photo_off(found) is None:
        return None
    return Suspicion("constant_features", POSSIBLE, "training on one vector can end so")


def wrong_scale(found: Evidence) -> Suspicion | None:
    """Pixels on a wrong scale that fit better than those on the right one."""
    scale, lower = best_of(found, PIXELS)
    constant = max((one for one, _ in found.fits_better.get(CONSTANT, {}).values()), default=0.0)
    # Nearly right pixels fit better than a file that is wrong in another way: so do right ones.
    right = max((one for one, _ in found.fits_better.get(RIGHT_FEATURES, {}).values()), default=0.0)
    if lower < max(constant, right, 0.0) + FITS_BETTER or found.loss - lower > found.word_loss:
        return None
    return Suspicion(
        "wrong_scale",
        PROVED,
        f"with pixels that are {scale} the loss is {lower:.2f} lower than with right ones",
    )


def other_order(found: Evidence) -> Suspicion | None:
    """Another order of the rows that fits better."""
    ways = found.fits_better.get(ORDER, {})
    if not ways:
        return None
    best = max(ways, key=lambda way: ways[way][0])
    if not clearly(ways[best], 0.02) or found.loss > found.nothing_known + 2:
        return None
    where = "on dev " if helps(found) else ""
    return Suspicion(
        "out_of_step", PROVED, f"{where}the loss is {ways[best][0]:.2f} lower with features {best}"
    )


def dev_out_of_step(found: Evidence) -> Suspicion | None:
    """Photos that help on train and not on dev, where the loss was or should be much lower.

    A network that has memorised its training captions gives the same gap; its loss on dev is the
    one that its training noted, and that on test is as high.
    """
    if found.train_gain is None or not clearly(found.train_gain, LEAST_GAIN):
        return None
    (dev, dev_error), (train, train_error) = found.photo_gain, found.train_gain
    if dev > 2 * dev_error or dev + 2 * dev_error > train - 2 * train_error:
        return None
    if found.photo_effect <= 0.01 or found.different_photos < 0.5 * found.dev_photos:
        return None
    test, error = found.test_loss or (found.loss, 0.0)
    if found.loss - test < max(0.3, 6 * error) and as_recorded(found) is not False:
        return None
    text = f"the true photo lowers the loss by {train:.2f} on train and by {dev:.2f} on dev"
    beside = f" and {test:.2f} on test" if found.test_loss else ""
    noted = f"; its training noted {found.recorded_loss:.2f}" if as_recorded(found) is False else ""
    return Suspicion(
        "out_of_step", FITS, f"{text}, where the loss is {found.loss:.2f}{beside}{noted}"
    )


def as_recorded(found: Evidence) -> bool | None:
    """Return whether the loss on dev is what the training noted; None where it noted none."""
    if found.recorded_loss is None or found.trained_on not in (None, found.dataset):
        return None
    return found.loss < found.recorded_loss + max(0.3, 0.1 * found.recorded_loss)


def strange_file(found: Evidence) -> bool:
    """Return whether the rows of a file are not those that are computed here."""
    facts = found.features
    return facts is not None and facts.own is not None and facts.own < 0.5


def _sees_other_photos(found: Evidence) -> bool:
    """Return whether it is misled by what it sees, and yet knows sentences.

    Features that it does not know either spoil its sentences too or hardly move a word.
    """
    fit, sentences = features_fit(found), found.loss < found.pair_loss + NEAR_PAIRS
    return fit is None and sentences and found.photo_effect > MISLEADS


def features_fit(found: Evidence) -> bool | None:
    """Return whether its standardisation layer knows such features; None where it has none."""
    facts = found.features
    if facts is None or facts.mean_correlation is None:
        return None
    return facts.mean_correlation > 0.8 and 0.5 < facts.deviation_ratio < 2


def useless_photos(found: Evidence) -> Suspicion | None:
    """Photos that matter and do not help, though nothing shows in which order they would."""
    if may_help(found) or found.photo_effect <= 0.01:
        return None
    if found.different_photos < 0.5 * found.dev_photos:
        return None
    true = f"the loss is {found.loss:.2f} with the true photos and "
    text = f"{true}{found.loss + found.photo_gain[0]:.2f} with others"
    fit = features_fit(found)
    noted = f"; its training noted {found.recorded_loss:.2f}" if found.recorded_loss else ""
    if (
        as_recorded(found) is False
        and not strange_file(found)
        and (fit or _sees_other_photos(found))
    ):
        known = f"; knowing which word follows which gives {found.pair_loss:.2f}"
        return Suspicion("out_of_step", FITS, text + noted + known)
    if as_recorded(found) is False or (fit is False and not as_recorded(found)):
        return Suspicion("other_features", FITS, text + noted)
    if not knows_language(found) and found.photo_effect < 0.5:
        return None  # it is too early to say
    if found.distinct <= FEW_CAPTIONS * found.dev_photos or found.photo_effect < LOOKS:
        return Suspicion(
            "constant_features",
            FITS,
            f"{text}; {found.distinct} different captions for {found.dev_photos} photos, and "
            f"another photo changes the log-probability of a word by {found.photo_effect:.2f} only",
        )
    return Suspicion("out_of_step", FITS, f"{text}: it looks at them, and they do not help")


def second_likeliest(found: Evidence) -> Suspicion | None:
    """What would look the same where photos do not help."""
    first = useless_photos(found)
    if first is None or first.key == "other_features":
        return None
    if first.key == "constant_features":
        return Suspicion("out_of_step", POSSIBLE, "stopped early, that can look the same")
    if as_recorded(found):
        return None
    return Suspicion("other_features", POSSIBLE, "that would look the same")


def statistics(found: Evidence) -> Suspicion | None:
    """A standardisation layer that was never adapted, where photos do not help."""
    facts = found.features
    if facts is None or facts.deviation_ratio is None or may_help(found):
        return None
    if facts.mean_correlation > 0.5 and 0.5 < facts.deviation_ratio < 2:
        return None
    return Suspicion(
        "statistics",
        POSSIBLE,
        f"the correlation of its means with those of the features is "
        f"{facts.mean_correlation:.2f}, the ratio of the deviations {facts.deviation_ratio:.2f}",
    )
