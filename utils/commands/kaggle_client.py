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

# What the command says on its error stream, and what that means; the first match counts.
SIGNS = (
    ("uninstalled", r"No module named '?kaggle"),
    ("disk", r"No space left on device|Errno 28\b|Disk quota exceeded"),
    ("absent", r"\b404 Client Error|Not Found"),
    ("busy", r"\b429 Client Error|Too Many Requests"),
    ("403", r"\b403 Client Error|Forbidden|Permission '[^']+' was denied"),
    ("401", r"\b401 Client Error|Unauthorized|Unauthenticated"),
    ("server", r"\b5\d\d Server Error"),
    ("network", r"ConnectionError|Max retries exceeded|Failed to resolve|NameResolutionError"),
    ("network", r"Connect(ion)? ?[Tt]imeout|Read timed out|ProxyError|SSLError|IncompleteRead"),
    ("network", r"Connection aborted|Connection broken|Network is unreachable|NewConnectionError"),
)


class InstallError(RuntimeError):
    """An installation that cannot go on; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Outcome:
    """How a run of the command ended: a kind of `SIGNS` (or done, stopped, other) and its words."""

    kind: str
    words: str = ""


def dataset_page(dataset: str) -> str:
    """Return the page of a dataset (`owner/name`), where a browser can download it too."""
    return f"https://www.kaggle.com/datasets/{dataset}"


def archive_path(dataset: str, folder: Path) -> Path:
    """Return where the archive of a dataset (`owner/name`) is downloaded to in a folder."""
    return folder / f"{dataset.split('/')[1]}.zip"


def archive_is_complete(archive: Path) -> bool:
    """Tell whether a downloaded archive is whole: it opens, and no bytes are left to fetch."""
    return not _bytes_are_left(archive) and zipfile.is_zipfile(archive)


def download(dataset: str, folder: Path, by_hand: str, keep_open: IO | None = None) -> Path:
    """Download `owner/name` to `folder/name.zip`, going on with a stopped download.

    Args:
        dataset: the dataset as Kaggle writes it, `owner/name`.
        folder: where the archive goes, made if missing; a whole archive there is used as it is.
        by_hand: the command that installs an archive which the reader has already (for messages).
        keep_open: a file (a lock) that the command holds open as long as it runs.

    Raises `InstallError` where the archive could not be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archive = archive_path(dataset, folder)
    if archive_is_complete(archive):
        return archive
    if not _bytes_are_left(archive):
        remove_archive(archive)  # not an archive and nothing to go on with
    first = _run(dataset, folder, _as_set_up(), keep_open)
    outcome = first
    if first.kind in ("401", "403", "other"):
        with tempfile.TemporaryDirectory(prefix="kaggle-home-") as home:
            outcome = _run(dataset, folder, clean_environment(home), keep_open)
    if outcome.kind == "done" and not archive_is_complete(archive):
        outcome = _explain_broken(archive)
    if outcome.kind != "done":
        refused = first.kind in ("401", "403") and outcome.kind == "other"
        raise InstallError(_sentence(first if refused else outcome, dataset, by_hand))
    return archive


def clean_environment(home: str) -> dict[str, str]:
    """Return the environment without any trace of a Kaggle account; `home` is an empty folder.

    Proxies and certificates stay. Packages in the user's own site-packages stay importable.
    """
    environment = _as_set_up()
    for name in [name for name in environment if name.startswith(("KAGGLE_", "NETRC"))]:
        del environment[name]
    return environment | {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_CONFIG_HOME": str(Path(home, ".config")),
        "PYTHONUSERBASE": site.getuserbase(),
    }


def _as_set_up() -> dict[str, str]:
    # VERBOSE makes the command print every request with its credentials.
    return {name: os.environ[name] for name in os.environ if not name.startswith("VERBOSE")}


def _marker(archive: Path) -> Path:
    return archive.with_name(archive.name + ".kaggle-partial")


