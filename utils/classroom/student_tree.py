"""The tree that students get: which files of the course, and what is written anew for it.

Left out are solutions, tests, the history, what maintainers and teachers use, and the checkers:
those of functions are packed in `checks.bin`, those of values sealed in `sealed.json`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from utils.authoring.notebooks import derive, masters, read_notebook, write_notebook
from utils.authoring.variants import stamp, with_variants
from utils.classroom import student_texts
from utils.classroom.candidates import SEALED_IDS, sealed_exercises
from utils.exercises import packed, variants
from utils.exercises.exercise import EARNED
from utils.exercises.stubs import stub_hashes
from utils.support.class_settings import ClassSettings, write_class_settings
from utils.support.files import write_json
from utils.support.paths import DATA, ROOT

if TYPE_CHECKING:
    from nbformat import NotebookNode

LIBRARY, EXERCISES = Path("utils"), Path("utils/exercises")
TOP = (
    ".gitattributes",
    ".gitignore",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-TEXT",
    "environment.yml",
    "requirements.txt",
    "requirements-jax.txt",
)
DEVCONTAINER = Path(".devcontainer/devcontainer.json")
REFERENCE = Path("chapters/reference.md")
CODE = (".py", ".toml", ".json", ".js", ".css", ".html")
WITHHELD_FOLDERS = ("authoring", "book", "classroom")
WITHHELD_COMMANDS = (
    "bench",
    "course",
    "results",
    "scaling",
    "scaling_page",
    "write_results",
)
# In `utils/exercises`: checkers and variants, and what is written anew.
NOT_COPIED = re.compile(
    r"(chapter|values)_\d+\.py|(chapter|variants|predictions)_\d+\.toml|.*\.json"
)
DATA_FOLDERS = ("captioners", "glove", "mobilenet_v2", "photos", "pictures", "results")
# Where there is no git to ask: what a reader may have put beside the data of the course.
FULL_GLOVE = re.compile(r"glove\.6B\.\d+d\.txt")
WRITTEN = (Path("README.md"), Path("Makefile"), DEVCONTAINER, REFERENCE)


class Tree:
    """A student's tree: the notebooks of some chapters, with what a teacher chose.

    Checks, hints and words are those of all chapters. So the tree of a later week can be unpacked
    over that of an earlier one, whose notebooks go on working and stay as they are. `earlier`: the
    chapters of earlier weeks, which the README lists too.
    Raises `ValueError` for a chapter that the course does not have.
    """

    def __init__(
        self, settings: ClassSettings, chapters: Sequence[int], earlier: Sequence[int] = ()
    ) -> None:
        found = {int(path.name[:2]): path for path in masters()}
        if not found:
            raise ValueError("There is no folder solutions/ here: hand out from the whole course.")
        missing = sorted(set(chapters) - set(found))
        if missing:
            known = ", ".join(map(str, found))
            raise ValueError(f"There is no chapter {missing[0]}; the course has {known}.")
        self.settings = settings
        self.chapters = sorted(set(chapters)) or list(found)
        self.all_chapters = list(found)
        self.copied = copied_files()
        with variants.use(settings.variant, settings.student):
            readers = {
                number: derive(with_variants(read_notebook(path))) for number, path in found.items()
            }
        self.stubs = stubs_of(readers.values())
        self.notebooks = {found[number].name: readers[number] for number in self.chapters}
        listed = sorted({*self.chapters, *earlier} & set(found))
        self.listed = {found[number].name: readers[number] for number in listed}
        for notebook in self.notebooks.values():
            stamp(notebook, settings.variant, settings.student)

    def has(self, path: Path) -> bool:
        """Return whether a path below the top, of a file or a folder, will be in the tree."""
        if path.parts[:1] == ("chapters",) and path.suffix == ".ipynb":
            return path.name in self.notebooks
        files = (*WRITTEN, *self.copied)
        return any(file.is_relative_to(path) for file in files)

    def write(self, folder: Path) -> None:
        """Write the tree into a new folder. Raises `OSError`."""
        for path in self.copied:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, target)
        with variants.use(self.settings.variant, self.settings.student):
            self._write_exercises(folder / EXERCISES)
        self._write_texts(folder)
        self._write_notebooks(folder)
        write_class_settings(folder / "data" / "class.json", self.settings)

    def _write_exercises(self, folder: Path) -> None:
        for number in self.all_chapters:
            text = student_texts.exercise_words(number, self.settings)
            _write(folder / f"chapter_{number}.toml", text)
            guesses = f"predictions_{number}.toml"
            if (ROOT / EXERCISES / guesses).is_file():
                shutil.copyfile(ROOT / EXERCISES / guesses, folder / guesses)
        write_json(folder / "stubs.json", self.stubs)
        if self.settings.checks != "attempted":
            (folder / packed.CHECKS.name).write_bytes(packed.pack(packed_of(self.all_chapters)))
            reasons = self.settings.checks == "full"
            write_json(folder / "sealed.json", sealed_exercises(self.all_chapters, reasons))

    def _write_texts(self, folder: Path) -> None:
        first = next(iter(self.notebooks))
        reference = (ROOT / REFERENCE).read_text(encoding="utf-8")
        linked = student_texts.without_dead_links(reference, REFERENCE.parent, self.has)
        container = (ROOT / DEVCONTAINER).read_text(encoding="utf-8")
        _write(folder / REFERENCE, linked)
        _write(folder / DEVCONTAINER, container.replace(student_texts.FIRST_CHAPTER, first))
        _write(folder / "Makefile", student_texts.makefile(first))
        _write(
            folder / "README.md", student_texts.readme(self.notebooks, self.listed, self.settings)
        )

    def _write_notebooks(self, folder: Path) -> None:
        for name, notebook in self.notebooks.items():
            student_texts.link_notebook(notebook, Path("chapters"), self.has)
            write_notebook(folder / "chapters" / name, notebook)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def copied_files() -> list[Path]:
    """Return the files that are copied as they are, as paths below the top, in order."""
    top = [Path(name) for name in TOP if (ROOT / name).is_file()]
    return sorted([*top, *_library_files(), *_data_files()])


def _library_files() -> Iterator[Path]:
    """Return the course's library without what is withheld."""
    for path in (ROOT / LIBRARY).rglob("*"):
        below = path.relative_to(ROOT)
        withheld = below.parts[1] in WITHHELD_FOLDERS or "__pycache__" in below.parts
        if below.parent == LIBRARY / "commands":
            withheld |= below.stem in WITHHELD_COMMANDS
        if below.parent == EXERCISES:
            withheld |= bool(NOT_COPIED.fullmatch(below.name))
        if path.suffix in CODE and not withheld:
            yield below


