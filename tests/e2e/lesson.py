"""What a person does on the pages of the lab, in words."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from app.i18n import texts
from tests.e2e.handwriting import DIGITS, Stroke

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 60_000
"""Milliseconds; machines that run tests are busy."""


class Lesson:
    """A browser page of the lab in one language."""

    def __init__(self, page: Page, url: str, language: str = "ko") -> None:
        self.page, self.url, self.language = page, url, language

    def says(self, key: str, **values: object) -> str:
        """Return a text of the lab in this page's language."""
        text = texts(self.language)[key]
        return text.format(**values) if values else text

    def open(self, path: str, **query: str) -> None:
        self.page.goto(f"{self.url}/{path}?{urlencode({'lang': self.language, **query})}")
        self.settle()

    def settle(self) -> None:
        """Wait until no script of the page runs."""
        self.page.wait_for_selector(IDLE, timeout=PATIENCE)

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.says(key), exact=True)

    def set_slider(self, key: str, value: str) -> None:
        """Move a slider with the keyboard until it shows ``value``."""
        slider = self.page.get_by_role("slider", name=self.says(key)).first
        slider.focus()
        self.page.keyboard.press("Home")
        for _ in range(60):
            if slider.get_attribute("aria-valuetext") == value:
                break
            self.page.keyboard.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", value)
        self.page.wait_for_timeout(400)
        self.settle()

    def points(self) -> int:
        """Return how many updates the loss curve shows now."""
        script = """() => {
            const plot = document.querySelector('[data-figure="loss"] .js-plotly-plot')
                || document.querySelector('[data-figure="loss"] .fl-chart-plot');
            const trace = plot && plot.data && plot.data[0];
            return trace && trace.x ? trace.x.length : 0;
        }"""
        return int(self.page.evaluate(script))

    def wait_for_points(self, more_than: int = 0) -> None:
        for _ in range(PATIENCE // 50):
            if self.points() > more_than:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the curve never had more than {more_than} points")

    def status(self) -> Locator:
        return self.page.locator(".fl-chart-status")

    def wait_for_state(self, state: str) -> None:
        text = re.compile(re.escape(self.says(f"live.{state}")))
        expect(self.status()).to_have_text(text, timeout=PATIENCE)

    def write(self, digit: int, *, touch: bool = False) -> None:
        """Write a digit into an empty pen box, with the mouse or with a finger."""
        clear = self.button("pen.clear")
        if clear.is_enabled():
            clear.click()
            self.page.wait_for_timeout(300)
        for stroke in DIGITS[digit]:
            (self.touch if touch else self.draw)(stroke)

    def _on_canvas(self, stroke: Stroke) -> list[tuple[float, float]]:
        canvas = self.page.get_by_role("img", name=self.says("pen.canvas"))
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]

    def draw(self, stroke: Stroke) -> None:
        """Draw a stroke into the pen box with the mouse."""
        mouse, points = self.page.mouse, self._on_canvas(stroke)
        mouse.move(*points[0])
        mouse.down()
        for point in points[1:]:
            mouse.move(*point, steps=2)
        mouse.up()

    def touch(self, stroke: Stroke) -> None:
        """Draw a stroke into the pen box with a finger."""
        points = self._on_canvas(stroke)
        session = self.page.context.new_cdp_session(self.page)

        def send(kind: str, at: list[tuple[float, float]]) -> None:
            touches = [{"x": x, "y": y} for x, y in at]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        send("touchStart", points[:1])
        for point in points[1:]:
            send("touchMove", [point])
        send("touchEnd", [])
        session.detach()

    def answer(self) -> str:
        """Return the sentence above the bars, once it has come to rest."""
        self.page.wait_for_timeout(700)
        self.settle()
        start = re.escape(self.says("predict.verdict").split("{")[0])
        pattern = re.compile(rf"^{start}\S+.*\(.*%\)$")
        return self.page.locator("strong").filter(has_text=pattern).first.inner_text()
