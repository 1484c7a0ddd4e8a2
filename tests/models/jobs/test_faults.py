"""What goes wrong in a classroom: killed workers and servers, full disks, races, odd clocks."""

import asyncio
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.session import services
from data.language import UserError
from models.control import Limits
from models.events import Batches, End, Started, State, fold, from_json
from models.jobs.quotas import Quotas
from models.network.checkpoint import FOLDER, read_checkpoint
from models.runs.retention import Retention
from models.runs.store import RunStore
from tests.bench.load import watching
from tests.bench.visitor import Visitor
from tests.support.browser.server import Server, start_server
from tests.support.lab import (
    LONG,
    OWNER,
    ROOT,
    SHORT,
    Lab,
    busiest,
    is_gone,
    needs_fork_server,
    open_lab,
    trainers,
    workers,
)
from tests.support.own_loop import run_apart
from tests.support.polling import until

FINE = LONG.changed(epochs=49)

SECONDS_TO_SETTLE = 10
"""Until the last run's worker is gone and the next one is warm: memory is then that of rest."""


def updates(lab: Lab, run_id: str) -> int:
    return lab.store.history(run_id).update


@pytest.mark.soak
@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_killed_worker_takes_one_run_of_four_and_that_one_goes_on(tmp_path: Path) -> None:
    with open_lab(tmp_path, slots=4) as lab:
        runs = [lab.submit(FINE) for _ in range(4)]
        until(lambda: all(lab.run(run_id).checkpoint for run_id in runs), 60)
        busiest(workers(lab.trainer)).kill()
        seconds = until(lambda: any(lab.run(run_id).is_over for run_id in runs), 10)
        print(f"lost after {seconds:.2f} s")
        assert seconds < 2
        [lost] = [run_id for run_id in runs if lab.run(run_id).is_over]
        assert lab.run(lost).state is State.LOST and lab.store.history(lost).points
        others = [run_id for run_id in runs if run_id != lost]
        heard = [updates(lab, run_id) for run_id in others]
        until(lambda: all(lab.run(o).updates > h for o, h in zip(others, heard, strict=True)), 30)

        saved = lab.run(lost).checkpoint
        lab.scheduler.resume(OWNER, lost)
        until(lambda: lab.run(lost).state is State.RUNNING, 30)
        began = [e for e in events(lab.store, lost) if isinstance(e, Started)]
        assert [event.update for event in began] == [0, saved]
        until(lambda: lab.run(lost).updates > (saved or 0), 30)
        for run_id in runs:
            lab.stop(run_id)


def events(store: RunStore, run_id: str) -> list[object]:
    return [from_json(json.loads(event.line)) for event in store.events(run_id)]


SERVER = """
import sys
from app.session.services import services
from tests.support.lab import LONG, SHORT
lab = services()
for number in range(int(sys.argv[1])):
    lab.scheduler.submit(f"owner-{number}", (LONG if number < 2 else SHORT).changed(seed=number))
print("ready", flush=True)
for line in sys.stdin:
    lab.scheduler.stop(*line.split())
"""


