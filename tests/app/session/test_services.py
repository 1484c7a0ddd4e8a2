"""What a server starts with: runs that the one before left, and a cluster that is away."""

import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import HOME, RUNS, TRAIN
from models.events import State
from models.jobs.local.backend import LocalBackend
from models.runs.store import RunStore
from models.tasks import preset_named
from tests.support.pages import open_page
from tests.support.ports import free_port

EXPERIMENT = preset_named("housing-sgd").changed(epochs=2)


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """An owner whose two runs a server has left unfinished."""
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path))
    services.close()
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    store = RunStore(tmp_path / "runs")
    for _ in range(2):
        store.create(token, EXPERIMENT)
    store.close()
    yield token
    services.close()


def states(owner: str) -> set[State]:
    return {run.state for run in services.services().store.runs(owner)}


def offers(app: AppTest) -> bool:
    assert not app.exception and not app.error
    return "continue-all" in [button.key for button in app.button]


def test_unfinished_runs_go_on_by_themselves(monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    monkeypatch.setenv("FNN_LAB_RESUME", "auto")
    assert states(owner) <= {State.QUEUED, State.RUNNING, State.DONE}
    assert not offers(open_page(RUNS))


def test_unfinished_runs_wait_for_their_owners_click(
    monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    monkeypatch.setenv("FNN_LAB_RESUME", "ask")
    assert states(owner) == {State.INTERRUPTED}
    assert offers(open_page(HOME))
    app = open_page(RUNS, lang="en")
    assert offers(app)
    said = "\n".join(element.body for element in app.get("html"))
    assert texts("en")["runs.interrupted"].format(count=2) in said
    app.button(key="continue-all").click().run()
    assert states(owner) <= {State.QUEUED, State.RUNNING, State.DONE}
    assert not offers(app)


def test_unfinished_runs_can_be_left_as_they_are(
    monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    monkeypatch.setenv("FNN_LAB_RESUME", "never")
    assert states(owner) == {State.INTERRUPTED}
    assert not offers(open_page(RUNS)) and not offers(open_page(HOME))


def test_the_page_says_that_the_cluster_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FNN_LAB_CLUSTER", f"tcp://127.0.0.1:{free_port()}")
    app = open_page(TRAIN, lang="en", task="boston")
    assert not app.exception
    assert any("cluster cannot be reached" in warning.value for warning in app.warning)


def test_the_page_says_why_training_cannot_start_and_keeps_what_waits(
    monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    def popen(*_command: object, **_options: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(
        "app.session.services.LocalBackend", LocalBackend
    )  # not one that runs already
    monkeypatch.setattr("models.jobs.local.trainer_client.subprocess.Popen", popen)
    scheduler = services.services().scheduler
    deadline = time.monotonic() + 10
    while scheduler.problem is None and time.monotonic() < deadline:
        time.sleep(0.01)
    app = open_page(TRAIN, lang="ko", task="boston")
    assert not app.exception and not app.error
    [said] = [warning.value for warning in app.warning if "시작할 수 없습니다" in warning.value]
    assert os.strerror(errno.EMFILE) in said
    assert states(owner) == {State.QUEUED}
