"""Where the C library keeps the memory that threads have freed."""

import ctypes
import sys
from contextlib import suppress

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads share two of glibc's arenas instead of sixteen on two cores.

    Every page is drawn by a thread of its own, and every arena keeps what its threads have freed:
    after a few pages that is 50 MB which no other thread is given. Other systems keep theirs.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such function
            ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)
