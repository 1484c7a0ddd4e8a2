"""The thread that keeps a trainer alive, whatever goes wrong at any step of its life."""

import errno
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from models.control import Control
from models.events import End, Event, Started, State
from models.jobs.backend import Job
from models.jobs.local import backend as local
from models.jobs.local import trainer_client
from models.jobs.local.backend import LocalBackend
from models.jobs.local.process_folder import ProcessFolder, remove_left_over
from tests.support.lab import (
    LONG,
    SECONDS_TO_WARM_UP,
    SHORT,
    Lab,
    folder_of,
    is_gone,
    needs_fork_server,
    open_lab,
    trainer_of,
    workers,
)
from tests.support.polling import until

needs_workers = pytest.mark.skipif(
    needs_fork_server, reason="finds workers as children of the fork server"
)


def test_folders_of_servers_that_are_gone_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    command = (
        "import os, signal; from models.jobs.local.process_folder import ProcessFolder;"
        "folder = ProcessFolder(); (folder.path / 'pymp-1').mkdir();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(trainer_client.ROOT)}
    ended = subprocess.run([sys.executable, "-c", command], env=environment)
    assert ended.returncode == -signal.SIGKILL
    (tmp_path / "fnn-lab-dask-1").mkdir()
    in_use = ProcessFolder()
    assert len(list(tmp_path.iterdir())) == 3
    remove_left_over()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"fnn-lab-dask-1", in_use.path.name}
    in_use.remove()


class Told:
    """What a backend has told of its runs."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Event]] = []

    def __call__(self, run_id: str, event: Event, _arose: float | None = None) -> None:
        self.events.append((run_id, event))

    def states(self, run_id: str) -> list[State]:
        return [e.state for each, e in self.events if each == run_id and isinstance(e, End)]

    def has_started(self, run_id: str) -> bool:
        return any(each == run_id and isinstance(event, Started) for each, event in self.events)


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def backend(told: Told) -> Iterator[LocalBackend]:
    backend = LocalBackend(1, told)
    yield backend
    backend.close()


class Fails:
    """Stands in for a function: fails so many times, and does what it does afterwards."""

    def __init__(self, function: Callable[..., Any], error: Exception, times: int = 1) -> None:
        self._function, self._error, self.left = function, error, times

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            raise self._error
        return self._function(*arguments, **named)


FULL = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
STEPS: list[tuple[object, str, Exception]] = [
    (subprocess, "Popen", FULL),
    (subprocess, "Popen", MemoryError()),
    (tempfile, "mkdtemp", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))),
    (threading.Thread, "start", RuntimeError("can't start new thread")),
    (trainer_client.TrainerLink, "send", MemoryError()),
    (trainer_client.TrainerLink, "answers", MemoryError()),
    (trainer_client.TrainerLink, "_next", FULL),
    (trainer_client.TrainerLink, "_take", MemoryError()),
    (trainer_client, "_end_group", PermissionError()),
    (LocalBackend, "_interrupt_begun", MemoryError()),
    (LocalBackend, "_explain", MemoryError()),
    (local._log, "error", MemoryError()),
]


def let_fail_once(patch: pytest.MonkeyPatch, owner: object, name: str, error: Exception) -> Fails:
    fails = Fails(getattr(owner, name), error)
    is_method = isinstance(owner, type)
    patch.setattr(owner, name, (lambda *a, **k: fails(*a, **k)) if is_method else fails)
    return fails


def test_whatever_fails_while_a_trainer_is_replaced_the_next_run_trains(
    backend: LocalBackend, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step fails once, one after the other, before there is a trainer again."""
    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
    before = trainer_of(backend)
    monkeypatch.setattr(local, "LONGEST_BACK_OFF_SECONDS", 0.1)
    with monkeypatch.context() as patch:
        steps = {
            f"{name}: {error!r}": let_fail_once(patch, owner, name, error)
            for owner, name, error in STEPS
        }
        before.kill()
        with suppress(AssertionError):
            until(lambda: not any(fails.left for fails in steps.values()), 60)
        assert [step for step, fails in steps.items() if fails.left] == []
    backend.submit(Job("following", SHORT, tmp_path))
    until(lambda: told.states("following"), SECONDS_TO_WARM_UP)
    assert told.states("following") == [State.DONE]
    assert is_gone(before) and backend.problem is None


