"""How long a bundle takes to come in, and what it costs to refuse one that shall do harm.

``python -m tests.bench.bundles`` imports a run of the lecture and the largest network that there
may be, and refuses every bundle of ``tests.support.hostile_bundles`` in a process of its own.
"""

import io
import tempfile
import time
from pathlib import Path

from models.bench.machine import machine
from models.bundles.bundle import export_run, import_run
from models.experiment import Experiment, Layer
from models.runs.store import RunStore
from models.tasks import preset_named
from tests.bench.measured import tell
from tests.support.bundle_memory import measure, written
from tests.support.bundles import ended_run, good_bundle

MOST_SECONDS, MOST_MEGABYTES = "<= 2", "< 50"


def main() -> None:
    """Measure imports, then refusals."""
    print(f"machine: {machine()}")
    large = preset_named("housing-sgd").changed(layers=tuple(Layer(1_000) for _ in range(5)))
    with tempfile.TemporaryDirectory() as name:
        for title, experiment in (("housing", preset_named("housing-sgd")), ("largest", large)):
            seconds, size = _imported(Path(name) / title, experiment)
            told = f"bundle imported, {title} network, {size / 2**20:.2f} MB (s)"
            tell(told, seconds, MOST_SECONDS)
        files = written(Path(name), good_bundle(Path(name) / "good"))
        costs = measure(Path(name) / "store", files).values()
    seconds, megabytes = (max(each) for each in zip(*costs, strict=True))
    tell(f"{len(costs)} hostile bundles refused, slowest (s)", seconds, MOST_SECONDS)
    tell("hostile bundles, memory above that before (MB)", megabytes, MOST_MEGABYTES)


def _imported(folder: Path, experiment: Experiment) -> tuple[float, int]:
    """Return the seconds that an import takes and the bytes that it imports."""
    store = RunStore(folder)
    bundle = export_run(store, ended_run(store, "ada", experiment), "mine")
    began = time.perf_counter()
    import_run(store, "ben", io.BytesIO(bundle))
    seconds = time.perf_counter() - began
    store.close()
    return seconds, len(bundle)


if __name__ == "__main__":
    main()
