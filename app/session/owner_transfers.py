"""Secrets that stand for an owner for a few minutes, for a link to another browser."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

SECONDS_VALID = 600.0
MOST_LINKS = 1_000


class OwnerTransfers:
    """Hands out secrets that stand for an owner: one an owner, each for one use."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._links: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def issue(self, owner: str) -> str:
        """Return a new secret of an owner; an older one no longer works."""
        secret = secrets.token_urlsafe(24)
        with self._lock:
            for key in [key for key, (other, _) in self._links.items() if other == owner]:
                del self._links[key]
            while len(self._links) >= MOST_LINKS:
                self._links.popitem(last=False)
            self._links[_digest(secret)] = (owner, self._now() + SECONDS_VALID)
        return secret

    def owner_of(self, secret: str) -> str | None:
        """Return whose secret this is, None when it is unknown, used or too old."""
        with self._lock:
            owner, until = self._links.get(_digest(secret), (None, 0.0))
        return owner if self._now() < until else None

    def redeem(self, secret: str) -> str | None:
        """Return whose secret this is, for the last time."""
        owner = self.owner_of(secret)
        with self._lock:
            found = self._links.pop(_digest(secret), None)
        return owner if found else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
