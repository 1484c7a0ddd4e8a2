"""How many processor cores this process may use: fewer than the machine has, in many containers."""

import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def usable_cores(cgroups: Path = CGROUPS) -> int:
    """Return the cores that this process may keep busy, at least one.

    That is what its affinity allows (``taskset``), but no more than the quota of its control group
    (Docker's ``--cpus``, Kubernetes' limits), rounded down.
    """
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return max(1, math.floor(min(cores, _quota(cgroups))))


def _quota(cgroups: Path) -> float:
    """Return how many cores the control group may use, infinity where there is no limit.

    Version 2 writes "QUOTA PERIOD" or "max PERIOD" into one file, version 1 two numbers into two,
    with a quota of -1 for none. Source: the kernel's documentation of CPU bandwidth control.
    """
    quotas = [_cores_of(*_words(cgroups / "cpu.max"))]
    for folder in (cgroups / "cpu", cgroups / "cpu,cpuacct"):
        words = (*_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us"))
        quotas.append(_cores_of(*words))
    return min(quotas)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return []


def _cores_of(quota: str = "max", period: str = "100000", *_: str) -> float:
    try:
        microseconds, each = float(quota), float(period)
    except ValueError:  # "max"
        return math.inf
    return microseconds / each if microseconds > 0 and each > 0 else math.inf
