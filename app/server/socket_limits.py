"""How much one page may send: messages a second, bytes a message, and pages an owner.

Every message of a page that runs its script costs the event loop a wait for a new thread, which
everybody's page shares: a thousand at once stopped the server for 49 seconds. So messages pass at
a steady rate, after a few that may come together; those beyond wait, and their sender with them,
for the server reads nothing more from the connection meanwhile. Who goes on all the same is cut
off. A browser then connects again by itself and goes on with the same session.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose, WebSocketDisconnected

from app.server.script_limit import ScriptLimit
from app.session.owner import COOKIE

MESSAGES_A_SECOND = 20.0
"""Somebody who holds the Enter key down sends 13."""
MESSAGES_AT_ONCE = 10
MOST_LATE = 100
"""So many in a row that each waited for the one before it come from no hand."""
SECONDS_BETWEEN_KEYS = 0.01
"""What is there so soon after the last message has passed had been waiting for that."""
MOST_BYTES = 1_000_000
"""What a page says of itself: a drawing of 5,000 points and a review of 5,000 characters, with all
other fields, take a fifth of it. Files come by HTTP."""
MOST_PER_OWNER = 40
MOST_IN_ALL = 400

NO_BYTES, POLICY_VIOLATION, TOO_BIG, TRY_LATER = 1003, 1008, 1009, 1013

_log = logging.getLogger(__name__)


@dataclass
class Allowance:
    """What one connection may send now: a bucket that fills with time ("token bucket")."""

    rate: float = MESSAGES_A_SECOND
    most: float = MESSAGES_AT_ONCE
    now: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._since = self.most, self.now()

    def take(self) -> float:
        """Take one message out of it; returns the seconds that this one has to wait.

        >>> allowance = Allowance(rate=10, most=2, now=lambda: 0.0)
        >>> [round(allowance.take(), 3) for _ in range(4)]
        [0.0, 0.0, 0.1, 0.2]
        """
        now = self.now()
        self._left = min(self.most, self._left + (now - self._since) * self.rate) - 1
        self._since = now
        return max(0.0, -self._left / self.rate)


class SocketLimits:
    """ASGI middleware: holds every websocket to the limits of this module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limit = ScriptLimit()
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        whose = _whose(HTTPConnection(scope))
        if self._open[whose] >= MOST_PER_OWNER or self._open.total() >= MOST_IN_ALL:
            await WebSocketClose(TRY_LATER)(scope, receive, send)
            return
        self._open[whose] += 1
        try:
            with suppress(WebSocketDisconnected):  # noticed while something was being sent
                await self._app(scope, _Inbound(receive, send, self._limit).receive, send)
        finally:
            self._open -= Counter([whose])


class _Inbound:
    """The messages of one connection on their way in."""

    def __init__(self, receive: Receive, send: Send, limit: ScriptLimit) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._allowance, self._late = Allowance(), 0

    async def receive(self) -> Message:
        """Return the next message when it is its turn, or the end of a connection that is cut."""
        asked = time.monotonic()
        message = await self._receive()
        was_waiting = time.monotonic() - asked < SECONDS_BETWEEN_KEYS
        if message["type"] != "websocket.receive":
            return message
        content = message.get("bytes")
        if content is None:
            return await self._cut(NO_BYTES, "text")
        if len(content) > MOST_BYTES:
            return await self._cut(TOO_BIG, f"more than {MOST_BYTES:,} bytes")
        self._late = self._late + 1 if was_waiting else 0
        if self._late > MOST_LATE:
            return await self._cut(POLICY_VIOLATION, f"more than {MESSAGES_A_SECOND:g} a second")
        await asyncio.sleep(self._allowance.take())
        await self._limit.wait()
        return message

    async def _cut(self, code: int, reason: str) -> Message:
        _log.warning("a page was cut off: %s", reason)
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code, "reason": reason}


def _whose(connection: HTTPConnection) -> str:
    """Return the owner of a connection, or its address where it presents none."""
    address = connection.client.host if connection.client else ""
    return connection.cookies.get(COOKIE) or address
