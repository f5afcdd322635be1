"""Installing the real data: Flickr8k and GloVe, from Kaggle or from archives you have.

    python -m utils install flickr8k                                  # download both from Kaggle
    python -m utils install flickr8k --from-zip ZIP --glove-zip ZIP   # no network at all
    python -m utils install flickr8k --splits-dir DIR                 # add the official lists
    python -m utils install flickr8k --without-glove                  # photos and captions only

Each part is unpacked under a temporary name, checked and only then renamed, so what lies at the
final place is whole. A second run reuses what is there; one that was stopped goes on with the
archive it had. Archives are kept in the cache until they are installed.
"""

import argparse
import errno
import shutil
import signal
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from utils.commands.kaggle_client import (
    InstallError,
    archive_is_complete,
    archive_path,
    dataset_page,
    download,
    remove_archive,
)
from utils.dataset import SPLITS, load_dataset, read_split_lists
from utils.glove import GLOVE
from utils.images import IMAGE_SUFFIXES, open_photo
from utils.support.files import atomic_path
from utils.support.paths import cache_dir, dataset_dir

try:
    import fcntl
except ImportError:  # Windows: two installations at once are then not kept apart
    fcntl = None

FLICKR8K = "adityajn105/flickr8k"
GLOVE_6B = "rtatman/glove-global-vectors-for-word-representation"
PHOTOS, CAPTIONS, GLOVE_WORDS = 8_091, 40_455, 400_000
LIST_SIZES = {"train": 6_000, "dev": 1_000, "test": 1_000}
DIMENSIONS = (50, 100, 200, 300)
COMMAND = "python -m utils install flickr8k"
BY_HAND = {FLICKR8K: f"{COMMAND} --from-zip ARCHIVE", GLOVE_6B: f"{COMMAND} --glove-zip ARCHIVE"}


@dataclass(frozen=True)
class Installed:
    """What is installed: the folder, its counts, GloVe's files, and what is missing (`notes`)."""

    folder: Path
    photos: int
    captions: int
    glove: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def install_flickr8k(
    from_zip: Path | None = None,
    splits_dir: Path | None = None,
    folder: Path | None = None,
    glove_zip: Path | None = None,
    with_glove: bool = True,
    glove_folder: Path = GLOVE,
    say: Callable[[str], None] = print,
) -> Installed:
    """Install Flickr8k in `folder` (`data/flickr8k`) and GloVe in `glove_folder` (`data/glove`).

    Args:
        from_zip: an archive of Flickr8k to take instead of Kaggle's; a part of the set will do.
        splits_dir: a folder with the lists `*trainImages.txt`, `*devImages.txt`,
            `*testImages.txt`; they are copied beside the photos.
        folder: where Flickr8k goes.
        glove_zip: an archive with `glove.6B.50d.txt` and so on to take instead of Kaggle's.
        with_glove: whether GloVe is installed at all.
        glove_folder: where GloVe goes.
        say: is given each line of the report.

    Raises `InstallError`, a full sentence, for whatever stands in the way.
    """
    # An absolute path, because a folder that is just called "flickr8k" would mean data/flickr8k.
    folder = (Path(folder) if folder else dataset_dir("flickr8k")).expanduser().absolute()
    archives = [Path(path) if path else None for path in (from_zip, glove_zip)]
    try:
        for path in filter(None, archives):
            _check_archive(path)
        lists = _lists_of(Path(splits_dir)) if splits_dir else {}
        downloads = cache_dir() / "downloads"
        with _alone(downloads) as lock:
            installed = _install_photos(archives[0], lists, folder, downloads, lock, say)
            if not with_glove:
                return installed
            try:
                files = _install_glove(archives[1], Path(glove_folder), downloads, lock, say)
            except InstallError as error:
                raise InstallError(
                    f"{error} Flickr8k itself is installed; `--without-glove` leaves GloVe out, "
                    "and the 50 dimensions that come with the course serve in its place."
                ) from error
            return Installed(
                installed.folder, installed.photos, installed.captions, files, installed.notes
            )
    except OSError as error:
        raise InstallError(_disk_sentence(error, folder)) from error


# Photos and captions


