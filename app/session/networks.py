"""Trained networks in memory, read again only when a run has written new weights."""

from functools import lru_cache
from pathlib import Path

from models.network.weights import WEIGHTS, TrainedNetwork, read_network


def network_in(folder: Path) -> TrainedNetwork:
    """Return the newest weights of a run folder; raises ``UserError`` like ``read_network``."""
    try:
        written = (folder / WEIGHTS).stat().st_mtime_ns
    except OSError:
        return read_network(folder)
    return _read(folder, written)


@lru_cache(maxsize=8)
def _read(folder: Path, _written: int) -> TrainedNetwork:
    return read_network(folder)
