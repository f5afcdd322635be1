"""Downloads from Kaggle through its own command, with an account or without one.

Three habits of the `kaggle` package (read in 2.2.4) shape this module:

- It downloads without an account only where the process is the command itself, so it is run as
  `python -m kaggle`; an imported `kaggle.api` is never anonymous.
- It takes whatever `kaggle.json` or token it finds without asking whether it is still valid, and
  an old one then shuts the anonymous way. So a refusal is answered by one more try with a clean
  home, configuration and environment.
- `python -m kaggle` prints "Authentication required" even where the anonymous download then goes
  well, and it ends with 0 when it is interrupted. Neither tells whether the archive has arrived:
  only the archive does.

A download that was stopped goes on where it was: beside the archive lies `ARCHIVE.kaggle-partial`,
by which Kaggle's command knows that the bytes there belong to the same file.
"""

import json
import os
import re
import site
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TOKEN_PAGE = "https://www.kaggle.com/settings/api"
PROGRESS = re.compile(r"^\s*\d+%\|")

AGAIN = "run the same command again and it goes on from there"
TRIED = "with your account settings and again without an account"
NEW_TOKEN = f"make a new token at {TOKEN_PAGE} and save it as ~/.kaggle/access_token"
# How a download fails: what Kaggle's command says on its error stream (the first match counts; ""
# where it says nothing of the kind), what is true then, and what to do.
FAILURES = {
    "uninstalled": (
        r"No module named '?kaggle",
        "The package `kaggle` is missing from {python}",
        "install it with `pip install -r requirements.txt`",
    ),
    "disk": (
        r"No space left on device|Errno 28\b|Disk quota exceeded",
        "The disk became full while {dataset} was downloaded",
        f"free some space, then {AGAIN}",
    ),
    "absent": (
        r"\b404 Client Error|Not Found",
        "Kaggle has no dataset {dataset} any more (404)",
        "look for another copy",
    ),
    "busy": (
        r"\b429 Client Error|Too Many Requests",
        "Kaggle asks for fewer requests (429) for {dataset}",
        f"wait some minutes, then {AGAIN}",
    ),
    "403": (
        r"\b403 Client Error|Forbidden|Permission '[^']+' was denied",
        f"Kaggle refused {{dataset}} (403; its page may ask you to agree to terms), {TRIED}",
        NEW_TOKEN,
    ),
    "401": (
        r"\b401 Client Error|Unauthorized|Unauthenticated",
        f"Kaggle did not let us in (401) for {{dataset}}, {TRIED}",
        NEW_TOKEN,
    ),
    "server": (
        r"\b5\d\d Server Error",
        "Kaggle has trouble on its side with {dataset}",
        f"wait some minutes, then {AGAIN}",
    ),
    "network": (
        r"ConnectionError|Max retries exceeded|Failed to resolve|NameResolutionError"
        r"|Connect(ion)? ?[Tt]imeout|Read timed out|ProxyError|SSLError|IncompleteRead"
        r"|Connection aborted|Connection broken|Network is unreachable|NewConnectionError",
        "Kaggle cannot be reached for {dataset} (no network, or a proxy or firewall is in the way)",
        f"when the network is there {AGAIN}",
    ),
    "stopped": ("", "The download of {dataset} was stopped before its end", AGAIN),
    "broken": (
        "",
        "The archive of {dataset} arrived broken and was removed",
        "run the same command again",
    ),
    "other": ("", "Kaggle's command failed for {dataset} ({words})", "run it again"),
}


