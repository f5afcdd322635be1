"""Training on several devices and several machines, with Keras' own engine for it.

Keras shares the batches of a training among devices where JAX is its backend
(`keras.distribution.DataParallel`); with TensorFlow, its `fit` cannot. So the training runs in a
process of its own, in which Keras stands on JAX, and leaves its captioner in the run's folder. All
that comes before and after it stays with TensorFlow.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import pickle
import re
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.support.files import make_folder
from utils.support.paths import cache_dir
from utils.support.stopping import children_ignore_interrupts

if TYPE_CHECKING:
    from utils.dataset import Dataset
    from utils.recipe import Recipe

WAITS = 300  # seconds for the other processes, which may still be computing features
SILENT = 20  # seconds without a sign of life of another process, after which it has ended
# How the engine says that it has lost another process, by whichever kind of error.
ENGINE = re.compile(r"^jax|Gloo|UNAVAILABLE|DEADLINE_EXCEEDED|coordination")
KILLED = -9  # the exit code of a process that the system has ended, most often to free memory
REQUIREMENTS = "requirements-jax.txt"


@dataclass(frozen=True)
class Devices:
    """`devices` of this machine, and this process among all that train together.

    `coordinator`: "host:port" of process 0, "" where there is one process.
    """

    devices: int
    coordinator: str = ""
    processes: int = 1
    process: int = 0


def add_devices_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a training on several devices or machines to a command's parser."""
    group = parser.add_argument_group(
        "several devices, several machines (requirements-jax.txt)",
        "On several machines run the command on each, with these four options, and with one "
        "--folder and one folder of caches (CAPTIONING_CACHE) that all of them see.",
    )
    group.add_argument("--devices", type=int, metavar="N", help="devices of this machine (1)")
    group.add_argument("--coordinator", metavar="HOST:PORT", help="where process 0 listens")
    group.add_argument(
        "--processes", type=int, metavar="P", help="how many commands train together"
    )
    group.add_argument("--process", type=int, metavar="I", help="which of them this is, from 0")


def devices_of(given: argparse.Namespace) -> Devices | None:
    """Return what the options ask for, None where they ask for nothing.

    Raises `ValueError` for options that do not go together, and where JAX is not installed.
    """
    together = (given.coordinator, given.processes, given.process)
    if given.devices is None and together == (None, None, None):
        return None
    if any(one is None for one in together) and together != (None, None, None):
        raise ValueError("--coordinator, --processes and --process go together: give all three.")
    found = Devices(
        1 if given.devices is None else given.devices,
        given.coordinator or "",
        1 if given.processes is None else given.processes,
        given.process or 0,
    )
    if found.devices < 1 or found.processes < 1:
        raise ValueError("--devices and --processes must be 1 or more.")
    if not 0 <= found.process < found.processes:
        last = found.processes - 1
        raise ValueError(f"--process is {found.process}: number the processes from 0 to {last}.")
    host, _, port = found.coordinator.rpartition(":")
    is_place = host and port.isdecimal() and 0 < int(port) < 65536
    if given.coordinator is not None and not is_place:
        raise ValueError(
            f"--coordinator is {found.coordinator!r}: give the machine of process 0 and a free "
            "port there, such as 192.168.0.10:5555."
        )
    if importlib.util.find_spec("jax") is None:
        raise ValueError(
            "A training on several devices needs JAX, which is not installed: "
            f"`pip install -r {REQUIREMENTS}`."
        )
    return found


def train_on(
    devices: Devices, dataset: Dataset, recipe: Recipe, folder: Path, weights: str
) -> None:
    """Train a captioner as `utils.recipe.train_captioner` does, and leave it in `folder`.

    All processes return when all are done; process 0 alone has written files. What the engine
    itself says goes to `devices-I.log` in the folder. Raises `RuntimeError` with a sentence for
    what goes wrong in this process, or where another one ends early or was never there.
    """
    # TensorFlow would keep all of a GPU's memory for itself, and JAX needs it.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    _demand_features(dataset, recipe, weights)
    log = make_folder(folder) / f"devices-{devices.process}.log"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    job = pickle.dumps((dataset, recipe, folder, weights))
    child = context.Process(target=_train, args=(devices, job, log, theirs), daemon=True)
    with children_ignore_interrupts():
        child.start()
    theirs.close()
    try:
        problem = ours.recv()
    except EOFError:  # it has ended without a word
        problem = None
    except BaseException:  # such as Ctrl-C, which the child does not see
        child.kill()  # the engine catches what `terminate` sends
        raise
    child.join()
    if problem is None:
        raise _ended(devices, folder, log, child.exitcode)
    if problem:
        raise RuntimeError(problem)


def _demand_features(dataset: Dataset, recipe: Recipe, weights: str) -> None:
    """Compute the features of all views where they are not kept yet: TensorFlow does it here."""
    from utils.captioner import KINDS
    from utils.features import dataset_features

    kind = KINDS[recipe.kind].features
    for view in ("whole", *recipe.views):
        dataset_features(dataset, kind=kind, weights=weights, view=view, progress=True)


