"""Runs that train in turn in one worker: the same weights as alone, together in pauses and ends."""

import time

import numpy as np
import pytest

from data.language import UserError
from models.events import Epoch, State
from models.experiment import Layer, Optimizer
from models.jobs.quotas import Quotas
from models.network.fingerprint import fingerprint
from models.network.weight_path import read_path
from models.network.weights import read_network
from tests.support.lab import OWNER, SHORT, open_lab
from tests.support.polling import until

RACE = tuple(SHORT.changed(optimizer=Optimizer(name)) for name in ("sgd", "rmsprop", "adam"))
SLOW = tuple(each.changed(epochs=500) for each in RACE)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with open_lab(tmp_path_factory.mktemp("runs"), slots=2) as lab:
        yield lab


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    yield
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab").stop_all(OWNER)


def race(lab, experiments):
    return [run.id for run in lab.scheduler.submit_race(OWNER, experiments)]


def states(lab, runs):
    return {lab.run(run).state for run in runs}


def weights(lab, run):
    network = read_network(lab.store.folder(run))
    return fingerprint([*network.kernels, *network.biases])


def test_runs_of_a_race_end_with_the_weights_that_each_has_alone(lab):
    together = race(lab, RACE)
    until(lambda: states(lab, together) == {State.DONE}, 30)
    for experiment, run in zip(RACE, together, strict=True):
        alone = lab.submit(experiment)
        until(lambda alone=alone: lab.run(alone).is_over, 30)
        assert weights(lab, run) == weights(lab, alone)


def test_runs_of_a_race_begin_with_the_same_weights_and_see_the_same_order_of_rows(lab):
    variants = (*RACE, RACE[0].changed(batch_size=32), RACE[0].changed(seed=1))
    runs = race(lab, variants)
    until(lambda: states(lab, runs) == {State.DONE}, 30)
    told = [lab.store.history(run) for run in runs]
    initial = [history.started.initial for history in told]
    orders = [[epoch.order for epoch in history.epochs] for history in told]
    assert len(initial[0]) == 64 and len(set(orders[0])) == SHORT.epochs
    assert initial[:4] == [initial[0]] * 4 and initial[4] != initial[0]
    assert orders[:4] == [orders[0]] * 4 and not set(orders[4]) & set(orders[0])
    path = read_path(lab.store.folder(runs[0]), told[0].started.parameters)
    assert path.epochs.tolist() == [0, 1, 2, 3, 4, 5]


def test_epochs_of_a_race_come_in_turn_and_count_their_own_seconds(lab):
    began = time.monotonic()
    runs = race(lab, [each.changed(epochs=60) for each in RACE])
    heard = []
    for run in runs:
        lab.store.subscribe(run, lambda event, run=run: heard.append((run, event.kind)))
    until(lambda: states(lab, runs) == {State.DONE}, 30)
    took = time.monotonic() - began
    done = dict.fromkeys(runs, 0)
    for run, kind in heard:
        if kind == Epoch.kind:
            done[run] += 1
            assert max(done.values()) - min(done.values()) <= 1
    assert set(done.values()) == {60}
    own = [sum(epoch.seconds for epoch in lab.store.history(run).epochs) for run in runs]
    assert 0 < sum(own) < took
    assert all(
        abs(lab.store.history(r).end.seconds - s) < took / 3 for r, s in zip(runs, own, strict=True)
    )


def test_a_race_pauses_steps_goes_on_and_stops_together(lab):
    runs = race(lab, SLOW)
    until(lambda: all(lab.run(run).epoch > 2 for run in runs), 30)
    lab.scheduler.pause(OWNER, runs[1])
    until(lambda: states(lab, runs) == {State.PAUSED}, 10)
    target = max(lab.run(run).updates for run in runs) + 3
    lab.scheduler.step(OWNER, runs[2], target)
    wait(lambda: {lab.run(run).updates for run in runs} == {target})
    lab.scheduler.resume(OWNER, runs[0])
    wait(lambda: states(lab, runs) == {State.RUNNING})
    lab.scheduler.stop(OWNER, runs[2])
    wait(lambda: states(lab, runs) == {State.STOPPED})
    assert all(lab.run(run).checkpoint for run in runs)


def wait(condition):
    until(condition, 10)


def test_a_race_of_six_takes_one_place_of_its_owner(tmp_path):
    with open_lab(tmp_path, slots=1, quotas=Quotas()) as lab:
        six = [SLOW[0].changed(seed=seed) for seed in range(6)]
        first, second = race(lab, six), race(lab, six)
        assert lab.scheduler.position(first[5]) is None
        assert [lab.scheduler.position(run) for run in second] == [0] * 6
        race(lab, six)
        race(lab, six)
        with pytest.raises(UserError, match="4"):
            race(lab, six)


def test_after_its_trainer_was_killed_a_race_goes_on_together_to_the_same_weights(lab):
    runs = race(lab, SLOW)
    until(lambda: all(lab.run(run).checkpoint for run in runs), 30)
    lab.trainer.kill()
    until(lambda: all(lab.run(run).stretch == 1 for run in runs), 10)
    until(lambda: states(lab, runs) == {State.DONE}, 60)
    alone = lab.submit(SLOW[2])
    until(lambda: lab.run(alone).is_over, 30)
    assert weights(lab, runs[2]) == weights(lab, alone)
    assert {lab.run(run).stretch for run in runs} == {1}


def test_one_that_diverges_ends_and_the_others_go_on(lab):
    wild = SHORT.changed(optimizer=Optimizer("sgd", learning_rate=50.0))
    runs = race(lab, (wild, *RACE[:2]))
    wait(lambda: all(lab.run(run).is_over for run in runs))
    assert [lab.run(run).state for run in runs] == [State.DIVERGED, State.DONE, State.DONE]


def test_shapes_that_differ_train_together(lab):
    runs = race(lab, (SHORT, SHORT.changed(layers=(Layer(8),))))
    wait(lambda: states(lab, runs) == {State.DONE})
    a, b = (lab.store.history(run).started.initial for run in runs)
    assert a != b
    assert np.isfinite(lab.run(runs[0]).val_loss)
