"""What students get: the course without solutions, tests and checkers, as a folder and as a zip.

    python -m utils handout ~/class                        # all chapters, all hints, full checks
    python -m utils handout ~/class --chapters 1 2 --hints first --checks verdict
    python -m utils handout ~/class --variant "autumn 2025"     # other numbers than last year's
    python -m utils handout ~/class --nbgrader --otter          # and courses for these two

Writes DEST/image-captioning/ and DEST/image-captioning.zip, which hold the same, and for you
DEST/handout.json with the options: `grade` needs the same --variant, and --by-student where
--student was used.

To hand out week by week, name another folder each week, with the same --variant:

    python -m utils handout ~/class/week2 --chapters 2 --variant "autumn 2025"

--chapters limits the notebooks only. So students unpack each week's zip over the folder they have:
their notebooks of earlier weeks stay as they are, and the checks of these go on working. The
options (--hints, --checks, --variant, --student) are those of the whole folder, so each week needs
the same.
"""

from __future__ import annotations

import argparse
import zipfile
from dataclasses import asdict
from pathlib import Path

from utils.support.class_settings import CHECKS, HINTS, ClassSettings, read_class_settings
from utils.support.files import atomic_path, read_json, write_json
from utils.support.paths import DATA, ROOT, expanded

NAME = "image-captioning"
CLASS_FOLDER = DATA / "class"  # where `make class` writes; git ignores it
SETTINGS_FILE = "data/class.json"
OPTIONS_FILE = "handout.json"  # beside the tree, for the teacher
# Compressed already: packing them again takes time and saves nothing.
STORED = (".jpg", ".keras", ".png")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time of all files in the zip, so that equal trees are equal
MODE = 0o644


def hand_out(dest: Path, settings: ClassSettings, chapters: list[int], force: bool = False) -> Path:
    """Write the student's tree, its zip and the options into a folder; return the tree's folder.

    Each is whole or not there. Raises `ValueError` for a chapter that does not exist, a folder
    within the course, or one that stands there already and may not be replaced; `OSError`.
    """
    from utils.classroom.student_tree import Tree

    folder = dest / NAME
    archive = dest / f"{NAME}.zip"
    demand_place(dest, force)
    demand_same_options(dest, settings)
    with atomic_path(folder) as temporary:
        temporary.mkdir(parents=True)
        tree = Tree(settings, chapters, earlier_chapters(dest))
        tree.write(temporary)
        with atomic_path(archive) as packed:
            zip_tree(temporary, packed)
    write_json(dest / OPTIONS_FILE, {"chapters": tree.chapters, **asdict(settings)})
    return folder


def demand_place(dest: Path, force: bool) -> None:
    """Raise `ValueError` where nothing may be written into a folder."""
    place = dest.resolve()
    inside = place.is_relative_to(ROOT.resolve())
    if inside and not place.is_relative_to(CLASS_FOLDER.resolve()):
        raise ValueError(
            f"{dest} lies within the course: choose a folder outside it, or "
            f"{CLASS_FOLDER.relative_to(ROOT)}, which git ignores."
        )
    ours = {NAME: is_tree, f"{NAME}.zip": is_zip_of_tree, OPTIONS_FILE: is_options}
    for name, is_ours in ours.items():
        path = dest / name
        if not path.exists():
            continue
        if not is_ours(path):
            raise ValueError(
                f"{path} was not made by this command, and is left as it is: choose another folder."
            )
        if not force:
            raise ValueError(
                f"{path} is there already. Hand out into another folder, such as "
                f"{dest / 'week2'}, with the same --variant if there was one. "
                "With --force it is replaced, whatever was changed in it."
            )


def demand_same_options(dest: Path, settings: ClassSettings) -> None:
    """Raise `ValueError` where the week before was handed out with other options.

    Students unpack a later week over the earlier one, and the options are those of the whole
    folder: an examination's checks would begin to say what is right.
    """
    before = dest.resolve().parent
    if not is_options(before / OPTIONS_FILE):
        return
    kept = read_json(before / OPTIONS_FILE)
    names = [name for name, value in asdict(settings).items() if kept[name] != value]
    if names:
        same = " ".join(f"--{name} {kept[name]!r}" for name in names if kept[name])
        other = " ".join(f"--{name}" for name in names if not kept[name])
        advice = " and ".join([f"add {same}"] * bool(same) + [f"leave out {other}"] * bool(other))
        raise ValueError(
            f"{before} was handed out with other options, and students unpack this over it: "
            f"{advice}. For other students choose a folder outside {before}."
        )


