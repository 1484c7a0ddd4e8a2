"""Every chart and every table of every page can be saved; a bundle goes from hand to hand."""

import csv
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server
from tests.support.bundles import good_bundle

pytestmark = pytest.mark.timeout(300)

PAGES = {
    "": "boston",
    "runs": "boston",
    "train": "boston",
    "predict": "boston",
    "analyze": "mnist",
    "data": "boston",
}
SEEN = """() => {
  const found = { tables: 0, charts: 0 };
  const kinds = "table, figure, [role=img], svg.figure, img[src^='data:image/svg']";
  const shown = (each) => {
    const { width, height } = each.getBoundingClientRect();
    return width >= 40 && height >= 20 && each.checkVisibility({ visibilityProperty: true });
  };
  const inside = (each) => {
    for (let up = each.parentNode; up; up = up.parentNode ?? up.host)
      if (up.matches?.(kinds)) return true;
    return false;
  };
  const roots = [document];
  for (const root of roots) {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) roots.push(each.shadowRoot);
      if (!each.matches(kinds) || !shown(each) || inside(each)) continue;
      found[each.matches("table") ? "tables" : "charts"] += 1;
    }
  }
  return found;
}"""


def opened(page: Page) -> Locator:
    """Open the list of what can be saved; return its lines."""
    place = page.locator(".st-key-saving-place")
    place.locator("summary").click()
    expect(place.locator("details")).to_have_attribute("open", "")
    return place.locator("li")


def saved(page: Page, line: Locator, button: str) -> bytes:
    with page.expect_download() as started:
        line.get_by_role("button", name=button).click()
    path = started.value.path()
    return Path(path).read_bytes()


@pytest.fixture
def lesson(server: Server, page: Page, tmp_path: Path) -> Lesson:
    """A visitor who has brought a run from another server."""
    bundle = tmp_path / "mine.zip"
    bundle.write_bytes(good_bundle(tmp_path / "elsewhere"))
    lesson = Lesson(page, server.url, "en")
    lesson.open("runs", task="boston")
    page.locator(".st-key-import summary").click()
    page.locator(".st-key-import input[type=file]").set_input_files(bundle)
    expect(page.get_by_text("Imported: mine")).to_be_visible()
    return lesson


def test_everything_that_a_page_shows_can_be_saved(lesson: Lesson, page: Page) -> None:
    for name, task in PAGES.items():
        lesson.open(name, task=task)
        lesson.settle()
        lines = opened(page)
        there: dict[str, Any] = page.evaluate(SEEN)
        expect(page.locator(".st-key-saving-place [data-kind=table]")).to_have_count(
            there["tables"]
        )
        expect(page.locator(".st-key-saving-place [data-kind=chart]")).to_have_count(
            there["charts"]
        )
        assert there["tables"] + there["charts"] > 0, name
        for kind, files in (("table", ["CSV"]), ("chart", ["PNG", "SVG"])):
            first = lines.and_(page.locator(f"[data-kind={kind}]")).first
            for button in files if there[f"{kind}s"] else []:
                check(button, saved(page, first, button))
    assert lesson.grave_faults() == []


def check(kind: str, content: bytes) -> None:
    """Raise unless a file is what its name says, and shows something."""
    if kind == "CSV":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(rows) > 1 and len({len(row) for row in rows}) == 1
    elif kind == "SVG":
        drawing = ElementTree.fromstring(content)
        names = {each.tag.rpartition("}")[2] for each in drawing.iter()}
        assert names & {"path", "circle", "rect", "image", "line"} and "foreignObject" not in names
    else:
        picture = Image.open(io.BytesIO(content)).convert("RGB")
        assert len(picture.getcolors(1 << 20) or []) > 5 and picture.width > 100
