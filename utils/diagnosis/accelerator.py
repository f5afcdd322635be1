"""Whether an accelerator computes what the processor computes, and what masks do on it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata

from utils.diagnosis.finding import Finding, ok, warning, wrong
from utils.diagnosis.isolated import SLOW, Told, ask
from utils.support import device as chosen

TRIAL = "utils.diagnosis.accelerator_trial"
SECONDS = 40.0  # for one device, TensorFlow's start included
# The losses of the trial on a processor, in nats. Processors differ in the sixth digit, and GPUs
# that multiply in TF32 in the third.
EXPECTED = (4.692855, 4.043404, 3.587859, 3.234411, 2.933702, 2.673832)
NEAR_CPU, NEAR = 1e-3, 2e-2
ON = "`python -m utils doctor --accelerator on` takes that back."


@dataclass(frozen=True)
class Devices:
    """What TensorFlow finds.

    `cuda`: whether it was built for NVIDIA's GPUs. `build`: the commit that it was built from.
    """

    names: list[str]
    cuda: bool = False
    trouble: str = ""
    build: str = ""

    @property
    def accelerators(self) -> list[str]:
        """The devices that are no processor."""
        return [name for name in self.names if not name.startswith(("CPU", "XLA_"))]


@dataclass(frozen=True)
class Trial:
    """How a device computed: the losses of a training, what masks did; `trouble` where it failed"""

    losses: list[float] = field(default_factory=list)
    masks: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


def _plain_environment(folder: str) -> dict[str, str | None]:
    """Return an environment in which all devices are seen and nobody's `keras.json` counts."""
    plain = {"COURSE_DEVICE": chosen.AUTO, "KERAS_BACKEND": "tensorflow", "KERAS_HOME": folder}
    return {**chosen.variables_before(), **plain, "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


def _asked(device: str, ask: Callable[..., Told] = ask) -> tuple[dict, str]:
    with tempfile.TemporaryDirectory() as folder:
        told = ask(TRIAL, device, seconds=SECONDS, environment=_plain_environment(folder))
    facts: dict = {}
    for line in told.lines:
        facts.update(line if isinstance(line, dict) else {})
    return facts, told.ended


@cache
def devices_here() -> Devices:
    """Ask TensorFlow, in a process of its own, which devices it finds."""
    facts, ended = _asked("list")
    names, cuda = list(facts.get("devices", [])), bool(facts.get("cuda"))
    return Devices(names, cuda, ended, str(facts.get("build", "")))


def train_on(device: str) -> Trial:
    """Train the small LSTM on a device, in a process of its own that may crash or hang."""
    facts, ended = _asked(device)
    return Trial(facts.get("losses", []), facts.get("masks", {}), ended)


def look_at_devices(
    devices: Callable[[], Devices] = devices_here,
    train: Callable[[str], Trial] = train_on,
    cards: Callable[[], list[str]] | None = None,
) -> Iterator[Finding]:
    """Yield how the processor and each accelerator compute.

    An accelerator that fails or gives other losses is switched off for the course's commands.
    `devices`, `train` and `cards` ask this machine; tests hand in others.
    """
    here, seen = devices(), (cards or nvidia_cards)()
    if here.trouble:
        yield _not_started(here.trouble)
        return
    yield from _look_at_plugins()
    processor = train("CPU:0")
    if SLOW in processor.trouble:  # then a slow accelerator says nothing
        yield _not_started(processor.trouble)
        return
    yield from look_at_processor(processor)
    bad = []
    for name in here.accelerators:
        trial = train(name)
        problem = problem_of(trial, processor.losses)
        bad += [f"{name} {problem}"] if problem else []
        if not problem:
            yield ok(f"{name} gives the losses of the processor.")
            yield from look_at_masks(name, trial.masks)
    if bad:
        yield _switched_off(bad)
    elif here.accelerators and chosen.kept_reason():
        yield warning(f"The accelerator is switched off: {chosen.kept_reason()}",
                      f"It is right now; {ON}")  # fmt: skip
    if not here.accelerators:
        yield from look_at_unseen_cards(here, seen)


def _not_started(trouble: str) -> Finding:
    """Return that TensorFlow does not start, or not in time."""
    if SLOW in trouble:
        return warning(
            f"TensorFlow {trouble}: this machine is slow or busy, and no device was tried.",
            "Close other programs and try again.",
        )
    return wrong(f"TensorFlow does not start: it {trouble}.", "See the packages above.")


def problem_of(trial: Trial, expected: Sequence[float]) -> str:
    """Return what is wrong with a device, as words after its name; "" where nothing is."""
    if trial.trouble:
        return trial.trouble
    if not trial.losses or not all(map(math.isfinite, trial.losses)):
        return f"gives losses that are no numbers ({_losses(trial.losses)})"
    pairs = list(zip(trial.losses, expected, strict=False))
    if any(abs(got - right) > NEAR * max(abs(right), 1.0) for got, right in pairs):
        return (
            f"gives other losses than the processor: {_losses(trial.losses)} instead of "
            f"{_losses(expected)}"
        )
    return ""


def _losses(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values[-3:]) or "none"


def look_at_processor(trial: Trial) -> Iterator[Finding]:
    """Yield whether the processor gives the losses that are known to be right."""
    if trial.trouble or not trial.losses:
        yield wrong(f"A small training on the processor {trial.trouble or 'says nothing'}.",
                    "See the packages and the memory above.")  # fmt: skip
        return
    pairs = zip(trial.losses, EXPECTED, strict=False)
    if not all(abs(got - right) <= NEAR_CPU for got, right in pairs):
        yield wrong(
            f"A small training on the processor gives {_losses(trial.losses)} instead of "
            f"{_losses(EXPECTED)}.",
            "Try again with TF_ENABLE_ONEDNN_OPTS=0, then report it: `python -m utils doctor "
            "--share`.",
        )
        return
    yield ok("A small LSTM trains on the processor as it should.")
    yield from look_at_masks("The processor", trial.masks)


def look_at_masks(device: str, masks: dict[str, str]) -> Iterator[Finding]:
    """Yield what a device does with masks that cuDNN cannot take."""
    refused = [name for name, outcome in masks.items() if outcome not in ("same", "differs")]
    other = [name for name, outcome in masks.items() if outcome == "differs"]
    for names, does in ((refused, "fails with"), (other, "gives other numbers for")):
        if names:
            yield warning(
                f"{device} {does} {', '.join(names)}: cuDNN takes captions padded right only.",
                "The course pads right. In models of your own, pad right and leave no caption "
                "empty, or build the layer with `use_cudnn=False`.",
            )
    if masks and not refused and not other:
        yield ok(f"{device} takes masks of all kinds: {', '.join(masks)}.")


def _switched_off(bad: list[str]) -> Finding:
    why = f"{'; '.join(bad)}."
    try:
        chosen.switch_off(why)
    except OSError as error:
        return wrong(
            why,
            f"Set CUDA_VISIBLE_DEVICES=-1 or COURSE_DEVICE=cpu, so that the processor is used "
            f"(that could not be kept: {error.strerror}).",
        )
    return wrong(
        why,
        "It is switched off: the course's commands and notebooks use the processor from now on. "
        f"{ON} In programs of your own, set CUDA_VISIBLE_DEVICES=-1.",
    )


def nvidia_cards() -> list[str]:
    """Return the names of the GPUs that `nvidia-smi` lists; none where it is not there."""
    if shutil.which("nvidia-smi") is None:
        return []
    command = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=15, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in told.stdout.splitlines() if line.strip()][
        : 8 if told.returncode == 0 else 0
    ]


