"""How fast the Train page follows a hand, how smoothly it moves, and what it costs the training.

``python -m tests.bench.instrument`` serves the lab, opens it in Chromium, and prints medians:

- from a move on a slider, or a press on the drawing, to the frame that shows the new arithmetic;
- the same to the line of the open Keras program;
- what the page sends while nothing happens (messages over its websocket, and requests);
- frames a second of the browser's main thread, from its own performance trace, while a network of
  5 x 64 is drawn from ten events a second;
- seconds that a run takes with the page open over those it takes when nobody watches, by jobs,
  and the same for a run that is watched from elsewhere: without a browser on the trainer's cores.
"""

import json
import sqlite3
import statistics
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from models.control import Control
from models.experiment import Experiment
from models.tasks import preset_named
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server
from tests.support.lab import OWNER, Lab, open_lab
from tests.support.polling import until

CODE = "pre > code"
MOVES = 15
SECONDS_AT_REST = 10
SECONDS_TO_TRACE = 6
ROUNDS = 5
SECONDS_TO_WARM_UP = 5
"""After every run its trainer makes a new worker, which is no part of the next run's time."""

UNSEEN, SEEN = Control(), Control(watch=(0, 5, 2))

MOVE = """([selector, text, key]) => new Promise(resolve => {
    const thumb = document.querySelector(selector);
    const every = [...document.querySelectorAll('*')];
    const roots = [document, ...every.flatMap(each => each.shadowRoot ?? [])];
    const element = roots.map(root => root.querySelector(text)).find(found => found);
    const shown = () => (element.isConnected ? element : document.querySelector(text))?.textContent;
    const before = shown(), began = performance.now();
    thumb.focus();
    thumb.dispatchEvent(new KeyboardEvent('keydown', {key, code: key, bubbles: true}));
    const look = () => shown() !== before ? resolve(performance.now() - began)
        : requestAnimationFrame(look);
    look();
})"""


def move_to_redraw(lesson: Lesson, text: str) -> list[float]:
    """Return milliseconds from a key on the batch size's slider to a change of what ``text`` says.

    ``text`` is a selector.
    """
    page, waits = lesson.page, []
    slider = page.get_by_role("slider", name=lesson.says("form.batch_size")).first
    slider.evaluate("element => element.id = 'moved'")
    for number in range(MOVES):
        key = "ArrowLeft" if number % 4 < 2 else "ArrowRight"
        waits.append(float(page.evaluate(MOVE, ["#moved", text, key])))
        lesson.settle()
        page.wait_for_timeout(300)
    return waits


def press_to_redraw(lesson: Lesson) -> list[float]:
    """Return milliseconds from a press of + or - on the drawing to the new table of parameters."""
    page, waits = lesson.page, []
    script = """button => new Promise(resolve => {
        const shown = () => document.querySelector('.fl-total')?.textContent;
        const before = shown(), began = performance.now();
        button.click();
        const look = () => shown() !== before ? resolve(performance.now() - began)
            : requestAnimationFrame(look);
        look();
    })"""
    for number in range(MOVES):
        button = page.locator(f'.diagram [data-do="{"more" if number % 2 else "fewer"}"]').first
        waits.append(float(button.evaluate(script)))
        lesson.settle()
        page.wait_for_timeout(300)
    return waits


def sent_at_rest(page: Page) -> int:
    """Return how many websocket messages and requests the page sends in some seconds of rest."""
    session = page.context.new_cdp_session(page)
    sent: list[Any] = []
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))
    session.on("Network.requestWillBeSent", lambda event: sent.append(event))
    page.wait_for_timeout(1000 * SECONDS_AT_REST)
    session.detach()
    return len(sent)


def frames_a_second(page: Page) -> float:
    """Return the frames that the main thread has finished a second, from the browser's trace."""
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    done: list[Any] = []
    session.on("Tracing.dataCollected", lambda chunk: events.extend(chunk["value"]))
    session.on("Tracing.tracingComplete", lambda event: done.append(event))
    session.send(
        "Tracing.start",
        {"transferMode": "ReportEvents", "categories": "devtools.timeline,benchmark,rail"},
    )
    # A page that has nothing to draw draws nothing: this asks for every frame there could be.
    page.evaluate("() => { const next = () => requestAnimationFrame(next); next(); }")
    page.wait_for_timeout(1000 * SECONDS_TO_TRACE)
    session.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    session.detach()
    frames = [event for event in events if event.get("name") == "FireAnimationFrame"]
    return _distinct(frames) / SECONDS_TO_TRACE


def _distinct(frames: list[dict[str, Any]]) -> int:
    """Count frames: what several callbacks do within one frame begins within two milliseconds."""
    moments = sorted(frame["ts"] for frame in frames)
    return sum(later - earlier > 2_000 for earlier, later in pairwise(moments))


