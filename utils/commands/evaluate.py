"""Caption a list of images with a saved captioner, and score the captions honestly.

    python -m utils evaluate flickr8k-best --images-dir Images --captions captions.txt \\
        --names Flickr_8k.testImages.txt --train-names Flickr_8k.trainImages.txt \\
        --json captions.json --scores scores.json

Everything that can be wrong with the lists, the captions or the photos is said before the network
starts. An image that is missing or damaged is an error, because scores over the others would not
be those of the list.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from utils.captions import clean_caption, read_captions
from utils.commands.caption import NOTHING, at_least_one, chunks, photo_problems, photos_in
from utils.support.errors import sentence
from utils.support.files import write_json
from utils.support.progress_bar import progress_bar

if TYPE_CHECKING:
    from utils.captioner import Captioner
    from utils.metrics import ScoreRow

# TensorFlow and nltk take seconds to start, so they are imported when there is something to score.

NAMED = 5  # how many names an error shows

EPILOG = """The table puts the captions between their baselines and what people score. Scores are
from 0 to 100 (CIDEr-D: to 1000); under BLEU stands its 95% interval by bootstrap. METEOR is nltk's,
and left out where nltk's WordNet data is missing (python -m nltk.downloader wordnet). "distinct" is
how many different captions there are, "copied" the share that stands in a training caption word by
word. That share and the baseline "one caption for all" need --train-names: the list of the images
that the captioner was trained on, whose captions are in the captions file too.

exit status: 0 done, 1 stopped on the way, 2 nothing was captioned: wrong arguments, lists, captions
or photos, or no captioner."""

References = list[list[list[str]]]


class InputError(ValueError):
    """Lists, captions or photos that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Evaluation:
    """What is to be captioned, and what it is scored against.

    `names`: the images, as listed. `photos`: where they lie. `references`: for each image its
    captions as lists of tokens, None where there is no captions file. `train_tokens`: the same of
    the training images, None where none are named. `notes`: sentences on what is left out.
    """

    names: list[str]
    photos: list[Path]
    references: References | None = None
    train_tokens: References | None = None
    notes: list[str] = field(default_factory=list)


def prepare(
    images_dir: Path,
    names_file: Path | None = None,
    captions_file: Path | None = None,
    train_file: Path | None = None,
) -> Evaluation:
    """Return the task, every part of it checked; all photos are decoded once to find damage.

    Without `names_file`, all photos of the folder are captioned. Raises `InputError`, or
    `FileNotFoundError` and `ValueError` as `read_captions` does.
    """
    notes: list[str] = []
    if not images_dir.is_dir():
        raise InputError(f"There is no folder {images_dir}: name the photos' by --images-dir.")
    names = read_names(names_file, notes) if names_file else names_in(images_dir)
    train = read_names(train_file, notes) if train_file else None
    references = train_tokens = None
    if captions_file:
        captions = read_captions(captions_file)
        references = _references(captions, names, captions_file)
        train_tokens = _train_tokens(captions, names, train, captions_file, notes)
    elif train is not None:
        raise InputError("--train-names needs --captions, the file that holds their captions.")
    photos = [images_dir / name for name in names]
    _check_photos(photos, images_dir)
    return Evaluation(names, photos, references, train_tokens, notes)


