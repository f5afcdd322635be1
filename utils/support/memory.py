"""Whether the limits of this process leave memory enough, asked before a library ends it.

NumPy and TensorFlow end the whole process, or wait for ever, where a limit is too low for them.
"""

from __future__ import annotations

from pathlib import Path

from utils.support.errors import TooLittleMemory

MB = 1_000_000
# Where Linux says what a container or a job may use.
GROUP_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def demand_memory(what: str, used: int, reserved: int) -> None:
    """Raise `TooLittleMemory` where a limit is below what something needs, in MB.

    `used`: what it really fills, which a container limits. `reserved`: the addresses that it asks
    for, several times as many, which `ulimit -v` limits.
    """
    for limit, needed, name in (
        (address_limit(), reserved, "the limit on addresses, `ulimit -v`,"),
        (group_limit(), used, "the limit of this container or job"),
    ):
        if limit is not None and limit < needed * MB:
            raise TooLittleMemory(
                f"There is not enough memory: {what} needs about {needed:,} MB, and {name} is "
                f"{limit // MB:,} MB. Raise it, then run the same command again."
            )


def address_limit() -> int | None:
    """Return how many bytes of addresses the process may have; None where that is not limited."""
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min((limit for limit in limits if limit != resource.RLIM_INFINITY), default=None)


def group_limit() -> int | None:
    """Return how many bytes the container or job may use; None where that is not limited."""
    limits = []
    for path in GROUP_FILES:
        try:
            limits.append(int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # none here, or the word "max"
            continue
    return min(limits, default=None)
