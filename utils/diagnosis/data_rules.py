"""Rules on the data: leaks, markers, photos, words that the captioner does not know."""

from __future__ import annotations

from utils.diagnosis.evidence import Evidence
from utils.diagnosis.suspicion import FITS, PROVED, Suspicion

LEAK = 0.02  # share of a split's photos; Flickr8k itself has a few twins


def photos_twice(found: Evidence) -> Suspicion | None:
    """Photos of train in another split, by name or by content."""
    if found.twice_listed:
        return Suspicion(
            "photos_twice",
            PROVED,
            f"{len(found.twice_listed):,} photos stand in two lists, such as "
            f"{found.twice_listed[0]}: is it a split by caption?",
        )
    for split, pairs in found.shared_photos.items():
        share = len(pairs) / max(found.split_sizes[split], 1)
        if share >= LEAK and len(pairs) > 1:
            photo, other = pairs[0]
            return Suspicion(
                "photos_twice",
                PROVED,
                f"{share:.0%} of the {split} photos are training photos too: {photo} is {other}",
            )
    return None


def dev_was_learnt(found: Evidence) -> Suspicion | None:
    """Dev as good as train, and test much worse."""
    if found.test_loss is None or found.train_loss is None:
        return None
    test, error = found.test_loss
    gap = test - found.loss
    if gap < max(0.3, 6 * error) or found.loss - found.train_loss > gap / 3:
        return None
    return Suspicion(
        "dev_was_learnt",
        FITS,
        f"loss {found.train_loss:.2f} on train, {found.loss:.2f} on dev, and {test:.2f} on test",
    )


def markers(found: Evidence) -> Suspicion | None:
    """Captions with words for the start and the end."""
    if found.marker_words:
        words = " and ".join(found.marker_words)
        return Suspicion("markers", PROVED, f"its vocabulary has {words} as ordinary words")
    if found.written_markers >= 0.5:
        share = f"{found.written_markers:.0%} of its captions begin and end with words for markers"
        return Suspicion("markers", PROVED, share)
    if found.marker_note:
        return Suspicion("markers", PROVED, found.marker_note)
    return None


def same_photos(found: Evidence) -> Suspicion | None:
    """A dev split that holds one photo again and again."""
    count = found.dev_photos
    if count < 4 or found.different_photos > max(count // 4, 1):
        return None
    return Suspicion(
        "same_photos",
        PROVED,
        f"the {count} dev photos looked at are {found.different_photos} different files",
    )


def other_language(found: Evidence) -> Suspicion | None:
    """A vocabulary that does not know the words of these captions."""
    if found.unknown < 0.2 or found.vocabulary_shared > 0.6:
        return None
    return Suspicion(
        "other_language",
        PROVED if found.unknown > 0.5 else FITS,
        f"it knows {1 - found.unknown:.0%} of the words of the dev captions, and "
        f"{found.vocabulary_shared:.0%} of its words occur in the training captions",
    )


def dev_in_another_language(found: Evidence) -> Suspicion | None:
    """Dev captions with words that neither the captioner nor the training captions have."""
    if found.unknown < 0.35 or found.train_unknown < 0.35:
        return None
    return Suspicion(
        "other_language",
        FITS,
        f"{found.unknown:.0%} of the words of the dev captions are unknown to it, and "
        f"{found.train_unknown:.0%} do not occur in the training captions",
    )


def other_dataset(found: Evidence) -> Suspicion | None:
    """A captioner that says itself that it learnt from other data, and does badly on these."""
    if not found.trained_on or found.trained_on == found.dataset or found.recorded_loss is None:
        return None
    if found.loss - found.recorded_loss < 0.5:
        return None
    return Suspicion(
        "other_language",
        FITS,
        f"it was trained on {found.trained_on} (loss {found.recorded_loss:.2f} on dev there), and "
        f"{found.unknown:.0%} of the words here are unknown to it (loss {found.loss:.2f})",
    )


def unknown_words(found: Evidence) -> Suspicion | None:
    """A vocabulary of these captions that left too many words out."""
    if found.unknown < 0.15 or found.unknown < found.train_unknown + 0.1:
        return None
    if found.vocabulary_shared <= 0.6:
        return None
    return Suspicion(
        "unknown_words",
        FITS,
        f"{found.unknown:.0%} of the running words are unknown; with every training word in the "
        f"vocabulary it would be {found.train_unknown:.0%}",
    )
