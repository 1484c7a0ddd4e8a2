"""The Analyze page for every kind of input, in both languages, and whatever is wrong with a run."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import ANALYZE, PREDICT
from data.dataset import Dataset
from models.events import End, State
from models.experiment import Experiment, Layer, Optimizer
from models.network.epoch_record import RECORD, read_record, recorded_rows
from models.network.weights import WEIGHTS
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_page, shown, trained

every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
both_languages = pytest.mark.parametrize("language", ["ko", "en"])
PARTS = ("answers", "inside", "shaking")
DIGITS = Experiment(
    "mnist", (Layer(16, "tanh"),), Optimizer("adam"), epochs=3, batch_size=128, train_size=2_000
)


def says(language: str, key: str) -> str:
    return texts(language)[key]


def look_at(app: AppTest, part: str) -> None:
    app.session_state["held"].kept["analysis-part"] = part
    app.run()
    assert not app.exception and not app.error


def keep(app: AppTest, name: str, value: object) -> None:
    app.session_state["held"].kept[name] = value
    app.run()


@both_languages
@every_task
def test_the_network_of_the_lab_is_analysed_on_a_first_visit(
    task: Task, language: str, home: Path
) -> None:
    app = open_page(ANALYZE, task=task.name, lang=language)
    assert not app.exception and not app.error
    figures = {"boston": "2.37", "mnist": "97.75", "fashion_mnist": "87.7", "reviews": "82.6"}
    assert figures[task.name] in sent(app)
    name = says(language, "analyze.ready").split("{")[0]
    assert sent(app).count(name) >= 3  # the matrix, the list and the figures say whose they are
    for part in PARTS:
        look_at(app, part)


@both_languages
@every_kind
def test_a_run_on_ones_own_data_is_analysed(dataset: Dataset, language: str, home: Path) -> None:
    app = open_page(ANALYZE, lang=language)
    owner = str(app.session_state["owner"])
    services.catalogue().add(owner, "직접 모은 것", dataset, "spaces")
    task = services.catalogue().task(dataset.name, owner)
    app.query_params["task"] = task.name
    app.run()
    assert says(language, "analyze.no_run") in shown(app) and not app.exception
    run = trained(owner, quick(task).changed(epochs=2))
    app.run()
    for part in PARTS:
        look_at(app, part)
    record = services.services().store.folder(run) / RECORD
    assert record.exists()
    look_at(app, "answers")
    slider = app.select_slider(key=f"analysis-epoch-{run}")
    assert slider.options == ["1", "2", says(language, "analyze.now")]


def opened_with_digits(home: Path, **query: str) -> tuple[AppTest, str]:
    app = open_page(ANALYZE, task="mnist", lang="en", **query)
    run = trained(str(app.session_state["owner"]), DIGITS)
    app.run()
    return app, run


def test_the_slider_moves_matrix_list_and_figures_together(home: Path) -> None:
    app, run = opened_with_digits(home)
    assert "All 10,000 test rows" in shown(app)
    now = sent(app)
    keep(app, f"analysis-epoch-{run}", "1")
    assert not app.exception and "2,000 fixed test rows, as they were judged after epoch 1" in (
        shown(app)
    )
    after_one = sent(app)
    keep(app, f"analysis-epoch-{run}", "3")
    assert "after epoch 3" in shown(app) and after_one != now != sent(app) != after_one
    record = read_record(services.services().store.folder(run), 2_000, 10, 2)
    first, last = record.answers[1].values, record.answers[3].values
    y = BUILT_IN[1].load().y_test[recorded_rows(10_000)]
    flipped = next(i for i in range(2_000) if first[i] == y[i] != last[i])
    keep(app, "analysis-cell-mnist", (int(y[flipped]), int(last[flipped])))
    assert "right until epoch" in sent(app)
    for title in ("matrix", "samples", "figures"):
        assert says("en", f"analyze.{title}") in shown(app)


def test_two_runs_are_compared_on_the_same_rows(home: Path) -> None:
    app, _ = opened_with_digits(home)
    keep(app, "analysis-other-mnist", "ready")
    assert not app.exception and not app.error
    assert says("en", "analyze.difference_note") in shown(app)
    assert "other run:" in sent(app) and " against Trained in advance" in sent(app)
    for part in PARTS:
        look_at(app, part)
    app = open_page(ANALYZE, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    trained(owner, BUILT_IN[0].default.changed(epochs=2))
    app.run()
    keep(app, "analysis-other-boston", "ready")
    assert not app.exception and "0.846" in sent(app)


def test_predict_shows_the_row_and_the_run_that_its_address_names(home: Path) -> None:
    app, run = opened_with_digits(home)
    app.query_params.update({"run": run, "row": "8"})
    app.switch_page(PREDICT).run()
    assert not app.exception and "True label: 5" in shown(app)
    for task, said in (("boston", "27,000"), ("reviews", "")):
        data = next(each for each in BUILT_IN if each.name == task).load()
        said = said or str(data.x_test[3])
        predict = open_page(PREDICT, task=task, lang="en", row="3")
        assert not predict.exception and said in sent(predict)


@pytest.mark.parametrize("row", ["-1", "99999999", "x", "1e3", "²"])
def test_a_row_that_there_is_not_is_no_row(row: str, home: Path) -> None:
    predict = open_page(PREDICT, task="mnist", lang="en", row=row)
    assert not predict.exception and not predict.error


# What may be wrong -------------------------------------------------------------------------------


def test_the_run_of_another_owner_is_none(home: Path) -> None:
    _, run = opened_with_digits(home)
    app = open_page(ANALYZE, task="mnist", lang="en")
    app.query_params["run"] = run
    app.run()
    assert not app.exception and len(app.error) == 1 and run not in sent(app)
    assert "97.75" in sent(app)  # the one trained in advance is there to be analysed


def test_a_run_whose_files_go_while_its_page_is_open_is_said(home: Path) -> None:
    app, run = opened_with_digits(home)
    folder = services.services().store.folder(run)
    keep(app, "run-of-mnist", run)
    (folder / WEIGHTS).write_bytes(b"PK")
    app.run()
    assert not app.exception and len(app.error) == 1
    shutil.rmtree(folder)
    app.run()
    assert not app.exception
    assert "97.75" in sent(app)


def test_a_damaged_record_is_no_record(home: Path) -> None:
    app, run = opened_with_digits(home)
    (services.services().store.folder(run) / RECORD).write_bytes(b"PK")
    app.run()
    assert not app.exception and says("en", "analyze.no_epochs") in shown(app)


def test_a_run_that_diverged_says_so_and_no_nan_is_drawn(home: Path) -> None:
    app = open_page(ANALYZE, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    experiment = BUILT_IN[0].default.changed(
        epochs=30, standardize=False, optimizer=Optimizer("sgd", 2e-6)
    )
    run = trained(owner, experiment)
    store = services.services().store
    if store.find(run, owner).state is not State.DIVERGED:
        # It has weights and an epoch; that it diverged afterwards is what the page must say.
        with store._lock:
            store._rows.change(replace(store.find(run, owner), state=State.DIVERGED))
    app.run()
    assert not app.exception and "diverged" in "".join(each.value for each in app.warning)
    for part in PARTS:
        look_at(app, part)
        assert "NaN" not in sent(app) and "nan" not in sent(app)


def test_a_run_in_its_first_epoch_says_so(home: Path) -> None:
    app = open_page(ANALYZE, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    lab = services.services()
    slow = BUILT_IN[0].default.changed(epochs=500, batch_size=1, layers=(Layer(64),) * 6)
    run = lab.store.create(owner, slow)
    app.run()
    assert not app.exception and "is in its first epoch" in shown(app)
    lab.store.append(run.id, End(State.STOPPED))
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception and "ended before its first epoch" in shown(app)


def test_test_rows_of_one_class_are_judged(home: Path) -> None:
    dataset = OWN_DATA["glyphs"]
    y = np.zeros_like(dataset.y_test)
    app = open_page(ANALYZE, lang="en")
    owner = str(app.session_state["owner"])
    services.catalogue().add(owner, "One class", replace(dataset, y_test=y), "spaces")
    task = services.catalogue().task(dataset.name, owner)
    trained(owner, quick(task))
    app.query_params["task"] = task.name
    app.run()
    assert says("en", "analyze.one_class") in shown(app)
    for part in PARTS:
        look_at(app, part)
        assert "nan" not in sent(app)
