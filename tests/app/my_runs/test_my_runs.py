"""The page of runs, run without a browser."""

import csv
import io
import math
import re
import secrets
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.my_runs import runs_table
from app.my_runs.csv_export import csv_text
from app.session import services
from app.session.i18n import texts
from app.session.navigation import PREDICT, RUNS, TRAIN
from data.tables.scaling import identity
from models.events import ENDED, Batches, Continued, End, Epoch, Kept, Paused, Started, State
from models.experiment import Experiment, Layer
from models.inputs.summary import dense_layers
from models.network.weights import write_description, write_weights
from models.runs.run import Run
from models.tasks import built_in, preset_named
from tests.support.pages import open_page

pytestmark = pytest.mark.usefixtures("home")
EN = texts("en")


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


def finished(owner: str, state: State = State.DONE, losses: tuple[float, ...] = (2, 1)) -> Run:
    store = services.services().store
    run = store.create(owner, preset_named("housing-sgd").changed(epochs=2, seed=5))
    store.append(run.id, Started(5121, 404, 7, 2, "mae"))
    for number, loss in enumerate(losses, 1):
        store.append(run.id, Epoch(number, loss, 1.0, loss, 2.5, 0.1, number))
    if state in ENDED:
        store.append(run.id, End(state, test={"loss": 9.0, "mae": 2.25}, seconds=3.25))
    elif state is not State.RUNNING:
        store.append(run.id, Paused(14) if state is State.PAUSED else Continued(9))
    return store.get(run.id)


def write_network(folder: Path, experiment: Experiment) -> None:
    """Leave weights in a run's folder, all of them 0."""
    layers = dense_layers(built_in(experiment.task), experiment)
    shapes = [shape for each in layers for shape in ((each.inputs, each.units), each.units)]
    folder.mkdir(exist_ok=True)
    write_description(folder, experiment, identity())
    write_weights(folder, [np.zeros(shape, np.float32) for shape in shapes])


def found(app: AppTest, start: str) -> list[str]:
    """Return the ids of the runs that have a button whose key starts so."""
    keys = [str(button.key) for button in app.button]
    return [key.removeprefix(start) for key in keys if key.startswith(start)]


def html(app: AppTest) -> str:
    return "\n".join(element.body for element in app.get("html"))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_says_whose_figure_is_shown_where_later_weights_could_not_be_kept(
    owner: str, language: str
) -> None:
    run, store, words = finished(owner, State.RUNNING), services.services().store, texts(language)
    write_network(store.folder(run.id), run.experiment)
    store.append(run.id, End(State.FAILED, kept=Kept(1, 2.0, 7.25)))
    figure = words["run.mae"].format(value=7.25)
    told = words["runs.kept_epoch"].format(epoch=1)
    runs = html(open_page(RUNS, lang=language))
    assert figure in runs and told in runs

    address = {"task": "boston", "run": run.id, "lang": language}
    captions = [caption.value for caption in open_page(TRAIN, **address).caption]
    assert words["train.kept_epoch"].format(epoch=1, last=2) in captions
    choice, *_ = open_page(PREDICT, **address).selectbox
    assert choice.options[0].endswith(f"{figure} · {told}")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_says_that_a_run_was_stopped_inside_an_epoch(owner: str, language: str) -> None:
    run, store, words = finished(owner, State.RUNNING), services.services().store, texts(language)
    write_network(store.folder(run.id), run.experiment)
    store.append(run.id, Batches(((14, 1.0, 1.0),)))
    told = words["runs.kept_update"].format(update="17")
    store.append(run.id, Batches(((17, 1.0, 1.0),)))
    store.append(run.id, End(State.STOPPED))
    assert told in html(open_page(RUNS, lang=language))

    address = {"task": "boston", "run": run.id, "lang": language}
    captions = [caption.value for caption in open_page(TRAIN, **address).caption]
    assert words["train.kept_update"].format(update="17", epoch=2) in captions
    choice, *_ = open_page(PREDICT, **address).selectbox
    assert choice.options[0].endswith(told)


