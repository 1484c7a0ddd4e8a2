"""Whether the server is about to end: streams that would last for ever must know it.

The web server waits for every open answer before it ends, and an event stream is one that never
ends by itself.
"""

import signal
import threading
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_near = threading.Event()


def is_near() -> bool:
    """Say whether the server has been asked to end."""
    return _near.is_set()


def listen() -> None:
    """Hear of it from now on, before whoever has listened to the signals until now."""
    _near.clear()
    if threading.current_thread() is not threading.main_thread():
        return  # a server inside a test: nobody sends it signals
    for number in _SIGNALS:
        signal.signal(number, _with_previous(signal.getsignal(number)))


def _with_previous(previous: Any) -> Any:
    def handle(number: int, frame: FrameType | None) -> None:
        _near.set()
        if callable(previous):
            previous(number, frame)

    return handle
