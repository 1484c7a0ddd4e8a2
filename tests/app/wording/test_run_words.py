"""One clock and one name for a run, on every page and in every file."""

import secrets
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.my_runs import runs_table
from app.my_runs.csv_export import safe_cell
from app.session import services
from app.session.i18n import texts
from app.session.navigation import HOME, PREDICT, RUNS, TRAIN
from app.wording import run_words
from models.events import State
from models.runs.run import Run
from models.tasks import preset_named
from tests.app.my_runs.test_my_runs import html
from tests.support.pages import open_page, trained

MADE = datetime(2026, 11, 28, 20, 30, 5, tzinfo=UTC).timestamp()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What a browser says of its clock, which no test without one has."""
    context = SimpleNamespace(headers={}, timezone="Asia/Seoul", timezone_offset=-540, cookies={})
    monkeypatch.setattr("streamlit.context", context)
    return context


def run(**values: object) -> Run:
    experiment = preset_named("housing-sgd").changed(**values)
    return Run("id", "owner", "boston", experiment, State.DONE, MADE)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Seoul", "2026-11-29 05:30:05"),
        ("America/New_York", "2026-11-28 15:30:05"),
        ("America/St_Johns", "2026-11-28 17:00:05"),
    ],
)
def test_a_run_was_made_by_the_browsers_clock(
    browser: SimpleNamespace, zone: str, shown: str
) -> None:
    browser.timezone = zone
    assert run_words.created(run()) == shown


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "America", "../etc", "x" * 5_000])
def test_a_zone_that_is_not_known_by_name_is_taken_from_the_clock_itself(
    browser: SimpleNamespace, zone: str | None
) -> None:
    browser.timezone, browser.timezone_offset = zone, 210
    assert run_words.created(run()) == "2026-11-28 17:00:05"
    browser.timezone_offset = None
    assert run_words.created(run()) == f"{datetime.fromtimestamp(MADE):%Y-%m-%d %H:%M:%S}"


def test_a_run_without_a_name_is_called_by_task_preset_and_time(browser: SimpleNamespace) -> None:
    assert run_words.name(run()) == "보스턴 집값 SGD · 2026-11-29 05:30:05"
    assert run_words.name(run(l2=0.1)) == "보스턴 집값 · 2026-11-29 05:30:05"


def test_rows_that_a_run_did_without_are_counted_in_its_name(browser: SimpleNamespace) -> None:
    assert run_words.name(run(left_out=(1, 5))) == "보스턴 집값 SGD (2행 뺌) · 2026-11-29 05:30:05"


def test_a_run_that_is_trained_on_keeps_what_it_is_called(browser: SimpleNamespace) -> None:
    assert run_words.name(run(epochs=90, seed=3)) == run_words.name(run())


@pytest.mark.usefixtures("home")
def test_every_page_calls_a_run_the_same_by_the_same_clock(
    browser: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: owner)
    store = services.services().store
    made = store.get(trained(owner, preset_named("housing-sgd").changed(epochs=1)))
    own = datetime.fromtimestamp(made.created, UTC).timestamp() + 9 * 3600
    name = f"Housing SGD · {datetime.fromtimestamp(own, UTC):%Y-%m-%d %H:%M:%S}"
    for page in (HOME, TRAIN, RUNS):
        assert f">{name}</" in html(open_page(page, lang="en", task="boston")), page
    predict = open_page(PREDICT, lang="en", task="boston")
    line = f"{name} · validation MAE {made.val_metric:.2f}"
    assert predict.selectbox(key="run-of-boston").options[0] == line
    assert texts("en")["predict.answers"].format(line=line) in html(predict)
    monkeypatch.setattr("app.session.state.language", lambda: "en")
    cells = dict(zip(runs_table.COLUMNS, runs_table.row(made), strict=True))
    assert cells["name"] == name and safe_cell(cells["created"]) == name.rpartition(" · ")[2]

    store.rename(made.id, owner, "a*b* <i>c</i>")
    for page in (HOME, TRAIN, RUNS):
        shown = html(open_page(page, lang="en", task="boston"))
        assert ">a*b* &lt;i&gt;c&lt;/i&gt;</" in shown, page
    choice = open_page(PREDICT, lang="en", task="boston").selectbox(key="run-of-boston")
    assert choice.options[0].startswith("a*b* <i>c</i> · ")
