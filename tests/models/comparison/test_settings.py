"""What sets runs apart, which of them repeat one setting, and what may be read from them."""

from dataclasses import replace

import pytest

from models.comparison.fairness import Bounds, bounds
from models.comparison.settings import NAMES, columns, difference, repeats, settings
from models.comparison.spread import Spread, spread
from models.experiment import Layer
from models.tasks import BUILT_IN, preset_named
from models.tasks.base import Task

HOUSING = preset_named("housing-sgd")


@pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
def test_every_field_of_an_experiment_is_a_setting(task: Task) -> None:
    values = task.default.to_dict()
    flat = {*values, *values["optimizer"], *(values["reading"] or {})}
    assert flat - {"reading", "name"} <= set(NAMES)
    assert list(settings(task.default)) == list(NAMES)


def test_what_differs_stands_first_and_what_means_nothing_is_left_out() -> None:
    slow = HOUSING.changed(
        optimizer=replace(HOUSING.optimizer, learning_rate=0.0001), batch_size=16
    )
    found = columns([HOUSING, slow])
    assert found.differing == ("learning_rate", "batch_size")
    assert "task" in found.alike and "epochs" in found.alike
    assert not {"beta_1", "corpus", "early_stopping"} & {*found.differing, *found.alike}


def test_a_setting_that_only_one_optimizer_has_differs() -> None:
    adam = HOUSING.changed(optimizer=HOUSING.optimizer.renamed("adam"))
    found = columns([HOUSING, adam])
    assert {"optimizer", "momentum", "beta_1"} <= set(found.differing)
    assert difference(HOUSING, found.differing)["momentum"] == 0.9
    assert "beta_1" not in difference(HOUSING, found.differing)


def test_what_another_optimizer_has_by_default_goes_without_saying() -> None:
    adam = preset_named("housing-adam")
    slower = adam.changed(optimizer=replace(adam.optimizer, beta_1=0.95))
    names = columns([HOUSING, adam, slower]).differing
    assert difference(adam, names) == {"optimizer": "adam"}
    assert difference(slower, names) == {"optimizer": "adam", "beta_1": 0.95}
    both = columns([adam, slower]).differing
    assert difference(adam, both) == {"beta_1": 0.9}


def test_layers_are_told_apart_by_units_activation_and_dropout() -> None:
    others = [(Layer(64, "relu"),), (Layer(64, "tanh"),), (Layer(64, "relu", 0.2),), ()]
    told = [settings(HOUSING.changed(layers=layers))["layers"] for layers in others]
    assert told == ["64 relu", "64 tanh", "64 relu −0.2", ""]


def test_other_rows_that_are_left_out_differ_though_they_are_as_many() -> None:
    found = columns([HOUSING.changed(left_out=(1, 2)), HOUSING.changed(left_out=(3, 4))])
    assert found.differing == ("left_out",)


def test_runs_that_differ_in_their_seeds_alone_are_repeats() -> None:
    other = HOUSING.changed(batch_size=16)
    runs = [HOUSING, other, HOUSING.changed(seed=1), other.changed(seed=5), HOUSING.changed(l2=0.1)]
    assert repeats(runs) == [[0, 2], [1, 3], [4]]


def test_the_same_seed_twice_is_no_repeat() -> None:
    assert repeats([HOUSING, HOUSING]) == [[0], [1]]


def test_a_spread_leaves_out_what_is_no_number() -> None:
    assert spread([2.0, None, float("nan"), 4.0]) == Spread(3.0, 2.0, 4.0, 2)
    assert spread([None, float("inf")]) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"batch_size": 16}, Bounds.ALL),
        ({"l2": 0.1}, Bounds.PENALTY),
        ({"l2": 0.1, "validation_share": 0.2}, Bounds.VALIDATION),
    ],
)
def test_what_keeps_figures_from_being_compared(
    changes: dict[str, float], expected: Bounds
) -> None:
    assert bounds([HOUSING, HOUSING.changed(**changes)]) is expected


def test_other_tasks_and_other_data_are_the_gravest() -> None:
    assert bounds([HOUSING, preset_named("mnist")]) is Bounds.TASKS
    own = [HOUSING.changed(data=digit * 64) for digit in "ab"]
    assert bounds([own[0], own[1].changed(validation_share=0.2)]) is Bounds.DATA
