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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from utils.captions import SPACES, caption_text, caption_tokens
from utils.commands.caption import NOTHING, at_least_one, chunks, photo_problems, photos_in
from utils.commands.words import add_words_options, checked_words, words_of
from utils.formats.captions_file import OWN, CaptionsFile, read_captions_file
from utils.formats.lists import read_list
from utils.formats.names import match_names, photos_under, unfound_notes
from utils.formats.oddities import spaceless_note, without_repeats
from utils.images import IMAGE_SUFFIXES
from utils.support.errors import sentence
from utils.support.files import demand_apart, demand_own_json, make_folder, write_json
from utils.support.light_keras import import_keras
from utils.support.memory import demand_memory
from utils.support.paths import CAPTIONERS, expanded
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
    `words`: how the words of the references are found (`utils.captions.caption_tokens`).
    """

    names: list[str]
    photos: list[Path]
    references: References | None = None
    train_tokens: References | None = None
    notes: list[str] = field(default_factory=list)
    words: str = SPACES


def prepare(
    images_dir: Path,
    names_file: Path | None = None,
    captions_file: Path | None = None,
    train_file: Path | None = None,
    words: str = SPACES,
) -> Evaluation:
    """Return the task, every part of it checked; all photos are decoded once to find damage.

    Without `names_file`, the test split of the captions file is captioned, and where it names none
    all photos of the folder. Raises `InputError`, or `FileNotFoundError` and `ValueError` as
    `read_captions` does.
    """
    notes: list[str] = []
    if not images_dir.is_dir():
        raise InputError(f"There is no folder {images_dir}: name the photos' by --images-dir.")
    file = _captions(captions_file, notes) if captions_file else None
    splits = file.splits if file else {}
    if names_file:
        names = read_names(names_file, notes)
    else:
        names = splits.get("test") or names_in(images_dir)
    photo_of = match_names(names, photos_under(images_dir, IMAGE_SUFFIXES))
    names = _each_photo_once(names, photo_of, notes)
    train = read_names(train_file, notes) if train_file else splits.get("train")
    references = train_tokens = None
    if file:
        references = _references(file, names, words)
        train_tokens = _train_tokens(file, names, train, words, notes)
        notes += spaceless_note(file.captions) if words == SPACES else []
    elif train is not None:
        raise InputError("--train-names needs --captions, the file that holds their captions.")
    photos = [images_dir / photo_of.get(name, name) for name in names]
    _check_photos(photos, images_dir)
    return Evaluation(names, photos, references, train_tokens, notes, words)


def _each_photo_once(names: list[str], photo_of: dict[str, str], notes: list[str]) -> list[str]:
    """Return the names without those that mean a photo named before; `notes` tells of them."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(photo_of.get(name, name), name)
    if len(first) < len(names):
        again = next(name for name in names if name not in first.values())
        same = first[photo_of[again]]
        count = len(names) - len(first)
        notes.append(
            f"{count:,} of the images are named in two ways ({same} and {again}, for example); "
            "each photo is taken once."
        )
    return list(first.values())


def _captions(path: Path, notes: list[str]) -> CaptionsFile:
    """Return what a captions file holds; `notes` tells what it is and what is odd about it."""
    file = read_captions_file(path)
    captions, repeated = without_repeats(file.captions)
    notes += [] if file.kind == OWN and not file.splits else [file.told()]
    notes += [*file.notes, *repeated]
    return replace(file, captions=captions)


def read_names(path: Path, notes: list[str]) -> list[str]:
    """Return the image names in a list, one a line, each once; `notes` tells of repeated ones.

    Raises `InputError` where there is no such file, or nothing or no text in it.
    """
    try:
        listed = read_list(path)
    except ValueError as error:
        raise InputError(f"{path} is no list in UTF-8: {error}") from error
    except OSError as error:
        raise InputError(f"There is no list at {path} ({error.strerror}): check it.") from error
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
        deeper = photos_under(folder, IMAGE_SUFFIXES)
        where = f" There are some in {(folder / deeper[0]).parent}." if deeper else ""
        raise InputError(f"There are no photos in {folder}: check the folder.{where}")
    return names


def _references(file: CaptionsFile, names: list[str], words: str) -> References:
    path, captions_of = file.path, match_names(names, file.captions)
    bare = [name for name in names if name not in captions_of]
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
    return _tokens(file, [captions_of[name] for name in names], words)


def _train_tokens(
    file: CaptionsFile, names: list[str], train: list[str] | None, words: str, notes: list[str]
) -> References | None:
    path = file.path
    if train is None:
        others = len(file.captions) - len(names)
        which = f"{path} has captions of {others:,} other images, but which of them were trained on"
        notes.append(
            (f"{which} is not said" if others else "No training images are named")
            + ': "one caption for all" and "copied" are left out. Name the list by --train-names.'
        )
        return None
    shared = sorted(match_names(train, names))
    if shared:
        raise InputError(
            f"{len(shared):,} of the images to score are in --train-names too: {_some(shared)}. "
            "Scores of images that were trained on are worthless; give two lists that share none."
        )
    captions_of = match_names(train, file.captions)
    known = [captions_of[name] for name in train if name in captions_of]
    if not known:
        raise InputError(f"No image of --train-names has a caption in {path}: check the list.")
    if len(known) < len(train):
        lost = len(train) - len(known)
        notes.append(f"{lost:,} of the {len(train):,} training images have no caption in {path}.")
    return _tokens(file, known, words)


