"""``python -m app.free_port ADDRESS PORT``: say what to do when the port is taken."""

import socket
import sys
from collections.abc import Sequence

from data.text import Text


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the port is free; else print one sentence on stderr and return 2."""
    address, port = arguments[0], int(arguments[1])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            print(_taken(address, port, error), file=sys.stderr)
            return 2
    return 0


def _taken(address: str, port: int, error: OSError) -> Text:
    return Text(
        f"{address}:{port}에서 열 수 없습니다({error.strerror}). "
        f"다른 포트로 시작하세요: make run PORT={port + 1}",
        f"The lab cannot be served on {address}:{port} ({error.strerror}). "
        f"Choose another port: make run PORT={port + 1}",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
