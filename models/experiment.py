"""What a learner chose: one value that says everything about a run before it starts.

An ``Experiment`` is plain, frozen and validated in one place, here. The same experiment always
trains the same way, whether it comes from the page, from a file or from the command line.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING as _MISSING
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

from data.language import Text, UserError, quoted
from data.text.analysers import TOKENIZERS
from data.text.reviews import CORPORA

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "gelu", "linear")
MAX_HIDDEN_LAYERS = 6
MAX_PARAMETERS = 5_000_000

OPTIMIZER_PARAMETERS: dict[str, tuple[str, ...]] = {
    "sgd": ("momentum", "nesterov"),
    "rmsprop": ("rho", "momentum", "epsilon", "centered"),
    "adam": ("beta_1", "beta_2", "epsilon", "amsgrad"),
    "adamw": ("weight_decay", "beta_1", "beta_2", "epsilon", "amsgrad"),
    "adagrad": ("initial_accumulator_value", "epsilon"),
}
"""Every optimizer of the lab and the Keras arguments it takes beside the learning rate."""

RANGES: dict[str, tuple[float, float]] = {
    "units": (1, 1024),
    "dropout": (0.0, 0.9),
    "learning_rate": (1e-8, 100.0),
    "momentum": (0.0, 0.9999),
    "rho": (0.0, 0.9999),
    "beta_1": (0.0, 0.9999),
    "beta_2": (0.0, 0.999999),
    "epsilon": (1e-12, 1.0),
    "weight_decay": (0.0, 1.0),
    "initial_accumulator_value": (0.0, 10.0),
    "clipnorm": (0.0, 1e6),
    "epochs": (1, 500),
    "batch_size": (1, 65_536),
    "seed": (0, 2**31 - 1),
    "train_size": (1, 1_000_000),
    "validation_share": (0.0, 0.5),
    "l2": (0.0, 1.0),
    "early_stopping": (1, 500),
    "vocabulary_size": (100, 20_000),
}
"""Lowest and highest allowed value of every number in an experiment."""

OWN_CORPUS = "own"
"""The corpus of a task that has documents of its own, and no others to choose from."""

MOST_LEFT_OUT = 100_000
"""Training rows that an experiment can name to do without them."""

_DIGEST = re.compile("[0-9a-f]{64}")

LEARNING_RATES = (*(m * 10.0**e for e in range(-5, 1) for m in (1, 2, 5)), 10.0)
"""The usual learning rates, from small to large."""

WHOLE_NUMBERS = frozenset(
    {
        *("units", "epochs", "batch_size", "seed", "train_size"),
        *("early_stopping", "vocabulary_size"),
    }
)
"""Those of them that have no fractions."""


def check_setting(name: str, value: object) -> None:
    """Raise ``UserError`` unless a number in ``RANGES`` may have this value."""
    (_check_whole if name in WHOLE_NUMBERS else _check_number)(name, value)


@dataclass(frozen=True, slots=True)
class Layer:
    """One hidden Dense layer: units, activation, and the share of outputs that dropout zeroes."""

    units: int
    activation: str = "relu"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _check_whole("units", self.units)
        _check_choice("activation", self.activation, ACTIVATIONS)
        _check_number("dropout", self.dropout)


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer by its Keras name; the defaults are those of Keras 3.

    Beside learning rate and ``clipnorm`` only the arguments in ``OPTIMIZER_PARAMETERS[name]`` mean
    anything; the others stay at their defaults and are left out of ``to_dict``.
    """

    name: str = "sgd"
    learning_rate: float = 0.001
    momentum: float = 0.0
    nesterov: bool = False
    rho: float = 0.9
    centered: bool = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    amsgrad: bool = False
    epsilon: float = 1e-7
    weight_decay: float = 0.004
    initial_accumulator_value: float = 0.1
    clipnorm: float = 0.0
    """The largest norm that the gradient of one kernel or bias may have; 0 leaves it as it is."""

    def __post_init__(self) -> None:
        _check_choice("optimizer", self.name, tuple(OPTIMIZER_PARAMETERS))
        _check_number("learning_rate", self.learning_rate)
        _check_number("clipnorm", self.clipnorm)
        for name in OPTIMIZER_PARAMETERS[self.name]:
            value = getattr(self, name)
            if name in RANGES:
                _check_number(name, value)
            else:
                _check_switch(name, value)

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments for the Keras optimizer of this name."""
        names = ("learning_rate", *OPTIMIZER_PARAMETERS[self.name])
        clipping = {"clipnorm": self.clipnorm} if self.clipnorm else {}
        values = {name: getattr(self, name) for name in names} | clipping
        return {name: float(v) if name in RANGES else v for name, v in values.items()}

    def renamed(self, name: str) -> "Optimizer":
        """Return the optimizer of a name: this learning rate and clipping, else its defaults."""
        if name == self.name:
            return self
        return Optimizer(name, learning_rate=self.learning_rate, clipnorm=self.clipnorm)

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, **self.arguments()}


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How texts are read: which corpus, which tokenizer, and which words are kept.

    The ``vocabulary_size`` most frequent words of the training rows have an index each;
    ``stop_words`` leaves particles and punctuation out of them.
    """

    corpus: str = "bundled"
    tokenizer: str = "okt"
    vocabulary_size: int = 1_000
    stop_words: bool = False

    def __post_init__(self) -> None:
        if self.corpus != OWN_CORPUS:
            _check_choice("corpus", self.corpus, tuple(corpus.name for corpus in CORPORA))
        _check_choice("tokenizer", self.tokenizer, tuple(TOKENIZERS))
        _check_whole("vocabulary_size", self.vocabulary_size)
        _check_switch("stop_words", self.stop_words)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything a learner chose.

    ``train_size`` None means all training rows. ``validation_share`` 0 means that the test rows
    serve as validation rows, as in the lecture; otherwise the last share of the training rows is
    held back. ``early_stopping`` is the patience in epochs, None for no early stopping. ``reading``
    is for tasks on text only. ``data`` is the digest of the own data that the task is about, None
    for a task that comes with the lab. ``left_out`` are the numbers of training rows that are not
    used, from 0 and in rising order.

    Raises ``UserError`` naming the field, the value and the allowed range.
    """

    task: str
    layers: tuple[Layer, ...]
    optimizer: Optimizer
    epochs: int
    batch_size: int
    seed: int = 0
    train_size: int | None = None
    validation_share: float = 0.0
    standardize: bool = True
    l2: float = 0.0
    early_stopping: int | None = None
    reading: TextSettings | None = None
    data: str | None = None
    left_out: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.layers) > MAX_HIDDEN_LAYERS:
            raise UserError(
                Text(
                    f"은닉층(layers)은 0~{MAX_HIDDEN_LAYERS}개까지 쓸 수 있습니다. "
                    f"지금은 {len(self.layers)}개입니다.",
                    f"layers: {len(self.layers)} hidden layers were asked for; "
                    f"0 to {MAX_HIDDEN_LAYERS} are allowed.",
                )
            )
        _check_whole("epochs", self.epochs)
        _check_whole("batch_size", self.batch_size)
        _check_whole("seed", self.seed)
        if self.train_size is not None:
            _check_whole("train_size", self.train_size)
        _check_number("validation_share", self.validation_share)
        _check_switch("standardize", self.standardize)
        _check_number("l2", self.l2)
        if self.early_stopping is not None:
            _check_whole("early_stopping", self.early_stopping)
        if self.data is not None:
            _check_digest("data", self.data)
        _check_rows("left_out", self.left_out)

    @property
    def validates_on_test(self) -> bool:
        """Whether the test rows validate, as in the lecture: both figures then say the same."""
        return self.validation_share == 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; ``from_dict`` gives the same experiment back."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.data is None:
            del values["data"]  # which a lab that knows no own data cannot read
        values["left_out"] = list(self.left_out)
        if not self.left_out:
            del values["left_out"]
        values["layers"] = [asdict(layer) for layer in self.layers]
        values["optimizer"] = self.optimizer.to_dict()
        values["reading"] = None if self.reading is None else asdict(self.reading)
        return values

    @classmethod
    def from_dict(cls, values: object) -> "Experiment":
        """Build an experiment from parsed JSON.

        Raises ``UserError`` for anything that is not an experiment: a missing or unknown field, a
        value of the wrong kind or out of range.
        """
        given = _fields_of(cls, "experiment", values)
        layers = given.get("layers")
        if not isinstance(layers, list | tuple):
            raise _wrong_kind("layers", layers, Text("목록", "a list"))
        optimizer = _fields_of(Optimizer, "optimizer", given.get("optimizer"))
        _refuse_foreign_parameters(optimizer)
        left_out = given.get("left_out", ())
        if not isinstance(left_out, list | tuple):
            raise _wrong_kind("left_out", left_out, Text("목록", "a list"))
        reading = given.get("reading")
        if reading is not None:
            reading = TextSettings(**_fields_of(TextSettings, "reading", reading))
        return cls(
            **{
                **given,
                "reading": reading,
                "left_out": tuple(left_out),
                "layers": tuple(Layer(**_fields_of(Layer, "layers", layer)) for layer in layers),
                "optimizer": Optimizer(**optimizer),
            }
        )

    def changed(self, **values: Any) -> "Experiment":
        """Return a copy with some fields changed, validated again."""
        return replace(self, **values)


def _fields_of(cls: type, name: str, values: object) -> dict[str, Any]:
    """Check that ``values`` is an object with exactly fields of the dataclass ``cls``."""
    if not isinstance(values, Mapping):
        raise _wrong_kind(name, values, Text("객체(JSON object)", "a JSON object"))
    known = {field.name for field in fields(cls)}
    unknown = sorted(str(key) for key in values if key not in known)
    if unknown:
        listed = ", ".join(sorted(known))
        raise UserError(
            Text(
                f"{name}에 {quoted(unknown[0])}(이)라는 항목은 없습니다. 쓸 수 있는 항목: "
                f"{listed}.",
                f"{name} has no field {quoted(unknown[0])}. Its fields are: {listed}.",
            )
        )
    required = [f.name for f in fields(cls) if f.default is _MISSING and f.name not in values]
    if required:
        raise UserError(
            Text(
                f"{name}에 '{required[0]}' 항목이 빠졌습니다. 값을 적어 주세요.",
                f"{name} lacks the field '{required[0]}'. Please give it a value.",
            )
        )
    return {str(key): value for key, value in values.items()}


def _refuse_foreign_parameters(optimizer: dict[str, Any]) -> None:
    name = optimizer.get("name", "sgd")
    _check_choice("optimizer", name, tuple(OPTIMIZER_PARAMETERS))
    allowed = {"name", "learning_rate", "clipnorm", *OPTIMIZER_PARAMETERS[name]}
    foreign = sorted(set(optimizer) - allowed)
    if foreign:
        raise UserError(
            Text(
                f"옵티마이저 {name}에는 {quoted(foreign[0])} 설정이 없습니다. "
                f"쓸 수 있는 설정: {', '.join(sorted(allowed))}.",
                f"The optimizer {name} has no setting {quoted(foreign[0])}. "
                f"Its settings are: {', '.join(sorted(allowed))}.",
            )
        )


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_kind(name, value, Text("숫자", "a number"))
    low, high = RANGES[name]
    if not low <= value <= high:  # which NaN is not either
        raise _out_of_range(name, value, low, high)


def _check_whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_kind(name, value, Text("정수", "a whole number"))
    low, high = RANGES[name]
    if not low <= value <= high:
        raise _out_of_range(name, value, low, high)


def _check_switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _wrong_kind(name, value, Text("true 또는 false", "true or false"))


def _check_digest(name: str, value: object) -> None:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        kind = Text("64자리 16진수", "64 hexadecimal digits")
        raise _wrong_kind(name, value, kind)


def _check_rows(name: str, rows: object) -> None:
    """Raise ``UserError`` unless these are numbers of rows in rising order, and not too many."""
    kind = Text("0부터 센 행 번호를 작은 것부터 적은 목록", "a list of row numbers, rising from 0")
    if not isinstance(rows, tuple) or len(rows) > MOST_LEFT_OUT:
        raise _wrong_kind(name, f"{rows}"[:40], kind)
    are_numbers = all(isinstance(row, int) and not isinstance(row, bool) for row in rows)
    if not are_numbers or any(a >= b for a, b in pairwise((-1, *rows))):
        raise _wrong_kind(name, f"{list(rows)}"[:40], kind)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = ", ".join(choices)
        raise UserError(
            Text(
                f"{name}: {quoted(value)}은(는) 쓸 수 없습니다. 다음 중에서 고르세요: {listed}.",
                f"{name}: {quoted(value)} is not known. Choose one of: {listed}.",
            )
        )


def _out_of_range(name: str, value: float, low: float, high: float) -> UserError:
    lowest, highest = f"{low:,.12g}", f"{high:,.12g}"
    return UserError(
        Text(
            f"{name}: {quoted(value)}은(는) 범위를 벗어났습니다. "
            f"{lowest}에서 {highest} 사이로 정해 주세요.",
            f"{name}: {quoted(value)} is out of range. Choose a value from {lowest} to {highest}.",
        )
    )


def _wrong_kind(name: str, value: object, kind: Text) -> UserError:
    return UserError(
        Text(
            f"{name}: {quoted(value)}은(는) 쓸 수 없습니다. {kind.ko}이어야(여야) 합니다.",
            f"{name}: {quoted(value)} cannot be used. It must be {kind.en}.",
        )
    )