def _tokens(file: CaptionsFile, names: list[str], words: str) -> References:
    return [[caption_tokens(text, words) for text in file.captions[name]] for name in names]


def _check_photos(photos: Sequence[Path], folder: Path) -> None:
    missing = [photo.name for photo in photos if _is_missing(photo)]
    if missing:
        notes = unfound_notes(missing, folder, IMAGE_SUFFIXES)
        more = "".join(f" {note}" for note in notes if "have no photo" not in note)
        raise InputError(
            f"{len(missing):,} of the {len(photos):,} images are not in {folder}: "
            f"{_some(missing)}. Put them there, or take them out of the list.{more}"
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


def _is_missing(photo: Path) -> bool:
    """Return whether nothing has this name; what has it is looked at as a photo later."""
    try:
        photo.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def check_target(path: Path) -> None:
    """Raise `InputError` where a file cannot be written, before the work is done in vain."""
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a file to write.")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no ordinary file: name another.")
    try:
        make_folder(path.parent)
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
    from utils.metrics import score_rows

    if task.references is None:
        raise ValueError("There is nothing to score against: name the captions by --captions.")
    rows = score_rows(task.references, {name: captions}, task.train_tokens)
    found = _meteor(task.references, captions)
    return [replace(row, meteor=found) if row.name == name else row for row in rows]


def _meteor(references: References, captions: Sequence[Sequence[str]]) -> float | None:
    """Return METEOR, or None and a sentence on the error stream where nltk cannot measure it."""
    from utils.metrics import GET_WORDNET, meteor, wordnet_trouble

    trouble = wordnet_trouble()
    try:
        if not trouble:
            return meteor(references, captions)[0]
    except Exception as error:  # damage that shows only at some word
        trouble = f"damaged ({type(error).__name__})"
    advice = f"get it by `{GET_WORDNET}`"
    if trouble != "missing":
        advice = f"delete wordnet in nltk's folder of data, then {advice}"
    print(
        f"METEOR is left out: nltk's WordNet data is {trouble}; {advice}. All other scores stand.",
        file=sys.stderr,
    )
    return None


# The command


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status (see `--help`)."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not (given.captions or given.json):
        parser.error("name --captions to score, --json to keep the captions, or both.")
    if given.scores and not given.captions:
        parser.error("--scores needs --captions, the file to score against.")
    demand_memory("evaluating", used=1_250, reserved=3_500)  # measured, and 200 MB more
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")  # of odd metadata and large photos
        try:
            task, captioner = _begin(given)
        except (OSError, ValueError, RuntimeError) as error:
            print(sentence(error), file=sys.stderr)
            return NOTHING
        _finish(given, task, captioner)
    return 0


def _inputs(given: argparse.Namespace) -> list[Path]:
    """Return every file that is read: lists, captions, the captioner's own, all photos."""
    files = [path for path in (given.captions, given.names, given.train_names) if path]
    for folder in (CAPTIONERS / given.captioner, expanded(given.captioner)):
        files += folder.iterdir() if folder.is_dir() else []
    if given.images_dir.is_dir():
        listed = read_names(given.names, []) if given.names else []
        files += [given.images_dir / name for name in listed]
        files += [given.images_dir / n for n in photos_under(given.images_dir, IMAGE_SUFFIXES)]
    return files


def _begin(given: argparse.Namespace) -> tuple[Evaluation, Captioner]:
    for path in (given.names, given.captions, given.train_names):
        if path and path.exists() and not path.is_file() and not path.is_dir():
            raise InputError(f"{path} is a pipe, which can be read once: save it as a file first.")
    outputs = [path for path in (given.json, given.scores) if path]
    demand_apart(outputs, _inputs(given))
    for path in outputs:
        check_target(path)
    if given.scores:
        demand_own_json(given.scores, lambda told: {"captioner", "scores"} <= set(told))
    if given.json:
        demand_own_json(
            given.json, lambda told: all(isinstance(caption, str) for caption in told.values())
        )
    words = checked_words(given.words or words_of(given.captioner))
    task = prepare(given.images_dir, given.names, given.captions, given.train_names, words)
    for note in task.notes:
        print(note, file=sys.stderr)

    import_keras()
    from utils.captioner import load_captioner

    return task, load_captioner(given.captioner)


def _finish(given: argparse.Namespace, task: Evaluation, captioner: Captioner) -> None:
    width = given.beam or captioner.beam_width
    captions = caption_list(captioner, task.photos, width, progress=sys.stderr.isatty())
    failed = None
    if given.json:
        texts = (caption_text(tokens, captioner.words) for tokens in captions)
        try:
            write_json(given.json, dict(zip(task.names, texts, strict=True)))
        except OSError as error:  # such as a full disk: the scores are told all the same
            failed = error
    if task.references is not None:
        _score(given, task, captioner, captions, width)
    if failed:
        raise failed


def _score(
    given: argparse.Namespace,
    task: Evaluation,
    captioner: Captioner,
    captions: list[list[str]],
    width: int,
) -> None:
    """Print the table of scores, and write it where `--scores` names a file."""
    if task.words != captioner.words:  # scored by characters, written by words
        texts = [caption_text(tokens, captioner.words) for tokens in captions]
        captions = [caption_tokens(text, task.words) for text in texts]
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
        "--captions",
        type=Path,
        help="the captions file: a CSV that starts with image,caption, or another common format",
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
    add_words_options(parser)
    return parser
