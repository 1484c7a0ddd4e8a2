"""A connection that can be lost: what a browser sees of a server through a Wi-Fi that drops.

Chromium's own "offline" leaves open event streams alone; closing their sockets does not. And a
connection can die without anybody closing it: a phone slept, or the network forgot it.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay(socketserver.ThreadingTCPServer):
    """Carries bytes between whoever connects to ``url`` and the server at another address."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
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


@contextmanager
def open_relay(server_url: str) -> Iterator[Relay]:
    """Carry bytes to a server until the block ends."""
    with Relay(server_url) as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        try:
            yield relay
        finally:
            relay.cut()
            relay.shutdown()
