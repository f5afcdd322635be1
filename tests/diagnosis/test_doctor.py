"""`python -m utils doctor`: each fault is a line with what to do; nothing private is shared."""

import builtins
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from utils.commands import doctor
from utils.diagnosis import (
    accelerator,
    course_data,
    keras_settings,
    packages,
    room,
    share,
    speed,
)
from utils.diagnosis.accelerator import EXPECTED, Devices, Trial, look_at_devices
from utils.diagnosis.finding import OK, WARNING, WRONG, found, ok, warning, wrong
from utils.diagnosis.isolated import Told, ask
from utils.diagnosis.room import Memory, Place
from utils.support import device
from utils.support.paths import ROOT
from utils.support.versions import NEWEST, OLDEST, pinned

GOOD = Trial(list(EXPECTED), {"padding on the left": "same"})


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """Settings of the machine that runs the tests do not count."""
    monkeypatch.setenv("CAPTIONING_CACHE", str(tmp_path / "cache"))
    for name in ("COURSE_DEVICE", "KERAS_BACKEND", "CUDA_VISIBLE_DEVICES", "TF_USE_LEGACY_KERAS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(device, "_before", {})


def marks(findings):
    return [one.mark for one in findings]


def text(findings):
    return "\n".join(map(str, findings))


# Python and packages


def test_the_pins_and_the_versions_of_python_are_those_of_the_project():
    pins = pinned()
    assert pins["keras"] == "3.15.0" and len(pins) >= 20
    told = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bounds = f">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"
    assert f'requires-python = "{bounds}"' in told


def test_another_python_and_a_foreign_environment_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(packages.sys, "version_info", (3, 9, 1))
    assert "the course needs 3.11 to 3.13" in text(packages.look_at_python())
    (tmp_path / ".venv").mkdir()
    (told,) = packages.look_at_environment(Path("/usr"), tmp_path)
    assert told.mark == WARNING and "Activate it" in told.advice


def test_missing_other_and_doubled_packages_are_named(monkeypatch):
    installed = {packages._plain(name): [(v, "/a")] for name, v in pinned().items()}
    installed["keras"] = [("2.1.0", "/a")]
    installed["numpy"] = [("2.4.6", "/a"), ("1.26.4", "/b")]
    installed["tensorflow-cpu"] = [("2.20.0", "/a")]
    del installed["pillow"]
    monkeypatch.setattr(packages, "_installed", lambda: installed)
    told = list(packages.look_at_packages())
    shown = text(told)
    assert "keras is 2.1.0; the course was tested with 3.15.0" in shown
    assert "numpy is installed more than once: 1.26.4 and 2.4.6" in shown
    assert "pillow is missing" in shown and "pip install -r requirements.txt" in shown
    assert "tensorflow-cpu is installed too" in shown
    assert marks(told).count(WRONG) == 3 and marks(told).count(WARNING) == 1


def test_the_packages_of_this_environment_are_as_pinned():
    assert WRONG not in marks(packages.look_at_packages())


def test_a_file_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "keras.py").write_text("", encoding="utf-8")
    (tmp_path / "PIL").mkdir()
    (tmp_path / "notes.py").write_text("", encoding="utf-8")
    (told,) = packages.look_at_hiding_files((tmp_path,))
    assert told.mark == WRONG and "keras.py hides the package `keras`" in told.what


