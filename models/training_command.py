"""The command that trains an experiment: ``python -m models train`` with a preset and settings."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from models.experiment import Experiment
from models.settings import changed
from models.tasks.base import Task


def train_command(task: Task, experiment: Experiment) -> str | None:
    """Return the shortest command that trains an experiment of a task.

    None for a task of one's own, whose data a command does not find.
    """
    if experiment.data:
        return None
    found = [(differences(preset.experiment, experiment), preset.name) for preset in task.settings]
    wanted, name = min(found, key=lambda each: len(each[0]))
    words = ["python", "-m", "models", "train", name]
    for setting in wanted:
        words += ["--set", setting]
    return shlex.join(words)


def differences(start: Experiment, wanted: Experiment) -> list[str]:
    """Return the ``KEY=VALUE`` settings that make ``wanted`` of ``start``."""
    name = wanted.optimizer.name
    begun = [] if start.optimizer.name == name else [f"optimizer.name={name}"]
    before, after = changed(start, begun).to_dict(), wanted.to_dict()
    return begun + [
        f"{key}={_json(value)}" for key, value in _leaves(after) if _at(before, key) != value
    ]


def _leaves(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += [(f"{key}.{inner}", each) for inner, each in value.items()]
        else:
            found.append((key, value))
    return found


def _at(values: Mapping[str, Any], key: str) -> Any:
    outer, _, inner = key.partition(".")
    return values[outer].get(inner) if inner else values.get(outer)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
