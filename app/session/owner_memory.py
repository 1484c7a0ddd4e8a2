"""What this server remembers of an owner while it runs: more than a session, less than a file."""

import threading
from collections import OrderedDict
from typing import Any

MOST_OWNERS = 1_000


class OwnerMemory:
    """Values by name for each owner; of too many owners the one who kept nothing for longest goes.

    A page that is reloaded begins a new session, but its owner stays. May be used by any thread.
    """

    def __init__(self, most_owners: int = MOST_OWNERS) -> None:
        self._most = most_owners
        self._values: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, owner: str, name: str, value: Any) -> None:
        with self._lock:
            self._values.setdefault(owner, {})[name] = value
            self._values.move_to_end(owner)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def kept(self, owner: str, name: str, default: Any = None) -> Any:
        with self._lock:
            return self._values.get(owner, {}).get(name, default)
