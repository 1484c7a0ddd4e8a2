"""The life of a run with a real worker: every command, in every state, in any order."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from data.language import UserError
from models.control import Limits
from models.events import ENDED, State
from models.experiment import Layer, Optimizer
from models.jobs.local.trainer import SPARE_WORKERS
from models.jobs.quotas import Quotas
from models.jobs.resume_policy import ResumePolicy, resume_policy_from_environment
from models.jobs.scheduler import Scheduler
from models.jobs.server_lock import ServerLock
from models.network.checkpoint import BEST, FOLDER, best_epoch
from models.network.weights import WEIGHTS
from models.runs.numbered_event import NumberedEvent
from models.runs.store import RunStore
from tests.support.lab import (
    LONG,
    OWNER,
    SHORT,
    Lab,
    needs_fork_server,
    open_lab,
    workers,
)
from tests.support.polling import until

FINE = LONG.changed(epochs=49)
"""Takes some seconds, and every update is a point of its own."""

BRIEF_PAUSES = Quotas(9, 99, limits=Limits(paused_seconds=0.5, working_seconds=600))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("runs"), slots=2) as lab:
        yield lab


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab that takes the worker from a paused run after half a second."""
    with open_lab(tmp_path_factory.mktemp("runs"), 1, BRIEF_PAUSES) as lab:
        yield lab


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that failed must not leave a run in a slot for which the next one waits."""
    yield
    for name in {"lab", "hasty"} & set(request.fixturenames):
        request.getfixturevalue(name).stop_all(OWNER, "bob")


def begun(lab: Lab) -> str:
    run_id = lab.submit(FINE)
    until(lambda: lab.is_training(run_id), 30)
    return run_id


def in_state(lab: Lab, run_id: str, state: State) -> float:
    return until(lambda: lab.run(run_id).state is state, 10)


def updates(lab: Lab, run_id: str) -> int:
    return lab.store.history(run_id).update


def test_pause_and_resume_answer_at_once_and_twice_is_once(lab: Lab) -> None:
    run_id = begun(lab)
    lab.scheduler.pause(OWNER, run_id)
    lab.scheduler.pause(OWNER, run_id)
    assert in_state(lab, run_id, State.PAUSED) < 1.0  # 0.3 s on a machine that is not busy
    before = updates(lab, run_id)
    time.sleep(0.3)
    assert updates(lab, run_id) == before
    assert lab.run(run_id).updates == before
    lab.scheduler.resume(OWNER, run_id)
    lab.scheduler.resume(OWNER, run_id)
    assert in_state(lab, run_id, State.RUNNING) < 1.0
    until(lambda: lab.run(run_id).updates > before, 10)
    kinds = [event.kind for event in lab.store.events(run_id)]
    assert (kinds.count("paused"), kinds.count("resumed")) == (1, 1)
    lab.seconds_to_stop(run_id)


def test_stop_ends_a_paused_run_at_once(lab: Lab) -> None:
    run_id = begun(lab)
    lab.scheduler.pause(OWNER, run_id)
    in_state(lab, run_id, State.PAUSED)
    assert lab.seconds_to_stop(run_id) < 1.0  # 0.3 s on a machine that is not busy
    assert lab.run(run_id).state is State.STOPPED


@pytest.mark.skipif(needs_fork_server, reason="finds workers as children of the fork server")
def test_a_run_is_stopped_at_once_while_its_worker_prepares_the_first_update(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.jobs.local.backend.SECONDS_OF_PATIENCE", 60.0)
    run_id = lab.submit(FINE)
    in_state(lab, run_id, State.RUNNING)
    busy = workers(lab.trainer)
    for worker in busy:
        worker.suspend()
    assert updates(lab, run_id) == 0
    assert lab.seconds_to_stop(run_id) < 10
    assert lab.run(run_id).state is State.STOPPED
    for worker in busy:
        if worker.is_running():
            worker.resume()
    lab.scheduler.resume(OWNER, run_id)
    until(lambda: lab.is_training(run_id), 30)
    lab.seconds_to_stop(run_id)


def test_steps_go_to_the_update_that_was_asked_for(lab: Lab) -> None:
    run_id = begun(lab)
    lab.scheduler.pause(OWNER, run_id)
    in_state(lab, run_id, State.PAUSED)
    now = lab.run(run_id).updates
    for _ in range(2):  # a double click
        lab.scheduler.step(OWNER, run_id, now + 1)
    until(lambda: lab.run(run_id).updates == now + 1, 10)
    per_epoch = 404
    end_of_epoch = (now // per_epoch + 1) * per_epoch
    lab.scheduler.step(OWNER, run_id, end_of_epoch)
    until(lambda: lab.run(run_id).updates == end_of_epoch, 10)
    until(lambda: lab.run(run_id).epoch == end_of_epoch // per_epoch, 10)
    time.sleep(0.2)
    assert (lab.run(run_id).state, updates(lab, run_id)) == (State.PAUSED, end_of_epoch)
    lab.seconds_to_stop(run_id)


def test_slow_motion_and_a_new_learning_rate_show_in_the_history(lab: Lab) -> None:
    run_id = begun(lab)
    lab.scheduler.set_tempo(OWNER, run_id, 10.0)
    until(lambda: lab.store.history(run_id).tunings, 10)
    tuned = lab.store.history(run_id).tunings[0]
    until(lambda: lab.run(run_id).updates > tuned.update, 10)  # its functions are made by then
    first, began = updates(lab, run_id), time.monotonic()
    time.sleep(2)
    pace = (updates(lab, run_id) - first) / (time.monotonic() - began)
    assert 5 <= pace <= 15
    lab.scheduler.set_learning_rate(OWNER, run_id, 1e-5)
    until(lambda: len(lab.store.history(run_id).tunings) == 2, 10)
    tuned = lab.store.history(run_id).tunings[-1]
    assert (tuned.learning_rate, tuned.updates_per_second) == (1e-5, 10.0)
    assert tuned.update >= first
    lab.scheduler.set_tempo(OWNER, run_id, None)
    until(lambda: lab.run(run_id).updates > tuned.update + 100, 10)
    lab.seconds_to_stop(run_id)


def test_a_stopped_run_goes_on_where_it_was(lab: Lab) -> None:
    run_id = begun(lab)
    lab.seconds_to_stop(run_id)
    stopped_at = lab.run(run_id).checkpoint
    assert stopped_at and stopped_at == updates(lab, run_id)
    lab.scheduler.resume(OWNER, run_id)
    until(lambda: lab.is_training(run_id) and lab.run(run_id).updates > stopped_at, 30)
    points = [update for update, _, _ in lab.store.history(run_id).points]
    assert len(points) == len(set(points))
    lab.seconds_to_stop(run_id)


def test_a_run_that_is_done_trains_on_and_goes_back_to_its_best(lab: Lab) -> None:
    run_id = lab.submit(SHORT)
    until(lambda: lab.run(run_id).is_over, 30)
    with pytest.raises(UserError, match="trained to its end"):
        lab.scheduler.resume(OWNER, run_id)
    lab.scheduler.train_on(OWNER, run_id, 3)
    until(lambda: lab.run(run_id).epoch == 8 and lab.run(run_id).is_over, 30)
    history = lab.store.history(run_id)
    assert [epoch.epoch for epoch in history.epochs] == list(range(1, 9))
    assert [update for update, _, _ in history.points] == list(range(1, 57))

    assert history.best
    lab.scheduler.rewind(OWNER, run_id)
    lab.scheduler.rewind(OWNER, run_id)
    run = lab.run(run_id)
    assert (run.epoch, run.best_epoch) == (history.best.epoch, history.best.epoch)
    assert run.val_loss == history.best.val_loss and run.state is State.DONE


def test_what_cannot_be_done_now_is_refused_with_a_sentence(lab: Lab) -> None:
    run_id = lab.submit(SHORT)
    until(lambda: lab.run(run_id).is_over, 30)
    scheduler = lab.scheduler
    for refused in (
        lambda: scheduler.pause(OWNER, run_id),
        lambda: scheduler.step(OWNER, run_id, 99),
        lambda: scheduler.set_tempo(OWNER, run_id, 1.0),
        lambda: scheduler.set_learning_rate(OWNER, run_id, 0.1),
        lambda: scheduler.train_on(OWNER, run_id, 10_000),
        lambda: scheduler.set_tempo(OWNER, run_id, 0.0),
        lambda: scheduler.set_learning_rate(OWNER, run_id, -1.0),
        lambda: scheduler.resume("bob", run_id),
        lambda: scheduler.rewind("bob", run_id),
        lambda: scheduler.train_on("bob", run_id, 1),
    ):
        with pytest.raises(UserError) as error:
            refused()
        assert error.value.text.ko != error.value.text.en
    training = begun(lab)
    for refused in (
        lambda: scheduler.train_on(OWNER, training, 1),
        lambda: scheduler.rewind(OWNER, training),
    ):
        with pytest.raises(UserError, match="Stop it first"):
            refused()
    lab.seconds_to_stop(training)


def test_a_paused_run_gives_its_worker_back_and_goes_on_later(hasty: Lab) -> None:
    run_id = begun(hasty)
    hasty.scheduler.pause(OWNER, run_id)
    in_state(hasty, run_id, State.PAUSED)
    until(lambda: not hasty.scheduler.has_worker(run_id), 10)
    run = hasty.run(run_id)
    assert run.state is State.PAUSED and run.checkpoint == run.updates

    other = hasty.submit(SHORT)  # the only slot is free
    until(lambda: hasty.run(other).is_over, 30)
    hasty.scheduler.step(OWNER, run_id, run.updates + 5)
    until(lambda: hasty.run(run_id).updates == run.updates + 5, 30)
    in_state(hasty, run_id, State.PAUSED)
    hasty.scheduler.resume(OWNER, run_id)
    until(lambda: hasty.run(run_id).updates > run.updates + 50, 30)
    hasty.seconds_to_stop(run_id)


def test_stop_ends_a_run_that_is_paused_without_a_worker(hasty: Lab) -> None:
    run_id = begun(hasty)
    hasty.scheduler.pause(OWNER, run_id)
    until(lambda: hasty.run(run_id).state is State.PAUSED, 10)
    until(lambda: not hasty.scheduler.has_worker(run_id), 10)
    hasty.stop(run_id)
    assert hasty.run(run_id).state is State.STOPPED


@pytest.mark.parametrize(
    ("command", "leads_to"), [("resume", State.RUNNING), ("stop", State.STOPPED)]
)
def test_a_command_while_a_pause_gives_its_worker_back_is_not_lost(
    hasty: Lab, command: str, leads_to: State
) -> None:
    run_id = begun(hasty)
    act = getattr(hasty.scheduler, command)
    clicks: list[threading.Thread] = []

    def click(event: NumberedEvent) -> None:
        """Give the command between the writing of the pause's end and whatever follows it."""
        if '"parked":true' in event.line:
            thread = threading.Thread(target=act, args=(OWNER, run_id))
            thread.start()
            thread.join(0.5)
            clicks.append(thread)

    leave = hasty.store.subscribe(run_id, click)
    hasty.scheduler.pause(OWNER, run_id)
    until(lambda: clicks, 20)
    clicks[0].join(10)
    leave()
    in_state(hasty, run_id, leads_to)
    hasty.stop(run_id)
    until(lambda: hasty.run(run_id).is_over, 10)


