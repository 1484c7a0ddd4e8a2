"""What a browser fetches for a page, as it comes over the wire."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

QUIET_MS = 500


@dataclass
class Answer:
    """One answer; ``size`` is what was received, headers included, 0 from the browser's cache."""

    url: str
    encoding: str
    size: int = 0


class Network:
    """Listens to what a page fetches over HTTP, and hears by its socket, from now on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: dict[str, Answer] = {}
        self.answers: list[Answer] = []
        self._times: list[float] = []
        self.socket_bytes = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._note)
        session.on("Network.responseReceived", self._begin)
        session.on("Network.loadingFinished", self._end)
        session.on("Network.webSocketFrameReceived", self._hear)
        session.send("Network.enable")

    @property
    def bytes(self) -> int:
        return sum(answer.size for answer in self.answers)

    def scripts(self) -> list[Answer]:
        """Return the scripts that came over the wire."""
        return [each for each in self.answers if each.url.endswith(".js") and each.size]

    @property
    def seconds(self) -> float:
        """The time from the first request to the end of the last answer."""
        return max(self._times) - min(self._times)

    def forget(self) -> None:
        self.answers.clear()
        self._times.clear()
        self.socket_bytes = 0

    def settle(self) -> None:
        """Wait until nothing more has come for half a second."""
        count = -1
        while count != len(self.answers):
            count = len(self.answers)
            self._page.wait_for_timeout(QUIET_MS)

    def _note(self, event: dict[str, Any]) -> None:
        self._times.append(float(event["timestamp"]))

    def _hear(self, event: dict[str, Any]) -> None:
        """Count a message; Chromium tells what is binary, as Streamlit's are, in base64."""
        response = event["response"]
        is_binary = response["opcode"] == 2
        length = len(response["payloadData"])
        self.socket_bytes += length * 3 // 4 if is_binary else length

    def _begin(self, event: dict[str, Any]) -> None:
        response = event["response"]
        headers = {name.lower(): value for name, value in response["headers"].items()}
        answer = Answer(response["url"], headers.get("content-encoding", ""))
        self._open[event["requestId"]] = answer

    def _end(self, event: dict[str, Any]) -> None:
        if answer := self._open.pop(event["requestId"], None):
            self._note(event)
            answer.size = int(event["encodedDataLength"])
            self.answers.append(answer)