def serve(home: Path, runs: int) -> subprocess.Popen[str]:
    """Start everything that a server starts, without its pages, and submit runs.

    What is written to it, an owner and a run id on a line, is stopped.
    """
    environment = {**os.environ, "FNN_LAB_HOME": str(home), "FNN_LAB_SLOTS": "2"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(runs)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    while server.stdout.readline().strip() != "ready":
        assert server.poll() is None
    return server


def hang_up(server: subprocess.Popen[str]) -> None:
    """Wait for a server that was told to end, and close the pipes to it."""
    server.wait(15)
    for pipe in (server.stdin, server.stdout):
        assert pipe
        pipe.close()


def open_store(home: Path) -> RunStore:
    """Look at the runs of another process."""
    return RunStore(home / "runs")


def all_runs(store: RunStore) -> list[State]:
    return [run.state for n in range(5) for run in store.runs(f"owner-{n}")]


@pytest.mark.timeout(300)
def test_a_killed_server_finds_its_five_runs_again(tmp_path: Path) -> None:
    server = serve(tmp_path, 5)
    store = open_store(tmp_path)
    first = [store.runs(f"owner-{number}")[0].id for number in range(5)]
    until(lambda: all(store.get(run_id).checkpoint for run_id in first[:2]), 90)
    family = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    hang_up(server)
    until(lambda: all(map(is_gone, family)), 10)
    assert all_runs(store) == [State.RUNNING] * 2 + [State.QUEUED] * 3
    histories = [store.history(run_id) for run_id in first[:2]]
    saved = [store.get(run_id).checkpoint for run_id in first[:2]]

    again = serve(tmp_path, 0)
    try:
        until(lambda: all(store.get(run_id).state is State.RUNNING for run_id in first[:2]), 150)
        for run_id, before, update in zip(first[:2], histories, saved, strict=True):
            told = events(store, run_id)
            went_on = [event for event in told if isinstance(event, Started)][-1]
            assert went_on.update == update
            # A checkpoint is written every two seconds: no more than that, or an epoch, is redone.
            redone = [epoch for epoch in before.epochs if epoch.epoch > went_on.epoch]
            assert len(redone) <= 1 or sum(epoch.seconds for epoch in redone) < 4
            numbers = [event.number for event in store.events(run_id)]
            assert numbers == list(range(1, len(numbers) + 1))
            points = [point[0] for point in fold(told).points]  # type: ignore[arg-type]
            assert len(points) == len(set(points))
        assert [run.id for n in range(5) for run in store.runs(f"owner-{n}")] == first
        assert [store.get(run_id).state for run_id in first[2:]] == [State.QUEUED] * 3
        assert again.stdin
        again.stdin.write(f"owner-0 {first[0]}\n")  # makes room for the three that wait
        again.stdin.flush()
        until(lambda: all(store.get(run_id).is_over for run_id in first[2:]), 120)
        assert [store.get(run_id).state for run_id in first[2:]] == [State.DONE] * 3
        jobs = [store.get(run_id).started or 0.0 for run_id in first[2:]]
        assert jobs == sorted(jobs)
        family = psutil.Process(again.pid).children(recursive=True)
    finally:
        again.terminate()
        hang_up(again)
    until(lambda: all(map(is_gone, family)), 10)
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes.

    Where none can be mounted, tests/models holds what the store and a checkpoint do on a full disk.
    """
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def test_training_outlives_a_full_disk_and_the_store_recovers(small_disk: Path) -> None:
    with open_lab(small_disk / "runs", slots=1) as lab:
        run_id = lab.submit(FINE)
        until(lambda: lab.is_training(run_id), 30)
        ballast = fill(small_disk)
        enough = updates(lab, run_id) + 3
        until(lambda: updates(lab, run_id) >= enough or lab.run(run_id).is_over, 60)
        assert not lab.run(run_id).is_over
        until(lambda: "unsaved" in [event.kind for event in lab.store.transient(run_id)], 10)
        with pytest.raises(UserError, match="FNN_LAB_HOME"):
            lab.submit(SHORT)

        ballast.unlink()
        saved = lab.run(run_id).checkpoint or 0
        until(lambda: (lab.run(run_id).checkpoint or 0) > saved, 30)
        lab.stop(run_id)
        until(lambda: lab.run(run_id).is_over, 10)
        numbers = [event.number for event in lab.store.events(run_id)]
        assert numbers == list(range(1, len(numbers) + 1))
    file = sqlite3.connect(small_disk / "runs" / "runs.sqlite3")
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_worker_that_hears_nothing_is_ended(tmp_path: Path) -> None:
    with open_lab(tmp_path, slots=1) as lab:
        run_id = lab.submit(FINE)
        until(lambda: lab.is_training(run_id), 30)
        busiest(workers(lab.trainer)).suspend()
        seconds = lab.seconds_to_stop(run_id)
        assert seconds < 3 and lab.run(run_id).state is State.STOPPED
        following = lab.submit(SHORT)
        until(lambda: lab.run(following).is_over, 60)
        assert lab.run(following).state is State.DONE


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_worker_that_hangs_gives_its_slot_back_and_keeps_its_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.watchdog.SECONDS_OF_GRACE", 1.0)
    with open_lab(tmp_path, 1, Quotas(9, 99, limits=Limits(working_seconds=8))) as lab:
        run_id, following = lab.submit(FINE), lab.submit(SHORT)
        until(lambda: lab.run(run_id).epoch, 30)
        busiest(workers(lab.trainer)).suspend()
        until(lambda: lab.run(run_id).is_over, 30)
        history = lab.store.history(run_id)
        assert history.state is State.TIMEOUT and history.points and history.epochs
        assert history.end and history.end.error and "told nothing" in history.end.error.en
        until(lambda: lab.run(following).is_over, 60)
        assert lab.run(following).state is State.DONE


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_run_that_is_slow_or_paused_is_not_taken_for_one_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.watchdog.SECONDS_OF_GRACE", -596.0)  # four seconds of silence
    with open_lab(tmp_path, 2) as lab:
        slow, paused = lab.submit(FINE), lab.submit(FINE)
        until(lambda: lab.is_training(slow) and lab.is_training(paused), 30)
        lab.scheduler.set_tempo(OWNER, slow, 1.0)
        lab.scheduler.pause(OWNER, paused)
        time.sleep(6)
        assert lab.run(slow).state is State.RUNNING
        assert lab.run(paused).state is State.PAUSED
        for run_id in (slow, paused):
            lab.stop(run_id)


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_server_with_all_that_hangs_ends_within_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("FNN_LAB_SLOTS", "1")
    running = services.services()
    try:
        run = running.scheduler.submit(OWNER, FINE)
        running.commands.start(("tokenize", "--tokenizer", "komoran", "bundled"))
        until(lambda: running.store.get(run.id).updates, 60)
        trainer = trainers()[-1]
        commands = [each for each in psutil.Process().children() if "tokenize" in each.cmdline()]
        hanging = [*workers(trainer), *commands]
        parents = [trainer, *commands]  # not this process, whose children may be a browser's too
        family = [*parents, *(c for each in parents for c in each.children(recursive=True))]
        assert len(commands) == 1 and len(hanging) >= 2
        for process in hanging:
            process.suspend()
    finally:
        began = time.monotonic()
        services.close()
    seconds = time.monotonic() - began
    print(f"closed after {seconds:.2f} s")
    assert seconds < 10
    until(lambda: all(map(is_gone, family)), 10)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from models.network.checkpoint import Checkpoint, Position, write_checkpoint
print("ready", flush=True)
for update in range(1, 100_000):
    weights = (np.full((300, 300), update, np.float32),)
    write_checkpoint(Path(sys.argv[1]), Checkpoint(Position(0, 0, update), weights, weights))
"""


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.soak)])
def test_after_kills_around_a_checkpoint_a_whole_one_loads(kills: int, tmp_path: Path) -> None:
    dice = random.Random(7)
    for _ in range(kills):
        shutil.rmtree(tmp_path / FOLDER, ignore_errors=True)
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout and writer.stdout.readline()
            until(lambda: read_checkpoint(tmp_path, 10**6), 20)
            time.sleep(dice.uniform(0, 0.05))
            writer.kill()
        found = read_checkpoint(tmp_path, 10**6)
        assert found is not None
        whole = [path for path in (tmp_path / FOLDER).glob("[0-9]*.npz")]
        assert found.position.update == max(int(path.stem) for path in whole)
        for array in (*found.weights, *found.state):
            np.testing.assert_array_equal(array, found.position.update)


