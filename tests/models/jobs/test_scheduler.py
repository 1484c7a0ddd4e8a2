"""Real runs, from the click to the end: order, stops, queue, sentences."""

import json
import subprocess
import sys
import threading
import time

import pytest

from data.language import UserError
from models.events import End, State, fold, from_json
from models.experiment import Layer
from models.jobs.quotas import slots_from_environment
from models.network.weights import WEIGHTS
from tests.support.lab import LONG, OWNER, ROOT, SHORT, needs_fork_server, open_lab
from tests.support.polling import until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with open_lab(tmp_path_factory.mktemp("runs"), slots=2) as lab:
        yield lab


@pytest.fixture(scope="module")
def done(lab):
    """A run that trained to its end, and what the store told of it: (id, events)."""
    run_id, heard = lab.submit(SHORT), []
    leave = lab.store.subscribe(run_id, lambda event: heard.append((time.time(), event)))
    until(lambda: lab.run(run_id).is_over, 30)
    leave()
    return run_id, heard


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    """A test that failed must not leave a run in a slot for which the next one waits."""
    yield
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab").stop_all(OWNER, "bob")


def kinds(lab, run_id):
    return [event.kind for event in lab.store.events(run_id)]


def test_a_run_trains_to_its_end_and_leaves_its_weights(lab, done):
    run_id, _ = done
    run = lab.run(run_id)
    assert (run.state, run.epoch) == (State.DONE, 5)
    assert run.test is not None
    assert (lab.store.folder(run_id) / WEIGHTS).exists()


def test_the_events_of_a_run_come_in_order(lab, done):
    run_id, _ = done
    assert [event.number for event in lab.store.events(run_id)] == list(
        range(1, lab.run(run_id).events + 1)
    )
    told = kinds(lab, run_id)
    assert (told[0], told[-1], told.count("end")) == ("started", "end", 1)
    history = lab.store.history(run_id)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]
    assert [update for update, _, _ in history.points] == list(range(1, 36))


def test_an_event_is_told_with_the_time_at_which_it_arose_in_the_worker(done):
    _, heard = done
    assert heard and all(0 <= at - event.arose < 30 for at, event in heard)


def test_a_run_that_cannot_begin_for_a_moment_waits_and_trains_afterwards(lab, monkeypatch):
    submit, errors = lab.backend.submit, [RuntimeError("can't start new thread"), MemoryError()]

    def fail_twice(job):
        if errors:
            raise errors.pop()
        submit(job)

    monkeypatch.setattr(lab.backend, "submit", fail_twice)
    run_id = lab.submit(SHORT)
    assert lab.scheduler.position(run_id) == 0
    until(lambda: lab.run(run_id).is_over, 30)
    assert lab.run(run_id).state is State.DONE and not errors


@pytest.mark.skipif(needs_fork_server, reason="there is a fork server on Linux only")
def test_the_worker_was_born_with_tensorflow(lab, done):
    run_id, _ = done
    assert lab.store.history(run_id).started.preloaded is True


def test_the_same_experiment_trains_the_same_way_in_every_worker(lab, done):
    (first, _), second = done, lab.submit(SHORT)
    until(lambda: lab.run(second).is_over, 30)
    assert lab.store.history(first).points == lab.store.history(second).points