def _install_photos(
    from_zip: Path | None,
    lists: dict[str, list[str]],
    folder: Path,
    downloads: Path,
    lock: IO,
    say: Callable[[str], None],
) -> Installed:
    temporary = _beside(folder, "unzipping")
    for left in (temporary, _beside(folder, "old")):
        _recover(left, folder)
    # A run that was stopped may have left a whole archive; it is used up before anything else.
    waiting = archive_path(FLICKR8K, downloads)
    archive = from_zip or (waiting if archive_is_complete(waiting) else None)
    try:
        if folder.exists() and any(folder.iterdir()):
            present, given = _photo_names(folder), set(_photos_of(archive) if archive else ())
            if present >= given:
                installed = _reuse(folder, lists, say)
                if archive and archive == waiting:
                    remove_archive(waiting)
                return installed
            if not present <= given:
                raise InstallError(
                    f"{folder} holds other photos than {archive}: rename or remove that folder, "
                    "or choose another one with --folder, and run the command again."
                )
        archive = archive or download(FLICKR8K, downloads, BY_HAND[FLICKR8K], lock)
        say(f"Unpacking {archive.name} and opening every photo ...")
        _unpack_photos(archive, temporary)
        _keep_others(folder, temporary)
        _write_lists(lists, temporary)
        _check_photos(archive, temporary)
        installed = _look(temporary, shown_as=folder, source=archive)
        _swap(temporary, folder)
    except zipfile.BadZipFile as error:
        raise _broken(archive, from_zip is None, FLICKR8K) from error
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)
    if from_zip is None:
        remove_archive(archive)
    _report(installed, f"Flickr8k is installed in {folder}", say)
    return installed


def _reuse(folder: Path, lists: dict[str, list[str]], say: Callable[[str], None]) -> Installed:
    before = {path: path.read_bytes() for path in folder.glob("*Images.txt")}
    try:
        _write_lists(lists, folder)
        installed = _look(folder, shown_as=folder, source=folder)
    except InstallError:
        for path in folder.glob("*Images.txt"):
            path.unlink() if path not in before else path.write_bytes(before[path])
        raise
    _report(installed, f"Flickr8k is already in {folder}", say)
    return installed


def _keep_others(folder: Path, temporary: Path) -> None:
    """Copy what else lies in a folder that is replaced by a fuller set: lists, a reader's files."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and path.name != "Images":
            shutil.copytree(path, temporary / path.name, dirs_exist_ok=True)
        elif path.is_file() and path.name != "captions.txt":
            shutil.copy2(path, temporary / path.name)


def _photos_of(archive: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the photos of an archive by their names alone, whatever folder they lie in.

    Raises `InstallError` where a name points outside the folder it is unpacked to.
    """
    photos: dict[str, zipfile.ZipInfo] = {}
    for info, path in _members(archive):
        if path.suffix.lower() in IMAGE_SUFFIXES:
            photos.setdefault(path.name, info)
    return photos


