"""What stands between a browser and a server: a Wi-Fi that drops, a proxy that changes paths.

Chromium's own "offline" leaves open event streams alone; closing their sockets does not. And a
connection can die without anybody closing it: a phone slept, or the network forgot it.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar
from urllib.parse import urlsplit

from app.session.owner import PATH

AnyRelay = TypeVar("AnyRelay", bound="Relay")


class Relay(socketserver.ThreadingTCPServer):
    """Carries bytes between whoever connects to ``url`` and the server at another address."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server_url: str, carrier: type["_Carrier"] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), carrier or _Carrier)
        self.server_port = urlsplit(server_url).port or 0
        self.is_cut = False
        self.sockets: set[socket.socket] = set()
        self.muted: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def cut(self) -> None:
        """Close every connection, and every new one at once."""
        self.is_cut = True
        for each in tuple(self.sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Carry bytes again."""
        self.is_cut = False

    def mute(self) -> None:
        """Let every connection that is open now carry nothing more, and close none of them."""
        self.muted |= self.sockets


class _Carrier(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        if self.server.is_cut:
            return
        with socket.create_connection(("127.0.0.1", self.server.server_port)) as there:
            if not self.begin(there):
                return
            ends = {self.request, there}
            self.server.sockets |= ends
            back = threading.Thread(target=self._carry, args=(there, self.request), daemon=True)
            back.start()
            self._carry(self.request, there)
            back.join()
            self.server.sockets -= ends

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Carry bytes one way until either side closes, then close the other way too.

        What comes through a muted connection is lost, its end as well.
        """
        with suppress(OSError):
            while received := source.recv(65_536):
                if source not in self.server.muted:
                    target.sendall(received)
        if source in self.server.muted:
            return
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def begin(self, there: socket.socket) -> bool:
        """Do what comes before the bytes are carried; say whether they are."""
        return True


class PathProxy(Relay):
    """Takes ``prefix`` away from the paths of requests, as JupyterHub's proxy does, websockets too.

    What is asked beside the prefix is not found. Answers to ``POST /visitor`` can be kept back.
    """

    def __init__(self, server_url: str, prefix: str = "") -> None:
        super().__init__(server_url, _PathCarrier)
        self.prefix = prefix
        self.visitors = threading.Semaphore(1_000)
        self.visitors_waiting = 0

    def hold_visitors(self) -> None:
        """Let the server answer who asks for an owner, and keep the answers back."""
        self.visitors = threading.Semaphore(0)

    def release_visitors(self, count: int) -> None:
        """Let this many answers through."""
        self.visitors.release(count)

    @property
    def url(self) -> str:
        return super().url + self.prefix


class _PathCarrier(_Carrier):
    server: PathProxy

    def begin(self, there: socket.socket) -> bool:
        """Pass the head of the one request of this connection on, with another path."""
        head, rest = b"", b""
        while b"\r\n\r\n" not in head and (received := self.request.recv(65_536)):
            head += received
        head, _, rest = head.partition(b"\r\n\r\n")
        asked, *lines = head.decode("latin-1").split("\r\n")
        method, path, version = asked.split(" ") if head else ("", "", "")
        if not path.startswith(f"{self.server.prefix}/"):
            self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return False
        if not any(line.lower() == "upgrade: websocket" for line in lines):
            lines = [line for line in lines if not line.lower().startswith("connection:")]
            lines.append("Connection: close")
        asked = f"{method} {path.removeprefix(self.server.prefix)} {version}"
        there.sendall("\r\n".join([asked, *lines]).encode("latin-1") + b"\r\n\r\n" + rest)
        if path.endswith(PATH):
            answer = there.recv(65_536)
            self.server.visitors_waiting += 1
            self.server.visitors.acquire()
            with suppress(OSError):  # who has waited too long has gone
                self.request.sendall(answer)
        return True


@contextmanager
def open_relay(server_url: str) -> Iterator[Relay]:
    """Carry bytes to a server until the block ends."""
    with _running(Relay(server_url)) as relay:
        yield relay


@contextmanager
def open_path_proxy(server_url: str, prefix: str = "") -> Iterator[PathProxy]:
    """Carry requests below a prefix to a server until the block ends."""
    with _running(PathProxy(server_url, prefix)) as proxy:
        yield proxy


@contextmanager
def _running(relay: AnyRelay) -> Iterator[AnyRelay]:
    with relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        try:
            yield relay
        finally:
            relay.cut()
            relay.shutdown()
