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
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

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
MOST_RUNS = 8
"""As many as are compared on one page; ``heard_runs.js`` asks for no more."""
_log = logging.getLogger(__name__)
_ALIVE = 'data: {"kind":"alive"}\n\n'
"""An event and no comment, which the page's scripts would never see."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_TOO_MANY = Text(
    "실시간 곡선이 너무 많이 열려 있습니다. 다른 탭을 닫으면 이 곡선이 이어집니다.",
    "Too many live curves are open. Close other tabs and this one will go on.",
)
_TOO_MANY_RUNS = Text(
    f"실행은 한 번에 {MOST_RUNS}개까지만 들을 수 있습니다. 실행을 나누어 요청하세요.",
    f"At most {MOST_RUNS} runs can be followed at once. Ask for fewer.",
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
    """Return the route ``GET /api/runs/{run_ids}/events``.

    One stream tells of a run, or of up to ``MOST_RUNS`` whose ids are separated by commas, as many
    as a page shows: each message is then an event named after its run. ``after``, or the header
    ``Last-Event-ID``, has the number of the last event seen of each run, in the same order.

    While ``place_of`` names a run's place in the queue, the stream tells it with the seconds until
    its turn, if ``wait_of`` knows them, and tells both anew whenever a reader would notice. Why
    nothing can train, and that it can again, it tells within a second.

    Nothing is told of a run that is not of the request's cookie. It answers 404 if none is, 204
    (which tells an EventSource to stay away) when the browser has already seen the end of all, 400
    when too many runs are asked for, 429 when too many streams are open, and 503 when the store
    cannot be read.
    """
    streams = OpenStreams()

    async def stream(request: Request) -> Response:
        owner = request.cookies.get(COOKIE, "")
        followed = _asked_for(request)
        if len(followed) > MOST_RUNS:
            return _refusal(_TOO_MANY_RUNS, 400)
        try:
            store = await run_in_threadpool(store_getter)
            await run_in_threadpool(_find, store, followed, owner)
            if all(each.is_over for each in followed):
                return Response(status_code=204, headers=_HEADERS)
            if not streams.has_room(owner):
                return _refusal(_TOO_MANY, 429)
            await run_in_threadpool(_miss, store, followed)
        except NoSuchRun as error:
            return _refusal(error.text, 404)
        except UserError as error:
            return _refusal(error.text, 503)
        waits = {each: _Waiting(each.run_id, place_of, wait_of, problem) for each in followed}
        return EventStream(_messages(store, waits, streams), _HEADERS, streams, owner)

    return Route("/api/runs/{run_ids}/events", stream, methods=["GET"])


class _Followed:
    """A run that a viewer follows, and the number of the last event that it was told of it."""

    def __init__(self, run_id: str, after: int) -> None:
        self.run_id, self.after = run_id, after
        self.is_over = False
        self.missed: list[NumberedEvent] = []

    def take(self, event: NumberedEvent) -> bool:
        """Return whether an event is to be told, which counts it as told."""
        if event.number == TRANSIENT_NUMBER:
            return True
        if event.number <= self.after:
            return False
        self.after, self.is_over = event.number, event.kind == End.kind
        return True


Posted = tuple[_Followed, NumberedEvent]


class _Mailbox:
    """Carries events from the thread that writes them to one viewer's coroutine."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Posted] = asyncio.Queue(LONGEST_QUEUE)
        self.overflowed = False

    def post(self, followed: _Followed, event: NumberedEvent) -> None:
        """Add an event of a run, from any thread."""
        with suppress(RuntimeError):  # the server has just stopped
            self._loop.call_soon_threadsafe(self._put, (followed, event))

    def _put(self, posted: Posted) -> None:
        if self.overflowed:  # a viewer who was told what comes after the hole would not ask for it
            return
        try:
            self._queue.put_nowait(posted)
        except asyncio.QueueFull:
            self.overflowed = True

    async def next(self, seconds: float, gather: float) -> list[Posted]:
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
        """Return the lines that say what has changed since the last time."""
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
    store: RunStore, waits: Mapping[_Followed, _Waiting], streams: OpenStreams
) -> AsyncGenerator[str, None]:
    """Yield what was missed and what follows as server-sent messages, up to the last run's end."""
    followed = list(waits)
    mailbox = _Mailbox()
    subscribed = [
        store.subscribe(each.run_id, partial(mailbox.post, each))
        for each in followed
        if not each.is_over
    ]
    write = _Writer(followed)
    try:
        # Subscribed first and read second: an event in between comes twice, and counts once.
        async for message in _past(store, followed, write):
            yield message
        quiet = 0.0
        while _goes_on(followed, mailbox):
            for message in write.waits(waits):
                yield message
            gather = _seconds_to_gather(len(streams))
            news = [
                write.timed(each, event)
                for each, event in await mailbox.next(SECONDS_BETWEEN_LOOKS, gather)
                if each.take(event)
            ]
            quiet = 0.0 if news else quiet + SECONDS_BETWEEN_LOOKS
            if news:
                yield "".join(news)
            elif quiet >= SECONDS_BETWEEN_SIGNS_OF_LIFE:
                quiet = 0.0
                yield _ALIVE
    finally:
        for unsubscribe in subscribed:
            unsubscribe()


