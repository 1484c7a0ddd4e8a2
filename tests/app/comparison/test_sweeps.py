"""Sweeps on the page and behind it: through the real queue, ended early, stopped, found again."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.comparison.sweep_result import shades
from app.session import services
from app.session.i18n import texts
from app.session.navigation import COMPARE
from data.language import UserError
from models.events import State
from models.experiment import Layer
from models.sweeps.plan import Axis, Choice, Plan
from models.sweeps.rules import Rule
from models.sweeps.sweep import Sweep, cells
from models.tasks import preset_named
from tests.app.comparison.shown import html
from tests.support.pages import open_page, shown

HOUSING = preset_named("housing-sgd").changed(epochs=2)
both_languages = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


def wait_for(owner: str, sweep: Sweep, holds: Callable[[Sweep], bool]) -> Sweep:
    deadline = time.monotonic() + 90
    while not holds(now := services.services().sweeps.find(owner, sweep.id)):
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def swept(owner: str, plan: Plan) -> Sweep:
    sweep = services.services().sweeps.start(owner, plan)
    return wait_for(owner, sweep, lambda now: now.is_over)


BATCHES, RATES = Axis("batch_size", (64, 128)), Axis("learning_rate", (0.0001, 0.001))


@both_languages
def test_the_form_says_what_a_sweep_costs_and_starts_it(
    language: str, home: Path, owner: str
) -> None:
    app = open_page(COMPARE, lang=language, task="boston")
    app.session_state["held"].kept["compare-part"] = "sweep"
    app.run()
    assert not app.exception and not app.error
    assert texts(language)["sweep.none"] in shown(app)
    assert "**9" in shown(app)  # three learning rates and three batch sizes
    app.button(key="sweep-start").click().run()
    assert not app.exception and not app.error
    (sweep,) = services.services().sweeps.of(owner)
    assert len(sweep.outcomes) == 9
    app.button(key="sweep-stop").click().run()
    over = wait_for(owner, sweep, lambda now: now.is_over)
    assert over.is_stopped and any(each.run is None for each in over.outcomes)


@pytest.fixture(scope="module")
def finished(home: Path) -> Sweep:
    """A sweep over two settings and two seeds, which both languages read."""
    return swept(secrets.token_urlsafe(24), Plan(HOUSING, (RATES, BATCHES), seeds=2))


@both_languages
def test_a_finished_sweep_is_a_map_with_mean_and_spread(
    language: str, finished: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = finished
    monkeypatch.setattr("app.session.state.owner", lambda: sweep.owner)
    assert [each.state for each in sweep.outcomes] == [State.DONE] * 8
    assert [len(cell.metrics) for cell in cells(sweep)] == [2] * 4
    app = open_page(COMPARE, lang=language)
    app.session_state["held"].kept["compare-part"] = "sweep"
    app.run()
    assert not app.exception and not app.error
    assert html(app).count("--good") == 4 and "0.0001" in html(app)
    app.button(key="sweep-compare").click().run()
    assert not app.exception and len(str(app.query_params["runs"]).split(".")) == 4


def test_three_settings_are_lines(home: Path, owner: str) -> None:
    axes = (RATES, BATCHES, Axis("depth", (0, 1)))
    swept(owner, Plan(HOUSING, axes, Choice.RANDOM, points=4))
    app = open_page(COMPARE, lang="en")
    app.session_state["held"].kept["compare-part"] = "sweep"
    app.run()
    assert not app.exception and not app.error and "best combination" in shown(app)


def test_a_sweep_goes_on_in_a_server_that_starts_anew(home: Path, owner: str) -> None:
    plan = Plan(HOUSING.changed(epochs=20), (BATCHES, Axis("units", (8, 16, 32))))
    sweep = services.services().sweeps.start(owner, plan)
    wait_for(owner, sweep, lambda now: now.ended >= 1)
    services.close()
    over = wait_for(owner, sweep, lambda now: now.is_over)
    assert over.plan == plan and [each.state for each in over.outcomes] == [State.DONE] * 6


def test_hopeless_runs_are_ended_and_counted(home: Path, owner: str) -> None:
    base = preset_named("mnist").changed(
        layers=(Layer(64),), epochs=20, train_size=10_000, batch_size=128
    )
    rates = Axis("learning_rate", (0.002, 0.001, 0.003, 1e-7))
    sweep = services.services().sweeps.start(owner, Plan(base, (rates,), rule=Rule.MEDIAN))
    over = wait_for(owner, sweep, lambda now: now.is_over)
    last = over.outcomes[-1]
    assert last.state == State.STOPPED and last.hopeless_at and last.epoch < 20
    assert cells(over)[-1].metrics == []


def test_one_sweep_at_a_time_and_nobody_elses(home: Path, owner: str) -> None:
    sweeps = services.services().sweeps
    sweep = sweeps.start(owner, Plan(HOUSING.changed(epochs=500), (BATCHES,)))
    with pytest.raises(UserError):
        sweeps.start(owner, Plan(HOUSING, (RATES,)))
    for deed in (sweeps.find, sweeps.stop, sweeps.remove):
        with pytest.raises(UserError):
            deed("somebody else", sweep.id)
    sweeps.remove(owner, sweep.id)
    assert sweeps.of(owner) == []


def test_the_best_mean_is_the_darkest() -> None:
    assert shades([1.0, 2.0, 3.0], higher=True) == [0.0, 0.5, 1.0]
    assert shades([1.0, 2.0, 3.0], higher=False) == [1.0, 0.5, 0.0]
    assert shades([2.0, 2.0], higher=True) == [0.0, 0.0]
