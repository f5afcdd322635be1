import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fake_kaggle import put_fake_kaggle
from PIL import Image

from utils.commands import install, kaggle_client
from utils.commands.install import InstallError, install_flickr8k
from utils.commands.kaggle_client import clean_environment
from utils.dataset import load_dataset
from utils.glove import load_glove

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("FLICKR8K_SHARED") or ROOT.parent / "shared" / "flickr8k")
NAMES = [f"{number}_abc.jpg" for number in range(12)]
HOSTILE = 'Two dogs , one "brown" , run on a café\'s lawn .'


def photo(number):
    noise = np.random.default_rng(number).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=95)
    return file.getvalue()


def captions_of(names):
    quoted = HOSTILE.replace('"', '""')
    rows = [f'{name},"{quoted} {k}"' for name in names for k in range(5)]
    return "\n".join(["image,caption", *rows]) + "\n"


def write_zip(path, names=NAMES, captions=None, prefix="", more=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(f"{prefix}Images/{name}", photo(int(name.split("_")[0])))
        text = captions_of(names) if captions is None else captions
        if text:
            file.writestr(f"{prefix}captions.txt", text)
        for name, content in more:
            file.writestr(name, content)
    return path


def write_glove(path, dimensions=(50, 100), broken=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for dimension in dimensions:
            numbers = " ".join(["0.25"] * (dimension - broken))
            file.writestr(f"glove.6B.{dimension}d.txt", f"dog {numbers}\ncafé {numbers}\n")
    return path


def write_lists(folder, **lists):
    folder.mkdir(parents=True, exist_ok=True)
    for split, names in lists.items():
        text = "\n".join(names) + "\n"
        (folder / f"Flickr_8k.{split}Images.txt").write_text(text, encoding="utf-8")
    return folder


class Place:
    """A machine of its own: home, cache, data, temporary folder and a fake `kaggle`."""

    def __init__(self, root):
        self.root, self.home, self.tmp = root, root / "home", root / "tmp"
        self.data, self.downloads = root / "data", root / "cache" / "downloads"
        self.folder, self.glove = self.data / "flickr8k", self.data / "glove"
        self.log = root / "log"
        for folder in (self.home, self.tmp, self.data):
            folder.mkdir()
        write_zip(root / "archives" / "flickr8k.zip")
        write_glove(root / "archives" / "glove-global-vectors-for-word-representation.zip")
        fake = put_fake_kaggle(root / "fake")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KAGGLE", "FAKE"))}
        self.environment = kept | {
            "HOME": str(self.home),
            "TMPDIR": str(self.tmp),
            "CAPTIONING_CACHE": str(root / "cache"),
            "PYTHONPATH": os.pathsep.join([str(fake), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "FAKE_ARCHIVES": str(root / "archives"),
            "FAKE_LOG": str(self.log),
        }
        self.environment.pop("XDG_CONFIG_HOME", None)

    def command(self, *arguments, python=()):
        places = ["--folder", str(self.folder), "--glove-folder", str(self.glove)]
        return [sys.executable, *python, "-m", "utils", "install", "flickr8k", *places, *arguments]

    def run(self, mode, *arguments, python=(), waits=False, **environment):
        """Run the command; the waits that it announces are short unless `waits` is true."""
        if not waits:
            environment = {"PYTHONPATH": self.short_waits(), **environment}
        return subprocess.run(
            self.command(*map(str, arguments), python=python),
            env=self.environment | {"FAKE_MODE": mode} | environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def short_waits(self):
        """Return a search path with a file that Python runs first: to sleep takes no time then."""
        folder = self.root / "short_waits"
        folder.mkdir(exist_ok=True)
        text = "import time\nsleep = time.sleep\ntime.sleep = lambda wait: sleep(min(wait, 0.01))\n"
        (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
        return os.pathsep.join([str(folder), self.environment["PYTHONPATH"]])

    def runs(self):
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def left(self):
        """What no run may leave behind: temporary folders, and hidden ones beside the data."""
        hidden = [path for path in self.data.rglob(".*")]
        return [str(path) for path in (*self.tmp.iterdir(), *hidden)]

    def archives(self):
        found = self.downloads.iterdir() if self.downloads.exists() else ()
        return sorted(path.name for path in found if path.name != ".lock")


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def failed(place, result, *words):
    """Assert the exit code, one full sentence and no traceback, nothing left; return it."""
    sentence = result.stderr.strip()
    assert result.returncode == 1, (result.stdout, sentence)
    assert "Traceback" not in sentence and "\n" not in sentence
    assert sentence[0].isupper() or sentence[0] == "/"
    assert sentence.endswith(".")
    for word in words:
        assert word in sentence, (word, sentence)
    assert "SECRET" not in sentence
    assert not place.left()
    return sentence


def installed(place, count=12):
    data = load_dataset(str(place.folder))
    assert len(data.captions) == count
    assert data.captions[NAMES[0]][0] == HOSTILE + " 0"
    assert not place.left()
    return data


# Accounts


def test_no_account_is_needed(place):
    result = place.run("anonymous")
    assert result.returncode == 0, result.stderr
    installed(place)
    assert [run["account"] for run in place.runs()] == ["none", "none"]
    assert load_glove(place.glove / "glove.6B.100d.txt").words == ["dog", "café"]
    assert place.archives() == []


def stale_file(place):
    folder = place.home / ".kaggle"
    folder.mkdir()
    (folder / "kaggle.json").write_text('{"username":"u","key":"old"}', encoding="utf-8")
    return {}


def stale_configuration(place):
    stale_file(place)
    (place.home / ".kaggle").rename(place.home / "elsewhere")
    return {"KAGGLE_CONFIG_DIR": str(place.home / "elsewhere")}


@pytest.mark.parametrize(
    "stale", [stale_file, stale_configuration, lambda place: {"KAGGLE_KEY": "old"}]
)
@pytest.mark.parametrize("mode", ["anonymous", "legacy-403"])
def test_a_stale_account_does_not_shut_the_anonymous_way(place, stale, mode):
    result = place.run(mode, "--without-glove", **stale(place))
    assert result.returncode == 0, result.stderr
    installed(place)
    first, second = place.runs()
    assert (first["account"], second["account"]) == ("legacy", "none")
    assert first["home"] == str(place.home) != second["home"]


@pytest.mark.parametrize("way", ["file", "environment"])
def test_a_new_token_is_used_at_once(place, way):
    environment = {"KAGGLE_API_TOKEN": "good"} if way == "environment" else {}
    if way == "file":
        stale_file(place)
        (place.home / ".kaggle" / "access_token").write_text("good\n", encoding="utf-8")
    result = place.run("token", "--without-glove", **environment)
    assert result.returncode == 0, result.stderr
    assert [run["account"] for run in place.runs()] == ["token"]
    installed(place)


@pytest.mark.parametrize("mode, code", [("token", "(401)"), ("403", "(403;")])
def test_a_refusal_says_token_archive_and_page(place, mode, code):
    result = place.run(mode)
    failed(
        place,
        result,
        code,
        "https://www.kaggle.com/settings/api",
        "--from-zip",
        "https://www.kaggle.com/datasets/adityajn105/flickr8k",
    )
    assert len(place.runs()) == 2
    assert not place.folder.exists()


def test_the_clean_environment_keeps_proxies_and_drops_accounts(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    for name in ("KAGGLE_KEY", "KAGGLE_API_TOKEN", "KAGGLE_CONFIG_DIR", "NETRC", "VERBOSE"):
        monkeypatch.setenv(name, "old")
    clean = clean_environment("/empty")
    assert clean["HTTPS_PROXY"] == "http://proxy:1" and clean["HOME"] == "/empty"
    assert not [name for name in clean if name.startswith(("KAGGLE", "NETRC", "VERBOSE"))]


# What else goes wrong on the way


@pytest.mark.parametrize(
    "mode, words",
    [
        ("network", ("cannot be reached", "--from-zip")),
        ("404", ("(404)", "--from-zip")),
        ("429", ("(429)", "wait some minutes")),
        ("500", ("trouble on its side", "wait some minutes")),
        ("crash", ("command failed", "KeyError", "--from-zip")),
    ],
)
def test_each_other_failure_is_one_sentence(place, mode, words):
    failed(place, place.run(mode), *words)
    assert not place.folder.exists()


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("429-seconds", r"fewer requests \(429\) for adityajn105/flickr8k: waiting 1 seconds"),
        ("429-date", r"\(429\) .*: waiting [12] seconds, then trying again \(try 2\)"),
        ("503-seconds", "trouble on its side .*: waiting 1 seconds"),
        ("502", "trouble on its side .*: waiting 1 seconds"),
        ("reset", "cannot be reached .*: waiting 1 seconds"),
        ("timeout", "cannot be reached .*: waiting 1 seconds"),
        ("cut", "another size than Kaggle says: waiting 1 seconds"),
    ],
)
def test_what_passes_by_itself_is_waited_for_and_tried_again(place, mode, words):
    began = time.monotonic()
    result = place.run(f"{mode} once", "--without-glove", waits=True)
    assert time.monotonic() - began > 1
    assert result.returncode == 0, result.stderr
    assert len(re.findall(words, result.stdout)) == 1, result.stdout
    assert [run["account"] for run in place.runs()] == ["none", "none"]
    if mode == "cut":  # it goes on where it was
        assert place.runs()[1]["from"] > 0
    installed(place)


def test_it_is_tried_a_bounded_number_of_times(place):
    result = place.run("429-seconds")
    failed(place, result, "(429)", "4 times in a row", "wait some minutes", "--from-zip")
    assert len(place.runs()) == 4 and result.stdout.count("waiting 1 seconds") == 3
    place.log.unlink()
    failed(place, place.run("reset"), "cannot be reached", "3 times in a row")
    assert len(place.runs()) == 3


def test_a_long_wait_is_told_and_not_waited_for(place):
    failed(place, place.run("429-hour"), "(429)", "wait for 60 minutes", "run the same command")
    assert len(place.runs()) == 1


@pytest.mark.parametrize(
    ("mode", "words", "runs"),
    [
        ("page", ("came a web page", "log in", "agree to the terms", "access_token"), 2),
        ("proxy", ("proxy refuses or does not answer", "HTTPS_PROXY"), 1),
        ("certificate", ("certificate is not trusted", "REQUESTS_CA_BUNDLE"), 1),
    ],
)
def test_what_does_not_pass_is_said_at_once(place, mode, words, runs):
    failed(place, place.run(mode), *words)
    assert len(place.runs()) == runs and place.archives() == []


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Retry-After: 7\n429 Client Error", 7),
        ("retry-after: 0", 1),
        ("Retry-After: 5\nRetry-After: 9", 9),
        ("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Retry-After: soon", None),
        ("Retry-After: 1e9999", None),
        ("429 Client Error", None),
    ],
)
def test_the_time_to_wait_is_read(words, seconds):
    assert kaggle_client.told_wait(words) == seconds
    assert kaggle_client.seconds_to_wait("403", words, 1) is None
    assert kaggle_client.seconds_to_wait("busy", words, 1) == seconds or seconds is None


def test_the_true_kaggle_command_without_a_network_gives_the_same_sentence(place):
    environment = {"PYTHONPATH": str(ROOT), "HTTPS_PROXY": "http://127.0.0.1:9"}
    failed(place, place.run("", **environment), "cannot be reached")


def test_a_missing_kaggle_package_names_the_requirements(place):
    missing = "raise ModuleNotFoundError(\"No module named 'kaggle'\")"
    init = place.root / "fake" / "kaggle" / "__init__.py"
    init.write_text(missing, encoding="utf-8")
    failed(place, place.run("anonymous"), "is missing", "requirements.txt")


@pytest.mark.parametrize("mode", ["killed", "cancelled"])
def test_a_download_killed_half_way_goes_on(place, mode):
    failed(place, place.run(mode), "stopped before its end", "goes on from there")
    assert place.archives() == ["flickr8k.zip", "flickr8k.zip.kaggle-partial"]
    half = (place.downloads / "flickr8k.zip").stat().st_size
    result = place.run("anonymous", "--without-glove")
    assert result.returncode == 0, result.stderr
    assert place.runs()[-1]["from"] == half > 0
    installed(place)
    assert place.archives() == []


def test_a_download_killed_after_the_last_byte_is_taken_as_it_is(place):
    failed(place, place.run("killed at the end"), "stopped")
    before = len(place.runs())
    assert place.run("network", "--without-glove").returncode == 0
    assert len(place.runs()) == before
    installed(place)


def test_a_full_disk_while_downloading_keeps_what_is_there(place):
    failed(place, place.run("disk"), "disk became full", "goes on from there")
    assert "flickr8k.zip.kaggle-partial" in place.archives()
    assert place.run("anonymous", "--without-glove").returncode == 0
    installed(place)


@pytest.mark.parametrize("mode", ["truncated", "damaged"])
def test_a_broken_archive_is_removed_and_had_again(place, mode):
    failed(place, place.run(mode), "arrived broken and was removed", "--from-zip")
    assert place.archives() == [] and not place.folder.exists()
    assert place.run("anonymous", "--without-glove").returncode == 0
    installed(place)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_ending_the_command_ends_the_download_and_leaves_the_archive_alone(place):
    process = subprocess.Popen(
        place.command(), env=place.environment | {"FAKE_MODE": "slow"}, cwd=place.root
    )
    archive = place.downloads / "flickr8k.zip"
    deadline = time.monotonic() + 60
    while not archive.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    second = place.run("anonymous")
    failed(place, second, "Another installation is running")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(place.runs()[0]["pid"], 0)
    assert not place.left()
    assert place.archives() == ["flickr8k.zip", "flickr8k.zip.kaggle-partial"]


# Runs that come second


def test_a_second_run_reuses_everything(place):
    assert place.run("anonymous").returncode == 0
    before = {path: path.stat().st_mtime_ns for path in place.data.rglob("*")}
    result = place.run("network")
    assert result.returncode == 0, result.stderr
    assert len(place.runs()) == 2 and "already" in result.stdout
    assert {path: path.stat().st_mtime_ns for path in place.data.rglob("*")} == before


def test_glove_that_cannot_be_had_leaves_flickr8k_installed(place):
    archive = place.root / "archives" / "flickr8k.zip"
    result = place.run("network", "--from-zip", archive)
    failed(place, result, "--glove-zip", "Flickr8k itself is installed", "--without-glove")
    installed(place)


def test_glove_of_a_run_that_was_stopped_is_completed(place):
    failed(place, place.run("killed", "--from-zip", place.root / "archives" / "flickr8k.zip"))
    place.glove.mkdir()
    (place.glove / "glove.6B.50d.txt").write_text("dog" + " 0.25" * 50, encoding="utf-8")
    (place.glove / ".unzipping").mkdir()
    assert place.run("anonymous").returncode == 0
    assert (place.glove / "glove.6B.100d.txt").is_file()
    assert place.archives() == [] and not place.left()


def test_an_archive_that_was_installed_already_is_cleared(place):
    archive = place.root / "archives" / "flickr8k.zip"
    assert place.run("", "--from-zip", archive, "--without-glove").returncode == 0
    shutil.copy(archive, place.downloads)
    assert place.run("network", "--without-glove").returncode == 0
    assert place.archives() == []
    installed(place)


@pytest.fixture
def here(place, monkeypatch):
    """Install in this process, from archives alone."""
    monkeypatch.setenv("CAPTIONING_CACHE", str(place.root / "cache"))
    lines = []

    def run(archive=None, glove_zip=None, **more):
        return install_flickr8k(
            archive,
            folder=more.pop("folder", place.folder),
            glove_zip=glove_zip,
            with_glove=glove_zip is not None,
            glove_folder=place.glove,
            say=lines.append,
            **more,
        )

    run.place, run.lines = place, lines
    return run


def test_what_a_killed_run_left_is_cleared(here):
    place = here.place
    (place.data / ".flickr8k.unzipping" / "Images").mkdir(parents=True)
    here(place.root / "archives" / "flickr8k.zip")
    installed(place)


def test_a_folder_that_was_being_replaced_is_put_back(here):
    place = here.place
    here(place.root / "archives" / "flickr8k.zip")
    place.folder.rename(place.data / ".flickr8k.old")
    assert here().photos == 12
    installed(place)


def test_a_fuller_archive_replaces_a_part_and_keeps_the_readers_files(here):
    place = here.place
    here(
        write_zip(place.root / "part.zip", NAMES[:6]),
        splits_dir=write_lists(place.root / "lists", train=NAMES[:4], dev=NAMES[4:6]),
    )
    (place.folder / "notes.md").write_text("mine", encoding="utf-8")
    here(place.root / "archives" / "flickr8k.zip")
    data = installed(place)
    assert data.splits["dev"] == NAMES[4:6]
    assert (place.folder / "notes.md").read_text(encoding="utf-8") == "mine"


def test_a_smaller_archive_replaces_nothing(here):
    place = here.place
    here(place.root / "archives" / "flickr8k.zip")
    assert here(write_zip(place.root / "part.zip", NAMES[:6])).photos == 12


def test_other_photos_are_never_replaced(here):
    place = here.place
    here(place.root / "archives" / "flickr8k.zip")
    with pytest.raises(InstallError, match="other photos"):
        here(write_zip(place.root / "other.zip", ["99_other.jpg", "98_other.jpg", "97_other.jpg"]))
    installed(place)


def test_a_replacement_that_fails_leaves_the_old_folder(here, monkeypatch):
    place = here.place
    here(write_zip(place.root / "part.zip", NAMES[:6]))
    rename = Path.rename

    def fail(self, target):
        if self.name.endswith(".unzipping"):
            raise OSError(errno.EACCES, "Permission denied", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(InstallError, match="Permission denied"):
        here(place.root / "archives" / "flickr8k.zip")
    assert len(list((place.folder / "Images").iterdir())) == 6 and not place.left()


def test_a_folder_of_that_name_with_something_else_is_left_alone(here):
    place = here.place
    place.folder.mkdir()
    (place.folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InstallError, match="rename or remove"):
        here()
    assert (place.folder / "thesis.txt").read_text(encoding="utf-8") == "years of work"


# Archives and their contents


@pytest.mark.parametrize("prefix", ["", "flickr8k/", "Flickr 8k/archive/"])
def test_the_folder_inside_the_archive_does_not_matter(here, prefix):
    junk = [("__MACOSX/Images/._0_abc.jpg", b"junk"), (f"{prefix}Images/._1_abc.jpg", b"junk")]
    done = here(write_zip(here.place.root / "mine.zip", prefix=prefix, more=junk))
    assert (done.photos, done.captions) == (12, 60)
    data = installed(here.place)
    assert sorted(path.name for path in data.images_dir.iterdir()) == sorted(NAMES)


def test_an_archive_of_the_reader_is_never_removed(here):
    archive = write_zip(here.place.root / "mine.zip")
    here(archive)
    assert archive.exists()


@pytest.mark.parametrize("name", ["../outside.jpg", "Images/../../outside.jpg", "/outside.jpg",
                                  "Images\\..\\..\\outside.jpg", "C:\\outside.jpg"])  # fmt: skip
def test_names_that_point_outside_are_refused(here, name):
    place = here.place
    with pytest.raises(InstallError, match="points outside"):
        here(write_zip(place.root / "evil.zip", more=[(name, photo(1))]))
    assert not list(place.root.rglob("outside.jpg"))
    assert not place.folder.exists() and not place.left()


def with_flag(path):
    """Mark the first file of an archive as encrypted."""
    data = bytearray(path.read_bytes())
    data[6] |= 1
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    path.write_bytes(data)
    return path


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])
    return path


def damaged(path):
    """Change bytes of the first file, after its name and before its end."""
    data = path.read_bytes()
    path.write_bytes(data[:60] + bytes(10) + data[70:])
    return path


def scrambled(path, compression):
    """Write an archive whose captions, packed in this way, cannot be unpacked."""
    write_zip(path, captions="")
    with zipfile.ZipFile(path, "a", compression) as archive:
        archive.writestr("captions.txt", captions_of(NAMES) * 50)
        start = archive.getinfo("captions.txt").header_offset + 60
    data = path.read_bytes()
    path.write_bytes(data[:start] + b"\xa5" * 60 + data[start + 60 :])
    return path


def misnamed(path):
    """Say of a name in the list of files that it is UTF-8, which it is not."""
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 9] |= 8
    data[directory + 46] = 0xE9
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda path: path, "There is no archive"),
        (lambda path: cut(write_zip(path)), "not a whole zip archive"),
        (lambda path: damaged(write_zip(path)), "is broken inside"),
        (lambda path: with_flag(write_zip(path)), "locked by a password"),
        (lambda path: write_zip(path, names=[], captions="image,caption\n"), "holds no photos"),
        (lambda path: write_zip(path, captions=""), "holds no captions.txt"),
        (lambda path: write_zip(path, captions="photo,words\n0_abc.jpg,A dog .\n"), "columns"),
        (lambda path: write_zip(path, captions="image,caption\n0_abc.jpg, .\n"), "no word"),
        (lambda path: write_zip(path, captions="image,caption\n"), "holds no captions:"),
        (lambda path: write_zip(path, captions="image,caption\n0_abc.jpg,a, b\n"), "3 columns"),
        (lambda path: write_zip(path, captions="image,caption\nx.jpg,A dog .\n"), "None of the 1"),
        (
            lambda path: write_zip(path, more=[("Images/cut.jpg", photo(1)[:300])]),
            r"1 of the photos in .* do not open \(cut.jpg\)",
        ),
        (lambda path: write_zip(path, more=[("Images/no.jpg", b"no photo")]), "do not open"),
        (lambda path: path.mkdir() or path, "is a folder, not an archive"),
        (
            lambda path: write_zip(path, names=[], more=[("old/archive.ZIP", b"PK")]),
            r"holds another archive, old/archive\.ZIP: unpack it",
        ),
        (lambda path: scrambled(path, zipfile.ZIP_LZMA), "is broken inside"),
        (lambda path: scrambled(path, zipfile.ZIP_BZIP2), "is broken inside"),
        (lambda path: misnamed(write_zip(path)), "is broken inside"),
    ],
)
def test_each_fault_of_an_archive_is_said(here, make, words):
    place = here.place
    with pytest.raises(InstallError, match=words) as caught:
        here(make(place.root / "mine.zip"))
    sentence = str(caught.value)
    assert sentence.endswith(".") and "unzipping" not in sentence
    assert not place.folder.exists() and not place.left()


