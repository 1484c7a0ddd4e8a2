"""Trained networks in memory, read again only when a run has written new weights."""

from pathlib import Path

from app.session.services import memory
from models.network.weights import WEIGHTS, TrainedNetwork, read_network


def network_in(folder: Path) -> TrainedNetwork:
    """Return the newest weights of a run folder; raises ``UserError`` like ``read_network``."""
    try:
        written = (folder / WEIGHTS).stat().st_mtime_ns
    except OSError:
        return read_network(folder)
    return memory().networks.get((folder, written), lambda: read_network(folder))