def test_a_worker_trains_exactly_as_the_command_line_does(lab, done, tmp_path):
    run_id, _ = done
    file = tmp_path / "experiment.json"
    file.write_text(json.dumps(SHORT.to_dict()))
    command = [sys.executable, "-m", "models", "train", str(file), "--json"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    alone = fold(from_json(json.loads(line)) for line in told.splitlines())
    assert alone.points == lab.store.history(run_id).points
    assert alone.end.test == lab.run(run_id).test


def test_stop_ends_a_run_that_trains(lab):
    run_id = lab.submit(LONG)
    until(lambda: lab.is_training(run_id), 30)
    seconds = lab.seconds_to_stop(run_id)
    print(f"stopped after {seconds:.3f} s")
    assert seconds < 1.0  # 0.3 s on a machine with nothing else to do
    assert lab.run(run_id).state is State.STOPPED
    assert lab.store.history(run_id).points


def test_stop_ends_a_run_that_has_only_just_been_submitted(lab):
    run_id = lab.submit(LONG)
    seconds = lab.seconds_to_stop(run_id)
    print(f"stopped after {seconds:.3f} s")
    assert seconds < 1.0
    assert lab.run(run_id).state is State.STOPPED


def test_nothing_more_is_heard_of_a_stopped_run_and_its_slot_is_free(lab):
    stopped = [lab.submit(LONG) for _ in range(2)]
    for run_id in stopped:
        lab.seconds_to_stop(run_id)
    counts = [lab.run(run_id).events for run_id in stopped]
    following = [lab.submit(SHORT) for _ in range(2)]
    until(lambda: all(lab.run(run_id).is_over for run_id in following), 30)
    assert [lab.run(run_id).state for run_id in following] == [State.DONE, State.DONE]
    assert [lab.run(run_id).events for run_id in stopped] == counts


def test_more_runs_than_slots_wait_and_show_their_place(lab):
    training = [lab.submit(LONG) for _ in range(2)]
    waiting = [lab.submit(LONG) for _ in range(3)]
    assert [lab.scheduler.position(run_id) for run_id in training] == [None, None]
    assert [lab.scheduler.position(run_id) for run_id in waiting] == [0, 1, 2]
    assert lab.run(waiting[0]).state is State.QUEUED

    assert lab.seconds_to_stop(waiting[0]) < 1.0
    assert kinds(lab, waiting[0]) == ["end"]
    assert [lab.scheduler.position(run_id) for run_id in waiting] == [None, 0, 1]

    lab.stop(training[0])
    until(lambda: lab.is_training(waiting[1]), 30)
    assert lab.scheduler.position(waiting[2]) == 0
    lab.stop(training[1])
    until(lambda: lab.is_training(waiting[2]), 30)
    for run_id in waiting[1:]:
        lab.seconds_to_stop(run_id)
    assert [lab.run(run_id).state for run_id in waiting] == [State.STOPPED] * 3


def test_only_the_owner_stops_a_run(lab):
    run_id = lab.submit(LONG)
    with pytest.raises(UserError, match="no such run"):
        lab.scheduler.stop("bob", run_id)
    assert not lab.run(run_id).is_over
    lab.seconds_to_stop(run_id)


def test_stopping_a_run_that_has_ended_does_nothing(lab, done):
    run_id, _ = done
    before = lab.run(run_id)
    lab.stop(run_id)
    assert lab.run(run_id) == before


def test_a_refused_experiment_fails_with_its_sentence(lab):
    run_id = lab.submit(SHORT.changed(layers=(Layer(1024),) * 6, l2=0.1))
    until(lambda: lab.run(run_id).is_over, 30)
    end = from_json(json.loads(lab.store.events(run_id)[-1].line))
    assert isinstance(end, End)
    assert end.state is State.FAILED
    assert "internal" not in end.error.en
    assert end.error.ko != end.error.en


def test_an_unknown_task_is_refused_and_leaves_nothing(lab):
    before = lab.store.runs(OWNER)
    with pytest.raises(UserError, match="tulips"):
        lab.submit(SHORT.changed(task="tulips"))
    assert lab.store.runs(OWNER) == before


def test_stops_that_race_with_natural_ends_leave_one_end_each(lab):
    for delay in (0.0, 0.1, 0.2, 0.3, 0.4):
        run_id = lab.submit(SHORT.changed(epochs=20))
        time.sleep(delay)
        lab.stop(run_id)
        until(lambda run_id=run_id: lab.run(run_id).is_over, 30)
        assert kinds(lab, run_id).count("end") == 1
        assert kinds(lab, run_id)[-1] == "end"


def test_the_owner_of_a_run_is_the_one_who_submitted_it(lab):
    run = lab.scheduler.submit("bob", SHORT)
    assert run.owner == "bob"
    assert run.id not in [other.id for other in lab.store.runs(OWNER)]
    until(lambda: lab.store.find(run.id, "bob").is_over, 30)


def test_slots_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("FNN_LAB_SLOTS", "7")
    assert slots_from_environment() == 7
    monkeypatch.delenv("FNN_LAB_SLOTS")
    assert slots_from_environment() >= 1


@pytest.mark.parametrize("junk", ["0", "-1", "two", "1.5", "9999", "１"])
def test_junk_in_the_number_of_slots_is_named(monkeypatch, junk):
    monkeypatch.setenv("FNN_LAB_SLOTS", junk)
    with pytest.raises(UserError) as error:
        slots_from_environment()
    assert junk in error.value.text.ko
    assert "FNN_LAB_SLOTS" in error.value.text.en


def test_a_stop_is_not_lost_while_its_trainer_dies(lab, monkeypatch):
    run_id = lab.submit(LONG)
    until(lambda: lab.is_training(run_id), 30)
    remove, dying = lab.scheduler._assignments._queue.remove, []

    def remove_slowly(run):
        """Let the run be interrupted in the middle of the stop, if that is possible."""
        removed = remove(run)
        interrupted = End(State.INTERRUPTED)
        dying.append(threading.Thread(target=lab.scheduler._receive, args=(run_id, interrupted)))
        dying[-1].start()
        dying[-1].join(0.5)
        return removed

    monkeypatch.setattr(lab.scheduler._assignments._queue, "remove", remove_slowly)
    lab.stop(run_id)
    dying[0].join(5)
    assert lab.run(run_id).state is State.STOPPED
    assert not lab.scheduler.has_worker(run_id) and lab.scheduler.position(run_id) is None