def test_a_part_of_the_set_says_what_is_missing(here):
    names = [*NAMES[:6], "x.jpg"]
    captions = captions_of([*names, NAMES[7]]).replace(HOSTILE[:3], "Two")
    archive = here.place.root / "part.zip"
    write_zip(archive, NAMES[:6], captions, more=[("Images/11_abc.jpg", photo(11))])
    done = here(archive)
    text = " ".join(done.notes)
    assert "2 captioned images have no photo" in text
    assert "1 photos have no caption" in text
    assert "8,085 of the 8,091 captioned photos of Flickr8k are missing" in text
    assert "no split lists" in text and "--splits-dir" in text
    assert str(here.place.folder) in text and "unzipping" not in text


def test_no_room_on_the_disk_is_said_before_unpacking(here, monkeypatch):
    usage = shutil._ntuple_diskusage(100, 90, 10)
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(InstallError, match="disk has no room"):
        here(here.place.root / "archives" / "flickr8k.zip")
    assert not here.place.left() and not here.place.folder.exists()


def test_a_disk_that_fills_up_while_unpacking_leaves_nothing(here, monkeypatch):
    def full(source, target, length):
        target.write(source.read(10))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(install.shutil, "copyfileobj", full)
    with pytest.raises(InstallError, match="disk has no room"):
        here(here.place.root / "archives" / "flickr8k.zip")
    assert not here.place.left() and not here.place.folder.exists()


