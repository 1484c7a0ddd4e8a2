"""What the final weights of a run depend on: the rows, the machine and the versions of libraries.

It is recorded by the process that has trained the run, from the weights that it has in its hands.
"""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.events import Origin
from models.inputs.preparation import Prepared
from models.network.fingerprint import fingerprint

LIBRARIES = ("keras", "tensorflow", "numpy")
"""Those whose arithmetic makes the weights."""


def origin(prepared: Prepared, weights: list[Array]) -> Origin:
    """Return the fingerprints of these weights and of the rows that they were trained on."""
    return Origin(
        weights=fingerprint(weights),
        data=fingerprint(_rows(prepared)),
        machine=f"{processor()}, {platform.machine()}",
        versions=" ".join(f"{name} {version(name)}" for name in LIBRARIES),
    )


def processor() -> str:
    """Return the name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _rows(prepared: Prepared) -> Iterable[Array]:
    """Yield what the training sees: rows as they are stored, their scaling and their targets."""
    rows, scaling = prepared.x_train, prepared.scaling
    yield from (rows.ids, rows.offsets) if isinstance(rows, Encoded) else (rows,)
    yield from (np.asarray(figures) for figures in (scaling.offset, scaling.divisor))
    yield prepared.y_train
