"""Which runs of a sweep are hopeless, and what a plan means."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import UserError
from models.sweeps.plan import MOST_RUNS, Axis, Choice, Plan
from models.sweeps.rules import Rule, fails_halving, fails_median, is_hopeless, rungs
from models.sweeps.sweep import from_record, started, to_record
from models.tasks import preset_named

BASE = preset_named("housing-sgd").changed(epochs=10)
GOOD = [[5.0 - 0.1 * epoch for epoch in range(10)] for _ in range(3)]
RATES = Axis("learning_rate", (0.0001, 0.001, 0.01))
LOSSES = st.lists(st.floats(0, 100), min_size=1, max_size=10)


def test_the_median_rule_waits_for_its_warm_up_and_for_three_others() -> None:
    assert not fails_median([9.0], GOOD, 10)  # the first epoch of ten
    assert fails_median([9.0, 9.0], GOOD, 10)
    assert not fails_median([9.0, 9.0], GOOD[:2], 10)
    assert not fails_median([9.0, 1.0], GOOD, 10)  # its best counts


def test_others_that_did_not_get_as_far_judge_nobody() -> None:
    assert not fails_median([9.0] * 5, [each[:4] for each in GOOD], 10)
    assert not fails_halving([9.0] * 3, [each[:2] for each in GOOD], 10)


def test_a_loss_that_is_no_number_is_the_worst() -> None:
    assert fails_median([math.nan] * 2, GOOD, 10) and fails_halving([math.nan] * 3, GOOD, 10)
    nothing = [[math.nan] * 10] * 3
    assert not fails_median([9.0, 8.0], nothing, 10) and not fails_halving([9.0] * 3, nothing, 10)


@pytest.mark.parametrize(("epochs", "expected"), [(80, (3, 9, 27)), (10, (3,)), (3, ()), (1, ())])
def test_rungs_of_successive_halving(epochs: int, expected: tuple[int, ...]) -> None:
    assert rungs(epochs) == expected


def test_a_third_goes_on_at_a_rung() -> None:
    others = [[float(loss)] * 10 for loss in range(1, 9)]  # with one's own there are nine
    verdicts = [fails_halving([loss] * 3, others, 10) for loss in (0.5, 1.5, 2.5, 3.5, 8.5)]
    assert verdicts == [False, False, False, True, True]


@given(own=LOSSES, others=st.lists(LOSSES, max_size=6), rule=st.sampled_from(Rule))
def test_the_best_and_a_complete_run_are_never_ended(
    own: list[float], others: list[list[float]], rule: Rule
) -> None:
    best = [min([-1.0, *(min(each) for each in others)]) for _ in own]
    assert not is_hopeless(rule, best, others, 20)
    assert not is_hopeless(rule, own, others, len(own))
    assert not is_hopeless(Rule.NONE, own, others, 20)


def test_a_plan_tries_every_combination_with_every_seed() -> None:
    plan = Plan(BASE, (RATES, Axis("batch_size", (16, 64))), seeds=2)
    trials = plan.trials()
    assert plan.runs == len(trials) == len({trial.experiment for trial in trials}) == 12
    assert [trial.experiment.seed for trial in trials] == [0] * 6 + [1] * 6
    last = trials[-1].experiment
    assert (last.optimizer.learning_rate, last.batch_size) == (0.01, 64)


def test_combinations_drawn_at_random_are_the_same_ones_again() -> None:
    plan = Plan(BASE, (RATES, Axis("units", (8, 16, 32))), Choice.RANDOM, points=4)
    assert plan.runs == 4 and plan.combinations() == plan.combinations()
    assert len(set(plan.combinations())) == 4


def test_another_optimizer_keeps_the_learning_rate_that_is_swept() -> None:
    axes = (RATES, Axis("optimizer", ("sgd", "adam")), Axis("depth", (0, 2)))
    for trial in Plan(BASE, axes).trials():
        experiment = trial.experiment
        found = (experiment.optimizer.learning_rate, experiment.optimizer.name)
        assert (*found, len(experiment.layers)) == trial.values


@pytest.mark.parametrize(
    "axes",
    [(), (RATES, RATES), (RATES, *(Axis(n, (1, 2)) for n in ("units", "batch_size", "depth")))],
)
def test_plans_with_no_two_equal_or_four_settings_are_refused(axes: tuple[Axis, ...]) -> None:
    with pytest.raises(UserError):
        Plan(BASE, axes)


def test_too_many_runs_bad_values_and_unknown_settings_are_refused() -> None:
    with pytest.raises(UserError, match=str(MOST_RUNS)):
        Plan(BASE, (RATES, Axis("batch_size", (8, 16, 32))), seeds=5)
    for name, values in (("epochs", (1, 2)), ("units", (8,)), ("units", (8, 8))):
        with pytest.raises(UserError):
            Axis(name, values)
    with pytest.raises(UserError):
        Plan(BASE, (Axis("units", (8, 10_000)),))


def test_a_record_gives_the_same_sweep_back_and_nothing_else_is_read() -> None:
    sweep = started("id", "mine", 1.5, Plan(BASE, (RATES,), rule=Rule.MEDIAN))
    assert from_record("id", "mine", to_record(sweep)) == sweep
    for odd in ("", "[]", "{}", '{"plan": 1}', to_record(sweep).replace("learning_rate", "odd")):
        with pytest.raises(ValueError, match="sweep"):
            from_record("id", "mine", odd)
