"""Run events on their way to the browser: server-sent events, one stream a viewer.

A viewer may come late, leave and come back: the stream starts after the last event that the
browser has seen, first from the store and then live, without a gap and without a repetition. A
viewer costs a queue and no thread. One that reads too slowly is let go; its browser comes back by
itself and catches up from the store. What a viewer may keep open is limited in
``app.server.stream_limits``.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.server import shutdown
from app.server.stream_limits import EventStream, OpenStreams
from app.session.owner import COOKIE
from data.language import Text, UserError
from models.events import End
from models.runs.errors import NoSuchRun
from models.runs.numbered_event import TRANSIENT_NUMBER, NumberedEvent
from models.runs.store import RunStore

SECONDS_BETWEEN_SIGNS_OF_LIFE = 10.0
"""A page that has heard nothing for 25 seconds (``run_source.js``) connects anew: the connection
of a phone that slept, or of a Wi-Fi that changed, falls silent without being closed."""
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_GATHER = 0.02
"""What is told together, a report and a picture, travels together: sending is most of the work."""
SECONDS_MORE_PER_STREAM = 0.004
MOST_SECONDS_TO_GATHER = 0.15
"""Before a whole class the curves move five times a second, for one viewer as often as told."""
LONGEST_QUEUE = 1_000
_log = logging.getLogger(__name__)
_ALIVE = 'data: {"kind":"alive"}\n\n'
"""An event and no comment, which the page's scripts would never see."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_TOO_MANY = Text(
    "실시간 곡선이 너무 많이 열려 있습니다. 다른 탭을 닫으면 이 곡선이 이어집니다.",
    "Too many live curves are open. Close other tabs and this one will go on.",
)

Place = Callable[[str], int | None]
"""Tells how many runs wait before a run, None when it does not wait."""

Wait = Callable[[str], float | None]
"""Tells how many seconds a run will wait, None when that is not known."""

Problem = Callable[[], Text | None]
"""Tells why nothing can train now, None while it can."""


def event_route(
    store_getter: Callable[[], RunStore], place_of: Place, wait_of: Wait, problem: Problem
) -> Route:
    """Return the route ``GET /api/runs/{run_id}/events``.

    While ``place_of`` names a run's place in the queue, the stream tells it with the seconds until
    its turn, if ``wait_of`` knows them, and tells both anew whenever a reader would notice. Why
    nothing can train, and that it can again, it tells within a second.

    It answers 404 unless the run belongs to the request's cookie, 204 (which tells an EventSource
    to stay away) when the browser has already seen the run's end, 429 when too many streams are
    open, and 503 when the store cannot be read.
    """
    streams = OpenStreams()

    async def stream(request: Request) -> Response:
        run_id, owner = request.path_params["run_id"], request.cookies.get(COOKIE, "")
        after = _last_seen(request)
        try:
            store = await run_in_threadpool(store_getter)
            run = await run_in_threadpool(store.find, run_id, owner)
            if run.is_over and after >= run.events:
                return Response(status_code=204, headers=_HEADERS)
            if not streams.has_room(owner):
                return _refusal(_TOO_MANY, 429)
            missed = await run_in_threadpool(_missed, store, run_id, after)
        except NoSuchRun as error:
            return _refusal(error.text, 404)
        except UserError as error:
            return _refusal(error.text, 503)
        waiting = _Waiting(run_id, place_of, wait_of, problem)
        messages = _messages(store, run_id, after, missed, waiting, streams)
        return EventStream(messages, _HEADERS, streams, owner)

    return Route("/api/runs/{run_id}/events", stream, methods=["GET"])


class _Mailbox:
    """Carries events from the thread that writes them to one viewer's coroutine."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[NumberedEvent] = asyncio.Queue(LONGEST_QUEUE)
        self.overflowed = False

    def post(self, event: NumberedEvent) -> None:
        """Add an event, from any thread."""
        with suppress(RuntimeError):  # the server has just stopped
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: NumberedEvent) -> None:
        if self.overflowed:  # a viewer who was told what comes after the hole would not ask for it
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overflowed = True

    async def next(self, seconds: float, gather: float) -> list[NumberedEvent]:
        """Return the next event and what follows within ``gather`` seconds.

        Empty when there was none for ``seconds`` or the server ends.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not shutdown.is_near():
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, SECONDS_BETWEEN_LOOKS)):
                    first = await self._queue.get()
                await asyncio.sleep(gather)
                return [first, *(self._queue.get_nowait() for _ in range(self._queue.qsize()))]
        return []


