"""One run whose record makes no sense is shown as that to its owner, and harms nobody else.

A real database file is damaged the way that a newer version, a full disk or a hand may leave it;
then the server starts on it and every page is opened.
"""

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.session import services
from app.session.i18n import texts
from app.session.markdown import plain
from app.session.navigation import HOME, PREDICT, RUNS, TRAIN
from data.language import UserError
from models.events import Batches, End, Epoch, Started, State
from models.jobs.server_lock import ServerLock
from models.network.weights import WEIGHTS
from models.runs.retention import Retention
from models.runs.store import RunStore
from models.tasks import preset_named
from tests.support.pages import open_page

EXPERIMENT = preset_named("housing-sgd").changed(epochs=2)
CHOICES = EXPERIMENT.to_dict()
STARTED = Started(5121, 404, 7, 2, "mae")
OWNER = secrets.token_urlsafe(24)

ROWS: dict[str, tuple[Any, ...]] = {
    "id": ("../../etc", "", "..", b"\x00\xff", "a" * 100),
    "task": ("own-data", "", "mnist", b"boston"),
    "experiment": (
        "{",
        "",
        "null",
        "[" * 50_000,
        b"\xff\xfe",
        json.dumps(CHOICES | {"augmentation": True}),
        json.dumps(CHOICES | {"task": "own-data"}),
        json.dumps(CHOICES | {"layers": 3}),
        json.dumps(CHOICES | {"optimizer": {"name": "muon", "learning_rate": 0.1}}),
        json.dumps({name: value for name, value in CHOICES.items() if name != "epochs"}),
        json.dumps(CHOICES | {"epochs": 10**30}),
    ),
    "state": ("hibernating", "", "DONE", b"done"),
    "created": ("yesterday", 9e999, -5.0, 1e300),
    "started": ("yesterday", b"\x01"),
    "ended": ("yesterday", 9e999),
    "epoch": ("two", 2.5, b"\x02"),
    "val_loss": ("low", b"\x03"),
    "val_metric": ("high",),
    "best_epoch": ("first", 1.5),
    "test": ("{", "[]", "3", '{"mse": "low"}', '{"perplexity": 2.0}', "[" * 50_000),
    "events": ("many", 0, 2**62, -1),
    "updates": ("some", 2**62),
    "checkpoint": ("here", 0.5),
    "stretch": ("once",),
    "name": (b"\xff\xfe\x00",),
    "deleted": ("perhaps", b"\x00"),
}
EVENTS: tuple[Any, ...] = (
    '{"kind":"forked","update":1}',
    '{"kind":"epoch"}',
    '{"kind":"epoch","epoch":"one","loss":1,"metric":1,"val_loss":1,"val_metric":1,"seconds":1,'
    '"best_epoch":1}',
    '{"kind":"started","parameters":1,"rows":1,"updates_per_epoch":1,"epochs":1,"metric":"mae",'
    '"threads":1,"update":"x"}',
    '{"kind":"end","state":"hibernating"}',
    '{"kind":"end","state":"done","error":"text"}',
    '{"kind":"end","state":"done","diagnoses":[{"name":1,"figures":[]}]}',
    '{"kind":"batches","points":[]}',
    '{"kind":"batches","points":[["x",1,1]]}',
    '{"kind":"batches","points":[[1e999,1,1]]}',
    '{"kind":"snapshot"}',
    '{"kind":"bat',
    "",
    "null",
    "[]",
    "[" * 50_000,
    b"\xff\xfe",
    7,
)
CASES = [(f"{name}-{n}", name, bad) for name, found in ROWS.items() for n, bad in enumerate(found)]
CASES += [(f"event-{n}", "payload", bad) for n, bad in enumerate(EVENTS)]
CASES += [("number-x", "n", "x"), ("number-99", "n", 99), ("number-0", "n", 0)]


def table_of(column: str) -> str:
    return "events" if column in ("payload", "n") else "runs"


def change(home: Path, column: str, value: Any, run_id: str) -> None:
    """Write a value into a run's row, or into its second event."""
    which = "run = ? AND n = 2" if table_of(column) == "events" else "id = ?"
    with closing(sqlite3.connect(home / "runs" / "runs.sqlite3")) as file, file:
        file.execute(f"UPDATE {table_of(column)} SET {column} = ? WHERE {which}", (value, run_id))


def trained(store: RunStore, owner: str = OWNER, state: State | None = State.DONE) -> str:
    run = store.create(owner, EXPERIMENT)
    store.append(run.id, STARTED)
    store.append(run.id, Batches(((1, 2.0, 1.0),)))
    for number in (1, 2):
        store.append(run.id, Epoch(number, 2.0, 1.0, 2.0 / number, 1.0, 0.1, number))
    if state is not None:
        test = {"loss": 9.0, "mse": 9.0, "mae": 2.0} if state is State.DONE else None
        store.append(run.id, End(state, test=test, seconds=1.0))
    return run.id


Damage = Callable[[str, Any], str]


@pytest.fixture
def damage(tmp_path: Path) -> Damage:
    """Leave the home of a server that had three runs of an owner; one of them is damaged."""

    def damage(column: str, value: Any, state: State | None = State.DONE) -> str:
        store = RunStore(tmp_path / "runs")
        trained(store)
        bad = trained(store, state=state)
        trained(store)
        store.rename(bad, OWNER, "the bad one")
        store.close()
        change(tmp_path, column, value, bad)
        return bad

    return damage


