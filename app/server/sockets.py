"""How the server's sockets send.

asyncio lets every connection send at once (TCP_NODELAY), if its socket was made for TCP by number.
Streamlit's is not. Its answers then go out in two pieces, head and body, and the system keeps the
second one until the browser has confirmed the first: 40 ms for each small file of a first visit,
for each event of a run, for each answer to a click.
"""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OPEN = Path("/dev/fd")
"""The open file descriptors of this process, where the system lists them: Linux and macOS."""


def send_at_once() -> None:
    """Let connections that this process takes from now on send without waiting for more."""
    for number in _open_sockets():
        with socket.socket(fileno=os.dup(number)) as found:
            listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and found.family in (socket.AF_INET, socket.AF_INET6):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _open_sockets() -> Iterator[int]:
    for number in [int(path.name) for path in _OPEN.glob("*")]:
        with suppress(OSError):  # closed meanwhile
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield number
