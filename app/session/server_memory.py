"""What this server remembers while it runs: more than a session, less than a file."""

from dataclasses import dataclass, field

from app.session.owner_memory import OwnerMemory
from app.session.owner_transfers import OwnerTransfers
from app.session.recent import Recent
from app.session.tab_memory import TabMemory
from models.events import History
from models.network.weights import TrainedNetwork


@dataclass(frozen=True)
class ServerMemory:
    """Lessons under way by owner, what each tab holds, and the links to other browsers.

    And what takes long to read again: trained networks, and the histories of runs without points.
    """

    lessons: OwnerMemory = field(default_factory=OwnerMemory)
    tabs: TabMemory = field(default_factory=TabMemory)
    transfers: OwnerTransfers = field(default_factory=OwnerTransfers)
    networks: Recent[TrainedNetwork] = field(default_factory=lambda: Recent(8))
    outlines: Recent[History] = field(default_factory=lambda: Recent(2_000))
