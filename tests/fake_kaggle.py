"""A stand-in for the `kaggle` command: what 2.2.4 prints and leaves, without a network.

`put_fake_kaggle` copies this file to a folder as the package `kaggle`. FAKE_MODE says what
happens, FAKE_ARCHIVES where the archives lie, FAKE_LOG gets a JSON line for each run.
"""

import json
import os
import signal
import sys
import time
from email.utils import formatdate
from pathlib import Path

HELP = "Authentication required to call the Kaggle API.\n\nFirst, you will need a Kaggle account."
REFUSED = "{code} Client Error: {reason} for url: https://api.kaggle.com/v1/x?token=SECRETSECRET"
NO_NETWORK = (
    "HTTPSConnectionPool(host='api.kaggle.com', port=443): Max retries exceeded with url: /v1/ "
    "(Caused by NameResolutionError(\"Failed to resolve 'api.kaggle.com'\"))"
)


def put_fake_kaggle(folder: Path) -> Path:
    package = folder / "kaggle"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "__main__.py").write_bytes(Path(__file__).read_bytes())
    return folder


def account() -> str:
    """Return token, legacy (taken without asking whether it is valid) or none, as Kaggle does."""
    home = Path(os.path.expanduser("~"), ".kaggle")
    file = home / "access_token"
    token = os.environ.get("KAGGLE_API_TOKEN") or (
        file.read_text(encoding="utf-8").strip() if file.exists() else ""
    )
    if token == "good":
        return "token"
    if (Path(os.environ.get("KAGGLE_CONFIG_DIR") or home) / "kaggle.json").exists():
        return "legacy"
    return "legacy" if "KAGGLE_KEY" in os.environ else "none"


def fail(words: str) -> None:
    print(words, file=sys.stderr)
    sys.exit(1)


def refuse_401() -> None:
    print(HELP)
    sys.exit(1)


def refuse(status: int, reason: str, retry_after: str = "") -> None:
    """Fail as Kaggle's client does where a server refuses: its response raises, and is printed."""
    import requests

    response = requests.models.Response()
    response.status_code, response.reason = status, reason
    response.url = "https://api.kaggle.com/v1/x?token=SECRETSECRET"
    if retry_after:
        response.headers["Retry-After"] = retry_after
    try:
        response.raise_for_status()
    except requests.exceptions.HTTPError as error:
        fail(str(error))


def soon(seconds: float) -> str:
    """Return a date that many seconds from now, as HTTP writes it."""
    return formatdate(time.time() + seconds, usegmt=True)


# Mode -> what happens in a run, as long as it goes on. "NAME once": in the first run only.
PASSING = {
    "429-seconds": lambda: refuse(429, "Too Many Requests", "1"),
    "429-date": lambda: refuse(429, "Too Many Requests", soon(2)),
    "429-hour": lambda: refuse(429, "Too Many Requests", "3600"),
    "429-nonsense": lambda: refuse(429, "Too Many Requests", "soon"),
    "503-seconds": lambda: refuse(503, "Service Unavailable", "1"),
    "502": lambda: refuse(502, "Bad Gateway"),
    "reset": lambda: fail("requests.exceptions.ConnectionError: ('Connection aborted.', "
                          "ConnectionResetError(104, 'Connection reset by peer'))"),
    "timeout": lambda: fail("requests.exceptions.ReadTimeout: Read timed out. (timeout=300)"),
    "proxy": lambda: fail("requests.exceptions.ProxyError: HTTPSConnectionPool: Max retries "
                          "exceeded (Caused by ProxyError('Unable to connect to proxy', OSError("
                          "'Tunnel connection failed: 407 Proxy Authentication Required')))"),
    "certificate": lambda: fail("requests.exceptions.SSLError: Max retries exceeded (Caused by "
                                "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))"),
}  # fmt: skip
PAGE = "\n<!DOCTYPE html>\n<html><title>Sign in to the guest network</title></html>\n"


def main() -> None:
    mode, who = os.environ["FAKE_MODE"], account()
    command, dataset, folder = sys.argv[1:3], sys.argv[4], Path(sys.argv[6])
    assert command == ["datasets", "download"] and sys.argv[3:6:2] == ["-d", "-p"], sys.argv
    # Kaggle looks at this too: an imported package is never anonymous.
    assert sys.argv[0].replace("\\", "/").endswith("/kaggle/__main__.py"), sys.argv
    source = Path(os.environ["FAKE_ARCHIVES"], dataset.split("/")[1] + ".zip")
    data, target = source.read_bytes(), folder / source.name
    marker = target.with_name(target.name + ".kaggle-partial")
    begun = target.stat().st_size if marker.exists() else 0
    with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
        line = {"account": who, "dataset": dataset, "home": os.path.expanduser("~")}
        log.write(json.dumps({**line, "from": begun, "pid": os.getpid()}) + "\n")
    if who == "none":
        print(HELP)  # on importing the package, even where the anonymous way then works
    runs = len(Path(os.environ["FAKE_LOG"]).read_text(encoding="utf-8").splitlines())
    mode = mode.removesuffix(" once") if runs == 1 or " once" not in mode else "anonymous"
    if mode in PASSING:
        PASSING[mode]()
    if mode == "page":
        target.write_text(PAGE, encoding="utf-8")
        return
    if mode == "network":
        fail(NO_NETWORK)
    if mode == "crash":
        fail("Traceback (most recent call last):\nKeyError: 'token=SECRETSECRET'")
    if mode in ("403", "404", "429"):
        reason = {"403": "Forbidden", "404": "Not Found", "429": "Too Many Requests"}[mode]
        fail(REFUSED.format(code=mode, reason=reason))
    if mode == "500":
        fail("503 Server Error: Service Unavailable for url: https://api.kaggle.com/v1/")
    if mode == "legacy-403" and who == "legacy":
        fail(REFUSED.format(code=403, reason="Forbidden"))
    if who == "legacy" or (mode == "token" and who != "token"):
        refuse_401()
    marker.write_text(json.dumps({"validator": "tag", "size": len(data)}), encoding="utf-8")
    if mode in ("killed", "cancelled", "slow", "disk", "cut"):
        target.write_bytes(data[: len(data) // 2])
        if mode == "cut":
            fail(f"Downloaded file size ({len(data) // 2}) does not match expected size (9)")
        if mode == "disk":
            fail("Traceback (most recent call last):\nOSError: [Errno 28] No space left on device")
        if mode == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "slow":
            time.sleep(60)
        print("User cancelled operation")
        sys.exit(0)
    print("\r 50%|#####     | 1/2 [00:00<00:00]\r100%|##########| 2/2", file=sys.stderr)
    target.write_bytes(target.read_bytes()[:begun] + data[begun:] if begun else data)
    if mode == "killed at the end":
        os.kill(os.getpid(), signal.SIGKILL)
    marker.unlink()
    if mode == "truncated":
        target.write_bytes(data[: len(data) * 2 // 3])
    if mode == "damaged":
        middle = len(data) // 3
        target.write_bytes(data[:middle] + bytes(200) + data[middle + 200 :])


if __name__ == "__main__":
    main()
