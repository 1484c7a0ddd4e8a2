"""Predict shows the training rows nearest to what it is asked, and tells what is like none."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from threadpoolctl import threadpool_limits

from app.session import services
from app.session.i18n import texts
from app.session.navigation import PREDICT
from app.session.server_memory import ServerMemory
from data.dataset import Dataset
from data.language import Text, UserError
from models.familiarity.comparison import TrainingRows
from models.tasks import built_in
from tests.support.browser.handwriting import DIGITS
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_own_data, open_page, shown, trained
from tests.support.polling import until

SECONDS = 120
ROOT = Path(__file__).parents[3]
DASH = [[[0.2, 0.5], [0.8, 0.52]]]
M = [[[0.2, 0.8], [0.25, 0.2], [0.5, 0.6], [0.75, 0.2], [0.8, 0.8]]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the server."""
    with threadpool_limits(1):
        yield


def html(app: AppTest) -> str:
    return "\n".join(
        each.proto.body for each in app.get("html") if "<style>" not in each.proto.body
    )


def ready(app: AppTest, language: str = "en") -> AppTest:
    """Run a page until the training rows have been gone through."""
    waiting = re.split(r"[})]", texts(language)["near.preparing"])[-1]
    until(lambda: waiting not in shown(app.run()), SECONDS)
    return app


def distances(app: AppTest) -> list[list[str]]:
    """Return the distances of every list of rows."""
    lists = re.findall('<ol class="fl-near.*?</ol>', html(app), re.DOTALL)
    return [re.findall(r"<small>distance ([\d.,e-]+)</small>", each) for each in lists]


def draw(app: AppTest, strokes: list[list[list[float]]]) -> AppTest:
    app.session_state["held"].kept["strokes-mnist"] = strokes
    return app.run()


def said(app: AppTest, key: str, language: str = "en") -> bool:
    """Say whether a text stands on the page, whatever fills its placeholders."""
    parts = re.split(r"\{.*?\}", texts(language)[key])
    return bool(re.search(".+?".join(map(re.escape, parts)), shown(app) + html(app)))


class Late:
    """Makes training rows when it may, and counts how often."""

    def __init__(self, go_on: threading.Event) -> None:
        self.go_on, self.times = go_on, 0

    def of(self, *arguments: object) -> TrainingRows:
        self.times += 1
        self.go_on.wait(SECONDS)
        return TrainingRows.of(*arguments)  # type: ignore[arg-type]


def forget_training_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_memory", ServerMemory())


def test_the_nearest_districts_are_those_that_a_search_by_hand_finds(home: Path) -> None:
    app = ready(open_page(PREDICT, task="boston", lang="en"))
    assert not app.exception
    task = built_in("boston")
    dataset = task.load()
    values = app.session_state["held"].kept["row-values-boston"]
    spread = dataset.x_train.std(axis=0)
    apart = np.linalg.norm((dataset.x_train - np.array(values)) / spread, axis=1)
    expected = [f"{distance:.3g}" for distance in np.sort(apart)[:5]]
    assert distances(app)[1] == expected
    assert [len(each) for each in distances(app)] == [5, 5]
    assert said(app, "near.seen") or said(app, "near.unseen")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_nearest_pictures_stand_with_label_and_distance(language: str, home: Path) -> None:
    app = ready(open_page(PREDICT, task="mnist", lang=language, row="3"), language)
    assert not app.exception
    digits = built_in("mnist").load()
    apart = digits.x_train.reshape(60_000, -1) - digits.x_test[3].reshape(-1).astype(np.float32)
    squares = np.einsum("ij,ij->i", apart, apart)
    order = np.lexsort((np.arange(60_000), squares))[:5]
    by_pixels = html(app).split('<ol class="fl-near-pictures"')[2]
    labels = re.findall(r'<img alt="(.*?)" src="data:image/png;base64,', by_pixels)
    sentence = texts(language)["near.row_label"]
    assert labels == [
        sentence.format(
            number=f"{row + 1:,}", label=digits.y_train[row], distance=f"{squares[row] ** 0.5:,.0f}"
        )
        for row in order
    ]
    assert said(app, "near.familiar", language) and not said(app, "near.strange", language)


def test_the_same_network_beside_other_data_is_compared_with_that_data(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of a data set may be exchanged while the server runs."""
    before = ready(open_page(PREDICT, task="boston", lang="en"))
    name = "boston_house_prices.csv"
    lines = (ROOT / "data/bundled" / name).read_text(encoding="utf-8").splitlines()
    (tmp_path / name).write_text("\n".join(lines[:101]), encoding="utf-8")
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    after = ready(open_page(PREDICT, task="boston", lang="en"))
    assert not after.exception and not after.error
    assert distances(before)[0] != distances(after)[0]
    count = texts("en")["near.note"].split("{rows}")[0].split("{count}")[0]
    assert f"{count}404" in shown(before) and f"{count}80" in shown(after)


def test_what_is_no_digit_is_told_with_the_verdict(home: Path) -> None:
    app = draw(open_page(PREDICT, task="mnist", lang="en"), [list(map(list, DIGITS[3][0]))])
    ready(app)
    assert said(app, "predict.verdict") and said(app, "near.familiar")
    draw(app, M)
    assert not said(app, "predict.verdict") and not said(app, "near.familiar")
    assert said(app, "near.question") and said(app, "near.strange")
    assert 'role="status"' in html(app)
    draw(app, DASH)
    assert texts("en")["near.shape_dash"] in html(app)


def test_a_dash_is_told_before_the_training_rows_have_been_gone_through(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("app.prediction.comparison.TrainingRows", Late(go_on))
    forget_training_rows(monkeypatch)
    app = draw(open_page(PREDICT, task="mnist", lang="en"), DASH)
    assert said(app, "near.no_digit") and said(app, "near.preparing") and not distances(app)
    go_on.set()


def test_two_viewers_share_one_computation_and_neither_waits_for_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    late = Late(go_on)
    monkeypatch.setattr("app.prediction.comparison.TrainingRows", late)
    forget_training_rows(monkeypatch)
    began = time.monotonic()
    viewers = [open_page(PREDICT, task="boston", lang="en") for _ in range(2)]
    assert time.monotonic() - began < SECONDS / 2
    assert all(said(viewer, "near.preparing") and not distances(viewer) for viewer in viewers)
    go_on.set()
    found = [distances(ready(viewer)) for viewer in viewers]
    assert found[0] == found[1] and len(found[0]) == 2 and late.times == 1


@pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
def test_own_data_of_every_kind_is_compared(dataset: Dataset, home: Path) -> None:
    app = open_own_data(PREDICT, dataset, "en")
    owner = str(app.session_state["owner"])
    task = services.catalogue().task(dataset.name, owner)
    trained(owner, quick(task))
    app = ready(app.run())
    assert not app.exception
    assert distances(app) and all(len(each) == 5 for each in distances(app))


def test_a_network_that_diverged_says_why_nothing_is_near(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverged(*_: object) -> TrainingRows:
        raise UserError(Text("발산했습니다.", "It diverged."))

    forget_training_rows(monkeypatch)
    monkeypatch.setattr(TrainingRows, "of", diverged)
    app = ready(open_page(PREDICT, task="mnist", lang="en", row="3"))
    assert "It diverged." in shown(app) and said(app, "predict.verdict") and not app.exception
