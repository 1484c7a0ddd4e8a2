"""What Predict says of a table's row, against scikit-learn: partial dependence and a line's shares.

Also for a table that classifies, and for columns that are the same in every row.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression
from streamlit.testing.v1 import AppTest

from app.prediction.reasons.effect_curves import Effect, effect
from app.prediction.reasons.straight_answer import straight_line
from app.session import services
from app.session.i18n import texts
from app.session.navigation import PREDICT
from data.dataset import Array, Dataset
from data.language import Text
from models.analysis.effects import PLACES
from models.network.forward import predict
from models.network.weights import TrainedNetwork, read_network
from models.tasks import built_in
from models.tasks.base import Task
from models.trained.shipped import shipped
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_own_data, open_page, shown, trained

BOSTON = built_in("boston")
NUMBER = r"[−+]?[0-9.]+(?:e[−+][0-9]+)?"
APPLES = OWN_DATA["apples"]
RIPE = replace(
    APPLES,
    name="own-ripe",
    y_train=(APPLES.y_train > np.median(APPLES.y_train)).astype(np.uint8),
    y_test=(APPLES.y_test > np.median(APPLES.y_train)).astype(np.uint8),
    classes=(Text("가벼움", "light"), Text("무거움", "heavy")),
    target=None,
)
"""Apples that are told apart instead of weighed."""


class Asked(RegressorMixin, BaseEstimator):
    """A network as scikit-learn asks it."""

    def __init__(self, network: TrainedNetwork, unit: int) -> None:
        self.network, self.unit = network, unit

    def fit(self, x: Array, y: Array) -> "Asked":
        raise AssertionError("it is trained already")

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, x: Array) -> Array:
        return predict(self.network, x.astype(np.float32))[:, self.unit].astype(float)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def compare(found: Effect, network: TrainedNetwork, data: Dataset, column: int, unit: int) -> None:
    """Compare curves with scikit-learn's at the same places."""
    rows = np.concatenate([data.x_train, data.x_test]).astype(float)
    theirs = partial_dependence(
        Asked(network, unit),
        rows,
        [column],
        percentiles=(0, 1),
        grid_resolution=PLACES,
        kind="both",
        method="brute",
    )
    np.testing.assert_allclose(found.curves.places, theirs["grid_values"][0], rtol=1e-5, atol=1e-5)
    for ours, own in ((found.curves.answers, "individual"), (found.curves.mean, "average")):
        np.testing.assert_allclose(ours, theirs[own][0], rtol=1e-3, atol=1e-3)


def boston_network() -> TrainedNetwork:
    found = shipped(BOSTON)
    assert found is not None
    return found.read()


@pytest.mark.parametrize("column", [5, 12])
def test_curves_and_their_mean_are_those_of_scikit_learn(column: int) -> None:
    network, data = boston_network(), BOSTON.load()
    row = data.x_test[7]
    line = straight_line(network, data, 0)
    found = effect(network, data, line, row, column, 0)
    compare(found, network, data, column, 0)
    assert found.value == row[column]
    assert found.answer == pytest.approx(float(predict(network, row[None])[0, 0]))
    theirs = LinearRegression().fit(data.x_train.astype(float), data.y_train.astype(float))
    for place, own, straight in zip(found.curves.places, found.own, found.straight, strict=True):
        changed = row.copy()
        changed[column] = place
        assert own == pytest.approx(float(predict(network, changed[None])[0, 0]), rel=1e-4)
        assert straight == pytest.approx(theirs.predict(changed[None].astype(float))[0], rel=1e-5)


def test_what_is_remembered_of_one_network_is_not_told_of_another() -> None:
    one, data = boston_network(), BOSTON.load()
    other = replace(one, biases=(*one.biases[:-1], one.biases[-1] + 1))
    line = straight_line(one, data, 0)
    found = [effect(each, data, line, data.x_test[7], 5, 0).curves.mean for each in (one, other)]
    np.testing.assert_allclose(found[0] + 1, found[1], rtol=1e-5)


