"""A data set as the lecture uses it: training rows, test rows, and what the columns mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.language import Text, UserError

Array = np.ndarray[Any, np.dtype[Any]]

_HIGHER = Text("높습니다", "More")
_ONE = Text("하나", "one")

_MULTIPLES = {
    1.0: Text("", ""),
    1_000.0: Text("천 ", "thousand "),
    1_000_000.0: Text("백만 ", "million "),
}
"""How a multiple of a unit is said."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of a table: its short name, its meaning, and its unit.

    ``short_title`` is what an axis says; meaning and unit where there is none.
    """

    name: str
    meaning: Text
    unit: Text
    short_title: Text | None = None

    @property
    def axis_title(self) -> Text:
        """What stands at an axis of this column."""
        meaning, unit = self.meaning, self.unit
        written = Text(f"{meaning.ko} ({unit.ko})", f"{meaning.en} ({unit.en})")
        return self.short_title or written


@dataclass(frozen=True, slots=True)
class Target:
    """The number that a table's rows are asked for: its name, and its unit.

    Figures are stored in multiples of the unit: prices in thousands of dollars have the unit
    "dollars" and the scale 1,000. ``symbol`` is the unit at an axis, ``plural`` the name of
    several, ``answer`` that of a single one; ``more`` begins (in Korean: ends) the sentence that a
    figure is higher than others.
    """

    name: Text
    unit: Text
    scale: float = 1.0
    symbol: Text | None = None
    plural: Text | None = None
    answer: Text | None = None
    more: Text = _HIGHER

    @property
    def stored_unit(self) -> Text:
        """The unit of the figures as they are stored: "thousand dollars"."""
        said = _MULTIPLES.get(self.scale) or Text(f"{self.scale:,.12g} ", f"{self.scale:,.12g} ")
        return Text(f"{said.ko}{self.unit.ko}", f"{said.en}{self.unit.en}")

    @property
    def axis_unit(self) -> Text:
        """The same, short enough for an axis: "1,000 USD"."""
        symbol = self.symbol or self.unit
        said = _MULTIPLES.get(self.scale) or Text(f"{self.scale:,.12g} ", "")
        number = "" if self.scale == 1 else f"{self.scale:,.12g} "
        return Text(f"{said.ko}{symbol.ko}", f"{number}{symbol.en}")

    @property
    def axis_title(self) -> Text:
        """What stands at an axis of these figures: "price (1,000 USD)"."""
        unit = self.axis_unit
        return Text(f"{self.name.ko} ({unit.ko})", f"{self.name.en} ({unit.en})")


@dataclass(frozen=True, slots=True)
class Noun:
    """What one row of a data set is called, and several; ``counted`` says "one" of them."""

    one: Text
    many: Text
    counted: Text = _ONE

    @property
    def with_article(self) -> Text:
        """One of them: "an apple"."""
        article = "an" if self.one.en[:1].lower() in "aeiou" else "a"
        return Text(self.one.ko, f"{article} {self.one.en}")


EXAMPLE = Noun(Text("예시", "example"), Text("예시", "examples"))
"""A row of a data set that has no better word for it."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Arrays that are read-only, and perhaps memory-mapped.

    ``x_train`` is (rows, features) float32 for tables, (rows, height, width) uint8 for images and
    (rows,) ``str`` for texts; ``y_train`` is float32 for a number and uint8 for a class index.
    ``features`` is empty but for tables; ``classes`` is empty and ``target`` there for regression.
    ``warning`` is shown wherever the data is shown. Of texts, ``digests`` identify the training and
    the test rows where something has been computed from them already, and ``skipped`` counts the
    rows of their files that were broken.
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    features: tuple[Feature, ...]
    classes: tuple[Text, ...]
    source: Text
    licence: str
    warning: Text | None = None
    target: Target | None = None
    row: Noun = EXAMPLE
    digests: tuple[str, str] | None = None
    skipped: tuple[int, int] = (0, 0)


def without_rows(dataset: Dataset, rows: Sequence[int]) -> Dataset:
    """Return a data set without some of its training rows, which are numbered from 0.

    Raises ``UserError`` when it has no such row, or no other ones.
    """
    if not rows:
        return dataset
    count = len(dataset.x_train)
    if max(rows) >= count or len(rows) >= count:
        raise UserError(_NO_SUCH_ROWS.format(count=f"{count:,}", most=f"{max(rows):,}"))
    kept = np.ones(count, bool)
    kept[list(rows)] = False
    x_train, y_train = dataset.x_train[kept], dataset.y_train[kept]
    for array in (x_train, y_train):
        array.setflags(write=False)
    return replace(dataset, x_train=x_train, y_train=y_train, digests=None)


_NO_SUCH_ROWS = Text(
    "left_out: 훈련 데이터는 0번부터 세어 {count}행인데 {most}번까지 빼려고 했습니다. 있는 행만, "
    "한 행 이상 남도록 빼 주세요.",
    "left_out: there are {count} training rows, counted from 0, and rows up to {most} were to be "
    "left out. Leave out rows that exist, and keep at least one.",
)
