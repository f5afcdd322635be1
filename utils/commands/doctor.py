"""Say what is wrong on this machine, and what to do about it. It takes about a minute.

    python -m utils doctor               # everything, a line each: ok, warning or wrong
    python -m utils doctor --quick       # without the trials that train and measure
    python -m utils doctor --share       # what a bug report needs, with nothing private in it
    python -m utils doctor --accelerator off    # the processor for all commands and notebooks
    python -m utils doctor --accelerator on     # whatever TensorFlow finds again

It looks at Python and its packages, at Keras' settings, at memory, disk and the course's data. It
trains a small LSTM on the processor and on each accelerator and compares the losses: one that
fails, or gives other losses, is switched off for the course. At the end it measures how long the
main commands will take here. The exit status is 0 where nothing is wrong, and 1 where something is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from utils.diagnosis import accelerator, course_data, keras_settings, packages, room, speed
from utils.diagnosis.finding import WRONG, Finding, found
from utils.support import device

IMPORT_SECONDS = 40.0
Looks = dict[str, list[tuple[Callable[..., Iterable[Finding]], tuple]]]


def quick_looks() -> Looks:
    """Return the looks that take moments, by heading."""
    return {
        "Python and packages": [
            (packages.look_at_python, ()),
            (packages.look_at_packages, ()),
            (packages.look_at_hiding_files, ()),
            (keras_settings.look_at_keras, ()),
        ],
        "Memory, processors, disk": [
            (room.look_at_memory, ()),
            (room.look_at_processors, ()),
            (room.look_at_disk, ()),
            (room.look_at_open_files, ()),
        ],
        "Data": [(course_data.look_at_embedded, ()), (course_data.look_at_datasets, ())],
    }


def trials() -> Looks:
    """Return the looks that start TensorFlow, each in a process of its own."""
    return {
        "Imports": [(packages.look_at_imports, (IMPORT_SECONDS,))],
        "Accelerators": [(accelerator.look_at_devices, ())],
        "How long the commands take here": [(speed.look_at_speed, ())],
    }


def examine(looks: Looks, say: Callable[[str], None]) -> list[Finding]:
    """Take the looks one after the other, say what each finds at once, and return all of it."""
    everything: list[Finding] = []
    for heading, here in looks.items():
        say(f"\n{heading}")
        for look, arguments in here:
            findings = found(look, *arguments)
            everything += findings
            for finding in findings:
                say(str(finding))
    return everything


def summary(findings: list[Finding]) -> str:
    """Return the last line: how much is wrong."""
    bad = sum(finding.mark == WRONG for finding in findings)
    if not bad:
        return "\nNothing is wrong."
    things = "One thing is" if bad == 1 else f"{bad} things are"
    return f"\n{things} wrong: see the lines that begin with `wrong`."


def switch(to: str) -> int:
    """Keep whether accelerators are used; return 0. Raises `OSError`."""
    if to == "off":
        device.switch_off("You chose so.")
        print("The course's commands and notebooks use the processor alone.")
    else:
        device.switch_on()
        print("The course's commands and notebooks use whatever TensorFlow finds.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 where nothing is wrong, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m utils doctor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="leave out training and measuring")
    parser.add_argument("--share", action="store_true", help="print a report without private data")
    parser.add_argument("--accelerator", choices=["on", "off"], help="use it, or the processor")
    given = parser.parse_args(arguments)
    if given.accelerator:
        return switch(given.accelerator)
    looks = quick_looks() if given.quick else {**quick_looks(), **trials()}
    if given.share:
        from utils.diagnosis.share import bug_report

        findings = examine(looks, lambda line: None)
        build = "" if given.quick else accelerator.devices_here().build
        print(bug_report(findings, accelerator.nvidia_cards(), build))
    else:
        findings = examine(looks, lambda line: print(line, flush=True))
        print(summary(findings))
    return int(any(finding.mark == WRONG for finding in findings))
