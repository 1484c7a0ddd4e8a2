"""The one stream of a run that all components share, in a page that holds nothing else."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser.context import OpenContext
from tests.support.browser.static_page import use_modules

SOURCE = """
window.sources = [];
window.EventSource = class {
  static CLOSED = 2;
  constructor(url) {
    Object.assign(this, { url: url.replace(location.origin, ""), readyState: 1, named: {} });
    window.sources.push(this);
  }
  addEventListener(name, take) { this.named[name] = take; }
  close() { this.readyState = 2; }
};
window.say = (event, id) => window.sources.at(-1).onmessage(
  { data: JSON.stringify(event), lastEventId: String(id ?? window.lastId ?? "") },
  window.lastId = id ?? window.lastId,
);
window.follow = (run, name) => {
  const heard = (window.heard ??= {})[name] ??= [];
  const listeners = window.listeners ??= {};
  listeners[name] ??= (event, number) => heard.push([event, number, performance.now()]);
  window.leave = followRun(run, listeners[name]);
};
"""
"""A server that says what a test says. A message without an id has the one before it, as in a
browser."""

RUN = {"run": "r", "url": "/events", "live": True}
STARTED = {"kind": "started", "updates_per_epoch": 10, "epochs": 10, "update": 0}


class Stream:
    """A page with the script and the pretended server."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        use_modules(page, "shared/run_stream.js")
        page.evaluate(f"() => {{ {SOURCE} }}")

    def follow(self, name: str = "one", **known: Any) -> None:
        self.page.evaluate("([run, name]) => follow(run, name)", [{**RUN, **known}, name])

    def say(self, *events: dict[str, Any], first: int = 1) -> None:
        """Say events in one go: numbered from ``first`` on unless their kind only passes."""
        numbers = iter(range(first, first + len(events)))
        passing = {"snapshot", "weight", "step", "queued"}
        said = [[e, None if e["kind"] in passing else next(numbers)] for e in events]
        self.page.evaluate("said => said.forEach(([event, id]) => say(event, id))", said)

    def heard(self, name: str = "one") -> list[Any]:
        """Return (event, number, milliseconds) of what was released, but for the connection."""
        found = self.page.evaluate("name => heard[name] ?? []", name)
        return [each for each in found if each[0]["kind"] != "connection"]

    def kinds(self, name: str = "one") -> list[str]:
        return [event["kind"] for event, _, _ in self.heard(name)]

    def wait_for(self, kind: str) -> None:
        self.page.wait_for_function("kind => heard.one.some(([e]) => e.kind === kind)", arg=kind)


@pytest.fixture
def stream(page: Page, empty_page: str) -> Iterator[Stream]:
    yield Stream(page, empty_page)


def epoch(number: int) -> dict[str, Any]:
    return {"kind": "epoch", "epoch": number}


def batches(*updates: int) -> dict[str, Any]:
    return {"kind": "batches", "points": [[update, 1.0, 0.5] for update in updates]}


def snapshot(update: int) -> dict[str, Any]:
    return {"kind": "snapshot", "update": update}


END = {"kind": "end", "seconds": 0.4}


def test_a_run_that_ended_at_once_is_released_over_four_seconds(stream: Stream) -> None:
    stream.follow()
    stream.say(STARTED, *map(epoch, range(1, 11)), END)
    stream.wait_for("end")
    (_, _, start), *rest = stream.heard()
    epochs = [(event["epoch"], at) for event, _, at in rest if event["kind"] == "epoch"]
    assert [number for number, _ in epochs] == list(range(1, 11))
    assert all(at - start >= 400 * number - 1 for number, at in epochs)
    assert stream.heard()[-1][2] - start < 5500
    replays = [event for event, _, _ in rest if event["kind"] == "replay"]
    assert replays == [
        {"kind": "replay", "seconds": 4, "took": None},
        {"kind": "replay", "seconds": 4, "took": 0.4},
    ]


