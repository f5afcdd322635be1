"""Memory, processors and disk: what there is, what limits it, and what the course needs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.diagnosis.finding import Finding, ok, warning, wrong
from utils.support.paths import RUNS, expanded, made_dir

GB = 1e9
# What each takes, in GB, measured on two cores.
MEMORY_NEEDS = {
    "captions for photos": 1.2,
    "a training on the scenes": 1.6,
    "all chapters": 2.3,
    "Flickr8k": 2.6,
}
ADDRESSES = 8.0  # GB that TensorFlow reserves without filling them
LEAST_FILES, LEAST_INODES = 256, 5_000
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Memory:
    """Memory in GB: `total` and `free` of the machine, and `limits` by name."""

    total: float
    free: float
    limits: dict[str, float]

    @property
    def usable(self) -> float:
        """How much a command can get now."""
        limits = (value for name, value in self.limits.items() if name != "ulimit -v")
        return min([self.free, *limits])


def memory_here() -> Memory:
    """Return the memory of this machine and what limits it."""
    import psutil

    told = psutil.virtual_memory()
    return Memory(told.total / GB, told.available / GB, {**_cgroup_limits(), **_ulimits()})


def _cgroup_limits(top: Path = CGROUPS) -> dict[str, float]:
    """Return how much memory the control groups above this process leave it, in GB."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    left = []
    for line in lines:
        _, kinds, name = line.split(":", 2)
        own = (top / "memory" if "memory" in kinds else top) / name.lstrip("/")
        for folder in (own, *own.parents):
            if folder.is_relative_to(top):
                left += _left(folder)
    return {"the container's limit": min(left)} if left else {}


def _left(folder: Path) -> list[float]:
    names = (("memory.max", "memory.current"),)
    names += (("memory.limit_in_bytes", "memory.usage_in_bytes"),)
    for limit, used in names:
        try:
            most = (folder / limit).read_text(encoding="utf-8").strip()
            taken = (folder / used).read_text(encoding="utf-8").strip()
            stat = (folder / "memory.stat").read_text(encoding="utf-8").split()
        except OSError:
            continue
        if most.isdigit() and int(most) < 2**60:
            # What is kept of files read goes as soon as a program needs room.
            files = [int(b) for a, b in zip(stat[::2], stat[1::2], strict=False) if a in
                     ("inactive_file", "active_file")]  # fmt: skip
            return [max(int(most) - int(taken) + sum(files), 0) / GB]
    return []


def _ulimits() -> dict[str, float]:
    try:
        import resource
    except ImportError:  # Windows
        return {}
    kinds = {"ulimit -v": resource.RLIMIT_AS, "ulimit -d": resource.RLIMIT_DATA}
    found = {name: resource.getrlimit(kind)[0] for name, kind in kinds.items()}
    return {n: value / GB for n, value in found.items() if value != resource.RLIM_INFINITY}


def look_at_memory(here: Callable[[], Memory] = memory_here) -> Iterator[Finding]:
    """Yield whether the memory is enough, and for what."""
    memory = here()
    for name, value in memory.limits.items():
        if name == "ulimit -v" and value < ADDRESSES:
            yield wrong(
                f"`{name}` allows {value:.1f} GB of addresses; TensorFlow reserves up to "
                f"{ADDRESSES:.0f}.",
                "Run `ulimit -v unlimited` before the course's commands, or ask the administrator.",
            )
    limits = "".join(f", {name} leaves {value:.1f}" for name, value in memory.limits.items())
    told = f"Memory: {memory.total:.1f} GB, of which {memory.free:.1f} are free{limits}."
    short = {name: need for name, need in MEMORY_NEEDS.items() if need > memory.usable}
    if not short:
        yield ok(f"{told} All commands fit.")
        return
    names = ", ".join(f"{name} ({need} GB)" for name, need in short.items())
    mark = wrong if len(short) == len(MEMORY_NEEDS) else warning
    yield mark(
        f"{told} Not enough for: {names}.",
        "Close other programs, or raise the limit that is named; GitHub Codespaces has 8 GB.",
    )


