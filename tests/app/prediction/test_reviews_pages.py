"""The Train page about reviews: corpora that are missing, broken or under way, and no Java."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.form.tokenizer_fallback import readable, tokenizer_for
from app.prediction.review_input import Review, _truth
from app.session import services
from app.session.i18n import say, texts
from app.session.navigation import TRAIN
from app.widgets.review.review_box import Question
from data.background import Command, CommandState, Progress
from data.text.reviews import HEADER
from models.network.weights import read_network
from models.tasks import built_in, preset_named
from tests.conftest import NewHome
from tests.support.pages import open_page, shown

FETCH: Command = ("fetch", "nsmc")
TOKENIZE: Command = ("tokenize", "--tokenizer", "kiwi", "nsmc")
Write = Callable[[str, list[str]], None]


@pytest.fixture(autouse=True)
def own_services(new_home: NewHome, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home, a tokenizer process and commands that know this test's environment."""
    services.close()
    monkeypatch.setenv("FNN_LAB_HOME", str(new_home()))
    monkeypatch.delenv("FNN_LAB_DATA", raising=False)
    yield
    services.close()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return what writes lines after a header into both files of NSMC."""
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))

    def write(header: str, rows: list[str]) -> None:
        for name in ("ratings_train.txt", "ratings_test.txt"):
            (tmp_path / name).write_text("\n".join([header, *rows]), encoding="utf-8")

    return write


def chosen(app: AppTest, **choices: str) -> AppTest:
    for name, value in choices.items():
        app.selectbox(key=f"reviews.{name}").set_value(value).run()
    return app


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def progress(command: Command) -> Progress:
    found = services.services().commands.look(command)
    assert found
    return found


def assert_stays(app: AppTest) -> None:
    """Hold that everything below a refusal is on the page all the same."""
    assert not app.exception
    assert {"start", "stop"} <= {button.key for button in app.button}
    assert app.button(key="start").disabled
    components = [element.proto.component_name for element in app.get("bidi_component")]
    assert any("chart" in name for name in components), components


def test_a_corpus_of_another_format_is_one_sentence_and_the_page_stays(write: Write) -> None:
    write("id,document,label", ["1,좋은 영화,1"])
    app = chosen(open_page(TRAIN, task="reviews", lang="en"), corpus="nsmc")
    assert ["ratings_train.txt" in error.value for error in app.error] == [True]
    assert_stays(app)


def test_a_folder_of_data_that_is_not_there_is_one_sentence_and_the_page_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path / "nowhere"))
    app = open_page(TRAIN, task="reviews", lang="en")
    assert ["nowhere" in error.value for error in app.error] == [True]
    assert_stays(app)


def test_a_failed_command_is_told_in_the_language_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as nobody:  # a proxy that does not listen
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "")
        app = chosen(open_page(TRAIN, task="reviews", lang="en"), corpus="nsmc")
        app.button(key="start-fetch-nsmc").click().run()
        until(lambda: progress(FETCH).state is CommandState.FAILED)
    (error,) = app.run().error
    assert "try again" in error.value and not re.search("[가-힣]", error.value)
    assert not app.button(key="start-fetch-nsmc").disabled
    (error,) = chosen(open_page(TRAIN, task="reviews", lang="ko"), corpus="nsmc").error
    assert re.search("[가-힣]", error.value) and "try again" not in error.value


def test_the_tokenizer_process_comes_up_as_soon_as_reviews_are_chosen() -> None:
    open_page(TRAIN, task="mnist")
    morphemes = services.services().tokenizer
    assert morphemes.pid() is None
    app = open_page(TRAIN, task="reviews")
    tokenizer = app.session_state["held"].drafts["reviews"].reading.tokenizer
    until(lambda: morphemes.is_tried(tokenizer))
    assert morphemes.pid()


def test_the_label_of_a_test_review_is_told_by_the_corpus_it_came_from() -> None:
    preset = preset_named("sentiment")
    bundled = built_in("reviews").load(preset)
    text, label = str(bundled.x_test[3]), int(bundled.y_test[3])
    truth = _truth(bundled, Review(Question(text), row=3), label)
    assert truth and truth.is_right and truth.label == say(bundled.classes[label])
    assert _truth(bundled, Review(Question(text), row=4), label) is None
    assert _truth(bundled, Review(Question(text), row=40_000), label) is None


def test_a_command_under_way_shows_its_progress_and_can_be_stopped(write: Write) -> None:
    write(HEADER, [f"{n}\t{n}번째 {'좋은 영화 ' * 5}\t{n % 2}" for n in range(20_000)])
    app = chosen(open_page(TRAIN, task="reviews", lang="en"), tokenizer="kiwi", corpus="nsmc")
    start, stop = (f"{word}-{'-'.join(TOKENIZE)}" for word in ("start", "stop"))
    app.button(key=start).click().run()
    until(lambda: progress(TOKENIZE).done >= 2_000)  # the first shard need not be ready first
    (bar,) = app.run().get("progress")
    assert re.search(r"[1-9][\d,]* / 40,000 reviews", bar.proto.text)
    app.button(key=stop).click().run()
    until(lambda: progress(TOKENIZE).state is CommandState.STOPPED)
    app.run()
    assert not app.error and not app.get("progress") and not app.button(key=start).disabled
    assert re.search(r"[1-9][\d,]* of 20,000 reviews", shown(app))


def test_another_corpus_brings_its_own_batch_size_unless_one_was_chosen(write: Write) -> None:
    write(HEADER, [f"{n}\t좋은 영화\t{n % 2}" for n in range(600)])
    app = open_page(TRAIN, task="reviews", lang="en")

    def batch_size() -> int:
        return int(app.session_state["held"].drafts["reviews"].batch_size)

    for corpus, usual in (("nsmc", 512), ("bundled", 64)):
        chosen(app, corpus=corpus)
        assert batch_size() == usual
    app.select_slider(key="reviews.batch_size").set_value(128).run()
    chosen(app, corpus="nsmc")
    assert batch_size() == 128


@pytest.fixture
def broken_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    library = tmp_path / "java" / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"this is no Java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    return tmp_path / "java"


def test_without_java_a_run_trains_with_kiwi_and_the_page_says_so(broken_java: Path) -> None:
    app = open_page(TRAIN, task="reviews", lang="en")
    assert app.session_state["held"].drafts["reviews"].reading.tokenizer == "okt"
    app.button(key="start").click().run()
    store, run_id = services.services().store, str(app.query_params["run"])
    until(lambda: store.get(run_id).is_over, 120)
    run = store.get(run_id)
    assert run.state == "done" and run.experiment.reading
    assert run.experiment.reading.tokenizer == "kiwi"
    trained = read_network(store.folder(run_id)).experiment
    assert trained == run.experiment
    (warning,) = app.run().warning
    said = texts("en")["corpus.tokenizer_fallback"].split("{")[0]
    assert warning.value.startswith(said) and str(broken_java) in warning.value


def test_who_cannot_start_java_analyses_a_corpus_with_kiwi(broken_java: Path) -> None:
    preset = preset_named("sentiment-nsmc")
    assert tokenizer_for("okt") == "okt"  # nobody has tried it yet
    assert readable(preset).changed(reading=preset.reading) == preset
    assert tokenizer_for("okt") == "kiwi" and tokenizer_for("kiwi") == "kiwi"
    housing = preset_named("housing-sgd")
    assert readable(housing) is housing
