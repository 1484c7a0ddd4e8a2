"""What this server remembers while it runs: more than a session, less than a file."""

from dataclasses import dataclass, field
from typing import Any

from app.session.owner_memory import OwnerMemory
from app.session.owner_transfers import OwnerTransfers
from app.session.recent import Recent
from app.session.tab_memory import TabMemory
from models.events import History
from models.network.weights import TrainedNetwork


@dataclass(frozen=True)
class ServerMemory:
    """Lessons under way by owner, what each tab holds, and the links to other browsers.

    And what takes long to make again: trained networks, the histories of runs without points, and
    figures of data sets.
    """

    lessons: OwnerMemory = field(default_factory=OwnerMemory)
    tabs: TabMemory = field(default_factory=TabMemory)
    transfers: OwnerTransfers = field(default_factory=OwnerTransfers)
    networks: Recent[TrainedNetwork] = field(default_factory=lambda: Recent(8))
    outlines: Recent[History] = field(default_factory=lambda: Recent(2_000))
    data_figures: Recent[Any] = field(default_factory=lambda: Recent(60))
