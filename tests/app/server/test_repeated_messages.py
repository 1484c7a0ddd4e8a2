"""What is logged again and again is logged once a minute."""

import asyncio
import logging
import socket

import pytest

from app.server.repeated_messages import RepeatedMessages, limit_repeats
from tests.support.own_loop import run_apart


def test_a_message_passes_once_a_minute_and_says_how_often_it_came() -> None:
    now = 0.0
    repeated = RepeatedMessages("lost", lambda: now)
    logger, told = logging.Logger("test"), list[str]()
    logger.addFilter(repeated)
    logger.addHandler(handler := logging.Handler())
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    for _ in range(1_000):
        logger.warning("lost %s", "it")
    logger.warning("something else")
    now = 61.0
    logger.warning("lost %s", "it")
    assert told == ["lost it", "something else", "lost it (and 999 times before)"]


def test_writing_to_a_browser_that_is_gone_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asyncio_log = logging.getLogger("asyncio")
    before = list(asyncio_log.filters)
    limit_repeats()
    try:
        run_apart(write_to_nobody())
    finally:
        asyncio_log.filters[:] = before
    said = [record for record in caplog.records if "socket.send()" in record.getMessage()]
    assert len(said) == 1


async def write_to_nobody() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    _, writer = await asyncio.open_connection(sock=ours)
    for _ in range(200):
        writer.write(b"x")
    writer.close()
