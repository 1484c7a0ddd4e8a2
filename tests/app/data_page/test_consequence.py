"""Rows are left out, ten networks are trained for real, and the errors are those of their runs."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.data_page.consequence import dots
from app.data_page.retraining import MOST_UPDATES, SEEDS
from app.session import services
from app.session.i18n import texts
from app.session.navigation import DATA, TRAIN
from models.events import State
from models.tasks import built_in
from tests.support.downloads import Downloads
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, shown
from tests.support.polling import until

BOSTON = built_in("boston").load()
AT_50 = tuple(np.flatnonzero(BOSTON.y_train == 50).tolist())


def quick(app: AppTest, task: str, **changes: object) -> None:
    """Let the settings of Train take a moment only."""
    drafts = app.session_state["held"].drafts
    drafts[task] = drafts[task].changed(**{"epochs": 2, **changes})


def runs(app: AppTest, task: str):
    return services.services().store.runs(str(app.session_state["owner"]), task, limit=50)


def train(app: AppTest, task: str) -> None:
    app.button(key="retrain").click().run()
    assert not app.exception and not app.error

    def is_over() -> bool:
        app.run()
        return bool(app.session_state["held"].kept[f"retraining-{task}"].is_over)

    until(is_over, 120)
    app.run()


def test_without_the_censored_districts_ten_networks_train_and_are_compared(
    home: Path, files: Downloads
) -> None:
    app = open_page(DATA, task="boston", lang="en")
    quick(app, "boston")
    assert len(AT_50) > 1 and app.button(key="retrain").disabled
    app.button(key="leave-most").click().run()
    assert f"**{len(AT_50)}** of 404" in shown(app)
    train(app, "boston")
    found = runs(app, "boston")
    assert len(found) == 2 * SEEDS and all(run.state is State.DONE for run in found)
    parts = {}
    for run in found:
        assert run.test is not None
        parts.setdefault(run.experiment.left_out, []).append(run.test["mae"])
    assert set(parts) == {(), AT_50}
    _, *rows = files.rows("outcome")
    for left_out, name in (((), "with all"), (AT_50, f"without {len(AT_50)}")):
        shown_values = [float(value) for part, _, value in rows if part == name]
        assert sorted(shown_values) == pytest.approx(sorted(parts[left_out]))
    app.button(key="retrain").click().run()  # the same again is known already
    assert len(runs(app, "boston")) == 2 * SEEDS


def test_own_tables_are_compared_too(home: Path, files: Downloads) -> None:
    app = open_own_data(DATA, OWN_DATA["apples"], "ko")
    quick(app, "own-apples")
    app.button(key="leave-range").click().run()  # the whole range of the first variable
    assert app.button(key="retrain").disabled and "한 행 이상" in app.error[0].value
    app.button(key="tick-all").click().run()
    app.text_input(key="range-low-own-apples-0").set_value("7,5").run()
    count = int((OWN_DATA["apples"].x_train[:, 0] >= 7.5).sum())
    app.button(key="leave-range").click().run()
    assert f"**{count}개**" in shown(app)
    train(app, "own-apples")
    assert len(runs(app, "own-apples")) == 2 * SEEDS
    assert len(files.rows("outcome")) == 1 + 2 * SEEDS


def test_more_than_a_minute_of_training_is_refused_before_the_click(home: Path) -> None:
    app = open_page(DATA, task="boston", lang="en")
    quick(app, "boston", epochs=500, batch_size=1)
    app.button(key="leave-most").click().run()
    assert app.button(key="retrain").disabled
    assert f"{2 * SEEDS * 500 * 404:,}" in shown(app) and f"{MOST_UPDATES:,}" in shown(app)


def test_a_mean_stands_where_its_value_is() -> None:
    html = dots({"a": [1.0, 3.0], "b": [4.0, 4.0]}, "error", "label")
    low, high = html.index('left: 0.00%">0'), html.index('left: 100.00%">')
    assert low < high
    end = float(html[high:].partition(">")[2].partition("<")[0])
    assert f'<b style="left: {100 * 2 / end:.2f}%"' in html
    assert f'<b style="left: {100 * 4 / end:.2f}%"' in html


def test_train_tells_of_rows_that_are_left_out_and_takes_them_in_again(home: Path) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    quick(app, "boston", left_out=(0, 1))
    app.run()
    assert not app.exception and not app.error
    assert texts("en")["form.left_out"].format(rows=2) in shown(app)
    assert "402" in sent(app)
    app.button(key="put-back").click().run()
    assert app.session_state["held"].drafts["boston"].left_out == ()
    assert "put-back" not in {button.key for button in app.button}
