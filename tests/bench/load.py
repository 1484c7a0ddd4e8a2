"""A classroom's load on one server: viewers, submissions, page runs, and what they cost.

``python -m tests.bench.load`` serves the lab on loopback with two slots and prints what ``make
bench-load`` promises. Viewers and visitors speak the server's own protocols without a browser, but
they too need some of the same machine. ``--minutes 30`` is the long measurement of memory.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from tests.bench.browser import tell
from tests.bench.visitor import Visitor
from tests.e2e.conftest import Server, start_server

SLOTS = 2
SECONDS_OF_WATCHING = 10
OWNERS = 30


@dataclass
class Viewer:
    """One open event stream: the ages of its events, and the last update that it saw."""

    ages: list[float] = field(default_factory=list)
    update: int = 0

    async def watch(self, url: str, run_id: str, cookie: str) -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        writer.write(f"{head}Cookie: {cookie}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                self._take(line.decode().strip())
        finally:
            writer.close()

    def _take(self, line: str) -> None:
        if line.startswith(": ") and line[2:3].isdigit():
            self.ages.append(1000 * (time.time() - float(line[2:])))
        elif line.startswith('data: {"kind":"batches"'):
            self.update = int(line.rpartition("[")[2].partition(",")[0])


@dataclass(frozen=True)
class Watched:
    """What some seconds with some viewers came to."""

    cpu_share: float
    ages: list[float]
    updates_per_second: float


async def train(url: str) -> tuple[Visitor, str]:
    """Let a new owner start a run; return both."""
    visitor = Visitor(url, lang="ko", task="fashion_mnist")
    await visitor.enter("train")
    await visitor.press("start")
    await visitor.rerun()
    return visitor, parse_qs(visitor.query)["run"][0]


async def watch(server: Server, count: int) -> Watched:
    """Let two runs train while ``count`` viewers look on, and measure for some seconds."""
    runs = [await train(server.url) for _ in range(SLOTS)]
    viewers = [Viewer() for _ in range(count)]
    watching = []
    for number, viewer in enumerate(viewers):
        visitor, run_id = runs[number % SLOTS]
        watching.append(asyncio.create_task(viewer.watch(server.url, run_id, visitor.cookie)))
    process = psutil.Process(server.process.pid)
    while not all(viewer.update for viewer in viewers):
        await asyncio.sleep(0.05)
    for viewer in viewers:
        viewer.ages.clear()
    began, cpu, first = time.monotonic(), busy(process), viewers[0].update
    await asyncio.sleep(SECONDS_OF_WATCHING)
    seconds = time.monotonic() - began
    share = (busy(process) - cpu) / seconds
    pace = (viewers[0].update - first) / seconds
    for task in watching:
        task.cancel()
    for visitor, _ in runs:
        await visitor.press("stop")
        await visitor.leave()
    return Watched(share, [age for viewer in viewers for age in viewer.ages], pace)


def busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def crowd(server: Server, home: Path) -> None:
    """Let thirty owners submit within ten seconds, and go on looking at their pages."""
    visitors = [Visitor(server.url, lang="ko", task="boston") for _ in range(OWNERS)]
    for visitor in visitors:
        await visitor.enter("train")
    waits: list[float] = []

    async def submit(number: int, visitor: Visitor) -> None:
        await asyncio.sleep(10 * number / OWNERS)
        waits.append(await visitor.press("start"))
        for _ in range(5):
            await asyncio.sleep(2)
            waits.append(await visitor.rerun())

    await asyncio.gather(*(submit(number, visitor) for number, visitor in enumerate(visitors)))
    for visitor in visitors:
        await visitor.leave()
    errors = sum(len(visitor.errors) for visitor in visitors)
    tell(f"{OWNERS} owners submit within 10 s: errors", errors, "0")
    tell("page runs while they wait and watch, p95 (s)", p95(waits), "<= 2", max(waits))
    tell("runs that started before an earlier one's turn", overtaken(home), "0")


def overtaken(home: Path) -> int:
    """Count the runs that started before one that had been submitted earlier."""
    sql = "SELECT started FROM runs WHERE task = 'boston' AND started NOT NULL ORDER BY created"
    with closing(sqlite3.connect(home / "runs" / "runs.sqlite3")) as file:
        started = [row[0] for row in file.execute(sql)]
    return sum(later < earlier for earlier, later in pairwise(started))


async def grow(server: Server, minutes: float) -> None:
    """Let owners come, train, look and go for some minutes; tell what the server grew by."""
    process = psutil.Process(server.process.pid)
    await one_lesson(server.url)  # what everybody needs is loaded then
    before, deadline, lessons = process.memory_info().rss, time.monotonic() + 60 * minutes, 0
    while time.monotonic() < deadline:
        await one_lesson(server.url)
        lessons += 1
    growth = (process.memory_info().rss - before) / 2**20
    tell(f"memory growth in {minutes:g} min, {lessons} lessons (MB)", growth, "<= 50")


async def one_lesson(url: str) -> None:
    """Ten owners train, look five times, and leave."""
    visitors = [Visitor(url, lang="ko", task="boston") for _ in range(10)]

    async def learn(visitor: Visitor) -> None:
        await visitor.enter("train")
        await visitor.press("start")
        for _ in range(5):
            await asyncio.sleep(0.5)
            await visitor.rerun()
        await visitor.leave()

    await asyncio.gather(*map(learn, visitors))


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


async def measure(server: Server, home: Path, minutes: float) -> None:
    alone = await watch(server, 1)
    for count in (30, 60):
        room = await watch(server, count)
        bar = "<= 5" if count == 30 else ""
        tell(f"server with {count} viewers, % of one core", 100 * room.cpu_share, bar)
        tell(f"age of events at {count} viewers, p95 (ms)", p95(room.ages), "<= 500")
        if count == 30:
            share = 100 * room.updates_per_second / alone.updates_per_second
            tell("training with 30 viewers / with one (%)", share, ">= 90")
    await crowd(server, home)
    await grow(server, minutes)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="how long memory is watched")
    options = parser.parse_args(arguments)
    os.environ["FNN_LAB_SLOTS"] = str(SLOTS)
    with tempfile.TemporaryDirectory() as home:
        server = start_server(Path(home))
        try:
            time.sleep(8)  # the trainer warms up once after the server's start
            asyncio.run(measure(server, Path(home), options.minutes))
        finally:
            server.process.terminate()
            server.process.wait(20)
    return 0


if __name__ == "__main__":
    sys.exit(main())
