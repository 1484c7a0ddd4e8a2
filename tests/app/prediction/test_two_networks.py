"""Two networks are asked the same thing; who answers is said by name, date and figure."""

import re
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.prediction.network_choice import READY
from app.session import services
from app.session.i18n import texts
from app.session.navigation import ANALYZE, PREDICT
from app.wording import run_words
from data.dataset import Array, Dataset
from data.pictures.strokes import parse_strokes
from models.analysis.judged import rows_of_test
from models.experiment import Layer
from models.network.drawn_digit import follow_drawing
from models.network.evaluation import rows_at
from models.network.forward import predict
from models.network.weights import TrainedNetwork, read_network
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.app.test_pages import SEVEN
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_own_data, open_page, shown, trained

CARD = re.compile(
    r'<section><p class="fl-run-name">(?P<line>[^<]*)</p>(?:<b>(?P<said>[^<]*)</b>)?'
    r"(?P<shares>(?:<ul>.*?</ul>)?)</section>"
)
SHARE = re.compile(r"<li><span>([^<]*)</span><i [^>]*></i><span>([0-9.]+) %</span></li>")


def cards(app: AppTest) -> list[re.Match[str]]:
    """Return what is said of each network that is compared: its line and its verdict."""
    return list(CARD.finditer(sent(app)))


def compare(app: AppTest, task: str, other: str) -> None:
    app.session_state["held"].kept[f"prediction-other-{task}"] = other
    app.run()
    assert not app.exception and not app.error


def network_of(run: str) -> TrainedNetwork:
    return read_network(services.services().store.folder(run))


def ready(task: str) -> TrainedNetwork:
    found = shipped(built_in(task))
    assert found is not None
    return found.read()


def ending(run: str) -> str:
    """Return how the line of a run without a name ends: its date, and its figure."""
    made = services.services().store.get(run)
    assert made.val_metric is not None
    figure = (
        f"accuracy {100 * made.val_metric:.1f} %"
        if services.task_of(made).head.is_classifier
        else f"MAE {made.val_metric:.2f}"
    )
    return f" · {datetime.fromtimestamp(made.created):%Y-%m-%d %H:%M:%S} · validation {figure}"


def same(card: re.Match[str], answer: Array, dataset: Dataset) -> None:
    """Compare a card with the probabilities that the network itself has."""
    winner = int(answer.argmax())
    share = f"{100 * float(answer[winner]):.1f} %"
    said = unescape(card["said"])
    assert share in said and said.startswith(f"This is {dataset.classes[winner].en} ")
    shares = dict(SHARE.findall(card["shares"]))
    likeliest = np.argsort(-answer)[: min(3, len(answer))]
    assert {dataset.classes[each].en for each in likeliest} <= set(shares)
    for number, name in enumerate(label.en for label in dataset.classes):
        if name in shares:
            assert float(shares[name]) == pytest.approx(100 * float(answer[number]), abs=0.051)


@pytest.mark.parametrize("name", ["glyphs", "mail"])
def test_two_runs_on_ones_own_data_are_asked_the_same(name: str, home: Path) -> None:
    app = open_own_data(PREDICT, OWN_DATA[name], "en")
    owner = str(app.session_state["owner"])
    task = services.catalogue().task(OWN_DATA[name].name, owner)
    dataset = task.load()
    first, second = (trained(owner, quick(task).changed(seed=seed)) for seed in (1, 2))
    app.query_params.update({"row": "3", "run": first})
    app.run()
    compare(app, task.name, second)
    one, other = cards(app)
    assert one["line"].endswith(ending(first)) and other["line"].endswith(ending(second))
    for card, run in ((one, first), (other, second)):
        network = network_of(run)
        same(card, answers(network, dataset, 3), dataset)


def answers(network: TrainedNetwork, dataset: Dataset, row: int) -> Array:
    """Return what a network says of a test row by the way of the evaluation of all rows."""
    return predict(network, rows_at(rows_of_test(network, dataset), np.array([row])))[0]


