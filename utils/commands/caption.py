"""Captions for photos of your own: a command, and the function behind it for notebooks.

    python -m utils caption photo.jpg                 # one photo or many
    python -m utils caption holiday --count 3         # a folder, three captions each
    python -m utils caption holiday --json > captions.json

Captions are printed as they are found. A file that is no image or is cut short gets a sentence on
the error stream, and the rest goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from utils.captions import caption_text
from utils.images import IMAGE_SUFFIXES, NAMED, THREADS, open_photo
from utils.outliers import UNLIKE, confidence
from utils.support.errors import sentence
from utils.support.light_keras import import_keras
from utils.support.memory import demand_memory
from utils.support.paths import CAPTIONERS
from utils.support.photo_files import foreign_kind

if TYPE_CHECKING:
    from utils.captioner import Captioner

# TensorFlow takes seconds to start, so it is imported when there is something to caption.

PREFERRED = ("flickr8k-best", "flickr8k", "scenes")  # captioners that may come with the course
FIRST_CHUNK = 8  # photos: the first captions should come quickly,
CHUNK = 64  # and the others fast; maps of 64 photos take 8 MB, those of a whole folder gigabytes
LEAST = 0.0001  # percent: what is less likely is printed as below it
NOTHING = 2  # exit status: nothing was captioned
GUESS = (
    "This photo is less like the training photos than 99% of the dev photos: the caption is "
    "a guess."
)
STOPPED = 130  # what a shell reports for a command that Ctrl-C ended

EPILOG = f"""A folder gives its own photos, not those of folders inside it
({" ".join(IMAGE_SUFFIXES)}, in upper case too);
a file is tried whatever its name. What Pillow cannot read, such as HEIC and cameras' raw files, is
named: export it as JPEG. Probabilities are those of the whole caption, its end included;
there are so many captions that the likeliest often has less than a percent. The likeness of a photo
is the share of known photos that are less like the training photos than it is, the confidence of a
caption the mean probability of its words. Below a likeness of 1%, the caption is a guess.

