"""The review box in a real browser: from typing to the verdict, with a network trained here."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from app.widgets.review.review_box import MAX_LENGTH, _checked
from data.text.analysers import MAX_LENGTH as MAX_READ
from data.text.analysers import clean
from models.tasks.reviews import EXAMPLES
from tests.data.text.test_tokenizer_service import ODD
from tests.e2e.test_policy import HOSTILE, violations
from tests.support.browser.context import Contexts, OpenContext
from tests.support.browser.owner import Owner, owner_with_runs
from tests.support.browser.review_box import ReviewBox
from tests.support.browser.server import Server, start_server
from tests.support.lab import command_line

pytestmark = pytest.mark.timeout(300)
INDEX = re.compile(r"#(\d+)")


Enter = Callable[..., ReviewBox]
LAPTOP = {"width": 1280, "height": 900}

ENDLESS_PAUSE = """() => {
    const after = window.setTimeout;
    window.setTimeout = (act, ms, ...rest) => (ms === 300 ? 0 : after(act, ms, ...rest));
}"""
"""Makes the box wait for ever after the last key."""

WORDS_BYTES = 30_000
"""What the words of a network that knows 5,000 of them weigh at least."""


@pytest.fixture(scope="module")
def reader(server: Server) -> Owner:
    """Who has trained the network that the page offers first."""
    return owner_with_runs(server.url, "reviews")


@pytest.fixture
def enter(open_context: OpenContext, server: Server, reader: Owner) -> Enter:
    """Open the box on a page of its own."""

    def opened(language: str = "ko", width: int = 1280, url: str = server.url) -> ReviewBox:
        viewport = {"width": width, "height": 900}
        page = open_context(viewport=viewport, storage_state=reader.storage_state).new_page()
        box = ReviewBox(page, url, language)
        box.enter()
        return box

    return opened


@pytest.fixture(scope="module")
def kept(contexts: Contexts, server: Server, reader: Owner) -> Iterator[ReviewBox]:
    """The box that most tests write into, one after the other."""
    with contexts.lent() as open_context:
        page = open_context(viewport=LAPTOP, storage_state=reader.storage_state).new_page()
        box = ReviewBox(page, server.url)
        box.enter()
        yield box


@pytest.fixture
def box(kept: ReviewBox) -> ReviewBox:
    """The box with the sentence that it begins with."""
    if kept.page.locator(".off").count():
        kept.enter()
    kept.type(EXAMPLES[0])
    kept.shows(EXAMPLES[0])
    return kept


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_lectures_sentence_goes_through_eight_steps(language: str, enter: Enter) -> None:
    box = enter(language)
    box.shows(EXAMPLES[0])
    heads = [box.says(f"review.{key}") for key in ("step_sentence", "step_verdict")]
    titles = box.page.locator(".step h3").all_inner_texts()
    assert len(titles) == 8 and [titles[0], titles[-1]] == heads
    assert "Adjective" in box.step("morphemes") and "좋다" in box.step("morphemes")

    listed = [int(index) for index in INDEX.findall(box.step("vocabulary"))]
    assert listed and box.indices() == listed
    assert "아무개" in box.page.locator(".unknown").inner_text()
    expect(box.page.locator(".vector canvas")).to_have_attribute("data-lit", str(len(listed)))
    layers = box.page.locator(".layers canvas")
    assert [each.get_attribute("data-units") for each in layers.all()] == ["64", "64"]

    e1, e2 = (float(box.page.locator(f".e{n}").first.inner_text()) for n in (1, 2))
    assert e2 / (e1 + e2) == pytest.approx(box.positive(), abs=0.003)
    share = max(box.positive(), 1 - box.positive())
    shown = re.search(r"([\d.]+) %", box.step("verdict"))
    assert shown and float(shown[1]) == pytest.approx(100 * share, abs=0.1)
    expect(box.page.locator(".announcer")).to_contain_text(shown[0])
    assert box.grave_faults() == []


def test_what_is_typed_is_asked_after_a_pause_and_shown_as_it_is(box: ReviewBox) -> None:
    literal = "<b>최고</b> **영화** <img src=x onerror=alert(1)>"
    box.type(literal)
    box.shows(literal)
    assert box.page.locator(".review img, .review b b").count() == 0
    assert box.page.get_by_role("textbox").input_value() == literal

    keyboard = box.page.context.new_cdp_session(box.page)
    box.type("")
    box.page.get_by_role("textbox").focus()
    expect(box.page.locator(".told")).to_have_text(box.says("review.empty", a_row="리뷰"))
    keyboard.send("Input.imeSetComposition", {"text": "최", "selectionStart": 1, "selectionEnd": 1})
    box.page.wait_for_timeout(1_000)
    assert box.page.locator(".review").get_attribute("data-state") == "empty"
    keyboard.send("Input.insertText", {"text": "최고"})
    box.shows("최고")
    expect(box.page.get_by_role("textbox")).to_have_value("최고")


def test_a_hostile_review_stays_text(box: ReviewBox) -> None:
    refused = violations(box.page)
    box.type(HOSTILE)
    box.shows(HOSTILE)
    assert box.page.evaluate("window.ran") is None
    expect(box.page.locator(".sentence :is(img, strong, a)")).to_have_count(0)
    assert refused == []


def test_enter_asks_without_the_pause(enter: Enter) -> None:
    box = enter()
    box.page.evaluate(ENDLESS_PAUSE)
    text = box.page.get_by_role("textbox")
    text.fill("배우가 좋은 영화")
    text.press("Shift+Enter")
    text.press_sequentially("최고")
    box.page.wait_for_timeout(1_000)
    assert box.page.locator(".sentence").inner_text() == EXAMPLES[0]
    text.press("Enter")
    box.shows("배우가 좋은 영화 최고")
    expect(text).to_have_value("배우가 좋은 영화\n최고")


def test_a_word_that_is_switched_off_takes_its_part_with_it(box: ReviewBox) -> None:
    before, indices = box.positive(), box.indices()
    part = box.contribution("좋다")
    in_sentence = box.page.locator('.sentence [data-word="좋다"]')
    in_sentence.click()
    expect(box.bar("좋다")).to_have_attribute("aria-pressed", "false")
    expect(box.page.locator("code")).not_to_have_text(json.dumps(indices))
    assert len(box.indices()) == len(indices) - 1
    assert before - box.positive() == pytest.approx(part, abs=0.002)
    assert box.contribution("좋다") == pytest.approx(part, abs=0.001)

    box.bar("좋다").press("Enter")
    expect(in_sentence).to_have_attribute("aria-pressed", "true")
    expect(box.page.locator("code")).to_have_text(json.dumps(indices))
    assert box.positive() == before


def test_a_prepared_and_a_test_review_take_the_place_of_what_stood_there(box: ReviewBox) -> None:
    box.page.locator("select").select_option(label=EXAMPLES[5])
    box.shows(EXAMPLES[5])
    expect(box.page.get_by_role("textbox")).to_have_value(EXAMPLES[5])
    expect(box.page.locator(".truth")).to_be_empty()

    box.button("review.random", row="리뷰").click()
    expect(box.page.locator(".truth")).not_to_be_empty()
    right, wrong = (box.says(f"review.{key}").split("{")[0] for key in ("right", "wrong"))
    assert box.page.locator(".truth").inner_text().startswith((right, wrong))
    box.page.get_by_role("textbox").press("End")
    box.page.get_by_role("textbox").press_sequentially("!!")
    expect(box.page.locator(".truth")).to_be_empty()


def test_a_phone_names_every_cell_and_says_when_no_word_is_known(enter: Enter) -> None:
    box = enter("en", width=360)
    assert box.page.evaluate("document.documentElement.scrollWidth") <= 360
    first = min(box.indices())
    canvas, told = box.page.locator(".vector canvas"), box.page.locator(".vector output")
    canvas.focus()
    canvas.press("PageDown")
    expect(told).to_have_text(re.compile(rf"^#{first} \S+: 1$"))
    canvas.press("ArrowRight")
    expect(told).to_have_text(re.compile(rf"^#{first + 1} \S+: [01]$"))
    box.button("review.zoom_in").click()
    expect(canvas).not_to_have_attribute("data-zoom", "1.00")
    box.button("review.zoom_reset").click()
    expect(canvas).to_have_attribute("data-zoom", "1.00")

    box.type("What a film \U0001f600")
    box.shows("What a film \U0001f600")
    none = box.page.locator('[data-step="vocabulary"] .none')
    expect(none).to_have_text(box.says("review.none_known", row="review", size="1,000"))
    assert box.indices() == []
    expect(canvas).to_have_attribute("data-lit", "0")


def test_whatever_arrives_in_the_box_is_answered(box: ReviewBox) -> None:
    for name, text in ODD.items():
        box.put(text)
        sentence = clean(text[:MAX_LENGTH])
        expect(box.page.locator(".sentence"), name).to_have_text(sentence)
        state = "answered" if sentence else "empty"
        expect(box.page.locator(".review"), name).to_have_attribute("data-state", state)
        expect(box.page.locator(".error"), name).to_be_hidden()
    assert box.page.get_by_test_id("stException").count() == 0
    assert box.page.locator(".review script, .review b b").count() == 0


def test_of_a_megabyte_that_is_pasted_the_beginning_is_read(box: ReviewBox) -> None:
    box.paste(ODD["a megabyte"])
    expect(box.page.get_by_role("textbox")).to_have_value(ODD["a megabyte"][:MAX_LENGTH])
    box.shows(clean(ODD["a megabyte"][:MAX_LENGTH]))
    assert "재미있다" in box.step("morphemes")
    expect(box.page.locator(".cut")).to_have_text(box.says("review.cut", row="리뷰", most=MAX_READ))
    box.type("좋은 영화")
    expect(box.page.locator(".cut")).to_be_hidden()


def test_a_sentence_is_answered_although_the_tokenizer_is_killed_over_it(
    box: ReviewBox, server: Server
) -> None:
    (tokenizer,) = (
        child
        for child in psutil.Process(server.process.pid).children()
        if "data.text.tokenizer_process" in command_line(child)
    )
    tokenizer.suspend()  # so that the question is asked and cannot be answered
    box.type("기린이 나오는 좋은 영화")
    expect(box.page.locator(".told")).to_have_text(box.says("review.analysing"))
    tokenizer.kill()
    box.shows("기린이 나오는 좋은 영화")
    expect(box.page.locator(".told")).to_be_empty()
    expect(box.page.locator(".error")).to_be_hidden()
    assert "기린" in box.step("morphemes")


@pytest.fixture(scope="module")
def five_thousand(server: Server) -> Owner:
    """Who has trained a network that knows many words."""
    return owner_with_runs(server.url, "reviews", vocabulary_size=5_000)


def test_two_fingers_zoom_into_a_vector_of_5_000_cells(
    open_context: OpenContext, server: Server, five_thousand: Owner
) -> None:
    phone = open_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        storage_state=five_thousand.storage_state,
    )
    box = ReviewBox(phone.new_page(), server.url, "en")
    box.enter()
    canvas, told = box.page.locator(".vector canvas"), box.page.locator(".vector output")
    expect(canvas).to_have_attribute("aria-label", re.compile("5,000"))
    canvas.scroll_into_view_if_needed()
    lit = min(box.indices())
    canvas.focus()
    canvas.press("PageDown")
    expect(told).to_have_text(re.compile(rf"^#{lit} \S+: 1$"))
    canvas.press("ArrowRight")
    expect(told).to_have_text(re.compile(rf"^#{lit + 1} \S+: 0$"))

    scrolled = box.scroll()
    box.pinch(canvas, 40, 160)
    zoom = float(canvas.get_attribute("data-zoom") or 0)
    assert zoom == pytest.approx(4, rel=0.05) and box.scroll() == scrolled
    assert box.page.evaluate("visualViewport.scale") == 1
    box.pinch(canvas, 160, 20)
    expect(canvas).to_have_attribute("data-zoom", "1.00")
    assert box.grave_faults() == []


def test_the_words_of_5_000_cells_come_once_and_not_with_every_answer(
    open_context: OpenContext, server: Server, five_thousand: Owner
) -> None:
    page = open_context(storage_state=five_thousand.storage_state).new_page()
    frames: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(len(f))))
    box = ReviewBox(page, server.url, "en")
    box.enter()
    expect(page.locator(".vector canvas")).to_have_attribute("aria-label", re.compile("5,000"))
    first = max(frames)
    for ask in (
        lambda: box.type("배우가 좋은 영화"),
        lambda: box.button("review.random", row="review").click(),
    ):
        frames.clear()
        sentence = page.locator(".sentence").inner_text()
        ask()
        expect(page.locator(".sentence")).not_to_have_text(sentence)
        assert max(frames) < first - WORDS_BYTES
    page.locator(".vector canvas").hover()
    expect(page.locator(".vector output")).to_have_text(re.compile(r"^#\d+ \S+: [01]$"))


@pytest.mark.usefixtures("box")
def test_the_server_holds_neither_java_nor_tensorflow(server: Server) -> None:
    maps = Path(f"/proc/{server.process.pid}/maps")
    if not maps.exists():
        pytest.skip("only Linux tells which libraries a process has loaded")
    loaded = maps.read_text()
    assert "numpy" in loaded
    assert [name for name in ("libjvm", "tensorflow", "kiwipiepy") if name in loaded] == []


def test_without_java_kiwi_answers_and_the_page_says_so(
    enter: Enter, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "java/lib/server/libjvm.so"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"")
    shutil.copytree(server.home, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    other = start_server(tmp_path / "home")
    try:
        box = enter(url=other.url)
        start = box.says("review.instead").split("{")[0]
        expect(box.page.locator(".instead")).to_contain_text(start)
        assert box.indices()
        box.page.close()
    finally:
        other.process.terminate()
        other.process.wait(20)


def test_a_browser_cannot_ask_for_more_than_a_question() -> None:
    asked = {
        "text": "가" * 9_000 + "\ud83d",
        "off": ["좋다", 3, "\ud83d"],
        "revision": 1,
        "number": 2,
        "vocabulary": "0f",
    }
    question = _checked(asked)
    assert question and len(question.text) == MAX_LENGTH and question.off == ("좋다", "")
    refused: list[object] = [None, 3, [], {}, {**asked, "text": 1}, {**asked, "off": None}]
    assert [_checked(each) for each in refused] == [None] * len(refused)
