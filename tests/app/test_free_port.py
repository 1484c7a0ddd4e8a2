"""A port in use is told before anything is served."""

import socket

import pytest

from app.free_port import main
from tests.ports import free_port


def test_a_free_port_is_fine() -> None:
    assert main(["127.0.0.1", str(free_port())]) == 0


def test_a_port_in_use_is_told_with_another_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["127.0.0.1", str(port)]) == 2
    sentence = capsys.readouterr().err
    assert len(sentence.strip().splitlines()) == 1
    assert str(port) in sentence and f"PORT={port + 1}" in sentence
