"""Why a captioner writes bad captions: evidence in numbers, the likeliest cause, what to do.

    python -m utils diagnose scenes scenes                        # a captioner of the course
    python -m utils diagnose data/runs/mine/captioner mine        # one that you have trained
    python -m utils diagnose model.keras flickr8k --vocabulary words.json --features features.npy

It looks at 200 dev photos and 100 of train and test. Nothing is changed or trained.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.support.files import demand_apart, demand_own_json, read_json, write_json
from utils.support.paths import CAPTIONERS
from utils.support.tables import text_table

if TYPE_CHECKING:
    import numpy as np

    from utils.dataset import Dataset
    from utils.diagnosis.evidence import Evidence
    from utils.diagnosis.subject import Subject
    from utils.diagnosis.suspicion import Cause

# TensorFlow takes seconds to start, so it is imported once the arguments are known to be right.

NOTHING = 2  # exit status: nothing could be looked at
SHOWN = 2  # causes that are told; --json has all of them
PADDED = 25  # to how many words prefixes are filled up where the model says no length
SCORES = "scores.json"

EPILOG = """A model of your own is a .keras file with two inputs, features of photos and prefixes
of word numbers filled up with 0 on the right, and one output, the probabilities of the next word.
Its vocabulary is a JSON file: a list of words, whose places are their numbers, or a dictionary of
words and numbers; vocabulary.json beside the model unless --vocabulary names it. --features: a .npy
file with a row for each photo, in the order of the lists: train, dev, test. Without it, features
are those of the course's MobileNetV2. --scores: a JSON file with BLEU; scores.json beside the
captioner is read anyway.

exit status: 0 looked at, whatever was found, 2 nothing could be looked at: wrong arguments, no
captioner, no dataset."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status (see `--help`)."""
    given = _parser().parse_args(arguments)
    problem = _problem(given)
    if problem:
        print(problem, file=sys.stderr)
        return NOTHING
    from utils.diagnosis.sample import patient_dataset

    places = (given.images_dir, given.captions, given.splits_dir)
    try:
        dataset, twice_listed = patient_dataset(given.dataset, *places)
        if not dataset.splits["dev"]:
            raise ValueError("There is no dev split to look at: list its photos.")
        evidence, found = diagnose(given, dataset, twice_listed)
    except (FileNotFoundError, ValueError) as error:
        key = getattr(error, "cause", None)
        if key is None:
            print(error, file=sys.stderr)
            return NOTHING
        evidence, found = None, [_only(key, str(error))]
    if given.json:
        told = {
            "captioner": str(given.captioner),
            "dataset": given.dataset,
            "verdict": verdict(evidence, found),
            "causes": [asdict(cause) for cause in found],
            "evidence": evidence.to_json() if evidence else {},
        }
        write_json(given.json, _plain(told))
    print(report(evidence, found))
    return 0


def diagnose(
    given: argparse.Namespace, dataset: Dataset, twice_listed: list[str]
) -> tuple[Evidence, list[Cause]]:
    """Return the evidence and the causes, the likeliest first.

    `twice_listed`: photos that stand in two lists. Raises `NoSubject` where the captioner cannot
    be asked, and `ValueError` for features or scores that do not fit.
    """
    reported = _reported(given)
    from utils.diagnosis.causes import causes
    from utils.diagnosis.features_seen import Rows
    from utils.diagnosis.gathering import gather

    subject = _subject(given)
    rows = Rows(dataset, subject, _features(given, dataset, subject))
    evidence = gather(subject, dataset, rows, twice_listed)
    evidence.reported = reported
    return evidence, causes(evidence)


def report(evidence: Evidence | None, found: list[Cause]) -> str:
    """Return the diagnosis as text: the evidence beside what is normal, the causes, what to do."""
    lines = [text_table([list(row) for row in rows(evidence)]), ""] if evidence else []
    lines += [verdict(evidence, found)]
    for number, cause in enumerate(found[:SHOWN], start=1):
        lines += [
            "",
            f"{number}. {cause.name}",
            f"   Why: {cause.because}.",
            f"   What to do: {cause.do}",
            f"   Read: chapter {cause.chapter}, {cause.section}",
        ]
    return "\n".join(lines)