async def _past(
    store: RunStore, followed: Sequence[_Followed], write: "_Writer"
) -> AsyncGenerator[str, None]:
    """Yield what was missed, run by run."""
    for each in followed:
        newer, is_over = await run_in_threadpool(_newer, store, each)
        for event in filter(each.take, [*each.missed, *newer]):
            yield write.event(each, event)
        each.missed, each.is_over = [], is_over


def _goes_on(followed: Sequence[_Followed], mailbox: _Mailbox) -> bool:
    is_over = all(each.is_over for each in followed)
    return not (is_over or mailbox.overflowed or shutdown.is_near())


class _Writer:
    """Writes server-sent messages; of several runs, each is an event named after its run."""

    def __init__(self, followed: Sequence[_Followed]) -> None:
        self._followed = followed

    def event(self, of: _Followed, event: NumberedEvent) -> str:
        """A message; what passes has no id, so that it is never asked for again."""
        if event.number == TRANSIENT_NUMBER:
            return self.line(of, event.line)
        seen = ",".join(str(each.after) for each in self._followed)
        return f"id: {seen}\n{self.line(of, event.line)}"

    def timed(self, of: _Followed, event: NumberedEvent) -> str:
        """A message with a comment, which browsers pass over: for whoever measures its way."""
        return f": {event.arose:.3f}\n{self.event(of, event)}"

    def waits(self, waits: Mapping[_Followed, _Waiting]) -> list[str]:
        """The messages that say what has changed for the runs that wait."""
        going = [(each, wait) for each, wait in waits.items() if not each.is_over]
        return [self.line(each, line) for each, wait in going for line in wait.news()]

    def line(self, of: _Followed, line: str) -> str:
        """A message without an id: it is true now, and no part of the run's history."""
        name = f"event: {of.run_id}\n" if len(self._followed) > 1 else ""
        return f"{name}data: {line}\n\n"


def _refusal(text: Text, status: int) -> JSONResponse:
    error = {"ko": text.ko, "en": text.en}
    return JSONResponse({"error": error}, status_code=status, headers=_HEADERS)


def _asked_for(request: Request) -> list[_Followed]:
    """Return the runs of the address, each with the last event seen of it."""
    run_ids = request.path_params["run_ids"].split(",")
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    seen = dict(zip(run_ids, given.split(","), strict=False))
    return [_Followed(run_id, _number(seen.get(run_id, ""))) for run_id in dict.fromkeys(run_ids)]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _find(store: RunStore, followed: Sequence[_Followed], owner: str) -> None:
    """Look every run up; what has nothing left to tell the owner is over.

    Raises ``NoSuchRun`` if all of them are unknown: one that was deleted does not end the others.
    """
    unknown = []
    for each in followed:
        try:
            run = store.find(each.run_id, owner)
        except NoSuchRun as error:
            each.is_over = True
            unknown.append(error)
        else:
            each.is_over = run.is_over and each.after >= run.events
    if len(unknown) == len(followed):
        raise unknown[0]


def _miss(store: RunStore, followed: Sequence[_Followed]) -> None:
    """Read what a viewer has missed: what passes first, then the events above ``after``."""
    for each in followed:
        if not each.is_over:
            each.missed = [*store.transient(each.run_id), *store.events(each.run_id, each.after)]


def _newer(store: RunStore, followed: _Followed) -> tuple[list[NumberedEvent], bool]:
    """Return what came after the events that a viewer has missed, and whether that is all.

    A run that ends while this is read is not over yet: its end comes live, or is the last of them.
    Where the store cannot be read any more, that is all; the next request hears why.
    """
    if followed.is_over:
        return [], True
    run_id, missed = followed.run_id, followed.missed
    try:
        is_over = store.get(run_id).is_over
        newer = store.events(run_id, max([followed.after, *(event.number for event in missed)]))
    except UserError as error:
        _log.warning("the events of run %s cannot be told: %s", run_id, error)
        return [], True
    told = [*missed, *newer]
    return newer, is_over or (bool(told) and told[-1].kind == End.kind)


def _seconds_to_gather(streams: int) -> float:
    return min(SECONDS_TO_GATHER + SECONDS_MORE_PER_STREAM * streams, MOST_SECONDS_TO_GATHER)


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
    """What a waiting run is told, as a line of JSON."""
    return json.dumps({"kind": "queued", "place": place, "seconds": seconds})


def _blocked(problem: Text | None) -> str:
    """Likewise: why no run can begin now, null when that is over."""
    error = None if problem is None else {"ko": problem.ko, "en": problem.en}
    return json.dumps({"kind": "blocked", "error": error})
