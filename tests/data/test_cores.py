"""Cores are those that this process may use, however that is limited."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.cores import usable_cores

EVERY_CORE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, EVERY_CORE),
        ({"cpu.max": "max 100000\n"}, EVERY_CORE),
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, 1),
        ({"cpu.max": "20000 100000\n"}, 1),
        ({"cpu.max": "9900000 100000\n"}, EVERY_CORE),
        ({"cpu.max": ""}, EVERY_CORE),
        ({"cpu.max": "what 7\n"}, EVERY_CORE),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, EVERY_CORE),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        (
            {"cpu,cpuacct/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/cpu.cfs_period_us": "50000\n"},
            1,
        ),
        ({"cpu/cpu.cfs_quota_us": "100000\n"}, 1),
    ],
)
def test_the_quota_of_a_control_group_counts(tmp_path: Path, files: dict[str, str], cores: int):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="ascii")
    assert usable_cores(tmp_path) == cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_a_process_that_is_bound_to_one_core_has_one():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from data.cores import usable_cores; print(usable_cores())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "1"
