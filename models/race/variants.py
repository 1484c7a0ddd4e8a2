"""The variants of a race: one experiment that differs in one setting."""

from collections.abc import Sequence
from dataclasses import replace

from data.language import Text, UserError, quoted
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import Task

FEWEST, MOST = 2, 6
KINDS = ("optimizer", "learning_rate", "batch_size", "seed", "layers")
"""What the variants of a race may differ in."""
RACED_OPTIMIZERS = ("sgd", "rmsprop", "adam")
SEEDS = 5
"""With how many seeds a race is run in all where its spread is asked for."""


def optimizer_race(task: Task) -> tuple[Experiment, ...]:
    """Return the lecture's race of a task: SGD, RMSprop and Adam, each as its preset has it.

    An optimizer without a preset takes Keras' own defaults.
    """
    base = task.settings[0].experiment
    presets = {each.experiment.optimizer.name: each.experiment for each in reversed(task.settings)}

    def variant(name: str) -> Experiment:
        found = presets.get(name)
        chosen = found.optimizer if found else Optimizer(name)
        return base.changed(optimizer=chosen)

    return tuple(map(variant, RACED_OPTIMIZERS))


def varied(base: Experiment, kind: str, value: str) -> Experiment:
    """Return an experiment with another value of the setting ``kind``, which is written as text.

    Layers are written as their units, "64-64", or "0" for none; further ones are like the last.

    >>> base = Experiment("boston", (Layer(64),), Optimizer(), epochs=1, batch_size=64)
    >>> [layer.units for layer in varied(base, "layers", "32-16").layers]
    [32, 16]
    """
    match kind:
        case "optimizer":
            return base.changed(optimizer=base.optimizer.renamed(value))
        case "learning_rate":
            return base.changed(optimizer=replace(base.optimizer, learning_rate=float(value)))
        case "layers":
            return base.changed(layers=_layers(base, value))
    return base.changed(**{kind: int(value)})


def written(experiment: Experiment, kind: str) -> str:
    """Return the value of a setting as ``varied`` reads it."""
    match kind:
        case "optimizer":
            return experiment.optimizer.name
        case "learning_rate":
            return f"{experiment.optimizer.learning_rate:g}"
        case "layers":
            return "-".join(str(layer.units) for layer in experiment.layers) or "0"
    return str(getattr(experiment, kind))


def _layers(base: Experiment, value: str) -> tuple[Layer, ...]:
    units = [int(each) for each in value.split("-") if int(each)]
    like = base.layers or (Layer(1),)
    pairs = ((like[min(place, len(like) - 1)], number) for place, number in enumerate(units))
    return tuple(replace(layer, units=number) for layer, number in pairs)


def check(variants: Sequence[Experiment]) -> None:
    """Raise ``UserError`` unless this can be a race: two to six different experiments of a task."""
    if not FEWEST <= len(variants) <= MOST:
        raise UserError(
            Text(
                f"경주에는 변형이 {FEWEST}~{MOST}개 필요합니다. 지금은 {len(variants)}개입니다.",
                f"A race takes {FEWEST} to {MOST} variants; {len(variants)} were chosen.",
            )
        )
    if len(set(variants)) < len(variants):
        raise UserError(
            Text(
                "같은 변형이 두 번 들어 있습니다. 하나를 빼 주세요.",
                "Two variants are the same. Take one out.",
            )
        )
    if len({each.task for each in variants}) > 1:
        raise UserError(
            Text(
                f"{quoted(variants[0].task)} 말고 다른 과제도 섞여 있습니다. 하나만 고르세요.",
                f"Not all variants are of the task {quoted(variants[0].task)}. Choose one task.",
            )
        )


def differing(variants: Sequence[Experiment]) -> list[str]:
    """Return the settings in which variants differ, of ``KINDS``."""
    return [kind for kind in KINDS if len({written(each, kind) for each in variants}) > 1]


def reseeded(variants: Sequence[Experiment], seed: int) -> tuple[Experiment, ...]:
    """Return the same race with another seed."""
    return tuple(each.changed(seed=seed) for each in variants)
