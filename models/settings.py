"""Experiments as a command names them: a preset or a file, changed by ``KEY=VALUE`` settings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.file_readers.json_document import NotJson, parse_json
from data.file_readers.text_file import read_text
from data.language import Text, UserError, quoted
from models.experiment import OPTIMIZER_PARAMETERS, Experiment
from models.tasks import BUILT_IN, preset_named

MAX_EXPERIMENT_BYTES = 2**20

Setting = tuple[str, Any]
"""A key, such as "epochs" or "optimizer.name", and a JSON value."""


def read_experiment(name: str) -> Experiment:
    """Return a preset, or the experiment in a JSON file when the name ends in ``.json``.

    Raises ``UserError`` when there is no such preset or file, or the file holds no experiment.
    """
    if not name.endswith(".json"):
        return preset_named(name)
    text = read_text(Path(name), MAX_EXPERIMENT_BYTES)
    return Experiment.from_dict(parse_json(text, quoted(Path(name))))


def changed(experiment: Experiment, settings: Sequence[str]) -> Experiment:
    """Return the experiment with ``KEY=VALUE`` settings applied.

    A key is a field ("epochs"), a field of a field ("optimizer.learning_rate",
    "reading.vocabulary_size") or "layers" with a JSON list. A value is JSON where it parses as
    JSON, text otherwise. What depends on a setting follows it, unless it is set as well: another
    optimizer has its own defaults, and a task that reads gets a reading. Raises ``UserError`` for
    what is no experiment then.
    """
    wanted = [_setting(setting) for setting in settings]
    values = _with_dependents(experiment, wanted).to_dict()
    for key, value in wanted:
        outer, _, inner = key.partition(".")
        if inner and isinstance(values.get(outer), dict):
            values[outer][inner] = value
        else:
            values[key] = value
    return Experiment.from_dict(values)


def _setting(setting: str) -> Setting:
    key, equals, text = setting.partition("=")
    if not equals:
        raise UserError(
            Text(
                f"--set {quoted(setting)}: KEY=VALUE 꼴로 적어 주세요. 예: --set epochs=10",
                f"--set {quoted(setting)}: write KEY=VALUE, for example --set epochs=10",
            )
        )
    return key, _value(key, text)


def _value(key: str, text: str) -> Any:
    try:
        return parse_json(text, f"--set {quoted(key)}")
    except NotJson:
        if text.lstrip().startswith(("[", "{", '"')):
            raise
        return text


def _with_dependents(experiment: Experiment, wanted: Sequence[Setting]) -> Experiment:
    """Return the experiment with the defaults that settings to come bring with them."""
    last = dict(wanted)
    name, task = last.get("optimizer.name"), last.get("task", experiment.task)
    if isinstance(name, str) and name in OPTIMIZER_PARAMETERS:
        experiment = experiment.changed(optimizer=experiment.optimizer.renamed(name))
    usual = {each.name: each.default.reading for each in BUILT_IN}
    if experiment.reading is None and isinstance(task, str):
        experiment = experiment.changed(reading=usual.get(task))
    return experiment
