"""What happens once when the server starts, while it runs, and when it stops."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pandas  # noqa: F401  imported before the first freeze, see keep_garbage_young
from threadpoolctl import threadpool_limits

from app.server import shutdown, socket_limits, sockets, static_files, stream_limits
from app.server.repeated_messages import limit_repeats
from app.session import services
from data.language import UserError
from data.open_files import raise_limit
from models.tasks import BUILT_IN

FREEZE_EVERY_SECONDS = 60
DESCRIPTORS_OF_A_PAGE, DESCRIPTORS_OF_A_LEFT_PAGE, MOST_LEFT_PAGES = 4, 3, 128
"""Its connection and the event loop that Streamlit makes for every session, which it remembers for
a while after the page was left (``MemorySessionStorage``)."""
DESCRIPTORS_OF_A_FULL_HOUSE = (
    DESCRIPTORS_OF_A_PAGE * socket_limits.MOST_IN_ALL
    + stream_limits.MOST_IN_ALL
    + DESCRIPTORS_OF_A_LEFT_PAGE * MOST_LEFT_PAGES
    + 100
)
_FEW_FILES = "only %d files may be open at a time; %d are needed for as many pages as are allowed"

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Start the trainer and warm the data caches; stop the trainer at the end.

    NumPy works in one thread here: where the cores are busy, its threads wait for each other, and
    MNIST's test rows take 1 s instead of 0.13 s.
    """
    threadpool_limits(1)
    shutdown.listen()
    limit_repeats()
    sockets.send_at_once()
    open_files = raise_limit()
    if open_files < DESCRIPTORS_OF_A_FULL_HOUSE:
        _log.warning(_FEW_FILES, open_files, DESCRIPTORS_OF_A_FULL_HOUSE)
    warming = asyncio.create_task(asyncio.to_thread(warm))
    young = asyncio.create_task(keep_garbage_young())
    try:
        yield
    finally:
        young.cancel()
        with suppress(asyncio.CancelledError):
            await young
        await warming
        await asyncio.to_thread(services.close)


def warm() -> None:
    """Do what the first visitor would otherwise wait for."""
    prepared: list[Callable[[], object]] = [services.services, static_files.compress_page]
    prepared += [task.load for task in BUILT_IN]
    for prepare in prepared:
        try:
            prepare()
        except UserError as error:  # the page that needs it will say it again
            _log.warning("%s", error)
        except Exception:
            _log.exception("%r cannot be prepared", prepare)


async def keep_garbage_young() -> None:
    """Take long-lived objects out of the garbage collector's sight now and then.

    Streamlit collects the oldest generation after every script run, which takes 48 ms with
    Streamlit alone and more with pandas; frozen objects are not looked at.
    """
    while True:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        await asyncio.sleep(FREEZE_EVERY_SECONDS)
