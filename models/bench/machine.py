"""What a benchmark ran on, in one line: a figure without its machine says nothing."""

import os
import platform
from pathlib import Path


def machine() -> str:
    """Return processor, cores, system and Python of this machine."""
    return (
        f"{_processor()}, {platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())
