"""Run events on their way to the browser: server-sent events, one stream a viewer.

A viewer may come late, leave and come back: the stream starts after the last event that the
browser has seen, first from the store and then live, without a gap and without a repetition. A
viewer costs a queue and no thread. One that reads too slowly is let go; its browser comes back by
itself and catches up from the store. What a viewer may keep open is limited in ``app.streams``.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import ending
from app.owner import COOKIE
from app.streams import EventStream, OpenStreams
from data.text import Text, UserError
from models.events import End
from models.runs import RunStore

SECONDS_BETWEEN_PINGS = 15.0
SECONDS_BETWEEN_LOOKS = 1.0
LONGEST_QUEUE = 1_000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_TOO_MANY = Text(
    "실시간 곡선이 너무 많이 열려 있습니다. 다른 탭을 닫으면 이 곡선이 이어집니다.",
    "Too many live curves are open. Close other tabs and this one will go on.",
)

Numbered = tuple[int, str, float]
"""An event's number, its JSON line, and when it was told (seconds since 1970)."""

Place = Callable[[str], int | None]
"""Tells how many runs wait before a run, None when it does not wait."""

Wait = Callable[[str], float | None]
"""Tells how many seconds a run will wait, None when that is not known."""


def event_route(store_getter: Callable[[], RunStore], place_of: Place, wait_of: Wait) -> Route:
    """Return the route ``GET /api/runs/{run_id}/events``.

    While ``place_of`` names a run's place in the queue, the stream tells it whenever it changes,
    with the seconds until its turn if ``wait_of`` knows them.

    It answers 404 unless the run belongs to the request's cookie, 204 (which tells an EventSource
    to stay away) when the browser has already seen the run's end, and 429 when too many streams
    are open.
    """
    streams = OpenStreams()

    async def stream(request: Request) -> Response:
        store, run_id = store_getter(), request.path_params["run_id"]
        owner = request.cookies.get(COOKIE, "")
        try:
            run = await run_in_threadpool(store.find, run_id, owner)
        except UserError as error:
            return _refusal(error.text, 404)
        after = _last_seen(request)
        if run.is_over and after >= run.events:
            return Response(status_code=204, headers=_HEADERS)
        if not streams.has_room(owner):
            return _refusal(_TOO_MANY, 429)
        messages = _messages(store, run_id, after, place_of, wait_of)
        return EventStream(messages, _HEADERS, streams, owner)

    return Route("/api/runs/{run_id}/events", stream, methods=["GET"])


class _Mailbox:
    """Carries events from the thread that writes them to one viewer's coroutine."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Numbered] = asyncio.Queue(LONGEST_QUEUE)
        self.overflowed = False

    def post(self, number: int, line: str) -> None:
        """Add an event, from any thread."""
        with suppress(RuntimeError):  # the server has just stopped
            self._loop.call_soon_threadsafe(self._put, (number, line, time.time()))

    def _put(self, event: Numbered) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overflowed = True

    async def next(self, seconds: float) -> Numbered | None:
        """Return the next event, or None when there was none for so long or the server ends."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not ending.is_near():
            with suppress(TimeoutError):
                patience = min(left, SECONDS_BETWEEN_LOOKS)
                return await asyncio.wait_for(self._queue.get(), patience)
        return None


async def _messages(
    store: RunStore, run_id: str, after: int, place_of: Place, wait_of: Wait
) -> AsyncGenerator[str, None]:
    """Yield the events above ``after`` as server-sent messages, up to the run's end."""
    mailbox = _Mailbox()
    unsubscribe = store.subscribe(run_id, mailbox.post)
    try:
        # Subscribed first and read second: an event in between comes twice, and counts once.
        for number, line in await run_in_threadpool(store.events, run_id, after):
            yield _message(number, line)
            after = number
        if (await run_in_threadpool(store.get, run_id)).is_over:
            return
        place = None
        while not mailbox.overflowed and not ending.is_near():
            told, place = place, place_of(run_id)
            if place is not None and place != told:
                yield _queued(place, wait_of(run_id))
            seconds = SECONDS_BETWEEN_PINGS if place is None else SECONDS_BETWEEN_LOOKS
            event = await mailbox.next(seconds)
            if event is None:
                yield ": ping\n\n"
            elif event[0] > after:
                after, line, told_at = event
                # A comment, which browsers pass over, for whoever measures the way to the viewer.
                yield f": {told_at:.3f}\n{_message(after, line)}"
                if _is_end(line):
                    return
    finally:
        unsubscribe()


def _refusal(text: Text, status: int) -> JSONResponse:
    error = {"ko": text.ko, "en": text.en}
    return JSONResponse({"error": error}, status_code=status, headers=_HEADERS)


def _message(number: int, line: str) -> str:
    return f"id: {number}\ndata: {line}\n\n"


def _queued(place: int, seconds: float | None) -> str:
    """A message without an id: it is true now, and no part of the run's history."""
    told = {"kind": "queued", "place": place, "seconds": seconds}
    return f"data: {json.dumps(told)}\n\n"


def _is_end(line: str) -> bool:
    return bool(json.loads(line)["kind"] == End.kind)


def _last_seen(request: Request) -> int:
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
