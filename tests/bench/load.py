"""A classroom's load on one server: viewers, submissions, page runs, and what they cost.

``python -m tests.bench.load`` serves the lab on loopback with two slots and prints what ``make
bench-load`` promises. Viewers and visitors speak the server's own protocols without a browser, but
they too need some of the same machine. ``--minutes 30`` is the long measurement of memory, and
``--short`` only shows that everything can be measured.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from data.language import UserError
from models.jobs.quotas import Quotas
from tests.bench.measured import tell
from tests.bench.visitor import Visitor
from tests.support.browser.server import Server, start_server
from tests.support.lab import LONG, open_lab
from tests.support.own_loop import run_apart

SLOTS = 2
SECONDS_OF_PATIENCE = 120
MOST_EPOCHS, USUAL_EPOCHS = 500, 80
"""So many that no run ends while it is watched, or that a line forms; and the lecture's own."""


@dataclass(frozen=True)
class Extent:
    """How much is measured: viewers at a time, owners who submit within ``seconds``, and so on."""

    viewers: tuple[int, int] = (30, 60)
    seconds: float = 10
    owners: int = 30
    learners: int = 10
    submits: int = 1_000
    minutes: float = 2
    seconds_to_warm_up: float = 8
    """The trainer does so once after the server's start."""


A_FEW = Extent((2, 4), 1, owners=4, learners=2, submits=200, minutes=0.01, seconds_to_warm_up=0)


@dataclass
class Viewer:
    """One open event stream: the ages of its events, and the last update that it saw."""

    ages: list[float] = field(default_factory=list)
    update: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self, url: str, run_id: str, cookie: str) -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        writer.write(f"{head}Cookie: {cookie}\r\n\r\n".encode())
        try:
            status = await reader.readline()
            assert b" 200 " in status, status
            while line := await reader.readline():
                self._take(line.decode().strip())
        finally:
            writer.close()

    def _take(self, line: str) -> None:
        if line.startswith(": ") and line[2:3].isdigit():
            self.ages.append(1000 * (time.time() - float(line[2:])))
        elif line.startswith('data: {"kind":"batches"'):
            self.update = int(line.rpartition("[")[2].partition(",")[0])
        elif line.startswith('data: {"kind":"end"'):
            self.ended.set()


@dataclass(frozen=True)
class Watched:
    """What some seconds with some viewers came to."""

    cpu_share: float
    ages: list[float]
    updates_per_second: float


async def at_the_form(url: str, task: str, epochs: int) -> Visitor:
    """Return a new owner who has chosen how long to train."""
    visitor = Visitor(url, lang="ko", task=task)
    await visitor.enter("train")
    await visitor.type(f"{task}.epochs.typed", epochs)
    return visitor


async def train(url: str, task: str, epochs: int) -> Visitor:
    """Let a new owner start a run; return the owner, whose page shows it."""
    visitor = await at_the_form(url, task, epochs)
    await visitor.press("start")
    await visitor.rerun()
    assert not visitor.errors, visitor.errors
    return visitor


def run_of(visitor: Visitor) -> str:
    """Return the id of the run on a visitor's page."""
    return parse_qs(visitor.query)["run"][0]


@asynccontextmanager
async def watching(url: str, visitor: Visitor) -> AsyncIterator[Viewer]:
    """Keep the event stream of a visitor's run open, as the visitor's page does."""
    viewer = Viewer()
    reading = asyncio.create_task(viewer.watch(url, run_of(visitor), visitor.cookie))
    try:
        yield viewer
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def watch(server: Server, count: int, seconds: float) -> Watched:
    """Let two runs train while ``count`` viewers look on, and measure for some seconds."""
    owners = [await train(server.url, "fashion_mnist", MOST_EPOCHS) for _ in range(SLOTS)]
    async with AsyncExitStack() as streams:
        viewers = [
            await streams.enter_async_context(watching(server.url, owners[number % SLOTS]))
            for number in range(count)
        ]
        async with asyncio.timeout(SECONDS_OF_PATIENCE):
            while not all(viewer.update for viewer in viewers):
                await asyncio.sleep(0.05)
        watched = await look_on(psutil.Process(server.process.pid), viewers, seconds)
    for owner in owners:
        await owner.press("stop")
        await owner.leave()
    return watched


async def look_on(process: psutil.Process, viewers: list[Viewer], seconds: float) -> Watched:
    """Measure a server while its viewers look on."""
    for viewer in viewers:
        viewer.ages.clear()
    began, cpu, first = time.monotonic(), busy(process), viewers[0].update
    await asyncio.sleep(seconds)
    lasted = time.monotonic() - began
    share, pace = (busy(process) - cpu) / lasted, (viewers[0].update - first) / lasted
    return Watched(share, [age for viewer in viewers for age in viewer.ages], pace)


def busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def crowd(server: Server, home: Path, extent: Extent) -> None:
    """Let owners submit, one after the other, and go on looking at their pages and curves."""
    visitors = [await at_the_form(server.url, "boston", MOST_EPOCHS) for _ in range(extent.owners)]
    waits: list[float] = []
    in_line: list[int] = []

    async def submit(number: int, visitor: Visitor) -> None:
        await asyncio.sleep(extent.seconds * number / extent.owners)
        waits.append(await visitor.press("start"))
        waits.append(await visitor.rerun())
        in_line.append(waiting(home))
        async with watching(server.url, visitor):
            for _ in range(5):
                await asyncio.sleep(extent.seconds / 5)
                waits.append(await visitor.rerun())

    await asyncio.gather(*(submit(number, visitor) for number, visitor in enumerate(visitors)))
    errors = [error for visitor in visitors for error in visitor.errors]
    print(*errors, sep="\n", end="\n" if errors else "")
    tell(f"{extent.owners} owners submit within {extent.seconds:g} s: errors", len(errors), "0")
    tell("runs that wait, at most", max(in_line), "")
    tell("page runs while they wait and watch, p95 (s)", p95(waits), "<= 2", max(waits))
    tell("runs that started before an earlier one's job", overtaken(home), "0")
    for visitor in visitors:
        await visitor.press("stop")
        await visitor.leave()


def waiting(home: Path) -> int:
    """Count the runs that wait for their job."""
    return len(rows(home, "SELECT number FROM runs WHERE state = 'queued'"))


def rows(home: Path, sql: str) -> list[tuple[float]]:
    with closing(sqlite3.connect(home / "runs" / "runs.sqlite3")) as file:
        return list(file.execute(sql))


def overtaken(home: Path) -> int:
    """Count the runs that started before one that stood further ahead than there are slots."""
    sql = "SELECT started FROM runs WHERE task = 'boston' AND started NOT NULL ORDER BY number"
    started = [row[0] for row in rows(home, sql)]
    return sum(later < earlier for earlier, later in zip(started, started[SLOTS:], strict=False))


def flood(submits: int) -> None:
    """Let one owner submit far more than allowed, and look at the wait of another."""
    with tempfile.TemporaryDirectory() as folder, open_lab(Path(folder), 1, Quotas()) as lab:
        for _ in range(4):
            lab.submit(LONG)
        other = lab.scheduler.submit("bob", LONG).id
        place = lab.scheduler.position(other) or 0
        began = time.perf_counter()
        for _ in range(submits):
            with suppress(UserError):
                lab.submit(LONG)
        seconds = time.perf_counter() - began
        tell(f"a flood of {submits:,} submits is refused in (s)", seconds, "<= 1")
        lost = (lab.scheduler.position(other) or 0) - place
        tell("places in the line that another owner loses", lost, "0")


async def grow(server: Server, owners: int, minutes: float) -> None:
    """Let owners come, train, look and go for some minutes; tell what the server grew by."""
    process = psutil.Process(server.process.pid)
    await one_lesson(server.url, owners)  # what everybody needs is loaded then
    before, deadline, lessons = process.memory_info().rss, time.monotonic() + 60 * minutes, 0
    while time.monotonic() < deadline:
        await one_lesson(server.url, owners)
        lessons += 1
    growth = (process.memory_info().rss - before) / 2**20
    tell(f"memory growth in {minutes:g} min, {lessons} lessons (MB)", growth, "<= 50")


async def one_lesson(url: str, owners: int) -> None:
    """New owners train, watch to the end, look at their pages five times, and leave."""

    async def learn() -> None:
        visitor = await train(url, "boston", USUAL_EPOCHS)
        async with asyncio.timeout(SECONDS_OF_PATIENCE), watching(url, visitor) as viewer:
            for _ in range(5):
                await asyncio.sleep(0.5)
                await visitor.rerun()
            await viewer.ended.wait()
        await visitor.leave()

    await asyncio.gather(*(learn() for _ in range(owners)))


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


async def measure(server: Server, home: Path, extent: Extent) -> None:
    few, many = extent.viewers
    alone = await watch(server, 1, extent.seconds)
    for count in (few, many):
        room = await watch(server, count, extent.seconds)
        bar = "<= 5" if count == few else ""
        tell(f"server with {count} viewers, % of one core", 100 * room.cpu_share, bar)
        tell(f"age of events at {count} viewers, p95 (ms)", p95(room.ages), "<= 500")
        if count == few:
            share = 100 * room.updates_per_second / alone.updates_per_second
            tell(f"training with {count} viewers / with one (%)", share, ">= 90")
    await crowd(server, home, extent)
    await grow(server, extent.learners, extent.minutes)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("--minutes", type=float, help="how long memory is watched")
    parser.add_argument("--short", action="store_true", help="a few viewers for a few seconds")
    options = parser.parse_args(arguments)
    extent = A_FEW if options.short else Extent()
    extent = replace(extent, minutes=options.minutes or extent.minutes)
    with tempfile.TemporaryDirectory() as home:
        server = start_server(Path(home), FNN_LAB_SLOTS=str(SLOTS))
        try:
            time.sleep(extent.seconds_to_warm_up)
            run_apart(measure(server, Path(home), extent))
        finally:
            server.process.terminate()
            server.process.wait(20)
    flood(extent.submits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
