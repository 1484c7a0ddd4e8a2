"""Every backend keeps the same promises: on this machine, and on a cluster of two workers."""

import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest

from data.language import UserError
from models.control import Control
from models.events import End, Epoch, Event, Paused, Started, State, Tuned, fold
from models.experiment import Experiment, Layer, Optimizer
from models.jobs.backend import Job, Sink
from models.jobs.cluster.address import TLS
from models.jobs.cluster.backend import ClusterBackend, cluster_from_environment
from models.jobs.cluster.worker import lend
from models.jobs.local.backend import LocalBackend
from models.jobs.places import most_workers
from models.network.weights import NETWORK, WEIGHTS, read_network
from tests.support.cluster import Cluster, make_certificates, open_cluster
from tests.support.lab import (
    LONG,
    OWNER,
    SECONDS_TO_WARM_UP,
    SHORT,
    busiest,
    is_gone,
    open_lab,
    trainer_of,
    workers,
)
from tests.support.polling import until
from tests.support.ports import free_port

THREE_EPOCHS = LONG.changed(epochs=3, optimizer=Optimizer("adam", 1e-4))
LARGEST = Experiment(
    "boston",
    (*[Layer(1024)] * 5, Layer(700)),
    Optimizer("adam", 1e-4),
    epochs=50,
    batch_size=202,
)
"""4.9 million parameters: its checkpoints are as large as they may be, 60 MB."""


@dataclass
class Place:
    """A backend and what it has said of every run; ``others`` train for it on a cluster."""

    make: Callable[[Sink], LocalBackend | ClusterBackend]
    folder: Path
    others: Callable[[], list[psutil.Process]] | None = None
    heard: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    backend: LocalBackend | ClusterBackend = field(init=False)

    def __post_init__(self) -> None:
        self.backend = self.make(lambda run_id, event, *_: self.heard[run_id].append(event))

    def processes(self) -> list[psutil.Process]:
        if self.others is not None:
            return self.others()
        assert isinstance(self.backend, LocalBackend)
        return workers(trainer_of(self.backend))

    def submit(self, run_id: str, experiment: Experiment, **job) -> Path:
        folder = self.folder / run_id
        folder.mkdir(exist_ok=True)
        self.backend.submit(Job(run_id, experiment, folder, **job))
        return folder

    def all(self, run_id: str, kind: type) -> list:
        return [event for event in list(self.heard[run_id]) if isinstance(event, kind)]

    def until(self, run_id: str, kind: type, count: int = 1, seconds: float = 40) -> Event:
        until(lambda: len(self.all(run_id, kind)) >= count, seconds)
        return self.all(run_id, kind)[count - 1]

    def update(self, run_id: str) -> int:
        return fold(list(self.heard[run_id])).update

    def seconds_to_end(self, run_id: str, ends: int = 1) -> float:
        began = time.monotonic()
        self.until(run_id, End, ends)
        return time.monotonic() - began

    def stop(self, run_id: str) -> float:
        self.backend.control(run_id, Control(stop=True))
        return self.seconds_to_end(run_id)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    with open_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module", params=["local", pytest.param("cluster", marks=pytest.mark.soak)])
def place(request, tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("runs")
    if request.param == "local":
        opened = Place(lambda sink: LocalBackend(2, sink), folder)
    else:
        opened = in_cluster(request.getfixturevalue("cluster"), folder)
    assert opened.backend.wait_until_ready(SECONDS_TO_WARM_UP)
    yield opened
    opened.backend.close()


everywhere = pytest.mark.parametrize("place", ["local", "cluster"], indirect=True, scope="module")
"""What matters most: the cluster's part of it is no soak test."""


def in_cluster(cluster: Cluster, folder: Path) -> Place:
    return Place(lambda sink: ClusterBackend(cluster.address, sink), folder, cluster.training)


@contextmanager
def training(place: Place, *runs: str) -> Iterator[None]:
    """Let long runs train, and stop them afterwards."""
    for run_id in runs:
        place.submit(run_id, LONG)
    for run_id in runs:
        place.until(run_id, Started)
        until(lambda run_id=run_id: place.update(run_id), 40)
    yield
    for run_id in runs:
        place.stop(run_id)


@pytest.fixture(autouse=True)
def nothing_is_left(request) -> Iterator[None]:
    """A test that failed must not leave a run in a slot, or in what its next try hears."""
    yield
    for name in {"place", "away"} & set(request.fixturenames):
        left = request.getfixturevalue(name)
        for run_id in list(left.heard):
            left.backend.kill(run_id)
        left.heard.clear()


def test_a_run_trains_to_its_end_and_leaves_its_files(place):
    folder = place.submit("whole", SHORT)
    place.seconds_to_end("whole")
    history = fold(place.heard["whole"])
    assert history.state is State.DONE and history.end.checkpoint == history.update == 35
    assert isinstance(place.heard["whole"][0], Started)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]
    found = {path.name for path in folder.rglob("*") if path.is_file()}
    assert found >= {NETWORK, WEIGHTS, "best.npz", "000000035.npz"}
    assert read_network(folder).experiment == SHORT