def test_a_slow_run_never_waits(stream: Stream) -> None:
    stream.follow()
    stream.say(STARTED)
    time.sleep(0.6)
    stream.say(batches(5, 10), epoch(1), first=2)
    assert stream.kinds() == ["started", "batches", "epoch"]


def test_a_run_that_is_over_is_released_at_once(stream: Stream) -> None:
    stream.follow(live=False)
    stream.say(STARTED, epoch(9), epoch(10), END)
    assert stream.kinds() == ["started", "epoch", "epoch", "end"]


def test_what_python_knew_when_the_page_was_drawn_comes_at_once(stream: Stream) -> None:
    stream.follow(events=3)
    stream.say(STARTED, epoch(4), epoch(5), epoch(6))
    stream.page.wait_for_function("heard.one.at(-1)[0].epoch === 6")
    at = {event.get("epoch"): at for event, _, at in stream.heard()}
    assert at[5] - at[None] < 50 and at[6] - at[5] >= 300


def test_points_told_late_are_released_among_the_epochs_that_they_belong_to(
    stream: Stream,
) -> None:
    stream.follow()
    stream.say(STARTED, epoch(1), epoch(2), batches(5, 10, 15, 20), END)
    stream.wait_for("end")
    order = [e["points"][0][0] if "points" in e else e["kind"] for e, _, _ in stream.heard()]
    assert [each for each in order if each != "replay"] == [
        *("started", 5, 10, "epoch", 15, 20, "epoch", "end")
    ]


def test_what_passes_is_released_in_its_place_though_it_has_no_number(stream: Stream) -> None:
    stream.follow()
    stream.say(STARTED, epoch(1), epoch(2), snapshot(10), snapshot(15), snapshot(20), END)
    stream.wait_for("end")
    order = [(e["kind"], e.get("update")) for e, _, _ in stream.heard() if e["kind"] != "replay"]
    assert order == [
        ("started", 0),
        *(("snapshot", 10), ("epoch", None), ("snapshot", 15), ("snapshot", 20), ("epoch", None)),
        ("end", None),
    ]
    assert [n for e, n, _ in stream.heard() if e["kind"] == "snapshot"] == [None] * 3


def test_all_components_share_one_connection_and_a_late_one_catches_up(stream: Stream) -> None:
    stream.follow(live=False)
    stream.say(STARTED, snapshot(3), snapshot(4), epoch(1))
    stream.follow("late")
    assert stream.page.evaluate("sources.length") == 1
    assert stream.kinds("late") == ["started", "epoch", "snapshot"]
    assert stream.heard("late")[-1][0] == snapshot(4)
    stream.say(epoch(2), first=3)
    assert stream.heard("late")[-1][:2] == stream.heard()[-1][:2] == [epoch(2), 3]


def test_following_again_repeats_nothing(stream: Stream) -> None:
    stream.follow(live=False)
    stream.say(STARTED, epoch(1))
    stream.follow(live=False)
    assert stream.kinds() == ["started", "epoch"]


def test_an_event_that_comes_twice_counts_once(stream: Stream) -> None:
    stream.follow(live=False)
    stream.say(STARTED, epoch(1))
    stream.say(STARTED, epoch(1), epoch(2))
    assert stream.kinds() == ["started", "epoch", "epoch"]


def test_a_run_that_goes_on_after_its_end_is_asked_for_what_is_new(stream: Stream) -> None:
    stream.follow(live=False, events=3)
    stream.say(STARTED, epoch(1), END)
    assert stream.page.evaluate("sources[0].readyState") == 2
    stream.follow(live=False, events=3)
    assert stream.page.evaluate("sources.length") == 1
    stream.follow(live=True, events=4)
    assert stream.page.evaluate("sources.map(source => source.url)") == [
        *("/events?after=0", "/events?after=3")
    ]
    stream.say({"kind": "continued", "epochs": 20}, first=4)
    assert stream.kinds()[-1] == "continued"


