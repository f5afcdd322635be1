"""Installing the real data: Flickr8k and GloVe, from Kaggle or from archives you have.

    python -m utils install flickr8k                                  # download both from Kaggle
    python -m utils install flickr8k --from-zip ZIP --glove-zip ZIP   # no network at all
    python -m utils install flickr8k --splits-dir DIR                 # add the official lists
    python -m utils install flickr8k --without-glove                  # photos and captions only

Each part is unpacked under a temporary name, checked and only then renamed, so what lies at the
final place is whole. A second run reuses what is there; one that was stopped goes on with the
archive it had. Archives are kept in the cache until they are installed. While they are installed,
all takes 4 GB of the disk.
"""

import argparse
import errno
import lzma
import shutil
import signal
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from filelock import FileLock, Timeout

from utils.commands.caption import photo_problems
from utils.commands.kaggle_client import Archive, InstallError
from utils.dataset import SPLITS, load_dataset, read_split_lists
from utils.glove import load_glove, whole_glove_dir
from utils.images import IMAGE_SUFFIXES
from utils.support.errors import sentence
from utils.support.paths import cache_dir, dataset_dir, expanded

FLICKR8K = "adityajn105/flickr8k"
GLOVE_6B = "rtatman/glove-global-vectors-for-word-representation"
PHOTOS, GLOVE_WORDS = 8_091, 400_000
GLOVE_FILES = {f"glove.6B.{dimension}d.txt": dimension for dimension in (50, 100, 200, 300)}
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".gz", ".7z", ".rar")
COMMAND = "python -m utils install flickr8k"

Say = Callable[[str], None]


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
    glove_folder: Path | None = None,
    say: Say = print,
) -> Installed:
    """Install Flickr8k in `folder` (`data/flickr8k`) and GloVe in `glove_folder` (`data/glove`).

    `from_zip`, `glove_zip`: archives to take instead of Kaggle's; a part of the set will do.
    `splits_dir`: a folder with the lists `*trainImages.txt` and so on, copied beside the photos.
    `say` is given each line of the report. Raises `InstallError`, a full sentence, for whatever
    stands in the way.
    """
    # An absolute path, because a folder that is just called "flickr8k" would mean data/flickr8k.
    folder = (expanded(folder) if folder else dataset_dir("flickr8k")).absolute()
    if folder.is_symlink():  # to a larger disk: the place that it names is filled, and it stays
        folder = folder.resolve()
    try:
        downloads = cache_dir() / "downloads"
        photos = Archive(FLICKR8K, downloads, f"{COMMAND} --from-zip ARCHIVE", from_zip)
        glove = Archive(GLOVE_6B, downloads, f"{COMMAND} --glove-zip ARCHIVE", glove_zip)
        for archive in filter(None, (from_zip, glove_zip)):
            _check_archive(archive)
        lists = _lists_of(Path(splits_dir)) if splits_dir else {}
        with _alone(downloads):
            installed = _install_photos(photos, lists, folder, say)
            if not with_glove:
                return installed
            try:
                files = _install_glove(glove, Path(glove_folder or whole_glove_dir()), say)
            except InstallError as error:
                raise InstallError(
                    f"{error} Flickr8k itself is installed; `--without-glove` leaves GloVe out, "
                    "and the 50 dimensions that come with the course serve in its place."
                ) from error
            return replace(installed, glove=files)
    except OSError as error:
        raise InstallError(f"The data could not be installed: {sentence(error)}") from error


# Photos and captions


def _install_photos(
    archive: Archive, lists: dict[str, list[str]], folder: Path, say: Say
) -> Installed:
    old, unzipping = (folder.with_name(f".{folder.name}.{kind}") for kind in ("old", "unzipping"))
    _put_back(old, folder)
    with _unbroken(archive), _staging(unzipping) as temporary:
        if folder.exists() and any(folder.iterdir()) and _holds_all(folder, archive):
            start, installed = "is already", _reuse(folder, lists, temporary)
        else:
            archive.download(say)
            say(f"Unpacking {archive.path.name} and opening every photo ...")
            _unpack_photos(archive, temporary)
            _demand_same_captions(folder, temporary, archive)
            _keep_others(folder, temporary)
            _write_lists(lists, temporary)
            _check_photos(archive, temporary)
            installed = _look(temporary, temporary, shown_as=folder, source=archive.path)
            _swap(temporary, folder, old)
            start = "is installed"
    if archive.is_here():  # and not half of one, with which a later run goes on
        archive.remove()
    say(
        f"Flickr8k {start} in {folder}: {installed.photos:,} photos with "
        f"{installed.captions:,} captions."
    )
    for note in installed.notes:
        say(f"  {note}")
    return installed