def test_a_run_that_was_stopped_between_two_epochs_has_nothing_to_say_of_its_weights(
    owner: str,
) -> None:
    run, store = finished(owner, State.RUNNING), services.services().store
    store.append(run.id, Batches(((14, 1.0, 1.0),)))
    store.append(run.id, End(State.STOPPED))
    assert "weights" not in html(open_page(RUNS, lang="en"))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_without_runs_the_page_says_what_to_do_next(language: str) -> None:
    app = open_page(RUNS, lang=language)
    assert not app.exception and not app.error
    assert app.info[0].value == texts(language)["runs.none"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_run_in_every_state_is_shown(language: str, owner: str) -> None:
    for state in State:
        finished(owner, state, losses=(2.0, math.nan))
    app = open_page(RUNS, lang=language)
    assert not app.exception and not app.error
    for state in State:
        assert f'data-state="{state}">{texts(language)[f"state.{state}"]}<' in html(app)


def test_only_own_runs_are_shown_newest_first(owner: str) -> None:
    runs = [finished(owner), finished(owner)]
    finished("x" * 32)
    app = open_page(RUNS, lang="en")
    assert found(app, "delete-") == [run.id for run in reversed(runs)]


def test_a_name_is_text_wherever_it_is_shown(owner: str) -> None:
    run = finished(owner)
    app = open_page(RUNS, lang="en")
    app.text_input(key=f"name-{run.id}").set_value("<b>x</b> **y** =1+1").run()
    assert services.services().store.get(run.id).name == "<b>x</b> **y** =1+1"
    assert "&lt;b&gt;x&lt;/b&gt; **y** =1+1" in html(app) and "<b>x</b> **y**" not in html(app)
    app.button(key=f"delete-{run.id}").click().run()
    assert "&lt;b&gt;x&lt;/b&gt; **y** =1+1" in html(app)


def test_a_name_that_is_too_long_is_refused_with_its_length_and_may_be_shortened(
    owner: str,
) -> None:
    run, long = finished(owner), "이" * 61
    app = open_page(RUNS, lang="en")
    field = app.text_input(key=f"name-{run.id}")
    assert not field.proto.max_chars  # a browser would let a longer one fall silently
    app = field.set_value(long).run()
    (error,) = app.error
    assert "61" in error.value and "60" in error.value
    assert not services.services().store.get(run.id).name
    assert app.text_input(key=f"name-{run.id}").value == long
    app.text_input(key=f"name-{run.id}").set_value(long[:60]).run()
    assert not app.error and services.services().store.get(run.id).name == long[:60]


def test_a_deleted_run_disappears_and_undo_brings_it_back(owner: str) -> None:
    run, other = finished(owner), finished(owner)
    app = open_page(RUNS, lang="en")
    app.button(key=f"delete-{run.id}").click().run()
    assert found(app, "delete-") == [other.id]
    app.button(key=f"undo-{run.id}").click().run()
    assert found(app, "delete-") == [other.id, run.id]


def test_repeating_a_run_fills_the_form_with_its_choices(owner: str) -> None:
    run = finished(owner)
    app = open_page(RUNS, lang="en")
    app.button(key=f"repeat-{run.id}").click().run()
    assert not app.exception
    assert app.session_state["held"].drafts["boston"] == run.experiment
    assert "start" in [button.key for button in app.button]


def test_continuing_a_run_puts_it_in_line(owner: str) -> None:
    run = finished(owner, State.STOPPED)
    app = open_page(RUNS, lang="en")
    app.button(key=f"continue-{run.id}").click().run()
    assert not app.exception and not app.error
    assert services.services().store.get(run.id).stretch == 1
    services.services().scheduler.stop(owner, run.id)


def test_a_finished_run_is_not_offered_to_continue(owner: str) -> None:
    run = finished(owner)
    app = open_page(RUNS, lang="en")
    assert found(app, "continue-") == [] and found(app, "delete-") == [run.id]


def test_the_table_to_take_away_holds_no_formula(owner: str) -> None:
    run = finished(owner)
    cells = runs_table.row(services.services().store.rename(run.id, owner, "=1+1"))
    table = csv_text(runs_table.COLUMNS, [cells])
    assert len(cells) == len(runs_table.COLUMNS) and "\n'=1+1," in table
    assert all(f"runs.column_{name}" in EN for name in runs_table.COLUMNS)


@pytest.mark.parametrize(
    ("units", "cell"),
    [((10, 12), "10 → 12"), ((1, 2, 3), "1 → 2 → 3"), ((64,), "64"), ((), "은닉층 없음")],
)
def test_the_layers_in_the_table_become_no_date(
    owner: str, units: tuple[int, ...], cell: str
) -> None:
    experiment = preset_named("housing-sgd").changed(layers=tuple(map(Layer, units)))
    run = services.services().store.create(owner, experiment)
    (line,) = csv.DictReader(io.StringIO(csv_text(runs_table.COLUMNS, [runs_table.row(run)])[1:]))
    assert line["layers"] == cell
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line["created"])
    assert float(line["learning_rate"]) == 0.001


def test_what_goes_next_is_said_from_45_runs_on(owner: str) -> None:
    store = services.services().store
    first = finished(owner)
    for _ in range(43):
        store.append(store.create(owner, first.experiment).id, End(State.DONE))
    assert "You have" not in html(open_page(RUNS, lang="en"))
    store.append(store.create(owner, first.experiment).id, End(State.DONE))
    app = open_page(RUNS, lang="en")
    assert "You have 45 runs. When you start 6 more" in html(app)
    app.button(key="more").click().run()
    assert len(found(app, "delete-")) == 20


def test_a_link_in_the_address_wins_over_the_run_that_was_shown_last(owner: str) -> None:
    older, newer = finished(owner), finished(owner)
    app = open_page(TRAIN, lang="en", task="boston")
    assert app.query_params["run"] == newer.id
    app.query_params["run"] = older.id
    app.run()
    assert app.query_params["run"] == older.id