@pytest.mark.parametrize("is_stepping", [False, True])
def test_a_paused_run_is_paused_still_when_the_server_is_back(
    is_stepping: bool, tmp_path: Path
) -> None:
    with open_lab(tmp_path, 1) as lab:
        run_id = begun(lab)
        lab.scheduler.pause(OWNER, run_id)
        in_state(lab, run_id, State.PAUSED)
        if is_stepping:
            lab.scheduler.step(OWNER, run_id, 10**6)
    with open_lab(tmp_path, 1) as lab:
        before = lab.run(run_id)
        lab.scheduler.take_up(lab.store.interrupt_unfinished())
        time.sleep(1)
        assert not lab.scheduler.has_worker(run_id) and lab.run(run_id) == before
        assert before.state is State.PAUSED and before.checkpoint == before.updates > 0
        lab.scheduler.resume(OWNER, run_id)
        until(lambda: lab.run(run_id).updates > before.updates, 30)
        started = lab.store.history(run_id).started
        assert started and started.update == before.checkpoint
        points = [update for update, _, _ in lab.store.history(run_id).points]
        assert points == sorted(set(points))
        lab.seconds_to_stop(run_id)


def test_a_paused_run_that_waits_for_a_step_is_paused_when_the_server_is_back(
    tmp_path: Path,
) -> None:
    with open_lab(tmp_path, 1, BRIEF_PAUSES) as lab:
        run_id = begun(lab)
        lab.scheduler.pause(OWNER, run_id)
        until(lambda: lab.run(run_id).state is State.PAUSED, 10)
        until(lambda: not lab.scheduler.has_worker(run_id), 10)
        before, other = lab.run(run_id), begun(lab)
        lab.scheduler.step(OWNER, run_id, before.updates + 1)
        assert lab.run(run_id).state is State.QUEUED
    store = RunStore(tmp_path)
    assert [run.id for run in store.interrupt_unfinished()] == [other]
    after = store.get(run_id)
    assert (after.state, after.checkpoint) == (State.PAUSED, before.checkpoint)
    assert after.updates == before.updates
    store.close()


