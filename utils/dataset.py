"""A captioned dataset: photos, captions, and which photo belongs to which split (chapter 1)."""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from utils.captions import SPACES, caption_tokens
from utils.formats.captions_file import OWN, CaptionsFile, find_captions_file, read_captions_file
from utils.formats.lists import lists_beside, lists_in
from utils.formats.names import (
    find_photos_of,
    match_names,
    photos_under,
    unfound_notes,
    usual_places,
)
from utils.formats.oddities import leak_note, spaceless_note, without_repeats
from utils.images import IMAGE_SUFFIXES
from utils.support.class_settings import class_settings
from utils.support.paths import dataset_dir, dataset_name
from utils.vocabulary import Vocabulary

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Dataset:
    """Photos with their captions, split by image.

    `captions`: image name -> its captions as written. `splits`: split -> image names.
    `notes`: sentences that say what is missing or was left out. `words`: how the words of a
    caption are found (`utils.captions.caption_tokens`).
    """

    name: str
    folder: Path
    images_dir: Path
    captions: dict[str, list[str]]
    splits: dict[str, list[str]]
    notes: list[str] = field(default_factory=list)
    words: str = SPACES

    @cached_property
    def images(self) -> list[str]:
        """The names of all images of all splits: the order of the rows of their features."""
        return [image for images in self.splits.values() for image in images]

    @property
    def scored_splits(self) -> list[str]:
        """The splits to score: the test lists where there are any, else dev."""
        splits = [name for name, images in self.splits.items() if images]
        return [name for name in splits if name not in ("train", "dev")] or ["dev"]

    @property
    def words_settings(self) -> dict[str, str | int]:
        """What a captioner must remember of captions without spaces; nothing for any other."""
        if self.words == SPACES:
            return {}
        longest = max(map(len, chain.from_iterable(self.iter_tokens("train"))))
        return {"words": self.words, "max_length": longest}

    def path(self, image: str) -> Path:
        """Return where a photo lies."""
        return self.images_dir / image

    def paths(self, split: str) -> list[Path]:
        """Return where the photos of a split lie."""
        return [self.path(image) for image in self.splits[split]]

    def rows(self, split: str) -> slice:
        """Return where a split's images lie in `images`: a slice of features copies nothing."""
        names = list(self.splits)
        before = sum(len(self.splits[name]) for name in names[: names.index(split)])
        return slice(before, before + len(self.splits[split]))

    def index(self, split: str) -> np.ndarray:
        """Return the rows of a split's images in `images`, `(n,)` int32."""
        return np.arange(self.rows(split).start, self.rows(split).stop, dtype=np.int32)

    def caption_count(self, split: str) -> int:
        """Return how many captions the images of a split have together."""
        return sum(len(self.captions[image]) for image in self.splits[split])

    def tokens(self, split: str) -> list[list[list[str]]]:
        """Return the tokens of each caption of each image of a split, the references."""
        return list(self.iter_tokens(split))

    def iter_tokens(self, split: str) -> Iterator[list[list[str]]]:
        """Yield what `tokens` returns, image by image: of a large split it would fill memory."""
        for image in self.splits[split]:
            yield [caption_tokens(text, self.words) for text in self.captions[image]]

    def train_vocabulary(self, minimum_count: int = 1, every_split: bool = False) -> Vocabulary:
        """Return the vocabulary of the training captions; `every_split` is for word lists only."""
        splits = map(self.iter_tokens, self.splits if every_split else ["train"])
        return Vocabulary.fit(chain.from_iterable(chain.from_iterable(splits)), minimum_count)


def load_dataset(
    name: str | None = None,
    *,
    images_dir: Path | None = None,
    captions_file: Path | None = None,
    splits_dir: Path | None = None,
    words: str = SPACES,
) -> Dataset:
    """Load a dataset: `scenes` (made on first use), `flickr8k`, or any folder like Flickr8k.

    `name` is the reader's `DATASET` where it is left out. The three paths stand in for the
    folder's own `Images/`, `captions.txt` and split lists. Where there are no lists, the split
    is that of the captions file, or `split_by_image`. `words`: see `caption_tokens`. Raises
    `FileNotFoundError` where the folder, the captions or all photos are missing, `ValueError` for
    captions or lists that cannot be used.
    """
    name = name or dataset_name()
    folder = dataset_dir(name)
    if name == "scenes" and not folder.is_dir():
        from utils.scenes.dataset import make_scenes

        make_scenes(folder, seed=scenes_seed(), progress=True)
    file = read_captions_file(Path(captions_file) if captions_file else _captions_file(folder))
    places = [Path(images_dir)] if images_dir else usual_places(folder)
    images_dir, photo_of = find_photos_of(file.captions, places, IMAGE_SUFFIXES)
    captions, notes = _present(file, images_dir, photo_of)
    if splits_dir or "train" not in file.splits:
        lists = lists_beside(Path(splits_dir) if splits_dir else folder, file)
    else:
        lists = file.splits
    if lists:
        splits = _listed(lists, captions, notes)
    else:
        splits = split_by_image(list(captions))
        notes.append("There are no split lists: the images were split by the hash of their names.")
    notes += spaceless_note(captions) if words == SPACES else []
    short_name = name if name in ("scenes", "flickr8k") else folder.name
    dataset = Dataset(short_name, folder, images_dir, captions, splits, notes, words)
    notes += leak_note({split: dataset.paths(split) for split in splits})
    return dataset


