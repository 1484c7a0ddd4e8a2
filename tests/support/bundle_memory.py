"""How long a server needs to refuse bundles, and how much memory: a process of its own tells.

``python -m tests.support.bundle_memory FOLDER GOOD.zip BAD.zip ...`` prints JSON.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from models.bundles import errors
from models.bundles.bundle import import_run
from models.runs.store import RunStore
from tests.support.hostile_bundles import HOSTILE

Cost = tuple[float, float]
"""Seconds, and megabytes above what the process had before."""


def written(folder: Path, good: bytes) -> dict[str, Path]:
    """Write a good bundle, called "good", and every hostile one; return their files by name."""
    paths = {}
    for number, (name, make) in enumerate({"good": bytes, **HOSTILE}.items()):
        paths[name] = folder / f"{number}.zip"
        paths[name].write_bytes(make(good))
    return paths


def measure(store: Path, paths: dict[str, Path]) -> dict[str, Cost]:
    """Return what it costs to refuse each of these; raises where one is not refused."""
    command = [sys.executable, "-m", "tests.support.bundle_memory", store, *paths.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(HOSTILE, map(tuple, json.loads(done.stdout)), strict=True))


def _refuse(store: RunStore, path: str) -> Cost:
    Path("/proc/self/clear_refs").write_text("5")  # from here on the peak counts
    before, began = _megabytes("VmRSS"), time.perf_counter()
    with open(path, "rb") as file:
        try:
            import_run(store, "ben", file)
        except errors.BadBundle:
            return time.perf_counter() - began, _megabytes("VmHWM") - before
    raise AssertionError(f"{path} was not refused")


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main() -> None:
    store = RunStore(Path(sys.argv[1]))
    with open(sys.argv[2], "rb") as good:
        import_run(store, "ben", good)  # what is loaded for the first one is no part of the cost
    print(json.dumps([_refuse(store, path) for path in sys.argv[3:]]))
    store.close()


if __name__ == "__main__":
    main()