def read_names(path: Path, notes: list[str]) -> list[str]:
    """Return the image names in a list, one a line, each once; `notes` tells of repeated ones.

    Raises `InputError` where there is no such file, or nothing or no text in it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is no list in UTF-8 ({error.reason}): save it as such."
        ) from error
    except OSError as error:
        raise InputError(f"There is no list at {path} ({error.strerror}): check it.") from error
    listed = [line.strip() for line in lines if line.strip()]
    if not listed:
        raise InputError(f"{path} is empty: it needs the name of an image on each line.")
    names = list(dict.fromkeys(listed))
    if len(names) < len(listed):
        repeated = len(listed) - len(names)
        notes.append(f"{path} names {repeated} of its images again; each is taken once.")
    return names


def names_in(folder: Path) -> list[str]:
    """Return the names of all photos in a folder; raises `InputError` where there is none."""
    names = [path.name for path in photos_in(folder)]
    if not names:
        raise InputError(f"There are no photos in {folder}: check the folder.")
    return names


def _references(captions: dict[str, list[str]], names: list[str], path: Path) -> References:
    bare = [name for name in names if name not in captions]
    if len(bare) == len(names):
        raise InputError(
            f"None of the {len(names):,} images has a caption in {path} (there is no "
            f"{bare[0]}): check that both write the names alike, suffix included."
        )
    if bare:
        raise InputError(
            f"{len(bare):,} of the {len(names):,} images have no caption in {path}: "
            f"{_some(bare)}. Take them out of the list, or add their captions."
        )
    return _tokens(captions, names)


def _train_tokens(
    captions: dict[str, list[str]],
    names: list[str],
    train: list[str] | None,
    path: Path,
    notes: list[str],
) -> References | None:
    if train is None:
        others = len(captions) - len(names)
        which = f"{path} has captions of {others:,} other images, but which of them were trained on"
        notes.append(
            (f"{which} is not said" if others else "No training images are named")
            + ': "one caption for all" and "copied" are left out. Name the list by --train-names.'
        )
        return None
    shared = sorted(set(train) & set(names))
    if shared:
        raise InputError(
            f"{len(shared):,} of the images to score are in --train-names too: {_some(shared)}. "
            "Scores of images that were trained on are worthless; give two lists that share none."
        )
    known = [name for name in train if name in captions]
    if not known:
        raise InputError(f"No image of --train-names has a caption in {path}: check the list.")
    if len(known) < len(train):
        lost = len(train) - len(known)
        notes.append(f"{lost:,} of the {len(train):,} training images have no caption in {path}.")
    return _tokens(captions, known)


def _tokens(captions: dict[str, list[str]], names: list[str]) -> References:
    return [[clean_caption(text) for text in captions[name]] for name in names]


def _check_photos(photos: Sequence[Path], folder: Path) -> None:
    missing = [photo.name for photo in photos if not photo.is_file()]
    if missing:
        raise InputError(
            f"{len(missing):,} of the {len(photos):,} images are not in {folder}: "
            f"{_some(missing)}. Put them there, or take them out of the list."
        )
    damaged = photo_problems(photos)
    if damaged:
        told = list(damaged.values())
        more = f"\n  and {len(told) - NAMED:,} more" if len(told) > NAMED else ""
        lines = "".join(f"\n  {sentence}" for sentence in told[:NAMED])
        raise InputError(
            f"{len(told):,} of the {len(photos):,} images cannot be used, and scores over the "
            f"others would not be those of the list:{lines}{more}"
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def check_target(path: Path) -> None:
    """Raise `InputError` where a file cannot be written, before the work is done in vain."""
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a file to write.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}): name another.") from error


# With the network


def caption_list(
    captioner: Captioner, photos: Sequence[Path], beam_width: int, progress: bool = False
) -> list[list[str]]:
    """Return the tokens of a caption for each photo; width 1 is greedy search.

    The features of a few photos at a time are in memory. Raises as `extract_features` does.
    """
    captions: list[list[str]] = []
    with progress_bar(len(photos), "Captions", "photo", shown=progress) as bar:
        for chunk in chunks(photos):
            features = captioner.features(chunk)
            captions += captioner.caption_features(features, beam_width)
            bar.update(len(chunk))
    return captions


def score(task: Evaluation, captions: Sequence[Sequence[str]], name: str) -> list[ScoreRow]:
    """Return the rows of the table, METEOR among them where WordNet is at hand.

    Raises `ValueError` where the task has no references.
    """
    from utils.metrics import GET_WORDNET, score_rows, wordnet_at_hand

    if task.references is None:
        raise ValueError("There is nothing to score against: name the captions by --captions.")
    with_meteor = wordnet_at_hand()
    if not with_meteor:
        print(
            f"METEOR is left out: nltk's WordNet data is missing ({GET_WORDNET}).", file=sys.stderr
        )
    return score_rows(task.references, {name: captions}, task.train_tokens, with_meteor=with_meteor)


# The command


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status (see `--help`)."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not (given.captions or given.json):
        parser.error("name --captions to score, --json to keep the captions, or both.")
    if given.scores and not given.captions:
        parser.error("--scores needs --captions, the file to score against.")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")  # of odd metadata and large photos
        try:
            task, captioner = _begin(given)
        except (OSError, ValueError, RuntimeError) as error:
            print(sentence(error), file=sys.stderr)
            return NOTHING
        _finish(given, task, captioner)
    return 0


def _begin(given: argparse.Namespace) -> tuple[Evaluation, Captioner]:
    for path in (given.json, given.scores):
        if path:
            check_target(path)
    task = prepare(given.images_dir, given.names, given.captions, given.train_names)
    for note in task.notes:
        print(note, file=sys.stderr)

    from utils.captioner import load_captioner

    return task, load_captioner(given.captioner)


def _finish(given: argparse.Namespace, task: Evaluation, captioner: Captioner) -> None:
    width = given.beam or captioner.beam_width
    captions = caption_list(captioner, task.photos, width, progress=sys.stderr.isatty())
    if given.json:
        texts = (" ".join(tokens) for tokens in captions)
        write_json(given.json, dict(zip(task.names, texts, strict=True)))
    if task.references is None:
        return
    from utils.metrics import score_table

    search = "greedy" if width == 1 else f"beam {width}"
    rows = score(task, captions, search)
    print(f"{given.captioner}, {len(captions):,} images\n{score_table(rows)}")
    if given.scores:
        facts = {
            "captioner": given.captioner,
            "images": len(captions),
            "beam_width": width,
            "length_penalty": captioner.length_penalty,
        }
        write_json(given.scores, {**facts, "scores": {row.name: row.to_json() for row in rows}})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils evaluate",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "captioner", help="one that comes with the course, or the folder of a saved one"
    )
    parser.add_argument("--images-dir", type=Path, required=True, help="the folder of the photos")
    parser.add_argument(
        "--names", type=Path, help="the images to caption, a file name a line (all photos there)"
    )
    parser.add_argument(
        "--captions", type=Path, help="the captions file, a CSV that starts with image,caption"
    )
    parser.add_argument(
        "--train-names", type=Path, metavar="LIST", help="the images trained on, a name a line"
    )
    parser.add_argument(
        "--beam",
        type=at_least_one,
        metavar="WIDTH",
        help="1 is greedy search (the captioner's own width)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", help="write the captions: {file name: caption}"
    )
    parser.add_argument("--scores", type=Path, metavar="OUT", help="write the table as JSON too")
    return parser