def _data_files() -> Iterator[Path]:
    """Return the data that the course comes with, not what was made or installed here."""
    known = _known_to_git()
    for name in DATA_FOLDERS:
        for path in (DATA / name).rglob("*"):
            below = path.relative_to(ROOT)
            hidden = path.name.startswith(".") or FULL_GLOVE.fullmatch(path.name)
            if path.is_file() and (below in known if known else not hidden):
                yield below


def _known_to_git() -> set[Path]:
    """Return the data files that git knows; nothing where the course lies here without git."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return set()
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "data"]
    told = subprocess.run(command, capture_output=True, check=False)
    return {Path(name) for name in told.stdout.decode("utf-8").split("\0") if name}


def stubs_of(notebooks: Iterable[NotebookNode]) -> dict[str, list[list[str]]]:
    """Return exercise id -> the hashes of its placeholder in chapters as they are handed out."""
    found: dict[str, list[list[str]]] = {}
    for notebook in notebooks:
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            hashes = stub_hashes(cell.source) if name.startswith("answer-") else []
            if hashes:
                found[name.removeprefix("answer-").replace("-", ".")] = [hashes]
    return found


def packed_of(chapters: Sequence[int]) -> dict[str, str]:
    """Return the files of `checks.bin`: checkers of functions, numbers of variants, what is earned.

    What a sealed exercise earns is sealed with its verdict.
    """
    texts = {}
    for number in chapters:
        for path in (ROOT / EXERCISES).glob(f"chapter_{number}.py"):
            texts[path.name] = path.read_text(encoding="utf-8")
        for path in (ROOT / EXERCISES).glob(f"variants_{number}.toml"):
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            texts[f"variants_{number}.json"] = json.dumps(_numbers_alone(told))
    worth = student_texts.earned(list(chapters))
    kept = {id: text for id, text in worth.items() if id not in SEALED_IDS}
    return {**texts, EARNED: json.dumps(kept)}


def _numbers_alone(told: dict) -> dict:
    """Return variants with what a check computes from, without texts and solutions.

    Values are checked by sealed messages, so their numbers are not needed.
    """
    return {
        id: {
            "numbers": words.get("numbers", {}),
            "others": [
                {key: other[key] for key in ("numbers", "order") if key in other}
                for other in words.get("others", [])
            ],
        }
        for id, words in told.items()
        if id not in SEALED_IDS
    }