def test_events_come_in_order_with_files_before_them_and_one_end(place):
    seen = []
    folder = place.submit("ordered", THREE_EPOCHS)
    while not place.all("ordered", End):
        epochs = place.all("ordered", Epoch)
        if epochs:
            seen.append((folder / WEIGHTS).is_file() and (folder / NETWORK).is_file())
        for epoch in epochs:
            if epoch.checkpoint is not None and epoch is epochs[-1]:
                seen.append((folder / "checkpoints" / f"{epoch.checkpoint:09}.npz").is_file())
        time.sleep(0.01)
    assert seen and all(seen)
    points = fold(place.heard["ordered"]).points
    updates = [update for update, _, _ in points]
    assert updates == sorted(set(updates))
    time.sleep(0.3)
    assert len(place.all("ordered", End)) == 1
    assert isinstance(place.heard["ordered"][-1], End)


def test_a_stop_takes_less_than_a_second_and_keeps_the_weights(place):
    with training(place, "stopped"):
        place.until("stopped", Epoch)
        seconds = place.stop("stopped")
    print(f"stopped after {seconds:.3f} s")
    assert seconds < 1.0
    assert place.all("stopped", End)[0].state is State.STOPPED
    assert (place.folder / "stopped" / WEIGHTS).is_file()


@everywhere
def test_pause_step_and_resume(place):
    with training(place, "paused"):
        began = time.monotonic()
        place.backend.control("paused", Control(paused=True))
        paused = place.until("paused", Paused)
        print(f"paused after {time.monotonic() - began:.3f} s")
        assert (place.folder / "paused" / WEIGHTS).is_file()
        place.backend.control("paused", Control(paused=True, until=paused.update + 3))
        assert place.until("paused", Paused, 2).update == paused.update + 3
        place.backend.control("paused", Control())
        until(lambda: place.update("paused") > paused.update + 3, 10)


@everywhere
def test_tempo_and_learning_rate_change_on_the_way(place):
    with training(place, "tuned"):
        place.backend.control("tuned", Control(updates_per_second=5.0, learning_rate=1e-7))
        tuned = place.until("tuned", Tuned)
        assert (tuned.learning_rate, tuned.updates_per_second) == (1e-7, 5.0)
        until(lambda: place.update("tuned") > tuned.update, 10)  # its functions are made by then
        before, began = place.update("tuned"), time.monotonic()
        time.sleep(2.0)
        pace = (place.update("tuned") - before) / (time.monotonic() - began)
        assert 2.5 <= pace <= 7.5


def test_the_newest_of_many_controls_counts(place):
    with training(place, "hasty"):
        for number in range(20):
            place.backend.control("hasty", Control(paused=number % 2 == 0))
        until(lambda: place.update("hasty"), 10)
        before = place.update("hasty")
        until(lambda: place.update("hasty") > before, 10)


