"""The data of the course: which is there, whether it is whole, and what damaged a file."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from utils.diagnosis.finding import Finding, ok, warning, wrong
from utils.support.paths import CHAPTERS, DATA, ROOT, dataset_dir, made_dir

POINTER = b"version https://git-lfs.github.com/spec/"
PAGES = (b"<!doctype html", b"<html")
SCENES, FLICKR8K = 1_260, 8_091
GET_BACK = "Get it back with `git checkout -- {name}`, or download the course again."
# What is wrong with a file -> what to do.
REMEDIES = {
    "is missing": GET_BACK,
    "is a Git LFS pointer": "Run `git lfs install`, then `git lfs pull`.",
    "has Windows line ends": "Run `git config core.autocrlf false`, delete the file, then "
    "`git checkout -- {name}`.",
    "is a web page": "It was saved from a browser; clone the course with git, or download its zip.",
    "has a conflict of git": "End the merge first: `git status` says how.",
}


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises `OSError`."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def damage_of(path: Path, expected: str = "") -> str:
    """Return what is wrong with a file, as words after its name; "" where nothing is.

    `expected` is its SHA-256, where there is one.
    """
    if not path.is_file():
        return "is missing"
    try:
        if expected and digest_of(path) == expected:
            return ""
        data = path.read_bytes()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    kind = _kind_of(path, data, expected)
    return kind or ("is damaged: its SHA-256 is another" if expected else "")


def _kind_of(path: Path, data: bytes, expected: str) -> str:
    """Return what is recognised of a damaged file."""
    if not data:
        return "is empty"
    if data.startswith(POINTER):
        return "is a Git LFS pointer"
    if data[:200].lstrip().lower().startswith(PAGES):
        return "is a web page"
    if b"<<<<<<< " in data[: 1 << 20] and b">>>>>>> " in data:
        return "has a conflict of git"
    unix = data.replace(b"\r\n", b"\n")
    if expected and unix != data and hashlib.sha256(unix).hexdigest() == expected:
        return "has Windows line ends"
    if path.suffix == ".keras" and not zipfile.is_zipfile(path):
        return "is cut short: it is no whole .keras file"
    if path.suffix == ".h5" and not data.startswith(b"\x89HDF"):
        return "is no HDF5 file"
    return ""


def _finding(path: Path, damage: str) -> Finding:
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
    advice = REMEDIES.get(damage, GET_BACK).format(name=name)
    return wrong(f"{name} {damage}.", advice)


def expected_hashes() -> dict[Path, str]:
    """Return the files that come with the course and have a hash, with it.

    A list of hashes that is damaged is left out here; `look_at_embedded` names it.
    """
    found = {}
    for sums in sorted(DATA.glob("*/SHA256SUMS")):
        for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
            if len(line.split()) == 2:
                found[sums.parent / line.split()[1]] = line.split()[0]
    for settings in sorted((DATA / "captioners").glob("*/settings.json")):
        try:
            files = json.loads(settings.read_text(encoding="utf-8"))["files"]
            found.update({settings.parent / name: text for name, text in files.items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def look_at_embedded() -> Iterator[Finding]:
    """Yield whether the network, the vectors, the captioners, photos and notebooks are whole."""
    hashes = expected_hashes()
    bad = False
    for path, expected in hashes.items():
        damage = damage_of(path, expected)
        if damage:
            bad = True
            yield _finding(path, damage)
    needed = [DATA / "mobilenet_v2" / "SHA256SUMS", DATA / "glove" / "SHA256SUMS"]
    texts = [*(DATA / "captioners").glob("*/settings.json"), *CHAPTERS.glob("*.ipynb")]
    for path in (*needed, *(DATA / "photos").glob("*.jpg"), *texts):
        damage = damage_of(path) or ("is no JSON" if path in texts and not _is_json(path) else "")
        if damage:
            bad = True
            yield _finding(path, damage)
    shipped = sorted(path.parent.name for path in (DATA / "captioners").glob("*/settings.json"))
    if not shipped:
        yield warning("No captioner is in data/captioners.", GET_BACK.format(name="data"))
    if not bad:
        yield ok(f"Network, word vectors, photos and captioners ({', '.join(shipped)}) are whole.")


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def look_at_datasets() -> Iterator[Finding]:
    """Yield which datasets are there and whether each is whole."""
    for name, photos in (("scenes", SCENES), ("flickr8k", FLICKR8K)):
        folder = dataset_dir(name)
        if not folder.is_dir():
            how = "drawn when a command first needs them" if name == "scenes" else "optional; " + (
                "`make flickr8k` installs it"
            )  # fmt: skip
            yield ok(f"{name}: not here ({how}).")
        else:
            yield from look_at_dataset(name, folder, photos)
    for folder in sorted({DATA, made_dir()}):
        for path in sorted((folder / "glove").glob("glove.6B.*d.txt")):
            yield from look_at_glove(path)


def look_at_dataset(name: str, folder: Path, photos: int) -> Iterator[Finding]:
    """Yield whether each caption of a dataset has its photo, whether photos are empty or missing.

    `photos`: how many the whole set has.
    """
    captions, again = folder / "captions.txt", f"remove {folder} and run `python -m utils data`"
    if name != "scenes":
        again = "run `python -m utils install flickr8k` again"
    damage = damage_of(captions)
    if damage:
        yield wrong(f"{captions} {damage}.", f"To get it, {again}.")
        return
    images = {path.name: path for path in (folder / "Images").glob("*.*")}
    lines = captions.read_text(encoding="utf-8-sig", errors="replace").splitlines()[1:]
    named = {line.partition(",")[0].strip().partition("#")[0] for line in lines if line.strip()}
    lost = sorted(named - set(images))
    odd = [path for path in images.values() if path.stat().st_size < 300]
    if lost:
        yield wrong(
            f"{name}: {len(lost):,} of {len(named):,} captioned photos are missing, such as "
            f"{lost[0]}.",
            f"To get them, {again}.",
        )
    for path in odd[:3]:
        yield wrong(f"{path} {damage_of(path) or 'is too small for a photo'}.", f"Now {again}.")
    if not lost and not odd:
        part = f" of {photos:,}" if len(named) < photos else ""
        yield ok(f"{name}: {len(named):,}{part} photos with {len(lines):,} captions.")


def look_at_glove(path: Path) -> Iterator[Finding]:
    """Yield whether an installed whole file of GloVe ends with a whole line."""
    dimension = int(path.name.split(".")[2].removesuffix("d"))
    with open(path, "rb") as file:
        start = file.read(200)
        file.seek(max(path.stat().st_size - 20_000, 0))
        last = file.read().splitlines()[-1:] or [b""]
    kind = _kind_of(path, start, "")
    if kind:
        yield wrong(f"{path.name} {kind}.", "Install it again: `python -m utils install flickr8k`.")
    elif len(last[0].split(b" ")) != dimension + 1:
        yield wrong(
            f"{path.name} is cut short: its last line has not {dimension} numbers.",
            "Remove it, then run `python -m utils install flickr8k`.",
        )
    else:
        yield ok(f"{path.name} is here ({path.stat().st_size / 1e6:.0f} MB).")