class _Waiting:
    """What a run is told of its wait, each time that this changes."""

    def __init__(self, run_id: str, place_of: Place, wait_of: Wait, problem: Problem) -> None:
        self._run_id, self._place_of, self._wait_of = run_id, place_of, wait_of
        self._problem = problem
        self._queued: tuple[int, int | None] | None = None
        self._blocked: Text | None = None

    def news(self) -> list[str]:
        """Return the messages that say what has changed since the last time."""
        queued, blocked = self._queued, self._blocked
        place, self._blocked = self._place_of(self._run_id), self._problem()
        self._queued = None if place is None else (place, _rounded(self._wait_of(self._run_id)))
        news = []
        if self._queued is not None and self._queued != queued:
            news.append(_queued(*self._queued))
        if self._blocked != blocked:
            news.append(_blocked(self._blocked))
        return news


async def _messages(
    store: RunStore,
    run_id: str,
    after: int,
    missed: list[NumberedEvent],
    waiting: "_Waiting",
    streams: OpenStreams,
) -> AsyncGenerator[str, None]:
    """Yield what was ``missed`` and what follows as server-sent messages, up to the run's end."""
    mailbox = _Mailbox()
    unsubscribe = store.subscribe(run_id, mailbox.post)
    try:
        # Subscribed first and read second: an event in between comes twice, and counts once.
        newer, is_over = await run_in_threadpool(_newer, store, run_id, after, missed)
        for event in [*missed, *newer]:
            yield _message(event)
            after = max(after, event.number)
        if is_over:
            return
        quiet = 0.0
        while not mailbox.overflowed and not shutdown.is_near():
            for message in waiting.news():
                yield message
            gather = _seconds_to_gather(len(streams))
            news = [
                event
                for event in await mailbox.next(SECONDS_BETWEEN_LOOKS, gather)
                if event.number > after or event.number == TRANSIENT_NUMBER
            ]
            quiet = 0.0 if news else quiet + SECONDS_BETWEEN_LOOKS
            if news:
                yield "".join(map(_timed, news))
            elif quiet >= SECONDS_BETWEEN_SIGNS_OF_LIFE:
                quiet = 0.0
                yield _ALIVE
            after = max(after, *(event.number for event in news), 0)
            if any(event.kind == End.kind for event in news):
                return
    finally:
        unsubscribe()


def _refusal(text: Text, status: int) -> JSONResponse:
    error = {"ko": text.ko, "en": text.en}
    return JSONResponse({"error": error}, status_code=status, headers=_HEADERS)


def _missed(store: RunStore, run_id: str, after: int) -> list[NumberedEvent]:
    """Return what a viewer has missed: what passes first, then the events above ``after``."""
    return [*store.transient(run_id), *store.events(run_id, after)]


def _newer(
    store: RunStore, run_id: str, after: int, missed: list[NumberedEvent]
) -> tuple[list[NumberedEvent], bool]:
    """Return what came after the events that a viewer has ``missed``, and whether that is all.

    A run that ends while this is read is not over yet: its end comes live, or is the last of them.
    Where the store cannot be read any more, that is all; the next request hears why.
    """
    try:
        is_over = store.get(run_id).is_over
        newer = store.events(run_id, max([after, *(event.number for event in missed)]))
    except UserError as error:
        _log.warning("the events of run %s cannot be told: %s", run_id, error)
        return [], True
    told = [*missed, *newer]
    return newer, is_over or (bool(told) and told[-1].kind == End.kind)


def _message(event: NumberedEvent) -> str:
    """A server-sent message; what passes has no id, so that it is never asked for again."""
    asked_for_by = "" if event.number == TRANSIENT_NUMBER else f"id: {event.number}\n"
    return f"{asked_for_by}data: {event.line}\n\n"


def _seconds_to_gather(streams: int) -> float:
    return min(SECONDS_TO_GATHER + SECONDS_MORE_PER_STREAM * streams, MOST_SECONDS_TO_GATHER)


def _timed(event: NumberedEvent) -> str:
    """A message with a comment, which browsers pass over: for whoever measures its way."""
    return f": {event.arose:.3f}\n{_message(event)}"


def _rounded(seconds: float | None) -> int | None:
    """Return seconds as they are told, rounded up: the more there are, the less they matter.

    >>> [_rounded(seconds) for seconds in (None, 0.2, 7.5, 12.5, 61.0, 200.0)]
    [None, 1, 8, 15, 90, 210]
    """
    if seconds is None:
        return None
    step = 1 if seconds <= 10 else 5 if seconds <= 60 else 30
    return step * max(1, math.ceil(seconds / step))


def _queued(place: int, seconds: int | None) -> str:
    """A message without an id: it is true now, and no part of the run's history."""
    told = {"kind": "queued", "place": place, "seconds": seconds}
    return f"data: {json.dumps(told)}\n\n"


def _blocked(problem: Text | None) -> str:
    """Likewise: why no run can begin now, null when that is over."""
    error = None if problem is None else {"ko": problem.ko, "en": problem.en}
    return f"data: {json.dumps({'kind': 'blocked', 'error': error})}\n\n"


def _last_seen(request: Request) -> int:
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
