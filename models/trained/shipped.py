"""Networks that were trained in advance and ship with the lab: one a task, the lecture's preset.

Whoever visits for the first time has something to ask. Each lies in a folder of its own, as a run
leaves it, with the figures that it had on the test rows.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.file_readers.json_document import parse_json
from data.file_readers.text_file import read_text
from data.language import UserError, quoted
from models.network.weights import NETWORK, WEIGHTS, TrainedNetwork, read_network
from models.tasks.base import Task

FOLDER = Path(__file__).parent
FIGURES = "figures.json"
FILES = (WEIGHTS, NETWORK, FIGURES)
SHIPPED = ("housing-sgd", "mnist", "fashion-mnist", "sentiment")
"""The presets that are trained in advance."""
_MOST_BYTES = 2**12


@dataclass(frozen=True, slots=True)
class ShippedNetwork:
    """A network that came with the lab: its preset, its folder, its figures on the test rows."""

    preset: str
    folder: Path
    test: dict[str, float]

    def read(self) -> TrainedNetwork:
        """Return the network; raises ``UserError`` where its files are gone or damaged."""
        return read_network(self.folder)


def shipped(task: Task) -> ShippedNetwork | None:
    """Return the network that ships for a task; None where there is none, or it is damaged."""
    preset = next((name for name in SHIPPED if name in task.presets), None)
    if preset is None:
        return None
    folder = FOLDER / preset
    try:
        return _whole(preset, folder, tuple((folder / name).stat().st_mtime_ns for name in FILES))
    except (OSError, UserError):
        return None


@lru_cache(maxsize=8)
def _whole(preset: str, folder: Path, written: tuple[int, ...]) -> ShippedNetwork:
    """Return what lies in a folder once it has been read: pages ask for it many times.

    ``written`` is when each of its ``FILES`` was written (nanoseconds).
    """
    found = ShippedNetwork(preset, folder, _figures(folder / FIGURES))
    found.read()
    return found


def _figures(path: Path) -> dict[str, float]:
    values = parse_json(read_text(path, _MOST_BYTES), quoted(path))
    figures: dict[str, float] = values["test"]
    return figures
