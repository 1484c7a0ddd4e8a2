"""``python -m app.server.free_port ADDRESS PORT``: say what to do when the port is taken."""

import re
import socket
import sys
from collections.abc import Sequence

from data.command_line import say
from data.language import Text, quoted

LAST_PORT = 65_535


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the port is free; else print one sentence on stderr and return 2."""
    address, given = arguments
    if not re.fullmatch("[0-9]{1,5}", given) or not 0 < int(given) <= LAST_PORT:
        say(_no_port(given))
        return 2
    port = int(given)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            say(_taken(address, port, error))
            return 2
    return 0


def _no_port(given: str) -> Text:
    return Text(
        f"PORT: {quoted(given)}은(는) 포트 번호가 아닙니다. 1~{LAST_PORT}의 정수를 적어 주세요.",
        f"PORT: {quoted(given)} is no port. Write a whole number from 1 to {LAST_PORT}.",
    )


def _taken(address: str, port: int, error: OSError) -> Text:
    another = port + 1 if port < LAST_PORT else 8501
    return Text(
        f"{quoted(address)}의 포트 {port}에서 열 수 없습니다({error.strerror}). "
        f"다른 포트로 시작하세요: make run PORT={another}",
        f"The lab cannot be served on {quoted(address)}, port {port} ({error.strerror}). "
        f"Choose another port: make run PORT={another}",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
