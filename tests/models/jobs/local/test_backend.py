"""What is left when processes are killed: the other runs, the curve, and no orphan."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from data.cores import usable_cores
from models.events import State
from models.jobs.local.backend import LocalBackend
from models.jobs.local.trainer import SPARE_WORKERS
from tests.support.lab import (
    LONG,
    OWNER,
    ROOT,
    SECONDS_TO_WARM_UP,
    SHORT,
    busiest,
    folder_of,
    is_gone,
    needs_fork_server,
    open_lab,
    trainers,
    workers,
)
from tests.support.polling import until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with open_lab(tmp_path_factory.mktemp("runs"), slots=2) as lab:
        yield lab


WIDE_WORKERS = 1 + SPARE_WORKERS if usable_cores() > 1 else 0
"""For a run that trains alone, with several threads."""
ALL_WORKERS = 2 + SPARE_WORKERS + WIDE_WORKERS


def trainer_with_workers(lab) -> psutil.Process:
    until(lambda: len(workers(lab.trainer)) == ALL_WORKERS, SECONDS_TO_WARM_UP)
    return lab.trainer


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_killed_worker_loses_its_run_only(lab):
    runs = [lab.submit(LONG) for _ in range(2)]
    until(lambda: all(lab.run(run_id).checkpoint for run_id in runs), 60)
    busiest(workers(lab.trainer)).kill()
    seconds = until(lambda: any(lab.run(run_id).is_over for run_id in runs), 10)
    print(f"lost after {seconds:.3f} s")
    assert seconds < 2.0
    lost, alive = sorted(runs, key=lambda run_id: not lab.run(run_id).is_over)
    assert lab.run(lost).state is State.LOST
    assert lab.store.history(lost).points
    assert "died" in lab.store.history(lost).end.error.en

    heard = lab.run(alive).events
    until(lambda: lab.run(alive).events > heard + 3, 30)
    following = lab.submit(SHORT)
    until(lambda: lab.run(following).is_over, 30)
    assert lab.run(following).state is State.DONE

    saved = lab.run(lost).checkpoint
    lab.scheduler.resume(OWNER, lost)
    until(lambda: lab.run(lost).state is State.RUNNING, 30)
    assert lab.store.history(lost).started.update == saved
    until(lambda: lab.run(lost).updates > saved, 30)
    for run_id in (lost, alive):
        lab.seconds_to_stop(run_id)
        assert lab.run(run_id).state is State.STOPPED


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_workers_that_are_killed_while_idle_are_replaced(lab):
    before = trainer_with_workers(lab)
    killed = workers(before)
    for worker in killed:
        worker.kill()
    # A pool with nothing to do cannot be repaired: then a whole new trainer takes over.
    until(lambda: is_gone(before) or len(set(workers(before)) - set(killed)) == ALL_WORKERS, 30)
    run_id = lab.submit(SHORT)
    until(lambda: lab.run(run_id).is_over, SECONDS_TO_WARM_UP)
    assert lab.run(run_id).state is State.DONE


def test_the_runs_of_a_killed_trainer_go_on_in_the_next_one(lab):
    assert lab.backend.wait_until_ready(SECONDS_TO_WARM_UP)
    training, waiting = [lab.submit(LONG) for _ in range(2)], lab.submit(SHORT)
    until(lambda: all(lab.is_training(run_id) for run_id in training), 30)
    trainer = lab.trainer
    family = [trainer, *trainer.children(recursive=True)]
    trainer.kill()
    seconds = until(lambda: all(lab.run(run_id).stretch for run_id in training), 10)
    assert seconds < 2.0
    # Nobody waits politely for a worker that does not exist while the next trainer is starting.
    assert lab.seconds_to_stop(training[0]) < 0.4
    until(lambda: lab.is_training(training[1]), SECONDS_TO_WARM_UP)
    until(lambda: all(is_gone(process) for process in family), 10)
    lab.stop(training[1])
    until(lambda: lab.run(waiting).is_over, SECONDS_TO_WARM_UP)
    assert lab.run(waiting).state is State.DONE


SERVER = """
import sys, time
from pathlib import Path
from models.jobs.backend import Job
from models.jobs.local.backend import LocalBackend
from tests.support.lab import LONG

backend = LocalBackend(1, lambda run_id, event, *_: print(event.kind, flush=True))
backend.submit(Job("run", LONG, Path(sys.argv[1])))
print("submitted", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("moment", ["submitted", "batches"])
def test_a_killed_server_leaves_no_process_behind(tmp_path, moment):
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        while server.stdout.readline().strip() != moment:
            assert server.poll() is None
        until(lambda: trainers(psutil.Process(server.pid)), 10)
        family = psutil.Process(server.pid).children(recursive=True)
        [trainer] = psutil.Process(server.pid).children()
        server.kill()
    assert len(family) >= (1 if moment == "submitted" else 5)
    seconds = until(lambda: all(is_gone(process) for process in family), 10)
    print(f"all gone after {seconds:.3f} s")
    until(lambda: not members(trainer.pid), 10)


def members(session: int) -> list[psutil.Process]:
    """Return the processes of a session, whoever their parents are."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and not is_gone(process):
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def test_close_lets_runs_save_themselves_and_ends_everything(tmp_path):
    with open_lab(tmp_path, slots=1, local=LocalBackend) as lab:
        run_id = lab.submit(LONG)
        until(lambda: lab.is_training(run_id), 30)
        family = [lab.trainer, *lab.trainer.children(recursive=True)]
        folder = folder_of(lab.backend)
        assert len(family) >= 4 and folder.is_dir()
        seconds = until(lambda: lab.scheduler.close() is None, 10)
        print(f"closed after {seconds:.3f} s")
        heard = lab.run(run_id).events
        until(lambda: all(is_gone(process) for process in family), 2)
        assert not folder.exists()
        time.sleep(0.5)
        run = lab.run(run_id)
        assert run.events == heard and run.state is State.INTERRUPTED and run.checkpoint
