"""Python and its packages: which versions, from where, and whether each can be imported."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from utils.diagnosis.finding import Finding, ok, warning, wrong
from utils.diagnosis.isolated import SLOW, Told, ask
from utils.support.paths import ROOT
from utils.support.versions import NEWEST, OLDEST, pinned

# What is imported where it is not called as its package is. `kaggle` looks for an account when it
# is imported, and `jupyter` holds no code of its own: neither is tried.
MODULES = {"scikit-learn": "sklearn", "pillow": "PIL"}
NOT_TRIED = ("kaggle", "jupyter", "jupyterlab", "pytest", "nbval")
INSTALL = "Run `{python} -m pip install -r requirements.txt` in the course's folder."
AGAIN = "Run `{python} -m pip install --force-reinstall --no-deps {name}=={version}`."
# What an import's error says -> what to do.
SIGNS = {
    r"DLL load failed": "Install Microsoft's Visual C++ Redistributable (x64), then try again.",
    r"GLIBC|GLIBCXX": "This system is older than the package needs: use a newer one, or conda.",
    r"partially initialized module|circular import": "A file of yours hides a package: rename it.",
    r"No module named": INSTALL,
    r"_ARRAY_API|numpy\.dtype size changed|NumPy 1\.x|numpy\.core": "Two packages were built for "
    "different NumPys. " + INSTALL,
}
TRIES = 3  # how often the imports go on after a crash
# Packages that put files where the course's own lie.
RIVALS = (
    *("tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly", "keras-nightly"),
    *("pillow-simd", "tensorflow-gpu"),
)

Ask = Callable[..., Told]


def look_at_python() -> Iterator[Finding]:
    """Yield what is to be said of Python itself and of the environment that it runs in."""
    version, running = platform.python_version(), sys.version_info[:2]
    oldest, newest = (".".join(map(str, bound)) for bound in (OLDEST, NEWEST))
    if not OLDEST <= running <= NEWEST:
        yield wrong(
            f"Python {version} runs this, and the course needs {oldest} to {newest}.",
            "Install one of these, remove .venv and run `make lab` again.",
        )
    else:
        yield ok(f"Python {version}")
    if sys.maxsize < 2**32:
        yield wrong("This Python has 32 bits; TensorFlow needs 64.", "Install a 64-bit Python.")
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        yield wrong(
            "This Python is one for Intel Macs, for which TensorFlow is no longer made.",
            "On a Mac with Apple's processor, install Python for arm64 and make .venv again.",
        )
    yield from look_at_environment(Path(sys.prefix), ROOT)
    for name in ("PYTHONHOME", "PYTHONPATH"):
        if os.environ.get(name):
            yield warning(
                f"{name} is set: packages may come from elsewhere.", f"Unset {name} if so."
            )


def look_at_environment(prefix: Path, root: Path) -> Iterator[Finding]:
    """Yield whether Python runs in an environment of its own, the course's where it has one."""
    isolated = sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ
    own = root / ".venv"
    if own.is_dir() and prefix.resolve() != own.resolve():
        yield warning(
            f"This is not the Python of the course's environment: {sys.executable}",
            "Activate it: `source .venv/bin/activate`, on Windows `.venv\\Scripts\\activate`.",
        )
    elif not isolated:
        yield warning(
            "This Python is the system's own, without an environment.",
            "Make one: `python -m venv .venv`, activate it, install requirements.txt.",
        )
    else:
        yield ok("It runs in an environment of its own.")


