"""What somebody wrote stands on a page the way it was written: only a browser can tell."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.context import OpenContext
from tests.support.browser.gallery_markdown import WRITTEN, texts
from tests.support.browser.gallery_server import served
from tests.support.browser.gallery_visits import Gallery, Open

GALLERY = Path(__file__).parents[2] / "support/browser/gallery_markdown.py"
SHOWN = """place => [...document.querySelectorAll(`[class*="st-key-${place}-"]`)].map(
    (box) => [Number(box.className.match(/st-key-[a-z]+-(\\d+)/)[1]), box.textContent])"""


@pytest.fixture(scope="module")
def gallery(shared_context: OpenContext) -> Iterator[Gallery]:
    with (
        served(GALLERY) as url,
        closing(Gallery(url, shared_context, '[class*="st-key-lesson"] p', 1280, 900)) as gallery,
    ):
        yield gallery


@pytest.fixture
def visit(gallery: Gallery) -> Iterator[Open]:
    with gallery.visits() as opened:
        yield opened


def shown(page: Page, place: str) -> list[str]:
    found = dict(page.evaluate(SHOWN, place))
    return [" ".join(found[number].split()) for number in sorted(found)]


def test_any_text_is_shown_as_it_was_written(visit: Open) -> None:
    page = visit("lesson=x")
    assert shown(page, "text") == [" ".join(f"|{text}|".split()) for text in texts()]
    for place in ("bare", "label"):
        assert shown(page, place) == list(WRITTEN)
    assert shown(page, "choice") == [f"choice{text}" for text in WRITTEN]
    assert (
        page.locator("[class*=st-key-text-] :is(s, del, em, strong, code, .katex, img)").count()
        == 0
    )


def test_a_lesson_in_korean_is_shown_as_its_teacher_wrote_it(visit: Open) -> None:
    written = (
        "한 번에 5~10 에폭, 노드는 64~128개. **정확도(accuracy)**는 비율이고, **'조기 종료'**란 "
        "멈추는 것입니다. $20,000~$50,000 사이, 식은 $`x^2`$입니다."
    )
    page = visit(urlencode({"lesson": written}))
    lesson = page.locator(".st-key-lesson p")
    expect(lesson).to_contain_text(
        "5~10 에폭, 노드는 64~128개. 정확도(accuracy)는 비율이고, '조기 종료'란"
    )
    expect(lesson).to_contain_text("$20,000~$50,000 사이, 식은")
    expect(lesson.locator("strong")).to_have_text(["정확도(accuracy)", "'조기 종료'"])
    expect(lesson.locator(".katex")).to_have_count(1)
    assert lesson.locator("del").count() == 0
