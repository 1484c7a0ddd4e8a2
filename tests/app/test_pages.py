"""Every page, run without a browser: it draws, in both languages, and mistakes become sentences."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import ANALYZE, COMPARE, DATA, HOME, PREDICT, RACE, TRAIN
from data.pictures.strokes import rasterize
from data.tables.boston import WARNING
from data.tables.scaling import identity
from models.events import End, State
from models.network.weights import WEIGHTS, write_description
from models.runs.own_digits import own_digits
from models.tasks import BUILT_IN, preset_named
from tests.support.pages import PAGES, open_page, shown, trained

ROOT = Path(__file__).parent.parent.parent
BUNDLED = ROOT / "data/bundled"
SEVEN = (((0.2, 0.2), (0.6, 0.2), (0.35, 0.8)),)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", [*PAGES, DATA])
def test_every_page_draws_in_both_languages(page: str, language: str, home: Path) -> None:
    app = open_page(page, lang=language)
    assert not app.exception and not app.error
    expected = {
        HOME: "home.intro",
        DATA: "data.means_note",
        TRAIN: "train.network",
        PREDICT: "predict.ready_note",
        ANALYZE: "analyze.no_epochs",
        COMPARE: "compare.no_run",
        RACE: "race.none",
    }
    assert texts(language)[expected[page]] in shown(app)


@pytest.mark.parametrize("task", ["boston", "mnist", "fashion_mnist", "reviews"])
def test_the_train_page_shows_a_form_for_every_task(task: str, home: Path) -> None:
    app = open_page(TRAIN, task=task)
    assert not app.exception and not app.error
    assert {"start", "stop"} <= {button.key for button in app.button}
    assert app.session_state["held"].drafts[task] == next(
        preset
        for preset in (
            preset_named(n) for n in ("housing-sgd", "mnist", "fashion-mnist", "sentiment")
        )
        if preset.task == task
    )


def test_an_unknown_task_or_language_in_the_address_falls_back(home: Path) -> None:
    app = open_page(TRAIN, task="chess", lang="tlh", run="../../etc/passwd")
    assert not app.exception and not app.error
    assert app.query_params["task"] == "mnist" and app.query_params["lang"] == "ko"


def test_adding_moving_and_removing_layers_changes_the_experiment(home: Path) -> None:
    app = open_page(TRAIN, task="boston")
    app.text_input(key="boston.layer.0.units").set_value("32").run()
    app.button(key="boston.add").click().run()
    draft = app.session_state["held"].drafts["boston"]
    assert [layer.units for layer in draft.layers] == [32, 64, 64]
    app.button(key="boston.layer.0.down").click().run()
    assert [layer.units for layer in app.session_state["held"].drafts["boston"].layers] == [
        64,
        32,
        64,
    ]
    app.button(key="boston.layer.1.remove").click().run()
    assert [layer.units for layer in app.session_state["held"].drafts["boston"].layers] == [64, 64]


def test_a_preset_fills_the_form_again(home: Path) -> None:
    app = open_page(TRAIN, task="boston")
    app.text_input(key="boston.layer.0.units").set_value("3").run()
    app.button(key="preset-housing-adam").click().run()
    assert app.session_state["held"].drafts["boston"] == preset_named("housing-adam")
    assert app.selectbox(key="boston.optimizer").value == "adam"


def test_another_optimizer_brings_its_own_settings(home: Path) -> None:
    app = open_page(TRAIN, task="boston")
    app.selectbox(key="boston.optimizer").set_value("adamw").run()
    optimizer = app.session_state["held"].drafts["boston"].optimizer
    assert optimizer.name == "adamw"
    app.text_input(key="boston.adamw.beta_1").set_value("0.8").run()
    assert app.session_state["held"].drafts["boston"].optimizer.beta_1 == 0.8


def test_a_batch_larger_than_the_data_cannot_be_started(home: Path) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    app.select_slider(key="boston.batch_size").set_value(512).run()
    assert "512" in app.error[0].value and "404" in app.error[0].value
    assert app.button(key="start").disabled


def test_start_trains_and_the_predict_page_uses_the_run(home: Path) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    app.button(key="start").click().run()
    run = str(app.query_params["run"])
    deadline = time.monotonic() + 60
    while services.services().store.history(run).end is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    assert "On the test rows" in shown(app)
    button, bundle, report = app.get("download_button")
    assert {bundle.proto.id[-6:], report.proto.id[-6:]} == {"bundle", "report"}
    assert button.proto.label == texts("en")["train.download"] and button.proto.deferred_file_id
    app.switch_page(PREDICT).run()
    assert not app.exception and "Predicted price" in shown(app)
    assert WARNING.en in shown(app)
    before = shown(app)
    example = texts("en")["predict.row_example"].format(one_row="one")
    next(button for button in app.button if button.label == example).click().run()
    assert "The real price" in shown(app) and shown(app) != before


@pytest.mark.parametrize("language", ["ko", "en"])
def test_damaged_weights_are_told_where_the_download_would_be(
    language: str, home: Path, owner: str
) -> None:
    store = services.services().store
    run = store.create(owner, preset_named("housing-sgd"))
    store.append(run.id, End(State.STOPPED))
    (store.folder(run.id) / WEIGHTS).write_bytes(b"not an archive")
    write_description(store.folder(run.id), run.experiment, identity())
    app = open_page(TRAIN, task="boston", run=run.id, lang=language)
    assert not app.exception and app.get("download_button") == []
    said = {"ko": "손상되었거나", "en": "is damaged or belongs to another"}[language]
    assert any(said in error.value for error in app.error)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", [HOME, TRAIN])
def test_the_warning_about_variable_b_stands_beside_the_data(
    page: str, language: str, home: Path
) -> None:
    app = open_page(page, task="boston", lang=language)
    assert getattr(WARNING, language) in shown(app)


def test_the_page_counts_and_shows_nothing_while_a_guess_is_open(home: Path) -> None:
    def tells(figure: str) -> bool:
        return figure in shown(app) + "".join(element.body for element in app.get("html"))

    figures = ("5,121", "7 updates", "560 updates", "13 × 64 + 64 = 896")
    app = open_page(TRAIN, task="boston", lang="en")
    app.selectbox(key="lesson-choice-boston").set_value("housing-sgd").run()
    assert all(map(tells, figures))
    app.button(key="lesson-next").click().run()
    assert not app.exception and not any(map(tells, figures))
    app.text_input(key="lesson-guess-housing-sgd-1-en-value").set_value("6,000")
    next(b for b in app.button if b.label == texts("en")["lesson.guess"]).click().run()
    assert all(map(tells, figures))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_home_offers_a_first_run_to_who_has_none(language: str, home: Path, owner: str) -> None:
    app = open_page(HOME, lang=language)
    assert app.button(key="start-first").label == texts(language)["home.first_run"]
    app.button(key="start-first").click().run()
    runs = services.services().store.runs(owner)
    assert [run.experiment for run in runs] == [preset_named("housing-sgd")]
    assert not open_page(HOME, lang=language).button


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


def test_the_predict_page_begins_with_the_newest_run_even_while_it_trains(
    home: Path, owner: str
) -> None:
    older = trained(owner, preset_named("housing-sgd").changed(epochs=1))
    lab = services.services()
    newer = lab.scheduler.submit(owner, preset_named("housing-sgd").changed(epochs=500)).id
    lab.scheduler.set_tempo(owner, newer, 50)
    deadline = time.monotonic() + 60
    while not lab.store.history(newer).epochs or len(runs_to_ask(owner)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app = open_page(PREDICT, task="boston", lang="en")
    assert not lab.store.find(newer, owner).is_over
    assert not app.exception and "Predicted price" in shown(app)
    assert app.selectbox(key="run-of-boston").value == newer
    assert runs_to_ask(owner) == [newer, older]
    lab.scheduler.stop(owner, newer)


def runs_to_ask(owner: str) -> list[str]:
    return [run.id for run in services.services().store.runs_with_weights(owner, "boston")]


def test_an_empty_and_a_one_pixel_drawing_are_sentences(home: Path, owner: str) -> None:
    trained(owner, preset_named("mnist").changed(epochs=1, train_size=1_000))
    app = open_page(PREDICT, task="mnist", lang="en")
    assert texts("en")["predict.draw_first"] in shown(app)
    app.session_state["held"].kept["strokes-mnist"] = [[[0.5, 0.5]]]
    app.run()
    assert not app.exception and not app.error
    assert "too small" in shown(app)


def test_a_drawing_is_kept_with_what_it_really_is(home: Path, owner: str) -> None:
    app = open_page(PREDICT, task="mnist", lang="en")
    app.session_state["held"].kept["strokes-mnist"] = [[list(point) for point in SEVEN[0]]]
    app.run()
    assert app.button(key="keep-drawing").disabled  # nobody has said yet what it is
    app.selectbox(key="really").set_value("1").run()
    app.button(key="keep-drawing").click().run()
    assert app.selectbox(key="really").value == "" and app.button(key="keep-drawing").disabled
    assert not app.exception and not app.error
    kept = own_digits(home / services.RUNS, owner, "mnist")
    assert kept.labels.tolist() == [1]
    np.testing.assert_array_equal(kept.pictures[0], rasterize(SEVEN))
    line = texts("en")["predict.kept_drawings"].format(count=1, share=0.0)  # it reads a 7
    assert line in [caption.value for caption in app.caption]


def test_own_houses_that_are_alike_in_a_variable_can_be_asked_for(
    home: Path, owner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(owner, preset_named("housing-sgd").changed(epochs=1))
    lines = (BUNDLED / "boston_house_prices.csv").read_text(encoding="utf-8").splitlines()
    own = "\n".join(lines[:101])  # all of them away from the river: CHAS is 0 throughout
    (tmp_path / "boston_house_prices.csv").write_text(own, encoding="utf-8")
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    app = open_page(PREDICT, task="boston", lang="en")
    assert not app.exception and not app.error
    assert "Predicted price" in shown(app) and len(app.slider) == 13


def test_a_run_is_shown_over_some_seconds_until_its_page_is_left(home: Path, owner: str) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    app.button(key="start").click().run()
    run = app.query_params["run"]
    assert app.session_state["held"].kept["fresh-run"] == run
    app.switch_page(HOME).run()
    assert app.session_state["held"].kept["fresh-run"] is None
    services.services().scheduler.stop(owner, run)


def test_a_run_of_somebody_else_is_not_shown(home: Path) -> None:
    run = trained("somebody-else", preset_named("housing-sgd").changed(epochs=1))
    app = open_page(TRAIN, task="boston", run=run)
    assert not app.exception and "run" not in app.query_params


@pytest.mark.parametrize("page", PAGES)
def test_a_home_that_cannot_be_used_is_a_sentence_on_every_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "file" / "home"))
    services.close()
    app = open_page(page, lang="en")
    assert not app.exception
    assert any("FNN_LAB_HOME" in error.value for error in app.error)


def test_a_home_that_cannot_be_used_hides_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "file" / "home"))
    services.close()
    app = open_page(DATA, lang="en")
    assert not app.exception and not app.error
    assert texts("en")["data.means_note"] in shown(app)


EVERY_PAGE = """
from tests.support.pages import PAGES, open_page