def test_an_import_that_crashes_is_a_line_and_the_rest_goes_on(tmp_path, monkeypatch):
    for name, code in {
        "crashes": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "raises": "raise ImportError('DLL load failed while importing x')",
        "leaves": "raise SystemExit(3)",
        "prints": "print('hello'); print('{\"name\": 3')",
    }.items():
        (tmp_path / f"{name}_package.py").write_text(code, encoding="utf-8")
    names = ("raises-package", "crashes-package", "leaves-package", "prints-package", "json")
    monkeypatch.setattr(packages, "pinned", lambda: dict.fromkeys(names, "1.0"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    told = list(packages.look_at_imports(60))
    shown = text(told)
    assert "crashes-package cannot be imported: Python was killed by the system" in shown
    assert "raises-package cannot be imported: ImportError: DLL load failed" in shown
    assert "Visual C++ Redistributable" in shown
    assert "leaves-package cannot be imported: SystemExit: 3" in shown
    assert told[-1].what == "2 packages can be imported."


def test_a_processor_without_avx_is_named(monkeypatch):
    monkeypatch.setattr(packages, "pinned", lambda: {"json": "1.0"})
    ended = "ended because this processor lacks instructions that the package needs (AVX)"
    answers = iter([Told([{"begun": "json"}], ended), Told([], "")])
    (told,) = packages.look_at_imports(5, lambda *a, **k: next(answers))
    assert told.mark == WRONG and "Codespaces" in told.advice


def test_a_slow_machine_is_no_fault(monkeypatch):
    slow = "took more than 40 seconds and was stopped"
    monkeypatch.setattr(packages, "pinned", lambda: {"json": "1.0", "types": "1.0"})
    told = list(packages.look_at_imports(5, lambda *a, **k: Told([{"begun": "json"}], slow)))
    assert marks(told) == [WARNING] and "(at json)" in told[0].what
    told = list(look_at_devices(lambda: Devices([], trouble=slow), None, list))
    assert marks(told) == [WARNING] and "slow or busy" in told[0].what
    told = looked("GPU:0", trials={"CPU:0": Trial(trouble=slow)})
    assert marks(told) == [WARNING] and device.chosen_device() == "auto"


def test_a_process_that_hangs_or_is_ended_is_told():
    slow = ask("timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)", seconds=1.5)
    assert slow.ended == "took more than 2 seconds and was stopped"
    gone = ask("no_such_module_at_all", seconds=60)
    assert gone.ended.startswith("failed (") and "no_such_module_at_all" in gone.ended


# Keras' settings


@pytest.mark.parametrize(
    ("content", "words", "mark"),
    [
        ('{"backend": "jax"}', "sets backend to 'jax'", WRONG),
        ('{"image_data_format": "channels_first"}', "channels_first", WRONG),
        ('{"floatx": "float16"}', "float16", WRONG),
        ("{", "is no JSON, so", WARNING),
        ("[1]", "is no JSON object", WARNING),
    ],
)
def test_odd_settings_of_keras_are_named(tmp_path, content, words, mark):
    path = tmp_path / "keras.json"
    path.write_text(content, encoding="utf-8")
    told = list(keras_settings.look_at_keras(path))
    assert words in text(told) and mark in marks(told) and told[0].advice


def test_the_backend_of_the_environment_counts_before_that_of_the_file(tmp_path, monkeypatch):
    path = tmp_path / "keras.json"
    path.write_text('{"backend": "jax"}', encoding="utf-8")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert WRONG not in marks(keras_settings.look_at_keras(path))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert "KERAS_BACKEND is 'torch'" in text(keras_settings.look_at_keras(tmp_path / "none"))
    monkeypatch.setenv("KERAS_BACKEND", "")
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    assert "Keras 2 would stand in" in text(keras_settings.look_at_keras(tmp_path / "none"))


# Memory and disk


def test_memory_is_measured_against_what_commands_need():
    (told,) = room.look_at_memory(lambda: Memory(16, 12, {}))
    assert told.mark == OK
    (told,) = room.look_at_memory(lambda: Memory(16, 12, {"the container's limit": 2.0}))
    assert told.mark == WARNING and "all chapters" in told.what and "container's" in told.what
    (told,) = room.look_at_memory(lambda: Memory(16, 0.5, {}))
    assert told.mark == WRONG and "captions for photos" in told.what
    told = list(room.look_at_memory(lambda: Memory(16, 12, {"ulimit -v": 1.0})))
    assert told[0].mark == WRONG and "ulimit -v unlimited" in told[0].advice


def test_the_limits_of_a_container_are_read(tmp_path):
    (tmp_path / "memory.max").write_text("3000000000\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1500000000\n", encoding="utf-8")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 500000000\n", encoding="utf-8")
    assert room._left(tmp_path) == [2.0]
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    assert room._left(tmp_path) == []
    (tmp_path / "cpu.max").write_text("50000 100000\n", encoding="utf-8")
    assert room._quota(tmp_path) == 0.5


def test_places_that_cannot_be_used_are_named_with_their_setting(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    chosen = [
        Place("caches", tmp_path / "file" / "x", 0.01, "CAPTIONING_CACHE"),
        Place("data", tmp_path / "new" / "deep", 1e9, "COURSE_DATA"),
        Place("runs", tmp_path, 0.0, "--folder"),
    ]
    told = list(room.look_at_disk(chosen))
    shown = text(told)
    assert "is a file; a folder belongs there (caches)" in shown and "CAPTIONING_CACHE" in shown
    assert "data need 1e+09 GB" in shown and "COURSE_DATA" in shown
    assert "(runs)" in shown and not (tmp_path / "new").exists()

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room.tempfile, "TemporaryFile", refused)
    assert "Nothing can be written" in text(room.look_at_disk(chosen[2:]))


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="no inodes here")
def test_a_lack_of_inodes_is_named(tmp_path, monkeypatch):
    facts = type("Facts", (), {"f_files": 1000, "f_favail": 3})
    monkeypatch.setattr(room, "_free", lambda path: 50.0)
    monkeypatch.setattr(room.os, "statvfs", lambda path: facts)
    (told,) = room.look_at_disk([Place("caches", tmp_path, 0.0, "CAPTIONING_CACHE")])
    assert told.mark == WRONG and "3 more files only (inodes)" in told.what


# Data


def damaged(tmp_path, data, name="x.txt", original=b"one\ntwo\n"):
    path = tmp_path / name
    path.write_bytes(data)
    return course_data.damage_of(path, hashlib.sha256(original).hexdigest())


def test_damage_is_recognised_and_named(tmp_path):
    assert damaged(tmp_path, b"one\ntwo\n") == ""
    assert damaged(tmp_path, b"one\r\ntwo\r\n") == "has Windows line ends"
    assert damaged(tmp_path, course_data.POINTER + b"v1\noid 1\n") == "is a Git LFS pointer"
    assert damaged(tmp_path, b"<!DOCTYPE html><p>") == "is a web page"
    assert damaged(tmp_path, b"") == "is empty"
    assert damaged(tmp_path, b"<<<<<<< HEAD\n>>>>>>> x\n") == "has a conflict of git"
    assert damaged(tmp_path, b"PK\x03\x04half", "a.keras").startswith("is cut short")
    assert damaged(tmp_path, b"half", "a.weights.h5") == "is no HDF5 file"
    assert "SHA-256" in damaged(tmp_path, b"three")
    assert course_data.damage_of(tmp_path / "none") == "is missing"
    for damage in ("is missing", "is a Git LFS pointer", "has Windows line ends", "odd"):
        told = course_data._finding(tmp_path / "x", damage)
        assert told.mark == WRONG and told.advice.endswith(".")


def test_the_data_of_the_course_is_whole_and_has_hashes():
    names = {path.name for path in course_data.expected_hashes()}
    assert {"mobilenet_v2.keras", "glove.6B.50d.slice.txt", "model.weights.h5"} <= names
    assert marks(course_data.look_at_embedded()) == [OK]


def test_datasets_that_are_not_whole_are_named(tmp_path):
    (tmp_path / "Images").mkdir()
    rows = "image,caption\na.jpg,one\na.jpg,two\nb.jpg,one\n"
    (tmp_path / "captions.txt").write_text(rows, encoding="utf-8")
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(ROOT / "data" / "photos" / "cat.jpg", tmp_path / "Images" / name)
    (told,) = course_data.look_at_dataset("scenes", tmp_path, 1260)
    assert told.mark == OK and "2 of 1,260 photos with 3 captions" in told.what
    (tmp_path / "Images" / "b.jpg").unlink()
    (tmp_path / "Images" / "a.jpg").write_bytes(course_data.POINTER)
    shown = text(course_data.look_at_dataset("flickr8k", tmp_path, 8091))
    assert "1 of 2 captioned photos are missing, such as b.jpg" in shown
    assert "a.jpg is a Git LFS pointer" in shown and "install flickr8k" in shown


def test_a_cut_file_of_glove_is_named(tmp_path):
    path = tmp_path / "glove.6B.50d.txt"
    path.write_text("the " + " ".join(["0.1"] * 50) + "\nof 0.1 0.", encoding="utf-8")
    (told,) = course_data.look_at_glove(path)
    assert told.mark == WRONG and "cut short" in told.what
    path.write_text("the " + " ".join(["0.1"] * 50) + "\n", encoding="utf-8")
    assert marks(course_data.look_at_glove(path)) == [OK]


# Accelerators


def looked(*devices, trials=None, cards=(), cuda=True):
    trials = {"CPU:0": GOOD, **(trials or {})}
    here = Devices(["CPU:0", *devices], cuda)
    return list(look_at_devices(lambda: here, trials.__getitem__, lambda: list(cards)))


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        (Trial([EXPECTED[0], *[5.0] * 5]), "gives other losses than the processor: 5.000"),
        (Trial([EXPECTED[0]] * 6), "gives other losses than the processor"),  # never learns
        (Trial([4.69, float("nan")]), "gives losses that are no numbers"),
        (Trial([], {}, "crashed (SIGSEGV)"), "GPU:0 crashed (SIGSEGV)"),
        (Trial([], {}, "took more than 40 seconds and was stopped"), "took more than 40 seconds"),
        (Trial([], {}), "gives losses that are no numbers (none)"),
    ],
)
def test_a_wrong_accelerator_is_named_and_switched_off(trial, words, monkeypatch):
    told = looked("GPU:0", trials={"GPU:0": trial})
    assert words in text(told) and marks(told).count(WRONG) == 1
    assert "It is switched off" in told[-1].advice
    assert device.chosen_device() == "cpu" and words in f"{device.kept_reason()}"
    monkeypatch.setenv("COURSE_DEVICE", "auto")
    assert device.chosen_device() == "auto"
    monkeypatch.delenv("COURSE_DEVICE")
    assert doctor.main(["--accelerator", "on"]) == 0
    assert device.chosen_device() == "auto" and device.kept_reason() == ""


