"""Serves a gallery page of components for the tests of a module."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

SECONDS_TO_START = 60
OPTIONS = (
    "--server.headless=true",
    "--server.address=127.0.0.1",
    "--browser.gatherUsageStats=false",
    "--server.fileWatcherType=none",
)


@contextmanager
def served(gallery: Path) -> Iterator[str]:
    """Run a Streamlit script on a free port; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(gallery), f"--server.port={port}"]
    server = subprocess.Popen([*command, *OPTIONS], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_served(f"{url}/_stcore/health")
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_until_served(url: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
