"""What a browser's tab had put together, for the session that follows when one has expired.

Streamlit keeps a session for two minutes after its connection was lost. A tab that comes back later
gets a new one, but names the session it had before: under that name the server finds what the tab
held. The values are kept as they are, not copied: what a session changes is changed here too.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.experiment import Experiment

MOST_TABS = 200
MOST_TABS_OF_AN_OWNER = 40
"""A tab with a drawing of as many points as the pen takes costs 0.6 MB, most cost a few kB."""
SECONDS_KEPT = 6 * 3600.0


@dataclass(slots=True)
class Held:
    """What a tab has put together: the draft and the run on show of each task, by the task's name,
    and values of its pages, by theirs.
    """

    drafts: dict[str, Experiment] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Tab:
    held: Held
    seen: float


class TabMemory:
    """Values for each owner and session; may be used by any thread.

    A tab that nobody has used for ``SECONDS_KEPT`` is forgotten, and so is, of too many tabs (or
    too many of one owner), the one that was used least recently.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tabs: OrderedDict[tuple[str, str], _Tab] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, owner: str, session: str, held: Held) -> None:
        """Remember what a session holds, and that its tab is used now."""
        with self._lock:
            self._tabs[owner, session] = _Tab(held, self._now())
            self._tabs.move_to_end((owner, session))
            self._forget(owner)

    def held(self, owner: str, session: str) -> Held | None:
        """Return what a session of this owner held, None when it is not (or no longer) known."""
        with self._lock:
            tab = self._tabs.get((owner, session))
        is_known = tab is not None and self._now() - tab.seen < SECONDS_KEPT
        return tab.held if tab and is_known else None

    def _forget(self, owner: str) -> None:
        own = [key for key in self._tabs if key[0] == owner]
        for key in own[: max(0, len(own) - MOST_TABS_OF_AN_OWNER)]:
            del self._tabs[key]
        while len(self._tabs) > MOST_TABS or self._is_old(next(iter(self._tabs.values()))):
            self._tabs.popitem(last=False)

    def _is_old(self, tab: _Tab) -> bool:
        return self._now() - tab.seen >= SECONDS_KEPT