def steps_shown(app: AppTest, key: str) -> dict[str, float]:
    """Return the steps of a waterfall, as they are read aloud, by the variables' names."""
    label = texts("en")[key]
    said = re.search(rf"{re.escape(label)}: ([^\"]*)", sent(app))
    assert said, sent(app)
    pairs = re.findall(rf"(\w+)  ({NUMBER})", said[1])
    return {name: number(step) for name, step in pairs}


def test_the_shares_of_the_line_that_are_shown_are_scikit_learns(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en", row="7")
    assert not app.exception and not app.error
    data = BOSTON.load()
    theirs = LinearRegression().fit(data.x_train.astype(float), data.y_train.astype(float))
    means = data.x_train.mean(axis=0, dtype=float)
    shares = theirs.coef_ * (data.x_test[7] - means)
    found = steps_shown(app, "why.straight_label")
    assert set(found) == {feature.name for feature in data.features}
    for feature, share in zip(data.features, shares, strict=True):
        assert found[feature.name] == pytest.approx(share, rel=2e-3, abs=2e-3)
    sentence = re.search(
        rf"answer ({NUMBER}) and all shares \(({NUMBER})\) make LinearRegression's answer "
        rf"\*\*({NUMBER})\*\* · this network answers \*\*({NUMBER})\*\*",
        shown(app),
    )
    assert sentence
    start, total, end, network = map(number, sentence.groups())
    assert start == pytest.approx(data.y_train.mean(), rel=1e-3)
    assert start + total == pytest.approx(end, rel=1e-3)
    assert end == pytest.approx(theirs.predict(data.x_test[7][None].astype(float))[0], rel=1e-3)
    answer = float(predict(boston_network(), data.x_test[7][None])[0, 0])
    assert network == pytest.approx(answer, rel=1e-3)


def test_the_networks_steps_lead_from_the_mean_district_to_the_price(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en", row="7")
    network, data = boston_network(), BOSTON.load()
    answers = predict(network, np.stack([data.x_train.mean(axis=0), data.x_test[7]]))[:, 0]
    found = steps_shown(app, "why.waterfall_label")
    assert answers[0] + sum(found.values()) == pytest.approx(float(answers[1]), rel=1e-3)
    said = re.search(r"Predicted price ([0-9,]+) dollars", shown(app))
    assert said and 1000 * answers[1] == pytest.approx(float(said[1].replace(",", "")), rel=1e-3)


def test_another_variable_can_be_chosen(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en")
    assert "average rooms" in sent(app).lower()
    app.selectbox(key="effect-variable-boston").set_value("0").run()
    assert not app.exception and app.selectbox(key="effect-variable-boston").value == "0"


def classifying(home: Path) -> tuple[AppTest, Task, str]:
    app = open_own_data(PREDICT, RIPE, "en")
    owner = str(app.session_state["owner"])
    task = services.catalogue().task(RIPE.name, owner)
    return app, task, trained(owner, quick(task).changed(epochs=20))


def test_of_a_table_with_classes_the_curves_are_probabilities(home: Path) -> None:
    app, task, run = classifying(home)
    app.run()
    assert not app.exception and not app.error
    assert texts("en")["why.effect_classes"] in shown(app)
    assert texts("en")["why.straight_note_classes"] in shown(app)
    network, data = read_network(services.services().store.folder(run)), task.load()
    row = data.x_test[3]
    unit = int(predict(network, row[None])[0].argmax())
    line = straight_line(network, data, unit)
    compare(effect(network, data, line, row, 0, unit), network, data, 0, unit)
    rows = len(data.x_train)
    indicator = (data.y_train == unit).astype(float)
    theirs = LinearRegression().fit(data.x_train[:rows].astype(float), indicator)
    assert line.answer(row) == pytest.approx(theirs.predict(row[None].astype(float))[0], rel=1e-5)