def verdict(evidence: Evidence | None, found: list[Cause]) -> str:
    """Return the diagnosis in a sentence or two."""
    if found:
        return "The likeliest cause:" if len(found) == 1 else "The likeliest causes, in order:"
    if evidence.loss > 0.9 * evidence.word_loss:
        return (
            f"Nothing wrong was found; the model is weak: its loss of {evidence.loss:.2f} on dev "
            "shows little more than how frequent each word is "
            f"({evidence.word_loss:.2f}). Train longer. If the loss no longer falls, overfit one "
            "batch (chapter 5)."
        )
    if evidence.loss > evidence.pair_loss:
        return (
            f"Nothing wrong was found; the model is weak: its loss of {evidence.loss:.2f} on dev "
            f"is above that of counting which word follows which ({evidence.pair_loss:.2f}). "
            "More epochs and more photos are what is left (chapter 6)."
        )
    return (
        f"Nothing wrong was found: the loss of {evidence.loss:.2f} on dev is below that of "
        f"counting which word follows which ({evidence.pair_loss:.2f}), and the true photo lowers "
        f"it by {evidence.photo_gain[0]:.2f} against another one."
    )


def rows(found: Evidence) -> list[tuple[str, str, str]]:
    """Return the table of the evidence: what, here, what is normal."""
    facts, told = found.features, [("", "here", "normal")]
    spread = f"{facts.spread:.3f}"
    normal = f"{facts.right_spread:.2f}" if facts.right_spread else "above 0"
    told.append(("features: standard deviation over photos", spread, normal))
    if facts.own is not None:
        told.append(("rows of the file that fit their photo", f"{facts.own:.0%}", "100%"))
    told.append(("words of the dev captions that it does not know", f"{found.unknown:.1%}", "0-5%"))
    if found.loss != found.loss:  # nothing could be asked
        return told
    nothing = f"below {found.pair_loss:.2f} (pairs), {found.nothing_known:.2f} knows nothing"
    told.append(("loss on dev, nats per word", f"{found.loss:.2f}", nothing))
    if found.recorded_loss is not None and found.trained_on in (None, found.dataset):
        told.append(("  as its training noted it", f"{found.recorded_loss:.2f}", "about the same"))
    if found.train_loss is not None:
        told.append(("loss on train", f"{found.train_loss:.2f}", "a little lower than on dev"))
    told += [
        ("likeliest word is right", f"{found.accuracy:.0%}", "40-70%"),
        ("what the true photo gains over another", f"{found.photo_gain[0]:.2f}", "0.2 or more"),
        ("overlap of its word frequencies with true ones", f"{found.likeness[0]:.0%}", "85-100%"),
    ]
    for group, ways in found.fits_better.items():
        name, (gained, _) = max(ways.items(), key=lambda way: way[1][0])
        told.append((f"other {group} ({name}) would gain", f"{gained:.2f}", "below 0"))
    if found.bleu:
        told += [
            ("BLEU-1 of greedy search", f"{found.bleu[0]:.1f}", _above(found.constant_bleu, 0)),
            ("BLEU-4", f"{found.bleu[3]:.1f}", _above(found.constant_bleu, 3)),
            ("length ratio", f"{found.length_ratio:.2f}", "0.9-1.1"),
            ("different captions", f"{found.distinct} of {found.dev_photos}", "most of them"),
            ("captions that end", f"{found.ended:.0%}", "100%"),
        ]
    return told


def _above(constant: tuple[float, ...] | None, order: int) -> str:
    return "" if constant is None else f"above {constant[order]:.1f} (one caption for all)"


def _subject(given: argparse.Namespace) -> Subject:
    from utils.diagnosis.own_model import subject_of_model
    from utils.diagnosis.subject import subject_of_folder

    if given.captioner.suffix == ".keras":
        words = given.vocabulary or given.captioner.with_name("vocabulary.json")
        return subject_of_model(given.captioner, words, PADDED)
    return subject_of_folder(str(given.captioner), PADDED)


def _features(given: argparse.Namespace, dataset: Dataset, subject: Subject) -> np.ndarray | None:
    """Return the file of features; raise `ValueError` where it does not fit."""
    import numpy as np

    if given.features is None:
        if subject.sees == "other":
            raise ValueError(
                f"{given.captioner} takes features of the shape {subject.feature_shape}, and the "
                "course's network gives (1280,) or (7, 7, 1280): name yours by --features."
            )
        return None
    try:
        found = np.load(given.features, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{given.features} is no .npy file of numbers ({error}): write it by numpy.save."
        ) from error
    numbers = isinstance(found, np.ndarray) and np.issubdtype(found.dtype, np.number)
    if not numbers or found.ndim < 2:
        raise ValueError(f"{given.features} holds no rows of numbers: write one for each photo.")
    photos = len(dataset.images)
    if len(found) != photos:
        raise ValueError(
            f"{given.features} has {len(found):,} rows, and {dataset.name} has {photos:,} photos: "
            "write a row for each, in the order of the lists (dataset.images)."
        )
    if np.prod(found.shape[1:]) != np.prod(subject.feature_shape):
        raise ValueError(
            f"{given.features} has rows of the shape {found.shape[1:]}, and the captioner takes "
            f"{subject.feature_shape}."
        )
    return found


