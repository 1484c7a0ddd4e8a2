"""A run that mostly waits holds nobody up: real workers, several owners, few slots."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from models.control import Control, Limits
from models.events import End, Event, Paused, Started, State, from_json
from models.experiment import Optimizer
from models.jobs.local.backend import LocalBackend
from models.jobs.local.trainer import SPARE_WORKERS
from models.jobs.places import RUNS_PER_CORE, most_workers
from models.jobs.quotas import Quotas
from tests.support.lab import SHORT, Lab, busiest, needs_fork_server, open_lab, workers
from tests.support.polling import until

ENDLESS = SHORT.changed(optimizer=Optimizer("sgd", 1e-6), epochs=500, batch_size=1)
"""Trains for longer than any test."""
SECONDS_TO_START = 8.0
"""For a run of half a second; 1.4 s on a machine that is not busy."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("runs"), 2, Quotas()) as lab:
        yield lab


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("runs"), 1, Quotas()) as lab:
        yield lab


@pytest.fixture
def needs_workers() -> None:
    if needs_fork_server:
        pytest.skip("finds workers as children of the fork server")


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """End what a test has left under way: the next one counts on every slot."""
    yield
    for name in {"one", "two"} & set(request.fixturenames):
        stop_all(request.getfixturevalue(name))


def stop_all(lab: Lab) -> None:
    lab.stop_all(*"abcdefgh")


def begun(lab: Lab, owner: str) -> str:
    run_id = lab.scheduler.submit(owner, ENDLESS).id
    until(lambda: lab.store.get(run_id).updates, 60)
    return run_id


def pause(lab: Lab, owner: str, run_id: str) -> None:
    lab.scheduler.pause(owner, run_id)
    until(lambda: state(lab, run_id) is State.PAUSED, 10)


def paused(lab: Lab, owner: str) -> str:
    run_id = begun(lab, owner)
    pause(lab, owner, run_id)
    return run_id


def slow(lab: Lab, owner: str, updates_per_second: float = 1.0) -> str:
    run_id = begun(lab, owner)
    lab.scheduler.set_tempo(owner, run_id, updates_per_second)
    return run_id


def state(lab: Lab, run_id: str) -> State:
    return lab.store.get(run_id).state


def told(lab: Lab, run_id: str) -> list[Event]:
    return [from_json(json.loads(event.line)) for event in lab.store.events(run_id)]


def assert_no_update_twice(lab: Lab, run_id: str) -> None:
    points = [update for update, _, _ in lab.store.history(run_id).points]
    assert points and points == sorted(set(points))


def seconds_to_done(lab: Lab, owner: str) -> float:
    """Let somebody train half a second; return how long that took."""
    began, run_id = time.monotonic(), lab.scheduler.submit(owner, SHORT).id
    until(lambda: state(lab, run_id) is State.DONE, 30)
    return time.monotonic() - began