def look_at_packages() -> Iterator[Finding]:
    """Yield how the installed packages differ from `requirements.txt`."""
    pins, copies = pinned(), _installed()
    good = 0
    for name, version in pins.items():
        found = copies.get(_plain(name), [])
        numbers = sorted({number for number, _ in found})
        if not found:
            yield wrong(f"{name} is missing.", _advice(INSTALL))
        elif len({place for _, place in found}) > 1:
            yield wrong(
                f"{name} is installed more than once: {' and '.join(numbers)}, in "
                f"{' and '.join(sorted({place for _, place in found}))}.",
                f"Run `{_python()} -m pip uninstall {name}` until none is left. "
                + _advice(INSTALL),
            )
        elif numbers != [version]:
            yield warning(
                f"{name} is {numbers[0] or 'of no version'}; the course was tested with {version}.",
                _advice(INSTALL),
            )
        else:
            good += 1
    if good:
        yield ok(f"{good} of {len(pins)} packages are as requirements.txt has them.")
    for rival in RIVALS:
        if rival in copies:
            yield wrong(
                f"{rival} is installed too, and writes into the folder of another package.",
                f"Run `{_python()} -m pip uninstall {rival}`. " + _advice(INSTALL),
            )


def _installed() -> dict[str, list[tuple[str, str]]]:
    """Return package -> its versions and folders; a half removed package counts too."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in metadata.distributions():
        name = one.metadata["Name"] if one.metadata else None
        if name:
            place = str(one.locate_file(""))
            found.setdefault(_plain(name), []).append((one.version or "", place))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def look_at_hiding_files(folders: tuple[Path, ...] = ()) -> Iterator[Finding]:
    """Yield files that Python would import instead of a package, such as a `keras.py`."""
    names = {module_of(name) for name in pinned()} | {"random", "json", "types", "logging", "code"}
    for folder in dict.fromkeys(folders or (Path.cwd(), ROOT)):
        for path in sorted(folder.glob("*")):
            if path.stem in names and (path.suffix == ".py" or (path / "__init__.py").is_file()):
                yield wrong(
                    f"{path} hides the package `{path.stem}`.", "Rename it, and start Python anew."
                )


def module_of(package: str) -> str:
    """Return what a package is imported as."""
    return MODULES.get(package, package.replace("-", "_"))


def look_at_imports(seconds: float, ask: Ask = ask) -> Iterator[Finding]:
    """Yield which packages cannot be imported, tried in a process of their own.

    `ask` runs it; tests hand in another.
    """
    pins = pinned()
    names = {module_of(name): name for name in pins if name not in NOT_TRIED}
    left, good = [name for name in names if find_spec(name) is not None], 0
    for _ in range(TRIES):
        told = ask("utils.diagnosis.import_trial", *left, seconds=seconds)
        tried = [line for line in told.lines if isinstance(line, dict)]
        for line in tried:
            if line.get("trouble"):
                yield _broken(names[line["name"]], line["trouble"], pins)
            good += line.get("trouble") == ""
        begun = [line["begun"] for line in tried if "begun" in line]
        done = {line["name"] for line in tried if "name" in line}
        if not told.ended:
            break
        last = begun[-1] if begun and begun[-1] not in done else ""
        if SLOW in told.ended:
            yield warning(
                f"The imports did not end in time (at {last or 'the start of Python'}): this "
                "machine is slow or busy.",
                "Close other programs and try again.",
            )
            break
        if not last:
            yield wrong(f"The imports could not be tried: Python {told.ended}.")
            return
        yield _broken(names[last], f"Python {told.ended}", pins)
        left = left[left.index(last) + 1 :]
    if good:
        yield ok(f"{good} packages can be imported.")


def _broken(package: str, trouble: str, pins: dict[str, str]) -> Finding:
    advice = next((text for sign, text in SIGNS.items() if re.search(sign, trouble)), AGAIN)
    if "AVX" in trouble:
        advice = "This machine cannot run it: use another one, or GitHub Codespaces."
    if "memory" in trouble:
        advice = "Close other programs and try again."
    return wrong(
        f"{package} cannot be imported: {trouble.rstrip('.')}.",
        _advice(advice, name=package, version=pins[package]),
    )


def _python() -> str:
    return "python" if sys.prefix != sys.base_prefix else "python3"


def _advice(text: str, **words: str) -> str:
    return text.format(python=_python(), **words)
