"""Whatever is wrong with a run, Predict and Analyze say it in one sentence and draw no NaN."""

import re
import secrets
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
from models.experiment import Layer, Optimizer
from models.network.weights import NETWORK, WEIGHTS, read_network, write_weights
from models.tasks import built_in
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_own_data, open_page, shown, trained

both_pages = pytest.mark.parametrize("page", [PREDICT, ANALYZE], ids=["predict", "analyze"])
HOUSES = built_in("boston").default.changed(epochs=2)
READY = {PREDICT: "test MAE 2.37", ANALYZE: "2.37"}
NOT_A_NUMBER = re.compile(r"\bnan\b", re.IGNORECASE)


def says(key: str, **words: str) -> str:
    return texts("en")[key].format(**words)


def opened(page: str) -> tuple[AppTest, str]:
    """Open a page that a run of one's own answers on; return it with the run's id."""
    app = open_page(page, task="boston", lang="en")
    run = trained(str(app.session_state["owner"]), HOUSES)
    app.run()
    assert app.selectbox(key="run-of-boston").value == run
    return app, run


def folder_of(run: str) -> Path:
    return services.services().store.folder(run)


def said(app: AppTest) -> list[str]:
    """Return what the page says is wrong."""
    assert not app.exception and not NOT_A_NUMBER.search(sent(app))
    return [error.value for error in app.error]


@both_pages
@pytest.mark.parametrize("name", [WEIGHTS, NETWORK])
def test_a_file_that_is_damaged_while_its_page_is_open(page: str, name: str, home: Path) -> None:
    app, run = opened(page)
    (folder_of(run) / name).write_bytes(b"PK")
    (folder_of(run) / WEIGHTS).touch()
    app.run()
    (sentence,) = said(app)
    assert (name in sentence and "Please train again" in sentence) or "valid JSON" in sentence


@both_pages
def test_a_description_that_is_gone_while_its_page_is_open(page: str, home: Path) -> None:
    app, run = opened(page)
    (folder_of(run) / NETWORK).unlink()
    app.run()
    assert said(app) == [says("run.gone")]


@both_pages
def test_a_folder_that_is_gone_while_its_page_is_open(page: str, home: Path) -> None:
    app, run = opened(page)
    shutil.rmtree(folder_of(run))
    app.run()
    assert said(app) == [says("run.gone")]
    assert app.selectbox(key="run-of-boston").value == "ready" and READY[page] in sent(app)
    app.run()
    assert said(app) == []  # it is said once


@both_pages
def test_a_run_that_is_deleted_while_its_page_is_open(page: str, home: Path) -> None:
    app, run = opened(page)
    services.services().store.deletions.delete(run, str(app.session_state["owner"]))
    app.run()
    assert said(app) == [says("run.gone")] and READY[page] in sent(app)


@both_pages
def test_weights_that_are_no_numbers_answer_nothing(page: str, home: Path) -> None:
    app, run = opened(page)
    network = read_network(folder_of(run))
    arrays = [each for pair in zip(network.kernels, network.biases, strict=True) for each in pair]
    write_weights(folder_of(run), [np.full_like(arrays[0], np.nan), *arrays[1:]])
    app.run()
    (sentence,) = (error.value for error in app.error)
    assert not app.exception and "no numbers (NaN)" in sentence
    assert "Predicted price" not in shown(app)


@both_pages
def test_a_run_that_diverged_says_so(page: str, home: Path) -> None:
    app, run = opened(page)
    store = services.services().store
    with store._lock:  # it has weights and epochs; that it diverged afterwards is to be said
        store._rows.change(replace(store.get(run), state=State.DIVERGED))
    app.run()
    assert said(app) == []
    assert [each.value for each in app.warning] == [says("run.diverged", epoch="2")]


@both_pages
def test_a_run_that_diverged_in_its_first_epoch_says_so(page: str, home: Path) -> None:
    app = open_page(page, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    wild = HOUSES.changed(standardize=False, optimizer=Optimizer("sgd", 0.1, 0.9))
    run = trained(owner, wild)
    assert services.services().store.get(run).state is State.DIVERGED
    app.query_params["run"] = run
    app.run()
    assert said(app) == [] and READY[page] in sent(app)
    if not (folder_of(run) / WEIGHTS).exists():
        (note,) = (each.value for each in app.info)
        assert "ended before its first epoch" in note


@both_pages
def test_a_run_in_its_first_epoch_and_one_that_ended_in_it(page: str, home: Path) -> None:
    app = open_page(page, task="boston", lang="en")
    lab, owner = services.services(), str(app.session_state["owner"])
    slow = HOUSES.changed(epochs=500, batch_size=1, layers=(Layer(64),) * 6)
    run = lab.store.create(owner, slow)
    app.query_params["run"] = run.id
    app.run()
    assert said(app) == [] and "is in its first epoch" in shown(app)
    lab.store.append(run.id, End(State.STOPPED))
    app.run()
    assert said(app) == [] and "ended before its first epoch" in shown(app)
    assert READY[page] in sent(app)


@both_pages
def test_the_run_of_another_owner_is_told_like_one_that_there_is_not(page: str, home: Path) -> None:
    other = trained("somebody-else" + "x" * 20, HOUSES.changed(epochs=1))
    pages = []
    for run in (other, secrets.token_urlsafe(16)):
        app = open_page(page, task="boston", lang="en", run=run)
        assert run not in sent(app)
        pages.append((said(app), shown(app)))
    assert pages[0] == pages[1]
    assert pages[0][0] == ["There is no such run. Please train a new one on the Train page."]


def own(page: str, dataset: Dataset) -> AppTest:
    app = open_own_data(page, dataset, "en")
    owner = str(app.session_state["owner"])
    task = services.catalogue().task(dataset.name, owner)
    trained(owner, quick(task))
    return app.run()


@both_pages
@pytest.mark.parametrize("name", ["glyphs", "mail"])
def test_test_rows_of_one_class(page: str, name: str, home: Path) -> None:
    dataset = OWN_DATA[name]
    app = own(page, replace(dataset, y_test=np.zeros_like(dataset.y_test)))
    assert said(app) == []


APPLES = OWN_DATA["apples"]
ALIKE = {
    "one column": (1, False),
    "every column": (3, False),
    "the answer": (0, True),
    "everything": (3, True),
}


@both_pages
@pytest.mark.parametrize(("columns", "answer"), ALIKE.values(), ids=ALIKE)
def test_columns_that_are_the_same_in_every_row(
    page: str, columns: int, answer: bool, home: Path
) -> None:
    x_train, x_test = APPLES.x_train.copy(), APPLES.x_test.copy()
    x_train[:, :columns] = x_test[:, :columns] = 5
    y_train, y_test = APPLES.y_train.copy(), APPLES.y_test.copy()
    if answer:
        y_train[:] = y_test[:] = 0
    alike = replace(APPLES, x_train=x_train, x_test=x_test, y_train=y_train, y_test=y_test)
    app = own(page, alike)
    assert said(app) == []
    for part in ("inside", "shaking") if page == ANALYZE else ():
        app.session_state["held"].kept["analysis-part"] = part
        assert said(app.run()) == []
    if page == PREDICT:
        for column in range(3):
            app.selectbox(key=f"effect-variable-{APPLES.name}").set_value(str(column)).run()
            assert said(app) == []
