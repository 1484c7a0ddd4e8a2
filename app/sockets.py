"""How the server's sockets send.

asyncio lets every connection send at once (TCP_NODELAY), if its socket was made for TCP by number.
Streamlit's is not. Its answers then go out in two pieces, head and body, and the system keeps the
second one until the browser has confirmed the first: 40 ms for each small file of a first visit,
for each event of a run, for each answer to a click.
"""

import os
import socket

import psutil


def send_at_once() -> None:
    """Let connections that this process takes from now on send without waiting for more."""
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
