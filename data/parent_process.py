"""Processes that end with the one that started them, however that died."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1
"""Of ``prctl``, see linux/prctl.h."""


def end_with_parent() -> None:
    """End this process, one of ``multiprocessing``, when the one that started it is gone."""
    be_killed_with_parent()
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def be_killed_with_parent() -> None:
    """Let Linux kill this process with its parent, even if it is suspended then.

    To Linux the parent is the thread that started the process: it has to live as long as this one.
    Nothing happens on other systems.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
