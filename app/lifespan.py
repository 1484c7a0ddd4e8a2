"""What happens once when the server starts, while it runs, and when it stops."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pandas  # noqa: F401  imported before the first freeze, see keep_garbage_young

from app import ending, services, static_files
from app.repeated_messages import limit_repeats
from data.text import UserError
from models.tasks import TASKS

FREEZE_EVERY_SECONDS = 60


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Start the trainer and warm the data caches; stop the trainer at the end."""
    ending.listen()
    limit_repeats()
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
    static_files.compress_page()
    for prepare in (services.services, *(task.load for task in TASKS)):
        try:
            prepare()
        except UserError as error:  # the page that needs it will say it again
            logging.getLogger(__name__).warning("%s", error)


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