def look_at_unseen_cards(here: Devices, cards: list[str]) -> Iterator[Finding]:
    """Yield that there is no accelerator, or why TensorFlow does not see the one that is there."""
    if not cards:
        yield ok("There is no accelerator that TensorFlow can use; the course needs none.")
        return
    name = "CUDA_VISIBLE_DEVICES"
    hidden = chosen.variables_before().get(name, os.environ.get(name))
    if hidden is not None and hidden.strip() in ("", "-1"):
        cause, advice = "CUDA_VISIBLE_DEVICES hides it", "Unset CUDA_VISIBLE_DEVICES to use it."
    elif sys.platform == "win32":
        cause = "TensorFlow uses no GPU on Windows itself"
        advice = "Run the course under WSL2 to use it."
    elif not here.cuda:
        cause = "this TensorFlow was built without CUDA"
        advice = "Install the package `tensorflow`, not `tensorflow-cpu`."
    else:
        cause = "CUDA's libraries are missing, or the driver is too old for them"
        advice = f"Run `python -m pip install 'tensorflow[and-cuda]=={_tensorflow()}'`."
    yield warning(
        f"There is a GPU ({cards[0]}), and TensorFlow does not see it: {cause}.",
        f"{advice} The course runs without it.",
    )


def _tensorflow() -> str:
    try:
        return metadata.version("tensorflow")
    except metadata.PackageNotFoundError:
        return "2.21.0"


def _look_at_plugins() -> Iterator[Finding]:
    """Yield plug-ins that bring devices of their own, such as Apple's Metal."""
    try:
        version = metadata.version("tensorflow-metal")
    except metadata.PackageNotFoundError:
        return
    yield warning(
        f"tensorflow-metal {version} is installed; it is known for wrong LSTMs.",
        "If its losses below are other ones, run `python -m pip uninstall tensorflow-metal`.",
    )