def test_one_bad_accelerator_of_two_is_named_and_the_setting_may_fail(monkeypatch):
    def refuse(why):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(device, "switch_off", refuse)
    told = looked("GPU:0", "GPU:1", trials={"GPU:0": GOOD, "GPU:1": Trial([9.0] * 6)})
    assert "GPU:0 gives the losses of the processor" in text(told)
    assert told[-1].mark == WRONG and told[-1].what.startswith("GPU:1")
    assert "COURSE_DEVICE=cpu" in told[-1].advice and "Permission denied" in told[-1].advice


def test_small_differences_are_no_fault_and_masks_are_warned_of():
    near = [loss * 1.002 for loss in EXPECTED]  # as a GPU that multiplies in TF32
    masks = {"padding on the left": "[Assert] right-padded", "a gap in the mask": "differs"}
    told = looked("GPU:0", trials={"GPU:0": Trial(near, masks)})
    assert WRONG not in marks(told) and device.chosen_device() == "auto"
    assert "GPU:0 fails with padding on the left" in text(told)
    assert "GPU:0 gives other numbers for a gap in the mask" in text(told)


def test_a_processor_that_computes_otherwise_is_wrong():
    told = looked(trials={"CPU:0": Trial([1.0] * 6)})
    assert told[0].mark == WRONG and "TF_ENABLE_ONEDNN_OPTS=0" in told[0].advice
    assert WRONG in marks(looked(trials={"CPU:0": Trial(trouble="crashed (SIGILL)")}))
    none = look_at_devices(lambda: Devices([], trouble="crashed (SIGILL)"), None, list)
    assert "TensorFlow does not start: it crashed (SIGILL)" in text(none)


