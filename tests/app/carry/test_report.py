"""The report of a run: one whole file in both languages, harmless whatever a name holds."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.carry.report import EXAMPLES, report
from app.carry.report_figures import Curve, Scale, curves_figure, thinned
from app.session import services
from app.session.i18n import texts
from app.session.navigation import RUNS, TRAIN
from data.dataset import Dataset
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.support.own_data import OWN_DATA, quick
from tests.support.pages import open_page, trained

pytestmark = pytest.mark.usefixtures("home")
OWNER = "R" * 32
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)"> & "\'{0}'
TASKS = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


class Tags(HTMLParser):
    """Collects the tags of a page, and every address in their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def reported(task: Task, owner: str, language: str) -> str:
    store = services.services().store
    run = store.find(trained(owner, quick(task)), owner)
    return report(run, HOSTILE, "2026-11-29", [(HOSTILE, "0.9", "0.8")], language)


@TASKS
def test_it_has_every_part_and_nothing_from_elsewhere(task: Task) -> None:
    for language in ("ko", "en"):
        page, words = reported(task, OWNER, language), texts(language)
        found = Tags(page)
        assert not {"script", "link", "iframe", "object", "form"} & set(found.tags)
        assert all(address.startswith("data:image/png;base64,") for address in found.addresses)
        assert "default-src 'none'" in page and "@media print" in page
        result = "matrix" if task.head.is_classifier else "points"
        parts = ("settings", "network", "curves", "baselines", result, "guesses", "code")
        assert all(f"<h2>{words[f'report.{part}']}</h2>" in page for part in parts)
        assert f"<h2>{words['report.examples'].format(count=EXAMPLES)}</h2>" in page
        assert page.count("<svg xmlns") == (2 if task.head.is_classifier else 3)
        assert "import keras" in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
def test_a_run_on_own_data_has_one_too(dataset: Dataset) -> None:
    services.services().store.catalogue.add(OWNER, HOSTILE[:40], dataset, "spaces")
    task = services.services().store.catalogue.task(dataset.name, OWNER)
    found = Tags(reported(task, OWNER, "ko"))
    assert "script" not in found.tags and "table" in found.tags


def test_a_finished_run_offers_its_files_on_train_and_on_my_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.session.state.owner", lambda: OWNER)
    run = trained(OWNER, quick(BUILT_IN[0]))
    words = texts("en")
    wanted = {words["carry.bundle"], words["carry.report"]}
    for app in (open_page(TRAIN, lang="en", run=run, task="boston"), open_page(RUNS, lang="en")):
        assert not app.exception
        assert wanted <= labels(app)


def labels(app: AppTest) -> set[str]:
    return {button.proto.label for button in app.get("download_button")}


def test_a_curve_of_numbers_that_are_none_has_gaps() -> None:
    curve = Curve("a", [(1, 5.0), (2, float("nan")), (3, 4.0), (4, float("inf"))], "#000")
    drawn = curves_figure([curve], "x", "y", "label")
    (path,) = re.findall(r'<path d="(M[^"]*)" fill="none" stroke="#000"', drawn)
    assert path.count("M") == 2 and "nan" not in drawn and "inf" not in drawn


def test_axes_are_round_and_hold_every_value() -> None:
    scale = Scale.over([3.2, 47.0])
    assert scale.low <= 3.2 and scale.high >= 47 and 4 <= len(scale.ticks) <= 12
    loss = Scale.over([0.02, 610.0], may_be_log=True)
    assert loss.ticks == [0.01, 0.1, 1, 10, 100, 1000] and loss.share(0.01) == 0
    assert len(thinned([(float(x), 1.0) for x in range(20_000)])) <= 800


def test_the_style_of_a_report_lies_beside_it() -> None:
    style = Path("app/carry/report.css").read_text(encoding="utf-8")
    assert "size: A4" in style and "table-header-group" in style and "break-inside: avoid" in style
