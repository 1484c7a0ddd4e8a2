"""``run.json`` of a bundle: everything of a run but its curves and its weights.

What a stranger wrote is taken field by field, never as an object of whatever class it names.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from data.file_readers.json_document import parse_json
from data.language import Text, UserError
from models.bundles import errors
from models.events import (
    ENDED,
    Baseline,
    Baselines,
    End,
    Event,
    History,
    Started,
    Tuned,
    from_json,
    to_json,
)
from models.experiment import Experiment
from models.field_types import check_fields

FORMAT = "FNN Lab run"
VERSION = 1
MAX_BYTES = 2**21
_MOST_BRACKETS = 50_000
"""Of lists and objects: each takes a hundred times the memory of its two characters."""
_LONGEST_TEXT = 1_000
_FIELDS = frozenset(
    {"format", "version", "name", "experiment", "scaling", "vocabulary", "events", "fingerprint"}
)
_BASELINES = frozenset({"mean", "linear_regression", "ridge", "lasso", "majority", "no_hidden"})
_WORD = re.compile(r"[A-Za-z0-9_ .-]{0,60}")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Description:
    """A run without its curves: ``events`` are those that are neither points nor epochs.

    ``scaling`` and ``vocabulary`` are JSON values as ``network.json`` has them, ``fingerprint`` is
    that of the weights.
    """

    name: str
    experiment: Experiment
    scaling: Any
    vocabulary: Any
    started: Started
    tunings: tuple[Tuned, ...]
    baselines: tuple[Baseline, ...]
    end: End
    fingerprint: str

    @property
    def network(self) -> dict[str, Any]:
        """What ``network.json`` holds."""
        return {
            "experiment": self.experiment.to_dict(),
            "scaling": self.scaling,
            "vocabulary": self.vocabulary,
        }


def described(name: str, network: Mapping[str, Any], history: History, digest: str) -> Description:
    """Return the description of a run that is over, out of its ``network.json`` and history.

    Checkpoints stay behind, and so does what the run went on from.
    """
    assert history.started and history.end
    return Description(
        name,
        Experiment.from_dict(network["experiment"]),
        network["scaling"],
        network.get("vocabulary"),
        replace(history.started, epoch=0, update=0),
        history.tunings,
        history.baselines,
        replace(history.end, checkpoint=None),
        digest,
    )


def write_description(description: Description) -> str:
    """Return the JSON text of a description."""
    events: list[Event] = [description.started, *description.tunings]
    if description.baselines:
        events.append(Baselines(description.baselines))
    values = {
        "format": FORMAT,
        "version": VERSION,
        "name": description.name,
        "fingerprint": description.fingerprint,
        **description.network,
        "events": [to_json(event) for event in (*events, description.end)],
    }
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def read_description(content: bytes) -> Description:
    """Return the description in a file of at most ``MAX_BYTES``.

    Raises ``BadBundle``, for anything that the lab would not have written.
    """
    values = _values(content)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise errors.no_bundle()
    if isinstance(version := values.get("version"), int) and version > VERSION:
        raise errors.newer_version()
    for name in sorted(set(values) ^ _FIELDS):
        raise errors.bad_run(name)
    name, digest = values["name"], values["fingerprint"]
    if not isinstance(name, str) or len(name) > _LONGEST_TEXT:
        raise errors.bad_run("name")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise errors.bad_run("fingerprint")
    try:
        experiment = Experiment.from_dict(values["experiment"])
    except UserError as error:
        raise errors.bad_part("run.json", error.text) from None
    except (TypeError, ValueError):  # such as a list where a name belongs
        raise errors.bad_run("experiment") from None
    events = _Events.read(values["events"])
    return Description(
        name,
        experiment,
        values["scaling"],
        values["vocabulary"],
        events.started,
        events.tunings,
        events.baselines,
        events.end,
        digest,
    )


def _values(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = Text("UTF-8로 쓰이지 않은 글자가 있습니다.", "It is not written in UTF-8.")
        raise errors.bad_part("run.json", reason) from None
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise errors.bad_run("[")
    try:
        return parse_json(text, "run.json")
    except UserError as error:
        raise errors.BadBundle(error.text) from None


@dataclass(frozen=True, slots=True)
class _Events:
    """What a run said beside its points and epochs, each of it in its place and as it should be."""

    started: Started
    tunings: tuple[Tuned, ...]
    baselines: tuple[Baseline, ...]
    end: End

    @classmethod
    def read(cls, values: object) -> "_Events":
        """Read the events; raises ``BadBundle`` unless they begin and end a run."""
        if not isinstance(values, list) or not 2 <= len(values) <= 10_000:
            raise errors.bad_run("events")
        try:
            found = [_event(each) for each in values]
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, UserError):
            raise errors.bad_run("events") from None
        started, *between, end = found
        if not isinstance(started, Started) or not isinstance(end, End):
            raise errors.bad_run("events")
        tunings = tuple(each for each in between if isinstance(each, Tuned))
        told = [each for each in between if isinstance(each, Baselines)]
        if len(tunings) + len(told) < len(between) or len(told) > 1:
            raise errors.bad_run("events")
        _check_started(started)
        _check_end(end)
        for tuned in tunings:
            _check_tuned(tuned)
        baselines = told[0].baselines if told else ()
        if len(baselines) > 10 or not {each.name for each in baselines} <= _BASELINES:
            raise errors.bad_run("baselines")
        return cls(started, tunings, baselines, end)


def _event(values: object) -> Event:
    """Return an event with every field of the type that it declares; raises ``ValueError``."""
    if not isinstance(values, dict):
        raise ValueError("an event is an object")
    event = from_json(values)
    check_fields(event)
    return event


def _check_started(started: Started) -> None:
    counts = (started.parameters, started.rows, started.updates_per_epoch, started.epochs)
    is_whole = (started.epoch, started.update) == (0, 0)
    if min(*counts, started.threads) < 1 or not is_whole or len(started.metric) > 60:
        raise errors.bad_run("started")


def _check_tuned(tuned: Tuned) -> None:
    figures = (tuned.learning_rate, tuned.updates_per_second)
    if tuned.update < 0 or any(each is not None and each <= 0 for each in figures):
        raise errors.bad_run("tuned")


def _check_end(end: End) -> None:
    """Raise ``BadBundle`` where the end of a run says what a page could not show."""
    said = [end.error.ko, end.error.en] if end.error else []
    figures = [value for each in end.diagnoses for value in each.figures.values()]
    words = [each.name for each in end.diagnoses]
    words += [value for value in figures if isinstance(value, str)]
    counts = [each for each in (end.update, end.best_epoch) if each is not None]
    if end.state not in ENDED or end.checkpoint is not None or min(counts, default=0) < 0:
        raise errors.bad_run("end")
    if len(end.diagnoses) > 20 or not all(map(_WORD.fullmatch, words)):
        raise errors.bad_run("diagnoses")
    if any(len(text) > _LONGEST_TEXT for text in said):
        raise errors.bad_run("error")
    if end.seconds is not None and not 0 <= end.seconds < 1e9:
        raise errors.bad_run("seconds")
    if end.kept is not None and end.kept.epoch < 0:
        raise errors.bad_run("kept")
