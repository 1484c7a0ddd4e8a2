"""The code panel shows the program of the form's settings, marks changes and hands out files."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import TRAIN
from data.dataset import Dataset
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, trained

EVERY_TASK = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


def opened(app: AppTest) -> AppTest:
    app.session_state["code-panel"] = True
    app.run()
    assert not app.exception
    return app


def views(app: AppTest) -> list[dict[str, Any]]:
    """Return what the panel shows: the program, with the numbers of marked lines; the command."""
    sent = [each.proto for each in app.get("bidi_component")]
    return [json.loads(each.json) for each in sent if each.component_name == "fnn_lab_code_view"]


def view(app: AppTest) -> dict[str, Any]:
    return views(app)[0]


def source(app: AppTest) -> str:
    return "\n".join(view(app)["lines"])


def files(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


@EVERY_TASK
def test_it_is_folded_at_first_and_shows_the_program_when_opened(task: Task, home: Path) -> None:
    app = open_page(TRAIN, task=task.name, lang="en")
    assert texts("en")["code.script"] not in files(app)
    opened(app)
    assert "keras.Sequential" in source(app) and ast.parse(source(app))
    assert view(app)["marked"] == []
    wanted = {texts("en")[f"code.{name}"] for name in ("script", "notebook", "exercise")}
    assert wanted <= set(files(app))
    assert views(app)[1]["lines"] == [f"python -m models train {task.settings[0].name}"]


@pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
def test_own_data_comes_with_its_rows(dataset: Dataset, home: Path) -> None:
    app = opened(open_own_data(TRAIN, dataset))
    assert f"{dataset.name}.npz" in source(app)
    assert texts("ko")["code.rows"].format(file=f"{dataset.name}.npz") in files(app)
    assert len(views(app)) == 1


def test_the_lines_that_a_setting_touches_are_marked_until_the_next_change(home: Path) -> None:
    app = opened(open_page(TRAIN, task="boston", lang="en"))
    for epochs in (7, 9):
        app.text_input(key="boston.epochs.typed").set_value(str(epochs)).run()
        lines = view(app)["lines"]
        marked = [lines[number] for number in view(app)["marked"]]
        assert len(marked) == 1 and f"epochs={epochs}" in marked[0]
    app.run()
    assert view(app)["marked"]


def test_a_run_s_own_figure_is_compared_where_the_program_is_that_run(home: Path) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    run = trained(owner, app.session_state["held"].drafts["boston"])
    app.query_params["run"] = run
    opened(app)
    found = services.services().store.find(run, owner).test
    assert found and f"IN_THE_LAB, BOUND = {found['mse']:.6g}," in source(app)
    app.text_input(key="boston.epochs.typed").set_value("7").run()
    assert "as in the lab" not in source(app)