def _members(archive: Path) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return the files of an archive with their paths, those nearest to its top first."""
    members = []
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            path = PurePosixPath(info.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or ":" in info.filename:
                raise InstallError(
                    f"{archive} holds a name that points outside its folder ({info.filename}): "
                    f"it is not Kaggle's archive; get that from {dataset_page(FLICKR8K)}."
                )
            # macOS adds files of its own to an archive
            if not (info.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts):
                members.append((info, path))
    return sorted(members, key=lambda member: len(member[1].parts))


def _unpack_photos(archive: Path, folder: Path) -> None:
    photos = _photos_of(archive)
    texts = [(info, path.name) for info, path in _members(archive) if path.suffix == ".txt"]
    captions = [info for info, name in texts if name.lower() == "captions.txt"]
    if not photos or not captions:
        what = "no photos" if not photos else "no captions.txt"
        raise InstallError(
            f"{archive} holds {what}: it must be laid out as Kaggle's, Images/*.jpg beside "
            f"captions.txt; get it from {dataset_page(FLICKR8K)}."
        )
    lists = {}
    for info, name in texts:
        for split in SPLITS:
            if name.endswith(f"{split}Images.txt"):
                lists.setdefault(_list_name(split), info)
    _need_space([*photos.values(), captions[0], *lists.values()], folder.parent)
    (folder / "Images").mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        for name, info in photos.items():
            _copy(opened, info, folder / "Images" / name)
        for name, info in {"captions.txt": captions[0], **lists}.items():
            _copy(opened, info, folder / name)


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    try:
        with opened.open(info) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except (zlib.error, EOFError, NotImplementedError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    except RuntimeError as error:
        raise InstallError(
            f"{opened.filename} cannot be unpacked ({error}): is it locked by a password? "
            "Unlock it and run the command again."
        ) from error


def _check_photos(archive: Path, folder: Path) -> None:
    def fault(path: Path) -> str:
        try:
            open_photo(path)
            return ""
        except ValueError:
            return path.name

    with ThreadPoolExecutor(max_workers=4) as pool:
        faults = [name for name in pool.map(fault, sorted((folder / "Images").iterdir())) if name]
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise InstallError(
            f"{len(faults)} of the photos in {archive} do not open ({', '.join(faults[:3])}"
            f"{more}): get the archive again from {dataset_page(FLICKR8K)} and run "
            f"`{BY_HAND[FLICKR8K]}`."
        )


def _look(folder: Path, shown_as: Path, source: Path) -> Installed:
    """Read a folder as the course will, and say what is missing; messages name `source`."""
    try:
        data = load_dataset(str(folder))
    except (FileNotFoundError, ValueError) as error:
        words = str(error).replace(str(folder), str(source))
        remedy = (
            f"rename or remove {source} and run the command again"
            if source == shown_as
            else f"get the archive again from {dataset_page(FLICKR8K)}"
        )
        raise InstallError(
            f"{words} Flickr8k cannot be used so: mend that, or {remedy}."
        ) from error
    captions = sum(len(texts) for texts in data.captions.values())
    notes = [note.replace(str(folder), str(shown_as)) for note in data.notes]
    lists = read_split_lists(folder)
    for split, size in LIST_SIZES.items():
        if split in lists and len(lists[split]) != size:
            notes.append(
                f"The list for {split} names {len(lists[split]):,} images; the official one "
                f"names {size:,}."
            )
    if len(data.captions) < PHOTOS:
        lost = PHOTOS - len(data.captions)
        notes.append(
            f"{lost:,} of the {PHOTOS:,} captioned photos of Flickr8k are missing; an archive of "
            "the whole set, given as --from-zip, adds them."
        )
    elif captions < CAPTIONS:
        notes.append(f"{CAPTIONS - captions:,} of the {CAPTIONS:,} captions are missing.")
    if not lists:
        notes.append(f"Add the official lists, where you have them: `{COMMAND} --splits-dir DIR`.")
    return Installed(shown_as, len(data.captions), captions, notes=notes)


def _report(installed: Installed, start: str, say: Callable[[str], None]) -> None:
    say(f"{start}: {installed.photos:,} photos with {installed.captions:,} captions.")
    for note in installed.notes:
        say(f"  {note}")


def _photo_names(folder: Path) -> set[str]:
    images = folder / "Images"
    return {path.name for path in images.iterdir()} if images.is_dir() else set()


# Split lists


def _list_name(split: str) -> str:
    return f"Flickr_8k.{split}Images.txt"


def _lists_of(folder: Path) -> dict[str, list[str]]:
    if not folder.is_dir():
        raise InstallError(f"There is no folder {folder}: check what you gave as --splits-dir.")
    try:
        lists = read_split_lists(folder)
    except UnicodeDecodeError as error:
        raise InstallError(f"A list in {folder} is not a text file in UTF-8: mend it.") from error
    if not lists:
        raise InstallError(
            f"{folder} holds no list for train: it must be called {_list_name('train')} and have "
            "a photo's name on each line."
        )
    return lists


def _write_lists(lists: dict[str, list[str]], folder: Path) -> None:
    for split, names in lists.items():
        with atomic_path(folder / _list_name(split)) as temporary:
            temporary.write_text("\n".join(names) + "\n", encoding="utf-8")


# GloVe


def _install_glove(
    glove_zip: Path | None, folder: Path, downloads: Path, lock: IO, say: Callable[[str], None]
) -> list[Path]:
    files = _glove_files(folder)
    temporary = folder / ".unzipping"
    _recover(temporary, folder)
    # An archive that is waiting means that the last run did not come to its end.
    if files and glove_zip is None and not archive_path(GLOVE_6B, downloads).exists():
        say(f"GloVe is already in {folder}: {', '.join(path.name for path in files)}.")
        return files
    archive = glove_zip or download(GLOVE_6B, downloads, BY_HAND[GLOVE_6B], lock)
    names = {f"glove.6B.{dimension}d.txt" for dimension in DIMENSIONS}
    try:
        found = {path.name: info for info, path in reversed(_members(archive))}
        found = {name: info for name, info in found.items() if name in names}
        if not found:
            raise InstallError(
                f"{archive} holds no glove.6B.50d.txt or other file of glove.6B: get it from "
                f"{dataset_page(GLOVE_6B)} or https://nlp.stanford.edu/data/glove.6B.zip."
            )
        absent = [name for name in sorted(found) if not (folder / name).is_file()]
        folder.mkdir(parents=True, exist_ok=True)
        _need_space([found[name] for name in absent], folder)
        temporary.mkdir()
        with zipfile.ZipFile(archive) as opened:
            for name in absent:
                say(f"Unpacking {name} ...")
                _copy(opened, found[name], temporary / name)
                lost = GLOVE_WORDS - _count_words(temporary / name, name, archive)
                if lost > 0:
                    say(f"  {lost:,} of the {GLOVE_WORDS:,} words of glove.6B are missing.")
        for name in absent:
            (temporary / name).rename(folder / name)
    except zipfile.BadZipFile as error:
        raise _broken(archive, glove_zip is None, GLOVE_6B) from error
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)
    if glove_zip is None:
        remove_archive(archive)
    files = _glove_files(folder)
    say(f"GloVe is installed in {folder}: {', '.join(path.name for path in files)}.")
    return files


def _glove_files(folder: Path) -> list[Path]:
    paths = [folder / f"glove.6B.{dimension}d.txt" for dimension in DIMENSIONS]
    return [path for path in paths if path.is_file()]


def _count_words(path: Path, name: str, archive: Path) -> int:
    """Return the number of lines; raises where one has other columns than the name says."""
    columns = int(name.split(".")[2].removesuffix("d"))
    number = 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if line.count(b" ") < columns:
                raise InstallError(
                    f"{name} in {archive} is cut short or of another format (line {number}): get "
                    f"it again from {dataset_page(GLOVE_6B)} and run `{BY_HAND[GLOVE_6B]}`."
                )
    if number == 0:
        raise InstallError(f"{name} in {archive} is empty: get it again and run the command again.")
    return number


# Archives, disk, and one installation at a time


def _check_archive(path: Path) -> None:
    if not path.is_file():
        raise InstallError(f"There is no archive at {path}: check the name.")
    if not zipfile.is_zipfile(path):
        raise InstallError(
            f"{path} is not a whole zip archive (cut short, or of another kind): get it again."
        )


def _broken(archive: Path, downloaded: bool, dataset: str) -> InstallError:
    if downloaded:
        remove_archive(archive)
        return InstallError(
            f"The archive of {dataset} arrived broken and was removed; run the same command again, "
            f"or download it from {dataset_page(dataset)} and run `{BY_HAND[dataset]}`."
        )
    return InstallError(
        f"{archive} is broken inside; get it again from {dataset_page(dataset)} and run the same "
        "command again."
    )


def _need_space(members: Sequence[zipfile.ZipInfo], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    needed = sum(info.file_size for info in members)
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, "", str(folder))


def _disk_sentence(error: OSError, folder: Path) -> str:
    place = error.filename or folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk has no room to install the data at {place}: Flickr8k and GloVe take 4 GB "
            "in all while they are installed; free some space and run the same command again."
        )
    return (
        f"The data could not be installed at {place} ({error.strerror or error}): check that you "
        "may write there, or choose another place with --folder and CAPTIONING_CACHE."
    )


def _beside(folder: Path, kind: str) -> Path:
    # The same names in every run, so that the next run finds what a killed one left.
    return folder.with_name(f".{folder.name}.{kind}")


def _recover(left: Path, folder: Path) -> None:
    """Clear what a killed run left; put the old folder back if it was being replaced."""
    if not left.exists():
        return
    if left.name.endswith(".old") and not folder.exists():
        left.rename(folder)
    else:
        shutil.rmtree(left)


def _swap(temporary: Path, folder: Path) -> None:
    old = _beside(folder, "old")
    if folder.exists():
        folder.rename(old)
    try:
        temporary.rename(folder)
    finally:
        _recover(old, folder)


@contextmanager
def _alone(downloads: Path) -> Iterator[IO]:
    """Hold a lock, so that two installations do not write the same files."""
    downloads.mkdir(parents=True, exist_ok=True)
    with open(downloads / ".lock", "a+b") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InstallError(
                    "Another installation is running, perhaps the download of one that was "
                    "stopped: wait until it has ended, then run the same command again."
                ) from None
        yield lock


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 with a sentence on the error stream."""
    parser = argparse.ArgumentParser(
        prog="python -m utils install",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", choices=["flickr8k"])
    parser.add_argument("--from-zip", type=Path, metavar="ZIP", help="an archive of Flickr8k")
    parser.add_argument("--splits-dir", type=Path, metavar="DIR", help="the folder of split lists")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="in place of data/flickr8k")
    parser.add_argument("--glove-zip", type=Path, metavar="ZIP", help="an archive of glove.6B")
    parser.add_argument("--glove-folder", type=Path, metavar="DIR", default=GLOVE)
    parser.add_argument("--without-glove", action="store_true", help="photos and captions only")
    given = parser.parse_args(arguments)
    # A polite end by another program clears the temporary folder too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        install_flickr8k(
            given.from_zip,
            given.splits_dir,
            given.folder,
            given.glove_zip,
            not given.without_glove,
            given.glove_folder,
            say=lambda line: print(line, flush=True),
        )
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("You stopped it; run the same command again and it goes on.", file=sys.stderr)
        return 1
    return 0
