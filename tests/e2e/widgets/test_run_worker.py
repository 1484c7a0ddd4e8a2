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
window.speak = (run, number) => {
  for (const source of sources.filter(({ readyState }) => readyState === 1)) {
    const [path, after] = source.url.split("?after=");
    const runs = path.split("/").at(-2).split(",");
    const ids = (source.ids ??= after.split(","));
    if (!runs.includes(run)) continue;
    ids[runs.indexOf(run)] = number;
    (source.named[run] ?? source.onmessage)({ data: "{}", lastEventId: ids.join(",") });
  }
};
"""


def address(runs: str, owner: str = "") -> str:
    return f"{owner}/api/runs/{runs}/events"


class Worker:
    """A page with the worker's script, a pretended server and pretended tabs."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.clock.install()
        page.evaluate(f"() => {{ {SOURCE}\n {TABS} }}")
        use_modules(page, "shared/run_worker.js")

    def follow(self, tab: str, run: str, after: int = 0, owner: str = "") -> None:
        self.page.evaluate("all => follow(...all)", [tab, address(run, owner), after])

    def leave(self, tab: str, run: str) -> None:
        self.page.evaluate("all => leave(...all)", [tab, address(run)])

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
        worker.follow(f"tab {number}", "r")
    worker.speak("r", 1)
    assert worker.open() == [f"{address('r')}?after=0"]
    assert all(worker.heard(f"tab {number}") == [1] for number in range(10))


def test_all_runs_of_a_page_share_one_stream(worker: Worker) -> None:
    for number, run in enumerate("abcdefgh"):
        worker.follow(run, run, number)
    worker.wait(0.05)
    assert worker.open() == [f"{address('a,b,c,d,e,f,g,h')}?after=0,1,2,3,4,5,6,7"]
    worker.speak("c", 5)
    worker.speak("a", 1)
    heard = {run: worker.heard(run) for run in "abcdefgh"}
    assert heard == {"a": [1], "c": [5]} | {run: [] for run in "bdefgh"}
    worker.follow("a", "x")
    worker.leave("b", "b")
    worker.wait(0.05)
    assert worker.open() == [f"{address('a,c,d,e,f,g,h,x')}?after=1,5,3,4,5,6,7,0"]


def test_a_run_that_is_left_does_not_interrupt_the_others(worker: Worker) -> None:
    for run in "ab":
        worker.follow("tab", run)
    worker.wait(0.05)
    both = worker.open()
    worker.leave("tab", "a")
    worker.wait(0.05)
    assert worker.open() == both
    worker.wait(1.5)
    assert worker.open() == [f"{address('b')}?after=0"]


def test_a_run_that_is_followed_again_is_asked_for_again(worker: Worker) -> None:
    for run in "ab":
        worker.follow("tab", run)
    worker.wait(0.05)
    worker.speak("a", 3)
    worker.leave("tab", "a")
    worker.follow("tab", "a", 3)  # it had ended, and was continued
    worker.wait(0.05)
    assert worker.open() == [f"{address('b,a')}?after=0,3"]


def test_runs_of_two_owners_are_not_asked_for_together(worker: Worker) -> None:
    for owner in ("/of/ada", "/of/bob"):
        for run in "rs":
            worker.follow(f"{owner} {run}", run, owner=owner)
    worker.wait(0.05)
    assert sorted(worker.open()) == [
        f"{address('r,s', owner)}?after=0,0" for owner in ("/of/ada", "/of/bob")
    ]


def test_a_tab_that_has_heard_less_takes_the_stream_back(worker: Worker) -> None:
    worker.follow("first", "r")
    for number in (1, 2, 3):
        worker.speak("r", number)
    worker.follow("late", "r", 1)
    worker.wait(0.05)
    assert worker.open() == [f"{address('r')}?after=1"]
    worker.follow("later", "r", 5)
    worker.follow("late", "r", 1)  # it says again that it is there
    worker.wait(0.05)
    assert worker.open() == [f"{address('r')}?after=1"]


def test_the_last_tab_that_leaves_closes_the_stream(worker: Worker) -> None:
    worker.follow("one", "r")
    worker.follow("two", "r")
    worker.leave("one", "r")
    assert worker.open() == [f"{address('r')}?after=0"]
    worker.leave("two", "r")
    worker.wait(0.05)
    assert worker.open() == []


def test_a_tab_that_says_nothing_any_more_is_forgotten(worker: Worker) -> None:
    worker.follow("crashed", "r")
    worker.follow("one", "s")
    for _ in range(8):
        worker.wait(5)
        worker.speak("r", 0)
        worker.speak("s", 0)
        worker.follow("one", "s")
    assert worker.open() == [f"{address('s')}?after=0"]


def test_of_many_runs_eight_are_heard_at_a_time_and_every_one_in_its_turn(worker: Worker) -> None:
    names = "abcdefghijkl"
    for name in names:
        worker.follow(name, name)
    after: dict[str, list[int]] = {name: [] for name in names}
    for number in range(1, 7):
        worker.wait(1.5)
        (url,) = worker.open()
        path, _, numbers = url.partition("?after=")
        runs = path.split("/")[-2].split(",")
        assert len(runs) == 8
        for run, heard in zip(runs, numbers.split(","), strict=True):
            after[run].append(int(heard))
        for name in names:
            worker.speak(name, number)
    for heard in after.values():  # each goes on after what it had heard
        assert len(heard) >= 2 and heard == sorted(heard) and heard[-1] > 0


def test_of_many_owners_three_are_heard_at_a_time_and_every_one_in_its_turn(
    worker: Worker,
) -> None:
    owners = [f"/of/{name}" for name in "abcde"]
    for owner in owners:
        worker.follow(owner, "r", owner=owner)
    seen = set()
    for _ in range(4):
        worker.wait(1.5)
        assert len(worker.open()) == 3
        seen |= {url.partition("/api")[0] for url in worker.open()}
    assert seen == set(owners)


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
    assert page.evaluate("sources.map(({url}) => url)") == ["/events?after=0"]


def test_a_page_whose_worker_cannot_be_loaded_hears_the_run_at_once(
    page: Page, empty_page: str
) -> None:
    failing = f"{PORT} constructor() {{ setTimeout(() => this.onerror()); }}"
    assert fall_back(page, empty_page, failing, 0.1) == ["/events?after=0"]


def test_a_page_that_may_have_no_worker_hears_the_run_at_once(page: Page, empty_page: str) -> None:
    forbidden = "constructor() { throw new DOMException('no', 'SecurityError'); }"
    assert fall_back(page, empty_page, forbidden, 0.1) == ["/events?after=0"]
