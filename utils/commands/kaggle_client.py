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

What may pass by itself (429, 5xx, a network that breaks off) is tried again, a few times, after the
time that Kaggle asks for; each wait is said.
"""

import json
import os
import re
import site
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

TOKEN_PAGE = "https://www.kaggle.com/settings/api"
PROGRESS = re.compile(r"^\s*\d+%\|")
RUNNER = Path(__file__).with_name("kaggle_run.py")
RETRY_AFTER = re.compile(r"^Retry-After: *(.+?) *$", re.MULTILINE | re.IGNORECASE)
LONGEST_WAIT = 120.0  # seconds; whoever is asked to wait longer is told so instead
# Kind -> the seconds before each further try, where Kaggle says none.
WAITS = {"busy": (2, 5, 10), "server": (1, 2, 5), "network": (1, 3), "size": (1, 2)}

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
        f"log in and agree to the terms on its page, {NEW_TOKEN}",
    ),
    "401": (
        r"\b401 Client Error|Unauthorized|Unauthenticated",
        f"Kaggle did not let us in (401) for {{dataset}}, {TRIED}",
        NEW_TOKEN,
    ),
    "server": (
        r"\b5\d\d Server Error|\b408 Client Error",
        "Kaggle has trouble on its side with {dataset}",
        f"wait some minutes, then {AGAIN}",
    ),
    "proxy": (
        r"ProxyError|Tunnel connection failed|\b407 |Proxy Authentication Required",
        "Kaggle cannot be reached for {dataset}, because the proxy refuses or does not answer",
        f"check the variable HTTPS_PROXY, then {AGAIN}",
    ),
    "certificate": (
        r"SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "Kaggle cannot be reached for {dataset} safely: its certificate is not trusted here, as "
        "behind a company's proxy",
        f"let REQUESTS_CA_BUNDLE name that proxy's certificates, then {AGAIN}",
    ),
    "size": (
        r"does not match expected size",
        "The archive of {dataset} arrived with another size than Kaggle says",
        AGAIN,
    ),
    "network": (
        r"ConnectionError|Max retries exceeded|Failed to resolve|NameResolutionError"
        r"|Connect(ion)? ?[Tt]imeout|Read timed out|IncompleteRead"
        r"|RemoteDisconnected|ConnectionReset"
        r"|Connection aborted|Connection broken|Network is unreachable|NewConnectionError",
        "Kaggle cannot be reached for {dataset} (no network, or a proxy or firewall is in the way)",
        f"when the network is there {AGAIN}",
    ),
    "page": (
        "",
        "Instead of the archive of {dataset} came a web page, such as a login of Kaggle or of this "
        "network",
        f"log in there in a browser, agree to the terms on the dataset's page, {NEW_TOKEN}",
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

    def download(self, say: Callable[[str], None] = print) -> None:
        """Download the archive if it is not here, going on with a stopped download.

        `say` is told each wait. Raises `InstallError` where it could not be had.
        """
        if self.is_here():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        tried = 0
        while True:
            kind, words = self._try()
            tried += 1
            wait = seconds_to_wait(kind, words, tried)
            if wait is None:
                break
            cause = FAILURES[kind][1].format(dataset=self.dataset)
            say(f"{cause}: waiting {wait:.0f} seconds, then trying again (try {tried + 1}).")
            time.sleep(wait)
        if kind != "done":
            raise self.failure(kind, words, tried)

    def _try(self) -> tuple[str, str]:
        """Run Kaggle's command, once more without an account where that may help."""
        if not self.is_partial():
            self.remove()  # not an archive and nothing to go on with
        first = kind, words = self._result(*_run(self, _as_set_up()))
        if kind in ("401", "403", "page", "other"):
            with tempfile.TemporaryDirectory(prefix="kaggle-home-") as home:
                kind, words = self._result(*_run(self, clean_environment(home)))
            if kind == "other" and first[0] != "other":
                kind, words = first  # the refusal says more
        return kind, words

    def _result(self, kind: str, words: str) -> tuple[str, str]:
        """Return what became of a run: the archive alone tells whether it has arrived."""
        if kind == "done" and not self.is_here():
            kind = "stopped" if self.is_partial() or not self.path.exists() else "broken"
            if kind == "broken" and _is_page(self.path):
                kind = "page"
        if kind in ("broken", "page"):
            self.remove()
        return kind, words

    def failure(self, kind: str, words: str = "", tried: int = 1) -> InstallError:
        """Return the error for a kind of `FAILURES`.

        `words` are those of Kaggle's command, `tried` is how often it was run.
        """
        _, cause, remedy = FAILURES[kind]
        asked = told_wait(words)
        if kind in WAITS and asked is not None and asked > LONGEST_WAIT:
            cause += f", and to wait for {_minutes(asked)} minutes"
            remedy = f"wait that long, then {AGAIN}"
        elif kind in WAITS and tried > 1:
            cause += f", {tried} times in a row"
        cause = cause.format(
            dataset=self.dataset, python=sys.executable, words=_without_secrets(words)
        )
        return InstallError(
            f"{cause}; {remedy}, or get the archive from {self.page} in a browser and run "
            f"`{self.by_hand}`."
        )


def seconds_to_wait(kind: str, words: str, tried: int) -> float | None:
    """Return how long to wait before the next try; None where there is none."""
    waits = WAITS.get(kind, ())
    if tried > len(waits):
        return None
    asked = told_wait(words)
    if asked is None:
        return waits[tried - 1]
    return asked if asked <= LONGEST_WAIT else None


def told_wait(words: str) -> float | None:
    """Return the seconds that the last `Retry-After` asks for, a number or a date; None for none.

    It is 1 at least: some servers say 0, and mean soon.
    """
    found = RETRY_AFTER.findall(words)
    if not found:
        return None
    try:
        return max(float(int(found[-1])), 1.0)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(found[-1])
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 1.0)


def _minutes(seconds: float) -> str:
    return f"{-(-seconds // 60):.0f}"


def _is_page(path: Path) -> bool:
    """Return whether a file is a web page and no archive."""
    with open(path, "rb") as file:
        start = file.read(500).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml"))


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
    # -P: the folder of the runner, which has modules of other names, is not searched.
    command = [sys.executable, "-P", str(RUNNER), "datasets", "download", "-d", archive.dataset]
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
