"""What a person does on the pages of the lab, in words."""

import re
from typing import Any, Literal
from urllib.parse import urlencode

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from app.session.i18n import texts
from data.particles import with_particles
from tests.support.browser.handwriting import DIGITS, Stroke

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 60_000
"""Milliseconds; machines that run tests are busy."""

expect.set_options(timeout=PATIENCE)

DRAWN = """least => {
    const [state, update] = document.querySelector('.fl-chart')?.dataset.drawn?.split(' ') ?? [];
    return state && Number(update) >= least;
}"""
"""Whether the curves reach an update; what is said in words is ahead of them."""

GRAVE = {"serious", "critical"}

CONTRAST = {
    **{"ignoreUnicode": True, "ignoreLength": False, "ignorePseudo": True},
    **{"boldValue": 700, "boldTextPt": 14, "largeTextPt": 18},
    "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 3}},
    **{"pseudoSizeThreshold": 0.25, "shadowOutlineEmMax": 0.2, "textStrokeEmMin": 0.03},
}
"""axe-core's own limits, but for ``ignorePseudo``: without it, it judges no text beside a mark that
is drawn with ``::before``."""

AXE = {"resultTypes": ["violations"], "checks": {"color-contrast": {"options": CONTRAST}}}
THEMES: dict[Literal["dark", "light"], dict[str, Any]] = {
    "dark": {**AXE, "runOnly": ["color-contrast"]},
    "light": AXE,
}
"""The light one last: it is what a page of a test has otherwise."""

HEIGHT = """() => Math.ceil(document.querySelector('[data-testid="stMain"]').scrollHeight)"""


GO = """address => new Promise(begun => {
    const app = document.querySelector('[data-testid="stApp"]');
    new MutationObserver(begun).observe(app, {attributeFilter: ['data-test-script-state']});
    setTimeout(begun, 3_000);
    history.pushState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate'));
})"""
"""Goes to an address as the browser's Back button does, until the page's script has begun.

A page that has much to do may draw the script's beginning and its end at once, as no change."""

THEMED = """dark => {
    const [red] = getComputedStyle(document.querySelector('[data-testid="stApp"]'))
        .backgroundColor.match(/\\d+/g).map(Number);
    return dark ? red < 64 : red > 192;
}"""


class Lesson:
    """A browser page of the lab in one language."""

    def __init__(self, page: Page, url: str, language: str = "ko") -> None:
        self.page, self.url, self.language = page, url, language
        page.set_default_timeout(PATIENCE)

    def says(self, key: str, **values: object) -> str:
        """Return a text of the lab in this page's language."""
        text = texts(self.language)[key]
        return with_particles(text.format(**values)) if values else text

    def open(self, path: str, **query: str) -> None:
        self.page.goto(self._address(path, query))
        self.settle()

    def go(self, path: str, **query: str) -> None:
        """Go on to another page of the lab without loading it, as its own links do."""
        self.settle()
        self.page.evaluate(GO, self._address(path, query))
        self.settle()

    def _address(self, path: str, query: dict[str, str]) -> str:
        return f"{self.url}/{path}?{urlencode({'lang': self.language, **query})}"

    def settle(self) -> None:
        """Wait until no script of the page runs."""
        self.page.wait_for_selector(IDLE)

    def button(self, key: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.says(key, **values), exact=True)

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

    def set_epochs(self, epochs: int) -> None:
        """Type the number of epochs."""
        field = self.page.get_by_role("spinbutton", name=self.says("form.epochs"))
        field.fill(str(epochs))
        field.press("Enter")
        slider = self.page.get_by_role("slider", name=self.says("form.epochs")).first
        expect(slider).to_have_attribute("aria-valuetext", str(epochs))
        self.settle()

    def grave_faults(self) -> list[str]:
        """Return what breaks a serious rule of axe-core on the page as it is, in both themes.

        On a screen as high as the page: axe judges no colours of what has to be scrolled to. In the
        dark theme it judges nothing but colours, all that differs.
        """
        size, found = self.page.viewport_size, list[str]()
        assert size
        height = max(size["height"], self.page.evaluate(HEIGHT))
        self.page.set_viewport_size({"width": size["width"], "height": height})
        for theme, options in THEMES.items():
            self.page.emulate_media(color_scheme=theme)
            self.page.wait_for_function(THEMED, arg=theme == "dark")
            self.page.wait_for_timeout(300)
            self.settle()
            found += [f"{theme}: {fault}" for fault in _grave_faults(self.page, options)]
        self.page.set_viewport_size(size)
        return found

    def slow_down(self) -> None:
        """Let the run make ten updates a second, which leaves the machine to the browser."""
        self.page.get_by_role("combobox", name=self.says("tools.tempo")).click()
        self.page.get_by_role("option", name=self.says("tools.tempo_ten"), exact=True).click()
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

    def has_points(self, count: int) -> None:
        """The curve shows this many updates, at once or when it is next drawn."""
        for _ in range(PATIENCE // 50):
            if self.points() == count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.points()} points instead of {count}")

    def wait_for_points(self, more_than: int = 0) -> None:
        for _ in range(PATIENCE // 50):
            if self.points() > more_than:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the curve never had more than {more_than} points")

    def wait_for_drawing(self, update: int) -> None:
        """Wait until the curves reach this update."""
        self.page.wait_for_function(DRAWN, arg=update)

    def status(self) -> Locator:
        return self.page.locator(".fl-chart-status")

    def wait_for_state(self, state: str) -> None:
        """Wait until the words and the curves are in this state."""
        text = re.compile(re.escape(self.says(f"live.{state}")))
        expect(self.status()).to_have_text(text)
        self.page.wait_for_selector(f'.fl-chart[data-drawn^="{state} "]')

    def diverge(self) -> None:
        """Train on houses as they are, from 0.004 to 711, which is too much."""
        self.page.get_by_text(self.says("form.more")).click()
        self.page.get_by_text(self.says("form.standardize"), exact=True).click()
        self.page.wait_for_timeout(500)
        self.settle()
        self.button("train.start").click()
        self.wait_for_state("diverged")

    def write(self, digit: int, *, touch: bool = False) -> None:
        """Write a digit into an empty pen box, with the mouse or with a finger."""
        clear = self.button("pen.clear")
        if clear.is_enabled():
            clear.click()
            self.page.wait_for_timeout(300)
        for stroke in DIGITS[digit]:
            (self.touch if touch else self.draw)(stroke)

    def _on_canvas(self, stroke: Stroke) -> list[tuple[float, float]]:
        canvas = self.page.get_by_role("application", name=self.says("pen.canvas"))
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


def _grave_faults(page: Page, options: dict[str, Any]) -> list[str]:
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