def scenes_seed(variant: str | None = None) -> int:
    """Return the seed of the scenes of a class; of this tree's class where `variant` is None.

    It is the same on every machine, and 0 where a class has no seed.
    """
    seed = class_settings().variant if variant is None else variant
    return zlib.crc32(seed.encode("utf-8"))


def _captions_file(folder: Path) -> Path:
    if not folder.is_dir():
        known = " Install it with `make flickr8k`." if folder.name == "flickr8k" else ""
        raise FileNotFoundError(f"There is no dataset folder at {folder}: check the name.{known}")
    return find_captions_file(folder)


def _present(
    file: CaptionsFile, images_dir: Path, photo_of: dict[str, str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the captions of the photos that are there, by the photos' names, and notes on all."""
    captions: dict[str, list[str]] = {}
    for image, photo in photo_of.items():
        captions.setdefault(photo, []).extend(file.captions[image])
    captions, repeated = without_repeats(captions)
    notes = [*file.notes, *repeated]
    if file.kind != OWN or file.splits:
        notes.insert(0, file.told())
    absent = [image for image in file.captions if image not in photo_of]
    notes += unfound_notes(absent, images_dir, IMAGE_SUFFIXES) if absent else []
    uncaptioned = len(set(photos_under(images_dir, IMAGE_SUFFIXES)) - set(captions))
    if uncaptioned:
        notes.append(f"{uncaptioned} photos have no caption; they are left out.")
    return captions, notes


def read_split_lists(folder: Path) -> dict[str, list[str]]:
    """Read the lists `*trainImages.txt`, `*devImages.txt` and so on that a folder has.

    Returns split -> image names as listed; empty where there is no list for train. Raises
    `ValueError` where a list is not in UTF-8, or where a split has two that differ.
    """
    lists = lists_in(folder)
    return lists if "train" in lists else {}


def demand_lists(folder: Path | None) -> None:
    """Raise `ValueError` where a folder is named that holds no list for train."""
    if folder is not None and not read_split_lists(folder):
        raise ValueError(
            f"There is no list for train in {folder}, such as Flickr_8k.trainImages.txt: check "
            "what --splits-dir names."
        )


def _listed(
    lists: dict[str, list[str]], present: Collection[str], notes: list[str]
) -> dict[str, list[str]]:
    """Keep the listed images that are present; raises `ValueError` where two lists share one."""
    owner: dict[str, str] = {}
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for split, images in lists.items():
        photo_of = match_names(images, present)
        for image in images:
            if owner.setdefault(photo_of.get(image, image), split) != split:
                raise ValueError(
                    f"{image} is in the list for {owner[photo_of.get(image, image)]} and in the "
                    f"one for {split}: an image in two splits makes every score worthless; remove "
                    "it from one."
                )
        listed = dict.fromkeys(images)
        splits[split] = list(dict.fromkeys(photo_of[one] for one in listed if one in photo_of))
        lost = [image for image in listed if image not in photo_of]
        if lost:
            notes.append(
                f"{len(lost)} of the {len(listed)} images listed for {split} are missing "
                f"(the first is {lost[0]})."
            )
    notes += [
        f"There is no list for {split}; it is empty." for split in SPLITS if split not in lists
    ]
    if not splits["train"]:
        first = f" (there is no {lists['train'][0]})" if lists["train"] else ", which is empty"
        raise ValueError(
            f"No image of the training list is present{first}: check the names in the list."
        )
    return splits


def split_by_image(images: Sequence[str]) -> dict[str, list[str]]:
    """Split images into train, dev and test (six, one and one eighth) by a hash of their names.

    The hash makes the split the same on every machine and independent of the order of the files
    and of the captions; all captions of an image go with it. Raises `ValueError` for fewer than
    three images.
    """
    if len(images) < 3:
        raise ValueError(f"{len(images)} images cannot be split in three: give three or more.")
    ordered = sorted(images, key=lambda image: hashlib.sha256(image.encode()).hexdigest())
    eighth = max(len(ordered) // 8, 1)
    return {
        "train": ordered[: -2 * eighth],
        "dev": ordered[-2 * eighth : -eighth],
        "test": ordered[-eighth:],
    }