def test_a_clock_that_jumps_changes_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = RunStore(tmp_path, Retention(runs_per_owner=3)), time.time()
    runs = []
    for jump in (0, 86_400, -86_400):
        monkeypatch.setattr(time, "time", lambda jump=jump: now + jump)
        runs.append(store.create(OWNER, SHORT))
        store.append(runs[-1].id, Started(1, 1, 1, 1, "mae"))
        store.append(runs[-1].id, End(State.STOPPED))
    assert [run.id for run in store.runs(OWNER)] == [run.id for run in reversed(runs)]
    assert all(store.get(run.id).is_over for run in runs)
    newest = store.create(OWNER, SHORT)  # the first one goes for it, whatever the clock said then
    assert [run.id for run in store.runs(OWNER)] == [newest.id, runs[2].id, runs[1].id]
    store.close()


def test_commands_that_race_leave_one_run_with_one_end(tmp_path: Path) -> None:
    with open_lab(tmp_path, 1, Quotas(9, 99, limits=Limits(paused_seconds=0.2))) as lab:
        run_id = lab.submit(FINE)
        until(lambda: lab.is_training(run_id), 30)
        scheduler = lab.scheduler
        commands: list[Callable[[], None]] = [
            lambda: scheduler.pause(OWNER, run_id),
            lambda: scheduler.resume(OWNER, run_id),
            lambda: scheduler.step(OWNER, run_id, 5),
            lambda: scheduler.stop(OWNER, run_id),
            lambda: scheduler.train_on(OWNER, run_id, 1),
            lambda: scheduler.rewind(OWNER, run_id),
        ]
        errors: list[BaseException] = []
        together = threading.Barrier(8)

        def click(seed: int) -> None:
            dice = random.Random(seed)
            together.wait()
            for _ in range(12):
                try:
                    dice.choice(commands)()
                except UserError:
                    pass
                except BaseException as error:
                    errors.append(error)
                time.sleep(dice.uniform(0, 0.1))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(click, range(8)))
        scheduler.stop(OWNER, run_id)
        until(lambda: lab.run(run_id).is_over and not scheduler.has_worker(run_id), 20)
        assert errors == []
        kinds = [event.kind for event in lab.store.events(run_id)]
        assert kinds.count("end") == kinds.count("continued") + 1
        assert not scheduler.position(run_id)


