"""The Predict page about reviews, in words, for the tests and for what measures it."""

import json

from playwright.sync_api import Locator, expect

from tests.support.browser.lesson import Lesson

PINCH_STEPS = 8
PUT = """
    const box = root.querySelector('textarea');
    box.value = TEXT;
    box.dispatchEvent(new Event('input', {bubbles: true}));
"""


class ReviewBox(Lesson):
    """The Predict page about reviews."""

    def enter(self) -> None:
        self.open("predict", task="reviews")
        self.page.wait_for_selector('.review[data-state="answered"]')

    def shows(self, sentence: str) -> None:
        """Wait until the steps are about this sentence."""
        expect(self.page.locator(".sentence")).to_have_text(sentence)

    def type(self, text: str) -> None:
        self.page.get_by_role("textbox").fill(text)

    def put(self, text: str) -> None:
        """Put any text into the box at once, halves of characters too; wait until it is heard."""
        root = self.page.locator(".review")
        number = root.get_attribute("data-number")
        root.evaluate(f"root => {{ {PUT} }}".replace("TEXT", json.dumps(text)))
        expect(root).not_to_have_attribute("data-number", number or "")

    def paste(self, text: str) -> None:
        """Put a text in the place of what stands there, as pasting does."""
        box = self.page.get_by_role("textbox")
        box.select_text()
        box.evaluate("(_, text) => document.execCommand('insertText', false, text)", text)

    def scroll(self) -> float:
        return float(self.page.locator(".review").evaluate("e => e.getBoundingClientRect().top"))

    def pinch(self, place: Locator, before: float, after: float) -> None:
        """Move two fingers on a place from one distance to another, in CSS pixels."""
        box = place.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = self.page.context.new_cdp_session(self.page)

        def send(kind: str, *apart: float) -> None:
            places = [x + side * distance / 2 for distance in apart for side in (-1, 1)]
            points = [{"x": at, "y": y, "id": finger} for finger, at in enumerate(places)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", before)
        for step in range(1, PINCH_STEPS + 1):
            send("touchMove", before + (after - before) * step / PINCH_STEPS)
        send("touchEnd")
        session.detach()

    def step(self, name: str) -> str:
        return self.page.locator(f'[data-step="{name}"] .body').inner_text()

    def indices(self) -> list[int]:
        return list(map(int, json.loads(self.step("indices"))))

    def positive(self) -> float:
        return float(self.page.locator(".p2").inner_text())

    def contribution(self, word: str) -> float:
        return signed(self.bar(word).locator("span").last.inner_text())

    def bar(self, word: str) -> Locator:
        return self.page.locator(f'.bars [data-word="{word}"]')


def signed(text: str) -> float:
    return float(text.replace("\u2212", "-"))
