"""Tables: one number a column, each with a name, a meaning and a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Dataset, Feature
from data.language import Text, UserError
from data.tables.scaling import identity, standardization
from data.text.vocabulary import Vocabulary
from models.experiment import Experiment
from models.inputs.kind import Report, Scatter, StoredRows
from models.inputs.summary import split_rows
from models.tasks.base import Task

MOST_DOTS = 2_000
"""Rows that a scatter plot shows: a card on Home takes 80 kB for them."""

_LOOKED_AT = 10_000
_FALLING = 0.9
"""What the correlation of a falling cloud of dots counts: a rising one is read at a glance."""

_CLASS = Text("종류 번호", "number of the class")


@dataclass(frozen=True, slots=True)
class Range:
    """A column's lowest, middle (median) and highest number, and whether all of them are whole."""

    low: float
    middle: float
    high: float
    is_whole: bool


class Table:
    """Rows of (columns,) float32."""

    option = "row"
    own_settings = frozenset({"standardize"})
    has_words = False
    script = "table"

    def script_words(self, task: Task, experiment: Experiment) -> dict[str, object]:
        data = task.load(experiment)
        return {
            "columns": " ".join(self.names(data)),
            "example": " ".join(f"{number:g}" for number in data.x_test[0].tolist()),
        }

    def rows(self, experiment: Experiment, dataset: Dataset, report: Report) -> StoredRows:
        rows, validation = split_rows(experiment, len(dataset.x_train))
        x_train = dataset.x_train[:rows]
        scaling = standardization(x_train) if experiment.standardize else identity()
        held_back = dataset.x_train[rows : rows + validation]
        return StoredRows(x_train, held_back, dataset.x_test, scaling)

    def test_rows(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary | None,
        report: Report,
    ) -> Array:
        return dataset.x_test

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        return tuple(feature.name for feature in dataset.features)

    def grid(self, task: Task) -> None:
        return None

    def watched(self, task: Task, dataset: Dataset) -> int:
        return telling_column(dataset)

    def span(self, dataset: Dataset) -> tuple[float, float]:
        sizes = np.abs(dataset.x_train[dataset.x_train != 0])
        return float(sizes.min(initial=np.inf)), float(sizes.max(initial=0))

    def picture(self, task: Task, dataset: Dataset) -> Scatter:
        """Return the answers over the column that tells most about them."""
        column, target = telling_column(dataset), dataset.target
        x_title = dataset.features[column].axis_title
        y_title = target.axis_title if target else _CLASS
        return Scatter(
            np.concatenate([dataset.x_train, dataset.x_test])[:MOST_DOTS, column],
            np.concatenate([dataset.y_train, dataset.y_test])[:MOST_DOTS],
            x_title,
            y_title,
            task.picture or _label(x_title, y_title),
        )

    def is_drawn(self, task: Task) -> bool:
        return False


def telling_column(dataset: Dataset) -> int:
    """Return the column that correlates most with the answers, a falling one counting a tenth less.

    A column that is the same in every row, like an answer that is, correlates with nothing.
    """
    x = dataset.x_train[:_LOOKED_AT].astype(np.float64)
    y = dataset.y_train[:_LOOKED_AT].astype(np.float64)
    x, y = x - x.mean(axis=0), y - y.mean()
    sizes = np.sqrt((x**2).sum(axis=0) * (y**2).sum())
    correlation = (x * y[:, None]).sum(axis=0) / np.where(sizes > 0, sizes, 1)
    return int(np.where(correlation > 0, correlation, -_FALLING * correlation).argmax())


def ranges(dataset: Dataset) -> tuple[Range, ...]:
    """Return what every column can be set to: its range in the data, and where to begin."""
    every = np.concatenate([dataset.x_train, dataset.x_test])
    return tuple(_range(column) for column in every.T)


def _range(column: Array) -> Range:
    low, high = float(column.min()), float(column.max())
    if low == high:  # a range has two ends
        high = low + 1
    is_whole = bool(np.all(column == np.round(column)))
    return Range(low, float(np.median(column)), high, is_whole)


def row_of(values: object, features: Sequence[Feature]) -> Array:
    """Return a table row, (features,) float32, from a JSON list or an object by feature names.

    Raises ``UserError`` when a value is missing, unknown, not a number or not finite in float32.
    """
    names = [feature.name for feature in features]
    if isinstance(values, Mapping):
        values = [values.get(name) for name in names] if set(values) == set(names) else None
    if not isinstance(values, list) or list(map(_fits, values)) != [True] * len(names):
        raise UserError(
            Text(
                f"한 행은 32비트 실수 범위의 숫자 {len(names)}개여야 합니다: "
                f"{', '.join(names)} 순서의 목록이나 이 이름들을 모두 담은 객체로 적어 주세요.",
                f"A row is {len(names)} numbers within the range of 32-bit floats: give a list in "
                f"the order {', '.join(names)}, or an object with all of these names.",
            )
        )
    return np.array(values, np.float32)


def _fits(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= float(np.finfo(np.float32).max)


def _label(x: Text, y: Text) -> Text:
    return Text(f"{x.ko}, {y.ko}의 산점도", f"Scatter plot of {x.en} and {y.en}")
