"""A task on somebody's own data is on every page like those of the lab, for its owner only."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.navigation import HOME, PREDICT, RUNS, TRAIN
from data import dataset_file
from data.dataset import Dataset
from models.events import State
from models.tasks.catalogue import OWN_DATA as FILE
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_page, shown, trained
from tests.support.polling import until

every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
TITLE = "직접 모은 것"


def add(app: AppTest, dataset: Dataset) -> str:
    """Make a data set a task of whoever looks at a page; return its owner."""
    owner = str(app.session_state["owner"])
    services.catalogue().add(owner, TITLE, dataset, "spaces")
    return owner


def choose(app: AppTest, page: str, task: str) -> None:
    app.query_params["task"] = task
    app.run()
    app.switch_page(page).run()
    assert not app.exception and not app.error
    assert app.query_params["task"] == task


@every_kind
def test_it_is_chosen_trained_and_asked(dataset: Dataset, home: Path) -> None:
    app = open_page(HOME, lang="ko")
    owner = add(app, dataset)
    app.run()
    assert TITLE in shown(app) and "자기 데이터" in shown(app)
    choose(app, TRAIN, dataset.name)
    drafts = app.session_state["held"].drafts
    drafts[dataset.name] = quick(services.catalogue().task(dataset.name, owner))
    app.button(key="start").click().run()
    run = str(app.query_params["run"])
    store = services.services().store
    until(lambda: store.find(run, owner).is_over, 60)
    assert store.find(run, owner).state is State.DONE
    app.run()
    assert not app.exception and not app.error
    for page in (PREDICT, RUNS):
        choose(app, page, dataset.name)
        assert TITLE in sent(app)


@every_kind
def test_nobody_else_can_choose_it(dataset: Dataset, home: Path) -> None:
    owner = add(open_page(HOME), dataset)
    other = open_page(TRAIN, task=dataset.name)
    assert other.session_state["owner"] != owner
    assert other.query_params["task"] == "mnist" and TITLE not in shown(other)
    assert not other.exception and not other.error


def test_a_chosen_task_that_is_removed_gives_way_to_the_first(home: Path) -> None:
    app = open_page(HOME)
    owner = add(app, OWN_DATA["apples"])
    choose(app, TRAIN, "own-apples")
    services.catalogue().remove(owner, "own-apples")
    app.run()
    assert not app.exception and not app.error
    assert app.query_params["task"] == "mnist"


def test_new_data_under_the_name_is_what_is_trained_next(home: Path) -> None:
    app = open_page(HOME)
    owner = add(app, OWN_DATA["apples"])
    choose(app, TRAIN, "own-apples")
    add(app, replace(OWN_DATA["apples"], y_train=OWN_DATA["apples"].y_train * 2))
    app.run()
    draft = app.session_state["held"].drafts["own-apples"]
    assert draft == services.catalogue().task("own-apples", owner).default


def test_a_run_whose_data_is_gone_is_kept_and_hides_no_other(home: Path) -> None:
    app = open_page(HOME, lang="en")
    owner = add(app, OWN_DATA["apples"])
    experiment = quick(services.catalogue().task("own-apples", owner))
    kept, broken = trained(owner, experiment), trained(owner, experiment)
    file = services.services().store.folder(broken) / FILE
    file.unlink()
    file.write_bytes(b"PK")
    dataset_file._about.cache_clear()  # as in a server that has just started
    app.switch_page(RUNS).run()
    app.run()
    assert not app.exception
    assert [run.id for run in services.services().store.runs(owner)] == [kept]
    assert len(services.services().store.unreadable(owner)) == 1