def test_a_place_where_one_may_not_write_is_said(here):
    (here.place.root / "file").write_text("", encoding="utf-8")
    with pytest.raises(InstallError, match="could not be installed"):
        here(here.place.root / "archives" / "flickr8k.zip", folder=here.place.root / "file" / "x")


# Split lists


def test_the_readers_lists_make_the_splits(here):
    lists = write_lists(
        here.place.root / "lists", train=NAMES[:8], dev=NAMES[8:10], test=NAMES[10:]
    )
    here(here.place.root / "archives" / "flickr8k.zip", splits_dir=lists)
    assert installed(here.place).splits["test"] == NAMES[10:]
    found = sorted(path.name for path in here.place.folder.glob("*.txt"))
    assert found == [
        "Flickr_8k.devImages.txt",
        "Flickr_8k.testImages.txt",
        "Flickr_8k.trainImages.txt",
        "captions.txt",
    ]


def test_lists_can_be_added_to_what_is_installed_and_come_from_the_archive(here):
    place = here.place
    more = [("Flickr_8k.trainImages.txt", "\n".join(NAMES[:9])),
            ("Flickr_8k.devImages.txt", "\n".join(NAMES[9:]))]  # fmt: skip
    here(write_zip(place.root / "mine.zip", more=more))
    assert installed(place).splits["train"] == NAMES[:9]
    lists = write_lists(place.root / "l", train=NAMES[:8], dev=NAMES[8:10], test=NAMES[10:])
    here(splits_dir=lists)
    assert installed(place).splits["train"] == NAMES[:8]