def _holds_all(folder: Path, archive: Archive) -> bool:
    """Tell whether a folder has every photo of the archive, as far as one is here already.

    Raises `InstallError` where it has others, which are never replaced.
    """
    images = folder / "Images"
    present = {path.name for path in images.iterdir()} if images.is_dir() else set()
    # A run that was stopped may have left a whole archive; it is used up before anything else.
    given = _photos_of(_contents(archive)) if archive.is_here() else set()
    if present >= given:
        return True
    if present <= given:
        return False
    raise InstallError(
        f"{folder} holds other photos than {archive.path}: rename or remove that folder, "
        "or choose another one with --folder, and run the command again."
    )


def _reuse(folder: Path, lists: dict[str, list[str]], temporary: Path) -> Installed:
    """Read what is installed; new split lists come in once they are known to be usable."""
    temporary.mkdir()
    for path in folder.glob("*Images.txt"):
        shutil.copy2(path, temporary)
    _write_lists(lists, temporary)
    installed = _look(folder, temporary, shown_as=folder, source=folder)
    for split in lists:
        (temporary / _list_name(split)).replace(folder / _list_name(split))
    return installed


def _demand_same_captions(folder: Path, temporary: Path, archive: Archive) -> None:
    """Raise `InstallError` where a folder's captions would be lost: those of others, or edited."""
    if not (folder / "captions.txt").is_file():
        return
    files = [place / "captions.txt" for place in (folder, temporary)]
    here, new = (set(path.read_bytes().splitlines()) for path in files)
    if not here <= new:
        raise InstallError(
            f"{folder / 'captions.txt'} has captions that {archive.path} does not have, and would "
            "be replaced: move it away, or choose another folder with --folder."
        )


def _keep_others(folder: Path, temporary: Path) -> None:
    """Copy what else lies in a folder that is replaced by a fuller set: lists, a reader's files."""
    if folder.exists():
        replaced = {str(folder): {"Images", "captions.txt"}}
        shutil.copytree(
            folder, temporary, ignore=lambda at, _: replaced.get(at, set()), dirs_exist_ok=True
        )


def _photos_of(contents: Iterable[str]) -> set[str]:
    return {PurePosixPath(name).name for name in contents if name.startswith("Images/")}


def _unpack_photos(archive: Archive, folder: Path) -> None:
    contents = _contents(archive)
    photos = _photos_of(contents)
    if not photos or "captions.txt" not in contents:
        _demand_unpacked(archive)
        what = "no captions.txt" if photos else "no photos"
        raise InstallError(
            f"{archive.path} holds {what}: it must be laid out as Kaggle's, Images/*.jpg beside "
            f"captions.txt; get it from {archive.page}."
        )
    _unpack(archive, contents, folder)


def _check_photos(archive: Archive, folder: Path) -> None:
    faults = [path.name for path in photo_problems(sorted((folder / "Images").iterdir()))]
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise InstallError(
            f"{len(faults)} of the photos in {archive.path} do not open ({', '.join(faults[:3])}"
            f"{more}): get the archive again from {archive.page} and run `{archive.by_hand}`."
        )


def _look(folder: Path, lists_dir: Path, shown_as: Path, source: Path) -> Installed:
    """Read a folder as the course will, and say what is missing.

    `lists_dir`: where its split lists are. `shown_as`, `source`: what notes and errors call it.
    """
    try:
        data = load_dataset(str(folder), splits_dir=lists_dir)
    except (FileNotFoundError, ValueError) as error:
        words = str(error).replace(str(folder), str(source))
        remedy = "rename or remove" if source == shown_as else "get again, as Kaggle has it,"
        raise InstallError(
            f"{words} Flickr8k is unusable as it is: fix that, or {remedy} {source} and run the "
            "command again."
        ) from error
    captions = sum(len(texts) for texts in data.captions.values())
    notes = [note.replace(str(folder), str(shown_as)) for note in data.notes]
    if len(data.captions) < PHOTOS:
        notes.append(
            f"{PHOTOS - len(data.captions):,} of the {PHOTOS:,} captioned photos of Flickr8k are "
            "missing; an archive of the whole set, given as --from-zip, adds them."
        )
    if not read_split_lists(lists_dir):
        notes.append(f"Add the official lists, where you have them: `{COMMAND} --splits-dir DIR`.")
    return Installed(shown_as, len(data.captions), captions, notes=notes)