def earlier_chapters(dest: Path) -> list[int]:
    """Return the chapters that were handed out in the folder above, or beside this one."""
    before = dest.resolve().parent
    if not is_options(before / OPTIONS_FILE):
        return []
    places = [before, *(path for path in before.iterdir() if path != dest.resolve())]
    kept = [read_json(place / OPTIONS_FILE) for place in places if is_options(place / OPTIONS_FILE)]
    return sorted({chapter for options in kept for chapter in options["chapters"]})


def is_tree(path: Path) -> bool:
    """Tell whether a folder is a student's tree that was handed out."""
    if not (path / SETTINGS_FILE).is_file():
        return False
    try:
        read_class_settings(path / SETTINGS_FILE)
    except ValueError:
        return False
    return True


def is_zip_of_tree(path: Path) -> bool:
    """Tell whether a file is the zip of a student's tree."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return f"{NAME}/{SETTINGS_FILE}" in archive.namelist()


def is_options(path: Path) -> bool:
    """Tell whether a file holds the options of a student's tree."""
    try:
        told = read_json(path) if path.is_file() else {}
    except ValueError:
        return False
    return isinstance(told, dict) and set(told) == {"chapters", *asdict(ClassSettings())}


def zip_tree(folder: Path, target: Path) -> None:
    """Write a folder as a zip, under the name `NAME`; equal folders give equal zips."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(names):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", EARLIEST)
            stored = name.endswith(STORED)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = MODE << 16
            entry.create_system = 3  # as on Linux, whatever system writes it
            archive.writestr(entry, names[name].read_bytes())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utils handout",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dest", type=Path, metavar="DEST", help="a folder, made if missing")
    parser.add_argument(
        "--chapters", type=int, nargs="+", default=[], metavar="N", help="these notebooks only"
    )
    parser.add_argument("--hints", choices=HINTS, default="all", help="how many an exercise has")
    parser.add_argument(
        "--checks",
        choices=CHECKS,
        default="full",
        help="full: with reasons; verdict: right or wrong; attempted: no more than that",
    )
    parser.add_argument("--variant", default="", metavar="SEED", help="any text: other exercises")
    parser.add_argument("--student", default="", metavar="NAME", help="variants of this student")
    parser.add_argument("--nbgrader", action="store_true", help="also DEST/nbgrader, its course")
    parser.add_argument("--otter", action="store_true", help="also DEST/otter, its masters")
    parser.add_argument("--force", action="store_true", help="replace what was handed out before")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0. Raises what `hand_out` raises."""
    given = _parser().parse_args(arguments)
    if given.student and not given.variant:
        raise ValueError("--student chooses among variants, so it needs --variant SEED as well.")
    dest = expanded(given.dest)
    settings = ClassSettings(given.hints, given.checks, given.variant, given.student)
    folder = hand_out(dest, settings, given.chapters, given.force)
    print("\n".join(_told(folder, settings)))
    if given.nbgrader:
        from utils.classroom import nbgrader_course

        nbgrader_course.lay(dest, settings, given.chapters)
        print(f"For nbgrader: {dest / 'nbgrader'}")
    if given.otter:
        from utils.classroom import otter_course

        otter_course.lay(dest, settings, given.chapters)
        print(f"For otter: {dest / 'otter'}")
    print("\n".join(_kept(dest, settings)))
    return 0


def _told(folder: Path, settings: ClassSettings) -> list[str]:
    """Return lines that say what students get."""
    chapters = [path.stem for path in sorted((folder / "chapters").glob("*.ipynb"))]
    archive = folder.with_name(f"{NAME}.zip")
    lines = [
        f"For students: {folder}",
        f"The same to send: {archive} ({archive.stat().st_size / 1e6:.0f} MB)",
        f"Chapters: {', '.join(chapters)}",
        f"Hints: {settings.hints}. Checks: {settings.checks}.",
    ]
    if settings.variant:
        lines += [_differing(int(name[:2]), settings) for name in chapters]
    return lines


def _differing(chapter: int, settings: ClassSettings) -> str:
    """Return a line that says which exercises of a chapter differ from the course's own."""
    from utils.exercises.exercise import load_chapter
    from utils.exercises.variants import chosen, use

    ids = [entry.id for entry in load_chapter(chapter)]
    with use(settings.variant, settings.student):
        changed = [id for id in ids if chosen(id)]
    same = len(ids) - len(changed)
    return (
        f"Chapter {chapter}: changed are {', '.join(changed) or 'none'}; "
        f"exercises without variants: {same}."
    )


def _kept(dest: Path, settings: ClassSettings) -> list[str]:
    """Return the last lines: what the teacher keeps, and how to grade."""
    lines = [f"For you: {dest / OPTIONS_FILE} keeps the options that you chose."]
    if settings.variant:
        by_student = " --by-student" if settings.student else ""
        lines.append(f"Grade with --variant {settings.variant!r}{by_student}.")
    return lines
