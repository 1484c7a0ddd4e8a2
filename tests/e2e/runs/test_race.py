"""The one-click race from the click to its surface, and once more as a replay."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

COUNT_STREAMS = """
delete window.SharedWorker;
window.opened = new Set();
window.most = 0;
window.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    opened.add(this);
    window.most = Math.max(most, opened.size);
  }
  close() {
    super.close();
    opened.delete(this);
  }
};
"""
"""What a browser without shared workers, as on Android, opens at a time."""


def test_one_click_races_three_optimizers_to_their_surface(server: Server, page: Page) -> None:
    page.add_init_script(COUNT_STREAMS)
    lesson = Lesson(page, server.url, "en")
    lesson.open("race", task="boston")
    lesson.button("race.optimizers").click()
    expect(page.get_by_text(re.compile("With this one seed .* ended lowest"))).to_be_visible()
    expect(page.locator(".fl-chart-legend li")).to_have_text(["SGD", "RMSprop", "Adam"])
    prints = page.get_by_role("cell", name=re.compile("^[0-9a-f]{8}$"))
    expect(prints).to_have_count(6)
    assert len(set(prints.all_inner_texts()[::2])) == 1
    assert 1 <= page.evaluate("most") <= 2
    assert lesson.grave_faults() == []
    lesson.button("race.surface_draw").click()
    expect(page.locator(".js-plotly-plot .contourlayer")).to_have_count(1)
    expect(page.locator(".js-plotly-plot .colorbar")).to_contain_text("loss")
    expect(page.locator(".js-plotly-plot .gl-container")).not_to_have_count(0)
    lesson.button("race.replay").click()
    drawn = "Number(document.querySelector('.fl-chart').dataset.drawn)"
    page.wait_for_function(f"() => {drawn} < 1000")
    page.wait_for_function(f"() => {drawn} === 1680")