def _reported(given: argparse.Namespace) -> list[float]:
    """Return the BLEU scores of a file, of the one beside the captioner where none is named."""
    places = [given.captioner / SCORES, given.captioner.parent / SCORES]
    path = given.scores or next((place for place in places if place.is_file()), None)
    if path is None:
        return []
    found = _bleu_in(read_json(path), False)
    if not found and given.scores:
        raise ValueError(f'{path} holds no BLEU: name it so, such as {{"bleu": [60.1, 41.2]}}.')
    return found


def _bleu_in(value: Any, inside: bool) -> list[float]:
    """Return the numbers that stand under a name with "bleu" in it, without those of people."""
    if isinstance(value, dict):
        return [
            number
            for name, part in value.items()
            if name not in ("people", "one caption for all", "captions shuffled")
            for number in _bleu_in(part, inside or "bleu" in str(name).lower())
        ]
    if isinstance(value, list):
        return [number for part in value for number in _bleu_in(part, inside)]
    return [float(value)] if inside and type(value) in (int, float) else []


def _only(key: str, because: str) -> Cause:
    from utils.diagnosis.suspicion import PROVED, Suspicion, told

    return told(Suspicion(key, PROVED, because.rstrip(".")))


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it: numbers that are not finite become null."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    if hasattr(value, "item"):
        return _plain(value.item())
    return value


def _problem(given: argparse.Namespace) -> str | None:
    """Return a sentence on arguments that cannot be right, before anything heavy starts."""
    for name in ("vocabulary", "features", "scores", "captions"):
        path = getattr(given, name)
        if path is not None and not path.is_file():
            return f"There is no file {path}: check what --{name} names."
    for name in ("images_dir", "splits_dir"):
        path = getattr(given, name)
        if path is not None and not path.is_dir():
            return f"There is no folder {path}: check what --{name.replace('_', '-')} names."
    own = given.captioner.suffix == ".keras"
    if not own and not any(
        (place / given.captioner / "settings.json").is_file() for place in (CAPTIONERS, Path())
    ):
        return (
            f"There is no captioner {str(given.captioner)!r}: give a folder that holds "
            "settings.json, a .keras file, or one of these names: "
            f"{', '.join(sorted(path.parent.name for path in CAPTIONERS.glob('*/settings.json')))}."
        )
    if own and not given.captioner.is_file():
        return f"There is no model {given.captioner}: check the name."
    if own and not given.vocabulary and not given.captioner.with_name("vocabulary.json").is_file():
        return f"{given.captioner} needs the vocabulary that numbers its words: --vocabulary FILE."
    if given.vocabulary and not own:
        return "--vocabulary goes with a .keras model: a captioner's folder has its own."
    try:
        _demand_output(given)
    except ValueError as error:
        return f"--json: {error}"
    if given.scores:
        try:
            json.loads(given.scores.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            return f"{given.scores} is not JSON in UTF-8 ({error}): check what --scores names."
    return None


def _demand_output(given: argparse.Namespace) -> None:
    """Raise `ValueError` where `--json` names an input, or another file than this command's."""
    if given.json:
        named = (given.captioner, given.vocabulary, given.features, given.scores, given.captions)
        demand_apart([given.json], filter(None, named))
        demand_own_json(given.json, lambda told: {"verdict", "causes", "evidence"} <= set(told))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils diagnose",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "captioner", type=Path, help="a shipped name, a captioner's folder, or a .keras file"
    )
    parser.add_argument("dataset", help="scenes, flickr8k, or a folder like Flickr8k")
    parser.add_argument("--vocabulary", type=Path, metavar="FILE", help="of a .keras model")
    parser.add_argument("--features", type=Path, metavar="NPY", help="those it was trained on")
    parser.add_argument("--scores", type=Path, metavar="FILE", help="reported scores, as JSON")
    parser.add_argument("--images-dir", type=Path, help="the folder of the photos")
    parser.add_argument("--captions", type=Path, help="the captions file")
    parser.add_argument("--splits-dir", type=Path, help="the folder of the split lists")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all of the evidence")
    return parser