def test_a_table_of_numbers_is_asked_of_both(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en", row="7")
    owner, task = str(app.session_state["owner"]), built_in("boston")
    run = trained(owner, task.default.changed(epochs=3))
    app.query_params["run"] = run
    app.run()
    compare(app, "boston", READY)
    own, other = cards(app)
    row = task.load().x_test[7][None]
    for card, network in ((own, network_of(run)), (other, ready("boston"))):
        price = re.search(r"Predicted price ([0-9,]+) dollars", card["said"])
        assert price
        answer = 1000 * float(predict(network, row)[0, 0])
        assert float(price[1].replace(",", "")) == pytest.approx(answer, abs=2)
    assert own["line"] == f"Housing SGD{ending(run)}"
    assert other["line"] == "Trained in advance · Housing SGD · test MAE 2.37"


def test_a_drawing_is_seen_by_both_as_the_same_picture(home: Path) -> None:
    app = open_page(PREDICT, task="mnist", lang="en")
    owner, task = str(app.session_state["owner"]), built_in("mnist")
    experiment = task.default.changed(layers=(Layer(16),), epochs=1, train_size=2_000)
    run = trained(owner, experiment)
    compare(app, "mnist", READY)
    assert [card["said"] for card in cards(app)] == [None, None]  # nothing is drawn yet
    strokes = [[list(point) for point in SEVEN[0]]]
    app.session_state["held"].kept["strokes-mnist"] = strokes
    app.run()
    dataset = task.load()
    drawing = follow_drawing(ready("mnist"), parse_strokes(strokes), True)
    for card, network in zip(cards(app), (network_of(run), ready("mnist")), strict=True):
        same(card, predict(network, drawing.seen.reshape(1, -1))[0], dataset)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("task", ["boston", "mnist", "fashion_mnist", "reviews"])
def test_the_one_that_answers_is_named_without_a_comparison(
    task: str, language: str, home: Path
) -> None:
    app = open_page(PREDICT, task=task, lang=language)
    label = texts(language)["predict.answers"].split("{")[0]
    (line,) = re.findall(rf'<p class="fl-run-name">{label}([^<]*)</p>', sent(app))
    (choice,) = app.selectbox(key=f"run-of-{task}").options
    assert unescape(line) == choice


def test_a_run_with_a_name_says_its_date_too(home: Path) -> None:
    app = open_page(PREDICT, task="boston", lang="en")
    owner = str(app.session_state["owner"])
    run = trained(owner, built_in("boston").default.changed(epochs=1))
    store = services.services().store
    made = store.rename(run, owner, "my <b>best</b>")
    line = f"my <b>best</b> · {run_words.created(made)} · validation MAE {made.val_metric:.2f}"
    for page in (PREDICT, ANALYZE):
        app = app.switch_page(page).run()
        assert app.selectbox(key="run-of-boston").options[0] == line
    app.switch_page(PREDICT).run()
    label = texts("en")["predict.answers"].format(line=line)
    assert label in unescape(sent(app)) and "<b>best</b>" not in sent(app).split("fl-run-name")[1]


def test_a_run_on_data_of_another_shape_cannot_be_asked_the_same(home: Path) -> None:
    apples = OWN_DATA["apples"]
    app = open_own_data(PREDICT, apples, "en")
    owner = str(app.session_state["owner"])
    before = trained(owner, quick(services.catalogue().task(apples.name, owner)))
    narrow = replace(
        apples,
        x_train=apples.x_train[:, :2],
        x_test=apples.x_test[:, :2],
        features=apples.features[:2],
    )
    task = services.catalogue().add(owner, "직접 모은 것", narrow, "spaces")
    app.query_params["run"] = trained(owner, quick(task))
    app.run()
    app.session_state["held"].kept[f"prediction-other-{task.name}"] = before
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == [texts("en")["predict.other_data"]]
    assert "Predicted weight" in shown(app)  # the chosen one goes on answering
