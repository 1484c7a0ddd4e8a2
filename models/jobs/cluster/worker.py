"""``python -m models worker tcp://host:8786``: lend this machine to a cluster.

A nanny of Dask's starts the worker process and starts it again when it dies. When the scheduler
goes away, worker and nanny end; this command then waits until the scheduler is back.
"""

import asyncio
import logging
import signal
import sys
import tempfile
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from data.language import Text, UserError, quoted
from models.jobs.cluster.address import check_address, is_loopback, security

SECONDS_TO_CONNECT = 5.0
SECONDS_BETWEEN_TRIES = 1.0

_CONNECTED = Text(
    "{address}에 연결했습니다. 동시에 {slots}개의 실행을 학습합니다. Ctrl-C로 끝냅니다.",
    "Connected to {address}, training up to {slots} runs at a time. End with Ctrl-C.",
)
_AWAY = Text(
    "{address}과(와)의 연결이 끊겼습니다. 다시 연결될 때까지 기다립니다.",
    "The connection to {address} was lost. Waiting until it is back.",
)


def lend(address: str, slots: int) -> None:
    """Train what the scheduler at ``address`` sends, until Ctrl-C or a request to end.

    Raises ``UserError`` when the address cannot be used or, at the start, cannot be reached.
    """
    check_address(address)
    keys = security(address)
    with suppress(asyncio.CancelledError):
        asyncio.run(_lend(address, slots, keys))


async def _lend(address: str, slots: int, keys: Any) -> None:
    lending = asyncio.current_task()
    if sys.platform != "win32" and lending is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lending.cancel)
    if not await _answers(address, keys):
        raise _unreachable(address)
    while True:
        await _work(address, slots, keys)
        _say(_AWAY.format(address=address))
        while not await _answers(address, keys):
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)


async def _answers(address: str, keys: Any) -> bool:
    """Say whether something accepts connections at an address, with these certificates."""
    from distributed.comm import connect

    arguments = keys.get_connection_args("worker")
    try:
        comm = await connect(address, timeout=SECONDS_TO_CONNECT, **arguments)
    except OSError:
        return False
    await comm.close()
    return True


async def _work(address: str, slots: int, keys: Any) -> None:
    """Be a worker until the scheduler goes away."""
    from distributed import Nanny

    host = "127.0.0.1" if is_loopback(urlsplit(address).hostname or "") else None
    with tempfile.TemporaryDirectory(prefix="fnn-lab-dask-") as folder:
        nanny = Nanny(
            address,
            host=host,
            nthreads=slots,
            resources={"slot": slots},
            preload=["models.jobs.cluster.node"],
            memory_limit=0,  # a run has limits of its own, and the worker itself holds nothing
            local_directory=folder,
            dashboard=False,
            silence_logs=logging.WARNING,
            security=keys,
        )
        async with nanny:
            _say(_CONNECTED.format(address=address, slots=slots))
            await nanny.finished()


def _say(text: Text) -> None:
    print(text, file=sys.stderr, flush=True)


def _unreachable(address: str) -> UserError:
    return UserError(
        Text(
            f"{quoted(address)}에 연결할 수 없습니다. 스케줄러가 켜져 있는지, 주소와 인증서가 "
            "맞는지 확인하세요.",
            f"{quoted(address)} cannot be reached. Check that the scheduler is running, and the "
            "address and the certificates.",
        )
    )