@contextmanager
def undisturbed(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr("models.jobs.places.SECONDS_UNDISTURBED", seconds)
        yield


@pytest.mark.parametrize("rest", [slow, paused])
def test_two_runs_that_rest_do_not_keep_a_third_owner_waiting(two: Lab, rest) -> None:
    resting = [rest(two, owner) for owner in "ab"]
    seconds = seconds_to_done(two, "c")
    print(f"the third was done after {seconds:.2f} s")
    assert seconds < SECONDS_TO_START
    assert all(two.scheduler.has_worker(run_id) for run_id in resting)
    before = two.store.get(resting[0]).updates
    two.scheduler.step("a", resting[0], before + 1)  # they obey at once, with their workers
    until(lambda: two.store.get(resting[0]).updates == before + 1, 2)


def test_whoever_waits_starts_when_the_others_slow_down(two: Lab) -> None:
    busy = [begun(two, owner) for owner in "ab"]
    waiting = two.scheduler.submit("c", ENDLESS).id
    assert two.scheduler.position(waiting) == 0
    two.scheduler.set_tempo("a", busy[0], 10.0)
    until(lambda: two.scheduler.position(waiting) is None, 1)
    until(lambda: state(two, waiting) is State.RUNNING, SECONDS_TO_START)


def test_a_run_that_rested_trains_on_at_once_beside_the_one_that_has_its_slot(one: Lab) -> None:
    resting, busy = paused(one, "a"), begun(one, "b")
    one.scheduler.resume("a", resting)
    assert (
        until(lambda: state(one, resting) is State.RUNNING, 10) < 2.0
    )  # 0.3 s on a machine that is not busy
    assert state(one, busy) is State.RUNNING


def test_beyond_two_on_a_core_a_run_that_rested_waits_for_its_turn(one: Lab) -> None:
    resting = [paused(one, "a"), slow(one, "b")]
    busy = begun(one, "c")
    one.scheduler.resume("a", resting[0])
    until(lambda: state(one, resting[0]) is State.RUNNING, 10)
    assert RUNS_PER_CORE == 2
    before = one.store.get(resting[1]).updates
    one.scheduler.set_tempo("b", resting[1], None)
    until(lambda: state(one, resting[1]) is State.QUEUED, 10)
    assert one.scheduler.position(resting[1]) == 0
    for owner, run_id in (("a", resting[0]), ("c", busy)):
        one.scheduler.stop(owner, run_id)
    until(lambda: one.store.get(resting[1]).updates > before + 50, 30)
    assert_no_update_twice(one, resting[1])
    assert not any(isinstance(event, End) for event in told(one, resting[1]))


def test_a_single_update_is_answered_while_every_core_is_taken_twice(one: Lab) -> None:
    resting = [paused(one, "a"), paused(one, "b")]
    begun(one, "c")
    one.scheduler.resume("a", resting[0])
    update = one.store.get(resting[1]).updates + 1
    one.scheduler.step("b", resting[1], update)
    assert (
        until(lambda: one.store.get(resting[1]).updates == update, 10) < 2.0
    )  # 0.3 s on a machine that is not busy


def test_an_owner_starts_another_run_beside_one_that_rests_but_trains_only_one(two: Lab) -> None:
    first = paused(two, "a")
    second = begun(two, "a")
    assert two.scheduler.has_worker(first)
    two.scheduler.resume("a", first)
    until(lambda: state(two, first) is State.QUEUED, 10)
    time.sleep(0.5)
    assert state(two, first) is State.QUEUED  # though a slot is free
    assert seconds_to_done(two, "b") < SECONDS_TO_START
    two.scheduler.stop("a", second)
    until(lambda: state(two, first) is State.RUNNING, SECONDS_TO_START)


def test_an_owner_gets_no_more_than_two_workers_by_pauses_and_slow_motion(two: Lab) -> None:
    first, second = paused(two, "a"), slow(two, "a")
    third = begun(two, "a")  # the pause gives its worker back for it at once
    has_worker = [two.scheduler.has_worker(run_id) for run_id in (first, second, third)]
    assert has_worker == [False, True, True]
    assert state(two, first) is State.PAUSED
    assert two.store.get(first).checkpoint == two.store.get(first).updates


def test_beyond_the_memory_for_it_the_longest_pause_gives_its_worker_back(
    tmp_path: Path, needs_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with undisturbed(monkeypatch, 0.2), open_lab(tmp_path, 1, Quotas()) as lab:
        until(lambda: len(workers(lab.trainer)) == 1 + SPARE_WORKERS, 30)
        runs, most = [paused(lab, "a")], most_workers(1)
        for owner in "bcdef":
            runs.append(lab.scheduler.submit(owner, ENDLESS, Control(paused=True)).id)
            until(lambda: state(lab, runs[-1]) is State.PAUSED, 30)
            held = [run_id for run_id in runs if lab.scheduler.has_worker(run_id)]
            assert len(held) <= most and len(workers(lab.trainer)) <= most + SPARE_WORKERS
        assert held == runs[-most:]
        sizes = [worker.memory_full_info().pss / 2**20 for worker in workers(lab.trainer)]
        print(f"{len(sizes)} workers, {sum(sizes):.0f} MB")
        assert sum(sizes) / len(sizes) < 200
        assert {state(lab, run_id) for run_id in runs} == {State.PAUSED}
        before = lab.store.get(runs[0]).updates
        lab.scheduler.resume("a", runs[0])
        until(lambda: lab.store.get(runs[0]).updates > before, 30)
        events = told(lab, runs[0])
        assert [event.update for event in events if isinstance(event, Started)] == [0, before]
        assert sum(isinstance(event, Paused) and event.parked for event in events) == 1
        stop_all(lab)
        until(lambda: len(workers(lab.trainer)) == 1 + SPARE_WORKERS, 30)


def test_a_slow_run_that_gave_its_worker_back_goes_on_when_it_is_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        undisturbed(monkeypatch, 1.0),
        open_lab(tmp_path, 1, Quotas(resting_per_slot=1)) as lab,
    ):
        slow_ones = [slow(lab, owner) for owner in "ab"]
        assert seconds_to_done(lab, "c") < SECONDS_TO_START + 2
        until(lambda: all(lab.scheduler.has_worker(run_id) for run_id in slow_ones), 10)
        until(lambda: all(state(lab, run_id) is State.RUNNING for run_id in slow_ones), 10)
        for run_id in slow_ones:
            assert lab.scheduler.control_of(run_id).updates_per_second == 1.0
            assert_no_update_twice(lab, run_id)
        stop_all(lab)


def test_slow_runs_that_are_more_than_the_workers_take_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        undisturbed(monkeypatch, 0.5),
        open_lab(tmp_path, 1, Quotas(resting_per_slot=1)) as lab,
    ):
        control, owners = Control(updates_per_second=5.0), "abcd"
        runs = [lab.scheduler.submit(owner, ENDLESS, control).id for owner in owners]
        until(lambda: all(lab.store.get(run_id).updates > 4 for run_id in runs), 60)
        assert sum(map(lab.scheduler.has_worker, runs)) <= 2
        assert {state(lab, run_id) for run_id in runs} <= {State.RUNNING, State.QUEUED}
        stop_all(lab)


