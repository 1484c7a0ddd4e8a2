"""The page Race without a browser: real races of real workers, in both languages."""

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import RACE
from models.events import State
from models.experiment import Experiment, Layer, Optimizer
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, shown

both_languages = pytest.mark.parametrize("language", ["ko", "en"])
every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
SHORT = Experiment("boston", (Layer(8),), Optimizer("sgd"), epochs=3, batch_size=64)


def html(app: AppTest) -> str:
    return shown(app) + "".join(element.proto.body for element in app.get("html"))


def wait_for_end(app: AppTest) -> AppTest:
    """Wait until no run of this visitor is under way, and run the page again."""
    store, owner = services.services().store, str(app.session_state["owner"])
    deadline = time.monotonic() + 120
    while not all(run.is_over for run in store.runs(owner, limit=-1)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return app.run()


def race_of(app: AppTest, *variants: Experiment) -> list[str]:
    """Start a race for the visitor of a page; return its runs when they are over."""
    owner = str(app.session_state["owner"])
    runs = services.services().scheduler.submit_race(owner, variants)
    wait_for_end(app)
    return [run.id for run in runs]


@every_task
@both_languages
def test_a_first_visit_offers_a_race(task: Task, language: str, home: Path) -> None:
    app = open_page(RACE, task=task.name, lang=language)
    assert not app.exception and not app.error
    assert texts(language)["race.none"] in shown(app)


@both_languages
def test_one_click_races_three_optimizers_to_a_sentence_and_their_surface(
    language: str, home: Path
) -> None:
    app = open_page(RACE, task="boston", lang=language)
    app.button(key="race-optimizers").click().run()
    app = wait_for_end(app)
    assert not app.exception and not app.error
    words, found = texts(language), html(app)
    assert words["race.weights_same"] in found
    assert words["race.order_same"].format(epochs=80) in found
    prints = re.findall(r"<td>([0-9a-f]{8})</td><td>([0-9a-f]{8})</td>", found)
    assert len(prints) == 3 and len(set(prints)) == 1
    assert "SGD" in found and words["race.conclusion_one_seed"].split("{")[0][:5] in found
    app.button(key="race-surface-draw").click().run()
    assert not app.exception and not app.error
    assert len(app.get("plotly_chart")) == 3
    assert words["race.points_note"] in html(app)


def test_repeats_over_five_seeds_change_the_sentence(home: Path) -> None:
    app = open_page(RACE, task="boston", lang="en")
    race_of(app, SHORT, SHORT.changed(optimizer=Optimizer("adam")))
    assert "With this one seed" in shown(app)
    app.button(key="race-repeat").click().run()
    wait_for_end(app)
    assert "Over 5 seeds" in shown(app)
    assert "race-repeat" not in {button.key for button in app.button}
    assert len(services.services().store.runs(str(app.session_state["owner"]), limit=-1)) == 10


def test_variants_of_ones_own_are_made_from_the_settings_on_train(home: Path) -> None:
    app = open_page(RACE, task="boston", lang="en")
    app.session_state["held"].kept["race-kind-boston"] = "batch_size"
    app.session_state["held"].kept["race-values-boston-batch_size"] = ("128", "256")
    app.run()
    app.button(key="race-own-start").click().run()
    wait_for_end(app)
    assert not app.exception and not app.error
    assert "batch 128" in html(app) and "batch 256" in html(app)
    assert "Equal: all began with the same weights" in html(app)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (SHORT.changed(seed=1), "began with other weights"),
        (SHORT.changed(layers=(Layer(9),)), "layers of other shapes"),
        (SHORT.changed(optimizer=Optimizer("sgd", 90.0)), "no numbers any more"),
    ],
    ids=["seed", "shape", "diverged"],
)
def test_where_there_is_no_plane_one_sentence_says_why(
    other: Experiment, sentence: str, home: Path
) -> None:
    app = open_page(RACE, task="boston", lang="en")
    race_of(app, SHORT, other)
    app.button(key="race-surface-draw").click().run()
    assert not app.exception
    assert len(app.error) == 1 and sentence in app.error[0].value


@every_kind
def test_own_data_of_every_kind_can_race_to_its_surface(dataset, home: Path) -> None:
    app = open_own_data(RACE, dataset, language="en")
    app.button(key="race-optimizers").click().run()
    wait_for_end(app)
    assert not app.exception and not app.error
    app.button(key="race-surface-draw").click().run()
    assert not app.exception and not app.error
    assert len(app.get("plotly_chart")) == 3


def test_a_race_pauses_and_stops_from_the_page(home: Path) -> None:
    app = open_page(RACE, task="boston", lang="en")
    store, owner = services.services().store, str(app.session_state["owner"])
    long = SHORT.changed(epochs=500, batch_size=1)
    runs = services.services().scheduler.submit_race(owner, (long, long.changed(seed=1)))
    deadline = time.monotonic() + 60
    while not all(store.get(run.id).updates for run in runs):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    app.button(key="race-pause").click().run()
    while {store.get(run.id).state for run in runs} != {State.PAUSED}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    app.button(key="race-stop").click().run()
    wait_for_end(app)
    assert {store.get(run.id).state for run in runs} == {State.STOPPED}