def _bytes_are_left(archive: Path) -> bool:
    """Tell whether a stopped download can go on: its marker is there and the file is shorter.

    A command that is killed after the last byte leaves its marker too, and skips the file ever
    after; so the marker alone does not tell.
    """
    try:
        size = json.loads(_marker(archive).read_text(encoding="utf-8")).get("size")
        return size is None or archive.stat().st_size < size
    except FileNotFoundError:
        return False
    except (AttributeError, ValueError):
        return True  # the marker itself is cut short: Kaggle's command will begin anew


def remove_archive(archive: Path) -> None:
    """Remove a downloaded archive with its marker."""
    archive.unlink(missing_ok=True)
    _marker(archive).unlink(missing_ok=True)


def _run(dataset: str, folder: Path, environment: dict[str, str], keep_open: IO | None) -> Outcome:
    command = [sys.executable, "-m", "kaggle", "datasets", "download", "-d", dataset]
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            [*command, "-p", str(folder)],
            env=environment,
            stdin=keep_open or subprocess.DEVNULL,
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


def _outcome(code: int, output: str, errors: str) -> Outcome:
    if code < 0 or code in (130, 137, 143):
        return Outcome("stopped")
    if code == 0:
        return Outcome("done")
    for kind, sign in SIGNS:
        if re.search(sign, errors):
            return Outcome(kind, errors)
    # A 401 is told by the help on accounts alone: on the output, with nothing among the errors.
    warned_only = all("warning" in line.lower() for line in errors.splitlines())
    if warned_only and "Authentication required" in output:
        return Outcome("401")
    return Outcome("other", errors or output)


def _explain_broken(archive: Path) -> Outcome:
    """Say why the command ended well without a whole archive, and leave only what can go on."""
    if not archive.exists() or _bytes_are_left(archive):
        return Outcome("stopped")
    remove_archive(archive)
    return Outcome("broken")


def _without_secrets(words: str) -> str:
    """Return the last line of the command's words, without what might be a key or a signature."""
    line = (words.strip().splitlines() or ["no reason given"])[-1]
    line = re.sub(r"\?\S+", "?...", line)
    line = re.sub(r"(?i)(authorization|bearer|basic|key|token)(\W+)\S+", r"\1\2...", line)
    return re.sub(r"[\w-]{24,}", "...", line)[:300]


def _sentence(outcome: Outcome, dataset: str, by_hand: str) -> str:
    page = dataset_page(dataset)
    otherwise = f"download it from {page} in a browser and run `{by_hand}`"
    account = (
        f"with your account settings and again without an account; make a new token at "
        f"{TOKEN_PAGE} and save it as ~/.kaggle/access_token, or {otherwise}."
    )
    again = "run the same command again and it goes on from there"
    sentences = {
        "401": f"Kaggle did not let us in (401) for {dataset}, {account}",
        "403": f"Kaggle refused {dataset} (403; its page may ask you to agree to terms), {account}",
        "stopped": f"The download of {dataset} was stopped before its end; {again}.",
        "broken": f"The archive of {dataset} arrived broken and was removed; run the same command "
        f"again, or {otherwise}.",
        "disk": f"The disk became full while {dataset} was downloaded; free some space, then "
        f"{again}.",
        "network": f"Kaggle cannot be reached for {dataset} (no network, or a proxy or firewall is "
        f"in the way); when the network is there {again}, or {otherwise}.",
        "absent": f"Kaggle has no dataset {dataset} any more (404); look for it at {page} and run "
        f"`{by_hand}` with the archive.",
        "busy": f"Kaggle asks for fewer requests (429) for {dataset}; wait some minutes, then "
        f"{again}.",
        "server": f"Kaggle has trouble on its side with {dataset}; wait some minutes, then "
        f"{again}, or {otherwise}.",
        "uninstalled": f"The package `kaggle` is missing from {sys.executable}; install it with "
        f"`pip install -r requirements.txt`, or {otherwise}.",
    }
    unknown = f"Kaggle's command failed for {dataset} ({_without_secrets(outcome.words)}); "
    return sentences.get(outcome.kind, f"{unknown}run it again, or {otherwise}.")
