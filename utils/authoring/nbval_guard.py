"""A pytest plugin beside nbval: measures each notebook and closes nbval's silent ways to pass.

nbval alone passes on a notebook without outputs, waits for the whole time-out after a cell killed
the kernel, and lets a cell pass that an unknown magic or a warning cut short. Here each of these
fails, and so does a kernel that takes more than 4 GB.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import pytest
from nbval.plugin import IPyNbCell

from utils.support.files import write_json

# A crowded machine leaves a kernel a part of its time only: a cell is over its limit when it has
# worked for so long, when it has done nothing for IDLE_SECONDS, or after PATIENCE times the limit
# by the clock.
IDLE_SECONDS, PATIENCE = 30.0, 20.0
WORK_SECONDS = 0.05  # processor time that counts as doing something
OUTPUT_SECONDS = 60  # after a cell's end, for its outputs to arrive; nbval has 5

MEASURES = pytest.StashKey[dict[str, dict[str, Any]]]()
STARTS = pytest.StashKey[dict[str, float]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the limit of memory and the file for what was measured."""
    group = parser.getgroup("nbval")
    group.addoption("--nbval-memory-limit", type=float, default=4.0, help="GB a kernel may take")
    group.addoption("--nbval-measures", type=Path, help="JSON file for seconds and memory")


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the measurements."""
    config.stash[MEASURES] = {}
    config.stash[STARTS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Note when a notebook starts, before its kernel does."""
    if isinstance(item, IPyNbCell):
        item.config.stash[STARTS].setdefault(str(item.path), time.perf_counter())
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a cell under watch, then look at what nbval does not look at."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    _demand_something_compared(item)
    kernel = item.parent.kernel
    item.output_timeout = OUTPUT_SECONDS
    if not getattr(kernel, "watched", False):
        _watch(kernel)
    try:
        result = yield
    finally:
        measure = _measure(item, kernel)
    _demand_silence(item)
    limit = item.config.getoption("--nbval-memory-limit")
    if measure.get("peak_mb", 0) > limit * 1024:
        item.raise_cell_error(
            f"The kernel took {measure['peak_mb']:.0f} MB of memory; {limit:g} GB are the limit."
        )
    return result


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Write the measurements where a file was named, each time a notebook has ended."""
    target = item.config.getoption("--nbval-measures", None)
    if target and (nextitem is None or nextitem.path != item.path):
        write_json(target, item.config.stash[MEASURES])


def is_over(passed: float, worked: float, idle: float, limit: float) -> bool:
    """Return whether a cell's limit is over.

    `passed`: seconds by the clock since it began, `worked`: of processor time; `idle`: by the clock
    since it last worked.
    """
    if passed < limit:
        return False
    return worked >= limit or idle >= min(IDLE_SECONDS, limit) or passed >= PATIENCE * limit


def _demand_something_compared(item: IPyNbCell) -> None:
    """Fail where a comparison would be empty: nbval skips the cells that were never run."""
    if item.options["check"] and (item.cell.execution_count is None or not item.cell.outputs):
        item.raise_cell_error(
            "This cell is to be compared and has no committed output: was the notebook stripped?"
        )
    if item.cell_num == 0:
        cells = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
        if not any(cell.outputs for cell in cells):
            item.raise_cell_error("No cell of this notebook has an output: was it stripped?")


def _demand_silence(item: IPyNbCell) -> None:
    """Fail on anything written to the error stream: warnings, log lines, an unknown magic."""
    texts = [out["text"] for out in item.test_outputs or [] if out.get("name") == "stderr"]
    if texts and not item.options["check_exception"]:
        item.raise_cell_error("The cell wrote to the error stream", "".join(texts))


def _watch(kernel: Any) -> None:
    """Make waiting end when the kernel dies; let the limit count processor time (`is_over`)."""
    await_reply = kernel.await_reply

    def watchful(msg_id: str, timeout: float | None = None) -> None:
        start = active = time.monotonic()
        before = seen = _worked(kernel)
        while True:
            try:
                return await_reply(msg_id, timeout=1)
            except Empty:
                if not kernel.is_alive():
                    raise RuntimeError("This cell killed the kernel.") from None
                now, worked = time.monotonic(), _worked(kernel)
                if worked > seen + WORK_SECONDS:
                    seen, active = worked, now
                if timeout and is_over(now - start, worked - before, now - active, timeout):
                    raise

    kernel.await_reply = watchful
    kernel.watched = True


def _worked(kernel: Any) -> float:
    """Return the processor seconds of a kernel and of the processes that it has started."""
    try:
        process = psutil.Process(kernel.km.provisioner.pid)
        times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    except (psutil.Error, AttributeError, TypeError):
        return 0.0
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def _measure(item: IPyNbCell, kernel: Any) -> dict[str, Any]:
    """Note wall seconds, CPU seconds and peak memory of the kernel so far, in MB of 2**20."""
    measures = item.config.stash[MEASURES]
    measure = measures.setdefault(f"{item.path.parent.name}/{item.path.name}", {})
    measure["cells"] = measure.get("cells", 0) + 1
    started = item.config.stash[STARTS].get(str(item.path), time.perf_counter())
    measure["wall_seconds"] = round(time.perf_counter() - started, 1)
    try:
        process = psutil.Process(kernel.km.provisioner.pid)
        family = [process, *process.children(recursive=True)]
        times = [member.cpu_times() for member in family]
        peak = peak_bytes(process) + sum(child.memory_info().rss for child in family[1:])
    except (psutil.Error, AttributeError, TypeError):
        return measure  # the kernel is gone; what was measured before stands
    measure["cpu_seconds"] = round(sum(spent.user + spent.system for spent in times), 1)
    measure["peak_mb"] = max(measure.get("peak_mb", 0), round(peak / 2**20))
    return measure


def peak_bytes(process: psutil.Process) -> int:
    """Return the most memory that a process has held, in bytes; what it holds where unknown."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.split("\n") if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        memory = process.memory_info()
        return getattr(memory, "peak_wset", memory.rss)