class InstallError(RuntimeError):
    """An installation that cannot go on; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Archive:
    """The archive of a dataset: one that the reader has (`given`), or the one that is downloaded.

    Args:
        dataset: the dataset as Kaggle writes it, `owner/name`.
        folder: where the download goes.
        by_hand: the command that installs an archive which the reader has (for messages).
        given: the reader's own archive; it is never removed.
    """

    dataset: str
    folder: Path
    by_hand: str
    given: Path | None = None

    @property
    def path(self) -> Path:
        """Where the archive lies, or will lie."""
        return self.given or self.folder / f"{self.dataset.split('/')[1]}.zip"

    @property
    def page(self) -> str:
        """The page of the dataset, where a browser can download it too."""
        return f"https://www.kaggle.com/datasets/{self.dataset}"

    @property
    def marker(self) -> Path:
        """What Kaggle's command leaves beside a download that is not whole."""
        return self.path.with_name(self.path.name + ".kaggle-partial")

    def is_here(self) -> bool:
        """Tell whether the archive is whole: no bytes are left to fetch, and it opens."""
        return self.given is not None or (not self.is_partial() and zipfile.is_zipfile(self.path))

    def is_partial(self) -> bool:
        """Tell whether a stopped download can go on: its marker is there and the file is shorter.

        A command that is killed after the last byte leaves its marker too, and skips the file ever
        after; so the marker alone does not tell.
        """
        try:
            size = json.loads(self.marker.read_text(encoding="utf-8")).get("size")
            return size is None or self.path.stat().st_size < size
        except FileNotFoundError:
            return False
        except (AttributeError, ValueError):
            return True  # the marker itself is cut short: Kaggle's command will begin anew

    def remove(self) -> None:
        """Remove a downloaded archive with its marker; the reader's own stays."""
        if not self.given:
            self.path.unlink(missing_ok=True)
            self.marker.unlink(missing_ok=True)

    def download(self) -> None:
        """Download the archive if it is not here, going on with a stopped download.

        Raises `InstallError` where it could not be had.
        """
        if self.is_here():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.is_partial():
            self.remove()  # not an archive and nothing to go on with
        first = kind, words = _run(self, _as_set_up())
        if kind in ("401", "403", "other"):
            with tempfile.TemporaryDirectory(prefix="kaggle-home-") as home:
                kind, words = _run(self, clean_environment(home))
            if kind == "other" and first[0] != "other":
                kind, words = first  # the refusal says more
        if kind == "done" and not self.is_here():
            kind = "stopped" if self.is_partial() or not self.path.exists() else "broken"
        if kind == "broken":
            self.remove()
        if kind != "done":
            raise self.failure(kind, words)

    def failure(self, kind: str, words: str = "") -> InstallError:
        """Return the error for a kind of `FAILURES`; `words` are those of Kaggle's command."""
        _, cause, remedy = FAILURES[kind]
        cause = cause.format(
            dataset=self.dataset, python=sys.executable, words=_without_secrets(words)
        )
        return InstallError(
            f"{cause}; {remedy}, or get the archive from {self.page} in a browser and run "
            f"`{self.by_hand}`."
        )


def clean_environment(home: str) -> dict[str, str]:
    """Return the environment without any trace of a Kaggle account; `home` is an empty folder.

    Proxies and certificates stay. Packages in the user's own site-packages stay importable.
    """
    kept = {
        name: value
        for name, value in _as_set_up().items()
        if not name.startswith(("KAGGLE_", "NETRC"))
    }
    return kept | {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_CONFIG_HOME": str(Path(home, ".config")),
        "PYTHONUSERBASE": site.getuserbase(),
    }


def _as_set_up() -> dict[str, str]:
    # VERBOSE makes the command print every request with its credentials.
    return {name: os.environ[name] for name in os.environ if not name.startswith("VERBOSE")}


def _run(archive: Archive, environment: dict[str, str]) -> tuple[str, str]:
    """Run Kaggle's command; return "done" or a kind of `FAILURES`, and the command's words."""
    command = [sys.executable, "-m", "kaggle", "datasets", "download", "-d", archive.dataset]
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            [*command, "-p", str(archive.folder)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                errors = _relay(process.stderr)
                code = process.wait()
            except BaseException:
                process.kill()
                raise
        output.seek(0)
        return _outcome(code, output.read().decode("utf-8", "replace"), errors)


def _relay(stream: IO[bytes]) -> str:
    """Show the lines of the progress bar as they come, and return all the others."""
    kept, rest, shown = [], "", False
    while chunk := os.read(stream.fileno(), 65536):
        *lines, rest = re.split(r"[\r\n]", rest + chunk.decode("utf-8", "replace"))
        for line in lines:
            if not PROGRESS.match(line):
                kept.append(line)
            elif sys.stderr.isatty():
                print(f"\r{line}", end="", file=sys.stderr, flush=True)
                shown = True
    if shown:
        print(file=sys.stderr)
    return "\n".join([*kept, "" if PROGRESS.match(rest) else rest]).strip()


def _outcome(code: int, output: str, errors: str) -> tuple[str, str]:
    if code < 0 or code in (130, 137, 143):
        return "stopped", ""
    if code == 0:
        return "done", ""
    for kind, (sign, *_) in FAILURES.items():
        if sign and re.search(sign, errors):
            return kind, errors
    # A 401 is told by the help on accounts alone: on the output, with nothing among the errors.
    warned_only = all("warning" in line.lower() for line in errors.splitlines())
    if warned_only and "Authentication required" in output:
        return "401", ""
    return "other", errors or output


def _without_secrets(words: str) -> str:
    """Return the last line of the command's words, without what might be a key or a signature."""
    line = (words.strip().splitlines() or ["no reason given"])[-1]
    line = re.sub(r"\?\S+", "?...", line)
    line = re.sub(r"(?i)(authorization|bearer|basic|key|token)(\W+)\S+", r"\1\2...", line)
    return re.sub(r"[\w-]{24,}", "...", line)[:300]