def memory_after(server: Server, runs: int) -> float:
    """Return megabytes of a server and everything it started, after some more runs."""
    run_apart(train_in_a_row(server.url, runs))
    time.sleep(SECONDS_TO_SETTLE)
    process = psutil.Process(server.process.pid)
    family = [process, *process.children(recursive=True)]
    return sum(each.memory_info().rss for each in family if not is_gone(each)) / 2**20


async def train_in_a_row(url: str, runs: int) -> None:
    """Let one owner train on the page, watching each run to its end."""
    visitor = Visitor(url, lang="ko", task="boston")
    await visitor.enter("train")
    for _ in range(runs):
        await visitor.press("start")
        await visitor.rerun()
        async with asyncio.timeout(60), watching(url, visitor) as viewer:
            await viewer.ended.wait()
        await visitor.rerun()
    assert visitor.errors == []
    await visitor.leave()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_200_short_runs_leave_memory_flat(tmp_path: Path) -> None:
    server = start_server(tmp_path, FNN_LAB_SLOTS="1")
    try:
        before = memory_after(server, 20)
        after = memory_after(server, 200)
    finally:
        server.process.terminate()
        server.process.wait(20)
    print(f"{before:.0f} MB after 20 runs, {after:.0f} MB after 220")
    assert after < before + 40


def test_an_older_store_is_brought_up_to_date(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create(OWNER, SHORT)
    store.append(run.id, End(State.DONE, test={"mse": 1.0}))
    store.close()
    file = sqlite3.connect(tmp_path / "runs.sqlite3")
    for column in ("updates", "checkpoint", "stretch", "name", "deleted"):
        file.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    file.execute("ALTER TABLE events DROP COLUMN kind")
    file.execute("PRAGMA user_version = 1")
    file.commit()
    file.close()

    again = RunStore(tmp_path)
    found = again.get(run.id)
    assert (found.state, found.test, found.checkpoint) == (State.DONE, {"mse": 1.0}, None)
    again.close()


def test_a_locked_store_says_what_to_do_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.runs.database.SECONDS_OF_BUSY_WAITING", 0.2)
    store = RunStore(tmp_path)
    run = store.create(OWNER, SHORT)
    other = sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert store.append(run.id, Started(1, 1, 1, 1, "mae")) == 1
    began = time.monotonic()
    for update in range(1, 201):
        store.append(run.id, Batches(((update, 1.0, 1.0),)))
    assert time.monotonic() - began < 5  # nobody waits for the lock with every point
    with pytest.raises(UserError, match="Another program has locked"):
        store.create(OWNER, SHORT)
    other.execute("COMMIT")
    other.close()
    store.close()  # writes what was kept in memory
    again = RunStore(tmp_path)
    assert [event.number for event in again.events(run.id)] == list(range(1, 202))
    again.close()