@pytest.mark.parametrize(
    ("hidden", "cuda", "words"),
    [
        ("-1", True, "CUDA_VISIBLE_DEVICES hides it"),
        (None, False, "built without CUDA"),
        (None, True, "tensorflow[and-cuda]=="),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="there the reason is another")
def test_a_gpu_that_tensorflow_does_not_see_is_named(hidden, cuda, words, monkeypatch):
    if hidden is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    told = looked(cards=["NVIDIA A100"], cuda=cuda)
    assert told[-1].mark == WARNING and words in text(told) and "NVIDIA A100" in text(told)


def test_no_accelerator_is_said_and_no_fault():
    told = looked()
    assert set(marks(told)) == {OK} and "There is no accelerator" in told[-1].what


def test_metal_is_named(monkeypatch):
    real = accelerator.metadata.version
    monkeypatch.setattr(
        accelerator.metadata, "version", lambda n: "1.2" if n == "tensorflow-metal" else real(n)
    )
    assert "tensorflow-metal 1.2 is installed" in text(looked())


def test_the_choice_of_the_processor_reaches_tensorflow(monkeypatch, tmp_path):
    code = (
        "import utils.support.quiet, os; print(os.environ.get('CUDA_VISIBLE_DEVICES'));"
        "from utils.support.device import variables_before; print(variables_before())"
    )

    def said(**more):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **more},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.splitlines()

    assert said() == ["None", "{}"]
    device.switch_off("It was wrong.")
    assert said()[0] == "-1" and "'CUDA_VISIBLE_DEVICES': None" in said()[1]
    assert said(COURSE_DEVICE="auto", CUDA_VISIBLE_DEVICES="0")[0] == "0"
    device.device_file().write_text("{", encoding="utf-8")
    assert said()[0] == "None"