for page in PAGES:
    app = open_page(page, lang="en")
    print(page, len(app.exception), *[error.value for error in app.error], sep="|")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no folders that their owner cannot write")
def test_a_home_that_is_read_only_is_a_sentence_on_every_page(tmp_path: Path) -> None:
    command = [sys.executable, "-c", EVERY_PAGE]
    if os.geteuid() == 0:  # who may write everywhere unless that is taken away
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may write anywhere, and there is no setpriv to take that away")
        command = [setpriv, "--bounding-set=-dac_override", *command]
    (tmp_path / "home").mkdir(mode=0o555)
    environment = {**os.environ, "FNN_LAB_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    told = [line.split("|") for line in done.stdout.splitlines()]
    assert [(page, exceptions) for page, exceptions, *_ in told] == [(page, "0") for page in PAGES]
    assert all(any("FNN_LAB_HOME" in error for error in errors) for _, _, *errors in told)


def test_damaged_data_is_a_sentence_and_other_tasks_go_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mnist.npz").write_bytes(b"not an archive")
    monkeypatch.setenv("FNN_LAB_DATA", str(folder))
    app = open_page(TRAIN, task="mnist", lang="en")
    assert not app.exception and "mnist.npz" in app.error[0].value
    other = open_page(TRAIN, task="boston", lang="en")
    assert not other.exception and not other.error
    cards = open_page(HOME, lang="en")
    assert not cards.exception and ["mnist.npz" in error.value for error in cards.error] == [True]
    assert all(task.sentence.en in shown(cards) for task in BUILT_IN if task.name != "mnist")


def test_the_reviews_form_has_its_own_choices(home: Path) -> None:
    app = open_page(TRAIN, task="reviews", lang="en")
    assert not app.exception and not app.error
    assert "1,000 words" in "".join(element.body for element in app.get("html"))
    app.select_slider(key="reviews.vocabulary_size").set_value(2_000).run()
    app.selectbox(key="reviews.tokenizer").set_value("kiwi").run()
    reading = app.session_state["held"].drafts["reviews"].reading
    assert (reading.vocabulary_size, reading.tokenizer, reading.corpus) == (
        2_000,
        "kiwi",
        "bundled",
    )


def test_a_corpus_that_is_not_there_is_offered_and_nothing_can_be_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FNN_LAB_DATA", raising=False)
    app = open_page(TRAIN, task="reviews", lang="en")
    app.selectbox(key="reviews.corpus").set_value("nsmc").run()
    assert not app.exception and not app.error
    assert "python -m data fetch nsmc" in shown(app)
    assert app.button(key="start").disabled
    assert not app.button(key="start-fetch-nsmc").disabled
