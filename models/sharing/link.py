"""An experiment in the address of a page, with what came out of it: a link that reproduces.

The settings are those of a preset and what differs from it, so that the address stays short. Every
value of an address is looked at before it is used: it is read as plain words and numbers, and what
it makes is an ``Experiment``, which is validated like any other.
"""

import hashlib
import re
from dataclasses import dataclass

from data.language import Text, UserError, quoted
from models.events import History, Origin, State
from models.experiment import Experiment
from models.runs.run import Run
from models.settings import changed
from models.tasks.base import Task
from models.training_command import differences

SETTINGS, RESULT = "settings", "result"
"""The parts of an address."""
LONGEST = 1_500
"""Characters of settings in an address: some servers and messengers cut longer ones."""

_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,80}")
_LAYER = re.compile(r"([0-9]{1,5})([a-z]{1,10})([0-9.]{0,20})")
_ROWS = re.compile(r"[0-9]{1,6}(_[0-9]{1,6})*")
_RESULT = re.compile(r"([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9A-Za-z.+_]{1,60})")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a run, short: 16 hex digits of its weights, 8 of its rows and its machine,
    and the versions of its libraries.
    """

    weights: str
    data: str
    machine: str
    versions: str

    @classmethod
    def of(cls, origin: Origin) -> "Result":
        machine = hashlib.sha256(origin.machine.encode()).hexdigest()[:8]
        versions = "_".join(word for word in origin.versions.split() if word[0].isdigit())
        return cls(origin.weights[:16], origin.data[:8], machine, versions)

    def differences(self, other: "Result") -> tuple[str, ...]:
        """Return what is not the same: nothing where the weights are, bit for bit."""
        if self.weights == other.weights:
            return ()
        names = ("data", "machine", "versions")
        return tuple(n for n in names if getattr(self, n) != getattr(other, n)) or ("unknown",)

    def to_text(self) -> str:
        return f"{self.weights}-{self.data}-{self.machine}-{self.versions}"


def read_result(text: str) -> Result:
    """Return what ``Result.to_text`` wrote; raises ``UserError`` for anything else."""
    found = _RESULT.fullmatch(text)
    if not found:
        raise _unreadable(text)
    return Result(*found.groups())


def write_settings(task: Task, experiment: Experiment) -> str:
    """Return an experiment as an address names it; raises ``UserError`` where that is too long."""
    starts = {preset.name: differences(preset.experiment, experiment) for preset in task.settings}
    name = min(starts, key=lambda each: len(starts[each]))
    values = experiment.to_dict()
    words = [name]
    for setting in starts[name]:
        key, _, value = setting.partition("=")
        words.append(f"{key}:{_short(key, value, values)}")
    text = "~".join(words)
    if len(text) > LONGEST:
        raise UserError(_TOO_LONG)
    return text


def read_settings(task: Task, text: str) -> Experiment:
    """Return the experiment that an address names; raises ``UserError`` for what is none."""
    name, *words = text[: LONGEST + 1].split("~")
    if len(text) > LONGEST or name not in task.presets:
        raise _unreadable(text)
    found = changed(task.presets[name], [_setting(word, text) for word in words])
    if (found.task, found.data) != (task.name, task.default.data):
        raise _unreadable(text)
    return found


def result_of(run: Run, history: History) -> Result | None:
    """Return what a run came to that anybody can repeat; None where its settings do not say it all.

    That is so while it is not done, after its learning rate was changed on the way, after it was
    taken back to an earlier epoch, and for a run from before fingerprints were recorded.
    """
    was_tuned = any(tuned.learning_rate is not None for tuned in history.tunings)
    end = history.end
    if run.state is not State.DONE or run.test is None or was_tuned or not end or not end.origin:
        return None
    return Result.of(end.origin)


def _short(key: str, value: str, values: dict[str, object]) -> str:
    if key == "layers":
        layers: list[dict[str, object]] = values["layers"]  # type: ignore[assignment]
        return "_".join(map(_short_layer, layers)) or "none"
    if key == "left_out":
        return value.strip("[]").replace(",", "_") or "none"
    return value.strip('"')


def _short_layer(layer: dict[str, object]) -> str:
    return f"{layer['units']}{layer['activation']}{layer['dropout'] or ''}"


def _setting(word: str, text: str) -> str:
    """Return one setting as ``KEY=VALUE``, once it is known to be a plain word or number."""
    key, colon, value = word.partition(":")
    if not colon or not _WORD.fullmatch(key):
        raise _unreadable(text)
    if key == "layers":
        return f"layers=[{','.join(_layer(each, text) for each in _parts(value))}]"
    if key == "left_out" and (value == "none" or _ROWS.fullmatch(value)):
        rows = ",".join(str(int(row)) for row in _parts(value))
        return f"left_out=[{rows}]"
    if not _WORD.fullmatch(value):
        raise _unreadable(text)
    return f"{key}={value}"


def _parts(value: str) -> list[str]:
    return [] if value == "none" else value.split("_")


def _layer(word: str, text: str) -> str:
    found = _LAYER.fullmatch(word)
    if not found:
        raise _unreadable(text)
    units, activation, dropout = found.groups()
    try:
        share = float(dropout or 0)
    except ValueError:
        raise _unreadable(text) from None
    return f'{{"units":{int(units)},"activation":"{activation}","dropout":{share!r}}}'


def _unreadable(text: str) -> UserError:
    return UserError(
        Text(
            f"링크의 {quoted(text[:40])} 부분을 읽을 수 없습니다. 링크를 처음부터 끝까지 다시 "
            "복사하거나, 보내 준 사람에게 새 링크를 부탁하세요.",
            f"The part {quoted(text[:40])} of this link cannot be read. Copy the whole link again, "
            "or ask whoever sent it for a new one.",
        )
    )


_TOO_LONG = Text(
    "설정이 너무 길어 링크에 담을 수 없습니다. 빼놓은 행을 줄이거나, 실행을 공유하세요.",
    "These settings are too long for a link. Leave out fewer rows, or share the run instead.",
)