@everywhere
def test_a_run_that_left_goes_on_as_if_it_never_had(place):
    whole, parts = place.submit("at-once", THREE_EPOCHS), place.submit("in-parts", THREE_EPOCHS)
    place.until("in-parts", Epoch)
    place.backend.control("in-parts", Control(leave=True))
    left = place.until("in-parts", End)
    assert left.state is State.INTERRUPTED and left.checkpoint
    place.submit("in-parts", THREE_EPOCHS, after=left.checkpoint)
    assert place.until("in-parts", Started, 2).update == left.checkpoint
    place.until("in-parts", End, 2)
    place.until("at-once", End)
    with np.load(whole / WEIGHTS) as expected, np.load(parts / WEIGHTS) as found:
        assert all(np.array_equal(found[name], expected[name]) for name in expected.files)
    histories = [fold(place.heard[run_id]) for run_id in ("at-once", "in-parts")]
    assert histories[0].points == histories[1].points
    assert histories[0].end.test == histories[1].end.test


def test_kill_ends_a_run_at_once(place):
    with training(place, "killed"):
        place.backend.kill("killed")
        assert place.seconds_to_end("killed") < 0.5
        assert place.all("killed", End)[0].state is State.STOPPED
    place.submit("following", SHORT)
    assert place.until("following", End).state is State.DONE


@everywhere
def test_a_run_whose_process_is_killed_is_lost_and_others_are_not(place):
    with training(place, "first", "second"):
        busiest(place.processes()).kill()
        began = time.monotonic()
        until(lambda: place.all("first", End) or place.all("second", End), 10)
        print(f"lost after {time.monotonic() - began:.3f} s")
        assert time.monotonic() - began < 2.0
        lost, alive = sorted(("first", "second"), key=lambda run_id: not place.all(run_id, End))
        end = place.all(lost, End)[0]
        assert end.state is State.LOST and end.error
        before = place.update(alive)
        until(lambda: place.update(alive) > before, 10)
    assert place.all(alive, End)[0].state is State.STOPPED


@everywhere
def test_runs_that_rest_give_their_slots_to_others(place):
    """One is paused and one trains an update a second; both obey at once afterwards."""
    with training(place, "paused", "slow"):
        place.backend.control("paused", Control(paused=True))
        place.backend.control("slow", Control(updates_per_second=1.0))
        place.until("paused", Paused)
        place.until("slow", Tuned)
        began = time.monotonic()
        for run_id in ("third", "fourth"):
            place.submit(run_id, SHORT)
        assert place.until("third", End).state is State.DONE
        assert place.until("fourth", End).state is State.DONE
        print(f"both were done after {time.monotonic() - began:.1f} s")
        assert not place.all("slow", End)
        for run_id in ("paused", "slow"):
            before = place.update(run_id)
            place.backend.control(run_id, Control())
            until(lambda run_id=run_id, before=before: place.update(run_id) > before + 9, 10)


def test_more_runs_than_workers_wait_and_a_stopped_one_never_begins(place):
    resting = [f"rests-{number}" for number in range(most_workers(2))]
    for run_id in resting:
        place.submit(run_id, LONG, control=Control(paused=True))
    for run_id in resting:
        place.until(run_id, Paused)
    place.submit("one-more", LONG)
    place.submit("another", SHORT)
    time.sleep(0.5)
    assert not place.all("one-more", Started)
    assert place.stop("one-more") < 1.0
    place.stop(resting[0])
    assert place.until("another", End).state is State.DONE
    assert not place.all("one-more", Started)
    for run_id in resting[1:]:
        place.stop(run_id)


def test_runs_that_nobody_knows_are_ignored(place):
    place.backend.control("nobody", Control(stop=True))
    place.backend.kill("nobody")
    place.submit("somebody", SHORT)
    assert place.until("somebody", End).state is State.DONE
    assert not place.heard["nobody"]


def test_close_ends_everything_and_nothing_is_said_afterwards(place):
    place.submit("closed", LONG)
    until(lambda: place.update("closed"), 40)
    training_for_it = busiest(place.processes())
    place.backend.close()
    heard = len(place.heard["closed"])
    until(lambda: is_gone(training_for_it), 5)
    place.backend.submit(Job("late", SHORT, place.folder))
    time.sleep(0.3)
    assert len(place.heard["closed"]) == heard and not place.all("closed", End)
    assert not place.heard["late"]
    assert not any(thread.name == "cluster" for thread in threading.enumerate())


# What only a cluster promises ------------------------------------------------------------------


@pytest.fixture(scope="module")
def away(cluster, tmp_path_factory) -> Iterator[Place]:
    opened = in_cluster(cluster, tmp_path_factory.mktemp("away"))
    assert opened.backend.wait_until_ready(SECONDS_TO_WARM_UP)
    yield opened
    opened.backend.close()