# Split lists


def _list_name(split: str) -> str:
    return f"Flickr_8k.{split}Images.txt"


def _lists_of(folder: Path) -> dict[str, list[str]]:
    if not folder.is_dir():
        raise InstallError(f"There is no folder {folder}: check what you gave as --splits-dir.")
    try:
        lists = read_split_lists(folder)
    except UnicodeDecodeError as error:
        raise InstallError(f"A list in {folder} is not a text file in UTF-8: fix that.") from error
    if not lists:
        raise InstallError(
            f"{folder} holds no list for train: it must be called {_list_name('train')} and have "
            "a photo's name on each line."
        )
    return lists


def _write_lists(lists: dict[str, list[str]], folder: Path) -> None:
    for split, names in lists.items():
        (folder / _list_name(split)).write_text("\n".join(names) + "\n", encoding="utf-8")


# GloVe


def _install_glove(archive: Archive, folder: Path, say: Say) -> list[Path]:
    files = [folder / name for name in GLOVE_FILES]
    start = "is already"
    with _unbroken(archive), _staging(folder / ".unzipping") as temporary:
        # An archive that is waiting means that the last run did not come to its end.
        if archive.path.exists() or not any(path.is_file() for path in files):
            archive.download(say)
            _unpack_glove(archive, folder, temporary, say)
            start = "is installed"
    if start == "is installed":
        archive.remove()
    found = [path for path in files if path.is_file()]
    say(f"GloVe {start} in {folder}: {', '.join(path.name for path in found)}.")
    return found


def _unpack_glove(archive: Archive, folder: Path, temporary: Path, say: Say) -> None:
    contents = _contents(archive)
    if not contents.keys() & GLOVE_FILES.keys():
        _demand_unpacked(archive)
        raise InstallError(
            f"{archive.path} holds no glove.6B.50d.txt or other file of glove.6B: get it from "
            f"{archive.page} or https://nlp.stanford.edu/data/glove.6B.zip."
        )
    absent = [name for name in GLOVE_FILES if name in contents and not _is_read(folder / name)]
    if not absent:
        return
    say(f"Unpacking {', '.join(absent)} ...")
    _unpack(archive, {name: contents[name] for name in absent}, temporary)
    for name in absent:
        lost = GLOVE_WORDS - _count_words(temporary / name, archive)
        if lost > 0:
            say(f"  {lost:,} of the {GLOVE_WORDS:,} words of {name} are missing.")
    for name in absent:
        (temporary / name).replace(folder / name)  # of a file that cannot be read


def _is_read(path: Path) -> bool:
    """Tell whether a file of vectors is there and can be read."""
    try:
        load_glove(path, ("the", "a", "man", "dog"))  # all lines are read, and some numbers
    except (OSError, ValueError):
        return False
    return True


def _count_words(path: Path, archive: Archive) -> int:
    """Return the number of lines; raises where one has other columns than the name says."""
    with open(path, "rb") as file:
        whole = [line.count(b" ") >= GLOVE_FILES[path.name] for line in file]
    if not whole or not all(whole) or not _is_read(path):
        raise InstallError(
            f"{path.name} in {archive.path} is empty, damaged, cut short or of another format: get "
            f"it again from {archive.page} and run `{archive.by_hand}`."
        )
    return len(whole)


# Archives, disk, and one installation at a time


def _check_archive(path: Path) -> None:
    if path.is_dir():
        raise InstallError(f"{path} is a folder, not an archive: give the zip file itself.")
    if not path.is_file():
        raise InstallError(f"There is no archive at {path}: check the name.")
    if not zipfile.is_zipfile(path):
        raise InstallError(
            f"{path} is not a whole zip archive (cut short, or of another kind): get it again."
        )