def test_the_wait_is_told_by_what_the_others_have_left(one: Lab) -> None:
    busy = one.scheduler.submit("a", ENDLESS.changed(batch_size=4)).id
    until(lambda: one.store.get(busy).epoch > 20, 60)
    waiting = one.scheduler.submit("b", SHORT).id
    told = one.scheduler.expected_wait(waiting)
    assert told is not None and 0.1 < told < 60
    one.scheduler.set_tempo("a", busy, 50.0)  # seven minutes from now on
    until(lambda: (one.scheduler.expected_wait(waiting) or 0) > 120, 10)
    one.scheduler.stop("a", busy)
    until(lambda: one.scheduler.position(waiting) is None, 2)
    assert one.scheduler.expected_wait(waiting) is None


def test_who_waits_is_not_told_the_same_seconds_when_they_have_passed(
    one: Lab, needs_workers: None
) -> None:
    """The run before them stands still where nobody could expect it."""
    busy = one.scheduler.submit("a", ENDLESS.changed(epochs=400)).id
    until(lambda: one.store.get(busy).epoch >= 1, 60)
    waiting = one.scheduler.submit("b", SHORT).id
    hanging = busiest(workers(one.trainer))
    hanging.suspend()
    try:
        began, told = time.monotonic(), one.scheduler.expected_wait(waiting)
        assert told is not None
        time.sleep(1.5 * min(told, 4) + 1)
        after = one.scheduler.expected_wait(waiting)
        assert after is not None and began + told < time.monotonic() + after
    finally:
        hanging.resume()


def brief(paused_seconds: float = 60, working_seconds: float = 600) -> Quotas:
    return Quotas(limits=Limits(paused_seconds, working_seconds, 4096))


def test_a_worker_that_hangs_in_a_pause_is_ended_and_the_run_is_paused_still(
    tmp_path: Path, needs_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.watchdog.SECONDS_OF_GRACE", 1.0)
    with open_lab(tmp_path, 1, brief(paused_seconds=2)) as lab:
        run_id = begun(lab, "a")
        until(lambda: lab.store.get(run_id).checkpoint, 30)
        hanging = busiest(workers(lab.trainer))
        pause(lab, "a", run_id)
        hanging.suspend()
        until(lambda: not lab.scheduler.has_worker(run_id), 10)
        assert state(lab, run_id) is State.PAUSED
        lab.scheduler.resume("a", run_id)
        until(lambda: state(lab, run_id) is State.RUNNING, 30)
        stop_all(lab)


def test_a_worker_that_hangs_when_it_has_to_leave_does_not_keep_the_next_one_waiting(
    tmp_path: Path, needs_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.watchdog.SECONDS_TO_LEAVE", 1.0)
    with (
        undisturbed(monkeypatch, 0.2),
        open_lab(tmp_path, 1, Quotas(resting_per_slot=0)) as lab,
    ):
        run_id = begun(lab, "a")
        hanging = busiest(workers(lab.trainer))
        pause(lab, "a", run_id)
        hanging.suspend()
        assert seconds_to_done(lab, "b") < 10
        assert state(lab, run_id) is State.PAUSED and not lab.scheduler.has_worker(run_id)
        stop_all(lab)


def test_a_worker_that_hangs_before_its_first_word_is_ended(
    tmp_path: Path, needs_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.watchdog.SECONDS_OF_GRACE", 1.0)
    with open_lab(tmp_path, 1, brief(working_seconds=2), local=LocalBackend) as lab:
        until(lambda: len(workers(lab.trainer)) == 1 + SPARE_WORKERS, 60)
        hanging: list[psutil.Process] = workers(lab.trainer)
        for worker in hanging:
            worker.suspend()
        run_id = lab.scheduler.submit("a", SHORT).id
        until(lambda: lab.store.get(run_id).is_over, 20)
        end = lab.store.history(run_id).end
        assert end and end.state is State.TIMEOUT and end.error
        assert "told nothing" in end.error.en
        monkeypatch.setattr("models.jobs.watchdog.SECONDS_OF_GRACE", 60.0)
        for worker in hanging:
            if worker.is_running():
                worker.resume()
        assert seconds_to_done(lab, "b") < 30