def test_why_no_trainer_starts_is_told_and_what_waits_trains_afterwards(
    backend: LocalBackend,
    told: Told,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(subprocess, "Popen", Fails(subprocess.Popen, FULL, times=10**6))
        trainer_of(backend).kill()
        until(lambda: backend.problem, 10)
        backend.submit(Job("patient", SHORT, tmp_path))
        time.sleep(0.5)
        problem = backend.problem
        assert problem is not None and not backend.has_begun("patient")
        assert "Training cannot start: Too many open files. " in problem.en
        assert "학습을 시작할 수 없습니다: Too many open files. " in problem.ko
        assert "Too many open files" in caplog.text
        patch.setattr(local, "LONGEST_BACK_OFF_SECONDS", 0.1)
    until(lambda: told.states("patient") == [State.DONE], SECONDS_TO_WARM_UP)
    assert backend.problem is None


def test_the_pauses_between_tries_grow_up_to_half_a_minute(backend: LocalBackend) -> None:
    pauses = []
    for failures in (0, 1, 2, 3, 9, 10**6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backend, "_failures", failures)
            pauses.append(backend._pause())
    assert pauses == sorted(pauses) and pauses[0] <= 0.1 and pauses[-1] == 30.0


def test_a_trainer_that_hangs_is_replaced_and_nobody_waits_for_it(
    backend: LocalBackend, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
    hanging = trainer_of(backend)
    backend.submit(Job("hung", LONG, tmp_path))
    until(lambda: told.has_started("hung"), SECONDS_TO_WARM_UP)
    hanging.suspend()
    began = time.monotonic()
    for _ in range(3_000):  # many times what its pipe holds
        backend.control("hung", Control(paused=True))
    assert time.monotonic() - began < 2
    monkeypatch.setattr(trainer_client, "PINGS_TO_ANSWER", 2)
    monkeypatch.setattr(backend._trainer, "_patience", 2)
    until(lambda: is_gone(hanging), 15)
    until(lambda: told.states("hung") == [State.INTERRUPTED], 5)
    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)


def test_a_trainer_that_is_told_more_than_it_can_take_is_replaced(
    backend: LocalBackend, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
    hanging = trainer_of(backend)
    backend.submit(Job("flooded", LONG, tmp_path))
    until(lambda: told.has_started("flooded"), SECONDS_TO_WARM_UP)
    hanging.suspend()
    for _ in range(trainer_client.MOST_COMMANDS + 2_000):
        backend.control("flooded", Control())
    until(lambda: is_gone(hanging), 5)
    until(lambda: told.states("flooded") == [State.INTERRUPTED], 5)


def test_a_killed_run_ends_as_was_said_whatever_its_trainer_says_of_it(
    backend: LocalBackend, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = backend._deliver

    def deliver_own_words_late(job: str, event: Event, arose: float | None = None) -> None:
        if threading.current_thread().name != "trainer link":
            time.sleep(0.7)
        deliver(job, event, arose)

    assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
    monkeypatch.setattr(backend, "_deliver", deliver_own_words_late)
    backend.submit(Job("killed", LONG, tmp_path))
    until(lambda: told.has_started("killed"), SECONDS_TO_WARM_UP)
    backend.kill("killed", End(State.PAUSED))
    until(lambda: told.states("killed"), 10)
    time.sleep(0.5)
    assert told.states("killed") == [State.PAUSED]


def suspend_and_stop_all(lab: Lab, runs: list[str]) -> None:
    """Let the workers hang, stop every run, and kill the trainer half a second later."""
    trainer = lab.trainer
    for worker in workers(trainer):
        worker.suspend()
    for run_id in runs:
        lab.stop(run_id)
    time.sleep(random.uniform(0.48, 0.52))
    trainer.kill()


@needs_workers
@pytest.mark.parametrize("times", [1, pytest.param(6, marks=pytest.mark.soak)])
def test_a_trainer_that_dies_while_hanging_runs_are_stopped_is_replaced(
    times: int, tmp_path: Path
) -> None:
    with open_lab(tmp_path, slots=2) as lab:
        for _ in range(times):
            assert lab.backend.wait_until_ready(SECONDS_TO_WARM_UP)
            runs = [lab.submit(LONG) for _ in range(2)]
            until(lambda runs=runs: all(map(lab.is_training, runs)), SECONDS_TO_WARM_UP)
            family = lab.trainer.children(recursive=True)
            suspend_and_stop_all(lab, runs)
            until(lambda runs=runs: all(lab.run(run_id).is_over for run_id in runs), 10)
            assert {lab.run(run_id).state for run_id in runs} == {State.STOPPED}
            until(lambda family=family: all(map(is_gone, family)), 5)
        following = lab.submit(SHORT)
        until(lambda: lab.run(following).is_over, SECONDS_TO_WARM_UP)
        assert lab.run(following).state is State.DONE


@needs_workers
@pytest.mark.parametrize("kills", [1, pytest.param(40, marks=pytest.mark.soak)])
def test_a_killed_trainer_leaves_no_process_and_no_folder(
    kills: int, backend: LocalBackend, told: Told, tmp_path: Path
) -> None:
    families: list[psutil.Process] = []
    for number in range(kills):
        assert backend.wait_until_ready(SECONDS_TO_WARM_UP)
        run_id = f"killed-{kills}-{number}"
        backend.submit(Job(run_id, LONG, tmp_path))
        until(lambda run_id=run_id: told.has_started(run_id), SECONDS_TO_WARM_UP)
        trainer, folder = trainer_of(backend), folder_of(backend)
        assert folder.is_dir()
        families += trainer.children(recursive=True)
        for worker in workers(trainer):
            worker.suspend()
        trainer.kill()
        until(lambda run_id=run_id: told.states(run_id), 10)
        until(lambda folder=folder: not folder.exists(), 5)
    until(lambda: all(map(is_gone, families)), 5)
    assert len(families) >= 4 * kills


SERVER = """
import sys, time
from pathlib import Path
from models.jobs.backend import Job
from models.jobs.local.backend import LocalBackend
from tests.support.lab import LONG

backend = LocalBackend(1, lambda run_id, event, *_: print(event.kind, flush=True))
backend.submit(Job("run", LONG, Path(sys.argv[1])))
time.sleep(600)
"""


@needs_workers
def test_a_killed_server_leaves_no_process_that_was_suspended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=trainer_client.ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            while server.stdout.readline().strip() != "batches":
                assert server.poll() is None
            family = psutil.Process(server.pid).children(recursive=True)
            for process in family:
                if "resource_tracker" not in " ".join(process.cmdline()):
                    process.suspend()
        finally:
            server.kill()
    assert len(family) >= 5
    until(lambda: all(map(is_gone, family)), 10)
