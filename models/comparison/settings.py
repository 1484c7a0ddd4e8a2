"""The settings of runs side by side: flat values by name, those that differ first.

Everything here is a pure function of experiments, so that the table, the legend of the curves and
the differences always name the same settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.experiment import OPTIMIZER_PARAMETERS, Experiment, Layer, Optimizer

Setting = str | float | int | bool | None
"""A value as it was chosen; None where the setting means nothing for a run."""

SEED = "seed"
_READING = ("corpus", "tokenizer", "vocabulary_size", "stop_words")
_AT_LAST = (
    *("batch_size", "epochs", SEED, "train_size", "validation_share", "standardize"),
    *("l2", "early_stopping"),
)
OPTIMIZER_SETTINGS = tuple(
    dict.fromkeys(name for names in OPTIMIZER_PARAMETERS.values() for name in names)
)
NAMES = (
    *("task", "data", "layers", "optimizer", "learning_rate", *OPTIMIZER_SETTINGS, "clipnorm"),
    *(*_AT_LAST, "left_out", *_READING),
)
"""Every setting, in the order in which a table shows them."""


def settings(experiment: Experiment) -> dict[str, Setting]:
    """Return the settings of an experiment by their names, in the order of ``NAMES``."""
    arguments, reading = experiment.optimizer.arguments(), experiment.reading
    values: dict[str, Setting] = {
        "task": experiment.task,
        "data": experiment.data and experiment.data[:8],
        "layers": " → ".join(map(_layer, experiment.layers)),
        "optimizer": experiment.optimizer.name,
        **arguments,
        **{name: getattr(experiment, name) for name in _AT_LAST},
        "left_out": len(experiment.left_out) or None,
        **({name: getattr(reading, name) for name in _READING} if reading else {}),
    }
    return {name: values.get(name) for name in NAMES}


def _layer(layer: Layer) -> str:
    dropout = f" −{layer.dropout:g}" if layer.dropout else ""
    return f"{layer.units} {layer.activation}{dropout}"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of settings that differ among experiments, and of those that all have alike."""

    differing: tuple[str, ...]
    alike: tuple[str, ...]


def columns(experiments: Sequence[Experiment]) -> Columns:
    """Return which settings set experiments apart; what means nothing to any of them is left out.

    A different set of rows that are left out, or other own data, differs even where the table
    shows the same number for both.
    """
    rows = [settings(experiment) for experiment in experiments]
    found = {name: {row[name] for row in rows} for name in NAMES}
    differing = [name for name in NAMES if len(found[name]) > 1]
    if "left_out" not in differing and len({each.left_out for each in experiments}) > 1:
        differing.append("left_out")
    alike = [n for n in NAMES if n not in differing and found[n] and found[n] != {None}]
    return Columns(tuple(differing), tuple(alike))


def repeats(experiments: Sequence[Experiment]) -> list[list[int]]:
    """Return the places of experiments that have all settings but the seed in common.

    Groups stand in the order of their first members; one that nothing repeats is alone in its own.
    The same seed twice is no repeat: it would count one result as two.
    """
    groups: dict[Experiment, list[int]] = {}
    for place, experiment in enumerate(experiments):
        groups.setdefault(experiment.changed(seed=0), []).append(place)
    found: list[list[int]] = []
    for places in groups.values():
        seeds = [experiments[place].seed for place in places]
        found += [places] if len(set(seeds)) == len(seeds) else [[place] for place in places]
    return sorted(found)


def difference(experiment: Experiment, names: Sequence[str]) -> dict[str, Setting]:
    """Return the named settings of an experiment, without those that mean nothing to it.

    Among other optimizers, what an optimizer has by default goes without saying.
    """
    values = settings(experiment)
    usual = Optimizer(experiment.optimizer.name).arguments() if "optimizer" in names else {}
    unsaid = {name for name in OPTIMIZER_SETTINGS if name in usual and values[name] == usual[name]}
    told = [name for name in names if values[name] is not None and name not in unsaid]
    return {name: values[name] for name in told}