@pytest.mark.parametrize(("column", "value"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_one_bad_value_is_one_unreadable_run(
    tmp_path: Path, damage: Damage, column: str, value: Any
) -> None:
    bad = damage(column, value)
    store = RunStore(tmp_path / "runs", Retention(runs_per_owner=2))
    for folder in (tmp_path / "runs").iterdir():
        if folder.is_dir():
            (folder / WEIGHTS).touch()
    try:
        assert store.interrupt_unfinished() == []
        good = [run.id for run in store.runs(OWNER)]
        assert len(good) == 2 and bad not in good
        assert len(store.runs(OWNER, "boston", limit=1)) == 1
        assert [run.id for run in store.runs_with_weights(OWNER, "boston")] == good
        (unreadable,) = store.unreadable(OWNER)
        assert unreadable.name == ("" if column == "name" else "the bad one")
        assert store.room.status(OWNER).runs == 2 and store.deletions.of(OWNER) == []
        if column != "id":
            with pytest.raises(UserError, match="cannot be read"):
                store.find(bad, OWNER)
            with pytest.raises(UserError, match="no such run"):
                store.find(bad, "b" * 32)
        store.create(OWNER, EXPERIMENT)  # for which the oldest readable one goes
        assert len(store.runs(OWNER)) == 2 and store.unreadable(OWNER) == [unreadable]
        store.deletions.purge(9e9)
        store.deletions.delete_unreadable(unreadable.number, OWNER)
        assert store.unreadable(OWNER) == [] and len(store.runs(OWNER)) == 2
        with pytest.raises(UserError):
            store.deletions.delete_unreadable(unreadable.number, OWNER)
    finally:
        store.close()


@pytest.mark.parametrize("which", [State.QUEUED, State.RUNNING, State.INTERRUPTED])
@pytest.mark.parametrize(("column", "value"), [("payload", EVENTS[0]), ("experiment", "{}")])
def test_an_unfinished_one_is_passed_over_at_the_start(
    tmp_path: Path, damage: Damage, column: str, value: Any, which: State
) -> None:
    bad = damage(column, value)
    change(tmp_path, "state", str(which), bad)
    store = RunStore(tmp_path / "runs")
    assert store.interrupt_unfinished() == []
    assert len(store.unreadable(OWNER)) == 1
    store.close()


def test_a_folder_outside_is_never_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    store = RunStore(tmp_path / "runs")
    run_id = trained(store)
    store.close()
    change(tmp_path, "deleted", 1.0, run_id)
    change(tmp_path, "id", "../outside", run_id)
    store = RunStore(tmp_path / "runs")
    store.close()
    assert outside.exists()


anything = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
columns = st.sampled_from([*ROWS, "owner", "payload", "n"])


@given(columns, anything)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_stands_in_a_column_the_store_answers(
    tmp_path_factory: pytest.TempPathFactory, column: str, value: Any
) -> None:
    home = tmp_path_factory.mktemp("home")
    store = RunStore(home / "runs")
    trained(store)
    bad = trained(store)
    store.close()
    try:
        change(home, column, value, bad)
    except (sqlite3.IntegrityError, UnicodeEncodeError):
        return  # the database takes no such value
    store = RunStore(home / "runs")
    try:
        store.interrupt_unfinished()
        store.room.status(OWNER)
        store.deletions.purge(0.0)
        shown = [*store.runs(OWNER), *store.unreadable(OWNER), *store.deletions.of(OWNER)]
        assert len(shown) >= 1
        for run in store.runs(OWNER):
            store.history(run.id), store.outline(run.id)
        new = store.create(OWNER, EXPERIMENT).id
        assert store.append(new, STARTED) == 1 and store.events(new)
        assert store._events.is_saved
    finally:
        store.close()


PAGES = (HOME, TRAIN, PREDICT, RUNS)
SOME = [
    ("payload", EVENTS[0]),
    ("payload", EVENTS[1]),
    ("payload", EVENTS[-2]),
    ("experiment", ROWS["experiment"][5]),
    ("state", "hibernating"),
    ("task", "own-data"),
    ("test", '{"perplexity": 2.0}'),
    ("created", 9e999),
    ("id", "../../etc"),
]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path))
    monkeypatch.setattr("app.session.state.owner", lambda: OWNER)
    services.close()
    yield
    services.close()


def refusals(run: str) -> list[str]:
    """Return why a run cannot be read, which a page says that the address asks it of."""
    with pytest.raises(UserError) as refused:
        services.services().store.find(run, OWNER)
    return [plain(refused.value.text.en)]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(("column", "value"), SOME)
def test_the_lab_starts_and_every_page_works(damage: Damage, column: str, value: Any) -> None:
    bad = damage(column, value, None)
    for page in PAGES:
        app = open_page(page, lang="en", task="boston", run=bad)
        assert not app.exception, page
        told = [error.value for error in app.error]
        assert told == (refusals(bad) if page == PREDICT else []), page
    said = "\n".join(element.body for element in app.get("html"))
    assert texts("en")["runs.unreadable"] in said and "the bad one" in said


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_its_owner_can_delete_it(damage: Damage, language: str) -> None:
    damage("state", "hibernating")
    app = open_page(RUNS, lang=language)
    (button,) = [b for b in app.button if str(b.key).startswith("delete-unreadable-")]
    button.click().run()
    assert not app.exception and not app.error
    said = "\n".join(element.body for element in app.get("html"))
    assert texts(language)["runs.unreadable"] not in said
    assert len(services.services().store.runs(OWNER)) == 2


@pytest.mark.usefixtures("lab")
def test_whatever_a_start_raises_the_folder_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = ("RunStore", "Scheduler", "LocalBackend", "BackgroundCommands")
    for part in parts:
        with monkeypatch.context() as patch:
            patch.setattr(f"app.session.services.{part}", lambda *_, part=part: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                services.services()
        ServerLock(tmp_path / "runs").release()
    assert services.services().store.runs(OWNER) == []