def look_at_processors() -> Iterator[Finding]:
    """Yield how many processors the course may use, and what holds it to fewer."""
    count = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count
    share = _quota()
    if share and share < 1:
        yield warning(f"This container gets {share:.1f} of a processor: all takes longer.")
    elif usable < 2:
        yield warning("There is one processor: all takes about twice as long.")
    else:
        yield ok(f"{usable} of {count} processors.")
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        if os.environ.get(name) == "1" and usable > 1:
            yield warning(f"{name} is 1: one processor does all the work.", f"Unset {name}.")


def _quota(top: Path = CGROUPS) -> float:
    """Return the share of processors that the control group allows; 0 where there is no limit."""
    try:
        most, period = (top / "cpu.max").read_text(encoding="utf-8").split()
        return int(most) / int(period) if most.isdigit() else 0.0
    except (OSError, ValueError):
        return 0.0


# Disk


@dataclass(frozen=True)
class Place:
    """A folder that the course writes: what it holds, the GB that it needs, and its setting."""

    name: str
    folder: Path
    need: float
    setting: str


def places() -> list[Place]:
    """Return where the course writes."""
    cache = expanded(os.environ.get("CAPTIONING_CACHE") or made_dir() / "cache")
    progress = expanded(os.environ.get("COURSE_PROGRESS") or made_dir() / "progress.json")
    return [
        Place("data", made_dir(), 0.5, "COURSE_DATA"),
        Place("caches", cache, 1.0, "CAPTIONING_CACHE"),
        Place("runs", RUNS, 0.5, "`--folder` of `python -m utils train`"),
        Place("your progress", progress.parent, 0.01, "COURSE_PROGRESS"),
        Place("temporary files", Path(tempfile.gettempdir()), 0.3, "TMPDIR"),
    ]


def look_at_disk(chosen: list[Place] | None = None) -> Iterator[Finding]:
    """Yield for each place whether there is room and whether one may write."""
    good = []
    for place in places() if chosen is None else chosen:
        trouble = list(_look_at_place(place))
        yield from trouble
        good += [] if trouble else [place]
    if good:
        free = min(_free(_existing(place.folder)) for place in good)
        names = ", ".join(place.name for place in good)
        yield ok(f"Disk: one may write, and {free:.1f} GB or more are free ({names}).")
        if free < 5:
            yield warning(
                f"Flickr8k and GloVe need 4 GB while they are installed; {free:.1f} GB are free.",
                "Make room before `make flickr8k`; everything else fits.",
            )


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that there is."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())


def _free(folder: Path) -> float:
    import shutil

    return shutil.disk_usage(folder).free / GB


def _look_at_place(place: Place) -> Iterator[Finding]:
    nearest = _existing(place.folder)
    advice = f"Change that, or choose another place: {place.setting}."
    if not nearest.is_dir():
        yield wrong(f"{nearest} is a file; a folder belongs there ({place.name}).", advice)
        return
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"course")
    except OSError as error:
        yield wrong(f"Nothing can be written in {nearest} ({place.name}): {error.strerror}.",
                    advice)  # fmt: skip
        return
    free = _free(nearest)
    if free < place.need:
        yield wrong(
            f"{nearest} has {free:.2f} GB left; {place.name} need {place.need:g} GB.",
            "Make room (`make clean` removes what can be made again), "
            f"or choose another place: {place.setting}.",
        )
    if hasattr(os, "statvfs"):
        facts = os.statvfs(nearest)
        if facts.f_files and facts.f_favail < LEAST_INODES:
            yield wrong(
                f"{nearest} has room for {facts.f_favail:,} more files only (inodes).",
                "Remove small files that nobody needs, such as old caches, "
                f"or choose another place: {place.setting}.",
            )


def look_at_open_files() -> Iterator[Finding]:
    """Yield whether a process may open enough files and write large ones."""
    try:
        import resource
    except ImportError:  # Windows
        return
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= files < LEAST_FILES:
        yield warning(f"A process may open {files} files only.", "Run `ulimit -n 1024` first.")
    size = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if size != resource.RLIM_INFINITY and size < GB:
        yield wrong(
            f"Files may have {size / 1e6:.0f} MB at most (`ulimit -f`), and caches are larger.",
            "Run `ulimit -f unlimited` first.",
        )