@contextmanager
def _unbroken(archive: Archive) -> Iterator[None]:
    """Put it in words if the archive is broken inside; a downloaded one is then removed."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        if not archive.given:
            archive.remove()
            raise archive.failure("broken") from error
        if isinstance(error, NotImplementedError):
            raise InstallError(
                f"{archive.path} is packed in a way that Python cannot unpack ({error}): unpack it "
                f"by another program, pack it as a plain zip, and run `{archive.by_hand}`."
            ) from error
        raise InstallError(
            f"{archive.path} is broken inside; get it again from {archive.page} and run the same "
            "command again."
        ) from error


@contextmanager
def _opened(archive: Archive) -> Iterator[zipfile.ZipFile]:
    """Open an archive; whatever else is raised where its bytes make no sense is `BadZipFile`."""
    try:
        with zipfile.ZipFile(archive.path) as opened:
            yield opened
    except (lzma.LZMAError, struct.error, ValueError, OverflowError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # what bz2 raises, and a place that is none
            raise
        raise zipfile.BadZipFile(str(error)) from error


def _demand_unpacked(archive: Archive) -> None:
    """Raise `InstallError` where an archive holds another archive, which may be the right one."""
    with _opened(archive) as opened:
        inner = [name for name in opened.namelist() if name.lower().endswith(ARCHIVE_SUFFIXES)]
    if inner:
        raise InstallError(
            f"{archive.path} holds another archive, {inner[0]}: unpack it, and run "
            f"`{archive.by_hand}` with that one."
        )


def _contents(archive: Archive) -> dict[str, zipfile.ZipInfo]:
    """Return what an archive holds for us: the path that each file gets -> the file.

    Of files that get the same path, the one nearest to the archive's top is taken. Raises
    `InstallError` where a name points outside the folder, or the archive is locked.
    """
    with _opened(archive) as opened:
        members = [(PurePosixPath(i.filename.replace("\\", "/")), i) for i in opened.infolist()]
    contents: dict[str, zipfile.ZipInfo] = {}
    for path, info in sorted(members, key=lambda member: len(member[0].parts)):
        drive = PureWindowsPath(info.filename).drive
        if path.is_absolute() or ".." in path.parts or drive:
            raise InstallError(
                f"{archive.path} holds a name that points outside its folder ({info.filename}): "
                f"it is not Kaggle's archive; get that from {archive.page}."
            )
        if info.flag_bits & 1:
            raise InstallError(
                f"{archive.path} is locked by a password: unlock it and run the command again."
            )
        # macOS adds files of its own to an archive
        if not (info.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts):
            for target in _targets(path.name):
                contents.setdefault(target, info)
    return contents


def _targets(name: str) -> Iterator[str]:
    """Yield where a file of that name goes, if it is one of ours."""
    if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES:
        yield f"Images/{name}"
    elif name.lower() == "captions.txt":
        yield "captions.txt"
    elif name in GLOVE_FILES:
        yield name
    yield from (_list_name(split) for split in SPLITS if name.endswith(f"{split}Images.txt"))


def _unpack(archive: Archive, contents: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Unpack files to their paths in a new folder; raises `OSError` where they do not fit."""
    folder.mkdir(parents=True)
    if shutil.disk_usage(folder).free < sum(info.file_size for info in contents.values()):
        raise OSError(errno.ENOSPC, "", str(folder.parent))
    with _opened(archive) as opened:
        for name, info in contents.items():
            target = folder / name
            target.parent.mkdir(exist_ok=True)
            with opened.open(info) as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Yield a name for a temporary folder, and clear it afterwards.

    The name is the same in every run, so that a run finds and clears what a killed one left.
    """
    try:
        _clear(folder)
        yield folder
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _swap(temporary: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        temporary.rename(folder)
    finally:
        _put_back(old, folder)


def _put_back(old: Path, folder: Path) -> None:
    """Put the old folder back if its replacement did not come, else clear it."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    _clear(old)


@contextmanager
def _alone(downloads: Path) -> Iterator[None]:
    """Hold a lock, so that two installations do not write the same files."""
    downloads.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(downloads / ".lock", timeout=0):
            yield
    except Timeout:
        raise InstallError(
            "Another installation is running: wait until it has ended, then run the same "
            "command again."
        ) from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises `InstallError` as `install_flickr8k` does."""
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
    parser.add_argument("--glove-folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--without-glove", dest="with_glove", action="store_false", help="photos and captions only"
    )
    given = vars(parser.parse_args(arguments))
    del given["dataset"]  # there is one
    # A polite end by another program clears the temporary folder too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    install_flickr8k(**given, say=lambda line: print(line, flush=True))
    return 0
