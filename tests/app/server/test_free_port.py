"""A port in use is told before anything is served."""

import socket

import pytest

from app.server.free_port import main
from data.language import quoted
from tests.support.ports import free_port


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


@pytest.mark.parametrize("given", ["abc", "", "0", "65536", "-1", "80.5", "9" * 9_999, "\x1b[2J"])
def test_what_is_no_port_is_a_sentence(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["127.0.0.1", given]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "is no port" in sentence and quoted(given) in sentence