def seconds_open(lesson: Lesson, home: Path) -> float:
    """Train what the form says with the page open; return the run's own seconds."""
    chart = lesson.page.locator(".fl-chart")
    before = chart.get_attribute("data-run")
    lesson.button("train.start").click()
    while (run := chart.get_attribute("data-run")) in (before, ""):
        lesson.page.wait_for_timeout(50)
    lesson.wait_for_state("done")
    lesson.settle()
    assert run
    return _seconds_of(home, run)


def _seconds_of(home: Path, run: str) -> float:
    database = sqlite3.connect(f"file:{home / 'runs' / 'runs.sqlite3'}?mode=ro", uri=True)
    try:
        sql = "SELECT payload FROM events WHERE run = ? ORDER BY n DESC LIMIT 1"
        ((payload,),) = database.execute(sql, (run,))
    finally:
        database.close()
    return float(json.loads(payload)["seconds"])


def seconds_closed(lab: Lab, experiment: Experiment, watch: Control = UNSEEN) -> float:
    """Train on a trainer of the same kind without a page; return the run's own seconds."""
    run_id = lab.scheduler.submit(OWNER, experiment, watch).id
    until(lambda: lab.run(run_id).is_over, 300)
    end = lab.store.history(run_id).end
    assert end and end.seconds
    return end.seconds


def slowdown(lesson: Lesson, home: Path, lab: Lab, name: str) -> tuple[float, float]:
    """Return how much longer a preset takes with the page open, and watched; 1 is no longer."""
    experiment = preset_named(name)
    lesson.open("train", task=experiment.task)
    lesson.page.wait_for_timeout(2_000)
    ways = [
        lambda: seconds_closed(lab, experiment),
        lambda: seconds_open(lesson, home),
        lambda: seconds_closed(lab, experiment, SEEN),
    ]
    rounds = []
    for _ in range(ROUNDS + 1):
        rounds.append([])
        for way in ways:
            rounds[-1].append(way())
            lesson.page.wait_for_timeout(1000 * SECONDS_TO_WARM_UP)
    # The first round warms up.
    closed, opened, watched = map(statistics.median, zip(*rounds[1:], strict=True))
    return opened / closed, watched / closed


def wide_network(lesson: Lesson) -> None:
    """Give housing five hidden layers of 64 units and begin its longest training."""
    lesson.open("train", task="boston")
    # SGD would diverge with batches this small.
    lesson.page.get_by_role("button", name="Adam", exact=True).click()
    lesson.settle()
    for _ in range(3):
        lesson.button("form.add").click()
        lesson.settle()
        lesson.page.wait_for_timeout(300)
    for key, value in (("epochs", "500"), ("batch_size", "2")):
        field = lesson.page.get_by_role("spinbutton", name=lesson.says(f"form.{key}"))
        field.first.fill(value)
        field.first.press("Enter")
        lesson.settle()
        lesson.page.wait_for_timeout(300)
    lesson.button("train.start").click()
    lesson.wait_for_points(more_than=50)


def measure(browser: Browser, server: Server, lab: Lab) -> None:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    lesson = Lesson(page, server.url)
    lesson.open("train", task="boston")
    page.wait_for_timeout(8_000)  # the trainer warms up once after the server's start
    moves, presses = move_to_redraw(lesson, ".fl-updates"), press_to_redraw(lesson)
    tell("slider to arithmetic, median (ms)", statistics.median(moves), "<= 150", max(moves))
    median, slowest = statistics.median(presses), max(presses)
    tell("press on the drawing to the table (ms)", median, "", slowest)
    page.wait_for_timeout(1_000)
    page.get_by_text(lesson.says("code.title"), exact=True).click()
    expect(page.locator(CODE).first).to_be_visible()
    moves = move_to_redraw(lesson, CODE)
    tell("slider to the Keras program, median (ms)", statistics.median(moves), "<= 150", max(moves))
    page.get_by_text(lesson.says("code.title"), exact=True).click()
    tell(f"messages sent in {SECONDS_AT_REST} s at rest", sent_at_rest(page), "0")
    wide_network(lesson)
    tell("frames a second, 5 x 64 while training", frames_a_second(page), ">= 30")
    lesson.button("train.stop").click()
    lesson.wait_for_state("stopped")
    for name in ("housing-sgd", "mnist"):
        opened, watched = slowdown(lesson, server.home, lab, name)
        tell(f"{name}: page open / closed, browser on the same cores", opened, "<= 1.05")
        tell(f"{name}: page open / closed, browser elsewhere", watched, "<= 1.05")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as other,
        open_lab(Path(other), 1) as lab,
        lab_in_a_browser() as (server, browser),
    ):
        measure(browser, server, lab)


if __name__ == "__main__":
    main()
