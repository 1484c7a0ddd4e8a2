import socket
from contextlib import closing

from app.server.sockets import send_at_once


def connection_of(listening: socket.socket) -> socket.socket:
    with closing(socket.create_connection(listening.getsockname())):
        return listening.accept()[0]


def sends_at_once(connection: socket.socket) -> bool:
    with connection:
        return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_connections_of_a_socket_as_streamlit_makes_it_send_at_once() -> None:
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not sends_at_once(connection_of(listening))
        send_at_once()
        assert sends_at_once(connection_of(listening))