@pytest.mark.soak
def test_the_largest_checkpoint_travels_there_and_back(away):
    away.submit("largest", LARGEST)
    away.until("largest", Epoch, 2)
    away.backend.control("largest", Control(leave=True))
    left = away.until("largest", End)
    size = (away.folder / "largest" / "checkpoints" / f"{left.checkpoint:09}.npz").stat().st_size
    assert left.state is State.INTERRUPTED and size > 55e6
    away.submit("largest", LARGEST, after=left.checkpoint)
    assert away.until("largest", Started, 2).update == left.checkpoint
    away.backend.kill("largest")


@pytest.mark.soak
def test_no_run_waits_for_a_busy_machine_while_another_is_idle(away):
    """Dask takes a slot that was given back a moment ago for one that is held."""
    for number in range(8):
        with training(away, f"given-back-{number}"):
            away.backend.kill(f"given-back-{number}")
            away.until(f"given-back-{number}", End)
            began, both = time.monotonic(), (f"one-{number}", f"other-{number}")
            with training(away, *both):
                print(f"both train after {time.monotonic() - began:.1f} s")
                assert time.monotonic() - began < 15


@pytest.mark.soak
def test_the_runs_of_a_dead_machine_are_lost_and_its_worker_comes_back(away, cluster):
    with training(away, "here", "there"):
        victim = cluster.nodes()[0]
        family = [victim, *victim.children(recursive=True)]
        victim.kill()
        began = time.monotonic()
        until(lambda: away.all("here", End) or away.all("there", End), 10)
        print(f"lost after {time.monotonic() - began:.3f} s")
        assert time.monotonic() - began < 2.0
        lost, alive = sorted(("here", "there"), key=lambda run_id: not away.all(run_id, End))
        assert "machine" in away.all(lost, End)[0].error.en
        away.submit("in-its-place", SHORT)
        assert away.until("in-its-place", End, seconds=60).state is State.DONE
        assert not away.all(alive, End)
    until(lambda: all(is_gone(process) for process in family), 10)


@pytest.mark.soak
def test_a_dead_scheduler_loses_its_runs_and_is_found_again(away, cluster):
    with training(away, "lost"):
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        try:
            seconds = away.seconds_to_end("lost")
            until(lambda: not away.backend.is_reachable, 2)
            away.submit("patient", SHORT)
            away.submit("hopeless", SHORT)
            assert away.stop("hopeless") < 1.5
        finally:
            cluster.start_scheduler()
    print(f"lost after {seconds:.3f} s")
    assert seconds < 2.0
    assert "cluster" in away.all("lost", End)[0].error.en
    assert away.until("patient", End, seconds=90).state is State.DONE
    assert away.backend.is_reachable and not away.all("hopeless", Started)


@pytest.fixture(scope="module")
def secured(tmp_path_factory) -> Iterator[Cluster]:
    """A cluster of one worker, encrypted where certificates can be made."""
    folder, tls = tmp_path_factory.mktemp("secured"), shutil.which("openssl") is not None
    with pytest.MonkeyPatch.context() as patch:
        for name, file in (make_certificates(folder) if tls else {}).items():
            patch.setenv(name, file)
        with open_cluster(folder, workers=1, tls=tls) as opened:
            yield opened


