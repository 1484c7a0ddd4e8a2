"""How many event streams may be open at a time, and how long one may stand still.

An open stream costs a connection, a queue and a little memory, for as long as the other side likes.
So their number is limited, and one whose reader has stopped reading is given up: the connection's
buffers fill, the server's ``send`` never returns, and nobody would notice.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

MOST_PER_OWNER = 40
"""A class may watch its teacher's run on thirty phones that have taken up the teacher's link."""
MOST_IN_ALL = 400
SECONDS_TO_TAKE = 30.0
"""How long one message may wait for a reader whose buffers are full."""


class OpenStreams:
    """Counts the open streams of each owner; lives in one event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._counts.total()

    def has_room(self, owner: str) -> bool:
        """Say whether this owner may open one more."""
        return self._counts[owner] < MOST_PER_OWNER and len(self) < MOST_IN_ALL

    def enter(self, owner: str) -> None:
        """Count a stream that opens."""
        self._counts[owner] += 1

    def leave(self, owner: str) -> None:
        """Forget a stream that has closed."""
        self._counts[owner] -= 1
        if not self._counts[owner]:
            del self._counts[owner]


class EventStream(StreamingResponse):
    """Sends server-sent messages; counted in ``streams`` from its making to its end."""

    def __init__(
        self,
        messages: AsyncGenerator[str, None],
        headers: dict[str, str],
        streams: OpenStreams,
        owner: str,
    ) -> None:
        # Streamlit's gzip middleware leaves this media type alone; others would be held back.
        super().__init__(messages, media_type="text/event-stream", headers=headers)
        self._messages, self._streams, self._owner = messages, streams, owner
        streams.enter(owner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave(self._owner)

    async def stream_response(self, send: Send) -> None:
        """Send every message; return before the end when one is not taken in time.

        The server then closes the connection, as for any answer that was not completed.
        """
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with aclosing(self._messages) as messages:
            async for message in messages:
                body = {"type": "http.response.body", "body": message.encode(), "more_body": True}
                try:
                    async with asyncio.timeout(SECONDS_TO_TAKE):
                        await send(body)
                except TimeoutError:
                    return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
