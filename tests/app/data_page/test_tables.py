"""The Data page of tables: every variable, one of them, and how they belong together."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp

from app.data_page import html_table as module
from app.data_page.correlation_map import MOST_SHOWN, heat_map, strongest
from app.session.i18n import texts
from app.session.navigation import DATA
from data.dataset import Dataset
from models.tasks import built_in
from tests.support.downloads import Downloads
from tests.support.new_tasks.data.tables import fruit
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, shown

BOSTON = built_in("boston").load()
FRUIT = replace(fruit.load(), name="own-fruit")


def housing(files: Downloads) -> Downloads:
    open_page(DATA, task="boston")
    return files


@pytest.mark.parametrize("language", ["ko", "en"])
def test_housing_shows_every_variable_and_the_warning(language: str, home: Path) -> None:
    app = open_page(DATA, task="boston", lang=language)
    assert not app.exception and not app.error
    page, words = sent(app), texts(language)
    for feature in BOSTON.features:
        assert feature.name in page
    assert BOSTON.warning is not None
    assert getattr(BOSTON.warning, language)[:20] in app.warning[0].value
    assert words["data.correlations"] in shown(app)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("dataset", [OWN_DATA["apples"], FRUIT], ids=["apples", "fruit"])
def test_own_tables_show_the_same(dataset: Dataset, language: str, home: Path) -> None:
    app = open_own_data(DATA, dataset, language)
    assert not app.exception and not app.error
    assert all(feature.name in sent(app) for feature in dataset.features)


def test_the_table_downloads_with_the_figures_of_scipy(home: Path, files: Downloads) -> None:
    heads, *rows = housing(files).rows("variables")
    assert len(rows) == 13
    for number, row in enumerate(rows):
        cells = dict(zip(heads, row, strict=True))
        train, test = BOSTON.x_train[:, number], BOSTON.x_test[:, number]
        shift = ks_2samp(train, test).statistic
        assert float(cells["훈련–시험 차이"]) == pytest.approx(shift)
        assert float(cells["훈련 평균"]) == pytest.approx(train.mean(dtype=np.float64))


def test_correlations_download_as_numpy_has_them(home: Path, files: Downloads) -> None:
    _, *rows = housing(files).rows("correlations")
    found = np.array([[float(cell) for cell in row[1:]] for row in rows])
    both = np.column_stack([BOSTON.x_train, BOSTON.y_train]).astype(np.float64)
    np.testing.assert_allclose(found, np.corrcoef(both.T), atol=1e-9)


def test_the_scatter_downloads_every_row_of_the_variable_looked_at(
    home: Path, files: Downloads
) -> None:
    _, *rows = housing(files).rows("scatter")
    rooms = [feature.name for feature in BOSTON.features].index("RM")
    train = [(float(x), float(y)) for part, x, y in rows if part == "훈련"]
    assert len(rows) == 506
    assert train == list(
        zip(BOSTON.x_train[:, rooms].tolist(), BOSTON.y_train.tolist(), strict=True)
    )


def test_what_is_standardised_has_mean_0_and_deviation_1(home: Path, files: Downloads) -> None:
    _, *rows = housing(files).rows("standardising")
    train = np.array([float(cell) for cell in rows[2][1:]])
    assert train[:2] == pytest.approx([0, 1], abs=1e-5)
    rooms = BOSTON.x_test[:, 5].astype(np.float64)
    mean, deviation = BOSTON.x_train[:, 5].mean(dtype=float), BOSTON.x_train[:, 5].std(dtype=float)
    assert float(rows[3][1]) == pytest.approx(((rooms - mean) / deviation).mean(), abs=1e-5)


def test_the_largest_shift_comes_first_when_asked(home: Path) -> None:
    app = open_page(DATA, task="boston", lang="en")
    app.get("button_group")[-1].set_value("shift").run()
    assert not app.exception
    order = re.findall(r'"name": ?"([A-Z]+)"', sent(app))
    shifts = [ks_2samp(BOSTON.x_train[:, i], BOSTON.x_test[:, i]).statistic for i in range(13)]
    expected = sorted(range(13), key=lambda number: -shifts[number])
    assert order[:13] == [BOSTON.features[number].name for number in expected]


def test_constant_columns_are_told_and_a_formula_in_a_name_does_not_run(
    home: Path, files: Downloads
) -> None:
    apples = OWN_DATA["apples"]
    evil = replace(apples.features[0], name="=1+1<b>")
    x_train, x_test = apples.x_train.copy(), apples.x_test.copy()
    x_train[:, 1] = x_test[:, 1] = 5
    data = replace(apples, x_train=x_train, x_test=x_test, features=(evil, *apples.features[1:]))
    app = open_own_data(DATA, data, "en")
    assert not app.exception and not app.error
    assert texts("en")["data.constant"] in sent(app)
    _, *rows = files.rows("variables")
    assert rows[0][0] == "'=1+1<b>"
    assert "<b>" not in "".join(html.proto.body for html in app.get("html"))


def test_a_map_of_many_variables_keeps_the_strongest() -> None:
    found = np.eye(31)
    found[30, :30] = found[:30, 30] = np.linspace(-1, 0.5, 30)
    kept = strongest(found)
    assert len(kept) == MOST_SHOWN + 1 and kept[-1] == 30
    assert set(range(15)) <= set(kept)


def test_examples() -> None:
    import doctest

    assert doctest.testmod(module).failed == 0
    assert "—" in heat_map(np.array([[np.nan]]), ["a"])


def test_gaps_are_counted_and_an_empty_variable_is_told(home: Path, files: Downloads) -> None:
    apples = OWN_DATA["apples"]
    x_train, x_test = apples.x_train.copy(), apples.x_test.copy()
    x_train[3, 0] = x_test[5, 0] = np.nan
    x_train[:, 1] = x_test[:, 1] = np.nan
    app = open_own_data(DATA, replace(apples, x_train=x_train, x_test=x_test), "en")
    assert not app.exception and not app.error
    heads, *rows = files.rows("variables")
    missing = heads.index(texts("en")["data.column_missing"])
    assert [row[missing] for row in rows] == ["2", "240", "0"]
    fields = {field.key: field.value for field in app.text_input}
    assert float(fields["range-low-own-apples-0"]) == np.nanmin(x_train[:, 0])
    assert "nan" not in "".join(html.proto.body for html in app.get("html"))
    app.selectbox(key="range-own-apples").set_value("1").run()
    assert not app.exception and app.button(key="leave-range").disabled