def test_lists_that_share_an_image_are_refused_and_change_nothing(here):
    place = here.place
    here(place.root / "archives" / "flickr8k.zip")
    lists = write_lists(place.root / "lists", train=NAMES[:8], dev=NAMES[7:])
    with pytest.raises(InstallError, match="in two splits"):
        here(splits_dir=lists)
    assert not list(place.folder.glob("*Images.txt"))
    installed(place)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda folder: None, "There is no folder"),
        (lambda folder: folder.mkdir(), "holds no list for train"),
        (lambda folder: write_lists(folder, test=NAMES), "holds no list for train"),
        (lambda folder: write_lists(folder, train=["other.jpg"]), "No image of the training list"),
    ],
)
def test_lists_that_cannot_be_used_are_said(here, make, words):
    make(here.place.root / "lists")
    archive = here.place.root / "archives" / "flickr8k.zip"
    with pytest.raises(InstallError, match=words):
        here(archive, splits_dir=here.place.root / "lists")
    assert not here.place.folder.exists() and not here.place.left()


# GloVe


@pytest.mark.parametrize("dimensions", [(50,), (50, 100, 200), (50, 100, 200, 300)])
def test_glove_files_are_taken_as_they_are_found(here, dimensions):
    place = here.place
    done = here(
        place.root / "archives" / "flickr8k.zip",
        glove_zip=write_glove(place.root / "glove.6B.zip", dimensions),
    )
    assert [path.name for path in done.glove] == [f"glove.6B.{d}d.txt" for d in dimensions]
    assert [load_glove(path).dimension for path in done.glove] == list(dimensions)
    assert any("399,998 of the 400,000 words" in line for line in here.lines)


