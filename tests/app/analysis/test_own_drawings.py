"""The drawings that somebody has kept stand on Analyze, open in Predict, and can be removed."""

import secrets
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import ANALYZE, PREDICT
from app.session.owner_transfers import OwnerTransfers
from data.dataset import Array
from models.network.prediction import predict_one
from models.network.weights import TrainedNetwork
from models.runs.own_digits import keep_digit, own_digits
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.support.new_tasks.walk import sent
from tests.support.pages import open_page, shown

MNIST = built_in("mnist")
TAKEN = 12


def ready() -> TrainedNetwork:
    found = shipped(MNIST)
    assert found is not None
    return found.read()


def pictures() -> list[tuple[Array, int]]:
    """Return test pictures with labels, every third of which is another one than the true one."""
    data = MNIST.load()
    pairs = zip(data.x_test[:TAKEN], data.y_test[:TAKEN].tolist(), strict=True)
    return [(x, (y + 1) % 10 if n % 3 == 0 else y) for n, (x, y) in enumerate(pairs)]


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    owner = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: owner)
    return owner


def keep_all(home: Path, owner: str) -> None:
    for picture, label in pictures():
        keep_digit(home / services.RUNS, owner, "mnist", picture, label)


def analysed(language: str = "en") -> AppTest:
    app = open_page(ANALYZE, task="mnist", lang=language)
    assert not app.exception and not app.error
    return app


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_accuracy_is_that_of_asking_one_by_one(language: str, home: Path, owner: str) -> None:
    own = texts(language)["analyze.own"]
    assert own not in shown(analysed(language))
    keep_all(home, owner)
    network = ready()
    right = sum(predict_one(network, picture).winner == label for picture, label in pictures())
    assert 0 < right < TAKEN
    sentence = texts(language)["analyze.own_share"]
    app = analysed(language)
    assert own in shown(app)
    assert sentence.format(right=right, count=TAKEN, share=100 * right / TAKEN) in shown(app)
    said = texts(language)["analyze.said"]
    for picture, label in pictures():
        answer = predict_one(network, picture).answer
        told = f"{int(answer.argmax())} {100 * float(answer.max()):.0f} %"
        if answer.argmax() != label:
            assert said.format(true=str(label), answer=told) in sent(app)


def test_a_wrong_one_opens_in_predict(home: Path, owner: str) -> None:
    keep_all(home, owner)
    kept = own_digits(home / services.RUNS, owner, "mnist")
    network = ready()
    wrong = next(
        row
        for row, (picture, label) in enumerate(zip(kept.pictures, kept.labels, strict=True))
        if predict_one(network, picture).winner != label
    )
    app = analysed()
    app.session_state["held"].kept["analysis-drawing-mnist"] = wrong
    app.run()
    assert not app.exception and app.segmented_control(key="given").value == "own"
    assert f"True label: {kept.labels[wrong]} Wrong." in shown(app)
    assert texts("en")["predict.given_own"] in sent(app)


def test_they_are_removed_after_a_second_click(home: Path, owner: str) -> None:
    keep_all(home, owner)
    keep_digit(home / services.RUNS, "somebody else", "mnist", np.zeros((28, 28), np.uint8), 0)
    app = analysed()
    app.button(key="own-remove-yes").click().run()
    assert not app.exception and texts("en")["analyze.own"] not in shown(app)
    left = [own_digits(home / services.RUNS, who, "mnist") for who in (owner, "somebody else")]
    assert [len(each.labels) for each in left] == [0, 1]
    app.session_state["held"].kept["given-mnist"] = "own"
    app.switch_page(PREDICT).run()
    assert not app.exception and app.segmented_control(key="given").value == "write"


def test_they_go_with_their_owner_to_another_browser(home: Path, owner: str) -> None:
    keep_all(home, owner)
    links = OwnerTransfers()
    there = links.redeem(links.issue(owner))
    assert there is not None
    assert len(own_digits(home / services.RUNS, there, "mnist").labels) == TAKEN
