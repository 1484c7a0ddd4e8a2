"""A visitor without a browser: speaks Streamlit's own protocol over its websocket.

Thirty Chromium pages would need more of the machine than the server that is measured. A visitor
asks for a page, remembers its buttons and fields, and uses them, as a browser does.
"""

import asyncio
import secrets
import time
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.session.owner import NONCE_HEADER, PATH

SECONDS_OF_PATIENCE = 60.0


class Visitor:
    """One open page of one owner."""

    def __init__(self, url: str, **query: str) -> None:
        self._url, self.query = url, urlencode(query)
        self._page = ""
        self._socket: ClientConnection | None = None
        self.cookie = _cookie_of(url)
        self.widgets: dict[str, str] = {}
        """Ids of the buttons and number fields on the page, by their keys."""
        self.errors: list[str] = []

    async def enter(self, page: str) -> float:
        """Open a page by its name ("train"); returns the seconds until it was drawn."""
        self._page = page
        self._socket = await connect(
            self._url.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookie, "Origin": self._url},
            max_size=None,
        )
        return await self.rerun()

    async def press(self, key: str) -> float:
        """Press a button; returns the seconds until the page was drawn again."""
        message = self._message()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = self.widgets[key], True
        return await self._ask(message)

    async def type(self, key: str, value: float) -> float:
        """Type a number into a field; returns the seconds until the page was drawn again."""
        message = self._message()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = self.widgets[key], str(value)
        return await self._ask(message)

    async def rerun(self) -> float:
        """Let the page's script run; returns the seconds until it was drawn."""
        return await self._ask(self._message())

    async def send(self, message: bytes) -> None:
        """Send something and wait for nothing."""
        assert self._socket
        await self._socket.send(message)

    async def send_rerun(self) -> None:
        """Ask for a run of the page's script and wait for nothing."""
        await self.send(self._message().SerializeToString())

    def vanish(self) -> None:
        """Leave without a word, as a browser that is killed."""
        assert self._socket
        self._socket.transport.abort()

    async def leave(self) -> None:
        if self._socket:
            await self._socket.close()

    def _message(self) -> BackMsg:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self._page
        return message

    async def _ask(self, message: BackMsg) -> float:
        assert self._socket
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._hear_to_the_end(), SECONDS_OF_PATIENCE)
        return time.perf_counter() - began

    async def _hear_to_the_end(self) -> None:
        assert self._socket
        while True:
            said = ForwardMsg()
            said.ParseFromString(await self._socket.recv())  # type: ignore[arg-type]
            kind = said.WhichOneof("type")
            if kind == "script_finished" and said.script_finished == 0:
                return
            if kind == "delta":
                self._note(said)
            elif kind == "page_info_changed":
                self.query = said.page_info_changed.query_string or self.query

    def _note(self, said: ForwardMsg) -> None:
        element = said.delta.new_element
        match element.WhichOneof("type"):
            case "button" | "text_input" as kind:
                found = getattr(element, kind).id
                self.widgets[found.rsplit("-", 1)[-1]] = (
                    found  # it ends in the key that it was given
                )
            case "exception":
                self.errors.append(element.exception.message)
            case "alert" if element.alert.format == Alert.ERROR:
                self.errors.append(element.alert.body)


def _cookie_of(url: str) -> str:
    asking = Request(url + PATH, method="POST", headers={NONCE_HEADER: secrets.token_hex(16)})
    with urlopen(asking, timeout=30) as response:
        return str(response.headers["Set-Cookie"]).split(";")[0]
