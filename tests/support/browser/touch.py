"""Fingers and pens on a page, as the browser's own input."""

from playwright.sync_api import Page

Point = tuple[float, float]


class Touch:
    """The fingers on a page: what is told is always all that are down."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def __enter__(self) -> "Touch":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.detach()

    def start(self, *fingers: Point) -> None:
        self._send("touchStart", fingers)

    def move(self, *fingers: Point) -> None:
        self._send("touchMove", fingers)

    def end(self, *fingers: Point) -> None:
        """Lift all fingers but these."""
        self._send("touchEnd", fingers)

    def _send(self, kind: str, fingers: tuple[Point, ...]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def swipe(page: Page, start: Point, across: float, along: float, steps: int = 8) -> None:
    """Move a finger from ``start`` by so many pixels to the right and down."""
    x, y = start
    with Touch(page) as touch:
        touch.start(start)
        for step in range(1, steps + 1):
            touch.move((x + across * step / steps, y + along * step / steps))
        touch.end()


def write(page: Page, *points: Point) -> None:
    """Put a pen down, move it through ``points`` and lift it."""
    session = page.context.new_cdp_session(page)
    kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
    for kind, (x, y) in zip(kinds, [*points, points[-1]], strict=True):
        place = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        event = {"type": kind, "pointerType": "pen", **place}
        session.send("Input.dispatchMouseEvent", event)
    session.detach()
