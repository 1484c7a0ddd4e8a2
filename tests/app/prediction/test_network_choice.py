"""On a first visit the network answers that came with the lab; then one's own does."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.prediction.network_choice import READY
from app.session import services
from app.session.i18n import texts
from app.session.navigation import PREDICT
from models.tasks import BUILT_IN
from models.tasks.base import Task
from models.trained import shipped as module
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_page, shown, trained
from tests.support.polling import until

every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


def says(language: str, key: str) -> str:
    return texts(language)[f"predict.{key}"]


def choices(app: AppTest, task: str) -> list[str]:
    return list(app.selectbox(key=f"run-of-{task}").options)


@pytest.mark.parametrize("language", ["ko", "en"])
@every_task
def test_a_first_visit_has_a_network_to_ask(task: Task, language: str, home: Path) -> None:
    app = open_page(PREDICT, task=task.name, lang=language)
    assert not app.exception and not app.error
    assert says(language, "ready_note") in shown(app)
    assert says(language, "no_run") not in shown(app)
    (ready,) = choices(app, task.name)
    assert says(language, "ready").split(" · ")[0] in ready
    figure = {"boston": "2.37", "mnist": "97.8", "fashion_mnist": "87.7", "reviews": "82.7"}
    assert figure[task.name] in ready


def test_ones_own_run_answers_as_soon_as_there_is_one(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en")
    app.button(key="train-yourself").click().run()
    owner, run = str(app.session_state["owner"]), str(app.query_params["run"])
    store = services.services().store
    assert store.find(run, owner).experiment == BUILT_IN[0].default
    until(lambda: store.find(run, owner).is_over, 60)
    app.run()
    assert says("en", "ready_note") not in shown(app) and not app.exception
    own, ready = choices(app, "boston")
    assert "validation MAE" in own and "Trained in advance" in ready
    app.selectbox(key="run-of-boston").set_value(ready).run()
    assert says("en", "ready_note") in shown(app) and not app.exception


def test_progress_stands_in_place_of_the_button(home: Path) -> None:
    app = open_page(PREDICT, task="mnist", lang="en")
    app.button(key="train-yourself").click().run()
    owner, run = str(app.session_state["owner"]), str(app.query_params["run"])
    assert not app.exception and "it answers here after its first epoch (of 5)" in sent(app)
    services.services().scheduler.stop(owner, run)


def test_where_none_ships_a_run_must_be_trained(home: Path) -> None:
    app = open_page(PREDICT, lang="en")
    owner = str(app.session_state["owner"])
    services.catalogue().add(owner, "Apples", OWN_DATA["apples"])
    app.query_params["task"] = "own-apples"
    app.run()
    assert says("en", "no_run") in shown(app) and not app.exception


def test_a_damaged_one_is_as_if_there_were_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    app = open_page(PREDICT, task="mnist", lang="en")
    assert says("en", "no_run") in shown(app) and not app.exception


def test_a_run_of_ones_own_comes_before_the_one_trained_in_advance(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en")
    trained(str(app.session_state["owner"]), BUILT_IN[0].default.changed(epochs=2))
    app.run()
    assert "validation MAE" in choices(app, "boston")[0]
    assert app.selectbox(key="run-of-boston").value != READY