exit status: 0 all photos have a caption, 1 some have none (a sentence on the error stream says
why), 2 nothing was captioned: wrong arguments, no photo, or no captioner."""


@dataclass(frozen=True)
class LikelyCaption:
    """A caption and its probability, 0 to 1, by the model: that of all its words and its end.

    `confidence`, 0 to 1: how sure the captioner is of it (`utils.outliers.confidence`).
    """

    text: str
    probability: float
    confidence: float = math.nan


@dataclass(frozen=True)
class CaptionedPhoto:
    """A photo with its captions, best first, or with a `problem`: why it has none.

    `likeness`: the share of dev photos that are less like the captioner's training photos, 0 to 1;
    None where the captioner has no summary of these.
    """

    path: Path
    captions: list[LikelyCaption] = field(default_factory=list)
    problem: str = ""
    likeness: float | None = None

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        if len(self.captions) == 1:
            return f"{self.path}: {self.captions[0].text}{self._how_sure()}"
        shares = [percent(caption.probability) for caption in self.captions]
        width = max(map(len, shares))
        lines = [
            f"  {share:>{width}}  {caption.text}"
            for share, caption in zip(shares, self.captions, strict=True)
        ]
        return "\n".join([f"{self.path}{self._how_sure()}", *lines])

    def _how_sure(self) -> str:
        """Return how like the training photos it is, how sure the caption, and a warning."""
        if self.likeness is None:
            return ""
        like = f"{self.likeness:.0%}" if self.likeness >= UNLIKE else f"below {UNLIKE:.0%}"
        told = f" (likeness {like}, confidence {self.captions[0].confidence:.0%})"
        return told + (f"\n  {GUESS}" if self.likeness < UNLIKE else "")


def caption_photos(
    photos: Path | str | Sequence[Path | str],
    captioner: Captioner | Path | str | None = None,
    *,
    beam_width: int | None = None,
    count: int = 1,
) -> Iterator[CaptionedPhoto]:
    """Return an iterator over photos with their `count` best captions, which come as found.

    `photos`: files and folders; a folder stands for its own photos, sorted. A photo that is
    missing or damaged comes with a `problem` instead of captions. `captioner`: one that is
    loaded, a folder, or the name of one that comes with the course (the best one there).
    `beam_width`: the captioner's own unless given, and `count` at least.

    Raises `ValueError` for a width or count below 1, and what `load_captioner` raises.
    """
    for name, value in (("beam_width", beam_width), ("count", count)):
        if value is not None and value < 1:
            raise ValueError(f"{name} is {value}; it must be 1 or more.")
    found, problems = find_photos([photos] if isinstance(photos, Path | str) else photos)
    if captioner is None or isinstance(captioner, Path | str):
        from utils.captioner import load_captioner

        captioner = load_captioner(captioner or best_captioner())
    width = beam_width or captioner.beam_width
    return _all_captioned(captioner, found, problems, width, count)


def find_photos(paths: Sequence[Path | str]) -> tuple[list[Path], list[CaptionedPhoto]]:
    """Return the files that files and folders stand for, each once, and what is wrong.

    Of a folder, files in formats that Pillow cannot read are counted in a sentence.
    """
    found: dict[Path, None] = {}
    problems = []
    for path in map(Path, paths):
        try:
            if not path.is_dir():
                if not path.is_symlink() and not path.exists():
                    sentence = f"There is no photo or folder at {path}: check the name."
                    problems.append(CaptionedPhoto(path, problem=sentence))
                else:
                    found[path] = None
                continue
            inside, foreign = photos_in(path), left_out(path)
        except OSError as error:
            problems.append(CaptionedPhoto(path, problem=_unreadable(path, error)))
            continue
        found.update(dict.fromkeys(inside))
        if foreign:
            problems.append(CaptionedPhoto(path, problem=foreign))
        elif not inside:
            kinds = ", ".join(IMAGE_SUFFIXES)
            sentence = f"There are no photos in the folder {path}: it needs files in {kinds}."
            problems.append(CaptionedPhoto(path, problem=sentence))
    return list(found), problems


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{path} may not be read: change its rights, or those of its folder."
    return f"{path} cannot be read ({error.strerror}): check the name and the disk."


def photos_in(folder: Path) -> list[Path]:
    """Return what is named as a photo in a folder, sorted by name; hidden files are left out.

    macOS writes a hidden file `._photo.jpg`, which is no image, beside a photo on a USB stick.
    Raises `OSError` where the folder may not be read.
    """
    return [path for path in _files(folder) if path.suffix.lower() in IMAGE_SUFFIXES]


def left_out(folder: Path) -> str:
    """Return a sentence on the files in a folder that hold pictures Pillow cannot read, or "".

    They are known by their content. Files that are named as photos are not among them.
    """
    kinds: dict[str, list[Path]] = {}
    for path in _files(folder):
        if path.suffix.lower() not in IMAGE_SUFFIXES and (kind := foreign_kind(path)):
            kinds.setdefault(kind, []).append(path)
    if not kinds:
        return ""
    count = sum(map(len, kinds.values()))
    told = ", ".join(f"{kind}: {_some(paths)}" for kind, paths in sorted(kinds.items()))
    files, them = ("1 file is", "it") if count == 1 else (f"{count} files are", "them")
    return (
        f"{files} left out of the folder {folder}, because Pillow cannot read {them} ({told}). "
        f"Export {them} as JPEG."
    )


def _some(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(path.name for path in paths[:NAMED]) + more


def _files(folder: Path) -> list[Path]:
    """Return what is in a folder and is neither hidden nor a folder, sorted by name."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if not e.name.startswith(".") and not e.is_dir()]
    return [folder / name for name in sorted(names)]


def best_captioner() -> str:
    """Return the name of the best captioner that comes with the course and is there."""
    there = [name for name in PREFERRED if (CAPTIONERS / name / "settings.json").is_file()]
    return there[0] if there else PREFERRED[0]


def chunks(photos: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """Yield the photos in order, a few first, then `CHUNK` at a time."""
    start = 0
    while start < len(photos):
        size = CHUNK if start else FIRST_CHUNK
        yield photos[start : start + size]
        start += size


def photo_problems(photos: Sequence[Path]) -> dict[Path, str]:
    """Return a sentence for each photo that is missing, no image or damaged; decodes them all."""
    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(_problem, photos))
    return {photo: problem for photo, problem in zip(photos, told, strict=True) if problem}


def _problem(photo: Path) -> str:
    try:
        open_photo(photo)
    except (FileNotFoundError, ValueError) as problem:
        return str(problem)
    return ""


