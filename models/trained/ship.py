"""``python -m models.trained.ship``: train in advance the networks that ship with the lab."""

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from models.events import End, Event, State
from models.network.weights import NETWORK, WEIGHTS
from models.tasks import preset_named
from models.trained.shipped import FIGURES, FOLDER, SHIPPED


def ship(preset: str, target: Path) -> dict[str, float]:
    """Train a preset and leave its network and its figures in a folder; return the figures."""
    from models.training.loop import train

    events: list[Event] = []
    with TemporaryDirectory() as folder:
        train(preset_named(preset), events.append, folder=Path(folder))
        end = events[-1]
        if not isinstance(end, End) or end.state is not State.DONE or end.test is None:
            raise RuntimeError(f"{preset} did not train to its end: {end}")
        target.mkdir(parents=True, exist_ok=True)
        for name in (NETWORK, WEIGHTS):
            shutil.copyfile(Path(folder) / name, target / name)
    figures = json.dumps({"test": end.test}, indent=1)
    (target / FIGURES).write_text(f"{figures}\n", encoding="utf-8")
    return end.test


def main() -> None:
    """Train every network that ships, or those that are named."""
    for preset in sys.argv[1:] or SHIPPED:
        print(preset, ship(preset, FOLDER / preset), flush=True)


if __name__ == "__main__":
    main()
