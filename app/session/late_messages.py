"""Which values a browser only repeats, because it has not seen the page since they were changed.

With every click a browser sends what all controls say, and its address. When the page itself
changes one of them (a preset, a typed number that moves the slider beside it), a click that is
already on its way still carries what stood there before, and would take the change back. So every
page has a number that the browser sends along: what it says of a value that was changed after that
page is no news, as long as it is exactly what stood there before.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class _Change:
    """The page that first shows the new value, and what may have stood there before."""

    page: int
    before: tuple[Any, ...]


@dataclass(slots=True)
class PageNumbers:
    """The pages of one session: ``drawn`` to their end, and ``seen`` by its browser."""

    drawn: int = 0
    seen: int = 0
    _changes: dict[str, _Change] = field(default_factory=dict)
    _deeds: dict[object, tuple[int, str]] = field(default_factory=dict)

    def change(self, name: str, before: Any) -> None:
        """Note that the page under way shows another value of ``name`` than ``before``."""
        self._changes = {n: each for n, each in self._changes.items() if each.page > self.seen}
        known = self._changes.get(name)
        earlier = known.before if known else ()
        self._changes[name] = _Change(self.drawn + 1, (*earlier, before))

    def is_repeated(self, name: str, value: Any) -> bool:
        """Say whether a browser that says ``value`` has not seen yet what stands there now."""
        known = self._changes.get(name)
        return known is not None and known.page > self.seen and value in known.before

    def note(self, deed: object, result: str) -> None:
        """Note what a click came to that the page under way is the first to show."""
        self._deeds = {d: each for d, each in self._deeds.items() if each[0] > self.seen}
        self._deeds[deed] = (self.drawn + 1, result)

    def unseen(self, deed: object) -> str | None:
        """Return what the same click came to before, if the browser has not seen that yet."""
        page, result = self._deeds.get(deed, (0, ""))
        return result if page > self.seen else None
