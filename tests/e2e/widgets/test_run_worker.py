"""The worker that hears runs for all tabs of a browser, in a page that holds nothing else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.e2e.widgets.test_run_stream import SOURCE
from tests.support.browser.context import Contexts
from tests.support.browser.static_page import use_modules

TABS = """
window.tabs = {};
window.tab = (name) => {
  if (tabs[name]) return tabs[name];
  const port = { told: [], postMessage: (message) => port.told.push(message) };
  self.onconnect({ ports: [port] });
  return (tabs[name] = port);
};
window.follow = (name, url, after) => tab(name).onmessage({ data: { follow: url, after } });
window.leave = (name, url) => tab(name).onmessage({ data: { leave: url } });
window.speak = (url, id) => {
  const open = sources.filter((source) => source.url.startsWith(url) && source.readyState === 1);
  open.forEach((source) => source.onmessage({ data: "{}", lastEventId: String(id) }));
};
"""


class Worker:
    """A page with the worker's script, a pretended server and pretended tabs."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.clock.install()
        page.evaluate(f"() => {{ {SOURCE}\n {TABS} }}")
        use_modules(page, "shared/run_worker.js")

    def follow(self, tab: str, run: str, after: int = 0) -> None:
        self.page.evaluate("all => follow(...all)", [tab, run, after])

    def leave(self, tab: str, run: str) -> None:
        self.page.evaluate("all => leave(...all)", [tab, run])

    def speak(self, run: str, number: int) -> None:
        self.page.evaluate("all => speak(...all)", [run, number])

    def heard(self, tab: str) -> list[int]:
        told = self.page.evaluate("name => tab(name).told", tab)
        return [message["number"] for message in told if "number" in message]

    def open(self) -> list[str]:
        """Return the addresses of the streams that are open."""
        script = "sources.filter(({readyState}) => readyState === 1).map(({url}) => url)"
        found: list[str] = self.page.evaluate(script)
        return found

    def wait(self, seconds: float) -> None:
        self.page.clock.run_for(1000 * seconds)


@pytest.fixture(scope="module")
def page(contexts: Contexts) -> Iterator[Page]:
    """The page that each test opens anew; its clock is its own."""
    with contexts.lent() as open_context:
        yield open_context(is_new=True).new_page()


@pytest.fixture
def worker(page: Page, empty_page: str) -> Iterator[Worker]:
    yield Worker(page, empty_page)


def test_ten_tabs_of_one_run_share_one_stream(worker: Worker) -> None:
    for number in range(10):
        worker.follow(f"tab {number}", "/r")
    worker.speak("/r", 1)
    assert worker.open() == ["/r?after=0"]
    assert all(worker.heard(f"tab {number}") == [1] for number in range(10))


def test_a_tab_that_has_heard_less_takes_the_stream_back(worker: Worker) -> None:
    worker.follow("first", "/r")
    for number in (1, 2, 3):
        worker.speak("/r", number)
    worker.follow("late", "/r", 1)
    assert worker.open() == ["/r?after=1"]
    worker.follow("later", "/r", 5)
    worker.follow("late", "/r", 1)  # it says again that it is there
    assert worker.open() == ["/r?after=1"]


def test_the_last_tab_that_leaves_closes_the_stream(worker: Worker) -> None:
    worker.follow("one", "/r")
    worker.follow("two", "/r")
    worker.leave("one", "/r")
    assert worker.open() == ["/r?after=0"]
    worker.leave("two", "/r")
    assert worker.open() == []


def test_a_tab_that_says_nothing_any_more_is_forgotten(worker: Worker) -> None:
    worker.follow("crashed", "/r")
    worker.follow("one", "/s")
    for _ in range(4):
        worker.wait(10)
        worker.speak("/r", 0)
        worker.speak("/s", 0)
        worker.follow("one", "/s")
    assert worker.open() == ["/s?after=0"]


def test_of_many_runs_three_are_heard_at_a_time_and_every_one_in_its_turn(worker: Worker) -> None:
    names = [f"/{letter}" for letter in "abcdefgh"]
    for name in names:
        worker.follow(name, name)
    seen: dict[str, list[str]] = {name: [] for name in names}
    for number in range(1, 9):
        opened = worker.open()
        assert len(opened) <= 3
        for url in opened:
            seen[url.partition("?")[0]].append(url)
        for name in names:
            worker.speak(name, number)
        worker.wait(1.5)
    assert all(len(urls) >= 2 for urls in seen.values())
    for urls in seen.values():  # each goes on after what it had heard
        assert [int(url.rpartition("=")[2]) for url in urls] == sorted(
            int(url.rpartition("=")[2]) for url in urls
        )
        assert int(urls[-1].rpartition("=")[2]) > 0


STREAM = {"run": "r", "url": "/events", "live": True, "worker": "/worker.js"}


def fall_back(page: Page, url: str, worker: str, seconds: float) -> list[str]:
    """Return what a page with such workers hears by itself after some seconds."""
    page.goto(url)
    page.clock.install()
    page.evaluate(f"() => {{ {SOURCE}\n window.SharedWorker = class {{ {worker} }}; }}")
    use_modules(page, "shared/run_stream.js")
    page.evaluate("run => follow(run, 'one')", STREAM)
    page.clock.run_for(1000 * seconds)
    found: list[str] = page.evaluate("sources.map(({url}) => url)")
    return found


PORT = "port = { postMessage: () => {}, close: () => {} };"


def test_a_page_whose_worker_does_not_answer_hears_the_run_itself(
    page: Page, empty_page: str
) -> None:
    assert fall_back(page, empty_page, PORT, 14) == []
    page.clock.run_for(2_000)
    assert page.evaluate("sources.map(({url}) => url)") == [f"{empty_page}/events?after=0"]


def test_a_page_whose_worker_cannot_be_loaded_hears_the_run_at_once(
    page: Page, empty_page: str
) -> None:
    failing = f"{PORT} constructor() {{ setTimeout(() => this.onerror()); }}"
    assert fall_back(page, empty_page, failing, 0.1) == [f"{empty_page}/events?after=0"]


def test_a_page_that_may_have_no_worker_hears_the_run_at_once(page: Page, empty_page: str) -> None:
    forbidden = "constructor() { throw new DOMException('no', 'SecurityError'); }"
    assert fall_back(page, empty_page, forbidden, 0.1) == ["/events?after=0"]
