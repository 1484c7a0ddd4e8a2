"""The trainer process alone: what it reads, what it writes, and how it leaves."""

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
import psutil
import pytest
from pebble import ProcessFuture

from data.cores import usable_cores
from models.control import Control
from models.events import End, State, to_json
from models.jobs.local.trainer import Trainer
from models.tasks import preset_named
from tests.support.lab import LONG, ROOT, SHORT, is_gone
from tests.support.polling import until


@contextmanager
def open_trainer(slots: int, log: IO[str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "models.jobs.local.trainer", "--slots", str(slots)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    usual = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    with subprocess.Popen(
        command, cwd=ROOT, env=usual, encoding="utf-8", start_new_session=True, **pipes
    ) as trainer:
        try:
            yield trainer
        finally:
            trainer.stdin.close()


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("trainer") / "stderr.txt"


@pytest.fixture(scope="module")
def trainer(log):
    with log.open("w") as file, open_trainer(slots=2, log=file) as trainer:
        assert said(trainer) == {"ready": True}
        yield trainer


def tell(trainer, **command):
    trainer.stdin.write(json.dumps(command) + "\n")
    trainer.stdin.flush()


def submit(trainer, run_id, experiment, folder):
    submit_values(trainer, run_id, experiment.to_dict(), str(folder))


def submit_values(trainer, run_id, experiment, folder):
    job = {"experiment": experiment, "folder": folder, "after": None, "limits": {}, "others": []}
    tell(trainer, do="submit", run=run_id, control={}, **job)


def stop(trainer, run_id):
    tell(trainer, do="control", run=run_id, control=Control(stop=True).to_dict())


def said(trainer):
    return json.loads(trainer.stdout.readline())


def heard_until_ends(trainer, runs):
    """Return the events of each run, reading until all have ended; they arose just now."""
    began = time.time()
    events = {run_id: [] for run_id in runs}
    while not all(told and told[-1]["kind"] == End.kind for told in events.values()):
        line = said(trainer)
        assert began - 60 < line["at"] <= time.time()
        events[line["run"]].append(line["event"])
    return events


def states(events):
    return {run_id: told[-1]["state"] for run_id, told in events.items()}


def test_two_runs_at_a_time_speak_in_order(trainer, tmp_path):
    for run_id in ("first", "second"):
        submit(trainer, run_id, SHORT, tmp_path)
    events = heard_until_ends(trainer, ["first", "second"])
    assert states(events) == {"first": "done", "second": "done"}
    assert [told[0]["kind"] for told in events.values()] == ["started", "started"]


def test_tensorflow_writes_nothing_of_its_own_to_the_servers_console(trainer, log, tmp_path):
    submit(trainer, "quiet", SHORT, tmp_path)
    assert states(heard_until_ends(trainer, ["quiet"])) == {"quiet": "done"}
    of_tensorflow = re.compile(r"^([IWEF]\d{4} |WARNING: All log|To enable the following)", re.M)
    assert not of_tensorflow.search(log.read_text())


def test_every_run_has_one_end_however_it_is_ended(trainer, tmp_path):
    for run_id in ("stopped", "killed", "both"):
        submit(trainer, run_id, LONG, tmp_path)
    stop(trainer, "stopped")
    tell(trainer, do="kill", run="killed")
    stop(trainer, "both")
    tell(trainer, do="kill", run="both")
    tell(trainer, do="kill", run="nobody")
    submit(trainer, "after", SHORT, tmp_path)
    events = heard_until_ends(trainer, ["stopped", "killed", "both", "after"])
    kinds = {run_id: [event["kind"] for event in told] for run_id, told in events.items()}
    assert all(told.count("end") == 1 for told in kinds.values())
    assert states(events) == {
        "stopped": "stopped",
        "killed": "stopped",
        "both": "stopped",
        "after": "done",
    }


def test_a_polite_stop_keeps_the_weights(trainer, tmp_path):
    submit(trainer, "polite", LONG, tmp_path)
    while said(trainer)["event"]["kind"] != "epoch":
        pass
    stop(trainer, "polite")
    events = heard_until_ends(trainer, ["polite"])
    assert states(events) == {"polite": "stopped"}
    assert events["polite"][-1]["best_epoch"] is not None
    assert (tmp_path / "weights.npz").exists()


def test_something_that_is_no_experiment_fails_with_a_sentence(trainer, tmp_path):
    submit_values(trainer, "odd", {"task": "boston"}, str(tmp_path))
    end = heard_until_ends(trainer, ["odd"])["odd"][-1]
    assert end["state"] == "failed"
    assert "lacks the field" in end["error"]["en"]


def test_a_failure_inside_the_worker_is_told_as_an_internal_error(trainer, tmp_path):
    submit_values(trainer, "broken", SHORT.to_dict(), None)
    end = heard_until_ends(trainer, ["broken"])["broken"][-1]
    assert end["state"] == "failed"
    assert "internal error" in end["error"]["en"]


def test_the_end_of_its_input_ends_the_trainer_and_all_its_children(tmp_path):
    with open_trainer(slots=1) as trainer:
        said(trainer)
        submit(trainer, "run", LONG, tmp_path)
        while said(trainer)["event"]["kind"] != "batches":
            pass
        family = psutil.Process(trainer.pid).children(recursive=True)
        assert len(family) >= 3
        trainer.stdin.close()
        assert trainer.wait(5) == 0
        until(lambda: all(is_gone(process) for process in family), 5)


ALONE_WITH_SEVERAL_THREADS = pytest.mark.skipif(
    usable_cores() < 2, reason="this machine has a single core to train on"
)


@ALONE_WITH_SEVERAL_THREADS
def test_a_run_that_trains_alone_has_several_threads_until_others_train_too(trainer, tmp_path):
    wide = preset_named("mnist").changed(epochs=3, train_size=10_000)
    submit(trainer, "first", wide, folder(tmp_path, "first"))
    told = [said(trainer)["event"]]
    while told[-1]["kind"] != "epoch":
        told.append(said(trainer)["event"])
    submit(trainer, "second", wide, folder(tmp_path, "second"))
    events = heard_until_ends(trainer, ["first", "second"])
    events["first"] = told + events["first"]
    assert states(events) == {"first": "done", "second": "done"}
    assert threads_of(events["first"]) == [min(usable_cores(), 2), 1]
    assert threads_of(events["second"]) == [1]
    for heard in events.values():
        assert [event["epoch"] for event in heard if event["kind"] == "epoch"] == [1, 2, 3]
    assert weights(tmp_path / "first") == weights(tmp_path / "second")


@ALONE_WITH_SEVERAL_THREADS
def test_a_run_that_only_waits_leaves_the_threads_to_whoever_trains(trainer, tmp_path):
    wide = preset_named("mnist").changed(epochs=1, train_size=10_000)
    submit(trainer, "first", wide.changed(epochs=100), folder(tmp_path, "first"))
    tell(trainer, do="control", run="first", control=Control(paused=True).to_dict())
    while said(trainer)["event"]["kind"] != "paused":
        pass
    submit(trainer, "second", wide, folder(tmp_path, "second"))
    assert states(heard_until_ends(trainer, ["second"])) == {"second": "done"}
    stop(trainer, "first")
    heard = heard_until_ends(trainer, ["first"])["first"]
    assert [event["kind"] for event in heard] == ["end"], "it was disturbed in its pause"


@ALONE_WITH_SEVERAL_THREADS
def test_a_stop_on_the_way_to_one_thread_is_a_stop(trainer, tmp_path):
    wide = preset_named("mnist").changed(epochs=50)
    submit(trainer, "first", wide, folder(tmp_path, "first"))
    while said(trainer)["event"]["kind"] != "epoch":
        pass
    submit(trainer, "second", SHORT, folder(tmp_path, "second"))
    stop(trainer, "first")
    assert states(heard_until_ends(trainer, ["first", "second"])) == {
        "first": "stopped",
        "second": "done",
    }


def test_a_run_moves_on_even_if_its_worker_is_gone_before_its_last_word_is_read():
    trainer = Trainer(2, 2, io.StringIO())
    command = {"do": "submit", "run": "first", "after": None, "control": Control().to_dict()}
    try:
        trainer._do(command)
        place = trainer._waiting.popleft()["place"]
        trainer._wide, command["moves"] = place, True
        trainer._settle(place, ProcessFuture())
        left = to_json(End(State.INTERRUPTED, checkpoint=7))
        with trainer._changed:
            assert trainer._heard(place, left) is None
            assert trainer._heard(place, to_json(End(State.LOST))) is None
    finally:
        trainer._manager.shutdown()
    assert list(trainer._waiting) == [command] and command["after"] == 7
    assert command["place"] != place


def folder(tmp_path, name):
    (tmp_path / name).mkdir()
    return tmp_path / name


def threads_of(events):
    return [event["threads"] for event in events if event["kind"] == "started"]


def weights(folder):
    with np.load(folder / "weights.npz") as arrays:
        return {name: arrays[name].tobytes() for name in arrays}
