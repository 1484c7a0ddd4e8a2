"""What a sweep shall try: an experiment, up to three settings with values, repeats, and a rule.

A plan is a plain value. The same plan always means the same experiments in the same order.
"""

import itertools
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from data.language import Text, UserError, quoted
from models.experiment import Experiment, Layer
from models.sweeps.rules import Rule

MOST_AXES = 3
MOST_VALUES = 8
MOST_SEEDS = 5
MOST_RUNS = 40
"""Runs of one sweep: an owner's store holds fifty, and some of them shall be left."""

Value = str | int | float


class Choice(StrEnum):
    """Whether every combination of the values is tried, or some that are drawn at random."""

    GRID = "grid"
    RANDOM = "random"


def _depth(experiment: Experiment, value: Any) -> Experiment:
    layer = experiment.layers[0] if experiment.layers else Layer(64)
    return experiment.changed(layers=(layer,) * value)


def _each_layer(name: str) -> Callable[[Experiment, Any], Experiment]:
    def apply(experiment: Experiment, value: Any) -> Experiment:
        layers = experiment.layers or (Layer(64),)
        return experiment.changed(layers=tuple(replace(each, **{name: value}) for each in layers))

    return apply


def _field(name: str) -> Callable[[Experiment, Any], Experiment]:
    return lambda experiment, value: experiment.changed(**{name: value})


def _learning_rate(experiment: Experiment, value: Any) -> Experiment:
    return experiment.changed(optimizer=replace(experiment.optimizer, learning_rate=value))


def _optimizer(experiment: Experiment, value: Any) -> Experiment:
    return experiment.changed(optimizer=experiment.optimizer.renamed(value))


AXES: dict[str, Callable[[Experiment, Any], Experiment]] = {
    "depth": _depth,
    "units": _each_layer("units"),
    "activation": _each_layer("activation"),
    "dropout": _each_layer("dropout"),
    "optimizer": _optimizer,
    "learning_rate": _learning_rate,
    "batch_size": _field("batch_size"),
    "l2": _field("l2"),
}
"""The settings that can be swept, in the order in which they are applied: another optimizer comes
before its learning rate, and the number of hidden layers before what each of them has."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting of ``AXES`` with the values that are tried, two to ``MOST_VALUES``."""

    name: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if self.name not in AXES:
            known = ", ".join(AXES)
            raise UserError(
                Text(
                    f"{quoted(self.name)}은(는) 탐색할 수 없습니다. 다음 중에서 고르세요: {known}.",
                    f"{quoted(self.name)} cannot be swept. Choose one of: {known}.",
                )
            )
        if not 2 <= len(self.values) <= MOST_VALUES or len(set(self.values)) < len(self.values):
            raise UserError(
                Text(
                    f"{self.name}: 서로 다른 값을 2~{MOST_VALUES}개 골라 주세요.",
                    f"{self.name}: choose 2 to {MOST_VALUES} different values.",
                )
            )


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a sweep: its number from 0, the values of the axes, and the experiment."""

    number: int
    values: tuple[Value, ...]
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep tries; ``points`` is how many combinations are drawn at random.

    Raises ``UserError`` when there are too many axes or runs, or when an experiment cannot be.
    """

    base: Experiment
    axes: tuple[Axis, ...]
    choice: Choice = Choice.GRID
    points: int = 8
    seeds: int = 1
    rule: Rule = Rule.NONE

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if not 1 <= len(names) <= MOST_AXES or len(set(names)) < len(names):
            raise UserError(
                Text(
                    f"서로 다른 설정을 1~{MOST_AXES}개 골라 주세요.",
                    f"Choose 1 to {MOST_AXES} different settings.",
                )
            )
        if not 1 <= self.seeds <= MOST_SEEDS or self.points < 1:
            raise UserError(
                Text(
                    f"시드는 1~{MOST_SEEDS}개, 조합은 1개 이상이어야 합니다.",
                    f"Choose 1 to {MOST_SEEDS} seeds and at least one combination.",
                )
            )
        if self.runs > MOST_RUNS:
            raise UserError(
                Text(
                    f"실행이 {self.runs}개가 됩니다. {MOST_RUNS}개 이하가 되도록 값이나 시드를 "
                    "줄이거나 무작위 선택으로 바꿔 주세요.",
                    f"That makes {self.runs} runs. Choose fewer values or seeds, or draw at "
                    f"random, so that there are {MOST_RUNS} at most.",
                )
            )
        self.trials()  # raises for an experiment that cannot be

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        every = math.prod(len(axis.values) for axis in self.axes)
        return self.seeds * (every if self.choice is Choice.GRID else min(every, self.points))

    def combinations(self) -> list[tuple[Value, ...]]:
        """Return the combinations of values in the order of the grid.

        Those that are drawn at random depend on the seed of the experiment alone.
        """
        every = list(itertools.product(*(axis.values for axis in self.axes)))
        if self.choice is Choice.GRID or self.points >= len(every):
            return every
        drawn = random.Random(self.base.seed).sample(range(len(every)), self.points)
        return [every[place] for place in sorted(drawn)]

    def trials(self) -> list[Trial]:
        """Return all runs: every combination with the first seed, then with the next one."""
        pairs = itertools.product(range(self.seeds), self.combinations())
        return [
            Trial(number, values, self._experiment(values, seed))
            for number, (seed, values) in enumerate(pairs)
        ]

    def _experiment(self, values: tuple[Value, ...], seed: int) -> Experiment:
        wanted = {axis.name: value for axis, value in zip(self.axes, values, strict=True)}
        experiment = self.base.changed(seed=self.base.seed + seed)
        for name, apply in AXES.items():
            if name in wanted:
                experiment = apply(experiment, wanted[name])
        return experiment

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; ``from_dict`` gives the same plan back."""
        return {
            "base": self.base.to_dict(),
            "axes": [{"name": axis.name, "values": list(axis.values)} for axis in self.axes],
            "choice": str(self.choice),
            "points": self.points,
            "seeds": self.seeds,
            "rule": str(self.rule),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Plan":
        """Build a plan from parsed JSON; raises what reading a record of another kind raises."""
        return cls(
            Experiment.from_dict(values["base"]),
            tuple(Axis(each["name"], tuple(each["values"])) for each in values["axes"]),
            Choice(values["choice"]),
            int(values["points"]),
            int(values["seeds"]),
            Rule(values["rule"]),
        )
