"""What this server remembers of people while it runs: more than a session, less than a file."""

from dataclasses import dataclass, field

from app.session.owner_memory import OwnerMemory
from app.session.owner_transfers import OwnerTransfers
from app.session.tab_memory import TabMemory


@dataclass(frozen=True)
class ServerMemory:
    """Lessons under way by owner, what each tab holds, and the links to other browsers."""

    lessons: OwnerMemory = field(default_factory=OwnerMemory)
    tabs: TabMemory = field(default_factory=TabMemory)
    transfers: OwnerTransfers = field(default_factory=OwnerTransfers)
