"""Links in two real browsers: settings that come to the same weights, and a run to look at."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)


def links(ada: Lesson) -> list[str]:
    """Open what makes links on Train, share the run, and return both addresses."""
    page = ada.page
    page.locator(".st-key-links summary").click()
    page.get_by_role("button", name=ada.says("sharing.begin")).click()
    expect(page.locator(".st-key-links [data-testid=stCode]")).to_have_count(2)
    ada.settle()
    return page.locator(".st-key-links [data-testid=stCode] code").all_inner_texts()


def test_a_link_retrains_to_the_same_weights_and_a_shared_run_is_only_read(
    server: Server, open_context: OpenContext
) -> None:
    owner = owner_with_runs(server.url, "boston", epochs=3)
    laptop = {"width": 1280, "height": 900}
    context = open_context(viewport=laptop, storage_state=owner.storage_state)
    ada = Lesson(context.new_page(), server.url, "en")
    ada.open("train", task="boston")
    again, shared = links(ada)
    assert again.startswith(server.url) and len(again) < 300

    bob = Lesson(open_context(viewport=laptop).new_page(), server.url, "en")
    bob.page.goto(again)
    bob.settle()
    fingerprint = re.search(r"result=([0-9a-f]{8})", again)
    assert fingerprint
    expect(bob.page.get_by_text(fingerprint[1])).to_be_visible()
    bob.button("train.start").click()
    expect(bob.page.get_by_text(bob.says("sharing.same", found=fingerprint[1]))).to_be_visible()
    bob.page.goto(shared)
    bob.settle()
    bob.page.get_by_role("link", name=bob.says("nav.compare"), exact=True).click()
    rows = bob.page.locator("tr[data-run]:has([name=choose])")
    theirs = rows.filter(has_text=bob.says("compare.shared"))
    expect(rows.locator("[name=tag]")).to_have_count(1)
    expect(theirs.locator("[name=tag]")).to_have_count(0)
    rows.nth(0).locator("[name=choose]").check()
    bob.settle()
    rows.nth(1).locator("[name=choose]").check()
    overlay = bob.page.locator(".fl-chart-lines[data-drawn]")
    expect(overlay).to_be_visible()

    eve = Lesson(open_context(viewport=laptop).new_page(), server.url, "en")
    eve.page.goto(shared)
    eve.settle()
    expect(eve.page.get_by_text(eve.says("sharing.settings"), exact=True)).to_be_visible()
    run_id = owner.runs[0]
    answer = eve.page.request.get(f"{server.url}/api/runs/{run_id}/events")
    assert answer.status == 404
    eve.page.goto(f"{server.url}/runs?lang=en&run={run_id}")
    eve.settle()
    expect(eve.page.get_by_text(eve.says("runs.none"))).to_be_visible()

    ada.page.get_by_role("button", name=ada.says("sharing.withdraw")).click()
    expect(ada.page.get_by_role("button", name=ada.says("sharing.begin"))).to_be_visible()
    expect(theirs).to_have_count(0)
    expect(overlay).to_have_count(0)
    eve.page.goto(shared)
    eve.settle()
    expect(eve.page.get_by_text("It was withdrawn")).to_be_visible()