def test_a_second_archive_of_glove_adds_what_is_missing(here):
    root = here.place.root
    here(root / "archives" / "flickr8k.zip", glove_zip=write_glove(root / "a.zip", (50,)))
    before = (here.place.glove / "glove.6B.50d.txt").stat().st_mtime_ns
    done = here(glove_zip=write_glove(root / "b.zip", (50, 200)))
    assert [path.name for path in done.glove] == ["glove.6B.50d.txt", "glove.6B.200d.txt"]
    assert (here.place.glove / "glove.6B.50d.txt").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda path: write_glove(path, ()), "holds no glove.6B.50d.txt"),
        (lambda path: write_glove(path, broken=True), "cut short or of another format"),
        (lambda path: damaged(write_glove(path, (300, 200, 100))), "broken inside"),
    ],
)
def test_each_fault_of_glove_is_said(here, make, words):
    with pytest.raises(InstallError, match=words):
        here(
            here.place.root / "archives" / "flickr8k.zip",
            glove_zip=make(here.place.root / "glove.6B.zip"),
        )
    assert not list(here.place.glove.glob("*")) and not here.place.left()
    installed(here.place)


# Encoding, and the true photos


def test_every_file_is_opened_with_an_encoding(place):
    lists = write_lists(place.root / "lists", train=NAMES[:8], dev=NAMES[8:])
    strict = ("-X", "warn_default_encoding", "-W", "error::EncodingWarning")
    # This package asks for the encoding when it is imported, and opens nothing.
    strict += ("-W", "ignore::EncodingWarning:regex._main")
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = place.run("anonymous", "--splits-dir", lists, python=strict, **environment)
    assert result.returncode == 0, result.stderr
    code = (
        "import sys; from utils.dataset import load_dataset; from utils.glove import load_glove;"
        "from utils.support.files import read_json, write_json;"
        "from utils.vocabulary import Vocabulary;"
        "from pathlib import Path;"
        "data = load_dataset(sys.argv[1]); words = data.train_vocabulary();"
        "assert words.ids['café\\'s']; Vocabulary.from_json(words.to_json());"
        "write_json(Path('words.json'), words.words); read_json(Path('words.json'));"
        "assert 'café' in load_glove(sys.argv[2])"
    )
    files = [str(place.folder), str(place.glove / "glove.6B.50d.txt")]
    reading = subprocess.run(
        [sys.executable, *strict, "-c", code, *files],
        env=place.environment | environment | {"PYTHONUTF8": "1"},
        cwd=place.root,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert reading.returncode == 0, reading.stderr


def test_the_shared_part_of_flickr8k_is_installed(here):
    archive = SHARED / "flickr8k_traindev.zip"
    if not archive.is_file():
        pytest.skip(f"there is no {archive}; FLICKR8K_SHARED names the folder it lies in")
    done = here(archive, splits_dir=SHARED)
    assert (done.photos, done.captions) == (7091, 35455)
    data = load_dataset(str(here.place.folder))
    assert [len(data.splits[split]) for split in ("train", "dev", "test")] == [6000, 1000, 0]
    text = " ".join(done.notes)
    assert "There is no list for test" in text
    assert "1,000 of the 8,091 captioned photos" in text
    assert here().photos == 7091
    assert not here.place.left()


def test_captions_that_the_archive_does_not_have_are_kept(here):
    place = here.place
    here(place.root / "archives" / "flickr8k.zip")
    path = place.folder / "captions.txt"
    edited = path.read_text(encoding="utf-8") + f"{NAMES[0]},My own caption\n"
    path.write_text(edited, encoding="utf-8")
    (place.folder / "Images" / NAMES[1]).unlink()
    with pytest.raises(InstallError, match=r"captions\.txt has captions that"):
        here(place.root / "archives" / "flickr8k.zip")
    assert path.read_text(encoding="utf-8") == edited

    other = place.root / "mine"
    other.mkdir()
    (other / "captions.txt").write_text("notes", encoding="utf-8")
    with pytest.raises(InstallError, match=r"captions\.txt has captions that"):
        here(place.root / "archives" / "flickr8k.zip", folder=other)
    assert (other / "captions.txt").read_text(encoding="utf-8") == "notes"


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_to_another_disk_is_followed_and_stays(here, dangling):
    place = here.place
    disk, link = place.root / "disk", place.root / "link"
    if not dangling:
        disk.mkdir()
    link.symlink_to(disk)
    for _ in range(2):
        assert here(place.root / "archives" / "flickr8k.zip", folder=link).photos == 12
    assert link.is_symlink() and (disk / "captions.txt").is_file()
    assert [path.name for path in place.root.glob(".link*")] == []


@pytest.mark.parametrize("bad", ["dog 0,25", "dog nan", "caf\u00e9 0.25"])
def test_vectors_that_cannot_be_read_are_not_installed(here, bad):
    place = here.place
    archive = place.root / "archives" / "flickr8k.zip"
    word, number = bad.split()
    line = f"{word} {' '.join([number] * 50)}\n".encode("latin-1")
    broken = place.root / "broken.zip"
    with zipfile.ZipFile(broken, "w") as file:
        file.writestr("glove.6B.50d.txt", line)
    with pytest.raises(InstallError, match="damaged, cut short"):
        here(archive, glove_zip=broken)
    # What an earlier version has installed all the same is replaced by a good archive.
    path = place.glove / "glove.6B.50d.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(line)
    here(archive, glove_zip=write_glove(place.root / "good.zip", (50,)))
    assert load_glove(path).words == ["dog", "café"]


def test_a_zip_that_python_cannot_unpack_is_not_called_broken(here):
    path = write_zip(here.place.root / "deflate64.zip")
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[8] = data[directory + 10] = 9  # Deflate64, as Windows packs large files
    path.write_bytes(data)
    with pytest.raises(InstallError, match="packed in a way that Python cannot unpack"):
        here(path)


def test_a_colon_in_a_name_points_nowhere(here):
    more = [("Images/12:30_abc.jpg", photo(3))]
    assert here(write_zip(here.place.root / "time.zip", more=more)).photos == 12