def test_a_lab_on_a_cluster_in_short(secured, tmp_path):
    """A whole run, a pause, a killed worker, a scheduler that goes and comes back, a next server.

    What was lost with the cluster goes on with that server, unless it was paused.
    """
    with open_lab(tmp_path, 1, cluster=secured.address) as lab:
        store, scheduler = lab.store, lab.scheduler
        whole = lab.submit(SHORT)
        until(lambda: lab.run(whole).is_over, SECONDS_TO_WARM_UP)
        assert lab.run(whole).state is State.DONE and lab.run(whole).checkpoint == 35

        run_id = lab.submit(LONG)
        until(lambda: lab.run(run_id).checkpoint, 60)
        scheduler.pause(OWNER, run_id)
        until(lambda: lab.run(run_id).state is State.PAUSED, 10)
        scheduler.resume(OWNER, run_id)
        until(lambda: lab.run(run_id).state is State.RUNNING, 10)

        busiest(secured.training()).kill()
        until(lambda: lab.run(run_id).state is State.LOST, 10)
        saved = lab.run(run_id).checkpoint
        scheduler.resume(OWNER, run_id)
        until(lambda: lab.run(run_id).state is State.RUNNING, 60)
        assert store.history(run_id).started.update == saved
        until(lambda: lab.run(run_id).updates > saved, 60)

        with no_scheduler(secured):
            until(lambda: lab.run(run_id).state is State.LOST, 10)
            assert "goes on by itself" in store.history(run_id).end.error.en
            assert not scheduler.is_reachable
            saved = lab.run(run_id).checkpoint
        until(lambda: lab.run(run_id).state is State.RUNNING, 120)
        assert store.history(run_id).started.update == saved
        assert lab.run(run_id).stretch == 2

        scheduler.pause(OWNER, run_id)
        until(lambda: lab.run(run_id).state is State.PAUSED, 10)
        other = lab.submit(LONG)  # in the slot of the one that is paused
        until(lambda: lab.run(other).checkpoint, 60)
        with no_scheduler(secured):
            until(lambda: {lab.run(each).state for each in (run_id, other)} == {State.LOST}, 10)
            scheduler.close()
        assert lab.run(run_id).state is State.PAUSED
        saved = lab.run(other).checkpoint
    with open_lab(tmp_path, 1, cluster=secured.address) as lab:
        interrupted = lab.store.interrupt_unfinished()
        assert [run.id for run in interrupted] == [other]
        lab.scheduler.take_up(interrupted)
        until(lambda: lab.store.history(other).started.update == saved, SECONDS_TO_WARM_UP)
        until(lambda: lab.run(other).updates > saved, 10)
        assert lab.run(run_id).state is State.PAUSED
        for each in (run_id, other):
            lab.seconds_to_stop(each)


@contextmanager
def no_scheduler(cluster: Cluster) -> Iterator[None]:
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    try:
        yield
    finally:
        cluster.start_scheduler()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
def test_without_a_certificate_nobody_talks_to_the_cluster(secured, tmp_path, monkeypatch):
    (tmp_path / "strangers").mkdir()
    for name, file in make_certificates(tmp_path / "strangers").items():
        monkeypatch.setenv(name, file)
    addresses = (secured.address, secured.address.replace("tls", "tcp"))
    strangers = [ClusterBackend(address, lambda *said: None) for address in addresses]
    time.sleep(4)
    are_ready = [stranger.wait_until_ready(0) for stranger in strangers]
    for stranger in strangers:
        stranger.close()
    assert are_ready == [False, False]


def test_a_worker_lends_itself_to_no_address_that_is_not_safe():
    with pytest.raises(UserError, match="not encrypted"):
        lend("tcp://192.0.2.1:8786", 1)


def test_without_a_cluster_the_backend_waits_and_closes(tmp_path):
    heard = []
    backend = ClusterBackend(f"tcp://127.0.0.1:{free_port()}", lambda *said: heard.append(said))
    backend.submit(Job("waiting", SHORT, tmp_path))
    assert not backend.wait_until_ready(1.0)
    backend.close()
    assert not heard


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://192.0.2.1:8786", "not encrypted"),
        ("tcp://0.0.0.0:8786", "not encrypted"),
        ("tls://192.0.2.1:8786", "certificates"),
        ("127.0.0.1:8786", "no address"),
        ("tcp://127.0.0.1", "no address"),
        ("tcp://127.0.0.1:99999", "no address"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(monkeypatch, address, reason):
    for variable in TLS.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("FNN_LAB_CLUSTER", address)
    with pytest.raises(UserError) as refused:
        cluster_from_environment()
    assert reason in refused.value.text.en


def test_the_environment_decides_whether_there_is_a_cluster(monkeypatch):
    monkeypatch.delenv("FNN_LAB_CLUSTER", raising=False)
    assert cluster_from_environment() is None
    monkeypatch.setenv("FNN_LAB_CLUSTER", "tcp://192.0.2.1:8786")
    monkeypatch.setenv("FNN_LAB_CLUSTER_INSECURE", "1")
    assert cluster_from_environment() is not None
