"""The first minute of a browser: whose it is, below which path, and how much it has to fetch."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.session.owner import COOKIE, PATH
from tests.conftest import NewHome
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.network import Network
from tests.support.browser.relay import PathProxy, open_path_proxy
from tests.support.browser.server import Server, start_server
from tests.support.polling import until

pytestmark = pytest.mark.timeout(300)

LAPTOP = {"width": 1280, "height": 900}
JUPYTERHUB = "/user/ada/proxy/8501"
MOST_BYTES = {"": 700_000, "train": 1_200_000}
"""On the wire, headers included, for who has never been here."""


def owner_of(context: BrowserContext) -> tuple[str, str]:
    """Return the owner that the browser presents and the path for which it does."""
    (cookie,) = (each for each in context.cookies() if each["name"] == COOKIE)
    return cookie["value"], cookie["path"]


def train_houses(lesson: Lesson) -> str:
    """Train the housing preset to its end; return the run's id."""
    lesson.open("train", task="boston")
    lesson.button("train.start").click()
    lesson.wait_for_points()
    lesson.wait_for_state("done")
    lesson.settle()
    found = re.search(r"[?&]run=([\w-]+)", lesson.page.url)
    assert found
    return found[1]


def runs(lesson: Lesson) -> list[str]:
    """Return the ids of the runs that My runs lists."""
    lesson.open("runs")
    names = lesson.page.locator('[class*="st-key-run-card-"]').evaluate_all(
        "cards => cards.map(card => card.className.match(/st-key-run-card-([\\w-]+)/)[1])"
    )
    return [str(name) for name in names]


# One owner ---------------------------------------------------------------------------------------


@pytest.fixture
def proxy(server: Server) -> Iterator[PathProxy]:
    """What comes before ``open_context``, so that it ends after its pages."""
    with open_path_proxy(server.url) as proxy:
        yield proxy


def test_tabs_opened_at_once_have_one_owner(proxy: PathProxy, open_context: OpenContext) -> None:
    context = open_context(viewport=LAPTOP)
    proxy.hold_visitors()
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(proxy.url, wait_until="commit")
    until(lambda: proxy.visitors_waiting == len(tabs), 60)
    # The server has given each an owner; one answer arrives, and its tab trains.
    proxy.release_visitors(1)
    until(lambda: tabs[0].wait_for_timeout(100) or context.cookies(), 60)
    run = train_houses(Lesson(context.new_page(), proxy.url))
    owner = owner_of(context)
    proxy.release_visitors(len(tabs))
    for tab in tabs:
        Lesson(tab, proxy.url).settle()
    assert owner_of(context) == owner
    assert runs(Lesson(tabs[1], proxy.url)) == [run]


def test_a_browser_without_cookies_is_told_before_it_trains(
    open_context: OpenContext, server: Server
) -> None:
    context = open_context(viewport=LAPTOP)
    context.route(f"**{PATH}", lambda route: route.fulfill(status=204))
    for language in ("ko", "en"):
        lesson = Lesson(context.new_page(), server.url, language)
        lesson.open("train", task="boston")
        expect(lesson.page.get_by_text(lesson.says("runs.no_cookie"))).to_be_visible()
    run = train_houses(lesson)  # and yet its curves are drawn while it trains
    lesson.go("runs")
    expect(lesson.page.get_by_text(lesson.says("runs.no_cookie"))).to_be_visible()
    expect(lesson.page.locator(f".st-key-run-card-{run}")).to_be_visible()
    assert runs(lesson) == []


def test_a_browser_with_a_cookie_is_told_nothing(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    for path in ("train", "runs"):
        lesson.open(path)
        expect(page.get_by_text(lesson.says("runs.no_cookie"))).to_have_count(0)


# Below a path ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(new_home: NewHome) -> Iterator[str]:
    running = start_server(new_home(), base="/class/lab")
    yield running.url
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture
def stripped(server: Server) -> Iterator[str]:
    with open_path_proxy(server.url, JUPYTERHUB) as proxy:
        yield proxy.url


@pytest.fixture(params=["kept", "stripped"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a lab below a path, which the server knows or a proxy takes away."""
    return str(request.getfixturevalue(request.param))


def test_the_lab_trains_below_a_path(url: str, open_context: OpenContext) -> None:
    context = open_context(viewport=LAPTOP)
    lesson = Lesson(context.new_page(), url, "en")
    run = train_houses(lesson)
    assert runs(lesson) == [run]
    assert owner_of(context)[1] == urlsplit(url).path
    lesson.page.locator(".st-key-move summary").click()
    lesson.button("runs.move_make").click()
    link = lesson.page.locator(".st-key-move code").inner_text().strip()
    assert link.startswith(f"{url}/owner?")
    other = open_context(viewport=LAPTOP)
    phone = Lesson(other.new_page(), url, "en")
    phone.page.goto(link)
    phone.page.get_by_role("button").click()
    phone.page.wait_for_url("**/runs*")
    phone.settle()
    expect(phone.page.locator(f".st-key-run-card-{run}")).to_be_visible()
    assert owner_of(other) == owner_of(context)


# Bytes -------------------------------------------------------------------------------------------


NOT_NAMED: set[str] = set()
"""Scripts that a page may fetch without having named them in its head."""


def unnamed(page: Page, network: Network) -> set[str]:
    """Return which scripts were fetched that the page itself does not name."""
    html = page.evaluate("fetch(location.href).then((answer) => answer.text())")
    fetched = {answer.url.rpartition("/")[2] for answer in network.scripts()}
    return fetched - set(re.findall(r'"[^"]*/([^"/]+\.js)"', html))


@pytest.mark.parametrize("path", MOST_BYTES)
def test_a_first_visit_is_small_and_a_second_one_fetches_nothing_again(
    path: str, open_context: OpenContext, server: Server
) -> None:
    page = open_context(is_new=True, viewport=LAPTOP).new_page()
    network, lesson = Network(page), Lesson(page, server.url)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    lesson.open(path)
    network.settle()
    assert [text for text in told if "font" in text] == [], "the browser refuses a font"
    assert unnamed(page, network) <= NOT_NAMED, "a script is heard of late"
    assert network.bytes < MOST_BYTES[path]
    assert [each for each in network.scripts() if each.encoding != "br"] == []
    network.forget()
    lesson.open(path)
    network.settle()
    assert network.bytes < 20_000 and network.scripts() == []