def test_a_pause_does_not_let_the_rest_of_the_run_rush_by(stream: Stream) -> None:
    stream.follow()
    stream.say(STARTED, {"kind": "paused", "update": 0})
    time.sleep(1.2)
    stream.say({"kind": "resumed", "update": 0}, epoch(1), epoch(2), first=3)
    stream.wait_for("epoch")
    at = {event["kind"]: at for event, _, at in reversed(stream.heard())}
    assert at["epoch"] - at["resumed"] >= 300


def test_after_an_http_error_the_stream_is_asked_for_again(stream: Stream) -> None:
    stream.follow()
    stream.say(STARTED)
    stream.page.evaluate("sources[0].close(); sources[0].onerror()")
    stream.page.wait_for_function("sources.length === 2")
    assert stream.page.evaluate("sources[1].url") == "/events?after=1"
    stream.page.evaluate("sources[1].onopen()")
    told = [e["open"] for e, *_ in stream.page.evaluate("heard.one") if e["kind"] == "connection"]
    assert told == [False, True]


def test_the_connection_closes_a_moment_after_the_last_has_left(stream: Stream) -> None:
    stream.follow()
    stream.page.evaluate("leave()")
    stream.follow("two")
    time.sleep(1.3)
    assert stream.page.evaluate("sources[0].readyState") == 1
    stream.page.evaluate("leave()")
    stream.page.wait_for_function("sources[0].readyState === 2")
    assert stream.page.evaluate("streams.size") == 0


@pytest.mark.browser_errors("Error: mine", "the listener's own fault is logged")
def test_one_listeners_fault_is_not_the_others(stream: Stream) -> None:
    stream.page.evaluate("run => followRun(run, () => { throw new Error('mine') })", RUN)
    stream.follow()
    stream.say(STARTED)
    assert stream.kinds() == ["started"]


@pytest.mark.parametrize("kind", ["constructor", "something_new"])
def test_an_event_of_another_kind_is_handed_on(stream: Stream, kind: str) -> None:
    stream.follow()
    stream.say(STARTED, {"kind": kind})
    assert stream.kinds() == ["started", kind]


@pytest.fixture
def timed_page(open_context: OpenContext) -> Page:
    """Return a page whose clock the test moves."""
    page = open_context(is_new=True).new_page()
    page.clock.install()
    return page


def test_a_stream_that_falls_silent_is_asked_for_again(timed_page: Page, empty_page: str) -> None:
    page = timed_page
    stream = Stream(page, empty_page)
    stream.follow(live=False)
    page.evaluate("sources[0].onopen()")
    stream.say(STARTED, epoch(1))
    page.clock.run_for(20_000)
    page.evaluate("say({kind: 'alive'})")
    page.clock.run_for(20_000)
    assert page.evaluate("sources.map(({readyState}) => readyState)") == [1]
    page.clock.run_for(8_000)
    assert page.evaluate("sources.map(({url, readyState}) => [url, readyState])") == [
        *(["/events?after=0", 2], ["/events?after=2", 1])
    ]
    told = [e["open"] for e, *_ in page.evaluate("heard.one") if e["kind"] == "connection"]
    assert told == [True, False]
    page.clock.run_for(11_000)  # nor does the new one open
    assert page.evaluate("sources.length") == 3


def test_a_hidden_tab_lets_go_of_its_stream_and_catches_up_when_it_is_seen(
    timed_page: Page, empty_page: str
) -> None:
    page = timed_page
    stream = Stream(page, empty_page)
    stream.follow(live=False)
    stream.say(STARTED, epoch(1))
    turn = """state => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(turn, "hidden")
    page.clock.run_for(4_000)
    page.evaluate(turn, "visible")  # a glance at another tab costs nothing
    page.clock.run_for(10_000)
    assert page.evaluate("sources.map(({readyState}) => readyState)") == [1]
    page.evaluate(turn, "hidden")
    page.clock.run_for(6_000)
    assert page.evaluate("sources.map(({readyState}) => readyState)") == [2]
    page.evaluate(turn, "visible")
    assert page.evaluate("sources.at(-1).url") == "/events?after=2"
