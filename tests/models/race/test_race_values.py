"""Who leads, whether all began alike, and what may be concluded: plain values."""

import math
from dataclasses import replace

import pytest

from data.language import UserError
from models.events import End, Epoch, History, Started, State
from models.experiment import Experiment, Layer, Optimizer
from models.race.conclusion import conclude, spread
from models.race.ranking import by_second, by_update
from models.race.sameness import fingerprints
from models.race.variants import check, differing, optimizer_race, reseeded, varied, written
from models.tasks import BUILT_IN

BASE = Experiment("boston", (Layer(64, "tanh"),), Optimizer("sgd"), epochs=5, batch_size=64)


def history(
    losses: list[float],
    seconds: float = 1.0,
    *,
    over: bool = False,
    initial: str = "w",
    order: str = "o",
) -> History:
    epochs = tuple(
        Epoch(n, loss, 0.0, loss, 0.0, seconds, 1, order=f"{order}{n}")
        for n, loss in enumerate(losses, 1)
    )
    started = Started(1, 10, 1, 9, "mae", initial=initial)
    return History(started=started, epochs=epochs, end=End(State.DONE) if over else None)


def test_the_ranking_by_update_judges_all_after_the_same_epoch() -> None:
    quick, slow = history([9, 5, 1]), history([8, 4])
    assert [(each.variant, each.epoch) for each in by_update([quick, slow])] == [(1, 2), (0, 2)]


def test_one_that_is_over_early_counts_with_its_last_epoch() -> None:
    stopped, going = history([3], over=True), history([9, 8, 2])
    assert [(each.variant, each.epoch) for each in by_update([stopped, going])] == [(1, 3), (0, 1)]


def test_the_ranking_by_second_gives_all_the_same_time() -> None:
    quick, slow = history([9, 7, 6, 5], 0.5), history([8, 6], 1.0)
    assert [(each.variant, each.epoch) for each in by_second([quick, slow])] == [(0, 4), (1, 2)]
    done = [history([9, 7], 0.5, over=True), history([8, 1], 1.0, over=True)]
    assert [(each.variant, each.epoch) for each in by_second(done)] == [(0, 2), (1, 1)]


def test_what_is_no_number_comes_last() -> None:
    found = by_update([history([math.nan]), history([700.0]), history([])])
    assert [each.variant for each in found] == [0, 1, 2]
    assert [each.variant for each in by_update([history([math.nan]), history([700.0])])] == [1, 0]


def test_fingerprints_compare_the_epochs_that_all_have_finished() -> None:
    same = fingerprints([history([1, 2, 3]), history([1, 2])])
    assert same.same_weights and same.same_order and same.epochs == 2
    other = fingerprints([history([1]), history([1], initial="v", order="p")])
    assert not other.same_weights and not other.same_order
    assert fingerprints([history([1]), History()]).epochs == 0


def test_one_seed_concludes_nothing_that_others_could_not_overturn() -> None:
    found = conclude([spread(0, [12.0]), spread(1, [15.0])])
    assert (found.kind, found.best.variant, found.difference) == ("one_seed", 0, 3.0)


def test_the_spread_over_seeds_decides_whether_a_difference_counts() -> None:
    clear = conclude([spread(0, [10, 11, 10, 11, 10]), spread(1, [20, 21, 20, 21, 20])])
    close = conclude([spread(0, [10, 19, 14, 11, 18]), spread(1, [20, 12, 15, 11, 16])])
    assert (clear.kind, close.kind) == ("clear", "open")
    assert clear.error == pytest.approx(math.sqrt(2 * 0.3 / 5))


def test_runs_without_a_number_leave_one_or_none() -> None:
    assert conclude([spread(0, [None]), spread(1, [math.nan])]).kind == "none"
    assert conclude([spread(0, [3.0]), spread(1, [math.inf, 2.0])]).kind == "alone"


@pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
def test_the_race_of_a_task_differs_in_the_optimizer_alone(task) -> None:
    variants = optimizer_race(task)
    assert [each.optimizer.name for each in variants] == ["sgd", "rmsprop", "adam"]
    assert len({replace(each, optimizer=Optimizer()) for each in variants}) == 1
    presets = {preset.experiment for preset in task.settings}
    assert presets & set(variants)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("optimizer", "adam"),
        ("learning_rate", "0.05"),
        ("batch_size", "16"),
        ("seed", "3"),
        ("layers", "32-16"),
        ("layers", "0"),
    ],
)
def test_a_variant_differs_in_what_was_asked_for(kind: str, value: str) -> None:
    other = varied(BASE, kind, value)
    assert written(other, kind) == value and kind in differing([BASE, other])


def test_another_layer_is_like_the_last_one() -> None:
    assert varied(BASE, "layers", "8-4").layers == (Layer(8, "tanh"), Layer(4, "tanh"))


@pytest.mark.parametrize("count", [1, 7])
def test_a_race_takes_two_to_six(count: int) -> None:
    with pytest.raises(UserError, match=str(count)):
        check([BASE.changed(seed=seed) for seed in range(count)])


def test_equal_variants_and_other_tasks_are_refused() -> None:
    with pytest.raises(UserError, match="same"):
        check([BASE, BASE])
    with pytest.raises(UserError, match="one task"):
        check([BASE, BASE.changed(task="mnist")])
    assert len(set(reseeded([BASE, BASE.changed(seed=1)], 7))) == 1
