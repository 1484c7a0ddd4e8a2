"""A shared run: who has the link reads it, until it is withdrawn or the run goes."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.language import UserError
from models.events import End, Started, State
from models.runs.run import Run
from models.runs.store import RunStore
from models.sharing.share import Shares
from models.tasks import preset_named

ADA, BOB = secrets.token_urlsafe(24), secrets.token_urlsafe(24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    made = RunStore(tmp_path)
    yield made
    made.close()


@pytest.fixture
def run(store: RunStore) -> Run:
    run = store.create(ADA, preset_named("housing-sgd"))
    store.append(run.id, Started(5121, 404, 7, 2, "mae"))
    store.append(run.id, End(State.DONE))
    return store.get(run.id)


def test_a_link_opens_the_run_until_it_is_withdrawn(store: RunStore, run: Run) -> None:
    shares = Shares(store)
    token = shares.share(run.id, ADA)
    assert shares.share(run.id, ADA) == token == shares.token(run.id, ADA)
    assert shares.run(token) == run
    shares.withdraw(run.id, ADA)
    with pytest.raises(UserError):
        shares.run(token)
    assert shares.share(run.id, ADA) != token


def test_a_link_outlives_the_server(tmp_path: Path, store: RunStore, run: Run) -> None:
    token = Shares(store).share(run.id, ADA)
    store.close()
    again = RunStore(tmp_path)
    assert Shares(again).run(token).id == run.id
    again.close()


def test_a_deleted_run_is_shared_no_more_and_again_when_it_is_brought_back(
    store: RunStore, run: Run
) -> None:
    shares = Shares(store)
    token = shares.share(run.id, ADA)
    store.deletions.delete(run.id, ADA)
    with pytest.raises(UserError):
        shares.run(token)
    store.deletions.undelete(run.id, ADA)
    assert shares.run(token).id == run.id
    store.deletions.delete(run.id, ADA)
    store.deletions.purge(1e11)
    with pytest.raises(UserError):
        shares.run(token)


def test_only_the_owner_shares_and_withdraws(store: RunStore, run: Run) -> None:
    shares = Shares(store)
    token = shares.share(run.id, ADA)
    for act in (shares.share, shares.withdraw, shares.token):
        with pytest.raises(UserError):
            act(run.id, BOB)
    assert shares.run(token) == run


def test_wrong_links_open_nothing_and_say_the_same(store: RunStore, run: Run) -> None:
    shares = Shares(store)
    other = store.create(BOB, preset_named("housing-sgd"))
    run_id, _, secret = shares.share(run.id, ADA).partition(".")
    wrong = ["", ".", run_id, f"{run_id}.{'A' * 32}", f"{other.id}.{secret}", f"../x.{secret}"]
    sentences = set()
    for token in [*wrong, f"{run_id}.{secret}x", "A" * 10_000]:
        with pytest.raises(UserError) as refused:
            shares.run(token)
        sentences.add(refused.value.text)
    assert len(sentences) == 1