def test_a_way_back_that_cannot_be_written_says_what_to_do(lab: Lab) -> None:
    run_id = lab.submit(SHORT)
    until(lambda: lab.run(run_id).is_over, 30)
    lab.scheduler.train_on(OWNER, run_id, 3)
    until(lambda: lab.run(run_id).epoch == 8 and lab.run(run_id).is_over, 30)
    run, folder = lab.run(run_id), lab.store.folder(run_id)
    weights = (folder / WEIGHTS).rename(folder / "aside")
    (folder / WEIGHTS).mkdir()
    with pytest.raises(UserError, match="FNN_LAB_HOME"):
        lab.scheduler.rewind(OWNER, run_id)
    assert lab.run(run_id) == run
    (folder / WEIGHTS).rmdir()
    weights.rename(folder / WEIGHTS)
    lab.scheduler.train_on(OWNER, run_id, 1)
    until(lambda: lab.run(run_id).epoch == 9 and lab.run(run_id).is_over, 30)
    began = lab.store.history(run_id).started
    assert began and began.update == run.checkpoint
    lab.scheduler.rewind(OWNER, run_id)


def test_nobody_waits_for_another_runs_way_back(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = lab.submit(SHORT)
    until(lambda: lab.run(run_id).is_over, 30)
    (lab.store.folder(run_id) / FOLDER / BEST).unlink()
    is_read = threading.Event()

    def read_slowly(folder: Path) -> int | None:
        assert is_read.wait(60)
        return best_epoch(folder)

    monkeypatch.setattr("models.jobs.rewinding.best_epoch", read_slowly)
    with ThreadPoolExecutor() as pool:
        going_back = pool.submit(lab.scheduler.rewind, OWNER, run_id)
        time.sleep(0.3)
        other = pool.submit(lab.submit, SHORT)
        going_on = pool.submit(lab.scheduler.train_on, OWNER, run_id, 1)
        try:
            until(lambda: lab.run(other.result(10)).is_over, 30)
            assert not going_back.done() and not going_on.done()
        finally:
            is_read.set()
        with pytest.raises(UserError, match="Nothing was saved"):
            going_back.result(10)
        going_on.result(10)
    until(lambda: lab.run(run_id).epoch == 6 and lab.run(run_id).is_over, 30)


def test_time_for_one_go_is_limited_and_the_run_can_go_on(tmp_path: Path) -> None:
    with open_lab(tmp_path, 1, Quotas(limits=Limits(working_seconds=0.5))) as lab:
        run_id = lab.submit(LONG)
        until(lambda: lab.run(run_id).is_over, 30)
        run = lab.run(run_id)
        assert run.state is State.TIMEOUT and run.checkpoint == updates(lab, run_id)
        lab.scheduler.resume(OWNER, run_id)
        until(lambda: lab.run(run_id).stretch == 1 and lab.run(run_id).is_over, 30)
        assert updates(lab, run_id) > run.checkpoint


def test_a_worker_may_not_take_all_the_memory(tmp_path: Path) -> None:
    greedy = SHORT.changed(layers=(Layer(1024),) * 5)
    with open_lab(tmp_path, 1, Quotas(limits=Limits(megabytes=48))) as lab:
        run_id = lab.submit(greedy)
        until(lambda: lab.run(run_id).is_over, 60)
        end = lab.store.history(run_id).end
        assert end and end.state is State.FAILED
        assert end.error and "more memory than it may have" in end.error.en
        following = lab.submit(SHORT.changed(layers=(Layer(4),), epochs=1))
        until(lambda: lab.run(following).is_over, 60)
        assert lab.run(following).state is State.DONE


def test_an_owner_has_one_run_training_and_three_waiting(tmp_path: Path) -> None:
    with open_lab(tmp_path, 2, Quotas()) as lab:
        runs = [lab.submit(LONG) for _ in range(4)]
        with pytest.raises(UserError, match="4 of your runs"):
            lab.submit(LONG)
        until(lambda: lab.is_training(runs[0]), 30)
        assert [lab.scheduler.position(run_id) for run_id in runs] == [None, 0, 1, 2]
        bob = lab.scheduler.submit("bob", SHORT)  # has the free slot at once
        until(lambda: lab.store.find(bob.id, "bob").is_over, 30)
        assert lab.run(runs[1]).state is State.QUEUED
        assert lab.scheduler.expected_wait(runs[1])
        assert lab.scheduler.expected_wait(runs[0]) is None

        others = [lab.scheduler.submit(owner, LONG).id for owner in ("eve", "flo")]
        until(lambda: lab.store.get(others[0]).state is State.RUNNING, 30)
        places = lab.scheduler.position(others[1]), lab.scheduler.expected_wait(others[1])
        assert places[0] is not None and places[1]
        began = time.monotonic()
        for _ in range(1_000):
            with pytest.raises(UserError):
                lab.submit(LONG)
        flood_seconds = time.monotonic() - began
        print(f"a flood of 1,000 was refused in {flood_seconds:.2f} s")
        assert flood_seconds < 1
        after = lab.scheduler.position(others[1]), lab.scheduler.expected_wait(others[1])
        assert after == (places[0], pytest.approx(places[1], rel=0.5))
        for owner, run_id in zip(("flo", "eve"), reversed(others), strict=True):
            lab.scheduler.stop(owner, run_id)
        assert lab.scheduler.position(runs[3]) == 2
        for run_id in reversed(runs):
            lab.stop(run_id)
        until(lambda: all(lab.run(run_id).is_over for run_id in runs), 10)


def test_a_server_that_is_full_says_so(tmp_path: Path) -> None:
    with open_lab(tmp_path, 1, Quotas(in_all=2)) as lab:
        runs = [lab.scheduler.submit(owner, LONG) for owner in ("ada", "bob")]
        with pytest.raises(UserError, match="takes no more"):
            lab.scheduler.submit("eve", SHORT)
        for run in runs:
            lab.scheduler.stop(run.owner, run.id)


def test_only_one_server_has_a_folder_of_runs(tmp_path: Path) -> None:
    first = ServerLock(tmp_path)
    with pytest.raises(UserError, match=str(tmp_path)):
        ServerLock(tmp_path)
    first.release()
    ServerLock(tmp_path).release()


@pytest.mark.parametrize("said", ["", "auto", "ASK", "never"])
def test_what_becomes_of_interrupted_runs_can_be_chosen(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FNN_LAB_RESUME", said)
    assert resume_policy_from_environment() == ResumePolicy(said.lower() or "auto")


def test_junk_in_that_choice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FNN_LAB_RESUME", "perhaps")
    with pytest.raises(UserError, match="perhaps"):
        resume_policy_from_environment()


def test_interrupted_runs_go_on_in_their_old_order(tmp_path: Path) -> None:
    with open_lab(tmp_path, 1) as lab:
        runs = [lab.submit(LONG), *(lab.submit(SHORT) for _ in range(2))]
        until(lambda: lab.is_training(runs[0]), 30)
        lab.scheduler.close()
        stopped_at = lab.run(runs[0]).checkpoint
        assert lab.run(runs[0]).state is State.INTERRUPTED and stopped_at
    with open_lab(tmp_path, 1) as lab:
        interrupted = lab.store.interrupt_unfinished()
        assert [run.id for run in interrupted] == runs
        lab.scheduler.take_up(interrupted)
        until(lambda: lab.run(runs[0]).updates > stopped_at, 30)
        assert [lab.scheduler.position(run_id) for run_id in runs] == [None, 0, 1]
        lab.stop(runs[0])
        until(lambda: all(lab.run(run_id).is_over for run_id in runs), 30)
        assert [lab.run(run_id).state for run_id in runs[1:]] == [State.DONE] * 2


class Commands(RuleBasedStateMachine):
    """Random commands on one run; whatever they are, it ends once a stretch, and legally."""

    store: RunStore
    scheduler: Scheduler

    @initialize()
    def submit(self) -> None:
        experiment = SHORT.changed(epochs=40, optimizer=Optimizer("sgd", 1e-4))
        self.run_id = self.scheduler.submit(OWNER, experiment).id

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.3, 0.8]))
    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    @rule()
    def pause(self) -> None:
        self._politely(lambda: self.scheduler.pause(OWNER, self.run_id))

    @rule()
    def resume(self) -> None:
        self._politely(lambda: self.scheduler.resume(OWNER, self.run_id))

    @rule(more=st.integers(-5, 20))
    def step(self, more: int) -> None:
        until = self.store.get(self.run_id).updates + more
        self._politely(lambda: self.scheduler.step(OWNER, self.run_id, until))

    @rule()
    def somebody_else_trains(self) -> None:
        """With one slot for both, nobody keeps another waiting by a pause or by slow motion."""
        run_id = self.scheduler.submit("bob", SHORT).id
        until(lambda: self.store.get(run_id).is_over, 30)
        assert self.store.get(run_id).state is State.DONE

    @rule(tempo=st.sampled_from([None, 0.1, 5.0, 70.0]))
    def set_tempo(self, tempo: float | None) -> None:
        self._politely(lambda: self.scheduler.set_tempo(OWNER, self.run_id, tempo))

    @rule(rate=st.sampled_from([1e-5, 1e-4, 0.0, 200.0]))
    def set_learning_rate(self, rate: float) -> None:
        self._politely(lambda: self.scheduler.set_learning_rate(OWNER, self.run_id, rate))

    @rule()
    def stop(self) -> None:
        self._politely(lambda: self.scheduler.stop(OWNER, self.run_id))

    @rule(epochs=st.integers(1, 5))
    def train_on(self, epochs: int) -> None:
        self._politely(lambda: self.scheduler.train_on(OWNER, self.run_id, epochs))

    @rule()
    def rewind(self) -> None:
        self._politely(lambda: self.scheduler.rewind(OWNER, self.run_id))

    @precondition(lambda self: hasattr(self, "run_id"))
    @invariant()
    def the_history_is_one_line(self) -> None:
        history = self.store.history(self.run_id)
        points = [update for update, _, _ in history.points]
        assert points == sorted(set(points))
        epochs = [epoch.epoch for epoch in history.epochs]
        assert epochs == list(range(1, len(epochs) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "run_id"):
            return
        self.scheduler.stop(OWNER, self.run_id)
        until(lambda: self.store.get(self.run_id).is_over, 15)
        until(lambda: not self.scheduler.has_worker(self.run_id), 15)
        kinds = [event.kind for event in self.store.events(self.run_id)]
        assert kinds.count("end") <= kinds.count("continued") + 1
        assert self.store.get(self.run_id).state in ENDED - {State.LOST, State.FAILED}

    def _politely(self, command: object) -> None:
        began = time.monotonic()
        try:
            command()  # type: ignore[operator]
        except UserError as error:
            assert error.text.ko and error.text.en
        assert time.monotonic() - began < 2


def test_any_sequence_of_commands_leaves_one_end_and_no_orphan(tmp_path: Path) -> None:
    with open_lab(tmp_path, 1, BRIEF_PAUSES) as lab:
        Commands.store, Commands.scheduler = lab.store, lab.scheduler
        case = Commands.TestCase
        case.settings = settings(
            max_examples=5,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        case("runTest").runTest()
        if not needs_fork_server:
            until(lambda: len(workers(lab.trainer)) == 1 + SPARE_WORKERS, 10)
