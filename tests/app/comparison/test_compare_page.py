"""The Compare page: with no run, one, several, and with whatever its address may name."""

import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import COMPARE
from models.experiment import Experiment
from models.runs.remarks import Remark
from models.tasks import preset_named
from tests.app.comparison.shown import component, html
from tests.support.bundles import ended_run
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_page, shown, trained

HOUSING = preset_named("housing-sgd").changed(epochs=2)
both_languages = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


def says(language: str, key: str) -> str:
    return texts(language)[key]


def compare(*runs: str, language: str = "en") -> AppTest:
    app = open_page(COMPARE, lang=language)
    app.query_params["runs"] = ".".join(runs)
    app.run()
    assert not app.exception
    return app


def ended(owner: str, experiment: Experiment) -> str:
    """Put a run that has ended into the store, where the page finds it; return its id."""
    return ended_run(services.services().store, owner, experiment).id


def table(app: AppTest) -> dict[str, Any]:
    return component(app, "rows")


@both_languages
def test_without_a_run_the_page_says_what_to_do(language: str, home: Path, owner: str) -> None:
    app = open_page(COMPARE, lang=language)
    assert not app.exception and not app.error
    assert says(language, "compare.no_run") in shown(app)


@both_languages
def test_one_run_stands_in_the_table_with_its_baselines(
    language: str, home: Path, owner: str
) -> None:
    run = trained(owner, HOUSING)
    app = open_page(COMPARE, lang=language)
    assert says(language, "compare.one_run") in shown(app)
    rows = table(app)["rows"]
    assert [row["run"] for row in rows] == [run, "", "", "", ""]
    assert rows[2]["name"] == says(language, "live.baseline_linear_regression")
    assert len({len(row["cells"]) for row in rows}) == 1


@both_languages
def test_settings_that_differ_stand_first_and_name_the_curves(
    language: str, home: Path, owner: str
) -> None:
    one = ended(owner, HOUSING)
    other = ended(
        owner, HOUSING.changed(optimizer=replace(HOUSING.optimizer, learning_rate=0.0002))
    )
    app = compare(one, other, language=language)
    assert table(app)["heads"][0] == says(language, "form.learning_rate")
    lines = component(app, "lines")
    rate = says(language, "form.learning_rate")
    labels = [line["label"] for line in lines["lines"]]
    assert labels == [f"1. {rate} 0.001", f"2. {rate} 0.0002"]
    assert [line["runs"][0]["run"] for line in lines["lines"]] == [one, other]
    assert says(language, "compare.bounds_all") in shown(app)
    assert "0.0002" in html(app)


def test_repeats_over_seeds_are_one_line_unless_asked_one_by_one(home: Path, owner: str) -> None:
    runs = [trained(owner, HOUSING.changed(seed=seed)) for seed in (0, 1)]
    other = ended(owner, HOUSING.changed(batch_size=16))
    app = compare(*runs, other)
    lines = component(app, "lines")["lines"]
    assert [len(line["runs"]) for line in lines] == [2, 1]
    assert "2 seeds" in lines[0]["label"] and "n = 2" in html(app)
    app.session_state["held"].kept["compare-seeds"] = "each"
    app.run()
    assert [len(line["runs"]) for line in component(app, "lines")["lines"]] == [1, 1, 1]


@both_languages
def test_runs_of_different_tasks_share_the_loss_alone(
    language: str, home: Path, owner: str
) -> None:
    houses = ended(owner, HOUSING)
    digits = ended(owner, preset_named("mnist").changed(epochs=1, train_size=500))
    app = compare(houses, digits, language=language)
    assert says(language, "compare.bounds_tasks") in shown(app)
    assert component(app, "lines")["metric"] == ""


@both_languages
def test_an_address_may_name_runs_that_are_gone_or_foreign(
    language: str, home: Path, owner: str
) -> None:
    mine = [ended(owner, HOUSING.changed(seed=seed)) for seed in (0, 1)]
    foreign = ended("somebody else", HOUSING)
    app = compare(*mine, foreign, "<script>", language=language)
    gone = says(language, "compare.gone").format(count=2)
    assert gone in shown(app) and not app.error
    held = [run["run"] for line in component(app, "lines")["lines"] for run in line["runs"]]
    assert held == mine


def test_a_damaged_run_is_told_and_the_others_are_drawn(home: Path, owner: str) -> None:
    runs = [ended(owner, HOUSING.changed(seed=seed)) for seed in (0, 1, 2)]
    services.close()
    with closing(sqlite3.connect(home / "runs" / "runs.sqlite3")) as file, file:
        file.execute("UPDATE events SET payload = 'odd' WHERE run = ? AND n = 1", (runs[0],))
    app = compare(*runs)
    assert any("cannot be read" in error.value for error in app.error)
    held = [run["run"] for line in component(app, "lines")["lines"] for run in line["runs"]]
    assert held == runs[1:]


def test_a_choice_stays_in_the_address_and_for_this_tab(home: Path, owner: str) -> None:
    runs = [ended(owner, HOUSING.changed(seed=seed)) for seed in (0, 1)]
    app = compare(*runs)
    del app.query_params["runs"]
    app.run()
    assert app.query_params["runs"] in (".".join(runs), [".".join(runs)])


def test_remarks_are_shown_literally(home: Path, owner: str) -> None:
    run = ended(owner, HOUSING)
    hostile = "<img src=x onerror=alert(1)> **bold** {name}"
    services.services().store.remarks.write(run, owner, "mine", hostile)
    app = open_page(COMPARE, lang="en")
    row = table(app)["rows"][0]
    assert Remark(row["tag"], row["note"]) == Remark("mine", hostile)
    assert hostile not in html(app)


@pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
def test_runs_on_ones_own_data_are_compared(dataset: Any, home: Path, owner: str) -> None:
    services.catalogue().add(owner, "직접 모은 것", dataset, "spaces")
    task = services.catalogue().task(dataset.name, owner)
    experiment: Experiment = quick(task).changed(epochs=2)
    runs = [ended(owner, experiment.changed(batch_size=size)) for size in (8, 4)]
    app = compare(*runs)
    assert not app.error
    assert len(component(app, "lines")["lines"]) == 2


def test_a_run_under_way_is_followed(home: Path, owner: str) -> None:
    lab = services.services()
    done = trained(owner, HOUSING)
    live = lab.scheduler.submit(owner, HOUSING.changed(epochs=500))
    lab.scheduler.set_tempo(owner, live.id, 20) if lab.scheduler.has_worker(live.id) else None
    app = compare(done, live.id)
    held = [run for line in component(app, "lines")["lines"] for run in line["runs"]]
    assert not app.error and [run["run"] for run in held] == [done, live.id]
    lab.scheduler.stop(owner, live.id)