def _all_captioned(
    captioner: Captioner,
    photos: Sequence[Path],
    problems: Sequence[CaptionedPhoto],
    width: int,
    count: int,
) -> Iterator[CaptionedPhoto]:
    yield from problems
    for chunk in chunks(photos):
        features, damaged = _features_or_problems(captioner, chunk)
        whole = [photo for photo in chunk if photo not in damaged]
        found = captioner.beams(features, width, count) if whole else []
        for photo, problem in damaged.items():
            yield CaptionedPhoto(photo, problem=problem)
        likeness = [None] * len(whole)
        if whole and captioner.summary is not None:
            likeness = captioner.summary.likeness(features).tolist()
        for photo, hypotheses, like in zip(whole, found, likeness, strict=True):
            captions = [
                LikelyCaption(
                    caption_text(captioner.vocabulary.decode(h.ids), captioner.words),
                    float(np.exp(h.log_prob)),
                    confidence(h),
                )
                for h in hypotheses
            ]
            yield CaptionedPhoto(photo, captions, likeness=like)


def _features_or_problems(
    captioner: Captioner, photos: Sequence[Path]
) -> tuple[np.ndarray, dict[Path, str]]:
    """Return the features of the photos that can be used, and what is wrong with the others.

    Looking for damage first would decode each photo twice, so it is done once a chunk failed.
    """
    try:
        return captioner.features(photos), {}
    except (OSError, ValueError):
        damaged = photo_problems(photos)
        if not damaged:
            raise
    whole = [photo for photo in photos if photo not in damaged]
    return captioner.features(whole) if whole else np.empty(0), damaged


def percent(probability: float) -> str:
    """Return a probability in percent, to two digits that say something."""
    value = 100 * probability
    if value < LEAST:
        return f"<{LEAST:f}".rstrip("0") + "%"
    decimals = max(1 - math.floor(math.log10(value)), 0)
    return f"{value:.{decimals}f}%"


# The command


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status (see `--help`)."""
    given = _parser().parse_args(arguments)
    demand_memory("captioning", used=1_050, reserved=3_500)  # measured, and 200 MB more
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")  # of odd metadata and large photos
        try:
            return _run(given)
        except KeyboardInterrupt:
            print("You stopped it; the captions that were found are printed.", file=sys.stderr)
            return STOPPED


def _run(given: argparse.Namespace) -> int:
    photos, problems = find_photos(given.photos)
    for photo in problems:
        print(photo, file=sys.stderr)
    if not photos:
        return NOTHING
    name = given.captioner or best_captioner()
    import_keras()
    if not given.captioner and name == "scenes":
        print("No captioner of real photos is here: scenes knows drawn ones only.", file=sys.stderr)
    try:
        coming = caption_photos(photos, name, beam_width=given.beam, count=given.count)
    except (OSError, ValueError, RuntimeError) as error:
        print(sentence(error), file=sys.stderr)
        return NOTHING
    failed, found = len(problems), {}
    try:
        for photo in coming:
            failed += bool(photo.problem)
            if photo.problem or not given.json:
                print(photo, file=sys.stderr if photo.problem else sys.stdout, flush=True)
            else:
                found[str(photo.path)] = _as_json(photo)
    finally:  # whatever stops it, the captions that were found are not lost
        if given.json:
            print(json.dumps(found, ensure_ascii=False, indent=1), flush=True)
    return 1 if failed else 0


def _as_json(photo: CaptionedPhoto) -> list[dict[str, Any]]:
    like = {} if photo.likeness is None else {"likeness": photo.likeness}
    return [
        {"caption": one.text, "probability": one.probability, "confidence": one.confidence, **like}
        for one in photo.captions
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils caption",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="photos, folders of photos")
    parser.add_argument(
        "--captioner",
        metavar="NAME",
        help="one that comes with the course, or the folder of your own, such as "
        f"data/runs/NAME/captioner (the first that is here of {', '.join(PREFERRED)})",
    )
    parser.add_argument(
        "--count",
        type=at_least_one,
        default=1,
        metavar="N",
        help="captions a photo, with probabilities (1)",
    )
    parser.add_argument(
        "--beam",
        type=at_least_one,
        metavar="WIDTH",
        help="prefixes that the beam search keeps; 1 is greedy search (the captioner's own; "
        "--count if that is more)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help='print one JSON object: {"photo.jpg": [{"caption": ..., "probability": 0 to 1, '
        '"confidence": 0 to 1, "likeness": 0 to 1}]}',
    )
    return parser


def at_least_one(text: str) -> int:
    """Return a whole number of 1 or more, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more.")
    return int(text)
