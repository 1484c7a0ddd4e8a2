"""What a benchmark ran on, in one line: a figure without its machine says nothing."""

import os
import platform

from models.network.origin import processor


def machine() -> str:
    """Return processor, cores, system and Python of this machine."""
    return (
        f"{processor()}, {platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