def test_the_processor_of_this_machine_trains_as_expected():
    trial = accelerator.train_on("CPU:0")
    if "more than" in trial.trouble:
        pytest.skip("this machine is too busy")
    assert trial.losses == pytest.approx(list(EXPECTED), abs=1e-3)
    assert set(trial.masks.values()) == {"same"} and len(trial.masks) == 3


# How long it takes


def test_times_are_ranges_and_what_was_not_measured_is_left_out():
    took = {"photo": 0.007, "caption": 0.02, "scenes": 0.05, "flickr8k": 0.25}
    shown = text(speed.look_at_speed(lambda: took))
    assert "`train flickr8k`" in shown and "to" in shown and "minutes" in shown
    assert speed.expected({"photo": 0.007}) == {}
    part = list(speed.look_at_speed(lambda: {"photo": 0.1, "caption": 0.1}))
    assert "captions for 10 photos: 7 to 20 seconds" in text(part)
    assert part[-1].mark == WARNING
    assert marks(speed.look_at_speed(dict)) == [WARNING]
    assert speed._range(7200) == "1 to 4 hours"


# What is shared


SECRETS = {
    "HOME": "/home/anna.smith",
    "USER": "anna.smith",
    "HOSTNAME": "lab-17.uni-example.org",
    "KAGGLE_KEY": "f00dfacef00dface",
    "KAGGLE_API_TOKEN": "KGAT_9f8e7d6c5b4a",
    "MY_TOKEN": "s3cr3t-v4lue",
    "DATASET": "/data/patients of dr jones",
    "CAPTIONING_CACHE": "/mnt/private/annas_cache",
    "HTTPS_PROXY": "http://anna:pa55word@proxy.uni-example.org:3128",
}
PLANTED = [
    *("anna.smith", "anna", "lab-17", "uni-example", "f00dface", "KGAT_9", "s3cr3t", "patients"),
    *("jones", "annas_cache", "private", "pa55word", "192.168.7.13", "fe80::1ff", "2001:db8"),
    *("hf_abcdefghijk", "someone@mail.org", "C:\\Users", "/srv/thesis", "example.com"),
]


