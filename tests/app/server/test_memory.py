"""Threads share the C library's memory, so that what one has freed is there for the others."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ARENAS = """
import ctypes, sys, threading
if sys.argv[1:]:
    from app.server.memory import share_arenas
    share_arenas()
library = ctypes.CDLL(None)
for name in ("malloc", "fopen"):
    getattr(library, name).restype = ctypes.c_void_p
gate = threading.Barrier(12)
threads = [
    threading.Thread(target=lambda: (gate.wait(), library.malloc(1000), gate.wait()))
    for _ in range(12)
]
for thread in threads: thread.start()
for thread in threads: thread.join()
file = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


def arenas(*arguments: str) -> int:
    """Return how many arenas twelve threads of a process have."""
    command = [sys.executable, "-c", ARENAS, *arguments]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return len(re.findall("<heap nr=", done.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has arenas")
def test_many_threads_share_two_arenas() -> None:
    assert arenas("shared") <= 2 < arenas()