def _ended(devices: Devices, folder: Path, log: Path, code: int | None) -> RuntimeError:
    """Return what is said of a training that ended without a word."""
    if devices.processes > 1 and code != KILLED:
        return RuntimeError(
            f"Another of the {devices.processes} processes of this training has ended, or cannot "
            "be reached. Give all of them the same commands again: the training goes on from its "
            f"backup in {folder}. What the engine said is in {log}."
        )
    return RuntimeError(
        f"The training ended without a reason (exit code {code}). If the system has ended it, "
        "memory may be short. Run the same command again: it goes on from its backup in "
        f"{folder}. {log} may say more."
    )


def _train(devices: Devices, job: bytes, log: Path, parent: Connection) -> None:
    """Train in this process, which was made for it; tell the parent "" or what is wrong."""
    from utils.support.errors import sentence

    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _separate_streams(log, is_shown=devices.process == 0)
    try:
        start_engine(devices)
        from utils.captioner import KINDS
        from utils.features import dataset_features
        from utils.recipe import train_captioner
        from utils.support.group import demand_alike

        dataset, recipe, folder, weights = pickle.loads(job)
        # Before there are weights: the engine would wait for ever for some of another shape.
        captions = [dataset.splits, dataset.captions, dataset.words]
        demand_alike({"options": [repr(recipe), weights], "captions": captions})
        kind = KINDS[recipe.kind].features
        features = dataset_features(dataset, kind=kind, weights=weights)
        train_captioner(dataset, recipe, folder, features, weights)
    except Exception as error:
        import traceback

        with os.fdopen(os.dup(2), "w", encoding="utf-8") as file:
            traceback.print_exc(file=file)
        is_of_engine = ENGINE.search(f"{type(error).__module__}: {error}")
        if devices.processes > 1 and is_of_engine:
            os._exit(1)  # at once: the engine would wait for the processes that are gone
        parent.send(sentence(error) or f"{type(error).__name__}: {error}")
        return
    parent.send("")


def _end_with(parent: Connection) -> None:
    """End this process when the command that started it has ended."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(1)


def _separate_streams(log: Path, is_shown: bool) -> None:
    """Let C and C++ code write to the log, Python's own words to where they went before."""
    from tqdm.auto import tqdm

    tqdm.set_lock(threading.RLock())  # its own would be left behind where the process must end
    for number, name in ((1, "stdout"), (2, "stderr")):
        kept = os.dup(number) if is_shown else os.open(os.devnull, os.O_WRONLY)
        # A line at a time: what waits in a buffer is lost where the process must end at once.
        stream = os.fdopen(kept, "w", 1, encoding="utf-8", errors="backslashreplace")
        setattr(sys, name, stream)
    with open(log, "wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)


def start_engine(devices: Devices) -> None:
    """Let Keras stand on JAX in this process, and share every batch among the devices.

    Raises `RuntimeError` where Keras stands on TensorFlow already, and `ValueError` where this
    machine or another one has other devices than asked for.
    """
    if "keras" in sys.modules:
        raise RuntimeError("Keras was imported before its backend could be chosen.")
    os.environ["KERAS_BACKEND"] = "jax"
    import jax

    jax.config.update("jax_num_cpu_devices", devices.devices)
    # What was compiled once is read again in the next run.
    jax.config.update("jax_compilation_cache_dir", str(cache_dir() / "jax"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    if devices.processes > 1:
        jax.distributed.initialize(
            devices.coordinator,
            devices.processes,
            devices.process,
            initialization_timeout=WAITS,
            heartbeat_timeout_seconds=SILENT,
            shutdown_timeout_seconds=SILENT,
        )
    import keras
    import tensorflow as tf

    from utils.support.group import Group, join

    tf.config.set_visible_devices([], "GPU")  # TensorFlow only makes the batches here
    found = _engine_devices(devices)
    shared = keras.distribution.DataParallel(devices=found, auto_shard_dataset=False)
    keras.distribution.set_distribution(shared)
    join(Group(len(found), devices.processes, devices.process))


def _engine_devices(devices: Devices) -> list[Any]:
    """Return the names of all devices of all processes; raises `ValueError` as `start_engine`."""
    import jax
    import keras

    here, kind = jax.local_device_count(), jax.default_backend().upper()
    if here < devices.devices:
        raise ValueError(
            f"--devices asks for {devices.devices}, but JAX finds {here} here ({kind}): ask for "
            f"{here}. For NVIDIA GPUs, check CUDA_VISIBLE_DEVICES, and that JAX has CUDA."
        )
    if devices.processes > 1 and here > devices.devices:
        raise ValueError(
            f"This machine has {here} devices ({kind}), and with several machines all of them "
            f"take part: give --devices {here}, or hide some by CUDA_VISIBLE_DEVICES."
        )
    everywhere = devices.devices * devices.processes
    if devices.processes > 1 and jax.device_count() != everywhere:
        raise ValueError(
            f"All machines together have {jax.device_count()} devices instead of {everywhere}: "
            "give all commands the same --devices."
        )
    return keras.distribution.list_devices()[:everywhere]