def test_nothing_private_is_in_a_report(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(share.platform, "node", lambda: "lab-17")
    monkeypatch.setattr(share.socket, "gethostname", lambda: "lab-17.uni-example.org")
    monkeypatch.setattr(share.getpass, "getuser", lambda: "anna.smith")
    findings = [
        wrong("/home/anna.smith/x y/keras.py hides the package `keras`.", "Rename it."),
        wrong("Nothing can be written in /mnt/private/annas_cache (caches): Permission denied."),
        warning("numpy is installed in /srv/thesis/lib/python and C:\\Users\\anna.smith\\lib."),
        wrong("jax failed (proxy http://anna:pa55word@proxy.uni-example.org:3128 at 192.168.7.13)"),
        wrong("fe80::1ff:fe23:4567:890a and 2001:db8::1, token=hf_abcdefghijk, someone@mail.org"),
        wrong("It came from https://example.com/a?key=1 by lab-17; /data/patients of dr jones"),
        ok("a line that is well: anna.smith"),
    ]  # fmt: skip
    shown = share.bug_report(findings, ["NVIDIA A100, 550.1"])
    for planted in PLANTED:
        assert planted not in shown, planted
    for secret in SECRETS.values():
        assert secret not in shown
    assert str(ROOT) not in shown and str(Path.home()) not in shown
    assert "hides the package `keras`" in shown and "Permission denied" in shown


REPORT = """
from utils.diagnosis import share
from utils.diagnosis.finding import warning
print(share.bug_report([warning("Something is odd.")], [], "v2.21.0-rc1-3-gabcdef0"))
"""


def test_a_report_has_what_a_bug_report_needs():
    # Importing TensorFlow sets the first of these variables to TensorFlow's version. A value that
    # the report says on purpose is not taken out of it.
    same = {
        "TPU_ML_PLATFORM_VERSION": importlib.metadata.version("tensorflow"),
        "HOSTTYPE": platform.machine(),
        "PYTHON_VERSION": platform.python_version(),
    }
    done = subprocess.run(
        [sys.executable, "-c", REPORT],
        cwd=ROOT,
        env={**os.environ, **same},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    shown = done.stdout
    assert done.returncode == 0, done.stderr
    for words in (
        *("| Python | 3.", "| tensorflow | 2.", "| keras | 3.", "| numpy | 2."),
        *(platform.machine(), "memory", "GPU", "commit"),
        "data/mobilenet_v2/mobilenet_v2.keras | as it came",
        *("| tensorflow's build | v2.21.0-rc1-3-gabcdef0 |", "- **warning**: Something is odd."),
    ):
        assert words in shown, f"{words} is not in:\n{shown}"
    assert "The doctor found nothing" in share.bug_report([ok("well")])


def test_values_of_variables_are_shown_only_where_they_are_known_ones(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("DATASET", "/home/me/secret-folder")
    shown = share.bug_report([])
    assert "| KERAS_BACKEND | torch |" in shown
    assert "| DATASET | set (value left out) |" in shown and "secret-folder" not in shown


# The command


def test_a_look_that_fails_is_a_line_and_the_rest_goes_on():
    def breaks():
        yield ok("first")
        raise KeyError("odd machine")

    told = found(breaks)
    assert marks(told) == [OK, WARNING] and "look at breaks" in told[1].what
    lines = []
    looks = {"One": [(breaks, ())], "Two": [(lambda: [wrong("bad", "do this")], ())]}
    findings = doctor.examine(looks, lines.append)
    assert len(findings) == 3 and "\nTwo" in lines and "do this" in lines[-1]
    assert "One thing is wrong" in doctor.summary(findings)
    assert "Nothing is wrong" in doctor.summary([ok("x"), warning("y")])


def test_the_exit_status_says_whether_something_is_wrong(monkeypatch, capsys):
    for told, status in ((ok("fine"), 0), (warning("hm"), 0), (wrong("bad"), 1)):
        monkeypatch.setattr(doctor, "quick_looks", lambda told=told: {"X": [(lambda: [told], ())]})
        assert doctor.main(["--quick"]) == status
        assert told.what in capsys.readouterr().out
        assert doctor.main(["--quick", "--share"]) == status
        assert "### Report" in capsys.readouterr().out


def test_it_runs_where_packages_are_missing(monkeypatch):
    """Without psutil, NumPy and Keras each look still ends with lines."""
    real = builtins.__import__

    def without(name, *arguments, **named):
        if name.split(".")[0] in ("psutil", "numpy", "keras", "tensorflow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    findings = doctor.examine(doctor.quick_looks(), lambda line: None)
    assert "| memory | unknown |" in share.bug_report(findings)
    monkeypatch.undo()
    assert "No module named 'psutil'" in text(findings) and len(findings) > 8


def test_the_quick_command_ends_well_here(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "utils", "doctor", "--quick", "--share"],
        cwd=ROOT, env={**os.environ, "KERAS_HOME": str(tmp_path), "SECRET_X": "planted-value-1"},
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.stderr == "" and "planted-value-1" not in done.stdout
    assert done.returncode == int("**wrong**" in done.stdout)
    assert json.dumps(done.stdout)  # text, whole
